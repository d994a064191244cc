"""Following a document's versions: what is taken over, what is not, and that nobody who calls is disturbed."""

from __future__ import annotations

import contextlib
import copy
import gc
import hashlib
import json
import pickle
import socket
import tempfile
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import KEY, World
from documents import openapi
from hypothesis import HealthCheck, given, settings
from versions import PUBLISHED, documents, final, published

import leapocr_dyn
from leapocr_dyn import errors
from leapocr_dyn.api import Api
from leapocr_dyn.client import Client
from leapocr_dyn.errors import UpdateWarning
from leapocr_dyn.history import judge, lock, update
from leapocr_dyn.history.compare import compare
from leapocr_dyn.history.fingerprint import surface
from leapocr_dyn.history.store import Store
from leapocr_dyn.iteration import AsyncWalk, BlockingWalk
from leapocr_dyn.pair import Pair
from leapocr_dyn.sandbox import Sandbox
from leapocr_dyn.services.zaguan import AsyncZaguanClient, ZaguanClient

SOURCE = "https://docs.test/openapi.json"
Json = Any  # whatever a test feeds in


def operation(id_: str, result: Json = None, **rest: Json) -> Json:
    """An operation that answers an object with these properties."""
    schema = {"type": "object", "properties": result or {"name": {"type": "string"}}}
    answer = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
    return {"operationId": id_, "tags": ["pets"], "responses": answer, **rest}


def described(**more: Json) -> Json:
    """The first version: two operations; more: other paths, or other operations at these."""
    paths = {"/pets/first": {"get": operation("getPet")}, "/pets/all": {"get": operation("listPets")}, **more}
    return openapi(paths=paths, servers=[{"url": "https://api.test/v1"}])


class Web:
    """The API and the source of its document. document: what stands there, or a function of the request."""

    def __init__(self) -> None:
        self.document: Json = described()
        self.called: list[str] = []  # paths of the API
        self.looks: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """What the web answers."""
        if request.url.host == "docs.test":
            self.looks.append(request)
            if callable(self.document):
                return self.document(request)  # type: ignore[no-any-return]  # a test's own
            return httpx.Response(200, json=self.document)
        self.called.append(f"{request.method} {request.url.host} {request.url.path}")
        return httpx.Response(200, json={"name": "Bo", "age": 3})


@pytest.fixture
def web() -> Web:
    """An API whose document can change."""
    return Web()


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks may take as long as a busy machine needs."""
    monkeypatch.setattr("leapocr_dyn.history.update.SECONDS", 60.0)


def followed(policy: str = "compatible", given: Json = None, **terms: Json) -> Api:
    """The first version, followed."""
    terms = {"updates": SOURCE, "every": 0.0, **terms}
    return leapocr_dyn.load(described() if given is None else given, policy=policy, **terms)


def client_of(world: World, web: Web, api: Api | None = None, **settings: Any) -> Any:
    """A client whose web is this."""
    return world.client(web, api=followed() if api is None else api, base_url="https://api.test/v1", **settings)


def changed(change: Callable[[Json], object], document: Json = None) -> Json:
    """The first version, changed."""
    tree = copy.deepcopy(described() if document is None else document)
    change(tree)
    return tree


def properties(tree: Json, path: str = "/pets/first") -> Json:
    """The properties that an operation answers."""
    return tree["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]


# --- compatible: what is taken over ---


def test_what_is_new_can_be_called_without_a_new_release(world: World, web: Web) -> None:
    """Fields of answers, and operations, in a client that was there before."""
    client = client_of(world, web)
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    web.document["paths"]["/pets/new"] = {"get": operation("newPet")}
    pet = world.run(client.pets.get_pet())
    assert (pet.age, type(pet).__name__) == (3, "GetPetResponse")
    assert world.run(client.pets.new_pet()).name == "Bo"
    assert "new_pet" in dir(client.pets)
    assert "new_pet" in client.api.operations
    assert web.called[-1] == "GET api.test /v1/pets/new"


def test_what_would_break_a_call_is_not_taken_over(world: World, web: Web) -> None:
    """The old version stays, and a warning says exactly what would break and where; once, and not at every call."""
    own = changed(lambda tree: tree["info"].update(title=f"First {world.name}"))  # nobody has called it before
    client = client_of(world, web, followed(given=own))
    web.document = changed(lambda tree: properties(tree).pop("name"), own)
    with pytest.warns(UpdateWarning) as caught:
        assert world.run(client.pets.get_pet()).name == "Bo"
    [warning] = [one.message for one in caught]
    assert isinstance(warning, UpdateWarning)
    assert "GET /pets/first: response 200: name is gone (at #/paths/~1pets~1first/get" in str(warning)
    [change] = warning.update.breaks
    assert (change.rule, change.name, warning.update.taken) == ("property-removed", "name", False)
    assert Path(caught[0].filename).parent == Path(__file__).parent, "it points at the call, and not into this package"
    assert world.run(client.pets.get_pet()).name == "Bo"
    assert len(web.looks) == 2


def test_a_warning_is_no_longer_than_people_read(world: World, web: Web) -> None:
    """However much would break; the program finds all of it."""
    client = client_of(world, web)
    many = [{"name": f"p{n}", "in": "query", "required": True, "schema": {}} for n in range(1000)]
    web.document = changed(lambda tree: tree["paths"]["/pets/first"]["get"].update(parameters=many))
    with pytest.warns(UpdateWarning, match="and 980 more$") as caught:
        world.run(client.pets.get_pet())
    [warning] = [one.message for one in caught if isinstance(one.message, UpdateWarning)]
    assert len(warning.update.breaks) == 1000


def test_a_moved_operation_is_called_where_it_is_now(world: World, web: Web) -> None:
    """In the first call after it moved, also by a callable that somebody holds, and in its plan."""
    client = client_of(world, web)
    held = client.pets.get_pet
    web.document = changed(lambda tree: tree["paths"].update({"/animals/first": tree["paths"].pop("/pets/first")}))
    assert world.run(held()).name == "Bo"
    assert held.plan().url == "https://api.test/v1/animals/first"
    assert web.called == ["GET api.test /v1/animals/first"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"operationId": "fetchPet"}, id="another id"),
        pytest.param({"operationId": None}, id="no id"),
        pytest.param({"tags": ["animals"]}, id="another tag"),
        pytest.param({"tags": None, "operationId": None}, id="neither"),
    ],
)
def test_what_people_type_stays_what_it_was(world: World, web: Web, change: Json) -> None:
    """An operation that lost its id or its tag, or has another, keeps the name that programs call it by."""

    def renamed(tree: Json) -> None:
        node = tree["paths"]["/pets/first"]["get"]
        node.update(change)
        tree["paths"]["/pets/first"]["get"] = {key: value for key, value in node.items() if value is not None}
        properties(tree)["age"] = {"type": "integer"}

    client = client_of(world, web)
    web.document = changed(renamed)
    assert world.run(client.pets.get_pet()).age == 3
    assert client.pets.get_pet.plan().url == "https://api.test/v1/pets/first"


def test_one_that_was_chosen_by_its_tag_stays_when_it_loses_it(world: World, web: Web) -> None:
    """It is found again by its method and its path."""
    client = client_of(world, web, followed(tag="pets"))
    web.document = changed(lambda tree: tree["paths"]["/pets/first"]["get"].pop("tags"))
    web.document["paths"]["/pets/new"] = {"get": operation("newPet")}
    assert world.run(client.pets.get_pet()).name == "Bo"
    assert world.run(client.pets.new_pet()).name == "Bo"


def test_what_nobody_uses_may_break(world: World, web: Web) -> None:
    """Until it is called: then the pinned version is spoken again before anything is sent, and a warning says why."""
    own = changed(lambda tree: tree["info"].update(title=world.name))  # what others in this process call is used, too
    client = client_of(world, web, followed(given=own))
    web.document = changed(lambda tree: tree["paths"].pop("/pets/all"))
    web.document["paths"]["/pets/new"] = {"get": operation("newPet")}
    world.run(client.pets.get_pet())
    assert world.run(client.pets.new_pet()).name == "Bo"
    with pytest.warns(
        UpdateWarning, match=r"would break what is used here:\n  GET /pets/all: is gone .*\n.*spoken again"
    ) as caught:
        assert world.run(client.pets.list_pets()).name == "Bo"
    assert "no change" not in str(caught[0].message), "what breaks is one"
    assert web.called[-1] == "GET api.test /v1/pets/all"
    with pytest.raises(AttributeError, match="new_pet"):
        _ = client.pets.new_pet


def test_what_was_only_planned_counts_as_used(web: Web) -> None:
    """A plan is a promise to send it."""
    api = followed()
    api.operations["list_pets"].plan("https://api.test/v1")
    web.document = changed(lambda tree: tree["paths"].pop("/pets/all"))
    with httpx.Client(transport=httpx.MockTransport(web)) as http:
        client = api.client(http_client=http, base_url="https://api.test/v1")
        with pytest.warns(UpdateWarning, match="GET /pets/all: is gone"):
            client.pets.get_pet()


def test_what_is_about_to_be_called_counts_as_used(world: World, web: Web) -> None:
    """A version that breaks the very first call is not taken over before it."""
    own = changed(lambda tree: tree["info"].update(title=f"First {world.name}"))
    client = client_of(world, web, followed(given=own))
    web.document = changed(lambda tree: tree["paths"].pop("/pets/first"))
    with pytest.warns(UpdateWarning, match="is not taken over .*\n  GET /pets/first: is gone"):
        assert world.run(client.pets.get_pet()).name == "Bo"
    assert client.api.now is client.api.pinned


def test_what_a_workflow_names_counts_as_used(world: World, web: Web) -> None:
    """Also where only a rule deep inside names it."""
    rules = {"poll": {"operation": "listPets", "input": "id", "accept": [{"when": "true", "state": "success"}]}}
    client = client_of(world, web, followed(workflow=rules))
    web.document = changed(lambda tree: tree["paths"].pop("/pets/all"))
    with pytest.warns(UpdateWarning, match="GET /pets/all: is gone"):
        world.run(client.pets.get_pet())


def test_a_workflow_means_the_same_operation_when_it_lost_its_id(web: Web) -> None:
    """What it says of it, and what names it, goes by method and path then; also without an `at` of its own."""
    rules = {
        "operations": {"getPet": {"name": "pets.the_pet", "repeatable": True}},
        "poll": {"operation": "listPets", "input": "id", "accept": [{"when": "true", "state": "success"}]},
    }
    api = followed(workflow=rules)
    for path in web.document["paths"]:
        del web.document["paths"][path]["get"]["operationId"]
    with httpx.Client(transport=httpx.MockTransport(web)) as http:
        api.client(http_client=http, base_url="https://api.test/v1").pets.the_pet()
    assert api.now is not api.pinned
    assert api.operations["getPet"].rule.repeatable
    assert api.operations["listPets"].path == "/pets/all"


def test_a_name_never_becomes_another_method(world: World, web: Web) -> None:
    """Not even where two operations exchange their ids: what was read would be deleted."""
    both = {"/pets/last": {"get": operation("readPet"), "delete": operation("dropPet")}}
    client = client_of(world, web, followed(given=described(**both)))
    both = {"/pets/last": {"get": operation("dropPet"), "delete": operation("readPet")}}
    web.document = described(**both)
    with pytest.warns(UpdateWarning, match="is sent with DELETE, no longer with GET"):
        world.run(client.pets.read_pet())
    assert {one for one in web.called if "last" in one} == {"GET api.test /v1/pets/last"}


def test_an_argument_means_what_it_meant(world: World, web: Web) -> None:
    """A name that would go elsewhere, because of what has come beside it, breaks who gives it."""
    body = {"application/json": {"schema": {"type": "object", "properties": {"name": {"type": "string"}}}}}
    first = described(**{"/pets/new": {"post": operation("newPet", requestBody={"content": body})}})
    client = client_of(world, web, followed(given=first))
    web.document = first
    world.run(client.pets.new_pet(name="Bo"))
    parameter = {"name": "name", "in": "query", "schema": {"type": "string"}}
    web.document = changed(lambda tree: tree["paths"]["/pets/new"]["post"].update(parameters=[parameter]), first)
    with pytest.warns(UpdateWarning, match="has a field called like a parameter, name"):
        world.run(client.pets.new_pet(name="Bo"))
    assert client.pets.new_pet.plan(name="Bo").body == b'{"name":"Bo"}'


def test_what_was_called_in_any_version_is_used_from_then_on(world: World, web: Web) -> None:
    """Also when another version has been taken over since, and where only a newer version had it."""
    own = changed(lambda tree: tree["info"].update(title=f"Ever {world.name}"))
    client = client_of(world, web, followed(given=own))
    second = changed(lambda tree: tree["paths"].update({"/pets/new": {"get": operation("newPet")}}), own)
    web.document = second
    world.run(client.pets.get_pet())
    world.run(client.pets.list_pets())
    world.run(client.pets.new_pet())
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}), second)
    assert world.run(client.pets.get_pet()).age == 3
    for path in ("/pets/all", "/pets/new"):
        web.document = copy.deepcopy(second)
        del web.document["paths"][path]
        with pytest.warns(UpdateWarning, match=f"GET {path}: is gone"):
            world.run(client.pets.get_pet())
    assert {"list_pets", "new_pet"} <= set(client.api.operations)


def test_pages_begin_with_the_version_that_is_spoken_and_end_with_it(world: World, web: Web) -> None:
    """A look comes before the first page; what is taken over in the middle reaches the next call, not this one."""
    rules = {"pages": {"listPets": {"input": "page", "items": "$response.body#/items", "more": "$response.body#/more"}}}
    items = {"items": {"type": "array", "items": {"type": "string"}}, "more": {"type": "boolean"}}
    page = {"parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}]}
    first = described(**{"/pets/all": {"get": operation("listPets", items, **page)}})
    moved = changed(lambda tree: tree["paths"].update({"/all": tree["paths"].pop("/pets/all")}), first)
    again = changed(lambda tree: tree["paths"].update({"/a": tree["paths"].pop("/all")}), moved)

    def answer(request: httpx.Request) -> httpx.Response:
        web(request)
        number = int(request.url.params.get("page", "1"))
        return (
            httpx.Response(200, json=web.document)
            if request.url.host == "docs.test"
            else httpx.Response(200, json={"items": [str(number)], "more": number < 3})
        )

    api = followed(given=first, workflow=rules)
    client = world.client(answer, api=api, base_url="https://api.test/v1")
    web.document = moved
    seen = []
    pages = client.pets.list_pets.pages()
    for _ in range(3):
        seen += (next(pages) if world.blocking else world.run(anext(pages))).items
        web.document = again
        world.run(client.pets.get_pet())
    assert seen == ["1", "2", "3"]
    assert {one for one in web.called if "first" not in one} == {"GET api.test /v1/all"}
    assert client.pets.list_pets.plan().url == "https://api.test/v1/a"


# --- when somebody looks ---


def test_pinned_asks_no_network(world: World, web: Web) -> None:
    """However long; only update() does, and says what is new."""
    api = followed("pinned")
    client = client_of(world, web, api)
    world.run(client.pets.get_pet())
    assert web.looks == []


def test_a_walk_that_a_service_begins_looks_as_well(world: World, web: Web) -> None:
    """A program that does nothing else follows all the same."""
    api = followed()
    client = client_of(world, web, api)

    class Nothing:
        operation = api.operations["get_pet"]
        ended = True

        async def next(self) -> None:
            """Nothing comes."""

        async def close(self) -> None:
            """Nothing to stop."""

    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    kind: Any = BlockingWalk if world.blocking else AsyncWalk
    assert world.all(kind(client, Nothing())) == []
    assert api.now is not api.pinned


def test_nobody_looks_more_often_than_agreed(world: World, web: Web) -> None:
    """Neither this client, nor another one, nor another process, as long as `every` says."""
    api = followed(every=60.0)
    api._followed().clock = world.clock
    client = client_of(world, web, api)
    for _ in range(3):
        world.run(client.pets.get_pet())
    assert len(web.looks) == 1
    world.run(client_of(world, web, followed(every=60.0)).pets.get_pet())
    assert len(web.looks) == 1
    world.clock.time += 61  # this process waits, and so does the file that says when somebody looked
    Store().look(SOURCE)
    world.run(client.pets.get_pet())
    assert len(web.looks) == 1


def test_whoever_is_cancelled_in_a_look_leaves_it_to_the_next(web: Web) -> None:
    """The next call looks, and does not wait until it is time again."""
    api = followed(every=3600.0)

    def answer(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    with httpx.Client(transport=httpx.MockTransport(web)) as http:
        client = api.client(http_client=http, base_url="https://api.test/v1")
        web.document = answer
        with pytest.raises(KeyboardInterrupt):
            client.pets.get_pet()
        web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
        assert client.pets.get_pet().age == 3


def test_a_document_that_did_not_change_is_not_sent_again(world: World, web: Web) -> None:
    """The source is asked by ETag and date, and a new process begins with what was had."""
    newer = changed(lambda tree: properties(tree).update(age={"type": "integer"}))

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("if-none-match") == '"2"':
            return httpx.Response(304)
        return httpx.Response(
            200, json=newer, headers={"etag": '"2"', "last-modified": "Sat, 21 Nov 2026 07:28:00 GMT"}
        )

    web.document = answer
    for _ in range(2):
        client = client_of(world, web)
        assert world.run(client.pets.get_pet()).age == 3
    first, second = web.looks
    assert "if-none-match" not in first.headers
    assert second.headers["if-modified-since"] == "Sat, 21 Nov 2026 07:28:00 GMT"


def test_a_new_process_speaks_what_was_taken_over_without_asking(world: World, web: Web) -> None:
    """What was compatible yesterday is there at once."""
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    world.run(client_of(world, web).pets.get_pet())
    assert "age" in str(followed().document)
    assert "age" not in str(followed("pinned").document)
    assert len(web.looks) == 1


def test_whoever_follows_one_source_decides_alone(world: World, web: Web) -> None:
    """What breaks this program may be fine for another one that follows the same source."""
    newer = changed(lambda tree: properties(tree, "/pets/all").pop("name"))
    other = changed(lambda tree: tree["info"].update(title=f"Other {world.name}"))
    web.document = newer
    world.run(client_of(world, web, followed(given=other)).pets.get_pet())
    rules = {"operations": {"listPets": {"name": "pets.all_of_them"}}}
    api = followed(given=other, workflow=rules)
    assert api.now is api.pinned


# --- a source that fails ---


FAILURES: dict[str, Any] = {
    "down": httpx.ConnectError("no route"),
    "slow": httpx.ReadTimeout("nothing came"),
    "a server error": httpx.Response(500, text="sorry"),
    "nothing": httpx.Response(200, content=b""),
    "cut in the middle": httpx.Response(200, content=json.dumps(described()).encode()[:300]),
    "a page for people": httpx.Response(200, html="<html><body>Our API</body></html>"),
    "an empty object": httpx.Response(200, json={}),
    "a document without operations": httpx.Response(200, json=openapi()),
    "unchanged, where nothing was had": httpx.Response(304),
    "not allowed": httpx.Response(403, json={"error": "no"}),
    "a redirect without end": httpx.Response(302, headers={"location": SOURCE}),
    "a redirect to what anybody could change": httpx.Response(302, headers={"location": "http://docs.test/x"}),
    "a redirect to this machine": httpx.Response(302, headers={"location": "https://127.0.0.1/x"}),
    "too large": httpx.Response(200, content=b" " * (65 * 2**20)),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_source_that_fails_changes_nothing(world: World, web: Web, failure: str) -> None:
    """A client that worked yesterday works; one warning says what happened."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = FAILURES[failure]
        if isinstance(found, Exception):
            raise found
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)

    client = client_of(world, web)
    web.document = answer
    with pytest.warns(UpdateWarning, match="no newer version could be had"):
        assert world.run(client.pets.get_pet()).name == "Bo"
    assert world.run(client.pets.get_pet()).name == "Bo"
    assert Store().versions(SOURCE) == []
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    assert world.run(client.pets.get_pet()).age == 3


def test_the_source_never_sees_a_credential(world: World, web: Web) -> None:
    """Also where the client's own settings would add one to everything."""
    client = client_of(world, web)
    world.run(client.pets.get_pet())
    [look] = web.looks
    assert KEY not in str(look.headers.raw)
    assert "cookie" not in look.headers


@pytest.mark.parametrize(
    "url",
    [
        *("http://docs.test/openapi.json", "ftp://docs.test/x", "openapi.json", "", "https://u:p@docs.test/x"),
        *("https://docs.test/x\n", "https://docs test/x", b"https://docs.test/x", Path("openapi.json"), 5),
    ],
)
def test_a_source_is_https_or_on_this_machine(url: Json) -> None:
    """What anybody on the way could change is refused, when it is loaded; and so is what is no URL at all."""
    with pytest.raises(errors.ConfigurationError, match=r"^updates: "):
        followed(updates=url)


def test_what_is_no_url_is_shown_as_it_was_given() -> None:
    """And what follows nothing does not say that it follows something."""
    with pytest.raises(errors.ConfigurationError, match=r"^updates: 'openapi\.json' is not a URL"):
        followed(updates="openapi.json")
    assert "; pinned; " in repr(followed("pinned", updates=None))


def test_a_document_never_decides_where_requests_and_credentials_go(world: World, web: Web) -> None:
    """A newer one may name another server: what the pinned one and the caller say stands."""
    client = world.client(web, api=followed("latest"), base_url=None, api_key=None)
    web.document = {**described(), "servers": [{"url": "https://evil.test/v1"}]}
    for _ in range(2):
        world.run(client.pets.get_pet())
    assert "evil" in str(client.api.document)
    assert client.pets.get_pet.plan().url == "https://api.test/v1/pets/first"
    assert set(web.called) == {"GET api.test /v1/pets/first"}
    scheme = {"components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-key"}}}}
    web.document = {**web.document, **scheme, "security": [{"key": []}]}
    client = world.client(web, api=followed("latest"), base_url=None)
    with (
        pytest.warns(UpdateWarning, match="needs key"),
        pytest.raises(errors.ConfigurationError, match="does not decide"),
    ):
        world.run(client.pets.get_pet())
    assert set(web.called) == {"GET api.test /v1/pets/first"}


def test_an_operation_is_sent_to_no_server_that_only_a_newer_document_names(world: World, web: Web) -> None:
    """Neither what it is given nor a credential; a relative server is the pinned document's, too."""
    own = changed(lambda tree: tree["info"].update(title=f"Servers {world.name}"))
    own["paths"]["/pets/first"]["servers"] = [{"url": "/v2"}]
    client = world.client(web, api=followed("latest", given=own), base_url=None, api_key=None)
    web.document = {**own, "servers": [{"url": "https://evil.test/v1"}]}
    web.document["paths"]["/pets/new"] = {"get": {**operation("newPet"), "servers": [{"url": "https://evil.test"}]}}
    world.run(client.pets.get_pet())
    with pytest.raises(errors.ConfigurationError, match="does not decide where credentials go; pass servers"):
        world.run(client.pets.new_pet())
    assert web.called == ["GET api.test /v2/pets/first"]
    assert "evil" not in repr(client)
    allowed = client.with_options(servers={"https://evil.test": "https://new.test"})
    world.run(allowed.pets.new_pet())
    assert web.called[-1] == "GET new.test /pets/new"


def test_a_source_sends_nobody_to_another_place(world: World, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """An Overlay may name the document that it extends; as a version, it is none that could be spoken."""
    fetched: list[str] = []
    monkeypatch.setattr("leapocr_dyn.fetch.fetch", fetched.append)
    client = client_of(world, web)
    info = {"title": "Ours", "version": "1"}
    web.document = {"overlay": "1.0.0", "info": info, "extends": "https://evil.test/x", "actions": [{"target": "$"}]}
    with pytest.warns(UpdateWarning, match="is an Overlay, which only says where its document is"):
        world.run(client.pets.get_pet())
    assert fetched == []


def test_what_would_be_sent_elsewhere_is_not_taken_over(world: World, web: Web) -> None:
    """The pinned version is called on, where it was."""
    client = client_of(world, web)
    web.document = changed(lambda tree: tree["paths"]["/pets/first"].update(servers=[{"url": "https://evil.test"}]))
    with pytest.warns(UpdateWarning, match=r"GET /pets/first: has the server https://evil.test, no longer"):
        world.run(client.pets.get_pet())
    assert web.called == ["GET api.test /v1/pets/first"]


def test_settings_for_the_pinned_server_stay_good(world: World, web: Web) -> None:
    """Its variables can be set in every client, whatever a newer document says of its own servers."""
    where = {"url": "https://{region}.test", "variables": {"region": {"default": "eu"}}}
    api = followed(given={**described(), "servers": [where]})
    settings: Json = {"api": api, "base_url": None, "api_key": None, "server_variables": {"region": "us"}}
    client = world.client(web, **settings)
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    for one in (client, client.with_options(timeout=7), world.client(web, **settings)):
        assert world.run(one.pets.get_pet()).age == 3
    assert set(web.called) == {"GET us.test /pets/first"}


def test_only_listed_documents_are_taken(world: World, web: Web, tmp_path: Path) -> None:
    """By their SHA-256, given one by one, or in a file as sha256sum writes it."""
    newer = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    content = json.dumps(newer).encode()
    digest = hashlib.sha256(content).hexdigest()
    web.document = lambda request: httpx.Response(200, content=content)
    listed = tmp_path / "SHA256SUMS"
    for allowed in ("0" * 64, ["1" * 64, "0" * 64]):
        with pytest.warns(UpdateWarning, match=f"sha256 is {digest}, which is not one that may be taken"):
            world.run(client_of(world, web, followed(sha256=allowed)).pets.get_pet())
    listed.write_text(f"# ours\n{'0' * 64}  old.json\n{digest} *openapi.json\n")
    assert world.run(client_of(world, web, followed(sha256=listed)).pets.get_pet()).age == 3


@pytest.mark.parametrize("given", ["", [], "SHA256SUMS", Path("SHA256SUMS"), Path("empty"), 5, b"0" * 64])
def test_a_list_of_digests_that_could_take_nothing_is_a_mistake(
    given: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty one, a file that is not there, and what is no digest: said when it is loaded, and not at every look."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").write_text("# none yet\n")
    with pytest.raises(errors.ConfigurationError, match=r"^sha256: ") as caught:
        followed(sha256=given)
    assert "bundled" not in str(caught.value)


# --- an overlay that no longer fits ---


def test_an_overlay_is_applied_to_every_version_and_one_that_no_longer_fits_is_said(world: World, web: Web) -> None:
    """The last good version is spoken on; without a correction, who knows what is wrong."""
    overlay = {
        "overlay": "1.0.0",
        "info": {"title": "Ours", "version": "1"},
        "actions": [{"target": "$.paths['/pets/first'].get.responses", "update": {"404": {"description": "No pet."}}}],
    }
    api = followed(overlay=overlay)
    client = client_of(world, web, api)
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    assert world.run(client.pets.get_pet()).age == 3
    assert "404" in api.document["paths"]["/pets/first"]["get"]["responses"]
    web.document = changed(
        lambda tree: tree["paths"].update({"/first": tree["paths"].pop("/pets/first")}), web.document
    )
    with pytest.warns(UpdateWarning, match=r"action 1 at \$.paths\['/pets/first'\].*no longer fits"):
        assert world.run(client.pets.get_pet()).age == 3
    assert web.called[-1] == "GET api.test /v1/pets/first"


def test_a_correction_that_is_no_longer_needed_stops_nobody(world: World, web: Web) -> None:
    """What an overlay takes away may be gone already."""
    action = {"target": "$.paths['/pets/first'].get.deprecated", "remove": True}
    overlay = {"overlay": "1.0.0", "info": {"title": "Ours", "version": "1"}, "actions": [action]}
    first = changed(lambda tree: tree["paths"]["/pets/first"]["get"].update(deprecated=True))
    client = client_of(world, web, followed(given=first, overlay=overlay))
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    assert world.run(client.pets.get_pet()).age == 3


def test_a_view_that_no_longer_fits_keeps_the_last_good_version(world: World, web: Web) -> None:
    """Even where everything is taken: what was paid for must be readable."""
    rules = {"views": {"Pet": {"of": ["getPet"], "fields": {"name": "name"}}}}
    client = client_of(world, web, followed("latest", workflow=rules))
    web.document = changed(
        lambda tree: tree["paths"]["/pets/first"]["get"]["responses"]["200"]["content"]["application/json"].update(
            schema={"type": "array", "items": {"type": "string"}}
        )
    )
    with pytest.warns(UpdateWarning, match="does not fit the workflow any more: view Pet: what getPet answers is not"):
        assert world.run(client.pets.get_pet()).name == "Bo"


# --- by hand ---


def test_update_says_in_one_line_what_is_new_and_that_nothing_breaks(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """And takes it over, for everybody who has the API; pinned, it only says it."""
    api, pinned = followed(every=3600.0), followed("pinned")
    answers(monkeypatch, web)
    api.update()
    assert str(api.update()) == f"Test: nothing new at {SOURCE}"
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    said = str(api.update())
    assert said.startswith("Test: version ")
    assert said.endswith(f" of {SOURCE} is spoken now (1 addition); nothing that is used here breaks")
    assert "\n" not in said
    assert not pinned.update().taken
    assert str(pinned.update()).endswith("is not taken over (1 addition):\n  the policy is pinned")
    assert "age" in str(api.document)
    assert "age" not in str(pinned.document)


def test_going_back_is_one_call_and_the_version_is_not_taken_again(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """In no program of this user, until somebody asks for it again; the fingerprint is what it was."""
    answers(monkeypatch, web)
    api = followed()
    before = surface(api.now.whole)
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    assert api.update().taken
    assert surface(api.now.whole) != before
    assert "is refused from now on" in str(api.rollback())
    assert surface(api.now.whole) == before
    refused = api.update()
    assert not refused.taken
    assert "it was rolled back; to take it all the same: api.update(again=True)" in str(refused)
    assert followed().now is api.pinned
    with pytest.raises(errors.ConfigurationError, match="nothing to roll back"):
        api.rollback()
    assert api.update(again=True).taken
    assert followed().now is not api.pinned


def test_a_url_without_a_pinned_version_goes_back_to_the_one_before(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a process that began with the newest; where there is no other, that is said."""
    answers(monkeypatch, web)
    api = leapocr_dyn.load(SOURCE, policy="latest")
    with pytest.raises(errors.ConfigurationError, match="nothing to roll back"):
        api.rollback()
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    assert api.update().taken
    api = leapocr_dyn.load(SOURCE, policy="latest")
    assert "age" in str(api.document)
    api.rollback()
    assert "age" not in str(api.document)
    assert "age" not in str(leapocr_dyn.load(SOURCE, policy="latest").document)


def test_other_programs_stop_to_speak_what_was_rolled_back(world: World, web: Web) -> None:
    """At their next look; and what it had of its own is no longer on offer."""
    api = followed()
    client = client_of(world, web, api)
    web.document = changed(lambda tree: tree["paths"].update({"/new": {"get": {**operation("newPet"), "tags": ["x"]}}}))
    world.run(client.pets.get_pet())
    assert world.run(client.x.new_pet()).name == "Bo"
    followed().rollback()
    with pytest.warns(UpdateWarning, match="it was rolled back"):
        world.run(client.pets.get_pet())
    assert api.now is api.pinned
    assert not hasattr(client, "x")


def test_going_back_works_where_nothing_can_be_written(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this program, as long as it runs."""
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    answers(monkeypatch, web)
    api = followed()
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    api.update()
    api.rollback()
    assert not api.update().taken
    assert api.now is api.pinned


def test_a_dry_look_keeps_nothing(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what would be done."""
    answers(monkeypatch, web)
    api = followed()
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    assert api.update(dry=True).taken
    assert api.now is api.pinned
    assert Store().versions(SOURCE) == []


def test_latest_takes_everything_and_says_what_breaks(world: World, web: Web) -> None:
    """What the pinned version had, and the newer has not, can be called on; the server says what it thinks of it."""
    own = changed(lambda tree: tree["info"].update(title=f"Latest {world.name}"))
    client = client_of(world, web, followed("latest", given=own))
    world.run(client.pets.list_pets())
    web.document = changed(lambda tree: tree["paths"].pop("/pets/all"))
    with pytest.warns(
        UpdateWarning, match=r"is spoken now .* this breaks what is used here:\n  GET /pets/all: is gone"
    ):
        world.run(client.pets.get_pet())
    assert world.run(client.pets.list_pets()).name == "Bo"
    assert "list_pets" not in client.api.operations


def test_who_follows_nothing_is_told_how() -> None:
    """An ordinary API has no versions."""
    with pytest.raises(errors.ConfigurationError, match="follows no source: load"):
        leapocr_dyn.load(described()).update()
    with pytest.raises(errors.ConfigurationError, match='policy="latest" needs a source'):
        leapocr_dyn.load(described(), policy="latest")
    with pytest.raises(errors.ConfigurationError, match="did you mean 'compatible'"):
        followed("compatibel")


@pytest.mark.parametrize("every", [-1, float("nan"), "5", True])
def test_what_is_no_number_of_seconds_is_refused(every: Json) -> None:
    """When it is loaded, and not at the first call."""
    with pytest.raises(errors.ConfigurationError, match=r"^every: "):
        followed(every=every)
    assert followed(every=10**400) is not None  # a long time is one


def test_every_without_anything_to_follow_is_a_mistake() -> None:
    """Who writes it believes that somebody looks."""
    with pytest.raises(errors.ConfigurationError, match=r'^every: .* policy="compatible", updates='):
        leapocr_dyn.load(described(), every=60.0)


def test_a_service_whose_ids_change_answers_as_before(world: World) -> None:
    """What a door knows of an operation, it knows by the id that its workflow calls it by."""
    newer = copy.deepcopy(leapocr_dyn.load("zaguan").document)
    for item in newer["paths"].values():
        for node in item.values():
            node["operationId"] = f"new{node['operationId']}"

    def answer(request: httpx.Request) -> httpx.Response:
        found = newer if request.url.host == "docs.test" else {"models": [{"model_id": "a"}]}
        return httpx.Response(200, json=found)

    api = leapocr_dyn.load("zaguan", policy="compatible", updates=SOURCE, every=0.0)
    kind = ZaguanClient if world.blocking else AsyncZaguanClient
    client = kind("https://z.test", KEY, api=api, http_client=world.http(answer))
    [found] = world.run(client.get_capabilities())
    assert api.now is not api.pinned
    assert found.model_id == "a"


# --- in company ---


def test_an_api_that_is_followed_and_its_clients_can_be_pickled(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """They follow on, there; so do their models."""
    api = followed()
    again = pickle.loads(pickle.dumps(api))
    assert again._followed().terms == api._followed().terms
    client = pickle.loads(pickle.dumps(api.client(api_key=KEY, base_url="https://api.test/v1")))
    assert client.api.following.terms.policy == "compatible"
    answers(monkeypatch, web)
    pet = client.pets.get_pet()
    assert pickle.loads(pickle.dumps(pet)) == pet


def test_many_threads_may_call_while_a_version_is_taken_over(web: Web) -> None:
    """One of them looks, and none of them waits for it or fails."""
    failures: list[BaseException] = []
    with httpx.Client(transport=httpx.MockTransport(web)) as http:
        client = followed().client(http_client=http, base_url="https://api.test/v1")

        def work() -> None:
            try:
                for _ in range(20):
                    assert client.pets.get_pet().name == "Bo"
            except BaseException as error:  # noqa: BLE001 - seen below
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for number in range(5):
            newer = described()
            properties(newer)[f"age{number}"] = {"type": "integer"}
            web.document = newer
        for thread in threads:
            thread.join()
    assert failures == []


@pytest.mark.parametrize("kind", [Client, Pair])
def test_versions_that_nobody_speaks_are_forgotten(
    kind: type[Client], web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program may follow a document that changes every day, for years."""
    answers(monkeypatch, web)
    api = followed("latest")
    with kind(api, base_url="https://api.test/v1") as client:
        seen = []
        for number in range(10):
            web.document = described(**{f"/pets/{number}": {"get": operation(f"pet{number}")}})
            assert client.pets.get_pet().name == "Bo"
            seen.append(weakref.ref(api.now))
        gc.collect()
        assert [one() is not None for one in seen] == [False] * 9 + [True]


def test_other_settings_follow_on(world: World, web: Web) -> None:
    """with_options gives a client that takes the same versions over."""
    client = client_of(world, web).with_options(timeout=7)
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    assert world.run(client.pets.get_pet()).age == 3


def test_a_cache_that_cannot_be_written_stops_nobody(
    world: World, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newer version is spoken in this process, and asked for again in the next."""
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    for _ in range(2):
        client = client_of(world, web)
        with pytest.warns(UpdateWarning, match="cannot be written: .*; no new version of a document is kept") as caught:
            assert world.run(client.pets.get_pet()).age == 3
        assert len(caught) == 1
        world.run(client.pets.get_pet())  # it was said
    assert len(web.looks) == 4


def test_a_version_that_was_damaged_on_the_disk_is_thrown_away_and_said(
    world: World, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs hear of it as people at the command line do; the pinned version is spoken until it is there again."""
    answers(monkeypatch, web)
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    followed().update()
    [kept] = Store().versions(SOURCE)
    (Store().folder / "content" / kept.digest).write_bytes(b"{}")
    api = followed()
    assert api.now is api.pinned
    with pytest.warns(UpdateWarning, match="was damaged, and is thrown away"):
        assert world.run(client_of(world, web, api).pets.get_pet()).age == 3


# --- what a team agreed on, and documents by their URL ---


def test_a_lock_file_pins_everybody_to_one_version(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the copy beside it, on a machine that has never seen the source, and whatever stands there now."""
    first = json.dumps(described()).encode()
    path = tmp_path / "leapocr-dyn.lock"
    digest = hashlib.sha256(first).hexdigest()
    pin = lock.Pin("Test", SOURCE, digest, "2026-11-21", "pinned", "pets.json", ("list_pets",))
    lock.write(path, pin, first)
    newer = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    api = leapocr_dyn.load(newer, lock=path)
    assert "age" not in str(api.document)
    (tmp_path / "pets.json").unlink()
    with pytest.raises(errors.ConfigurationError, match=r"pets.json"):
        leapocr_dyn.load(newer, lock=path)
    lock.write(path, pin._replace(document=None))
    with pytest.raises(errors.ConfigurationError, match=f"version {digest[:12]} of Test is not on this machine"):
        leapocr_dyn.load(newer, lock=path)
    Store().add(SOURCE, first, {})
    assert "age" not in str(leapocr_dyn.load(newer, lock=path).document)
    assert web.looks == []


def test_what_a_lock_file_lists_must_not_break(world: World, web: Web, tmp_path: Path) -> None:
    """Its policy and its source stand, too; a name that is no operation is said at once."""
    first = json.dumps(changed(lambda tree: tree["info"].update(title=f"Lock {world.name}"))).encode()
    path = tmp_path / "leapocr-dyn.lock"
    digest = hashlib.sha256(first).hexdigest()
    pin = lock.Pin(f"Lock {world.name}", SOURCE, digest, "2026-11-21", "compatible", "pets.json", ("listPets",))
    lock.write(path, pin, first)
    client = client_of(world, web, leapocr_dyn.load(first, lock=path, every=0.0))
    web.document = changed(lambda tree: tree["paths"].pop("/pets/all"))
    with pytest.warns(UpdateWarning, match="GET /pets/all: is gone"):
        world.run(client.pets.get_pet())
    lock.write(path, pin._replace(uses=("list_pet",)))
    with pytest.raises(
        errors.ConfigurationError,
        match=r"uses, in the lock file: there is no operation 'list_pet'.*did you mean 'list_pets'",
    ):
        leapocr_dyn.load(first, lock=path)


def test_a_url_that_fails_today_gives_the_document_of_yesterday(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine has seen is where it goes on; without a policy, the URL is asked each time."""
    answers(monkeypatch, web)
    assert len(leapocr_dyn.load(SOURCE, policy="compatible").operations) == 2
    web.document = lambda request: httpx.Response(500)
    assert len(leapocr_dyn.load(SOURCE, policy="compatible").operations) == 2
    assert len(leapocr_dyn.load(SOURCE, policy="pinned").operations) == 2
    assert len(web.looks) == 1
    with pytest.raises(errors.DocumentError, match="status 500"):
        leapocr_dyn.load(SOURCE)


def test_a_url_is_judged_by_the_version_that_was_seen_first(
    world: World, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not taken over yesterday is not what a program begins with today."""
    answers(monkeypatch, web)
    web.document = changed(lambda tree: tree["info"].update(title=f"URL {world.name}"))
    first = leapocr_dyn.load(SOURCE, policy="compatible", every=0.0)
    client = client_of(world, web, first)
    world.run(client.pets.list_pets())
    web.document = changed(lambda tree: tree["paths"].pop("/pets/all"), web.document)
    with pytest.warns(UpdateWarning, match="GET /pets/all: is gone"):
        world.run(client.pets.list_pets())
    for policy in ("pinned", "compatible"):
        assert leapocr_dyn.load(SOURCE, policy=policy).pinned is first.pinned


def test_a_digest_is_never_asked_for_in_vain(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is checked without a policy, too; beside a document that is at hand, it has nothing to check."""
    answers(monkeypatch, web)
    with pytest.raises(errors.DocumentError, match="is not one that may be taken"):
        leapocr_dyn.load(SOURCE, sha256="0" * 64)
    with pytest.raises(errors.ConfigurationError, match="sha256: says which newer documents"):
        leapocr_dyn.load(described(), sha256="0" * 64)


@published
def test_the_published_document_is_a_version_of_the_bundled_one(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the bundled corrections and workflow, breaks nothing, and the key goes where it went."""
    answers(monkeypatch, web)
    web.document = json.loads((PUBLISHED / "leapocr" / "8.json").read_bytes())
    api = leapocr_dyn.load("leapocr", policy="compatible", updates=SOURCE)
    update = api.update()
    assert update.taken, update
    assert {"process_file", "process_url"} <= set(dir(leapocr_dyn.LeapOCRSync(KEY, api=api).ocr))
    assert api.report
    client = api.client(api_key=KEY)
    assert client.ocr.get_job_status.plan(job_id="x").url.startswith(leapocr_dyn.load("leapocr").base_url)
    web.document = json.loads((PUBLISHED / "leapocr" / "3.json").read_bytes())
    assert not api.update().taken


# --- any document, and real sockets ---


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(documents(), documents())
def test_going_back_gives_what_was_there(monkeypatch: pytest.MonkeyPatch, old: Json, new: Json) -> None:
    """Whatever was taken over, and whatever it breaks: the fingerprint is the old one again, and the names are."""
    web = Web()
    with monkeypatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setenv("XDG_CACHE_HOME", folder)
        answers(patch, web)
        api = followed("latest", given=old)
        before = surface(api.now.whole)
        web.document = new
        assert api.update().taken
        assert surface(api.now.whole, only=["PUT /things"]) == surface(final(new), only=["PUT /things"])
        assert list(api.operations) == ["put_thing"]
        api.rollback()
        assert surface(api.now.whole) == before


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(documents(), documents())
def test_what_is_taken_over_broke_nothing_that_is_used(monkeypatch: pytest.MonkeyPatch, old: Json, new: Json) -> None:
    """Neither more nor less: the policy says what a comparison of the operation says."""
    web = Web()
    old["info"]["title"] = "Compared"
    with monkeypatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setenv("XDG_CACHE_HOME", folder)
        answers(patch, web)
        rules = {"operations": {"putThing": {"name": "things.put_thing"}}}
        api = followed(given=old, workflow=rules)
        web.document = new
        update = api.update()
        if update.digest is not None:
            assert update.taken == (compare(final(old), final(new)).severity != "breaking")
            assert update.taken == (not update.breaks)


def test_a_source_that_drips_keeps_nobody_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look takes its two seconds at most (here less), byte by byte or not, and the call goes on."""
    monkeypatch.setattr("leapocr_dyn.history.update.SECONDS", 0.2)
    over = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                while not over.wait(0.02):
                    connection.sendall(b"H")

    with socket.create_server(("127.0.0.1", 0)) as listener, Sandbox(document=described()) as sandbox:
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            api = followed(updates=f"http://127.0.0.1:{listener.getsockname()[1]}/")
            client = world.client(sandbox.url, api=api, api_key=None, timeout=60)
            with pytest.warns(UpdateWarning, match="not complete within|connection"):
                assert world.run(client.pets.get_pet()) is not None
        finally:
            over.set()
            thread.join()


def test_a_document_that_takes_long_to_read_keeps_nobody_waiting(
    world: World, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call goes on with the version that there is, and the newer one is spoken when it has been read."""
    monkeypatch.setattr("leapocr_dyn.history.update.SECONDS", 0.5)
    may_go_on = threading.Event()

    def slow(*apis: Api) -> judge.Judged:
        may_go_on.wait()
        return judge.judge(*apis)

    monkeypatch.setattr(update, "judge", slow)
    api = followed()
    client = client_of(world, web, api)
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    with pytest.warns(UpdateWarning, match="was not complete within"):
        assert world.run(client.pets.get_pet()).name == "Bo"
    world.run(client.pets.get_pet())
    assert api.now is api.pinned
    may_go_on.set()
    with api._followed()._weighing:  # whoever reads is done
        assert api.now is not api.pinned
    assert len(web.looks) == 1


def test_a_client_for_both_worlds_follows_in_both(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one half takes over, the other speaks, too."""
    answers(monkeypatch, web)
    client = Pair(followed(), base_url="https://api.test/v1")
    web.document = changed(lambda tree: properties(tree).update(age={"type": "integer"}))
    web.document["paths"]["/pets/new"] = {"get": operation("newPet")}
    assert client.pets.get_pet().age == 3
    assert client.pets.new_pet().name == "Bo"
    assert client.pets.new_pet_async.plan().url == "https://api.test/v1/pets/new"


def answers(monkeypatch: pytest.MonkeyPatch, web: Web) -> None:
    """Have connections of our own answered by this web."""
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda self, request: web(request))
