"""One job: its handle, its pages, and waiting for it until all of them are there.

A handle can be had for any job's id, also in another process, from its token. It pickles without the client, and is
bound again with `client.ocr.resume`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from leapocr_dyn import errors
from leapocr_dyn.bound import Async, Blocking, Bound, told
from leapocr_dyn.handle import Handle, Heard
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.progress import Meter, meter
from leapocr_dyn.services.leapocr.exceptions import FAMILY
from leapocr_dyn.services.leapocr.options import PollOptions, ProcessOptions, given
from leapocr_dyn.session import Answer, Session
from leapocr_dyn.visible import visible

# Workflows are imported where they begin, as in ocr.py.
if TYPE_CHECKING:
    from leapocr_dyn.iteration import AsyncWalk, BlockingWalk
    from leapocr_dyn.job import Token
    from leapocr_dyn.services.leapocr.results import JobResult, JobStatus, PageResult, ProcessResult
    from leapocr_dyn.workflows.poll import Patience, Progress
    from leapocr_dyn.workflows.upload import Uploaded

SLICE = 100  # pages in one answer


def view(session: Session, name: str, source: str, answer: Answer, **known: str) -> Any:  # Any: the view of that name
    """An answer as one of the service's own results. known: what was asked for, where the answer leaves it out."""
    return session.api.views.read(name, source, filled(answer.wire(), **known))


def filled(wire: Any, **known: str) -> Any:  # Any: JSON
    """An object in which nothing is missing that was known before."""
    if not isinstance(wire, dict):
        return wire
    return {**wire, **{name: text for name, text in known.items() if wire.get(name) is None}}


def job_id_of(job: Any) -> str:  # Any: an id, or anything that has one
    """The id of a job. Raises ValidationError for what is none."""
    job_id = getattr(job, "job_id", job)
    if not isinstance(job_id, str) or not job_id:
        raise errors.ValidationError(f"a job's id is text, such as result.job_id, not {job!r:.60}", field="job_id")
    return job_id


def begun(session: Session, sent: Uploaded, options: ProcessOptions, file: str | None) -> ProcessResult:
    """What completing an upload answers. The id is the one that it was completed as, whatever the answer is like."""
    wire = sent.answer.wire()
    said = {**(wire if isinstance(wire, dict) else {}), "job_id": sent.job_id}
    result: ProcessResult = session.api.views.read("ProcessResult", "completeDirectUpload", said)
    return kept(result, options, file)


def accepted(session: Session, answer: Answer, options: ProcessOptions) -> ProcessResult:
    """What submitting a URL answers. Raises ContractError where that does not say which job it is."""
    result: ProcessResult = view(session, "ProcessResult", "uploadFromRemoteURL", answer)
    if not isinstance(result.job_id, str) or not result.job_id:
        raise errors.ContractError(
            "the URL was accepted, but the answer does not say as which job; do not send it again before you have "
            "looked for it",
            status_code=answer.status,
            operation=session.api.operations["uploadFromRemoteURL"].name,
        )
    return kept(result, options)


def kept(result: ProcessResult, options: ProcessOptions, file: str | None = None) -> ProcessResult:
    """The same, with what its options hold that the service has no place for, and where its file lies."""
    for name, value in (("metadata", dict(options.metadata or {})), ("schema", options.schema), ("file", file)):
        object.__setattr__(result, name, value)  # it was made a moment ago, and nobody has seen it yet
    return result


class PageStory:
    """The pages of a finished job, one by one, asked for in slices as they are wanted."""

    def __init__(self, session: Session, job_id: str) -> None:
        from leapocr_dyn.workflows.paginate import Pages

        self._session = session
        self._job_id = job_id
        self.operation: Operation = session.api.operations["getJobResult"]
        self.ended: bool = False
        self._slices = Pages(session, self.operation, {"job_id": job_id, "limit": SLICE})
        self._held: list[PageResult] = []

    async def next(self) -> PageResult | None:
        """The next page. Raises JobError while the job is still running."""
        while not self._held:
            answer = await self._slices.next()
            if answer is None:
                self.ended = True
                return None
            running(answer, self._job_id)
            # As a part of a result, where a page that is none is no failure.
            result = self._session.api.views.read("JobResult", "getJobResult", {"pages": self._slices.items()})
            self._held = list(result.pages)
        return self._held.pop(0)

    async def close(self) -> None:
        """Stop; nothing is held open between two slices."""
        self.ended = True
        self._held.clear()
        await self._slices.close()


def running(answer: Answer, job_id: str) -> None:
    """Raise JobError where an answer says that there is no result yet."""
    if answer.response.status_code == 202:
        raise errors.JobError(
            f"job {job_id} is still running; wait_until_done waits for it",
            job_id=job_id,
            status_code=202,
            operation="get_job_result",
            request_id=answer.response.headers.get("x-request-id"),
        )


async def status_of(session: Session, job_id: str) -> JobStatus:
    """How far a job has come."""
    answer = await session.ask("getJobStatus", {"job_id": job_id})
    status: JobStatus = view(session, "JobStatus", "getJobStatus", answer, id=job_id)
    return status


async def slice_of(session: Session, job_id: str, page: int, limit: int) -> JobResult:
    """One slice of a finished job's pages."""
    answer = await session.ask("getJobResult", {"job_id": job_id, "page": page, "limit": limit})
    running(answer, job_id)
    result: JobResult = view(session, "JobResult", "getJobResult", answer, job_id=job_id)
    return result


async def delete(session: Session, job_id: str) -> None:
    """Forget a job."""
    await session.ask("deleteJob", {"job_id": job_id})


class Job(Handle, Bound):
    """A job: `status()`, `wait()`, `pages()`, `results()`, `delete()`, `token()`.

    job_id: its id. metadata: what its options carried. schema: what they asked for, and file: where on this machine the
    document lies, where this program knows it. heard: what was last heard of it. Pickled, it becomes its token.
    """

    __slots__ = ("_display", "file", "heard", "job_id", "metadata", "schema")
    _family = FAMILY

    def __init__(
        self,
        session: Session,
        job_id: str,
        metadata: Mapping[str, str] | None = None,
        schema: Mapping[str, Any] | None = None,  # Any: a JSON Schema
        file: str | None = None,
    ) -> None:
        super().__init__(session)
        self.job_id: str = job_id
        self.metadata: dict[str, str] = dict(metadata or {})
        self.schema: Mapping[str, Any] | None = schema
        self.file: str | None = file
        self.heard: Heard | None = None
        self._display = None

    @told
    async def status(self) -> JobStatus:
        """How far it has come."""
        status = await status_of(self._session, self.job_id)
        self.hear(heard(status))
        return status

    @told
    async def wait(self, poll_options: PollOptions | None = None, *, progress: bool = False) -> JobResult:
        """Wait until it is done, and read all of its pages. Raises JobFailedError and JobTimeoutError.

        progress: whether a terminal shows how far it is.
        """
        with meter(progress, self.job_id, "pages") as seen:
            return await finished(self, given(PollOptions, poll_options), seen)

    @told
    async def results(self, page: int = 1, limit: int = SLICE) -> JobResult:
        """One slice of its pages. Raises JobError while it is still running."""
        return asked_with(await slice_of(self._session, self.job_id, page, limit), self.schema, self.file)

    @told
    async def delete(self) -> None:
        """Forget it, its pages and its results, for good."""
        await delete(self._session, self.job_id)

    def token(self) -> Token:
        """What `client.ocr.resume` makes this handle from again, in any process; as text it is JSON without secrets."""
        from leapocr_dyn.job import Token

        return Token(self._session.base_url, self.job_id, self.metadata)

    def _story(self) -> PageStory:
        return PageStory(self._session, self.job_id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Job) and other.token() == self.token()

    def __hash__(self) -> int:
        return hash(self.job_id)

    def __reduce__(self) -> tuple[Any, ...]:
        from leapocr_dyn.job import Token

        return Token.parse, (str(self.token()),)

    def __repr__(self) -> str:
        known = f" {self.heard}" if self.heard is not None else ""
        return visible(f"<Job {self.job_id}{known}: status(), wait(), pages(), results(), delete(), token()>")


class AsyncJob(Job, Async):
    """A job of LeapOCR."""

    __slots__ = ()

    def pages(self) -> AsyncWalk[PageResult]:
        """All of its pages, one after the other, asked for as they are wanted."""
        from leapocr_dyn.iteration import AsyncWalk

        return AsyncWalk(self, self._story())


class BlockingJob(Job, Blocking):
    """A job of LeapOCRSync."""

    __slots__ = ()

    def pages(self) -> BlockingWalk[PageResult]:
        """All of its pages, one after the other, asked for as they are wanted."""
        from leapocr_dyn.iteration import BlockingWalk

        return BlockingWalk(self, self._story())


def patience_of(options: PollOptions) -> Patience:
    """How the waiting workflow waits for these options."""
    from leapocr_dyn.workflows.poll import Patience

    return Patience(min(options.poll_interval / 4, options.max_wait), options.poll_interval * 2, options.max_wait)


async def finished(job: Job, options: PollOptions, seen: Meter) -> JobResult:
    """All pages of a job, once it is done. Where that fails, the exception carries the job. seen: is told how far.

    A result that is not ready yet, though the status says so, is asked for again.
    """
    from leapocr_dyn.workflows.poll import wait_for

    session = job._session
    deadline = session.io.now() + options.max_wait + session.config.timeout

    def on_progress(progress: Progress) -> Any:  # Any: None, or a coroutine
        status = view(session, "JobStatus", "getJobStatus", progress.answer, id=job.job_id)
        job.hear(heard(status))
        seen.done(progress.done, progress.total)
        return None if options.on_progress is None else options.on_progress(status)

    async def fetch() -> JobResult | None:
        return await all_pages(session, job.job_id, deadline)

    with handing(lambda job_id: job), errors.about(job.job_id):
        result = await wait_for(session, job.job_id, patience_of(options), fetch, on_progress)
        return asked_with(result, job.schema, job.file)


@contextmanager
def handing(handle: Callable[[str], Job]) -> Iterator[None]:
    """Whatever of ours leaves the block, and says which job it was about, carries what goes on with it: it is paid."""
    try:
        yield
    except errors.Error as error:
        if error.job_id is not None:
            error.job = handle(error.job_id)
        raise


def asked_with(result: JobResult, schema: Mapping[str, Any] | None, file: str | None) -> JobResult:  # Any: JSON Schema
    """The same, which knows the schema that the job was asked with, and the file that it is about."""
    for one in (result, *(result.pages if isinstance(result.pages, list) else ())):
        if hasattr(one, "schema"):
            # It was made a moment ago, and nobody has seen it yet.
            object.__setattr__(one, "schema", schema)
            object.__setattr__(one, "file", file)
    return result


def heard(status: JobStatus) -> Heard:
    """What people are told of a job while they wait."""
    return Heard(status.status, status.processed_pages, status.total_pages, status.error_message)


async def all_pages(session: Session, job_id: str, deadline: float | None = None) -> JobResult | None:
    """A result with all pages, or None where there is no result yet."""
    from leapocr_dyn.workflows.paginate import Pages

    slices = Pages(session, session.api.operations["getJobResult"], {"job_id": job_id}, deadline)
    first: Any = None  # Any: JSON
    found: list[Any] = []
    while (answer := await slices.next()) is not None:
        if answer.response.status_code == 202:
            return None
        first = answer.wire() if first is None else first
        found += slices.items()
    if not isinstance(first, dict):
        raise errors.ContractError(f"the result of job {job_id} is not what the document promises: {first!r:.80}")
    whole = filled({**first, "pages": found}, job_id=job_id)
    result: JobResult = session.api.views.read("JobResult", "getJobResult", whole)
    return result
