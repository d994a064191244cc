"""Media types: what they are called, which one is meant, and which ones to ask for.

A media type is handled as the document spells it, parameters included; what is compared is the part before them, in
small letters. A range (`image/*`) is what a document may offer, and never what a body is sent as.
Source: RFC 9110 sections 8.3.1 (Media Type), 12.5.1 (Accept); RFC 6839 section 3.1 (+json).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from leapocr_dyn.errors import ValidationError
from leapocr_dyn.model import naming

JSON, TEXT, BYTES = "application/json", "text/plain", "application/octet-stream"
FORM = "application/x-www-form-urlencoded"
# RFC 9110 section 5.6.2 (token), and parameters behind it, whose values may be quoted.
CONCRETE = (
    r"[!#$%&'+.^_`|~0-9A-Za-z-]+/[!#$%&'+.^_`|~0-9A-Za-z-]+"
    r"([ \t]*;[ \t]*[!#$%&'+.^_`|~0-9A-Za-z-]+=([!#$%&'+.^_`|~0-9A-Za-z-]+|\"[ !#-\[\]-~]*\"))*"
)
# An answer in one of these may never end: streams are asked for by name (workflows/stream.py), not by the way.
ENDLESS = frozenset({"text/event-stream", "application/jsonl", "application/x-ndjson", "application/json-seq"})


def plain(media: str) -> str:
    """The media type without its parameters, in small letters."""
    return media.partition(";")[0].strip().lower()


def is_json(media: str) -> bool:
    """application/json, and everything that ends in +json (RFC 6839 section 3.1)."""
    name = plain(media)
    return name in (JSON, "text/json") or name.endswith("+json")


def is_form(media: str) -> bool:
    """application/x-www-form-urlencoded."""
    return plain(media) == FORM


def is_multipart(media: str) -> bool:
    """multipart/form-data and its kin."""
    return plain(media).startswith("multipart/")


def is_range(media: str) -> bool:
    """Whether it stands for several: */*, image/*."""
    return "*" in plain(media)


def covers(offered: str, media: str) -> bool:
    """Whether an offer, which may be a range, includes a media type."""
    have, want = plain(offered), plain(media)
    return have in (want, "*/*", f"{want.partition('/')[0]}/*")


def charset(media: str) -> str:
    """The charset that the media type names, or UTF-8."""
    found = re.search(r";\s*charset\s*=\s*\"?([\w.:-]+)", media, re.IGNORECASE)
    return found[1] if found else "utf-8"


def preferred(media_types: Sequence[str]) -> str | None:
    """JSON if it is offered, else the first that there is."""
    return next((media for media in media_types if is_json(media)), media_types[0] if media_types else None)


def sendable(offered: Iterable[str]) -> list[str]:
    """The media types that a header can hold (RFC 9110 section 5.5); the rest was never meant."""
    return [media for media in offered if media.isascii() and media.isprintable() and media]


def accept(successes: Sequence[str], failures: Sequence[str]) -> str:
    """The Accept header for what an operation promises: JSON first, then the rest, then what errors come in.

    What was not promised is taken last, except where all successes are JSON: nothing else could be read there.
    """
    distinct = {plain(one): one for one in reversed(successes)}
    promised = list(reversed(distinct.values()))
    first = [one for one in promised if is_json(one)]
    rest = [one for one in promised if not is_json(one)]
    # A stream is asked for by the way only where there is nothing else.
    finite = [one for one in rest if plain(one) not in ENDLESS]
    rest = finite if first or finite else rest
    anything = not promised or bool(rest)
    if not first and (not rest or any(covers(one, JSON) for one in rest)):
        first = [JSON]
    rest = [one for one in rest if plain(one) != "*/*"]
    known = {plain(one) for one in (*first, *rest, "*/*")}
    errors = {plain(one): one for one in failures if plain(one) not in known}
    wanted = first + [f"{one};q=0.9" if first else one for one in rest]
    return ", ".join(wanted + [f"{one};q=0.8" for one in errors.values()] + ["*/*;q=0.1"] * anything)


def chosen(argument: str, wanted: Any, offered: Collection[str]) -> tuple[str, str]:  # Any: whatever the caller gives
    """(the offer, the media type as the caller spells it). Raises ValidationError for one that is not offered.

    argument: how the caller calls it.
    """
    if not isinstance(wanted, str) or not re.fullmatch(CONCRETE, wanted):
        said = f"{argument} must be a media type such as {next(iter(offered), JSON)}, not {wanted!r}"
        raise ValidationError(said, field=argument)
    exact = next((one for one in offered if one == wanted), None)
    # The most specific offer counts (OpenAPI 3.1 section 4.8.13.1).
    fitting = sorted((one for one in offered if covers(one, wanted)), key=lambda one: plain(one).count("*"))
    if exact is None and not fitting:
        hint = naming.hint(wanted, offered, f"; there are {', '.join(offered)}")
        raise ValidationError(f"{argument} {wanted!r} is not offered{hint}", field=argument)
    return exact or fitting[0], wanted


def guessed(name: str) -> str | None:
    """The media type that a file's name tells, the same on every machine."""
    told: str | None = _table().guess_type(name)[0]
    return told


@cache
def _table() -> Any:  # Any: mimetypes.MimeTypes, imported only where a file is sent
    import mimetypes

    return mimetypes.MimeTypes()
