"""LeapOCR: documents in, Markdown or structured data out. `LeapOCR` is async, `LeapOCRSync` blocking.

Everything that crosses the wire is built from spec/leapocr/ at run time: operations, models, and the views that results
are. What stands here is what people type: options, the order of steps, and the service's own exception classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from leapocr_dyn import errors
from leapocr_dyn.api import Api, load
from leapocr_dyn.bound import Bound, told
from leapocr_dyn.client import AsyncClient, Client
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
    SubmissionUnknownError,
    TimeoutError,  # noqa: A004 - where Python has the word, be it
    ValidationError,
    WebhookError,
)
from leapocr_dyn.services.leapocr.ocr import AsyncOCR, BlockingOCR
from leapocr_dyn.services.leapocr.options import ClientConfig, Format, Model, PollOptions, ProcessOptions
from leapocr_dyn.services.leapocr.webhook import parse_webhook, sign_webhook, verify_webhook_signature

if TYPE_CHECKING:
    from leapocr_dyn.services.leapocr.namespaces import AsyncOcr, BlockingOcr

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
    "SubmissionUnknownError",
    "TimeoutError",
    "ValidationError",
    "WebhookError",
    "parse_webhook",
    "sign_webhook",
    "verify_webhook_signature",
]


class _LeapOCR(Bound):
    """What both clients have beside `ocr`."""

    __slots__ = ()
    _family = FAMILY
    _needs_key = True

    verify_webhook_signature = staticmethod(verify_webhook_signature)

    @property
    def api_key(self) -> str | None:
        """The key itself, for programs that hand it on; no repr and no error shows it."""
        key = self._session.credentials.api_key
        return None if key is None else key.reveal()

    @told
    async def health(self) -> bool:
        """Whether the service is up. Nothing is raised: a service that cannot be reached is not up."""
        try:
            await self._session.ask("getHealthStatus", {}, retries=0)
        except errors.Error:
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
    ocr: AsyncOcr

    def __init__(
        self, api_key: str | None = None, config: ClientConfig | None = None, *, api: Api | None = None, **settings: Any
    ) -> None:
        with FAMILY.adopting():
            super().__init__(api or load("leapocr"), api_key=api_key, config=config, **settings)


class LeapOCRSync(_LeapOCR, Client):
    """LeapOCR without async; the same names, arguments, results and exceptions as LeapOCR."""

    _doors: ClassVar[Mapping[str, type[Bound]]] = {"ocr": BlockingOCR}
    ocr: BlockingOcr

    def __init__(
        self, api_key: str | None = None, config: ClientConfig | None = None, *, api: Api | None = None, **settings: Any
    ) -> None:
        with FAMILY.adopting():
            super().__init__(api or load("leapocr"), api_key=api_key, config=config, **settings)
