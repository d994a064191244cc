"""Parameters: the specification's table of styles (tests/vectors/parameters.json), and what no value can do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from documents import json_leaves, json_values, operation, taking
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.errors import Error, ValidationError
from leapocr_dyn.operation.parameter import STYLES
from leapocr_dyn.operation.plan import Plan

Case = dict[str, Any]  # JSON
# From OpenAPI 3.1 section 4.8.12.4 (Style Examples), RFC 6570 for what is empty, RFC 3986 for what is encoded.
CASES: list[Case] = json.loads((Path(__file__).parent / "vectors/parameters.json").read_text("utf-8"))
any_text = st.text(st.characters() | st.sampled_from("./\\%?#&=+;\r\n\0\ud800"), max_size=12)


def placed(plan: Plan, where: str) -> str:
    """The text that stands for the parameter."""
    parts = urlsplit(plan.url)
    texts = {
        "path": parts.path.removeprefix("/things/"),
        "query": parts.query,
        "header": plan.headers.get("color", ""),
        "cookie": plan.headers.get("Cookie", ""),
    }
    return texts[where]


@pytest.mark.parametrize("case", CASES, ids=[case["promise"] for case in CASES])
def test_a_style_reads_as_the_specification_says(case: Case) -> None:
    """Each case is a cell of the table, or a rule beside it, with the text that is sent or the refusal."""
    node = {"name": case.get("name", "color"), "in": case["where"], "style": case["style"], "explode": case["explode"]}
    it = taking({**node, "allowReserved": case.get("allowReserved", False)})
    (parameter,) = it.parameters
    if case.get("refused"):
        with pytest.raises(ValidationError) as caught:
            it.plan(**{parameter.name: case["value"]})
        assert caught.value.field == parameter.name
    else:
        assert placed(it.plan(**{parameter.name: case["value"]}), case["where"]) == case["text"]


def test_every_style_has_every_kind_of_value_in_the_table() -> None:
    """No cell is missing: each place, style and explode with text, arrays, objects and their empty forms."""
    told: dict[tuple[str, str, bool], list[Any]] = {}
    for case in CASES:
        told.setdefault((case["where"], case["style"], case["explode"]), []).append(case["value"])
    styles = {
        ("path", "matrix"),
        ("path", "label"),
        ("path", "simple"),
        ("header", "simple"),
        ("cookie", "form"),
        ("cookie", "cookie"),
    }
    styles |= {("query", "form"), ("query", "spaceDelimited"), ("query", "pipeDelimited")}
    for where, style, explode in [(*one, e) for one in styles for e in (True, False)] + [("query", "deepObject", True)]:
        values = told[where, style, explode]
        kinds: list[Any] = ["", "blue", [], {}]
        assert all(kind in values for kind in kinds)


@pytest.mark.parametrize(
    ("where", "style", "explode"),
    [("path", "simple", False), ("query", "form", True), ("header", "simple", False), ("cookie", "form", True)],
)
def test_each_place_has_a_style_of_its_own_where_none_is_named(where: str, style: str, explode: bool) -> None:
    """`style` and `explode` have the defaults of the specification."""
    (parameter,) = taking({"in": where}).parameters
    assert (parameter.style, parameter.explode) == (style, explode)


@pytest.mark.parametrize(
    ("where", "text"), [("query", "x=%7B%22a%22%3A%5B1%5D%7D"), ("path", "%7B%22a%22%3A%5B1%5D%7D")]
)
def test_a_parameter_with_content_is_json(where: str, text: str) -> None:
    """`content` instead of `schema`: the value is written in that media type, then encoded as its place needs it."""
    it = taking({"in": where, "content": {"application/json": {"schema": {"type": "object"}}}})
    assert placed(it.plan(x={"a": [1]}), where) == text


@pytest.mark.parametrize("name", ["Accept", "Content-Type", "authorization"])
def test_headers_with_words_of_their_own_are_no_parameters(name: str) -> None:
    """OpenAPI 3.1 section 4.8.12.2: Accept, Content-Type and Authorization are described elsewhere, so ignored here."""
    assert taking({"name": name, "in": "header", "required": True}).parameters == []


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "CONNECTION", "TE", "Expect"])
def test_a_document_frames_no_request(name: str) -> None:
    """What says where a request goes and where it ends is the transport's: no parameter, and a line in the report."""
    it = taking({"name": name, "in": "header", "required": True})
    assert it.parameters == []
    assert [one.rule for one in it.models.report] == ["framing-header"]
    assert it.plan().headers.keys() == {"Accept"}


def test_a_missing_optional_parameter_is_not_sent() -> None:
    """Neither an argument that is left out nor a None leaves a trace."""
    it = taking({})
    assert it.plan().url == it.plan(x=None).url == "/things"


def test_one_value_cannot_fill_the_place_of_another() -> None:
    """Braces in a value are only text."""
    node: Case = {"parameters": [{"name": name, "in": "path", "required": True, "schema": {}} for name in ("a", "b")]}
    assert operation(node, "/{a}/{b}").plan(a="{b}", b="c").url == "/%7Bb%7D/c"


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    """Python does not write it out, and a sentence says so."""
    with pytest.raises(ValidationError, match="too many digits"):
        taking({}).plan(x=10**5000)


@settings(max_examples=300, deadline=None)
@given(any_text, st.sampled_from(["simple", "label", "matrix"]))
def test_a_path_value_stays_inside_its_segment(value: str, style: str) -> None:
    """Any text is either refused, or one segment that says just this, decoded as often as one likes."""
    try:
        url = taking({"in": "path", "style": style}).plan(x=value).url
    except ValidationError:
        return
    start, things, segment = url.split("/")
    assert (start, things) == ("", "things")
    assert re.fullmatch(r"[A-Za-z0-9._~%;=-]+", segment)
    said = unquote(segment)
    assert said == {"simple": value, "label": f".{value}", "matrix": f";x={value}" if value else ";x"}[style]
    assert not {".", ".."} & set(re.split(r"[/\\]", said))


@settings(max_examples=200, deadline=None)
@given(any_text, st.booleans())
def test_a_query_value_adds_no_parameter(value: str, reserved: bool) -> None:
    """Any text comes out of the query as it went in, and alone; `allowReserved` changes its looks only."""
    try:
        url = taking({"allowReserved": reserved}).plan(x=value).url
    except ValidationError:
        assert re.search("[\ud800-\udfff]", value)
        return
    parts = urlsplit(url)
    assert (parts.path, parts.fragment) == ("/things", "")
    assert parse_qsl(parts.query, keep_blank_values=True) == [("x", value)]


@settings(max_examples=200, deadline=None)
@given(st.lists(json_leaves, max_size=4) | st.dictionaries(any_text, json_leaves, max_size=4))
def test_a_list_or_object_adds_no_header_and_no_cookie(value: Any) -> None:
    """Whatever is in it, a header stays one line of printable ASCII, and a cookie's text holds no separator."""
    for where in ("header", "cookie"):
        try:
            headers = taking({"in": where, "explode": False}).plan(x=value).headers
        except ValidationError:
            continue
        for name, text in headers.items():
            assert re.fullmatch(r"[\t\x20-\x7e]*", text)
            assert name != "Cookie" or re.fullmatch(r"x=[^;\s]*", text)


# -- and back: every style, read by nothing but the specification's table

Value = str | list[str] | dict[str, str]


def paired(flat: list[str]) -> dict[str, str]:
    """R,100,G,200 as an object."""
    return dict(zip(flat[::2], flat[1::2], strict=True))


def members(parts: list[str], decode: Callable[[str], str]) -> dict[str, str]:
    """R=100 and G=200 as an object."""
    return {decode(part.partition("=")[0]): decode(part.partition("=")[2]) for part in parts}


def from_text(style: str, explode: bool, text: str, like: Value, decode: Callable[[str], str]) -> Value:
    """What a server reads in the path or in a header; like: a value of the kind that it expects."""
    if style == "matrix":
        parts = text.removeprefix(";").split(";")
        if isinstance(like, dict) and explode:
            return members(parts, decode)
        assert all(part.partition("=")[0] == "x" for part in parts)
        texts = [part.partition("=")[2] for part in parts]
        if isinstance(like, list) and explode:
            return [decode(one) for one in texts]
        text = texts[0]
    text = text.removeprefix(".") if style == "label" else text
    if isinstance(like, str):
        return decode(text)
    pieces = text.split("." if style == "label" and explode else ",")
    if isinstance(like, dict) and explode:
        return members(pieces, decode)
    flat = [decode(one) for one in pieces]
    return paired(flat) if isinstance(like, dict) else flat


def from_pairs(style: str, explode: bool, pairs: list[str], like: Value, decode: Callable[[str], str]) -> Value:
    """What a server reads in the query or in a cookie."""
    if isinstance(like, dict) and explode and style != "deepObject":
        return members(pairs, decode)
    names = [decode(pair.partition("=")[0]) for pair in pairs]
    texts = [pair.partition("=")[2] for pair in pairs]
    if style == "deepObject" and not isinstance(like, str):
        inside = [name.removeprefix("x[").removesuffix("]") for name in names]
        if isinstance(like, list):
            assert inside == [str(at) for at in range(len(like))]
            return [decode(text) for text in texts]
        return dict(zip(inside, map(decode, texts), strict=True))
    assert set(names) == {"x"}
    if isinstance(like, str):
        return decode(texts[0])
    between = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(style, ",")
    flat = [decode(one) for one in (texts if explode else texts[0].split(between))]
    return paired(flat) if isinstance(like, dict) else flat


some_text = st.text(st.sampled_from('ab.,;=&|[]/%? \\"+#é\r\0\ud800') | st.characters(), max_size=6)
some_values: st.SearchStrategy[Value] = st.one_of(
    some_text,
    st.lists(some_text, min_size=1, max_size=3),
    st.dictionaries(some_text, some_text, min_size=1, max_size=3),
)


@settings(max_examples=1000, deadline=None)
@given(
    st.sampled_from([(where, style) for where, styles in STYLES.items() if where != "querystring" for style in styles]),
    st.booleans(),
    st.booleans(),
    some_values,
)
def test_any_value_is_refused_or_comes_back(
    place: tuple[str, str], explode: bool, reserved: bool, value: Value
) -> None:
    """In every style; and it never adds a segment, a parameter, a header or a cookie."""
    where, style = place
    try:
        plan = taking({"in": where, "style": style, "explode": explode, "allowReserved": reserved}).plan(x=value)
    except ValidationError:
        return
    parts = urlsplit(plan.url)
    count = 1 if isinstance(value, str) or not (explode or style == "deepObject") else len(value)
    assert len(plan.headers) == 1 + (where in ("header", "cookie"))
    assert parts.fragment == ""
    if where == "path":
        _, things, text = parts.path.split("/")
        assert (things, parts.query) == ("things", "")
        assert from_text(style, explode, text, value, unquote) == value
    elif where == "header":
        assert from_text(style, explode, plan.headers["x"], value, str) == value
    elif where == "query":
        assert from_pairs(style, explode, found := parts.query.split("&"), value, unquote) == value
        assert len(found) == count
    else:
        cookies = plan.headers["Cookie"].split("; ")
        assert from_pairs(style, explode, cookies, value, str if style == "cookie" else unquote) == value
        assert len(cookies) == count


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(STYLES)), st.text(max_size=6) | st.sampled_from(["a\r\nb", "a b", "x;y", "é"]), json_values
)
def test_any_name_and_any_value_make_a_plan_or_an_error_of_ours(where: str, name: str, value: Any) -> None:
    """Also a name that no header, path or cookie can have."""
    try:
        it = taking({"in": where, "name": name})
        plan = it.plan(**{one.name: value for one in it.parameters})
    except (Error, TypeError):
        return
    assert not re.search(r"[\r\n\0]", "".join([plan.url, *plan.headers, *plan.headers.values()]))
