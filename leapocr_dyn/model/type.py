"""What a value is, said without building anything: one class for each kind of type.

A `Type` has an annotation as text, the kinds of JSON it accepts, and, for objects, its fields. The attrs class or enum
behind it is made the first time somebody touches `.python`. How a schema becomes a type is keyword.py's; how wire
values become Python ones is convert.py's.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import Any

import attrs

from leapocr_dyn.model import naming
from leapocr_dyn.model.describe import described
from leapocr_dyn.model.format import Format, Written
from leapocr_dyn.model.pattern import matches
from leapocr_dyn.model.value import LEFT, NOT_GIVEN, Json, Layout, Model, OpenEnum, Origin, to_wire, unchanging
from leapocr_dyn.visible import visible

Schema = Any  # the border where the document enters: a JSON Schema is a dict or a bool, but nobody has checked it
# So that no class is made twice, whoever touches it first. Any: its class has no name in Python.
making: Any = threading.RLock()
LONGEST = 200  # characters of an annotation made of others: unions of unions would double it with every level


class Type:
    """What a schema says a value is. kinds: the JSON classes it accepts; none means all."""

    kinds: tuple[type, ...] = ()
    writes = False
    """Whether the schema says how a Python value is written, so that `to_wire` alone could err."""

    def __init__(self, pointer: str, annotation: str) -> None:
        self.pointer = pointer
        self.annotation = annotation

    @property
    def python(self) -> Any:  # Any: a class or a typing form
        """The Python type, for annotations."""
        return Any

    def wire(self, value: Any, sending: bool = False) -> Json:  # Any: whatever a user may give
        """The JSON value for a Python value of this type; see `to_wire`."""
        return to_wire(value, sending)

    def __repr__(self) -> str:
        return visible(f"<{type(self).__name__} {self.annotation} {self.pointer}>")


class Anything(Type):
    """No type is given: any JSON value, as it is."""


class Leaf(Type):
    """A type without others inside."""

    def surprise(self, value: Json) -> str:
        """What is surprising about a JSON value that is not null, in a word, or ""."""
        raise NotImplementedError


class Scalar(Leaf):
    """A JSON value that is a Python value: str, int, float, bool or None. kinds: the Python type first."""

    def __init__(self, pointer: str, kinds: tuple[type, ...], annotation: str) -> None:
        super().__init__(pointer, annotation)
        self.kinds = kinds

    @property
    def python(self) -> Any:  # Any: a class
        """The Python type."""
        return self.kinds[0]

    def surprise(self, value: Json) -> str:
        """Another kind; 1.0 is an integer (JSON Schema 2020-12 Validation, section 6.1.1)."""
        whole = self.kinds[0] is not int or value.__class__ is not float or value.is_integer()
        return "" if value.__class__ in self.kinds and whole else "type"


class Formatted(Leaf):
    """Text or a number that Python has a better type for, by its `format` or `contentEncoding`."""

    def __init__(self, pointer: str, kinds: tuple[type, ...], form: Format) -> None:
        super().__init__(pointer, form.annotation)
        self.kinds = kinds
        self.form = form
        self.writes: bool = form.write is not None

    def read(self, value: Json) -> Any:  # Any: what the format says
        """The Python value; the JSON value itself where Python has no room for it. Raises ValueError for none."""
        if self.form.read is None:
            return value
        if value.__class__ not in self.kinds:
            raise ValueError("another kind")
        try:
            made = self.form.read(value)
        except ArithmeticError:  # a duration of a month, a number of a million digits
            return value
        made.wire = value
        return made

    def surprise(self, value: Json) -> str:
        """Another kind, or text that is none of the format."""
        try:
            self.read(value)
        except ValueError:
            return "format"
        return ""

    def wire(self, value: Any, sending: bool = False) -> Json:  # Any: whatever a user may give
        """As it was written where it was read from the same kind, else as the format is written."""
        if self.form.write is None or not isinstance(value, self.python):
            return to_wire(value, sending)
        return (
            value.wire if isinstance(value, Written) and value.wire.__class__ in self.kinds else self.form.write(value)
        )

    @property
    def python(self) -> Any:  # Any: a class
        """The Python type."""
        return self.form.python


class Literal(Leaf):
    """One of a few JSON values, open on receipt."""

    def __init__(self, pointer: str, values: Sequence[Json]) -> None:
        plain = all(isinstance(value, str | int | float | None) for value in values)
        super().__init__(pointer, short(f"Literal[{', '.join(map(repr, values))}]") if plain else "Any")
        self.values = values
        self.kinds: tuple[type, ...] = tuple({type(value): None for value in values})
        if {int, float} & set(self.kinds):
            self.kinds = (*self.kinds, int, float)

    def surprise(self, value: Json) -> str:
        """None of the values. Python finds True in 1; JSON does not."""
        known = any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in self.values)
        return "" if known else ("enum" if value.__class__ in self.kinds else "type")


class Enumeration(Leaf):
    """A closed list of texts in the document, open on receipt.

    values: the texts that people know. aliases: {one of those: the texts that the document has for it, first the one to
    send}, where they are others.
    """

    kinds: tuple[type, ...] = (str,)

    def __init__(
        self,
        pointer: str,
        name: str,
        values: list[str],
        make: Callable[[Enumeration], type[OpenEnum]],
        aliases: Mapping[str, list[str]] | None = None,
    ) -> None:
        super().__init__(pointer, name)
        self.values = values
        self.aliases: Mapping[str, list[str]] = aliases or {}
        self.writes: bool = bool(aliases)
        self._make = make
        self._python: type[OpenEnum] | None = None

    @property
    def python(self) -> type[OpenEnum]:
        """The enum, made on first touch."""
        if self._python is None:
            with making:
                self._python = self._python or self._make(self)
        return self._python

    def wire(self, value: Any, sending: bool = False) -> Json:  # Any: whatever a user may give
        """The document's word; where it is sent, the one to send, whichever was read."""
        if isinstance(value, OpenEnum) and not sending:
            return value.wire
        own = value.value if isinstance(value, Enum) else value
        return self.aliases[own][0] if isinstance(own, str) and own in self.aliases else to_wire(value, sending)

    def surprise(self, value: Json) -> str:
        """Another text, or no text."""
        known = value in self.values or any(value in words for words in self.aliases.values())
        return "" if known else ("enum" if value.__class__ is str else "type")


def nowhere() -> str:
    """No place: null is ruled out nowhere."""
    return ""


class Array(Type):
    """A list of one type. no_null: finds the pointer of the schema that rules null out among the items, or ""."""

    kinds: tuple[type, ...] = (list,)

    def __init__(self, pointer: str, items: Type, no_null: Callable[[], str] = nowhere) -> None:
        super().__init__(pointer, short(f"list[{items.annotation}]"))
        self.items = items
        self.no_null: Callable[[], str] = no_null
        self.writes: bool = items.writes

    def wire(self, value: Any, sending: bool = False) -> Json:  # Any: whatever a user may give
        """Item by item."""
        if not self.writes or not isinstance(value, (list, tuple)):
            return to_wire(value, sending)
        return [self.items.wire(item, sending) for item in value if item is not NOT_GIVEN]


class Tuple(Type):
    """A list whose first items have types of their own. rest: the type of those that follow; None: there are none."""

    kinds: tuple[type, ...] = (list,)

    def __init__(self, pointer: str, first: list[Type], rest: Type | None) -> None:
        inside = [one.annotation for one in first] + ([f"*tuple[{rest.annotation}, ...]"] if rest is not None else [])
        super().__init__(pointer, short(f"tuple[{', '.join(inside)}]"))
        self.first = first
        self.rest = rest
        self.writes: bool = any(one.writes for one in first) or (rest is not None and rest.writes)

    def of(self, index: int) -> Type | None:
        """The type of the item at an index, or None where there should be none."""
        return self.first[index] if index < len(self.first) else self.rest

    def wire(self, value: Any, sending: bool = False) -> Json:  # Any: whatever a user may give
        """Item by item."""
        if not self.writes or not isinstance(value, (list, tuple)):
            return to_wire(value, sending)
        types = map(self.of, range(len(value)))
        return [to_wire(item) if it is None else it.wire(item, sending) for it, item in zip(types, value, strict=True)]


class Dictionary(Type):
    """An object without fields of its own: text -> a type, by `patternProperties`, else by `additionalProperties`.

    values: None where the document does not say that there are other properties. no_null: as of an Array's items.
    """

    kinds: tuple[type, ...] = (dict,)

    def __init__(
        self,
        pointer: str,
        values: Type | None,
        patterns: Mapping[str, Type],
        no_null: Callable[[], str] = nowhere,
    ) -> None:
        self.values = values
        self.no_null: Callable[[], str] = no_null
        self.patterns: dict[str, Type] = dict(patterns)
        inside = [*self.patterns.values(), *([values] if values is not None else [])]
        annotation = " | ".join(dict.fromkeys(one.annotation for one in inside)) or "Any"
        super().__init__(pointer, short(f"dict[str, {annotation}]"))
        self.writes: bool = any(one.writes for one in inside)

    def of(self, name: str) -> Type | None:
        """The type of a property, or None where the document does not say that there is one."""
        for pattern, it in list(self.patterns.items()):
            found = matches(pattern, name)
            if found:
                return it
            if found is None:
                self.patterns.pop(pattern, None)  # it takes too long, or is none: not asked again
        return self.values

    def wire(self, value: Any, sending: bool = False) -> Json:  # Any: whatever a user may give
        """Value by value."""
        if not self.writes or not isinstance(value, Mapping):
            return to_wire(value, sending)
        types = ((str(to_wire(key)), item) for key, item in value.items() if item is not NOT_GIVEN)
        return {
            key: to_wire(item, sending) if (it := self.of(key)) is None else it.wire(item, sending)
            for key, item in types
        }


class Union(Type):
    """One of several types, told apart by a discriminator, by the kind of JSON, or by shape.

    tag: the property that says which. mapping: {what it says: pointer of the option}.
    """

    def __init__(self, pointer: str, options: list[Type], tag: str | None, mapping: Mapping[str, str]) -> None:
        super().__init__(pointer, short(" | ".join(dict.fromkeys(option.annotation for option in options)) or "Any"))
        self.options = options
        self.tag = tag
        self.mapping = mapping
        self.writes: bool = any(option.writes for option in options)

    def wire(self, value: Any, sending: bool = False) -> Json:  # Any: whatever a user may give
        """As it was written, else as the first option does that says how, or that knows all of a dict's names."""
        if isinstance(value, Written) and any(value.wire.__class__ in option.kinds for option in self.options):
            return value.wire
        for option in self.options:
            if isinstance(option, Formatted) and isinstance(value, option.python):
                return option.wire(value, sending)
            if isinstance(option, Object) and isinstance(value, Mapping) and value.keys() <= option.names.keys():
                return option.wire(value, sending)
            if isinstance(option, Array) and option.writes and isinstance(value, (list, tuple)):
                return option.wire(value, sending)
        return to_wire(value, sending)


class Field:
    """One field of an object: what it is called here and there, and what the document says about it.

    required: it stands in `required`. read_only: only a server writes it. write_only: a server never shows it. facts:
    what else is said for people: `title`, and a `default`, which is the server's and is never made up here. said: the
    schema that all this is from. default: what stands here where nothing was received.
    """

    __slots__ = (
        "compute",
        "default",
        "deprecated",
        "description",
        "facts",
        "name",
        "read_only",
        "required",
        "said",
        "type",
        "wire",
        "write_only",
    )

    def __init__(
        self,
        name: str,
        wire: str | None,
        type: Type,  # noqa: A002 - the specification's word
        *,
        required: bool = False,
        said: Mapping[str, Schema] | None = None,
        default: Json = None,
        compute: Callable[[Any], Any] | None = None,
    ) -> None:
        said = said or {}
        self.name: str = name
        self.wire: str | None = wire
        self.type: Type = type
        self.required: bool = required
        self.said: Mapping[str, Schema] = said
        self.read_only: bool = said.get("readOnly") is True
        self.write_only: bool = said.get("writeOnly") is True
        self.deprecated: bool = said.get("deprecated") is True
        self.description: str = str(said.get("description") or said.get("title") or "")
        self.facts: dict[str, Schema] = {key: said[key] for key in ("title", "default") if key in said}
        self.default: Json = default
        # What is not on the wire is computed, if only from its default; so nothing stays NOT_GIVEN.
        self.compute: Callable[[Any], Any] | None = compute or (self._default if wire is None else None)

    @property
    def asked(self) -> bool:
        """Whether whoever sends the object has to give it."""
        return self.required and not self.read_only

    @property
    def remembered(self) -> bool:
        """Whether only a program sets it: it says nothing of the value, which is equal without it."""
        return self.wire is None and self.compute == self._default

    @property
    def secret(self) -> bool:
        """Whether its schema says that nobody is to read it: OpenAPI 3.1 section 4.4, `format: password`."""
        return self.said.get("format") == "password"

    @property
    def never_null(self) -> bool:
        """Whether its schema says, without a look at others, that it cannot be null."""
        return _never_null(self.said)

    @property
    def no_null(self) -> bool:
        """Whether a null in it is a surprise."""
        return null_surprises(self.said)

    @property
    def metadata(self) -> dict[str, Json]:
        """The same for attrs."""
        flags = {name: True for name in ("read_only", "write_only", "deprecated") if getattr(self, name)}
        return {
            "wire": self.wire,
            "description": self.description,
            "required": self.required,
            **flags,
            **self.facts,
        }

    def _default(self, it: Any) -> Json:  # Any: a view
        return copy.copy(self.default)


def _never_null(said: Schema) -> bool:
    """Whether a schema says, without a look at others, that there cannot be null."""
    if not isinstance(said, dict):
        return False
    if "type" in said:
        return "null" not in (said["type"] if isinstance(said["type"], list) else [said["type"]])
    options = said.get("anyOf", said.get("oneOf"))
    return isinstance(options, list) and bool(options) and all(map(_never_null, options))


def null_surprises(said: Schema) -> bool:
    """Whether a null is a surprise; not where `nullable` is left (normal.py): it says nothing there, but is meant."""
    return _never_null(said) and said.get("nullable") is not True


class Object(Type):
    """A model: an object with fields. Fields and class are made on first touch."""

    kinds: tuple[type, ...] = (dict,)
    writes = True

    def __init__(
        self,
        pointer: str,
        name: str,
        fields: Callable[[], list[Field]],
        revive: Callable[..., Model],
        recipe: Any,
        others: Callable[[], Dictionary | None] = lambda: None,
    ) -> None:
        super().__init__(pointer, name)
        self._find = fields
        self._find_others = others
        self._fields: list[Field] | None = None
        self._python: type[Model] | None = None
        self._revive = revive
        self._recipe = recipe
        self.members: dict[str, Any] = {}  # Any: properties and methods of its class
        self.hidden: dict[str, Any] = {}  # Any: what its class has beside, for those who show it
        self.description = ""

    @property
    def fields(self) -> list[Field]:
        """The fields, in the order that the document gives."""
        if self._fields is None:
            self._fields = self._find()
        return self._fields

    @cached_property
    def others(self) -> Dictionary | None:
        """The types of properties that are no fields, where the document says that there may be such."""
        return self._find_others()

    @cached_property
    def words(self) -> list[tuple[str, Leaf]]:
        """The fields that hold one fixed word, by which the options of a union can be told apart."""
        return [
            (field.wire, field.type)
            for field in self.fields
            if field.wire is not None and isinstance(field.type, Enumeration | Literal) and len(field.type.values) == 1
        ]

    @cached_property
    def names(self) -> dict[str, Field]:
        """The fields by their names on the wire, and by their Python names where these are no other field's."""
        own = {field.wire: field for field in self.fields if field.wire is not None}
        return {**{field.name: field for field in own.values()}, **own}

    def wire(self, value: Any, sending: bool = False) -> Json:  # Any: whatever a user may give
        """A dict in place of a model may call the fields as Python does."""
        if not isinstance(value, Mapping):
            return to_wire(value, sending)
        wired: dict[str, Json] = {}
        for name, item in value.items():
            field = self.names.get(name) if isinstance(name, str) else None
            if item is NOT_GIVEN:
                continue
            if field is None:
                wired[str(to_wire(name))] = to_wire(item, sending)
            elif str(field.wire) in wired or (field.wire != name and field.wire in value):
                raise TypeError(f"{name} and {field.wire} are the same field; give one of them")
            else:
                wired[str(field.wire)] = field.type.wire(item, sending)
        return wired

    @property
    def python(self) -> type[Model]:
        """The attrs class, made on first touch."""
        if self._python is None:
            with making:
                self._python = self._python or self._class()
        return self._python

    def _class(self) -> type[Model]:
        def annotation(field: Field) -> Any:  # Any: attrs keeps whatever it is given
            return field.type.annotation if field.required else f"{field.type.annotation} | None"

        # Nothing of the document reaches source text here: names have passed naming.py, all else is metadata.
        members: dict[str, Any] = {
            field.name: attrs.field(
                default=NOT_GIVEN,
                type=annotation(field),
                metadata=field.metadata,
                kw_only=self._keyword_only,
                eq=not field.remembered,
            )
            for field in self.fields
        }
        members[LEFT] = attrs.field(default=None, alias=LEFT, repr=False, eq=False, kw_only=True, type=Origin)
        made: type[Model] = attrs.make_class(
            self.annotation,
            members,
            bases=(Model,),
            slots=True,
            frozen=True,
            repr=False,
            eq=True,
            order=False,
            class_body={**self.members, **self.hidden},
        )
        made.__module__ = "leapocr_dyn.models"
        made.__doc__ = Doc(self)
        for name in ("__setattr__", "__delattr__"):
            setattr(made, name, unchanging)
        naming.hinting(made)
        first: dict[str, str] = {field.name: field.wire for field in self.fields if field.wire is not None}
        computed = {field.name: field.compute for field in self.fields if field.compute is not None}
        defaults = {field.name: field.default for field in self.fields if field.default is not None and field.wire}
        read_only = frozenset(field.wire for field in self.fields if field.wire is not None and field.read_only)
        never_null = frozenset(field.wire for field in self.fields if field.wire is not None and field.never_null)
        writes = {field.name: field.type.wire for field in self.fields if field.type.writes}
        secrets = frozenset(field.name for field in self.fields if field.secret)
        left: Any = vars(made)[LEFT]  # Any: the slot's descriptor
        made._layout = Layout(
            first, computed, defaults, read_only, never_null, writes, secrets, left, self._revive, self._recipe
        )
        setattr(made, LEFT, property(Origin, left.__set__))  # see Origin
        return made

    _keyword_only = True


class Doc:
    """The docstring of a model's class: what it is, and its fields; written when somebody reads it."""

    __slots__ = ("_it",)

    def __init__(self, it: Object) -> None:
        self._it = it

    def __get__(self, model: object, owner: type | None = None) -> str:
        it = self._it
        about = it.description or f"{it.annotation}, as the document at {it.pointer} describes it."
        fields = [
            described(
                field.name,
                field.type.annotation,
                field.required,
                field.description,
                field.said,
                deprecated=field.deprecated,
            )
            for field in it.fields
        ]
        return visible("\n\n".join([about, *(["Fields:\n" + "\n".join(fields)] if fields else [])]))


class View(Object):
    """An Object with another layout, declared in a workflow; it can be built with positional arguments."""

    _keyword_only = False


class Cycle(Type):
    """A schema that is inside itself without a model between: the type at its pointer, known once that is decided."""


def short(annotation: str) -> str:
    """An annotation that is made of others, or Any where it would be too long to read."""
    return annotation if len(annotation) <= LONGEST else "Any"
