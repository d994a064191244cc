"""What tests stand on: three worlds, servers that are functions, a clock that nobody waits for.

    def test_a_missing_job_is_a_not_found_error(world):
        client = world.client(lambda request: httpx.Response(404))
        with pytest.raises(errors.NotFoundError):
            world.run(client.ocr.get_job_status("x"))

The same text runs blocking, on asyncio and on trio. In the blocking world the call has been made when `run` sees its
value; in the async worlds `run` gets a coroutine, and runs it in one loop that lives as long as the test.
"""

from __future__ import annotations

import itertools
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import anyio.from_thread
import httpx
import pytest
from hypothesis import settings

from leapocr_dyn import LeapOCR, LeapOCRSync
from leapocr_dyn.api import Api
from leapocr_dyn.testing import StillClock as StillClock
from leapocr_dyn.transport import Clock, drive
from leapocr_dyn.transport.blocking import BlockingTransport
from leapocr_dyn.transport.suspending import AsyncTransport

# A slow machine is no mistake, whichever property it is slow at.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

Server = Callable[[httpx.Request], httpx.Response]
pytest_plugins = ["shell"]
WORLDS = ("blocking", "asyncio", "trio")
URL = "https://api.test/v1"
KEY = "key-that-nobody-may-see"
_caches = itertools.count()


class World:
    """One of the three worlds, for one test. clock: its time; slept: the pauses that nobody waited for."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.blocking = name == "blocking"
        self.clock = StillClock()
        self.slept = self.clock.slept
        self._portal: anyio.from_thread.BlockingPortal | None = None
        self._clients: list[Any] = []

    def client(self, server: Server | str, api: Api | None = None, **settings: Any) -> Any:  # Any: one text for both
        """A client of this world. server: a function, which then runs on the still clock, or a real server's URL.

        api: a generic client of that Api, instead of LeapOCR's. settings: the client's own, which go first.
        """
        if isinstance(server, str):
            settings = {"api_key": KEY, "base_url": server, **settings}
        else:
            own = {"base_url": URL, "http_client": self.http(server), "clock": self.clock}
            settings = {"api_key": KEY, **own, **settings}
        if api is None:
            client: Any = LeapOCRSync(**settings) if self.blocking else LeapOCR(**settings)
        else:
            client = api.client(**settings) if self.blocking else api.async_client(**settings)
        self._clients.append(client)
        return client

    def http(self, server: Server, **settings: Any) -> Any:  # Any: httpx.Client or httpx.AsyncClient
        """A client of httpx whose network is the function. settings: httpx's own."""
        kind = httpx.Client if self.blocking else httpx.AsyncClient
        return kind(transport=httpx.MockTransport(server), **settings)

    def transport(self, clock: Clock | None = None) -> Any:  # Any: one text for both
        """This world's transport by itself, on the still clock."""
        return (BlockingTransport if self.blocking else AsyncTransport)(clock=clock or self.clock)

    def run(self, thing: Any) -> Any:  # Any: a value, or a coroutine
        """The value itself, or what the coroutine gives in this world."""
        if not hasattr(thing, "__await__"):
            return thing
        if self.blocking:
            return drive(thing)
        return self._loop().call(_awaited, thing)

    def all(self, pages: Any) -> list[Any]:  # Any: an iterator of this world
        """Everything that an iterator yields."""
        return list(pages) if self.blocking else self.run(_listed(pages))

    def close(self) -> None:
        """Close the clients and end the loop."""
        clients, self._clients = self._clients, []
        try:
            for client in clients:
                self.run(client.close())
        finally:
            if self._portal is not None:
                self._portal = None
                self._ending.__exit__(None, None, None)

    def _loop(self) -> anyio.from_thread.BlockingPortal:
        if self._portal is None:
            self._ending = anyio.from_thread.start_blocking_portal(self.name)
            self._portal = self._ending.__enter__()
        return self._portal

    def __repr__(self) -> str:
        return f"<World {self.name}>"


async def _awaited(thing: Any) -> Any:
    return await thing


async def _listed(pages: Any) -> list[Any]:
    return [page async for page in pages]


class Script:
    """A server that answers one by one, and the last answer for ever. Exceptions among the answers are raised.

    requests: what it was sent. calls: how often.
    """

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self._lock = threading.Lock()
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            answer = self._answers[min(len(self.requests), len(self._answers) - 1)]
            self.requests.append(request)
        return told(answer)

    @property
    def calls(self) -> int:
        """How often it was asked."""
        return len(self.requests)


def told(answer: httpx.Response | Exception) -> httpx.Response:
    """The same answer as new, since a response can be read by one client only; an exception is raised."""
    if isinstance(answer, Exception):
        raise answer
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def answer(status: int = 200, json: Any = None, **headers: str) -> httpx.Response:  # Any: JSON
    """A response; underscores in names of headers are dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return httpx.Response(status, headers=named, json={} if json is None else json)


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The three worlds, one after the other."""
    world = World(request.param)
    yield world
    world.close()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Any]:  # Any: starlette may be missing, and with it the class
    """LeapOCR on this machine, in parts of 400 bytes, so that a PDF of one page needs several."""
    pytest.importorskip("starlette", reason="the sandbox needs starlette: pip install leapocr-dyn[sandbox]")
    from leapocr_dyn.sandbox import Sandbox

    with Sandbox(part_size=400, credits=1_000_000) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def nobody(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The home of somebody who has configured nothing."""
    return str(tmp_path_factory.mktemp("home"))


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, nobody: str) -> None:
    """No test sees the developer's key, proxy, home, cache or netrc, nor the ignored SIGINT of a background job."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in list(os.environ):
        if name.startswith(("LEAPOCR_", "XDG_")) or name.lower().endswith("_proxy") or name == "NETRC":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", nobody)
    monkeypatch.setenv("XDG_CACHE_HOME", f"{nobody}/cache-{next(_caches)}")
