"""workflow.yaml: what a document cannot say. Names of operations, how errors read, upload, poll and page rules, views.

The words are checked against `spec/workflow.schema.json`; the packages above read the sections that are theirs. Nothing
here is code: a section holds names, JSON Pointers, Arazzo expressions and numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from leapocr_dyn.document import source
from leapocr_dyn.errors import DocumentError

Section = dict[str, Any]  # the border where YAML enters


class Rule(NamedTuple):
    """What a workflow says of one operation. at: "METHOD /path", by which it is found when it lost its id.

    name: namespace.name in Python. repeatable: may be sent again when its fate is unknown, though it is a POST.
    probe: how to learn its fate: an operation, its parameters, and the condition under which it was accepted.
    """

    at: str | None = None
    name: str | None = None
    repeatable: bool = False
    probe: Section | None = None


class Workflow(NamedTuple):
    """A workflow file that has been read. sections: the rest, as it stands, for the packages above."""

    service: str | None
    tag: str | None
    environment: Mapping[str, str]
    operations: Mapping[str, Rule]
    sections: Section

    def section(self, name: str) -> Section:
        """A section by its name; empty where the file has none."""
        found = self.sections.get(name)
        return found if isinstance(found, dict) else {}

    def needs(self) -> set[str]:
        """Every operation that the file names, by operationId and as "METHOD /path"."""
        return {*self.operations, *(rule.at for rule in self.operations.values() if rule.at)}


NONE = Workflow(None, None, {}, {}, {})


def read(given: Any, name: str = "workflow") -> Workflow:  # Any: text, bytes, a dict or a path
    """The workflow that is given. Raises DocumentError where it does not fit the schema."""
    read = source.read(given)
    check(read.tree, read.name)
    return parse(read.tree)


def bundled(service: str) -> Workflow:
    """The workflow that comes with a bundled service. Its shape is held by a test, not checked on every start."""
    tree = source.bundled(service, "workflow")
    return NONE if tree is None else parse(tree)


def parse(tree: Section) -> Workflow:
    """The workflow of a tree that fits the schema."""
    rules = {
        name: Rule(said.get("at"), said.get("name"), said.get("repeatable", False), said.get("probe"))
        for name, said in tree.get("operations", {}).items()
    }
    return Workflow(tree.get("service"), tree.get("tag"), tree.get("environment", {}), rules, tree)


def check(tree: Section, name: str) -> None:
    """Raise DocumentError where a workflow does not fit its JSON Schema."""
    import jsonschema
    import referencing

    schema = source.bundled_schema()
    # Without a registry of its own, jsonschema would fetch references (threats: remote `$ref`).
    validator = jsonschema.Draft202012Validator(schema, registry=referencing.Registry())
    errors = sorted(validator.iter_errors(tree), key=lambda error: list(map(str, error.absolute_path)))
    if errors:
        where = "/".join(map(str, errors[0].absolute_path)) or "the root"
        raise DocumentError(
            f"{name}: {where}: {errors[0].message[:300]}; the words are those of spec/workflow.schema.json"
        )
