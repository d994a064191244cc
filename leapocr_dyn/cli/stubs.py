"""leapocr-dyn stubs: an API's clients and models as .pyi files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import click

from leapocr_dyn.cli.api import api_of, chosen
from leapocr_dyn.cli.file import folder_of
from leapocr_dyn.cli.terminal import say


@click.command()
@chosen
@click.option("--name", help="What to call the package; otherwise as the document's file, or the service.")
@click.option("-o", "--output", default=".", metavar="DIR", help="The folder that the package goes into.")
def stubs(service: str, spec: str | None, workflow: str | None, name: str | None, output: str) -> None:
    """Write what type checkers cannot see in a document: its clients and models, as .pyi files.

    The package holds Client and AsyncClient, with every operation and method, and its models; those of an earlier run
    are replaced. Nothing of it is imported when a program runs:

    \b
        if TYPE_CHECKING:
            from NAME import Client
        client = cast("Client", leapocr_dyn.load("FILE").client())

    A bundled service's own clients need none of this: their types come with leapocr-dyn.
    """
    from leapocr_dyn.explore import stubs
    from leapocr_dyn.model import naming

    stem = Path(unquote(spec.partition("?")[0])).stem if spec is not None else service
    api = api_of(service, spec, workflow)
    for path in stubs.write(api, folder_of(output), naming.attribute(name or stem)):
        say(f"wrote {path}")
