"""What fits on a screen: rows in columns, cut where they are too wide, counted where they are too many."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Sequence

from leapocr_dyn.visible import visible

WIDTH = 120  # characters
LINES = 40
COLUMN = 60  # characters of a column that is not the last


def width() -> int:
    """Characters of a line: as many as the terminal has, at most WIDTH; WIDTH where no terminal is."""
    try:
        return min(WIDTH, os.get_terminal_size(sys.__stdout__.fileno()).columns or WIDTH)  # type: ignore[union-attr]  # None is no terminal, either
    except (AttributeError, ValueError, OSError):
        return WIDTH


def folded(text: str, indent: str, lines: int | None = None) -> list[str]:
    """A text over as many lines as it needs, or at most so many."""
    room = max(width() - len(indent), 20)
    shown = textwrap.wrap(
        visible(text), room, max_lines=lines, placeholder="…", break_on_hyphens=False, replace_whitespace=True
    )
    return [indent + line for line in shown]


def table(rows: Iterable[Sequence[str]], indent: str = "") -> list[str]:
    """One line for each row; columns as wide as their widest text, up to COLUMN, and no line wider than a terminal."""
    cells = [[" ".join(visible(cell).split()) for cell in row] for row in rows]
    widths = [min(max(map(len, column)), COLUMN) for column in zip(*cells, strict=True)]
    lines = ["  ".join([*map(padded, row[:-1], widths), row[-1]]) for row in cells]
    return [cut(f"{indent}{line}".rstrip(), width()) for line in lines]


def padded(text: str, wide: int) -> str:
    """A text that is exactly so wide."""
    return cut(text, wide).ljust(wide)


def cut(text: str, wide: int) -> str:
    """A text that is at most so wide."""
    return text if len(text) <= wide else f"{text[: wide - 1]}…"
