"""Waiting for jobs: when the next question falls, what ends a wait, and what does not."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from conftest import Script, World, answer

from leapocr_dyn import errors
from leapocr_dyn.workflows.poll import Outcome, Patience, Progress, Wait, delay, wait_for

SHORT = Patience(shortest=0.5, longest=4.0, at_most=60.0)


def longest(low: float, high: float) -> float:
    """A draw that is never lucky."""
    return high


def state(status: str, **more: Any) -> httpx.Response:
    """A job's status."""
    return answer(json={"id": "1", "status": status, **more})


def wait(world: World, server: Any, patience: Patience = SHORT, jobs: Any = ("1",), **more: Any) -> list[Outcome]:
    """The outcomes of waiting for jobs, in the order of their arrival."""

    async def workflow() -> list[Outcome]:
        waiting = Wait(world.client(server)._session, jobs, patience, **more)
        outcomes = []
        while (outcome := await waiting.next()) is not None:
            outcomes.append(outcome)
        return outcomes

    return list(world.run(workflow()))


# -- one job


@pytest.mark.parametrize(
    ("states", "questions"), [(["completed"], 1), (["pending", "processing", "completed"], 3), (["partially_done"], 1)]
)
def test_a_job_is_asked_until_it_is_done(world: World, states: list[str], questions: int) -> None:
    """At once, and then with pauses; a job that is partially done is done."""
    script = Script(*map(state, states))
    outcome = wait(world, script)[0]
    assert (outcome.error, script.calls, len(world.slept)) == (None, questions, questions - 1)
    assert outcome.answer is not None
    assert outcome.answer.value.status == states[-1]


@pytest.mark.parametrize("final", ["error", "canceled"])
def test_a_state_that_other_clients_take_for_final_ends_the_wait(world: World, final: str) -> None:
    """The service's Go client knows them; asking on until the deadline would change nothing."""
    script = Script(state("processing"), state(final, error_message="by an admin"))
    outcome = wait(world, script)[0]
    assert isinstance(outcome.error, errors.JobFailedError)
    assert ("by an admin" in str(outcome.error), script.calls) == (True, 2)


def test_a_failed_job_is_an_error_with_the_services_reason(world: World) -> None:
    """JobFailedError carries the job's id, and the service's own words."""
    outcome = wait(world, Script(state("failed", error_message="page 3 is torn")))[0]
    assert isinstance(outcome.error, errors.JobFailedError)
    assert (outcome.error.job_id, "page 3 is torn" in str(outcome.error)) == ("1", True)


def test_pauses_grow_and_are_drawn_at_random(world: World) -> None:
    """From the shortest to the longest, each anywhere in between, so that many clients do not ask in step."""
    wait(world, Script(*[state("pending")] * 6, state("completed")), draw=longest)
    assert world.slept == [0.5, 1, 2, 4, 4, 4]
    bounds: list[tuple[float, float]] = []

    def shortest(low: float, high: float) -> float:
        bounds.append((low, high))
        return low

    wait(world, Script(*[state("pending")] * 6, state("completed")), draw=shortest)
    assert world.slept[6:] == [0.5] * 6
    assert bounds == [(0.5, 1), (0.5, 2), (0.5, 4), (0.5, 4), (0.5, 4)]
    wait(world, Script(*[state("pending")] * 6, state("completed")))
    assert all(0.5 <= pause <= 4 for pause in world.slept[12:])


@pytest.mark.parametrize(
    ("number", "left", "pause"),
    [(1, 60, 0.5), (2, 60, 1.0), (3, 60, 2.0), (50, 60, 4.0), (50, 4.4, 4.4), (50, 3.0, 3.0), (1, 0.2, 0.2)],
)
def test_the_last_question_falls_on_the_deadline(number: int, left: float, pause: float) -> None:
    """A pause that would run past the deadline, or leave too little after it, ends right there instead."""
    assert delay(number, left, SHORT, longest) == pause


def test_a_wait_ends_at_its_deadline(world: World) -> None:
    """No earlier, so that a job that is done in the last moment is found; and not a second later."""
    began, ten = world.clock.now(), SHORT._replace(at_most=10)
    script = Script(state("pending"))
    outcome = wait(world, script, ten, draw=longest)[0]
    assert isinstance(outcome.error, errors.JobTimeoutError)
    assert isinstance(outcome.error, TimeoutError)
    assert world.clock.now() - began == pytest.approx(10)
    assert "It goes on: wait again later" in str(outcome.error)
    almost = [state("pending")] * (script.calls - 1)
    assert wait(world, Script(*almost, state("completed")), ten, draw=longest)[0].error is None


@pytest.mark.parametrize(
    "failure",
    [answer(503), answer(500), answer(429), answer(408), httpx.ConnectError("refused"), httpx.ReadTimeout("silent")],
    ids=str,
)
def test_a_failure_that_passes_does_not_end_a_wait(world: World, failure: httpx.Response | Exception) -> None:
    """A paid job is not given up because one question got lost."""
    script = Script(state("pending"), failure, failure, state("completed"))
    assert wait(world, script)[0].error is None
    assert script.calls == 4


def test_a_failure_that_stays_is_named_at_the_deadline(world: World) -> None:
    """If the service never answers, the timeout says what the last question met."""
    outcome = wait(world, Script(answer(503)), SHORT._replace(at_most=5))[0]
    assert isinstance(outcome.error, errors.JobTimeoutError)
    assert isinstance(outcome.error.__cause__, errors.ServerError)
    assert "the last question failed" in str(outcome.error)


def test_retry_after_sets_the_pace(world: World) -> None:
    """The next question waits as long as the service asks; where that is past the deadline, the wait is over."""
    wait(world, Script(answer(429, retry_after="13"), state("completed")))
    assert world.slept == [13]
    outcome = wait(world, Script(answer(429, retry_after="100")))[0]
    assert isinstance(outcome.error, errors.JobTimeoutError)
    assert world.slept == [13]


def test_a_service_that_wants_a_longer_pause_than_is_left_is_quoted(world: World) -> None:
    """The wait ends at once, says so, and tells for how long: it was not that the time was over."""
    outcome = wait(world, Script(answer(429, retry_after="100")))[0]
    assert outcome.error is not None
    assert "asked for a pause of 100 s, which is more than was left" in str(outcome.error)
    assert (outcome.error.retry_after, outcome.error.job_id, world.slept) == (100, "1", [])


def test_an_unknown_state_keeps_the_wait_going(world: World) -> None:
    """A server that grew a new state is not an error; the job goes on, and so does the wait."""
    script = Script(state("reticulating"), answer(json={"id": "1"}), state("completed"))
    assert wait(world, script)[0].error is None
    assert script.calls == 3


def test_progress_is_told_after_each_answer(world: World) -> None:
    """Pages read, pages in all; a lost question tells nothing, and what the callback raises ends the wait."""
    told: list[tuple[int | None, int | None]] = []

    def note(progress: Progress) -> None:
        told.append((progress.done, progress.total))

    pages = [state("processing", processed_pages=number, total_pages=2) for number in range(3)]
    wait(world, Script(state("pending"), pages[1], answer(503), pages[2], state("completed")), on_progress=note)
    assert told == [(None, None), (1, 2), (2, 2), (None, None)]

    def stop(progress: Progress) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        wait(world, Script(state("pending")), on_progress=stop)


def test_waiting_for_one_job_raises_what_became_of_it(world: World) -> None:
    """`wait_for` is the case n = 1: what is fetched when it is done, and asked for again while it is not ready."""
    results = [None, None, "text"]

    async def fetch() -> str | None:
        return results.pop(0)

    script = Script(state("pending"), state("completed"))
    assert world.run(wait_for(world.client(script)._session, "1", SHORT, fetch)) == "text"
    assert (script.calls, len(world.slept)) == (4, 3)
    results = [None] * 1000
    with pytest.raises(errors.JobTimeoutError, match="it is done, but its result is not ready"):
        world.run(wait_for(world.client(script)._session, "1", SHORT, fetch))
    with pytest.raises(errors.NotFoundError):
        world.run(wait_for(world.client(Script(answer(404)))._session, "1", SHORT, fetch))


# -- many jobs


class Service:
    """Answers for many jobs: each is done after as many questions as its number says; counts questions by moment."""

    def __init__(self, world: World, done_after: Callable[[int], int]) -> None:
        self._clock = world.clock
        self._done_after = done_after
        self._lock = threading.Lock()
        self.asked: Counter[str] = Counter()
        self.moments: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        job = request.url.path.rpartition("/")[2]
        with self._lock:
            self.asked[job] += 1
            self.moments.append(self._clock.now())
            done = self.asked[job] >= self._done_after(int(job))
        return state("completed" if done else "pending")


def test_many_jobs_share_one_wait(world: World) -> None:
    """Each outcome comes when its job is done, without a thread or task that waits for it."""
    service, before = Service(world, lambda job: 1 + job % 3), threading.active_count()
    outcomes = wait(world, service, jobs=map(str, range(30)))
    assert sorted(int(outcome.job_id) for outcome in outcomes) == list(range(30))
    assert all(outcome.error is None for outcome in outcomes)
    assert service.asked == {str(job): 1 + job % 3 for job in range(30)}
    if world.blocking:
        assert threading.active_count() == before


def test_jobs_that_fell_due_while_the_caller_was_busy_are_asked_side_by_side(world: World) -> None:
    """Also where their moments differ: once a file is sent, a batch hears of all that ended meanwhile, and has room."""

    async def workflow() -> int:
        session = world.client(Service(world, lambda job: 1))._session
        waiting = Wait(session, [], SHORT)
        for job in range(5):
            waiting.add(str(job))
            await session.io.sleep(0.5)
        await waiting.next()
        return len(waiting.ready())

    assert world.run(workflow()) == 4


def test_questions_keep_to_a_budget(world: World) -> None:
    """For all jobs together: at most so many in any second, apart from those that go out at once."""
    service = Service(world, lambda job: 3)
    wait(world, service, SHORT._replace(rate=10.0), jobs=map(str, range(50)))
    for moment in service.moments:
        assert sum(moment <= other < moment + 1 for other in service.moments) <= 10 + 8


def test_a_budget_too_small_for_all_jobs_does_not_stretch_the_deadline(world: World) -> None:
    """Jobs whose turn never came end with the others, on time, and say that they go on."""
    began = world.clock.now()
    outcomes = wait(world, Service(world, lambda job: 1), Patience(at_most=10, rate=2.0), jobs=map(str, range(100)))
    assert world.clock.now() - began <= 10
    assert len(outcomes) == 100
    late = [outcome.error for outcome in outcomes if outcome.error is not None]
    assert {type(error) for error in late} == {errors.JobTimeoutError}
    assert 60 < len(late) < 90


def test_a_job_that_is_gone_ends_its_own_wait_only(world: World) -> None:
    """A 404 is the outcome of that job; the others are waited for."""

    def server(request: httpx.Request) -> httpx.Response:
        return answer(404) if request.url.path.endswith("/2") else state("completed")

    found = {outcome.job_id: type(outcome.error) for outcome in wait(world, server, jobs=["1", "2", "3"])}
    assert found["1"] is found["3"] is type(None)
    assert issubclass(found["2"], errors.NotFoundError)


def test_a_wait_that_is_closed_asks_no_more(world: World) -> None:
    """The jobs themselves go on."""
    script = Script(state("pending"))

    async def workflow() -> Outcome | None:
        waiting = Wait(world.client(script)._session, ["1"], SHORT)
        await waiting.close()
        return await waiting.next()

    assert world.run(workflow()) is None
    assert script.calls == 0
