"""How much memory a large upload takes: what is under way, and not what the file weighs."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

MIB = 2**20
SIZE, PART, AT_ONCE = 512 * MIB, 8 * MIB, 8

PROGRAM = """
import asyncio, resource, sys
from leapocr_dyn import LeapOCR, LeapOCRSync

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

url, path, kind = sys.argv[1:]

def blocking(file):
    with LeapOCRSync("key", base_url=url) as client:
        return client.ocr.process_file(file)

async def suspending(file):
    async with LeapOCR("key", base_url=url) as client:
        return await client.ocr.process_file(file)

def send(file):
    return blocking(file) if kind == "blocking" else asyncio.run(suspending(file))

send(("small.pdf", b"%PDF-1.7"))
before = peak()
assert send(path).job_id == "j"
print(peak() - before)
"""


class Sink(BaseHTTPRequestHandler):
    """An API and its storage that take everything and keep nothing. taken: bytes of all parts."""

    protocol_version = "HTTP/1.1"
    taken = 0
    lock = threading.Lock()

    def do_POST(self) -> None:
        """Announce parts, or complete."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(
            self._announced(body["file_size"]) if "file_size" in body else {"job_id": "j", "status": "pending"}
        )

    def do_PUT(self) -> None:
        """Take a part."""
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, MIB)))
        with Sink.lock:
            Sink.taken += int(self.headers["Content-Length"])
        self._answer(None, ETag='"e"')

    def _announced(self, size: int) -> dict[str, Any]:
        link = f"http://{self.headers['Host']}/part"
        parts = [
            {"part_number": number, "start_byte": first, "end_byte": min(first + PART, size) - 1, "upload_url": link}
            for number, first in enumerate(range(0, size, PART), 1)
        ]
        return {"job_id": "j", "parts": parts}

    def _answer(self, body: Any, **headers: str) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(200)
        for name, text in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def sink() -> Iterator[str]:
    """The base URL of a sink."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is counted in other units")
@pytest.mark.parametrize("kind", ["blocking", "async"])
def test_a_large_file_takes_no_more_memory_than_what_is_under_way(sink: str, tmp_path: Path, kind: str) -> None:
    """512 MiB in parts of 8: the peak stays below the parts in flight and 40 MiB, whatever the file weighs."""
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7")
        file.truncate(SIZE)
    Sink.taken = 0
    run = subprocess.run([sys.executable, "-c", PROGRAM, sink, str(path), kind], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert Sink.taken == SIZE + 8
    assert int(run.stdout) < AT_ONCE * PART + 40 * MIB
