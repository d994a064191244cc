"""Formats: what each means in Python, and that everything that was read goes back as it was written."""

from __future__ import annotations

import copy
import datetime
import decimal
import pickle
from typing import Any

import pytest
from documents import api_of, structured
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.model import format as formats
from leapocr_dyn.model.convert import noting
from leapocr_dyn.model.value import to_wire

Json = Any  # whatever a server sends
UTC = datetime.UTC
HOURS = datetime.timedelta(hours=2)


def text(form: str) -> Json:
    """The schema of a text with a format."""
    return {"type": "string", "format": form}


def surprises(schema: Json, wire: Json) -> list[str]:
    """What reading a value tells."""
    told: list[str] = []
    with noting(lambda place, what, value: told.append(what)):
        structured(schema, wire)
    return told


BASE64 = {"type": "string", "contentEncoding": "base64"}
BASE64URL = {"type": "string", "contentEncoding": "base64url"}
AMOUNT = {"type": "number", "format": "decimal"}


@pytest.mark.parametrize(
    ("schema", "wire", "python"),
    [
        (text("date-time"), "2026-01-31T12:00:00Z", datetime.datetime(2026, 1, 31, 12, tzinfo=UTC)),
        (text("date-time"), "2026-01-31t12:00:00.5z", datetime.datetime(2026, 1, 31, 12, 0, 0, 500000, tzinfo=UTC)),
        (text("date-time"), "2026-01-31T12:00:00.123456789Z", datetime.datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)),
        (text("date-time"), "2016-12-31T23:59:60Z", datetime.datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (
            text("date-time"),
            "2026-01-31T12:00:00+02:00",
            datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone(HOURS)),
        ),
        (text("date"), "2026-01-31", datetime.date(2026, 1, 31)),
        (text("time"), "12:00:00Z", datetime.time(12, tzinfo=UTC)),
        (text("time"), "09:30", datetime.time(9, 30)),
        (text("duration"), "PT1H30M", datetime.timedelta(hours=1, minutes=30)),
        (text("duration"), "P1W2DT0.5S", datetime.timedelta(weeks=1, days=2, milliseconds=500)),
        (text("duration"), "-PT1M", datetime.timedelta(minutes=-1)),
        (text("duration"), "P1Y2M", "P1Y2M"),
        (text("byte"), "YWJj", b"abc"),
        (text("byte"), "YW\nI=", b"ab"),
        (BASE64, "YWI", b"ab"),
        (BASE64URL, "_-8", b"\xff\xef"),
        (text("binary"), "%PDF", "%PDF"),
        (text("decimal"), "12.50", decimal.Decimal("12.50")),
        (AMOUNT, 0.1, decimal.Decimal("0.1")),
        (AMOUNT, 12, decimal.Decimal(12)),
        ({"type": "integer", "format": "int64"}, 2**70, 2**70),
        (text("uuid"), "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000001"),
        (text("uri"), "https://example.com", "https://example.com"),
        (text("a-format-that-nobody-knows"), "x", "x"),
    ],
)
def test_a_format_has_a_meaning_and_the_wire_comes_back(schema: Json, wire: Json, python: Any) -> None:
    """Bare, in a list, in a dict, in a model: the Python value is what is meant, and goes back as it was written."""
    assert structured(schema, wire) == python
    assert surprises(schema, wire) == []
    for around, value in (
        (schema, wire),
        ({"items": schema}, [wire]),
        ({"additionalProperties": schema}, {"a": wire}),
        ({"anyOf": [{"type": "boolean"}, schema]}, wire),
        ({"properties": {"a": schema, "b": {"items": schema}}}, {"a": wire, "b": [wire]}),
    ):
        assert repr(to_wire(structured(around, value))) == repr(value)


@pytest.mark.parametrize(
    ("schema", "wire"),
    [
        (text("date-time"), "2026-01-31T12:00:00"),
        (text("date-time"), "yesterday"),
        (text("date"), "2026-02-30"),
        (text("date"), "\ud800"),
        (text("time"), "noon"),
        (text("duration"), "P"),
        (text("duration"), "3.5s"),
        (text("byte"), "a"),
        (text("byte"), "é" * 4),
        (text("decimal"), "1_000"),
        (text("decimal"), "NaN"),
        (AMOUNT, "1.5"),
        (AMOUNT, True),
        (AMOUNT, float("inf")),
    ],
)
def test_a_value_that_is_none_of_its_format_stays_as_it_came(schema: Json, wire: Json) -> None:
    """It is a surprise, and never an exception."""
    assert structured(schema, wire) == wire
    assert surprises(schema, wire) == ["format"]


@pytest.mark.parametrize("wire", ["P1M", "P99999999999D", "PT" + "9" * 30 + "H"])
def test_a_duration_that_python_has_no_room_for_is_text_and_no_surprise(wire: str) -> None:
    """Years and months have no length, and a timedelta ends somewhere."""
    assert structured(text("duration"), wire) == wire
    assert surprises(text("duration"), wire) == []


HUGE = [float("inf"), -0.0, 10**5000, -(10**5000), 5e-324, 1.7976931348623157e308, 2**53 + 1]


@pytest.mark.parametrize("number", HUGE, ids=lambda number: f"{type(number).__name__}")
@pytest.mark.parametrize("kind", ["integer", "number", "string", "boolean", "array", "object"])
@pytest.mark.parametrize("form", ["", "decimal", "int32", "double", "date-time"])
def test_any_number_of_json_can_be_read(number: float, kind: str, form: str) -> None:
    """1e400, -0.0 and integers of five thousand digits harm nobody, whatever was promised."""
    schema = {"type": kind, "format": form, "enum": [1, None]} if form == "int32" else {"type": kind, "format": form}
    it = structured({"anyOf": [schema, {"type": "null"}]}, number)
    back = to_wire(it)
    assert type(back) is type(number)
    assert back == number


def test_what_is_computed_from_a_value_is_spelled_anew() -> None:
    """Only what was read remembers how it was written."""
    moment = structured(text("date-time"), "2026-01-31T12:00:00Z")
    assert to_wire(moment) == "2026-01-31T12:00:00Z"
    assert to_wire(moment + HOURS) == "2026-01-31T14:00:00+00:00"
    assert to_wire(moment.replace(year=2027)) == "2027-01-31T12:00:00+00:00"
    length = structured(text("duration"), "PT90M")
    assert to_wire(length) == "PT90M"
    assert to_wire(length * 2) == "P0DT10800S"


@pytest.mark.parametrize(
    ("schema", "wire"),
    [
        (text("date-time"), "2026-01-31T12:00:00.123456789Z"),
        (text("date"), "20260131"),
        (text("time"), "12:00:00Z"),
        (text("duration"), "PT90M"),
        (text("byte"), "YWI"),
        (AMOUNT, 1.5),
    ],
)
def test_a_value_that_is_copied_or_pickled_still_knows_how_it_was_written(schema: Json, wire: Json) -> None:
    """Alone, without the model that it was in."""
    it = structured(schema, wire)
    for twin in (copy.copy(it), pickle.loads(pickle.dumps(it))):
        assert twin == it
        assert type(twin) is type(it)
        assert to_wire(twin) == wire


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        (decimal.Decimal("1E+2"), "100"),
        (decimal.Decimal("1.50"), "1.50"),
        (datetime.timedelta(days=1, seconds=90), "P1DT90S"),
        (datetime.timedelta(microseconds=1500), "P0DT0.0015S"),
        (-datetime.timedelta(seconds=1), "-P0DT1S"),
        (datetime.time(9, 30), "09:30:00"),
    ],
)
def test_what_a_user_gives_is_spelled_as_the_format_says(given: Any, wire: str) -> None:
    """Decimal without an exponent, durations as ISO 8601."""
    assert to_wire(given) == wire


MONEY = {
    "properties": {"n": AMOUNT, "t": text("decimal"), "ns": {"items": AMOUNT}, "u": {"anyOf": [AMOUNT, BASE64URL]}}
}


def test_a_decimal_is_a_number_or_text_as_the_type_says() -> None:
    """Exactly, also in lists and unions, and also one that came from a field of the other kind."""
    model, one = api_of(X=MONEY).models["X"], decimal.Decimal
    assert model(n=one("0.1"), t=one("0.10"), ns=[one(3)]).to_dict() == {"n": 0.1, "t": "0.10", "ns": [3]}
    assert model(u=b"\xff\xef").to_dict() == {"u": "_-8="}
    received = structured(MONEY, {"n": 1.5, "t": "2.50"})
    assert repr(model(n=received.t, t=received.n).to_dict()) == "{'n': 2.5, 't': '1.5'}"


@pytest.mark.parametrize("given", ["0.1234567890123456789", "1e400", "NaN", "Infinity"])
def test_a_decimal_that_a_json_number_cannot_hold_is_refused(given: str) -> None:
    """Nothing is rounded behind anybody's back."""
    model = api_of(X=MONEY).models["X"](n=decimal.Decimal(given))
    with pytest.raises(TypeError, match="JSON"):
        model.to_dict()


FORMS = [(kind, form) for kind, form in formats.FORMATS]
letters = st.text(st.sampled_from("0123456789-:.+TZPYMWDHSabz=_/ \n\u0663\ud800"), max_size=25)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(FORMS), letters | st.integers() | st.floats() | st.booleans())
def test_any_value_can_be_read_as_any_format_and_comes_back(form: tuple[str, str], wire: Json) -> None:
    """Whatever is sent in its place: nothing is raised, and it goes back as it was."""
    schema = {"type": form[0], "format": form[1]}
    assert repr(to_wire(structured(schema, wire))) == repr(wire)


def offset(minutes: int) -> datetime.timezone:
    """An offset; a place's own time could be ambiguous, and then is equal to nothing."""
    return datetime.timezone(datetime.timedelta(minutes=minutes))


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(timezones=st.integers(-1439, 1439).map(offset))
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.binary()
    | st.decimals(allow_nan=False, allow_infinity=False)
)
def test_what_is_spelled_is_read_as_the_same(value: Any) -> None:
    """read(spelled(x)) == x for every Python value that a format has."""
    kinds = {"datetime": "date-time", "timedelta": "duration", "bytes": "byte", "Decimal": "decimal"}
    name = type(value).__name__
    wire = to_wire(value)
    assert structured(text(kinds.get(name, name)), wire) == value


def test_a_moment_without_an_offset_is_not_sent() -> None:
    """It names no moment; the sentence says what to do."""
    model = api_of(X={"properties": {"at": text("date-time")}}).models["X"]
    with pytest.raises(TypeError, match="has no time zone"):
        model(at=datetime.datetime(2026, 1, 31)).to_dict()
