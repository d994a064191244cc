"""What two versions of a document differ in, and what that means for a client.

    comparison = compare(old, new, tag="SDK")
    comparison.severity                 # none, addition, risky or breaking: the highest of all
    for change in comparison.changes:   # the most severe first
        print(change.severity, change.said)

Operations are found again by operationId, then by (method, path), then by a path that spells its places otherwise.
`info.version` is not looked at. A schema that many operations share is told for each of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from leapocr_dyn.document import Document
from leapocr_dyn.history.difference import Differences, Found
from leapocr_dyn.history.fingerprint import Fingerprints
from leapocr_dyn.history.meaning import Json, Key, text
from leapocr_dyn.history.rule import NONE, RULES, SEVERITIES
from leapocr_dyn.history.surface import Alternative, Content, Parameter, Response, Said, Surface
from leapocr_dyn.model import naming
from leapocr_dyn.model.value import brief
from leapocr_dyn.operation.media import covers, is_json, preferred
from leapocr_dyn.visible import visible


class Change(NamedTuple):
    """One change, for one operation.

    rule: its kind (see RULES). severity: for a client; see rule.py. direction: request, response, or "" where it is the
    operation's own. operation: as "GET /pets", where it is called now or was called last; operation_id: likewise.
    where: in words, such as "response 200 pages[].text". name: the parameter, property or tag that it is about.
    was, now: values, where it has some. old, new: JSON Pointers into the two documents in their normal form, None where
    nothing stands there.
    """

    rule: str
    severity: str
    direction: str
    operation: str
    operation_id: str
    where: str
    name: str
    was: Json
    now: Json
    old: str | None
    new: str | None

    @property
    def said(self) -> str:
        """The change in a sentence."""
        about = f"{self.where}: " if self.where else ""
        return visible(f"{self.operation}: {about}{self.sentence}")

    @property
    def sentence(self) -> str:
        """The same without saying where."""
        words = {key: "none" if value is None else value for key, value in (("was", self.was), ("now", self.now))}
        values = {"from": brief.repr(self.was), "to": brief.repr(self.now)}
        return visible(RULES[self.rule].said.format(name=self.name, **words, **values))

    def to_dict(self) -> dict[str, Any]:  # Any: JSON
        """As JSON."""
        return {**self._asdict(), "said": self.said}


class Comparison(NamedTuple):
    """What two documents differ in: the highest severity, and all changes, the most severe first."""

    severity: str
    changes: tuple[Change, ...]

    def to_dict(self) -> dict[str, Any]:  # Any: JSON
        """As JSON: {"severity": ..., "changes": [...]}."""
        return {"severity": self.severity, "changes": [change.to_dict() for change in self.changes]}


Told = Iterator[tuple[str, str, Found]]  # direction, where, and what


def compare(old: Document, new: Document, *, tag: str | None = None) -> Comparison:
    """What differs between two documents in their final form.

    tag: only operations that carry it in one of them; to a client that was made of those, the tag is what counts.
    Raises DocumentError for a document that cannot be followed (a repair switched off, or joins without end).
    """
    both = Comparer(old, new, tag)
    return comparison(change for pair in both.pairs for change in both.changes(*pair))


def comparison(changes: Iterable[Change]) -> Comparison:
    """These changes, in order."""
    ordered = sorted(
        changes, key=lambda one: (-SEVERITIES.index(one.severity), one.operation, one.where, one.rule, one.said)
    )
    return Comparison(ordered[0].severity if ordered else NONE, tuple(ordered))


class Comparer:
    """Two documents on their way to a comparison. pairs: of operations; None where one has no counterpart."""

    def __init__(self, old: Document, new: Document, tag: str | None = None) -> None:
        self.tag = tag
        before, after = Surface(old), Surface(new)
        self.old, self.new = Fingerprints(before), Fingerprints(after)
        self.differences = Differences(self.old, self.new)
        self.pairs = [
            pair
            for pair in matched(before.operations, after.operations)
            if tag is None or any(one is not None and tag in one.tags for one in pair)
        ]

    def changes(self, a: Said | None, b: Said | None) -> Iterator[Change]:
        """The changes of one operation, each once."""
        one = b or a
        assert one is not None
        # Several media types may have one schema.
        told = {(direction, where, text(found)): found for direction, where, found in self._told(a, b)}
        for (direction, where, _), found in told.items():
            rule = RULES[found.rule]
            status = re.match(r"response (\S+)", where)
            error = status is not None and status[1] not in successes(a) | successes(b)
            severity = NONE if direction and direction == found.moot else rule.severity(direction, error)
            about = found.name, found.was, found.now, found.old, found.new
            yield Change(found.rule, severity, direction, one.name, one.id, where, *about)

    def _told(self, a: Said | None, b: Said | None) -> Told:
        if b is None:
            assert a is not None
            yield "", "", Found("operation-removed", a.place, None)
        elif a is None:
            yield "", "", Found("operation-added", None, b.place)
        elif self.tag is not None and self.tag not in a.tags:
            # Nobody who chose by the tag had it before; what else changed is nothing to them.
            yield "", "", Found("tag-added", a.place, b.place, self.tag)
        elif self.old.operation(a) != self.new.operation(b):
            for subject in SUBJECTS:
                yield from subject(self, a, b)

    def schemas(self, old: Key, new: Key, direction: str, where: str, name: str = "", given: bool = False) -> Told:
        """The differences of two schemas and all below them. given: whether there had to be a value."""
        for way, property_, moot, found in self.differences.walk(old, new, name, given):
            at = f"{where} {way.removeprefix('.')}" if way else where
            yield direction, at, found._replace(name=found.name or property_, moot=moot)

    def contents(self, old: dict[str, Content], new: dict[str, Content], direction: str, where: str, at: Found) -> Told:
        """What a body may be. at: the pointers to both bodies."""
        pairs = [(media, media) for media in old if media in new]
        gone, come = [media for media in old if media not in new], [media for media in new if media not in old]
        if len(gone) == len(come) == 1 and alike(gone[0], come[0]):
            found = Found("media-type-renamed", old[gone[0]].place, new[come[0]].place, was=gone[0], now=come[0])
            yield direction, where, found
            pairs, gone, come = [*pairs, (gone[0], come[0])], [], []
        for media in gone:
            yield direction, where, Found("media-type-removed", old[media].place, at.new, media)
        for media in come:
            yield direction, where, Found("media-type-added", at.old, new[media].place, media)
        for before, after in pairs:
            a, b = old[before], new[after]
            if a.how != b.how:
                yield direction, where, Found("encoding-changed", a.place, b.place, was=a.how, now=b.how)
            yield from self.schemas(a.key, b.key, direction, where)
            yield from self.schemas(a.item, b.item, direction, f"{where} item")


def alike(one: str, other: str) -> bool:
    """Whether two names of a media type are read as one: two of JSON, or a range and what is in it."""
    return (is_json(one) and is_json(other)) or covers(one, other) or covers(other, one)


def matched(old: Sequence[Said], new: Sequence[Said]) -> list[tuple[Said | None, Said | None]]:
    """The operations of two documents, side by side."""
    left, right = {one.place: one for one in old}, {one.place: one for one in new}
    pairs: list[tuple[Said | None, Said | None]] = []
    for known in IDENTITIES:
        for_new = {known(one): one for one in right.values()}
        twice = {
            key for some in (left, right) for key, number in Counter(map(known, some.values())).items() if number > 1
        }
        for one in list(left.values()):
            other = for_new.get(known(one))
            if other is not None and known(one) not in twice:
                pairs.append((one, other))
                del left[one.place], right[other.place]
    return [*pairs, *((one, None) for one in left.values()), *((None, one) for one in right.values())]


IDENTITIES: tuple[Callable[[Said], object], ...] = (
    lambda one: (one.id, one.name),
    lambda one: one.id,
    lambda one: one.name,
    lambda one: (one.method, blank(one.path)),
)


def blank(path: str) -> str:
    """A path whose places have no names."""
    return re.sub(r"{[^{}]*}", "{}", path)


def successes(said: Said | None) -> set[str]:
    """The statuses that are successes; where none is described, `default` is one, too."""
    statuses = said.responses if said is not None else {}
    return {one for one in statuses if one.startswith("2")} or {"DEFAULT"}


def fallback(said: Said, status: str) -> str | None:
    """What an answer of a status is read as that is not described: its hundred's, or `default` as the one success."""
    known = (key for key in (f"{status[0]}XX", "DEFAULT") if key != status and key in said.responses)
    return next((key for key in known if key in successes(said)), None)


def arguments(prints: Fingerprints, said: Said) -> tuple[set[str], set[str]]:
    """The Python names of the parameters, and of the fields of the body, which are arguments of their own beside them.

    As arguments.py has it: no field is one where any is called like a parameter.
    """
    content = said.body.content if said.body is not None else {}
    media = preferred(list(content))
    inner = prints.schemas.meaning(content[media].key).inner if media is not None else ()
    names = {naming.attribute(step[1]) for step in inner if step[0] == "properties"}
    return {naming.attribute(one.name) for one in said.parameters.values()} | {"body"}, names


# -- one function for each subject: what two operations say about it


def identity(both: Comparer, a: Said, b: Said) -> Told:
    """What an operation is called, and where it is."""
    if a.id != b.id:
        rule = "operation-id-changed" if naming.attribute(a.id) == naming.attribute(b.id) else "operation-renamed"
        yield "", "", Found(rule, a.place, b.place, was=a.id, now=b.id)
    if a.method != b.method:
        yield "", "", Found("operation-method-changed", a.place, b.place, was=a.method, now=b.method)
    if a.path != b.path and blank(a.path) != blank(b.path):
        same = {name for where, name in a.parameters if where == "path"} == {
            name for where, name in b.parameters if where == "path"
        }
        rule = "operation-moved" if same else "operation-moved-with-arguments"
        yield "", "", Found(rule, a.place, b.place, was=a.name, now=b.name)


def lifecycle(both: Comparer, a: Said, b: Said) -> Told:
    """`deprecated`."""
    if a.deprecated != b.deprecated:
        yield "", "", Found("operation-deprecated" if b.deprecated else "operation-reactivated", a.place, b.place)


def tags(both: Comparer, a: Said, b: Said) -> Told:
    """`tags`; the first one that the client was not chosen by names the namespace."""
    for tag in a.tags:
        if tag not in b.tags:
            yield "", "", Found("tag-lost" if tag == both.tag else "tag-removed", a.place, b.place, tag)
    for tag in b.tags:
        if tag not in a.tags:
            yield "", "", Found("tag-added", a.place, b.place, tag)
    was, now = ([tag for tag in said.tags if tag != both.tag] for said in (a, b))
    if was and now and was[0] != now[0] and was[0] in now:
        yield "", "", Found("tag-order-changed", a.place, b.place, was=was[0], now=now[0])


def servers(both: Comparer, a: Said, b: Said) -> Told:
    """The server that it is sent to."""
    if a.server != b.server:
        yield "", "", Found("server-changed", a.place, b.place, was=a.server or "none", now=b.server or "none")


def security(both: Comparer, a: Said, b: Said) -> Told:
    """Which credentials it needs."""
    was, now = ({one.schemes: one for one in said.security} for said in (a, b))
    lost = [one for schemes, one in was.items() if schemes not in now]
    new = [one for schemes, one in now.items() if schemes not in was]
    same = {one.names for one in lost} & {one.names for one in new}
    gone, come = ([f"{it.names} ({it.kinds})" if it.names in same else it.names for it in some] for some in (lost, new))
    free, still_free = (not some or () in some for some in (was, now))

    def found(rule: str) -> tuple[str, str, Found]:
        return "", "", Found(rule, a.place, b.place, was=" or ".join(gone) or None, now=" or ".join(come) or None)

    def scheme(some: dict[Any, Alternative]) -> set[frozenset[str]]:
        return {frozenset(one for one, _ in schemes) for schemes in some}

    if gone or come:
        if free != still_free:
            yield found("security-dropped" if still_free else "security-required")
        elif scheme(was) == scheme(now):
            yield found("security-scopes-changed")
        elif not free and was.keys().isdisjoint(now):
            yield found("security-changed")
        else:
            if gone:
                yield found("security-alternative-removed")
            if come:
                yield found("security-alternative-added")


def parameters(both: Comparer, a: Said, b: Said) -> Told:
    """`parameters`."""
    pairs, gone, come = paired(a, b)
    for one in gone:
        yield "request", called(one), Found("parameter-removed", one.place, b.place, one.name)
    for one in come:
        rule = "parameter-added-required" if one.required else "parameter-added"
        yield "request", called(one), Found(rule, a.place, one.place, one.name)
    for one, other in pairs:
        where = called(one)
        at = Found("", one.place, other.place, one.name)
        if one.name != other.name and one.where != "header":
            yield "request", where, at._replace(rule="parameter-renamed", was=one.name, now=other.name)
        if one.where != other.where:
            yield "request", where, at._replace(rule="parameter-relocated", was=one.where, now=other.where)
        yield from carried(both, one, other, "parameter", "request", where)


def paired(a: Said, b: Said) -> tuple[list[tuple[Parameter, Parameter]], list[Parameter], list[Parameter]]:
    """The parameters of both, side by side, those that are gone, and those that have come.

    One that a path spells otherwise at the same place is the same, and so is one that is called the same but goes
    elsewhere: a caller gives both by name.
    """
    left, right = dict(a.parameters), dict(b.parameters)
    pairs = [(left.pop(key), right.pop(key)) for key in list(left) if key in right]
    if blank(a.path) == blank(b.path):
        places = zip(re.findall(r"{([^{}]*)}", a.path), re.findall(r"{([^{}]*)}", b.path), strict=True)
        for was, now in places:
            if ("path", was) in left and ("path", now) in right:
                pairs.append((left.pop(("path", was)), right.pop(("path", now))))
    by_name = {one.name: key for key, one in right.items()}
    for key, one in list(left.items()):
        if one.name in by_name and by_name[one.name] in right:
            pairs.append((left.pop(key), right.pop(by_name[one.name])))
    return pairs, [*left.values()], [*right.values()]


def called(one: Parameter) -> str:
    """A parameter in words."""
    return f"{one.where} parameter {one.name}"


def carried(both: Comparer, one: Parameter, other: Parameter, kind: str, direction: str, where: str) -> Told:
    """What a parameter and a header have in common. kind: which of the two it is."""
    at = Found("", one.place, other.place, one.name)
    if one.required != other.required:
        yield direction, where, at._replace(rule=f"{kind}-required" if other.required else f"{kind}-optional")
    if one.deprecated != other.deprecated:
        yield direction, where, at._replace(rule=f"{kind}-deprecated" if other.deprecated else f"{kind}-reactivated")
    if one.how != other.how and one.where == other.where:
        yield direction, where, at._replace(rule="encoding-changed", was=one.how, now=other.how)
    yield from both.schemas(one.key, other.key, direction, where, one.name, one.required)


def body(both: Comparer, a: Said, b: Said) -> Told:
    """`requestBody`."""
    where = "request body"
    (taken, fields), (new_taken, new_fields) = arguments(both.old, a), arguments(both.new, b)
    if a.body is not None and b.body is not None and fields and taken.isdisjoint(fields):
        for name in sorted(new_taken & new_fields):
            yield "request", where, Found("arguments-collide", a.body.place, b.body.place, name)
    if a.body is None or b.body is None:
        if a.body is not None:
            yield "request", where, Found("body-removed", a.body.place, b.place)
        elif b.body is not None:
            rule = "body-added-required" if b.body.required else "body-added"
            yield "request", where, Found(rule, a.place, b.body.place)
        return
    at = Found("body-required" if b.body.required else "body-optional", a.body.place, b.body.place)
    if a.body.required != b.body.required:
        yield "request", where, at
    yield from both.contents(a.body.content, b.body.content, "request", where, at)


def responses(both: Comparer, a: Said, b: Said) -> Told:
    """`responses`."""
    gone = {status: one for status, one in a.responses.items() if status not in b.responses}
    come = {status: one for status, one in b.responses.items() if status not in a.responses}
    left, right = ([one for one in some if one in successes(said)] for some, said in ((gone, a), (come, b)))
    moved: dict[str, str] = {}
    for status in left:
        same = [one for one in right if both.new.response(come[one]) == both.old.response(gone[status])]
        if same:
            moved[status] = same[0]
            right.remove(same[0])
    rest = [status for status in left if status not in moved]
    if len(rest) == len(right) == 1:
        moved[rest[0]] = right[0]
    for status in left:
        other = moved.get(status) or fallback(b, status)
        if other is not None:
            before, after = gone.pop(status), b.responses[other]
            at = Found("response-status-changed", before.place, after.place, was=status, now=other)
            yield "response", f"response {status}", at
            yield from answered(both, before, after, f"response {status}")
    for status, one in gone.items():
        rule = "response-removed" if status in successes(a) else "error-response-removed"
        yield "response", f"response {status}", Found(rule, one.place, b.place, status)
    for status in [status for status in come if status not in moved.values()]:
        yield "response", f"response {status}", Found("response-added", a.place, come[status].place, status)
        other = fallback(a, status) if status in successes(b) else None
        if other is not None:  # what came under this status was read as the other one
            yield from answered(both, a.responses[other], come[status], f"response {status}")
    for status in [status for status in a.responses if status in b.responses]:
        yield from answered(both, a.responses[status], b.responses[status], f"response {status}")


def answered(both: Comparer, a: Response, b: Response, where: str) -> Told:
    """What a response holds: its headers and its body."""
    for name in sorted(a.headers.keys() | b.headers.keys()):
        at = f"{where} header {name}"
        if name not in b.headers:
            yield "response", at, Found("header-removed", a.headers[name].place, b.place, name)
        elif name not in a.headers:
            yield "response", at, Found("header-added", a.place, b.headers[name].place, name)
        else:
            yield from carried(both, a.headers[name], b.headers[name], "header", "response", at)
    yield from both.contents(a.content, b.content, "response", where, Found("", a.place, b.place))


SUBJECTS: tuple[Callable[[Comparer, Said, Said], Told], ...] = (
    identity, lifecycle, tags, servers, security, parameters, body, responses
)  # fmt: skip
