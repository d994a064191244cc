"""Unions: which option a value becomes, from what says it outright to what only looks like it."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import jsonschema
import pytest
from documents import api_of, json_values, openapi, ref
from generate import Maker, StuckError
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.api import load
from leapocr_dyn.model import fit
from leapocr_dyn.model.convert import noting
from leapocr_dyn.model.value import to_wire

Json = Any  # documents and their values
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
DATE = {"type": "string", "format": "date"}
MOMENT = {"type": "string", "format": "date-time"}


def thing(required: str = "", **properties: Json) -> Json:
    """An object schema."""
    return {"type": "object", "properties": properties, "required": required.split()}


def read(schemas: Json, wire: Json) -> tuple[Any, list[str]]:
    """What a value becomes as the component X, and what that tells."""
    api = api_of(**schemas)
    told: list[str] = []
    with noting(lambda place, what, value: told.append(f"{what} at {place}")):
        return api.converter.structure(wire, api.models.type("X")), told


OBJECTS: dict[str, tuple[Json, Json, Json, Json]] = {
    # what tells them apart: (options A and B, a value of A if there is one that is not of B, too, and a value of B)
    "a fixed word": (thing(kind={"const": "a"}, n={}), thing(kind={"const": "b"}, n={}), {"kind": "a"}, {"kind": "b"}),
    "an enum of one": (thing(k={"enum": ["a"]}), thing(k={"enum": ["b"]}), {"k": "a"}, {"k": "b"}),
    "a fixed number": (thing(v={"const": 1}), thing(v={"const": 2}), {"v": 1}, {"v": 2}),
    "true and 1": (thing(v={"const": True}), thing(v={"const": 1}), {"v": True}, {"v": 1}),
    "what is required": (thing("a", a={}, c={}), thing("b", b={}, c={}), {"a": 1, "c": 1}, {"b": 1, "c": 1}),
    "fields that are known": (thing(a=TEXT), thing(b=TEXT), {"a": "x"}, {"b": "x"}),
    "more fields that are known": (thing(a=TEXT), thing(a=TEXT, b=TEXT), None, {"a": "x", "b": "y"}),
    "the kind of a field": (thing(v=TEXT), thing(v=WHOLE), {"v": "x"}, {"v": 1}),
    "the format of a field": (thing(v=DATE), thing(v=MOMENT), {"v": "2026-01-31"}, {"v": "2026-01-31T12:00:00Z"}),
    "the words of a field": (thing(v={"enum": ["a", "b"]}), thing(v={"enum": ["c", "d"]}), {"v": "b"}, {"v": "c"}),
    "items": (thing(v={"items": TEXT}), thing(v={"items": WHOLE}), {"v": ["x"]}, {"v": [1]}),
    "an object inside": (
        thing(v=thing("a", a={})),
        thing(v=thing("b", b={})),
        {"v": {"a": 1}},
        {"v": {"b": 1}},
    ),
    "a fixed word, against everything else": (
        thing("x y", kind={"const": "a"}, x={}, y={}),
        thing("", kind={"const": "b"}, x={}, y={}),
        {"kind": "a", "z": 1},
        {"kind": "b", "x": 1, "y": 1},
    ),
    "other properties": (
        thing(a=TEXT),
        {**thing(a=TEXT), "additionalProperties": WHOLE},
        None,
        {"a": "x", "more": 1},
    ),
}


@pytest.mark.parametrize("how", OBJECTS)
def test_objects_are_told_apart(how: str) -> None:
    """Whichever option stands first, each value becomes the option that it is of."""
    a, b, one, two = OBJECTS[how]
    for options in (["A", "B"], ["B", "A"]):
        schemas = {"A": a, "B": b, "X": {"oneOf": [ref(name) for name in options]}}
        for wire, name in ((one, "A"), (two, "B")):
            if wire is not None:
                it, _ = read(schemas, wire)
                assert (type(it).__name__, it.to_dict()) == (name, wire)


@pytest.mark.parametrize(
    ("options", "wire", "kind"),
    [
        ([{"enum": ["a", "b"]}, TEXT], "a", "XOption1"),
        ([{"enum": ["a", "b"]}, TEXT], "c", "str"),
        ([TEXT, {"enum": ["a", "b"]}], "a", "XOption2"),
        ([{"enum": ["a"]}, {"enum": ["b"]}], "b", "XOption2"),
        ([MOMENT, DATE, TEXT], "2026-01-31", "Date"),
        ([TEXT, DATE, MOMENT], "2026-01-31T12:00:00Z", "DateTime"),
        ([MOMENT, DATE, TEXT], "soon", "str"),
        ([DATE, {"const": "now"}], "now", "str"),
        ([WHOLE, {"type": "number"}], 1.5, "float"),
        ([WHOLE, TEXT], 1.0, "float"),
        ([{"items": TEXT}, {"items": DATE}], ["2026-01-31"], "list"),
        ([{"items": WHOLE}, {"items": {"items": WHOLE}}], [[1]], "list"),
        ([{"additionalProperties": TEXT}, thing(a=WHOLE)], {"a": 1}, "XOption2"),
        ([thing(a=WHOLE), {"additionalProperties": TEXT}], {"b": "x"}, "dict"),
        ([{"prefixItems": [TEXT, WHOLE]}, {"items": TEXT}], ["a", 1], "tuple"),
        ([{}, thing(a=WHOLE)], {"a": 1}, "XOption2"),
        ([{}, TEXT], [1], "list"),
    ],
)
def test_plain_values_and_lists_are_told_apart(options: Json, wire: Json, kind: str) -> None:
    """By their kind, then by how well they fit: the option that says more goes first, and none is a surprise."""
    it, told = read({"X": {"anyOf": options}}, wire)
    assert type(it).__name__ == kind
    assert to_wire(it) == wire
    assert told == []


def test_several_kinds_are_a_union() -> None:
    """A list of types is told apart by the kind of JSON, and the keywords of each count for it alone."""
    schema = {
        "type": ["object", "array", "string", "null"],
        "properties": {"a": DATE},
        "items": WHOLE,
        "format": "date",
    }
    for wire, kind in (({"a": "2026-01-31"}, "X"), ([1], "list"), ("2026-01-31", "Date"), (None, "NoneType")):
        it, told = read({"X": schema}, wire)
        assert (type(it).__name__, to_wire(it), told) == (kind, wire, [])


def test_a_word_that_several_options_share_does_not_name_one() -> None:
    """`message` of a user or of the system: the discriminator leaves it to the other words."""
    options = {
        "User": thing("role", type={"const": "message"}, role={"const": "user"}),
        "System": thing("role", type={"const": "message"}, role={"const": "system"}),
        "Call": thing(type={"const": "call"}),
    }
    schemas = {**options, "X": {"oneOf": [*map(ref, options)], "discriminator": {"propertyName": "type"}}}
    for wire, name in (
        ({"type": "message", "role": "system"}, "System"),
        ({"type": "message", "role": "user"}, "User"),
        ({"type": "call"}, "Call"),
    ):
        it, told = read(schemas, wire)
        assert (type(it).__name__, told) == (name, [])
    _, told = read(schemas, {"type": "other"})
    assert told[0] == "discriminator at /components/schemas/X"


def test_options_that_only_set_limits_are_what_stands_beside_them() -> None:
    """A text that is short or has a format is a text."""
    schema = {**TEXT, "anyOf": [{"maxLength": 3}, {"format": "date"}]}
    assert read({"X": schema}, "ab") == ("ab", [])
    assert type(read({"X": schema}, "2026-01-31")[0]).__name__ == "Date"


def test_an_option_of_another_kind_may_stand_beside_properties() -> None:
    """`oneOf: [boolean, object]` beside `properties` allows true."""
    schema = {"properties": {"a": TEXT}, "oneOf": [{"type": "boolean"}, {"type": "object"}]}
    assert read({"X": schema}, True) == (True, [])
    assert read({"X": schema}, {"a": "x"})[0].a == "x"


def test_two_unions_that_both_hold_are_one_of_pairs() -> None:
    """An `allOf` of two unions: a value is of an option of each."""
    first = {"oneOf": [thing("a", a=TEXT), thing("b", b=TEXT)]}
    second = {"oneOf": [thing("c", c=DATE), thing("d", d=TEXT)]}
    it, told = read({"X": {"allOf": [first, second]}}, {"b": "x", "c": "2026-01-31"})
    assert (it.b, type(it.c).__name__, told) == ("x", "Date", [])


def test_a_value_that_fits_nothing_goes_where_it_fits_best() -> None:
    """A server that grew: one new word does not turn a cat into a dog."""
    cat = thing("kind", kind={"const": "cat"}, mood={"enum": ["calm", "wild"]}, age=WHOLE)
    dog = thing("kind", kind={"const": "dog"}, mood=TEXT, age=WHOLE)
    it, told = read({"Cat": cat, "Dog": dog, "X": {"oneOf": [ref("Dog"), ref("Cat")]}}, {"kind": "cat", "mood": "new"})
    assert type(it).__name__ == "Cat"
    assert told == ["enum at /components/schemas/Cat/properties/mood"]


def test_unions_in_unions_cost_no_more_than_their_budget() -> None:
    """Forty levels of options that are all alike, over a value that is as deep: read in a moment."""
    schemas: Json = {
        f"X{n}": {
            "oneOf": [
                {"properties": {"a": ref(f"X{n + 1}"), "b": ref(f"X{n + 1}"), f"c{option}": TEXT}}
                for option in range(4)
            ]
        }
        for n in range(40)
    }
    wire: Json = "end"
    for _ in range(40):
        wire = {"a": wire, "b": "x", "c3": "x"}
    api = load(openapi({**schemas, "X40": TEXT, "X": ref("X0")}))
    began = time.process_time()
    it = api.converter.structure(wire, api.models.type("X"))
    assert type(it).__name__ == "X0Option4"
    assert to_wire(it) == wire
    assert time.process_time() - began < 5


def test_a_long_list_is_judged_by_its_beginning() -> None:
    """What lies beyond the budget counts as fitting, and is read all the same."""
    items = ["x"] * fit.BUDGET
    it, told = read({"X": {"anyOf": [{"items": WHOLE}, {"items": TEXT}]}}, [*items, 5])
    assert it == [*items, 5]
    assert told == ["type at /components/schemas/X/anyOf/1/items"]


names = st.sampled_from(["a", "b", "kind"])
plain = st.sampled_from(
    [
        TEXT,
        WHOLE,
        DATE,
        MOMENT,
        {"type": "number"},
        {"type": "boolean"},
        {"type": "null"},
        {"enum": ["a", "b"]},
        {"enum": [1, 2]},
        {"const": "a"},
        {"const": "b"},
        {"type": "number", "format": "decimal"},
        {"type": "string", "format": "byte"},
        {"type": "string", "format": "duration"},
        {"type": ["string", "null"]},
        {"type": ["integer", "boolean"]},
        {},
    ]
)


def containers(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """Schemas that hold others."""
    properties = st.dictionaries(names, inner, min_size=1, max_size=3)
    objects = st.builds(
        lambda known, required, other: {
            "type": "object",
            "properties": known,
            "required": sorted(required),
            "additionalProperties": other,
        },
        properties,
        st.sets(names, max_size=2),
        inner | st.just(False) | st.just(True),
    )
    options = st.lists(inner, min_size=1, max_size=3)
    return (
        objects
        | inner.map(lambda one: {"type": "array", "items": one})
        | inner.map(lambda one: {"type": "object", "additionalProperties": one})
        | options.map(lambda some: {"type": "array", "prefixItems": some})
        | options.map(lambda some: {"anyOf": some})
        | st.lists(objects, min_size=1, max_size=2).map(lambda some: {"allOf": some})
    )


schemas_that_make_sense = st.recursive(plain, containers, max_leaves=6)


@settings(max_examples=150, deadline=None)
@given(schemas_that_make_sense, st.integers(0, 5))
def test_a_value_that_a_schema_allows_is_no_surprise_and_comes_back(schema: Json, seed: int) -> None:
    """For any schema and any value that jsonschema accepts."""
    try:
        wire = Maker({}, random.Random(seed)).value(schema)
    except StuckError:
        return
    if not jsonschema.Draft202012Validator(schema).is_valid(wire):
        return
    it, told = read({"X": schema}, wire)
    assert json.dumps(to_wire(it), sort_keys=True) == json.dumps(wire, sort_keys=True)
    assert told == []


@settings(max_examples=150, deadline=None)
@given(schemas_that_make_sense, json_values)
def test_any_value_can_be_read_as_any_schema_and_comes_back(schema: Json, wire: Json) -> None:
    """Also one that the schema does not allow: nothing is raised, and nothing is lost."""
    assert to_wire(read({"X": schema}, wire)[0]) == wire
