"""Status, headers and body -> a value, or the exception that says whose move it is.

Leniently: an undeclared success is read as the nearest declared one, an undeclared field is kept. Not leniently: a body
that is not what it says it is (HTML where JSON was promised, half a JSON text) is a DecodeError that holds its
beginning. Where an error's facts stand in its body is data (`errors` in workflow.yaml); without that, the usual places
are tried. Source: OpenAPI 3.1 section 4.8.16 (Responses Object); RFC 9110 sections 8.3 and 15.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from leapocr_dyn import errors
from leapocr_dyn.document import expression
from leapocr_dyn.document.reference import Located, pointer
from leapocr_dyn.model.convert import surprise
from leapocr_dyn.model.type import Anything, Scalar, Schema, Type
from leapocr_dyn.model.value import NOT_GIVEN, Json
from leapocr_dyn.operation.media import JSON, covers, is_json, plain, preferred

if TYPE_CHECKING:
    from leapocr_dyn.operation.operation import Operation

USUAL: dict[str, list[str]] = {
    "code": ["$response.body#/code", "$response.body#/error/code", "$response.body#/error/type"],
    "message": [
        "$response.body#/error/message",
        "$response.body#/message",
        "$response.body#/error_description",
        "$response.body#/error",
        "$response.body#/detail",
        "$response.body#/title",
        "$response.body#/errors/0/message",
    ],
    "details": ["$response.body#/details", "$response.body#/errors", "$response.body#/detail"],
    "request_id": ["$response.header.x-request-id", "$response.header.request-id"],
    "retry_after": [],
}
BYTES, TEXT = Anything("", "bytes"), Scalar("", (str,), "str")  # of what is not JSON
HTML = frozenset({"text/html", "application/xhtml+xml"})
TEXTUAL = re.compile(r"text/|.*[/+](xml|yaml)$")
CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)
# Python's own codecs, which are no charsets; some warn of what they read.
OURS_ALONE = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"})
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))  # RFC 7303 section 3
SECONDS = re.compile(r"(\d{1,9}(?:\.\d+)?)(?= ?s(?:ec|\b)|$)")
WORDS = 300  # characters of a reason that is a page of its own
REASONS = {
    401: "is the key right?",
    403: "the key is not allowed to do this",
    404: "there is no such thing",
    429: "too many requests",
}


class Reading(NamedTuple):
    """What an answer says. wire: the JSON that the value was read from; NOT_GIVEN where it was not read from JSON."""

    value: Any  # Any: the result's type
    wire: Json = NOT_GIVEN


def read(operation: Operation, status: int, headers: Mapping[str, str], content: bytes) -> Reading:
    """The value of an answer. Raises APIError for an error status, DecodeError for a body that cannot be read."""
    if not 200 <= status < 300:
        if not _declared(operation, status):
            surprise(f"{operation.place}/responses", "error status", status)
        raise failure(operation, status, headers, content)
    node, place = promised(operation, status)
    offered = node["content"] if isinstance(node.get("content"), dict) else {}
    # RFC 9110 sections 9.3.2, 15.3.5 and 15.3.6: these never have content.
    if operation.method == "HEAD" or status in (204, 205) or not (content or offered):
        return Reading(None)
    media, entry = matched(operation, status, headers, content, offered)
    described = offered.get(entry) if entry is not None else None
    located = _schema(operation, described, f"{place}/content{pointer(str(entry))}")
    if _is_binary(located.value):
        return Reading(content)
    kind = media or entry or ""
    if not is_json(kind) and not (entry is not None and is_json(entry)):
        return Reading(_text(headers, content) if TEXTUAL.match(kind) else content)
    wire = parse(operation, status, headers, content)
    if _fails(operation, status, headers, wire):
        raise failure(operation, status, headers, content)
    if not isinstance(described, dict):
        return Reading(wire, wire)
    wanted = operation.models.at(located.value, located.pointer)
    try:
        return Reading(operation.converter.structure(wire, wanted), wire)
    except errors.DecodeError as error:
        raise _unreadable(operation, status, headers, content, "a body that is nested too deep") from error


def type_of(operation: Operation, media: str, node: Any, place: str) -> Type:  # Any: a Media Type Object
    """What `read` makes of a body in a media type: what the schema says of JSON, else text or bytes."""
    located = _schema(operation, node, place)
    if _is_binary(located.value):
        return BYTES
    if is_json(media) or covers(media, JSON):
        return operation.models.at(located.value, located.pointer)
    return TEXT if TEXTUAL.match(plain(media)) else BYTES


def _schema(operation: Operation, node: Any, place: str) -> Located:  # Any: a Media Type Object
    """The schema of a body, followed once: every answer asks for it."""
    found = operation.followed.get(place)
    if found is None:
        schema = node.get("schema", True) if isinstance(node, dict) else True
        found = operation.followed[place] = operation.document.follow(schema, f"{place}/schema")
    return found


def _is_binary(schema: Schema) -> bool:
    """As OpenAPI 3.0 says it, whatever the media type."""
    return isinstance(schema, dict) and schema.get("format") == "binary"


def matched(
    operation: Operation, status: int, headers: Mapping[str, str], content: bytes, offered: Mapping[str, Any]
) -> tuple[str, str | None]:
    """The media type that the server says it sent, and which of those that are promised that is, or None.

    JSON under another name is still JSON. Raises DecodeError for HTML that nobody promised: a login page, mostly.
    """
    said = headers.get("content-type", "")
    media = plain(said)
    if media in offered:
        return media, media
    names: dict[str, str] = {}
    for key in offered:
        names.setdefault(key.replace(" ", "").lower(), key)  # one that has the same parameters goes first
        names.setdefault(plain(key), key)
    for name in (said.replace(" ", "").lower(), media, f"{media.partition('/')[0]}/*", "*/*"):
        if name in names:
            return media, names[name]
    if is_json(media) or any(map(is_json, offered)):
        return media, preferred(list(offered))
    if offered and media in HTML:
        promised_one = " or ".join(offered)
        raise _unreadable(operation, status, headers, content, _foreign(media, promised_one))
    return media, next(iter(offered)) if len(offered) == 1 else None


def expected(operation: Operation, status: int, headers: Mapping[str, str]) -> None:
    """Raise DecodeError for a body that comes instead of what was promised, before it is read."""
    content = promised(operation, status)[0].get("content")
    offered = content if isinstance(content, dict) else {}
    media, entry = matched(operation, status, headers, b"", offered)
    if media in HTML and entry is not None and is_json(entry):
        raise _unreadable(operation, status, headers, b"", _foreign(media, entry))


def promised(operation: Operation, status: int) -> tuple[dict[str, Any], str]:
    """The Response Object for a status and its pointer: its own, its hundred's (2XX), default, or the nearest one."""
    if found := _declared(operation, status):
        return found
    surprise(f"{operation.place}/responses", "status", status)
    near = ((node, place) for key, node, place in operation.responses() if key.startswith(str(status // 100)))
    return next(near, ({}, operation.place))


def _declared(operation: Operation, status: int) -> tuple[dict[str, Any], str] | None:
    declared = {key.upper(): (node, place) for key, node, place in operation.responses()}
    words = (str(status), f"{status // 100}XX", "DEFAULT")
    return next((declared[word] for word in words if word in declared), None)


def parse(operation: Operation, status: int, headers: Mapping[str, str], content: bytes) -> Json:
    """The JSON value of a body. Raises DecodeError."""
    try:
        return loads(headers, content)
    except (ValueError, LookupError, RecursionError) as error:
        media = headers.get("content-type", "").partition(";")[0]
        foreign = bool(content.strip()) and media != "" and not is_json(media)
        if foreign:
            said = _foreign(media, "JSON")
        elif content.strip():
            said = f"a body that is not JSON: {error}"
        else:
            said = "an empty body where JSON was promised"
        raise _unreadable(operation, status, headers, content, said, partial=not foreign) from error


def loads(headers: Mapping[str, str], content: bytes) -> Json:
    """The JSON value. RFC 8259 section 8.1: it is UTF-8, whatever a charset says; UTF-16 and UTF-32 are recognised.

    Only what cannot be UTF-8 is read in the charset that is declared. Raises ValueError, LookupError for a charset that
    is none, RecursionError.
    """
    try:
        return json.loads(content, parse_constant=_no_constant)
    except UnicodeDecodeError:
        charset = _charset(headers)
        if charset is None:
            raise
        return json.loads(content.decode(charset), parse_constant=_no_constant)


def failure(operation: Operation, status: int, headers: Mapping[str, str], content: bytes) -> errors.APIError:
    """The exception for an error status, with everything that the answer says about it."""
    try:
        body: Json = loads(headers, content)
    except (ValueError, LookupError, RecursionError):
        body = None
    context = expression.Context(status_code=status, response_headers=headers, response_body=body)
    section = operation.workflow.section("errors")

    def fact(name: str) -> Json:
        for text in section.get(name) or USUAL[name]:
            found = expression.parse(text)(context)
            # `"error": true` is a flag, not a message.
            if found and (name == "details" or (isinstance(found, (str, int, float)) and found is not True)):
                return found
        return None

    code = fact("code")
    said = fact("message")
    kind = errors.of_status(status)
    decided: dict[str, str] = next((one for one in section.get("kinds", ()) if holds(one["when"], context)), {})
    name = decided.get("raise") or (section.get("codes", {}).get(code) if isinstance(code, str) else None)
    named = vars(errors).get(decided.get("as") or name or "")
    if isinstance(named, type) and issubclass(named, errors.APIError):
        kind = named
    details = fact("details")
    if isinstance(details, str) and (inner := _inside(details)) is not None:
        details, said = inner, None if said == details else said
    if details == said:
        details = None
    if details is None and said is None and issubclass(kind, errors.ValidationError):
        # Some servers answer with nothing but [what is wrong] or {field: [what is wrong with it]}.
        named = isinstance(body, dict) and all(isinstance(one, list) for one in body.values())
        details = body if body and (named or isinstance(body, list)) else None
    facts: dict[str, Any] = {
        "status_code": status,
        "code": str(code) if code is not None else None,
        "details": details,
        "operation": operation.name,
        "request_id": fact("request_id"),
        "retry_after": waiting(headers, fact("retry_after")),
        "body": _beginning(headers, content) if content else None,
    }
    spoken = _spoken(headers, content, body)
    message = str(said) if said is not None else _listed(details) or spoken or _without_words(status, headers, content)
    if issubclass(kind, errors.ValidationError):
        error: errors.APIError = kind(message, fields=_fields(details), **facts)
    else:
        error = kind(message, **facts)
    error.kind = name
    error.response = body if body is not None or not content else _text(headers, content)
    return error


def _fails(operation: Operation, status: int, headers: Mapping[str, str], body: Json) -> bool:
    """Whether a success says of itself that it is none."""
    failed = operation.workflow.section("errors").get("failed")
    if failed is None:
        return False
    return holds(failed, expression.Context(status_code=status, response_headers=headers, response_body=body))


def holds(condition: str | Mapping[str, str], context: expression.Context) -> bool:
    """Whether a condition of workflow.yaml holds: a criterion, or a regular expression held against a value.

    Source: Arazzo 1.0.1, Criterion Object of types simple and regex.
    """
    from leapocr_dyn.document import criterion  # not at the top: few services have such conditions
    from leapocr_dyn.model import pattern

    if isinstance(condition, str):
        return criterion.condition(condition)(context)
    found = expression.parse(condition["context"])(context)
    return isinstance(found, str) and pattern.matches(condition["condition"], found) is True


def _said(headers: Mapping[str, str]) -> str:
    """The media type that the server says it sent."""
    return plain(headers.get("content-type", ""))


def _spoken(headers: Mapping[str, str], content: bytes, body: Json) -> str:
    """A body that is nothing but words, as gateways answer; "" for any other."""
    words = body if isinstance(body, str) else _text(headers, content) if _said(headers) == "text/plain" else ""
    return " ".join(words.split())[:WORDS]


def _without_words(status: int, headers: Mapping[str, str], content: bytes) -> str:
    if status == 304:  # RFC 9110 section 15.4.5
        return "it has not changed since the time or the version that the request names"
    if 300 <= status < 400:
        where, asked, _ = headers.get("location", "nowhere").partition("?")
        where += "?***" if asked else ""  # the query of a presigned link is a key
        return f"the server points to {where}; redirects are not followed, because keys must stay with their origin"
    said = REASONS.get(status, "the server gave no reason")
    media = _said(headers)
    return f"{said} (it answered {media or 'a body of unknown kind'})" if content else said


def _fields(details: Json) -> dict[str, list[str]]:
    """The fields that a validation error names, in the two shapes that servers use."""
    if isinstance(details, dict):
        return {
            str(name): [str(one) for one in (said if isinstance(said, list) else [said])]
            for name, said in details.items()
        }
    found: dict[str, list[str]] = {}
    for one in details if isinstance(details, list) else ():
        name = one.get("field") or one.get("loc") or one.get("path") if isinstance(one, dict) else None
        if name:
            place = ".".join(map(str, name)) if isinstance(name, list) else str(name)
            found.setdefault(place, []).append(_words(one))
    return found


def _words(one: dict[str, Json]) -> str:
    said = (one.get(key) for key in ("message", "msg", "detail", "title"))
    return next((text for text in said if isinstance(text, str) and text), "is not right")


def _inside(text: str) -> Json:
    """What some servers write as JSON inside of a text; None where it is only a text."""
    try:
        return json.loads(text) if text[:1] in ("[", "{") else None
    except (ValueError, RecursionError):
        return None


def _listed(details: Json) -> str:
    """A sentence from details that hold no message of their own, cut to 300 characters; "" where there are none."""
    said = [f"{name}: {', '.join(words)}" for name, words in _fields(details).items()]
    if not said and isinstance(details, list):
        said = [_words(one) if isinstance(one, dict) else str(one) for one in details]
    return "; ".join(said)[:300] or (str(details)[:300] if details else "")


def waiting(headers: Mapping[str, str], said: Json) -> float | None:
    """Seconds that the server asks to wait, by its headers, or by what its body says: a number, or "in 60 seconds"."""
    by_header = retry_after(headers)
    if by_header is not None or isinstance(said, (int, float)):
        return by_header if by_header is not None or said < 0 else float(said)
    found = SECONDS.search(said) if isinstance(said, str) else None
    return float(found[1]) if found is not None else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait: `retry-after-ms`, or Retry-After in seconds or as a date (RFC 9110 10.2.3).

    A date counts from the answer's own Date, so that the two clocks need not agree.
    """
    import email.utils

    milliseconds = headers.get("retry-after-ms", "")
    if re.fullmatch(r"\d{1,12}(\.\d+)?", milliseconds):
        return float(milliseconds) / 1000
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
        return float(text)
    try:
        at = email.utils.parsedate_to_datetime(text)
        now = email.utils.parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (at - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _foreign(media: str, wanted: str) -> str:
    return f"{media} where {wanted} was promised. A proxy or a login page in between does that; is the base URL right?"


def _charset(headers: Mapping[str, str]) -> str | None:
    found = CHARSET.search(headers.get("content-type", ""))
    return found[1] if found and found[1].lower().replace("-", "_") not in OURS_ALONE else None


def _text(headers: Mapping[str, str], content: bytes) -> str:
    """The body as text, in the charset that it says it has if that is one, and never an exception."""
    mark = next((charset for mark, charset in MARKS if content.startswith(mark)), None)
    try:
        return content.decode(mark or _charset(headers) or "utf-8", "replace")
    except (LookupError, UnicodeError):  # what is no charset, or one that replaces nothing, such as idna
        return content.decode("utf-8", "replace")


def _beginning(headers: Mapping[str, str], content: bytes) -> str:
    """The first characters, which are all that an error shows; no charset needs more than four bytes for one."""
    return _text(headers, content[: 4 * errors.BODY_CHARACTERS])


def _unreadable(
    operation: Operation, status: int, headers: Mapping[str, str], content: bytes, said: str, *, partial: bool = False
) -> errors.DecodeError:
    return errors.DecodeError(
        f"the server answered {said}",
        partial=partial,
        status_code=status,
        operation=operation.name,
        request_id=headers.get("x-request-id"),
        body=_beginning(headers, content),
    )


def _no_constant(text: str) -> Json:
    raise ValueError(f"{text} is not JSON")
