"""leapocr-dyn spec show: which version of a document is spoken, and why."""

from __future__ import annotations

import json
import time
from typing import Any

import click

from leapocr_dyn import __version__
from leapocr_dyn.cli import terminal
from leapocr_dyn.cli.spec.following import SHOWN, Followed, followed, following
from leapocr_dyn.model.naming import counted


@click.command()
@followed
def show(as_json: bool, **options: Any) -> None:  # Any: the options that say which document
    """Say which version of a document is spoken here, and why. Nothing is asked of any server.

    That is so for programs which load it on the same terms: the same document, updates, policy and lock file. Only a
    document that is given as a URL, and that this machine has never seen, is fetched.
    """
    found = following(**options)
    facts = known(found)
    if as_json:
        terminal.show(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        for label, text in lines(facts):
            terminal.show(f"{label:<12}{text}")
    found.say()


def known(found: Followed) -> dict[str, Any]:  # Any: JSON
    """What there is to know, as JSON."""
    from leapocr_dyn.history import fingerprint
    from leapocr_dyn.history.store import WHEN

    api, terms = found.following.api, found.following.terms
    asked = None if terms.source is None else found.following.store.looked(terms.source)
    date = next((one.seen for one in found.versions if one.digest == found.digest), None)
    if date is None and found.pin is not None and found.pin.sha256 == found.digest:
        date = found.pin.date
    places = [f"{one.method} {one.path}" for one in api.operations.values()]
    return {
        "api": found.following.name,
        "digest": found.digest,
        "why": why(found),
        "date": date,
        "policy": terms.policy,
        "source": found.source,
        "asked": None if asked is None else time.strftime(WHEN, time.gmtime(asked)),
        "lock": None if found.pin is None else str(found.lock),
        "pinned": None if found.pin is None else found.pin.sha256,
        "operations": len(api.operations),
        "models": len(api.models),
        "fingerprint": fingerprint.surface(api.whole, only=places),
        "uses": sorted(found.following.used()),
        "versions": [{"digest": one.digest, "seen": one.seen, "refused": one.refused} for one in found.versions],
    }


def why(found: Followed) -> str:
    """Why this version is spoken and no other."""
    from leapocr_dyn.api import bundled

    if found.following.api is not found.following.pinned:
        broken = "it is the newest" if found.following.terms.policy == "latest" else "nothing that is used here breaks"
        return f"taken over from {found.source}: {broken}"
    if found.pin is not None:
        return f"pinned by {found.lock}"
    if found.given in bundled():
        return f"comes with leapocr-dyn {__version__}"
    if found.source is not None and found.following.digest is not None:
        return "the newest that this machine has seen"
    return f"the file {found.given}"


def lines(facts: dict[str, Any]) -> list[tuple[str, str]]:  # Any: JSON
    """The same for people, with a label for each line."""
    dated = f", of {facts['date']}" if facts["date"] else ""
    said = [
        ("api", f"{facts['api']}: {counted(facts['operations'], 'operation')}, {counted(facts['models'], 'model')}"),
        ("version", f"{facts['digest'][:SHOWN]}{dated}: {facts['why']}"),
        ("sha256", facts["digest"]),
        ("meaning", f"{facts['fingerprint']} (the same for documents that say the same in other words)"),
        ("policy", facts["policy"] + (f", by {facts['lock']}" if facts["lock"] else "")),
    ]
    if facts["source"]:
        said.append(("source", f"{facts['source']}, {asked(facts)}"))
    said.append(("uses", ", ".join(facts["uses"]) or "nothing is listed, called or named by a workflow"))
    others = [one for one in facts["versions"] if one["digest"] != facts["digest"]]
    for label, one in zip(["others", *[""] * len(others)], others, strict=False):
        refused = ": rolled back" if one["refused"] else ""
        said.append((label, f"{one['digest'][:SHOWN]}, of {one['seen']}{refused}"))
    return said


def asked(facts: dict[str, Any]) -> str:  # Any: JSON
    """When somebody last asked the source."""
    return f"last asked {facts['asked']}" if facts["asked"] else "never asked yet: leapocr-dyn spec update does"
