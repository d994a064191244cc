"""LeapOCR: documents in, Markdown or structured data out. `LeapOCR` is async, `LeapOCRSync` blocking.

Everything that crosses the wire is built from spec/leapocr/ at run time: operations, models, and the views that results
are. What stands here is what people type: options, the order of steps, and the service's own exception classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Unpack

from leapocr_dyn import errors
from leapocr_dyn.api import Api, load
from leapocr_dyn.bound import Bound, told
from leapocr_dyn.client import Access, AnyClient
from leapocr_dyn.services.leapocr.exceptions import (
    FAMILY,
    APIError,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    ConnectionError,  # noqa: A004 - where Python has the word, be it
    ContractError,
    DecodeError,
    DocumentError,
    DriftError,
    FileError,
    ForbiddenError,
    InsufficientCreditsError,
    JobError,
    JobFailedError,
    JobTimeoutError,
    LeapOCRError,
    NetworkError,
    NotFoundError,
    RateLimitError,
    ServerError,
    SubmissionTimeoutError,
    SubmissionUnknownError,
    TimeoutError,  # noqa: A004 - where Python has the word, be it
    ValidationError,
    WebhookError,
)
from leapocr_dyn.services.leapocr.ocr import AsyncOCR, BlockingOCR
from leapocr_dyn.services.leapocr.options import ClientConfig, Format, Model, PollOptions, ProcessOptions
from leapocr_dyn.services.leapocr.webhook import parse_webhook, sign_webhook, verify_webhook_signature

if TYPE_CHECKING:
    from leapocr_dyn.services.leapocr.namespaces import AsyncClient, Client
else:
    from leapocr_dyn.client import AsyncClient, Client

__all__ = [
    "APIError",
    "AuthenticationError",
    "ClientConfig",
    "ConfigurationError",
    "ConflictError",
    "ConnectionError",
    "ContractError",
    "DecodeError",
    "DocumentError",
    "DriftError",
    "FileError",
    "ForbiddenError",
    "Format",
    "InsufficientCreditsError",
    "JobError",
    "JobFailedError",
    "JobTimeoutError",
    "LeapOCR",
    "LeapOCRError",
    "LeapOCRSync",
    "Model",
    "NetworkError",
    "NotFoundError",
    "PollOptions",
    "ProcessOptions",
    "RateLimitError",
    "ServerError",
    "SubmissionTimeoutError",
    "SubmissionUnknownError",
    "TimeoutError",
    "ValidationError",
    "WebhookError",
    "parse_webhook",
    "sign_webhook",
    "verify_webhook_signature",
]


class _LeapOCR(AnyClient):
    """What both clients have beside `ocr`."""

    _family = FAMILY
    _needs_key = True

    def __init__(
        self,
        api_key: str | None = None,
        config: ClientConfig | None = None,
        *,
        api: Api | None = None,
        **settings: Unpack[Access],
    ) -> None:
        with FAMILY.adopting():
            super().__init__(api or load("leapocr"), api_key=api_key, config=config, **settings)

    verify_webhook_signature = staticmethod(verify_webhook_signature)

    @property
    def api_key(self) -> str | None:
        """The key itself, for programs that hand it on; no repr and no error shows it."""
        key = self._session.credentials.api_key
        return None if key is None else key.reveal()

    @property
    def config(self) -> ClientConfig:
        """The settings that this client works with: what was given, what the environment says, and the defaults.

        base_url is never None here; in a ClientConfig it may be, so that the environment can say it.
        """
        return ClientConfig(**{**vars(self._session.config), "base_url": self._session.base_url})

    @told
    async def health(self) -> bool:
        """Whether the service is up. No answer and a refusal are a no; a ConfigurationError is the caller's own."""
        try:
            await self._session.ask("getHealthStatus", {}, retries=0)
        except (errors.TransportError, errors.APIError, errors.ContractError):
            return False
        return True


class LeapOCR(_LeapOCR, AsyncClient):
    """LeapOCR for asyncio and trio.

    api_key: from the dashboard; without it, LEAPOCR_API_KEY. config: base URL (LEAPOCR_BASE_URL), timeout
    (LEAPOCR_TIMEOUT), debug (LEAPOCR_DEBUG), retries; its fields can be given as keywords, too. api: another version of
    the API, as load() gives it. Raises AuthenticationError where there is no key at all, ConfigurationError for a
    setting that cannot be right.
    """

    _doors: ClassVar[Mapping[str, type[Bound]]] = {"ocr": AsyncOCR}


class LeapOCRSync(_LeapOCR, Client):
    """LeapOCR without async; the same names, arguments, results and exceptions as LeapOCR."""

    _doors: ClassVar[Mapping[str, type[Bound]]] = {"ocr": BlockingOCR}
