"""Answers: status, headers and body become a value, or the exception that says whose move it is."""

from __future__ import annotations

import email.utils
import sys
from typing import Any

import pytest
from documents import answering, json_values, operation
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn import errors
from leapocr_dyn.api import load
from leapocr_dyn.operation import answer

Json = Any  # what servers send
JSON = {"content-type": "application/json"}
TEXT = {"type": "string"}
PET = {"type": "object", "properties": {"name": TEXT}}


def failed(status: int, content: bytes = b"", headers: dict[str, str] | None = None) -> errors.APIError:
    """What an error status raises."""
    with pytest.raises(errors.APIError) as caught:
        answering(PET).read(status, headers or JSON, content)
    return caught.value


# -- success


def test_a_promised_answer_becomes_its_model() -> None:
    """By the schema of its status and media type."""
    it = answering(PET).read(200, JSON, b'{"name": "Mimi"}')
    assert repr(it) == "GoResponse(name='Mimi')"


@pytest.mark.parametrize(
    ("promised", "status"), [("200", 200), ("2XX", 206), ("2xx", 201), ("default", 200), ("200", 201)]
)
def test_a_status_is_read_as_itself_its_hundred_the_default_or_the_nearest(promised: str, status: int) -> None:
    """A success that was not declared is read as the declared one."""
    assert answering(PET, promised).read(status, JSON, b'{"name": "Mimi"}').name == "Mimi"


@pytest.mark.parametrize("status", [204, 205])
def test_an_answer_without_content_is_none(status: int) -> None:
    """Whatever was promised, and whatever stands in its body."""
    assert answering(PET).read(status, {}, b"") is None
    assert answering(PET).read(status, JSON, b"x") is None


def test_an_empty_answer_that_promised_nothing_is_none() -> None:
    """A 200 without a body, where the document has none."""
    assert operation({"responses": {"200": {"description": ""}}}).read(200, {}, b"") is None


@pytest.mark.parametrize(
    "media",
    ["application/json", "Application/JSON; charset=latin-1", "application/hal+json", "text/json", ""],
)
def test_json_has_many_names_and_is_always_utf_8(media: str) -> None:
    """RFC 8259 section 8.1, whatever a charset says; no media type at all is read as the promised one."""
    headers = {"content-type": media} if media else {}
    assert answering(PET).read(200, headers, '{"name": "é"}'.encode()).name == "é"


@pytest.mark.parametrize(
    ("promised", "media", "content", "value"),
    [
        ("text/plain", "text/plain; charset=latin-1", b"\xe9", "é"),
        ("text/plain", "text/plain; charset=nonsense", "é".encode(), "é"),
        ("text/plain", "text/plain", b"\xff", "\ufffd"),
        ("text/csv", "text/csv", b"a,b", "a,b"),
        ("application/xml", "application/xml", b"<a/>", "<a/>"),
        ("application/pdf", "application/pdf", b"%PDF", b"%PDF"),
        ("image/*", "image/png", b"\x89", b"\x89"),
        ("*/*", "application/octet-stream", b"\x00", b"\x00"),
        ("application/json; charset=utf-8", "application/json", b"[1]", [1]),
        ("*/*", "application/json", b"[1]", [1]),
    ],
)
def test_text_is_text_and_bytes_are_bytes(promised: str, media: str, content: bytes, value: Json) -> None:
    """Text in the charset that it says it has, and never an exception for it."""
    assert answering({}, media=promised).read(200, {"content-type": media}, content) == value


@pytest.mark.parametrize(
    ("content", "media", "said"),
    [
        (b"<html>Sign in</html>", "text/html", "answered text/html where"),
        (b'{"name": ', "application/json", "a body that is not JSON"),
        (b"", "application/json", "an empty body where JSON was promised"),
        (b"[NaN]", "application/json", "NaN is not JSON"),
        (b'"\xff"', "application/json", "a body that is not JSON"),
        (b"[" * 100_000, "application/json", "a body that is not JSON"),
        (b"1" * 5000, "application/json", "a body that is not JSON"),
    ],
)
def test_what_cannot_be_read_is_a_decode_error_with_its_beginning(content: bytes, media: str, said: str) -> None:
    """HTML from a proxy, half a JSON text, nothing at all: the error has the status and the first characters."""
    with pytest.raises(errors.DecodeError) as caught:
        answering(PET).read(200, {"content-type": media, "x-request-id": "r1"}, content)
    assert said in str(caught.value)
    assert (caught.value.status_code, caught.value.request_id, caught.value.operation) == (200, "r1", "go")
    assert caught.value.body == content.decode(errors="replace")[: errors.BODY_CHARACTERS]
    assert caught.value.partial is (media != "text/html")


def test_an_answer_deeper_than_python_can_follow_is_a_decode_error() -> None:
    """Not a RecursionError, from a schema that is inside itself."""
    it = answering(
        {"$ref": "#/components/schemas/N"},
        schemas={"N": {"properties": {"n": {"items": {"$ref": "#/components/schemas/N"}}}}},
    )
    levels = sys.getrecursionlimit()
    content = b'{"n":[' * levels + b"]}" * levels
    with pytest.raises(errors.DecodeError):
        it.read(200, JSON, content)


# -- failure


def test_an_error_carries_every_fact_that_the_answer_has() -> None:
    """Code, sentence, details, request id and body, from where servers usually put them."""
    content = b'{"code": "NOT_FOUND", "error": {"message": "job not found"}, "details": {"job": "3f2"}}'
    error = failed(404, content, {**JSON, "x-request-id": "7c1"})
    assert str(error) == "go: 404 NOT_FOUND: job not found (request id 7c1)"
    assert isinstance(error, errors.NotFoundError)
    assert (error.details, error.body) == ({"job": "3f2"}, content.decode())
    assert error.response == {"code": "NOT_FOUND", "error": {"message": "job not found"}, "details": {"job": "3f2"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"message": "no"}', "no"),
        (b'{"error": "no"}', "no"),
        (b'{"error": true, "message": "no"}', "no"),
        (b'{"error": {"message": "no", "type": "t"}}', "no"),
        (b'{"detail": "no"}', "no"),
        (b'{"title": "no", "status": 400}', "no"),
        (b'{"errors": [{"message": "no"}]}', "no"),
        (b'{"error": {}}', "the server gave no reason (it answered application/json)"),
        (b"null", "the server gave no reason (it answered application/json)"),
        (b"", "the server gave no reason"),
    ],
)
def test_the_sentence_is_found_in_the_usual_places(content: bytes, message: str) -> None:
    """Where workflow.yaml says nothing."""
    assert failed(400, content).message == message


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_body_that_is_no_json_is_no_second_failure(status: int) -> None:
    """HTML from a proxy: the status decides, and the body's beginning is kept."""
    error = failed(status, b"<html>" + b"x" * 9999, {"content-type": "text/html"})
    assert type(error) is errors.of_status(status)
    assert "it answered text/html" in error.message
    assert error.body == ("<html>" + "x" * 9999)[:500]


def test_a_redirect_is_not_followed() -> None:
    """Keys stay with their origin, and the sentence says where it would have gone."""
    assert "the server points to https://evil.example" in str(failed(302, b"", {"location": "https://evil.example"}))


@pytest.mark.parametrize(
    ("details", "fields"),
    [
        ({"page": "too small", "limit": ["a", "b"]}, {"page": ["too small"], "limit": ["a", "b"]}),
        ([{"field": "page", "message": "too small"}], {"page": ["too small"]}),
        ([{"loc": ["body", "page"], "msg": "no"}, {"loc": ["body", "page"]}], {"body.page": ["no", "is not right"]}),
        (["nothing known"], {}),
        ("text", {}),
    ],
)
def test_a_validation_error_names_the_fields(details: Json, fields: dict[str, list[str]]) -> None:
    """In the shapes that servers use."""
    error = failed(422, answer_with(details))
    assert isinstance(error, errors.ValidationError)
    assert error.fields == fields


def answer_with(details: Json) -> bytes:
    """An error's body with details."""
    import json

    return json.dumps({"message": "no", "details": details}).encode()


def test_a_workflow_says_where_facts_are_and_what_codes_mean() -> None:
    """`errors` in workflow.yaml: expressions for the facts, classes for codes where the status alone does not tell."""
    it = load("leapocr").operations["getJobStatus"]
    with pytest.raises(errors.InsufficientCreditsError, match="get_job_status: 400 LESS_CREDITS: none left"):
        it.read(400, JSON, b'{"code": "LESS_CREDITS", "error": "none left"}')


DATE = "Mon, 23 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Mon, 23 Mar 2026 12:00:30 GMT", "date": DATE}, 30.0),
        ({"retry-after": "Mon, 23 Mar 2026 11:00:00 GMT", "date": DATE}, 0.0),
        ({"retry-after": "Mon, 23 Mar 2026 12:00:30 GMT"}, None),
        ({"retry-after": "Mon, 23 Mar 2026 12:00:30 -0000", "date": DATE}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9" * 400}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    """RFC 9110 section 10.2.3; a date counts from the answer's own clock, and nonsense is nothing."""
    assert answer.retry_after(headers) == seconds
    assert failed(429, b"{}", headers).retry_after == seconds


@settings(max_examples=200, deadline=None)
@given(
    st.integers(100, 599),
    st.binary(max_size=30) | json_values.map(answer_with),
    st.sampled_from(["", "text/html", "application/json"]),
)
def test_any_answer_is_a_value_or_one_of_our_exceptions(status: int, content: bytes, media: str) -> None:
    """Nothing of json or KeyError escapes, whatever a server sends."""
    try:
        answering(PET).read(status, {"content-type": media, "retry-after": str(status)}, content)
    except errors.Error as error:
        raised = error
    else:
        return
    assert (raised.operation, raised.status_code) == ("go", status)


@settings(max_examples=100, deadline=None)
@given(st.datetimes().map(lambda at: email.utils.format_datetime(at, usegmt=False)) | st.text(max_size=30))
def test_any_retry_after_is_a_pause_or_nothing(text: str) -> None:
    """Never negative, never an exception."""
    seconds = answer.retry_after({"retry-after": text, "date": DATE})
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("body", "said", "fields"),
    [
        (b'{"detail":[{"loc":["body","name"],"msg":"is bad"}]}', "body.name: is bad", {"body.name": ["is bad"]}),
        (b'{"errors":["too long"]}', "too long", {}),
        (b'{"name":["is bad"]}', "name: is bad", {"name": ["is bad"]}),
        (b'[{"field":"name","message":"is bad"}]', "name: is bad", {"name": ["is bad"]}),
    ],
)
def test_a_list_of_what_is_wrong_is_the_sentence(body: bytes, said: str, fields: Json) -> None:
    """FastAPI and others answer 422 without a message of its own."""
    error = failed(422, body)
    assert (error.message, getattr(error, "fields", None)) == (said, fields)
    assert "no reason" not in answer.failure(load("leapocr").operations["getJobStatus"], 422, {}, body).message


def test_a_redirect_is_told_without_its_query() -> None:
    """The query of a presigned link is a key."""
    headers = {"location": "https://s3.test/x?X-Amz-Signature=s3cret"}
    assert "https://s3.test/x?***;" in failed(302, headers=headers).message
