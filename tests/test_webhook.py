"""Webhooks: what is signed is the service's, what is not is nobody's; and no delivery raises what it should not."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import leapocr_dyn
from leapocr_dyn import errors, webhook
from leapocr_dyn.services.leapocr.webhook import parse_webhook, sign_webhook, verify_webhook_signature

VECTORS = Path(__file__).resolve().parent.parent.parent / "shared" / "vectors" / "leapocr.json"
BODY = b'{"event_type": "job.completed", "job_id": "j1", "status": "completed", "credits": 3}'
NOW = 1_704_067_200


def test_a_signed_delivery_is_an_event() -> None:
    """What the service signs can be read with attributes, and what the document does not know stays in it."""
    event = parse_webhook(BODY, sign_webhook(BODY, "s3cret"), "s3cret")
    assert (event.event_type, event.job_id, event.status) == ("job.completed", "j1", "completed")
    assert event["credits"] == 3
    assert event.to_dict() == json.loads(BODY)
    assert pickle.loads(pickle.dumps(event)) == event


def test_an_event_of_a_kind_that_is_not_known_yet_is_one_too() -> None:
    """A newer service may send other events; they are members of the enum that say so."""
    body = '{"event_type": "job.archived"}'
    event = parse_webhook(body, sign_webhook(body, "s3cret"), "s3cret")
    assert event.event_type == "job.archived"
    assert not event.event_type.is_known


def test_headers_are_found_in_any_spelling_and_never_twice() -> None:
    """Frameworks spell headers as they like; two signatures in one delivery are none."""
    signed = {name.lower(): value for name, value in sign_webhook(BODY, "s3cret").items()}
    assert parse_webhook(BODY, signed, "s3cret").job_id == "j1"
    with pytest.raises(leapocr_dyn.errors.WebhookError):
        parse_webhook(BODY, {**signed, "X-WEBHOOK-SIGNATURE": "0" * 64}, "s3cret")


@pytest.mark.parametrize("secret", ["another", "", [], ["another", ""], None, 5])
def test_a_wrong_secret_is_refused(secret: Any) -> None:
    """No secret, an empty one and another one are all wrong, and say what to do."""
    with pytest.raises(leapocr_dyn.LeapOCRError, match="answer 401"):
        parse_webhook(BODY, sign_webhook(BODY, "s3cret"), secret)


def test_two_secrets_hold_while_they_are_being_changed() -> None:
    """Old and new secret are both right during a rotation."""
    for secret in ("old", "new"):
        assert parse_webhook(BODY, sign_webhook(BODY, secret), ["new", "old"]).job_id == "j1"


@pytest.mark.parametrize(("away", "right"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_delivery_that_somebody_recorded_is_too_old(away: int, right: bool) -> None:
    """The tolerance holds in both directions, so that neither an old nor a post-dated delivery is taken."""
    signed = webhook.signature(BODY, NOW, "s")
    assert webhook.verify(BODY, signed, NOW, "s", tolerance=300, now=lambda: NOW + away) is right
    assert webhook.verify(BODY, signed, NOW, "s", now=lambda: NOW + away)


@pytest.mark.parametrize("body", ["", "nothing", "[1]", "null", "[" * 100_000])
def test_a_signed_body_that_is_no_event_says_so(body: str) -> None:
    """What is signed but is no event is an error of ours, never of the JSON parser."""
    with pytest.raises(errors.WebhookError, match="the delivery is signed, but"):
        parse_webhook(body, sign_webhook(body, "s3cret"), "s3cret")


@pytest.mark.skipif(not VECTORS.is_file(), reason="../shared is absent")
def test_the_official_vectors_hold() -> None:
    """What other libraries sign and refuse, ours does too, as text and as bytes."""
    vectors = json.loads(VECTORS.read_text("utf-8"))
    cases = [(payload.encode(), *rest) for payload, *rest in vectors["webhook_v2"] + vectors["webhook_v2_extra"]]
    cases += [(bytes.fromhex(payload), *rest) for payload, *rest in vectors["webhook_v2_bytes_hex"]]
    for payload, signature, timestamp, secret, right in cases:
        for form in (bytes, bytearray, memoryview):
            assert verify_webhook_signature(form(payload), signature, timestamp, secret) is right
    for payload, signature, secret, _ in vectors["webhook_v1_body_only_X-R2-Signature"]:
        assert not verify_webhook_signature(payload, signature, "", secret), "the older way is refused"


anything = st.none() | st.text() | st.binary() | st.integers() | st.floats() | st.lists(st.text())


@given(anything, anything, anything, anything)
def test_whatever_somebody_sends_is_an_answer(payload: Any, signature: Any, timestamp: Any, secret: Any) -> None:
    """No value of any type makes verification raise."""
    assert verify_webhook_signature(payload, signature, timestamp, secret, tolerance=300) is False


@given(st.binary(), st.integers(0, 2**40), st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_what_is_signed_is_right_and_one_changed_byte_is_not(payload: bytes, timestamp: int, secret: str) -> None:
    """verify(sign(x)) holds for every body; the same signature on another body, moment or secret does not."""
    signed = webhook.signature(payload, timestamp, secret)
    assert webhook.verify(payload, signed, str(timestamp), secret)
    assert not webhook.verify(payload + b"x", signed, timestamp, secret)
    assert not webhook.verify(payload, signed, timestamp + 1, secret)
    assert not webhook.verify(payload, signed, timestamp, secret + "x")
