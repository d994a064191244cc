"""What tools/corpus does: every real document, every operation, a request for each, checked by code that is not ours.

Theory of operation. Each document is loaded twice: by the engine, and as plain JSON, in which this file finds
operations, parameters and bodies on its own, so that nothing the engine loses or misreads is lost here too. Values are
made from the published schemas (tests/generate.py) and are judged by jsonschema before the engine sees them; so an
engine that refuses one, or sends something else, is wrong. What comes out is judged again: JSON bodies by jsonschema
against the published schema, forms and multipart by the standard library, styles by uritemplate (RFC 6570). Answers go
the other way: a value made from the schema is read, and has to come back the same, without being called a surprise.

Published documents are wrong, too. What is meant is told by the first word of a reason: `engine` (ours to mend),
`document` (no request can be right), `generator` (no value was found that jsonschema accepts), `checker` (cannot tell).

The words of OpenAPI 3.0 and Swagger 2.0 become those of JSON Schema 2020-12 in the smallest honest step (`translated`):
`nullable` beside a `type`, boolean bounds, what stands beside a `$ref` is ignored, `type: file`. In a request
`required` does not ask for what is `readOnly`, in a response not for what is `writeOnly` (OpenAPI 3.0.3, 4.7.24).
"""

from __future__ import annotations

import argparse
import contextlib
import email
import email.policy
import inspect
import json
import logging
import multiprocessing
import os
import random
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote

import jsonschema
import referencing
import regex
from jsonschema.exceptions import ValidationError as Refused
from referencing.jsonschema import DRAFT202012

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from generate import ASCII, WORDS, Maker, StuckError, resolved  # noqa: E402 - it stands beside the tests

import leapocr_dyn  # noqa: E402 - after it, because the path has to be set between them
from leapocr_dyn import errors  # noqa: E402 - as above
from leapocr_dyn.document import source  # noqa: E402 - as above
from leapocr_dyn.model.convert import noting  # noqa: E402 - as above
from leapocr_dyn.model.value import to_wire  # noqa: E402 - as above

expand: Any = None  # RFC 6570; what needs it is left out where uritemplate is not installed
with contextlib.suppress(ImportError):
    from uritemplate import expand

CORPUS = ROOT.parent / "shared" / "specs" / "corpus"
ABSENT = "../shared is absent"
SERVER = "https://corpus.test"
URI = "https://corpus.test/document"
PATIENCE = 10  # seconds for one operation
TRIES = 8  # values made before a schema counts as one without a value
LOADED, REPRESENTED = 1.0, 0.995  # what at least must be

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
# OpenAPI 3.1 section 4.8.12.2: these headers have words of their own.
UNNAMED = ("accept", "content-type", "authorization")

Json = Any  # the border where documents and their values enter


class Slow(BaseException):
    """An operation took longer than PATIENCE; a BaseException, so that nothing on the way takes it for its own."""


class Reason(NamedTuple):
    """Why something is not agreed. about: request, answer or model; said: what it has in common with others."""

    about: str
    said: str
    file: str
    where: str
    example: str

    def __str__(self) -> str:
        return f"{self.file} {self.where}: {self.example}"


class Tally(NamedTuple):
    """What became of one document."""

    file: str
    version: str
    counts: Counter[str]
    reasons: list[Reason]
    seconds: float


# -- the document, as it was published -----------------------------------------------------------------------------


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
            new["type"] = "string"
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
        place = f"/paths/{_escaped(path)}"
        item, place = document.follow(item, place)
        for method in METHODS:
            if isinstance(item.get(method), dict):
                found: dict[tuple[str, str], tuple[Json, str]] = {}
                for holder, at in ((item, place), (item[method], f"{place}/{method}")):
                    for index, one in enumerate(_list(holder.get("parameters"))):
                        try:
                            node, there = document.follow(one, f"{at}/parameters/{index}")
                        except StuckError:
                            continue
                        if isinstance(node, dict):
                            found[str(node.get("name")), str(node.get("in"))] = node, there
                yield Described(method.upper(), path, item[method], f"{place}/{method}", found)


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def _list(node: Json) -> list[Json]:
    return node if isinstance(node, list) else []


def _dict(node: Json) -> dict[str, Json]:
    return node if isinstance(node, dict) else {}


# -- one request ---------------------------------------------------------------------------------------------------


class Disagreed(Exception):  # noqa: N818 - it is no error of this program
    """Something is not as the document has it. said: what it has in common with others; example: what is its own."""

    def __init__(self, said: str, example: str = "") -> None:
        super().__init__(said, example)
        self.said, self.example = said, example


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
    content = _dict(_dict(node).get("content"))
    media = {
        name: (_dict(one).get("schema", True), f"{place}/content/{_escaped(name)}/schema", _dict(one).get("encoding"))
        for name, one in content.items()
    }
    return Body(media, node.get("required") is True) if media else None


def is_json(media: str) -> bool:
    """application/json, and everything that ends in +json."""
    plain = media.partition(";")[0].strip().lower()
    return plain in ("application/json", "text/json") or plain.endswith("+json")


def request(document: Published, it: Described, operation: Any, seed: str, optional: float) -> list[str]:
    """Build one request and have it checked; gives remarks. Raises Disagreed, StuckError and what the engine raises."""
    remarks: list[str] = []
    arguments: dict[str, Json] = {}
    values: dict[tuple[str, str], Json] = {}
    known = {(one.wire, one.where): one for one in operation.parameters}
    choice = random.Random(seed)
    for (name, where), (node, place) in it.parameters.items():
        if where not in ("path", "query", "header", "cookie"):
            continue
        ignored = (where == "header" and name.lower() in UNNAMED) or (where == "path" and f"{{{name}}}" not in it.path)
        if (name, where) not in known:
            if ignored:
                continue
            raise Disagreed("engine: a parameter is lost", f"{name} in {where}")
        if ignored:
            continue
        needed = where == "path" or node.get("required") is True
        if not needed and choice.random() >= optional:
            continue
        schema, place = schema_of(document, node, place)
        try:
            value, loose = parameter_value(document, schema, place, where, f"{seed} {name}", optional)
        except StuckError:
            if needed:
                raise
            continue
        if not needed and (value is None or undefined(node, value)):
            continue
        remarks += ["oneOf"] * loose
        values[name, where] = value
        arguments[known[name, where].name] = value
    for (name, where), parameter in known.items():
        # What a repair has added: a place in the path that no parameter fills.
        if (name, where) not in it.parameters and where == "path":
            values[name, where] = arguments[parameter.name] = "alpha"
    body, value = body_of(document, it), None
    if body is not None and (body.required or choice.random() < max(optional, 0.5)):
        if operation.body is None:
            raise Disagreed("engine: the body is lost", ", ".join(body.media))
        media = operation.body.media
        if media not in body.media:
            raise Disagreed(f"engine: sends {media}, which the document does not offer", ", ".join(body.media))
        schema, place, _ = body.media[media]
        value, loose = body_value(document, schema, place, media, seed, optional)
        remarks += ["oneOf"] * loose
        arguments |= as_arguments(operation, value) if choice.random() < 0.5 else {"body": value}
    plan = operation.plan(SERVER, **arguments)
    if plan.method != it.method:
        raise Disagreed("engine: another method", plan.method)
    check_url(it, values, plan.url)
    check_headers(it, values, plan.headers)
    if body is not None and value is not None:
        check_body(document, body, value, plan.headers.get("Content-Type", ""), plan.body, seed)
    check_accept(document, it, plan.headers)
    return remarks


def schema_of(document: Published, node: Json, place: str) -> tuple[Json, str]:
    """The schema of a parameter and its pointer."""
    if document.old:
        # `required: true` is the parameter's, and no list of names.
        return {key: value for key, value in node.items() if key not in ("required", "name", "in")}, place
    content = _dict(node.get("content"))
    if content:
        media = next(iter(content))
        return _dict(content[media]).get("schema", True), f"{place}/content/{_escaped(media)}/schema"
    return (node["schema"], f"{place}/schema") if "schema" in node else (True, "")


def parameter_value(
    document: Published, schema: Json, place: str, where: str, seed: str, optional: float
) -> tuple[Json, bool]:
    """A value for a parameter."""
    words = ASCII if where in ("header", "cookie") else WORDS

    def maker(number: int, often: float) -> Maker:
        return Maker(document.tree, random.Random(f"{seed} {number}"), "readOnly", often, words)

    if not place:
        return maker(0, 0).value(schema), False
    value, loose = document.value(maker, schema, place, optional)
    if where in ("path", "header") and value in (None, "", [], {}):
        raise StuckError("nothing to put into the path")
    return value, loose


def body_value(
    document: Published, schema: Json, place: str, media: str, seed: str, optional: float
) -> tuple[Json, bool]:
    """A value for a body: JSON where the media type has fields or is JSON, bytes or text otherwise."""

    def maker(number: int, often: float) -> Maker:
        return Maker(document.tree, random.Random(f"{seed} body {number}"), "readOnly", often)

    if is_json(media) or media.startswith(("text/", "multipart/", "application/x-www-form-urlencoded")):
        if place and schema is not True:
            return document.value(maker, schema, place, optional)
        otherwise = {"type": "string" if media.startswith("text/") else "object"}
        return maker(0, optional).value(schema if schema is not True else otherwise), False
    return b"some <bytes>\x00\xff", False


def as_arguments(operation: Any, value: Json) -> dict[str, Json]:
    """A body as arguments of its fields, where it can be said so; as `body` otherwise."""
    names = {field.wire: field.name for field in operation.body_fields}
    if isinstance(value, dict) and value and all(wire in names and item is not None for wire, item in value.items()):
        return {names[wire]: item for wire, item in value.items()}
    return {"body": value}


def undefined(node: Json, value: Json) -> bool:
    """Whether no specification says how a parameter's value is written: a list in a list, an object in a list."""
    if "content" in node:
        return False
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return any(isinstance(one, dict | list) or one is None for one in items)


def text(value: Json) -> str:
    """A plain value as RFC 6570 takes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def expanded(template: str, value: Json) -> str:
    """What uritemplate makes of {...v...}, for a JSON value."""
    if isinstance(value, list):
        value = [text(one) for one in value]
    elif isinstance(value, dict):
        value = {key: text(one) for key, one in value.items()}
    else:
        value = text(value)
    made: str = expand(template, v=value)
    return made


def style_of(node: Json, value: Json, default: str, allowed: tuple[str, ...]) -> tuple[str, bool]:
    """The style and explode of a parameter, `collectionFormat` and styles of another place included."""
    if "collectionFormat" in node or ("schema" not in node and "style" not in node and "type" in node):
        form = {"ssv": "spaceDelimited", "pipes": "pipeDelimited", "tsv": ""}.get(str(node.get("collectionFormat")))
        return default if form is None else form, node.get("collectionFormat") == "multi"
    style = node.get("style") if node.get("style") in allowed else default
    return str(style), bool(node.get("explode", style == "form"))


def check_url(it: Described, values: Mapping[tuple[str, str], Json], url: str) -> None:
    """Path and query, part by part, against RFC 6570."""
    if any(ord(letter) < 33 or ord(letter) > 126 for letter in url.removeprefix(SERVER).replace(it.path, "")):
        raise Disagreed("engine: a URL with characters that no URL has", url)
    if expand is None:
        return
    path, expected = it.path, []
    exact = True
    for (name, where), value in values.items():
        node = it.parameters.get((name, where), ({}, ""))[0]
        if "content" in node:
            made = quote(json.dumps(value), safe="")
            if where == "path":
                path = path.replace(f"{{{name}}}", made)
            elif where == "query":
                expected.append(f"{quote(name, safe='')}={made}")
            continue
        if where == "path":
            style, explode = style_of(node, value, "simple", ("simple", "label", "matrix"))
            mark = {"label": ".", "matrix": ";"}.get(style, "")
            made = expanded(f"{{{mark}v{'*' if explode else ''}}}", value)
            path = path.replace(f"{{{name}}}", _named(made, name, value, explode, ";"))
        elif where == "query":
            style, explode = style_of(node, value, "form", ("form", "spaceDelimited", "pipeDelimited", "deepObject"))
            if undefined(node, value):
                exact = False
            else:
                expected += query_parts(name, value, style, explode)
    query = url.removeprefix(SERVER).removeprefix(path)
    if not url.startswith(SERVER + path) or (query and query[0] not in "?&"):
        raise Disagreed("engine: another path than RFC 6570 expands", f"{url} where {path} is meant")
    got = [one for one in query[1:].split("&") if one]
    if any(node.get("allowReserved") is True for node, _ in it.parameters.values()):
        # Where it is data, a reserved character is the same to a server with and without percent-encoding.
        got, expected = [unquote(one) for one in got], [unquote(one) for one in expected]
    if exact and sorted(got) != sorted(expected):
        raise Disagreed("engine: another query than RFC 6570 expands", f"{got} where {expected} is meant")


def query_parts(name: str, value: Json, style: str, explode: bool) -> list[str]:
    """The name=value parts that a query parameter becomes."""
    if style == "deepObject" and isinstance(value, dict):
        return [
            f"{quote(name, safe='')}[{quote(key, safe='')}]={quote(text(one), safe='')}" for key, one in value.items()
        ]
    if style in ("spaceDelimited", "pipeDelimited") and isinstance(value, list | dict) and not explode:
        flat = value if isinstance(value, list) else [part for pair in value.items() for part in pair]
        between = "%20" if style == "spaceDelimited" else "%7C"
        return [f"{quote(name, safe='')}={between.join(quote(text(one), safe='') for one in flat)}"] if flat else []
    made = expanded(f"{{?v{'*' if explode else ''}}}", value)
    return [one for one in _named(made, name, value, explode, "&")[1:].split("&") if one]


def _named(made: str, name: str, value: Json, explode: bool, between: str) -> str:
    """An expansion of `v` with the parameter's own name, which RFC 6570 may have no way to write."""
    if explode and isinstance(value, dict):
        return made
    return re.sub(rf"(^\?|{between})v(?==|{between}|$)", lambda found: found[1] + quote(name, safe=""), made)


def check_headers(it: Described, values: Mapping[tuple[str, str], Json], headers: Mapping[str, str]) -> None:
    """Header parameters, and the characters of all headers (RFC 9110 section 5.5)."""
    for name, line in headers.items():
        if re.search(r"[^\t\x20-\x7e]", line) or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise Disagreed("engine: a header that HTTP forbids", f"{name}: {line!r}")
    for (name, where), value in values.items():
        node = it.parameters.get((name, where), ({}, ""))[0]
        if where == "cookie" and isinstance(value, str | int | float):
            expected = f"{quote(name, safe='')}={quote(text(value), safe='')}"
            if expected not in headers.get("Cookie", "").split("; "):
                raise Disagreed("engine: another cookie", f"{headers.get('Cookie')!r} where {expected} is meant")
        if where != "header" or undefined(node, value):
            continue
        if "content" in node:
            expected = json.dumps(value)
        elif isinstance(value, dict):
            inside = "=" if style_of(node, value, "simple", ("simple",))[1] else ","
            expected = ",".join(f"{key}{inside}{text(one)}" for key, one in value.items())
        else:
            expected = ",".join(map(text, value)) if isinstance(value, list) else text(value)
        if headers.get(name) != expected:
            raise Disagreed("engine: another header", f"{name}: {headers.get(name)!r} where {expected!r} is meant")


def check_accept(document: Published, it: Described, headers: Mapping[str, str]) -> None:
    """`Accept` has to name something that the document offers, or a server may answer 406 (RFC 9110 section 12.5.1)."""
    offered: set[str] = set()
    for status, node in _dict(it.node.get("responses")).items():
        node, _ = document.follow(node, "")
        if str(status).startswith("2") and isinstance(node, dict):
            produced = it.node.get("produces", document.tree.get("produces")) if "schema" in node else None
            offered |= set(_dict(node.get("content")) if not document.old else _list(produced))
    plain = {one.partition(";")[0].strip().lower() for one in offered}
    wanted = [one.partition(";")[0].strip().lower() for one in headers.get("Accept", "*/*").split(",")]
    fits = any(
        want in ("*/*", have) or have in ("*/*", f"{want.partition('/')[0]}/*") or want == f"{have.partition('/')[0]}/*"
        for want in wanted
        for have in plain
    )
    if plain and not fits:
        raise Disagreed("engine: Accept names nothing that the document offers", f"{wanted} where {sorted(plain)}")


def check_body(document: Published, body: Body, value: Json, sent: str, content: bytes | None, seed: str) -> None:
    """The bytes against the value that was given and against the published schema."""
    media = next((one for one in body.media if one.partition(";")[0] == sent.partition(";")[0]), "")
    if "*" in sent:
        raise Disagreed("engine: Content-Type is a range", sent)
    if content is None:
        raise Disagreed("engine: no body was sent", media)
    _, place, encoding = body.media.get(media, (True, "", {}))
    if isinstance(value, bytes) or media.startswith("text/"):
        expected = value if isinstance(value, bytes) else text(value).encode()
        if content != expected:
            raise Disagreed("engine: another body than was given", repr(content[:80]))
    elif is_json(media):
        got = json.loads(content.decode("utf-8"))
        if not same(got, value):
            raise Disagreed("engine: another body than was given", difference(value, got))
        refused = document.refusals(place, got, "readOnly", lenient=True) if place else []
        if refused:
            raise Disagreed("engine: a body that jsonschema refuses", refused[0][:200])
    elif media.startswith("application/x-www-form-urlencoded"):
        check_form(value, content.decode("ascii"), _dict(encoding))
    elif media.startswith("multipart/"):
        check_multipart(value, sent, content)


def check_form(value: Json, content: str, encoding: Mapping[str, Json]) -> None:
    """application/x-www-form-urlencoded: each property by its encoding (OpenAPI 3.1 section 4.8.15.1)."""
    got = sorted(parse_qsl(content, keep_blank_values=True, strict_parsing=bool(content)))
    expected: list[tuple[str, str]] = []
    for name, item in _dict(value).items():
        own = _dict(encoding.get(name))
        if own.get("style") == "deepObject" and isinstance(item, dict | list):
            expected += list(deep(name, item))
        elif isinstance(item, list) and own.get("explode") is False:
            between = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(str(own.get("style")), ",")
            expected += [(name, between.join(map(text, item)))] if item else []
        elif isinstance(item, list):
            expected += [(name, text(one)) for one in item]
        elif item is not None:
            expected.append((name, text(item)))
    if any(_dict(one).get("style") == "deepObject" for one in encoding.values()):
        # How deepObject counts the items of a list is nowhere defined: `a`, `a[]` and `a[0]` are all let pass.
        expected, got = ([(re.sub(r"\[\d*\]", "", name), said) for name, said in one] for one in (expected, got))
    # JSON inside a field may be written with other spaces.
    if sorted(map(_loosely, expected)) != sorted(map(_loosely, got)):
        nested = any(_dict(encoding.get(name)).get("style") == "deepObject" for name in _dict(value))
        what = " whose encoding is deepObject" if nested else ""
        raise Disagreed(f"engine: another form{what} than was given", f"{got} where {sorted(expected)} is meant"[:400])


def deep(name: str, item: Json) -> Iterator[tuple[str, str]]:
    """What servers that take deepObject in a form read: brackets for each level, numbers for lists."""
    if isinstance(item, dict | list):
        for key, one in item.items() if isinstance(item, dict) else enumerate(item):
            yield from deep(f"{name}[{key}]", one)
    else:
        yield name, text(item)


def _loosely(pair: tuple[str, str]) -> tuple[str, str]:
    try:
        return pair[0], json.dumps(json.loads(pair[1]), sort_keys=True)
    except ValueError:
        return pair


def check_multipart(value: Json, sent: str, content: bytes) -> None:
    """multipart/form-data, read by the standard library: a part for each property (RFC 7578)."""
    if "boundary=" not in sent:
        raise Disagreed("engine: multipart without a boundary", sent)
    message = email.message_from_bytes(f"Content-Type: {sent}\r\n\r\n".encode() + content, policy=email.policy.HTTP)
    parts = [str(part.get_param("name", header="content-disposition")) for part in message.iter_parts()]
    expected = {name for name, item in _dict(value).items() if item not in (None, [])}
    if set(parts) != expected:
        raise Disagreed("engine: other parts than were given", f"{parts} where {sorted(expected)} is meant")


def same(left: Json, right: Json) -> bool:
    """Whether two JSON values are one, `true` and 1 told apart."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def difference(wanted: Json, got: Json, path: str = "") -> str:
    """The first place where two JSON values differ."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in [*wanted, *(key for key in got if key not in wanted)]:
            if key not in got or key not in wanted or not same(wanted[key], got[key]):
                inside = key in got and key in wanted
                return difference(
                    wanted.get(key, "(absent)"),
                    got.get(key, "(absent)"),
                    f"{path}.{key}" if inside else path + f".{key}",
                )
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for index, (one, other) in enumerate(zip(wanted, got, strict=True)):
            if not same(one, other):
                return difference(one, other, f"{path}[{index}]")
    return f"{path or 'value'}: {got!r:.80} where {wanted!r:.80} is meant"


# -- one answer ----------------------------------------------------------------------------------------------------


def answers(document: Published, it: Described) -> Iterator[tuple[int, str, Json, str]]:
    """(status, media type, schema, its pointer) of every success whose body is JSON."""
    for status, node in _dict(it.node.get("responses")).items():
        if not re.fullmatch(r"2\d\d", str(status)) or str(status) in ("204", "205"):
            continue
        node, place = document.follow(node, f"{it.place}/responses/{_escaped(str(status))}")
        if document.old:
            produced = _list(it.node.get("produces", document.tree.get("produces"))) or ["application/json"]
            media = next((one for one in produced if is_json(one)), None)
            if media is not None and "schema" in _dict(node):
                yield int(status), media, node["schema"], f"{place}/schema"
            continue
        for media, one in _dict(_dict(node).get("content")).items():
            if is_json(media) and isinstance(one, dict) and "schema" in one:
                yield int(status), media, one["schema"], f"{place}/content/{_escaped(media)}/schema"
                break


def answer(
    document: Published, schema: Json, place: str, seed: str, read: Callable[[Json], Any], reads: str
) -> list[str]:
    """Make a value, read it, and give it back; gives remarks. Raises Disagreed and StuckError."""

    def maker(number: int, often: float) -> Maker:
        return Maker(document.tree, random.Random(f"{seed} {reads} {number}"), "writeOnly", often)

    value, loose = document.value(maker, schema, place, 0.6)
    surprises: list[str] = []
    with noting(lambda where, what, one: surprises.append(f"{what} at {where}: {one!r:.60}")):
        back = to_wire(read(value))
    if not same(back, value):
        raise Disagreed("engine: another value comes back than was read", difference(value, back))
    if surprises:
        kind = surprises[0].partition(" at ")[0].partition(" field ")[0]
        raise Disagreed(f"engine: calls a value that the schema allows a surprise ({kind})", surprises[0][:300])
    return ["oneOf"] * loose


# -- one document --------------------------------------------------------------------------------------------------


def touch(operation: Any) -> None:
    """Everything that a person looks at before calling."""
    str(operation.signature)
    if not operation.__doc__ or not repr(operation).startswith("<Operation"):
        raise Disagreed("engine: no docstring or no repr")
    operation.result()
    [
        one.annotation
        for one in (*operation.body_fields, *(p.type for p in operation.parameters))
        if hasattr(one, "annotation")
    ]


def general(error: BaseException) -> str:
    """What an exception has in common with others of its kind: its words without names and numbers."""
    said = str(error)
    if isinstance(error, errors.ValidationError) and error.fields:
        said = next(iter(error.fields.values()))[0]
    if isinstance(error, TypeError):
        said = re.sub(r"^\w+\(\)", "it", said)
    said = re.sub(r"(must be one of).*", r"\1 ...", said, flags=re.DOTALL)
    said = re.sub(r"; (known are|did you mean|it takes).*", "", said, flags=re.DOTALL)
    said = re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`", "'...'", said)
    said = re.sub(r"\([^()]*\)|[-\d.]+|#/\S+|<[^<>]*>", "...", said)
    return f"{type(error).__name__}: {said[:110]}"


def document_tally(file: str) -> Tally:
    """Everything about one document."""
    began = time.perf_counter()
    logging.disable(logging.CRITICAL)
    counts: Counter[str] = Counter()
    reasons: list[Reason] = []

    def not_agreed(about: str, where: str, error: BaseException) -> None:
        if isinstance(error, Disagreed):
            said, example = error.said, error.example
        elif isinstance(error, StuckError):
            kind = "document" if "$ref" in str(error) or "jsonschema cannot" in str(error) else "generator"
            said, example = f"{kind}: {error}", ""
        elif isinstance(error, Slow):
            said, example = f"engine or checker: more than {PATIENCE} s", ""
        else:
            said, example = f"engine: {general(error)}", str(error)[:300].replace("\n", " ")
        reasons.append(Reason(about, said, file, where, example))

    def attempt(about: str, where: str, act: Callable[[], list[str]]) -> bool:
        """Run one check under the clock; a failure becomes a reason."""
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        try:
            for remark in act():
                counts[remark] += 1
        except (Exception, Slow) as error:  # noqa: BLE001 - whatever goes wrong is a finding, and the run goes on
            signal.setitimer(signal.ITIMER_REAL, 0)
            not_agreed(about, where, error)
            return False
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return True

    signal.signal(signal.SIGALRM, _too_slow)
    counts["documents"] = 1
    found: dict[str, Any] = {}

    def load() -> list[str]:
        found["api"] = leapocr_dyn.load(CORPUS / file)
        return []

    version = "?"
    try:
        document = Published(source.read(CORPUS / file).tree)
        version = document.version
        wanted = list(described(document))
    except (errors.DocumentError, StuckError) as error:
        not_agreed("load", "", error)
        return Tally(file, version, counts, reasons, time.perf_counter() - began)
    counts["operations"] = len(wanted)
    if attempt("load", "", load):
        counts["loaded"] = 1
        api = found["api"]
        reported = {one.pointer for one in api.report if re.search(r"\$ref|file|document", one.said)}
        for it in wanted:
            one_operation(document, api, it, file, counts, attempt, reported)
        models(document, api, file, counts, attempt)
    return Tally(file, version, counts, reasons, time.perf_counter() - began)


Attempt = Callable[[str, str, Callable[[], list[str]]], bool]


def one_operation(
    document: Published, api: Any, it: Described, file: str, counts: Counter[str], attempt: Attempt, reported: set[str]
) -> None:
    """Touch an operation, build its requests, read its answers."""
    if isinstance(it.node.get("$ref"), str):
        # The rest of it is in a file that nobody has here: nothing can be compared, but it has to be said.
        counts["elsewhere"] += 1

        def said() -> list[str]:
            if not any(at.startswith(it.place) for at in reported):
                raise Disagreed("engine: does not say that an operation stands in another file", it.node["$ref"])
            return []

        attempt("represented", it.where, said)
        return
    holder: dict[str, Any] = {}

    def represented() -> list[str]:
        if (it.method, it.path) not in api.operations:
            raise Disagreed("engine: an operation is lost")
        holder["operation"] = api.operations[it.method, it.path]
        touch(holder["operation"])
        return []

    if not attempt("represented", it.where, represented):
        return
    counts["represented"] += 1
    operation = holder["operation"]

    def requests() -> list[str]:
        return [
            remark
            for optional in (0.0, 0.6)
            for remark in request(document, it, operation, f"{file} {it.where} {optional}", optional)
        ]

    counts["requests"] += attempt("request", it.where, requests)
    try:
        promised = list(answers(document, it))
    except StuckError:
        promised = []
    for status, media, schema, place in promised:
        counts["answers"] += 1

        def read(value: Json, status: int = status, media: str = media) -> Any:
            return operation.read(status, {"content-type": media}, json.dumps(value).encode())

        def trip(schema: Json = schema, place: str = place, status: int = status) -> list[str]:
            return answer(document, schema, place, f"{file} {it.where}", lambda value: read(value), str(status))

        counts["trips"] += attempt("round trip", f"{it.where} {status}", trip)


def models(document: Published, api: Any, file: str, counts: Counter[str], attempt: Attempt) -> None:
    """Touch every model, and read a value of each."""
    holder = _dict(document.tree if document.old else document.tree.get("components"))
    base = "/definitions" if document.old else "/components/schemas"
    for name, schema in _dict(holder.get("definitions" if document.old else "schemas")).items():
        counts["models"] += 1

        def trip(name: str = name, schema: Json = schema) -> list[str]:
            made = api.models[name]
            if isinstance(made, type):
                str(inspect.signature(made)) if hasattr(made, "_layout") else None
            kind = api.models.type(name)
            return answer(
                document,
                schema,
                f"{base}/{_escaped(name)}",
                f"{file} {name}",
                lambda v: api.converter.structure(v, kind),
                name,
            )

        counts["model trips"] += attempt("round trip", f"schema {name}", trip)


def _too_slow(number: int, frame: object) -> None:
    raise Slow


# -- the whole corpus ----------------------------------------------------------------------------------------------


def chosen(only: list[str], limit: int | None) -> list[str]:
    """The files to look at, the largest first, so that the last one to end is a small one."""
    index = json.loads((CORPUS / "index.json").read_text("utf-8"))
    files = [one for one in index if not only or any(re.search(text, one["file"]) for text in only)][:limit]
    return [one["file"] for one in sorted(files, key=lambda one: -one["bytes"])]


def run(files: list[str], seconds: float | None, jobs: int) -> tuple[list[Tally], list[str]]:
    """What became of each document, and those that there was no time for."""
    began = time.perf_counter()
    tallies: list[Tally] = []
    # A pool of processes that is ended here, whatever is still being looked at.
    with multiprocessing.Pool(jobs, maxtasksperchild=20) as pool:
        done = pool.imap_unordered(document_tally, files)
        for _ in files:
            spent = time.perf_counter() - began
            try:
                tallies.append(done.next(None if seconds is None else max(0.1, seconds - spent)))
            except multiprocessing.TimeoutError:
                break
            if sys.stderr.isatty():
                print(f"\r{len(tallies)}/{len(files)} documents, {spent:.0f} s ", end="", file=sys.stderr)
    seen = {tally.file for tally in tallies}
    return tallies, [file for file in files if file not in seen]


def table(tallies: list[Tally], left: list[str], seconds: float) -> Iterator[str]:
    """The table, as lines."""
    counts = sum((tally.counts for tally in tallies), Counter())
    operations = counts["operations"] - counts["elsewhere"]
    rows = [
        ("loaded", counts["loaded"], counts["documents"]),
        ("operations represented", counts["represented"], operations),
        ("requests agreed", counts["requests"], operations),
        ("round trips of answers", counts["trips"], counts["answers"]),
        ("round trips of models", counts["model trips"], counts["models"]),
    ]
    yield "| what | agreed | of | % |"
    yield "|---|---:|---:|---:|"
    for name, part, whole in rows:
        yield f"| {name} | {part} | {whole} | {100 * part / whole if whole else 100:.2f} |"
    yield f"| seconds | {seconds:.0f} | | |"
    if counts["elsewhere"]:
        yield f"\n{counts['elsewhere']} operations stand in files that the corpus does not have; they are not counted."
    if counts["oneOf"]:
        yield f"{counts['oneOf']} values fit more than one option of a oneOf, and are let pass."
    if expand is None:
        yield "uritemplate is not installed: path and query styles were not checked (pip install uritemplate)."
    if left:
        yield f"No time for {len(left)} documents: {', '.join(left[:5])}{' ...' if len(left) > 5 else ''}"
    grouped = group(tallies)
    if grouped:
        yield "\nNot agreed, with one example each:\n"
    for (about, said), found in grouped.items():
        files = len({one.file for one in found})
        yield f"{len(found):5} {about}: {said} [{files} documents]\n        {found[0]}"


def group(tallies: list[Tally]) -> dict[tuple[str, str], list[Reason]]:
    """The reasons, by what they have in common, the most frequent first."""
    found: dict[tuple[str, str], list[Reason]] = {}
    for tally in sorted(tallies):
        for reason in tally.reasons:
            found.setdefault((reason.about, reason.said), []).append(reason)
    return dict(sorted(found.items(), key=lambda one: (-len(one[1]), one[0])))


def main() -> int:
    """Parse the command line, look at the corpus, print the table; 1 where too little was loaded or represented."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", action="append", default=[], metavar="PATTERN", help="files that a regex finds; again for more"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="at most N documents, in the order of the index")
    parser.add_argument("--seconds", type=float, metavar="S", help="stop after so many")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write counts and every reason there")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    options = parser.parse_args()
    if not (CORPUS / "index.json").is_file():
        print(f"{ABSENT}: there are no documents to look at")
        return 0
    began = time.perf_counter()
    tallies, left = run(chosen(options.only, options.limit), options.seconds, options.jobs)
    seconds = time.perf_counter() - began
    print("\n".join(table(tallies, left, seconds)))
    counts = sum((tally.counts for tally in tallies), Counter())
    if options.json:
        reasons = [reason._asdict() for tally in sorted(tallies) for reason in tally.reasons]
        times = {tally.file: round(tally.seconds, 2) for tally in sorted(tallies)}
        options.json.write_text(json.dumps({"counts": counts, "reasons": reasons, "seconds": times}, indent=1), "utf-8")
    operations = counts["operations"] - counts["elsewhere"]
    enough = counts["loaded"] >= LOADED * counts["documents"] and counts["represented"] >= REPRESENTED * operations
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
