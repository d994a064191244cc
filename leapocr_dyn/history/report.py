"""A comparison for people: as lines of text, and as Markdown.

What one shared schema does to many operations is said once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from leapocr_dyn.history.compare import Change, Comparison
from leapocr_dyn.history.rule import SEVERITIES

NOTHING = "Nothing that a client could notice has changed."


class Line(NamedTuple):
    """Changes that are one. operations: those that it concerns, in order. places: where, in words."""

    change: Change
    operations: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def who(self) -> str:
        """The operations in words: the first one, and how many others."""
        return self.operations[0] + _others(len(self.operations) - 1)

    @property
    def what(self) -> str:
        """Where it is, and the sentence."""
        where = self.places[0] + (_others(len(self.places) - 1) if len(self.operations) == 1 else "")
        return f"{where}: {self.change.sentence}" if where else self.change.sentence


def _others(number: int) -> str:
    return f" and {number} more" if number else ""


def lines(comparison: Comparison) -> list[Line]:
    """The changes, the most severe first, those that are one together."""
    found: dict[tuple[object, ...], list[Change]] = {}
    for change in comparison.changes:
        same = change.severity, change.rule, change.direction, change.sentence, change.old, change.new
        found.setdefault(same, []).append(change)
    return [
        Line(
            some[0],
            tuple(dict.fromkeys(one.operation for one in some)),
            tuple(dict.fromkeys(one.where for one in some if one.operation == some[0].operation)),
        )
        for some in found.values()
    ]


def heading(comparison: Comparison) -> str:
    """The highest severity, and how many lines there are of each."""
    some = lines(comparison)
    if not some:
        return NOTHING
    numbers = {word: sum(one.change.severity == word for one in some) for word in reversed(SEVERITIES)}
    return f"{comparison.severity}: " + ", ".join(f"{number} {word}" for word, number in numbers.items() if number)


def text(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """(severity, line) for each line that people read on a terminal, the heading first."""
    yield comparison.severity, heading(comparison)
    for one in lines(comparison):
        yield one.change.severity, f"{one.change.severity:<9} {one.who}: {one.what} [{one.change.rule}]"


def markdown(comparison: Comparison) -> str:
    """A heading and a table, for a pull request or a changelog."""
    table = [f"**{_plain(heading(comparison))}**"]
    if comparison.changes:
        table += ["", "| severity | operation | change | rule |", "|---|---|---|---|"]
        table += [
            f"| {one.change.severity} | {_plain(one.who)} | {_plain(one.what)} | `{one.change.rule}` |"
            for one in lines(comparison)
        ]
    return "\n".join(table) + "\n"


def _plain(words: str) -> str:
    """Text of a document, which is no markup and ends no cell."""
    return re.sub(r"([\\`*_{}\[\]<>|#~])", r"\\\1", " ".join(words.split()))
