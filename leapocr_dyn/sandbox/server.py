"""A real HTTP server for any OpenAPI 3.x document.

What is routed, accepted and answered comes from the document. An operation without a handler answers with an example;
one with a handler answers what the handler says, once the request is right. Every answer, a handler's or an example, is
held against the document before it leaves: what the document does not say is a 500 and a line in the log.

The document itself is at <base path>/docs/openapi.json, with an ETag and a date, as services publish theirs. It can be
replaced while the server runs, which then speaks by the new one: `publish`, or PUT /sandbox/spec.

Threads. The event loop lives in one thread and only moves bytes. A handler may fetch and may wait for a lock, so it
runs in a worker thread of the loop's pool. `stop` ends them all and returns when the port is free.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import socket
import threading
import uuid
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.sandbox import example, fault
from leapocr_dyn.sandbox.contract import Contract, Json, Operation, Refusal, is_json
from leapocr_dyn.sandbox.edition import LARGEST, Edition, edition
from leapocr_dyn.sandbox.fault import Faults, Hit, Weather
from leapocr_dyn.sandbox.member import fitted
from leapocr_dyn.sandbox.recorded import Recordings
from leapocr_dyn.sandbox.request import Call, Sent, admitted, read

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

log = logging.getLogger("leapocr_dyn.sandbox")

SPEC = "/sandbox/spec"
BODY_LIMIT = 2 * 2**20  # bytes of a request body; files do not come this way
DRAIN_LIMIT = 64 * 2**20  # bytes read and thrown away, so that a peer that is still sending can read the refusal
REMEMBERED = 10_000  # requests
GOOD = {str(status) for status in range(200, 300)}


@dataclass(frozen=True)
class Reply:
    """What a handler answers. body: a JSON value, or None for no body."""

    status: int = 200
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Reply]
Mount = Callable[[Request], Awaitable[Response]]
ErrorBody = Callable[[Refusal], Json]


@dataclass(frozen=True)
class Service:
    """What the service itself does, where examples would not do.

    handlers: by operationId, or by "GET /path"; those that the document does not have are left out.
    keyless: ids of operations that need no key, whatever the document says.
    mounts: by path prefix, what is served beside the document, without a key.
    error: the body of a refusal; without it, an example in the shape that the document declares.
    strict: it knows what its document names, and nothing else: other fields are refused in a request and left out of an
    answer; and it wants a key also where the document forgets to say so.
    speaks: whether a document is one of its own; any other is served without it.
    """

    handlers: Mapping[str, Handler] = field(default_factory=dict)
    keyless: Collection[str] = ()
    mounts: Mapping[str, Mount] = field(default_factory=dict)
    error: ErrorBody | None = None
    strict: bool = False
    speaks: Callable[[Mapping[str, Json]], bool] = lambda document: True

    def handler(self, operation: Operation) -> Handler | None:
        """What answers an operation; one that lost its id, or has a new one, is known by its place."""
        return self.handlers.get(operation.id) or self.handlers.get(f"{operation.method} {operation.template}")


NOBODY = Service()


class Now(NamedTuple):
    """What a request is served with, from its beginning to its end, whatever is published meanwhile."""

    edition: Edition
    service: Service


class Server:
    """A document, served on a port. `with Server(document) as server:` or start and stop.

    document: or the Edition of it. service: what the service itself does.
    recordings: exchanges of a real server; a right request that is among them gets that answer.
    weather: what goes wrong on purpose. requests: (method, path without query, status) of the last requests, in the
    order of their answers; the status of a connection that was cut is 0.
    """

    def __init__(
        self,
        document: Mapping[str, Json] | Edition,
        *,
        key: str = "sandbox",
        service: Service = NOBODY,
        host: str = "127.0.0.1",
        port: int = 0,
        weather: Weather | None = None,
        recordings: Recordings | None = None,
    ) -> None:
        self.weather = weather or Weather(Faults())
        self._recordings = recordings
        self._service = service
        self._now = self._served(document if isinstance(document, Edition) else edition(document))
        # It stays, wherever the paths of a later edition are: an address that clients ask again and again.
        self._document_path = f"{self.contract.base_path}/docs/openapi.json"
        self._publishing = threading.Lock()
        self.requests: list[tuple[str, str, int]] = []
        self._key, self._host, self.port = key, host, port
        self._uvicorn: Listening | None = None
        self._thread: threading.Thread | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port, such as http://127.0.0.1:8765. The port is known once the server has started."""
        return f"http://{f'[{self._host}]' if ':' in self._host else self._host}:{self.port}"

    @property
    def url(self) -> str:
        """What a client takes as its base URL."""
        return self.origin + self.contract.base_path

    @property
    def document_url(self) -> str:
        """Where the document is; it stays the same when the document changes."""
        return self.origin + self._document_path

    @property
    def edition(self) -> Edition:
        """The document that is served now."""
        return self._now.edition

    @property
    def contract(self) -> Contract:
        """What it says."""
        return self.edition.contract

    def publish(self, given: Mapping[str, Json] | str | bytes | os.PathLike[str]) -> None:
        """Serve another document from the next request on. Raises ConfigurationError, and nothing has changed then."""
        with self._publishing:
            self._now = self._served(edition(given, self.edition))

    def _served(self, given: Edition) -> Now:
        return Now(given, self._service if self._service.speaks(given.document) else NOBODY)

    def start(self) -> Server:
        """Listen; returns when connections are accepted. Raises ConfigurationError where the port cannot be had."""
        if self._uvicorn is not None:
            return self
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, or asyncio leaves Nagle on
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self.port))
        except OSError as cause:
            listener.close()
            raise ConfigurationError(f"cannot listen on {self._host} port {self.port}: {cause}") from cause
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self, log_config=None, access_log=False, lifespan="off", ws="none", http="h11", server_header=False,
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        self._uvicorn = Listening(config)
        self._thread = threading.Thread(target=self._uvicorn.run, args=([listener],), name="sandbox", daemon=True)
        self._thread.start()
        self._uvicorn.ready.wait()
        return self

    def stop(self) -> None:
        """Close every connection and free the port. A second call does nothing."""
        if self._uvicorn is not None and self._thread is not None:
            self._uvicorn.should_exit = True
            self._thread.join()
            self._uvicorn = self._thread = None

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: one request."""
        request = Request(scope, receive)
        identity = str(uuid.uuid4())
        # As it was sent: decoded, an escaped slash would look like a real one.
        path = scope.get("raw_path", b"").partition(b"?")[0].decode("ascii", "replace")
        if path in (fault.PATH, SPEC):
            switched = self._switched if path == fault.PATH else self._replaced
            await (await switched(request))(scope, receive, send)
            return
        hit = self.weather.next()
        try:
            await asyncio.sleep(hit.pause)
            response = None if hit.drop == "before" else await self._response(request, path, identity, hit)
        except ClientDisconnect:
            return
        cut = response is None or hit.drop == "after"
        self.requests.append((request.method, path, 0 if response is None or cut else response.status_code))
        del self.requests[:-REMEMBERED]
        if response is None or cut:
            await hang_up(receive)
            return
        response.headers["x-request-id"] = identity
        await response(scope, receive, send)

    async def _response(self, request: Request, path: str, identity: str, hit: Hit) -> Response:
        if hit.status is None:
            return await self._respond(request, path, identity)
        await whole(request, DRAIN_LIMIT)
        again = {"retry-after": f"{hit.retry_after:g}"} if hit.retry_after is not None else {}
        refusal = Refusal(hit.status, "switched on in the sandbox", headers=again)
        return self._refused(self._now, None, refusal, identity)

    async def _switched(self, request: Request) -> Response:
        """Say which faults are on, or switch others on."""
        if request.method not in ("GET", "PUT"):
            said = {"error": "GET says which faults are on; PUT replaces them, and {} is a good day"}
            return written(Reply(405, said), "application/json")
        try:
            if request.method == "PUT":
                self.weather.faults = Faults.of(json.loads(await whole(request, BODY_LIMIT)))
        except (ConfigurationError, ValueError) as error:
            return written(Reply(400, {"error": str(error)}), "application/json")
        return written(Reply(200, self.weather.faults.as_json()), "application/json")

    async def _replaced(self, request: Request) -> Response:
        """Give the document, or serve another one."""
        if request.method in ("GET", "HEAD"):
            return self._published(request)
        if request.method != "PUT":
            said = {"error": "GET gives the document that is served; PUT replaces it"}
            return written(Reply(405, said), "application/json")
        try:
            await run_in_threadpool(self.publish, await whole(request, LARGEST))
        except (ConfigurationError, Refusal) as error:
            return written(Reply(400, {"error": str(error)}), "application/json")
        return Response(status_code=204, headers=self.edition.headers)

    async def _respond(self, request: Request, path: str, identity: str) -> Response:
        if path == self._document_path and request.method in {"GET", "HEAD"}:
            return self._published(request)
        now = self._now  # once: it may be replaced at any time
        contract = now.edition.contract
        base = contract.base_path
        operation: Operation | None = None
        try:
            for prefix, mount in now.service.mounts.items():
                if path.startswith(prefix):
                    return await mount(request)
            body = await whole(request, BODY_LIMIT)
            if not path.startswith(base + "/"):
                raise Refusal(404, "there is no such path")
            operation, parameters = contract.route(request.method, path[len(base) :])
            headers = {name.lower(): value for name, value in request.headers.items()}
            sent = Sent(parameters, request.query_params.multi_items(), headers, request.cookies, body)
            return await run_in_threadpool(self._answer, now, operation, sent, path)
        except Refusal as refusal:
            return self._refused(now, operation, refusal, identity)
        except ClientDisconnect:
            raise
        except Exception as error:  # whatever it was, the peer gets the contract's body and the log gets one line
            log.error("%s %s failed: %r (request id %s)", request.method, path, error, identity)
            log.debug("request id %s", identity, exc_info=True)
            return self._refused(now, operation, Refusal(500, "the sandbox failed; its log says why"), identity)

    def _answer(self, now: Now, operation: Operation, sent: Sent, path: str) -> Response:
        """The answer to a request whose operation is known. Runs in a worker thread."""
        contract, service = now.edition.contract, now.service
        strict = service.strict
        if operation.id not in service.keyless and not admitted(contract, operation, sent, self._key, strict=strict):
            raise Refusal(401, "the API key is missing or not valid")
        call = read(contract, operation, sent, strict=strict)
        if self._recordings is not None:
            found = self._recordings.answer(operation.method, path, sent.query, sent.body)
            if found is not None:
                return Response(found.content, found.status, dict(found.headers))
        handler = service.handler(operation)
        if handler is None:
            status, media_type, value = example.answer(contract, operation, sent.headers.get("accept", ""))
            reply = Reply(status, value)
        else:
            reply = spoken(contract, operation, handler(call)) if strict else handler(call)
            media_type = None if reply.body is None else "application/json"
        if wrong := contract.mismatch(operation, reply.status, media_type, reply.body):
            raise AnswerError(wrong)
        return written(reply, media_type)

    def _refused(self, now: Now, operation: Operation | None, refusal: Refusal, identity: str) -> Response:
        status, error, contract = refusal.status, now.service.error, now.edition.contract
        if error is not None:
            media_type, body = "application/json", error(refusal)
        else:
            media_type, body = example.refusal(contract, operation, status, refusal.message)
        wrong = contract.mismatch(operation, status, media_type, body) if operation else None
        if wrong:
            log.error("%s (request id %s)", wrong, identity)
            status = 500
        elif status == 500 and refusal.__cause__ is not None:
            log.error("%s (request id %s)", refusal.message, identity)
        return written(Reply(status, body, refusal.headers), media_type)

    def _published(self, request: Request) -> Response:
        """The document, or 304 where the client has it."""
        now = self.edition
        if now.is_known({name.lower(): value for name, value in request.headers.items()}):
            return Response(status_code=304, headers=now.headers)
        return Response(now.text, media_type="application/json", headers=now.headers)


def spoken(contract: Contract, operation: Operation, reply: Reply) -> Reply:
    """An answer in the words of a document, which may be an older or a newer one than the handler was written for.

    The status becomes one that is declared, a body that is not declared is left out, and so are unknown fields.
    """
    status = reply.status
    if operation.response(status) is None:
        status = next((int(name) for name in sorted(operation.responses) if name in GOOD), status)
    content = (operation.response(status) or {}).get("content", {})
    media = next((media for kind, media in content.items() if is_json(kind)), None)
    body = None if media is None else fitted(contract, media.get("schema", {}), reply.body)
    return Reply(status, body, reply.headers)


async def hang_up(receive: Receive) -> None:
    """Cut the connection of a request, without an answer.

    ASGI has no word for it. uvicorn's `receive` is a method of the object that holds the connection.
    """
    receive.__self__.transport.abort()  # type: ignore[attr-defined]  # see above
    while (await receive())["type"] != "http.disconnect":
        pass  # uvicorn takes it for a fault of ours where we return before it has noticed


class AnswerError(Exception):
    """The sandbox was about to answer what the document does not say."""


class Listening(uvicorn.Server):
    """uvicorn, with an event for the moment it accepts connections or has given up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, and say so."""
        try:
            await super().startup(sockets=sockets)
        finally:
            self.ready.set()


async def whole(request: Request, limit: int) -> bytes:
    """The body of a request. Raises Refusal (413) above the limit, in bytes, after reading on for a while."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        elif size > limit + DRAIN_LIMIT:
            break
    if size > limit:
        raise Refusal(413, f"the body is larger than {limit} bytes")
    return b"".join(chunks)


def written(reply: Reply, media_type: str | None) -> Response:
    """A reply as an HTTP response."""
    headers = dict(reply.headers)
    if media_type is None:
        return Response(status_code=reply.status, headers=headers)
    if is_json(media_type):
        # ASCII only: a peer may have sent half a surrogate pair, which is no UTF-8.
        return Response(json.dumps(reply.body), reply.status, headers, media_type)
    text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
    if media_type == "text/event-stream" and not isinstance(reply.body, str):
        text = f"data: {text}\n\n"
    kind = "text/plain" if "*" in media_type else media_type
    return Response(text.encode("utf-8", "replace"), reply.status, headers, kind)


def bundled(service: str = "leapocr") -> dict[str, Json]:
    """The document that comes with the package. Raises ConfigurationError for a name that has none."""
    package = Path(__file__).parents[1]
    installed = package / "spec" / service / "openapi.json"
    checkout = package.parent / "spec" / service / "openapi.yaml"
    if not re.fullmatch(r"[a-z0-9_-]+", service) or not (installed.is_file() or checkout.is_file()):
        raise ConfigurationError(f"there is no bundled document called {service!r}")
    if installed.is_file():
        document: dict[str, Json] = json.loads(installed.read_bytes())
        return document
    import yaml  # only in a checkout: an installed package has the JSON

    tree = yaml.load(checkout.read_bytes(), Loader=yaml.CSafeLoader)  # a safe loader, in C
    document = json.loads(json.dumps(tree, default=str))  # a date becomes text, a number as a key too
    return document
