"""An example of what an operation would answer, made from its document.

What the document's author wrote (`example`, `examples`, `default`, `const`, `enum`) comes first. Published examples are
often wrong, so a result that its own schema refuses is made again without them. Recursion ends where a `$ref` comes
back: an optional property is then left out, a list stays empty. NODES bounds what a wide document can cost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from leapocr_dyn.sandbox.contract import Contract, Json, Operation, is_json

NODES = 5_000
DEPTH = 12
LEVELS_WITH_OPTIONAL = 6
ITEMS = 100

# OpenAPI Format Registry; only shapes that a reader might parse.
FORMATS = {
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "uuid": "3f2b8a54-6a0e-4d0b-9b1e-2f1d5a7c9e10",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uri-reference": "/",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "dGV4dA==",
}
# What `pattern` mostly asks for. A pattern that none of these fits cannot be served.
GUESSES = ("text", "a", "A", "1", "0.0", "1.0.0", "abc123", "ABC", "2026-01-31", "#aabbcc", "+491701234567", "en-US")


class EndlessError(Exception):
    """The schema goes on for ever, or for longer than NODES."""


def answer(contract: Contract, operation: Operation, accept: str = "") -> tuple[int, str | None, Json]:
    """An answer that the document allows: status, media type and value; None, None where it has no body.

    The lowest 2xx status is taken, and JSON before other media types unless the Accept header names another.
    """
    successes = sorted(name for name in operation.responses if name[0] == "2")
    name = successes[0] if successes else next(iter(sorted(operation.responses)), "200")
    status = int(name) if name.isdigit() else 200
    content = (operation.response(status) or {}).get("content", {})
    if not content:
        return status, None, None
    wanted = [kind for kind in content if kind.lower() in accept.lower()]
    media_type = next(iter(wanted or [kind for kind in content if is_json(kind)] or content))
    media = content[media_type]
    schema = media.get("schema", {})
    written = [media["example"]] if "example" in media else []
    written += [contract.follow(named).get("value") for named in (media.get("examples") or {}).values()]
    for value in written:
        value = parsed(value) if is_json(media_type) else value
        if not contract.complaints(schema, value, answer=True):
            return status, media_type, value
    return status, media_type, of(contract, schema)


def parsed(value: Json) -> Json:
    """An example that was written as JSON text, as the value it means; anything else as it is."""
    try:
        return json.loads(value) if isinstance(value, str) and value.lstrip()[:1] in {"{", "["} else value
    except ValueError:
        return value


def refusal(contract: Contract, operation: Operation | None, status: int, message: str) -> tuple[str, Json]:
    """An error body in the shape that the operation declares, the message in its place; before it, its media type."""
    declared = (operation.response(status) if operation else None) or {}
    if operation and not declared.get("content"):
        declared = next(
            (said for name, said in operation.responses.items() if name[0] in "45" and said.get("content")), {}
        )
    kinds = {kind: media for kind, media in declared.get("content", {}).items() if is_json(kind)}
    media_type = next((kind for kind, media in kinds.items() if media.get("schema")), None)
    if media_type is None:
        return "application/json", {"error": {"message": message}}
    said = {"message": message, "detail": message, "title": message, "error": message, "status": status}
    return media_type, of(contract, kinds[media_type]["schema"], said)


def of(contract: Contract, schema: Json, said: Mapping[str, Json] | None = None) -> Json:
    """An example value of a schema. said: values for properties of these names, where the property's schema takes them.

    None where the schema goes on for ever.
    """
    value = None
    for trust in (True, False):
        try:
            value = Maker(contract, said or {}, trust=trust).make(schema, ())
        except EndlessError:
            return None
        if not contract.complaints(schema, value, answer=True):
            break
    return value


class Maker:
    """Makes one example. trust: whether the values that the document's author gave are used."""

    def __init__(self, contract: Contract, said: Mapping[str, Json], *, trust: bool) -> None:
        self.contract = contract
        self.said = said
        self.trust = trust
        self.nodes = 0

    def make(self, schema: Json, above: tuple[str, ...]) -> Json:
        """A value for a schema. above: one entry for each level over it; the `$ref` that led there, or nothing."""
        self.nodes += 1
        reference = str(schema.get("$ref", "")) if isinstance(schema, dict) else ""
        if self.nodes > NODES or len(above) > DEPTH or (reference and reference in above):
            raise EndlessError
        above = (*above, reference)
        schema = self.merged(schema)
        if self.trust:
            for word in ("example", "default"):
                if word in schema:
                    return schema[word]
            if isinstance(schema.get("examples"), list) and schema["examples"]:
                return schema["examples"][0]
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        for word in ("oneOf", "anyOf"):
            if schema.get(word):
                return self.branch(schema, word, above)
        kind = self.kind(schema)
        return MAKERS[kind](self, schema, above) if kind in MAKERS else None

    def merged(self, schema: Json, depth: int = 0) -> dict[str, Json]:
        """A schema with its reference followed and its allOf folded in."""
        own = schema if isinstance(schema, dict) else {}
        folded: dict[str, Json] = {}
        parts = list(own.get("allOf", ())) if depth < DEPTH else []
        if "$ref" in own and depth < DEPTH:
            parts.insert(0, self.contract.follow(own))
        for part in (*(self.merged(part, depth + 1) for part in parts), own):
            properties = {**folded.get("properties", {}), **part.get("properties", {})}
            required = [*folded.get("required", ()), *part.get("required", ())]
            folded |= {word: value for word, value in part.items() if word not in {"allOf", "$ref"}}
            folded |= {"properties": properties} if properties else {}
            folded |= {"required": required} if required else {}
        return folded

    def branch(self, schema: dict[str, Json], word: str, above: tuple[str, ...]) -> Json:
        """The first branch of oneOf or anyOf whose example the whole schema takes."""
        shared = {key: value for key, value in schema.items() if key not in {word, "discriminator"}}
        tag = (schema.get("discriminator") or {}).get("propertyName")
        made: list[Json] = []
        for branch in schema[word]:
            whole = {**shared, "allOf": [*shared.get("allOf", ()), branch]}
            reference = str(branch.get("$ref", "")) if isinstance(branch, dict) else ""
            if reference and reference in above:
                continue
            try:
                value = self.make(whole, (*above[:-1], reference or above[-1]))
            except EndlessError:
                continue
            if tag and isinstance(value, dict) and not self.contract.follow(branch).get("properties", {}).get(tag):
                value[tag] = next(
                    (
                        name
                        for name, target in schema["discriminator"].get("mapping", {}).items()
                        if reference.endswith(target)
                    ),
                    reference.rpartition("/")[2],
                )
            if not self.contract.complaints(schema, value, answer=True):
                return value
            made.append(value)
        if not made:
            raise EndlessError
        return made[0]

    @staticmethod
    def kind(schema: dict[str, Json]) -> str:
        """The JSON type to make; a schema that names none is judged by its other words."""
        said = schema.get("type")
        if isinstance(said, list):
            said = next((kind for kind in said if kind != "null"), "null")
        if isinstance(said, str):
            return said
        if {"properties", "additionalProperties", "required"} & schema.keys():
            return "object"
        return "array" if {"items", "prefixItems"} & schema.keys() else "string"

    def object(self, schema: dict[str, Json], above: tuple[str, ...]) -> dict[str, Json]:
        """Every required property, and the optional ones while the example is not deep yet."""
        required = set(schema.get("required", ()))
        rest = schema.get("additionalProperties")
        rest = rest if isinstance(rest, dict) else {}
        properties = {**dict.fromkeys(sorted(required), rest), **schema.get("properties", {})}
        if rest and not properties:
            properties["name"] = rest
        made: dict[str, Json] = {}
        for name, inner in properties.items():
            if self.contract.follow(inner).get("writeOnly"):
                continue
            if name in self.said and not self.contract.complaints(inner, self.said[name], answer=True):
                made[name] = self.said[name]
                continue
            try:
                if name in required or len(above) <= LEVELS_WITH_OPTIONAL:
                    made[name] = self.make(inner, above)
            except EndlessError:
                if name in required:
                    raise
        return made

    def array(self, schema: dict[str, Json], above: tuple[str, ...]) -> list[Json]:
        """One item, or as many as the schema asks for."""
        least = min(int(schema.get("minItems", 0)), ITEMS)
        kinds = list(schema.get("prefixItems", ()))
        wanted = min(max(1, least, len(kinds)), int(schema.get("maxItems", ITEMS)))
        try:
            return [
                self.make(kinds[place] if place < len(kinds) else schema.get("items", {}), above)
                for place in range(wanted)
            ]
        except EndlessError:
            if least:
                raise
            return []

    def text(self, schema: dict[str, Json], above: tuple[str, ...]) -> str:
        """A text of the schema's format, pattern and length."""
        shortest, longest = int(schema.get("minLength", 0)), int(schema.get("maxLength", 1_000))
        guesses = (FORMATS[schema["format"]],) if schema.get("format") in FORMATS else GUESSES
        lengths = [guess.ljust(min(shortest, 10_000), "x")[:longest] for guess in guesses]
        return next((guess for guess in lengths if not self.contract.complaints(plain(schema), guess)), lengths[0])

    def number(self, schema: dict[str, Json], above: tuple[str, ...]) -> int | float:
        """The number nearest to the lower bound, or to 1 where there is none."""
        step = schema.get("multipleOf", 1)
        least = schema.get("minimum", schema.get("exclusiveMinimum"))
        most = schema.get("maximum", schema.get("exclusiveMaximum"))
        start: int | float = least if least is not None else 1 if most is None or most >= 1 else most
        candidates = [start, start + 1, start - 1, start + 0.5, start - 0.5]
        candidates += [(start // step) * step, (start // step + 1) * step] if step else []
        whole = [int(number) if float(number).is_integer() else number for number in candidates]
        return next((number for number in whole if not self.contract.complaints(plain(schema), number)), start)


def plain(schema: dict[str, Json]) -> dict[str, Json]:
    """The words of a schema that speak of one scalar."""
    words = "type pattern minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf"
    return {word: schema[word] for word in words.split() if word in schema}


MAKERS: dict[str, Any] = {  # Any: the four methods give four types
    "object": Maker.object,
    "array": Maker.array,
    "string": Maker.text,
    "integer": Maker.number,
    "number": Maker.number,
    "boolean": lambda _maker, _schema, _above: True,
}
