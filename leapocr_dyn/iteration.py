"""What comes one after the other: the pages of an operation, or the items of a stream, for `for` and `async for`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, Self, TypeVar

from leapocr_dyn.bound import AsyncClosing, Bound, Closing
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.transport import drive

if TYPE_CHECKING:
    from leapocr_dyn.operation.sequential import Event
    from leapocr_dyn.workflows.paginate import Pages
    from leapocr_dyn.workflows.stream import Stream


T = TypeVar("T")


class Source(Protocol):
    """A workflow that yields. operation: whose it is. ended: that nothing more comes, since None may be an item."""

    operation: Operation
    ended: bool

    async def next(self) -> Any:  # Any: what the workflow yields
        """The next one, or None."""

    async def close(self) -> None:
        """Stop."""


class Walk(Generic[T]):
    """One after the other, from a source. settled: gives the source anew at the first step, if it may be another."""

    _noun: ClassVar[str] = "item"
    _loop: ClassVar[str] = "for"
    _source: Source

    def __init__(self, bound: Bound, source: Source, settled: Callable[[], Awaitable[Source]] | None = None) -> None:
        self._bound = bound
        self._source = source
        self._settled = settled
        self._begun = False

    async def _next(self) -> T | None:
        with self._bound._family.adopting():
            if not self._begun:
                self._begun = True
                await self._begin()
            return await self._source.next()  # type: ignore[no-any-return]  # what comes, the source's own types say

    async def _begin(self) -> None:
        """Look for a newer version; a source that cannot be made anew goes on with the one that it has."""
        following = self._bound._line.following
        if self._settled is not None:
            self._source = await self._settled()
        elif following is not None:
            await following.look(self._bound._session.io)

    async def _end(self) -> None:
        with self._bound._family.adopting():
            await self._source.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._source.operation.name}; {self._loop} {self._noun} in ...>"


class BlockingWalk(Walk[T], Closing):
    """Iterate, in a `with` block or to the end."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        item = drive(self._next())
        if item is None and self._source.ended:
            raise StopIteration
        return item  # type: ignore[return-value]  # an item may be None, and T says so then

    def close(self) -> None:
        """Stop, and give the connection up."""
        drive(self._end())

    def __del__(self) -> None:
        # A loop that was left early, without a block: nobody can ask for the rest.
        if hasattr(self, "_source"):
            self.close()


class AsyncWalk(Walk[T], AsyncClosing):
    """Iterate with `async for`, in an `async with` block or to the end."""

    _loop = "async for"

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        item = await self._next()
        if item is None and self._source.ended:
            raise StopAsyncIteration
        return item  # type: ignore[return-value]  # an item may be None, and T says so then

    async def close(self) -> None:
        """Stop, and give the connection up."""
        await self._end()


class _Pages(Walk[Any]):  # Any: the operation's result
    _noun = "page"
    _source: Pages

    async def _next(self) -> Any:  # Any: the operation's result
        answer = await super()._next()
        return answer.value if answer is not None else None


class _Stream(Walk[T]):
    _source: Stream

    @property
    def event(self) -> Event | None:
        """The Server-Sent Event that the last item came in."""
        return self._source.event

    @property
    def text(self) -> str:
        """What the items have said so far, put together; "" where the workflow does not know where they say it."""
        return self._source.text

    async def _rest(self) -> str:
        while await self._next() is not None or not self._source.ended:
            pass
        return self.text


class BlockingPages(_Pages, BlockingWalk[Any]):
    """The pages of a blocking call: iterate, for each answer's value."""


class AsyncPages(_Pages, AsyncWalk[Any]):
    """The pages of an async call: iterate with `async for`, for each answer's value."""


class BlockingStream(_Stream[T], BlockingWalk[T]):
    """The answer to a blocking call on its way: iterate, in a `with` block, for its items.

    Nothing is sent before the first item is wanted. Leaving the block closes the connection.
    """

    def accumulate(self) -> str:
        """Read on to the end, and give the whole text."""
        return drive(self._rest())


class AsyncStream(_Stream[T], AsyncWalk[T]):
    """The answer to an async call on its way: iterate with `async for`, in an `async with` block, for its items.

    Nothing is sent before the first item is wanted. Leaving the block closes the connection.
    """

    async def accumulate(self) -> str:
        """Read on to the end, and give the whole text."""
        return await self._rest()
