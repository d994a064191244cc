"""Data as HTML: fields and items, folded, and no more of them than people read."""

from __future__ import annotations

from typing import Any

from documents import openapi
from hypothesis import given
from hypothesis import strategies as st
from test_markup import Read, hostile

from leapocr_dyn.api import load
from leapocr_dyn.explore.record import DEPTH, TEXT, Room, laid_out, record, shown
from leapocr_dyn.visible import visible

data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | hostile,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(hostile, inner, max_size=4),
    max_leaves=12,
)


def test_fields_stand_below_each_other() -> None:
    """Names at the left, values at the right, what is inside folded up with a count."""
    read = Read(record([("name", "Mimi"), ("legs", 4), ("tags", ["a", "b"])], Room(99)))
    assert [read.pieces[0], read.pieces[1], read.pieces[3]] == ["name", "Mimi", "4"]
    assert "2 items" in read.pieces
    assert ("open", "") in read.held


def test_what_is_inside_another_waits_to_be_unfolded() -> None:
    """Boxes inside pages would leave a column a few letters wide."""
    read = Read(record([("pages", [{"boxes": [{"x": 1}, {"x": 2}]}])], Room(99)))
    assert [name for name, _ in read.held].count("open") == 1


def test_a_list_of_like_things_is_a_table() -> None:
    """One thing in a row; what one of them lacks stays empty. What is not alike is numbered."""
    read = Read(laid_out([{"article": "tea", "price": 3.5}, {"article": "pot"}], Room(99)))
    assert read.pieces == ["article", "price", "tea", "3.5", "pot"]
    assert Read(laid_out([{"article": "tea"}, 7], Room(99))).pieces[0] == "1"
    wide = [{f"column {number}": number for number in range(99)}]
    assert Read(laid_out(wide, Room(99))).pieces[0] == "1"
    assert "… 8 more" in laid_out([{"article": "tea"}] * 10, Room(2))


@given(data)
def test_any_data_can_be_shown(value: Any) -> None:
    """Whatever it is: its texts are there, and none of them is markup."""
    read = Read(record([("it", value)], Room(999)))
    known = {"table", "thead", "tbody", "tr", "th", "td", "span", "code", "details", "summary"}
    assert {tag.lstrip("/") for tag, _ in read.tags} <= known
    assert {name for name, _ in read.held} <= {"class", "dir", "scope", "open", "colspan"}
    if isinstance(value, str) and "://" not in value:
        assert visible(value.replace("\r\n", "\n")) in read.text


def test_no_more_is_shown_than_people_read() -> None:
    """Rows, depth and the length of a text are bounded, and what is left out is counted."""
    deep: Any = "end"
    for _ in range(DEPTH + 3):
        deep = {"in": deep}
    made = record([("many", list(range(9000))), ("deep", deep), ("long", "x" * 9000)], Room(100))
    assert len(made) < 20_000
    assert "… 8901 more" in made  # items
    assert "… 2 more" in made  # fields
    assert "end" not in shown(deep, Room(99))
    assert f"{9000 - TEXT} more characters" in shown("x" * 9000, Room(9))


def test_what_is_secret_is_not_shown() -> None:
    """A field that is a password, and of a link what may be a right to read; data of one's own document is shown."""
    password = {"type": "string", "format": "password"}
    schema = {"type": "object", "properties": {"pin": password, "link": {"type": "string"}}}
    link = "https://me:word@store.example/file?signature=abc#end"
    it = load(openapi({"Login": schema})).models["Login"](pin="1234", link=link)
    for text in (shown(it, Room(9)), repr(it)):
        assert "***" in text
        assert "store.example/file" in text
        assert not [secret for secret in ("1234", "abc", "word", "#end") if secret in text]
    assert it.pin == "1234"
    assert it.to_dict() == {"pin": "1234", "link": link}
    assert "signature=abc" in shown({"link": link}, Room(9, discreet=False))
