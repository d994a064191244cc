"""A page's text laid out: what looks like Markdown is, and everything else stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from test_markup import Read, hostile

from leapocr_dyn.explore import prose as module
from leapocr_dyn.explore.prose import prose
from leapocr_dyn.visible import visible


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo\n\nthree", '<p dir="auto">one\ntwo</p><p dir="auto">three</p>'),
        ("# Title\ntext", '<h3 dir="auto">Title</h3><p dir="auto">text</p>'),
        ("###### Deep", '<h6 dir="auto">Deep</h6>'),
        ("#hash and # more", '<p dir="auto">#hash and # more</p>'),
        ("- a\n* b\n\n1. c", '<ul dir="auto"><li>a</li><li>b</li></ul><p dir="auto">1. c</p>'),
        ("**Total** 7 ** 8", '<p dir="auto">**Total** 7 ** 8</p>'),
        ("**Total** 7", '<p dir="auto"><strong>Total</strong> 7</p>'),
        ("", ""),
    ],
)
def test_what_looks_like_markdown_is_laid_out(text: str, html: str) -> None:
    """Headings, lists, bold and paragraphs; what is none of them is text as it came."""
    assert "".join(prose(text)) == html


def test_a_table_is_a_table() -> None:
    """With a head where a rule says so, and its numbers at the right."""
    made = "".join(prose("| Tea | Price |\n|---|--:|\n| Assam | 11.50 |\n| <b> | |"))
    read = Read(made)
    assert [tag for tag, _ in read.tags if tag in ("th", "td")] == ["th", "th", "td", "td", "td", "td"]
    assert ("class", "number") in read.held
    assert '<td dir="auto">&lt;b&gt;</td>' in made
    assert "<th" not in "".join(prose("| only | this |"))


@given(hostile)
def test_every_word_is_there_and_none_is_markup(text: str) -> None:
    """Whatever the text: nothing of it is lost but the marks of Markdown, and no element comes from it."""
    read = Read("".join(prose(text)))
    known = {
        "p",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "li",
        "div",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "strong",
        "pre",
    }
    assert {tag.lstrip("/") for tag, _ in read.tags} <= known
    assert {name for name, _ in read.held} <= {"dir", "class"}
    bare = re.compile(r"[\s#*+•|:\-]+")
    assert bare.sub("", read.text) == bare.sub("", visible(text.replace("\r\n", "\n")))


def test_a_text_that_is_too_long_is_not_looked_at() -> None:
    """It is shown as it is: a hostile page must not take minutes."""
    text = "# a\n" * module.LONGEST
    assert [Read(one).tags[0][0] for one in prose(text)] == ["pre"]
