"""Criteria: what a workflow asks of an exchange, true or false."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.document import criterion
from leapocr_dyn.document.expression import Context
from leapocr_dyn.errors import DocumentError

CONTEXT = Context(
    inputs={"name": "Ada", "page": {"size": 10, "tags": ["x", "y"]}, "empty": [], "none": None},
    method="POST",
    status_code=202,
    response_headers={"Retry-After": "7"},
    response_body={"status": "Processing", "items": [{"n": 1}, {"n": 2}], "done": False, "pct": 62.5},
)
NOTHING = Context()


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("$statusCode == 202", True),
        ("$statusCode != 202", False),
        ("$statusCode >= 200 && $statusCode < 300", True),
        ("$statusCode < 200 || $statusCode > 299", False),
        ("$statusCode==202&&$method=='post'", True),
        ("!($statusCode == 202)", False),
        ("!$response.body#/done", True),
        ("$response.body#/done == false", True),
        ("$response.body#/pct > 62", True),
        ("$response.body#/items[1].n == 2", True),
        ("$response.body.items[0].n == 1.0", True),
        ("($inputs.page).tags[0] == 'X'", True),
        ("$inputs.none == null", True),
        ("true", True),
        ("null", False),
        ("0", False),
        ("'no'", True),
        ("$inputs.empty", False),
        ("$inputs.name", True),
        ("-1.5e1 < -1", True),
        ("false || false || true", True),
        ("false && true || true", True),
        ("true || true && false", True),
        ("!true || true", True),
        ("!!true", True),
    ],
)
def test_a_criterion_is_true_or_false(text: str, holds: bool) -> None:
    """Operators bind as they do elsewhere: brackets, !, comparison, &&, ||."""
    assert criterion.condition(text)(CONTEXT) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("$response.body#/status == 'PROCESSING'", True),
        ("'STRASSE' == 'straße'", True),
        ("'b' > 'A'", True),
        ("'it''s' == 'IT''S'", True),
        ("'' == ''", True),
        ("$response.header.retry-after > 5", True),
        ("'10' == 10", True),
        ("'1e1' == 10", True),
        ("'٣' == 3", False),
        ("'ten' == 10", False),
        ("'true' == true", False),
        ("true == 1", False),
        ("false == 0", False),
        ("null == 0", False),
        ("null == false", False),
        ("'a' < 1", False),
        ("null <= null", False),
        ("true >= true", False),
        ("$inputs.page == $inputs.page", True),
        ("$inputs.empty == $inputs.page", False),
    ],
)
def test_comparisons_are_loose_but_not_looser_than_they_say(text: str, holds: bool) -> None:
    """Case does not count, and text that is a number compares with numbers; nothing else is converted."""
    assert criterion.condition(text)(CONTEXT) is holds


def test_a_criterion_is_compiled_once() -> None:
    """The same text gives the same criterion, which shows the text and survives a pickle."""
    compiled = criterion.condition("$statusCode == 200")
    assert criterion.condition("$statusCode == 200") is compiled
    assert repr(compiled) == "<Condition $statusCode == 200>"
    assert pickle.loads(pickle.dumps(compiled)) is compiled


@pytest.mark.parametrize("other", ["null", "false", "0", "''", "$inputs.zzz", "'x'", "$statusCode"])
def test_what_is_missing_equals_nothing(other: str) -> None:
    """Against MISSING, == is false, != is true, and no order holds."""
    for left, right in (("$inputs.zzz", other), (other, "$inputs.zzz")):
        assert not criterion.condition(f"{left} == {right}")(CONTEXT)
        assert criterion.condition(f"{left} != {right}")(CONTEXT)
        for sign in ("<", "<=", ">", ">="):
            assert not criterion.condition(f"{left} {sign} {right}")(CONTEXT)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        *[("", 1), ("  ", 3), ("$statusCode = 200", 13), ("$statusCode ==", 15), ("(true", 6), ("true)", 5)],
        *[("'abc", 1), ("1 == 2 == 3", 8), ("true true", 6), ("yes", 1), ("&& true", 1), ("$inputs.a[b]", 11)],
        *[("$inputs.a[0", 12), ("$inputs.a[01]", 11), ("12abc", 1), ("true && $respons.body", 17), ("9" * 5000, 1)],
        *[("$inputs.a + 1", 11), ('$method == "POST"', 12), ("True", 1), ("$a", 2)],
    ],
)
def test_a_bad_criterion_is_shown_with_a_caret(text: str, column: int) -> None:
    """The caret stands in the whole criterion, also where the mistake is inside an expression."""
    with pytest.raises(DocumentError, match=f"^column {column}: "):
        criterion.condition(text)


def test_a_long_text_is_shown_around_its_mistake() -> None:
    """The message stays readable, and without control characters."""
    with pytest.raises(DocumentError) as caught:
        criterion.condition("true && " * 500 + "\x1b[31m" + " || true" * 500)
    _, shown, caret = str(caught.value).split("\n")
    assert len(shown) < 100
    assert shown[caret.index("^")] == "\ufffd"


@pytest.mark.parametrize("text", ["(" * 4_000 + "1" + ")" * 4_000, "!" * 9_000 + "1", "(" * 51 + "1" + ")" * 51])
def test_brackets_have_a_bound(text: str) -> None:
    """Depth is refused with a sentence, long before Python's recursion limit."""
    with pytest.raises(DocumentError, match="more than 50"):
        criterion.condition(text)
    assert criterion.condition("(" * 50 + "1" + ")" * 50)(NOTHING)


def test_length_has_a_bound_and_chains_are_no_depth() -> None:
    """A long chain of && is one level; a longer text than anybody writes is refused."""
    assert criterion.condition(" && ".join(["1"] * 1_900))(NOTHING)
    with pytest.raises(DocumentError, match="at most 10,000 characters"):
        criterion.condition("$inputs." + "a" * 10_000)


# --- properties ---

# A slow machine is no mistake.
PATIENT = settings(deadline=None, max_examples=50)

PIECES = st.lists(
    st.sampled_from(
        [
            *("$statusCode", "$response.body", "#/", ".a", "[0]", "$inputs.x"),
            *("==", "&&", "||", "!", "<", "(", ")", "'", "'a'", " "),
        ]
    )
    | st.text(max_size=3)
).map("".join)


@PATIENT
@given(PIECES)
def test_any_text_is_a_criterion_or_a_document_error(text: str) -> None:
    """Whatever is written, nothing but a DocumentError leaves the reader, and evaluation never fails."""
    try:
        compiled = criterion.condition(text)
    except DocumentError:
        return
    for context in (CONTEXT, NOTHING):
        compiled(context)


@PATIENT
@given(st.text().filter(lambda text: len(text) < 4_000), st.text().filter(lambda text: len(text) < 4_000))
def test_text_compares_as_its_folded_case(left: str, right: str) -> None:
    """Any text can be written as a literal, and two are equal exactly when they are so without case."""
    quoted = [text.replace("'", "''") for text in (left, right)]
    holds = criterion.condition(f"'{quoted[0]}' == '{quoted[1]}'")(NOTHING)
    assert holds == (left.casefold() == right.casefold())
