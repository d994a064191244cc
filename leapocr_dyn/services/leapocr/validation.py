"""Whether a file can be sent, said without sending it and without raising."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass

from leapocr_dyn.api import load
from leapocr_dyn.errors import FileError
from leapocr_dyn.workflows.upload import opened


@dataclass(frozen=True)
class ValidationResult:
    """What is known of a file. error: why it cannot be sent, None where it can. warnings: what else to know."""

    valid: bool
    error: str | None = None
    warnings: list[str] | None = None


def validate_file(
    file_path: str | os.PathLike[str], max_size: int | None = None, allowed_types: Collection[str] | None = None
) -> ValidationResult:
    """Whether a file is there, is not empty, not too large, and of a kind that is taken.

    max_size: bytes; without it, the service's own limit (1 GiB). allowed_types: endings such as ".pdf"; without it, all
    that the service takes. The file is opened, and its first bytes are read where it has no ending.
    """
    rules = load("leapocr").workflow.section("upload")
    types = rules["types"]
    if allowed_types is not None:
        wanted = {ending.lower() if ending.startswith(".") else f".{ending.lower()}" for ending in allowed_types}
        types = {ending: types.get(ending, "application/octet-stream") for ending in sorted(wanted)}
    largest = rules["largest"] if max_size is None else max_size
    try:
        with opened(file_path, types) as file:
            if file.size > largest:
                said = f"{file.shown} has {file.size:,} bytes, and {largest:,} are the most"
                return ValidationResult(False, said)
    except FileError as error:
        return ValidationResult(False, str(error))
    return ValidationResult(True)
