"""JSON and YAML text -> plain values, with a bound on everything that could grow.

Theory of operation. A document is untrusted, so nothing is built before it is known to be small enough to walk. JSON
goes through the standard library once its commas and brackets are counted, and its depth is seen afterwards. YAML is
built here from the C parser's events, one at a time, with a stack of our own: PyYAML's composer recurses in C and dies
by SIGSEGV at 30,000 levels, its constructor hangs on merge keys that multiply, and both would have to be told
everything below anyway. Each finished node carries its weight and its height, so that an alias is paid for like a copy,
before anything can walk it.

YAML is read as OpenAPI wants it, with the scalars of YAML 1.2's core schema: `on`, `no` and dates stay text, `010` is
ten, a key is its own text (`200:` is "200"). Merge keys (`<<`) work; a key that stands twice is a mistake. No tag runs
anything, and what JSON cannot say is refused: NaN, infinities, cycles.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from leapocr_dyn.errors import DocumentError

if TYPE_CHECKING:
    import yaml

# The largest documents in public use are near 40 MB.
SIZE = 64 * 1024 * 1024  # bytes
# Hand-written documents stay below 40 levels; every walk after this one may recurse without fear.
DEPTH = 200
# As many as the largest public documents have; more would cost more than ten seconds.
NODES = 3_000_000
# What aliases may repeat, in nodes. People share a few responses; a bomb shares its own shares.
ALIASED = 1_000_000
# A text weighs one node more for each of these, so that a long text cannot be repeated for nothing.
CHARACTERS = 64


def parse(text: bytes | str, name: str) -> Any:  # Any: JSON enters here
    """The value that JSON or YAML text holds: JSON where it starts with "{" or "[", YAML otherwise.

    name: of the document, for messages. Raises DocumentError with line and column, and nothing else.
    """
    if len(text) > SIZE:
        raise DocumentError(too_large(name))
    if isinstance(text, bytes):
        text = decoded(text, name)
    text = text.removeprefix("\ufeff")
    return json_value(text, name) if text.lstrip(" \t\r\n")[:1] in ("{", "[") else yaml_value(text, name)


def decoded(content: bytes, name: str) -> str:
    """UTF-8 bytes as text."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"{name}, line {line}: this is not UTF-8 text: save the document as UTF-8") from error


def kind(value: object) -> str:
    """What JSON calls a value, with its article."""
    for types, word in (
        (dict, "an object"),
        (list, "an array"),
        (str, "text"),
        (bool, "a boolean"),
        (int | float, "a number"),
    ):
        if isinstance(value, types):
            return word
    return "null" if value is None else type(value).__name__


def shown(text: str) -> str:
    """A text in quotes, for messages: its first 80 characters."""
    return repr(text if len(text) <= 80 else text[:79] + "…")


class Measure(NamedTuple):
    """How much a value costs whoever walks it. weight: in nodes, long texts counting more; height: levels."""

    weight: int
    height: int


def measure(value: object, at_most: int = NODES) -> Measure:
    """The weight and height of a tree, counting what is shared as often as it is reached.

    Stops early, with a weight above at_most, where the tree weighs more than that.
    """
    weight, height = 0, 0
    level: list[object] = [value]
    while level:
        containers: list[dict[str, object] | list[object]] = []
        for node in level:
            if isinstance(node, dict | list):
                containers.append(node)
                weight += 1 + len(node)
            elif isinstance(node, str):
                weight += 1 + len(node) // CHARACTERS
            else:
                weight += 1
            if weight > at_most:
                return Measure(weight, height + 1)
        height += bool(containers)
        level = [child for node in containers for child in (node.values() if isinstance(node, dict) else node)]
    return Measure(weight, height)


def json_value(text: str, name: str) -> Any:  # Any: JSON enters here
    """The value of JSON text (RFC 8259), where no key may stand twice and every number is finite."""

    # Each value but the first comes after one of these; those inside of texts are few. Before anything is built.
    if len(text) > NODES and sum(map(text.count, ",[{")) > NODES:
        raise DocumentError(f"{name}: more than {NODES:,} values: that is not an API description")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # Any: JSON enters here
        members = dict(pairs)
        if len(members) != len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # None: the first time
            raise DocumentError(f"{name}: the key {shown(twice)} stands twice in one object: keep one of them")
        return members

    def finite(number: str) -> float:
        if math.isfinite(value := float(number)):
            return value
        return refuse(number)

    def refuse(number: str) -> NoReturn:
        raise DocumentError(f"{name}: JSON has no number {shown(number)}: use a finite one, or null")

    try:
        tree = json.loads(text, object_pairs_hook=once, parse_float=finite, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise DocumentError(f"{place(name, error.lineno, error.colno)}: this is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise DocumentError(too_deep(name)) from error
    except DocumentError:
        raise
    except ValueError as error:  # int() refuses more than 4,300 digits
        raise DocumentError(f"{name}: a number has too many digits") from error
    check_depth(tree, name)
    return tree


def levels(tree: object) -> Iterator[list[Any]]:  # Any: objects and arrays
    """The objects and arrays of a tree of JSON's own types, level by level; the cheapest way to see all of them."""
    level: list[Any] = [tree] if isinstance(tree, dict | list) else []  # Any: JSON enters here
    while level:
        yield level
        # Not isinstance: this is the whole cost.
        level = [
            child
            for node in level
            for child in (node.values() if node.__class__ is dict else node)
            if child.__class__ is dict or child.__class__ is list
        ]


def check_depth(tree: object, name: str) -> None:
    """Raise DocumentError where a tree is deeper than it may be."""
    if any(depth == DEPTH for depth, _ in enumerate(levels(tree))):
        raise DocumentError(too_deep(name))


def too_deep(where: str) -> str:
    """What to say of a document with too many levels."""
    return f"{where}: more than {DEPTH} levels deep: that is not an API description"


def too_large(name: str) -> str:
    """What to say of a document with too many bytes."""
    return f"{name} is larger than {SIZE // 1024 // 1024} MiB: that is not an API description"


def place(name: str, line: int, column: int) -> str:
    """Where in a document something stands, for messages; both counted from 1."""
    return f"{name}, line {line}, column {column}"


INTEGER = r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
FLOAT = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
NOT_FINITE = r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
# YAML 1.2.2 section 10.3.2: the core schema's words.
WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
STANDARD = "tag:yaml.org,2002:"
TAGGED: dict[str, type | tuple[type, ...]] = {
    "null": type(None),
    "bool": bool,
    "int": int,
    "float": (int, float),
}


class Anchored(NamedTuple):
    """A finished node that an alias may repeat. text: of a scalar, which may also serve as a key."""

    value: Any  # Any: JSON enters here
    size: Measure
    text: str | None


class Open:
    """A collection whose end has not been seen. merged: what `<<` brings in."""

    __slots__ = ("anchor", "height", "items", "key", "members", "merged", "merging", "weight")

    def __init__(self, members: dict[str, Any] | None, anchor: str | None) -> None:  # Any: JSON enters here
        self.members = members
        self.items: list[Any] = []  # Any: JSON enters here
        self.anchor = anchor
        self.key: str | None = None
        self.merging = False
        self.merged: list[dict[str, Any]] | None = None  # Any: JSON enters here
        self.weight = 1
        self.height = 1


def yaml_value(text: str, name: str) -> Any:  # Any: JSON enters here
    """The value of YAML text."""
    import yaml

    builder = Builder(name)
    try:
        # Events come one at a time: a deep or heavy document is left long before its end.
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = name if mark is None else place(name, mark.line + 1, mark.column + 1)
        raise DocumentError(f"{where}: this is not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:  # a character that YAML does not allow
        raise DocumentError(f"{name}: this is not YAML: {' '.join(str(error).split())}") from error
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise DocumentError(f"{name}, line {line}: half a surrogate pair is not a character") from error
    return builder.root


class Builder:
    """Takes YAML events one by one, and has the value in `root` after the last.

    `seen` and `aliased` are the weights so far of what is written out, and of what aliases repeat.
    """

    __slots__ = ("aliased", "anchors", "documents", "name", "root", "seen", "stack")

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Any = None  # Any: JSON enters here
        self.stack: list[Open] = []
        self.anchors: dict[str, Anchored | Open] = {}
        self.documents = self.seen = self.aliased = 0

    def take(self, event: yaml.Event) -> None:
        """The next event."""
        action = ACTIONS.get(type(event).__name__)
        if action is not None:
            action(self, event)

    def refuse(self, event: yaml.Event, why: str) -> NoReturn:
        """Raise DocumentError at the event's line and column."""
        mark = event.start_mark
        where = self.name if mark is None else place(self.name, mark.line + 1, mark.column + 1)
        raise DocumentError(f"{where}: {why}")

    def document(self, event: yaml.DocumentStartEvent) -> None:
        """A document begins: only one may."""
        self.documents += 1
        if self.documents > 1:
            self.refuse(event, "a second YAML document starts here: pass one at a time")

    def scalar(self, event: yaml.ScalarEvent) -> None:
        """A text, a number, a boolean or null; or a key."""
        text = event.value
        value = self.resolved(event) if event.implicit[0] or event.tag else text
        size = Measure(1 + len(text) // CHARACTERS, 0)
        self.count(event, size.weight)
        if event.anchor:
            self.anchors[event.anchor] = Anchored(value, size, text)
        # Only a plain << merges; "<<" in quotes is a key like others.
        self.add(event, value, size, text, merge=text == "<<" and event.implicit[0])

    def resolved(self, event: yaml.ScalarEvent) -> str | int | float | None:
        """The value of a scalar that is plain or tagged."""
        tag, text = event.tag, event.value
        if tag in ("!", STANDARD + "str"):
            return text
        value = self.core(event, text)
        if tag is None:
            return value
        types = TAGGED.get(tag.removeprefix(STANDARD)) if tag.startswith(STANDARD) else None
        if types is None:
            self.refuse(event, f"the tag {shown(tag)} is not followed: write the plain value")
        if not isinstance(value, types) or (isinstance(value, bool) and types is not bool):
            self.refuse(event, f"{shown(text)} is not what its tag says")
        return float(value) if tag == STANDARD + "float" and isinstance(value, int) else value

    def core(self, event: yaml.ScalarEvent, text: str) -> str | int | float | None:
        """A plain scalar by YAML 1.2.2 section 10.3.2, the core schema."""
        if text in WORDS:
            return WORDS[text]
        if text[0] not in "+-.0123456789":
            return text
        if re.fullmatch(INTEGER, text):
            try:
                # int(text, 0) would refuse 010, which the core schema reads as ten.
                return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
            except ValueError:
                self.refuse(event, "a number has too many digits")
        if re.fullmatch(FLOAT, text):
            value = float(text)
            if math.isfinite(value):
                return value
            self.refuse(event, f"{shown(text)} is too large for a number: put it in quotes, or use a finite one")
        if re.fullmatch(NOT_FINITE, text):
            self.refuse(event, f"JSON has no number {shown(text)}: put it in quotes, or use a finite one")
        return text

    def mapping(self, event: yaml.MappingStartEvent) -> None:
        """An object begins."""
        self.open(event, {}, "map")

    def sequence(self, event: yaml.SequenceStartEvent) -> None:
        """An array begins."""
        self.open(event, None, "seq")

    def open(self, event: yaml.CollectionStartEvent, members: dict[str, Any] | None, tag: str) -> None:
        """An object or an array begins: the next nodes are inside it."""
        if event.tag not in (None, "!", STANDARD + tag):
            self.refuse(event, f"the tag {shown(event.tag)} is not followed: write the plain value")
        if len(self.stack) >= DEPTH:
            self.refuse(event, f"more than {DEPTH} levels deep: that is not an API description")
        top = self.stack[-1] if self.stack else None
        if top is not None and top.members is not None and top.key is None:
            self.refuse(event, "a key is text, not a list or an object")
        self.count(event, 1)
        self.stack.append(Open(members, event.anchor))
        if event.anchor:
            self.anchors[event.anchor] = self.stack[-1]

    def close(self, event: yaml.Event) -> None:
        """The innermost object or array ends, and is a finished node."""
        done = self.stack.pop()
        value: Any = done.items if done.members is None else done.members  # Any: JSON enters here
        if done.merged is not None:
            value = {}
            # The first to say something is right, and what the mapping says itself comes before all that it merges.
            for other in (*reversed(done.merged), done.members or {}):
                value.update(other)
        size = Measure(done.weight, done.height)
        # An inner node may have taken the name since.
        if done.anchor and self.anchors[done.anchor] is done:
            self.anchors[done.anchor] = Anchored(value, size, None)
        self.add(event, value, size, None)

    def alias(self, event: yaml.AliasEvent) -> None:
        """A finished node is repeated: it is paid for like a copy, and shared."""
        target = self.anchors.get(event.anchor or "")
        if target is None:
            self.refuse(event, f"nothing before this is called &{event.anchor}")
        if isinstance(target, Open):
            self.refuse(event, f"*{event.anchor} stands inside &{event.anchor}: a document cannot contain itself")
        self.aliased += target.size.weight
        if self.aliased > ALIASED:
            self.refuse(event, f"aliases repeat more than {ALIASED:,} values: write them as `$ref`")
        if len(self.stack) + target.size.height > DEPTH:
            self.refuse(event, f"more than {DEPTH} levels deep through aliases")
        self.add(event, target.value, target.size, target.text)

    def count(self, event: yaml.Event, weight: int) -> None:
        """Pay for what is written out."""
        self.seen += weight
        if self.seen > NODES:
            self.refuse(event, f"more than {NODES:,} values: that is not an API description")

    def add(self, event: yaml.Event, value: Any, size: Measure, text: str | None, merge: bool = False) -> None:
        """Give a finished node to what it stands in: as root, item, key or member."""
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        if top.members is not None and top.key is None:
            self.add_key(event, top, text, merge)
            return
        top.weight += size.weight
        top.height = max(top.height, size.height + 1)
        if top.members is None:
            top.items.append(value)
        elif top.merging:
            top.merged = self.mergeable(event, value)
        else:
            top.members[top.key or ""] = value
        top.key = None
        top.merging = False

    def add_key(self, event: yaml.Event, top: Open, text: str | None, merge: bool) -> None:
        """Give a finished node to a mapping that waits for a key."""
        if text is None:
            self.refuse(event, "a key is text, not a list or an object")
        if (top.merged is not None) if merge else text in (top.members or ()):
            self.refuse(event, f"the key {shown(text)} stands twice in one object: keep one of them")
        top.key, top.merging = text, merge

    def mergeable(self, event: yaml.Event, value: object) -> list[dict[str, Any]]:  # Any: JSON enters here
        """What `<<` was given, as a list of objects."""
        merged = [value] if isinstance(value, dict) else value
        if isinstance(merged, list) and all(isinstance(one, dict) for one in merged):
            return merged
        self.refuse(event, "<< merges objects: give it one, or a list of them")


# A table from names, so that yaml is imported only where there is YAML.
ACTIONS: dict[str, Any] = {  # Any: each takes its own kind of event
    "DocumentStartEvent": Builder.document,
    "ScalarEvent": Builder.scalar,
    "MappingStartEvent": Builder.mapping,
    "SequenceStartEvent": Builder.sequence,
    "MappingEndEvent": Builder.close,
    "SequenceEndEvent": Builder.close,
    "AliasEvent": Builder.alias,
}
