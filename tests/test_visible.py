"""Text for people: what moves a cursor or cannot be seen is spelled out, and all else stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn.document import Finding
from leapocr_dyn.errors import Error
from leapocr_dyn.visible import UNSEEN, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text,\n\twith two lines", "plain text,\n\twith two lines"),
        ("é 漢字 🙂 می\u200cخواهم", "é 漢字 🙂 می\u200cخواهم"),
        ("\x1b[2J", r"\u001b[2J"),
        ("a\rb\x00\x7f\x9b", r"a\u000db\u0000\u007f\u009b"),
        ("\u202eevil\u202c \u2066x\u2069", r"\u202eevil\u202c \u2066x\u2069"),
        ("a\u200bb\ufeff\u2028", r"a\u200bb\ufeff\u2028"),
        ("half a pair: \ud800", r"half a pair: \ud800"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    """As JSON spells it; letters of any script stay as they are."""
    assert visible(text) == shown


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=())))
def test_json_says_the_same_when_it_is_shown(text: str) -> None:
    """So a shell command with a JSON body may be copied; and what is shown can be printed."""
    shown = visible(json.dumps(text, ensure_ascii=False))
    assert json.loads(shown) == text
    assert not UNSEEN.search(shown)
    assert shown.encode()


def test_exceptions_and_findings_are_shown_so() -> None:
    """The facts themselves stay as the server or the document wrote them."""
    error = Error("no \x1b[2J", "A\r")
    assert str(error) == r"A\u000d: no \u001b[2J"
    assert error.message == "no \x1b[2J"
    assert str(Finding("rule", "/\u202e", "a\x07")) == r"rule: a\u0007 (at #/\u202e)"
