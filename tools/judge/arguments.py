"""Arguments for one call, made from the published document, and the values that they stand for."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

from generate import ASCII, WORDS, Maker, StuckError

from judge.published import Body, Described, Json, Published, as_dict, body_of, is_json, schema_of
from judge.verdict import Disagreed

# OpenAPI 3.1 section 4.8.12.2: these headers have words of their own.
# RFC 9110 section 7 and RFC 9112: these frame the message itself, and are nobody's to give; api.report names them.
UNNAMED = ("accept", "content-type", "authorization", "content-length", "transfer-encoding", "host", "connection")
VALUES = ("text/", "multipart/", "application/x-www-form-urlencoded", "*/*", "application/*")
BINARY = b"some <bytes>\x00\xff\r\n--"


class Composed(NamedTuple):
    """What is given to a call, and what has to be in its request.

    arguments: for the engine. values: {(name, in): value} of parameters. value: of the body, as the document has it;
    None where none is sent. loose: how many values fit more than one option of a oneOf.
    """

    arguments: dict[str, Any]  # Any: JSON, or bytes
    values: dict[tuple[str, str], Json]
    body: Body | None
    value: Json
    loose: int


def compose(
    document: Published, it: Described, operation: Any, seed: str, optional: float, words: tuple[str, ...] = ()
) -> Composed:
    """Values for one request. words: what texts are made of. Raises Disagreed and StuckError."""
    arguments: dict[str, Any] = {}
    values: dict[tuple[str, str], Json] = {}
    loose = 0
    known = {(one.wire, one.where): one for one in operation.parameters}
    choice = random.Random(seed)
    for (name, where), (node, place) in it.parameters.items():
        if where not in ("path", "query", "header", "cookie"):
            continue
        if (where == "header" and name.lower() in UNNAMED) or (where == "path" and f"{{{name}}}" not in it.path):
            continue
        if (name, where) not in known:
            raise Disagreed("engine: a parameter is lost", f"{name} in {where}")
        needed = where == "path" or node.get("required") is True
        if not needed and choice.random() >= optional:
            continue
        schema, place = schema_of(document, node, place)
        try:
            value, fits_more = parameter_value(document, schema, place, where, f"{seed} {name}", optional, words)
        except StuckError:
            if needed:
                raise
            continue
        if not needed and (value is None or undefined(node, value)):
            continue
        loose += fits_more
        values[name, where] = arguments[known[name, where].name] = value
    for (name, where), parameter in known.items():
        # What a repair has added: a place in the path that no parameter fills.
        if (name, where) not in it.parameters and where == "path":
            values[name, where] = arguments[parameter.name] = "alpha"
    body, value = body_of(document, it), None
    if body is not None and (body.required or choice.random() < max(optional, 0.5)):
        if operation.body is None:
            raise Disagreed("engine: the body is lost", ", ".join(body.media))
        media = operation.body.media
        if media not in body.media:
            raise Disagreed(f"engine: sends {media}, which the document does not offer", ", ".join(body.media))
        # No specification says how an object is written as text.
        concrete = [one for one in body.media if "*" not in one and not one.startswith("text/")]
        if len(concrete) > 1 and media in concrete and "content_type" in operation.signature.parameters:
            media = arguments["content_type"] = choice.choice(concrete)
        schema, place, _ = body.media[media]
        value, fits_more = body_value(document, schema, place, media, seed, optional, words)
        loose += fits_more
        arguments |= as_arguments(operation, value) if choice.random() < 0.5 else {"body": value}
    return Composed(arguments, values, body, value, loose)


def parameter_value(
    document: Published, schema: Json, place: str, where: str, seed: str, optional: float, words: tuple[str, ...]
) -> tuple[Json, bool]:
    """A value for a parameter, and whether it fits more than one option of a oneOf."""
    words = words or (ASCII if where in ("header", "cookie") else WORDS)

    def maker(number: int, often: float) -> Maker:
        return Maker(document.tree, random.Random(f"{seed} {number}"), "readOnly", often, words)

    if not place:
        return maker(0, 0).value(schema), False
    value, loose = document.value(maker, schema, place, optional)
    if where in ("path", "header") and value in (None, "", [], {}):
        raise StuckError("nothing to put into the path")
    return value, loose


def body_value(
    document: Published, schema: Json, place: str, media: str, seed: str, optional: float, words: tuple[str, ...]
) -> tuple[Json, bool]:
    """A value for a body: JSON where the media type has fields, is JSON or a range with JSON in it, else bytes or text.

    In a multipart body a field that the document calls binary is given as bytes.
    """

    def maker(number: int, often: float) -> Maker:
        return Maker(document.tree, random.Random(f"{seed} body {number}"), "readOnly", often, words or WORDS)

    if is_json(media) or media.startswith(VALUES):
        if not place or schema is True:
            otherwise = {"type": "string" if media.startswith("text/") else "object"}
            value, loose = maker(0, optional).value(schema if schema is not True else otherwise), False
        else:
            value, loose = document.value(maker, schema, place, optional)
        if media.startswith("multipart/") and isinstance(value, dict):
            fields = as_dict(Maker(document.tree, random.Random(seed)).flat(schema, ()).get("properties"))
            value = {name: _with_bytes(document, item, fields.get(name)) for name, item in value.items()}
        return value, loose
    return BINARY, False


def _with_bytes(document: Published, item: Json, schema: Json) -> Json:
    """The value of a multipart field, with bytes where the schema says that there are some."""
    flat = Maker(document.tree, random.Random("binary")).flat(schema, ())
    if isinstance(item, list):
        return [_with_bytes(document, one, flat.get("items")) for one in item]
    # OpenAPI 3.0: `format: binary`; 3.1 section 4.8.14.1: contentMediaType without contentEncoding.
    binary = flat.get("format") == "binary" or ("contentMediaType" in flat and "contentEncoding" not in flat)
    return BINARY if isinstance(item, str) and binary else item


def as_arguments(operation: Any, value: Json) -> dict[str, Any]:
    """A body as arguments of its fields, where it can be said so; as `body` otherwise."""
    names = {field.wire: field.name for field in operation.body_fields}
    if isinstance(value, dict) and value and all(wire in names and item is not None for wire, item in value.items()):
        return {names[wire]: item for wire, item in value.items()}
    return {"body": value}


def undefined(node: Json, value: Json) -> bool:
    """Whether no specification says how a parameter's value is written: a list in a list, an object in a list."""
    if "content" in node:
        return False
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return any(isinstance(one, dict | list) or one is None for one in items)
