"""Every keyword of a schema, and the kinds of its value: what says something, and what says nothing.

A keyword that nobody knows, or one whose value is of a wrong kind, is passed over, and that is told. Source: JSON
Schema 2020-12 (Core, Validation), what was a keyword in earlier drafts, and OpenAPI 3.1 section 4.8.24 (Schema Object).
"""

from __future__ import annotations

from collections.abc import Callable

from leapocr_dyn.model.type import Schema
from leapocr_dyn.model.value import brief

Notice = Callable[[str, str, str], None]

NOUNS: dict[type, str] = {str: "text", bool: "true or false", int: "a number", list: "a list", dict: "an object"}
SCHEMA, NUMBER = (dict, bool), (int, float)
VOCABULARY: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("$id", "$schema", "$anchor", "$dynamicAnchor", "$comment", "$ref", "$dynamicRef"), (str,)),
    **dict.fromkeys(("$vocabulary", "$defs", "definitions", "properties", "patternProperties"), (dict,)),
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "dependencies"), (dict,)),
    **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "propertyNames"), SCHEMA),
    **dict.fromkeys(("items", "contains", "unevaluatedItems", "additionalItems", "contentSchema"), SCHEMA),
    **dict.fromkeys(("not", "if", "then", "else"), SCHEMA),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems", "enum", "required"), (list,)),
    **dict.fromkeys(("multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), NUMBER),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), NUMBER),
    **dict.fromkeys(("minContains", "maxContains"), NUMBER),
    **dict.fromkeys(("pattern", "format", "contentEncoding", "contentMediaType", "title", "description"), (str,)),
    **dict.fromkeys(("uniqueItems", "deprecated", "readOnly", "writeOnly", "nullable", "$recursiveAnchor"), (bool,)),
    **dict.fromkeys(("discriminator", "xml", "externalDocs"), (dict,)),
    **dict.fromkeys(("default", "const", "example"), (object,)),
    "type": (str, list),
    "examples": (list, dict),
}
EXTENSIONS = frozenset({"x-enum-varnames", "x-enumNames", "x-enum-aliases"})
# What a type cannot say, and a check does not look at.
UNCHECKED = frozenset({"contentSchema"})


def understood(schema: dict[str, Schema], place: str, notice: Notice) -> dict[str, Schema]:
    """The schema without what says nothing, which is told to `notice(rule, place, sentence)`."""
    kept = {}
    for keyword, value in schema.items():
        kinds = VOCABULARY.get(keyword)
        if kinds is None:
            if not keyword.startswith("x-"):
                notice("unknown-keyword", place, f"{brief.repr(keyword)} is no keyword of a schema")
            elif keyword in EXTENSIONS:
                kept[keyword] = value
        elif isinstance(value, kinds):
            kept[keyword] = value
            if keyword in UNCHECKED:
                notice("unchecked-keyword", place, f"{keyword} is left to the server")
        elif value is not None:  # null is what YAML makes of nothing
            wanted = " or ".join(NOUNS[kind] for kind in kinds if kind in NOUNS)
            notice("wrong-kind", place, f"{keyword} is {brief.repr(value)} where {wanted} belongs; left out")
    return kept
