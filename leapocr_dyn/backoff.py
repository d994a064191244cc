"""retry_with_backoff: a call of the program's own, repeated while its failures pass.

Clients repeat their calls themselves, where that is safe; this repeats whatever it is given, so the caller decides
whether doing it twice would cost twice.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from leapocr_dyn import errors

T = TypeVar("T")
PASSING = (errors.TimeoutError, errors.ConnectionError, errors.ServerError)


def retry_with_backoff(
    func: Callable[..., T],
    max_retries: int = 3,
    base_delay: float = 1.0,
    max_delay: float = 60.0,
    exponential_base: float = 2.0,
    jitter: bool = True,
) -> T:
    """What func gives, called at most 1 + max_retries times; the last failure is raised.

    base_delay: seconds before the first repeat; each further pause is exponential_base times as long, and none is
    longer than max_delay. jitter: half to one and a half times that, so that clients do not come back together.
    Repeated are TimeoutError, ConnectionError and ServerError.
    """
    for attempt in range(max_retries):
        try:
            return func()
        except PASSING:
            pause = base_delay * exponential_base**attempt * (0.5 + random.random() if jitter else 1.0)  # noqa: S311 - jitter
            time.sleep(min(pause, max_delay))
    return func()
