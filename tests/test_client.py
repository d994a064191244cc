"""A client: operations as attributes, the same names in both worlds, and what it does with settings and keys."""

from __future__ import annotations

import asyncio
import inspect
import pickle
from typing import Any

import httpx
import pytest
from conftest import KEY, URL, Script, World, answer

import leapocr_dyn
from leapocr_dyn import AsyncClient, Client, ClientConfig, LeapOCR, LeapOCRSync, errors
from leapocr_dyn.api import Api
from leapocr_dyn.call import AsyncCall, BlockingCall, Call


@pytest.fixture(scope="module")
def api() -> Api:
    """A shop with two namespaces, one of them called like a method of the client."""
    text = {"content": {"application/json": {"schema": {"type": "object"}}}, "description": "A thing."}
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}

    def operation(name: str, tag: str, *parameters: Any) -> dict[str, Any]:
        return {"operationId": name, "tags": [tag], "parameters": list(parameters), "responses": {"200": text}}

    paths = {
        "/things/{id}": {"get": operation("getThing", "Shop", number)},
        "/things": {"get": operation("listThings", "Shop")},
        "/requests": {"get": operation("listRequests", "Request")},
    }
    return leapocr_dyn.load({"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "paths": paths})


# -- what it looks like


def test_operations_are_attributes_with_signatures_and_help(world: World, api: Api) -> None:
    """A call reads like the API: dir, signature, help and repr are built from the document, and nothing is sent."""
    script = Script(answer())
    client = world.client(script, api=api)
    assert [name for name in dir(client.shop) if not name.startswith("_")][-2:] == ["get_thing", "list_things"]
    call = client.shop.get_thing
    assert str(inspect.signature(call)) == "(*, id: int) -> dict[str, Any]"
    assert "GET /things/{id}" in call.__doc__
    assert repr(call) == f"<{type(call).__name__} get_thing GET /things/{{id}} (id) -> dict[str, Any]>"
    assert repr(client.shop) == "<Shop: get_thing, list_things>"
    assert repr(client) == f"<{type(client).__name__} {URL} shop, request_; try .api.tree(), .api.search(WORDS)>"
    assert script.calls == 0


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (lambda client: client.shp, r"object has no attribute 'shp'; did you mean 'shop'\?$"),
        (
            lambda client: client.shop.get_thin,
            r"^'Shop' object has no attribute 'get_thin'; did you mean 'get_thing'\?$",
        ),
        (
            lambda client: client.shop.zzz,
            r"; it has get_thing, list_things$",
        ),
        (lambda client: client.with_options(timeout=1).sho, r"did you mean 'shop'\?$"),
        (lambda client: client._sho, r"object has no attribute '_sho'$"),
    ],
)
def test_a_name_that_is_none_is_told_which_was_meant(world: World, api: Api, look: Any, said: str) -> None:
    """Of a namespace or of a call; an AttributeError, so that hasattr and copy work as ever."""
    client = world.client(Script(answer()), api=api)
    with pytest.raises(AttributeError, match=said) as raised:
        look(client)
    assert raised.value.obj is None, "Python's own hint would follow ours"
    assert not hasattr(client, "nothing")


def test_names_can_be_completed_though_missing_ones_are_explained(world: World, api: Api) -> None:
    """Tools that never run code to complete look at the class: it has nothing there that could do anything."""
    client = world.client(Script(answer()), api=api)
    for one in (client, client.shop):
        assert getattr(type(one), "__getattr__", None) is None


def test_a_namespace_never_hides_a_method_of_the_client(world: World, api: Api) -> None:
    """The document's tag Request becomes request_, since `client.request` is the client's own."""
    client = world.client(Script(answer()), api=api)
    assert callable(client.request)
    world.run(client.request_.list_requests())


def test_blocking_calls_give_values_and_async_ones_are_coroutine_functions(api: Api) -> None:
    """`async def` is real in the async client, and nothing has to be awaited in the blocking one."""
    for kind, coroutines in ((LeapOCR, True), (LeapOCRSync, False)):
        for name in ("process_file", "process_and_wait", "get_job_status", "delete_job"):
            assert inspect.iscoroutinefunction(getattr(kind(KEY).ocr, name)) is coroutines
        assert inspect.iscoroutinefunction(kind(KEY).health) is coroutines
    http = httpx.Client(transport=httpx.MockTransport(Script(answer(json={"id": 7}))))
    assert api.client(base_url=URL, http_client=http).shop.get_thing(id=7) == {"id": 7}


def test_the_two_worlds_have_the_same_names_and_signatures() -> None:
    """What one client can do, its twin can: methods, arguments, defaults."""
    pairs: list[tuple[type, type]] = [(LeapOCR, LeapOCRSync), (AsyncClient, Client), (AsyncCall, BlockingCall)]
    pairs.append((type(LeapOCR(KEY).ocr), type(LeapOCRSync(KEY).ocr)))
    for suspending, blocking in pairs:
        names = [
            {name for name in dir(kind) if not name.startswith("_")} - {"aclose"} for kind in (suspending, blocking)
        ]
        assert names[0] == names[1]
        for name in names[0]:
            first, second = getattr(suspending, name), getattr(blocking, name)
            if inspect.isfunction(first):
                arguments = [str(inspect.signature(one)).partition(" ->")[0] for one in (first, second)]
                assert arguments[0] == arguments[1], name


def test_a_call_without_a_client_says_where_to_get_one(api: Api) -> None:
    """An operation by itself can be looked at, not called."""
    with pytest.raises(TypeError, match=r"shop\.get_thing belongs to a client"):
        BlockingCall(api.operations["get_thing"])(id=1)
    ocr: Any = type(LeapOCRSync(KEY).ocr)
    assert isinstance(ocr.direct_upload, Call)


# -- what it does


def test_a_call_has_a_value_a_response_and_a_plan(world: World, api: Api) -> None:
    """`call(...)` sends and reads, `.raw` gives the HTTP response, `.plan` only says what would be sent."""
    script = Script(answer(json={"id": 7}, x_from="shop"))
    client = world.client(script, api=api)
    assert world.run(client.shop.get_thing(id=7)) == {"id": 7}
    assert world.run(client.shop.get_thing.raw(id=7)).headers["x-from"] == "shop"
    plan = client.shop.get_thing.plan(id=8)
    assert (plan.method, plan.url, script.calls) == ("GET", f"{URL}/things/8", 2)


def test_wrong_arguments_never_leave(world: World, api: Api) -> None:
    """A wrong name is a TypeError that knows the right one; a wrong value a ValidationError that names its place."""
    script = Script(answer())
    client = world.client(script, api=api)
    with pytest.raises(TypeError, match="has no argument 'idd'; did you mean 'id'"):
        world.run(client.shop.get_thing(idd=1))
    with pytest.raises(errors.ValidationError, match="id") as caught:
        world.run(client.shop.get_thing(id="seven"))
    assert (caught.value.field, script.calls) == ("id", 0)


def test_an_argument_without_its_name_is_told_what_to_be_called(world: World, api: Api) -> None:
    """Operations take keywords: a positional argument is a TypeError that says which."""
    call = world.client(Script(answer()), api=api).shop.get_thing
    for ask in (call, call.raw):
        with pytest.raises(TypeError, match=r"^get_thing\(\) takes keyword arguments only: id=\.\.\.$"):
            world.run(ask(7))
    with pytest.raises(TypeError, match="keyword arguments only"):
        call.plan(7)
    with pytest.raises(TypeError, match=r"^list_things\(\) takes no arguments$"):
        world.run(world.client(Script(answer()), api=api).shop.list_things(7))


def test_pages_say_how_to_walk_them(world: World) -> None:
    """The repr names the operation and the loop, and asks for nothing."""
    script = Script(answer())
    shown = repr(world.client(script).ocr.get_job_result.pages(job_id="1"))
    assert shown in {
        "<BlockingPages of get_job_result; for page in ...>",
        "<AsyncPages of get_job_result; async for page in ...>",
    }
    assert script.calls == 0


def test_what_the_document_does_not_know_can_be_asked_for(world: World) -> None:
    """`client.request` sends anything to the API's own origin, with its credentials, and gives the JSON."""
    script = Script(answer(json={"fresh": True}))
    client = world.client(script)
    assert world.run(client.request("post", "/ocr/new", json={"a": 1}, headers={"X-Trial": "1"})) == {"fresh": True}
    request = script.requests[0]
    assert (request.method, str(request.url), request.content) == ("POST", f"{URL}/ocr/new", b'{"a":1}')
    assert (request.headers["x-api-key"], request.headers["x-trial"]) == (KEY, "1")
    for path in ("https://evil.test/", "ocr/new", ""):
        with pytest.raises(leapocr_dyn.LeapOCRError, match="must start with a slash"):
            world.run(client.request("GET", path))
    with pytest.raises(errors.NotFoundError):
        world.run(world.client(Script(answer(404))).request("GET", "/ocr/new"))


def test_other_settings_share_connections_and_drift(world: World) -> None:
    """with_options gives a twin; the first client stays as it was."""
    script = Script(answer(503))
    client = world.client(script)
    twin = client.with_options(max_retries=0)
    with pytest.raises(errors.ServerError):
        world.run(twin.ocr.get_job_status("1"))
    assert script.calls == 1
    assert twin._session.io is client._session.io
    assert client._session.config.max_retries == 3
    with pytest.raises(leapocr_dyn.LeapOCRError, match="shares the connections"):
        client.with_options(http_client=world.http(script))
    with pytest.raises(leapocr_dyn.LeapOCRError, match="timeout must be a number above 0"):
        client.with_options(timeout=0)


def test_answers_that_differ_from_the_document_are_counted_or_refused(world: World) -> None:
    """Reading is lenient, and the client remembers each surprise; with strict=True it raises instead."""
    server = Script(answer(json={"id": "1", "status": "pending", "mood": "fine"}))
    client = world.client(server)
    for _ in range(2):
        world.run(client.ocr.get_job_status("1"))
        world.run(client._session.ask("getJobStatus", {"job_id": "1"}))
    assert ["unknown field mood" in str(one) for one in client.drift()] == [True]
    with pytest.raises(errors.DriftError, match="mood"):
        world.run(world.client(server, strict=True)._session.ask("getJobStatus", {"job_id": "1"}))


def test_a_closed_client_can_be_used_again(world: World) -> None:
    """Closing gives the connections up; the next call makes new ones. `with` closes, too."""
    client = world.client(Script(answer(json={"status": "pending"})))
    for _ in range(2):
        world.run(client.ocr.get_job_status("1"))
        world.run(client.close())

    async def block() -> str:
        async with client as same:
            return str((await same.ocr.get_job_status("1")).status)

    if world.blocking:
        with client as same:
            assert same.ocr.get_job_status("1").status == "pending"
    else:
        assert world.run(block()) == "pending"


def test_a_blocking_client_works_inside_a_running_loop() -> None:
    """As in a notebook: the loop waits meanwhile, and nothing asks for another one."""
    http = httpx.Client(transport=httpx.MockTransport(Script(answer(json={"status": "pending"}))))

    async def cell() -> Any:
        return LeapOCRSync(KEY, http_client=http).ocr.get_job_status("1")

    assert asyncio.run(cell()).status == "pending"


# -- settings and keys


def test_key_and_address_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is passed goes first; an empty variable counts as none; without any key, a sentence says what to set."""
    with pytest.raises(errors.AuthenticationError, match="set LEAPOCR_API_KEY"):
        LeapOCRSync()
    monkeypatch.setenv("LEAPOCR_API_KEY", "  from-the-environment ")
    monkeypatch.setenv("LEAPOCR_BASE_URL", "https://staging.test/v1/")
    client = LeapOCRSync()
    assert client._session.credentials.api_key.reveal() == "from-the-environment"  # type: ignore[union-attr]
    assert client._session.base_url == "https://staging.test/v1"
    assert LeapOCRSync(base_url=URL)._session.base_url == URL
    monkeypatch.setenv("LEAPOCR_BASE_URL", "")
    assert LeapOCRSync()._session.base_url == "https://api.leapocr.com/api/v1"


@pytest.mark.parametrize("key", ["", "  ", "line\nbreak", "caf\u00e9", "\u201cquoted\u201d"])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(key: str) -> None:
    """Blank, broken over lines, or with typographer's quotes: known when the client is made."""
    with pytest.raises(leapocr_dyn.LeapOCRError, match="api_key") as caught:
        LeapOCR(key)
    assert isinstance(caught.value, errors.AuthenticationError)
    assert not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"timeout": 0},
        {"timeout": float("nan")},
        {"timeout": "30"},
        {"max_retries": -1},
        {"max_retries": 1.5},
        {"max_retries": True},
        {"retry_delay": -1},
        {"retry_multiplier": 0.5},
        {"base_url": "api.leapocr.com"},
        {"base_url": "ftp://api.leapocr.com"},
        {"base_url": "https://user:secret@api.leapocr.com"},
        {"base_url": "https://api.leapocr.com?key=1"},
        {"base_url": "https://api.leapocr.com:0"},
        {"base_url": 7},
    ],
)
def test_a_setting_that_cannot_be_right_is_refused_at_once(settings: dict[str, Any]) -> None:
    """ConfigurationError names the setting; it is never replaced in silence."""
    with pytest.raises(leapocr_dyn.LeapOCRError, match=next(iter(settings))) as caught:
        LeapOCRSync(KEY, **settings)
    assert isinstance(caught.value, errors.ConfigurationError)
    assert "secret" not in str(caught.value)


def test_an_unknown_setting_is_a_type_error_that_says_what_was_meant() -> None:
    """As for any function; in the constructor and in with_options alike."""
    with pytest.raises(TypeError, match="no setting 'retries'; did you mean 'max_retries'"):
        LeapOCR(KEY, retries=3)  # type: ignore[call-arg]  # the mistake itself
    with pytest.raises(TypeError, match=r"no setting 'colour'; the settings are .*max_retries"):
        LeapOCR(KEY, colour="red")  # type: ignore[call-arg]  # the mistake itself
    with pytest.raises(TypeError, match="no setting 'timout'; did you mean 'timeout'"):
        LeapOCRSync(KEY).with_options(timout=3)  # type: ignore[call-arg]  # the mistake itself


def test_settings_can_be_kept_and_changed() -> None:
    """A ClientConfig serves many clients; keywords go before it."""
    config = ClientConfig(timeout=5, max_retries=1)
    session = LeapOCRSync(KEY, config, timeout=7)._session
    assert (session.config.timeout, session.config.max_retries, config.timeout) == (7, 1, 5)


def test_a_client_can_be_pickled_unless_it_borrows_connections(api: Api) -> None:
    """For worker processes: with its key and settings; one with a user's http_client says that it cannot."""
    for client in (LeapOCRSync(KEY, timeout=7), LeapOCR(KEY, base_url=URL), api.client(token=KEY, base_url=URL)):
        again: Any = pickle.loads(pickle.dumps(client))
        assert type(again) is type(client)
        assert again._session.credentials == client._session.credentials
        assert again._session.config == client._session.config
        assert again.api is client.api
    with pytest.raises(errors.ConfigurationError, match="cannot be pickled"):
        pickle.dumps(LeapOCRSync(KEY, http_client=httpx.Client()))


def test_a_client_without_an_address_says_what_to_pass(world: World, api: Api) -> None:
    """A document without servers needs base_url; the client can be looked at all the same."""
    client = world.client(Script(answer()), api=api, base_url=None)
    assert "(no base URL)" in repr(client)
    with pytest.raises(errors.ConfigurationError, match="pass base_url="):
        world.run(client.shop.get_thing(id=1))
