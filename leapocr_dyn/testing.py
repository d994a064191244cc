"""For tests of your own programs: a server that is a script, and a clock that nobody waits for.

    replies = Replies(api)
    replies.reply("get_job_status", {"id": "j1", "status": "processing"}, {"id": "j1", "status": "completed"})
    client = api.client(api_key="any", **replies.blocking())

A document that is not bundled wants a `base_url`, as it always does before a key is sent; any will do here.

Nothing is patched: the client runs as it always does, on an httpx client whose network is the script. Every reply is
checked against the document when it is written, so that a test cannot promise what the service never sends. A request
that nobody scripted is an AssertionError, which no `except` of a program takes for its own.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from leapocr_dyn.document.reference import pointer
from leapocr_dyn.errors import ConfigurationError, ContractError
from leapocr_dyn.model import naming
from leapocr_dyn.model.check import problems
from leapocr_dyn.model.value import to_wire
from leapocr_dyn.operation.answer import promised
from leapocr_dyn.operation.media import is_json
from leapocr_dyn.transport import Clock

if TYPE_CHECKING:
    import os

    import httpx

    from leapocr_dyn.api import Api
    from leapocr_dyn.operation.operation import Operation


class StillClock(Clock):
    """A clock that only sleeping moves, and that nobody waits for. slept: every pause, in seconds."""

    def __init__(self) -> None:
        self.time: float = 1000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def now(self) -> float:
        """The moment up to which somebody has slept."""
        return self.time

    def sleep(self, seconds: float, halt: threading.Event | None) -> None:
        """Be later at once."""
        self._pass(seconds)

    async def asleep(self, seconds: float) -> None:
        """Be later at once, and let others run."""
        import anyio.lowlevel

        self._pass(seconds)
        await anyio.lowlevel.checkpoint()

    def _pass(self, seconds: float) -> None:
        if seconds > 0:
            with self._lock:
                self.time += seconds
                self.slept.append(seconds)


class Sent(NamedTuple):
    """A request that a program sent. operation: its Python name, or None where the document has none for it.

    body: as JSON where it is that, otherwise bytes.
    """

    method: str
    url: str
    operation: str | None
    headers: dict[str, str]
    body: Any  # Any: JSON, or bytes


class Reply(NamedTuple):
    """What is answered: an HTTP response, or an exception of httpx in its place."""

    status: int
    headers: dict[str, str]
    content: bytes
    error: Exception | None = None


class Replies:
    """A script: what each operation answers, in order; the last answer of an operation is repeated for ever.

    sent: every request, in order. clock: the time in which the clients of this script live.
    """

    def __init__(self, api: Api) -> None:
        if not hasattr(api, "operations"):
            raise TypeError(f"replies are to an Api: Replies(leapocr_dyn.load({api!r:.60}))")
        self.api = api
        self.sent: list[Sent] = []
        self.clock: StillClock = StillClock()
        self._replies: dict[str, list[Reply]] = {}
        self._lock = threading.Lock()
        self._routes = [(_route(one.path), one) for one in map(api.operations.__getitem__, api.operations)]

    def reply(
        self,
        operation: str,
        *bodies: Any,  # Any: JSON, a model, or bytes
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        checked: bool = True,
    ) -> Self:
        """Answer an operation with these bodies, one after the other; without any, with an empty one.

        bodies: JSON, models of the document, or bytes. operation: its name, its operationId, or "METHOD https://..."
        for what the document does not know, such as the links of a storage. checked: raise ContractError for a body
        that the document does not promise.
        """
        found = None if " " in operation else self.api.operations[operation]
        for given in bodies or (b"",):
            body = given if isinstance(given, bytes) else to_wire(given)
            if found is not None and checked and not isinstance(body, bytes):
                _check(found, status, body)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            kind = {} if isinstance(body, bytes) else {"content-type": "application/json"}
            self._add(operation, Reply(status, {**kind, **(headers or {})}, content))
        return self

    def fail(self, operation: str, *failures: Exception) -> Self:
        """Let an operation fail in the network: exceptions of httpx, such as httpx.ConnectError("refused")."""
        for failure in failures:
            if not isinstance(failure, Exception):
                raise TypeError(
                    f"a failure is an exception, such as httpx.ConnectError('refused'), not {failure!r:.60}"
                )
            self._add(operation, Reply(0, {}, b"", failure))
        return self

    def recorded(self, path: str | os.PathLike[str], *, checked: bool = True) -> Self:
        """Add the replies of a file: a JSON array of {"operation", "status", "headers", "body"}, in order.

        Only `operation` has to be there. Raises ConfigurationError for a file that holds anything else.
        """
        for one in _recording(path):
            bodies = [one["body"]] if "body" in one else []
            self.reply(
                one["operation"],
                *bodies,
                status=one.get("status", 200),
                headers=one.get("headers"),
                checked=checked,
            )
        return self

    def blocking(self) -> dict[str, Any]:  # Any: settings of a client
        """The settings of a blocking client that lives in this script: `Client(api, **replies.blocking())`."""
        import httpx

        return {"http_client": httpx.Client(transport=httpx.MockTransport(self)), "clock": self.clock}

    def suspending(self) -> dict[str, Any]:  # Any: settings of a client
        """The settings of an async client that lives in this script: `AsyncClient(api, **replies.suspending())`."""
        import httpx

        return {"http_client": httpx.AsyncClient(transport=httpx.MockTransport(self)), "clock": self.clock}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        import httpx

        operation = self._operation(request.method, request.url.path)
        content = request.read() if not hasattr(request, "_content") else request.content
        body = json.loads(content) if is_json(request.headers.get("content-type", "")) else content
        name = operation.name if operation is not None else None
        url = str(request.url)
        with self._lock:
            self.sent.append(Sent(request.method, url, name, dict(request.headers), body))
            key = operation.place if operation is not None else f"{request.method} {url.partition('?')[0]}"
            script = self._replies.get(key)
            assert script, f"nobody scripted {request.method} {url} ({name or 'which the document does not know'})"
            reply = script.pop(0) if len(script) > 1 else script[0]
        if reply.error is not None:
            raise reply.error
        return httpx.Response(reply.status, headers=reply.headers, content=reply.content)

    def _add(self, operation: str, reply: Reply) -> None:
        if " " in operation and "://" not in operation:
            raise ConfigurationError(
                f"{operation!r} is neither an operation's name nor METHOD and a whole URL, as in "
                "'PUT https://a.example/1'; what the document knows goes by its name"
            )
        key = operation if " " in operation else self.api.operations[operation].place
        self._replies.setdefault(key, []).append(reply)

    def _operation(self, method: str, path: str) -> Operation | None:
        fits = [one for route, one in self._routes if one.method == method and route.search(path)]
        return max(fits, key=lambda one: len(re.sub(r"\{.*?\}", "", one.path)), default=None)

    def __repr__(self) -> str:
        known, sent = naming.counted(len(self._replies), "operation"), naming.counted(len(self.sent), "request")
        return f"<Replies to {known}; {sent} so far>"


def _recording(path: str | os.PathLike[str]) -> list[dict[str, Any]]:  # Any: JSON
    """What a file of replies holds. Raises ConfigurationError for a file of something else, FileNotFoundError."""
    try:
        found = json.loads(Path(path).read_text("utf-8"))
    except ValueError as error:
        raise ConfigurationError(f"{path} is no recording, because it is not JSON: {error}") from error
    entries = enumerate(found) if isinstance(found, list) else [(0, None)]
    wrong = [index for index, one in entries if not isinstance(one, dict) or not isinstance(one.get("operation"), str)]
    if wrong:
        where = f"entry {wrong[0]} has no operation" if isinstance(found, list) else "it is no array"
        raise ConfigurationError(
            f'{path} is no recording: {where}; it looks like [{{"operation": "...", "body": {{}}}}]'
        )
    return found  # type: ignore[no-any-return]  # it was looked at a line above


def _route(template: str) -> re.Pattern[str]:
    """What the end of a path looks like that this template fits; where the API begins is the client's to say."""
    return re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\{[^{}]*\}", template)) + "$")


def _check(operation: Operation, status: int, body: Any) -> None:  # Any: JSON
    """Raise ContractError where the document does not promise this body for this status."""
    node, place = promised(operation, status)
    content = node.get("content")
    media = next((media for media in content if is_json(media)), None) if isinstance(content, dict) else None
    if not isinstance(content, dict) or media is None:
        return
    schema = content[media].get("schema", True)
    found = list(problems(operation.document, schema, f"{place}/content{pointer(media)}/schema", body))
    if found:
        said = "; ".join(map(str, found))
        raise ContractError(
            f"the document promises no such answer with {status}: {said}. Pass checked=False to script it all the same",
            operation=operation.name,
        )
