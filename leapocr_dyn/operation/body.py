"""Request bodies: which media type, and the bytes for it.

JSON (also `+json`), form fields, text and raw bytes. A media type that this module has no bytes for is refused with a
sentence, and `body=` as bytes goes out as it is, under the operation's own media type.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from leapocr_dyn.errors import ValidationError
from leapocr_dyn.model.type import Schema, Type
from leapocr_dyn.model.value import Json


class Body(NamedTuple):
    """The request body of an operation, in its preferred media type."""

    media: str
    schema: Schema
    place: str
    type: Type
    required: bool
    description: str

    def content(self, value: Json) -> bytes:
        """The bytes of a JSON value in this media type."""
        if isinstance(value, bytes):
            return value
        encode = next((encode for fits, encode in ENCODERS if fits(self.media)), None)
        if encode is None:
            raise ValidationError(
                f"body: a {self.media} body is sent as bytes, not {type(value).__name__}", field="body"
            )
        return encode(value)


def is_json(media: str) -> bool:
    """application/json, and everything that ends in +json (RFC 6839 section 3.1)."""
    plain = media.partition(";")[0].strip().lower()
    return plain in ("application/json", "text/json") or plain.endswith("+json")


def encode_json(value: Json) -> bytes:
    """JSON in UTF-8, without spaces. NaN and infinities are not JSON (RFC 8259 section 6)."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise ValidationError(f"body: {error}", field="body") from error


def encode_form(value: Json) -> bytes:
    """application/x-www-form-urlencoded, a repeated field for each item of a list."""
    if not isinstance(value, dict):
        raise ValidationError("body: a form is an object", field="body")
    pairs = [(key, _text(item)) for key, one in value.items() for item in (one if isinstance(one, list) else [one])]
    try:
        return urlencode(pairs).encode()
    except UnicodeEncodeError as error:
        raise ValidationError(f"body: {error}", field="body") from error


def encode_text(value: Json) -> bytes:
    """text/*, in UTF-8."""
    try:
        return _text(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValidationError(f"body: {error}", field="body") from error


def _text(value: Json) -> str:
    return value if isinstance(value, str) else encode_json(value).decode()


ENCODERS: list[tuple[Callable[[str], bool], Callable[[Any], bytes]]] = [
    (is_json, encode_json),
    (lambda media: media.startswith("application/x-www-form-urlencoded"), encode_form),
    (lambda media: media.startswith("text/"), encode_text),
]


def preferred(media_types: list[str]) -> str | None:
    """JSON if it is offered, else the first that there is."""
    return next((media for media in media_types if is_json(media)), media_types[0] if media_types else None)
