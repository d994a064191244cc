"""What the calls of one client share, and how one call goes: plan, credentials, send, repeat or not, read.

Told once for both worlds. Credentials go to the origins that the caller names (`base_url`, `servers`) and, where the
document is bundled, to its own; never to one that only another document or an answer names. `open` is for answers that
are streams. `put` is for the presigned links of uploads, which never see a credential.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import quote

import httpx

from leapocr_dyn import __version__, errors, retry
from leapocr_dyn.attempt import repeated, unknown
from leapocr_dyn.config import ClientConfig
from leapocr_dyn.document import expression
from leapocr_dyn.limit import Bucket
from leapocr_dyn.model.convert import noting
from leapocr_dyn.model.value import NOT_GIVEN, Json, brief
from leapocr_dyn.observe import Watch
from leapocr_dyn.operation import server
from leapocr_dyn.operation.answer import failure as refusal
from leapocr_dyn.operation.answer import read, retry_after
from leapocr_dyn.operation.header import Headers
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.plan import Plan
from leapocr_dyn.operation.security import Credentials, Placement, written
from leapocr_dyn.origin import Origin, only_web, origin
from leapocr_dyn.surprise import HARMLESS
from leapocr_dyn.tally import Tally
from leapocr_dyn.token import Tokens
from leapocr_dyn.transport import Body, Chunks, Request, Transport
from leapocr_dyn.transport.wire import whole

if TYPE_CHECKING:
    from leapocr_dyn.api import Api

T = TypeVar("T")

STORAGE_SECONDS = 60.0  # without progress on a part; storage takes its time where an API does not
REFUSAL = 2**20  # bytes of the body of a refused stream that are read; a refusal may be endless, too


class Answer(NamedTuple):
    """A successful answer. value: as the operation's types say. response: the HTTP response, read to its end.

    headers: as the document describes them, by the name on the wire or by Python name. read_from: see `wire()`.
    """

    value: Any  # Any: the operation's result
    response: httpx.Response
    headers: Headers
    read_from: Json = NOT_GIVEN

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    def wire(self) -> Json:
        """The body as JSON, whatever it calls itself; None where it is none. Not to be changed: the value is of it."""
        if self.read_from is not NOT_GIVEN:
            return self.read_from
        try:
            return json.loads(self.response.content)
        except (ValueError, RecursionError):
            return None

    def __repr__(self) -> str:
        return f"Answer(value={self.value!r}, response={self.response!r}, headers={self.headers!r})"

    def context(self, inputs: Mapping[str, Any] | None = None) -> expression.Context:  # Any: a workflow's own values
        """What expressions see of it."""
        return expression.Context(
            inputs=inputs or {},
            status_code=self.response.status_code,
            response_headers=self.response.headers,
            response_body=self.wire(),
        )


class Session:
    """One client's way to the API.

    home: the version of the API whose document says where it is, and who that is said by; a newer one does not.
    """

    def __init__(
        self,
        api: Api,
        io: Transport,
        config: ClientConfig,
        credentials: Credentials,
        drift: Tally,
        tokens: Tokens | None = None,
        bucket: Bucket | None = None,
        home: Api | None = None,
    ) -> None:
        self.api = api
        self.home: Api = home or api
        self.io = io
        self.config = config
        self.credentials = credentials
        self.drift = drift
        self.tokens: Tokens = Tokens(io) if tokens is None else tokens
        if bucket is None and config.rate_limit is not None:
            bucket = Bucket(*config.rate_limit)
        self.bucket = bucket
        self.policy: retry.Policy = retry.Policy(
            *(config.max_retries, config.retry_delay, config.retry_multiplier, config.max_retry_delay),
            statuses=None if config.retry_statuses is None else frozenset(config.retry_statuses),
        )
        # Not a method: a session that its own watch knew would be forgotten by the collector only, and its sockets too.
        self._secrets = partial(secrets, credentials, self.tokens)
        self.watch: Watch = Watch(config, io.now, self._secrets)

    def speaking(self, api: Api) -> Session:
        """The same for another version of the API. What is shared stays shared; where the API is stays, too."""
        known = self.io, self.config, self.credentials, self.drift, self.tokens, self.bucket
        return type(self)(api, *known, self.home)

    @cached_property
    def base_url(self) -> str:
        """Where the API is. Raises ConfigurationError where neither the caller nor the document says."""
        url = self.config.base_url or server.root(self.home.operations.document.tree, self.config.server_variables)
        if not server.is_absolute(url):
            said = f"the document says only {url}" if url else "neither base_url nor the document says"
            raise errors.ConfigurationError(f"{said} where the API is; pass base_url=")
        return url

    @cached_property
    def _home(self) -> Origin | None:
        return origin(self.base_url)

    @cached_property
    def _allowed(self) -> set[Origin | None]:
        return server.allowed(self.config)

    @cached_property
    def _known_origins(self) -> set[Origin | None]:
        """Where requests may go, whatever version is spoken."""
        return {self._home, *self._allowed, *server.origins(self.home.operations.document.tree, self.config)}

    def plan(self, operation: Operation, arguments: Mapping[str, Any]) -> Plan:  # Any: what the operation's types say
        """The request for these arguments, without credentials."""
        return operation.plan(self.address(operation), **arguments)

    def address(self, operation: Operation) -> str:
        """Where an operation is sent: to the API, or to the server that it names itself.

        Raises ConfigurationError where only a newer version of the document names that.
        """
        own = operation.server
        if own is None:
            return self.base_url
        there = server.address(self.home.operations.document.tree, own, self.config)
        if self.api is not self.home and origin(there) not in self._known_origins:
            raise server.foreign(there)
        return there

    async def ask(
        self,
        operation: str | Operation,
        arguments: Mapping[str, Any],  # Any: what the operation's types say
        *,
        retries: int | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """One call, repeated where that is safe.

        deadline: a moment of the transport's clock, for all attempts together. retries: how often to repeat, instead of
        the client's own number.

        Raises everything that errors.py draws below TransportError, APIError and ContractError.
        """
        if isinstance(operation, str):
            if operation not in self.api.operations:
                raise errors.DocumentError(f"this version of the API has no operation {operation}")
            operation = self.api.operations[operation]
        plan = self.plan(operation, arguments)

        async def once(request: Request, attempt: int) -> Answer:
            return await self._asked(plan.operation, request, attempt, deadline)

        async def probe(failure: errors.Error) -> Answer | None:
            return await self._probe(plan, failure, deadline)

        known = probe if operation.rule.probe is not None else None
        return await self._sent(plan, once, probe=known, retries=retries, deadline=deadline)

    async def open(self, plan: Plan) -> tuple[httpx.Response, Chunks]:
        """A streamed answer: its status and headers, and its body on the way; asked for again where `ask` would.

        Raises what `ask` raises, and has then read what the error says. What begins after this is never repeated.
        Whoever opens it closes the body.
        """
        # A probe would say that it was accepted, but could not give the stream: its fate stays unknown.
        return await self._sent(plan, lambda request, attempt: self._opened(plan.operation, request, attempt))

    async def take(self, plan: Plan, use: Callable[[httpx.Response, Chunks], Awaitable[T]]) -> T:
        """What `use` makes of a streamed answer; where its body breaks off, both are repeated where `ask` would."""

        async def once(request: Request, attempt: int) -> T:
            response, body = await self._opened(plan.operation, request, attempt)
            try:
                return await use(response, body)
            finally:
                await body.close()

        return await self._sent(plan, once)

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Any:  # Any: JSON, or bytes
        """The answer to a request that no operation describes, with credentials and without repeats."""
        if not path.startswith("/"):
            said = f"the path {path!r} must start with a slash; it is added to {self.base_url}"
            raise errors.ValidationError(said, field="path")
        operation = Operation.unknown(self.api.operations, method, path.partition("?")[0])
        plan = Plan(method, self.base_url + path, dict(headers), body, operation, {})
        return (await self._sent(plan, lambda *sent: self._asked(operation, *sent), retries=0)).value

    async def put(self, url: str, body: Body) -> tuple[httpx.Response, int]:
        """Bytes to a presigned link, without credentials; repeated on failures that pass.

        Gives the last answer, which may be any status that the caller judges, and how many attempts it took. Raises
        TransportError, and ContractError for a link that is none.
        """
        only_web(url, self.base_url)
        request = self._placed(Request("PUT", url, {}, body, ours=False), ())
        return await self._answered(request, max(self.config.timeout, STORAGE_SECONDS))

    def discreet(self, headers: httpx.Headers, content: bytes) -> tuple[httpx.Headers, bytes]:
        """What an error may show: some servers repeat the key that they refuse, and a redirect repeats the query."""
        for secret in self._secrets():
            content = content.replace(secret.encode(), b"***")
            headers = httpx.Headers([(name, text.replace(secret, "***")) for name, text in headers.multi_items()])
        return headers, content

    # -- inside

    async def _asked(
        self, operation: Operation, request: Request, attempt: int, deadline: float | None = None
    ) -> Answer:
        def send(request: Request) -> Awaitable[httpx.Response]:
            return self.io.send(request, timeout=self._timeout(self.config.timeout, deadline), deadline=deadline)

        await self._turn(deadline)
        response = await self.watch.exchange(request, send, operation=operation.name, attempt=attempt)
        return self._read(operation, response)

    async def _opened(self, operation: Operation, request: Request, attempt: int) -> tuple[httpx.Response, Chunks]:
        body: Chunks | None = None

        async def send(request: Request) -> httpx.Response:
            nonlocal body
            response = await self.io.stream(request, timeout=self.config.timeout)
            body = self.io.chunks(response)
            return response

        await self._turn(None)
        try:
            response = await self.watch.exchange(request, send, operation=operation.name, attempt=attempt)
        except BaseException:
            if body is not None:  # a hook failed
                await body.close()
            raise
        assert body is not None
        # RFC 9110 section 15.2.2: only who asked for another protocol is answered so.
        if response.is_success or response.status_code == 101:
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
        raise refusal(operation, refused.status_code, *self.discreet(refused.headers, refused.content))

    async def _turn(self, deadline: float | None) -> None:
        """Wait until the rate limit lets one more request leave. Raises TimeoutError where the deadline is sooner."""
        pause = 0.0 if self.bucket is None else self.bucket.turn(self.io.now())
        if pause and deadline is not None and self.io.now() + pause >= deadline:
            raise errors.TimeoutError(f"the rate limit leaves no turn for another {pause:.3g} s", sent=False)
        if pause:
            await self.io.sleep(pause)

    async def _sent(
        self,
        plan: Plan,
        once: Callable[[Request, int], Awaitable[T]],
        *,
        probe: Callable[[errors.Error], Awaitable[T | None]] | None = None,
        retries: int | None = None,
        deadline: float | None = None,
    ) -> T:
        """What `once` makes of the answer; asked again where that is safe, and once with a new token."""
        policy = self.policy if retries is None else self.policy._replace(retries=retries)
        keyed = any(name.lower() == "idempotency-key" for name in plan.headers)
        there = origin(plan.url)
        request = Request(plan.method, plan.url, plan.headers, plan.body, ours=there == self._home)

        async def attempts(placements: tuple[Placement, ...]) -> T:
            placed = self._placed(request, placements)
            try:
                return await repeated(
                    self.io,
                    lambda attempt: once(placed, attempt),
                    policy,
                    self.watch,
                    harmless=plan.operation.repeatable or keyed,
                    operation=plan.operation.name,
                    probe=probe,
                    deadline=deadline,
                )
            except errors.Error as failure:
                failure.request_id = failure.request_id or plan.request_id
                raise

        asked = self._placements(plan, there)
        known = await self._known(asked, plan.operation, deadline)
        try:
            return await attempts(known)
        except errors.AuthenticationError as refused:
            if refused.status_code != 401 or known == asked:
                raise
            self.tokens.forget(known)
            renewed = await self._known(asked, plan.operation, deadline)
            if renewed == known:
                raise
        # RFC 6750 section 3.1: the token was refused before anything else was looked at, so nothing is done twice.
        return await attempts(renewed)

    async def _known(
        self, placements: tuple[Placement, ...], operation: Operation, deadline: float | None
    ) -> tuple[Placement, ...]:
        """The same with the tokens that are wanted."""

        async def ask(request: Request) -> httpx.Response:
            response, _ = await self._answered(self._placed(request, ()), self.config.timeout, deadline)
            return whole(response, [self.discreet(response.headers, response.content)[1]])

        try:
            return await self.tokens.placed(placements, self.base_url, ask)
        except errors.Error as failure:
            failure.operation = failure.operation or operation.name
            raise

    async def _answered(
        self, request: Request, timeout: float, deadline: float | None = None
    ) -> tuple[httpx.Response, int]:
        """The answer to a request that may be sent twice, and to which attempt; the last one may be any status."""
        last: tuple[httpx.Response, int] | None = None

        def send(request: Request) -> Awaitable[httpx.Response]:
            return self.io.send(request, timeout=self._timeout(timeout, deadline), deadline=deadline)

        async def once(attempt: int) -> tuple[httpx.Response, int]:
            nonlocal last
            last = None
            response = await self.watch.exchange(request, send, attempt=attempt)
            last = response, attempt
            status = response.status_code
            if retry.passing(status) or status == 429:
                raise errors.of_status(status)("", status_code=status, retry_after=retry_after(response.headers))
            return last

        try:
            return await repeated(self.io, once, self.policy, self.watch, harmless=True, deadline=deadline)
        except errors.APIError:
            if last is None:
                raise
            return last

    def _placed(self, request: Request, placements: tuple[Placement, ...]) -> Request:
        """The request with its secrets in place."""
        url, headers = written(
            request.url, {"User-Agent": self.config.user_agent or agent(), **request.headers}, placements
        )
        login = any(place.where == "client" for place in placements)
        hidden = frozenset(place.name for place in placements)
        return request._replace(url=url, headers=headers, login=login, hidden=hidden)

    def _placements(self, plan: Plan, there: Origin | None) -> tuple[Placement, ...]:
        allowed = there in self._allowed
        if not allowed and there != self._home:
            if plan.operation.server is not None and all(plan.operation.security or [{}]):
                raise server.foreign(plan.url)
            return ()
        if (
            not allowed
            and self.config.base_url is None
            and not self.home.is_bundled
            and self.credentials != Credentials()
        ):
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
                value, wire = read(operation, response.status_code, headers, content)
                return Answer(value, response, Headers(operation, response.status_code, headers, self.note), wire)
        except errors.ContractError as error:
            # A page that echoes the request would carry the key into whatever shows the error.
            _, shown = self.discreet(httpx.Headers(), (error.body or "").encode(errors="replace"))
            error.body = shown.decode("utf-8", "replace") or None
            raise

    def note(self, pointer: str, what: str, value: Json) -> None:
        """Take a surprise down, or raise it where this client is strict."""
        if self.config.strict and what not in HARMLESS:
            raise errors.DriftError(
                f"{what} at #{pointer}: the server sent {brief.repr(value)}, which the document does not say"
            )
        self.drift.note(pointer, what, value)

    async def _probe(self, plan: Plan, failure: errors.Error, deadline: float | None) -> Answer | None:
        """Whether a request of unknown fate was accepted after all: the probe's answer, or None."""
        from leapocr_dyn.document import criterion

        probe = plan.operation.rule.probe or {}
        context = expression.Context(request_path=plan.arguments, request_body=plan.arguments)
        arguments = expression.fill(probe.get("parameters", {}), context)
        try:
            answer = await self.ask(probe["operation"], arguments, deadline=deadline)
        except errors.Error as error:
            raise unknown(failure) from error
        return answer if criterion.condition(probe["accepted"])(answer.context()) else None

    def _timeout(self, timeout: float, deadline: float | None) -> float:
        return timeout if deadline is None else max(0.001, min(timeout, deadline - self.io.now()))


def secrets(credentials: Credentials, tokens: Tokens) -> list[str]:
    """What must not show in an error. Texts that are shorter than a key are left alone: they are words, too."""
    known = credentials.secrets() + [token.reveal() for token in list(tokens.seen)]
    texts = [text for text in known if len(text) >= 8]
    forms = {form for text in texts for form in (text, quote(text, safe=""), base64.b64encode(text.encode()).decode())}
    return sorted(forms, key=len, reverse=True)  # a part of a secret goes after the whole


def agent() -> str:
    """The User-Agent."""
    return f"leapocr-dyn/{__version__}"
