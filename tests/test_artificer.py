"""Artificer: the programs that its plan promises run as they are; and what the two wires and both worlds need beside.

Programs run against the document, served by a real server that holds each request against it and answers what is
recorded here.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import doctest
import inspect
import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import attrs
import httpx
import pytest
from test_spec import meaning
from test_stubs import checked

import leapocr_dyn
from leapocr_dyn import errors
from leapocr_dyn.model.naming import attribute
from leapocr_dyn.model.value import NOT_GIVEN, to_wire
from leapocr_dyn.sandbox import Sandbox
from leapocr_dyn.services import artificer
from leapocr_dyn.services.artificer import Artificer, exceptions, retry_with_backoff, trpc
from leapocr_dyn.services.artificer.auth import ApiKeyAuth
from leapocr_dyn.services.artificer.models import BatchOptions, Conversation, ValidationConfig
from leapocr_dyn.services.artificer.models.batch import PhaseConfig
from leapocr_dyn.services.artificer.processing.pdf import PdfProcessor

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
PLAN = SHARED / "seeds" / "001-artificer.md"
VECTORS = SHARED / "vectors" / "artificer_trpc.json"
STANDALONE = SHARED / "vectors" / "artificer_standalone.json"
PROCEDURES = SHARED / "specs" / "artificer-trpc-procedures.json"
KEY = "your-api-key"
PDF = b"%PDF-1.4 a small one"
PNG = b"\x89PNG"

JOB: dict[str, Any] = {
    "name": "Test Job",
    "items": [{"input": "Hello"}, {"input": "Goodbye"}],
    "phases": [{"name": "translation"}],
}


def job(status: str, done: int = 0, total: int = 3) -> dict[str, Any]:
    """A job as the server tells it."""
    counted = {"totalItems": total, "completedItems": done, "failedItems": 0, "tokensUsed": 7, "costIncurred": 0.01}
    return {"id": "j-1", "name": "J", "status": status, "createdAt": "2026-01-31T12:00:00.000Z", **counted}


def events(*data: Any) -> dict[str, Any]:
    """A stream of these."""
    text = "".join(f"data: {json.dumps(one)}\n\n" for one in data)
    return {"status": 200, "headers": {"content-type": "text/event-stream"}, "text": text}


def said(at: str, *answers: Any) -> list[dict[str, Any]]:
    """Recorded exchanges: what is answered at "METHOD /path", one after the other."""
    method, path = at.split()
    return [
        {
            "request": {"method": method, "path": path},
            "response": one if isinstance(one, dict) and "status" in one and "headers" in one else answer(one),
        }
        for one in answers
    ]


def answer(body: Any, status: int = 200) -> dict[str, Any]:
    """A JSON answer."""
    return {"status": status, "headers": {}, "json": body}


RECORDED = [
    *said("POST /api/conversations", {"id": "c-1", "title": "Python SDK Test", "model": "deepseek-chat"}),
    *said("POST /api/conversations/c-1/messages", {"id": "m-1", "content": "Hello!", "role": "assistant"}),
    *said("POST /api/chat/stream", events({"content": "Once ", "finished": False}, {"content": "upon"})),
    *said("GET /api/images/check-pdf-needs-ocr", {"needsOCR": True, "pages": 2, "estimatedOCRCost": 0.0021}),
    *said("POST /api/images/process-pdf", {"text": "read", "metadata": {"pages": 2, "method": "ocr", "ocrUsed": True}}),
    *said("POST /api/images/extract-text", {"text": "seen", "confidence": 0.95}),
    *said("POST /api/batch", job("PENDING")),
    *said("GET /api/batch/j-1", job("RUNNING", 1), job("COMPLETED", 3)),
    *said("GET /api/batch/j-1/results", [{"itemIndex": 0, "input": "Hello", "output": "Hola", "status": "COMPLETED"}]),
    *said("POST /api/orchestration/execute", {"response": "Paris", "cost": 0.0123, "tokens": 42}),
]


def served(recorded: list[dict[str, Any]] = RECORDED, key: str = KEY, wire: str = "rest") -> Sandbox:
    """The document, on a port of this machine."""
    api = leapocr_dyn.load("artificer") if wire == "rest" else trpc.api()
    return Sandbox(document=api.document, api_key=key, answers={"vectors": recorded})


class Program:
    """A program of the plan, with only its imports and its address changed, and what it printed and slept."""

    def __init__(self, marker: str, url: str = "", *changes: tuple[str, str], begin: str = "", end: str = "") -> None:
        text = next(block for block in blocks() if marker in block)
        text = text[text.index(begin) :]
        text = text[: text.index(end) if end else None]
        for old, new in (("from artificer", f"from {artificer.__name__}"), ("http://localhost:3001", url), *changes):
            text = text.replace(old, new)
        self.text = text
        self.printed: list[str] = []
        self.slept: list[float] = []
        # The plan's programs use these without importing them.
        time = SimpleNamespace(sleep=self.slept.append)
        self.names: dict[str, Any] = {"time": time, "print": self._print, "__name__": "program"}

    def run(self, **names: Any) -> dict[str, Any]:
        """The program's names, when it has run."""
        self.names |= names
        exec(compile(self.text, "program", "exec"), self.names)
        return self.names

    def _print(self, *words: Any, end: str = "\n", flush: bool = False) -> None:
        self.printed.append(" ".join(map(str, words)) + end)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with the files that programs read."""
    (tmp_path / "document.pdf").write_bytes(PDF)
    (tmp_path / "screenshot.png").write_bytes(PNG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- the programs of the plan


def test_the_long_program_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Conversations, recognition, a job up to COMPLETED, orchestration, async and streaming, line for line."""
    with served() as server, served(key="key") as other:
        monkeypatch.setenv("ARTIFICER_BASE_URL", other.url)  # the async part names no address, and has another key
        program = Program("# --- Conversations ---", server.url)
        names = program.run()
        names["client"].close()
        assert server.requests[0] == ("POST", "/api/conversations", 200)
        assert {status for *_, status in server.requests + other.requests} == {200}
        assert other.requests == [
            ("POST", "/api/conversations", 200),
            ("POST", "/api/conversations/c-1/messages", 200),
        ]
    assert program.slept == [5]
    assert program.printed[:3] == [
        "OCR required. Estimated cost: $0.0021\n",
        "Extracted text: read\n",
        "Method used: ocr\n",
    ]
    assert {"Progress: 1/3\n", "Progress: 3/3\n", "Output: Hola\n"} <= set(program.printed)
    assert program.printed[-2:] == ["Once ", "upon"]
    assert names["batch_job"].created_at.year == 2026


def test_the_same_program_runs_on_the_wire_of_today(folder: Path) -> None:
    """With wire="trpc" and nothing else changed, up to orchestration; every request is held against that document."""
    recorded = [
        *said("POST /conversations.create", wrapped({"id": "c-1", "title": "Python SDK Test"})),
        *said("POST /chat.sendMessage", wrapped({"id": "m-1", "content": "Hello!"})),
        *said("GET /images.checkPdfNeedsOCR", wrapped({"needsOCR": True, "estimatedOCRCost": 0.0021})),
        *said("POST /images.processPdf", wrapped({"text": "read", "metadata": {"pages": 2, "method": "ocr"}})),
        *said("POST /images.extractTextFromImage", wrapped({"text": "seen", "confidence": 0.95})),
        *said("POST /batch.createJob", wrapped({"success": True, "job": job("PENDING")})),
        *said("GET /batch.getJobStatus", wrapped(state("RUNNING", 1)), wrapped(state("COMPLETED", 3))),
        *said(
            "GET /batch.getJobResults", wrapped({"success": True, "results": [{"itemIndex": 0, "status": "COMPLETED"}]})
        ),
        *said("POST /api/stream/chat", events({"content": "Once ", "finished": False}, {"content": "upon"})),
    ]
    trpc_wire = ("timeout=30.0", 'timeout=30.0, wire="trpc"')
    with served(recorded, wire="trpc") as server:
        program = Program("# --- Conversations ---", server.url, trpc_wire, end="# --- Orchestration ---")
        client = program.run()["client"]
        assert [one.content for one in client.chat.stream("c-1", "Tell me a story")] == ["Once ", "upon"]
        client.close()
        assert {status for *_, status in server.requests} == {200}
        assert len(server.requests) == len(recorded)
    assert {"Progress: 1/3\n", "Progress: 3/3\n", "Pages: 2\n", "Confidence: 0.95\n"} <= set(program.printed)


def wrapped(value: Any) -> dict[str, Any]:
    """A value as tRPC wraps it."""
    return {"result": {"data": {"json": value}}}


def state(status: str, done: int) -> dict[str, Any]:
    """A job as tRPC tells how far it has come."""
    progress = {"totalItems": 3, "completedItems": done, "failedItems": 0, "percentComplete": 100 * done / 3}
    return {"success": True, "status": {"id": "j-1", "name": "J", "status": status, "progress": progress}}


def test_the_quick_start_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key and a file are enough; the address comes from the environment."""
    with served() as server:
        monkeypatch.setenv("ARTIFICER_BASE_URL", server.url)
        program = Program("# Process PDF with OCR\nwith open")
        program.run()["client"].close()
    assert program.printed == ["read\n"]


def test_the_tests_of_the_plan_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Creating a job, its whole life, and async."""
    fill = ("(...)", "(**JOB)")
    marks = [("@pytest.fixture\n", ""), ("@pytest.mark.asyncio\n", "")]
    monkeypatch.setenv("ARTIFICER_API_KEY", KEY)
    results = [{"itemIndex": index, "input": "x", "status": "COMPLETED"} for index in (0, 1)]
    recorded = [
        *said("POST /api/batch", job("PENDING", total=2)),
        *said("POST /api/batch/j-1/start", job("RUNNING", total=2)),
        *said("GET /api/batch/j-1", job("RUNNING", 1, 2), job("COMPLETED", 2, 2)),
        *said("GET /api/batch/j-1/results", results),
    ]
    with served(recorded) as server, served(recorded, key="key") as other:
        monkeypatch.setenv("ARTIFICER_BASE_URL", other.url)
        names = Program("def test_batch_job_lifecycle", server.url, fill, *marks).run(os=__import__("os"), JOB=JOB)
        client = names["client"]()
        names["test_create_batch_job"](client)
        names["test_batch_job_lifecycle"](client)
        asyncio.run(names["test_async_operations"](client))
        client.close()
        assert {status for *_, status in server.requests + other.requests} == {200}


def test_images_go_to_the_worker_and_the_rest_does_not(folder: Path) -> None:
    """python_worker_url takes images and PDFs, with the key; typescript_api_url everything else."""
    with served(key="key") as server, served(key="key") as worker:
        addresses = [('"http://localhost:8000"', repr(worker.url))]
        program = Program("python_worker_url=", server.url, ("create(...)", 'create(title="T")'), *addresses)
        names = program.run(pdf_data=PDF)
        names["client"].close()
        assert server.requests == [("POST", "/api/conversations", 200)]
        assert worker.requests == [("POST", "/api/images/process-pdf", 200)]
    assert names["result"].metadata.ocr_used is True


@pytest.mark.parametrize(
    ("status", "body", "printed", "slept"),
    [
        (400, {"message": "no", "errors": {"name": ["too long"]}}, "Invalid input: {'name': ['too long']}\n", []),
        (429, {"error": "Rate limit exceeded", "retryAfter": 54}, "Rate limited. Retry after 54.0s\n", [54]),
        (403, {"error": "not yours"}, "API error: not yours\n", []),
    ],
)
def test_the_errors_of_the_plan_are_caught(status: int, body: Any, printed: str, slept: list[float]) -> None:
    """ValidationError has `errors`, RateLimitError `retry_after`, and all of them a `message`."""
    recorded = said("POST /api/batch", answer(body, status), job("PENDING"))
    with served(recorded) as server, Artificer(KEY, server.url) as client:
        program = Program("# Usage\ntry:", "", ("(...)", "(**JOB)"), begin="# Usage")
        program.run(client=client, JOB=JOB, **vars(exceptions))
    assert (program.printed, program.slept) == ([printed], slept)


def test_a_pdf_is_read_here_as_in_the_plan() -> None:
    """PdfProcessor.extract_text, without a server."""
    pytest.importorskip("pypdfium2")
    text = Program("PyMuPDF", begin="# Used in SDK", end="# Also used")
    result = text.run(PdfProcessor=PdfProcessor, pdf_data=(ROOT / "samples" / "scan.pdf").read_bytes())["result"]
    assert set(result) == {"text", "pages", "has_text_content"}
    assert result["pages"] >= 1


def test_the_examples_in_docstrings_run(folder: Path) -> None:
    """Of every class and method of the plan, those with `async for` in a loop of their own."""
    found = [
        example
        for tree in map(ast.parse, blocks())
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for example in doctest.DocTestParser().get_examples(ast.get_docstring(node) or "")
    ]
    printed: list[str] = []
    with served() as server, Artificer(KEY, server.url) as client:
        names = {"client": client, "PhaseConfig": PhaseConfig, "conv_id": "c-1"}
        names["print"] = lambda *words, **how: printed.append(*words)
        for example in found:
            code = compile(example.source, "example", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            waiting = eval(code, names)
            if waiting is not None:
                asyncio.run(waiting)
    assert len(found) == 7
    assert printed == ["read", "Once ", "upon", "Once ", "upon"]


def blocks() -> list[str]:
    """The Python of the plan, but for a drawing of folders."""
    if not PLAN.is_file():
        pytest.skip("../shared is absent")
    found = re.findall(r"```python\n(.*?)\n```", PLAN.read_text("utf-8"), re.DOTALL)
    return [one for one in found if not one.startswith("# High-level")]


def test_classes_and_functions_have_the_signatures_of_the_plan() -> None:
    """Names, order and defaults of resources, models, exceptions, and of retry_with_backoff."""
    trees = [ast.parse(one) for one in blocks()]
    classes = {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}
    functions = {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}
    with Artificer(KEY) as client:
        for kind, namespace in (("BatchResource", client.batch), ("ImagesResource", client.images)):
            methods = [one for one in classes[kind].body if isinstance(one, ast.FunctionDef)]
            assert len(methods) >= 4
            for method in methods:
                assert taken(getattr(namespace, method.name))[: len(planned(method))] == planned(method), method.name
        (stream,) = (one for one in classes["StreamingMixin"].body if isinstance(one, ast.FunctionDef))
        assert taken(client.chat.stream)[:2] == planned(stream)
    assert taken(retry_with_backoff) == planned(functions["retry_with_backoff"])
    assert taken(ApiKeyAuth) == planned(initialiser(classes["ApiKeyAuth"]))
    for name in ("ArtificerError", "RateLimitError", "ValidationError"):
        ours = [argument for argument, _ in taken(getattr(artificer, name))]
        assert ours[: len(planned(initialiser(classes[name])))] == [
            one for one, _ in planned(initialiser(classes[name]))
        ]
    for name, model in classes.items():
        if any(ast.unparse(base) == "BaseModel" for base in model.bases):
            names = [ast.unparse(line.target) for line in model.body if isinstance(line, ast.AnnAssign)]
            fields = [field.name for field in attrs.fields(getattr(artificer, name)) if not field.name.startswith("_")]
            assert fields[: len(names)] == names


def planned(function: ast.FunctionDef) -> list[tuple[str, Any]]:
    """The arguments of a function of the plan, with their defaults."""
    names = [one.arg for one in function.args.args if one.arg != "self"]
    defaults = [ast.literal_eval(one) for one in function.args.defaults]
    return list(zip(names, [...] * (len(names) - len(defaults)) + defaults, strict=True))


def taken(thing: Callable[..., Any]) -> list[tuple[str, Any]]:
    """The same of one of ours; what is left out by itself counts as None."""
    found = inspect.signature(thing).parameters.values()
    plain = {inspect.Parameter.empty: ..., NOT_GIVEN: None}
    return [
        (one.name, plain.get(one.default, one.default) if one.default != {} else None)
        for one in found
        if one.kind is one.POSITIONAL_OR_KEYWORD
    ]


def initialiser(kind: ast.ClassDef) -> ast.FunctionDef:
    """The `__init__` of a class of the plan."""
    return next(one for one in kind.body if isinstance(one, ast.FunctionDef) and one.name == "__init__")


# -- the wire that today's servers speak


class Recorder:
    """A network that answers every request alike, and keeps it. answers: (status, JSON or event stream)."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status, body = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if isinstance(body, str):
            return httpx.Response(status, text=body, headers={"content-type": "text/event-stream"})
        return httpx.Response(status, json=body)

    @property
    def sent(self) -> Any:
        """The JSON of the last request: of its body, or of `input`."""
        last = self.requests[-1]
        return json.loads(last.content or last.url.params.get("input", "null"))


def client_of(network: Callable[[httpx.Request], httpx.Response], **settings: Any) -> Any:  # Any: of either wire
    """A client whose network, in both worlds, is a function."""
    transport = httpx.MockTransport(network)
    own = {
        "http_client": httpx.Client(transport=transport),
        "async_http_client": httpx.AsyncClient(transport=transport),
    }
    return Artificer(KEY, **{"base_url": "http://host.test/api/trpc", "wire": "trpc", **own, **settings})


def result(value: Any, **meta: list[str]) -> tuple[int, Any]:
    """A value as tRPC wraps it. meta: SuperJSON's, of what is more than JSON."""
    return 200, {"result": {"data": {"json": value, "meta": {"values": meta}}}}


# The recorded exchange -> the method, and where its value lies in the answer's.
EXCHANGES = {
    "conversations.list": ("conversations.list", ""),
    "conversations.getById": ("conversations.get", ""),
    "conversations.delete": ("conversations.delete", ""),
    "chat.sendMessage": ("chat.send_message", ""),
    "projects.list": ("projects.list", "projects"),
    "batch.getJobResults": ("batch.get_results", "results"),
    "batch.listJobs": ("batch.list", "jobs"),
    "images.processPdf": ("images.process_pdf", ""),
    "images.checkPdfNeedsOCR yes": ("images.check_pdf_needs_ocr", ""),
    "images.analyzeImage": ("images.analyze_image", ""),
}
REFUSALS: dict[str, tuple[str, type[Exception]]] = {
    "unauthorized": ("conversations.list", exceptions.AuthenticationError),
    "conversation not found": ("conversations.get", exceptions.NotFoundError),
    "sse chat not found": ("chat.stream", exceptions.RateLimitError),
    "sse orchestration": ("orchestration.stream", exceptions.RateLimitError),
}


def recorded(name: str) -> tuple[Any, Any]:
    """The input of a recorded exchange, and its answer: (status, JSON)."""
    if not VECTORS.is_file():
        pytest.skip("../shared is absent")
    one = next(one for one in json.loads(VECTORS.read_text("utf-8"))["vectors"] if one["name"] == name)
    request = one["request"]
    whole = request.get("json") or json.loads(request["query"].get("input", "null"))
    given = whole.get("json", whole) if isinstance(whole, dict) else None
    return given, (one["response"]["status"], one["response"]["json"])


def calling(client: Artificer, method: str, given: Any) -> Any:
    """What a method gives for a recorded input; what travels as base64 is given as bytes."""
    namespace, _, name = method.partition(".")
    call = getattr(getattr(client, namespace), name)
    if not isinstance(given, dict):
        return call(given) if given is not None else call()
    if "stream" in name:
        given = {("message" if key == "content" and namespace == "chat" else key): one for key, one in given.items()}
    arguments = {attribute(key): one for key, one in given.items()}
    for key in arguments.keys() & {"pdf_data", "image_data"}:
        arguments[key] = base64.b64decode(arguments[key])
    found = call(**arguments)
    return list(found) if "stream" in name else found


@pytest.mark.parametrize("name", EXCHANGES)
def test_what_a_real_server_said_passes_through_without_loss(name: str) -> None:
    """The request says what the recorded one says, and the value goes back as the server wrote it."""
    given, reply = recorded(name)
    network = Recorder(reply)
    method, place = EXCHANGES[name]
    value = calling(client_of(network, strict=True), method, given)
    told = reply[1]["result"]["data"]["json"]
    assert to_wire(value) == (told[place] if place else told)
    sent: Any = network.sent["json"] if network.sent else None
    assert sent == given or {**sent, **given} == sent


@pytest.mark.parametrize("name", REFUSALS)
def test_what_a_real_server_refused_is_an_exception_of_ours(name: str) -> None:
    """With the server's words, its code, and the seconds to wait where it says them."""
    given, reply = recorded(name)
    method, kind = REFUSALS[name]
    with pytest.raises(kind) as caught:
        calling(client_of(Recorder(reply), max_retries=0), method, given)
    failure: Any = caught.value
    assert isinstance(failure, artificer.ArtificerError)
    assert failure.message in json.dumps(reply[1]).replace("\\", "")
    assert failure.retry_after == (54 if reply[0] == 429 else None)
    assert failure.code == {401: "UNAUTHORIZED", 404: "NOT_FOUND", 429: None}[reply[0]]


def test_a_server_of_today_says_that_it_speaks_another_wire() -> None:
    """It has none of the REST paths, and the error says what to pass; its health is told on both wires."""
    if not STANDALONE.is_file():
        pytest.skip("../shared is absent")
    health, missing, _ = json.loads(STANDALONE.read_text("utf-8"))["vectors"]
    rest = {"wire": "rest", "base_url": "http://host.test"}
    network = Recorder((404, missing["response"]["json"]))
    with pytest.raises(artificer.NotFoundError, match=r"No procedure found .*pass wire='trpc'"):
        client_of(network, **rest).batch.create(**missing["request"]["json"])
    assert network.requests[0].url.path == missing["request"]["path"]
    for settings in (rest, {}):
        network = Recorder((200, health["response"]["json"]))
        found = client_of(network, strict=True, **settings).monitoring.health()
        assert to_wire(found) == health["response"]["json"]
        assert network.requests[0].url.path.endswith("/health")


def test_a_job_is_one_shape_on_both_wires() -> None:
    """Progress and analytics are the job's own fields; starting it asks for it afterwards."""
    given, status = recorded("batch.getJobStatus pending")
    network = Recorder(recorded("batch.startJob")[1], status)
    client = client_of(network)
    found = client.batch.start(given["jobId"])
    assert isinstance(found, trpc.api().models["BatchJob"])
    assert (found.status, found.total_items, found.completed_items, found.cost_incurred) == ("PENDING", 2, 0, 0)
    assert [one.url.path.rpartition("/")[2] for one in network.requests] == ["batch.startJob", "batch.getJobStatus"]
    assert [field.name for field in attrs.fields(type(found))][:13] == [
        *("id", "name", "status", "total_items", "completed_items", "failed_items", "current_phase", "cost_incurred"),
        *("tokens_used", "created_at", "started_at", "completed_at", "updated_at"),
    ]


@pytest.mark.parametrize("said", [{}, {"id": "j"}, {"id": "j", "status": None, "progress": None, "analytics": [1]}])
def test_a_job_of_which_little_is_said_is_asked_for_once(said: dict[str, Any]) -> None:
    """A server that leaves out what it should say is no reason to ask for ever, nor to fail."""
    network = Recorder(result({"success": True}), result({"success": True, "status": said}))
    found = client_of(network).batch.start("j")
    assert (found.status, found.total_items) == (None, None)
    assert len(network.requests) == 2
    network = Recorder(result({"success": True, "status": "RUNNING"}))
    with pytest.raises(errors.ContractError, match="'RUNNING' of a job"):
        client_of(network).batch.get("j")


def test_a_job_that_is_started_for_longer_than_the_timeout_is_asked_for_instead() -> None:
    """Servers answer when the job is done: without an answer the job says whether it began, and it is started once."""
    state = {"id": "j", "name": "J", "status": "RUNNING", "progress": {"totalItems": 2}, "analytics": {"tokensUsed": 3}}
    asked = []

    def network(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.rpartition(".")[2])
        if request.method == "POST":
            raise httpx.ReadTimeout("nothing yet")
        return httpx.Response(200, json=result({"success": True, "status": state})[1])

    found = client_of(network).batch.start("j")
    assert (found.status, found.total_items, found.tokens_used) == ("RUNNING", 2, 3)
    assert asked == ["startJob", "getJobStatus", "getJobStatus"]


def test_every_procedure_takes_what_the_server_declares() -> None:
    """Names, required names and limits are those of the running server's own schemas, for all of its procedures."""
    if not PROCEDURES.is_file():
        pytest.skip("../shared is absent")
    api = trpc.api()
    procedures = json.loads(PROCEDURES.read_text("utf-8"))
    for name, procedure in procedures.items():
        operation = api.operations["POST" if procedure["type"] == "mutation" else "GET", f"/{name}"]
        if procedure["input"] is None:
            assert operation.body is None
            assert operation.parameters == []
            continue
        schema = operation.body.schema if operation.body is not None else operation.parameters[0].schema
        ours = meaning(api._document, schema, "")["properties"]["json"]
        assert declared(ours) == declared(procedure["input"]), name
        assert sorted(ours.get("required", [])) == sorted(procedure["input"].get("required", [])), name


def declared(schema: Any) -> Any:
    """The names that a schema knows, level by level, and the limits that must not be looser than these."""
    if not isinstance(schema, dict):
        return None
    known = schema.get("properties") or {}
    items = declared(schema.get("items"))
    limits = {key: schema[key] for key in ("maximum", "minItems", "maxItems") if key in schema}
    return {**{name: declared(inner) for name, inner in known.items()}, **limits, **({"items": items} if items else {})}


# -- what is told apart, refused or kept


@pytest.mark.parametrize("wire", ["rest", "trpc"])
def test_a_name_that_the_server_would_drop_is_refused_with_the_one_that_is_meant(wire: str) -> None:
    """Servers ignore what they do not know: a job with `autostart` would start."""
    network = Recorder((200, {}))
    client = client_of(network, wire=wire)
    with pytest.raises(artificer.ValidationError, match="did you mean 'autoStart'"):
        client.batch.create(**{**JOB, "options": {"autostart": False}})
    with pytest.raises(artificer.ValidationError, match="did you mean 'useRAG'"):
        client.batch.create(**{**JOB, "phases": [{"name": "p", "use_rga": True}]})
    with pytest.raises(TypeError, match="did you mean 'options'"):
        client.batch.create(**JOB, option={})
    with pytest.raises(artificer.ValidationError, match="at most 200 characters") as caught:
        client.batch.create(**{**JOB, "name": "n" * 201})
    assert list(caught.value.errors) == ["name" if wire == "rest" else "json.name"]
    assert network.requests == []


@pytest.mark.parametrize("wire", ["rest", "trpc"])
def test_python_names_and_models_become_the_names_of_the_wire(wire: str) -> None:
    """In models, in dicts and in nested ones; what is yours (metadata) stays as it is, and None is left out."""
    network = Recorder((200, job("PENDING")) if wire == "rest" else result({"success": True, "job": job("PENDING")}))
    found = client_of(network, wire=wire).batch.create(
        "n",
        [{"input": "a", "metadata": {"my_key": 1}}],
        [PhaseConfig(name="p", task_type="t", use_rag=True, validation=ValidationConfig(enabled=True, min_score=7))],
        None,
        BatchOptions(auto_start=False) if wire == "rest" else {"auto_start": False},
    )
    assert (network.sent if wire == "rest" else network.sent["json"]) == {
        "name": "n",
        "items": [{"input": "a", "metadata": {"my_key": 1}}],
        "phases": [
            {"name": "p", "taskType": "t", "useRAG": True, "validation": {"enabled": True, "minScore": 7}},
        ],
        "options": {"autoStart": False},
    }
    assert (found.id, found.status, found.total_items) == ("j-1", "PENDING", 3)


@pytest.mark.parametrize("wire", ["rest", "trpc"])
def test_a_document_is_uploaded_as_bytes(wire: str) -> None:
    """They travel as base64, whatever the wire."""
    network = Recorder((200, {"id": "d"}) if wire == "rest" else result({"success": True, "document": {"id": "d"}}))
    upload = client_of(network, wire=wire).projects.upload_document
    assert upload(project_id="p", filename="a.txt", content=b"words", content_type="text/plain").id == "d"
    sent = network.sent if wire == "rest" else network.sent["json"]
    assert sent["content"] == base64.b64encode(b"words").decode()


def test_a_request_can_be_one_object() -> None:
    """Instead of plain keywords: the model of the body, and of a request with defaults, too."""
    models: Any = artificer.models
    network = Recorder((200, job("PENDING")))
    client: Any = client_of(network, wire="rest", base_url="http://host.test")  # Any: signatures say the fields
    client.batch.create(body=models.CreateBatchJobRequest(**JOB))
    assert network.sent == JOB
    client.images.process_pdf(body=models.ProcessPdfRequest(pdf_data=PDF))
    assert network.sent == {"pdfData": base64.b64encode(PDF).decode()}
    with pytest.raises(TypeError, match="either body= or name="):
        client.batch.create("n", body=models.CreateBatchJobRequest(**JOB))


def test_a_success_that_failed_is_an_error() -> None:
    """Some procedures answer 200 with `success: false`."""
    refused = result({"success": False, "error": "Failed to create project", "timestamp": "2026-01-31T12:00:00.000Z"})
    with pytest.raises(artificer.ArtificerError, match="Failed to create project"):
        client_of(Recorder(refused)).projects.create(name="P")


def test_the_seconds_to_wait_are_read_from_the_words() -> None:
    """A 429 of tRPC has no header for them; it is raised at once, because the wait is longer than a client waits."""
    said = {"message": "Rate limit exceeded. Try again in 60 seconds.", "code": -32029, "data": {"httpStatus": 429}}
    network = Recorder((429, {"error": {"json": said}}))
    with pytest.raises(artificer.RateLimitError) as caught:
        client_of(network).conversations.list()
    assert (caught.value.retry_after, len(network.requests)) == (60, 1)


def test_the_issues_of_a_refused_input_are_told_by_field() -> None:
    """tRPC writes them as the text of a JSON array."""
    text = json.dumps([{"code": "too_small", "path": ["items", 0, "input"], "message": "Too small"}])
    body = {"error": {"json": {"message": text, "code": -32600, "data": {"code": "BAD_REQUEST", "httpStatus": 400}}}}
    with pytest.raises(artificer.ValidationError) as caught:
        client_of(Recorder((400, body))).batch.create(**JOB)
    assert caught.value.errors == {"items.0.input": ["Too small"]}
    assert caught.value.message == "items.0.input: Too small"


def test_a_stream_is_what_the_assistant_says_and_nothing_else() -> None:
    """`connection` and `complete` are not for the caller; a chunk with an error is one, in a stream that began well."""
    chunk = 'event: chunk\ndata: {"content":"a","finished":false}\n\n'
    opened, over = (
        'event: connection\ndata: {"type":"connected"}\n\n',
        'event: complete\ndata: {"type":"completed"}\n\n',
    )
    network = Recorder((200, f": hello\n\n{opened}{chunk}{over}"))
    assert [one.content for one in client_of(network).chat.stream("c", "hi")] == ["a"]
    assert network.requests[0].url == "http://host.test/api/stream/chat"
    assert network.sent == {"conversationId": "c", "content": "hi"}
    failed = 'event: chunk\ndata: {"content":"","finished":true,"error":"Conversation not found"}\n\n'
    heard = client_of(Recorder((200, opened + chunk + failed + over))).chat.stream("c", "hi")
    assert next(heard).content == "a"
    with pytest.raises(artificer.ArtificerError, match="Conversation not found"):
        next(heard)
    progress = 'event: progress\ndata: {"type":"stage","stage":"analysis","progress":0.5}\n\n'
    (step,) = client_of(Recorder((200, opened + progress + over))).orchestration.stream("c", "hi")
    assert (step.stage, step.progress) == ("analysis", 0.5)


@pytest.mark.parametrize(
    ("method", "largest", "said"),
    [
        ("extract_text_from_image", 20 * 2**20, "imageData: must have at most 20971521 bytes"),
        ("process_pdf", 50 * 2**20, "pdfData: must have at most 52428801 bytes"),
        ("check_pdf_needs_ocr", 10_800, "pdf_data: must have at most 10800 bytes, and has 10803"),
    ],
)
def test_what_is_too_large_is_not_sent(method: str, largest: int, said: str) -> None:
    """20 MiB of an image, 50 MiB of a PDF, and what fits into a URL where it travels there."""
    network = Recorder((200, {"text": "", "needsOCR": False}))
    client = client_of(network, wire="rest", base_url="http://host.test")
    getattr(client.images, method)(bytes(largest))
    with pytest.raises(artificer.ValidationError, match=said):
        getattr(client.images, method)(bytes(largest + 3))
    assert len(network.requests) == 1
    assert len(str(network.requests[0].url)) < 16_000


def test_a_base_url_with_a_path_is_kept_for_images_too() -> None:
    """Without a worker, everything goes to one place."""
    network = Recorder((200, {"text": "t"}))
    client_of(network, wire="rest", base_url="http://host.test/below").images.process_pdf(PDF, {"force_ocr": False})
    assert network.requests[0].url == "http://host.test/below/api/images/process-pdf"
    assert network.sent == {"pdfData": base64.b64encode(PDF).decode(), "options": {"forceOCR": False}}


# -- one client for both worlds


@pytest.mark.parametrize("wire", ["rest", "trpc"])
def test_every_method_has_an_async_twin_with_the_same_arguments(wire: str) -> None:
    """`m` and `m_async`, in every namespace; both wires have the same methods, but for one."""
    client = Artificer(KEY, wire=wire)
    names = set()
    for namespace in client._namespaces:
        bound = getattr(client, namespace)
        for name in (one for one in dir(type(bound)) if not one.startswith("_") and not one.endswith("_async")):
            assert inspect.signature(getattr(bound, f"{name}_async")) == inspect.signature(getattr(bound, name))
            names.add(f"{namespace}.{name}")
    assert len(names) == {"rest": 74, "trpc": 73}[wire]
    assert ("orchestration.execute" in names) is (wire == "rest")


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
def test_the_async_twin_does_the_same(loop: str) -> None:
    """The same requests and results, in one `async with` block over the same object; `with` works, too."""
    network = Recorder(result({"id": "c-1", "title": "T"}), result([]))

    async def main() -> Any:
        async with client_of(network) as client:
            assert type(client) is Artificer
            assert await client.conversations.list_async() is not None
            return await client.conversations.get_async("c-1")

    network.answers.reverse()
    assert anyio.run(main, backend=loop).title == "T"
    with client_of(network) as client:
        assert client.conversations.get("c-1").title == "T"
    assert network.requests[-1].url == network.requests[-2].url
    assert {one.headers["authorization"] for one in network.requests} == {f"Bearer {KEY}"}


def test_a_type_checker_knows_both_forms_of_every_method(tmp_path: Path) -> None:
    """Arguments, results and streams, with and without async; a wrong one is seen."""
    (tmp_path / "program.py").write_text(
        """
from leapocr_dyn.services.artificer import Artificer, BatchJob, RateLimitError
from leapocr_dyn.services.artificer.models.batch import PhaseConfig


def blocking(client: Artificer) -> str:
    try:
        job: BatchJob = client.batch.create("n", [{"input": "a"}], [PhaseConfig(name="p", task_type="t")])
    except RateLimitError as error:
        return str(error.retry_after)
    for chunk in client.chat.stream("c", "hi"):
        print(chunk.content)
    return job.id


async def suspending() -> str:
    async with Artificer("key", wire="trpc") as client:
        async for chunk in client.chat.stream_async("c", message="hi"):
            print(chunk.content)
        await client.batch.create_async(7)  # type: ignore[call-arg, arg-type]
        return (await client.batch.get_status_async("j")).status
"""
    )
    assert checked(tmp_path) == "Success: no issues found in 1 source file\n"


def test_help_tells_what_a_stream_gives() -> None:
    """The item's class, from the document."""
    for wire in ("rest", "trpc"):
        stream = Artificer(KEY, wire=wire).chat.stream
        assert str(inspect.signature(stream)).startswith("(conversation_id: str, message: str")
        assert str(inspect.signature(stream)).endswith("-> Stream[ChatChunk]")


def test_a_stream_is_heard_with_async_for() -> None:
    """`stream_async` gives what `stream` gives."""
    network = Recorder((200, 'event: chunk\ndata: {"content":"a"}\n\nevent: complete\ndata: {}\n\n'))

    async def main() -> list[str | None]:
        async with client_of(network) as client:
            return [one.content async for one in client.chat.stream_async("c", "hi")]

    assert asyncio.run(main()) == ["a"]


# -- settings, and what needs no server


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"wire": "soap"}, "'rest' or 'trpc', not 'soap'"),
        ({"wire": "trpc", "python_worker_url": "http://worker.test"}, "speaks 'rest'"),
        ({"base_url": "http://a.test", "typescript_api_url": "http://b.test"}, "two names for one"),
        ({"timeout": -1}, "timeout"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused(settings: dict[str, Any], said: str) -> None:
    """At once, with an ArtificerError that is a ConfigurationError."""
    with pytest.raises(errors.ConfigurationError, match=said) as caught:
        Artificer(KEY, **settings)
    assert isinstance(caught.value, artificer.ArtificerError)


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument first, then a config, then ARTIFICER_BASE_URL, then the server of the document; images follow."""
    assert Artificer(KEY).images.process_pdf.plan(PDF).url.startswith("http://localhost:3001/api/")
    monkeypatch.setenv("ARTIFICER_BASE_URL", "http://environment.test/below")
    config = leapocr_dyn.ClientConfig(base_url="http://config.test")
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "http://environment.test/below"),
        ({"config": config}, "http://config.test"),
        ({"config": config, "base_url": "http://argument.test"}, "http://argument.test"),
        ({"typescript_api_url": "http://argument.test"}, "http://argument.test"),
    ]
    for settings, where in cases:
        client = Artificer(KEY, **settings)
        assert client.batch.list.plan().url.startswith(f"{where}/api/batch")
        assert client.images.process_pdf.plan(PDF).url == f"{where}/api/images/process-pdf"


def test_without_a_key_nothing_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the variable that would help."""
    monkeypatch.delenv("ARTIFICER_API_KEY", raising=False)
    with pytest.raises(artificer.AuthenticationError, match="ARTIFICER_API_KEY"):
        Artificer()


def test_every_failure_is_an_artificer_error_that_pickles() -> None:
    """Each shared class has one of Artificer's; those with arguments of their own take them as the plan says."""
    made: list[Any] = [
        artificer.ArtificerError("m", 418),
        artificer.RateLimitError("m", 5),
        artificer.ValidationError("m", {"name": ["too long"], "items": "none"}),
    ]
    assert [one.status_code for one in made] == [418, 429, 400]
    assert (made[1].retry_after, made[2].errors) == (5, {"name": ["too long"], "items": ["none"]})
    added = [getattr(exceptions, name)("m") for name in ("FileError", "SubmissionUnknownError", "DecodeError")]
    for one in (*made, *added):
        again = pickle.loads(pickle.dumps(one))
        assert type(again) is type(one)
        assert (str(again), vars(again)) == (str(one), vars(one))
        assert isinstance(again, artificer.ArtificerError)
    with pytest.raises(artificer.ConnectionError):
        Artificer(KEY, "http://127.0.0.1:1", max_retries=0).conversations.list()


def test_models_and_clients_pickle() -> None:
    """A model comes back as one of the same class; a client with its key, its address and its worker."""
    phase = artificer.models.PhaseConfig(name="p", use_rag=True)
    assert pickle.loads(pickle.dumps(phase)) == phase
    for client in (
        Artificer(KEY, "http://host.test", wire="trpc"),
        Artificer(KEY, "http://host.test", python_worker_url="http://worker.test"),
    ):
        again = pickle.loads(pickle.dumps(client))
        assert again.batch.list.plan() == client.batch.list.plan()
    assert again.images.process_pdf.plan(PDF).url == "http://worker.test/api/images/process-pdf"
    assert again.batch.list.plan().url.startswith("http://host.test/api/batch")
    assert KEY not in repr(again) + repr(ApiKeyAuth(KEY))


def test_models_are_had_by_their_names() -> None:
    """From `models`, `models.batch` and the module itself; what is none is an AttributeError."""
    assert artificer.BatchJob is artificer.models.batch.BatchJob
    assert "ChatChunk" in dir(artificer.models)
    assert Conversation(id="c").id == "c"
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        artificer.Nothing  # type: ignore[attr-defined]  # noqa: B018 - touched, though it is not there


def test_api_key_auth_is_what_httpx_takes() -> None:
    """It puts the key into each request."""
    network = Recorder((200, {}))
    with httpx.Client(transport=httpx.MockTransport(network), auth=ApiKeyAuth("k")) as client:
        client.get("http://host.test/health")
    assert network.requests[0].headers["authorization"] == "Bearer k"


@pytest.mark.parametrize("jitter", [False, True])
def test_retry_with_backoff_repeats_what_may_pass(monkeypatch: pytest.MonkeyPatch, jitter: bool) -> None:
    """Timeouts, lost connections and faults of the server, with growing pauses up to max_delay; then the last one."""
    slept: list[float] = []
    monkeypatch.setattr("leapocr_dyn.backoff.time.sleep", slept.append)
    failures = iter([artificer.TimeoutError("a"), artificer.ConnectionError("b"), artificer.ServerError("c")])

    def passing() -> str:
        for failure in failures:
            raise failure
        return "done"

    assert retry_with_backoff(passing, max_delay=3.0, jitter=jitter) == "done"
    assert len(slept) == 3
    assert slept == [1.0, 2.0, 3.0] if not jitter else (0.5 <= slept[0] <= 1.5 and slept[2] <= 3.0)
    with pytest.raises(artificer.NotFoundError):
        retry_with_backoff(raising(artificer.NotFoundError("no")))
    with pytest.raises(artificer.ServerError):
        retry_with_backoff(raising(artificer.ServerError("again")), max_retries=1)
    assert len(slept) == 4


def raising(failure: Exception) -> Callable[[], str]:
    """A call that fails."""

    def call() -> str:
        raise failure

    return call


def test_images_come_out_of_a_pdf_and_what_is_none_is_refused() -> None:
    """Pictures as they are in it or as PNG; FileError for what pdfium cannot read."""
    pytest.importorskip("pypdfium2")
    pytest.importorskip("PIL")
    found = PdfProcessor.extract_images((ROOT / "samples" / "scan.pdf").read_bytes())
    assert found
    assert all(one.startswith((b"\x89PNG", b"\xff\xd8")) for one in found)
    with pytest.raises(errors.FileError) as caught:
        PdfProcessor.extract_text(b"no PDF")
    assert isinstance(caught.value, artificer.ArtificerError)
