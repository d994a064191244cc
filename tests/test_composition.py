"""`allOf` put together: what several schemas say as one."""

from __future__ import annotations

from typing import Any

import pytest
from documents import api_of, ref, type_of

from leapocr_dyn.model.check import problems
from leapocr_dyn.model.type import Object

Json = Any  # the document under test
TEXT = {"type": "string"}
DATE = {"type": "string", "format": "date-time"}


def test_all_parts_of_an_all_of_add_up() -> None:
    """Properties and required of every part, also of parts of parts; what stands beside has the last word."""
    parts = [ref("Named"), {"allOf": [{"properties": {"age": {"type": "integer"}}}], "required": ["age"]}]
    it = type_of(
        {"allOf": parts, "properties": {"tag": TEXT}}, Named={"required": ["name"], "properties": {"name": TEXT}}
    )
    assert isinstance(it, Object)
    assert [(f.wire, f.required) for f in it.fields] == [("name", True), ("age", True), ("tag", False)]


def test_what_parts_of_an_all_of_say_about_one_property_adds_up() -> None:
    """A type from one part, a description from another, properties from both."""
    inner = {"properties": {"a": TEXT}}
    it: Any = type_of(
        {
            "allOf": [
                {"properties": {"x": inner, "y": DATE}},
                {"properties": {"x": ref("More"), "y": {"title": "When"}}},
            ]
        },
        More={"properties": {"b": TEXT}},
    )
    x, y = it.fields
    assert [field.wire for field in x.type.fields] == ["a", "b"]
    assert (y.type.annotation, y.description) == ("datetime", "When")


@pytest.mark.parametrize("beside", [{"properties": {}}, {"properties": {"a": {}}}, {"minLength": 1}, {"allOf": []}])
def test_a_part_of_an_all_of_that_is_the_whole_adds_what_stands_beside_it(beside: Json) -> None:
    """An `allOf` whose part refers to the schema itself, with something beside the `$ref`, is no endless one."""
    api = api_of(B={"allOf": [{**ref("B"), **beside}]})
    assert api.models["B"] is not None
    assert list(problems(api.models.document, ref("B"), "", {"a": "b"})) == []
