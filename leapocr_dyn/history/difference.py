"""What two schemas differ in: a function for each subject, and one walk down both.

What is found knows no direction; the rules say what it means in a request and in a response (rule.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from leapocr_dyn.history.fingerprint import Fingerprints
from leapocr_dyn.history.meaning import (
    ANYTHING,
    ASSERTIONS,
    BARE,
    LOWER,
    SINGLE,
    UPPER,
    Json,
    Key,
    Meaning,
    Option,
    text,
)
from leapocr_dyn.history.rule import kebab
from leapocr_dyn.model.format import ENCODINGS, FORMATS

AROUND = frozenset({"null", "default", "deprecated", "readOnly", "writeOnly", "discriminator"})
CLOSING = ("additionalProperties", "unevaluatedProperties")
LIKELY = 4_096  # pairs of options that are looked at for a likeness; a union of more has become another one
WALKED = ("properties", "items", "additionalProperties", "prefixItems")


class Found(NamedTuple):
    """One difference. name: of the property or keyword that it is about. old, new: JSON Pointers.

    moot: the direction in which nobody meets it.
    """

    rule: str
    old: str | None
    new: str | None
    name: str = ""
    was: Json = None
    now: Json = None
    moot: str = ""


class Edge(NamedTuple):
    """Two schemas that stand below two others. step: how that is written; name: of the property, if it is one.

    given: whether a value had to be given, so that no default could stand for it.
    """

    step: str
    name: str
    old: Key
    new: Key
    moot: str = ""
    given: bool = False


class Met(NamedTuple):
    """A difference, and where it was met. where: the way to it, such as pages[].text. name: the property on it."""

    where: str
    name: str
    moot: str
    found: Found


class Differences:
    """The differences of two documents' schemas, each pair looked at once."""

    def __init__(self, old: Fingerprints, new: Fingerprints) -> None:
        self.old = old
        self.new = new
        self._pairs: dict[tuple[Key, Key], tuple[list[Found], list[Edge]]] = {}

    def walk(self, old: Key, new: Key, name: str, given: bool) -> Iterator[Met]:
        """Every difference between two schemas and all below them; each pair is met once, nearest first."""
        seen = set()
        level = [("", name, Edge("", "", old, new, given=given))]
        while level:
            below = []
            for where, name, edge in level:
                pair = edge[2:]
                if pair in seen or not self.differ(edge.old, edge.new):
                    continue
                seen.add(pair)
                found, edges = self.pair(edge.old, edge.new)
                for one in found:
                    idle = "request" if edge.given and one.rule.startswith("default-") else ""
                    yield Met(where, name, edge.moot or one.moot or idle, one)
                below += [
                    (where + one.step, one.name or name, one._replace(moot=edge.moot or one.moot)) for one in edges
                ]
            level = below

    def differ(self, old: Key, new: Key) -> bool:
        """Whether two schemas do not say the same."""
        return self.old.schema(old) != self.new.schema(new)

    def pair(self, old: Key, new: Key) -> tuple[list[Found], list[Edge]]:
        """What two schemas differ in themselves, and the pairs below them."""
        known = self._pairs.get((old, new))
        if known is None:
            edges: list[Edge] = []
            known = self._pairs[old, new] = list(self._found(old, new, edges)), edges
        return known

    def _found(self, old: Key, new: Key, edges: list[Edge]) -> Iterator[Found]:
        """The differences of two schemas; `edges` grows by the pairs below."""
        a, b = self.old.schemas.meaning(old), self.new.schemas.meaning(new)
        for subject in (lifecycle, access, defaults):
            yield from subject(a, b)
        if says_nothing(a) or says_nothing(b):
            yield from described(a, b)
            return
        if is_union(a) != is_union(b) and not (a.unions and b.unions):
            # One of them has become one option of several, or the other way round.
            left, right = (said.unions or ((Option((), key | {BARE}),),) for said, key in ((a, old), (b, new)))
            yield from nullability(a, b)
            yield from self._options(left[0], right[0], a, b, edges)
            return
        changed = list(types(a, b))
        yield from changed
        if any(one.rule == "type-changed" for one in changed):
            return
        for subject in SUBJECTS:
            yield from subject(a, b)
        yield from self._properties(a, b, edges)
        yield from self._opaque(a, b)
        yield from self._unions(a, b, edges)
        edges += steps(a, b)

    def _properties(self, a: Meaning, b: Meaning, edges: list[Edge]) -> Iterator[Found]:
        if is_map(a) and any(step[0] == "properties" for step in b.inner):
            yield Found("model-added", a.place, b.place)
        required, demanded = set(a.words.get("required", ())), set(b.words.get("required", ()))
        for name in sorted({step[1] for said in (a, b) for step in said.inner if step[0] == "properties"}):
            step = ("properties", name)
            if step not in b.inner:
                seen = moot(self.old.schemas.meaning(a.inner[step]))
                yield Found("property-removed", a.places[step], b.place, name, moot=seen)
            elif step not in a.inner:
                seen = moot(self.new.schemas.meaning(b.inner[step]))
                rule = "property-added-required" if name in demanded else "property-added"
                yield Found(rule, a.place, b.places[step], name, moot=seen)
        for name in sorted(required ^ demanded):
            step = ("properties", name)
            if (step in a.inner) == (step in b.inner):
                seen = moot(self.new.schemas.meaning(b.inner.get(step, ANYTHING)))
                rule = "required-added" if name in demanded else "required-removed"
                yield Found(rule, a.places.get(step, a.place), b.places.get(step, b.place), name, moot=seen)
        for below in sorted(one for one in a.inner.keys() & b.inner.keys() if one[0] == "properties"):
            unseen = {moot(self.old.schemas.meaning(a.inner[below])), moot(self.new.schemas.meaning(b.inner[below]))}
            only = unseen.pop() if len(unseen) == 1 else ""
            edges.append(Edge(f".{below[1]}", below[1], a.inner[below], b.inner[below], only, below[1] in required))

    def _opaque(self, a: Meaning, b: Meaning) -> Iterator[Found]:
        """Schemas that no value is: what they forbid is not worked out, only that they differ."""
        for step in sorted(one for one in a.inner.keys() | b.inner.keys() if one[0] not in WALKED):
            if step not in b.inner:
                yield Found("constraint-removed", a.places[step], b.place, " ".join(step), was="a schema")
            elif step not in a.inner:
                yield Found("constraint-added", a.place, b.places[step], " ".join(step), now="a schema")
            elif self.differ(a.inner[step], b.inner[step]):
                yield Found("constraint-changed", a.places[step], b.places[step], " ".join(step), "a schema", "another")

    # -- unions

    def _unions(self, a: Meaning, b: Meaning, edges: list[Edge]) -> Iterator[Found]:
        if len(a.unions) == len(b.unions):
            for left, right in zip(a.unions, b.unions, strict=True):
                yield from self._options(left, right, a, b, edges)
        elif len(a.unions) < len(b.unions):
            yield Found("constraint-added", a.place, b.place, "anyOf", now=f"{len(b.unions)} unions")
        else:
            yield Found("constraint-removed", a.place, b.place, "anyOf", was=f"{len(a.unions)} unions")

    def _options(
        self, left: tuple[Option, ...], right: tuple[Option, ...], a: Meaning, b: Meaning, edges: list[Edge]
    ) -> Iterator[Found]:
        was, now = (told_apart(said) for said in (a, b))
        if was != now:
            yield Found("discriminator-changed", a.place, b.place, was=was, now=now)
        pairs, gone, come = self._paired(left, right)
        for one, other in pairs:
            edges.append(Edge("", "", one.key, other.key))
            if one.tags != other.tags:
                was, now = (", ".join(some.tags) or "nothing" for some in (one, other))
                yield Found("discriminator-changed", a.place, b.place, was=was, now=now)
        for one in gone:
            said = self.old.schemas.meaning(one.key)
            yield Found("option-removed", said.place or a.place, b.place, was=summary(said))
        for one in come:
            said = self.new.schemas.meaning(one.key)
            yield Found("option-added", a.place, said.place or b.place, now=summary(said))

    def _paired(
        self, left: Iterable[Option], right: Iterable[Option]
    ) -> tuple[list[tuple[Option, Option]], list[Option], list[Option]]:
        """The options of two unions, side by side, those that are gone, and those that have come."""
        pairs: list[tuple[Option, Option]] = []
        gone, come = list(left), list(right)
        for known in (exactly, by_tags, by_meaning):
            waiting: dict[object, list[Option]] = {}
            for one in reversed(come):
                waiting.setdefault(known(self.new, one), []).append(one)
            kept = []
            for one in gone:
                same = known(self.old, one)
                if same and waiting.get(same):
                    pairs.append((one, waiting[same].pop()))
                else:
                    kept.append(one)
            gone, come = kept, [one for some in reversed(waiting.values()) for one in reversed(some)]
        if len(gone) * len(come) <= LIKELY:
            for one in list(gone):
                other = next((it for it in come if self._alike(one, it)), None)
                if other is not None:
                    gone.remove(one)
                    come.remove(other)
                    pairs.append((one, other))
        return pairs, gone, come

    def _alike(self, one: Option, other: Option) -> bool:
        """Whether one may have become the other: of one kind, and, where it has properties, with some in common."""
        a, b = self.old.schemas.meaning(one.key), self.new.schemas.meaning(other.key)
        shared = {step for step in a.inner.keys() & b.inner.keys() if step[0] == "properties"}
        has = [any(step[0] == "properties" for step in said.inner) for said in (a, b)]
        return a.words.get("type") == b.words.get("type") and (bool(shared) if any(has) else "type" in a.words)


def exactly(prints: Fingerprints, one: Option) -> object:
    """By what an option says, and what chooses it."""
    return one.tags, prints.schema(one.key)


def by_tags(prints: Fingerprints, one: Option) -> object:
    """By what chooses an option."""
    return one.tags


def by_meaning(prints: Fingerprints, one: Option) -> object:
    """By what an option says."""
    return prints.schema(one.key)


# -- one function for each subject: what two schemas say about it


def says_nothing(said: Meaning) -> bool:
    """Whether a schema lets anything be."""
    return not said.inner and not said.unions and said.words.keys() <= AROUND


def is_map(said: Meaning) -> bool:
    """Whether a schema is an object of whatever names, which is a dict in Python."""
    return "object" in said.words.get("type", ()) and not any(step[0] == "properties" for step in said.inner)


def is_union(said: Meaning) -> bool:
    """Whether a schema is a union and nothing else."""
    return len(said.unions) == 1 and not said.inner and said.words.keys() <= AROUND


def moot(said: Meaning) -> str:
    """The direction in which nobody meets such a property."""
    return "request" if "readOnly" in said.words else "response" if "writeOnly" in said.words else ""


def summary(said: Meaning) -> str:
    """A schema in a few words."""
    names = [step[1] for step in said.inner if step[0] == "properties"]
    kinds = " or ".join(said.words.get("type", ())) or ("one of several" if said.unions else "anything")
    more = f" with {', '.join(sorted(names)[:3])}{', ...' if len(names) > 3 else ''}" if names else ""
    values = f" of {', '.join(map(text, said.words['enum'][:3]))}" if "enum" in said.words else ""
    return kinds + values + more


def told_apart(said: Meaning) -> str:
    """What tells the options of a union apart, in words."""
    word = said.words.get("discriminator", "nothing")
    if isinstance(word, str):
        return word
    tag, values = word  # of one that has no options
    return f"{tag}: {', '.join(values)}" if values else str(tag)


def described(a: Meaning, b: Meaning) -> Iterator[Found]:
    """That one of them says nothing at all."""
    if says_nothing(a) and not says_nothing(b):
        yield Found("schema-added", a.place or None, b.place, was="anything", now=summary(b))
    elif says_nothing(b) and not says_nothing(a):
        whole = a.unions or any(step[0] == "properties" for step in a.inner)
        rule = "schema-removed" if whole else "type-widened"
        yield Found(rule, a.place, b.place or None, was=summary(a), now="anything")
    else:
        yield from nullability(a, b)


def flagged(word: str, added: str, removed: str, a: Meaning, b: Meaning) -> Iterator[Found]:
    """That a word which is there or not has come or gone."""
    if (word in a.words) != (word in b.words):
        yield Found(added if word in b.words else removed, a.place, b.place)


def lifecycle(a: Meaning, b: Meaning) -> Iterator[Found]:
    """`deprecated`."""
    yield from flagged("deprecated", "schema-deprecated", "schema-reactivated", a, b)


def access(a: Meaning, b: Meaning) -> Iterator[Found]:
    """`readOnly` and `writeOnly`."""
    yield from flagged("readOnly", "read-only-added", "read-only-removed", a, b)
    yield from flagged("writeOnly", "write-only-added", "write-only-removed", a, b)


def nullability(a: Meaning, b: Meaning) -> Iterator[Found]:
    """Whether it may be null."""
    yield from flagged("null", "null-added", "null-removed", a, b)


def defaults(a: Meaning, b: Meaning) -> Iterator[Found]:
    """`default`."""
    yield from worded("default", "default", a, b)


def worded(word: str, rule: str, a: Meaning, b: Meaning, name: str = "") -> Iterator[Found]:
    """That a word has come, gone or changed its value."""
    was, now = a.words.get(word), b.words.get(word)
    if word not in a.words and word in b.words:
        yield Found(f"{rule}-added", a.place, b.place, name, now=now)
    elif word in a.words and word not in b.words:
        yield Found(f"{rule}-removed", a.place, b.place, name, was=was)
    elif text(was) != text(now):
        yield Found(f"{rule}-changed", a.place, b.place, name, was, now)


def types(a: Meaning, b: Meaning) -> Iterator[Found]:
    """`type`, where an integer is a number, too."""
    was, now = a.words.get("type"), b.words.get("type")
    if was != now:
        rule = "type-widened" if covers(now, was) else "type-narrowed" if covers(was, now) else "type-changed"
        yield Found(rule, a.place, b.place, was=kinds(was), now=kinds(now))


def covers(wide: list[str] | None, narrow: list[str] | None) -> bool:
    """Whether all kinds of values that the one allows are allowed by the other. None: all there are."""
    if wide is None or narrow is None:
        return wide is None
    return set(narrow) <= {*wide, *(["integer"] if "number" in wide else [])}


def kinds(given: list[str] | None) -> str:
    """Types in words."""
    return "anything" if given is None else " or ".join(given) or "null"


def values(a: Meaning, b: Meaning) -> Iterator[Found]:
    """`enum` and `const`."""
    if ("enum" in a.words) != ("enum" in b.words):
        yield from worded("enum", "enum", a, b)
        return
    was, now = ({text(value): value for value in said.words.get("enum", ())} for said in (a, b))
    yield from (Found("enum-value-removed", a.place, b.place, was=was[one]) for one in was if one not in now)
    yield from (Found("enum-value-added", a.place, b.place, now=now[one]) for one in now if one not in was)


def names(a: Meaning, b: Meaning) -> Iterator[Found]:
    """`x-enum-varnames`: what values that stay are called in code."""
    was, now = a.words.get("names", {}), b.words.get("names", {})
    stay = {text(value) for value in a.words.get("enum", ())} & {text(value) for value in b.words.get("enum", ())}
    for value in sorted((was.keys() | now.keys()) & stay):
        # Without a name, and beside it, a value is called by what it is.
        if was.get(value) not in (None, now.get(value)):
            yield Found("enum-name-changed", a.place, b.place, value, was.get(value), now.get(value))


def formats(a: Meaning, b: Meaning) -> Iterator[Found]:
    """`format` and `contentEncoding`; some stand for a type of their own in Python."""
    for word in ("format", "contentEncoding"):
        was, now = a.words.get(word), b.words.get(word)
        if was != now:
            rule = "format-changed" if read_as(a, word) == read_as(b, word) else "python-type-changed"
            yield Found(rule, a.place, b.place, word if word != "format" else "", was, now)


def read_as(said: Meaning, word: str) -> list[str]:
    """The types of their own in Python that a format or an encoding stands for."""
    name, kinds = str(said.words.get(word)), said.words.get("type", ())
    known = [FORMATS.get((kind, name)) if word == "format" else ENCODINGS.get(name.lower()) for kind in kinds]
    return [one.annotation for one in known if one is not None and one.read]


def limits(a: Meaning, b: Meaning) -> Iterator[Found]:
    """`maximum`, `minLength` and their like; one that is not there is beyond all."""
    for keyword in (*LOWER, *UPPER):
        was, now = a.words.get(keyword), b.words.get(keyword)
        if was != now:
            beyond = float("inf") if keyword in UPPER else float("-inf")
            raised = (beyond if now is None else now) > (beyond if was is None else was)
            yield Found(f"{kebab(keyword)}-{'raised' if raised else 'lowered'}", a.place, b.place, was=was, now=now)


def constraints(a: Meaning, b: Meaning) -> Iterator[Found]:
    """`pattern` and whatever else is not worked out further."""
    for keyword in (
        "uniqueItems",
        *(word for word in ASSERTIONS if word != "contentEncoding"),
        *(word for word in SINGLE if word not in CLOSING),
    ):
        yield from worded(keyword, "constraint", a, b, keyword)


def openness(a: Meaning, b: Meaning) -> Iterator[Found]:
    """Whether there may be other properties than those that are named."""
    for keyword in CLOSING:
        yield from flagged(keyword, "object-closed", "object-opened", a, b)


SUBJECTS = (nullability, values, names, formats, limits, constraints, openness)


def steps(a: Meaning, b: Meaning) -> Iterator[Edge]:
    """The pairs below, except for properties: items, values of maps, and places of a tuple."""
    for step in sorted(a.inner.keys() | b.inner.keys()):
        if step[0] in WALKED[1:] and not any(step[0] in said.words for said in (a, b)):
            written = {"items": "[]", "additionalProperties": ".*"}.get(step[0]) or f"[{step[1]}]"
            yield Edge(written, "", a.inner.get(step, ANYTHING), b.inner.get(step, ANYTHING))
