"""workflow.yaml of every bundled service: its words are the schema's, and what it names exists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from leapocr_dyn import errors
from leapocr_dyn.api import load
from leapocr_dyn.document import expression, source, workflow
from leapocr_dyn.errors import DocumentError

Tree = dict[str, Any]  # the file, as it stands
SERVICES = source.services()
EXPRESSIONS = ("code", "message", "details", "request_id", "items", "receipt", "output", "done", "total")


def file(service: str) -> Tree:
    """The workflow file of a service."""
    return source.bundled(service, "workflow") or {}


def named(tree: Tree) -> Iterator[str]:
    """Every operation that a file names, wherever it does."""
    yield from tree.get("operations", {})
    yield from tree.get("pages", {})
    for rule in tree.get("operations", {}).values():
        yield from [rule["probe"]["operation"]] if "probe" in rule else []
    for view in tree.get("views", {}).values():
        yield from view["of"]
    upload, poll = tree.get("upload", {}), tree.get("poll")
    yield from [upload[step]["operation"] for step in ("initiate", "complete") if step in upload]
    yield from [poll["operation"]] if poll else []


def written(node: Any) -> Iterator[str]:
    """Every expression of a file: the texts that begin with a dollar sign and stand alone."""
    if isinstance(node, dict | list):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            if key not in ("when", "more", "accepted", "description"):
                yield from written(item)
    elif isinstance(node, str) and node.startswith("$"):
        yield node


def test_the_flagship_is_bundled() -> None:
    """Or this file would test nothing."""
    assert "leapocr" in SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_the_file_has_the_words_of_the_schema(service: str) -> None:
    """Nothing misspelled, nothing unknown: it is not checked again when a client starts."""
    workflow.check(file(service), f"{service}/workflow.yaml")


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_that_it_names_is_in_the_document(service: str) -> None:
    """By its id; and where the file says at which path, the document says the same."""
    api = load(service)
    for name in named(file(service)):
        assert name in api.operations
    for name, rule in file(service).get("operations", {}).items():
        assert api.operations[name] is api.operations[rule.get("at", name)]


@pytest.mark.parametrize("service", SERVICES)
def test_every_expression_can_be_read(service: str) -> None:
    """A mistake in one would only be found when an answer comes."""
    for text in written(file(service)):
        assert callable(expression.parse(text))


@pytest.mark.parametrize("service", SERVICES)
def test_every_error_that_it_names_exists(service: str) -> None:
    """`errors.codes` leads to classes of the tree."""
    for name in file(service).get("errors", {}).get("codes", {}).values():
        assert issubclass(getattr(errors, name), errors.APIError)


@pytest.mark.parametrize("service", SERVICES)
def test_every_view_can_be_built(service: str) -> None:
    """Its sources are objects, its types exist, and no field it names is missing from all of them without a default."""
    api = load(service)
    assert list(api.views) == list(file(service).get("views", {}))
    for name in api.views:
        assert api.views[name].__name__ == name
        assert repr(api.views[name]()).startswith((f"{name}(", f"<{name}"))


@pytest.mark.parametrize("service", SERVICES)
def test_every_parameter_that_it_fills_is_there(service: str) -> None:
    """`input` and `limit` of pages and polls are arguments of their operations."""
    api, tree = load(service), file(service)
    for name, rule in [*tree.get("pages", {}).items(), *((one["operation"], one) for one in [tree.get("poll")] if one)]:
        takes = set(api.operations[name].signature.parameters)
        assert {rule[key] for key in ("input", "limit") if key in rule} <= takes


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"operatoins": {}}, "the root: "),
        ({"operations": {"a": {"repeatable": "yes"}}}, "operations/a/repeatable: 'yes' is not of type 'boolean'"),
        ({"operations": {"a": {"at": "get /x"}}}, "operations/a/at: "),
        ({"operations": {"a": {"name": "NoNamespace"}}}, "operations/a/name: "),
        ({"poll": {"operation": "a", "input": "id", "accept": []}}, "poll/accept: "),
        ({"errors": {"message": ["body#/x"]}}, "errors/message/0: "),
        ({"views": {"lower": {"of": ["a"], "fields": {}}}}, "views: "),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_place(tree: Tree, said: str) -> None:
    """A user's own file is checked when it is loaded."""
    with pytest.raises(DocumentError) as caught:
        workflow.read(tree)
    assert str(caught.value).startswith(f"<dict>: {said}")
    assert "spec/workflow.schema.json" in str(caught.value)


def test_a_file_that_says_nothing_is_allowed() -> None:
    """Every section may be missing, and `section` gives an empty one."""
    read = workflow.read({})
    assert (read.service, read.tag, read.operations, read.needs()) == (None, None, {}, set())
    assert read.section("errors") == {}


def test_rules_are_read_and_all_that_they_need_is_known() -> None:
    """By id and by place."""
    read = workflow.read({"operations": {"a": {"at": "POST /a", "repeatable": True}, "b": {"name": "n.b"}}})
    assert read.operations["a"] == workflow.Rule("POST /a", None, True, None)
    assert read.needs() == {"a", "POST /a", "b"}
