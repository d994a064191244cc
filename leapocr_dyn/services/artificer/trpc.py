"""tRPC: what all procedures have in common, so that no rule has to be written for each.

An input travels in `json`, and the value comes back in `result.data.json`. What a method takes over REST finds its
place there by name; what it gives is found by its type: in the value, or one step inside.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any

from leapocr_dyn.api import Api, load
from leapocr_dyn.document import source
from leapocr_dyn.model.type import Object, Type
from leapocr_dyn.model.value import NOT_GIVEN
from leapocr_dyn.operation.method import Method
from leapocr_dyn.operation.operation import Operation

Section = dict[str, Any]  # the border to workflow.yaml
VALUE = "/result/data/json"


@cache
def api() -> Api:
    """Artificer over tRPC, with the methods that it has over REST."""
    overlay, own = source.bundled_path("artificer", "trpc"), source.bundled("artificer", "trpc-workflow") or {}
    rest, wire = load("artificer"), load("artificer", overlay=overlay, workflow={})
    ways = [way for named in rest.namespaces.values() for way in named.values()]
    told = {way.full_name: _told(way, wire) for way in ways if way.operation.id in wire.operations}
    methods = {**told, **own["methods"]}
    return load("artificer", overlay=overlay, workflow={**rest.workflow.sections, **own, "methods": methods})


def _told(way: Operation | Method, wire: Api) -> Section:
    """The method over tRPC that a way to call an operation over REST becomes."""
    rest, operation = way.operation, wire.operations[way.operation.id]
    takes = {name: one.default for name, one in way.signature.parameters.items() if name != "body"}
    optional = {name: None if value is NOT_GIVEN else value for name, value in takes.items()}
    inputs = [{name: optional[name]} if takes[name] is not inspect.Parameter.empty else name for name in takes]
    said: Section = {"calls": operation.id, "inputs": inputs}
    if operation.body is not None:
        said["sends"] = _places(operation.body.type, list(takes))
    elif operation.parameters:
        said["sends"] = {"input": _places(operation.parameters[0].type, list(takes))}
    given = rest.result()
    found = [place for place, kind in _parts(operation.result()) if given and kind.annotation == given.annotation]
    return {**said, "output": found or VALUE}


def _places(kind: Type, names: list[str]) -> Any:  # Any: a template
    """Where in a value the inputs of these names go; a value that has no fields is the only input."""
    if not isinstance(kind, Object):
        return f"$inputs.{names[0]}"
    return {
        str(one.wire): f"$inputs.{one.name}" if one.name in names else _places(one.type, names)
        for one in kind.fields
        if one.name in names or one.name == "json" or isinstance(one.type, Object)
    }


def _parts(kind: Type | None) -> Iterator[tuple[str, Type | Any]]:  # Any: NoneType has no annotation
    """An answer, the value in it, and the fields of that: each as a JSON Pointer with its type."""
    yield "", kind
    for step in VALUE.split("/")[1:]:
        kind = next((one.type for one in kind.fields if one.wire == step), kind) if isinstance(kind, Object) else kind
    yield VALUE, kind
    yield from ((f"{VALUE}/{one.wire}", one.type) for one in (kind.fields if isinstance(kind, Object) else ()))
