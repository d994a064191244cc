"""leapocr-dyn show: one operation, in words."""

from __future__ import annotations

import click

from leapocr_dyn.cli import terminal
from leapocr_dyn.cli.api import api_of, connected, operation_of


@click.command()
@click.argument("name")
@connected
def show(name: str, service: str, spec: str | None, url: str | None, key: str | None, token: str | None) -> None:
    """Say what an operation takes, gives and raises."""
    from leapocr_dyn.operation import describe

    operation = operation_of(api_of(service, spec), name)
    terminal.show(f"{operation.namespace}.{operation.name}{operation.signature}\n\n{describe.operation(operation)}")
