"""A real HTTP server for any OpenAPI 3.x document.

What is routed, accepted and answered comes from the document. An operation without a handler answers with an example;
one with a handler answers what the handler says, once the request is right. Every answer, a handler's or an example, is
held against the document before it leaves: what the document does not say is a 500 and a line in the log.

The document itself is at <base path>/docs/openapi.json, with an ETag, as services publish theirs.

Threads. The event loop lives in one thread and only moves bytes. A handler may fetch and may wait for a lock, so it
runs in a worker thread of the loop's pool. `stop` ends them all and returns when the port is free.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
import socket
import threading
import uuid
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from leapocr_dyn import errors
from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.sandbox import example, fault
from leapocr_dyn.sandbox.contract import Contract, Json, Operation, Refusal, is_json
from leapocr_dyn.sandbox.fault import Faults, Hit, Weather
from leapocr_dyn.sandbox.recorded import Recordings
from leapocr_dyn.sandbox.request import Call, Sent, admitted, read

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

log = logging.getLogger("leapocr_dyn.sandbox")

BODY_LIMIT = 2 * 2**20  # bytes of a request body; files do not come this way
DRAIN_LIMIT = 64 * 2**20  # bytes read and thrown away, so that a peer that is still sending can read the refusal
REMEMBERED = 10_000  # requests


@dataclass(frozen=True)
class Reply:
    """What a handler answers. body: a JSON value, or None for no body."""

    status: int = 200
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Reply]
Mount = Callable[[Request], Awaitable[Response]]
ErrorBody = Callable[[Refusal], Json]


class Server:
    """A document, served on a port. `with Server(document) as server:` or start and stop.

    handlers: by operationId; ids that the document does not have are left out.
    keyless: ids of operations that need no key, whatever the document says.
    mounts: by path prefix, what is served beside the document, without a key.
    error: the body of a refusal; without it, an example in the shape that the document declares.
    recordings: exchanges of a real server; a right request that is among them gets that answer.
    weather: what goes wrong on purpose. requests: (method, path without query, status) of the last requests, in the
    order of their answers; the status of a connection that was cut is 0.
    """

    def __init__(
        self,
        document: Mapping[str, Json],
        *,
        key: str = "sandbox",
        handlers: Mapping[str, Handler] | None = None,
        keyless: Collection[str] = (),
        mounts: Mapping[str, Mount] | None = None,
        error: ErrorBody | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        weather: Weather | None = None,
        recordings: Recordings | None = None,
    ) -> None:
        self.weather = weather or Weather(Faults())
        self._recordings = recordings
        self.contract = Contract(document)
        self.requests: list[tuple[str, str, int]] = []
        self._key, self._host, self.port = key, host, port
        self._handlers = dict(handlers or {})
        self._keyless = frozenset(keyless)
        self._mounts = dict(mounts or {})
        self._error = error
        self._text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str).encode()
        self._etag = f'"{hashlib.sha256(self._text).hexdigest()[:32]}"'
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
            raise errors.ConfigurationError(f"cannot listen on {self._host} port {self.port}: {cause}") from cause
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
        if path == fault.PATH:
            await (await self._switched(request))(scope, receive, send)
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
        return self._refused(None, Refusal(hit.status, "switched on in the sandbox", headers=again), identity)

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

    async def _respond(self, request: Request, path: str, identity: str) -> Response:
        base = self.contract.base_path
        if path == f"{base}/docs/openapi.json" and request.method in {"GET", "HEAD"}:
            return self._published(request)
        operation: Operation | None = None
        try:
            for prefix, mount in self._mounts.items():
                if path.startswith(prefix):
                    return await mount(request)
            body = await whole(request, BODY_LIMIT)
            if not path.startswith(base + "/"):
                raise Refusal(404, "there is no such path")
            operation, parameters = self.contract.route(request.method, path[len(base) :])
            headers = {name.lower(): value for name, value in request.headers.items()}
            sent = Sent(parameters, request.query_params.multi_items(), headers, request.cookies, body)
            return await run_in_threadpool(self._answer, operation, sent, path)
        except Refusal as refusal:
            return self._refused(operation, refusal, identity)
        except ClientDisconnect:
            raise
        except Exception as error:  # whatever it was, the peer gets the contract's body and the log gets one line
            log.error("%s %s failed: %r (request id %s)", request.method, path, error, identity)
            log.debug("request id %s", identity, exc_info=True)
            return self._refused(operation, Refusal(500, "the sandbox failed; its log says why"), identity)

    def _answer(self, operation: Operation, sent: Sent, path: str) -> Response:
        """The answer to a request whose operation is known. Runs in a worker thread."""
        if operation.id not in self._keyless and not admitted(self.contract, operation, sent, self._key):
            raise Refusal(401, "the API key is missing or not valid")
        call = read(self.contract, operation, sent)
        if self._recordings is not None:
            found = self._recordings.answer(operation.method, path, sent.query, sent.body)
            if found is not None:
                return Response(found.content, found.status, dict(found.headers))
        handler = self._handlers.get(operation.id)
        if handler is None:
            status, media_type, value = example.answer(self.contract, operation, sent.headers.get("accept", ""))
            reply = Reply(status, value)
        else:
            reply = handler(call)
            media_type = None if reply.body is None else "application/json"
        if wrong := self.contract.mismatch(operation, reply.status, media_type, reply.body):
            raise AnswerError(wrong)
        return written(reply, media_type)

    def _refused(self, operation: Operation | None, refusal: Refusal, identity: str) -> Response:
        status = refusal.status
        if self._error is not None:
            media_type, body = "application/json", self._error(refusal)
        else:
            media_type, body = example.refusal(self.contract, operation, status, refusal.message)
        wrong = self.contract.mismatch(operation, status, media_type, body) if operation else None
        if wrong:
            log.error("%s (request id %s)", wrong, identity)
            status = 500
        elif status == 500 and refusal.__cause__ is not None:
            log.error("%s (request id %s)", refusal.message, identity)
        return written(Reply(status, body, refusal.headers), media_type)

    def _published(self, request: Request) -> Response:
        """The document, or 304 where the client has it (RFC 9110 section 13.1.2; the comparison is the weak one)."""
        headers = {"ETag": self._etag, "Cache-Control": "no-cache"}
        known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
        if known & {self._etag, "*"}:
            return Response(status_code=304, headers=headers)
        return Response(self._text, media_type="application/json", headers=headers)


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
        raise errors.ConfigurationError(f"there is no bundled document called {service!r}")
    if installed.is_file():
        document: dict[str, Json] = json.loads(installed.read_bytes())
        return document
    import yaml  # only in a checkout: an installed package has the JSON

    tree = yaml.load(checkout.read_bytes(), Loader=yaml.CSafeLoader)  # a safe loader, in C
    document = json.loads(json.dumps(tree, default=str))  # a date becomes text, a number as a key too
    return document
