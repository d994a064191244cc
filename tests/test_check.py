"""What is wrong with a value before it is sent: strict about names, and in agreement with jsonschema."""

from __future__ import annotations

from typing import Any

import jsonschema
import referencing
from documents import json_values, ref, said
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.model.check import KEYWORDS

Json = Any  # schemas, and the values that they judge
Pair = tuple[Json, Json]
TEXT = {"type": "string"}


def test_a_field_that_the_schema_does_not_list_is_refused_with_a_hint() -> None:
    """Servers drop it in silence; `additionalProperties` and `patternProperties` are how a schema allows more."""
    schema = {"properties": {"file_name": TEXT}}
    assert said(schema, {"filename": "a"}) == ["filename: is not known; did you mean 'file_name'?"]
    assert said(schema, {"zzz": "a"}) == ["zzz: is not known; known are 'file_name'"]
    assert said({**schema, "additionalProperties": {}}, {"zzz": "a"}) == []
    assert said({**schema, "patternProperties": {"^z": {}}}, {"zzz": "a"}) == []


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


PLAIN: Json = [True, {}, {"type": "string"}, {"type": "integer"}, {"minimum": 1}, {"maxLength": 1}, {"const": 0}]
PLAIN += [False, {"enum": [1, "a", None]}, {"required": ["a"]}, {"minProperties": 1}, {"maxItems": 1}, ref("X")]


small_values: st.SearchStrategy[Json] = st.recursive(
    st.sampled_from([None, True, 0, 1, 2, "a", "bb"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)


def asking(inner: st.SearchStrategy[Json], *others: str) -> st.SearchStrategy[Json]:
    """Schemas made of the keywords that ask other schemas; others: more of these keywords."""
    names, by_name = st.sampled_from(NAMES), st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)
    one = dict.fromkeys(["not", "if", "then", "else", "contains", "propertyNames", "items"], inner)
    one |= {word: st.lists(inner, min_size=1, max_size=2) if word == "oneOf" else inner for word in others}
    one |= dict.fromkeys(["unevaluatedProperties", "unevaluatedItems"], inner | st.just(False))
    several = dict.fromkeys(["allOf", "anyOf", "prefixItems"], st.lists(inner, min_size=1, max_size=2))
    counts = dict.fromkeys(["minContains", "maxContains"], st.integers(0, 2))
    named = {
        "dependentSchemas": by_name,
        "dependentRequired": st.dictionaries(names, st.lists(names, max_size=2, unique=True), max_size=2),
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "b", "^[cd]$"]), inner, max_size=2),
    }
    listing = st.fixed_dictionaries({"properties": by_name, "patternProperties": st.just({})})
    rest: st.SearchStrategy[Json] = st.fixed_dictionaries({}, optional={**one, **several, **counts, **named})
    # Empty `patternProperties`: a name that nobody lists is refused otherwise, which jsonschema would not do.
    return st.tuples(listing | st.just({}), rest).map(lambda two: {**two[0], **two[1]})


def asked(*others: str) -> st.SearchStrategy[Json]:
    """Schemas, two or three deep."""
    return st.recursive(st.sampled_from(PLAIN), lambda inner: asking(inner, *others), max_leaves=8)


NO_REF = st.sampled_from([one for one in PLAIN if one != ref("X")])


def allows(schema: Json, value: Json, shared: Json) -> bool:
    """Whether jsonschema finds nothing wrong. shared: the component X."""
    return judge({"allOf": [schema], "components": {"schemas": {"X": shared}}}).is_valid(value)


@settings(max_examples=300, deadline=None)
@given(asked(), small_values, asking(NO_REF))
def test_jsonschema_agrees_about_schemas_that_ask_schemas(schema: Json, value: Json, shared: Json) -> None:
    """`not`, `if`, `contains`, `dependent...`, `unevaluated...`, patterns and names of properties, mixed at will."""
    assert (said(schema, value, X=shared) == []) is allows(schema, value, shared)


@settings(max_examples=300, deadline=None)
@given(asked("oneOf", "additionalProperties"), small_values, asking(NO_REF, "additionalProperties"))
def test_below_not_nothing_is_more_lenient_than_the_specification(schema: Json, value: Json, shared: Json) -> None:
    """What is not not allowed is what jsonschema allows, also of the keywords that are read leniently elsewhere."""
    assert (said({"not": {"not": schema}}, value, X=shared) == []) is allows(schema, value, shared)


words = st.sampled_from([*KEYWORDS, "$ref", "then", "else", "discriminator", "minContains", "nonsense"])


garbage = st.recursive(
    json_values | st.sampled_from([{"$ref": "#/components/schemas/X"}, {"$ref": "#/x"}, "string", "^a", "(", 10**400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(words, garbage, max_size=5), json_values | st.dictionaries(st.sampled_from(NAMES), json_values))
def test_no_schema_makes_the_check_itself_fail(schema: Json, value: Json) -> None:
    """Keywords with values of any kind, circles, references to nowhere: problems or none, and nothing raised."""
    assert all(isinstance(one, str) for one in said(schema, value, X=schema))
