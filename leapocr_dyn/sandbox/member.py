"""Which members of an object a document names: so that a request can be held to them, and an answer cut down to them.

To JSON Schema, an object that lists its properties may have any others. A server that was generated from the same types
as its document knows these, and no others.
"""

from __future__ import annotations

from collections.abc import Iterator

from leapocr_dyn.sandbox import example
from leapocr_dyn.sandbox.contract import Contract, Json

Place = tuple[str | int, ...]
DEPTH = 8  # of schemas that are combined of others


def faces(contract: Contract, schema: Json, depth: int = 0) -> Iterator[dict[str, Json]]:
    """A schema and all that it combines, references followed."""
    schema = contract.follow(schema)
    yield schema
    if depth < DEPTH:
        for branch in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
            yield from faces(contract, branch, depth + 1)


def members(contract: Contract, schema: Json) -> dict[str, Json] | None:
    """The schema of each member that a schema names; None where an object may have any."""
    found: dict[str, Json] = {}
    for face in faces(contract, schema):
        if face.get("additionalProperties", False) is not False or "patternProperties" in face:
            return None
        for name, inner in face.get("properties", {}).items():
            found.setdefault(name, {"allOf": []})["allOf"].append(inner)
    return found or None


def items(contract: Contract, schema: Json) -> Json:
    """The schema of the items of a list."""
    return {"allOf": [face["items"] for face in faces(contract, schema) if "items" in face]}


def strangers(contract: Contract, schema: Json, value: Json, place: Place = ()) -> Iterator[Place]:
    """The places of what a value has and its schema does not name."""
    if isinstance(value, list):
        inner = items(contract, schema)
        for index, item in enumerate(value):
            yield from strangers(contract, inner, item, (*place, index))
    elif isinstance(value, dict) and (known := members(contract, schema)) is not None:
        for name, item in value.items():
            if name in known:
                yield from strangers(contract, known[name], item, (*place, name))
            else:
                yield (*place, name)


def fitted(contract: Contract, schema: Json, value: Json) -> Json:
    """A value without what its schema does not name, and with an example of each member that it requires and lacks."""
    if isinstance(value, list):
        inner = items(contract, schema)
        return [fitted(contract, inner, item) for item in value]
    if not isinstance(value, dict) or (known := members(contract, schema)) is None:
        return value
    required = {name for face in faces(contract, schema) for name in face.get("required", ())}
    lacking = {name: example.of(contract, known[name]) for name in sorted(required - value.keys()) if name in known}
    return lacking | {name: fitted(contract, known[name], item) for name, item in value.items() if name in known}
