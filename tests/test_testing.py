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
