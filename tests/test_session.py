"""One call: what is sent again and what is not, how long it waits, and where credentials go."""

from __future__ import annotations

import io
import logging
import pickle
import traceback
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from conftest import KEY, URL, Script, World, answer, told

import leapocr_dyn
from leapocr_dyn import errors, retry
from leapocr_dyn.api import Api
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.plan import Plan
from leapocr_dyn.session import Session

GONE = httpx.ConnectError("refused")
SILENT = httpx.ReadTimeout("no answer")
HUNG_UP = httpx.RemoteProtocolError("hung up")
HALF = httpx.Response(200, headers={"content-type": "application/json"}, content=b'{"id": "1", "sta')
HTML = httpx.Response(200, html="<h1>Log in</h1>")
ANNOUNCEMENT: dict[str, Any] = {"file_name": "a.pdf", "file_size": 1, "content_type": "application/pdf"}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "GET": ("getJobStatus", {"job_id": "1"}),
    "DELETE": ("deleteJob", {"job_id": "1"}),
    "POST that may be repeated": ("directUpload", ANNOUNCEMENT),
    "POST": ("uploadFromRemoteURL", {"url": "https://example.com/a.pdf"}),
}


def ask(world: World, server: Any, what: str = "GET", deadline: float | None = None, **settings: Any) -> Any:
    """What a session gets for one of the calls."""
    operation, arguments = CALLS[what]
    return world.run(world.client(server, **settings)._session.ask(operation, arguments, deadline=deadline))


# -- money


@pytest.mark.parametrize(
    ("failure", "attempts"),
    #                     GET, DELETE, a POST that may be repeated, a POST that costs money
    [
        (GONE, (4, 4, 4, 4)),
        (SILENT, (4, 4, 4, 1)),
        (HUNG_UP, (4, 4, 4, 1)),
        (answer(408), (4, 4, 4, 1)),
        (answer(429), (4, 4, 4, 4)),
        (answer(500), (4, 4, 4, 1)),
        (answer(502), (4, 4, 4, 1)),
        (answer(503), (4, 4, 4, 1)),
        (answer(503, retry_after="1"), (4, 4, 4, 4)),
        (answer(504), (4, 4, 4, 1)),
        (answer(524), (4, 4, 4, 1)),
        (answer(501), (1, 1, 1, 1)),
        (answer(302, location="https://elsewhere.test"), (1, 1, 1, 1)),
        (answer(400), (1, 1, 1, 1)),
        (answer(401), (1, 1, 1, 1)),
        (answer(402), (1, 1, 1, 1)),
        (answer(403), (1, 1, 1, 1)),
        (answer(404), (1, 1, 1, 1)),
        (answer(409), (1, 1, 1, 1)),
        (answer(422), (1, 1, 1, 1)),
        (HALF, (4, 0, 4, 1)),
        (HTML, (1, 0, 1, 1)),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else str(getattr(one, "status_code", "")),
)
def test_what_is_safe_is_repeated_and_money_is_spent_once(
    world: World, failure: httpx.Response | Exception, attempts: tuple[int, ...]
) -> None:
    """The table of (method, failure) -> attempts, with three retries allowed."""
    for what, expected in zip(CALLS, attempts, strict=True):
        if not expected:
            continue  # whatever a DELETE's success says, it is done
        script = Script(failure)
        with pytest.raises(errors.Error) as caught:
            ask(world, script, what)
        assert (what, script.calls) == (what, expected)
        assert caught.value.attempts == expected
        unknown = what == "POST" and failure in (SILENT, HUNG_UP)
        assert isinstance(caught.value, errors.SubmissionUnknownError) is unknown


EVERY: dict[str, dict[str, Any]] = {
    "getJobStatus": {"job_id": "1"},
    "getJobResult": {"job_id": "1"},
    "getHealthStatus": {},
    "listOCRModels": {},
    "deleteJob": {"job_id": "1"},
    "directUpload": ANNOUNCEMENT,
    "completeDirectUpload": {"job_id": "1", "parts": [{"part_number": 1, "etag": "e"}]},
    "uploadFromRemoteURL": {"url": "https://example.com/a.pdf"},
}
COSTS = {"completeDirectUpload", "uploadFromRemoteURL"}


def test_every_operation_of_the_service_has_its_place_in_the_rule() -> None:
    """Recognition begins with two of them; a new operation has to be thought about."""
    operations = leapocr_dyn.load("leapocr").operations.values()
    assert {one.id for one in operations} == EVERY.keys()
    assert {one.id for one in operations if not one.repeatable} == COSTS


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    ("failure", "always", "kind"),
    [
        (GONE, True, errors.ConnectionError),
        (answer(429), True, errors.RateLimitError),
        (answer(503, retry_after="1"), True, errors.ServerError),
        (answer(500), False, errors.ServerError),
        (answer(503), False, errors.ServerError),
        (answer(408), False, errors.APIError),
        (SILENT, False, errors.TimeoutError),
        (HUNG_UP, False, errors.ConnectionError),
    ],
    ids=["unreachable", "429", "503, later", "500", "503", "408", "silence", "hung up"],
)
def test_no_operation_that_costs_is_sent_twice(
    name: str, failure: httpx.Response | Exception, always: bool, kind: type[errors.Error]
) -> None:
    """What was refused before anybody looked is sent again; what may have been accepted is not, and says so."""
    world = World("blocking")
    sent: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        if failure not in (SILENT, HUNG_UP) or request.method != "GET" or name not in COSTS:
            return told(failure)
        return answer(404)  # to the question whether an upload was completed

    client = world.client(server, token=KEY, max_retries=2)
    unknown = name in COSTS and failure in (SILENT, HUNG_UP)
    with pytest.raises(errors.SubmissionUnknownError if unknown else kind) as caught:
        world.run(client._session.ask(name, EVERY[name]))
    assert sent.count(client.api.operations[name].method) == (3 if always or name not in COSTS else 1)
    assert caught.value.operation == client.api.operations[name].name
    assert caught.value.attempts == (3 if always or name not in COSTS else 1)
    assert type(pickle.loads(pickle.dumps(caught.value))) is type(caught.value)
    world.close()


def test_a_submit_that_is_refused_for_a_while_is_accepted_once(world: World) -> None:
    """Two 429 and a connection that never was: the fourth attempt is the only one that costs."""
    job = answer(json={"job_id": "1", "status": "pending"})
    script = Script(answer(429, retry_after="3"), GONE, answer(429), job)
    begun = world.run(world.client(script, retry_delay=0).ocr.process_url("https://example.com/a.pdf"))
    assert (begun.job_id, script.calls, world.slept) == ("1", 4, [3])


def test_retries_are_chosen_for_a_client_and_for_a_call(world: World) -> None:
    """In the settings or the config, and with_options for one call; parts of a file follow."""
    config = leapocr_dyn.ClientConfig(URL, max_retries=1, retry_delay=0)
    for settings, calls in (({}, 4), ({"max_retries": 5}, 6), ({"config": config, "base_url": URL}, 2)):
        script = Script(answer(503))
        with pytest.raises(errors.ServerError):
            world.run(world.client(script, **settings).ocr.get_job_status("1"))
        assert script.calls == calls
    for retries in (0, 2):
        script = Script(answer(503))
        client = world.client(script)
        with pytest.raises(errors.ServerError):
            world.run(client.with_options(max_retries=retries, retry_delay=0).ocr.process_file(("a.pdf", b"1")))
        assert script.calls == retries + 1


def test_a_failure_that_passes_is_not_seen(world: World) -> None:
    """Two failures and then an answer: the caller sees the answer."""
    script = Script(GONE, answer(503), answer(json={"id": "1", "status": "pending"}))
    assert ask(world, script).value.status == "pending"
    assert script.calls == 3
    assert len(world.slept) == 2


def test_no_retries_means_none(world: World) -> None:
    """max_retries=0 sends once, and sleeps never."""
    script = Script(answer(503))
    with pytest.raises(errors.ServerError):
        ask(world, script, max_retries=0)
    assert (script.calls, world.slept) == (1, [])


def test_an_unknown_fate_says_what_to_do(world: World) -> None:
    """The error names the operation, was not raised for nothing, and is a network failure of the service's own."""
    client = world.client(Script(HUNG_UP))
    with pytest.raises(leapocr_dyn.LeapOCRError, match="may have been accepted, and was not repeated") as caught:
        world.run(client.ocr.process_url("https://example.com/a.pdf"))
    assert isinstance(caught.value, errors.SubmissionUnknownError)
    assert (caught.value.operation, caught.value.attempts) == ("upload_from_remote_url", 1)
    assert isinstance(caught.value.__cause__, errors.ConnectionError)


def made_up(path: str = "/orders", **operation: Any) -> Api:
    """An Api of one POST without workflows."""
    node = {"operationId": "order", "responses": {"200": {"description": ""}}, **operation}
    info = {"title": "made up", "version": "1"}
    return leapocr_dyn.load({"openapi": "3.1.0", "info": info, "paths": {path: {"post": node}}})


def test_an_error_says_which_request_it_was(world: World) -> None:
    """By the id that the server gives, or else by the one that was sent; also where no answer came."""

    class Named(Session):
        def plan(self, operation: Operation, arguments: Mapping[str, Any]) -> Plan:
            plan = super().plan(operation, arguments)
            return plan._replace(headers={**plan.headers, "x-request-ID": "ours"})

    class Client(leapocr_dyn.Client):
        _sessions = Named

    class AsyncClient(leapocr_dyn.AsyncClient):
        _sessions = Named

    for failure, wanted in ((answer(500, x_request_id="theirs"), "theirs"), (answer(500), "ours"), (GONE, "ours")):
        server = Script(failure)
        kind: Any = Client if world.blocking else AsyncClient
        client = kind(leapocr_dyn.load("leapocr"), api_key=KEY, http_client=world.http(server), max_retries=0)
        for one in (client, client.with_options(timeout=5)):
            with pytest.raises(errors.Error) as raised:
                world.run(one.ocr.get_job_status(job_id="1"))
            assert (raised.value.request_id, server.requests[-1].headers["x-request-id"]) == (wanted, "ours")
        world.run(client.close())


def test_an_idempotency_key_makes_a_post_repeatable(world: World) -> None:
    """The server drops the second one; so it is sent again, each time with the same key."""
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
    api = made_up(parameters=[key])
    script = Script(HUNG_UP, answer(503), answer())
    client = world.client(script, api=api)
    world.run(client.default.order(idempotency_key="o-1"))
    assert [request.headers["idempotency-key"] for request in script.requests] == ["o-1"] * 3
    with pytest.raises(errors.SubmissionUnknownError):
        world.run(world.client(Script(HUNG_UP), api=api).default.order())


# -- the probe: completing an upload


COMPLETE = ("completeDirectUpload", {"job_id": "1", "parts": [{"part_number": 1, "etag": "e"}]})


@pytest.mark.parametrize(
    ("state", "completes"),
    [
        ({"id": "1", "status": "processing"}, 1),
        ({"id": "1", "status": "pending", "total_pages": 3}, 1),
        ({"id": "1", "status": "pending"}, 2),
    ],
)
def test_after_a_lost_answer_the_job_is_asked_before_it_is_completed_again(
    world: World, state: dict[str, Any], completes: int
) -> None:
    """A completion of unknown fate is repeated only if the job's status shows that it never arrived."""
    lines: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        lines.append(request.method)
        if request.method == "GET":
            return answer(json=state)
        if lines.count("POST") == 1:
            raise HUNG_UP
        return answer(json={"job_id": "1", "status": "pending"})

    world.run(world.client(server)._session.ask(*COMPLETE))
    assert lines == ["POST", "GET", "POST"][: completes + 1]


def test_a_conflict_after_a_lost_answer_is_no_refusal(world: World) -> None:
    """When the repeated completion meets "completed already", the job may well be running: the error says so."""
    pending = answer(json={"id": "1", "status": "pending"})
    script = Script(HUNG_UP, pending, answer(409), pending)
    with pytest.raises(errors.SubmissionUnknownError, match="complete_direct_upload"):
        world.run(world.client(script)._session.ask(*COMPLETE))
    assert [request.method for request in script.requests] == ["POST", "GET", "POST", "GET"]


def test_a_conflict_that_comes_first_is_a_conflict(world: World) -> None:
    """Without a lost answer before it, 409 is the server's plain word."""
    with pytest.raises(errors.ConflictError):
        world.run(world.client(Script(answer(409)))._session.ask(*COMPLETE))


def test_a_probe_that_fails_leaves_the_fate_unknown(world: World) -> None:
    """Where neither the completion nor the question after it is answered, nothing is sent twice and the error says
    so."""
    lines: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        lines.append(request.method)
        raise HUNG_UP

    with pytest.raises(errors.SubmissionUnknownError, match="complete_direct_upload") as caught:
        world.run(world.client(server)._session.ask(*COMPLETE))
    assert lines.count("POST") == 1
    assert isinstance(caught.value.__cause__, errors.ConnectionError)


# -- patience


@pytest.mark.parametrize(
    ("failure", "attempt", "waited", "draw", "pause"),
    [
        (errors.ServerError("", 500), 1, 0, 1.0, 1.0),
        (errors.ServerError("", 500), 2, 0, 1.0, 2.0),
        (errors.ServerError("", 500), 3, 0, 1.0, 4.0),
        (errors.ServerError("", 500), 4, 0, 1.0, None),
        (errors.ServerError("", 500), 1, 0, 0.0, 0.0),
        (errors.ServerError("", 500), 3, 0, 0.5, 2.0),
        (errors.ServerError("", 500), 1, 119.5, 1.0, None),
        (errors.RateLimitError("", status_code=429, retry_after=5), 1, 0, 1.0, 5.0),
        (errors.RateLimitError("", status_code=429, retry_after=0.5), 1, 0, 1.0, 1.0),
        (errors.RateLimitError("", status_code=429, retry_after=30), 1, 0, 1.0, 30.0),
        (errors.RateLimitError("", status_code=429, retry_after=31), 1, 0, 1.0, None),
    ],
)
def test_a_pause_is_drawn_up_to_a_growing_bound(
    failure: errors.Error, attempt: int, waited: float, draw: float, pause: float | None
) -> None:
    """Full jitter up to 1, 2, 4... seconds; at least what Retry-After asks; None where that is too long or too late."""
    assert retry.delay(failure, attempt, waited, retry.Policy(), lambda: draw) == pause


def test_pauses_stay_below_the_cap_and_within_the_budget(world: World) -> None:
    """However many retries are allowed: half a minute at most between two, two minutes in all."""
    with pytest.raises(errors.ServerError):
        ask(world, Script(answer(500)), max_retries=1000, retry_delay=20)
    assert 0 < max(world.slept) <= 30
    assert sum(world.slept) <= 120
    assert retry.delay(errors.ServerError("", 500), 900, 0, retry.Policy(retries=1000), lambda: 1.0) == 30


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7),
        ({"retry_after": "1.5"}, 1.5),
        ({"retry_after_ms": "2500", "retry_after": "9"}, 2.5),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:05 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 5),
    ],
)
def test_retry_after_is_the_servers_word(world: World, headers: dict[str, str], seconds: float) -> None:
    """In seconds, in milliseconds, or as a date, which counts from the answer's own Date."""
    ask(world, Script(answer(503, **headers), answer(json={"status": "pending"})), "GET", retry_delay=0)
    assert world.slept == [seconds]


def test_a_retry_after_in_the_past_or_of_nonsense_asks_for_nothing(world: World) -> None:
    """The usual pause is taken instead."""
    for text in ("Wed, 21 Oct 2015 07:28:00 GMT", "soon", "-5", ""):
        now = "Wed, 21 Oct 2026 07:28:00 GMT"
        ask(world, Script(answer(503, retry_after=text, date=now), answer(json={"status": "pending"})))
    assert max(world.slept) <= 1


def test_a_long_retry_after_is_the_callers_to_decide(world: World) -> None:
    """Above half a minute nothing is slept away: the error comes at once and carries the number."""
    script = Script(answer(429, retry_after="3600"))
    with pytest.raises(errors.RateLimitError) as caught:
        ask(world, script)
    assert (caught.value.retry_after, script.calls, world.slept) == (3600, 1, [])


def test_one_deadline_spans_all_attempts(world: World) -> None:
    """A moment after which nothing is sent; what is left of it is also the timeout of the last request."""
    script = Script(answer(503))
    with pytest.raises(errors.ServerError):
        ask(world, script, deadline=world.clock.now() + 10, retry_delay=4, retry_multiplier=1, max_retries=100)
    assert sum(world.slept) < 10
    left = [request.extensions["timeout"]["read"] for request in script.requests]
    assert left == sorted(left, reverse=True)
    assert max(left) == 10


# -- secrets


SCHEMES = {
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "key"},
    "bearer": {"type": "http", "scheme": "bearer"},
}


@pytest.mark.parametrize("where", SCHEMES)
def test_a_credential_goes_where_the_document_says_and_to_our_origin_only(world: World, where: str) -> None:
    """In a header, the query or a cookie; and to no other scheme, host or port than the caller's."""
    node = {"operationId": "order", "responses": {"200": {"description": ""}}, "security": [{"it": []}]}
    document = {"openapi": "3.1.0", "info": {"title": where, "version": "1"}, "paths": {"/orders": {"post": node}}}
    api = leapocr_dyn.load({**document, "components": {"securitySchemes": {"it": SCHEMES[where]}}})
    script = Script(answer())
    client = world.client(script, api=api, token=KEY)
    world.run(client.default.order())
    assert KEY in str(script.requests[0].url) + str(list(script.requests[0].headers.raw))
    plan = client.default.order.plan()
    for elsewhere in ("https://evil.test/v1", "http://api.test/v1", "https://api.test:444/v1", "https://api.test.evil"):
        world.run(client._session.open(plan._replace(url=elsewhere)))
        assert script.requests[-1].url.host == httpx.URL(elsewhere).host
        assert KEY not in str(script.requests[-1].url) + str(list(script.requests[-1].headers.raw))


def test_a_key_shows_nowhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Not in a repr, a log record, a message, a traceback, or a pickle, even where the server repeats it."""
    caplog.set_level(logging.DEBUG)
    said = io.StringIO()
    client = world.client(Script(answer(json={"id": "1", "status": "pending"})))
    model = world.run(client.ocr.get_job_status("1"))
    session, plan = client._session, client.ocr.direct_upload.plan(**ANNOUNCEMENT)
    shown: list[Any] = [
        client,
        client.ocr,
        session.credentials,
        session.config,
        session._placements(plan, session._home),
        model,
    ]
    shown += [plan, plan.curl(), client.ocr.direct_upload, client.drift()]
    for failure in (answer(401, {"error": f"no such key: {KEY}"}), answer(302, location=f"/?key={KEY}"), HTML, GONE):
        with pytest.raises(errors.Error) as caught:
            world.run(world.client(Script(failure), max_retries=0).ocr.get_job_status("1"))
        traceback.print_exception(caught.value, file=said)
        shown += [caught.value, vars(caught.value), pickle.dumps(caught.value)]
    shown += [pickle.dumps(model), said.getvalue(), caplog.text]
    assert "no such key: ***" in said.getvalue()
    assert [one for one in shown if KEY in f"{one!r} {one!s}"] == []


def test_an_error_survives_pickling_with_all_it_knows(world: World) -> None:
    """What a worker process raises is the same in its parent: class, message and facts."""
    body = {"code": "NOT_FOUND", "error": {"message": "job not found"}}
    with pytest.raises(errors.NotFoundError) as caught:
        ask(world, Script(answer(404, body, x_request_id="7c1")))
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is type(caught.value)
    assert vars(again) == vars(caught.value)
    assert str(again) == "get_job_status: 404 NOT_FOUND: job not found (request id 7c1)"


def test_a_document_does_not_decide_where_credentials_go(world: World) -> None:
    """Without a base URL of the caller's, a key is not sent to the server that a foreign document names."""
    info = {"title": "made up", "version": "1"}
    node = {"get": {"operationId": "look", "responses": {"200": {"description": ""}}, "security": [{"key": []}]}}
    scheme = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    api = leapocr_dyn.load(
        {
            "openapi": "3.1.0",
            "info": info,
            "servers": [{"url": "https://named.test"}],
            "paths": {"/a": node},
            "components": {"securitySchemes": scheme},
        }
    )
    script = Script(answer())
    client = world.client(script, api=api, base_url=None)
    with pytest.raises(errors.ConfigurationError, match=r"pass base_url='https://named.test'"):
        world.run(client.default.look())
    with pytest.raises(errors.ConfigurationError, match=r"pass base_url='https://named.test'"):
        world.run(client.request("GET", "/b"))
    assert script.calls == 0


def test_a_page_that_echoes_the_request_does_not_show_the_key(world: World) -> None:
    """Also where the status is a success: the error's body has stars in its place."""
    page = httpx.Response(200, html=f"<pre>X-API-KEY: {KEY}</pre>")
    with pytest.raises(errors.DecodeError) as caught:
        ask(world, Script(page))
    assert KEY not in repr(vars(caught.value))
    assert "***" in (caught.value.body or "")


def test_a_strict_client_raises_where_an_answer_differs(world: World) -> None:
    """Also one that became strict by with_options; a client that is not only counts."""
    grown = answer(json={"id": "1", "status": "completed", "new": 1})
    client = world.client(Script(grown))
    world.run(client.ocr.get_job_status("1"))
    assert [surprise.what for surprise in client.drift()] == ["unknown field new"]
    with pytest.raises(errors.DriftError, match="unknown field new"):
        world.run(client.with_options(strict=True).ocr.get_job_status("1"))
