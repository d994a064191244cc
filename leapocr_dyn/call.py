"""One operation of a client as a call; and the namespaces that hold them.

Each namespace is one real class whose attributes are the operations, so that completion works everywhere. Only calling
does I/O: `dir`, `help`, `repr`, signatures and completion build no model and open no connection.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from leapocr_dyn.bound import Bound, told
from leapocr_dyn.errors import Family
from leapocr_dyn.model import naming
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.plan import Plan
from leapocr_dyn.session import Answer

if TYPE_CHECKING:
    import httpx

    from leapocr_dyn.api import Api
    from leapocr_dyn.iteration import AsyncPages, AsyncStream, BlockingPages, BlockingStream


class Call:
    """One operation of a client: call it, or ask it for its plan, its answer with headers, its pages or its stream."""

    _blocks: ClassVar[bool] = False

    def __init__(self, operation: Operation, bound: Bound | None = None) -> None:
        self.operation = operation
        self._bound = bound
        self.__name__ = operation.name
        self.__qualname__ = f"{operation.namespace}.{operation.name}"
        self.__module__ = "leapocr_dyn"

    def __get__(self, bound: Bound | None, owner: type) -> Self:
        return self if bound is None else type(self)(self.operation, bound)

    @property
    def __signature__(self) -> inspect.Signature:
        return self.operation.signature

    @property
    def __doc__(self) -> str:  # type: ignore[override]  # a property, so that no text is made before somebody reads it
        return str(self.operation.__doc__)

    def plan(self, /, *wrong: object, **arguments: Any) -> Plan:  # Any: what the operation's types say
        """The request that would be sent, without its credentials. Nothing is sent."""
        self._keywords_only(wrong)
        bound = self._owner()
        with bound._family.adopting():
            return bound._session.plan(self.operation, arguments)

    @told
    async def __call__(self, /, *wrong: object, **arguments: Any) -> Any:  # Any: what the operation's types say
        """Send it and wait for the answer."""
        return (await self._asked(wrong, arguments)).value

    @told
    async def answer(self, /, *wrong: object, **arguments: Any) -> Answer:  # Any: what the operation's types say
        """The value together with .status, .headers as the document describes them, and the HTTP .response."""
        return await self._asked(wrong, arguments)

    @told
    async def raw(self, /, *wrong: object, **arguments: Any) -> httpx.Response:  # Any: what the operation's types say
        """The HTTP response. Errors are raised all the same."""
        return (await self._asked(wrong, arguments)).response

    @told
    async def save(
        self, path: str | os.PathLike[str], /, *wrong: object, **arguments: Any
    ) -> Path:  # Any: what the operation's types say
        """The body of the answer straight into a file, of any size; it is there when it is whole. Gives the path."""
        from leapocr_dyn.workflows.download import download

        self._keywords_only(wrong)
        return await download(self._owner()._session, self.operation, arguments, path)

    def pages(self, /, **arguments: Any) -> BlockingPages | AsyncPages:  # Any: what the operation's types say
        """All answers, page by page, where the workflow says how one leads to the next."""
        from leapocr_dyn.iteration import AsyncPages, BlockingPages
        from leapocr_dyn.workflows.paginate import Pages

        bound = self._owner()
        with self._family.adopting():
            pages = Pages(bound._session, self.operation, arguments)
        return (BlockingPages if self._blocks else AsyncPages)(bound, pages)

    def stream(self, /, **arguments: Any) -> BlockingStream | AsyncStream:  # Any: what the operation's types say
        """The answer item by item, as the server sends it: Server-Sent Events, JSON Lines or a JSON text sequence."""
        from leapocr_dyn.iteration import AsyncStream, BlockingStream
        from leapocr_dyn.workflows.stream import Stream

        bound = self._owner()
        with self._family.adopting():
            stream = Stream(bound._session, self.operation, arguments)
        return (BlockingStream if self._blocks else AsyncStream)(bound, stream)

    async def _asked(self, wrong: tuple[object, ...], arguments: Mapping[str, Any]) -> Answer:
        self._keywords_only(wrong)
        return await self._owner()._session.ask(self.operation, arguments)

    @property
    def _family(self) -> Family:
        return self._owner()._family

    def _owner(self) -> Bound:
        if self._bound is None:
            raise TypeError(f"{self.__qualname__} belongs to a client; make one with api.client()")
        return self._bound

    def _keywords_only(self, wrong: tuple[object, ...]) -> None:
        if wrong:
            names = list(self.operation.signature.parameters)[: len(wrong)]
            how = f"keyword arguments only: {', '.join(f'{name}=...' for name in names)}" if names else "no arguments"
            raise TypeError(f"{self.__name__}() takes {how}")

    def __repr__(self) -> str:
        return repr(self.operation).replace("<Operation", f"<{type(self).__name__}", 1)


class BlockingCall(Call):
    # One operation of a blocking client. A docstring here would hide the operation's own.
    __doc__ = Call.__dict__["__doc__"]
    _blocks = True


class AsyncCall(Call):
    # One operation of an async client. A docstring here would hide the operation's own.
    __doc__ = Call.__dict__["__doc__"]


@functools.lru_cache(maxsize=128)
def namespace(api: Api, name: str, kind: type[Bound], family: Family) -> type[Bound]:
    """The class of a namespace, shared by all clients of an Api: its operations as attributes.

    kind: Blocking, Async, or a door, whose own methods go first.
    """
    operations = api.operations.namespaces[name]
    call = BlockingCall if kind._blocks else AsyncCall
    members: dict[str, Any] = {key: call(operation) for key, operation in operations.items() if not hasattr(kind, key)}
    members |= {"__slots__": (), "__repr__": _namespace_repr, "_family": family}
    made = type(naming.class_name(name), (kind,), members)
    made.__doc__ = f"The {name} operations: {', '.join(operations)}."
    return made


def _namespace_repr(self: Bound) -> str:
    shown = [name for name in dir(self) if not name.startswith("_")]
    return f"<{type(self).__name__}: {', '.join(shown)}>"
