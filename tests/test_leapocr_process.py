"""leapocr-dyn process: documents in, text out, and what happens to those that cannot be read."""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from screen import screen
from shell import PROGRAM, Run, started

pytest.importorskip("starlette", reason="the sandbox needs starlette: pip install leapocr-dyn[sandbox]")

from test_sandbox_reader import pdf

from leapocr_dyn.sandbox import Sandbox
from leapocr_dyn.session import Session


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


def test_a_document_that_is_partially_done_is_said_to_be(run: Run, folder: Path, configured: Sandbox) -> None:
    """What there is goes to stdout; a line says that it is not all, and where the reason is; the exit code is 1."""
    needed = {"type": "object", "properties": {"buyer": {"type": "string"}}, "required": ["buyer"]}
    (folder / "schema.json").write_text(json.dumps(needed))
    said = run("process", "--format", "structured", "--schema", "schema.json", "--json", "tea.pdf")
    result = json.loads(said.out)
    assert (said.code, result["status"]) == (1, "partially_done")
    why = f"`leapocr-dyn call get_job_status job_id={result['job_id']}` says what is missing"
    assert said.errors == [f"leapocr-dyn: tea.pdf: partially done, 1 of 1 pages; {why}"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder."""

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


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


def test_a_terminal_sees_a_bar(folder: Path, sandbox: Sandbox) -> None:
    """Where stderr is a terminal, sending and reading are bars; stdout is the text all the same."""
    words = ["process", "tea.pdf", "--key", sandbox.api_key, "--url", sandbox.url]
    with screen(sys.executable, "-c", PROGRAM, *words, home=folder, cwd=folder) as shown:
        shown.wait("tea.pdf: sending .* bytes")
        shown.wait("1 of 1 pages")
        shown.wait("Green tea")
        assert shown.end() == 0


def test_a_job_that_takes_too_long_is_left_alone(run: Run, folder: Path, slow: Sandbox) -> None:
    """--wait bounds the wait, and the sentence says which job goes on and how to ask for it."""
    said = run("process", "tea.pdf", "--wait", "0.1", "--key", slow.api_key, "--url", slow.url)
    assert (said.code, said.out, len(said.errors)) == (1, "", 1)
    assert re.fullmatch(
        r"leapocr-dyn: tea.pdf: job [-0-9a-f]{36} was not done .*--wait.*get_job_result.*", said.errors[0]
    )


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


def test_ctrl_c_while_a_job_is_submitted_names_the_job(
    run: Run, folder: Path, configured: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have begun, and then it is paid for."""
    ask = Session.ask

    async def interrupted(self: Session, operation: Any, *rest: Any, **more: Any) -> Any:  # Any: passed on
        if getattr(operation, "id", "") == "completeDirectUpload":
            raise KeyboardInterrupt
        return await ask(self, operation, *rest, **more)

    monkeypatch.setattr(Session, "ask", interrupted)
    said = run("process", "tea.pdf")
    assert (said.code, said.out) == (130, "")
    assert re.fullmatch(r"leapocr-dyn: interrupted; This was about job [-0-9a-f]{36}\.", said.errors[-1])
