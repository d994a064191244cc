"""An example of a call: it is one that the operation takes, and it prints as the program that makes it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from documents import body, operation, sending, taking
from hypothesis import given
from hypothesis import strategies as st
from test_corpus import SLICE

from leapocr_dyn import bundled, errors, load
from leapocr_dyn.api import Api
from leapocr_dyn.explore.pattern import LONGEST, matching
from leapocr_dyn.operation.method import Method
from leapocr_dyn.operation.operation import Operation

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "specs" / "corpus"
DOCUMENTS = [path for path in sorted(CORPUS.glob("*")) if any(re.match(one, path.name) for one in SLICE)]

# Of these nobody knows an example: what they want stands in words, or in schemas that contradict each other.
KNOWN: set[str] = set()


def ways(api: Api) -> list[Operation | Method]:
    """Everything of an API that can be called."""
    operations = [one for named in api.operations.namespaces.values() for one in named.values()]
    return [*operations, *api.methods.values()]


def refused(api: Api) -> list[str]:
    """What does not take its own example, and why."""
    found = []
    for way in ways(api):
        try:
            way.operation.plan("https://api.test", **way.named((), way.example()))
        except (errors.Error, TypeError) as error:
            found.append(f"{way.name}: {error}")
    return found


# -- a call that would be valid


@pytest.mark.parametrize("service", bundled())
def test_every_operation_of_a_bundled_service_takes_its_example(service: str) -> None:
    """Operations and methods, with and without bodies: the example can be planned as it is."""
    assert refused(load(service)) == []


@pytest.mark.skipif(not DOCUMENTS, reason="../shared is absent: no published documents to look at")
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name[:40])
def test_every_operation_of_a_published_document_takes_its_example(path: Path) -> None:
    """Documents of other people, of every version, with whatever they say of their values."""
    assert [one for one in refused(load(path)) if one.partition(":")[0] not in KNOWN] == []


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "example": "Sencha"}, "Sencha"),
        ({"type": "string", "example": 7}, "text"),  # published examples are often wrong
        ({"type": "string", "default": "b", "enum": ["a", "b"]}, "b"),
        ({"enum": [None, "a"]}, "a"),
        ({"const": 3}, 3),
        ({"type": "string", "format": "date"}, "2026-01-31"),
        ({"type": "string", "minLength": 6}, "textxx"),
        ({"type": "string", "pattern": "^adr_[a-f0-9]{4}$"}, "adr_aaaa"),
        ({"type": "integer", "minimum": 5, "multipleOf": 4}, 8),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 0.75}, 0.5),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2, "uniqueItems": True}, [1, 2]),
        ({"type": "array", "maxItems": 0}, []),
        ({"oneOf": [{"type": "null"}, {"type": "integer", "minimum": 3}]}, 3),
        ({"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1}, {"name0": 1}),
        ({"type": ["null", "boolean"]}, True),
    ],
)
def test_a_value_is_one_that_the_schema_allows(schema: Any, value: Any) -> None:
    """What the author wrote goes first, where it is right; else what is made of the schema's own words."""
    assert sending({"type": "object", "required": ["x"], "properties": {"x": schema}}).example() == {"x": value}


def test_only_what_is_required_is_given() -> None:
    """Optional arguments and read-only fields stay out; a body that may be left out is left out."""
    tea = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "string", "readOnly": True}, "name": {}, "note": {}},
    }
    assert sending(tea).example() == {"name": "text"}
    assert operation(body(tea), method="post").example() == {}
    assert taking({"schema": {"type": "integer"}}).example() == {}


def test_a_parameters_own_example_goes_first() -> None:
    """`example` and `examples` beside the schema, where the place can hold them."""
    assert taking({"required": True, "example": "Sencha"}).example() == {"x": "Sencha"}
    assert taking({"required": True, "examples": {"one": {"value": "Oolong"}}}).example() == {"x": "Oolong"}
    assert taking({"in": "path", "required": True, "example": "../up", "schema": {"type": "string"}}).example() == {
        "x": "text"
    }


def test_a_file_is_given_with_its_name() -> None:
    """In a form it is (name, bytes), as a whole body, too: nothing has to lie on this machine."""
    form = {"type": "object", "required": ["scan"], "properties": {"scan": {"type": "string", "format": "binary"}}}
    assert sending(form, "multipart/form-data").example() == {"scan": ("file.pdf", b"its content")}
    assert sending({}, "image/png").example() == {"body": ("image.png", b"its content")}


def test_a_schema_inside_itself_ends() -> None:
    """An optional part that comes back is left out; one that has to be there has no example, and that is said."""
    link = {"$ref": "#/components/schemas/Link"}
    chain = {"type": "object", "properties": {"next": link}}
    assert sending(
        {"type": "object", "required": ["x"], "properties": {"x": link}}, schemas={"Link": chain}
    ).example() == {"x": {}}
    endless = sending(link, schemas={"Link": {**chain, "required": ["next"]}})
    with pytest.raises(errors.DocumentError, match=r"go: no value for body comes to mind .* give one of your own"):
        endless.example()


# -- in a program's words


def test_it_prints_as_the_call() -> None:
    """What is printed can be pasted: as the client's call, on several lines where one would be too long."""
    api = load("leapocr")
    assert repr(api.operations["get_job_status"].example()) == "client.ocr.get_job_status(job_id='text')"
    names = [f"a_rather_long_name_{number}" for number in range(6)]
    long = sending({"type": "object", "required": names, "properties": {one: {"type": "integer"} for one in names}})
    shown = repr(long.example())
    assert shown.startswith("client.default.go(\n    a_rather_long_name_0=1,\n")
    assert max(map(len, shown.splitlines())) < 100


def test_what_is_printed_runs() -> None:
    """Each example of a service, evaluated with a client at hand and planned instead of called, is a request."""
    for service in bundled():
        api = load(service)
        client = api.client(api_key="key", token="token", base_url="https://api.test")
        for named in api.namespaces.values():
            for way in named.values():
                called, bracket, arguments = repr(way.example()).partition("(")
                assert eval(f"{called}.plan{bracket}{arguments}", {"client": client, "api": api}).method
        client.close()


def test_curl_speaks_of_an_example_and_never_of_a_secret() -> None:
    """Without arguments an example stands in; with some, they do. Keys are variables of the shell."""
    api = load("leapocr")
    client = api.client(api_key="key-that-nobody-may-see", base_url="https://api.test/v1")
    for said in (client.ocr.get_job_status.curl(), api.operations["get_job_status"].curl("https://api.test/v1")):
        assert "https://api.test/v1/ocr/status/text" in said
        assert '-H "X-API-KEY: $LEAPOCR_API_KEY"' in said
        assert "nobody" not in said
    assert "/ocr/status/7" in client.ocr.get_job_status.curl(job_id="7")
    client.close()


def test_a_methods_example_is_its_own_arguments() -> None:
    """What a workflow calls otherwise is exemplified, and put into curl's words, as people call it."""
    api = load("zaguan")
    method = api.methods["chat_simple"]
    assert method.example() == {"message": "text", "model": "openai/gpt-4o-mini"}
    assert "/v1/chat/completions" in method.curl()
    assert '"content":"Hi"' in method.curl("https://api.test", "Hi", "a/model")


# -- patterns


@pytest.mark.parametrize(
    "pattern",
    [r"^\d{3}-\d{4}$", "^(cat|dog)s?$", r"[^a-z]", r"^\w+@\w+\.com$", r"[^\d\w]", "^.{2,4}$", r"(?:ab)+?c", "a*"],
)
def test_a_text_is_drawn_from_its_pattern(pattern: str) -> None:
    """Classes, branches, repetitions and groups: what is drawn is matched."""
    assert re.search(pattern, str(matching(pattern)))


@given(st.text(max_size=12), st.integers(0, 40))
def test_any_pattern_is_drawn_from_or_given_up(pattern: str, number: int) -> None:
    """Whatever stands in a document, nothing but text or None comes of it."""
    text = matching(pattern, number)
    assert text is None or len(text) <= 12 * LONGEST


def test_repetitions_in_repetitions_are_given_up() -> None:
    """A pattern that matches only what no memory holds has no example, at once."""
    assert matching("(((a{1000}){1000}){1000}){1000}") is None
