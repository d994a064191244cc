"""One normal form: what OpenAPI 3.0 spells in its own way, and that nothing else is touched."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from documents import openapi

from leapocr_dyn.api import load
from leapocr_dyn.document import normal
from leapocr_dyn.errors import DocumentError

Json = Any  # the document under test


def schema_of(schema: Json) -> Json:
    """An OpenAPI 3.0 schema in the normal form."""
    return normal.normalise(openapi({"X": schema}, version="3.0.3"), "test")["components"]["schemas"]["X"]


@pytest.mark.parametrize("version", ["3.1.0", "3.1.1", "3.2.0"])
def test_a_document_of_today_is_left_as_it_is(version: str) -> None:
    """3.1 is the normal form, and 3.2 says the same with more words: the same object comes back."""
    tree = openapi({"X": {"type": ["string", "null"]}}, version=version)
    assert normal.normalise(tree, "test") is tree


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string", "nullable": False}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"enum": ["a", None], "nullable": True}, {"enum": ["a", None], "nullable": True}),
        ({"nullable": True}, {"nullable": True}),
        ({"minimum": 0, "exclusiveMinimum": True}, {"exclusiveMinimum": 0}),
        ({"maximum": 9, "exclusiveMaximum": True}, {"exclusiveMaximum": 9}),
        ({"minimum": 0, "exclusiveMinimum": False}, {"minimum": 0}),
        ({"exclusiveMinimum": True}, {}),
        ({"exclusiveMinimum": 3}, {"exclusiveMinimum": 3}),
    ],
)
def test_a_word_of_3_0_becomes_the_word_of_3_1(old: Json, new: Json) -> None:
    """`nullable` beside a type is one more, and an exclusive bound is a number."""
    assert schema_of(old) == new


@pytest.mark.parametrize("around", ["items", "not", "additionalProperties"])
def test_schemas_in_schemas_are_rewritten_too(around: str) -> None:
    """However deep a schema stands."""
    assert schema_of({around: {"allOf": [{"type": "string", "nullable": True}]}}) == {
        around: {"allOf": [{"type": ["string", "null"]}]}
    }


@pytest.mark.parametrize("word", ["default", "example", "examples", "enum", "const"])
def test_values_are_not_schemas(word: str) -> None:
    """An example that looks like a schema stays as it is."""
    schema = {word: [{"type": "string", "nullable": True}]}
    assert schema_of(schema) == schema


@pytest.mark.parametrize("name", ["default", "example", "examples", "enum", "const", "nullable", "properties"])
def test_a_property_may_be_called_like_a_keyword(name: str) -> None:
    """Below `properties` stand names: the property `default` has a schema, and it is rewritten."""
    old = {"properties": {name: {"type": "string", "nullable": True}}}
    assert schema_of(old) == {"properties": {name: {"type": ["string", "null"]}}}


def test_the_default_response_is_rewritten_too() -> None:
    """A response that is called `default` is no default value."""
    old = {
        "/x": {
            "get": {"responses": {"default": {"content": {"a/b": {"schema": {"type": "string", "nullable": True}}}}}}
        }
    }
    new = normal.normalise(openapi(paths=old, version="3.0.0"), "test")["paths"]
    assert new["/x"]["get"]["responses"]["default"]["content"]["a/b"]["schema"] == {"type": ["string", "null"]}


REF = {"$ref": "#/components/schemas/Y"}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "2.0"])
def test_what_stands_beside_a_reference_counts_since_3_1(version: str) -> None:
    """In 3.0 and 2.0 it is ignored, in schemas, parameters and responses; words for people stay."""
    beside = {**REF, "minLength": 3, "nullable": True, "description": "Why"}
    operation = {
        "parameters": [{"$ref": "#/components/parameters/P", "required": True}],
        "responses": {"200": {"$ref": "#/components/responses/R", "headers": {}}},
    }
    given = openapi(
        {"X": {"properties": {"a": beside, "$ref": {"type": "string"}}}}, {"/x": {"get": operation}}, version
    )
    if version == "2.0":
        text = json.dumps({**given, "swagger": "2.0", "definitions": given["components"]["schemas"]})
        given = json.loads(text.replace("components/schemas", "definitions").replace("#/components/", "#/"))
        del given["openapi"], given["components"]
    tree = normal.normalise(given, "test")
    properties = tree["components"]["schemas"]["X"]["properties"]
    found = tree["paths"]["/x"]["get"]
    if version == "3.1.0":
        assert (properties["a"], found) == (beside, operation)
    else:
        assert properties["a"] == {**REF, "description": "Why"}
        assert found["parameters"] == [{"$ref": "#/components/parameters/P"}]
        assert found["responses"] == {"200": {"$ref": "#/components/responses/R"}}
    assert properties["$ref"] == {"type": "string"}, "a property may be called so"


def test_what_stands_beside_a_path_items_reference_is_not_ignored() -> None:
    """Not in 3.0 either: its own operations come beside those that it refers to."""
    paths = {"/a": {"$ref": "#/x-item", "get": {"operationId": "mine"}}, "/b": {"$ref": "#/gone", "get": {}}}
    tree = openapi(paths=paths, version="3.0.3", **{"x-item": {"put": {"operationId": "theirs"}}})
    found = normal.normalise(tree, "test")["paths"]
    assert found == {"/a": {"put": {"operationId": "theirs"}, "get": {"operationId": "mine"}}, "/b": paths["/b"]}


def test_a_media_type_may_be_a_reference_since_3_2() -> None:
    """What components/mediaTypes says stands where it is referred to."""
    pets = {"itemSchema": {"type": "string"}}
    response = {"200": {"content": {"application/jsonl": {"$ref": "#/components/mediaTypes/Pets"}}}}
    tree = openapi(paths={"/x": {"get": {"responses": response}}}, components={"mediaTypes": {"Pets": pets}})
    found = normal.normalise({**tree, "openapi": "3.2.0"}, "test")["paths"]["/x"]["get"]["responses"]
    assert found == {"200": {"content": {"application/jsonl": pets}}}


def test_any_method_is_an_operation_since_3_2() -> None:
    """`query`, and those of additionalOperations: by name, by method and path, and of path items by reference."""
    item = {
        "query": {"operationId": "find", "responses": {}},
        "additionalOperations": {"COPY": {"operationId": "copyIt", "tags": ["nested"], "responses": {}}},
    }
    tags = [{"name": "all", "kind": "nav"}, {"name": "nested", "parent": "all", "summary": "Nested"}]
    given = openapi(
        paths={"/x/{id}": {"$ref": "#/components/pathItems/X"}},
        version="3.2.0",
        tags=tags,
        components={"pathItems": {"X": item}},
        webhooks={"created": {"post": {"operationId": "hook"}}},
    )
    api = load(given)
    assert list(api.operations) == ["find", "copy_it"]
    copy = api.operations["COPY", "/x/{id}"]
    assert copy is api.operations["COPY /x/{id}"] is api.operations["nested.copy_it"]
    assert (copy.place, copy.method) == ("/paths/~1x~1{id}/additionalOperations/COPY", "COPY")
    assert copy.plan("https://h", id="1").url == "https://h/x/1"
    assert api.operations["QUERY", "/x/{id}"].plan("https://h", id="1").method == "QUERY"
    assert api.document["tags"] == tags
    assert list(load(given, tag="nested").operations) == ["copy_it"]


def test_the_published_tree_is_never_changed() -> None:
    """A new tree is made; the old one is what was published."""
    tree = openapi({"X": {"type": "string", "nullable": True}}, version="3.0.3")
    before = copy.deepcopy(tree)
    normal.normalise(tree, "test")
    assert tree == before


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"hello": "world"}, "no `openapi: 3.x` at its root"),
        ({"openapi": 3.1}, "no `openapi: 3.x` at its root"),
        ({"openapi": "4.0.0"}, "versions 3.0, 3.1 and 3.2 are understood"),
        ({"openapi": "3.1.0", "paths": []}, "`paths` must be an object"),
    ],
)
def test_what_is_no_openapi_document_is_refused_with_a_sentence(tree: Json, said: str) -> None:
    """The message names the document and what to do."""
    with pytest.raises(DocumentError, match=r"^test") as caught:
        normal.normalise(tree, "test")
    assert said in str(caught.value)


def test_a_path_item_that_is_a_reference_is_what_it_refers_to() -> None:
    """Its operations are there, in every version; one that leads nowhere stays, and offers none."""
    paths = {"/a": {"$ref": "#/components/pathItems/A"}, "/b": {"$ref": "#/components/pathItems/B"}}
    shared = {"pathItems": {"A": {"get": {"operationId": "getA", "responses": {}}}}}
    found = normal.normalise(openapi(paths=paths, components=shared), "test")["paths"]
    assert found["/a"]["get"]["operationId"] == "getA"
    assert found["/b"] == {"$ref": "#/components/pathItems/B"}
