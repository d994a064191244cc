"""A surprise: one way in which answers differ from the document, with what was seen in place of what it says.

Of what a server sent, a surprise holds the names of fields, kinds of JSON, statuses, and words that stand where the
document lists words; no other value, which could be anybody's secret.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from leapocr_dyn.model.value import Json
from leapocr_dyn.visible import visible

FIELD = "unknown field "  # and its name
FIELDS = "unknown fields"  # so many at one place that they are no fields
# What is seen is a value itself, and not the kind of one.
WORDED = frozenset({"enum", "discriminator", "status", "error status"})
# What a strict client lets pass: null is what a missing field is read as, and a failure is raised anyway.
HARMLESS = frozenset({"null", "error status"})
LONGEST = 120  # characters of a name or a word that are kept


class Surprise(NamedTuple):
    """One way in which answers differ, seen `times` times.

    pointer: into the document in its normal form. what: type, format, enum, discriminator, null, too many items,
    status, error status, unknown field X, or unknown fields where there are too many. seen: the words or statuses, for
    all others the kinds of JSON, the most frequent first. others: how often it was a word that is not kept.
    """

    pointer: str
    what: str
    times: int
    seen: tuple[Json, ...] = ()
    others: int = 0

    @property
    def sentence(self) -> str:
        """What it is, and what was seen."""
        words = [json.dumps(one, ensure_ascii=False) if self.what in WORDED else str(one) for one in self.seen]
        words += ["others"] if self.others else []
        return f"{self.what}: {', '.join(words)}" if words and self.what != "null" else self.what

    def __str__(self) -> str:
        return visible(f"{self.sentence} at #{self.pointer} ({self.times} times)")


def clipped(name: str) -> str:
    """As much of it as is kept."""
    return name if len(name) <= LONGEST else name[:LONGEST] + "…"
