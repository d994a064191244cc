"""What a workflow may ask of the world, blocking and async.

Theory of operation. A workflow is an ordinary `async def` written against `Transport`, and against nothing else of the
outside. The async transport really suspends (anyio: asyncio and trio). The blocking one never does: every method of it
finishes before it returns, so a workflow that is driven by it runs to its end at the first `send(None)`, in the caller's
thread, without an event loop (`drive`). That is the one trick; it is why there is one text for both worlds.

What follows from it, and is easy to break:

- A workflow that awaits anything but its transport suspends, and `drive` says so instead of hanging.
- Concurrency goes through `gather`. Blocking, that is threads of its own (an executor shared with what the calls
  themselves gather would deadlock), which carry the caller's context variables. They stop at the first failure or Ctrl-C,
  because `send`, `sleep` and every chunk of a body look at one flag.
- Workflows are never async generators: an abandoned one is finalised on somebody else's loop. What yields is an object
  with `async next()` and `close()`.

Pools. httpx's pool walks all of its connections for each request and closes idle ones above 20, so each client has
several small ones. An async client has them per event loop, closed when that loop ends; there is one TLS context per
process, made for the first https request. Redirects are never followed here, and cookies are never kept.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import ssl
import threading
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterable, Iterator
from functools import cache
from typing import Any, Generic, NamedTuple, NoReturn, Protocol, TypeVar
from urllib.parse import urlsplit

import httpx

from leapocr_dyn.errors import ConfigurationError, ConnectionError, ContractError, TimeoutError, TransportError

T = TypeVar("T")
P = TypeVar("P")

LARGEST = 256 * 2**20  # bytes of an answer that is read into memory, after decompression
CHUNK = 2**20  # bytes of a file read at once: 64 KiB costs 1.9 times the CPU, 4 MiB is slower again
CONNECTIONS = 8  # of one pool: the cost of a request grows with their square
POOLS = 8  # for one server


class Body(Protocol):
    """A request body that is read while it is sent, from its beginning each time."""

    length: int
    """Bytes."""

    def pieces(self) -> Iterator[Callable[[], bytes]]:
        """Calls that each read the next piece."""


class Request(NamedTuple):
    """A request as it goes out. ours: whether it goes to the API itself; only then may a user's own client add to it."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | Body | None = None
    ours: bool = True


class Transport(Protocol):
    """What a workflow may ask of the world."""

    async def send(self, request: Request, *, timeout: float, deadline: float | None = None) -> httpx.Response:
        """The whole answer. timeout: seconds without progress; deadline: a moment of `now()` after which to give up."""

    async def stream(self, request: Request, *, timeout: float) -> httpx.Response:
        """The answer's status and headers; its body comes through `chunks`."""

    def chunks(self, response: httpx.Response) -> Chunks:
        """The body of a streamed answer, piece by piece."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    def now(self) -> float:
        """Seconds on a clock that never jumps."""

    async def call(self, function: Callable[[], T]) -> T:
        """A function that blocks (a file read), where it blocks nobody else."""

    async def once(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> T:
        """The result of a call that is made once for all who ask for the key at the same time."""

    async def gather(self, calls: Iterable[Callable[[], Coroutine[Any, Any, T]]], limit: int) -> list[T]:
        """The results, in the order of completion. calls: taken one by one, at most `limit` under way at once.

        The first failure ends the others and is raised as itself, never in an ExceptionGroup.
        """

    async def close(self) -> None:
        """Give up all connections of our own."""


class Chunks(Protocol):
    """The body of an answer on its way."""

    async def next(self) -> bytes | None:
        """The next piece as the server sent it, decompressed, or None at the end."""

    async def close(self) -> None:
        """Stop, and give the connection up."""


def drive(workflow: Coroutine[Any, Any, T]) -> T:
    """The result of a workflow whose transport never suspends."""
    try:
        workflow.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]  # a coroutine's StopIteration carries its result
    workflow.close()
    raise RuntimeError("a workflow waited for something other than its transport; in a blocking client nothing would wake it")


class Clock:
    """The real one."""

    def now(self) -> float:
        """Seconds on the system's monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float, halt: threading.Event | None) -> None:
        """Block; a halt ends it early."""
        if halt is None:
            time.sleep(seconds)
        else:
            halt.wait(seconds)

    async def asleep(self, seconds: float) -> None:
        """Suspend."""
        import anyio

        await anyio.sleep(seconds)


# -- shared by both ------------------------------------------------------------------------------------------------


@cache
def tls() -> ssl.SSLContext:
    """The process's TLS context: certifi's roots, or what SSL_CERT_FILE and SSL_CERT_DIR name."""
    import certifi

    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file or folder:
        return ssl.create_default_context(cafile=file, capath=folder)
    return ssl.create_default_context(cafile=certifi.where())


def _context(scheme: str) -> ssl.SSLContext:
    # A pool for http never shakes hands, and loading the roots would cost 15 ms.
    return tls() if scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _proxy(scheme: str, host: str) -> str | None:
    """The proxy that the environment names for a host (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY)."""
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    return None if proxy_bypass(host) else proxies.get(scheme) or proxies.get("all")


class _Shard(Generic[P]):
    __slots__ = ("busy", "pool")

    def __init__(self, pool: P) -> None:
        self.pool = pool
        self.busy = 0


class Pools(Generic[P]):
    """Several small pools for each server kind, the least busy one first. make: (scheme, proxy) -> pool."""

    def __init__(self, make: Callable[[str, str | None], P]) -> None:
        self._make = make
        self._shards: dict[tuple[str, str | None], list[_Shard[P]]] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def lease(self, url: str) -> Iterator[P]:
        """A pool for a URL, counted as busy inside the block."""
        parts = urlsplit(url)
        key = (parts.scheme, _proxy(parts.scheme, parts.hostname or ""))
        with self._lock:
            shards = self._shards.setdefault(key, [])
            shard = min(shards, key=lambda one: one.busy, default=None)
            if shard is None or (shard.busy >= CONNECTIONS and len(shards) < POOLS):
                shard = _Shard(self._make(*key))
                shards.append(shard)
            shard.busy += 1
        try:
            yield shard.pool
        finally:
            with self._lock:
                shard.busy -= 1

    def empty(self) -> list[P]:
        """All pools, which are no longer this object's."""
        with self._lock:
            pools = [shard.pool for shards in self._shards.values() for shard in shards]
            self._shards.clear()
        return pools


LIMITS = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=30.0)
# By name, because a user's client may be httpx2's, whose classes are others. What is listed here was never sent.
UNSENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"})
UNSENDABLE = frozenset({"UnsupportedProtocol", "InvalidURL", "LocalProtocolError"})


def _translate(error: Exception, request: Request, timeout: float) -> NoReturn:
    """Raise our exception for httpx's, or the error itself where it is not httpx's."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if not type(error).__module__.partition(".")[0].startswith("httpx"):
        raise error
    where = urlsplit(request.url).netloc
    reason = str(error) or type(error).__name__
    if kinds & UNSENDABLE:
        raise ConfigurationError(f"the request cannot be sent to {where or request.url!r}: {reason}") from error
    sent = not kinds & UNSENT
    if "TimeoutException" in kinds:
        what = "no answer" if sent else "no connection"
        raise TimeoutError(f"{what} from {where} within {timeout:g} s", sent=sent) from error
    what = "hung up before it answered" if sent else "cannot be reached; is the base URL right, and the server up?"
    raise ConnectionError(f"{where} {what} ({reason})", sent=sent) from error


def _built(request: Request, content: Any, timeout: float) -> httpx.Request:  # Any: what httpx takes as content
    headers = {"Accept-Encoding": "gzip, deflate", **request.headers}
    if request.content is not None and not isinstance(request.content, bytes):
        headers["Content-Length"] = str(request.content.length)
    times = {"connect": min(timeout, 10.0), "read": timeout, "write": timeout, "pool": timeout}
    return httpx.Request(request.method, request.url, headers=headers, content=content, extensions={"timeout": times})


def _borrowed(client: Any, request: Request, content: Any, timeout: float) -> Any:  # Any: a user's client, httpx or httpx2
    """The request as a user's client builds it; one to a stranger loses whatever the client adds on its own."""
    built = _built(request, None, timeout)
    made = client.build_request(request.method, request.url, headers=dict(built.headers), content=content, timeout=timeout)
    if not request.ours:
        wanted = {*built.headers, "content-length", "content-type", "host", "transfer-encoding"}
        for name in [name for name in made.headers if name not in wanted]:
            del made.headers[name]
    return made


class _Inflater:
    """Decompresses with a bound: what httpx does on its own has none (a 255 KB answer can become 250 MiB)."""

    def __init__(self, response: Any, bound: int | None) -> None:  # Any: a response of httpx or httpx2
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("identity", "", "gzip", "x-gzip", "deflate"):
            raise ContractError(f"the answer is compressed as {coding}, which was not asked for")
        self._inflate = zlib.decompressobj(wbits=47) if coding not in ("identity", "") else None
        self._bound = bound
        self.size = 0

    def __call__(self, data: bytes) -> bytes:
        if self._inflate is not None:
            room = 0 if self._bound is None else self._bound - self.size + 1
            try:
                data = self._inflate.decompress(data, room)
            except zlib.error as error:
                raise ContractError(f"the answer is not compressed as it says: {error}") from error
        self.size += len(data)
        if self._bound is not None and self.size > self._bound:
            raise ContractError(f"the answer is larger than {self._bound // 2**20} MiB; stream it instead")
        return data


def _whole(response: Any, pieces: list[bytes]) -> httpx.Response:  # Any: a response of httpx or httpx2
    left_out = ("content-encoding", "content-length", "transfer-encoding")
    headers = [(name, text) for name, text in response.headers.multi_items() if name not in left_out]
    return httpx.Response(response.status_code, headers=headers, content=b"".join(pieces))


def _in_time(now: float, deadline: float | None, request: Request) -> None:
    if deadline is not None and now > deadline:
        raise TimeoutError(f"the answer from {urlsplit(request.url).netloc} was not complete in time", sent=True)


# -- blocking ------------------------------------------------------------------------------------------------------

_halt: contextvars.ContextVar[threading.Event | None] = contextvars.ContextVar("leapocr_dyn.halt", default=None)


class Halted(TransportError):
    """Another call of the same `gather` has failed. Never seen outside of it."""


class BlockingTransport:
    """The world for blocking clients; safe to use from several threads. client: a user's own httpx.Client, or None."""

    def __init__(self, client: Any = None, clock: Clock | None = None) -> None:  # Any: httpx or httpx2
        if client is not None and not callable(getattr(client, "close", None)):
            raise ConfigurationError("http_client must be an httpx.Client; this one is for async clients")
        self._client = client
        self._clock = clock or Clock()
        self._pools = Pools(_blocking_pool)
        self._lock = threading.Lock()
        self._flights: dict[Hashable, _Flight] = {}

    async def send(self, request: Request, *, timeout: float, deadline: float | None = None) -> httpx.Response:
        """The whole answer."""
        with self._lease(request.url) as handle:
            response = self._open(handle, request, timeout)
            try:
                inflate = _Inflater(response, LARGEST)
                pieces = []
                for piece in response.iter_raw():
                    self._go_on()
                    _in_time(self.now(), deadline, request)
                    pieces.append(inflate(piece))
                return _whole(response, pieces)
            except Exception as error:  # noqa: BLE001 - translated or raised as it is
                _translate(error, request, timeout)
            finally:
                response.close()

    async def stream(self, request: Request, *, timeout: float) -> httpx.Response:
        """The answer's status and headers."""
        with self._lease(request.url) as handle:
            return self._open(handle, request, timeout)

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
        """One thread makes the call, the others wait for its result."""
        with self._lock:
            flight = self._flights.get(key)
            leads = flight is None
            if flight is None:
                flight = self._flights[key] = _Flight()
        if not leads:
            flight.done.wait()
            return flight.result()  # type: ignore[no-any-return]  # what the same call gave
        try:
            flight.value = await call()
            return flight.value
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
        for pool in self._pools.empty():
            pool.close()

    def _lease(self, url: str) -> contextlib.AbstractContextManager[Any]:
        return self._pools.lease(url) if self._client is None else contextlib.nullcontext(self._client)

    def _open(self, handle: Any, request: Request, timeout: float) -> Any:  # Any: a pool, or a user's client
        self._go_on()
        content: Any = request.content
        if content is not None and not isinstance(content, bytes):
            content = self._read(content)
        try:
            if self._client is None:
                return handle.handle_request(_built(request, content, timeout))
            return handle.send(_borrowed(handle, request, content, timeout), stream=True, auth=None, follow_redirects=False)
        except Exception as error:  # noqa: BLE001 - translated or raised as it is
            _translate(error, request, timeout)

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
        self._inflate = _Inflater(response, None)
        self._pieces = response.iter_raw()
        self._go_on = go_on

    async def next(self) -> bytes | None:
        """The next piece, or None at the end."""
        self._go_on()
        try:
            piece = next(self._pieces, None)
        except Exception as error:  # noqa: BLE001 - translated or raised as it is
            _translate(error, _asked(self._response), 0)
        return None if piece is None else self._inflate(piece)

    async def close(self) -> None:
        """Give the connection up."""
        self._response.close()


def _asked(response: Any) -> Request:  # Any: httpx or httpx2
    request = getattr(response, "_request", None)
    return Request("GET", str(request.url) if request is not None else "", {})


def _blocking_pool(scheme: str, proxy: str | None) -> httpx.HTTPTransport:
    return httpx.HTTPTransport(verify=_context(scheme), limits=LIMITS, proxy=proxy, trust_env=False)


class _Flight:
    """One call that several wait for."""

    __slots__ = ("done", "error", "value")

    def __init__(self, done: Any = None) -> None:  # Any: a threading.Event or an anyio.Event
        self.done = done or threading.Event()
        self.value: Any = None
        self.error: BaseException | None = None

    def result(self) -> Any:  # Any: what the call gave
        if self.error is not None:
            raise self.error
        return self.value


class _Gathering(Generic[T]):
    """Calls on threads of their own, until all are done or one fails."""

    def __init__(self, calls: Iterable[Callable[[], Coroutine[Any, Any, T]]], limit: int) -> None:
        self._calls = iter(calls)
        self._limit = max(1, limit)
        self._lock = threading.Lock()
        self._halt = _Linked(_halt.get())
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
            # Ctrl-C: those who sleep or send notice the flag; one that waits for a silent server is left to its timeout.
            self._halt.set()
            for thread in threads:
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


class _Linked(threading.Event):
    """A flag that is also up where the one of the gathering around it is."""

    def __init__(self, outer: threading.Event | None) -> None:
        super().__init__()
        self._outer = outer

    def is_set(self) -> bool:
        return super().is_set() or (self._outer is not None and self._outer.is_set())


# -- async ---------------------------------------------------------------------------------------------------------


class AsyncTransport:
    """The world for async clients, on asyncio and trio. client: a user's own httpx.AsyncClient, or None.

    Connections belong to an event loop, so each loop has its own pools. They are closed when the loop ends, through the
    one thing that every loop does at its end: it closes the async generators that are still open in it. `_keep` is such
    a generator. A user's own client belongs to the loop it was first used in, and is refused in another.
    """

    def __init__(self, client: Any = None, clock: Clock | None = None) -> None:  # Any: httpx or httpx2
        if client is not None and not callable(getattr(client, "aclose", None)):
            raise ConfigurationError("http_client must be an httpx.AsyncClient; this one is for blocking clients")
        from anyio.lowlevel import RunVar

        self._client = client
        self._client_loop: object = None
        self._clock = clock or Clock()
        self._run: RunVar[_Run] = RunVar(f"leapocr_dyn.{id(self)}")

    async def send(self, request: Request, *, timeout: float, deadline: float | None = None) -> httpx.Response:
        """The whole answer."""
        with await self._lease(request.url) as handle:
            response = await self._open(handle, request, timeout)
            try:
                inflate = _Inflater(response, LARGEST)
                pieces = []
                async for piece in response.aiter_raw():
                    _in_time(self.now(), deadline, request)
                    pieces.append(inflate(piece))
                return _whole(response, pieces)
            except Exception as error:  # noqa: BLE001 - translated or raised as it is
                _translate(error, request, timeout)
            finally:
                await _shielded(response.aclose)

    async def stream(self, request: Request, *, timeout: float) -> httpx.Response:
        """The answer's status and headers."""
        with await self._lease(request.url) as handle:
            return await self._open(handle, request, timeout)  # type: ignore[no-any-return]  # httpx or httpx2

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
        import anyio.to_thread

        return await anyio.to_thread.run_sync(function)

    async def once(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> T:
        """One task makes the call, the others wait for its result; if it is cancelled, another one takes over."""
        import anyio

        flights = (await self._here()).flights
        while True:
            flight = flights.get(key)
            if flight is None:
                break
            await flight.done.wait()
            if flight.error is None or isinstance(flight.error, Exception):
                return flight.result()  # type: ignore[no-any-return]  # what the same call gave
        flight = flights[key] = _Flight(anyio.Event())
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
        import anyio

        results: list[T] = []
        failure: Exception | None = None
        waiting = iter(calls)

        async def work(call: Callable[[], Coroutine[Any, Any, T]] | None) -> None:
            nonlocal failure
            while call is not None:
                try:
                    results.append(await call())
                    call = next(waiting, None)
                except Exception as error:  # noqa: BLE001 - raised again below, outside of the group
                    failure = failure or error
                    group.cancel_scope.cancel()
                    return

        async with anyio.create_task_group() as group:
            started = 0
            while started < max(1, limit) and (call := next(waiting, None)) is not None:
                group.start_soon(work, call)
                started += 1
        if failure is not None:
            raise failure
        return results

    async def close(self) -> None:
        """Close this loop's pools; a user's client stays open."""
        run = self._run.get(None)
        if run is not None:
            await run.keeper.aclose()

    async def _here(self) -> _Run:
        """What belongs to the loop that is running."""
        run = self._run.get(None)
        if run is None or run.closed:
            run = _Run()
            self._run.set(run)
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
                "http_client was used in another event loop, and its connections stay there; make one client for each loop, "
                "or leave http_client out and this client will do that by itself"
            )
        return contextlib.nullcontext(self._client)

    async def _open(self, handle: Any, request: Request, timeout: float) -> Any:  # Any: a pool, or a user's client
        content: Any = request.content
        if content is not None and not isinstance(content, bytes):
            content = self._read(content)
        try:
            if self._client is None:
                return await handle.handle_async_request(_built(request, content, timeout))
            made = _borrowed(handle, request, content, timeout)
            return await handle.send(made, stream=True, auth=None, follow_redirects=False)
        except Exception as error:  # noqa: BLE001 - translated or raised as it is
            _translate(error, request, timeout)
        finally:
            if content is not request.content:
                await content.aclose()

    async def _read(self, body: Body) -> AsyncIterator[bytes]:
        for piece in body.pieces():
            yield await self.call(piece)


class AsyncChunks:
    """The body of an answer, read as it comes."""

    def __init__(self, response: Any) -> None:  # Any: httpx or httpx2
        self._response = response
        self._inflate = _Inflater(response, None)
        self._pieces = response.aiter_raw()

    async def next(self) -> bytes | None:
        """The next piece, or None at the end."""
        try:
            piece = await anext(self._pieces, None)
        except Exception as error:  # noqa: BLE001 - translated or raised as it is
            _translate(error, _asked(self._response), 0)
        return None if piece is None else self._inflate(piece)

    async def close(self) -> None:
        """Give the connection up."""
        await self._pieces.aclose()
        await _shielded(self._response.aclose)


class _Run:
    """What an async client has in one event loop."""

    def __init__(self) -> None:
        self.pools = Pools(_async_pool)
        self.flights: dict[Hashable, _Flight] = {}
        self.closed = False
        self.keeper = self._keep()

    async def _keep(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            self.closed = True
            for pool in self.pools.empty():
                await _shielded(pool.aclose)


async def _shielded(close: Callable[[], Awaitable[None]]) -> None:
    """Close something even where the task is being cancelled, but not for long."""
    import anyio

    with anyio.move_on_after(2.0, shield=True):
        await close()


def _async_pool(scheme: str, proxy: str | None) -> httpx.AsyncHTTPTransport:
    return httpx.AsyncHTTPTransport(verify=_context(scheme), limits=LIMITS, proxy=proxy, trust_env=False)


def _loop() -> object:
    import sniffio

    if sniffio.current_async_library() == "trio":
        import trio

        return trio.lowlevel.current_trio_token()
    import asyncio

    return asyncio.get_running_loop()

