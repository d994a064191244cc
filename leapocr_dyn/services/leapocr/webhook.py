"""Webhooks of LeapOCR: verify a delivery, read its event, and sign one for a test.

The body is signed together with the moment of sending; both come in headers. Source: the service's own helper of
23 March 2026, which signs `timestamp.body`. Deliveries signed in the older way (the body alone, in X-R2-Signature) are
refused, as the official packages do: without a moment in it, whoever once recorded one could send it again for ever.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from leapocr_dyn import webhook
from leapocr_dyn.api import load
from leapocr_dyn.services.leapocr.exceptions import WebhookError
from leapocr_dyn.webhook import Payload

if TYPE_CHECKING:
    from leapocr_dyn.services.leapocr.results import WebhookEvent

SIGNATURE = "X-Webhook-Signature"
TIMESTAMP = "X-Webhook-Timestamp"
TOLERANCE = 300.0  # seconds; what services usually allow for clocks and slow networks


def verify_webhook_signature(
    payload: Payload,
    signature: str,
    timestamp: str | int,
    secret: str | Iterable[str],
    *,
    tolerance: float | None = None,
) -> bool:
    """Whether LeapOCR sent this: True or False, never an exception, whatever somebody sends.

    payload: the body exactly as received. signature, timestamp: the headers of these names (X-Webhook-...).
    secret: the subscription's, or several while it is being changed. tolerance: seconds that the timestamp may be away
    from now, in either direction; None takes any age, as the official packages do.
    """
    return webhook.verify(payload, signature, timestamp, secret, tolerance=tolerance)


def parse_webhook(
    payload: Payload,
    headers: Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]],
    secret: str | Iterable[str],
    *,
    tolerance: float | None = TOLERANCE,
    now: Callable[[], float] = time.time,
) -> WebhookEvent:
    """The event of a delivery: `.event_type`, `.job_id`, `.status` and what else it tells.

    headers: of the request, in any spelling, as a mapping or as pairs (as ASGI has them); two of one name are no sign
    of honesty. Raises WebhookError where the signature is wrong, the delivery further away from now than the tolerance
    (seconds), or the body no event; and nothing else, whatever somebody sends.
    """
    signature, timestamp = _only(headers, SIGNATURE), _only(headers, TIMESTAMP)
    if not signature or not timestamp:
        raise WebhookError(f"this delivery has not one {SIGNATURE} and one {TIMESTAMP}: answer 401, and do nothing")
    if not webhook.verify(payload, signature, timestamp, secret):
        raise WebhookError(
            "the signature of this delivery is not right: answer 401, and do nothing. Is the secret that of this "
            "subscription, and the payload the body as it was received?"
        )
    if tolerance is not None and not (away := webhook.age(timestamp, now())) <= tolerance:
        raise WebhookError(
            f"this delivery is signed, but {away:.0f} s away from now, and {tolerance} s are allowed: answer 401, and "
            "do nothing. Is the clock of this machine right?"
        )
    try:
        event = json.loads(payload if isinstance(payload, str) else bytes(payload))
    except (ValueError, RecursionError) as error:
        raise WebhookError(f"the delivery is signed, but its body is not JSON: {error}") from error
    if not isinstance(event, dict):
        raise WebhookError(f"the delivery is signed, but it is no event: {event!r:.60}")
    api = load("leapocr")
    found: WebhookEvent = api.converter.structure(event, api.models.type("WebhookEvent"))
    return found


def sign_webhook(payload: Payload, secret: str, timestamp: int | None = None) -> dict[str, str]:
    """The headers with which LeapOCR would send this body: for tests of your own endpoint. timestamp: None is now."""
    moment = int(time.time()) if timestamp is None else timestamp
    return {SIGNATURE: webhook.signature(payload, moment, secret), TIMESTAMP: str(moment)}


def _only(headers: Any, name: str) -> str:  # Any: a framework's headers
    """The value of a header, "" where it is missing or there twice."""
    pairs = headers.items() if hasattr(headers, "items") else headers or ()
    found = [_text(value) for key, value in pairs if _text(key).lower() == name.lower()]
    return found[0] if len(found) == 1 else ""


def _text(word: Any) -> str:  # Any: half of a header
    return word.decode("latin-1") if isinstance(word, bytes) else word if isinstance(word, str) else ""
