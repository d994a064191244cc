"""LeapOCR's operations: what a request means for jobs and storage, and what is answered.

Each handler is named as its operation. A request has been held against the document before it gets here; what remains
are the rules that a schema cannot say. An answer holds all that any version of the document knows; the server cuts it
down to the version that is served.
"""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from math import ceil
from pathlib import Path

from leapocr_dyn.sandbox.contract import Json, Refusal
from leapocr_dyn.sandbox.fetch import FetchError, fetch
from leapocr_dyn.sandbox.jobs import FINAL, Job, Jobs, now, pages_of
from leapocr_dyn.sandbox.layout import Page
from leapocr_dyn.sandbox.request import Call
from leapocr_dyn.sandbox.server import Handler, Reply, Service
from leapocr_dyn.sandbox.storage import PREFIX, Storage
from leapocr_dyn.sandbox.webhook import Subscription, Webhooks

# What a saved template is asked for by, in one version or another.
TEMPLATE = ("template_slug", "template_id")
PARTS = 10_000  # S3's limit for one upload
MODELS = {"standard-v2": "Reads print.", "pro-v2": "Reads print, by the same reader; the sandbox has only one."}
CODES = {
    401: "AUTHENTICATION_ERROR",
    402: "LESS_CREDITS",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
    429: "TOO_MANY_REQUESTS",
}


class LeapOCR:
    """The handlers, over one temporary folder. part_size: bytes of every part but the last. origin: of the server."""

    def __init__(
        self,
        *,
        part_size: int,
        credits: int,  # noqa: A002 - the service's own word
        link_seconds: Callable[[], float],
        page_pause: float,
        origin: Callable[[], str],
        subscription: Subscription | None = None,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="leapocr-sandbox-")
        self._origin = origin
        self._part_size = part_size
        self._began = time.monotonic()
        self.storage = Storage(Path(self._folder.name), link_seconds)
        self._webhooks = Webhooks(subscription)
        self.jobs = Jobs(credits, page_pause, self._webhooks)
        self.jobs.start()
        self._webhooks.start()

    def close(self) -> None:
        """Stop reading and remove the folder."""
        self.jobs.stop()
        self._webhooks.stop()
        self._folder.cleanup()

    def service(self) -> Service:
        """What a server does for LeapOCR: for any of its documents, at the paths and in the words of that one."""
        handlers: dict[str, Handler] = {}
        for name, place, handler in HANDLERS:
            handlers[name] = handlers[place] = partial(handler, self)
        return Service(
            handlers,
            keyless=("getHealthStatus",),
            mounts={PREFIX: self.storage},
            error=error_body,
            strict=True,
            speaks=speaks,
        )

    def direct_upload(self, call: Call) -> Reply:
        """A job, and one presigned link for each part of its file."""
        if "file_size" not in call.body:  # earlier versions do not insist on it
            wrong("file_size", "this sandbox wants to know the size, to say which bytes go to which link")
        job = self._job(call.body, call.body["file_name"], call.body["file_size"])
        count = ceil(job.file_size / self._part_size)
        if count > PARTS:
            raise Refusal(
                400,
                f"the file would have more than {PARTS} parts",
                details=[{"field": "file_size", "message": "too large"}],
            )
        if self.jobs.credits < 1:
            raise Refusal(402, "there are no credits left")
        starts = [number * self._part_size for number in range(count)]
        ends = [min(start + self._part_size, job.file_size) - 1 for start in starts]
        upload_id, expires = self.storage.begin(end - start + 1 for start, end in zip(starts, ends, strict=True))
        job.upload_id = upload_id
        self.jobs.add(job)
        parts = [
            {
                "part_number": number,
                "start_byte": start,
                "end_byte": end,
                "upload_url": self._origin() + self.storage.link(upload_id, number, expires),
            }
            for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
        ]
        body = {
            "job_id": job.id,
            "upload_id": upload_id,
            "upload_type": "multipart",
            "parts": parts,
            "chunk_size": self._part_size,
            "total_chunks": count,
            "complete_url": f"/ocr/uploads/{job.id}/complete",
            "expires_at": datetime.fromtimestamp(expires, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
        }
        return Reply(200, body)

    def complete_direct_upload(self, call: Call) -> Reply:
        """Queue the job once every part is there; the same request again gets the same answer."""
        job = self._find(call)
        if job.upload_id is None:
            raise Refusal(409, "the job does not wait for an upload")
        told = [(part["part_number"], part["etag"].strip('"')) for part in call.body["parts"]]
        with job.lock:
            if self.jobs.get(job.id) is None:
                raise Refusal(404, "job not found")  # deleted while this waited
            if job.handed_over is not None:
                if dict(told) != job.handed_over or len(told) != len(job.handed_over):
                    raise Refusal(409, "the upload was completed before, with other parts")
            else:
                self._take_over(job, job.upload_id, told)
        body = {
            "job_id": job.id,
            "status": "pending",
            "message": "the upload is complete; the job is queued",
            "created_at": job.created_at,
        }
        return Reply(200, body)

    def _take_over(self, job: Job, upload_id: str, told: list[tuple[int, str]]) -> None:
        """Make the parts one file and queue the job. Raises Refusal, and leaves everything as it was."""
        count = ceil(job.file_size / self._part_size)
        arrived = {number: etag.strip('"') for number, etag in self.storage.etags(upload_id).items()}
        numbers = Counter(number for number, _ in told)
        wrong = [f"part {number} is given more than once" for number, times in sorted(numbers.items()) if times > 1]
        wrong += [f"part {number} was never announced" for number in sorted(numbers) if number > count]
        wrong += [f"part {number} is missing" for number in sorted(set(range(1, count + 1)) - set(numbers))]
        for number, etag in told:
            if number <= count and arrived.get(number) != etag:
                wrong.append(
                    f"part {number} has another ETag" if number in arrived else f"part {number} was not uploaded"
                )
        if wrong:
            raise Refusal(400, wrong[0], details=[{"field": "parts", "message": text} for text in wrong[:20]])
        self.storage.joined(upload_id, job.file)
        self._pay(job)
        self.storage.forget(upload_id)
        job.handed_over = dict(told)
        self.jobs.submit(job)

    def upload_from_remote_url(self, call: Call) -> Reply:
        """A job for a document that is fetched at once."""
        url = call.body["url"]
        name = call.body.get("file_name") or url.partition("?")[0].rstrip("/").rpartition("/")[2][:255] or "document"
        job = self._job(call.body, name, 0)
        try:
            job.file_size = fetch(url, job.file, self.jobs.stopping)
            self._pay(job)
        except FetchError as error:
            job.file.unlink(missing_ok=True)
            raise Refusal(400, str(error), details=[{"field": "url", "message": str(error)}]) from error
        self.jobs.add(job)
        self.jobs.submit(job)
        return Reply(200, {"job_id": job.id, "status": "pending", "created_at": job.created_at, "source_url": url})

    def get_job_status(self, call: Call) -> Reply:
        """How far the job has come."""
        job = self._find(call)
        with job.lock:
            body = {
                "id": job.id,
                "status": job.status,
                "processed_pages": len(job.pages),
                "total_pages": job.total_pages,
                "processing_time": round(job.seconds),
                "result_format": "markdown" if job.schema is None else "structured",
                "file_name": job.file_name,
                "created_at": job.created_at,
            }
            return Reply(200, body | ({"error_message": job.error} if job.error else {}))

    def get_job_result(self, call: Call) -> Reply:
        """A slice of the pages, or 202 while there is more to read."""
        job = self._find(call)
        slice_number, limit = call.query.get("page", 1), call.query.get("limit", 100)
        with job.lock:
            shared = {
                "job_id": job.id,
                "status": job.status,
                "processed_pages": len(job.pages),
                "total_pages": job.total_pages,
                "result_format": "markdown" if job.schema is None else "structured",
            }
            if job.status not in FINAL:
                return Reply(202, shared)
            if job.status == "failed":
                raise Refusal(400, f"job failed: {job.error}", code="BAD_REQUEST")
            read = sorted(job.pages.items())
            if job.schema is not None:
                read = read[:1]  # the data of the whole document stands on its first page
            start = (slice_number - 1) * limit
            body = shared | {
                "file_name": job.file_name,
                "model": job.model,
                "pages": [self._page(job, number, page) for number, page in read[start : start + limit]],
                "pagination": {
                    "page": slice_number,
                    "limit": limit,
                    "total": len(read),
                    "total_pages": ceil(len(read) / limit),
                },
                "credits_used": len(job.pages),
                "completed_at": job.completed_at,
                "processing_time_seconds": round(job.seconds, 3),
            }
            return Reply(200, body)

    def delete_job(self, call: Call) -> Reply:
        """Forget the job; reading stops after the page that is being read."""
        job = self._find(call)
        with job.lock:  # not while its parts are being joined
            if not self.jobs.remove(job):
                raise Refusal(404, "job not found")
            if job.upload_id is not None:
                self.storage.forget(job.upload_id)
            body = {
                "id": job.id,
                "status": job.status,
                "file_name": job.file_name,
                "file_size": job.file_size,
                "total_pages": job.total_pages,
                "processed_pages": len(job.pages),
                "credits_used": len(job.pages),
                "created_at": job.created_at,
                "deleted_at": now(),
            }
            return Reply(200, body)

    def list_ocr_models(self, call: Call) -> Reply:
        """The names that the service knows; here they all lead to the same reader."""
        models = [
            {
                "name": name,
                "display_name": name,
                "description": said,
                "credits_per_page": 1,
                "priority": place,
                "surcharge_per_page": 0,
            }
            for place, (name, said) in enumerate(MODELS.items(), start=1)
        ]
        return Reply(200, {"count": len(models), "models": models})

    def get_health_status(self, call: Call) -> Reply:
        """Healthy, for as long as there is an answer at all."""
        summary = {"total": 1, "healthy": 1, "degraded": 0, "down": 0}
        checks = {"reader": {"status": "healthy", "message": "reads pages", "response_time": "0ms"}}
        body = {"status": "healthy", "service": "sandbox", "version": "v1", "timestamp": now()}
        return Reply(200, body | {"summary": summary, "checks": checks})

    def _find(self, call: Call) -> Job:
        job = self.jobs.get(call.path["job_id"])
        if job is None:
            raise Refusal(404, "job not found")
        return job

    def _job(self, options: dict[str, Json], file_name: str, file_size: int) -> Job:
        """A job with these options, not yet known to anybody. Raises Refusal for options that exclude each other."""
        check(options)
        return Job(
            file=Path(self._folder.name) / f"{uuid.uuid4()}.document",
            file_name=file_name,
            file_size=file_size,
            model=options.get("model") or "standard-v2",
            boxes=bool(options.get("extract_bounding_boxes")),
            schema=options["schema"] if options["format"] == "structured" else None,
        )

    def _pay(self, job: Job) -> None:
        """Count the pages and take a credit for each. Raises Refusal (402) with the file removed."""
        pages = pages_of(job.file)
        if not self.jobs.spend(pages):
            job.file.unlink(missing_ok=True)
            raise Refusal(402, f"the document has {pages} pages; {self.jobs.credits} credits are left")
        job.total_pages = pages

    def _page(self, job: Job, number: int, page: Page) -> dict[str, Json]:
        body = {
            "id": str(uuid.uuid5(uuid.UUID(job.id), str(number))),
            "page_number": number,
            "result": page.text if job.schema is None else job.data,
            "text": page.text if job.schema is None else json.dumps(job.data),
            "confidence": round(page.confidence, 4),
            "has_bounding_boxes": job.boxes,
            "dimensions": {"width": page.width, "height": page.height},
        }
        if job.boxes:
            body["bounding_boxes"] = [
                {
                    "type": block.kind,
                    "text": block.text,
                    "bounds": {"x": block.x, "y": block.y, "width": block.width, "height": block.height},
                }
                for block in page.blocks
            ]
        return body


# By operationId, and by the place that it had at last: whatever else a version calls it, or wherever it moved it.
HANDLERS: tuple[tuple[str, str, Callable[[LeapOCR, Call], Reply]], ...] = (
    ("directUpload", "POST /ocr/uploads/direct", LeapOCR.direct_upload),
    ("completeDirectUpload", "POST /ocr/uploads/{job_id}/complete", LeapOCR.complete_direct_upload),
    ("uploadFromRemoteURL", "POST /ocr/uploads/url", LeapOCR.upload_from_remote_url),
    ("getJobStatus", "GET /ocr/status/{job_id}", LeapOCR.get_job_status),
    ("getJobResult", "GET /ocr/result/{job_id}", LeapOCR.get_job_result),
    ("deleteJob", "DELETE /ocr/delete/{job_id}", LeapOCR.delete_job),
    ("listOCRModels", "GET /ocr/models", LeapOCR.list_ocr_models),
    ("getHealthStatus", "GET /health", LeapOCR.get_health_status),
)


def speaks(document: Mapping[str, Json]) -> bool:
    """Whether a document is one of LeapOCR's, by the operation that starts an upload."""
    for path, item in (document.get("paths") or {}).items():
        for said in item.values() if isinstance(item, dict) else ():
            if isinstance(said, dict) and (said.get("operationId") == "directUpload" or path == "/ocr/uploads/direct"):
                return True
    return False


def check(options: dict[str, Json]) -> None:
    """Hold the options to the rules that the schema cannot say. Raises Refusal."""
    format_, template = options.get("format"), next((name for name in TEMPLATE if options.get(name)), None)
    extras = [name for name in ("schema", "instructions") if options.get(name)]
    if template:
        if clash := [name for name in ("format", "schema", "instructions", "save_as_template") if options.get(name)]:
            wrong(clash[0], f"{template} and {clash[0]} exclude each other")
        wrong(template, "there is no such template; this sandbox keeps none")
    if not format_:
        wrong("format", "give a format or a template")
    if format_ == "markdown" and extras:
        wrong(extras[0], f"{extras[0]} goes with the structured format only")
    if format_ == "structured" and not options.get("schema"):
        wrong("schema", "the structured format needs a schema")
    if format_ not in ("markdown", "structured"):
        wrong("format", f"this sandbox does not offer {format_}")


def wrong(name: str, message: str) -> None:
    """Raise the Refusal for one field."""
    raise Refusal(400, message, details=[{"field": name, "message": message}])


def error_body(refusal: Refusal) -> Json:
    """LeapOCR's error body. A 400 that names fields is a VALIDATION_ERROR, any other a BAD_REQUEST."""
    by_kind = "SYSTEM_ERROR" if refusal.status >= 500 else "VALIDATION_ERROR" if refusal.details else "BAD_REQUEST"
    code = refusal.code or CODES.get(refusal.status, by_kind)
    return {"code": code, "error": {"message": refusal.message}, "details": refusal.details}
