"""How a client behaves: defaults, the environment, and what cannot be right.

An explicit argument comes first, then the environment, then the default. A wrong value is an error, never replaced in
silence. Which environment variables count is data: the `environment` section of workflow.yaml.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from leapocr_dyn.errors import ConfigurationError

LIKE = "https://api.example.com/v1"


@dataclass(frozen=True)
class ClientConfig:
    """Settings of one client.

    base_url: where the API is; None takes the document's first server. timeout: seconds without progress on one
    request.
    max_retries: how often a request that may be repeated is sent again. retry_delay, retry_multiplier: seconds before
    the first repeat, and how they grow; each pause is drawn at random up to that. http_client: a client of your own
    (httpx or httpx2, of the matching kind), used for everything and never closed. strict: raise where an answer differs
    from the document. Raises ConfigurationError.
    """

    base_url: str | None = None
    timeout: float = 30.0
    max_retries: int = 3
    retry_delay: float = 1.0
    retry_multiplier: float = 2.0
    http_client: Any = None  # Any: httpx or httpx2, neither imported here
    strict: bool = False

    def __post_init__(self) -> None:
        checked_number("timeout", self.timeout, above=0)
        checked_number("retry_delay", self.retry_delay, at_least=0)
        checked_number("retry_multiplier", self.retry_multiplier, at_least=1)
        if not isinstance(self.max_retries, int) or isinstance(self.max_retries, bool) or self.max_retries < 0:
            raise ConfigurationError(f"max_retries must be a whole number from 0, not {self.max_retries!r}")
        if self.base_url is not None:
            object.__setattr__(self, "base_url", checked_url("base_url", self.base_url))


def checked_url(name: str, url: str) -> str:
    """The URL without a slash at its end. Raises ConfigurationError where it is not http(s) with a host."""
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or parts.port > 0
    except (ValueError, AttributeError, TypeError):
        # Not the error's own words, and not `from error`: they may quote a password.
        raise ConfigurationError(f"{name} {_shown(url)} is not a URL: its host or port cannot be read") from None
    if parts.scheme not in ("", "http", "https") and parts.hostname:
        raise ConfigurationError(f"{name} {_shown(url)} must be http or https, as in {LIKE}")
    if not parts.scheme or not parts.hostname or not port_is_one:
        raise ConfigurationError(f"{name} {_shown(url)} is not a URL; it looks like {LIKE}")
    if parts.username or parts.password:
        raise ConfigurationError(f"{name} holds a user name or password; pass the key as api_key instead")
    if parts.query or parts.fragment:
        said = "has a query or a fragment; an operation could not be added to it"
        raise ConfigurationError(f"{name} {_shown(url)} {said}")
    return url.rstrip("/")


def _shown(url: object) -> str:
    """A URL for a message, without what may be a secret: user info, query and fragment."""
    user, at, rest = str(url).rpartition("@")  # the last one: a password may hold others
    scheme = user[: user.find("//") + 2] if "//" in user else ""
    rest, asked, _ = rest.replace("#", "?", 1).partition("?")
    return repr((f"{scheme}***@" if at else "") + rest + ("?***" if asked else ""))


def from_environment(names: Mapping[str, str], setting: str) -> str | None:
    """The environment's word for a setting, or None; an empty variable counts as not set."""
    return os.environ.get(names.get(setting, ""), "").strip() or None


def checked_number(name: str, value: float, *, above: float = -math.inf, at_least: float = -math.inf) -> None:
    """Raise ConfigurationError where a setting is not a finite number within its bound."""
    if (
        not isinstance(value, (int, float))
        or isinstance(value, bool)
        or not math.isfinite(value)
        or value <= above
        or value < at_least
    ):
        bound = f"above {above:g}" if above != -math.inf else f"from {at_least:g}"
        raise ConfigurationError(f"{name} must be a number {bound}, not {value!r}")
