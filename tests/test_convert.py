"""Wire values to Python values: lenient, lossless, and every surprise told to whoever listens."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
from documents import api_of, json_leaves, json_values, ref, structured
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.api import load
from leapocr_dyn.errors import DecodeError
from leapocr_dyn.model.convert import noting
from leapocr_dyn.model.type import Object
from leapocr_dyn.model.value import LONGEST, Model, to_wire

Json = Any  # what servers send
TEXT = {"type": "string"}
DATE = {"type": "string", "format": "date"}
MOMENT = {"type": "string", "format": "date-time"}
LEAPOCR = load("leapocr")


def surprises(schema: Json, wire: Json, **others: Json) -> list[tuple[str, str, Json]]:
    """What is told while a value is structured."""
    told: list[tuple[str, str, Json]] = []
    with noting(lambda place, what, value: told.append((place, what, value))):
        structured(schema, wire, **others)
    return told


def same(left: Json, right: Json) -> bool:
    """Whether two JSON values are equal as text, so that 1, 1.0 and true differ."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


@pytest.mark.parametrize(
    ("schema", "wire", "python"),
    [
        (TEXT, "a", "a"),
        ({"type": "number"}, 1, 1),
        (DATE, "2026-03-23", datetime.date(2026, 3, 23)),
        (MOMENT, "2026-03-23T12:00:00Z", datetime.datetime(2026, 3, 23, 12, tzinfo=datetime.UTC)),
        ({"items": DATE}, ["2026-03-23", None], [datetime.date(2026, 3, 23), None]),
        ({"additionalProperties": DATE}, {"a": "2026-03-23"}, {"a": datetime.date(2026, 3, 23)}),
        ({"anyOf": [{"type": "integer"}, DATE]}, "2026-03-23", datetime.date(2026, 3, 23)),
        ({}, {"a": [1]}, {"a": [1]}),
    ],
)
def test_a_wire_value_becomes_the_python_value_that_is_meant(schema: Json, wire: Json, python: Any) -> None:
    """Plain values stay, dates become dates, containers are walked."""
    assert structured(schema, wire) == python


@pytest.mark.parametrize(
    ("schema", "wire", "what"),
    [
        (TEXT, 5, "type"),
        ({"type": "integer"}, True, "type"),
        ({"type": "integer"}, 1.5, "type"),
        ({"type": "integer"}, float("inf"), "type"),
        ({"const": 1}, True, "type"),
        ({"enum": [1, 2]}, 3, "enum"),
        (DATE, "23 March", "format"),
        (MOMENT, "2026-03-23T12:00:00", "format"),
        (MOMENT, 5, "format"),
        ({"enum": ["a"]}, "b", "enum"),
        ({"enum": ["a"]}, 5, "type"),
        ({"items": TEXT}, "a", "type"),
        ({"additionalProperties": TEXT}, [], "type"),
        ({"properties": {"a": TEXT}}, "text", "type"),
        ({"anyOf": [TEXT, {"type": "integer"}]}, [], "type"),
    ],
)
def test_a_value_of_another_kind_stays_as_it_came_and_is_told(schema: Json, wire: Json, what: str) -> None:
    """Nothing is raised: the value can be read, and goes back as it was."""
    assert surprises(schema, wire) == [("/components/schemas/X", what, wire)]
    assert structured(schema, wire) == wire


@pytest.mark.parametrize("schema", [TEXT, DATE, {"enum": ["a"]}, {"items": TEXT}, {"properties": {"a": TEXT}}])
def test_null_is_no_surprise(schema: Json) -> None:
    """Servers send it for whatever they do not have."""
    assert structured(schema, None) is None
    assert surprises(schema, None) == []


def test_an_unknown_field_is_told_with_its_name() -> None:
    """And only that one."""
    told = surprises({"properties": {"a": TEXT}}, {"a": "b", "new": 1})
    assert told == [("/components/schemas/X", "unknown field new", 1)]


OTHERS: Json = {
    "properties": {"a": TEXT},
    "patternProperties": {"^at_": MOMENT, "(": {"type": "boolean"}},
    "additionalProperties": {"type": "integer"},
}


def test_other_properties_are_read_by_the_schema_for_such() -> None:
    """`patternProperties` first, then `additionalProperties`; `model["wireName"]` has it, the wire comes back."""
    wire = {"a": "b", "at_noon": "2026-03-23T12:00:00Z", "size": 3, "nothing": None}
    it = structured(OTHERS, wire)
    assert it["at_noon"] == datetime.datetime(2026, 3, 23, 12, tzinfo=datetime.UTC)
    assert (it["a"], it["size"], it["nothing"]) == ("b", 3, None)
    assert it.to_dict() == wire
    assert surprises(OTHERS, wire) == []
    assert surprises(OTHERS, {"at_noon": "soon"}) == [
        ("/components/schemas/X/patternProperties/^at_", "format", "soon"),
    ]
    assert surprises(OTHERS, {"size": "large"}) == [("/components/schemas/X/additionalProperties", "type", "large")]


@pytest.mark.parametrize(
    ("more", "known"),
    [
        ({"additionalProperties": True}, True),
        ({"additionalProperties": {}}, True),
        ({"unevaluatedProperties": {"type": "integer"}}, True),
        ({"patternProperties": {"^n": {}}}, True),
        ({"required": ["new"]}, True),
        ({"additionalProperties": False}, False),
        ({"patternProperties": {"^o": {}}}, False),
        ({}, False),
    ],
)
def test_a_field_is_unknown_where_the_schema_says_nothing_of_it(more: Json, known: bool) -> None:
    """What the document allows by name, by pattern or altogether is no surprise; it is kept in any case."""
    schema = {"properties": {"a": TEXT}, **more}
    assert surprises(schema, {"new": 1}) == ([] if known else [("/components/schemas/X", "unknown field new", 1)])
    assert structured(schema, {"new": 1})["new"] == 1


def test_a_dict_is_read_by_pattern_too() -> None:
    """An object without fields of its own is a dict, whose values may be of several types."""
    schema = {"patternProperties": {"^at_": DATE}, "additionalProperties": {"items": DATE}}
    day = datetime.date(2026, 3, 23)
    assert structured(schema, {"at_a": "2026-03-23", "b": ["2026-03-23"]}) == {"at_a": day, "b": [day]}
    closed = {"patternProperties": {"^at_": DATE}}
    assert surprises(closed, {"b": 1}) == [("/components/schemas/X", "unknown field b", 1)]


def test_a_list_whose_items_differ_is_a_tuple() -> None:
    """`prefixItems`: each by its own schema, the rest by `items`; one too many is kept, and a surprise."""
    schema = {"prefixItems": [TEXT, DATE], "items": {"type": "integer"}}
    assert structured(schema, ["a", "2026-03-23", 5]) == ("a", datetime.date(2026, 3, 23), 5)
    assert structured(schema, ["a"]) == ("a",)
    assert to_wire(structured(schema, ["a", "2026-03-23", 5])) == ["a", "2026-03-23", 5]
    assert surprises({**schema, "items": False}, ["a", "2026-03-23", 5]) == [
        ("/components/schemas/X", "too many items", 5)
    ]


def test_nobody_listens_outside_the_block() -> None:
    """`noting` ends with its block."""
    told: list[str] = []
    with noting(lambda place, what, value: told.append(what)):
        structured(TEXT, 5)
    structured(TEXT, 5)
    assert told == ["type"]


# -- unions

CAT = {"required": ["meow"], "properties": {"kind": TEXT, "meow": TEXT, "age": {"type": "integer"}}}
DOG = {"required": ["bark"], "properties": {"kind": TEXT, "bark": TEXT, "age": {"type": "integer"}}}
PETS = {"Cat": CAT, "Dog": DOG}
EITHER = {"oneOf": [ref("Cat"), ref("Dog")]}


@pytest.mark.parametrize(
    ("more", "wire", "name"),
    [
        ({}, {"meow": "m"}, "Cat"),
        ({}, {"bark": "b", "age": 1}, "Dog"),
        ({"discriminator": {"propertyName": "kind"}}, {"kind": "Dog", "age": 1}, "Dog"),
        (
            {"discriminator": {"propertyName": "kind", "mapping": {"d": "#/components/schemas/Dog", "c": "Cat"}}},
            {"kind": "d", "meow": "confused"},
            "Dog",
        ),
        (
            {"discriminator": {"propertyName": "kind", "mapping": {"d": "#/components/schemas/Dog", "c": "Cat"}}},
            {"kind": "c", "bark": "confused"},
            "Cat",
        ),
        ({"discriminator": {"propertyName": "kind"}}, {"kind": "Bird", "bark": "b"}, "Dog"),
        ({"discriminator": {"propertyName": "kind"}}, {"kind": 5, "meow": "m"}, "Cat"),
    ],
)
def test_an_object_becomes_the_option_that_it_names_or_looks_like(more: Json, wire: Json, name: str) -> None:
    """The discriminator decides; without one that helps, required fields and known ones do."""
    it = structured({**EITHER, **more}, wire, **PETS)
    assert type(it).__name__ == name
    assert it.to_dict() == wire


def test_an_object_becomes_the_option_whose_fixed_words_it_has() -> None:
    """A `kind` of one value tells options apart as a discriminator would."""
    options = [{"properties": {"kind": {"enum": [word]}, "n": {}}} for word in ("a", "b", "c")]
    assert type(structured({"oneOf": options}, {"kind": "b", "n": 1})).__name__ == "XOption2"


def test_a_union_in_a_union_is_one_union() -> None:
    """Each option is tried on its own, and the inner discriminator still counts."""
    inner = {**EITHER, "discriminator": {"propertyName": "kind"}}
    schema = {"anyOf": [{"oneOf": [{"type": "integer"}, DATE]}, inner, {"items": DATE}]}
    assert structured(schema, "2026-03-23", **PETS) == datetime.date(2026, 3, 23)
    assert structured(schema, ["2026-03-23"], **PETS) == [datetime.date(2026, 3, 23)]
    assert type(structured(schema, {"kind": "Dog"}, **PETS)).__name__ == "Dog"


# -- lossless


@pytest.mark.parametrize(
    ("schema", "wire"),
    [
        ({"properties": {"at": {"items": MOMENT}}}, {"at": ["2026-03-23T12:00:00.123456789Z"]}),
        ({"properties": {"at": {"additionalProperties": DATE}}}, {"at": {"a": "2026-03-23", "b": "20260323"}}),
        ({"properties": {"at": {"type": "null"}}}, {"at": None}),
        ({"properties": {"at": {"anyOf": [MOMENT, {"type": "integer"}]}}}, {"at": "2026-03-23T12:00:00Z"}),
        (
            {"properties": {"at": ref("Y")}},
            {"at": [["2026-03-23T12:00:00Z"]]},
        ),
    ],
)
def test_what_is_inside_goes_back_as_it_was_written(schema: Json, wire: Json) -> None:
    """Lists, dicts, unions and circles of times keep the server's own texts, and a null stays one."""
    several = {"anyOf": [{"items": ref("Z")}, MOMENT]}
    assert structured(schema, wire, Y=several, Z={"items": ref("Y")}).to_dict() == wire


def test_a_value_deeper_than_python_can_follow_is_a_decode_error() -> None:
    """A sentence, not a RecursionError."""
    wire: Json = {}
    for _ in range(5000):
        wire = {"x": wire}
    with pytest.raises(DecodeError, match="nested deeper than can be read"):
        structured({"properties": {"x": ref("X")}}, wire)


def test_cattrs_knows_the_models() -> None:
    """`api.converter.cattrs` structures and unstructures them inside a user's own classes."""
    api = api_of(Cat=CAT)
    model = api.models["Cat"]
    pair: Any = list.__class_getitem__(model)  # a class made at run time: list[model], as mypy may not say
    made = api.converter.cattrs.structure([{"meow": "m"}], pair)
    assert made == [model(meow="m")]
    assert api.converter.cattrs.unstructure(made) == [{"meow": "m"}]


def wires_of(fields: list[str]) -> st.SearchStrategy[Json]:
    """Objects with some of these fields, and others, holding anything that could come."""
    dates = st.sampled_from(["2026-03-23T12:00:00.123456789Z", "2026-03-23", "pending", "completed"])
    anything = json_values | dates
    some = st.dictionaries(st.sampled_from(fields) | st.text(max_size=5), anything, max_size=6)
    return st.dictionaries(st.sampled_from(fields), anything | some | st.lists(some, max_size=2), max_size=8) | some


def every_field() -> list[str]:
    """The wire names of all fields of all models of LeapOCR."""
    types = map(LEAPOCR.models.type, LEAPOCR.models)
    return sorted({str(field.wire) for it in types if isinstance(it, Object) for field in it.fields})


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(LEAPOCR.models)), wires_of(every_field()) | json_leaves)
def test_any_answer_can_be_read_and_given_back(name: str, wire: Json) -> None:
    """Whatever a server sends where a model of LeapOCR was promised: nothing is raised, and to_dict is what it sent."""
    it = LEAPOCR.converter.structure(wire, LEAPOCR.models.type(name))
    assert same(to_wire(it), wire)
    assert not isinstance(it, Model) or len(repr(it)) <= LONGEST


SCHEMAS: dict[str, Json] = {
    "times": {"properties": {"at": MOMENT, "days": {"items": DATE}, "kind": {"enum": ["a", "b"]}}},
    "pets": {"properties": {"pet": EITHER, "more": {"additionalProperties": ref("Cat")}, "x": ref("X")}},
    "union": {"anyOf": [{"type": "integer"}, DATE, {"items": EITHER}, ref("Dog")]},
}
moments = st.datetimes(timezones=st.just(datetime.UTC)).map(datetime.datetime.isoformat)
days = st.dates().map(datetime.date.isoformat)
cats = st.fixed_dictionaries({"meow": st.text()}, optional={"age": st.none() | st.integers(), "kind": st.text()})
dogs = st.fixed_dictionaries({"bark": st.text()}, optional={"age": st.integers()})
VALUES: dict[str, Callable[[], st.SearchStrategy[Json]]] = {
    "times": lambda: st.fixed_dictionaries(
        {}, optional={"at": moments, "days": st.lists(days, max_size=3), "kind": st.sampled_from(["a", "b", "c"])}
    ),
    "pets": lambda: st.recursive(
        st.fixed_dictionaries({}, optional={"pet": cats | dogs, "more": st.dictionaries(st.text(), cats, max_size=2)}),
        lambda inner: st.fixed_dictionaries({"x": inner}, optional={"pet": dogs}),
        max_leaves=4,
    ),
    "union": lambda: st.integers() | days | st.lists(cats | dogs, max_size=3) | dogs,
}


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_unstructured_and_structured_again_it_is_the_same(name: str, data: st.DataObject) -> None:
    """structure(unstructure(x)) == x for every value that a schema describes, and the wire comes back."""
    wire = data.draw(VALUES[name]())
    it = structured(SCHEMAS[name], wire, **PETS)
    assert same(to_wire(it), wire)
    assert structured(SCHEMAS[name], to_wire(it), **PETS) == it


def test_a_tag_that_names_no_option_is_a_surprise() -> None:
    """The value is still read as the option that it resembles most."""
    pet = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind"}}
    animal = {"type": "object", "properties": {"kind": {"type": "string"}}}
    seen: list[tuple[str, Json]] = []
    with noting(lambda place, what, value: seen.append((what, value))):
        assert structured(pet, {"kind": "Cow"}, Cat=animal, Dog=animal).kind == "Cow"
        structured(pet, {"kind": "Dog"}, Cat=animal, Dog=animal)
    assert seen == [("discriminator", "Cow")]
