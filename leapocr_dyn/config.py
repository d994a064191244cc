"""How a client behaves: defaults, the environment, and what cannot be right.

An explicit argument comes first, then the environment, then the default. A wrong value is an error, never replaced in
silence. Which environment variables count is data: the `environment` section of workflow.yaml.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict
from urllib.parse import urlsplit

from leapocr_dyn.errors import ConfigurationError

if TYPE_CHECKING:
    from leapocr_dyn.observe import AfterResponse, BeforeSend, OnError

LIKE = "https://api.example.com/v1"
CONNECTIONS = ("http_client", "proxy", "trust_env", "verify", "cert", "http2", "pool")  # what a client's twins share
HOOKS = ("before_send", "after_response", "on_error")
PROXIES = ("http", "https", "socks5", "socks5h")

PathLike: TypeAlias = str | os.PathLike[str]


@dataclass(frozen=True)
class ClientConfig:
    """Settings of one client.

    base_url: where the API is; None takes the document's first server. timeout: seconds without progress on one
    request.
    max_retries: how often a request that may be repeated is sent again. retry_delay, retry_multiplier, max_retry_delay:
    seconds before the first repeat, how they grow, and how far; each pause is drawn at random up to that. A server that
    asks for a longer pause than that gets none: its answer is raised. retry_statuses: the statuses to repeat after,
    instead of 408, 429 and 5xx; what may cost twice is not repeated after others than 429 and 503 all the same.
    http_client: a client of your own (httpx or httpx2, of the matching kind), used for everything and never closed.
    debug: a line on stderr for each request, as the logger "leapocr_dyn" has it at DEBUG. strict: raise where an answer
    differs from the document. user_agent: what the client calls itself, instead of leapocr-dyn and its version.

    rate_limit: (requests, seconds): at most so many requests to the API in so many seconds, repeats included, those of
    this client's twins together; what comes earlier waits. Without it, nothing waits.

    servers: {a server that the document names for a path or an operation, or its origin: where you want that to be};
    credentials go there, too. server_variables: values for the variables in the document's servers.

    before_send(request), after_response(request, response), on_error(request, error): functions, also async ones, that
    are called for every request, repeats and parts of files included. What they are given, an Outgoing and an Incoming,
    is in `leapocr_dyn.observe`, with an example. before_send may return headers to add, such as a traceparent. What one
    of them raises ends the call.

    The rest is about connections, and not for an http_client of your own, which has settings like these itself.
    trust_env: whether HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR count. proxy: the
    URL of the proxy for everything, instead of the environment's. verify: a file or a folder of certificates (PEM) to
    trust instead of the usual ones, or an ssl.SSLContext. cert: who you are, for mutual TLS: a file with certificate
    and key, or (certificate, key), or (certificate, key, its password). http2: offer HTTP/2, which needs the package
    h2. pool: (connections at most, connections that are kept while idle, seconds that they are kept).

    Raises ConfigurationError.
    """

    base_url: str | None = None
    timeout: float = 30.0
    max_retries: int = 3
    retry_delay: float = 1.0
    retry_multiplier: float = 2.0
    http_client: Any = None  # Any: httpx or httpx2, neither imported here
    debug: bool = False
    strict: bool = False
    max_retry_delay: float = 30.0
    retry_statuses: Collection[int] | None = None
    user_agent: str | None = None
    rate_limit: tuple[float, float] | None = None
    servers: Mapping[str, str] = field(default_factory=dict, hash=False)
    server_variables: Mapping[str, str] = field(default_factory=dict, hash=False)
    before_send: BeforeSend | None = None
    after_response: AfterResponse | None = None
    on_error: OnError | None = None
    proxy: str | None = field(default=None, repr=False)  # it may hold a password, and so may cert
    trust_env: bool = True
    verify: Any = True  # Any: True, a path, or an ssl.SSLContext, which is not imported here
    cert: PathLike | tuple[PathLike, ...] | None = field(default=None, repr=False)
    http2: bool = False
    pool: tuple[int, int, float] = (64, 64, 30.0)

    @classmethod
    def from_env(cls) -> ClientConfig:
        """What the environment says for the service that the package itself exports: its own ClientConfig."""
        import leapocr_dyn

        return leapocr_dyn.ClientConfig.from_env()

    def __post_init__(self) -> None:
        checked_number("timeout", self.timeout, above=0)
        checked_number("retry_delay", self.retry_delay, at_least=0)
        checked_number("retry_multiplier", self.retry_multiplier, at_least=1)
        checked_number("max_retry_delay", self.max_retry_delay, at_least=0)
        if self.retry_statuses is not None:
            object.__setattr__(self, "retry_statuses", checked_statuses("retry_statuses", self.retry_statuses))
        if self.user_agent is not None and not (isinstance(self.user_agent, str) and self.user_agent.strip()):
            raise ConfigurationError(f"user_agent must be text, not {self.user_agent!r}", "user_agent")
        checked_number("max_retries", self.max_retries, at_least=0, whole=True)
        if self.base_url is not None:
            object.__setattr__(self, "base_url", checked_url("base_url", self.base_url))
        servers = checked_texts("servers", self.servers)
        object.__setattr__(self, "servers", {name: checked_url("servers", url) for name, url in servers.items()})
        object.__setattr__(self, "server_variables", checked_texts("server_variables", self.server_variables))
        for name in ("debug", "strict", "trust_env", "http2"):
            if not isinstance(getattr(self, name), bool):
                raise ConfigurationError(f"{name} must be True or False, not {getattr(self, name)!r}")
        if self.rate_limit is not None:
            object.__setattr__(self, "rate_limit", checked_rate(self.rate_limit))
        for name in HOOKS:
            if getattr(self, name) is not None and not callable(getattr(self, name)):
                raise ConfigurationError(f"{name} must be a function, not {getattr(self, name)!r}")
        self._check_connections()

    def _check_connections(self) -> None:
        own = [name for name in CONNECTIONS[1:] if getattr(self, name) != getattr(ClientConfig, name)]
        if own and self.http_client is not None:
            raise ConfigurationError(
                f"{own[0]} is for connections of ours; give it to the http_client that you pass", own[0]
            )
        if self.http2 and not _is_installed("h2"):
            raise ConfigurationError("http2 needs the package h2; install it, or leave http2 out")
        object.__setattr__(self, "pool", checked_pool(self.pool))
        if self.proxy is not None:
            object.__setattr__(self, "proxy", checked_proxy(self.proxy))
        if self.verify is not True:
            object.__setattr__(self, "verify", checked_trust(self.verify))
        if self.cert is not None:
            object.__setattr__(self, "cert", checked_certificate(self.cert))
            if not isinstance(self.verify, (bool, str)):
                raise ConfigurationError("cert goes into the SSLContext that you pass as verify (load_cert_chain)")


def checked_rate(given: Any) -> tuple[float, float]:  # Any: what the caller takes for a rate
    """Requests and seconds. Raises ConfigurationError where they are none."""
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise ConfigurationError(f"rate_limit is (requests, seconds), as in (100, 60), not {given!r}")
    checked_number("rate_limit's requests", given[0], at_least=1)
    checked_number("rate_limit's seconds", given[1], above=0)
    return given[0], given[1]


def checked_word(name: str, given: Any, words: Collection[str]) -> str:  # Any: whatever the caller gives
    """One of a few words. Raises ConfigurationError."""
    if given not in words:
        raise ConfigurationError(f"{name} must be one of {', '.join(words)}, not {given!r}", name)
    return str(given)


def checked_statuses(name: str, given: Any) -> tuple[int, ...]:  # Any: what the caller takes for statuses
    """The statuses in their order. Raises ConfigurationError where they are none that a failure can have."""
    if not isinstance(given, (tuple, list, set, frozenset)) or not all(
        isinstance(one, int) and 400 <= one < 600 for one in given
    ):
        raise ConfigurationError(f"{name} must be statuses from 400 to 599, as in {{429, 503}}, not {given!r}", name)
    return tuple(sorted(given))


def checked_pool(given: Any) -> tuple[int, int, float]:  # Any: what the caller takes for a pool's size
    """Connections, those kept, and seconds. Raises ConfigurationError where they are none."""
    if not isinstance(given, (tuple, list)) or len(given) != 3:
        said = f"pool is (connections, of which are kept, seconds), as in (64, 64, 30), not {given!r}"
        raise ConfigurationError(said, "pool")
    most, kept, seconds = given
    checked_number("pool's connections", most, at_least=1, whole=True)
    checked_number("pool's kept connections", kept, at_least=0, whole=True)
    checked_number("pool's seconds", seconds, at_least=0)
    if kept > most:
        raise ConfigurationError(f"pool cannot keep {kept} connections of {most}", "pool")
    return most, kept, seconds


def _is_installed(package: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(package) is not None


class Settings(TypedDict, total=False):
    """The fields of ClientConfig as keyword arguments, for editors and type checkers."""

    base_url: str | None
    timeout: float
    max_retries: int
    retry_delay: float
    retry_multiplier: float
    http_client: Any
    debug: bool
    strict: bool
    max_retry_delay: float
    retry_statuses: Collection[int] | None
    user_agent: str | None
    rate_limit: tuple[float, float] | None
    servers: Mapping[str, str]
    server_variables: Mapping[str, str]
    before_send: BeforeSend | None
    after_response: AfterResponse | None
    on_error: OnError | None
    proxy: str | None
    trust_env: bool
    verify: Any
    cert: PathLike | tuple[PathLike, ...] | None
    http2: bool
    pool: tuple[int, int, float]


def checked_proxy(url: str) -> str:
    """The URL of a proxy. Raises ConfigurationError where it is none, without repeating a password."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in PROXIES and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except (ValueError, AttributeError, TypeError):
        right = False
    if not right:
        raise ConfigurationError(f"proxy {_shown(url)} is not a URL of a proxy; it looks like http://127.0.0.1:3128")
    return url


def checked_trust(given: Any) -> Any:  # Any: a path or an ssl.SSLContext
    """Whom to trust. Raises ConfigurationError for anything but a file or folder that is there, or a context."""
    import ssl

    if isinstance(given, ssl.SSLContext):
        return given
    if not isinstance(given, (str, os.PathLike)):
        raise ConfigurationError(
            f"verify must be True, a file or folder of certificates, or an ssl.SSLContext, not {given!r}; for a server "
            "with a certificate of its own pass that certificate's file"
        )
    if not os.path.exists(given):
        raise ConfigurationError(f"verify {os.fspath(given)!r} is not there; it names a file or folder of certificates")
    return os.fspath(given)


def checked_certificate(given: Any) -> tuple[str, ...]:  # Any: what the caller takes for a certificate
    """Certificate, key and password, as far as they are given. Raises ConfigurationError where they are none."""
    parts = given if isinstance(given, tuple) else (given,)
    if not 1 <= len(parts) <= 3 or not all(isinstance(one, (str, os.PathLike)) for one in parts):
        raise ConfigurationError("cert must be a file, (certificate, key) or (certificate, key, its password)")
    for file in parts[:2]:
        if not os.path.isfile(file):
            raise ConfigurationError(f"cert {os.fspath(file)!r} is not there; it names a certificate or its key")
    return tuple(os.fspath(one) for one in parts)


def checked_texts(name: str, given: Mapping[str, str]) -> dict[str, str]:
    """A copy of a setting that maps text to text. Raises ConfigurationError where it does not."""
    if not isinstance(given, Mapping) or not all(isinstance(one, str) for pair in given.items() for one in pair):
        raise ConfigurationError(f"{name} must map text to text, as in {{'https://a.example': 'https://b.example'}}")
    return dict(given)


def checked_url(name: str, url: str) -> str:
    """The URL without a slash at its end. Raises ConfigurationError where it is not http(s) with a host."""
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or parts.port > 0
    except (ValueError, AttributeError, TypeError):
        # Not the error's own words, and not `from error`: they may quote a password.
        raise ConfigurationError(f"{name} {_shown(url)} is not a URL: its host or port cannot be read", name) from None
    if parts.scheme not in ("", "http", "https") and parts.hostname:
        raise ConfigurationError(f"{name} {_shown(url)} must be http or https, as in {LIKE}", name)
    if not parts.scheme or not parts.hostname or not port_is_one:
        raise ConfigurationError(f"{name} {_shown(url)} is not a URL; it looks like {LIKE}", name)
    if parts.username or parts.password:
        raise ConfigurationError(f"{name} holds a user name or password; pass the key as api_key instead", name)
    if parts.query or parts.fragment:
        said = "has a query or a fragment; an operation could not be added to it"
        raise ConfigurationError(f"{name} {_shown(url)} {said}", name)
    return url.rstrip("/")


def _shown(url: object) -> str:
    """A URL for a message, without what may be a secret: user info, query and fragment."""
    user, at, rest = str(url).rpartition("@")  # the last one: a password may hold others
    scheme = user[: user.find("//") + 2] if "//" in user else ""
    rest, asked, _ = rest.replace("#", "?", 1).partition("?")
    return repr((f"{scheme}***@" if at else "") + rest + ("?***" if asked else ""))


def from_environment(names: Mapping[str, str], setting: str) -> str | None:
    """The environment's word for a setting, or None; an empty variable counts as not set."""
    return os.environ.get(names.get(setting, ""), "").strip() or None


def checked_number(
    name: str, value: float, *, above: float = -math.inf, at_least: float = -math.inf, whole: bool = False
) -> float:
    """The number. Raises ConfigurationError where it is not finite and within its bound. whole: without a fraction."""
    if (
        not isinstance(value, int if whole else (int, float))
        or isinstance(value, bool)
        or not math.isfinite(value)
        or value <= above
        or value < at_least
    ):
        bound = f"above {above:g}" if above != -math.inf else f"from {at_least:g}"
        raise ConfigurationError(f"{name} must be a {'whole ' * whole}number {bound}, not {value!r}", name)
    return value


def checked_switch(name: str, text: str) -> bool:
    """Whether a word of the environment says yes. Raises ConfigurationError where it says neither yes nor no."""
    known = SWITCHES.get(text.lower())
    if known is None:
        raise ConfigurationError(f"{name} must be one of {', '.join(SWITCHES)}, not {text!r}")
    return known


def checked_seconds(name: str, text: str) -> float:
    """A number of seconds above 0 from the environment. Raises ConfigurationError where it is none."""
    try:
        seconds = float(text)
    except ValueError:
        raise ConfigurationError(f"{name} must be a number above 0, not {text!r}") from None
    return checked_number(name, seconds, above=0)


SWITCHES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
READERS: dict[str, Callable[[str, str], Any]] = {  # Any: a setting's value
    "base_url": checked_url,
    "timeout": checked_seconds,
    "debug": checked_switch,
}


def environmental(names: Mapping[str, str]) -> dict[str, Any]:  # Any: a setting's value
    """The settings that the environment holds. Raises ConfigurationError, which names the variable."""
    found = {setting: from_environment(names, setting) for setting in READERS}
    return {setting: READERS[setting](names[setting], text) for setting, text in found.items() if text is not None}


DEFAULTS = ClientConfig()
