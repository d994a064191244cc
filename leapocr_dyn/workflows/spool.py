"""What has no size is written down first: pipes, iterators of bytes and async ones become a file that can be sent.

The file is a temporary one without a name, which is gone on every way out.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import tempfile
from collections.abc import AsyncIterable, Iterable, Mapping
from functools import partial
from typing import Any, BinaryIO, TypeAlias

from leapocr_dyn import errors
from leapocr_dyn.operation import file as files
from leapocr_dyn.transport import CHUNK, Transport

Name: TypeAlias = str | os.PathLike[str]
Content: TypeAlias = bytes | BinaryIO | Iterable[bytes] | AsyncIterable[bytes]
FileInput: TypeAlias = Name | Content | tuple[Name, Content]


async def measured(
    io: Transport, given: FileInput, closing: contextlib.ExitStack, largest: int | None = None
) -> FileInput:
    """The same file where its size can be told, and otherwise a temporary one with the same bytes.

    Pipes, iterators of bytes and async ones (which only an async client can read) are written to the disk once, a piece
    at a time, off the event loop. closing: removes the temporary file. largest: bytes after which it is given up, since
    an iterator may have no end. Raises FileError, and TypeError for an async iterator in a blocking client.
    """
    name, content = named(given)
    if suspends(content) and not io.suspends:
        raise TypeError(
            "an async file or iterator can only be read by the async client; pass an ordinary one, or bytes"
        )
    pieces = _pieces(content)
    if pieces is None:
        return given
    file = closing.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack is its context manager
    shown = files.legible(name) or f"the {type(content).__name__}"
    size = 0
    while (piece := await _next(io, pieces)) is not END:
        if not isinstance(piece, (bytes, bytearray, memoryview)):
            raise errors.FileError(
                f"{shown} gives {type(piece).__name__} and not bytes; several files at once are a batch", shown
            )
        size += len(piece)
        if largest is not None and size > largest:
            raise errors.FileError(f"{shown} is larger than the {largest} bytes that are taken", shown, size)
        await io.call(partial(file.write, piece))
    file.seek(0)
    return name or files.name_of(content) or "document", file


END = object()


class _Gulps:
    """A file that is read with `await` (anyio's, aiofiles', a web framework's upload), as an async iterator."""

    def __init__(self, file: Any) -> None:  # Any: three libraries, no common class
        self._file = file

    async def __anext__(self) -> Any:  # Any: bytes, if the file is open as such
        piece = await self._file.read(CHUNK)
        if not piece:
            raise StopAsyncIteration
        return piece


def suspends(content: Any) -> bool:  # Any: what a file can be
    """Whether only an async client can read it."""
    return inspect.iscoroutinefunction(getattr(content, "read", None)) or hasattr(content, "__aiter__")


async def _next(io: Transport, pieces: Any) -> Any:  # Any: an iterator or an async one in, its next piece or END out
    if not hasattr(pieces, "__anext__"):
        return await io.call(partial(next, pieces, END))
    try:
        return await pieces.__anext__()
    except StopAsyncIteration:
        return END


def _pieces(content: Any) -> Any:  # Any: what a file can be; an iterator, an async one, or None
    """The pieces of what cannot be measured; None for what can."""
    if isinstance(content, (bytes, bytearray, memoryview, str, os.PathLike)):
        return None
    if suspends(content):
        return _Gulps(content) if hasattr(content, "read") else content.__aiter__()
    if callable(getattr(content, "read", None)):
        return None if _measurable(content) else iter(lambda: content.read(CHUNK), b"")
    return iter(content) if isinstance(content, Iterable) and not isinstance(content, Mapping) else None


def _measurable(file: Any) -> bool:  # Any: whatever can be read
    try:
        return bool(file.seekable()) if hasattr(file, "seekable") else hasattr(file, "seek")
    except ValueError:  # it is closed; whoever measures it says so
        return True


def lying(given: Any) -> str | None:  # Any: what a file can be, and not yet checked
    """Where a file lies on this machine, for those who look at it later; None for what is no path."""
    content = given[1] if isinstance(given, tuple) and len(given) == 2 else given
    return os.path.abspath(os.fsdecode(content)) if isinstance(content, (str, os.PathLike)) else None


def named(given: FileInput) -> tuple[str, Any]:  # Any: what a file can be
    """The name that the caller gave, or "", and the file itself."""
    if not isinstance(given, tuple):
        return "", given
    kinds = ", ".join(type(one).__name__ for one in given) or "nothing"
    name = given[0] if len(given) == 2 else None
    if not isinstance(name, (str, os.PathLike)) or isinstance(given[1], tuple):
        shown = next((files.legible(one) for one in given if isinstance(one, str)), None)
        raise errors.FileError(
            f"{f'{shown}: ' if shown else ''}a file as a tuple is (name, bytes), not ({kinds}); "
            "its type is told by its name",
            file_path=shown,
        )
    return files.base(name), given[1]
