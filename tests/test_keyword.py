"""The keywords that decide a type, from simplest to strangest."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from documents import api_of, document, json_values, openapi, ref, structured, type_of
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.api import load
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.model import value
from leapocr_dyn.model.check import problems
from leapocr_dyn.model.type import Object

Json = Any  # the document under test
TEXT = {"type": "string"}
DATE = {"type": "string", "format": "date-time"}


@pytest.mark.parametrize(
    ("schema", "annotation"),
    [
        (True, "Any"),
        ({}, "Any"),
        ({"description": "anything"}, "Any"),
        ({"type": "string"}, "str"),
        ({"type": "integer"}, "int"),
        ({"type": "number"}, "float"),
        ({"type": "boolean"}, "bool"),
        ({"type": "null"}, "None"),
        ({"type": "file"}, "Any"),
        ({"type": ["string", "null"]}, "str"),
        ({"type": ["string", "integer"]}, "str | int"),
        ({"type": "string", "format": "date-time"}, "datetime"),
        ({"type": ["string", "null"], "format": "date"}, "date"),
        ({"format": "date"}, "date"),
        ({"type": "string", "format": "uuid"}, "str"),
        ({"type": "string", "format": "time"}, "time"),
        ({"type": "string", "format": "duration"}, "timedelta"),
        ({"type": "string", "format": "byte"}, "bytes"),
        ({"type": "string", "contentEncoding": "base64url"}, "bytes"),
        ({"type": "string", "format": "binary"}, "bytes | str"),
        ({"type": "string", "format": "decimal"}, "Decimal"),
        ({"type": "number", "format": "decimal"}, "Decimal"),
        ({"type": "integer", "format": "int64"}, "int"),
        ({"type": "string", "format": "int64"}, "str"),
        ({"format": "double"}, "float"),
        ({"type": "string", "anyOf": [{"format": "date"}, {"maxLength": 0}]}, "date | str"),
        ({"type": "string", "oneOf": [{"minLength": 1}, {"maxLength": 0}]}, "str"),
        ({"type": "integer", "format": "date-time"}, "int"),
        ({"type": "array"}, "list[Any]"),
        ({"type": "array", "items": TEXT}, "list[str]"),
        ({"items": {"type": "array", "items": TEXT}}, "list[list[str]]"),
        ({"type": "object"}, "dict[str, Any]"),
        ({"type": "object", "properties": {}}, "dict[str, Any]"),
        ({"additionalProperties": {"type": "integer"}}, "dict[str, int]"),
        ({"type": "object", "properties": {"a": TEXT}}, "X"),
        ({"properties": {"a": TEXT}, "additionalProperties": True}, "X"),
        ({"enum": ["a", "b"]}, "X"),
        ({"enum": ["a", None]}, "X"),
        ({"type": "integer", "enum": [1, 2]}, "Literal[1, 2]"),
        ({"type": ["integer", "null"], "enum": [1, None]}, "Literal[1, None]"),
        ({"enum": [1, "a"]}, "Literal[1, 'a']"),
        ({"enum": [[1]]}, "Any"),
        ({"type": "integer", "enum": ["a"]}, "int"),
        ({"const": "a"}, "Literal['a']"),
        ({"const": 5}, "Literal[5]"),
        ({"const": [1]}, "Any"),
        ({"type": "string", "properties": {"a": TEXT}}, "str"),
        ({"type": "string", "items": TEXT, "additionalProperties": TEXT, "prefixItems": [TEXT]}, "str"),
        ({"type": "array", "properties": {"a": TEXT}}, "list[Any]"),
        ({"type": ["object", "string"], "properties": {"a": TEXT}}, "X | str"),
        ({"prefixItems": [TEXT, {"type": "integer"}]}, "tuple[str, int, *tuple[Any, ...]]"),
        ({"prefixItems": [TEXT], "items": False}, "tuple[str]"),
        ({"patternProperties": {"^x": TEXT}, "additionalProperties": {"type": "integer"}}, "dict[str, str | int]"),
        ({"oneOf": [TEXT, {"type": "integer"}]}, "str | int"),
        ({"anyOf": [TEXT, {"type": "null"}]}, "str"),
        ({"anyOf": [TEXT, TEXT]}, "str"),
        ({"oneOf": []}, "Any"),
        ({"allOf": [TEXT]}, "str"),
        ({"allOf": [{"description": "wider"}, TEXT]}, "str"),
        ({"allOf": []}, "Any"),
        ({"x-unknown": 1, "unheardOf": {}}, "Any"),
    ],
)
def test_a_schema_has_a_type(schema: Json, annotation: str) -> None:
    """The keyword that tells most decides; one that nobody knows never stops a load."""
    assert type_of(schema).annotation == annotation


def test_an_object_has_fields_in_the_order_of_the_document() -> None:
    """With their Python names, wire names, types, and whether they must be given."""
    it = type_of({"required": ["petId"], "properties": {"petId": TEXT, "bornAt": DATE}})
    assert isinstance(it, Object)
    assert [(f.name, f.wire, f.type.annotation, f.required) for f in it.fields] == [
        ("pet_id", "petId", "str", True),
        ("born_at", "bornAt", "datetime", False),
    ]


def test_properties_that_want_the_same_name_are_numbered() -> None:
    """And each keeps its own wire name."""
    wire = {"jobId": 1, "job_id": 2, "job-id": 3}
    it = structured({"properties": {name: {} for name in wire}}, wire)
    assert (it.job_id, it.job_id_2, it.job_id_3) == (1, 2, 3)
    assert it.to_dict() == wire


def test_a_name_that_is_only_required_is_a_field() -> None:
    """It can be sent, after those that have a schema, as what other properties are, or as anything."""
    bare: Any = type_of({"properties": {"a": TEXT}, "required": ["b", "a"]})
    assert [(f.wire, f.type.annotation, f.required) for f in bare.fields] == [("a", "str", True), ("b", "Any", True)]
    typed: Any = type_of({"properties": {"a": TEXT}, "required": ["b"], "additionalProperties": {"type": "integer"}})
    assert typed.fields[1].type.annotation == "int"
    either: Any = type_of({"properties": {"a": TEXT}, "anyOf": [{"required": ["b"]}, {"required": ["a"]}]})
    assert [(f.wire, f.required) for f in either.fields] == [("a", False), ("b", False)]


def test_a_field_knows_who_writes_it_and_what_else_is_said() -> None:
    """`readOnly`, `writeOnly` and `deprecated`, also behind references and in parts; title and default are remarks."""
    properties = {
        "id": ref("Id"),
        "made": {"allOf": [DATE, {"readOnly": True}]},
        "secret": {**TEXT, "writeOnly": True},
        "old": {**TEXT, "deprecated": True},
        "size": {"type": "integer", "title": "How large", "default": 3},
    }
    it: Any = type_of({"properties": properties, "required": ["id", "secret"]}, Id={**TEXT, "readOnly": True})
    assert [f.wire for f in it.fields if f.read_only] == ["id", "made"]
    assert [f.wire for f in it.fields if f.write_only] == ["secret"]
    assert [f.wire for f in it.fields if f.deprecated] == ["old"]
    assert [(f.required, f.asked) for f in it.fields[:3]] == [(True, False), (False, False), (True, True)]
    shown = {field.name: dict(field.metadata) for field in attrs.fields(it.python)}
    assert shown["id"] == {"wire": "id", "description": "", "required": True, "read_only": True}
    assert shown["size"]["default"] == 3
    assert it.python().size is None
    assert it.python().to_dict() == {}


@pytest.mark.parametrize("keyword", ["x-enum-varnames", "x-enumNames"])
def test_enum_members_may_have_names_of_their_own(keyword: str) -> None:
    """As some generators write it; a list of another length is not trusted."""
    named = type_of({"enum": ["1", "2"], keyword: ["SlowRead", "FastRead"]}).python
    assert [one.name for one in named] == ["SLOW_READ", "FAST_READ"]
    other = type_of({"enum": ["a", "b"], "x-enum-varnames": ["OnlyOne"]}).python
    assert [one.name for one in other] == ["A", "B"]


def test_an_all_of_with_one_part_that_tells_is_that_part() -> None:
    """A component with a remark beside it stays the component's class."""
    pet = {"type": "object", "properties": {"n": TEXT}}
    owner = {"properties": {"pet": {"allOf": [ref("Pet")], "description": "Its own.", "readOnly": True}}}
    api = api_of(Owner=owner, Pet=pet, Also={"type": "object", "allOf": [{"title": "A pet"}, ref("Pet")]})
    owners: Any = api.models.type("Owner")
    assert owners.fields[0].type is api.models.type("Pet") is api.models.type("Also")
    assert owners.fields[0].description == "Its own."


def test_an_annotation_does_not_double_with_every_level() -> None:
    """Unions of lists of unions are "Any" where their text would be too long to read."""
    schemas: Json = {f"S{n}": {"oneOf": [ref(f"S{n + 1}"), {"items": ref(f"S{n + 1}")}]} for n in range(40)}
    models = load(openapi({**schemas, "S40": {"type": "string"}})).models
    assert all(len(models.type(name).annotation) <= 200 for name in schemas)


WORDS = ["type", "enum", "const", "oneOf", "anyOf", "allOf", "properties", "additionalProperties", "items", "format"]
WORDS += ["required", "description", "discriminator", "x-enum-varnames", "prefixItems", "minimum", "$ref"]
WORDS += ["patternProperties", "contentEncoding", "readOnly", "default", "not", "unevaluatedProperties", "nonsense"]


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["string", "array", "object", "date", "#/x", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WORDS, "a"]), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(WORDS), junk, max_size=4), json_values)
def test_a_schema_that_makes_no_sense_harms_nobody(schema: Json, wire: Any) -> None:
    """Keywords with values of a wrong kind are passed over, or end in a DocumentError; every value still fits."""
    try:
        api = api_of(X=schema)
        assert value.to_wire(api.converter.structure(wire, api.models.type("X"))) == wire
        list(problems(document({"X": schema}), schema, "/components/schemas/X", wire))
        assert api_of(X=schema).models["X"] is api.models["X"]
        assert isinstance(repr(api.report), str)
    except DocumentError:
        return
