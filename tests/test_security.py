"""Security schemes: which secret goes where, and that no secret is ever printed."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from documents import operation
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.errors import AuthenticationError
from leapocr_dyn.operation.security import Credentials, Placement, Secret

Json = Any  # the document under test
SCHEMES: dict[str, Json] = {
    "key": {"type": "apiKey", "in": "header", "name": "X-API-KEY"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "bearer": {"type": "http", "scheme": "Bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "oauth": {"type": "oauth2", "flows": {}},
    "odd": {"type": "mutualTLS"},
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
        ([{"missing": []}, {"odd": []}, {"key": []}], [("header", "X-API-KEY", "k3y")]),
        ([], []),
        (None, []),
        ([{}], []),
        ([{"basic": []}, {}], []),
    ],
)
def test_the_first_alternative_that_can_be_satisfied_is_used(wanted: Json, placed: list[tuple[str, str, str]]) -> None:
    """`security` is a list of alternatives, each of which may ask for several schemes; `{}` asks for none."""
    assert sent(BOTH, wanted) == placed


def test_a_credential_for_a_scheme_comes_before_the_general_ones() -> None:
    """By the scheme's own name; user name and password of HTTP Basic can only be given so (RFC 7617)."""
    named = Credentials.of("k3y", "t0ken", {"key": "other", "basic": "me:pass"})
    assert sent(named, [{"key": []}]) == [("header", "X-API-KEY", "other")]
    assert sent(named, [{"basic": []}]) == [("header", "Authorization", "Basic bWU6cGFzcw==")]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ([{"key": []}], "this needs key, and there is no credential for it; pass api_key=..."),
        ([{"key": [], "bearer": []}, {"oauth": []}], "this needs key and bearer or oauth"),
        ([{"bearer": []}], "pass token=..."),
        ([{"odd": []}], "pass credentials={...}"),
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
    credentials = Credentials.of(secret, secret, {"key": secret, "basic": secret})
    holders: list[Any] = [Secret(secret), credentials, {"credentials": credentials}]
    holders += [credentials.placements([{name: []}], SCHEMES, "go") for name in ("key", "bearer", "basic")]
    holders += [Placement("header", "X", Secret(secret), "key"), operation(security=[{"key": []}]).plan()]
    for holder in holders:
        assert secret not in f"{holder!r} {holder!s} {holder}"


def test_a_plan_has_no_secret_even_in_its_shell_command() -> None:
    """Where the key belongs stands a variable, which the shell fills in."""
    plan = operation(security=[{"key": []}], components={"securitySchemes": SCHEMES}).plan()
    assert plan.headers == {"Accept": "application/json"}
    assert plan.curl() == "curl -X GET /things -H \"X-API-KEY: $API_KEY\" -H 'Accept: application/json'"


def test_secrets_are_equal_by_their_text() -> None:
    """And can be keys of a dict, and travel with the client that holds them."""
    assert Secret("a") == Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
    assert pickle.loads(pickle.dumps(Secret("a"))).reveal() == "a"
