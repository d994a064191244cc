"""What a command says: results on stdout, everything else on stderr.

A terminal gets no control characters of others, and no bytes that are no text; a pipe gets what there is.
"""

from __future__ import annotations

import os
import re
import sys

import click

from leapocr_dyn.visible import UNSEEN

SURROGATES = re.compile("[\ud800-\udfff]")


def say(text: str) -> None:
    """A line on stderr."""
    click.echo(f"leapocr-dyn: {UNSEEN.sub(' ', ' '.join(text.split()))}", err=True)


def show(text: str) -> None:
    """A result on stdout; a terminal gets no control characters, and nobody what UTF-8 cannot say."""
    text = SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
    out((UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text) if sys.stdout.isatty() else text) + "\n")


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


def amount(size: int) -> str:
    """Bytes for people."""
    if size < 1e3:
        return f"{size} bytes"
    return f"{size / 1e3:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"
