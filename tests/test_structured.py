"""Structured data: held against the schema that it was asked with, and read into a class of one's own."""

from __future__ import annotations

import contextlib
import datetime
from dataclasses import dataclass
from typing import Any

import attrs
import httpx
import pytest
from conftest import World, answer
from documents import json_values
from hypothesis import given, settings
from hypothesis import strategies as st
from test_leapocr import PDF, Service

from leapocr_dyn import ProcessOptions, errors
from leapocr_dyn.operation import structured

SCHEMA = {
    "type": "object",
    "properties": {"total": {"type": "number"}, "due": {"type": "string"}, "lines": {"type": "array"}},
    "required": ["total"],
}
INVOICE = {"total": 12.5, "due": "2026-03-01", "lines": [{"text": "tea", "price": 2}]}


@dataclass
class Line:
    """One line of an invoice."""

    text: str
    price: float


@attrs.frozen
class Invoice:
    """A class of the caller's own; dates come out of their text."""

    total: float
    due: datetime.date | None = None
    lines: list[Line] = attrs.field(factory=list)


class Structured(Service):
    """LeapOCR with one job whose pages hold these values."""

    def __init__(self, *results: Any) -> None:
        super().__init__()
        self.results = results

    def _result(self, request: httpx.Request) -> httpx.Response:
        pages = [{"page_number": number, "result": one} for number, one in enumerate(self.results, 1)]
        return answer(json={"job_id": "j-1", "status": "completed", "pages": pages})


def result(world: World, *results: Any) -> Any:
    """What process_and_wait gives for pages with these values."""
    options = ProcessOptions(format="structured", schema=SCHEMA)
    return world.run(world.client(Structured(*results)).ocr.process_and_wait(PDF, options))


def test_data_becomes_an_object_of_ones_own(world: World) -> None:
    """One call, from the result to attributes with types."""
    invoice = result(world, INVOICE).into(Invoice)
    assert invoice == Invoice(12.5, datetime.date(2026, 3, 1), [Line("tea", 2)])


def test_data_is_held_against_the_schema_that_was_asked_with(world: World) -> None:
    """validate() needs no argument; what differs is named by its place."""
    result(world, INVOICE).validate()
    wrong = result(world, {"total": "much"})
    with pytest.raises(errors.ValidationError, match="total: 'much' is not of type 'number'") as caught:
        wrong.validate()
    assert list(caught.value.fields) == ["total"]
    with pytest.raises(errors.ValidationError, match="the data is not what the schema says"):
        wrong.pages[0].validate()
    wrong.validate({"type": "object"})


def test_a_result_that_was_asked_for_elsewhere_needs_its_schema(world: World) -> None:
    """Another process does not know it, and the sentence says what to pass."""
    found = world.run(world.client(Structured(INVOICE)).ocr.wait_until_done("j-1"))
    with pytest.raises(errors.ValidationError, match="pass the one you asked with"):
        found.validate()
    found.validate(SCHEMA)


def test_pages_that_each_hold_data_are_taken_one_by_one(world: World) -> None:
    """Nothing is merged, and nothing lost: a page's data is its own."""
    found = result(world, INVOICE, {"total": 1})
    with pytest.raises(errors.ContractError, match="2 pages hold data of their own: take each from"):
        found.into(Invoice)
    assert [page.into(Invoice).total for page in found.pages] == [12.5, 1]


def test_text_and_data_as_markdown(world: World) -> None:
    """Markdown pages are what they are; data stands in blocks."""
    assert result(world, "# One", None, "Two").to_markdown() == "# One\n\nTwo"
    assert result(world, {"a": 1}).to_markdown() == '```json\n{\n  "a": 1\n}\n```'


def test_a_class_whose_annotations_lead_nowhere_is_told_to_stand_elsewhere() -> None:
    """A class inside a function that names another one of that function: nobody could look that up."""

    @dataclass
    class Order:
        line: HiddenLine  # type: ignore[name-defined]  # noqa: F821 - the mistake itself

    with pytest.raises(TypeError, match=r"Order cannot be read into: name 'HiddenLine' is not defined.*at the top"):
        structured.into({"line": {}}, Order)


@pytest.mark.parametrize(
    "wrong", [None, "text", {"due": "2026-03-01"}, {"total": 1, "due": "soon"}, {"total": 1, "lines": [7]}]
)
def test_data_that_does_not_fit_names_what_differs(wrong: Any) -> None:
    """A missing field, a word where a date should be, a number where an object should be."""
    with pytest.raises(errors.ValidationError, match="is no Invoice"):
        structured.into(wrong, Invoice)


@pytest.mark.parametrize(
    "schema", [{"$ref": "http://127.0.0.1:9/x"}, {"$ref": "file:///etc/passwd"}, {"$ref": "#/nowhere"}]
)
def test_a_schema_that_leads_elsewhere_is_not_followed(schema: Any) -> None:
    """Nothing is fetched and nothing read: an error of ours."""
    with pytest.raises(errors.ValidationError, match="the schema cannot be followed"):
        structured.validate({}, schema)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(values)
def test_any_data_is_read_or_refused(value: Any) -> None:
    """Whatever a service reads out of a document: an object, or an error of ours."""
    try:
        structured.into(value, Invoice)
        structured.validate(value, SCHEMA)
    except errors.ValidationError:
        pass


KEYWORDS = ["$schema", "$ref", "$id", "$defs", "$anchor", "type", "properties", "items", "pattern", "enum", "required"]
schemas = st.recursive(json_values, lambda inside: st.dictionaries(st.sampled_from(KEYWORDS), inside, max_size=3))


@settings(max_examples=300, deadline=None)
@given(json_values, schemas)
def test_any_schema_is_followed_or_refused(data: Any, schema: Any) -> None:
    """Whatever the caller takes for a JSON Schema: a ValidationError, and nothing of jsonschema's own."""
    with contextlib.suppress(errors.ValidationError):
        structured.validate(data, schema)


@pytest.mark.parametrize("dialect", [[], {}, True, "http://["])
def test_a_dialect_that_is_none_is_refused(dialect: Any) -> None:
    """`$schema` is a URI; the sentence repeats what it is instead."""
    with pytest.raises(errors.ValidationError, match=r"schema\['\$schema'\]: .* names no dialect") as caught:
        structured.checked({"$schema": dialect, "type": "object"})
    assert caught.value.field == "schema"
