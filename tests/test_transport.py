"""One text for three worlds: what a workflow may ask of the world, and how each world keeps the promise."""

from __future__ import annotations

import asyncio
import contextvars
import gzip
import itertools
import logging
import signal
import threading
import time
import zlib
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from conftest import KEY, Script, World, answer

from leapocr_dyn import LeapOCR, LeapOCRSync, errors
from leapocr_dyn.transport import Clock, Request, blocking, drive, suspending
from leapocr_dyn.transport.wire import Inflater, translate

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


def test_what_is_not_httpxs_stays_itself() -> None:
    """A FileError from a body that is being sent is no network failure."""
    with pytest.raises(errors.FileError, match="shorter"):
        translate(errors.FileError("shorter"), PAGE, 1)


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
