"""Recorded answers: exchanges with a real server, given back by the fake one as they were.

A recording is {"vectors": [{"request": {method, path, query, json | content},
"response": {status, headers, json | text}}, ...]}. What it leaves out of a request (no query, no body) fits any. The
one that says most about a request answers it; of several that say as much, each in its turn, and the last one from then
on: so a job can come from PENDING to COMPLETED.

They are not held against the document: they are what a real server said, whatever a document says of that.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from leapocr_dyn.errors import ConfigurationError

Json = Any  # JSON as a peer or a recording wrote it
FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "date", "server", "content-encoding"})


class Recorded(NamedTuple):
    """An answer as it was. content: the body."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Recordings:
    """Exchanges, asked for the answer to a request."""

    def __init__(self, recording: Mapping[str, Json]) -> None:
        vectors = recording.get("vectors") if isinstance(recording, Mapping) else None
        if not isinstance(vectors, list) or not all(map(_is_exchange, vectors)):
            raise ConfigurationError(
                'a recording is {"vectors": [{"request": {"method", "path", ...}, "response": {"status", ...}}, ...]}'
            )
        self._vectors: list[dict[str, Json]] = vectors
        self._given = [0] * len(vectors)
        self._lock = threading.Lock()

    def answer(self, method: str, path: str, query: Sequence[tuple[str, str]], body: bytes) -> Recorded | None:
        """The answer to a request, or None where none was recorded."""
        found = [
            (said, index)
            for index, one in enumerate(self._vectors)
            if (said := _fit(one["request"], method, path, query, body)) is not None
        ]
        if not found:
            return None
        most = max(said for said, _ in found)
        with self._lock:
            fitting = [index for said, index in found if said == most]
            chosen = next((index for index in fitting if not self._given[index]), fitting[-1])
            self._given[chosen] += 1
        return _recorded(self._vectors[chosen]["response"])


def _is_exchange(one: Json) -> bool:
    parts = (one.get("request"), one.get("response")) if isinstance(one, dict) else (None, None)
    request, response = parts
    return (
        isinstance(request, dict)
        and isinstance(response, dict)
        and {"method", "path"} <= request.keys()
        and isinstance(response.get("status"), int)
    )


def _fit(
    request: Mapping[str, Json], method: str, path: str, query: Sequence[tuple[str, str]], body: bytes
) -> int | None:
    """How much a recorded request says of this one: the parts that are equal; None where one is not."""
    if request["method"] != method or request["path"] != path:
        return None
    said = 0
    if request.get("query"):
        if {str(name): str(value) for name, value in request["query"].items()} != dict(query):
            return None
        said += 1
    if "content" in request:
        if body.decode("utf-8", "replace") != request["content"]:
            return None
        said += 1
    if request.get("json") is not None:
        try:
            if json.loads(body) != request["json"]:
                return None
        except ValueError:
            return None
        said += 1
    return said


def _recorded(response: Mapping[str, Json]) -> Recorded:
    headers = {
        str(name): str(text)
        for name, text in (response.get("headers") or {}).items()
        if str(name).lower() not in FRAMING
    }
    if "json" in response:
        headers.setdefault("content-type", "application/json")
        return Recorded(response["status"], headers, json.dumps(response["json"]).encode())
    return Recorded(response["status"], headers, str(response.get("text", "")).encode())
