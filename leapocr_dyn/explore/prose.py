"""A page's text as HTML: what looks like Markdown is laid out (headings, lists, tables, bold), the rest stays as it is.

It is a look, and no Markdown processor: nothing of the text can become markup, and every word of it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leapocr_dyn.explore.markup import Markup, element

LONGEST = 200_000  # characters of one page; what is longer is shown as it is, since each line is looked at
HEADING = re.compile(r"(#{1,6})[ \t]+(?=\S)")
BULLET = re.compile(r"[ \t]*[-*+•][ \t]+(?=\S)")
RULE = re.compile(r"[|:\- \t]+")  # the line below a table's head


def prose(text: str) -> list[Markup]:
    """The blocks of a text, in order."""
    text = text.replace("\r\n", "\n")
    if len(text) > LONGEST:
        return [element("pre", text, dir="auto")]
    return [laid_out(lines) for lines in blocks(text)]


def blocks(text: str) -> Iterator[list[str]]:
    """The lines of each block: a heading is one line, anything else ends at an empty one, or where its kind does."""
    held: list[str] = []
    for line in text.split("\n"):
        if held and (not line.strip(" \t") or kind(line) != kind(held[-1]) or HEADING.match(line)):
            yield held
            held = []
        if line.strip(" \t"):
            held.append(line)
    if held:
        yield held


def kind(line: str) -> str:
    """What a line is a part of."""
    if HEADING.match(line):
        return "heading"
    if BULLET.match(line):
        return "list"
    stripped = line.strip(" \t")
    return "table" if stripped.startswith("|") and stripped.endswith("|") and len(stripped) > 2 else "paragraph"


def laid_out(lines: list[str]) -> Markup:
    """One block as an element."""
    what = kind(lines[0])
    if what == "heading" and (found := HEADING.match(lines[0])):
        # Below the page's own headings.
        return element(f"h{min(len(found[1]) + 2, 6)}", strong(lines[0][found.end() :]), dir="auto")
    if what == "list":
        return element("ul", [element("li", strong(BULLET.sub("", line, count=1))) for line in lines], dir="auto")
    if what == "table":
        return table([[cell.strip(" \t") for cell in line.strip(" \t")[1:-1].split("|")] for line in lines])
    return element("p", strong("\n".join(lines)), dir="auto")


def table(rows: list[list[str]]) -> Markup:
    """A table; its first row is its head where a rule says so."""
    has_head = len(rows) > 1 and all(RULE.fullmatch(cell or "-") for cell in rows[1]) and "-" in "".join(rows[1])
    head = [element("thead", row(rows[0], "th"))] if has_head else []
    body = [row(cells, "td") for cells in rows[2 * has_head :]]
    return element("div", element("table", head, element("tbody", body)), class_="wide")


def row(cells: list[str], tag: str) -> Markup:
    """A row of a table; numbers stand at its right."""
    return element(
        "tr", [element(tag, strong(cell), dir="auto", class_="number" * is_number(cell) or None) for cell in cells]
    )


def is_number(cell: str) -> bool:
    """Whether a cell is mostly digits, such as 1,200.00 EUR."""
    digits = sum(letter.isdigit() for letter in cell)
    return digits > 0 and digits * 2 >= sum(not letter.isspace() for letter in cell)


def strong(text: str) -> list[str | Markup]:
    """Text, with what stands between two pairs of asterisks in bold."""
    parts = text.split("**")
    if len(parts) % 2 == 0:
        return [text]
    return [element("strong", part) if number % 2 else part for number, part in enumerate(parts)]
