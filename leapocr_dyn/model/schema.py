"""JSON Schema -> Python types: one function per keyword that decides a type.

Types themselves are type.py's, wire values convert.py's, and whether a value may be sent is check.py's.

Theory of operation. A type is found by where its schema stands: (JSON Pointer) after all `$ref` are followed, and is
kept, so that two places that refer to one component share one class, and a cycle ends at the type that is already
there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.model import naming
from leapocr_dyn.model.type import (
    Anything,
    Array,
    Cycle,
    Dictionary,
    Enumeration,
    Field,
    Formatted,
    Object,
    Scalar,
    Schema,
    Type,
    Union,
)
from leapocr_dyn.model.value import Json, OpenEnum


class Models(Mapping[str, Any]):
    """The types of a document: `models["OCRResultResponse"]` is an attrs class, or the Python type that stands for it.

    Iterating gives the component names and builds nothing. document: in its normal form. revive: what rebuilds a
    pickled model, called with (recipe, pointer, wire value).
    """

    def __init__(self, document: Document, revive: Callable[..., Any], recipe: Any) -> None:
        self.document = document
        self._types: dict[str, Type] = {}
        self._deciding: ContextVar[frozenset[str]] = ContextVar("leapocr_dyn.deciding", default=frozenset())
        self._names: dict[str, str] | None = None
        self._revive = revive
        self._recipe = recipe

    # -- by name

    def _schemas(self) -> dict[str, Schema]:
        schemas = self.document.tree.get("components", {}).get("schemas", {})
        return schemas if isinstance(schemas, dict) else {}

    @property
    def names(self) -> dict[str, str]:
        """{component name: Python class name}, distinct."""
        if self._names is None:
            self._names = naming.distinct((wire, naming.class_name(wire)) for wire in self._schemas())
        return self._names

    def __getitem__(self, name: str) -> Any:  # Any: a class or a typing form
        return self.type(name).python

    def __iter__(self) -> Iterator[str]:
        return iter(self.names.values())

    def __len__(self) -> int:
        return len(self._schemas())

    def __contains__(self, name: object) -> bool:
        return name in self._schemas() or name in self.names.values()

    def type(self, name: str) -> Type:
        """The type of a component, by its name in the document or in Python."""
        if name not in self._schemas():
            by_python = {python: wire for wire, python in self.names.items()}
            if name not in by_python:
                known = [*self._schemas(), *by_python]
                raise KeyError(f"there is no model {name!r}{naming.hint(str(name), known, '; list(models) names all')}")
            name = by_python[name]
        return self.at(self._schemas()[name], pointer("components", "schemas", name))

    def __repr__(self) -> str:
        return f"<Models {', '.join(self)}>"

    # -- by place

    def at(self, schema: Schema, place: str, name: str = "") -> Type:
        """The type of the schema that stands at `place`. name: what to call it if it has no name of its own."""
        located = self.document.follow(schema, place)
        found = self._types.get(located.pointer)
        if found is None:
            deciding = self._deciding.get()
            if located.pointer in deciding:
                return Cycle(located.pointer, self._component(located.pointer) or "Any")
            token = self._deciding.set(deciding | {located.pointer})
            try:
                found = self._decide(located.value, located.pointer, name)
            finally:
                self._deciding.reset(token)
            if isinstance(found, Cycle) and found.pointer == located.pointer:
                found = Anything(located.pointer, "Any")  # it only says that it is itself
            # Two threads may both decide; the first one stays, so that a class is never made twice.
            found = self._types.setdefault(located.pointer, found)
        return found

    def by_pointer(self, place: str) -> Type:
        """The type at a pointer, for a pickled model on its way back."""
        if place not in self._types:
            # From the component down, because what is inside gets its name from there, and its place, too, where an
            # `allOf` was merged: no node of the document stands at that pointer.
            steps = place.split("/")
            for end in range(4, len(steps)):
                outer = "/".join(steps[:end])
                found = self._types.get(outer)
                if found is None and self._component(outer):
                    found = self.at(self.document.resolve(outer), outer)
                if isinstance(found, Object):
                    found.fields  # noqa: B018 - deciding the fields is what makes their types known
        return self._types.get(place) or self.at(self.document.resolve(place), place)

    def _decide(self, schema: Schema, place: str, name: str) -> Type:
        if not isinstance(schema, dict):
            return Anything(place, "Any")
        name = self._component(place) or name or "Model"
        for keyword, decide in DECIDERS.items():
            if keyword in schema and (decided := decide(self, schema, place, name)) is not None:
                return decided
        return Anything(place, "Any")

    def _component(self, place: str) -> str | None:
        parts = place.split("/")
        if len(parts) == 4 and parts[1:3] == ["components", "schemas"]:
            return self.names.get(parts[3].replace("~1", "/").replace("~0", "~"))
        return None

    # -- objects

    def object(self, schema: Schema, place: str, name: str) -> Object:
        """The model of an object schema."""
        made = Object(place, name, lambda: self.fields(schema, place, name), self._revive, (self._recipe, place))
        made.description = str(schema.get("description", ""))
        return made

    def fields(self, schema: Schema, place: str, name: str) -> list[Field]:
        """The fields of an object schema, with names made distinct."""
        properties: dict[str, Schema] = schema["properties"]
        required = schema.get("required")
        wanted = {one for one in required if isinstance(one, str)} if isinstance(required, list) else set()
        names = naming.distinct((wire, naming.attribute(wire)) for wire in properties)
        found = []
        for wire, inner in properties.items():
            at = f"{place}/properties{pointer(wire)}"
            described = self.document.follow(inner, at).value
            found.append(
                Field(
                    names[wire],
                    wire,
                    self.at(inner, at, name + naming.class_name(wire)),
                    required=wire in wanted,
                    description=str(described.get("description", "")) if isinstance(described, dict) else "",
                )
            )
        return found


# -- the keywords that decide a type, most telling first -----------------------------------------------------------


def enum_(models: Models, schema: Schema, place: str, name: str) -> Type | None:
    """`enum`: an open enum for texts; for anything else the values' own kind."""
    values = schema["enum"]
    if not isinstance(values, list):
        return None
    texts = [value for value in values if isinstance(value, str)]
    if not texts or len(texts) < len([value for value in values if value is not None]):
        return None
    return Enumeration(place, name, texts, lambda it: _enum_class(models, it, schema.get("x-enum-varnames")))


def const(models: Models, schema: Schema, place: str, name: str) -> Type | None:
    """`const`: the kind of its value."""
    value = schema["const"]
    return None if isinstance(value, (dict, list)) else Scalar(place, (type(value),), type(value).__name__)


def allOf(models: Models, schema: Schema, place: str, name: str) -> Type | None:  # noqa: N802 - the keyword
    """`allOf`: one schema that says what all of them say."""
    merged = merge(models.document, schema, place)
    return models._decide(merged, place, name) if "allOf" not in merged else None


def oneOf(models: Models, schema: Schema, place: str, name: str) -> Type | None:  # noqa: N802 - the keyword
    """`oneOf`: a union."""
    return _union(models, schema, place, name, "oneOf")


def anyOf(models: Models, schema: Schema, place: str, name: str) -> Type | None:  # noqa: N802 - the keyword
    """`anyOf`: a union."""
    return _union(models, schema, place, name, "anyOf")


def properties(models: Models, schema: Schema, place: str, name: str) -> Type | None:
    """`properties`: a model."""
    return (
        models.object(schema, place, name) if isinstance(schema["properties"], dict) and schema["properties"] else None
    )


def additionalProperties(models: Models, schema: Schema, place: str, name: str) -> Type | None:  # noqa: N802 - the keyword
    """`additionalProperties` without `properties`: a dict."""
    if schema.get("type", "object") != "object":
        return None
    return Dictionary(place, models.at(schema["additionalProperties"], f"{place}/additionalProperties", f"{name}Value"))


def items(models: Models, schema: Schema, place: str, name: str) -> Type | None:
    """`items`: a list."""
    if schema.get("type", "array") != "array":
        return None
    return Array(place, models.at(schema["items"], f"{place}/items", f"{name}Item"))


def format_(models: Models, schema: Schema, place: str, name: str) -> Type | None:
    """`format`: dates and times; every other format is text to Python (an id stays equal to what the user typed)."""
    annotation = FORMATS.get(schema["format"]) if isinstance(schema["format"], str) else None
    if annotation is None or schema.get("type", "string") != "string":
        return None
    return Formatted(place, schema["format"], annotation)


def type_(models: Models, schema: Schema, place: str, name: str) -> Type | None:
    """`type`: the plain kinds, or a union of several."""
    kinds = schema["type"]
    if isinstance(kinds, list):
        given = [kind for kind in kinds if kind != "null"]
        options = [
            models._decide({**schema, "type": kind}, f"{place}#{kind}" if len(given) > 1 else place, name)
            for kind in given
        ]
        return options[0] if len(options) == 1 else Union(place, options, None, {})
    if kinds == "object":
        return Dictionary(place, Anything(place, "Any"))
    if kinds == "array":
        return Array(place, Anything(place, "Any"))
    if isinstance(kinds, str) and kinds in SCALARS:
        accepted, annotation = SCALARS[kinds]
        return Scalar(place, accepted, annotation)
    return None


FORMATS = {"date-time": "datetime", "date": "date"}
SCALARS: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "str"),
    "integer": ((int,), "int"),
    "number": ((float, int), "float"),
    "boolean": ((bool,), "bool"),
    "null": ((type(None),), "None"),
}
DECIDERS: dict[str, Callable[[Models, Schema, str, str], Type | None]] = {
    "allOf": allOf,
    "enum": enum_,
    "const": const,
    "oneOf": oneOf,
    "anyOf": anyOf,
    "properties": properties,
    "additionalProperties": additionalProperties,
    "items": items,
    "format": format_,
    "type": type_,
}


def merge(document: Document, schema: Schema, place: str, known: dict[str, Schema] | None = None) -> Schema:
    """What all parts of an `allOf` say together: properties and required add up, the last word counts for the rest.

    known: what has been merged so far, by pointer; so that parts which share parts are merged once, and a part that is
    inside itself adds nothing.
    """
    known = {} if known is None else known
    known[place] = own = {key: value for key, value in schema.items() if key != "allOf"}
    parts = schema["allOf"]
    if not isinstance(parts, list):
        return own
    merged: dict[str, Schema] = {}
    for index, part in enumerate([*parts, own]):
        located = document.follow(part, f"{place}/allOf/{index}")
        inner = located.value
        if isinstance(inner, dict) and "allOf" in inner:
            if located.pointer not in known:
                merge(document, inner, located.pointer, known)
            inner = known[located.pointer]
        for key, value in inner.items() if isinstance(inner, dict) else ():
            if key == "properties":
                merged[key] = {**merged.get(key, {}), **(value if isinstance(value, dict) else {})}
            elif key == "required":
                merged[key] = [*merged.get(key, []), *(value if isinstance(value, list) else [])]
            else:
                merged[key] = value
    known[place] = merged
    return merged


def _union(models: Models, schema: Schema, place: str, name: str, keyword: str) -> Type | None:
    options = schema[keyword]
    if not isinstance(options, list):
        return None
    if "properties" in schema and not any(_has_properties(models.document, option, place) for option in options):
        return None  # the options only say which of the properties go together
    types = {
        index: models.at(combined(schema, option), f"{place}/{keyword}/{index}", f"{name}Option{index + 1}")
        for index, option in enumerate(options)
        if not is_null(option)
    }
    if len(types) == 1:
        return next(iter(types.values()))
    tag, named = tags(models.document, schema, options, place)
    mapping = {value: types[index].pointer for value, index in named.items() if index in types}
    return Union(place, list(types.values()), tag, mapping) if types else None


def tags(document: Document, schema: Schema, options: list[Schema], place: str) -> tuple[str | None, dict[str, int]]:
    """The property that a `discriminator` names, and {what it may say: index of the option}.

    An option is named by the mapping, by its component's name, and by the tag's own `const` or `enum`: real documents
    leave the mapping out. Source: OpenAPI 3.1 section 4.8.25 (Discriminator Object).
    """
    discriminator = schema.get("discriminator")
    tag = discriminator.get("propertyName") if isinstance(discriminator, dict) else None
    if not isinstance(discriminator, dict) or not isinstance(tag, str):
        return None, {}
    named: dict[str, int] = {}
    places: dict[str, int] = {}
    for index, option in enumerate(options):
        located = document.follow(option, f"{place}/{index}")
        places[located.pointer] = index
        if isinstance(option, dict) and isinstance(option.get("$ref"), str):
            named.setdefault(located.pointer.rpartition("/")[2], index)
        inner = located.value
        inner = merge(document, inner, located.pointer) if isinstance(inner, dict) and "allOf" in inner else inner
        known = inner.get("properties") if isinstance(inner, dict) else None
        said = document.follow(known.get(tag), located.pointer).value if isinstance(known, dict) else None
        if isinstance(said, dict):
            values = [said.get("const"), *(said["enum"] if isinstance(said.get("enum"), list) else [])]
            named.update((value, index) for value in values if isinstance(value, str) and value not in named)
    mapping = discriminator.get("mapping")
    for value, target in mapping.items() if isinstance(mapping, dict) else ():
        for at in (str(target).removeprefix("#"), pointer("components", "schemas", str(target))):
            if at in places:
                named[value] = places[at]  # the mapping's word is the last
    return tag, named


def is_null(option: Schema) -> bool:
    """Whether an option of a union only says that there may be nothing."""
    return isinstance(option, dict) and option.get("type") == "null"


def combined(schema: Schema, option: Schema) -> Schema:
    """An option of a union together with the properties that stand beside the union."""
    beside = {key: value for key, value in schema.items() if key not in ("oneOf", "anyOf", "discriminator")}
    return {"allOf": [beside, option]} if "properties" in beside else option


def _has_properties(document: Document, option: Schema, place: str) -> bool:
    found = document.follow(option, place).value
    return isinstance(found, dict) and any(key in found for key in ("properties", "allOf", "oneOf", "anyOf"))


def _enum_class(models: Models, it: Enumeration, labels: Json) -> type[OpenEnum]:
    wanted = labels if isinstance(labels, list) and len(labels) == len(it.values) else it.values
    names = naming.distinct((value, naming.member(str(label))) for value, label in zip(it.values, wanted, strict=True))
    made: Any = OpenEnum(it.annotation, {names[value]: value for value in it.values})  # type: ignore[call-arg]  # Enum's functional call
    made.__module__ = "leapocr_dyn.models"
    recipe = (models._recipe, it.pointer)
    made.__reduce_ex__ = lambda self, protocol: (models._revive, (*recipe, self.value))
    return made  # type: ignore[no-any-return]  # the functional call gives a class, which mypy does not see
