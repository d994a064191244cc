"""A local HTTP server with LeapOCR's contract: uploads, jobs, real OCR; no account needed.

    with Sandbox() as sandbox:
        client = LeapOCRSync(api_key=sandbox.api_key, base_url=sandbox.url)

It can also fake any other OpenAPI 3.x document; it then answers with examples. The document can be replaced while it
runs, also by another version of LeapOCR's, which it then speaks: so an update can be rehearsed. It shares no code with
the client, so that the two check each other.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from leapocr_dyn import errors
from leapocr_dyn.sandbox.edition import edition
from leapocr_dyn.sandbox.fault import Faults, Weather
from leapocr_dyn.sandbox.leapocr import LeapOCR
from leapocr_dyn.sandbox.recorded import Recordings
from leapocr_dyn.sandbox.server import Server, bundled
from leapocr_dyn.sandbox.webhook import Subscription, loopback

__all__ = ["Faults", "Sandbox"]


class Sandbox:
    """A server on this machine. Use it as a context manager, or call start and stop; it can be started again.

    port: 0 takes a free one, and keeps it. part_size: bytes of every part of an upload but the last.
    credits: what the account holds; a page costs one. link_seconds: how long a link for a part is good.
    document: an OpenAPI document as a dict, its text, or the path of a file; without one, LeapOCR's.
    page_pause: seconds before each page is read.
    answers: recorded exchanges of a real server, given back as they were (see sandbox/recorded.py).
    faults: what goes wrong on purpose; it can be changed at any time. webhook: (URL on this machine, secret) to tell of
    every job.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        api_key: str = "sandbox",
        part_size: int = 5 * 2**20,
        credits: int = 10_000,  # noqa: A002 - the service's own word
        link_seconds: float = 900,
        document: Mapping[str, Any] | str | bytes | os.PathLike[str] | None = None,  # Any: JSON as its author wrote it
        answers: dict[str, Any] | None = None,  # Any: JSON as it was recorded
        host: str = "127.0.0.1",
        page_pause: float = 0.0,
        faults: Faults | None = None,
        webhook: tuple[str, str] | None = None,
    ) -> None:
        if part_size < 1 or credits < 0 or not api_key:
            raise errors.ConfigurationError("a sandbox needs a part_size of at least 1, no negative credits, and a key")
        self.api_key = api_key
        self._edition = edition(bundled() if document is None else document)
        self._recordings = None if answers is None else Recordings(answers)
        self._port, self._host = port, host
        self._settings: dict[str, Any] = {  # Any: keyword arguments
            "part_size": part_size,
            "credits": credits,
            "link_seconds": lambda: link_seconds if self.faults.expire is None else self.faults.expire,
            "page_pause": page_pause,
        }
        self._leapocr: LeapOCR | None = None
        self._server: Server | None = None
        self.requests: list[tuple[str, str, int]] = []
        self._weather = Weather(faults or Faults())
        if webhook is not None:
            loopback(webhook[0])  # said now, and not when it starts
            self._settings["subscription"] = Subscription(*webhook)

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose."""
        return self._weather.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        """Switch others on, from the next request."""
        self._weather.faults = faults

    @property
    def document(self) -> Mapping[str, Any]:  # Any: JSON as its author wrote it
        """The document that is served."""
        return (self._edition if self._server is None else self._server.edition).document

    @document.setter
    def document(self, given: Mapping[str, Any] | str | bytes | os.PathLike[str]) -> None:  # Any: JSON
        """Serve another one, from the next request on; see `Sandbox`. Jobs go on.

        Raises ConfigurationError for a document that cannot be served; the one before then stays.
        """
        if self._server is None:
            self._edition = edition(given, self._edition)
        else:
            self._server.publish(given)

    @property
    def document_url(self) -> str:
        """Where the document is published; the same for as long as the sandbox runs."""
        return self._running().document_url

    @property
    def url(self) -> str:
        """What a client takes as its base URL, such as http://127.0.0.1:8765/api/v1."""
        return self._running().url

    @property
    def credits(self) -> int:
        """What is left on the account."""
        return self._speaks().jobs.credits

    def start(self) -> Sandbox:
        """Listen, and return when connections are accepted."""
        if self._server is not None:
            return self
        self._leapocr = LeapOCR(**self._settings, origin=lambda: self._running().origin)
        self._server = Server(
            self._edition,
            key=self.api_key,
            service=self._leapocr.service(),
            host=self._host,
            port=self._port,
            weather=self._weather,
            recordings=self._recordings,
        )
        self._server.requests = self.requests
        try:
            self._server.start()
        except BaseException:
            self.stop()
            raise
        self._port = self._server.port
        return self

    def stop(self) -> None:
        """Free the port, end the threads, remove every file. A second call does nothing."""
        leapocr, server = self._leapocr, self._server
        if leapocr is not None:
            leapocr.jobs.stopping.set()  # first: a fetch that is under way would hold the server up
        if server is not None:
            server.stop()
            self._edition = server.edition
        if leapocr is not None:
            leapocr.close()
        self._leapocr = self._server = None

    def __repr__(self) -> str:
        return f"<{self._title()} Sandbox {self.url if self._server is not None else '(not running)'}>"

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def settled(self, job_id: str, timeout: float = 60.0) -> str:
        """Wait until a job is final, and give its status; for tests.

        timeout: seconds. Raises TimeoutError after them, and NotFoundError for a job that is unknown or was deleted.
        """
        jobs = self._speaks().jobs
        job = jobs.get(job_id)
        if job is not None and not job.settled.wait(timeout):
            raise errors.TimeoutError(f"job {job_id} is still {job.status} after {timeout} seconds")
        if job is None or jobs.get(job_id) is None:
            raise errors.NotFoundError(f"there is no job {job_id}")
        return job.status

    def serve(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Run in the foreground until Ctrl-C or SIGTERM; prints where and with which key.

        meanwhile: called twice a second.
        """
        over = threading.Event()

        def end(number: int, frame: FrameType | None) -> None:
            """A signal came."""
            over.set()

        here = threading.current_thread() is threading.main_thread()  # only there can signals be caught
        before = {kind: signal.signal(kind, end) for kind in (signal.SIGINT, signal.SIGTERM)} if here else {}
        try:
            with self:
                where = f"{self._title()} sandbox at {self.url} with its document at {self.document_url}"
                print(f"{where} (Ctrl-C ends it)\nAPI key: {self.api_key}", flush=True)
                while not over.wait(0.5):  # with a timeout, so that the main thread gets to its signals on Windows too
                    meanwhile()
        finally:
            for kind, handler in before.items():
                signal.signal(kind, handler)

    def _title(self) -> str:
        info = self.document.get("info")
        title = info.get("title") if isinstance(info, dict) else None
        return title if isinstance(title, str) and title.isprintable() else "An API's"

    def _running(self) -> Server:
        if self._server is None:
            raise errors.ConfigurationError("the sandbox is not running: call start()")
        return self._server

    def _speaks(self) -> LeapOCR:
        self._running()
        assert self._leapocr is not None
        return self._leapocr
