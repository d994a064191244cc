"""Many documents at once: order, errors, room, and memory."""

from __future__ import annotations

import gc
import io
import json
import logging
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import World, answer

from leapocr_dyn import LeapOCRError, PollOptions, ProcessOptions, errors
from leapocr_dyn.services.leapocr import JobTimeoutError as LeapOCRTimeout
from leapocr_dyn.services.leapocr.batch import BatchItem


class Service:
    """LeapOCR with a job for each file; a job is called what its file is called. slow: how often each is asked before
    it is done. fails: {file: what becomes of it}. most: how many jobs were under way together."""

    def __init__(self, slow: int = 1, fails: dict[str, str] | None = None) -> None:
        self.slow = slow
        self.fails = fails or {}
        self.asked: Counter[str] = Counter()
        self.running: set[str] = set()
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            return self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "storage.test":
            return httpx.Response(200, headers={"ETag": '"e"'})
        if request.url.path.endswith("/direct"):
            body = json.loads(request.content)
            name = body["file_name"].removesuffix(".pdf")
            if self.fails.get(name) == "refused":
                return answer(402, json={"code": "LESS_CREDITS", "error": {"message": "no credits left"}})
            part = {"part_number": 1, "start_byte": 0, "end_byte": body["file_size"] - 1}
            return answer(json={"job_id": name, "parts": [{**part, "upload_url": "https://storage.test/1"}]})
        job = request.url.path.rpartition("/")[2]
        if job == "complete":
            job = request.url.path.split("/")[-2]
            self.running.add(job)
            self.most = max(self.most, len(self.running))
            return answer(json={"job_id": job, "status": "pending"})
        if "/status/" in request.url.path:
            self.asked[job] += 1
            done = self.asked[job] >= self.slow
            state = ("failed" if self.fails.get(job) == "failed" else "completed") if done else "processing"
            if done:
                self.running.discard(job)
            return answer(json={"id": job, "status": state, "error_message": "torn"})
        return answer(
            json={"job_id": job, "status": "completed", "pages": [{"page_number": 1, "result": f"text {job}"}]}
        )


def files(count: int) -> list[Any]:
    """So many small PDFs."""
    return [(f"{number}.pdf", b"%PDF-1.7") for number in range(count)]


def step(walk: Any) -> Any:
    """The next item of a walk, still to be awaited in an async world."""
    return walk.__next__() if hasattr(walk, "__next__") else walk.__anext__()


def test_many_files_become_texts_in_their_order(world: World) -> None:
    """One item for each file, in the order given, whatever the order of their ends."""
    result = world.run(world.client(Service(slow=3)).ocr.process_batch(files(20)))
    assert [one.text for one in result.results] == [f"text {number}" for number in range(20)]
    assert [item.place for item in result.items] == list(range(20))
    assert (result.total_files, len(result.jobs), result.failed) == (20, 20, [])
    assert [job.job_id for job in result.jobs] == [str(number) for number in range(20)]
    assert repr(result) == "<BatchResult: 20 files, 20 done, 0 failed>"


def test_one_bad_file_never_stops_the_others(world: World) -> None:
    """A file that is missing, one that is refused, a job that fails: each has its error, and the rest have results."""
    service = Service(fails={"1": "refused", "3": "failed"})

    def torn() -> Iterator[bytes]:
        yield b"%PDF-1.7"
        raise ZeroDivisionError

    given = [*files(4), "/no/such/file.pdf", 7, ("torn.pdf", torn()), ("4.pdf", b"%PDF-1.7")]
    result = world.run(world.client(service).ocr.process_batch(given))
    kinds = [type(item.error).__name__ for item in result.items]
    assert kinds == [
        "NoneType",
        "InsufficientCreditsError",
        "NoneType",
        "JobFailedError",
        "FileError",
        "FileError",
        "FileError",
        "NoneType",
    ]
    assert [item.job_id for item in result.items] == ["0", None, "2", "3", None, None, None, "4"]
    assert [item.file for item in result.failed] == [given[1], given[3], given[4], given[5], given[6]]
    assert isinstance(result.items[6].error.__cause__, ZeroDivisionError), "what the caller's own iterator raised"
    assert repr(result.items[0]) == "<BatchItem 0, job 0: done>"
    assert repr(result.items[4]) == "<BatchItem 4: failed: there is no file /no/such/file.pdf>"
    assert all(isinstance(item.error, LeapOCRError) for item in result.failed)


@pytest.mark.parametrize("place", ["status", "result"])
def test_whatever_fails_after_a_files_job_began_its_error_names_the_job(world: World, place: str) -> None:
    """As where one file is waited for: error.job_id is what can be asked for later."""
    service = Service()

    def server(request: httpx.Request) -> httpx.Response:
        return answer(404) if f"/{place}/" in request.url.path else service(request)

    items = world.run(world.client(server).ocr.process_batch(files(2))).items
    assert [(item.job_id, item.error and item.error.job_id) for item in items] == [("0", "0"), ("1", "1")]
    assert [world.run(item.error.job.delete()) for item in items if item.error] == [None, None]


def test_a_hook_that_fails_once_a_file_was_taken_loses_no_job(world: World) -> None:
    """The file's job is paid for: its item names it, and its error carries the handle."""

    def watching(request: Any, response: Any) -> None:
        if "complete" in request.url:
            raise LookupError("enough")

    client = world.client(Service(), after_response=watching)
    [item] = world.run(client.ocr.process_batch(files(1))).items
    assert (item.job_id, item.error.job.job_id) == ("0", "0")
    assert world.run(item.error.job.wait()).text == "text 0"


@pytest.mark.parametrize("concurrency", [1, 3])
def test_not_more_jobs_than_there_is_room_for(world: World, concurrency: int) -> None:
    """concurrency is how many jobs the service has at once."""
    service = Service(slow=2)
    result = world.run(world.client(service).ocr.process_batch(files(7), concurrency=concurrency))
    assert (len(result.results), service.most) == (7, concurrency)


def test_items_come_as_they_end_and_files_are_taken_as_there_is_room(world: World) -> None:
    """The iterator form keeps nothing: not more files are taken than there is room for, and an early end is one."""
    taken: list[int] = []

    def endless() -> Iterator[Any]:
        for number in range(1_000_000):
            taken.append(number)
            yield f"{number}.pdf", b"%PDF-1.7"

    walk = world.client(Service()).ocr.batch(endless(), concurrency=4)
    found: list[BatchItem] = [world.run(step(walk)) for _ in range(10)]
    world.run(walk.close())
    assert len({item.place for item in found if item.ok}) == 10
    assert len(taken) <= 10 + 4
    assert world.all(walk) == []


def test_batches_of_one_client_share_their_room(world: World) -> None:
    """A batch that somebody began and left takes no room once it is gone, and until then it does."""
    service = Service(slow=2)
    client = world.client(service)
    walk = client.ocr.batch(files(3), concurrency=2)
    world.run(step(walk))
    del walk
    gc.collect()
    result = world.run(
        client.ocr.process_batch([(f"b{number}.pdf", b"%PDF-1.7") for number in range(5)], concurrency=2)
    )
    assert len(result.results) == 5


def test_a_listener_hears_of_every_item_and_may_end_the_batch(world: World) -> None:
    """on_item is called once for each; what it raises ends the batch."""
    heard: list[int] = []
    client = world.client(Service())
    world.run(client.ocr.process_batch(files(3), on_item=lambda item: heard.append(item.place)))
    assert sorted(heard) == [0, 1, 2]
    with pytest.raises(ZeroDivisionError):
        world.run(client.ocr.process_batch(files(3), on_item=lambda item: 1 / 0))


def test_a_job_that_takes_too_long_is_an_item_with_an_error(world: World) -> None:
    """max_wait counts for each job from its own beginning."""
    result = world.run(world.client(Service(slow=10**6)).ocr.process_batch(files(3), None, PollOptions(max_wait=2)))
    assert [type(item.error) for item in result.items] == [type(result.items[0].error)] * 3
    assert isinstance(result.items[0].error, errors.JobTimeoutError)


def test_a_job_is_not_given_up_because_another_files_upload_was_slow(world: World) -> None:
    """Its own time was over while nobody asked for it: it is asked all the same, and is done and paid for."""
    service, began, patience = Service(), world.clock.now(), [60.0]

    def server(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/2/complete"):
            world.clock.sleep(1000, None)  # of which max_wait is 300
        if request.url.path.endswith("/status/1"):
            patience.append(request.extensions["timeout"]["read"])
            if world.clock.now() < began + 500:
                return answer(json={"id": "1", "status": "processing"})
        return service(request)

    result = world.run(world.client(server).ocr.process_batch(files(3), concurrency=2))
    assert [item.error for item in result.items] == [None, None, None]
    assert min(patience) >= 1, "seconds that the answer may take: over a real network, none would be too few"


@pytest.mark.parametrize("one", ["scan.pdf", b"%PDF-1.7", Path("scan.pdf"), io.BytesIO(b"%PDF\n1\n2\n")])
def test_one_file_in_the_place_of_many_is_refused(world: World, one: Any) -> None:
    """The letters of a path and the lines of a file can be iterated over: each would be a file, and a job to pay."""
    client = world.client(Service())
    for call in (client.ocr.process_batch, client.ocr.batch):
        with pytest.raises(TypeError, match=r"files are several: pass a list, as in \["):
            world.run(call(one))


def test_a_batchs_jobs_keep_what_the_caller_said_of_them(world: World) -> None:
    """Metadata stays with each job's record, as with process_file."""
    options = ProcessOptions(metadata={"invoice": "7"})
    result = world.run(world.client(Service()).ocr.process_batch(files(2), options))
    assert [job.metadata for job in result.jobs] == [{"invoice": "7"}] * 2


@pytest.mark.parametrize("concurrency", [0, -1, 1.5, "8", None])
def test_a_concurrency_that_is_none_is_refused(world: World, concurrency: Any) -> None:
    """Before anything is sent, with a sentence."""
    with pytest.raises(errors.ConfigurationError, match="concurrency"):
        world.run(world.client(Service()).ocr.process_batch(files(1), concurrency=concurrency))


def test_no_files_are_an_empty_result(world: World) -> None:
    """A batch of nothing is done at once."""
    result = world.run(world.client(Service()).ocr.process_batch([]))
    assert (result.total_files, result.items, result.jobs) == (0, [], [])


def test_a_result_that_is_not_ready_though_the_status_says_so_is_asked_for_again(world: World) -> None:
    """Patience for one job, which holds up no other; a result that never comes is late like any other."""
    early: Counter[str] = Counter()
    service = Service()

    def server(request: httpx.Request) -> httpx.Response:
        job = request.url.path.rpartition("/")[2]
        if "/result/" in request.url.path and (job == "1" or early[job] < 2):
            early[job] += 1
            return answer(202, {"job_id": job, "status": "processing"})
        return service(request)

    result = world.run(world.client(server).ocr.process_batch(files(3), None, PollOptions(max_wait=30)))
    assert [one.text for one in result.results] == ["text 0", "text 2"]
    assert [(item.job_id, type(item.error)) for item in result.failed] == [("1", LeapOCRTimeout)]
    assert sum(world.slept) == pytest.approx(30, abs=5)


def test_whatever_ends_a_batch_says_which_jobs_go_on(world: World) -> None:
    """A listener that fails, or Ctrl-C: each job that may have begun, and whose item nobody has, is in the note."""
    client = world.client(Service())
    with pytest.raises(ZeroDivisionError) as caught:
        world.run(client.ocr.process_batch(files(3), on_item=lambda item: 1 / 0))
    [note] = caught.value.__notes__
    assert sorted(note.partition(": ")[2].split(", ")) == ["0", "1", "2"]

    service = Service(slow=2)

    def breaks(request: httpx.Request) -> httpx.Response:
        if "/status/" in request.url.path and service.asked["3"]:
            raise ZeroDivisionError
        return service(request)

    walk = world.client(breaks).ocr.batch(files(6), concurrency=2)
    with pytest.raises(ZeroDivisionError) as caught:
        [world.run(step(walk)) for _ in range(6)]
    [note] = caught.value.__notes__
    assert "3" in note
    assert "0" not in note, "its item was given"


def test_many_small_files_take_no_more_memory_than_a_few(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The iterator form keeps nothing of an item that it has given away."""
    # On a busy machine asyncio warns of slow steps, and pytest keeps what is logged.
    monkeypatch.setattr(logging.getLogger("asyncio"), "disabled", True)
    service = Service()
    walk = world.client(service).ocr.batch(iter(files(400)))

    def kept_after(count: int) -> int:
        for _ in range(count):
            world.run(step(walk))
        for own in (service.asked, world.slept):  # what the test itself keeps
            own.clear()
        gc.collect()
        return sys.getallocatedblocks()

    few = kept_after(270)  # fills what is remembered on purpose: the last URLs, for example
    assert kept_after(120) - few < 120, "not one block for each"
