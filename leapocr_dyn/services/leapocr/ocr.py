"""`client.ocr`: jobs, from a file or a URL to their pages; one document or many."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from leapocr_dyn import errors
from leapocr_dyn.bound import Async, Blocking, Bound, told
from leapocr_dyn.progress import Meter, listening, meter
from leapocr_dyn.services.leapocr import job as jobs
from leapocr_dyn.services.leapocr.job import AsyncJob, BlockingJob, Job, job_id_of
from leapocr_dyn.services.leapocr.options import PollOptions, ProcessOptions, checked_address, given

# Workflows are imported where they begin: most programs send one file, or only ask how far a job has come.
if TYPE_CHECKING:
    from leapocr_dyn.iteration import AsyncWalk, BlockingWalk
    from leapocr_dyn.job import Token
    from leapocr_dyn.services.leapocr.batch import BatchItem, BatchResult, Documents
    from leapocr_dyn.services.leapocr.results import JobResult, JobStatus, ModelInfo, PageResult, ProcessResult
    from leapocr_dyn.workflows.spool import FileInput
    from leapocr_dyn.workflows.upload import Sent

AT_ONCE = 8  # jobs of a batch under way

Handle = TypeVar("Handle", bound=Job)

# What every refusal of the list of models ends with.
SIGN_IN = (
    "; the service shows its models to people who are signed in, and not to API keys: give the token (JWT) of such a "
    "session as token=..., beside the key. To read documents no list is needed: `Model` names today's models, and any "
    "other name is sent as it is"
)


class OCR(Bound, Generic[Handle]):
    """Jobs: from a file or a URL to its pages."""

    __slots__ = ()
    _handle: type[Handle]

    @told
    async def process_file(
        self,
        file: FileInput,
        options: ProcessOptions | None = None,
        *,
        on_sent: Sent | None = None,
        progress: bool = False,
    ) -> ProcessResult:
        """Send a file and start its job.

        file: a path, bytes, an open binary file (from where it stands), an iterator of bytes, or (name, one of these);
        at most 1 GiB. on_sent(bytes sent, bytes in all): called with 0, and as they leave, from any thread; an async
        function is awaited after each part; what it raises ends the upload. progress: whether a terminal shows how
        far it is: a bar with the package rich, lines without; elsewhere nothing shows. Raises FileError,
        ValidationError, InsufficientCreditsError, and what a call raises.
        Source: POST /ocr/uploads/direct, PUT to each part's link, POST /ocr/uploads/{job_id}/complete.
        """
        with meter(progress, _shown(file), "pages") as seen:
            return await _begun(self, file, options, on_sent, seen)

    @told
    async def process_url(self, url: str, options: ProcessOptions | None = None) -> ProcessResult:
        """Start a job for a document that the service fetches itself.

        url: http or https, at most 2000 characters. Raises ValidationError for any other, and SubmissionUnknownError
        where no answer came: the job may exist. Source: POST /ocr/uploads/url.
        """
        asked = given(ProcessOptions, options)
        chosen = _arguments(self, "uploadFromRemoteURL", asked)
        answer = await self._session.ask("uploadFromRemoteURL", {"url": checked_address(url), **chosen})
        return jobs.accepted(self._session, answer, asked)

    @told
    async def get_job_status(self, job_id: str) -> JobStatus:
        """How far a job has come.

        job_id: here and below the id, or anything that has one as `job_id`. Source: GET /ocr/status/{job_id}.
        """
        return await jobs.status_of(self._session, job_id_of(job_id))

    @told
    async def get_results(self, job_id: str, page: int = 1, limit: int = jobs.SLICE) -> JobResult:
        """One slice of a finished job's pages.

        page: which slice, from 1. limit: pages in a slice, 1 to 1000. Raises JobError while the job is still running.
        Source: GET /ocr/result/{job_id}.
        """
        return await jobs.slice_of(self._session, job_id_of(job_id), page, limit)

    @told
    async def wait_until_done(
        self, job_id: str, poll_options: PollOptions | None = None, *, progress: bool = False
    ) -> JobResult:
        """Wait for a job and read all of its pages.

        A job that is partially done is returned; its status says so. Raises JobFailedError, and JobTimeoutError, after
        which the job still goes on: the exception's `job` is its handle. progress: whether a terminal shows how far it
        is.
        """
        with meter(progress, job_id_of(job_id), "pages") as seen:
            return await jobs.finished(self.job(job_id), given(PollOptions, poll_options), seen)

    @told
    async def process_and_wait(
        self,
        file: FileInput,
        options: ProcessOptions | None = None,
        poll_options: PollOptions | None = None,
        *,
        on_sent: Sent | None = None,
        progress: bool = False,
    ) -> JobResult:
        """Send a file, wait for its job and read all of its pages. See process_file and wait_until_done."""
        patience = given(PollOptions, poll_options)
        with meter(progress, _shown(file), "pages") as seen:
            return await jobs.finished(self.job(await _begun(self, file, options, on_sent, seen)), patience, seen)

    @told
    async def process_batch(
        self,
        files: Iterable[FileInput],
        options: ProcessOptions | None = None,
        poll_options: PollOptions | None = None,
        *,
        concurrency: int = AT_ONCE,
        on_item: Callable[[BatchItem], Any] | None = None,  # Any: None, or a coroutine
        progress: bool = False,
    ) -> BatchResult:
        """Send many files, wait for all jobs and read all pages: a BatchResult, in the order given.

        A file that fails never stops the others; its item holds its error. files: any iterable, taken one by one.
        concurrency: jobs under way at once, for all batches of this client together. on_item: called with each
        BatchItem when it ends; what it raises ends the batch. progress: whether a terminal shows how many have ended.
        `batch()` gives the items one by one, and keeps none.
        """
        from leapocr_dyn.services.leapocr.batch import BatchResult

        submitted_at = datetime.datetime.now(datetime.UTC)
        story = self._documents(
            files, options, poll_options, concurrency, keep=True, on_item=on_item, progress=progress
        )
        items: list[BatchItem] = []
        try:
            while (item := await story.next()) is not None:
                items.append(item)
        finally:
            await story.close()
        return BatchResult.of(items, story.begun, submitted_at)

    @told
    async def list_models(self) -> list[ModelInfo]:
        """The models that can read a document.

        They want the token of a session (JWT, `token=`), beside the key or instead of it. Source: GET /ocr/models.
        """
        try:
            answer = await self._session.ask("listOCRModels", {})
        except (errors.AuthenticationError, errors.ForbiddenError) as error:
            error.message += SIGN_IN
            raise
        found = answer.wire()
        models = found.get("models") if isinstance(found, dict) else None
        read = self._session.api.views.read
        return [read("ModelInfo", "listOCRModels", one) for one in models if isinstance(one, dict)] if models else []

    @told
    async def delete_job(self, job_id: str) -> None:
        """Forget a job, its pages and its results, for good. Source: DELETE /ocr/delete/{job_id}."""
        await jobs.delete(self._session, job_id_of(job_id))

    @told
    async def cancel_job(self, job_id: str) -> None:
        """Raises JobError: the service took its operation for this away; delete_job forgets a job.

        With a document that has the operation (cancelJob), it is called.
        """
        job_id = job_id_of(job_id)
        if "cancelJob" not in self._session.api.operations:
            raise errors.JobError(
                f"job {job_id} cannot be cancelled: the API no longer has an operation for it, and pages that are read "
                "are paid for. delete_job forgets the job and its results",
                job_id=job_id,
            )
        await self._session.ask("cancelJob", {"job_id": job_id})

    def job(self, job_id: Any) -> Handle:  # Any: an id, or anything that has one
        """The handle of a job: `status()`, `wait()`, `pages()`, `results()`, `delete()`, `token()`. Nothing is sent.

        job_id: its id, or what has one. Metadata, schema and file that it has, such as process_file's result, stay with
        the handle.
        """
        with self._family.adopting():
            own = {name: getattr(job_id, name, None) for name in ("metadata", "schema", "file")}
            return self._handle(self._session, job_id_of(job_id), **own)

    def resume(self, token: str | Token) -> Handle:
        """The handle of a job that another process began, from its `token()`. Nothing is sent.

        Raises ValidationError for text that is no token, and for the token of a job at another base URL.
        """
        from leapocr_dyn.job import Token

        with self._family.adopting():
            found = Token.parse(token)
            found.check(self._session.base_url)
            return self._handle(self._session, found.job_id, found.metadata)

    def _documents(
        self,
        files: Iterable[FileInput],
        options: Any,  # Any: not yet checked
        poll_options: Any,  # Any: not yet checked
        concurrency: int,
        **more: Any,  # Any: what Documents takes
    ) -> Documents:
        from leapocr_dyn.services.leapocr.batch import Documents

        if not isinstance(concurrency, int) or isinstance(concurrency, bool) or concurrency < 1:
            raise errors.ConfigurationError(f"concurrency must be a whole number from 1, not {concurrency!r}")
        if isinstance(files, (str, bytes, bytearray, memoryview, os.PathLike)) or hasattr(files, "read"):
            # The letters of a path and the lines of a file can be iterated over, too: each would be a job.
            raise TypeError(f"files are several: pass a list, as in [{files!r:.60}]")
        asked = given(ProcessOptions, options)
        arguments = _arguments(self, "directUpload", asked)
        patience = given(PollOptions, poll_options)
        handle = _handles(self, asked)
        return Documents(self._session, files, asked, arguments, handle, patience, concurrency, **more)


async def _begun(
    bound: OCR[Any], file: FileInput, options: ProcessOptions | None, on_sent: Sent | None, seen: Meter
) -> ProcessResult:
    from leapocr_dyn.workflows.spool import lying
    from leapocr_dyn.workflows.upload import upload

    asked = given(ProcessOptions, options)
    here = lying(file)
    with jobs.handing(_handles(bound, asked, here)):
        sent = await upload(bound._session, file, _arguments(bound, "directUpload", asked), listening(seen, on_sent))
    return jobs.begun(bound._session, sent, asked, here)


def _shown(file: Any) -> str:  # Any: not yet checked
    """What to call a file on a terminal."""
    name = file[0] if isinstance(file, tuple) and file else getattr(file, "name", file)
    return os.path.basename(os.fsdecode(name)) if isinstance(name, (str, os.PathLike)) else "document"


def _handles(bound: OCR[Handle], asked: ProcessOptions, file: str | None = None) -> Callable[[str], Handle]:
    """What makes the handle of a job that was begun with these options."""
    return lambda job_id: bound._handle(bound._session, job_id, asked.metadata, asked.schema, file)


def _arguments(bound: Bound, operation: str, asked: ProcessOptions) -> dict[str, Any]:
    """The options as arguments of the operation that takes them."""
    known = [field.name for field in bound._session.api.operations[operation].body_fields]
    return asked.arguments(known)


class AsyncOCR(OCR[AsyncJob], Async):
    """`client.ocr` of LeapOCR."""

    __slots__ = ()
    _handle = AsyncJob

    def stream_results(self, job_id: str) -> AsyncWalk[PageResult]:
        """All pages of a finished job, one after the other, asked for as they are wanted."""
        return self.job(job_id).pages()

    def batch(
        self,
        files: Iterable[FileInput],
        options: ProcessOptions | None = None,
        poll_options: PollOptions | None = None,
        *,
        concurrency: int = AT_ONCE,
        progress: bool = False,
    ) -> AsyncWalk[BatchItem]:
        """Like process_batch, item by item as jobs end, keeping none of them: iterate with `async for`."""
        from leapocr_dyn.iteration import AsyncWalk

        with self._family.adopting():
            return AsyncWalk(self, self._documents(files, options, poll_options, concurrency, progress=progress))


class BlockingOCR(OCR[BlockingJob], Blocking):
    """`client.ocr` of LeapOCRSync."""

    __slots__ = ()
    _handle = BlockingJob

    def stream_results(self, job_id: str) -> BlockingWalk[PageResult]:
        """All pages of a finished job, one after the other, asked for as they are wanted."""
        return self.job(job_id).pages()

    def batch(
        self,
        files: Iterable[FileInput],
        options: ProcessOptions | None = None,
        poll_options: PollOptions | None = None,
        *,
        concurrency: int = AT_ONCE,
        progress: bool = False,
    ) -> BlockingWalk[BatchItem]:
        """Like process_batch, item by item as jobs end, keeping none of them: iterate with `for`."""
        from leapocr_dyn.iteration import BlockingWalk

        with self._family.adopting():
            return BlockingWalk(self, self._documents(files, options, poll_options, concurrency, progress=progress))
