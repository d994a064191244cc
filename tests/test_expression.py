"""Runtime expressions and templates: what a workflow takes from an exchange, and what it sends."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.document import expression
from leapocr_dyn.document.expression import MISSING, Context
from leapocr_dyn.errors import DocumentError

CONTEXT = Context(
    inputs={"name": "Ada", "page": {"size": 10, "tags": ["x", "y"]}, "dotted.name": 3, "empty": [], "none": None},
    outputs={"id": "j-1"},
    steps={"up-load": {"outputs": {"etags": ["a", "b"], "job.id": 7}}},
    url="https://api.test/jobs?x=1",
    method="POST",
    status_code=202,
    request_headers={"Accept": "application/json"},
    request_query={"page[size]": "10", "filter.name": "z"},
    request_path={"job_id": "j-1"},
    request_body={"format": "markdown"},
    response_headers={"Retry-After": "7", "ETag": '"abc"'},
    response_body={"status": "Processing", "items": [{"n": 1}, {"n": 2}], "a/b": {"~": 0}, "done": False, "pct": 62.5},
)
NOTHING = Context()

# --- expressions ---


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$url", "https://api.test/jobs?x=1"),
        ("$method", "POST"),
        ("$statusCode", 202),
        ("$request.header.accept", "application/json"),
        ("$request.query.page[size]", "10"),
        ("$request.query.filter.name", "z"),
        ("$request.path.job_id", "j-1"),
        ("$request.body", {"format": "markdown"}),
        ("$request.body#/format", "markdown"),
        ("$response.header.RETRY-AFTER", "7"),
        ("$response.body#", CONTEXT.response_body),
        ("$response.body#/items/1/n", 2),
        ("$response.body#/a~1b/~0", 0),
        ("$response.body.items[1].n", 2),
        ("$inputs.name", "Ada"),
        ("$inputs.page.size", 10),
        ("$inputs.page.tags[1]", "y"),
        ("$inputs.page#/tags/0", "x"),
        ("$inputs.dotted.name", 3),
        ("$inputs.none", None),
        ("$outputs.id", "j-1"),
        ("$steps.up-load.outputs.etags", ["a", "b"]),
        ("$steps.up-load.outputs.etags#/1", "b"),
        ("$steps.up-load.outputs.job.id", 7),
    ],
)
def test_an_expression_gives_a_value_of_its_own_type(text: str, value: object) -> None:
    """Every source of Arazzo 1.0 is read, and what lies further in by pointer, property or index."""
    assert expression.parse(text)(CONTEXT) == value
    if text != "$inputs.none":
        assert expression.parse(text)(NOTHING) is MISSING


@pytest.mark.parametrize(
    "text",
    [
        *("$response.header.x", "$request.query.x", "$request.path.x", "$inputs.zzz", "$inputs.name.first"),
        *("$response.body#/items/2", "$response.body#/items/-1", "$response.body#/items/01", "$response.body.items.n"),
        *("$outputs.name", "$steps.other.outputs.id", "$steps.up-load.outputs.zzz", "$response.body#/status/0"),
    ],
)
def test_what_is_not_there_is_missing(text: str) -> None:
    """A server may leave anything out: that is MISSING, and never an exception."""
    assert expression.parse(text)(CONTEXT) is MISSING


def test_missing_is_false_and_alone() -> None:
    """MISSING is falsy, differs from null, and stays the one MISSING through copies and pickles."""
    assert not MISSING
    assert MISSING is not None
    assert repr(MISSING) == "MISSING"
    assert pickle.loads(pickle.dumps(MISSING)) is copy.deepcopy(MISSING) is MISSING


def test_an_expression_is_compiled_once() -> None:
    """The same text gives the same expression, which shows the text and survives a pickle."""
    compiled = expression.parse("$response.body#/status")
    assert expression.parse("$response.body#/status") is compiled
    assert repr(compiled) == "<Expression $response.body#/status>"
    assert pickle.loads(pickle.dumps(compiled)) is compiled


@pytest.mark.parametrize(
    ("text", "column"),
    [
        *[("", 1), ("status", 1), ("$", 2), ("$respons.body", 9), ("$response.bodyx", 15), ("$statusCode2", 12)],
        *[("$response.query.x", 11), ("$request.header.", 17), ("$request.header.a b", 18), ("$request.query.", 16)],
        *[("$response.body#a", 16), ("$response.body##/a", 16), ("$response.body#/a~2", 16), ("$response.body.", 15)],
        *[("$response.body[x]", 15), ("$inputs.", 9), ("$inputs.a..b", 10), ("$inputs.a[", 10), ("$inputs.#/a", 9)],
        *[("$steps.a", 8), ("$steps.a.inputs.b", 8), ("$steps.a.outputs.", 8), ("$inputs.a#b", 11)],
    ],
)
def test_a_bad_expression_is_shown_with_a_caret(text: str, column: int) -> None:
    """The message shows the text, and below it a caret where it stops being an expression."""
    with pytest.raises(DocumentError) as caught:
        expression.parse(text)
    said, shown, caret = str(caught.value).split("\n")
    assert said.startswith(f"column {column}: ")
    assert (shown[4:], caret.index("^") - 3) == (text, column)


def test_length_has_a_bound() -> None:
    """A longer text than anybody writes is refused."""
    with pytest.raises(DocumentError, match="at most 10,000 characters"):
        expression.parse("$inputs." + "a" * 10_000)


# --- templates ---


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("$inputs.page", {"size": 10, "tags": ["x", "y"]}),
        ("$inputs.zzz", MISSING),
        ("job {$outputs.id} of {$inputs.name}", "job j-1 of Ada"),
        ("{$statusCode}", "202"),
        ("{$inputs.none} {$response.body#/done} {$inputs.page.tags}", 'null false ["x","y"]'),
        ("a{$inputs.zzz}b", MISSING),
        ({"a": "$outputs.id", "b": "$inputs.zzz", "c": {"d": "x{$inputs.zzz}"}}, {"a": "j-1", "c": {}}),
        (["$outputs.id", "$inputs.zzz", 1, None], ["j-1", 1, None]),
        ({"a": "$inputs.none"}, {"a": None}),
        ({"$outputs.id": "keys stay"}, {"$outputs.id": "keys stay"}),
        (["$5.00", "$", "{}", "{a}", "{$5}", "100 $ {x}"], ["$5.00", "$", "{}", "{a}", "{$5}", "100 $ {x}"]),
    ],
)
def test_a_template_is_filled(template: object, value: object) -> None:
    """A whole expression keeps its type, an embedded one becomes text, and what is MISSING is left out."""
    assert expression.fill(template, CONTEXT) == value


def test_filling_leaves_the_template_as_it_was() -> None:
    """A template can be filled again and again."""
    template: dict[str, Any] = {"a": ["$inputs.name", {"b": "$inputs.zzz"}]}
    before = copy.deepcopy(template)
    assert expression.fill(template, CONTEXT) == expression.fill(template, CONTEXT)
    assert template == before


@pytest.mark.parametrize("template", ["$input.name", {"a": ["x {$inpts.a}"]}, "a {$inputs.name", "{$inputs.{a}}"])
def test_what_starts_like_an_expression_must_be_one(template: object) -> None:
    """A misspelled expression is said, and not sent as text."""
    with pytest.raises(DocumentError, match="column"):
        expression.fill(template, CONTEXT)


def test_a_template_has_a_bound_of_depth() -> None:
    """A template that contains itself is refused."""
    template: list[object] = []
    template.append(template)
    with pytest.raises(DocumentError, match="200 levels"):
        expression.fill(template, CONTEXT)


# --- properties ---

# A slow machine is no mistake.
PATIENT = settings(deadline=None, max_examples=50)

PIECES = st.lists(
    st.sampled_from(["$statusCode", "$response.body", "$inputs.x", "$steps.a", ".outputs.", "#/", ".a", "[0]", "~1"])
    | st.text(max_size=3)
).map("".join)
CONSTANT = st.text().filter(lambda text: "$" not in text)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | CONSTANT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@PATIENT
@given(PIECES)
def test_any_text_is_read_or_a_document_error(text: str) -> None:
    """Whatever is written, nothing but a DocumentError leaves the reader, and evaluation never fails."""
    try:
        compiled = expression.parse(text)
    except DocumentError:
        return
    for context in (CONTEXT, NOTHING):
        compiled(context)


@PATIENT
@given(JSON)
def test_a_constant_template_fills_as_itself(template: object) -> None:
    """Where there is no expression, nothing changes."""
    assert expression.fill(template, CONTEXT) == template


@PATIENT
@given(st.dictionaries(st.text(), JSON, min_size=1))
def test_any_value_is_found_by_its_pointer(body: dict[str, object]) -> None:
    """A pointer of escaped names leads to the value in a body, whatever the name."""
    name, value = next(iter(body.items()))
    found = expression.parse("$response.body#/" + name.replace("~", "~0").replace("/", "~1"))
    assert found(Context(response_body=body)) == value
