"""Parameters -> text in the path, the query, a header or a cookie: `style` and `explode`.

A value arrives as JSON (text, number, boolean, list or flat object) and leaves percent-encoded, so that no value can
change the route, add a parameter or end a header. What a style cannot say (a list inside an object, say, or an item
that holds what separates items) is refused. A form's fields are written in the styles of the query, too (encoding.py).
Source: OpenAPI 3.1 section 4.8.12 (Parameter Object) with RFC 6570, 3.2 for `style: cookie`; RFC 3986 sections 2.2, 2.3
and 3.3; RFC 6265 section 4.1.1.
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
from leapocr_dyn.operation.media import is_json

# `allowReserved` is about looks, not about adding parameters. In a query (RFC 3986 section 3.4) without what ends a
# value or the query (& #), what servers read as a space (+) and what stands for a structure ([ ]); in a path (section
# 3.3) what a segment may hold and no style gives a meaning to.
RESERVED = {"query": ":/?@!$'()*,;=", "path": ":@!$&'()*+"}
UNPRINTABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
COOKIE = re.compile(r"[!#-+\--:<-\[\]-~]*")  # RFC 6265 section 4.1.1: cookie-octet
# RFC 9110 sections 7.2, 7.6.1, 8.6 and 10.1; RFC 9112 section 6.1: what says where a request goes, and where it ends.
FRAMING = frozenset(
    {"host", "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"}
    | {"content-length"}
)
Pairs = list[tuple[str, str]]


def has_dots(path: str) -> bool:
    """Whether a path holds a dot segment, for anybody who decodes it however often.

    RFC 3986 section 5.2.4: they are removed, by somebody on the way or by the server, and with them what is before.
    """
    while (once := unquote(path)) != path:
        path = once
    return any(piece in (".", "..") for piece in re.split(r"[/\\]", path))


class Parameter(NamedTuple):
    """One parameter of an operation. name: in Python; wire: in the document.

    where: path, query, querystring, header or cookie; `part` for a field of a multipart form, whose text is not
    encoded. typed: gives its type, which is built when somebody gives a value or looks.
    """

    name: str
    wire: str
    where: str
    typed: Callable[[], Type]
    required: bool
    style: str
    explode: bool
    allow_reserved: bool
    media: str | None
    schema: Schema
    place: str
    description: str
    default: Json
    deprecated: bool = False

    @property
    def type(self) -> Type:
        """What its values are."""
        return self.typed()

    def pairs(self, value: Json) -> Pairs:
        """(name, value) pairs for the query, a form or a cookie, still to be joined with = and &."""
        if self.media is not None:
            return [(self._encoded(self.wire), self._encoded(self._written(value)))]
        return QUERY[self.style](self, value)

    def text(self, value: Json) -> str:
        """The text that stands for the value in the path or in a header."""
        text = self._encoded(self._written(value)) if self.media is not None else TEXT[self.style](self, value)
        if self.where == "path":
            self._stays_in_its_segment(text, value)
        elif not TOKEN.fullmatch(self.wire):
            raise self.refused(f"cannot be sent: {brief.repr(self.wire)} is no name for a header")
        elif UNPRINTABLE.search(text) or not text.isascii() or text != text.strip(" \t"):
            raise self.refused(f"cannot hold {brief.repr(text)}: a header takes printable ASCII, and no spaces around")
        return text

    def _written(self, value: Json) -> str:
        """The value in the parameter's own media type (`content`)."""
        if isinstance(value, str) and not is_json(str(self.media)):
            return value
        try:
            return json.dumps(value, separators=(",", ":"), allow_nan=False)
        except (ValueError, RecursionError) as error:
            raise self.refused(f"cannot be written as {self.media}: {error}") from error

    def _stays_in_its_segment(self, text: str, value: Json) -> None:
        if not text or has_dots(text) or (isinstance(value, str) and has_dots(value)):
            raise self.refused(f"cannot be {brief.repr(value)}: it would change the path")

    def refused(self, said: str) -> ValidationError:
        """The exception for a value that this parameter cannot take."""
        return ValidationError(f"{self.name} {said}", field=self.name)

    def _encoded(self, text: str, but: str = "") -> str:
        """The text as its place takes it. but: what is encoded although it is reserved."""
        if self.where in ("header", "part"):
            return text
        if self.style == "cookie":
            # OpenAPI 3.2: no encoding; what a cookie cannot hold comes escaped from the caller.
            if not COOKIE.fullmatch(text):
                raise self.refused(f"cannot hold {brief.repr(text)}: a cookie takes no spaces, commas, quotes or ;")
            return text
        safe = RESERVED.get(self.where, "") if self.allow_reserved else ""
        try:
            return quote(text, safe="".join(letter for letter in safe if letter not in but) if but else safe)
        except UnicodeEncodeError as error:
            raise self.refused(f"cannot hold {brief.repr(text)}: half a surrogate pair is not a character") from error

    def _key(self, text: str) -> str:
        """A name, in which what is reserved would mean something."""
        if self.style == "cookie" and self.where == "cookie" and not TOKEN.fullmatch(text):
            raise self.refused(f"cannot hold the name {brief.repr(text)}: a cookie's name takes no spaces, = or ;")
        return self._encoded(text, but="=,;:/?@")

    def _one(self, value: Json, between: str = "") -> str:
        """A plain value. between: what separates it from others, so that it cannot hold it."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if value is None:
            return ""
        if not isinstance(value, (str, int, float)):
            raise self.refused(f"cannot hold {brief.repr(value)} in style {self.style}: it is nested too deep")
        try:
            # 1.0 is an integer for JSON Schema (2020-12 validation section 6.1.1), and none for most who read a URL.
            text = str(value).removesuffix(".0") if isinstance(value, float) else str(value)
        except ValueError as error:  # an integer of thousands of digits
            raise self.refused(f"cannot hold {brief.repr(value)}: it has too many digits") from error
        # Where the separator would be encoded, and is not itself an encoded one, it can be told apart.
        encoded = self._encoded(text, between)
        if between and between in encoded:
            said = f"cannot hold {brief.repr(value)} in style {self.style}: {unquote(between)!r} separates"
            raise self.refused(said)
        return encoded

    def _each(self, value: Json, between: str = "") -> list[str]:
        return [self._one(item, between) for item in value]

    def _members(self, value: Json, between: str = "", inside: str = "") -> Pairs:
        found = []
        for key, item in value.items():
            if item is None:
                continue
            name = self._key(str(key))
            if any(mark and mark in name for mark in (between, inside)):
                raise self.refused(f"cannot hold the name {brief.repr(key)} in style {self.style}: it separates")
            found.append((name, self._one(item, between)))
        return found


def simple(it: Parameter, value: Json) -> str:
    """`simple`: 3,4,5 for a list; R,100,G,200 for an object, R=100,G=200 exploded."""
    if isinstance(value, dict):
        inside = "=" if it.explode else ","
        return _joined(it._members(value, ",", inside), inside, ",")
    return ",".join(it._each(value, ",")) if isinstance(value, list) else it._one(value)


def label(it: Parameter, value: Json) -> str:
    """`label`: the same after a dot, with dots between where exploded."""
    between = "." if it.explode else ","
    if isinstance(value, dict):
        inside = "=" if it.explode else ","
        return "." + _joined(it._members(value, between, inside), inside, between)
    return "." + (between.join(it._each(value, between)) if isinstance(value, list) else it._one(value))


def matrix(it: Parameter, value: Json) -> str:
    """`matrix`: ;color=blue,black; exploded ;color=blue;color=black."""
    name = it._key(it.wire)
    if value in ([], {}):
        return ""  # RFC 6570 section 2.3: it counts as not defined
    if isinstance(value, dict):
        members = it._members(value, "" if it.explode else ",")
        pairs = members if it.explode else [(name, _joined(members, ",", ","))]
    elif isinstance(value, list):
        pairs = [(name, text) for text in (it._each(value) if it.explode else [",".join(it._each(value, ","))])]
    else:
        pairs = [(name, it._one(value))]
    # RFC 6570 section 3.2.7: nothing after the name where the value is empty, not even a =.
    return "".join(f";{key}={text}" if text else f";{key}" for key, text in pairs)


def form(it: Parameter, value: Json) -> Pairs:
    """`form`: color=blue&color=black exploded, color=blue,black otherwise; an object's fields stand alone exploded.

    `cookie` is the same with other separators, and without encoding.
    """
    return _delimited(it, value, ",")


def space_delimited(it: Parameter, value: Json) -> Pairs:
    """`spaceDelimited`: color=blue%20black."""
    return _delimited(it, value, it._encoded(" "))


def pipe_delimited(it: Parameter, value: Json) -> Pairs:
    """`pipeDelimited`: color=blue%7Cblack."""
    return _delimited(it, value, it._encoded("|"))


def deep_object(it: Parameter, value: Json) -> Pairs:
    """`deepObject`: color[R]=100&color[G]=200, with the brackets encoded (RFC 3986 section 3.4).

    The specification ends there. Deeper objects nest the brackets, and the items of a list are numbered: color[0]=...;
    a list whose items are only repeated could not be told from another value.
    """
    found: Pairs = []
    waiting = [(it._key(it.wire), value)]
    while waiting:
        name, node = waiting.pop(0)
        if isinstance(node, dict | list):
            members = node.items() if isinstance(node, dict) else ((str(at), one) for at, one in enumerate(node))
            waiting = [(f"{name}{_step(it, str(key))}", one) for key, one in members] + waiting
        elif node is not None:
            found.append((name, it._one(node)))
    return found


def _step(it: Parameter, key: str) -> str:
    if "[" in key or "]" in key:
        raise it.refused(f"cannot hold the name {brief.repr(key)} in style deepObject: brackets separate")
    return it._encoded("[") + it._key(key) + it._encoded("]")


def _delimited(it: Parameter, value: Json, delimiter: str) -> Pairs:
    name = it._key(it.wire)
    if value in ([], {}):
        return []  # RFC 6570 section 2.3: it counts as not defined
    inner = "" if it.explode else delimiter
    if isinstance(value, dict):
        members = it._members(value, inner)
        return members if it.explode else [(name, delimiter.join(part for pair in members for part in pair))]
    if isinstance(value, list):
        texts = it._each(value, inner)
        return [(name, text) for text in texts] if it.explode else [(name, delimiter.join(texts))]
    return [(name, it._one(value))]


def _joined(members: Pairs, inside: str, between: str) -> str:
    return between.join(f"{key}{inside}{text}" for key, text in members)


TEXT: dict[str, Callable[[Any, Json], str]] = {"simple": simple, "label": label, "matrix": matrix}
QUERY: dict[str, Callable[[Any, Json], Pairs]] = {
    "form": form,
    "spaceDelimited": space_delimited,
    "pipeDelimited": pipe_delimited,
    "deepObject": deep_object,
    "cookie": form,
}
# The styles of each place, what is meant where nothing is said first.
STYLES: dict[str, tuple[str, ...]] = {
    "path": ("simple", "label", "matrix"),
    "header": ("simple",),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "querystring": ("form",),
    "cookie": ("form", "cookie"),
}
EXPLODED = ("form", "cookie")  # the styles that are exploded where nothing is said
