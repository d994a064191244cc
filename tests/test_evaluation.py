"""How a schema is asked: where a problem is, what ends, and what it may cost."""

from __future__ import annotations

import time
from typing import Any

import pytest
from documents import document, ref, said

from leapocr_dyn.model.check import problems

Json = Any  # schemas, and the values that they judge
TEXT = {"type": "string"}


def test_a_problem_says_where_as_a_person_would_write_it() -> None:
    """Dots for fields, brackets for items, and every problem is found at once."""
    part = {"required": ["etag"], "properties": {"etag": TEXT, "n": {"minimum": 1}}}
    schema = {"properties": {"parts": {"items": part}}}
    assert said(schema, {"parts": [{"etag": "a"}, {"n": 0}]}) == [
        "parts[1].etag: is required",
        "parts[1].n: must be at least 1, not 0",
    ]


def test_what_is_no_schema_of_ours_forbids_nothing() -> None:
    """Keywords nobody knows, `format`, kinds nobody knows, keywords with values of a wrong kind."""
    for schema in (
        {"x-a": 1},
        {"format": "uuid"},
        {"type": "file"},
        {"enum": "a"},
        {"minLength": "a"},
        {"required": 5},
    ):
        assert said(schema, "anything") == []
    assert said({"required": [["a"]], "type": [{}], "prefixItems": 1, "items": {}}, []) == []


def test_a_schema_inside_itself_is_followed_as_deep_as_the_value_goes() -> None:
    """Down to two hundred levels."""
    node = {"properties": {"next": ref("Node"), "n": {"minimum": 0}}}
    assert said(ref("Node"), {"next": {"next": {"n": -1}}}, Node=node) == ["next.next.n: must be at least 0, not -1"]
    deep: Json = {}
    for _ in range(500):
        deep = {"next": deep}
    assert said(ref("Node"), deep, Node=node)[0].endswith("goes deeper than 200 levels")


@pytest.mark.parametrize("keyword", ["anyOf", "allOf"])
def test_a_schema_that_is_only_itself_ends(keyword: str) -> None:
    """Circles without a step into the value neither hang nor overflow."""
    assert said(ref("X"), "a", X={keyword: [ref("X"), ref("X"), TEXT]}) == []
    assert said(ref("X"), 5, X={keyword: [ref("X"), ref("X"), TEXT]}) != []


def test_work_is_bounded_for_the_whole_value() -> None:
    """A thousand texts that a pattern never ends on, ten thousand objects to tell apart, ten thousand unknown names."""
    began = time.perf_counter()
    assert said({"items": {"pattern": "^(a|aa)+$"}}, ["a" * 60 + "b"] * 1000) == []
    assert said({"uniqueItems": True}, [{"a": number} for number in range(10_000)]) == []
    known: Json = {f"name{number}": {} for number in range(100)}
    assert len(said({"properties": known}, {f"nam{number}": 1 for number in range(1_000)})) == 1_000
    assert time.perf_counter() - began < 10


def test_options_inside_options_cost_no_more_than_the_budget() -> None:
    """Two to the power of thirty options: the check stops, and nothing is held against the value."""
    schemas: Json = {f"S{n}": {"oneOf": [ref(f"S{n + 1}")] * 2} for n in range(30)} | {"S30": {"type": "string"}}
    assert list(problems(document(schemas), ref("S0"), "", 1)) == []
