"""The async world, on asyncio and trio: connections per event loop, concurrency as tasks of one group."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterable, Iterator
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import httpx
import sniffio
from anyio.lowlevel import RunVar, RunvarToken

from leapocr_dyn.config import DEFAULTS, ClientConfig
from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.transport import Clock, Flight, Request
from leapocr_dyn.transport.wire import (
    LARGEST,
    Inflater,
    Pools,
    Unread,
    borrowed,
    built,
    discretion,
    in_time,
    late,
    read_before,
    translate,
    usable,
    whole,
)

T = TypeVar("T")


class AsyncTransport:
    """The world for async clients, on asyncio and trio.

    client: a user's own httpx.AsyncClient, or None. config: how connections of our own are made.

    Connections belong to an event loop, so each loop has its own pools. They are closed when the loop ends, through the
    one thing that every loop does at its end: it closes the async generators that are still open in it. `_keep` is such
    a generator. A user's own client belongs to the loop it was first used in, and is refused in another.
    """

    suspends = True

    def __init__(
        self,
        client: Any = None,  # Any: httpx or httpx2
        clock: Clock | None = None,
        config: ClientConfig = DEFAULTS,
    ) -> None:
        if client is not None and not callable(getattr(client, "aclose", None)):
            raise ConfigurationError("http_client must be an httpx.AsyncClient; this one is for blocking clients")
        self._client = client
        self._client_loop: object = None
        self._clock = clock or Clock()
        self._config = config
        self._run: RunVar[_Run] = RunVar(f"leapocr_dyn.{id(self)}")

    async def send(self, request: Request, *, timeout: float, deadline: float | None = None) -> httpx.Response:
        """The whole answer."""
        left = None if deadline is None else max(0.001, deadline - self.now())
        with anyio.move_on_after(left):
            return await self._whole(request, timeout, deadline)
        raise late(request)

    async def _whole(self, request: Request, timeout: float, deadline: float | None) -> httpx.Response:
        with await self._lease(request.url) as handle:
            response = await self._open(handle, request, timeout)
            try:
                if (body := read_before(response)) is not None:
                    return whole(response, [body])
                inflate = Inflater(response, LARGEST)
                pieces = []
                raw = response.aiter_raw()
                try:
                    async for piece in raw:
                        in_time(self.now(), deadline, request)
                        pieces.append(inflate(piece))
                except BaseException:
                    await _ended(raw, response)
                    raise
                inflate.end(request)
                return whole(response, pieces)
            except Exception as error:  # noqa: BLE001 - translated or raised as it is
                translate(error, request, timeout)
            finally:
                await _shielded(response.aclose)

    async def stream(self, request: Request, *, timeout: float) -> httpx.Response:
        """The answer's status and headers."""
        with contextlib.ExitStack() as lease:
            handle = lease.enter_context(await self._lease(request.url))
            response: httpx.Response = await self._open(handle, request, timeout)
            if self._client is None:
                response.stream = _Leased(response.stream, lease.pop_all())
            return response

    def chunks(self, response: httpx.Response) -> AsyncChunks:
        """The body of a streamed answer."""
        return AsyncChunks(response)

    async def sleep(self, seconds: float) -> None:
        """Suspend this task."""
        await self._clock.asleep(max(0.0, seconds))

    def now(self) -> float:
        """Seconds on a clock that never jumps."""
        return self._clock.now()

    async def call(self, function: Callable[[], T]) -> T:
        """The function, in a worker thread."""
        return await anyio.to_thread.run_sync(function)

    async def once(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> T:
        """One task makes the call, the others wait for its result; if it is cancelled, another one takes over."""
        flights = (await self._here()).flights
        while True:
            flight = flights.get(key)
            if flight is None:
                break
            await flight.done.wait()
            if flight.error is None or isinstance(flight.error, Exception):
                return flight.result()  # type: ignore[no-any-return]  # what the same call gave
        flight = flights[key] = Flight(anyio.Event())
        try:
            flight.value = await call()
            return flight.value  # type: ignore[no-any-return]  # what the call gave
        except BaseException as error:
            flight.error = error
            raise
        finally:
            del flights[key]
            flight.done.set()

    async def gather(self, calls: Iterable[Callable[[], Coroutine[Any, Any, T]]], limit: int) -> list[T]:
        """The results, from tasks of one group."""
        results: list[T] = []
        failure: BaseException | None = None
        waiting = iter(calls)

        async def work(call: Callable[[], Coroutine[Any, Any, T]] | None) -> None:
            nonlocal failure
            while call is not None:
                try:
                    results.append(await call())
                    call = next(waiting, None)
                except (anyio.get_cancelled_exc_class(), GeneratorExit):
                    raise
                except BaseException as error:  # noqa: BLE001 - raised again below, outside of the group
                    failure = failure or error
                    group.cancel_scope.cancel()
                    return

        async with anyio.create_task_group() as group:
            try:
                started = 0
                while started < max(1, limit) and (call := next(waiting, None)) is not None:
                    group.start_soon(work, call)
                    started += 1
            except Exception as error:  # noqa: BLE001 - the caller's own iterable failed; the same way
                failure = error
                group.cancel_scope.cancel()
        if failure is not None:
            raise failure
        return results

    async def close(self) -> None:
        """Close this loop's pools; a user's client stays open."""
        run = self._run.get(None)
        if run is not None and run.token is not None:
            self._run.reset(run.token)  # the loop would keep it to its own end
            await run.keeper.aclose()

    async def _here(self) -> _Run:
        """What belongs to the loop that is running."""
        run = self._run.get(None)
        if run is None or run.closed:
            run = _Run(self._config)
            run.token = self._run.set(run)
            await anext(run.keeper)
        return run

    async def _lease(self, url: str) -> contextlib.AbstractContextManager[Any]:
        if self._client is None:
            return (await self._here()).pools.lease(url)
        loop = _loop()
        if self._client_loop is None:
            self._client_loop = loop
        elif self._client_loop is not loop:
            raise ConfigurationError(
                "http_client was used in another event loop, and its connections stay there; make one client for each "
                "loop, or leave http_client out and this client will do that by itself"
            )
        return contextlib.nullcontext(usable(self._client))

    async def _open(self, handle: Any, request: Request, timeout: float) -> Any:  # Any: a pool, or a user's client
        content: Any = request.content
        if content is not None and not isinstance(content, bytes):
            body = content = _Sending(content.pieces, self.call)
        else:
            body = _Sending(lambda: iter([lambda: content or b""]), _here)
        try:
            if self._client is None:
                made = built(request, content, timeout)
                made.stream = body
                response = await handle.handle_async_request(made)
                response.request = made  # what a broken stream is said to be of
                return response
            with discretion():
                made = borrowed(handle, request, content, timeout)
                own: dict[str, Any] = {} if request.login else {"auth": None}
                return await handle.send(made, stream=True, follow_redirects=False, **own)
        except Exception as error:  # noqa: BLE001 - translated or raised as it is
            translate(error, request, timeout)


class AsyncChunks(Unread):
    """The body of an answer, read as it comes."""

    def __init__(self, response: Any) -> None:  # Any: httpx or httpx2
        super().__init__(response)
        self._pieces = response.aiter_raw() if self._before is None else _only(self._before)

    async def _piece(self) -> bytes | None:
        return await anext(self._pieces, None)

    async def close(self) -> None:
        """Give the connection up."""
        await _ended(self._pieces, self._response)
        await _shielded(self._response.aclose)


class _Leased(httpx.AsyncByteStream):
    """A body on its way; its end, or closing it, gives back the place in the pool."""

    def __init__(self, body: Any, lease: contextlib.ExitStack) -> None:  # Any: httpx declares two kinds at once
        self._body = body
        self._lease = lease

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._body)

    async def aclose(self) -> None:
        with self._lease:
            await self._body.aclose()


class _Sending(httpx.AsyncByteStream):
    """A request's body. httpx's own are async generators, and trio reports those that a broken connection abandons."""

    def __init__(
        self,
        pieces: Callable[[], Iterator[Callable[[], bytes]]],
        call: Callable[[Callable[[], bytes]], Awaitable[bytes]],
    ) -> None:
        self._pieces = pieces
        self._call = call

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._left = self._pieces()
        return self

    async def __anext__(self) -> bytes:
        piece = next(self._left, None)
        if piece is None:
            raise StopAsyncIteration
        return await self._call(piece)


async def _here(read: Callable[[], bytes]) -> bytes:
    return read()


async def _ended(pieces: AsyncGenerator[bytes, None], response: Any) -> None:  # Any: httpx or httpx2
    """Bring a body's generators to their end: httpx nests four, and to close the outermost abandons the others.

    Once their connection is closed they fail, each in its turn; before that, some pieces may be left in between.
    """
    with anyio.move_on_after(2.0, shield=True), contextlib.suppress(Exception):
        await response.aclose()
        for _ in range(100):
            await anext(pieces)
    await _shielded(pieces.aclose)


async def _only(piece: bytes) -> AsyncGenerator[bytes, None]:
    yield piece


class _Run:
    """What an async client has in one event loop."""

    def __init__(self, config: ClientConfig) -> None:
        self.pools = Pools(httpx.AsyncHTTPTransport, config)
        self.flights: dict[Hashable, Flight] = {}
        self.closed = False
        self.token: RunvarToken[_Run] | None = None
        self.keeper = self._keep()

    async def _keep(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            self.closed = True
            async with contextlib.AsyncExitStack() as closing:  # all of them, also where one fails
                for pool in self.pools.empty():
                    closing.push_async_callback(_shielded, pool.aclose)


async def _shielded(close: Callable[[], Awaitable[None]]) -> None:
    """Close something even where the task is being cancelled, but not for long."""
    with anyio.move_on_after(2.0, shield=True):
        await close()


def _loop() -> object:
    if sniffio.current_async_library() == "trio":
        import trio

        return trio.lowlevel.current_trio_token()
    import asyncio

    return asyncio.get_running_loop()
