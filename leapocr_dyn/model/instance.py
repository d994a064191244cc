"""What JSON Schema says of a value before any schema: which kind it is, and what it is equal to.

Python mixes what JSON keeps apart: True is an int, and 1 == True; 1.0 is an integer in JSON, and no int in Python.
Source: JSON Schema 2020-12 Core, section 4.2 (Instance); RFC 8259 section 6.
"""

from __future__ import annotations

import math
from typing import Any

from leapocr_dyn.model.value import Json, brief

KINDS: dict[str, Any] = {"string": str, "boolean": bool, "null": type(None), "array": list, "object": dict}


def is_number(value: Json) -> bool:
    """Whether it is a number of JSON."""
    # NaN and infinities are floats, but no numbers of JSON (RFC 8259 section 6).
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def is_kind(value: Json, kind: str) -> bool:
    """Whether it is of the kind that a `type` names (Validation, section 6.1.1)."""
    if kind == "integer":
        return is_number(value) and (isinstance(value, int) or value.is_integer())
    if kind == "number":
        return is_number(value)
    if not isinstance(kind, str) or kind not in KINDS:
        return True  # a kind that JSON Schema does not know forbids nothing
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def shown(value: Json) -> str:
    """A value of a schema in full, for a message."""
    try:
        return repr(value)
    except ValueError:  # an integer of thousands of digits somewhere inside
        return brief.repr(value)


def kind(value: Json) -> str:
    """Which kind it is; the class's name for what is no JSON."""
    return next(
        (
            kind
            for kind in ("null", "boolean", "integer", "number", "string", "array", "object")
            if is_kind(value, kind)
        ),
        type(value).__name__,
    )


def same(left: Json, right: Json) -> bool:
    """Whether two values are equal in JSON."""
    # Python's own equality finds True in 1, however deep inside; JSON does not.
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(item, right[key]) for key, item in left.items())
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def key(value: Json) -> Any:  # Any: something that can be hashed
    """What stands for a value in a set: equal where JSON is. Raises TypeError for what is no JSON."""
    if isinstance(value, list):
        return "list", *map(key, value)
    if isinstance(value, dict):
        return "dict", frozenset((name, key(item)) for name, item in value.items())
    return ("bool", value) if isinstance(value, bool) else value
