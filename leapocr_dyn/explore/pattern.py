"""A text that a `pattern` matches, made from the regular expression itself: for each number another one.

It is a guess, which whoever needs a right one checks: assertions and references back are passed over. The expression is
a document's, so nothing is matched here, and every repetition is short.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

Parsed = Any  # the border where re's own parser enters: pairs of a word and what it is about

MOST = 1_000  # times that one part is repeated
LONGEST = 10_000  # characters of a text; repetitions in repetitions would be more than a memory holds
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ ./"
CATEGORIES = {"CATEGORY_DIGIT": "0", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " ", "CATEGORY_NOT_DIGIT": "a"}


def matching(pattern: str, number: int = 1) -> str | None:
    """A text for a pattern; None for one that Python cannot read.

    number: how often a part stands that may be repeated, and which of several branches is taken, from 1.
    """
    try:
        # No public name: what `re` and its predecessors have parsed with since 2.0.
        parsed = importlib.import_module("re._parser").parse(pattern)
        return _sequence(parsed, number)
    except (ImportError, re.error, RecursionError, OverflowError):
        return None


def _sequence(parsed: Parsed, number: int) -> str:
    return "".join(WORDS.get(str(word), _nothing)(about, number) for word, about in parsed)


def _nothing(about: Parsed, number: int) -> str:
    """Assertions, references back: what is checked, and not written."""
    return ""


def _repeated(about: Parsed, number: int) -> str:
    low, high, inner = about
    text, times = _sequence(inner, 1), min(max(int(low), min(number, int(high))), MOST)
    if len(text) * times > LONGEST:
        raise OverflowError
    return text * times


def _one_of(about: Parsed, number: int) -> str:
    """One letter of a class; of one that says what it is not, the first plain one."""
    words = [(str(word), what) for word, what in about]
    if words[0][0] == "NEGATE":
        refused = re.compile("|".join(_source(word, what) for word, what in words[1:]) or "(?!)")
        return next((one for one in PLAIN if not refused.fullmatch(one)), "ü")
    word, what = next((one for one in words if one[0] != "LITERAL"), words[0])
    return chr(what[0]) if word == "RANGE" else CATEGORIES.get(str(what), "-") if word == "CATEGORY" else chr(what)


def _source(word: str, what: Parsed) -> str:
    """A part of a class as an expression of its own."""
    if word == "CATEGORY":
        letter = {"DIGIT": "d", "WORD": "w", "SPACE": "s"}[str(what).rpartition("_")[2]]
        return rf"\{letter.upper() if '_NOT_' in str(what) else letter}"
    return re.escape(chr(what)) if word == "LITERAL" else f"[{re.escape(chr(what[0]))}-{re.escape(chr(what[1]))}]"


WORDS: dict[str, Callable[[Parsed, int], str]] = {
    "LITERAL": lambda about, number: chr(about),
    "NOT_LITERAL": lambda about, number: "a" if about != ord("a") else "b",
    "ANY": lambda about, number: "a",
    "IN": _one_of,
    "MAX_REPEAT": _repeated,
    "MIN_REPEAT": _repeated,
    "POSSESSIVE_REPEAT": _repeated,
    "SUBPATTERN": lambda about, number: _sequence(about[-1], number),
    "ATOMIC_GROUP": _sequence,
    "BRANCH": lambda about, number: _sequence(about[1][max(number - 1, 0) % len(about[1])], number),
}
