"""What a document says about one HTTP exchange: which operation it is, and whether the answer is right.

Everything here is a question to an OpenAPI 3.x document, as a plain dict; there is no I/O. The sandbox shares no code
with the client on purpose: a mistake in the client's encoder must not be answered by the same mistake in its decoder.

How the document is read. One copy of it is made in which every local `$ref` is absolute (`urn:sandbox:document#/...`)
and OpenAPI 3.0's two departures from JSON Schema (`nullable`, boolean `exclusiveMinimum`) are spelled as Draft 2020-12
spells them. That copy is the only resource in a `referencing.Registry()`, which retrieves nothing. So any schema in the
copy can be handed to jsonschema as it is, wherever it stood, and no reference leaves the process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

import referencing
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing.jsonschema import DRAFT202012

ROOT = "urn:sandbox:document"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
COMPLAINTS = 20  # named in one answer; the rest would not be read

Json = Any  # JSON as a document or a peer wrote it


class Refusal(Exception):  # noqa: N818 - it is an answer, not a mistake of the program
    """The request is answered with an error.

    status: HTTP's. code: the service's own word, where the status is not enough. details: for the body, as JSON.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        details: Json = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details
        self.code = code
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Operation:
    """One method of one path, with its references followed.

    id: the operationId, or "GET /path" where there is none. security: None where the document does not speak of it.
    """

    id: str
    method: str
    template: str
    pattern: re.Pattern[str]
    parameters: tuple[dict[str, Json], ...]
    body: dict[str, Json] | None
    responses: dict[str, dict[str, Json]]
    security: tuple[dict[str, Json], ...] | None

    def response(self, status: int) -> dict[str, Json] | None:
        """What the document says about this status: by itself, by its hundred (4XX), by `default`, or None."""
        for name in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if name in self.responses:
                return self.responses[name]
        return None


class Contract:
    """A document, asked about requests and answers. base_path: the path of its first usable server, such as /api/v1."""

    def __init__(self, document: Mapping[str, Json]) -> None:
        self._document = absolute(dict(document), old=str(document.get("openapi", "")).startswith("3.0"))
        resource = DRAFT202012.create_resource(self._document)
        self._registry: referencing.Registry[Json] = referencing.Registry().with_resource(ROOT, resource)
        self.base_path = base_path(self._document)
        self.schemes: dict[str, Json] = self._document.get("components", {}).get("securitySchemes", {})
        # OpenAPI 3.1 section 4.8.8.2: a concrete path is matched before a templated one.
        found = sorted(
            self._operations(), key=lambda operation: ["{" in part for part in operation.template.split("/")]
        )
        self.operations: dict[str, Operation] = {}
        for operation in found:
            name = operation.id if operation.id not in self.operations else f"{operation.method} {operation.template}"
            self.operations[name] = operation

    def _operations(self) -> Iterator[Operation]:
        for template, item in self._document.get("paths", {}).items():
            item = self.follow(item)
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    yield self._operation(template, method, item, item[method])

    def _operation(self, template: str, method: str, item: dict[str, Json], said: dict[str, Json]) -> Operation:
        parameters = {}  # an operation's parameter replaces the path's one of the same name and place
        for parameter in (*item.get("parameters", ()), *said.get("parameters", ())):
            parameter = self.follow(parameter)
            parameters[parameter.get("name"), parameter.get("in")] = parameter
        plain = re.split(r"[?#]", template, maxsplit=1)[0]
        security = said.get("security", self._document.get("security"))
        pieces = re.split(r"(\{[^{}]+\})", plain)
        pattern = "".join("([^/]+)" if piece.startswith("{") else re.escape(piece) for piece in pieces)
        return Operation(
            id=said.get("operationId") or f"{method.upper()} {template}",
            method=method.upper(),
            template=plain,
            pattern=re.compile(pattern),
            parameters=tuple(parameters.values()),
            body=self.follow(said["requestBody"]) if "requestBody" in said else None,
            responses={str(status): self.follow(answer) for status, answer in said.get("responses", {}).items()},
            security=None if security is None else tuple(security),
        )

    def follow(self, node: Json) -> dict[str, Json]:
        """The object behind a chain of `$ref`, or an empty one where the chain leads nowhere."""
        seen = set()
        while isinstance(node, dict) and isinstance(node.get("$ref"), str) and node["$ref"] not in seen:
            seen.add(node["$ref"])
            try:
                node = self._registry.resolver(ROOT).lookup(node["$ref"]).contents
            except referencing.exceptions.Unresolvable:
                return {}
        return node if isinstance(node, dict) else {}

    def route(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """The operation for a path below the base path (still percent-encoded), and the text of its path parameters.

        Raises Refusal: 404 for a path, 405 for a method that the document does not know.
        """
        allowed = []
        for operation in self.operations.values():
            if match := operation.pattern.fullmatch(path):
                if operation.method == method:
                    names = re.findall(r"\{([^{}]+)\}", operation.template)
                    return operation, dict(zip(names, map(unquote, match.groups()), strict=True))
                allowed.append(operation.method)
        if not allowed:
            raise Refusal(404, "there is no such path")
        raise Refusal(405, f"this path does not take {method[:20]}", headers={"Allow": ", ".join(sorted(set(allowed)))})

    def refuse(self, operation: Operation, message: str, details: Json = None) -> NoReturn:
        """Raise the Refusal of a wrong request, with the status that the operation declares for it: 400, or 422."""
        status = 422 if "422" in operation.responses and "400" not in operation.responses else 400
        raise Refusal(status, message, details=details)

    def kinds(self, schema: Json, depth: int = 0) -> set[str]:
        """The JSON types that a schema speaks of, through its references and combinations."""
        schema = self.follow(schema)
        said = schema.get("type", [])
        kinds = {said} if isinstance(said, str) else set(said)
        if depth < 8:
            for branch in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
                kinds |= self.kinds(branch, depth + 1)
        return kinds

    def complaints(self, schema: Json, value: Json, *, answer: bool = False) -> list[tuple[str, str]]:
        """What a schema has against a value, as (place, sentence). answer: the value is what a server says."""
        validator = Draft202012Validator(schema, registry=self._registry)
        found = []
        try:
            for error in validator.iter_errors(value):
                if error.validator == "required" and self._is_not_for(error, "writeOnly" if answer else "readOnly"):
                    continue
                where = ".".join(map(str, error.absolute_path))
                found.append((where, f"{where}: {error.message[:300]}" if where else error.message[:300]))
                if len(found) == COMPLAINTS:
                    break
        except Exception as error:  # a broken schema ends in whatever Python says to it
            raise Refusal(500, f"the document holds a schema that cannot be used: {str(error)[:200]!r}") from error
        return found

    def _is_not_for(self, error: ValidationError, mark: str) -> bool:
        # OpenAPI 3.0 section 4.7.24.1: a required readOnly property is required in responses only.
        properties = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        missing = re.match(r"'(.*)' is a required property", error.message)
        return bool(missing and self.follow(properties.get(missing[1], {})).get(mark))

    def mismatch(self, operation: Operation, status: int, media_type: str | None, body: Json) -> str | None:
        """Why the document does not allow this answer, or None. body: a JSON value, or None where there is none."""
        declared = operation.response(status)
        if declared is None and status >= 400:
            # A gateway's statuses (402, 405, 413) are rarely written down; their body is like that of the others.
            declared = next((said for name, said in operation.responses.items() if name[0] in "45"), None)
            if declared is None:
                return None
        if declared is None:
            return f"{operation.id} does not declare the status {status}"
        content = declared.get("content", {})
        if not content:
            return None if body is None else f"{operation.id} declares no body for {status}"
        if media_type is None:
            return f"{operation.id} declares a body for {status}"
        media = next((content[name] for name in content if covers(name, media_type)), None)
        if media is None:
            return f"{operation.id} does not declare {media_type} for {status}"
        wrong = self.complaints(media.get("schema", {}), body, answer=True) if is_json(media_type) else []
        return (
            f"{operation.id} answered {status} with a body that the document does not allow: {wrong[0][1]}"
            if wrong
            else None
        )


def absolute(node: Json, *, old: bool) -> Json:
    """A copy with absolute references, and without the branch of a oneOf that takes any object.

    old: it is OpenAPI 3.0, whose `nullable` and bounds become JSON Schema's.
    """
    if isinstance(node, list):
        return [absolute(item, old=old) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {str(key): absolute(value, old=old) for key, value in node.items()}
    if isinstance(copy.get("$ref"), str) and copy["$ref"].startswith("#"):
        copy["$ref"] = ROOT + copy["$ref"]
    if isinstance(copy.get("oneOf"), list) and len(copy["oneOf"]) == 2:
        # Some generators write a reference with a description so, and an object that fits it would fit both.
        told = [branch for branch in copy["oneOf"] if branch != {"type": "object"}]
        if len(told) == 1:
            del copy["oneOf"]
            copy["allOf"] = [*copy.get("allOf", ()), *told]
    if old:
        if copy.get("nullable") is True and isinstance(copy.get("type"), str):
            copy["type"] = [copy["type"], "null"]
            if isinstance(copy.get("enum"), list) and None not in copy["enum"]:
                copy["enum"] = [*copy["enum"], None]
        for bound in ("Minimum", "Maximum"):
            exclusive, plain = f"exclusive{bound}", bound.lower()
            if isinstance(copy.get(exclusive), bool) and copy.pop(exclusive) and plain in copy:
                copy[exclusive] = copy.pop(plain)
    return copy


def base_path(document: Mapping[str, Json]) -> str:
    """The path of the first server that has a scheme or is relative, without a trailing slash; empty without servers.

    A server like "api.example.com/v1" has neither: by the letter it is relative, by intent it is not, so it comes last.
    """
    servers = []
    for server in document.get("servers") or ():
        url = str(server.get("url", ""))
        for name, variable in (server.get("variables") or {}).items():
            url = url.replace("{" + name + "}", str(variable.get("default", "")))
        servers.append(url)
    for url in servers:
        if "://" in url or url.startswith("/"):
            return urlsplit(url).path.rstrip("/")
    return "/" + servers[0].partition("/")[2].rstrip("/") if servers and "/" in servers[0] else ""


def covers(declared: str, kind: str) -> bool:
    """Whether a declared media type or range, such as image/*, includes this media type."""
    name = declared.partition(";")[0].strip().lower()
    return name in {kind, "*/*"} or (name.endswith("/*") and kind.startswith(name[:-1]))


def is_json(media_type: str) -> bool:
    """Whether a media type is JSON (RFC 6839 section 3.1 for the suffix)."""
    name = media_type.partition(";")[0].strip().lower()
    return name == "application/json" or name.endswith("+json")
