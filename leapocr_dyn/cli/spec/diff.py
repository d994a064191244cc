"""leapocr-dyn spec diff: what changed between two documents, and whether it breaks a client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leapocr_dyn.cli.api import located
from leapocr_dyn.cli.terminal import show

if TYPE_CHECKING:
    from leapocr_dyn.document import Document

# The exit code for each severity; 1 and 2 stay what they are for every command.
CODES = {"none": 0, "addition": 3, "risky": 4, "breaking": 5}
STYLES: dict[str, dict[str, str | bool]] = {
    "none": {"dim": True},
    "addition": {"fg": "green"},
    "risky": {"fg": "yellow"},
    "breaking": {"fg": "red", "bold": True},
}


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--tag", help="Only the operations that carry this tag.")
@click.option("--json", "as_json", is_flag=True, help='Print {"severity": ..., "changes": [...]}.')
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a table for a pull request or a changelog.")
def diff(old: str, new: str, tag: str | None, as_json: bool, as_markdown: bool) -> int:
    """Say what changed from OLD to NEW, and what that means for a client.

    OLD and NEW are files, URLs or names of bundled services. What only reads differently (order, descriptions,
    examples, names of components) is no change.

    The exit code says the highest severity, for a client that goes on calling as before:

    \b
        0  none       it cannot notice, or less is asked of it
        3  addition   there is more that it may send, or may meet
        4  risky      the same call may do something else, or be refused
        5  breaking   a call or a field that it used is gone, or what it sent is refused

    1 and 2 mean that there is no answer: a server failed, or a document cannot be read.
    """
    from leapocr_dyn.history import report
    from leapocr_dyn.history.compare import compare

    if as_json and as_markdown:
        raise click.UsageError("--json or --markdown, not both")
    before, after = read(old), read(new)
    check(tag, before, after)
    comparison = compare(before, after, tag=tag)
    if as_json:
        show(json.dumps(comparison.to_dict(), indent=2, ensure_ascii=False))
    elif as_markdown:
        show(report.markdown(comparison).rstrip())
    else:
        for severity, line in report.text(comparison):
            show(line, **STYLES[severity])
    return CODES[comparison.severity]


def read(given: str) -> Document:
    """The document that is named, in its final form. Raises DocumentError, TransportError."""
    from leapocr_dyn.document import Document, source

    where = located(given)
    if isinstance(where, str):
        from leapocr_dyn import fetch

        return Document.read(source.Text(fetch.fetch(where).content, fetch.plain(where))).normalised().repaired()
    bundled = not where.exists() and given in source.services()
    return Document.read(given if bundled else Path(where)).normalised().repaired()


def check(tag: str | None, *documents: Document) -> None:
    """Raise for a tag that no operation carries: nothing would ever change."""
    from leapocr_dyn.document import select
    from leapocr_dyn.model.naming import hint

    known = list(dict.fromkeys(tag for document in documents for tag in select.tags(document.tree)))
    if tag is not None and tag not in known:
        there = f"; there are {', '.join(known)}" if known else "; there are no tags at all"
        raise click.BadParameter(f"no operation carries {tag!r}{hint(tag, known, there)}", param_hint="'--tag'")
