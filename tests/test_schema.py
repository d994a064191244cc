"""The types of a document: found by name and by place, kept, and called after where they stand."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from typing import Any

import attrs
import pytest
from documents import api_of, openapi, ref, told, type_of
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.api import load
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.model import value

Json = Any  # the document under test
TEXT = {"type": "string"}


def test_a_model_is_an_attrs_class_that_tells_the_truth() -> None:
    """Its name, docstring, fields and annotations come from the document."""
    model = api_of(Pet={"description": "A pet.", "required": ["n"], "properties": {"n": TEXT, "m": TEXT}}).models["Pet"]
    assert (model.__name__, model.__module__, model.__doc__.splitlines()[0]) == ("Pet", "leapocr_dyn.models", "A pet.")
    fields = {field.name: field.type for field in attrs.fields(model) if field.name != value.LEFT}
    assert fields == {"n": "str", "m": "str | None"}


def test_an_object_inside_an_object_is_called_after_both() -> None:
    """So that reprs and annotations can be read."""
    assert type_of({"properties": {"home_address": {"properties": {"city": TEXT}}}}).fields[0].type.annotation == (  # type: ignore[attr-defined]  # an Object
        "XHomeAddress"
    )


def test_components_that_want_the_same_name_are_numbered() -> None:
    """`models` finds each by its name in the document and by its name in Python."""
    models = api_of(**{"a.Pet": {"properties": {"a": {}}}, "b.Pet": {"properties": {"b": {}}}}).models
    assert list(models) == ["Pet", "Pet_2"]
    assert models["b.Pet"] is models["Pet_2"] is not models["Pet"]
    assert "a.Pet" in models
    assert "Pet_3" not in models


def test_a_component_is_one_class_wherever_it_is_referred_to() -> None:
    """Two ways to one schema lead to one class."""
    api = api_of(A={"properties": {"pet": ref("Pet")}}, B={"items": ref("Pet")}, Pet={"properties": {"n": TEXT}})
    one = api.converter.structure({"pet": {}}, api.models.type("A")).pet
    (two,) = api.converter.structure([{}], api.models.type("B"))
    assert type(one) is type(two) is api.models["Pet"]


def test_nothing_is_built_before_it_is_touched() -> None:
    """A schema that is wrong hurts only who uses it."""
    schemas = {"Good": TEXT, "Bad": {"properties": {"x": ref("Missing")}}}
    models = load(openapi(schemas), off=["dangling-reference"]).models
    assert list(models) == ["Good", "Bad"]
    assert models["Good"] is str
    with pytest.raises(DocumentError, match="leads nowhere"):
        models["Bad"]


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("/components/schemas/pet", "Pet"),
        ("/components/schemas/pet/properties/home_address/items", "PetHomeAddressItem"),
        ("/components/schemas/pet/anyOf/1/additionalProperties", "PetOption2Value"),
        ("/components/schemas/pet/allOf/0/$defs/tag", "Tag"),
        ("/components/responses/not-found/content/application~1json/schema", "NotFoundResponse"),
        ("/components/requestBodies/pet/content/application~1json/schema/properties/a", "PetBodyA"),
        ("/components/parameters/0/schema", "PageSize"),
        ("/paths/~1pets/post/responses/200/content/application~1json/schema", "AddPetResponse"),
        ("/paths/~1pets/post/responses/200/content/a~1b/itemSchema", "AddPetResponseItem"),
        ("/paths/~1pets/post/responses/200/headers/X-Rate/schema", "XRate"),
        ("/paths/~1pets/post/requestBody/content/application~1json/schema/prefixItems/0", "AddPetBodyItem1"),
        ("/paths/~1pets/post/parameters/0/content/application~1json/schema", "SortBy"),
        ("/elsewhere/schema", "Model"),
        ("/components/schemas/pet#object/properties/a", "PetA"),
    ],
)
def test_a_type_is_called_after_the_place_where_it_stands(place: str, name: str) -> None:
    """By nothing else, so that it has the same name in every process, whoever asks first."""
    body: Json = {"content": {}}
    node = {"operationId": "addPet", "parameters": [{"name": "sort_by", "in": "query"}], "responses": {}}
    components = {"parameters": {"0": {"name": "pageSize", "in": "query"}}, "requestBodies": {"pet": body}}
    models = load(openapi({"pet": {}}, {"/pets": {"post": node}}, components=components)).models
    assert models.name(place) == name


def test_a_name_that_is_not_as_one_would_expect_is_reported() -> None:
    """Numbered, made up, or with an underscore; not one that is only spelled as Python spells it."""
    lines: list[str] = told(**{"a.Pet": {"properties": {"petId": {}, "pet_id": {}, "class": {}, "2fa": {}, "$": {}}}})
    assert [line.partition(" (")[0] for line in lines] == [
        "renamed: 'pet_id' is called pet_id_2 in Python",
        "renamed: 'class' is called class_ in Python",
        "renamed: '2fa' is called field_2fa in Python",
        "renamed: '$' is called field in Python",
    ]


def test_threads_share_one_class() -> None:
    """However many touch a model at the same moment, it is made once."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(5):
            it = type_of({"properties": {f"field_{n}": TEXT for n in range(50)}})
            start = threading.Barrier(8)
            found: list[Any] = []

            def touch(it: Any = it, start: Any = start, found: Any = found) -> None:
                start.wait()
                found.append(it.python)

            threads = [threading.Thread(target=touch) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(set(found)) == 1
    finally:
        sys.setswitchinterval(interval)


LOOPS: dict[str, tuple[Json, Json]] = {
    "a model inside itself": ({"X": {"properties": {"x": ref("X"), "n": TEXT}}}, {"x": {"x": {"n": "a"}}}),
    "a list of itself": ({"X": {"items": ref("X")}}, [[], [[]]]),
    "a dict of itself": ({"X": {"additionalProperties": ref("X")}}, {"a": {"b": {}}}),
    "two models inside each other": (
        {"X": {"properties": {"y": ref("Y")}}, "Y": {"properties": {"xs": {"items": ref("X")}}}},
        {"y": {"xs": [{"y": {}}]}},
    ),
    "a union with a list of itself": ({"X": {"anyOf": [TEXT, {"items": ref("X")}]}}, ["a", ["b"]]),
    "a union with itself": ({"X": {"anyOf": [ref("X"), ref("X"), TEXT]}}, "a"),
    "a union of nothing but itself": ({"X": {"anyOf": [ref("X")]}}, "a"),
    "two unions inside each other": (
        {"X": {"anyOf": [ref("Y"), TEXT]}, "Y": {"oneOf": [ref("X"), {"type": "integer"}]}},
        5,
    ),
    "an allOf of itself": ({"X": {"allOf": [ref("X"), ref("X"), {"properties": {"n": TEXT}}]}}, {"n": "a"}),
    "two allOfs inside each other": (
        {
            "X": {"allOf": [ref("Y"), {"properties": {"n": TEXT}}]},
            "Y": {"allOf": [ref("X")], "properties": {"m": TEXT}},
        },
        {"n": "a", "m": "b"},
    ),
    "a discriminator that leads back": (
        {
            "X": {"oneOf": [ref("Y")], "discriminator": {"propertyName": "kind"}},
            "Y": {"allOf": [{"properties": {"kind": TEXT}}, {"properties": {"x": ref("X")}}]},
        },
        {"kind": "Y", "x": {"kind": "Y"}},
    ),
    "forty generations of unions and properties that add up": (
        {
            "X": ref("X0"),
            **{
                f"X{n}": {
                    "allOf": [
                        ref(f"X{n + 1}"),
                        {
                            "allOf": [ref(f"X{n + 1}")],
                            "properties": {"n": {"title": str(n)}},
                            "oneOf": [{"title": str(n), "properties": {"m": {"title": str(n)}}}],
                        },
                    ]
                }
                for n in range(40)
            },
            "X40": {"properties": {"n": TEXT}, "oneOf": [{"properties": {"m": TEXT}}]},
        },
        {"n": "a", "m": "b"},
    ),
    "forty generations of twins": (
        {
            "X": ref("X0"),
            **{f"X{n}": {"allOf": [ref(f"X{n + 1}")] * 2} for n in range(40)},
            "X40": {"properties": {"n": TEXT}},
        },
        {"n": "a"},
    ),
}


@pytest.mark.parametrize("loop", LOOPS)
def test_a_schema_inside_itself_is_a_type_like_others(loop: str) -> None:
    """It builds, structures, pickles and gives the wire back, in no more time than any other."""
    schemas, wire = LOOPS[loop]
    api = api_of(**schemas)
    it = api.converter.structure(wire, api.models.type("X"))
    assert value.to_wire(it) == wire
    assert value.to_wire(pickle.loads(pickle.dumps(it))) == wire
    assert len(repr(it)) < 200


def test_references_that_only_lead_to_each_other_are_an_error() -> None:
    """There is no schema at their end, and the sentence shows the loop."""
    with pytest.raises(DocumentError, match="these references only lead to each other"):
        load(openapi({"X": ref("Y"), "Y": ref("X")}), off=["dangling-reference"]).models["X"]


ATTACKS = [
    '"); import os; os.environ["LEAPOCR_ATTACK"] = "1"; x=("',
    "x=__import__('os').environ.__setitem__('LEAPOCR_ATTACK', '1')",
    "\n    import os; os.environ['LEAPOCR_ATTACK'] = '1'\n",
    "'''\"\"\"",
    "{0.__class__}",
    "__class__",
    "__init__",
    "__slots__",
    "__attrs_post_init__",
    "_layout",
    "_left",
    "self",
    "cls",
    "mro",
    "to_dict",
    "attr_dict",
    "NOTHING",
    "structure",
    "value",
    "class",
    "None",
    "\ud800",
    "\x00",
    "",
]


def test_code_hidden_in_names_stays_text() -> None:
    """Properties, components, enum values and descriptions may be called anything: no code runs."""
    wire = {name: name for name in ATTACKS}
    enumeration = {"enum": ATTACKS, "x-enum-varnames": ATTACKS[::-1]}
    schema = {
        "description": ATTACKS[0],
        "properties": {name: {**enumeration, "description": name} for name in ATTACKS},
        "required": ATTACKS,
    }
    api = api_of(**{**dict.fromkeys(ATTACKS, enumeration), "X": schema})
    it: Any = api.converter.structure(wire, api.models.type("X"))
    assert it.to_dict() == wire
    assert all(it[name] == name for name in ATTACKS)
    assert [api.models[name](name) for name in ATTACKS] == ATTACKS
    assert (
        api.models["X"](**{field.name: name for field, name in zip(attrs.fields(type(it)), ATTACKS, strict=False)})
        == it
    )
    assert it.self_ == "self"
    assert isinstance(repr(it), str)
    assert "LEAPOCR_ATTACK" not in os.environ


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(st.characters(), max_size=20) | st.sampled_from(ATTACKS), st.integers(), max_size=8))
def test_any_property_names_make_a_harmless_model(wire: dict[str, int]) -> None:
    """The wire comes back, every field has a name of its own, and a user can build the same value."""
    api = api_of(X={"type": "object", "properties": {name: {"type": "integer"} for name in wire}})
    it = api.converter.structure(wire, api.models.type("X"))
    assert value.to_wire(it) == wire
    if wire:
        names = [field.name for field in api.models.type("X").fields]  # type: ignore[attr-defined]  # an Object
        assert [getattr(it, name) for name in names] == list(wire.values())
        built = api.models["X"](**dict(zip(names, wire.values(), strict=True)))
        assert built.to_dict() == wire
        assert attrs.evolve(built) == pickle.loads(pickle.dumps(built)) == it
        assert len(repr(built)) <= value.LONGEST
        assert api.report is not None


def test_a_model_that_is_not_there_is_said_with_the_nearest_name() -> None:
    """A KeyError with a sentence; and the repr names the models."""
    models = load(openapi({"Job": {"properties": {"id": {"type": "string"}}}})).models
    assert repr(models) == "<Models Job>"
    with pytest.raises(KeyError, match="there is no model 'Jbo'; did you mean 'Job'"):
        models["Jbo"]
