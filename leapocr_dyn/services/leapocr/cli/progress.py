"""How far a document is: a bar that is the upload first and the pages then, or plain lines in a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from leapocr_dyn.cli.terminal import amount, say
from leapocr_dyn.services.leapocr.results import JobStatus
from leapocr_dyn.workflows.upload import Sent


@contextmanager
def progress(name: str, sends: bool = True) -> Iterator[tuple[Sent, Callable[[JobStatus], None]]]:
    """A bar that is the upload first and the pages then; two plain lines where stderr is not a terminal.

    sends: whether there is an upload at all.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield plain(name)
        return
    # A file's name is no markup.
    said, count = (TextColumn(text, markup=False) for text in ("{task.description}", "{task.fields[count]}"))
    columns = (said, BarColumn(), TaskProgressColumn(), count)
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=False) as bars:
        sending = bars.add_task(f"{name}: sending", count="", visible=sends)
        reading = bars.add_task(f"{name}: reading", count="", visible=False)

        def on_sent(sent: int, size: int) -> None:
            bars.update(sending, completed=sent, total=size, count=amount(size))

        def on_progress(status: JobStatus) -> None:
            done, total = status.processed_pages, status.total_pages
            pages = f"{done} of {total} pages" if total else "queued"
            bars.update(reading, completed=done, total=total or None, count=pages, visible=True)

        yield on_sent, on_progress


def plain(name: str) -> tuple[Sent, Callable[[JobStatus], None]]:
    """The same for a log: a line when all is sent, and one for each time that more pages are read."""
    last = -1

    def on_sent(sent: int, size: int) -> None:
        if sent == size:
            say(f"{name}: sent {amount(size)}")

    def on_progress(status: JobStatus) -> None:
        nonlocal last
        if status.processed_pages != last and status.total_pages:
            last = status.processed_pages
            say(f"{name}: {last} of {status.total_pages} pages")

    return on_sent, on_progress
