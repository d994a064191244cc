"""A program of somebody's: jobs in phases, through one client for both worlds."""

from __future__ import annotations

from typing import assert_type

from leapocr_dyn.iteration import BlockingStream
from leapocr_dyn.services.artificer import Artificer, ArtificerError, BatchJob
from leapocr_dyn.services.artificer.models import BatchJobResult, BatchOptions, BatchStatus, ChatChunk, PhaseConfig
from leapocr_dyn.services.artificer.models.batch import BatchJob as SameJob


def translated(texts: list[str]) -> list[BatchJobResult]:
    with Artificer(api_key="a key") as client:
        job = client.batch.create(
            "Translate",
            [{"input": text} for text in texts],
            [PhaseConfig(name="translation", use_rag=True, validation={"enabled": True})],
            options=BatchOptions(auto_start=False),
        )
        assert_type(job, BatchJob)
        assert_type(job.status, BatchStatus)
        assert_type(client.batch.start(job.id), SameJob)
        assert_type(client.batch.list(limit=5), list[BatchJob])
        print(client.batch.create.plan(name="n", items=[], phases=[]).url)
        return client.batch.get_results(job.id)


async def the_same(text: str) -> str:
    async with Artificer(api_key="a key") as client:
        try:
            job = await client.batch.create_async("One", [{"input": text}], [{"name": "translation"}])
        except ArtificerError as error:
            return str(error)
        assert_type(job, BatchJob)
        assert_type(await client.batch.get_status_async(job.id), BatchJob)
        async for chunk in client.chat.stream_async("c", text):
            assert_type(chunk, ChatChunk)
        return job.id


def talk(client: Artificer) -> str:
    stream = client.chat.stream("c", "hello")
    assert_type(stream, BlockingStream[ChatChunk])
    with stream:
        return "".join(chunk.content or "" for chunk in stream)


def mistakes(client: Artificer) -> None:
    client.batch.creat("n", [], [])  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    client.batch.create("n", [], [], option={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    PhaseConfig(nam="p")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
