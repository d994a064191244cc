"""What a notebook shows: the one place from which the ground floor calls the top one, and only when somebody looks.

HTML is explore's business, and explore knows everything; what is shown knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any


class Shown:
    """Something that a notebook shows as HTML, and a terminal as its repr."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from leapocr_dyn.explore import notebook

        return notebook.html(self)

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        from leapocr_dyn.explore import notebook

        return notebook.bundle(self, include, exclude)


def live(it: Any, anew: bool = False) -> None:  # Any: a handle
    """Show in a notebook what is known of it now, where it was shown before. anew: or for the first time.

    Raises NotImplementedError where nothing can be shown anew, which is how IPython wants to hear that.
    """
    from leapocr_dyn.explore import notebook

    notebook.live(it, anew)


def written(it: Any, path: Any, given: Any, remembered: Any) -> Path:  # Any: what is shown; a path; two files
    """The same as one page for a browser, in a file; see explore/notebook.py."""
    from leapocr_dyn.explore import notebook

    return notebook.written(it, path, given, remembered)
