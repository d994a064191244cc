"""What a file is that a caller gives: its name, its size, and how to read any range of it.

A file is bytes, a path (`pathlib.Path`, any `os.PathLike`), an open binary file (from where it stands), or a tuple
that adds what they cannot say: (name, file) or (name, file, media type). Text is never a path here: it is text. What is
large is measured now and read later, a piece at a time and as often as it takes, so that a request can be repeated;
what can neither be measured nor read twice (a pipe, a socket) is refused. Of a path only the last part is a name: where
a file lies is nobody else's business.
"""

from __future__ import annotations

import io
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, BinaryIO, NamedTuple

from leapocr_dyn.errors import FileError, ValidationError
from leapocr_dyn.model.value import brief

PIECE = 2**20  # bytes that are read at once
ANNOTATION = "bytes | Path | BinaryIO | tuple"
Given = Any  # the border where a caller's file enters
Read = Callable[[int, int], bytes]
"""Gives so many bytes from a position, to several threads at once."""


class Stored:
    """The bytes of a file that is read while it is sent.

    length: bytes. shown: its path or name, for messages. start: bytes of an open file that were read before.
    """

    def __init__(
        self, length: int, shown: str, opening: Callable[[], AbstractContextManager[Read]], start: int = 0
    ) -> None:
        self.length = length
        self.shown = shown
        self.start = start
        self._opening = opening

    @contextmanager
    def reading(self) -> Iterator[Read]:
        """What reads any range of it. Raises FileError, also where the file got shorter or longer meanwhile."""
        with self._opening() as read:
            yield partial(self._whole, read)

    def pieces(self) -> Iterator[Callable[[], bytes]]:
        """Calls that each read the next piece."""
        with self.reading() as read:
            for at in range(0, self.length, PIECE):
                yield partial(read, at, min(PIECE, self.length - at))

    def _whole(self, read: Read, first: int, size: int) -> bytes:
        found = b""
        end = size + (first + size == self.length)  # at the end, one byte more: half of what somebody writes is none
        try:
            while len(found) < end and (more := read(first + len(found), end - len(found))):
                found += more
        except (OSError, ValueError) as error:
            raise FileError(f"{self.shown} cannot be read: {error}", self.shown) from error
        if len(found) != size:
            became = "shorter" if len(found) < size else "longer"
            raise FileError(f"{self.shown} became {became} while it was sent", self.shown)
        return found

    def __repr__(self) -> str:
        return f"<Stored {self.shown}, {self.length} bytes>"


class Joined:
    """Several contents, one after the other. length: bytes of all of them."""

    def __init__(self, contents: list[bytes | Stored]) -> None:
        self.contents = contents
        self.length: int = sum(map(size, contents))

    def pieces(self) -> Iterator[Callable[[], bytes]]:
        """Calls that each give the next piece."""
        for one in self.contents:
            if isinstance(one, bytes):
                yield partial(bytes, one)
            else:
                yield from one.pieces()

    def __repr__(self) -> str:
        return f"<Joined {self.length} bytes>"


Content = bytes | Stored | Joined
"""What a request's body can be."""


class File(NamedTuple):
    """A file to be sent. name: its base name, "" where nobody gave one; media: the media type, where somebody did."""

    name: str
    content: bytes | Stored
    media: str | None = None


def size(content: Content) -> int:
    """How many bytes it has."""
    return len(content) if isinstance(content, bytes) else content.length


def reading(content: bytes | Stored) -> AbstractContextManager[Read]:
    """What reads any range of a file's content."""
    if isinstance(content, Stored):
        return content.reading()
    return nullcontext(lambda first, size: content[first : first + size])


def taken(given: Given, argument: str) -> File | None:
    """The file that a caller gives, or None where it is none. argument: how the caller calls it.

    Raises FileError for a file that cannot be read, ValidationError for a media type that is none.
    """
    if isinstance(given, tuple) and len(given) in (2, 3) and isinstance(given[0], str) and _is_file(given[1]):
        media = given[2] if len(given) == 3 else None
        if media is not None and not isinstance(media, str):
            raise ValidationError(f"{argument}: a file's media type is text, not {brief.repr(media)}", field=argument)
        return File(base(given[0]), _content(given[1]), media)
    return File(name_of(given), _content(given)) if _is_file(given) else None


def base(name: str | bytes | os.PathLike[Any]) -> str:
    """The last part of a path, which may come from another system, in letters that UTF-8 has; "" for a folder."""
    last = legible(re.split(r"[/\\]", os.fsdecode(name))[-1])
    return "" if last in (".", "..") else last


def name_of(given: Given) -> str:
    """The base name of a path or an open file; "" where it has none."""
    name = given if isinstance(given, os.PathLike) else getattr(given, "name", None)
    # A file descriptor's name is a number, and <stdin> is nobody's name.
    known = base(name) if isinstance(name, (str, bytes, os.PathLike)) else ""
    return "" if known.startswith("<") else known


def legible(name: str) -> str:
    """A name without what UTF-8 cannot say: Python keeps the odd bytes of a file's name as surrogates."""
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", name)


def _is_file(given: Given) -> bool:
    return isinstance(given, (bytes, bytearray, memoryview, os.PathLike)) or callable(getattr(given, "read", None))


def _content(given: Given) -> bytes | Stored:
    if isinstance(given, (bytes, bytearray, memoryview)):
        return bytes(given)
    return _on_disk(os.fsdecode(given)) if isinstance(given, os.PathLike) else _open(given)


def _on_disk(path: str) -> Stored:
    shown = legible(path)
    found = _tried(path, lambda: os.stat(path))
    if stat.S_ISDIR(found.st_mode):
        raise FileError(f"{shown} is a folder and not a file; pass one file at a time", path)
    if not stat.S_ISREG(found.st_mode):  # to open it might wait for ever
        raise FileError(
            f"{shown} is a pipe or a device, whose size nobody knows; read it, and pass (name, bytes)", path
        )

    @contextmanager
    def opening() -> Iterator[Read]:
        with _tried(path, lambda: open(path, "rb")) as file:
            # By position where the system can, and otherwise one at a time.
            yield (lambda first, size: os.pread(file.fileno(), size, first)) if hasattr(os, "pread") else _seeking(file)

    with opening():  # that it can be read is known before anything leaves
        return Stored(found.st_size, shown, opening)


def _tried(path: str, step: Callable[[], Any]) -> Any:  # Any: what the step gives
    """A step on the disk. Raises FileError for what the system says to it."""
    try:
        return step()
    except FileNotFoundError as error:
        raise FileError(f"there is no file {legible(path)}", path) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise FileError(f"{legible(path)} cannot be read: {why}", path) from error


def _open(given: Given) -> Stored:
    shown = name_of(given) or f"the {type(given).__name__}"
    try:
        if isinstance(given, io.TextIOBase) or not isinstance(given.read(0), bytes):
            raise FileError(f"{shown} is open as text; open it with mode 'rb'", shown)
        start = given.tell()
        given.seek(0, os.SEEK_END)
        length = given.tell() - start
        given.seek(start)
    except (OSError, AttributeError, ValueError, TypeError) as error:
        raise FileError(
            f"{shown} cannot be measured ({error}), and a request may have to be repeated; pass its bytes instead",
            shown,
        ) from error
    read = _seeking(given, start)  # one for all: others of the same request read it, too
    return Stored(length, shown, lambda: nullcontext(read), start)


def _seeking(file: BinaryIO, start: int = 0) -> Read:
    lock = threading.Lock()

    def read(first: int, size: int) -> bytes:
        with lock:
            file.seek(start + first)
            return file.read(size)

    return read
