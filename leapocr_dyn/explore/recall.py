"""What was typed at a prompt, kept for the next one in a file that holds no secret.

The file is JSON Lines, one entry a line, for its owner alone (0600), and bounded. An entry is written after it ran, so
that a client which it made is known, and what that client knows is *** in the file. So is what looks like a secret by
its name: `api_key="..."`, `token=`, `os.environ["..._KEY"] = ...`, `credentials={...}`, `!command --key ...`. Rather
too much is taken out than too little. It refuses to keep what is longer than anybody types.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

KEPT = 2000  # entries
LONGEST = 10_000  # characters of an entry
GONE = "***"
LITERAL = re.compile(
    r"""(?P<start>[rRbBuUfF]{0,2}(?P<quote>\"{3}|'{3}|"|'))(?:\\.|(?!(?P=quote)).)*(?P<end>(?P=quote)|$)""", re.DOTALL
)
# A name that says what stands behind it: api_key=, "Authorization":, environ["X_TOKEN"] =, setenv("PASSWORD",
NAMED = re.compile(
    r"""(?i)\w*(?:key|token|secret|passw|passphrase|authorization|bearer)\w*(?:["'\])\s]*[=:(]|["']\s*,)"""
    r"""[\s(=]*(?:\w+\s*=[\s(]*)?"""
)
# What many services begin their keys with, and a JSON Web Token.
LIKELY = re.compile(r"\b(?:sk|pk|rk|ghp|gho|glpat|xox[a-z]|AKIA|eyJ)[\w.-]{16,}")
# Names behind which nothing is told apart: every text to the end goes.
WHOLE = r"(?i:\bcredentials\b)|\bcert\s*="
# %env KEY=..., !command --key ...: without quotes
SHELL = re.compile(r"(?i)([\w-]*(?:key|token|secret|passw|authorization)[\w-]*[\s=:]+)([^\s\"']+)")


def redacted(text: str, secrets: Iterable[str] = (), callers: Collection[str] = ()) -> str:
    """The text with *** where a secret is, or may be.

    secrets: those that are known. callers: names whose calls take secrets by position, such as a client's class.
    """
    for one in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(one, GONE)
    text = LIKELY.sub(GONE, text)
    whole = "|".join([WHOLE, *(rf"\b{re.escape(name)}\s*\(" for name in callers)])
    if found := re.search(whole, text):
        text = text[: found.end()] + LITERAL.sub(_hidden, text[found.end() :])
    pieces, at = [], 0
    while (named := NAMED.search(text, at)) is not None:
        pieces.append(text[at : named.end()])
        at = named.end()
        while (literal := LITERAL.match(text, at)) is not None:
            pieces.append(_hidden(literal))
            # Texts side by side, or added, are one.
            more = re.compile(r"[\s+\\]*(?=[rRbBuUfF]{0,2}[\"'])").match(text, literal.end())
            at = literal.end() if more is None else more.end()
    text = "".join([*pieces, text[at:]])
    return SHELL.sub(rf"\1{GONE}", text) if text.lstrip()[:1] in ("%", "!") else text


def _hidden(literal: re.Match[str]) -> str:
    return literal["start"] + GONE + literal["quote"]


class Recall:
    """What was typed, the oldest first.

    path: the file; None keeps nothing beyond this process. secrets: gives those that are known by now.
    callers: see `redacted`. failure: why the file cannot be read or written, or "".
    """

    def __init__(
        self,
        path: Path | None = None,
        secrets: Callable[[], Iterable[str]] = tuple,
        callers: Collection[str] = (),
    ) -> None:
        self._path = path
        self._secrets = secrets
        self._callers = callers
        self._known: set[str] = set()
        self.failure = ""
        self.entries: list[str] = []
        if path is not None:
            with self._failing():
                self._open(path)

    def add(self, text: str) -> None:
        """Keep an entry, unless it is blank, very long, or the same as the last one."""
        self._known.update(self._secrets())  # a client that is gone tomorrow had a key all the same
        if not text.strip() or len(text) > LONGEST:
            return
        text = redacted(text.strip("\n"), self._known, self._callers).rstrip()
        if [text] == self.entries[-1:]:
            return
        self.entries.append(text)
        if self._path is not None and not self.failure:
            with (
                self._failing(),
                os.fdopen(os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w") as it,
            ):
                it.write(_line(text))

    def _open(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            path.chmod(0o600)
            self.entries = [one for line in path.read_text("utf-8", "replace").splitlines() for one in _entry(line)]
        if len(self.entries) > KEPT:
            self.entries = self.entries[-KEPT:]
            # In a file of its own, which then takes the old one's place: another prompt may be reading.
            number, new = tempfile.mkstemp(dir=path.parent)  # 0600, as mkstemp makes them
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.writelines(map(_line, self.entries))
            os.replace(new, path)

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.failure = f"what you type is not kept: {error}"


def _line(text: str) -> str:
    return json.dumps(text) + "\n"  # ASCII: what is half a character stays one


def _entry(line: str) -> list[str]:
    """The entry of a line; none where it is no line of ours."""
    try:
        found = json.loads(line)
    except ValueError:
        return []
    return [found] if isinstance(found, str) else []
