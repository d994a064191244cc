"""A value before any schema: which kind of JSON it is, and what it is equal to."""

from __future__ import annotations

import math

import pytest
from documents import Json, json_values
from hypothesis import example, given

from leapocr_dyn.model.instance import is_kind, key, kind, same


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "integer"),
        (1.0, "integer"),
        (1.5, "number"),
        ("", "string"),
        ([], "array"),
        ({}, "object"),
        (math.inf, "float"),
        (b"", "bytes"),
    ],
)
def test_a_value_has_a_kind(value: Json, name: str) -> None:
    """True is no integer, 1.0 is one, and what JSON lacks is called as Python calls it."""
    assert kind(value) == name
    assert is_kind(value, "number") is (name in ("integer", "number"))


@given(json_values, json_values)
@example(1, True)
@example([0], [False])
@example({"a": 1}, {"a": 1.0})
def test_what_is_equal_has_one_key(left: Json, right: Json) -> None:
    """And what differs in JSON has two, though Python may call it equal."""
    assert same(left, left)
    assert (key(left) == key(right)) is same(left, right) is same(right, left)
