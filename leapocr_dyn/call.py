"""What belongs to a client: one operation of it as a call, its pages, its stream; and workflows as methods.

Each namespace is one real class whose attributes are the operations, so that completion works everywhere. Only calling
does I/O: `dir`, `help`, `repr`, signatures and completion build no model and open no connection.

Workflows are methods that are told once, as `async def`, and marked `@told`: in an async client they are what they look
like, in a blocking one they run to their end at once (transport/__init__.py tells how).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from types import MethodType, TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

from leapocr_dyn.errors import Family
from leapocr_dyn.model import naming
from leapocr_dyn.operation import describe
from leapocr_dyn.operation.operation import Operation, Plan
from leapocr_dyn.session import Session
from leapocr_dyn.transport import drive

if TYPE_CHECKING:
    import httpx

    from leapocr_dyn.api import Api
    from leapocr_dyn.workflows.stream import Event

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Bound")

SHARED = Family()


class Bound:
    """Something that belongs to a client: it can reach the client's session. family: the service's own exceptions."""

    __slots__ = ("_session",)
    # With underscores, because an API may have an operation of any other name.
    _family: ClassVar[Family] = SHARED
    _blocks: ClassVar[bool] = False

    def __init__(self, session: Session) -> None:
        self._session = session


class Blocking(Bound):
    """Belongs to a blocking client."""

    __slots__ = ()
    _blocks = True


class Async(Bound):
    """Belongs to an async client."""

    __slots__ = ()


class told(Generic[S, P, R]):  # noqa: N801 - used as a decorator
    """A workflow method, told once: `async def` in an async client, an ordinary method in a blocking one."""

    def __init__(self, story: Callable[Concatenate[S, P], Coroutine[Any, Any, R]]) -> None:
        @functools.wraps(story)
        async def suspending(bound: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
            with bound._family.adopting():
                return await story(bound, *args, **kwargs)

        @functools.wraps(story)
        def blocking(bound: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
            with bound._family.adopting():
                return drive(story(bound, *args, **kwargs))

        # What inspect would unwrap to is a coroutine function, and this is none.
        blocking.__signature__ = inspect.signature(story)  # type: ignore[attr-defined]  # functions take attributes
        del blocking.__wrapped__  # set by functools.wraps
        self._suspending = suspending
        self._blocking = blocking
        self.__doc__ = story.__doc__

    @overload
    def __get__(self, bound: None, owner: type) -> Self: ...
    @overload
    def __get__(self, bound: Blocking, owner: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, bound: Async, owner: type) -> Callable[P, Coroutine[Any, Any, R]]: ...
    def __get__(self, bound: Any, owner: type) -> Any:
        if bound is None:
            return self._blocking if getattr(owner, "_blocks", False) else self._suspending
        return MethodType(self._blocking if bound._blocks else self._suspending, bound)


class Call:
    """One operation of a client: call it, or ask it for its plan, its raw response, its pages or its stream."""

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
        return describe.operation(self.operation)

    def plan(self, *wrong: object, **arguments: Any) -> Plan:  # Any: what the operation's types say
        """The request that would be sent, without its credentials. Nothing is sent."""
        self._keywords_only(wrong)
        bound = self._owner()
        with bound._family.adopting():
            return bound._session.plan(self.operation, arguments)

    def _owner(self) -> Bound:
        if self._bound is None:
            raise TypeError(f"{self.__qualname__} belongs to a client; make one with api.client()")
        return self._bound

    def _keywords_only(self, wrong: tuple[object, ...]) -> None:
        if wrong:
            names = list(self.operation.signature.parameters)[: len(wrong)]
            how = f"keyword arguments only: {', '.join(f'{name}=...' for name in names)}" if names else "no arguments"
            raise TypeError(f"{self.__name__}() takes {how}")

    async def _ask(self, arguments: Mapping[str, Any]) -> Any:  # Any: the operation's result
        return (await self._owner()._session.ask(self.operation, arguments)).value

    async def _raw(self, arguments: Mapping[str, Any]) -> httpx.Response:
        return (await self._owner()._session.ask(self.operation, arguments)).response

    def __repr__(self) -> str:
        return repr(self.operation).replace("<Operation", f"<{type(self).__name__}", 1)


class BlockingCall(Call):
    # One operation of a blocking client. A docstring here would hide the operation's own.
    __doc__ = Call.__dict__["__doc__"]

    def __call__(self, *wrong: object, **arguments: Any) -> Any:  # Any: what the operation's types say
        """Send it and wait for the answer."""
        self._keywords_only(wrong)
        return driven(self._owner(), self._ask(arguments))

    def raw(self, *wrong: object, **arguments: Any) -> httpx.Response:  # Any: what the operation's types say
        """The HTTP response. Errors are raised all the same."""
        self._keywords_only(wrong)
        return driven(self._owner(), self._raw(arguments))

    def pages(self, **arguments: Any) -> BlockingPages:  # Any: what the operation's types say
        """All answers, page by page, where the workflow says how one leads to the next."""
        bound = self._owner()
        with bound._family.adopting():
            return BlockingPages(bound, self.operation, arguments)

    def stream(self, **arguments: Any) -> BlockingStream:  # Any: what the operation's types say
        """The answer item by item, as the server sends it: Server-Sent Events or JSON Lines."""
        bound = self._owner()
        with bound._family.adopting():
            return BlockingStream(bound, self.operation, arguments)


class AsyncCall(Call):
    # One operation of an async client. A docstring here would hide the operation's own.
    __doc__ = Call.__dict__["__doc__"]

    async def __call__(self, *wrong: object, **arguments: Any) -> Any:  # Any: what the operation's types say
        """Send it and wait for the answer."""
        self._keywords_only(wrong)
        return await awaited(self._owner(), self._ask(arguments))

    async def raw(self, *wrong: object, **arguments: Any) -> httpx.Response:  # Any: what the operation's types say
        """The HTTP response. Errors are raised all the same."""
        self._keywords_only(wrong)
        return await awaited(self._owner(), self._raw(arguments))

    def pages(self, **arguments: Any) -> AsyncPages:  # Any: what the operation's types say
        """All answers, page by page, where the workflow says how one leads to the next."""
        bound = self._owner()
        with bound._family.adopting():
            return AsyncPages(bound, self.operation, arguments)

    def stream(self, **arguments: Any) -> AsyncStream:  # Any: what the operation's types say
        """The answer item by item, as the server sends it: Server-Sent Events or JSON Lines."""
        bound = self._owner()
        with bound._family.adopting():
            return AsyncStream(bound, self.operation, arguments)


def driven(bound: Bound, story: Coroutine[Any, Any, R]) -> R:
    """What a story gives in a blocking client, with its exceptions as the service's own."""
    with bound._family.adopting():
        return drive(story)


async def awaited(bound: Bound, story: Coroutine[Any, Any, R]) -> R:
    """What a story gives in an async client, with its exceptions as the service's own."""
    with bound._family.adopting():
        return await story


class BlockingPages:
    """The pages of a blocking call: iterate, for each answer's value."""

    def __init__(self, bound: Bound, operation: Operation, arguments: Mapping[str, Any]) -> None:
        from leapocr_dyn.workflows.paginate import Pages

        self._bound = bound
        self._pages = Pages(bound._session, operation, arguments)

    def __iter__(self) -> Iterator[Any]:  # Any: the operation's result
        while (answer := driven(self._bound, self._pages.next())) is not None:
            yield answer.value

    def __repr__(self) -> str:
        return _pages_repr(self, "for")


class AsyncPages:
    """The pages of an async call: iterate with `async for`, for each answer's value."""

    def __init__(self, bound: Bound, operation: Operation, arguments: Mapping[str, Any]) -> None:
        from leapocr_dyn.workflows.paginate import Pages

        self._bound = bound
        self._pages = Pages(bound._session, operation, arguments)

    def __aiter__(self) -> AsyncIterator[Any]:  # Any: the operation's result
        return self

    async def __anext__(self) -> Any:  # Any: the operation's result
        answer = await awaited(self._bound, self._pages.next())
        if answer is None:
            raise StopAsyncIteration
        return answer.value

    def __repr__(self) -> str:
        return _pages_repr(self, "async for")


def _pages_repr(pages: BlockingPages | AsyncPages, loop: str) -> str:
    return f"<{type(pages).__name__} of {pages._pages._operation.name}; {loop} page in ...>"


class BlockingStream:
    """The answer to a blocking call on its way: iterate, in a `with` block, for its items.

    Nothing is sent before the first item is wanted. Leaving the block closes the connection.
    """

    def __init__(self, bound: Bound, operation: Operation, arguments: Mapping[str, Any]) -> None:
        from leapocr_dyn.workflows.stream import Stream

        self._bound = bound
        self._stream = Stream(bound._session, operation, arguments)

    @property
    def event(self) -> Event | None:
        """The Server-Sent Event that the last item came in."""
        return self._stream.event

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:  # Any: what the operation's types say
        item = driven(self._bound, self._stream.next())
        if item is None and self._stream.ended:
            raise StopIteration
        return item

    def close(self) -> None:
        """Stop, and give the connection up."""
        driven(self._bound, self._stream.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # A loop that was left early, without a block: nobody can ask for the rest.
        if hasattr(self, "_stream"):
            self.close()


class AsyncStream:
    """The answer to an async call on its way: iterate with `async for`, in an `async with` block, for its items.

    Nothing is sent before the first item is wanted. Leaving the block closes the connection.
    """

    def __init__(self, bound: Bound, operation: Operation, arguments: Mapping[str, Any]) -> None:
        from leapocr_dyn.workflows.stream import Stream

        self._bound = bound
        self._stream = Stream(bound._session, operation, arguments)

    @property
    def event(self) -> Event | None:
        """The Server-Sent Event that the last item came in."""
        return self._stream.event

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:  # Any: what the operation's types say
        item = await awaited(self._bound, self._stream.next())
        if item is None and self._stream.ended:
            raise StopAsyncIteration
        return item

    async def close(self) -> None:
        """Stop, and give the connection up."""
        await awaited(self._bound, self._stream.close())

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


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
