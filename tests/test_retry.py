"""May it be sent again, and after how long: a table of failures, and bounds that hold for every draw."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn import errors
from leapocr_dyn.retry import Policy, delay, may_repeat

policies = st.builds(
    Policy,
    retries=st.integers(0, 50),
    delay=st.floats(0, 100),
    multiplier=st.floats(1, 10),
    cap=st.floats(0, 100),
    budget=st.floats(0, 1000),
)


def status(code: int, retry_after: float | None = None) -> errors.APIError:
    """The exception for a status."""
    return errors.of_status(code)("no", status_code=code, retry_after=retry_after)


@pytest.mark.parametrize(
    ("failure", "always", "where_harmless"),
    [
        (errors.ConnectionError("refused", sent=False), True, True),
        (errors.ConnectionError("hung up", sent=True), False, True),
        (errors.TimeoutError("too slow"), False, True),
        (errors.TimeoutError("no connection", sent=False), True, True),
        (errors.SubmissionUnknownError("who knows"), False, True),
        (status(429), True, True),
        (status(503, retry_after=1.0), True, True),
        (status(503), False, True),
        (status(500), False, True),
        (status(408), False, True),
        (status(501), False, False),
        (status(400), False, False),
        (status(401), False, False),
        (status(404), False, False),
        (errors.DecodeError("half a JSON text", partial=True), False, True),
        (errors.DecodeError("a login page"), False, False),
        (errors.DriftError("another shape"), False, False),
        (errors.JobFailedError("unreadable scan"), False, False),
        (errors.FileError("no such file"), False, False),
    ],
)
def test_money_is_spent_once(failure: errors.Error, always: bool, where_harmless: bool) -> None:
    """What may cost twice is repeated only if it never left, or was refused before anybody looked at it."""
    assert may_repeat(failure, harmless=False) is always
    assert may_repeat(failure, harmless=True) is where_harmless


@pytest.mark.parametrize(
    ("failure", "statuses", "always", "where_harmless"),
    [
        (status(500), {500}, False, True),
        (status(500), {503}, False, False),
        (status(404), {404}, False, True),
        (status(429), {503}, False, False),
        (status(429), {429}, True, True),
        (status(503, retry_after=1.0), {503}, True, True),
        (errors.ConnectionError("refused", sent=False), {503}, True, True),
        (errors.TimeoutError("too slow"), {503}, False, True),
    ],
)
def test_the_caller_may_name_the_statuses_that_pass(
    failure: errors.Error, statuses: set[int], always: bool, where_harmless: bool
) -> None:
    """It changes what is worth another try, and never what is safe."""
    named = frozenset(statuses)
    assert may_repeat(failure, harmless=False, statuses=named) is always
    assert may_repeat(failure, harmless=True, statuses=named) is where_harmless


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (5, 10.0), (9, 10.0)])
def test_pauses_grow_up_to_the_cap(attempt: int, seconds: float) -> None:
    """Each bound is a multiple of the one before; the pause is drawn from nothing to the bound."""
    policy = Policy(retries=9, delay=1.0, multiplier=2.0, cap=10.0)
    assert delay(status(500), attempt, 0.0, policy, draw=lambda: 1.0) == seconds
    assert delay(status(500), attempt, 0.0, policy, draw=lambda: 0.0) == 0.0


def test_attempts_end() -> None:
    """`retries` counts what comes after the first attempt."""
    assert delay(status(500), 3, 0.0, Policy(retries=3), draw=lambda: 0.0) == 0.0
    assert delay(status(500), 4, 0.0, Policy(retries=3)) is None
    assert delay(status(500), 1, 0.0, Policy(retries=0)) is None


def test_patience_ends() -> None:
    """A pause that would end after the budget is not begun."""
    policy = Policy(delay=2.0, budget=10.0)
    assert delay(status(500), 1, 8.0, policy, draw=lambda: 1.0) == 2.0
    assert delay(status(500), 1, 8.1, policy, draw=lambda: 1.0) is None


def test_the_server_may_ask_for_more_time_but_not_for_less() -> None:
    """A Retry-After is a lower bound; one above the cap is the caller's to decide, at once."""
    policy = Policy(delay=4.0, cap=30.0)
    assert delay(status(429, 7.0), 1, 0.0, policy, draw=lambda: 1.0) == 7.0
    assert delay(status(429, 1.0), 1, 0.0, policy, draw=lambda: 1.0) == 4.0
    assert delay(status(429, 30.0), 1, 0.0, policy, draw=lambda: 1.0) == 30.0
    assert delay(status(429, 31.0), 1, 0.0, policy, draw=lambda: 0.0) is None


@settings(max_examples=500, deadline=None)
@given(
    policies, st.integers(1, 60), st.floats(0, 1000), st.none() | st.floats(0, 200), st.floats(0, 1, exclude_max=True)
)
def test_a_pause_is_never_negative_and_never_above_the_cap(
    policy: Policy, attempt: int, waited: float, asked: float | None, drawn: float
) -> None:
    """Whatever the numbers: within the cap, within the budget, and not before the server's word."""
    pause = delay(status(429, asked), attempt, waited, policy, draw=lambda: drawn)
    if pause is not None:
        assert 0 <= pause <= policy.cap
        assert waited + pause <= policy.budget
        assert attempt <= policy.retries
        assert asked is None or pause >= asked
