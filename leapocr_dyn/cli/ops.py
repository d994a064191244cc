"""leapocr-dyn ops: what an API can do, one operation a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leapocr_dyn.cli.api import api_of, connected
from leapocr_dyn.cli.terminal import show

if TYPE_CHECKING:
    from leapocr_dyn.operation.operation import Operation
    from leapocr_dyn.operation.operations import Operations


@click.command()
@connected
def ops(service: str, spec: str | None, url: str | None, key: str | None, token: str | None) -> None:
    """List the operations."""
    operations = api_of(service, spec).operations
    rows = [
        (f"{one.namespace}.{one.name}", one.method, one.path, str(one.node.get("summary", "")))
        for one in unique(operations)
    ]
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:3]] if rows else []
    for row in rows:
        show("  ".join([*(text.ljust(width) for text, width in zip(row[:3], widths, strict=True)), row[3]]).rstrip())


def unique(operations: Operations) -> list[Operation]:
    """Every operation once, namespace by namespace."""
    return [one for named in operations.namespaces.values() for one in named.values()]
