"""JSON Schema -> Python types: one function per keyword that decides a type, and the order in which they are asked.

Where a type is kept and what it is called is not known here (schema.py); nor is whether a value may be sent (check.py).

A `type` has the last word: `properties` beside `type: string` says nothing. What else says nothing (a keyword that
nobody knows, one whose value is of a wrong kind) is passed over, and reported when the schema is first looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.model import naming
from leapocr_dyn.model.composition import combined, is_null, merge, tags, whole
from leapocr_dyn.model.format import ENCODINGS, FORMATS
from leapocr_dyn.model.instance import is_kind
from leapocr_dyn.model.type import (
    Anything,
    Array,
    Dictionary,
    Enumeration,
    Field,
    Formatted,
    Literal,
    Object,
    Scalar,
    Schema,
    Tuple,
    Type,
    Union,
    null_surprises,
)
from leapocr_dyn.model.value import Json, OpenEnum
from leapocr_dyn.model.vocabulary import understood

FIELDS = 5_000  # of one model; its functions have a line for each, and take 30 KiB a line to compile


class Types(Protocol):
    """What a keyword may ask of the types of a document."""

    document: Document
    revive: Callable[..., Any]
    recipe: Any  # Any: whatever finds the document again

    def at(self, schema: Schema, place: str) -> Type:
        """The type of the schema that stands at a pointer."""

    def name(self, place: str) -> str:
        """What the type at a pointer is called."""

    def notice(self, rule: str, place: str, said: str) -> None:
        """Add a line to the report, once."""

    def renamed(self, wire: str, name: str, rule: Callable[[str], str], place: str) -> None:
        """Report a Python name that is not as one would expect."""


def decide(types: Types, schema: Schema, place: str) -> Type:
    """The type of a schema that stands at a pointer, as the most telling keyword says."""
    if isinstance(schema, dict):
        schema = understood(schema, place, types.notice)
        for keyword, decided in DECIDERS:
            if keyword in schema and (found := decided(types, schema, place)) is not None:
                return found
    return Anything(place, "Any")


def const(types: Types, schema: Schema, place: str) -> Type | None:
    """`const`: that value."""
    return Literal(place, [schema["const"]])


def enum_(types: Types, schema: Schema, place: str) -> Type | None:
    """`enum`: an open enum for texts; for anything else the values. Those of another `type` are none."""
    kinds = _kinds(schema)
    values = [value for value in schema["enum"] if not kinds or any(is_kind(value, kind) for kind in kinds)]
    given = [value for value in values if value is not None]
    if not values:
        return None
    if not given or not all(isinstance(value, str) for value in given):
        return Literal(place, values)
    labels = schema.get("x-enum-varnames", schema.get("x-enumNames"))
    aliases = _aliases(schema.get("x-enum-aliases"), given)
    own = {word: known for known, words in aliases.items() for word in words}
    people = list(dict.fromkeys(own.get(value, value) for value in given))
    return Enumeration(place, types.name(place), people, lambda it: _enum_class(types, it, labels), aliases)


def _aliases(said: Json, values: list[str]) -> dict[str, list[str]]:
    """What `x-enum-aliases` says: {the word that people know: those of the values that mean it}."""
    named = said.items() if isinstance(said, dict) else ()
    found = {own: [word for word in words if word in values] for own, words in named if isinstance(words, list)}
    return {own: words for own, words in found.items() if words}


def allOf(types: Types, schema: Schema, place: str) -> Type | None:  # noqa: N802 - the keyword
    """`allOf`: one schema that says what all of them say; where only one part says anything, that one's own type."""
    parts = [*schema["allOf"], {key: value for key, value in schema.items() if key != "allOf"}]
    telling = [at for at, part in enumerate(parts) if isinstance(part, dict) and not TELLING.isdisjoint(part)]
    if len(telling) == 1 and telling[0] < len(parts) - 1:
        at = f"{place}/allOf/{telling[0]}"
        told = types.document.follow(parts[telling[0]], at).value
        kinds = [part["type"] for part in parts if isinstance(part, dict) and "type" in part]
        if isinstance(told, dict) and all(kind in ("object", told.get("type")) for kind in kinds):
            return types.at(parts[telling[0]], at)
    merged = merge(types.document, schema, place)
    return decide(types, merged, place) if "allOf" not in merged else None


def oneOf(types: Types, schema: Schema, place: str) -> Type | None:  # noqa: N802 - the keyword
    """`oneOf`: a union."""
    return _union(types, schema, place, "oneOf")


def anyOf(types: Types, schema: Schema, place: str) -> Type | None:  # noqa: N802 - the keyword
    """`anyOf`: a union."""
    return _union(types, schema, place, "anyOf")


def several(types: Types, schema: Schema, place: str) -> Type | None:
    """`type` with several kinds: a union of what the schema is for each."""
    kinds = [kind for kind in _kinds(schema) if kind != "null"]
    if len(kinds) < 2:
        return None
    options = [types.at({**schema, "type": kind}, f"{place}#{kind}") for kind in kinds]
    return Union(place, options, None, {})


def properties(types: Types, schema: Schema, place: str) -> Type | None:
    """`properties`: a model; more of them than FIELDS are no record, but a dict."""
    if not schema["properties"] or not _may_be(schema, "object"):
        return None
    if len(schema["properties"]) > FIELDS:
        said = f"{len(schema['properties'])} fields, more than {FIELDS}; read as a dict"
        types.notice("too-many-fields", place, said)
        return Dictionary(place, Anything(place, "Any"), {})
    made = Object(
        place,
        types.name(place),
        lambda: _fields(types, schema, place),
        types.revive,
        (types.recipe, place),
        lambda: _others(types, schema, place),
    )
    made.description = str(schema.get("description") or schema.get("title") or "")
    return made


def additionalProperties(types: Types, schema: Schema, place: str) -> Type | None:  # noqa: N802 - the keyword
    """`additionalProperties`, `patternProperties` without `properties`: a dict."""
    if not _may_be(schema, "object"):
        return None
    return _others(types, schema, place) or Dictionary(place, Anything(place, "Any"), {})


def prefixItems(types: Types, schema: Schema, place: str) -> Type | None:  # noqa: N802 - the keyword
    """`prefixItems`: a tuple."""
    if not _may_be(schema, "array") or not schema["prefixItems"]:
        return None
    first = [types.at(one, f"{place}/prefixItems/{at}") for at, one in enumerate(schema["prefixItems"])]
    rest = schema.get("items", True)
    return Tuple(place, first, types.at(rest, f"{place}/items") if rest is not False else None)


def items(types: Types, schema: Schema, place: str) -> Type | None:
    """`items`: a list."""
    if not _may_be(schema, "array"):
        return None
    at = f"{place}/items"
    return Array(place, types.at(schema["items"], at), _no_null(types, schema["items"], at))


def contentEncoding(types: Types, schema: Schema, place: str) -> Type | None:  # noqa: N802 - the keyword
    """`contentEncoding`: bytes in text."""
    form = ENCODINGS.get(schema["contentEncoding"].lower())
    return Formatted(place, (str,), form) if form is not None and _may_be(schema, "string") else None


def format_(types: Types, schema: Schema, place: str) -> Type | None:
    """`format`: what the table of format.py has for the type; a format that it does not have says nothing."""
    for kind in ("string", "number", "integer"):
        form = FORMATS.get((kind, schema["format"]))
        if form is not None and _may_be(schema, kind):
            kinds = SCALARS[kind][0]
            if form.read is None:
                return Scalar(place, kinds, form.annotation)
            return Formatted(place, kinds, form)
    return None


def type_(types: Types, schema: Schema, place: str) -> Type | None:
    """`type`: the plain kinds."""
    kinds = _kinds(schema)
    kind = next((one for one in kinds if one != "null"), "null" if kinds else None)
    if kind == "object":
        return Dictionary(place, Anything(place, "Any"), {})
    if kind == "array":
        return Array(place, Anything(place, "Any"))
    if kind in SCALARS:
        accepted, annotation = SCALARS[kind]
        return Scalar(place, accepted, annotation)
    return None


def _kinds(schema: Schema) -> list[str]:
    kinds = schema.get("type", [])
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _may_be(schema: Schema, kind: str) -> bool:
    """Whether the `type` lets a schema speak about such values."""
    kinds = _kinds(schema)
    return not kinds or kind in kinds


def _union(types: Types, schema: Schema, place: str, keyword: str) -> Type | None:
    options = schema[keyword]
    if "properties" in schema and not any(_is_more(types.document, option, place) for option in options):
        return None  # the options only say which of the properties go together
    found = {
        index: types.at(combined(schema, option), f"{place}/{keyword}/{index}")
        for index, option in enumerate(options)
        if not is_null(option)
    }
    # An option that only sets limits is what stands beside the union.
    if any(isinstance(option, Anything) for option in found.values()):
        own = decide(types, {key: value for key, value in schema.items() if key not in ("oneOf", "anyOf")}, place)
        if not isinstance(own, Anything):
            found = {index: own if isinstance(option, Anything) else option for index, option in found.items()}
    if len({id(option) for option in found.values()}) == 1:
        return next(iter(found.values()))
    tag, named = tags(types.document, schema, options, place)
    mapping = {value: found[index].pointer for value, index in named.items() if index in found}
    return Union(place, list(found.values()), tag, mapping) if found else None


def _is_more(document: Document, option: Schema, place: str) -> bool:
    """Whether an option beside `properties` is more than a word on which of them go together."""
    found = document.follow(option, place).value
    if not isinstance(found, dict):
        return False
    return found.get("type", "object") != "object" or any(
        key in found for key in ("properties", "allOf", "oneOf", "anyOf")
    )


def _enum_class(types: Types, it: Enumeration, labels: Json) -> type[OpenEnum]:
    wanted = labels if isinstance(labels, list) and len(labels) == len(it.values) else it.values
    names = naming.distinct((value, naming.member(str(label))) for value, label in zip(it.values, wanted, strict=True))
    for value, label in zip(it.values, wanted, strict=True):
        types.renamed(str(label), names[value], naming.member, it.pointer)
    members = {names[value]: value for value in it.values}
    for value in it.values:  # a document that gives names takes none away from those who wrote the value
        members.setdefault(naming.member(value), value)
    made: Any = OpenEnum(it.annotation, members)  # type: ignore[call-arg]  # Enum's functional call
    made.__module__ = "leapocr_dyn.models"
    recipe = (types.recipe, it.pointer)
    made._aliases = lambda: it.aliases
    made.__reduce_ex__ = lambda self, protocol: (types.revive, (*recipe, self.wire))
    return made  # type: ignore[no-any-return]  # the functional call gives a class, which mypy does not see


def _others(types: Types, schema: Schema, place: str) -> Dictionary | None:
    """What an object may hold besides its fields; None where the document says nothing of others."""
    patterns, keyword = schema.get("patternProperties", {}), "additionalProperties"
    if keyword not in schema:
        keyword = "unevaluatedProperties"
    inner = schema.get(keyword, False)
    if not patterns and inner is False:
        return None
    return Dictionary(
        place,
        types.at(inner, f"{place}/{keyword}") if inner is not False else None,
        {one: types.at(each, f"{place}/patternProperties{pointer(one)}") for one, each in patterns.items()},
        _no_null(types, inner, f"{place}/{keyword}"),
    )


def _no_null(types: Types, schema: Schema, place: str) -> Callable[[], str]:
    """What finds out, once there is a null, whether the schema at a pointer rules it out."""
    return lambda: place if null_surprises(whole(types.document, schema, place).value) else ""


def _fields(types: Types, schema: Schema, place: str) -> list[Field]:
    """The fields of an object schema, with names made distinct: those with a schema, then those only required."""
    properties: dict[str, Schema] = schema["properties"]
    required = [one for one in schema.get("required", ()) if isinstance(one, str)]
    # Options without properties of their own say which properties go together, and may name others.
    options = [one for key in ("oneOf", "anyOf") for one in schema.get(key, ()) if isinstance(one, dict)]
    asked = [name for one in options if isinstance(one.get("required"), list) for name in one["required"]]
    wires = dict.fromkeys([*properties, *required, *(one for one in asked if isinstance(one, str))])
    names = naming.distinct((wire, naming.attribute(wire)) for wire in wires)
    others = _others(types, schema, place) if len(wires) > len(properties) else None
    found = []
    for wire in wires:
        at = f"{place}/properties{pointer(wire)}"
        types.renamed(wire, names[wire], naming.attribute, at)
        if wire in properties:
            it, said = types.at(properties[wire], at), whole(types.document, properties[wire], at).value
        else:
            it, said = (others.of(wire) if others is not None else None) or Anything(at, "Any"), {}
        found.append(Field(names[wire], wire, it, required=wire in required, said=said))
    return found


SCALARS: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "str"),
    "integer": ((int, float), "int"),
    "number": ((float, int), "float"),
    "boolean": ((bool,), "bool"),
    "null": ((type(None),), "None"),
}
# The most telling first.
DECIDERS: list[tuple[str, Callable[[Types, Schema, str], Type | None]]] = [
    ("allOf", allOf),
    ("const", const),
    ("enum", enum_),
    ("oneOf", oneOf),
    ("anyOf", anyOf),
    ("type", several),
    ("properties", properties),
    ("patternProperties", additionalProperties),
    ("additionalProperties", additionalProperties),
    ("prefixItems", prefixItems),
    ("items", items),
    ("contentEncoding", contentEncoding),
    ("format", format_),
    ("type", type_),
]
# What makes a part of an `allOf` more than a remark; `type` alone is what everybody writes beside it.
TELLING = frozenset({keyword for keyword, _ in DECIDERS} | {"required", "$ref"}) - {"type"}
