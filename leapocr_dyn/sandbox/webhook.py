"""Webhooks: what becomes of jobs, told to a program on this machine, signed as the service signs.

One thread delivers, in order, so that a slow receiver never holds up a reader; a delivery that is not answered with 2xx
is tried again a few times. Only loopback addresses are told: a sandbox sends nothing into the world.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
import queue
import threading
import time
import uuid
from typing import Any, NamedTuple
from urllib.parse import SplitResult

from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.sandbox.fetch import FetchError, local

log = logging.getLogger("leapocr_dyn.sandbox")

TRIES = 3
BETWEEN = 0.2  # seconds before a delivery is tried again
TIMEOUT = 5.0  # seconds
PATIENCE = 5.0  # seconds that stop waits for the delivery that is under way


class Subscription(NamedTuple):
    """Who is told, and with which secret it is signed."""

    url: str
    secret: str


class Webhooks:
    """Delivers events to one subscriber, or to nobody. Raises ConfigurationError for an address elsewhere."""

    def __init__(self, subscription: Subscription | None) -> None:
        self._subscription = subscription
        self._place = None if subscription is None else loopback(subscription.url)
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sandbox webhooks", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        if self._subscription is not None:
            self._thread.start()

    def stop(self) -> None:
        """Stop after the delivery that is under way."""
        self._over.set()
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(PATIENCE)

    def tell(self, event_type: str, **facts: Any) -> None:  # Any: JSON
        """Queue an event."""
        if self._subscription is not None:
            moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            event = {"event_type": event_type, "event_id": str(uuid.uuid4()), "timestamp": moment, **facts}
            self._queue.put(json.dumps(event).encode())

    def _work(self) -> None:
        while (body := self._queue.get()) is not None:
            for attempt in range(TRIES):
                if self._delivered(body) or self._over.wait(BETWEEN * attempt):
                    break
            else:
                log.warning("a webhook was not taken: %s", body[:200])

    def _delivered(self, body: bytes) -> bool:
        assert self._subscription is not None
        assert self._place is not None
        timestamp = str(int(time.time()))
        signed = hmac.new(self._subscription.secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
        headers = {
            "Content-Type": "application/json",
            "X-Webhook-Timestamp": timestamp,
            "X-Webhook-Signature": signed.hexdigest(),
        }
        connection = http.client.HTTPConnection(self._place.hostname or "", self._place.port, timeout=TIMEOUT)
        try:
            target = self._place._replace(scheme="", netloc="", path=self._place.path or "/", fragment="")
            connection.request("POST", target.geturl(), body, headers)
            return 200 <= connection.getresponse().status < 300
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def loopback(url: str) -> SplitResult:
    """The parts of an http URL on this machine. Raises ConfigurationError for any other."""
    try:
        return local(url)
    except FetchError as error:
        said = "webhooks go to http addresses of this machine only, such as http://127.0.0.1:8000/"
        raise ConfigurationError(said) from error
