"""What a workflow may ask of the world, blocking and async.

Theory of operation. A workflow is an ordinary `async def` written against `Transport`, and against nothing else of the
outside. The async transport really suspends (anyio: asyncio and trio). The blocking one never does: every method of it
finishes before it returns, so a workflow that is driven by it runs to its end at the first `send(None)`, in the
caller's thread, without an event loop (`drive`). That is the one trick; it is why there is one text for both worlds.

What follows from it, and is easy to break:

- A workflow that awaits anything but its transport suspends, and `drive` says so instead of hanging.
- Concurrency goes through `gather`. Blocking, that is threads of its own (an executor shared with what the calls
  themselves gather would deadlock), which carry the caller's context variables. They stop at the first failure or
  Ctrl-C, because `send`, `sleep` and every chunk of a body look at one flag.
- Workflows are never async generators: an abandoned one is finalised on somebody else's loop. What yields is an object
  with `async next()` and `close()`.

This module is the agreement; wire.py is HTTP through httpx, blocking.py and suspending.py are the two worlds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

CHUNK = 2**20  # bytes of a file read at once: 64 KiB costs 1.9 times the CPU, 4 MiB is slower again


class Body(Protocol):
    """A request body that is read while it is sent, from its beginning each time."""

    length: int
    """Bytes."""

    def pieces(self) -> Iterator[Callable[[], bytes]]:
        """Calls that each read the next piece."""


class Request(NamedTuple):
    """A request as it goes out. ours: whether it goes to the API itself; only then may a user's own client add to it.

    login: whether it adds its own `auth`, too, because the caller gave no other credential. hidden: names of headers
    that hold one.
    """

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | Body | None = None
    ours: bool = True
    login: bool = False
    hidden: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        # The headers and the query hold what nobody else may see.
        return f"<Request {self.method} {self.url.partition('?')[0]}>"


class Transport(Protocol):
    """What a workflow may ask of the world."""

    suspends: bool
    """Whether it really does: only then can a workflow await what is not the transport's, such as an async iterator."""

    async def send(self, request: Request, *, timeout: float, deadline: float | None = None) -> httpx.Response:
        """The whole answer. timeout: seconds without progress; deadline: a moment of `now()` after which to give up.

        Async, the deadline ends whatever is under way. Blocking, it is looked at between the pieces of the body: each
        read has the timeout anew, so a server that drips its headers is not given up before they are complete.
        """

    async def stream(self, request: Request, *, timeout: float) -> httpx.Response:
        """The answer's status and headers; its body comes through `chunks`, which give the connection back."""

    def chunks(self, response: httpx.Response) -> Chunks:
        """The body of a streamed answer, piece by piece."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    def now(self) -> float:
        """Seconds on a clock that never jumps."""

    async def call(self, function: Callable[[], T]) -> T:
        """A function that blocks (a file read), where it blocks nobody else."""

    async def once(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> T:
        """The result of a call that is made once for all who ask for the key at the same time."""

    async def gather(self, calls: Iterable[Callable[[], Coroutine[Any, Any, T]]], limit: int) -> list[T]:
        """The results, in the order of completion. calls: taken one by one, at most `limit` under way at once.

        The first failure ends the others and is raised as itself, never in an ExceptionGroup.
        """

    async def close(self) -> None:
        """Give up all connections of our own."""


class Chunks(Protocol):
    """The body of an answer on its way."""

    async def next(self) -> bytes | None:
        """The next piece as the server sent it, decompressed, or None at the end.

        Raises ContractError where it is compressed in a way that was not asked for.
        """

    async def close(self) -> None:
        """Stop, and give the connection up."""


def drive(workflow: Coroutine[Any, Any, T]) -> T:
    """The result of a workflow whose transport never suspends."""
    try:
        workflow.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]  # a coroutine's StopIteration carries its result
    workflow.close()
    raise RuntimeError(
        "a workflow, or an async function that was passed to it, waited for something other than its transport; in a "
        "blocking client nothing would wake it"
    )


class Clock:
    """The real one."""

    def now(self) -> float:
        """Seconds on the system's monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float, halt: threading.Event | None) -> None:
        """Block; a halt ends it early."""
        if halt is None:
            time.sleep(seconds)
        else:
            halt.wait(seconds)

    async def asleep(self, seconds: float) -> None:
        """Suspend."""
        import anyio

        await anyio.sleep(seconds)


class Flight:
    """One call that several wait for."""

    __slots__ = ("done", "error", "value")

    def __init__(self, done: Any = None) -> None:
        self.done: Any = done or threading.Event()  # Any: a threading.Event or an anyio.Event
        self.value: Any = None
        self.error: BaseException | None = None

    def result(self) -> Any:  # Any: what the call gave
        """What the call gave, or what it raised."""
        if self.error is not None:
            raise self.error
        return self.value
