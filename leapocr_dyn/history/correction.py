"""What answers showed beyond a document -> an OpenAPI Overlay 1.0 that makes the document say it.

Pure: no network, no clock. What was seen is added: a field gets a place, a word joins its enum, a type becomes one of
several. Each change is applied here as soon as it is made, to what those before it have left, so that all of them
together fit the published document. What cannot be said there (Swagger 2.0 has no unions; an overlay changes one file)
is left out with its reason.

Theory of operation. A surprise is found in the published document (counterpart.py); those about one place are one.
First comes what adds to a schema where it stands; then, from the inside out, what may wrap one in an `anyOf`, because
that moves what is inside; responses come last, since a new one may be the copy of another.
Sources: OpenAPI Overlay 1.0.0; OpenAPI 3.0 section 4.7.24, 3.1 section 4.8.24; Swagger 2.0, "Schema Object".
"""

from __future__ import annotations

import http
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

from leapocr_dyn.document import Document, overlay
from leapocr_dyn.document.jsonpath import Steps, path, quoted
from leapocr_dyn.document.reference import is_reference, local, pointer, references
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.history.counterpart import UNIONS, Part, Walk
from leapocr_dyn.model.instance import is_kind
from leapocr_dyn.surprise import FIELD, LONGEST, Surprise
from leapocr_dyn.visible import visible

Json = Any  # the border where the document enters, and what servers sent
Tree = dict[str, Json]

# These say nothing of which values there may be; everything else moves when a schema is wrapped.
OUTSIDE = frozenset(
    {"description", "title", "deprecated", "readOnly", "writeOnly", "default", "example", "examples", "externalDocs"}
    | {"xml", "$defs", "definitions", "$id", "$schema", "$anchor", "$dynamicAnchor", "$comment"}
)
LABELS = ("x-enum-varnames", "x-enumNames")
MEANT = frozenset({*LABELS, "x-enum-aliases", "x-nullable"})
# Beside these, one more word in `type` lets nothing pass.
RULING = frozenset({"const", "anyOf", "oneOf", "allOf", "not", "if", "$ref"})
FORMS = frozenset({"enum", "format", "contentEncoding"})
SYNTAX = r"[\^$\\.*+?()\[\]{}|/]"  # of regular expressions, ECMA-262 section 22.2.1
HALF = "[\ud800-\udfff]"
NULL: dict[str, Tree] = {"3.0": {"type": "object", "nullable": True, "enum": [None]}, "3.1": {"type": "null"}}


class LeftOut(NamedTuple):
    """A surprise that the overlay does not repair, and why."""

    surprise: Surprise
    reason: str

    def __str__(self) -> str:
        return visible(f"{self.surprise}: {self.reason}")


class Change(NamedTuple):
    """What to merge into a place, or the members to remove from it."""

    steps: Steps
    update: Json = None
    remove: tuple[str, ...] = ()

    def action(self, said: str) -> Tree:
        """The same as an Action Object. said: its description."""
        if len(self.remove) == 1:
            return {"target": path((*self.steps, *self.remove)), "description": said, "remove": True}
        if self.remove:
            names = ", ".join(map(quoted, self.remove))
            return {"target": f"{path(self.steps)}[{names}]", "description": said, "remove": True}
        return {"target": path(self.steps), "description": said, "update": self.update}


class Case(NamedTuple):
    """Surprises about one node, as one. name: of a field. version: 2.0, 3.0 or 3.1. node: as it is by now."""

    name: str
    seen: tuple[Json, ...]
    steps: Steps
    node: Tree
    version: str


def correction(document: Document, surprises: Iterable[Surprise], name: str) -> tuple[Tree, tuple[LeftOut, ...]]:
    """The overlay, and what it leaves out. name: of the API.

    It is meant for the published document with the overlays that it was loaded with.
    """
    corrector = Corrector(document)
    for surprise in surprises:
        corrector.take(surprise)
    corrector.run()
    info = {"title": f"What answers of {name} showed beyond its document", "version": "1.0.0"}
    nothing = {"target": "$", "description": "Nothing was seen that could be added.", "update": {}}
    return {"overlay": "1.0.0", "info": info, "actions": corrector.actions or [nothing]}, tuple(corrector.left_out)


class Corrector:
    """A published document that is being corrected. tree: as it is by now."""

    def __init__(self, document: Document) -> None:
        self.walk = Walk(document.published)
        self.tree = document.published if document.alone is None else document.alone
        said = str(document.published.get("openapi"))
        self.version = "2.0" if self.walk.old else "3.0" if said.startswith("3.0") else "3.1"
        self.cases: dict[tuple[str, str, Steps], list[Surprise]] = {}
        self.actions: list[Tree] = []
        self.left_out: list[LeftOut] = []

    def take(self, surprise: Surprise) -> None:
        """Find what a surprise is about."""
        try:
            for repair, name, steps in self.places(surprise):
                self.cases.setdefault((repair, name, steps), []).append(surprise)
        except DocumentError as error:
            self.left_out.append(LeftOut(surprise, error.message))
        if surprise.others:
            self.left_out.append(
                LeftOut(surprise, f"{surprise.others} times it was something too long, or one too many")
            )

    def places(self, surprise: Surprise) -> Iterator[tuple[str, str, Steps]]:
        """(repair, name of the field, where) for a surprise. Raises DocumentError."""
        what, place = surprise.what, surprise.pointer
        if what in ("status", "error status"):
            place = place.removesuffix("/responses")
        parts = self.walk.to(place)
        last = self.walk.meant(parts[-1])
        if what.startswith(FIELD):
            name = what.removeprefix(FIELD)
            if len(name) > LONGEST:
                raise DocumentError("its name is too long to be kept")
            said = self.walk.whole(parts)
            patterns = self.having(said, "patternProperties")
            if patterns is not None and not any(part.node.get("properties") for part in said):
                yield "pattern", name, patterns.steps
            else:
                yield "field", name, last.steps
        elif what in ("enum", "too many items"):
            words = ("enum", "const") if what == "enum" else ("items",)
            yield what, "", (self.having(self.walk.whole(parts), *words) or last).steps
        elif what == "null":
            for part in parts:
                yield what, "", part.steps
        elif what in ("type", "format"):
            for part in parts:
                yield what, "", self.walk.meant(part).steps
        elif what in REPAIRS:
            yield what, "", last.steps
        else:
            raise DocumentError("which schema is meant, only the makers of the API know")

    @staticmethod
    def having(parts: list[Part], *words: str) -> Part | None:
        """The last part that has one of the keywords, which is the one that counts."""
        return next((part for part in reversed(parts) if any(word in part.node for word in words)), None)

    def run(self) -> None:
        """Make the actions, in an order in which none disturbs another."""

        def order(key: tuple[str, str, Steps]) -> tuple[int, int, int]:
            turn = list(REPAIRS).index(key[0])
            wraps = key[0] in WRAPPING
            return 2 if "status" in key[0] else int(wraps), -len(key[2]) if wraps else 0, turn

        for key in sorted(self.cases, key=order):
            surprises = self.cases[key]
            seen = dict.fromkeys(json.dumps(one) for surprise in surprises for one in surprise.seen)
            times = sum(surprise.times for surprise in surprises)
            one = surprises[0]._replace(seen=tuple(map(json.loads, seen)), times=times, others=0)
            if one.seen:
                try:
                    self.repair(key, one)
                except DocumentError as error:
                    self.left_out += [LeftOut(surprise, error.message) for surprise in surprises]

    def repair(self, key: tuple[str, str, Steps], surprise: Surprise) -> None:
        """Apply what repairs a surprise, all of it or nothing. Raises DocumentError."""
        repair, name, steps = key
        case = Case(name, surprise.seen, steps, self.at(steps), self.version)
        said = f"{surprise.sentence}; seen {surprise.times} time{'s' * (surprise.times != 1)}"
        changes = list(REPAIRS[repair](case))
        self.check_unshared(case, changes)
        actions = [change.action(said) for change in changes]
        if re.search(HALF, json.dumps(actions, ensure_ascii=False)):
            raise DocumentError("half of a character is in it, which no file can hold")
        tree, applied = overlay.apply(self.tree, {"overlay": "1.0.0", "info": INFO, "actions": actions})
        for change, one in zip(changes, applied, strict=True):
            if one.matches != (len(change.remove) or 1):
                raise DocumentError(f"{one.target} selects {one.matches} nodes")
        self.tree = tree
        self.actions += actions

    def at(self, steps: Steps) -> Tree:
        """The object at a place in the document that overlays are applied to."""
        node: Json = self.tree
        try:
            for step in steps:
                node = node[step]
        except (KeyError, IndexError, TypeError) as error:
            where = f"in {steps[1]}" if steps[0] == "x-files" else "in another file, or in a copy"
            raise DocumentError(f"it stands {where}, and an overlay changes one document: correct it there") from error
        if not isinstance(node, dict):
            raise DocumentError("what stands there is no object")
        return node

    def check_unshared(self, case: Case, changes: list[Change]) -> None:
        """Raise DocumentError where something refers to what would go or move."""
        for name in (name for change in changes for name in change.remove):
            gone = pointer(*map(str, (*case.steps, name)))
            if isinstance(case.node[name], dict | list) and any(
                f"{one}/".startswith(f"{gone}/") for one in self.referred
            ):
                raise DocumentError(f"something refers to #{gone}, which would have to move")

    @cached_property
    def referred(self) -> set[str]:
        """What references in the published document lead to."""
        return {local(ref) for ref in set(references(self.walk.published)) if ref.startswith("#/")}


INFO = {"title": "Drift", "version": "1.0.0"}


# -- what repairs a case: one function for each kind of surprise ------------------------------------------------------


def field(case: Case) -> Iterator[Change]:
    """An unknown field becomes a property."""
    if case.name in (case.node.get("properties") or {}):
        raise DocumentError("it stands there already, but is read as something else")
    yield Change(case.steps, {"properties": {case.name: schema(case.seen, case.version)}})


def pattern(case: Case) -> Iterator[Change]:
    """Where properties are known by patterns alone, it becomes one: that name and no other."""
    name = "^" + re.sub(SYNTAX, r"\\\g<0>", case.name) + "$"
    yield Change(case.steps, {"patternProperties": {name: schema(case.seen, case.version)}})


def fields(case: Case) -> Iterator[Change]:
    """More names than fields could have: any name."""
    if "additionalProperties" in case.node:
        yield Change(case.steps, remove=("additionalProperties",))
    yield Change(case.steps, {"additionalProperties": schema(case.seen, case.version)})


def enum(case: Case) -> Iterator[Change]:
    """A word joins the others; a `const` that is an option of a union gets company, any other becomes an enum."""
    node, words = case.node, list(case.seen)
    if "enum" not in node:
        if len(case.steps) > 1 and case.steps[-2] in UNIONS:
            yield from (Change(case.steps[:-1], {"const": word}) for word in words)
            return
        yield Change(case.steps, remove=("const",))
        words = [node.get("const"), *words]
    update: Tree = {"enum": words}
    for labels in LABELS:
        if isinstance(node.get(labels), list) and "enum" in node and len(node[labels]) == len(node["enum"]):
            update[labels] = list(map(str, words))  # or none of the labels would count any more
    if node.get("type") == "integer" and not all(is_kind(word, "integer") for word in words):
        update["type"] = "number"
    yield Change(case.steps, update)


def items(case: Case) -> Iterator[Change]:
    """More items than the document lists."""
    yield Change(case.steps, remove=("items",))
    yield Change(case.steps, {"items": schema(case.seen, case.version)})


def null(case: Case) -> Iterator[Change]:
    """Null, as each version says it."""
    node, kinds = case.node, case.node.get("type")
    listed: Tree = {"enum": [None]} if isinstance(node.get("enum"), list) and None not in node["enum"] else {}
    if isinstance(kinds, list) and RULING.isdisjoint(node):
        yield Change(case.steps, {"type": ["null"], **listed})
    elif isinstance(kinds, str) and RULING.isdisjoint(node):
        if case.version == "3.1":
            yield Change(case.steps, remove=("type",))
            yield Change(case.steps, {"type": [kinds, "null"], **listed})
        else:
            yield Change(case.steps, {"x-nullable" if case.version == "2.0" else "nullable": True, **listed})
    elif case.version == "2.0":
        raise DocumentError("Swagger 2.0 has no word for null where a schema has no `type` of its own")
    else:
        yield from either(case, [dict(NULL[case.version])])


def kind(case: Case) -> Iterator[Change]:
    """Another type: one of several."""
    node, kinds = case.node, node_kinds(case.node)
    own = RULING | (FORMS if case.version == "3.1" else {"enum"})
    if case.version == "2.0" and "headers" in case.steps[-2:-1]:
        yield from text(case)
    elif set(case.seen) == {"number"} and "integer" in kinds and (RULING | {"enum"}).isdisjoint(node):
        if "format" in node:
            yield Change(case.steps, remove=("format",))
        yield Change(case.steps, {"type": "number" if isinstance(node["type"], str) else ["number"]})
    elif case.version != "3.0" and kinds and own.isdisjoint(node):
        gone = ["type"] * isinstance(node["type"], str) + ["format"] * ("format" in node and "string" in case.seen)
        if gone:
            yield Change(case.steps, remove=tuple(gone))
        yield Change(case.steps, {"type": [*(kinds if "type" in gone else ()), *case.seen]})
    elif case.version == "2.0":
        raise DocumentError("Swagger 2.0 has no word for one schema or another")
    else:
        yield from either(case, [schema((one,), case.version) for one in case.seen])


def form(case: Case) -> Iterator[Change]:
    """What is not of the format: anything of its kind, where the document cannot say `or`."""
    kinds = node_kinds(case.node)
    if case.version == "2.0" and "headers" in case.steps[-2:-1]:
        yield from text(case)
    elif case.version == "2.0" and set(case.seen) & set(kinds):
        yield Change(case.steps, remove=("format",))
        rest = [one for one in case.seen if one not in kinds]
        if rest:
            yield from kind(case._replace(node={**case.node, "format": None}, seen=tuple(rest)))
    elif case.version == "2.0":
        yield from kind(case)
    else:
        yield from either(case, [schema((one,), case.version) for one in case.seen])


def text(case: Case) -> Iterator[Change]:
    """A header of Swagger 2.0 that is not what it was promised to be is text."""
    gone = tuple(name for name in case.node if name not in OUTSIDE and name != "type" and not name.startswith("x-"))
    if gone:
        yield Change(case.steps, remove=gone)
    yield Change(case.steps, {"type": "string"})


def either(case: Case, others: list[Tree]) -> Iterator[Change]:
    """The schema, or one of others: further options of its union, or an `anyOf` around it."""
    node = case.node
    inside = {name: value for name, value in node.items() if name in MEANT or not (name in OUTSIDE or name[:2] == "x-")}
    for union in UNIONS:
        if set(inside) == {union}:
            yield Change(case.steps, {union: others})
            return
    if inside:
        yield Change(case.steps, remove=tuple(inside))
    yield Change(case.steps, {"anyOf": [inside, *others]})


def status(case: Case) -> Iterator[Change]:
    """A response is added: what it was read as, the nearest one that the document has."""
    responses = case.node.get("responses") or {}
    added: Tree = {}
    for code in map(str, case.seen):
        near = next((key for key in responses if key.startswith(code[0])), None)
        added[code] = _described(code) if near is None else _same(responses[near], (*case.steps, "responses", near))
    yield Change(case.steps, {"responses": added})


def _same(response: Json, steps: Steps) -> Tree:
    """A response that says the same as another one: a reference, where it can be referred to after all repairs."""
    if is_reference(response):
        return dict(response)
    if steps[0] == "paths" and str(steps[1]).startswith("/") and len(steps) == 5:
        return {"$ref": "#" + quote(pointer(*map(str, steps)), safe="/~!$&'()*+,;=:@")}
    return dict(response)


def failure(case: Case) -> Iterator[Change]:
    """A response is added that says which failure it is; what it holds nobody has looked at."""
    yield Change(case.steps, {"responses": {str(code): _described(str(code)) for code in case.seen}})


def _described(code: str) -> Tree:
    try:
        return {"description": http.HTTPStatus(int(code)).phrase}
    except ValueError:
        return {"description": f"Status {code}"}


def schema(kinds: Iterable[str], version: str) -> Tree:
    """What allows JSON of these kinds, and says no more."""
    seen = dict.fromkeys(kinds)
    empty = "null" in seen
    seen.pop("null", None)
    if "number" in seen:
        seen.pop("integer", None)
    if not seen:
        return {}  # nobody knows what else it may be
    if version == "3.0":
        options: list[Tree] = [{"type": one, **({"items": {}} if one == "array" else {})} for one in seen]
        options[0] |= {"nullable": True} if empty else {}
        return options[0] if len(options) == 1 else {"anyOf": options}
    several = [*seen, *(["null"] if empty and (version == "3.1" or len(seen) > 1) else [])]
    more: Tree = {"x-nullable": True} if empty and len(several) == 1 else {}
    if version == "2.0" and "array" in seen:
        more["items"] = {}
    return {"type": several if len(several) > 1 else several[0], **more}


def node_kinds(node: Tree) -> list[str]:
    """The kinds that a schema's `type` names."""
    kinds = node.get("type")
    return [one for one in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(one, str)]


# In this order.
REPAIRS: dict[str, Callable[[Case], Iterator[Change]]] = {
    "field": field,
    "pattern": pattern,
    "unknown fields": fields,
    "enum": enum,
    "too many items": items,
    "null": null,
    "type": kind,
    "format": form,
    "status": status,
    "error status": failure,
}
WRAPPING = frozenset({"null", "type", "format"})
