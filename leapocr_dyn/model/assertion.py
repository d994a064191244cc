"""The keywords that judge a value by themselves, without asking another schema: one function for each.

Of `format` only what nobody disputes is checked (FORMATS): real documents call ids uuid that are none.
Source: JSON Schema 2020-12 Validation, sections 6 and 7; OpenAPI 3.1 section 4.4 (int32, int64).
"""

from __future__ import annotations

import datetime
import math
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.model.evaluation import Case, Check, Problem, listed, named
from leapocr_dyn.model.instance import is_kind, is_number, key, kind, same, shown
from leapocr_dyn.model.type import Schema
from leapocr_dyn.model.value import Json, OpenEnum, brief

Measure = Callable[[Json], Any]  # Any: a number, or None where there is nothing to measure


def type_(case: Case, wanted: Schema) -> Iterator[Problem]:
    """`type`: one kind or several; 1.0 is an integer too."""
    kinds = wanted if isinstance(wanted, list) else [wanted]
    if not any(is_kind(case.value, one) for one in kinds):
        yield from case.no(f"must be {' or '.join(map(str, kinds))}, not {kind(case.value)} ({brief.repr(case.value)})")


def enum_(case: Case, allowed: Schema) -> Iterator[Problem]:
    """`enum`: one of the values, with a hint at the nearest."""
    if isinstance(case.value, OpenEnum):
        return  # a server that knows more values than the document said it, or somebody who made it a member himself
    if isinstance(allowed, list) and not any(same(case.value, one) for one in allowed):
        given = case.value if isinstance(case.value, str) else brief.repr(case.value)
        hint = case.work.hint(given, [one if isinstance(one, str) else shown(one) for one in allowed])
        yield from case.no(f"must be one of {', '.join(map(shown, allowed))}, not {brief.repr(case.value)}{hint}")


def const(case: Case, wanted: Schema) -> Iterator[Problem]:
    """`const`: exactly that value."""
    if not same(case.value, wanted):
        yield from case.no(f"must be {shown(wanted)}, not {brief.repr(case.value)}")


def format_(case: Case, form: Schema) -> Iterator[Problem]:
    """`format`: only those whose meaning nobody disputes; real documents call ids uuid that are none."""
    if case.beside is None or not isinstance(form, str) or form not in FORMATS:
        return
    fits, words = FORMATS[form]
    if not fits(case.value):
        yield from case.no(f"must be {words}, not {brief.repr(case.value)}")


def _in_bits(bits: int) -> Callable[[Json], bool]:
    return lambda value: not is_number(value) or -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)


def _date(value: Json) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return bool(re.fullmatch(DATE, value) and datetime.date.fromisoformat(value))
    except ValueError:
        return False


def _moment(value: Json) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(MOMENT, value) and _date(value[:10]))


# RFC 3339 section 5.6: full-date and date-time; a leap second is one, and the T may be small or a space.
# Patterns stay text, and re keeps what it compiled.
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
MOMENT = DATE + r"[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
FORMATS: dict[str, tuple[Callable[[Json], bool], str]] = {
    "int32": (_in_bits(32), "an integer of 32 bits"),
    "int64": (_in_bits(64), "an integer of 64 bits"),
    "date": (_date, "a date such as '2026-01-31'"),
    "date-time": (_moment, "a date and time with an offset, such as '2026-01-31T12:00:00Z'"),
}


def required(case: Case, names: Schema) -> Iterator[Problem]:
    """`required`: these properties are there. What only a response has (`readOnly`) is not asked for."""
    if not isinstance(case.value, dict):
        return
    known = named(case.schema.get("properties"))
    for name in (one for one in listed(names) if isinstance(one, str)):
        case.told.wanted[name] = None
        if name in case.value:
            continue
        inner, at = known.get(name), f"{case.place}/properties{pointer(name)}"
        if inner is None and case.beside is not None:
            inner, at = case.beside.get(name, (None, ""))
        if case.beside is None or not _is_read_only(case.work.document, inner, at):
            yield Problem(case.at(name), "is required")


def _is_read_only(document: Document, schema: Schema, place: str) -> bool:
    located = document.follow(schema, place)
    if not isinstance(located.value, dict):
        return False
    parts = [located.value, *listed(located.value.get("allOf"))]
    ends = (document.follow(part, f"{located.pointer}/allOf/{index}").value for index, part in enumerate(parts, -1))
    return any(isinstance(end, dict) and end.get("readOnly") is True for end in ends)


def dependentRequired(case: Case, names: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`dependentRequired`: where one property is, others are too."""
    if isinstance(case.value, dict):
        for name, others in named(names).items():
            for other in listed(others) if name in case.value else ():
                if isinstance(other, str) and other not in case.value:
                    yield Problem(case.at(other), f"is required where {name!r} is given")


def pattern(case: Case, text: Schema) -> Iterator[Problem]:
    """`pattern`: an ECMA-262 expression that the text contains."""
    if isinstance(case.value, str) and isinstance(text, str) and case.work.matches(text, case.value) is False:
        yield from case.no(f"must match {text!r}, and {brief.repr(case.value)} does not")


def multipleOf(case: Case, step: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`multipleOf`: a whole number of steps."""
    if is_number(case.value) and is_number(step) and step > 0 and not _whole(case.value, step):
        yield from case.no(f"must be a multiple of {shown(step)}, not {brief.repr(case.value)}")


def _whole(value: float, step: float) -> bool:
    if isinstance(value, int) and isinstance(step, int):
        return value % step == 0
    try:
        steps = value / step
    except OverflowError:  # an integer that no float can hold: not for a client to judge
        return True
    return not math.isinf(steps) and abs(steps - round(steps)) <= 1e-9 * max(1.0, abs(steps))


def uniqueItems(case: Case, wanted: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`uniqueItems`: no item twice."""
    if wanted is True and isinstance(case.value, list):
        seen: set[Any] = set()  # Any: what stands for a value of JSON
        for item in case.value:
            try:
                known = key(item)
            except (RecursionError, TypeError):  # nothing that JSON could hold
                continue
            if known in seen:
                yield from case.no(f"must not hold {brief.repr(item)} twice")
                return
            seen.add(known)


def _bound(measure: Measure, broken: Callable[[Any, Any], bool], words: str) -> Check:
    """A check that measures a value and compares it with the keyword's number."""

    def check(case: Case, limit: Schema) -> Iterator[Problem]:
        size = measure(case.value)
        if size is not None and is_number(limit) and broken(size, limit):
            said = words.replace("s, and", ", and") if limit == 1 else words  # 1 character, 2 characters
            yield from case.no(said.format(limit=shown(limit), size=brief.repr(size)))

    return check


def _length(kind: type[Any]) -> Measure:  # Any: a kind that has one
    return lambda value: len(value) if isinstance(value, kind) else None


def _amount(value: Json) -> Any:  # Any: a number or None
    return value if is_number(value) else None


_characters = _bound(_length(str), operator.gt, "must have at most {limit} characters, and has {size}")


def maxLength(case: Case, limit: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """Of text that is base64, people know the bytes, and not the characters."""
    encoded = case.schema.get("format") == "byte" or case.schema.get("contentEncoding") == "base64"
    for problem in _characters(case, limit):
        size = f"{limit // 4 * 3} bytes, and has {len(case.value) // 4 * 3}" if is_number(limit) else ""
        yield problem._replace(said=f"must have at most {size}") if encoded else problem


KEYWORDS: dict[str, Check] = {
    "type": type_,
    "enum": enum_,
    "const": const,
    "format": format_,
    "required": required,
    "dependentRequired": dependentRequired,
    "uniqueItems": uniqueItems,
    "pattern": pattern,
    "multipleOf": multipleOf,
    "minLength": _bound(_length(str), operator.lt, "must have at least {limit} characters, and has {size}"),
    "maxLength": maxLength,
    "minItems": _bound(_length(list), operator.lt, "must have at least {limit} items, and has {size}"),
    "maxItems": _bound(_length(list), operator.gt, "must have at most {limit} items, and has {size}"),
    "minProperties": _bound(_length(dict), operator.lt, "must have at least {limit} fields, and has {size}"),
    "maxProperties": _bound(_length(dict), operator.gt, "must have at most {limit} fields, and has {size}"),
    "minimum": _bound(_amount, operator.lt, "must be at least {limit}, not {size}"),
    "maximum": _bound(_amount, operator.gt, "must be at most {limit}, not {size}"),
    "exclusiveMinimum": _bound(_amount, operator.le, "must be more than {limit}, not {size}"),
    "exclusiveMaximum": _bound(_amount, operator.ge, "must be less than {limit}, not {size}"),
}
