"""What judges say: a disagreement, the reasons of a document, and what reasons have in common."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from generate import StuckError as StuckError

from leapocr_dyn import errors


class Disagreed(Exception):  # noqa: N818 - it is no error of this program
    """Something is not as the document has it. said: what it has in common with others; example: what is its own."""

    def __init__(self, said: str, example: str = "") -> None:
        super().__init__(said, example)
        self.said, self.example = said, example


class Reason(NamedTuple):
    """Why something is not agreed. about: request, answer or model; said: what it has in common with others."""

    about: str
    said: str
    file: str
    where: str
    example: str

    def __str__(self) -> str:
        return f"{self.file} {self.where}: {self.example}"


class Tally(NamedTuple):
    """What became of one document."""

    file: str
    counts: Counter[str]
    reasons: list[Reason]
    seconds: float


def general(error: BaseException) -> str:
    """What an exception has in common with others of its kind: its words without names and numbers."""
    said = str(error)
    if isinstance(error, errors.ValidationError) and error.fields:
        said = next(iter(error.fields.values()))[0]
    if isinstance(error, TypeError):
        said = re.sub(r"^\w+\(\)", "it", said)
    said = re.sub(r"(must be one of).*", r"\1 ...", said, flags=re.DOTALL)
    said = re.sub(r"; (known are|did you mean|it takes).*", "", said, flags=re.DOTALL)
    said = re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`", "'...'", said)
    said = re.sub(r"\([^()]*\)|[-\d.]+|#/\S+|<[^<>]*>", "...", said)
    return f"{type(error).__name__}: {said[:110]}"
