"""Faults that are switched on in the sandbox: what is drawn, what a client sees, and what it comes through."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from conftest import World
from hypothesis import given
from hypothesis import strategies as st
from test_sandbox_reader import pdf

from leapocr_dyn import ClientConfig, LeapOCRSync, PollOptions, errors
from leapocr_dyn.sandbox import Faults, Sandbox
from leapocr_dyn.sandbox.fault import Hit, Weather

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
        assert http.delete(place).json()["error"].startswith("GET says which faults are on; PUT replaces them")
        wrong = http.put(place, json={"fial": {}})
        assert (wrong.status_code, wrong.json()["error"][:24]) == (400, "there is no fault 'fial'")
        assert http.put(place, content=b"[").status_code == 400
        http.put(place, json={})
        assert http.get(sandbox.url + HEALTH).status_code == 200
        assert [status for _, _, status in sandbox.requests] == [503, 0, 200]


DAY = Faults(fail={429: 0.05, 503: 0.02}, drop=0.01, retry_after=0.01, seed=7)
QUICK = PollOptions(poll_interval=0.02)


def test_every_upload_arrives_exactly_once_on_a_bad_day(world: World) -> None:
    """5 % 429, 2 % 503, 1 % cut connections, and the links of every third file expired when they are used: every job is
    there once, read and paid once."""
    with Sandbox(part_size=100, credits=1000, faults=DAY) as sandbox:
        announced = 1

        def files() -> Iterator[tuple[str, bytes]]:
            nonlocal announced
            for number in range(25):
                announced = number % 3  # 0: the first links of this file are no good
                yield TEA

        def announcing(request: Any) -> None:
            nonlocal announced
            if request.url.endswith("/uploads/direct"):
                expire = None if announced else 0
                sandbox.faults = replace(DAY, expire=expire, seed=len(sandbox.requests))
                announced += 1

        client = world.client(
            sandbox.url,
            api_key=sandbox.api_key,
            config=ClientConfig(retry_delay=0.01, max_retries=8, before_send=announcing),
        )
        result = world.run(client.ocr.process_batch(files(), None, QUICK, concurrency=1))
        assert [str(item.error) for item in result.failed] == []
        assert [item.result.text for item in result.items] == ["Green tea"] * 25
        assert sandbox.credits == 1000 - 25
        seen = Counter(status for _, _, status in sandbox.requests)
        assert min(seen[0], seen[429], seen[403]) > 0, "it was no bad day"
        world.run(client.close())


def test_many_files_at_once_arrive_exactly_once_on_a_bad_day(world: World) -> None:
    """The same side by side, with links that are good for long enough."""
    with Sandbox(part_size=300, credits=1000, faults=DAY) as sandbox:
        client = world.client(sandbox.url, api_key=sandbox.api_key, retry_delay=0.01, max_retries=8)
        result = world.run(client.ocr.process_batch([TEA] * 25, None, QUICK))
        assert [str(item.error) for item in result.failed] == []
        assert {item.result.text for item in result.items} == {"Green tea"}
        assert sandbox.credits == 1000 - 25
        assert any(status in (0, 429, 503) for _, _, status in sandbox.requests), "it was no bad day"
        world.run(client.close())


def test_links_that_expire_in_the_middle_are_asked_for_once(world: World) -> None:
    """Forty parts, and time is over after the first few: fresh links belong to a fresh job, which gets every part once,
    and is the only one that is completed."""
    content = TEA[1].ljust(4000)
    with Sandbox(part_size=100, credits=1000, faults=Faults(expire=0.05, latency=0.02)) as sandbox:

        def listen(sent: int, size: int) -> None:
            if sent:
                sandbox.faults = Faults(latency=0.02)

        client = world.client(sandbox.url, api_key=sandbox.api_key)
        result = world.run(client.ocr.process_and_wait(("tea.pdf", content), None, QUICK, on_sent=listen))
        asked = Counter((path, status) for method, path, status in sandbox.requests if method in ("POST", "PUT"))
        assert result.text == "Green tea"
        assert asked["/api/v1/ocr/uploads/direct", 200] == 2
        assert sum(times for (path, _), times in asked.items() if path.endswith("/complete")) == 1
        parts = Counter(path.split("/")[2] for path, status in asked if path.startswith("/storage/") and status == 200)
        assert 40 in parts.values()
        assert max(times for (path, status), times in asked.items() if "/storage/" in path and status == 200) == 1
        assert sandbox.credits == 1000 - 1
        world.run(client.close())


def test_a_url_whose_fate_is_unknown_is_not_sent_twice(world: World) -> None:
    """Half of the connections are cut, before or after the request was done: nobody knows, and nothing is repeated."""
    bad = Faults(drop=0.5, fail={429: 0.1, 503: 0.1}, retry_after=0.01, seed=3)
    with Sandbox(faults=bad) as sandbox:
        client = world.client(sandbox.url, api_key=sandbox.api_key, retry_delay=0.01, max_retries=20)
        ended: Counter[str] = Counter()
        for _ in range(30):
            try:
                world.run(client.ocr.process_url("http://127.0.0.1:9/a.pdf"))
            except errors.SubmissionUnknownError:
                ended["unknown"] += 1
            except errors.ValidationError:
                ended["answered"] += 1  # nobody listens there
        statuses = Counter(status for _, _, status in sandbox.requests)
        assert ended == {"unknown": statuses[0], "answered": statuses[400]}
        assert sum(ended.values()) == 30
        assert min(*ended.values(), statuses[429], statuses[503]) > 0
        world.run(client.close())


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
        {"fail": None},
        {"fail": {"-1": 0.1}},
        {"seed": [1]},
        {"seed": None},
        {"rate_limit": float("inf")},
        {"latency": float("nan")},
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
