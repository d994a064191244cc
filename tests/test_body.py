"""Request bodies: which media type, which bytes, and what has none."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import attrs
import pytest
from conftest import Script, World, answer
from documents import Json, json_values, openapi, operation, ref, sending
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.api import load
from leapocr_dyn.errors import ValidationError
from leapocr_dyn.operation import encoding
from leapocr_dyn.operation import media as kinds
from leapocr_dyn.operation.file import Stored
from leapocr_dyn.operation.plan import Plan

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("media", "value", "content"),
    [
        (JSON, {"a": [1, 2.5, True, None, "é"]}, '{"a":[1,2.5,true,null,"é"]}'),
        ("application/merge-patch+json; charset=utf-8", {}, "{}"),
        ("text/plain", "é", "é"),
        ("text/csv", 5, "5"),
        (FORM, {"a": "b c&d", "e": [1, 2], "f": True, "g": {"h": 1}}, "a=b+c%26d&e=1&e=2&f=true&g=%7B%22h%22%3A1%7D"),
    ],
)
def test_a_value_becomes_the_bytes_of_its_media_type(media: str, value: Any, content: str) -> None:
    """JSON without spaces in UTF-8, text as it is, a form with one field for each item."""
    plan = sending({}, media).plan(body=value)
    assert plan.body == content.encode()
    assert plan.headers["Content-Type"] == media


DEEP = {"style": "deepObject", "explode": True}


@pytest.mark.parametrize(
    ("encoding", "value", "content"),
    [
        ({}, ["x y", "z"], "a=x+y&a=z"),
        ({}, [{"b": 1}, [2]], "a=%7B%22b%22%3A1%7D&a=%5B2%5D"),
        ({}, {"b": "x y"}, "a=%7B%22b%22%3A%22x+y%22%7D"),
        ({}, None, ""),
        ({}, [], ""),
        ({"contentType": JSON}, "x", "a=%22x%22"),
        ({"contentType": "text/plain"}, "x", "a=x"),
        ({"style": "form"}, ["x y", "z"], "a=x%20y&a=z"),
        ({"style": "form", "contentType": JSON}, {"b": 1, "c": "d"}, "b=1&c=d"),
        ({"explode": False}, ["x,y", "z"], "a=x%2Cy,z"),
        ({"style": "spaceDelimited"}, ["x", "y"], "a=x%20y"),
        ({"style": "pipeDelimited"}, ["x", "y"], "a=x%7Cy"),
        ({"allowReserved": True}, "a/b?c&d", "a=a/b?c%26d"),
        (DEEP, {"b": {"c": 1}, "d": None}, "a%5Bb%5D%5Bc%5D=1"),
        (DEEP, ["x", "y"], "a%5B0%5D=x&a%5B1%5D=y"),
        (DEEP, {"b": [{"c": 1}, {"c": 2}]}, "a%5Bb%5D%5B0%5D%5Bc%5D=1&a%5Bb%5D%5B1%5D%5Bc%5D=2"),
        (DEEP, [], ""),
    ],
)
def test_a_forms_fields_are_as_the_encoding_object_says(encoding: Any, value: Any, content: str) -> None:
    """OpenAPI 3.2: a style where one is asked for, else each item in its own media type; null is no field."""
    entry = {"schema": {"type": "object"}, "encoding": {"a": encoding}}
    it = operation({"requestBody": {"content": {FORM: entry}}}, method="post")
    assert it.plan(body={"a": value}).body == content.encode()


def test_lines_of_json_take_a_list() -> None:
    """application/x-ndjson and its kin: one value on each line."""
    assert sending({}, "application/x-ndjson").plan(body=[{"a": 1}, "é"]).body == '{"a":1}\n"é"\n'.encode()


@pytest.mark.parametrize("media", ["application/xml", "application/soap+xml", "text/yaml", "application/sdp"])
def test_text_that_is_no_json_is_passed_through(media: str) -> None:
    """Whatever a schema says about it: text or bytes go out as they are, and a dict is refused with a sentence."""
    it = sending({"type": "object", "properties": {"a": {}}, "required": ["a"]}, media)
    assert it.plan(body="<é/>").body == it.plan(body="<é/>".encode()).body == "<é/>".encode()
    assert str(it.signature.parameters["body"]) == "body: str | bytes | Path | BinaryIO | tuple"
    with pytest.raises(ValidationError, match="is sent as text or bytes, not dict"):
        it.plan(body={"a": 1})


def test_text_is_written_in_the_charset_that_the_media_type_names() -> None:
    """What the charset has no letter for is refused."""
    it = sending({"type": "string"}, "text/plain; charset=latin-1")
    assert it.plan(body="é").body == b"\xe9"
    with pytest.raises(ValidationError, match="can't encode"):
        it.plan(body="日")


@pytest.mark.parametrize(
    ("media", "value", "kind"),
    [
        ("*/*", {"a": 1}, JSON),
        ("*/*", b"x", "application/octet-stream"),
        ("*/*", ("a.png", b"x"), "image/png"),
        ("application/*", [1], JSON),
        ("application/*", b"x", "application/octet-stream"),
        ("application/*", ("a.png", b"x"), "application/octet-stream"),
        ("image/*", ("a.png", b"x"), "image/png"),
    ],
)
def test_a_range_is_never_what_is_sent(media: str, value: Any, kind: str) -> None:
    """A dict is JSON, bytes are bytes, and a file's name says more."""
    assert sending({}, media).plan(body=value).headers["Content-Type"] == kind


def test_a_range_that_nobody_can_fill_asks_which() -> None:
    """And the caller can say so, within the range."""
    it = sending({}, "image/*")
    with pytest.raises(ValidationError, match=r"which image/\* is it\? Say so with content_type="):
        it.plan(body=b"x")
    assert it.plan(body=b"x", content_type="image/webp").headers["Content-Type"] == "image/webp"
    with pytest.raises(ValidationError, match="is not offered"):
        it.plan(body=b"x", content_type="text/plain")


def test_a_file_as_the_body_is_read_while_it_is_sent(tmp_path: Path) -> None:
    """A path, or an open file from where it stands; a shell takes it by its name."""
    (tmp_path / "a.png").write_bytes(b"0123")
    it = sending({}, "application/octet-stream")
    plan = it.plan(body=tmp_path / "a.png")
    assert repr(plan) == "<Plan POST /things, 4 bytes>"
    assert plan.arguments == {"body": "a.png"}
    assert plan.curl().endswith(f"--data-binary @{tmp_path}/a.png")
    with open(tmp_path / "a.png", "rb") as file:
        file.seek(2)
        opened = it.plan(body=file)
        assert isinstance(opened.body, Stored)
        assert b"".join(piece() for piece in opened.body.pieces()) == b"23"


def test_a_file_leaves_through_the_transport_and_can_be_repeated(world: World, tmp_path: Path) -> None:
    """The bytes arrive with their length, the second time, too."""
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    it = operation({"requestBody": {"content": {"application/octet-stream": {}}}, "responses": {}}, method="put")
    script = Script(answer(503), answer())
    client = world.client(script, api=load(openapi(paths={"/things": {"put": it.node}})))
    world.run(client.default.go(body=tmp_path / "a"))
    for request in script.requests:
        assert request.headers["content-length"] == "3000000"
        assert request.read() == b"x" * 3_000_000 if world.blocking else world.run(request.aread())


@pytest.mark.parametrize("media", [JSON, "application/octet-stream", "image/png", "application/x-unheard-of"])
def test_bytes_go_out_as_they_are(media: str) -> None:
    """Under the operation's own media type, and unchecked."""
    plan = sending({"type": "string"}, media).plan(body=b"\x00\xff")
    assert (plan.body, plan.headers["Content-Type"]) == (b"\x00\xff", media)


def test_a_media_type_without_bytes_of_ours_wants_bytes() -> None:
    """A sentence, not a guess."""
    with pytest.raises(ValidationError, match="a image/png body is sent as bytes, not dict"):
        sending({}, "image/png").plan(body={})


@pytest.mark.parametrize(
    ("media", "value"),
    [
        (JSON, float("nan")),
        (JSON, [float("inf")]),
        (JSON, "\ud800"),
        (JSON, [10**5000]),
        (FORM, {"a": "\ud800"}),
        (FORM, {"a": float("nan")}),
        (FORM, "a=b"),
        ("text/plain", "\ud800"),
    ],
)
def test_what_a_media_type_cannot_say_is_refused(media: str, value: Any) -> None:
    """NaN, half a surrogate pair, a form that is no object: a ValidationError that names the body."""
    with pytest.raises(ValidationError) as caught:
        sending({}, media).plan(body=value)
    assert caught.value.field == "body"


def test_a_value_that_contains_itself_is_refused() -> None:
    """A sentence, not a RecursionError."""
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(ValidationError, match="nested too deep, or contains itself"):
        sending({}).plan(body=circle)


@pytest.mark.parametrize(
    ("media", "json_like"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("text/json", True),
        ("Application/Problem+JSON", True),
        ("application/jsonl", False),
        ("application/xml", False),
        ("", False),
    ],
)
def test_json_has_many_names(media: str, json_like: bool) -> None:
    """RFC 6839 section 3.1: whatever ends in +json is JSON."""
    assert kinds.is_json(media) is json_like


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["text/plain", JSON], JSON),
        (["multipart/form-data", "application/hal+json"], "application/hal+json"),
        (["image/png", "image/gif"], "image/png"),
        ([], None),
    ],
)
def test_json_is_preferred(offered: list[str], chosen: str | None) -> None:
    """Else the first that the document names."""
    assert kinds.preferred(offered) == chosen


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_json_bodies_come_back_as_they_were(value: Any) -> None:
    """decode(encode(value)) is the value, whatever it is."""
    assert json.loads(encoding.encode_json(value)) == value


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(), st.text() | st.lists(st.text(), min_size=1, max_size=3), max_size=4))
def test_form_bodies_come_back_as_they_were(value: dict[str, Any]) -> None:
    """Every field with its name, every item with its own field, in order."""
    pairs = [(key, item) for key, one in value.items() for item in (one if isinstance(one, list) else [one])]
    try:
        content = sending({}, FORM).plan(body=value).body
    except ValidationError:
        assert re.search("[\ud800-\udfff]", str(pairs))
        return
    assert isinstance(content, bytes)
    assert parse_qsl(content.decode(), keep_blank_values=True) == pairs


OPEN: Json = {"properties": {"name": {"type": "string"}, "friend": ref("Pet"), "all": {"items": ref("Pet")}}}


def _json(plan: Plan) -> Json:
    assert isinstance(plan.body, bytes)
    return json.loads(plan.body)


@pytest.mark.parametrize("closing", [{}, {"additionalProperties": False}, {"unevaluatedProperties": False}])
def test_what_a_newer_server_sent_goes_back_with_a_changed_model(closing: Json) -> None:
    """Read, modify, write: fields that the document lacks are the server's own, at any depth, and no mistake."""
    it = sending(ref("Pet"), schemas={"Pet": {**OPEN, **closing}})
    wire = {
        "name": "Mimi",
        "new": 1,
        "friend": {"new": 2, "all": [{"new": None}]},
        "all": [{"name": "Momo", "new": {}}],
    }
    pet = it.converter.structure(wire, it.models.type("Pet"))
    plan = it.plan(body=attrs.evolve(pet, name="Momo"))
    assert _json(plan) == {**wire, "name": "Momo"}
    assert pickle.loads(pickle.dumps(plan)).body == plan.body
    assert _json(it.plan(friend=pet.friend, all=[pet])) == {"friend": wire["friend"], "all": [wire]}
    assert _json(it.plan(body={"friend": pet})) == {"friend": wire}


@pytest.mark.parametrize("closing", [{}, {"additionalProperties": False}, {"unevaluatedProperties": False}])
def test_what_a_caller_writes_in_a_dict_is_checked_beside_a_received_model(closing: Json) -> None:
    """A name that is not known stays a mistake in a dict, also in one that holds a model or that is one's to_dict()."""
    it = sending(ref("Pet"), schemas={"Pet": {**OPEN, **closing}})
    pet = it.converter.structure({"name": "Mimi", "new": 1}, it.models.type("Pet"))
    for body in ({"friend": pet, "new": 1}, pet.to_dict(), attrs.evolve(pet, friend={"new": 1})):
        with pytest.raises(ValidationError, match="new: is not known"):
            it.plan(body=body)
