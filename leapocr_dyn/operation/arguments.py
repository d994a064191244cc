"""What an operation is called with: its parameters, its bodies, and the names of the arguments that choose.

Worked out once, from the document alone; what a caller gives is not looked at here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from leapocr_dyn.document.reference import pointer
from leapocr_dyn.model import naming
from leapocr_dyn.model.type import Field, Schema
from leapocr_dyn.model.value import NOT_GIVEN
from leapocr_dyn.operation import media
from leapocr_dyn.operation.parameter import EXPLODED, FRAMING, STYLES, Parameter, has_dots

if TYPE_CHECKING:
    from leapocr_dyn.operation.body import Body
    from leapocr_dyn.operation.operation import Operation


PLAIN = re.compile(r"[A-Za-z0-9/{}_.~-]*")
MIXED = re.compile(r"[^/]{|}[^/]")  # a place that is not a whole segment


class Arguments(NamedTuple):
    """What an operation is called with, worked out once.

    path: as a URL can hold it. bodies: the preferred one first. content_type, accept: what the arguments are called
    that choose, "" where there is no choice. mixed: whether a segment of the path is more than one place. astray:
    whether the document's own text leads out of the API's path.
    """

    path: str
    mixed: bool
    astray: bool
    parameters: list[Parameter]
    bodies: list[Body]
    fields: dict[str, list[Field]]
    content_type: str
    accept: str


def arguments_of(it: Operation) -> Arguments:
    """The arguments of an operation, from what the document says."""
    located = _located(it)
    bodies = _bodies(it)
    names = naming.distinct(
        ((f"{node['in']} {node.get('name')}", naming.attribute(str(node.get("name")))) for node, _ in located),
        ["body"] if bodies else [],
    )
    parameters = [_parameter(it, node, place, names[f"{node.get('in')} {node.get('name')}"]) for node, place in located]
    choosing = [
        *["content_type"] * (len(bodies) > 1 or any(media.is_range(one.media) for one in bodies)),
        *["accept"] * (len(it.answers) > 1),
    ]
    chosen: dict[str, str] = {}
    if choosing:
        taken = {"body", *names.values(), *(field.name for one in bodies for field in one.fields)}
        chosen = naming.distinct(((name, name) for name in choosing), taken)
    path = _sent(it.path)
    return Arguments(
        path,
        MIXED.search(path) is not None,
        path[:1] != "/" or has_dots(path.partition("?")[0]),
        parameters,
        bodies,
        {},
        chosen.get("content_type", ""),
        chosen.get("accept", ""),
    )


def _sent(path: str) -> str:
    """The path as a URL can hold it, but for its places. Some documents tell operations apart by a fragment.

    RFC 3986 section 3.5: it is never sent.
    """
    if PLAIN.fullmatch(path):
        return path
    pieces = re.split(r"({[^{}]*})", path.partition("#")[0])
    return "".join(
        one if one[:1] == "{" else quote(one, safe="/%:@!$&'()*+,;=?~[]", errors="replace") for one in pieces
    )


def _located(it: Operation) -> list[tuple[Any, str]]:
    found: dict[tuple[Any, Any], tuple[Any, str]] = {}
    item = it.document.tree["paths"].get(it.path, {})
    for holder, place in ((item, pointer("paths", it.path)), (it.node, it.place)):
        for index, node in enumerate(holder.get("parameters") or ()):
            located = it.document.follow(node, f"{place}/parameters/{index}")
            if (
                isinstance(located.value, dict)
                and located.value.get("in") in STYLES
                and "name" in located.value
                and not _ignored(it, *located)
            ):
                found[located.value.get("name"), located.value.get("in")] = (located.value, located.pointer)
    return list(found.values())


def _parameter(it: Operation, node: Any, place: str, name: str) -> Parameter:
    where = node["in"]
    content = node.get("content")
    kind, entry = next(iter(content.items()), (None, node)) if isinstance(content, dict) else (None, node)
    entry = it.document.follow(entry, place).value
    schema: Schema = entry.get("schema", True) if isinstance(entry, dict) else True
    place = f"{place}/content{pointer(kind)}/schema" if kind is not None else f"{place}/schema"
    # A style that the place does not have (deepObject in a path) cannot be meant.
    style = node["style"] if node.get("style") in STYLES[where] else STYLES[where][0]
    default = schema.get("default", NOT_GIVEN) if isinstance(schema, dict) else NOT_GIVEN
    return Parameter(
        name,
        str(node.get("name")),
        where,
        lambda: it.models.at(schema, place),
        where == "path" or node.get("required") is True,
        style,
        bool(node.get("explode", style in EXPLODED)),
        node.get("allowReserved") is True,
        kind,
        schema,
        place,
        str(node.get("description", "")),
        default,
        node.get("deprecated") is True,
    )


def _bodies(it: Operation) -> list[Body]:
    located = it.document.follow(it.node.get("requestBody"), f"{it.place}/requestBody")
    content = located.value.get("content") if isinstance(located.value, dict) else None
    if not isinstance(content, dict):
        return []
    from leapocr_dyn.operation import body  # not at the top: what is read has no body, and programs read most

    found = []
    for offer in media.sendable(content):
        entry = it.document.follow(content[offer], f"{located.pointer}/content{pointer(offer)}")
        if isinstance(entry.value, dict):
            required = located.value.get("required") is True
            said = str(located.value.get("description", ""))
            found.append(body.Body(it.models, offer, *entry, required, said))
    return body.preference(found)


def _ignored(it: Operation, parameter: dict[str, Any], place: str) -> bool:
    """OpenAPI 3.1 section 4.8.12.2: some headers have words of their own (responses, requestBody, security).

    Those that frame the request are the transport's: that the document names them is reported.
    """
    name = str(parameter.get("name")).lower()
    if parameter["in"] != "header" or name not in FRAMING:
        return parameter["in"] == "header" and name in ("accept", "content-type", "authorization")
    it.models.notice(
        "framing-header", place, f"{it.name}: {parameter.get('name')} is the transport's to write; left out"
    )
    return True
