"""The versions of documents that this machine has seen, on disk.

Theory of operation. Nothing here is ever changed, so nothing can be half changed:

    content/<sha256>                a document, named by what it is
    sources/<sha256 of the URL>/    the history of a source
        00000001.json               what happened, an event a file, in the order of the numbers
        looked                      when somebody last asked (its loss costs one more question)

A document is in its place before the event that speaks of it, and each file is complete before it has its name
(file.py). An event takes the next number that is free; of several processes at once, one gets it and the others the
next. There is no lock and no index: what is known of a source is a fold over its events, so whoever is killed, and
whenever, leaves a history with or without his event. The order is that of the numbers, whatever a clock says.

Nothing here is trusted: a document has the hash that is its name or is thrown away, an event that says anything else
than it may is passed over, and links are not followed. Nor does anything here stop a program: what cannot be read is
as good as absent, what cannot be written is not kept, and `said` has a sentence about it. A URL may hold a secret: what
is written down is the URL as people may see it, and the hash of the whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from leapocr_dyn.document.limit import SIZE
from leapocr_dyn.history import file
from leapocr_dyn.origin import place

DOCUMENTS = 256 * 1024 * 1024  # bytes of all documents; only what KEPT protects may go beyond
EVENTS = 50  # of a source
KEPT = 2  # versions of a source that are never given up: one to use, one to go back to
SOURCES = 100  # a URL with a new token every day is a new source every day
HOUR = 3600.0  # seconds: nobody needs longer from a temporary file, or a document, to its event
EVENT = 16 * 1024  # bytes of an event's file
HEADER = 1000  # characters of an ETag or a date that is kept

FETCHED, ROLLED_BACK, ACCEPTED = KINDS = ("fetched", "rolled back", "accepted")
DIGEST = r"[0-9a-f]{64}"
WHEN = "%Y-%m-%dT%H:%M:%SZ"
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
NUMBERED = r"[0-9]{8}\.json"


class Version(NamedTuple):
    """One version of a source's document.

    digest: sha256 of its bytes, in hexadecimal. seen: when it was stored, in UTC: "2026-11-21T10:00:00Z". etag,
    last_modified: what the server said of it, where it did. refused: rolled back, and not to be taken again until it is
    accepted. accepted: somebody pinned it, or took it back.
    """

    digest: str
    seen: str
    etag: str | None
    last_modified: str | None
    refused: bool
    accepted: bool = False


class Event(NamedTuple):
    """What happened to a version. what: one of KINDS. source: the URL as people may see it."""

    when: str
    what: str
    digest: str
    source: str
    etag: str | None = None
    last_modified: str | None = None


# --- what events say: pure ---


def fold(events: Iterable[Event]) -> list[Version]:
    """The versions after some events, in the order that these happened; the one that was fetched last comes first."""
    fetched: dict[str, Event] = {}
    said: dict[str, str] = {}
    for event in events:
        if event.what == FETCHED:
            fetched.pop(event.digest, None)
            fetched[event.digest] = event
        else:
            said[event.digest] = event.what
    return [
        Version(
            digest,
            event.when,
            event.etag,
            event.last_modified,
            refused=said.get(digest) == ROLLED_BACK,
            accepted=said.get(digest) == ACCEPTED,
        )
        for digest, event in reversed(fetched.items())
    ]


def protected(versions: Iterable[Version]) -> list[str]:
    """The digests of versions, newest first, that are never given up."""
    return [one.digest for one in versions if not one.refused][:KEPT]


def superfluous(events: Mapping[int, Event | None], at_most: int) -> list[int]:
    """The numbers of the events to remove, in this order, for so many to stay; None is one that cannot be read.

    First goes what a later event made meaningless, then what is known of the oldest versions; a refusal outlives the
    version that it is about. The last event stays, so that no number is given twice.
    """
    known = {number: event for number, event in sorted(events.items()) if event is not None}
    last = {(event.digest, event.what == FETCHED): number for number, event in known.items()}
    age = {event.digest: number for number, event in known.items()}
    spared = {*protected(fold(known.values())), *(event.digest for event in [*known.values()][-1:])}
    order = [number for number in sorted(events) if number not in last.values()]
    order += sorted(
        (number for (digest, _), number in last.items() if digest not in spared),
        key=lambda number: (age[known[number].digest], known[number].what != FETCHED),
    )
    return [number for number in order if number != max(events)][: max(0, len(events) - at_most)]


def read(content: bytes) -> Event | None:
    """The event that a file holds; None where it holds none. Whoever wrote it may be anybody."""
    try:
        found = json.loads(content)
        event = Event(*(found.get(name) for name in Event._fields))
    except (ValueError, AttributeError, RecursionError):
        return None
    if not all(isinstance(one, str) for one in event[:4]) or event.what not in KINDS:
        return None
    if not re.fullmatch(DIGEST, event.digest) or not re.fullmatch(TIME, event.when):
        return None
    return event._replace(
        source=place(event.source), etag=header(event.etag), last_modified=header(event.last_modified)
    )


def header(value: object) -> str | None:
    """A header's value that may be sent back to where it came from, or None."""
    fits = isinstance(value, str) and 0 < len(value) <= HEADER and value.isascii() and value.isprintable()
    return value if fits and isinstance(value, str) else None


# --- what is on the disk ---


class Store:
    """The versions of documents in a folder. folder: the user's cache folder, where none is given.

    said: what went wrong without stopping anybody, each once. Any number of these may have one folder, in threads and
    in processes.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._looked: dict[str, float] = {}  # for where nothing can be written
        self.said: list[str] = []

    @property
    def folder(self) -> Path:
        """Where everything is; nothing need be there."""
        if self._folder is None:
            import platformdirs  # not at the top: few programs store anything

            self._folder = platformdirs.user_cache_path("leapocr_dyn", appauthor=False) / "documents"
        return self._folder

    def versions(self, source: str) -> list[Version]:
        """The versions of a source whose document is here, newest first; [] where nothing is known."""
        return self._present(self._events(self._home(source)))

    def read(self, digest: str) -> bytes | None:
        """A document; None where it is not here, or is no longer what it was."""
        if not re.fullmatch(DIGEST, digest):
            return None
        path = self._document(digest)
        try:
            self._check(path.parent)
            content = file.bounded(path, SIZE)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._say(f"{path} cannot be read: {error.strerror}")
            return None
        if hashlib.sha256(content).hexdigest() == digest:
            return content
        self._say(f"{path} was damaged, and is thrown away: another version is used until it is fetched again")
        _remove(path)
        return None

    def add(self, source: str, content: bytes, headers: Mapping[str, str]) -> Version:
        """Keep a document that was fetched. headers: etag and last-modified, by their names in lower case.

        It is the newest version from now on; one that was refused stays so.
        """
        digest = hashlib.sha256(content).hexdigest()
        event = Event(
            _now(), FETCHED, digest, place(source), header(headers.get("etag")), header(headers.get("last-modified"))
        )
        before = self._events(self._home(source))
        known = self._present(before)
        if known and (known[0].digest, known[0].etag, known[0].last_modified) == (digest, *event[4:]):
            return known[0]
        with self._writing():
            self._keep(digest, content)
            self._append(source, event)
            self._keep(digest, content)  # somebody may have tidied it away before there was an event
            self._tidy()
        return fold([*_events(before), event])[0]

    def looked(self, source: str) -> float | None:
        """When somebody last asked the source and had an answer, in seconds since the epoch; None for never.

        A time that has not come yet is none: a clock was wrong.
        """
        times = [self._looked.get(source, 0.0)]
        home = self._home(source)
        try:
            self._check(home)
            times.append(float(file.bounded(home / "looked", EVENT)))
        except (OSError, ValueError):
            pass
        return max((one for one in times if 0 < one <= time.time()), default=None)

    def look(self, source: str) -> None:
        """Note that the source answered, now, also if it had nothing new."""
        self._looked[source] = now = time.time()
        home = self._home(source)
        with self._writing():
            self._make(home)
            file.replace(home / "looked", repr(now).encode())

    def refuse(self, source: str, digest: str) -> None:
        """Roll a version back: it is not to be taken again until it is accepted."""
        with self._writing():
            self._append(source, Event(_now(), ROLLED_BACK, digest, place(source)))

    def accept(self, source: str, digest: str) -> None:
        """Say that a version is wanted: also one that was rolled back may be taken again."""
        with self._writing():
            self._append(source, Event(_now(), ACCEPTED, digest, place(source)))

    def log(self, source: str | None = None) -> list[Event]:
        """What happened, the newest first: to one source, or to all."""
        homes = self._homes() if source is None else [self._home(source)]
        events = [event for home in homes for event in reversed(_events(self._events(home)))]
        # The numbers have the order, and of two sources the clocks, as good as they are.
        return events if source is not None else sorted(events, key=lambda one: one.when, reverse=True)

    def __repr__(self) -> str:
        return f"<Store {self._folder or 'in the cache folder'}>"

    # --- one source ---

    def _home(self, source: str) -> Path:
        return self.folder / "sources" / hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()

    def _document(self, digest: str) -> Path:
        return self.folder / "content" / digest

    def _present(self, events: Mapping[int, Event | None]) -> list[Version]:
        """The versions after some events whose documents are here."""
        return [one for one in fold(_events(events)) if os.path.isfile(self._document(one.digest))]

    def _events(self, home: Path) -> dict[int, Event | None]:
        """The events of a source by number, in order; None for what is none, or cannot be read."""
        found: dict[int, Event | None] = {}
        for path in sorted(self._listed(home, NUMBERED)):
            try:
                content = file.bounded(path, EVENT)
            except FileNotFoundError:
                continue  # removed by somebody else, who needed it no longer
            except OSError as error:
                content = b""
                self._say(f"{path} cannot be read: {error.strerror}")
            found[int(path.stem)] = event = read(content)
            if event is None and content:  # an empty one is a number that is being taken
                self._say(f"{path} was damaged, and is passed over")
        return found

    def _append(self, source: str, event: Event) -> None:
        """Write the next event of a source, and remove what it makes superfluous."""
        home = self._home(source)
        self._make(home)
        with file.written(home, json.dumps(event._asdict(), indent=1).encode()) as temporary:
            number = self._next(home)
            while not file.created(home / f"{number:08}.json", temporary):
                number = max(number + 1, self._next(home))
        for number in superfluous(self._events(home), EVENTS):
            _remove(home / f"{number:08}.json")

    def _next(self, home: Path) -> int:
        return max((int(path.stem) for path in self._listed(home, NUMBERED)), default=0) + 1

    def _keep(self, digest: str, content: bytes) -> None:
        """Put a document in its place, if it is not there as it should be."""
        path = self._document(digest)
        if self.read(digest) is None:
            self._make(path.parent)
            file.replace(path, content)
        else:
            os.utime(path)  # it counts as new, and nobody tidies it away before there is an event

    # --- the folder ---

    def _make(self, folder: Path) -> None:
        for one in (self.folder, folder.parent, folder):
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._check(one)

    def _check(self, folder: Path) -> None:
        """Raise OSError where a folder inside the store, or one around it, is none: a link would lead out."""
        while folder != self.folder:
            if not stat.S_ISDIR(os.lstat(folder).st_mode):
                raise NotADirectoryError(errno.ENOTDIR, "it is no folder", str(folder))
            folder = folder.parent

    def _listed(self, folder: Path, pattern: str) -> Iterator[Path]:
        """The paths in a folder whose names fit; none where it is not there, or cannot be read."""
        try:
            self._check(folder)
            with os.scandir(folder) as found:
                names = [one.name for one in found]
        except FileNotFoundError:
            return
        except OSError as error:
            self._say(f"{folder} cannot be read: {error.strerror}")
            return
        yield from (folder / name for name in names if re.fullmatch(pattern, name))

    def _homes(self) -> list[Path]:
        """The folders of all sources, the one that was used last first."""
        return sorted(self._listed(self.folder / "sources", DIGEST), key=_stamp, reverse=True)

    def _tidy(self) -> None:
        """Remove what nobody needs, and the oldest of what there is too much of."""
        old = time.time() - HOUR
        homes = self._homes()
        for home in (*homes, self.folder / "content"):
            for path in self._listed(home, rf"\..*\{file.ENDING}"):
                if _stamp(path) < old:
                    _remove(path)
        for home in homes[SOURCES:]:
            for path in self._listed(home, rf"looked|{NUMBERED}"):
                _remove(path)
            _remove(home)
        states = [self._present(self._events(home)) for home in homes[:SOURCES]]
        known = {one.digest for versions in states for one in versions}
        spared = {digest for versions in states for digest in protected(versions)}
        documents = sorted(self._listed(self.folder / "content", DIGEST), key=_stamp)
        size = sum(_size(path) for path in documents)
        for path in documents:
            is_needed = path.name in known or _stamp(path) >= old  # a new one may be waiting for its event
            if not is_needed or (size > DOCUMENTS and path.name in known - spared):
                size -= _size(path)
                _remove(path)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """What cannot be written is said, and given up."""
        try:
            yield
        except OSError as error:
            self._say(f"{self.folder} cannot be written: {error.strerror}; no new version of a document is kept")

    def _say(self, sentence: str) -> None:
        if sentence not in self.said:
            self.said.append(sentence)


def _events(events: Mapping[int, Event | None]) -> list[Event]:
    return [event for event in events.values() if event is not None]


def _now() -> str:
    return time.strftime(WHEN, time.gmtime())


def _stamp(path: Path) -> float:
    """When a file was last changed; now, where it is not there: then somebody is at it."""
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return time.time()


def _size(path: Path) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _remove(path: Path) -> None:
    """Remove a file or an empty folder, if that is possible."""
    try:
        path.rmdir() if path.is_dir() else path.unlink()
    except OSError:
        pass
