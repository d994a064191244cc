"""`pattern`, `patternProperties`: expressions of a document, run in an engine that can be stopped.

They are written for ECMA-262 and by people whom nobody knows, so one may run for ever. What takes too long, or cannot
be read at all, is not decided: None, which counts neither for nor against a value.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

SECONDS = 0.05
LONGEST = 5_000  # characters; to compile one cannot be stopped, and millions crash the engine
LARGEST = 100_000  # characters and classes, counts written out: that is what the engine does before it runs anything
# Of expressions; text here, because most documents have none, and re keeps what it compiled.
ATOM = r"\\.|\[\^?(?:\\.|[^\]\\])*\]|\{\s*(\d*)\s*(?:,\s*(\d*)\s*)?\}|."

# What ECMA-262 says in other words than the regex package. In a class, only what stands for characters.
ECMA = {"$": r"\Z", ".": r"[^\n\r\u2028\u2029]", r"\d": "[0-9]", r"\D": "[^0-9]", r"\/": "/"}
ECMA |= {r"\w": "[A-Za-z0-9_]", r"\W": "[^A-Za-z0-9_]"}
ECMA_CLASS = {r"\d": "0-9", r"\w": "A-Za-z0-9_", r"\/": "/"}
SPECIAL = r"\\.|[\[\]$.]"


def matches(pattern: str, text: str, seconds: float = SECONDS) -> bool | None:
    """Whether a text contains what the pattern describes; None where that cannot be said within so many seconds."""
    compiled = _compiled(pattern)
    try:
        return None if compiled is None else compiled.search(text, timeout=seconds) is not None
    except TimeoutError:
        return None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:  # Any: a pattern of the regex package, or None
    import regex  # not at the top: most documents have no patterns

    # "[]" is no character and "[^]" is any: the regex package reads on to the next bracket.
    if len(pattern) > LONGEST or _size(pattern) > LARGEST or "[]" in pattern or "[^]" in pattern:
        return None
    try:
        return regex.compile(_translated(pattern))
    except (regex.error, RecursionError, OverflowError, MemoryError):
        return None


def _size(pattern: str) -> int:
    """About how many characters and classes a pattern is, where `(a{9}){9}` is 81."""
    open_groups, last = [0], 0  # the size so far of each; and of what a count would repeat
    for atom in re.finditer(ATOM, pattern, re.DOTALL):
        if atom[0] == "(":
            open_groups.append(0)
        elif atom[0] == ")" and len(open_groups) > 1:
            last = open_groups.pop() + 1
            open_groups[-1] += last
        elif atom[0][0] == "{" and len(atom[0]) > 1:
            # int() takes no more digits than it likes; so long a count is too large in any case.
            times = max(int(count[:9]) if count else 0 for count in (atom[1], atom[2]))
            open_groups[-1] += last * max(times - 1, 0)
            last *= max(times, 1)
        else:
            last = 1
            open_groups[-1] += 1
    return sum(open_groups)


def _translated(text: str) -> str:
    inside = False

    def change(found: re.Match[str]) -> str:
        nonlocal inside
        mark = found[0]
        if mark in ("[", "]"):
            # A bracket in a class is a character.
            change_of_place = inside == (mark == "]")
            inside = mark == "["
            return mark if change_of_place else "\\" + mark
        return (ECMA_CLASS if inside else ECMA).get(mark, mark)

    return re.sub(SPECIAL, change, text, flags=re.DOTALL)
