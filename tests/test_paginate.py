"""Pages: by counting, by token, to the last one, and never in a circle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from conftest import Script, World, answer

import leapocr_dyn
from leapocr_dyn import errors
from leapocr_dyn.api import Api

COUNTED = {"input": "page", "items": "$response.body#/things"}
BY_TOKEN = {"input": "cursor", "output": "$response.body#/next", "items": "$response.body#/things"}


def paged(rule: dict[str, str] | None) -> Api:
    """An Api of one list, with a rule for its pages."""
    parameters = [
        {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}},
        {"name": "cursor", "in": "query", "schema": {"type": "string"}},
        {"name": "color", "in": "query", "schema": {"type": "string"}},
    ]
    content = {"application/json": {"schema": {"type": "object"}}}
    responses = {"200": {"description": "", "content": content}}
    node = {"operationId": "listThings", "tags": ["Shop"], "parameters": parameters, "responses": responses}
    document = {"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "paths": {"/things": {"get": node}}}
    return leapocr_dyn.load(document, workflow={"pages": {"listThings": rule}} if rule is not None else None)


def things(count: int, size: int = 10, **more: Callable[[int], Any]) -> Callable[[httpx.Request], httpx.Response]:
    """A server of so many things, in pages. more: further fields, each from the page's number."""

    def server(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("page") or request.url.params.get("cursor") or 1)
        found = list(range(count))[(page - 1) * size : page * size]
        return answer(json={"things": found, **{name: field(page) for name, field in more.items()}})

    return server


def walk(world: World, rule: dict[str, str], server: Any, **arguments: Any) -> list[Any]:
    """The things of all pages."""
    pages = world.all(world.client(server, api=paged(rule)).shop.list_things.pages(**arguments))
    return [thing for page in pages for thing in page["things"]]


@pytest.mark.parametrize("count", [0, 1, 10, 95])
def test_pages_are_counted_until_one_is_empty(world: World, count: int) -> None:
    """Where the server says nothing else, an empty page is the end."""
    assert walk(world, COUNTED, things(count)) == list(range(count))


@pytest.mark.parametrize("count", [1, 10, 95])
def test_pages_are_counted_until_there_is_no_more(world: World, count: int) -> None:
    """`more` saves the question after the last page."""
    last = (count + 9) // 10
    script: list[httpx.Request] = []

    def server(request: httpx.Request) -> httpx.Response:
        script.append(request)
        return things(count, page=lambda page: page, pages=lambda page: last)(request)

    rule = {**COUNTED, "more": "$response.body#/page < $response.body#/pages"}
    assert walk(world, rule, server) == list(range(count))
    assert len(script) == last


@pytest.mark.parametrize("end", [None, "", "absent"])
def test_pages_follow_a_token_to_the_last_one(world: World, end: str | None) -> None:
    """Each answer names the next; null, an empty text or none at all is the end."""

    def server(request: httpx.Request) -> httpx.Response:
        response = things(25, next=lambda page: str(page + 1) if page < 3 else end)(request)
        body = response.json()
        if body["next"] == "absent":
            del body["next"]
        return answer(json=body)

    assert walk(world, BY_TOKEN, server) == list(range(25))


def test_a_walk_starts_where_it_is_told_and_keeps_its_other_arguments(world: World) -> None:
    """The page to begin with is an argument like any other; filters go with every question."""
    seen: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url.query, "ascii"))
        return things(45)(request)

    assert walk(world, COUNTED, server, page=4, color="green") == list(range(30, 45))
    assert seen == [f"page={page}&color=green" for page in (4, 5, 6)]


@pytest.mark.parametrize(
    ("rule", "server"),
    [
        (BY_TOKEN, things(100, next=lambda page: "1")),
        (BY_TOKEN, things(100, next=lambda page: str(page % 3 + 1))),
        (COUNTED, Script(answer(json={"things": [1, 2]}))),
        ({**COUNTED, "more": "$response.body#/more"}, Script(answer(json={"things": [], "more": True}))),
    ],
    ids=["to itself", "in a circle", "the same page for ever", "no page for ever"],
)
def test_a_server_that_goes_in_circles_is_stopped(world: World, rule: dict[str, str], server: Any) -> None:
    """A page that leads back, or comes again whatever is asked, is the server's mistake and no endless loop."""
    with pytest.raises(errors.ContractError, match="list_things: the server"):
        walk(world, rule, server)


def test_a_page_that_fails_can_be_asked_for_again(world: World) -> None:
    """A failure that passes is repeated; one that stays ends the walk where it was."""
    pages = [answer(json={"things": [1]}), answer(503), answer(json={"things": [2]}), answer(json={"things": []})]
    assert walk(world, COUNTED, Script(*pages)) == [1, 2]
    with pytest.raises(errors.ForbiddenError):
        walk(world, COUNTED, Script(answer(json={"things": [1]}), answer(403)))


def test_nothing_is_asked_before_the_first_page_is_wanted(world: World) -> None:
    """Making the iterator sends nothing; what is not paged says so at once."""
    script = Script(answer(json={"things": []}))
    pages = world.client(script, api=paged(COUNTED)).shop.list_things.pages()
    assert script.calls == 0
    assert len(world.all(pages)) == script.calls == 1
    with pytest.raises(errors.ConfigurationError, match="list_things is not paged"):
        world.client(script, api=paged(None)).shop.list_things.pages()


def test_all_pages_of_a_job_are_250(world: World) -> None:
    """LeapOCR gives a hundred pages at a time; the walk gives all of them, in order."""

    def server(request: httpx.Request) -> httpx.Response:
        page, limit = (int(request.url.params.get(name, default)) for name, default in (("page", 1), ("limit", 100)))
        numbers = range((page - 1) * limit + 1, min(page * limit, 250) + 1)
        pages = [{"page_number": number, "result": f"text {number}"} for number in numbers]
        return answer(
            json={"pages": pages, "pagination": {"page": page, "limit": limit, "total_pages": -(-250 // limit)}}
        )

    for limit, answers in ((None, 3), (1, 250), (1000, 1)):
        arguments = {"limit": limit} if limit is not None else {}
        found = world.all(world.client(server).ocr.get_job_result.pages(job_id="1", **arguments))
        assert len(found) == answers
        assert [page.page_number for answer in found for page in answer.pages] == list(range(1, 251))
