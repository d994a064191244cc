"""Where a document comes from: bytes, text, a dict, a path or a bundled name -> a tree of plain JSON values.

Theory of operation. A document is untrusted, so nothing is built before it is known to be small enough to walk. JSON
goes through the standard library and is measured afterwards, level by level. YAML is built here from the C parser's
events, one at a time, with a stack of our own: PyYAML's composer recurses in C and dies by SIGSEGV at 30,000 levels,
its constructor hangs on merge keys that multiply, and both would have to be told everything below anyway. Each finished
node carries its weight and its height, so that an alias is paid for like a copy, before anything can walk it.

YAML is read as OpenAPI wants it, with the scalars of YAML 1.2's core schema: `on`, `no` and dates stay text, `010` is
ten, a key is its own text (`200:` is "200"). Merge keys (`<<`) work; a key that stands twice is a mistake.

It does no network (fetch a URL yourself, and pass the bytes), runs no tag, and refuses what JSON cannot say: NaN,
infinities, cycles.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
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

# Patterns stay text here, and re keeps what it compiled: to compile them all would double the time to import this.
SERVICE = r"[a-z][a-z0-9-]*"
FILE = r"[a-z][a-z0-9_-]*"

Recipe = tuple[str, str | None]


class Source(NamedTuple):
    """A document that has been read.

    tree: the root object, as plain JSON values; not to be changed. name: for messages. folder: of a document given as a
    path. digest: sha256 in hexadecimal, of the bytes, or of the canonical JSON of a dict. recipe: how to read it again:
    ("bundled", name), ("path", absolute path), or ("tree", None) where only the tree itself can tell.
    """

    tree: dict[str, Any]  # Any: JSON enters here
    name: str
    folder: Path | None
    digest: str
    recipe: Recipe

    def __repr__(self) -> str:
        return f"<Source {self.name} {self.digest[:12]}>"


def read(given: str | bytes | os.PathLike[str] | Mapping[str, Any]) -> Source:  # Any: JSON enters here
    """The document that `given` holds or names.

    A str is, in this order: the name of a bundled service; the document itself, where it holds a newline or starts with
    "{"; a path. Raises DocumentError for everything that cannot be read, and for a URL.
    """
    if isinstance(given, Mapping):
        tree = plain(given, "<dict>")
        return Source(rooted(tree, "<dict>"), "<dict>", None, canonical_digest(tree), ("tree", None))
    if isinstance(given, bytes | bytearray | memoryview):
        return text_source(bytes(given), "<bytes>")
    if isinstance(given, str):
        if re.fullmatch(SERVICE, given) and (path := bundled_path(given, "openapi")):
            return path_source(path, ("bundled", given), given)._replace(folder=None)
        if not given.strip():
            raise DocumentError("the document is empty: pass its text, its bytes, a dict, a path or a bundled name")
        if "\n" in given or given.lstrip("\ufeff \t\r").startswith("{"):
            return text_source(given, "<text>")
        if re.match(r"https?://", given, re.IGNORECASE):
            raise DocumentError(
                f"{shown(given)} is a URL, and load() does no network by default: fetch it, and pass the bytes"
            )
    elif not isinstance(given, os.PathLike):
        raise DocumentError(f"a document is text, bytes, a dict or a path, not {type(given).__name__}")
    path = Path(os.fsdecode(given))
    return path_source(path, ("path", os.path.abspath(path)), path.name)


def text_source(given: str | bytes, name: str) -> Source:
    tree = rooted(parse(given, name), name)
    return Source(tree, name, None, digest(given), ("tree", None))


def path_source(path: Path, recipe: Recipe, name: str) -> Source:
    try:
        with open(path, "rb") as file:
            # One byte more than is allowed: a device or a growing file never fills the memory.
            content = file.read(SIZE + 1)
    except FileNotFoundError as error:
        raise DocumentError(missing(str(path))) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise DocumentError(f"{shown(str(path))} cannot be read: {reason}{TEXT_HINT}") from error
    tree = rooted(parse(content, name), name)
    return Source(tree, name, Path(os.path.abspath(path)).parent, digest(content), recipe)


def parse(text: bytes | str, name: str) -> Any:  # Any: JSON enters here
    """The value that JSON or YAML text holds: JSON where it starts with "{" or "[", YAML otherwise.

    name: of the document, for messages. Raises DocumentError with line and column, and nothing else.
    """
    if len(text) > SIZE:
        raise DocumentError(f"{name} is larger than {SIZE // 1024 // 1024} MiB: that is not an API description")
    if isinstance(text, bytes):
        text = decoded(text, name)
    text = text.removeprefix("\ufeff")
    return json_value(text, name) if text.lstrip(" \t\r\n")[:1] in ("{", "[") else yaml_value(text, name)


def decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"{name}, line {line}: this is not UTF-8 text: save the document as UTF-8") from error


def rooted(tree: Any, name: str) -> dict[str, Any]:  # Any: JSON enters here
    if not isinstance(tree, dict):
        raise DocumentError(f"{name}: a document is an object with fields such as `openapi`, not {kind(tree)}")
    return tree


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


def digest(content: str | bytes) -> str:
    return hashlib.sha256(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content).hexdigest()


def canonical_digest(tree: object) -> str:
    return digest(json.dumps(tree, sort_keys=True, separators=(",", ":"), allow_nan=False))


# --- bundled services ---


def folders() -> Iterator[Path]:
    """Where spec/ can be: inside an installed package, then in the checkout around it."""
    package = Path(__file__).parent.parent
    yield package / "spec"
    # Only beside a pyproject.toml: in site-packages, spec/ would be somebody else's.
    if (package.parent / "pyproject.toml").is_file():
        yield package.parent / "spec"


def bundled_path(service: str, file: str) -> Path | None:
    """The file of a bundled service: JSON first, which needs no yaml."""
    if not (re.fullmatch(SERVICE, service) and re.fullmatch(FILE, file)):
        return None
    paths = (folder / service / (file + suffix) for folder in folders() for suffix in (".json", ".yaml"))
    return next((path for path in paths if os.path.isfile(path)), None)


def bundled(service: str, file: str) -> dict[str, Any] | None:  # Any: JSON enters here
    """A bundled service's `openapi`, `overlay` or `workflow`, or None where it has none."""
    path = bundled_path(service, file)
    return None if path is None else path_source(path, ("bundled", service), f"{service}/{path.name}").tree


def bundled_schema() -> dict[str, Any]:  # Any: JSON enters here
    """The JSON Schema of workflow.yaml."""
    path = next(path for folder in folders() if (path := folder / "workflow.schema.json").is_file())
    return path_source(path, ("path", str(path)), path.name).tree


def services() -> list[str]:
    """The names of the bundled services, sorted."""
    names = {path.name for folder in folders() if folder.is_dir() for path in folder.iterdir()}
    return sorted(name for name in names if bundled_path(name, "openapi"))


TEXT_HINT = " (a document passed as text holds a newline or starts with '{')"


def missing(path: str) -> str:
    import difflib

    known = services()
    close = difflib.get_close_matches(path.lower(), known, 1)
    guess = f": did you mean {close[0]!r}?" if close else f". Bundled: {', '.join(known) or 'none'}{TEXT_HINT}"
    return f"there is no file {shown(path)}, and no bundled service of that name{guess}"


def shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")


# --- JSON ---


def json_value(text: str, name: str) -> Any:  # Any: JSON enters here
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # Any: JSON enters here
        members = dict(pairs)
        if len(members) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
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


def check_depth(tree: object, name: str) -> None:
    """Raise DocumentError where a tree is deeper than it may be; one comprehension per level is the cheapest way."""
    level = [tree] if isinstance(tree, dict | list) else []
    for _ in range(DEPTH):
        if not level:
            return
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
    if level:
        raise DocumentError(too_deep(name))


def too_deep(where: str) -> str:
    return f"{where}: more than {DEPTH} levels deep: that is not an API description"


def place(name: str, line: int, column: int) -> str:
    return f"{name}, line {line}, column {column}"


# --- values that are already trees ---


def plain(value: object, name: str) -> Any:  # Any: JSON enters here
    """A copy of a tree in plain JSON values: a caller's later changes do not reach it. Raises DocumentError."""
    left = NODES

    def copy(value: object, depth: int) -> Any:  # Any: JSON enters here
        nonlocal left
        left -= 1
        if left < 0:
            raise DocumentError(f"{name}: more than {NODES:,} values: that is not an API description")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str | int):
            # A subclass (an enum, a YAML library's own text) becomes the plain value.
            return str.__str__(value) if isinstance(value, str) else int(value)
        if isinstance(value, float):
            if not math.isfinite(value):
                raise DocumentError(f"{name}: JSON has no number {value}: use a finite one, or None")
            return float(value)
        if depth > DEPTH:  # a cycle ends here, too
            raise DocumentError(too_deep(name))
        if isinstance(value, Mapping):
            members = {key_text(key, name): copy(member, depth + 1) for key, member in value.items()}
            if len(members) != len(value):
                raise DocumentError(f"{name}: two keys of one object read the same as text, such as 200 and '200'")
            return members
        if isinstance(value, list | tuple):
            return [copy(item, depth + 1) for item in value]
        raise DocumentError(f"{name}: JSON has no {type(value).__name__} ({shown(str(value))}): write it as text")

    return copy(value, 1)


def key_text(key: object, name: str) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    if key is None or isinstance(key, bool | int | float):
        return json.dumps(key)
    raise DocumentError(f"{name}: the key {shown(str(key))} is not text")


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


# --- YAML ---

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
        action = ACTIONS.get(type(event).__name__)
        if action is not None:
            action(self, event)

    def refuse(self, event: yaml.Event, why: str) -> NoReturn:
        mark = event.start_mark
        where = self.name if mark is None else place(self.name, mark.line + 1, mark.column + 1)
        raise DocumentError(f"{where}: {why}")

    def document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            self.refuse(event, "a second YAML document starts here: pass one at a time")

    def scalar(self, event: yaml.ScalarEvent) -> None:
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
        self.open(event, {}, "map")

    def sequence(self, event: yaml.SequenceStartEvent) -> None:
        self.open(event, None, "seq")

    def open(self, event: yaml.CollectionStartEvent, members: dict[str, Any] | None, tag: str) -> None:
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
        if text is None:
            self.refuse(event, "a key is text, not a list or an object")
        if (top.merged is not None) if merge else text in (top.members or ()):
            self.refuse(event, f"the key {shown(text)} stands twice in one object: keep one of them")
        top.key, top.merging = text, merge

    def mergeable(self, event: yaml.Event, value: object) -> list[dict[str, Any]]:  # Any: JSON enters here
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
