"""with_retry: an async operation of the caller's own, repeated while its failures pass.

Clients repeat their calls themselves, where that is safe; this is for what programs do around them. It repeats whatever
it is given: the caller knows whether doing it twice would cost twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from leapocr_dyn import errors

T = TypeVar("T")


def passes(failure: Exception) -> bool:
    """Whether to try again could help: no answer, too many requests, or a fault of the server.

    SubmissionUnknownError is none of these: what was perhaps accepted must not be sent twice.
    """
    if isinstance(failure, errors.SubmissionUnknownError):
        return False
    return isinstance(failure, (errors.TransportError, errors.RateLimitError, errors.ServerError))


async def with_retry(
    operation: Callable[[], Awaitable[T]],
    max_retries: int = 3,
    retry_delay: float = 1.0,
    retry_multiplier: float = 2.0,
    is_retryable: Callable[[Exception], bool] | None = None,
) -> T:
    """What the operation gives, tried at most 1 + max_retries times, on asyncio and trio.

    retry_delay: seconds before the first repeat; each further pause is retry_multiplier times as long, and at least
    what the server asked for. is_retryable: which failures are worth it, instead of `passes`. The last one is raised.
    """
    import anyio

    worth = is_retryable or passes
    attempt = 0
    while True:
        try:
            return await operation()
        except Exception as failure:
            if attempt >= max_retries or not worth(failure):
                raise
            pause = retry_delay * retry_multiplier**attempt
            await anyio.sleep(max(pause, getattr(failure, "retry_after", None) or 0.0))
            attempt += 1
