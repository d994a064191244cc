"""How well a JSON value fits a type: what a union asks of its options.

Theory of operation. A value that a schema allows fits one option without a surprise, and that one is found here:
first by a `discriminator`, then by fixed words (`kind: {const: cat}`), then by what would be surprising if the value
were read as the option (a required field that is missing, a field of another kind or format, at any depth), then by
fields that the option does not know, then by how many it does, and last by how much the option says at all (an enum
before a text). A value that fits none goes to the one that it fits best.

Options may be unions, and inside their fields are more; so one option is judged by at most `BUDGET` values, none of
them deeper than `DEEPEST`, and what lies beyond counts as fitting. Reading asks again for each union that it comes to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from leapocr_dyn.model import type as types
from leapocr_dyn.model.schema import Models
from leapocr_dyn.model.type import Type
from leapocr_dyn.model.value import Json

BUDGET = 500
DEEPEST = 8
# wrong: what would be surprising; unknown: fields that nobody declared; missed: fields that were found, as a negative
# number; vague: how little the type says. The least is the best.
Fit = tuple[int, int, int, int]
PERFECT: Fit = (0, 0, 0, 0)
WRONG: Fit = (1, 0, 0, 0)


class Option(NamedTuple):
    """An option of a union that is no union itself. tags: the unions on the way to it, with their options."""

    type: Type
    tags: tuple[tuple[types.Union, Type], ...]

    def named(self, value: dict[str, Json]) -> bool:
        """Whether a discriminator on the way names it."""
        return any(said(it, value) == one.pointer for it, one in self.tags)


def said(it: types.Union, value: dict[str, Json]) -> str | None:
    """The pointer of the option that the discriminator names, or None."""
    word = value.get(it.tag) if it.tag is not None else None
    return it.mapping.get(word) if isinstance(word, str) else None


def options(models: Models, it: types.Union) -> list[Option]:
    """Every option that is no union, through unions in unions; one that is inside itself says nothing new."""
    return list(_options(models, it, (), {it.pointer}))


def _options(
    models: Models, it: types.Union, before: tuple[tuple[types.Union, Type], ...], seen: set[str]
) -> Iterator[Option]:
    for option in it.options:
        if isinstance(option, types.Cycle):
            option = models.by_pointer(option.pointer)
        tags = (*before, (it, option))
        if not isinstance(option, types.Union):
            yield Option(option, tags)
        elif option.pointer not in seen:
            seen.add(option.pointer)
            yield from _options(models, option, tags, seen)


def best(models: Models, among: list[Option], value: Json) -> Type:
    """The option that a value fits best; the first of several that fit as well."""
    if value.__class__ is dict:
        among = [one for one in among if one.named(value)] or among
        if len(among) > 1:
            words = [_other_words(one.type, value) for one in among]
            among = [one for one, wrong in zip(among, words, strict=True) if wrong == min(words)]
    if len(among) == 1:
        return among[0].type
    return min((one.type for one in among), key=lambda it: fit(models, it, value, iter(range(BUDGET)), 0))


def _other_words(it: Type, value: dict[str, Json]) -> int:
    words = it.words if isinstance(it, types.Object) else ()
    return sum(1 for wire, word in words if wire in value and word.surprise(value[wire]))


def fit(models: Models, it: Type, value: Json, budget: Iterator[int], depth: int) -> Fit:
    """How well a value fits a type. budget: shared by everything inside."""
    if value is None or depth > DEEPEST or next(budget, None) is None:
        return PERFECT
    if it.kinds and value.__class__ not in it.kinds:
        return WRONG
    judge = JUDGES.get(it.__class__)
    return judge(_Case(models, value, budget, depth), it) if judge is not None else PERFECT


class _Case(NamedTuple):
    models: Models
    value: Any  # Any: JSON of one of the kinds that the type accepts
    budget: Iterator[int]
    depth: int

    def inside(self, it: Type, value: Json) -> Fit:
        return fit(self.models, it, value, self.budget, self.depth + 1)


def _sum(found: Iterator[Fit]) -> Fit:
    wrong = unknown = missed = vague = 0
    for one in found:
        wrong, unknown, missed, vague = wrong + one[0], unknown + one[1], missed + one[2], vague + one[3]
    return wrong, unknown, missed, vague


def anything(case: _Case, it: Type) -> Fit:
    """Everything fits, and nothing is said."""
    return 0, 0, 0, 2


def leaf(case: _Case, it: types.Leaf) -> Fit:
    """A plain value: surprising, or not."""
    return int(it.surprise(case.value) != ""), 0, 0, int(isinstance(it, types.Scalar))


def array(case: _Case, it: types.Array) -> Fit:
    """Item by item."""
    return _sum(case.inside(it.items, item) for item in case.value)


def several(case: _Case, it: types.Tuple) -> Fit:
    """Item by item; one too many is wrong."""
    pairs = ((it.of(index), item) for index, item in enumerate(case.value))
    return _sum(WRONG if one is None else case.inside(one, item) for one, item in pairs)


def dictionary(case: _Case, it: types.Dictionary) -> Fit:
    """Value by value."""
    pairs = ((it.of(name), item) for name, item in case.value.items())
    return _sum((0, 1, 0, 0) if one is None else case.inside(one, item) for one, item in pairs)


def model(case: _Case, it: types.Object) -> Fit:
    """Field by field; what is required and missing is wrong."""

    def parts() -> Iterator[Fit]:
        known = {}
        for field in it.fields:
            known[field.wire] = field.type
            if field.required and not field.write_only and field.wire not in case.value:
                yield WRONG
        for name, item in case.value.items():
            found = known.get(name)
            if found is not None:
                yield 0, 0, -1, 0
            elif it.others is not None:
                found = it.others.of(name)
            yield (0, 1, 0, 0) if found is None else case.inside(found, item)

    return _sum(parts())


def union(case: _Case, it: types.Union) -> Fit:
    """The best of its options."""
    among = [one for one in options(case.models, it) if not one.type.kinds or case.value.__class__ in one.type.kinds]
    return min((case.inside(one.type, case.value) for one in among), default=WRONG)


def cycle(case: _Case, it: types.Cycle) -> Fit:
    """What it stands for."""
    return case.inside(case.models.by_pointer(it.pointer), case.value)


JUDGES: dict[type, Callable[[_Case, Any], Fit]] = {
    types.Anything: anything,
    types.Scalar: leaf,
    types.Formatted: leaf,
    types.Enumeration: leaf,
    types.Literal: leaf,
    types.Array: array,
    types.Tuple: several,
    types.Dictionary: dictionary,
    types.Union: union,
    types.Cycle: cycle,
    types.Object: model,
    types.View: model,
}
