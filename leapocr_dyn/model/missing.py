"""What is said of an attribute that there is not: an AttributeError whose message names the one that was meant.

`hasattr` and `getattr` with a default ask for names that may be missing all the time, so the message is made when
somebody reads it: to look for near names costs a thousand times what the question does.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from leapocr_dyn.model import naming


class Sentence:
    """The message of an error, made when it is read."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make

    def __str__(self) -> str:
        return self._make()

    def __repr__(self) -> str:
        return repr(str(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return str, (str(self),)


class Hint:
    """The `__getattr__` of clients, namespaces and models: an AttributeError that says which name was meant.

    Tools that complete names look no further where a class has a `__getattr__`, which could do anything; IPython does
    not. Here nothing runs unless an attribute is missing. So only Python itself, which asks for an instance, finds it.
    more: what else is to be said of a name, where it is known in some other way.
    """

    def __init__(self, more: Callable[[Any, str], str] | None = None) -> None:  # Any: the instance
        self._more = more

    def __get__(self, instance: object | None, owner: type) -> Callable[[str], Any]:  # Any: it never gives one
        if instance is None:
            raise AttributeError(f"type object {owner.__name__!r} has no attribute '__getattr__'")
        return functools.partial(_missing, instance, self._more)


def _missing(
    instance: object, more: Callable[[Any, str], str] | None, name: str
) -> Any:  # Any: the instance; it never gives one
    # With a name and no object: else Python, which knows less, would add a hint of its own.
    raise AttributeError(
        Sentence(lambda: message(f"{type(instance).__name__!r} object", instance, name, more)), name=name
    )


def message(what: str, holder: object, name: str, more: Callable[[Any, str], str] | None = None) -> str:  # Any: holder
    """That something has no attribute of that name, and which was meant. what: how it is called; holder: what it is."""
    near = ""
    if not name.startswith("_"):  # tools ask for such
        known = [one for one in dir(holder) if not one.startswith("_")]
        near = (more(holder, name) if more is not None else "") or naming.hint(
            name, known, f"; it has {naming.some(known)}"
        )
    return f"{what} has no attribute {name!r}{near}"


def keyed(holder: Any, name: str) -> str:  # Any: a Mapping
    """To say of a name that stands between brackets, or nearly does; "" of any other."""
    if name in holder:
        return f"; it is a key: write [{name!r}]"
    near = naming.hint(name, holder)
    return near.replace("did you mean ", "did you mean [").replace("?", "]?") if near else ""
