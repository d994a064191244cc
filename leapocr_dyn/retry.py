"""May this be sent again, and after how long? Pure decisions; who sleeps is the session.

Money is spent once. What never left may always be sent again; so may what the server refused before it looked (429, and
503 with Retry-After). What was sent and got no answer may or may not have happened: it is repeated only if to do it
twice does no harm. Everything else is repeated only then, too, and only for failures that pass (408, 5xx, half an
answer).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from leapocr_dyn.errors import APIError, DecodeError, Error, RateLimitError, TransportError

# RFC 9110 sections 15.6.2 and 15.6.6: what the server cannot do, it will not do later either.
LASTING = frozenset({501, 505})


class Policy(NamedTuple):
    """How patient to be. retries: attempts after the first. delay, multiplier, cap: seconds. budget: seconds in all.

    statuses: those that pass, where the caller names them.
    """

    retries: int = 3
    delay: float = 1.0
    multiplier: float = 2.0
    cap: float = 30.0
    budget: float = 120.0
    statuses: frozenset[int] | None = None


def may_repeat(failure: Error, *, harmless: bool, statuses: frozenset[int] | None = None) -> bool:
    """Whether sending the same request again is safe. harmless: doing it twice is as good as doing it once.

    statuses: those that pass, instead of the usual ones; they make nothing safe that is not.
    """
    if isinstance(failure, TransportError):
        return harmless or not failure.sent
    if isinstance(failure, DecodeError):
        return harmless and failure.partial
    if isinstance(failure, APIError):
        if statuses is not None and failure.status_code not in statuses:
            return False
        if isinstance(failure, RateLimitError) or (failure.status_code == 503 and failure.retry_after is not None):
            return True
        return harmless and (statuses is not None or passing(failure.status_code or 0))
    return False


def passing(status: int) -> bool:
    """Whether a status is of the kind that passes: 408, and what servers and gateways say of themselves (5xx)."""
    return status == 408 or (status >= 500 and status not in LASTING)


class Fate(Enum):
    """What has become of an attempt that failed."""

    AGAIN = "it may be sent again"
    REFUSED = "it was refused, and asking again would change nothing"
    UNKNOWN = "it may have been accepted, and to send it again may do it twice"


def fate(failure: Error, *, harmless: bool, doubtful: bool, statuses: frozenset[int] | None = None) -> Fate:
    """What has become of an attempt. doubtful: an earlier attempt may have been accepted. statuses: see may_repeat.

    After such an attempt a conflict (409) is not the caller's: it is how a server says that it has been done already.
    """
    if may_repeat(failure, harmless=harmless, statuses=statuses):
        return Fate.AGAIN
    conflict = doubtful and isinstance(failure, APIError) and failure.status_code == 409
    return Fate.UNKNOWN if isinstance(failure, TransportError) or conflict else Fate.REFUSED


def delay(
    failure: Error, attempt: int, waited: float, policy: Policy, draw: Callable[[], float] = random.random
) -> float | None:
    """Seconds to wait before attempt + 1, or None to stop. attempt: counted from 1. waited: seconds since the first.

    Full jitter: anything from nothing to the growing bound, so that clients which failed together do not come back
    together. A longer Retry-After is the server's word; one above the cap is for the caller to decide, at once.
    """
    if attempt > policy.retries:
        return None
    # Bounded, so that no power overflows; every cap is reached long before.
    growth = min(policy.multiplier, 1e10) ** min(attempt - 1, 30)
    pause = min(policy.cap, policy.delay * growth) * draw()
    if failure.retry_after is not None:
        if failure.retry_after > policy.cap:
            return None
        pause = max(pause, failure.retry_after)
    return pause if waited + pause <= policy.budget else None
