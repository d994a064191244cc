"""What a server can do wrong, as a table over real sockets: every row ends in a value or in an exception of ours.

A row says what the server does, and what becomes of a GET and of a POST. A POST that carries an idempotency key is as
harmless as a GET, and ends as one does. Nobody waits: pauses pass on the still clock, which also tells their length.
"""

from __future__ import annotations

import contextlib
import gzip
import pickle
import re
import socket
import threading
import time
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from conftest import KEY, World
from documents import openapi, ref
from faulty import Behaviour, Faulty, greets, half, listens, points, raw, read, refuses, says, silent, unread

from leapocr_dyn import errors, fetch
from leapocr_dyn.api import Api, load
from leapocr_dyn.transport import Clock, blocking, suspending

MIB = 2**20
KEEPING = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
ANSWER = {"200": {"description": "It.", "content": {"application/json": {"schema": ref("Teapot")}}}}
POUR = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
TEAPOT = {
    "type": "object",
    "required": ["id", "cups"],
    "properties": {
        "id": {"type": "string"},
        "cups": {"type": "integer"},
        "state": {"type": "string", "enum": ["cold", "hot"]},
    },
}
DOCUMENT = openapi(
    {"Teapot": TEAPOT},
    {
        "/teapots/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"operationId": "getTeapot", "responses": ANSWER},
        },
        "/teapots": {
            "post": {"operationId": "fill", "parameters": [KEEPING], "requestBody": POUR, "responses": ANSWER}
        },
    },
    components={"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-API-KEY"}}},
    security=[{"key": []}],
)


# -- the table


class Fate(NamedTuple):
    """How often a GET and a POST may arrive, and what a POST raises where that is not what a GET raises."""

    gets: int
    posts: int
    post: type[errors.Error] | None = None


FINE = Fate(1, 1)  # it is lenient: there is a value
REFUSED = Fate(1, 1)  # asking again would change nothing
AGAIN = Fate(3, 3)  # nobody has looked at it: whoever asks may ask again
PASSING = Fate(3, 1)  # it may pass, but a POST that was answered is not sent again
UNKNOWN = Fate(3, 1, errors.SubmissionUnknownError)  # no answer: a POST may have been accepted
UNHEARD = Fate(3, 1, errors.SubmissionTimeoutError)  # the same, and the timeout said so


class Fault(NamedTuple):
    """A row. end: the exception, or the value's fields. said: in the message, or in the drift that was noted.

    pauses: seconds before each repeat, where the server says so. facts: the exception's attributes.
    """

    does: Behaviour
    fate: Fate
    end: type[errors.Error] | dict[str, Any] | None
    said: str
    pauses: float = 0
    facts: dict[str, Any] = {}  # noqa: RUF012 - never changed, and a NamedTuple's fields are no class attributes


def of(status: int, retry_after: float | None = None) -> dict[str, Any]:
    """What is known of an answer with a status."""
    return {"status_code": status, "request_id": "r-1", "retry_after": retry_after}


GOOD = '{"id": "1", "cups": 2, "state": "hot"}'
POT = {"id": "1", "cups": 2, "state": "hot"}
OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DATED = "Date: Mon, 05 Oct 2026 10:00:00 GMT"
BUSY, AWAY = "429 Too Many Requests", "503 Service Unavailable"
LIMIT, DOWN, DECODE = errors.RateLimitError, errors.ServerError, errors.DecodeError
HUNG, LATE, BROKEN = errors.ConnectionError, errors.TimeoutError, errors.ContractError
CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n"
ZIPPED = "Content-Encoding: gzip"
FOLLOWED = "redirects are not followed, because keys must stay"

FAULTS: dict[str, Fault] = {
    # busy: RFC 9110 section 10.2.3; the longest pause that is waited out is 30 s
    "429": Fault(refuses(BUSY), AGAIN, LIMIT, "no, not with", 0, of(429)),
    "429, seconds": Fault(refuses(BUSY, "Retry-After: 2"), AGAIN, LIMIT, "no", 2, of(429, 2)),
    "429, milliseconds": Fault(refuses(BUSY, "retry-after-ms: 1500"), AGAIN, LIMIT, "no", 1.5, of(429, 1.5)),
    "429, a date": Fault(
        refuses(BUSY, DATED, "Retry-After: Mon, 05 Oct 2026 10:00:07 GMT"), AGAIN, LIMIT, "no", 7, of(429, 7)
    ),
    "429, a date that has passed": Fault(
        refuses(BUSY, DATED, "Retry-After: Mon, 05 Oct 2026 09:00:00 GMT"), AGAIN, LIMIT, "no", 0, of(429, 0)
    ),
    "429, too long": Fault(refuses(BUSY, "Retry-After: 3600"), REFUSED, LIMIT, "no", 0, of(429, 3600)),
    "429, garbage": Fault(refuses(BUSY, "Retry-After: soon, -1"), AGAIN, LIMIT, "no", 0, of(429)),
    "503": Fault(refuses(AWAY), PASSING, DOWN, "no", 0, of(503)),
    "503, seconds": Fault(refuses(AWAY, "Retry-After: 2"), AGAIN, DOWN, "no", 2, of(503, 2)),
    "503, milliseconds": Fault(refuses(AWAY, "retry-after-ms: 1500"), AGAIN, DOWN, "no", 1.5, of(503, 1.5)),
    "503, a date": Fault(
        refuses(AWAY, DATED, "Retry-After: Mon, 05 Oct 2026 10:00:07 GMT"), AGAIN, DOWN, "no", 7, of(503, 7)
    ),
    "503, too long": Fault(refuses(AWAY, "Retry-After: 3600"), REFUSED, DOWN, "no", 0, of(503, 3600)),
    "503, garbage": Fault(refuses(AWAY, "Retry-After: soon"), PASSING, DOWN, "no", 0, of(503)),
    # other refusals
    "500": Fault(refuses("500 Oh"), PASSING, DOWN, "no", 0, of(500)),
    "501": Fault(refuses("501 Never"), REFUSED, DOWN, "no", 0, of(501)),
    "502, a page": Fault(
        says("<h1>{key}</h1>", "Content-Type: text/html", status="502 Oh"), PASSING, DOWN, "no reason", 0, of(502)
    ),
    "504": Fault(refuses("504 Oh"), PASSING, DOWN, "no", 0, of(504)),
    "408": Fault(refuses("408 Slow"), PASSING, errors.APIError, "no", 0, of(408)),
    "400": Fault(refuses("400 Bad"), REFUSED, errors.ValidationError, "no", 0, of(400)),
    "401": Fault(
        says("", status="401 Who"), REFUSED, errors.AuthenticationError, "no reason|is the key right", 0, of(401)
    ),
    "402": Fault(refuses("402 Pay"), REFUSED, errors.InsufficientCreditsError, "no", 0, of(402)),
    "403": Fault(refuses("403 No"), REFUSED, errors.ForbiddenError, "no", 0, of(403)),
    "404": Fault(refuses("404 Gone"), REFUSED, errors.NotFoundError, "no", 0, of(404)),
    "409": Fault(refuses("409 Oh"), REFUSED, errors.ConflictError, "no", 0, of(409)),
    "422": Fault(refuses("422 Bad"), REFUSED, errors.ValidationError, "no", 0, of(422)),
    "101, unasked": Fault(
        raw("HTTP/1.1 101 Switching\r\nUpgrade: tea\r\n\r\n"), UNKNOWN, HUNG, "gave no whole answer.*SWITCH"
    ),
    # redirects
    "301 elsewhere": Fault(points("301 Moved", "http://{elsewhere}/?{key}"), REFUSED, errors.APIError, FOLLOWED),
    "302 elsewhere": Fault(points("302 Found", "//{elsewhere}/"), REFUSED, errors.APIError, FOLLOWED),
    "303 elsewhere": Fault(points("303 See", "http://{elsewhere}/{key}"), REFUSED, errors.APIError, FOLLOWED),
    "307 elsewhere": Fault(points("307 Now", "http://{elsewhere}/"), REFUSED, errors.APIError, FOLLOWED, 0, of(307)),
    "308 elsewhere": Fault(points("308 Ever", "http://{elsewhere}/"), REFUSED, errors.APIError, FOLLOWED, 0, of(308)),
    "302 to itself": Fault(points("302 Found", "http://{host}/"), REFUSED, errors.APIError, FOLLOWED, 0, of(302)),
    "302 to nowhere": Fault(says(b"", status="302 Found"), REFUSED, errors.APIError, "points to nowhere", 0, of(302)),
    # bodies that are not what was promised
    "HTML": Fault(
        says("<h1>Log in, {key}</h1>", "Content-Type: text/html"), REFUSED, DECODE, "is the base URL right", 0, of(200)
    ),
    "HTML called JSON": Fault(says("<h1>{key}</h1>"), PASSING, DECODE, "not JSON", 0, of(200)),
    "half a JSON text": Fault(says('{"id": "{key}", "cu'), PASSING, DECODE, "not JSON", 0, of(200)),
    "a body that breaks off": Fault(says(GOOD, length=99), UNKNOWN, HUNG, "complete message body"),
    "a body that never comes": Fault(raw(OK + "Content-Length: 9\r\n\r\n{", stays=True), UNHEARD, LATE, "no answer"),
    "an empty body": Fault(says(b""), PASSING, DECODE, "an empty body where JSON was promised", 0, of(200)),
    "204": Fault(raw("HTTP/1.1 204 Nothing\r\n\r\n"), FINE, None, "status"),
    "NaN": Fault(says('{"id": "1", "cups": NaN}'), PASSING, DECODE, "NaN is not JSON", 0, of(200)),
    "a number of 5000 digits": Fault(says(f'{{"cups": {"9" * 5000}}}'), PASSING, DECODE, "not JSON", 0, of(200)),
    "nested too deep": Fault(says("[" * 100_000), PASSING, DECODE, "not JSON", 0, of(200)),
    "invalid UTF-8": Fault(says(b'{"id": "\xe9"}'), PASSING, DECODE, "not JSON.*utf-8", 0, of(200)),
    "a wrong charset": Fault(
        says('{"id": "\xe9", "cups": 2}', "Content-Type: application/json; charset=latin-1"), FINE, {"id": "\xe9"}, ""
    ),
    "an unknown charset": Fault(says(GOOD, "Content-Type: application/json; charset=klingon"), FINE, POT, ""),
    "an error in an unknown charset": Fault(
        says("no", "Content-Type: text/plain; charset=klingon", status="500 Oh"), PASSING, DOWN, "", 0, {"body": "no"}
    ),
    "nulls": Fault(says('{"id": null, "cups": null}'), FINE, {"id": None, "cups": None, "state": None}, ""),
    "null": Fault(says("null"), FINE, None, ""),
    "an unknown value of an enum": Fault(says('{"id": "1", "cups": 2, "state": "boiling"}'), FINE, {}, "enum"),
    "an unknown field": Fault(says(GOOD[:-1] + ', "lid": 1}'), FINE, POT, "lid"),
    "another type": Fault(says('{"id": "1", "cups": "two"}'), FINE, {"cups": "two"}, "type"),
    "another body": Fault(says('{"error": {"code": "NOT_FOUND"}}'), FINE, {"id": None}, "unknown field error"),
    # framing and compression
    "no length": Fault(raw(OK + "\r\n" + GOOD), FINE, POT, ""),
    "HTTP/1.0": Fault(raw("HTTP/1.0 200 OK\r\n\r\n" + GOOD), FINE, POT, ""),
    "a length that is too short": Fault(says(GOOD, length=5), PASSING, DECODE, "not JSON", 0, of(200)),
    "two lengths": Fault(says(GOOD, "Content-Length: 5"), UNKNOWN, HUNG, "conflicting Content-Length"),
    "chunks that are none": Fault(raw(CHUNKED + "tea\r\n"), UNKNOWN, HUNG, "illegal chunk header"),
    "chunks that break off": Fault(raw(CHUNKED + '9\r\n{"id"'), UNKNOWN, HUNG, "complete message body"),
    "chunks without an end": Fault(raw(CHUNKED + "2\r\n{}\r\n"), UNKNOWN, HUNG, "complete message body"),
    "gzip that is none": Fault(says("{}", ZIPPED), REFUSED, BROKEN, "not compressed as it says"),
    "half a gzip": Fault(says(gzip.compress(GOOD.encode())[:-9], ZIPPED), UNKNOWN, HUNG, "in the middle"),
    "a bomb": Fault(says(gzip.compress(bytes(8 * MIB)), ZIPPED), REFUSED, BROKEN, "larger than 1 MiB"),
    "brotli": Fault(says(b"tea", "Content-Encoding: br"), REFUSED, BROKEN, "as br, which was not asked for"),
    "a body without an end": Fault(raw(OK + "\r\n", more=b" " * 65536), REFUSED, BROKEN, "larger than 1 MiB"),
    # what comes before the answer
    "100 Continue": Fault(raw("HTTP/1.1 100 Continue\r\n\r\n" * 3 + OK + "\r\n" + GOOD), FINE, POT, ""),
    "100 and nothing": Fault(raw("HTTP/1.1 100 Continue\r\n\r\n"), UNKNOWN, HUNG, "without sending a response"),
    "another protocol": Fault(raw("220 smtp ready {key}\r\n\r\n"), UNKNOWN, HUNG, "illegal status line"),
    "a repeated request": Fault(raw("{key}: X-API-KEY\r\n\r\n"), UNKNOWN, HUNG, "illegal status line"),
    "an illegal header": Fault(raw(OK + "{key}\r\n\r\n"), UNKNOWN, HUNG, "illegal header line"),
    "headers that break off": Fault(raw(OK + "X-A"), UNKNOWN, HUNG, "without sending a response"),
    "headers without an end": Fault(raw(OK, more=b"X-A: b\r\n" * 1000), UNKNOWN, HUNG, "Receive buffer too long"),
    # no answer at all
    "dropped before it was read": Fault(unread, UNKNOWN, HUNG, "gave no whole answer"),
    "dropped while it was read": Fault(half, UNKNOWN, HUNG, "gave no whole answer"),
    "dropped after it was read": Fault(read, UNKNOWN, HUNG, "without sending a response"),
    "silence": Fault(silent, UNHEARD, LATE, "no answer from 127.0.0.1:[0-9]+ within 0.1 s"),
}
CALLS: dict[str, Callable[[Any], Any]] = {
    "GET": lambda client: client.default.get_teapot(id="1"),
    "POST": lambda client: client.default.fill(body={"tea": "green"}),
    "keyed POST": lambda client: client.default.fill(body={"tea": "green"}, idempotency_key="k-1"),
}


@pytest.fixture(scope="module")
def api() -> Api:
    """The API of the table."""
    return load(DOCUMENT)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers of at most a mebibyte, so that one without an end is soon too large."""
    for module in (blocking, suspending):
        monkeypatch.setattr(module, "LARGEST", MIB)


@pytest.fixture
def elsewhere() -> Iterator[Faulty]:
    """Another host, to which nobody may go."""
    with Faulty(read) as server:
        yield server


def ended(client: Any, world: World, call: str) -> tuple[Any, errors.Error | None]:
    """The value of a call, or how it failed; what is not ours goes through."""
    try:
        return world.run(CALLS[call](client)), None
    except errors.Error as error:
        return None, error


def discreet(failure: errors.Error) -> None:
    """No key shows, wherever one looks; and it is the same after a pickle."""
    shown = [str(failure), repr(failure), str(vars(failure)), *traceback.format_exception(failure)]
    assert KEY not in "".join(shown)
    again = pickle.loads(pickle.dumps(failure))
    assert (type(again), str(again), vars(again)) == (type(failure), str(failure), vars(failure))


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_has_a_typed_end(world: World, api: Api, name: str, small: None, elsewhere: Faulty) -> None:
    """A GET, a POST and a keyed POST end as the row says, and arrive as often as it says: no paid POST twice."""
    fault = FAULTS[name]
    for call in CALLS:
        alone = call == "POST"
        times = fault.fate.posts if alone else fault.fate.gets
        with Faulty(fault.does, elsewhere.host) as server:
            settings = {"timeout": 0.1 if fault.end is LATE else 10, "max_retries": 2, "retry_delay": 0}
            client = world.client(f"http://{server.host}", api, clock=world.clock, **settings)
            world.slept.clear()
            value, failure = ended(client, world, call)
            world.run(client.close())
        assert {method for method, _ in server.arrived} <= {call.rpartition(" ")[2], "?"}
        assert (len(server.arrived), server.connections) == (times, times), call
        assert world.slept == [fault.pauses] * (times - 1 if fault.pauses else 0)
        assert elsewhere.connections == 0
        if isinstance(fault.end, type):
            assert failure is not None, value
            assert type(failure) is (fault.fate.post if alone and fault.fate.post else fault.end)
            assert re.search(fault.said, str(failure)), failure
            facts = {"operation": "fill" if "POST" in call else "get_teapot", "attempts": times, **fault.facts}
            assert {fact: getattr(failure, fact) for fact in facts} == facts
            discreet(failure)
        else:
            assert failure is None
            assert fault.end is None or {wire: value[wire] for wire in fault.end} == fault.end
            assert fault.said in str([str(one) for one in client.drift()])


def test_the_table_is_as_long_as_it_should_be() -> None:
    """Faults of every fate that there is."""
    assert len(FAULTS) >= 60
    assert {fault.fate for fault in FAULTS.values()} == {FINE, REFUSED, AGAIN, PASSING, UNKNOWN, UNHEARD}


# -- before there is a connection


@contextlib.contextmanager
def closed() -> Iterator[str]:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        host = f"127.0.0.1:{taken.getsockname()[1]}"
    yield f"http://{host}"


@contextlib.contextmanager
def full() -> Iterator[str]:
    """A server that accepts nobody, and whose queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, socket.create_connection(server.getsockname()):
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextlib.contextmanager
def plain() -> Iterator[str]:
    """A server that answers in plain text where TLS is spoken."""
    with Faulty(lambda connection, server: connection.sendall(b"HTTP/1.1 400 Bad\r\n\r\n")) as server:
        yield f"https://{server.host}"


@contextlib.contextmanager
def shy() -> Iterator[str]:
    """A server that hangs up in the middle of the TLS handshake."""
    with Faulty(greets) as server:
        yield f"https://{server.host}"


@contextlib.contextmanager
def slow() -> Iterator[str]:
    """A server that never answers the TLS handshake."""
    with Faulty(listens) as server:
        yield f"https://{server.host}"


@pytest.mark.parametrize(
    ("unreachable", "kind", "said"),
    [
        (closed, HUNG, "cannot be reached; is the base URL right, and the server up"),
        (full, LATE, "no connection from 127.0.0.1:.* within 0.1 s"),
        (plain, HUNG, "cannot be reached"),
        (shy, HUNG, "cannot be reached"),
        (slow, LATE, "no connection from 127.0.0.1:.* within 0.1 s"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_never_left_may_be_sent_again(
    world: World, api: Api, unreachable: Any, kind: type[errors.Error], said: str
) -> None:
    """Without a connection, or a handshake, nothing was sent: a POST is repeated as well, and is not unknown."""
    with unreachable() as origin:
        settings = {"timeout": 0.1 if kind is LATE else 10, "max_retries": 1, "retry_delay": 0}
        client = world.client(origin, api, clock=world.clock, **settings)
        for call in CALLS:
            _, failure = ended(client, world, call)
            assert type(failure) is kind, failure
            assert re.search(said, str(failure)), failure
            assert (failure.attempts, getattr(failure, "sent", None)) == (2, False)
            discreet(failure)
        world.run(client.close())


# -- what a table of single answers cannot tell


def test_a_connection_that_was_closed_while_nobody_used_it_is_not_used(world: World, api: Api) -> None:
    """The server closes each kept connection after its answer; a POST is then sent on a new one, once."""
    with Faulty(raw(f"{OK}Content-Length: {len(GOOD)}\r\n\r\n{GOOD}")) as server:
        client = world.client(f"http://{server.host}", api, clock=world.clock, max_retries=0)
        for count in (1, 2, 3):
            assert ended(client, world, "POST")[1] is None
            assert len(server.arrived) == server.connections == count
            for thread in server._threads[1:]:
                thread.join()  # the connection is closed
        world.run(client.close())


def test_a_large_body_is_refused_before_it_was_read(world: World, api: Api) -> None:
    """A server may answer before it has heard everything: what it said is what is raised."""

    def early(connection: socket.socket, server: Faulty) -> None:
        server.read(connection, 100)
        connection.sendall(b"HTTP/1.1 413 Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        while connection.recv(65536):
            pass

    with Faulty(early) as server:
        client = world.client(f"http://{server.host}", api, clock=world.clock)
        with pytest.raises(errors.APIError) as caught:
            world.run(client.default.fill(body={"tea": "green" * MIB}))
        assert (caught.value.status_code, caught.value.attempts) == (413, 1)
        world.run(client.close())


def test_a_bomb_fills_no_memory(world: World, api: Api, small: None) -> None:
    """64 MiB of spaces in 64 KB: what is read stays near the bound of one mebibyte."""
    bomb = gzip.compress(b" " * 64 * MIB)
    with Faulty(says(bomb, ZIPPED)) as server:
        client = world.client(f"http://{server.host}", api, clock=world.clock)
        world.run(client._session.io.sleep(0))  # the loop, before we measure
        tracemalloc.start()
        try:
            failure = ended(client, world, "GET")[1]
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        world.run(client.close())
    assert isinstance(failure, BROKEN)
    assert peak < 6 * MIB


@pytest.mark.parametrize(
    ("begins", "drop"),
    [(OK + "\r\n", b" "), (OK + "X-A: ", b"a"), ("", b"HTTP/1.1 100 Continue\r\n\r\n")],
    ids=["a body", "a header", "100 Continue"],
)
def test_an_answer_that_drips_ends_at_the_deadline(world: World, api: Api, begins: str, drop: bytes) -> None:
    """Every piece comes in time, the whole never would: the deadline is what counts. (Blocking: in the body only.)"""
    if world.blocking and drop != b" ":
        pytest.skip("a blocking read has the timeout anew, and nothing of ours runs until the headers are complete")
    go_on = threading.Event()

    def drip(connection: socket.socket, server: Faulty) -> None:
        server.read(connection)
        connection.sendall(begins.encode())
        while not go_on.wait(0.01):
            connection.sendall(drop)

    with Faulty(drip) as server:
        client = world.client(f"http://{server.host}", api, timeout=2, clock=Clock())
        began = time.monotonic()
        try:
            with pytest.raises(errors.TimeoutError, match="not complete in time") as caught:
                world.run(client._session.ask("getTeapot", {"id": "1"}, retries=0, deadline=began + 0.2))
            assert caught.value.sent
            assert time.monotonic() - began < 1.5
        finally:
            go_on.set()
            world.run(client.close())


# -- while a document is fetched


@pytest.mark.parametrize(
    ("does", "seconds", "said"),
    [
        (says(b"{}", length=99), 10.0, "127.0.0.1:[0-9]+ gave no whole answer"),
        (raw(OK + "Content-Length: 99\r\n\r\n{{", stays=True), 0.1, "no answer from 127.0.0.1:[0-9]+ within 0.1 s"),
    ],
    ids=["breaks off", "silence"],
)
def test_a_document_that_is_not_complete_says_where(world: World, does: Any, seconds: float, said: str) -> None:
    """The host, and how long nothing came: what is read piece by piece knows as much as what is read at once."""
    with Faulty(does) as server:
        io = (blocking.BlockingTransport if world.blocking else suspending.AsyncTransport)()
        with pytest.raises(errors.TransportError, match=said):
            world.run(fetch.answered(io, f"http://{server.host}/openapi.json", seconds))
        world.run(io.close())
