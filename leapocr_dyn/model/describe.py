"""Text for people about one value: what help() says of an argument or a field, from its schema."""

from __future__ import annotations

import textwrap
from typing import Any

LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "pattern": "like {}",
    "format": "as {}",
}
SHOWN = 60  # characters of a limit; a pattern may be longer


def described(
    name: str, annotation: str, required: bool, description: str, schema: Any, *, deprecated: bool = False
) -> str:  # Any: the document's schema
    """A line of help: the name, its type, its limits; and below it what the document says about it."""
    facts = [annotation, "required" if required else "optional"]
    if deprecated or (isinstance(schema, dict) and schema.get("deprecated") is True):
        facts.append("deprecated")
    if isinstance(schema, dict):
        # Where Python has a type for a format, that is the annotation.
        known = {key: one for key, one in schema.items() if key != "format" or annotation.partition(" ")[0] == "str"}
        limits = [(known[key], words) for key, words in LIMITS.items() if key in known]
        said = [(limit, words.format(f"{limit!s:.{SHOWN}}")) for limit, words in limits]
        facts += [text.removesuffix("s") if limit == 1 else text for limit, text in said]  # 1 character, 2 characters
        if isinstance(schema.get("enum"), list):
            facts.append("one of " + ", ".join(map(repr, schema["enum"])))
        if "const" in schema:
            facts.append(f"always {schema['const']!r}")
        if "default" in schema:
            facts.append(f"default {schema['default']!r}")
    head = f"    {name}: {', '.join(facts)}"
    return head + (f"\n{wrapped(description, '        ')}" if description else "")


LONGEST = 100_000  # characters of one description; to wrap a word of millions takes hours


def wrapped(text: str, indent: str = "") -> str:
    """Lines of at most 100 characters."""
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    lines = [
        textwrap.fill(line, 100, initial_indent=indent, subsequent_indent=indent) for line in text.strip().splitlines()
    ]
    return "\n".join(lines)
