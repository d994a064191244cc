"""Stubs: what a type checker cannot see in a document, written as `.pyi` files from the live objects.

Two files say all there is: the models (enums, attrs classes, views, and aliases for what is no class), and the
namespaces with their operations, blocking and async. Nothing is imported from them at run time.

No text of a document gets here but names, which have passed naming.py, and the values of enums and constants, as
Python literals. A name that would hide another where it is read (a model called `Any`, a field called `list`) makes the
other go by an underscore, which no name of a document begins with.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from leapocr_dyn.bound import Async, Blocking, Bound
from leapocr_dyn.call import Call, namespace
from leapocr_dyn.client import AsyncClient, Client
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.errors import DocumentError, FileError
from leapocr_dyn.model import naming
from leapocr_dyn.model.check import problems
from leapocr_dyn.model.type import (
    Anything,
    Array,
    Cycle,
    Dictionary,
    Enumeration,
    Formatted,
    Literal,
    Object,
    Scalar,
    Tuple,
    Type,
    Union,
    View,
)

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.model.type import Field
    from leapocr_dyn.operation.body import Body
    from leapocr_dyn.operation.operation import Operation

HEAD = """\
# Written from live objects: see leapocr_dyn/explore/stubs.py. Change the document or the workflow, and write it again.
# fmt: off
# ruff: noqa: A002, A003, E501, I001, RUF100
# pyright: reportMissingModuleSource=false
"""
WIDTH = 120
LONGEST = 400  # characters of a list of literals; a longer one is only its kinds

CLIENTS = {"Client": Client, "AsyncClient": AsyncClient}

# Where the words of annotations come from; whatever else they hold is a builtin.
HOMES = {
    "Any": "typing",
    "Async": "leapocr_dyn.bound",
    "AsyncClient": "leapocr_dyn.client",
    "Blocking": "leapocr_dyn.bound",
    "Client": "leapocr_dyn.client",
    "Decimal": "decimal",
    "File": "leapocr_dyn.explore.typed",
    "Json": "leapocr_dyn.model.value",
    "Literal": "typing",
    "Mapping": "collections.abc",
    "Model": "leapocr_dyn.model.value",
    "OpenEnum": "leapocr_dyn.model.value",
    "Sequence": "collections.abc",
    "T": "leapocr_dyn.operation.view",
    "TypeAlias": "typing",
    "blocking": "leapocr_dyn.explore.typed",
    "date": "datetime",
    "datetime": "datetime",
    "frozen": "attrs",
    "suspending": "leapocr_dyn.explore.typed",
    "time": "datetime",
    "timedelta": "datetime",
}
WORD = re.compile(r"[^\W\d]\w*")


# -- which types there are, and what they are called ------------------------------------------------------------------


class Catalogue:
    """The types that an Api's operations, models and views are made of, each class and component with its own name."""

    def __init__(self, api: Api) -> None:
        self.document = api.models.document
        self.views = [api.views.view(name) for name in api.views]
        self.components = {name: api.models.type(name) for name in api.models}
        owned = {pointer("components", "schemas", wire): name for wire, name in api.models.names.items()}
        roots = [*self.views, *self.components.values(), *mentioned(api)]
        self.classes = [it for it in reached(roots) if isinstance(it, Object | Enumeration)]
        wanted = [(view.pointer, view.annotation) for view in self.views]
        wanted += owned.items()
        wanted += [(it.pointer, it.annotation) for it in self.classes]
        self.names = naming.distinct(wanted)
        self.places = {self.names[place]: place for place in owned}
        # A component that only refers to another is an alias.
        self.aliases = {
            self.names[place]: self.components[name]
            for place, name in owned.items()
            if self.components[name].pointer != place or not isinstance(self.components[name], Object | Enumeration)
        }

    def may_be_null(self, place: str, schema: Any = None) -> bool:  # Any: a JSON Schema
        """Whether the schema at a pointer, or another that is read there, lets null pass: types do not say."""
        try:
            schema = self.document.resolve(place) if schema is None else schema
            return not any(problems(self.document, schema, place, None))
        except DocumentError:
            return False


def mentioned(api: Api) -> Iterator[Type]:
    """The types that operations take and give."""
    for name in api.operations:
        operation = api.operations[name]
        yield from (parameter.type for parameter in operation.parameters)
        yield from (body.type for body in operation.bodies)
        if (result := operation.result()) is not None:
            yield result


def reached(roots: list[Type]) -> list[Type]:
    """The types and all that is inside them, once each, in order."""
    found: dict[str, Type] = {}
    waiting = roots[::-1]
    while waiting:
        it = waiting.pop()
        if it.pointer not in found and not isinstance(it, Cycle):
            found[it.pointer] = it
            waiting += inside(it)[::-1]
    return list(found.values())


def inside(it: Type) -> list[Type]:
    """The types that one is made of."""
    match it:
        case Array():
            return [it.items]
        case Tuple():
            return [*it.first, *([it.rest] if it.rest is not None else [])]
        case Dictionary():
            return [*it.patterns.values(), *([it.values] if it.values is not None else [])]
        case Union():
            return it.options
        case Object():
            return [field.type for field in it.fields]
    return []


# -- how a type is spelled --------------------------------------------------------------------------------------------


class Scope(NamedTuple):
    """Where an annotation is read. hidden: the names of the class around it. sent: whether it is an argument's."""

    sheet: Sheet
    hidden: frozenset[str] = frozenset()
    sent: bool = False

    def word(self, name: str) -> str:
        """A name of Python or of this package."""
        hidden = name in self.hidden or name in self.sheet.taken
        return self.sheet.imported(HOMES.get(name, "builtins"), name, f"_{name}" if hidden else name)

    def words(self, text: str) -> str:
        """An annotation of this package's own, word by word."""
        return WORD.sub(lambda word: "None" if word[0] == "None" else self.word(word[0]), text)

    def named(self, it: Type) -> str:
        """A class or an alias of the document's."""
        name = self.sheet.catalogue.names[it.pointer]
        # Ends with an underscore, too: the same name of Python's or of this package's may be hidden as well.
        shown = f"_{name}_" if name in self.hidden or name in self.sheet.own else name
        if self.sheet.models is not None:
            return self.sheet.imported(self.sheet.models, name, shown)
        if shown != name:
            self.sheet.hidden[shown] = name
        return shown

    def type(self, it: Type) -> str:
        """Any type: by its name where it has one."""
        if not isinstance(it, Object | Enumeration) and it.pointer in self.sheet.catalogue.names:
            return self.named(it)
        return self.structure(it)

    def structure(self, it: Type) -> str:
        """The same, where the name is what is being explained."""
        return next(spell for kind, spell in KINDS.items() if isinstance(it, kind))(it, self)

    def inner(self, it: Type, place: str) -> str:
        """The type of what is inside another, where its schema stands."""
        return self.optional(self.type(it)) if self.sheet.catalogue.may_be_null(place) else self.type(it)

    def optional(self, text: str) -> str:
        """The same, or None."""
        is_open = text == "None" or text.endswith("| None") or (text.endswith("Any") and text == self.word("Any"))
        return text if is_open else f"{text} | None"


def one_of(texts: list[str]) -> str:
    """A union of annotations."""
    return " | ".join(dict.fromkeys(texts))


def plain(it: Type, scope: Scope) -> str:
    """Words that are types: text, numbers, null, anything."""
    return scope.words(it.annotation)


def formatted(it: Formatted, scope: Scope) -> str:
    """What Python has a type for; on the way out, what stands on the wire is as good."""
    return one_of(
        [scope.words(it.annotation), *([scope.word(kind.__name__) for kind in it.kinds] if scope.sent else [])]
    )


def literal(it: Literal, scope: Scope) -> str:
    """A few values. PEP 586 has no room for fractions, lists and objects."""
    values = [value for value in it.values if value is not None]  # null is said where the value stands
    if not values:
        return "None"
    # Nobody writes longer integers, and Python does not write out those of thousands of digits.
    sayable = all(isinstance(value, str) or (isinstance(value, int) and value.bit_length() < 64) for value in values)
    return literals(values, scope) if sayable else scope.word("Any")


def literals(values: Any, scope: Scope) -> str:  # Any: JSON that a Python literal can say
    """`Literal[...]` of values; the values' kinds where there are too many to read."""
    text = ", ".join(dict.fromkeys(map(repr, values)))
    if len(text) <= LONGEST:
        return f"{scope.word('Literal')}[{text}]" if text else scope.word("Any")
    return one_of([scope.word(type(value).__name__) for value in values])


def enumeration(it: Enumeration, scope: Scope) -> str:
    """An enum; on the way out, its values are as good."""
    return one_of([scope.named(it), *([literals(it.values, scope)] if scope.sent else [])])


def array(it: Array, scope: Scope) -> str:
    """A list; on the way out, anything like one."""
    return f"{scope.word('Sequence' if scope.sent else 'list')}[{scope.inner(it.items, f'{it.pointer}/items')}]"


def several(it: Tuple, scope: Scope) -> str:
    """A tuple; on the way out, JSON's arrays are lists as often."""
    kind = scope.word("tuple")
    rest = [f"*{kind}[{scope.type(it.rest)}, ...]"] if it.rest is not None else []
    text = f"{kind}[{', '.join([*map(scope.type, it.first), *rest]) or '()'}]"
    return f"{text} | {scope.word('list')}[{scope.word('Any')}]" if scope.sent else text


def dictionary(it: Dictionary, scope: Scope) -> str:
    """Text -> one of its types."""
    found = [*map(scope.type, it.patterns.values())]
    if it.values is not None:
        found.append(scope.inner(it.values, f"{it.pointer}/additionalProperties"))
    values = one_of(found) or scope.word("Any")
    return f"{scope.word('Mapping' if scope.sent else 'dict')}[{scope.word('str')}, {values}]"


def union(it: Union, scope: Scope) -> str:
    """One of several."""
    return one_of([scope.type(option) for option in it.options]) or scope.word("Any")


def model(it: Object, scope: Scope) -> str:
    """A class; on the way out, a dict is as good."""
    kind = f"{scope.word('Mapping')}[{scope.word('str')}, {scope.word('Any')}]" if scope.sent else None
    return one_of([scope.named(it), *([kind] if kind else [])])


def cycle(it: Cycle, scope: Scope) -> str:
    """A type inside itself, which only a name can end."""
    return scope.named(it) if it.pointer in scope.sheet.catalogue.names else scope.word("Any")


KINDS: dict[type[Type], Callable[[Any, Scope], str]] = {
    Anything: plain,
    Scalar: plain,
    Formatted: formatted,
    Literal: literal,
    Enumeration: enumeration,
    Array: array,
    Tuple: several,
    Dictionary: dictionary,
    Union: union,
    Object: model,
    Cycle: cycle,
}


# -- the files --------------------------------------------------------------------------------------------------------


class Sheet:
    """A file on its way. models: the module that the document's types come from; None where they are written here.

    own: the names that it defines itself.
    """

    def __init__(self, catalogue: Catalogue, models: str | None = None, own: frozenset[str] = frozenset()) -> None:
        self.catalogue = catalogue
        self.models = models
        self.own = own
        self.taken = own | frozenset(catalogue.names.values())
        self.hidden: dict[str, str] = {}
        self.blocks: list[str] = []
        self._imports: dict[str, set[str]] = {}

    def imported(self, home: str, name: str, shown: str) -> str:
        """A name from elsewhere, as it is called here."""
        if shown != name or home != "builtins":
            self._imports.setdefault(home, set()).add(name if shown == name else f"{name} as {shown}")
        return shown

    def text(self) -> str:
        """The whole file."""
        scope = Scope(self)
        aliases = [f"{shown}: {scope.word('TypeAlias')} = {name}" for shown, name in sorted(self.hidden.items())]
        imports = [f"from {home} import {', '.join(sorted(self._imports[home]))}" for home in sorted(self._imports)]
        return "\n".join([HEAD, *imports, *self.blocks, *aliases]) + "\n"


def models(api: Api) -> str:
    """The stub of a module whose names are the views and models of an Api."""
    catalogue = Catalogue(api)
    sheet = Sheet(catalogue)
    for it in catalogue.classes:
        sheet.blocks.append(_enum(it, sheet) if isinstance(it, Enumeration) else _model(it, sheet))
    scope = Scope(sheet)
    for name, meant in catalogue.aliases.items():
        is_other = catalogue.names.get(meant.pointer, name) != name
        text = scope.type(meant) if is_other else scope.structure(meant)
        if catalogue.may_be_null(catalogue.places[name]):
            text = scope.optional(text)
        sheet.blocks.append(f"\n{name}: {scope.word('TypeAlias')} = {text}")
    return sheet.text()


def namespaces(
    api: Api,
    where: str,
    doors: tuple[Mapping[str, type[Bound]], Mapping[str, type[Bound]]] = ({}, {}),
    *,
    clients: bool,
) -> str:
    """The stub of a module whose names are the namespaces of an Api's clients, for both worlds.

    where: the module of its models. doors: a service's own classes for namespaces, blocking and async. clients: whether
    a Client and an AsyncClient that have the namespaces follow.
    """
    kinds = {"Client": Blocking, "AsyncClient": Async}
    called = naming.distinct(
        [
            (f"{client} {name}", f"{kind.__name__}{naming.class_name(name)}")
            for client, kind in kinds.items()
            for name in api.operations.namespaces
        ],
        kinds,
    )
    sheet = Sheet(Catalogue(api), where, frozenset(called.values()) | (kinds.keys() if clients else frozenset()))
    for (client, kind), known in zip(kinds.items(), doors, strict=True):
        held: list[str] = []
        for name in api.operations.namespaces:
            own = called[f"{client} {name}"]
            door: Any = known.get(name, kind)  # Any: mypy does not take a class for hashable
            sheet.blocks.append(_namespace(namespace(api, name, door, door._family), own, sheet))
            held.append(f"    {name}_: {own}" if hasattr(CLIENTS[client], name) else f"    {name}: {own}")
        if clients:
            base = Scope(sheet).word(client)
            sheet.blocks.append("\n".join([f"\nclass {client}({base}):", *(held or ["    ..."])]))
    return sheet.text()


def write(api: Api, folder: Path, name: str) -> list[Path]:
    """The stubs of an Api as a package of that name in a folder: its clients, and their models. Gives the paths.

    The files of an earlier run are replaced. Raises FileError where they cannot be written.
    """
    package = folder / name
    texts = {"__init__.pyi": namespaces(api, ".models", clients=True), "models.pyi": models(api)}
    try:
        package.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            (package / file).write_text(text, "utf-8")
    except OSError as error:
        raise FileError(f"{package} cannot be written: {error.strerror}", file_path=str(package)) from error
    return [package / file for file in texts]


def _enum(it: Enumeration, sheet: Sheet) -> str:
    """An enum, as its class is."""
    scope = Scope(sheet)
    members = [f"    {name} = {member.value!r}" for name, member in it.python.__members__.items()]
    head = f"\nclass {sheet.catalogue.names[it.pointer]}({scope.word('OpenEnum')}):"
    return "\n".join([head, *(members or ["    ..."])])


def _model(it: Object, sheet: Sheet) -> str:
    """A model, as attrs makes it: keywords, required ones without a default; a view takes positions, too."""
    is_view = isinstance(it, View)
    scope = Scope(sheet, frozenset([*(field.name for field in it.fields), *it.members]))
    top = Scope(sheet)
    lines = [f"\n@{top.word('frozen')}{'' if is_view else '(kw_only=True)'}"]
    lines.append(f"class {sheet.catalogue.names[it.pointer]}({top.word('Model')}):")
    for field in it.fields:
        text = scope.type(field.type)
        given = field.required and not sheet.catalogue.may_be_null(field.type.pointer, field.said)
        sure = given or field.compute is not None or field.default is not None
        default = "" if field.asked and not is_view else " = ..."
        lines.append(f"    {field.name}: {text if sure else scope.optional(text)}{default}")
    for name, member in it.members.items():
        lines += _member(name, member, scope)
    return "\n".join([*lines, *([] if it.fields or it.members else ["    ..."])])


def _member(name: str, member: Any, scope: Scope) -> list[str]:  # Any: a property or a function
    """A property or method of a view, whose annotations are this package's own words."""
    function: Any = member.fget if isinstance(member, property) else member
    said = inspect.signature(function)
    arguments = [
        f"{one.name}: {scope.words(one.annotation)}{'' if one.default is one.empty else ' = ...'}"
        for one in list(said.parameters.values())[1:]
    ]
    line = f"    def {name}({', '.join(['self', *arguments])}) -> {scope.words(said.return_annotation)}: ..."
    return [f"    @{scope.word('property')}", line] if isinstance(member, property) else [line]


def _namespace(made: type[Bound], name: str, sheet: Sheet) -> str:
    """A namespace, as its class is: a door's own methods are inherited, all else is an operation."""
    calls = {key: call for key, call in vars(made).items() if isinstance(call, Call)}
    [base] = made.__bases__
    scope = Scope(sheet, frozenset(calls))
    shown = f"_{base.__name__}" if base.__name__ in sheet.taken else base.__name__
    lines = [f"\nclass {name}({sheet.imported(base.__module__, base.__name__, shown)}):"]
    for key, call in calls.items():
        lines.append(f"    @{scope.word('blocking' if made._blocks else 'suspending')}")
        lines.append(_operation(key, call.operation, scope))
    return "\n".join([*lines, *([] if calls else ["    ..."])])


def _operation(name: str, it: Operation, scope: Scope) -> str:
    """An operation as a method: the arguments of its live signature, typed as what is sent."""
    sent = scope._replace(sent=True)
    known = {parameter.name: sent.type(parameter.type) for parameter in it.parameters}
    if it.body is not None:
        known |= {field.name: _field(it.body, field, sent) for field in it.body_fields}
        known.setdefault("body", _body(it.body, sent))
    known |= {choice: scope.word("str") for choice in it.choices}
    arguments = [
        f"{one.name}: {known[one.name]}"
        if one.default is one.empty
        else f"{one.name}: {sent.optional(known[one.name])} = ..."
        for one in it.signature.parameters.values()
    ]
    result = it.result()
    gives = "None" if result is None else scope.type(result)
    taken = ["self", *(["*"] if arguments else []), *arguments]
    line = f"    def {name}({', '.join(taken)}) -> {gives}: ..."
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"    def {name}(", *(f"        {one}," for one in taken), f"    ) -> {gives}: ..."])


def _field(body: Body, field: Field, sent: Scope) -> str:
    """What an argument for one field of a body may be."""
    if field not in body.files:
        text = sent.type(field.type)
        return sent.optional(text) if sent.sheet.catalogue.may_be_null(field.type.pointer, field.said) else text
    file = sent.word("File")
    return f"{sent.word('Sequence')}[{file}]" if body.takes(field).startswith("list") else file


def _body(body: Body, sent: Scope) -> str:
    """What a whole body may be."""
    file = one_of([*([sent.word("str")] if "str" in body.annotation.split() else []), sent.word("File")])
    return one_of([sent.type(body.type), file]) if body.has_fields else file
