"""Zaguan CoreX: many providers of models behind one API, with credits for all of them.

    with ZaguanClient("https://api.zaguanai.com", "your-key") as client:
        print(client.chat_simple("Hello, world!").choices[0].message.content)

`AsyncZaguanClient` is the same for async code. Everything that crosses the wire is built from spec/zaguan/ at run time;
requests and results are had here by their names (`ChatRequest`, `Message`, ...), as from .models.
"""

from typing import TYPE_CHECKING

from leapocr_dyn.services.zaguan import models
from leapocr_dyn.services.zaguan.client import AsyncZaguanClient, Config, ZaguanClient
from leapocr_dyn.services.zaguan.errors import (
    APIError,
    BandAccessDeniedError,
    InsufficientCreditsError,
    RateLimitError,
    ZaguanError,
)
from leapocr_dyn.services.zaguan.streaming import StreamAccumulator, reconstruct_message_from_stream

__all__ = [
    "APIError",
    "AsyncZaguanClient",
    "BandAccessDeniedError",
    "Config",
    "InsufficientCreditsError",
    "RateLimitError",
    "StreamAccumulator",
    "ZaguanClient",
    "ZaguanError",
    "reconstruct_message_from_stream",
]

if TYPE_CHECKING:
    from leapocr_dyn.services.zaguan.models import *  # noqa: F403 - the names of models.pyi
else:
    __getattr__ = models.__getattr__


def __dir__() -> list[str]:
    return sorted({*__all__, *dir(models)})
