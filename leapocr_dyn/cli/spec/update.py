"""leapocr-dyn spec update: look for a newer version of a document, and take it where nothing breaks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from leapocr_dyn.cli.failure import DONE
from leapocr_dyn.cli.spec.diff import CODES
from leapocr_dyn.cli.spec.following import Followed, followed, following
from leapocr_dyn.cli.terminal import show
from leapocr_dyn.history.rule import NONE

if TYPE_CHECKING:
    from leapocr_dyn.history.update import Update

MOST = 20  # lines of changes; a document may have a million


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would happen; nothing is kept.")
@click.option("--again", is_flag=True, help="Also take a version that was rolled back.")
@followed
def update(dry_run: bool, again: bool, as_json: bool, **options: Any) -> int:  # Any: which document
    """Look for a newer version of a document, say what changed, and take it over if nothing used here breaks.

    What is used is what the workflow names, and what stands under `uses` in the lock file. A version that is taken is
    spoken by all programs of this user that follow the same source, at the latest when they look for themselves.

    Ends with 5 where something that is used would break, or does under the policy `latest`.
    """
    found = following(**options)
    if found.following.terms.source is None:
        raise click.UsageError("nobody said where newer documents are: --updates URL")
    said = found.api.update(dry=dry_run, again=again)
    if as_json:
        show(json.dumps(as_tree(said), indent=2, ensure_ascii=False))
    else:
        for line in (str(said), *changes(said), *advice(said, found)):
            show(line)
    found.say()
    return CODES["breaking"] if said.breaks else DONE


def as_tree(update: Update) -> dict[str, Any]:  # Any: JSON
    """An update as JSON."""
    comparison = update.comparison
    return {
        "api": update.api,
        "source": update.source,
        "digest": update.digest,
        "taken": update.taken and not update.dry,
        "dry": update.dry,
        "severity": "none" if comparison is None else comparison.severity,
        "changes": [] if comparison is None else [change.to_dict() for change in comparison.changes],
        "breaks": [change.to_dict() for change in update.breaks],
        "reasons": list(update.reasons),
    }


def changes(update: Update) -> list[str]:
    """What a version changes that breaks nothing here, the most severe first; where something breaks, that is told."""
    from leapocr_dyn.history import report

    if update.comparison is None or update.breaks:
        return []
    lines = [one for one in report.lines(update.comparison) if one.change.severity != NONE]
    more = [f"  and {len(lines) - MOST:,} more"] if len(lines) > MOST else []
    return [*(f"  {one.change.severity:<9} {one.who}: {one.what}" for one in lines[:MOST]), *more]


def advice(update: Update, found: Followed) -> list[str]:
    """What to do next, where there is something."""
    is_held = found.following.terms.policy == "pinned" and len(update.reasons) == 1  # by the policy alone
    if update.digest is None or update.breaks or not (update.taken or is_held):
        return []
    said = []
    if not found.following.used():
        said.append("Nothing says what is used here: leapocr-dyn spec pin --uses NAME writes it into the lock file.")
    elif is_held:
        said.append("Nothing that is used here breaks.")
    if update.dry:
        said.append("Nothing was kept; the same without --dry-run keeps it.")
    elif found.pin is not None:
        said.append("The lock file still has the version before: leapocr-dyn spec pin moves it to this one.")
    return said
