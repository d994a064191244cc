"""A stream over a WebSocket: one message goes out as JSON, and the items come back, each a message of its own.

An optional plug-in, which needs the package websockets; what OpenAPI cannot describe, a service's door opens:

    Socket(session, "/v1/stream", {"type": "chat", ...})        # for a Walk, as Stream is

Theory of operation. The handshake is a request like any other: `session.open` gives it credentials, which go to the
configured origin only, repeats it while nothing was asked, tells the hooks, and raises what a refusal says. Then httpx
gives up its connection (`network_stream`), and the package's Sans-I/O protocol speaks over it. So one text serves the
three worlds, with no thread and no task beside the caller's: what comes is read when an item is wanted.

What an item means is told by `streams` in workflow.yaml, under "GET /v1/stream", by the item's own `type`. Where one is
declared to be the end, a socket that is closed before it has broken off; elsewhere a normal closure is the end. It
refuses to compress, and to go on after a break. Source: RFC 6455.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import importlib
import inspect
import json
import os
from typing import Any

import httpx

from leapocr_dyn import errors
from leapocr_dyn.model.value import Json
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.sequential import Event
from leapocr_dyn.session import Session
from leapocr_dyn.transport import Chunks
from leapocr_dyn.workflows.stream import Stream

LARGEST = 16 * 2**20  # bytes of one message
BITE = 2**16  # bytes that are read at once
GOODBYE = 1.0  # seconds that a farewell may take
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 sections 1.3 and 4.2.2
NORMAL = 1000  # RFC 6455 section 7.4.1


class Socket(Stream):
    """The items that a WebSocket sends. path: below the base URL. message: what is sent first, as JSON.

    `next`, `text` and `close` are those of Stream, and so is what they raise; ContractError, too, where the server
    answers without a WebSocket, or sends what is no message. The message may cost money: it is sent once.
    """

    def __init__(self, session: Session, path: str, message: Json) -> None:
        try:
            self._speech: Any = importlib.import_module("websockets.protocol")  # Any: a package that may be missing
        except ImportError as error:
            raise errors.ConfigurationError(
                "a WebSocket needs the package websockets: pip install 'leapocr-dyn[websocket]'"
            ) from error
        if session.config.http2:
            raise errors.ConfigurationError("a WebSocket needs HTTP/1.1; make a client without http2 for it")
        super().__init__(session, Operation.unknown(session.api.operations, "GET", path), {})
        self._message = json.dumps(message).encode()
        self._network: Any = None  # Any: httpcore's stream, blocking or async
        self._protocol: Any = None  # Any: of the package websockets
        self._partial: list[bytes] = []

    async def close(self) -> None:
        """Say goodbye, and give the connection up at once."""
        network, self._network = self._network, None
        try:
            if network is not None and self._protocol.state is self._speech.State.OPEN:
                with contextlib.suppress(Exception):  # who hangs up asks for no answer
                    self._protocol.send_close(NORMAL)
                    await self._flush(network, GOODBYE)
        finally:
            await super().close()

    # -- inside

    async def _opened(self) -> Chunks:
        key = base64.b64encode(os.urandom(16))
        asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        asked["Sec-WebSocket-Key"] = key.decode()
        response, body = await self._session.open(self._plan._replace(headers={**self._plan.headers, **asked}))
        self._body, self._response = body, response
        network = response.extensions.get("network_stream")
        accepted = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest()).decode()
        if response.status_code != 101 or network is None or response.headers.get("sec-websocket-accept") != accepted:
            raise errors.ContractError(
                f"the server answered {response.status_code} where a WebSocket was asked for; does it have one there?",
                status_code=response.status_code,
            )
        self._network, self._headers = network, {"content-type": "application/json"}
        self._type, self._types = None, {}
        self._protocol = self._speech.Protocol(self._speech.Side.CLIENT, max_size=LARGEST)
        self._protocol.send_text(self._message)
        await self._flush(network, self._session.config.timeout)
        return body

    async def _read(self, body: Chunks) -> None:
        if self._protocol.close_rcvd is not None or self._protocol.parser_exc is not None:
            return self._concluded()
        came = await self._moved(self._network.read, BITE, self._session.config.timeout)
        if came:
            self._protocol.receive_data(came)
        else:
            self._protocol.receive_eof()
        for frame in self._protocol.events_received():
            if frame.opcode < 8:  # RFC 6455 section 5.5: the others control the connection
                self._partial.append(bytes(frame.data))
                if frame.fin:
                    self._waiting.append(b"".join(self._partial))
                    self._partial.clear()
        with contextlib.suppress(errors.Error):  # a pong, or the answer to a farewell; who does not hear it is gone
            await self._flush(self._network, GOODBYE)

    def _concluded(self) -> None:
        """The end, once every item that came before it was given."""
        closed, wrong = self._protocol.close_rcvd, self._protocol.parser_exc
        if closed is None and not isinstance(wrong, EOFError):
            raise errors.ContractError(f"the server sent what is no message of a WebSocket: {wrong}") from wrong
        announced = "end" in self._rules.get("events", {}).values()
        if closed is None or closed.code != NORMAL or announced or self._partial:
            said = "" if closed is None else f" (it said {closed.code} {closed.reason}".rstrip() + ")"
            said = self._session.discreet(httpx.Headers(), said.encode())[1].decode()
            raise errors.ConnectionError(f"the connection broke off in the middle of the stream{said}")
        self._over = True

    async def _flush(self, network: Any, timeout: float) -> None:  # Any: httpcore's stream
        for piece in self._protocol.data_to_send():
            if piece:  # an empty one stands for an end, and the connection is closed as a whole
                await self._moved(network.write, piece, timeout)

    async def _moved(self, move: Any, what: Any, timeout: float) -> Any:  # Any: a method of httpcore's, and its bytes
        """What a read or write gives. Blocking, it has been done; async, it is awaited."""
        try:
            done = move(what, timeout=timeout)
            return await done if inspect.isawaitable(done) else done
        except Exception as error:  # whatever a network says is raised as ours
            # By name, because a user's own client may bring another httpcore.
            late = any(kind.__name__ == "TimeoutException" for kind in type(error).__mro__)
            raise self._broken(errors.TimeoutError() if late else None) from error

    def _failure(self, one: Event | bytes, value: Json) -> errors.APIError:
        failure = super()._failure(one, value)
        failure.status_code = None  # a message has none; 101 was the handshake's
        return failure
