"""What a value is, said without building anything: one class for each kind of type.

A `Type` has an annotation as text, the kinds of JSON it accepts, and, for objects, its fields. The attrs class or enum
behind it is made the first time somebody touches `.python`. How a schema becomes a type is schema.py's; how wire values
become Python ones is convert.py's.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from leapocr_dyn.model.value import LEFT, NOT_GIVEN, Json, Layout, Model, OpenEnum

Schema = Any  # the border where the document enters: a JSON Schema is a dict or a bool, but nobody has checked it
making = threading.RLock()  # so that no class is made twice, whoever touches it first
LONGEST = 200  # characters of an annotation made of others: unions of unions would double it with every level


class Type:
    """What a schema says a value is. kinds: the JSON classes it accepts as they come."""

    kinds: tuple[type, ...] = ()
    lossy = False
    """Whether a Python value may be poorer than its wire form (a time finer than a microsecond)."""

    def __init__(self, pointer: str, annotation: str) -> None:
        self.pointer = pointer
        self.annotation = annotation

    @property
    def python(self) -> Any:  # Any: a class or a typing form
        """The Python type, for annotations."""
        return Any

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.annotation} {self.pointer}>"


class Anything(Type):
    """No type is given: any JSON value, as it is."""


class Scalar(Type):
    """A JSON value that is a Python value: str, int, float, bool or None."""

    def __init__(self, pointer: str, kinds: tuple[type, ...], annotation: str) -> None:
        super().__init__(pointer, annotation)
        self.kinds = kinds

    @property
    def python(self) -> Any:  # Any: a class
        """The Python type."""
        return self.kinds[0]


class Formatted(Type):
    """Text that Python has a better type for, by its `format`."""

    kinds = (str,)
    lossy = True

    def __init__(self, pointer: str, form: str, annotation: str) -> None:
        super().__init__(pointer, annotation)
        self.form = form


class Enumeration(Type):
    """A closed list of texts in the document, open on receipt."""

    kinds = (str,)

    def __init__(
        self, pointer: str, name: str, values: list[str], make: Callable[[Enumeration], type[OpenEnum]]
    ) -> None:
        super().__init__(pointer, name)
        self.values = values
        self._make = make
        self._python: type[OpenEnum] | None = None

    @property
    def python(self) -> type[OpenEnum]:
        """The enum, made on first touch."""
        if self._python is None:
            with making:
                self._python = self._python or self._make(self)
        return self._python


class Array(Type):
    """A list of one type."""

    kinds = (list,)

    def __init__(self, pointer: str, items: Type) -> None:
        super().__init__(pointer, short(f"list[{items.annotation}]"))
        self.items = items
        self.lossy = items.lossy


class Dictionary(Type):
    """An object without fields of its own: text -> one type."""

    kinds = (dict,)

    def __init__(self, pointer: str, values: Type) -> None:
        super().__init__(pointer, short(f"dict[str, {values.annotation}]"))
        self.values = values
        self.lossy = values.lossy


class Union(Type):
    """One of several types, told apart by a discriminator, by the kind of JSON, or by shape.

    tag: the property that says which. mapping: {what it says: pointer of the option}.
    """

    def __init__(self, pointer: str, options: list[Type], tag: str | None, mapping: Mapping[str, str]) -> None:
        super().__init__(pointer, short(" | ".join(dict.fromkeys(option.annotation for option in options)) or "Any"))
        self.options = options
        self.tag = tag
        self.mapping = mapping
        self.lossy = any(option.lossy for option in options)


class Field:
    """One field of an object: what it is called here and there, and whether it must be given."""

    __slots__ = ("compute", "default", "description", "name", "required", "type", "wire")

    def __init__(
        self,
        name: str,
        wire: str | None,
        type: Type,  # noqa: A002 - the specification's word
        *,
        required: bool = False,
        description: str = "",
        default: Json = None,
        compute: Callable[[Any], Any] | None = None,
    ) -> None:
        self.name = name
        self.wire = wire
        self.type = type
        self.required = required
        self.description = description
        self.default = default
        # What is not on the wire is computed, if only from its default; so nothing stays NOT_GIVEN.
        self.compute = compute or (self._default if wire is None else None)

    def _default(self, it: Any) -> Json:  # Any: a view
        return copy.copy(self.default)


class Object(Type):
    """A model: an object with fields. Fields and class are made on first touch."""

    kinds = (dict,)

    def __init__(
        self, pointer: str, name: str, fields: Callable[[], list[Field]], revive: Callable[..., Model], recipe: Any
    ) -> None:
        super().__init__(pointer, name)
        self._find = fields
        self._fields: list[Field] | None = None
        self._python: type[Model] | None = None
        self._revive = revive
        self._recipe = recipe
        self.properties: dict[str, property] = {}
        self.description = ""

    @property
    def fields(self) -> list[Field]:
        """The fields, in the order that the document gives."""
        if self._fields is None:
            self._fields = self._find()
        return self._fields

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
                metadata={"wire": field.wire, "description": field.description, "required": field.required},
                kw_only=self._keyword_only,
            )
            for field in self.fields
        }
        # No default: attrs looks one up as `attr_dict[...]` in `__init__`, where a property may be called attr_dict.
        members[LEFT] = attrs.field(init=False, repr=False, eq=False)
        made: type[Model] = attrs.make_class(
            self.annotation,
            members,
            bases=(Model,),
            slots=True,
            frozen=True,
            repr=False,
            eq=True,
            class_body=dict(self.properties),
        )
        made.__module__ = "leapocr_dyn.models"
        made.__doc__ = self.description or f"{self.annotation}, as the document at {self.pointer} describes it."
        first: dict[str, str] = {field.name: field.wire for field in self.fields if field.wire is not None}
        computed = {field.name: field.compute for field in self.fields if field.compute is not None}
        defaults = {field.name: field.default for field in self.fields if field.default is not None and field.wire}
        made._layout = Layout(first, computed, defaults, self._revive, self._recipe)
        return made

    _keyword_only = True


class View(Object):
    """An Object with another layout, declared in a workflow; it can be built with positional arguments."""

    _keyword_only = False


class Cycle(Type):
    """A schema that is inside itself without a model between: the type at its pointer, known once that is decided."""

    lossy = True  # what it stands for may be, and cannot be asked yet


def short(annotation: str) -> str:
    """An annotation that is made of others, or Any where it would be too long to read."""
    return annotation if len(annotation) <= LONGEST else "Any"
