"""Streams: the items of any operation, and every way in which one can end."""

from __future__ import annotations

import contextlib
import gc
import json
import socket
import struct
import threading
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anyio
import httpx
import pytest
from conftest import KEY, Script, World, answer

import leapocr_dyn
from leapocr_dyn import errors
from leapocr_dyn.api import Api
from leapocr_dyn.operation.sequential import Event

Json = Any  # whatever a test feeds in


# -- items of an operation, from servers that are functions


def streaming(media: str = "text/event-stream", method: str = "get", **described: Json) -> Api:
    """An Api of one stream. described: its Media Type Object."""
    node = {
        "operationId": "listen",
        "tags": ["Tea"],
        "responses": {"200": {"description": "", "content": {media: described}}},
        "security": [{"key": []}],
    }
    leaf = {"type": "object", "properties": {"name": {"type": "string"}, "grams": {"type": "integer"}}}
    return leapocr_dyn.load(
        {
            "openapi": "3.2.0",
            "info": {"title": "Tea", "version": "1"},
            "paths": {"/tea": {method: node}},
            "components": {
                "schemas": {"Leaf": leaf, "Note": {"type": "object", "properties": {"said": {"type": "string"}}}},
                "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
            },
        },
        workflow={"errors": {"codes": {"slow_down": "RateLimitError"}}},
    )


LEAF = {"$ref": "#/components/schemas/Leaf"}
NOTE = {"$ref": "#/components/schemas/Note"}


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of an answer, piece by piece, in any world. given: how many were taken; closed: whether it was."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces
        self.given = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.given += 1
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.given += 1
            yield piece

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


def telling(*pieces: str | bytes, media: str = "text/event-stream", **headers: str) -> Callable[..., httpx.Response]:
    """A server that answers with a stream of these pieces."""
    body = [piece if isinstance(piece, bytes) else piece.encode() for piece in pieces]
    return lambda request: httpx.Response(200, headers={"content-type": media, **headers}, stream=Pieces(*body))


def listen(world: World, server: Any, api: Api | None = None, **settings: Any) -> Any:  # Any: one text for both
    """The stream of that one operation."""
    return world.client(server, api=api or streaming(), **settings).tea.listen.stream()


def take(world: World, stream: Any) -> Any:
    """The next item."""
    return next(stream) if world.blocking else world.run(stream.__anext__())


def heard(world: World, *pieces: str, media: str = "text/event-stream", **described: Json) -> list[Any]:
    """All items of a stream that the document describes so."""
    return world.all(listen(world, telling(*pieces, media=media), streaming(media, **described)))


def test_the_data_of_an_event_is_json_or_text(world: World) -> None:
    """What can be read as JSON is; NaN is no JSON; everything else is the text that it is."""
    content = 'data: {"a": 1}\n\ndata: [1,\ndata: 2]\n\ndata: tea\n\ndata: 7\n\ndata: NaN\n\ndata: {"a":\n\ndata\n\n'
    assert heard(world, content) == [{"a": 1}, [1, 2], "tea", 7, "NaN", '{"a":', ""]


def test_lines_are_json_and_null_is_no_end(world: World) -> None:
    """An item may be null; the iteration goes on."""
    for media in ("application/geo+json-seq", "Application/JSON-seq"):
        assert heard(world, '\x1e{"a"', ": 1}\n\x1enull\n", "\x1e[2]\n\x1enull\n", media=media) == [
            {"a": 1},
            None,
            [2],
            None,
        ]
    for media in ("application/jsonl", "application/x-ndjson", "application/x-ndjson; charset=utf-8"):
        assert heard(world, '{"a"', ": 1}\nnull\n", "[2]\r\n\nnull", media=media) == [{"a": 1}, None, [2], None]


def test_an_item_schema_types_the_items(world: World) -> None:
    """OpenAPI 3.2's itemSchema, in both kinds of stream; without it, a `schema` that is an object's or an array's."""
    for described in ({"itemSchema": LEAF}, {"schema": LEAF}, {"schema": {"type": "array", "items": LEAF}}):
        for media, content in (
            ("text/event-stream", 'data: {"name": "oolong", "grams": 5}\n\n'),
            ("application/jsonl", '{"name": "oolong", "grams": 5}\n'),
            ("application/json-seq", '\x1e{"name": "oolong", "grams": 5}\n'),
        ):
            (leaf,) = heard(world, content, media=media, **described)
            assert (type(leaf).__name__, leaf.name, leaf.grams) == ("Leaf", "oolong", 5)


def test_a_schema_that_is_no_objects_says_nothing_of_the_items(world: World) -> None:
    """`type: string` for an event stream means all of it, as people wrote before there was itemSchema."""
    assert heard(world, 'data: {"a": 1}\n\n', schema={"type": "string"}) == [{"a": 1}]


def test_a_line_stays_text_where_text_is_wanted(world: World) -> None:
    """JSON that somebody else is to read; half of it is still a mistake."""
    lines = ('{"a": 1}\n', '"tea"\n', "\n", " [1, 2] ")
    assert heard(world, *lines, media="application/jsonl", itemSchema={"type": "string"}) == [
        '{"a": 1}',
        "tea",
        "[1, 2]",
    ]
    with pytest.raises(errors.DecodeError):
        heard(world, "{half\n{}\n", media="application/jsonl", itemSchema={"type": "string"})


def test_text_stays_text_where_text_is_wanted(world: World) -> None:
    """A token that looks like a number is a token; one in quotes is read."""
    content = 'data: 7\n\ndata: true\n\ndata: "tea"\n\ndata: tea\n\n'
    for described in ({"type": "string"}, {"type": "object", "properties": {"data": {"type": "string"}}}):
        assert heard(world, content, itemSchema=described) == ["7", "true", "tea", "tea"]


@pytest.mark.parametrize(
    "data",
    [{"type": "string", "contentMediaType": "application/json", "contentSchema": LEAF}, LEAF],
    ids=["text that holds JSON", "the object itself"],
)
def test_an_item_schema_may_describe_the_event_around_the_data(world: World, data: Json) -> None:
    """As OpenAPI 3.2 writes it: an object of event, data, id and retry. The item is the data."""
    schema = {"type": "object", "properties": {"event": {"type": "string"}, "id": {"type": "string"}, "data": data}}
    (leaf,) = heard(world, 'data: {"name": "oolong"}\n\n', itemSchema=schema)
    assert (type(leaf).__name__, leaf.name) == ("Leaf", "oolong")


def test_an_item_schema_may_tell_events_apart_by_their_type(world: World) -> None:
    """oneOf with a const for `event`: each has its own data; a type that is not listed is any JSON."""
    options = [
        {"properties": {"event": {"const": "leaf"}, "data": {"contentSchema": LEAF}}},
        {"properties": {"event": {"enum": ["note", "aside"]}, "data": {"contentSchema": NOTE}}},
        {"properties": {"event": {"const": "raw"}, "data": {"contentMediaType": "application/json"}}},
    ]
    content = "".join(f"event: {name}\ndata: {{}}\n\n" for name in ("leaf", "note", "aside", "raw", "other"))
    items = heard(world, content, itemSchema={"oneOf": options})
    assert [type(item).__name__ for item in items] == ["Leaf", "Note", "Note", "dict", "dict"]


def test_what_the_document_does_not_know_is_drift(world: World) -> None:
    """Items are received as leniently as answers, and with strict=True as strictly."""
    server = telling('{"name": "oolong", "color": "green"}\n', media="application/jsonl")
    client = world.client(server, api=streaming("application/jsonl", itemSchema=LEAF))
    (leaf,) = world.all(client.tea.listen.stream())
    assert leaf["color"] == "green"
    assert "color" in str(client.drift())
    with pytest.raises(errors.DriftError):
        world.all(listen(world, server, streaming("application/jsonl", itemSchema=LEAF), strict=True))


def test_the_last_event_is_there_to_be_asked(world: World) -> None:
    """Its type, its id and the pause before a reconnection, beside the item."""
    stream = listen(world, telling("id: 7\nretry: 250\nevent: poured\ndata: 1\n\n"))
    assert stream.event is None
    assert take(world, stream) == 1
    assert stream.event == Event("poured", "1", "7", 250)
    world.run(stream.close())
    assert heard(world, '"[DONE]"\n', media="application/jsonl") == ["[DONE]"]


def test_done_ends_a_stream_of_events(world: World) -> None:
    """The end marker is no item, and what follows it is not given."""
    body = Pieces(b"data: 1\n\n", b"data: [DONE]\n\n", b"data: 2\n\n")
    stream = listen(world, lambda _: httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body))
    assert world.all(stream) == [1]
    assert body.closed
    assert world.all(stream) == []


def test_nothing_is_sent_before_the_first_item_is_wanted(world: World) -> None:
    """The arguments are checked at once, and a stream that nobody began can be closed."""
    script = Script(answer())
    client = world.client(script, api=streaming())
    with pytest.raises(TypeError, match="has no argument 'color'"):
        client.tea.listen.stream(color="green")
    stream = client.tea.listen.stream()
    world.run(stream.close())
    assert world.all(stream) == []
    assert script.calls == 0


def test_a_stream_is_asked_for_as_one_and_with_the_credentials(world: World) -> None:
    """Accept names what the document promises, or all that can be read; the key goes along."""
    script = Script(httpx.Response(200, headers={"content-type": "text/event-stream"}))
    assert world.all(listen(world, script)) == []
    assert script.requests[0].headers["accept"] == "text/event-stream"
    assert script.requests[0].headers["x-key"] == KEY
    assert world.all(listen(world, script, streaming("application/json"))) == []
    assert script.requests[1].headers["accept"].startswith("text/event-stream, application/jsonl")


FAILED = {"error": {"code": "slow_down", "message": "the kettle is empty"}}


@pytest.mark.parametrize(
    "content", [f"data: {json.dumps(FAILED)}\n\n", f"event: error\ndata: {json.dumps(FAILED)}\n\n"]
)
def test_an_error_inside_a_stream_is_raised(world: World, content: str) -> None:
    """With what it says, read as the body of any error is; the items before it are given."""
    stream = listen(world, telling("data: 1\n\n" + content + "data: 2\n\n"))
    assert take(world, stream) == 1
    with pytest.raises(errors.RateLimitError, match="listen: 200 slow_down: the kettle is empty") as caught:
        take(world, stream)
    assert caught.value.response == FAILED
    assert world.all(stream) == []


def test_an_error_in_a_line_or_in_words_is_raised_too(world: World) -> None:
    """JSON Lines say it in an object; an event may say it in text, or not at all. A key in it is not repeated."""
    with pytest.raises(errors.APIError, match="listen: 200: the kettle is empty"):
        heard(world, '{"error": "the kettle is empty"}\n', media="application/jsonl")
    for data, said in (("no water", "no water"), ('"no water"', "no water"), ("", "the server gave no reason")):
        with pytest.raises(errors.APIError, match=f"listen: 200: {said}"):
            heard(world, f"event: error\ndata: {data}\n\n")
    with pytest.raises(errors.APIError, match=r"no such key: \*\*\*") as caught:
        heard(world, f"event: error\ndata: no such key: {KEY}\n\n")
    assert KEY not in f"{vars(caught.value)}"


def test_an_item_without_an_error_in_its_error_is_an_item(world: World) -> None:
    """Many servers send `"error": null` with each."""
    assert heard(world, 'data: {"error": null}\n\ndata: {"error": ""}\n\n') == [{"error": None}, {"error": ""}]


REFUSALS = [(401, errors.AuthenticationError), (404, errors.NotFoundError), (422, errors.ValidationError)]


@pytest.mark.parametrize(("status", "kind"), [*REFUSALS, (500, errors.ServerError), (302, errors.APIError)])
def test_an_error_while_opening_is_that_of_a_call(world: World, status: int, kind: type[errors.APIError]) -> None:
    """The body is read to its end first, and the connection given back."""
    body = Pieces(b'{"error": {"code": "NO", "mess', f'age": "not you, {KEY}"}}}}'.encode())

    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers={"x-request-id": "7c1"}, stream=body)

    with pytest.raises(kind, match=rf"listen: {status} NO: not you, \*\*\* \(request id 7c1\)") as caught:
        world.all(listen(world, server, max_retries=0))
    assert type(caught.value) is kind
    assert (body.given, body.closed, caught.value.attempts) == (2, True, 1)
    assert KEY not in f"{vars(caught.value)}"


def test_opening_is_repeated_as_a_call_is(world: World) -> None:
    """A failure that passes is not seen; a POST of unknown fate is not sent twice, and says so."""
    good = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=b"data: 1\n\n")
    script = Script(answer(503), httpx.ConnectError("no"), httpx.ReadError("gone"), good)
    assert world.all(listen(world, script)) == [1]
    assert (script.calls, len(world.slept)) == (4, 3)
    for failure, kind in ((httpx.ReadError("gone"), errors.SubmissionUnknownError), (answer(500), errors.ServerError)):
        script = Script(failure)
        with pytest.raises(kind):
            world.all(listen(world, script, streaming(method="post")))
        assert script.calls == 1


def test_what_is_no_stream_says_so(world: World) -> None:
    """HTML is refused; one JSON text is a stream of one; no content is a stream of nothing."""
    with pytest.raises(errors.DecodeError, match="text/html where a stream was promised"):
        world.all(listen(world, telling("<h1>Log in</h1>", media="text/html")))
    assert world.all(listen(world, telling('{"a": 1}', media="application/json"))) == [{"a": 1}]
    assert world.all(listen(world, Script(httpx.Response(204)))) == []
    assert world.all(listen(world, telling("data: 1\n\n", media="text/plain"))) == [1]
    with pytest.raises(errors.ContractError, match="compressed as br"):
        world.all(listen(world, telling("?", **{"content-encoding": "br"})))


def test_a_line_that_is_no_json_is_a_decode_error(world: World) -> None:
    """With its beginning; the lines before it are given."""
    stream = listen(world, telling('1\n{"a"\n3\n', media="application/jsonl"))
    assert take(world, stream) == 1
    with pytest.raises(errors.DecodeError, match="listen: 200: the server answered a body that is not JSON") as caught:
        take(world, stream)
    assert caught.value.body == '{"a"'
    with pytest.raises(errors.DecodeError) as caught:
        heard(world, f"you sent {KEY}\n", media="application/jsonl")
    assert caught.value.body == "you sent ***"
    deep = "[" * 200_000
    with pytest.raises(errors.DecodeError):
        heard(world, f"data: {deep}\n\n")


def test_a_services_own_exceptions_come_out_of_its_streams(world: World) -> None:
    """Opening and reading, as everywhere in that service's client."""
    for server in (Script(answer(404)), telling("event: error\ndata: no\n\n")):
        with pytest.raises(leapocr_dyn.LeapOCRError):
            world.all(world.client(server).ocr.get_job_result.stream(job_id="1"))


# -- over real sockets


class Tap:
    """A server on a raw socket that does the same for each connection. gone: set when the other side has hung up."""

    def __init__(self, behave: Callable[[socket.socket, Tap], None]) -> None:
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self.gone = threading.Event()
        self.more = threading.Event()

    def __enter__(self) -> Tap:
        self._threads[0].start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.more.set()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with connection, contextlib.suppress(OSError):
            self._behave(connection, self)

    def until_gone(self, connection: socket.socket) -> None:
        """Wait for the other side to hang up."""
        with contextlib.suppress(ConnectionError):
            while connection.recv(65536):
                pass
        self.gone.set()


def request(connection: socket.socket) -> bool:
    """Read a request without a body; False where there is none."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        if not (piece := connection.recv(65536)):
            return False
        data += piece
    return True


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def chunk(content: bytes) -> bytes:
    """A chunk, as HTTP/1.1 frames it."""
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


def staying(content: bytes) -> Callable[[socket.socket, Tap], None]:
    """Says this, and nothing more until the other side hangs up."""

    def behave(connection: socket.socket, tap: Tap) -> None:
        request(connection)
        connection.sendall(content)
        tap.until_gone(connection)

    return behave


def leaving(content: bytes, *, reset: bool = False) -> Callable[[socket.socket, Tap], None]:
    """Says this and hangs up, politely or with a reset."""

    def behave(connection: socket.socket, tap: Tap) -> None:
        request(connection)
        connection.sendall(content)
        tap.more.wait(10 if reset else 0)  # a reset throws away what the other side has not read
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def test_leaving_early_closes_the_connection(world: World) -> None:
    """After `break` and the end of the block the server sees that nobody listens any more."""
    with Tap(staying(CHUNKED + chunk(b"data: 1\n\ndata: 2\n\n"))) as tap:
        stream = listen(world, tap.url)

        if world.blocking:
            with stream:
                for item in stream:
                    assert item == 1
                    break
        else:
            world.run(_leaving_early(stream))
        assert tap.gone.wait(10)
        assert world.all(stream) == []


async def _leaving_early(stream: Any) -> None:
    async with stream:
        async for item in stream:
            assert item == 1
            break


def test_a_forgotten_blocking_stream_closes_its_connection() -> None:
    """A loop that was left, over a stream that has no name: nobody could ask for the rest."""
    world = World("blocking")
    with Tap(staying(CHUNKED + chunk(b"data: 1\n\n"))) as tap:
        client = world.client(tap.url, api=streaming())
        for item in client.tea.listen.stream():
            assert item == 1
            break
        gc.collect()
        assert tap.gone.wait(10)
        world.close()


def test_a_cancelled_stream_closes_its_connection(world: World) -> None:
    """Whoever stops waiting for the next item gives up the stream."""
    if world.blocking:
        return  # nothing can be cancelled there
    with Tap(staying(CHUNKED + chunk(b"data: 1\n\n"))) as tap:
        stream = listen(world, tap.url)
        assert take(world, stream) == 1

        async def impatient() -> None:
            with anyio.move_on_after(0.05):
                await stream.__anext__()

        world.run(impatient())
        assert tap.gone.wait(10)
        assert world.all(stream) == []


def test_items_come_when_they_are_sent(world: World) -> None:
    """The first one is there before the second one is sent, also through gzip."""

    def behave(connection: socket.socket, tap: Tap) -> None:
        request(connection)
        press = zlib.compressobj(wbits=31)
        connection.sendall(HEAD + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.sendall(chunk(press.compress(b"data: 1\n\n") + press.flush(zlib.Z_SYNC_FLUSH)))
        assert tap.more.wait(10)
        connection.sendall(chunk(press.compress(b"data: 2\n\n") + press.flush()) + chunk(b""))

    with Tap(behave) as tap:
        stream = listen(world, tap.url)
        assert take(world, stream) == 1
        tap.more.set()
        assert world.all(stream) == [2]


def test_a_stream_that_was_read_to_its_end_leaves_a_connection_for_the_next(world: World) -> None:
    """HTTP says where the body ends, and the connection is used again."""

    def behave(connection: socket.socket, tap: Tap) -> None:
        while request(connection):
            connection.sendall(CHUNKED + chunk(b"data: 1\n\n") + chunk(b""))

    with Tap(behave) as tap:
        client = world.client(tap.url, api=streaming())
        for _ in range(3):
            assert world.all(client.tea.listen.stream()) == [1]
        assert tap.connections == 1
        world.close()


ONE = b"data: 1\n\n"
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: application/jsonl\r\n"
BREAKS = {
    "between two events": leaving(CHUNKED + chunk(ONE)),
    "inside a chunk": leaving(CHUNKED + b"ff\r\n" + ONE + b"data: "),
    "before the promised length": leaving(HEAD + b"Content-Length: 99\r\n\r\n" + ONE),
    "inside an event of a body without a length": leaving(HEAD + b"Connection: close\r\n\r\n" + ONE + b"data: 2\n"),
    "inside a line of a body without a length": leaving(PLAIN + b"Connection: close\r\n\r\n" + b'1\n{"a": "te'),
    "with a reset": leaving(CHUNKED + chunk(ONE), reset=True),
    "inside a sequence": leaving(
        CHUNKED.replace(b"text/event-stream", b"application/json-seq") + chunk(b"\x1e1\n\x1e2")
    ),
}


@pytest.mark.parametrize("how", BREAKS)
def test_a_stream_that_breaks_off_never_just_ends(world: World, how: str) -> None:
    """What came is given; then there is an exception. It is not asked for again: its items were seen."""
    with Tap(BREAKS[how]) as tap:
        stream = listen(world, tap.url)
        assert take(world, stream) == 1
        tap.more.set()
        with pytest.raises(errors.ConnectionError, match="listen: the connection broke off in the middle") as caught:
            take(world, stream)
        assert isinstance(caught.value, ConnectionError)
        assert tap.connections == 1
        assert world.all(stream) == []


@pytest.mark.parametrize(
    "content",
    [
        CHUNKED + chunk(ONE + b"data: [DONE]\n\n"),
        CHUNKED + chunk(ONE + b"data: [DONE]\n"),
        HEAD + b"Content-Length: 99\r\n\r\n" + ONE + b"data: [DONE]",
        HEAD + b"Connection: close\r\n\r\n" + ONE + b"data: [DONE]\n",
        HEAD + b"Connection: close\r\n\r\n" + ONE,
    ],
    ids=["dropped after it", "no empty line", "half a line", "without a length", "without a length or a marker"],
)
def test_an_end_that_was_announced_is_an_end(world: World, content: bytes) -> None:
    """After [DONE] it does not matter how the server hangs up; without a length, hanging up is the end."""
    with Tap(leaving(content)) as tap:
        assert world.all(listen(world, tap.url)) == [1]


def test_done_is_the_end_though_the_server_stays(world: World) -> None:
    """Nobody waits for a server that has said that it is done."""
    with Tap(staying(CHUNKED + chunk(ONE + b"data: [DONE]\n\n"))) as tap:
        assert world.all(listen(world, tap.url)) == [1]
        assert tap.gone.wait(10)


def test_a_silence_that_is_too_long_is_a_timeout(world: World) -> None:
    """Longer than the client's timeout without a byte; comments count as bytes, and are what servers send for this."""
    with Tap(staying(CHUNKED + chunk(ONE))) as tap:
        stream = listen(world, tap.url, timeout=0.3)
        assert take(world, stream) == 1
        with pytest.raises(
            errors.TimeoutError, match=r"nothing came for 0\.3 s, and the stream has not ended"
        ) as caught:
            take(world, stream)
        assert isinstance(caught.value, TimeoutError)
        assert tap.gone.wait(10)


def test_a_refusal_over_a_socket_is_read_and_closed(world: World) -> None:
    """Typed, with its body; one that breaks off or falls silent still has its status, and an endless one is left."""
    body = b'{"error": {"message": "not you"}}'
    head = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: "
    whole = leaving(head + b"%d\r\n\r\n" % len(body) + body)
    with Tap(whole) as tap, pytest.raises(errors.AuthenticationError, match="not you"):
        world.all(listen(world, tap.url))
    for behave in (leaving(head + b"99\r\n\r\n" + body), staying(head + b"99\r\n\r\n" + body), _endlessly(head)):
        with Tap(behave) as tap, pytest.raises(errors.AuthenticationError):
            world.all(listen(world, tap.url, timeout=0.3))


def _endlessly(head: bytes) -> Callable[[socket.socket, Tap], None]:
    def behave(connection: socket.socket, tap: Tap) -> None:
        request(connection)
        connection.sendall(head + b"999999999999\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    return behave


# -- what a workflow says of a stream


def acting(**rules: Json) -> Api:
    """An Api whose stream has rules."""
    api = streaming()
    return leapocr_dyn.load(api.document, workflow={"streams": {"listen": rules}})


TALE = (
    'event: connection\ndata: {"ok": true}\n\n: a comment\n\n',
    'event: chunk\ndata: {"content": "Once "}\n\nevent: chunk\ndata: {"content": "upon"}\n\n',
    'event: complete\ndata: {}\n\nevent: chunk\ndata: {"content": "never"}\n\n',
)


def test_a_workflow_says_what_each_event_means(world: World) -> None:
    """Some are items, some are not for people, one ends the stream; the text is put together on the way."""
    api = acting(events={"connection": "ignore", "chunk": "yield", "complete": "end"}, text="/content")
    stream = listen(world, telling(*TALE), api)
    assert world.all(stream) == [{"content": "Once "}, {"content": "upon"}]
    assert stream.text == "Once upon"
    assert world.run(listen(world, telling(*TALE), api).accumulate()) == "Once upon"


def test_items_without_an_event_are_told_apart_by_their_type(world: World) -> None:
    """As JSON over a socket does it; an error that the workflow does not raise is an item."""
    api = acting(events={"token": "yield", "ping": "ignore", "done": "end", "error": "yield"})
    pieces = [f'data: {{"type": "{kind}"}}\n\n' for kind in ("token", "ping", "error", "done", "token")]
    assert [one["type"] for one in world.all(listen(world, telling(*pieces), api))] == ["token", "error"]


@pytest.mark.parametrize(
    "item", ['event: oops\ndata: {"message": "burnt"}\n\n', 'data: {"finished": true, "message": "burnt"}\n\n']
)
def test_an_item_may_say_that_it_failed(world: World, item: str) -> None:
    """By its event, or by what is in it."""
    api = acting(events={"oops": "raise"}, failure="$response.body#/finished == true")
    with pytest.raises(errors.APIError, match="burnt"):
        world.all(listen(world, telling('data: {"a": 1}\n\n', item), api))


def test_what_cannot_be_read_may_be_left_out(world: World) -> None:
    """Where the workflow says so; the end that a server announces stays the end."""
    pieces = ('data: {"a": 1}\n\n', "data: {oops\n\n", 'data: {"a": 2}\n\n', "data: [DONE]\n\n", 'data: {"a": 3}\n\n')
    assert world.all(listen(world, telling(*pieces), acting(malformed="skip"))) == [{"a": 1}, {"a": 2}]
    assert world.all(listen(world, telling(*pieces)))[1] == "{oops"


@pytest.mark.parametrize("rules", [{}, {"events": {"done": "end", "oops": "raise"}}])
def test_what_cannot_be_read_still_means_what_its_event_says(world: World, rules: Json) -> None:
    """An end is an end and a failure is one, whatever they say in words."""
    api = acting(malformed="skip", **rules)
    failed = "oops" if rules else "error"
    with pytest.raises(errors.APIError, match="the kettle is empty"):
        world.all(listen(world, telling(f"event: {failed}\ndata: the kettle is empty\n\n"), api))
    said = "event: done\ndata: bye\n\n", "data: 2\n\n"
    assert world.all(listen(world, telling("data: 1\n\n", *said), api)) == ([1] if rules else [1, 2])
