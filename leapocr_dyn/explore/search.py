"""Finding: the operations, arguments, models, fields and values that some words are about, the likeliest first.

    api.search("upload")        prints a line for each: what it is, what to try, what it is for

Looks at names and descriptions as the document has them: no model and no type is built, whatever the document's size.
All words have to be found in one thing; a word that nothing has is read as the nearest one that something has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.explore import spelling
from leapocr_dyn.explore.screen import table
from leapocr_dyn.model import naming
from leapocr_dyn.model.composition import whole
from leapocr_dyn.model.type import Schema
from leapocr_dyn.operation.method import Method
from leapocr_dyn.operation.operation import Operation

if TYPE_CHECKING:
    from leapocr_dyn.api import Api

LIMIT = 20
LONGEST = 2_000  # characters of a description that are looked at
STEM = 4  # letters that a word has at least to be the beginning of a longer one that is asked for
# How well a word is found: as the whole name, as a word of it, as the beginning of one, inside it, in the description.
NAME, WORD, START, INSIDE, SAID = 16, 8, 4, 2, 1
# Among equals.
KINDS = {"method": 0.5, "operation": 0.4, "model": 0.3, "argument": 0.2, "field": 0.1, "value": 0.0}


class Hit(NamedTuple):
    """One thing that was found. kind: operation, method, argument, model, field or value. called: its name.

    said: what it is for, in a line. about: all that the document says of it. owner: the operation or method that it
    belongs to, or is; of models, the name.
    """

    kind: str
    called: str
    said: str
    about: str
    owner: Operation | Method | str

    @property
    def parts(self) -> list[str]:
        """The words of its name."""
        if self.kind in ("model", "value"):
            return [one.lower() for one in naming.words(self.called)]
        return self.called.lower().replace(".", "_").split("_")  # a name of Python's, which naming.py has made

    @property
    def attempt(self) -> str:
        """What to try, as Python."""
        if isinstance(self.owner, str):
            model = spelling.model(self.owner)
            return {"field": f"{model}.{self.called}", "value": f"{model}({self.called!r})"}.get(self.kind, model)
        if self.kind == "argument":
            return f"{spelling.called(self.owner)}({self.called}=...)"
        return spelling.call(self.owner)


class Found(tuple[Hit, ...]):
    """What was found, the likeliest first; prints as a line for each. words: those that were looked for.

    meant: those that were looked for instead, where nothing has them. more: how much else there is.
    """

    words: str
    meant: str
    more: int

    @classmethod
    def of(cls, hits: Iterable[Hit], words: str, meant: str, more: int) -> Found:
        """With what the words were."""
        made = cls(hits)
        made.words, made.meant, made.more = words, meant, more
        return made

    def __repr__(self) -> str:
        if not self:
            return f"<Found nothing about {self.words!r}; api.tree() shows what there is>"
        head = [f"nothing is about {self.words!r}; this is about {self.meant!r}:"] if self.meant != self.words else []
        rest = [f"... and {self.more} more; add a word, or limit={len(self) + self.more}"] if self.more else []
        return "\n".join([*head, *table((one.kind, one.attempt, one.said) for one in self), *rest])


def search(api: Api, words: str, limit: int = LIMIT) -> Found:
    """What the words are about. limit: how much of it."""
    if not isinstance(words, str):
        raise TypeError(f"words are text, not {words!r:.60}")
    things = list(everything(api))
    meant = words
    found = ranked(things, words)
    if not found and (near := nearest(things, words)):
        meant, found = near, ranked(things, near)
    return Found.of(found[:limit], words, meant, max(0, len(found) - limit))


def ranked(things: Iterable[Hit], words: str) -> list[Hit]:
    """What all the words are found in, the likeliest first; among equals in the order of the document."""
    terms = [one.lower() for one in naming.words(words)]
    scored = [(score(one, terms), one) for one in things] if terms else []
    return [one for points, one in sorted(scored, key=lambda pair: -pair[0]) if points]


def score(one: Hit, terms: list[str]) -> float:
    """How well all the words are found in one thing; 0 where one of them is not."""
    name, about = one.called.lower(), one.about[:LONGEST].lower()
    if not all(term[:STEM] in name or term in about for term in terms):
        return 0.0  # most things of a large document end here
    parts, points = one.parts, 0.0
    for term in terms:
        if term == name.rpartition(".")[2]:
            points += NAME
        elif term in parts:
            points += WORD
        elif any(part.startswith(term) or (len(part) >= STEM and term.startswith(part)) for part in parts):
            points += START
        elif term in name:
            points += INSIDE
        elif term in about:
            points += SAID
        else:
            return 0.0
    return points + KINDS[one.kind]


def nearest(things: Iterable[Hit], words: str) -> str:
    """The words, and in place of each that nothing has the nearest one that a name has; "" where there is none."""
    import difflib  # not at the top: only mistakes need it

    known = {part for one in things for part in one.parts}
    found = [difflib.get_close_matches(term.lower(), known, 1) for term in naming.words(words)]
    return " ".join(one for near in found for one in near) if all(found) else ""


# -- what there is


def everything(api: Api) -> Iterator[Hit]:
    """All that can be found, in the order of the document."""
    for ways in api.namespaces.values():
        for way in ways.values():
            it = way.operation
            kind = "method" if isinstance(way, Method) else "operation"
            about = " ".join(str(it.node.get(word) or "") for word in ("summary", "description"))
            yield Hit(kind, way.full_name, spelling.purpose(it), f"{about} {it.id} {it.path}", way)
            yield from (Hit("argument", name, said, said, way) for name, said in arguments(way))
    for wire, name in api.models.names.items():
        place = pointer("components", "schemas", wire)
        schema = together(api.models.document, api.models.document.resolve(place), place)
        said = description(schema)
        yield Hit("model", name, said or wire, f"{wire} {said}", name)
        yield from (Hit("field", field, said, said, name) for field, said in fields(schema))
        values = (value for value in _list(schema.get("enum")) if isinstance(value, str))
        said = str(schema.get("description") or name)
        yield from (Hit("value", value, said, said, name) for value in values)


def arguments(way: Operation | Method) -> Iterator[tuple[str, str]]:
    """The arguments and what is said about each."""
    it = way.operation
    known = {one.name: one.description for one in it.parameters}
    if it.body is not None:
        known |= dict(fields(together(it.document, it.body.schema, it.body.place)))
    if isinstance(way, Method):
        sends = way.way.sends or {}
        known = {one: said for one, said in known.items() if one not in sends} | {
            one: known.get(one, "") for one in way.way.inputs
        }
    yield from known.items()


def together(document: Document, schema: Schema, place: str) -> Schema:
    """A schema with the parts of its `allOf`; {} for one that cannot be read."""
    try:
        return whole(document, schema, place).value
    except DocumentError:
        return {}


def fields(schema: Schema) -> Iterator[tuple[str, str]]:
    """The properties of an object schema, by their names in Python, and what is said about each."""
    known = schema.get("properties")
    for wire, inner in known.items() if isinstance(known, dict) else ():
        yield naming.attribute(wire), description(inner)


def description(schema: Schema) -> str:
    """What a schema says about itself, with the values it lists."""
    if not isinstance(schema, dict):
        return ""
    listed = ", ".join(repr(one) for one in _list(schema.get("enum"))[:12])
    said = str(schema.get("description") or schema.get("title") or "")
    return " ".join(filter(None, [said, listed and f"one of {listed}"]))


def _list(node: Schema) -> list[Schema]:
    return node if isinstance(node, list) else []
