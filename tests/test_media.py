"""Media types: which one is asked for, and which one a caller may choose."""

from __future__ import annotations

from typing import Any

import pytest
from documents import NOTHING, operation
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn.errors import ValidationError
from leapocr_dyn.operation import media

JSON, HAL, PROBLEM, PDF, CSV = (
    "application/json",
    "application/hal+json",
    "application/problem+json",
    "a/pdf",
    "text/csv",
)


@pytest.mark.parametrize(
    ("successes", "failures", "header"),
    [
        ([], [], "application/json, */*;q=0.1"),
        (["*/*"], [], "application/json, */*;q=0.1"),
        ([JSON], [JSON], "application/json"),
        ([HAL], [], "application/hal+json"),
        ([JSON], [PROBLEM], "application/json, application/problem+json;q=0.8"),
        ([PDF], [], "a/pdf, */*;q=0.1"),
        ([PDF], [JSON], "a/pdf, application/json;q=0.8, */*;q=0.1"),
        ([CSV, JSON], [], "application/json, text/csv;q=0.9, */*;q=0.1"),
        (["image/*"], [], "image/*, */*;q=0.1"),
        (["application/*"], [], "application/json, application/*;q=0.9, */*;q=0.1"),
        ([JSON, "text/event-stream"], [], "application/json"),
        (["text/event-stream"], [], "text/event-stream, */*;q=0.1"),
        ([JSON, "application/json; stream=watch"], [], "application/json"),
    ],
)
def test_what_is_promised_is_asked_for(successes: list[str], failures: list[str], header: str) -> None:
    """JSON first, then the rest, then what errors come in, and what was not promised last of all."""
    assert media.accept(successes, failures) == header


def choosing(**statuses: list[str]) -> Any:
    """An operation with these answers: s200=[media types]."""
    responses = {
        name[1:]: {"description": "", "content": {one: {} for one in offered}} for name, offered in statuses.items()
    }
    return operation({"responses": responses or NOTHING})


def test_accept_is_an_argument_where_there_is_a_choice() -> None:
    """It is sent as it is given; streams are asked for otherwise."""
    it = choosing(s200=[JSON, CSV], s400=[PROBLEM])
    assert str(it.signature) == "(*, accept: str | None = None) -> Any"
    assert "accept: str, optional, one of 'application/json', 'text/csv'" in it.__doc__
    assert "        application/json: gives Any\n        text/csv: gives str\n" in it.__doc__
    assert it.plan(accept=CSV).headers["Accept"] == CSV
    assert it.plan(accept=None).headers["Accept"] == it.plan().headers["Accept"]
    assert not choosing(s200=[JSON, "text/event-stream"]).signature.parameters
    assert choosing(s200=["text/plain\r\nX-Evil: 1"]).accept == "application/json, */*;q=0.1"
    assert choosing(default=[JSON], s204=[]).plan().headers["Accept"].startswith(JSON)


@pytest.mark.parametrize("wrong", ["text/cvs", "text/csv\r\nX: y", "", 5, "text/*", "*/*", "text/csv;q", "é/x"])
def test_only_what_is_offered_can_be_asked_for(wrong: Any) -> None:
    """A header is never broken, and a slip is helped with."""
    with pytest.raises(ValidationError) as caught:
        choosing(s200=[JSON, CSV]).plan(accept=wrong)
    assert caught.value.field == "accept"
    assert wrong != "text/cvs" or "did you mean 'text/csv'?" in str(caught.value)


@given(st.text() | st.sampled_from(["a/b", "a/b; c=d", 'a/b;c="d e"']))
def test_a_chosen_media_type_is_one_line(wanted: str) -> None:
    """Whatever a caller gives is a media type that a header can hold, or refused."""
    try:
        _, kind = media.chosen("accept", wanted, ["*/*"])
    except ValidationError:
        return
    assert kind == wanted
    assert kind.isascii()
    assert kind.isprintable()
