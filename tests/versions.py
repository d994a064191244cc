"""Documents for tests of how they change: drawn by hypothesis, and said again in other words."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import DATA, MAPS

Json = Any  # whatever a test feeds in
PUBLISHED = Path(__file__).parent.parent.parent / "shared" / "specs"
published = pytest.mark.skipif(not PUBLISHED.exists(), reason="the documents that services published are not here")
COMPONENTS = ("Alpha", "beta.Gamma", "Delta_1")


def final(given: Json) -> Document:
    """A document in the form that is compared."""
    return Document.read(given).normalised().repaired()


def revision(name: str) -> Document:
    """A published document, by its path below the folder of them."""
    return final(PUBLISHED / name)


def ref(name: str) -> Json:
    """A reference to a component's schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def content(schema: Json, media: str = "application/json") -> Json:
    """A body of one media type."""
    return {"content": {media: {"schema": schema}}}


def exchange(request: Json, response: Json, parameter: Json, **rest: Json) -> dict[str, Json]:
    """A document with one operation, whose body, answer and parameter these schemas describe."""
    operation = {
        "operationId": "putThing",
        "tags": ["Things", "SDK"],
        "parameters": [{"name": "some", "in": "query", "schema": parameter}],
        "requestBody": {"required": True, **content(request)},
        "responses": {"200": {"description": "", **content(response)}, "404": {"description": ""}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "servers": [{"url": "https://api.test/v1"}],
        "paths": {"/things": {"put": operation}},
        "security": [],
        **rest,
    }


# --- drawn ---

leaves: st.SearchStrategy[Json] = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "enum": ["a", "b", "c"]},
        {"type": "string", "const": "a"},
        {"type": "string", "format": "date-time"},
        {"type": "string", "pattern": "^a", "maxLength": 9},
        {"type": ["integer", "null"], "minimum": 1, "default": 3},
        {"type": "number", "exclusiveMaximum": 2.5},
        {"type": "boolean", "readOnly": True},
        {"type": ["string", "integer"]},
        {},
        *map(ref, COMPONENTS),
    ]
)


def composed(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """What holds other schemas."""
    names = st.sampled_from(["id", "name", "items", "default", "properties"])
    properties = st.dictionaries(names, inner, min_size=1, max_size=4)
    return st.one_of(
        st.builds(
            lambda fields, required: {"type": "object", "properties": fields, "required": sorted(required)},
            properties,
            st.sets(names, max_size=2),
        ),
        inner.map(lambda one: {"type": "array", "items": one}),
        inner.map(lambda one: {"type": "object", "additionalProperties": one}),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: {"anyOf": some}),
        st.lists(inner, min_size=1, max_size=2).map(lambda some: {"allOf": some, "description": "All."}),
        inner.map(lambda one: {"not": one}),
    )


schemas: st.SearchStrategy[Json] = st.recursive(leaves, composed, max_leaves=8)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Json]:
    """A document with one operation and three components, which may refer to each other in cycles."""
    components = {"schemas": {name: draw(schemas) for name in COMPONENTS}}
    return exchange(draw(schemas), draw(schemas), draw(leaves), components=components)


# --- said again ---

CARRIERS = frozenset({"type", "$ref", "properties", "anyOf", "allOf", "not", "in", "responses", "content"})
SCHEMES = frozenset({"in", "flows", "scheme"})  # of security, whose `type` is no list
UNORDERED = frozenset({"required", "enum", "anyOf", "oneOf", "security", "parameters"})


def again(node: Json, chance: random.Random) -> Json:
    """A document that says the same in other words: other names of components, another order, other descriptions."""
    names = [f"{chance.choice('xyz')}{number}" for number in range(len(COMPONENTS))]
    renamed = dict(zip(COMPONENTS, chance.sample(names, len(names)), strict=True))
    new = _again(node, chance, renamed, False)
    if "schemas" in new.get("components", {}):
        new["components"]["schemas"] = {renamed[name]: one for name, one in new["components"]["schemas"].items()}
    return new


def _again(node: Json, chance: random.Random, renamed: dict[str, str], named: bool) -> Json:
    if isinstance(node, list):
        return [_again(item, chance, renamed, False) for item in node]
    if not isinstance(node, dict):
        return node
    new = {
        key: value if key in DATA and not named else _again(value, chance, renamed, key in MAPS and not named)
        for key, value in node.items()
    }
    if not named:
        if "$ref" in new:
            new["$ref"] = ref(renamed[new["$ref"].rpartition("/")[2]])["$ref"]
        for key in UNORDERED & new.keys():
            if isinstance(new[key], list):
                new[key] = chance.sample(new[key], len(new[key]))
        if isinstance(new.get("type"), str) and SCHEMES.isdisjoint(new) and chance.random() < 0.5:
            new["type"] = [new["type"]]
        if "const" in new:
            new["enum"] = [new.pop("const")]
        if CARRIERS & new.keys():
            new["description"] = chance.choice(["", "Some words.", "# Markdown"])
            new["x-note"] = chance.random()
    if "$ref" in new and not named and chance.random() < 0.5:
        new = {chance.choice(["allOf", "oneOf", "anyOf"]): [new]}
    return dict(chance.sample(list(new.items()), len(new)))
