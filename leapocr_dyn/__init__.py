"""An API's own OpenAPI document, read at run time, is the Python SDK. LeapOCR first.

    import leapocr_dyn

    with leapocr_dyn.LeapOCRSync() as client:                  # the key from LEAPOCR_API_KEY
        result = client.ocr.process_and_wait("scan.pdf")
        print(result.text)

    api = leapocr_dyn.load("leapocr")                          # or any OpenAPI document
    api.operations, api.models, api.report, api.client()

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
    from leapocr_dyn.config import ClientConfig as ClientConfig
    from leapocr_dyn.model.value import NOT_GIVEN as NOT_GIVEN
    from leapocr_dyn.services.leapocr import Format as Format
    from leapocr_dyn.services.leapocr import LeapOCR as LeapOCR
    from leapocr_dyn.services.leapocr import LeapOCRError as LeapOCRError
    from leapocr_dyn.services.leapocr import LeapOCRSync as LeapOCRSync
    from leapocr_dyn.services.leapocr import Model as Model
    from leapocr_dyn.services.leapocr import PollOptions as PollOptions
    from leapocr_dyn.services.leapocr import ProcessOptions as ProcessOptions

__version__ = "0.1.0"

# Where each public name lives; `__all__`, `dir()` and the lazy import all come from here.
_HOMES = {
    "Api": "api",
    "AsyncClient": "client",
    "Client": "client",
    "ClientConfig": "config",
    "Format": "services.leapocr",
    "LeapOCR": "services.leapocr",
    "LeapOCRError": "services.leapocr",
    "LeapOCRSync": "services.leapocr",
    "Model": "services.leapocr",
    "NOT_GIVEN": "model.value",
    "PollOptions": "services.leapocr",
    "ProcessOptions": "services.leapocr",
    "bundled": "api",
    "errors": "errors",
    "load": "api",
}

__all__ = [*sorted(_HOMES)]


def __getattr__(name: str) -> Any:  # Any: whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_HOMES[name]}")
    value = globals()[name] = module if name == "errors" else getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
