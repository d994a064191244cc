"""Drift: what real answers showed that the document does not say, counted by place."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from leapocr_dyn.errors import DriftError
from leapocr_dyn.model.value import brief

PLACES = 1000  # remembered at most; a server that never repeats itself must not fill the memory


class Surprise(NamedTuple):
    """One way in which answers differ, seen `times` times. what: type, format, enum, status, unknown field X."""

    pointer: str
    what: str
    times: int

    def __str__(self) -> str:
        return f"{self.what} at #{self.pointer} ({self.times} times)"


class Drift:
    """Counts surprises, or raises the first one where it is strict."""

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._seen: Counter[tuple[str, str]] = Counter()

    def note(self, pointer: str, what: str, value: Any) -> None:  # Any: a wire value
        """Take one surprise down. Raises DriftError where strict."""
        if self._strict:
            raise DriftError(
                f"{what} at #{pointer}: the server sent {brief.repr(value)}, which the document does not say"
            )
        if (pointer, what) in self._seen or len(self._seen) < PLACES:
            self._seen[pointer, what] += 1

    def surprises(self) -> list[Surprise]:
        """What was seen, the most frequent first."""
        return [Surprise(pointer, what, count) for (pointer, what), count in self._seen.most_common()]
