"""Security schemes: which secret goes where, and that no secret is ever printed."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from documents import operation
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.errors import AuthenticationError
from leapocr_dyn.operation.oauth import ClientCredentials
from leapocr_dyn.operation.secret import Login, Secret
from leapocr_dyn.operation.security import Credentials, Placement, Wanted, written

Json = Any  # the document under test
SCHEMES: dict[str, Json] = {
    "key": {"type": "apiKey", "in": "header", "name": "X-API-KEY"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "bearer": {"type": "http", "scheme": "Bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "oauth": {"type": "oauth2", "flows": {}},
    "openid": {"type": "openIdConnect", "openIdConnectUrl": "https://id.test"},
    "certificate": {"type": "mutualTLS"},
    "digest": {"type": "http", "scheme": "Digest"},
    "unknown": {"type": "smoke signal"},
}
BOTH = Credentials.of("k3y", "t0ken", None)


def sent(credentials: Credentials, wanted: Json) -> list[tuple[str, str, str]]:
    """Where each secret goes, with the secret."""
    placed = credentials.placements(wanted, SCHEMES, "go")
    return [(one.where, one.name, one.secret.reveal()) for one in placed]


@pytest.mark.parametrize(
    ("wanted", "placed"),
    [
        ([{"key": []}], [("header", "X-API-KEY", "k3y")]),
        ([{"query": []}], [("query", "key", "k3y")]),
        ([{"cookie": []}], [("cookie", "sid", "k3y")]),
        ([{"bearer": []}], [("header", "Authorization", "Bearer t0ken")]),
        ([{"oauth": ["read"]}], [("header", "Authorization", "Bearer t0ken")]),
        ([{"key": [], "bearer": []}], [("header", "X-API-KEY", "k3y"), ("header", "Authorization", "Bearer t0ken")]),
        ([{"basic": []}, {"key": []}], [("header", "X-API-KEY", "k3y")]),
        ([{"openid": []}], [("header", "Authorization", "Bearer t0ken")]),
        ([{"missing": []}, {"unknown": []}, {"digest": []}, {"key": []}], [("header", "X-API-KEY", "k3y")]),
        ([{"certificate": []}], []),
        ([{"certificate": [], "key": []}], [("header", "X-API-KEY", "k3y")]),
        ([{"certificate": []}, {"key": []}], [("header", "X-API-KEY", "k3y")]),
        ([{}, {"key": []}], [("header", "X-API-KEY", "k3y")]),
        ([], []),
        (None, []),
        ([{}], []),
        ([{"basic": []}, {}], []),
    ],
)
def test_the_first_alternative_that_can_be_satisfied_is_used(wanted: Json, placed: list[tuple[str, str, str]]) -> None:
    """A list of alternatives, each of which may ask for several schemes; `{}` asks for none, and comes last."""
    assert sent(BOTH, wanted) == placed


def test_a_credential_for_a_scheme_comes_before_the_general_ones() -> None:
    """By the scheme's own name; user name and password of HTTP Basic can only be given so (RFC 7617)."""
    named = Credentials.of("k3y", "t0ken", {"key": "other", "basic": "me:pass"})
    assert sent(named, [{"key": []}]) == [("header", "X-API-KEY", "other")]
    assert sent(named, [{"basic": []}]) == [("header", "Authorization", "Basic bWU6cGFzcw==")]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (("me", "pass"), "Basic bWU6cGFzcw=="),
        (("me", "p:ss"), "Basic bWU6cDpzcw=="),
        (("me", ""), "Basic bWU6"),
        (("mé", "pàss"), "Basic bcOpOnDDoHNz"),
    ],
)
def test_user_name_and_password_may_be_a_pair(given: tuple[str, str], text: str) -> None:
    """Of any letters, in UTF-8 (RFC 7617 section 2.1); the password may be empty, or hold colons."""
    assert sent(Credentials.of(None, None, {"basic": given}), [{"basic": []}]) == [("header", "Authorization", text)]


@pytest.mark.parametrize("given", [("a:b", "x"), ("a", "x\r\nX-Evil: 1"), ("a\0", "x"), ("a", 5), ("a", None)])
def test_a_pair_that_basic_cannot_say_is_refused(given: Any) -> None:
    """RFC 7617 section 2: no colon in the name, no control characters in either."""
    with pytest.raises(AuthenticationError, match="basic"):
        Credentials.of(None, None, {"basic": given})
    with pytest.raises(AuthenticationError, match="it has no colon"):
        sent(Credentials.of(None, None, {"basic": "me"}), [{"basic": []}])


def test_a_pair_is_for_basic_and_a_token_is_not() -> None:
    """A password never goes out as a bearer token, nor a token as a password."""
    for name, wrong in (("bearer", ("me", "pass")), ("basic", lambda: "t0ken"), ("key", lambda: "k")):
        with pytest.raises(AuthenticationError, match="there is no credential"):
            sent(Credentials.of(None, None, {name: wrong}), [{name: []}])


@pytest.mark.parametrize("key", ["key;b=c", "key b", 'key"b', "key,b", "key\\b"])
def test_a_key_that_would_end_its_cookie_is_refused(key: str) -> None:
    """RFC 6265 section 4.1.1; in a header or a query the same key is well."""
    with pytest.raises(AuthenticationError, match="cannot stand in a cookie") as caught:
        sent(Credentials.of(key, None, None), [{"cookie": []}])
    assert key not in str(caught.value)
    assert sent(Credentials.of(key, None, None), [{"query": []}]) == [("query", "key", key)]


@pytest.mark.parametrize("where", ["header", "cookie", "query", "body", None, 5])
@pytest.mark.parametrize("name", ["X\r\nY", "", "\ud800", None, 5])
def test_a_scheme_that_names_no_place_is_none(where: Json, name: Json) -> None:
    """A name with a line break, a place that there is not: as if there were no such alternative."""
    with pytest.raises(AuthenticationError, match="this needs odd"):
        BOTH.placements([{"odd": []}], {"odd": {"type": "apiKey", "in": where, "name": name}}, "go")


@pytest.mark.parametrize(("where", "name"), [("header", "Host"), ("header", "te"), ("cookie", "a=1; evil")])
def test_a_key_frames_no_request(where: str, name: str) -> None:
    """A header of the transport's and what is no cookie's name: refused, and no other key is asked for in vain."""
    with pytest.raises(AuthenticationError, match="does not say where odd goes"):
        BOTH.placements([{"odd": []}], {"odd": {"type": "apiKey", "in": where, "name": name}}, "go")


def test_an_http_client_of_the_callers_own_does_what_no_secret_can() -> None:
    """Digest and others: its `auth` counts as the credential, where the caller gave no other."""
    delegated = Credentials.of("k3y", None, None, delegated=True)
    for name in ("digest", "basic", "bearer", "oauth", "openid"):
        assert sent(delegated, [{name: []}]) == [("client", "auth", "")]
    assert [where for where, *_ in sent(delegated, [{"digest": [], "key": []}])] == ["client", "header"]
    assert sent(delegated, [{"key": []}]) == [("header", "X-API-KEY", "k3y")]
    assert sent(Credentials.of(None, "t0ken", None, delegated=True), [{"bearer": []}])[0][2] == "Bearer t0ken"


def test_a_token_may_be_asked_for() -> None:
    """What gives one goes where the token would, with the operation's scopes and the document's token URL."""
    client = ClientCredentials("me", "s3cret-s3cret")
    flows = {"clientCredentials": {"tokenUrl": "https://id.test/token", "scopes": {}}}
    schemes = {"oauth": {"type": "oauth2", "flows": flows}}
    (placed,) = Credentials.of(None, client, None).placements([{"oauth": ["read", "write"]}], schemes, "go")
    assert placed.wanted == Wanted(client, ("read", "write"), "https://id.test/token")
    assert "s3cret" not in repr(placed)


def test_arguments_come_back_as_they_were_given() -> None:
    """For pickling a client."""
    given: Json = {"api_key": "k", "token": "t", "credentials": {"a": ("mé", "p:w"), "b": "c"}}
    assert Credentials.of(given["api_key"], given["token"], given["credentials"]).given() == given


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ([{"key": []}], "this needs key, and there is no credential for it; pass api_key=..."),
        ([{"key": [], "bearer": []}, {"oauth": []}], "this needs key and bearer or oauth"),
        ([{"bearer": []}], "pass token=..."),
        ([{"basic": []}], "pass credentials={'basic': (user, password)}"),
        ([{"digest": []}], "pass an http_client of your own whose auth does the HTTP scheme 'digest'"),
        ([{"missing": []}], "this one does not say where missing goes"),
    ],
)
def test_what_is_missing_is_said_with_the_argument_that_gives_it(wanted: Json, said: str) -> None:
    """AuthenticationError before anything leaves, with the operation."""
    with pytest.raises(AuthenticationError) as caught:
        Credentials().placements(wanted, SCHEMES, "go")
    assert said in str(caught.value)
    assert caught.value.operation == "go"


@pytest.mark.parametrize("text", ["", "  ", "\n", 5, b"key"])
def test_a_blank_secret_is_refused(text: Any) -> None:
    """An empty environment variable that was passed on is a mistake, not a key."""
    with pytest.raises(AuthenticationError, match="api_key is empty"):
        Credentials.of(text, None, None)


@pytest.mark.parametrize("text", ["a\nb", "a\r\nX-Evil: 1", "“key”", "k\0y", "clé"])
def test_a_secret_that_a_header_cannot_hold_is_refused_and_not_repeated(text: str) -> None:
    """It would end the header; the sentence guesses how it came about."""
    with pytest.raises(AuthenticationError, match="token holds characters that a header cannot") as caught:
        Credentials.of(None, text, None)
    assert text not in str(caught.value)


def test_blanks_around_a_secret_are_dropped() -> None:
    """A key read from a file ends with a line break."""
    assert sent(Credentials.of(" k3y\n", None, None), [{"key": []}]) == [("header", "X-API-KEY", "k3y")]


@settings(max_examples=200, deadline=None)
@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=12, max_size=40))
def test_a_secret_is_never_printed(secret: str) -> None:
    """Neither by repr, str, format or an f-string, of whatever holds it."""
    credentials = Credentials.of(secret, secret, {"key": secret, "basic": f"me:{secret}"})
    holders: list[Any] = [
        Secret(secret),
        Login(secret),
        ClientCredentials("me", secret),
        credentials,
        {"credentials": credentials},
    ]
    holders += [credentials.placements([{name: []}], SCHEMES, "go") for name in ("key", "bearer", "basic")]
    holders += [Placement("header", "X", Secret(secret), "key"), operation(security=[{"key": []}]).plan()]
    for holder in holders:
        assert secret not in f"{holder!r} {holder!s} {holder}"


def test_a_plan_has_no_secret_even_in_its_shell_command() -> None:
    """Where the key belongs stands a variable, which the shell fills in."""
    plan = operation(security=[{"key": []}], components={"securitySchemes": SCHEMES}).plan()
    assert plan.headers == {"Accept": "application/json, */*;q=0.1"}
    assert plan.curl() == "curl -X GET /things -H \"X-API-KEY: $API_KEY\" -H 'Accept: application/json, */*;q=0.1'"


def test_secrets_are_equal_by_their_text() -> None:
    """And can be keys of a dict, and travel with the client that holds them."""
    assert Secret("a") == Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
    assert pickle.loads(pickle.dumps(Secret("a"))).reveal() == "a"


def test_secrets_are_written_beside_what_is_there() -> None:
    """Behind the query, behind the cookies, and in the place of a header of the same name."""
    named = Credentials.of("k=3&y", None, None)
    placed = named.placements([{"key": [], "query": []}], SCHEMES, "go")
    url, headers = written("https://api.test/?a=1", {"x-api-key": "other", "Accept": "*/*"}, placed)
    assert url == "https://api.test/?a=1&key=k%3D3%26y"
    assert headers == {"Accept": "*/*", "X-API-KEY": "k=3&y"}
    placed = named.placements([{"cookie": []}], SCHEMES, "go")
    assert written("/", {"Cookie": "a=1"}, placed) == ("/", {"Cookie": "a=1; sid=k=3&y"})
