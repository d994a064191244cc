"""Client and AsyncClient: an Api's operations and workflows as attributes, for people."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from leapocr_dyn import errors
from leapocr_dyn.call import Async, Blocking, Bound, awaited, driven, namespace
from leapocr_dyn.config import ClientConfig, from_environment
from leapocr_dyn.observe import Drift, Surprise
from leapocr_dyn.operation.security import Credentials
from leapocr_dyn.session import Session
from leapocr_dyn.transport import Clock, Request, Transport, drive

if TYPE_CHECKING:
    from leapocr_dyn.api import Api


class _Common(Bound):
    """What both kinds of client are made of."""

    _kind: ClassVar[type[Bound]] = Bound
    _doors: ClassVar[Mapping[str, type[Bound]]] = {}
    _needs_key: ClassVar[bool] = False

    def __init__(
        self,
        api: Api,
        *,
        io: Transport,
        api_key: str | None = None,
        token: str | None = None,
        credentials: Mapping[str, str] | None = None,
        config: ClientConfig,
    ) -> None:
        environment = api.workflow.environment
        if api_key is None and token is None and not credentials:
            api_key, token = from_environment(environment, "api_key"), from_environment(environment, "token")
        known = Credentials.of(api_key, token, credentials)
        if self._needs_key and known == Credentials():
            variable = environment.get("api_key")
            raise errors.AuthenticationError(
                "there is no API key: pass api_key=..." + (f", or set {variable}" if variable else "")
            )
        super().__init__(Session(api, io, config, known, Drift()))
        self._namespaces: dict[str, Bound] = {}
        self._attach()

    def _attach(self) -> None:
        for name in self.api.operations.namespaces:
            kind: Any = self._doors.get(name, self._kind)  # Any: mypy does not take a class for hashable
            bound = namespace(self.api, name, kind, self._family)(self._session)
            attribute = f"{name}_" if hasattr(type(self), name) else name
            self._namespaces[attribute] = bound
            setattr(self, attribute, bound)

    @property
    def api(self) -> Api:
        """The Api that this client speaks."""
        return self._session.api

    def drift(self) -> list[Surprise]:
        """How answers differed from the document so far."""
        return self._session.drift.surprises()

    def with_options(self, **changes: Any) -> Self:  # Any: the fields of ClientConfig
        """The same client with other settings (timeout, max_retries, ...); it shares connections and drift."""
        import dataclasses

        twin = object.__new__(type(self))
        vars(twin).update(vars(self))
        old = self._session
        with self._family.adopting():
            if "http_client" in changes:
                raise errors.ConfigurationError("with_options shares the connections; another http_client is a client")
            config = dataclasses.replace(old.config, **changes)
        twin._session = Session(old.api, old.io, config, old.credentials, old.drift)
        twin._namespaces = {}
        twin._attach()
        return twin

    def _request(self, method: str, path: str, json: Any, headers: Mapping[str, str] | None) -> Request:  # Any: JSON
        from leapocr_dyn.operation.body import encode_json

        if not path.startswith("/"):
            with self._family.adopting():
                raise errors.ValidationError(
                    f"the path {path!r} must start with a slash; it is added to {self._session.base_url}", field="path"
                )
        own = {"Accept": "application/json", **(headers or {})}
        if json is not None:
            own["Content-Type"] = "application/json"
        return Request(
            method.upper(), self._session.base_url + path, own, encode_json(json) if json is not None else None
        )

    def __reduce__(self) -> tuple[Any, ...]:
        config, known = self._session.config, self._session.credentials
        if config.http_client is not None:
            raise errors.ConfigurationError("a client with an http_client of your own cannot be pickled: make it there")
        settings = {
            "api": self.api,
            "api_key": known.api_key and known.api_key.reveal(),
            "token": known.token and known.token.reveal(),
            "credentials": {name: secret.reveal() for name, secret in known.named.items()},
            "config": config,
        }
        return _made, (type(self), settings)

    def __repr__(self) -> str:
        where = self._session.config.base_url or self._session.api.base_url or "(no base URL)"
        return f"<{type(self).__name__} {where} {' '.join(self._namespaces)}>"

    # Attributes are the namespaces, set one by one; mypy cannot know their names.
    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class Client(_Common, Blocking):
    """A blocking client, safe to share between threads.

    api_key, token, credentials ({scheme name: secret}): who you are; without them, what the environment holds.
    config, or base_url, timeout, max_retries, http_client...: see ClientConfig. clock: another than the system's, for
    tests. Use it in a `with` block, or close it. Its pickle holds the key.
    """

    _kind = Blocking

    def __init__(
        self,
        api: Api,
        *,
        api_key: str | None = None,
        token: str | None = None,
        credentials: Mapping[str, str] | None = None,
        config: ClientConfig | None = None,
        clock: Clock | None = None,
        **settings: Any,  # Any: the fields of ClientConfig
    ) -> None:
        config = configured(api, config, settings)
        from leapocr_dyn.transport.blocking import BlockingTransport

        super().__init__(
            api,
            io=BlockingTransport(config.http_client, clock),
            api_key=api_key,
            token=token,
            credentials=credentials,
            config=config,
        )

    def request(
        self, method: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:  # Any: JSON
        """Anything that the document does not know, with this client's credentials: the answer's JSON, or its bytes."""
        return driven(self, self._session.request(self._request(method, path, json, headers)))

    def close(self) -> None:
        """Give up the connections; the client can be used again, and will make new ones."""
        drive(self._session.io.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(_Common, Async):
    """An async client for asyncio and trio; it may be used in any number of event loops, one after the other or at
    once.

    api_key, token, credentials ({scheme name: secret}): who you are; without them, what the environment holds.
    config, or base_url, timeout, max_retries, http_client...: see ClientConfig. clock: another than the system's, for
    tests. Use it in an `async with` block, or close it; connections that are left are closed when their loop ends. Its
    pickle holds the key.
    """

    _kind = Async

    def __init__(
        self,
        api: Api,
        *,
        api_key: str | None = None,
        token: str | None = None,
        credentials: Mapping[str, str] | None = None,
        config: ClientConfig | None = None,
        clock: Clock | None = None,
        **settings: Any,  # Any: the fields of ClientConfig
    ) -> None:
        config = configured(api, config, settings)
        from leapocr_dyn.transport.suspending import AsyncTransport

        super().__init__(
            api,
            io=AsyncTransport(config.http_client, clock),
            api_key=api_key,
            token=token,
            credentials=credentials,
            config=config,
        )

    async def request(
        self, method: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:  # Any: JSON
        """Anything that the document does not know, with this client's credentials: the answer's JSON, or its bytes."""
        return await awaited(self, self._session.request(self._request(method, path, json, headers)))

    async def close(self) -> None:
        """Give up this loop's connections; the client can be used again, and will make new ones."""
        await self._session.io.close()

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _made(kind: type[_Common], settings: dict[str, Any]) -> _Common:  # Any: a client's settings
    return kind(**settings)


def configured(api: Api, config: ClientConfig | None, settings: Mapping[str, Any]) -> ClientConfig:
    """The settings: those given, then the environment's base URL, then the defaults."""
    import dataclasses

    try:
        config = dataclasses.replace(config or ClientConfig(), **settings)
    except TypeError as error:
        known = ", ".join(field.name for field in dataclasses.fields(ClientConfig))
        raise TypeError(
            f"a client has no setting {', '.join(map(repr, settings))}; the settings are {known}"
        ) from error
    if config.base_url is None:
        config = dataclasses.replace(config, base_url=from_environment(api.workflow.environment, "base_url"))
    return config
