"""On what terms the versions of a document are followed, and which one they begin with: what load() and a lock say.

What is wrong with the terms is said when an API is loaded, and not when it is called. Only a URL that was given as the
document itself is fetched here, and only where this machine has no version of it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from leapocr_dyn import fetch
from leapocr_dyn.document import source
from leapocr_dyn.document.mistake import shown
from leapocr_dyn.errors import ConfigurationError, DocumentError
from leapocr_dyn.history import lock
from leapocr_dyn.history.file import bounded
from leapocr_dyn.history.lock import POLICIES, Pin
from leapocr_dyn.history.store import Store
from leapocr_dyn.model import naming

DAY = 86400.0  # seconds
LISTS = 2**20  # bytes of a list of digests


class Terms(NamedTuple):
    """On what terms versions are followed.

    policy: one of POLICIES. source: the URL of newer documents; None: nobody looks. every: seconds between two looks.
    sha256: the digests that may be taken; None: any. uses: operations that must not break, beside those that are
    called.
    """

    policy: str
    source: str | None
    every: float
    sha256: frozenset[str] | None = None
    uses: tuple[str, ...] = ()


def of(
    policy: str | None,
    updates: str | None,
    every: float | None,
    sha256: str | Collection[str] | os.PathLike[str] | None,
    pin: Pin | None,
) -> Terms:
    """The terms: what is given, then what the lock file says; a day between two looks, where none is given.

    Raises ConfigurationError for what cannot be meant.
    """
    said = pin.policy if pin is not None else "pinned"
    chosen = said if policy is None else policy
    if chosen not in POLICIES:
        hint = naming.hint(str(chosen), POLICIES, f"; there are {', '.join(POLICIES)}")
        raise ConfigurationError(f"policy: there is no {chosen!r}{hint}")
    if updates is None and pin is not None and source.is_url(pin.source):
        updates = pin.source
    if updates is None and chosen != "pinned":
        raise ConfigurationError(f'policy="{chosen}" needs a source of newer documents: updates="https://..."')
    if updates is not None:
        if not isinstance(updates, str):
            raise ConfigurationError(f"updates: a URL is a text, not {updates!r:.60}")
        try:
            fetch.allowed(updates, here=True)
        except DocumentError as error:
            raise ConfigurationError(f"updates: {error.message}") from error
    if sha256 is not None and updates is None:
        raise ConfigurationError('sha256: says which newer documents may be taken: updates="https://..."')
    every = DAY if every is None else every
    if isinstance(every, bool) or not isinstance(every, (int, float)) or not every >= 0:
        raise ConfigurationError(f"every: the seconds between two looks, 0 or more, not {every!r:.60}")
    return Terms(chosen, updates, float(min(every, sys.maxsize)), _listed(sha256), pin.uses if pin is not None else ())


def pin(path: str | os.PathLike[str], name: str) -> Pin:
    """What a lock file pins for an API. name: its own, or its document's URL. Raises ConfigurationError."""
    if source.is_url(name):
        pins = [one for one in lock.read(Path(path)).values() if one.source == fetch.plain(name)]
        if len(pins) == 1:
            return pins[0]
    return lock.pinned(Path(path), name)


def pinned(path: str | os.PathLike[str], pin: Pin, service: str | None, store: Store) -> bytes | None:
    """The document that a lock file pins; None where it is the bundled one. Raises ConfigurationError where it is gone.

    service: the name of the bundled service, where it is one.
    """
    if pin.source == lock.BUNDLED:
        ours = source.bundled(service, "openapi") if service is not None else None
        if ours is not None and source.canonical_digest(ours) != pin.sha256:
            raise ConfigurationError(
                f"{path}: the {pin.name} that comes with this package is another version than the one that is pinned; "
                "pin this one if it is right: leapocr-dyn spec pin"
            )
        return None
    content = lock.content(Path(path), pin)
    if content is None:
        content = store.read(pin.sha256)
    if content is None:
        lost = f"bring back {pin.document}" if pin.document else "keep a copy beside the lock file"
        raise ConfigurationError(
            f"{path}: version {pin.sha256[:12]} of {pin.name} is not on this machine; {lost} (leapocr-dyn spec pin "
            "makes one), or pin another version"
        )
    return content


def first(url: str, terms: Terms, store: Store) -> bytes:
    """The first version of a URL's document that this machine has seen; where it has seen none, what stands there now.

    The first one, because the program was written against none that came later: what is newer is judged beside it.
    Raises as a fetch does.
    """
    kept = {one.digest for one in store.versions(url) if not one.refused}
    for event in reversed(store.log(url)):
        listed = terms.sha256 is None or event.digest in terms.sha256
        if listed and event.digest in kept and (content := store.read(event.digest)) is not None:
            return content
    fetched = fetch.fetch(url)
    check(fetched.content, fetch.plain(url), terms)
    source.text_source(fetched.content, fetch.plain(url))  # only what can be read is kept
    store.add(url, fetched.content, fetched.headers)
    store.look(url)
    return fetched.content


def check(content: bytes, name: str, terms: Terms) -> None:
    """Raise DocumentError for a document that is not one of those that may be taken."""
    if terms.sha256 is not None and (digest := source.digest(content)) not in terms.sha256:
        raise DocumentError(f"{name} gives a document whose sha256 is {digest}, which is not one that may be taken")


def _listed(sha256: object) -> frozenset[str] | None:
    """The digests that may be taken. Raises ConfigurationError for what is none."""
    if sha256 is None:
        return None
    if isinstance(sha256, os.PathLike):
        # As sha256sum writes it: the digest, then the name of a file.
        lines = _lines(Path(sha256))
        given = [line.split()[0].lstrip("\\") for line in lines if line.strip() and line[0] != "#"]
    elif isinstance(sha256, Collection) and not isinstance(sha256, (str, bytes)):
        given = [str(one) for one in sha256]
    else:
        given = [str(sha256)]
    if not given:
        raise ConfigurationError("sha256: there is no digest in it, so that nothing could ever be taken")
    for one in given:
        if not re.fullmatch(r"(sha256:)?[0-9a-fA-F]{64}", one):
            raise ConfigurationError(
                f"sha256: {one!r:.80} is no SHA-256 digest, 64 hexadecimal digits; for a file of them pass a Path"
            )
    return frozenset(one.removeprefix("sha256:").lower() for one in given)


def _lines(path: Path) -> list[str]:
    try:
        return bounded(Path(os.path.realpath(path)), LISTS).decode("utf-8", "replace").splitlines()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"sha256: {shown(str(path))} cannot be read: {reason}") from error
