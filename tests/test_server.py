"""Servers: where an operation is sent, and to whom credentials go; from one root server to documents that lie."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from conftest import KEY, Script, World, answer
from documents import NOTHING, openapi
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn.api import Api, load
from leapocr_dyn.config import ClientConfig
from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.operation import server

Json = Any  # the document under test
ROOT = "https://api.test/v1"
SCHEMES = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}


def api_with(own: Json = None, root: Json = ROOT, item: Json = None, **node: Json) -> Api:
    """An API whose only operation, `go`, may name a server of its own. Texts are URLs of servers."""

    def servers(given: Json) -> Json:
        return {} if given is None else {"servers": [{"url": given}] if isinstance(given, str) else given}

    operation = {"operationId": "go", "responses": NOTHING, "security": [{"key": []}], **servers(own), **node}
    paths = {"/x": {"get": operation, **servers(item)}}
    return load(openapi(paths=paths, components=SCHEMES, **servers(root)))


def url_of(api: Api, **settings: Any) -> str:
    """Where the operation of a client with these settings is sent."""
    return str(api.client(api_key=KEY, **settings).default.go.plan().url)


@pytest.mark.parametrize(
    ("own", "base", "url"),
    [
        (None, None, "https://api.test/v1/x"),
        (None, "http://127.0.0.1:1/v9", "http://127.0.0.1:1/v9/x"),
        ("https://api.test/files/", None, "https://api.test/files/x"),
        ("https://API.test:443/files", "http://127.0.0.1:1/v9", "http://127.0.0.1:1/files/x"),
        ("/files", "http://127.0.0.1:1/v9", "http://127.0.0.1:1/files/x"),
        ("", "http://127.0.0.1:1/v9", "http://127.0.0.1:1/x"),
        ("https://files.test/v1", None, "https://files.test/v1/x"),
        ("https://files.test/v1", "http://127.0.0.1:1/v9", "https://files.test/v1/x"),
    ],
)
def test_a_server_of_the_same_origin_moves_with_base_url(own: str | None, base: str | None, url: str) -> None:
    """What stands beside the API follows it; what stands elsewhere stays there. A path counts like an operation."""
    assert url_of(api_with(own), base_url=base) == url
    assert url_of(api_with(item=own), base_url=base) == url


def test_an_operations_server_goes_before_its_paths() -> None:
    """OpenAPI 3.1 section 4.8.9 and 4.8.10: the nearest one counts, and of several the first."""
    api = api_with([{"url": "https://a.test"}, {"url": "https://b.test"}], item="https://c.test")
    assert url_of(api) == "https://a.test/x"


def test_without_a_root_server_base_url_is_where_the_api_is() -> None:
    """Then an operation's server is the API's where its origin is that of base_url."""
    api = api_with("https://a.test/v2", root=None)
    assert url_of(api, base_url="https://a.test") == "https://a.test/v2/x"
    assert api.base_url == ""


@pytest.mark.parametrize(
    ("servers", "url"),
    [
        ({"https://files.test/v1": "http://127.0.0.1:2/f"}, "http://127.0.0.1:2/f/x"),
        ({"https://files.test": "http://127.0.0.1:2"}, "http://127.0.0.1:2/v1/x"),
        ({"https://files.test": "https://files.test"}, "https://files.test/v1/x"),
    ],
)
def test_a_caller_can_send_a_server_elsewhere(servers: dict[str, str], url: str) -> None:
    """By the URL that the document names, or by its origin, whose paths are kept."""
    assert url_of(api_with("https://files.test/v1"), base_url=ROOT, servers=servers) == url


def test_credentials_go_to_no_origin_that_only_the_document_names(world: World) -> None:
    """A ConfigurationError says how to allow it; then they go there, and an operation without security goes anyway."""
    script = Script(answer())
    api = api_with("https://files.test/v1")
    with pytest.raises(ConfigurationError, match=r"pass servers=\{'https://files.test': 'https://files.test'\}"):
        world.run(world.client(script, api=api).default.go())
    assert script.calls == 0
    allowed = {"https://files.test": "https://files.test"}
    world.run(world.client(script, api=api, servers=allowed).default.go())
    assert (str(script.requests[0].url), script.requests[0].headers["x-key"]) == ("https://files.test/v1/x", KEY)
    free_of_charge: list[Json] = [[], [{"key": []}, {}]]
    for security in free_of_charge:
        free = api_with("https://files.test/v1", security=security)
        world.run(world.client(script, api=free).default.go())
        assert "x-key" not in script.requests[-1].headers


REGIONS: Json = [
    {
        "url": "https://{region}.api.test/{version}",
        "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}, "version": {"default": "v1"}},
    }
]


def test_server_variables_have_defaults_and_can_be_given() -> None:
    """In the root server and in those of operations."""
    assert api_with(root=REGIONS).base_url == "https://eu.api.test/v1"
    assert url_of(api_with(root=REGIONS), server_variables={"region": "us"}) == "https://us.api.test/v1/x"
    assert url_of(api_with(REGIONS), base_url=ROOT, server_variables={"version": "v2"}) == "https://eu.api.test/v2/x"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"server_variables": {"region": "uk"}}, "region must be one of 'eu', 'us', not 'uk'"),
        ({"server_variables": {"regoin": "us"}}, "no server has a variable 'regoin'; did you mean 'region'"),
        ({"server_variables": {"version": "v1?x"}}, "would lead somewhere else"),
        ({"server_variables": {"version": "../admin"}}, "would lead somewhere else"),
        ({"server_variables": {"region": 5}}, "must map text to text"),
        ({"servers": {"https://eu.api.tset": ROOT}}, "names no server 'https://eu.api.tset'; did you mean"),
        ({"servers": {"https://eu.api.test": "ftp://x"}}, "must be http or https"),
        ({"servers": ["https://eu.api.test"]}, "must map text to text"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused_when_the_client_is_made(settings: Any, said: str) -> None:
    """With what was meant; also where options are changed."""
    api = api_with(root=REGIONS)
    with pytest.raises(ConfigurationError, match=said):
        api.client(**settings)
    with pytest.raises(ConfigurationError, match=said):
        api.client().with_options(**settings)


def test_a_variable_may_complete_a_host_and_not_replace_it() -> None:
    """A tenant's name from a form must not lead the key elsewhere."""
    api = api_with(root=[{"url": "https://{tenant}.api.test", "variables": {"tenant": {"default": "demo"}}}])
    for name in ("evil.test/", "evil.test#", "me@evil.test", "evil.test\\", "a b"):
        with pytest.raises(ConfigurationError, match="would lead somewhere else"):
            api.client(server_variables={"tenant": name})


def test_a_server_that_cannot_be_completed_is_none() -> None:
    """A relative URL, or a variable without a default, says nothing about where the API is: base_url has to."""
    for root in ("/v1", [{"url": "https://{host}/v1"}]):
        api = api_with(root=root)
        with pytest.raises(ConfigurationError, match="pass base_url="):
            url_of(api)
        assert url_of(api, base_url=ROOT) == f"{ROOT}/x"
    with pytest.raises(ConfigurationError, match="needs a value for host"):
        url_of(api_with([{"url": "https://{host}"}]), base_url=ROOT)


def test_a_relative_server_is_relative_to_the_documents_own_address() -> None:
    """OpenAPI 3.2: `$self` is where the document stands."""
    tree = {"$self": "https://api.test/docs/openapi.json", "servers": [{"url": "../v1"}], "paths": {}}
    assert server.root(tree) == "https://api.test/v1"


def test_the_settings_stay_what_they_were() -> None:
    """A config is a value: it pickles, is hashed and compared, and keeps a copy."""
    mine = {"https://a.test": "https://b.test/"}
    config = ClientConfig(servers=mine)
    mine.clear()
    assert config.servers == {"https://a.test": "https://b.test"}
    assert pickle.loads(pickle.dumps(config)) == config
    assert hash(config) == hash(ClientConfig())
    assert config != ClientConfig()


url_texts = st.builds(
    lambda start, rest: start + rest,
    st.sampled_from(["", "https://", "/", "https://b.test"]),
    st.text(st.sampled_from("htps:/{}.a@#?\\ \r\n[]%é9"), max_size=12),
)


@given(url_texts, url_texts, st.one_of(st.none(), st.just("https://b.test/v1")))
def test_any_text_for_a_server_is_an_address_or_a_sentence(own: str, root: str, base: str | None) -> None:
    """Nothing but a ConfigurationError leaves, whatever a document names."""
    tree = {"servers": [{"url": root}], "paths": {}}
    try:
        config = ClientConfig(base_url=base)
        server.check([tree], config)
        server.address(tree, server.Server(own, {}), config)
    except ConfigurationError:
        pass
