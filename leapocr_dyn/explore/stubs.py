"""Stubs: what a type checker cannot see in a document, written as `.pyi` files from the live objects.

Two files say all there is: the models (enums, attrs classes, views, and aliases for what is no class), and the
namespaces with their operations, blocking and async. Nothing is imported from them at run time.

No text of a document gets here but names, which have passed naming.py, and the values of enums and constants, as
Python literals.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leapocr_dyn.bound import Async, Blocking, Bound
from leapocr_dyn.call import Call, namespace
from leapocr_dyn.client import AsyncClient, Client
from leapocr_dyn.errors import FileError
from leapocr_dyn.explore.annotation import annotation, one_of, optional, structure
from leapocr_dyn.explore.catalogue import Catalogue
from leapocr_dyn.explore.sheet import Scope, Sheet
from leapocr_dyn.model import naming
from leapocr_dyn.model.type import Enumeration, Object, View

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.model.type import Field
    from leapocr_dyn.operation.body import Body
    from leapocr_dyn.operation.operation import Operation

WIDTH = 120

CLIENTS = {"Client": Client, "AsyncClient": AsyncClient}


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
        text = annotation(field.type, scope)
        given = field.required and not sheet.catalogue.may_be_null(field.type.pointer, field.said)
        sure = given or field.compute is not None or field.default is not None
        default = "" if field.asked and not is_view else " = ..."
        lines.append(f"    {field.name}: {text if sure else optional(text, scope)}{default}")
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
    known = {parameter.name: annotation(parameter.type, sent) for parameter in it.parameters}
    if it.body is not None:
        known |= {field.name: _field(it.body, field, sent) for field in it.body_fields}
        known.setdefault("body", _body(it.body, sent))
    known |= {choice: scope.word("str") for choice in it.choices}
    arguments = [
        f"{one.name}: {known[one.name]}"
        if one.default is one.empty
        else f"{one.name}: {optional(known[one.name], sent)} = ..."
        for one in it.signature.parameters.values()
    ]
    result = it.result()
    gives = "None" if result is None else annotation(result, scope)
    taken = ["self", *(["*"] if arguments else []), *arguments]
    line = f"    def {name}({', '.join(taken)}) -> {gives}: ..."
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"    def {name}(", *(f"        {one}," for one in taken), f"    ) -> {gives}: ..."])


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
