"""Recorded answers: what a real server said, given back by the fake one."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.sandbox import Sandbox
from leapocr_dyn.sandbox.recorded import Recordings

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Jobs", "version": "1"},
    "servers": [{"url": "https://jobs.example/v1"}],
    "paths": {
        "/jobs/{id}": {
            "get": {
                "operationId": "job",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": {}}}}},
            },
        },
    },
}


def exchange(status: int, body: Any, **request: Any) -> dict[str, Any]:
    """One recorded exchange."""
    return {
        "request": {"method": "GET", "path": "/v1/jobs/7", **request},
        "response": {"status": status, "headers": {"x-real": "yes"}, "json": body},
    }


def test_a_recorded_answer_is_given_back_as_it_was() -> None:
    """Status, headers and body are the real server's, also where the document does not know the status."""
    with Sandbox(document=DOCUMENT, answers={"vectors": [exchange(418, {"tea": True})]}) as sandbox:
        answer = httpx.get(f"{sandbox.url}/jobs/7")
        assert (answer.status_code, answer.json(), answer.headers["x-real"]) == (418, {"tea": True}, "yes")
        assert httpx.get(f"{sandbox.url}/jobs/8").status_code == 200


def test_the_same_request_is_answered_in_the_recorded_order() -> None:
    """A job goes from PENDING to COMPLETED, and stays there."""
    recordings = Recordings({"vectors": [exchange(200, "PENDING"), exchange(200, "COMPLETED")]})
    answers = [recordings.answer("GET", "/v1/jobs/7", [], b"") for _ in range(3)]
    assert [one.content for one in answers if one] == [b'"PENDING"', b'"COMPLETED"', b'"COMPLETED"']


def test_the_recording_that_says_most_about_a_request_answers_it() -> None:
    """A recorded query or body has to be equal; one that says neither fits any."""
    recordings = Recordings(
        {"vectors": [exchange(200, 1), exchange(200, 2, query={"page": 2}), exchange(200, 3, json={"a": 1})]}
    )
    said = [
        recordings.answer("GET", "/v1/jobs/7", query, body)
        for query, body in [([], b""), ([("page", "2")], b""), ([("page", "3")], b""), ([], b'{"a": 1}'), ([], b"{")]
    ]
    assert [one.content for one in said if one] == [b"1", b"2", b"1", b"3", b"1"]
    assert recordings.answer("GET", "/v1/other", [], b"") is None


@pytest.mark.parametrize("wrong", [{}, {"vectors": {}}, {"vectors": [{"request": {"method": "GET"}}]}, []])
def test_what_is_no_recording_is_refused_at_once(wrong: Any) -> None:
    """The message shows the shape."""
    with pytest.raises(ConfigurationError, match="a recording is"):
        Recordings(wrong)
