"""Pair: one client with and without async; every call has a twin on the same object."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx
import pytest
from conftest import KEY, URL, StillClock
from documents import openapi

import leapocr_dyn
from leapocr_dyn import errors
from leapocr_dyn.bound import Bound, told
from leapocr_dyn.pair import Pair

TEXT = {"200": {"description": "", "content": {"application/json": {"schema": {"type": "string"}}}}}
LINES = {"200": {"description": "", "content": {"application/jsonl": {"schema": {"type": "object"}}}}}
NAMED = {"name": "name", "in": "query", "schema": {"type": "string"}}
API = leapocr_dyn.load(
    openapi(
        paths={
            "/teas": {"get": {"operationId": "brew", "tags": ["teas"], "parameters": [NAMED], "responses": TEXT}},
            "/steep": {"get": {"operationId": "steep", "tags": ["teas"], "parameters": [NAMED], "responses": TEXT}},
            "/pour": {"get": {"operationId": "pour", "tags": ["teas"], "responses": LINES}},
        }
    ),
    workflow={
        "methods": {
            "hello": {"calls": "brew", "inputs": [{"name": "green"}]},
            "teas.pour": {"streams": "pour"},
        }
    },
)


class Teas(Bound):
    """A door of both worlds."""

    __slots__ = ()

    @told
    async def twice(self, name: str) -> list[str]:
        """Two cups."""
        return [(await self._session.ask("brew", {"name": name})).value for _ in range(2)]


class Shop(Pair):
    """A client with that door."""

    _doors: ClassVar[Mapping[str, type[Bound]]] = {"teas": Teas}


def server(request: httpx.Request) -> httpx.Response:
    """Says the tea's name; pours two."""
    if request.url.path.endswith("/pour"):
        return httpx.Response(200, text='{"cup": 1}\n{"cup": 2}\n', headers={"content-type": "application/jsonl"})
    return httpx.Response(200, json=request.url.params.get("name", ""))


def shop(**settings: Any) -> Shop:
    """A client of that server."""
    network = httpx.MockTransport(server)
    own = {"http_client": httpx.Client(transport=network), "async_http_client": httpx.AsyncClient(transport=network)}
    return Shop(API, api_key=KEY, base_url=URL, **{**own, **settings})


def test_every_call_has_an_async_twin() -> None:
    """Operations, methods, a door's own, calls of the client itself, and streams."""

    async def main() -> list[Any]:
        async with shop() as client:
            poured = [one["cup"] async for one in client.teas.pour_async()]
            return [
                await client.hello_async(),
                await client.teas.steep_async(name="black"),
                await client.teas.twice_async("white"),
                await client.request_async("GET", "/teas?name=red"),
                poured,
            ]

    with shop() as client:
        poured = [one["cup"] for one in client.teas.pour()]
        said = [client.hello(), client.teas.steep(name="black"), client.teas.twice("white")]
        said += [client.request("GET", "/teas?name=red"), poured]
    assert said == ["green", "black", ["white", "white"], "red", [1, 2]]
    assert asyncio.run(main()) == said


def test_twins_are_shown_with_their_signatures() -> None:
    """dir() and help() tell them, as for any other call."""
    client = shop()
    shown = [name for name in dir(client.teas) if not name.startswith("_")]
    assert shown == ["pour", "pour_async", "steep", "steep_async", "twice", "twice_async"]
    assert inspect.signature(client.teas.steep_async) == inspect.signature(client.teas.steep)
    assert client.hello_async.__doc__ == client.hello.__doc__


def test_both_halves_live_under_the_same_settings() -> None:
    """with_options changes both; one rate limit and one list of surprises count for both."""
    clock = StillClock()
    client = shop(rate_limit=(1, 10), clock=clock)

    async def main() -> None:
        await client.hello_async()

    client.hello()
    asyncio.run(main())
    assert sum(clock.slept) == pytest.approx(10)
    other = client.with_options(timeout=7, rate_limit=None)
    assert (other._session.config.timeout, other._twin._session.config.timeout) == (7, 7)
    assert other.teas.steep_async.plan(name="x").url == client.teas.steep.plan(name="x").url
    assert client._twin._session.drift is client._session.drift


def test_a_wrong_setting_is_refused_once() -> None:
    """As for any client."""
    with pytest.raises(errors.ConfigurationError, match="timeout"):
        shop(timeout=-1)
