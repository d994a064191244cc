"""The blocking world: every method finishes before it returns; concurrency is threads of its own."""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Iterator
from typing import Any, Generic, TypeVar

import httpx

from leapocr_dyn.config import DEFAULTS, ClientConfig
from leapocr_dyn.errors import ConfigurationError, TransportError
from leapocr_dyn.transport import Body, Clock, Flight, Request, drive
from leapocr_dyn.transport.wire import (
    LARGEST,
    Inflater,
    Pools,
    Unread,
    borrowed,
    built,
    discretion,
    in_time,
    read_before,
    translate,
    usable,
    whole,
)

T = TypeVar("T")

PATIENCE = 1.0  # seconds that the other calls of a gathering have to end after a failure

_halt: contextvars.ContextVar[_Halt | None] = contextvars.ContextVar("leapocr_dyn.halt", default=None)


class Halted(TransportError):  # noqa: N818 - it is no error: it is how the others are told
    """Another call of the same `gather` has failed. Never seen outside of it."""


class BlockingTransport:
    """The world for blocking clients; safe to use from several threads. client: a user's own httpx.Client, or None.

    config: how connections of our own are made.
    """

    suspends = False

    def __init__(
        self,
        client: Any = None,  # Any: httpx or httpx2
        clock: Clock | None = None,
        config: ClientConfig = DEFAULTS,
    ) -> None:
        if client is not None and not callable(getattr(client, "close", None)):
            raise ConfigurationError("http_client must be an httpx.Client; this one is for async clients")
        self._client = client
        self._clock = clock or Clock()
        self._pools = Pools(httpx.HTTPTransport, config)
        weakref.finalize(self, _close, self._pools)  # a client that nobody closed closes when it is forgotten
        self._lock = threading.Lock()
        self._flights: dict[Hashable, Flight] = {}

    async def send(self, request: Request, *, timeout: float, deadline: float | None = None) -> httpx.Response:
        """The whole answer. Each read has the timeout anew; the deadline is looked at between pieces of the body."""
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
                inflate.end(request)
                return whole(response, pieces)
            except Exception as error:  # noqa: BLE001 - translated or raised as it is
                translate(error, request, timeout)
            finally:
                response.close()

    async def stream(self, request: Request, *, timeout: float) -> httpx.Response:
        """The answer's status and headers."""
        with contextlib.ExitStack() as lease:
            response: httpx.Response = self._open(lease.enter_context(self._lease(request.url)), request, timeout)
            if self._client is None:
                response.stream = _Leased(response.stream, lease.pop_all())
            return response

    def chunks(self, response: httpx.Response) -> BlockingChunks:
        """The body of a streamed answer."""
        return BlockingChunks(response, self._go_on)

    async def sleep(self, seconds: float) -> None:
        """Block this thread."""
        self._go_on()
        if seconds > 0:
            halt = _halt.get()
            self._clock.sleep(seconds, None if halt is None else halt.event)
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
        return self._pools.lease(url) if self._client is None else contextlib.nullcontext(usable(self._client))

    def _open(self, handle: Any, request: Request, timeout: float) -> Any:  # Any: a pool, or a user's client
        self._go_on()
        content: Any = request.content
        if content is not None and not isinstance(content, bytes):
            content = self._read(content)
        try:
            if self._client is None:
                made = built(request, content, timeout)
                response = handle.handle_request(made)
                response.request = made  # what a broken stream is said to be of
                return response
            with discretion():
                made = borrowed(handle, request, content, timeout)
                own: dict[str, Any] = {} if request.login else {"auth": None}
                return handle.send(made, stream=True, follow_redirects=False, **own)
        except Exception as error:  # noqa: BLE001 - translated or raised as it is
            translate(error, request, timeout)

    def _read(self, body: Body) -> Iterator[bytes]:
        for piece in body.pieces():
            self._go_on()
            yield piece()

    @staticmethod
    def _go_on() -> None:
        halt = _halt.get()
        if halt is not None and halt.event.is_set():
            raise Halted("another call has failed")


class BlockingChunks(Unread):
    """The body of an answer, read in the caller's thread."""

    def __init__(self, response: Any, go_on: Callable[[], None]) -> None:  # Any: httpx or httpx2
        super().__init__(response)
        self._go_on = go_on
        self._pieces: Iterator[bytes] = response.iter_raw() if self._before is None else iter([self._before])

    async def _piece(self) -> bytes | None:
        self._go_on()
        return next(self._pieces, None)

    async def close(self) -> None:
        """Give the connection up."""
        self._response.close()


class _Leased(httpx.SyncByteStream):
    """A body on its way; its end, or closing it, gives back the place in the pool."""

    def __init__(self, body: Any, lease: contextlib.ExitStack) -> None:  # Any: httpx declares two kinds at once
        self._body = body
        self._lease = lease

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        with self._lease:
            self._body.close()


def _close(pools: Pools[httpx.HTTPTransport]) -> None:
    with contextlib.ExitStack() as closing:  # all of them, also where one fails
        for pool in pools.empty():
            closing.callback(pool.close)


class _Gathering(Generic[T]):
    """Calls on threads of their own, until all are done or one fails."""

    def __init__(self, calls: Iterable[Callable[[], Coroutine[Any, Any, T]]], limit: int) -> None:
        self._calls = iter(calls)
        self._limit = max(1, limit)
        self._lock = threading.Lock()
        self._halt = _Halt(_halt.get())
        self._results: list[T] = []
        self._failure: BaseException | None = None
        self._ended = threading.Semaphore(0)

    def run(self) -> list[T]:
        """The results, in the order of completion."""
        threads: list[threading.Thread] = []
        try:
            while len(threads) < self._limit and (call := self._next()) is not None:
                context = contextvars.copy_context()
                thread = threading.Thread(target=context.run, args=(self._work, call), name="leapocr_dyn", daemon=True)
                threads.append(thread)
                thread.start()
            for _ in threads:
                self._ended.acquire()
                if self._failure is not None:
                    raise self._failure
            for thread in threads:
                thread.join()
        except BaseException:
            # A failure, or Ctrl-C: those who sleep or send notice the flag; one that waits for a silent server is left
            # to its timeout.
            self._halt.set()
            until = time.monotonic() + PATIENCE
            for thread in threads:
                if thread.is_alive():  # Ctrl-C may have come before it was started
                    thread.join(max(0.0, until - time.monotonic()))
            raise
        return self._results

    def _next(self) -> Callable[[], Coroutine[Any, Any, T]] | None:
        with self._lock:
            return None if self._halt.event.is_set() else next(self._calls, None)

    def _work(self, call: Callable[[], Coroutine[Any, Any, T]] | None) -> None:
        _halt.set(self._halt)
        try:
            while call is not None:
                result = drive(call())
                with self._lock:
                    self._results.append(result)
                call = self._next()
        except BaseException as error:  # noqa: BLE001 - carried to the caller's thread, where it is raised
            with self._lock:
                self._failure = self._failure or error
            self._halt.set()
        finally:
            self._ended.release()


class _Halt:
    """A gathering's flag, which goes up with the one of the gathering around it."""

    def __init__(self, outer: _Halt | None) -> None:
        self.event = threading.Event()
        self._inner: weakref.WeakSet[_Halt] = weakref.WeakSet()
        self._lock: Any = outer._lock if outer is not None else threading.RLock()  # Any: RLock is no class
        if outer is not None:
            with self._lock:
                outer._inner.add(self)
                if outer.event.is_set():
                    self.event.set()

    def set(self) -> None:
        """Up, for this gathering and all inside of it."""
        with self._lock:
            self.event.set()
            for one in self._inner:
                one.set()
