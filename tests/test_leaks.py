"""What is left behind: no descriptor, no thread, no warning; each program in a process of its own."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import textwrap
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import KEY, World
from test_sockets import Sink, served

from leapocr_dyn import LeapOCR

ROOT = Path(__file__).parents[1]
BEGIN = """
import asyncio, gc, json, logging, os, socket, sys, threading
import anyio, trio
from leapocr_dyn import LeapOCR, LeapOCRSync, load

url, world = sys.argv[1:]
api = load("leapocr")
FILE = ("a.pdf", b"%PDF-1.7 " + bytes(2000))
logging.getLogger("asyncio").setLevel("ERROR")  # -X dev also tells which step was slow

def run(workflow):
    return trio.run(workflow) if world == "trio" else asyncio.run(workflow())

def open_files():
    gc.collect()
    return len(os.listdir("/proc/self/fd"))
"""
pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are counted in /proc")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server that is quick, and says yes to everything."""
    with served(Sink) as origin:
        yield origin


def alone(url: str, program: str, world: str = "blocking") -> Any:  # Any: JSON
    """What a program prints when it runs by itself, with every warning an error; it must be silent otherwise."""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", BEGIN + textwrap.dedent(program), url, world],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**os.environ, "LEAPOCR_API_KEY": KEY},
    )
    assert (done.stderr, done.returncode) == ("", 0)
    return json.loads(done.stdout)


def test_a_blocking_client_leaves_nothing(url: str) -> None:
    """200 calls keep one connection; fifty clients with an upload each keep none; and no thread stays."""
    with_one, with_none, threads = alone(
        url,
        """
        LeapOCRSync(base_url=url).health()
        before = open_files()
        with LeapOCRSync(base_url=url) as client:
            assert all(client.health() for _ in range(200))
            with_one = open_files() - before
        for _ in range(50):
            with LeapOCRSync(base_url=url, api=api) as client:
                client.ocr.process_file(FILE)
        print(json.dumps([with_one, open_files() - before, threading.active_count()]))
        """,
    )
    assert (with_one, with_none, threads) == (1, 0, 1)


@pytest.mark.parametrize("world", ["asyncio", "trio"])
def test_an_async_client_leaves_nothing(url: str, world: str) -> None:
    """The same inside one loop, and the loop's own threads end with it."""
    with_one, with_none, outside = alone(
        url,
        """
        async def main():
            async with LeapOCR(base_url=url) as client:
                await client.ocr.process_file(FILE)
            before = open_files()
            async with LeapOCR(base_url=url) as client:
                for _ in range(200):
                    assert await client.health()
                with_one = open_files() - before
            for _ in range(50):
                async with LeapOCR(base_url=url, api=api) as client:
                    await client.ocr.process_file(FILE)
            return with_one, open_files() - before

        before = open_files()
        print(json.dumps([*run(main), open_files() - before]))
        """,
        world,
    )
    assert (with_one, with_none, outside) == (1, 0, 0)


def test_one_async_client_lives_through_many_loops_in_silence(url: str) -> None:
    """Two asyncio.run and then trio.run on one client that nobody closes: no warning, and every loop's connections
    end with it."""
    found, left = alone(
        url,
        """
        client = LeapOCR(base_url=url)

        async def main():
            await client.ocr.process_file(FILE)
            return (await client.ocr.get_job_status("1")).job_id

        before = open_files()
        found = [asyncio.run(main()), asyncio.run(main()), trio.run(main)]
        print(json.dumps([found, open_files() - before]))
        """,
    )
    assert (found, left) == (["1", "1", "1"], 0)


def test_a_blocking_client_that_nobody_closes_is_silent(url: str) -> None:
    """It closes when it is forgotten, or when the program ends."""
    assert alone(
        url,
        """
        before = open_files()
        LeapOCRSync(base_url=url).health()
        forgotten = open_files() - before
        client = LeapOCRSync(base_url=url)
        print(json.dumps([forgotten, client.health()]))
        """,
    ) == [0, True]


@pytest.mark.parametrize("world", ["asyncio", "trio"])
def test_a_call_that_is_cancelled_leaves_nothing(url: str, world: str) -> None:
    """A timeout around a call ends it at once and closes what it had open; the client goes on."""
    cancelled, left, well = alone(
        url,
        """
        async def main():
            with socket.create_server(("127.0.0.1", 0)) as silent:
                client = LeapOCR(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
                before = open_files()
                for _ in range(5):
                    with anyio.move_on_after(0.05) as scope:
                        await client.ocr.process_file(FILE)
                left = open_files() - before
            return scope.cancelled_caught, left, await client.with_options(base_url=url).health()

        print(json.dumps(run(main)))
        """,
        world,
    )
    assert (cancelled, left, well) == (True, 0, True)


CANCELLED = """
import tempfile
from leapocr_dyn import PollOptions

tempfile.tempdir = FOLDER
FILE = "a.pdf", CONTENT
heard, sent = [], []

async def pieces():
    for _ in range(20):
        yield b"%PDF-1.7 " + bytes(1000)

async def hear(count, size):
    heard.append(count)

async def main():
    client = LeapOCR("sandbox", base_url=url, before_send=sent.append)
    await client.health()
    before = open_files()
    async with anyio.create_task_group() as group:

        async def work():
            await client.ocr.WORK

        group.start_soon(work)
        while len(sent) < ENOUGH:
            await anyio.sleep(0.01)
        group.cancel_scope.cancel()
    until = len(heard), len(sent)
    await anyio.sleep(0.2)
    after = len(heard), len(sent)
    await client.close()
    return until == after, open_files() - before

print(json.dumps([*run(main), os.listdir(FOLDER)]))
"""


@pytest.mark.parametrize("world", ["asyncio", "trio"])
@pytest.mark.parametrize(
    ("work", "enough", "completed"),
    [
        ("process_file(('a.pdf', pieces()), on_sent=hear)", 20, 0),
        ("process_and_wait(FILE, poll_options=PollOptions(poll_interval=0.1))", 10, 1),
        ("process_batch([FILE] * 30)", 20, 0),
    ],
    ids=["parts", "polling", "a batch"],
)
def test_what_is_cancelled_in_the_middle_stops_at_once(
    world: str, work: str, enough: int, completed: int, tmp_path: Path
) -> None:
    """In the middle of parts, of polling, of a batch: no request and no call of a listener comes after it, nothing more
    is completed, and no connection and no temporary file stays."""
    pytest.importorskip("starlette", reason="the sandbox needs starlette: pip install leapocr-dyn[sandbox]")
    from test_sandbox_reader import pdf

    from leapocr_dyn.sandbox import Faults, Sandbox

    program = CANCELLED.replace("FOLDER", repr(str(tmp_path))).replace("CONTENT", repr(pdf("Tea")))
    program = program.replace("WORK", work).replace("ENOUGH", str(enough))
    with Sandbox(part_size=200, page_pause=60, faults=Faults(latency=0.05)) as sandbox:
        silent, left, files = alone(sandbox.url, program, world)
        asked = [path for _, path, _ in sandbox.requests if path.endswith("/complete")]
    assert (silent, left <= 0, files, len(asked)) == (True, True, [], completed)


def test_a_blocking_client_in_a_running_loop_is_silent(url: str) -> None:
    """As in a notebook, over a real connection: it blocks the cell, as it says, and asks for no loop of its own."""
    assert alone(
        url,
        """
        async def cell():
            with LeapOCRSync(base_url=url, api=api) as client:
                client.ocr.process_file(FILE)
                return client.ocr.get_job_status("1").job_id

        print(json.dumps([asyncio.run(cell()), threading.active_count()]))
        """,
    ) == ["1", 1]


@pytest.mark.parametrize("name", ["asyncio", "trio"])
def test_a_closed_async_client_is_forgotten_by_its_loop(url: str, name: str) -> None:
    """A program that makes a client for each request, in one loop that never ends, does not grow."""
    world = World(name)

    async def use() -> weakref.ref[Any]:
        async with LeapOCR(KEY, base_url=url) as client:
            io: Any = client._session.io
            assert await client.health()
            return weakref.ref(io._run.get())

    forgotten = world.run(use())
    gc.collect()
    assert forgotten() is None
    world.close()
