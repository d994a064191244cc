"""Client and AsyncClient: an Api's operations and workflows as attributes, for people."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, Unpack

from leapocr_dyn import errors
from leapocr_dyn.bound import Async, AsyncClosing, Blocking, Bound, Closing, Line, told
from leapocr_dyn.call import call, namespace
from leapocr_dyn.config import CONNECTIONS, HOOKS, ClientConfig, Settings, environmental, from_environment
from leapocr_dyn.drift import Drift
from leapocr_dyn.model import naming
from leapocr_dyn.model.missing import Hint
from leapocr_dyn.operation import server
from leapocr_dyn.operation.security import Asked, Credentials
from leapocr_dyn.session import Session
from leapocr_dyn.tally import Tally
from leapocr_dyn.transport import Clock, Transport, drive
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.api import Api

SECRETS = ("api_key", "token", "credentials")  # what a client takes beside its settings


class Access(Settings, total=False):
    """Settings, and who somebody is without a key."""

    token: str | Asked | None
    credentials: Mapping[str, str | tuple[str, str] | Asked] | None
    clock: Clock | None


class Everything(Access, total=False):
    """All that a client takes."""

    api_key: str | None
    config: ClientConfig | None


class AnyClient(Bound):
    """What both kinds of client are made of, and a service's own two as well."""

    _kind: ClassVar[type[Bound]] = Bound
    _doors: ClassVar[Mapping[str, type[Bound]]] = {}
    _needs_key: ClassVar[bool] = False
    _sessions: ClassVar[type[Session]] = Session  # a service's own may add to every request, in `plan`

    def __init__(
        self,
        api: Api,
        *,
        api_key: str | None = None,
        token: str | Asked | None = None,
        credentials: Mapping[str, str | tuple[str, str] | Asked] | None = None,
        config: ClientConfig | None = None,
        clock: Clock | None = None,
        **settings: Unpack[Settings],
    ) -> None:
        config = configured(api, config, settings)
        environment = api.workflow.environment
        if api_key is None and token is None and not credentials:
            api_key, token = from_environment(environment, "api_key"), from_environment(environment, "token")
        for one in (token, *(credentials or {}).values()):
            if self._blocks and inspect.iscoroutinefunction(one):
                raise errors.ConfigurationError(
                    "the function that gives the token is async, and this client is not: nothing would wake it"
                )
        known = Credentials.of(api_key, token, credentials, getattr(config.http_client, "auth", None) is not None)
        if self._needs_key and known == Credentials():
            variable = environment.get("api_key")
            raise errors.AuthenticationError(
                "there is no API key: pass api_key=..." + (f", or set {variable}" if variable else "")
            )
        self._api = api
        io = self._transport(config, clock)
        super().__init__(self._sessions(api.now, io, config, known, Tally(), home=api.home))
        self._namespaces: dict[str, Bound] = {}
        self._join()

    @staticmethod
    def _transport(config: ClientConfig, clock: Clock | None) -> Transport:
        raise NotImplementedError

    def _join(self) -> None:
        """Have what is on offer as attributes, and later what a newer version offers that is taken over."""
        self._attach()
        if (following := self._api.following) is not None:
            self._line.following, self._line.moved = following, weakref.WeakMethod(self._attach)
            following.join(self._line)

    def _attach(self) -> None:
        api, also = self._session.api, self._api.pinned
        own = {**also.namespaces.get("", {}), **api.namespaces.get("", {})}
        for name, way in own.items():
            if not hasattr(type(self), name):  # a door's own method goes first
                setattr(self, name, call(way, self._blocks, self))
        before, self._namespaces = self._namespaces, {}
        for name in filter(None, dict.fromkeys((*also.namespaces, *api.namespaces))):
            kind: Any = self._doors.get(name, self._kind)  # Any: mypy does not take a class for hashable
            world: Any = self._kind
            bound = namespace(api, name, kind, self._family, world, also)(self._line)
            attribute = f"{name}_" if name in own or hasattr(type(self), name) else name
            self._namespaces[attribute] = bound
            setattr(self, attribute, bound)
        for attribute in before.keys() - self._namespaces.keys():  # of a version that was given back
            delattr(self, attribute)

    def _as_is(self) -> Self:
        twin = super()._as_is()
        twin._api = twin._session.api
        return twin

    @property
    def api(self) -> Api:
        """The Api that this client speaks."""
        return self._api

    def drift(self) -> Drift:
        """How answers differed from the document so far; `drift().overlay()` repairs the document."""
        return Drift(self._session.drift.surprises(), self._session.api, self._session.drift.beyond)

    def with_options(self, **changes: Unpack[Settings]) -> Self:
        """The same client with other settings (timeout, max_retries, ...); it shares connections and drift."""
        twin = object.__new__(type(self))
        vars(twin).update(vars(self))
        old = self._session
        with self._family.adopting():
            for name in sorted(changes.keys() & {*CONNECTIONS}):
                raise errors.ConfigurationError(
                    f"with_options shares the connections; for another {name} make a client of its own"
                )
            config = changed(old.config, changes)
            server.check(_trees(self._api), config)
        bucket = old.bucket if config.rate_limit == old.config.rate_limit else None
        known = old.io, config, old.credentials, old.drift, old.tokens, bucket, old.home
        twin._line = Line(self._sessions(old.api, *known))
        twin._namespaces = {}
        twin._join()
        return twin

    @told
    async def request(
        self, method: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:  # Any: JSON
        """Anything that the document does not know, with this client's credentials: the answer's JSON, or its bytes."""
        from leapocr_dyn.operation.encoding import encode_json

        own = {"Accept": "application/json", **(headers or {})}
        if json is not None:
            own["Content-Type"] = "application/json"
        return await self._session.request(method.upper(), path, own, encode_json(json) if json is not None else None)

    def __reduce__(self) -> tuple[Any, ...]:
        config, known = self._session.config, self._session.credentials
        with self._family.adopting():
            _check_picklable(config)
        return _made, (type(self), {"api": self.api, **known.given(), "config": config})

    def __repr__(self) -> str:
        where = self._session.config.base_url or self.api.base_url or "(no base URL)"
        offered = [*self.api.namespaces.get("", {}), *self._namespaces]
        return visible(f"<{type(self).__name__} {where} {naming.some(offered)}; try .api.tree(), .api.search(WORDS)>")

    # Attributes are the namespaces, set one by one; mypy cannot know their names.
    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
    else:
        __getattr__ = Hint()


class Client(AnyClient, Blocking, Closing):
    """A blocking client, safe to share between threads.

    api_key, token, credentials ({scheme name: secret}): who you are; without them, what the environment holds. A token
    may be text, a function that gives it, or ClientCredentials; a user name and password are a pair. A certificate
    (mutual TLS) is `cert`; schemes such as digest are for an http_client of your own.
    config, or base_url, timeout, max_retries, http_client...: see ClientConfig. clock: another than the system's, for
    tests. Use it in a `with` block, or close it. Its pickle holds the key.
    """

    _kind = Blocking

    @staticmethod
    def _transport(config: ClientConfig, clock: Clock | None) -> Transport:
        from leapocr_dyn.transport.blocking import BlockingTransport

        return BlockingTransport(config.http_client, clock, config)

    def close(self) -> None:
        """Give up the connections; the client can be used again, and will make new ones."""
        drive(self._session.io.close())


class AsyncClient(AnyClient, Async, AsyncClosing):
    """An async client for asyncio and trio, in any number of event loops, one after the other or at once.

    api_key, token, credentials ({scheme name: secret}): who you are; without them, what the environment holds. A token
    may be text, a function that gives it (also an async one), or ClientCredentials; a user name and password are a
    pair. A certificate (mutual TLS) is `cert`; schemes such as digest are for an http_client of your own.
    config, or base_url, timeout, max_retries, http_client...: see ClientConfig. clock: another than the system's, for
    tests. Use it in an `async with` block, or close it; connections that are left are closed when their loop ends. Its
    pickle holds the key.
    """

    _kind = Async

    @staticmethod
    def _transport(config: ClientConfig, clock: Clock | None) -> Transport:
        from leapocr_dyn.transport.suspending import AsyncTransport

        return AsyncTransport(config.http_client, clock, config)

    async def close(self) -> None:
        """Give up this loop's connections; the client can be used again, and will make new ones."""
        await self._session.io.close()


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:  # Any: a client's class
        """A service's own clients that the package exports can be had from here as well."""
        import leapocr_dyn

        found = getattr(leapocr_dyn, name, None) if name in leapocr_dyn.__all__ else None
        if not (isinstance(found, type) and issubclass(found, AnyClient)):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return found


def _made(kind: type[AnyClient], settings: dict[str, Any]) -> AnyClient:  # Any: a client's settings
    return kind(**settings)


def _check_picklable(config: ClientConfig) -> None:
    if config.http_client is not None:
        raise errors.ConfigurationError("a client with an http_client of your own cannot be pickled: make it there")
    for name in (*HOOKS, "verify"):
        if not _picklable(getattr(config, name)):
            raise errors.ConfigurationError(
                f"a client cannot be pickled whose {name} cannot, such as a lambda or a context: make it there"
            )


def _picklable(setting: object) -> bool:
    import pickle

    try:
        pickle.dumps(setting)
    except (pickle.PicklingError, TypeError, AttributeError):
        return False
    return True


def configured(api: Api, config: ClientConfig | None, settings: Mapping[str, Any]) -> ClientConfig:
    """The settings: those given, then the environment's, then the defaults.

    A config is given as a whole: beside it the environment is asked only for what it leaves open (None).
    """
    asked = {
        setting: variable
        for setting, variable in api.workflow.environment.items()
        if settings.get(setting) is None and (config is None or getattr(config, setting, ...) is None)
    }
    config = changed(config or ClientConfig(), {**settings, **environmental(asked)}, SECRETS)
    server.check(_trees(api), config)
    return config


def _trees(api: Api) -> Iterator[Mapping[str, Any]]:  # Any: JSON
    """The documents that may name servers: the one that says where the API is, and the one that is spoken."""
    return (one.operations.document.tree for one in {api.home, api.now})


def changed(config: ClientConfig, settings: Mapping[str, Any], also: tuple[str, ...] = ()) -> ClientConfig:
    """The same configuration with other settings. Raises TypeError for a name that is none.

    also: other names that may have been meant.
    """
    import dataclasses

    known = [field.name for field in dataclasses.fields(config)]
    for name in settings:
        if name not in known:
            hint = naming.hint(name, [*also, *known], f"; the settings are {', '.join(known)}")
            raise TypeError(f"a client has no setting {name!r}{hint}")
    return dataclasses.replace(config, **settings)
