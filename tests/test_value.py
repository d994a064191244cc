"""Models and open enums: what a value of an API can do, and the way back to the wire."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import json
import pickle
import subprocess
import sys
import uuid
from decimal import Decimal
from typing import Any

import attrs
import pytest
from documents import answering, api_of, structured
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.api import load
from leapocr_dyn.errors import ValidationError
from leapocr_dyn.model import value
from leapocr_dyn.model.convert import noting
from leapocr_dyn.model.value import NOT_GIVEN, OpenEnum, to_wire

PET = {
    "type": "object",
    "required": ["petName"],
    "properties": {
        "petName": {"type": "string"},
        "bornAt": {"type": "string", "format": "date-time"},
        "kind": {"enum": ["cat", "dog"]},
        "friend": {"$ref": "#/components/schemas/X"},
    },
}


def pet(wire: dict[str, Any]) -> Any:
    """A received model."""
    return structured(PET, wire)


def new(**fields: Any) -> Any:
    """A model that a user builds."""
    return api_of(X=PET).models["X"](**fields)


# -- models


def test_a_field_has_a_python_name_and_keeps_its_wire_name() -> None:
    """Attributes read like Python, and `model["wireName"]` reads like the API's manual."""
    it = pet({"petName": "Mimi"})
    assert it.pet_name == it["petName"] == "Mimi"


def test_a_model_cannot_be_changed() -> None:
    """Values are frozen."""
    it = pet({"petName": "Mimi"})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        it.pet_name = "Momo"
    with pytest.raises(AttributeError):
        it.no_such_field = 1


def test_models_are_equal_by_their_fields() -> None:
    """However they were made."""
    assert pet({"petName": "Mimi"}) == new(pet_name="Mimi")
    assert pet({"petName": "Mimi"}) != new(pet_name="Momo")


def test_a_field_that_the_document_does_not_know_is_kept() -> None:
    """It is read by its wire name, and goes back as it came."""
    it = pet({"petName": "Mimi", "new_field": [1]})
    assert it["new_field"] == [1]
    assert it.to_dict() == {"petName": "Mimi", "new_field": [1]}
    with pytest.raises(KeyError):
        it["no_such_field"]


def test_nothing_and_null_differ_on_the_wire_and_not_in_python() -> None:
    """What a server left out stays out, what it sent as null stays null; both are None to read."""
    assert pet({}).kind is pet({"kind": None}).kind is None
    assert pet({}).to_dict() == {}
    assert pet({"kind": None}).to_dict() == {"kind": None}
    assert pet({"kind": None})["kind"] is None


def test_nothing_and_null_differ_where_a_user_builds_the_value() -> None:
    """A field left out is not sent; a None that was given is a null."""
    assert new(pet_name="Mimi").to_dict() == {"petName": "Mimi"}
    assert new(pet_name="Mimi", kind=None).to_dict() == {"petName": "Mimi", "kind": None}
    assert new(pet_name="Mimi", kind=NOT_GIVEN).to_dict() == {"petName": "Mimi"}


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-23T12:00:00.123456789Z",
        "2026-03-23T12:00:00Z",
        "2026-03-23T12:00:00+00:00",
        "2026-03-23 12:00:00-05:30",
        "yesterday",
        "2026-03-23T12:00:00",
    ],
)
def test_a_time_goes_back_as_it_was_written(text: str) -> None:
    """Finer than a microsecond, with a Z, or no time at all: to_dict has the server's own text."""
    assert pet({"bornAt": text}).to_dict() == {"bornAt": text}


def test_a_none_for_what_cannot_be_null_is_left_out_where_it_is_sent() -> None:
    """It stands for what is not there, as in other clients; where null is a value, it is one."""
    string = {"type": "string"}
    nullable = {"type": ["string", "null"]}
    either = {"anyOf": [string, {"type": "array", "items": string}]}
    known = {"plain": string, "null": nullable, "either": either, "both": {"anyOf": [either, {"type": "null"}]}}
    api = api_of(
        X={"type": "object", "properties": {**known, "any": {}, "told": {"$ref": "#/components/schemas/S"}}}, S=string
    )
    given = dict.fromkeys((*known, "any", "told"))
    value = api.models["X"](**given)
    assert value.to_dict() == given
    assert to_wire(value, sending=True) == {"null": None, "both": None, "any": None}
    assert to_wire(api.converter.structure(given, api.models.type("X")), sending=True) == to_wire(value, sending=True)


def test_a_model_is_no_sequence() -> None:
    """Iterating says what to do instead."""
    with pytest.raises(TypeError, match=r"X is not iterable; to_dict\(\) gives its fields"):
        list(pet({}))


def test_repr_shows_what_is_there() -> None:
    """Python names, without what is None."""
    assert (
        repr(pet({"petName": "Mimi", "friend": {"kind": "dog"}})) == "X(pet_name='Mimi', friend=X(kind=<XKind: 'dog'>))"
    )


@pytest.mark.parametrize(
    "huge",
    ["x" * 10**6, list(range(10**5)), {str(n): "x" * 99 for n in range(999)}, [[[["x" * 99] * 9] * 9] * 9], [10**5000]],
)
def test_repr_fits(huge: Any) -> None:
    """At most a thousand characters, whatever is inside and however many fields there are."""
    schema: Any = {"properties": {f"field_{n}": {} for n in range(50)}}
    text = repr(structured(schema, dict.fromkeys(schema["properties"], huge)))
    assert text.startswith("X(field_0=")
    assert len(text) <= value.LONGEST


def test_repr_of_a_deep_value_shows_its_beginning() -> None:
    """A friend of a friend of a friend."""
    shown = "X(pet_name='Mimi', friend=X(pet_name='Mimi', friend=X(pet_name='Mimi', friend=X(…"
    assert repr(pet(nested(300))).startswith(shown[:60])
    assert len(repr(pet(nested(300)))) <= value.LONGEST


def nested(depth: int) -> dict[str, Any]:
    """A friend of a friend of a friend."""
    wire: dict[str, Any] = {"petName": "Mimi"}
    for _ in range(depth):
        wire = {"petName": "Mimi", "friend": wire}
    return wire


def test_a_value_deeper_than_python_can_follow_is_not_written() -> None:
    """A sentence of ours and no RecursionError; and its repr is as short as any."""
    it = new()
    for _ in range(3000):
        it = new(friend=it)
    with pytest.raises(ValidationError, match="a X is nested deeper than can be written"):
        it.to_dict()
    assert repr(it) == "X(friend=X(friend=X(friend=X(…))))"


# -- changing


def test_a_changed_model_keeps_what_was_not_changed() -> None:
    """What was absent stays absent, null stays null, unknown fields and the server's own texts stay."""
    wire = {"petName": "Mimi", "bornAt": "2026-03-23T12:00:00.0Z", "kind": None, "new": [1]}
    it = attrs.evolve(pet(wire), pet_name="Momo")
    assert it.to_dict() == {**wire, "petName": "Momo"}
    assert attrs.evolve(it, kind="dog").to_dict() == {**wire, "petName": "Momo", "kind": "dog"}
    assert it["new"] == [1]


def test_a_change_to_none_is_a_null_and_to_not_given_is_nothing() -> None:
    """As where a model is built."""
    it = pet({"petName": "Mimi", "kind": "cat"})
    assert attrs.evolve(it, kind=None).to_dict() == {"petName": "Mimi", "kind": None}
    assert attrs.evolve(it, kind=NOT_GIVEN).to_dict() == {"petName": "Mimi"}
    assert attrs.evolve(it).to_dict() == it.to_dict()


def test_a_changed_view_computes_again() -> None:
    """A progress that was computed follows its parts; one that was given stays."""
    views = load("leapocr").views
    it = views.read("JobStatus", "getJobStatus", {"id": "1", "processed_pages": 1, "total_pages": 4})
    assert (it.progress, attrs.evolve(it, processed_pages=2).progress) == (25.0, 50.0)
    given = attrs.evolve(it, progress=1.0)
    assert attrs.evolve(given, processed_pages=2).progress == 1.0


def test_attrs_can_take_a_model_apart() -> None:
    """`attrs.asdict` has the Python names; what the hidden slot shows it is no value."""
    assert attrs.asdict(pet({"petName": "Mimi"}))["pet_name"] == "Mimi"


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.text(max_size=6) | st.sampled_from(["class", "_left", "1st", "self"]), min_size=1, max_size=4, unique=True
    )
)
def test_a_model_is_a_dataclass_to_whoever_asks(names: list[str]) -> None:
    """dataclasses.fields, asdict and replace work, whatever the fields are called; the base of all models is none."""
    it = structured({"type": "object", "properties": {name: {} for name in names}}, {name: [7] for name in names})
    told = dataclasses.asdict(it)
    assert [one.name for one in dataclasses.fields(it)] == list(told)
    assert list(told.values()) == [[7]] * len(names)
    assert dataclasses.replace(it) == it
    assert not dataclasses.is_dataclass(value.Model)


# -- sending

ACCOUNT = {
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string"},
        "owner": {"properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}}},
        "others": {"items": {"$ref": "#/components/schemas/X"}},
        "password": {"type": "string", "writeOnly": True},
    },
    "additionalProperties": {"$ref": "#/components/schemas/X"},
}


def test_what_only_a_server_writes_is_not_sent() -> None:
    """Read, change, write: the same class, and `readOnly` fields are left out at all depths."""
    wire = {
        "id": "1",
        "name": "a",
        "owner": {"id": "2", "name": "b"},
        "others": [{"id": "3", "name": "c"}],
        "more": {"id": None, "name": "d"},
    }
    it = attrs.evolve(structured(ACCOUNT, wire), name="changed", password="secret")
    sent = {
        "name": "changed",
        "owner": {"name": "b"},
        "others": [{"name": "c"}],
        "password": "secret",
        "more": {"name": "d"},
    }
    assert to_wire(it, sending=True) == sent
    assert to_wire({"body": [it]}, sending=True) == {"body": [sent]}
    assert it.to_dict() == {**wire, "name": "changed", "password": "secret"}


def test_a_dict_goes_as_it_is() -> None:
    """Who writes JSON by hand means every word of it."""
    assert to_wire({"id": "1"}, sending=True) == {"id": "1"}


# -- pickling


def test_a_pickled_model_comes_back_as_the_same_class() -> None:
    """With unknown fields, nulls and the server's own texts."""
    it = pet({"petName": "Mimi", "bornAt": "2026-03-23T12:00:00Z", "kind": None, "new": 1, "friend": {}})
    twin = pickle.loads(pickle.dumps(it))
    assert type(twin) is type(it)
    assert twin == it
    assert twin.to_dict() == it.to_dict()


def elsewhere(it: object) -> str:
    """The repr of what another process, which knows nothing yet, unpickles."""
    code = "import pickle, sys; print(repr(pickle.load(sys.stdin.buffer)))"
    done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(it), capture_output=True, check=True)
    return done.stdout.decode().strip()


def test_a_pickled_model_comes_back_in_another_process() -> None:
    """What a pickle carries is how to load the document again, and the wire value."""
    api = load("leapocr")
    wire = {
        "job_id": "3f2",
        "status": "melting",
        "pages": [{"page_number": 1, "dimensions": {"width": 5}}],
        "new": None,
    }
    it: Any = api.converter.structure(wire, api.models.type("OCRResultResponse"))
    view = api.views.read("JobResult", "getJobResult", wire)
    member = api.models["JobStatusType"]("completed")
    things = [it, it.pages[0].dimensions, it.status, member, view]
    assert elsewhere(things) == repr(things)


def test_a_model_inside_a_merged_schema_comes_back_in_another_process() -> None:
    """An `allOf` has fields where no node of the document stands, and their names come from the component above."""
    owner = {"properties": {"name": {"type": "string"}, "address": {"properties": {"city": {"type": "string"}}}}}
    it = structured(
        {"allOf": [{"$ref": "#/components/schemas/Y"}, {"required": ["owner"]}]},
        {"owner": {"address": {"city": "Rome"}}},
        Y={"properties": {"owner": owner}},
    )
    assert elsewhere(it.owner.address) == "XOwnerAddress(city='Rome')"


def test_a_model_without_a_name_has_the_same_one_in_every_process() -> None:
    """An answer that is described where it is answered, in a list, in a list of kinds, beside a union."""
    schema = {
        "properties": {
            "pets": {"items": {"properties": {"name": {"type": "string"}}}},
            "kinds": {"type": ["object", "string"], "properties": {"a": {}}},
            "either": {"properties": {"b": {}}, "oneOf": [{"properties": {"c": {}}}, {"properties": {"d": {}}}]},
        },
        "additionalProperties": {"properties": {"e": {}}},
    }
    read = answering(schema).read
    wire = {"pets": [{"name": "Mimi"}], "kinds": {"a": 1}, "either": {"b": 1, "d": 2}, "more": {"e": 1}}
    it = read(200, {"content-type": "application/json"}, json.dumps(wire).encode())
    things = [it, it.pets[0], it.kinds, it.either, it["more"]]
    names = ["GoResponse", "GoResponsePetsItem", "GoResponseKinds", "GoResponseEitherOption2", "GoResponseValue"]
    assert [type(one).__name__ for one in things] == names
    for one in things:
        assert elsewhere(one) == repr(one)


# -- open enums


def kinds() -> Any:
    """The enum of a document."""
    return api_of(X={"enum": ["cat", "dog"]}).models["X"]


def test_an_enum_member_is_text() -> None:
    """It compares, sorts, hashes and prints as its value."""
    cat = kinds()("cat")
    assert cat is kinds().CAT
    assert (cat, str(cat), f"{cat}", hash(cat), json.dumps(cat)) == ("cat", "cat", "cat", hash("cat"), '"cat"')
    assert repr(cat) == "<X: 'cat'>"


def test_an_enum_member_that_the_document_does_not_know_is_usable() -> None:
    """A newer server may add values; `is_known` tells."""
    bird = kinds()("bird")
    assert isinstance(bird, kinds())
    assert bird == "bird" == bird.value
    assert not bird.is_known
    assert kinds().CAT.is_known
    assert [one.value for one in kinds()] == ["cat", "dog"]


@pytest.mark.parametrize("text", ["cat", "bird", ""])
def test_an_enum_member_pickles(text: str) -> None:
    """Known or not, it comes back equal and of the same class."""
    twin = pickle.loads(pickle.dumps(kinds()(text)))
    assert isinstance(twin, kinds())
    assert twin == text
    assert twin.is_known is kinds()(text).is_known


ALIASED: Any = {
    "enum": ["cat", "dog", "hound", "Canis"],
    "x-enum-aliases": {"doggy": ["dog", "hound", "Canis"], "cat": [], "fish": ["none of the enum"], "bird": 7},
}


def test_a_member_may_have_other_words_on_the_wire() -> None:
    """People know one word; each of the document's is read as that member, and goes back as it was read."""
    api = api_of(X=ALIASED, Owner={"properties": {"pet": {"$ref": "#/components/schemas/X"}}})
    kind, owner = api.models["X"], api.models["Owner"]
    assert {name: one.wire for name, one in kind.__members__.items()} == {"CAT": "cat", "DOGGY": "dog"}
    for word in ("dog", "hound", "Canis", "cat", "bird", "doggy"):
        read = api.converter.structure({"pet": word}, api.models.type("Owner"))
        assert read.to_dict() == {"pet": word}
        assert (read.pet == kind.DOGGY == "doggy") is (word not in ("cat", "bird"))
        twin = pickle.loads(pickle.dumps(read.pet))
        assert (twin, twin.wire, twin.is_known) == (read.pet, word, word != "bird")
    for way in ("doggy", kind.DOGGY, kind("hound")):
        assert api.models.type("X").wire(way, sending=True) == "dog"
    assert owner(pet="doggy").to_dict() == owner(pet=kind.DOGGY).to_dict() == {"pet": "dog"}
    assert owner(pet="hound").to_dict() == {"pet": "hound"}


def test_the_words_of_a_member_are_no_drift() -> None:
    """The document lists them; a word that it does not list is one."""
    seen: list[Any] = []
    api = api_of(X=ALIASED)
    with noting(lambda *surprise: seen.append(surprise)):
        for word in ("dog", "Canis", "cat", "bird", "doggy"):
            api.converter.structure(word, api.models.type("X"))
    assert seen == [("/components/schemas/X", "enum", "bird"), ("/components/schemas/X", "enum", "doggy")]


@pytest.mark.parametrize("kinds", [["string", "number"], ["number", "string"]])
@pytest.mark.parametrize("wire", ["0.30", 0.1, 7])
def test_what_may_be_text_or_a_number_goes_back_as_it_came(kinds: list[str], wire: Any) -> None:
    """A Decimal either way, whichever the document names first."""
    api = api_of(X={"properties": {"price": {"type": kinds, "format": "decimal"}}})
    read = api.converter.structure({"price": wire}, api.models.type("X"))
    assert read.price == Decimal(str(wire))
    assert read.to_dict() == {"price": wire}


def test_an_enum_is_of_text_only() -> None:
    """A number is no value of it."""
    with pytest.raises(ValueError, match="5 is not a valid X"):
        kinds()(5)
    assert issubclass(kinds(), OpenEnum)


# -- to the wire


@dataclasses.dataclass
class Point:
    """A dataclass of the user's."""

    x: int = 1
    y: Any = NOT_GIVEN


@attrs.frozen
class Spot:
    """An attrs class of the user's."""

    x: int = 1
    y: Any = NOT_GIVEN


Colour = enum.Enum("Colour", {"RED": "red"})


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        (None, None),
        (True, True),
        ("é", "é"),
        (1.5, 1.5),
        ((1, 2), [1, 2]),
        ({3}, [3]),
        ([1, NOT_GIVEN], [1]),
        ({"a": NOT_GIVEN, "b": None}, {"b": None}),
        ({1: {Colour.RED: "x"}}, {"1": {"red": "x"}}),
        (datetime.datetime(2026, 3, 23, 12, tzinfo=datetime.UTC), "2026-03-23T12:00:00+00:00"),
        (datetime.date(2026, 3, 23), "2026-03-23"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (decimal.Decimal("1.50"), "1.50"),
        (b"abc", "YWJj"),
        (bytearray(b"abc"), "YWJj"),
        (Colour.RED, "red"),
        (Point(), {"x": 1}),
        (Spot(y=2), {"x": 1, "y": 2}),
    ],
)
def test_a_python_value_has_a_json_value(given: Any, wire: Any) -> None:
    """What people have in their hands goes out as the text, number, list or object that is meant."""
    assert to_wire(given) == wire


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (datetime.datetime(2026, 3, 23), "has no time zone, so it names no moment"),
        (object(), "JSON has no word for a object"),
        ([1j], "JSON has no word for a complex"),
        (print, "JSON has no word for a builtin_function_or_method"),
    ],
)
def test_what_json_has_no_word_for_is_refused(given: Any, said: str) -> None:
    """TypeError, as json.dumps would."""
    with pytest.raises(TypeError, match=said):
        to_wire(given)


def test_not_given_is_nothing() -> None:
    """It is false, and prints as its name."""
    assert not NOT_GIVEN
    assert repr(NOT_GIVEN) == "NOT_GIVEN"
