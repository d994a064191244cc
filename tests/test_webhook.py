"""Webhooks: what is signed is the service's, what is not is nobody's; and no delivery raises what it should not."""

from __future__ import annotations

import hashlib
import hmac
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from documents import json_values
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


@pytest.mark.parametrize("kind", ["job.created", "job.started", "job.completed", "job.failed", "webhook.test"])
def test_the_kinds_of_events_are_members_of_an_enum(kind: str) -> None:
    """All that the service documents; a moment is a datetime, and a state is a job's state."""
    said = {
        "event_type": kind,
        "event_id": "e-1",
        "timestamp": "2026-03-23T09:30:00Z",
        "status": "failed",
        "job_id": "j1",
    }
    body = json.dumps({**said, "user_id": "u", "team_id": "t", "organization_id": "o", "error": {"page": 3}})
    event: Any = parse_webhook(body, sign_webhook(body, "s3cret"), "s3cret")
    assert (event.event_type, event.event_type.is_known, event.event_type.value) == (kind, True, kind)
    assert (event.timestamp.isoformat(), event.status.name) == ("2026-03-23T09:30:00+00:00", "FAILED")
    assert (event.event_id, event.user_id, event.team_id, event.organization_id) == ("e-1", "u", "t", "o")
    assert event["error"] == {"page": 3}


def test_an_event_may_leave_anything_out() -> None:
    """What it does not tell is None, and what is of another kind stays as it is."""
    for body in ("{}", '{"event_type": null, "status": 5, "timestamp": "soon", "job_id": [1]}'):
        event = parse_webhook(body, sign_webhook(body, "s3cret"), "s3cret")
        assert event.event_type is None
        assert event.to_dict() == json.loads(body)


def test_headers_are_found_in_any_spelling_and_never_twice() -> None:
    """Frameworks spell headers as they like; two signatures in one delivery are none."""
    signed = {name.lower(): value for name, value in sign_webhook(BODY, "s3cret").items()}
    assert parse_webhook(BODY, signed, "s3cret").job_id == "j1"
    with pytest.raises(leapocr_dyn.errors.WebhookError):
        parse_webhook(BODY, {**signed, "X-WEBHOOK-SIGNATURE": "0" * 64}, "s3cret")


def test_headers_may_be_pairs_of_bytes() -> None:
    """As ASGI has them, whose frameworks hand them on so."""
    raw = [(name.lower().encode(), value.encode()) for name, value in sign_webhook(BODY, "s3cret").items()]
    assert parse_webhook(BODY, [(b"host", b"\xff"), *raw], "s3cret").job_id == "j1"
    with pytest.raises(errors.WebhookError, match="has not one"):
        parse_webhook(BODY, [*raw, raw[0]], "s3cret")


@pytest.mark.parametrize("headers", [{}, None, [], {"X-Webhook-Signature": "0" * 64}, {"X-Webhook-Timestamp": "1"}])
def test_a_delivery_without_its_headers_says_which(headers: Any) -> None:
    """Somebody else found the address, or a proxy dropped them."""
    with pytest.raises(errors.WebhookError, match="has not one X-Webhook-Signature and one X-Webhook-Timestamp"):
        parse_webhook(BODY, headers, "s3cret")


def test_a_delivery_signed_in_the_older_way_is_refused() -> None:
    """The body alone, in X-R2-Signature: it holds no moment, so whoever recorded it could send it for ever."""
    older = {"X-R2-Signature": hmac.new(b"s3cret", BODY, hashlib.sha256).hexdigest()}
    with pytest.raises(errors.WebhookError, match="has not one X-Webhook-Signature"):
        parse_webhook(BODY, older, "s3cret")
    moved = {"X-Webhook-Signature": older["X-R2-Signature"], "X-Webhook-Timestamp": "1"}
    with pytest.raises(errors.WebhookError, match="is not right"):
        parse_webhook(BODY, moved, "s3cret", tolerance=None)


def test_the_body_counts_byte_by_byte_as_it_was_received() -> None:
    """The same JSON written again is another body; text counts as its UTF-8."""
    signed = sign_webhook(BODY, "s3cret")
    for body in (BODY, BODY.decode(), bytearray(BODY), memoryview(BODY)):
        assert parse_webhook(body, signed, "s3cret").job_id == "j1"
    for written_again in (json.dumps(json.loads(BODY), indent=1), BODY + b"\n", BODY.replace(b": ", b":")):
        with pytest.raises(errors.WebhookError, match="the body as it was received"):
            parse_webhook(written_again, signed, "s3cret")


@pytest.mark.parametrize("away", [3600, -3600])
def test_the_clock_of_a_machine_that_is_wrong_is_named(away: int) -> None:
    """Signed right, but away from now, before or after: by how much, and what to look at."""
    signed = sign_webhook(BODY, "s3cret", NOW)
    with pytest.raises(errors.WebhookError, match=r"3600 s away from now, and 300.0 s are allowed.*clock"):
        parse_webhook(BODY, signed, "s3cret", now=lambda: NOW + away)
    assert parse_webhook(BODY, signed, "s3cret", tolerance=3600, now=lambda: NOW + away).job_id == "j1"
    assert parse_webhook(BODY, signed, "s3cret", tolerance=None, now=lambda: 0).job_id == "j1"


def test_every_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after the right one was found: how long it takes says neither which one it was nor how much fits."""
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    for secrets in (["right", "b", "c"], ["a", "b", "right"], ["a", "b", "c"]):
        compared.clear()
        signed = webhook.signature(BODY, NOW, "right")
        assert webhook.verify(BODY, signed, NOW, secrets) is ("right" in secrets)
        assert [one for one, _ in compared] == [signed.encode()] * 3


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


words = st.text(max_size=20) | st.binary(max_size=20) | st.none() | st.integers() | st.lists(st.text(), max_size=2)
names = st.sampled_from(["X-Webhook-Signature", "x-webhook-timestamp", b"X-WEBHOOK-SIGNATURE", "Host"]) | words


@given(st.text() | st.binary(), st.lists(st.tuples(names, words), max_size=4))
def test_a_hostile_delivery_is_a_webhook_error_and_nothing_else(payload: Any, headers: Any) -> None:
    """Whatever body and headers somebody sends: an endpoint answers 401, and never 500."""
    with pytest.raises(errors.WebhookError, match="answer 401"):
        parse_webhook(payload, headers, "s3cret")


@given(st.binary() | json_values.map(json.dumps))
def test_whatever_is_signed_is_an_event_or_a_webhook_error(payload: Any) -> None:
    """The service's own mistakes are no surprise either; an event goes back as it came."""
    try:
        event = parse_webhook(payload, sign_webhook(payload, "s3cret"), "s3cret")
    except errors.WebhookError:
        return
    assert event.to_dict() == json.loads(payload)


@given(st.binary(), st.integers(0, 2**40), st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_what_is_signed_is_right_and_one_changed_byte_is_not(payload: bytes, timestamp: int, secret: str) -> None:
    """verify(sign(x)) holds for every body; the same signature on another body, moment or secret does not."""
    signed = webhook.signature(payload, timestamp, secret)
    assert webhook.verify(payload, signed, str(timestamp), secret)
    assert not webhook.verify(payload + b"x", signed, timestamp, secret)
    assert not webhook.verify(payload, signed, timestamp + 1, secret)
    assert not webhook.verify(payload, signed, timestamp, secret + "x")
