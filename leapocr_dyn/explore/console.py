"""Python's own prompt, with `await`, completion of names and arguments, and errors in a sentence; IPython's stand-in.

An `await` runs in one event loop that lives as long as the prompt, and stands still while somebody types. `%tb` shows
the traceback of the last error, as it does in IPython.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import code
import inspect
import keyword
import re
import rlcompleter
import sys
import traceback
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from leapocr_dyn.explore.complaint import sentence
from leapocr_dyn.explore.recall import LITERAL, Recall

TRACEBACK = "%tb"
# A call that is still open, where an argument begins.
CALL = re.compile(r"(?P<called>[A-Za-z_][\w.]*)\((?P<given>|[^()]*,)\s*$")
NAMED = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Console(code.InteractiveConsole):
    """The prompt. names: what it knows. recall: what was typed before."""

    def __init__(self, names: dict[str, Any], recall: Recall) -> None:  # Any: whatever people name
        names["__builtins__"] = builtins
        super().__init__(names)
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._recall = recall
        self._runner: asyncio.Runner | None = None

    def run(self, banner: str, last: Callable[[], Any]) -> None:  # Any: nothing, or a coroutine
        """Read and run until the end of input, or exit(). last: called then, and awaited where it has to be."""
        _edited(Completer(self.locals), self._recall.entries)
        try:
            self.interact(banner, exitmsg="")
        finally:
            closing = last()
            if inspect.iscoroutine(closing):
                self._await(closing)
            if self._runner is not None:
                self._runner.close()

    def push(self, line: str, *more: Any, **settings: Any) -> bool:  # Any: what later versions of Python add
        """One more line; True where the statement is not complete."""
        if line.strip() == TRACEBACK and not self.buffer:
            self._recall.add(line)
            self._trace()
            return False
        typed = "\n".join([*self.buffer, line])
        waits = super().push(line, *more, **settings)
        if not waits:
            self._recall.add(typed)
        return waits

    def runcode(self, code: CodeType) -> None:
        """Run a statement, and wait for what it awaits."""
        try:
            given = FunctionType(code, self.locals)()
            if code.co_flags & inspect.CO_COROUTINE:
                self._await(given)
        except SystemExit:
            raise
        except BaseException:  # noqa: BLE001 - whatever it is, it is said, and the prompt goes on
            self.showtraceback()

    def showtraceback(self) -> None:
        """Say what went wrong: a sentence, or the traceback of what is not ours."""
        kind, error, trace = sys.exc_info()
        while trace is not None and trace.tb_frame.f_code.co_filename != self.filename:
            trace = trace.tb_next  # the prompt's own frames, and the loop's
        sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace
        if (said := sentence(error)) is not None:
            self.write(f"{said}\n")
        else:
            self._trace()

    def _trace(self) -> None:
        """The traceback of the last error."""
        error: BaseException | None = getattr(sys, "last_value", None)
        if error is None:
            self.write("nothing has gone wrong yet\n")
        else:
            self.write("".join(traceback.format_exception(sys.last_type, error, sys.last_traceback)))

    def _await(self, coroutine: Any) -> None:  # Any: a coroutine
        if self._runner is None:
            self._runner = asyncio.Runner()
        self._runner.run(coroutine)


class Completer(rlcompleter.Completer):
    """Names, attributes and, inside a call, the names of its arguments. It calls nothing, and builds no model."""

    def __init__(self, names: dict[str, Any]) -> None:  # Any: whatever people name
        super().__init__(names)
        self._names = names
        self._found: list[str] = []

    def complete(self, text: str, state: int) -> str | None:
        """The candidate of that number for what is being typed, or None after the last."""
        if state == 0:
            self._found = self.candidates(_before(), text)
        return self._found[state] if state < len(self._found) else None

    def candidates(self, before: str, text: str) -> list[str]:
        """What may stand for a word. before: the line up to it."""
        if not before.strip() and not text:
            return ["    "]  # an indent
        takes = self.arguments(before)
        found = self.attr_matches(text) if "." in text else self.global_matches(text) if text else []
        if takes:  # where an argument stands, no statement begins
            found = [one for one in found if one.strip(": ") not in keyword.kwlist]
        return [one for one in takes if one.startswith(text)] + found

    def arguments(self, before: str) -> list[str]:
        """The arguments that the call before the cursor still takes, as `name=`."""
        flat = LITERAL.sub("''", before)
        while (inner := re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}", "_", flat)) != flat:
            flat = inner
        found = CALL.search(flat)
        if found is None:
            return []
        called: Any = None  # Any: whatever people name
        try:
            called = eval(found["called"], self._names)  # noqa: S307 - names and dots, as the user's own line has them
            takes = inspect.signature(called).parameters.values()
        except Exception:  # noqa: BLE001 - what is not there, or has no signature, has no arguments to show
            return []
        given = set(re.findall(r"(\w+)\s*=", found["given"]))
        return [f"{one.name}=" for one in takes if one.kind in NAMED and one.name not in given]

    def _callable_postfix(self, val: object, word: str) -> str:
        return word + "(" if callable(val) else word  # without a look at the signature, which costs


def _before() -> str:
    """What stands before the word that is being typed."""
    import readline

    return readline.get_line_buffer()[: readline.get_begidx()]


def _edited(completer: Completer, entries: list[str]) -> None:
    """Have lines edited, completed and remembered, where Python can."""
    try:
        import readline
    except ImportError:  # pragma: no cover - Windows
        return
    readline.set_completer(completer.complete)
    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
    readline.clear_history()
    for line in (line for entry in entries for line in entry.splitlines()):
        readline.add_history(line)
