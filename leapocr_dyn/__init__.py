"""An API's own OpenAPI document, read at run time, is the Python SDK. LeapOCR first.

    import leapocr_dyn

    with leapocr_dyn.LeapOCRSync() as client:                  # the key from LEAPOCR_API_KEY
        result = client.ocr.process_and_wait("scan.pdf")
        print(result.text)

    api = leapocr_dyn.load("openapi.yaml")                     # a path, URL, bytes, text, dict or bundled name
    api.operations, api.models, api.report
    with api.client(api_key="...", base_url="https://api.example.com/v1") as client:
        client.orders.get_order(id=7)                          # also .plan() .answer() .save() .pages() .stream()

Every public name of the official `leapocr` package is here, too: `import leapocr_dyn as leapocr` runs its programs.
Exceptions are drawn in `leapocr_dyn.errors`; for tests of your own there is `leapocr_dyn.testing`, for a server on this
machine `leapocr_dyn.sandbox`.

Names are imported when they are first used (PEP 562), so that importing this package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leapocr_dyn import errors as errors
    from leapocr_dyn.api import Api as Api
    from leapocr_dyn.api import bundled as bundled
    from leapocr_dyn.api import load as load
    from leapocr_dyn.client import AsyncClient as AsyncClient
    from leapocr_dyn.client import Client as Client
    from leapocr_dyn.model.value import NOT_GIVEN as NOT_GIVEN
    from leapocr_dyn.operation.oauth import ClientCredentials as ClientCredentials
    from leapocr_dyn.services.leapocr import LeapOCR as LeapOCR
    from leapocr_dyn.services.leapocr import LeapOCRSync as LeapOCRSync
    from leapocr_dyn.services.leapocr.again import with_retry as with_retry
    from leapocr_dyn.services.leapocr.batch import BatchItem as BatchItem
    from leapocr_dyn.services.leapocr.batch import BatchResult as BatchResult
    from leapocr_dyn.services.leapocr.exceptions import APIError as APIError
    from leapocr_dyn.services.leapocr.exceptions import AuthenticationError as AuthenticationError
    from leapocr_dyn.services.leapocr.exceptions import FileError as FileError
    from leapocr_dyn.services.leapocr.exceptions import InsufficientCreditsError as InsufficientCreditsError
    from leapocr_dyn.services.leapocr.exceptions import JobError as JobError
    from leapocr_dyn.services.leapocr.exceptions import JobFailedError as JobFailedError
    from leapocr_dyn.services.leapocr.exceptions import JobTimeoutError as JobTimeoutError
    from leapocr_dyn.services.leapocr.exceptions import LeapOCRError as LeapOCRError
    from leapocr_dyn.services.leapocr.exceptions import NetworkError as NetworkError
    from leapocr_dyn.services.leapocr.exceptions import RateLimitError as RateLimitError
    from leapocr_dyn.services.leapocr.exceptions import SubmissionTimeoutError as SubmissionTimeoutError
    from leapocr_dyn.services.leapocr.exceptions import SubmissionUnknownError as SubmissionUnknownError
    from leapocr_dyn.services.leapocr.exceptions import ValidationError as ValidationError
    from leapocr_dyn.services.leapocr.exceptions import WebhookError as WebhookError
    from leapocr_dyn.services.leapocr.options import ClientConfig as ClientConfig
    from leapocr_dyn.services.leapocr.options import Format as Format
    from leapocr_dyn.services.leapocr.options import Model as Model
    from leapocr_dyn.services.leapocr.options import PollOptions as PollOptions
    from leapocr_dyn.services.leapocr.options import ProcessOptions as ProcessOptions
    from leapocr_dyn.services.leapocr.results import JobResult as JobResult
    from leapocr_dyn.services.leapocr.results import JobStatus as JobStatus
    from leapocr_dyn.services.leapocr.results import JobStatusType as JobStatusType
    from leapocr_dyn.services.leapocr.results import ModelInfo as ModelInfo
    from leapocr_dyn.services.leapocr.results import PageResult as PageResult
    from leapocr_dyn.services.leapocr.results import PaginationInfo as PaginationInfo
    from leapocr_dyn.services.leapocr.results import ProcessResult as ProcessResult
    from leapocr_dyn.services.leapocr.validation import ValidationResult as ValidationResult
    from leapocr_dyn.services.leapocr.validation import validate_file as validate_file
    from leapocr_dyn.services.leapocr.webhook import parse_webhook as parse_webhook
    from leapocr_dyn.services.leapocr.webhook import sign_webhook as sign_webhook
    from leapocr_dyn.services.leapocr.webhook import verify_webhook_signature as verify_webhook_signature

__version__ = "0.1.0"

# Where each public name lives; `__all__`, `dir()` and the lazy import all come from here.
_HOMES = {
    "APIError": "services.leapocr.exceptions",
    "Api": "api",
    "AsyncClient": "client",
    "AuthenticationError": "services.leapocr.exceptions",
    "BatchItem": "services.leapocr.batch",
    "BatchResult": "services.leapocr.batch",
    "Client": "client",
    "ClientConfig": "services.leapocr.options",
    "ClientCredentials": "operation.oauth",
    "FileError": "services.leapocr.exceptions",
    "Format": "services.leapocr.options",
    "InsufficientCreditsError": "services.leapocr.exceptions",
    "JobError": "services.leapocr.exceptions",
    "JobFailedError": "services.leapocr.exceptions",
    "JobResult": "services.leapocr.results",
    "JobStatus": "services.leapocr.results",
    "JobStatusType": "services.leapocr.results",
    "JobTimeoutError": "services.leapocr.exceptions",
    "LeapOCR": "services.leapocr",
    "LeapOCRError": "services.leapocr.exceptions",
    "LeapOCRSync": "services.leapocr",
    "Model": "services.leapocr.options",
    "ModelInfo": "services.leapocr.results",
    "NOT_GIVEN": "model.value",
    "NetworkError": "services.leapocr.exceptions",
    "PageResult": "services.leapocr.results",
    "PaginationInfo": "services.leapocr.results",
    "PollOptions": "services.leapocr.options",
    "ProcessOptions": "services.leapocr.options",
    "ProcessResult": "services.leapocr.results",
    "RateLimitError": "services.leapocr.exceptions",
    "SubmissionTimeoutError": "services.leapocr.exceptions",
    "SubmissionUnknownError": "services.leapocr.exceptions",
    "ValidationError": "services.leapocr.exceptions",
    "ValidationResult": "services.leapocr.validation",
    "WebhookError": "services.leapocr.exceptions",
    "bundled": "api",
    "errors": "errors",
    "load": "api",
    "parse_webhook": "services.leapocr.webhook",
    "sign_webhook": "services.leapocr.webhook",
    "validate_file": "services.leapocr.validation",
    "verify_webhook_signature": "services.leapocr.webhook",
    "with_retry": "services.leapocr.again",
}

__all__ = [*sorted(_HOMES)]


def __getattr__(name: str) -> Any:  # Any: whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(_Missing(name), name=name)
    module = import_module(f"{__name__}.{_HOMES[name]}")
    value = globals()[name] = module if name == "errors" else getattr(module, name)
    return value


class _Missing:
    """What is said of a name that is none, made when it is read: whoever imports a submodule asks for it here first."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        from leapocr_dyn.model import naming

        near = "" if self.name.startswith("_") else naming.hint(self.name, __all__)
        return f"module {__name__!r} has no attribute {self.name!r}{near}"


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
