"""A program at a terminal of its own, as a person has it: type, and wait for what shows."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

LIMIT = 180  # seconds that a machine under load may take to show a line
CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\x1b[=>()][0B]?|[\x00\x07]")
# The terminal becomes the program's own, so that Ctrl-C reaches it.
OWN = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"


class Screen:
    """What a program shows, and what is typed to it."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.process = process
        self._terminal = terminal
        self.shown = ""
        self._seen = 0

    def type(self, text: str, key: str = "\r") -> None:
        """Type text, and Return or another key after it."""
        os.write(self._terminal, (text + key).encode())

    def wait(self, wanted: str) -> str:
        """Wait until something new shows that fits the pattern; everything new up to its end."""
        until = time.monotonic() + LIMIT
        while (found := re.compile(wanted, re.MULTILINE).search(self.shown, self._seen)) is None:
            assert time.monotonic() < until, f"{wanted!r} never showed after {self.shown[self._seen :]!r}"
            assert self._read(), f"it ended without {wanted!r}: {self.shown[self._seen :]!r}"
        new, self._seen = self.shown[self._seen : found.end()], found.end()
        return new

    def end(self) -> int:
        """Wait for the end of the program; its exit code."""
        until = time.monotonic() + LIMIT
        while self._read():
            assert time.monotonic() < until, f"it goes on after {self.shown[-500:]!r}"
        return self.process.wait(LIMIT)

    def _read(self) -> bool:
        """Take in what came, if anything did within a second; False after the end."""
        if not select.select([self._terminal], [], [], 1)[0]:
            return True
        try:
            piece = os.read(self._terminal, 65536)
        except OSError:  # as Linux says that nobody is at the other end
            piece = b""
        self.shown = CONTROL.sub("", self.shown + piece.decode("utf-8", "replace"))
        return bool(piece)


@contextmanager
def screen(*words: str, home: Path, environment: Mapping[str, str] = {}, cwd: Path | None = None) -> Iterator[Screen]:
    """A program, which ends with the block at the latest. home: where it finds and keeps its user's files."""
    known = {
        name: text for name, text in os.environ.items() if not name.startswith(("LEAPOCR_", "XDG_", "PYTHONSTARTUP"))
    }
    known |= {"HOME": str(home), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "INPUTRC": os.devnull, "NO_COLOR": "1"}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", OWN, *words], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env={**known, **environment}, cwd=cwd,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield Screen(process, ours)
    finally:
        os.close(ours)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
