"""leapocr-dyn show: one operation or method, in words."""

from __future__ import annotations

import click

from leapocr_dyn.cli import terminal
from leapocr_dyn.cli.api import api_of, connected, way_of


@click.command()
@click.argument("name")
@connected
def show(
    name: str,
    service: str,
    spec: str | None,
    workflow: str | None,
    url: str | None,
    key: str | None,
    token: str | None,
) -> None:
    """Say what an operation or a method takes, gives and raises."""
    way = way_of(api_of(service, spec, workflow), name)
    whole = f"{way.namespace}.{way.name}".lstrip(".")
    terminal.show(f"{whole}{way.signature}\n\n{way.__doc__}")
