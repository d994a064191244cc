"""Data as HTML: names and values below each other, a list of like things as a table, and what is large folded up.

How much is shown is bounded, and what is left out is counted.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Any

from leapocr_dyn.explore.markup import Markup, element
from leapocr_dyn.model.naming import counted
from leapocr_dyn.model.value import SPELLED, Hidden, Model, brief, discreet

TEXT = 2_000  # characters of one text
DEPTH = 6
UNFOLDED = 12  # things inside another
COLUMNS = 8  # of a table


class Room:
    """How many more rows there is room for. discreet: whether links are shown without what may be secret in them."""

    def __init__(self, rows: int, discreet: bool = True) -> None:
        self.rows = rows
        self.discreet = discreet

    def taken(self) -> bool:
        """Whether there was room for one more."""
        self.rows -= 1
        return self.rows >= 0


def record(pairs: Iterable[tuple[str, Any]], room: Room, depth: int = 0) -> Markup:  # Any: whatever a value holds
    """Names and what they stand for."""
    found = list(pairs)
    rows = [
        element("tr", element("th", name, scope="row"), element("td", shown(value, room, depth)))
        for name, value in found
        if room.taken()
    ]
    return element("table", element("tbody", rows, rest(len(found) - len(rows), 2)), class_="record")


def grid(columns: list[str], items: list[dict[str, Any]], room: Room, depth: int) -> Markup:  # Any: as above
    """A list of like things, one in a row."""
    head = element("thead", element("tr", [element("th", name) for name in columns]))
    rows = [
        element("tr", [element("td", shown(one[name], room, depth) if name in one else None) for name in columns])
        for one in items
        if room.taken()
    ]
    return element("table", head, element("tbody", rows, rest(len(items) - len(rows), len(columns))), class_="grid")


def rest(left: int, columns: int) -> Markup | None:
    """A row that counts what is not shown."""
    return element("tr", element("td", f"… {left} more", class_="quiet", colspan=columns)) if left else None


def shown(value: Any, room: Room, depth: int = 0) -> Markup:  # Any: whatever a value holds
    """One value: text as it is, what holds others so that it can be unfolded."""
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, Hidden):
        return element("span", repr(value), class_="quiet")
    if isinstance(value, str):
        text = discreet(value) if room.discreet else value
        more = len(text) - TEXT
        cut = element("span", f" … {more} more characters", class_="quiet") if more > 0 else None
        return element("span", text[:TEXT], cut, dir="auto", class_="text")
    pairs = inside(value)
    if pairs is None:
        return element("code", plain(value))
    if not pairs:
        return element("span", "empty", class_="quiet")
    if depth >= DEPTH:
        return element("span", "…", class_="quiet")
    count = counted(len(pairs), "field" if isinstance(value, (Model, Mapping)) else "item")
    what = f"{type(value).__name__}, {count}" if isinstance(value, Model) else count
    return element(
        "details",
        element("summary", what),
        laid_out(value, room, depth + 1),
        open=depth == 0 and len(pairs) <= UNFOLDED,
    )


def laid_out(value: Any, room: Room, depth: int = 0) -> Markup:  # Any: what holds others
    """What is inside a value: as a table where it lists like things, and otherwise as a record."""
    pairs = inside(value) or []
    items = [dict(inside(one) or []) for one in value] if isinstance(value, (list, tuple)) else []
    columns = list(dict.fromkeys(name for one in items for name in one)) if all(items) else []
    if columns and len(columns) <= COLUMNS and all(isinstance(one, (Model, Mapping)) for one in value):
        return grid(columns, items, room, depth)
    return record(pairs, room, depth)


def inside(value: Any) -> list[tuple[str, Any]] | None:  # Any: whatever a value holds
    """What a value is made of; None where it is not made of others."""
    if isinstance(value, Model):
        return list(value._fields())
    if isinstance(value, Mapping):
        return [(str(name), one) for name, one in value.items()]
    if isinstance(value, (list, tuple)):
        return [(str(number), one) for number, one in enumerate(value, 1)]
    return None


def plain(value: Any) -> str:  # Any: what holds no others
    """A number, a date or whatever else, in few letters."""
    if isinstance(value, float):
        return f"{value:.10g}"
    spelled = isinstance(value, SPELLED) and not isinstance(value, (bytes, bytearray, memoryview))
    return str(value) if spelled else brief.repr(value)
