"""LeapOCR's door: documents in, text out, and everything that can come in between."""

from __future__ import annotations

import dataclasses
import json
import pickle
import threading
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import httpx
import pytest
from conftest import KEY, URL, Script, World, answer, told
from documents import json_values
from hypothesis import given, settings
from hypothesis import strategies as st

import leapocr_dyn
from leapocr_dyn import Format, Model, PollOptions, ProcessOptions, errors
from leapocr_dyn.services import leapocr as door
from leapocr_dyn.services.leapocr.options import checked_address

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
    with pytest.raises(errors.JobTimeoutError, match="its result is not ready"):
        world.run(world.client(never).ocr.wait_until_done("j-1", QUICK))
    assert sum(world.slept) == pytest.approx(QUICK.max_wait, abs=10)


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


def test_a_listener_may_fail_with_anything_and_is_heard(world: World) -> None:
    """Also with what a lost question would raise: its own exception ends the wait, at the first question."""
    for failure in (errors.ConnectionError("its own"), httpx.ConnectError("its own"), ZeroDivisionError("its own")):
        service = Service("processing")

        async def listen(status: Any, failure: Exception = failure) -> None:
            raise failure

        with pytest.raises(type(failure), match="its own"):
            world.run(world.client(service).ocr.wait_until_done("j-1", PollOptions(on_progress=listen)))
        assert len(service.lines) == 1


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


@pytest.mark.parametrize("said", [{}, None, [], {"job_id": None}, {"job_id": 7}])
def test_a_file_that_was_taken_is_not_lost_whatever_the_answer_forgets(world: World, said: Any) -> None:
    """The upload was announced and completed as a job, so its id is known without the last answer."""
    service = Service()

    def forgets(request: httpx.Request) -> httpx.Response:
        reply = service(request)
        return answer(json=said) if request.url.path.endswith("/complete") else reply

    ocr = world.client(forgets).ocr
    assert world.run(ocr.process_file(PDF)).job_id == "j-1"
    assert world.run(ocr.process_and_wait(PDF)).text == "text 1"
    batch = world.run(ocr.process_batch([PDF]))
    assert [batch.jobs[0].job_id, batch.items[0].job_id] == ["j-1", "j-1"]


@pytest.mark.parametrize("said", [{}, {"job_id": None}, {"job_id": ""}])
def test_a_url_that_was_taken_as_no_job_is_the_servers_mistake(world: World, said: Any) -> None:
    """It cannot be waited for, and must not be sent again: a sentence says so."""
    script = Script(answer(json=said))
    with pytest.raises(door.ContractError, match="does not say as which job; do not send it again") as caught:
        world.run(world.client(script).ocr.process_url("https://example.com/a.pdf"))
    assert (caught.value.operation, caught.value.status_code, script.calls) == ("upload_from_remote_url", 200, 1)


def test_a_file_whose_announcement_names_no_job_is_the_servers_mistake(world: World) -> None:
    """Known before a byte is sent."""
    part = {"part_number": 1, "start_byte": 0, "end_byte": 18, "upload_url": "https://storage.test/1"}
    for said in ({}, {"job_id": None}, {"job_id": 7}, {"job_id": ""}):
        script = Script(answer(json={"parts": [part], **said}))
        with pytest.raises(errors.ContractError, match="announced an upload that cannot be completed"):
            world.run(world.client(script).ocr.process_and_wait(PDF))
        assert script.calls == 1


# -- what goes over the wire


WIRE: dict[str, tuple[Any, str, str, Any]] = {
    "get_job_status": (("job_abc123",), "GET", "/ocr/status/job_abc123", None),
    "get_results": (("j-1", 2, 50), "GET", "/ocr/result/j-1?page=2&limit=50", None),
    "delete_job": (("j-1",), "DELETE", "/ocr/delete/j-1", None),
    "process_url": (
        ("https://example.com/a.pdf", ProcessOptions(template_slug="invoice", file_name="a.pdf")),
        "POST",
        "/ocr/uploads/url",
        {"url": "https://example.com/a.pdf", "template_slug": "invoice", "file_name": "a.pdf"},
    ),
    "direct_upload": (
        {"file_name": "a.pdf", "file_size": 1, "content_type": "application/pdf"},
        "POST",
        "/ocr/uploads/direct",
        {"file_name": "a.pdf", "file_size": 1, "content_type": "application/pdf"},
    ),
    "complete_direct_upload": (
        {"job_id": "j-1", "parts": [{"part_number": 1, "etag": "e"}]},
        "POST",
        "/ocr/uploads/j-1/complete",
        {"parts": [{"part_number": 1, "etag": "e"}]},
    ),
    "get_health_status": ({}, "GET", "/health", None),
}


@pytest.mark.parametrize("name", WIRE)
def test_a_call_is_the_request_that_the_contract_says(world: World, name: str) -> None:
    """Method, path, query and body; the key in X-API-KEY, and nowhere else."""
    given, method, path, body = WIRE[name]
    script = Script(answer(json={"id": "j-1", "job_id": "j-1", "status": "completed", "pages": []}))
    call = getattr(world.client(script).ocr, name)
    world.run(call(**given) if isinstance(given, dict) else call(*given))
    [request] = script.requests
    assert (request.method, str(request.url)) == (method, f"{URL}{path}")
    assert (json.loads(request.content) if body is not None else request.content) == (body or b"")
    assert request.headers["x-api-key"] == KEY
    assert "authorization" not in request.headers
    assert request.headers["user-agent"].startswith("leapocr-dyn/")


def test_the_models_are_for_signed_in_users(world: World) -> None:
    """The contract wants a token there and no key: without one nothing is sent, and the error says what to pass."""
    script = Script(answer(json={"models": []}))
    with pytest.raises(door.AuthenticationError, match="pass token="):
        world.run(world.client(script).ocr.list_models())
    assert script.calls == 0
    assert world.run(world.client(script, token="jwt").ocr.list_models()) == []
    assert (script.requests[0].headers["authorization"], script.requests[0].url.path) == (
        "Bearer jwt",
        "/v1/ocr/models",
    )


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
        (ProcessOptions(template_slug="invoice", save_as_template=True), "template_slug"),
    ],
)
def test_options_that_exclude_each_other_never_leave(world: World, options: ProcessOptions, field: str) -> None:
    """A ValidationError names the option, before anything is sent."""
    service = Service()
    for call, it in (("process_file", PDF), ("process_url", "https://example.com/a.pdf")):
        with pytest.raises(door.ValidationError) as caught:
            world.run(getattr(world.client(service).ocr, call)(it, options))
        assert caught.value.field == field
    assert service.lines == []


LATER = answer(429, {"code": "TOO_MANY_REQUESTS"}, retry_after="60")


@pytest.mark.parametrize("place", ["status", "result"])
@pytest.mark.parametrize(
    "reply",
    [LATER, answer(302), answer(401), answer(404), answer(500), answer(200, [])],
    ids=["429", "302", "401", "404", "500", "null"],
)
def test_whatever_fails_after_a_job_began_the_job_is_not_lost(world: World, place: str, reply: httpx.Response) -> None:
    """It is paid for: the exception names the job, in its text, too, and holds the handle that goes on with it."""
    service, broken = Service(), True

    def server(request: httpx.Request) -> httpx.Response:
        return told(reply) if broken and f"/{place}/" in request.url.path else service(request)

    options = ProcessOptions(metadata={"invoice": "7"})
    with pytest.raises(leapocr_dyn.LeapOCRError, match="j-1") as caught:
        world.run(world.client(server).ocr.process_and_wait(PDF, options, PollOptions(max_wait=30)))
    assert (caught.value.job_id, caught.value.job.metadata) == ("j-1", {"invoice": "7"})
    stored = pickle.dumps(caught.value)
    assert (pickle.loads(stored).job, KEY.encode() in stored) == (caught.value.job.token(), False)
    broken = False
    assert world.run(caught.value.job.wait()).text == "text 1"


@pytest.mark.parametrize("what", ["process_file", "process_url"])
def test_metadata_comes_back_with_the_job(world: World, what: str) -> None:
    """The service has no place for it: it is never sent, and it is there in the result, its handle and its token."""
    service = Service()
    ocr = world.client(service).ocr
    it = PDF if what == "process_file" else "https://example.com/a.pdf"
    begun = world.run(getattr(ocr, what)(it, ProcessOptions(metadata={"invoice": "7" * 9000})))
    assert "metadata" not in service.bodies[0]
    token = str(ocr.job(begun).token())
    assert begun.metadata == ocr.job(begun).metadata == ocr.resume(token).metadata == {"invoice": "7" * 9000}
    assert "metadata" not in begun.to_dict()
    assert pickle.loads(pickle.dumps(begun)).metadata == begun.metadata


@pytest.mark.parametrize("what", ["process_file", "process_url"])
@pytest.mark.parametrize("empty", [None, {}, ""])
def test_options_that_are_empty_are_none(world: World, what: str, empty: Any) -> None:
    """Before a job is paid for and after: nothing is sent of them, and nothing fails because of them."""
    options = ProcessOptions(**dict.fromkeys((field.name for field in dataclasses.fields(ProcessOptions)), empty))
    service = Service()
    it = PDF if what == "process_file" else "https://example.com/a.pdf"
    begun = world.run(getattr(world.client(service).ocr, what)(it, options))
    assert (begun.job_id, begun.metadata) == ("j-1", {})
    assert service.bodies[0].keys() & {field.name for field in dataclasses.fields(ProcessOptions)} <= {
        "format",
        "model",
        "file_name",
    }


def test_the_schema_of_a_file_that_is_waited_for_later_is_known(world: World) -> None:
    """process_file, then wait: what was asked for is what the result is held against."""
    options = ProcessOptions(format="structured", schema={"type": "object"})
    ocr = world.client(Service()).ocr
    job = ocr.job(world.run(ocr.process_file(PDF, options)))
    for result in (world.run(job.wait()), world.run(ocr.wait_until_done(job))):
        with pytest.raises(errors.ValidationError):
            result.pages[0].validate()  # it is text


@pytest.mark.parametrize("metadata", [5, "words", [1], {"a": 1}, {1: "a"}, {"a": None}, {"a": object()}])
def test_metadata_that_no_token_could_hold_never_leaves(world: World, metadata: Any) -> None:
    """Known before anything is sent, and not when the job has been paid for."""
    service = Service()
    with pytest.raises(door.ValidationError, match="metadata is a dict of text") as caught:
        world.run(world.client(service).ocr.process_and_wait(PDF, ProcessOptions(metadata=metadata)))
    assert (caught.value.field, service.lines) == ("metadata", [])


def test_a_name_for_a_document_is_no_path(world: World) -> None:
    """file_name: only its last part is sent, as of a file's own name."""
    service = Service()
    options = ProcessOptions(file_name="/home/me/../secret/invoice.pdf")
    world.run(world.client(service).ocr.process_file(PDF, options))
    assert service.bodies[0]["file_name"] == "invoice.pdf"


def test_an_address_that_is_too_long_never_leaves(world: World) -> None:
    """At most 2000 characters; the server judges the rest."""


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"model": 2}, "model"),
        ({"format": "markdwn"}, "format"),
        ({"format": "per_page_structured", "schema": {"type": "object"}}, "format"),
        ({"format": "structured", "schema": {"type": "objekt"}}, "schema"),
        ({"format": "structured", "schema": ["title"]}, "schema"),
        ({"extract_bounding_boxes": "yes"}, "extract_bounding_boxes"),
        ({"save_as_template": 1}, "save_as_template"),
        ({"file_name": "a" * 256}, "file_name"),
        ({"metadata": {"order": 42}}, "metadata"),
        ({"metadata": "order"}, "metadata"),
    ],
)
def test_an_option_that_cannot_be_right_never_leaves(world: World, given: dict[str, Any], field: str) -> None:
    """The sentence names it; nothing is replaced in silence."""
    service = Service()
    for call, what in (("process_file", PDF), ("process_and_wait", PDF), ("process_url", "https://example.com/a.pdf")):
        with pytest.raises(door.ValidationError, match=field) as caught:
            world.run(getattr(world.client(service).ocr, call)(what, ProcessOptions(**given)))
        assert caught.value.field == field
    assert service.lines == []


@pytest.mark.parametrize(
    ("limits", "options"),
    [
        ({"file_name": "a" * 255}, {}),
        ({"instructions": "x" * 100}, {"format": "structured", "schema": {"type": "object"}}),
        ({"model": "a-model-of-next-year"}, {}),
    ],
)
def test_what_is_just_within_a_limit_is_sent(world: World, limits: dict[str, Any], options: dict[str, Any]) -> None:
    """255 characters of a name, 100 of instructions, and any model by its name."""
    service = Service()
    world.run(world.client(service).ocr.process_url("https://example.com/a", ProcessOptions(**limits, **options)))
    assert service.bodies[0].items() >= limits.items()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://example.com/" + "x" * 1981, "url: must have at most 2000 characters, and has 2001"),
        ("ftp://example.com/a.pdf", "begins with https:// and names a host"),
        ("file:///etc/passwd", "begins with https:// and names a host"),
        ("https://", "names a host"),
        ("https:///a.pdf", "names a host"),
        ("example.com/a.pdf", "begins with https://"),
        ("scan.pdf", "a file goes to process_file"),
        ("", "begins with https://"),
        (None, "begins with https://"),
        (" https://example.com/a.pdf", "no spaces or line breaks"),
        ("https://example.com/a b.pdf", "a space is written %20"),
        ("https://example.com/a.pdf\n", "no spaces or line breaks"),
        ("https://exa\0mple.com/", "no spaces or line breaks"),
    ],
)
def test_an_address_that_cannot_be_right_never_leaves(world: World, url: Any, said: str) -> None:
    """http or https with a host, at most 2000 characters; what is there, the service sees for itself."""
    service = Service()
    with pytest.raises(door.ValidationError, match=said) as caught:
        world.run(world.client(service).ocr.process_url(url))
    assert (caught.value.field, service.lines) == ("url", [])
    world.run(world.client(service).ocr.process_url("http://example.com/" + "x" * 1981))


@settings(max_examples=200, deadline=None)
@given(st.text() | st.text().map("https://a.test/{}".format) | json_values)
def test_any_address_is_one_or_a_validation_error(url: Any) -> None:
    """Whatever somebody types; what is taken has a host, and no character that a URL cannot have."""
    try:
        taken = checked_address(url)
    except errors.ValidationError as error:
        refused = error
    else:
        assert (taken, bool(urlsplit(taken).hostname)) == (url, True)
        return
    assert refused.field == "url"


OPTIONS = [one.name for one in dataclasses.fields(ProcessOptions)]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(OPTIONS), json_values | st.sampled_from(["structured", "markdown", "x"])))
def test_any_options_are_a_request_or_a_validation_error(given: dict[str, Any]) -> None:
    """Whatever a program fills in; the error names the option."""
    submit = leapocr_dyn.load("leapocr").operations["uploadFromRemoteURL"]
    try:
        arguments = ProcessOptions(**given).arguments()
        plan: Any = submit.plan(URL, url="https://a.test", **arguments)
    except errors.ValidationError as error:
        named = error.fields
    else:
        named = {}
        assert json.loads(plan.body).keys() == {"url", *arguments}
    assert {field.partition("[")[0].partition(".")[0] for field in named} <= {*OPTIONS, "body"}


@pytest.mark.parametrize(
    "options",
    [{"poll_interval": 0}, {"max_wait": -1}, {"max_wait": float("nan")}, {"poll_interval": "2"}, {"max_wait": None}],
)
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


@pytest.mark.parametrize("wire", [{}, {"job_id": "j-1", "progress": 0.45}, {"status": None, "total_pages": None}])
def test_a_status_that_leaves_things_out_is_a_status(world: World, wire: dict[str, Any]) -> None:
    """Which job it is of, is known from the question; numbers are nought, and nothing is a KeyError."""
    status = world.run(world.client(Script(answer(json=wire))).ocr.get_job_status("j-1"))
    assert (status.job_id, status.processed_pages, status.total_pages, status.progress) == ("j-1", 0, 0, 0.0)
    assert (status.error_message, status.created_at, status.template_name) == (None, None, None)


PAGE = {"page_number": 2, "result": "two"}
BOXES = [None, {"type": "sticker", "bounds": None, "text": None}, {"bounds": {"x": None, "y": 1.5}}]


@pytest.mark.parametrize(
    ("pages", "text"),
    [
        (None, ""),
        ([], ""),
        ({}, ""),
        ([None, PAGE], "two"),
        ([{"page_number": None, "result": None}, PAGE], "\n\ntwo"),
        ([{**PAGE, "bounding_boxes": None, "dimensions": None, "confidence": None}], "two"),
        ([{**PAGE, "bounding_boxes": BOXES, "has_bounding_boxes": None}], "two"),
        (["a page", 7, PAGE], "two"),
    ],
)
def test_nulls_and_novelties_in_a_paid_result_lose_nothing_else(world: World, pages: Any, text: str) -> None:
    """A page, a box or a field that is not what was promised: the rest is there, as a list and as a stream."""
    wire = {"job_id": "j-1", "status": "completed", "pages": pages, "pagination": None, "completed_at": None}
    ocr = world.client(lambda request: answer(json={**wire, "id": "j-1"})).ocr
    result = world.run(ocr.wait_until_done("j-1"))
    assert (result.text, result.to_markdown().strip()) == (text, text.strip())
    assert result.to_dict()["pages"] == (pages or []) if isinstance(pages, list | None) else True
    assert world.all(ocr.stream_results("j-1")) == (result.pages if isinstance(result.pages, list) else [])


@given(st.integers(0, 12).flatmap(lambda digits: st.text("0123456789", min_size=digits, max_size=digits)))
def test_a_moment_has_a_timezone_however_fine_its_fraction(fraction: str) -> None:
    """Go writes from none to nine digits of a second; the official package made 1970 of most of them."""
    world = World("blocking")
    said = f"2026-03-01T09:30:00{'.' + fraction if fraction else ''}Z"
    wire = {"job_id": "j-1", "status": "completed", "completed_at": said, "pages": []}
    result = world.client(Script(answer(json=wire))).ocr.get_results("j-1")
    assert result.completed_at.tzinfo is not None
    assert result.completed_at.replace(microsecond=0).isoformat() == "2026-03-01T09:30:00+00:00"
    assert result.completed_at.microsecond == int(fraction[:6].ljust(6, "0"))
    assert result.to_dict()["completed_at"] == said


@pytest.mark.parametrize("said", [{}, {"id": None}, {"job_id": "j-1", "progress": 0.45}])
def test_a_job_is_known_though_an_answer_does_not_name_it(world: World, said: dict[str, Any]) -> None:
    """Every field of an answer may be missing, or be called as the service's pages call it: we know whom we asked."""
    client = world.client(lambda request: answer(json={**said, "status": "completed"}))
    assert world.run(client.ocr.get_job_status("j-1")).job_id == "j-1"
    assert world.run(client.ocr.get_results("j-1")).job_id == "j-1"
    told: list[Any] = []
    assert world.run(client.ocr.wait_until_done("j-1", PollOptions(on_progress=told.append))).job_id == "j-1"
    assert [status.job_id for status in told] == ["j-1"]


def test_a_state_that_nobody_knew_is_usable(world: World) -> None:
    """A server that grew is no error: the wait goes on to the job's end, and drift() says what was new."""
    status = world.run(world.client(Service("reticulating")).ocr.get_job_status("j-1"))
    assert str(status.status) == "reticulating"
    client = world.client(Service("reticulating", "completed"))
    assert world.run(client.ocr.wait_until_done("j-1")).text == "text 1"
    assert "JobStatusType" in str([str(one) for one in client.drift()])


def test_results_come_in_slices(world: World) -> None:
    """get_results reads one slice; page and limit are checked before they leave."""
    client = world.client(Service(pages=250))
    result = world.run(client.ocr.get_results("j-1", page=2, limit=100))
    assert [page.page_number for page in result.pages] == list(range(101, 201))
    assert (result.pagination.page, result.pagination.total) == (2, 250)
    for wrong in ({"page": 0}, {"limit": 0}, {"limit": 1001}, {"limit": "10"}, {"page": True}, {"page": 1.5}):
        with pytest.raises(door.ValidationError, match=r"(page|limit): must be") as caught:
            world.run(client.ocr.get_results("j-1", **wrong))
        assert caught.value.field in wrong
    assert len(world.run(client.ocr.get_results("j-1", page=1.0, limit=1000)).pages) == 250


def test_results_of_a_running_job_are_a_job_error(world: World) -> None:
    """202 is no result: the error says how to wait."""
    early = answer(202, {"job_id": "j-1", "status": "processing"}, x_request_id="7c1")
    with pytest.raises(door.JobError, match="wait_until_done waits for it") as caught:
        world.run(world.client(Service(results=(early,))).ocr.get_results("j-1"))
    assert (caught.value.job_id, caught.value.status_code, caught.value.request_id) == ("j-1", 202, "7c1")
    running = world.run(world.client(Service(results=(early,))).ocr.get_job_result(job_id="j-1"))
    assert (type(running).__name__, str(running.status)) == ("OCRStatusResponse", "processing")


def test_deleting_a_job_gives_nothing(world: World) -> None:
    """204 without a body is a success; a job that is gone is a NotFoundError."""
    script = Script(httpx.Response(204))
    assert world.run(world.client(script).ocr.delete_job("j-1")) is None
    assert (script.requests[0].method, script.requests[0].url.path) == ("DELETE", "/v1/ocr/delete/j-1")
    older = Script(answer(200, {"job_id": "j-1", "message": "deleted"}))
    assert world.run(world.client(older).ocr.delete_job("j-1")) is None
    with pytest.raises(door.NotFoundError):
        world.run(world.client(Script(answer(404))).ocr.delete_job("j-1"))


@given(st.text(min_size=1) | st.text("./\\%2eE?#;@:& \x00\n", min_size=1, max_size=8))
def test_a_job_id_is_one_segment_of_a_path_or_refused(job_id: str) -> None:
    """Whatever text it is, for every call that takes one: quoted so that it comes out the same, or never sent."""
    script = Script(answer(json={}))
    ocr = World("blocking").client(script).ocr
    for call, route in (("get_job_status", "status"), ("get_results", "result"), ("delete_job", "delete")):
        try:
            getattr(ocr, call)(job_id)
        except errors.ValidationError:
            continue
        path = script.requests[-1].url.raw_path.partition(b"?")[0]
        head, _, last = path.rpartition(b"/")
        assert (head, unquote_to_bytes(last)) == (b"/v1/ocr/" + route.encode(), job_id.encode())
        assert set(unquote_to_bytes(unquote_to_bytes(last)).split(b"/")).isdisjoint({b".", b".."})


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


def test_health_does_not_hide_a_mistake_of_the_callers(world: World) -> None:
    """A hook that fails is no word about the service."""

    def hook(request: Any) -> None:
        raise errors.ConfigurationError("my own mistake")

    with pytest.raises(door.ConfigurationError, match="my own mistake"):
        world.run(world.client(Script(answer()), before_send=hook).health())


def test_a_service_that_is_down_says_what_is_down(world: World) -> None:
    """503 of /health has a body of its own, which the error holds."""
    state = {"status": "down", "checks": {"queue": {"status": "down", "message": "unreachable"}}}
    with pytest.raises(door.ServerError) as caught:
        world.run(world.client(Script(answer(503, state)), max_retries=0).ocr.get_health_status())
    assert json.loads(caught.value.response or "") == state


# -- whose errors


STATUSES: dict[int, Any] = {  # Any: mypy takes classes of different signatures for plain objects
    400: door.ValidationError,
    401: door.AuthenticationError,
    402: door.InsufficientCreditsError,
    403: door.ForbiddenError,
    404: door.NotFoundError,
    409: door.ConflictError,
    410: door.NotFoundError,
    418: door.APIError,
    422: door.ValidationError,
    429: door.RateLimitError,
    500: door.ServerError,
    502: door.ServerError,
    503: door.ServerError,
    504: door.ServerError,
}


@pytest.mark.parametrize(
    ("body", "facts"),
    [
        (
            {"code": "BAD_REQUEST", "error": {"message": "no"}, "details": {"page": ["too small"]}},
            {"code": "BAD_REQUEST", "message": "no", "details": {"page": ["too small"]}},
        ),
        ({"code": "CONFLICT", "error": "no"}, {"code": "CONFLICT", "message": "no"}),
        ({"message": "no"}, {"code": None, "message": "no"}),
        ({"code": "NEW_CODE", "error": {}, "details": None}, {"code": "NEW_CODE", "details": None}),
        ({"code": 7, "error": 8, "details": 9}, {"code": "7", "message": "8", "details": 9}),
        ([], {"code": None}),
        (None, {"code": None, "details": None, "body": None, "response": None}),
        ("<h1>Bad gateway</h1>", {"code": None, "body": "<h1>Bad gateway</h1>", "response": "<h1>Bad gateway</h1>"}),
    ],
    ids=["as the contract says", "error is text", "message on top", "a new code", "numbers", "a list", "empty", "HTML"],
)
def test_every_status_has_its_class_and_all_that_is_known(world: World, body: Any, facts: dict[str, Any]) -> None:
    """Whatever the body is: class, status, code, details, request id, attempts, a sentence; and all of it pickles."""
    for status, kind in STATUSES.items():
        headers = {"X-Request-Id": "7c1"}
        reply = (
            httpx.Response(status, headers=headers)
            if body is None
            else httpx.Response(status, headers=headers, json=body)
        )
        if isinstance(body, str):
            reply = httpx.Response(status, headers=headers, html=body)
        with pytest.raises(kind) as caught:
            world.run(world.client(Script(reply), max_retries=1, retry_delay=0).ocr.get_job_status("j-1"))
        error: Any = caught.value
        assert type(error) is kind
        tries = 2 if status in (429, 500, 502, 503, 504) else 1
        known = (error.status_code, error.request_id, error.attempts, error.operation)
        assert known == (status, "7c1", tries, "get_job_status")
        # A code that the server did not give is the official package's word for the class.
        assert {name: vars(error).get(name) if name == "code" else getattr(error, name) for name in facts} == facts
        assert error.message
        assert str(error).startswith(f"get_job_status: {status}")
        twin = pickle.loads(pickle.dumps(error))
        assert (type(twin), str(twin), vars(twin)) == (kind, str(error), vars(error))


@pytest.mark.parametrize("status", [400, 402, 403, 500])
def test_too_few_credits_are_told_by_the_code_too(world: World, status: int) -> None:
    """The document says 402, the service's pages say 403: LESS_CREDITS decides."""
    reply = answer(status, {"code": "LESS_CREDITS", "error": {"message": "none left"}})
    with pytest.raises(door.InsufficientCreditsError, match="none left"):
        world.run(world.client(Script(reply)).ocr.process_url("https://example.com/a.pdf"))


def test_wrong_fields_are_told_by_name(world: World) -> None:
    """What the service says of each field of a request."""
    reply = answer(422, {"code": "VALIDATION_ERROR", "error": {"message": "no"}, "details": {"url": ["is private"]}})
    with pytest.raises(door.ValidationError) as caught:
        world.run(world.client(Script(reply)).ocr.process_url("https://example.com/a.pdf"))
    assert (caught.value.field, caught.value.fields) == ("url", {"url": ["is private"]})


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
