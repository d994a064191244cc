"""Request bodies: which media type, which bytes, and what has none."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from documents import json_values, sending
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.errors import ValidationError
from leapocr_dyn.operation import body

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("media", "value", "content"),
    [
        (JSON, {"a": [1, 2.5, True, None, "é"]}, '{"a":[1,2.5,true,null,"é"]}'),
        ("application/merge-patch+json; charset=utf-8", {}, "{}"),
        ("text/plain", "é", "é"),
        ("text/csv", 5, "5"),
        (FORM, {"a": "b c&d", "e": [1, 2], "f": True, "g": {"h": 1}}, "a=b+c%26d&e=1&e=2&f=true&g=%7B%22h%22%3A1%7D"),
    ],
)
def test_a_value_becomes_the_bytes_of_its_media_type(media: str, value: Any, content: str) -> None:
    """JSON without spaces in UTF-8, text as it is, a form with one field for each item."""
    plan = sending({}, media).plan(body=value)
    assert plan.body == content.encode()
    assert plan.headers["Content-Type"] == media


@pytest.mark.parametrize("media", [JSON, "application/octet-stream", "image/png", "application/x-unheard-of"])
def test_bytes_go_out_as_they_are(media: str) -> None:
    """Under the operation's own media type, and unchecked."""
    plan = sending({"type": "string"}, media).plan(body=b"\x00\xff")
    assert (plan.body, plan.headers["Content-Type"]) == (b"\x00\xff", media)


def test_a_media_type_without_bytes_of_ours_wants_bytes() -> None:
    """A sentence, not a guess."""
    with pytest.raises(ValidationError, match="a image/png body is sent as bytes, not dict"):
        sending({}, "image/png").plan(body={})


@pytest.mark.parametrize(
    ("media", "value"),
    [
        (JSON, float("nan")),
        (JSON, [float("inf")]),
        (JSON, "\ud800"),
        (JSON, [10**5000]),
        (FORM, {"a": "\ud800"}),
        (FORM, {"a": float("nan")}),
        (FORM, "a=b"),
        ("text/plain", "\ud800"),
    ],
)
def test_what_a_media_type_cannot_say_is_refused(media: str, value: Any) -> None:
    """NaN, half a surrogate pair, a form that is no object: a ValidationError that names the body."""
    with pytest.raises(ValidationError) as caught:
        sending({}, media).plan(body=value)
    assert caught.value.field == "body"


def test_a_value_that_contains_itself_is_refused() -> None:
    """A sentence, not a RecursionError."""
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(ValidationError, match="nested too deep, or contains itself"):
        sending({}).plan(body=circle)


@pytest.mark.parametrize(
    ("media", "json_like"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("text/json", True),
        ("Application/Problem+JSON", True),
        ("application/jsonl", False),
        ("application/xml", False),
        ("", False),
    ],
)
def test_json_has_many_names(media: str, json_like: bool) -> None:
    """RFC 6839 section 3.1: whatever ends in +json is JSON."""
    assert body.is_json(media) is json_like


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["text/plain", JSON], JSON),
        (["multipart/form-data", "application/hal+json"], "application/hal+json"),
        (["image/png", "image/gif"], "image/png"),
        ([], None),
    ],
)
def test_json_is_preferred(offered: list[str], chosen: str | None) -> None:
    """Else the first that the document names."""
    assert body.preferred(offered) == chosen


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_json_bodies_come_back_as_they_were(value: Any) -> None:
    """decode(encode(value)) is the value, whatever it is."""
    assert json.loads(body.encode_json(value)) == value


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(), st.text() | st.lists(st.text(), min_size=1, max_size=3), max_size=4))
def test_form_bodies_come_back_as_they_were(value: dict[str, Any]) -> None:
    """Every field with its name, every item with its own field, in order."""
    pairs = [(key, item) for key, one in value.items() for item in (one if isinstance(one, list) else [one])]
    assert parse_qsl(body.encode_form(value).decode(), keep_blank_values=True) == pairs
