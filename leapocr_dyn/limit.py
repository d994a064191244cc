"""A token bucket: at most so many requests in so many seconds, and who comes too early waits for its turn.

Pure but for its own level: it says how long to wait, and who sleeps is the session. A turn is taken when it is asked
for, so nobody has to hold a lock while waiting, turns come in the order of asking, and threads and tasks may share it.
"""

from __future__ import annotations

import threading


class Bucket:
    """requests: how many fit, and may leave at once after a rest. seconds: how long an empty bucket takes to fill."""

    def __init__(self, requests: float, seconds: float) -> None:
        self._most = float(requests)
        self._rate = requests / seconds
        self._level = self._most  # below nothing while some wait
        self._at: float | None = None
        self._lock = threading.Lock()

    def turn(self, now: float) -> float:
        """Seconds to wait before one more request may leave. now: seconds on a clock that never jumps."""
        with self._lock:
            rest = 0.0 if self._at is None else max(0.0, now - self._at)
            self._at = now
            self._level = min(self._most, self._level + rest * self._rate) - 1.0
            return max(0.0, -self._level / self._rate)
