"""Where things come from: for an operation, a method or a model, each fact with the place that decides it.

    api.explain("get_job_status")     prints a short table: what, how it is, and who says so

A place is a JSON Pointer into the document, the line of a workflow, an action of an overlay, an argument of the client
or a section of a specification: what to change in order to change the fact. Nothing is decided here, and nothing is
said of an API that its parts would not do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from leapocr_dyn.call import Call
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.explore import spelling, workflow_line
from leapocr_dyn.explore.catalogue import reached
from leapocr_dyn.explore.screen import folded, width
from leapocr_dyn.model import naming
from leapocr_dyn.model.type import Enumeration, Object, Type
from leapocr_dyn.operation import server
from leapocr_dyn.operation.item_schema import streamed
from leapocr_dyn.operation.method import Method
from leapocr_dyn.operation.operation import IDEMPOTENT, Operation
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.api import Api

SAID = 52  # characters of a fact beside its source
Given = Any  # the border where a name, (method, path) or a live object enters


class Fact(NamedTuple):
    """One thing about a part of an API. source: what decides it."""

    about: str
    said: str
    source: str


class Explanation(tuple[Fact, ...]):
    """All facts; prints as a table. A source that has no room beside its fact stands below it: none is cut."""

    __slots__ = ()

    def __repr__(self) -> str:
        about = max(len(one.about) for one in self) + 2
        said = min(max(len(one.said) for one in self), SAID) + 2
        lines: list[str] = []
        for one in self:
            if len(one.said) < said and about + said + len(one.source) <= width():
                lines.append(visible(f"{one.about.ljust(about)}{one.said.ljust(said)}{one.source}"))
            else:
                both = folded(one.said, " " * about, 2) + folded(one.source, " " * about)
                lines += [visible(one.about).ljust(about) + both[0][about:], *both[1:]]
        return "\n".join(lines)


def explain(api: Api, what: Given) -> Explanation:
    """The facts about an operation or method (by any of its names, or as it is), or about a model or view.

    Raises KeyError for a name that is none of these.
    """
    if isinstance(what, Call):
        what = what.way
    if isinstance(what, type):
        what = what.__name__
    if isinstance(what, Method):
        return Explanation(_method(api, what))
    if isinstance(what, Operation):
        return Explanation(_operation(api, what))
    if isinstance(what, str) and what in api.methods:
        return Explanation(_method(api, api.methods[what]))
    if what in api.operations:
        return Explanation(_operation(api, api.operations[what]))
    found = [*(_model(api, what) if what in api.models else ()), *(_view(api, what) if what in api.views else ())]
    if not found:
        known = [*api.methods, *api.operations, *api.models, *api.views]
        raise KeyError(f"there is no operation, method or model {what!r}{naming.hint(str(what), known)}")
    return Explanation(found)


# -- what can be called


def _method(api: Api, it: Method) -> Iterator[Fact]:
    whole = it.full_name
    yield Fact("name", spelling.called(it), workflow_line.of(api, "methods", whole))
    if it.way.view is not None:
        yield Fact("gives", it.way.view, workflow_line.of(api, "views", it.way.view))
    elif it.way.output:
        said = " or ".join(one or "/" for one in it.way.output)
        yield Fact("gives", said, workflow_line.of(api, "methods", whole, "output"))
    yield from _called(api, it.operation)


def _operation(api: Api, it: Operation) -> Iterator[Fact]:
    keys = [key for key, rule in api.workflow.operations.items() if rule is it.rule]
    if it.rule.name is not None and keys:
        source = workflow_line.of(api, "operations", keys[0], "name")
    else:
        tagged = bool(it.node.get("tags")) and it.namespace != "default"
        source = " and ".join(f"#{it.place}/{word}" for word in (*["tags/0"] * tagged, "operationId"))
    yield Fact("name", spelling.called(it), source)
    for name, one in api.methods.items():
        if one.operation is it:
            yield Fact("method", spelling.called(one), workflow_line.of(api, "methods", name))
    yield from _called(api, it)


def _called(api: Api, it: Operation) -> Iterator[Fact]:
    """What decides about a call of the operation."""
    yield Fact("request", f"{it.method} {it.path}", f"#{it.place}")
    yield _server(api, it)
    yield from _credentials(api, it)
    yield _retry(api, it)
    yield from _workflows(api, it)
    if (result := it.result()) is not None:
        yield Fact("gives", result.annotation, f"#{result.pointer or f'{it.place}/responses'}")
    roots = [one.type for one in it.parameters] + [one.type for one in it.bodies] + ([result] if result else [])
    item = pointer("paths", it.path)
    yield from _changes(api, [it.place, f"{item}/parameters", *_places(roots)])


def _server(api: Api, it: Operation) -> Fact:
    variable = api.workflow.environment.get("base_url")
    first = " or ".join(["base_url=", *([f"${variable}"] if variable else [])])
    own = it.server
    if own is None:
        return Fact("server", api.base_url or "none", f"{first}; else #/servers/0")
    holder = it.place if server.named(it.node) else pointer("paths", it.path)
    return Fact("server", server.absolute(it.document.tree, own.address()), f"servers=; else #{holder}/servers/0")


def _credentials(api: Api, it: Operation) -> Iterator[Fact]:
    place = f"#{it.place}/security" if "security" in it.node else "#/security"
    if not any(it.security):
        yield Fact("credential", "none", place if it.security else "no `security` in the document")
    for names in filter(None, it.security):
        for name in names:
            scheme = it.schemes.get(name)
            said = GIVEN.get(str(scheme.get("type")), _other)(scheme, api) if isinstance(scheme, dict) else name
            yield Fact("credential", said, f"{place}, #{pointer('components', 'securitySchemes', name)}")


def _key(scheme: Any, api: Api) -> str:  # Any: a Security Scheme Object, here and below
    return f"{_argument(api, 'api_key')} in {scheme.get('in')} {scheme.get('name')}"


def _http(scheme: Any, api: Api) -> str:
    word = str(scheme.get("scheme")).lower()
    if word == "bearer":
        return _token(scheme, api)
    return "credentials={scheme: (user, password)}" if word == "basic" else f"http_client= with an auth for {word}"


def _token(scheme: Any, api: Api) -> str:
    return f"{_argument(api, 'token')} in header Authorization"


def _other(scheme: Any, api: Api) -> str:
    return "cert=" if scheme.get("type") == "mutualTLS" else str(scheme.get("type"))


GIVEN: dict[str, Callable[[Any, Api], str]] = {
    "apiKey": _key,
    "http": _http,
    "oauth2": _token,
    "openIdConnect": _token,
}


def _argument(api: Api, name: str) -> str:
    """The client's argument, and the variable that stands in for it."""
    variable = api.workflow.environment.get(name)
    return f"{name}= or ${variable}" if variable else f"{name}="


def _retry(api: Api, it: Operation) -> Fact:
    """See retry.py."""
    keys = [key for key, rule in api.workflow.operations.items() if rule is it.rule]
    if it.method in IDEMPOTENT:
        return Fact("retry", "sent again after lost connections, 408, 429, 5xx", "RFC 9110 section 9.2.2; max_retries=")
    if it.rule.repeatable:
        source = workflow_line.of(api, "operations", keys[0], "repeatable")
        return Fact("retry", "sent again after lost connections, 408, 429, 5xx", source)
    if it.rule.probe is not None:
        said = f"a lost answer is looked for by {it.rule.probe['operation']}"
        return Fact("retry", said, workflow_line.of(api, "operations", keys[0], "probe"))
    return Fact("retry", "sent again only where it cannot have been accepted", f"a {it.method}; max_retries=")


def _workflows(api: Api, it: Operation) -> Iterator[Fact]:
    """The sections of the workflow in which the operation stands."""
    names = {it.id, *(key for key, rule in api.workflow.operations.items() if rule is it.rule)}
    for name in names & api.workflow.section("pages").keys():
        rule = api.workflow.section("pages")[name]
        follows = f"{rule['input']}= from {rule['output']}" if "output" in rule else f"{rule['input']}= counts up"
        yield Fact("pages", f".pages(): {follows}", workflow_line.of(api, "pages", name))
    poll = api.workflow.section("poll")
    if poll.get("operation") in names:
        ends = ", ".join(dict.fromkeys(one["state"] for one in poll["accept"]))
        yield Fact("polling", f"asked by {poll['input']}= until {ends}", workflow_line.of(api, "poll"))
    for step, said in api.workflow.section("upload").items():
        if isinstance(said, dict) and said.get("operation") in names:
            yield Fact("upload", f"the step that is called {step}", workflow_line.of(api, "upload", step))
    for name in names & api.workflow.section("streams").keys():
        yield Fact("stream", ".stream(): what its items mean", workflow_line.of(api, "streams", name))
    if kinds := list(dict.fromkeys(streamed(it))):
        yield Fact("stream", f".stream(): {', '.join(kinds)}", f"#{it.place}/responses")
    for name, view in api.workflow.section("views").items():
        if names & set(view["of"]):
            yield Fact("view", name, workflow_line.of(api, "views", name))


# -- what is given


def _model(api: Api, name: str) -> Iterator[Fact]:
    it = api.models.type(name)
    wire = next((wire for wire, own in api.models.names.items() if name in (wire, own)), name)
    place = pointer("components", "schemas", wire)
    yield Fact("name", spelling.model(api.models.names[wire]), f"#{place}")
    yield Fact("kind", _kind(it), f"#{it.pointer}")
    for one in api.operations.values():
        if f"#{place}" in _references(one.node):
            yield Fact("used by", spelling.called(one), f"#{one.place}")
    yield from _changes(api, [place, *_places([it])])


def _kind(it: Type) -> str:
    if isinstance(it, Object):
        return f"a model of {naming.counted(len(it.fields), 'field')}: {', '.join(one.name for one in it.fields)}"
    return f"one of {', '.join(it.values)}" if isinstance(it, Enumeration) else it.annotation


def _view(api: Api, name: str) -> Iterator[Fact]:
    section = api.workflow.section("views")[name]
    yield Fact("view", f"of what {' and '.join(section['of'])} answers", workflow_line.of(api, "views", name))
    for field, said in section["fields"].items():
        word = said if isinstance(said, str) else ", ".join(f"{key}: {one}" for key, one in said.items())
        yield Fact("field", f"{field}: {word}", workflow_line.of(api, "views", name, "fields", field))


def _references(node: Any) -> set[str]:  # Any: a part of the document
    """The references in a node."""
    if isinstance(node, list):
        return set().union(*map(_references, node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set[str]()
    return own.union(*map(_references, node.values()))


# -- what was changed on the way


def _places(roots: list[Type]) -> list[str]:
    """The schemas that types are made of."""
    try:
        return [it.pointer.partition("#")[0] for it in reached(roots)]
    except DocumentError:
        return []


def _changes(api: Api, places: list[str]) -> Iterator[Fact]:
    """The overlays and repairs that touched one of these places."""
    mine = dict.fromkeys(places)
    for name, action in api.models.document.corrections:
        if _touches(action.places, mine):
            yield Fact("overlay", action.description or action.target, f"{name}, action {action.index + 1}")
    for finding in api.report:
        if finding.pointer and _touches([finding.pointer], mine):
            yield Fact(finding.rule, finding.said, f"#{finding.pointer}")


def _touches(changed: Iterable[str], mine: dict[str, None]) -> bool:
    """Whether a change was made at one of the places or inside it."""
    for place in changed:
        steps = place.split("/")
        if any("/".join(steps[:end]) in mine for end in range(2, len(steps) + 1)):
            return True
    return False
