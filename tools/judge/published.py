"""A document as plain JSON: its operations, parameters and bodies, found without the engine; and jsonschema's verdict.

The words of OpenAPI 3.0 and Swagger 2.0 become those of JSON Schema 2020-12 in the smallest honest step (`translated`):
`nullable` beside a `type`, boolean bounds, what stands beside a `$ref` is ignored, `type: file`. In a request
`required` does not ask for what is `readOnly`, in a response not for what is `writeOnly` (OpenAPI 3.0.3, 4.7.24).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import jsonschema
import referencing
import regex
from generate import Maker, StuckError, resolved
from jsonschema.exceptions import ValidationError as Refused
from referencing.jsonschema import DRAFT202012

URI = "https://corpus.test/document"
TRIES = 8  # values made before a schema counts as one without a value

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
# Keywords whose value is data, and those whose value is a map from free names.
DATA = ("example", "examples", "default", "enum", "const")
MAPS = (
    "properties",
    "patternProperties",
    "definitions",
    "schemas",
    "responses",
    "parameters",
    "paths",
    "headers",
    "$defs",
)
TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")

Json = Any  # the border where documents and their values enter


def translated(node: Json, modern: bool, named: bool = False) -> Json:
    """A copy in which every schema is JSON Schema 2020-12. modern: it is OpenAPI 3.1 or newer already."""
    if isinstance(node, list):
        return [translated(one, modern) for one in node]
    if not isinstance(node, dict):
        return node
    if named:
        return {key: translated(value, modern) for key, value in node.items()}
    if isinstance(node.get("$ref"), str) and not modern:
        return {"$ref": node["$ref"]}
    new = {key: value if key in DATA else translated(value, modern, key in MAPS) for key, value in node.items()}
    if not modern:
        if new.get("nullable") is True and isinstance(new.get("type"), str):
            new["type"] = [new["type"], "null"]
        for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if isinstance(new.get(exclusive), bool) and new.pop(exclusive) and bound in new:
                new[exclusive] = new.pop(bound)
        if new.get("type") == "file":
            new |= {"type": "string", "format": "binary"}
    return new


class Published:
    """A document as plain JSON, and what jsonschema says with it."""

    def __init__(self, tree: Json) -> None:
        self.old = str(tree.get("swagger")) == "2.0"
        self.version = str(tree.get("swagger") or tree.get("openapi"))
        modern = not self.old and not self.version.startswith("3.0")
        self.tree = translated(tree, modern)
        resource = DRAFT202012.create_resource(self.tree)
        # No retrieve: nothing is ever fetched.
        self.registry: Any = referencing.Registry().with_resource(URI, resource)
        self._validators: dict[tuple[str, str, bool], Any] = {}

    def follow(self, node: Json, place: str) -> tuple[Json, str]:
        """What stands at the end of a node's references, and where. Raises StuckError."""
        for _ in range(50):
            if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
                return node, place
            place = node["$ref"].partition("#")[2] if node["$ref"].startswith("#") else place
            node = resolved(self.tree, node["$ref"])
        raise StuckError("references that only lead to each other")

    def refusals(self, place: str, value: Json, skipped: str, *, lenient: bool = False) -> list[str]:
        """What jsonschema says against a value. lenient: `oneOf` is read as `anyOf`."""
        key = (place, skipped, lenient)
        if key not in self._validators:
            kind = _validator(self.tree, skipped, lenient)
            schema = {"$ref": f"{URI}#{quote(unquote(place), safe='/~')}"}
            self._validators[key] = kind(schema, registry=self.registry)
        return [error.message for error in self._validators[key].iter_errors(value)]

    def value(
        self, maker: Callable[[int, float], Maker], schema: Json, place: str, optional: float
    ) -> tuple[Json, bool]:
        """A value that jsonschema accepts, and whether `oneOf` had to be read as `anyOf`. Raises StuckError."""
        why = "no value that jsonschema accepts"
        made: list[Json] = []
        for number in range(TRIES):
            one = maker(number, optional if number < TRIES / 2 else 0.0)
            try:
                made.append(one.value(schema))
            except StuckError as error:
                why = str(error)
                continue
            try:
                refused = self.refusals(place, made[-1], one.skipped)
            except (referencing.exceptions.Unresolvable, RecursionError, jsonschema.SchemaError) as error:
                raise StuckError(f"jsonschema cannot read the schema: {type(error).__name__}") from error
            if not refused:
                return made[-1], False
            why = "no value that jsonschema accepts"
        for one in made:
            if not self.refusals(place, one, maker(0, 0).skipped, lenient=True):
                return one, True
        raise StuckError(why)


def _validator(tree: Json, skipped: str, lenient: bool) -> Any:
    def is_skipped(schema: Json) -> bool:
        for _ in range(20):
            if not isinstance(schema, dict) or schema.get(skipped) is True:
                return isinstance(schema, dict)
            if not isinstance(schema.get("$ref"), str):
                return False
            try:
                schema = resolved(tree, schema["$ref"])
            except StuckError:
                return False
        return False

    def required(validator: Any, names: Json, value: Json, schema: Json) -> Iterator[Refused]:
        known = schema.get("properties") if isinstance(schema.get("properties"), dict) else {}
        if isinstance(value, dict) and isinstance(names, list):
            for name in names:
                if name not in value and not is_skipped(known.get(name)):
                    yield Refused(f"{name!r} is a required property")

    def type_(validator: Any, kinds: Json, value: Json, schema: Json) -> Iterator[Refused]:
        # A type that JSON Schema does not know ("float") forbids nothing.
        wanted = kinds if isinstance(kinds, list) else [kinds]
        if all(kind in TYPES for kind in wanted) and not any(validator.is_type(value, kind) for kind in wanted):
            yield Refused(f"{value!r} is not of type {kinds!r}")

    def pattern(validator: Any, text: Json, value: Json, schema: Json) -> Iterator[Refused]:
        # ECMA-262, which `regex` reads more of than `re` does; what it cannot read forbids nothing.
        try:
            if isinstance(value, str) and not regex.search(text, value, timeout=1):
                yield Refused(f"{value!r} does not match {text!r}")
        except (regex.error, TimeoutError, TypeError):
            return

    # jsonschema asks every option of a oneOf twice, which doubles with each level: the same answer, asked for once.
    asked: dict[tuple[int, int], tuple[bool, Json, Json]] = {}

    def fits(validator: Any, option: Json, value: Json) -> bool:
        key = id(option), id(value)
        if key not in asked:
            if len(asked) > 100_000:
                asked.clear()
            # Both are kept, so that no other object gets their id.
            asked[key] = next(validator.descend(value, option), None) is None, option, value
        return asked[key][0]

    def oneOf(validator: Any, options: Json, value: Json, schema: Json) -> Iterator[Refused]:  # noqa: N802 - the keyword
        found = sum(fits(validator, option, value) for option in options)
        if found != 1:
            yield Refused(f"{value!r:.80} fits {found} options of a oneOf")

    def anyOf(validator: Any, options: Json, value: Json, schema: Json) -> Iterator[Refused]:  # noqa: N802 - the keyword
        if not any(fits(validator, option, value) for option in options):
            yield Refused(f"{value!r:.80} fits no option")

    own: dict[str, Any] = {"required": required, "type": type_, "pattern": pattern, "anyOf": anyOf}
    own["oneOf"] = anyOf if lenient else oneOf
    extend: Any = jsonschema.validators.extend  # the stubs know no types for it
    return extend(jsonschema.Draft202012Validator, own)


class Described(NamedTuple):
    """One operation, as the document has it. parameters: {(name, in): (node, pointer)}."""

    method: str
    path: str
    node: Json
    place: str
    parameters: dict[tuple[str, str], tuple[Json, str]]

    @property
    def where(self) -> str:
        """For people."""
        return f"{self.method} {self.path}"


def described(document: Published) -> Iterator[Described]:
    """Every operation below `paths`, in the order of the document."""
    paths = document.tree.get("paths")
    for path, item in (paths if isinstance(paths, dict) else {}).items():
        if not isinstance(item, dict) or path.startswith("x-"):
            continue
        place = f"/paths/{escaped(path)}"
        item, place = document.follow(item, place)
        for method in METHODS:
            if isinstance(item.get(method), dict):
                found: dict[tuple[str, str], tuple[Json, str]] = {}
                for holder, at in ((item, place), (item[method], f"{place}/{method}")):
                    for index, one in enumerate(as_list(holder.get("parameters"))):
                        try:
                            node, there = document.follow(one, f"{at}/parameters/{index}")
                        except StuckError:
                            continue
                        if isinstance(node, dict):
                            found[str(node.get("name")), str(node.get("in"))] = node, there
                yield Described(method.upper(), path, item[method], f"{place}/{method}", found)


def escaped(step: str) -> str:
    """A name as a step of a JSON Pointer (RFC 6901 section 3)."""
    return step.replace("~", "~0").replace("/", "~1")


def as_list(node: Json) -> list[Json]:
    """The node where it is a list, otherwise an empty one."""
    return node if isinstance(node, list) else []


def as_dict(node: Json) -> dict[str, Json]:
    """The node where it is an object, otherwise an empty one."""
    return node if isinstance(node, dict) else {}


class Body(NamedTuple):
    """The request body as the document has it. media: {media type: (schema, its pointer, encoding)}."""

    media: dict[str, tuple[Json, str, Json]]
    required: bool


def body_of(document: Published, it: Described) -> Body | None:
    """The body of an operation. Raises StuckError."""
    if document.old:
        whole = next(((node, at) for (_, where), (node, at) in it.parameters.items() if where == "body"), None)
        fields = [node for (_, where), (node, _) in it.parameters.items() if where == "formData"]
        offered = it.node.get("consumes", document.tree.get("consumes")) or []
        if whole is not None:
            entry: tuple[Json, str, Json] = (whole[0].get("schema", True), f"{whole[1]}/schema", {})
            return Body(dict.fromkeys(offered or ["application/json"], entry), whole[0].get("required") is True)
        if fields:
            names = [str(node.get("name")) for node in fields]
            needed = [str(node.get("name")) for node in fields if node.get("required") is True]
            schema = {"type": "object", "properties": dict(zip(names, fields, strict=True)), "required": needed}
            forms = ("multipart/form-data", "application/x-www-form-urlencoded")
            encoding = {
                str(one.get("name")): {"style": "form", "explode": one.get("collectionFormat") == "multi"}
                for one in fields
                if one.get("type") == "array"
            }
            return Body(dict.fromkeys(forms, (schema, "", encoding)), bool(needed))
        return None
    node, place = document.follow(it.node.get("requestBody"), f"{it.place}/requestBody")
    content = as_dict(as_dict(node).get("content"))
    media = {
        name: (
            as_dict(one).get("schema", True),
            f"{place}/content/{escaped(name)}/schema",
            as_dict(one).get("encoding"),
        )
        for name, one in content.items()
    }
    return Body(media, node.get("required") is True) if media else None


def is_json(media: str) -> bool:
    """application/json, and everything that ends in +json."""
    plain = media.partition(";")[0].strip().lower()
    return plain in ("application/json", "text/json") or plain.endswith("+json")


def is_octets(document: Published, schema: Json) -> bool:
    """Whether a body is bytes, and no JSON: `format: binary` (OpenAPI 3.0 section 4.7.14.2), `type: file` before."""
    flat = Maker(document.tree, random.Random("octets")).flat(schema, ())
    return flat.get("format") == "binary" or flat.get("type") == "file"


def schema_of(document: Published, node: Json, place: str) -> tuple[Json, str]:
    """The schema of a parameter and its pointer."""
    if document.old:
        # `required: true` is the parameter's, and no list of names.
        return {key: value for key, value in node.items() if key not in ("required", "name", "in")}, place
    content = as_dict(node.get("content"))
    if content:
        media = next(iter(content))
        return as_dict(content[media]).get("schema", True), f"{place}/content/{escaped(media)}/schema"
    return (node["schema"], f"{place}/schema") if "schema" in node else (True, "")


def answers(document: Published, it: Described) -> Iterator[tuple[int, str, Json, str]]:
    """(status, media type, schema, its pointer) of every success whose body is JSON."""
    for status, node in as_dict(it.node.get("responses")).items():
        if not re.fullmatch(r"2\d\d", str(status)) or str(status) in ("204", "205"):
            continue
        node, place = document.follow(node, f"{it.place}/responses/{escaped(str(status))}")
        if document.old:
            produced = as_list(it.node.get("produces", document.tree.get("produces"))) or ["application/json"]
            media = next((one for one in produced if is_json(one)), None)
            if media is not None and "schema" in as_dict(node):
                yield int(status), media, node["schema"], f"{place}/schema"
            continue
        for media, one in as_dict(as_dict(node).get("content")).items():
            if is_json(media) and isinstance(one, dict) and "schema" in one:
                yield int(status), media, one["schema"], f"{place}/content/{escaped(media)}/schema"
                break
