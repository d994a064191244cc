"""Operations: names, signatures and lookups, from a plain GET to documents that nobody meant to be so."""

from __future__ import annotations

from typing import Any

import pytest
from documents import NOTHING, answering, body, openapi, operation, ref, taking

from leapocr_dyn.api import Api, load
from leapocr_dyn.operation.operation import Operation

Json = Any  # the document under test
TEXT = {"type": "string"}
STATUS = load("leapocr").operations["getJobStatus"]
RESULT = load("leapocr").operations["getJobResult"]
DIRECT = load("leapocr").operations["directUpload"]


# -- what people see


def test_repr_reads_like_the_manual() -> None:
    """Name, method, path, what it needs and what it gives."""
    assert repr(STATUS) == "<Operation get_job_status GET /ocr/status/{job_id} (job_id) -> StatusResponse>"
    assert repr(operation()) == "<Operation go GET /things () -> None>"


def test_the_signature_has_keywords_with_types_required_ones_first() -> None:
    """Defaults are the document's; help() and completion read it from here."""
    assert str(RESULT.signature) == "(*, job_id: str, page: int = 1, limit: int = 100) -> OCRResultResponse"


def test_the_fields_of_a_json_body_are_arguments() -> None:
    """And `body=` takes the whole."""
    names = list(DIRECT.signature.parameters)
    assert names[:4] == ["file_name", "file_size", "content_type", "format"]
    assert names[-1] == "body"


def test_the_docstring_says_what_the_document_says() -> None:
    """Summary, arguments with types and limits, result, errors, source."""
    text = DIRECT.__doc__
    assert text.startswith("Start a job by announcing a file\n")
    assert "    file_size: int, required, at least 1, at most 1073741824\n        Bytes, at most 1 GiB." in text
    assert "    format: Format, optional, one of 'markdown', 'structured'" in text
    assert "Gives: DirectUploadResponse" in text
    assert "    402: The account has too few credits left." in text
    assert text.endswith("Source: POST /ocr/uploads/direct (directUpload)")


def test_help_says_where_an_operation_differs() -> None:
    """Its own server, that it is deprecated, and the media type that its body is sent in."""
    node = {"deprecated": True, "servers": [{"url": "https://files.test"}], **body({"type": "object"})}
    text = operation(node, method="post").__doc__
    assert "Deprecated: the API may take it away." in text
    assert "Server: https://files.test" in text
    assert "Sent as application/json." in text
    assert "\n" not in repr(operation(node, method="post"))


# -- odd documents


def test_a_parameter_called_body_leaves_body_to_the_body() -> None:
    """Its own name gets a number."""
    node = {"parameters": [{"name": "body", "in": "query", "schema": {}}], **body({"type": "object"})}
    it = operation(node, method="post")
    assert list(it.signature.parameters) == ["body_2", "body"]
    assert it.plan(body_2="q", body={}).url == "/things?body=q"


def test_a_field_that_is_called_like_a_parameter_keeps_the_body_whole() -> None:
    """Two arguments cannot share a name, so the body is given as `body=` only."""
    node = {"parameters": [{"name": "id", "in": "query", "schema": {}}], **body({"properties": {"id": {}}})}
    assert list(operation(node, method="post").signature.parameters) == ["id", "body"]


def test_parameters_of_one_name_in_two_places_are_two_arguments() -> None:
    """The first keeps the name."""
    places: Json = [{"name": "id", "in": where, "schema": {}} for where in ("path", "query", "header")]
    it = operation({"parameters": places}, "/things/{id}")
    assert [one.name for one in it.parameters] == ["id", "id_2", "id_3"]
    assert it.plan(id=1, id_2=2).url == "/things/1?id=2"


def test_a_parameter_of_the_path_item_is_shared_and_can_be_told_anew() -> None:
    """The operation's own description of it counts."""
    shared = [{"name": "a", "in": "query", "schema": {}}, {"name": "b", "in": "query", "schema": {}}]
    item = {
        "parameters": shared,
        "get": {"operationId": "go", "parameters": [{**shared[0], "required": True}], "responses": {}},
    }
    it = load(openapi(paths={"/x": item})).operations["go"]
    assert [(one.name, one.required) for one in it.parameters] == [("a", True), ("b", False)]


def test_references_are_followed_everywhere() -> None:
    """Parameters, bodies and responses may stand in components."""
    components = {
        "parameters": {"P": {"name": "p", "in": "query", "schema": ref("S")}},
        "requestBodies": {"B": {"content": {"application/json": {"schema": ref("S")}}}},
        "responses": {"R": {"description": "", "content": {"application/json": {"schema": ref("S")}}}},
    }
    node = {
        "parameters": [{"$ref": "#/components/parameters/P"}],
        "requestBody": {"$ref": "#/components/requestBodies/B"},
        "responses": {"200": {"$ref": "#/components/responses/R"}},
    }
    it = operation(node, method="post", components=components, schemas={"S": {"properties": {"a": TEXT}}})
    assert repr(it) == "<Operation go POST /things () -> S>"
    assert it.plan(p={"a": "1"}, a="2").body == b'{"a":"2"}'


def test_a_name_is_an_argument_that_any_python_can_write() -> None:
    """Keywords, dunders and code become plain names; on the wire they are what they were."""
    for name in ("class", "self", "base_url", "__init__", '"); import os', "a b"):
        it = taking({"name": name})
        (argument,) = it.signature.parameters
        assert argument.isidentifier()
        assert it.plan(**{argument: 1}).url.startswith("/things?")


def test_an_operation_without_responses_gives_nothing() -> None:
    """And can be called all the same."""
    assert operation({"responses": {}}).result() is None
    assert answering(TEXT, "404").result() is None
    assert operation({"responses": {"200": {"content": {"text/plain": {}}}}}, method="head").result() is None


@pytest.mark.parametrize(
    ("media", "schema", "said"),
    [
        ("application/octet-stream", TEXT, "bytes"),
        ("application/pdf", {}, "bytes"),
        ("image/*", {}, "bytes"),
        ("application/json", {"type": "string", "format": "binary"}, "bytes"),
        ("text/plain", {"type": "integer"}, "str"),
        ("application/xml", {"type": "object"}, "str"),
        ("application/problem+json", {"type": "integer"}, "int"),
        ("*/*", TEXT, "str"),
    ],
)
def test_what_it_gives_is_what_comes(media: str, schema: Json, said: str) -> None:
    """Bytes and text are called so, whatever a schema says of them; of JSON the schema says it."""
    it = answering(schema, media=media)
    assert str(it.signature).endswith(f"-> {said}")
    assert f"Gives: {said}\n" in it.__doc__
    content = {"int": b"1", "bytes": b"\xff"}.get(said, b'"a"')
    sent = {"*/*": "application/json", "image/*": "image/png"}.get(media, media)
    assert type(it.read(200, {"content-type": sent}, content)).__name__ == said


def test_without_a_success_the_default_is_one() -> None:
    """As it is when an answer is read."""
    assert repr(answering(TEXT, "default")) == "<Operation go GET /things () -> str>"


# -- all of them


def zoo() -> Api:
    """An API with two namespaces and two operations of one name."""
    node = {"responses": NOTHING}
    return load(
        openapi(
            paths={
                "/cats": {
                    "get": {**node, "operationId": "list", "tags": ["Cats"]},
                    "post": {**node, "operationId": "addCat"},
                },
                "/dogs": {"get": {**node, "operationId": "List", "tags": ["Dogs"]}},
            }
        )
    )


@pytest.mark.parametrize("key", ["list", "cats.list", ("GET", "/cats"), ("get", "/cats"), "GET /cats"])
def test_an_operation_is_found_by_every_name_it_has(key: Any) -> None:
    """Python name, namespace.name, operationId, method and path."""
    assert zoo().operations[key].path == "/cats"
    assert key in zoo().operations or isinstance(key, tuple)


def test_namespaces_come_from_the_first_tag() -> None:
    """Two namespaces may use one name, which is listed for both; an operation without a tag is in `default`."""
    operations = zoo().operations
    assert {name: list(found) for name, found in operations.namespaces.items()} == {
        "cats": ["list"],
        "default": ["add_cat"],
        "dogs": ["list"],
    }
    assert operations["List"].path == "/dogs"
    assert list(operations) == ["list", "add_cat", "dogs.list"]


@pytest.mark.parametrize("operation_id", ["cats.addCat", "cats/addCat"])
def test_an_operation_that_repeats_its_tag_is_called_without_it(operation_id: str) -> None:
    """batch.create and repos/list are the namespace and the name; the whole stays a key."""
    node = {"operationId": operation_id, "tags": ["cats"], "responses": NOTHING}
    operations = load(openapi(paths={"/cats": {"post": node}})).operations
    assert {name: list(found) for name, found in operations.namespaces.items()} == {"cats": ["add_cat"]}
    assert operations[operation_id] is operations["cats.add_cat"]


def test_a_name_that_is_nearly_right_is_helped_with() -> None:
    """KeyError, with the name that was meant."""
    with pytest.raises(KeyError, match="did you mean 'add_cat'"):
        zoo().operations["add_cats"]


def test_a_workflow_names_operations_and_finds_them_without_their_id() -> None:
    """By method and path, so that an operation which lost its id or tag still works."""
    tree = openapi(paths={"/jobs/{id}": {"get": {"responses": NOTHING}}})
    rules = {"tag": "SDK", "operations": {"getJob": {"at": "GET /jobs/{id}", "name": "jobs.find"}}}
    operations = load(tree, workflow=rules).operations
    assert operations["getJob"] is operations["jobs.find"] is operations["find"]


def test_what_may_be_repeated_is_the_methods_word_or_the_workflows() -> None:
    """RFC 9110 section 9.2.2, and `repeatable` in workflow.yaml."""
    assert operation().repeatable
    assert operation(method="put").repeatable
    assert not operation(method="post").repeatable
    assert DIRECT.repeatable


def test_a_call_that_the_document_does_not_know_can_be_made() -> None:
    """Any JSON comes back as it is, even where the document knows no operation at all."""
    it = Operation.unknown(load(openapi()).operations, "GET", "/birds")
    assert repr(it) == "<Operation GET /birds GET /birds () -> Any>"
    assert it.plan("https://x.test").url == "https://x.test/birds"
    assert it.read(200, {"content-type": "application/json"}, b'{"a": [1]}') == {"a": [1]}


def test_the_same_name_in_two_namespaces_is_listed_twice() -> None:
    """`pets/get` and `shops/get` are `pets.get` and `shops.get`: neither hides the other, however one looks."""
    paths = {
        f"/{tag}": {"get": {"operationId": f"{tag}/get", "tags": [tag], "responses": {}}} for tag in ("pets", "shops")
    }
    operations = load(openapi(paths=paths)).operations
    assert list(operations) == ["get", "shops.get"]
    assert len(operations) == len(set(operations.values())) == 2
    assert operations["pets.get"].path == operations["get"].path == "/pets"
