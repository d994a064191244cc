"""A request as a command line: what is sent, where variables stand for secrets, and that a shell runs nothing else."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
from documents import operation
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn.model.value import Json


def asking(*security: Json, method: str = "get", path: str = "/a", node: Any = None, **schemes: Json) -> Any:
    """An operation with security schemes."""
    return operation(
        {"security": list(security), **(node or {})},
        method=method,
        path=path,
        components={"securitySchemes": schemes},
        servers=[{"url": "https://a.test"}],
    )


def apikey(where: str, name: str) -> Json:
    """An apiKey scheme."""
    return {"type": "apiKey", "in": where, "name": name}


def web(scheme: str) -> Json:
    """An HTTP scheme."""
    return {"type": "http", "scheme": scheme}


@pytest.mark.parametrize(
    ("scheme", "said"),
    [
        (apikey("header", "X-Key"), 'https://a.test/a -H "X-Key: $API_KEY"'),
        (apikey("query", "key"), '"https://a.test/a?key=$API_KEY"'),
        (apikey("query", "a key"), '"https://a.test/a?a%20key=$API_KEY"'),
        (apikey("cookie", "sid"), 'https://a.test/a -H "Cookie: sid=$API_KEY"'),
        (web("basic"), 'https://a.test/a -u "$LOGIN:$PASSWORD"'),
        (web("Digest"), 'https://a.test/a --digest -u "$LOGIN:$PASSWORD"'),
        (web("bearer"), 'https://a.test/a -H "Authorization: Bearer $TOKEN"'),
        (web("HOBA"), 'https://a.test/a -H "Authorization: HOBA $CREDENTIALS"'),
        (web("$(id)"), "https://a.test/a -H 'Authorization: $(id) '\"$CREDENTIALS\""),
        ({"type": "oauth2"}, 'https://a.test/a -H "Authorization: Bearer $TOKEN"'),
        ({"type": "openIdConnect"}, 'https://a.test/a -H "Authorization: Bearer $TOKEN"'),
        ({"type": "mutualTLS"}, 'https://a.test/a --cert "$CERTIFICATE"'),
        ({"type": "smoke signals"}, "https://a.test/a"),
    ],
)
def test_every_scheme_has_its_variable_in_its_place(scheme: Json, said: str) -> None:
    """A key, a token, a login: each stands where the document says, under a name that tells what it is."""
    assert asking({"s": []}, s=scheme).plan().curl() == f"curl -X GET {said} -H 'Accept: application/json, */*;q=0.1'"


def test_schemes_that_belong_together_stand_together() -> None:
    """Two keys are two secrets and have two names; what the request holds already stays."""
    parameters = [{"in": "query", "name": "q"}, {"in": "cookie", "name": "c"}]
    it = asking(
        {},  # what needs no secret is not what somebody wants to see
        {"app id": [], "app-key": [], "sid": [], "more": []},
        node={"parameters": parameters},
        **{"app id": apikey("query", "id"), "app-key": apikey("query", "k")},
        sid=apikey("cookie", "s"),
        more=apikey("cookie", "m"),
    )
    line = it.plan(q="x", c="1").curl()
    assert line.startswith(
        'curl -X GET "https://a.test/a?q=x&id=$APP_ID""&k=$APP_KEY" -H "Cookie: c=1; s=$SID""; m=$MORE" -H \'Accept'
    )
    assert line.count("Cookie") == 1


def test_a_header_that_the_secret_replaces_is_not_there_twice() -> None:
    """As it is when the request is sent."""
    it = asking({"k": []}, node={"parameters": [{"in": "header", "name": "x-key"}]}, k=apikey("header", "X-Key"))
    assert it.plan(x_key="mine").curl().count("-H") == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"a'b", """--data-binary 'a'"'"'b'"""),
        (b"@/etc/passwd", "--data-raw @/etc/passwd"),
        (b"\xff", "--data-binary @body"),
        (b"a\0b", "--data-binary @body"),
    ],
)
def test_a_body_is_said_as_it_is_or_is_a_file(body: bytes, said: str) -> None:
    """Text that looks like a file's name stays text; what no shell can hold is left to a file."""
    it = asking(method="post", node={"requestBody": {"content": {"application/octet-stream": {}}}})
    assert it.plan(body=body).curl().endswith(said)


def test_curl_takes_brackets_as_they_are_and_waits_for_no_body_of_a_head() -> None:
    """Without a word it would make several URLs of the one, and wait for what never comes."""
    assert asking(path="/a[1]").plan().curl().endswith(" --globoff")
    assert asking(method="head").plan().curl().endswith(" --head")


@given(st.text(min_size=1), st.text(min_size=1), st.sampled_from(["header", "query", "cookie"]), st.text())
def test_a_shell_reads_nothing_but_words_and_variables(name: str, scheme: str, where: str, body: str) -> None:
    """Whatever the document and the caller say: outside of quotes stand words, in double quotes at most variables."""
    node: Json = {"requestBody": {"content": {"text/plain": {}}}}
    schemes = {"k": apikey(where, name), "h": web(scheme)}
    plan = asking({"k": [], "h": []}, method="post", node=node, **schemes).plan(body=body.encode("utf-8", "replace"))
    line = plan.curl()
    bare = "".join(line.replace("'\"'\"'", "").split("'")[::2])
    assert not set(re.sub(r'"[^"]*"', "", bare)) & set("`;|&<>()!\\*$"), bare
    assert not set(bare) & set("`!\\"), bare
    assert {word for word in bare.replace('"', " ").replace("=", " ").split() if "$" in word} <= {
        *("$API_KEY", "$CREDENTIALS", "$TOKEN", "$LOGIN:$PASSWORD")
    }
    assert shlex.split(line)[:3] == ["curl", "-X", "POST"]
