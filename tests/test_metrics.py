"""Metrics of any client, with the real packages where they are installed: prometheus-client, opentelemetry-sdk."""

from __future__ import annotations

import gc
import sys
from typing import Any

import httpx
import pytest
from conftest import Script, World, answer

import leapocr_dyn
from leapocr_dyn import errors, metrics
from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.observe import Incoming, Outgoing

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Teas", "version": "1"},
    "paths": {"/teas": {"get": {"operationId": "listTeas", "tags": ["tea"], "responses": {}}}},
}
ANSWERS: list[Any] = [answer(503), answer(json={}), answer(404), httpx.ReadTimeout("slow")]


def served(world: World, *watchers: object) -> None:
    """One call that is repeated and succeeds, one that is refused, one without an answer."""
    server = Script(*ANSWERS)
    api = leapocr_dyn.load(DOCUMENT)
    own = {"http_client": world.http(server), "clock": world.clock, "base_url": "https://teas.test:8443/v1"}
    settings: Any = {**own, "api_key": None, **metrics.hooks(*watchers)}
    client = world.client("https://teas.test", api=api, **settings)
    world.run(client.tea.list_teas())
    with pytest.raises(errors.NotFoundError):
        world.run(client.tea.list_teas())
    with pytest.raises(errors.TimeoutError):
        world.run(client.with_options(max_retries=0).tea.list_teas())


class Ears(metrics.Timed):
    """Hears how requests end."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[int, int | str | None]] = []

    def ended(self, request: Outgoing, status: int | None, failure: str | None, seconds: float) -> None:
        """Note it."""
        assert seconds >= 0
        self.heard.append((request.attempt, status or failure))


ENDED = [(1, 503), (2, 200), (1, 404), (1, "TimeoutError")]


def test_every_attempt_is_heard_of_once(world: World) -> None:
    """Repeats, refusals and failures; by all who listen, also beside a function of the caller's."""
    first, second = Ears(), Ears()
    told: list[int] = []
    served(world, first, {"after_response": lambda request, response: told.append(response.status)}, second)
    assert first.heard == second.heard == ENDED
    assert told == [503, 200, 404]


def test_what_several_want_to_add_to_a_request_goes_together(world: World) -> None:
    """before_send may give headers; one that gives none takes nothing away."""
    server = Script(answer(json={}))
    given = [{"before_send": lambda request, name=name: {name: "1"} if name else None} for name in ("a", "", "b")]
    own: Any = {"base_url": "https://teas.test", "api_key": None, "http_client": world.http(server)}
    client = world.client("https://teas.test", api=leapocr_dyn.load(DOCUMENT), **{**own, **metrics.hooks(*given)})
    world.run(client.tea.list_teas())
    assert {name: server.requests[-1].headers.get(name) for name in "ab"} == {"a": "1", "b": "1"}


def test_nobody_is_told_where_nobody_listens() -> None:
    """Without a listener there is no hook, and a request costs nothing more."""
    assert metrics.hooks() == metrics.hooks(object(), {"before_send": None}) == {}


def test_a_call_that_is_cancelled_leaves_nothing_behind() -> None:
    """Nobody hears of its end, so it is forgotten with its request."""
    ears = Ears()
    request = Outgoing("list_teas", "GET", "https://teas.test", {}, 1)
    ears.before_send(request)
    assert len(ears._began) == 1
    del request
    gc.collect()
    assert len(ears._began) == 0


def test_prometheus_counts_and_measures(world: World) -> None:
    """By operation, method and outcome; clients may share a registry, and are told apart by their service."""
    prometheus = pytest.importorskip("prometheus_client", reason="this is about prometheus-client, which is not here")
    registry = prometheus.CollectorRegistry()
    served(world, metrics.Prometheus(registry, service="teas"))
    served(world, metrics.Prometheus(registry, service="others"))
    labels = {"service": "teas", "operation": "list_teas", "method": "GET"}
    counted = {
        outcome: registry.get_sample_value("api_client_requests_total", {**labels, "outcome": outcome})
        for outcome in ("200", "404", "503", "TimeoutError", "500")
    }
    assert counted == {"200": 1, "404": 1, "503": 1, "TimeoutError": 1, "500": None}
    assert registry.get_sample_value("api_client_request_duration_seconds_count", labels) == 4
    assert registry.get_sample_value("api_client_repeats_total", labels) == 1
    text = prometheus.generate_latest(registry).decode()
    assert 'service="others"' in text
    assert ":8443" not in text


def test_open_telemetry_measures_by_its_conventions(world: World) -> None:
    """http.client.request.duration in seconds, with the conventions' attributes and no more of the URL."""
    sdk = pytest.importorskip("opentelemetry.sdk.metrics", reason="this is about opentelemetry-sdk, which is not here")
    reader = pytest.importorskip("opentelemetry.sdk.metrics.export").InMemoryMetricReader()
    provider = sdk.MeterProvider([reader])
    served(world, metrics.OpenTelemetry(provider.get_meter("tests"), service="teas"))
    data: Any = reader.get_metrics_data()
    (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
    assert (metric.name, metric.unit) == ("http.client.request.duration", "s")
    points = {
        (one.attributes.get("http.response.status_code"), one.attributes.get("error.type")): one
        for one in metric.data.data_points
    }
    assert set(points) == {(503, "503"), (200, None), (404, "404"), (None, "TimeoutError")}
    assert dict(points[200, None].attributes) == {
        "peer.service": "teas",
        "http.request.method": "GET",
        "server.address": "teas.test",
        "server.port": 8443,
        "operation": "list_teas",
        "http.response.status_code": 200,
        "http.request.resend_count": 1,
    }
    assert points[200, None].explicit_bounds == metrics.SECONDS
    provider.shutdown()


def test_the_defaults_are_the_packages_own() -> None:
    """prometheus_client's registry and the global meter, where a program names no other."""
    prometheus = pytest.importorskip("prometheus_client", reason="this is about prometheus-client, which is not here")
    pytest.importorskip("opentelemetry.metrics", reason="this is about opentelemetry-api, which is not here")
    request = Outgoing("list_teas", "GET", "https://teas.test/v1", {}, 1)
    for one in (metrics.Prometheus(), metrics.Prometheus(), metrics.OpenTelemetry()):
        one.after_response(request, Incoming(200, 0.1, None))
    labels = {"service": "", "operation": "list_teas", "method": "GET"}
    assert prometheus.REGISTRY.get_sample_value("api_client_requests_total", {**labels, "outcome": "200"}) == 2


@pytest.mark.parametrize(
    ("kind", "module", "package"),
    [
        (metrics.Prometheus, "prometheus_client", "prometheus-client"),
        (metrics.OpenTelemetry, "opentelemetry.metrics", "opentelemetry-api"),
    ],
)
def test_a_missing_package_is_said_at_once(
    kind: Any, module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=rf"the package {package}: pip install 'leapocr-dyn\[metrics\]'"):
        kind()
