"""LLM-CostOps' exceptions: each is the shared one of its kind, and a CostOpsError.

What it has no name for is here by the shared one: SubmissionUnknownError, where a use may have been recorded.
"""

import inspect
from typing import Any  # Any, in all that follows: whatever somebody adds to an error

from leapocr_dyn import errors

STATUSES: dict[int, type[errors.APIError]] = {**errors.STATUSES, 500: errors.ServerError}  # of one made by hand
FACTS = frozenset(inspect.signature(errors.Error).parameters)


class CostOpsError(errors.Error):
    """Everything that a client of LLM-CostOps raises on purpose. What is added by name is an attribute."""

    def __init__(self, message: str = "", **context: Any) -> None:
        facts = {name: value for name, value in context.items() if name in FACTS and value is not None}
        status = next((status for status, kind in STATUSES.items() if isinstance(self, kind)), None)
        super().__init__(message, **{"status_code": status, **facts})
        vars(self).update({name: value for name, value in context.items() if name not in FACTS})

    @property
    def context(self) -> dict[str, Any]:
        """What is known beside the message, by name."""
        return {name: value for name, value in vars(self).items() if value is not None and name != "message"}


class APIError(errors.APIError, CostOpsError):
    """The server answered with an error status. response: its body. request_id: what to tell the service's people."""


class AuthenticationError(errors.AuthenticationError, APIError):
    """401: the key is not right."""


class AuthorizationError(errors.ForbiddenError, APIError):
    """403: the key is not for this."""


class ValidationError(errors.ValidationError, APIError):
    """400 and 422: the request is not right. Also raised before it is sent, and has no status then."""

    def __init__(self, message: str = "", errors: Any = None, **context: Any) -> None:
        super().__init__(message, details=errors, **context)

    @property
    def errors(self) -> dict[str, Any]:
        """What is wrong, by field."""
        return self.details if isinstance(self.details, dict) else dict(self.fields)


class NotFoundError(errors.NotFoundError, APIError):
    """404: there is no such thing. resource_type: of what kind it would be, where somebody says so."""

    resource_type: str | None = None


class RateLimitError(errors.RateLimitError, APIError):
    """429: too many requests. retry_after: seconds to wait, where the server says so."""

    def __init__(self, message: str = "", retry_after: float | None = None, limit: int | None = None, **context: Any):
        super().__init__(message, retry_after=retry_after, limit=limit, **context)

    @property
    def limit(self) -> int | None:
        """How many requests are allowed, where somebody says so."""
        said = self.response.get("limit") if isinstance(self.response, dict) else None
        return vars(self).get("limit", said)


class ServerError(errors.ServerError, APIError):
    """5xx: the server failed."""


class NetworkError(errors.TransportError, CostOpsError):
    """No answer came. cause: the exception behind it."""


class TimeoutError(errors.TimeoutError, NetworkError):  # noqa: A001 - where Python has the word, be it
    """It took too long. timeout: seconds, where the client's own patience was over."""


class ConfigurationError(errors.ConfigurationError, CostOpsError):
    """A setting cannot be right. parameter: which one."""


FAMILY = errors.completed("LLM-CostOps", CostOpsError, globals())
