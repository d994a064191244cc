"""A program of somebody's: one document, waited for, and read into a class of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, assert_type

import leapocr_dyn as leapocr
from leapocr_dyn import JobStatusType, LeapOCRSync, PollOptions, ProcessOptions
from leapocr_dyn.services.leapocr.job import BlockingJob
from leapocr_dyn.services.leapocr.results import BoundingBox, OCRResultResponse


@dataclass
class Invoice:
    number: str
    total: float


def on_progress(status: leapocr.JobStatus) -> None:
    assert_type(status.progress, float)
    print(f"{status.processed_pages} of {status.total_pages} pages, since {status.created_at}")


def invoice(path: Path) -> Invoice:
    schema = {"type": "object", "properties": {"number": {"type": "string"}, "total": {"type": "number"}}}
    options = ProcessOptions(format="structured", schema=schema)
    with LeapOCRSync() as client:
        result = client.ocr.process_and_wait(path, options, PollOptions(max_wait=60, on_progress=on_progress))
        assert_type(result, leapocr.JobResult)
        result.validate()
        return assert_type(result.into(Invoice), Invoice)


def steps(path: str) -> str:
    with LeapOCRSync(api_key="a key", timeout=10) as client:
        begun = client.ocr.process_file((path, b"%PDF-1.7"))
        assert_type(begun.job_id, str)
        assert_type(begun.created_at, datetime | None)
        status = client.ocr.get_job_status(begun.job_id)
        assert_type(status.status, JobStatusType)
        if status.status is JobStatusType.FAILED:
            raise SystemExit(status.error_message)
        job = client.ocr.job(begun)
        assert_type(job, BlockingJob)
        for page in job.pages():
            assert_type(page, leapocr.PageResult)
            assert_type(page.bounding_boxes, list[BoundingBox] | None)
        return assert_type(job.wait().text, str)


def raw(job_id: str) -> int:
    with LeapOCRSync() as client:
        found = client.ocr.get_job_result(job_id=job_id, limit=10)
        assert_type(found, OCRResultResponse)
        planned = client.ocr.get_job_result.plan(job_id=job_id)
        print(planned.url, [model.name for model in client.ocr.list_models()])
        for answer in client.ocr.get_job_result.pages(job_id=job_id):
            assert_type(answer, OCRResultResponse)
        parts: list[Any] = found.pages or []
        return len(parts)


def mistakes(client: LeapOCRSync) -> None:
    client.ocr.get_job_result(job="3f2")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.ocr.upload_from_remote_url(url="https://a.example/b.pdf", format="marked down")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    print(client.ocr.get_job_status("3f2").stauts)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
