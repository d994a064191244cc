"""Faults that can be switched on, so that programs can be tested against a bad day; changed while the server runs.

    sandbox.faults = Faults(latency=0.2, fail={503: 0.02}, drop=0.01)

or, from any language, PUT <origin>/sandbox/faults with the same as JSON. Which request is hit is drawn at random, from
a generator with a seed, so that a bad day can be had again.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from leapocr_dyn.errors import ConfigurationError

PATH = "/sandbox/faults"
WINDOW = 1.0  # seconds over which requests are counted for the rate


@dataclass(frozen=True)
class Faults:
    """How bad the day is; everything is off at first.

    latency: seconds before each answer. fail: {status: how often}, from 0 to 1; a 429 and a 503 say when to come back.
    rate_limit: requests a second, above which they get 429; None is any number. drop: how often the connection is cut,
    half of the time before the request was looked at, half after it was done. retry_after: seconds that 429 and 503
    ask for. expire: seconds for which the links of an upload are good; None is the server's own. seed: of what is
    drawn.
    """

    latency: float = 0.0
    fail: Mapping[int, float] = field(default_factory=dict)
    rate_limit: float | None = None
    drop: float = 0.0
    retry_after: float = 1.0
    expire: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        shares = [self.drop, *self.fail.values()]
        if not all(_number(share) and 0 <= share <= 1 for share in shares) or sum(shares) > 1:
            raise ConfigurationError("how often is a number from 0 to 1, and not more than 1 for all faults together")
        if not all(isinstance(status, int) and 400 <= status <= 599 for status in self.fail):
            raise ConfigurationError("a fault's status is from 400 to 599")
        times = (self.latency, self.retry_after, 0 if self.expire is None else self.expire)
        if not all(_number(seconds) and 0 <= seconds <= 3600 for seconds in times):
            raise ConfigurationError("latency, retry_after and expire are seconds, from 0 to 3600")
        if self.rate_limit is not None and not (_number(self.rate_limit) and self.rate_limit > 0):
            raise ConfigurationError("rate_limit is a number of requests above 0 a second, or nothing")
        if not isinstance(self.seed, int):
            raise ConfigurationError("seed is a whole number")

    @classmethod
    def of(cls, said: Any) -> Faults:  # Any: JSON
        """The faults that a JSON object says. Raises ConfigurationError."""
        if not isinstance(said, dict):
            raise ConfigurationError('faults are an object, such as {"drop": 0.01}')
        unknown = sorted(said.keys() - cls.__dataclass_fields__.keys())
        if unknown:
            raise ConfigurationError(
                f"there is no fault {unknown[0]!r}; there are {', '.join(cls.__dataclass_fields__)}"
            )
        fail = said.get("fail", {})
        if not isinstance(fail, dict) or not all(str(status).isdecimal() for status in fail):
            raise ConfigurationError('fail says how often by status, such as {"503": 0.02}')
        return cls(**{**said, "fail": {int(status): share for status, share in fail.items()}})

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """The same as JSON."""
        return {**asdict(self), "fail": {str(status): share for status, share in self.fail.items()}}


def _number(value: Any) -> bool:  # Any: whatever was given
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True)
class Hit:
    """What happens to one request. drop: "before" it is looked at, or "after" it was done. status: instead of it."""

    pause: float = 0.0
    drop: str | None = None
    status: int | None = None
    retry_after: float | None = None


class Weather:
    """Draws what happens to each request; safe to ask from any thread."""

    def __init__(self, faults: Faults, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.faults = faults

    @property
    def faults(self) -> Faults:
        """What is switched on."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        """Switch others on."""
        with self._lock:
            self._faults = faults
            self._random = random.Random(faults.seed)  # noqa: S311 - not for secrets
            self._recent: list[float] = []

    def next(self) -> Hit:
        """What happens to the next request."""
        with self._lock:
            faults = self._faults
            if self._too_many():
                return Hit(faults.latency, status=429, retry_after=faults.retry_after)
            drawn = self._random.random()
            if drawn < faults.drop:
                return Hit(faults.latency, drop="before" if drawn < faults.drop / 2 else "after")
            drawn -= faults.drop
            for status, share in faults.fail.items():
                if drawn < share:
                    again = faults.retry_after if status in (429, 503) else None
                    return Hit(faults.latency, status=status, retry_after=again)
                drawn -= share
            return Hit(faults.latency)

    def _too_many(self) -> bool:
        if self._faults.rate_limit is None:
            return False
        now = self._now()
        self._recent = [moment for moment in self._recent if moment > now - WINDOW]
        if len(self._recent) >= self._faults.rate_limit * WINDOW:
            return True
        self._recent.append(now)
        return False
