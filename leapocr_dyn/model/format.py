"""`format` and `contentEncoding`: text and numbers that Python has a better type for, in one table.

Theory of operation. What Python makes of a text is often poorer than the text: `2026-01-31T12:00:00.123456789Z` has
more digits than a datetime, `+00:00` is a `Z`, base64 may have line breaks, `1.50` is more than 1.5 to an accountant.
So what is read is a `Written`: a datetime, Decimal, ... like any other, that also remembers the JSON it was read from,
and goes back as exactly that. What is computed from it (`moment + day`) is new, remembers nothing, and is spelled here.

A format that is not in the table is text to Python, and so are some that are: an id stays equal to what people typed.
Source: OpenAPI 3.1 section 4.4 and its Format Registry; JSON Schema 2020-12 Validation, sections 7.3 and 8.3.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import re
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

Json = Any  # the border where JSON enters


class Written:
    """A value that remembers how it was written. wire: the JSON it was read from; None where it was computed."""

    wire: Json = None

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:  # Any: pickle's
        # Those of datetime and Decimal forget what an instance has of its own.
        made: Any = super().__reduce_ex__(protocol)
        return (*made[:2], {"wire": self.wire})


class DateTime(Written, datetime.datetime):
    """A moment."""


class Date(Written, datetime.date):
    """A day."""


class Time(Written, datetime.time):
    """A time of day."""


class Duration(Written, datetime.timedelta):
    """A length of time."""


class Bytes(Written, bytes):
    """Bytes."""


class Decimal(Written, decimal.Decimal):
    """A number that is exactly what its digits say."""


# -- from the wire: ValueError for what is none, OverflowError for what is one that Python has no room for ------------


def date_time(text: str) -> datetime.datetime:
    """A moment; RFC 3339 section 5.6 wants an offset, so text without one is none."""
    try:
        moment = DateTime.fromisoformat(text)
    except ValueError:
        moment = DateTime.fromisoformat(_as_python_reads(text))
    if moment.tzinfo is None:
        raise ValueError("a time without an offset names no moment")
    return moment


def time(text: str) -> datetime.time:
    """A time of day, with an offset or the clock on somebody's wall."""
    try:
        return Time.fromisoformat(text)
    except ValueError:
        return Time.fromisoformat(_as_python_reads(text))


def _as_python_reads(text: str) -> str:
    """With capitals, and a leap second as the one before it: RFC 3339 section 5.6 has what Python lacks."""
    return re.sub(r"(\d:[0-5]\d):60(?!\d)", r"\1:59", text.upper())


# Patterns stay text where most programs never need them, and re keeps what it compiled.
# ISO 8601 durations, as RFC 3339 appendix A writes them.
DURATION = (
    r"(-?)P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?"
)


def duration(text: str) -> datetime.timedelta:
    """A length of time; one with years or months has no length."""
    found = re.fullmatch(DURATION, text, re.ASCII)
    if found is None:
        raise ValueError("no duration")
    sign, fraction = found[1], (found[9] or "")[:6].ljust(6, "0")
    years, months, weeks, days, hours, minutes, seconds = (int(found[group] or 0) for group in range(2, 9))
    if years or months:
        raise OverflowError("years and months have no length")
    length = Duration(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=int(fraction))
    # Not -length: that would be a timedelta, which remembers nothing.
    return Duration(-length.days, -length.seconds, -length.microseconds) if sign else length


def base64_(text: str) -> bytes:
    """RFC 4648 section 4; line breaks and missing padding are let pass."""
    return Bytes(base64.b64decode(_padded(text), validate=True))


def base64url(text: str) -> bytes:
    """RFC 4648 section 5; the same."""
    return Bytes(base64.b64decode(_padded(text), b"-_", validate=True))


def _padded(text: str) -> str:
    text = "".join(text.split())
    return text + "=" * (-len(text) % 4)


DIGITS = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"


def decimal_text(text: str) -> decimal.Decimal:
    """The number that a text spells."""
    if re.fullmatch(DIGITS, text, re.ASCII) is None:
        raise ValueError("no number")
    return Decimal(text)


def decimal_number(number: Json) -> decimal.Decimal:
    """The number whose digits a JSON number has, not the nearest binary fraction."""
    made = Decimal(repr(number) if isinstance(number, float) else number)
    if isinstance(number, bool) or not made.is_finite():
        raise ValueError("no number of JSON")
    return made


# -- to the wire: TypeError for what JSON has no word for -------------------------------------------------------------


def spelled(value: Any) -> Json:  # Any: one of SPELLINGS
    """The JSON for a value of one of these types, where no schema says more."""
    if isinstance(value, Written) and value.wire is not None:
        return value.wire
    return next(spell for kind, spell in SPELLINGS.items() if isinstance(value, kind))(value)


def _moment(value: datetime.datetime) -> str:
    if value.tzinfo is None:
        raise TypeError(f"{value!r} has no time zone, so it names no moment; give it one, for example datetime.UTC")
    return value.isoformat()


def _length(value: datetime.timedelta) -> str:
    if value < datetime.timedelta():
        return "-" + _length(-value)
    seconds = f"{value.seconds}.{value.microseconds:06}".rstrip("0") if value.microseconds else str(value.seconds)
    return f"P{value.days}DT{seconds}S"


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode("ascii")


def _digits(value: decimal.Decimal) -> str:
    if not value.is_finite():
        raise TypeError(f"JSON has no word for {value!r}")
    return f"{value:f}" if abs(value.adjusted()) < 100 else str(value)  # 100, and not 1E+2


def _number(value: decimal.Decimal) -> float | int:
    if not value.is_finite() or abs(value.adjusted()) > 300:
        raise TypeError(f"{value!r} is no number that JSON can hold")
    number = int(value) if value == value.to_integral_value() else float(value)
    if decimal.Decimal(repr(number)) != value:
        raise TypeError(f"{value!r} has more digits than a JSON number keeps; round it first")
    return number


SPELLINGS: dict[type | tuple[type, ...], Callable[[Any], Json]] = {
    datetime.datetime: _moment,
    datetime.date: datetime.date.isoformat,
    datetime.time: datetime.time.isoformat,
    datetime.timedelta: _length,
    (bytes, bytearray, memoryview): _base64,
    decimal.Decimal: _digits,
    uuid.UUID: str,
}


# -- the table --------------------------------------------------------------------------------------------------------


class Format(NamedTuple):
    """What a format means. read: wire -> Python, None where it stays as it comes. write: back, where `spelled` errs."""

    annotation: str
    python: type
    read: Callable[[Any], Any] | None = None
    write: Callable[[Any], Json] | None = None


BYTE = Format("bytes", bytes, base64_)
BASE64URL = Format("bytes", bytes, base64url, _base64url)
# By `type` and `format`: the type wins, so a date is no integer's.
FORMATS: dict[tuple[str, str], Format] = {
    ("string", "date-time"): Format("datetime", datetime.datetime, date_time),
    ("string", "date"): Format("date", datetime.date, Date.fromisoformat),
    ("string", "time"): Format("time", datetime.time, time),
    ("string", "duration"): Format("timedelta", datetime.timedelta, duration),
    ("string", "byte"): BYTE,
    ("string", "base64url"): BASE64URL,
    ("string", "decimal"): Format("Decimal", decimal.Decimal, decimal_text, _digits),
    # Outside of JSON it is bytes; inside, nobody says how bytes are written, so text stays text.
    ("string", "binary"): Format("bytes | str", str),
    ("string", "uuid"): Format("str", str),
    ("string", "uri"): Format("str", str),
    ("number", "decimal"): Format("Decimal", decimal.Decimal, decimal_number, _number),
    ("number", "float"): Format("float", float),
    ("number", "double"): Format("float", float),
    ("integer", "int32"): Format("int", int),
    ("integer", "int64"): Format("int", int),
}
# Those of RFC 2045 that JSON has a use for: RFC 4648 sections 4 and 5.
ENCODINGS: dict[str, Format] = {"base64": BYTE, "base64url": BASE64URL}
