"""multipart/form-data and its kin: parts -> one body.

The boundary is drawn at random, so that nobody who knows the data can end a part, and never occurs in what is in
memory; of a file that is read later only chance protects it, at odds of 2 to the power of 128. Names are written as
browsers write them: UTF-8, with a line break and a quote percent-encoded. What would end a header is refused.
Source: RFC 2046 section 5.1, RFC 7578; HTML section 4.10.21.8 (Multipart form data).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from typing import NamedTuple

from leapocr_dyn.errors import ValidationError
from leapocr_dyn.model.value import brief
from leapocr_dyn.operation.file import Content, Joined, Stored

ENDS = re.compile(r"[\r\n\0]")
FIRST = re.compile(rb"--([0-9A-Za-z'()+_,./:=?-]{1,70})[ \t]*\r\n")
ESCAPES = str.maketrans({"\r": "%0D", "\n": "%0A", '"': "%22"})


class Part(NamedTuple):
    """One part. name: of the field, None where parts are told by their order; filename: only of a file.

    media: its Content-Type; None where that would be text/plain, which needs no word. headers: any others.
    """

    name: str | None
    content: bytes | Stored
    filename: str | None = None
    media: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def head(self) -> bytes:
        """The header lines, with the empty line behind them. Raises ValidationError."""
        lines = []
        if self.name is not None:
            named = f'form-data; name="{self._quoted(self.name)}"'
            file = "" if self.filename is None else f'; filename="{self._quoted(self.filename)}"'
            lines.append(("Content-Disposition", named + file))
        lines += [("Content-Type", self.media)] if self.media is not None else []
        lines += self.headers
        for name, text in lines:
            if ENDS.search(text) or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
                raise self._refused(f"the header {name}: {brief.repr(text)} would break the part")
        try:
            return "".join(f"{name}: {text}\r\n" for name, text in lines).encode() + b"\r\n"
        except UnicodeEncodeError as error:
            raise self._refused("half a surrogate pair is not a character") from error

    def _quoted(self, text: str) -> str:
        return text.translate(ESCAPES)

    def _refused(self, said: str) -> ValidationError:
        name = self.name or "body"
        return ValidationError(f"{brief.repr(name)}: {said}", field=name)


class Form(Joined):
    """A multipart body with files that are read while it is sent."""

    def __init__(self, contents: list[bytes | Stored], parts: tuple[Part, ...]) -> None:
        super().__init__(contents)
        self.parts = parts

    def __repr__(self) -> str:
        return f"<Form {len(self.parts)} parts, {self.length} bytes>"


def drawn() -> str:
    """A boundary that nobody can foresee."""
    return secrets.token_hex(16)


def encoded(parts: Sequence[Part], draw: Callable[[], str] = drawn) -> tuple[str, Content]:
    """(boundary, content): bytes where everything is in memory.

    draw: gives boundaries; asked again for one that occurs in the data.
    """
    pieces: list[bytes | Stored] = [piece for part in parts for piece in (part.head(), part.content)]
    boundary = draw()
    while any(boundary.encode() in piece for piece in pieces if isinstance(piece, bytes)):
        boundary = draw()
    contents: list[bytes | Stored] = []
    for head, content in zip(pieces[::2], pieces[1::2], strict=True):
        contents += [f"--{boundary}\r\n".encode(), head, content, b"\r\n"]
    contents.append(f"--{boundary}--\r\n".encode())
    known = [piece for piece in contents if isinstance(piece, bytes)]
    return boundary, b"".join(known) if len(known) == len(contents) else Form(contents, tuple(parts))


def boundary_of(content: bytes) -> str | None:
    """The boundary of a multipart body that somebody else has made, where it begins with one."""
    found = FIRST.match(content)
    return found[1].decode("ascii") if found else None
