"""workflow.yaml: what a document cannot say. Names, methods, how errors and streams read, upload, poll and page rules.

The words are checked against `spec/workflow.schema.json`; the packages above read the sections that are theirs. Nothing
here is code: a section holds names, JSON Pointers, Arazzo expressions and numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

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


class Way(NamedTuple):
    """A way to call an operation that the document does not know: a method of the client.

    operation: its id. streams: whether its items are given, one by one. inputs: what it takes, in this order, with what
    stands in for what is left out (UNSAID: as the operation says). sends: arguments of the operation, made from the
    inputs. whole: the input that may hold the body's fields all at once. output: JSON Pointers to what is given back;
    the first that is there. view: what to read it as.
    """

    operation: str
    streams: bool = False
    inputs: Mapping[str, Any] = {}  # Any: JSON, or UNSAID
    sends: Section | None = None
    whole: str | None = None
    output: tuple[str, ...] = ()
    view: str | None = None


UNSAID: Final = Ellipsis


class Workflow(NamedTuple):
    """A workflow file that has been read. sections: the rest, as it stands, for the packages above."""

    service: str | None
    tag: str | None
    environment: Mapping[str, str]
    operations: Mapping[str, Rule]
    methods: Mapping[str, Way]
    sections: Section

    def section(self, name: str) -> Section:
        """A section by its name; empty where the file has none."""
        found = self.sections.get(name)
        return found if isinstance(found, dict) else {}

    @property
    def utc(self) -> bool:
        """Whether an argument that is a time without a time zone means UTC."""
        return self.sections.get("timezone") == "UTC"

    def needs(self) -> set[str]:
        """Every operation that the file names, by operationId and as "METHOD /path"."""
        named = {way.operation for way in self.methods.values()}
        return {*self.operations, *named, *(rule.at for rule in self.operations.values() if rule.at)}


NONE = Workflow(None, None, {}, {}, {}, {})


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
    ways = {name: _way(tree["methods"], name) for name in tree.get("methods", {})}
    return Workflow(tree.get("service"), tree.get("tag"), tree.get("environment", {}), rules, ways, tree)


def _way(methods: Section, name: str) -> Way:
    said = methods[name]
    if isinstance(said, str):  # another name for the same
        said = methods.get(said)
        if not isinstance(said, dict):
            raise DocumentError(
                f"methods: {name} stands for {methods[name]}, which is no method that says what it calls"
            )
    inputs: dict[str, Any] = {}  # Any: JSON, or UNSAID
    for one in said.get("inputs", ()):
        inputs |= one if isinstance(one, dict) else {one: UNSAID}
    output = said.get("output", ())
    return Way(
        said.get("calls") or said["streams"],
        "streams" in said,
        inputs,
        said.get("sends"),
        said.get("whole"),
        (output,) if isinstance(output, str) else tuple(output),
        said.get("view"),
    )


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
