"""What every value of an API can do, whatever its schema: models, open enums, and the way back to the wire.

A model is a frozen attrs class whose fields have Python names. What its fields cannot give back (fields that the
document does not know, an explicit null) stays in one hidden slot under its wire name, so `to_dict()` is what the
server sent. The slot's name begins with an underscore, which no wire name can become (naming.py).

    attrs.evolve(pet, name="Momo")       # changed; what was absent stays absent, what is unknown is kept

There is one class for what is sent and what is received, so that what came can be changed and go back: where a model is
sent, the fields that only a server writes (`readOnly`) are left out, at all depths, and what the document does not know
goes along, marked as the server's own (`Kept`), so that nobody takes it for a caller's mistake; so does an enum's value
that the document does not list, as long as it is the member that came.
"""

from __future__ import annotations

import copy
import dataclasses
import enum
import reprlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

import attrs

from leapocr_dyn.errors import ValidationError
from leapocr_dyn.model import naming
from leapocr_dyn.model.format import SPELLINGS, spelled
from leapocr_dyn.model.missing import Hint, Sentence, message
from leapocr_dyn.origin import redacted
from leapocr_dyn.shown import Shown

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

Write = Callable[[Any, bool], Json]  # Any: a Python value; and whether it is being sent

LONGEST = 1000  # characters of a model's repr
HIDDEN = "***"
SPELLED = tuple(kind for kinds in SPELLINGS for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))


def discreet(text: str) -> str:
    """A text; of a link no query and no user, since they may be somebody's right to read or write."""
    is_link = text[:8].lower().startswith(("http://", "https://")) and any(mark in text for mark in "?#@")
    return redacted(text) if is_link else text


class Brief(reprlib.Repr):
    """Short reprs of any value."""

    def repr_str(self, x: str, level: int) -> str:
        """A text; of a link no more than may be seen."""
        return super().repr_str(discreet(x), level)

    def repr_int(self, x: int, level: int) -> str:
        """An integer; Python refuses to write out one of thousands of digits."""
        try:
            return super().repr_int(x, level)
        except ValueError:
            return f"<int of {x.bit_length()} bits>"

    def repr_instance(self, x: Any, level: int) -> str:  # Any: whatever a model may hold
        """A model to this depth, so that a deep one is not written out only to be cut."""
        if isinstance(x, Model):
            text = x._shown(level - 1)
            return text if len(text) <= self.maxother else f"{text[: self.maxother - 2]}…)"
        return super().repr_instance(x, level)


class Hidden:
    """Stands where something is that nobody is to read."""

    def __repr__(self) -> str:
        return HIDDEN


brief: Brief = Brief()
brief.maxlevel = 3
brief.maxstring = brief.maxother = 60
brief.maxlist = brief.maxtuple = brief.maxset = 3
brief.maxdict = 5


class Layout(NamedTuple):
    """How one class's fields stand on the wire: what the class is for, seen from JSON.

    wires: {Python name: wire name}, in the order of the fields; computed fields have none. defaults: what a field is
    where nothing was sent, if that is not None. read_only: wire names that are not sent. never_null: wire names that
    are not sent as null: a None that was given for one stands for what is left out. writes: for the fields whose
    schema says how they are written. secrets: Python names of what no repr shows (`format: password`). left: reads and
    sets the hidden slot. revive: what a pickle calls.
    """

    wires: Mapping[str, str]
    computed: Mapping[str, Callable[[Any], Any]]  # Any: a model, and what is made of it
    defaults: Mapping[str, Json]
    read_only: frozenset[str]
    never_null: frozenset[str]
    writes: Mapping[str, Write]
    secrets: frozenset[str]
    left: Any  # Any: the descriptor of a slot
    revive: Callable[..., Model]
    recipe: tuple[Any, ...]  # Any: whatever finds the document again, and a pointer


class Origin:
    """The model that another one is made from: what `attrs.evolve` reads in place of the hidden slot.

    The one trick here. evolve() reads every field and builds a new value, and cannot tell a field that was absent from
    one that is None; so the new value gets the old one, and asks it.
    """

    __slots__ = ("model",)

    def __init__(self, model: Model) -> None:
        self.model: Model = model


class Kept(dict[str, Json]):
    """A model that is being sent, as JSON. kept: the names in it that came from a server and are no fields."""

    __slots__ = ("kept",)

    def __init__(self, wired: Mapping[str, Json], kept: frozenset[str]) -> None:
        super().__init__(wired)
        self.kept: frozenset[str] = kept


class AsDataclass:
    """What makes `dataclasses.asdict`, `fields` and `replace` take a model, as they take a hand-written SDK's results.

    Made when a class is first asked, by make_dataclass, which alone knows what stands in there.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, model: object, owner: type) -> Any:  # Any: the module dataclasses' own
        if not attrs.has(owner):
            raise AttributeError(f"{owner.__name__} has no {self._name}")
        names = [field.name for field in attrs.fields(owner) if field.name != LEFT]
        twin = dataclasses.make_dataclass(owner.__name__, names, init=False, repr=False, eq=False)
        setattr(owner, self._name, getattr(twin, self._name))
        return getattr(twin, self._name)


class Kind(type):
    """The class of models' classes: `dir` and `help` show what a model has for people, and not how it is made."""

    # As `type` has it; a docstring of this class's own would stand in front of those of the models.
    __doc__ = vars(type)["__doc__"]

    def __dir__(cls) -> list[str]:
        return [name for name in super().__dir__() if not name.startswith("_")]


class Model(Shown, metaclass=Kind):
    """A value of the API. Fields are attributes; `model["wireName"]` reads any field, also one the document lacks."""

    # Here, so that the classes below differ in their fields alone (see convert.py's fused function).
    __slots__ = ("__weakref__",)
    _layout: ClassVar[Layout]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]] = AsDataclass()  # type: ignore[assignment]  # gives one
    __dataclass_params__: ClassVar[Any] = AsDataclass()  # Any: the module dataclasses' own

    def __attrs_post_init__(self) -> None:
        """Runs where a user builds the value: a field left out is None, a None that was given is a null on the wire."""
        layout = self._layout
        origin: Origin | None = layout.left.__get__(self)
        before = None if origin is None else origin.model
        left = {} if before is None else dict(before._left_over())
        for name, wire in layout.wires.items():
            given = getattr(self, name)
            if before is not None and given is getattr(before, name):
                continue
            left.pop(wire, None)
            if given is NOT_GIVEN:
                default = layout.defaults.get(name)
                object.__setattr__(self, name, copy.copy(default))
                if default is not None:
                    left[wire] = NOT_GIVEN
            elif given is None:
                left[wire] = None
        for name, compute in layout.computed.items():
            given = getattr(self, name)
            if given is NOT_GIVEN or (before is not None and given is getattr(before, name) == compute(before)):
                object.__setattr__(self, name, compute(self))
        layout.left.__set__(self, left or None)

    def _left_over(self) -> Mapping[str, Json]:
        return self._layout.left.__get__(self) or {}

    def to_dict(self) -> dict[str, Json]:
        """The value as the wire has it: wire names, unknown fields and explicit nulls included.

        Raises ValidationError for one that is nested deeper than Python can follow.
        """
        try:
            return self._wired(False)
        except RecursionError as error:
            raise ValidationError(f"a {type(self).__name__} is nested deeper than can be written") from error

    def _wired(self, sending: bool) -> dict[str, Json]:
        layout, left = self._layout, self._left_over()
        skipped = layout.read_only if sending else frozenset[str]()
        wired: dict[str, Json] = {}
        for name, wire in layout.wires.items():
            value = getattr(self, name)
            if value is not None and wire not in left and wire not in skipped:
                wired.setdefault(wire, layout.writes.get(name, to_wire)(value, sending))
        for wire, value in left.items():
            unmeant = sending and value is None and wire in layout.never_null
            if value is not NOT_GIVEN and wire not in skipped and not unmeant:
                wired[wire] = to_wire(value, sending)
        if sending and left:
            return Kept(wired, frozenset(left).difference(layout.wires.values()))
        return wired

    def __getitem__(self, wire: str) -> Json:
        for name, known in self._layout.wires.items():
            if known == wire:
                return getattr(self, name)
        left = self._left_over()
        if wire not in left:
            names = [*self._layout.wires.values(), *left]
            near = naming.hint(str(wire), names, f"; there are {naming.some(names)}" if names else "")
            raise KeyError(f"a {type(self).__name__} has no {wire!r} on the wire{near}")
        return left[wire]

    def __contains__(self, wire: object) -> bool:
        """Whether the wire has the field, a null included."""
        left = self._left_over()
        if wire in left:
            return left[str(wire)] is not NOT_GIVEN
        return any(known == wire and getattr(self, name) is not None for name, known in self._layout.wires.items())

    def __iter__(self) -> Iterator[str]:
        # Without this, `__getitem__` would make a model look like a sequence.
        raise TypeError(f"{type(self).__name__} is not iterable; to_dict() gives its fields")

    if not TYPE_CHECKING:
        # To read a known field costs what it does on any class with slots; in Python 3.11, which specialises no reads
        # of a class that has this, some 20 ns more: one part in twenty of what it takes to decode the fields.
        __getattr__ = Hint(
            lambda it, name: f"; the document does not know it: it[{name!r}] reads it" * (name in it._left_over())
        )

    def __repr__(self) -> str:
        return self._shown(brief.maxlevel)

    def _shown(self, level: int) -> str:
        if level <= 0:
            return f"{type(self).__name__}(…)"
        shown = dict(self._fields())
        text = f"{type(self).__name__}("
        for number, (name, value) in enumerate(shown.items()):
            said = f"{', ' if number else ''}{name}={brief.repr1(value, level)}"
            rest = f", … {len(shown) - number} more; to_dict() has all)"
            if len(text) + len(said) + len(rest) > LONGEST:
                return text + rest.removeprefix("" if number else ", ")
            text += said
        return f"{text})"

    def _fields(self) -> Iterator[tuple[str, Any]]:  # Any: whatever a model may hold
        """What people are shown of it: the fields that are there, by Python name; *** for what is secret."""
        for field in attrs.fields(type(self)):  # type: ignore[arg-type]  # every subclass is an attrs class
            value = None if field.name == LEFT else getattr(self, field.name)
            if value is not None:
                yield field.name, Hidden() if field.name in self._layout.secrets else value

    def __reduce__(self) -> tuple[Any, ...]:
        layout = self._layout
        made = layout.revive, (*layout.recipe, self.to_dict())
        # What somebody gave in place of what is computed is not on the wire; attrs gives classes of slots __setstate__.
        own = {name: it for name, compute in layout.computed.items() if (it := getattr(self, name)) != compute(self)}
        return (*made, own) if own else made


def unchanging(it: Model, name: str, *value: Any) -> None:  # Any: what somebody would like it to be
    """What setting or deleting a field of a model does: raise FrozenInstanceError, which says what to do instead."""
    known = [field.name for field in attrs.fields(type(it)) if field.name != LEFT]  # type: ignore[arg-type]  # see above
    refused = attrs.exceptions.FrozenInstanceError()
    refused.msg = f"a {type(it).__name__} does not change" + (
        f"; attrs.evolve(it, {name}=...) gives a changed one"
        if name in known
        else f", and has no field {name!r}{naming.hint(name, known)}"
    )
    refused.args = (refused.msg,)
    raise refused


class EnumKind(enum.EnumMeta):
    """The class of enums' classes: a member that there is not is answered with the one that was meant.

    `dir` shows the members and what is the enum's own, and not what every text can do.
    """

    def __dir__(cls) -> list[str]:
        return [name for name in super().__dir__() if name in cls.__members__ or not hasattr(str, name)]

    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any:  # Any: up to Python 3.11, members are found so
            try:
                return super().__getattr__(name)
            except AttributeError:
                pass
            raise AttributeError(Sentence(lambda: message(f"{cls.__name__!r}", cls, name)), name=name)


class OpenEnum(enum.StrEnum, metaclass=EnumKind):
    """An enum of text that a newer server may add to: an unknown value is a member too, with `is_known` False.

    Where the server has other words for a member, or several, each of them is read as that member, which goes back as
    the word that it was read from. Members are compared by ==, because what was read is not the same object.
    """

    @classmethod
    def _aliases(cls) -> Mapping[str, list[str]]:
        """{a member's value: the server's words for it, first the one to send}, where they are not the value alone."""
        return {}

    @classmethod
    def _missing_(cls, value: object) -> OpenEnum | None:
        return cls._read(value) if isinstance(value, str) else None

    @classmethod
    def _read(cls, word: str) -> OpenEnum:
        """The member that a server's word means, which remembers the word."""
        own = next((own for own, words in cls._aliases().items() if word in words), word)
        member = str.__new__(cls, own)
        member._name_ = cls._value2member_map_[own].name if own in cls._value2member_map_ else own
        member._value_ = own
        vars(member)["_wire"] = word
        return member

    @property
    def wire(self) -> str:
        """The server's word for it: the one that it was read from, or else the one to send."""
        word: str = vars(self).get("_wire") or type(self)._aliases().get(self._value_, [self._value_])[0]
        return word

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


def to_wire(value: Any, sending: bool = False) -> Json:  # Any: whatever a user may give
    """The JSON value for a Python value: models, enums, dates, Decimal, UUID, bytes (base64), tuples and sets.

    What was read goes back as it was written. sending: leave out of models what only a server writes (`readOnly`).
    A datetime must have an offset (RFC 3339 section 5.6). Raises TypeError for what JSON has no word for.
    """
    kind = type(value)
    if kind in (str, int, float, bool, type(None)):
        return value
    if isinstance(value, Model):
        return value._wired(sending)
    if isinstance(value, Mapping):
        pairs = ((to_wire(key), item) for key, item in value.items() if item is not NOT_GIVEN)
        return {str(key): to_wire(item, sending) for key, item in pairs}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_wire(item, sending) for item in value if item is not NOT_GIVEN]
    if isinstance(value, OpenEnum):
        # An unknown word stays a member: that tells whoever checks that a server said it first.
        return value if sending and not value.is_known else value.wire
    if isinstance(value, enum.Enum):
        return to_wire(value.value)
    if isinstance(value, SPELLED):
        return spelled(value)
    if isinstance(value, (str, int, float)):
        return value
    if attrs.has(kind):
        return to_wire(attrs.asdict(value, recurse=False), sending)
    if hasattr(kind, "__dataclass_fields__"):
        return to_wire({name: getattr(value, name) for name in kind.__dataclass_fields__}, sending)
    raise TypeError(f"JSON has no word for a {kind.__name__}: {brief.repr(value)}")
