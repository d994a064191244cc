"""Requests: from the arguments of a call to what would be sent, and all that is refused before it is."""

from __future__ import annotations

import datetime
import io
import pathlib
import pickle
import re
from decimal import Decimal
from typing import Any

import pytest
from documents import api_of, body, json_values, operation, ref, sending, taking
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.api import load
from leapocr_dyn.errors import DocumentError, Error, ValidationError
from leapocr_dyn.model.value import NOT_GIVEN
from leapocr_dyn.operation.operation import Operation

Json = Any  # the document under test
TEXT = {"type": "string"}
STATUS = load("leapocr").operations["getJobStatus"]
DIRECT = load("leapocr").operations["directUpload"]


def test_a_plan_is_the_request_that_would_be_sent() -> None:
    """Method, URL, headers and body, without a secret."""
    plan = DIRECT.plan("https://x.test/v1/", file_name="a.pdf", file_size=7, content_type="application/pdf")
    assert (plan.method, plan.url) == ("POST", "https://x.test/v1/ocr/uploads/direct")
    assert plan.headers == {"Accept": "application/json", "Content-Type": "application/json"}
    assert plan.body == b'{"file_name":"a.pdf","file_size":7,"content_type":"application/pdf"}'
    assert repr(plan) == "<Plan POST https://x.test/v1/ocr/uploads/direct, 68 bytes>"


def test_arguments_find_their_places() -> None:
    """Path, query, header, cookie and body in one call."""
    places: Json = [
        {"name": name, "in": name, "required": name == "path", "schema": {}}
        for name in ("path", "query", "header", "cookie")
    ]
    it = operation({"parameters": places, **body({"properties": {"size": {}}})}, "/things/{path}", "post")
    plan = it.plan(path=1, query=2, header=3, cookie=4, size=5)
    assert plan.url == "/things/1?query=2"
    assert (plan.headers["header"], plan.headers["Cookie"], plan.body) == ("3", "cookie=4", b'{"size":5}')


def test_a_body_can_be_given_whole() -> None:
    """As a dict, as a model, or as bytes, which are not looked at."""
    api = api_of(Pet={"properties": {"petName": TEXT}})
    it = sending(ref("Pet"), schemas={"Pet": {"properties": {"petName": TEXT}}})
    for whole in ({"petName": "Mimi"}, api.models["Pet"](pet_name="Mimi"), b'{"petName":"Mimi"}'):
        assert it.plan(body=whole).body == b'{"petName":"Mimi"}'
    assert it.plan(pet_name="Mimi").body == b'{"petName":"Mimi"}'


def test_a_none_is_sent_only_where_null_is_allowed() -> None:
    """A None for a field that cannot be null was somebody's default, not a null that is meant."""
    it = sending(
        {"properties": {"a": TEXT, "b": {"type": ["string", "null"]}, "c": ref("Self")}},
        schemas={"Self": {"properties": {"s": ref("Self")}}},
    )
    assert it.plan(a=None, b=None).body == b'{"b":null}'
    assert it.plan(a=NOT_GIVEN, c={"s": {}}).body == b'{"c":{"s":{}}}'


def test_a_none_for_a_field_of_a_merged_body_is_a_null_where_null_is_allowed() -> None:
    """What an `allOf` says about a field counts as much as what stands at the top."""
    schema = {"allOf": [{"type": "object", "properties": {"a": {"type": ["string", "null"]}}}]}
    it = operation({"requestBody": {"content": {"application/json": {"schema": schema}}}}, method="patch")
    assert it.plan(a=None).body == b'{"a":null}'


def test_an_optional_body_is_left_out_with_its_fields() -> None:
    """And none of its required fields is asked for until one is given."""
    it = sending({"required": ["a"], "properties": {"a": TEXT, "b": TEXT}}, required=False)
    assert it.plan().body is None
    with pytest.raises(TypeError, match=r"go\(\) needs a="):
        it.plan(b="x")


def test_python_values_are_written_as_json() -> None:
    """Times, bytes and models, in parameters and in bodies."""
    moment = datetime.datetime(2026, 3, 23, tzinfo=datetime.UTC)
    assert taking({}).plan(x=moment).url == "/things?x=2026-03-23T00%3A00%3A00%2B00%3A00"
    assert sending({"properties": {"data": TEXT}}).plan(data=b"abc").body == b'{"data":"YWJj"}'


@pytest.mark.parametrize(
    ("servers", "url"),
    [
        ([{"url": "https://a.test/v1/"}, {"url": "https://b.test"}], "https://a.test/v1/things"),
        ([{"url": "https://{r}.a.test", "variables": {"r": {"default": "eu"}}}], "https://eu.a.test/things"),
        ([None, {"url": 5}], "/things"),
        ([], "/things"),
    ],
)
def test_without_a_base_url_the_first_server_counts(servers: Json, url: str) -> None:
    """With its variables' defaults."""
    assert operation(servers=servers).plan().url == url
    assert operation(servers=servers).plan("http://127.0.0.1:1").url == "http://127.0.0.1:1/things"


# -- what is refused


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, r"get_job_status\(\) needs job_id="),
        ({"job_id": None}, r"get_job_status\(\) needs job_id="),
        ({"jobid": "x"}, r"has no argument 'jobid'; did you mean 'job_id'\?"),
        ({"job_id": "x", "zzz": 1}, r"has no argument 'zzz'; it takes job_id"),
    ],
)
def test_wrong_names_are_a_type_error_as_in_python(arguments: dict[str, Any], said: str) -> None:
    """With the name that was meant."""
    with pytest.raises(TypeError, match=said):
        STATUS.plan(**arguments)


def test_a_body_and_its_fields_exclude_each_other() -> None:
    """One of them must be wrong."""
    with pytest.raises(TypeError, match=r"takes either body= or file_name=, not both"):
        DIRECT.plan(body={}, file_name="a")


@pytest.mark.parametrize(
    ("arguments", "field", "said"),
    [
        ({"file_size": 0}, "file_size", "must be at least 1, not 0"),
        ({"format": "markdwon"}, "format", "did you mean 'markdown'?"),
        ({"format": object()}, "format", "JSON has no word for a object"),
        ({"schema": {"at": datetime.datetime(2026, 3, 23)}}, "schema", "has no time zone"),
    ],
)
def test_wrong_values_are_a_validation_error_before_anything_leaves(
    arguments: dict[str, Any], field: str, said: str
) -> None:
    """With the path to the mistake, and the operation."""
    good = {"file_name": "a.pdf", "file_size": 7, "content_type": "application/pdf"}
    with pytest.raises(ValidationError) as caught:
        DIRECT.plan(**{**good, **arguments})
    assert caught.value.field == field
    assert str(caught.value).startswith(f"direct_upload: {field}")
    assert said in str(caught.value)
    assert caught.value.status_code is None


def test_a_shell_command_runs_nothing_of_the_document() -> None:
    """Every text is quoted, also the header's name; only the variable for the key is the shell's."""
    scheme = {"type": "apiKey", "in": "header", "name": '"; rm -rf ~; "$(id)`id`'}
    it = operation(path="/$(id)", security=[{"key": []}], components={"securitySchemes": {"key": scheme}})
    assert it.plan().curl() == (
        """curl -X GET '/$(id)' -H '"; rm -rf ~; "$(id)`id`: '"$API_KEY" -H 'Accept: application/json, */*;q=0.1'"""
    )


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["file_name", "file_size", "format", "schema", "body"]), json_values | st.binary() | st.dates()
    )
)
def test_any_arguments_make_a_plan_or_one_of_two_errors(arguments: dict[str, Any]) -> None:
    """TypeError for names, ValidationError for values, and nothing else."""
    try:
        plan = DIRECT.plan(**arguments)
    except (TypeError, ValidationError):
        return
    assert plan.body is not None


# -- several media types


def offering(*media: str, **schemas: Json) -> Operation:
    """A POST whose body comes in these media types; schemas: by the word after the slash."""
    content = {one: {"schema": schemas.get(one.partition("/")[2].replace("-", "_"), {})} for one in media}
    return operation({"requestBody": {"required": True, "content": content}}, method="post")


FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
FILE = {"properties": {"file": {"type": "string", "format": "binary"}}}


@pytest.mark.parametrize(
    ("offered", "preferred"),
    [
        (["text/csv", "*/*", PARTS, FORM, "application/hal+json", "application/json"], "application/hal+json"),
        (["*/*", "text/csv", PARTS, FORM], FORM),
        (["text/csv", "multipart/mixed", PARTS], PARTS),
        (["*/*", "text/csv"], "text/csv"),
    ],
)
def test_json_is_preferred_then_a_form(offered: list[str], preferred: str) -> None:
    """Ranges come last; the caller may choose any of them."""
    it = offering(*offered)
    assert it.body is not None
    assert it.body.media == preferred
    assert it.choices == {"content_type": [one.media for one in it.bodies]}


def test_a_form_with_files_comes_in_parts() -> None:
    """Where both kinds of form are offered, the one that can carry what the schema describes."""
    assert [one.media for one in offering(FORM, PARTS, form_data=FILE).bodies] == [PARTS, FORM]


def test_a_caller_chooses_the_media_type_of_the_body() -> None:
    """Fields, types and checks follow; a field of another media type is helped with."""
    text = {"type": "string", "maxLength": 3}
    it = offering("application/json", "text/plain", PARTS, json={"properties": {"a": {}}}, plain=text, form_data=FILE)
    assert str(it.signature).startswith("(*, a: Any = NOT_GIVEN, body: GoBody = NOT_GIVEN, content_type: str | None = ")
    assert it.plan(a=1).headers["Content-Type"] == "application/json"
    assert it.plan(body="abc", content_type="text/plain; charset=utf-8").body == b"abc"
    assert it.plan(file=b"x", content_type=PARTS).headers["Content-Type"].startswith(PARTS)
    assert "multipart/form-data: file: bytes | Path | BinaryIO | tuple" in it.__doc__
    with pytest.raises(ValidationError, match="at most 3 characters"):
        it.plan(body="abcd", content_type="text/plain")
    with pytest.raises(TypeError, match=f"no argument 'file'; pass content_type='{PARTS}' with it"):
        it.plan(file=b"x")
    with pytest.raises(ValidationError, match="'text/plan' is not offered; did you mean 'text/plain'"):
        it.plan(body="x", content_type="text/plan")


def test_the_choosing_argument_steps_aside() -> None:
    """A parameter or field of that name keeps it."""
    it = offering("application/json", "text/csv", json={"properties": {"content_type": TEXT}})
    assert list(it.signature.parameters) == ["content_type", "body", "content_type_2"]
    assert it.plan(content_type="a").body == b'{"content_type":"a"}'
    assert it.plan(body="a", content_type_2="text/csv").headers["Content-Type"] == "text/csv"


# -- what only the server writes


READ_ONLY: Json = {
    "required": ["id", "name"],
    "properties": {"id": {"type": "string", "readOnly": True}, "name": TEXT, "old": {**TEXT, "deprecated": True}},
}


def test_what_only_the_server_writes_is_no_argument() -> None:
    """A required readOnly field is neither shown nor asked for; a deprecated one says so."""
    it = sending(READ_ONLY)
    assert list(it.signature.parameters) == ["name", "old", "body"]
    assert it.plan(name="x").body == b'{"name":"x"}'
    assert "old: str, optional, deprecated" in it.__doc__


def test_a_model_that_was_read_can_be_sent_back() -> None:
    """Without what only the server writes."""
    api = api_of(Pet=READ_ONLY)
    pet = api.converter.structure({"id": "1", "name": "Mimi"}, api.models.type("Pet"))
    assert sending(ref("Pet"), schemas={"Pet": READ_ONLY}).plan(body=pet).body == b'{"name":"Mimi"}'


# -- paths and queries


@pytest.mark.parametrize(
    ("path", "values", "url"),
    [
        ("/a/{x}.{y}", {"x": "b", "y": "c"}, "/a/b.c"),
        ("/a/{x}:verb", {"x": "b:c"}, "/a/b%3Ac:verb"),
        ("/{x}/b/{x}", {"x": "1"}, "/1/b/1"),
        ("/a b/é/{ü x}", {"ü_x": "1"}, "/a%20b/%C3%A9/1"),
        ("/a#first", {}, "/a"),
    ],
)
def test_a_path_is_filled_in_everywhere(path: str, values: Json, url: str) -> None:
    """Several places in a segment, one place twice, letters that no URL has; a fragment is never sent."""
    names = {"x", "y", "ü x"} & set(re.findall("{([^{}]*)}", path))
    it = operation({"parameters": [{"name": one, "in": "path", "required": True, "schema": {}} for one in names]}, path)
    assert it.plan(**values).url == url


@pytest.mark.parametrize(
    ("path", "values"), [("/a/{x}{y}", "..x"), ("/a/{x}.", ".y"), ("/a/.{x}", "."), ("/a/{x}", "")]
)
def test_no_values_change_the_route_together(path: str, values: str) -> None:
    """Dots that are harmless each, beside each other or beside the path's own."""
    names = re.findall("{([^{}]*)}", path)
    it = operation({"parameters": [{"name": one, "in": "path", "required": True, "schema": {}} for one in names]}, path)
    with pytest.raises(ValidationError, match="would change the path"):
        it.plan(**dict(zip(names, values or [""], strict=False)))


def test_a_query_joins_the_one_that_the_path_has() -> None:
    """Some documents tell operations apart by a query."""
    it = operation({"parameters": [{"name": "b", "in": "query", "schema": {}}]}, "/x?action=a#y")
    assert it.plan(b=1).url == "/x?action=a&b=1"


@pytest.mark.parametrize(
    ("media", "value", "query"),
    [
        (FORM, {"foo": "a + b", "bar": True}, "foo=a+%2B+b&bar=true"),
        (
            "application/json",
            {"numbers": [1, 2], "flag": None},
            "%7B%22numbers%22%3A%5B1%2C2%5D%2C%22flag%22%3Anull%7D",
        ),
        ("application/jsonpath", "$.a.b[1:1]", "%24.a.b%5B1%3A1%5D"),
        ("text/plain", "a&b=c#d", "a%26b%3Dc%23d"),
    ],
)
def test_a_query_can_be_one_value(media: str, value: Json, query: str) -> None:
    """OpenAPI 3.2, `in: querystring`, with the specification's own examples."""
    it = taking({"in": "querystring", "content": {media: {"schema": {}}}})
    assert it.plan(x=value).url == f"/things?{query}"
    with pytest.raises(ValidationError):
        it.plan(x=b"\xff" if media == FORM else float("nan"))


@pytest.mark.parametrize("path", ["/../admin", "/a/%2e%2e/b", "/a/..%2Fb", "/.", "/a/..\\b"])
def test_a_path_of_the_document_stays_below_the_api(path: str) -> None:
    """RFC 3986 section 5.2.4: dot segments, however they are spelled, are refused before anything is sent."""
    it = operation({}, path)
    assert path in repr(it)
    with pytest.raises(DocumentError, match="leads out of the API's own"):
        it.plan("https://home.test/v1")


# -- any arguments


any_argument = st.one_of(
    json_values,
    st.binary(max_size=8),
    st.tuples(st.text(max_size=4), st.binary(max_size=4)),
    st.sampled_from(
        ["application/json", "text/plain", "text/x; a=b", PARTS, FORM, "image/png", object(), Decimal("NaN"), 1j]
    ),
    st.builds(io.BytesIO),
    st.builds(io.StringIO),
    st.builds(pathlib.PurePath, st.text(max_size=4)),
)


OFFERED = offering("application/json", "text/*", PARTS, FORM, "*/*", json={"properties": {"a": {}}}, form_data=FILE)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "file", "body", "content_type", "accept", "", "zzz"]), any_argument))
def test_any_arguments_in_any_media_type_make_a_plan_or_an_error_of_ours(arguments: dict[str, Any]) -> None:
    """And what is planned has a body whose Content-Type is one line and no range."""
    try:
        plan = OFFERED.plan(**arguments)
    except (TypeError, Error):
        return
    assert re.fullmatch(r"[ -~]+/[^*\r\n]+", plan.headers["Content-Type"])
    assert plan.curl().startswith("curl -X POST")


def test_an_operation_and_its_plan_can_be_pickled() -> None:
    """It is found again by method and path, with the document that it came from; also after it has been used."""
    it = offering("application/json", PARTS, json={"properties": {"a": {}}}, form_data=FILE)
    plan = it.plan(a=1)
    assert pickle.loads(pickle.dumps(it)) is it
    assert pickle.loads(pickle.dumps(plan)) == plan
