"""Text for people: what help() says about an operation, built from the document when somebody reads it."""

from __future__ import annotations

import contextlib
import inspect
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from leapocr_dyn.errors import DocumentError
from leapocr_dyn.model.describe import described, wrapped
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.operation.body import Body
    from leapocr_dyn.operation.method import Method
    from leapocr_dyn.operation.operation import Operation


class Argument(NamedTuple):
    """What is said of one argument. schema: the document's, or {}."""

    annotation: str
    required: bool
    description: str
    schema: Any  # Any: a JSON Schema
    deprecated: bool = False

    def line(self, name: str) -> str:
        """A line of help."""
        return described(
            name, self.annotation, self.required, self.description, self.schema, deprecated=self.deprecated
        )


def operation(it: Operation) -> str:
    """Summary, description, arguments with types and limits, result, errors, example, and where it comes from."""
    arguments = [one.line(name) for name, one in _arguments(it).items()]
    arguments += [_choice(it, name, offered) for name, offered in it.choices.items()]
    result = it.result()
    return _text(it, arguments, result.annotation if result else "nothing")


def method(it: Method) -> str:
    """The same of a method, whose arguments are its own."""
    known = _arguments(it.operation)
    known |= {str(it.way.whole): known["body"]} if it.way.whole is not None and "body" in known else {}
    choices = it.operation.choices
    lines = []
    for name, one in it.signature.parameters.items():
        if name in choices and name not in known:
            lines.append(_choice(it.operation, name, choices[name]))
            continue
        about = known.get(name) or Argument(str(inspect.formatannotation(one.annotation)), False, "", {})
        default = {"default": one.default} if isinstance(one.default, str | int | float) else {}
        schema = {**(about.schema if isinstance(about.schema, dict) else {}), **default}
        lines.append(about._replace(required=one.default is one.empty, schema=schema).line(name))
    return _text(it, lines, str(inspect.formatannotation(it.signature.return_annotation)))


def _text(way: Operation | Method, arguments: list[str], gives: str) -> str:
    it = way.operation
    parts = [str(it.node.get("summary") or it.id)]
    if it.node.get("deprecated") is True:
        parts.append("Deprecated: the API may take it away.")
    description = str(it.node.get("description") or "")
    if description and description != parts[0]:
        parts.append(wrapped(description))
    if arguments:
        parts.append("Arguments:\n" + "\n".join(arguments))
    parts.append(f"Gives: {gives}")
    failures = [
        f"    {status}: {node.get('description', '')}"
        for status, node, _ in it.responses()
        if not status.startswith("2")
    ]
    if failures:
        parts.append("Errors:\n" + "\n".join(failures))
    with contextlib.suppress(DocumentError):  # of some, no example comes to mind
        parts.append(f"Example:\n{textwrap.indent(repr(way.example()), '    ')}")
    if (own := it.server) is not None:
        parts.append(f"Server: {own.url}")
    parts.append(f"Source: {it.method} {it.path} ({it.id})")
    return visible("\n\n".join(parts))


def _arguments(it: Operation) -> dict[str, Argument]:
    """What the operation takes, but for what chooses a media type."""
    found = {
        one.name: Argument(
            one.type.annotation,
            one.required,
            one.description,
            it.document.follow(one.schema, one.place).value,
            one.deprecated,
        )
        for one in it.parameters
    }
    if (whole := it.body) is not None:
        for field in it.body_fields:
            schema = whole.members[str(field.wire)].value if str(field.wire) in whole.members else {}
            found[field.name] = Argument(whole.takes(field), field.required, field.description, schema)
        needed = whole.required and not it.body_fields
        found["body"] = Argument(whole.annotation, needed, _body(it, whole), {})
    return found


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
