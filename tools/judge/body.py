"""The bytes of a request body, read back by the standard library and held against the value that was given."""

from __future__ import annotations

import email
import email.message
import email.policy
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from judge.published import Body, Json, Published, as_dict, is_json
from judge.style import deep, text
from judge.verdict import Disagreed


def check_body(document: Published, body: Body, value: Json, sent: str, content: bytes | None) -> None:
    """The bytes against the value that was given and against the published schema. sent: the Content-Type."""
    if "*" in sent.partition(";")[0]:
        raise Disagreed("engine: Content-Type is a range", sent)
    media = next((one for one in body.media if covers(one, sent)), None)
    if media is None:
        raise Disagreed("engine: a Content-Type that the document does not offer", f"{sent}, not {list(body.media)}")
    if content is None:
        raise Disagreed("engine: no body was sent", media)
    _, place, encoding = body.media[media]
    plain = sent.partition(";")[0].strip().lower()
    if isinstance(value, bytes) or plain.startswith("text/"):
        expected = value if isinstance(value, bytes) else text(value).encode()
        if content != expected:
            raise Disagreed("engine: another body than was given", repr(content[:80]))
    elif is_json(plain):
        got = json.loads(content.decode("utf-8"))
        if not same(got, value):
            raise Disagreed("engine: another body than was given", difference(value, got))
        refused = document.refusals(place, got, "readOnly", lenient=True) if place else []
        if refused:
            raise Disagreed("engine: a body that jsonschema refuses", refused[0][:200])
    elif plain == "application/x-www-form-urlencoded":
        check_form(value, content.decode("ascii"), as_dict(encoding))
    elif plain.startswith("multipart/"):
        check_multipart(value, sent, content, as_dict(encoding))


def covers(offered: str, sent: str) -> bool:
    """Whether what is sent is what is offered, which may be a range (RFC 9110 section 12.5.1)."""
    have, want = (one.partition(";")[0].strip().lower() for one in (offered, sent))
    return have in (want, "*/*", f"{want.partition('/')[0]}/*")


# -- forms


def check_form(value: Json, content: str, encoding: Mapping[str, Json]) -> None:
    """application/x-www-form-urlencoded: each property by its encoding (OpenAPI 3.1 section 4.8.15.1)."""
    got = parse_qsl(content, keep_blank_values=True, strict_parsing=bool(content))
    expected = [
        pair for name, item in as_dict(value).items() for pair in pairs(name, item, as_dict(encoding.get(name)))
    ]
    nested = any(as_dict(encoding.get(name)).get("style") == "deepObject" for name in as_dict(value))
    if nested:
        # How deepObject counts the items of a list is nowhere defined: `a`, `a[]` and `a[0]` are all let pass.
        expected, got = ([(re.sub(r"\[\d*\]", "", name), said) for name, said in one] for one in (expected, got))
    # JSON inside a field may be written with other spaces.
    if sorted(map(_loosely, expected)) != sorted(map(_loosely, got)):
        what = " whose encoding is deepObject" if nested else ""
        raise Disagreed(f"engine: another form{what} than was given", f"{got} where {sorted(expected)} is meant"[:400])


def pairs(name: str, item: Json, encoding: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """The (name, text) of one property. Without a style, a list is a field for each item, and an object is JSON."""
    style = encoding.get("style", "form")
    explode = encoding.get("explode", style == "form")
    styled = not encoding.keys().isdisjoint(("style", "explode", "allowReserved"))
    if item is None:
        return
    if style == "deepObject" and isinstance(item, dict | list):
        yield from deep(name, item)
    elif styled and isinstance(item, dict) and explode:
        yield from ((key, text(one)) for key, one in item.items())
    elif styled and isinstance(item, dict | list) and not explode:
        flat = item if isinstance(item, list) else [part for pair in item.items() for part in pair]
        between = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(str(style), ",")
        yield from [(name, between.join(map(text, flat)))] if flat else []
    elif isinstance(item, list):
        yield from ((name, text(one)) for one in item)
    else:
        yield name, text(item)


def _loosely(pair: tuple[str, str]) -> tuple[str, str]:
    try:
        return pair[0], json.dumps(json.loads(pair[1]), sort_keys=True)
    except ValueError:
        return pair


# -- multipart


def check_multipart(value: Json, sent: str, content: bytes, encoding: Mapping[str, Json]) -> None:
    """A multipart body, read by the standard library.

    A part for each property, or item of one (RFC 7578); of a list, one for each item, without names, in their order
    (OpenAPI 3.2 section 4.15.4.2).
    """
    if "boundary=" not in sent:
        raise Disagreed("engine: multipart without a boundary", sent)
    message = email.message_from_bytes(f"Content-Type: {sent}\r\n\r\n".encode() + content, policy=email.policy.HTTP)
    empty = re.fullmatch(rb"--[^\r\n]+--\r\n", content)  # the parser wants at least one part
    if (message.defects or not message.is_multipart()) and not empty:
        raise Disagreed("engine: a multipart body that cannot be read", repr(message.defects)[:200])
    got = [(named(part), *_read(part)) for part in message.iter_parts() if not empty]
    if isinstance(value, list):
        expected = [("", "text", _loosely(("", text(item)))[1].encode()) for item in value]
    else:
        got.sort()
        expected = sorted(
            part for name, item in as_dict(value).items() for part in parts(name, item, as_dict(encoding.get(name)))
        )
    if [part[0] for part in got] != [part[0] for part in expected]:
        raise Disagreed("engine: other parts than were given", f"{got} where {expected} is meant"[:400])
    for mine, theirs in zip(got, expected, strict=True):
        if mine != theirs:
            raise Disagreed("engine: another part than was given", f"{mine} where {theirs} is meant"[:400])


def parts(name: str, item: Json, encoding: Mapping[str, Json]) -> Iterator[tuple[str, str, bytes]]:
    """(name, kind, content) of what one property becomes. kind: file, or text."""
    if isinstance(item, list) and any(isinstance(one, bytes) for one in item):
        for one in item:
            yield from parts(name, one, encoding)
    elif isinstance(item, bytes):
        yield name, "file", item
    else:
        yield from ((key, "text", _loosely((key, said))[1].encode()) for key, said in pairs(name, item, encoding))


def named(part: email.message.Message) -> str:
    """The name of a part, "" for none: UTF-8, kept by the parser as surrogates, and three signs that are encoded."""
    name = str(part.get_param("name", "", header="content-disposition"))
    name = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _read(part: email.message.Message) -> tuple[str, bytes]:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    if part.get_filename() is not None:
        return "file", content
    return "text", _loosely(("", content.decode("utf-8", "replace")))[1].encode()


# -- JSON


def same(left: Json, right: Json) -> bool:
    """Whether two JSON values are one, `true` and 1 told apart."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def difference(wanted: Json, got: Json, path: str = "") -> str:
    """The first place where two JSON values differ."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in [*wanted, *(key for key in got if key not in wanted)]:
            if key not in got or key not in wanted or not same(wanted[key], got[key]):
                inside = key in got and key in wanted
                return difference(
                    wanted.get(key, "(absent)"),
                    got.get(key, "(absent)"),
                    f"{path}.{key}" if inside else path + f".{key}",
                )
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for index, (one, other) in enumerate(zip(wanted, got, strict=True)):
            if not same(one, other):
                return difference(one, other, f"{path}[{index}]")
    return f"{path or 'value'}: {got!r:.80} where {wanted!r:.80} is meant"
