"""Which types an Api is made of, and what each is called where they all stand in one file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.model import naming
from leapocr_dyn.model.check import problems
from leapocr_dyn.model.type import Array, Cycle, Dictionary, Enumeration, Object, Tuple, Type, Union, View

if TYPE_CHECKING:
    from leapocr_dyn.api import Api


class Catalogue:
    """The types that an Api's operations, models and views are made of, each class and component with its own name."""

    def __init__(self, api: Api) -> None:
        self.document: Document = api.models.document
        self.views: list[View] = [api.views.view(name) for name in api.views]
        self.components: dict[str, Type] = {name: api.models.type(name) for name in api.models}
        owned = {pointer("components", "schemas", wire): name for wire, name in api.models.names.items()}
        roots = [*self.views, *self.components.values(), *mentioned(api)]
        self.classes: list[Object | Enumeration] = [it for it in reached(roots) if isinstance(it, Object | Enumeration)]
        wanted = [(view.pointer, view.annotation) for view in self.views]
        wanted += owned.items()
        wanted += [(it.pointer, it.annotation) for it in self.classes]
        self.names: dict[str, str] = naming.distinct(wanted)
        self.places: dict[str, str] = {self.names[place]: place for place in owned}
        # A component that only refers to another is an alias.
        self.aliases: dict[str, Type] = {
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
    # Namespace by namespace, as the stubs have them.
    for operation in [one for named in api.operations.namespaces.values() for one in named.values()]:
        yield from (parameter.type for parameter in operation.parameters)
        yield from (body.type for body in operation.bodies)
        if (result := operation.result()) is not None:
            yield result
    for method in api.methods.values():
        yield from (kind for kind in (method.type, method.item) if kind is not None)


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
