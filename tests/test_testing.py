"""What the package gives to its users' own tests: a scripted server, and a clock that nobody waits for."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

import leapocr_dyn
from leapocr_dyn import LeapOCR, LeapOCRSync, errors
from leapocr_dyn.testing import Replies

JOB = {"id": "j1", "status": "processing", "processed_pages": 1, "total_pages": 2}


@pytest.fixture
def replies() -> Replies:
    """A script for LeapOCR, in which nothing stands yet."""
    return Replies(leapocr_dyn.load("leapocr"))


def test_a_program_runs_against_a_script(replies: Replies) -> None:
    """Upload, wait and read, without a network and without waiting; then the test looks at what was sent."""
    part = {"part_number": 1, "start_byte": 0, "end_byte": 7, "upload_url": "https://storage.test/1"}
    replies.reply("direct_upload", {"job_id": "j1", "parts": [part]})
    replies.reply("PUT https://storage.test/1", headers={"etag": '"e1"'})
    replies.reply("complete_direct_upload", {"job_id": "j1", "status": "pending"})
    replies.reply("get_job_status", JOB, {**JOB, "status": "completed"})
    replies.reply("get_job_result", {"job_id": "j1", "pages": [{"page_number": 1, "result": "Hello"}]})
    with LeapOCRSync("any key", **replies.blocking()) as client:
        assert client.ocr.process_and_wait(("a.pdf", b"%PDF-1.7")).text == "Hello"
    assert [one.operation for one in replies.sent] == [
        "direct_upload",
        None,
        "complete_direct_upload",
        "get_job_status",
        "get_job_status",
        "get_job_result",
    ]
    assert replies.sent[2].body == {"parts": [{"part_number": 1, "etag": "e1"}]}
    assert replies.clock.slept


def test_the_same_script_serves_an_async_program(replies: Replies) -> None:
    """One script for both kinds of client."""
    replies.reply("getJobStatus", JOB)

    async def main() -> Any:
        async with LeapOCR("any key", **replies.suspending()) as client:
            return await client.ocr.get_job_status("j1")

    assert asyncio.run(main()).progress == 50.0


def test_a_reply_that_the_service_never_gives_is_refused(replies: Replies) -> None:
    """A misspelled field in a test's own data is found when it is written; checked=False lets it through."""
    with pytest.raises(errors.ContractError, match="no such answer with 200: stauts: is not known; did you mean"):
        replies.reply("get_job_status", {"id": "j1", "stauts": "completed"})
    replies.reply("get_job_status", {"id": "j1", "status": 7}, checked=False)
    with LeapOCRSync("any key", **replies.blocking()) as client:
        assert client.ocr.get_job_status("j1").status == 7


def test_a_request_that_nobody_scripted_fails_the_test(replies: Replies) -> None:
    """Not an exception that a program could catch as the service's."""
    with LeapOCRSync("any key", **replies.blocking()) as client:
        with pytest.raises(
            AssertionError, match=r"nobody scripted GET https://api\.leapocr\.com/.* \(get_job_status\)"
        ):
            client.ocr.get_job_status("j1")
        with pytest.raises(AssertionError, match="which the document does not know"):
            client.request("GET", "/nothing")


def test_errors_and_lost_connections_can_be_scripted(replies: Replies) -> None:
    """The client retries as it would, on the still clock."""
    replies.fail("get_job_status", httpx.ConnectError("refused"))
    replies.reply("get_job_status", b"", status=503, headers={"retry-after": "5"})
    replies.reply("get_job_status", JOB)
    replies.reply("delete_job", {"code": "NOT_FOUND", "error": {"message": "gone"}}, status=404)
    with LeapOCRSync("any key", **replies.blocking()) as client:
        assert client.ocr.get_job_status("j1").job_id == "j1"
        with pytest.raises(leapocr_dyn.LeapOCRError, match="NOT_FOUND: gone"):
            client.ocr.delete_job("j1")
    assert max(replies.clock.slept) >= 5


def test_recorded_replies_come_from_a_file(replies: Replies, tmp_path: Path) -> None:
    """A JSON array, as a recording wrote it; the last one of an operation is repeated."""
    path = tmp_path / "recorded.json"
    path.write_text(json.dumps([{"operation": "getJobStatus", "body": JOB}, {"operation": "deleteJob", "status": 204}]))
    replies.recorded(path)
    with LeapOCRSync("any key", **replies.blocking()) as client:
        assert client.ocr.get_job_status("j1").total_pages == client.ocr.get_job_status("j1").total_pages == 2
        client.ocr.delete_job("j1")
    assert repr(replies) == "<Replies to 2 operations; 3 requests so far>"


def test_models_are_replies_too(replies: Replies) -> None:
    """A body can be built from the document's own models, which editors complete; it is checked like any other."""
    model: Any = replies.api.models["StatusResponse"]
    replies.reply("get_job_status", model(id="j1", status="processing", total_pages=2, processed_pages=1))
    with LeapOCRSync("any key", **replies.blocking()) as client:
        assert client.ocr.get_job_status("j1").progress == 50.0
    with pytest.raises(errors.ContractError, match="status: must be one of"):
        replies.reply("get_job_status", model(id="j1", status="procesing"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "is no recording, because it is not JSON: Expecting value"),
        ('{"operation": "getJobStatus"}', "is no recording: it is no array; it looks like"),
        ('[{"operation": "getJobStatus"}, {"op": "getJobStatus"}]', "is no recording: entry 1 has no operation"),
    ],
)
def test_a_file_that_is_no_recording_is_said(replies: Replies, tmp_path: Path, text: str, said: str) -> None:
    """By its name, and by the entry that is wrong."""
    path = tmp_path / "recorded.json"
    path.write_text(text)
    with pytest.raises(errors.ConfigurationError, match=rf"recorded\.json {said}"):
        replies.recorded(path)
    with pytest.raises(FileNotFoundError):
        replies.recorded(tmp_path / "missing.json")


def test_a_mistake_in_a_script_is_found_where_it_is_made(replies: Replies) -> None:
    """And not by the request that it was meant for."""
    wrong: Any = "leapocr"
    with pytest.raises(TypeError, match=r"replies are to an Api: Replies\(leapocr_dyn\.load\('leapocr'\)\)"):
        Replies(wrong)
    with pytest.raises(KeyError, match="did you mean 'get_job_status'"):
        replies.reply("get_job_statsu", JOB)
    with pytest.raises(errors.ConfigurationError, match=r"'GET /ocr/models' is neither an operation's name nor METHOD"):
        replies.reply("GET /ocr/models", {})
    with pytest.raises(TypeError, match=r"a failure is an exception, such as httpx\.ConnectError.*, not 'leapocr'"):
        replies.fail("get_job_status", wrong)
    with pytest.raises(TypeError, match="JSON has no word for a object"):
        replies.reply("get_job_status", object(), checked=False)
