"""Options, enums and results, under the module name that programs of the official package import them from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import leapocr_dyn

if TYPE_CHECKING:
    from leapocr_dyn import BatchResult as BatchResult
    from leapocr_dyn import ClientConfig as ClientConfig
    from leapocr_dyn import Format as Format
    from leapocr_dyn import JobResult as JobResult
    from leapocr_dyn import JobStatus as JobStatus
    from leapocr_dyn import JobStatusType as JobStatusType
    from leapocr_dyn import Model as Model
    from leapocr_dyn import ModelInfo as ModelInfo
    from leapocr_dyn import PageResult as PageResult
    from leapocr_dyn import PaginationInfo as PaginationInfo
    from leapocr_dyn import PollOptions as PollOptions
    from leapocr_dyn import ProcessOptions as ProcessOptions
    from leapocr_dyn import ProcessResult as ProcessResult

NAMES = frozenset(
    {"BatchResult", "ClientConfig", "Format", "JobResult", "JobStatus", "JobStatusType", "Model", "ModelInfo"}
    | {"PageResult", "PaginationInfo", "PollOptions", "ProcessOptions", "ProcessResult"}
)


def __getattr__(name: str) -> Any:  # Any: whatever the name stands for
    if name not in NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(leapocr_dyn, name)


def __dir__() -> list[str]:
    return sorted(NAMES)
