"""A file in parts: announce it, send every part to its presigned link, complete.

Bytes are read while they are sent, a mebibyte at a time, so memory does not grow with the file or its parts. Several
parts travel at once. A link that has expired (403) asks for fresh ones, once for all parts that meet it, by announcing
the file again; fresh links belong to a fresh job, so every part is sent to it. Nothing is completed before every part
has its receipt, so a failed upload leaves no completed job. Which operations, and what their fields are called, is
data: `upload` in workflow.yaml. Source: S3 "Uploading an object using multipart upload"; ranges are inclusive at both
ends.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from leapocr_dyn import errors
from leapocr_dyn.document import expression
from leapocr_dyn.document.workflow import Section
from leapocr_dyn.operation import file as files
from leapocr_dyn.operation.answer import failure
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.session import Answer, Session
from leapocr_dyn.transport import CHUNK
from leapocr_dyn.workflows.spool import FileInput, measured, named

AT_ONCE = 8  # parts under way
LONGEST_NAME = 255  # characters, as in file systems
Sent = Callable[[int, int], Any]  # Any: None, or a coroutine


class Upload:
    """A file that is open to be sent. name: its base name; size: bytes; type: its media type."""

    def __init__(self, name: str, size: int, type: str, read: files.Read, shown: str) -> None:  # noqa: A002 - HTTP's word
        self.name = name
        self.size = size
        self.type = type
        self.read = read
        self.shown = shown


class Part(NamedTuple):
    """A range of a file and the link for it. first, last: byte positions, both inclusive."""

    number: int
    first: int
    last: int
    link: str


class Uploaded(NamedTuple):
    """A job that began. answer: of the operation that completed it, or of the one that said that it was."""

    job_id: str
    answer: Answer


class Raised(Exception):  # noqa: N818 - it is no error: it is how one travels
    """What the caller's own file or listener raised, on its way through the network's code.

    As itself it could be taken for a failure of the network, and the part be sent again.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


class PartBody:
    """The bytes of one part, read while they are sent. on_sent is told how many of them have been read."""

    def __init__(self, file: Upload, part: Part, on_sent: Callable[[int], None]) -> None:
        self.length: int = part.last - part.first + 1
        self._file = file
        self._part = part
        self._on_sent = on_sent

    def pieces(self) -> Iterator[Callable[[], bytes]]:
        """One call for each piece; a file that got shorter meanwhile raises FileError."""
        for first in range(self._part.first, self._part.last + 1, CHUNK):
            yield lambda first=first: self._read(first)  # type: ignore[misc]  # mypy sees no default in a lambda

    def _read(self, first: int) -> bytes:
        wanted = min(CHUNK, self._part.last + 1 - first)
        try:
            piece = self._file.read(first, wanted)
            self._on_sent(first + wanted - self._part.first)
        except Exception as error:
            raise Raised(error) from error
        return piece


async def upload(
    session: Session,
    given: FileInput,
    options: Mapping[str, Any],
    on_sent: Sent | None = None,
    on_complete: Callable[[str], None] | None = None,
) -> Uploaded:
    """Send a file, and so begin a job.

    options: further arguments of the operation that announces it. on_sent(bytes sent, bytes in all): called with 0, and
    as bytes leave, from any thread; an async function is awaited after each part. Raises FileError, ValidationError,
    and what a call raises. on_complete: called with the job's id right before the request that completes the upload.
    """
    rules = session.api.workflow.section("upload")
    with contextlib.ExitStack() as closing:
        known = await measured(session.io, given, closing, rules.get("largest"))
        opening = partial(closing.enter_context, opened(known, rules.get("types", {})))
        file = await session.io.call(opening)  # a disk may be slow, and an event loop has no time
        return await _Sending(session, rules, file, options, on_sent, on_complete).run()


class _Sending:
    def __init__(
        self,
        session: Session,
        rules: Section,
        file: Upload,
        options: Mapping[str, Any],
        on_sent: Sent | None,
        on_complete: Callable[[str], None] | None,
    ) -> None:
        self._session = session
        self._rules = rules
        self._file = file
        self._options = options
        self._on_sent = on_sent
        self._suspends = False
        self._on_complete = on_complete
        self._lock = threading.Lock()
        self._sent: dict[Part, int] = {}  # how far each part has come
        self._shown = 0
        self._receipts: dict[Part, str] = {}
        self._round = 0
        self._announced: Answer
        self._parts: list[Part] = []

    async def run(self) -> Uploaded:
        if self._on_sent is not None and inspect.isawaitable(said := self._on_sent(0, self._file.size)):
            self._suspends = True
            await said
        await self._announce()
        first = self._round
        await self._session.io.gather((self._sending(part) for part in list(self._parts)), AT_ONCE)
        if self._round != first:
            # Receipts belong to the upload that gave them: the new job has to receive what went to the old one.
            missing = [part for part in self._parts if part not in self._receipts]
            await self._session.io.gather((self._sending(part) for part in missing), AT_ONCE)
        return await self._complete()

    async def _announce(self) -> None:
        rule = self._rules["initiate"]
        inputs = {"name": self._file.name, "size": self._file.size, "type": self._file.type}
        body = expression.fill(rule.get("body", {}), expression.Context(inputs=inputs))
        try:
            self._announced = await self._session.ask(rule["operation"], {**body, **self._options})
        except errors.ValidationError as error:
            own = [field for field in error.fields if field in body and field not in self._options]
            if error.status_code is not None or not own:
                raise
            raise errors.FileError(
                f"{self._file.shown} cannot be sent: {error.message}",
                file_path=self._file.shown,
                file_size=self._file.size,
            ) from error
        self._parts = self._cut(self._announced)
        try:
            self._session.plan(*self._completion(dict.fromkeys(self._parts, "receipt")))
        except (TypeError, errors.ValidationError) as error:
            raise errors.ContractError(f"the server announced an upload that cannot be completed: {error}") from error

    def _cut(self, announced: Answer) -> list[Part]:
        """The parts that the server asks for. Raises ContractError unless they cover the file exactly, in order."""
        rule = self._rules["parts"]
        found = expression.parse(rule["items"])(announced.context())
        try:
            parts = [Part(*(one[rule[key]] for key in ("number", "first", "last", "link"))) for one in found]
        except (TypeError, KeyError) as error:
            raise errors.ContractError("the server announced parts that cannot be read; nothing was sent") from error
        if any([type(one) for one in part] != [int, int, int, str] for part in parts):
            raise errors.ContractError("the server announced parts whose numbers or links are none; nothing was sent")
        ordered = sorted(parts, key=lambda part: part.first)
        # A server that counts in whole chunks lets the last one end behind the file.
        ordered[-1:] = [part._replace(last=min(part.last, self._file.size - 1)) for part in ordered[-1:]]
        ends = [-1, *(part.last for part in ordered)]
        joined = all(part.last >= part.first == end + 1 for part, end in zip(ordered, ends, strict=False))
        distinct = len({part.number for part in parts}) == len(parts)
        if not parts or not joined or not distinct or ends[-1] != self._file.size - 1:
            raise errors.ContractError(
                f"the parts that the server announced do not cover the {self._file.size} bytes of {self._file.shown}"
            )
        return ordered

    def _sending(self, part: Part) -> Callable[[], Any]:  # Any: a coroutine
        async def send() -> None:
            round_ = self._round
            if part not in self._parts:
                return  # its link has expired meanwhile, and it has a successor
            response, attempts = await self._put(part)
            await self._caught_up()
            if response.status_code == 403 and not round_:
                await self._session.io.once(("links", id(self)), self._fresh)
                return
            if not 200 <= response.status_code < 300:
                raise self._refused(part, response, attempts)
            receipt = expression.parse(self._rules["receipt"])(expression.Context(response_headers=response.headers))
            if not isinstance(receipt, str) or not receipt:
                raise errors.ContractError(
                    f"the storage gave no receipt for part {part.number}; the upload cannot be completed",
                    status_code=response.status_code,
                    operation=self._announcing.name,
                    attempts=attempts,
                )
            if round_ == self._round:
                self._receipts[part] = unquoted(receipt)

        return send

    async def _put(self, part: Part) -> tuple[httpx.Response, int]:
        body = PartBody(self._file, part, lambda sent: self._told(part, sent))
        try:
            return await self._session.put(part.link, body)
        except Raised as raised:
            raise raised.error from raised.error.__cause__
        except errors.TransportError as error:
            error.operation = self._announcing.name
            raise

    def _refused(self, part: Part, response: httpx.Response, attempts: int) -> errors.APIError:
        # Not more of the body than its code: it may repeat what the link's signature was made from.
        error = failure(self._announcing, response.status_code, response.headers, b"")
        code = re.search(r"<Code>(\w{1,60})</Code>", response.text)
        error.code = code[1] if code else None
        error.attempts = attempts
        error.message = f"the storage did not take part {part.number} of {self._file.shown}; nothing was completed"
        if response.status_code == 403:
            error.message = (
                f"the storage refused fresh links for {self._file.shown}, too; they expire faster than its parts can "
                "be sent, or none is right. Nothing was completed"
            )
        return error

    def _told(self, part: Part, sent: int) -> None:
        """Tell how far all parts have come. What goes out twice counts once, so the number never falls.

        An async listener cannot be told from the thread that reads: it hears after each part.
        """
        if self._on_sent is None:
            return
        with self._lock:  # also while it is told: of two threads, the one with more must not come first
            self._sent[part] = max(sent, self._sent.get(part, 0))
            if (now := self._further()) and not self._suspends:
                self._shown = now
                self._on_sent(now, self._file.size)

    async def _caught_up(self) -> None:
        """Tell an async listener how far all parts have come."""
        if self._on_sent is not None and self._suspends and (now := self._further()):
            self._shown = now  # before it is told: meanwhile another part may end
            await self._on_sent(now, self._file.size)

    def _further(self) -> int:
        """The bytes that are on their way, where they are more than was told; else 0."""
        now = sum(self._sent.get(one, 0) for one in self._parts)
        return now if now > self._shown else 0

    async def _fresh(self) -> None:
        """Announce the file again, for links that work; once, because links that expire at once never will."""
        if self._round:
            return
        # The round ends when the fresh links are there: a part that meets an old one meanwhile waits for them, too.
        await self._announce()
        self._round += 1
        self._receipts.clear()

    @property
    def _announcing(self) -> Operation:
        return self._session.api.operations[self._rules["initiate"]["operation"]]

    async def _complete(self) -> Uploaded:
        operation, arguments = self._completion(self._receipts)
        job_id = arguments[self._session.api.workflow.section("poll")["input"]]
        if self._on_complete is not None:
            self._on_complete(job_id)
        with errors.about(job_id):
            return Uploaded(job_id, await self._session.ask(operation, arguments))

    def _completion(self, receipts: Mapping[Part, str]) -> tuple[Operation, dict[str, Any]]:
        """The operation that completes the upload, and its arguments with these receipts."""
        rule = self._rules["complete"]
        entries = [
            expression.fill(rule["each"], expression.Context(inputs={"number": part.number, "receipt": receipts[part]}))
            for part in sorted(self._parts)
        ]
        context = self._announced.context({"receipts": entries})
        filled = {
            **expression.fill(rule.get("parameters", {}), context),
            **expression.fill(rule.get("body", {}), context),
        }
        return self._session.api.operations[rule["operation"]], filled


def unquoted(etag: str) -> str:
    """An ETag as text: `"e1"` and `W/"e1"` are e1 (RFC 9110 section 8.8.3)."""
    return etag.strip().removeprefix("W/").strip('"')


# -- the file


@contextlib.contextmanager
def opened(given: FileInput, types: Mapping[str, str]) -> Iterator[Upload]:
    """A file to send: a path, bytes, an open binary file (from where it stands), or (name, one of these).

    types: {ending: media type}. Raises FileError for a file that is missing, empty, a folder, or of a type that is not
    among them, by ending or by its first bytes.
    """
    name, content = named(given)
    path = _path(content) if isinstance(content, (str, os.PathLike)) else None  # here text is a path
    file = files.taken(content if path is None else path, "file")
    if file is None:
        raise errors.FileError(
            "a file is a path, bytes, an open binary file, an iterator of bytes, or (name, one of these), not "
            f"{type(content).__name__}"
        )
    called = name if path is None else ""  # where there is a path, it says more
    name, held = shortened(name or file.name) or "document", file.content
    shown = called or held.shown if isinstance(held, files.Stored) else f"({name}, {len(held)} bytes)"
    if isinstance(held, files.Stored) and held.start and not held.length:
        raise errors.FileError(f"{shown} stands at its end; seek(0) first", file_path=shown, file_size=0)
    with files.reading(held) as read:
        yield _checked(name, files.size(held), read, types, shown)


def shortened(name: str) -> str:
    """A name of at most as many characters as are taken, with its ending."""
    stem, ending = os.path.splitext(name)
    return (stem[: max(0, LONGEST_NAME - len(ending))] + ending)[:LONGEST_NAME]


def _path(given: str | os.PathLike[str]) -> Path:
    text = os.fsdecode(given)
    if not text:
        raise errors.FileError("the path is empty; pass the path of a file", file_path="")
    if re.match(r"https?:/", text, re.IGNORECASE):
        # What follows a question mark may be a signature.
        shown = files.legible(text.partition("?")[0])
        raise errors.FileError(f"{shown} is a URL and not a file; pass it to process_url", file_path=shown)
    return Path(text)


def _checked(name: str, size: int, read: files.Read, types: Mapping[str, str], shown: str) -> Upload:
    if size < 1:
        raise errors.FileError(f"{shown} is empty", file_path=shown, file_size=0)
    ending = os.path.splitext(name)[1].lower()
    kind = types.get(ending) or (None if ending else _by_content(read(0, min(16, size)), types))
    if types and kind is None:
        what = f"a {ending} file" if ending else "of a type that its first bytes do not tell"
        raise errors.FileError(f"{shown} is {what}; supported are {', '.join(types)}", file_path=shown, file_size=size)
    return Upload(name, size, kind or "application/octet-stream", read, shown)


SIGNATURES = {
    b"%PDF-": ".pdf",
    b"\x89PNG\r\n\x1a\n": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"II*\0": ".tif",
    b"MM\0*": ".tif",
}


def _by_content(first: bytes, types: Mapping[str, str]) -> str | None:
    if first[:4] == b"RIFF" and first[8:12] == b"WEBP":
        return types.get(".webp")
    return next((types.get(ending) for signature, ending in SIGNATURES.items() if first.startswith(signature)), None)
