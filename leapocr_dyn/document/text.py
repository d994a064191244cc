"""JSON and YAML text -> plain values, with a bound on everything that could grow.

A document is untrusted, so nothing is built before it is known to be small enough to walk. JSON goes through the
standard library once its commas and brackets are counted, and its depth is seen afterwards. YAML is yaml.py's.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from leapocr_dyn.document import limit
from leapocr_dyn.document.mistake import place, shown, too_deep, too_large
from leapocr_dyn.errors import DocumentError


def parse(text: bytes | str, name: str) -> Any:  # Any: JSON enters here
    """The value that JSON or YAML text holds: JSON where it starts with "{" or "[", YAML otherwise.

    name: of the document, for messages. Raises DocumentError with line and column, and nothing else.
    """
    if len(text) > limit.SIZE:
        raise DocumentError(too_large(name))
    if isinstance(text, bytes):
        text = decoded(text, name)
    text = text.removeprefix("\ufeff")
    if text.lstrip(" \t\r\n")[:1] in ("{", "["):
        return json_value(text, name)
    from leapocr_dyn.document.yaml import yaml_value  # not at the top: bundled services are read as JSON

    return yaml_value(text, name)


def decoded(content: bytes, name: str) -> str:
    """UTF-8 bytes as text."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"{name}, line {line}: this is not UTF-8 text: save the document as UTF-8") from error


def json_value(text: str, name: str) -> Any:  # Any: JSON enters here
    """The value of JSON text (RFC 8259), where no key may stand twice and every number is finite."""

    # Each value but the first comes after one of these; those inside of texts are few. Before anything is built.
    if len(text) > limit.NODES and sum(map(text.count, ",[{")) > limit.NODES:
        raise DocumentError(f"{name}: more than {limit.NODES:,} values: that is not an API description")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # Any: JSON enters here
        members = dict(pairs)
        if len(members) != len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # None: the first time
            raise DocumentError(f"{name}: the key {shown(twice)} stands twice in one object: keep one of them")
        return members

    def finite(number: str) -> float:
        if math.isfinite(value := float(number)):
            return value
        return refuse(number)

    def refuse(number: str) -> NoReturn:
        raise DocumentError(f"{name}: JSON has no number {shown(number)}: use a finite one, or null")

    try:
        tree = json.loads(text, object_pairs_hook=once, parse_float=finite, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise DocumentError(f"{place(name, error.lineno, error.colno)}: this is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise DocumentError(too_deep(name)) from error
    except DocumentError:
        raise
    except ValueError as error:  # int() refuses more than 4,300 digits
        raise DocumentError(f"{name}: a number has too many digits") from error
    check_depth(tree, name)
    return tree


def check_depth(tree: object, name: str) -> None:
    """Raise DocumentError where a tree is deeper than it may be."""
    if any(depth == limit.DEPTH for depth, _ in enumerate(limit.levels(tree))):
        raise DocumentError(too_deep(name))
