"""The Encoding Object: how each property of a form is written, as a field or as a part; and the bytes of one value.

Where the object asks for a style, a property is written as a parameter of the query would be; else by its content type,
whose default is JSON for what has members and text for what has not. A list is a field or a part for each item. Null
is not sent: no form has a word for it.
Source: OpenAPI 3.2 section "Encoding Object"; RFC 7578; WHATWG URL section 5.2 (application/x-www-form-urlencoded).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import Located
from leapocr_dyn.errors import ValidationError
from leapocr_dyn.model.type import Schema
from leapocr_dyn.model.value import Json
from leapocr_dyn.operation import media
from leapocr_dyn.operation.file import File
from leapocr_dyn.operation.multipart import Part
from leapocr_dyn.operation.parameter import EXPLODED, QUERY, STYLES, Pairs, Parameter

if TYPE_CHECKING:
    from leapocr_dyn.operation.body import Body


# -- forms


def _encoding(it: Body, wire: str) -> Mapping[str, Any]:
    known = it.node.get("encoding")
    found = known.get(wire) if isinstance(known, dict) else None
    return found if isinstance(found, dict) else {}


def _field(it: Body, wire: str, encoding: Mapping[str, Any], where: str) -> Parameter | None:
    """The property as a parameter of the query, where the Encoding Object asks for a style."""
    if encoding.keys().isdisjoint(("style", "explode", "allowReserved")):
        return None
    style = encoding.get("style")
    style = style if style in STYLES["query"] else "form"
    explode = bool(encoding.get("explode", style in EXPLODED))
    reserved = encoding.get("allowReserved") is True
    return Parameter(
        wire, wire, where, lambda: it.type, False, style, explode, reserved, None, True, it.place, "", None
    )


def form(it: Body, value: Json) -> bytes:
    """application/x-www-form-urlencoded. Raises ValidationError for what a form cannot say."""
    if not isinstance(value, dict):
        raise refused(f"a form is an object, not {type(value).__name__}")
    pairs: Pairs = []
    for wire, item in value.items():
        encoding = _encoding(it, wire)
        if item is None:
            continue
        if (field := _field(it, wire, encoding, "query")) is not None:
            pairs += QUERY[field.style](field, item)
        else:
            # A list is one field for each item, and each item is written in its own media type.
            kind = _first(encoding.get("contentType"))
            texts = [text(one, kind) for one in (item if isinstance(item, list) else [item])]
            pairs += [(_plus(wire), _plus(said)) for said in texts]
    return "&".join(f"{name}={said}" for name, said in pairs).encode("ascii")


def parts(it: Body, value: Json) -> list[Part]:
    """The parts of a multipart body: of an object by name, of an array by position. Raises ValidationError."""
    if isinstance(value, list) and media.plain(it.media) != "multipart/form-data":
        return [part for at, item in enumerate(value) for part in _part(it, None, item, _encoding_at(it, at))]
    if not isinstance(value, dict):
        raise refused(f"a {it.media} body is given as a dict of its parts, not {type(value).__name__}")
    found: list[Part] = []
    for wire, item in value.items():
        encoding = _encoding(it, wire)
        field = _field(it, wire, encoding, "part")
        if field is not None and not holds_files(item):
            found += [Part(name, encode_text(said)) for name, said in QUERY[field.style](field, item)]
        else:
            for one in item if isinstance(item, list) else [item]:
                found += _part(it, wire, one, encoding)
    return found


def _encoding_at(it: Body, at: int) -> Mapping[str, Any]:
    """OpenAPI 3.2, "Encoding By Position"."""
    first = it.node.get("prefixEncoding")
    found = first[at] if isinstance(first, list) and at < len(first) else it.node.get("itemEncoding")
    return found if isinstance(found, dict) else {}


def _part(it: Body, wire: str | None, item: Json, encoding: Mapping[str, Any]) -> Iterable[Part]:
    if item is None:
        return
    headers = tuple(_headers(it, wire or "body", encoding))
    offered = media.sendable(one.strip() for one in str(encoding.get("contentType") or "").split(","))
    known = it.members.get(wire) if wire is not None else None
    if known is not None and isinstance(item, str) and is_file(it.document, *known):
        item = File("", encode_text(item))
    if isinstance(item, File):
        name = item.name or (wire or "")
        yield Part(wire, item.content, name, item.media or _media_of(item, offered, known), headers)
        return
    default = media.JSON if isinstance(item, dict | list) else None
    if isinstance(item, str) and wire is not None and is_encoded(known):
        default = media.BYTES
    kind = next((one for one in offered if not media.is_range(one)), default)
    yield Part(wire, encode_text(text(item, kind), media.charset(kind or "")), None, kind, headers)


def _media_of(item: File, offered: list[str], known: Located | None) -> str:
    """A file's media type: what its name tells where that is offered, else the first that is no range."""
    schema = known.value if known is not None and isinstance(known.value, dict) else {}
    offered = offered or media.sendable([str(schema["contentMediaType"])] if "contentMediaType" in schema else [])
    told = media.guessed(item.name)
    # `contentMediaType: application/octet-stream` is how frameworks say "a file": its name says more.
    anything = not offered or offered == [media.BYTES]
    if told is not None and (anything or any(media.covers(one, told) for one in offered)):
        return told
    return next((one for one in offered if one and not media.is_range(one)), media.BYTES)


def _headers(it: Body, wire: str, encoding: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The headers of a part whose value the document fixes. Raises ValidationError for one that nobody can give."""
    described = encoding.get("headers")
    for name, node in described.items() if isinstance(described, dict) else ():
        node = it.document.follow(node, it.place).value
        if not isinstance(node, dict) or name.lower() in ("content-type", "content-disposition"):
            continue
        schema = it.document.follow(node.get("schema"), it.place).value
        schema = schema if isinstance(schema, dict) else {}
        fixed = [schema[keyword] for keyword in ("const", "default") if keyword in schema]
        fixed += schema["enum"] if isinstance(schema.get("enum"), list) and len(schema["enum"]) == 1 else []
        if fixed:
            yield name, text(fixed[0], None)
        elif node.get("required") is True:
            raise ValidationError(
                f"{wire}: its part needs a header {name}, whose value the document does not fix; "
                "give the whole body as bytes",
                field=wire,
            )


# -- what a schema says of a property


def is_file(document: Document, schema: Schema, place: str) -> bool:
    """Whether a schema describes bytes.

    `format: binary` of 3.0, `contentMediaType` without `contentEncoding` of 3.1 (section 4.8.14.1), either or null.
    """
    schema, place = document.follow(schema, place)
    if not isinstance(schema, dict):
        return False
    for keyword in ("anyOf", "oneOf"):
        options = schema.get(keyword)
        if isinstance(options, list) and "type" not in schema:
            inner = [option for option in options if not (isinstance(option, dict) and option.get("type") == "null")]
            return len(inner) == 1 and is_file(document, inner[0], f"{place}/{keyword}")
    kinds = schema.get("type", "string")
    if "string" not in (kinds if isinstance(kinds, list) else [kinds]):
        return False
    return schema.get("format") == "binary" or ("contentMediaType" in schema and "contentEncoding" not in schema)


def is_encoded(known: Located | None) -> bool:
    """Whether a schema describes bytes that are written as text: `contentEncoding`."""
    return known is not None and isinstance(known.value, dict) and "contentEncoding" in known.value


def holds_files(item: Json) -> bool:
    """Whether a property's value is a file, or several."""
    return isinstance(item, File) or (isinstance(item, list) and any(isinstance(one, File) for one in item))


# -- one value


def _first(offered: Json) -> str | None:
    """The first media type of a list such as `image/png, image/*`."""
    return next((one.strip() for one in offered.split(",")), None) if isinstance(offered, str) else None


def _plus(said: str) -> str:
    try:
        return quote_plus(said)
    except UnicodeEncodeError as error:
        raise refused(str(error)) from error


def encode_json(value: Json) -> bytes:
    """JSON in UTF-8, without spaces. NaN and infinities are not JSON (RFC 8259 section 6)."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise refused(str(error)) from error


def encode_text(text: str, charset: str = "utf-8") -> bytes:
    """Text in a charset."""
    try:
        return text.encode(charset)
    except (UnicodeEncodeError, LookupError) as error:
        raise refused(str(error)) from error


def text(value: Json, kind: str | None) -> str:
    """Text as it is, and anything else as JSON, which is what a number or a boolean looks like in text, too.

    Raises ValidationError for what has members where the media type is neither.
    """
    if isinstance(value, dict | list) and kind and not (media.is_json(kind) or media.plain(kind) == media.TEXT):
        raise refused(f"{kind} is sent as text or bytes, not {type(value).__name__}")
    return value if isinstance(value, str) and not (kind and media.is_json(kind)) else encode_json(value).decode()


def refused(said: str) -> ValidationError:
    """The exception for a body that cannot be sent."""
    return ValidationError(f"body: {said}", field="body")
