"""A schema is asked about a value: what is carried from keyword to keyword, and from schema to schema.

Which keywords there are, and what they say, is not known here: they are given (check.py).

Theory of operation. Keywords that judge the value itself (`allOf`, `anyOf`, `if`, ...) share one `Told`: which
properties and items were spoken of by the parts that hold. `unevaluated...` reads it, and so does the search for
unknown names, once, when all parts have spoken. Below `not`, `if` and `contains` nothing is lenient or stricter than
the specification (`exact`): there, a "no" is as telling as a "yes".

Work is bounded. A `pattern` runs in an engine that can be stopped; one that takes too long, or that this engine cannot
read, is not held against the value. Nor is what is left when a check has visited `BUDGET` schemas: options inside
options can cost exponentially many, and the server judges in the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.model import naming
from leapocr_dyn.model.pattern import matches
from leapocr_dyn.model.type import Schema
from leapocr_dyn.model.value import Json, Kept

PATTERN_SECONDS = 0.25  # for all patterns of one check
BUDGET = 50_000  # schemas that one check visits
HINTS = 20  # of one check; each compares a name with every known one
DEEPEST = 200  # levels of a value; json.dumps would not go much deeper either
PARTED = frozenset({"allOf", "oneOf", "anyOf", "if", "dependentSchemas", "dependencies"})


Beside = Mapping[str, tuple[Schema, str]]
NOTHING: Beside = {}


class Problem(NamedTuple):
    """One thing that is wrong. path: where in the value, as a person would write it: parts[0].etag."""

    path: str
    said: str

    def __str__(self) -> str:
        return f"{self.path}: {self.said}" if self.path else self.said


class Work:
    """What one check may still cost. keywords: those that are asked. unsure: how many things it could not check."""

    def __init__(self, document: Document, keywords: Keywords) -> None:
        self.document = document
        self.keywords = keywords
        self.budget = BUDGET
        self.seconds = PATTERN_SECONDS
        self.hints = HINTS
        self.unsure = 0

    def matches(self, pattern: str, text: str) -> bool | None:
        """Whether a text contains what a pattern describes; None where that cannot be known."""
        began = time.perf_counter()
        verdict = matches(pattern, text, self.seconds) if self.seconds > 0 else None
        self.seconds -= time.perf_counter() - began
        self.unsure += verdict is None
        return verdict

    def hint(self, name: str, known: list[str], otherwise: str = "") -> str:
        """The nearest of the known names, as long as there are hints to give."""
        self.hints -= 1
        return naming.hint(name[:100], known, otherwise) if self.hints >= 0 else ""


class Told:
    """What has been said about the parts of one value.

    named: properties that some schema judges. wanted: those that only `required` names. lists: some `properties` stood
    there. open: other names are no mistakes. every: all properties are judged. items: so many of the first items are
    judged, others: and these. done: what parts of an `allOf`, by their places, have said; none is asked twice.
    """

    def __init__(self) -> None:
        self.named: dict[str, None] = {}
        self.wanted: dict[str, None] = {}
        self.lists = self.open = self.every = False
        self.items: float = 0
        self.others: set[int] = set()
        self.done: dict[str, Told] = {}

    def add(self, part: Told) -> None:
        """What a part that holds has said counts for the whole."""
        self.named |= part.named
        self.wanted |= part.wanted
        self.lists |= part.lists
        self.open |= part.open
        self.every |= part.every
        self.items = max(self.items, part.items)
        self.others |= part.others


class Case(NamedTuple):
    """A schema that is asked about a value.

    asked: the places of schemas that are being asked about this very value. beside: {property: its schema and place}
    of the schemas that hold together with this one; None where the specification's letter counts.
    """

    work: Work
    schema: dict[str, Schema]
    place: str
    value: Json
    path: str
    depth: int
    asked: frozenset[str]
    told: Told
    beside: Beside | None

    def inside(self, schema: Schema, steps: str, value: Json, name: str | int) -> Iterator[Problem]:
        """Ask another schema about a value inside this one."""
        beside = None if self.beside is None else NOTHING
        return ask(self.work, schema, f"{self.place}/{steps}", value, self.at(name), beside, depth=self.depth + 1)

    def part(self, schema: Schema, steps: str, told: Told) -> Iterator[Problem]:
        """Ask another schema about the same value."""
        at, deeper = f"{self.place}/{steps}", self.depth + 1
        return ask(self.work, schema, at, self.value, self.path, self.beside, deeper, self.asked, told)

    def holds(self, schema: Schema, steps: str, told: Told, value: Json) -> bool | None:
        """Whether a schema holds by the letter; None where that cannot be known."""
        before, at, deeper = self.work.unsure, f"{self.place}/{steps}", self.depth + 1
        asked = self.asked if value is self.value else frozenset[str]()
        found = next(ask(self.work, schema, at, value, "", None, deeper, asked, told), None)
        return None if self.work.unsure > before else found is None

    def at(self, name: str | int) -> str:
        """The path to a property or an item."""
        if isinstance(name, int):
            return f"{self.path}[{name}]"
        return f"{self.path}.{name}" if self.path else name

    def keeps(self, name: str) -> bool:
        """Whether a property is a server's own word on its way back: an unknown name is no mistake then."""
        return isinstance(self.value, Kept) and name in self.value.kept

    def no(self, said: str) -> Iterator[Problem]:
        """The value itself is wrong."""
        yield Problem(self.path, said)

    def unknown(self, name: str, known: list[str]) -> Problem:
        """A property is none of those that are known."""
        hint = self.work.hint(name, known, f"; known are {', '.join(map(repr, known))}")
        return Problem(self.at(name), f"is not known{hint}")


def ask(
    work: Work,
    schema: Schema,
    place: str,
    value: Json,
    path: str,
    beside: Beside | None,
    depth: int = 0,
    asked: frozenset[str] = frozenset(),
    told: Told | None = None,
) -> Iterator[Problem]:
    """What a schema forbids in a value, at any depth; see Case. told: None where this is all that is asked of it."""
    work.budget -= 1
    if work.budget < 0:
        work.unsure += 1
        return
    if depth > DEEPEST:
        yield Problem(path, f"goes deeper than {DEEPEST} levels")
        return
    located = work.document.follow(schema, place)
    schema, place = located.value, located.pointer
    # A schema that is inside itself allows nothing.
    if schema is False or place in asked:
        yield Problem(path, "nothing is allowed here")
        return
    if not isinstance(schema, dict):
        return
    whole = told is None
    told = Told() if told is None else told
    if beside is not None and not PARTED.isdisjoint(schema):
        beside = {**beside, **_properties(work.document, schema, place, set())}
    case = Case(work, schema, place, value, path, depth, asked | {place}, told, beside)
    for (_, check), keyword in sorted((work.keywords[word], word) for word in schema if word in work.keywords):
        yield from check(case, schema[keyword])
    if whole and told.lists and not told.open and beside is not None:
        known = [*{**told.named, **told.wanted}]
        for name in value:
            if name not in told.named and name not in told.wanted and not case.keeps(name):
                yield case.unknown(name, known)


def _properties(document: Document, schema: Schema, place: str, seen: set[str]) -> dict[str, tuple[Schema, str]]:
    """The properties that a schema and the parts of its `allOf` list."""
    seen.add(place)
    found: dict[str, tuple[Schema, str]] = {}
    for index, part in enumerate(listed(schema.get("allOf"))):
        located = document.follow(part, f"{place}/allOf/{index}")
        if isinstance(located.value, dict) and located.pointer not in seen and len(seen) < DEEPEST:
            found |= _properties(document, located.value, located.pointer, seen)
    for name, inner in named(schema.get("properties")).items():
        found[name] = inner, f"{place}/properties{pointer(name)}"
    return found


def listed(node: Schema) -> list[Schema]:
    """What ought to be a list; nothing where it is none."""
    return node if isinstance(node, list) else []


def named(node: Schema) -> dict[str, Schema]:
    """What ought to be an object; nothing where it is none."""
    return node if isinstance(node, dict) else {}


Check = Callable[[Case, Schema], Iterator[Problem]]
Keywords = Mapping[str, tuple[int, Check]]
"""{keyword: (its place in the order, what it checks)}."""
