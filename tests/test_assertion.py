"""The keywords that judge a value by themselves: what is right, what is wrong, and the sentence about it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from documents import ref, said

Json = Any  # schemas, and the values that they judge


@pytest.mark.parametrize(
    ("schema", "good", "bad", "sentence"),
    [
        ({"type": "integer"}, 1.0, 1.5, "must be integer, not number (1.5)"),
        ({"type": "integer"}, -0.0, True, "must be integer, not boolean (True)"),
        ({"type": "number"}, 1, math.nan, "must be number, not float (nan)"),
        ({"type": "number"}, 1.5, math.inf, "must be number, not float (inf)"),
        ({"type": "null"}, None, 0, "must be null, not integer (0)"),
        ({"type": ["string", "null"]}, None, [], "must be string or null, not array ([])"),
        ({"enum": ["markdown", "structured"]}, "markdown", "markdwon", "did you mean 'markdown'?"),
        ({"enum": [1, None]}, 1.0, True, "must be one of 1, None, not True"),
        ({"enum": [[1]]}, [1.0], [True], "must be one of [1], not [True]"),
        ({"const": 0}, 0.0, False, "must be 0, not False"),
        ({"const": {"a": 1}}, {"a": 1}, {"a": True}, "must be {'a': 1}, not {'a': True}"),
        ({"minLength": 2}, "日本", "é", "must have at least 2 characters, and has 1"),
        ({"maxLength": 1}, "\U0001f600", "ab", "must have at most 1 character, and has 2"),
        ({"maxLength": 4, "format": "byte"}, "YWJj", "YWJjZGVm", "must have at most 3 bytes, and has 6"),
        ({"pattern": "b+"}, "abc", "ac", "must match 'b+', and 'ac' does not"),
        ({"minimum": 1}, 1, 0, "must be at least 1, not 0"),
        ({"maximum": 1}, 1, 2.5, "must be at most 1, not 2.5"),
        ({"exclusiveMinimum": 1}, 1.1, 1, "must be more than 1, not 1"),
        ({"exclusiveMaximum": 1}, 0, 1, "must be less than 1, not 1"),
        ({"multipleOf": 3}, 3 * 10**400, 10**400, "must be a multiple of 3"),
        ({"multipleOf": 0.1}, 0.3, 0.35, "must be a multiple of 0.1, not 0.35"),
        ({"minItems": 1}, [1], [], "must have at least 1 item, and has 0"),
        ({"maxItems": 1}, [1], [1, 2], "must have at most 1 item, and has 2"),
        ({"uniqueItems": True}, [1, True, [1], [True], "1"], [{"a": 1}, {"a": 1.0}], "must not hold {'a': 1.0} twice"),
        ({"minProperties": 1}, {"a": 1}, {}, "must have at least 1 field, and has 0"),
        ({"maxProperties": 1}, {"a": 1}, {"a": 1, "b": 2}, "must have at most 1 field, and has 2"),
        ({"required": ["a"]}, {"a": None}, {}, "a: is required"),
        ({"dependentRequired": {"a": ["b"]}}, {"b": 1}, {"a": 1}, "b: is required where 'a' is given"),
        ({"format": "int32"}, 2**31 - 1, 2**31, "must be an integer of 32 bits, not 2147483648"),
        ({"format": "int64"}, -(2**63), 2**63, "must be an integer of 64 bits"),
        ({"format": "date"}, "2024-02-29", "2023-02-29", "must be a date such as '2026-01-31', not '2023-02-29'"),
        ({"format": "date-time"}, "2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00", "with an offset, such as"),
    ],
)
def test_a_keyword_forbids_what_it_says(schema: Json, good: Json, bad: Json, sentence: str) -> None:
    """One value that is right and one that is wrong, with the sentence about it."""
    if schema is not False:
        assert said(schema, good) == []
    if schema is not True:
        assert sentence in "; ".join(said(schema, bad))


@pytest.mark.parametrize(
    "schema",
    [{"minLength": 5}, {"minimum": 5}, {"minItems": 5}, {"required": ["a"]}, {"pattern": "x"}, {"multipleOf": 5}],
)
def test_a_keyword_does_not_judge_other_kinds_of_value(schema: Json) -> None:
    """A text has no minimum, and a number no pattern."""
    wrong = {"minLength": 1, "pattern": 1, "minimum": "a", "multipleOf": "a", "minItems": "a", "required": "a"}
    assert said(schema, next(wrong[keyword] for keyword in schema)) == []


def test_what_only_an_answer_has_is_not_asked_for() -> None:
    """A required property that is readOnly may be left out of a request."""
    assert said({"required": ["id"], "properties": {"id": {"type": "string", "readOnly": True}}}, {}) == []


def test_what_only_an_answer_has_is_found_behind_references() -> None:
    """`readOnly` behind a `$ref`, in an `allOf`, or in another part than `required`."""
    identity = {"type": "string", "readOnly": True}
    for inner in (ref("Id"), {"allOf": [ref("Id"), {"description": "ours"}]}):
        assert said({"required": ["id"], "properties": {"id": inner}}, {}, Id=identity) == []
        assert said({"allOf": [{"properties": {"id": inner}}, {"required": ["id"]}]}, {}, Id=identity) == []


def test_a_number_of_thousands_of_digits_is_judged_like_others() -> None:
    """Though Python does not write it out."""
    huge = 10**5000
    assert said({"type": "integer", "minimum": 0, "multipleOf": 10}, huge) == []
    assert said({"maximum": 1}, huge) == ["must be at most 1, not <int of 16610 bits>"]
    assert said({"enum": ["a"], "multipleOf": 0.3}, huge) == ["must be one of 'a', not <int of 16610 bits>"]


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"^\d$", "5", "\u0665"),
        (r"^[\d]$", "5", "\u0665"),
        (r"^\w$", "a", "é"),
        ("^a$", "a", "a\n"),
        (r"^\/[$.]$", "/$", "/a"),
        (r"^\p{Lu}$", "É", "é"),
    ],
)
def test_patterns_mean_what_ecma_262_says(pattern: str, good: str, bad: str) -> None:
    """Digits and word characters are ASCII, `$` is the very end, a slash may be escaped."""
    assert said({"pattern": pattern}, good) == []
    assert said({"pattern": pattern}, bad) != []


@pytest.mark.parametrize("pattern", ["(", "[^]", "(?P<", "a{1,2}{3}**", "^(a|aa)+$", "[[a]b]"])
def test_a_pattern_that_cannot_be_judged_is_not_held_against_the_value(pattern: str) -> None:
    """One that this engine cannot read, or that takes too long; nor is there a warning."""
    assert said({"pattern": pattern}, "a" * 60 + "b]") == []
