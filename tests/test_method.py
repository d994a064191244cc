"""Methods: how people call an operation, where a workflow says so: positions, defaults, templates, what comes back."""

from __future__ import annotations

import datetime
import inspect
import json
from typing import Any

import attrs
import httpx
import pytest
from conftest import Script, World, answer

import leapocr_dyn
from leapocr_dyn import errors
from leapocr_dyn.api import Api

TEA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "brewedAt": {"type": "string", "format": "date-time"}},
}
ORDER = {
    "type": "object",
    "required": ["items"],
    "additionalProperties": False,
    "properties": {
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
        "extra": {"anyOf": [{"$ref": "#/components/schemas/Extra"}, {"type": "null"}]},
        "stream": {"type": "boolean"},
        "model": {"type": "string"},
    },
}


def objects(**properties: Any) -> dict[str, Any]:
    """An object that has these properties and no others."""
    return {"type": "object", "additionalProperties": False, "properties": properties}


def giving(schema: Any, media: str = "application/json") -> dict[str, Any]:
    """Responses with one success."""
    return {"200": {"description": "", "content": {media: {"schema": schema}}}}


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Teas", "version": "1"},
    "servers": [{"url": "https://teas.example/v1"}],
    "paths": {
        "/teas": {
            "get": {
                "operationId": "listTeas",
                "tags": ["tea"],
                "parameters": [
                    {"name": name, "in": "query", "schema": {"type": kind, **more}}
                    for name, kind, more in [
                        ("kind", "string", {}),
                        ("limit", "integer", {}),
                        ("since", "string", {"format": "date-time"}),
                    ]
                ],
                "responses": giving(objects(data={"type": "array", "items": {"$ref": "#/components/schemas/Tea"}})),
            },
            "post": {
                "operationId": "orderTea",
                "tags": ["tea"],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
                },
                "responses": giving({"$ref": "#/components/schemas/Tea"}),
            },
        },
        "/teas/{id}": {
            "get": {
                "operationId": "getTea",
                "tags": ["tea"],
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": giving({"$ref": "#/components/schemas/Tea"}),
            },
        },
    },
    "components": {
        "schemas": {
            "Tea": TEA,
            "Order": ORDER,
            "Item": objects(teaName={"type": "string"}, useHotWater={"type": "boolean"}),
            "Extra": objects(isGift={"type": "boolean"}),
        },
    },
}
WORKFLOW: dict[str, Any] = {
    "timezone": "UTC",
    "methods": {
        "teas.list": {"calls": "listTeas", "inputs": ["kind", {"limit": 20}, "since"], "output": ["/data", ""]},
        "teas.get": {"calls": "getTea", "inputs": ["id"]},
        "teas.get_status": "teas.get",
        "order": {
            "calls": "orderTea",
            "inputs": ["name", {"model": None}],
            "sends": {"items": [{"teaName": "$inputs.name"}], "stream": False},
        },
        "brew": {
            "calls": "orderTea",
            "inputs": [{"order": None}, {"model": "small"}],
            "whole": "order",
            "sends": {"stream": True},
        },
        "names": {"calls": "listTeas", "view": "Name", "output": "/data"},
        "gone": {"calls": "removedOperation"},
    },
    "views": {"Name": {"of": ["listTeas"], "at": "data", "fields": {"label": "name"}}},
}


@pytest.fixture
def api() -> Api:
    """Teas, with methods."""
    return leapocr_dyn.load(DOCUMENT, workflow=WORKFLOW)


def sent(server: Script) -> Any:  # Any: JSON
    """The body that was sent last."""
    return json.loads(server.requests[-1].content)


def test_arguments_are_given_by_position_or_by_name(world: World, api: Api) -> None:
    """In the order that the workflow says; what is left out is its default, or is not sent."""
    server = Script(answer(json={"data": []}))
    client = world.client(server, api=api)
    for positional, named in ((("green", 5), {}), (("green",), {"limit": 5}), ((), {})):
        assert world.run(client.teas.list(*positional, **named)) == []
    assert [dict(one.url.params) for one in server.requests] == [
        {"kind": "green", "limit": "5"},
        {"kind": "green", "limit": "5"},
        {"limit": "20"},
    ]


def test_what_is_given_back_is_the_part_that_people_want(world: World, api: Api) -> None:
    """The list inside its envelope, and the whole where a server sends it without one."""
    client = world.client(Script(answer(json={"data": [{"name": "Sencha"}]})), api=api)
    (tea,) = world.run(client.teas.list())
    assert (type(tea).__name__, tea.name) == ("Tea", "Sencha")
    bare = world.client(Script(answer(json=[{"name": "Sencha"}])), api=api)
    assert world.run(bare.teas.list()) == [{"name": "Sencha"}]


def test_an_answer_without_that_part_is_a_contract_error(world: World, api: Api) -> None:
    """It says where nothing was."""
    api = leapocr_dyn.load(DOCUMENT, workflow={"methods": {"list": {"calls": "listTeas", "output": "/data"}}})
    client = world.client(Script(answer(json={"items": []})), api=api)
    with pytest.raises(errors.ContractError, match=r"^list_teas: the answer has nothing at /data$"):
        world.run(client.list())


def test_a_method_can_stand_on_the_client_itself(world: World, api: Api) -> None:
    """A name without a namespace; what it sends is made from what it is given."""
    server = Script(answer(json={"name": "Sencha"}))
    client = world.client(server, api=api)
    assert world.run(client.order("Sencha")).name == "Sencha"
    assert sent(server) == {"items": [{"teaName": "Sencha"}], "stream": False}
    assert client.order.plan("Sencha", model="big").body == (
        b'{"items":[{"teaName":"Sencha"}],"stream":false,"model":"big"}'
    )
    twin = client.with_options(timeout=5)
    assert world.run(twin.order("Sencha")).name == "Sencha"
    assert {"order", "teas"} <= set(dir(twin))
    assert repr(twin).endswith(" order, brew, names, teas; try .api.tree(), .api.search(WORDS)>")


def test_a_body_may_be_given_all_at_once(world: World, api: Api) -> None:
    """As a model, as a dict in either spelling, or field by field; what is given by name goes over it."""
    server = Script(answer(json={"name": "Sencha"}))
    client = world.client(server, api=api)
    item = {"teaName": "Sencha"}
    order = api.models["Order"](items=[item], extra=None)
    for given, named in (((order,), {}), (({"items": [{"tea_name": "Sencha"}]},), {}), ((), {"items": [item]})):
        world.run(client.brew(*given, **named))
        assert sent(server) == {"items": [item], "stream": True, "model": "small"}
    calls: list[tuple[tuple[Any, ...], dict[str, Any], str | None]] = [
        ((order,), {"model": "big"}, "big"),
        ((attrs.evolve(order, model="big"),), {}, "big"),
        ((attrs.evolve(order, model="big"), "tiny"), {}, "tiny"),
        ((api.models["Order"](items=[item], model=None),), {}, None),
        ((order,), {"model": None}, None),
        (({"items": [item], "model": None},), {}, None),
    ]
    for arguments, names, model in calls:
        world.run(client.brew(*arguments, **names))
        assert sent(server).get("model") == model
    signature = inspect.signature(client.brew)
    assert list(signature.parameters) == ["order", "model", "items", "extra"]
    assert str(signature.parameters["order"]) == "order: Order = None"
    assert all(one.default is not inspect.Parameter.empty for one in signature.parameters.values())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda client: client.brew(), r"needs items=$"),
        (lambda client: client.brew({"item": []}), r"^brew\(\) has no argument 'item'; did you mean 'items'\?$"),
        (lambda client: client.brew("Sencha"), r"^brew\(\) takes order as Order or as a dict, not 'Sencha'$"),
        (lambda client: client.brew(b"{}"), r"^brew\(\) takes order as Order or as a dict"),
        (lambda client: client.brew({}, order={}), r"^brew\(\) got order twice"),
    ],
)
def test_what_is_no_body_is_refused(world: World, api: Api, call: Any, said: str) -> None:
    """Before anything is sent, and with a hint."""
    server = Script(answer())
    with pytest.raises(TypeError, match=said):
        world.run(call(world.client(server, api=api)))
    assert not server.requests


def test_one_method_may_have_several_names(world: World, api: Api) -> None:
    """An alias is the same call."""
    server = Script(answer(json={"name": "Sencha"}))
    client = world.client(server, api=api)
    assert world.run(client.teas.get("7")) == world.run(client.teas.get_status("7"))
    assert [one.url.path for one in server.requests] == ["/v1/teas/7"] * 2


def test_a_view_of_a_list_is_a_list_of_views(world: World, api: Api) -> None:
    """Each item is laid out as the workflow says."""
    client = world.client(Script(answer(json={"data": [{"name": "Sencha"}, {"name": "Assam"}]})), api=api)
    assert [one.label for one in world.run(client.names())] == ["Sencha", "Assam"]


def test_signatures_are_what_people_type(api: Api) -> None:
    """Order, defaults and types are there for help() and completion."""
    assert str(api.methods["teas.list"].signature) == (
        "(kind: str = NOT_GIVEN, limit: int = 20, since: datetime = NOT_GIVEN) -> list[Tea]"
    )
    assert str(api.methods["order"].signature) == "(name: str, model: str = None, *, extra: Extra = NOT_GIVEN) -> Tea"
    assert "GET /teas" in (api.methods["teas.list"].__doc__ or "")
    assert repr(api.methods["teas.get"]) == "<Method teas.get(id: str) -> Tea by GET /teas/{id}>"


def test_an_operation_with_a_method_is_called_by_that(api: Api) -> None:
    """Its own name is still in api.operations, but no client offers the same thing twice."""
    assert "tea" not in api.namespaces
    assert sorted(api.namespaces["teas"]) == ["get", "get_status", "list"]
    assert "gone" not in api.methods
    assert api.operations["listTeas"].name == "list_teas"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda client: client.teas.list("a", 1, None, 4),
            r"^list\(\) takes at most 3 by position: kind, limit, since$",
        ),
        (lambda client: client.teas.list("a", kind="b"), r"^list\(\) got kind twice, by position and by name$"),
        (lambda client: client.teas.list(limt=3), r"^list\(\) has no argument 'limt'; did you mean 'limit'\?$"),
        (lambda client: client.order(), r"^order\(\) needs name=$"),
        (lambda client: client.order("a", items=[]), r"^order\(\) has no argument 'items'"),
    ],
)
def test_a_wrong_call_is_a_type_error_with_a_hint(world: World, api: Api, call: Any, said: str) -> None:
    """As a Python function says it, and before anything is sent."""
    server = Script(answer())
    with pytest.raises(TypeError, match=said):
        world.run(call(world.client(server, api=api)))
    assert not server.requests


def test_a_dict_may_call_fields_as_python_does(world: World) -> None:
    """tea_name and teaName are the same; what is neither is refused with a hint, also inside of an anyOf."""
    api = leapocr_dyn.load(DOCUMENT)
    server = Script(answer(json={"name": "x"}))
    client = world.client(server, api=api)
    given = [{"tea_name": "Sencha", "use_hot_water": True}, {"teaName": "Assam"}]
    world.run(client.tea.order_tea(items=given, extra={"is_gift": True}))
    wired = {"items": [{"teaName": "Sencha", "useHotWater": True}, {"teaName": "Assam"}], "extra": {"isGift": True}}
    assert sent(server) == wired
    world.run(client.tea.order_tea(body={"items": given, "extra": {"is_gift": True}}))
    assert sent(server) == wired
    order = api.models["Order"](items=given, extra={"is_gift": True})
    assert order.to_dict() == wired
    with pytest.raises(errors.ValidationError, match=r"items\[0\].*use_hot_watr"):
        world.run(client.tea.order_tea(items=[{"use_hot_watr": True}]))
    with pytest.raises(errors.ValidationError, match="are the same field"):
        world.run(client.tea.order_tea(items=[{"tea_name": "a", "teaName": "b"}]))


def test_a_time_without_a_zone_is_utc_where_the_workflow_says_so(world: World, api: Api) -> None:
    """It is sent with its offset; without that word, it is refused."""
    server = Script(answer(json={"data": []}))
    naive = datetime.datetime(2025, 1, 1)
    world.run(world.client(server, api=api).teas.list(since=naive))
    assert server.requests[-1].url.params["since"] == "2025-01-01T00:00:00+00:00"
    with pytest.raises(errors.ValidationError, match="has no time zone"):
        world.run(world.client(server, api=leapocr_dyn.load(DOCUMENT)).tea.list_teas(since=naive))


def test_a_success_that_says_it_is_none_is_a_failure(world: World) -> None:
    """Some services answer 200 with success: false."""
    api = leapocr_dyn.load(
        DOCUMENT,
        workflow={"errors": {"failed": "$response.body#/success == false", "message": ["$response.body#/why"]}},
    )
    client = world.client(Script(answer(json={"success": False, "why": "no tea left"})), api=api)
    with pytest.raises(errors.APIError, match=r"get_tea: 200: no tea left"):
        world.run(client.tea.get_tea(id="7"))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, {"detail": "Budget exceeded for tea"}, errors.InsufficientCreditsError),
        (429, {"detail": "slow down"}, errors.RateLimitError),
        (403, {"code": 7}, errors.ConflictError),
    ],
)
def test_what_an_answer_says_decides_its_exception(status: int, body: Any, kind: type, world: World) -> None:
    """In the order of the workflow, by a criterion or by a regular expression; otherwise the status decides."""
    kinds = [
        {
            "when": {"context": "$response.body#/detail", "condition": "^Budget", "type": "regex"},
            "raise": "InsufficientCreditsError",
        },
        {"when": "$statusCode == 403 && $response.body#/code == 7", "raise": "ConflictError"},
    ]
    api = leapocr_dyn.load(DOCUMENT, workflow={"errors": {"kinds": kinds}})
    client = world.client(Script(answer(status, json=body)), api=api, max_retries=0)
    with pytest.raises(errors.APIError) as raised:
        world.run(client.tea.get_tea(id="7"))
    assert type(raised.value) is kind


class TeaError(errors.Error):
    """Everything of the service."""


class TeaRateError(errors.RateLimitError, TeaError):
    """Too fast."""


class KettleError(errors.RateLimitError, TeaError):
    """The kettle is too hot, which has a class of its own."""


def test_a_family_has_classes_that_only_the_workflow_knows() -> None:
    """The named one is raised where it is named, and the first of its kind elsewhere."""
    family = errors.Family(TeaRateError, KettleError)
    hot, fast = errors.RateLimitError("hot"), errors.RateLimitError("fast")
    hot.kind = "KettleError"
    for one in (hot, fast):
        family.adopt(one)
    assert (type(hot), type(fast)) == (KettleError, TeaRateError)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"wait": 7}, 7.0),
        ({"wait": "2.5"}, 2.5),
        ({"wait": "Try again in 60 seconds."}, 60.0),
        ({"wait": "in 3 steps"}, None),
        ({"wait": -4}, None),
        ({}, None),
    ],
)
def test_the_body_may_say_how_long_to_wait(world: World, body: Any, seconds: float | None) -> None:
    """A number, or a sentence that holds one in seconds; a header goes first."""
    api = leapocr_dyn.load(DOCUMENT, workflow={"errors": {"retry_after": ["$response.body#/wait"]}})
    with pytest.raises(errors.RateLimitError) as raised:
        world.run(world.client(Script(answer(429, json=body)), api=api, max_retries=0).tea.get_tea(id="7"))
    assert raised.value.retry_after == seconds
    spoken = httpx.Response(429, json=body, headers={"retry-after": "9"})
    with pytest.raises(errors.RateLimitError) as raised:
        world.run(world.client(Script(spoken), api=api, max_retries=0).tea.get_tea(id="7"))
    assert raised.value.retry_after == 9.0
