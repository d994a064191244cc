"""The sandbox's structured format: what labelled lines fill of a schema, and what is said to be missing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_sandbox_reader import pdf

from leapocr_dyn import LeapOCRSync, ProcessOptions
from leapocr_dyn.sandbox import Sandbox
from leapocr_dyn.sandbox.extract import extracted

INVOICE = """# Invoice 77
Invoice number: A-77
Due date    1 March 2026
**Total:** EUR 1.234,50
Items: tea, milk; sugar
Paid: no
Lines | 3
"""
SCHEMA = {
    "type": "object",
    "properties": {
        "invoiceNumber": {"type": "string"},
        "due_date": {"type": "string", "format": "date"},
        "amount": {"type": "number", "title": "Total"},
        "items": {"type": "array", "items": {"type": "string"}},
        "paid": {"type": ["boolean", "null"]},
        "lines": {"type": "integer"},
        "buyer": {"type": "object", "properties": {"name": {"type": "string"}}},
    },
    "required": ["invoiceNumber", "buyer"],
}


def test_labelled_lines_fill_a_schema_and_what_is_missing_is_named() -> None:
    """By name or title, in any spelling; nothing is made up."""
    data, missing = extracted(INVOICE, SCHEMA)
    assert data == {
        "invoiceNumber": "A-77",
        "due_date": "2026-03-01",
        "amount": 1234.5,
        "items": ["tea", "milk", "sugar"],
        "paid": False,
        "lines": 3,
    }
    assert missing == ["buyer.name"]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("12", "number", 12),
        ("12.50 EUR", "number", 12.5),
        ("1,234.5", "number", 1234.5),
        ("1.234", "integer", 1234),
        ("1'000'000", "integer", 1000000),
        ("-3", "integer", -3),
        ("2.5", "integer", None),
        ("none", "number", None),
        ("9" * 40, "number", None),
        ("maybe", "boolean", None),
        ("Yes", "boolean", True),
    ],
)
def test_numbers_and_truths_are_read_as_people_write_them(text: str, kind: str, value: Any) -> None:
    """Marks for thousands and decimals in either style; what is no such value is not found."""
    data, missing = extracted(f"Value: {text}", {"properties": {"value": {"type": kind}}})
    assert data == ({} if value is None else {"value": value})
    assert missing == (["value"] if value is None else [])


def test_one_of_several_words() -> None:
    """An enum takes its own spelling."""
    assert extracted("State: on hold", {"properties": {"state": {"enum": ["ON_HOLD", "DONE"]}}})[0] == {
        "state": "ON_HOLD"
    }


anything = st.recursive(
    st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(st.text(), st.dictionaries(st.sampled_from(["type", "properties", "items", "enum", "title"]), anything))
def test_any_text_and_any_schema_end_in_data(text: str, schema: Any) -> None:
    """A schema that is none finds nothing."""
    data, missing = extracted(text, schema)
    assert isinstance(data, dict)
    assert isinstance(missing, list)


def test_a_client_gets_data_and_reads_what_is_missing() -> None:
    """From a PDF through the whole client: data that fits the schema; the status names what was not there."""
    paper = ("a.pdf", pdf("Total: 12.50\nDue date: 2026-03-01"))
    schema = {
        "type": "object",
        "properties": {"total": {"type": "number"}, "due_date": {"type": "string"}, "buyer": {"type": "string"}},
        "required": ["total"],
    }
    with Sandbox() as sandbox, LeapOCRSync(sandbox.api_key, base_url=sandbox.url) as client:
        result = client.ocr.process_and_wait(paper, ProcessOptions(format="structured", schema=schema))
        result.validate()
        assert (result.status, result.data) == ("completed", {"total": 12.5, "due_date": "2026-03-01"})
        assert client.ocr.get_job_status(result.job_id).error_message == "not found: buyer"
        needed = {**schema, "required": ["buyer"]}
        partly = client.ocr.process_and_wait(paper, ProcessOptions(format="structured", schema=needed))
        assert (partly.status, partly.result_format) == ("partially_done", "structured")
