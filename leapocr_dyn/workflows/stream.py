"""Streams: an answer that comes item by item, and may never end: Server-Sent Events, JSON Lines, JSON text sequences.

`Stream` opens the request (repeated as any call is) and makes items of what the parser gives (sequential.py). What has
begun is never repeated: a connection that breaks in the middle is an exception, because the items that were given
cannot be taken back. Only an end that the server announces (ENDS, or HTTP's own framing) ends the iteration quietly.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

import httpx

from leapocr_dyn import errors
from leapocr_dyn.document import expression
from leapocr_dyn.document.reference import tokens
from leapocr_dyn.model.convert import noting
from leapocr_dyn.model.value import Json
from leapocr_dyn.operation import answer
from leapocr_dyn.operation.item_schema import accepted, item_types, streamed
from leapocr_dyn.operation.media import is_json, plain
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.sequential import Event, Events, Lines, kind_of
from leapocr_dyn.session import Session
from leapocr_dyn.transport import Chunks

MALFORMED: Final = object()  # an item that cannot be read, where the workflow lets such pass
ENDS = frozenset({"[DONE]"})  # data that is no item, but says that there are no more
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
        self._rules = operation.workflow.section("streams").get(operation.id, {})
        self._said: list[str] = []
        self.event: Event | None = None
        self.ended: bool = False
        self._plan = plan._replace(headers={**plan.headers, "Accept": accepted(operation)})
        self._session = session
        self.operation = operation
        self._body: Chunks | None = None
        self._over = False  # the body, of which some items may still wait
        self._waiting: deque[Event | bytes] = deque()

    async def next(self) -> Any:  # Any: what the operation's types say
        """The next item, or None at the end."""
        if self.ended:
            return None
        try:
            body = self._body if self._body is not None else await self._opened()
            while (one := await self._one(body)) is not None:
                value = self._value(one)
                action = self._action(one, value)
                if action == "end":
                    break
                if action == "raise":
                    raise self._failure(one, value)
                if action == "yield":
                    said = expression.walk(value, tokens(self._rules["text"])) if "text" in self._rules else None
                    self._said += [said] if isinstance(said, str) else []
                    return self._item(one, value)
        except BaseException as failure:
            if isinstance(failure, errors.Error):
                failure.operation = failure.operation or self.operation.name
                failure.request_id = failure.request_id or self._plan.request_id
                if failure.body is not None:  # a line that echoes the request may hold the key
                    failure.body = self._session.discreet(httpx.Headers(), failure.body.encode())[1].decode()
            await self.close()
            raise
        await self.close()
        return None

    @property
    def text(self) -> str:
        """What the items have said so far, put together; where in an item that stands, the workflow knows."""
        return "".join(self._said)

    async def close(self) -> None:
        """Stop, and give the connection up at once."""
        self.ended = True
        self._waiting.clear()
        body, self._body = self._body, None
        if body is not None:
            await body.close()

    # -- inside

    async def _one(self, body: Chunks) -> Event | bytes | None:
        """What came next, read or not; None at the end."""
        while not self._waiting and not self._over:
            await self._read(body)
        return self._waiting.popleft() if self._waiting else None

    def _action(self, one: Event | bytes, value: Json) -> str:
        """What to do with an item: yield, ignore, end or raise; as the workflow says, else as all streams mean it."""
        if isinstance(one, Event) and one.data in ENDS:
            return "end"
        readable = value is not MALFORMED
        failure = self._rules.get("failure")
        if failure is not None and readable and answer.holds(failure, expression.Context(response_body=value)):
            return "raise"
        events = self._rules.get("events", {})
        names = (one.type if isinstance(one, Event) else None, value.get("type") if isinstance(value, dict) else None)
        action = next((events[name] for name in names if isinstance(name, str) and name in events), None)
        if action is None:
            failed = names[0] == "error" or (isinstance(value, dict) and value.get("error"))
            action = "raise" if failed else "yield"
        return str(action) if readable or action != "yield" else "ignore"

    async def _opened(self) -> Chunks:
        response, body = await self._session.open(self._plan)
        self._body, self._response = body, response
        media = plain(response.headers.get("content-type", ""))
        kind = kind_of(media)
        if kind is None and media in VAGUE:
            kind = next(map(kind_of, streamed(self.operation)), None)
        if kind is None and is_json(media):
            kind = Lines  # a server that streams under this name sends lines, and one that does not sends a single one
        self._over = response.status_code in (204, 205)
        if kind is None and not self._over:
            raise errors.DecodeError(
                f"the server answered {media or 'a body of unknown kind'} where a stream was promised; does the "
                "request ask for one?",
                status_code=response.status_code,
            )
        self._parser = (kind or Lines)()
        # What is in the stream is JSON, whatever it travels in.
        self._headers = {**response.headers, "content-type": "application/json"}
        with noting(self._session.note):
            self._type, self._types = item_types(self.operation, response.status_code, media, type(self._parser))
        return body

    async def _read(self, body: Chunks) -> None:
        """Let what the next bytes complete wait for its turn."""
        try:
            piece = await body.next()
        except (errors.ConnectionError, errors.TimeoutError) as failure:
            self._over = isinstance(self._parser, Events) and self._parser.rest() in ENDS
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

    def _item(self, one: Event | bytes, value: Json) -> Any:  # Any: what the operation's types say
        wanted = self._type
        if isinstance(one, Event):
            self.event = one
            wanted = self._types.get(one.type, wanted)
        if wanted is None:
            return value
        if wanted.kinds == (str,) and not isinstance(value, str):  # text is wanted, and may look like JSON
            return one.data if isinstance(one, Event) else one.decode("utf-8", "replace").strip()
        with noting(self._session.note):
            return self.operation.converter.structure(value, wanted)

    def _value(self, one: Event | bytes) -> Json:
        """The JSON value. The data of an event may be text instead. MALFORMED where it may be neither."""
        content = one.data.encode() if isinstance(one, Event) else one
        try:
            return answer.parse(self.operation, self._response.status_code, self._headers, content)
        except errors.DecodeError as failure:
            if self._over and not self._waiting and not isinstance(one, Event) and not _framed(self._response):
                raise self._broken(None) from failure
            if self._rules.get("malformed") == "skip":
                return MALFORMED
            if isinstance(one, Event) and not isinstance(failure.__cause__, RecursionError):
                return one.data
            raise

    def _failure(self, one: Event | bytes, value: Json) -> errors.APIError:
        """What the server says of its failure, in the place of an item."""
        status = self._response.status_code
        said = value.encode() if isinstance(value, str) else one.data.encode() if isinstance(one, Event) else one
        headers, content = self._session.discreet(self._response.headers, said)
        if isinstance(value, dict):
            return answer.failure(self.operation, status, headers, content)
        text = content.decode("utf-8", "replace")
        message = text or "the server gave no reason"
        return errors.APIError(message, status, text, operation=self.operation.name, body=text)

    def _broken(self, failure: errors.TransportError | None) -> errors.TransportError:
        if isinstance(failure, errors.TimeoutError):
            said = f"nothing came for {self._session.config.timeout:g} s, and the stream has not ended"
            return errors.TimeoutError(said, operation=self.operation.name)
        said = "the connection broke off in the middle of the stream"
        return errors.ConnectionError(said, operation=self.operation.name)


def _framed(response: httpx.Response) -> bool:
    """Whether HTTP says where the body ends. RFC 9112 section 6.3: without that, an end and a break look the same."""
    old = response.extensions.get("http_version", b"").startswith(b"HTTP/1")
    return not old or "content-length" in response.headers or "transfer-encoding" in response.headers
