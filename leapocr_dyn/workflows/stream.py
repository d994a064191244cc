"""Streams: an answer that comes item by item, as JSON Lines or as Server-Sent Events, and may never end.

Theory of operation. `Events` and `Lines` are parsers without I/O: `feed` takes bytes, cut anywhere, and gives what they
complete; `rest` is what the end has cut off. Both cut lines out of bytes before they decode, which is right because no
byte of a longer UTF-8 sequence looks like CR or LF, and a broken sequence ends where its line does. So no decoder keeps
a state, U+2028 and U+0085 are letters like any other, and each byte is looked at once, whatever the pieces are.

`Stream` opens the request (repeated as any call is) and turns what the parser gives into items. What has begun is never
repeated: a connection that breaks in the middle is an exception, because the items that were given cannot be taken
back. Only an end that the server announces (ENDS, or HTTP's own framing) ends the iteration quietly.

Source: WHATWG HTML section 9.2.6 (Interpreting an event stream); jsonlines.org; OpenAPI 3.2 section 4.14 (Media Type
Object, `itemSchema` and sequential media types).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import httpx

from leapocr_dyn import errors
from leapocr_dyn.document.reference import Located, pointer
from leapocr_dyn.model import naming
from leapocr_dyn.model.convert import noting
from leapocr_dyn.model.type import Array, Dictionary, Object, Type, Union
from leapocr_dyn.model.value import Json
from leapocr_dyn.operation import answer
from leapocr_dyn.operation.body import is_json
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.session import Session
from leapocr_dyn.transport import Chunks

LARGEST = 16 * 2**20  # bytes of one line, or of one event
ENDS = frozenset({"[DONE]"})  # data that is no item, but says that there are no more
BOM = b"\xef\xbb\xbf"
FIELDS = frozenset({"event", "data", "id", "retry"})  # of an event, on the wire


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


class Lines:
    """Bytes -> the lines of JSON Lines, which end with LF or CRLF; those with nothing in them are skipped."""

    def __init__(self) -> None:
        self._line = bytearray()

    def feed(self, piece: bytes) -> list[bytes]:
        """The lines that these bytes complete. Raises ContractError for one of more than LARGEST bytes."""
        *lines, unfinished = piece.split(b"\n")
        found = []
        for line in lines:
            if self._line:
                self._line += line
                line = bytes(self._line)
                self._line.clear()
            self._bound(len(line))
            if line := line.strip(b" \t\r"):
                found.append(line)
        self._line += unfinished
        self._bound(len(self._line))
        return found

    def rest(self) -> bytes | None:
        """The last line, where no newline has ended it, or None."""
        line = bytes(self._line).strip(b" \t\r")
        self._line.clear()
        return line or None

    @staticmethod
    def _bound(size: int) -> None:
        if size > LARGEST:
            raise errors.ContractError(f"a line of the stream is larger than {LARGEST // 2**20} MiB")


KINDS: dict[str, type[Events] | type[Lines]] = {
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
}
VAGUE = frozenset({"", "text/plain", "application/octet-stream"})  # what servers say that do not say it


class Stream:
    """The items of a streamed answer: `await stream.next()` is the next one, or None after the last.

    An item may be None itself (JSON's null); `ended` tells the two apart. event: the Server-Sent Event that the last
    item came in, or None. Nothing is sent before the first `next`, but the arguments are checked at once. For one
    reader at a time; whoever stops early calls `close`.

    Raises what a call raises while the stream is opened; later ConnectionError where it breaks off, TimeoutError where
    nothing comes for longer than the timeout, APIError where the server says in the stream that it failed, and
    DecodeError for a line that is not JSON.
    """

    def __init__(
        self,
        session: Session,
        operation: Operation,
        arguments: Mapping[str, Any],  # Any: what the operation's types say
    ) -> None:
        plan = session.plan(operation, arguments)
        self.event: Event | None = None
        self.ended = False
        self._plan = plan._replace(headers={**plan.headers, "Accept": accepted(operation)})
        self._session = session
        self._operation = operation
        self._body: Chunks | None = None
        self._over = False  # the body, of which some items may still wait
        self._waiting: deque[Event | bytes] = deque()

    async def next(self) -> Any:  # Any: what the operation's types say
        """The next item, or None at the end."""
        if self.ended:
            return None
        try:
            body = self._body if self._body is not None else await self._opened()
            while not self._waiting and not self._over:
                await self._read(body)
            if self._waiting:
                one = self._waiting.popleft()
                if not (isinstance(one, Event) and one.data in ENDS):
                    return self._item(one)
        except BaseException as failure:
            if isinstance(failure, errors.Error):
                failure.operation = failure.operation or self._operation.name
                if failure.body is not None:  # a line that echoes the request may hold the key
                    failure.body = self._session.discreet(httpx.Headers(), failure.body.encode())[1].decode()
            await self.close()
            raise
        await self.close()
        return None

    async def close(self) -> None:
        """Stop, and give the connection up at once."""
        self.ended = True
        self._waiting.clear()
        body, self._body = self._body, None
        if body is not None:
            await body.close()

    # -- inside

    async def _opened(self) -> Chunks:
        response, body = await self._session.open(self._plan)
        self._body, self._response = body, response
        media = _plain(response.headers.get("content-type", ""))
        kind = KINDS.get(media)
        if kind is None and media in VAGUE:
            kind = next((KINDS[one] for one in _streamed(self._operation)), None)
        if kind is None and is_json(media):
            kind = Lines  # a server that streams under this name sends lines, and one that does not sends a single one
        self._over = response.status_code in (204, 205)
        if kind is None and not self._over:
            raise errors.DecodeError(
                f"the server answered {media or 'a body of unknown kind'} where a stream was promised; does the "
                "request ask for one?",
                status_code=response.status_code,
            )
        kind = kind or Lines
        self._parser = kind()
        # What is in the stream is JSON, whatever it travels in.
        self._headers = {**response.headers, "content-type": "application/json"}
        with noting(self._session.note):
            self._type, self._types = item_types(self._operation, response.status_code, media, kind)
        return body

    async def _read(self, body: Chunks) -> None:
        """Let what the next bytes complete wait for its turn."""
        try:
            piece = await body.next()
        except (errors.ConnectionError, errors.TimeoutError) as failure:
            self._over = self._parser.rest() in ENDS
            if not self._over:
                raise self._broken(failure) from failure
            return
        if piece is not None:
            self._waiting.extend(self._parser.feed(piece))
            return
        self._over = True
        rest = self._parser.rest()
        if isinstance(rest, bytes):
            self._waiting.append(rest)
        elif rest is not None and rest not in ENDS and not _framed(self._response):
            raise self._broken(None)

    def _item(self, one: Event | bytes) -> Any:  # Any: what the operation's types say
        wanted = self._type
        if isinstance(one, Event):
            self.event = one
            wanted = self._types.get(one.type, wanted)
        value = self._value(one)
        failed = isinstance(one, Event) and one.type == "error"
        if failed or (isinstance(value, dict) and value.get("error")):
            raise self._failure(one, value)
        if wanted is None:
            return value
        if isinstance(one, Event) and wanted.kinds == (str,) and not isinstance(value, str):
            return one.data  # text is wanted, and may look like JSON
        with noting(self._session.note):
            return self._operation.converter.structure(value, wanted)

    def _value(self, one: Event | bytes) -> Json:
        """The JSON value. The data of an event may be text instead."""
        content = one.data.encode() if isinstance(one, Event) else one
        try:
            return answer.parse(self._operation, self._response.status_code, self._headers, content)
        except errors.DecodeError as failure:
            if isinstance(one, Event) and not isinstance(failure.__cause__, RecursionError):
                return one.data
            if self._over and not self._waiting and not _framed(self._response):
                raise self._broken(None) from failure
            raise

    def _failure(self, one: Event | bytes, value: Json) -> errors.APIError:
        """What the server says of its failure, in the place of an item."""
        status = self._response.status_code
        said = value.encode() if isinstance(value, str) else one.data.encode() if isinstance(one, Event) else one
        headers, content = self._session.discreet(self._response.headers, said)
        if isinstance(value, dict):
            return answer.failure(self._operation, status, headers, content)
        text = content.decode("utf-8", "replace")
        message = text or "the server gave no reason"
        return errors.APIError(message, status, text, operation=self._operation.name, body=text)

    def _broken(self, failure: errors.TransportError | None) -> errors.TransportError:
        if isinstance(failure, errors.TimeoutError):
            said = f"nothing came for {self._session.config.timeout:g} s, and the stream has not ended"
            return errors.TimeoutError(said, operation=self._operation.name)
        said = "the connection broke off in the middle of the stream"
        return errors.ConnectionError(said, operation=self._operation.name)


# -- what the document says of a stream


def accepted(operation: Operation) -> str:
    """The Accept header: the streams that the document promises, or else those that are known.

    RFC 9110 section 12.5.1.
    """
    promised = list(dict.fromkeys(_streamed(operation)))
    return ", ".join(promised or ["text/event-stream", "application/jsonl", "application/x-ndjson", "*/*;q=0.1"])


def item_types(
    operation: Operation, status: int, media: str, kind: type[Events] | type[Lines]
) -> tuple[Type | None, dict[str, Type | None]]:
    """The type of an item, and the types of those events that have one of their own, by the event's type.

    That is what `itemSchema` says, or what `schema` says of an object, or of the items of an array. None is any JSON.
    """
    node, place = answer.promised(operation, status)
    content = node.get("content")
    offered = {_plain(key): key for key in content} if isinstance(content, dict) else {}
    streamed = (one for one in offered if KINDS.get(one) is kind)
    key = offered.get(media) or offered.get(next(streamed, "*/*"))
    described = content[key] if isinstance(content, dict) and key is not None else None
    if not isinstance(described, dict):
        return None, {}
    place = f"{place}/content{pointer(key or '')}"
    name = naming.class_name(operation.id) + "Item"
    if "itemSchema" in described:
        item = operation.document.follow(described["itemSchema"], f"{place}/itemSchema")
        if kind is Events and (events := _events(operation, item)):
            types = {one: _data(operation, located, f"{name} {one}") for one, located in events}
            return types.pop("", None), types
        return operation.models.at(item.value, item.pointer, name), {}
    found = operation.models.at(described.get("schema", True), f"{place}/schema", name)
    if isinstance(found, Array):  # OpenAPI 3.2: where `schema` describes a whole stream, it describes an array
        return found.items, {}
    return (found if isinstance(found, Object | Dictionary | Union) else None), {}


def _events(operation: Operation, item: Located) -> list[tuple[str, Located]]:
    """Where an itemSchema describes events, field by field, and not their data: (type or "", the schema of `data`).

    OpenAPI 3.2: an event is an object of its fields, and oneOf tells its types apart by the const of `event`.
    """
    own = _fields(operation, item)
    options = [
        operation.document.follow(option, f"{item.pointer}/{keyword}/{index}")
        for keyword in ("oneOf", "anyOf")
        for index, option in enumerate(item.value.get(keyword, ()) if isinstance(item.value, dict) else ())
    ]
    shapes = [own, *(_fields(operation, option) for option in options)]
    if any(fields.keys() - FIELDS for fields in shapes):
        return []
    found = []
    for fields in shapes:
        data = fields.get("data") or own.get("data")
        if data is not None:
            event = fields["event"].value if "event" in fields else None
            names: Iterable[Json] = event.get("enum", [event.get("const")]) if isinstance(event, dict) else ()
            found += [(one, data) for one in names if isinstance(one, str)] or [("", data)]
    return found


def _fields(operation: Operation, schema: Located) -> dict[str, Located]:
    found = schema.value.get("properties") if isinstance(schema.value, dict) else None
    place = f"{schema.pointer}/properties"
    return {
        name: operation.document.follow(node, place + pointer(name))
        for name, node in (found.items() if isinstance(found, dict) else ())
    }


def _data(operation: Operation, data: Located, name: str) -> Type | None:
    """The type of an event's data: of the JSON that its text holds (`contentSchema`), or as it stands."""
    if isinstance(data.value, dict) and "contentSchema" in data.value:
        return operation.models.at(
            data.value["contentSchema"], f"{data.pointer}/contentSchema", naming.class_name(name)
        )
    if isinstance(data.value, dict) and is_json(str(data.value.get("contentMediaType"))):
        return None
    return operation.models.at(data.value, data.pointer, naming.class_name(name))


def _streamed(operation: Operation) -> list[str]:
    """The media types of streams that the document promises."""
    return [
        _plain(media)
        for status, node, _ in operation.responses()
        if not status.startswith(("3", "4", "5")) and isinstance(node.get("content"), dict)
        for media in node["content"]
        if _plain(media) in KINDS
    ]


def _plain(media: str) -> str:
    return media.partition(";")[0].strip().lower()


def _framed(response: httpx.Response) -> bool:
    """Whether HTTP says where the body ends. RFC 9112 section 6.3: without that, an end and a break look the same."""
    old = response.extensions.get("http_version", b"").startswith(b"HTTP/1")
    return not old or "content-length" in response.headers or "transfer-encoding" in response.headers
