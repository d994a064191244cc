"""Many inputs: begin a job for each, wait for all of them, fetch every result. One that fails never stops the others.

Inputs are taken one by one, when there is room for another job, so memory does not grow with them. How many jobs may be
under way is one number for all batches of a client. The waiting itself is poll.py's, with its one budget of questions:
there is no task for each job. What it is to begin a job and to fetch its result, the door says.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from leapocr_dyn import errors
from leapocr_dyn.session import Session
from leapocr_dyn.transport import Transport
from leapocr_dyn.workflows.poll import Outcome, Patience, Wait

T = TypeVar("T")

BETWEEN = 0.5  # seconds before it is looked again whether another batch has left room


class Ended(NamedTuple):
    """How it went with one input. place: among the inputs, from 0. job_id: None where no job began."""

    place: int
    given: Any  # Any: whatever the caller gave
    job_id: str | None
    value: Any  # Any: what fetching gave
    error: errors.Error | None


class Batch(Generic[T]):
    """`await batch.next()` is how the next input ended, in the order of their ends, or None after the last.

    begin: the id of the job of an input, which is told with its place. fetch: the result of a job that is done, or
    None where it is not ready yet. What either raises, of ours, is that input's error; anything else ends the batch.
    """

    def __init__(
        self,
        session: Session,
        inputs: Iterable[T],
        begin: Callable[[int, T], Awaitable[str]],
        fetch: Callable[[str], Awaitable[Any]],
        patience: Patience,
        at_once: int,
    ) -> None:
        self._io = session.io
        self._inputs = enumerate(inputs)
        self._begin = begin
        self._fetch = fetch
        self._at_once = at_once
        self._wait = Wait(session, [], patience)
        self._jobs: dict[str, tuple[int, T]] = {}
        self._more = True
        self._ended: list[Ended] = []

    async def next(self) -> Ended | None:
        """The next input's end."""
        while not self._ended and (self._more or self._jobs):
            await self._fill()
            if self._jobs:
                await self._collect()
            elif self._more and not self._ended:
                await self._io.sleep(BETWEEN)
        return self._ended.pop(0) if self._ended else None

    async def close(self) -> None:
        """Stop; jobs that have begun go on without anybody who waits for them."""
        self._more = False
        self._jobs.clear()
        self._ended.clear()
        await self._wait.close()
        _under_way(self._io).pop(self, None)

    async def _fill(self) -> None:
        """Begin as many jobs as there is room for."""
        under_way = _under_way(self._io)
        room = self._at_once - sum(under_way.values())
        taken: list[tuple[int, T]] = []
        while len(taken) < room and self._more:
            try:
                taken.append(next(self._inputs))
            except StopIteration:
                self._more = False
        under_way[self] = len(self._jobs) + len(taken)
        for begun in await self._io.gather((self._beginning(*one) for one in taken), self._at_once):
            if begun.job_id is None or begun.error is not None:
                self._ended.append(begun)
            elif begun.job_id in self._jobs:
                twice = errors.ContractError(f"the server gave the id {begun.job_id} to two jobs")
                self._ended.append(begun._replace(error=twice))
            else:
                self._jobs[begun.job_id] = begun.place, begun.given
                self._wait.add(begun.job_id)
        under_way[self] = len(self._jobs)

    def _beginning(self, place: int, given: T) -> Callable[[], Coroutine[Any, Any, Ended]]:
        async def begin() -> Ended:
            try:
                return Ended(place, given, await self._begin(place, given), None, None)
            except errors.Error as error:
                return Ended(place, given, error.job_id, None, error)

        return begin

    async def _collect(self) -> None:
        """Wait for at least one job, and fetch what is done."""
        first = await self._wait.next()
        done = [*([first] if first is not None else []), *self._wait.ready()]
        for ended in await self._io.gather((self._fetching(outcome) for outcome in done), self._at_once):
            if isinstance(ended, Outcome):
                self._wait.again(ended)
            else:
                self._ended.append(ended)
        _under_way(self._io)[self] = len(self._jobs)

    def _fetching(self, outcome: Outcome) -> Callable[[], Coroutine[Any, Any, Ended | Outcome]]:
        async def fetch() -> Ended | Outcome:
            """The outcome itself where there is no result yet."""
            value, failure = None, None
            try:
                with errors.about(outcome.job_id):
                    if outcome.error is not None:
                        raise outcome.error
                    if (value := await self._fetch(outcome.job_id)) is None:
                        return outcome
            except errors.Error as error:
                failure = error
            place, given = self._jobs.pop(outcome.job_id)
            return Ended(place, given, outcome.job_id, value, failure)

        return fetch


# {client's transport: {batch: jobs under way}}. Weak, so that a batch that is given up leaves its room to others.
_rooms: WeakKeyDictionary[Transport, WeakKeyDictionary[Batch[Any], int]] = WeakKeyDictionary()


def _under_way(io: Transport) -> WeakKeyDictionary[Batch[Any], int]:
    return _rooms.setdefault(io, WeakKeyDictionary())
