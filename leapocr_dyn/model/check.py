"""What is wrong with a value that is about to be sent: one function per keyword of JSON Schema (draft 2020-12).

Sending is strict: what a schema forbids is found here, with the path to it, before anything leaves. A property that an
object schema does not list is refused too, unless the schema says `additionalProperties`: servers drop it in silence.
Not checked, because it says nothing that a client should judge: `format`. Nor, because the requests of real APIs
do not turn on them: `not`, `if`/`then`/`else`, the `dependent...` keywords, `contains`, `propertyNames`,
`unevaluated...`, and the schemas of `patternProperties`. A `pattern` runs in an engine that can be stopped; one that
takes too long, or that this engine cannot read, is not held against the value. Nor is what is left when a check has
visited `BUDGET` schemas: options inside options can cost exponentially many, and the server judges in the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from leapocr_dyn.document import Document
from leapocr_dyn.model import naming
from leapocr_dyn.model.schema import combined, is_null, merge, tags
from leapocr_dyn.model.type import Schema
from leapocr_dyn.model.value import Json, brief

# Where one of these stands beside `properties`, other names are not mistakes, or are judged with the options.
OPEN = frozenset({"additionalProperties", "patternProperties", "oneOf", "anyOf"})
PATTERN_SECONDS = 0.05
BUDGET = 50_000  # schemas that one check visits
DEEPEST = 200  # levels of a value; json.dumps would not go much deeper either


class Problem(NamedTuple):
    """One thing that is wrong. path: where in the value, as a person would write it: parts[0].etag."""

    path: str
    said: str

    def __str__(self) -> str:
        return f"{self.path}: {self.said}" if self.path else self.said


def problems(
    document: Document,
    schema: Schema,
    place: str,
    value: Json,
    path: str = "",
    depth: int = 0,
    asked: frozenset[str] = frozenset(),
    budget: Iterator[int] | None = None,
) -> Iterator[Problem]:
    """Everything that the schema at `place` forbids in the value, outermost first.

    asked: the places of schemas that are being asked about this very value; one that is inside itself allows nothing.
    budget: shared by all schemas of one check; when it ends, nothing more is held against the value.
    """
    budget = iter(range(BUDGET)) if budget is None else budget
    if next(budget, None) is None:
        return
    if depth > DEEPEST:
        yield Problem(path, f"goes deeper than {DEEPEST} levels")
        return
    located = document.follow(schema, place)
    schema, place = located.value, located.pointer
    if schema is False or place in asked:
        yield Problem(path, "nothing is allowed here")
        return
    if not isinstance(schema, dict):
        return
    if "allOf" in schema:
        schema = merge(document, schema, place)
    for keyword, check in KEYWORDS.items():
        if keyword in schema:
            case = _Case(document, schema, place, value, path, depth, asked | {place}, budget)
            yield from check(case, schema[keyword])


class _Case(NamedTuple):
    document: Document
    schema: dict[str, Schema]
    place: str
    value: Json
    path: str
    depth: int
    asked: frozenset[str]
    budget: Iterator[int]

    def inside(self, schema: Schema, keyword: str, value: Json, step: str) -> Iterator[Problem]:
        path = f"{self.path}{step}" if step.startswith("[") or not self.path else f"{self.path}.{step}"
        at = f"{self.place}/{keyword}"
        return problems(self.document, schema, at, value, path, self.depth + 1, frozenset(), self.budget)

    def option(self, schema: Schema, index: int) -> Iterator[Problem]:
        at = f"{self.place}/oneOf/{index}"
        whole = combined(self.schema, schema)
        return problems(self.document, whole, at, self.value, self.path, self.depth + 1, self.asked, self.budget)

    def no(self, said: str) -> Iterator[Problem]:
        yield Problem(self.path, said)


def type_(case: _Case, wanted: Schema) -> Iterator[Problem]:
    """`type`: one kind or several; 1.0 is an integer too."""
    kinds = wanted if isinstance(wanted, list) else [wanted]
    if not any(_is(case.value, kind) for kind in kinds):
        yield from case.no(
            f"must be {' or '.join(map(str, kinds))}, not {_kind(case.value)} ({brief.repr(case.value)})"
        )


def enum_(case: _Case, allowed: Schema) -> Iterator[Problem]:
    """`enum`: one of the values, with a hint at the nearest."""
    if isinstance(allowed, list) and not any(_same(case.value, one) for one in allowed):
        given = case.value if isinstance(case.value, str) else brief.repr(case.value)
        hint = naming.hint(given, map(str, allowed))
        yield from case.no(f"must be one of {', '.join(map(repr, allowed))}, not {brief.repr(case.value)}{hint}")


def const(case: _Case, wanted: Schema) -> Iterator[Problem]:
    """`const`: exactly that value."""
    if not _same(case.value, wanted):
        yield from case.no(f"must be {wanted!r}, not {brief.repr(case.value)}")


def oneOf(case: _Case, options: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`oneOf`, `anyOf`: at least one option holds. Real documents say oneOf and mean anyOf, so one is not too many.

    Where the value says by a `discriminator` which option it is, that one alone is asked.
    """
    if not isinstance(options, list) or not options:
        return
    tag, named = tags(case.document, case.schema, options, f"{case.place}/oneOf")
    if tag is not None and isinstance(case.value, dict) and isinstance(said := case.value.get(tag), str):
        if said in named:
            yield from case.option(options[named[said]], named[said])
            return
        if all(index in named.values() or is_null(option) for index, option in enumerate(options)):
            path = f"{case.path}.{tag}" if case.path else tag
            known = ", ".join(map(repr, named))
            yield Problem(path, f"must be one of {known}, not {brief.repr(said)}{naming.hint(said, named)}")
            return
    best: list[Problem] | None = None
    for index, option in enumerate(options):
        found = list(case.option(option, index))
        if not found:
            return
        best = found if best is None or len(found) < len(best) else best
    yield from best or []


def required(case: _Case, names: Schema) -> Iterator[Problem]:
    """`required`: these properties are there. What only a response has (`readOnly`) is not asked for."""
    if not isinstance(case.value, dict) or not isinstance(names, list):
        return
    properties = case.schema.get("properties")
    for name in (one for one in names if isinstance(one, str)):
        inner = properties.get(name) if isinstance(properties, dict) else None
        if name not in case.value and not (isinstance(inner, dict) and inner.get("readOnly") is True):
            yield Problem(f"{case.path}.{name}" if case.path else str(name), "is required")


def properties(case: _Case, known: Schema) -> Iterator[Problem]:
    """`properties`: each by its own schema; a name that is not listed is refused with a hint."""
    if not isinstance(case.value, dict) or not isinstance(known, dict):
        return
    open_ended = not OPEN.isdisjoint(case.schema)
    for name, item in case.value.items():
        if name in known:
            yield from case.inside(known[name], f"properties/{name.replace('~', '~0').replace('/', '~1')}", item, name)
        elif not open_ended and known:
            hint = naming.hint(name, known, f"; known are {', '.join(map(repr, known))}")
            yield Problem(f"{case.path}.{name}" if case.path else name, f"is not known{hint}")


def additionalProperties(case: _Case, other: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`additionalProperties`: the schema of every property that is not listed."""
    known = case.schema.get("properties")
    if isinstance(case.value, dict) and "patternProperties" not in case.schema:
        for name, item in case.value.items():
            if not isinstance(known, dict) or name not in known:
                yield from case.inside(other, "additionalProperties", item, name)


def items(case: _Case, each: Schema) -> Iterator[Problem]:
    """`items`: the schema of every item after those that `prefixItems` names."""
    if isinstance(case.value, list):
        first = case.schema.get("prefixItems")
        skipped = len(first) if isinstance(first, list) else 0
        for index, item in enumerate(case.value[skipped:], skipped):
            yield from case.inside(each, "items", item, f"[{index}]")


def prefixItems(case: _Case, each: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`prefixItems`: one schema for each of the first items."""
    if isinstance(case.value, list) and isinstance(each, list):
        for index, (schema, item) in enumerate(zip(each, case.value, strict=False)):
            yield from case.inside(schema, f"prefixItems/{index}", item, f"[{index}]")


def pattern(case: _Case, text: Schema) -> Iterator[Problem]:
    """`pattern`: an ECMA-262 expression that the text contains."""
    if isinstance(case.value, str) and isinstance(text, str) and not _matches(text, case.value):
        yield from case.no(f"must match {text!r}, and {brief.repr(case.value)} does not")


def multipleOf(case: _Case, step: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`multipleOf`: a whole number of steps."""
    if _number(case.value) and _number(step) and step > 0 and not _whole(case.value, step):
        yield from case.no(f"must be a multiple of {step}, not {brief.repr(case.value)}")


def _whole(value: float, step: float) -> bool:
    if isinstance(value, int) and isinstance(step, int):
        return value % step == 0
    try:
        steps = value / step
    except OverflowError:  # an integer that no float can hold: not for a client to judge
        return True
    return not math.isinf(steps) and abs(steps - round(steps)) <= 1e-9 * max(1.0, abs(steps))


def uniqueItems(case: _Case, wanted: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`uniqueItems`: no item twice."""
    if wanted is True and isinstance(case.value, list):
        for index, item in enumerate(case.value):
            if any(_same(item, other) for other in case.value[:index]):
                yield from case.no(f"must not hold {brief.repr(item)} twice")
                return


def _bound(
    measure: Callable[[Json], Any], broken: Callable[[Any, Any], bool], words: str
) -> Callable[[_Case, Schema], Iterator[Problem]]:
    """A check that measures a value and compares it with the keyword's number."""

    def check(case: _Case, limit: Schema) -> Iterator[Problem]:
        size = measure(case.value)
        if size is not None and _number(limit) and broken(size, limit):
            yield from case.no(words.format(limit=limit, size=brief.repr(size)))

    return check


def _number(value: Json) -> bool:
    # NaN and infinities are floats, but no numbers of JSON (RFC 8259 section 6).
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _is(value: Json, kind: str) -> bool:
    if kind == "integer":
        return _number(value) and (isinstance(value, int) or value.is_integer())
    if kind == "number":
        return _number(value)
    if not isinstance(kind, str) or kind not in KINDS:
        return True  # a kind that JSON Schema does not know forbids nothing
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _kind(value: Json) -> str:
    return next(
        (kind for kind in ("null", "boolean", "integer", "number", "string", "array", "object") if _is(value, kind)),
        type(value).__name__,
    )


def _same(left: Json, right: Json) -> bool:
    # Python's own equality finds True in 1, however deep inside; JSON does not.
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(item, right[key]) for key, item in left.items())
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


@lru_cache(maxsize=512)
def _compiled(text: str) -> Any:  # Any: a pattern of the regex package, or None
    import regex

    try:
        return regex.compile(text)
    except (regex.error, RecursionError, OverflowError):
        return None


def _matches(text: str, value: str) -> bool:
    compiled = _compiled(text)
    try:
        return compiled is None or compiled.search(value, timeout=PATTERN_SECONDS) is not None
    except TimeoutError:
        return True


def _text(value: Json) -> int | None:
    return len(value) if isinstance(value, str) else None


def _list(value: Json) -> int | None:
    return len(value) if isinstance(value, list) else None


def _dict(value: Json) -> int | None:
    return len(value) if isinstance(value, dict) else None


def _amount(value: Json) -> Any:  # Any: a number or None
    return value if _number(value) else None


KINDS: dict[str, Any] = {"string": str, "boolean": bool, "null": type(None), "array": list, "object": dict}
KEYWORDS: dict[str, Callable[[_Case, Schema], Iterator[Problem]]] = {
    "type": type_,
    "enum": enum_,
    "const": const,
    "oneOf": oneOf,
    "anyOf": oneOf,
    "required": required,
    "properties": properties,
    "additionalProperties": additionalProperties,
    "prefixItems": prefixItems,
    "items": items,
    "uniqueItems": uniqueItems,
    "pattern": pattern,
    "multipleOf": multipleOf,
    "minLength": _bound(
        _text, lambda size, limit: size < limit, "must have at least {limit} characters, and has {size}"
    ),
    "maxLength": _bound(
        _text, lambda size, limit: size > limit, "must have at most {limit} characters, and has {size}"
    ),
    "minItems": _bound(_list, lambda size, limit: size < limit, "must have at least {limit} items, and has {size}"),
    "maxItems": _bound(_list, lambda size, limit: size > limit, "must have at most {limit} items, and has {size}"),
    "minProperties": _bound(
        _dict, lambda size, limit: size < limit, "must have at least {limit} fields, and has {size}"
    ),
    "maxProperties": _bound(
        _dict, lambda size, limit: size > limit, "must have at most {limit} fields, and has {size}"
    ),
    "minimum": _bound(_amount, lambda size, limit: size < limit, "must be at least {limit}, not {size}"),
    "maximum": _bound(_amount, lambda size, limit: size > limit, "must be at most {limit}, not {size}"),
    "exclusiveMinimum": _bound(_amount, lambda size, limit: size <= limit, "must be more than {limit}, not {size}"),
    "exclusiveMaximum": _bound(_amount, lambda size, limit: size >= limit, "must be less than {limit}, not {size}"),
}
