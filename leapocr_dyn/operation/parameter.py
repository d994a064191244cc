"""Parameters -> text in the path, the query, a header or a cookie: `style` and `explode`.

A value arrives as JSON (text, number, boolean, list or flat object) and leaves percent-encoded, so that no value can
change the route, add a parameter or end a header. What a style cannot say (a list inside an object, say) is refused.
Source: OpenAPI 3.1 section 4.8.12 (Parameter Object) with RFC 6570; RFC 3986 sections 2.2, 2.3 and 3.3.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from leapocr_dyn.errors import ValidationError
from leapocr_dyn.model.type import Schema, Type
from leapocr_dyn.model.value import Json, brief

# RFC 3986 section 2.2, without what ends a value or the query (& #), what servers read as a space (+), and what a query
# cannot hold by section 3.4 ([ ]): `allowReserved` is about looks, not about adding parameters.
RESERVED = ":/?@!$'()*,;="
UNPRINTABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
Pairs = list[tuple[str, str]]


class Parameter(NamedTuple):
    """One parameter of an operation. name: in Python; wire: in the document; where: path, query, header or cookie."""

    name: str
    wire: str
    where: str
    type: Type
    required: bool
    style: str
    explode: bool
    allow_reserved: bool
    media: str | None
    schema: Schema
    place: str
    description: str
    default: Json

    def pairs(self, value: Json) -> Pairs:
        """(name, value) pairs for the query or a cookie, still to be joined with = and &."""
        if self.media is not None:
            return [(self._encoded(self.wire), self._encoded(json.dumps(value)))]
        return QUERY[self.style](self, value)

    def text(self, value: Json) -> str:
        """The text that stands for the value in the path or in a header."""
        text = self._encoded(json.dumps(value)) if self.media is not None else TEXT[self.style](self, value)
        if self.where == "path":
            self._stays_in_its_segment(text, value)
        elif UNPRINTABLE.search(text) or not text.isascii():
            raise self.refused(f"cannot hold {brief.repr(text)}: a header takes printable ASCII")
        return text

    def _stays_in_its_segment(self, text: str, value: Json) -> None:
        # RFC 3986 section 5.2.4: dot segments are removed, by somebody on the way or by the server after decoding.
        pieces = re.split(r"[/\\]", unquote(text))
        pieces += re.split(r"[/\\]", value) if isinstance(value, str) else []
        if not text or any(piece in (".", "..") for piece in pieces):
            raise self.refused(f"cannot be {brief.repr(value)}: it would change the path")

    def refused(self, said: str) -> ValidationError:
        """The exception for a value that this parameter cannot take."""
        return ValidationError(f"{self.name} {said}", field=self.name)

    def _encoded(self, text: str) -> str:
        if self.where == "header":
            return text
        try:
            return quote(text, safe=RESERVED if self.allow_reserved and self.where == "query" else "")
        except UnicodeEncodeError as error:
            raise self.refused(f"cannot hold {brief.repr(text)}: half a surrogate pair is not a character") from error

    def _one(self, value: Json) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (str, int, float)):
            try:
                text = str(value)
            except ValueError as error:  # an integer of thousands of digits
                raise self.refused(f"cannot hold {brief.repr(value)}: it has too many digits") from error
            return self._encoded(text)
        if value is None:
            return ""
        raise self.refused(f"cannot hold {brief.repr(value)} in style {self.style}: it is nested too deep")

    def _each(self, value: Json) -> list[str]:
        return [self._one(item) for item in value]

    def _members(self, value: Json) -> Pairs:
        return [(self._encoded(str(key)), self._one(item)) for key, item in value.items() if item is not None]


def simple(it: Parameter, value: Json) -> str:
    """`simple`: 3,4,5 for a list; R,100,G,200 for an object, R=100,G=200 exploded."""
    if isinstance(value, dict):
        return _joined(it._members(value), "=" if it.explode else ",", ",")
    return ",".join(it._each(value)) if isinstance(value, list) else it._one(value)


def label(it: Parameter, value: Json) -> str:
    """`label`: the same after a dot, with dots between where exploded."""
    between = "." if it.explode else ","
    if isinstance(value, dict):
        return "." + _joined(it._members(value), "=" if it.explode else ",", between)
    return "." + (between.join(it._each(value)) if isinstance(value, list) else it._one(value))


def matrix(it: Parameter, value: Json) -> str:
    """`matrix`: ;color=blue,black; exploded ;color=blue;color=black."""
    name = it._encoded(it.wire)
    if value in ([], {}):
        return ""  # RFC 6570 section 2.3: it counts as not defined
    if isinstance(value, dict):
        members = it._members(value)
        pairs = members if it.explode else [(name, _joined(members, ",", ","))]
    elif isinstance(value, list):
        pairs = [(name, text) for text in (it._each(value) if it.explode else [",".join(it._each(value))])]
    else:
        pairs = [(name, it._one(value))]
    # RFC 6570 section 3.2.7: nothing after the name where the value is empty, not even a =.
    return "".join(f";{key}={text}" if text else f";{key}" for key, text in pairs)


def form(it: Parameter, value: Json) -> Pairs:
    """`form`: color=blue&color=black exploded, color=blue,black otherwise; an object's fields stand alone exploded."""
    return _delimited(it, value, ",")


def space_delimited(it: Parameter, value: Json) -> Pairs:
    """`spaceDelimited`: color=blue%20black."""
    return _delimited(it, value, "%20")


def pipe_delimited(it: Parameter, value: Json) -> Pairs:
    """`pipeDelimited`: color=blue%7Cblack."""
    return _delimited(it, value, "%7C")


def deep_object(it: Parameter, value: Json) -> Pairs:
    """`deepObject`: color[R]=100&color[G]=200. The specification ends there; deeper objects nest the brackets."""
    if not isinstance(value, dict):
        return form(it, value)
    found: Pairs = []
    waiting = [(it._encoded(it.wire), value)]
    while waiting:
        prefix, node = waiting.pop(0)
        for key, item in node.items():
            name = f"{prefix}[{it._encoded(str(key))}]"
            if isinstance(item, dict):
                waiting.append((name, item))
            elif item is not None:
                found += [(name, text) for text in (it._each(item) if isinstance(item, list) else [it._one(item)])]
    return found


def _delimited(it: Parameter, value: Json, delimiter: str) -> Pairs:
    name = it._encoded(it.wire)
    if value in ([], {}):
        return []  # RFC 6570 section 2.3: it counts as not defined
    if isinstance(value, dict):
        members = it._members(value)
        return members if it.explode else [(name, delimiter.join(part for pair in members for part in pair))]
    if isinstance(value, list):
        return [(name, text) for text in it._each(value)] if it.explode else [(name, delimiter.join(it._each(value)))]
    return [(name, it._one(value))]


def _joined(members: Pairs, inside: str, between: str) -> str:
    return between.join(f"{key}{inside}{text}" for key, text in members)


TEXT: dict[str, Callable[[Any, Json], str]] = {"simple": simple, "label": label, "matrix": matrix}
QUERY: dict[str, Callable[[Any, Json], Pairs]] = {
    "form": form,
    "spaceDelimited": space_delimited,
    "pipeDelimited": pipe_delimited,
    "deepObject": deep_object,
}
STYLES = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}  # where nothing is said
