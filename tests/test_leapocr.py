"""LeapOCR's door: documents in, text out, and everything that can come in between."""

from __future__ import annotations

import json
import pickle
import threading
from typing import Any

import httpx
import pytest
from conftest import Script, World, answer

import leapocr_dyn
from leapocr_dyn import Format, Model, PollOptions, ProcessOptions, errors
from leapocr_dyn.services import leapocr as door

PDF = ("scan.pdf", b"%PDF-1.7 0123456789")
CREATED = "2026-03-01T09:30:00Z"
QUICK = PollOptions(poll_interval=2, max_wait=60)


class Service:
    """LeapOCR with one job. states: what its status says, one after the other; pages: how many it has.

    results: answers to the first questions for results; None is the page that was asked for.
    """

    def __init__(self, *states: Any, pages: int = 1, results: tuple[httpx.Response | None, ...] = ()) -> None:
        self._states = [state if isinstance(state, dict) else {"status": state} for state in states or ("completed",)]
        self._pages = pages
        self._results = list(results)
        self._lock = threading.Lock()
        self.bodies: list[Any] = []
        self.lines: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.lines.append(f"{request.method} {request.url.path}")
            if request.url.host == "storage.test":
                return httpx.Response(200, headers={"ETag": '"e"'})
            if request.method == "POST":
                self.bodies.append(json.loads(request.content))
            return self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        begun = {"job_id": "j-1", "status": "pending", "created_at": CREATED}
        what = request.url.path.split("/")[3] if request.url.path.startswith("/v1/ocr/") else ""
        if request.url.path.endswith("/direct"):
            last = self.bodies[-1]["file_size"] - 1
            part = {"part_number": 1, "start_byte": 0, "end_byte": last, "upload_url": "https://storage.test/1"}
            return answer(json={"job_id": "j-1", "parts": [part]})
        if what == "status":
            state = self._states.pop(0) if len(self._states) > 1 else self._states[0]
            return answer(json={"id": "j-1", "created_at": CREATED, **state})
        if what == "result":
            return (self._results.pop(0) if self._results else None) or self._result(request)
        return answer(json=begun)

    def _result(self, request: httpx.Request) -> httpx.Response:
        page, limit = (int(request.url.params.get(name, default)) for name, default in (("page", 1), ("limit", 100)))
        numbers = range((page - 1) * limit + 1, min(page * limit, self._pages) + 1)
        pages = [{"page_number": number, "result": f"text {number}", "id": f"p{number}"} for number in numbers]
        pagination = {"page": page, "limit": limit, "total": self._pages, "total_pages": -(-self._pages // limit)}
        status = self._states[-1]["status"]
        return answer(json={"job_id": "j-1", "status": status, "pages": pages, "pagination": pagination})


# -- from a file to its text


def test_a_file_becomes_text(world: World) -> None:
    """Announce, send, complete, wait, read: one call."""
    service = Service("pending", "processing", "completed", pages=2)
    result = world.run(world.client(service).ocr.process_and_wait(PDF))
    assert (result.job_id, str(result.status), result.text) == ("j-1", "completed", "text 1\n\ntext 2")
    assert [line.removeprefix("GET /v1/ocr") for line in service.lines if line.startswith("GET")] == [
        "/status/j-1",
        "/status/j-1",
        "/status/j-1",
        "/result/j-1",
    ]


def test_a_file_can_be_sent_and_waited_for_later(world: World) -> None:
    """process_file gives a ProcessResult, whose job wait_until_done brings to its end."""
    client = world.client(Service())
    begun = world.run(client.ocr.process_file(PDF))
    assert (begun.job_id, str(begun.status), begun.estimated_completion) == ("j-1", "pending", None)
    assert begun.created_at.isoformat() == "2026-03-01T09:30:00+00:00"
    assert world.run(client.ocr.wait_until_done(begun.job_id)).text == "text 1"


def test_a_url_is_fetched_by_the_service(world: World) -> None:
    """process_url sends the address only."""
    service = Service()
    begun = world.run(world.client(service).ocr.process_url("https://example.com/a.pdf"))
    assert begun.job_id == "j-1"
    assert service.bodies == [{"url": "https://example.com/a.pdf", "format": "markdown", "model": "standard-v2"}]


@pytest.mark.parametrize("pages", [0, 1, 100, 101, 250])
def test_all_pages_are_read(world: World, pages: int) -> None:
    """The service gives a hundred at a time; a result holds them all, in order."""
    result = world.run(world.client(Service(pages=pages)).ocr.wait_until_done("j-1"))
    assert [page.page_number for page in result.pages] == list(range(1, pages + 1))


def test_a_job_that_is_partially_done_is_returned(world: World) -> None:
    """Some pages could not be read; the others are paid for and there, and the status says so."""
    result = world.run(world.client(Service("partially_done", pages=3)).ocr.wait_until_done("j-1"))
    assert (str(result.status), len(result.pages)) == ("partially_done", 3)


def test_a_job_that_failed_says_why(world: World) -> None:
    """JobFailedError, of the service's own family, with the reason and the job."""
    service = Service({"status": "failed", "error_message": "the file is encrypted"})
    with pytest.raises(door.JobFailedError, match="the file is encrypted") as caught:
        world.run(world.client(service).ocr.process_and_wait(PDF))
    assert caught.value.job_id == "j-1"
    assert isinstance(caught.value, errors.JobFailedError)


def test_a_job_that_takes_too_long_goes_on(world: World) -> None:
    """JobTimeoutError, which is Python's TimeoutError, after max_wait seconds and no more."""
    began = world.clock.now()
    with pytest.raises(TimeoutError, match="It goes on") as caught:
        world.run(world.client(Service("processing")).ocr.wait_until_done("j-1", PollOptions(max_wait=20)))
    assert isinstance(caught.value, door.JobTimeoutError)
    assert world.clock.now() - began == pytest.approx(20)


def test_a_result_that_is_not_ready_though_the_status_says_so_is_asked_for_again(world: World) -> None:
    """Status and result are two services: a 202 after `completed` is patience, not an error; also between pages."""
    early = answer(202, {"job_id": "j-1", "status": "processing"})
    assert world.run(world.client(Service(results=(early, early))).ocr.wait_until_done("j-1", QUICK)).text == "text 1"
    between = Service(pages=250, results=(None, early))
    assert len(world.run(world.client(between).ocr.wait_until_done("j-1", QUICK)).pages) == 250
    never = Service(results=(early,) * 1000)
    with pytest.raises(errors.JobTimeoutError, match="its result was not ready in time"):
        world.run(world.client(never).ocr.wait_until_done("j-1", QUICK))
    assert sum(world.slept) <= 2 * QUICK.max_wait


def test_progress_is_told_as_job_statuses(world: World) -> None:
    """on_progress gets a JobStatus after each question; what it raises ends the wait."""
    told: list[Any] = []
    states = [{"status": "processing", "processed_pages": number, "total_pages": 4} for number in (1, 2)]
    client = world.client(Service(*states, "completed"))
    world.run(client.ocr.wait_until_done("j-1", PollOptions(on_progress=told.append)))
    assert [(status.job_id, status.processed_pages, status.progress) for status in told][:2] == [
        ("j-1", 1, 25.0),
        ("j-1", 2, 50.0),
    ]

    def stop(status: Any) -> None:
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        world.run(client.ocr.wait_until_done("j-1", PollOptions(on_progress=stop)))


def test_the_answer_to_completing_may_get_lost(world: World) -> None:
    """The job's own status shows that it began: nothing is completed twice, and the job is known all the same."""
    for call in ("process_file", "process_and_wait"):
        service = Service("processing", "completed")

        def server(request: httpx.Request, service: Service = service) -> httpx.Response:
            reply = service(request)
            if request.url.path.endswith("/complete"):
                raise httpx.ReadTimeout("no answer")
            return reply

        result = world.run(getattr(world.client(server).ocr, call)(PDF))
        assert result.job_id == "j-1"
        assert sum("complete" in line for line in service.lines) == 1


def test_an_upload_without_a_job_id_is_the_servers_mistake(world: World) -> None:
    """It cannot be waited for, and a sentence says so."""

    service = Service()

    def forgets(request: httpx.Request) -> httpx.Response:
        reply = service(request)
        return answer(json={}) if request.url.path.endswith("/complete") else reply

    with pytest.raises(errors.ContractError, match="does not say as which job"):
        world.run(world.client(forgets).ocr.process_and_wait(PDF))


# -- options


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        (None, {"format": "markdown", "model": "standard-v2"}),
        (ProcessOptions(), {"format": "markdown", "model": "standard-v2"}),
        (ProcessOptions(format=Format.MARKDOWN, model=Model.PRO_V2), {"format": "markdown", "model": "pro-v2"}),
        (ProcessOptions(format="markdown", model="new-v9"), {"format": "markdown", "model": "new-v9"}),
        (ProcessOptions(template_slug="invoice"), {"template_slug": "invoice"}),
        (
            ProcessOptions(extract_bounding_boxes=False),
            {"format": "markdown", "model": "standard-v2", "extract_bounding_boxes": False},
        ),
        (
            ProcessOptions(format="structured", schema={"type": "object"}, instructions="totals"),
            {"format": "structured", "model": "standard-v2", "schema": {"type": "object"}, "instructions": "totals"},
        ),
    ],
)
def test_options_are_sent_as_the_api_spells_them(world: World, options: Any, sent: dict[str, Any]) -> None:
    """Enum members and plain text alike; what was not chosen is not sent."""
    service = Service()
    world.run(world.client(service).ocr.process_file(PDF, options))
    file = {"file_name": "scan.pdf", "file_size": 19, "content_type": "application/pdf"}
    assert service.bodies[0] == file | sent


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (ProcessOptions(template_slug="invoice", format=Format.MARKDOWN), "template_slug"),
        (ProcessOptions(template_slug="invoice", model="pro-v2"), "template_slug"),
        (ProcessOptions(format=Format.STRUCTURED), "schema"),
        (ProcessOptions(format="structured", schema={}), "schema"),
        (ProcessOptions(schema={"type": "object"}), "schema"),
        (ProcessOptions(instructions="totals"), "instructions"),
        (ProcessOptions(format="structured", schema={"type": "object"}, instructions="x" * 101), "instructions"),
    ],
)
def test_options_that_exclude_each_other_never_leave(world: World, options: ProcessOptions, field: str) -> None:
    """A ValidationError names the option, before anything is sent."""
    service = Service()
    for call, given in (("process_file", PDF), ("process_url", "https://example.com/a.pdf")):
        with pytest.raises(door.ValidationError) as caught:
            world.run(getattr(world.client(service).ocr, call)(given, options))
        assert caught.value.field == field
    assert service.lines == []


def test_an_address_that_is_too_long_never_leaves(world: World) -> None:
    """At most 2000 characters; the server judges the rest."""
    service = Service()
    with pytest.raises(door.ValidationError, match="url"):
        world.run(world.client(service).ocr.process_url("https://example.com/" + "x" * 1981))
    assert service.lines == []


@pytest.mark.parametrize("options", [{"poll_interval": 0}, {"max_wait": -1}, {"max_wait": float("nan")}])
def test_a_patience_that_cannot_be_is_refused(options: dict[str, Any]) -> None:
    """Seconds above nothing."""
    with pytest.raises(errors.ConfigurationError, match="must be a number above 0"):
        PollOptions(**options)


# -- jobs one by one


def test_a_status_is_a_view_with_the_services_names(world: World) -> None:
    """job_id, progress in percent, updated_at; and every further field that the server sent."""
    state = {"status": "processing", "processed_pages": 1, "total_pages": 3, "file_name": "a.pdf", "mood": "fine"}
    status = world.run(world.client(Service(state)).ocr.get_job_status("j-1"))
    assert (status.job_id, str(status.status), round(status.progress, 1)) == ("j-1", "processing", 33.3)
    assert (status.file_name, status["mood"], status.error_message) == ("a.pdf", "fine", None)


def test_a_state_that_nobody_knew_is_usable(world: World) -> None:
    """A server that grew is no error."""
    status = world.run(world.client(Service("reticulating")).ocr.get_job_status("j-1"))
    assert str(status.status) == "reticulating"


def test_results_come_in_slices(world: World) -> None:
    """get_results reads one slice; page and limit are checked before they leave."""
    client = world.client(Service(pages=250))
    result = world.run(client.ocr.get_results("j-1", page=2, limit=100))
    assert [page.page_number for page in result.pages] == list(range(101, 201))
    assert (result.pagination.page, result.pagination.total) == (2, 250)
    for wrong in ({"page": 0}, {"limit": 0}, {"limit": 1001}):
        with pytest.raises(door.ValidationError):
            world.run(client.ocr.get_results("j-1", **wrong))


def test_results_of_a_running_job_are_a_job_error(world: World) -> None:
    """202 is no result: the error says how to wait."""
    early = answer(202, {"job_id": "j-1", "status": "processing"})
    with pytest.raises(door.JobError, match="wait_until_done waits for it") as caught:
        world.run(world.client(Service(results=(early,))).ocr.get_results("j-1"))
    assert (caught.value.job_id, caught.value.status_code) == ("j-1", 202)


def test_deleting_a_job_gives_nothing(world: World) -> None:
    """204 without a body is a success; a job that is gone is a NotFoundError."""
    script = Script(httpx.Response(204))
    assert world.run(world.client(script).ocr.delete_job("j-1")) is None
    assert (script.requests[0].method, script.requests[0].url.path) == ("DELETE", "/v1/ocr/delete/j-1")
    with pytest.raises(door.NotFoundError):
        world.run(world.client(Script(answer(404))).ocr.delete_job("j-1"))


@pytest.mark.parametrize("job_id", ["../models", "a/b", "?x", "#y", "%2e%2e"])
def test_a_job_id_stays_in_its_place(world: World, job_id: str) -> None:
    """Whatever text it is, it reaches no other route: quoted, or refused."""
    script = Script(answer(404))
    with pytest.raises((errors.NotFoundError, errors.ValidationError)):
        world.run(world.client(script).ocr.get_job_status(job_id))
    for request in script.requests:
        head, _, last = request.url.raw_path.rpartition(b"/")
        assert (head, request.url.query) == (b"/v1/ocr/status", b"")
        assert last not in (b".", b"..")


@pytest.mark.parametrize(
    ("reply", "healthy"),
    [
        (answer(json={"status": "healthy"}), True),
        (answer(503, {"status": "down"}), False),
        (answer(401), False),
        (httpx.ConnectError("refused"), False),
        (httpx.Response(200, html="<h1>Sorry</h1>"), False),
    ],
    ids=["healthy", "down", "wrong key", "gone", "a proxy"],
)
def test_health_is_a_plain_yes_or_no(world: World, reply: Any, healthy: bool) -> None:
    """Asked once, and nothing is raised."""
    script = Script(reply)
    assert world.run(world.client(script).health()) is healthy
    assert script.calls == 1


# -- whose errors


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (answer(400, {"code": "VALIDATION_ERROR", "error": "no"}), door.ValidationError, "400 VALIDATION_ERROR: no"),
        (answer(401, {"code": "AUTHENTICATION_ERROR"}), door.AuthenticationError, "is the key right?"),
        (
            answer(402, {"code": "LESS_CREDITS", "error": {"message": "none left"}}),
            door.InsufficientCreditsError,
            "none",
        ),
        (answer(400, {"code": "LESS_CREDITS"}), door.InsufficientCreditsError, "LESS_CREDITS"),
        (answer(403), door.ForbiddenError, "not allowed"),
        (answer(404), door.NotFoundError, "no such thing"),
        (answer(409, {"code": "CONFLICT", "message": "begun before"}), door.ConflictError, "begun before"),
        (answer(429, {}, retry_after="60"), door.RateLimitError, "too many requests"),
        (answer(500, {"code": "SYSTEM_ERROR"}), door.ServerError, "SYSTEM_ERROR"),
        (httpx.Response(200, html="<h1>Log in</h1>"), door.DecodeError, "text/html"),
        (httpx.ConnectError("refused"), door.ConnectionError, "cannot be reached"),
        (httpx.ReadTimeout("silent"), door.TimeoutError, "no answer from api.test within 30 s"),
    ],
)
def test_every_failure_is_the_services_own_and_the_shared_one(world: World, reply: Any, kind: Any, said: str) -> None:
    """`except LeapOCRError` catches everything, `except errors.RateLimitError` holds for every service."""
    with pytest.raises(kind, match=f"get_job_status: .*{said}".replace("?", r"\?")) as caught:
        world.run(world.client(Script(reply), max_retries=0).ocr.get_job_status("j-1"))
    assert isinstance(caught.value, leapocr_dyn.LeapOCRError)
    assert isinstance(caught.value, kind.__bases__[0])
    assert type(pickle.loads(pickle.dumps(caught.value))) is kind


def test_results_can_be_pickled(world: World) -> None:
    """A worker process may read, and its parent may print."""
    result = world.run(world.client(Service(pages=3)).ocr.wait_until_done("j-1"))
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert again.text == result.text


@pytest.mark.parametrize("options", [{"format": "markdown"}, "markdown", PollOptions()])
def test_options_of_another_kind_are_refused_with_an_example(world: World, options: Any) -> None:
    """A dict, a word or the other options in their place: one sentence, and nothing is sent."""
    script = Script(answer())
    with pytest.raises(TypeError, match=r"options are ProcessOptions\(\.\.\.\).*write for example ProcessOptions"):
        world.run(world.client(script).ocr.process_file(b"%PDF-1.4", options))
    assert script.calls == 0


def test_a_result_serves_as_a_job_id(world: World) -> None:
    """What process_file returned can be handed on as it is; what has no id is refused."""
    client = world.client(Script(answer(json={"id": "7", "status": "completed"})))
    status = world.run(client.ocr.get_job_status("7"))
    assert world.run(client.ocr.get_job_status(status)).job_id == "7"
    for wrong in (None, "", 7):
        with pytest.raises(errors.ValidationError, match="a job's id is text"):
            world.run(client.ocr.get_job_status(wrong))
