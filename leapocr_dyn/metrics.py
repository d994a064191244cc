"""Metrics of any client: how many requests, how they ended, how long they took; for Prometheus and OpenTelemetry.

    client = api.client(**metrics.hooks(metrics.Prometheus(service="shop")))

What is counted is every attempt, repeats, parts of files and tokens included, as the three hooks hear of it
(observe.py). Nothing that a caller sends or a server answers becomes a label, only the operation's name, the method,
the status and the exception's class. It starts no server and no exporter: who asks for the numbers, and where they go,
is the program's. Both packages are optional (`pip install 'leapocr-dyn[metrics]'`).
"""

from __future__ import annotations

import functools
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from leapocr_dyn import __version__
from leapocr_dyn.config import HOOKS
from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.observe import Incoming, Outgoing, tell

# OpenTelemetry semantic conventions 1.23, http.client.request.duration: seconds.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
LABELS = ("service", "operation", "method")

Listener = Callable[..., Any]  # Any: nothing, or a coroutine of nothing


def hooks(*watchers: object) -> dict[str, Listener]:
    """The settings by which a client tells all of these.

    watchers: whatever has some of the three hooks as methods, or such settings themselves.
    """
    found: dict[str, list[Listener]] = {name: [] for name in HOOKS}
    for one in watchers:
        for name, listeners in found.items():
            listener = one.get(name) if isinstance(one, Mapping) else getattr(one, name, None)
            listeners += [listener] if listener is not None else []
    return {name: functools.partial(_all, tuple(listeners)) for name, listeners in found.items() if listeners}


async def _all(listeners: Sequence[Listener], *facts: Any) -> dict[str, str] | None:  # Any: what a hook is given
    """Tell everybody; what they want to add to the request goes together."""
    given = [await tell(one, *facts) for one in listeners]
    added = [one for one in given if one is not None]
    return {name: text for one in added for name, text in one.items()} if added else None


class Timed:
    """Hears how each request ends, and after how long."""

    def __init__(self) -> None:
        # By the request, which may never end: a call that is cancelled tells nobody.
        self._began: weakref.WeakKeyDictionary[Outgoing, float] = weakref.WeakKeyDictionary()

    def before_send(self, request: Outgoing) -> None:
        """Take the time."""
        self._began[request] = time.perf_counter()

    def after_response(self, request: Outgoing, response: Incoming) -> None:
        """An answer, of whatever status."""
        self._began.pop(request, None)
        self.ended(request, response.status, None, response.seconds)

    def on_error(self, request: Outgoing, error: Exception) -> None:
        """No answer."""
        seconds = time.perf_counter() - self._began.pop(request, time.perf_counter())
        self.ended(request, None, type(error).__name__, seconds)

    def ended(self, request: Outgoing, status: int | None, failure: str | None, seconds: float) -> None:
        """Either the status of an answer, or the class of what came instead."""
        raise NotImplementedError


class Prometheus(Timed):
    """Hooks that count requests and repeats, and measure how long answers take, for Prometheus.

    api_client_requests_total {service, operation, method, outcome}, api_client_request_duration_seconds, and
    api_client_repeats_total {service, operation, method}. outcome: the status, or the exception's class.

    registry: prometheus_client's own default, where none is given; clients may share one. service: the label by which
    they are told apart. Raises ConfigurationError where prometheus_client is not installed.
    """

    def __init__(self, registry: Any = None, service: str = "") -> None:  # Any: a CollectorRegistry
        super().__init__()
        package = _package("prometheus_client", "prometheus-client")
        self._service = service
        self._requests, self._seconds, self._repeats = _collectors(package, registry or package.REGISTRY)

    def ended(self, request: Outgoing, status: int | None, failure: str | None, seconds: float) -> None:
        """Count it."""
        labels = (self._service, request.operation or "", request.method)
        self._requests.labels(*labels, str(status or failure)).inc()
        self._seconds.labels(*labels).observe(seconds)
        if request.attempt > 1:
            self._repeats.labels(*labels).inc()


_known: weakref.WeakKeyDictionary[Any, tuple[Any, ...]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def _collectors(package: Any, registry: Any) -> tuple[Any, ...]:  # Any: prometheus_client's
    """The three of a registry, which takes each name once only."""
    with _lock:
        if registry not in _known:
            _known[registry] = (
                package.Counter("api_client_requests", "How requests ended.", (*LABELS, "outcome"), registry=registry),
                package.Histogram(
                    "api_client_request_duration_seconds",
                    "How long requests took.",
                    LABELS,
                    registry=registry,
                    buckets=SECONDS,
                ),
                package.Counter("api_client_repeats", "Requests that were sent again.", LABELS, registry=registry),
            )
        return _known[registry]


class OpenTelemetry(Timed):
    """The histogram http.client.request.duration, by the semantic conventions for HTTP clients, and the operation.

    meter: of the program's own provider, or, where none is given, of the global one. service: becomes peer.service.
    Raises ConfigurationError where opentelemetry-api is not installed.
    """

    def __init__(self, meter: Any = None, service: str = "") -> None:  # Any: a Meter
        super().__init__()
        package = _package("opentelemetry.metrics", "opentelemetry-api")
        self._service = {"peer.service": service} if service else {}
        self._seconds = (meter or package.get_meter("leapocr_dyn", __version__)).create_histogram(
            "http.client.request.duration",
            unit="s",
            description="Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )

    def ended(self, request: Outgoing, status: int | None, failure: str | None, seconds: float) -> None:
        """Record it."""
        there = urlsplit(request.url)
        facts: Mapping[str, Any] = {
            **self._service,
            "http.request.method": request.method,
            "server.address": there.hostname,
            "server.port": there.port or {"http": 80, "https": 443}.get(there.scheme),
            "operation": request.operation,
            "http.response.status_code": status,
            # Of an answer, only a refusal is an error.
            "error.type": failure or (str(status) if status is not None and status >= 400 else None),
            "http.request.resend_count": request.attempt - 1 or None,
        }
        self._seconds.record(seconds, {name: value for name, value in facts.items() if value is not None})


def _package(module: str, package: str) -> Any:  # Any: a module that may be missing, and with it its types
    try:
        return import_module(module)
    except ImportError as error:
        raise ConfigurationError(f"this needs the package {package}: pip install 'leapocr-dyn[metrics]'") from error
