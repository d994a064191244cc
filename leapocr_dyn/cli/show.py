"""leapocr-dyn show: one operation or method, in words."""

from __future__ import annotations

import json
from inspect import Parameter
from typing import TYPE_CHECKING, Any

import click

from leapocr_dyn.cli import terminal
from leapocr_dyn.cli.api import api_of, connected, way_of
from leapocr_dyn.cli.offer import names, values
from leapocr_dyn.model.value import NOT_GIVEN

if TYPE_CHECKING:
    from leapocr_dyn.operation.method import Method
    from leapocr_dyn.operation.operation import Operation


@click.command()
@click.argument("name", shell_complete=names)
@click.option("--json", "as_json", is_flag=True, help="An object: name, method, path, arguments, result, errors.")
@connected
def show(
    name: str,
    as_json: bool,
    service: str,
    spec: str | None,
    workflow: str | None,
    **caller: str | None,  # as in ops.py
) -> None:
    """Say what an operation or a method takes, gives and raises."""
    way = way_of(api_of(service, spec, workflow), name)
    if as_json:
        terminal.show(json.dumps(described(way), ensure_ascii=False, indent=2))
    else:
        terminal.show(f"{way.full_name}{way.signature}", bold=True)
        terminal.show(f"\n{way.__doc__}")


def described(way: Operation | Method) -> dict[str, Any]:  # Any: JSON
    """What is to be known of an operation, for a program."""
    it, takes = way.operation, way.signature
    return {
        "name": way.full_name,
        "method": it.method,
        "path": it.path,
        "operation_id": it.node.get("operationId"),
        "summary": str(it.node.get("summary") or ""),
        "arguments": [argument(way, one) for one in takes.parameters.values()],
        "result": text_of(takes.return_annotation),
        "errors": {status: node.get("description") for status, node, _ in it.responses() if status[:1] in "45d"},
    }


def argument(way: Operation | Method, parameter: Parameter) -> dict[str, Any]:  # Any: JSON
    """One argument. values: those that the document lists; default: where it has one."""
    found: dict[str, Any] = {
        "name": parameter.name,
        "type": text_of(parameter.annotation),
        "required": parameter.default is Parameter.empty,
    }
    if parameter.annotation is not bool and (listed := [one for one in values(way, parameter.name) if one != "@"]):
        found["values"] = listed
    if parameter.default not in (Parameter.empty, NOT_GIVEN, None):
        found["default"] = parameter.default
    return found


def text_of(annotation: Any) -> str:  # Any: a class, or its name
    """An annotation as one would write it."""
    return str(getattr(annotation, "__name__", annotation))
