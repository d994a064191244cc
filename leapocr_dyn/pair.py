"""Pair: one client for both worlds. Every call `m` of a blocking client has an async twin `m_async` on the same object.

The twin is a whole async client, made beside the blocking one, which opens no connection before it is used. Both count
against one rate limit, and note surprises in one place.
"""

from __future__ import annotations

import functools
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from leapocr_dyn.bound import Blocking, Bound
from leapocr_dyn.client import AsyncClient, Client

if TYPE_CHECKING:
    from leapocr_dyn.api import Api


class Pair(Client):
    """A client with and without async; a context manager of both kinds.

    http_client, async_http_client: clients of httpx of your own, for either kind. The rest is as for a Client.
    """

    def __init__(
        self, api: Api, *, http_client: Any = None, async_http_client: Any = None, **settings: Any
    ) -> None:  # Any: httpx's, and what a Client takes
        own: Any = type(self)  # Any: mypy does not take a class for hashable
        self._twin = twin(own)(api, **settings, http_client=async_http_client)
        super().__init__(api, **settings, **({} if http_client is None else {"http_client": http_client}))
        self._twin._session.drift, self._twin._session.bucket = self._session.drift, self._session.bucket

    def _attach(self) -> None:
        super()._attach()
        self._twin._attach()
        for name in (*self.api.namespaces.get("", ()), "request"):
            setattr(self, f"{name}_async", getattr(self._twin, name))
        for name, bound in self._namespaces.items():
            kind: Any = type(bound)  # Any: mypy does not take a class for hashable
            pair = paired(kind)(self._line)
            pair._twin = getattr(self._twin, name)
            self._namespaces[name] = pair
            setattr(self, name, pair)

    def with_options(self, **changes: Any) -> Self:  # Any: the fields of ClientConfig
        """The same client with other settings (timeout, max_retries, ...); it shares connections and drift."""
        other = super().with_options(**changes)
        other._twin = self._twin.with_options(**changes)
        other._twin._session.bucket = other._session.bucket
        other._attach()
        return other

    async def aclose(self) -> None:
        """Give up all connections, of both kinds; the client can be used again, and will make new ones."""
        self.close()
        await self._twin.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


@functools.cache
def twin(kind: Any) -> type[AsyncClient]:  # Any: the class of a Pair
    """The class of the async twin, with the same doors and exceptions."""
    own: dict[str, Any] = {"_family": kind._family, "_doors": kind._doors, "_needs_key": kind._needs_key}
    return type(f"Async{kind.__name__}", (AsyncClient,), own)


def paired(kind: Any) -> type[Any]:  # Any: mypy does not take a class for changeable; the namespace, with a `_twin`
    """The class of a blocking namespace with an async twin of each of its calls; it lives as long as that."""
    if "_pair" not in vars(kind):
        kind._pair = _paired(kind)
    made: type[Any] = vars(kind)["_pair"]
    return made


def _paired(kind: type[Bound]) -> type[Any]:  # Any: the same

    def other(name: str) -> property:
        return property(lambda self: getattr(self._twin, name))

    names = [name for name in dir(kind) if not name.startswith("_") and not hasattr(kind, f"{name}_async")]
    members: dict[str, Any] = {f"{name}_async": other(name) for name in names}
    return type(kind.__name__, (kind, Blocking), {**members, "__slots__": ("_twin",), "__doc__": kind.__doc__})
