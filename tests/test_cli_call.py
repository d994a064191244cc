"""leapocr-dyn ops, show and call: an API from its document."""

from __future__ import annotations

import http.server
import io
import json
import os
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from shell import Run

from leapocr_dyn import cli
from leapocr_dyn.cli.call import rows

if TYPE_CHECKING:
    from leapocr_dyn.sandbox import Sandbox


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


TEAS: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Teas", "version": "1"},
    "paths": {"/teas": {"get": {"tags": ["tea"], "operationId": "findTeas", "summary": "Find", "responses": {}}}},
}


@pytest.fixture
def teas(tmp_path: Path) -> list[str]:
    """A document and a workflow with a method, as options."""
    (tmp_path / "teas.json").write_text(json.dumps(TEAS))
    (tmp_path / "workflow.json").write_text(json.dumps({"methods": {"all": {"calls": "findTeas"}, "teas.list": "all"}}))
    return ["--spec", str(tmp_path / "teas.json"), "--workflow", str(tmp_path / "workflow.json")]


def test_a_workflow_gives_operations_their_names(run: Run, teas: list[str]) -> None:
    """--workflow: `ops` lists its methods, and `show` explains them; an operation's own name still finds it."""
    assert run("ops", *teas).out == "all         GET  /teas  Find\nteas.list  GET  /teas  Find\n".replace(
        " " * 9, " " * 8
    )
    assert run("show", "teas.list", *teas).out.startswith("teas.list() -> ")
    assert run("show", "findTeas", *teas).out.startswith("tea.find_teas() -> ")
    assert run("ops", *teas[:2]).out == "tea.find_teas  GET  /teas  Find\n"


@pytest.mark.parametrize("name", ["all", "teas.list", "findTeas"])
def test_a_method_is_called(run: Run, teas: list[str], page: list[Any], name: str) -> None:
    """`call` takes a method's name as well as the operation's, also where no client has the operation itself."""
    said = run("call", name, *teas, "--url", os.environ["LEAPOCR_BASE_URL"])
    assert (said.code, said.out) == (0, "<h1>Hello!</h1>\n")


# --- a call ---


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


# --- files, in and out ---


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
    for is_terminal, out in ((False, b"\x1b[2J\xff"), (True, b"")):
        monkeypatch.setattr(sys.stdout, "isatty", lambda is_terminal=is_terminal: is_terminal)
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        said = capsysbinary.readouterr()
        assert (ended.value.code, said.out) == (0, out)
    assert said.err == b"leapocr-dyn: the answer is 5 bytes of application/pdf, and no text; --output FILE saves it\n"


# --- for people and for scripts ---


def test_operations_are_found_by_words(run: Run) -> None:
    """`ops PATTERN` lists those that have every word somewhere; none is a sentence, and no failure."""
    assert [line.split()[0] for line in run("ops", "status", "get").out.splitlines()] == [
        "ocr.get_job_status",
        "ocr.get_health_status",
    ]
    said = run("ops", "tea")
    assert (said.code, said.out) == (0, "")
    assert said.err == "leapocr-dyn: none of 8 operations has 'tea'; leapocr-dyn ops lists them all\n"


def test_scripts_get_json_that_stays(run: Run) -> None:
    """--json: the same fields for every operation, of every service; nothing of a terminal's in it."""
    found = json.loads(run("ops", "delete", "--json").out)
    assert found == [
        {"name": "ocr.delete_job", "method": "DELETE", "path": "/ocr/delete/{job_id}", "summary": "Forget a job"}
    ]
    assert json.loads(run("ops", "tea", "--json").out) == []
    shown = json.loads(run("show", "direct_upload", "--json").out)
    assert list(shown) == ["name", "method", "path", "operation_id", "summary", "arguments", "result", "errors"]
    arguments = {one["name"]: one for one in shown["arguments"]}
    assert arguments["file_name"] == {"name": "file_name", "type": "str", "required": True}
    assert arguments["format"]["values"] == ["markdown", "structured"]
    assert "401" in shown["errors"]
    pages = json.loads(run("show", "get_job_result", "--json").out)["arguments"]
    assert pages[1] == {"name": "page", "type": "int", "required": False, "default": 1}


@pytest.mark.parametrize("service", ["artificer", "claude", "costops", "leapocr", "zaguan"])
def test_every_operation_of_every_service_can_be_described(run: Run, service: str) -> None:
    """What `ops` names, `show --json` describes."""
    for one in json.loads(run("ops", "--service", service, "--json").out):
        shown = json.loads(run("show", one["name"], "--service", service, "--json").out)
        assert shown["name"] == one["name"]


def test_a_call_can_be_looked_at_before_it_is_made(run: Run, configured: Sandbox) -> None:
    """--curl and --dry-run send nothing, and show no key."""
    before = len(configured.requests)
    words = ["call", "upload_from_remote_url", "url=https://here.example/tea.pdf", "--key", "hush-hush"]
    said = run(*words, "--curl")
    assert said.out.startswith(f'curl -X POST {configured.url}/ocr/uploads/url -H "X-API-KEY: $LEAPOCR_API_KEY"')
    dry = run(*words, "--dry-run")
    assert (dry.code, dry.err) == (0, "leapocr-dyn: nothing was sent\n")
    head, _, body = dry.out.partition("\n\n")
    assert head.splitlines()[0] == f"POST {configured.url}/ocr/uploads/url"
    assert json.loads(body)["url"] == "https://here.example/tea.pdf"
    assert "hush-hush" not in said.out + dry.out
    assert len(configured.requests) == before


def test_a_body_that_is_a_file_is_not_shown(run: Run, desk: str) -> None:
    """--dry-run says how much would be read."""
    Path("scan.pdf").write_bytes(b"%PDF-" + b"x" * 2000)
    said = run("call", "scan", "body=@scan.pdf", "--spec", desk, "--url", desk, "--dry-run")
    assert said.out.endswith("\n(2 kB, read while it is sent)\n")


def test_an_answer_is_printed_as_it_is_wanted(run: Run, configured: Sandbox) -> None:
    """-o json, table and raw; as a table, an object has a line for each field, and a list of objects a row for each."""
    table = run("call", "get_health_status", "-o", "table").out
    assert re.search(r"^status +healthy$", table, re.MULTILINE)
    raw = run("call", "get_health_status", "-o", "raw").out
    assert json.loads(raw)["status"] == json.loads(run("call", "get_health_status", "-o", "json").out)["status"]
    assert "\n" not in raw


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ([{"a": 1, "b": None}, {"a": "x", "c": [1]}], [["a", "b", "c"], ["1", "", ""], ["x", "", "[1]"]]),
        ({"total": 1, "items": [{"a": True}]}, [["a"], ["true"]]),
        ({"a": [1], "b": [2]}, [["a", "[1]"], ["b", "[2]"]]),
        ({"items": []}, [["items", "[]"]]),
        ([1, "two\nthree"], [["1"], ["two three"]]),
        ("tea", [["tea"]]),
        (["x" * 50], [["x" * 39 + "…"]]),
    ],
)
def test_json_becomes_rows(found: Any, shown: list[list[str]]) -> None:
    """A list under the names of its fields; long texts are cut, and nothing breaks a line."""
    assert rows(found) == shown
