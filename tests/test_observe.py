"""Who watches: one line for each request, hooks for each attempt, and neither ever holds a secret."""

from __future__ import annotations

import gc
import http.server
import json
import logging
import pickle
import weakref
from collections.abc import Callable
from typing import Any, ClassVar

import httpx
import pytest
from conftest import KEY, URL, Script, World, answer
from test_leapocr import PDF, QUICK, Service
from test_sockets import Sink, served

import leapocr_dyn
from leapocr_dyn import LeapOCRSync, errors
from leapocr_dyn.api import Api
from leapocr_dyn.observe import Incoming, Outgoing

SIGNATURE = "signature-that-nobody-may-see"
PENDING = {"status": "pending"}


class Ear:
    """Hooks that write down what they hear. kind: async where they are coroutine functions."""

    def __init__(self, suspending: bool = False) -> None:
        self.heard: list[tuple[str, Any, Any]] = []
        self._suspending = suspending

    def hooks(self) -> dict[str, Any]:  # Any: as settings are
        """The three of them, as settings of a client."""
        return {name: self._hook(name) for name in ("before_send", "after_response", "on_error")}

    def _hook(self, name: str) -> Callable[..., Any]:
        def hear(request: Outgoing, what: Any = None) -> None:
            self.heard.append((name, request, what))

        async def hear_later(request: Outgoing, what: Any = None) -> None:
            hear(request, what)

        return hear_later if self._suspending else hear

    @property
    def names(self) -> list[str]:
        """Which hooks were called, in order."""
        return [name for name, _, _ in self.heard]


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What this package has logged."""
    return [record.getMessage() for record in caplog.records if record.name == "leapocr_dyn"]


class Signed(Service):
    """LeapOCR whose storage has links that are their own right to write; it says its request id."""

    def _answer(self, request: httpx.Request) -> httpx.Response:
        said = super()._answer(request)
        text = said.content.replace(b"storage.test/1", f"user:{SIGNATURE}@storage.test/1?sig={SIGNATURE}".encode())
        return httpx.Response(said.status_code, headers={"X-Request-Id": "r-1"}, content=text)


# -- the log


def test_every_request_is_one_line(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Operation, method, URL without its query, status, milliseconds, attempt and request id."""
    caplog.set_level(logging.DEBUG, "leapocr_dyn")
    client = world.client(Script(answer(json=PENDING, x_request_id="r-7")))
    world.run(client.ocr.get_job_result(job_id="1", page=2))
    assert lines(caplog) == [
        f"get_job_result GET {URL}/ocr/result/1: 200 in 0 ms, attempt 1, request id r-7",
    ]
    assert caplog.records[0].levelno == logging.DEBUG


def test_a_repeat_says_why_and_how_long_it_waits(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """One line for each attempt, and one for each pause between two."""
    caplog.set_level(logging.DEBUG, "leapocr_dyn")
    script = Script(answer(429, retry_after="3"), httpx.ConnectError("no"), answer(json=PENDING))
    world.run(world.client(script, retry_delay=0).ocr.get_job_status("1"))
    url = f"{URL}/ocr/status/1"
    assert lines(caplog) == [
        f"get_job_status GET {url}: 429 in 0 ms, attempt 1",
        "get_job_status: attempt 1 failed (RateLimitError 429), the next one in 3.00 s",
        f"get_job_status GET {url}: ConnectionError in 0 ms, attempt 2",
        "get_job_status: attempt 2 failed (ConnectionError), the next one in 0.00 s",
        f"get_job_status GET {url}: 200 in 0 ms, attempt 3",
    ]


def test_nothing_is_said_unless_somebody_asks(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    """The logger has a handler that does nothing, and so warnings of a missing one cannot appear either."""
    world.run(world.client(Script(answer(json=PENDING))).ocr.get_job_status("1"))
    assert capfd.readouterr() == ("", "")
    assert [type(one) for one in logging.getLogger("leapocr_dyn").handlers] == [logging.NullHandler]


def test_a_log_that_is_off_costs_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No value is made, no URL cut, no secret looked for: `send` is called, and that is all."""
    client = world.client(Script(answer(json=PENDING)))
    monkeypatch.setattr(client._session.watch, "_shown", None)
    world.run(client.ocr.get_job_status("1"))


def test_debug_is_one_clients_own(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """With debug=True its lines are on stderr, whatever the program logs; another client's are not."""
    for path, debug in (("loud", True), ("quiet", False)):
        world.run(world.client(Script(answer(json=PENDING)), debug=debug).ocr.get_job_status(path))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert f"leapocr_dyn get_job_status GET {URL}/ocr/status/loud: 200" in said.err


def test_debug_can_be_turned_on_for_one_call(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """with_options covers what watches, too."""
    client = world.client(Script(answer(json=PENDING)))
    ear = Ear()
    world.run(client.with_options(debug=True, **ear.hooks()).ocr.get_job_status("1"))
    world.run(client.ocr.get_job_status("1"))
    assert capsys.readouterr().err.count("\n") == 1
    assert ear.names == ["before_send", "after_response"]


# -- hooks


@pytest.mark.parametrize("suspending", [False, True])
def test_hooks_hear_of_every_attempt(world: World, suspending: bool) -> None:
    """Plain functions and async ones, in both kinds of client; each request is followed by an answer or an error."""
    ear = Ear(suspending)
    script = Script(answer(503), httpx.ReadError("no"), answer(json=PENDING, x_request_id="r-7"))
    world.run(world.client(script, **ear.hooks()).ocr.get_job_status("1"))
    assert ear.names == ["before_send", "after_response", "before_send", "on_error", "before_send", "after_response"]
    assert [request.attempt for _, request, _ in ear.heard] == [1, 1, 2, 2, 3, 3]
    for (_, before, _), (_, after, _) in zip(ear.heard[::2], ear.heard[1::2], strict=True):
        assert before is after
    assert ear.heard[1][2].status == 503
    assert isinstance(ear.heard[3][2], errors.ConnectionError)
    came: Incoming = ear.heard[5][2]
    assert (came.status, came.request_id) == (200, "r-7")
    assert came.seconds >= 0
    request: Outgoing = ear.heard[4][1]
    assert (request.operation, request.method, request.url) == ("get_job_status", "GET", f"{URL}/ocr/status/1")


def test_parts_of_files_are_heard_of_too(world: World) -> None:
    """A whole upload, request by request; to the storage there is no operation."""
    ear = Ear()
    world.run(world.client(Signed(), **ear.hooks()).ocr.process_and_wait(PDF, poll_options=QUICK))
    told = [(request.operation, request.method) for name, request, _ in ear.heard if name == "before_send"]
    assert told == [
        ("direct_upload", "POST"),
        (None, "PUT"),
        ("complete_direct_upload", "POST"),
        ("get_job_status", "GET"),
        ("get_job_result", "GET"),
    ]


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("name", ["before_send", "after_response", "on_error"])
def test_what_a_hook_raises_ends_the_call(world: World, name: str, own: bool) -> None:
    """Nothing is repeated because of it, also where it raises one of our exceptions, which then is a setting's."""

    def hook(*facts: Any) -> None:
        raise errors.ConnectionError("mine", sent=False) if own else KeyError("mine")

    script = Script(httpx.ConnectError("no") if name == "on_error" else answer(json=PENDING))
    kind: type[Exception] = errors.ConfigurationError if own else KeyError
    with pytest.raises(kind, match="mine") as caught:
        world.run(world.client(script, None, **{name: hook}).ocr.get_job_status("1"))
    assert script.calls == (0 if name == "before_send" else 1)
    assert not own or f"the hook {name} failed" in str(caught.value)


def test_a_stream_that_a_hook_refuses_is_closed(world: World) -> None:
    """The answer is there when its hook is called, and its connection is given back where that fails."""

    def hook(*facts: Any) -> None:
        raise KeyError("mine")

    api = leapocr_dyn.load(EVENTS)
    closed: list[str] = []
    client = world.client(Script(answer()), api=api, after_response=hook)
    chunks = client._session.io.chunks

    def watched(response: httpx.Response) -> Any:
        body = chunks(response)
        close = body.close

        async def closing() -> None:
            closed.append("closed")
            await close()

        body.close = closing
        return body

    client._session.io.chunks = watched
    with pytest.raises(KeyError, match="mine"):
        world.all(client.events.watch.stream())
    assert closed == ["closed"]


EVENT = {"text/event-stream": {"itemSchema": {"type": "object"}}}
WATCH = {"operationId": "watch", "tags": ["Events"], "responses": {"200": {"description": "E", "content": EVENT}}}
EVENTS = {"openapi": "3.2.0", "info": {"title": "E", "version": "1"}, "paths": {"/events": {"get": WATCH}}}


# -- what a hook may add


class Kept(Sink):
    """The same, and the trace of each request is kept, with its method."""

    traces: ClassVar[list[tuple[str, str | None]]] = []

    def parse_request(self) -> bool:
        """Look at the headers before anything is answered."""
        parsed = super().parse_request()
        self.traces.append((self.command, self.headers.get("Traceparent")))
        return parsed


@pytest.mark.parametrize("suspending", [False, True])
def test_a_trace_goes_on_at_the_server_and_not_at_its_storage(world: World, suspending: bool) -> None:
    """Over a real socket: what before_send returns is a header of that one request, and no part of a file has it."""
    seen: list[Outgoing] = []

    def before_send(request: Outgoing) -> dict[str, str]:
        seen.append(request)
        return {"traceparent": f"00-{len(seen)}"}

    async def before_send_later(request: Outgoing) -> dict[str, str]:
        return before_send(request)

    Kept.traces.clear()
    with served(Kept) as origin:
        client = world.client(origin, before_send=before_send_later if suspending else before_send)
        world.run(client.ocr.process_file(PDF))
        world.run(client.ocr.get_job_status("1"))
        world.close()
    assert Kept.traces == [("POST", "00-1"), ("PUT", None), ("POST", "00-3"), ("GET", "00-4")]
    assert not any("traceparent" in request.headers for request in seen), "the request is shown as it was before"


def test_each_attempt_has_a_trace_of_its_own(world: World) -> None:
    """A header that was added to one attempt is not there at the next, where the hook says nothing."""
    script = Script(answer(503), answer(json=PENDING))
    added: list[dict[str, str] | None] = [{"traceparent": "00-1"}, None]
    client = world.client(script, before_send=lambda request: added[request.attempt - 1])
    world.run(client.ocr.get_job_status("1"))
    assert [request.headers.get("traceparent") for request in script.requests] == ["00-1", None]


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ({"X-Api-Key": "mine"}, "has that header already, and a hook replaces none"),
        ({"user-agent": "mine"}, "has that header already"),
        ({"Authorization": "Bearer mine"}, "frame a message or hold a secret"),
        ({"Cookie": "a=b"}, "frame a message or hold a secret"),
        ({"Host": "elsewhere.test"}, "frame a message or hold a secret"),
        ({"content-length": "0"}, "frame a message or hold a secret"),
        ({"Transfer-Encoding": "chunked"}, "frame a message or hold a secret"),
        ({"Accept-Encoding": "br"}, "frame a message or hold a secret"),
        (
            {"traceparent": 7},
            r"gives headers to add, as in \{'traceparent': '...'\}, or None; not \{'traceparent': 7\}",
        ),
        (1.5, "or None; not 1.5"),
        ("traceparent", "or None; not 'traceparent'"),
    ],
)
def test_a_hook_replaces_nothing(world: World, added: Any, said: str) -> None:
    """No credential, no header that frames a message, none that is there; nothing is sent then."""
    script = Script(answer(json=PENDING))
    client = world.client(script, before_send=lambda request: added)
    with pytest.raises(leapocr_dyn.errors.ConfigurationError, match=f"the hook before_send .*{said}"):
        world.run(client.ocr.get_job_status("1"))
    assert script.calls == 0


# -- what nobody may see


def test_keys_and_signatures_are_nowhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A planted key and the signature of a part's link: in no line of ours or of httpx's, and in no hook's facts."""
    caplog.set_level(logging.DEBUG)
    ear = Ear()
    client = world.client(Signed("pending", "completed"), **ear.hooks())
    world.run(client.ocr.process_and_wait(PDF, poll_options=QUICK))
    assert any(record.name == "httpx" for record in caplog.records)
    assert any("https://storage.test/1: 200" in line for line in lines(caplog))
    shown = caplog.text + repr(ear.heard) + repr([dict(request.headers) for _, request, _ in ear.heard])
    assert SIGNATURE not in shown
    assert KEY not in shown


def schemed(*schemes: dict[str, Any]) -> Api:
    """An API whose one operation needs these schemes."""
    named = {f"s{number}": scheme for number, scheme in enumerate(schemes)}
    get = {"operationId": "getThing", "tags": ["Shop"], "responses": {"200": {"description": "A thing."}}}
    return leapocr_dyn.load(
        {
            "openapi": "3.1.0",
            "info": {"title": "Shop", "version": "1"},
            "paths": {"/things": {"get": {**get, "security": [{name: [] for name in named}]}}},
            "components": {"securitySchemes": named},
        }
    )


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "apiKey", "in": "header", "name": "X-Shop"},
        {"type": "apiKey", "in": "cookie", "name": "shop"},
        {"type": "apiKey", "in": "query", "name": "shop"},
        {"type": "http", "scheme": "bearer"},
        {"type": "http", "scheme": "basic"},
    ],
)
@pytest.mark.parametrize("secret", ["short", "a-much-longer-secret"])
def test_wherever_a_secret_goes_it_is_not_told(
    world: World, scheme: dict[str, Any], secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    """In any header that the document names, a cookie or the query; a short one, too."""
    caplog.set_level(logging.DEBUG)
    ear = Ear()
    given: Any = ("me", secret) if scheme.get("scheme") == "basic" else secret
    script = Script(answer())
    client = world.client(script, schemed(scheme), api_key=None, credentials={"s0": given}, **ear.hooks())
    world.run(client.shop.get_thing())
    assert secret in str(script.requests[0].url) + repr(script.requests[0].headers.raw) or scheme["type"] == "http"
    assert secret not in caplog.text + repr(ear.heard)


def test_headers_of_the_callers_own_are_told_but_not_their_secrets(world: World) -> None:
    """What looks like a secret by its name is ***, and so is a key that was put elsewhere."""
    ear = Ear()
    client = world.client(Script(answer()), **ear.hooks())
    own = {"X-Auth-Token": "t", "X-Trial": f"1 {KEY}", "Idempotency-Key": "i-1"}
    world.run(client.request("GET", "/new", headers=own))
    headers = ear.heard[0][1].headers
    assert {name: headers[name] for name in own} == {
        "X-Auth-Token": "***",
        "X-Trial": "1 ***",
        "Idempotency-Key": "i-1",
    }
    assert headers["X-API-KEY"] == "***"
    with pytest.raises(TypeError):
        headers["X-Trial"] = "2"


# -- over a real socket, and elsewhere


def test_a_connection_of_our_own_is_watched(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Over a real socket: hooks, our line, and nothing of httpx's or httpcore's that holds the key."""
    caplog.set_level(logging.DEBUG)

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(PENDING).encode()
            self.send_response(200)
            self.send_header("X-Request-Id", "r-7\x1b[2J")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    ear = Ear()
    with served(Page) as origin:
        world.run(world.client(origin, **ear.hooks()).ocr.get_job_status("1"))
        world.close()
    assert ear.names == ["before_send", "after_response"]
    assert ear.heard[1][2].request_id == r"r-7\x1b[2J"
    assert ear.heard[1][2].seconds > 0
    [line] = lines(caplog)
    assert line.startswith(f"get_job_status GET {origin}/ocr/status/1: 200 in ")
    assert line.endswith(r" ms, attempt 1, request id r-7\x1b[2J")
    assert KEY not in caplog.text


def test_a_client_that_is_forgotten_is_gone_at_once() -> None:
    """Without the garbage collector: what watches a session does not hold it, and so its sockets are closed."""
    gc.collect()
    gc.disable()
    try:
        client = LeapOCRSync(KEY, before_send=print, debug=True)
        gone = weakref.ref(client._session.io)
        del client
        assert gone() is None
    finally:
        gc.enable()


def test_a_client_with_hooks_is_pickled_where_they_can_be() -> None:
    """Functions of a module go along, and so does debug; a lambda is refused with a sentence."""
    again: Any = pickle.loads(pickle.dumps(LeapOCRSync(KEY, before_send=print, debug=True)))
    assert again._session.config.before_send is print
    assert again._session.config.debug is True
    with pytest.raises(errors.ConfigurationError, match="whose on_error cannot"):
        pickle.dumps(LeapOCRSync(KEY, on_error=lambda *facts: None))
