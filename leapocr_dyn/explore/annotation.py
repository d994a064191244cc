"""How a type of the document is spelled in a stub: as what is given, and as what may be sent.

One function explains one kind of type. On the way out more will do: a dict for a model, any sequence for a list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leapocr_dyn.explore.sheet import Scope
from leapocr_dyn.model.type import (
    Anything,
    Array,
    Cycle,
    Dictionary,
    Enumeration,
    Formatted,
    Literal,
    Object,
    Scalar,
    Tuple,
    Type,
    Union,
)

LONGEST = 400  # characters of a list of literals; a longer one is only its kinds


def annotation(it: Type, scope: Scope) -> str:
    """Any type: by its name where it has one."""
    if not isinstance(it, Object | Enumeration) and it.pointer in scope.sheet.catalogue.names:
        return scope.named(it)
    return structure(it, scope)


def structure(it: Type, scope: Scope) -> str:
    """The same, where the name is what is being explained."""
    return next(spell for kind, spell in KINDS.items() if isinstance(it, kind))(it, scope)


def inner(it: Type, place: str, scope: Scope) -> str:
    """The type of what is inside another, where its schema stands."""
    return optional(annotation(it, scope), scope) if scope.sheet.catalogue.may_be_null(place) else annotation(it, scope)


def optional(text: str, scope: Scope) -> str:
    """The same, or None."""
    is_open = text == "None" or text.endswith("| None") or (text.endswith("Any") and text == scope.word("Any"))
    return text if is_open else f"{text} | None"


def one_of(texts: list[str]) -> str:
    """A union of annotations."""
    return " | ".join(dict.fromkeys(texts))


def plain(it: Type, scope: Scope) -> str:
    """Words that are types: text, numbers, null, anything."""
    return scope.words(it.annotation)


def formatted(it: Formatted, scope: Scope) -> str:
    """What Python has a type for; on the way out, what stands on the wire is as good."""
    return one_of(
        [scope.words(it.annotation), *([scope.word(kind.__name__) for kind in it.kinds] if scope.sent else [])]
    )


def literal(it: Literal, scope: Scope) -> str:
    """A few values. PEP 586 has no room for fractions, lists and objects."""
    values = [value for value in it.values if value is not None]  # null is said where the value stands
    if not values:
        return "None"
    # Nobody writes longer integers, and Python does not write out those of thousands of digits.
    sayable = all(isinstance(value, str) or (isinstance(value, int) and value.bit_length() < 64) for value in values)
    return literals(values, scope) if sayable else scope.word("Any")


def literals(values: Any, scope: Scope) -> str:  # Any: JSON that a Python literal can say
    """`Literal[...]` of values; the values' kinds where there are too many to read."""
    text = ", ".join(dict.fromkeys(map(repr, values)))
    if len(text) <= LONGEST:
        return f"{scope.word('Literal')}[{text}]" if text else scope.word("Any")
    return one_of([scope.word(type(value).__name__) for value in values])


def enumeration(it: Enumeration, scope: Scope) -> str:
    """An enum; on the way out, its values are as good."""
    return one_of([scope.named(it), *([literals(it.values, scope)] if scope.sent else [])])


def array(it: Array, scope: Scope) -> str:
    """A list; on the way out, anything like one."""
    return f"{scope.word('Sequence' if scope.sent else 'list')}[{inner(it.items, f'{it.pointer}/items', scope)}]"


def several(it: Tuple, scope: Scope) -> str:
    """A tuple; on the way out, JSON's arrays are lists as often."""
    kind = scope.word("tuple")
    rest = [f"*{kind}[{annotation(it.rest, scope)}, ...]"] if it.rest is not None else []
    text = f"{kind}[{', '.join([*(annotation(one, scope) for one in it.first), *rest]) or '()'}]"
    return f"{text} | {scope.word('list')}[{scope.word('Any')}]" if scope.sent else text


def dictionary(it: Dictionary, scope: Scope) -> str:
    """Text -> one of its types."""
    found = [*(annotation(one, scope) for one in it.patterns.values())]
    if it.values is not None:
        found.append(inner(it.values, f"{it.pointer}/additionalProperties", scope))
    values = one_of(found) or scope.word("Any")
    return f"{scope.word('Mapping' if scope.sent else 'dict')}[{scope.word('str')}, {values}]"


def union(it: Union, scope: Scope) -> str:
    """One of several."""
    return one_of([annotation(option, scope) for option in it.options]) or scope.word("Any")


def model(it: Object, scope: Scope) -> str:
    """A class; on the way out, a dict is as good."""
    kind = f"{scope.word('Mapping')}[{scope.word('str')}, {scope.word('Any')}]" if scope.sent else None
    return one_of([scope.named(it), *([kind] if kind else [])])


def cycle(it: Cycle, scope: Scope) -> str:
    """A type inside itself, which only a name can end."""
    return scope.named(it) if it.pointer in scope.sheet.catalogue.names else scope.word("Any")


KINDS: dict[type[Type], Callable[[Any, Scope], str]] = {
    Anything: plain,
    Scalar: plain,
    Formatted: formatted,
    Literal: literal,
    Enumeration: enumeration,
    Array: array,
    Tuple: several,
    Dictionary: dictionary,
    Union: union,
    Object: model,
    Cycle: cycle,
}
