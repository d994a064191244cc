"""What fits on a screen: rows in columns, cut where they are too wide, counted where they are too many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leapocr_dyn.visible import visible

WIDTH = 120  # characters
LINES = 40
COLUMN = 60  # characters of a column that is not the last


def table(rows: Iterable[Sequence[str]], indent: str = "") -> list[str]:
    """One line for each row; columns as wide as their widest text, up to COLUMN, and no line wider than WIDTH."""
    cells = [[" ".join(visible(cell).split()) for cell in row] for row in rows]
    widths = [min(max(map(len, column)), COLUMN) for column in zip(*cells, strict=True)]
    lines = ["  ".join([*map(padded, row[:-1], widths), row[-1]]) for row in cells]
    return [cut(f"{indent}{line}".rstrip(), WIDTH) for line in lines]


def padded(text: str, width: int) -> str:
    """A text that is exactly so wide."""
    return cut(text, width).ljust(width)


def cut(text: str, width: int) -> str:
    """A text that is at most so wide."""
    return text if len(text) <= width else f"{text[: width - 1]}…"
