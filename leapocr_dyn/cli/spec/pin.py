"""leapocr-dyn spec pin: agree on a version of a document, in a file that is committed with a program."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leapocr_dyn.cli.failure import DONE
from leapocr_dyn.cli.spec.diff import CODES
from leapocr_dyn.cli.spec.following import SHOWN, Followed, followed, following
from leapocr_dyn.cli.terminal import say, show
from leapocr_dyn.history.lock import BUNDLED

if TYPE_CHECKING:
    from leapocr_dyn.history.lock import Pin


@click.command()
@click.argument("version", required=False)
@click.option("--uses", multiple=True, metavar="NAME", help="An operation that must not break; may be repeated.")
@followed
def pin(version: str | None, uses: tuple[str, ...], policy: str | None, as_json: bool, **options: Any) -> int:
    """Write the version of a document that this project uses into the lock file, with a copy of it beside.

    That is the newest version that this machine has seen and that breaks nothing used here; where it has seen none, the
    source is asked. Or it is VERSION: the first digits of its sha256, as `spec show` and `spec log` have them, or
    "bundled" for the one that comes with leapocr-dyn. A new pin has the policy `pinned`, if no other is given.
    """
    from leapocr_dyn.history import lock

    found = following(**options, policy=None, choosing=True)
    digest, content = chosen_version(found, version)
    if digest is None:
        return CODES["breaking"]
    old = found.pin
    policy = policy or (old.policy if old is not None else "pinned")
    if policy != "pinned" and found.source is None:
        raise click.UsageError(f"the policy {policy} needs a source of newer documents: --updates URL")
    if policy != "pinned" and content is None:
        raise click.UsageError(
            f"the policy {policy} follows a version of {found.source}: pin one of those, and not the bundled one"
        )
    new = lock.Pin(
        name=found.following.name if old is None else old.name,
        source=BUNDLED if content is None else found.source or beside(found),
        sha256=digest,
        date=old.date if old is not None and old.sha256 == digest else time.strftime("%Y-%m-%d", time.gmtime()),
        policy=policy,
        document=None if content is None else copy(found, content),
        uses=tuple(dict.fromkeys(uses)) or (old.uses if old is not None else ()),
    )
    check_uses(found, uses)
    lock.write(found.lock, new, content)
    if found.following.terms.source is not None and content is not None:
        found.following.store.accept(found.following.terms.source, digest)
    if as_json:
        show(json.dumps({"lock": str(found.lock), **new._asdict()}, indent=2, ensure_ascii=False))
    else:
        show(sentence(found, new))
    if found.following.terms.source not in (None, found.source):
        say("the query of the URL is not written down, since it may be a secret: give --updates where it is needed")
    newest = next((one.digest for one in found.versions if not one.refused), digest)
    if version is None and newest != digest:
        say(f"version {newest[:SHOWN]} is newer, and does not fit: leapocr-dyn spec update --dry-run says why")
    found.say()
    return DONE


def chosen_version(found: Followed, version: str | None) -> tuple[str | None, bytes | None]:
    """The digest of the version to pin, None where none fits; and its bytes, None for one that is bundled."""
    from leapocr_dyn.api import bundled
    from leapocr_dyn.document import limit, source

    is_bundled = found.given in bundled()
    if version == BUNDLED:
        if not is_bundled:
            raise click.UsageError(
                f"there is no bundled version: {found.following.name} does not come with leapocr-dyn"
            )
        return source.canonical_digest(source.bundled(str(found.given), "openapi")), None
    if version is not None:
        return named(found, version)
    if found.source is not None and not found.versions:
        said = found.api.update()
        if not said.taken and said.digest is not None:
            show(str(said))
            say(f"nothing is pinned; leapocr-dyn spec pin {said.digest[:SHOWN]} pins it all the same")
            return None, None
    digest = found.following.digest
    if digest is not None:
        return digest, content(found, digest)
    if found.source is not None:
        said_of = ", ".join(one.digest[:SHOWN] for one in found.versions)
        say(f"no version of {found.source} fits (leapocr-dyn spec update says why); pin one by its name: {said_of}")
        return None, None
    return found.digest, None if is_bundled else source.content(Path(found.given), limit.SIZE)


def named(found: Followed, version: str) -> tuple[str, bytes]:
    """The version whose digest begins so."""
    known = [one.digest for one in found.versions]
    if found.pin is not None and found.pin.source != BUNDLED and found.pin.sha256 not in known:
        known.append(found.pin.sha256)
    fits = [one for one in known if one.startswith(version.lower())]
    if len(fits) != 1:
        there = f"there are {', '.join(one[:SHOWN] for one in known)}" if known else "there is none yet"
        what = "several versions begin" if fits else "no version begins"
        raise click.UsageError(f"{what} with {version!r}; {there}")
    return fits[0], content(found, fits[0])


def content(found: Followed, digest: str) -> bytes:
    """The document of a version that this machine, or the lock, has."""
    from leapocr_dyn.history import lock

    read = found.following.store.read(digest)
    if read is None and found.pin is not None and found.pin.sha256 == digest:
        read = lock.content(found.lock, found.pin)
    if read is None:
        found.say()  # why it is not
        raise click.ClickException(f"version {digest[:SHOWN]} is not on this machine: leapocr-dyn spec update")
    return read


def beside(found: Followed) -> str:
    """The path of a document that is no URL's, as seen from the lock."""
    return Path(os.path.relpath(found.given, found.lock.parent)).as_posix()


def copy(found: Followed, content: bytes) -> str:
    """What the copy beside the lock is called."""
    if found.pin is not None and found.pin.document is not None:
        return found.pin.document
    name = re.sub(r"[^a-z0-9]+", "-", found.following.name.lower()).strip("-")[:40] or "document"
    return f"leapocr-dyn.{name}.{'json' if content.lstrip()[:1] == b'{' else 'yaml'}"


def check_uses(found: Followed, uses: tuple[str, ...]) -> None:
    """Raise for a name that no operation has."""
    for name in uses:
        try:
            found.following.api.operations[name]
        except KeyError as error:
            raise click.BadParameter(str(error.args[0]), param_hint="'--uses'") from error


def sentence(found: Followed, new: Pin) -> str:
    """What is pinned now, and was before."""
    old = found.pin
    was = f", no longer {old.sha256[:SHOWN]} of {old.date}" if old is not None and old.sha256 != new.sha256 else ""
    copied = f", with a copy in {new.document}" if new.document is not None else ""
    where = f"of {new.source}" if new.source != BUNDLED else "that comes with leapocr-dyn"
    return f"{found.lock}: {new.name} is version {new.sha256[:SHOWN]} {where}{was}{copied}; the policy is {new.policy}"
