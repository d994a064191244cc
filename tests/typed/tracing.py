"""A program of somebody's: spans and counts by the hooks, whose types are in leapocr_dyn.observe."""

from __future__ import annotations

import time
from typing import assert_type

from leapocr_dyn import ClientConfig, LeapOCR, LeapOCRSync, load
from leapocr_dyn.observe import Incoming, Outgoing
from leapocr_dyn.testing import Replies


class Tracer:
    def __init__(self) -> None:
        self.open: dict[Outgoing, float] = {}
        self.spans: list[tuple[str, str, float]] = []

    def before_send(self, request: Outgoing) -> dict[str, str]:
        self.open[request] = time.monotonic()
        return {"traceparent": f"00-{len(self.spans):032x}-{request.attempt:016x}-01"}

    def after_response(self, request: Outgoing, response: Incoming) -> None:
        assert_type(response.status, int)
        assert_type(response.request_id, str | None)
        self._end(request, str(response.status))

    async def on_error(self, request: Outgoing, error: Exception) -> None:
        self._end(request, type(error).__name__)

    def _end(self, request: Outgoing, outcome: str) -> None:
        assert_type(request.operation, str | None)
        self.spans.append((f"{request.method} {request.operation}", outcome, time.monotonic() - self.open.pop(request)))


def traced(tracer: Tracer) -> ClientConfig:
    return ClientConfig(before_send=tracer.before_send, after_response=tracer.after_response, on_error=tracer.on_error)


def main() -> None:
    tracer = Tracer()
    with LeapOCRSync(config=traced(tracer)) as client:
        client.with_options(before_send=print).ocr.process_and_wait("scan.pdf")
    LeapOCR(config=traced(tracer))


async def scripted() -> int:
    replies = Replies(load("leapocr")).reply("get_job_status", {"id": "j1", "status": "completed"})
    with LeapOCRSync("a key", **replies.blocking()) as client:
        client.ocr.get_job_status("j1")
    async with LeapOCR("a key", **replies.suspending()) as other:
        await other.ocr.get_job_status("j1")
    return len(replies.sent)


def mistakes() -> None:
    ClientConfig(before_send=lambda request: request.stauts)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownLambdaType]
    LeapOCRSync(timout=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    LeapOCR(timeout="5 s")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ClientConfig(on_error=lambda request: None)  # type: ignore[misc, arg-type]  # pyright: ignore[reportArgumentType]
