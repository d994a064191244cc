"""Parts of an upload: presigned links, ETags, and what completes an upload."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from test_sandbox import PART, TEA, World, refused


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One sandbox for the tests that leave no trace in it."""
    with World() as world:
        yield world


def test_the_etag_of_a_part_is_its_md5(world: World) -> None:
    """As in S3: quoted, hexadecimal. The parts cover the file, in order, without gaps."""
    begun = world.begin(TEA)
    sent = world.send(begun, TEA)
    assert sent[0]["etag"] == f'"{hashlib.md5(TEA[:PART]).hexdigest()}"'
    starts = [part["start_byte"] for part in begun["parts"]] + [len(TEA)]
    assert starts == [0, *(part["end_byte"] + 1 for part in begun["parts"])]


@pytest.mark.parametrize("wrong", [b"", b"short", b"x" * (PART + 1), b"x" * 3_000_000])
def test_a_part_of_another_length_is_refused(world: World, wrong: bytes) -> None:
    """A part is exactly as long as it was announced."""
    answer = httpx.put(world.begin(TEA)["parts"][0]["upload_url"], content=wrong)
    assert (answer.status_code, "IncompleteBody" in answer.text) == (400, True)


def test_a_part_may_be_sent_again(world: World) -> None:
    """The last bytes count."""
    begun = world.begin(TEA)
    first = httpx.put(begun["parts"][0]["upload_url"], content=b"x" * PART).headers["etag"]
    sent = world.send(begun, TEA)
    assert sent[0]["etag"] != first
    assert world.complete(begun["job_id"], [sent[0] | {"etag": first}, *sent[1:]]).status_code == 400
    assert world.complete(begun["job_id"], sent).status_code == 200


def test_a_link_expires() -> None:
    """After link_seconds the storage answers 403, in S3's XML."""
    with World(link_seconds=0) as world:
        answer = httpx.put(world.begin(TEA)["parts"][0]["upload_url"], content=TEA[:PART])
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/xml")
    assert "<Code>AccessDenied</Code><Message>Request has expired</Message>" in answer.text


def test_a_forged_link_is_refused(world: World) -> None:
    """The signature covers the part's number and the expiry; text that is no signature is no better."""
    url = world.begin(TEA)["parts"][0]["upload_url"]
    for forged in (
        url.replace("/1?", "/2?"),
        url.replace("expires=", "expires=9"),
        url[:-1] + "é",
        url.partition("?")[0],
    ):
        answer = httpx.put(forged, content=TEA[:PART])
        assert (answer.status_code, "SignatureDoesNotMatch" in answer.text) == (403, True)


@pytest.mark.parametrize("header", ["X-API-KEY", "Authorization"])
def test_a_key_that_is_sent_to_storage_is_refused(world: World, header: str) -> None:
    """A client that sends its credentials along with a presigned link has leaked them."""
    url = world.begin(TEA)["parts"][0]["upload_url"]
    answer = httpx.put(url, content=TEA[:PART], headers={header: "sandbox"})
    assert (answer.status_code, "credentials leaked" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda sent: sent[1:], "part 1 is missing"),
        (lambda sent: [*sent, sent[0]], "part 1 is given more than once"),
        (lambda sent: [*sent, sent[0] | {"part_number": 99}], "part 99 was never announced"),
        (lambda sent: [sent[0] | {"etag": "0" * 32}, *sent[1:]], "part 1 has another ETag"),
    ],
)
def test_only_the_right_parts_complete_an_upload(world: World, change: Any, why: str) -> None:
    """A part too few, too many or wrong is a VALIDATION_ERROR, and the job goes on waiting for the right ones."""
    begun = world.begin(TEA)
    sent = world.send(begun, TEA)
    assert why in refused(world.complete(begun["job_id"], change(sent)), 400, "VALIDATION_ERROR")
    assert world.status(begun["job_id"])["status"] == "pending"
    assert world.complete(begun["job_id"], sent).status_code == 200


def test_to_complete_again_gives_the_same_answer(world: World) -> None:
    """Quotes around the ETag do not matter; other parts than the first time are a conflict."""
    begun = world.begin(TEA)
    sent = world.send(begun, TEA)
    first = world.complete(begun["job_id"], sent)
    again = world.complete(begun["job_id"], [part | {"etag": part["etag"].strip('"')} for part in reversed(sent)])
    assert (again.status_code, again.json()) == (200, first.json())
    refused(world.complete(begun["job_id"], sent[1:]), 409, "CONFLICT")


def test_chunked_transfer_is_refused(world: World) -> None:
    """As in S3, the length of a part has to be said before it is sent."""
    url = world.begin(TEA)["parts"][0]["upload_url"]
    assert httpx.put(url, content=iter([TEA[:PART]])).status_code == 411


def test_a_completed_upload_takes_no_more_parts(world: World) -> None:
    """Its links lead nowhere, and neither do those of a deleted job."""
    done, deleted = world.begin(TEA), world.begin(TEA)
    world.complete(done["job_id"], world.send(done, TEA))
    world.client.delete(f"/ocr/delete/{deleted['job_id']}")
    for begun in (done, deleted):
        answer = httpx.put(begun["parts"][0]["upload_url"], content=TEA[:PART])
        assert (answer.status_code, "NoSuchUpload" in answer.text) == (404, True)
