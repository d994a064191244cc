"""Sequential media types: bytes, cut anywhere -> the items that they complete, without I/O.

`feed` takes bytes and gives what they complete; `rest` is what the end has cut off. Items are cut out of bytes before
they are decoded, which is right because no byte of a longer UTF-8 sequence looks like CR, LF or RS, and a broken
sequence ends where its item does. So no decoder keeps a state, U+2028 and U+0085 are letters like any other, and each
byte is looked at once, whatever the pieces are.

Source: WHATWG HTML section 9.2.6 (Interpreting an event stream); jsonlines.org; RFC 7464 (JSON text sequences); OpenAPI
3.2 section 4.14 (Media Type Object, sequential media types).
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from leapocr_dyn import errors
from leapocr_dyn.operation.media import plain

LARGEST = 16 * 2**20  # bytes of one item
BOM = b"\xef\xbb\xbf"
BLANK = b" \t\r\n"


class Event(NamedTuple):
    """A Server-Sent Event. id: the last one that the stream has set. retry: milliseconds, the same, or None."""

    type: str
    data: str
    id: str
    retry: int | None


class Events:
    """Bytes -> Server-Sent Events. One leading byte order mark is dropped; an event without data is none."""

    def __init__(self) -> None:
        self._line = bytearray()  # the beginning of a line whose end has not come
        self._after_cr = False
        self._first = True
        self._size = 0  # of the block's data, in bytes
        self._data: list[str] = []
        self._type = ""
        self._id = ""
        self._retry: int | None = None

    def feed(self, piece: bytes) -> list[Event]:
        """The events that these bytes complete. Raises ContractError for one of more than LARGEST bytes."""
        if not piece:
            return []
        # A CRLF that is cut in two: its CR has ended the line, so that nobody waits for a byte that may never come.
        if self._after_cr and piece[0] == 0x0A:
            piece = piece[1:]
        self._after_cr = piece[-1:] == b"\r"
        lines = piece.splitlines()  # of bytes: at CR, LF and CRLF, and at nothing else
        unfinished = lines.pop() if piece and piece[-1] not in b"\r\n" else b""
        found = []
        for line in lines:
            if self._line:
                self._line += line
                line = bytes(self._line)
                self._line.clear()
            event = self._read(line)
            if event is not None:
                found.append(event)
        self._line += unfinished
        self._bound(len(self._line))
        return found

    def rest(self) -> str | None:
        """The data of an event that the end has cut off, or None. It is dropped, as the specification says."""
        if self._line:
            line = bytes(self._line)
            self._line.clear()
            self._read(line)
        return "\n".join(self._data) if self._data else None

    def _read(self, line: bytes) -> Event | None:
        if self._first:
            self._first = False
            line = line.removeprefix(BOM)
        if not line:
            return self._dispatched()
        name, _, value = line.partition(b":")  # a comment is a field without a name
        value = value.removeprefix(b" ")
        if name == b"data":
            self._bound(len(line))
            self._size += len(line)
            self._data.append(value.decode("utf-8", "replace"))
        elif name == b"event":
            self._bound(len(line))
            self._type = value.decode("utf-8", "replace")
        elif name == b"id" and b"\0" not in value:
            self._bound(len(line))
            self._id = value.decode("utf-8", "replace")
        elif name == b"retry" and re.fullmatch(rb"[0-9]{1,18}", value):  # Python refuses to read thousands of digits
            self._retry = int(value)
        return None

    def _dispatched(self) -> Event | None:
        data, kind = self._data, self._type
        self._data, self._type, self._size = [], "", 0
        return Event(kind or "message", "\n".join(data), self._id, self._retry) if data else None

    def _bound(self, size: int) -> None:
        if self._size + size > LARGEST:
            raise errors.ContractError(f"an event of the stream is larger than {LARGEST // 2**20} MiB")


class Texts:
    """Bytes -> JSON texts, between separators; those with nothing in them are skipped."""

    separator = b"\n"

    def __init__(self) -> None:
        self._text = bytearray()  # the beginning of one whose end has not come

    def feed(self, piece: bytes) -> list[bytes]:
        """The texts that these bytes complete. Raises ContractError for one of more than LARGEST bytes."""
        *texts, unfinished = piece.split(self.separator)
        found = []
        for text in texts:
            if self._text:
                self._text += text
                text = bytes(self._text)
                self._text.clear()
            self._bound(len(text))
            if text := self._whole(text):
                found.append(text)
        self._text += unfinished
        self._bound(len(self._text))
        return found

    def rest(self) -> bytes | None:
        """The last text, where no separator has ended it, or None."""
        text = self._whole(bytes(self._text))
        self._text.clear()
        return text or None

    def _whole(self, text: bytes) -> bytes:
        return text.strip(BLANK)

    @staticmethod
    def _bound(size: int) -> None:
        if size > LARGEST:
            raise errors.ContractError(f"an item of the stream is larger than {LARGEST // 2**20} MiB")


class Lines(Texts):
    """JSON Lines: each text ends with LF or CRLF, the last one perhaps with nothing."""


class Sequence(Texts):
    """A JSON text sequence: each text begins with RS and ends with LF; what came before the first RS counts, too.

    A text may hold line breaks, so only the next RS ends it for sure. That may come in an hour: a text is given at a
    line break where it can be read. It is tried again only when it has doubled, so that all tries together are linear.
    """

    separator = b"\x1e"

    def __init__(self) -> None:
        super().__init__()
        self._tried = 0  # bytes that were no whole text

    def feed(self, piece: bytes) -> list[bytes]:
        """The texts that these bytes complete. Raises ContractError for one of more than LARGEST bytes."""
        found = super().feed(piece)
        if self.separator in piece:
            self._tried = 0
        if self._text.endswith(b"\n") and len(self._text) >= 2 * self._tried:
            text = bytes(self._text).strip(BLANK)
            try:
                json.loads(text)
            except (ValueError, RecursionError):
                self._tried = len(self._text)
            else:
                self._text.clear()
                self._tried = 0
                found.append(text)
        return found

    def _whole(self, text: bytes) -> bytes:
        # RFC 7464 section 2.4: a number or a word whose end nothing shows may be the beginning of a longer one.
        if text and text[-1] not in BLANK and text.lstrip(BLANK)[:1] not in (b"{", b"[", b'"'):
            raise errors.DecodeError(
                "a value of the stream has no end, and may be cut off", body=text.decode("latin-1")
            )
        return super()._whole(text)


Parser = type[Events] | type[Texts]
KINDS: dict[str, Parser] = {
    "text/event-stream": Events,
    "application/jsonl": Lines,
    "application/x-ndjson": Lines,
    "application/ndjson": Lines,
    "application/x-jsonl": Lines,
    "application/jsonlines": Lines,
    "application/x-jsonlines": Lines,
    "application/json-lines": Lines,
    "application/json-l": Lines,
    "text/jsonl": Lines,
    "application/json-seq": Sequence,
}


def kind_of(media: str) -> Parser | None:
    """The parser of a media type, or None where it is not sequential. RFC 8091 section 2: `+json-seq`."""
    name = plain(media)
    return Sequence if name.endswith("+json-seq") else KINDS.get(name)
