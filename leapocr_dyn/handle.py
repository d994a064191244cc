"""A job as this program knows it: what was last heard of it, so that whoever shows it need not ask.

What else a handle can do is its door's to say. It is shown as it goes on: see explore/notebook.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from leapocr_dyn.shown import Shown, live


class Heard(NamedTuple):
    """What a service said about a job. done, total: pages, or whatever it counts, where it says so."""

    status: str
    done: int | None = None
    total: int | None = None
    message: str | None = None

    def __str__(self) -> str:
        return f"{self.status}, {self.done or 0} of {self.total}" if self.total else str(self.status)


class Handle(Shown):
    """A job. heard: what was last heard of it, where this program has asked."""

    __slots__ = ()
    job_id: str
    heard: Heard | None
    _display: Any  # Any: IPython's handle of where it is shown

    def hear(self, heard: Heard) -> None:
        """Remember it; where a notebook shows the job, it shows this from now on."""
        is_new = heard != self.heard
        self.heard = heard  # type: ignore[misc]  # a door's handle has the slot
        if is_new and self._display is not None:
            live(self)

    def _ipython_display_(self) -> None:
        live(self, anew=True)
