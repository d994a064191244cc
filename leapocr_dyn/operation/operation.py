"""One operation of the API, without I/O: its name, its signature, its request and how to read its response.

    operation.plan(job_id="3f2...")   -> Plan: .method .url .headers .body .curl()
    operation.read(response)          -> a value, or raises

Arguments are keywords. The fields of a JSON body are arguments of their own where their names do not collide with
parameters; `body=` takes the whole body instead, as a model, a dict or bytes. Everything is checked before it leaves.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.document.repair import operations
from leapocr_dyn.document.workflow import Rule, Workflow
from leapocr_dyn.errors import ValidationError
from leapocr_dyn.model import naming
from leapocr_dyn.model.check import problems
from leapocr_dyn.model.convert import Converter
from leapocr_dyn.model.schema import Models, merge
from leapocr_dyn.model.type import Field, Object, Schema, Type
from leapocr_dyn.model.value import NOT_GIVEN, Json, to_wire
from leapocr_dyn.operation import answer, describe
from leapocr_dyn.operation.body import Body, preferred
from leapocr_dyn.operation.parameter import QUERY, STYLES, TEXT, Parameter

# RFC 9110 section 9.2.2
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY"})


class Named(str):
    """An annotation that is shown without quotes: a type that need not be built to be named."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Plan(NamedTuple):
    """A request that has not been sent. url: relative to nothing; secrets are not in it, the session adds them.

    operation: whose request it is, which also knows what `security` asks for. arguments: as JSON, by Python name.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    operation: Operation
    arguments: dict[str, Json]

    def curl(self) -> str:
        """The same request for a shell, with a variable where the secret goes."""
        import shlex  # not at the top: only people ask for a command line

        schemes = self.operation.schemes
        alternatives = self.operation.security
        words = ["curl", "-X", self.method, shlex.quote(self.url)]
        for name in alternatives[0] if alternatives else ():
            scheme = schemes.get(name, {})
            if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
                header = str(scheme.get("name"))
                # The name is the document's text: in double quotes a shell would run what it says.
                quoted = f'"{header}' if shlex.quote(header) == header else f'{shlex.quote(header)}"'
                words += ["-H", f'{quoted}: ${self.operation.key_variable}"']
            elif scheme.get("type") in ("http", "oauth2", "openIdConnect"):
                words += ["-H", f'"Authorization: Bearer ${self.operation.token_variable}"']
        for header, text in self.headers.items():
            words += ["-H", shlex.quote(f"{header}: {text}")]
        if self.body is not None:
            words += ["--data-binary", shlex.quote(self.body.decode("utf-8", "replace"))]
        return " ".join(words)

    def __repr__(self) -> str:
        size = f", {len(self.body)} bytes" if self.body is not None else ""
        return f"<Plan {self.method} {self.url}{size}>"


class Operation:
    """What can be done with one (method, path) of the document. Cheap to make; parts are worked out on first touch."""

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
        self._parts: tuple[list[Parameter], Body | None, list[Field]] | None = None
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
        return self._split()[0]

    @property
    def body(self) -> Body | None:
        """The request body in its preferred media type."""
        return self._split()[1]

    @property
    def body_fields(self) -> list[Field]:
        """The fields of a JSON body that are arguments of their own."""
        return self._split()[2]

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

    def result(self) -> Type | None:
        """The type of the first success that has a body."""
        for status, node, place in self.responses():
            content = node.get("content")
            media = preferred(list(content)) if isinstance(content, dict) else None
            if status.startswith("2") and media is not None and isinstance(content[media], dict):
                return self.models.at(
                    content[media].get("schema", True),
                    f"{place}/content{pointer(media)}/schema",
                    naming.class_name(self.id) + "Response",
                )
        return None

    def _split(self) -> tuple[list[Parameter], Body | None, list[Field]]:
        if self._parts is None:
            located = self._located_parameters()
            body = self._body()
            names = naming.distinct(
                ((f"{node['in']} {node.get('name')}", naming.attribute(str(node.get("name")))) for node, _ in located),
                ["body"] if body is not None else [],
            )
            parameters = [
                self._parameter(node, place, names[f"{node.get('in')} {node.get('name')}"]) for node, place in located
            ]
            taken = {parameter.name for parameter in parameters} | {"body"}
            fields = body.type.fields if body is not None and isinstance(body.type, Object) else []
            collide = any(field.name in taken for field in fields)
            self._parts = parameters, body, [] if collide else list(fields)
        return self._parts

    def _located_parameters(self) -> list[tuple[Any, str]]:
        found: dict[tuple[Any, Any], tuple[Any, str]] = {}
        item = self.document.tree["paths"].get(self.path, {})
        for holder, place in ((item, pointer("paths", self.path)), (self.node, self.place)):
            for index, node in enumerate(holder.get("parameters") or ()):
                located = self.document.follow(node, f"{place}/parameters/{index}")
                if (
                    isinstance(located.value, dict)
                    and located.value.get("in") in STYLES
                    and "name" in located.value
                    and not _ignored(located.value)
                ):
                    found[located.value.get("name"), located.value.get("in")] = (located.value, located.pointer)
        return list(found.values())

    def _parameter(self, node: Any, place: str, name: str) -> Parameter:
        where = node["in"]
        content = node.get("content")
        media = next(iter(content), None) if isinstance(content, dict) else None
        schema: Schema = content[media].get("schema", True) if media is not None else node.get("schema", True)
        place = f"{place}/content{pointer(media)}/schema" if media is not None else f"{place}/schema"
        # A style that the place does not have (deepObject in a path) cannot be meant.
        styles = TEXT if where in ("path", "header") else QUERY
        style = next((one for one in styles if one == node.get("style")), STYLES[where])
        default = schema.get("default", NOT_GIVEN) if isinstance(schema, dict) else NOT_GIVEN
        return Parameter(
            name,
            str(node.get("name")),
            where,
            self.models.at(schema, place, naming.class_name(str(node.get("name")))),
            where == "path" or node.get("required") is True,
            style,
            bool(node.get("explode", style == "form")),
            node.get("allowReserved") is True,
            media,
            schema,
            place,
            str(node.get("description", "")),
            default,
        )

    def _body(self) -> Body | None:
        located = self.document.follow(self.node.get("requestBody"), f"{self.place}/requestBody")
        content = located.value.get("content") if isinstance(located.value, dict) else None
        if not isinstance(content, dict):
            return None
        media = preferred(list(content))
        if media is None or not isinstance(content[media], dict):
            return None
        place = f"{located.pointer}/content{pointer(media)}/schema"
        schema = content[media].get("schema", True)
        body_type = self.models.at(schema, place, naming.class_name(self.id) + "Body")
        return Body(
            media,
            schema,
            place,
            body_type,
            located.value.get("required") is True,
            str(located.value.get("description", "")),
        )

    # -- the call

    @property
    def signature(self) -> inspect.Signature:
        """Keyword arguments, required ones first."""
        body = self.body
        required_body = body is not None and body.required
        given: list[tuple[bool, str, str, Any]] = [
            (parameter.required, parameter.name, parameter.type.annotation, parameter.default)
            for parameter in self.parameters
        ]
        given += [
            (field.required and required_body, field.name, field.type.annotation, NOT_GIVEN)
            for field in self.body_fields
        ]
        if body is not None and not self.body_fields:
            given.append((required_body, "body", body.type.annotation, NOT_GIVEN))
        kind = inspect.Parameter.KEYWORD_ONLY
        arguments = [
            inspect.Parameter(
                name, kind, annotation=_annotation(annotation), **({} if required else {"default": default})
            )
            for required, name, annotation, default in sorted(given, key=lambda one: not one[0])
        ]
        if self.body_fields:
            arguments.append(
                inspect.Parameter(
                    "body", kind, default=NOT_GIVEN, annotation=Named(body.type.annotation if body else "Any")
                )
            )
        result = self.result()
        return inspect.Signature(arguments, return_annotation=_annotation(result.annotation if result else "None"))

    @property
    def __signature__(self) -> inspect.Signature:
        return self.signature

    @property
    def __doc__(self) -> str:  # type: ignore[override]  # a property, so that no text is made before somebody reads it
        return describe.operation(self)

    def plan(self, base_url: str = "", /, **arguments: Any) -> Plan:  # Any: what the document's types say
        """The request for these arguments. Raises TypeError for a wrong name, ValidationError for a wrong value."""
        given = {name: self._wired(name, value) for name, value in arguments.items() if value is not NOT_GIVEN}
        self._check_names(given)
        path, query, headers, cookies = self.path, [], {"Accept": "application/json"}, []
        for parameter in self.parameters:
            value = given.get(parameter.name)
            if parameter.name not in given or (value is None and not parameter.required):
                continue
            self._check(parameter.schema, parameter.place, value, parameter.name)
            if parameter.where == "path":
                path = path.replace("{" + parameter.wire + "}", parameter.text(value))
            elif parameter.where == "query":
                query += parameter.pairs(value)
            elif parameter.where == "header":
                headers[parameter.wire] = parameter.text(value)
            else:
                cookies += parameter.pairs(value)
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={text}" for name, text in cookies)
        content = self._content(given)
        if content is not None and self.body is not None:
            headers["Content-Type"] = self.body.media
        url = (
            (base_url or self.server).rstrip("/")
            + path
            + ("?" + "&".join(f"{name}={text}" for name, text in query) if query else "")
        )
        return Plan(self.method, url, headers, content, self, given)

    def read(self, status: int, headers: Mapping[str, str], content: bytes) -> Any:  # Any: the result's type
        """The value of an answer, or the exception that it stands for; see answer.py. headers: lower-case names."""
        return answer.read(self, status, headers, content)

    @property
    def server(self) -> str:
        """The first server that the document names, with its variables' defaults filled in."""
        for server in self.document.tree.get("servers") or ():
            if isinstance(server, dict) and isinstance(server.get("url"), str):
                url: str = server["url"]
                for name, variable in (server.get("variables") or {}).items():
                    url = url.replace("{" + name + "}", str(variable.get("default", "")))
                return url
        return ""

    def _wired(self, name: str, value: Any) -> Json:  # Any: whatever the caller gives
        try:
            return value if isinstance(value, bytes) and name == "body" else to_wire(value)
        except TypeError as error:
            raise ValidationError(f"{name}: {error}", field=name, operation=self.name) from error
        except RecursionError as error:
            said = f"{name}: is nested too deep, or contains itself"
            raise ValidationError(said, field=name, operation=self.name) from error

    def _check_names(self, given: Mapping[str, Json]) -> None:
        known = (
            [one.name for one in self.parameters]
            + [one.name for one in self.body_fields]
            + ["body"] * (self.body is not None)
        )
        for name in given:
            if name not in known:
                hint = naming.hint(name, known, f"; it takes {', '.join(known) or 'no arguments'}")
                raise TypeError(f"{self.name}() has no argument {name!r}{hint}")
        has_body = "body" in given
        fields = [field for field in self.body_fields if field.name in given]
        if has_body and fields:
            raise TypeError(f"{self.name}() takes either body= or {fields[0].name}=, not both")
        missing = [one.name for one in self.parameters if one.required and given.get(one.name) is None]
        if self.body is not None and not has_body and (self.body.required or fields):
            missing += [field.name for field in self.body_fields if field.required and field.name not in given]
            missing += ["body"] if not self.body_fields and self.body.required else []
        if missing:
            raise TypeError(f"{self.name}() needs {' and '.join(f'{name}=' for name in missing)}")

    def _content(self, given: Mapping[str, Json]) -> bytes | None:
        body = self.body
        if body is None:
            return None
        value: Json = given.get("body")
        if "body" not in given:
            fields = {field.wire: given[field.name] for field in self.body_fields if field.name in given}
            # A None for a field that cannot be null was somebody's default, not a null that is meant.
            value = {wire: item for wire, item in fields.items() if item is not None or self._nullable(body, str(wire))}
            if not fields and not body.required:
                return None
        if not isinstance(value, bytes):
            self._check(body.schema, body.place, value, "")
        return body.content(value)

    def _nullable(self, body: Body, wire: str) -> bool:
        located = self.document.follow(body.schema, body.place)
        schema = located.value
        if isinstance(schema, dict) and "allOf" in schema:
            schema = merge(self.document, schema, located.pointer)
        known = schema.get("properties") if isinstance(schema, dict) else None
        inner = known.get(wire) if isinstance(known, dict) else None
        place = f"{located.pointer}/properties{pointer(wire)}"
        return not any(problems(self.document, inner, place, None)) if inner is not None else False

    def _check(self, schema: Schema, place: str, value: Json, path: str) -> None:
        found = list(problems(self.document, schema, place, value, path))
        if found:
            fields: dict[str, list[str]] = {}
            for problem in found:
                fields.setdefault(problem.path or "body", []).append(problem.said)
            raise ValidationError("; ".join(map(str, found)), fields=fields, operation=self.name)

    def __repr__(self) -> str:
        needed = [one.name for one in self.parameters if one.required]
        needed += [one.name for one in self.body_fields if one.required]
        result = self.result()
        gives = result.annotation if result else "None"
        return f"<Operation {self.name} {self.method} {self.path} ({', '.join(needed)}) -> {gives}>"


def _ignored(parameter: dict[str, Any]) -> bool:
    """OpenAPI 3.1 section 4.8.12.2: these headers have words of their own (responses, requestBody, security)."""
    name = str(parameter.get("name")).lower()
    return parameter["in"] == "header" and name in ("accept", "content-type", "authorization")


def _annotation(text: str) -> Any:  # Any: a builtin class, or a name
    return {"str": str, "int": int, "float": float, "bool": bool, "None": None}.get(text, Named(text))


class Operations(Mapping[str, Operation]):
    """The operations of a document: by Python name, by namespace.name, by operationId, or by (method, path).

    Iterating gives Python names, in the order of the document, and works nothing out.
    """

    def __init__(self, document: Document, converter: Converter, workflow: Workflow) -> None:
        self.context = document, converter, workflow
        self._by_name: dict[str, Operation] = {}
        self._by_key: dict[Any, Operation] = {}
        by_place = {rule.at: rule for rule in workflow.operations.values() if rule.at}
        ids = {rule.at: name for name, rule in workflow.operations.items() if rule.at}
        taken: dict[str, list[str]] = {}
        for path, method, node, _ in operations(document.tree):
            at = f"{method.upper()} {path}"
            rule = workflow.operations.get(str(node.get("operationId"))) or by_place.get(at) or Rule()
            namespace, name = self._names(node, rule, workflow.tag)
            name = naming.distinct([(name, name)], taken.setdefault(namespace, []))[name]
            taken[namespace].append(name)
            operation = Operation(document, converter, path, method, node, (namespace, name), rule, workflow)
            self._by_name.setdefault(name, operation)
            # What a workflow calls it stays a key, so that it is found after it lost its id.
            for key in (f"{namespace}.{name}", operation.id, ids.get(at), (method.upper(), path), at):
                if key is not None:
                    self._by_key.setdefault(key, operation)
        self.namespaces: dict[str, dict[str, Operation]] = {}
        for operation in dict.fromkeys(self._by_key.values()):
            self.namespaces.setdefault(operation.namespace, {})[operation.name] = operation

    @staticmethod
    def _names(node: Any, rule: Rule, tag: str | None) -> tuple[str, str]:
        if rule.name is not None:
            namespace, _, name = rule.name.partition(".")
            return namespace, name
        tags = [one for one in node.get("tags") or () if isinstance(one, str) and one != tag]
        return naming.attribute(tags[0]) if tags else "default", naming.attribute(str(node.get("operationId")))

    def __getitem__(self, key: Any) -> Operation:  # Any: a name, an operationId, or (method, path)
        if isinstance(key, tuple) and len(key) == 2:
            key = (str(key[0]).upper(), key[1])
        found = self._by_name.get(key) or self._by_key.get(key)
        if found is None:
            ids = [one.id for one in self._by_key.values()]
            raise KeyError(f"there is no operation {key!r}{naming.hint(str(key), [*self._by_name, *ids])}")
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, key: object) -> bool:
        return key in self._by_name or key in self._by_key

    def __repr__(self) -> str:
        return f"<Operations {', '.join(self._by_name)}>"
