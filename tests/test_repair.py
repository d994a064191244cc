"""Known defects of published documents: the smallest document for each rule, and LeapOCR's own through the years."""

from __future__ import annotations

import copy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from documents import openapi, ref

from leapocr_dyn.api import load
from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import resolve
from leapocr_dyn.document.repair import RULES, repair
from leapocr_dyn.errors import DocumentError

Tree = dict[str, Any]  # JSON
PUBLISHED = Path(__file__).parents[2] / "shared/specs/leapocr"
KEY: Tree = {"type": "apiKey", "in": "header", "name": "X-API-KEY"}
BEARER: Tree = {"type": "http", "scheme": "bearer"}
OBJECT = {"type": "object"}


def servers(*urls: str) -> list[Tree]:
    """Server Objects."""
    return [{"url": url} for url in urls]


def secured(schemes: Tree, **rest: Any) -> Tree:
    """A document with security schemes."""
    return openapi(components={"securitySchemes": schemes}, **rest)


def body(schema: Any) -> Tree:
    """A Request Body Object."""
    return {"content": {"application/json": {"schema": schema}}}


def place(name: str) -> Tree:
    """A path parameter as the rule adds it."""
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


# rule, document, pointer to what is mended, what stands there afterwards
CASES: list[tuple[str, Tree, str, Any]] = [
    (
        "dangling-reference",
        openapi(paths={"/x": {"$ref": "gone.yaml", "summary": "X"}, "/y": {"$ref": "#/components/pathItems/Gone"}}),
        "/paths",
        {"/x": {"summary": "X"}, "/y": {}},
    ),
    (
        "dangling-reference",
        openapi(paths={"/x": {"get": {"$ref": "gone.yaml", "operationId": "a"}}}),
        "/paths/~1x/get",
        {"operationId": "a"},
    ),
    (
        "method-name",
        openapi(
            paths={
                "/x": {
                    "additionalOperations": {name: {"operationId": f"do{name}"} for name in ("COPY", "A B", "Get", "")}
                }
            }
        ),
        "/paths/~1x/additionalOperations",
        {"COPY": {"operationId": "doCOPY"}},
    ),
    (
        "server-without-scheme",
        openapi(servers=servers("api.example.com/v1", "/relative", "https://b.com", "example.com:8080")),
        "/servers",
        servers("https://api.example.com/v1", "/relative", "https://b.com", "https://example.com:8080"),
    ),
    (
        "server-without-address",
        openapi(servers=servers("https://a.com:99999", "https://b.com:{port}/v1")),
        "/servers",
        servers("https://b.com:{port}/v1"),
    ),
    (
        "local-server-first",
        openapi(servers=servers("http://localhost:8443", "https://a.com", "http://127.0.0.1", "https://b.com")),
        "/servers",
        servers("https://a.com", "https://b.com", "http://localhost:8443", "http://127.0.0.1"),
    ),
    (
        "free-object-or-reference",
        openapi(
            {"Pet": {}},
            {
                "/x": {
                    "post": {
                        "operationId": "a",
                        "requestBody": body({"oneOf": [OBJECT, {**ref("Pet"), "summary": "P"}]}),
                    }
                }
            },
        ),
        "/paths/~1x/post/requestBody",
        body(ref("Pet")),
    ),
    (
        "unnamed-security-scheme",
        secured({"": KEY, "b": BEARER}, security=[]),
        "/components/securitySchemes",
        {"ApiKeyAuth": KEY, "b": BEARER},
    ),
    (
        "unknown-security-scheme",
        secured({"bearerauth": BEARER}, security=[{"Bearer": []}, {"Other": []}]),
        "/security",
        [{"bearerauth": []}, {"Other": []}],
    ),
    (
        "unknown-security-scheme",
        secured(
            {"api_key": KEY}, security=[], paths={"/x": {"get": {"operationId": "a", "security": [{"ApiKeyAuth": []}]}}}
        ),
        "/paths/~1x/get/security",
        [{"api_key": []}],
    ),
    ("no-security-anywhere", secured({"a": KEY, "b": BEARER}), "/security", [{"a": []}, {"b": []}]),
    (
        "path-without-slash",
        openapi(paths={"pets": {"get": {"operationId": "a"}}, "/x": {}, "x-note": {}}),
        "/paths",
        {"/pets": {"get": {"operationId": "a"}}, "/x": {}, "x-note": {}},
    ),
    (
        "path-parameters",
        openapi(
            paths={
                "/x/{pet_id}": {"get": {"operationId": "a", "parameters": [{"$ref": "#/components/parameters/Id"}]}}
            },
            components={"parameters": {"Id": {**place("petId"), "description": "Whose."}}},
        ),
        "/paths/~1x~1{pet_id}/get/parameters",
        [{**place("pet_id"), "description": "Whose."}],
    ),
    (
        "path-parameters",
        openapi(paths={"/x/{id}": {"get": {"operationId": "a", "parameters": [place("gone")]}}}),
        "/paths/~1x~1{id}/get/parameters",
        [place("id")],
    ),
    (
        "operation-id",
        openapi(paths={"/pets/{id}": {"parameters": [place("id")], "get": {}}}),
        "/paths/~1pets~1{id}/get",
        {"operationId": "get_pets_id"},
    ),
    (
        "operation-id",
        openapi(paths={"/a": {"get": {"operationId": "x"}}, "/b": {"get": {"operationId": "x"}}}),
        "/paths",
        {"/a": {"get": {"operationId": "x"}}, "/b": {"get": {"operationId": "get_b"}}},
    ),
    (
        "body-of-a-read",
        openapi(paths={"/x": {"delete": {"operationId": "a", "requestBody": body(OBJECT)}}}),
        "/paths/~1x/delete",
        {"operationId": "a"},
    ),
    ("invisible-in-tags", openapi(tags=[{"name": "Analytics\u200b"}]), "/tags", [{"name": "Analytics"}]),
    (
        "invisible-in-tags",
        openapi(paths={"/x": {"get": {"operationId": "a", "tags": ["\ufeffSDK", "OCR"]}}}),
        "/paths/~1x/get/tags",
        ["SDK", "OCR"],
    ),
]


@pytest.mark.parametrize(("rule", "tree", "pointer", "mended"), CASES)
def test_a_rule_mends_its_defect_and_nothing_else(rule: str, tree: Tree, pointer: str, mended: Any) -> None:
    """What stands there afterwards is right, and the report has the rule, the place and a sentence."""
    repaired, report = repair(tree)
    assert resolve(repaired, pointer) == mended
    assert {name for name, _, _ in report} == {rule}
    assert all(said for _, _, said in report)
    assert repair(repaired)[1] == []


@pytest.mark.parametrize(("rule", "tree", "pointer", "mended"), CASES)
def test_a_rule_that_is_switched_off_leaves_the_document_as_it_was(
    rule: str, tree: Tree, pointer: str, mended: Any
) -> None:
    """`off=` names it; nothing is mended and nothing reported."""
    assert repair(tree, [rule]) == (tree, [])
    assert Document.read(tree).normalised().repaired([rule]).report == ()


@pytest.mark.parametrize(("rule", "tree", "pointer", "mended"), CASES)
def test_the_published_document_is_never_changed(rule: str, tree: Tree, pointer: str, mended: Any) -> None:
    """Rules work on a copy."""
    before = copy.deepcopy(tree)
    repair(tree)
    assert tree == before


def test_every_rule_is_told_here() -> None:
    """A rule without a case would be a rule that nobody knows."""
    assert {rule for rule, *_ in CASES} == set(RULES)
    assert all(rule.__doc__ for rule in RULES.values())


def get(**node: Any) -> Tree:
    """A document with one GET."""
    return openapi(paths={"/x": {"get": {"operationId": "a", **node}}})


WELL: dict[str, Tree] = {
    "nothing at all": openapi(),
    "servers with schemes, paths, variables": openapi(
        servers=servers("https://a.com", "/v1", "{scheme}://a.com", "v1")
    ),
    "only a developer's own server": openapi(servers=servers("http://localhost:1")),
    "a body that is an object or a list": openapi(
        paths={"/x": {"post": {"operationId": "a", "requestBody": body({"oneOf": [OBJECT, {"type": "array"}]})}}}
    ),
    "a described object or a reference": openapi(
        {"Pet": {}},
        {
            "/x": {
                "post": {
                    "operationId": "a",
                    "requestBody": body({"oneOf": [{**OBJECT, "properties": {"a": {}}}, ref("Pet")]}),
                }
            }
        },
    ),
    "a body of a GET that means something": get(requestBody=body({**OBJECT, "properties": {"query": {}}})),
    "a body of a GET that stands elsewhere": get(requestBody={"$ref": "#/components/requestBodies/Search"}),
    "no security, said so": secured({"a": KEY}, security=[]),
    "two schemes of which either could be meant": secured(
        {"bearer": BEARER, "BearerAuth": BEARER}, security=[{"Bearer_Auth": []}]
    ),
    "an operationId that would be made for another": openapi(
        paths={"/x": {"get": {"operationId": "a"}}, "/y": {"get": {"operationId": "get_x"}}}
    ),
    "path parameters of the path item": openapi(
        paths={"/x/{id}": {"parameters": [place("id")], "get": {"operationId": "a"}}}
    ),
    "path parameters that are referred to": openapi(
        paths={"/x/{id}": {"get": {"operationId": "a", "parameters": [{"$ref": "#/components/parameters/Id"}]}}},
        components={"parameters": {"Id": place("id")}},
    ),
}


@pytest.mark.parametrize("what", WELL)
def test_what_is_well_formed_is_never_touched(what: str) -> None:
    """Nor is anything guessed where two readings are possible."""
    assert repair(WELL[what]) == (WELL[what], [])


def test_a_made_name_never_takes_one_that_is_published() -> None:
    """The operation that has an id keeps it, wherever it stands."""
    tree, report = repair(openapi(paths={"/x": {"get": {}}, "/y": {"get": {"operationId": "get_x"}}}))
    assert [item["get"]["operationId"] for item in tree["paths"].values()] == ["get_x_2", "get_x"]
    assert len(report) == 1


def test_a_fragment_that_tells_operations_apart_is_reported() -> None:
    """Both are there under names of their own, by the paths that the document gives them."""
    paths = {path: {"post": {"operationId": name}} for path, name in (("/token", "get"), ("/token#refresh", "refresh"))}
    api = load(openapi(paths=paths, servers=servers("https://a.com")))
    (finding,) = api.report
    assert (finding.rule, finding.pointer) == ("path-with-fragment", "/paths/~1token#refresh")
    assert api.operations["POST", "/token#refresh"] is api.operations["refresh"]


def test_path_parameters_that_could_be_either_are_not_guessed() -> None:
    """Two that are spelled alike: both go, and the place gets one of its own."""
    parameters = [place("petId"), place("PetID")]
    tree, _ = repair(openapi(paths={"/x/{pet_id}": {"get": {"operationId": "a", "parameters": parameters}}}))
    assert tree["paths"]["/x/{pet_id}"]["get"]["parameters"] == [place("pet_id")]


def test_an_extension_among_the_paths_is_no_path() -> None:
    """What looks like an operation in there is none."""
    api = load(openapi(paths={"x-draft": {"get": {"operationId": "draft"}}, "/x": {"get": {"operationId": "a"}}}))
    assert list(api.operations) == ["a"]


def test_junk_in_the_place_of_objects_is_passed_over() -> None:
    """A document may hold anything anywhere."""
    junk: Tree = {"paths": {"/a": None, "/b": {"get": 5, "post": {"tags": 5, "parameters": [None], "requestBody": []}}}}
    junk |= {"servers": {"url": 5}, "tags": 5, "security": [5], "components": []}
    tree, _ = repair({**openapi(), **junk})
    assert tree["paths"]["/b"]["post"]["operationId"] == "post_b"


# LeapOCR's documents from November 2025 to March 2026, and how often each rule has something to mend in them.
OLD = {"server-without-scheme": 1, "local-server-first": 1, "unnamed-security-scheme": 1, "no-security-anywhere": 1}
NEW = {"server-without-scheme": 1, "local-server-first": 1, "unknown-security-scheme": 4, "operation-id": 1}
EXPECTED: dict[str, Tree] = {
    "1.json": {**OLD, "operation-id": 6, "unknown-security-scheme": 6},
    "2.json": {**OLD, "body-of-a-read": 1, "operation-id": 6, "unknown-security-scheme": 6},
    "3.json": {**OLD, "body-of-a-read": 1, "operation-id": 6, "unknown-security-scheme": 6},
    "3b.json": {**OLD, "body-of-a-read": 1, "operation-id": 6, "unknown-security-scheme": 6},
    "4.json": {**OLD, "body-of-a-read": 3, "operation-id": 10, "unknown-security-scheme": 10},
    "4b.json": {**OLD, "body-of-a-read": 3, "operation-id": 10, "unknown-security-scheme": 10},
    "5.json": {**NEW, "body-of-a-read": 1, "free-object-or-reference": 13, "invisible-in-tags": 1},
    "6.json": {**NEW, "body-of-a-read": 1, "free-object-or-reference": 11, "invisible-in-tags": 1},
    "8.json": {**NEW, "free-object-or-reference": 11, "invisible-in-tags": 1},
}


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="../shared is absent")
@pytest.mark.parametrize("name", EXPECTED)
def test_a_published_document_is_mended_and_all_of_it_builds(name: str) -> None:
    """Every model and every operation of it, with these repairs and no others."""
    api = load((PUBLISHED / name).read_bytes())
    assert Counter(finding.rule for finding in api.report) == EXPECTED[name]
    assert api.base_url == "https://api.leapocr.com/api/v1"
    assert all(api.models[model] is not None for model in api.models)
    for operation in api.operations.values():
        assert operation.name in repr(operation)
        assert operation.signature.parameters.keys() >= {one.name for one in operation.parameters}
        assert f"Source: {operation.method} {operation.path}" in operation.__doc__


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="../shared is absent")
def test_every_published_document_is_in_the_table() -> None:
    """A new one asks for a new row."""
    assert {path.name for path in PUBLISHED.glob("*.json")} == set(EXPECTED)


def test_a_reference_that_leads_nowhere_is_read_as_anything_and_said_when_it_is_met() -> None:
    """The model around it builds, the value comes as it is, and the report says where it stands."""
    api = load(openapi({"X": {"type": "object", "properties": {"a": ref("Gone")}}}))
    assert list(api.report) == []
    assert api.models["X"](a={"b": 1}).to_dict() == {"a": {"b": 1}}
    (finding,) = api.report
    assert finding.rule == "dangling-reference"
    assert finding.pointer == "/components/schemas/X/properties/a"
    assert "Gone" in finding.said


def test_a_reference_that_leads_nowhere_raises_where_that_repair_is_switched_off() -> None:
    """off=["dangling-reference"] brings the document's own mistake to the light."""
    api = load(openapi({"X": {"type": "object", "properties": {"a": ref("Gone")}}}), off=["dangling-reference"])
    with pytest.raises(DocumentError, match="Gone"):
        api.models["X"](a=1)


@pytest.mark.parametrize(
    ("rest", "place"),
    [
        ({"servers": 5}, "/servers"),
        ({"info": []}, "/info"),
        ({"components": {"parameters": 5}}, "/components/parameters"),
        ({"components": {"securitySchemes": {"k": {"type": []}}}}, "/components/securitySchemes/k/type"),
        ({"paths": {"/x": {"get": {"tags": 5}}}}, "/paths/~1x/get/tags"),
        ({"paths": {"/x": {"get": {"parameters": [{"name": "a", "in": []}]}}}}, "/paths/~1x/get/parameters/0/in"),
        ({"paths": {"/x": {"get": {"parameters": [{"name": [], "in": "query"}]}}}}, "/paths/~1x/get/parameters/0/name"),
    ],
)
def test_a_node_of_a_wrong_kind_is_left_out_and_told(rest: Tree, place: str) -> None:
    """Nobody below stumbles over it, and the report says where it stands."""
    api = load({**openapi(), **rest})
    assert ("wrong-kind", place) in [(one.rule, one.pointer) for one in api.report]
    assert {one.plan("https://h").url for one in api.operations.values()} <= {"https://h/x"}


def test_null_means_nothing_and_goes_without_a_word() -> None:
    """`securitySchemes: {k: null}` is what YAML makes of a name with nothing below it."""
    tree, said = repair({**openapi(), "components": {"securitySchemes": {"k": None}}, "servers": None})
    assert (tree["components"], "servers" in tree, said) == ({"securitySchemes": {}}, False, [])
