"""LLM-CostOps: the programs of its own client run as they are; what a real server says passes without loss."""

from __future__ import annotations

import asyncio
import datetime
import json
import logging
import pickle
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Script, World, answer

import leapocr_dyn
from leapocr_dyn import errors
from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.sandbox import Sandbox
from leapocr_dyn.services import costops
from leapocr_dyn.services.costops import (
    AsyncCostOpsClient,
    ClientConfig,
    ConnectionPoolConfig,
    CostOpsClient,
    LoggingConfig,
    MetricsConfig,
    Provider,
    RateLimitConfig,
    RetryConfig,
    config,
    exceptions,
    types,
)

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
SEED = SHARED / "seeds" / "002-llm-cost-ops.md"
VECTORS = SHARED / "vectors" / "costops.json"
KEY = "your-api-key"
USE: dict[str, Any] = {
    "organization_id": "org-123",
    "provider": "openai",
    "model_id": "gpt-4",
    "input_tokens": 1000,
    "output_tokens": 500,
    "total_tokens": 1500,
}
RECORDED = {
    "usage_id": "14cdf38a-55e2-4d9b-9aa6-8ca02db5d22a",
    "organization_id": "org-123",
    "estimated_cost": 0.045,
    "currency": "USD",
    "processed_at": "2026-11-20T21:48:31.323667684Z",
}
PRICING = {
    "id": "3bedfdab-717e-4a31-b48e-3618024e650d",
    "provider": "googlevertexai",
    "model_id": "m",
    "input_price_per_1k": 0.1,
    "output_price_per_1k": "0.30",
    "currency": "USD",
    "effective_date": "2026-11-20T21:48:31.332231953Z",
    "created_at": "2026-11-20T21:48:31.332233456Z",
    "updated_at": "2026-11-20T21:48:31.332233576Z",
}
UNKNOWN: Any = vars(exceptions)["SubmissionUnknownError"]  # one of those that the family was completed with
JANUARY = (datetime.datetime(2025, 1, 1), datetime.datetime(2025, 1, 31))


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the developer's key."""
    for name in ("API_KEY", "BASE_URL", "TIMEOUT"):
        monkeypatch.delenv(f"LLM_COST_OPS_{name}", raising=False)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The document behind a real socket, which holds every request against it; programs find it by the environment."""
    with serving() as sandbox:
        monkeypatch.setenv("LLM_COST_OPS_BASE_URL", sandbox.url)
        yield sandbox


def serving(*exchanges: dict[str, Any]) -> Sandbox:
    """The document on a port of this machine, with recorded answers."""
    pytest.importorskip("starlette", reason="the sandbox needs starlette: pip install leapocr-dyn[sandbox]")
    document = leapocr_dyn.load("costops").document
    return Sandbox(document=document, api_key=KEY, answers={"vectors": list(exchanges)})


def refusing(status: int, body: Any, **headers: str) -> dict[str, Any]:
    """A recorded refusal of a use."""
    request = {"method": "POST", "path": "/api/v1/usage"}
    return {"request": request, "response": {"status": status, "headers": headers, "json": body}}


def made(world: World, server: Any, **settings: Any) -> Any:  # Any: one text for both clients
    """A client of this world whose network is a function, or a real server's URL."""
    kind = CostOpsClient if world.blocking else AsyncCostOpsClient
    if not isinstance(server, str):
        settings = {"http_client": world.http(server), "clock": world.clock, **settings}
        server = "https://costs.test"
    client = kind(**{"api_key": KEY, "base_url": server, **settings})
    world._clients.append(client)
    return client


def sent(server: Script) -> Any:  # Any: JSON
    """The body that was sent last."""
    return json.loads(server.requests[-1].content)


# --- the programs ---


def blocks() -> list[str]:
    """The programs that the service's own description shows."""
    if not SEED.exists():
        pytest.skip(f"{SEED} is not here: it holds the programs")
    return re.findall(r"```python\n(.*?)```", SEED.read_text("utf-8"), re.DOTALL)


def program(marker: str, *changes: tuple[str, str]) -> str:
    """One of them, with only its imports changed, and what it leaves out put in."""
    text = next(block for block in blocks() if marker in block)
    for old, new in (("from llm_cost_ops", f"from {costops.__name__}"), *changes):
        assert old in text
        text = text.replace(old, new)
    return text


GIVEN = ("usage.submit(...)", f"usage.submit(**{USE!r})")


def test_the_first_program_runs(served: Sandbox) -> None:
    """Submit a use, ask what a month cost, close; naive datetimes are sent with an offset."""
    names: dict[str, Any] = {"datetime": datetime.datetime}
    exec(
        program("client = CostOpsClient(api_key", ("client.close()", "result = (usage, costs)\nclient.close()")), names
    )
    usage, costs = names["result"]
    assert isinstance(usage, types.SubmitUsageResponse)
    assert (usage.estimated_cost, usage.currency) == (Decimal("0.015"), "USD")
    assert isinstance(costs, types.CostSummary)
    assert isinstance(costs.total_cost, Decimal)
    assert costs.period_start.tzinfo is not None


def test_the_async_program_runs(served: Sandbox) -> None:
    """The same with await."""
    given = (GIVEN, ("costs.get(...)", "costs.get('org-123')\n        print(usage.estimated_cost, costs.total_cost)"))
    printed: list[Any] = []
    exec(program("asyncio.run(main())", *given), {"print": lambda *words: printed.extend(words)})
    assert printed == [Decimal("0.015"), Decimal("0.015")]


@pytest.mark.parametrize(
    ("exchange", "said"),
    [
        (refusing(401, {"error": {"code": "UNAUTHORIZED", "message": "bad key"}}), "Auth failed: bad key"),
        (refusing(429, {"message": "slow down", "retry_after": 90.0}), "Rate limited, retry after 90.0s"),
        (None, "Network error: the request was sent, but"),
    ],
)
def test_the_program_that_handles_errors_runs(
    exchange: dict[str, Any] | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each failure comes to the clause that is written for it."""
    printed: list[str] = []
    text = program("except AuthenticationError as e", GIVEN, ("your-api-key", KEY))
    with serving(*([exchange] if exchange else [])) as sandbox:
        monkeypatch.setenv("LLM_COST_OPS_BASE_URL", sandbox.url)
        if exchange is None:
            monkeypatch.setattr(httpx.HTTPTransport, "handle_request", hanging_up)
        exec(text, {"print": printed.append})
    assert [line[: len(said)] for line in printed] == [said]


def hanging_up(*sent: Any) -> Any:
    """A network on which every connection breaks."""
    raise httpx.ReadError("connection reset")


def test_a_literal_program_runs() -> None:
    """What the service's own examples do, without the file that holds them."""

    async def main(url: str) -> Any:
        async with AsyncCostOpsClient(api_key=KEY, base_url=url) as client:
            return await client.analytics.get(*JANUARY, organization_id="org-123", interval="day")

    with serving() as sandbox, CostOpsClient(KEY, sandbox.url) as client:
        usage = client.usage.submit(**USE, metadata={"request_id": "req-abc-123", "environment": "production"})
        assert f"${usage.estimated_cost}" == "$0.015"
        costs = client.costs.get(
            organization_id="org-123", start_date=JANUARY[0], end_date=JANUARY[1], group_by="provider"
        )
        assert [f"{item.value}: ${item.cost}" for item in costs.breakdown or ()] == ["text: $0.015"]
        asked: dict[str, Any] = {"metrics": ["total_cost", "total_tokens"], "interval": types.AnalyticsInterval.DAY}
        analytics = client.analytics.get(organization_id="org-123", start_date=JANUARY[0], end_date=JANUARY[1], **asked)
        assert analytics.summary.average_cost_per_request == Decimal("0.015")
        assert [point.timestamp.year for point in analytics.time_series] == [2026]
        history = client.usage.get_history("org-123", "openai", start_date=JANUARY[0], end_date=JANUARY[1], per_page=10)
        assert isinstance(history[0], dict)
        prices = client.pricing.list(provider=Provider.AZURE_OPENAI)
        assert client.pricing.get(prices[0].id).input_price_per_1k == Decimal("0.015")
        assert client.health().status == types.HealthStatus.HEALTHY
        assert asyncio.run(main(sandbox.url)).summary.total_cost == Decimal("0.015")


# --- what a real server said ---


def vector(name: str) -> dict[str, Any]:
    """What was recorded under a name."""
    if not VECTORS.exists():
        pytest.skip(f"{VECTORS} is not here: it holds what a real server said")
    (found,) = [one for one in json.loads(VECTORS.read_text("utf-8"))["vectors"] if one["name"] == name]
    return dict(found)


def called(client: Any, name: str) -> Any:
    """The call of a recorded exchange."""
    asked = vector(name)["request"]
    given = {**asked["query"], **asked.get("json", {})}
    for price in ("input_price_per_1k", "output_price_per_1k"):
        given |= {price: Decimal(given[price])} if price in given else {}
    for number in ("page", "per_page"):
        given |= {number: int(given[number])} if number in given else {}
    namespaces = {"usage": "usage.submit", "costs": "costs.get", "history": "usage.get_history"}
    namespaces |= {"pricing": "pricing.create", "pricing list": "pricing.list", "analytics": "analytics.get"}
    if name == "health":
        return client.health
    namespace, method = namespaces.get(name, namespaces[re.split(r"[ .]", name)[0]]).split(".")
    return lambda: getattr(getattr(client, namespace), method)(**given)


@pytest.mark.parametrize(
    "name",
    [
        *("health", "usage.submit", "usage.submit ts", "costs aware", "history per_page", "pricing create google"),
        *("pricing list", "analytics"),
    ],
)
def test_what_a_real_server_said_passes_without_loss(world: World, name: str) -> None:
    """The call makes the request that was recorded, and what it gives is, as JSON, what was answered."""
    one = vector(name)
    with serving(one) as sandbox:
        client = made(world, sandbox.url)
        found = world.run(called(client, name)())
        said = one["response"]["json"]
        assert getattr(found, "to_dict", lambda: found)() == said.get("data", said)
        assert client.drift() == []


@pytest.mark.parametrize(
    ("name", "kind", "code", "message"),
    [
        ("usage.submit azure_openai", "ValidationError", "BAD_REQUEST", "Bad request: Invalid JSON"),
        ("history page 0", "ValidationError", "BAD_REQUEST", "Bad request: Page must be greater than 0"),
        (
            "analytics missing",
            "ValidationError",
            None,
            "Failed to deserialize query string: missing field `start_date`",
        ),
        ("404", "NotFoundError", None, "there is no such thing"),
    ],
)
def test_what_a_real_server_refuses_is_a_typed_error(
    world: World, name: str, kind: str, code: str | None, message: str
) -> None:
    """With the server's words and its request id, in JSON, in plain text, and without a body."""
    said = vector(name)["response"]
    content = said.get("text") if "text" in said else json.dumps(said["json"])
    server = Script(httpx.Response(said["status"], headers=said["headers"], text=content))
    with pytest.raises(exceptions.CostOpsError) as raised:
        world.run(made(world, server).pricing.get("7"))
    error = raised.value
    assert type(error).__name__ == kind
    assert (error.status_code, error.code, error.message) == (said["status"], code, message)
    assert error.request_id == said["headers"]["x-request-id"]


# --- values ---


def test_providers_are_read_and_sent_by_either_name(world: World) -> None:
    """The server calls three of them otherwise, and answers with other words again; nothing of that is lost."""
    server = Script(answer(json={"data": PRICING}))
    client = made(world, server)
    for given, wired in [
        (Provider.AZURE_OPENAI, "azure"),
        ("azure_openai", "azure"),
        ("aws_bedrock", "aws"),
        ("bedrock", "bedrock"),
        ("google", "google"),
    ]:
        found = world.run(client.pricing.create(given, "m", Decimal("0.10"), 0.3))
        assert sent(server)["provider"] == wired
    assert found.provider == Provider.GOOGLE == "google"
    assert found.to_dict() == PRICING
    world.run(client.costs.get(provider="azure_openai"))
    assert server.requests[-1].url.params["provider"] == "azure"
    world.run(client.pricing.list(provider=found.provider))
    assert server.requests[-1].url.params["provider"] == "google"


@pytest.mark.parametrize("wire", ["azure", "azureopenai", "awsbedrock", "vertex", "newcomer"])
def test_a_provider_survives_a_pickle_as_it_was_read(wire: str) -> None:
    """Member, word and all."""
    again = pickle.loads(pickle.dumps(Provider(wire)))
    assert (again, again.wire, again.is_known) == (Provider(wire), wire, wire != "newcomer")


def test_amounts_are_decimals_from_numbers_and_from_text(world: World) -> None:
    """A Decimal is sent with all of its digits."""
    server = Script(answer(json={"data": PRICING}))
    found = world.run(made(world, server).pricing.create("openai", "m", Decimal("0.10"), Decimal("1E-12")))
    assert (found.input_price_per_1k, found.output_price_per_1k) == (Decimal("0.1"), Decimal("0.30"))
    assert {name: sent(server)[name] for name in ("input_price_per_1k", "output_price_per_1k", "currency")} == {
        "input_price_per_1k": "0.10",
        "output_price_per_1k": "0.000000000001",
        "currency": "USD",
    }


def test_times_are_sent_with_an_offset_and_read_to_the_nanosecond(world: World) -> None:
    """One without a time zone is UTC; what Python has no room for stays in to_dict()."""
    server = Script(answer(json={"data": RECORDED}))
    client = made(world, server)
    berlin = datetime.timezone(datetime.timedelta(hours=1))
    for moment, wired in [
        (datetime.datetime(2025, 1, 1), "2025-01-01T00:00:00+00:00"),
        (datetime.datetime(2025, 1, 1, tzinfo=berlin), "2025-01-01T00:00:00+01:00"),
    ]:
        found = world.run(client.usage.submit(**USE, timestamp=moment))
        assert sent(server)["timestamp"] == wired
        world.run(client.costs.get(start_date=moment))
        assert server.requests[-1].url.params["start_date"] == wired
    assert found.processed_at == datetime.datetime(2026, 11, 20, 21, 48, 31, 323667, tzinfo=datetime.UTC)
    assert found.to_dict() == RECORDED


def test_lists_in_a_query_have_commas(world: World) -> None:
    """As the service's own client sends them; what is left out is not sent, None neither."""
    server = Script(answer(json={"data": {"time_series": [], "summary": {}}}))
    asked = {"metrics": ["total_cost", "total_tokens"], "group_by": ["model"], "provider": None}
    world.run(made(world, server).analytics.get(*JANUARY, **asked))
    assert server.requests[-1].url.query.decode().partition("&metrics")[2] == (
        "=total_cost,total_tokens&group_by=model&interval=day"
    )
    assert "provider" not in server.requests[-1].url.params


def test_pages_follow_each_other(world: World) -> None:
    """As long as the server says that there is a next one."""
    pages = [answer(json={"data": [PRICING], "pagination": {"has_next": more}}) for more in (True, False)]
    server = Script(*pages)
    found = world.all(made(world, server).pricing.list.pages())
    assert [one.data[0].provider for one in found] == ["google", "google"]
    assert [one.url.params["page"] for one in server.requests] == ["1", "2"]


@pytest.mark.parametrize("enveloped", [True, False])
def test_an_answer_may_come_without_its_envelope(world: World, enveloped: bool) -> None:
    """`data` where it is there, else the whole."""
    found = world.run(
        made(world, Script(answer(json={"data": RECORDED} if enveloped else RECORDED))).usage.submit(**USE)
    )
    assert found["usage_id"] == RECORDED["usage_id"]


# --- mistakes are found before anything is sent ---


def test_the_total_has_to_be_the_sum(world: World) -> None:
    """By any way to give the use, and in a plan."""
    server = Script(answer(json={"data": RECORDED}))
    client = made(world, server)
    ways: tuple[Any, ...] = (
        lambda: world.run(client.usage.submit(**{**USE, "total_tokens": 1400})),
        lambda: client.usage.submit.plan(**{**USE, "total_tokens": 1400}),
    )
    for ask in ways:
        with pytest.raises(costops.ValidationError) as raised:
            ask()
        said = "total_tokens must be input_tokens + output_tokens, 1000 + 500, not 1400"
        assert (raised.value.message, raised.value.errors) == (said, {"total_tokens": [said]})
    assert not server.requests


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({"organisation_id": "x"}, TypeError, "no argument 'organisation_id'; did you mean 'organization_id'"),
        ({"provider": "openia"}, costops.ValidationError, "did you mean 'openai'"),
        ({"organization_id": ""}, costops.ValidationError, "at least 1 character"),
        ({"model_id": "m" * 256}, costops.ValidationError, "at most 255 characters"),
        ({"input_tokens": -1}, costops.ValidationError, "at least 0"),
    ],
)
def test_a_wrong_use_is_not_sent(world: World, given: dict[str, Any], kind: type, said: str) -> None:
    """With the field, the bound, and the nearest word."""
    server = Script(answer())
    with pytest.raises(kind, match=said):
        world.run(made(world, server).usage.submit(**{**USE, **given}))
    assert not server.requests


# --- errors ---


@pytest.mark.parametrize(
    ("status", "kind", "shared"),
    [
        (400, "ValidationError", errors.ValidationError),
        (422, "ValidationError", errors.ValidationError),
        (401, "AuthenticationError", errors.AuthenticationError),
        (403, "AuthorizationError", errors.ForbiddenError),
        (404, "NotFoundError", errors.NotFoundError),
        (405, "APIError", errors.APIError),
        (429, "RateLimitError", errors.RateLimitError),
        (500, "ServerError", errors.ServerError),
        (503, "ServerError", errors.ServerError),
    ],
)
def test_each_status_has_its_class(world: World, status: int, kind: str, shared: type) -> None:
    """The service's own and the shared one, also without a body; the request id tells its people which it was."""
    server = Script(httpx.Response(status, headers={"x-request-id": "r-1"}))
    with pytest.raises(shared) as raised:
        world.run(made(world, server, max_retries=0).pricing.get("7"))
    error: Any = raised.value
    assert type(error) is getattr(exceptions, kind)
    assert (error.status_code, error.request_id) == (status, "r-1")
    assert isinstance(error, exceptions.APIError)
    assert error.context["operation"] == "get_pricing"


def test_a_field_that_the_server_refuses_is_named(world: World) -> None:
    """422 with a list of fields, and 400 with a mapping."""
    details = [{"field": "model_id", "message": "Validation error: length", "code": "length"}]
    for status, body, found in [
        (
            422,
            {"error": {"code": "VALIDATION_ERROR", "message": "Validation failed", "details": details}},
            {"model_id": ["Validation error: length"]},
        ),
        (400, {"message": "Validation failed", "errors": {"model_id": "too long"}}, {"model_id": "too long"}),
    ]:
        with pytest.raises(costops.ValidationError) as raised:
            world.run(made(world, Script(answer(status, json=body))).usage.submit(**USE))
        assert (raised.value.message, raised.value.errors) == ("Validation failed", found)


def test_a_rate_limit_says_how_long_and_how_many(world: World) -> None:
    """From the body or the header; a pause above max_backoff is the caller's to make."""
    for said in (
        answer(429, json={"message": "Rate limit exceeded", "retry_after": 90.0, "limit": 100}),
        answer(429, json={"limit": 100}, retry_after="90"),
    ):
        server = Script(said)
        with pytest.raises(costops.RateLimitError) as raised:
            world.run(made(world, server).usage.submit(**USE))
        assert (raised.value.retry_after, raised.value.limit, server.calls) == (90.0, 100, 1)


def test_a_network_that_fails_is_a_network_error(world: World) -> None:
    """With its cause; a timeout says how long, and is Python's own as well."""
    failing = made(world, Script(httpx.ConnectError("refused")), max_retries=0)
    with pytest.raises(costops.NetworkError, match="cannot be reached") as raised:
        world.run(failing.costs.get())
    assert isinstance(raised.value.cause, httpx.ConnectError)
    slow = made(world, Script(httpx.ReadTimeout("slow")), timeout=7.0, max_retries=0)
    with pytest.raises(TimeoutError) as late:
        world.run(slow.costs.get())
    assert isinstance(late.value, costops.TimeoutError)
    assert late.value.timeout == 7.0
    with pytest.raises(costops.TimeoutError) as unknown:
        world.run(slow.usage.submit(**USE))
    assert isinstance(unknown.value, UNKNOWN)
    assert unknown.value.timeout == 7.0


@pytest.mark.parametrize(
    ("error", "context"),
    [
        (exceptions.CostOpsError("m", organization="o"), {"organization": "o"}),
        (exceptions.APIError("m", 418, {"a": 1}, "r"), {"status_code": 418, "response": {"a": 1}, "request_id": "r"}),
        (exceptions.AuthenticationError("m"), {"status_code": 401}),
        (exceptions.AuthorizationError("m"), {"status_code": 403}),
        (
            exceptions.ValidationError("m", {"f": ["x"]}),
            {"status_code": 400, "details": {"f": ["x"]}, "fields": {}},
        ),
        (exceptions.NotFoundError("m", resource_type="pricing"), {"status_code": 404, "resource_type": "pricing"}),
        (exceptions.RateLimitError("m", 3.0, 100), {"status_code": 429, "retry_after": 3.0, "limit": 100}),
        (exceptions.ServerError("m", status_code=503), {"status_code": 503}),
        (exceptions.TimeoutError("m", 3.0), {"sent": True, "timeout": 3.0}),
        (exceptions.ConfigurationError("m", "api_key"), {"parameter": "api_key"}),
    ],
)
def test_exceptions_can_be_made_by_hand(error: exceptions.CostOpsError, context: dict[str, Any]) -> None:
    """With the arguments of the service's own; they pickle with all that is known."""
    assert (error.message, error.context) == ("m", context)
    assert pickle.loads(pickle.dumps(error)).context == context


def test_whatever_a_client_raises_is_the_services() -> None:
    """Also what the service itself has no name for."""
    shared = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.Error)]
    for kind in shared:
        error = kind("m")
        exceptions.FAMILY.adopt(error)
        assert isinstance(error, exceptions.CostOpsError)
        assert isinstance(error, kind)
    cause = ValueError("v")
    assert exceptions.NetworkError("m", cause).cause is cause


# --- what is sent again ---


def test_a_use_is_recorded_once(world: World) -> None:
    """After 5xx or a lost answer it may have been, so it is not sent again; after 429, or with Retry-After, it is."""
    cases: list[Any] = [
        ((answer(500),), costops.ServerError, 1),
        ((httpx.ReadError("gone"),), UNKNOWN, 1),
        ((answer(429), answer(json={"data": RECORDED})), None, 2),
        ((answer(503, retry_after="1"), answer(json={"data": RECORDED})), None, 2),
        ((httpx.ConnectError("refused"), answer(json={"data": RECORDED})), None, 2),
    ]
    for answers, kind, calls in cases:
        server = Script(*answers)
        client = made(world, server)
        if kind is None:
            assert world.run(client.usage.submit(**USE)).usage_id == RECORDED["usage_id"]
        else:
            with pytest.raises(kind):
                world.run(client.usage.submit(**USE))
        assert server.calls == calls


def test_what_only_asks_is_repeated_as_the_config_says(world: World) -> None:
    """How often, after which answers, and how long the pauses get."""
    server = Script(answer(500))
    with pytest.raises(costops.ServerError):
        world.run(made(world, server, retry={"max_retries": 2}).costs.get())
    assert server.calls == 3
    server = Script(answer(500))
    with pytest.raises(costops.ServerError):
        world.run(made(world, server, retry=RetryConfig(retry_on_status=(503,))).costs.get())
    assert server.calls == 1
    world.slept.clear()
    with pytest.raises(costops.ServerError):
        world.run(made(world, Script(answer(500)), retry=RetryConfig(5, 10.0, 0.5)).costs.get())
    assert len(world.slept) == 5
    assert max(world.slept) <= 0.5


def test_the_rate_limit_is_a_token_bucket(world: World) -> None:
    """So many at once, and then one for each part of the time; nobody is blocked who could go on."""
    server = Script(answer(json={"data": []}))
    client = made(world, server, rate_limit={"max_requests": 2, "time_window": 10.0})
    world.slept.clear()
    for _ in range(4):
        world.run(client.pricing.list())
    assert world.slept == [5.0, 5.0]


# --- settings ---


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"api_key": None}, "api_key"),
        ({"api_key": " "}, "api_key"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": "30"}, "timeout"),
        ({"base_url": ""}, "base_url"),
        ({"base_url": "ftp://costs.test"}, "base_url"),
        ({"retry": {"max_retries": -1}}, "max_retries"),
        ({"retry": {"backoff_factor": 0}}, "backoff_factor"),
        ({"retry": {"max_backoff": 0}}, "max_backoff"),
        ({"retry": {"retry_on_status": (200,)}}, "retry_on_status"),
        ({"retry": {"max_retry": 3}}, "retry"),
        ({"retry": 3}, "retry"),
        ({"rate_limit": {"max_requests": 0}}, "max_requests"),
        ({"rate_limit": {"time_window": -1}}, "time_window"),
        ({"connection_pool": {"max_connections": 0}}, "max_connections"),
        ({"connection_pool": {"max_connections": 10}}, "max_keepalive_connections"),
        ({"connection_pool": {"keepalive_expiry": -1}}, "keepalive_expiry"),
        ({"logging": {"level": "LOUD"}}, "level"),
        ({"metrics": {"enabled": True}}, "enabled"),
        ({"metrics": {"prometheus_enabled": True}}, "enabled"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(given: dict[str, Any], parameter: str) -> None:
    """In a config and in a client, as the service's own ConfigurationError."""
    for make in (ClientConfig, CostOpsClient, AsyncCostOpsClient):
        with pytest.raises(costops.ConfigurationError) as raised:
            make(**{"api_key": KEY, **given})
        assert raised.value.parameter == parameter
        assert isinstance(raised.value, ConfigurationError)


def test_defaults_are_the_services() -> None:
    """And a client without a config has them."""
    assert ClientConfig(KEY) == ClientConfig(
        api_key=KEY,
        base_url="https://api.llm-cost-ops.dev",
        timeout=30.0,
        retry=RetryConfig(3, 2.0, 60.0, (408, 429, 500, 502, 503, 504)),
        connection_pool=ConnectionPoolConfig(100, 20, 5.0),
        rate_limit=None,
        logging=LoggingConfig(True, "INFO"),
        metrics=MetricsConfig(False, False, False),
        verify_ssl=True,
    )
    assert (RateLimitConfig().max_requests, RateLimitConfig().time_window) == (100, 60.0)
    assert CostOpsClient(KEY).config == ClientConfig(KEY)
    assert KEY not in repr(ClientConfig(KEY))


def test_an_argument_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """And that before the default; a slash at the end of a URL is dropped, a path in it is kept."""
    for name, text in [("API_KEY", "env-key"), ("BASE_URL", "https://env.test/"), ("TIMEOUT", "45")]:
        monkeypatch.setenv(f"LLM_COST_OPS_{name}", text)
    said = ClientConfig.from_env()
    assert (said.api_key, said.base_url, said.timeout) == ("env-key", "https://env.test", 45.0)
    assert said.headers["Authorization"] == "Bearer env-key"
    client = CostOpsClient(api_key="mine", base_url="https://mine.test/prefix", timeout=3.0)
    assert (client.config.api_key, client.config.timeout) == ("mine", 3.0)
    assert client.pricing.get.plan("7").url == "https://mine.test/prefix/api/v1/pricing/7"
    assert CostOpsClient(config=said, base_url="https://other.test").config.base_url == "https://other.test"
    monkeypatch.setenv("LLM_COST_OPS_TIMEOUT", "soon")
    with pytest.raises(costops.ConfigurationError, match="LLM_COST_OPS_TIMEOUT"):
        ClientConfig.from_env()


def test_every_setting_reaches_the_client(world: World) -> None:
    """None is taken and then forgotten."""
    server = Script(answer(json={"data": []}))
    client = made(world, server, user_agent="shop/1.0")
    world.run(client.pricing.list())
    sent_with = server.requests[-1].headers
    assert (sent_with["user-agent"], sent_with["authorization"]) == ("shop/1.0", f"Bearer {KEY}")
    kind = CostOpsClient if world.blocking else AsyncCostOpsClient
    given = ClientConfig(KEY, connection_pool=ConnectionPoolConfig(10, 5, 1.0), verify_ssl=False)
    chosen = kind(config=given, debug=True)._session.config
    assert (chosen.pool, chosen.max_retry_delay, chosen.debug) == ((10, 5, 1.0), 60.0, True)
    assert chosen.verify.check_hostname is False
    with pytest.raises(costops.ConfigurationError, match="give it to the http_client"):
        kind(config=given, http_client=world.http(server))
    with pytest.raises(TypeError, match="no setting 'time_out'; did you mean 'timeout'"):
        kind(KEY, time_out=3)


def test_refusals_are_logged_without_the_key(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Answers at DEBUG, refusals at WARNING, under the name and at the level of the config; or nothing."""
    server = Script(answer(json={"data": []}), answer(404), httpx.ConnectError("refused"))
    client = made(world, server, logging={"level": "debug", "logger_name": "costs"}, max_retries=0)
    world.run(client.pricing.list())
    for kind in (costops.NotFoundError, costops.NetworkError):
        with pytest.raises(kind):
            world.run(client.pricing.get("7"))
    assert [(one.name, one.levelname) for one in caplog.records if one.name == "costs"] == [
        ("costs", "DEBUG"),
        ("costs", "WARNING"),
        ("costs", "WARNING"),
    ]
    assert KEY not in caplog.text
    caplog.clear()
    with pytest.raises(costops.NotFoundError):
        world.run(made(world, Script(answer(404)), logging={"enabled": False}).pricing.get("7"))
    assert not caplog.records


def test_a_program_without_logging_sees_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """One handler, however many clients there are."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    logger = logging.getLogger("llm_cost_ops_alone")
    for _ in range(2):
        assert LoggingConfig(logger_name=logger.name).get_logger() is logger
    assert (len(logger.handlers), logger.level) == (1, logging.INFO)
    logger.handlers.clear()


def test_hooks_of_the_caller_are_told_beside_the_log(world: World) -> None:
    """Both hear of each request."""
    heard: list[Any] = []
    client = made(
        world, Script(answer(json={"data": []})), after_response=lambda asked, came: heard.append(came.status)
    )
    world.run(client.pricing.list())
    assert heard == [200]


def test_metrics_say_which_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the client is made, not at the first request."""
    for module, name in (("prometheus_client", "prometheus"), ("opentelemetry.metrics", "opentelemetry")):
        monkeypatch.setitem(__import__("sys").modules, module, None)
        with pytest.raises(costops.ConfigurationError, match=r"pip install 'leapocr-dyn\[metrics\]'"):
            CostOpsClient(KEY, metrics={"enabled": True, f"{name}_enabled": True})


def test_a_client_pickles_with_its_settings() -> None:
    """Not with an http_client, which says so."""
    client = CostOpsClient(KEY, rate_limit=RateLimitConfig(5, 1.0), strict=True)
    again = pickle.loads(pickle.dumps(client))
    assert (again.config, again._session.config.strict) == (client.config, True)
    with pytest.raises(costops.ConfigurationError, match="http_client of your own cannot be pickled"):
        pickle.dumps(CostOpsClient(KEY, http_client=httpx.Client()))


# --- the door ---


def test_every_name_is_there() -> None:
    """Sorted, in the package and in its submodules, and the same class in both."""
    door: Any = costops  # whose stubs list the names one by one
    assert door.__all__ == sorted(door.__all__)
    for name in door.__all__:
        homes = [one for one in (door.client, config, exceptions, types) if hasattr(one, name)]
        assert getattr(door, name) is getattr(homes[0], name)
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = door.Nothing
    stubs = Path(door.__file__).with_suffix(".pyi").read_text("utf-8")
    assert sorted(re.findall(r" as (\w+)", stubs)) == door.__all__


def test_both_clients_take_and_offer_the_same() -> None:
    """In the order of the service's own client."""
    blocking, suspending = CostOpsClient(KEY), AsyncCostOpsClient(KEY)
    assert dir(blocking.usage) == dir(suspending.usage)
    takes = {name: list(way.signature.parameters) for name, way in blocking.api.methods.items()}
    assert takes["usage.submit"][:8] == [*USE, "timestamp", "metadata"]
    assert takes["usage.get_history"][-2:] == ["page", "per_page"]
    assert takes["analytics.get"][0] == "start_date"
