"""`import leapocr_dyn as leapocr`: programs for the official package, or from its plan, run as they are.

The names and orders are those of leapocr 2.0.1 on the package index, and of the plan that came before it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import importlib
import inspect
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import URL, StillClock
from test_leapocr import Service

import leapocr_dyn as leapocr

OFFICIAL = [
    "__version__",
    "LeapOCR",
    "ClientConfig",
    "Format",
    "Model",
    "JobStatusType",
    "ProcessOptions",
    "PollOptions",
    "ProcessResult",
    "JobStatus",
    "JobResult",
    "PageResult",
    "PaginationInfo",
    "ModelInfo",
    "BatchResult",
    "LeapOCRError",
    "AuthenticationError",
    "RateLimitError",
    "ValidationError",
    "FileError",
    "JobError",
    "JobFailedError",
    "JobTimeoutError",
    "NetworkError",
    "APIError",
    "InsufficientCreditsError",
    "verify_webhook_signature",
]
PLANNED = ["LeapOCRSync", "validate_file", "with_retry"]

# Positional arguments and fields, in the official order; ours may go on after them.
ARGUMENTS = {
    "LeapOCR": "api_key config",
    "ProcessOptions": "format model schema instructions template_slug metadata",
    "PollOptions": "poll_interval max_wait on_progress",
    "ClientConfig": "base_url timeout max_retries retry_delay retry_multiplier http_client debug",
    "ProcessResult": "job_id status created_at estimated_completion",
    "JobStatus": "job_id status processed_pages total_pages progress created_at updated_at error_message",
    "PageResult": "page_number result id confidence",
    "PaginationInfo": "page limit total total_pages",
    "JobResult": "job_id status pages file_name total_pages processed_pages credits_used model result_format "
    "completed_at pagination",
    "ModelInfo": "name display_name description credits_per_page priority",
    "BatchResult": "batch_id jobs total_files submitted_at",
    "LeapOCRError": "message code status_code details cause",
    "FileError": "message file_path file_size",
    "JobError": "message job_id",
    "APIError": "message status_code response",
    "ValidationError": "message field",
    "verify_webhook_signature": "payload signature timestamp secret",
    "with_retry": "operation max_retries retry_delay retry_multiplier is_retryable",
    "validate_file": "file_path max_size allowed_types",
}
METHODS = {
    "process_file": "file options",
    "process_url": "url options",
    "get_job_status": "job_id",
    "get_results": "job_id page limit",
    "wait_until_done": "job_id poll_options",
    "delete_job": "job_id",
    "process_and_wait": "file options poll_options",
    "process_batch": "files options",
    "stream_results": "job_id",
    "cancel_job": "job_id",
    "list_models": "",
}


def client(server: Any = None, **settings: Any) -> leapocr.LeapOCR:
    """An async client whose network is a function."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(server or Service()))
    return leapocr.LeapOCR("test-key", base_url=URL, http_client=http, clock=StillClock(), **settings)


@pytest.mark.parametrize("name", OFFICIAL + PLANNED)
def test_every_name_is_there(name: str) -> None:
    """What the official package exports, and what its plan adds, can be had from the root."""
    assert getattr(leapocr, name) is not None


@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments_stand_in_the_official_order(name: str) -> None:
    """Programs that pass arguments by position mean the same ones."""
    wanted = ARGUMENTS[name].split()
    assert list(inspect.signature(getattr(leapocr, name)).parameters)[: len(wanted)] == wanted


@pytest.mark.parametrize("name", METHODS)
def test_methods_take_the_official_arguments(name: str) -> None:
    """client.ocr has them all, async and blocking, by the same names."""
    for made in (leapocr.LeapOCR("k"), leapocr.LeapOCRSync("k")):
        assert (
            list(inspect.signature(getattr(made.ocr, name)).parameters)[: len(METHODS[name].split())]
            == METHODS[name].split()
        )


@pytest.mark.parametrize("module", ["models", "errors"])
def test_submodules_import_as_they_do_there(module: str) -> None:
    """`from leapocr.models import ...` and `from leapocr.errors import ...` have the same names."""
    there = importlib.import_module(f"leapocr_dyn.{module}")
    errors = {name for name in OFFICIAL if name.endswith("Error")}
    for name in errors if module == "errors" else leapocr.models.NAMES:
        assert inspect.isclass(getattr(there, name))
    with pytest.raises(AttributeError):
        _ = there.Nothing


def test_the_shared_exceptions_catch_what_the_services_own_do() -> None:
    """An `except` clause written with either module's class holds."""
    from leapocr_dyn import errors

    assert errors.LeapOCRError is leapocr.LeapOCRError
    assert issubclass(leapocr.RateLimitError, errors.RateLimitError)
    assert leapocr.RateLimitError("slow down", retry_after=5).retry_after == 5
    assert leapocr.ValidationError("no", field="format").field == "format"
    assert leapocr.ValidationError("no", fields={"format": ["no"]}).fields == {"format": ["no"]}


def test_the_official_readme_program_runs() -> None:
    """Submit, wait, count the pages: the example of the official package's own docstring."""

    async def main() -> int:
        async with client() as ocr:
            job = await ocr.ocr.process_file(("document.pdf", b"%PDF-1.7"))
            result = await ocr.ocr.wait_until_done(job.job_id)
            assert isinstance(job.created_at, datetime)
            states: Any = leapocr.JobStatusType  # whose members the document decides
            assert result.status is states.COMPLETED
            assert states.UPLOADING == "uploading"
            return len(result.pages)

    assert asyncio.run(main()) == 1


def test_the_plans_first_program_runs() -> None:
    """Process, and print each page's number and text."""

    async def main() -> list[tuple[int, str]]:
        async with client() as ocr:
            result = await ocr.ocr.process_and_wait(("document.pdf", b"%PDF-1.7"))
            return [(page.page_number, page.text) async for page in ocr.ocr.stream_results(result.job_id)]

    assert asyncio.run(main()) == [(1, "text 1")]


def test_the_plans_own_tests_hold() -> None:
    """The key can be read, a client without one is an AuthenticationError, and contexts close."""

    async def main() -> None:
        one = leapocr.LeapOCR("test-key")
        assert one.api_key == "test-key"
        assert "test-key" not in repr(one)
        await one.close()
        async with leapocr.LeapOCR("test-key") as two:
            assert two.api_key == "test-key"

    asyncio.run(main())
    for key in ("", "  "):
        with pytest.raises(leapocr.AuthenticationError):
            leapocr.LeapOCR(key)


def test_options_may_be_changed_after_they_were_made() -> None:
    """They are plain dataclasses, as in the official package."""
    options = leapocr.ProcessOptions()
    options.format = "structured"
    options.schema = {"type": "object"}
    assert options.arguments()["format"] == "structured"
    assert dataclasses.replace(options, instructions="x").instructions == "x"


def test_a_file_can_be_checked_without_sending_it(tmp_path: Path) -> None:
    """validate_file says why a file could not be sent; it never raises."""
    path = tmp_path / "scan.pdf"
    assert "there is no file" in str(leapocr.validate_file(path).error)
    path.write_bytes(b"%PDF-1.7")
    assert leapocr.validate_file(path) == leapocr.ValidationResult(True)
    assert "8 bytes, and 7 are the most" in str(leapocr.validate_file(path, max_size=7).error)
    assert "supported are .png" in str(leapocr.validate_file(path, allowed_types=["png"]).error)


def test_a_callers_own_operation_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """with_retry repeats what passes, as often as it is told, and never what may have been accepted."""
    import anyio

    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)
    failures: list[Exception] = [
        leapocr.NetworkError("lost"),
        leapocr.RateLimitError("slow", retry_after=7.0),
        leapocr.APIError("down", 400),
    ]

    async def operation() -> str:
        if failures:
            raise failures.pop(0)
        return "done"

    with pytest.raises(leapocr.APIError, match="down"):
        asyncio.run(leapocr.with_retry(operation))
    assert pauses == [1.0, 7.0]
    assert asyncio.run(leapocr.with_retry(operation)) == "done"
    failures[:] = [leapocr.SubmissionUnknownError("sent")]
    with pytest.raises(leapocr.SubmissionUnknownError):
        asyncio.run(leapocr.with_retry(operation))
    failures[:] = [KeyError("x")] * 2
    assert asyncio.run(leapocr.with_retry(operation, 2, 0.5, 3.0, lambda failure: True)) == "done"
    assert pauses[2:] == [0.5, 1.5]
