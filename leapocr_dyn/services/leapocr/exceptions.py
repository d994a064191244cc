"""LeapOCR's exceptions: each is the shared one of the same name, and a LeapOCRError.

So `except LeapOCRError` catches whatever a LeapOCR client raises, and `except leapocr_dyn.errors.RateLimitError` what
any client does. The other way round it does not hold: whoever raises one, in a test, takes it from `leapocr_dyn`.

`code` is the server's own word, such as NOT_FOUND; where there is none, it is what the official package calls the
class, such as "job_timeout". `status_code` is None where no server answered; the official package says 400 or 401 of
what was never sent.
"""

from __future__ import annotations

import json
from typing import Any

from leapocr_dyn import errors


class LeapOCRError(errors.Error):
    """Everything that a LeapOCR client raises on purpose."""


class DocumentError(errors.DocumentError, LeapOCRError):
    __doc__ = errors.DocumentError.__doc__


class ConfigurationError(errors.ConfigurationError, LeapOCRError):
    __doc__ = errors.ConfigurationError.__doc__


class FileError(errors.FileError, LeapOCRError):
    __doc__ = errors.FileError.__doc__
    code: str | None = "file_error"


class NetworkError(errors.TransportError, LeapOCRError):
    __doc__ = errors.TransportError.__doc__
    code: str | None = "network_error"


class ConnectionError(errors.ConnectionError, NetworkError):  # noqa: A001 - where Python has the word, be it
    __doc__ = errors.ConnectionError.__doc__


class TimeoutError(errors.TimeoutError, NetworkError):  # noqa: A001 - where Python has the word, be it
    __doc__ = errors.TimeoutError.__doc__


class SubmissionUnknownError(errors.SubmissionUnknownError, NetworkError):
    __doc__ = errors.SubmissionUnknownError.__doc__


class SubmissionTimeoutError(errors.SubmissionTimeoutError, SubmissionUnknownError, TimeoutError):
    __doc__ = errors.SubmissionTimeoutError.__doc__


class APIError(errors.APIError, LeapOCRError):
    """The server answered with an error status. response: the body as text, also where it is JSON."""

    code: str | None = "api_error"

    @property
    def response(self) -> str | None:
        """The body as text. Programs for the official package have only this to read the server's own words from."""
        found = vars(self)["response"]
        return found if found is None or isinstance(found, str) else json.dumps(found, ensure_ascii=False)

    @response.setter
    def response(self, body: Any) -> None:  # Any: JSON as the server wrote it
        """Kept as it came."""
        vars(self)["response"] = body


class ValidationError(errors.ValidationError, APIError):
    __doc__ = errors.ValidationError.__doc__
    code: str | None = "validation_error"


class AuthenticationError(errors.AuthenticationError, APIError):
    __doc__ = errors.AuthenticationError.__doc__
    code: str | None = "authentication_error"


class InsufficientCreditsError(errors.InsufficientCreditsError, APIError):
    __doc__ = errors.InsufficientCreditsError.__doc__
    code: str | None = "insufficient_credits"


class ForbiddenError(errors.ForbiddenError, APIError):
    __doc__ = errors.ForbiddenError.__doc__


class NotFoundError(errors.NotFoundError, APIError):
    __doc__ = errors.NotFoundError.__doc__


class ConflictError(errors.ConflictError, APIError):
    __doc__ = errors.ConflictError.__doc__


class RateLimitError(errors.RateLimitError, APIError):
    __doc__ = errors.RateLimitError.__doc__
    code: str | None = "rate_limit_error"


class ServerError(errors.ServerError, APIError):
    __doc__ = errors.ServerError.__doc__


class ContractError(errors.ContractError, LeapOCRError):
    __doc__ = errors.ContractError.__doc__


class DecodeError(errors.DecodeError, ContractError):
    __doc__ = errors.DecodeError.__doc__


class DriftError(errors.DriftError, ContractError):
    __doc__ = errors.DriftError.__doc__


class WebhookError(errors.WebhookError, LeapOCRError):
    __doc__ = errors.WebhookError.__doc__


class JobError(errors.JobError, LeapOCRError):
    __doc__ = errors.JobError.__doc__
    code: str | None = "job_error"


class JobFailedError(errors.JobFailedError, JobError):
    __doc__ = errors.JobFailedError.__doc__
    code: str | None = "job_failed"


class JobTimeoutError(errors.JobTimeoutError, JobError):
    __doc__ = errors.JobTimeoutError.__doc__
    code: str | None = "job_timeout"


FAMILY = errors.Family(
    *(kind for kind in list(vars().values()) if isinstance(kind, type) and issubclass(kind, LeapOCRError)),
    service="LeapOCR",
)
