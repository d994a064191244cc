"""Wire names -> Python names.

Any text can be a wire name; what leaves here is always a safe identifier: ASCII or not, but normalised (NFKC), never a
keyword, never a dunder, never with a leading underscore. Nothing else in the package turns document text into a name.
The wire name itself is kept beside the Python name; this module never reverses one into the other.
"""

from __future__ import annotations

import functools
import inspect
import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

# What a model or a namespace needs for itself, or what a reader would take for something else.
RESERVED = frozenset({"self", "cls", "mro", "to_dict", "None", "True", "False", "raw", "plan"})
LONGEST = 100  # characters of a name; the rest of a longer one would only be in the way


def words(name: str) -> list[str]:
    """The words of a name, in order: uploadFromRemoteURL -> upload From Remote URL; HTMLPages2 -> HTML Pages2.

    A capital starts a word after a small letter or a digit, and the last of several capitals does where a small letter
    follows (so initialisms stay whole, also a plural one: URLs). Everything that is neither letter nor digit separates.
    """
    found: list[str] = []
    word = ""
    text = unicodedata.normalize("NFKC", name)
    for position, letter in enumerate(text):
        if not ("_" + letter).isidentifier() or letter == "_":
            found.append(word)
            word = ""
            continue
        if word and letter.isupper():
            following = text[position + 1 : position + 3]
            ends_initialism = word[-1].isupper() and following[:1].islower() and not _plural(following)
            if not word[-1].isupper() or ends_initialism:
                found.append(word)
                word = ""
        word += letter
    found.append(word)
    return [word for word in found if word]


def _plural(following: str) -> bool:
    """Whether a small s ends the word here: the s of URLs, but not of URLsize."""
    return following[:1] == "s" and not following[1:2].islower()


@lru_cache(maxsize=8192)
def attribute(name: str) -> str:
    """A Python name for a parameter, property or operation: uploadFromRemoteURL -> upload_from_remote_url."""
    return _safe("_".join(word.lower() for word in words(name)), "field")


@lru_cache(maxsize=4096)
def class_name(name: str) -> str:
    """A Python name for a class: models.job_status -> JobStatus. A dotted or slashed prefix is dropped."""
    last = name.replace("/", ".").rstrip(".").rpartition(".")[2] or name
    return _safe("".join(word[:1].upper() + word[1:] for word in words(last)), "Model")


@lru_cache(maxsize=4096)
def member(value: str) -> str:
    """A Python name for an enum's value: partially-done -> PARTIALLY_DONE."""
    return _safe("_".join(word.upper() for word in words(value)), "EMPTY" if not value else "VALUE")


def _safe(text: str, otherwise: str) -> str:
    text = unicodedata.normalize("NFKC", text)[:LONGEST].strip("_")
    if text and not text.isidentifier():
        text = f"{otherwise}_{text}"
    if not text or not text.isidentifier():
        text = otherwise
    if keyword.iskeyword(text) or text in RESERVED:
        text += "_"
    return text


def obvious(wire: str, name: str) -> bool:
    """Whether a name is what a reader of the wire name expects: its words, perhaps without a prefix, and no more."""
    return not name.endswith("_") and _letters(wire).endswith(name.replace("_", "").lower())


def _letters(name: str) -> str:
    """A name without case, and without what separates its words."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name)).lower()


def distinct(names: Iterable[tuple[str, str]], taken: Iterable[str] = ()) -> dict[str, str]:
    """Python names for several wire names at once, given as (wire name, wanted Python name): {wire name: Python name}.

    A name that is already taken gets the lowest free number, in the order given, so the result depends on nothing else.
    """
    used = set(taken)
    numbers: dict[str, int] = {}  # the next one to try: a document may call thousands of things alike
    chosen: dict[str, str] = {}
    for wire, wanted in names:
        if wire in chosen:
            continue
        name, number = wanted, numbers.get(wanted, 2)
        while name in used:
            name, number = f"{wanted.rstrip('_')}_{number}", number + 1
        numbers[wanted] = number
        used.add(name)
        chosen[wire] = name
    return chosen


def hint(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """What to add to a message about a name that is not known: the nearest one that is, or something else."""
    import difflib  # not at the top: only mistakes need it

    known = list(known)
    near = difflib.get_close_matches(name, known, 1)
    if not near:  # use_rga, and useRAG is meant
        letters = {_letters(one): one for one in known}
        near = [letters[one] for one in difflib.get_close_matches(_letters(name), letters, 1)]
    return f"; did you mean {near[0]!r}?" if near else otherwise


T = TypeVar("T")


def hinting(kind: type[T]) -> type[T]:
    """A class decorator: a constructor that is given a name it does not know says which one was meant."""
    made: Any = kind  # Any: whatever its constructor takes, here and below
    build = made.__init__
    signature = inspect.signature(build)
    shown = [one for one in signature.parameters.values() if not one.name.startswith("_")]
    known = [one.name for one in shown[1:]]
    positional = [one for one in shown[1:] if one.kind is one.POSITIONAL_OR_KEYWORD]

    @functools.wraps(build)
    def __init__(self: T, *args: Any, **given: Any) -> None:  # noqa: N807 - it becomes one
        try:
            build(self, *args, **given)
        except TypeError as error:
            unknown = next((name for name in given if name not in known and not name.startswith("_")), None)
            if unknown is not None:
                near = hint(unknown, known, f"; there are {', '.join(known)}" if known else "")
                raise TypeError(f"{kind.__name__}() has no argument {unknown!r}{near}") from error
            if len(args) > len(positional) == 0 and known:
                said = ", ".join(f"{name}=..." for name in known[: len(args)])
                raise TypeError(f"{kind.__name__}() takes keyword arguments only: {said}") from error
            raise

    # What people see leaves out what is not theirs to give.
    __init__.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]  # functions take it
    made.__init__ = __init__
    return kind


def counted(number: int, noun: str) -> str:
    """A number of things, for a repr: 1 model, 2 models."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def some(names: Collection[str], most: int = 20) -> str:
    """The first names of many, for a repr that fits a screen."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(islice(names, most)) + more
