"""leapocr-dyn doctor: a report in lines, what to do next, and an exit code that says whose move it is."""

from __future__ import annotations

import json
import os
import re
import socket
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from shell import Page, Run
from test_method import DOCUMENT, WORKFLOW

from leapocr_dyn.explore import machine
from leapocr_dyn.sandbox import Sandbox


def fields(out: str) -> dict[str, str]:
    """The report by its labels; what stands below a label belongs to it."""
    found: dict[str, str] = {}
    label = ""
    for line in out.splitlines():
        label = line[:12].strip() or label
        found[label] = "\n".join(filter(None, [found.get(label), line[12:]]))
    return found


@pytest.fixture
def teas(tmp_path: Path) -> Any:
    """Options for the tea shop's document, and a workflow as it is given."""
    (tmp_path / "teas.json").write_text(json.dumps(DOCUMENT))

    def options(workflow: Any = None) -> list[str]:
        words = ["--spec", str(tmp_path / "teas.json")]
        if workflow is not None:
            (tmp_path / "workflow.json").write_text(json.dumps(workflow))
            words += ["--workflow", str(tmp_path / "workflow.json")]
        return words

    return options


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Nobody opens a connection unless the test is about that."""
    if "page" not in request.fixturenames and "port" not in request.fixturenames:
        monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it went to the network"))


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        found: int = one.getsockname()[1]
        return found


def test_a_healthy_service_is_told_in_lines(run: Run) -> None:
    """Document, report, workflow, clients, environment, address, versions; what to do next comes last."""
    said = run("doctor")
    assert (said.code, said.err) == (0, "")
    told = fields(said.out)
    assert list(told) == [*("document", "report", "workflow", "clients", "environment", "requests", "versions", "next")]
    assert told["document"] == "LeapOCR v1, OpenAPI 3.1.0: 8 operations, 28 models"
    assert told["workflow"].endswith("; all that it names is there")
    assert told["clients"] == "LeapOCRSync, LeapOCR"
    assert told["requests"] == "go to https://api.leapocr.com/api/v1"
    assert told["versions"].startswith("leapocr-dyn 0.1.0, httpx ")
    assert told["next"] == "get a key: set LEAPOCR_API_KEY, or pass api_key=... or token=... (here: --key or --token)"


def test_no_secret_of_the_environment_is_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a variable is set, never what it holds; but for the address, which is where requests go."""
    monkeypatch.setenv("LEAPOCR_API_KEY", "hush-hush")
    monkeypatch.setenv("LEAPOCR_BASE_URL", "https://here.example/v1")
    said = run("doctor")
    told = fields(said.out)
    assert "hush" not in said.out + said.err
    assert "LEAPOCR_API_KEY (api_key) is set" in told["environment"]
    assert "LEAPOCR_TIMEOUT (timeout) is not set" in told["environment"]
    assert told["requests"] == "go to https://here.example/v1"
    assert told["next"] == "leapocr-dyn doctor --service leapocr --online asks the server"


def test_a_setting_that_cannot_be_right_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a client would refuse it, by the name of its variable; it is the caller's to mend."""
    monkeypatch.setenv("LEAPOCR_TIMEOUT", "soon")
    said = run("doctor")
    assert said.code == 2
    assert fields(said.out)["requests"].startswith("- LEAPOCR_TIMEOUT must be a number above 0, not 'soon'")
    assert fields(said.out)["next"] == "mend that setting, and ask again"


def test_a_workflow_that_names_what_is_not_there_is_the_callers_to_mend(run: Run, teas: Any) -> None:
    """Every problem has a line of its own, and the command ends with 2."""
    said = run("doctor", *teas(WORKFLOW))
    assert said.code == 2
    told = fields(said.out)
    gone = "- methods/gone: there is no operation 'removedOperation'"
    assert told["workflow"].partition("; ")[2] == f"1 problem\n{gone}"
    assert told["next"].startswith("mend the workflow")


def test_a_workflow_that_does_not_fit_its_schema_is_one_sentence(run: Run, teas: Any) -> None:
    """Nothing can be said of a file whose words nobody knows, but where they stand."""
    said = run("doctor", *teas({"methods": {"a": {"cals": "getTea"}}}))
    assert (said.code, said.out) == (2, "")
    assert "workflow.json: methods/a: " in said.err


def test_any_document_is_told_of(run: Run, teas: Any) -> None:
    """Without a workflow, too; and where requests can go nowhere yet, how to say where."""
    told = fields(run("doctor", *teas()).out)
    assert told["workflow"] == "none; --workflow FILE gives operations names and rules"
    assert told["clients"] == "Client, AsyncClient"
    assert told["requests"] == "go to https://teas.example/v1"
    homeless = json.loads(Path(teas()[1]).read_text()) | {"servers": [{"url": "/v1"}]}
    Path(teas()[1]).write_text(json.dumps(homeless))
    said = run("doctor", *teas(), "--online")
    assert said.code == 0
    assert fields(said.out)["requests"].startswith("go nowhere yet")
    assert fields(said.out)["next"] == "say where the API is: --url here, base_url=... in a program"


def test_an_operation_that_goes_elsewhere_is_told(run: Run, teas: Any) -> None:
    """A server that the document names for a path, with what is sent there."""
    document = json.loads(Path(teas()[1]).read_text())
    document["paths"]["/teas/{id}"]["servers"] = [{"url": "https://cups.example"}]
    Path(teas()[1]).write_text(json.dumps(document))
    assert fields(run("doctor", *teas()).out)["requests"] == (
        "go to https://teas.example/v1\nhttps://cups.example for tea.get_tea"
    )


def test_the_server_is_asked_where_somebody_says_so(
    run: Run, teas: Any, page: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """--url is where, and asks: one GET without a key, and one with it, where there is one; never anything else."""
    seen: list[str] = []
    monkeypatch.setattr(Page, "log_message", lambda self, *_: seen.append(str(self.headers)))
    url = os.environ["LEAPOCR_BASE_URL"]
    said = run("doctor", *teas(), "--url", url)
    assert said.code == 0
    assert fields(said.out)["server"] == f"GET {url}/teas answered 200"
    monkeypatch.setenv("LEAPOCR_API_KEY", "hush-hush")
    told = fields(run("doctor", "--online").out)
    assert told["server"] == f"GET {url}/health answered 200"
    assert told["key"].startswith("- get_job_status: 200: the server answered text/html where JSON was promised")
    assert told["next"] == "leapocr-dyn ops --service leapocr"
    assert ["hush-hush" in one for one in seen] == [False, False, True]


def test_a_wrong_key_and_a_wrong_path_are_said(run: Run, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """A key that the server refuses is the caller's to mend; where nothing of the document is, the address is wrong."""
    with Sandbox(api_key="right", port=port) as server:
        monkeypatch.delenv("LEAPOCR_API_KEY", raising=False)
        told = run("doctor", "--url", server.url, "--key", "wrong")
        assert (told.code, fields(told.out)["key"]) == (2, "- refused: GET /ocr/status/{job_id} answered 401")
        assert fields(told.out)["next"].startswith("get a key: set LEAPOCR_API_KEY, or pass api_key=")
        assert "wrong" not in told.out
        told = run("doctor", "--url", server.url, "--key", "right")
        assert (told.code, fields(told.out)["key"]) == (0, "not refused: GET /ocr/status/{job_id} answered 404")
        told = run("doctor", "--url", server.url.replace("v1", "v2"), "--key", "right")
        assert told.code == 1
        assert fields(told.out)["next"].startswith("is the address right")
        assert "key" not in fields(told.out)


def test_a_proxy_that_may_be_why_is_asked_about(run: Run, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Where the server does not answer, and requests go through a proxy."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    told = fields(run("doctor", "--url", "http://tea.example").out)
    assert told["next"].startswith("is that proxy up, and meant for this address?")


def test_a_server_that_does_not_answer_is_a_failure(run: Run, teas: Any, port: int) -> None:
    """It ends with 1: nothing is wrong here."""
    said = run("doctor", *teas(), "--url", f"http://127.0.0.1:{port}")
    assert said.code == 1
    assert fields(said.out)["server"].startswith(f"GET http://127.0.0.1:{port}/teas: ")
    assert fields(said.out)["next"] == "is the address right, and the server up? --url says another"


# --- this machine ---


def test_a_key_that_no_request_can_carry_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copied with quotes that are none: it is the caller's to mend, and is not shown."""
    monkeypatch.setenv("LEAPOCR_API_KEY", "“hush”")
    said = run("doctor")
    assert said.code == 2
    assert "- LEAPOCR_API_KEY holds characters that a header cannot" in fields(said.out)["environment"]
    assert fields(said.out)["next"].startswith("set that variable again")
    assert "hush" not in said.out


def test_a_proxy_is_named_without_its_password(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment sends requests through one, and where it makes an exception."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hush@proxy.example:3128")
    told = fields(run("doctor").out)["proxies"]
    assert told.startswith("api.leapocr.com is reached through http://proxy.example:3128;")
    monkeypatch.setenv("NO_PROXY", "leapocr.com")
    assert fields(run("doctor").out)["proxies"] == "none for api.leapocr.com: NO_PROXY names it"


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (0, "as the server's"),
        (9000, r"- \d+ seconds behind the server's"),
        (-9000, r"- \d+ seconds ahead of the server's"),
    ],
)
def test_a_clock_that_is_wrong_is_said(
    run: Run, teas: Any, page: list[Any], monkeypatch: pytest.MonkeyPatch, ahead: int, said: str
) -> None:
    """By the Date of the server's answer; tokens and signed links are good for minutes only."""
    monkeypatch.setattr(Page, "date_time_string", lambda self: formatdate(time.time() + ahead, usegmt=True))
    told = fields(run("doctor", *teas(), "--url", os.environ["LEAPOCR_BASE_URL"]).out)
    assert re.fullmatch(said, told["clock"])
    assert told["next"].startswith("set this machine's clock") == bool(ahead)


def test_what_is_not_installed_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the extra that brings it."""
    monkeypatch.setattr(machine, "EXTRAS", {"pdf": "json", "repl": "nothing_of_this_name"})
    assert fields(run("doctor").out)["versions"].endswith("; not installed: repl")
