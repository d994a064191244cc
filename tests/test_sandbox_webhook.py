"""Webhooks of the sandbox: what a program on this machine is told, and how it knows from whom."""

from __future__ import annotations

import http.server
import queue
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from test_sandbox_reader import pdf

from leapocr_dyn import LeapOCRSync, errors, parse_webhook, verify_webhook_signature
from leapocr_dyn.sandbox import Sandbox

SECRET = "whsec-7"


class Receiver:
    """A program with an endpoint. refuse: how many deliveries it answers with 500 first."""

    def __init__(self, refuse: int = 0) -> None:
        received: queue.Queue[tuple[str, bytes, dict[str, str]]] = queue.Queue()
        left = [refuse]

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                left[0] -= 1
                self.send_response(500 if left[0] >= 0 else 204)
                self.end_headers()
                if left[0] < 0:
                    received.put((self.path, body, dict(self.headers)))

            def log_message(self, *words: Any) -> None:
                """Say nothing."""

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?team=7"
        self.received = received
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop to listen."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """One that takes everything, at the second attempt."""
    made = Receiver(refuse=1)
    yield made
    made.close()


def test_a_job_is_told_from_its_beginning_to_its_end(receiver: Receiver) -> None:
    """Created, started, completed: signed, in order, and taken by the package's own parser."""
    with Sandbox(webhook=(receiver.url, SECRET)) as sandbox:
        with LeapOCRSync(sandbox.api_key, base_url=sandbox.url) as client:
            result = client.ocr.process_and_wait(("a.pdf", pdf("Tea")))
        told = [receiver.received.get(timeout=10) for _ in range(3)]
    assert {target for target, _, _ in told} == {"/hook?team=7"}
    events = [parse_webhook(body, headers, SECRET) for _, body, headers in told]
    assert [event.event_type for event in events] == ["job.created", "job.started", "job.completed"]
    assert {event.job_id for event in events} == {result.job_id}
    assert (events[2].status, getattr(events[2].event_type, "is_known", None)) == ("completed", True)
    _, body, headers = told[0]
    assert not verify_webhook_signature(
        body, headers["X-Webhook-Signature"], headers["X-Webhook-Timestamp"], "another secret"
    )


ADDRESSES = ["http://example.com/", "https://127.0.0.1/", "file:///etc/passwd", "", "http://10.0.0.1/"]


@pytest.mark.parametrize("url", ADDRESSES)
def test_nothing_is_told_to_the_world(url: str) -> None:
    """Only this machine is an address."""
    with pytest.raises(errors.ConfigurationError, match="of this machine only"):
        Sandbox(webhook=(url, SECRET))


def test_nobody_listens_and_nothing_stands_still() -> None:
    """A receiver that is down costs a line in the log, and no job."""
    with Sandbox(webhook=("http://127.0.0.1:9/", SECRET)) as sandbox:
        client = LeapOCRSync(sandbox.api_key, base_url=sandbox.url)
        with client:
            assert client.ocr.process_and_wait(("a.pdf", pdf("Tea"))).text == "Tea"
