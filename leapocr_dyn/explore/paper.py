"""A page of a document as values: its text or data, and where on it each piece stands.

Where a service says all this is data: `paper` of a view in workflow.yaml. What it says may be wrong in any way, so a
number that is none is not there, and neither is a box that lies outside its page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from leapocr_dyn.document.reference import resolve
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.model.value import Json, Model
from leapocr_dyn.operation.view import items

MOST = 1e6  # pixels that a page may be wide or high
Place: TypeAlias = tuple[float, float, float, float]


class Box(NamedTuple):
    """A piece of a page. kind: what the service calls it, such as heading. place: x, y, width and height, if known."""

    kind: str
    text: str
    place: Place | None


class Paper(NamedTuple):
    """A page. content: text, or data. confidence: from 0 to 1. size: width and height, in the unit of its boxes."""

    number: int | None
    content: Json
    confidence: float | None
    size: tuple[float, float] | None
    boxes: tuple[Box, ...]


def papers(it: Model) -> list[Paper]:
    """The pages that people look at: a view's own, or those that it lists; none where its workflow knows of none."""
    rule, field = getattr(type(it), "_paper", None), getattr(type(it), "_papers", None)
    pages = [it] if rule is not None else items(it, field) if field is not None else []
    return [paper(page.to_dict(), getattr(type(page), "_paper", None) or {}) for page in pages]


def paper(wire: Json, rule: Mapping[str, Any]) -> Paper:  # Any: `paper` of a workflow
    """One page, as the rule reads it."""
    number, confidence = numeric(found(wire, rule.get("number"))), numeric(found(wire, rule.get("confidence")))
    listed = found(wire, rule.get("boxes"))
    boxes = [box(one, rule.get("box", {})) for one in (listed if isinstance(listed, list) else [])]
    width, height = (numeric(found(wire, rule.get(side))) for side in ("width", "height"))
    places = [place for one in boxes if (place := within(one.place, (MOST, MOST))) is not None]
    size: tuple[float, float] | None = None
    if width and height and 1 <= width <= MOST and 1 <= height <= MOST:
        size = width, height
    elif places:  # no smaller than what stands on it
        size = tuple(max(place[axis] + place[axis + 2] for place in places) for axis in (0, 1))  # type: ignore[assignment]  # two
    return Paper(
        None if number is None else int(number),
        found(wire, rule.get("content")),
        confidence if confidence is not None and 0 <= confidence <= 1 else None,
        size,
        tuple(one._replace(place=within(one.place, size)) for one in boxes),
    )


def box(wire: Json, rule: Mapping[str, Any]) -> Box:  # Any: `box` of a workflow
    """One piece, as the rule reads it."""
    kind, text = (found(wire, rule.get(name)) for name in ("kind", "text"))
    x, y, width, height = (numeric(found(wire, rule.get(name))) for name in ("x", "y", "width", "height"))
    place: Place | None = None
    if x is not None and y is not None and width is not None and height is not None:
        place = (x, y, width, height) if all(abs(one) <= MOST for one in (x, y, width, height)) else None
    return Box(str(kind or ""), str(text or ""), place)


def within(place: Place | None, size: tuple[float, float] | None) -> Place | None:
    """What of a rectangle lies on a page; None for what lies beside it, or has no area."""
    if place is None or size is None:
        return None
    left, top = max(place[0], 0), max(place[1], 0)
    width, height = min(place[0] + place[2], size[0]) - left, min(place[1] + place[3], size[1]) - top
    return (left, top, width, height) if width > 0 and height > 0 else None


def found(wire: Json, pointer: str | None) -> Json:
    """What a pointer leads to, or None."""
    try:
        return None if pointer is None else resolve(wire, pointer)
    except DocumentError:
        return None


def numeric(value: Json) -> float | None:
    """A number that can be measured with, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:  # an int of hundreds of digits
        return None
