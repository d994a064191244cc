"""A group of commands, of which each is imported when it is called and not before."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from leapocr_dyn.model.naming import hint


class Group(click.Group):
    """Commands by name. homes: the module that each is in, under its name, and the sentence that --help has for it."""

    def __init__(self, *, homes: Mapping[str, tuple[str, str]], **settings: Any) -> None:  # Any: click's own
        super().__init__(**settings)
        self.homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, sorted."""
        return sorted(self.homes)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported."""
        if cmd_name not in self.homes:
            return None
        found: click.Command = getattr(import_module(self.homes[cmd_name][0]), cmd_name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """What is called; a name that is nearly right is answered with the right one."""
        if args and args[0] not in self.homes and not ctx.resilient_parsing and (near := hint(args[0], self.homes)):
            ctx.fail(f"No such command {args[0]!r}{near}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A line for each command, whose module is not needed for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.homes[name][1]) for name in self.list_commands(ctx)])
