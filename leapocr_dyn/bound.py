"""What belongs to a client, told once for both worlds.

Workflows are methods that are told once, as `async def`, and marked `@told`: in an async client they are what they look
like, in a blocking one they run to their end at once (transport/__init__.py tells how).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from types import CodeType, MethodType, TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from leapocr_dyn.errors import Family
from leapocr_dyn.model import naming
from leapocr_dyn.session import Session
from leapocr_dyn.transport import drive

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.history.update import Following

P = ParamSpec("P")
R = TypeVar("R")

SHARED = Family()


class Member(Protocol):
    """What `told` must know of an object: whether its client blocks, and whose exceptions it raises."""

    @property
    def _family(self) -> Family: ...
    @property
    def _blocks(self) -> bool: ...
    @property
    def _follows(self) -> bool: ...
    async def _settled(self) -> Self: ...


class Line:
    """The session that a client and all that belongs to it speak through.

    following: what takes newer versions of the document over, and then gives the line another session; None where
    nothing does, and for what is under way: it ends with the version that it began with. moved: a weak reference to
    what is called then, so that a line keeps no client alive.
    """

    __slots__ = ("__weakref__", "following", "moved", "session")

    def __init__(
        self,
        session: Session,
        following: Following | None = None,
        moved: Callable[[], Callable[[], None] | None] | None = None,
    ) -> None:
        self.session: Session = session
        self.following: Following | None = following
        self.moved: Callable[[], Callable[[], None] | None] | None = moved

    def move(self, api: Api) -> None:
        """Speak this version of the API from now on."""
        if self.session.api is not api:
            self.session = self.session.speaking(api)

    def tell(self) -> None:
        """Say that it moved, once all have."""
        moved = None if self.moved is None else self.moved()
        if moved is not None:
            moved()


class Bound:
    """Something that belongs to a client: it can reach the client's session. family: the service's own exceptions."""

    __slots__ = ("_line",)
    # With underscores, because an API may have an operation of any other name.
    _family: ClassVar[Family] = SHARED
    _blocks: ClassVar[bool] = False

    def __init__(self, way: Session | Line) -> None:
        self._line = way if isinstance(way, Line) else Line(way)

    @property
    def _session(self) -> Session:
        return self._line.session

    @property
    def _follows(self) -> bool:
        return self._line.following is not None

    async def _settled(self) -> Self:
        """Itself for one workflow, after a look for a newer version where it is time for one."""
        if self._line.following is not None:
            await self._line.following.look(self._session.io)
        return self._as_is()

    def _as_is(self) -> Self:
        """Itself with the version of the API that is spoken now; one that is taken over later does not reach it."""
        twin = object.__new__(type(self))
        for kind in type(self).__mro__:
            for name in kind.__dict__.get("__slots__", ()):
                object.__setattr__(twin, name, getattr(self, name))
        if hasattr(self, "__dict__"):
            vars(twin).update(vars(self))
        twin._line = Line(self._session)
        return twin


class Blocking(Bound):
    """Belongs to a blocking client."""

    __slots__ = ()
    _blocks = True


class Async(Bound):
    """Belongs to an async client."""

    __slots__ = ()


class Closing:
    """What a `with` block closes."""

    __slots__ = ()

    def close(self) -> Any:  # Any: nothing; mypy does not see a method that is told once as one
        """Give it up."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClosing:
    """What an `async with` block closes."""

    __slots__ = ()

    async def close(self) -> None:
        """Give it up."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """The same, by the name that httpx gives it."""
        await self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def begun(
    story: Callable[..., Coroutine[Any, Any, R]], bound: object, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Coroutine[Any, Any, R]:  # Any, throughout: a caller's arguments
    """A story about to run. Raises TypeError for arguments that it does not take, with the name that was meant."""
    try:
        return story(bound, *args, **kwargs)
    except TypeError as error:  # nothing of it has run
        known = list(inspect.signature(story).parameters)[1:]
        for name in (one for one in kwargs if one not in known):
            near = naming.hint(name, known, f"; it takes {', '.join(known) or 'no arguments'}")
            raise TypeError(f"{story.__name__}() has no argument {name!r}{near}") from error
        raise TypeError(str(error).replace(story.__qualname__, story.__name__, 1)) from error


class Spelled(str):
    """An annotation that shows as it was written."""

    __slots__ = ()
    __repr__ = str.__str__


def spelled(story: Callable[..., object]) -> inspect.Signature:
    """The signature of a story, for people: no quotes around annotations."""
    signature = inspect.signature(story)
    shown = [one.replace(annotation=_spelled(one.annotation)) for one in signature.parameters.values()]
    return signature.replace(parameters=shown, return_annotation=_spelled(signature.return_annotation))


def _spelled(annotation: Any) -> Any:  # Any: whatever an annotation is
    return Spelled(annotation) if isinstance(annotation, str) else annotation


class told(Generic[P, R]):  # noqa: N801 - used as a decorator
    """A workflow method, told once: `async def` in an async client, an ordinary method in a blocking one."""

    def __init__(self, story: Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]) -> None:  # Any: a Member
        @functools.wraps(story)
        async def suspending(bound: Member, /, *args: P.args, **kwargs: P.kwargs) -> R:
            with bound._family.adopting():
                return await begun(story, await bound._settled() if bound._follows else bound, args, kwargs)

        @functools.wraps(story)
        def blocking(bound: Member, /, *args: P.args, **kwargs: P.kwargs) -> R:
            with bound._family.adopting():
                return drive(begun(story, drive(bound._settled()) if bound._follows else bound, args, kwargs))

        del blocking.__wrapped__  # set by functools.wraps; it is a coroutine function, and this is none
        self.signature: inspect.Signature = spelled(story)
        for one in (suspending, blocking):
            one.__signature__ = self.signature  # type: ignore[union-attr]  # functions take attributes
        self.code: CodeType = suspending.__code__  # type: ignore[attr-defined]  # a function has one
        self._suspending = suspending
        self._blocking = blocking
        self.__doc__ = story.__doc__

    @overload
    def __get__(self, bound: None, owner: type) -> Self: ...
    @overload
    def __get__(self, bound: Blocking, owner: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, bound: Async, owner: type) -> Callable[P, Coroutine[Any, Any, R]]: ...
    @overload
    def __get__(self, bound: Member, owner: type) -> Callable[P, Any]: ...
    def __get__(self, bound: Any, owner: type) -> Any:
        if bound is None:
            return self._blocking if getattr(owner, "_blocks", False) else self._suspending
        return MethodType(self._blocking if bound._blocks else self._suspending, bound)
