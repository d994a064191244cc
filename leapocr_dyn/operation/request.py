"""The request of a call: its arguments, checked and written as the document says, become a Plan.

Nothing is sent here. A name that the operation does not take is a TypeError, a value that its schema forbids a
ValidationError that names the place; a path never leads out of the API's own. How an answer is read is answer.py.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from leapocr_dyn.errors import DocumentError, ValidationError
from leapocr_dyn.model import naming
from leapocr_dyn.model.check import problems
from leapocr_dyn.model.type import Field, Schema
from leapocr_dyn.model.value import NOT_GIVEN, Json, to_wire
from leapocr_dyn.operation import media, server
from leapocr_dyn.operation.parameter import Parameter, has_dots
from leapocr_dyn.operation.plan import Plan

if TYPE_CHECKING:
    from leapocr_dyn.operation.body import Body, Sent
    from leapocr_dyn.operation.operation import Operation


def planned(it: Operation, base_url: str, arguments: Mapping[str, Any]) -> Plan:  # Any: what the document's types say
    """The Plan for these arguments; see Operation.plan."""
    takes = it.arguments
    given = {name: value for name, value in arguments.items() if value is not NOT_GIVEN}
    accept = given.pop(takes.accept, None)
    whole, kind = _chosen(it, given.pop(takes.content_type, None))
    fields = it.fields_of(whole) if _names_fields(it, whole, given) else []
    _check_names(it, given, whole, fields)
    wires = {field.name: str(field.wire) for field in fields}
    given = {name: _wired(it, whole, wires, name, value) for name, value in given.items()}
    path, query, cookies = takes.path, [], []
    headers = {"Accept": it.accept if accept is None else media.chosen(takes.accept, accept, it.answers)[1]}
    for parameter in takes.parameters:
        value = given.get(parameter.name)
        if parameter.name not in given or (value is None and not parameter.required):
            continue
        _check(it, parameter.schema, parameter.place, value, parameter.name)
        if parameter.where == "path":
            path = path.replace("{" + parameter.wire + "}", parameter.text(value))
        elif parameter.where == "query":
            query += [f"{name}={text}" for name, text in parameter.pairs(value)]
        elif parameter.where == "querystring":
            query.append(_querystring(it, parameter, value))
        elif parameter.where == "header":
            headers[parameter.wire] = parameter.text(value)
        else:
            cookies += parameter.pairs(value)
    if takes.mixed or takes.astray:
        _keeps_its_way(it, path)
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={text}" for name, text in cookies)
    content = None
    if whole is not None and (sent := _content(it, whole, fields, given, kind)) is not None:
        headers["Content-Type"], content = sent
    url = (base_url or _address(it)).rstrip("/") + path
    if query:
        url += ("&" if "?" in path else "?") + "&".join(query)
    if whole is not None and ("body" in given or whole.is_multipart):
        from leapocr_dyn.operation import body  # not at the top: most calls have none

        given = body.shown(given)
    return Plan(it.method, url, headers, content, it, given)


def _address(it: Operation) -> str:
    """Where a plan leads that nobody gave an address: what the document names, with its variables' defaults."""
    own = it.server
    tree = it.document.tree
    return server.absolute(tree, own.address()) if own is not None else server.root(tree)


def _chosen(it: Operation, wanted: Any) -> tuple[Body | None, str | None]:  # Any: whatever the caller gives
    """The body in the media type that the caller wants, and how the caller spells it."""
    takes = it.arguments
    if wanted is None:
        return it.body, None
    offer, kind = media.chosen(takes.content_type, wanted, [one.media for one in takes.bodies])
    return next(one for one in takes.bodies if one.media == offer), kind


def _names_fields(it: Operation, whole: Body | None, given: Mapping[str, object]) -> bool:
    """Whether the body's fields matter to a call: to work them out is what costs most in a first one."""
    if "body" in given or whole is None or not whole.required:
        return not given.keys() <= {"body", *(one.name for one in it.arguments.parameters)}
    return True


def _wired(it: Operation, whole: Body | None, wires: Mapping[str, str], name: str, value: object) -> Json:
    """An argument as it stands on the wire. wires: {argument: field of the body}."""
    if isinstance(value, datetime.datetime) and value.tzinfo is None and it.workflow.utc:
        value = value.replace(tzinfo=datetime.UTC)
    try:
        if whole is not None and name == "body":
            return whole.given(value)
        if whole is not None and name in wires:
            return whole.field_given(wires[name], value)
        kind = next((one.type for one in it.arguments.parameters if one.name == name), None)
        return to_wire(value) if kind is None else kind.wire(value, sending=True)
    except TypeError as error:
        raise ValidationError(f"{name}: {error}", field=name) from error
    except RecursionError as error:
        said = f"{name}: is nested too deep, or contains itself"
        raise ValidationError(said, field=name) from error


def _check_names(it: Operation, given: Mapping[str, object], whole: Body | None, fields: list[Field]) -> None:
    """Raise TypeError for a name that is not known, or missing, or says what another says."""
    takes = it.arguments
    known = [one.name for one in takes.parameters] + [one.name for one in fields] + ["body"] * (whole is not None)
    for name in given:
        if name not in known:
            known += [one for one in (takes.content_type, takes.accept) if one]
            hint = _elsewhere(it, name) or naming.hint(name, known, f"; it takes {', '.join(known) or 'no arguments'}")
            raise TypeError(f"{it.name}() has no argument {name!r}{hint}")
    has_body = "body" in given
    named = [field for field in fields if field.name in given]
    if has_body and named:
        raise TypeError(f"{it.name}() takes either body= or {named[0].name}=, not both")
    missing = [one.name for one in takes.parameters if one.required and given.get(one.name) is None]
    if whole is not None and not has_body and (whole.required or named):
        missing += [field.name for field in fields if field.required and field.name not in given]
        missing += ["body"] if not fields and whole.required else []
    if missing:
        raise TypeError(f"{it.name}() needs {' and '.join(f'{name}=' for name in missing)}")


def _elsewhere(it: Operation, name: str) -> str:
    """A hint at the media type that has the argument which this one lacks."""
    takes = it.arguments
    for one in takes.bodies:
        if any(field.name == name for field in it.fields_of(one)):
            return f"; pass {takes.content_type}={one.media!r} with it"
    return ""


def _querystring(it: Operation, parameter: Parameter, value: Json) -> str:
    """OpenAPI 3.2, `in: querystring`: the whole query in a media type of its own."""
    from leapocr_dyn.operation.body import Body

    place = parameter.place.removesuffix("/schema")
    whole = Body(it.models, parameter.media or media.FORM, it.document.resolve(place), place, True, "")
    _, content = whole.content(value)
    if not isinstance(content, bytes):
        raise parameter.refused("cannot hold a file: it is part of the URL")
    return content.decode("ascii") if media.is_form(whole.media) else quote(content, safe="")


def _keeps_its_way(it: Operation, path: str) -> None:
    """Raise where a request would leave the API's own path.

    Whatever the document calls its paths; and values that are harmless each can make a dot segment together.
    """
    if it.arguments.astray:
        raise DocumentError(f"the path {it.path} leads out of the API's own; nothing is sent there")
    if has_dots(path.partition("?")[0]):
        raise ValidationError(f"{it.arguments.path} cannot be {path!r}: it would change the path")


def _content(
    it: Operation, whole: Body, fields: list[Field], given: Mapping[str, Json], kind: str | None
) -> Sent | None:
    """The body and its media type; None where the caller leaves it out."""
    value: Json = given.get("body")
    if "body" not in given:
        named = {str(field.wire): given[field.name] for field in fields if field.name in given}
        # A None for a field that cannot be null was somebody's default, not a null that is meant.
        value = {wire: item for wire, item in named.items() if item is not None or _nullable(it, whole, wire)}
        if not named and not whole.required:
            return None
    from leapocr_dyn.operation import body

    if whole.is_checked(value, kind):
        seen, files = (body.shown(value), body.files_in(value)) if whole.is_multipart else (value, body.NO_FILES)
        _check(it, whole.schema, whole.place, seen, "", files)
    return whole.content(value, kind)


def _nullable(it: Operation, whole: Body, wire: str) -> bool:
    """Whether a field of the body may be null."""
    known = whole.members.get(wire)
    return known is not None and not any(problems(it.document, known.value, known.pointer, None))


def _check(
    it: Operation, schema: Schema, place: str, value: Json, path: str, but: frozenset[str] = frozenset()
) -> None:
    """Raise ValidationError for what the schema forbids. but: properties of which only the name is known here."""
    found = list(problems(it.document, schema, place, value, path))
    if but:
        found = [problem for problem in found if problem.path.partition("[")[0] not in but]
    if found:
        fields: dict[str, list[str]] = {}
        for problem in found:
            fields.setdefault(problem.path or "body", []).append(problem.said)
        raise ValidationError("; ".join(map(str, found)), fields=fields)
