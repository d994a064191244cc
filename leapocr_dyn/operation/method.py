"""A method: how people call an operation, where workflow.yaml says so, and what of the answer they get.

    batch.list:
      calls: listBatchJobs
      inputs: [project_id, status, {limit: 20}]     by position or by name, in this order
      sends: {verbose: true}                        arguments of the operation, made from the inputs
      output: /data                                 what of the answer is given back

An input that has the name of an argument of the operation is that argument; the operation's other arguments can be
given by name. `whole: request` names the input that may hold the fields of the body all at once, as a model or a dict;
what is given by name goes over it, and None takes a default out. It refuses to decide anything: which requests are
right, and what an answer is, the operation says.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from leapocr_dyn.document import expression
from leapocr_dyn.document.reference import is_index, tokens
from leapocr_dyn.document.workflow import UNSAID, Way
from leapocr_dyn.errors import ContractError, DocumentError
from leapocr_dyn.model import naming
from leapocr_dyn.model.type import Array, Dictionary, Object, Type
from leapocr_dyn.model.value import NOT_GIVEN, Json, Model
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.operations import Operations
from leapocr_dyn.operation.view import Views
from leapocr_dyn.shown import Shown
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.document.workflow import Workflow
    from leapocr_dyn.explore.example import Example


class Method(Shown):
    """One way to call an operation. full_name: "namespace.name"; a method of the client itself has no namespace."""

    def __init__(self, name: str, way: Way, operation: Operation, views: Views) -> None:
        self.full_name = name
        self.namespace: str = name.rpartition(".")[0]
        self.name: str = name.rpartition(".")[2]
        self.way = way
        self.operation = operation
        self.views = views

    @cached_property
    def signature(self) -> inspect.Signature:
        """The inputs, by position or by name; then what else the operation takes, by name."""
        from leapocr_dyn.operation.signature import annotation  # not at the top: to call needs none

        known = dict(self.operation.signature.parameters)
        made = []
        sends = self.way.sends or {}
        for name, default in self.way.inputs.items():
            own = known.pop("body" if name == self.way.whole else name, None)
            made.append(
                inspect.Parameter(
                    name,
                    inspect.Parameter.POSITIONAL_OR_KEYWORD,
                    annotation=own.annotation if own is not None else annotation(_annotation(self.sent(name))),
                    default=default
                    if default is not UNSAID
                    else own.default
                    if own is not None
                    else inspect.Parameter.empty,
                )
            )
        if any(field.name in sends for field in self.operation.body_fields):
            known.pop("body", None)  # its fields are made from the inputs
        rest = [one for one in known.values() if one.name not in sends]
        if self.way.whole is not None:  # where it holds a field, that need not be given
            fields = {field.name for field in self.operation.body_fields}
            rest = [one.replace(default=NOT_GIVEN) if one.name in fields else one for one in rest]
        try:
            return inspect.Signature([*made, *rest], return_annotation=self._gives)
        except ValueError as error:
            raise DocumentError(f"methods: {self.name}: {error}; put what has no default first") from error

    def sent(self, name: str) -> Type | None:
        """The type of an input that is no argument of the operation, by where it is sent."""
        types = self.operation.argument_types
        for argument, template in (self.way.sends or {}).items():
            place = _place(template, f"$inputs.{name}")
            found = types.get(argument) if place is not None else None
            for token in place or ():
                found = _inner(found, token)
            if found is not None:
                return found
        return None

    @property
    def __signature__(self) -> inspect.Signature:
        return self.signature

    @property
    def __doc__(self) -> str:  # type: ignore[override]  # a property, so that no text is made before somebody reads it
        from leapocr_dyn.operation import describe

        return describe.method(self)

    def named(self, positional: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:  # Any: the caller's
        """The arguments of the operation. Raises TypeError as a Python function does, with a hint at a near name."""
        inputs = list(self.way.inputs)
        if len(positional) > len(inputs):
            takes = f"at most {len(inputs)} by position: {', '.join(inputs)}" if inputs else "keyword arguments only"
            raise TypeError(f"{self.name}() takes {takes}")
        given = dict(zip(inputs, positional, strict=False))
        for name, value in named.items():
            if name in given:
                raise TypeError(f"{self.name}() got {name} twice, by position and by name")
            if name not in self.signature.parameters:
                raise self._unknown(name, list(self.signature.parameters))
            given[name] = value
        # A whole body says all of its fields.
        whole = {field.name for field in self.operation.body_fields} if "body" in given else set[str]()
        missing = [
            one.name
            for one in self.signature.parameters.values()
            if one.default is inspect.Parameter.empty and one.name not in given and one.name not in whole
        ]
        if missing:
            raise TypeError(f"{self.name}() needs {' and '.join(f'{name}=' for name in missing)}")
        spread = self._spread(given.pop(self.way.whole, None)) if self.way.whole is not None else {}
        defaults = {name: value for name, value in self._defaults.items() if name not in whole}
        given = {name: value for name, value in {**defaults, **spread, **given}.items() if value is not NOT_GIVEN}
        if self.way.sends is None:
            return given
        filled = {name: value for name, value in given.items() if value is not None}
        made = expression.fill(self.way.sends, expression.Context(inputs=filled))
        own = self.operation.signature.parameters
        return {name: value for name, value in {**given, **made}.items() if name in own and value is not None}

    def _spread(self, value: Any) -> dict[str, Any]:  # Any: the caller's
        """The fields that are given all at once, by the names of arguments; a null takes the default out as well."""
        body = self.operation.body
        if value is None or value is NOT_GIVEN or body is None:
            return {}
        names = {name: field.name for field in body.fields for name in (str(field.wire), field.name)}
        wired = body.given(value)
        if not isinstance(wired, dict):
            raise TypeError(
                f"{self.name}() takes {self.way.whole} as {body.annotation} or as a dict, not {value!r:.60}"
            )
        if isinstance(value, Model):
            wired = {**dict.fromkeys(wire for wire, item in value.to_dict().items() if item is None), **wired}
        for name in wired:
            if name not in names:
                raise self._unknown(name, list(dict.fromkeys(names.values())))
        return {names[name]: item for name, item in wired.items()}

    def _unknown(self, name: str, known: list[str]) -> TypeError:
        hint = naming.hint(name, known, f"; it takes {', '.join(known) or 'no arguments'}")
        return TypeError(f"{self.name}() has no argument {name!r}{hint}")

    @cached_property
    def _defaults(self) -> dict[str, Json]:
        # A null in place of what is left out is nothing to send.
        return {name: value for name, value in self.way.inputs.items() if value is not UNSAID and value is not None}

    def example(self) -> Example:
        """Arguments that it would take, made up from the document; prints as the call."""
        from leapocr_dyn.explore import example

        return example.of(self)

    def curl(self, base_url: str = "", /, *positional: Any, **named: Any) -> str:  # Any: the caller's
        """The request for these arguments, or for an example, in a shell's words; variables where secrets go."""
        given = named if positional or named else self.example()
        return self.operation.plan(base_url, **self.named(positional, given)).curl()

    def picked(self, value: Any, wire: Callable[[], Json]) -> Any:  # Any: the operation's result, and a part of it
        """What is given back of an answer. value: as the operation reads it; wire: gives the same as JSON.

        Raises ContractError where nothing of that is there.
        """
        if self.way.view is not None:
            found = self._found(wire())
            source = self.operation.id
            if isinstance(found, list):
                return [self.views.read(self.way.view, source, item) for item in found]
            return self.views.read(self.way.view, source, found)
        return self._found(value) if self.way.output else value

    def _found(self, value: Any) -> Any:  # Any: a model, or JSON
        for place in self.way.output or ("",):
            found = value
            for token in tokens(place):
                found = _step(found, token)
            if found is not NOT_GIVEN:
                return found
        places = " or ".join(self.way.output)
        raise ContractError(f"the answer has nothing at {places}", operation=self.operation.name)

    @cached_property
    def type(self) -> Type | None:
        """The type of what is given back, where the document says it. Of a stream, nothing: its items have types."""
        found = self.operation.result()
        for token in tokens(self.way.output[0]) if self.way.output else ():
            found = _inner(found, token)
        if self.way.view is None:
            return found
        view = self.views.view(self.way.view)
        return Array(f"{found.pointer} as {view.annotation}", view) if isinstance(found, Array) else view

    @property
    def _gives(self) -> Any:  # Any: an annotation
        from leapocr_dyn.operation.signature import annotation  # not at the top: to call needs none

        if self.way.streams:
            return annotation(f"Stream[{_annotation(self.item)}]")
        if self.way.view is None and not self.way.output:
            return self.operation.signature.return_annotation
        return annotation(_annotation(self.type))

    @property
    def item(self) -> Type | None:
        """The type of an item of the stream; of several kinds of events, the first one's."""
        from leapocr_dyn.operation.item_schema import item_types, streamed
        from leapocr_dyn.operation.sequential import kind_of

        for media in streamed(self.operation):
            if (kind := kind_of(media)) is not None:
                one, several = item_types(self.operation, 200, media, kind)
                return one or next(iter(several.values()), None)
        return None

    def __repr__(self) -> str:
        return visible(f"<Method {self.full_name}{self.signature} by {self.operation.method} {self.operation.path}>")


class Methods(Mapping[str, Method]):
    """The methods of a workflow, by namespace.name, or by name for those of the client itself."""

    def __init__(self, operations: Operations, views: Views, workflow: Workflow) -> None:
        self._made: dict[str, Method] = {}
        self.namespaces: dict[str, dict[str, Method]] = {}
        for name, way in workflow.methods.items():
            if way.operation not in operations:
                continue  # this version of the API no longer has it; what calls it says so
            method = self._made[name] = Method(name, way, operations[way.operation], views)
            self.namespaces.setdefault(method.namespace, {})[method.name] = method
        self.covered: frozenset[Operation] = frozenset(method.operation for method in self._made.values())

    def __getitem__(self, name: str) -> Method:
        if name not in self._made:
            raise KeyError(f"there is no method {name!r}{naming.hint(str(name), self._made)}")
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def __repr__(self) -> str:
        return f"<Methods {naming.some(self._made)}>"


def _step(value: Any, token: str) -> Any:  # Any: a model, or JSON
    """What a value holds by a name or a number on the wire, or NOT_GIVEN."""
    if isinstance(value, (Model, dict)) and token in value:
        return value[token]
    if isinstance(value, list) and is_index(token) and int(token) < len(value):
        return value[int(token)]
    return NOT_GIVEN


def _annotation(kind: Type | None) -> str:
    return "Any" if kind is None else kind.annotation


def _place(template: Json, wanted: str) -> tuple[str, ...] | None:
    """Where in a template an expression stands alone: the names and numbers on the way; None where it does not."""
    if template == wanted:
        return ()
    members = (
        enumerate(template) if isinstance(template, list) else template.items() if isinstance(template, dict) else ()
    )
    for key, inner in members:
        if (place := _place(inner, wanted)) is not None:
            return (str(key), *place)
    return None


def _inner(found: Type | None, token: str) -> Type | None:
    """The type of what a type holds by a name or a number on the wire."""
    if isinstance(found, Object):
        return next((field.type for field in found.fields if field.wire == token), None)
    if isinstance(found, Array) and is_index(token):
        return found.items
    return found.of(token) if isinstance(found, Dictionary) else None
