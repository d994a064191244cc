"""Artificer's exceptions: each is the shared one of the same meaning, and an ArtificerError.

Three have the names of Python's own, as the service's plan calls them; TimeoutError and ConnectionError are those, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leapocr_dyn import errors as shared

Facts = Any  # the root's keyword facts


class ArtificerError(shared.Error):
    """Everything that an Artificer client raises on purpose. status_code: HTTP's, where there was an answer."""

    def __init__(self, message: str = "", status_code: int | None = None, **facts: Facts) -> None:
        super().__init__(message, status_code=status_code, **facts)


class AuthenticationError(shared.AuthenticationError, ArtificerError):
    __doc__ = shared.AuthenticationError.__doc__


class PermissionError(shared.ForbiddenError, ArtificerError):  # noqa: A001 - the name that the service's plan gives it
    __doc__ = shared.ForbiddenError.__doc__


class NotFoundError(shared.NotFoundError, ArtificerError):
    __doc__ = shared.NotFoundError.__doc__

    def __str__(self) -> str:
        other = self.message.startswith('No procedure found on path "api/')
        return super().__str__() + ("; this server speaks tRPC: pass wire='trpc'" if other else "")


class RateLimitError(shared.RateLimitError, ArtificerError):
    """Too many requests (429). retry_after: seconds; the server says them in words only, and they are read there."""

    def __init__(self, message: str = "", retry_after: float | None = None, **facts: Facts) -> None:
        super().__init__(message, **{"status_code": 429, **facts}, retry_after=retry_after)


class ValidationError(shared.ValidationError, ArtificerError):
    """The request is not right: said before sending, or by the server (400). errors: what is wrong, by field."""

    def __init__(self, message: str = "", errors: Mapping[str, Any] | None = None, **facts: Facts) -> None:
        fields = {name: [said] if isinstance(said, str) else said for name, said in (errors or {}).items()}
        super().__init__(message, **{"status_code": 400, "fields": fields, **facts})

    @property
    def errors(self) -> dict[str, list[str]]:
        """What is wrong with each field."""
        return self.fields


class ServerError(shared.ServerError, ArtificerError):
    __doc__ = shared.ServerError.__doc__


class TimeoutError(shared.TimeoutError, ArtificerError):  # noqa: A001 - where Python has the word, be it
    __doc__ = shared.TimeoutError.__doc__


class ConnectionError(shared.ConnectionError, ArtificerError):  # noqa: A001 - where Python has the word, be it
    __doc__ = shared.ConnectionError.__doc__


FAMILY = shared.completed("Artificer", ArtificerError, globals())
