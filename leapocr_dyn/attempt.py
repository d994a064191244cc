"""Attempts: the one loop that sends something again, for calls, streams, parts of files and tokens.

What may be sent again, and after how long, is retry.py's to decide; this is who asks it, and who sleeps.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from leapocr_dyn import errors, retry
from leapocr_dyn.observe import Watch
from leapocr_dyn.transport import Transport

T = TypeVar("T")


async def repeated(
    io: Transport,
    once: Callable[[int], Awaitable[T]],
    policy: retry.Policy,
    watch: Watch,
    *,
    harmless: bool,
    operation: str | None = None,
    probe: Callable[[errors.Error], Awaitable[T | None]] | None = None,
    deadline: float | None = None,
) -> T:
    """What `once` gives, called with the number of the attempt (from 1), and again where that is safe.

    watch: is told of the pauses. harmless: whether doing it twice is as good as doing it once. operation: whose name
    its failures carry. probe: how to learn the fate of an attempt without an answer; None says that it was not
    accepted. deadline: a moment of the transport's clock, for all attempts together.
    """
    failing_since: float | None = None  # the time that a part or a page takes is not time lost
    attempt = 0
    doubtful = False  # whether an attempt may have been accepted though its answer got lost
    while True:
        attempt += 1
        try:
            return await once(attempt)
        except errors.Error as failure:
            failure.operation = failure.operation or operation
            failure.attempts = attempt
            fate = retry.fate(failure, harmless=harmless, doubtful=doubtful, statuses=policy.statuses)
            if fate is retry.Fate.REFUSED:
                raise
            if fate is retry.Fate.UNKNOWN:
                known = await probe(failure) if probe is not None else None
                if known is not None:
                    return known
                if probe is None or not isinstance(failure, errors.TransportError):
                    raise unknown(failure) from failure
                doubtful = True
            failing_since = io.now() if failing_since is None else failing_since
            pause = retry.delay(failure, attempt, io.now() - failing_since, policy)
            if pause is None or (deadline is not None and io.now() + pause >= deadline):
                raise
            watch.pausing(operation, failure, attempt, pause)
            await io.sleep(pause)


def unknown(failure: errors.Error) -> errors.SubmissionUnknownError:
    """What to raise for a request that may have been accepted, and must not be sent twice."""
    said = (
        f"the request was sent, but {failure.message}. It may have been accepted, and was not repeated, because "
        "doing it twice could cost twice; see whether it arrived before sending it again"
    )
    if isinstance(failure, errors.TimeoutError):
        facts = {"operation": failure.operation, "attempts": failure.attempts}
        return errors.SubmissionTimeoutError(said, timeout=failure.timeout, **facts)
    return errors.SubmissionUnknownError(said, operation=failure.operation, attempts=failure.attempts)
