"""The Claude Code API: its own examples, what its servers were seen to answer, its refusals, its streams."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import pickle
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Script, World, answer
from speaker import speaking

import leapocr_dyn
from leapocr_dyn import errors
from leapocr_dyn.sandbox import Sandbox
from leapocr_dyn.services import claude
from leapocr_dyn.services.claude import AsyncClaudeClient, ClaudeClient, Model, exceptions

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
KEY = "cc_0123456789abcdef0123456789abcdef01234567"
URL = "https://claude.test"
Json = Any  # what a server answers

COMPLETION: Json = {
    "id": "c-1",
    "model": "haiku",
    "content": "Snakes in lines",
    "usage": {"input_tokens": 6, "output_tokens": 8, "total_tokens": 14},
    "cost": 0.000138,
    "project_id": "default",
}
ITEM: Json = {"id": "0", "prompt": "Hello", "status": "completed", "content": "Hi", "cost": 4e-06, "error": None}
BATCH: Json = {
    "total": 2,
    "completed": 1,
    "failed": 1,
    "results": [
        {**ITEM, "usage": COMPLETION["usage"]},
        {**ITEM, "id": "1", "prompt": "FAIL", "status": "failed", "content": None, "usage": None, "error": "exited"},
    ],
    "total_cost": 4e-06,
    "total_tokens": 14,
}
USAGE: Json = {
    "project_id": "default",
    "period": "month",
    "total_tokens": 124,
    "total_cost": 0.000692,
    "by_model": {"haiku": {"tokens": 60, "cost": 5.6e-05}},
    "limit": 1000,
    "remaining": 876,
}
ANSWERS: dict[str, Json] = {
    "/v1/chat/completions": COMPLETION,
    "/v1/batch": BATCH,
    "/v1/usage": USAGE,
    "/health": {"status": "ok", "version": "0.1.0", "services": {"worker_pool": "running"}},
}


def recorded(name: str) -> list[Json]:
    """The exchanges of a file of ../shared/vectors; none where it is absent."""
    file = SHARED / "vectors" / name
    return list(json.loads(file.read_text("utf-8"))["vectors"]) if file.is_file() else []


def served(**answers: Json) -> Json:
    """A recording with an answer for each path."""
    return {
        "vectors": [
            {"request": {"method": method, "path": path}, "response": {"status": 200, "json": body}}
            for path, body in {**ANSWERS, **answers}.items()
            for method in (["POST"] if "complet" in path or "batch" in path else ["GET"])
        ]
    }


@pytest.fixture(scope="module")
def service() -> Iterator[Sandbox]:
    """The service on this machine: each request is held against the document, and answered as above."""
    with Sandbox(document=leapocr_dyn.load("claude").document, api_key=KEY, answers=served()) as sandbox:
        yield sandbox


def client_of(world: World, server: Any, **settings: Any) -> Any:
    """A client of this world. server: a function, which then runs on the still clock, or a real server's URL."""
    settings = {"api_key": KEY, "base_url": server if isinstance(server, str) else URL, **settings}
    if not isinstance(server, str):
        settings |= {"http_client": world.http(server), "clock": world.clock}
    client: Any = (ClaudeClient if world.blocking else AsyncClaudeClient)(**settings)
    world._clients.append(client)  # closed with the world
    return client


def routed(request: httpx.Request) -> httpx.Response:
    """The answers above, without a socket."""
    return answer(json=ANSWERS[request.url.path])


def sent(script: Script) -> Json:
    """The last body that a script was sent."""
    return json.loads(script.requests[-1].content)


# -- the service's own examples


def examples() -> list[str]:
    """The Python of the page that the service's own client is described on, with our import."""
    page = SHARED / "seeds" / "003-claude-code-api.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL) if page.is_file() else []
    return [block.replace("from client import", "from leapocr_dyn.services.claude import") for block in blocks]


@pytest.mark.skipif(not examples(), reason="../shared is absent")
def test_the_services_own_examples_run(service: Sandbox) -> None:
    """Line for line; the server is told instead of the default one, and what a page only lists is no program."""
    ran = []
    given = {name: getattr(claude, name) for name in claude.__all__}
    for block in examples():
        program = block.replace("http://localhost:8080", service.url)
        program = program.replace("ClaudeClient()", f'ClaudeClient("{service.url}")')
        try:
            code = compile(program, "page", "exec")
        except SyntaxError:
            continue
        with contextlib.redirect_stdout(io.StringIO()) as out, ClaudeClient(service.url) as client:
            exec(code, {**given, "client": client})
        ran.append(out.getvalue())
    assert [text for text in ran if text] == ["Snakes in lines\nCost: $0.0001\n", "Snakes in lines\n", "Hi\n"]
    assert len(ran) == 5


def test_a_haiku(service: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """The shortest program."""
    with ClaudeClient(base_url=service.url) as client:
        response = client.complete("Write a haiku about Python")
        print(response.content)
        print(f"Cost: ${response.cost:.4f}")
    assert capsys.readouterr().out == "Snakes in lines\nCost: $0.0001\n"


def test_a_haiku_async(service: Sandbox) -> None:
    """The same with await."""

    async def main() -> str:
        async with AsyncClaudeClient(service.url) as client:
            response = await client.complete("Hello!")
            return str(response.content)

    assert asyncio.run(main()) == "Snakes in lines"


def test_many_prompts_at_once(service: Sandbox) -> None:
    """One that failed is a result, and stops no other."""
    with ClaudeClient(service.url) as client:
        results = client.batch(["Hello", "FAIL"], model="haiku")
    assert [result.content for result in results.results if result.status == "completed"] == ["Hi"]
    assert results.results[1].error == "exited"
    assert (type(results).__name__, type(results.results[0]).__name__) == ("BatchResponse", "BatchResult")


def test_the_defaults_are_those_of_the_services_own_client() -> None:
    """Nothing has to be said, and everything can be by position."""
    with ClaudeClient("http://localhost:8080", None, "default", 30.0, 3, 1.0) as client:
        config = client._session.config
        assert (config.base_url, config.timeout, config.max_retries) == ("http://localhost:8080", 30.0, 3)
        assert (config.retry_delay, client.project_id) == (1.0, "default")


def test_all_its_names_are_there() -> None:
    """Clients, models, the enum and the exceptions; models also by themselves."""
    assert claude.__all__ == sorted(claude.__all__)
    assert [str(one) for one in Model] == ["haiku", "sonnet", "opus", "auto"]
    for name in claude.__all__:
        assert getattr(claude, name).__name__ == name
    assert claude.Response is claude.models.Response
    assert claude.Usage(1, 2, 3).total_tokens == 3
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = claude.nothing


# -- what is sent, in three worlds


def test_a_completion_takes_a_prompt_and_gives_a_response(world: World, service: Sandbox) -> None:
    """Over a real socket, checked against the document."""
    response = world.run(client_of(world, service.url).complete("Hi"))
    assert response.to_dict() == COMPLETION
    assert (response.content, response.usage.total_tokens, response.model) == ("Snakes in lines", 14, "haiku")
    assert pickle.loads(pickle.dumps(response)) == response


def test_a_prompt_becomes_a_conversation(world: World) -> None:
    """ "auto" is not sent: the service picks then; a call's own project goes before the client's."""
    script = Script(answer(json=COMPLETION))
    client = client_of(world, script, project_id="mine")
    world.run(client.complete("Hi"))
    assert sent(script) == {"messages": [{"role": "user", "content": "Hi"}], "project_id": "mine"}
    world.run(client.complete("Hi", Model.HAIKU, "yours", 20))
    chosen = {"model": "haiku", "project_id": "yours", "timeout": 20}
    assert sent(script) == {"messages": [{"role": "user", "content": "Hi"}], **chosen}
    assert script.requests[-1].headers["authorization"] == f"Bearer {KEY}"


def test_a_batch_numbers_its_prompts(world: World) -> None:
    """`parallel` is the client's own word, and stays here."""
    script = Script(answer(json=BATCH))
    world.run(client_of(world, script).batch(["a", "b"], Model.AUTO, parallel=False, timeout=9))
    prompts = [{"prompt": "a", "id": "0"}, {"prompt": "b", "id": "1"}]
    assert sent(script) == {"prompts": prompts, "project_id": "default", "timeout": 9}


def test_usage_is_that_of_a_project_and_a_period(world: World, service: Sandbox) -> None:
    """With what each model used."""
    stats = world.run(client_of(world, service.url).get_usage("week", "other"))
    assert (stats.total_tokens, stats.remaining, stats.by_model["haiku"]["tokens"]) == (124, 876, 60)
    script = Script(answer(json=USAGE))
    world.run(client_of(world, script).get_usage())
    assert dict(script.requests[0].url.params) == {"project_id": "default", "period": "month"}


def test_health_is_a_dict(world: World, service: Sandbox) -> None:
    """As the service says it."""
    assert world.run(client_of(world, service.url).health()) == ANSWERS["/health"]


def test_over_http_the_text_comes_as_one_piece(world: World, service: Sandbox) -> None:
    """The service has no other way there; nothing is sent before the first piece is wanted."""
    assert world.all(client_of(world, service.url).stream("Hi")) == ["Snakes in lines"]
    script = Script(answer(json=COMPLETION))
    stream = client_of(world, script).stream("Hi", "haiku")
    assert script.calls == 0
    world.run(stream.close())
    assert world.all(stream) == []


TOKENS = [json.dumps({"type": "token", "content": word}) for word in ("Snakes ", "in ", "lines")]
DONE = json.dumps({"type": "done", "usage": COMPLETION["usage"], "cost": 0.000138, "model": "haiku"})


def test_live_text_comes_token_by_token(world: World) -> None:
    """Over the service's WebSocket, which is asked as a completion is."""
    with speaking([*TOKENS, DONE]) as speaker:
        assert world.all(client_of(world, speaker.url).stream("Hi", "haiku", live=True)) == ["Snakes ", "in ", "lines"]
        assert world.all(client_of(world, speaker.url).stream("Hi", live=True)) == ["Snakes ", "in ", "lines"]
    asked = {"type": "chat", "messages": [{"role": "user", "content": "Hi"}], "project_id": "default"}
    assert [json.loads(message) for message in speaker.heard] == [{**asked, "model": "haiku"}, asked]
    path, headers = speaker.openings[0]
    assert (path, headers["authorization"]) == ("/v1/stream", f"Bearer {KEY}")
    assert speaker.farewells == [1000, 1000]


def test_leaving_live_text_early_closes_its_socket() -> None:
    """A `with` block ends it."""
    with speaking(TOKENS) as speaker, ClaudeClient(speaker.url) as client:
        with client.stream("Hi", live=True) as stream:
            assert next(stream) == "Snakes "
        assert speaker.left.wait(5)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Task failed: exited", exceptions.APIError),
        ("Budget exceeded for project a", claude.BudgetExceededError),
    ],
)
def test_live_text_that_fails_is_an_exception(world: World, said: str, kind: type) -> None:
    """After the tokens that came, and with the service's own words."""
    with speaking([TOKENS[0], json.dumps({"type": "error", "error": said})]) as speaker:
        with pytest.raises(kind, match=said) as raised:
            world.all(client_of(world, speaker.url).stream("Hi", live=True))
        assert isinstance(raised.value, claude.ClaudeAPIError)
        assert len(speaker.openings) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, claude.AuthenticationError), (403, claude.AuthenticationError), (404, exceptions.APIError)],
)
def test_live_text_that_is_refused_is_typed(world: World, status: int, kind: type) -> None:
    """As a completion's refusal is."""
    with speaking([], [(status, '{"detail": "no"}')]) as speaker, pytest.raises(kind):
        world.all(client_of(world, speaker.url).stream("Hi", live=True))


def test_live_text_is_checked_before_it_is_asked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong argument, or a package that is missing, is said at once."""
    client = client_of(world, routed)
    with pytest.raises(exceptions.ValidationError, match=r"messages\[0\]\.content: must be"):
        client.stream(7, live=True)
    monkeypatch.setitem(sys.modules, "websockets.protocol", None)
    with pytest.raises(exceptions.ClaudeAPIError, match="needs the package websockets"):
        client.stream("Hi", live=True)


def test_what_no_method_covers_is_there_as_an_operation(world: World) -> None:
    """By tag and name; a wrong name is refused with a hint, before anything is sent."""
    script = Script(answer(json={"recommended_model": "sonnet"}))
    client = client_of(world, script)
    assert world.run(client.completions.route(prompt="analyze this")).recommended_model == "sonnet"
    with pytest.raises(TypeError, match=r"route\(\) has no argument 'promt'; did you mean 'prompt'\?"):
        world.run(client.completions.route(promt="x"))
    with pytest.raises(TypeError, match=r"a client has no setting 'base_ulr'; did you mean 'base_url'\?"):
        client_of(world, script, base_ulr="x")
    with pytest.raises(claude.ClaudeAPIError, match="timeout: must be at most 300"):
        world.run(client.complete("Hi", timeout=301))
    with pytest.raises(errors.ValidationError, match="period: must be one of"):
        world.run(client.get_usage("year"))
    assert script.calls == 1


# -- what its servers were seen to do


CALLS: dict[str, Any] = {
    "/v1/chat/completions": lambda client, said: client.complete(
        said["messages"][0]["content"], said.get("model", "auto"), said.get("project_id"), said.get("timeout")
    ),
    "/v1/batch": lambda client, said: client.batch(
        [one["prompt"] for one in said["prompts"]], said["model"], said["project_id"]
    ),
    "/v1/usage": lambda client, said: client.get_usage(),
    "/v1/route": lambda client, said: client.completions.route(**said),
    "/health": lambda client, said: client.health(),
}
SEEN = recorded("claude_seed.json")
GOOD = [one for one in SEEN if one["response"]["status"] == 200 and one["request"]["path"] in CALLS]
BAD = [one for one in SEEN if one["response"]["status"] != 200 and "content" not in one["request"]]


@pytest.mark.skipif(not SEEN, reason="../shared is absent")
@pytest.mark.parametrize("seen", GOOD, ids=lambda seen: seen["name"])
def test_what_the_server_answered_comes_through_whole(world: World, seen: Json) -> None:
    """Sent as the service's own client sent it, and nothing of the answer is lost."""
    document = leapocr_dyn.load("claude").document
    with Sandbox(document=document, api_key=KEY, answers={"vectors": SEEN}) as sandbox:
        client = client_of(world, sandbox.url)
        found = world.run(CALLS[seen["request"]["path"]](client, seen["request"].get("json")))
    assert (found if isinstance(found, dict) else found.to_dict()) == seen["response"]["json"]
    assert client.drift() == []


REFUSALS: dict[str, type[errors.Error]] = {
    "no auth": claude.AuthenticationError,
    "bad auth": claude.AuthenticationError,
    "422": exceptions.ValidationError,
    "task failed": exceptions.ServerError,
    "task timeout": exceptions.ServerError,
    "batch empty no model": exceptions.ServerError,
    "usage bad period": exceptions.ValidationError,
    "budget exceeded": claude.BudgetExceededError,
    "404": exceptions.NotFoundError,
    "405": exceptions.APIError,
}


@pytest.mark.skipif(not SEEN, reason="../shared is absent")
@pytest.mark.parametrize("seen", BAD, ids=lambda seen: seen["name"])
def test_what_the_server_refused_is_typed(world: World, seen: Json) -> None:
    """With its status and its own words, also those that this client would not have sent."""
    request, response = seen["request"], seen["response"]
    body = {"json": response["json"]} if "json" in response else {"text": response["text"]}
    script = Script(httpx.Response(response["status"], **body))  # not the sandbox: it refuses them in words of its own
    client = client_of(world, script)
    path = request["path"] + "".join(f"?{name}={value}" for name, value in request["query"].items())
    with pytest.raises(REFUSALS[seen["name"]]) as raised:
        world.run(client.request(request["method"], path, json=request.get("json")))
    error: Any = raised.value
    assert error.status_code == response["status"]
    detail = response.get("json", {}).get("detail")
    assert error.response == response.get("json", response.get("text"))
    assert error.message == detail or not isinstance(detail, str)
    if seen["name"] == "422":
        assert error.fields == {
            "body.messages": ["Input should be a valid list"],
            "body.timeout": ["Input should be greater than or equal to 1"],
        }
    assert isinstance(error, claude.ClaudeAPIError)


@pytest.mark.skipif(not recorded("claude_seed_ratelimit.json"), reason="../shared is absent")
def test_a_rate_that_is_too_high_ends_as_it_was_seen(world: World) -> None:
    """Two answers, and then a refusal."""
    answers = {"vectors": recorded("claude_seed_ratelimit.json")}
    with Sandbox(document=leapocr_dyn.load("claude").document, api_key=KEY, answers=answers) as sandbox:
        client = client_of(world, sandbox.url, max_retries=0)
        assert [world.run(client.get_usage()).total_tokens for _ in range(2)] == [0, 0]
        with pytest.raises(claude.RateLimitError, match="Rate limit exceeded"):
            world.run(client.get_usage())


HISTORY = sorted((SHARED / "specs" / "claude-history").glob("*.json"))


@pytest.mark.skipif(not HISTORY, reason="../shared is absent")
@pytest.mark.parametrize("path", HISTORY, ids=lambda path: path.stem[:2])
def test_the_client_works_with_every_document_that_the_service_generated(world: World, path: Path) -> None:
    """Whatever its components are called, with or without projects, and where it no longer says what it answers."""
    api = leapocr_dyn.load(path, workflow=ROOT / "spec" / "claude" / "workflow.yaml")
    script = Script(answer(json=COMPLETION))
    client = client_of(world, script, api=api)
    if "complete" not in api.operations:  # the first one
        with pytest.raises(exceptions.ClaudeAPIError, match="this version of the service has no complete"):
            world.run(client.complete("Hi"))
        return
    response = world.run(client.complete("Hi", "haiku"))
    assert (response.to_dict(), response.usage.total_tokens) == (COMPLETION, 14)
    assert type(response.usage).__name__ == "Usage"
    assert sent(script).get("project_id") == ("default" if path.stem[:2] == "02" else None)
    other = client_of(world, routed, api=api)
    assert [one.status for one in world.run(other.batch(["Hello", "FAIL"])).results] == ["completed", "failed"]
    assert world.run(other.get_usage()).remaining == 876
    assert world.all(other.stream("Hi")) == ["Snakes in lines"]
    assert client.drift() == other.drift() == []


@pytest.mark.skipif(not HISTORY, reason="../shared is absent")
@pytest.mark.parametrize("path", HISTORY[1:], ids=lambda path: path.stem[:2])
def test_what_it_sends_is_what_each_of_those_documents_asks_for(path: Path) -> None:
    """A server that goes by the generated document takes every request."""
    document = json.loads(path.read_text("utf-8"))
    api = leapocr_dyn.load(path, workflow=ROOT / "spec" / "claude" / "workflow.yaml")
    with Sandbox(document=document, api_key=KEY, answers=served()) as sandbox:
        with ClaudeClient(sandbox.url, KEY, api=api) as client:
            assert client.complete("Hi", "haiku", timeout=20).content == "Snakes in lines"
            assert client.batch(["Hello", "FAIL"]).total == 2
            assert client.get_usage("week").total_tokens == 124
        assert [status for _, _, status in sandbox.requests] == [200] * 3


# -- refusals


@pytest.mark.parametrize(
    ("status", "detail", "kind", "shared", "calls"),
    [
        (401, "Invalid or revoked API key", claude.AuthenticationError, errors.AuthenticationError, 1),
        (403, "Not authenticated", claude.AuthenticationError, errors.ForbiddenError, 1),
        (429, "Budget exceeded for project a", claude.BudgetExceededError, errors.InsufficientCreditsError, 1),
        (429, "Rate limit exceeded.", claude.RateLimitError, errors.RateLimitError, 4),
        (400, "Invalid period", exceptions.ValidationError, errors.ValidationError, 1),
        (500, "Task failed", exceptions.ServerError, errors.ServerError, 1),
        (504, "too slow", exceptions.ServerError, errors.ServerError, 1),
    ],
)
def test_a_refusal_says_whose_move_it_is(
    world: World, status: int, detail: str, kind: type, shared: type, calls: int
) -> None:
    """A rate that is too high passes, and is asked again; a spent budget does not, and a completion is paid once."""
    script = Script(answer(status, json={"detail": detail}, x_request_id="r-1"))
    with pytest.raises(kind) as raised:
        world.run(client_of(world, script).complete("Hi"))
    error: Any = raised.value
    assert isinstance(error, shared)
    assert isinstance(error, claude.ClaudeAPIError)
    assert (error.status_code, error.message, error.request_id) == (status, detail, "r-1")
    assert script.calls == calls
    assert type(pickle.loads(pickle.dumps(error))) is type(error)


def test_a_failure_in_plain_text_is_one_too(world: World) -> None:
    """The server's own 500 is no JSON."""
    text = httpx.Response(500, text="Internal Server Error")
    with pytest.raises(exceptions.ServerError) as raised:
        world.run(client_of(world, Script(text)).batch(["a"]))
    assert raised.value.response == "Internal Server Error"


def test_the_breaker_says_when_to_come_back(world: World) -> None:
    """503 with Retry-After was not begun: it is asked again then."""
    script = Script(answer(503, json={"detail": "open"}, retry_after="7"), answer(json=COMPLETION))
    assert world.run(client_of(world, script).complete("Hi")).id == "c-1"
    assert world.slept == [7.0]


def test_usage_is_asked_again(world: World) -> None:
    """It costs nothing."""
    script = Script(answer(502), answer(json=USAGE))
    assert world.run(client_of(world, script).get_usage()).total_tokens == 124


@pytest.mark.parametrize(
    ("lost", "kind"),
    [(httpx.ReadTimeout("late"), claude.TimeoutError), (httpx.ReadError("gone"), exceptions.SubmissionUnknownError)],
)
def test_a_completion_without_an_answer_is_not_sent_twice(world: World, lost: Exception, kind: type) -> None:
    """It may have been paid."""
    script = Script(lost, answer(json=COMPLETION))
    with pytest.raises(kind, match="It may have been accepted, and was not repeated") as raised:
        world.run(client_of(world, script).complete("Hi"))
    assert isinstance(raised.value, exceptions.SubmissionUnknownError)
    assert script.calls == 1


def test_every_exception_of_a_client_is_the_services() -> None:
    """`except ClaudeAPIError` catches all; the branches that only other services have stay shared."""
    others = (errors.WebhookError, errors.JobError)
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Error)]
    for kind in kinds:
        error = kind("x")
        exceptions.FAMILY.adopt(error)
        assert isinstance(error, claude.ClaudeAPIError) or issubclass(kind, others) or kind is errors.Error
    assert issubclass(claude.TimeoutError, TimeoutError)
