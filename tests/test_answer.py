"""Answers: status, headers and body become a value, or the exception that says whose move it is."""

from __future__ import annotations

import email.utils
import json
import math
import pickle
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_in_another_unicode_is_recognised(encoding: str) -> None:
    """RFC 8259 does not allow it, its predecessor did; servers send it, and a byte order mark as well."""
    assert answering(PET).read(200, JSON, '{"name": "é"}'.encode(encoding)).name == "é"


def test_json_that_cannot_be_utf_8_is_read_in_the_charset_it_declares() -> None:
    """Also where it is the body of an error."""
    headers = {"content-type": "application/json; charset=ISO-8859-1"}
    assert answering(PET).read(200, headers, '{"name": "é"}'.encode("latin-1")).name == "é"
    assert failed(400, '{"message": "é"}'.encode("latin-1"), headers).message == "é"


def test_json_values_at_the_edge() -> None:
    """The last of two equal keys counts, as nearly everywhere; a number beyond any float is infinite; null is None."""
    it = answering({**PET, "required": ["name"]})
    assert it.read(200, JSON, b'{"name": "a", "name": "b"}').name == "b"
    assert it.read(200, JSON, b'{"name": null}').name is None
    assert it.read(200, JSON, b"null") is None
    assert answering({}).read(200, JSON, b"[1e400, 123456789012345678901234567890]") == [
        math.inf,
        int("1234567890" * 3),
    ]
    assert answering({}).read(200, JSON, b'"\\ud800"') == "\ud800"


@pytest.mark.parametrize("media", ["application/json", "text/plain", "application/pdf"])
def test_the_answer_to_head_has_no_content(media: str) -> None:
    """RFC 9110 section 9.3.2, though its headers describe one; a refusal is one all the same."""
    content = {"content": {media: {"schema": PET}}}
    it = operation({"responses": {"200": {"description": "", **content}}}, method="head")
    assert it.read(200, {"content-type": media, "content-length": "99"}, b"") is None
    with pytest.raises(errors.NotFoundError):
        it.read(404, {"content-type": media}, b"")


@pytest.mark.parametrize(
    ("promised", "sent", "content", "value"),
    [
        ({"application/json": {"schema": PET}, "text/csv": {}}, "TEXT/CSV; header=present", b"a", "a"),
        ({"text/csv": {}, "application/json": {"schema": PET}}, "application/json", b'{"name": "a"}', "a"),
        ({"Application/JSON; v=1": {"schema": PET}}, "application/json;v=1", b'{"name": "a"}', "a"),
        (
            {"application/json;v=1": {}, "application/json;v=2": {"schema": PET}},
            "application/json; v=2",
            b'{"name": "a"}',
            "a",
        ),
        ({"application/vnd.shop+json": {"schema": PET}}, "application/json", b'{"name": "a"}', "a"),
        ({"application/*": {"schema": PET}}, "application/json", b'{"name": "a"}', "a"),
        ({"application/*": {}}, "application/zip", b"PK", b"PK"),
        ({"application/pdf": {}, "application/json": {"schema": PET}}, "application/json", b'{"name": "a"}', "a"),
        ({"application/pdf": {}}, "application/zip", b"PK", b"PK"),
        ({}, "application/json", b'"a"', "a"),
        ({}, "image/png", b"\x89", b"\x89"),
    ],
)
def test_what_the_server_says_it_sent_decides(promised: Json, sent: str, content: bytes, value: Json) -> None:
    """Of several media types: without case, with and without parameters, by +json and by ranges."""
    it = operation({"responses": {"200": {"description": "", "content": promised}}})
    found = it.read(200, {"content-type": sent}, content)
    assert getattr(found, "name", found) == value


@pytest.mark.parametrize("promised", ["application/json", "application/octet-stream", "text/plain", "application/xml"])
@pytest.mark.parametrize("sent", ["application/pdf", "application/json", "text/plain", ""])
def test_format_binary_is_bytes_whatever_it_is_called(promised: str, sent: str) -> None:
    """As OpenAPI 3.0 says it, also under application/json, where generators put it."""
    schema = {"type": "string", "format": "binary"}
    for one, others in ((schema, None), ({"$ref": "#/components/schemas/File"}, {"File": schema})):
        headers = {"content-type": sent} if sent else {}
        assert answering(one, media=promised, schemas=others).read(200, headers, b"\x00{") == b"\x00{"


def test_a_login_page_is_no_file() -> None:
    """HTML in the place of what was promised, of any kind, says that something stands in between."""
    for media in ("application/pdf", "text/plain", "application/json"):
        with pytest.raises(errors.DecodeError, match=r"text/html where .* was promised. A proxy or a login page"):
            answering({}, media=media).read(200, {"content-type": "text/html; charset=utf-8"}, b"<h1>Log in</h1>")
    assert answering({}, media="text/*").read(200, {"content-type": "text/html"}, b"<p>") == "<p>"


@pytest.mark.parametrize(
    ("promised", "media", "content", "value"),
    [
        ("text/plain", "text/plain; charset=latin-1", b"\xe9", "é"),
        ("text/plain", "text/plain; charset=idna", b"\xff.a", "\ufffd.a"),
        ("text/plain", "text/plain; charset=hex", b"6162", "6162"),
        ("text/plain", "text/plain", b"\xef\xbb\xbf\xc3\xa9", "é"),
        ("text/plain", "text/plain", b"\xff\xfe\xe9\x00", "é"),
        ("application/atom+xml", "application/atom+xml", b"<a/>", "<a/>"),
        ("application/yaml", "application/yaml", b"a: 1", "a: 1"),
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
        (b'"\xff"', "application/json; charset=nonsense", "a body that is not JSON"),
        (b'"\xff"', "application/json; charset=hex", "a body that is not JSON"),
        (b'"\xff"', "application/json; charset=utf-8", "a body that is not JSON"),
        (b"-Infinity", "application/json", "-Infinity is not JSON"),
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


@pytest.mark.parametrize(
    ("media", "body", "said"),
    [
        ("text/plain", b"upstream  connect\nerror", "upstream connect error"),
        ("text/plain; charset=utf-8", "zu viel \N{EURO SIGN}".encode(), "zu viel \N{EURO SIGN}"),
        ("application/json", b'"slow down"', "slow down"),
        ("text/plain", b"x" * 9999, "x" * 300),
        ("text/plain", b"  ", "the server gave no reason (it answered text/plain)"),
        ("text/html", b"<h1>Bad gateway</h1>", "the server gave no reason (it answered text/html)"),
    ],
)
def test_a_refusal_in_plain_words_is_quoted(media: str, body: bytes, said: str) -> None:
    """Gateways answer with a line of text: it is the reason, up to a length that can be read."""
    assert failed(503, body, {"content-type": media}).message == said


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_body_that_is_no_json_is_no_second_failure(status: int) -> None:
    """HTML from a proxy: the status decides, and the body's beginning is kept."""
    error = failed(status, b"<html>" + b"x" * 9999, {"content-type": "text/html"})
    assert type(error) is errors.of_status(status)
    assert "it answered text/html" in error.message
    assert error.body == ("<html>" + "x" * 9999)[:500]


def test_not_modified_is_no_redirect() -> None:
    """RFC 9110 section 15.4.5: there is nothing to read, and the sentence says why."""
    assert failed(304).message == "it has not changed since the time or the version that the request names"


def test_an_error_that_the_document_describes_keeps_all_it_said() -> None:
    """`response` is the body as JSON, also for 4XX and default; and only the beginning of it is in `body`."""
    content = answer_with({"why": "x" * 9999})
    error = failed(409, content)
    assert error.response == json.loads(content)
    assert (error.body or "") == content.decode()[:500]


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


MEDIA = ["application/json", "application/*", "text/plain", "*/*", "application/pdf", "text/html", "application/x+json"]
CHARSETS = [
    "utf-8",
    "latin-1",
    "utf-16",
    "utf-7",
    "idna",
    "punycode",
    "hex",
    "undefined",
    "unicode_escape",
    "x",
    "\ud800",
]
schemas = st.sampled_from([PET, TEXT, {}, True, False, {"type": "string", "format": "binary"}, {"type": "integer"}])


@settings(max_examples=400, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["200", "2XX", "4XX", "default"]), st.dictionaries(st.sampled_from(MEDIA), schemas)
    ),
    st.sampled_from(["get", "head", "post"]),
    st.integers(100, 599),
    st.binary(max_size=30) | json_values.map(lambda value: json.dumps(value).encode()) | json_values.map(answer_with),
    st.sampled_from(["", *MEDIA]) | st.text(max_size=9),
    st.sampled_from(["", *CHARSETS]),
)
def test_any_answer_is_a_value_or_one_of_our_exceptions(
    promised: Json, method: str, status: int, content: bytes, media: str, charset: str
) -> None:
    """Nothing of json, codecs or KeyError escapes, whatever a document promises and a server sends."""
    responses = {
        key: {"description": "", "content": {one: {"schema": schema} for one, schema in offered.items()}}
        for key, offered in promised.items()
    }
    headers = {"content-type": f"{media}; charset={charset}" if charset else media, "retry-after": str(status)}
    try:
        operation({"responses": responses}, method=method).read(status, headers, content)
    except errors.Error as error:
        raised = error
    else:
        return
    assert (raised.operation, raised.status_code) == ("go", status)
    assert str(pickle.loads(pickle.dumps(raised))) == str(raised)


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
