"""spec/: what we say of a service in our own words is what the service publishes, once it is corrected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import leapocr_dyn
from leapocr_dyn.api import Api
from leapocr_dyn.document import Document

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "spec" / "leapocr"
PUBLISHED = ROOT.parent / "shared" / "specs" / "leapocr" / "8.json"
# Words for people; they change nothing on the wire. `uniqueItems: false` says nothing at all.
PROSE = {
    "description",
    "summary",
    "title",
    "example",
    "examples",
    "tags",
    "operationId",
    "x-enum-varnames",
    "uniqueItems",
}


def meaning(document: Document, node: Any, place: str) -> Any:  # Any: a node of a document
    """A node with its references followed and without prose, so that two ways to say the same are equal."""
    located = document.follow(node, place)
    if isinstance(located.value, list):
        return [meaning(document, item, f"{located.pointer}/{index}") for index, item in enumerate(located.value)]
    if not isinstance(located.value, dict):
        return located.value
    named = located.pointer.endswith("/properties")
    found = {
        key: meaning(document, value, f"{located.pointer}/{key}")
        for key, value in located.value.items()
        if named or (key not in PROSE and not (key == "required" and value is False))
    }
    return {**found, "required": sorted(found["required"])} if isinstance(found.get("required"), list) else found


def operations(api: Api) -> dict[str, Any]:  # Any: what an operation means
    """What every operation that the workflow names means, by method and path."""
    document = api._document
    found = {}
    for rule in api.workflow.operations.values():
        assert rule.at is not None
        operation = api.operations[rule.at]
        found[rule.at] = meaning(document, operation.node, operation.place)
        found[rule.at]["security"] = [sorted(one) for one in operation.security]
    return found


def published() -> Api:
    """The published document, corrected."""
    if not PUBLISHED.exists():
        pytest.skip("../shared is absent")
    return leapocr_dyn.load(PUBLISHED, overlay=SPEC / "overlay.yaml", workflow=SPEC / "workflow.yaml")


def test_the_published_document_corrected_says_what_ours_says() -> None:
    """For every operation that the workflow names, the two documents mean the same to the letter."""
    ours, theirs = operations(leapocr_dyn.load("leapocr")), operations(published())
    assert ours.keys() == theirs.keys()
    for at, said in ours.items():
        assert said == theirs[at], at


def test_both_documents_name_the_same_server_and_credentials() -> None:
    """The key goes to the same place in the same header, whichever document is read."""
    ours, theirs = leapocr_dyn.load("leapocr"), published()
    assert ours.base_url == theirs.base_url
    for one in (ours, theirs):
        scheme = one.operations["get_job_status"].schemes["ApiKeyAuth"]
        assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "X-API-KEY")


def test_every_correction_finds_what_it_corrects() -> None:
    """No action of the overlay is there in vain; one that matches nothing would be a correction to something else."""
    report = [finding.said for finding in published().report if finding.rule == "overlay"]
    assert len(report) == 5
    assert not [said for said in report if "0 matches" in said]


def test_the_door_works_with_the_published_document() -> None:
    """LeapOCRSync takes the corrected document in place of the bundled one, with the same names."""
    client = leapocr_dyn.LeapOCRSync("k", api=published())
    assert client.ocr.get_job_status.__doc__
    assert client.api.views["JobStatus"]("x", "pending").job_id == "x"
