"""Zaguan's exceptions: each is the shared one of its kind, and a ZaguanError.

Which one it is, the body says by its `type`, or else the status. What else the body says of a refusal is read where it
stands. Those that are not spelled out here (AuthenticationError, TimeoutError, ...) have the shared names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leapocr_dyn import errors

Json = Any  # the border where the service's answer enters


class ZaguanError(errors.Error):
    """Everything that a client of Zaguan raises on purpose."""


class APIError(errors.APIError, ZaguanError):
    """The service answered with an error status. request_id: the service's, or the one that was sent."""

    def __init__(
        self, status_code: int | None = None, message: str = "", request_id: str | None = None, **facts: Json
    ) -> None:
        super().__init__(message, status_code, request_id=request_id, **facts)

    def said(self, name: str) -> Json:
        """What the answer's `error` says under a name, or None."""
        error = self.response.get("error") if isinstance(self.response, dict) else None
        return error.get(name) if isinstance(error, dict) else None


class InsufficientCreditsError(errors.InsufficientCreditsError, APIError):
    """402: the account has too few credits left. It is not asked again."""

    def __init__(self, message: str, credits_required: int = 0, credits_remaining: int = 0) -> None:
        said = {"message": message, "credits_required": credits_required, "credits_remaining": credits_remaining}
        APIError.__init__(self, 402, message, response={"error": said})

    credits_available = property(lambda self: self.credits_remaining, doc="The same by the shared name.")
    credits_required = property(lambda self: self.said("credits_required") or 0, doc="Credits that it would take.")
    credits_remaining = property(lambda self: self.said("credits_remaining") or 0, doc="Credits that are left.")
    reset_date = property(lambda self: self.said("reset_date"), doc="When there are new ones, where that is said.")


class RateLimitError(errors.RateLimitError, APIError):
    """429: too many requests. retry_after: seconds to wait, by the Retry-After header or by the body."""


class BandAccessDeniedError(errors.ForbiddenError, APIError):
    """403: the account's tier does not include the model's band; or the key may not do this."""

    def __init__(self, message: str, band: Json = None, required_tier: Json = None, current_tier: Json = None) -> None:
        said = {"message": message, "band": band, "required_tier": required_tier, "current_tier": current_tier}
        super().__init__(403, message, response={"error": said})

    band = property(lambda self: self.said("band"), doc="The band of the model that was asked for.")
    required_tier = property(lambda self: self.said("required_tier"), doc="The tier that includes it.")
    current_tier = property(lambda self: self.said("current_tier"), doc="The account's own tier.")


if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...  # Any: an exception with a shared name


FAMILY = errors.completed("Zaguan", ZaguanError, globals())
