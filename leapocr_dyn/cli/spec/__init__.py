"""leapocr-dyn spec: documents, how they change, and which version a project speaks."""

from __future__ import annotations

import click

from leapocr_dyn.cli.group import Group

# The module of each command, and what --help says of it.
COMMANDS = {
    "diff": ("leapocr_dyn.cli.spec.diff", "Say what changed between two documents, and what that breaks."),
    "log": ("leapocr_dyn.cli.spec.log", "List the versions that this machine has seen."),
    "pin": ("leapocr_dyn.cli.spec.pin", "Agree on a version: write it into the lock file."),
    "rollback": ("leapocr_dyn.cli.spec.rollback", "Go back to the version before, and refuse this one."),
    "show": ("leapocr_dyn.cli.spec.show", "Say which version is spoken, and why."),
    "update": ("leapocr_dyn.cli.spec.update", "Look for a newer version, and take it if nothing breaks."),
}


@click.group(cls=Group, homes=COMMANDS, no_args_is_help=False)
def spec() -> None:
    """Look after OpenAPI documents: how they change, and which version is spoken."""
