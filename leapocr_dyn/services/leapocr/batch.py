"""Many documents: each is sent, waited for and read; what became of each, and of all."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from leapocr_dyn.errors import ContractError, Error
from leapocr_dyn.services.leapocr.job import all_pages, asked_with, begun, begun_id, patience_of
from leapocr_dyn.services.leapocr.options import PollOptions
from leapocr_dyn.session import Answer, Session
from leapocr_dyn.workflows.batch import Batch
from leapocr_dyn.workflows.spool import FileInput
from leapocr_dyn.workflows.upload import upload

if TYPE_CHECKING:
    from leapocr_dyn.services.leapocr.results import JobResult, ProcessResult


@dataclass(frozen=True)
class BatchItem:
    """What became of one document. place: among those given, from 0. result: None where there is none. error: why not.

    job_id: None where no job began; a job that failed later can still be asked for.
    """

    place: int
    file: Any = field(repr=False)  # Any: whatever the caller gave
    job_id: str | None
    result: JobResult | None
    error: Error | None

    @property
    def ok(self) -> bool:
        """Whether there is a result."""
        return self.error is None


@dataclass(frozen=True, repr=False)
class BatchResult:
    """What became of many documents.

    batch_id: made here, since the service knows no batches. jobs: one for each job that began. total_files:
    how many were given. submitted_at: when the first was. items: one for each, in the order given, with its result or
    its error.
    """

    batch_id: str
    jobs: list[ProcessResult]
    total_files: int
    submitted_at: datetime.datetime
    items: list[BatchItem] = field(default_factory=list)

    @classmethod
    def of(cls, items: Iterable[BatchItem], jobs: Mapping[int, ProcessResult], submitted_at: datetime.datetime) -> Self:
        """The result of a batch whose items have all ended."""
        ordered = sorted(items, key=lambda one: one.place)
        return cls(str(uuid.uuid4()), [jobs[place] for place in sorted(jobs)], len(ordered), submitted_at, ordered)

    @property
    def results(self) -> list[JobResult]:
        """The results of those that went well, in the order given."""
        return [item.result for item in self.items if item.result is not None]

    @property
    def failed(self) -> list[BatchItem]:
        """Those that did not go well."""
        return [item for item in self.items if not item.ok]

    def __repr__(self) -> str:
        return f"<BatchResult: {self.total_files} files, {len(self.results)} done, {len(self.failed)} failed>"


class Documents:
    """`await documents.next()` is the BatchItem of the next document that ends, or None after the last.

    begun: a ProcessResult by place, for each job that began; only kept where `keep` says so.
    """

    def __init__(
        self,
        session: Session,
        files: Iterable[FileInput],
        arguments: Mapping[str, Any],  # Any: the options, as the operation takes them
        options: PollOptions,
        at_once: int,
        *,
        keep: bool = False,
    ) -> None:
        self.begun: dict[int, ProcessResult] = {}
        self.operation = session.api.operations["completeDirectUpload"]
        self.ended = False
        self._session = session
        self._arguments = arguments
        self._keep = keep
        self._batch = Batch(session, files, self._begin, self._fetch, patience_of(options), at_once)

    async def next(self) -> BatchItem | None:
        """The next item."""
        ended = await self._batch.next()
        if ended is None:
            self.ended = True
            return None
        return BatchItem(ended.place, ended.given, ended.job_id, ended.value, ended.error)

    async def close(self) -> None:
        """Stop; jobs that have begun go on."""
        self.ended = True
        await self._batch.close()

    async def _begin(self, place: int, file: FileInput) -> str:
        answer = await upload(self._session, file, self._arguments)
        if self._keep:
            self.begun[place] = begun(self._session, answer)
        return begun_id(answer)

    async def _fetch(self, job_id: str, answer: Answer) -> JobResult:
        result = await all_pages(self._session, job_id)
        if result is None:
            raise ContractError(f"job {job_id} is done, but the service says that it has no result yet")
        return asked_with(result, self._arguments.get("schema"))
