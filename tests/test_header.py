"""Response headers as Header Objects describe them: by either name, typed, and as lenient as bodies."""

from __future__ import annotations

import copy
from typing import Any

import httpx
import pytest
from conftest import Script, World
from documents import openapi, operation
from faulty import Faulty, says
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn import errors
from leapocr_dyn.api import load
from leapocr_dyn.operation.header import Headers

Json = Any  # what servers send
WHOLE = {"type": "integer"}
LIST = {"type": "array", "items": WHOLE}
COLOR = {"type": "object", "properties": {"R": WHOLE, "G": WHOLE, "name": {"type": "string"}}}


def read(header: Json, text: str | None, noted: list[Any] | None = None, **rest: Json) -> Any:
    """What the header X-It of an answer is, as this Header Object describes it."""
    it = operation({"responses": {"200": {"description": "", "headers": {"X-It": header}}}}, **rest)
    received = httpx.Headers({} if text is None else {"x-it": text})
    seen = noted if noted is not None else []
    return Headers(it, 200, received, lambda *surprise: seen.append(surprise)).x_it


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        (WHOLE, "7", 7),
        (WHOLE, "-7", -7),
        ({"type": "number"}, "1.5e3", 1500.0),
        ({"type": "boolean"}, "true", True),
        ({"type": "string"}, "7", "7"),
        ({}, "7", "7"),
        (True, "true", "true"),
        ({"type": ["integer", "null"]}, "7", 7),
        ({"anyOf": [WHOLE, {"type": "string"}]}, "7", 7),
        ({"anyOf": [WHOLE, {"type": "string"}]}, "seven", "seven"),
        (LIST, "1,2, 3", [1, 2, 3]),
        (LIST, "", []),
        ({"type": "array", "items": {"type": "string"}}, "a, b", ["a", "b"]),
        ({"type": "object", "additionalProperties": WHOLE}, "R,100,G,200", {"R": 100, "G": 200}),
    ],
)
def test_a_header_is_read_in_style_simple(schema: Json, text: str, value: Json) -> None:
    """Numbers, booleans, lists and objects; what has no type is text."""
    found = read({"schema": schema}, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("explode", "text"), [(False, "R,100,name,red"), (True, "R=100,name=red")])
def test_an_object_is_a_model(explode: bool, text: str) -> None:
    """Exploded or not."""
    color = read({"schema": COLOR, "explode": explode}, text)
    assert (color.R if hasattr(color, "R") else color.r, color["name"]) == (100, "red")


def test_a_header_may_have_a_media_type() -> None:
    """`content` instead of `schema`: JSON in a header."""
    header = {"content": {"application/json": {"schema": COLOR}}}
    assert read(header, '{"R": 100}')["R"] == 100
    assert read(header, "{no") == "{no"


def test_a_header_may_be_a_reference() -> None:
    """To the components, as most are."""
    headers = {"Rate": {"schema": WHOLE}}
    assert read({"$ref": "#/components/headers/Rate"}, "7", components={"headers": headers}) == 7


@pytest.mark.parametrize(
    "headers", [[{}], "X-It", 5, None, {"X-It": None}, {"X-It": {"$ref": "#/nowhere"}}, {"X-It": []}]
)
def test_headers_that_are_described_wrongly_are_text(headers: Json) -> None:
    """As those that are not described at all."""
    it = operation({"responses": {"200": {"description": "", "headers": headers}}})
    assert Headers(it, 200, {"x-it": "7"}, lambda *surprise: None).x_it == "7"


def test_what_is_not_what_was_promised_stays_text_and_is_drift() -> None:
    """Received as leniently as a body."""
    noted: list[Any] = []
    assert read({"schema": WHOLE}, "soon", noted) == "soon"
    assert [what for _, what, _ in noted] == ["type"]


def test_both_names_find_a_header_and_a_missing_one_is_none() -> None:
    """By the wire's name in any case, by the Python name; what was not declared is there as text."""
    described = {"X-RateLimit-Left": {"schema": WHOLE}, "Next": {"schema": {}}, "Content-Type": {"schema": WHOLE}}
    it = operation({"responses": {"200": {"description": "", "headers": described}}})
    headers = Headers(it, 200, httpx.Headers({"x-ratelimit-left": "7", "X-Other": "8", "content-type": "9"}), print)
    assert headers["X-RateLimit-Left"] == headers["x-ratelimit-left"] == headers.x_rate_limit_left == 7
    assert headers["x-other"] == headers.x_other == headers["X_Other"] == "8"
    assert headers["content-type"] == "9"
    assert headers.next is None
    assert "next" not in headers
    assert headers.get("next", 5) == 5
    assert sorted(headers) == ["content-type", "x-other", "x-ratelimit-left"]
    assert {"x_rate_limit_left", "next", "get"} <= set(dir(headers))
    assert repr(headers) == "<Headers x-ratelimit-left, x-other, content-type>"
    assert copy.copy(headers).x_other == "8"
    with pytest.raises(AttributeError, match="there is no header 'nexxt'; did you mean 'next'"):
        _ = headers.nexxt
    with pytest.raises(KeyError):
        headers["nothing"]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [WHOLE, LIST, COLOR, {"type": "number"}, {"type": "boolean"}, {}, {"type": "string", "format": "date"}]
    ),
    st.booleans(),
    st.text(max_size=20) | st.from_regex(r"[-0-9.eE,=]{0,12}", fullmatch=True),
)
def test_any_header_is_a_value(schema: Json, explode: bool, text: str) -> None:
    """Never an exception, whatever a server sends."""
    it = operation({"responses": {"200": {"headers": {"X-It": {"schema": schema, "explode": explode}}}}})
    _ = Headers(it, 200, {"x-it": text}, lambda *surprise: None).x_it


def test_a_call_gives_value_status_and_headers_together(world: World) -> None:
    """`answer` beside `raw`; errors are raised all the same, and a strict client raises for a header, too."""
    created = {
        "description": "",
        "headers": {"X-Left": {"schema": WHOLE}},
        "content": {"application/json": {"schema": {"type": "string"}}},
    }
    node = {"operationId": "make", "tags": ["Shop"], "responses": {"201": created}}
    api = load(openapi(paths={"/things": {"post": node}}))
    said = httpx.Response(201, headers={"x-left": "7", "x-request-id": "r1"}, json="done")
    client = world.client(Script(said), api=api)
    answer = world.run(client.shop.make.answer())
    assert (answer.value, answer.status, answer.headers.x_left, answer.headers["X-Request-Id"]) == (
        "done",
        201,
        7,
        "r1",
    )
    assert answer.response.json() == "done"
    with pytest.raises(errors.NotFoundError):
        world.run(world.client(Script(httpx.Response(404)), api=api).shop.make.answer())
    said.headers["x-left"] = "some"
    answer = world.run(world.client(Script(said), api=api, strict=True).shop.make.answer())
    with pytest.raises(errors.DriftError, match="type at #/paths/~1things/post/responses/201/headers/X-Left"):
        _ = answer.headers.x_left


def test_headers_over_a_real_socket(world: World) -> None:
    """HEAD has nothing else: its length is of a body that does not come."""
    described = {"200": {"description": "", "headers": {"X-Left": {"schema": WHOLE}}}}
    content = {"content": {"application/json": {"schema": {"type": "string"}}}}
    node = {"operationId": "probe", "tags": ["Shop"], "responses": {"200": {**described["200"], **content}}}
    api = load(openapi(paths={"/things": {"head": node}}))
    with Faulty(says(b"", "Content-Type: application/json", "X-Left: 7", length=99)) as server:
        answer = world.run(world.client(f"http://{server.host}", api=api).shop.probe.answer())
        world.close()
    assert (answer.value, answer.headers.x_left, answer.headers["content-length"]) == (None, 7, "99")
