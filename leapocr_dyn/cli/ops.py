"""leapocr-dyn ops: what an API can do, one operation or method a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leapocr_dyn.cli.api import api_of, connected
from leapocr_dyn.cli.terminal import show

if TYPE_CHECKING:
    from leapocr_dyn.api import Api


@click.command()
@connected
def ops(
    service: str, spec: str | None, workflow: str | None, url: str | None, key: str | None, token: str | None
) -> None:
    """List the operations, by the names that a client has for them."""
    found = rows(api_of(service, spec, workflow))
    widths = [max(map(len, column)) for column in list(zip(*found, strict=True))[:3]] if found else []
    for row in found:
        show("  ".join([*(text.ljust(width) for text, width in zip(row[:3], widths, strict=True)), row[3]]).rstrip())


def rows(api: Api) -> list[tuple[str, str, str, str]]:
    """Name, method, path and summary of everything, namespace by namespace."""
    return [
        (f"{namespace}.{name}".lstrip("."), it.method, it.path, str(it.node.get("summary", "")))
        for namespace, ways in api.namespaces.items()
        for name, it in ((name, way.operation) for name, way in ways.items())
    ]
