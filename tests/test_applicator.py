"""The keywords that ask other schemas, about the value itself or about what is inside."""

from __future__ import annotations

from typing import Any

import pytest
from documents import document, ref, said, type_of

from leapocr_dyn.model.check import problems

Json = Any  # schemas, and the values that they judge
TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "good", "bad", "sentence"),
    [
        (TEXT, "", 5, "must be string, not integer (5)"),
        (TEXT, "", b"x", "must be string, not bytes (b'x')"),
        ({"items": TEXT}, [], ["a", 5], "[1]: must be string"),
        ({"prefixItems": [TEXT], "items": False}, ["a"], ["a", 1], "[1]: nothing is allowed here"),
        ({"prefixItems": [TEXT]}, ["a", 1], [1], "[0]: must be string"),
        ({"properties": {"a": TEXT}}, {"a": "b"}, {"a": 1}, "a: must be string"),
        ({"additionalProperties": TEXT}, {"a": "b"}, {"a": 1}, "a: must be string"),
        ({"additionalProperties": False}, {}, {"a": 1}, "a: nothing is allowed here"),
        ({"anyOf": [TEXT, {"type": "null"}]}, None, 5, "must be string, not integer (5)"),
        ({"allOf": [{"minimum": 1}, {"maximum": 3}]}, 2, 0, "must be at least 1, not 0"),
        ({"not": TEXT}, 5, "a", "must not be what `not` forbids, and 'a' is"),
        ({"not": {"type": "null", "description": "nothing"}}, 5, None, "must not be nothing, and None is"),
        ({"not": {"oneOf": [{"minimum": 1}, {"maximum": 3}]}}, 2, 0, "must not be"),
        ({"if": TEXT, "then": {"minLength": 2}, "else": {"minimum": 2}}, "ab", 1, "must be at least 2, not 1"),
        ({"if": TEXT, "then": {"minLength": 2}}, 1, "a", "must have at least 2 characters"),
        ({"dependencies": {"a": ["b"]}}, {"b": 1}, {"a": 1}, "b: is required where 'a' is given"),
        ({"dependencies": {"a": {"required": ["b"]}}}, {"b": 1}, {"a": 1}, "b: is required"),
        ({"dependentSchemas": {"a": {"minProperties": 2}}}, {"b": 1}, {"a": 1}, "must have at least 2 fields"),
        ({"contains": TEXT}, ["a", 1], [1], "must have at least 1 items that `contains` describes, and has 0"),
        ({"contains": TEXT, "minContains": 2}, ["a", "b"], ["a"], "must have at least 2 items that"),
        ({"contains": TEXT, "maxContains": 1}, ["a"], ["a", "b"], "must have at most 1 items that"),
        ({"propertyNames": {"maxLength": 1}}, {"a": 1}, {"ab": 1}, "ab: as a name, must have at most 1 character"),
        ({"patternProperties": {"^x-": TEXT}}, {"x-a": "a", "b": 1}, {"x-a": 1}, "x-a: must be string"),
        (
            {"properties": {"a": {}}, "patternProperties": {"^x-": {}}, "additionalProperties": False},
            {"a": 1, "x-b": 1},
            {"aa": 1},
            "aa: is not known; did you mean 'a'?",
        ),
        ({"items": [TEXT], "additionalItems": {"minimum": 1}}, ["a", 1], ["a", 0], "[1]: must be at least 1"),
        (
            {"anyOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False},
            {"a": 1},
            {"b": 1},
            "b: is not known; known are 'a'",
        ),
        ({"prefixItems": [TEXT], "unevaluatedItems": False}, ["a"], ["a", 1], "[1]: nothing is allowed here"),
        ({"allOf": [{"minimum": 3}, {"minimum": 1}]}, 3, 2, "must be at least 3, not 2"),
        (True, [], None, ""),
        (False, None, 1, "nothing is allowed here"),
    ],
)
def test_a_keyword_forbids_what_it_says(schema: Json, good: Json, bad: Json, sentence: str) -> None:
    """One value that is right and one that is wrong, with the sentence about it."""
    if schema is not False:
        assert said(schema, good) == []
    if schema is not True:
        assert sentence in "; ".join(said(schema, bad))


def test_of_several_options_the_nearest_is_spoken_of() -> None:
    """The problems are those of the option that has the fewest; more than one that fits is not too many."""
    options = [{"required": ["a", "b"]}, {"required": ["c"]}]
    assert said({"oneOf": options}, {}) == ["c: is required"]
    assert said({"oneOf": options}, {"a": 1, "b": 2, "c": 3}) == []


UNION = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "anyOf": [{"properties": {"b": {"type": "integer"}}}, {"properties": {"c": {"type": "string"}}, "required": ["c"]}],
}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": 1, "b": 2}, []),
        ({"a": 1, "c": "x"}, []),
        ({"a": 1}, []),
        ({"a": 1, "d": 2}, ["d: is not known; known are 'a', 'b'"]),
        ({"a": "x", "b": 2}, ["a: must be integer, not string ('x')"]),
    ],
)
def test_properties_beside_a_union_are_known_to_each_option(value: Json, said: list[str]) -> None:
    """What stands beside anyOf or oneOf holds for every option, and an unknown name is still a mistake."""
    found = problems(document({"X": UNION}), ref("X"), "", value)
    assert list(dict.fromkeys(map(str, found))) == said


def test_a_union_that_only_says_what_goes_together_is_one_model() -> None:
    """`anyOf: [{required: [a]}, {required: [b]}]` beside properties makes no second class, and is still checked."""
    schema = {"type": "object", "properties": {"a": {}, "b": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
    assert type_of(schema).annotation == "X"
    assert [str(one) for one in problems(document({"X": schema}), ref("X"), "", {})] == ["a: is required"]


PETS: Json = {
    "Cat": {"type": "object", "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}},
    "Dog": {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["walks"]},
}


PET: Json = {
    "oneOf": [ref("Cat"), ref("Dog")],
    "discriminator": {"propertyName": "kind", "mapping": {"meow": "#/components/schemas/Cat"}},
}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"kind": "meow", "lives": 9}, []),
        ({"kind": "Dog"}, ["walks: is required"]),
        ({"kind": "meow", "lives": "9"}, ["lives: must be integer, not string ('9')"]),
        ({"kind": "meoww"}, ["kind: must be one of 'Cat', 'Dog', 'meow', not 'meoww'; did you mean 'meow'?"]),
    ],
)
def test_a_discriminator_names_the_option_that_judges(value: Json, said: list[str]) -> None:
    """By its mapping or by the component's name; a name that is neither is refused with those that are."""
    assert [str(one) for one in problems(document(PETS), PET, "", value)] == said


def test_names_are_judged_over_all_parts_together() -> None:
    """What another part lists, and what only `required` names, may be sent; what nobody names may not."""
    schema = {"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}, "additionalProperties": False}]}
    assert said(schema, {"a": 1, "b": 2}) == []
    assert said(schema, {"aa": 1}) == ["aa: is not known; did you mean 'a'?"]
    assert said({"properties": {"a": {}}, "required": ["b"]}, {"b": 1}) == []


def test_a_part_that_two_parts_share_speaks_in_both() -> None:
    """It is asked once, and `unevaluatedProperties` in either part knows the names that it lists."""
    closed = {"allOf": [ref("X")], "unevaluatedProperties": False}
    assert said({"allOf": [ref("X"), closed]}, {"a": 1}, X={"properties": {"a": {}}}) == []
    assert said({"allOf": [ref("X"), closed]}, {"b": 1}, X={"properties": {"a": {}}}) != []


def test_what_cannot_be_judged_is_no_error_below_not() -> None:
    """A pattern that cannot be read says neither yes nor no, so its opposite does not either."""
    assert said({"not": {"pattern": "("}}, "a") == []
    assert said({"if": {"pattern": "("}, "then": False, "else": False}, "a") == []
    assert said({"patternProperties": {"(": {}}, "additionalProperties": False}, {"a": 1}) == []
