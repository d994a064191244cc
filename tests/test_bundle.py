"""One tree: other files, `$id`, `$anchor`, `$dynamicRef`; what is followed, and what is refused."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from documents import NOTHING, openapi, ref
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.api import load
from leapocr_dyn.document import Document, bundle, limit, source
from leapocr_dyn.document.bundle import bundled
from leapocr_dyn.document.reference import follow, leads_out, references, resolve
from leapocr_dyn.errors import DocumentError

Json = Any  # the document under test
Write = Callable[..., Path]
NAME = {"type": "object", "properties": {"name": {"type": "string"}}}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files, given as keywords or by their paths, into a folder of their own; the first one's path."""

    def write(files: dict[str, Json]) -> Path:
        for name, content in files.items():
            path = tmp_path / "api" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return tmp_path / "api" / next(iter(files))

    return write


def getting(schema: Json, **rest: Json) -> Json:
    """A document with one GET that answers with this schema."""
    node = {
        "operationId": "go",
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}},
    }
    return openapi(paths={"/x": {"get": node}}, **rest)


# --- what needs nothing ---


def test_a_document_that_refers_only_to_itself_is_left_as_it_is() -> None:
    """The same object comes back, and nothing was looked for."""
    tree = openapi({"A": ref("B"), "B": NAME})
    assert not leads_out(tree)
    document = Document.read(tree)._replace(path=Path("/nowhere/openapi.yaml"))
    assert document.bundled().tree is document.tree
    assert document.bundled().files == ()


# --- other files ---


def test_a_schema_of_another_file_is_a_model_of_its_own_name(write: Write) -> None:
    """In JSON or YAML; what it refers to itself comes along, and its references are meant in its own file."""
    pets = "components: {schemas: {Pet: {type: object, properties: {owner: {$ref: '#/components/schemas/Owner'}}},\n"
    pets += "  Owner: {type: object, properties: {pets: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}}}\n"
    path = write({"openapi.json": getting({"$ref": "pets.yaml#/components/schemas/Pet"}), "pets.yaml": pets})
    api = load(path)
    assert list(api.models) == ["Pet", "Owner"]
    pet = api.operations["go"].read(
        200, {"content-type": "application/json"}, b'{"owner": {"pets": [{"owner": {"pets": []}}]}}'
    )
    assert type(pet) is api.models["Pet"]
    assert type(pet.owner.pets[0]) is api.models["Pet"]
    assert list(api.report) == []


def test_a_file_that_is_a_schema_is_called_after_the_file(write: Write) -> None:
    """Unless the document has a name for it; a name that is taken gets a number."""
    path = write(
        {
            "openapi.json": openapi(
                {"Animal": {"$ref": "schemas/pet.yaml"}, "owner": {"type": "string"}},
                {"/x": {"get": {"responses": {"200": {"content": {"a/b": {"schema": {"$ref": "schemas/pet.yaml"}}}}}}}},
            ),
            "schemas/pet.yaml": "type: object\nproperties: {owner: {$ref: ./people/owner.json}}\n",
            "schemas/people/owner.json": {**NAME, "title": "The owner"},
        }
    )
    schemas = Document.read(path).bundled().tree["components"]["schemas"]
    assert schemas["Animal"]["properties"] == {"owner": {"$ref": "#/components/schemas/owner_2"}}
    assert schemas["owner_2"]["title"] == "The owner"
    assert schemas["owner"] == {"type": "string"}


def test_path_items_operations_parameters_and_responses_may_stand_in_files(write: Write) -> None:
    """All of them are where the document refers to them; also an operation, which the specification does not know."""
    item = {
        "parameters": [{"$ref": "../shared.yaml#/Id"}],
        "get": {"operationId": "getPet", "responses": {"200": {"$ref": "../shared.yaml#/Found"}}},
    }
    path = write(
        {
            "openapi.json": openapi(
                paths={"/pets/{id}": {"$ref": "paths/pet.json"}, "/all": {"get": {"$ref": "paths/all.json"}}},
            ),
            "paths/pet.json": item,
            "paths/all.json": {"operationId": "all", "tags": ["pets"], "responses": NOTHING},
            "shared.yaml": "Id: {name: id, in: path, required: true, schema: {type: string}}\n"
            "Found: {description: '', content: {application/json: {schema: {$ref: openapi.json#/info}}}}\n",
        }
    )
    api = load(path)
    assert api.operations["get_pet"].plan("https://h", id="7").url == "https://h/pets/7"
    assert api.operations["all"].namespace == "pets"
    assert [one.rule for one in api.report] == []


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_every_version_may_have_files(write: Write, version: str) -> None:
    """And what stands in them is read in the words of that version."""
    null = {"type": "string", "nullable": True} if version == "3.0.3" else {"type": ["string", "null"]}
    path = write({"a.json": getting({"$ref": "b.json"}, version=version), "b.json": {"properties": {"x": null}}})
    tree = Document.read(path).normalised().tree
    assert tree["components"]["schemas"]["b"]["properties"]["x"] == {"type": ["string", "null"]}


def test_swagger_may_have_files(write: Write) -> None:
    """Parameters, bodies and answers of other files are converted like others, definitions are models."""
    operation = {
        "operationId": "send",
        "consumes": ["application/json"],
        "parameters": [{"$ref": "more.json#/parameters/Body"}, {"$ref": "more.json#/parameters/Limit"}],
        "responses": {"200": {"$ref": "more.json#/responses/Found"}},
    }
    more = {
        "parameters": {
            "Body": {"name": "b", "in": "body", "schema": {"$ref": "#/definitions/Pet"}},
            "Limit": {"name": "limit", "in": "query", "type": "integer"},
        },
        "responses": {"Found": {"description": "", "schema": {"$ref": "#/definitions/Pet"}}},
        "definitions": {"Pet": NAME},
    }
    info = {"title": "Old", "version": "1"}
    path = write(
        {"old.json": {"swagger": "2.0", "info": info, "paths": {"/x": {"post": operation}}}, "more.json": more}
    )
    api = load(path)
    plan = api.operations["send"].plan("https://h", limit=1, name="Rex")
    assert (plan.url, plan.body) == ("https://h/x?limit=1", b'{"name":"Rex"}')
    assert api.operations["send"].read(200, {"content-type": "application/json"}, b'{"name": "R"}').name == "R"
    assert list(api.models) == ["Pet"]


def test_files_may_refer_to_each_other_in_circles(write: Write) -> None:
    """And back to the first; each is read once."""
    path = write(
        {
            "a.json": openapi({"A": {"properties": {"b": {"$ref": "b.json#/B"}}}}),
            "b.json": {
                "B": {"properties": {"c": {"$ref": "c.json#/C"}, "a": {"$ref": "a.json#/components/schemas/A"}}}
            },
            "c.json": {"C": {"properties": {"b": {"$ref": "b.json#/B"}}}},
        }
    )
    document = Document.read(path).bundled()
    assert [Path(one).name for one in document.files or ()] == ["b.json", "c.json"]
    schemas = document.tree["components"]["schemas"]
    assert schemas["C"]["properties"]["b"] == ref("B")
    assert schemas["B"]["properties"] == {"c": ref("C"), "a": ref("A")}


def test_references_that_lead_round_through_files_end(write: Write) -> None:
    """A loop of nothing but references is found like one in a single file."""
    path = write({"a.json": getting({"$ref": "b.json"}), "b.json": {"$ref": "c.json"}, "c.json": {"$ref": "b.json"}})
    api = load(path)
    assert api.operations["go"].read(200, {"content-type": "application/json"}, b"[1]") == [1]
    assert [one.rule for one in api.report] == ["dangling-reference"]


@pytest.mark.parametrize("name", ["größe.json", "with space.json", "50%.json", "a#b.json", "a?b.json", "~1.json"])
def test_names_of_files_are_percent_encoded_in_references(write: Write, name: str) -> None:
    """Any name of a file can be referred to."""
    api = load(write({"a.json": getting({"$ref": f"{quote(name)}#/X"}), name: {"X": {**NAME, "title": "Found"}}}))
    assert list(api.models) == ["X"]
    assert list(api.report) == []


def test_a_discriminators_mapping_may_name_files(write: Write) -> None:
    """Its entries lead to the same models as the options."""
    pet = {
        "oneOf": [{"$ref": "cat.json"}, {"$ref": "dog.json"}],
        "discriminator": {"propertyName": "kind", "mapping": {"meow": "cat.json", "wuff": "./dog.json"}},
    }
    animal = {"type": "object", "properties": {"kind": {"type": "string"}}}
    api = load(write({"a.json": openapi({"Pet": pet}), "cat.json": animal, "dog.json": animal}))
    assert type(api.converter.structure({"kind": "wuff"}, api.models.type("Pet"))) is api.models["Dog"]


def test_an_example_that_looks_like_a_reference_is_text(write: Write) -> None:
    """No file is read for it."""
    schema = {"type": "object", "example": {"$ref": "secret.json"}, "default": {"$ref": "secret.json"}}
    document = Document.read(write({"a.json": openapi({"X": schema}), "secret.json": {}})).bundled()
    assert document.tree["components"]["schemas"]["X"] == schema
    assert document.files == ()


# --- what is refused ---


@pytest.mark.parametrize(
    "given",
    [
        "../outside.json",
        "sub/../../outside.json",
        "%2e%2e/outside.json",
        "..%2Foutside.json",
        "..\\outside.json",
        "link.json",
        "linked/outside.json",
        "/etc/hostname",
        "//host/outside.json",
        "file:outside.json",
        "file:///etc/hostname",
        "http://127.0.0.1:9/outside.json",
        "https://example.com/outside.json",
        "data:application/json,{}",
        "C:\\outside.json",
        "outside.json?x",
        "a\0b.json",
        "[",
        "http://[",
        ".",
        "pipe",
    ],
)
def test_nothing_outside_the_folder_is_read(write: Write, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is written like; the operation is there, and the report names it."""
    path = write({"a.json": getting({"$ref": given}), "sub/b.json": {}, "../outside.json": NAME})
    os.symlink(path.parent.parent / "outside.json", path.parent / "link.json")
    os.symlink(path.parent.parent, path.parent / "linked")
    os.mkfifo(path.parent / "pipe")
    opened: list[Path] = []
    content = source.content

    def noting(path: Path, at_most: int) -> bytes:
        opened.append(path)
        return content(path, at_most)

    monkeypatch.setattr(source, "content", noting)
    api = load(path)
    assert api.operations["go"].read(200, {"content-type": "application/json"}, b'{"name": 1}') == {"name": 1}
    assert {one.rule for one in api.report} <= {"dangling-reference", "file"}
    assert any(one.pointer == "/paths/~1x/get/responses/200/content/application~1json/schema" for one in api.report)
    assert opened == [path]


def test_a_link_within_the_folder_is_followed(write: Write) -> None:
    """Where it ends is what counts."""
    path = write({"a.json": getting({"$ref": "link.json"}), "b.json": NAME})
    os.symlink(path.parent / "b.json", path.parent / "link.json")
    assert list(load(path).models) == ["Link"]


def test_only_a_path_has_files(write: Write) -> None:
    """The same document as bytes or as a dict has no folder: what it refers to is reported where it is met."""
    path = write({"a.json": openapi(paths={"/x": {"$ref": "b.json"}}), "b.json": {"get": {"responses": NOTHING}}})
    assert len(load(path).operations) == 1
    for folderless in (path.read_bytes(), json.loads(path.read_text())):
        (finding,) = load(folderless).report
        assert (finding.rule, finding.pointer) == ("dangling-reference", "/paths/~1x")
        assert "'b.json' leads out of the document" in finding.said


def test_an_operation_whose_file_is_missing_is_still_there(write: Write) -> None:
    """It has a name and a route, and the report says by pointer what is not known."""
    path = write({"a.json": openapi(paths={"/pets/{id}": {"get": {"$ref": "gone.yml"}, "put": {"$ref": "gone.yml"}}})})
    api = load(path)
    assert list(api.operations) == ["get_pets_id", "put_pets_id"]
    assert api.operations["GET /pets/{id}"].plan("https://h", id="1").url == "https://h/pets/1"
    said = {one.pointer: one.said for one in api.report if one.rule == "dangling-reference"}
    assert said.keys() == {"/paths/~1pets~1{id}/get", "/paths/~1pets~1{id}/put"}
    assert "GET /pets/{id}" in said["/paths/~1pets~1{id}/get"]


@pytest.mark.parametrize(
    ("content", "why"), [("a: [", "not YAML"), ("- 1\n", "not an array"), ("a: 1\na: 2\n", "twice")]
)
def test_a_file_that_cannot_be_read_is_reported(write: Write, content: str, why: str) -> None:
    """With its name and what is wrong; everything else works."""
    api = load(write({"a.json": getting({"$ref": "b.yaml#/X"}), "b.yaml": content}))
    finding = next(one for one in api.report if one.rule == "file")
    assert finding.said.startswith("b.yaml")
    assert why in finding.said


def test_all_files_together_are_as_large_as_one_may_be(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond the bound of bytes, or of files, is not read, and is reported."""
    files = {f"{name}.json": {"X": {"description": "x" * 400}} for name in "bcd"}
    path = write({"a.json": openapi({name: {"$ref": f"{name}.json#/X"} for name in "bcd"}), **files})
    monkeypatch.setattr(limit, "SIZE", 1000)
    (finding,) = Document.read(path).bundled().report
    assert finding.said.startswith("d.json is larger than")


def test_all_files_together_have_as_many_values_as_one_may(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond the bound is not read, and is reported."""
    files = {f"{name}.json": {"X": {"enum": list(range(15))}} for name in "bcd"}
    path = write({"a.json": openapi({name: {"$ref": f"{name}.json#/X"} for name in "bcd"}), **files})
    read = Document.read(path)
    monkeypatch.setattr(limit, "NODES", 100)
    (finding,) = read.bundled().report
    assert finding.said == "d.json is not read: all files together have more than 100 values"


def test_a_document_has_a_bounded_number_of_files(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is far above what people write."""
    monkeypatch.setattr(bundle, "FILES", 1)
    path = write({"a.json": openapi({name: {"$ref": f"{name}.json"} for name in "bc"}), "b.json": {}, "c.json": {}})
    (finding,) = Document.read(path).bundled().report
    assert "at most 1 files" in finding.said


# --- the Api of several files ---


def test_a_change_in_any_file_is_noticed(write: Write) -> None:
    """Loading again gives the same Api as long as all files are the same, and a new one when one changes or comes."""
    path = write({"a.json": openapi({"A": {"$ref": "b.json"}, "C": {"$ref": "c.json"}}), "b.json": NAME})
    first = load(path)
    assert load(path) is first
    write({"b.json": {**NAME, "description": "changed"}})
    second = load(path)
    assert second is not first
    assert second.models["A"].__doc__ != first.models["A"].__doc__
    write({"c.json": NAME})
    assert load(path) is not second
    assert load(path).models["C"](name="x").name == "x"


def test_a_model_of_another_file_can_be_pickled(write: Write) -> None:
    """It is revived from the same files; after one has changed, that is said."""
    path = write({"a.json": openapi({"A": {"$ref": "b.json"}}), "b.json": NAME})
    pickled = pickle.dumps(load(path).models["A"](name="x"))
    assert pickle.loads(pickled).name == "x"
    write({"b.json": {**NAME, "description": "changed"}})
    with pytest.raises(DocumentError, match="has changed since"):
        pickle.loads(pickled)


def test_the_document_of_an_api_is_one_tree(write: Write) -> None:
    """Loading it again gives the same models and operations."""
    item = {"get": {"operationId": "go", "responses": {"200": {"content": {"a/b": {"schema": {"$ref": "b.json"}}}}}}}
    path = write({"a.json": openapi(paths={"/x": {"$ref": "p.json"}}), "p.json": item, "b.json": NAME})
    api = load(path)
    again = load(api.document)
    assert again.document == api.document
    assert (list(again.operations), list(again.models)) == (list(api.operations), list(api.models)) == (["go"], ["B"])


def test_a_tag_keeps_what_its_operations_need_from_other_files(write: Write) -> None:
    """And leaves the models of others out."""

    def item(name: str) -> Json:
        content = {"a/b": {"schema": {"$ref": f"{name}.json"}}}
        return {"get": {"operationId": name, "tags": [name], "responses": {"200": {"content": content}}}}

    paths = {f"/{name}": {"$ref": f"{name}-path.json"} for name in "bc"}
    files = {f"{name}-path.json": item(name) for name in "bc"} | {"b.json": NAME, "c.json": NAME}
    api = load(write({"a.json": openapi(paths=paths), **files}), tag="b")
    assert (list(api.operations), list(api.models)) == (["b"], ["B"])


# --- $id, $anchor, $self ---


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ("https://x.test/schemas/tree", "/components/schemas/Tree"),
        ("https://x.test/schemas/tree#/$defs/leaf", "/components/schemas/Tree/$defs/leaf"),
        ("https://x.test/schemas/tree#leaf", "/components/schemas/Tree/$defs/leaf"),
        ("https://x.test/schemas/twig", "/components/schemas/Tree/$defs/twig"),
        ("#top", "/components/schemas/Top"),
        ("#t%6Fp", "/components/schemas/Top"),
        ("https://x.test/openapi", ""),
        ("https://x.test/openapi#/components/schemas/Top", "/components/schemas/Top"),
        ("openapi#top", "/components/schemas/Top"),
        ("#/components/schemas/Top", "/components/schemas/Top"),
    ],
)
def test_a_schema_is_found_by_what_it_calls_itself(given: str, pointer: str) -> None:
    """`$id` and `$self` are names of what is here, `$anchor` of a place in it; nothing is fetched."""
    tree = {
        "$id": "https://x.test/schemas/tree",
        "$defs": {"leaf": {"$anchor": "leaf"}, "twig": {"$id": "twig", "title": "Twig"}},
    }
    document = openapi(
        {"Tree": tree, "Top": {"$anchor": "top"}, "X": {"$ref": given}},
        version="3.2.0",
        **{"$self": "https://x.test/openapi"},
    )
    found = bundled(document, None).tree
    assert follow(found, found["components"]["schemas"]["X"], "/x").pointer == pointer


def test_inside_a_schema_with_an_id_references_start_there() -> None:
    """`#/$defs/x`, `#` and a relative URI are the schema's own; what is not there was meant in the document."""
    inner = {"own": {"$ref": "#/$defs/x"}, "whole": {"$ref": "#"}, "twin": {"$ref": "twin"}, "out": ref("Other")}
    schemas: Json = {
        "Here": {"$id": "https://x.test/here", "$defs": {"x": {}}, "properties": inner},
        "Twin": {"$id": "https://x.test/twin"},
        "Other": {},
    }
    found = bundled(openapi(schemas), None).tree["components"]["schemas"]["Here"]["properties"]
    assert [found[name]["$ref"] for name in inner] == [
        *("#/components/schemas/Here/$defs/x", "#/components/schemas/Here"),
        *("#/components/schemas/Twin", "#/components/schemas/Other"),
    ]


@pytest.mark.parametrize("given", ["#nowhere", "https://x.test/unknown", "#/%ff", "urn:x:y"])
def test_a_name_that_nothing_has_stays_and_is_said_where_it_is_met(given: str) -> None:
    """Nothing is fetched, the rest works."""
    api = load(openapi({"X": {"type": "object", "properties": {"a": {"$ref": given}}}}))
    assert api.models["X"](a=[1]).a == [1]
    assert [(one.rule, one.pointer) for one in api.report] == [
        ("dangling-reference", "/components/schemas/X/properties/a")
    ]


def test_properties_may_be_called_like_these_keywords() -> None:
    """A property `$id` or `$anchor` is a property."""
    schema = {"properties": {"$id": {"type": "string"}, "$anchor": {"$ref": "#a"}, "$dynamicRef": {"$anchor": "a"}}}
    found = bundled(openapi({"X": schema}), None).tree["components"]["schemas"]["X"]["properties"]
    assert found["$anchor"] == {"$ref": "#/components/schemas/X/properties/$dynamicRef"}


# --- $dynamicRef ---

TREE: Json = {
    "$id": "https://x.test/tree",
    "$dynamicAnchor": "node",
    "type": "object",
    "properties": {"value": {"type": "string"}, "children": {"type": "array", "items": {"$dynamicRef": "#node"}}},
}


def children(tree: Json, name: str) -> str:
    """Where the children of a schema are described."""
    found = follow(tree, ref(name), "/x")
    schema, place = found
    if "allOf" in schema:
        schema, place = follow(tree, schema["allOf"][0], "/x")
    items = schema["properties"]["children"]["items"]
    return follow(tree, items, f"{place}/properties/children/items").pointer


def test_a_recursive_schema_that_is_extended_recurs_to_the_extension() -> None:
    """The children of an extended tree are extended trees; those of the tree itself stay trees."""
    extended = {
        "$id": "https://x.test/strict",
        "$dynamicAnchor": "node",
        "allOf": [{"$ref": "tree"}],
        "unevaluatedProperties": False,
    }
    tree = bundled(openapi({"Tree": TREE, "Strict": extended}), None).tree
    assert children(tree, "Tree") == "/components/schemas/Tree"
    assert children(tree, "Strict") == "/components/schemas/Strict"


def test_a_template_is_filled_in_by_who_refers_to_it() -> None:
    """A page of pets holds pets, a page of owners holds owners; the template alone holds its default."""
    page = {
        "$id": "https://x.test/page",
        "type": "object",
        "properties": {"items": {"type": "array", "items": {"$dynamicRef": "#item"}}},
        "$defs": {"item": {"$dynamicAnchor": "item"}},
    }

    def of(name: str) -> Json:
        filled = {"item": {"$dynamicAnchor": "item", "$ref": f"openapi#/components/schemas/{name}"}}
        return {"$id": f"https://x.test/{name}s", "$ref": "page", "$defs": filled}

    schemas = {"Page": page, "Pets": of("Pet"), "Owners": of("Owner"), "Pet": NAME, "Owner": NAME}
    api = load(openapi(schemas, version="3.2.0", **{"$self": "https://x.test/openapi"}))
    pets = api.converter.structure({"items": [{"name": "Rex"}]}, api.models.type("Pets"))
    assert type(pets.items[0]) is api.models["Pet"]
    owners = api.converter.structure({"items": [{"name": "Ann"}]}, api.models.type("Owners"))
    assert type(owners.items[0]) is api.models["Owner"]
    assert api.converter.structure({"items": [1]}, api.models.type("Page")).items == [1]
    assert load(api.document).document == api.document


def test_a_dynamic_reference_without_ids_is_a_reference() -> None:
    """Where nothing parts the schemas, there is one scope."""
    schema = {"$dynamicAnchor": "node", "properties": {"next": {"$dynamicRef": "#node"}}}
    found = bundled(openapi({"X": schema}), None).tree["components"]["schemas"]["X"]
    assert found["properties"]["next"] == ref("X")


def test_copies_for_dynamic_references_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound, a `$dynamicRef` is a `$ref`."""
    monkeypatch.setattr(bundle, "COPIED", 1)
    extended = {"$id": "https://x.test/strict", "$dynamicAnchor": "node", "allOf": [{"$ref": "tree"}]}
    tree = bundled(openapi({"Tree": TREE, "Strict": extended}), None).tree
    assert children(tree, "Strict") == "/components/schemas/Tree"


# --- properties ---

PATIENT = settings(deadline=None, max_examples=60)
NAMES = st.sampled_from(["a", "b", "https://x.test/a", "sub/b", "#x", "x", ""])
TARGETS = st.sampled_from(
    ["a", "b#x", "#x", "#", "", "#/components/schemas/A", "https://x.test/a#/allOf/0", "../a", "["]
)
WORDS = {"$ref": TARGETS, "$dynamicRef": TARGETS, "$id": NAMES, "$anchor": NAMES, "$dynamicAnchor": NAMES}
SCHEMAS = st.recursive(
    st.booleans() | st.fixed_dictionaries({}, optional=WORDS),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            **WORDS,
            "allOf": st.lists(inner, max_size=2),
            "properties": st.dictionaries(NAMES, inner, max_size=2),
        },
    ),
    max_leaves=12,
)


@PATIENT
@given(st.fixed_dictionaries({"A": SCHEMAS, "B": SCHEMAS}))
def test_any_tangle_of_names_becomes_one_tree(schemas: Json) -> None:
    """Bundling ends, changes nothing that came in, is done once, and its pointers are pointers."""
    tree = openapi(schemas)
    before = json.dumps(tree)
    found = bundled(tree, None).tree
    assert json.dumps(tree) == before
    for one in references(found):
        if one.startswith("#/components"):
            try:
                resolve(found, one)
            except DocumentError:
                continue
