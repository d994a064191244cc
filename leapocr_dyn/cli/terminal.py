"""What a command says: results on stdout, everything else on stderr.

A terminal gets no control characters of others, and no bytes that are no text; a pipe gets what there is.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Sequence
from typing import Any

import click

from leapocr_dyn.visible import UNSEEN

SURROGATES = re.compile("[\ud800-\udfff]")


def say(text: str) -> None:
    """A line on stderr."""
    click.echo(f"leapocr-dyn: {UNSEEN.sub(' ', ' '.join(text.split()))}", err=True)


def show(text: str, **style: str | bool) -> None:
    """A result on stdout; a terminal gets no control characters, and nobody what UTF-8 cannot say.

    style: click's own (bold, dim, fg), for a terminal that has colours.
    """
    out(styled(shown(text), **style) + "\n")


def shown(text: str) -> str:
    """The text as stdout may have it."""
    text = SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
    return UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text) if sys.stdout.isatty() else text


def styled(text: str, **style: str | bool) -> str:
    """The text in that style, where stdout is a terminal and nobody said otherwise (https://no-color.org)."""
    plain = not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    wanted: Any = {name: how for name, how in style.items() if how}  # Any: each of click's own has its kind
    return text if plain or not wanted else click.style(text, **wanted)


def table(rows: Sequence[Sequence[str]], bold: Collection[int] = (), dim: Collection[int] = ()) -> None:
    """Rows under each other, each column as wide as its widest cell. bold, dim: columns, from 0."""
    lines = [[shown(" ".join(cell.split())) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for row in lines:
        while row and not row[-1]:
            row.pop()
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)] + row[-1:]
        out("  ".join(styled(cell, bold=at in bold, dim=at in dim) for at, cell in enumerate(cells)) + "\n")


def out(content: str | bytes) -> None:
    """Onto stdout, as it is."""
    try:
        # color: a pipe gets the text as it is; click would take out what looks like a terminal's codes.
        click.echo(content, nl=False, color=True)
    except BrokenPipeError as error:
        # Whoever read us has seen enough. Left to itself, click would call that a failure, and Python would complain
        # about the unwritten rest on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit() from error
