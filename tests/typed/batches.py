"""A program of somebody's: many documents at once, async."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import assert_type

from leapocr_dyn import BatchItem, BatchResult, JobResult, LeapOCR, LeapOCRError, PageResult, ProcessResult
from leapocr_dyn.services.leapocr.job import AsyncJob
from leapocr_dyn.services.leapocr.results import HealthStatus


async def on_item(item: BatchItem) -> None:
    print(item.place, item.job_id, item.error)


async def everything(paths: Iterable[Path]) -> dict[str, str]:
    async with LeapOCR() as client:
        batch = await client.ocr.process_batch(paths, concurrency=4, on_item=on_item)
        assert_type(batch, BatchResult)
        assert_type(batch.jobs, list[ProcessResult])
        for item in batch.failed:
            assert_type(item.result, JobResult | None)
            print(f"{item.file}: {item.error}")
        return {result.job_id: result.text for result in assert_type(batch.results, list[JobResult])}


async def one_by_one(paths: Iterable[Path]) -> list[str]:
    texts: list[str] = []
    async with LeapOCR() as client, client.ocr.batch(paths) as items:
        async for item in items:
            assert_type(item, BatchItem)
            if item.result is not None:
                texts += [page.text for page in item.result.pages]
    return texts


async def again(token: str) -> None:
    async with LeapOCR() as client:
        job = client.ocr.resume(token)
        assert_type(job, AsyncJob)
        try:
            result = await job.wait()
        except LeapOCRError as error:
            print(error.request_id)
            return
        assert_type(result.pages, list[PageResult])
        async for page in client.ocr.stream_results(job.job_id):
            assert_type(page, PageResult)
        health = await client.ocr.get_health_status()
        assert_type(health, HealthStatus)
        assert_type(await client.health(), bool)


if __name__ == "__main__":
    print(asyncio.run(everything(Path().glob("*.pdf"))))
