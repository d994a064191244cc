"""The tally of a client: how often answers differed from the document, where, and in which way. drift.py shows it.

A server that never repeats itself does not fill the memory: places and words are bounded, and the rest is a number.
"""

from __future__ import annotations

import json
import threading
from collections import Counter

from leapocr_dyn.model.instance import kind
from leapocr_dyn.model.value import Json
from leapocr_dyn.surprise import FIELD, FIELDS, LONGEST, WORDED, Surprise, clipped

PLACES = 1000  # remembered at most
WORDS = 100  # values at one place, and unknown fields


class Seen:
    """What was seen at one place: how often, and as what. others: how often as what was not kept."""

    __slots__ = ("others", "times", "words")

    def __init__(self) -> None:
        self.times = self.others = 0
        self.words: Counter[str] = Counter()  # as JSON, which tells true from 1

    def count(self, word: str | None) -> None:
        """Once more."""
        self.times += 1
        if word is not None and (word in self.words or len(self.words) < WORDS):
            self.words[word] += 1
        else:
            self.others += 1


class Tally:
    """Counts surprises, by place; of what was sent, it keeps no more than a surprise may hold (surprise.py).

    beyond: how many more there were than it keeps. Safe between threads.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], Seen] = {}
        self._names: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.beyond: int = 0

    def note(self, pointer: str, what: str, value: Json) -> None:
        """Take one surprise down."""
        word = _word(what, value)
        if what.startswith(FIELD):
            what = FIELD + clipped(what.removeprefix(FIELD))
        with self._lock:
            seen = self._seen.get((pointer, what))
            if seen is None and what.startswith(FIELD):
                self._names[pointer] += 1
                if self._names[pointer] > WORDS:  # no fields, but a map of whatever names
                    what = FIELDS
                    seen = self._seen.get((pointer, what))
            if seen is None:
                if len(self._seen) >= PLACES:
                    self.beyond += 1
                    return
                seen = self._seen[pointer, what] = Seen()
            seen.count(word)

    def surprises(self) -> list[Surprise]:
        """What was seen, the most frequent first."""
        with self._lock:
            found = [
                Surprise(*place, one.times, tuple(json.loads(word) for word, _ in one.words.most_common()), one.others)
                for place, one in self._seen.items()
            ]
        return sorted(found, key=lambda one: -one.times)


def _word(what: str, value: Json) -> str | None:
    """What is kept of a value: the value itself where it stands in place of one of the document's words, or its kind.

    None where it is too long to be a word.
    """
    if what not in WORDED:
        return json.dumps(kind(value))
    if isinstance(value, dict | list) or (isinstance(value, str) and len(value) > LONGEST):
        return None
    word = json.dumps(value)
    return word if len(word) <= 6 * LONGEST else None  # a number of thousands of digits
