"""HTTP through httpx: pools, the TLS context, proxies, bounds, and httpx's exceptions translated to ours.

httpx's pool walks all of its connections for each request and closes idle ones above 20, so a client has several small
pools. There is one TLS context per process, made for the first https request. Redirects are never followed, cookies
never kept, netrc never read. A user's own client may be httpx's or httpx2's: nothing here asks for a class, only for
names.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import os
import re
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Generic, NoReturn, TypeVar
from urllib.parse import urlsplit

import httpx

from leapocr_dyn import errors
from leapocr_dyn.config import ClientConfig
from leapocr_dyn.origin import place
from leapocr_dyn.transport import Request

P = TypeVar("P")

LARGEST = 256 * 2**20  # bytes of an answer that is read into memory, after decompression
CONNECTIONS = 8  # of one pool: the cost of a request grows with their square
BITE = 2**13  # bytes of an answer that are decompressed at once


@lru_cache(maxsize=32)
def tls(
    verify: bool | str | ssl.SSLContext = True,
    cert: tuple[str, ...] | None = None,
    trust_env: bool = True,
    http2: bool = False,
) -> ssl.SSLContext:
    """The process's TLS context: the caller's roots, or what SSL_CERT_FILE and SSL_CERT_DIR name, or certifi's.

    http2: a context of its own, because the pool writes the protocols that it offers into it.
    """
    if isinstance(verify, ssl.SSLContext):
        return verify
    made = _trusting(verify, trust_env)
    if cert is not None:
        file, key, password, *_ = (*cert, None, None)
        try:
            # Without a password, OpenSSL would ask for one at the terminal.
            made.load_cert_chain(file or "", key, password or "")
        except OSError as error:
            raise errors.ConfigurationError(f"cert {file!r} and its key cannot be used: {error}") from error
    return made


def _trusting(verify: bool | str, trust_env: bool) -> ssl.SSLContext:
    import certifi

    named, file, folder = "verify", None, None
    if isinstance(verify, str):
        file, folder = (None, verify) if os.path.isdir(verify) else (verify, None)
    elif trust_env:
        named = "SSL_CERT_FILE or SSL_CERT_DIR"
        file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if not file and not folder:
        file = certifi.where()
    try:
        return ssl.create_default_context(cafile=file or None, capath=folder or None)
    except OSError as error:
        raise errors.ConfigurationError(
            f"{named} names no certificates that can be read ({file or folder}): {error}"
        ) from error


def share(most: int, index: int) -> int:
    """How many connections the pool of that number has, of so many in all; 0 where others have them."""
    return max(0, min(CONNECTIONS, most - CONNECTIONS * index))


def settings(
    config: ClientConfig, scheme: str, proxy: str | None, index: int = 0
) -> dict[str, Any]:  # Any: what httpx's pools take
    """What a pool for that scheme and proxy is made with. index: its number among them, from 0."""
    most, kept, seconds = config.pool
    chosen: Any = (config.verify, config.cert, config.trust_env, config.http2)  # Any: as ClientConfig has checked them
    if config.http2:
        for name in ("hpack.hpack", "hpack.table"):
            logging.getLogger(name).addFilter(_nothing)  # at DEBUG they log every header, and with them the key
    return {
        # A pool for http never shakes hands, and loading the roots would cost 15 ms.
        "verify": tls(*chosen) if scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        "http2": config.http2,
        "limits": httpx.Limits(
            max_connections=share(most, index),
            max_keepalive_connections=share(kept, index),
            keepalive_expiry=seconds,
        ),
        "proxy": proxy,
        "trust_env": False,
    }


def _nothing(record: logging.LogRecord) -> bool:
    return False


def _proxy(scheme: str, host: str) -> str | None:
    """The proxy that the environment names for a host (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY)."""
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    proxy = None if proxy_bypass(host) else proxies.get(scheme) or proxies.get("all")
    # HTTP_PROXY=localhost:3128 is what curl takes, too.
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


class _Shard(Generic[P]):
    __slots__ = ("busy", "pool", "size")

    def __init__(self, pool: P, size: int) -> None:
        self.pool = pool
        self.size = size
        self.busy = 0


class Pools(Generic[P]):
    """Several small pools for each server kind, the least busy one first. make: (**settings) -> pool."""

    def __init__(self, make: Callable[..., P], config: ClientConfig) -> None:
        self._make = make
        self._config = config
        self._shards: dict[tuple[str, str | None], list[_Shard[P]]] = {}
        self._proxies: dict[tuple[str, str], str | None] = {}
        self._lock = threading.RLock()  # an abandoned stream's lease may end wherever the collector runs

    @contextlib.contextmanager
    def lease(self, url: str) -> Iterator[P]:
        """A pool for a URL, counted as busy inside the block."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise errors.ConfigurationError(f"the request cannot be sent: {error}") from error
        origin = (parts.scheme, parts.hostname or "")
        with self._lock:
            # The environment is asked once for each host: to look through it costs more than to build a request.
            if origin not in self._proxies:
                named = _proxy(*origin) if self._config.trust_env else None
                self._proxies[origin] = self._config.proxy or named
            key = (parts.scheme, self._proxies[origin])
            shards = self._shards.setdefault(key, [])
            shard = min(shards, key=lambda one: one.busy - one.size, default=None)
            if shard is None or shard.busy >= shard.size:
                size = share(self._config.pool[0], len(shards))
                if size:
                    shard = _Shard(self._made(*key, len(shards)), size)
                    shards.append(shard)
            assert shard is not None  # there is room for one at least
            shard.busy += 1
        try:
            yield shard.pool
        finally:
            with self._lock:
                shard.busy -= 1

    def _made(self, scheme: str, proxy: str | None, index: int) -> P:
        try:
            return self._make(**settings(self._config, scheme, proxy, index))
        except errors.Error:
            raise
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            named = "the proxy" if self._config.proxy else "the proxy that the environment names"
            raise errors.ConfigurationError(f"{named}, {_where(proxy or '')}, cannot be used: {error}") from error

    def empty(self) -> list[P]:
        """All pools, which are no longer this object's."""
        with self._lock:
            pools = [shard.pool for shards in self._shards.values() for shard in shards]
            self._shards.clear()
        return pools


CODED = (b"transfer-encoding", b"content-encoding", b"content-length")  # what is no longer so when a body is read
# By name, because a user's client may be httpx2's, whose classes are others. What is listed here was never sent.
UNSENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"})
UNSENDABLE = frozenset({"UnsupportedProtocol", "InvalidURL", "LocalProtocolError"})


# What h11 says may quote a header of ours, or a line of a server that repeats what it was sent: either may hold a key.
QUOTED = r"[: ]*(?:bytearray\()?b['\"].*"


def translate(error: Exception, request: Request, timeout: float) -> NoReturn:
    """Raise our exception for httpx's, or the error itself where it is not httpx's."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    where = _where(request.url)
    reason, quotes = re.subn(QUOTED, "", str(error) or type(error).__name__, flags=re.DOTALL)
    cause = None if quotes else error  # a traceback would show it
    if isinstance(error, UnicodeError):  # of a header, of the URL, or of a host that DNS could not hold
        strange = [name for name, text in request.headers.items() if not (name + text).isascii()]
        reason = f"the header {strange[0]!a} is not ASCII" if strange else str(error)
        raise errors.ConfigurationError(f"the request cannot be sent to {where}: {reason}") from error
    if isinstance(error, OverflowError):
        raise errors.ConfigurationError(f"the timeout is longer than a socket can wait: {reason}") from error
    if isinstance(error, ssl.SSLError):  # httpcore lets it through from a connection that is open, if it is async
        raise errors.ConnectionError(f"{where} broke off the encryption ({reason})", sent=True) from error
    if not type(error).__module__.partition(".")[0].startswith("httpx"):
        raise error
    if kinds & UNSENDABLE:
        # RFC 9110 section 5.5: no control characters, and no space at either end.
        strange = [name for name, text in request.headers.items() if not text.isprintable() or text != text.strip()]
        reason = f"the header {strange[0]!a} holds a control character or an outer space" if strange else reason
        raise errors.ConfigurationError(f"the request cannot be sent to {where}: {reason}") from cause
    if "ConnectError" in kinds:
        try:
            httpx.URL(request.url).raw_host.decode("ascii").encode("idna")
        except UnicodeError as no_name:  # asyncio asks for it all the same, the other worlds refuse it themselves
            translate(no_name, request, timeout)
    sent = not kinds & UNSENT
    if "TimeoutException" in kinds:
        what = "no answer" if sent else "no connection"
        raise errors.TimeoutError(f"{what} from {where} within {timeout:g} s", sent=sent, timeout=timeout) from error
    what = "gave no whole answer" if sent else "cannot be reached; is the base URL right, and the server up?"
    raise errors.ConnectionError(f"{where} {what} ({reason})", sent=sent) from cause


def _where(url: str) -> str:
    """The host and port of a URL, as they may be shown: without a password, and printable."""
    host = url.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
    return host.encode("ascii", "backslashreplace").decode() or "a URL without a host"


@lru_cache(maxsize=256)
def _url(text: str) -> httpx.URL:
    # A job is asked about many times, and to parse its URL costs as much as the rest of the request.
    return httpx.URL(text)


def built(request: Request, content: Any, timeout: float) -> httpx.Request:  # Any: what httpx takes as content
    """The request as httpx wants it. timeout: seconds; at most ten of them for the connection."""
    times = {"connect": min(timeout, 10.0), "read": timeout, "write": timeout, "pool": timeout}
    url, headers = _url(request.url) if request.ours else httpx.URL(request.url), _headers(request)
    return httpx.Request(request.method, url, headers=headers, content=content, extensions={"timeout": times})


def _headers(request: Request) -> dict[str, str]:
    headers = {"Accept-Encoding": "gzip", **request.headers}
    if request.content is not None and not isinstance(request.content, bytes):
        headers["Content-Length"] = str(request.content.length)
    return headers


def usable(client: Any) -> Any:  # Any: a user's client, httpx or httpx2
    """The same. Raises ConfigurationError where its owner has closed it."""
    if getattr(client, "is_closed", False):
        raise errors.ConfigurationError("http_client is closed; close it after the last call, or leave it out")
    return client


def borrowed(
    client: Any, request: Request, content: Any, timeout: float
) -> Any:  # Any: a user's client, httpx or httpx2
    """The request as a user's client builds it; one to a stranger loses whatever the client adds on its own."""
    headers = _headers(request)
    made = client.build_request(request.method, request.url, headers=headers, content=content, timeout=timeout)
    if not request.ours:
        made.url = type(made.url)(request.url)  # without the client's own `params`
        wanted = {*(name.lower() for name in headers), "content-length", "host", "transfer-encoding"}
        for name in [name for name in made.headers if name not in wanted]:
            del made.headers[name]
    return made


_discreet: contextvars.ContextVar[bool] = contextvars.ContextVar("leapocr_dyn.discreet", default=False)


@contextlib.contextmanager
def discretion() -> Iterator[None]:
    """While a user's client sends: httpx logs whole URLs at INFO, and a query may hold a key or a right to write."""
    for name in ("httpx", "httpx2"):
        logging.getLogger(name).addFilter(_without_queries)  # a second time changes nothing
    token = _discreet.set(True)
    try:
        yield
    finally:
        _discreet.reset(token)


def _without_queries(record: logging.LogRecord) -> bool:
    if _discreet.get() and isinstance(record.args, tuple):
        said = [str(one) if type(one).__name__ == "URL" else one for one in record.args]
        record.args = tuple(place(one) if isinstance(one, str) and "://" in one else one for one in said)
    return True


class Inflater:
    """Decompresses with a bound: what httpx does on its own has none (a 255 KB answer can become 250 MiB)."""

    def __init__(self, response: Any, bound: int | None) -> None:  # Any: a response of httpx or httpx2
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("identity", "", "gzip", "x-gzip", "deflate"):
            raise errors.ContractError(f"the answer is compressed as {coding}, which was not asked for")
        self._compressed = coding not in ("identity", "")
        self._member: Any = None  # Any: zlib's decompressor, which has no public name
        self._bound = bound
        self.size = 0

    def __call__(self, data: bytes) -> bytes:
        if not self._compressed:
            self._grow(len(data))
            return data
        # In small bites: what follows the end of a member is copied, and a member can be as short as 20 bytes.
        return b"".join(self._inflated(data[at : at + BITE]) for at in range(0, len(data), BITE))

    def end(self, request: Request) -> None:
        """The body is over. Raises ConnectionError where it broke off, which only compression can tell."""
        if self._member is not None:
            raise errors.ConnectionError(f"{_where(request.url)} hung up in the middle of its answer", sent=True)

    def _inflated(self, data: bytes) -> bytes:
        text = []
        # RFC 1952 section 2.2: members follow one another; gzip's own tools also take zeros after one, as tapes had.
        while data := data if self._member is not None else data.lstrip(b"\0"):
            self._member = self._member or zlib.decompressobj(wbits=47)
            room = 0 if self._bound is None else self._bound - self.size + 1
            try:
                text.append(self._member.decompress(data, room))
            except zlib.error as error:
                raise errors.ContractError(f"the answer is not compressed as it says: {error}") from error
            self._grow(len(text[-1]))
            data = self._member.unused_data
            if self._member.eof:
                self._member = None
        return b"".join(text)

    def _grow(self, size: int) -> None:
        self.size += size
        if self._bound is not None and self.size > self._bound:
            raise errors.ContractError(f"the answer is larger than {self._bound // 2**20} MiB; stream it instead")


class Unread:
    """The body of an answer, decompressed piece by piece. How a piece is waited for, each transport says."""

    def __init__(self, response: Any) -> None:  # Any: a response of httpx or httpx2
        self._response = response
        self._before = read_before(response)
        self._inflate: Inflater | None = None

    async def next(self) -> bytes | None:
        """The next piece, or None at the end."""
        # Only here, so that there is something to close where it refuses.
        if self._inflate is None and self._before is None:
            self._inflate = Inflater(self._response, None)
        try:
            piece = await self._piece()
        except Exception as error:  # noqa: BLE001 - translated or raised as it is
            translate(error, asked(self._response), patience(self._response))
        if self._inflate is None:
            return piece
        if piece is None:
            self._inflate.end(asked(self._response))
            return None
        return self._inflate(piece)

    async def _piece(self) -> bytes | None:
        raise NotImplementedError


def read_before(response: Any) -> bytes | None:  # Any: a response of httpx or httpx2
    """The body, decompressed, where a user's client has read it already: a mock does, and so may an event hook."""
    return response.content if response.is_stream_consumed else None


def whole(response: Any, pieces: list[bytes]) -> httpx.Response:  # Any: a response of httpx or httpx2
    """The response with its body, as it is after decompression."""
    # Without compression the length is right, also the one that HEAD is told.
    wrong = CODED if "content-encoding" in response.headers else CODED[:1]
    headers = [(name, text) for name, text in response.headers.raw if name.lower() not in wrong]
    return httpx.Response(response.status_code, headers=headers, content=b"".join(pieces))


def in_time(now: float, deadline: float | None, request: Request) -> None:
    """Raise TimeoutError where the deadline has passed."""
    if deadline is not None and now > deadline:
        raise late(request)


def late(request: Request) -> errors.TimeoutError:
    """What to raise after the deadline."""
    return errors.TimeoutError(f"the answer from {_where(request.url)} was not complete in time", sent=True)


def patience(response: Any) -> float:  # Any: httpx or httpx2
    """Seconds that each read of an answer may take."""
    request = getattr(response, "_request", None)
    times = request.extensions.get("timeout", {}) if request is not None else {}
    return float(times.get("read") or 0)


def asked(response: Any) -> Request:  # Any: httpx or httpx2
    """The request that an answer answers."""
    request = getattr(response, "_request", None)
    return Request("GET", str(request.url) if request is not None else "", {})
