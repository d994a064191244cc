"""The command line as a person uses it: results on stdout, one sentence on stderr, and an exit code that says so."""

from __future__ import annotations

import functools
import http.server
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pytest

from leapocr_dyn import cli
from leapocr_dyn.transport import Clock

pytest.importorskip("starlette", reason="the sandbox needs starlette: pip install leapocr-dyn[sandbox]")

import httpx
from test_sandbox_reader import pdf

from leapocr_dyn.sandbox import Sandbox

PROGRESS = r"leapocr-dyn: (\S+: (sent \d+(\.\d)? (bytes|kB|MB)|\d+ of \d+ pages)|wrote \S+)"
# A shell that starts us in the background has Ctrl-C ignored, and that is inherited.
PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import leapocr_dyn.cli as cli; cli.main()"
)


class Said(NamedTuple):
    """What a command left behind. errors: the lines on stderr that are no progress."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """What went wrong."""
        return [line for line in self.err.splitlines() if not re.fullmatch(PROGRESS, line)]


Run = Callable[..., Said]


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    """The command line in a process and a session of its own, which ends with the block at the latest."""
    command = [sys.executable, "-X", "dev", "-c", PROGRAM, *words]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True, start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process."""

    def run(*words: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder we are in, with some documents."""
    for name in ("tea", "coffee"):
        (tmp_path / f"{name}.pdf").write_bytes(pdf(f"Green {name}"))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4\nand no more")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def configured(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox, named in the environment."""
    monkeypatch.setenv("LEAPOCR_API_KEY", sandbox.api_key)
    monkeypatch.setenv("LEAPOCR_BASE_URL", sandbox.url)
    return sandbox


@pytest.fixture(scope="module")
def slow() -> Iterator[Sandbox]:
    """A sandbox that reads no page before a minute is over."""
    with Sandbox(page_pause=60) as sandbox:
        yield sandbox


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two attempts."""
    monkeypatch.setattr(Clock, "sleep", lambda clock, seconds, halt: None)


class Page(http.server.BaseHTTPRequestHandler):
    """Answers everything with a web page."""

    bodies: ClassVar[list[Any]] = []

    def do_POST(self) -> None:
        """Remember what came, and say hello."""
        self.bodies.append(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null"))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "15")
        self.end_headers()
        self.wfile.write(b"<h1>Hello!</h1>")

    do_GET = do_POST  # noqa: N815 - http.server's own name

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder."""

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def page(impatient: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The address in the environment is a web page's. The JSON bodies that it was sent."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        monkeypatch.setenv("LEAPOCR_API_KEY", "key")
        monkeypatch.setenv("LEAPOCR_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        Page.bodies.clear()
        yield Page.bodies
        server.shutdown()
        serving.join()


# --- documents to text ---


def test_a_document_becomes_text(run: Run, folder: Path, configured: Sandbox) -> None:
    """The text goes to stdout, the progress to stderr, and the exit code is 0."""
    said = run("process", "tea.pdf")
    assert (said.code, said.out, said.errors) == (0, "Green tea\n", [])
    assert "leapocr-dyn: tea.pdf: 1 of 1 pages" in said.err


def test_the_whole_result_can_be_had_as_json(run: Run, folder: Path, configured: Sandbox) -> None:
    """--json prints all that is known about the result, and nothing else."""
    result = json.loads(run("process", "--json", "tea.pdf").out)
    assert (result["file_name"], result["status"]) == ("tea.pdf", "completed")
    assert [page["result"] for page in result["pages"]] == ["Green tea"]


def test_a_result_in_a_folder_never_replaces_another(run: Run, folder: Path, configured: Sandbox) -> None:
    """-o makes the folder, writes one file for each document, and says where; a taken name gets a number."""
    (folder / "more").mkdir()
    (folder / "more/tea.pdf").write_bytes(pdf("Black tea"))
    said = run("process", "-o", "out/text", "tea.pdf", "more/tea.pdf")
    assert (said.code, said.out, said.errors) == (0, "", [])
    run("process", "-o", "out/text", "--json", "tea.pdf")
    assert {path.name for path in Path("out/text").iterdir()} == {"tea.md", "tea-2.md", "tea.json"}
    assert [Path("out/text", name).read_text() for name in ("tea.md", "tea-2.md")] == ["Green tea\n", "Black tea\n"]
    assert "leapocr-dyn: wrote out/text/tea-2.md" in said.err


def test_one_bad_file_does_not_stop_the_others(run: Run, folder: Path, configured: Sandbox) -> None:
    """Every file has its turn and every failure its sentence; a job that failed decides the exit code."""
    said = run("process", "tea.pdf", "missing.pdf", "coffee.pdf")
    assert (said.code, said.out) == (2, "==> tea.pdf <==\nGreen tea\n\n==> coffee.pdf <==\nGreen coffee\n")
    assert said.errors == ["leapocr-dyn: there is no file missing.pdf"]
    said = run("process", "broken.pdf", "missing.pdf", "coffee.pdf")
    assert (said.code, said.out, len(said.errors)) == (1, "==> coffee.pdf <==\nGreen coffee\n", 2)


def test_several_results_as_json_are_json_lines(run: Run, folder: Path, configured: Sandbox) -> None:
    """--json gives one compact object a line for several files; one file's is laid out for people."""
    lines = run("process", "--json", "tea.pdf", "missing.pdf", "coffee.pdf").out.splitlines()
    assert [json.loads(line)["file_name"] for line in lines] == ["tea.pdf", "coffee.pdf"]
    assert len(run("process", "--json", "tea.pdf").out.splitlines()) > 2


def test_a_url_is_fetched_by_the_service(run: Run, folder: Path, configured: Sandbox) -> None:
    """A FILE that is a URL is processed by URL; what may be a signature is shown nowhere."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        url = f"http://127.0.0.1:{server.server_port}"
        alone = run("process", f"{url}/tea.pdf?signature=s3cret")
        both = run("process", "coffee.pdf", f"{url}/tea.pdf?signature=s3cret", f"{url}/missing.pdf?signature=s3cret")
        run("process", "-o", "out", f"{url}/tea.pdf?signature=s3cret")
        server.shutdown()
        serving.join()
    assert (alone.code, alone.out, alone.errors) == (0, "Green tea\n", [])
    assert (both.code, both.out) == (1, f"==> coffee.pdf <==\nGreen coffee\n\n==> {url}/tea.pdf <==\nGreen tea\n")
    assert both.errors[0].startswith(f"leapocr-dyn: {url}/missing.pdf: upload_from_remote_url: 400 ")
    assert os.listdir("out") == ["tea.md"]
    assert "s3cret" not in alone.err + both.out + both.err


def test_a_result_that_cannot_be_written_does_not_stop_the_others(run: Run, folder: Path, configured: Sandbox) -> None:
    """Where the system takes no such file, the sentence says so, and the next document has its turn."""
    long = "x" * 251
    (folder / "tea.pdf").rename(long + ".pdf")
    said = run("process", "--json", "-o", "out", long + ".pdf", "coffee.pdf")
    assert (said.code, said.errors) == (2, [f"leapocr-dyn: out/{long}.json cannot be written: File name too long"])
    assert os.listdir("out") == ["coffee.json"]


def test_structured_data_follows_a_schema_in_a_file(run: Run, folder: Path, page: list[Any]) -> None:
    """--format, --model and --schema, a file with JSON, reach the service."""
    schema = {"type": "object", "properties": {"title": {"type": "string"}}}
    Path("schema.json").write_text(json.dumps(schema))
    run("process", "tea.pdf", "--format", "structured", "--schema", "schema.json", "--model", "pro-v2")
    assert page[0]["schema"] == schema
    assert (page[0]["format"], page[0]["model"]) == ("structured", "pro-v2")


def test_a_terminal_sees_a_bar(run: Run, folder: Path, configured: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where stderr is a terminal, sending and reading are bars; stdout is the text all the same."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    said = run("process", "tea.pdf")
    assert (said.code, said.out) == (0, "Green tea\n")
    assert "tea.pdf: reading" in said.err
    assert "1 of 1 pages" in said.err


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (681_040, "681 kB"), (1_250_000, "1.2 MB"), (2**30, "1073.7 MB")],
)
def test_a_size_is_told_in_its_unit(size: int, said: str) -> None:
    """Progress counts in bytes, kB and MB of powers of ten, whichever reads best."""
    assert cli.amount(size) == said


def test_a_terminal_gets_no_control_characters_of_others(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document cannot move a reader's cursor; a pipe gets its bytes as they are."""
    cli.show("a\x1b[2Jb\n\tc")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    cli.show("a\x1b[2Jb\n\tc")
    cli.say("a\x1b[2Jb\nc")
    said, complained = capsys.readouterr()
    assert said == "a\x1b[2Jb\n\tc\na\N{REPLACEMENT CHARACTER}[2Jb\n\tc\n"
    assert complained == "leapocr-dyn: a [2Jb c\n"


# --- who is asked, and by whom ---


def test_options_come_before_the_environment(
    run: Run, folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--key and --url are enough, and win over LEAPOCR_API_KEY and LEAPOCR_BASE_URL."""
    monkeypatch.setenv("LEAPOCR_API_KEY", "wrong")
    monkeypatch.setenv("LEAPOCR_BASE_URL", "http://127.0.0.1:9")
    assert run("process", "tea.pdf", "--key", sandbox.api_key, "--url", sandbox.url).out == "Green tea\n"


def test_a_bearer_token_will_do_where_the_api_takes_one(
    run: Run, tmp_path: Path, page: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """--token is sent as a bearer token; without it, the hint names --token alone."""
    seen: list[str | None] = []

    def get(self: Page) -> None:
        seen.append(self.headers["Authorization"])
        self.do_POST()

    monkeypatch.setattr(Page, "do_GET", get)
    operation = {"tags": ["pets"], "operationId": "findPets", "security": [{"who": []}], "responses": {}}
    schemes = {"who": {"type": "http", "scheme": "bearer"}}
    document = {"openapi": "3.1.0", "paths": {"/pets": {"get": operation}}, "components": {"securitySchemes": schemes}}
    (tmp_path / "pets.json").write_text(json.dumps(document))
    words = ["call", "find_pets", "--spec", str(tmp_path / "pets.json"), "--url", os.environ["LEAPOCR_BASE_URL"]]
    run(*words, "--token", "t0ken")
    assert seen == ["Bearer t0ken"]
    assert run(*words).errors[0].endswith("pass token=... (on the command line: --token)")


# --- an API, from its document ---


def test_operations_are_listed(run: Run) -> None:
    """`ops` has a line for each operation: what to call, method, path, and what it is for."""
    said = run("ops")
    assert (said.code, said.err) == (0, "")
    assert re.search(r"^ocr\.get_job_status +GET +/ocr/status/\{job_id\} +\w", said.out, re.MULTILINE)
    assert len(said.out.splitlines()) == 8


def test_an_operation_is_explained(run: Run) -> None:
    """`show` says what an operation takes, gives and raises, by either of its names."""
    said = run("show", "get_job_status")
    assert said.out.startswith("ocr.get_job_status(*, job_id: str) -> StatusResponse\n")
    assert "404: " in said.out
    assert run("show", "getJobStatus") == said


def test_any_document_will_do(run: Run, tmp_path: Path) -> None:
    """--spec takes an OpenAPI document instead of a bundled service."""
    operation = {"tags": ["pets"], "operationId": "findPets", "summary": "Find", "responses": {}}
    document = {"openapi": "3.1.0", "info": {}, "paths": {"/pets": {"get": operation}}}
    (tmp_path / "pets.json").write_text(json.dumps(document))
    assert run("ops", "--spec", str(tmp_path / "pets.json")).out == "pets.find_pets  GET  /pets  Find\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a document, on a server that sends back what it is sent; its address is the environment's."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        Echo.document = {**DESK, "servers": [{"url": f"http://127.0.0.1:{server.server_port}"}]}
        monkeypatch.chdir(tmp_path)
        yield f"http://127.0.0.1:{server.server_port}/openapi.json"
        server.shutdown()
        serving.join()


FILE: Any = {"type": "string", "format": "binary"}
FORM: Any = {"type": "object", "properties": {"file": FILE, "by": {"type": "string"}}}
DESK: Any = {
    "openapi": "3.1.0",
    "info": {"title": "Desk", "version": "1"},
    "paths": {
        "/form": {
            "post": {
                "operationId": "form",
                "requestBody": {"content": {"multipart/form-data": {"schema": FORM}}},
                "responses": {"200": {"content": {"application/octet-stream": {}}}},
            }
        },
        "/scan": {
            "put": {
                "operationId": "scan",
                "requestBody": {"content": {"application/pdf": {}}},
                "responses": {"200": {"content": {"application/pdf": {}}}},
            }
        },
    },
}


class Echo(http.server.BaseHTTPRequestHandler):
    """Sends back what it is sent, and its document to who asks for it."""

    document: ClassVar[Any] = {}

    def do_POST(self) -> None:
        """The body again."""
        self.answered(self.rfile.read(int(self.headers["Content-Length"])), self.headers["Content-Type"])

    do_PUT = do_POST  # noqa: N815 - http.server's own name

    def do_GET(self) -> None:
        """The document."""
        self.answered(json.dumps(self.document).encode(), "application/json")

    def answered(self, content: bytes, media: str) -> None:
        """Send an answer."""
        self.send_response(200)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def test_a_document_is_fetched_by_its_url(run: Run, desk: str) -> None:
    """--spec takes a URL as well as a file; one that is not there is a sentence about that URL."""
    assert run("ops", "--spec", desk).out == "default.form  POST  /form\ndefault.scan  PUT   /scan\n"
    said = run("ops", "--spec", "http://127.0.0.1:9/openapi.json")
    assert (said.code, len(said.errors)) == (1, 1)
    assert "127.0.0.1:9" in said.err
    assert "--url" not in said.err, "which says where the API is, and not its document"


def test_a_file_is_sent_and_saved(run: Run, desk: str) -> None:
    """KEY=@PATH is a file of a form, body=@PATH the whole body; --output keeps the answer."""
    Path("a.pdf").write_bytes(b"%PDF-\xff")
    said = run("call", "scan", "body=@a.pdf", "-o", "b.pdf", "--spec", desk, "--url", desk.rpartition("/")[0])
    assert (said.code, said.out, said.errors) == (0, "", [])
    assert Path("b.pdf").read_bytes() == b"%PDF-\xff"
    words = ["file=@a.pdf", "by=@alice", "--output", "form", "--spec", desk, "--url", desk.rpartition("/")[0]]
    assert run("call", "form", *words).code == 0
    form = Path("form").read_bytes()
    assert b'name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF-\xff\r\n' in form
    assert b'name="by"\r\n\r\n@alice\r\n' in form, "what is no file may begin with an @, too"


def test_stdin_is_a_file(run: Run, desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """KEY=@- is what another program writes."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"piped")))
    words = ["file=@-", "-o", "form", "--spec", desk, "--url", desk.rpartition("/")[0]]
    assert run("call", "form", *words).code == 0
    assert b"\r\n\r\npiped\r\n" in Path("form").read_bytes()


def test_bytes_never_reach_a_terminal(
    desk: str, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """It is told how many there are, and what saves them; a pipe gets them as they are."""
    Path("a.pdf").write_bytes(b"\x1b[2J\xff")
    words = ["call", "scan", "body=@a.pdf", "--spec", desk, "--url", desk.rpartition("/")[0]]
    for terminal, out in ((False, b"\x1b[2J\xff"), (True, b"")):
        monkeypatch.setattr(sys.stdout, "isatty", lambda terminal=terminal: terminal)
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        said = capsysbinary.readouterr()
        assert (ended.value.code, said.out) == (0, out)
    assert said.err == b"leapocr-dyn: the answer is 5 bytes of application/pdf, and no text; --output FILE saves it\n"


def test_an_operation_is_called(run: Run, configured: Sandbox) -> None:
    """`call` prints the answer's JSON."""
    said = run("call", "get_health_status")
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out)["status"] == "healthy"


def test_a_value_is_read_as_the_operation_wants_it(run: Run, page: list[Any]) -> None:
    """KEY=VALUE is a number or a boolean where one belongs, and text where text does; KEY:=JSON is what it says."""
    words = ["file_name=2026", "file_size=600", "extract_bounding_boxes=true", "content_type=application/pdf"]
    run("call", "direct_upload", *words, "format=structured", "instructions=a=b:=c", 'schema:={"type": "object"}')
    assert page[0] == {
        **{"file_name": "2026", "file_size": 600, "extract_bounding_boxes": True, "content_type": "application/pdf"},
        **{"format": "structured", "instructions": "a=b:=c", "schema": {"type": "object"}},
    }


def test_an_answer_without_content_prints_nothing(run: Run, folder: Path, configured: Sandbox) -> None:
    """What has no answer but its success is silent."""
    job_id = json.loads(run("process", "--json", "tea.pdf").out)["job_id"]
    assert run("call", "delete_job", f"job_id={job_id}").code == 0
    assert run("call", "delete_job", f"job_id={job_id}").code == 1


# --- what can go wrong: one line that names the thing, and what to do ---


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("process missing.pdf", 2, "there is no file missing.pdf"),
        ("process empty.pdf", 2, "empty.pdf is empty"),
        ("process note.xyz", 2, r"note.xyz is a .xyz file; supported are .pdf, .*"),
        ("process huge.pdf", 2, "huge.pdf .*1073741824.*"),
        ("process .", 2, r"\. is a folder and not a file; .*"),
        ("process broken.pdf", 1, r"broken.pdf: job \S+ failed: the PDF is broken, or has no pages"),
        ("process tea.pdf --key wrong", 1, r"tea.pdf: .*401.* the API key is .*\(on the command line: --key\)"),
        ("process tea.pdf --url nonsense", 2, "base_url 'nonsense' is not a URL; it looks like https://.*"),
        ("process tea.pdf --wait 0", 2, r"invalid value for '--wait': .*\(see leapocr-dyn process --help\)"),
        ("process tea.pdf --format nope", 2, "tea.pdf: .*format: must be one of 'markdown', 'structured', not 'nope'"),
        ("process tea.pdf coffee.pdf --format structured", 2, "the structured format needs a schema .*"),
        ("process tea.pdf --schema missing.json", 2, "missing.json cannot be read: No such file or directory"),
        ("process tea.pdf --schema note.xyz", 2, "note.xyz is not JSON: .*"),
        ("process tea.pdf -o tea.pdf", 2, "tea.pdf cannot be a folder: File exists .*"),
        ("process", 2, r"missing argument 'FILE...' \(see leapocr-dyn process --help\)"),
        ("brew tea.pdf", 2, r"no such command 'brew' \(see leapocr-dyn --help\)"),
        ("ops --milk", 2, "no such option.*--milk.*"),
        ("ops --spec missing.yaml", 2, "there is no file '.*missing.yaml'.*"),
        ("ops --spec bad.yaml", 2, "bad.yaml, line 2, column 1: this is not YAML: .*"),
        ("ops --spec schema.json", 2, ".*schema.json.*openapi.*"),
        ("ops --service leapoc", 2, "there is no service 'leapoc'; did you mean 'leapocr'.*"),
        ("ops --service foo", 2, "there is no service 'foo'; there are leapocr, and --spec FILE for any other"),
        ("show get_job_statu", 2, r".* did you mean 'get_job_status'\? \(see leapocr-dyn ops\)"),
        ("call get_job_statu", 2, r".* did you mean 'get_job_status'\? \(see leapocr-dyn ops\)"),
        (
            "call get_job_status job=1",
            2,
            r".* no argument 'job'; did you mean 'job_id'\? \(see .* show get_job_status\)",
        ),
        ("call get_job_status", 2, r".* needs job_id= \(see leapocr-dyn show get_job_status\)"),
        ("call get_job_status job_id", 2, "'job_id' is neither KEY=VALUE nor KEY:=JSON .*"),
        ("call get_job_result job_id=1 page:=x", 2, "page: 'x' is not JSON: .*"),
        ("call get_job_result job_id=1 page=x", 2, r"get_job_result: page: must be integer, not string \('x'\)"),
        ("call get_job_status job_id=1", 1, "get_job_status: 404 NOT_FOUND: job not found .*"),
        ("sandbox --port 99999", 2, "invalid value for '--port': .*"),
        ("sandbox --part-size 0", 2, "invalid value for '--part-size': .*"),
        ("sandbox --credits -1", 2, "invalid value for '--credits': .*"),
        ("sandbox --api-key=", 2, "--api-key is empty; .*"),
        ("sandbox --spec bad.yaml", 2, "bad.yaml, line 2, .*"),
        ("sandbox --webhook http://127.0.0.1:1/", 2, "--webhook and --webhook-secret go together: .*"),
        ("sandbox --webhook http://a.test/ --webhook-secret s", 2, "webhooks go to .* this machine only, .*"),
        ("call direct_upload body=@missing.json", 2, "direct_upload: there is no file missing.json"),
        ("call get_job_status job_id=@missing", 1, "get_job_status: 404 .*"),
        (
            "call get_health_status -o missing/a",
            2,
            "cannot write 'missing/a': there is no folder .*",
        ),
    ],
)
def test_a_mistake_is_one_line(run: Run, folder: Path, configured: Sandbox, words: str, code: int, said: str) -> None:
    """Bad input is a sentence on stderr about that input; 2 is the caller's to mend, 1 the server's or the job's."""
    (folder / "empty.pdf").touch()
    (folder / "note.xyz").write_text("a note")
    (folder / "bad.yaml").write_text("a: [1\n")
    (folder / "schema.json").write_text('{"type": "object"}')
    with open("huge.pdf", "wb") as file:
        file.truncate(2**30 + 1)  # sparse: it takes no room
    result = run(*words.split())
    assert (result.code, result.out, len(result.errors)) == (code, "", 1)
    assert re.fullmatch("leapocr-dyn: " + said, result.errors[0])


def test_without_a_key_it_says_where_to_put_one(run: Run, folder: Path, sandbox: Sandbox) -> None:
    """No key at all is the caller's to mend, before anything is sent."""
    for words, keys in (("process tea.pdf", "--key"), ("call get_job_status job_id=1", "--key or --token")):
        said = run(*words.split(), "--url", sandbox.url)
        assert (said.code, said.out, len(said.errors)) == (2, "", 1)
        assert said.errors[0].endswith(f"(on the command line: {keys})")


@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_not_there_is_named(run: Run, folder: Path) -> None:
    """Nobody at the address is a failure of the network, and says which address."""
    said = run("process", "tea.pdf", "--key", "key", "--url", "http://127.0.0.1:9")
    assert (said.code, said.out, len(said.errors)) == (1, "", 1)
    assert re.fullmatch("leapocr-dyn: tea.pdf: .*127.0.0.1:9 cannot be reached.*--url.*", said.errors[0])


def test_a_server_that_answers_html_is_not_the_api(run: Run, folder: Path, page: list[Any]) -> None:
    """A web page where JSON should be says that the URL is probably wrong."""
    said = run("process", "tea.pdf")
    assert (said.code, said.out, len(said.errors)) == (1, "", 1)
    assert re.fullmatch("leapocr-dyn: tea.pdf: .*text/html.*is the base URL right.*--url.*", said.errors[0])


def test_a_job_that_takes_too_long_is_left_alone(run: Run, folder: Path, slow: Sandbox) -> None:
    """--wait bounds the wait, and the sentence says which job goes on and how to ask for it."""
    said = run("process", "tea.pdf", "--wait", "0.1", "--key", slow.api_key, "--url", slow.url)
    assert (said.code, said.out, len(said.errors)) == (1, "", 1)
    assert re.fullmatch(
        r"leapocr-dyn: tea.pdf: job [-0-9a-f]{36} was not done .*--wait.*get_job_result.*", said.errors[0]
    )


def test_a_mistake_of_ours_is_not_told_as_yours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug keeps its traceback: a sentence would send the reader to look for a mistake in the call."""
    monkeypatch.setattr(cli, "unique", lambda operations: operations.nothing)
    with pytest.raises(AttributeError):
        cli.main(["ops"])


def test_without_a_command_it_says_what_there_is(run: Run) -> None:
    """No command is the help on stderr and a failure; asked for, it is a result."""
    assert run() == Said(2, "", run("--help").out)
    assert run("--version").out == "leapocr-dyn, version 0.1.0\n"


def test_without_its_packages_it_says_which_to_install() -> None:
    """Installed without the [cli] extra, the command is one line that names it."""
    program = "import sys; sys.modules['click'] = None; import leapocr_dyn.cli"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == ("leapocr-dyn: the command line needs two more packages: pip install 'leapocr-dyn[cli]'\n")


# --- signals and pipes ---


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_it_and_leaves_nothing_behind(folder: Path, slow: Sandbox) -> None:
    """Interrupted while it waits, the command exits with 130 at once: no traceback, no process, no file."""
    before = sorted(os.listdir(folder))
    with started("process", "tea.pdf", "-o", ".", "--key", slow.api_key, "--url", slow.url) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("leapocr-dyn: tea.pdf: sent")
        assert process.stderr.readline() == "leapocr-dyn: tea.pdf: 0 of 1 pages\n"
        process.send_signal(signal.SIGINT)
        said, complaints = process.communicate(timeout=10)
    assert (process.returncode, said) == (130, "")
    assert re.fullmatch(
        r"leapocr-dyn: interrupted; job (\S+) goes on: leapocr-dyn call get_job_result job_id=\1",
        complaints.split("\n")[-2],
    )
    assert "Traceback" not in complaints
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert sorted(os.listdir(folder)) == before


def test_a_reader_who_has_seen_enough_is_no_failure(tmp_path: Path) -> None:
    """`leapocr-dyn ops | head -1` prints its line, ends with 0 and complains about nothing."""
    operation = {"tags": ["pets"], "summary": "x" * 200, "responses": {}}
    paths = {f"/pets/{number}": {"get": operation} for number in range(500)}
    (tmp_path / "pets.json").write_text(json.dumps({"openapi": "3.1.0", "info": {}, "paths": paths}))
    with started("ops", "--spec", str(tmp_path / "pets.json")) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "/pets/0" in process.stdout.readline()
        process.stdout.close()
        complaints = process.stderr.read()
        assert (process.wait(10), complaints) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_serves_until_it_is_told_to_stop(folder: Path, run: Run, end: signal.Signals) -> None:
    """`sandbox` prints where it is and which key it takes, serves `process`, and ends with 0 on Ctrl-C and SIGTERM."""
    with started("sandbox", "--api-key", "abc", "--part-size", "300", "--credits", "1") as process:
        assert process.stdout is not None
        where, key = process.stdout.readline().split()[3], process.stdout.readline()
        assert key == "API key: abc\n"
        said = run("process", "--json", "tea.pdf", "coffee.pdf", "--url", where, "--key", "abc")
        process.send_signal(end)
        rest, complaints = process.communicate(timeout=10)
    assert (said.code, len(said.out.splitlines()), len(said.errors)) == (1, 1, 1), "the account holds one page"
    assert "402" in said.errors[0]
    assert (process.returncode, rest, complaints) == (0, "", "")


def test_the_sandbox_fakes_any_document(tmp_path: Path) -> None:
    """`sandbox --spec` answers with what a document promises."""
    answer = {"content": {"application/json": {"example": {"name": "Rex"}}}, "description": "A pet"}
    paths = {"/pet": {"get": {"operationId": "pet", "responses": {"200": answer}}}}
    document = {"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "paths": paths}
    (tmp_path / "pets.json").write_text(json.dumps(document))
    with started("sandbox", "--spec", str(tmp_path / "pets.json")) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[3]
        assert httpx.get(f"{url}/pet").json() == {"name": "Rex"}
        process.terminate()
        assert process.communicate(timeout=10)[1] == ""


def test_a_key_goes_to_no_server_that_only_a_document_names(run: Run) -> None:
    """Before anything is sent; the sentence says which option allows it."""
    shop = Path(__file__).parent.parent / "samples" / "shop.yaml"
    said = run("call", "get_order", "id=7", "--spec", str(shop), "--key", "k")
    assert said.code == 2
    assert said.err.endswith("if that is right (on the command line: --url)\n")
