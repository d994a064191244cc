"""Tokens that are asked for: with a client's credentials, or from a function; kept, renewed, and shown to nobody."""

from __future__ import annotations

import base64
import http.server
import json
import pickle
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import anyio
import httpx
import pytest
from conftest import URL, World, answer
from hypothesis import given
from hypothesis import strategies as st
from test_sockets import served

import leapocr_dyn
from leapocr_dyn import ClientCredentials, errors
from leapocr_dyn.api import Api
from leapocr_dyn.operation import oauth

SECRET = "s3cret-that-nobody-may-see"
ME = ClientCredentials("me", SECRET)


def guarded(token_url: str | None = "https://api.test/token", kind: str = "oauth2") -> Api:
    """A shop: to look needs the scope read, to order costs money and needs write as well."""
    flow = {"scopes": {}, **({"tokenUrl": token_url} if token_url is not None else {})}
    scheme: dict[str, Any] = {"type": kind, "flows": {"clientCredentials": flow}, "scheme": "bearer"}
    done = {"200": {"description": ""}}
    look = {"operationId": "look", "responses": done, "security": [{"it": ["read"]}]}
    order = {"operationId": "order", "responses": done, "security": [{"it": ["read", "write"]}]}
    return leapocr_dyn.load(
        {
            "openapi": "3.1.0",
            "info": {"title": "Guarded", "version": "1"},
            "paths": {"/things": {"get": look, "post": order}},
            "components": {"securitySchemes": {"it": scheme}},
        }
    )


class Guard:
    """A server with a place for tokens, which hold an hour. asked: the forms; used: the tokens of the calls."""

    def __init__(self, seconds: Any = 3600, refuse: Callable[[str], bool] = lambda token: False) -> None:
        self.seconds = seconds
        self.refuse = refuse
        self.asked: list[dict[str, list[str]]] = []
        self.headers: list[httpx.Headers] = []
        self.used: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            self.asked.append(parse_qs(request.content.decode(), keep_blank_values=True))
            self.headers.append(request.headers)
            said = {"access_token": f"token-{len(self.asked)}", "token_type": "Bearer", "expires_in": self.seconds}
            return answer(json=said)
        token = request.headers["authorization"].removeprefix("Bearer ")
        self.used.append(token)
        return answer(401) if self.refuse(token) else answer()


def client_of(world: World, server: Any, token: Any = ME, api: Api | None = None, **settings: Any) -> Any:
    """A client of the shop."""
    return world.client(server, api=api or guarded(), token=token, **{"api_key": None, **settings})


# -- client credentials


def test_a_token_is_asked_for_once_and_kept(world: World) -> None:
    """The first call asks for it, with HTTP Basic and the operation's scopes; twins share it."""
    guard = Guard()
    client = client_of(world, guard)
    for one in (client, client, client.with_options(timeout=5)):
        world.run(one.default.look())
    assert guard.asked == [{"grant_type": ["client_credentials"], "scope": ["read"]}]
    assert guard.used == ["token-1"] * 3
    expected = "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode()
    assert guard.headers[0]["authorization"] == expected
    world.run(client.default.order())
    assert guard.asked[1]["scope"] == ["read write"]


def test_the_secret_may_go_into_the_body(world: World) -> None:
    """For servers that do not take HTTP Basic; scopes and other fields may be the caller's."""
    guard = Guard()
    own = ClientCredentials("me", SECRET, scopes="all", in_body=True, extra={"audience": "https://shop"})
    world.run(client_of(world, guard, own).default.look())
    assert guard.asked[0] == {
        "grant_type": ["client_credentials"],
        "scope": ["all"],
        "client_id": ["me"],
        "client_secret": [SECRET],
        "audience": ["https://shop"],
    }
    assert "authorization" not in guard.headers[0]


def test_id_and_secret_are_encoded_before_they_are_joined() -> None:
    """RFC 6749 section 2.3.1: a colon in the id is no separator."""
    headers, _ = oauth.Grant(ClientCredentials("a:b", "c d%é"), "https://api.test/token", ()).request()
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")) == b"a%3Ab:c+d%25%C3%A9"


@pytest.mark.parametrize(("seconds", "margin"), [(3600, 60), ("600", 60), (30, 3)])
def test_a_token_is_renewed_shortly_before_its_end(world: World, seconds: Any, margin: int) -> None:
    """A tenth of its time before, at most a minute; so that none ends on the way."""
    guard = Guard(seconds)
    client = client_of(world, guard)
    world.run(client.default.look())
    world.clock.time += int(seconds) - margin - 1
    world.run(client.default.look())
    world.clock.time += 1
    world.run(client.default.look())
    assert guard.used == ["token-1", "token-1", "token-2"]


def test_a_token_without_an_end_is_kept_until_it_is_refused(world: World) -> None:
    """A 401 asks for a new one and sends the call again, once; also a call that costs money, for nothing was done."""
    refused = set[str]()
    guard = Guard(None, refused.__contains__)
    client = client_of(world, guard)
    world.run(client.default.order())
    world.clock.time += 1e9
    refused.add("token-1")
    world.run(client.default.order())
    assert guard.used == ["token-1", "token-1", "token-2"]
    refused.add("token-2")
    refused.add("token-3")
    with pytest.raises(errors.AuthenticationError) as caught:
        world.run(client.default.order())
    assert (guard.used[3:], caught.value.status_code) == (["token-2", "token-3"], 401)


def test_all_who_need_a_token_at_once_wait_for_one(world: World) -> None:
    """Ten calls, one request for a token."""
    guard = Guard()
    client = client_of(world, guard)

    async def workflow() -> None:
        session = client._session
        await session.io.gather([lambda: session.ask("look", {}) for _ in range(10)], 10)

    world.run(workflow())
    assert (len(guard.asked), guard.used) == (1, ["token-1"] * 10)


# -- where the secret goes


@pytest.mark.parametrize(
    "url",
    ["https://evil.test/token", "http://api.test/token", "//evil.test/token", "https://api.test:444/token", "http://["],
)
def test_a_document_does_not_decide_where_a_clients_secret_goes(world: World, url: str) -> None:
    """Another origin is refused before anything is sent, with what to pass; passed, it is used."""
    guard = Guard()
    with pytest.raises(errors.ConfigurationError, match=r"ClientCredentials\(..., token_url=...\)") as caught:
        world.run(client_of(world, guard, api=guarded(url)).default.look())
    assert (guard.asked, guard.used, caught.value.operation) == ([], [], "look")
    own = ClientCredentials("me", SECRET, token_url="https://id.test/token?tenant=1")
    world.run(client_of(world, guard, own, api=guarded(url)).default.look())
    assert [one["host"] for one in guard.headers] == ["id.test"]


@pytest.mark.parametrize("url", ["token", "/v1/token", "https://API.test:443/token"])
def test_a_token_url_of_our_own_origin_is_taken(world: World, url: str) -> None:
    """Relative ones count from the base URL."""
    guard = Guard()
    world.run(client_of(world, guard, api=guarded(url)).default.look())
    assert len(guard.asked) == 1


def test_without_a_token_url_a_sentence_says_what_to_pass(world: World) -> None:
    """OpenID Connect and HTTP bearer name none."""
    for api in (guarded(None), guarded(None, "openIdConnect"), guarded(None, "http")):
        with pytest.raises(errors.ConfigurationError, match=r"does not say where tokens for it come from"):
            world.run(client_of(world, Guard(), api=api).default.look())


def test_what_a_users_client_adds_stays_with_our_origin(world: World) -> None:
    """Neither its headers nor its own auth go to a token URL elsewhere."""
    guard = Guard()
    http_client = world.http(guard, headers={"X-Mine": "1"}, auth=("me", "mine"))
    own = ClientCredentials("me", SECRET, token_url="https://id.test/token", in_body=True)
    world.run(client_of(world, guard, own, http_client=http_client).default.look())
    assert not {"x-mine", "authorization"} & set(guard.headers[0])


def test_an_auth_of_the_users_client_answers_a_challenge(world: World) -> None:
    """HTTP Digest, which a secret alone cannot do, is httpx's; a credential of ours goes before it."""
    seen: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization", "").partition(" ")[0])
        challenge = 'Digest realm="r", nonce="n", algorithm=MD5, qop="auth"'
        return answer() if seen[-1] else answer(401, www_authenticate=challenge)

    http_client = world.http(server, auth=httpx.DigestAuth("me", "pass"))
    world.run(client_of(world, server, None, guarded(), http_client=http_client).default.look())
    world.run(client_of(world, server, "t0ken", http_client=http_client).default.look())
    assert seen == ["", "Digest", "Bearer"]


# -- what goes wrong


def test_a_refusal_has_the_servers_words_and_no_secret(world: World) -> None:
    """AuthenticationError with the code, and nothing was sent to the API; the secret is not shown, even if echoed."""
    said = {"error": "invalid_client", "error_description": f"no client me:{SECRET}"}
    calls: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path)
        return answer(401, said)

    client = client_of(world, server)
    with pytest.raises(
        errors.AuthenticationError, match=r"look: 401 invalid_client: no token from .*: no client \*\*\*"
    ) as caught:
        world.run(client.default.look())
    shown = f"{caught.value!r} {vars(caught.value)} {client!r} {client._session.credentials!r} {ME!r}"
    assert SECRET not in shown
    assert SECRET.encode() not in pickle.dumps(caught.value)
    assert (calls, caught.value.code) == (["/token"], "invalid_client")


def test_a_token_is_shown_in_no_error(world: World) -> None:
    """A server that repeats the token it refuses is not repeated."""

    def server(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return answer(json={"access_token": "token-of-an-hour"})
        return answer(403, {"message": f"not with {request.headers['authorization']}"})

    with pytest.raises(errors.ForbiddenError, match=r"not with Bearer \*\*\*") as caught:
        world.run(client_of(world, server).default.look())
    assert "token-of" not in f"{vars(caught.value)}"


def test_asking_for_a_token_is_repeated_and_the_call_is_sent_once(world: World) -> None:
    """The failure of the one is not the failure of the other: a call that costs money was never sent."""
    failures: list[httpx.Response | Exception] = [httpx.ReadError("gone"), answer(503), answer(500)]
    guard = Guard()

    def server(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token" and failures:
            failure = failures.pop()
            if isinstance(failure, Exception):
                raise failure
            return failure
        return guard(request)

    world.run(client_of(world, server).default.order())
    assert (len(guard.asked), guard.used) == (1, ["token-1"])
    failures += [httpx.ReadError("gone")] * 4
    with pytest.raises(errors.ConnectionError) as caught:
        world.run(client_of(world, server).default.order())
    assert (type(caught.value), caught.value.attempts, caught.value.operation) == (errors.ConnectionError, 4, "order")


@pytest.mark.parametrize(
    "said", [{}, {"access_token": 5}, {"access_token": "t", "token_type": "mac"}, [], "token", {"access_token": None}]
)
def test_an_answer_without_a_bearer_token_is_a_contract_error(world: World, said: Any) -> None:
    """RFC 6749 section 7.1: a token of a kind that is not understood must not be used."""
    with pytest.raises(errors.ContractError, match=r"https://api.test/token answered without a bearer token"):
        world.run(client_of(world, lambda _: httpx.Response(200, json=said)).default.look())
    with pytest.raises(errors.ContractError, match="a token that no header can hold"):
        world.run(client_of(world, lambda _: httpx.Response(200, json={"access_token": "a\r\nb"})).default.look())


@given(
    st.integers(100, 599),
    st.binary(max_size=40)
    | st.dictionaries(
        st.sampled_from(["access_token", "token_type", "expires_in", "error", "error_description"]),
        st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2),
    ).map(lambda said: json.dumps(said).encode()),
)
def test_any_answer_is_a_token_or_one_of_our_exceptions(status: int, content: bytes) -> None:
    """Whatever the place for tokens sends."""
    try:
        token = oauth.read("https://id.test", status, content)
    except errors.Error as error:
        str(error)
    else:
        assert token.seconds is None or token.seconds >= 0


@pytest.mark.parametrize("wrong", [{"client_id": ""}, {"client_secret": " "}, {"client_secret": 5}, {"token_url": "x"}])
def test_credentials_that_cannot_be_right_are_refused_at_once(wrong: Any) -> None:
    """When they are made, by name, and without the secret."""
    with pytest.raises((errors.AuthenticationError, errors.ConfigurationError), match=next(iter(wrong))):
        ClientCredentials(**{"client_id": "me", "client_secret": SECRET, **wrong})


def test_a_client_with_credentials_can_be_pickled() -> None:
    """It asks for a token of its own where it wakes up."""
    client = guarded().client(token=ME, base_url=URL)
    again = pickle.loads(pickle.dumps(client))
    assert again._session.credentials == client._session.credentials


# -- a function


def test_a_token_may_come_from_a_function(world: World) -> None:
    """It is asked for each call; a refusal asks it again, and a token that stays the same is not sent twice."""
    tokens = iter(["a-token", "b-token", "c-token", "c-token"])
    guard = Guard(refuse=lambda token: token == "b-token")
    client = client_of(world, guard, lambda: next(tokens))
    for _ in range(2):
        world.run(client.default.order())
    assert guard.used == ["a-token", "b-token", "c-token"]
    guard.refuse = lambda token: True
    with pytest.raises(errors.AuthenticationError):
        world.run(client_of(world, guard, lambda: "same").default.order())
    assert guard.used[3:] == ["same"]


def test_an_async_function_is_for_an_async_client(world: World) -> None:
    """It is awaited there; a blocking client says at once that nothing would wake it."""

    async def token() -> str:
        await anyio.sleep(0)
        return "t0ken"

    guard = Guard()
    if world.blocking:
        with pytest.raises(errors.ConfigurationError, match="is async, and this client is not"):
            client_of(world, guard, token)
        return
    world.run(client_of(world, guard, token).default.look())
    assert guard.used == ["t0ken"]


@pytest.mark.parametrize("token", ["", None, "a\r\nb", 5])
def test_a_function_that_gives_no_token_is_told_so(world: World, token: Any) -> None:
    """An AuthenticationError before anything is sent; the function's own exceptions stay what they are."""
    guard = Guard()
    with pytest.raises(errors.AuthenticationError, match="the token for it") as caught:
        world.run(client_of(world, guard, lambda: token).default.look())
    assert (guard.used, caught.value.operation) == ([], "look")
    with pytest.raises(ZeroDivisionError):
        world.run(client_of(world, guard, lambda: str(1 / 0)).default.look())


# -- over a real socket


def test_tokens_over_a_real_socket(world: World) -> None:
    """Asked for, used, refused, asked for again."""
    paths: list[str] = []
    lock = threading.Lock()

    class Both(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._say(200, {"access_token": f"token-{paths.count('/token')}", "token_type": "bearer"})

        def do_GET(self) -> None:
            self._say(200 if self.headers["Authorization"] == "Bearer token-1" else 401, {})

        def _say(self, status: int, said: Any) -> None:
            with lock:
                paths.append(self.path)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    with served(Both) as origin:
        client = client_of(world, origin, api=guarded("/token"))
        world.run(client.default.look())
        world.close()
    assert paths == ["/token", "/things", "/token", "/things"]
