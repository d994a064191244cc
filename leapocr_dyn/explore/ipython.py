"""IPython as the prompt: its editor, magics and `await`; our errors in a sentence, and our file of what was typed.

The user's own profile counts. What IPython keeps by itself does not: its history is a database that no secret could be
taken out of, so it is switched off, and what was typed comes from and goes to `recall`.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from leapocr_dyn.explore.complaint import sentence
from leapocr_dyn.explore.recall import Recall


def is_installed() -> bool:
    """Whether there is an IPython."""
    return find_spec("IPython") is not None


def run(names: dict[str, Any], banner: str, recall: Recall, last: Callable[[], Any]) -> None:  # Any: see console.py
    """Read and run until the end. last: called then, and awaited where it has to be, in the loop of the prompt."""
    # By name: it is no dependency, and types nothing for who does not have it.
    app = import_module("IPython.terminal.ipapp").TerminalIPythonApp.instance(
        config=import_module("traitlets.config").Config(
            {
                "BaseIPythonApplication": {"verbose_crash": False},  # a report would hold what was typed
                "HistoryManager": {"enabled": False},
                "TerminalInteractiveShell": {"banner1": banner + "\n", "banner2": "", "enable_tip": False},
            }
        ),
        user_ns=names,
    )
    app.initialize([])
    shell = app.shell
    shell.history_manager.get_tail = lambda *args, **more: [(0, 0, one) for one in recall.entries]
    shell.events.register("post_run_cell", lambda result: recall.add(result.info.raw_cell))
    shell.showtraceback = _complaining(shell)
    try:
        app.start()
    finally:
        closing = last()
        if inspect.iscoroutine(closing):
            import_module("IPython.core.async_helpers").get_asyncio_loop().run_until_complete(closing)


def _complaining(shell: Any) -> Callable[..., None]:  # Any: IPython's
    whole = shell.showtraceback

    def showtraceback(exc_tuple: Any = None, *args: Any, **more: Any) -> None:
        """A sentence for what says what happened; %tb, which comes when nothing is being raised, shows it all."""
        raised = exc_tuple or sys.exc_info()
        if (said := sentence(raised[1])) is None:
            whole(exc_tuple, *args, **more)
            return
        sys.last_type, sys.last_value, sys.last_traceback = raised
        print(said, file=sys.stderr)

    return showtraceback
