"""How far something is, for somebody at a terminal: a bar where rich is installed, plain lines otherwise.

`progress=True` of an upload, a wait or a batch comes here. Where stderr is no terminal nobody looks, and nothing is
shown: a log gets lines only from who asks for them. Bars that are on at once stand below each other. It is told, and
asks nothing; whatever a terminal does to it, it never ends a call.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from leapocr_dyn.visible import UNSEEN

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Tell = Callable[[str], None]
Listener = Callable[[int, int], Any]  # Any: None, or a coroutine


class Meter:
    """Is told how far one thing is, from any thread, and shows nothing. A context manager; close() ends what shows."""

    def sent(self, sent: int, size: int) -> None:
        """So many bytes of so many have left."""

    def done(self, done: int | None, total: int | None, failed: int = 0) -> None:
        """So many are done; None where nobody knows. failed: how many of these did not go well."""

    def close(self) -> None:
        """It is over."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Lines(Meter):
    """A line when all is sent, and one for each time that more is done. unit: what is counted. tell: shows a line."""

    def __init__(self, name: str, unit: str, tell: Tell) -> None:
        self._name = name
        self._unit = unit
        self._tell = tell
        self._last = -1

    def sent(self, sent: int, size: int) -> None:
        """Said once, at the end."""
        if sent == size:
            self._tell(f"{self._name}: sent {amount(size)}")

    def done(self, done: int | None, total: int | None, failed: int = 0) -> None:
        """Said when it has changed."""
        if done is not None and done != self._last and (total or failed or done):
            self._last = done
            self._tell(f"{self._name}: {counted(done, total, self._unit, failed)}")


class Bars(Meter):
    """A bar for what is sent, and one for what is done; either is there once it has something to show."""

    def __init__(self, name: str, unit: str, board: Progress) -> None:
        self._unit = unit
        self._board = board
        self._sending = board.add_task(f"{name}: sending", count="", visible=False)
        self._doing = board.add_task(name, count="", visible=False)
        self._end = weakref.finalize(self, _ended, board, (self._sending, self._doing))  # also where nobody closes it

    def sent(self, sent: int, size: int) -> None:
        """Move the first bar."""
        self._board.update(self._sending, completed=sent, total=size, count=amount(size), visible=True)

    def done(self, done: int | None, total: int | None, failed: int = 0) -> None:
        """Move the second bar."""
        said = counted(done, total, self._unit, failed) if total or done else "queued"
        self._board.update(self._doing, completed=done or 0, total=total or None, count=said, visible=True)

    def close(self) -> None:
        """Stop, and leave what was reached. A second call does nothing."""
        self._end()


def meter(wanted: object, name: str, unit: str, log: Tell | None = None) -> Meter:
    """What shows how far one thing is.

    wanted: whether anything is to be shown. name: of the thing. unit: what is counted, in the plural. log: shows a line
    where stderr is no terminal; without it, nothing is shown there.
    """
    if not wanted:
        return Meter()
    name = UNSEEN.sub(" ", name)
    if sys.stderr is None or not sys.stderr.isatty():
        return Meter() if log is None else Lines(name, unit, log)
    board = _joined()
    return Lines(name, unit, log or _line) if board is None else Bars(name, unit, board)


def listening(seen: Meter, other: Listener | None) -> Listener | None:
    """Who is told of bytes that leave: a meter and a listener of the caller's own, as far as there are any."""
    if type(seen) is Meter:
        return other

    def both(sent: int, size: int) -> Any:  # Any: None, or a coroutine of the caller's
        seen.sent(sent, size)
        return None if other is None else other(sent, size)

    return both


def amount(size: int) -> str:
    """Bytes for people."""
    if size < 1e3:
        return f"{size} bytes"
    return f"{size / 1e3:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"


def counted(done: int | None, total: int | None, unit: str, failed: int) -> str:
    """How many of how many."""
    said = f"{done or 0} of {total} {unit}" if total else f"{done or 0} {unit}"
    return f"{said}, {failed} failed" if failed else said


def _line(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# One board for all bars: a terminal has room for one. Who joins last finds it running; who leaves last ends it.
_lock = threading.Lock()
_board: Progress | None = None
_users = 0


def _joined() -> Progress | None:
    """The board, running; None where there is no rich, or something else of rich's has the terminal."""
    global _board, _users
    try:
        from rich.console import Console
        from rich.errors import LiveError
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
    except ImportError:
        return None
    with _lock:
        if _board is None:
            # The name of a file is no markup.
            said, count = (TextColumn(text, markup=False) for text in ("{task.description}", "{task.fields[count]}"))
            columns = (said, BarColumn(), TaskProgressColumn(), count, TimeElapsedColumn())
            made = Progress(*columns, console=Console(stderr=True))
            try:
                made.start()
            except LiveError:
                return None
            _board = made
        _users += 1
        return _board


def _ended(board: Progress, tasks: tuple[TaskID, ...]) -> None:
    global _board, _users
    for task in tasks:
        board.stop_task(task)
    with _lock:
        _users -= 1
        if _users == 0 and _board is not None:
            _board.stop()
            _board = None
