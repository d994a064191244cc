"""Zaguan CoreX: what its plan promises, what its published client does, and what real servers behind it answer."""

from __future__ import annotations

import ast
import asyncio
import email
import inspect
import json
import pickle
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import hypothesis
import pytest
from conftest import KEY, URL, Script, World, answer
from documents import json_values
from hypothesis import strategies as st
from test_stream import CHUNKED, Pieces, Tap, telling
from test_stream import chunk as framed
from zaguan_calls import CALLS, FILES, asked, dear

import leapocr_dyn
from leapocr_dyn import errors as shared
from leapocr_dyn.document import source, workflow
from leapocr_dyn.model.value import NOT_GIVEN
from leapocr_dyn.sandbox import Sandbox
from leapocr_dyn.services import zaguan
from leapocr_dyn.services.zaguan import (
    APIError,
    AsyncZaguanClient,
    BandAccessDeniedError,
    ChatRequest,
    Config,
    InsufficientCreditsError,
    Message,
    RateLimitError,
    StreamAccumulator,
    ZaguanClient,
    ZaguanError,
    errors,
    reconstruct_message_from_stream,
)
from leapocr_dyn.services.zaguan.models import ChatChunk

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
PLAN = SHARED / "seeds" / "004-zaguan.md"
RECORDED = SHARED / "vectors" / "litellm_openai_compatible.json"
VECTORS: dict[str, Any] = json.loads(RECORDED.read_text("utf-8")) if RECORDED.is_file() else {"vectors": []}
PUBLISHED: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "zaguan.json").read_text("utf-8"))
Make = Callable[..., Any]

USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
HELLO = {
    "id": "c-1",
    "object": "chat.completion",
    "created": 1,
    "model": "openai/gpt-4o",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello!"}, "finish_reason": "stop"}],
    "usage": {**USAGE, "completion_tokens_details": {"reasoning_tokens": 1}},
}


def chunk(delta: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """A piece of an answer; of nothing where there is no delta."""
    choices = [] if delta is None else [{"index": 0, "delta": delta}]
    return {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}


def events(*items: Any, end: str = "data: [DONE]\n\n") -> bytes:
    """Server-Sent Events of data alone."""
    return "".join(f"data: {json.dumps(one)}\n\n" for one in items).encode() + end.encode()


@pytest.fixture
def zaguan_of(world: World) -> Iterator[Make]:
    """Makes clients of this world: of a server that is a function, or of a real one's URL."""
    made: list[Any] = []

    def make(server: Any, key: str = KEY, **settings: Any) -> Any:
        if not isinstance(server, str):
            settings = {"http_client": world.http(server), "clock": world.clock, **settings}
        kind = ZaguanClient if world.blocking else AsyncZaguanClient
        made.append(kind(server if isinstance(server, str) else URL, key, **settings))
        return made[-1]

    yield make
    for client in made:
        world.run(client.close())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with sound and pictures."""
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


# -- the plan that the service's client was made from: its classes and methods, line for line


def plan() -> list[ast.AST]:
    """What the plan's snippets of Python define; nothing where ../shared is absent."""
    text = PLAN.read_text("utf-8") if PLAN.is_file() else ""
    found: list[ast.AST] = []
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        # Methods stand there by themselves, indented, some below an import.
        loose = "class " not in block and "\n    def " in f"\n{block}"
        kept = [line for line in block.splitlines() if not (loose and line.startswith("from "))]
        found += ast.walk(ast.parse("\n".join(["class Client:", *kept] if loose else kept)))
    return found


def fields(node: ast.ClassDef) -> dict[str, bool]:
    """The fields of a class of the plan, and which may be left out."""
    declared = [one for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
    return {one.target.id: one.value is not None for one in declared if isinstance(one.target, ast.Name)}


CLASSES = {one.name: fields(one) for one in plan() if isinstance(one, ast.ClassDef) and fields(one)}
METHODS: dict[str, ast.FunctionDef] = {}
for _one in plan():
    if isinstance(_one, ast.FunctionDef):
        METHODS.setdefault(_one.name, _one)  # the client's __init__ stands before the exceptions'


@pytest.mark.skipif(not CLASSES, reason="../shared is absent")
def test_the_plan_is_read() -> None:
    """Ten classes and the methods of a client."""
    assert {"Config", "Message", "ChatRequest", "TokenDetails", "Usage", "Choice", "ChatResponse"} <= CLASSES.keys()
    assert {"ModelInfo", "ModelCapabilities", "CreditsBalance"} <= CLASSES.keys()
    assert {"__init__", "chat", "chat_stream", "list_models", "get_capabilities", "get_credits_balance"} <= {*METHODS}


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_of_the_plan_has_its_fields_in_its_order(name: str) -> None:
    """What may be left out there may be left out here."""
    made = getattr(zaguan, name)
    ours = list(inspect.signature(made).parameters)
    assert [one for one in ours if one in CLASSES[name]] == list(CLASSES[name])
    if name != "Config":
        required = {one.name for one in attrs.fields(made) if one.metadata.get("required")}
        assert not required & {one for one, may_be_left_out in CLASSES[name].items() if may_be_left_out}


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("kind", [ZaguanClient, AsyncZaguanClient])
def test_a_method_of_the_plan_takes_its_arguments_in_its_order(kind: type, name: str) -> None:
    """With the same defaults; None stands for what is left out."""
    arguments = METHODS[name].args
    defaults = [ast.literal_eval(one) for one in arguments.defaults]
    names = [one.arg for one in arguments.args[1:]]
    theirs: list[list[Any]] = [[one, "required"] for one in names[: len(names) - len(defaults)]]
    theirs += [list(pair) for pair in zip(names[len(theirs) :], defaults, strict=True)]
    assert agrees(kind if name == "__init__" else getattr(kind(URL, KEY), name), theirs)


def agrees(ours: Any, theirs: list[list[Any]]) -> bool:
    """Whether a call of ours takes by position what theirs takes, with the same defaults."""
    parameters = list(inspect.signature(ours).parameters.values())[: len(theirs)]
    assert [one.name for one in parameters] == [name for name, _ in theirs]
    for one, (_, default) in zip(parameters, theirs, strict=True):
        if default != "required":
            assert (None if one.default is NOT_GIVEN else one.default) == default
    return True


# -- the published client, and ours in its place


@pytest.mark.parametrize("row", PUBLISHED["rows"], ids=lambda row: row["name"])
def test_a_call_sends_what_the_published_client_sends(
    world: World, zaguan_of: Make, folder: Path, row: dict[str, Any]
) -> None:
    """The same method, path, query, headers and body; only `stream: false`, which says nothing, is left out."""
    server = Script(answer(json={"data": []}))
    kinds = {"stream": "text/event-stream", "results": "application/x-jsonl", "speech": "audio/mpeg"}
    for word, media in kinds.items():
        if row["name"].endswith(word) or row["name"] == f"create_{word}":
            server = Script(httpx.Response(200, headers={"content-type": media}, content=b""))
    given = CALLS[row["name"]](zaguan_of(server), zaguan, folder)
    if hasattr(given, "event"):
        assert world.all(given) == []
    else:
        world.run(given)
    (request,) = server.requests
    wanted = row["request"]
    assert (request.method, request.url.path, dict(request.url.params)) == (
        wanted["method"],
        "/v1" + wanted["path"],  # the test's base URL ends so
        wanted["query"],
    )
    assert {name: request.headers[name] for name in wanted["headers"]} == wanted["headers"]
    assert wanted["request_id"] in (None, request.headers["x-request-id"])
    if "form" in wanted:
        assert form(request) == wanted["form"]
    elif "json" in wanted:
        assert json.loads(request.content) == said(wanted["json"])
    else:
        assert request.content == b""


def said(body: Any) -> Any:
    """A body without `stream: false`, at any depth."""
    if isinstance(body, list):
        return [said(one) for one in body]
    if isinstance(body, dict):
        return {name: said(one) for name, one in body.items() if (name, one) != ("stream", False)}
    return body


def form(request: httpx.Request) -> dict[str, str]:
    """The fields of a multipart body, as the standard library reads them; bytes as Latin-1."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    parts: Any = email.message_from_bytes(head + request.content).get_payload()
    return {
        str(one.get_param("name", header="content-disposition")): one.get_payload(decode=True).decode("latin-1")
        for one in parts
    }


@pytest.mark.parametrize("name", PUBLISHED["signatures"])
def test_a_call_takes_what_the_published_client_takes(name: str) -> None:
    """The same names, order and defaults."""
    for kind in (ZaguanClient, AsyncZaguanClient):
        ours = kind if name == "__init__" else getattr(kind(URL, KEY), name)
        assert agrees(ours, PUBLISHED["signatures"][name])


@pytest.mark.parametrize("name", PUBLISHED["models"])
def test_a_model_has_the_fields_of_the_published_one(name: str) -> None:
    """In the same order; ours may know more."""
    ours = list(inspect.signature(getattr(zaguan, name)).parameters)
    assert [one for one in ours if one in PUBLISHED["models"][name]] == PUBLISHED["models"][name]


# -- programs, with real servers' answers, over a socket


@pytest.mark.skipif(not VECTORS["vectors"], reason="../shared is absent")
@pytest.mark.parametrize("name", ["models", "anthropic messages"])
def test_a_recorded_answer_passes_without_loss(world: World, zaguan_of: Make, name: str) -> None:
    """What the real server said is all there, fields that the document does not know as well."""
    (said,) = [one["response"]["json"] for one in VECTORS["vectors"] if one["name"] == name]
    with Sandbox(document=leapocr_dyn.load("zaguan").document, answers=VECTORS) as sandbox:
        client = zaguan_of(sandbox.url, sandbox.api_key)
        if name == "models":
            models = world.run(client.list_models())
            assert [one.to_dict() for one in models] == said["data"]
            assert (type(models[0]), models[0].owned_by, models[0]["mode"]) == (zaguan.ModelInfo, "openai", "chat")
        else:
            message = [{"role": "user", "content": "hi"}]
            found = world.run(client.messages(model="anthropic/claude-3-5-sonnet", max_tokens=20, messages=message))
            assert found.to_dict() == said
            assert (found.content[0].text, found.usage.input_tokens) == ("Hi from mock claude", 2095)


@pytest.mark.skipif(not VECTORS["vectors"], reason="../shared is absent")
def test_a_recorded_stream_passes_without_loss(world: World, zaguan_of: Make) -> None:
    """Every chunk, and the text that they are pieces of."""
    (said,) = [one["response"]["text"] for one in VECTORS["vectors"] if one["name"] == "chat stream"]
    wires = [json.loads(line[6:]) for line in said.split("\n\n") if line and line != "data: [DONE]"]
    with Sandbox(document=leapocr_dyn.load("zaguan").document, answers=VECTORS) as sandbox:
        client = zaguan_of(sandbox.url, sandbox.api_key)
        request = ChatRequest(model="openai/gpt-4o-mini", messages=[Message(role="user", content="hi")])
        stream = client.chat_stream(request)
        chunks = world.all(stream)
    assert [one.to_dict() for one in chunks] == wires
    assert stream.text == "Hello from the mock gateway, this is a streamed sentence."
    assert reconstruct_message_from_stream(chunks) == zaguan.Message(role="assistant", content=stream.text)
    assert chunks[-1].choices[0].finish_reason == "stop"


@pytest.mark.skipif(not VECTORS["vectors"], reason="../shared is absent")
@pytest.mark.parametrize(
    ("model", "kind", "message"),
    [
        ("ratelimited", RateLimitError, "litellm.RateLimitError: "),
        ("nope", errors.ValidationError, "/chat/completions: I"),
    ],
)
def test_a_recorded_refusal_is_the_exception_for_its_status(
    world: World, zaguan_of: Make, model: str, kind: type[APIError], message: str
) -> None:
    """A server that knows none of the service's types says it by the status; the rest is read where it stands."""
    with Sandbox(document=leapocr_dyn.load("zaguan").document, answers=VECTORS) as sandbox:
        client = zaguan_of(sandbox.url, sandbox.api_key)
        asked_for = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
        for way in (lambda: world.run(client.chat(asked_for)), lambda: world.all(client.chat.stream(asked_for))):
            with pytest.raises(kind) as raised:
                way()
            error = raised.value
            assert isinstance(error, APIError)
            assert isinstance(error, ZaguanError)
            assert error.message.startswith(message)
            assert error.code == str(error.status_code)
            assert error.said("type") in ("throttling_error", "invalid_request_error")
            assert error.response == next(
                one["response"]["json"]
                for one in VECTORS["vectors"]
                if one["request"].get("json", {}).get("model") == model
            )
            assert error.request_id


def exchange(method: str, path: str, body: Any, **request: Any) -> dict[str, Any]:
    """One recorded exchange."""
    return {"request": {"method": method, "path": path, **request}, "response": {"status": 200, "json": body}}


def test_a_program_runs_against_a_server_that_holds_it_against_the_document(
    world: World, zaguan_of: Make, folder: Path
) -> None:
    """Every call of the published client is right by the document, and its answer has the document's shape."""
    lines = {"status": 200, "headers": {"content-type": "application/x-jsonl"}, "text": '{"custom_id": "r"}\n'}
    results = {"method": "GET", "path": "/v1/messages/batches/batch_123/results"}
    recorded = {"vectors": [{"request": results, "response": lines}]}
    with Sandbox(document=leapocr_dyn.load("zaguan").document, answers=recorded) as sandbox:
        client = zaguan_of(sandbox.url, sandbox.api_key)
        for name, make in CALLS.items():
            given = make(client, zaguan, folder)
            found = world.all(given) if hasattr(given, "event") else world.run(given)
            assert found is not None, name
        assert {status for _, _, status in sandbox.requests} == {200}
        assert len(sandbox.requests) == len(CALLS)


def test_a_request_may_be_an_object_a_dict_or_keywords(world: World, zaguan_of: Make) -> None:
    """Keywords go over what the object says; a wrong name is refused with a hint, wherever it is, and nothing sent."""
    server = Script(answer(json=HELLO))
    client = zaguan_of(server)
    message = {"role": "user", "content": "Hello"}
    for given, named in (
        ((asked(zaguan),), {}),
        (({"model": "openai/gpt-4o", "messages": [message]},), {}),
        ((), {"model": "openai/gpt-4o", "messages": [message]}),
        ((asked(zaguan, temperature=0.5),), {"temperature": None}),
        ((asked(zaguan),), {"request_id": "r"}),
    ):
        response = world.run(client.chat(*given, **named))
        assert response.choices[0].message.content == "Hello!"
        assert response.usage.completion_tokens_details.reasoning_tokens == 1
        assert json.loads(server.requests[-1].content) == {"model": "openai/gpt-4o", "messages": [message]}
    world.run(client.chat(asked(zaguan), temperature=0))
    assert json.loads(server.requests[-1].content)["temperature"] == 0
    sent = server.calls
    wrongs: list[tuple[Callable[[], Any], str]] = [
        (lambda: client.chat(asked(zaguan), temprature=1), "did you mean 'temperature'"),
        (lambda: client.chat({"model": "m", "mesages": []}), "did you mean 'messages'"),
        (lambda: client.chat(), "chat\\(\\) needs model= and messages="),
        (lambda: client.chat("Hello"), "takes request as ChatRequest or as a dict, not 'Hello'"),
        (lambda: client.chat(asked(zaguan), stream=True), "has no argument 'stream'"),
        (lambda: client.chat_stream(asked(zaguan), strem=True), "has no argument 'strem'"),
    ]
    for wrong, said in wrongs:
        with pytest.raises(TypeError, match=said):
            world.run(wrong())
    wrongs = [
        (lambda: client.chat(model="m", messages=[{"rol": "user"}]), "role"),
        (lambda: client.chat(model="m", messages=[]), "messages"),
        (lambda: client.chat(model="m", messages=[Message(role="usr", content="x")]), "role"),  # type: ignore[arg-type]  # that is the point
        (lambda: client.chat(asked(zaguan), top_p=2), "top_p"),
        (lambda: client.chat(asked(zaguan), extra_body=5), "extra_body"),
        (lambda: client.chat(asked(zaguan), provider_specific_params=5, extra_body={}), "provider_specific_params"),
    ]
    for wrong, said in wrongs:
        with pytest.raises(errors.ValidationError, match=said):
            world.run(wrong())
    assert server.calls == sent


def test_what_an_answer_says_can_go_back(world: World, zaguan_of: Make) -> None:
    """A message of the answer goes into the next request with what only the server knows, and without its nulls."""
    said = {"role": "assistant", "content": None, "tool_calls": None, "refusal": None, "annotations": [1]}
    server = Script(answer(json={**HELLO, "choices": [{"index": 0, "message": said}]}))
    client = zaguan_of(server)
    response = world.run(client.chat(asked(zaguan)))
    assert response.choices[0].message.to_dict() == said
    messages = [Message(role="user", content="Hello"), response.choices[0].message]
    world.run(client.chat(model="m", messages=messages))
    assert json.loads(server.requests[-1].content)["messages"][1] == {
        "role": "assistant", "content": None, "refusal": None, "annotations": [1],
    }  # fmt: skip


@hypothesis.settings(max_examples=100, deadline=None)
@hypothesis.given(
    st.fixed_dictionaries(
        {},
        optional={
            "temperature": st.none() | st.floats(0, 2),
            "max_tokens": st.none() | st.integers(1, 99),
            "stop": st.none() | st.text() | st.lists(st.text(), max_size=2),
            "tools": st.none() | st.lists(st.dictionaries(st.text(max_size=3), json_values, max_size=2), max_size=2),
            "metadata": st.none() | st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
            "extra_body": st.none() | st.dictionaries(st.text(max_size=3), json_values, max_size=2),
        },
    ),
    st.text(),
)
def test_an_object_a_dict_and_keywords_say_the_same(fields: dict[str, Any], text: str) -> None:
    """Whatever stands in them: what is None is left out, and all else arrives."""
    client: Any = ZaguanClient(URL, KEY)
    given = {"model": "m", "messages": [{"role": "user", "content": text}], **fields}
    bodies = [
        json.loads(client.chat.plan(*positional, **named).body)
        for positional, named in (((zaguan.ChatRequest(**given),), {}), ((given,), {}), ((), given))
    ]
    sent = {name: value for name, value in given.items() if value is not None}
    if "extra_body" in sent:
        sent["provider_specific_params"] = sent.pop("extra_body")
    assert bodies == [sent] * 3


# -- request ids


def test_every_request_has_an_id(world: World, zaguan_of: Make) -> None:
    """The caller's, or one that is made for the call and stays the same where the call is repeated."""
    server = Script(answer(503, retry_after="1"), answer(json=[]), answer(json=HELLO))
    client = zaguan_of(server, max_retries=1)
    world.run(client.get_capabilities())
    world.run(client.chat(asked(zaguan), "mine"))
    world.run(client.chat_simple("Hello", request_id="mine, too"))
    first, again, *others = [one.headers["x-request-id"] for one in server.requests]
    assert first == again
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", first)
    assert others == ["mine", "mine, too"]


def test_an_exception_has_the_requests_id(world: World, zaguan_of: Make) -> None:
    """The service's, where it says one; otherwise the one that was sent, also where no answer came."""
    for server, wanted in (
        (Script(answer(500, x_request_id="theirs")), "theirs"),
        (Script(answer(500)), "mine"),
        (Script(httpx.ReadError("lost")), "mine"),
    ):
        with pytest.raises(ZaguanError) as raised:
            world.run(zaguan_of(server).chat(asked(zaguan), "mine"))
        assert raised.value.request_id == wanted
        with pytest.raises(ZaguanError) as raised:
            world.all(zaguan_of(server).chat_stream(asked(zaguan), "mine"))
        assert raised.value.request_id == wanted


# -- refusals

REFUSALS: list[tuple[int, Any, dict[str, str], type[APIError], dict[str, Any]]] = [
    (
        402,
        {"type": "insufficient_credits", "credits_required": 50, "credits_remaining": 3, "reset_date": "2026-01-01"},
        {},
        InsufficientCreditsError,
        {"credits_required": 50, "credits_remaining": 3, "reset_date": "2026-01-01"},
    ),
    (402, {}, {}, InsufficientCreditsError, {"credits_required": 0, "credits_remaining": 0, "reset_date": None}),
    (429, {"type": "insufficient_credits"}, {}, InsufficientCreditsError, {"retry_after": None}),
    (429, {"type": "rate_limit_exceeded", "retry_after": 7}, {}, RateLimitError, {"retry_after": 7.0}),
    (429, {"type": "throttling_error"}, {"retry-after": "9"}, RateLimitError, {"retry_after": 9.0}),
    (400, {"type": "rate_limit_exceeded"}, {}, RateLimitError, {}),
    (
        403,
        {"type": "band_access_denied", "band": "A", "required_tier": "pro", "current_tier": "free"},
        {},
        BandAccessDeniedError,
        {"band": "A", "required_tier": "pro", "current_tier": "free"},
    ),
    (403, {}, {}, BandAccessDeniedError, {"band": None, "required_tier": None, "current_tier": None}),
    (400, {"type": "band_access_denied", "band": "B"}, {}, BandAccessDeniedError, {"band": "B"}),
    (400, {"type": "other", "code": "model_not_found"}, {}, errors.ValidationError, {"code": "model_not_found"}),
    (401, {}, {}, errors.AuthenticationError, {}),
    (404, {}, {}, errors.NotFoundError, {}),
    (418, {"type": "teapot", "code": None}, {}, APIError, {"code": "teapot"}),
    (500, {}, {}, errors.ServerError, {}),
]  # fmt: skip


# In a stream only the type says which it is.
WAYS = [(way, *one) for way in ("call", "stream", "file") for one in REFUSALS]
WAYS += [("in the stream", *one) for one in REFUSALS if str(one[1].get("type")).count("_") > 0 and not one[2]]


@pytest.mark.parametrize(("way", "status", "error", "headers", "kind", "facts"), WAYS)
def test_a_refusal_is_typed_by_what_the_body_says_or_by_the_status(
    world: World,
    zaguan_of: Make,
    tmp_path: Path,
    way: str,
    status: int,
    error: dict[str, Any],
    headers: dict[str, str],
    kind: type[APIError],
    facts: dict[str, Any],
) -> None:
    """As one of the service's clients goes by the one and another by the other; the facts stand in the exception."""
    body = {"error": {"message": "no", **error}}
    server: Any = Script(httpx.Response(status, headers=headers, json=body))
    if way == "in the stream":
        server = telling(events(chunk({"content": "Hel"}), body, end=""), transfer_encoding="chunked")
    client = zaguan_of(server)
    ways: dict[str, Any] = {
        "call": lambda: world.run(client.chat(asked(zaguan))),
        "file": lambda: world.run(
            client.create_speech(None, tmp_path / "a.mp3", model="m", input="Hi", voice="alloy"),
        ),
    }
    with pytest.raises(kind) as raised:
        ways.get(way, lambda: world.all(client.chat_stream(asked(zaguan))))()
    found = raised.value
    assert type(found) is kind
    assert (found.message, found.status_code) == ("no", 200 if way == "in the stream" else status)
    assert {name: getattr(found, name) for name in facts} == facts
    again = pickle.loads(pickle.dumps(found))
    assert (type(again), str(again)) == (kind, str(found))
    assert {name: getattr(again, name) for name in facts} == facts
    assert list(tmp_path.iterdir()) == []


def test_the_exceptions_can_be_made_as_the_published_ones() -> None:
    """The same arguments in the same order, the same attributes; each is a ZaguanError and the shared class."""
    plain = APIError(404, "no such model", "rid-1")
    assert (plain.status_code, plain.message, plain.request_id) == (404, "no such model", "rid-1")
    assert str(plain) == "404: no such model (request id rid-1)"
    poor = InsufficientCreditsError("too few", 50, 3)
    assert (poor.credits_required, poor.credits_remaining, poor.status_code) == (50, 3, 402)
    assert RateLimitError("slow down", 7).retry_after == 7
    assert RateLimitError("slow down").retry_after is None
    band = BandAccessDeniedError("no", "A", required_tier="pro", current_tier="free")
    assert (band.band, band.required_tier, band.current_tier) == ("A", "pro", "free")
    kind: Any = errors.ValidationError
    wrong = kind(message="wrong", field="model", status_code=400)
    assert (wrong.message, wrong.field, wrong.status_code) == ("wrong", "model", 400)
    for name in ("RateLimitError", "InsufficientCreditsError", "NotFoundError", "TimeoutError", "FileError"):
        own = getattr(errors, name)
        assert issubclass(own, getattr(shared, name))
        assert issubclass(own, ZaguanError)
    assert issubclass(errors.AuthenticationError, APIError)
    assert issubclass(errors.ConnectionError, errors.TransportError)
    assert all(issubclass(one, APIError) for one in (InsufficientCreditsError, RateLimitError, BandAccessDeniedError))


def test_whatever_goes_wrong_is_a_zaguan_error(world: World, zaguan_of: Make, tmp_path: Path) -> None:
    """No server, a slow one, half an answer, a login page, a missing file: `except ZaguanError` catches them all."""
    for failure, kind in (
        (httpx.ConnectError("nobody"), errors.ConnectionError),
        (httpx.ConnectTimeout("slow"), errors.TimeoutError),
        (httpx.ReadTimeout("slow"), errors.SubmissionTimeoutError),
        (httpx.ReadError("lost"), errors.SubmissionUnknownError),
        (httpx.Response(200, headers={"content-type": "text/html"}, content=b"<html>"), errors.DecodeError),
        (httpx.Response(200, headers={"content-type": "application/json"}, content=b'{"id"'), errors.DecodeError),
        (httpx.Response(502, content=b"bad gateway"), errors.ServerError),
    ):
        with pytest.raises(kind) as raised:
            world.run(zaguan_of(Script(failure)).chat(asked(zaguan)))
        assert isinstance(raised.value, ZaguanError)
    with pytest.raises(errors.FileError, match="there is no file"):
        world.run(zaguan_of(Script(answer())).create_transcription(str(tmp_path / "none.mp3")))
    with pytest.raises(errors.ConfigurationError, match="api_key cannot be empty") as empty:
        zaguan_of(Script(answer()), "  ")
    assert isinstance(empty.value, ValueError)
    with pytest.raises(ValueError, match="base_url cannot be empty"):
        ZaguanClient("", "key")


# -- money


def test_what_costs_money_is_not_sent_twice(world: World, zaguan_of: Make) -> None:
    """Nothing is repeated unless max_retries asks for it; and then only what the server cannot have begun."""
    for failure, settings, calls in (
        (answer(429, retry_after="1"), {}, 1),
        (httpx.ConnectError("nobody"), {}, 1),
        (answer(429, retry_after="1"), {"max_retries": 2}, 3),
        (httpx.ConnectError("nobody"), {"max_retries": 2}, 3),
        (answer(500), {"max_retries": 2}, 1),
        (answer(503), {"max_retries": 2}, 1),
        (httpx.ReadError("lost"), {"max_retries": 2}, 1),
        (answer(429, json={"error": {"message": "no", "type": "insufficient_credits"}}), {"max_retries": 2}, 1),
    ):
        ways: list[Callable[[Any], Any]] = [
            lambda client: world.run(client.chat(asked(zaguan))),
            lambda client: world.all(client.chat_stream(asked(zaguan))),
            lambda client: world.run(client.create_transcription(b"sound")),
        ]
        for way in ways:
            server = Script(failure)
            with pytest.raises(ZaguanError):
                way(zaguan_of(server, **settings))
            assert server.calls == calls
    server = Script(answer(500), answer(json={"data": []}))
    assert world.run(zaguan_of(server, max_retries=1).list_models()) == []


# -- streams


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_stream_may_be_cut_anywhere(world: World, zaguan_of: Make, size: int) -> None:
    """In the middle of a character, of a line, of an event; the last chunk says what was used."""
    usage = chunk(None, usage=USAGE)
    content = b"\xef\xbb\xbf: hello\n\n" + events(
        chunk({"role": "assistant"}), chunk({"content": "Grüße\u2028"}), usage
    )
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    accumulator = StreamAccumulator()
    for one in world.all(zaguan_of(telling(*pieces)).chat_stream(asked(zaguan))):
        accumulator.add_chunk(one)
    assert accumulator.get_message() == zaguan.Message(role="assistant", content="Grüße\u2028")
    assert accumulator.usage.to_dict() == USAGE


def test_a_line_that_is_no_json_is_passed_over(world: World, zaguan_of: Make) -> None:
    """Some providers put notes into their streams."""
    content = (
        events(chunk({"content": "a"}), end="") + b"data: {broken\n\ndata: note\n\n" + events(chunk({"content": "b"}))
    )
    stream = zaguan_of(telling(content)).chat_stream(asked(zaguan))
    assert [one.choices[0].delta.content for one in world.all(stream)] == ["a", "b"]
    stream = zaguan_of(telling(content)).chat_stream(asked(zaguan))
    assert world.run(stream.accumulate()) == "ab"


def test_who_stops_early_closes_the_connection(world: World, zaguan_of: Make) -> None:
    """Over a socket, of which the server sees the end; nothing is sent before the first chunk is wanted."""

    def behave(connection: socket.socket, tap: Tap) -> None:
        data = b""
        while not data.endswith(b'"stream":true}'):
            data += connection.recv(65536)
        connection.sendall(CHUNKED + framed(events(chunk({"content": "a"}), end="")))
        tap.until_gone(connection)

    with Tap(behave) as tap:
        stream = zaguan_of(tap.url).chat_stream(asked(zaguan))

        async def first() -> Any:
            async with stream:
                async for one in stream:
                    return one

        if world.blocking:
            with stream:
                item = next(stream)
        else:
            item = world.run(first())
        assert item.choices[0].delta.content == "a"
        assert tap.gone.wait(10)


def test_a_stream_that_breaks_off_is_an_exception(world: World, zaguan_of: Make) -> None:
    """A connection that is lost, or an answer that is no stream."""

    def lost(request: httpx.Request) -> httpx.Response:
        class Broken(Pieces):
            def __iter__(self) -> Iterator[bytes]:
                yield from self.pieces
                raise httpx.ReadError("lost")

            async def __aiter__(self) -> Any:
                for piece in self.pieces:
                    yield piece
                raise httpx.ReadError("lost")

        body = Broken(events(chunk({"content": "a"}), end=""))
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)

    with pytest.raises(errors.ConnectionError, match="broke off in the middle of the stream"):
        world.all(zaguan_of(lost).chat_stream(asked(zaguan)))
    with pytest.raises(errors.DecodeError, match="text/html"):
        world.all(zaguan_of(telling("<html>", media="text/html")).chat_stream(asked(zaguan)))


def test_the_pieces_of_a_tools_call_are_put_together() -> None:
    """By their index, whatever comes between; an accumulator can be used again."""
    pieces: list[dict[str, Any]] = [
        {"role": "assistant", "content": None},
        {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}]},
        {"tool_calls": [{"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"x"'}}]},
        {"tool_calls": [{"index": 0, "id": None, "function": {"arguments": ": 1}"}}]},
        {"tool_calls": [{"id": "c", "type": "function", "function": {"name": "h", "arguments": "1"}}]},
    ]
    api = leapocr_dyn.load("zaguan")
    chunks = [api.converter.structure(chunk(one), api.converter.models.type("ChatChunk")) for one in pieces]
    chunks.append(
        ChatChunk(
            id="c-1", object="o", created=1, model="m", choices=[zaguan.Choice(index=0, finish_reason="tool_calls")]
        )
    )
    accumulator = StreamAccumulator()
    for one in chunks:
        accumulator.add_chunk(one)
    message = accumulator.get_message()
    assert message.content is None
    assert message.tool_calls == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}},
        {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
        {"id": "c", "type": "function", "function": {"name": "h", "arguments": "1"}},
    ]
    assert (accumulator.id, accumulator.model, accumulator.finish_reason) == ("c-1", "m", "tool_calls")
    assert [one.choices[0].delta.tool_calls[0]["function"]["arguments"] for one in chunks[3:5]] == ['{"x"', ": 1}"]
    accumulator.reset()
    assert (accumulator.get_content(), accumulator.id, accumulator.tool_calls) == ("", None, [])
    assert reconstruct_message_from_stream(chunks) == message


@hypothesis.settings(max_examples=100, deadline=None)
@hypothesis.given(
    st.lists(st.text(max_size=5), max_size=6), st.lists(st.tuples(st.integers(0, 2), st.text(max_size=5)), max_size=8)
)
def test_a_message_is_the_same_however_it_is_cut(texts: list[str], arguments: list[tuple[int, str]]) -> None:
    """Text and the arguments of any number of calls, in pieces of any size and in any order of the calls."""
    pieces: list[dict[str, Any]] = [{"role": "assistant"}, *({"content": text} for text in texts)]
    for index, text in arguments:
        pieces.append({"tool_calls": [{"index": index, "id": f"c{index}", "function": {"arguments": text}}]})
    kind = (api := leapocr_dyn.load("zaguan")).converter.models.type("ChatChunk")
    message = reconstruct_message_from_stream(api.converter.structure(chunk(one), kind) for one in pieces)
    assert (message.content or "") == "".join(texts)
    assert {one["id"]: one["function"]["arguments"] for one in message.tool_calls or ()} == {
        f"c{index}": "".join(text for at, text in arguments if at == index) for index, _ in arguments
    }


SPOKEN: list[tuple[str, dict[str, Any]]] = [
    ("message_start", {"message": {"id": "m", "type": "message", "role": "assistant", "content": [], "model": "x",
                                   "usage": {"input_tokens": 3, "output_tokens": 1}}}),
    ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
    ("ping", {}),
    ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": "Hel"}}),
    ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": "lo"}}),
    ("content_block_stop", {"index": 0}),
    ("message_delta", {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 2}}),
    ("message_stop", {}),
]  # fmt: skip


def test_anthropics_events_have_types(world: World, zaguan_of: Make) -> None:
    """Each event is given as it came; the text that they say is there as a whole, too."""
    wires = [{"type": name, **data} for name, data in SPOKEN]
    text = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in wires)
    stream = zaguan_of(telling(text, transfer_encoding="chunked")).messages_stream(dear(zaguan))
    found = world.all(stream)
    assert [one.to_dict() for one in found] == wires
    assert "".join(one.delta.text for one in found if one.type == "content_block_delta") == stream.text == "Hello"
    assert (found[-2].usage.output_tokens, found[-2].delta.stop_reason) == (2, "end_turn")
    failed = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    text += f"event: error\ndata: {json.dumps(failed)}\n\n"
    with pytest.raises(APIError, match="overloaded_error: Overloaded"):
        world.all(zaguan_of(telling(text, transfer_encoding="chunked")).messages_stream(dear(zaguan)))


def test_the_results_of_a_batch_are_lines(world: World, zaguan_of: Make) -> None:
    """Each is the JSON of one result, as text: as it came, but for blank lines."""
    lines = [json.dumps({"custom_id": f"r-{at}", "result": {"type": "succeeded", "é": at}}) for at in range(3)]
    for media in ("application/x-jsonl", "application/jsonl", "application/x-ndjson", "application/octet-stream"):
        server = telling("\n\n".join(lines) + "\n", media=media)
        assert world.all(zaguan_of(server).get_messages_batch_results("batch_123")) == lines


# -- the rest


def test_a_transcription_may_come_as_text(world: World, zaguan_of: Make) -> None:
    """srt, vtt and text come as they are, in the same model."""
    said = httpx.Response(200, headers={"content-type": "text/plain; charset=utf-8"}, content="Grüße".encode())
    client = zaguan_of(Script(said))
    assert world.run(client.create_transcription(b"sound", response_format="text")).text == "Grüße"
    assert world.run(client.create_translation(("a.mp3", b"sound"), response_format="srt")).text == "Grüße"
    detailed = {"text": "Hi", "language": "en", "duration": 1.5, "words": [{"word": "Hi", "start": 0.0}], "task": "t"}
    found = world.run(
        zaguan_of(Script(answer(json=detailed))).create_transcription(b"x", response_format="verbose_json")
    )
    assert (found.words[0]["start"], found.duration, found.to_dict()) == (0.0, 1.5, detailed)


def test_speech_goes_into_a_file(world: World, zaguan_of: Make, tmp_path: Path) -> None:
    """It gives the path; the file is whole, or not there."""
    server = Script(httpx.Response(200, headers={"content-type": "audio/mpeg"}, content=b"ID3 sound"))
    request = zaguan.AudioSpeechRequest(model="tts-1", input="Hello, world!", voice="alloy")
    path = world.run(zaguan_of(server).create_speech(request, str(tmp_path / "output.mp3"), "mine"))
    assert (path, path.read_bytes()) == (tmp_path / "output.mp3", b"ID3 sound")
    assert server.requests[0].headers["x-request-id"] == "mine"
    assert json.loads(server.requests[0].content)["speed"] == 1.0


@pytest.mark.parametrize("named", ["models", "capabilities", None])
@pytest.mark.parametrize("listed", [True, False])
def test_capabilities_are_a_list_in_whatever_shape_they_come(
    world: World, zaguan_of: Make, named: str | None, listed: bool
) -> None:
    """A list, a list under a name, or the models by their ids."""
    one = {"model_id": "m", "supports_vision": True, "supports_tools": True, "supports_reasoning": False}
    body: Any = [one] if listed else {"m": {name: said for name, said in one.items() if name != "model_id"}}
    if named is None and not listed:
        body, one = {}, {}
    found = world.run(zaguan_of(Script(answer(json={named: body} if named else body))).get_capabilities())
    assert [each.to_dict() for each in found] == ([one] if one else [])
    assert all(type(each).__name__ == "ModelCapabilities" for each in found)


def test_credits_are_read_in_both_shapes_and_page_by_page(world: World, zaguan_of: Make) -> None:
    """Two of the service's clients know two shapes; both are there. The history goes on by its cursor."""
    entry = {"id": "e", "timestamp": "2026-01-01T00:00:00Z", "credits_debited": 5, "cost": 0.25}
    server = Script(
        answer(json={"entries": [entry], "total_entries": 2, "next_cursor": "c-2"}),
        answer(json={"entries": [entry], "total": 2, "has_more": False, "next_cursor": None}),
    )
    pages = world.all(zaguan_of(server).get_credits_history.pages(limit=1))
    assert [page.entries[0].cost for page in pages] == [0.25, 0.25]
    assert (pages[0].total_entries, pages[1].total) == (2, 2)
    assert [dict(one.url.params) for one in server.requests] == [{"limit": "1"}, {"limit": "1", "cursor": "c-2"}]
    stats = {"period": "week", "total_credits_used": 7, "total_cost": 0.5, "by_model": {"m": {"credits": 7}}}
    found = world.run(zaguan_of(Script(answer(json=stats))).get_credits_stats("week"))
    assert (found.total_credits_used, found.by_model["m"]["credits"], found.to_dict()) == (7, 7, stats)
    balance = {"credits_remaining": 10, "tier": "pro", "bands": ["A"], "reset_date": None, "new": 1}
    left = world.run(zaguan_of(Script(answer(json=balance))).get_credits_balance())
    assert (left.credits_remaining, left.bands, left.reset_date, left.to_dict()) == (10, ["A"], None, balance)


def test_moderations_have_python_names(world: World, zaguan_of: Make) -> None:
    """hate/threatening is hate_threatening; on the wire it stays what it is."""
    names = [one.metadata["wire"] for one in attrs.fields(zaguan.ModerationCategories) if one.metadata.get("wire")]
    result = {
        "flagged": True,
        "categories": {name: name == "self-harm/intent" for name in names},
        "category_scores": {name: 0.9 if name == "hate/threatening" else 0.1 for name in names},
    }
    body = {"id": "m-1", "model": "text-moderation-latest", "results": [result]}
    found = world.run(zaguan_of(Script(answer(json=body))).create_moderation(input="I want to hurt someone"))
    assert found.results[0].categories.self_harm_intent is True
    assert found.results[0].category_scores.hate_threatening == 0.9
    assert found.to_dict() == body
    assert zaguan.ModerationCategories(hate=True, hate_threatening=False).to_dict() == {  # type: ignore[call-arg]  # as an answer may be
        "hate": True,
        "hate/threatening": False,
    }


def test_a_client_is_made_as_the_plan_says() -> None:
    """By position or by name, from a Config's values, with a client of httpx's own; its settings can be read."""
    with ZaguanClient("https://z.example/", "sk-secret") as client:
        assert (client.base_url, client.api_key, client.timeout) == ("https://z.example", "sk-secret", 30.0)
        assert "sk-secret" not in repr(client)
        again = pickle.loads(pickle.dumps(client.with_options(timeout=7, max_retries=2)))
        assert (again.base_url, again.api_key, again.timeout) == ("https://z.example", "sk-secret", 7)
        assert again._session.config.max_retries == 2
    config = Config(base_url="https://z.example", api_key="sk-secret")
    assert (config.timeout, "sk-secret" in repr(config)) == (None, False)
    server = Script(answer(json=HELLO))
    own = httpx.Client(transport=httpx.MockTransport(server))
    with ZaguanClient(**vars(config), http_client=own) as client:
        assert client.chat_with_system("Be brief.", "Hello").id == "c-1"
    assert not own.is_closed
    assert server.requests[0].url == "https://z.example/v1/chat/completions"
    own.close()
    with pytest.raises(TypeError, match="did you mean 'timeout'"):
        ZaguanClient("https://z.example", "key", timeuot=3)
    assert {"ChatRequest", "Message", "ZaguanClient", "RateLimitError"} <= {*dir(zaguan)}
    with pytest.raises(AttributeError, match="no attribute 'ChatReqest'"):
        zaguan.ChatReqest  # type: ignore[attr-defined]  # noqa: B018 - it is what is asked for


def test_the_document_says_nothing_in_vain() -> None:
    """Nothing had to be repaired, every model can be made, and the workflow is right by its own schema."""
    api = leapocr_dyn.load("zaguan")
    for name in api.models:
        assert api.models[name]
    for method in api.methods.values():
        assert method.signature
    assert len(api.report) == 0
    assert set(api.operations) == {method.operation.name for method in api.methods.values()}
    workflow.check(source.bundled("zaguan", "workflow") or {}, "spec/zaguan/workflow.yaml")


def test_without_a_door_the_key_is_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the command line has it."""
    monkeypatch.setenv("ZAGUAN_API_KEY", "sk-secret")
    server = Script(answer(json={"data": []}))
    own = httpx.Client(transport=httpx.MockTransport(server))
    with leapocr_dyn.load("zaguan").client(http_client=own) as client:
        assert client.list_models() == []
    assert server.requests[0].headers["authorization"] == "Bearer sk-secret"
    assert server.requests[0].url == "https://api.zaguanai.com/v1/models"
    own.close()


def test_the_readers_first_program_runs() -> None:
    """Blocking and async, from the import to the answer, over a socket."""
    from leapocr_dyn.services.zaguan import AsyncZaguanClient, ChatRequest, Message, ZaguanClient

    recorded = {"vectors": [exchange("POST", "/v1/chat/completions", HELLO)]}
    with Sandbox(document=leapocr_dyn.load("zaguan").document, answers=recorded) as sandbox:
        with ZaguanClient(base_url=sandbox.url, api_key=sandbox.api_key) as client:
            request = ChatRequest(
                model="openai/gpt-4o",
                messages=[
                    Message(role="system", content="You are a helpful assistant."),
                    Message(role="user", content="What is 2+2?"),
                ],
                temperature=0.7,
                max_tokens=150,
            )
            response = client.chat(request)
            assert response.choices[0].message.content == "Hello!"  # type: ignore[union-attr]  # as the snippet has it
            assert response.usage.total_tokens == 5

        async def main() -> str:
            async with AsyncZaguanClient(base_url=sandbox.url, api_key=sandbox.api_key) as client:
                response = await client.chat(request, request_id="mine")
                return str(response.choices[0].message.content)  # type: ignore[union-attr]  # as the snippet has it

        assert asyncio.run(main()) == "Hello!"
