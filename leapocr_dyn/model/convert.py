"""Wire values -> Python values: one fused function for each class, registered as its cattrs hook.

Receiving is lenient. A value of another kind than the document says stays as it came, an unknown field is kept, an
unknown enum value becomes a member; each such surprise is told to whoever listens (`noting`) and nothing is raised
here.

Theory of operation. For each model one function is generated that walks its fields without a loop and without a call
for a plain value: 2.7 times as fast as a converter that asks for each field. The generated text contains no text of the
document: fields are numbered, and names and types reach it as constants (so a property called `"); import os` is a
dictionary key, never code). Handlers of nested models are looked up in the function's own globals and put there on
first use, so that recursive models work and nothing is built before it is seen.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from types import FunctionType
from typing import TYPE_CHECKING, Any

from leapocr_dyn.document.reference import pointer
from leapocr_dyn.errors import DecodeError
from leapocr_dyn.model import type as types
from leapocr_dyn.model.schema import Models
from leapocr_dyn.model.type import Field, Type
from leapocr_dyn.model.value import LEFT, NOT_GIVEN, Json, Model

if TYPE_CHECKING:
    import cattrs

Hook = Callable[[Any], Any]  # Any: a wire value in, a Python value out
Note = Callable[[str, str, Json], None]

_note: ContextVar[Note | None] = ContextVar("leapocr_dyn.drift", default=None)


@contextmanager
def noting(note: Note) -> Iterator[None]:
    """Tell `note(pointer, what, value)` of every surprise inside the block."""
    token = _note.set(note)
    try:
        yield
    finally:
        _note.reset(token)


def surprise(place: str, what: str, value: Json) -> None:
    """Tell whoever listens that a value is not what the document says."""
    note = _note.get()
    if note is not None:
        note(place, what, value)


class Converter:
    """The hooks of one document's types, and the cattrs converter that knows them."""

    def __init__(self, models: Models) -> None:
        self.models = models
        self._hooks: dict[Type, Hook] = {}
        self._views: dict[type[Model], Hook] = {}

    @cached_property
    def cattrs(self) -> cattrs.Converter:
        """What a user's own classes are built with, our models inside of them."""
        import cattrs  # not at the top: a sixth of the time to the first answer, and most programs never ask

        converter = cattrs.Converter()
        converter.register_unstructure_hook(Model, Model.to_dict)
        # Not register_structure_hook: it evaluates annotations, and ours are names of classes not yet made.
        converter.register_structure_hook_factory(_is_model, self._for_class)
        return converter

    def structure(self, value: Json, type: Type) -> Any:  # noqa: A002 - the specification's word
        """The Python value of a wire value. Raises DecodeError for one that is nested deeper than Python can follow."""
        try:
            return self.hook(type)(value)
        except RecursionError as error:
            raise DecodeError("the value is nested deeper than can be read") from error

    def hook(self, type: Type) -> Hook:  # noqa: A002 - the specification's word
        """The function that turns a wire value into this type."""
        found = self._hooks.get(type)
        if found is None:
            found = self._hooks[type] = HOOKS[type.__class__](self, type)
        return found

    def register(self, made: type[Model], hook: Hook) -> None:
        """Make cattrs use a function for a class of its own: a view's."""
        self._views[made] = hook

    def _for_class(self, made: type[Model]) -> Callable[[Json, Any], Any]:
        hook = self._views.get(made) or self.hook(self.models.by_pointer(made._layout.recipe[1]))
        return lambda value, _: hook(value)


# -- one hook for each kind of type --------------------------------------------------------------------------------


def anything(converter: Converter, it: Type) -> Hook:
    """Any JSON value, as it is."""
    return lambda value: value


def leaf(converter: Converter, it: types.Leaf) -> Hook:
    """A plain value, as it is; one of another kind is a surprise."""
    surprising, place = it.surprise, it.pointer

    def hook(value: Json) -> Json:
        if value is not None and (what := surprising(value)):
            surprise(place, what, value)
        return value

    return hook


def formatted(converter: Converter, it: types.Formatted) -> Hook:
    """Text or a number -> what its format means; what is none stays as it came."""
    read, place = it.read, it.pointer

    def hook(value: Json) -> Any:
        if value is None:
            return None
        try:
            return read(value)
        except ValueError:
            surprise(place, "format", value)
            return value

    return hook


def enumeration(converter: Converter, it: types.Enumeration) -> Hook:
    """Text -> member; an unknown text is a member too, and a surprise."""
    place = it.pointer
    members: dict[Json, Any] = {member.value: member for member in it.python if member.value not in it.aliases}
    members |= {word: it.python._read(word) for words in it.aliases.values() for word in words}

    def hook(value: Json) -> Any:
        if value.__class__ is str:
            member = members.get(value)
            if member is None:
                surprise(place, "enum", value)
                member = it.python._read(value)
            return member
        return _odd(place, value)

    return hook


def array(converter: Converter, it: types.Array) -> Hook:
    """A list, item by item."""
    place = it.pointer

    def hook(value: Json) -> Any:
        if value.__class__ is list:
            structure = converter.hook(it.items)
            return [structure(item) if item is not None else _null(it.no_null()) for item in value]
        return _odd(place, value)

    return hook


def several(converter: Converter, it: types.Tuple) -> Hook:
    """A list -> a tuple, each item by its own type; one too many is a surprise."""
    place = it.pointer

    def one(index: int, value: Json) -> Any:
        inner = it.of(index)
        if inner is None:
            surprise(place, "too many items", value)
            return value
        return converter.hook(inner)(value)

    def hook(value: Json) -> Any:
        if value.__class__ is list:
            return tuple([one(index, item) for index, item in enumerate(value)])
        return _odd(place, value)

    return hook


def dictionary(converter: Converter, it: types.Dictionary) -> Hook:
    """A dict, value by value."""
    place = it.pointer

    def hook(value: Json) -> Any:
        if value.__class__ is not dict:
            return _odd(place, value)
        if it.patterns or it.values is None:
            return {key: _other(converter, it, key, item) for key, item in value.items()}
        structure = converter.hook(it.values)
        return {key: structure(item) if item is not None else _null(it.no_null()) for key, item in value.items()}

    return hook


def _other(converter: Converter, it: types.Dictionary | None, name: str, value: Json, place: str = "") -> Any:
    """A property that is no field: by the schema for such, or as it came, which is a surprise."""
    inner = it.of(name) if it is not None else None
    if inner is None:
        surprise(place or (it.pointer if it is not None else ""), "unknown field " + name, value)
        return value
    return converter.hook(inner)(value)


def union(converter: Converter, it: types.Union) -> Hook:
    """The option that the value fits best (fit.py)."""
    from leapocr_dyn.model import fit  # not at the top: many documents have no unions

    place = it.pointer
    options = fit.options(converter.models, it)
    by_kind = {
        kind: [one for one in options if not one.type.kinds or kind in one.type.kinds]
        for kind in (dict, list, str, int, float, bool)
    }
    # Only where every option has a name, another one is a surprise.
    closed = it.tag is not None and {option.pointer for option in it.options} == set(it.mapping.values())

    def hook(value: Json) -> Any:
        among = by_kind.get(value.__class__)
        if not among:
            return _odd(place, value)
        chosen = among[0].type if len(among) == 1 else fit.best(converter.models, among, value)
        if closed and value.__class__ is dict and it.tag in value and not fit.said(it, value):
            _unnamed(it, chosen, value)
        return converter.hook(chosen)(value)

    return hook


def _unnamed(it: types.Union, chosen: Type, value: dict[str, Json]) -> None:
    """A discriminator that names no option alone: a surprise, unless it is a word that several options share."""
    fields = chosen.fields if isinstance(chosen, types.Object) else ()
    word = next((one.type for one in fields if one.wire == it.tag), None)
    said = value[str(it.tag)]
    if not isinstance(word, types.Enumeration | types.Literal) or word.surprise(said):
        surprise(it.pointer, "discriminator", said)


def cycle(converter: Converter, it: types.Cycle) -> Hook:
    """The hook of the type that this one is inside of."""
    return lambda value: converter.hook(converter.models.by_pointer(it.pointer))(value)


def model(converter: Converter, it: types.Object) -> Hook:
    """An object -> its attrs class, through a function made for it."""
    return fused(converter, it, it.fields, it.python)


def _is_model(made: Any) -> bool:  # Any: whatever cattrs is asked to build
    return isinstance(made, type) and issubclass(made, Model)


HOOKS: dict[type, Callable[[Converter, Any], Hook]] = {
    types.Anything: anything,
    types.Scalar: leaf,
    types.Literal: leaf,
    types.Formatted: formatted,
    types.Enumeration: enumeration,
    types.Array: array,
    types.Tuple: several,
    types.Dictionary: dictionary,
    types.Union: union,
    types.Cycle: cycle,
    types.Object: model,
    types.View: model,
}


# -- the fused function --------------------------------------------------------------------------------------------


def fused(converter: Converter, it: types.Object, fields: list[Field], made: type[Model]) -> Hook:
    """The function that builds `made` from a JSON object with these fields.

    The class is frozen, and its `__init__` would check what is known here. So a value begins as its twin's, a class
    with the same slots whose fields can be set as fast as Python sets anything, and then gets its own class. The
    fields' names are put into the compiled function, where they are data; in its text they are numbers.
    """
    known = {field.wire: field for field in reversed(fields) if field.wire is not None}
    names: dict[str, Any] = {
        "twin": type("twin", made.__bases__, {"__slots__": vars(made)["__slots__"]}),
        "cls": made,
        "copy": copy.copy,
        "absent": NOT_GIVEN,
        "leftovers": lambda value: _leftovers(converter, it, known, value),
        "odd": lambda value: _odd(it.pointer, value),
    }
    lines = [
        "def structure(value):",
        "    if value.__class__ is not dict:",
        "        return odd(value)",
        "    get = value.get",
        "    o = twin()",
        f"    seen = {len(known)}",
        "    rest = None",
    ]
    counted: set[str] = set()
    for number, field in enumerate(fields):
        names[f"default{number}"] = field.default
        if field.wire is None:
            continue
        names[f"key{number}"] = field.wire
        names[f"hook{number}"] = _replacing(names, f"hook{number}", converter, field.type)
        lines += _lines(number, field, names, first=field.wire not in counted)
        counted.add(field.wire)
    lines += [
        "    if seen != len(value):",
        "        rest = {**leftovers(value), **(rest or {})} or None",
        "    o.left = rest",
        "    o.__class__ = cls",
    ]
    for number, field in enumerate(fields):
        if field.wire is None:
            names[f"compute{number}"] = field.compute
            names[f"set{number}"] = getattr(made, field.name).__set__
            lines.append(f"    set{number}(o, compute{number}(o))")
    lines.append("    return o")
    exec(compile("\n".join(lines), f"<structure {len(fields)} fields>", "exec"), names)  # noqa: S102 - numbers only, see above
    structure: FunctionType = names["structure"]
    real = {"left": LEFT} | {f"field{number}": field.name for number, field in enumerate(fields)}
    code = structure.__code__
    structure.__code__ = code.replace(co_names=tuple(real.get(name, name) for name in code.co_names))
    return structure


def _lines(number: int, field: Field, names: dict[str, Any], *, first: bool) -> list[str]:
    n = number
    plain: list[str] = []
    if isinstance(field.type, types.Scalar) and type(None) not in field.type.kinds:
        # An integer may be 1.0, which its hook looks at; everything else is plain.
        kinds = field.type.kinds[:1] if field.type.kinds[0] is int else field.type.kinds
        names |= {f"kind{n}_{index}": kind for index, kind in enumerate(kinds)}
        fits = " or ".join(f"v.__class__ is kind{n}_{index}" for index in range(len(kinds)))
        plain = [f"    if {fits}:", f"        o.field{n} = v"]
    lines = [
        f"    v = get(key{n})",
        *plain,
        f"    {'elif' if plain else 'if'} v is None:",
        # Counted here, because most fields are there; a null is a member all the same, and so left over.
        *(["        seen -= 1"] if first else []),
        # A copy, or what one reader adds to a list would be every later reader's default.
        f"        o.field{n} = copy(default{n})"
        if isinstance(field.default, list | dict)
        else f"        o.field{n} = default{n}",
    ]
    if field.default is not None:
        # What stands here was not sent, and must not be given back as if it had been.
        lines += [
            f"        if key{n} not in value:",
            "            rest = rest or {}",
            f"            rest[key{n}] = absent",
        ]
    return [*lines, "    else:", f"        o.field{n} = hook{n}(v)"]


def _replacing(names: dict[str, Any], name: str, converter: Converter, inner: Type) -> Hook:
    """A hook that puts the real one in its place when it is first called."""

    def first(value: Json) -> Any:
        hook = names[name] = converter.hook(inner)
        return hook(value)

    return first


def _leftovers(
    converter: Converter, it: types.Object, known: dict[str, Field], value: dict[str, Json]
) -> dict[str, Any]:
    """What no field holds, by wire name: nulls, and properties that are no fields."""
    left = {}
    for key, item in value.items():
        if key not in known:
            left[key] = _other(converter, it.others, key, item, it.pointer)
        elif item is None:
            left[key] = _null(f"{it.pointer}/properties{pointer(key)}" if known[key].no_null else "")
    return left


def _null(ruled_out: str) -> Json:
    """Null, as it came. ruled_out: the pointer of the schema that says there is none, or ""."""
    if ruled_out:
        surprise(ruled_out, "null", None)
    return None


def _odd(place: str, value: Json) -> Json:
    if value is not None:
        surprise(place, "type", value)
    return value
