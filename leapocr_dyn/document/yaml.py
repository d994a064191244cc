"""YAML text -> plain values.

Theory of operation. The value is built here from the C parser's events, one at a time, with a stack of our own:
PyYAML's composer recurses in C and dies by SIGSEGV at 30,000 levels, its constructor hangs on merge keys that multiply,
and both would have to be told everything below anyway. Each finished node carries its weight and its height, so that an
alias is paid for like a copy, before anything can walk it.

YAML is read as OpenAPI wants it, with the scalars of YAML 1.2's core schema: `on`, `no` and dates stay text, `010` is
ten, a key is its own text (`200:` is "200"). Merge keys (`<<`) work; a key that stands twice is a mistake. No tag runs
anything, and what JSON cannot say is refused: NaN, infinities, cycles.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from leapocr_dyn.document import limit
from leapocr_dyn.document.mistake import place, shown
from leapocr_dyn.errors import DocumentError

if TYPE_CHECKING:
    import yaml

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
    size: limit.Measure
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


def written(value: Any) -> str:  # Any: JSON
    """A value as YAML text, in blocks, which `yaml_value` reads as the same value; halves of characters aside."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    def text(dumper: Dumper, value: str) -> yaml.ScalarNode:
        # What YAML 1.2 takes for a number, PyYAML, which knows 1.1, may leave bare.
        bare = value not in WORDS and not any(re.fullmatch(one, value) for one in (INTEGER, FLOAT, NOT_FINITE))
        return dumper.represent_scalar(STANDARD + "str", value, None if bare and value.isprintable() else '"')

    Dumper.add_representer(str, text)
    made: str = yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
    return made


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
        size = limit.Measure(1 + len(text) // limit.CHARACTERS, 0)
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
        if len(self.stack) >= limit.DEPTH:
            self.refuse(event, f"more than {limit.DEPTH} levels deep: that is not an API description")
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
        size = limit.Measure(done.weight, done.height)
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
        if self.aliased > limit.ALIASED:
            self.refuse(event, f"aliases repeat more than {limit.ALIASED:,} values: write them as `$ref`")
        if len(self.stack) + target.size.height > limit.DEPTH:
            self.refuse(event, f"more than {limit.DEPTH} levels deep through aliases")
        self.add(event, target.value, target.size, target.text)

    def count(self, event: yaml.Event, weight: int) -> None:
        """Pay for what is written out."""
        self.seen += weight
        if self.seen > limit.NODES:
            self.refuse(event, f"more than {limit.NODES:,} values: that is not an API description")

    def add(self, event: yaml.Event, value: Any, size: limit.Measure, text: str | None, merge: bool = False) -> None:
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
