"""Patterns of a document: run in an engine that can be stopped, and never trusted to end."""

from __future__ import annotations

import time

import pytest
from documents import type_of

from leapocr_dyn.model.pattern import matches
from leapocr_dyn.model.type import Dictionary

ENDLESS = "^(a|aa)+$"
LONG = "a" * 60 + "!"


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("b", "abc", True),
        ("^b", "abc", False),
        (r"^\p{Lu}", "Äpfel", True),
        ("(", "abc", None),
        (ENDLESS, LONG, None),
    ],
)
def test_a_pattern_matches_does_not_or_cannot_be_said(pattern: str, text: str, found: bool | None) -> None:
    """Anywhere in the text, as ECMA-262 has it; None where the pattern cannot be read or takes too long."""
    assert matches(pattern, text) is found


def test_a_pattern_that_takes_too_long_is_not_asked_again() -> None:
    """A thousand properties cost its time once."""
    it = type_of({"patternProperties": {ENDLESS: {"type": "string"}}, "additionalProperties": {"type": "integer"}})
    assert isinstance(it, Dictionary)
    began = time.process_time()
    assert {it.of(f"{LONG}{n}") for n in range(1000)} == {it.values}
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("pattern", "decided"),
    [
        ("^a{0,65535}$", True),
        (r"^([a-z]{1,63}\.){0,127}[a-z]{1,63}$", True),
        (r"^\{{5}[{]{3}a{2,}$", False),
        ("^(a{999}){999}$", None),
        ("^(a{1,99}){1,99}(b{1,99}){0,99}$", True),
        ("a{99999999999999999999}", None),
        ("a{,5}", True),
    ],
)
def test_counts_are_written_out_only_as_far_as_that_is_cheap(pattern: str, decided: bool | None) -> None:
    """The engine does so when it compiles, which nothing stops: 10 KB of pattern could take all memory there is."""
    assert matches(pattern, "aaa") is decided
