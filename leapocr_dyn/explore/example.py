"""An example of a call: arguments that an operation would take, made up from its document.

    op.example()      ->      client.orders.place_order(tea="Sencha", cups=1)

What the document's author wrote (`example`, `examples`, `default`, `const`, `enum`) comes first. Published examples are
often wrong, so what the schema forbids is passed over, and something is made instead; then only what is required.
Recursion ends where a schema comes back into itself. What `not`, `if` or `dependentRequired` want is found only by
chance: whoever cannot be given a value that its schema allows is told so, and never given a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.errors import DocumentError, ValidationError
from leapocr_dyn.explore import spelling
from leapocr_dyn.explore.pattern import matching
from leapocr_dyn.model.check import problems
from leapocr_dyn.model.composition import combined, is_null, tags, whole
from leapocr_dyn.model.type import Schema
from leapocr_dyn.model.value import Json
from leapocr_dyn.operation import media
from leapocr_dyn.operation.body import Body
from leapocr_dyn.operation.method import Method
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.parameter import Parameter
from leapocr_dyn.visible import visible

NODES = 3_000  # schemas that are looked at for one value
DEPTH = 24
TRIED = 12  # values of one schema that are tried, before it is given up
LONGEST = 10_000  # characters of a text
WIDTH = 100  # characters of a call on one line

# OpenAPI Format Registry.
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
    "base64": "dGV4dA==",
    "base64url": "dGV4dA==",
    "decimal": "12.50",
}
# What `pattern` mostly asks for.
GUESSES = ("text", "a", "A", "1", "0.0", "1.0.0", "abc123", "ABC", "2026-01-31", "#aabbcc", "+491701234567", "en-US")
FILES = {"image": "image.png", "audio": "sound.mp3", "video": "film.mp4", "text": "text.txt"}


class Example(dict[str, Any]):  # Any: what the document's types say
    """Keyword arguments of a call that would be valid; printed, they are the call. called: what is called."""

    def __init__(self, called: str, arguments: Mapping[str, Any]) -> None:
        super().__init__(arguments)
        self.called = called

    def __repr__(self) -> str:
        given = [f"{name}={value!r}" for name, value in self.items()]
        line = f"{self.called}({', '.join(given)})"
        if len(line) > WIDTH:
            line = f"{self.called}(\n" + "".join(f"    {one},\n" for one in given) + ")"
        return visible(line)


class EndlessError(Exception):
    """The schema goes on for ever, or for longer than NODES, or nothing that it allows comes to mind."""


def of(way: Operation | Method) -> Example:
    """A call of an operation or a method that would be valid. Raises DocumentError where none comes to mind."""
    it = way.operation
    body = _body(it) if it.body is not None and it.body.required else {}
    spoken_for = {field.name for field in it.body_fields} if "body" in body else set[str]()
    given = {}
    for one in way.signature.parameters.values():
        if one.name in body:
            given[one.name] = body[one.name]
        elif one.default is one.empty and one.name not in spoken_for:
            given[one.name] = _argument(way, one.name, body)
    return Example(spelling.called(way), given)


def _argument(way: Operation | Method, name: str, body: Mapping[str, Any]) -> Any:  # Any: what its type says
    """A value for an argument that is no field of the body."""
    it = way.operation
    if isinstance(way, Method) and name == way.way.whole:
        return dict(body)
    own = next((one for one in it.parameters if one.name == name), None)
    if own is not None:
        return _tried(it, name, own.schema, own.place, _written(it, own), lambda value: _takes(own, value))
    kind = way.sent(name) if isinstance(way, Method) else None
    if kind is None:
        return "text"
    try:
        schema = it.document.resolve(kind.pointer)
    except DocumentError:  # of several schemas together: no node of the document
        return "text"
    return _tried(it, name, schema, kind.pointer)


def _body(it: Operation) -> dict[str, Any]:  # Any: what its types say
    """The arguments that are the body."""
    body: Any = it.body  # Any: that there is one, the caller knows
    if not body.has_fields and not body.annotation.startswith("str"):
        return {"body": _file(body.media)}
    value = _tried(it, "body", body.schema, body.place, _examples(body.node))
    fields = {str(field.wire): field.name for field in it.body_fields}
    if isinstance(value, dict):
        value |= {str(one.wire): _several(body, one) for one in body.files if one.required or str(one.wire) in value}
        if fields and value.keys() <= fields.keys():
            return {fields[wire]: item for wire, item in value.items()}
    return {"body": value}


def _several(body: Body, field: Any) -> Any:  # Any: a Field; a file, or a list of one
    file = _file("application/pdf")
    return [file] if body.takes(field).startswith("list") else file


def _file(kind: str) -> tuple[str, bytes]:
    return FILES.get(media.plain(kind).partition("/")[0], "file.pdf"), b"its content"


def _written(it: Operation, parameter: Parameter) -> list[Json]:
    """The examples beside a parameter's schema."""
    try:
        return _examples(it.document.resolve(parameter.place.removesuffix("/schema")))
    except DocumentError:
        return []


def _examples(node: Any) -> list[Json]:  # Any: a Parameter, Header, Media Type or Schema Object
    """What an object's author gave as examples: `example`, and the values of `examples`."""
    if not isinstance(node, Mapping):
        return []
    found = [node["example"]] if "example" in node else []
    several = node.get("examples")
    if isinstance(several, Mapping):
        found += [one["value"] for one in several.values() if isinstance(one, dict) and "value" in one]
    return found + (several if isinstance(several, list) else [])


def _takes(parameter: Parameter, value: Json) -> bool:
    """Whether a value can be written where the parameter stands."""
    try:
        (parameter.text if parameter.where in ("path", "header") else parameter.pairs)(value)
    except ValidationError:
        return False
    return True


def _tried(
    it: Operation,
    name: str,
    schema: Schema,
    place: str,
    written: list[Json] | None = None,
    takes: Callable[[Json], bool] = lambda value: True,
) -> Json:
    """The first value of a schema that is right: what was written, then what can be made."""
    maker = Maker(it.document)
    try:
        return maker.value(schema, place, written or [], takes)
    except EndlessError as error:
        raise DocumentError(
            f"{it.name}: no value for {name} comes to mind that its schema (at #{place}) allows; give one of your own"
        ) from error


class Maker:
    """Makes values of a document's schemas."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes: int = 0

    def value(
        self,
        schema: Schema,
        place: str,
        written: list[Json] | None = None,
        takes: Callable[[Json], bool] = lambda value: True,
        above: frozenset[str] = frozenset(),
    ) -> Json:
        """A value that a schema allows. above: the pointers of the schemas around it. Raises EndlessError."""
        for value in islice(self.candidates(schema, place, written or [], above), TRIED):
            if takes(value) and self.allows(schema, place, value):
                return value
        raise EndlessError

    def candidates(self, schema: Schema, place: str, written: list[Json], above: frozenset[str]) -> Iterator[Json]:
        """What a schema may allow, the likeliest first."""
        self.nodes += 1
        found, here = whole(self.document, schema, place)
        if here in above or len(above) > DEPTH or self.nodes > NODES:
            raise EndlessError
        above |= {here}
        yield from written
        yield from _examples(found)
        yield from (found[word] for word in ("default", "const") if word in found)
        if isinstance(listed := found.get("enum"), list):
            yield from sorted(listed, key=lambda value: value is None)
        for keyword in ("oneOf", "anyOf"):
            if isinstance(options := found.get(keyword), list):
                yield from self.options(found, keyword, options, here, above)
        for kind in kinds(found):
            if kind in MAKERS:
                yield from MAKERS[kind](self, found, here, above)

    def options(
        self, schema: Schema, keyword: str, options: list[Schema], place: str, above: frozenset[str]
    ) -> Iterator[Json]:
        """A value of each option of a union that has one; null is the last."""
        tag, named = tags(self.document, schema, options, f"{place}/{keyword}")
        said = {index: name for name, index in named.items()}
        for index, option in sorted(enumerate(options), key=lambda one: is_null(one[1])):
            try:
                value = self.value(combined(schema, option), f"{place}/{keyword}/{index}", above=above)
            except EndlessError:
                continue
            if tag is not None and isinstance(value, dict) and index in said:
                yield {**value, tag: said[index]}
            yield value

    def object(self, schema: Schema, place: str, above: frozenset[str]) -> Iterator[Json]:
        """With what is required; with one property more, where there must be more; then with everything."""
        known = schema["properties"] if isinstance(schema.get("properties"), dict) else {}
        needed = dict.fromkeys(one for one in schema.get("required") or () if isinstance(one, str))
        least, most = _limit(schema, "minProperties", 0), _limit(schema, "maxProperties", LONGEST)
        wanted = [[*needed]]
        if len(needed) < least:
            others = [name for name in known if name not in needed] or [f"name{number}" for number in range(least)]
            wanted += [[*needed, *others[at : at + least - len(needed)]] for at in range(len(others))]
        for names in [*wanted, [*{**needed, **known}][:most]]:
            made: dict[str, Json] = {}
            for name in names:
                at = f"{place}/properties{pointer(name)}" if name in known else f"{place}/additionalProperties"
                inner = known.get(name, schema.get("additionalProperties", True))
                followed = self.document.follow(inner, at).value
                if isinstance(followed, dict) and followed.get("readOnly") is True:
                    continue
                try:
                    made[name] = self.value(inner, at, above=above)
                except EndlessError:
                    if name in needed:
                        raise
            yield made

    def array(self, schema: Schema, place: str, above: frozenset[str]) -> Iterator[Json]:
        """One item, none, or as many as there must be."""
        first = schema["prefixItems"] if isinstance(schema.get("prefixItems"), list) else []
        least = _limit(schema, "minItems", 0)
        for length in dict.fromkeys((max(least, len(first), 1), max(least, len(first)))):
            try:
                yield [
                    self.value(first[at], f"{place}/prefixItems/{at}", above=above)
                    if at < len(first)
                    else self.item(schema.get("items", True), f"{place}/items", at, above)
                    for at in range(min(length, NODES))
                ]
            except EndlessError:
                continue
        yield []

    def item(self, schema: Schema, place: str, index: int, above: frozenset[str]) -> Json:
        """The item at an index: another one each time, as far as its schema has several."""
        found = [
            one for one in islice(self.candidates(schema, place, [], above), TRIED) if self.allows(schema, place, one)
        ]
        if not found:
            raise EndlessError
        return found[index % len(found)]

    def allows(self, schema: Schema, place: str, value: Json) -> bool:
        """Whether a schema has nothing against a value."""
        return not any(problems(self.document, schema, place, value))

    def string(self, schema: Schema, place: str, above: frozenset[str]) -> Iterator[Json]:
        """Of its format, length and pattern."""
        form, pattern = schema.get("contentEncoding", schema.get("format")), schema.get("pattern")
        least, most = _limit(schema, "minLength", 0), _limit(schema, "maxLength", LONGEST)
        guesses = [FORMATS[form]] if isinstance(form, str) and form in FORMATS else []
        if isinstance(pattern, str):
            guesses += [text for number in (1, 2, 3, least, most) if (text := matching(pattern, number)) is not None]
        yield from (text.ljust(least, "x")[:most] for text in [*guesses, *(GUESSES if pattern else GUESSES[:1])])

    def number(self, schema: Schema, place: str, above: frozenset[str]) -> Iterator[Json]:
        """The one nearest to the lower bound, or to 1 where there is none."""
        step = schema.get("multipleOf") or 1
        least = schema.get("minimum", schema.get("exclusiveMinimum"))
        most = schema.get("maximum", schema.get("exclusiveMaximum"))
        start = least if least is not None else 1 if most is None or most >= 1 else most
        near = [
            start,
            start + 1,
            start - 1,
            (start // step) * step,
            (start // step + 1) * step,
            start + 0.5,
            start - 0.5,
        ]
        yield from (int(one) if float(one).is_integer() else one for one in near)


def _limit(schema: Schema, word: str, otherwise: int) -> int:
    """A limit that is a number, of at most LONGEST."""
    said = schema.get(word)
    return min(int(said), LONGEST) if isinstance(said, int | float) and said >= 0 else otherwise


def kinds(schema: Schema) -> list[str]:
    """The JSON types to make; a schema that names none is judged by its other words."""
    said = schema.get("type")
    if said is not None:
        named = said if isinstance(said, list) else [said]
        return sorted((kind for kind in named if isinstance(kind, str)), key=lambda kind: kind == "null")
    for kind, words in (
        ("object", {"properties", "additionalProperties", "required"}),
        ("array", {"items", "prefixItems"}),
    ):
        if words & schema.keys():
            return [kind]
    return ["string", "integer", "boolean", "object", "array"]


MAKERS: dict[str, Callable[[Maker, Schema, str, frozenset[str]], Iterator[Json]]] = {
    "object": Maker.object,
    "array": Maker.array,
    "string": Maker.string,
    "integer": Maker.number,
    "number": Maker.number,
    "boolean": lambda *_: iter([True, False]),
    "null": lambda *_: iter([None]),
}
