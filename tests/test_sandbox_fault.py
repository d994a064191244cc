"""Faults that are switched on in the sandbox: what is drawn, what a client sees, and what it comes through."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_sandbox_reader import pdf

from leapocr_dyn import LeapOCR, LeapOCRSync, errors
from leapocr_dyn.sandbox import Faults, Sandbox
from leapocr_dyn.sandbox.fault import Hit, Weather
from leapocr_dyn.testing import StillClock

HEALTH = "/health"
TEA = ("tea.pdf", pdf("Green tea"))


def test_nothing_goes_wrong_unless_it_is_switched_on() -> None:
    """A sandbox is a good day."""
    weather = Weather(Faults())
    assert {weather.next() for _ in range(100)} == {Hit()}


def test_faults_come_as_often_as_they_are_asked_for_and_the_same_again() -> None:
    """Shares of all requests; the same seed draws the same."""
    faults = Faults(fail={429: 0.05, 503: 0.02}, drop=0.01)
    hits = [Weather(faults).next() for _ in range(1)]
    drawn = [Weather(faults) for _ in range(2)]
    first, second = ([weather.next() for _ in range(10_000)] for weather in drawn)
    assert first == second
    assert first[:1] == hits
    seen = Counter((hit.status, hit.drop) for hit in first)
    assert 400 < seen[429, None] < 600
    assert 150 < seen[503, None] < 250
    assert seen[None, "before"] > 20
    assert seen[None, "after"] > 20


def test_too_many_requests_in_a_second() -> None:
    """Above the rate they are refused, and a second later they are not."""
    time = [0.0]
    weather = Weather(Faults(rate_limit=3, retry_after=2), now=lambda: time[0])
    assert [weather.next().status for _ in range(5)] == [None, None, None, 429, 429]
    time[0] = 1.5
    assert weather.next().status is None


def test_a_client_sees_them_and_they_can_be_changed_from_outside() -> None:
    """PUT /sandbox/faults, in any language; GET says what is on. A refusal has the service's own body."""
    with Sandbox() as sandbox, httpx.Client() as http:
        place = sandbox.url.replace("/api/v1", "/sandbox/faults")
        said = http.put(place, json={"fail": {"503": 1.0}, "retry_after": 7}).json()
        assert said == http.get(place).json() == sandbox.faults.as_json()
        answer = http.get(sandbox.url + HEALTH)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
        assert answer.json()["code"] == "SYSTEM_ERROR"
        sandbox.faults = Faults(drop=1.0)
        with pytest.raises(httpx.RemoteProtocolError):
            http.get(sandbox.url + HEALTH)
        wrong = http.put(place, json={"fial": {}})
        assert (wrong.status_code, wrong.json()["error"][:24]) == (400, "there is no fault 'fial'")
        assert http.put(place, content=b"[").status_code == 400
        http.put(place, json={})
        assert http.get(sandbox.url + HEALTH).status_code == 200
        assert [status for _, _, status in sandbox.requests] == [503, 0, 200]


@pytest.mark.parametrize("kind", ["blocking", "asyncio", "trio"])
def test_every_upload_arrives_exactly_once_on_a_bad_day(kind: str) -> None:
    """5 % 429, 2 % 503, 1 % cut connections, links that expire: every job is there once, read and paid once."""
    day = Faults(fail={429: 0.05, 503: 0.02}, drop=0.01, retry_after=0.01, seed=7)
    with Sandbox(part_size=300, credits=1000, faults=day) as sandbox:
        settings: dict[str, Any] = {"base_url": sandbox.url, "retry_delay": 0.01, "max_retries": 8}
        files = [TEA] * 25

        async def many() -> Any:
            async with LeapOCR(sandbox.api_key, **settings) as client:
                return await client.ocr.process_batch(files)

        if kind != "blocking":
            result = anyio.run(many, backend=kind)
        else:
            with LeapOCRSync(sandbox.api_key, **settings) as client:
                result = client.ocr.process_batch(files)
        assert [str(item.error) for item in result.failed] == []
        assert {item.result.text for item in result.items} == {"Green tea"}
        assert sandbox.credits == 1000 - 25
        assert any(status in (0, 429, 503) for _, _, status in sandbox.requests), "it was no bad day"


def test_a_url_whose_fate_is_unknown_is_not_sent_twice() -> None:
    """The connection is cut after the request was done: nobody knows, and nothing is repeated."""
    with Sandbox(faults=Faults(drop=1.0)) as sandbox:
        client = LeapOCRSync(sandbox.api_key, base_url=sandbox.url, clock=StillClock())
        with client, pytest.raises(errors.SubmissionUnknownError):
            client.ocr.process_url("http://127.0.0.1:9/a.pdf")
        assert len(sandbox.requests) == 1


def test_links_that_expire_at_once_are_an_error_and_not_a_loop() -> None:
    """Fresh links are asked for once; links that are never good are said so."""
    with Sandbox(faults=Faults(expire=0.0)) as sandbox:
        client = LeapOCRSync(sandbox.api_key, base_url=sandbox.url)
        with client, pytest.raises(errors.APIError, match="expire faster"):
            client.ocr.process_file(TEA)


@pytest.mark.parametrize(
    "wrong",
    [
        {"drop": 2},
        {"drop": 0.6, "fail": {"500": 0.5}},
        {"fail": {"200": 0.1}},
        {"fail": {"x": 0.1}},
        {"fail": []},
        {"latency": -1},
        {"latency": "1"},
        {"rate_limit": 0},
        {"expire": -1},
        {"nothing": 1},
        [],
        None,
    ],
)
def test_faults_that_are_none_are_refused(wrong: Any) -> None:
    """More than all requests, a status that is no error, a negative time: a sentence."""
    with pytest.raises(errors.ConfigurationError):
        Faults.of(wrong)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "latency": st.floats(0, 10),
            "drop": st.floats(0, 0.4),
            "fail": st.dictionaries(st.integers(400, 599).map(str), st.floats(0, 0.1), max_size=3),
            "rate_limit": st.floats(0.1, 100),
            "seed": st.integers(0, 99),
        },
    )
)
def test_faults_come_back_from_json_as_they_were(said: dict[str, Any]) -> None:
    """of(as_json(x)) == x."""
    faults = Faults.of(said)
    assert Faults.of(json.loads(json.dumps(faults.as_json()))) == faults
