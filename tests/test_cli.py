"""The command line as a person uses it: results on stdout, one sentence on stderr, and an exit code that says so."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from shell import Page, Run, Said, started

from leapocr_dyn import cli
from leapocr_dyn.cli import ops

if TYPE_CHECKING:
    from leapocr_dyn.sandbox import Sandbox


def test_without_a_command_it_says_what_there_is(run: Run) -> None:
    """No command is the help on stderr and a failure; asked for, it is a result."""
    assert run() == Said(2, "", run("--help").out)
    assert run("--version").out == "leapocr-dyn, version 0.1.0\n"


def test_the_help_is_there_at_once() -> None:
    """--help imports no command, and nothing that only a command needs."""
    program = "import sys, leapocr_dyn.cli as cli\ntry: cli.main(['--help'])\nexcept SystemExit: print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    imported = set(said.stdout.splitlines()[-1].split())
    homes = {home for home, _ in cli.COMMANDS.values()}
    assert imported & {"httpx", "yaml", "attrs", "asyncio", "rich.console", "leapocr_dyn.api", *homes} == set()


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(run: Run, name: str) -> None:
    """What the help names is there, and has a help of its own."""
    said = run(name, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: leapocr-dyn {name} [OPTIONS]")


def test_without_its_packages_it_says_which_to_install() -> None:
    """Installed without the [cli] extra, the command is one line that names it."""
    program = "import sys; sys.modules['click'] = None; import leapocr_dyn.cli"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == ("leapocr-dyn: the command line needs two more packages: pip install 'leapocr-dyn[cli]'\n")


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


def test_without_a_key_it_says_where_to_put_one(run: Run, folder: Path, sandbox: Sandbox) -> None:
    """No key at all is the caller's to mend, before anything is sent."""
    for words, keys in (("process tea.pdf", "--key"), ("call get_job_status job_id=1", "--key or --token")):
        said = run(*words.split(), "--url", sandbox.url)
        assert (said.code, said.out, len(said.errors)) == (2, "", 1)
        assert said.errors[0].endswith(f"(on the command line: {keys})")


def test_a_key_goes_to_no_server_that_only_a_document_names(run: Run) -> None:
    """Before anything is sent; the sentence says which option allows it."""
    shop = Path(__file__).parent.parent / "samples" / "shop.yaml"
    said = run("call", "get_order", "id=7", "--spec", str(shop), "--key", "k")
    assert said.code == 2
    assert said.err.endswith("if that is right (on the command line: --url)\n")


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
        ("opps", 2, r"no such command 'opps'; did you mean 'ops'\? \(see leapocr-dyn --help\)"),
        ("brew tea.pdf", 2, r"no such command 'brew' \(see leapocr-dyn --help\)"),
        ("ops --milk", 2, "no such option.*--milk.*"),
        ("ops --spec missing.yaml", 2, "there is no file '.*missi.*'.*"),
        ("ops --spec bad.yaml", 2, "bad.yaml, line 2, column 1: this is not YAML: .*"),
        ("ops --spec schema.json", 2, ".*schema.json.*openapi.*"),
        ("ops --service leapoc", 2, "there is no service 'leapoc'; did you mean 'leapocr'.*"),
        ("ops --service foo", 2, "there is no service 'foo'; there are .*leapocr.*, and --spec FILE for any other"),
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


def test_a_mistake_of_ours_is_not_told_as_yours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug keeps its traceback: a sentence would send the reader to look for a mistake in the call."""
    monkeypatch.setattr(ops, "rows", lambda api: api.nothing)
    with pytest.raises(AttributeError):
        cli.main(["ops"])


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
