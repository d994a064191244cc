"""A stream over a WebSocket: openings, items, ends, breaks; with a real server, and with one that says anything."""

from __future__ import annotations

import json
import sys
from typing import Any

import anyio
import httpx
import pytest
from conftest import KEY, World
from documents import openapi
from speaker import WHY, Speaker, frame, speaking, stammering

import leapocr_dyn
from leapocr_dyn import errors
from leapocr_dyn.iteration import AsyncWalk, BlockingWalk
from leapocr_dyn.workflows.websocket import LARGEST, Socket

RULES = {"GET /live": {"events": {"token": "yield", "done": "end", "error": "raise", "note": "ignore"}, "text": "/say"}}
DOCUMENT = openapi(
    components={"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}, security=[{"key": []}]
)
WORDS = [json.dumps({"type": "token", "say": word}) for word in ("a ", "b", "c")]
DONE = json.dumps({"type": "done", "cost": 1})
NORMALLY = (1000).to_bytes(2)


@pytest.fixture(autouse=True)
def _websockets() -> None:
    pytest.importorskip("websockets", reason=WHY)


def walk(world: World, url: str, message: Any = None, rules: Any = None, **settings: Any) -> Any:
    """What a client of this world would give to iterate."""
    api = leapocr_dyn.load(DOCUMENT, workflow={"streams": RULES if rules is None else rules})
    client = world.client(url, api=api, **{"api_key": None, "token": KEY, "timeout": 5.0, **settings})
    socket = Socket(client._session, "/live", {"ask": "x"} if message is None else message)
    return (BlockingWalk if world.blocking else AsyncWalk)(client, socket)


def first(world: World, stream: Any) -> Any:
    """The next item of a stream."""
    return next(stream) if world.blocking else world.run(anext(stream))


def said(world: World, url: str, **settings: Any) -> list[str]:
    """The words of all items."""
    return [item["say"] for item in world.all(walk(world, url, **settings))]


# -- a real server


def test_a_message_goes_out_and_the_items_come_back(world: World) -> None:
    """Each as JSON; the end is what the workflow calls so, and the rest is not waited for."""
    with speaking([WORDS[0], json.dumps({"type": "note"}), WORDS[1], DONE, WORDS[2]]) as speaker:
        stream = walk(world, speaker.url, {"ask": "tea"})
        assert not speaker.openings
        assert [item["say"] for item in world.all(stream)] == ["a ", "b"]
        assert stream._source.text == "a b"
        assert speaker.left.wait(5)
    assert [json.loads(message) for message in speaker.heard] == [{"ask": "tea"}]
    assert speaker.farewells == [1000]


def test_the_opening_carries_the_key_to_the_configured_origin(world: World) -> None:
    """As every request does; the opening's own key is another each time."""
    with speaking([DONE]) as speaker:
        for _ in range(2):
            assert world.all(walk(world, speaker.url)) == []
    (path, one), (_, two) = speaker.openings
    assert (path, one["authorization"], one["upgrade"]) == ("/live", f"Bearer {KEY}", "websocket")
    assert one["sec-websocket-key"] != two["sec-websocket-key"]


def test_leaving_early_closes_the_socket(world: World) -> None:
    """With a word, and at once."""

    def chatter(connection: Any, speaker: Speaker) -> None:
        while True:
            connection.send(WORDS[0])

    with speaking(chatter) as speaker:
        stream = walk(world, speaker.url)
        assert first(world, stream)["say"] == "a "
        world.run(stream.close())
        assert speaker.left.wait(5)
        assert world.all(stream) == []


def test_a_forgotten_loop_of_a_blocking_client_closes_its_socket() -> None:
    """`break` without a block: nobody can ask for the rest."""
    world = World("blocking")
    with speaking(WORDS) as speaker:
        for item in walk(world, speaker.url):
            assert item["say"] == "a "
            break
        assert speaker.left.wait(5)
    world.close()


@pytest.mark.parametrize("name", ["asyncio", "trio"])
def test_a_task_that_is_cancelled_leaves_no_socket(name: str) -> None:
    """Whoever waits for an item may be cancelled, and the server sees it."""
    world = World(name)
    stream: Any = None

    async def impatient(speaker: Speaker) -> bool:
        nonlocal stream
        stream = walk(world, speaker.url)
        with anyio.move_on_after(0.05) as scope:
            async for _ in stream:
                pass
        return scope.cancelled_caught

    with speaking([WORDS[0]]) as speaker:
        assert world.run(impatient(speaker))
        assert speaker.left.wait(5)
    assert stream._source.ended
    world.close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, errors.APIError),
        (401, errors.AuthenticationError),
        (403, errors.ForbiddenError),
        (404, errors.NotFoundError),
        (429, errors.RateLimitError),
        (500, errors.ServerError),
    ],
)
def test_a_refused_opening_is_typed(world: World, status: int, kind: type[errors.APIError]) -> None:
    """With what the refusal says, and without the key that it may repeat."""
    with speaking([], [(status, f"no: {KEY}")]) as speaker, pytest.raises(kind) as raised:
        world.all(walk(world, speaker.url, max_retries=0))
    assert raised.value.status_code == status
    assert raised.value.response == "no: ***"
    assert raised.value.operation == "GET /live"


def test_an_opening_that_failed_is_repeated(world: World) -> None:
    """Nothing was asked yet, so nothing can be paid twice."""
    with speaking([WORDS[0], DONE], [(503, ""), (502, "")]) as speaker:
        assert said(world, speaker.url, retry_delay=0) == ["a "]
    assert len(speaker.openings) == 3


def test_what_the_server_says_of_its_failure_is_raised(world: World) -> None:
    """In the place of an item; it is no HTTP status, and the text before it was given."""
    failure = json.dumps({"type": "error", "error": f"the kettle broke, {KEY}"})
    with speaking([WORDS[0], failure]) as speaker:
        stream = walk(world, speaker.url)
        assert first(world, stream)["say"] == "a "
        with pytest.raises(errors.APIError, match=r"the kettle broke, \*\*\*$") as raised:
            first(world, stream)
    assert raised.value.status_code is None


def test_a_server_that_says_nothing_is_given_up(world: World) -> None:
    """After the timeout, which counts anew with every message."""

    def silence(connection: Any, speaker: Speaker) -> None:
        speaker.left.wait(5)

    with speaking(silence) as speaker:
        with pytest.raises(errors.TimeoutError, match=r"nothing came for 0\.05 s"):
            world.all(walk(world, speaker.url, timeout=0.05))
        speaker.left.set()


@pytest.mark.parametrize("code", [1000, 1011])
def test_a_socket_that_is_closed_before_its_end_broke_off(world: World, code: int) -> None:
    """Where the workflow knows what the end is, silence is none; the server's reason is told."""
    with speaking(lambda connection, _: connection.close(code, "no more tea")) as speaker:
        with pytest.raises(
            errors.ConnectionError, match=rf"in the middle of the stream \(it said {code} no more tea\)"
        ):
            world.all(walk(world, speaker.url))
        assert len(speaker.openings) == 1


def test_without_a_declared_end_a_normal_closure_is_one(world: World) -> None:
    """Any other is a break."""

    def tell(connection: Any, speaker: Speaker) -> None:
        connection.send("[1]")
        connection.close(1000 if len(speaker.openings) == 1 else 1001)

    with speaking(tell) as speaker:
        assert world.all(walk(world, speaker.url, rules={})) == [[1]]
        with pytest.raises(errors.ConnectionError, match="1001"):
            world.all(walk(world, speaker.url, rules={}))


def test_a_users_own_client_opens_sockets_too(world: World) -> None:
    """It adds what it adds to every request, and stays open."""
    kind: Any = httpx.Client if world.blocking else httpx.AsyncClient
    mine = kind(headers={"X-Mine": "yes"})
    with speaking([WORDS[0], DONE]) as speaker:
        assert said(world, speaker.url, http_client=mine) == ["a "]
    assert speaker.openings[0][1]["x-mine"] == "yes"
    assert not mine.is_closed
    world.run(mine.close() if world.blocking else mine.aclose())


def test_a_message_of_any_size_comes_whole(world: World) -> None:
    """And what is sent may be as long."""
    long = json.dumps({"type": "token", "say": "é" * 100_000})
    with speaking([long, DONE]) as speaker:
        stream = walk(world, speaker.url, {"ask": "x" * 500_000})
        assert [len(item["say"]) for item in world.all(stream)] == [100_000]
    assert len(json.loads(speaker.heard[0])["ask"]) == 500_000


# -- a server that says anything


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_messages_may_be_cut_anywhere(world: World, size: int) -> None:
    """Into frames, with a ping between them; and into bytes, also in the middle of a letter."""
    text = json.dumps({"type": "token", "say": "Grün"}, ensure_ascii=False).encode()
    parts = frame(text[:24], 1, False) + frame(b"?", 9) + frame(text[24:30], 0, False) + frame(text[30:], 0)
    whole = parts + frame(DONE.encode()) + frame(NORMALLY, 8)
    with stammering(*(whole[at : at + size] for at in range(0, len(whole), size))) as url:
        assert said(world, url) == ["Grün"]


@pytest.mark.parametrize(
    ("pieces", "kind", "message"),
    [
        ([], errors.ConnectionError, "in the middle of the stream$"),
        ([frame(b'{"a": 1}'), frame(b'{"b"', last=False)], errors.ConnectionError, "in the middle of the stream$"),
        ([frame(b'{"b"', last=False), frame(NORMALLY, 8)], errors.ConnectionError, "it said 1000"),
        ([b"\xff\xff\xff"], errors.ContractError, "no message of a WebSocket: "),
        (
            [b"\x81\x7f" + (LARGEST + 1).to_bytes(8)],
            errors.ContractError,
            "no message of a WebSocket: .*16777216",
        ),
    ],
)
def test_what_breaks_off_or_is_no_message_is_said(world: World, pieces: Any, kind: type, message: str) -> None:
    """A connection that is lost is the network's, what cannot be read is the server's."""
    with stammering(*pieces) as url, pytest.raises(kind, match=message):
        world.all(walk(world, url, rules={}))


def test_what_came_before_the_end_is_given(world: World) -> None:
    """Also where it all came at once; and text that is no JSON is said to be none."""
    with stammering(frame(b"1") + frame(b"2") + frame(NORMALLY, 8)) as url:
        assert world.all(walk(world, url, rules={})) == [1, 2]
    with stammering(frame(b"1") + frame(b"{") + frame(NORMALLY, 8)) as url:
        stream = walk(world, url, rules={})
        assert first(world, stream) == 1
        with pytest.raises(errors.DecodeError, match="not JSON"):
            first(world, stream)


def test_an_answer_without_a_socket_is_the_servers_mistake(world: World) -> None:
    """A 200, or a handshake that is somebody else's."""
    with (
        stammering(b"{}", status="200 OK") as url,
        pytest.raises(errors.ContractError, match="answered 200 where a Web"),
    ):
        world.all(walk(world, url))
    with stammering(accept="c29tZWJvZHk=") as url, pytest.raises(errors.ContractError, match="answered 101 where"):
        world.all(walk(world, url))


def test_a_server_that_is_not_there_is_a_connection_error(world: World) -> None:
    """Like any request's."""
    with pytest.raises(errors.ConnectionError, match="cannot be reached"):
        world.all(walk(world, "http://127.0.0.1:9", max_retries=0))


# -- what is said before anything is sent


def test_without_the_package_it_says_what_to_install(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the rest of the client works."""
    monkeypatch.setitem(sys.modules, "websockets.protocol", None)
    with pytest.raises(errors.ConfigurationError, match=r"pip install 'leapocr-dyn\[websocket\]'"):
        walk(world, "http://127.0.0.1:9")


def test_a_socket_needs_http_1(world: World) -> None:
    """Over HTTP/2 it would have to be opened in another way (RFC 8441)."""
    pytest.importorskip("h2", reason="needs the package h2")
    with pytest.raises(errors.ConfigurationError, match=r"HTTP/1\.1"):
        walk(world, "http://127.0.0.1:9", http2=True)
