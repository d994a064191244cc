"""What the operations of a document say, without how they say it: what a client can do, and what it gets.

Here a Reference Object is what it refers to, a path's parameters are its operations' own, and what nobody sends or
reads (links, callbacks, descriptions, examples) is not there. Source: OpenAPI 3.1 section 4.8.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import Located, pointer
from leapocr_dyn.document.repair import operations
from leapocr_dyn.history.meaning import ANYTHING, Json, Key, Schemas, canonical, text
from leapocr_dyn.operation import server
from leapocr_dyn.operation.media import plain
from leapocr_dyn.operation.parameter import EXPLODED, FRAMING, STYLES

# OpenAPI 3.1 section 4.8.12.2: parameters of these names are ignored.
IGNORED = FRAMING | {"accept", "content-type", "authorization"}
FOR_PEOPLE = ("description", "summary", "externalDocs", "bearerFormat", "scopes")


class Content(NamedTuple):
    """One media type of a body. how: what decides how it is written. item: the schema of a stream's items."""

    key: Key
    item: Key
    how: str
    place: str


class Parameter(NamedTuple):
    """A parameter, or a header of a response. how: what decides how its value is written."""

    name: str
    where: str
    required: bool
    deprecated: bool
    how: str
    key: Key
    place: str


class Body(NamedTuple):
    """A request body, by media type."""

    required: bool
    content: dict[str, Content]
    place: str


class Response(NamedTuple):
    """A response: its content by media type, its headers by name."""

    content: dict[str, Content]
    headers: dict[str, Parameter]
    place: str


class Alternative(NamedTuple):
    """Schemes that are needed together. schemes: {what the scheme is: scopes}. names, kinds: for people; no meaning."""

    schemes: tuple[tuple[str, tuple[str, ...]], ...]
    names: str
    kinds: str


class Said(NamedTuple):
    """An operation. server: the one it is sent to, with its variables; "" where nothing is said."""

    method: str
    path: str
    id: str
    tags: tuple[str, ...]
    deprecated: bool
    server: str
    security: tuple[Alternative, ...]
    parameters: dict[tuple[str, str], Parameter]
    body: Body | None
    responses: dict[str, Response]
    place: str

    @property
    def name(self) -> str:
        """As "GET /pets"."""
        return f"{self.method} {self.path}"


class Surface:
    """What all operations of a document say. schemas: what they refer to by key."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.schemas = Schemas(document)
        self.operations = [self._operation(*one) for one in operations(document.tree)]

    def _operation(self, path: str, method: str, node: dict[str, Json], place: str) -> Said:
        tree = self.document.tree
        item = tree["paths"][path]
        servers = server.named(node) or server.named(item) or server.named(tree)
        return Said(
            method.upper(),
            path,
            str(node.get("operationId")),
            tuple(dict.fromkeys(tag for tag in node.get("tags") or () if isinstance(tag, str))),
            node.get("deprecated") is True,
            _address(servers[0]) if servers else "",
            self._security(node.get("security", tree.get("security"))),
            self._parameters((item, pointer("paths", path)), (node, place)),
            self._body(Located(node.get("requestBody"), f"{place}/requestBody")),
            self._responses(node.get("responses"), f"{place}/responses"),
            place,
        )

    def _security(self, wanted: Json) -> tuple[Alternative, ...]:
        schemes = self.document.tree["components"].get("securitySchemes", {})
        found: dict[Any, Alternative] = {}
        for one in wanted if isinstance(wanted, list) else ():
            if isinstance(one, dict):
                needed = [
                    (self._scheme(name, schemes), tuple(sorted(map(str, scopes if isinstance(scopes, list) else ()))))
                    for name, scopes in one.items()
                ]
                kinds = " and ".join(self._kind(name, schemes) for name in sorted(one))
                alternative = Alternative(tuple(sorted(needed)), " and ".join(sorted(one)) or "nothing", kinds)
                found.setdefault(alternative.schemes, alternative)
        # To need nothing is to say nothing; beside others it says that they need not be.
        return tuple(found[schemes] for schemes in sorted(found)) if any(found) else ()

    def _kind(self, name: str, schemes: Json) -> str:
        if name not in schemes:
            return "unknown"
        node = self.document.follow(schemes[name], pointer("components", "securitySchemes", name)).value
        words = [node.get(word) for word in ("type", "scheme", "in", "name", "openIdConnectUrl")]
        flows = node.get("flows")
        for flow, one in flows.items() if isinstance(flows, dict) else ():
            words += [flow, one.get("tokenUrl") if isinstance(one, dict) else None]
        return " ".join(word for word in words if isinstance(word, str))

    def _scheme(self, name: str, schemes: Json) -> str:
        if name not in schemes:
            return text({"unknown": name})
        node = self.document.follow(schemes[name], pointer("components", "securitySchemes", name)).value
        said = _meant(node)
        for word in ("scheme", "name"):
            # RFC 9110 sections 5.1 and 11.1: no capitals count there; in the query they do.
            if isinstance(said.get(word), str) and said.get("in") in (None, "header"):
                said[word] = said[word].lower()
        return text(said)

    def _parameters(self, *holders: tuple[dict[str, Json], str]) -> dict[tuple[str, str], Parameter]:
        found = {}
        for holder, place in holders:
            for index, node in enumerate(holder.get("parameters") or ()):
                located = self.document.follow(node, f"{place}/parameters/{index}")
                where = located.value.get("in")
                name = str(located.value.get("name"))
                if where == "header":
                    name = name.lower()
                if where in STYLES and "name" in located.value and not (where == "header" and name in IGNORED):
                    found[where, name] = self._parameter(located, where, str(located.value.get("name")))
        return found

    def _parameter(self, located: Located, where: str, name: str) -> Parameter:
        node, place = located
        content = node.get("content")
        media, entry = next(iter(content.items())) if isinstance(content, dict) and content else ("", node)
        at = f"{place}/content{pointer(media)}" if media else place
        style = node["style"] if node.get("style") in STYLES[where] else STYLES[where][0]
        explode = bool(node.get("explode", style in EXPLODED))
        return Parameter(
            name,
            where,
            where == "path" or node.get("required") is True,
            node.get("deprecated") is True,
            text([plain(media)] if media else [style, explode, node.get("allowReserved") is True]),
            self._schema(self.document.follow(entry, at), "schema"),
            place,
        )

    def _schema(self, entry: Located, word: str) -> Key:
        if not isinstance(entry.value, dict) or word not in entry.value:
            return ANYTHING
        return self.schemas.key(Located(entry.value[word], f"{entry.pointer}/{word}"))

    def _content(self, node: Json, place: str) -> dict[str, Content]:
        content = node.get("content") if isinstance(node, dict) else None
        found: dict[str, Content] = {}
        for media, entry in content.items() if isinstance(content, dict) else ():
            located = self.document.follow(entry, f"{place}/content{pointer(media)}")
            how = _meant(located.value.get("encoding") if isinstance(located.value, dict) else None)
            keys = self._schema(located, "schema"), self._schema(located, "itemSchema")
            # A charset beside it changes nothing, where there is just one of the kind.
            name = media if plain(media) in found else plain(media)
            found[name] = Content(*keys, text({key: _meant(one) for key, one in how.items()}), located.pointer)
        return found

    def _body(self, located: Located) -> Body | None:
        located = self.document.follow(*located)
        if not isinstance(located.value, dict):
            return None
        return Body(located.value.get("required") is True, self._content(*located), located.pointer)

    def _responses(self, node: Json, place: str) -> dict[str, Response]:
        found = {}
        for status, one in node.items() if isinstance(node, dict) else ():
            located = self.document.follow(one, place + pointer(str(status)))
            if isinstance(located.value, dict) and not str(status).startswith("x-"):
                headers = self._headers(located.value.get("headers"), located.pointer)
                found[str(status).upper()] = Response(self._content(*located), headers, located.pointer)
        return found

    def _headers(self, node: Json, place: str) -> dict[str, Parameter]:
        found = {}
        for name, one in node.items() if isinstance(node, dict) else ():
            located = self.document.follow(one, f"{place}/headers{pointer(name)}")
            if isinstance(located.value, dict) and name.lower() != "content-type":
                found[name.lower()] = self._parameter(located, "header", name)
        return found


def _meant(node: Json) -> dict[str, Json]:
    """An object without words for people, at all depths."""
    if not isinstance(node, dict):
        return {}
    return {
        key: _meant(inner) if isinstance(inner, dict) else canonical(inner)
        for key, inner in node.items()
        if key not in FOR_PEOPLE and not key.startswith("x-")
    }


def _address(one: server.Server) -> str:
    variables = {name: _meant(said) for name, said in one.variables.items() if f"{{{name}}}" in one.url}
    return one.url.rstrip("/") + (f" {text(variables)}" if variables else "")
