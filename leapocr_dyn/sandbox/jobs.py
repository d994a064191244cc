"""Jobs: a document, the pages that were read of it, and the one thread that reads.

Job is a plain record. Its state is changed in this file only, under the job's lock; the flow is

    pending -> processing -> completed | partially_done | failed
"""

from __future__ import annotations

import logging
import queue
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from leapocr_dyn.sandbox.extract import extracted
from leapocr_dyn.sandbox.layout import Page
from leapocr_dyn.sandbox.reader import Paper, UnreadableError, opened
from leapocr_dyn.sandbox.webhook import Webhooks

log = logging.getLogger("leapocr_dyn.sandbox")

FINAL = {"completed", "partially_done", "failed"}
PATIENCE = 10.0  # seconds that stop waits for a page that is being read


@dataclass
class Job:
    """One document on its way. file: where its bytes are, or will be. upload_id: the storage's, if it came in parts.

    schema: what structured data follows; None for Markdown. data: what was found of it.
    """

    file: Path
    file_name: str
    file_size: int
    model: str
    boxes: bool
    schema: dict[str, Any] | None = None  # Any: JSON
    data: dict[str, Any] | None = None  # Any: JSON
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "pending"
    created_at: str = field(default_factory=lambda: now())
    completed_at: str | None = None
    upload_id: str | None = None
    handed_over: dict[int, str] | None = None  # the ETags it was completed with
    total_pages: int = 0
    pages: dict[int, Page] = field(default_factory=dict)
    error: str | None = None
    seconds: float = 0.0  # of work
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    halt: threading.Event = field(default_factory=threading.Event, repr=False)
    settled: threading.Event = field(default_factory=threading.Event, repr=False)


class Jobs:
    """Every job, the credits of the one account, and the thread that reads pages.

    page_pause: seconds to wait before each page, so that progress can be watched.
    """

    def __init__(self, credits: int, page_pause: float, webhooks: Webhooks) -> None:  # noqa: A002 - the service's word
        self.credits = credits
        self._webhooks = webhooks
        self._page_pause = page_pause
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="sandbox reader", daemon=True)
        self.stopping = threading.Event()

    def start(self) -> None:
        """Begin to read what is queued."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the page that is being read."""
        self.stopping.set()
        with self._lock:
            for job in self._jobs.values():
                job.halt.set()
        self._queue.put(None)
        self._thread.join(PATIENCE)

    def add(self, job: Job) -> None:
        """Know the job from here on."""
        with self._lock:
            self._jobs[job.id] = job
        self._tell(job, "created")

    def get(self, job_id: str) -> Job | None:
        """The job with this id, unless it was deleted."""
        with self._lock:
            return self._jobs.get(job_id)

    def remove(self, job: Job) -> bool:
        """Forget a job, and stop its reading; False if somebody else did. Its file is removed too."""
        with self._lock:
            known = self._jobs.pop(job.id, None) is not None
        job.halt.set()
        job.settled.set()
        job.file.unlink(missing_ok=True)
        return known

    def spend(self, pages: int) -> bool:
        """Take a credit for each page; False, and none taken, if there are not enough."""
        with self._lock:
            if pages > self.credits:
                return False
            self.credits -= pages
            return True

    def submit(self, job: Job) -> None:
        """Have the job's document read. Its pages are paid for."""
        self._queue.put(job)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            if not job.halt.is_set():
                self._process(job)

    def _process(self, job: Job) -> None:
        began = monotonic()
        with job.lock:
            job.status = "processing"
        self._tell(job, "started")
        failures: list[str] = []
        try:
            with opened(job.file) as paper:
                self._read(job, paper, began, failures)
        except UnreadableError as error:
            failures.append(str(error))
        except Exception as error:  # noqa: BLE001 - also a reader that breaks ends in a job that says so
            if not job.halt.is_set():  # otherwise the file was deleted under it
                log.error("job %s: reading broke: %r", job.id, error)
            failures.append("the document could not be read")
        if job.halt.is_set():
            return
        with self._lock:
            self.credits += job.total_pages - len(job.pages)
        with job.lock:
            lacking = self._structured(job)
            job.error = failures[0] if failures else lacking
            job.completed_at = now()
            lacks = bool(failures) or (lacking is not None and not complete(job))
            job.status = ("partially_done" if job.pages else "failed") if lacks else "completed"
        job.file.unlink(missing_ok=True)
        self._tell(job, "failed" if job.status == "failed" else "completed")
        job.settled.set()

    def _tell(self, job: Job, what: str) -> None:
        words = {"message": job.error} if job.error else {}
        self._webhooks.tell(f"job.{what}", job_id=job.id, status=job.status, **words)

    def _structured(self, job: Job) -> str | None:
        """Fill the job's schema from its pages; what to say where something was not found."""
        if job.schema is None or not job.pages:
            return None
        text = "\n".join(page.text for _, page in sorted(job.pages.items()))
        job.data, missing = extracted(text, job.schema)
        return f"not found: {', '.join(missing)}" if missing else None

    def _read(self, job: Job, paper: Paper, began: float, failures: list[str]) -> None:
        """Read every page; a page that cannot be read is missing, and named in failures."""
        for number in range(1, paper.pages + 1):
            if job.halt.wait(self._page_pause):
                return
            try:
                page = paper.read(number)
            except UnreadableError as error:
                failures.append(f"page {number}: {error}")
                continue
            with job.lock:
                job.pages[number] = page
                job.seconds = monotonic() - began


def complete(job: Job) -> bool:
    """Whether everything that a job's schema requires was found."""
    required = (job.schema or {}).get("required")
    return all(name in (job.data or {}) for name in required) if isinstance(required, list) else True


def pages_of(file: Path) -> int:
    """How many pages a document has; 0 for one that cannot be opened, which then fails as a job, with the reason."""
    try:
        with opened(file) as paper:
            return paper.pages
    except UnreadableError:
        return 0


def now() -> str:
    """The time as RFC 3339 writes it, in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
