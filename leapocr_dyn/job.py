"""A job that outlives the program that began it: its token, and the handle that a token gives back.

A token is JSON text with a version: which API (base URL), and which job. It holds no secret, so it may be stored where
others can read it, and it is refused for another API than the one it names: a job's id means nothing elsewhere, and
asking for it there would tell it to strangers. What a handle can do is the door's to say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from leapocr_dyn.errors import ValidationError
from leapocr_dyn.origin import origin, place

VERSION = 1


class Token(NamedTuple):
    """Which job, and where; `str(token)` is one line of JSON. metadata: the caller's own words about the job."""

    base_url: str
    job_id: str
    metadata: Mapping[str, str] = {}

    def __str__(self) -> str:
        return json.dumps({"version": VERSION, **self._asdict(), "metadata": dict(self.metadata)})

    @classmethod
    def parse(cls, text: Any) -> Token:  # Any: whatever was stored
        """The token that a text is. Raises ValidationError, which does not repeat the text."""
        if isinstance(text, Token):
            return text
        said: Any = None  # Any: JSON
        if isinstance(text, str):
            try:
                said = json.loads(text)
            except (ValueError, RecursionError):
                said = None
        if not isinstance(said, dict) or "version" not in said:
            raise ValidationError("this is no job's token; job.token() gives one", field="token")
        if said["version"] != VERSION:
            raise ValidationError(
                f"this job's token has version {said['version']!r:.20}, and this package reads version {VERSION}",
                field="token",
            )
        base_url, job_id, metadata = said.get("base_url"), said.get("job_id"), said.get("metadata")
        if not isinstance(base_url, str) or not isinstance(job_id, str) or not job_id:
            raise ValidationError("this job's token does not say which job it is", field="token")
        return cls(base_url, job_id, metadata if isinstance(metadata, dict) else {})

    def check(self, base_url: str) -> None:
        """Raise ValidationError unless the token is of the API at this base URL."""
        if _where(self.base_url) != _where(base_url):
            raise ValidationError(
                f"this token is of a job at {place(self.base_url) or 'nowhere'}, and this client speaks to "
                f"{place(base_url)}; make a client with that base_url",
                field="token",
            )


def _where(base_url: str) -> Any:  # Any: what is compared
    """Where a base URL leads, however it is written."""
    there = origin(base_url)
    return (
        base_url if there is None else (there, urlsplit(base_url)._replace(scheme="", netloc="").geturl().rstrip("/"))
    )
