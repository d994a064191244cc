"""One text for three worlds: what a workflow may ask of the world, and how each world keeps the promise."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gzip
import itertools
import logging
import re
import signal
import socket
import ssl
import threading
import time
import traceback
import zlib
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import pytest
from conftest import KEY, Script, World, answer

from leapocr_dyn import LeapOCR, LeapOCRSync, errors
from leapocr_dyn.config import ClientConfig
from leapocr_dyn.transport import Clock, Request, blocking, drive, suspending
from leapocr_dyn.transport.wire import BITE, Inflater, Pools, tls, translate

PAGE = Request("GET", "https://api.test/page", {})


# -- one text


def test_a_blocking_workflow_runs_to_its_end_at_once() -> None:
    """Driven once, a workflow whose transport never suspends has its result, in this thread and without a loop."""
    io = blocking.BlockingTransport()

    async def workflow() -> int:
        return await io.call(threading.get_ident)

    assert drive(workflow()) == threading.get_ident()


def test_a_workflow_that_waits_for_something_else_says_so() -> None:
    """In a blocking client nothing would wake it: a sentence instead of a hang."""

    async def suspends() -> None:
        future: asyncio.Future[None] = asyncio.Future(loop=loop)
        await future

    loop = asyncio.new_event_loop()
    try:
        with pytest.raises(RuntimeError, match="something other than its transport"):
            drive(suspends())
    finally:
        loop.close()


def test_sleeping_is_the_clocks_business(world: World) -> None:
    """A workflow's pauses go through the transport's clock, so a test's clock makes them cost nothing."""
    io = world.transport()
    began = io.now()
    world.run(io.sleep(3600))
    assert io.now() - began == 3600
    world.run(io.sleep(-1))
    assert world.slept == [3600]


def test_a_blocking_function_holds_up_nobody_else(world: World) -> None:
    """`call` runs in the caller's thread where it blocks, and in a worker where it would stop the loop."""
    io = world.transport()

    async def both() -> tuple[int, int]:
        return threading.get_ident(), await io.call(threading.get_ident)

    here, there = world.run(both())
    assert (here == there) is world.blocking


# -- gather


def test_results_come_in_the_order_of_completion(world: World) -> None:
    """Who is done first stands first, whoever was asked first."""
    io, gate = world.transport(), threading.Event()

    async def slow() -> str:
        await io.call(lambda: gate.wait(10))
        return "slow"

    async def quick() -> str:
        return "quick"

    async def opens() -> str:
        gate.set()
        return "opens"

    assert world.run(io.gather([slow, quick, opens], 2))[0] == "quick"
    assert world.run(io.gather([], 2)) == []


def test_calls_are_taken_one_by_one_and_never_more_than_the_limit(world: World) -> None:
    """A lazy iterable is not emptied: a call is taken only when one of the others has ended."""
    io, lock = world.transport(), threading.Lock()
    running = peak = taken = done = ahead = 0

    def calls() -> Iterator[Callable[[], Coroutine[Any, Any, None]]]:
        nonlocal taken, ahead
        for _ in range(30):
            taken += 1
            ahead = max(ahead, taken - done)
            yield one

    async def one() -> None:
        nonlocal running, peak, done
        with lock:
            running += 1
            peak = max(peak, running)
        await io.sleep(0.01)
        with lock:
            running -= 1
            done += 1

    assert len(world.run(io.gather(calls(), 3))) == 30
    assert peak <= 3
    assert ahead <= 3
    assert len(world.run(io.gather([one], 0))) == 1  # a limit of nothing counts as one


@pytest.mark.parametrize("kind", [ValueError, errors.ConnectionError, KeyboardInterrupt])
def test_the_first_failure_is_raised_as_itself_and_ends_the_others(world: World, kind: type[BaseException]) -> None:
    """Never an ExceptionGroup; and an endless supply of further calls is left alone."""
    io, numbers = world.transport(), itertools.count()

    async def one(number: int) -> None:
        await io.sleep(0.01)
        if number == 7:
            raise kind("the seventh")

    async def workflow() -> BaseException:
        with pytest.raises(kind, match="the seventh") as caught:
            await io.gather((partial(one, number) for number in numbers), 4)
        return caught.value

    assert type(world.run(workflow())) is kind
    assert next(numbers) < 50


def test_an_iterable_that_fails_is_a_failure_like_any_other(world: World) -> None:
    """What the caller's own generator raises arrives as itself, at its first item or later."""
    io = world.transport()

    def calls(good: int) -> Iterator[Callable[[], Coroutine[Any, Any, None]]]:
        for _ in range(good):
            yield partial(io.sleep, 0.01)
        raise LookupError("no more files")

    for good in (0, 1, 5):
        with pytest.raises(LookupError, match="no more files"):
            world.run(io.gather(calls(good), 2))


class Alarm(Clock):
    """The real clock, which tells when somebody begins to sleep."""

    def __init__(self) -> None:
        self.sleepers = threading.Semaphore(0)

    def sleep(self, seconds: float, halt: threading.Event | None) -> None:
        self.sleepers.release()
        super().sleep(seconds, halt)

    async def asleep(self, seconds: float) -> None:
        self.sleepers.release()
        await super().asleep(seconds)


def test_a_failure_wakes_those_who_sleep(world: World) -> None:
    """On the real clock: a minute's pause ends when another call fails, also inside a gathering of its own."""
    clock = Alarm()
    io = world.transport(clock)
    sleeps = partial(io.sleep, 60)

    async def fails() -> None:
        for _ in range(2):
            await io.call(partial(clock.sleepers.acquire, timeout=10))
        raise ValueError("enough")

    began = time.monotonic()
    with pytest.raises(ValueError, match="enough"):
        world.run(io.gather([sleeps, partial(io.gather, [sleeps], 1), fails], 3))
    assert time.monotonic() - began < 20


def test_gathering_inside_a_gathering_cannot_run_out_of_threads(world: World) -> None:
    """Every level has its own threads or tasks: many files of many parts do not wait for each other."""
    io = world.transport()

    async def part(number: int) -> int:
        await io.sleep(0.01)
        return number

    async def file(number: int) -> int:
        return sum(await io.gather((partial(part, number) for _ in range(5)), 2))

    assert sum(world.run(io.gather((partial(file, number) for number in range(10)), 2))) == 5 * sum(range(10))


def test_calls_see_the_callers_context_variables(world: World) -> None:
    """What a tracer or a web framework keeps in a ContextVar is there in every thread and task."""
    io = world.transport()
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="nothing")

    async def seen() -> str:
        await io.sleep(0.01)
        return variable.get()

    async def workflow() -> list[str]:
        variable.set("the caller's")
        return list(await io.gather([seen, partial(io.call, variable.get)], 2))

    assert world.run(workflow()) == ["the caller's"] * 2


def test_ctrl_c_ends_a_blocking_gathering_and_its_threads() -> None:
    """KeyboardInterrupt arrives at once, and those who sleep for a minute are woken and gone."""
    io = blocking.BlockingTransport()
    before = threading.active_count()

    async def sleeps() -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        await io.sleep(60)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        drive(io.gather([sleeps], 1))
    assert time.monotonic() - began < 20
    assert threading.active_count() == before


# -- once


class Key:
    """Equal to itself only, and counts how often somebody asked for it."""

    def __init__(self) -> None:
        self.asked = 0

    def __hash__(self) -> int:
        self.asked += 1
        return 1


@pytest.mark.parametrize("fails", [False, True])
def test_what_many_need_at_once_is_fetched_once(world: World, fails: bool) -> None:
    """Five ask for the same key at the same time: one call, whose result or failure all of them get."""
    io, key, calls = world.transport(), Key(), []

    async def fetch() -> str:
        calls.append(1)
        while key.asked < 6:  # twice by who calls, once by each who waits
            await io.sleep(0.01)
        if fails:
            raise ValueError("no links")
        return "links"

    async def one() -> str:
        try:
            return str(await io.once(key, fetch))
        except ValueError as error:
            return str(error)

    assert world.run(io.gather([one] * 5, 5)) == ["no links" if fails else "links"] * 5
    assert len(calls) == 1


def test_the_next_one_to_ask_starts_anew(world: World) -> None:
    """Nothing is remembered once the call is over: it is single flight, not a cache."""
    io, calls = world.transport(), []

    async def fetch() -> None:
        calls.append(1)

    world.run(io.once("key", fetch))
    world.run(io.once("key", fetch))
    assert len(calls) == 2


# -- HTTP's failures become ours


@pytest.mark.parametrize(
    ("theirs", "ours", "sent"),
    [
        (httpx.ConnectError("refused"), errors.ConnectionError, False),
        (httpx.ConnectTimeout("slow"), errors.TimeoutError, False),
        (httpx.PoolTimeout("full"), errors.TimeoutError, False),
        (httpx.ProxyError("no"), errors.ConnectionError, False),
        (httpx.ReadTimeout("silent"), errors.TimeoutError, True),
        (httpx.WriteTimeout("stuck"), errors.TimeoutError, True),
        (httpx.ReadError("reset"), errors.ConnectionError, True),
        (httpx.WriteError("reset"), errors.ConnectionError, True),
        (httpx.RemoteProtocolError("half an answer"), errors.ConnectionError, True),
        (httpx.UnsupportedProtocol("ftp"), errors.ConfigurationError, None),
        (httpx.InvalidURL("no host"), errors.ConfigurationError, None),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else None,
)
def test_nothing_of_httpx_escapes(world: World, theirs: Exception, ours: type[errors.Error], sent: bool | None) -> None:
    """Each failure of httpx becomes ours, which knows whether the request may have arrived."""
    io = (blocking.BlockingTransport if world.blocking else suspending.AsyncTransport)(world.http(Script(theirs)))
    with pytest.raises(ours) as caught:
        world.run(io.send(PAGE, timeout=1))
    assert getattr(caught.value, "sent", None) is sent
    assert caught.value.__cause__ is theirs


def test_a_server_that_breaks_off_the_encryption_hung_up() -> None:
    """httpcore's async connections let ssl's own exception through, as where a certificate is missing (TLS 1.3)."""
    with pytest.raises(errors.ConnectionError, match=r"api\.test broke off the encryption .*certificate required"):
        translate(ssl.SSLError(1, "tlsv13 alert certificate required"), PAGE, 1)


def test_what_is_not_httpxs_stays_itself() -> None:
    """A FileError from a body that is being sent is no network failure."""
    with pytest.raises(errors.FileError, match="shorter"):
        translate(errors.FileError("shorter"), PAGE, 1)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (PAGE._replace(url="http://" + "a" * 64 + ".test/"), "label"),
        (PAGE._replace(url="http://a..test/"), "label"),
        (PAGE._replace(url="http://[::1/"), "IPv6"),
        (PAGE._replace(url="http://127.0.0.1:1/\ud800", ours=False), "surrogates"),
        (PAGE._replace(url="http://127.0.0.1:1/", headers={"X-Name": "\xe9"}), "header 'X-Name' is not ASCII"),
    ],
    ids=["a long label", "an empty label", "half a bracket", "a surrogate", "a header"],
)
def test_what_cannot_be_sent_is_a_configuration_error(world: World, request_: Request, said: str) -> None:
    """A host, a URL or a header that HTTP cannot carry is named, instead of a codec's exception from deep inside."""
    io = world.transport()
    try:
        for call in (io.send, io.stream):
            with pytest.raises(errors.ConfigurationError, match=f"cannot be sent.*{said}"):
                world.run(call(request_, timeout=1))
    finally:
        world.run(io.close())


@pytest.mark.parametrize("text", [KEY + "\n", " " + KEY, f"{KEY}\r\nX-Other: 1", KEY + "\0"])
def test_a_header_that_http_cannot_carry_is_named_and_not_shown(world: World, text: str) -> None:
    """No second header can be smuggled in; and what stands in the one that cannot be sent is in no traceback."""
    with listening() as url:
        io = world.transport()
        with pytest.raises(errors.ConfigurationError, match="'X-Name' holds a control character or an outer") as caught:
            world.run(io.send(Request("GET", url, {"X-Good": "1", "X-Name": text}), timeout=1))
        assert KEY not in "".join(traceback.format_exception(caught.value))
        world.run(io.close())


def test_a_timeout_no_socket_can_wait_for_is_a_configuration_error() -> None:
    """Centuries are refused with a sentence."""
    with listening() as url:
        io = blocking.BlockingTransport()
        with pytest.raises(errors.ConfigurationError, match="longer than a socket can wait"):
            drive(io.send(PAGE._replace(url=url), timeout=1e300))
        drive(io.close())


@pytest.mark.parametrize(
    ("proxy", "said"),
    [("socks5://me:s3cret@localhost:1", "socksio"), ("ftp://localhost:1", "ftp"), ("http://localhost:x", "port")],
)
def test_a_proxy_that_cannot_be_used_is_a_configuration_error(
    world: World, monkeypatch: pytest.MonkeyPatch, proxy: str, said: str
) -> None:
    """The environment's proxy is the caller's business: its host is named, its password is not."""
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(
        errors.ConfigurationError, match=f"proxy that the environment names, localhost.*{said}"
    ) as caught:
        world.run(world.transport().send(PAGE, timeout=1))
    assert "s3cret" not in str(caught.value)


def test_a_proxy_may_be_named_without_a_scheme(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY=localhost:3128 is what curl takes, so it works here."""
    with listening(b"HTTP/1.1 204 Proxied\r\n\r\n") as url:
        monkeypatch.setenv("HTTP_PROXY", url.removeprefix("http://"))
        io = world.transport()
        assert world.run(io.send(PAGE._replace(url="http://nowhere.test/"), timeout=5)).status_code == 204
        world.run(io.close())


def test_certificates_that_are_not_there_are_a_configuration_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SSL_CERT_FILE with a typing mistake is named, and a later call with the right one works."""
    tls.cache_clear()
    try:
        monkeypatch.delenv("SSL_CERT_DIR", raising=False)
        monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
        with pytest.raises(errors.ConfigurationError, match=re.escape("SSL_CERT_FILE") + ".*/nowhere.pem"):
            world.run(world.transport().send(PAGE, timeout=1))
        monkeypatch.delenv("SSL_CERT_FILE")
        assert tls().get_ca_certs()
    finally:
        tls.cache_clear()


@contextmanager
def listening(*said: bytes) -> Iterator[str]:
    """The URL of a server that says this piece by piece to whoever connects, a moment apart, and then stays silent."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            held = []
            while not over.is_set():
                try:
                    held.append(server.accept()[0])
                    if said:
                        held[-1].recv(2**16)
                    for piece in said:
                        held[-1].sendall(piece)
                        over.wait(0.01)
                except OSError:
                    pass  # a client that has gone, or the end
            for one in held:
                one.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            socket.create_connection(server.getsockname()).close()  # wakes who accepts
            thread.join()


@pytest.mark.parametrize("name", ["asyncio", "trio"])
def test_headers_that_drip_end_at_the_deadline(name: str) -> None:
    """Async, a server that sends one header's letters for ever is given up when the deadline comes."""
    world = World(name)
    with listening(b"HTTP/1.1 200 OK\r\nX: ", *[b"a"] * 1000) as url:
        io = world.transport(Clock())
        began = time.monotonic()
        with pytest.raises(errors.TimeoutError, match="not complete in time") as caught:
            world.run(io.send(PAGE._replace(url=url), timeout=10, deadline=io.now() + 0.3))
        assert caught.value.sent
        assert time.monotonic() - began < 5
        world.run(io.close())
    world.close()


def test_a_failure_does_not_wait_for_a_silent_server(world: World) -> None:
    """When one call has failed, another one's timeout holds nobody up."""
    with listening() as url:
        io = world.transport(Clock())

        async def fails() -> None:
            await io.sleep(0.1)
            raise errors.FileError("the file has changed")

        began = time.monotonic()
        with pytest.raises(errors.FileError, match="has changed"):
            world.run(io.gather([partial(io.send, PAGE._replace(url=url), timeout=10), fails], 2))
        assert time.monotonic() - began < 5
    world.run(io.close())


# -- bodies


@pytest.mark.parametrize("coding", ["gzip", "deflate", "identity"])
def test_a_compressed_answer_is_read_within_a_bound(coding: str) -> None:
    """Decompression stops where the bound is, so a small answer cannot fill the memory."""
    text = b"x" * 1000
    packed = {"gzip": gzip.compress(text), "deflate": zlib.compress(text), "identity": text}[coding]
    response = httpx.Response(200, headers={"content-encoding": coding})
    inflate = Inflater(response, 1000)
    assert b"".join(inflate(packed[at : at + 1]) for at in range(len(packed))) == text
    with pytest.raises(errors.ContractError, match="larger than"):
        Inflater(response, 999)(packed)


def test_an_answer_that_is_not_what_it_says_is_a_contract_error() -> None:
    """A compression nobody asked for, or one that is broken, is the server's mistake and says so."""
    with pytest.raises(errors.ContractError, match="compressed as br"):
        Inflater(httpx.Response(200, headers={"content-encoding": "br"}), 10)
    with pytest.raises(errors.ContractError, match="not compressed as it says"):
        Inflater(httpx.Response(200, headers={"content-encoding": "gzip"}), 10)(b"plain text")


@pytest.mark.parametrize("cut", [1, 7, 10**6])
def test_a_compressed_answer_of_several_members_is_read_to_its_end(cut: int) -> None:
    """RFC 1952 section 2.2: members follow one another, wherever the pieces are cut; zeros may follow each."""
    packed = gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two ") + bytes(20) + gzip.compress(b"three")
    inflate = Inflater(httpx.Response(200, headers={"content-encoding": "gzip"}), 13)
    assert b"".join(inflate(packed[at : at + cut]) for at in range(0, len(packed), cut)) == b"one two three"
    inflate.end(PAGE)
    with pytest.raises(errors.ContractError, match="larger than"):
        Inflater(httpx.Response(200, headers={"content-encoding": "gzip"}), 12)(packed)


def test_many_tiny_members_cost_no_more_than_their_bytes() -> None:
    """What follows a member is copied once per bite, never the whole rest of the piece."""
    copied = 0

    class Counted(bytes):
        def __getitem__(self, key: Any) -> Any:
            nonlocal copied
            copied += 1
            return super().__getitem__(key)

    packed = Counted(gzip.compress(b"x") * 5000)
    inflate = Inflater(httpx.Response(200, headers={"content-encoding": "gzip"}), None)
    assert inflate(packed) == b"x" * 5000
    assert copied == -(-len(packed) // BITE)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_compressed_answer_that_breaks_off_is_a_connection_error(world: World, streamed: bool) -> None:
    """Where the framing does not tell, compression does: half an answer is never taken for a whole one."""

    def server(request: httpx.Request) -> httpx.Response:
        stream: Any = Drip(gzip.compress(b"one two three")[:-9])
        return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=stream)

    io = (blocking.BlockingTransport if world.blocking else suspending.AsyncTransport)(world.http(server))

    async def read() -> None:
        if not streamed:
            await io.send(PAGE, timeout=1)
            return
        chunks = io.chunks(await io.stream(PAGE, timeout=1))
        try:
            while await chunks.next() is not None:
                pass
        finally:
            await chunks.close()

    with pytest.raises(errors.ConnectionError, match=r"api\.test hung up in the middle") as caught:
        world.run(read())
    assert caught.value.sent


def test_no_body_is_a_whole_one_whatever_its_compression(world: World) -> None:
    """A 204, or an answer to HEAD, may carry the header without a byte."""
    stream: Any = Drip(b"")
    mine = world.http(lambda request: httpx.Response(204, headers={"content-encoding": "gzip"}, stream=stream))
    io = (blocking.BlockingTransport if world.blocking else suspending.AsyncTransport)(mine)
    assert world.run(io.send(PAGE, timeout=1)).content == b""


@pytest.mark.parametrize("end", ["read", "closed", "refused"])
def test_a_stream_holds_its_place_in_the_pool_until_it_ends(world: World, end: str) -> None:
    """Eight streams fill a pool, and the ninth gets another; the end, closing and a refused coding give it back."""
    coding = "Content-Encoding: br\r\n" if end == "refused" else ""
    head = f"HTTP/1.1 200 OK\r\n{coding}Content-Length: 2\r\n\r\n"
    with listening(head.encode(), b"ok") as url:
        io = world.transport()

        async def places() -> list[int]:
            pools = io._pools if world.blocking else (await io._here()).pools
            return [shard.busy for shards in pools._shards.values() for shard in shards]

        async def workflow() -> None:
            open_ = [io.chunks(await io.stream(PAGE._replace(url=url), timeout=5)) for _ in range(9)]
            assert await places() == [8, 1]
            for chunks in open_:
                if end == "read":
                    while await chunks.next() is not None:
                        pass
                elif end == "refused":
                    with pytest.raises(errors.ContractError, match="compressed as br"):
                        await chunks.next()
                    await chunks.close()
                else:
                    await chunks.close()
            assert await places() == [0, 0]
            for chunks in open_:
                await chunks.close()
            assert await places() == [0, 0]
            await io.close()

        world.run(workflow())


@pytest.mark.parametrize(
    ("pool", "sizes", "kept"),
    [
        ((64, 64, 30.0), [8] * 8, [8] * 8),
        ((20, 10, 5.0), [8, 8, 4], [8, 2, 0]),
        ((100, 20, 5.0), [8] * 12 + [4], [8, 8, 4] + [0] * 10),
        ((3, 0, 0), [3], [0]),
    ],
)
def test_a_pools_size_is_shared_out(pool: tuple[int, int, float], sizes: list[int], kept: list[int]) -> None:
    """Small pools that together are as large as the caller says, and not one connection larger."""
    made: list[httpx.Limits] = []

    def make(**settings: Any) -> int:
        made.append(settings["limits"])
        return len(made)

    pools = Pools(make, ClientConfig(pool=pool))
    with contextlib.ExitStack() as leases:
        held = [leases.enter_context(pools.lease("http://a.test")) for _ in range(pool[0])]
        assert [held.count(one) for one in sorted(set(held))] == sizes
        for _ in range(3):
            assert leases.enter_context(pools.lease("http://a.test")) in held  # which waits there
    assert [one.max_connections for one in made] == sizes
    assert [one.max_keepalive_connections for one in made] == kept
    assert {one.keepalive_expiry for one in made} == {pool[2]}


def test_a_pool_of_one_serves_many(world: World) -> None:
    """They wait for each other."""
    with listening(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok") as url:
        kind: Any = blocking.BlockingTransport if world.blocking else suspending.AsyncTransport
        io = kind(config=ClientConfig(pool=(1, 0, 0.0)))

        async def workflow() -> list[bytes]:
            async def ask() -> bytes:
                return bytes((await io.send(PAGE._replace(url=url), timeout=5)).content)

            found: list[bytes] = await io.gather([ask] * 4, 4)
            await io.close()
            return found

        assert world.run(workflow()) == [b"ok"] * 4


def test_a_streamed_answer_comes_in_pieces(world: World) -> None:
    """Status and headers first, then the body piece by piece, then None; closing gives the connection up."""
    packed = gzip.compress(b"one two three")

    def server(request: httpx.Request) -> httpx.Response:
        stream: Any = Drip(packed)
        return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=stream)

    io = (blocking.BlockingTransport if world.blocking else suspending.AsyncTransport)(world.http(server))

    async def read() -> bytes:
        response = await io.stream(PAGE, timeout=1)
        chunks, pieces = io.chunks(response), []
        while (piece := await chunks.next()) is not None:
            pieces.append(piece)
        await chunks.close()
        assert response.is_closed
        return b"".join(pieces)

    assert world.run(read()) == b"one two three"


class Drip(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes byte by byte, in any world."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __iter__(self) -> Iterator[bytes]:
        for at in range(len(self.content)):
            yield self.content[at : at + 1]

    async def __aiter__(self) -> Any:
        for piece in self:
            yield piece


# -- a client of the user's own


def test_a_users_client_is_used_and_never_closed(world: World) -> None:
    """It sends everything, with our credentials added per request, and is still open when our client is closed."""
    script = Script(answer(json={"status": "pending"}))
    mine = world.http(script, headers={"X-Team": "tea"})
    client = world.client(script, http_client=mine)
    world.run(client.ocr.get_job_status("1"))
    world.run(client.close())
    assert (script.requests[0].headers["x-api-key"], script.requests[0].headers["x-team"]) == (KEY, "tea")
    assert not mine.is_closed


def test_what_cannot_be_closed_keeps_nothing_else_open(world: World) -> None:
    """Closing goes through all pools, also where the first one fails; the failure is told."""
    io, closed = world.transport(), []

    class Pool:
        def close(self) -> None:
            closed.append(self)
            if len(closed) == 2:
                raise OSError("stuck")

        async def aclose(self) -> None:
            self.close()

    async def fill_and_close() -> None:
        pools = io._pools if world.blocking else (await io._here()).pools
        pools._make = lambda **settings: Pool()
        with pools.lease("http://a.test"), pools.lease("https://b.test"), pools.lease("http://[::1]"):
            made = sum(len(shards) for shards in pools._shards.values())
        assert made == 2
        with pytest.raises(OSError, match="stuck"):
            await io.close()

    world.run(fill_and_close())
    assert len(closed) == 2


def test_a_users_client_that_is_closed_is_the_callers_mistake(world: World) -> None:
    """A sentence that says which client, and not httpx's RuntimeError; health() does not take it for an answer."""
    mine = world.http(Script(answer()))
    world.run(mine.close() if world.blocking else mine.aclose())
    client = world.client(Script(answer()), http_client=mine)
    for call in (lambda: client.ocr.get_job_status("1"), client.health):
        with pytest.raises(errors.ConfigurationError, match="http_client is closed"):
            world.run(call())


def test_what_a_users_client_adds_to_everything_changes_no_address_and_no_key(world: World) -> None:
    """Its own base URL, key, User-Agent and Accept: the request goes where ours goes, as ours."""
    script = Script(answer(json={"id": "1", "status": "pending"}))
    own = {"X-API-KEY": "theirs", "User-Agent": "theirs", "Accept": "text/html"}
    mine = world.http(script, base_url="https://other.test/v9/", headers=own)
    for key in ("first-key", "second-key"):
        world.run(world.client(script, http_client=mine, api_key=key).ocr.get_job_status("1"))
    assert [request.headers["x-api-key"] for request in script.requests] == ["first-key", "second-key"]
    assert {str(request.url) for request in script.requests} == {"https://api.test/v1/ocr/status/1"}
    assert {request.headers["accept"] for request in script.requests} == {"application/json"}
    assert "theirs" not in f"{[request.headers.raw for request in script.requests]}"


def test_a_users_client_sends_bodies_whole(world: World) -> None:
    """A POST through a borrowed client announces the length that it has."""
    script = Script(answer(json={"job_id": "1"}))
    world.run(world.client(script).ocr.process_url("https://example.com/a.pdf"))
    assert int(script.requests[0].headers["content-length"]) == len(script.requests[0].content) > 0


def test_a_users_client_may_read_answers_first(world: World) -> None:
    """An event hook that reads the body, as people's logging does, takes nothing away from us."""
    packed = gzip.compress(b'{"id": "1", "status": "completed"}')
    body: Any = Drip(packed)

    def server(request: httpx.Request) -> httpx.Response:
        headers = {"content-encoding": "gzip", "content-type": "application/json"}
        return httpx.Response(200, headers=headers, stream=body)

    async def aread(response: httpx.Response) -> None:
        await response.aread()

    hook: Any = httpx.Response.read if world.blocking else aread
    mine = world.http(server, event_hooks={"response": [hook]})
    assert world.run(world.client(server, http_client=mine).ocr.get_job_status("1")).status == "completed"


def test_a_users_client_follows_no_redirect_and_adds_no_login(world: World) -> None:
    """Whatever it was told to do elsewhere, a key goes to no second place."""
    script = Script(answer(302, location="https://elsewhere.test/"))
    mine = world.http(script, follow_redirects=True, auth=("user", "password"))
    with pytest.raises(errors.APIError, match="redirects are not followed"):
        world.run(world.client(script, http_client=mine).ocr.get_job_status("1"))
    assert script.calls == 1
    assert "authorization" not in script.requests[0].headers


def test_a_users_client_logs_no_query(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """httpx writes whole URLs to its log at INFO; a query, which may be a right to write, is not among them."""
    caplog.set_level(logging.DEBUG)
    mine = world.http(Script(answer()))
    io = (blocking.BlockingTransport if world.blocking else suspending.AsyncTransport)(mine)
    world.run(io.send(Request("PUT", "https://storage.test/1?signature=s3cret", {}, b"x", ours=False), timeout=1))
    assert "https://storage.test/1 " in caplog.text
    assert "s3cret" not in caplog.text


def test_a_client_of_the_other_world_is_refused() -> None:
    """A blocking client takes an httpx.Client, an async one an httpx.AsyncClient; a sentence says which."""
    with pytest.raises(errors.ConfigurationError, match=r"must be an httpx\.AsyncClient"):
        LeapOCR(api_key=KEY, http_client=httpx.Client())
    with pytest.raises(errors.ConfigurationError, match=r"must be an httpx\.Client"):
        LeapOCRSync(api_key=KEY, http_client=httpx.AsyncClient())


def test_a_users_async_client_belongs_to_one_loop() -> None:
    """Its connections stay in the loop they were made in; a second loop gets a sentence, not a crash deep inside."""
    mine = httpx.AsyncClient(transport=httpx.MockTransport(Script(answer(json={"status": "pending"}))))
    client = LeapOCR(api_key=KEY, base_url="https://api.test", http_client=mine)
    asyncio.run(client.ocr.get_job_status("1"))
    with pytest.raises(errors.ConfigurationError, match="another event loop"):
        asyncio.run(client.ocr.get_job_status("1"))


def test_two_blocking_clients_work_in_two_threads() -> None:
    """Each call runs in its caller's thread; clients share nothing that could be mixed up."""
    found: dict[str, set[str]] = {"a": set(), "b": set()}

    def use(name: str) -> None:
        def server(request: httpx.Request) -> httpx.Response:
            return answer(json={"id": request.headers["x-api-key"], "status": "pending"})

        with LeapOCRSync(api_key=name, http_client=httpx.Client(transport=httpx.MockTransport(server))) as client:
            for number in range(50):
                found[name].add(client.ocr.get_job_status(str(number)).job_id)

    threads = [threading.Thread(target=use, args=name) for name in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"a": {"a"}, "b": {"b"}}
