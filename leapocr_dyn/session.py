"""What the calls of one client share, and how one call goes: plan, credentials, send, repeat or not, read.

Told once for both worlds. Credentials go to the origin of the base URL and to no other: a plan whose URL leads
elsewhere is sent without them. `open` is for answers that are streams. `put` is for the presigned links of uploads,
which never see a credential.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import quote, urlsplit

import httpx

from leapocr_dyn import errors, retry
from leapocr_dyn.config import ClientConfig
from leapocr_dyn.document import criterion, expression
from leapocr_dyn.model.convert import noting
from leapocr_dyn.model.value import Json, brief
from leapocr_dyn.observe import Drift
from leapocr_dyn.operation.answer import failure as refusal
from leapocr_dyn.operation.answer import retry_after
from leapocr_dyn.operation.operation import Operation, Plan
from leapocr_dyn.operation.security import Credentials, Placement
from leapocr_dyn.transport import Body, Chunks, Request, Transport
from leapocr_dyn.transport.wire import whole

if TYPE_CHECKING:
    from leapocr_dyn.api import Api

T = TypeVar("T")

VERSION = "0.1.0"
STORAGE_SECONDS = 60.0  # without progress on a part; storage takes its time where an API does not
REFUSAL = 2**20  # bytes of the body of a refused stream that are read; a refusal may be endless, too


class Answer(NamedTuple):
    """A successful answer. value: as the operation's types say. response: the HTTP response, read to its end."""

    value: Any  # Any: the operation's result
    response: httpx.Response

    def wire(self) -> Json:
        """The body as JSON, whatever it calls itself; None where it is none."""
        try:
            return json.loads(self.response.content)
        except (ValueError, RecursionError):
            return None

    def context(self, inputs: Mapping[str, Any] | None = None) -> expression.Context:  # Any: a workflow's own values
        """What expressions see of it."""
        return expression.Context(
            inputs=inputs or {},
            status_code=self.response.status_code,
            response_headers=self.response.headers,
            response_body=self.wire(),
        )


class Session:
    """One client's way to the API."""

    def __init__(self, api: Api, io: Transport, config: ClientConfig, credentials: Credentials, drift: Drift) -> None:
        self.api = api
        self.io = io
        self.config = config
        self.credentials = credentials
        self.drift = drift
        self.policy = retry.Policy(config.max_retries, config.retry_delay, config.retry_multiplier)

    @property
    def base_url(self) -> str:
        """Where the API is. Raises ConfigurationError where neither the caller nor the document says."""
        url = self.config.base_url or self.api.base_url
        if not url:
            raise errors.ConfigurationError("neither base_url nor the document says where the API is; pass base_url=")
        return url

    def plan(self, operation: Operation, arguments: Mapping[str, Any]) -> Plan:  # Any: what the operation's types say
        """The request for these arguments, without credentials."""
        return operation.plan(self.base_url, **arguments)

    async def ask(
        self,
        operation: str | Operation,
        arguments: Mapping[str, Any],  # Any: what the operation's types say
        *,
        retries: int | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """One call, repeated where that is safe. deadline: a moment of the transport's clock, for all attempts
        together.

        retries: how often to repeat, instead of the client's own number.

        Raises everything that errors.py draws below TransportError, APIError and ContractError.
        """
        if isinstance(operation, str):
            operation = self.api.operations[operation]
        plan = self.plan(operation, arguments)

        async def once(request: Request) -> Answer:
            response = await self.io.send(request, timeout=self._timeout(deadline), deadline=deadline)
            return self._read(plan.operation, response)

        async def probe(failure: errors.Error) -> Answer | None:
            return await self._probe(plan, failure, deadline)

        known = probe if operation.rule.probe is not None else None
        return await self._repeated(plan, once, known, retries, deadline)

    async def open(self, plan: Plan) -> tuple[httpx.Response, Chunks]:
        """A streamed answer: its status and headers, and its body on the way; asked for again where `ask` would.

        Raises what `ask` raises, and has then read what the error says. What begins after this is never repeated.
        Whoever opens it closes the body.
        """

        async def once(request: Request) -> tuple[httpx.Response, Chunks]:
            response = await self.io.stream(request, timeout=self.config.timeout)
            body = self.io.chunks(response)
            if response.is_success:
                return response, body
            said = b""
            try:
                while len(said) < REFUSAL and (piece := await body.next()) is not None:
                    said += piece
            except (errors.ConnectionError, errors.TimeoutError):
                pass  # the status says more than the loss of what should follow it
            finally:
                await body.close()
            refused = whole(response, [said])
            raise refusal(plan.operation, refused.status_code, *self.discreet(refused.headers, refused.content))

        # A probe would say that it was accepted, but could not give the stream: its fate stays unknown.
        return await self._repeated(plan, once)

    async def request(self, request: Request) -> Any:  # Any: JSON, or bytes
        """The answer to a request that no operation describes, sent once; with credentials, since its origin is
        ours."""
        operation = Operation.unknown(self.api.operations, request.method, urlsplit(request.url).path)
        placed = self._placed(
            request, self.credentials.placements(operation.security, operation.schemes, operation.name)
        )
        return self._read(operation, await self.io.send(placed, timeout=self.config.timeout)).value

    async def put(self, url: str, body: Body) -> httpx.Response:
        """Bytes to a presigned link, without credentials; repeated on failures that pass.

        The last answer may be any status; the caller judges it. Raises TransportError, and ContractError for a link
        that is none.
        """
        self._only_web(url)
        failing_since: float | None = None  # the time that a part takes is not time lost
        attempt = 0
        while True:
            attempt += 1
            failure: errors.Error
            response = None
            try:
                request = Request("PUT", url, {"User-Agent": agent()}, body, ours=False)
                response = await self.io.send(request, timeout=max(self.config.timeout, STORAGE_SECONDS))
                if not retry.passing(response.status_code) and response.status_code != 429:
                    return response
                failure = errors.APIError("", response.status_code, retry_after=retry_after(response.headers))
            except errors.TransportError as error:
                failure = error
            failing_since = self.io.now() if failing_since is None else failing_since
            pause = retry.delay(failure, attempt, self.io.now() - failing_since, self.policy)
            if pause is not None:
                await self.io.sleep(pause)
            elif response is not None:
                return response
            else:
                raise failure

    def discreet(self, headers: httpx.Headers, content: bytes) -> tuple[httpx.Headers, bytes]:
        """What an error may show: some servers repeat the key that they refuse, and a redirect repeats the query."""
        for secret in self._secrets():
            content = content.replace(secret.encode(), b"***")
            headers = httpx.Headers([(name, text.replace(secret, "***")) for name, text in headers.multi_items()])
        return headers, content

    # -- inside

    async def _repeated(
        self,
        plan: Plan,
        once: Callable[[Request], Awaitable[T]],
        probe: Callable[[errors.Error], Awaitable[T | None]] | None = None,
        retries: int | None = None,
        deadline: float | None = None,
    ) -> T:
        """What `once` gives, called again where that is safe. probe: how to learn the fate of an attempt, if known."""
        operation = plan.operation
        request = self._request(plan)
        policy = self.policy if retries is None else self.policy._replace(retries=retries)
        keyed = any(name.lower() == "idempotency-key" for name in request.headers)
        harmless = operation.repeatable or keyed
        started = self.io.now()
        attempt = 0
        doubtful = False  # whether an attempt may have been accepted though its answer got lost
        while True:
            attempt += 1
            try:
                return await once(request)
            except errors.Error as failure:
                failure.operation = failure.operation or operation.name
                failure.attempts = attempt
                fate = retry.fate(failure, harmless=harmless, doubtful=doubtful)
                if fate is retry.Fate.REFUSED:
                    raise
                if fate is retry.Fate.UNKNOWN:
                    known = await probe(failure) if probe is not None else None
                    if known is not None:
                        return known
                    if probe is None or not isinstance(failure, errors.TransportError):
                        raise self._unknown(operation, failure, attempt) from failure
                    doubtful = True
                pause = retry.delay(failure, attempt, self.io.now() - started, policy)
                if pause is None or (deadline is not None and self.io.now() + pause >= deadline):
                    raise
                await self.io.sleep(pause)

    def _request(self, plan: Plan) -> Request:
        request = Request(plan.method, plan.url, plan.headers, plan.body)
        return self._placed(request, self._placements(plan))

    @staticmethod
    def _placed(request: Request, placements: tuple[Placement, ...]) -> Request:
        """The request with its secrets in place."""
        url, headers = request.url, {"User-Agent": agent(), **request.headers}
        for place in placements:
            secret = place.secret.reveal()
            if place.where == "header":
                headers[place.name] = secret
            elif place.where == "query":
                url += ("&" if "?" in url else "?") + f"{quote(place.name, safe='')}={quote(secret, safe='')}"
            elif place.where == "cookie":
                mine = f"{place.name}={secret}"
                headers["Cookie"] = f"{headers['Cookie']}; {mine}" if "Cookie" in headers else mine
        return request._replace(url=url, headers=headers)

    def _placements(self, plan: Plan) -> tuple[Placement, ...]:
        if _origin(plan.url) != _origin(self.base_url):
            return ()
        if self.config.base_url is None and not self.api.is_bundled and self.credentials != Credentials():
            raise errors.ConfigurationError(
                f"the document names {self.base_url} as its server, and a document does not decide where credentials "
                f"go; pass base_url={self.base_url!r} if that is right"
            )
        return self.credentials.placements(plan.operation.security, plan.operation.schemes, plan.operation.name)

    def _read(self, operation: Operation, response: httpx.Response) -> Answer:
        headers, content = response.headers, response.content
        if not response.is_success:
            headers, content = self.discreet(headers, content)
        try:
            with noting(self.note):
                return Answer(operation.read(response.status_code, headers, content), response)
        except errors.ContractError as error:
            # A page that echoes the request would carry the key into whatever shows the error.
            _, shown = self.discreet(httpx.Headers(), (error.body or "").encode())
            error.body = shown.decode("utf-8", "replace") or None
            raise

    def note(self, pointer: str, what: str, value: Json) -> None:
        """Take a surprise down, or raise it where this client is strict."""
        if self.config.strict:
            raise errors.DriftError(
                f"{what} at #{pointer}: the server sent {brief.repr(value)}, which the document does not say"
            )
        self.drift.note(pointer, what)

    def _secrets(self) -> list[str]:
        """What must not show in an error. Texts that are shorter than a key are left alone: they are words, too."""
        known = (self.credentials.api_key, self.credentials.token, *self.credentials.named.values())
        texts = [one.reveal() for one in known if one is not None and len(one.reveal()) >= 8]
        forms = [(text, quote(text, safe=""), base64.b64encode(text.encode()).decode()) for text in texts]
        return [form for all_forms in forms for form in dict.fromkeys(all_forms)]

    async def _probe(self, plan: Plan, failure: errors.Error, deadline: float | None) -> Answer | None:
        """Whether a request of unknown fate was accepted after all: the probe's answer, or None."""
        probe = plan.operation.rule.probe or {}
        context = expression.Context(request_path=plan.arguments, request_body=plan.arguments)
        arguments = expression.fill(probe.get("parameters", {}), context)
        try:
            answer = await self.ask(probe["operation"], arguments, deadline=deadline)
        except errors.Error as error:
            raise self._unknown(plan.operation, failure, failure.attempts or 1) from error
        return answer if criterion.condition(probe["accepted"])(answer.context()) else None

    @staticmethod
    def _unknown(operation: Operation, failure: errors.Error, attempts: int) -> errors.SubmissionUnknownError:
        return errors.SubmissionUnknownError(
            f"the request was sent, but {failure.message}. It may have been accepted, and was not repeated, because "
            "doing it twice could cost twice; see whether it arrived before sending it again",
            operation=operation.name,
            attempts=attempts,
        )

    def _timeout(self, deadline: float | None) -> float:
        if deadline is None:
            return self.config.timeout
        return max(0.001, min(self.config.timeout, deadline - self.io.now()))

    def _only_web(self, url: str) -> None:
        """Refuse a link that leads down from https, or to something that is not the web."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise errors.ContractError(f"the server gave a link that is none: {error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise errors.ContractError(f"the server gave a link that is none: {redacted(url)}")
        if parts.scheme == "http" and urlsplit(self.base_url).scheme == "https":
            raise errors.ContractError(
                f"the server gave a link without https to {parts.hostname}; nothing was sent there"
            )


def agent() -> str:
    """The User-Agent."""
    return f"leapocr-dyn/{VERSION}"


def redacted(url: str) -> str:
    """A link without its query, which may be its right to write."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}{'?***' if parts.query else ''}"


def _origin(url: str) -> tuple[str, str, int | None]:
    """RFC 6454 section 4: scheme, host and port."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(parts.scheme)
