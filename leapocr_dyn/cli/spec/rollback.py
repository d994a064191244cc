"""leapocr-dyn spec rollback: back to the version before, in all programs of this user."""

from __future__ import annotations

import json
import time
from typing import Any

import click

from leapocr_dyn.cli.spec.following import SHOWN, Followed, followed, following, words
from leapocr_dyn.cli.terminal import show


@click.command()
@followed
def rollback(as_json: bool, **options: Any) -> None:  # Any: the options that say which document
    """Go back to the version before the one that is spoken, and refuse this one from now on.

    Where a lock file pins it, that is moved to the version that was pinned before it on this machine. Nothing is asked
    of any server. To take it back: leapocr-dyn spec update --again
    """
    found = following(**options)
    was = found.digest
    now, is_moved = back(found)
    if as_json:
        tree = {"api": found.following.name, "source": found.source, "refused": was, "spoken": now}
        show(json.dumps({**tree, "lock": str(found.lock) if is_moved else None}, indent=2, ensure_ascii=False))
    else:
        show(f"{found.following.name}: version {was[:SHOWN]} of {found.source} is refused from now on")
        show(f"{found.following.name}: version {now[:SHOWN]} is spoken{f'; {found.lock} pins it' if is_moved else ''}")
        pin = f", then leapocr-dyn spec pin {was[:SHOWN]}{words()}" if is_moved else ""
        show(f"To undo this: leapocr-dyn spec update --again{words()}{pin}")
    found.say()


def back(found: Followed) -> tuple[str, bool]:
    """The digest of the version that is spoken, once the one that was spoken is refused; whether the lock was moved."""
    from leapocr_dyn.history import lock

    following, address = found.following, found.following.terms.source
    if following.api is not following.pinned:
        found.api.rollback()
        return found.digest, False
    known = [one.digest for one in found.versions]
    before = found.versions[known.index(found.digest) + 1 :] if found.digest in known else []
    seen = [one.digest for one in before if not one.refused]
    # Where a lock decides, what was only seen is none to go back to: it may break what is used.
    left = seen if found.pin is None else [one.digest for one in before if one.accepted]
    if seen and not left:
        raise click.ClickException(
            f"version {found.digest[:SHOWN]} is pinned, and none before it was on this machine; the one that was seen "
            f"last before it: leapocr-dyn spec pin {seen[0][:SHOWN]}{words()}"
        )
    if address is None or following.digest is None or not left:
        raise click.ClickException(
            f"version {found.digest[:SHOWN]} is spoken, and this machine knows none before it: there is nothing to "
            "go back to (leapocr-dyn spec log)"
        )
    if found.pin is not None:
        content = following.store.read(left[0])
        pin = found.pin._replace(sha256=left[0], date=time.strftime("%Y-%m-%d", time.gmtime()))
        lock.write(found.lock, pin, content if pin.document is not None else None)
    following.store.refuse(address, following.digest)
    return left[0], found.pin is not None
