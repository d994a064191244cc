"""Rehearsals: a client written against one version of an API, and a server that goes on to the next one.

The documents are those that two services really published, one after the other. The sandbox speaks each as it was: its
paths, its fields, its rules. What the policy lets through must work, and what it does not must be left alone.
"""

from __future__ import annotations

import contextlib
import http.server
import itertools
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import WORLDS, World
from test_claude import served
from test_sandbox_reader import pdf
from versions import PUBLISHED

import leapocr_dyn
from leapocr_dyn import LeapOCR, LeapOCRSync, PollOptions, ProcessOptions, errors
from leapocr_dyn.api import Api
from leapocr_dyn.errors import UpdateWarning
from leapocr_dyn.history.update import Update
from leapocr_dyn.sandbox import Sandbox
from leapocr_dyn.sandbox.contract import Contract, Refusal
from leapocr_dyn.services.claude import AsyncClaudeClient, ClaudeClient

pytestmark = pytest.mark.skipif(not PUBLISHED.exists(), reason="the documents that services published are not here")

Json = Any  # a document, or what a server answers
SPEC = Path(__file__).parent.parent / "spec"
VECTORS = PUBLISHED.parent / "vectors" / "leapocr-history.json"
TEA = pdf("Green tea")
SOON = PollOptions(poll_interval=0.02, max_wait=120)
VERSIONS = ["1", "2", "3", "3b", "4", "4b", "5", "6", "8"]
# What a version has no way for, whoever asks: the step, the exception, and why.
UNABLE: dict[str, dict[str, tuple[type[Exception], str]]] = {
    "1": {"delete": (errors.DocumentError, "this version of the API has no operation deleteJob")},
    "5": {"delete": (TypeError, "needs organization_id= and team_id=")},
    "6": {"delete": (TypeError, "needs organization_id= and team_id=")},
}
# What an older document asks for in vain once the server has gone on.
LEFT_BEHIND: dict[str, dict[str, tuple[type[Exception], str]]] = {
    "4 to 5": {"delete": (errors.NotFoundError, "there is no such path")},
}


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """LeapOCR, at whatever version a test says."""
    with Sandbox(part_size=400, credits=1_000_000) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def scan() -> Iterator[str]:
    """The URL of a document on this machine."""

    class Pages(http.server.BaseHTTPRequestHandler):
        """A web server with one PDF."""

        def do_GET(self) -> None:
            """The PDF."""
            self.send_response(200)
            self.end_headers()
            self.wfile.write(TEA)

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.1})
        thread.start()
        yield f"http://127.0.0.1:{web.server_port}/tea.pdf"
        web.shutdown()
        thread.join()


def by_turns(cases: list[Any], first: int = 0) -> list[Any]:
    """Each case in one of the three worlds, which take turns: all of them in all would take minutes."""
    worlds = [WORLDS[(first + place) % len(WORLDS)] for place in range(len(cases))]
    named = [" to ".join(str(part)[:2] for part in case[:2]) for case in cases]
    return [
        pytest.param(*case, kind, id=f"{name} {kind}") for case, kind, name in zip(cases, worlds, named, strict=True)
    ]


def version(number: str) -> Path:
    """A version of LeapOCR's document, as it was published."""
    return PUBLISHED / "leapocr" / f"{number}.json"


def written_against(number: str, **terms: Json) -> Api:
    """LeapOCR's API at a version, with the corrections and the workflow that come with the package."""
    overlay, workflow = (SPEC / "leapocr" / f"{name}.yaml" for name in ("overlay", "workflow"))
    return leapocr_dyn.load(version(number), overlay=overlay, workflow=workflow, **terms)


def client_of(world: World, server: Sandbox, api: Api) -> Any:  # Any: one text for both
    """A client of this world, on a real socket."""
    kind: Any = LeapOCRSync if world.blocking else LeapOCR
    client = kind(api_key=server.api_key, base_url=server.url, api=api)
    world._clients.append(client)  # closed with the world
    return client


class Program:
    """What somebody wrote against one version: it sends documents, waits for them, reads them and deletes them."""

    def __init__(self, world: World, server: Sandbox, scan: str, api: Api) -> None:
        self.world, self.server, self.scan = world, server, scan
        self.client = client_of(world, server, api)
        self.get_job_status = self.client.ocr.get_job_status  # held from the beginning on

    def begin(self) -> str:
        """A job, from a file in several parts."""
        begun = self.world.run(self.client.ocr.process_file(("tea.pdf", TEA)))
        return str(begun.job_id)

    def end(self, job_id: str) -> None:
        """All that can be asked about a job, until it is done."""
        self.server.settled(job_id)
        result = self.world.run(self.client.ocr.wait_until_done(job_id, SOON))
        assert (result.status, result.text, result.total_pages) == ("completed", "Green tea", 1)
        status = self.world.run(self.get_job_status(job_id))
        assert (status.job_id, status.status, status.progress) == (job_id, "completed", 100)
        assert self.world.run(self.client.ocr.get_results(job_id)).text == "Green tea"
        pages = self.world.all(self.client.ocr.stream_results(job_id))
        assert [(page.page_number, page.text) for page in pages] == [(1, "Green tea")]

    def run(self, unable: dict[str, tuple[type[Exception], str]]) -> None:
        """Everything, from the first step to the last. unable: the steps that fail, and how."""
        assert self.world.run(self.client.health())
        job_id = self.begin()
        self.end(job_id)
        with raising(unable.get("delete")):
            self.world.run(self.client.ocr.delete_job(job_id))
            with pytest.raises(errors.NotFoundError, match="job not found"):
                self.world.run(self.get_job_status(job_id))
        begun = self.world.run(self.client.ocr.process_url(self.scan))
        self.server.settled(begun.job_id)
        assert self.world.run(self.client.ocr.wait_until_done(begun.job_id, SOON)).text == "Green tea"


def raising(failure: tuple[type[Exception], str] | None) -> contextlib.AbstractContextManager[object]:
    """A block that fails so; one that does not fail, for None."""
    if failure is None:
        return contextlib.nullcontext()
    return pytest.raises(failure[0], match=re.escape(failure[1]))


def strays(server: Sandbox, number: str) -> list[str]:
    """What the server was asked, since its requests were last cleared, that is no operation of this version."""
    contract, found = Contract(json.loads(version(number).read_bytes())), []
    for method, path, _ in server.requests:
        if path.startswith(contract.base_path) and not server.document_url.endswith(path):
            try:
                contract.route(method, path.removeprefix(contract.base_path))
            except Refusal:
                found.append(f"{method} {path}")
    return found


# --- LeapOCR ---


@pytest.mark.parametrize(("number", "world"), by_turns([(number,) for number in VERSIONS]), indirect=["world"])
def test_a_client_of_any_version_works_with_a_server_of_that_version(
    world: World, server: Sandbox, scan: str, number: str
) -> None:
    """What the document says is sent and read, and nothing on either side comes as a surprise."""
    server.document = version(number)
    program = Program(world, server, scan, written_against(number))
    program.run(UNABLE.get(number, {}))
    form = ProcessOptions(format="structured", schema={"type": "object", "properties": {"total": {}}})
    begun = world.run(program.client.ocr.process_file(("a.pdf", pdf("Total: 12.50")), form))
    server.settled(begun.job_id)
    assert "12.5" in world.run(program.client.ocr.wait_until_done(begun.job_id, SOON)).text
    assert program.client.drift() == []


def pairs() -> list[tuple[str, str, list[Json]]]:
    """(old, new, what breaks) of each pair of versions that were published one after the other."""
    found: dict[tuple[str, str], list[Json]] = {}
    for pair in json.loads(VECTORS.read_text("utf-8"))["pairs"] if VECTORS.is_file() else ():
        breaking = [one for one in pair["expected"] if one["severity"] == "breaking"]
        found.setdefault((pair["old"], pair["new"]), []).extend(breaking)
    return [(*pair, breaking) for pair, breaking in found.items()]


def used(api: Api, breaking: list[Json]) -> list[tuple[str, str]]:
    """(operationId, name of what changed) of what breaks an operation that the workflow names."""
    found = [(api.operations.get(one.get("operation")), one.get("name", "")) for one in breaking]
    return [(operation.id, name) for operation, name in found if operation is not None]


def said(update: Update, change: tuple[str, str]) -> bool:
    """Whether an update says that this breaks, in its facts and in its words."""
    told = [one for one in update.breaks if one.operation_id == change[0] and change[1] in ("", one.name)]
    return bool(told) and all(one.severity == "breaking" and one.said in str(update) for one in told)


@pytest.mark.parametrize(("old", "new", "breaking", "world"), by_turns(pairs()), indirect=["world"])
def test_a_compatible_client_goes_on_with_the_service(
    world: World, server: Sandbox, scan: str, old: str, new: str, breaking: list[Json]
) -> None:
    """What breaks nothing that it uses is taken over; else it stays as it was, and says exactly what would break.

    Either way a job that began before ends well, what it held before works, and so does all that the wire allows.
    """
    server.document = version(old)
    api = written_against(old, policy="compatible", updates=server.document_url)
    program = Program(world, server, scan, api)
    job_id = program.begin()
    server.document = version(new)
    server.requests.clear()
    update = api.update()
    expected = used(api.pinned, breaking)
    assert all(said(update, change) for change in expected)
    assert update.taken is not bool(expected)
    spoken = old if expected else new
    assert api.now.document == written_against(spoken).document
    program.end(job_id)
    program.run(LEFT_BEHIND.get(f"{old} to {new}", UNABLE.get(spoken, {})))
    assert strays(server, spoken) == []


@pytest.mark.parametrize(("old", "new", "breaking", "world"), by_turns(pairs(), 1), indirect=["world"])
def test_a_client_that_takes_everything_works_with_what_there_is(
    world: World, server: Sandbox, scan: str, old: str, new: str, breaking: list[Json]
) -> None:
    """It is told what breaks, and all that the newer version has a way for goes on, also what began before."""
    server.document = version(old)
    api = written_against(old, policy="latest", updates=server.document_url)
    program = Program(world, server, scan, api)
    job_id = program.begin()
    server.document = version(new)
    server.requests.clear()
    update = api.update()
    assert all(said(update, change) for change in used(api.pinned, breaking))
    assert api.now.document == written_against(new).document
    program.end(job_id)
    program.run(UNABLE.get(new, {}))
    assert strays(server, new) == []


@pytest.mark.parametrize(("old", "new", "breaks"), [("2", "3", ""), ("3", "4", "response 200 pages[]: text is gone")])
def test_nobody_has_to_ask_for_it(world: World, server: Sandbox, scan: str, old: str, new: str, breaks: str) -> None:
    """What is compatible is spoken in the very next step, in every world; what is not becomes one warning."""
    server.document = version(old)
    api = written_against(old, policy="compatible", updates=server.document_url, every=0.0)
    program = Program(world, server, scan, api)
    job_id = program.begin()
    delete = program.client.ocr.delete_job
    server.document = version(new)
    warned: Any = pytest.warns(UpdateWarning) if breaks else contextlib.nullcontext([])
    with warned as caught:
        program.end(job_id)
        world.run(delete(job_id))
    assert [breaks in str(one.message) or str(one.message) for one in caught] == ([True] if breaks else [])
    assert api.now.document == written_against(old if breaks else new).document
    assert server.requests[-1] == ("DELETE", f"/api/v1/ocr/delete/{job_id}", 200)


# --- the Claude Code API, whose server writes its document by itself ---

REVISIONS = sorted((PUBLISHED / "claude-history").glob("*.json"))
STEPS = list(itertools.pairwise(REVISIONS))
# What would break complete() there; it is left alone then.
BREAKING = {
    "03": {"needs HTTPBearer, and needed nothing", "request body: project_id is gone"},
    "14": {"response 200: is no longer described"},
}


@pytest.fixture(scope="module")
def claude_server() -> Iterator[Sandbox]:
    """The service on this machine: requests are held against the revision that is served."""
    with Sandbox(document=REVISIONS[0], answers=served()) as sandbox:
        yield sandbox


def revised(path: Path, **terms: Json) -> Api:
    """The service's API at a revision."""
    return leapocr_dyn.load(path, workflow=SPEC / "claude" / "workflow.yaml", **terms)


@pytest.mark.parametrize("policy", ["compatible", "latest"])
@pytest.mark.parametrize(("old", "new", "world"), by_turns([(*step,) for step in STEPS]), indirect=["world"])
def test_complete_keeps_working_wherever_the_wire_allows_it(
    world: World, claude_server: Sandbox, old: Path, new: Path, policy: str
) -> None:
    """With components renamed, with a response that is no longer described, and from the first revision that has it."""
    server, revision = claude_server, new.name[:2]
    server.document = old
    api = revised(old, policy=policy, updates=server.document_url)
    kind: Any = ClaudeClient if world.blocking else AsyncClaudeClient
    client = kind(server.url, server.api_key, api=api)
    world._clients.append(client)  # closed with the world
    complete = client.complete  # held from before
    if "complete" in api.operations:
        assert world.run(complete("Hi", "haiku")).usage.total_tokens == 14
    server.document = new
    update = api.update()
    broken = BREAKING.get(revision, set())
    assert all(any(said in change.said for change in update.breaks) for said in broken)
    assert update.taken is (policy == "latest" or not update.breaks)
    assert api.now.document == revised(new if update.taken else old).document
    if revision == "03" and not update.taken:
        # Its version knows of no key, so it sends none: the wire allows it no longer.
        with pytest.raises(errors.AuthenticationError):
            world.run(complete("Hi"))
        return
    response = world.run(complete("Hi", "haiku", timeout=20))
    assert (response.content, response.usage.total_tokens) == ("Snakes in lines", 14)
    assert client.drift() == []
