"""Response headers, read as their Header Objects say: style `simple`, or a media type.

By the name on the wire, in any case, or by its Python name: `headers["X-Page-Count"]`, `headers.x_page_count`. What the
document does not describe is text. As lenient as bodies are: a number that is none stays text, and is drift.
Source: OpenAPI 3.1 section 4.8.21 (Header Object); RFC 6570 section 3.2.2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from leapocr_dyn.document.reference import Located, pointer
from leapocr_dyn.model import naming
from leapocr_dyn.model.convert import Note, noting
from leapocr_dyn.model.type import Array, Dictionary, Object, Type, Union
from leapocr_dyn.model.value import Json
from leapocr_dyn.operation import answer

if TYPE_CHECKING:
    from leapocr_dyn.operation.operation import Operation


class Headers(Mapping[str, Any]):
    """The headers of an answer. Those that are declared but did not come are None as attributes, and no items."""

    def __init__(self, operation: Operation, status: int, received: Mapping[str, str], note: Note) -> None:
        self._operation = operation
        self._status = status
        self._received = received
        self._note = note
        self._known: dict[str, Located] | None = None
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def _declared(self) -> dict[str, Located]:
        """The Header Objects, by lower-case name."""
        if self._known is None:
            node, place = answer.promised(self._operation, self._status)
            given = node.get("headers")
            given = given if isinstance(given, dict) else {}
            # Section 4.8.17.1: Content-Type has words of its own.
            found = {name: one for name, one in given.items() if name.lower() != "content-type"}
            self._names = {naming.attribute(name): name.lower() for name in found}
            follow = self._operation.document.follow
            self._known = {name.lower(): follow(one, f"{place}/headers{pointer(name)}") for name, one in found.items()}
        return self._known

    def __getitem__(self, name: str) -> Any:  # Any: what the Header Object says
        declared = self._declared()
        wire = next((one for one in (name, name.replace("_", "-")) if one in self._received), None)
        wire = (wire or self._names.get(name) or name).lower()
        if wire not in self._values:
            text = self._received[wire]
            self._values[wire] = self._read(wire, declared[wire], text) if wire in declared else text
        return self._values[wire]

    def __getattr__(self, name: str) -> Any:  # Any: what the Header Object says
        if name.startswith("_"):  # copy and pickle ask before there is anything
            raise AttributeError(name)
        self._declared()
        if name in self:
            return self[name]
        if name in self._names:
            return None
        raise AttributeError(f"there is no header {name!r}{naming.hint(name, dir(self))}")

    def __contains__(self, name: object) -> bool:
        try:
            self[str(name)]
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._received)

    def __len__(self) -> int:
        return len(self._received)

    def __dir__(self) -> list[str]:
        self._declared()
        return [*self._names, *(name for name in super().__dir__() if not name.startswith("_"))]

    def __repr__(self) -> str:
        return f"<Headers {', '.join(self)}>"  # not what they say: Set-Cookie is a key

    def _read(self, wire: str, header: Located, text: str) -> Any:  # Any: what the Header Object says
        node = header.value if isinstance(header.value, dict) else {}
        place = header.pointer
        content = node.get("content")
        media, inside = next(iter(content.items()), (None, node)) if isinstance(content, dict) else (None, node)
        if media is not None:
            place += f"/content{pointer(media)}"
        schema = inside.get("schema", True) if isinstance(inside, dict) else True
        wanted = self._operation.models.at(schema, f"{place}/schema")
        value = _loaded(text) if media is not None else simple(wanted, text, explode=node.get("explode") is True)
        with noting(self._note):
            return self._operation.converter.structure(value, wanted)


def simple(wanted: Type, text: str, *, explode: bool = False) -> Json:
    """The JSON value that `text` stands for in style `simple`, as far as it is one."""
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    if isinstance(wanted, Array):
        return [simple(wanted.items, part) for part in parts]
    if isinstance(wanted, Object | Dictionary):
        # R=100,G=200 exploded; R,100,G,200 otherwise.
        pairs = (
            [part.partition("=")[::2] for part in parts]
            if explode
            else list(zip(parts[::2], parts[1::2], strict=False))
        )
        known = {field.wire: field.type for field in wanted.fields} if isinstance(wanted, Object) else {}
        rest = wanted.values if isinstance(wanted, Dictionary) else None
        return {key: _scalar(known.get(key, rest), value) for key, value in pairs}
    return _scalar(wanted, text)


def _scalar(wanted: Type | None, text: str) -> Json:
    kinds = _kinds(wanted) if wanted is not None else set()
    if bool in kinds and text in ("true", "false"):
        return text == "true"
    if int in kinds and re.fullmatch(r"-?[0-9]{1,4000}", text, re.ASCII):  # Python refuses more digits
        return int(text)
    if float in kinds and re.fullmatch(r"-?[0-9]{1,4000}(\.[0-9]+)?([eE][-+]?[0-9]+)?", text, re.ASCII):
        return float(text)
    return text


def _kinds(wanted: Type) -> set[type]:
    if not isinstance(wanted, Union):
        return set(wanted.kinds)
    return {kind for option in wanted.options if not isinstance(option, Union) for kind in option.kinds}


def _loaded(text: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
