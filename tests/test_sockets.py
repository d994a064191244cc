"""Over real sockets: every workflow against the sandbox; many threads and loops; memory. Faults: test_faults.py."""

from __future__ import annotations

import contextlib
import http.server
import itertools
import json
import os
import pickle
import subprocess
import sys
import threading
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import anyio
import httpx
import pytest
from conftest import World

from leapocr_dyn import LeapOCR, PollOptions, ProcessOptions, errors
from leapocr_dyn.workflows.poll import Patience, Wait

SOON = PollOptions(poll_interval=0.02, max_wait=60)
MIB = 2**20


def pdf(*pages: str) -> bytes:
    """A PDF of these pages, where the sandbox and what it needs are there."""
    from test_sandbox_reader import pdf

    return pdf(*pages)


def tea() -> tuple[str, bytes]:
    """A file of three pages."""
    return "tea.pdf", pdf("# Tea\nGreen or black", "Second page", "Third page")


def reach(world: World, sandbox: Any, **settings: Any) -> Any:
    """A client of the sandbox."""
    return world.client(sandbox.url, **{"api_key": sandbox.api_key, **settings})


# -- every workflow, against a server that checks each request


def test_a_file_becomes_text(world: World, sandbox: Any) -> None:
    """Announce, send in parts, complete, wait, read."""
    heard: list[int] = []
    client = reach(world, sandbox)
    result = world.run(
        client.ocr.process_and_wait(tea(), poll_options=SOON, on_sent=lambda sent, _: heard.append(sent))
    )
    assert [page.page_number for page in result.pages] == [1, 2, 3]
    assert result.text.startswith("# Tea\n\nGreen or black")
    assert heard[-1] == len(tea()[1])
    assert len(heard) > 3


def test_a_users_own_client_does_it_all(world: World, sandbox: Any) -> None:
    """Also what it would add to every request stays away from the storage, which refuses credentials."""
    kind: Any = httpx.Client if world.blocking else httpx.AsyncClient
    mine = kind(headers={"Authorization": "Bearer mine"}, cookies={"session": "mine"}, params={"mine": "1"})
    result = world.run(reach(world, sandbox, http_client=mine).ocr.process_and_wait(tea(), poll_options=SOON))
    assert len(result.pages) == 3
    assert not mine.is_closed
    world.run(mine.close() if world.blocking else mine.aclose())


def test_an_open_file_is_read_by_several_parts_at_once(world: World, sandbox: Any, tmp_path: Path) -> None:
    """One file position, many readers: every part gets its own bytes."""
    path = tmp_path / "tea.pdf"
    path.write_bytes(tea()[1])
    for given in (path, path.open("rb")):
        result = world.run(reach(world, sandbox).ocr.process_and_wait(given, poll_options=SOON))
        assert len(result.pages) == 3
        if not isinstance(given, Path):
            given.close()


def test_a_url_is_fetched(world: World, sandbox: Any, web: str) -> None:
    """process_url, then wait."""
    client = reach(world, sandbox)
    job = world.run(client.ocr.process_url(f"{web}/tea.pdf"))
    assert len(world.run(client.ocr.wait_until_done(job.job_id, SOON)).pages) == 3


def test_pages_status_results_and_deleting(world: World, sandbox: Any) -> None:
    """A job from its first status to its end, slice by slice, and then it is gone."""
    client = reach(world, sandbox)
    job = world.run(client.ocr.process_file(tea())).job_id
    world.run(client.ocr.wait_until_done(job, SOON))
    assert world.run(client.ocr.get_job_status(job)).progress == 100
    assert world.run(client.ocr.get_results(job, page=2, limit=1)).pages[0].text == "Second page"
    assert len(world.all(client.ocr.get_job_result.pages(job_id=job, limit=1))) == 3
    assert world.run(client.ocr.delete_job(job)) is None
    with pytest.raises(errors.NotFoundError):
        world.run(client.ocr.get_job_status(job))


@pytest.mark.parametrize(
    "name",
    [
        "M\u00e4rz \u8bf7\u6c42\u4e66 \N{TEACUP WITHOUT HANDLE}.pdf",
        "a\r\nX-Evil: 1.pdf",
        "a\0b.pdf",
        '"; rm -rf *.pdf',
        "\u202egnp.pdf",
        "e\u0301.PDF",
        "x" * 251 + ".pdf",
    ],
)
def test_strange_names_arrive_as_they_are(world: World, sandbox: Any, name: str) -> None:
    """Letters of any script, ends of lines, quotes: a name is data, and comes back with the result."""
    given = (name, pdf("Tea"))
    assert world.run(reach(world, sandbox).ocr.process_and_wait(given, poll_options=SOON)).file_name == name


WORKER = """
import os, pickle, sys
from leapocr_dyn import LeapOCRSync
with LeapOCRSync(base_url=sys.argv[1]) as client:
    for stored in (sys.argv[2], pickle.loads(bytes.fromhex(sys.argv[3]))):
        job = client.ocr.resume(stored)
        print(job.wait().text, job.metadata)
"""


def test_another_process_goes_on_with_a_job(world: World, sandbox: Any) -> None:
    """A token and a pickled handle name the job there; the key comes from that process's own environment."""
    ocr = reach(world, sandbox).ocr
    job = ocr.job(world.run(ocr.process_file(tea(), ProcessOptions(metadata={"invoice": "7"}))))
    stored = [str(job.token()), pickle.dumps(job).hex()]
    assert sandbox.api_key.encode() not in b"".join(one.encode() for one in stored)
    done = subprocess.run(
        [sys.executable, "-c", WORKER, sandbox.url, *stored],
        capture_output=True,
        text=True,
        env={**os.environ, "LEAPOCR_API_KEY": sandbox.api_key},
    )
    assert (done.stderr, done.stdout.count("Second page"), done.stdout.count("{'invoice': '7'}")) == ("", 2, 2)


def test_many_jobs_are_waited_for_together(world: World, sandbox: Any) -> None:
    """One wait for ten jobs."""
    client = reach(world, sandbox)
    jobs = [world.run(client.ocr.process_file(("tea.pdf", pdf(f"Page of {number}")))).job_id for number in range(10)]

    async def workflow() -> list[str]:
        waiting, done = Wait(client._session, jobs, Patience(0.01, 0.05, 60, rate=1000)), []
        while (outcome := await waiting.next()) is not None:
            assert outcome.error is None
            done.append(outcome.job_id)
        return done

    assert sorted(world.run(workflow())) == sorted(jobs)


def test_a_refusal_arrives_with_all_that_the_server_said(world: World, sandbox: Any) -> None:
    """Status, code, request id and fields; and what is wrong with the key."""
    with pytest.raises(errors.AuthenticationError) as caught:
        world.run(reach(world, sandbox, api_key="wrong").ocr.get_job_status("1"))
    assert (caught.value.status_code, caught.value.code) == (401, "AUTHENTICATION_ERROR")
    assert caught.value.request_id
    with pytest.raises(errors.ValidationError, match="there is no such template") as wrong:
        world.run(reach(world, sandbox).request("POST", "/ocr/uploads/direct", json=ANNOUNCEMENT))
    assert wrong.value.field == "template_slug"
    assert world.run(reach(world, sandbox).health()) is True


ANNOUNCEMENT = {"file_name": "a.pdf", "file_size": 1, "content_type": "application/pdf", "template_slug": "x"}


@pytest.fixture
def web() -> Iterator[str]:
    """A web server on this machine with one PDF."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(tea()[1])

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    with served(Page) as origin:
        yield origin


@contextlib.contextmanager
def served(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    """The origin of a server with this handler."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


# -- one client, many threads and loops


def test_one_async_client_serves_two_loops_at_once(sandbox: Any) -> None:
    """Each loop has connections of its own, on asyncio and on trio at the same time."""
    client = LeapOCR(sandbox.api_key, base_url=sandbox.url)
    healthy: list[bool] = []

    async def use() -> None:
        healthy.extend([await client.health() for _ in range(20)])

    threads = [
        threading.Thread(target=anyio.run, args=(use,), kwargs={"backend": it}) for it in ("asyncio", "trio") * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert healthy == [True] * 80


def test_a_blocking_client_is_shared_by_threads(sandbox: Any) -> None:
    """Twenty threads, one client: every answer reaches who asked."""
    world = World("blocking")
    client = reach(world, sandbox)
    jobs = [client.ocr.process_file(tea()).job_id for _ in range(4)]
    found: list[bool] = []

    def use(job: str) -> None:
        found.extend([client.ocr.get_job_status(job).job_id == job for _ in range(10)])

    threads = [threading.Thread(target=use, args=(jobs[number % 4],)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.close()
    assert found == [True] * 200


# -- memory

PART = 8 * MIB


class Sink(http.server.BaseHTTPRequestHandler):
    """An API and a storage that keep nothing but numbers. most: parts that were under way at once."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    lock = threading.Lock()
    received = under_way = most = 0

    def do_GET(self) -> None:
        """Whatever is asked: it is well."""
        self._answer(b'{"id": "1", "status": "healthy"}')

    def do_POST(self) -> None:
        """Announce the parts, or complete."""
        size = json.loads(self.rfile.read(int(self.headers["Content-Length"]))).get("file_size", 0)
        link = {"upload_url": f"http://{self.headers['Host']}/"}
        starts = enumerate(range(0, size, PART), 1)
        parts = [
            {"part_number": number, "start_byte": at, "end_byte": min(at + PART, size) - 1, **link}
            for number, at in starts
        ]
        self._answer(json.dumps({"job_id": "1", "status": "pending", "parts": parts}).encode())

    def do_PUT(self) -> None:
        """Count a part's bytes, through one small buffer."""
        self._count(under_way=1)
        left, buffer = int(self.headers["Content-Length"]), memoryview(bytearray(65536))
        while left:
            count = self.rfile.readinto(buffer[:left])
            left -= count
            self._count(received=count)
        self._count(under_way=-1)
        self._answer(b"")

    def _count(self, received: int = 0, under_way: int = 0) -> None:
        with Sink.lock:
            Sink.received += received
            Sink.under_way += under_way
            Sink.most = max(Sink.most, Sink.under_way)

    def _answer(self, content: bytes) -> None:
        self.send_response(200)
        for name, text in (("ETag", '"e"'), ("Content-Type", "application/json"), ("Content-Length", len(content))):
            self.send_header(name, str(text))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *said: object) -> None:
        """Say nothing."""


def test_memory_does_not_grow_with_the_file(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """200 MiB go out with less than a part in memory for each part under way; in fact with a mebibyte or two."""
    for name in ("received", "under_way", "most"):
        monkeypatch.setattr(Sink, name, 0)
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.truncate(200 * MIB)
    with served(Sink) as origin:
        client = world.client(origin)
        world.run(client._session.io.sleep(0))  # the loop, before we measure
        tracemalloc.start()
        try:
            world.run(client.ocr.process_file(path))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        world.close()  # the server ends when the connections do
    assert Sink.received == 200 * MIB
    assert 1 < Sink.most <= 8
    assert peak < 4 * MIB * Sink.most


def test_parts_go_through_the_callers_proxy_as_all_else_does(world: World) -> None:
    """The names of API and storage mean nothing here: what arrives has been asked of the proxy."""
    with served(Sink) as origin:
        client = world.client("http://api.invalid", proxy=origin)
        assert world.run(client.ocr.process_file(("a.pdf", b"%PDF-1.7"))).job_id == "1"
        world.close()


@pytest.mark.parametrize("name", ["asyncio", "trio"])
def test_the_event_loop_goes_on_while_a_large_file_is_sent(name: str, tmp_path: Path) -> None:
    """Another task has its turn all along: never was more than a tenth of the file sent between two of its turns."""
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.truncate(128 * MIB)
    world = World(name)

    async def main(origin: str) -> list[int]:
        sent, turns = 0, [0]

        def on_sent(so_far: int, _: int) -> None:
            nonlocal sent
            sent = so_far

        async def tick() -> None:
            while True:
                await anyio.sleep(0)
                turns.append(sent)

        async with LeapOCR(base_url=origin, api_key="key") as client, anyio.create_task_group() as group:
            await client.ocr.process_file(("small.pdf", b"%PDF-1.7"))  # what is built once is built
            group.start_soon(tick)
            await client.ocr.process_file(path, on_sent=on_sent)
            group.cancel_scope.cancel()
        return turns

    with served(Sink) as origin:
        turns = world.run(main(origin))
        world.close()
    assert max(after - before for before, after in itertools.pairwise(turns)) < 128 * MIB / 10
    assert turns[-1] > 100 * MIB


class Busy(Sink):
    """A service that counts the jobs that it has at once, from their announcement to their last status."""

    asked: ClassVar[Counter[str]] = Counter()
    jobs: ClassVar[set[str]] = set()
    peak = 0

    def do_POST(self) -> None:
        """Announce a job that is called as its file is, or complete it."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        job = body["file_name"].removesuffix(".pdf") if "file_name" in body else self.path.split("/")[-2]
        with Sink.lock:
            Busy.jobs.add(job)
            Busy.peak = max(Busy.peak, len(Busy.jobs))
        link = {"upload_url": f"http://{self.headers['Host']}/"}
        parts = [{"part_number": 1, "start_byte": 0, "end_byte": body.get("file_size", 1) - 1, **link}]
        self._answer(json.dumps({"job_id": job, "status": "pending", "parts": parts}).encode())

    def do_GET(self) -> None:
        """Done at the second question."""
        job = self.path.partition("?")[0].rpartition("/")[2]
        with Sink.lock:
            Busy.asked[job] += 1
            done = Busy.asked[job] > 1
            if done:
                Busy.jobs.discard(job)
        status = "completed" if done else "processing"
        self._answer(json.dumps({"id": job, "job_id": job, "status": status, "pages": []}).encode())


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_batch_keeps_to_its_concurrency_as_the_server_counts(
    world: World, concurrency: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never more jobs than that, and no fewer where there are enough files."""
    for name, fresh in (("asked", Counter()), ("jobs", set()), ("peak", 0)):
        monkeypatch.setattr(Busy, name, fresh)
    files = [(f"{number}.pdf", b"%PDF-1.7") for number in range(9)]
    with served(Busy) as origin:
        done = world.run(world.client(origin).ocr.process_batch(files, None, SOON, concurrency=concurrency))
        world.close()
    assert (len(done.results), Busy.peak) == (9, concurrency)
