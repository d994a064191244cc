"""Keeping what carries a tag, what a workflow names, and what these reach."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from documents import openapi, ref

from leapocr_dyn.document import select
from leapocr_dyn.document.reference import references

Tree = dict[str, Any]  # JSON


def answer(schema: str) -> Tree:
    """Responses that refer to one component."""
    return {"200": {"content": {"application/json": {"schema": ref(schema)}}}}


TREE = openapi(
    {
        "Pet": {"properties": {"owner": ref("Owner")}},
        "Owner": {"properties": {"pets": {"items": ref("Pet")}}},
        "Invoice": {"type": "object"},
        "Unused": {"type": "object"},
    },
    {
        "/pets": {
            "get": {"operationId": "listPets", "tags": ["SDK", "Pets"], "responses": answer("Pet")},
            "post": {"operationId": "addPet", "tags": ["Pets"]},
        },
        "/invoices": {"get": {"operationId": "listInvoices", "tags": ["Money"], "responses": answer("Invoice")}},
        "/ping": {"get": {}},
    },
    components={"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X"}}},
)


def kept(tree: Tree) -> set[str]:
    """The operations of a tree."""
    return {f"{method.upper()} {path}" for path, item in tree["paths"].items() for method in item}


def test_only_operations_with_the_tag_stay() -> None:
    """Operations of the same path are judged one by one."""
    tree, said = select.tagged(TREE, "SDK")
    assert kept(tree) == {"GET /pets"}
    assert said == []


def test_what_they_reach_stays_and_nothing_else() -> None:
    """Schemas are followed through references, circles included; security schemes, which go by name, all stay."""
    tree, _ = select.tagged(TREE, "SDK")
    assert set(tree["components"]["schemas"]) == {"Pet", "Owner"}
    assert set(tree["components"]["securitySchemes"]) == {"key"}


@pytest.mark.parametrize("name", ["listInvoices", "GET /invoices"])
def test_what_a_workflow_names_stays_without_the_tag(name: str) -> None:
    """By operationId or by method and path, so that losing one of them does no harm; it is reported."""
    tree, said = select.tagged(TREE, "SDK", [name])
    assert kept(tree) == {"GET /pets", "GET /invoices"}
    assert "Invoice" in tree["components"]["schemas"]
    assert [(rule, place) for rule, place, _ in said] == [("tag", "/paths/~1invoices/get")]


def test_a_tag_that_nothing_carries_selects_nothing_and_says_so() -> None:
    """Nothing is guessed."""
    tree, said = select.tagged(TREE, "sdk")
    assert kept(tree) == set()
    assert said == [("tag", "/tags", "no operation carries the tag sdk")]


def test_a_tag_that_everything_carries_leaves_the_components_alone() -> None:
    """Where no operation goes, no schema does."""
    tree = openapi({"Unused": {}}, {"/x": {"get": {"tags": ["SDK"]}}})
    assert select.tagged(tree, "SDK")[0]["components"] == tree["components"]


def test_what_stays_refers_to_nothing_that_went() -> None:
    """Every reference of the smaller tree leads somewhere."""
    tree, _ = select.tagged(TREE, "SDK")
    names = {f"#/components/schemas/{name}" for name in tree["components"]["schemas"]}
    assert set(references(tree)) <= names


def test_the_whole_tree_is_never_changed() -> None:
    """Selecting gives a new tree."""
    before = copy.deepcopy(TREE)
    select.tagged(TREE, "SDK")
    assert before == TREE
