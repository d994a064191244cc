"""Stubs: what a type checker cannot see in a document, written as `.pyi` files from the live objects.

Two files say all there is: the models (enums, attrs classes, views, and aliases for what is no class), and the clients
with their namespaces, operations and methods, blocking and async. Nothing is imported from them at run time.

No text of a document gets here but names, which have passed naming.py, and the values of enums and constants, as
Python literals.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from leapocr_dyn.bound import Blocking, Bound
from leapocr_dyn.call import Call, namespace
from leapocr_dyn.client import AnyClient, AsyncClient, Client
from leapocr_dyn.errors import FileError
from leapocr_dyn.explore.annotation import annotation, one_of, optional, structure
from leapocr_dyn.explore.catalogue import Catalogue
from leapocr_dyn.explore.sheet import Scope, Sheet
from leapocr_dyn.model import naming
from leapocr_dyn.model.type import Enumeration, Object, View
from leapocr_dyn.model.value import NOT_GIVEN
from leapocr_dyn.operation.method import Method
from leapocr_dyn.operation.operation import Operation

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.model.type import Field
    from leapocr_dyn.operation.body import Body

WIDTH = 120
CLIENTS: dict[str, type[AnyClient]] = {"Client": Client, "AsyncClient": AsyncClient}


class Kind(NamedTuple):
    """How calls are shown that block, or do not: by their decorators in typed.pyi, and what holds a stream's items."""

    call: str
    stream: str
    gives: str


class World(NamedTuple):
    """What a class of clients has. prefix: of its namespaces' names. kinds: of its calls, by how their names end."""

    prefix: str
    kinds: dict[Kind, str]


BLOCKS = Kind("blocking", "blocking_stream", "BlockingStream")
SUSPENDS = Kind("suspending", "suspending_stream", "AsyncStream")
# By the class that a client inherits from.
WORLDS = {
    "Client": World("Blocking", {BLOCKS: ""}),
    "AsyncClient": World("Async", {SUSPENDS: ""}),
    "Pair": World("Pair", {BLOCKS: "", SUSPENDS: "_async"}),
}


def models(api: Api) -> str:
    """The stub of a module whose names are the views and models of an Api."""
    catalogue = Catalogue(api)
    sheet = Sheet(catalogue)
    for it in catalogue.classes:
        sheet.blocks.append(_enum(it, sheet) if isinstance(it, Enumeration) else _model(it, sheet))
    scope = Scope(sheet)
    for name, meant in catalogue.aliases.items():
        is_other = catalogue.names.get(meant.pointer, name) != name
        text = annotation(meant, scope) if is_other else structure(meant, scope)
        if catalogue.may_be_null(catalogue.places[name]):
            text = optional(text, scope)
        sheet.blocks.append(f"\n{name}: {scope.word('TypeAlias')} = {text}")
    return sheet.text()


def namespaces(api: Api, where: str, clients: Mapping[str, type[AnyClient]] = CLIENTS) -> str:
    """The stub of a module with an Api's clients, whose attributes are its namespaces and methods.

    where: the module of its models. clients: by what they inherit from (WORLDS), the classes that have them: a
    service's own, whose doors and methods go first. They inherit from what is written here in place of Client.
    """
    called = naming.distinct(
        [
            (f"{client} {name}", f"{WORLDS[client].prefix}{naming.class_name(name)}")
            for client in clients
            for name in filter(None, api.namespaces)
        ],
        clients,
    )
    sheet = Sheet(Catalogue(api), where, frozenset(called.values()) | clients.keys())
    for client, kind in clients.items():
        world = WORLDS[client]
        ways = api.namespaces.get("", {})
        held: dict[str, str] = {}
        for name in filter(None, api.namespaces):
            own = called[f"{client} {name}"]
            door: Any = kind._doors.get(name, kind._kind)  # Any, here and below: mypy takes no class for hashable
            base: Any = kind._kind
            sheet.blocks.append(_namespace(own, namespace(api, name, door, kind._family, base), world, sheet))
            held[f"{name}_" if name in ways or hasattr(kind, name) else name] = own
        own_calls = {name: way for name, way in ways.items() if not hasattr(kind, name)}
        scope = Scope(sheet, frozenset([*held, *own_calls]))
        lines = [f"    {name}: {own}" for name, own in held.items()]
        lines += [line for name, way in own_calls.items() for line in _calls(name, way, world, scope)]
        sheet.blocks.append("\n".join([f"\nclass {client}({Scope(sheet).word(client)}):", *(lines or ["    ..."])]))
    return sheet.text()


def write(api: Api, folder: Path, name: str) -> list[Path]:
    """The stubs of an Api as a package of that name in a folder: its clients, and their models. Gives the paths.

    The files of an earlier run are replaced. Raises FileError where they cannot be written.
    """
    package = folder / name
    texts = {"__init__.pyi": namespaces(api, ".models"), "models.pyi": models(api)}
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
    """A model, as attrs makes it: keywords, required ones without a default; a view takes positions, too.

    Where it takes more than it gives back (a dict for a model, text for an enum), that is said of its constructor.
    """
    is_view = isinstance(it, View)
    scope = Scope(sheet, frozenset([*(field.name for field in it.fields), *it.members]))
    top = Scope(sheet)
    fields: list[str] = []
    taken: list[str] = []
    for field in it.fields:
        given = field.required and not sheet.catalogue.may_be_null(field.type.pointer, field.said)
        sure = given or field.compute is not None or field.default is not None
        default = "" if field.asked and not is_view else " = ..."
        for lines, world in ((fields, scope), (taken, scope._replace(sent=True))):
            text = annotation(field.type, world)
            lines.append(f"{field.name}: {text if sure else optional(text, scope)}{default}")
    words = [*([] if is_view else ["kw_only=True"]), *(["init=False"] if taken != fields else [])]
    said = ", ".join(words)
    lines = [f"\n@{top.word('frozen')}{f'({said})' if said else ''}"]
    lines.append(f"class {sheet.catalogue.names[it.pointer]}({top.word('Model')}):")
    lines += [f"    {one}" for one in fields]
    if taken != fields:
        lines += ["    def __init__(", *(f"        {one}," for one in ["self", *(["*"] * (not is_view)), *taken])]
        lines.append("    ) -> None: ...")
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


def _namespace(name: str, made: type[Bound], world: World, sheet: Sheet) -> str:
    """A namespace, as its class is: a door's own methods are inherited, all else is a call."""
    bases, door = made.__bases__, made.__bases__[0]
    calls = {key: call.way for key, call in vars(made).items() if isinstance(call, Call) and not hasattr(door, key)}
    twins: dict[str, Callable[..., Any]] = {}  # Any: what the door's own annotations say
    if len(world.kinds) > 1:  # what is inherited has no twins
        twins = {key: getattr(door, key) for key in dir(door) if key[0] != "_"}
        bases = (Blocking,)
    scope = Scope(sheet, frozenset([*calls, *twins]))
    shown = [
        sheet.imported(base.__module__, base.__name__, f"{'_' * (base.__name__ in sheet.taken)}{base.__name__}")
        for base in bases
    ]
    lines = [f"\nclass {name}({', '.join(shown)}):"]
    lines += [line for key, function in twins.items() for line in _twins(key, function, scope)]
    lines += [line for key, way in calls.items() for line in _calls(key, way, world, scope)]
    return "\n".join([*lines, *([] if len(lines) > 1 else ["    ..."])])


def _twins(name: str, function: Callable[..., Any], scope: Scope) -> list[str]:  # Any: its own annotations say
    """A door's own method, and its async twin."""
    said = inspect.signature(function)
    arguments = [
        f"{one.name}: {scope.door_words(str(one.annotation))}{'' if one.default is one.empty else ' = ...'}"
        for one in list(said.parameters.values())[1:]
    ]
    line = f"{', '.join(['self', *arguments])}) -> {scope.door_words(str(said.return_annotation))}: ..."
    return [f"    def {name}({line}", f"    async def {name}_async({line}"]


def _calls(name: str, way: Operation | Method, world: World, scope: Scope) -> Iterator[str]:
    """An operation or a method in a client of this world; where that is of both kinds, in each."""
    for kind, suffix in world.kinds.items():
        streams = isinstance(way, Method) and way.way.streams
        yield f"    @{scope.word(kind.stream if streams else kind.call)}"
        yield _call(f"{name}{suffix}", way, f"{scope.word(kind.gives)}[" if streams else "", scope)


def _call(name: str, way: Operation | Method, stream: str, scope: Scope) -> str:
    """What is called, as a method: the arguments of its live signature, typed as what is sent.

    stream: what holds its items, with an opening bracket; "" where it gives its answer.
    """
    known = _arguments(way, scope._replace(sent=True))
    given = way.signature.parameters.values()
    positional = [known[one.name] for one in given if one.kind is one.POSITIONAL_OR_KEYWORD]
    rest = [known[one.name] for one in given if one.kind is one.KEYWORD_ONLY]
    taken = ["self", *positional, *(["*"] if rest else []), *rest]
    gives = f"{stream}{_given(way, scope)}]" if stream else _given(way, scope)
    line = f"    def {name}({', '.join(taken)}) -> {gives}: ..."
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"    def {name}(", *(f"        {one}," for one in taken), f"    ) -> {gives}: ..."])


def _given(way: Operation | Method, scope: Scope) -> str:
    """The type of what comes back: an answer, a part of it, or an item of a stream."""
    if isinstance(way, Operation):
        result = way.result()
        return "None" if result is None else annotation(result, scope)
    found = way.item if way.way.streams else way.type
    if found is None:
        return scope.word("Any") if way.way.streams or way.way.output else "None"
    is_part = bool(way.way.output) and way.way.view is None and scope.sheet.catalogue.may_be_null(found.pointer)
    return optional(annotation(found, scope), scope) if is_part else annotation(found, scope)


def _arguments(way: Operation | Method, sent: Scope) -> dict[str, str]:
    """Each argument with its type, and a default where it may be left out."""
    found = {}
    for name, one in way.signature.parameters.items():
        text = _argument(way, one, sent)
        default = way.way.inputs.get(name) if isinstance(way, Method) and one.default is not NOT_GIVEN else ...
        is_plain = default is None or isinstance(default, str | int | float)
        shown = f" = {default!r}" if is_plain else " = ..."
        found[name] = f"{name}: {text}" if one.default is one.empty else f"{name}: {optional(text, sent)}{shown}"
    return found


def _argument(way: Operation | Method, one: inspect.Parameter, sent: Scope) -> str:
    """What an argument may be: of the operation, by its own name or as its whole body by another; or of the method."""
    it = way.operation
    if one.name in it.choices:
        return sent.word("str")
    types = {parameter.name: parameter.type for parameter in it.parameters}
    fields = {field.name: field for field in it.body_fields}
    if it.body is not None and one.name in fields:
        return _field(it.body, fields[one.name], sent)
    kind = types.get(one.name) or (way.sent(one.name) if isinstance(way, Method) else None)
    if kind is not None:
        return annotation(kind, sent)
    whole = it.signature.parameters.get("body")
    is_body = whole is not None and one.annotation == whole.annotation
    return _body(it.body, sent) if it.body is not None and is_body else sent.word("Any")


def _field(body: Body, field: Field, sent: Scope) -> str:
    """What an argument for one field of a body may be."""
    if field not in body.files:
        text = annotation(field.type, sent)
        return optional(text, sent) if sent.sheet.catalogue.may_be_null(field.type.pointer, field.said) else text
    file = sent.word("File")
    return f"{sent.word('Sequence')}[{file}]" if body.takes(field).startswith("list") else file


def _body(body: Body, sent: Scope) -> str:
    """What a whole body may be."""
    file = one_of([*([sent.word("str")] if "str" in body.annotation.split() else []), sent.word("File")])
    return one_of([annotation(body.type, sent), file]) if body.has_fields else file
