"""Waiting: ask for the state of any number of jobs until each is done. One job is the case n = 1.

One heap of moments, one budget of questions per second, one deadline; no task for each job. The pauses are those of
Smithy's waiters: they grow from the shortest to the longest, each drawn at random in between, so that many clients do
not ask in step, and the last one is shortened so that one question falls right before the deadline. What a state means
is data: the conditions under `poll` in workflow.yaml, the first that holds decides. A state that no condition names
keeps the wait going, up to the deadline. So does a failure that passes: a paid job is not given up because one question
got lost. Source: Smithy 2.0, "Waiter workflow" and "Waiter retries".
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from leapocr_dyn import errors, retry
from leapocr_dyn.document import criterion, expression
from leapocr_dyn.observe import tell
from leapocr_dyn.session import Answer, Session

T = TypeVar("T")

RATE = 20.0  # questions per second for all jobs together, unless the caller says otherwise
AT_ONCE = 8  # questions under way
GRACE = 1.0  # seconds that the last question, asked at the deadline, has for its answer


class Patience(NamedTuple):
    """How to wait. shortest, longest: seconds between two questions on one job. at_most: seconds in all."""

    shortest: float = 0.5
    longest: float = 4.0
    at_most: float = 300.0
    rate: float = RATE


class Progress(NamedTuple):
    """What one question learned of a job. done, total: pages or whatever the service counts, where it says so."""

    job_id: str
    answer: Answer
    done: int | None
    total: int | None


class _Turn(NamedTuple):
    """When a job is asked next.

    order: keeps equal moments apart. number: of the question, from 1. until: its deadline.
    """

    at: float
    order: int
    number: int
    job_id: str
    until: float


class Outcome(NamedTuple):
    """How the waiting for one job ended: with the last answer, or with an error. turn: of the last question."""

    job_id: str
    answer: Answer | None
    error: errors.Error | None
    turn: _Turn


class Wait:
    """The waiting for many jobs: `await wait.next()` is the Outcome of the next that is done; None after the last.

    Jobs may be added meanwhile; the time that each has begins with it. on_progress is called after each answered
    question; what it raises ends the waiting.
    """

    def __init__(
        self,
        session: Session,
        job_ids: Iterable[str],
        patience: Patience,
        on_progress: Callable[[Progress], Any] | None = None,  # Any: None, or a coroutine
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._session = session
        self._io = session.io
        self._rule = session.api.workflow.section("poll")
        self._patience = patience
        self._on_progress = on_progress
        self._draw = draw
        self._turns: list[_Turn] = []
        self._order = 0
        self._free_at = self._io.now()
        self._done: list[Outcome] = []
        for job_id in job_ids:
            self.add(job_id)

    def add(self, job_id: str) -> None:
        """Wait for this job, too."""
        now = self._io.now()
        self._push(_Turn(now, 0, 1, job_id, now + self._patience.at_most))

    def again(self, outcome: Outcome) -> None:
        """Wait once more for a job that is done, but whose result is not ready yet; its time goes on."""
        self._again(outcome.turn, errors.JobError("it is done, but its result is not ready", outcome.job_id))

    def ready(self) -> list[Outcome]:
        """The outcomes that are known already, without waiting for more."""
        found, self._done = self._done, []
        return found

    async def next(self) -> Outcome | None:
        """The next outcome."""
        while not self._done and self._turns:
            due = self._due()
            # Those that the budget of questions did not reach in time.
            late = [turn for turn in due if due[0].at > turn.until]
            if late:
                self._done += [Outcome(turn.job_id, None, self._late(turn.job_id, None), turn) for turn in late]
                for turn in due:
                    if turn not in late:
                        self._push(turn)
                break
            await self._io.sleep(due[0].at - self._io.now())
            for turn, learned in await self._io.gather([self._asking(turn) for turn in due], AT_ONCE):
                await self._judge(turn, learned)
        return self._done.pop(0) if self._done else None

    async def close(self) -> None:
        """Stop waiting; the jobs themselves go on."""
        self._turns.clear()

    def _due(self) -> list[_Turn]:
        """The next turns, at most as many as may be under way, spread by the budget."""
        first = heapq.heappop(self._turns)
        due = [first._replace(at=max(first.at, self._free_at))]
        now = max(due[0].at, self._io.now())  # what held them up (a long upload, say) is over for all of them
        while len(due) < AT_ONCE and self._turns and self._turns[0].at <= now:
            due.append(heapq.heappop(self._turns))
        self._free_at = due[0].at + len(due) / self._patience.rate
        return due

    def _push(self, turn: _Turn) -> None:
        heapq.heappush(self._turns, turn._replace(order=self._order))
        self._order += 1

    def _asking(self, turn: _Turn) -> Callable[[], Any]:  # Any: a coroutine of (turn, Answer or Error)
        async def ask() -> tuple[_Turn, Answer | errors.Error]:
            try:
                operation = self._session.api.operations[self._rule["operation"]]
                arguments = {self._rule["input"]: turn.job_id}
                # Repeating is this workflow's own business: a pause inside one question would hold up the other jobs.
                # And what held up this one (a long upload, say) is not the job's fault: it is asked all the same.
                deadline = max(turn.until, self._io.now()) + GRACE
                return turn, await self._session.ask(operation, arguments, retries=0, deadline=deadline)
            except errors.Error as error:
                return turn, error

        return ask

    async def _judge(self, turn: _Turn, learned: Answer | errors.Error) -> None:
        if isinstance(learned, errors.Error):
            # Also an answer that is none: a proxy's page in between must not lose a job that is paid for.
            if retry.may_repeat(learned, harmless=True) or isinstance(learned, errors.DecodeError):
                self._again(turn, learned)
            else:
                self._done.append(Outcome(turn.job_id, None, learned, turn))
            return
        context = learned.context()
        if self._on_progress is not None:
            counts = self._count("done", context), self._count("total", context)
            await tell(self._on_progress, Progress(turn.job_id, learned, *counts))
        for acceptor in self._rule["accept"]:
            if not criterion.condition(acceptor["when"])(context):
                continue
            if acceptor["state"] == "success":
                self._done.append(Outcome(turn.job_id, learned, None, turn))
            elif acceptor["state"] == "failure":
                self._done.append(Outcome(turn.job_id, learned, self._failed(turn.job_id, acceptor, context), turn))
            else:
                self._again(turn, None)
            return
        self._again(turn, None)

    def _again(self, turn: _Turn, failure: errors.Error | None) -> None:
        now = self._io.now()
        left = turn.until - now
        pause = delay(turn.number, left, self._patience, self._draw)
        if failure is not None and failure.retry_after is not None:
            pause = max(pause, failure.retry_after)
        if left <= 0 or pause > left:
            self._done.append(Outcome(turn.job_id, None, self._late(turn.job_id, failure), turn))
            return
        self._push(turn._replace(at=now + pause, number=turn.number + 1))

    def _late(self, job_id: str, failure: errors.Error | None) -> errors.JobTimeoutError:
        last = f"; the last question failed: {failure}" if failure is not None else ""
        asked = failure.retry_after if failure is not None else None
        when = f"within {self._patience.at_most:.4g} s"
        if asked:
            when = f"when the service asked for a pause of {asked:.4g} s, which is more than was left"
        return errors.JobTimeoutError(
            f"job {job_id} was not done {when}{last}. It goes on: wait again later",
            job_id=job_id,
            cause=failure,
            retry_after=asked,
        )

    def _failed(self, job_id: str, acceptor: dict[str, str], context: expression.Context) -> errors.JobFailedError:
        said = expression.parse(acceptor["message"])(context) if "message" in acceptor else None
        reason = str(said) if said else None
        return errors.JobFailedError(f"job {job_id} failed: {reason or 'the service gives no reason'}", job_id, reason)

    def _count(self, name: str, context: expression.Context) -> int | None:
        found = expression.parse(self._rule[name])(context) if name in self._rule else None
        return found if isinstance(found, int) else None


def delay(number: int, left: float, patience: Patience, draw: Callable[[float, float], float]) -> float:
    """Seconds before the question after the number-th one. left: seconds to the deadline.

    Source: Smithy 2.0, "Waiter retries".
    """
    shortest, longest = patience.shortest, max(patience.shortest, patience.longest)
    bound = min(longest, shortest * 2 ** min(number - 1, 30))
    pause = draw(shortest, bound) if bound > shortest else shortest
    # One last question right before the deadline, rather than a pause that runs past it.
    return left if 0 < left - pause <= shortest or pause > left > 0 else pause


async def wait_for(
    session: Session,
    job_id: str,
    patience: Patience,
    fetch: Callable[[], Awaitable[T | None]],
    on_progress: Callable[[Progress], Any] | None = None,  # Any: None, or a coroutine
) -> T:
    """The result of one job. fetch: gives it once the job is done, or None where it is not ready yet.

    Raises JobFailedError, JobTimeoutError, or what a question itself raised.
    """
    waiting = Wait(session, [job_id], patience, on_progress)
    while True:
        outcome = await waiting.next()
        assert outcome is not None
        if outcome.error is not None:
            raise outcome.error
        if (found := await fetch()) is not None:
            return found
        waiting.again(outcome)
