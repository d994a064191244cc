"""From lines of text with their places to a page: reading order, paragraphs, headings, Markdown.

Pure: the same for a text layer and for recognised text. Lengths are pixels, from the page's top left corner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

GAP = 0.75  # of the page's median line height: more space than this above a line begins a new block
TALL = 1.18  # times the median line height: such a line is a heading; recognised boxes vary by a tenth
HEADING_CHARACTERS = 120


@dataclass(frozen=True)
class Line:
    """A piece of text on one line. height: of its letters; differs from bottom - top where the page lies askew."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    height: float
    confidence: float = 1.0

    @property
    def middle(self) -> float:
        """Half way down."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Block:
    """A heading or a paragraph and its rectangle."""

    kind: str
    text: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Page:
    """What was read on one page. text: Markdown. width, height: of the page as it was rendered."""

    text: str
    confidence: float
    blocks: tuple[Block, ...]
    width: int
    height: int


def page(lines: Iterable[Line], width: int, height: int) -> Page:
    """A page from what was found on it; its confidence is the mean over the lines, 0 where there are none."""
    found = [line for line in lines if line.text.strip()]
    parts = blocks(rows(found))
    text = "\n\n".join(f"# {block.text}" if block.kind == "heading" else block.text for block in parts)
    sure = sum(line.confidence for line in found) / len(found) if found else 0.0
    return Page(text, min(max(sure, 0.0), 1.0), tuple(parts), width, height)


def rows(lines: Iterable[Line]) -> list[Line]:
    """Lines in reading order; pieces that stand side by side become one line.

    A piece belongs to the row whose nearest piece it overlaps by half its height: nearest, because on a page that lies
    askew the two ends of a row need not overlap at all.
    """
    found: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.middle):
        for row in reversed(found[-4:]):
            beside = min(row, key=lambda other: abs(other.left - line.left))
            if abs(beside.middle - line.middle) < 0.5 * min(beside.height, line.height) and apart(beside, line):
                row.append(line)
                break
        else:
            found.append([line])
    return [joined(sorted(row, key=lambda line: line.left)) for row in found]


def apart(one: Line, other: Line) -> bool:
    """Whether two pieces stand side by side; those that cover each other are two lines printed close together."""
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared < 0.5 * min(one.right - one.left, other.right - other.left)


def joined(row: Sequence[Line]) -> Line:
    """The pieces of one row as one line."""
    return Line(
        " ".join(line.text.strip() for line in row),
        min(line.left for line in row),
        min(line.top for line in row),
        max(line.right for line in row),
        max(line.bottom for line in row),
        median(line.height for line in row),
    )


def blocks(lines: Sequence[Line]) -> list[Block]:
    """Lines in reading order, gathered into headings and paragraphs."""
    if not lines:
        return []
    usual = median(line.height for line in lines)
    gathered: list[list[Line]] = []
    kinds: list[str] = []
    for line in lines:
        tall = len(lines) > 1 and line.height > TALL * usual and len(line.text) <= HEADING_CHARACTERS
        kind = "heading" if tall else "paragraph"
        if gathered and kinds[-1] == kind and not parted(gathered[-1][-1], line, usual):
            gathered[-1].append(line)
        else:
            gathered.append([line])
            kinds.append(kind)
    return [block(kind, group) for kind, group in zip(kinds, gathered, strict=True)]


def parted(above: Line, below: Line, usual: float) -> bool:
    """Whether the space between two lines is clearly larger than within a paragraph.

    Measured between the middles: the boxes of long lines on a page that lies askew overlap.
    """
    return below.middle - above.middle - (above.height + below.height) / 2 > GAP * usual


def block(kind: str, lines: Sequence[Line]) -> Block:
    """Lines as one block. A heading's lines become one, as Markdown has it."""
    whole = joined(lines)
    left, top = round(whole.left), round(whole.top)
    text = (" " if kind == "heading" else "\n").join(line.text for line in lines)
    return Block(kind, text, left, top, max(round(whole.right) - left, 0), max(round(whole.bottom) - top, 0))
