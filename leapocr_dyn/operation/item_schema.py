"""`itemSchema`: what a document says of a stream, which media types it promises and what type an item has.

How bytes become items is sequential.py.
"""

from __future__ import annotations

from collections.abc import Iterable

from leapocr_dyn.document.reference import Located, pointer
from leapocr_dyn.model.type import Array, Dictionary, Object, Type, Union
from leapocr_dyn.model.value import Json
from leapocr_dyn.operation import answer
from leapocr_dyn.operation.media import is_json, plain
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.sequential import Events, Parser, kind_of

FIELDS = frozenset({"event", "data", "id", "retry"})  # of an event, on the wire
KNOWN = ["text/event-stream", "application/jsonl", "application/x-ndjson", "application/json-seq", "*/*;q=0.1"]


def accepted(operation: Operation) -> str:
    """The Accept header: the streams that the document promises, or else those that are known.

    RFC 9110 section 12.5.1.
    """
    promised = list(dict.fromkeys(streamed(operation)))
    return ", ".join(promised or KNOWN)


def item_types(
    operation: Operation, status: int, media: str, kind: Parser
) -> tuple[Type | None, dict[str, Type | None]]:
    """The type of an item, and the types of those events that have one of their own, by the event's type.

    That is what `itemSchema` says, or what `schema` says of an object, or of the items of an array. None is any JSON.
    """
    node, place = answer.promised(operation, status)
    content = node.get("content")
    offered = {plain(key): key for key in content} if isinstance(content, dict) else {}
    streamed = (one for one in offered if kind_of(one) is kind)
    key = offered.get(media) or offered.get(next(streamed, "*/*"))
    described = content[key] if isinstance(content, dict) and key is not None else None
    if not isinstance(described, dict):
        return None, {}
    place = f"{place}/content{pointer(key or '')}"
    if "itemSchema" in described:
        item = operation.document.follow(described["itemSchema"], f"{place}/itemSchema")
        if kind is Events and (events := _events(operation, item)):
            types = {one: _data(operation, located) for one, located in events}
            return types.pop("", None), types
        return operation.models.at(item.value, item.pointer), {}
    found = operation.models.at(described.get("schema", True), f"{place}/schema")
    if isinstance(found, Array):  # OpenAPI 3.2: where `schema` describes a whole stream, it describes an array
        return found.items, {}
    return (found if isinstance(found, Object | Dictionary | Union) else None), {}


def _events(operation: Operation, item: Located) -> list[tuple[str, Located]]:
    """Where an itemSchema describes events, field by field, and not their data: (type or "", the schema of `data`).

    OpenAPI 3.2: an event is an object of its fields, and oneOf tells its types apart by the const of `event`.
    """
    own = _fields(operation, item)
    options = [
        operation.document.follow(option, f"{item.pointer}/{keyword}/{index}")
        for keyword in ("oneOf", "anyOf")
        for index, option in enumerate(item.value.get(keyword, ()) if isinstance(item.value, dict) else ())
    ]
    shapes = [own, *(_fields(operation, option) for option in options)]
    if any(fields.keys() - FIELDS for fields in shapes):
        return []
    found = []
    for fields in shapes:
        data = fields.get("data") or own.get("data")
        if data is not None:
            event = fields["event"].value if "event" in fields else None
            names: Iterable[Json] = event.get("enum", [event.get("const")]) if isinstance(event, dict) else ()
            found += [(one, data) for one in names if isinstance(one, str)] or [("", data)]
    return found


def _fields(operation: Operation, schema: Located) -> dict[str, Located]:
    found = schema.value.get("properties") if isinstance(schema.value, dict) else None
    place = f"{schema.pointer}/properties"
    return {
        name: operation.document.follow(node, place + pointer(name))
        for name, node in (found.items() if isinstance(found, dict) else ())
    }


def _data(operation: Operation, data: Located) -> Type | None:
    """The type of an event's data: of the JSON that its text holds (`contentSchema`), or as it stands."""
    if isinstance(data.value, dict) and "contentSchema" in data.value:
        return operation.models.at(data.value["contentSchema"], f"{data.pointer}/contentSchema")
    if isinstance(data.value, dict) and is_json(str(data.value.get("contentMediaType"))):
        return None
    return operation.models.at(data.value, data.pointer)


def streamed(operation: Operation) -> list[str]:
    """The media types of streams that the document promises."""
    return [
        plain(media)
        for status, node, _ in operation.responses()
        if not status.startswith(("3", "4", "5")) and isinstance(node.get("content"), dict)
        for media in node["content"]
        if kind_of(media) is not None
    ]
