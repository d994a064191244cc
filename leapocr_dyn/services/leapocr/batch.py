"""Many documents: each is sent, waited for and read; what became of each, and of all."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping, Sized
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from leapocr_dyn.errors import Error, FileError
from leapocr_dyn.model.naming import counted
from leapocr_dyn.observe import tell
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.progress import Meter, meter
from leapocr_dyn.services.leapocr.exceptions import FAMILY
from leapocr_dyn.services.leapocr.job import Job, all_pages, asked_with, begun, patience_of
from leapocr_dyn.services.leapocr.options import PollOptions, ProcessOptions
from leapocr_dyn.session import Session
from leapocr_dyn.visible import visible
from leapocr_dyn.workflows.batch import Batch
from leapocr_dyn.workflows.spool import FileInput, lying
from leapocr_dyn.workflows.upload import upload

if TYPE_CHECKING:
    from leapocr_dyn.services.leapocr.results import JobResult, ProcessResult


@dataclass(frozen=True, repr=False)
class BatchItem:
    """What became of one document. place: among those given, from 0. result: None where there is none. error: why not.

    job_id: None where no job began; a job that failed later, or whose fate is unknown, can still be asked for:
    `error.job` is its handle.
    """

    place: int
    file: Any  # Any: whatever the caller gave
    job_id: str | None
    result: JobResult | None
    error: Error | None

    @property
    def ok(self) -> bool:
        """Whether there is a result."""
        return self.error is None

    def __repr__(self) -> str:
        job = f", job {self.job_id}" if self.job_id else ""
        return visible(f"<BatchItem {self.place}{job}: {'done' if self.ok else f'failed: {self.error}'}>")


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
        files = counted(self.total_files, "file")
        return f"<BatchResult: {files}, {len(self.results)} done, {len(self.failed)} failed>"


class Documents:
    """`await documents.next()` is the BatchItem of the next document that ends, or None after the last.

    begun: a ProcessResult by place, for each job that began; only kept where `keep` says so. Whatever ends all of it,
    also Ctrl-C, has a note that names the jobs whose items the caller does not have. on_item: is told of each item.
    progress: whether a terminal shows how many have ended.
    """

    def __init__(
        self,
        session: Session,
        files: Iterable[FileInput],
        asked: ProcessOptions,
        arguments: Mapping[str, Any],  # Any: what was asked, as the operation takes it
        handle: Callable[[str], Job],
        options: PollOptions,
        at_once: int,
        *,
        keep: bool = False,
        on_item: Callable[[BatchItem], Any] | None = None,  # Any: None, or a coroutine
        progress: bool = False,
    ) -> None:
        self.begun: dict[int, ProcessResult] = {}
        self.operation: Operation = session.api.operations["completeDirectUpload"]
        self.ended: bool = False
        self._session = session
        self._asked = asked
        self._arguments = arguments
        self._handle = handle
        self._keep = keep
        self._job_ids: dict[int, str] = {}
        self._on_item = on_item
        self._progress = progress
        self._seen = Meter()
        self._total = len(files) if isinstance(files, Sized) else None
        self._ends = self._failures = 0
        self._batch = Batch(session, files, self._begin, self._fetch, patience_of(options), at_once)

    async def next(self) -> BatchItem | None:
        """The next item."""
        if self._progress:
            self._seen, self._progress = meter(True, "batch", "files"), False
        try:
            ended = await self._batch.next()
            if ended is None:
                self.ended = True
                self._seen.close()
                return None
            if ended.error is not None:
                FAMILY.adopt(ended.error)
                if ended.job_id is not None:
                    ended.error.job = self._handle(ended.job_id)
            result = None if ended.value is None else asked_with(ended.value, self._asked.schema, lying(ended.given))
            item = BatchItem(ended.place, ended.given, ended.job_id, result, ended.error)
            self._ends, self._failures = self._ends + 1, self._failures + (not item.ok)
            self._seen.done(self._ends, self._total, self._failures)
            if self._on_item is not None:
                await tell(self._on_item, item)
        except BaseException as error:
            if self._job_ids:
                error.add_note(visible(f"These jobs may have begun: {', '.join(self._job_ids.values())}"))
            raise
        if not self._keep:
            self._job_ids.pop(item.place, None)
        return item

    async def close(self) -> None:
        """Stop; jobs that have begun go on."""
        self.ended = True
        self._seen.close()
        await self._batch.close()

    async def _begin(self, place: int, file: FileInput) -> str:
        try:
            sent = await upload(
                self._session,
                file,
                self._arguments,
                on_complete=lambda job_id: self._job_ids.update({place: job_id}),
            )
        except Error:
            raise
        except Exception as error:
            # An iterator of the caller's own that fails is one bad file, too; but a hook may fail after the job began.
            raise FileError(
                f"file {place} of the batch could not be sent: {error!r}", job_id=self._job_ids.get(place)
            ) from error
        if self._keep:
            self.begun[place] = begun(self._session, sent, self._asked, lying(file))
        return sent.job_id

    async def _fetch(self, job_id: str) -> JobResult | None:
        return await all_pages(self._session, job_id)
