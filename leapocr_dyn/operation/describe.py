"""Text for people: what help() says about an operation, built from the document when somebody reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leapocr_dyn.model.describe import described, wrapped
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.operation.body import Body
    from leapocr_dyn.operation.operation import Operation


def operation(it: Operation) -> str:
    """Summary, description, arguments with types and limits, result, errors, and where it comes from."""
    parts = [str(it.node.get("summary") or it.id)]
    if it.node.get("deprecated") is True:
        parts.append("Deprecated: the API may take it away.")
    description = str(it.node.get("description") or "")
    if description and description != parts[0]:
        parts.append(wrapped(description))
    arguments = [
        described(
            one.name,
            one.type.annotation,
            one.required,
            one.description,
            it.document.follow(one.schema, one.place).value,
            deprecated=one.deprecated,
        )
        for one in it.parameters
    ]
    if (whole := it.body) is not None:
        arguments += [
            described(
                field.name,
                whole.takes(field),
                field.required,
                field.description,
                whole.members[str(field.wire)].value if str(field.wire) in whole.members else {},
            )
            for field in it.body_fields
        ]
        arguments.append(
            described("body", whole.annotation, whole.required and not it.body_fields, _body(it, whole), {})
        )
    arguments += [_choice(it, name, offered) for name, offered in it.choices.items()]
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
    if (own := it.server) is not None:
        parts.append(f"Server: {own.url}")
    parts.append(f"Source: {it.method} {it.path} ({it.id})")
    return visible("\n\n".join(parts))


def _body(it: Operation, whole: Body) -> str:
    said = "The whole body at once, instead of the fields above." if it.body_fields else whole.description
    return "\n".join(part for part in (said, f"Sent as {whole.media}.") if part)


def _choice(it: Operation, name: str, offered: list[str]) -> str:
    """An argument that chooses a media type, and what another choice takes or gives."""
    lines = [f"    {name}: str, optional, one of {', '.join(map(repr, offered))}"]
    if name == it.arguments.accept:
        given = {one: found.annotation for one in offered if (found := it.result(one)) is not None}
        if len(set(given.values())) > 1:
            lines += [wrapped(f"{one}: gives {annotation}", "        ") for one, annotation in given.items()]
    shown = {field.name for field in it.body_fields}
    for one in it.bodies if name == it.arguments.content_type else ():
        fields = it.fields_of(one)
        if fields and {field.name for field in fields} != shown:
            takes = ", ".join(f"{field.name}: {one.takes(field)}" for field in fields)
            lines.append(wrapped(f"{one.media}: {takes}", "        "))
    return "\n".join(lines)
