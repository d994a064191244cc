"""Drift: what real answers showed that the document does not say, counted by place."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

PLACES = 1000  # remembered at most; a server that never repeats itself must not fill the memory


class Surprise(NamedTuple):
    """One way in which answers differ, seen `times` times. what: type, format, enum, status, unknown field X."""

    pointer: str
    what: str
    times: int

    def __str__(self) -> str:
        return f"{self.what} at #{self.pointer} ({self.times} times)"


class Drift:
    """Counts surprises."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str]] = Counter()

    def note(self, pointer: str, what: str) -> None:
        """Take one surprise down."""
        if (pointer, what) in self._seen or len(self._seen) < PLACES:
            self._seen[pointer, what] += 1

    def surprises(self) -> list[Surprise]:
        """What was seen, the most frequent first."""
        return [Surprise(pointer, what, count) for (pointer, what), count in self._seen.most_common()]
