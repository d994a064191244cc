"""One operation or method of a client as a call; and the namespaces that hold them.

Each namespace is one real class whose attributes are the operations, so that completion works everywhere. Only calling
does I/O: `dir`, `help`, `repr`, signatures and completion build no model and open no connection.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from leapocr_dyn.bound import Bound, told
from leapocr_dyn.errors import Family
from leapocr_dyn.model import naming
from leapocr_dyn.model.missing import Hint
from leapocr_dyn.operation.method import Method
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.plan import Plan
from leapocr_dyn.session import Answer, Session
from leapocr_dyn.shown import Shown
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    import httpx

    from leapocr_dyn.api import Api
    from leapocr_dyn.explore.example import Example
    from leapocr_dyn.iteration import AsyncPages, AsyncStream, BlockingPages, BlockingStream

T = TypeVar("T")


class Call(Shown):
    """One operation of a client: call it, or ask it for its plan, its answer with headers, its pages or its stream."""

    _blocks: ClassVar[bool] = False

    def __init__(self, way: Operation | Method, bound: Bound | None = None) -> None:
        self.way = way
        self.operation: Operation = way.operation
        self._bound = bound
        self.__name__: str = way.name
        self.__qualname__ = way.full_name
        self.__module__ = "leapocr_dyn"

    def __get__(self, bound: Bound | None, owner: type) -> Self:
        return self if bound is None else type(self)(self.way, bound)

    @property
    def __signature__(self) -> inspect.Signature:
        return self.way.signature

    @property
    def __doc__(self) -> str:  # type: ignore[override]  # a property, so that no text is made before somebody reads it
        return str(self.way.__doc__)

    def plan(self, /, *positional: Any, **arguments: Any) -> Plan:  # Any, here and below: what the types say
        """The request that would be sent, without its credentials. Nothing is sent."""
        with self._family.adopting():
            now = self._as_is()
            return now._owner()._session.plan(now.operation, now.way.named(positional, arguments))

    def example(self) -> Example:
        """Arguments that it would take, made up from the document; prints as the call."""
        return self.way.example()

    def curl(self, /, *positional: Any, **arguments: Any) -> str:
        """The request for these arguments, or for an example, in a shell's words; variables where secrets go."""
        return self.plan(*positional, **(arguments if positional or arguments else self.example())).curl()

    @told
    async def __call__(self, /, *positional: Any, **arguments: Any) -> Any:
        """Send it and wait for the answer."""
        answer = await self._asked(positional, arguments)
        return self.way.picked(answer.value, answer.wire) if isinstance(self.way, Method) else answer.value

    @told
    async def answer(self, /, *positional: Any, **arguments: Any) -> Answer:
        """The value together with .status, .headers as the document describes them, and the HTTP .response."""
        return await self._asked(positional, arguments)

    @told
    async def raw(self, /, *positional: Any, **arguments: Any) -> httpx.Response:
        """The HTTP response. Errors are raised all the same."""
        return (await self._asked(positional, arguments)).response

    @told
    async def save(self, path: str | os.PathLike[str], /, *positional: Any, **arguments: Any) -> Path:
        """The body of the answer straight into a file, of any size; it is there when it is whole. Gives the path."""
        from leapocr_dyn.workflows.download import download

        given = self.way.named(positional, arguments)
        return await download(self._owner()._session, self.operation, given, path)

    def pages(self, /, *positional: Any, **arguments: Any) -> BlockingPages | AsyncPages:
        """All answers, page by page, where the workflow says how one leads to the next."""
        from leapocr_dyn.iteration import AsyncPages, BlockingPages
        from leapocr_dyn.workflows.paginate import Pages

        kind = BlockingPages if self._blocks else AsyncPages
        return kind(*self._begun(lambda now: Pages(*now._to_ask(positional, arguments))))

    def stream(self, /, *positional: Any, **arguments: Any) -> BlockingStream[Any] | AsyncStream[Any]:
        """The answer item by item, as the server sends it: Server-Sent Events, JSON Lines or a JSON text sequence."""
        from leapocr_dyn.iteration import AsyncStream, BlockingStream
        from leapocr_dyn.workflows.stream import Stream

        kind = BlockingStream if self._blocks else AsyncStream
        return kind(*self._begun(lambda now: Stream(*now._to_ask(positional, arguments))))

    async def _asked(self, positional: tuple[Any, ...], arguments: Mapping[str, Any]) -> Answer:
        session, operation, given = self._to_ask(positional, arguments)
        return await session.ask(operation, given)

    def _to_ask(
        self, positional: tuple[Any, ...], arguments: Mapping[str, Any]
    ) -> tuple[Session, Operation, Mapping[str, Any]]:
        return self._owner()._session, self.operation, self.way.named(positional, arguments)

    def _begun(self, made: Callable[[Self], T]) -> tuple[Bound, T, Callable[[], Awaitable[T]] | None]:
        """For a Walk: whose, its source, and how to make that again at its first step, where versions are followed."""

        async def settled() -> T:
            return made(await self._settled())

        with self._family.adopting():
            return self._owner(), made(self._as_is()), settled if self._follows else None

    @property
    def _follows(self) -> bool:
        return self._owner()._follows

    async def _settled(self) -> Self:
        owner = self._owner()
        if owner._line.following is not None:
            await owner._line.following.look(owner._session.io, self.way)
        return self._as_is()

    def _as_is(self) -> Self:
        """Itself as the version says that is spoken now: the callable may have been got long ago."""
        owner = self._owner()
        if owner._line.following is None:
            return self
        way = owner._line.following.now(self.way)
        return type(self)(way, owner._as_is())

    @property
    def _family(self) -> Family:
        return self._owner()._family

    def _owner(self) -> Bound:
        if self._bound is None:
            raise TypeError(f"{self.__qualname__} belongs to a client; make one with api.client()")
        return self._bound

    if not TYPE_CHECKING:
        __getattr__ = Hint()

    def __repr__(self) -> str:
        kind = type(self.way).__name__
        return repr(self.way).replace(f"<{kind}", f"<{type(self).__name__}", 1)


class BlockingCall(Call):
    # One operation of a blocking client. A docstring here would hide the operation's own.
    __doc__ = Call.__dict__["__doc__"]
    _blocks = True


class AsyncCall(Call):
    # One operation of an async client. A docstring here would hide the operation's own.
    __doc__ = Call.__dict__["__doc__"]
    # What inspect.iscoroutinefunction looks at: who calls it has a coroutine, as of any `async def`.
    __code__ = Call.__dict__["__call__"].code
    __defaults__ = __kwdefaults__ = None


class BlockingStreamed(BlockingCall):
    # A method of a blocking client whose items come one by one.
    __doc__ = Call.__dict__["__doc__"]
    __call__: Any = Call.stream  # Any: it gives an iterator at once, where others are told


class AsyncStreamed(AsyncCall):
    # A method of an async client whose items come one by one.
    __doc__ = Call.__dict__["__doc__"]
    __call__: Any = Call.stream  # Any: it gives an iterator at once, where others are told
    __code__ = Call.stream.__code__


def call(way: Operation | Method, blocks: bool, bound: Bound | None = None) -> Call:
    """An operation or a method as a call. blocks: of a blocking client. bound: whose, where it stands in no class."""
    if isinstance(way, Method) and way.way.streams:
        return (BlockingStreamed if blocks else AsyncStreamed)(way, bound)
    return (BlockingCall if blocks else AsyncCall)(way, bound)


def retold(method: told[..., Any], kind: type[Call]) -> type[Call]:  # Any: whatever the method gives
    """The calls of an operation that a door has a method for: called, they are that one, and else the operation."""
    signature = method.signature.replace(parameters=list(method.signature.parameters.values())[1:])

    def __call__(self: Call, /, *positional: Any, **arguments: Any) -> Any:  # noqa: N807 - it is one
        owner = self._owner()
        return method.__get__(owner, type(owner))(*positional, **arguments)

    def __repr__(self: Call) -> str:  # noqa: N807 - it is one
        operation = self.operation
        return visible(f"<{type(self).__name__} {self.__name__} {operation.method} {operation.path} {signature}>")

    doc = property(lambda self: method.__doc__)  # a text would be the class's, and not the call's
    members = {"__call__": __call__, "__repr__": __repr__, "__doc__": doc, "__signature__": signature}
    return type(kind.__name__, (kind,), members)


def namespace(
    api: Api, name: str, kind: type[Bound], family: Family, world: type[Bound] | None = None, also: Api | None = None
) -> type[Bound]:
    """The class of a namespace, shared by all clients of an Api: its operations as attributes.

    kind: Blocking, Async, or a door, whose own methods go first. world: Blocking or Async, for a door of both. also: a
    version of the Api that may have had more: who calls those hears from the server that they are gone.
    """
    made = name, kind, family, world, also
    if made not in api.kinds:
        api.kinds.setdefault(made, _namespace(api, *made))
    return api.kinds[made]


def _namespace(
    api: Api, name: str, kind: type[Bound], family: Family, world: type[Bound] | None, also: Api | None
) -> type[Bound]:
    ways = {**(also or api).namespaces.get(name, {}), **api.namespaces.get(name, {})}
    bases = (kind,) if world is None or issubclass(kind, world) else (kind, world)
    members: dict[str, Any] = {}
    for key, way in ways.items():
        made, own = call(way, bases[-1]._blocks), inspect.getattr_static(kind, key, None)
        if isinstance(own, told):
            made = retold(own, type(made))(way)
        if own is None or isinstance(own, told):
            members[key] = made
    members |= {"__slots__": (), "__repr__": _namespace_repr, "__getattr__": Hint(), "_family": family}
    members["__doc__"] = f"The {name} operations: {', '.join(ways)}."
    return type(naming.class_name(name), bases, members)


def _namespace_repr(self: Bound) -> str:
    shown = [name for name in dir(self) if not name.startswith("_")]
    return f"<{type(self).__name__}: {naming.some(shown, 50)}>"
