"""What is wrong with a value before it is sent: keyword by keyword, and in agreement with jsonschema."""

from __future__ import annotations

import math
from typing import Any

import jsonschema
import pytest
import referencing
from documents import document, json_values, ref, type_of
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.model.check import problems

Json = Any  # schemas, and the values that they judge
Pair = tuple[Json, Json]
TEXT = {"type": "string"}
BARE = document()


def said(schema: Json, value: Json, **others: Json) -> list[str]:
    """Every problem, as a person would read it."""
    return [str(one) for one in problems(document(others) if others else BARE, schema, "", value)]


@pytest.mark.parametrize(
    ("schema", "good", "bad", "sentence"),
    [
        (TEXT, "", 5, "must be string, not integer (5)"),
        ({"type": "integer"}, 1.0, 1.5, "must be integer, not number (1.5)"),
        ({"type": "integer"}, -0.0, True, "must be integer, not boolean (True)"),
        ({"type": "number"}, 1, math.nan, "must be number, not float (nan)"),
        ({"type": "number"}, 1.5, math.inf, "must be number, not float (inf)"),
        ({"type": "null"}, None, 0, "must be null, not integer (0)"),
        ({"type": ["string", "null"]}, None, [], "must be string or null, not array ([])"),
        (TEXT, "", b"x", "must be string, not bytes (b'x')"),
        ({"enum": ["markdown", "structured"]}, "markdown", "markdwon", "did you mean 'markdown'?"),
        ({"enum": [1, None]}, 1.0, True, "must be one of 1, None, not True"),
        ({"enum": [[1]]}, [1.0], [True], "must be one of [1], not [True]"),
        ({"const": 0}, 0.0, False, "must be 0, not False"),
        ({"const": {"a": 1}}, {"a": 1}, {"a": True}, "must be {'a': 1}, not {'a': True}"),
        ({"minLength": 2}, "日本", "é", "must have at least 2 characters, and has 1"),
        ({"maxLength": 1}, "\U0001f600", "ab", "must have at most 1 characters, and has 2"),
        ({"pattern": "b+"}, "abc", "ac", "must match 'b+', and 'ac' does not"),
        ({"minimum": 1}, 1, 0, "must be at least 1, not 0"),
        ({"maximum": 1}, 1, 2.5, "must be at most 1, not 2.5"),
        ({"exclusiveMinimum": 1}, 1.1, 1, "must be more than 1, not 1"),
        ({"exclusiveMaximum": 1}, 0, 1, "must be less than 1, not 1"),
        ({"multipleOf": 3}, 3 * 10**400, 10**400, "must be a multiple of 3"),
        ({"multipleOf": 0.1}, 0.3, 0.35, "must be a multiple of 0.1, not 0.35"),
        ({"minItems": 1}, [1], [], "must have at least 1 items, and has 0"),
        ({"maxItems": 1}, [1], [1, 2], "must have at most 1 items, and has 2"),
        ({"uniqueItems": True}, [1, True, [1], [True], "1"], [{"a": 1}, {"a": 1.0}], "must not hold {'a': 1.0} twice"),
        ({"items": TEXT}, [], ["a", 5], "[1]: must be string"),
        ({"prefixItems": [TEXT], "items": False}, ["a"], ["a", 1], "[1]: nothing is allowed here"),
        ({"prefixItems": [TEXT]}, ["a", 1], [1], "[0]: must be string"),
        ({"minProperties": 1}, {"a": 1}, {}, "must have at least 1 fields, and has 0"),
        ({"maxProperties": 1}, {"a": 1}, {"a": 1, "b": 2}, "must have at most 1 fields, and has 2"),
        ({"required": ["a"]}, {"a": None}, {}, "a: is required"),
        ({"properties": {"a": TEXT}}, {"a": "b"}, {"a": 1}, "a: must be string"),
        ({"additionalProperties": TEXT}, {"a": "b"}, {"a": 1}, "a: must be string"),
        ({"additionalProperties": False}, {}, {"a": 1}, "a: nothing is allowed here"),
        ({"anyOf": [TEXT, {"type": "null"}]}, None, 5, "must be string, not integer (5)"),
        ({"allOf": [{"minimum": 1}, {"maximum": 3}]}, 2, 0, "must be at least 1, not 0"),
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


@pytest.mark.parametrize(
    "schema",
    [{"minLength": 5}, {"minimum": 5}, {"minItems": 5}, {"required": ["a"]}, {"pattern": "x"}, {"multipleOf": 5}],
)
def test_a_keyword_does_not_judge_other_kinds_of_value(schema: Json) -> None:
    """A text has no minimum, and a number no pattern."""
    wrong = {"minLength": 1, "pattern": 1, "minimum": "a", "multipleOf": "a", "minItems": "a", "required": "a"}
    assert said(schema, next(wrong[keyword] for keyword in schema)) == []


def test_a_problem_says_where_as_a_person_would_write_it() -> None:
    """Dots for fields, brackets for items, and every problem is found at once."""
    part = {"required": ["etag"], "properties": {"etag": TEXT, "n": {"minimum": 1}}}
    schema = {"properties": {"parts": {"items": part}}}
    assert said(schema, {"parts": [{"etag": "a"}, {"n": 0}]}) == [
        "parts[1].etag: is required",
        "parts[1].n: must be at least 1, not 0",
    ]


def test_a_field_that_the_schema_does_not_list_is_refused_with_a_hint() -> None:
    """Servers drop it in silence; `additionalProperties` and `patternProperties` are how a schema allows more."""
    schema = {"properties": {"file_name": TEXT}}
    assert said(schema, {"filename": "a"}) == ["filename: is not known; did you mean 'file_name'?"]
    assert said(schema, {"zzz": "a"}) == ["zzz: is not known; known are 'file_name'"]
    assert said({**schema, "additionalProperties": {}}, {"zzz": "a"}) == []
    assert said({**schema, "patternProperties": {"^z": {}}}, {"zzz": "a"}) == []


def test_what_only_an_answer_has_is_not_asked_for() -> None:
    """A required property that is readOnly may be left out of a request."""
    assert said({"required": ["id"], "properties": {"id": {"type": "string", "readOnly": True}}}, {}) == []


def test_of_several_options_the_nearest_is_spoken_of() -> None:
    """The problems are those of the option that has the fewest; more than one that fits is not too many."""
    options = [{"required": ["a", "b"]}, {"required": ["c"]}]
    assert said({"oneOf": options}, {}) == ["c: is required"]
    assert said({"oneOf": options}, {"a": 1, "b": 2, "c": 3}) == []


@pytest.mark.parametrize("pattern", ["(", "[^]", "(?P<", "a{1,2}{3}**", "^(a|aa)+$", "[[a]b]"])
def test_a_pattern_that_cannot_be_judged_is_not_held_against_the_value(pattern: str) -> None:
    """One that this engine cannot read, or that takes too long; nor is there a warning."""
    assert said({"pattern": pattern}, "a" * 60 + "b]") == []


def test_a_number_of_thousands_of_digits_is_judged_like_others() -> None:
    """Though Python does not write it out."""
    huge = 10**5000
    assert said({"type": "integer", "minimum": 0, "multipleOf": 10}, huge) == []
    assert said({"maximum": 1}, huge) == ["must be at most 1, not <int of 16610 bits>"]
    assert said({"enum": ["a"], "multipleOf": 0.3}, huge) == ["must be one of 'a', not <int of 16610 bits>"]


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


# -- agreement with jsonschema

whole = st.integers(-20, 20)
NAMES = ["a", "b", "c", "d"]


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Pair]) -> Pair:
    """An object schema, whose additionalProperties is always told, with an object that fits."""
    known = draw(st.dictionaries(st.sampled_from(NAMES), inner, max_size=3))
    required = [name for name in known if draw(st.booleans())]
    given = {name: pair[1] for name, pair in known.items() if name in required or draw(st.booleans())}
    schema = {
        "type": "object",
        "properties": {name: pair[0] for name, pair in known.items()},
        "required": required,
        "additionalProperties": draw(st.booleans()),
        "minProperties": draw(st.integers(0, len(given))),
        "maxProperties": draw(st.integers(len(given), 9)),
    }
    return schema, given


@st.composite
def arrays(draw: st.DrawFn, inner: st.SearchStrategy[Pair]) -> Pair:
    """An array schema with a list that fits."""
    each, item = draw(inner)
    first = draw(st.lists(inner, max_size=2))
    value = [pair[1] for pair in first] + [item] * draw(st.integers(0, 2))
    schema = {"type": "array", "items": each, "minItems": draw(st.integers(0, len(value))), "maxItems": len(value)}
    return {**schema, **({"prefixItems": [pair[0] for pair in first]} if first else {})}, value


@st.composite
def numbers(draw: st.DrawFn) -> Pair:
    """A schema for integers with one that fits."""
    value, step = draw(whole), draw(st.integers(1, 4))
    bounds = {"minimum": value - draw(st.integers(0, 3)), "exclusiveMaximum": value + draw(st.integers(1, 3))}
    return {"type": draw(st.sampled_from(["integer", "number"])), **bounds, "multipleOf": step}, value - value % step


@st.composite
def texts(draw: st.DrawFn) -> Pair:
    """A schema for texts with one that fits."""
    value = draw(st.text("ab", max_size=5))
    schema = {
        "type": "string",
        "minLength": draw(st.integers(0, len(value))),
        "maxLength": len(value),
        "pattern": "^[ab]*$",
    }
    return schema, value


def fits(pair: Pair) -> bool:
    """Whether a pair is what its maker meant: `minimum` may have cut off the multiple."""
    return judge(pair[0]).is_valid(pair[1])


def judge(schema: Json) -> jsonschema.Draft202012Validator:
    """jsonschema's own word; it fetches nothing."""
    return jsonschema.Draft202012Validator(schema, registry=referencing.Registry())


def either(pairs: tuple[Pair, Pair]) -> Pair:
    """Two schemas, of which the first one's value fits."""
    return {"anyOf": [pairs[0][0], pairs[1][0]]}, pairs[0][1]


def both(pair: Pair) -> Pair:
    """The same schema in two parts."""
    return {"allOf": [pair[0], {"description": "the same"}]}, pair[1]


leaves = st.one_of(
    numbers().filter(fits),
    texts(),
    st.just(({"type": "boolean"}, True)),
    st.just(({"type": "null"}, None)),
    st.just(({}, {"any": [1]})),
    json_values.map(lambda value: ({"const": value}, value)),
    st.tuples(json_values, json_values).map(lambda two: ({"enum": list(two)}, two[0])),
    st.lists(json_values, max_size=3)
    .filter(lambda it: judge({"uniqueItems": True}).is_valid(it))
    .map(lambda value: ({"uniqueItems": True}, value)),
)
pairs = st.recursive(
    leaves,
    lambda inner: objects(inner) | arrays(inner) | st.tuples(inner, inner).map(either) | inner.map(both),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(pairs)
def test_a_value_that_fits_has_no_problems(pair: Pair) -> None:
    """Whatever is made from a schema passes here and in jsonschema."""
    schema, value = pair
    assert judge(schema).is_valid(value)
    assert said(schema, value) == []


@settings(max_examples=300, deadline=None)
@given(pairs, pairs | json_values.map(lambda value: ({}, value)))
def test_jsonschema_agrees_about_any_value(pair: Pair, other: Pair) -> None:
    """A value made for another schema has problems here exactly where jsonschema finds some."""
    schema, value = pair[0], other[1]
    assert (said(schema, value) == []) is judge(schema).is_valid(value)


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


def test_options_inside_options_cost_no_more_than_the_budget() -> None:
    """Two to the power of thirty options: the check stops, and nothing is held against the value."""
    schemas: Json = {f"S{n}": {"oneOf": [ref(f"S{n + 1}")] * 2} for n in range(30)} | {"S30": {"type": "string"}}
    assert list(problems(document(schemas), ref("S0"), "", 1)) == []
