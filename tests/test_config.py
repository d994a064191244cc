"""Settings: what is right, what cannot be, and what the environment may say."""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import importlib.util
import logging
import math
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from conftest import Script, World, answer
from hypothesis import given
from hypothesis import strategies as st
from test_sockets import served

from leapocr_dyn import ClientConfig as LeapOCRConfig
from leapocr_dyn import LeapOCRError, LeapOCRSync, errors
from leapocr_dyn.config import CONNECTIONS, ClientConfig, Settings, checked_url, environmental, from_environment
from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.transport.wire import settings


def test_the_defaults_are_the_advice() -> None:
    """Nothing has to be set."""
    config = ClientConfig()
    assert (config.base_url, config.timeout, config.max_retries) == (None, 30.0, 3)
    assert (config.retry_delay, config.retry_multiplier, config.strict) == (1.0, 2.0, False)


def test_type_checkers_know_every_setting() -> None:
    """What can be given as keywords is ClientConfig's fields, with the same types."""
    fields = {one.name: one.type for one in dataclasses.fields(ClientConfig)}
    known = {name: one.__forward_arg__ for name, one in Settings.__annotations__.items()}
    assert known == fields


def test_settings_do_not_change() -> None:
    """A config is frozen; `dataclasses.replace` gives another."""
    config = ClientConfig()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.timeout = 5.0  # type: ignore[misc]  # this is what must fail
    assert dataclasses.replace(config, timeout=5.0).timeout == 5.0


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", math.nan),
        ("timeout", math.inf),
        ("timeout", "30"),
        ("timeout", True),
        ("timeout", None),
        ("retry_delay", -0.1),
        ("retry_delay", "1"),
        ("retry_multiplier", 0.5),
        ("retry_multiplier", "2"),
        ("max_retries", -1),
        ("max_retries", "3"),
        ("max_retries", None),
        ("max_retries", 1.5),
        ("max_retries", True),
        ("max_retry_delay", -1),
        ("retry_statuses", 503),
        ("retry_statuses", (200,)),
        ("user_agent", " "),
        ("pool", 8),
        ("pool", (8, 8)),
        ("base_url", "api.example.com"),
        ("base_url", ""),
        ("base_url", 5),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(setting: str, value: Any) -> None:
    """The sentence holds the setting and the value; nothing is replaced in silence."""
    with pytest.raises(ConfigurationError) as caught:
        ClientConfig(**{setting: value})
    assert setting in str(caught.value)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ((0, 0, 1), "pool's connections must be a whole number from 1, not 0"),
        ((8, 1.5, 1), "pool's kept connections must be a whole number from 0, not 1.5"),
        ((8, 8, -1), "pool's seconds must be a number from 0, not -1"),
        ((8, 9, 1), "pool cannot keep 9 connections of 8"),
    ],
)
def test_a_pool_that_cannot_be_is_refused(wrong: Any, said: str) -> None:
    """With the number that is not right."""
    with pytest.raises(ConfigurationError, match=said):
        ClientConfig(pool=wrong)


@pytest.mark.parametrize("name", ["timeout", "max_retries", "base_url", "retry_statuses", "user_agent"])
def test_the_exception_knows_which_setting_it_was(name: str) -> None:
    """For programs that show it beside the setting."""
    wrong: Any = {name: ""}
    with pytest.raises(ConfigurationError) as caught:
        ClientConfig(**wrong)
    assert caught.value.parameter == name


def test_a_client_may_call_itself_otherwise(world: World) -> None:
    """What it says of itself is the caller's, or this package's name and version."""
    server = Script(answer(json={}))
    for agent, said in ((None, "leapocr-dyn/"), ("shop/1.0", "shop/1.0")):
        world.run(world.client(server, user_agent=agent).ocr.get_job_status("1"))
        assert server.requests[-1].headers["user-agent"].startswith(said)


def test_the_longest_pause_is_the_callers_to_say(world: World) -> None:
    """Also how long a server may ask for before its answer is raised."""
    server = Script(answer(503, retry_after="40"), answer(json={}))
    with pytest.raises(errors.ServerError):
        world.run(world.client(server).ocr.get_job_status("1"))
    server = Script(answer(503, retry_after="40"), answer(json={}))
    world.run(world.client(server, max_retry_delay=60.0).ocr.get_job_status("1"))
    assert world.slept[-1] >= 40


def test_the_statuses_to_repeat_after_are_the_callers_to_say(world: World) -> None:
    """And only those."""
    for status, calls in ((500, 1), (404, 2)):
        server = Script(answer(status), answer(json={}))
        client = world.client(server, retry_statuses=[404])
        if calls == 1:
            with pytest.raises(errors.ServerError):
                world.run(client.ocr.get_job_status("1"))
        else:
            world.run(client.ocr.get_job_status("1"))
        assert server.calls == calls


@pytest.mark.parametrize(("setting", "value"), [("retry_delay", 0), ("max_retries", 0), ("retry_multiplier", 1)])
def test_the_least_that_is_right_is_allowed(setting: str, value: Any) -> None:
    """No pause, no repeat, no growth."""
    assert getattr(ClientConfig(**{setting: value}), setting) == value


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.example.com/v1/", "https://api.example.com/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:1/", "http://[::1]:1"),
    ],
)
def test_a_url_loses_the_slash_at_its_end(given: str, kept: str) -> None:
    """So that a path can be added to it."""
    assert checked_url("base_url", given) == kept


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("ftp://example.com", "must be http or https, as in https://api.example.com/v1"),
        ("https://", "it looks like"),
        ("https://example.com:0", "it looks like"),
        ("https://example.com:x", "is not a URL: "),
        ("https://[::1", "is not a URL: "),
        ("https://example.com/?a=b", "a query or a fragment"),
        ("https://example.com/#a", "a query or a fragment"),
    ],
)
def test_a_url_that_operations_cannot_be_added_to_is_refused(given: str, said: str) -> None:
    """With the reason."""
    with pytest.raises(ConfigurationError, match=r"^base_url") as caught:
        checked_url("base_url", given)
    assert said in str(caught.value)


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    """The sentence says where the key belongs, and does not print it."""
    with pytest.raises(ConfigurationError, match="pass the key as api_key") as caught:
        checked_url("base_url", "https://me:hunter2@example.com")
    assert "hunter2" not in str(caught.value)


def test_the_environment_speaks_through_names_that_are_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which variable holds a setting is the workflow's word; a blank one counts as not set."""
    monkeypatch.setenv("TEST_KEY", " abc\n")
    monkeypatch.setenv("TEST_BLANK", "  ")
    names = {"api_key": "TEST_KEY", "base_url": "TEST_BLANK"}
    assert from_environment(names, "api_key") == "abc"
    assert from_environment(names, "base_url") is None
    assert from_environment(names, "token") is None


@pytest.mark.parametrize(
    "url", ["https://me:hunter2@h:99999/", "https://me:a/hunter2@h", "me:hunter2@h", "ftp://me:hunter2@h"]
)
def test_a_password_in_a_url_is_never_repeated(url: str) -> None:
    """Whatever else is wrong with the URL."""
    with pytest.raises(ConfigurationError) as caught:
        checked_url("base_url", url)
    assert "hunter2" not in str(caught.value)


# -- what the environment says


NAMES = {"base_url": "TEST_URL", "timeout": "TEST_TIMEOUT", "debug": "TEST_DEBUG", "api_key": "TEST_KEY"}


def test_the_environment_holds_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are set and known, each as what it is; a key is no setting."""
    assert environmental(NAMES) == {}
    for name, text in {"URL": "https://a.test/", "TIMEOUT": " 7.5 ", "DEBUG": "Yes", "KEY": "k"}.items():
        monkeypatch.setenv(f"TEST_{name}", text)
    assert environmental(NAMES) == {"base_url": "https://a.test", "timeout": 7.5, "debug": True}
    assert environmental({}) == {}


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("TEST_TIMEOUT", "soon"),
        ("TEST_TIMEOUT", "0"),
        ("TEST_TIMEOUT", "nan"),
        ("TEST_TIMEOUT", "inf"),
        ("TEST_TIMEOUT", "1e999"),
        ("TEST_URL", "api.test"),
        ("TEST_DEBUG", "perhaps"),
    ],
)
def test_a_variable_that_cannot_be_right_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, text: str) -> None:
    """Not the setting that it stands for; and nothing is replaced in silence."""
    monkeypatch.setenv(variable, text)
    with pytest.raises(ConfigurationError, match=f"^{variable} "):
        environmental(NAMES)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_is_a_setting_or_an_error(text: str) -> None:
    """Whatever the environment holds; nothing else is raised."""
    with pytest.MonkeyPatch.context() as patch:
        for name in NAMES.values():
            patch.setenv(name, text)
        for setting, name in NAMES.items():
            with contextlib.suppress(ConfigurationError):
                assert environmental({setting: name}).keys() <= {setting}


def test_an_argument_goes_before_the_environment_and_that_before_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """For every setting; a ClientConfig is an argument as a whole, but for a base URL that it leaves open."""
    assert LeapOCRSync("k")._session.config.timeout == 30.0
    monkeypatch.setenv("LEAPOCR_TIMEOUT", "7")
    monkeypatch.setenv("LEAPOCR_BASE_URL", "https://a.test")
    assert LeapOCRSync("k")._session.config.timeout == 7.0
    assert LeapOCRSync("k", timeout=8.0)._session.config.timeout == 8.0
    config = LeapOCRSync("k", LeapOCRConfig())._session.config
    assert (config.timeout, config.base_url) == (30.0, "https://a.test")
    config = LeapOCRSync("k", LeapOCRConfig("https://b.test"))._session.config
    assert config.base_url == "https://b.test"
    assert LeapOCRSync("k", base_url=None)._session.config.base_url == "https://a.test"
    monkeypatch.setenv("LEAPOCR_TIMEOUT", "soon")
    with pytest.raises(LeapOCRError, match=r"^LEAPOCR_TIMEOUT must be a number above 0"):
        LeapOCRSync("k")
    assert LeapOCRSync("k", timeout=8.0)._session.config.timeout == 8.0


def test_a_config_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """ClientConfig.from_env(), as in the official package; a wrong value is an error of the service's family."""
    assert LeapOCRConfig.from_env() == LeapOCRConfig("https://api.leapocr.com/api/v1")
    for name, text in {"URL": "https://a.test/v1/", "TIMEOUT": "12.5"}.items():
        monkeypatch.setenv(f"LEAPOCR_{name}".replace("_URL", "_BASE_URL"), text)
    for text, meant in {"1": True, "true": True, "yes": True, "0": False, "no": False, "": False}.items():
        monkeypatch.setenv("LEAPOCR_DEBUG", text)
        assert LeapOCRConfig.from_env() == LeapOCRConfig("https://a.test/v1", 12.5, debug=meant)
    monkeypatch.setenv("LEAPOCR_DEBUG", "perhaps")
    with pytest.raises(LeapOCRError, match="LEAPOCR_DEBUG must be one of 1, true"):
        LeapOCRConfig.from_env()


# -- connections


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"debug": "yes"}, "debug must be True or False, not 'yes'"),
        ({"trust_env": None}, "trust_env must be True or False"),
        ({"http2": 1}, "http2 must be True or False"),
        ({"before_send": "print"}, "before_send must be a function, not 'print'"),
        ({"on_error": 1}, "on_error must be a function"),
        ({"proxy": "localhost:3128"}, "proxy 'localhost:3128' is not a URL of a proxy"),
        ({"proxy": "ftp://me:hunter2@proxy.test"}, r"proxy 'ftp://\*\*\*@proxy.test' is not a URL of a proxy"),
        ({"proxy": 5}, "proxy '5' is not"),
        ({"verify": False}, "verify must be True, a file or folder"),
        ({"verify": "/nowhere.pem"}, "verify '/nowhere.pem' is not there"),
        ({"cert": "/nowhere.pem"}, "cert '/nowhere.pem' is not there"),
        ({"cert": ()}, "cert must be a file"),
        ({"cert": 5}, "cert must be a file"),
        ({"cert": __file__, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}, "cert goes into the SSLContext"),
        ({"http_client": object(), "proxy": "http://p.test"}, "proxy is for connections of ours"),
        ({"http_client": object(), "trust_env": False}, "trust_env is for connections of ours"),
    ],
)
def test_a_connection_that_cannot_be_made_so_is_refused(wrong: dict[str, Any], said: str) -> None:
    """At once, with the setting's name, and without a password."""
    with pytest.raises(ConfigurationError, match=f"^{said}") as caught:
        ClientConfig(**wrong)
    assert "hunter2" not in str(caught.value)


def test_passwords_are_not_shown() -> None:
    """Neither a proxy's nor a key's; the settings can be printed."""
    shown = repr(ClientConfig(proxy="http://me:hunter2@proxy.test", cert=(__file__, __file__, "hunter2")))
    assert "hunter2" not in shown


@pytest.mark.parametrize("name", CONNECTIONS)
def test_a_twin_shares_the_connections_as_they_are(world: World, name: str) -> None:
    """with_options covers every setting but those that connections are made with."""
    with pytest.raises(LeapOCRError, match=f"shares the connections; for another {name} make a client"):
        world.client("https://a.test").with_options(**{name: None})


class Proxy(http.server.BaseHTTPRequestHandler):
    """A proxy that answers itself, and says what it was asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = b'{"status": "pending"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: object) -> None:
        """Say nothing."""


def test_a_proxy_is_named_by_argument_then_by_the_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """`proxy` goes first, then HTTP_PROXY; with trust_env=False the environment has no say."""
    api = "http://api.invalid"
    with served(Proxy) as proxy:
        Proxy.asked.clear()
        world.run(world.client(api, proxy=proxy, trust_env=False).ocr.get_job_status("1"))
        monkeypatch.setenv("HTTP_PROXY", proxy)
        world.run(world.client(api).ocr.get_job_status("2"))
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        world.run(world.client(api, proxy=proxy).ocr.get_job_status("3"))
        assert Proxy.asked == [f"{api}/ocr/status/{job}" for job in "123"]
        monkeypatch.setenv("HTTP_PROXY", proxy)
        with pytest.raises(errors.ConnectionError, match="cannot be reached"):
            world.run(world.client(api, trust_env=False, max_retries=0).ocr.get_job_status("4"))
        world.close()


def test_a_tunnel_through_a_proxy_is_refused_with_its_reason(world: World) -> None:
    """https asks a proxy for a tunnel (CONNECT); one that gives none is named as what could not be reached."""
    with served(Proxy) as proxy, pytest.raises(errors.ConnectionError) as caught:
        world.run(world.client("https://api.invalid", proxy=proxy, max_retries=0).ocr.get_job_status("1"))
    assert caught.value.sent is False
    assert "501" in str(caught.value)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority (ca.pem), a server's certificate and a caller's (*.pem, *.key), and locked.key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("certificates are made with openssl, which is not installed")
    folder = tmp_path_factory.mktemp("certificates")

    def run(*words: str) -> None:
        subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True)

    new = ("req", "-newkey", "rsa:2048", "-nodes")
    signs = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")  # which Python 3.13 asks of an authority
    run(*new, "-x509", "-days", "2", "-subj", "/CN=Authority", *signs, "-keyout", "ca.key", "-out", "ca.pem")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\nauthorityKeyIdentifier=keyid\n")
    for name in ("server", "caller"):
        run(*new, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
        run("x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem")
    run("rsa", "-aes256", "-passout", "pass:hunter2", "-in", "caller.key", "-out", "locked.key")
    return folder


@contextlib.contextmanager
def guarded(certificates: Path) -> Iterator[str]:
    """The origin of a server that shows its certificate, and wants to see the caller's."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
        context.load_verify_locations(certificates / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.handle_error = lambda *who: None  # type: ignore[method-assign]  # a caller who is refused hangs up
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_server_is_trusted_and_a_caller_known_by_certificates(world: World, certificates: Path) -> None:
    """Mutual TLS over a real socket: `verify` names the authority, `cert` the caller, also with a locked key."""
    authority, caller = certificates / "ca.pem", certificates / "caller.pem"
    context = ssl.create_default_context(cafile=authority)
    context.load_cert_chain(caller, certificates / "caller.key")
    with guarded(certificates) as origin:
        ways: list[dict[str, Any]] = [
            {"verify": authority, "cert": (caller, certificates / "caller.key")},
            {"verify": str(authority), "cert": (caller, certificates / "locked.key", "hunter2")},
            {"verify": context},
        ]
        for way in ways:
            assert world.run(world.client(origin, None, **way).ocr.get_job_status("1")).status == "pending"
        strangers: list[dict[str, Any]] = [{}, {"verify": authority}]
        for way in strangers:
            client = world.client(origin, None, max_retries=0, **way)
            with pytest.raises(errors.ConnectionError):
                world.run(client.ocr.get_job_status("1"))
        world.close()


class Tunnel(Proxy):
    """A proxy that gives tunnels (RFC 9110 section 9.3.6), whoever is at their other end."""

    def do_CONNECT(self) -> None:
        self.asked.append(self.path)
        host, _, port = self.path.partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as there:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=relayed, args=(there, self.connection))
            back.start()
            relayed(self.connection, there)
            back.join()
        self.close_connection = True


def relayed(source: socket.socket, sink: socket.socket) -> None:
    """Everything from one socket to another, and then its end."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def test_https_goes_through_a_proxys_tunnel(world: World, certificates: Path) -> None:
    """The proxy hears host and port; the server's certificate is checked, and the caller's shown, at the far end."""
    mine: Any = {"verify": certificates / "ca.pem", "cert": (certificates / "caller.pem", certificates / "caller.key")}
    with guarded(certificates) as origin, served(Tunnel) as proxy:
        Proxy.asked.clear()
        client = world.client(origin, proxy=proxy, **mine)
        assert world.run(client.ocr.get_job_status("1")).status == "pending"
        assert Proxy.asked == [origin.removeprefix("https://"), "/ocr/status/1"]
        world.close()


def test_a_certificate_that_cannot_be_used_is_a_configuration_error(world: World, certificates: Path) -> None:
    """A key of another certificate, a wrong password, a file of something else; nobody is asked at a terminal."""
    mine, other = certificates / "caller.pem", certificates / "server.key"
    locked = certificates / "locked.key"
    wrong: list[tuple[str, Any]] = [
        ("cert", (mine, other)),
        ("cert", (mine, locked)),
        ("cert", (mine, locked, "hunter3")),
        ("verify", other),
    ]
    for setting, value in wrong:
        client = world.client("https://127.0.0.1:1", None, max_retries=0, **{setting: value})
        with pytest.raises(errors.ConfigurationError, match=f"^get_job_status: {setting}|^{setting}") as caught:
            world.run(client.ocr.get_job_status("1"))
        assert "hunter3" not in str(caught.value)


def test_http_2_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package h2 it is refused, never left out in silence."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="http2 needs the package h2"):
        ClientConfig(http2=True)
    assert ClientConfig(http2=False).http2 is False


def test_http_2_is_offered_and_its_headers_are_not_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool is told of it, and has a TLS context of its own; hpack, which logs every header, is kept quiet."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    made = settings(ClientConfig(http2=True), "https", None)
    assert made["http2"] is True
    assert made["verify"] is not settings(ClientConfig(), "https", None)["verify"]
    for name in ("hpack.hpack", "hpack.table"):
        record = logging.LogRecord(name, logging.DEBUG, "", 1, "Encoding the key", None, None)
        assert not logging.getLogger(name).filter(record)
