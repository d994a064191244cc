"""What every value of an API can do, whatever its schema: models, open enums, and the way back to the wire.

A model is a frozen attrs class whose fields have Python names. What its fields cannot give back (fields that the
document does not know, an explicit null, the original text of a time that is finer than a microsecond) stays in one
hidden slot under its wire name, so `to_dict()` is what the server sent. The slot's name begins with an underscore,
which no wire name can become (naming.py).
"""

from __future__ import annotations

import base64
import copy
import datetime
import decimal
import enum
import reprlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final

import attrs

Json = Any  # the border where JSON enters: dict, list, str, int, float, bool or None


class NotGiven(enum.Enum):
    """The type of NOT_GIVEN."""

    NOT_GIVEN = "not given"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final = NotGiven.NOT_GIVEN
"""Stands for an argument that was left out; None is sent as null."""

LEFT = "_left"
"""The hidden slot."""

LONGEST = 1000  # characters of a model's repr


class Brief(reprlib.Repr):
    """Short reprs of any value."""

    def repr_int(self, x: int, level: int) -> str:
        """An integer; Python refuses to write out one of thousands of digits."""
        try:
            return super().repr_int(x, level)
        except ValueError:
            return f"<int of {x.bit_length()} bits>"


brief = Brief()
brief.maxlevel = 3
brief.maxstring = brief.maxother = 60
brief.maxlist = brief.maxtuple = brief.maxset = 3
brief.maxdict = 5


class Layout:
    """How one class's fields stand on the wire: what the class is for, seen from JSON.

    wires: {Python name: wire name}, in the order of the fields; computed fields have none. defaults: what a field is
    where nothing was sent, if that is not None. revive: what a pickle calls.
    """

    __slots__ = ("computed", "defaults", "recipe", "revive", "wires")

    def __init__(
        self,
        wires: Mapping[str, str],
        computed: Mapping[str, Callable[[Any], Any]],
        defaults: Mapping[str, Json],
        revive: Callable[..., Model],
        recipe: tuple[Any, ...],
    ) -> None:
        self.wires = dict(wires)
        self.computed = dict(computed)
        self.defaults = dict(defaults)
        self.revive = revive
        self.recipe = recipe


class Model:
    """A value of the API. Fields are attributes; `model["wireName"]` reads any field, also one the document lacks."""

    __slots__ = ()
    _layout: ClassVar[Layout]

    def __attrs_post_init__(self) -> None:
        """Runs where a user builds the value: a field left out is None, a None that was given is a null on the wire."""
        left: dict[str, Json] = {}
        for name, wire in self._layout.wires.items():
            given = getattr(self, name)
            if given is NOT_GIVEN:
                default = self._layout.defaults.get(name)
                object.__setattr__(self, name, copy.copy(default))
                if default is not None:
                    left[wire] = NOT_GIVEN
            elif given is None:
                left[wire] = None
        for name, compute in self._layout.computed.items():
            if getattr(self, name) is NOT_GIVEN:
                object.__setattr__(self, name, compute(self))
        object.__setattr__(self, LEFT, left or None)

    def to_dict(self) -> dict[str, Json]:
        """The value as the wire has it: wire names, unknown fields and explicit nulls included."""
        left: dict[str, Json] = getattr(self, LEFT) or {}
        wired: dict[str, Json] = {}
        for name, wire in self._layout.wires.items():
            value = getattr(self, name)
            if value is not None and wire not in left:
                wired.setdefault(wire, to_wire(value))
        wired.update((wire, value) for wire, value in left.items() if value is not NOT_GIVEN)
        return wired

    def __getitem__(self, wire: str) -> Json:
        left: dict[str, Json] = getattr(self, LEFT) or {}
        for name, known in self._layout.wires.items():
            if known == wire:
                return getattr(self, name)
        return left[wire]

    def __iter__(self) -> Iterator[str]:
        # Without this, `__getitem__` would make a model look like a sequence.
        raise TypeError(f"{type(self).__name__} is not iterable; to_dict() gives its fields")

    def __repr__(self) -> str:
        shown = (
            (field.name, getattr(self, field.name))
            for field in attrs.fields(type(self))  # type: ignore[arg-type]  # every subclass is an attrs class
            if field.name != LEFT
        )
        text = f"{type(self).__name__}({', '.join(f'{n}={brief.repr(v)}' for n, v in shown if v is not None)})"
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]}…)"

    def __reduce__(self) -> tuple[Any, ...]:
        return self._layout.revive, (*self._layout.recipe, self.to_dict())


class OpenEnum(enum.StrEnum):
    """An enum of text that a newer server may add to: an unknown value is a member too, with `is_known` False."""

    @classmethod
    def _missing_(cls, value: object) -> OpenEnum | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether the document lists the value."""
        return self._value_ in type(self)._value2member_map_

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._value_!r}>"

    def __hash__(self) -> int:
        return hash(self._value_)

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other) if isinstance(other, str) else NotImplemented


def to_wire(value: Any) -> Json:  # Any: whatever a user may give
    """The JSON value for a Python value: models, enums, dates, Decimal, UUID, bytes (base64), tuples and sets.

    A datetime must have an offset (RFC 3339 section 5.6). Raises TypeError for what JSON has no word for.
    """
    kind = type(value)
    if kind in (str, int, float, bool, type(None)):
        return value
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(to_wire(key)): to_wire(item) for key, item in value.items() if item is not NOT_GIVEN}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_wire(item) for item in value if item is not NOT_GIVEN]
    if isinstance(value, enum.Enum):
        return to_wire(value.value)
    if isinstance(value, datetime.datetime) and value.tzinfo is None:
        raise TypeError(f"{value!r} has no time zone, so it names no moment; give it one, for example datetime.UTC")
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, (uuid.UUID, decimal.Decimal)):
        return str(value)
    if isinstance(value, (str, int, float)):
        return value
    if attrs.has(kind):
        return to_wire(attrs.asdict(value, recurse=False))
    if hasattr(kind, "__dataclass_fields__"):
        return to_wire({name: getattr(value, name) for name in kind.__dataclass_fields__})
    raise TypeError(f"JSON has no word for a {kind.__name__}: {brief.repr(value)}")
