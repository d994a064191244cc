"""The blocking world: every method finishes before it returns; concurrency is threads of its own."""

from __future__ import annotations

import contextlib
import contextvars
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Iterator
from typing import Any, Generic, TypeVar

import httpx

from leapocr_dyn.errors import ConfigurationError, TransportError
from leapocr_dyn.transport import Body, Clock, Flight, Request, drive
from leapocr_dyn.transport.wire import (
    LARGEST,
    LIMITS,
    Inflater,
    Pools,
    asked,
    borrowed,
    built,
    context,
    discretion,
    in_time,
    read_before,
    translate,
    whole,
)

T = TypeVar("T")

_halt: contextvars.ContextVar[_Halt | None] = contextvars.ContextVar("leapocr_dyn.halt", default=None)


class Halted(TransportError):  # noqa: N818 - it is no error: it is how the others are told
    """Another call of the same `gather` has failed. Never seen outside of it."""


class BlockingTransport:
    """The world for blocking clients; safe to use from several threads. client: a user's own httpx.Client, or None."""

    def __init__(self, client: Any = None, clock: Clock | None = None) -> None:  # Any: httpx or httpx2
        if client is not None and not callable(getattr(client, "close", None)):
            raise ConfigurationError("http_client must be an httpx.Client; this one is for async clients")
        self._client = client
        self._clock = clock or Clock()
        self._pools = Pools(_blocking_pool)
        weakref.finalize(self, _close, self._pools)  # a client that nobody closed closes when it is forgotten
        self._lock = threading.Lock()
        self._flights: dict[Hashable, Flight] = {}

    async def send(self, request: Request, *, timeout: float, deadline: float | None = None) -> httpx.Response:
        """The whole answer."""
        with self._lease(request.url) as handle:
            response = self._open(handle, request, timeout)
            try:
                if (body := read_before(response)) is not None:
                    return whole(response, [body])
                inflate = Inflater(response, LARGEST)
                pieces = []
                for piece in response.iter_raw():
                    self._go_on()
                    in_time(self.now(), deadline, request)
                    pieces.append(inflate(piece))
                return whole(response, pieces)
            except Exception as error:  # noqa: BLE001 - translated or raised as it is
                translate(error, request, timeout)
            finally:
                response.close()

    async def stream(self, request: Request, *, timeout: float) -> httpx.Response:
        """The answer's status and headers."""
        with self._lease(request.url) as handle:
            return self._open(handle, request, timeout)  # type: ignore[no-any-return]  # httpx or httpx2

    def chunks(self, response: httpx.Response) -> BlockingChunks:
        """The body of a streamed answer."""
        return BlockingChunks(response, self._go_on)

    async def sleep(self, seconds: float) -> None:
        """Block this thread."""
        self._go_on()
        if seconds > 0:
            self._clock.sleep(seconds, _halt.get())
        self._go_on()

    def now(self) -> float:
        """Seconds on a clock that never jumps."""
        return self._clock.now()

    async def call(self, function: Callable[[], T]) -> T:
        """The function, here."""
        return function()

    async def once(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> T:
        """One thread makes the call, the others wait for its result; if it is halted, another one takes over."""
        while True:
            with self._lock:
                under_way = self._flights.get(key)
                if under_way is None:
                    flight = self._flights[key] = Flight()
                    break
            under_way.done.wait()
            error = under_way.error
            if error is None or (isinstance(error, Exception) and not isinstance(error, Halted)):
                return under_way.result()  # type: ignore[no-any-return]  # what the same call gave
            self._go_on()
        try:
            flight.value = await call()
            return flight.value  # type: ignore[no-any-return]  # what the call gave
        except BaseException as error:
            flight.error = error
            raise
        finally:
            with self._lock:
                del self._flights[key]
            flight.done.set()

    async def gather(self, calls: Iterable[Callable[[], Coroutine[Any, Any, T]]], limit: int) -> list[T]:
        """The results, from threads of its own."""
        return _Gathering(calls, limit).run()

    async def close(self) -> None:
        """Close our own pools; a user's client stays open."""
        _close(self._pools)

    def _lease(self, url: str) -> contextlib.AbstractContextManager[Any]:
        return self._pools.lease(url) if self._client is None else contextlib.nullcontext(self._client)

    def _open(self, handle: Any, request: Request, timeout: float) -> Any:  # Any: a pool, or a user's client
        self._go_on()
        content: Any = request.content
        if content is not None and not isinstance(content, bytes):
            content = self._read(content)
        try:
            if self._client is None:
                return handle.handle_request(built(request, content, timeout))
            with discretion():
                made = borrowed(handle, request, content, timeout)
                return handle.send(made, stream=True, auth=None, follow_redirects=False)
        except Exception as error:  # noqa: BLE001 - translated or raised as it is
            translate(error, request, timeout)

    def _read(self, body: Body) -> Iterator[bytes]:
        for piece in body.pieces():
            self._go_on()
            yield piece()

    @staticmethod
    def _go_on() -> None:
        halt = _halt.get()
        if halt is not None and halt.is_set():
            raise Halted("another call has failed")


class BlockingChunks:
    """The body of an answer, read in the caller's thread."""

    def __init__(self, response: Any, go_on: Callable[[], None]) -> None:  # Any: httpx or httpx2
        self._response = response
        self._go_on = go_on
        body = read_before(response)
        self._inflate = Inflater(response, None) if body is None else bytes
        self._pieces: Iterator[bytes] = response.iter_raw() if body is None else iter([body])

    async def next(self) -> bytes | None:
        """The next piece, or None at the end."""
        self._go_on()
        try:
            piece = next(self._pieces, None)
        except Exception as error:  # noqa: BLE001 - translated or raised as it is
            translate(error, asked(self._response), 0)
        return None if piece is None else self._inflate(piece)

    async def close(self) -> None:
        """Give the connection up."""
        self._response.close()


def _close(pools: Pools[httpx.HTTPTransport]) -> None:
    for pool in pools.empty():
        pool.close()


def _blocking_pool(scheme: str, proxy: str | None) -> httpx.HTTPTransport:
    return httpx.HTTPTransport(verify=context(scheme), limits=LIMITS, proxy=proxy, trust_env=False)


class _Gathering(Generic[T]):
    """Calls on threads of their own, until all are done or one fails."""

    def __init__(self, calls: Iterable[Callable[[], Coroutine[Any, Any, T]]], limit: int) -> None:
        self._calls = iter(calls)
        self._limit = max(1, limit)
        self._lock = threading.Lock()
        self._halt = _Halt(_halt.get())
        self._results: list[T] = []
        self._failure: BaseException | None = None

    def run(self) -> list[T]:
        """The results, in the order of completion."""
        threads: list[threading.Thread] = []
        try:
            while len(threads) < self._limit and (call := self._next()) is not None:
                context = contextvars.copy_context()
                thread = threading.Thread(target=context.run, args=(self._work, call), name="leapocr_dyn", daemon=True)
                threads.append(thread)
                thread.start()
            for thread in threads:
                thread.join()
        except BaseException:
            # Ctrl-C: those who sleep or send notice the flag; one that waits for a silent server is left to its
            # timeout.
            self._halt.set()
            for thread in threads:
                if thread.is_alive():  # Ctrl-C may have come before it was started
                    thread.join(1.0)
            raise
        if self._failure is not None:
            raise self._failure
        return self._results

    def _next(self) -> Callable[[], Coroutine[Any, Any, T]] | None:
        with self._lock:
            return None if self._halt.is_set() else next(self._calls, None)

    def _work(self, call: Callable[[], Coroutine[Any, Any, T]] | None) -> None:
        _halt.set(self._halt)
        while call is not None:
            try:
                result = drive(call())
            except BaseException as error:  # noqa: BLE001 - carried to the caller's thread, where it is raised
                with self._lock:
                    if self._failure is None:
                        self._failure = error
                self._halt.set()
                return
            with self._lock:
                self._results.append(result)
            try:
                call = self._next()
            except BaseException as error:  # noqa: BLE001 - the caller's own iterable failed; the same way
                self._failure = self._failure or error
                self._halt.set()
                return


class _Halt(threading.Event):
    """A flag that is also up where the one of the gathering around it is; either wakes those who wait."""

    def __init__(self, outer: _Halt | None) -> None:
        super().__init__()
        self._outer = outer
        self._up = False
        self._change: threading.Condition = outer._change if outer is not None else threading.Condition()

    def is_set(self) -> bool:
        return self._up or (self._outer is not None and self._outer.is_set())

    def set(self) -> None:
        with self._change:
            self._up = True
            self._change.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        with self._change:
            return self._change.wait_for(self.is_set, timeout)
