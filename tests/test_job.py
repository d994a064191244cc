"""A job that outlives the program that began it: tokens, handles, and the pages behind them."""

from __future__ import annotations

import json
import pickle
from typing import Any

import httpx
import pytest
from conftest import KEY, URL, World, answer
from hypothesis import given
from hypothesis import strategies as st
from test_leapocr import PDF, Service

import leapocr_dyn
from leapocr_dyn import PollOptions, errors
from leapocr_dyn.job import Token

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def test_a_job_is_resumed_from_its_token(world: World) -> None:
    """A token is text; with it, another process has the same handle."""
    client = world.client(Service("processing", "completed", pages=2))
    token = str(client.ocr.job("j-1").token())
    job = client.ocr.resume(token)
    assert job == client.ocr.job("j-1")
    assert world.run(job.status()).status == "processing"
    assert world.run(job.wait()).text == "text 1\n\ntext 2"
    assert KEY not in token
    assert json.loads(token) == {"version": 1, "base_url": URL, "job_id": "j-1", "metadata": {}}


def test_a_wait_that_is_over_leaves_the_handle(world: World) -> None:
    """JobTimeoutError carries the job, which goes on; pickled, it carries the job's token, and no key."""
    client = world.client(Service(*["processing"] * 9, "completed"))
    with pytest.raises(errors.JobTimeoutError) as caught:
        world.run(client.ocr.wait_until_done("j-1", PollOptions(max_wait=1)))
    assert world.run(caught.value.job.wait()).text == "text 1"
    stored = pickle.dumps(caught.value)
    assert KEY.encode() not in stored
    assert client.ocr.resume(pickle.loads(stored).job) == caught.value.job


def test_a_listener_that_fails_and_ctrl_c_say_which_job_goes_on(world: World) -> None:
    """What is not ours has a note, which its traceback shows."""
    for failure in (LookupError("enough"), *([KeyboardInterrupt()] if world.blocking else [])):

        def listen(status: Any, failure: BaseException = failure) -> None:
            raise failure

        with pytest.raises(type(failure)) as caught:
            world.run(world.client(Service()).ocr.process_and_wait(PDF, None, PollOptions(on_progress=listen)))
        assert caught.value.__notes__ == ["This was about job j-1."]


def test_a_completion_whose_fate_is_unknown_says_of_which_job(world: World) -> None:
    """Sent, not answered, and its status cannot be had either: the id is what can be asked for later."""
    service = Service()

    def server(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/complete") or "/status/" in request.url.path:
            raise httpx.ReadTimeout("silent")
        return service(request)

    with pytest.raises(errors.SubmissionUnknownError) as caught:
        world.run(world.client(server).ocr.process_file(PDF))
    assert (caught.value.job_id, caught.value.job) == ("j-1", world.client(server).ocr.job("j-1"))
    [item] = world.run(world.client(server).ocr.process_batch([PDF])).items
    assert (item.job_id, type(item.error)) == ("j-1", type(caught.value))


def test_a_token_is_refused_elsewhere(world: World) -> None:
    """A job's id means nothing to another host, and is not told to it; how the same place is written is no matter."""
    ocr = world.client(Service()).ocr
    for elsewhere in ("https://other.test/v1", "http://api.test/v1", "https://api.test/v2", "https://api.test:8443/v1"):
        with pytest.raises(errors.ValidationError, match=f"a job at {elsewhere}, and this client speaks to {URL};"):
            ocr.resume(str(Token(elsewhere, "j-1")))
    for here in (URL, f"{URL}/", "https://API.test:443/v1"):
        assert ocr.resume(str(Token(here, "j-1"))).job_id == "j-1"


@pytest.mark.parametrize(
    "place", ["", "nowhere", "https://[half/v1", "https://me:s3cret@other.test/v1", "https://\x1b[2J/"]
)
def test_a_token_that_somebody_made_up_is_refused_in_a_sentence(world: World, place: str) -> None:
    """Whatever it says of its place; a password in it is not repeated, and no cursor moves."""
    with pytest.raises(errors.ValidationError, match="make a client with that base_url") as caught:
        world.client(Service()).ocr.resume(str(Token(place, "j-1")))
    assert "s3cret" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "x" * 5000, "[" * 4000, '{"version": 1}', None, 7, b"{}"])
def test_what_is_no_token_is_refused(world: World, text: Any) -> None:
    """Half a token, another JSON text, no text at all: a sentence, and nothing is sent."""
    with pytest.raises(leapocr_dyn.LeapOCRError, match="token"):
        world.client(Service()).ocr.resume(text)


def test_a_newer_token_says_so(world: World) -> None:
    """A token that a newer package wrote is not guessed at."""
    with pytest.raises(errors.ValidationError, match="has version 2, and this package reads version 1"):
        world.client(Service()).ocr.resume('{"version": 2, "job_id": "j-1"}')


@given(words, words.filter(bool), st.dictionaries(words, words, max_size=3))
def test_a_token_comes_back_as_it_was(base_url: str, job_id: str, metadata: dict[str, str]) -> None:
    """parse(str(token)) == token, whatever is in it."""
    token = Token(base_url, job_id, metadata)
    assert Token.parse(str(token)) == token


@pytest.mark.parametrize("pages", [0, 1, 100, 250])
def test_pages_come_one_by_one(world: World, pages: int) -> None:
    """250 pages give 250, asked for a hundred at a time, and only as far as somebody reads."""
    service = Service(pages=pages)
    client = world.client(service)
    found = world.all(client.ocr.stream_results("j-1"))
    assert [page.page_number for page in found] == list(range(1, pages + 1))
    assert len(service.lines) == max(1, -(-pages // 100))
    assert [page.text for page in world.all(client.ocr.job("j-1").pages())] == [page.text for page in found]


def test_nothing_is_asked_before_the_first_page_is_wanted(world: World) -> None:
    """To make the iterator sends nothing; its repr says what to do with it."""
    service = Service()
    pages = world.client(service).ocr.job("j-1").pages()
    assert service.lines == []
    assert "for item in ..." in repr(pages)


def test_pages_of_a_job_that_still_runs(world: World) -> None:
    """There are none yet, and the error says what waits for them."""
    client = world.client(Service(results=(httpx.Response(202, json={"status": "processing"}),)))
    with pytest.raises(errors.JobError, match="still running; wait_until_done waits for it"):
        world.all(client.ocr.stream_results("j-1"))


def test_a_slice_of_pages_and_forgetting_a_job(world: World) -> None:
    """results() is one slice, delete() is for good."""
    service = Service(pages=7)
    job = world.client(service).ocr.job("j-1")
    assert [page.page_number for page in world.run(job.results(page=2, limit=3)).pages] == [4, 5, 6]
    world.run(job.delete())
    assert service.lines[-1] == "DELETE /v1/ocr/delete/j-1"


def test_a_job_cannot_be_cancelled_and_says_what_can_be_done(world: World) -> None:
    """The operation is gone from the API; nothing is sent."""
    service = Service()
    with pytest.raises(leapocr_dyn.LeapOCRError, match=r"cannot be cancelled: .* delete_job forgets the job"):
        world.run(world.client(service).ocr.cancel_job("j-1"))
    assert service.lines == []


def test_an_async_listener_is_awaited(world: World) -> None:
    """on_progress may be an ordinary function or an async one, and hears each state."""
    heard: list[str] = []

    async def listen(status: Any) -> None:
        heard.append(str(status.status))

    client = world.client(Service("pending", "processing", "completed"))
    world.run(client.ocr.wait_until_done("j-1", PollOptions(2, 60, listen)))
    assert heard == ["pending", "processing", "completed"]


def test_the_models_are_a_list(world: World) -> None:
    """list_models gives what the service offers, in the official package's order of fields."""
    offered = {"count": 1, "models": [{"name": "standard-v2", "credits_per_page": 1, "surcharge_per_page": 1}]}
    [model] = world.run(world.client(lambda request: answer(json=offered), token="jwt").ocr.list_models())
    assert (model.name, model.credits_per_page, model["surcharge_per_page"]) == ("standard-v2", 1, 1)


def test_a_handle_is_equal_to_another_of_the_same_job(world: World) -> None:
    """Handles can be kept in sets; another job's is another."""
    ocr = world.client(Service()).ocr
    assert len({ocr.job("j-1"), ocr.job("j-1"), ocr.job("j-2")}) == 2
    assert "j-1" in repr(ocr.job("j-1"))
