"""LeapOCR's exceptions: each is the shared one of the same name, and a LeapOCRError.

So `except LeapOCRError` catches whatever a LeapOCR client raises, and `except leapocr_dyn.errors.RateLimitError` what
any client does.
"""

from __future__ import annotations

from leapocr_dyn import errors


class LeapOCRError(errors.Error):
    """Everything that a LeapOCR client raises on purpose."""


class DocumentError(errors.DocumentError, LeapOCRError):
    __doc__ = errors.DocumentError.__doc__


class ConfigurationError(errors.ConfigurationError, LeapOCRError):
    __doc__ = errors.ConfigurationError.__doc__


class FileError(errors.FileError, LeapOCRError):
    __doc__ = errors.FileError.__doc__


class NetworkError(errors.TransportError, LeapOCRError):
    __doc__ = errors.TransportError.__doc__


class ConnectionError(errors.ConnectionError, NetworkError):  # noqa: A001 - where Python has the word, be it
    __doc__ = errors.ConnectionError.__doc__


class TimeoutError(errors.TimeoutError, NetworkError):  # noqa: A001 - where Python has the word, be it
    __doc__ = errors.TimeoutError.__doc__


class SubmissionUnknownError(errors.SubmissionUnknownError, NetworkError):
    __doc__ = errors.SubmissionUnknownError.__doc__


class APIError(errors.APIError, LeapOCRError):
    __doc__ = errors.APIError.__doc__


class ValidationError(errors.ValidationError, APIError):
    __doc__ = errors.ValidationError.__doc__


class AuthenticationError(errors.AuthenticationError, APIError):
    __doc__ = errors.AuthenticationError.__doc__


class InsufficientCreditsError(errors.InsufficientCreditsError, APIError):
    __doc__ = errors.InsufficientCreditsError.__doc__


class ForbiddenError(errors.ForbiddenError, APIError):
    __doc__ = errors.ForbiddenError.__doc__


class NotFoundError(errors.NotFoundError, APIError):
    __doc__ = errors.NotFoundError.__doc__


class ConflictError(errors.ConflictError, APIError):
    __doc__ = errors.ConflictError.__doc__


class RateLimitError(errors.RateLimitError, APIError):
    __doc__ = errors.RateLimitError.__doc__


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


class JobFailedError(errors.JobFailedError, JobError):
    __doc__ = errors.JobFailedError.__doc__


class JobTimeoutError(errors.JobTimeoutError, JobError):
    __doc__ = errors.JobTimeoutError.__doc__


FAMILY = errors.Family(
    *(kind for kind in list(vars().values()) if isinstance(kind, type) and issubclass(kind, LeapOCRError))
)
