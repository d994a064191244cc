"""What is said of a mistake in a document: where it stands, what is there, and that there is too much."""

from __future__ import annotations

from leapocr_dyn.document import limit


def too_deep(where: str) -> str:
    """What to say of a document with too many levels."""
    return f"{where}: more than {limit.DEPTH} levels deep: that is not an API description"


def too_large(name: str) -> str:
    """What to say of a document with too many bytes."""
    return f"{name} is larger than {limit.SIZE // 1024 // 1024} MiB: that is not an API description"


def place(name: str, line: int, column: int) -> str:
    """Where in a document something stands, for messages; both counted from 1."""
    return f"{name}, line {line}, column {column}"


def kind(value: object) -> str:
    """What JSON calls a value, with its article."""
    for types, word in (
        (dict, "an object"),
        (list, "an array"),
        (str, "text"),
        (bool, "a boolean"),
        (int | float, "a number"),
    ):
        if isinstance(value, types):
            return word
    return "null" if value is None else type(value).__name__


def shown(text: str) -> str:
    """A text in quotes, for messages: its first 80 characters."""
    return repr(text if len(text) <= 80 else text[:79] + "…")
