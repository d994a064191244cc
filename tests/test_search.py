"""Finding: what some words are about, the likeliest first, at the price of looking and of nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from documents import NOTHING, openapi
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn import load
from leapocr_dyn.api import Api
from leapocr_dyn.explore.screen import WIDTH

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import thousand


def teas() -> Api:
    """A small API in which the same word is an operation, an argument, a model, a field and a value."""
    query = {"name": "kind", "in": "query", "description": "Green or black.", "schema": {"type": "string"}}
    node = {"operationId": "listTeas", "tags": ["teas"], "summary": "Which teas there are", "parameters": [query]}
    other = {"operationId": "brew", "tags": ["teas"], "summary": "Make a cup", "description": "Of any kind of tea."}
    tea = {"type": "object", "description": "A tea.", "properties": {"teaKind": {"description": "What it is."}}}
    schemas = {"Tea": tea, "Kind": {"type": "string", "enum": ["green", "black"], "description": "How it was made."}}
    return load(
        openapi(schemas, {"/teas": {"get": {**node, "responses": NOTHING}, "post": {**other, "responses": NOTHING}}})
    )


def kinds(words: str) -> list[tuple[str, str]]:
    """What was found of the teas."""
    return [(one.kind, one.called) for one in teas().search(words)]


def test_everything_is_found_the_likeliest_first() -> None:
    """A name goes before a word of a name, and that before a word of a description."""
    assert kinds("kind") == [
        ("model", "Kind"),
        ("argument", "kind"),
        ("field", "tea_kind"),
        ("operation", "teas.brew"),
    ]
    assert kinds("green") == [("value", "green"), ("model", "Kind"), ("argument", "kind")]
    assert kinds("list teas")[0] == ("operation", "teas.list_teas")


def test_all_the_words_have_to_be_there() -> None:
    """More words find less, in any order and however they are spelled."""
    assert kinds("cup make") == kinds("make_cup") == kinds("MakeCup") == [("operation", "teas.brew")]
    assert kinds("make tea") == kinds("tea make")
    assert kinds("cup green") == []
    assert kinds("") == []


def test_it_prints_what_to_try() -> None:
    """A line for each: what it is, what to write, what it is for."""
    assert repr(teas().search("kind")) == (
        "model      api.models['Kind']               How it was made. one of 'green', 'black'\n"
        "argument   client.teas.list_teas(kind=...)  Green or black.\n"
        "field      api.models['Tea'].tea_kind       What it is.\n"
        "operation  client.teas.brew()               Make a cup"
    )


def test_a_typo_finds_what_was_meant() -> None:
    """A word that nothing has is read as the nearest that a name has, and that is said; nonsense finds nothing."""
    found = load("leapocr").search("uplaod")
    assert repr(found).splitlines()[0] == "nothing is about 'uplaod'; this is about 'upload':"
    assert found[0].called == "ocr.direct_upload"
    assert repr(load("leapocr").search("xyzzy")) == "<Found nothing about 'xyzzy'; api.tree() shows what there is>"


def test_a_screen_is_enough() -> None:
    """20 lines, and how many more there are; no line is wider than a screen."""
    shown = repr(load("artificer").search("id")).splitlines()
    assert len(shown) == 21
    assert shown[-1].startswith("... and ")
    assert max(map(len, shown)) <= WIDTH
    assert len(load("artificer").search("id", limit=3)) == 3


def test_searching_builds_nothing() -> None:
    """On 1,000 operations and as many models: no class is made and no type decided to find one of them."""
    api = load(thousand.document(200))
    assert [one.called for one in api.search("create invoice90")][:1] == ["invoice90.create_invoice90"]
    built = [it for it in api.models._types.values() if getattr(it, "_python", None) is not None]
    assert built == []
    assert len(api.models._types) < 100, "only those of the arguments on the screen"


@given(st.text(max_size=20))
def test_any_words_can_be_looked_for(words: str) -> None:
    """Whatever is typed gives a result that prints."""
    assert repr(teas().search(words))


@pytest.mark.parametrize(("words", "called"), [("status", "OCRStatusResponse"), ("credits", "credits_used")])
def test_models_and_fields_of_a_service_are_found(words: str, called: str) -> None:
    """By the words of their names."""
    assert called in [one.called for one in load("leapocr").search(words)]
