"""LeapOCR: documents in, Markdown or structured data out. `LeapOCR` is async, `LeapOCRSync` blocking.

Everything that crosses the wire is built from spec/leapocr/ at run time: operations, models, and the views that results
are. What stands here is what people type: options, the order of steps, and the service's own exception classes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from leapocr_dyn import errors
from leapocr_dyn.api import Api, load
from leapocr_dyn.call import Async, Blocking, Bound, told
from leapocr_dyn.client import AsyncClient, Client
from leapocr_dyn.config import ClientConfig, checked_number
from leapocr_dyn.session import Answer, Session
from leapocr_dyn.workflows.paginate import Pages
from leapocr_dyn.workflows.poll import Patience, Progress, wait_for
from leapocr_dyn.workflows.upload import FileInput, Sent, upload

T = TypeVar("T")
# Views are built from the document, so their fields are not known to a type checker.
View = Any


class Format(StrEnum):
    """What to make of a document."""

    MARKDOWN = "markdown"
    STRUCTURED = "structured"


class Model(StrEnum):
    """Which model reads it; any other name is sent as it is."""

    STANDARD_V2 = "standard-v2"
    PRO_V2 = "pro-v2"


@dataclass(frozen=True)
class ProcessOptions:
    """What to make of a document. No options at all means Markdown.

    format: Markdown or structured. model: one credit a page (standard-v2, the default) or three (pro-v2). schema: the
    JSON Schema that structured data follows. instructions: hints for structured data, at most 100 characters.
    template_slug: a saved template, instead of everything else. extract_bounding_boxes: where each block stands; costs
    more. save_as_template: keep these options. Enum members and plain strings are equally welcome.
    """

    format: Format | str | None = None
    model: Model | str | None = None
    schema: Mapping[str, Any] | None = None  # Any: a JSON Schema
    instructions: str | None = None
    template_slug: str | None = None
    extract_bounding_boxes: bool | None = None
    save_as_template: bool | None = None

    def arguments(self) -> dict[str, Any]:  # Any: what the operations take
        """The operations' arguments. Raises ValidationError for options that exclude each other."""
        chosen = {name: value for name, value in vars(self).items() if value is not None}
        if self.template_slug is not None:
            others = ", ".join(name for name in ("format", "model", "schema", "instructions") if name in chosen)
            if others:
                raise errors.ValidationError(
                    f"template_slug replaces {others}; give one or the other", field="template_slug"
                )
            return chosen
        chosen.setdefault("format", Format.MARKDOWN)
        chosen.setdefault("model", Model.STANDARD_V2)
        structured = str(getattr(chosen["format"], "value", chosen["format"])) == Format.STRUCTURED.value
        if structured and not self.schema:
            raise errors.ValidationError("the structured format needs a schema that is not empty", field="schema")
        for name in ("schema", "instructions"):
            if not structured and name in chosen:
                raise errors.ValidationError(
                    f"{name} belongs to the structured format, and the format is Markdown", field=name
                )
        return chosen


@dataclass(frozen=True)
class PollOptions:
    """How to wait for a job.

    poll_interval: about how many seconds between two questions; the first ones come sooner, late ones up to twice as
    far apart. max_wait: seconds in all. on_progress: called with a JobStatus after each question; what it raises ends
    the wait.
    """

    poll_interval: float = 2.0
    max_wait: float = 300.0
    on_progress: Callable[[View], None] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for name in ("poll_interval", "max_wait"):
            checked_number(name, getattr(self, name), above=0)
        if self.on_progress is not None and not callable(self.on_progress):
            raise errors.ConfigurationError(f"on_progress is a function of a JobStatus, not {self.on_progress!r}")


class OCR(Bound):
    """Jobs: from a file or a URL to its pages."""

    __slots__ = ()

    @told
    async def process_file(
        self, file: FileInput, options: ProcessOptions | None = None, *, on_sent: Sent | None = None
    ) -> View:
        """Send a file and start its job: a ProcessResult.

        file: a path, bytes, an open binary file or (name, bytes); at most 1 GiB. on_sent(bytes sent, bytes in all):
        called as they leave, from any thread. Raises FileError, ValidationError, InsufficientCreditsError, and what a
        call raises. Source: POST /ocr/uploads/direct, PUT to each part's link, POST /ocr/uploads/{job_id}/complete.
        """
        answer = await upload(self._session, file, _given(ProcessOptions, options).arguments(), on_sent)
        return self._session.api.views.read("ProcessResult", "completeDirectUpload", _begun(answer))

    @told
    async def process_url(self, url: str, options: ProcessOptions | None = None) -> View:
        """Start a job for a document that the service fetches itself: a ProcessResult.

        url: http or https, at most 2000 characters. Raises SubmissionUnknownError where no answer came: the job may
        exist. Source: POST /ocr/uploads/url.
        """
        answer = await self._session.ask(
            "uploadFromRemoteURL", {"url": url, **_given(ProcessOptions, options).arguments()}
        )
        return _view(self, "ProcessResult", "uploadFromRemoteURL", answer)

    @told
    async def get_job_status(self, job_id: str) -> View:
        """How far a job has come: a JobStatus.

        job_id: here and below the id, or anything that has one as `job_id`. Source: GET /ocr/status/{job_id}.
        """
        job_id = _id(job_id)
        return _view(self, "JobStatus", "getJobStatus", await self._session.ask("getJobStatus", {"job_id": job_id}))

    @told
    async def get_results(self, job_id: str, page: int = 1, limit: int = 100) -> View:
        """One slice of a finished job's pages: a JobResult.

        page: which slice, from 1. limit: pages in a slice, 1 to 1000. Raises JobError while the job is still running.
        Source: GET /ocr/result/{job_id}.
        """
        job_id = _id(job_id)
        answer = await self._session.ask("getJobResult", {"job_id": job_id, "page": page, "limit": limit})
        if answer.response.status_code == 202:
            raise errors.JobError(
                f"job {job_id} is still running; wait_until_done waits for it", job_id=job_id, status_code=202
            )
        return _view(self, "JobResult", "getJobResult", answer)

    @told
    async def wait_until_done(self, job_id: str, poll_options: PollOptions | None = None) -> View:
        """Wait for a job and read all of its pages: a JobResult.

        A job that is partially done is returned; its status says so. Raises JobFailedError, and JobTimeoutError, after
        which the job still goes on.
        """
        return await _result(self, _id(job_id), _given(PollOptions, poll_options))

    @told
    async def process_and_wait(
        self,
        file: FileInput,
        options: ProcessOptions | None = None,
        poll_options: PollOptions | None = None,
        *,
        on_sent: Sent | None = None,
    ) -> View:
        """Send a file, wait for its job and read all of its pages: a JobResult. See process_file and
        wait_until_done."""
        answer = await upload(self._session, file, _given(ProcessOptions, options).arguments(), on_sent)
        job_id = _begun(answer)["job_id"]
        if not isinstance(job_id, str):
            raise errors.ContractError("the file was accepted, but the answer does not say as which job")
        return await _result(self, _id(job_id), _given(PollOptions, poll_options))

    @told
    async def delete_job(self, job_id: str) -> None:
        """Forget a job, its pages and its results, for good. Source: DELETE /ocr/delete/{job_id}."""
        await self._session.ask("deleteJob", {"job_id": _id(job_id)})


def _given(kind: type[T], options: T | None) -> T:
    """The options, or the defaults; a dict or a word in their place is the likeliest mistake."""
    if options is None or isinstance(options, kind):
        return options or kind()
    raise TypeError(f"options are {kind.__name__}(...), not {options!r:.60}; write for example {EXAMPLES[kind]}")


def _id(job: Any) -> str:  # Any: an id, or a result that has one
    job_id = getattr(job, "job_id", job)
    if not isinstance(job_id, str) or not job_id:
        raise errors.ValidationError(f"a job's id is text, such as result.job_id, not {job!r:.60}", field="job_id")
    return job_id


EXAMPLES: dict[type, str] = {
    ProcessOptions: "ProcessOptions(format='markdown')",
    PollOptions: "PollOptions(max_wait=60)",
}


class AsyncOCR(OCR, Async):
    """`client.ocr` of LeapOCR."""

    __slots__ = ()


class BlockingOCR(OCR, Blocking):
    """`client.ocr` of LeapOCRSync."""

    __slots__ = ()


def _view(bound: Bound, name: str, source: str, answer: Answer) -> View:
    return bound._session.api.views.read(name, source, answer.wire())


def _begun(answer: Answer) -> dict[str, Any]:  # Any: JSON
    """What completing an upload answers; where its answer got lost, the job's status stands in, which says `id`."""
    wire = answer.wire() if isinstance(answer.wire(), dict) else {}
    return {"job_id": wire.get("id"), **wire}


async def _result(bound: OCR, job_id: str, options: PollOptions) -> View:
    """All pages of a job, once it is done. A result that is not ready yet, though the status says so, is asked for
    again."""
    session, io = bound._session, bound._session.io
    deadline = io.now() + options.max_wait
    shortest = min(options.poll_interval / 4, options.max_wait)

    def on_progress(progress: Progress) -> None:
        if options.on_progress is not None:
            options.on_progress(_view(bound, "JobStatus", "getJobStatus", progress.answer))

    while True:
        patience = Patience(shortest, options.poll_interval * 2, deadline - io.now())
        await wait_for(session, job_id, patience, on_progress)
        found = await _all_pages(session, job_id, deadline + session.config.timeout)
        if found is not None:
            return session.api.views.read("JobResult", "getJobResult", found)
        if io.now() + shortest >= deadline:
            raise errors.JobTimeoutError(f"job {job_id} is done, but its result was not ready in time", job_id=job_id)
        await io.sleep(shortest)


async def _all_pages(session: Session, job_id: str, deadline: float) -> dict[str, Any] | None:  # Any: JSON
    """The first answer with the pages of all, or None where the result is not there yet (202)."""
    pages = Pages(session, session.api.operations["getJobResult"], {"job_id": job_id}, deadline)
    first: Any = None
    found: list[Any] = []
    while (answer := await pages.next()) is not None:
        if answer.response.status_code == 202:
            return None
        first = answer.wire() if first is None else first
        found += pages.items(answer)
    if not isinstance(first, dict):
        raise errors.ContractError(f"the result of job {job_id} is not what the document promises: {first!r:.80}")
    return {**first, "pages": found}


# -- the service's own exceptions: each is the shared one, and a LeapOCRError --------------------------------------


class LeapOCRError(errors.Error):
    """Everything that a LeapOCR client raises on purpose."""


class DocumentError(errors.DocumentError, LeapOCRError):
    __doc__ = errors.DocumentError.__doc__


class ConfigurationError(errors.ConfigurationError, LeapOCRError):
    __doc__ = errors.ConfigurationError.__doc__


class FileError(errors.FileError, LeapOCRError):
    __doc__ = errors.FileError.__doc__


class NetworkError(errors.TransportError, LeapOCRError):
    __doc__ = errors.TransportError.__doc__


class ConnectionError(errors.ConnectionError, NetworkError):  # noqa: A001 - where Python has the word, be it
    __doc__ = errors.ConnectionError.__doc__


class TimeoutError(errors.TimeoutError, NetworkError):  # noqa: A001 - where Python has the word, be it
    __doc__ = errors.TimeoutError.__doc__


class SubmissionUnknownError(errors.SubmissionUnknownError, NetworkError):
    __doc__ = errors.SubmissionUnknownError.__doc__


class APIError(errors.APIError, LeapOCRError):
    __doc__ = errors.APIError.__doc__


class ValidationError(errors.ValidationError, APIError):
    __doc__ = errors.ValidationError.__doc__


class AuthenticationError(errors.AuthenticationError, APIError):
    __doc__ = errors.AuthenticationError.__doc__


class InsufficientCreditsError(errors.InsufficientCreditsError, APIError):
    __doc__ = errors.InsufficientCreditsError.__doc__


class ForbiddenError(errors.ForbiddenError, APIError):
    __doc__ = errors.ForbiddenError.__doc__


class NotFoundError(errors.NotFoundError, APIError):
    __doc__ = errors.NotFoundError.__doc__


class ConflictError(errors.ConflictError, APIError):
    __doc__ = errors.ConflictError.__doc__


class RateLimitError(errors.RateLimitError, APIError):
    __doc__ = errors.RateLimitError.__doc__


class ServerError(errors.ServerError, APIError):
    __doc__ = errors.ServerError.__doc__


class ContractError(errors.ContractError, LeapOCRError):
    __doc__ = errors.ContractError.__doc__


class DecodeError(errors.DecodeError, ContractError):
    __doc__ = errors.DecodeError.__doc__


class DriftError(errors.DriftError, ContractError):
    __doc__ = errors.DriftError.__doc__


class JobError(errors.JobError, LeapOCRError):
    __doc__ = errors.JobError.__doc__


class JobFailedError(errors.JobFailedError, JobError):
    __doc__ = errors.JobFailedError.__doc__


class JobTimeoutError(errors.JobTimeoutError, JobError):
    __doc__ = errors.JobTimeoutError.__doc__


FAMILY = errors.Family(
    *(kind for kind in list(vars().values()) if isinstance(kind, type) and issubclass(kind, LeapOCRError))
)


class _LeapOCR(Bound):
    """What both clients have beside `ocr`."""

    __slots__ = ()
    _family = FAMILY
    _needs_key = True

    @told
    async def health(self) -> bool:
        """Whether the service is up. Nothing is raised: a service that cannot be reached is not up."""
        try:
            await self._session.ask("getHealthStatus", {}, retries=0)
        except errors.Error:
            return False
        return True


class LeapOCR(_LeapOCR, AsyncClient):
    """LeapOCR for asyncio and trio.

    api_key: from the dashboard; without it, LEAPOCR_API_KEY. config: base URL (LEAPOCR_BASE_URL), timeout, retries; its
    fields can be given as keywords, too. api: another version of the API, as load() gives it. Raises
    AuthenticationError where there is no key at all, ConfigurationError for a setting that cannot be right.
    """

    _doors: ClassVar[Mapping[str, type[Bound]]] = {"ocr": AsyncOCR}
    ocr: AsyncOCR

    def __init__(
        self, api_key: str | None = None, config: ClientConfig | None = None, *, api: Api | None = None, **settings: Any
    ) -> None:
        with FAMILY.adopting():
            super().__init__(api or load("leapocr"), api_key=api_key, config=config, **settings)


class LeapOCRSync(_LeapOCR, Client):
    """LeapOCR without async; the same names, arguments, results and exceptions as LeapOCR."""

    _doors: ClassVar[Mapping[str, type[Bound]]] = {"ocr": BlockingOCR}
    ocr: BlockingOCR

    def __init__(
        self, api_key: str | None = None, config: ClientConfig | None = None, *, api: Api | None = None, **settings: Any
    ) -> None:
        with FAMILY.adopting():
            super().__init__(api or load("leapocr"), api_key=api_key, config=config, **settings)
