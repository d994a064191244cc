"""Values that a JSON Schema allows, made from it and from a seed: the same seed gives the same value.

    maker = Maker(tree, random.Random("seed"), skipped="readOnly")
    maker.value({"$ref": "#/components/schemas/Pet"})     # {"name": "Grüße", "tag": "a b"}

tree: a document whose schemas are JSON Schema 2020-12. What is made is a guess: `not`, `if`, `dependentRequired` and
parts of an `allOf` that contradict each other are not looked at. Whoever needs a value that is right asks a validator,
and tries another seed. A schema without a finite value raises StuckError. Nothing here knows the engine.
"""

from __future__ import annotations

import base64
import importlib
import math
import random
import re
import string
from typing import Any
from urllib.parse import unquote

Json = Any  # the border where the document and its values enter

WORDS = ("alpha", "x", "Grüße", "a b", "50%", "a/b", "k&v=1", "why?#", "日本", "1+1", "semi;colon", "a,b", "~t", "q'\"")
ASCII = ("alpha", "x", "a b", "50%", "a/b", "k&v=1", "1+1", "a,b", "~t")
DIGITS = "0123456789"
NODES = 300  # what one value may cost before only required parts are made
MOST = 20_000  # and before it is given up
DEEPEST = 24
FORMATS: dict[str, tuple[str, ...]] = {
    "date-time": (
        "2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00.123456789Z",
        "2026-01-31T12:00:00+02:00",
        "2026-01-31T12:00:00.5-07:30",
    ),
    "date": ("2026-01-31", "1969-07-20"),
    "time": ("12:00:00Z",),
    "duration": ("PT1H30M",),
    "uuid": ("3f2b8a54-6a0e-4d0b-9b1e-2f1d5a7c9e10",),
    "uri": ("https://example.com/a?b=c#d",),
    "url": ("https://example.com/a?b=c",),
    "email": ("someone@example.com",),
    "hostname": ("example.com",),
    "ipv4": ("192.0.2.1",),
    "ipv6": ("2001:db8::1",),
    "byte": (base64.b64encode(b"text").decode(),),
    "base64": (base64.b64encode(b"text").decode(),),
    "base64url": (base64.urlsafe_b64encode(b"<<???>>").decode(),),
    "decimal": ("12.50", "-3", "0.1"),
}
LIMITS = {"format": "string", "pattern": "string", "minLength": "string", "maxLength": "string"} | {
    "minimum": "number",
    "maximum": "number",
    "multipleOf": "number",
    "properties": "object",
    "additionalProperties": "object",
    "required": "object",
    "items": "array",
    "prefixItems": "array",
    "minItems": "array",
}


class StuckError(Exception):
    """A schema has no finite value, or none that this module can think of."""


def resolved(tree: Json, ref: str) -> Json:
    """What a reference into the same document leads to. Raises StuckError."""
    if not ref.startswith("#"):
        raise StuckError("a $ref to another file")
    node = tree
    for step in unquote(ref[1:]).split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and step.isdigit() and int(step) < len(node):
            node = node[int(step)]
        elif isinstance(node, dict) and step in node:
            node = node[step]
        else:
            raise StuckError("a $ref that leads nowhere")
    return node


class Maker:
    """Makes values. skipped: `readOnly` for a request, `writeOnly` for a response. optional: how often such parts come.

    words: what texts are made of.
    """

    def __init__(
        self,
        tree: Json,
        choice: random.Random,
        skipped: str = "",
        optional: float = 0.5,
        words: tuple[str, ...] = WORDS,
    ) -> None:
        self.tree = tree
        self.choice = choice
        self.skipped = skipped
        self.optional = optional
        self.words = words
        self.nodes = 0

    def value(self, schema: Json, depth: int = 0) -> Json:
        """A value of the schema. Raises StuckError."""
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST:
            raise StuckError("no finite value")
        flat = self.flat(schema, ())
        enum = flat.get("enum")
        if "const" in flat and not (isinstance(enum, list) and flat["const"] not in enum):
            return flat["const"]
        kinds = _kinds(flat)
        if isinstance(enum, list):
            fitting = [one for one in enum if not kinds or any(_is(one, kind) for kind in kinds)]
            if not fitting:
                raise StuckError("an enum without a value of its type")
            given = [one for one in fitting if one is not None]
            return self.choice.choice(given or fitting)
        some = [kind for kind in kinds if kind != "null"]
        if kinds and (not some or ("null" in kinds and self.choice.random() < 0.1)):
            return None
        kind = self.choice.choice(some) if some else self._guess(flat)
        if kind == "object":
            return self._object(flat, depth)
        if kind == "array":
            return self._array(flat, depth)
        if kind in ("number", "integer"):
            return self._number(flat, kind)
        return self.choice.random() < 0.5 if kind == "boolean" else self._text(flat)

    def _guess(self, flat: dict[str, Json]) -> str:
        return next((kind for keyword, kind in LIMITS.items() if keyword in flat), "string")

    # -- one schema without $ref, allOf, oneOf and anyOf

    def flat(self, schema: Json, seen: tuple[str, ...]) -> dict[str, Json]:
        """One of the plain schemas that this one may mean: references followed, choices taken, parts merged."""
        if schema is False:
            raise StuckError("nothing is allowed")
        if not isinstance(schema, dict):
            return {}
        own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "oneOf", "anyOf")}
        parts: list[dict[str, Json]] = []
        ref = schema.get("$ref")
        if isinstance(ref, str):
            if ref in seen:
                raise StuckError("a schema that is inside itself")
            parts.append(self.flat(resolved(self.tree, ref), (*seen, ref)))
        parts += [self.flat(part, seen) for part in _list(schema.get("allOf"))]
        for keyword in ("oneOf", "anyOf"):
            if options := _list(schema.get(keyword)):
                parts.append(self._one_of(schema, options, seen))
        merged: dict[str, Json] = {}
        for part in [*parts, own]:
            merged = _merged(merged, part)
        return merged

    def _one_of(self, schema: dict[str, Json], options: list[Json], seen: tuple[str, ...]) -> dict[str, Json]:
        order = [one for one in options if not (isinstance(one, dict) and one.get("type") == "null")] or list(options)
        self.choice.shuffle(order)
        why = StuckError("no option has a value")
        for option in order:
            try:
                flat = self.flat(option, seen)
            except StuckError as error:
                why = error
                continue
            return _tagged(flat, schema.get("discriminator"), option)
        raise why

    # -- the kinds

    def _object(self, flat: dict[str, Json], depth: int) -> dict[str, Json]:
        known = flat["properties"] if isinstance(flat.get("properties"), dict) else {}
        required = [name for name in _list(flat.get("required")) if isinstance(name, str)]
        other = flat.get("additionalProperties")
        made: dict[str, Json] = {}
        least = _whole(flat.get("minProperties"), 0)
        most = _whole(flat.get("maxProperties"), 1_000_000)
        for name, inner in known.items():
            wanted = name in required or len(known) <= least
            if self._is_skipped(inner) or (not wanted and not self._also(depth)) or len(made) >= most:
                continue
            try:
                made[name] = self.value(inner, depth + 1)
            except StuckError:
                if name in required:
                    raise
        for name in required:
            if name not in known and name not in made:
                made[name] = self.value(other, depth + 1) if isinstance(other, dict) else "anything"
        if isinstance(other, dict) or (other is True and "patternProperties" not in flat):
            free = "propertyNames" not in flat and (self._also(depth) or not known)
            for number in range(max(least - len(made), int(free and len(made) < most))):
                try:
                    made[f"extra {number + 1}"] = self.value(other, depth + 1)
                except StuckError:
                    if len(made) < least:
                        raise
        elif len(made) < least:
            for name, inner in known.items():
                if len(made) < least and not self._is_skipped(inner):
                    made.setdefault(name, self.value(inner, depth + 1))
            if not known:
                made |= {f"extra {number}": "anything" for number in range(least - len(made))}
        return made

    def _also(self, depth: int) -> bool:
        return self.nodes < NODES and self.choice.random() < self.optional / (1 + depth / 2)

    def _is_skipped(self, schema: Json) -> bool:
        for _ in range(20):
            if not isinstance(schema, dict):
                return False
            if schema.get(self.skipped) is True:
                return True
            if not isinstance(schema.get("$ref"), str):
                return False
            try:
                schema = resolved(self.tree, schema["$ref"])
            except StuckError:
                return False
        return False

    def _array(self, flat: dict[str, Json], depth: int) -> list[Json]:
        first, each = _list(flat.get("prefixItems")), flat.get("items", {})
        least, most = _whole(flat.get("minItems"), 0), _whole(flat.get("maxItems"), 1_000_000)
        length = max(least, min(most, self.choice.randint(1, 2) if depth < 5 and self.nodes < NODES else least))
        made: list[Json] = []
        for index in range(min(length, 200) if length < 5_000 else length):
            try:
                item = self.value(first[index] if index < len(first) else each, depth + 1)
            except StuckError:
                if len(made) >= least:
                    break
                raise
            if flat.get("uniqueItems") is True and item in made:
                if len(made) >= least:
                    break
                item = self.value(first[index] if index < len(first) else each, depth + 1)
            made.append(item)
        return made

    def _number(self, flat: dict[str, Json], kind: str) -> Json:
        step = _amount(flat.get("multipleOf")) or (1 if kind == "integer" else None)
        low, high = _amount(flat.get("minimum")), _amount(flat.get("maximum"))
        above, below = _amount(flat.get("exclusiveMinimum")), _amount(flat.get("exclusiveMaximum"))
        unit = step or (0.25 if above is None and below is None else 0.0009765625)
        if above is not None:
            low = max(above + unit, low) if low is not None else above + unit
        if below is not None:
            high = min(below - unit, high) if high is not None else below - unit
        if low is None:
            low = 0 if high is None or high >= 0 else high - 10
        if high is None or high - low > 1000:
            high = low + 1000
        steps = self.choice.randint(math.ceil(low / unit), max(math.ceil(low / unit), math.floor(high / unit)))
        made = steps * unit
        if kind == "integer" or float(made).is_integer():
            return int(made)
        return min(max(made, low), high)

    def _text(self, flat: dict[str, Json]) -> str:
        least, most = _whole(flat.get("minLength"), 0), _whole(flat.get("maxLength"), 1_000_000)
        form = flat.get("contentEncoding", flat.get("format"))
        if isinstance(flat.get("pattern"), str):
            return _fitting(self._matching(flat["pattern"], least), 0, most)
        if isinstance(form, str) and form in FORMATS:
            return self.choice.choice(FORMATS[form])[:most]
        return _fitting(self.choice.choice(self.words), min(max(least, 1), most), most)

    def _matching(self, pattern: str, least: int) -> str:
        try:
            parsed = importlib.import_module("re._parser").parse(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise StuckError("a pattern that Python cannot read") from error
        made = self._drawn(parsed, 0)
        for more in (3, 10, 40, 200):
            if len(made) >= least:
                break
            made = self._drawn(parsed, min(more, least))
        return made

    def _drawn(self, parsed: Any, more: int) -> str:  # Any: what re's own parser gives
        made = ""
        for name, given in parsed:
            word = str(name)
            if word == "LITERAL":
                made += chr(given)
            elif word == "NOT_LITERAL":
                made += "a" if given != ord("a") else "b"
            elif word == "ANY":
                made += self.choice.choice("ab1")
            elif word == "IN":
                made += self._drawn_from(given)
            elif word in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
                low, high, inner = given
                times = max(low, min(int(high), max(more, self.choice.randint(0, 2))))
                made += "".join(self._drawn(inner, 0) for _ in range(min(times, 5_000)))
            elif word == "SUBPATTERN":
                made += self._drawn(given[-1], more)
            elif word == "ATOMIC_GROUP":
                made += self._drawn(given, more)
            elif word == "BRANCH":
                made += self._drawn(self.choice.choice(given[1]), more)
            elif word not in ("AT", "ASSERT", "ASSERT_NOT"):
                raise StuckError("a pattern that cannot be drawn from")
        return made

    def _drawn_from(self, given: Any) -> str:  # Any: what re's own parser gives
        wanted = [(str(name), what) for name, what in given]
        if wanted and wanted[0][0] == "NEGATE":
            refused = "".join(_characters(name, what) for name, what in wanted[1:])
            left = [letter for letter in string.ascii_letters + DIGITS + "-_ " if letter not in refused]
            return self.choice.choice(left or ["ü"])
        return self.choice.choice(_characters(*self.choice.choice(wanted)) or "a")


def _characters(name: str, what: Any) -> str:  # Any: what re's own parser gives
    if name == "LITERAL":
        return chr(what)
    if name == "RANGE":
        low, high = what
        shown = [chr(code) for code in range(low, min(high, low + 200) + 1)]
        return "".join([one for one in shown if one.isascii() and one.isprintable()] or shown)
    kinds = {"CATEGORY_DIGIT": DIGITS, "CATEGORY_WORD": string.ascii_letters + DIGITS + "_", "CATEGORY_SPACE": " "}
    return kinds.get(str(what), "-")


def _fitting(text: str, least: int, most: int) -> str:
    return text.ljust(least, "a")[:most] if least <= 100_000 else text


def _merged(left: dict[str, Json], right: dict[str, Json]) -> dict[str, Json]:
    merged = dict(left)
    for key, value in right.items():
        if key == "properties" and isinstance(value, dict) and isinstance(left.get(key), dict):
            both = {
                name: {"allOf": [left[key][name], inner]} if name in left[key] else inner
                for name, inner in value.items()
            }
            merged[key] = {**left[key], **both}
        elif key == "required" and isinstance(value, list) and isinstance(left.get(key), list):
            merged[key] = [*left[key], *(name for name in value if name not in left[key])]
        elif key == "enum" and isinstance(value, list) and isinstance(left.get(key), list):
            merged[key] = [one for one in value if one in left[key]]
        elif key == "type" and key in left:
            both_kinds = [one for one in _aslist(left[key]) if one in _aslist(value)]
            merged[key] = both_kinds or value
        else:
            merged[key] = value
    return merged


def _tagged(flat: dict[str, Json], discriminator: Json, option: Json) -> dict[str, Json]:
    """With the discriminator saying which option this is, where the option itself does not."""
    tag = discriminator.get("propertyName") if isinstance(discriminator, dict) else None
    ref = option.get("$ref") if isinstance(option, dict) else None
    if not isinstance(tag, str) or not isinstance(ref, str):
        return flat
    mapping = discriminator.get("mapping")
    own = ref.rpartition("/")[2]
    keys = [key for key, target in mapping.items() if target in (ref, own)] if isinstance(mapping, dict) else []
    properties = flat["properties"] if isinstance(flat.get("properties"), dict) else {}
    inner = properties.get(tag)
    wanted = keys or [own]
    if isinstance(inner, dict) and ("const" in inner or "enum" in inner):
        allowed = [inner["const"]] if "const" in inner else _list(inner["enum"])
        wanted = [key for key in wanted if key in allowed] or allowed
    said = {"allOf": [inner, {"enum": wanted}]} if isinstance(inner, dict) else {"enum": wanted}
    return _merged(flat, {"properties": {**properties, tag: said}, "required": [tag]})


def _list(node: Json) -> list[Json]:
    return node if isinstance(node, list) else []


def _aslist(node: Json) -> list[Json]:
    return node if isinstance(node, list) else [node]


def _kinds(flat: dict[str, Json]) -> list[str]:
    return [kind for kind in _aslist(flat.get("type", [])) if isinstance(kind, str)]


def _is(value: Json, kind: str) -> bool:
    if kind in ("integer", "number"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    kinds = {"string": str, "boolean": bool, "null": type(None), "array": list, "object": dict}
    return isinstance(value, kinds.get(kind, object))


def _whole(limit: Json, otherwise: int) -> int:
    return int(limit) if isinstance(limit, int | float) and not isinstance(limit, bool) else otherwise


def _amount(limit: Json) -> float | int | None:
    return limit if isinstance(limit, int | float) and not isinstance(limit, bool) else None
