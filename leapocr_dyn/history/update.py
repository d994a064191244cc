"""Following an API whose document changes: look for a newer one, judge it, take it over or not, go back.

    api = load("pets.json", policy="compatible", updates="https://api.example.com/openapi.json")

Theory of operation. `pinned` is the version that a program was written against. A newer one is fetched before a
workflow begins, when it is time to look (`look`), or when somebody says so (`update`). It goes through the whole
pipeline, overlays and workflow and all, and is compared with the pinned one (judge.py). What this program uses decides:
what its workflow names, what it has called or planned, and what a lock file lists. Under `compatible` it is taken over
only where none of that breaks; `latest` takes everything, and says what breaks.

To take over is to put another Api in the place of the one that is spoken (`speak`); everybody who joined gets a session
of it. What is under way keeps the session that it began with, so no running job is disturbed. A callable that somebody
holds is found again in the new version by its name (`now`); names stay what they were, however the document calls
things now. Where an operation that was not used before turns out to be broken in the version that was taken, the pinned
one is spoken again before anything is sent.

It refuses to let a document say where requests go: the pinned one's server stays, and with it who may see a credential.
A source that fails, in whatever way, changes nothing: yesterday's version is spoken on, with one warning.
"""

from __future__ import annotations

import sys
import threading
import time
import warnings
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from leapocr_dyn import errors, fetch
from leapocr_dyn.document import source
from leapocr_dyn.history.compare import Change, Comparison
from leapocr_dyn.history.judge import Judged, judge, unfit, unmatched
from leapocr_dyn.history.store import Store, Version
from leapocr_dyn.history.terms import Terms, check
from leapocr_dyn.model import naming
from leapocr_dyn.operation.method import Method
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.transport import Clock, Transport, drive
from leapocr_dyn.transport.blocking import BlockingTransport
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.bound import Line

PACKAGE = __name__.partition(".")[0]
SECONDS = 2.0  # that a look may take from a workflow that is about to begin
HOUR = 3600.0  # seconds after which a source that failed is asked again, at the latest
SHOWN = 20  # breaking changes in a message; a document may have a million
AGAIN = "api.update(again=True), or leapocr-dyn spec update --again"
TRIED = 3  # versions of the store, newest first, before the pinned one is good enough


class Update(NamedTuple):
    """What a look found, and what became of it. It prints as what a person should know.

    api: the API's name. source: as it may be shown. digest: sha256 of the document that was found; None where there is
    none but the one that is spoken. taken: whether it is spoken from now on. comparison: what it changes beside the
    pinned version. breaks: those changes that break what is used here. reasons: what else speaks against it.
    dry: whether that was only tried.
    """

    api: str
    source: str
    digest: str | None = None
    taken: bool = False
    comparison: Comparison | None = None
    breaks: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()
    dry: bool = False

    def __str__(self) -> str:
        return visible("\n".join(_told(self)))

    def __repr__(self) -> str:
        return str(self)


def _told(update: Update) -> Iterator[str]:
    version = f"{update.api}: version {(update.digest or '')[:12]} of {update.source}"
    if update.digest is None:
        yield f"{update.api}: {'; '.join(update.reasons) or f'nothing new at {update.source}'}"
        return
    changes = update.comparison.changes if update.comparison is not None else ()
    counted = [
        naming.counted(number, noun)
        for severity, noun in (("breaking", "breaking change"), ("risky", "risky change"), ("addition", "addition"))
        if (number := sum(change.severity == severity for change in changes))
    ]
    # Where an old comparison no longer stands, what breaks says enough.
    said = "" if update.comparison is None else f" ({', '.join(counted) or 'no change that matters'})"
    if update.taken:
        yield f"{version} {'would be taken over' if update.dry else 'is spoken now'}{said}; " + (
            "this breaks what is used here:" if update.breaks else "nothing that is used here breaks"
        )
    elif update.breaks:
        yield f"{version} is not taken over{said}, because it would break what is used here:"
    else:
        yield f"{version} is not taken over{said}" + (":" if update.reasons else "; nothing that is used here breaks")
    for change in update.breaks[:SHOWN]:
        yield f"  {change.said} (at #{change.new or change.old})"
    if len(update.breaks) > SHOWN:
        yield f"  and {len(update.breaks) - SHOWN:,} more"
    for reason in update.reasons:
        yield f"  {reason}"


class Following:
    """The versions of one API: which one is spoken, and who speaks it.

    name: the API's, for messages. home: whose document says where the API is. pinned: the version to compare with, and
    to go back to. digest: sha256 of its bytes, where it has some. make: an Api from a document's bytes and the
    operations that some shall be called like, by their place.
    """

    def __init__(
        self,
        name: str,
        home: Api,
        pinned: Api,
        digest: str | None,
        make: Callable[[bytes, Mapping[str, Operation]], Api],
        terms: Terms,
        store: Store,
        clock: Clock | None = None,
    ) -> None:
        self.name = name
        self.home: Api = home
        self.pinned: Api = pinned
        self.api: Api = pinned
        self.terms = terms
        self.store = store
        self.clock: Clock = clock or Clock()  # of its own: its clients may have several
        self._make = make
        self.digest: str | None = digest
        self._pinned_digest = digest
        self._source = terms.source or ""
        self.shown: str = fetch.plain(self._source)
        self._broken: Mapping[str, tuple[Change, ...]] = {}
        self._good = unmatched(pinned)  # what the version that is spoken leaves unmatched
        self._lines: weakref.WeakSet[Line] = weakref.WeakSet()
        self._used: set[str] = set()  # in any version: who called it yesterday calls it tomorrow
        self._refused: set[str] = set()  # digests; for where nothing can be written
        self._due = 0.0  # by the clock
        self._last: tuple[object, Update] | None = None  # to judge it again would cost
        self._warned: object = None  # of what; once is enough
        self._heard = 0  # sentences of the store
        self._looking = threading.Lock()
        self._weighing = threading.Lock()  # held longer than a look where a document is large
        self._moving = threading.RLock()
        for use in terms.uses:
            self._pinned_operation(use)

    # -- what clients ask

    def join(self, line: Line) -> None:
        """Have a line speak what is spoken, from now on."""
        with self._moving:
            self._lines.add(line)
            if line.session.api is not self.api:
                line.move(self.api)
                line.tell()

    def now(self, way: Operation | Method) -> Operation | Method:
        """A way to call, in the version that is spoken; as it was where that has none. It counts as used."""
        name = way.operation.full_name
        self._used.add(name)
        if name in self._broken and self.terms.policy == "compatible":
            self._return(name)
        ways: Mapping[str, Operation | Method] = self.api.methods if isinstance(way, Method) else self.api.operations
        return ways.get(way.full_name, way)

    async def look(self, io: Transport, way: Operation | Method | None = None) -> None:
        """Take a newer version over, where it is time to look for one. What goes wrong is a warning, and no failure.

        way: what is called next; it counts as used.
        """
        if way is not None:
            self._used.add(way.operation.full_name)
        now = self.clock.now()
        if self.terms.policy == "pinned" or now < self._due or self._weighing.locked():
            return
        if not self._looking.acquire(blocking=False):
            return
        try:
            self._due = now + self.terms.every
            age = await io.call(self._age)
            if age is not None and age < self.terms.every:  # another process has looked
                self._due = now + self.terms.every - age
                await io.call(self.catch_up)
                return
            update = await self._found(io, SECONDS)
        except errors.Error as error:
            self._due = now + min(self.terms.every, HOUR)
            self._warn(Update(self.name, self.shown, reasons=(_stays(error),)))
        except BaseException as error:
            if not isinstance(error, Exception):  # whoever asked was cancelled: the next one looks
                self._due = now
            raise
        else:
            if update.breaks or update.reasons:
                self._warn(update)
        finally:
            self._looking.release()
            self._tell()

    # -- what people ask

    def update(self, *, dry: bool = False, again: bool = False) -> Update:
        """Look now. dry: only say what would be done. again: also take a version that was rolled back.

        Raises what a fetch raises (DocumentError, TransportError); nothing has changed then. ConfigurationError where
        nobody said where newer documents are.
        """
        if self.terms.source is None:
            raise errors.ConfigurationError(
                f'{self.name}: nobody said where newer documents are: updates="https://..."'
            )
        io = BlockingTransport()
        try:
            return drive(self._found(io, fetch.SECONDS, dry=dry, again=again))
        finally:
            drive(io.close())

    def rollback(self) -> Update:
        """Go back to the version before this one, and refuse this one from now on, in this and in other programs.

        Raises ConfigurationError where the pinned version is spoken.
        """
        digest = self.digest
        if self.api is self.pinned or digest is None:
            raise errors.ConfigurationError(f"{self.name}: the pinned version is spoken; there is nothing to roll back")
        self._refused.add(digest)
        self.store.refuse(self._source, digest)
        self.catch_up()
        where = "the pinned version" if self.api is self.pinned else f"version {(self.digest or '')[:12]}"
        return Update(
            self.name,
            self.shown,
            reasons=(f"version {digest[:12]} of {self.shown} is refused from now on, and {where} is spoken",),
        )

    def catch_up(self) -> None:
        """Speak the newest version that this machine has seen and the policy allows. No network."""
        if self.terms.policy == "pinned":
            return
        versions = self.store.versions(self._source)
        refused = self._refused | {one.digest for one in versions if one.refused}
        if self.digest in refused and self.api is not self.pinned:
            self.speak(self.pinned, self._pinned_digest, {})
        for version in [one for one in versions if one.digest not in refused][:TRIED]:
            if version.digest == self.digest:
                return
            content = self.store.read(version.digest)
            try:
                if content is not None:
                    check(content, self.shown, self.terms)
                    if self._weighed(content, version.digest).taken:
                        return
            except errors.Error:
                continue  # it was said when it was fetched

    def used(self) -> frozenset[str]:
        """The operations that must not break, as "namespace.name"."""
        for api in (self.pinned, self.api):
            self._used.update(one.full_name for one in api.operations.values() if one.planned)
        return frozenset(self._named | self._used)

    def speak(self, api: Api, digest: str | None, broken: Mapping[str, tuple[Change, ...]]) -> None:
        """Have everybody speak this version from now on."""
        with self._moving:
            self.api, self.digest, self._broken, self._good = api, digest, broken, unmatched(api)
            lines = list(self._lines)
            for line in lines:
                line.move(api)
            for line in lines:
                line.tell()

    # -- inside

    @cached_property
    def _named(self) -> frozenset[str]:
        """What the workflow names, and what the terms list."""
        operations, workflow = self.pinned.operations, self.pinned.workflow
        found = {one for name in workflow.needs() if (one := operations.get(name)) is not None}
        for text in _texts(workflow.sections):
            # Asked for first: a text that is none would be compared with every name, for a hint that nobody reads.
            if text in operations and text in ((known := operations[text]).id, f"{known.method} {known.path}"):
                found.add(known)
        found.update(self._pinned_operation(use) for use in self.terms.uses)
        return frozenset(one.full_name for one in found)

    def _pinned_operation(self, name: str) -> Operation:
        try:
            return self.pinned.operations[name]
        except KeyError as error:
            raise errors.ConfigurationError(f"{self.name}: uses, in the lock file: {error.args[0]}") from error

    def _age(self) -> float | None:
        """Seconds since somebody looked; None: nobody did."""
        looked = self.store.looked(self._source)
        return None if looked is None else max(0.0, time.time() - looked)

    async def _found(self, io: Transport, seconds: float, dry: bool = False, again: bool = False) -> Update:
        """What stands at the source, and what becomes of it."""
        address, store, deadline = self._source, self.store, time.monotonic() + seconds
        versions = await io.call(partial(store.versions, address))
        newest = versions[0] if versions else None
        held = await io.call(partial(store.read, newest.digest)) if newest is not None else None
        # A condition is made only where its answer can be used.
        conditions = _conditions(newest) if newest is not None and held is not None else {}
        fetched = await fetch.within(io, address, seconds, conditions)

        def kept() -> Update:
            content = held if fetched is None else fetched.content
            assert content is not None  # None was the answer to a condition
            digest = source.digest(content)
            check(content, self.shown, self.terms)
            refused = digest in self._refused or any(one.refused for one in versions if one.digest == digest)
            if again and refused and not dry:
                self._refused.discard(digest)
                store.accept(address, digest)
            if refused and not again and not dry:
                self.catch_up()  # another program may have rolled back what is spoken here
            update = self._weighed(content, digest, refused and not again, dry=dry)
            if not dry:
                if fetched is not None:
                    store.add(address, content, fetched.headers)  # now, because it can be read
                store.look(address)
            return update

        def weighed() -> Update:
            with self._weighing:
                return kept()

        # A large document is read on without the caller, and what comes of it is spoken then.
        return await io.call(lambda: fetch.in_time(weighed, address, deadline - time.monotonic()))

    def _weighed(self, content: bytes, digest: str, rolled_back: bool = False, dry: bool = False) -> Update:
        """What becomes of a document. Raises DocumentError where it is none that could be spoken."""
        if digest == self.digest:
            return Update(self.name, self.shown)
        used = self.used()
        asked = digest, used, rolled_back
        if self._last is not None and self._last[0] == asked:
            return self._last[1]
        newer, judged = self._judged(content)
        broken = judged.broken
        if any(name not in self.pinned.operations for name in used):  # what came with the version that is spoken
            broken = {**judge(self.api, newer).broken, **broken}
        breaks = tuple(one for name in sorted(used) for one in broken.get(name, ()))
        reasons = [f"{said}: the overlay no longer fits" for said in sorted(unmatched(newer) - self._good)]
        if rolled_back:
            reasons.append(f"it was rolled back; to take it all the same: {AGAIN}")
        compatible = not (breaks or reasons)
        taken = {"pinned": False, "compatible": compatible, "latest": not rolled_back}[self.terms.policy]
        if self.terms.policy == "pinned":
            reasons.append("the policy is pinned")
        update = Update(self.name, self.shown, digest, taken, judged.comparison, breaks, tuple(reasons), dry)
        if taken and not dry:
            self.speak(newer, digest, {} if self.terms.policy == "latest" else judged.broken)
        elif not taken:
            self._last = asked, update
        return update

    def _judged(self, content: bytes) -> tuple[Api, Judged]:
        """The version that a document is, with the names that are typed, and what it means."""
        try:
            newer = self._make(content, {})
            if not len(newer.operations):
                raise errors.DocumentError(f"{self.shown} describes no operation")
            # Who has paid for an answer must be able to read it, whatever the policy says.
            if wrong := [why for name, why in unfit(newer).items() if name not in unfit(self.pinned)]:
                raise errors.DocumentError(f"{self.shown} does not fit the workflow any more: {'; '.join(wrong)}")
            judged = judge(self.pinned, newer)
            if judged.names:
                newer = self._make(content, judged.names)
                judged = judge(self.pinned, newer)
            return newer, judged
        except (errors.Error, MemoryError):
            raise
        except Exception as error:  # a source is anybody's, and no mistake of ours may stop those who call
            raise errors.DocumentError(
                f"{self.shown} cannot be taken over: {type(error).__name__}: {str(error)[:200]}"
            ) from error

    def _return(self, name: str) -> None:
        """Speak the pinned version again, because the one that is spoken breaks what is used from now on."""
        with self._moving:
            breaks, digest = self._broken.get(name, ()), self.digest
            if not breaks:
                return  # another thread did
            self.speak(self.pinned, self._pinned_digest, {})
        why = ("the pinned version is spoken again",)
        self._warn(Update(self.name, self.shown, digest, breaks=breaks, reasons=why))

    def _tell(self) -> None:
        """Say what went wrong in the store since it was last said; nobody else would."""
        heard, self._heard = self._heard, len(self.store.said)
        if said := self.store.said[heard:]:
            update = Update(self.name, self.shown, reasons=tuple(said))
            warnings.warn(errors.UpdateWarning(update), stacklevel=_above())

    def _warn(self, update: Update) -> None:
        about = update.digest, update.breaks or update.reasons
        if about != self._warned:  # once, and not before every call
            self._warned = about
            warnings.warn(errors.UpdateWarning(update), stacklevel=_above())


def _conditions(version: Version) -> dict[str, str]:
    """What makes a request conditional. Source: RFC 9110 sections 13.1.2 and 13.1.3."""
    found = {"If-None-Match": version.etag, "If-Modified-Since": version.last_modified}
    return {name: value for name, value in found.items() if value is not None}


def _above() -> int:
    """How far up the stack, seen from whoever asks, somebody calls who is not of this package."""
    frame, level = sys._getframe(2), 2
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == PACKAGE:
        frame, level = frame.f_back, level + 1
    return level


def _stays(error: errors.Error) -> str:
    return f"no newer version could be had, and the one of yesterday is spoken on: {error}"


def _texts(node: Any) -> Iterator[str]:  # Any: JSON
    """All texts of a tree, keys too."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(node, Collection):
        for item in node:
            yield from _texts(item)
