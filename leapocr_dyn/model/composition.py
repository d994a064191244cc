"""`allOf` put together, and the options of a union told apart: what several schemas say as one.

Here schemas become schemas; none becomes a type, and nothing is checked. Source: OpenAPI 3.1 section 4.8.24.3
(Composition and Inheritance) and 4.8.25 (Discriminator Object).
"""

from __future__ import annotations

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import Located, pointer
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.model.type import Schema

DEEPEST = 64  # parts of an `allOf` in each other
PAIRS = 64  # options that two unions of an `allOf` may become together


def merge(
    document: Document, schema: Schema, place: str, known: dict[str, Schema] | None = None, depth: int = 0
) -> Schema:
    """What all parts of an `allOf` say together: properties and required add up, the last word counts for the rest.

    known: what has been merged so far, by pointer; so that parts which share parts are merged once, and a part that is
    inside itself adds nothing. Raises DocumentError where parts have parts without end.
    """
    if depth > DEEPEST:
        raise DocumentError(f"#{place}: more than {DEEPEST} `allOf` in each other")
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
                merge(document, inner, located.pointer, known, depth + 1)
            inner = known[located.pointer]
        for key, value in inner.items() if isinstance(inner, dict) else ():
            if key == "properties":
                merged[key] = _both(merged.get(key, {}), value if isinstance(value, dict) else {})
            elif key == "required":
                merged[key] = [*merged.get(key, []), *(value if isinstance(value, list) else [])]
            elif key in ("oneOf", "anyOf") and key in merged:
                merged[key] = _pairs(merged[key], value)
            else:
                merged[key] = value
    known[place] = merged
    return merged


def whole(document: Document, schema: Schema, place: str) -> Located:
    """The schema at the end of its references, the parts of its `allOf` put together; `{}` for what is no object."""
    located = document.follow(schema, place)
    found = located.value if isinstance(located.value, dict) else {}
    return Located(merge(document, found, located.pointer) if "allOf" in found else found, located.pointer)


def _pairs(left: Schema, right: Schema) -> Schema:
    """The options of two unions that both hold: each of one with each of the other, as long as they are few."""
    if left == right or not isinstance(left, list) or not isinstance(right, list) or len(left) * len(right) > PAIRS:
        return right
    return [Both.of(one, two) for one in left for two in right]


class Both(dict[str, Schema]):
    """What several parts of an `allOf` say about one thing: an `allOf` of our own, without parts in parts.

    Each part is in it once, however many ways lead to it: so it never grows beyond what the document has.
    """

    @classmethod
    def of(cls, left: Schema, right: Schema) -> Schema:
        """What both say; either where the other says nothing new."""
        parts = [one for schema in (left, right) for one in (schema["allOf"] if isinstance(schema, cls) else [schema])]
        distinct = list({id(one): one for one in parts}.values())
        return left if left == right else cls(allOf=distinct)


def _both(left: dict[str, Schema], right: dict[str, Schema]) -> dict[str, Schema]:
    """The properties of two parts; where both have one, what both say about it."""
    return {**left, **{name: Both.of(left[name], inner) if name in left else inner for name, inner in right.items()}}


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
    shared: set[str] = set()
    for index, option in enumerate(options):
        found = whole(document, option, f"{place}/{index}")
        places[found.pointer] = index
        if isinstance(option, dict) and isinstance(option.get("$ref"), str):
            named.setdefault(found.pointer.rpartition("/")[2], index)
        known = found.value.get("properties")
        said = document.follow(known.get(tag), found.pointer).value if isinstance(known, dict) else None
        if isinstance(said, dict):
            values = [said.get("const"), *(said["enum"] if isinstance(said.get("enum"), list) else [])]
            for value in {value for value in values if isinstance(value, str)}:
                if named.setdefault(value, index) != index:
                    shared.add(value)
    # What several options may say, tells none of them from the others.
    named = {value: index for value, index in named.items() if value not in shared}
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
