"""What a schema says, without how it says it: the form in which documents are compared.

Words for people, the names of components, the order of keys and of options, an `allOf` where one schema would do, a
`const` for an `enum` of one, defaults that JSON Schema has anyway: none of these is meaning. What no keyword of a
schema is, nobody reads, and so it is none either.

Theory of operation. What holds at one place is a set of nodes: one, or several where `$ref` and `allOf` join them. Such
a set is known by the pointers of its nodes, once all references and `allOf` are followed, and so it is the same
whichever way leads there, and a cycle ends at what is known already. ANYTHING is the set without nodes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import Located, is_reference, local, pointer
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.model.vocabulary import understood

Json = Any  # the border where JSON enters

Key = frozenset[str]
Step = tuple[str, ...]
ANYTHING: Key = frozenset()
BARE = "without what surrounds a union"  # in a key, beside pointers, which all begin with a slash

# Schemas that hold together by the properties that they share: of n there can be two to the power of n sets.
MOST = 50_000
# What stands at most once, and holds one schema; `additionalItems` is an older word.
SINGLE = (
    *("items", "additionalItems", "unevaluatedItems", "additionalProperties", "unevaluatedProperties"),
    *("propertyNames", "contains", "contentSchema", "not", "if", "then", "else"),
)
NAMED = ("properties", "patternProperties", "dependentSchemas", "dependencies")
# Of several that hold together, the largest, or the smallest, is what counts.
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
# The last one counts, as it does for models (model/composition.py).
LAST = ("default", "format")
FLAGS = ("deprecated", "readOnly", "writeOnly", "uniqueItems")
# Text, numbers and lists that forbid something.
ASSERTIONS = ("pattern", "multipleOf", "dependentRequired", "contentEncoding", "contentMediaType", "$dynamicRef", "xml")
IMPLIED = (
    ("object", ("properties", "patternProperties", "additionalProperties", "required", "minProperties")),
    ("array", ("items", "prefixItems", "minItems", "maxItems", "uniqueItems")),
)


class Option(NamedTuple):
    """One option of a union. tags: the values of the discriminator that choose it, where names do."""

    tags: tuple[str, ...]
    key: Key


class Meaning(NamedTuple):
    """What a schema says. place: where the first of its nodes stands. words: keywords without schemas, in one spelling.

    inner: the schemas below, by ("items",), ("properties", "name") and their like. places: where each is written.
    unions: the options of each.
    """

    place: str
    words: dict[str, Json]
    inner: dict[Step, Key]
    places: dict[Step, str]
    unions: tuple[tuple[Option, ...], ...]


def canonical(value: Json) -> Json:
    """A JSON value as everybody would write it: 1.0 is 1."""
    if isinstance(value, dict):
        return {key: canonical(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def text(value: Json) -> str:
    """The JSON text by which values are told apart and put in order."""
    return ENCODER.encode(canonical(value))


ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


class Schemas:
    """The schemas of one document, each read once, when somebody asks."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._keys: dict[tuple[str, ...], Key] = {}
        self._ways = 0
        self._nodes: dict[Key, list[Located]] = {}
        self._meanings: dict[Key, Meaning] = {ANYTHING: Meaning("", {}, {}, {}, ())}

    def key(self, *parts: Located) -> Key:
        """What is known of the schemas that hold together at one place. Raises DocumentError for too many of those."""
        places = tuple(part.pointer for part in parts)
        found = self._keys.get(places)
        if found is None:
            self._ways += len(parts) > 1
            if self._ways > MOST:
                raise DocumentError(f"{self.document.name}: `allOf` joins its schemas in more than {MOST} ways")
            nodes = self._flat(parts)
            found = self._keys[places] = frozenset(nodes)
            self._nodes.setdefault(found, [Located(value, place) for place, value in nodes.items()])
        return found

    def meaning(self, key: Key) -> Meaning:
        """What it says."""
        found = self._meanings.get(key)
        if found is None:
            found = self._meanings[key] = self._bare(key) if BARE in key else self._read(self._nodes[key])
        return found

    def _bare(self, key: Key) -> Meaning:
        whole = self.meaning(key - {BARE})
        around = ("null", "default", *FLAGS)
        return whole._replace(words={word: value for word, value in whole.words.items() if word not in around})

    # -- which nodes hold

    def _flat(self, parts: Sequence[Located]) -> dict[str, dict[str, Json]]:
        """{pointer: what stands there itself} for all that hold, in the order in which the last word counts."""
        found: dict[str, dict[str, Json]] = {}
        seen: set[str] = set()
        waiting: list[tuple[Json, str, bool]] = [(*part, False) for part in reversed(parts)]
        while waiting:
            node, place, opened = waiting.pop()
            if opened:
                if node:
                    found[place] = node
                continue
            if node is False:
                found[place] = {"not": True}
            if not isinstance(node, dict) or place in seen:
                continue
            seen.add(place)
            own = understood(node, place, _unheard)
            joined = self._joined(own, place)
            waiting.append(({word: value for word, value in own.items() if word in SAYING}, place, True))
            waiting += [(*part, False) for part in reversed(joined)]
        return found

    def _joined(self, own: dict[str, Json], place: str) -> list[Located]:
        """What a node holds together with; `own` loses the words that say so."""
        joined = []
        if isinstance(ref := own.pop("$ref", None), str):
            joined += self._target(ref, place)
        joined += [Located(one, f"{place}/allOf/{index}") for index, one in enumerate(own.pop("allOf", ()))]
        for word in ("anyOf", "oneOf"):
            options = [Located(one, f"{place}/{word}/{index}") for index, one in enumerate(own.get(word, ()))]
            there = [one for one in options if not self._is_null(one)]
            if len(there) < len(options):
                own["null"] = True
            if len(there) < 2:
                own.pop(word, None)
                joined += there
            else:
                own[word] = there
        return joined

    def _target(self, ref: str, place: str) -> list[Located]:
        try:
            there = local(ref)
            return [Located(self.document.resolve(there), there)]
        except DocumentError:
            self.document.follow({"$ref": ref}, place)  # says so, or raises, as the document was told
            return []

    def _is_null(self, option: Located) -> bool:
        node = option.value
        if is_reference(node):
            node = self.document.follow({"$ref": node["$ref"]}, option.pointer).value
        return isinstance(node, dict) and node.get("type") in ("null", ["null"])

    # -- what they say together

    def _read(self, nodes: list[Located]) -> Meaning:
        values = [node.value for node in nodes]
        words: dict[str, Json] = {}
        for told in (_types, _values, _required, _limits, _others):
            words |= told(values)
        inner: dict[Step, list[Located]] = {}
        for node, place in nodes:
            for step, part in _below(node, place):
                if part.value is False and len(step) == 1 and step[0] != "not":
                    words[step[0]] = False
                else:
                    inner.setdefault(step, []).append(part)
        keys = {step: self.key(*parts) for step, parts in inner.items() if step[0] not in words}
        # `items: {}` says no more than nothing does; that there is a property, or that nothing may be, is something.
        keys = {step: key for step, key in keys.items() if key or len(step) > 1 or step[0] in ("not", "contains")}
        places = {step: inner[step][0].pointer for step in keys}
        unions = tuple(self._union(node, node[word]) for node in values for word in ("anyOf", "oneOf") if word in node)
        tag = _tag(values)
        if tag is not None:
            words["discriminator"] = tag if unions else [tag, sorted(_mapping(values))]
        return Meaning(min(node.pointer for node in nodes), words, keys, places, unions)

    def _union(self, node: dict[str, Json], options: list[Located]) -> tuple[Option, ...]:
        tag, mapping = _tag([node]), _mapping([node])
        found = []
        for option in options:
            key = self.key(option)
            tags: list[str] = []
            name = option.value["$ref"] if is_reference(option.value) else None
            if tag is not None and name is not None:
                short = name.rpartition("/")[2]
                tags = sorted(value for value, target in mapping.items() if target in (name, short))
                # OpenAPI 3.1 section 4.8.25.2: without a mapping, the component's name is what the wire says.
                tags = tags or ([] if self._tells(key, tag) else [short])
            found.append(Option(tuple(tags), key))
        return tuple(found)

    def _tells(self, key: Key, tag: str) -> bool:
        """Whether an option says by itself what its discriminator holds."""
        given = [
            Located(node.value["properties"][tag], f"{node.pointer}/properties{pointer(tag)}")
            for node in self._nodes[key]
            if tag in node.value.get("properties", {})
        ]
        return any("const" in node.value or "enum" in node.value for node in self._nodes[self.key(*given)])


def _unheard(rule: str, place: str, said: str) -> None:
    """What says nothing is told by whoever reads a document, not by whoever compares two."""


def _tag(nodes: Iterable[dict[str, Json]]) -> str | None:
    names = [node["discriminator"].get("propertyName") for node in nodes if "discriminator" in node]
    return next((name for name in names if isinstance(name, str)), None)


def _mapping(nodes: Iterable[dict[str, Json]]) -> dict[str, Json]:
    given = [node["discriminator"].get("mapping") for node in nodes if "discriminator" in node]
    return {key: value for one in given if isinstance(one, dict) for key, value in one.items()}


def _below(node: dict[str, Json], place: str) -> Iterator[tuple[Step, Located]]:
    for word in SINGLE:
        if word in node:
            yield (word,), Located(node[word], f"{place}/{word}")
    for word in NAMED:
        for name, inner in node.get(word, {}).items():
            if isinstance(inner, dict | bool):
                yield (word, name), Located(inner, f"{place}/{word}{pointer(name)}")
    for index, inner in enumerate(node.get("prefixItems", ())):
        yield ("prefixItems", str(index)), Located(inner, f"{place}/prefixItems/{index}")


Nodes = list[dict[str, Json]]


def _types(nodes: Nodes) -> dict[str, Json]:
    """`type` and whether it may be null; where no node says, what its other words are about."""
    allowed: set[str] | None = None
    for node in nodes:
        kinds = {node["type"]} if isinstance(node.get("type"), str) else set(map(str, node.get("type", ())))
        if kinds:
            kinds |= {"integer"} if "number" in kinds else set()
            allowed = kinds if allowed is None else allowed & kinds
    told = allowed is not None
    if allowed is None:
        values = [value for node in nodes for value in node.get("enum", [node["const"]] if "const" in node else ())]
        implied = {kind for kind, words in IMPLIED if any(word in node for node in nodes for word in words)}
        allowed = implied | {KINDS[type(value)] for value in values}
    null = "null" in allowed or any(node.get("null") for node in nodes)
    kinds = allowed - {"null"} - ({"integer"} if "number" in allowed else set())
    return ({"type": sorted(kinds)} if kinds or told else {}) | ({"null": True} if null else {})


KINDS: dict[type, str] = {
    dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"
}  # fmt: skip


def _values(nodes: Nodes) -> dict[str, Json]:
    """`enum` and `const`, and the names that code has for the values."""
    lists = [node.get("enum", [node.get("const")]) for node in nodes if "enum" in node or "const" in node]
    given = [{text(value): canonical(value) for value in one} for one in lists]
    if not given:
        return {}
    kept = {name: value for name, value in given[0].items() if all(name in one for one in given) and name != "null"}
    names: dict[str, Json] = {}
    for node in nodes:
        called = node.get("x-enum-varnames") or node.get("x-enumNames")
        if isinstance(called, list):
            names |= {text(value): name for value, name in zip(node.get("enum", ()), called, strict=False)}
    names = {value: name for value, name in sorted(names.items()) if value in kept}
    return {"enum": [kept[name] for name in sorted(kept)]} | ({"names": names} if names else {})


def _required(nodes: Nodes) -> dict[str, Json]:
    names = {name for node in nodes for name in node.get("required", ()) if isinstance(name, str)}
    return {"required": sorted(names)} if names else {}


def _limits(nodes: Nodes) -> dict[str, Json]:
    found: dict[str, Json] = {}
    choices: tuple[tuple[Sequence[str], Callable[..., Json]], ...] = ((LOWER, max), (UPPER, min))
    for words, choose in choices:
        for word in words:
            given = [node[word] for node in nodes if word in node and not isinstance(node[word], bool)]
            # None of them is below nought anyway, and `contains` asks for one.
            idle = 1 if word == "minContains" else 0 if word.startswith("min") and word != "minimum" else None
            if given and choose(given) != idle:
                found[word] = canonical(choose(given))
    return found


def _others(nodes: Nodes) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for node in nodes:
        found |= {word: canonical(node[word]) for word in LAST if word in node}
        found |= {word: True for word in FLAGS if node.get(word) is True}
    for word in ASSERTIONS:
        given = {text(node[word]): canonical(node[word]) for node in nodes if word in node}
        if given:
            said = [given[one] for one in sorted(given)]
            found[word] = said[0] if len(said) == 1 else said
    lists = {
        name: sorted(map(str, inner))
        for node in nodes
        for name, inner in {**node.get("dependencies", {}), **found.get("dependentRequired", {})}.items()
        if isinstance(inner, list)
    }
    return found | ({"dependentRequired": lists} if lists else {})


# Every word that says something; the rest is for people.
SAYING = frozenset(
    {*SINGLE, *NAMED, *LOWER, *UPPER, *LAST, *FLAGS, *ASSERTIONS, "prefixItems", "type", "null", "enum", "const"}
    | {"required", "anyOf", "oneOf", "discriminator", "x-enum-varnames", "x-enumNames"}
)
