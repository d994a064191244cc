"""Servers on raw sockets that do one wrong thing, and the things that they do."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable

from conftest import KEY


class Faulty:
    """A server on a raw socket, with one behaviour for every connection.

    connections: how many there were. arrived: the method of each request, and whether it was read whole.
    """

    def __init__(self, behave: Behaviour, elsewhere: str = "") -> None:
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.elsewhere = elsewhere
        self.connections = 0
        self.arrived: list[tuple[str, bool]] = []

    def __enter__(self) -> Faulty:
        self._threads[0].start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self._behave(connection, self)

    def read(self, connection: socket.socket, at_most: int | None = None) -> bytes:
        """One request, to its end or to so many bytes; nothing where the other side has gone."""
        data = b""
        while (left := _missing(data)) and (at_most is None or len(data) < at_most):
            piece = connection.recv(left if at_most is None else at_most)
            if not piece:
                return b""
            data += piece
        self.arrived.append((data.partition(b" ")[0].decode(), not left))
        return data

    def told(self, text: str, request: bytes) -> str:
        """A header's text or a page with this server's own words filled in. A faulty server repeats the key."""
        words = {"host": self.host, "elsewhere": self.elsewhere, "key": KEY if KEY.encode() in request else ""}
        return re.sub(r"\{(host|elsewhere|key)\}", lambda found: words[found[1]], text)


Behaviour = Callable[[socket.socket, Faulty], None]


def _missing(data: bytes) -> int:
    """How much of a request is still to be read: 65536 where that is not known yet."""
    head, end, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return (int(length[1]) if length else 0) - len(body) if end else 65536


def unread(connection: socket.socket, server: Faulty) -> None:
    """Waits for a request, and hangs up with a reset without reading it."""
    connection.recv(1, socket.MSG_PEEK)
    server.arrived.append(("?", False))
    _reset(connection)


def half(connection: socket.socket, server: Faulty) -> None:
    """Reads some bytes, and hangs up with a reset."""
    server.read(connection, 20)
    _reset(connection)


def read(connection: socket.socket, server: Faulty) -> None:
    """Reads the request, and hangs up."""
    server.read(connection)


def silent(connection: socket.socket, server: Faulty) -> None:
    """Reads the request, and says nothing until the other side gives up."""
    server.read(connection)
    connection.recv(1)


def greets(connection: socket.socket, server: Faulty) -> None:
    """Hears the first byte of a handshake, and hangs up with a reset."""
    connection.recv(1)
    _reset(connection)


def listens(connection: socket.socket, server: Faulty) -> None:
    """Hears everything, and says nothing."""
    while connection.recv(4096):
        pass


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def raw(text: str | bytes, *, stays: bool = False, more: bytes = b"") -> Behaviour:
    """Reads the request, and says exactly this. stays: says nothing more, but does not hang up. more: for ever."""

    def behave(connection: socket.socket, server: Faulty) -> None:
        request = server.read(connection)
        connection.sendall(server.told(text, request).encode() if isinstance(text, str) else text)
        while more:
            connection.sendall(more)
        if stays:
            connection.recv(1)

    return behave


def says(content: bytes | str, *headers: str, status: str = "200 OK", length: int | None = None) -> Behaviour:
    """Reads the request, and answers this as JSON, where no header says anything else. length: instead of its own."""

    def behave(connection: socket.socket, server: Faulty) -> None:
        request = server.read(connection)
        body = server.told(content, request).encode() if isinstance(content, str) else content
        lines = [f"HTTP/1.1 {status}", "Connection: close", "X-Request-Id: r-1", *headers]
        lines.append(f"Content-Length: {len(body) if length is None else length}")
        if not any(header.lower().startswith("content-type:") for header in headers):
            lines.append("Content-Type: application/json")
        connection.sendall(server.told("\r\n".join(lines), request).encode() + b"\r\n\r\n" + body)

    return behave


def refuses(status: str, *headers: str, content: str = '{"error": "no, not with {key}"}') -> Behaviour:
    """Answers an error status."""
    return says(content, *headers, status=status)


def points(status: str, where: str) -> Behaviour:
    """Answers a redirect."""
    return says(b"", f"Location: {where}", status=status)
