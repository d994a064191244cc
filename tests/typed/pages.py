"""A program of somebody's: every page of a long result, in both worlds, and the operation behind it."""

from __future__ import annotations

from typing import assert_type

from leapocr_dyn import LeapOCR, LeapOCRSync
from leapocr_dyn.iteration import AsyncWalk, BlockingWalk
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.plan import Plan
from leapocr_dyn.services.leapocr.results import ModelsListResponse, OCRResultResponse, PageResponse


def read(job_id: str) -> list[str]:
    texts: list[str] = []
    with LeapOCRSync() as client:
        walk = client.ocr.get_job_result.pages(job_id=job_id, limit=50)
        assert_type(walk, BlockingWalk[OCRResultResponse])
        for answer in walk:
            assert_type(answer, OCRResultResponse)
            for page in answer.pages or ():
                assert_type(page, PageResponse)
                texts.append(str(page.result))
        assert_type(client.ocr.get_job_result.operation, Operation)
        assert_type(client.ocr.get_job_result.plan(job_id=job_id), Plan)
        assert_type(client.ocr.list_ocr_models(), ModelsListResponse)
    return texts


async def read_later(job_id: str) -> int:
    async with LeapOCR() as client:
        walk = client.ocr.get_job_result.pages(job_id=job_id, limit=50)
        assert_type(walk, AsyncWalk[OCRResultResponse])
        count = 0
        async for answer in walk:
            assert_type(answer, OCRResultResponse)
            count += len(answer.pages or ())
        assert_type(client.ocr.get_job_result.operation, Operation)
        assert_type(await client.ocr.list_ocr_models(), ModelsListResponse)
        client.ocr.get_job_result(job=job_id)  # type: ignore[call-arg, unused-coroutine]  # pyright: ignore[reportCallIssue]
    return count
