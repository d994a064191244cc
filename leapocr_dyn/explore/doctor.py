"""What a workflow names, held against its document: operations, arguments, fields, views, exceptions, expressions.

A workflow is written beside a document that somebody else may change. What it names and is not there shows up when a
program runs into it; here it shows up at once. No network, no files. It refuses to guess: where the document leaves
open what a value is, nothing of it is missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from leapocr_dyn import errors
from leapocr_dyn.document import criterion, expression, workflow
from leapocr_dyn.document.reference import is_index, tokens
from leapocr_dyn.document.workflow import Section
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.model import naming
from leapocr_dyn.model.type import Array, Object, Type
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.api import Api

INPUT = re.compile(r"\$inputs\.(\w+)")
UNKNOWN_CALL = re.compile(r"[A-Z]+ /")  # what no document knows has rules for its stream by its place
OWN = "a class of errors.py, nor of the service's own client"
CRITERIA = frozenset({"when", "accepted", "more", "failed", "failure"})
SHARED = frozenset(
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.Error)
)


class Problem(NamedTuple):
    """Something that a workflow names and that is not there. place: where in the file, with slashes."""

    place: str
    said: str

    def __str__(self) -> str:
        return visible(f"{self.place}: {self.said}")


def problems(api: Api, kinds: Collection[str] = ()) -> list[Problem]:
    """What an Api's workflow names in vain, in the order of this file.

    kinds: the names of the service's own exceptions, which count beside those of errors.py.
    """
    tree = api.workflow.sections
    try:
        workflow.check(tree, api.name)
    except DocumentError as error:
        return [Problem("workflow", error.message)]
    found = [
        one for check in (operations, methods, pages, poll, upload, views, expressions) for one in check(api, tree)
    ]
    return [*found, *exceptions(tree, SHARED | frozenset(kinds))]


def mentioned(tree: Section) -> Iterator[tuple[str, str]]:
    """Every operation that a workflow names, after the place where it does."""
    for name, rule in tree.get("operations", {}).items():
        yield f"operations/{name}", rule.get("at", name)
        if "probe" in rule:
            yield f"operations/{name}/probe", rule["probe"]["operation"]
    for name, way in tree.get("methods", {}).items():
        if isinstance(way, dict):
            yield f"methods/{name}", way.get("calls") or way["streams"]
    for name in tree.get("pages", {}):
        yield f"pages/{name}", name
    for name in tree.get("streams", {}):
        if not UNKNOWN_CALL.match(name):
            yield f"streams/{name}", name
    for name, view in tree.get("views", {}).items():
        yield from ((f"views/{name}/of", one) for one in view["of"])
    steps = {f"upload/{step}": tree.get("upload", {}).get(step) for step in ("initiate", "complete")}
    yield from ((place, step["operation"]) for place, step in (steps | {"poll": tree.get("poll")}).items() if step)


def operations(api: Api, tree: Section) -> Iterator[Problem]:
    """Operations that the document does not have."""
    for place, name in mentioned(tree):
        try:
            api.operations[name]
        except KeyError as error:
            yield Problem(place, error.args[0])


def methods(api: Api, tree: Section) -> Iterator[Problem]:
    """Inputs that go nowhere, arguments that are not taken, parts of answers and views that are not there."""
    for name, said in tree.get("methods", {}).items():
        if name not in api.methods or not isinstance(said, dict):
            continue
        place, method = f"methods/{name}", api.methods[name]
        sends, inputs, it = said.get("sends", {}), list(method.way.inputs), method.operation
        takes, used = list(it.signature.parameters), set(INPUT.findall(json.dumps(sends)))
        if "view" in said and said["view"] not in api.views:
            yield from absent(f"{place}/view", [said["view"]], api.views, "a view")
            continue
        try:
            method.signature  # noqa: B018 - made here, so that what cannot be is said
        except DocumentError as error:
            yield Problem(f"{place}/inputs", error.message)
        for one in inputs:
            if one not in takes and one not in used and one != said.get("whole"):
                near = naming.hint(one, takes, f"; it takes {', '.join(takes) or 'nothing'}")
                yield Problem(f"{place}/inputs", f"{one!r} is no argument of {it.id}, and nothing sends it{near}")
        yield from absent(f"{place}/sends", sends, takes, f"an argument of {it.id}")
        yield from absent(f"{place}/sends", sorted(used), [*inputs, *takes], "an input")
        if method.way.output and not any(leads(it.result(), tokens(one)) for one in method.way.output):
            where = " or ".join(method.way.output)
            yield Problem(f"{place}/output", f"what {it.id} answers has nothing at {where}{_fields(it.result())}")
        hidden = api.operations.namespaces.get(method.namespace, {}).get(method.name)
        if hidden is not None and hidden not in api.methods.covered:
            yield Problem(place, f"it hides the operation {hidden.id}, which no client has then")


def pages(api: Api, tree: Section) -> Iterator[Problem]:
    """Arguments and parts of the answer that lead from page to page."""
    for name, rule in tree.get("pages", {}).items():
        if name in api.operations:
            takes = api.operations[name].signature.parameters
            for word in ("input", "limit"):
                yield from absent(f"pages/{name}/{word}", [rule[word]] if word in rule else [], takes, "an argument")
            parts = {word: rule[word] for word in ("items", "output") if word in rule} | rule.get("extra", {})
            yield from answered(api, f"pages/{name}", name, parts)


def poll(api: Api, tree: Section) -> Iterator[Problem]:
    """The argument and the parts of the answer by which a job is waited for."""
    rule = tree.get("poll")
    if rule and rule["operation"] in api.operations:
        takes = api.operations[rule["operation"]].signature.parameters
        yield from absent("poll/input", [rule["input"]], takes, "an argument")
        parts = {word: rule[word] for word in ("done", "total") if word in rule}
        yield from answered(api, "poll", rule["operation"], parts)


def upload(api: Api, tree: Section) -> Iterator[Problem]:
    """Arguments of the steps of an upload, and where its parts stand."""
    rule = tree.get("upload", {})
    for step in (
        step for step in ("initiate", "complete") if step in rule and rule[step]["operation"] in api.operations
    ):
        given = [*rule[step].get("parameters", {}), *rule[step].get("body", {})]
        takes = api.operations[rule[step]["operation"]].signature.parameters
        yield from absent(f"upload/{step}", given, takes, "an argument")
    if rule and rule["initiate"]["operation"] in api.operations:
        yield from answered(api, "upload/parts", rule["initiate"]["operation"], {"items": rule["parts"]["items"]})


def views(api: Api, tree: Section) -> Iterator[Problem]:
    """Views that cannot be laid over what operations answer, and fields that are not in it."""
    for name, section in tree.get("views", {}).items():
        sources = [api.operations[one].result() for one in section["of"] if one in api.operations]
        try:
            known = [field.name for field in api.views.view(name).fields]
        except (DocumentError, KeyError) as error:
            if len(sources) == len(section["of"]):  # else that has been said
                yield Problem(f"views/{name}", str(error.args[0]))
            continue
        shown = [_listed(_field(source, section["at"])) if "at" in section else source for source in sources]
        for label, given in section["fields"].items():
            said: Section = {"from": given} if isinstance(given, str) else given
            place = f"views/{name}/fields/{label}"
            words = [said["from"]] if isinstance(said.get("from"), str) else said.get("from", [])
            if words and not any(leads(one, (word,)) for one in shown for word in words):
                wanted = " or ".join(map(repr, words))
                yield Problem(place, f"what {' and '.join(section['of'])} answers has no field {wanted}")
            yield from absent(place, said.get("percent", ()), known, "a field of the view")
        for words in ("properties", "methods"):
            for label, made in section.get(words, {}).items():
                names = [given if isinstance(given, str) else given[0] for given in made.values()]
                yield from absent(
                    f"views/{name}/{words}/{label}", names, [*known, *section.get("properties", {})], "a field"
                )


def expressions(api: Api, tree: Section) -> Iterator[Problem]:
    """Expressions and conditions that cannot be read."""
    for place, read, text in written(tree, ""):
        try:
            read(text)
        except DocumentError as error:
            yield Problem(place, f"{text}: {error.message.splitlines()[0]}")


def written(node: Any, place: str) -> Iterator[tuple[str, Callable[[str], Any], str]]:  # Any: YAML; what is read
    """Every expression and condition of a file: where it stands, what reads it, and its text."""
    for key, item in node.items() if isinstance(node, dict) else enumerate(node):
        here = f"{place}/{key}".lstrip("/")
        if key in CRITERIA and isinstance(item, str):
            yield here, criterion.condition, item
        elif isinstance(item, str) and re.match(expression.WHOLE, item):
            yield here, expression.parse, item
        elif isinstance(item, dict | list) and key != "inputs":
            yield from written(item, here)


def exceptions(tree: Section, known: Collection[str]) -> Iterator[Problem]:
    """Exceptions that nobody has."""
    section = tree.get("errors", {})
    for code, name in section.get("codes", {}).items():
        yield from absent(f"errors/codes/{code}", [name], known, OWN)
    for index, one in enumerate(section.get("kinds", ())):
        yield from absent(f"errors/kinds/{index}/raise", [one["raise"]], known, OWN)
        yield from absent(
            f"errors/kinds/{index}/as", [one["as"]] if "as" in one else [], SHARED, "a class of errors.py"
        )


def absent(place: str, names: Iterable[str], known: Collection[str], what: str) -> Iterator[Problem]:
    """Those names that are not known, with what was probably meant."""
    for name in names:
        if name not in known:
            yield Problem(place, f"{name!r} is not {what}{naming.hint(name, known)}")


def answered(api: Api, place: str, operation: str, parts: dict[str, str]) -> Iterator[Problem]:
    """Expressions that lead to nothing in what an operation answers."""
    for word, text in parts.items():
        path = text.removeprefix("$response.body")
        try:
            there = path == text or leads(api.operations[operation].result(), expression.inner(path, text, 0))
        except DocumentError:  # it cannot be read, which `expressions` says
            continue
        if not there:
            yield Problem(f"{place}/{word}", f"what {operation} answers has nothing at {text}")


def leads(kind: Type | None, path: Iterable[str]) -> bool:
    """Whether a type can hold something by these names and numbers on the wire; None holds nothing."""
    for token in path:
        if kind is None or (isinstance(kind, Array) and not is_index(token)):
            return False
        if isinstance(kind, Object):
            if kind.fields and _field(kind, token) is None:
                return False
            kind = _field(kind, token) or Type("", "Any")
        else:
            kind = kind.items if isinstance(kind, Array) else Type("", "Any")
    return True


def _field(kind: Type | None, wire: str) -> Type | None:
    return next((one.type for one in kind.fields if one.wire == wire), None) if isinstance(kind, Object) else None


def _listed(kind: Type | None) -> Type | None:
    return kind.items if isinstance(kind, Array) else kind


def _fields(kind: Type | None) -> str:
    return f"; it has {naming.some([str(one.wire) for one in kind.fields])}" if isinstance(kind, Object) else ""
