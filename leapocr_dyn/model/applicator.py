"""The keywords that ask other schemas, about the value itself or about what is inside: one function for each.

Lenient where real documents are wrong: `oneOf` is read as `anyOf`, and parts of an `allOf` may each say
`additionalProperties: false`. Source: JSON Schema 2020-12 Core, sections 10 and 11.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from leapocr_dyn.document.reference import pointer
from leapocr_dyn.model.assertion import dependentRequired
from leapocr_dyn.model.composition import is_null, tags
from leapocr_dyn.model.evaluation import Case, Check, Problem, Told, listed, named
from leapocr_dyn.model.instance import is_number, shown
from leapocr_dyn.model.type import Schema
from leapocr_dyn.model.value import Json, brief


def allOf(case: Case, parts: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`allOf`: every part holds; names are judged over all of them together."""
    for index, part in enumerate(listed(parts)):
        at = case.work.document.follow(part, f"{case.place}/allOf/{index}").pointer
        # One that is inside itself adds nothing, and one that many parts share is asked once.
        if at not in case.asked:
            if at not in case.told.done:
                # Its own, because `unevaluated...` in a part does not see what the other parts say.
                told = case.told.done[at] = Told()
                told.done = case.told.done
                yield from case.part(part, f"allOf/{index}", told)
            case.told.add(case.told.done[at])


def _options(keyword: str) -> Check:
    def check(case: Case, options: Schema) -> Iterator[Problem]:
        """`oneOf`, `anyOf`: at least one option holds. Real documents say oneOf and mean anyOf: one is not too many.

        Where the value says by a `discriminator` which option it is, that one alone is asked.
        """
        if not isinstance(options, list) or not options:
            return
        chosen = _chosen(case, options, keyword) if "discriminator" in case.schema else None
        if chosen is not None:
            yield from chosen
            return
        told = case.told
        best: list[Problem] | None = None
        fitting: list[Told] = []
        for index, option in enumerate(options):
            mine = Told()
            found = list(case.part(option, f"{keyword}/{index}", mine))
            if not found:
                fitting.append(mine)
                if not isinstance(case.value, dict | list) and (keyword == "anyOf" or case.beside is not None):
                    return
            elif best is None or len(found) < len(best):
                best = found
        if not fitting:
            yield from best or []
        elif keyword == "oneOf" and case.beside is None and len(fitting) > 1:
            yield from case.no(f"fits {len(fitting)} options, and must fit one")
        # An option that is any object lets every name pass, unless names are listed beside the options.
        free = not told.lists and not case.beside and any(not one.lists for one in fitting)
        for one in fitting:
            told.add(one)
        told.open |= free

    return check


def _chosen(case: Case, options: list[Schema], keyword: str) -> Iterator[Problem] | None:
    """What the option forbids that a `discriminator` names; None where it names none of them alone."""
    if not isinstance(case.value, dict) or case.beside is None:
        return None
    tag, words = tags(case.work.document, case.schema, options, f"{case.place}/{keyword}")
    said = case.value.get(tag) if tag is not None else None
    if tag is None or not isinstance(said, str):
        return None
    if said in words:
        return case.part(options[words[said]], f"{keyword}/{words[said]}", case.told)
    if all(index in words.values() or is_null(option) for index, option in enumerate(options)):
        known, hint = ", ".join(map(repr, words)), case.work.hint(said, list(words))
        return iter([Problem(case.at(tag), f"must be one of {known}, not {brief.repr(said)}{hint}")])
    return None


def not_(case: Case, refused: Schema) -> Iterator[Problem]:
    """`not`: the schema does not hold."""
    if case.holds(refused, "not", Told(), case.value):
        what = refused.get("description") or refused.get("title") if isinstance(refused, dict) else None
        yield from case.no(f"must not be {what or 'what `not` forbids'}, and {brief.repr(case.value)} is")


def if_(case: Case, condition: Schema) -> Iterator[Problem]:
    """`if`, `then`, `else`: which of the two holds depends on the first."""
    told = Told()
    fits = case.holds(condition, "if", told, case.value)
    if fits:
        case.told.add(told)
    branch = "then" if fits else "else"
    if fits is not None and branch in case.schema:
        yield from case.part(case.schema[branch], branch, case.told)


def _dependents(keyword: str) -> Check:
    def check(case: Case, schemas: Schema) -> Iterator[Problem]:
        """`dependentSchemas`: where a property is, a schema holds for the whole; once these were `dependencies`."""
        if isinstance(case.value, dict):
            for name, schema in named(schemas).items():
                if name in case.value and isinstance(schema, list):
                    yield from dependentRequired(case, {name: schema})
                elif name in case.value:
                    yield from case.part(schema, f"{keyword}{pointer(name)}", case.told)

    return check


def properties(case: Case, known: Schema) -> Iterator[Problem]:
    """`properties`: each by its own schema. Names that are listed nowhere are refused when all parts have spoken."""
    if not isinstance(case.value, dict) or not isinstance(known, dict):
        return
    if known:
        case.told.lists = True
        case.told.named.update(dict.fromkeys(known))
    for name, item in case.value.items():
        if name in known:
            yield from case.inside(known[name], f"properties{pointer(name)}", item, name)


def patternProperties(case: Case, schemas: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`patternProperties`: every property whose name matches, by that schema."""
    if isinstance(case.value, dict):
        case.told.open = True
        for text, schema in named(schemas).items():
            for name, item in case.value.items():
                if case.work.matches(text, name):
                    case.told.named[name] = None
                    yield from case.inside(schema, f"patternProperties{pointer(text)}", item, name)


def additionalProperties(case: Case, other: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`additionalProperties`: the schema of every property that neither a name nor a pattern lists."""
    if not isinstance(case.value, dict):
        return
    known = {**named(case.schema.get("properties")), **(case.beside or {})}
    patterns = list(named(case.schema.get("patternProperties")))
    for name, item in case.value.items():
        if name not in known and all(case.work.matches(text, name) is False for text in patterns):
            yield from _other(case, other, "additionalProperties", item, name, known)
    case.told.open = case.told.every = True


def unevaluatedProperties(case: Case, other: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`unevaluatedProperties`: the schema of every property that no part which holds has judged."""
    told = case.told
    if isinstance(case.value, dict) and not told.every:
        for name, item in case.value.items():
            if name not in told.named and not case.work.unsure:
                yield from _other(case, other, "unevaluatedProperties", item, name, told.named)
        told.every = told.open = True


def _other(
    case: Case, schema: Schema, keyword: str, value: Json, name: str, known: Mapping[str, object]
) -> Iterator[Problem]:
    """A property that is none of the known ones, by the schema for such."""
    if schema is False and known and not case.keeps(name):
        yield case.unknown(name, list(known))
    elif schema is not False or not case.keeps(name):
        yield from case.inside(schema, keyword, value, name)


def propertyNames(case: Case, schema: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`propertyNames`: the schema of every name."""
    if isinstance(case.value, dict):
        for name in case.value:
            for problem in case.inside(schema, "propertyNames", name, name):
                yield Problem(problem.path, f"as a name, {problem.said}")


def items(case: Case, each: Schema) -> Iterator[Problem]:
    """`items`: the schema of every item after those that `prefixItems` names; once, a list was what that is now."""
    if isinstance(each, list):
        yield from _first(case, each, "items")
    elif isinstance(case.value, list):
        skipped = len(listed(case.schema.get("prefixItems")))
        for index, item in enumerate(case.value[skipped:], skipped):
            yield from case.inside(each, "items", item, index)
        case.told.items = math.inf


def prefixItems(case: Case, each: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`prefixItems`: one schema for each of the first items."""
    yield from _first(case, each, "prefixItems")


def additionalItems(case: Case, each: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`additionalItems`: what `items` is now, beside an `items` that is a list (draft 2019-09 and before)."""
    first = case.schema.get("items")
    if isinstance(case.value, list) and isinstance(first, list):
        for index, item in enumerate(case.value[len(first) :], len(first)):
            yield from case.inside(each, "additionalItems", item, index)
        case.told.items = math.inf


def _first(case: Case, each: Schema, keyword: str) -> Iterator[Problem]:
    if isinstance(case.value, list) and isinstance(each, list):
        for index, (schema, item) in enumerate(zip(each, case.value, strict=False)):
            yield from case.inside(schema, f"{keyword}/{index}", item, index)
        case.told.items = max(case.told.items, len(each))


def contains(case: Case, schema: Schema) -> Iterator[Problem]:
    """`contains`, `minContains`, `maxContains`: how many items a schema holds for."""
    if not isinstance(case.value, list):
        return
    least, most = case.schema.get("minContains", 1), case.schema.get("maxContains", math.inf)
    held = [case.holds(schema, "contains", Told(), item) for item in case.value]
    case.told.others.update(index for index, fits in enumerate(held) if fits is not False)
    sure, possible = held.count(True), len(held) - held.count(False)
    if is_number(least) and possible < least:
        yield from case.no(f"must have at least {shown(least)} items that `contains` describes, and has {possible}")
    if is_number(most) and sure > most:
        yield from case.no(f"must have at most {shown(most)} items that `contains` describes, and has {sure}")


def unevaluatedItems(case: Case, each: Schema) -> Iterator[Problem]:  # noqa: N802 - the keyword
    """`unevaluatedItems`: the schema of every item that no part which holds has judged."""
    if isinstance(case.value, list):
        for index, item in enumerate(case.value):
            if index >= case.told.items and index not in case.told.others and not case.work.unsure:
                yield from case.inside(each, "unevaluatedItems", item, index)
        case.told.items = math.inf


KEYWORDS: dict[str, Check] = {
    "properties": properties,
    "patternProperties": patternProperties,
    "additionalProperties": additionalProperties,
    "propertyNames": propertyNames,
    "prefixItems": prefixItems,
    "items": items,
    "additionalItems": additionalItems,
    "contains": contains,
    "allOf": allOf,
    "oneOf": _options("oneOf"),
    "anyOf": _options("anyOf"),
    "not": not_,
    "if": if_,
    "dependentSchemas": _dependents("dependentSchemas"),
    "dependencies": _dependents("dependencies"),
    # Last, for they read what all the others have told.
    "unevaluatedProperties": unevaluatedProperties,
    "unevaluatedItems": unevaluatedItems,
}
