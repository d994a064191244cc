"""One operation of the API, without I/O: its name, its signature, its request and how to read its response.

    operation.plan(job_id="3f2...")   -> Plan: .method .url .headers .body .curl()
    operation.read(response)          -> a value, or raises

Arguments are keywords. The fields of a JSON or form body are arguments of their own where their names do not collide
with parameters; `body=` takes the whole body instead, as a model, a dict, bytes, a path or an open file. Where the
document offers several media types, `content_type=` and `accept=` choose. Everything is checked before it leaves.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.document.workflow import Rule, Workflow
from leapocr_dyn.errors import DocumentError, Error, ValidationError
from leapocr_dyn.model import naming
from leapocr_dyn.model.check import problems
from leapocr_dyn.model.convert import Converter
from leapocr_dyn.model.schema import Models
from leapocr_dyn.model.type import Field, Schema, Type
from leapocr_dyn.model.value import NOT_GIVEN, Json, to_wire
from leapocr_dyn.operation import answer, body, describe, media, server, signature
from leapocr_dyn.operation.arguments import Arguments, arguments_of
from leapocr_dyn.operation.body import Body, Sent
from leapocr_dyn.operation.parameter import Parameter, has_dots
from leapocr_dyn.operation.plan import Plan
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.operation.operations import Operations

# RFC 9110 section 9.2.2
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY"})


class Operation:
    """What can be done with one (method, path) of the document. Cheap to make: the rest is worked out when touched."""

    def __init__(
        self,
        document: Document,
        converter: Converter,
        path: str,
        method: str,
        node: Any,  # Any: the Operation Object, as the document wrote it
        names: tuple[str, str],
        rule: Rule,
        workflow: Workflow,
    ) -> None:
        self.document = document
        self.converter = converter
        self.path = path
        self.method = method.upper()
        self.node = node
        self.namespace, self.name = names
        self.rule = rule
        self.workflow = workflow
        self.place = pointer("paths", path, method)
        self.id = str(node.get("operationId"))
        self._responses: list[tuple[str, Any, str]] | None = None

    @classmethod
    def unknown(cls, operations: Operations, method: str, path: str) -> Operation:
        """Stands for a call that the document does not describe: any JSON, and the document's own security."""
        node = {"operationId": f"{method} {path}", "responses": {"default": {"content": {"*/*": {"schema": True}}}}}
        names = "", f"{method} {path}"
        document, converter, workflow = operations.context
        return cls(document, converter, path, method.lower(), node, names, Rule(), workflow)

    # -- what the document says

    @property
    def models(self) -> Models:
        """The types of the document."""
        return self.converter.models

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters, those of the path item first."""
        return self.arguments.parameters

    @property
    def bodies(self) -> list[Body]:
        """The request body in each media type that is offered, the preferred one first."""
        return self.arguments.bodies

    @property
    def body(self) -> Body | None:
        """The request body in its preferred media type."""
        return next(iter(self.bodies), None)

    @property
    def body_fields(self) -> list[Field]:
        """The fields of the preferred body that are arguments of their own."""
        return self.fields_of(self.body)

    def fields_of(self, wanted: Body | None) -> list[Field]:
        """The fields of one of the bodies that are arguments of their own: all, or none where a name is taken."""
        if wanted is None:
            return []
        known = self.arguments.fields
        if wanted.media not in known:
            taken = {parameter.name for parameter in self.parameters} | {"body"}
            collide = any(field.name in taken for field in wanted.fields)
            known[wanted.media] = [] if collide else wanted.fields
        return known[wanted.media]

    @property
    def choices(self) -> dict[str, list[str]]:
        """{argument: media types}: what the caller may choose, where the document offers several."""
        takes = self.arguments
        found = {takes.content_type: [one.media for one in takes.bodies], takes.accept: self.answers}
        return {name: offered for name, offered in found.items() if name}

    @property
    def security(self) -> list[dict[str, Any]]:
        """The alternatives of `security`, the operation's own or the document's."""
        wanted = self.node.get("security", self.document.tree.get("security"))
        return [one for one in wanted if isinstance(one, dict)] if isinstance(wanted, list) else []

    @property
    def schemes(self) -> Mapping[str, Any]:
        """The security schemes of the document."""
        found = self.document.tree.get("components", {}).get("securitySchemes")
        place = pointer("components", "securitySchemes")
        return {
            name: self.document.follow(node, place + pointer(name)).value
            for name, node in (found.items() if isinstance(found, dict) else ())
        }

    @cached_property
    def server(self) -> server.Server | None:
        """The server that the operation or its path names instead of the document's own."""
        return next(iter(server.named(self.node) or server.named(self.document.tree["paths"].get(self.path))), None)

    @property
    def key_variable(self) -> str:
        """The environment variable that holds the key, for people to read."""
        return self.workflow.environment.get("api_key", "API_KEY")

    @property
    def token_variable(self) -> str:
        """The environment variable that holds the bearer token, for people to read."""
        return self.workflow.environment.get("token", "TOKEN")

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent twice without doing twice what it does."""
        return self.method in IDEMPOTENT or self.rule.repeatable

    def responses(self) -> list[tuple[str, Any, str]]:
        """(status, Response Object, pointer) for everything the document promises."""
        if self._responses is None:
            found = self.node.get("responses")
            located = [
                (str(status), self.document.follow(node, f"{self.place}/responses/{status}"))
                for status, node in (found.items() if isinstance(found, dict) else ())
            ]
            self._responses = [
                (status, one.value, one.pointer) for status, one in located if isinstance(one.value, dict)
            ]
        return self._responses

    def result(self, wanted: str | None = None) -> Type | None:
        """The type of the first success that has a body. wanted: its media type, instead of the preferred one."""
        if self.method == "HEAD":
            return None  # RFC 9110 section 9.3.2
        for _, node, place in self._successes():
            content = node.get("content")
            content = content if isinstance(content, dict) else {}
            kind = media.preferred(list(content)) if wanted is None else wanted
            if kind is not None and kind in content:
                return answer.type_of(self, kind, content[kind], f"{place}/content{pointer(kind)}")
        return None

    def _successes(self) -> list[tuple[str, Any, str]]:
        """The responses that are successes; where none is described, `default` is one, too."""
        found = self.responses()
        return [one for one in found if one[0].startswith("2")] or [one for one in found if one[0] == "default"]

    @cached_property
    def _promised(self) -> tuple[list[str], list[str]]:
        """The media types of its successes and of its failures."""
        good = {status for status, _, _ in self._successes()}
        successes: dict[str, None] = {}
        failures: dict[str, None] = {}
        for status, node, _ in self.responses():
            if isinstance(content := node.get("content"), dict):
                (successes if status in good else failures).update(dict.fromkeys(content))
        return media.sendable(successes), media.sendable(failures)

    @property
    def answers(self) -> list[str]:
        """The media types that a caller may ask for; a stream is asked for otherwise."""
        return [kind for kind in self._promised[0] if media.plain(kind) not in media.ENDLESS]

    @cached_property
    def arguments(self) -> Arguments:
        """What it is called with, worked out on first touch."""
        return arguments_of(self)

    # -- the call

    @property
    def signature(self) -> inspect.Signature:
        """Keyword arguments, required ones first."""
        return signature.signature(self)

    @property
    def __signature__(self) -> inspect.Signature:
        return self.signature

    @property
    def __doc__(self) -> str:  # type: ignore[override]  # a property, so that no text is made before somebody reads it
        return describe.operation(self)

    def plan(self, base_url: str = "", /, **arguments: Any) -> Plan:  # Any: what the document's types say
        """The request for these arguments. base_url: where it is sent; without it, the first server that is named.

        Raises TypeError for a wrong name, ValidationError for a wrong value, FileError for a file that cannot be read.
        """
        try:
            return self._planned(base_url, arguments)
        except Error as error:
            error.operation = error.operation or self.name
            raise

    def _planned(self, base_url: str, arguments: Mapping[str, Any]) -> Plan:  # Any: what the document's types say
        takes = self.arguments
        given = {name: value for name, value in arguments.items() if value is not NOT_GIVEN}
        accept = given.pop(takes.accept, None)
        whole, kind = self._chosen(given.pop(takes.content_type, None))
        fields = self.fields_of(whole) if self._names_fields(whole, given) else []
        self._check_names(given, whole, fields)
        wires = {field.name: str(field.wire) for field in fields}
        given = {name: self._wired(whole, wires, name, value) for name, value in given.items()}
        path, query, cookies = takes.path, [], []
        headers = {"Accept": self.accept if accept is None else media.chosen(takes.accept, accept, self.answers)[1]}
        for parameter in takes.parameters:
            value = given.get(parameter.name)
            if parameter.name not in given or (value is None and not parameter.required):
                continue
            self._check(parameter.schema, parameter.place, value, parameter.name)
            if parameter.where == "path":
                path = path.replace("{" + parameter.wire + "}", parameter.text(value))
            elif parameter.where == "query":
                query += [f"{name}={text}" for name, text in parameter.pairs(value)]
            elif parameter.where == "querystring":
                query.append(self._querystring(parameter, value))
            elif parameter.where == "header":
                headers[parameter.wire] = parameter.text(value)
            else:
                cookies += parameter.pairs(value)
        if takes.mixed or takes.astray:
            self._keeps_its_way(path)
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={text}" for name, text in cookies)
        content = None
        if whole is not None and (sent := self._content(whole, fields, given, kind)) is not None:
            headers["Content-Type"], content = sent
        url = (base_url or self._address()).rstrip("/") + path
        if query:
            url += ("&" if "?" in path else "?") + "&".join(query)
        if whole is not None and ("body" in given or whole.is_multipart):
            given = body.shown(given)
        return Plan(self.method, url, headers, content, self, given)

    def read(self, status: int, headers: Mapping[str, str], content: bytes) -> Any:  # Any: the result's type
        """The value of an answer, or the exception that it stands for; see answer.py. headers: lower-case names."""
        return answer.read(self, status, headers, content)

    @cached_property
    def accept(self) -> str:
        """The Accept header: what the document promises, JSON first."""
        return media.accept(*self._promised)

    def _address(self) -> str:
        """Where a plan leads that nobody gave an address: what the document names, with its variables' defaults."""
        own = self.server
        tree = self.document.tree
        return server.absolute(tree, own.address()) if own is not None else server.root(tree)

    def _chosen(self, wanted: Any) -> tuple[Body | None, str | None]:  # Any: whatever the caller gives
        """The body in the media type that the caller wants, and how the caller spells it."""
        takes = self.arguments
        if wanted is None:
            return self.body, None
        offer, kind = media.chosen(takes.content_type, wanted, [one.media for one in takes.bodies])
        return next(one for one in takes.bodies if one.media == offer), kind

    def _names_fields(self, whole: Body | None, given: Mapping[str, Any]) -> bool:  # Any: whatever the caller gives
        """Whether the body's fields matter to a call: to work them out is what costs most in a first one."""
        if "body" in given or whole is None or not whole.required:
            return not given.keys() <= {"body", *(one.name for one in self.arguments.parameters)}
        return True

    def _wired(self, whole: Body | None, wires: Mapping[str, str], name: str, value: Any) -> Json:  # Any: as the caller
        try:
            if whole is not None and name == "body":
                return whole.given(value)
            if whole is not None and name in wires:
                return whole.field_given(wires[name], value)
            kind = next((one.type for one in self.arguments.parameters if one.name == name), None)
            return to_wire(value) if kind is None else kind.wire(value, sending=True)
        except TypeError as error:
            raise ValidationError(f"{name}: {error}", field=name) from error
        except RecursionError as error:
            said = f"{name}: is nested too deep, or contains itself"
            raise ValidationError(said, field=name) from error

    def _check_names(self, given: Mapping[str, Any], whole: Body | None, fields: list[Field]) -> None:
        takes = self.arguments
        known = [one.name for one in takes.parameters] + [one.name for one in fields] + ["body"] * (whole is not None)
        for name in given:
            if name not in known:
                known += [one for one in (takes.content_type, takes.accept) if one]
                hint = self._elsewhere(name) or naming.hint(
                    name, known, f"; it takes {', '.join(known) or 'no arguments'}"
                )
                raise TypeError(f"{self.name}() has no argument {name!r}{hint}")
        has_body = "body" in given
        named = [field for field in fields if field.name in given]
        if has_body and named:
            raise TypeError(f"{self.name}() takes either body= or {named[0].name}=, not both")
        missing = [one.name for one in takes.parameters if one.required and given.get(one.name) is None]
        if whole is not None and not has_body and (whole.required or named):
            missing += [field.name for field in fields if field.required and field.name not in given]
            missing += ["body"] if not fields and whole.required else []
        if missing:
            raise TypeError(f"{self.name}() needs {' and '.join(f'{name}=' for name in missing)}")

    def _elsewhere(self, name: str) -> str:
        """A hint at the media type that has the argument which this one lacks."""
        takes = self.arguments
        for one in takes.bodies:
            if any(field.name == name for field in self.fields_of(one)):
                return f"; pass {takes.content_type}={one.media!r} with it"
        return ""

    def _querystring(self, parameter: Parameter, value: Json) -> str:
        """OpenAPI 3.2, `in: querystring`: the whole query in a media type of its own."""
        place = parameter.place.removesuffix("/schema")
        whole = Body(self.models, parameter.media or media.FORM, self.document.resolve(place), place, True, "")
        _, content = whole.content(value)
        if not isinstance(content, bytes):
            raise parameter.refused("cannot hold a file: it is part of the URL")
        return content.decode("ascii") if media.is_form(whole.media) else quote(content, safe="")

    def _keeps_its_way(self, path: str) -> None:
        """A request stays below the API's own path, whatever the document calls its paths; and values that are harmless
        each can make a dot segment together."""
        if self.arguments.astray:
            raise DocumentError(f"the path {self.path} leads out of the API's own; nothing is sent there")
        if has_dots(path.partition("?")[0]):
            raise ValidationError(f"{self.arguments.path} cannot be {path!r}: it would change the path")

    def _content(self, whole: Body, fields: list[Field], given: Mapping[str, Json], kind: str | None) -> Sent | None:
        value: Json = given.get("body")
        if "body" not in given:
            named = {str(field.wire): given[field.name] for field in fields if field.name in given}
            # A None for a field that cannot be null was somebody's default, not a null that is meant.
            value = {wire: item for wire, item in named.items() if item is not None or self._nullable(whole, wire)}
            if not named and not whole.required:
                return None
        if whole.is_checked(value, kind):
            seen, files = (body.shown(value), body.files_in(value)) if whole.is_multipart else (value, body.NO_FILES)
            self._check(whole.schema, whole.place, seen, "", files)
        return whole.content(value, kind)

    def _nullable(self, whole: Body, wire: str) -> bool:
        known = whole.members.get(wire)
        return known is not None and not any(problems(self.document, known.value, known.pointer, None))

    def _check(self, schema: Schema, place: str, value: Json, path: str, but: frozenset[str] = frozenset()) -> None:
        """Raise ValidationError for what the schema forbids. but: properties of which only the name is known here."""
        found = list(problems(self.document, schema, place, value, path))
        if but:
            found = [problem for problem in found if problem.path.partition("[")[0] not in but]
        if found:
            fields: dict[str, list[str]] = {}
            for problem in found:
                fields.setdefault(problem.path or "body", []).append(problem.said)
            raise ValidationError("; ".join(map(str, found)), fields=fields)

    def __reduce__(self) -> tuple[Any, ...]:
        # Found again where the document is loaded again, as a model is; the types know how.
        return self.models.revive, (self.models.recipe, f"operation {self.method} {self.path}", None)

    def __repr__(self) -> str:
        needed = [one.name for one in self.parameters if one.required]
        needed += [one.name for one in self.body_fields if one.required]
        result = self.result()
        gives = result.annotation if result else "None"
        return visible(f"<Operation {self.name} {self.method} {self.path} ({', '.join(needed)}) -> {gives}>")
