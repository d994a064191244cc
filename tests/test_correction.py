"""From what answers showed to an overlay: load the document with it, and the same answers show nothing new."""

from __future__ import annotations

import json
from typing import Any

import pytest
from documents import openapi, ref
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.api import Api, load
from leapocr_dyn.document import yaml
from leapocr_dyn.drift import Drift
from leapocr_dyn.errors import APIError
from leapocr_dyn.model.convert import noting
from leapocr_dyn.tally import Tally

Json = Any  # whatever a test feeds in
JSON_TYPE = "application/json"
PATIENT = settings(deadline=None, max_examples=150)


def shop(schema: Json, version: str = "3.1.0", path: str = "/things", **schemas: Json) -> dict[str, Json]:
    """A document whose one operation, getThing, answers 200 with a schema."""
    response: Json = {"description": "", "content": {JSON_TYPE: {"schema": schema}}}
    if version == "2.0":
        old: Json = {"description": "", "schema": schema}
        paths = {path: {"get": {"operationId": "getThing", "responses": {"200": old}}}}
        info = {"title": "Test", "version": "1"}
        return {"swagger": "2.0", "info": info, "paths": paths, "definitions": schemas}
    return openapi(schemas, {path: {"get": {"operationId": "getThing", "responses": {"200": response}}}}, version)


def seen(api: Api, *answers: Json, status: int = 200, times: int = 1) -> Drift:
    """What a client would count for these answers to getThing."""
    tally = Tally()
    with noting(tally.note):
        for answer in answers * times:
            try:
                api.operations["getThing"].read(status, {"content-type": JSON_TYPE}, json.dumps(answer).encode())
            except APIError:
                pass
    return Drift(tally.surprises(), api, tally.beyond)


def changes(drift: Drift) -> list[tuple[str, Json]]:
    """(target, what is merged into it, or "remove") for each action of the overlay."""
    return [(one["target"], one.get("update", "remove")) for one in drift.overlay()["actions"]]


def corrected(document: Json, *answers: Json, status: int = 200) -> dict[str, Json]:
    """The document with the overlay, with which the same answers show nothing new; nothing is left out."""
    drift = seen(load(document), *answers, status=status)
    assert drift
    assert drift.left_out == ()
    api = load(document, overlay=drift.overlay())
    assert seen(api, *answers, status=status) == []
    return api.document


# -- one kind of surprise after the other ------------------------------------------------------------------------------

THING = {"type": "object", "properties": {"name": {"type": "string"}}}
VERSIONS = ("2.0", "3.0.3", "3.1.0", "3.2.0")


def thing(document: Json) -> Json:
    """What the component Thing is."""
    shelf = document["definitions"] if "swagger" in document else document["components"]["schemas"]
    return shelf["Thing"]


def refers(version: str) -> Json:
    """A reference to the component Thing."""
    return {"$ref": "#/definitions/Thing"} if version == "2.0" else ref("Thing")


def of_thing(schema: Json, version: str) -> dict[str, Json]:
    """A document that answers with the component Thing."""
    return shop(refers(version), version, Thing=schema)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unknown_field_becomes_a_property(version: str) -> None:
    """With the kinds of JSON that were seen; it is not required, since nobody knows whether it always comes."""
    document = corrected(of_thing(THING, version), {"name": "x", "mood": "good", "size": 3}, {"mood": "bad"})
    assert thing(document)["properties"] == {
        "name": {"type": "string"},
        "mood": {"type": "string"},
        "size": {"type": "integer"},
    }


@pytest.mark.parametrize(
    ("version", "kinds"),
    [
        ("2.0", {"type": ["string", "array", "null"], "items": {}}),
        ("3.0.3", {"anyOf": [{"type": "string", "nullable": True}, {"type": "array", "items": {}}]}),
        ("3.1.0", {"type": ["string", "array", "null"]}),
    ],
)
def test_a_field_of_several_kinds_is_all_of_them(version: str, kinds: Json) -> None:
    """As each version can say it."""
    document = corrected(of_thing(THING, version), {"mood": "a"}, {"mood": "b"}, {"mood": [1]}, {"mood": None})
    assert thing(document)["properties"]["mood"] == kinds


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unknown_word_joins_its_enum(version: str) -> None:
    """Behind those that are there, the most frequent first."""
    schema = {"type": "object", "properties": {"state": {"type": "string", "enum": ["new"]}}}
    document = corrected(of_thing(schema, version), {"state": "old"}, {"state": "1e3"}, {"state": "1e3"})
    assert thing(document)["properties"]["state"]["enum"] == ["new", "1e3", "old"]


def test_the_names_of_enum_members_stay_as_they_are() -> None:
    """Labels count only where there are as many as values, so a new word brings its own."""
    words = {"type": "string", "enum": ["a", "b"], "x-enum-varnames": ["First", "Second"]}
    document = of_thing({"type": "object", "properties": {"state": words}}, "3.0.3")
    api = load(document, overlay=seen(load(document), {"state": "c"}).overlay())
    enum = {field.wire: field.type for field in api.models.type("Thing").fields}["state"].python  # type: ignore[attr-defined]
    assert [one.name for one in enum] == ["FIRST", "SECOND", "C"]


@pytest.mark.parametrize(
    ("schema", "result"),
    [
        ({"const": "a"}, {"enum": ["a", "b"]}),
        ({"oneOf": [{"const": "a"}, {"const": "c"}]}, {"oneOf": [{"const": "a"}, {"const": "c"}, {"const": "b"}]}),
    ],
)
def test_a_const_gets_company(schema: Json, result: Json) -> None:
    """An option of a union becomes one more option, any other an enum."""
    assert thing(corrected(of_thing(schema, "3.1.0"), "b")) == result


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("2.0", {"type": "string", "x-nullable": True}),
        ("3.0.3", {"type": "string", "nullable": True}),
        ("3.1.0", {"type": ["string", "null"]}),
    ],
)
def test_null_is_what_each_version_calls_it(version: str, said: Json) -> None:
    """In a property, in a list, among other properties."""
    schema = {
        "type": "object",
        "properties": {"list": {"type": "array", "items": {"type": "string"}}, "one": {"type": "string"}},
        "additionalProperties": {"type": "string"},
    }
    document = corrected(of_thing(schema, version), {"one": None, "list": ["a", None], "other": None})
    assert thing(document)["properties"] == {"list": {"type": "array", "items": said}, "one": said}
    free = corrected(of_thing({"type": "object", "additionalProperties": {"type": "string"}}, version), {"a": None})
    assert thing(free)["additionalProperties"] == said


def test_a_reference_that_may_be_null_is_one_or_null() -> None:
    """Only where null was seen: the component itself stays as it is, and so does its class."""
    for version, null in (("3.0.3", {"type": "object", "nullable": True, "enum": [None]}), ("3.1.0", {"type": "null"})):
        schema = {"type": "object", "properties": {"next": refers(version)}}
        document = corrected(of_thing(schema, version), {"next": None})
        assert thing(document)["properties"] == {"next": {"anyOf": [refers(version), null]}}
        assert hasattr(load(document).models["Thing"](next=None), "next")


@pytest.mark.parametrize("word", [{"nullable": True}, {"nullable": True, "description": "May be null."}])
def test_nullable_beside_an_all_of_is_meant(word: Json) -> None:
    """By the letter of OpenAPI 3.0 it says nothing without a `type`; generators write it all the same."""
    schema = {"type": "object", "properties": {"next": {"allOf": [ref("Thing")], **word}}}
    assert seen(load(of_thing(schema, "3.0.3")), {"next": None}) == []


@pytest.mark.parametrize(
    ("version", "schema", "value", "result"),
    [
        ("3.1.0", {"type": "string"}, 1, {"type": ["string", "integer"]}),
        ("2.0", {"type": "string"}, 1, {"type": ["string", "integer"]}),
        ("3.0.3", {"type": "string"}, 1, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ("3.0.3", {"type": "integer", "format": "int32"}, 1.5, {"type": "number"}),
        ("3.1.0", {"type": ["integer", "null"]}, 1.5, {"type": ["integer", "null", "number"]}),
        ("3.1.0", {"type": "object"}, [], {"type": ["object", "array"]}),
        ("3.0.3", {"anyOf": [{"type": "integer"}, {"type": "boolean"}]}, "x", None),
        ("3.1.0", {"type": "string", "enum": ["a"], "title": "T"}, 7, None),
        ("3.1.0", {"type": "integer", "enum": [1, 2]}, 1.5, {"type": "number", "enum": [1, 2, 1.5]}),
        ("3.0.3", {"type": "array", "items": {"type": "string"}}, {}, None),
    ],
)
def test_a_type_becomes_one_of_several(version: str, schema: Json, value: Json, result: Json) -> None:
    """With what was said of the first one; remarks stay outside."""
    outer = {"type": "object", "properties": {"it": schema}}
    it = thing(corrected(of_thing(outer, version), {"it": value}))["properties"]["it"]
    if result is not None:
        assert it == result
    else:
        plain = {key: one for key, one in schema.items() if key != "title"}
        assert it["anyOf"][:1] in ([plain], schema.get("anyOf", [])[:1])


def test_a_moment_that_is_none_is_any_text() -> None:
    """A field of moments still gives moments where they are some."""
    outer = {"type": "object", "properties": {"at": {"type": "string", "format": "date-time", "description": "When."}}}
    document = corrected(of_thing(outer, "3.1.0"), {"at": "yesterday"})
    either = [{"type": "string", "format": "date-time"}, {"type": "string"}]
    assert thing(document)["properties"]["at"] == {"description": "When.", "anyOf": either}
    value = load(document).operations["getThing"].read(200, {}, b'{"at": "2026-01-31T12:00:00Z"}')
    assert value.at.year == 2026
    old = corrected(of_thing(outer, "2.0"), {"at": "yesterday"}, {"at": 5})
    assert thing(old)["properties"]["at"] == {"type": ["string", "integer"], "description": "When."}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unknown_success_is_read_as_before(version: str) -> None:
    """202 is read as the 200 that the document has, and so becomes the same response."""
    document = corrected(of_thing(THING, version), {"name": "x"}, status=202)
    responses = document["paths"]["/things"]["get"]["responses"]
    assert responses["202"] == {"$ref": "#/paths/~1things/get/responses/200"}
    assert load(document).operations["getThing"].read(202, {}, b'{"name": "x"}').name == "x"


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unknown_failure_is_named(version: str) -> None:
    """With the phrase of HTTP; it has been raised all the same."""
    document = corrected(of_thing(THING, version), {"message": "no"}, status=409)
    assert document["paths"]["/things"]["get"]["responses"]["409"] == {"description": "Conflict"}


def test_names_by_the_hundred_are_no_fields() -> None:
    """An object whose names are never the same is a map, and becomes one."""
    answers = [{f"job-{number}": "x"} for number in range(150)]
    for more in ({}, {"additionalProperties": False}):
        document = corrected(of_thing({**THING, **more}, "3.1.0"), *answers)
        assert thing(document)["additionalProperties"] == {"type": "string"}
        assert len(thing(document)["properties"]) == 101


def test_where_names_are_known_by_patterns_a_new_one_is_a_pattern() -> None:
    """So that it is a dict as before, whatever stands in the name."""
    schema = {"type": "object", "patternProperties": {"^x-": {"type": "string"}}}
    document = corrected(of_thing(schema, "3.1.0"), {"x-a": "x", "a.b|c$": 1})
    assert thing(document)["patternProperties"] == {"^x-": {"type": "string"}, r"^a\.b\|c\$$": {"type": "integer"}}


def test_more_items_than_there_should_be() -> None:
    """A list of fixed length grows."""
    schema = {"type": "array", "prefixItems": [{"type": "string"}], "items": False}
    assert thing(corrected(of_thing(schema, "3.1.0"), ["a", 1, "b"]))["items"] == {"type": ["integer", "string"]}


# -- where things stand ------------------------------------------------------------------------------------------------


def test_what_an_all_of_puts_together_is_corrected_where_it_stands() -> None:
    """A field that a base has, is the base's; a new one is of the schema that was answered."""
    base = {"type": "object", "properties": {"state": {"type": "string", "enum": ["a"]}}}
    whole = {"allOf": [ref("Base"), {"type": "object", "properties": {"size": {"type": "integer"}}}]}
    document = corrected(shop(ref("Thing"), Base=base, Thing=whole), {"state": "b", "size": "big", "new": True})
    schemas = document["components"]["schemas"]
    assert schemas["Base"]["properties"]["state"]["enum"] == ["a", "b"]
    assert schemas["Thing"]["allOf"][1]["properties"]["size"] == {"type": ["integer", "string"]}
    assert schemas["Thing"]["properties"] == {"new": {"type": "boolean"}}


def test_an_option_beside_properties_is_the_one_that_grows() -> None:
    """What stands beside a union belongs to each option."""
    options = [
        {"type": "object", "properties": {"kind": {"const": one}, "size": {"type": kind}}}
        for one, kind in (("a", "integer"), ("b", "string"))
    ]
    schema = {"type": "object", "properties": {"id": {"type": "string"}}, "oneOf": options}
    document = corrected(shop(ref("Thing"), Thing=schema), {"kind": "b", "id": 7, "size": None, "new": 1})
    made = thing(document)
    assert made["properties"] == {"id": {"type": ["string", "integer"]}}
    assert made["oneOf"][1]["properties"]["new"] == {"type": "integer"}
    assert made["oneOf"][1]["properties"]["size"] == {"type": ["string", "null"]}
    assert made["oneOf"][0] == options[0]


@pytest.mark.parametrize("path", ["/things", "/a~b/c%d", '/it\'s/[0]/"q"', "things", "/日本/{a b}", "/\u200b\u2028"])
@pytest.mark.parametrize("name", ["Thing", "a.b-c", "tricky#string"])
def test_odd_names_lead_where_they_should(path: str, name: str) -> None:
    """Paths and components may hold whatever stands in JSON."""
    inner = {"type": "object", "properties": {"a/b~'\"\\": {"type": "string"}}}
    named: dict[str, Json] = {name: inner}
    document = shop(ref(name), path=path, **named)
    if "{" in path:
        where = {"name": "a b", "in": "path", "required": True, "schema": {"type": "string"}}
        document["paths"][path]["parameters"] = [where]
    drift = seen(load(document), {"a/b~'\"\\": 1, "new\n'": "x"}, status=202)
    api = load(document, overlay=yaml.written(drift.overlay()).encode())
    assert seen(api, {"a/b~'\"\\": 1, "new\n'": "x"}, status=202) == []
    assert drift.left_out == ()


def test_a_path_item_or_a_response_that_is_a_reference_is_corrected_where_it_stands() -> None:
    """And a response that is one by a copy of the reference."""
    response = {"description": "", "content": {JSON_TYPE: {"schema": THING}}}
    item = {"get": {"operationId": "getThing", "responses": {"200": {"$ref": "#/components/responses/Found"}}}}
    shared = {"responses": {"Found": response}, "pathItems": {"Shared": item}}
    tree = openapi({}, {"/things": {"$ref": "#/components/pathItems/Shared"}}, components=shared)
    document = corrected(tree, {"new": 1}, status=202)
    said = document["components"]["pathItems"]["Shared"]["get"]["responses"]["202"]
    assert said == {"$ref": "#/components/responses/Found"}
    assert "new" in document["components"]["responses"]["Found"]["content"][JSON_TYPE]["schema"]["properties"]


def test_swagger_headers_and_media_types_are_found() -> None:
    """What normalising moved: shared responses, schemas without a media type, headers without a schema."""
    number = {"type": "integer", "format": "int32"}
    shared = {"Found": {"description": "", "schema": {**THING}, "headers": {"X-Left": number}}}
    paths = {"/things": {"get": {"operationId": "getThing", "responses": {"200": {"$ref": "#/responses/Found"}}}}}
    info = {"title": "Test", "version": "1"}
    tree = {"swagger": "2.0", "info": info, "paths": paths, "responses": shared, "produces": [JSON_TYPE, "text/plain"]}
    api = load(tree)
    drift = seen(api, {"name": 1, "new": 1})
    tally = Tally()
    tally.note("/components/responses/Found/headers/X-Left/schema", "type", "many")
    drift += tally.surprises()
    document = load(tree, overlay=drift.overlay()).document
    assert document["responses"]["Found"]["headers"]["X-Left"] == {"type": "string"}
    assert document["responses"]["Found"]["schema"]["properties"]["name"] == {"type": ["string", "integer"]}
    assert drift.left_out == ()


# -- what cannot be said -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "schema", "value", "reason"),
    [
        ("2.0", {"type": "object", "properties": {"a": {"$ref": "#/definitions/Thing"}}}, {"a": None}, "no word for"),
        ("2.0", {"type": "object", "properties": {"a": {"enum": ["x"]}}}, {"a": 1}, "no word for"),
        ("3.1.0", THING, {"\ud800": 1}, "half of a character"),
        ("3.1.0", THING, {"x" * 500: 1}, "too long"),
    ],
)
def test_what_an_overlay_cannot_say_is_left_out_with_its_reason(
    version: str, schema: Json, value: Json, reason: str
) -> None:
    """Nothing is guessed, and everything else is corrected."""
    drift = seen(load(of_thing(schema, version)), value)
    assert drift
    assert [reason in one.reason for one in drift.left_out] == [True] * len(drift)
    load(of_thing(schema, version), overlay=drift.overlay())


def test_a_word_that_is_a_text_of_its_own_is_no_word() -> None:
    """It is counted, and not kept; nor are more words than an enum would have."""
    document = of_thing({"type": "string", "enum": ["a"]}, "3.1.0")
    drift = seen(load(document), "s" * 500)
    assert "sss" not in str(drift) + str(drift.overlay())
    assert "too long" in str(drift.left_out[0])
    many = seen(load(document), *(f"w{number}" for number in range(300)))
    assert (many[0].times, len(many[0].seen), many[0].others) == (300, 100, 200)
    assert "one too many" in str(many.left_out[0])


def test_what_a_discriminator_means_only_its_makers_know() -> None:
    """A word that names no option is seen, and left to people."""
    pets: dict[str, Json] = {
        name: {"type": "object", "properties": {"kind": {"type": "string"}, name: {"type": "string"}}}
        for name in ("Cat", "Dog")
    }
    union = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind"}}
    drift = seen(load(shop(union, **pets)), {"kind": "Fish"})
    assert [one.sentence for one in drift] == ['discriminator: "Fish"']
    assert "only the makers" in drift.left_out[0].reason


def test_what_stands_in_another_file_is_corrected_there(tmp_path: Any) -> None:
    """An overlay changes one document; what that says itself is corrected."""
    (tmp_path / "parts.yaml").write_text("Part: {type: object, properties: {a: {type: string}}}\n", "utf-8")
    schema = {"type": "object", "properties": {"part": {"$ref": "parts.yaml#/Part"}}}
    (tmp_path / "openapi.json").write_text(json.dumps(shop(schema)), "utf-8")
    path = str(tmp_path / "openapi.json")
    drift = seen(load(path), {"part": {"b": 1}, "new": 1})
    assert [str(one.surprise.what) for one in drift.left_out] == ["unknown field b"]
    assert "correct it there" in drift.left_out[0].reason
    assert [one.what for one in seen(load(path, overlay=drift.overlay()), {"part": {"b": 1}, "new": 1})] == [
        "unknown field b"
    ]


def test_a_schema_that_others_look_into_is_not_moved() -> None:
    """A reference to a property of it would lead nowhere."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"$ref": "#/components/schemas/Thing/properties/a"}},
    }
    drift = seen(load(of_thing(schema, "3.0.3")), "text")
    assert "something refers to #/components/schemas/Thing/properties" in drift.left_out[0].reason


def test_nothing_seen_is_an_overlay_that_changes_nothing() -> None:
    """So that a program may always write one, and always load it."""
    api = load(of_thing(THING, "3.1.0"))
    assert load(api.document, overlay=seen(api).overlay()).document == api.document


# -- any document, any answers -----------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "c d", "e/f", "g~h", "it's", '"q"', "x#string", "日本", "$ref", "items"])
COMPONENTS = ["Alpha", "Beta", "a.b-c"]
LEAVES: list[Json] = [
    {"type": "string"},
    {"type": "integer"},
    {"type": "number"},
    {"type": "boolean"},
    {"type": "string", "format": "date"},
    {"type": "string", "enum": ["x", "y"]},
    {"type": "integer", "enum": [1, 2]},
    {},
]


@st.composite
def schemas(draw: st.DrawFn, version: str, depth: int = 3) -> Json:
    """A schema of a version, which may refer to one of the components."""
    word = draw(st.sampled_from(["leaf", "leaf", "ref", "object", "object", "array", "allOf", "union", "map"]))
    if depth == 0 or word == "leaf" or (word == "union" and version == "2.0"):
        return dict(draw(st.sampled_from(LEAVES)))
    inner = schemas(version, depth - 1)
    if word == "ref":
        shelf = "definitions" if version == "2.0" else "components/schemas"
        return {"$ref": f"#/{shelf}/{draw(st.sampled_from(COMPONENTS))}"}
    if word == "array":
        return {"type": "array", "items": draw(inner)}
    if word == "map":
        return {"type": "object", "additionalProperties": draw(inner)}
    if word == "union":
        beside = draw(st.sampled_from([{}, {"properties": {"z": {"type": "string"}}}]))
        return {draw(st.sampled_from(["oneOf", "anyOf"])): draw(st.lists(inner, min_size=1, max_size=3)), **beside}
    if word == "allOf":
        return {"allOf": draw(st.lists(inner, min_size=1, max_size=3)), "description": "All."}
    return {"type": "object", "properties": draw(st.dictionaries(NAMES, inner, max_size=3))}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, "x", "w", "2026-01-31", ""]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES | st.sampled_from(["z"]), inner, max_size=4),
    max_leaves=12,
)


FITTING = {
    "string": st.sampled_from(["x", "w", "2026-01-31"]),
    "integer": st.integers(-3, 3),
    "number": st.sampled_from([1, 0.5]),
    "boolean": st.booleans(),
}


def values(draw: st.DrawFn, tree: Json, schema: Json, depth: int = 6) -> Json:
    """A value that looks like a schema's, and differs here and there."""
    if depth == 0 or draw(st.integers(0, 7)) == 0:
        return draw(ANY)
    if "$ref" in schema and isinstance(schema["$ref"], str):
        node = tree
        for step in schema["$ref"][2:].split("/"):
            node = node[step]
        return values(draw, tree, node, depth - 1)
    for word in ("oneOf", "anyOf"):
        if word in schema:
            return values(draw, tree, draw(st.sampled_from(schema[word])), depth - 1)
    if "allOf" in schema:
        parts = [values(draw, tree, part, depth - 1) for part in schema["allOf"]]
        objects = [part for part in parts if isinstance(part, dict)]
        return {key: one for part in objects for key, one in part.items()} if objects else parts[0]
    if schema.get("type") == "object":
        known = {name: values(draw, tree, inner, depth - 1) for name, inner in schema.get("properties", {}).items()}
        return known | (draw(st.dictionaries(NAMES, ANY, max_size=1)) if draw(st.booleans()) else {})
    if schema.get("type") == "array":
        return [values(draw, tree, schema["items"], depth - 1) for _ in range(draw(st.integers(0, 2)))]
    return draw(FITTING.get(schema.get("type", ""), ANY))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Json, list[Json], int]:
    """A document, what its server answers, and with which status."""
    version = draw(st.sampled_from(["2.0", "3.0.3", "3.1.0"]))
    named = {name: draw(schemas(version)) for name in COMPONENTS}
    document = shop(draw(schemas(version)), version, draw(st.sampled_from(["/things", "/it's~/[0]"])), **named)
    response = next(iter(document["paths"].values()))["get"]["responses"]["200"]
    schema = response["schema"] if version == "2.0" else response["content"][JSON_TYPE]["schema"]
    answers = [values(draw, document, schema) for _ in range(draw(st.integers(1, 3)))]
    return document, answers, draw(st.sampled_from([200, 202]))


@PATIENT
@given(cases())
def test_the_same_answers_show_nothing_new_once_the_document_is_corrected(case: tuple[Json, list[Json], int]) -> None:
    """In each version; unless something was left out, because of Swagger 2.0 or of unions that must all hold."""
    document, answers, status = case
    overlays: list[Json] = []
    for _ in range(3):  # where a union is read as another option than before, that one's turn comes next
        drift = seen(load(document, overlay=overlays), *answers, status=status)
        if not drift:
            break
        if drift.left_out:
            reasons = {reason for _, reason in drift.left_out}
            assert "swagger" in document or all("several parts of an `allOf` are unions" in one for one in reasons)
            return
        overlays.append(yaml.written(drift.overlay()).encode())
        if "anyOf" not in str(document) and "oneOf" not in str(document):
            assert seen(load(document, overlay=overlays), *answers, status=status) == []
    assert seen(load(document, overlay=overlays), *answers, status=status) == []
