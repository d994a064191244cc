"""Webhooks: is this delivery really from the service, and what does it say?

A delivery is signed with HMAC-SHA256 over its timestamp, a dot, and its body exactly as received, written as lowercase
hexadecimal (RFC 2104). To check it is `verify`, which never raises, whatever somebody sends; to make one, for tests and
for a local server, is `signature`. Which headers carry the two, and what an event looks like, is the document's and the
door's to say. This module reads no JSON before the signature is right: what is not signed is not looked at.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from collections.abc import Callable, Iterable
from typing import TypeAlias

Payload: TypeAlias = str | bytes | bytearray | memoryview


def signature(payload: Payload, timestamp: str | int, secret: str) -> str:
    """What stands in the signature's header. payload: the body as it is sent; timestamp: whole seconds since 1970."""
    signed = _bytes(str(timestamp)) + b"." + _bytes(payload)
    return hmac.new(_bytes(secret), signed, hashlib.sha256).hexdigest()


def verify(
    payload: Payload,
    signed: str,
    timestamp: str | int,
    secret: str | Iterable[str],
    *,
    tolerance: float | None = None,
    now: Callable[[], float] = time.time,
) -> bool:
    """Whether the signature is right: True or False, never an exception.

    payload: the body as received, not parsed and written again. secret: one, or several while they are being changed.
    tolerance: how many seconds the timestamp may be away from now, in either direction; None takes any age, so that a
    delivery somebody recorded could be sent again. Compared in constant time.
    """
    try:
        given = signed.encode("ascii")
        secrets = [secret] if isinstance(secret, str) else list(secret)
        if timestamp in ("", None) or not secrets or not all(secrets):
            return False
        # Every secret is tried, so that the time it takes does not say which one was right.
        right = [hmac.compare_digest(given, signature(payload, timestamp, one).encode()) for one in secrets]
        return any(right) and (tolerance is None or age(timestamp, now()) <= tolerance)
    except (ValueError, TypeError, AttributeError):
        return False


def age(timestamp: str | int, now: float) -> float:
    """How many seconds a moment is away from now, in either direction; infinitely many where it is none."""
    text = str(timestamp)
    return abs(float(text) - now) if text.isascii() and text.isdigit() else math.inf


def _bytes(text: Payload) -> bytes:
    # Through memoryview, because bytes(5) would be five zeros.
    return text.encode("utf-8") if isinstance(text, str) else bytes(memoryview(text))
