"""What LeapOCR's official clients were seen to do, one after the other: ours does the same, or better and says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Script, World, answer
from test_leapocr import Service

import leapocr_dyn
from leapocr_dyn import PollOptions, ProcessOptions, errors
from leapocr_dyn.services.leapocr.options import checked_address
from leapocr_dyn.services.leapocr.validation import validate_file

FILE = Path(__file__).resolve().parent.parent.parent / "shared" / "vectors" / "leapocr.json"
VECTORS: dict[str, Any] = json.loads(FILE.read_text("utf-8")) if FILE.is_file() else {}
JOB = {"id": "j-1", "status": "completed"}

pytestmark = pytest.mark.skipif(not VECTORS, reason="../shared is absent")


def rows(name: str, *inside: str) -> list[Any]:
    """The rows of a vector; none where the file is absent, and the tests are skipped."""
    found: Any = VECTORS.get(name, {} if inside else [])
    for one in inside:
        found = found.get(one, [])
    return list(found.items()) if isinstance(found, dict) else list(found)


def status(world: World, script: Script, **settings: Any) -> Any:
    """The status of a job."""
    return world.run(world.client(script, **settings).ocr.get_job_status("j-1"))


@pytest.mark.parametrize("code", rows("retry_status", "retriable"))
def test_a_status_that_passes_is_asked_again(world: World, code: int) -> None:
    """429, 408 and the 5xx of servers and gateways."""
    script = Script(answer(code), answer(json=JOB))
    assert status(world, script).job_id == "j-1"
    assert script.calls == 2


@pytest.mark.parametrize("code", rows("retry_status", "not"))
def test_a_status_that_stays_is_raised_at_once(world: World, code: int) -> None:
    """What the request did wrong, it would do wrong again."""
    script = Script(answer(code))
    with pytest.raises(leapocr_dyn.LeapOCRError):
        status(world, script)
    assert script.calls == 1


@pytest.mark.parametrize("row", rows("retry_counts"))
def test_it_is_asked_as_often_as_was_said(world: World, row: dict[str, Any]) -> None:
    """max_retries counts what comes after the first attempt."""
    kinds = row.get("seq", [row.get("always")])
    answers = [httpx.ConnectError("lost") if one == "neterr" else answer(one, json=JOB) for one in kinds]
    script = Script(*answers)
    if kinds[-1] == 200:
        status(world, script, max_retries=row["max_retries"])
    else:
        with pytest.raises(leapocr_dyn.APIError):
            status(world, script, max_retries=row["max_retries"])
    assert script.calls == row["calls"]


@pytest.mark.parametrize("row", [row for row in rows("polling") if "values" in row])
def test_waiting_ends_when_the_job_does_or_when_the_time_is_over(world: World, row: dict[str, Any]) -> None:
    """Each state is heard once; the last pause is cut, so that the time is never exceeded."""
    states = ["completed" if one == "complete" else one for one in row["values"]]
    heard: list[str] = []
    options = PollOptions(
        row.get("interval", 2.0), row.get("max", 300.0), lambda status: heard.append(str(status.status))
    )
    client = world.client(Service(*states))
    started = world.clock.now()
    if row.get("error") == "timeout":
        with pytest.raises(errors.JobTimeoutError):
            world.run(client.ocr.wait_until_done("j-1", options))
        assert len(heard) >= row.get("min_calls", 1)
    else:
        world.run(client.ocr.wait_until_done("j-1", options))
        assert heard == states
    assert world.clock.now() - started <= row.get("max", 300.0) + 1e-6


@pytest.mark.parametrize(("done", "total", "percent"), rows("progress"))
def test_progress_is_a_number_from_0_to_100(world: World, done: Any, total: Any, percent: float) -> None:
    """Whatever the service counts, and where it does not count."""
    script = Script(answer(json={**JOB, "processed_pages": done, "total_pages": total}))
    assert status(world, script).progress == percent


@pytest.mark.parametrize(("text", "moment"), rows("datetime"))
def test_moments_are_read_to_the_microsecond(world: World, text: str, moment: str) -> None:
    """With any number of digits and any offset, on every Python."""
    assert status(world, Script(answer(json={**JOB, "created_at": text}))).created_at.isoformat() == moment


@pytest.mark.parametrize(("name", "kind"), rows("content_type"))
def test_the_type_is_told_by_the_ending(world: World, tmp_path: Path, name: str, kind: str) -> None:
    """In any case; what the service cannot read is refused before it is sent, where others send it all the same."""
    service = Service()
    if kind == "application/octet-stream" and "." in name:
        (tmp_path / name).write_bytes(b"words")
        assert "supported are .pdf" in str(validate_file(tmp_path / name).error)
        return
    world.run(world.client(service).ocr.process_file((name, b"%PDF-1.7")))
    expected = "application/pdf" if "." not in name else kind.partition(" ")[0]  # told by its first bytes
    assert service.bodies[0]["content_type"] == expected


@pytest.mark.parametrize(("url", "right"), rows("go_url"))
def test_a_url_that_is_none_is_not_sent(world: World, url: str, right: Any) -> None:
    """http or https, with a host. What the document is, the service sees for itself."""
    if right is False:
        with pytest.raises(leapocr_dyn.ValidationError, match="begins with https://") as caught:
            world.run(world.client(Service()).ocr.process_url(url))
        assert caught.value.field == "url"
    else:
        assert checked_address(url) == url


@pytest.mark.parametrize(("given", "takes"), rows("options"))
def test_options_that_go_together_are_taken(given: dict[str, Any], takes: dict[str, bool]) -> None:
    """As the official Python package takes them; only no options at all mean Markdown, where that one raises."""
    options = ProcessOptions(**given)
    if takes["py"] or not given:
        assert options.arguments()
    else:
        with pytest.raises(errors.ValidationError) as caught:
            options.arguments()
        assert caught.value.field


def test_parts_are_cut_where_the_service_says(world: World) -> None:
    """Inclusive at both ends, with receipts without quotes."""
    parts = VECTORS["upload_parts"]
    links = [
        {"part_number": number, "start_byte": first, "end_byte": last, "upload_url": f"https://storage.test/{number}"}
        for number, first, last, _ in parts["parts"]
    ]
    sent: dict[str, bytes] = {}
    completed: list[Any] = []

    def server(request: httpx.Request) -> httpx.Response:
        if request.url.host == "storage.test":
            sent[request.url.path] = request.content
            return httpx.Response(200, headers={"ETag": 'W/"weak"'})
        if request.url.path.endswith("/direct"):
            return answer(json={"job_id": "j-1", "parts": links})
        completed.append(json.loads(request.content))
        return answer(json={"job_id": "j-1", "status": "pending"})

    world.run(world.client(server).ocr.process_file(("a.pdf", parts["file"].encode())))
    assert sent == {f"/{number}": text.encode() for number, _, _, text in parts["parts"]}
    assert {part["etag"] for part in completed[0]["parts"]} == {"weak"}
