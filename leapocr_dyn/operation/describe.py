"""Text for people: what help() says about an operation. Built from the document when somebody reads it, never
before."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leapocr_dyn.operation.operation import Operation

LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
}


def operation(it: Operation) -> str:
    """Summary, description, arguments with types and limits, result, errors, and where it comes from."""
    parts = [str(it.node.get("summary") or it.id)]
    description = str(it.node.get("description") or "")
    if description and description != parts[0]:
        parts.append(_wrapped(description))
    arguments = [
        _argument(
            one.name,
            one.type.annotation,
            one.required,
            one.description,
            it.document.follow(one.schema, one.place).value,
        )
        for one in it.parameters
    ]
    if it.body is not None:
        schema = it.document.follow(it.body.schema, it.body.place).value
        inner = schema.get("properties", {}) if isinstance(schema, dict) else {}
        arguments += [
            _argument(
                field.name,
                field.type.annotation,
                field.required,
                field.description,
                it.document.follow(inner.get(field.wire), f"{it.body.place}/{field.wire}").value,
            )
            for field in it.body_fields
        ]
        arguments.append(
            _argument("body", it.body.type.annotation, it.body.required and not it.body_fields, _body(it), {})
        )
    if arguments:
        parts.append("Arguments:\n" + "\n".join(arguments))
    result = it.result()
    parts.append(f"Gives: {result.annotation if result else 'nothing'}")
    failures = [
        f"    {status}: {node.get('description', '')}"
        for status, node, _ in it.responses()
        if not status.startswith("2")
    ]
    if failures:
        parts.append("Errors:\n" + "\n".join(failures))
    parts.append(f"Source: {it.method} {it.path} ({it.id})")
    return "\n\n".join(parts)


def _body(it: Operation) -> str:
    return (
        "The whole body at once, instead of the fields above."
        if it.body_fields
        else (it.body.description if it.body else "")
    )


def _argument(
    name: str, annotation: str, required: bool, description: str, schema: Any
) -> str:  # Any: the document's schema
    facts = [annotation, "required" if required else "optional"]
    if isinstance(schema, dict):
        facts += [words.format(schema[keyword]) for keyword, words in LIMITS.items() if keyword in schema]
        if isinstance(schema.get("enum"), list):
            facts.append("one of " + ", ".join(map(repr, schema["enum"])))
        if "default" in schema:
            facts.append(f"default {schema['default']!r}")
    head = f"    {name}: {', '.join(facts)}"
    return head + (f"\n{_wrapped(description, '        ')}" if description else "")


def _wrapped(text: str, indent: str = "") -> str:
    lines = [
        textwrap.fill(line, 100, initial_indent=indent, subsequent_indent=indent) for line in text.strip().splitlines()
    ]
    return "\n".join(lines)
