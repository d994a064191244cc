"""An answer straight to a file, of any size: it is there when it is whole, and before that it is not.

It is written beside its place under a name of chance and moved there at the end, so that nobody sees half of it and a
file that was there stays until then. What breaks off is asked for again where a call would be, from the beginning.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import httpx

from leapocr_dyn import errors
from leapocr_dyn.operation import answer
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.session import Session
from leapocr_dyn.transport import CHUNK, Chunks

T = TypeVar("T")


async def download(
    session: Session,
    operation: Operation,
    arguments: Mapping[str, Any],  # Any: what the operation's types say
    path: str | os.PathLike[str],
) -> Path:
    """The file at `path` with the body of the answer; one that is there is replaced. No more than a piece is in memory.

    Raises what a call raises, FileError where nothing can be written there, and ConnectionError where the body is not
    as long as its Content-Length says. After an exception nothing is left, and what was there is as it was.
    """
    plan = session.plan(operation, arguments)
    target = Path(path)
    file = await _disk(session, target, lambda: Whole(target))

    async def write(response: httpx.Response, body: Chunks) -> None:
        answer.expected(operation, response.status_code, response.headers)
        size, waiting = 0, bytearray()
        try:
            await _disk(session, target, file.begin)
            while (piece := await _next(session, body, size)) is not None:
                size += len(piece)
                waiting += piece
                if len(waiting) >= CHUNK:
                    await _disk(session, target, partial(file.write, waiting))
            await _disk(session, target, partial(file.write, waiting))
            _complete(operation, response, size)
            await _disk(session, target, file.keep)
        finally:
            file.drop()

    await session.take(plan, write)
    return target


class Whole:
    """A file that is there when it is whole. Raises OSError where none can be put."""

    def __init__(self, target: Path) -> None:
        self._place = Path(os.path.realpath(target))  # a link stays, and what it leads to is replaced
        self._temporary = self._place.with_name(f".{secrets.token_hex(8)}.part")
        self._file: BinaryIO | None = None
        if self._place.is_dir():
            raise IsADirectoryError("it is a folder; name the file")
        if self._place.exists() and not self._place.is_file():
            raise OSError("it is a device or a pipe, which would be replaced")
        if not self._place.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {str(target.parent)!a}")

    def begin(self) -> None:
        """Open an empty file beside the place."""
        self._file = self._temporary.open("xb")

    def write(self, data: bytearray) -> None:
        """Append what is in there, and take it out."""
        if self._file is not None:
            self._file.write(data)
            data.clear()

    def keep(self) -> None:
        """Put it in its place, with the rights of the one that was there."""
        if self._file is not None:
            self._file.close()
            with suppress(FileNotFoundError):
                shutil.copymode(self._place, self._temporary)
            self._temporary.replace(self._place)

    def drop(self) -> None:
        """Leave nothing behind; what was kept stays. Never an exception, and quick enough for any world."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            with suppress(OSError):
                self._temporary.unlink(missing_ok=True)
            self._file = None


async def _disk(session: Session, target: Path, step: Callable[[], T]) -> T:
    """What a step on the disk gives. Only here an OSError is the disk's."""
    try:
        return await session.io.call(step)
    except (OSError, ValueError) as error:
        raise errors.FileError(f"cannot write {str(target)!a}: {error.args[-1]}", str(target)) from error


async def _next(session: Session, body: Chunks, size: int) -> bytes | None:
    try:
        return await body.next()
    except errors.TimeoutError as failure:
        said = f"nothing came for {session.config.timeout:g} s after {size} bytes of the answer"
        raise errors.TimeoutError(said) from failure
    except errors.ConnectionError as failure:
        raise errors.ConnectionError(f"the connection broke off after {size} bytes of the answer") from failure


def _complete(operation: Operation, response: httpx.Response, size: int) -> None:
    """Raise ConnectionError where Content-Length says that there is more (RFC 9112 section 8)."""
    length = response.headers.get("content-length", "")
    compressed = response.headers.get("content-encoding", "identity") != "identity"  # its length is another one
    if operation.method != "HEAD" and not compressed and length.isdecimal() and int(length) != size:
        raise errors.ConnectionError(f"the connection broke off after {size} of {length} bytes of the answer")
