"""Pages as values: what stands where, read from whatever a service says."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn import load
from leapocr_dyn.document.workflow import Section
from leapocr_dyn.explore.paper import MOST, Box, paper, papers, within

RULE: Section = load("leapocr").workflow.section("views")["PageResult"]["paper"]


def wire(*boxes: Any, width: Any = 100, height: Any = 200) -> dict[str, Any]:
    """A page on the wire with these boxes."""
    found = [
        {"type": "heading", "text": "Tea", "bounds": dict(zip(["x", "y", "width", "height"], one, strict=True))}
        for one in boxes
    ]
    size = {"width": width, "height": height}
    return {"page_number": 3, "result": "Tea", "confidence": 0.5, "bounding_boxes": found, "dimensions": size}


def test_a_page_is_read_as_its_workflow_says() -> None:
    """Number, text, confidence, size and boxes; each by a JSON Pointer."""
    found = paper(wire((1, 2, 3, 4)), RULE)
    assert found == (3, "Tea", 0.5, (100, 200), (Box("heading", "Tea", (1, 2, 3, 4)),))


def test_a_page_of_which_nothing_is_known_is_empty() -> None:
    """No rule, or nothing where it leads."""
    assert paper({}, RULE) == paper(wire((1, 2, 3, 4)), {}) == (None, None, None, None, ())


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ((-5, -5, 10, 10), (0, 0, 5, 5)),
        ((95, 195, 50, 50), (95, 195, 5, 5)),
        ((101, 0, 5, 5), None),
        ((1, 1, 0, 5), None),
        ((1, 1, -4, 5), None),
        ((1, 1, math.nan, 5), None),
        ((1, 1, math.inf, 5), None),
        ((1, 1, 10**400, 5), None),
        ((1, 1, True, 5), None),
        ((1, 1, "5;fill:red", 5), None),
    ],
)
def test_a_box_is_where_it_is_on_the_page_or_nowhere(given_: Any, kept: Any) -> None:
    """It is cut to the page; what is no number, has no area or lies beside it has no place, and keeps its text."""
    assert paper(wire(given_), RULE).boxes == (Box("heading", "Tea", kept),)


def test_a_page_without_a_size_is_as_large_as_what_stands_on_it() -> None:
    """Boxes keep their proportions where the service leaves the size out."""
    assert paper(wire((10, 10, 30, 10), (0, 50, 5, 5), width=None), RULE).size == (40, 55)
    assert paper(wire(width="wide"), RULE).size is None


NAMES = "page_number result confidence bounding_boxes dimensions bounds type text x y width height"
json_ = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=6),
    max_leaves=20,
)
numbers = st.integers() | st.floats()
pages = st.builds(
    lambda boxes, *size: wire(*boxes, width=size[0], height=size[1]),
    st.lists(st.tuples(numbers, numbers, numbers, numbers), max_size=3),
    numbers,
    numbers,
)


@given(json_ | pages)
def test_whatever_a_service_says_is_a_page(said: Any) -> None:
    """Nothing fails, and every number can be drawn with."""
    found = paper(said, RULE)
    for box in found.boxes:
        if box.place is not None:
            assert found.size is not None
            assert within(box.place, found.size) == pytest.approx(box.place)
    for side in found.size or ():
        assert 0 < side <= 2 * MOST


def test_pages_are_found_in_a_result_and_in_a_page() -> None:
    """A result lists them, a page is one; anything else has none."""
    views = load("leapocr").views
    page = views["PageResult"](2, "Tea")
    assert [one.number for one in papers(views["JobResult"]("j", "completed", [page, page]))] == [2, 2]
    assert [one.content for one in papers(page)] == ["Tea"]
    assert papers(views["JobStatus"]("j", "pending")) == []
