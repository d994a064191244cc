"""Servers that speak WebSocket, for tests: a real one, and one that says whatever bytes a test wants."""

from __future__ import annotations

import base64
import hashlib
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

WHY = "the socket needs the package websockets: pip install 'leapocr-dyn[websocket]'"
Opening = tuple[str, dict[str, str]]  # the path that was asked for, and the headers, whose names are in lower case


class Speaker:
    """What a server was asked: openings, the messages that it heard, how each client left (None: without a word)."""

    def __init__(self) -> None:
        self.openings: list[Opening] = []
        self.heard: list[str] = []
        self.farewells: list[int | None] = []
        self.left = threading.Event()
        self.url = ""


@contextmanager
def speaking(
    say: Callable[[Any, Speaker], None] | Sequence[str], refusals: Sequence[tuple[int, str]] = ()
) -> Iterator[Speaker]:
    """A WebSocket server of the package websockets. say: a function of the connection, or messages to answer one with.

    refusals: status and body for the first openings, one after the other.
    """
    server_of = pytest.importorskip("websockets.sync.server", reason=WHY)
    speaker, waiting = Speaker(), list(refusals)

    def opened(connection: Any, request: Any) -> Any:  # Any: of a package that may be missing
        speaker.openings.append((request.path, {name.lower(): text for name, text in request.headers.raw_items()}))
        return connection.respond(*waiting.pop(0)) if waiting else None

    def handle(connection: Any) -> None:  # Any: of a package that may be missing
        try:
            speaker.heard.append(connection.recv())
            if callable(say):
                say(connection, speaker)
            else:
                for message in say:
                    connection.send(message)
            for message in connection:  # until the client leaves
                speaker.heard.append(message)
        except Exception:  # noqa: BLE001 - who leaves in the middle is what some tests are about
            pass
        finally:
            closed = connection.protocol.close_rcvd
            speaker.farewells.append(closed.code if closed is not None else None)
            speaker.left.set()

    with server_of.serve(handle, "127.0.0.1", 0, process_request=opened, compression=None) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        speaker.url = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        yield speaker
        server.shutdown()
        thread.join()


@contextmanager
def stammering(*pieces: bytes, status: str = "101 Switching Protocols", accept: str | None = None) -> Iterator[str]:
    """The URL of a server that answers an opening with these bytes, piece by piece, and hangs up."""

    class Handler(socketserver.StreamRequestHandler):
        timeout = 10

        def handle(self) -> None:
            key = b""
            while (line := self.rfile.readline().strip()) != b"":
                if line.lower().startswith(b"sec-websocket-key:"):
                    key = line.partition(b":")[2].strip()
            right = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()
            head = ["Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept or right}"]
            head = head if status.startswith("101") else [f"Content-Length: {sum(map(len, pieces))}"]
            self.wfile.write("\r\n".join([f"HTTP/1.1 {status}", *head, "", ""]).encode())
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()
            # Who closes with something unread resets the connection, and the client may lose what was sent before.
            self.connection.shutdown(socket.SHUT_WR)
            while self.rfile.read1():
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def frame(payload: bytes, opcode: int = 1, last: bool = True) -> bytes:
    """One frame of a server. RFC 6455 section 5.2: 1 is text, 0 goes on, 8 closes, 9 is a ping."""
    size = len(payload)
    length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2) if size < 2**16 else b"\x7f" + size.to_bytes(8)
    return bytes([0x80 * last | opcode]) + length + payload
