"""leapocr-dyn ops: what an API can do, one operation or method a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from leapocr_dyn.cli.api import api_of, connected
from leapocr_dyn.cli.terminal import say, show, table

if TYPE_CHECKING:
    from leapocr_dyn.api import Api

COLUMNS = ("name", "method", "path", "summary")


@click.command()
@click.argument("pattern", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="An array of objects: name, method, path, summary.")
@connected
def ops(
    pattern: tuple[str, ...],
    as_json: bool,
    service: str,
    spec: str | None,
    workflow: str | None,
    **caller: str | None,  # --url, --key and --token, which say nothing here: what is typed for `call` will do
) -> None:
    """List the operations, by the names that a client has for them.

    PATTERN: words of which each is in the name, the method, the path or the summary.
    """
    every = rows(api_of(service, spec, workflow))
    found = [row for row in every if all(word.lower() in " ".join(row).lower() for word in pattern)]
    if as_json:
        show(json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in found], ensure_ascii=False, indent=2))
    elif found or not pattern:
        table(found, bold=(0,), dim=(1, 2))
    else:
        say(f"none of {len(every)} operations has {' and '.join(map(repr, pattern))}; leapocr-dyn ops lists them all")


def rows(api: Api) -> list[tuple[str, str, str, str]]:
    """Name, method, path and summary of everything, namespace by namespace."""
    return [
        (way.full_name, it.method, it.path, str(it.node.get("summary", "")))
        for ways in api.namespaces.values()
        for way, it in ((way, way.operation) for way in ways.values())
    ]
