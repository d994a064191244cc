"""Who watches: the log, and hooks that a caller gives.

The log is the standard library's logger "leapocr_dyn", silent until a program configures it. Every request is one line
at DEBUG: operation, method, URL, status, milliseconds, attempt, request id; every pause before a repeat is another.

Hooks are for tracing and counting. They are given values that hold no secret: credentials in headers are ***, and a URL
ends where its query begins, since that may be a signature. Each `before_send` is followed by one `after_response` or,
where no answer came, one `on_error`, with the same request; only a call that is cancelled ends without either.

    spans: dict[Outgoing, Span] = {}

    def before_send(request: Outgoing) -> dict[str, str]:
        spans[request] = tracer.start_span(f"{request.method} {request.operation}")
        return {"traceparent": spans[request].traceparent}  # or nothing

    def after_response(request: Outgoing, response: Incoming) -> None:
        spans.pop(request).end(response.status)

    def on_error(request: Outgoing, error: Exception) -> None:
        spans.pop(request).fail(error)

    client = api.client(before_send=before_send, after_response=after_response, on_error=on_error)

What `before_send` gives are headers to add to that one attempt, so that a trace goes on at the server (W3C Trace
Context). They go to the API alone, never to a storage or to where tokens come from, and replace nothing: a header that
is there already, one that frames the message, and one that is called like a secret are refused.
"""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from leapocr_dyn.config import ClientConfig
from leapocr_dyn.errors import ConfigurationError, Error
from leapocr_dyn.operation.parameter import FRAMING
from leapocr_dyn.origin import legible, place

if TYPE_CHECKING:
    import httpx

    from leapocr_dyn.transport import Request

# Names of headers that hold secrets, whatever the document calls them.
SECRET = re.compile(
    r"auth|cookie|token|secret|password|signature|credential|session|(?<!idempotency-)key", re.IGNORECASE
)

log: logging.Logger = logging.getLogger("leapocr_dyn")
log.addHandler(logging.NullHandler())


@dataclass(frozen=True, eq=False)
class Outgoing:
    """A request that is about to leave; the same object for all of its hooks, and so fit for a dict's key.

    operation: its Python name; None for parts of files and for tokens. url: without its query. headers: by name, with
    *** for secrets. attempt: counted from 1.
    """

    operation: str | None
    method: str
    url: str
    headers: Mapping[str, str]
    attempt: int


@dataclass(frozen=True)
class Incoming:
    """An answer. seconds: until it was read, or until its headers where it is a stream. request_id: the server's."""

    status: int
    seconds: float
    request_id: str | None


Added: TypeAlias = Mapping[str, str] | None
BeforeSend: TypeAlias = Callable[[Outgoing], Added | Awaitable[Added]]
AfterResponse: TypeAlias = Callable[[Outgoing, Incoming], object]
OnError: TypeAlias = Callable[[Outgoing, Exception], object]


class Watch:
    """Tells the log and the hooks of each request of one client; costs nothing where nobody listens.

    now: the transport's clock. secrets: what else must not show.
    """

    def __init__(self, config: ClientConfig, now: Callable[[], float], secrets: Callable[[], list[str]]) -> None:
        self._before, self._after, self._failed = config.before_send, config.after_response, config.on_error
        self._hooked = any(one is not None for one in (self._before, self._after, self._failed))
        self._now = now
        self._secrets = secrets
        self._logs = (log, _to_stderr()) if config.debug else (log,)

    async def exchange(
        self,
        request: Request,
        send: Callable[[Request], Awaitable[httpx.Response]],
        *,
        operation: str | None = None,
        attempt: int = 1,
    ) -> httpx.Response:
        """What `send` gives for the request, told to whoever listens. attempt: counted from 1."""
        logs = self._listening()
        if not logs and not self._hooked:
            return await send(request)
        asked = self._shown(request, operation, attempt)
        more = await self._tell("before_send", self._before, asked)
        if more is not None:
            request = _with(request, more)
        start = self._now()
        try:
            response = await send(request)
        except Exception as error:
            _write(logs, asked, type(error).__name__, self._now() - start)
            await self._tell("on_error", self._failed, asked, error)
            raise
        came = Incoming(response.status_code, self._now() - start, self._request_id(response.headers))
        _write(logs, asked, str(came.status), came.seconds, came.request_id)
        await self._tell("after_response", self._after, asked, came)
        return response

    def pausing(self, operation: str | None, failure: Error, attempt: int, seconds: float) -> None:
        """A line for a repeat: why, and after how long."""
        for one in self._listening():
            why = " ".join(filter(None, [type(failure).__name__, str(failure.status_code or "")]))
            one.debug("%s: attempt %d failed (%s), the next one in %.2f s", operation or "-", attempt, why, seconds)

    def _listening(self) -> list[logging.Logger]:
        return [one for one in self._logs if one.isEnabledFor(logging.DEBUG)]

    def _shown(self, request: Request, operation: str | None, attempt: int) -> Outgoing:
        headers = {
            name: "***" if name in request.hidden or SECRET.search(name) else self._discreet(text)
            for name, text in request.headers.items()
        }
        url = self._discreet(place(request.url))
        return Outgoing(operation, request.method, url, MappingProxyType(headers), attempt)

    def _request_id(self, headers: Mapping[str, str]) -> str | None:
        found = headers.get("x-request-id") or headers.get("request-id")
        return self._discreet(legible(found)) if found else None

    def _discreet(self, text: str) -> str:
        for secret in self._secrets():
            text = text.replace(secret, "***")
        return text

    @staticmethod
    async def _tell(name: str, hook: Callable[..., Any] | None, *facts: Any) -> Any:  # Any: what a hook takes and gives
        if hook is None:
            return None
        try:
            return await tell(hook, *facts)
        except Error as error:
            # As itself it could be taken for the request's own failure, and the request be sent again.
            raise ConfigurationError(f"the hook {name} failed: {error}") from error


def _with(request: Request, more: Any) -> Request:  # Any: what the caller's hook gave
    """The request with more headers, where it goes to the API. Raises ConfigurationError for what may not be added."""
    if not isinstance(more, Mapping) or not all(isinstance(one, str) for pair in more.items() for one in pair):
        raise ConfigurationError(
            f"the hook before_send gives headers to add, as in {{'traceparent': '...'}}, or None; not {more!r:.60}"
        )
    known = {name.lower() for name in request.headers}
    for name in more:
        if name.lower() in known:
            why = "the request has that header already, and a hook replaces none"
        elif name.lower() in FIXED or SECRET.search(name):
            why = "headers that frame a message or hold a secret are not for a hook"
        else:
            continue
        raise ConfigurationError(f"the hook before_send may not add {name!r}: {why}")
    return request._replace(headers={**request.headers, **more}) if request.ours else request


FIXED = FRAMING | {"content-encoding", "accept-encoding"}  # the transport's own to say


def _write(
    logs: list[logging.Logger],
    asked: Outgoing,
    outcome: str,
    seconds: float,
    request_id: str | None = None,
    level: int = logging.DEBUG,
) -> None:
    tail = f", request id {request_id}" if request_id else ""
    for one in logs:
        one.log(
            level,
            "%s %s %s: %s in %.0f ms, attempt %d%s",
            *(asked.operation or "-", asked.method, asked.url, outcome, seconds * 1000, asked.attempt, tail),
        )


class Lines:
    """Hooks that write to a logger of the caller's: answers at DEBUG, refusals and failures at WARNING, no keys."""

    def __init__(self, logger: logging.Logger) -> None:
        self._log = logger

    def after_response(self, request: Outgoing, response: Incoming) -> None:
        """An answer, of whatever status."""
        level = logging.WARNING if response.status >= 400 else logging.DEBUG
        _write([self._log], request, str(response.status), response.seconds, response.request_id, level)

    def on_error(self, request: Outgoing, error: Exception) -> None:
        """No answer."""
        self._log.warning("%s %s %s: %s", request.operation or "-", request.method, request.url, type(error).__name__)


def _to_stderr() -> logging.Logger:
    """A logger by the same name that nobody else knows, so that one client's lines are not everybody's."""
    own = logging.Logger(log.name, logging.DEBUG)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
    own.addHandler(handler)
    return own


async def tell(listener: Callable[..., Any], *facts: Any) -> Any:  # Any: whatever is told, and said to it
    """Call a listener; where it is async, wait for it. In a blocking client it may be async, but must not wait."""
    said = listener(*facts)
    return await said if inspect.isawaitable(said) else said
