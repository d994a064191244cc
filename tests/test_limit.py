"""The rate limit: a token bucket, and who waits for it."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Script, World, answer
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn import errors
from leapocr_dyn.limit import Bucket


def test_a_full_bucket_lets_a_burst_through_and_then_one_by_one() -> None:
    """Two at once; the third waits until one more has come in."""
    bucket = Bucket(2, 10.0)
    assert [bucket.turn(0.0) for _ in range(4)] == [0.0, 0.0, 5.0, 10.0]
    assert bucket.turn(100.0) == 0.0


@given(
    st.integers(1, 20),
    st.floats(0.1, 100.0),
    st.lists(st.floats(0.0, 50.0), min_size=1, max_size=60),
)
def test_no_window_holds_more_than_the_limit(requests: int, seconds: float, pauses: list[float]) -> None:
    """Whenever people ask, no more than twice the bucket leaves in the time that it takes to fill, and all in order."""
    bucket = Bucket(requests, seconds)
    now, left = 0.0, []
    for pause in pauses:
        now += pause
        left.append(now + bucket.turn(now))
    assert left == sorted(left)
    for start in left:
        inside = [one for one in left if start <= one < start + seconds * 0.999]
        assert len(inside) <= 2 * requests


def test_a_client_waits_for_its_turn(world: World) -> None:
    """The pauses are on the clock; what the limit leaves no time for before a deadline is not sent."""
    server = Script(answer(json={"status": "ok"}))
    client = world.client(server, rate_limit=(2, 10.0))
    for _ in range(3):
        assert world.run(client.health())
    assert world.slept == [pytest.approx(5.0)]
    assert world.run(client.with_options(timeout=5).health())
    assert world.slept == [pytest.approx(5.0), pytest.approx(5.0)]


def test_a_turn_after_the_deadline_is_not_waited_for(world: World) -> None:
    """The call says so at once, and nothing is sent."""
    server = Script(answer(json={"status": "ok"}))
    client = world.client(server, rate_limit=(1, 60.0))
    session = client._session
    world.run(client.health())
    late = world.clock.now() + 5.0
    with pytest.raises(errors.TimeoutError, match="rate limit"):
        world.run(session.ask("getHealthStatus", {}, deadline=late))
    assert server.calls == 1


@pytest.mark.parametrize("wrong", [5, (1,), (0, 60), (1, 0), ("a", 1), (1, float("nan"))])
def test_a_rate_that_is_none_is_refused(world: World, wrong: Any) -> None:
    """Requests from 1, seconds above 0."""
    with pytest.raises(errors.ConfigurationError, match="rate_limit"):
        world.client(Script(answer()), rate_limit=wrong)
