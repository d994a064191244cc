"""The Claude Code API's exceptions: each is the shared one of its kind, and a ClaudeAPIError."""

from __future__ import annotations

from leapocr_dyn import errors


class ClaudeAPIError(errors.Error):
    """Everything that a client of the Claude Code API raises on purpose."""


class TransportError(errors.TransportError, ClaudeAPIError):
    __doc__ = errors.TransportError.__doc__


class ConnectionError(errors.ConnectionError, TransportError):  # noqa: A001 - where Python has the word, be it
    __doc__ = errors.ConnectionError.__doc__


class TimeoutError(errors.TimeoutError, TransportError):  # noqa: A001 - where Python has the word, be it
    __doc__ = errors.TimeoutError.__doc__


class SubmissionUnknownError(errors.SubmissionUnknownError, TransportError):
    __doc__ = errors.SubmissionUnknownError.__doc__


class SubmissionTimeoutError(errors.SubmissionTimeoutError, SubmissionUnknownError, TimeoutError):
    __doc__ = errors.SubmissionTimeoutError.__doc__


class APIError(errors.APIError, ClaudeAPIError):
    __doc__ = errors.APIError.__doc__


class ValidationError(errors.ValidationError, APIError):
    __doc__ = errors.ValidationError.__doc__


class AuthenticationError(errors.AuthenticationError, APIError):
    """401: the key is not right."""


class ForbiddenError(errors.ForbiddenError, AuthenticationError):
    """403: there is no key, where the service wants one; or it may not do this."""


class NotFoundError(errors.NotFoundError, APIError):
    __doc__ = errors.NotFoundError.__doc__


class BudgetExceededError(errors.InsufficientCreditsError, APIError):
    """429: the project's budget is spent. It is not asked again."""


class RateLimitError(errors.RateLimitError, APIError):
    """429: too many requests."""


class ServerError(errors.ServerError, APIError):
    __doc__ = errors.ServerError.__doc__


FAMILY = errors.completed("Claude Code API", ClaudeAPIError, globals())
