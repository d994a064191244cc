"""Swagger 2.0 -> the words of OpenAPI 3.0, so that normal.py can go on from there.

What 2.0 says in one place 3.0 says in another: `definitions` and its neighbours move below `components`, `body` and
`formData` parameters become a request body, `consumes` and `produces` become media types, `host`, `basePath` and
`schemes` become servers, `collectionFormat` becomes style and explode. `collectionFormat: tsv` has no counterpart, and
is sent as spaceDelimited.
Source: Swagger 2.0 specification, sections "Parameter Object", "Response Object" and "Security Scheme Object".
"""

from __future__ import annotations

from typing import Any

from leapocr_dyn.document.reference import follow, is_reference, rewritten
from leapocr_dyn.errors import DocumentError

Node = Any  # the border where JSON enters
Tree = dict[str, Node]

MOVED = {
    "#/definitions/": "#/components/schemas/",
    "#/parameters/": "#/components/parameters/",
    "#/responses/": "#/components/responses/",
    "#/securityDefinitions/": "#/components/securitySchemes/",
}
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
# What stands beside `in` and `name` in 2.0 and inside `schema` in 3.0.
SCHEMA = frozenset(
    {"type", "format", "items", "default", "enum", "multipleOf", "pattern", "uniqueItems", "x-nullable"}
    | {"maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "maxItems", "minItems"}
)
STYLES = {"ssv": "spaceDelimited", "tsv": "spaceDelimited", "pipes": "pipeDelimited"}
FLOWS = {"application": "clientCredentials", "accessCode": "authorizationCode"}


def converted(tree: Tree) -> Tree:
    """The same API in the words of OpenAPI 3.0."""
    tree = rewritten(_inlined(tree) if "x-files" in tree else tree, _moved)
    shared = _dict(tree.get("parameters"))
    consumes, produces = tree.get("consumes"), tree.get("produces")
    kept = ("info", "tags", "externalDocs", "security")
    new: Tree = {"openapi": "3.0.3", **{key: tree[key] for key in kept if key in tree}}
    new["servers"] = [{"url": url} for url in _servers(tree)]
    new["paths"] = {
        path: _path_item(item, shared, consumes, produces)
        for path, item in _dict(tree.get("paths")).items()
        if isinstance(item, dict)
    }
    new["components"] = {
        "schemas": _dict(tree.get("definitions")),
        "parameters": {
            name: _parameter(node)
            for name, node in shared.items()
            if isinstance(node, dict) and node.get("in") not in ("body", "formData")
        },
        "responses": {name: _response(node, produces) for name, node in _dict(tree.get("responses")).items()},
        "securitySchemes": {name: _scheme(node) for name, node in _dict(tree.get("securityDefinitions")).items()},
    }
    return {**{key: value for key, value in tree.items() if key.startswith("x-")}, **new}


def _inlined(tree: Tree) -> Tree:
    """With the parameters and responses of other files in their places: they have to be seen to be converted."""

    def meant(node: Node) -> Node:
        try:
            refers = is_reference(node) and node["$ref"].startswith("#/x-files/")
            return follow(tree, node, "").value if refers else node
        except DocumentError:
            return node

    def change(new: Tree) -> None:
        for word in ("parameters", "responses"):
            held = new.get(word)
            if isinstance(held, list):
                new[word] = [meant(node) for node in held]
            elif isinstance(held, dict):
                new[word] = {name: meant(node) for name, node in held.items()}

    new: Tree = rewritten(tree, change)
    return new


def _dict(node: Node) -> Tree:
    return node if isinstance(node, dict) else {}


def _list(node: Node) -> list[Node]:
    return node if isinstance(node, list) else []


def _moved(new: Tree) -> None:
    """References that lead to where things stand in 3.0, and schemas in its words."""
    ref = new.get("$ref")
    if isinstance(ref, str):
        new["$ref"] = next(
            (there + ref.removeprefix(here) for here, there in MOVED.items() if ref.startswith(here)), ref
        )
    if isinstance(new.get("discriminator"), str) and ("properties" in new or "type" in new):
        new["discriminator"] = {"propertyName": new["discriminator"]}
    if new.get("x-nullable") is True and "type" in new:
        new["nullable"] = True
    if new.get("type") == "file":
        new["type"], new["format"] = "string", "binary"


def _servers(tree: Tree) -> list[str]:
    host, base = tree.get("host"), str(tree.get("basePath") or "")
    if not isinstance(host, str) or not host:
        return [base] if base else []
    schemes = [scheme for scheme in _list(tree.get("schemes")) if scheme in ("https", "http")]
    # A key must not travel in the open where the document leaves the choice.
    return [f"{scheme}://{host}{base}" for scheme in sorted(schemes, reverse=True) or ["https"]]


def _path_item(item: Tree, shared: Tree, consumes: Node, produces: Node) -> Tree:
    common = [_resolved(node, shared) for node in _list(item.get("parameters"))]
    new = {key: value for key, value in item.items() if key not in METHODS and key != "parameters"}
    if plain := [_parameter(node) for node in common if node.get("in") not in ("body", "formData")]:
        new["parameters"] = plain
    for method in METHODS:
        if isinstance(item.get(method), dict):
            carried = [node for node in common if node.get("in") in ("body", "formData")]
            new[method] = _operation(item[method], carried, shared, consumes, produces)
    return new


def _resolved(node: Node, shared: Tree) -> Tree:
    """A parameter, looked up among the shared ones where it is a reference: a body has to be seen to become one."""
    ref = _dict(node).get("$ref")
    if isinstance(ref, str):
        name = ref.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        found = _dict(shared.get(name))
        return found if found.get("in") in ("body", "formData") else {**_dict(node)}
    return _dict(node)


def _operation(node: Tree, carried: list[Tree], shared: Tree, consumes: Node, produces: Node) -> Tree:
    own = [_resolved(one, shared) for one in _list(node.get("parameters"))]
    new = {
        key: value
        for key, value in node.items()
        if key not in ("parameters", "consumes", "produces", "schemes", "responses")
    }
    new["parameters"] = [_parameter(one) for one in own if one.get("in") not in ("body", "formData")]
    bodies = [one for one in own if one.get("in") in ("body", "formData")]
    named = {(one.get("name"), one.get("in")) for one in bodies}
    bodies += [one for one in carried if (one.get("name"), one.get("in")) not in named]
    media = [one for one in _list(node.get("consumes", consumes)) if isinstance(one, str)]
    if bodies:
        new["requestBody"] = _body(bodies, media)
    offered = node.get("produces", produces)
    new["responses"] = {str(status): _response(one, offered) for status, one in _dict(node.get("responses")).items()}
    return new


def _parameter(node: Tree) -> Tree:
    if "$ref" in node:
        return node
    new = {key: value for key, value in node.items() if key not in SCHEMA and key != "collectionFormat"}
    new["schema"] = _schema(node)
    if node.get("type") == "array":
        style, explode = _style(node)
        if node.get("in") in ("query", "formData"):
            new["style"], new["explode"] = style, explode
    return new


def _schema(node: Tree) -> Tree:
    schema = {key: value for key, value in node.items() if key in SCHEMA or key == "nullable"}
    items = schema.get("items")
    return {**schema, "items": _schema(items)} if isinstance(items, dict) and "$ref" not in items else schema


def _style(node: Tree) -> tuple[str, bool]:
    form = node.get("collectionFormat", "csv")
    return STYLES.get(form, "form") if isinstance(form, str) else "form", form == "multi"


def _body(bodies: list[Tree], media: list[str]) -> Tree:
    whole = next((one for one in bodies if one.get("in") == "body"), None)
    if whole is not None:
        said: Tree = {key: whole[key] for key in ("description", "required") if key in whole}
        entry: Tree = {"schema": whole.get("schema", {})}
        return {**said, "content": dict.fromkeys(media or ["application/json"], entry)}
    forms = [one for one in media if one in ("multipart/form-data", "application/x-www-form-urlencoded")]
    if any(one.get("format") == "binary" for one in bodies):
        forms = ["multipart/form-data"]
    properties: Tree = {}
    encoding: Tree = {}
    for one in bodies:
        name = str(one.get("name"))
        described = {"description": one["description"]} if "description" in one else {}
        properties[name] = {**_schema(one), **described}
        if one.get("type") == "array":
            style, explode = _style(one)
            encoding[name] = {"style": style, "explode": explode}
    required = [str(one.get("name")) for one in bodies if one.get("required") is True]
    schema: Tree = {"type": "object", "properties": properties, "required": required}
    content = {"schema": schema, "encoding": encoding} if encoding else {"schema": schema}
    return {
        "required": bool(required),
        "content": dict.fromkeys(forms or ["application/x-www-form-urlencoded"], content),
    }


def _response(node: Node, produces: Node) -> Node:
    if not isinstance(node, dict) or "$ref" in node:
        return node
    new = {key: value for key, value in node.items() if key not in ("schema", "examples", "headers")}
    if "schema" in node:
        media = [one for one in _list(produces) if isinstance(one, str)] or ["application/json"]
        new["content"] = {one: {"schema": node["schema"]} for one in media}
    headers = {name: _parameter(_dict(header)) for name, header in _dict(node.get("headers")).items()}
    return {**new, "headers": headers} if headers else new


def _scheme(node: Node) -> Node:
    if not isinstance(node, dict) or node.get("type") not in ("basic", "oauth2"):
        return node
    if node["type"] == "basic":
        return {**{key: value for key, value in node.items() if key != "type"}, "type": "http", "scheme": "basic"}
    flow = {key: node[key] for key in ("authorizationUrl", "tokenUrl") if key in node}
    name = FLOWS.get(str(node.get("flow")), str(node.get("flow")))
    said = {"description": node["description"]} if "description" in node else {}
    return {**said, "type": "oauth2", "flows": {name: {**flow, "scopes": _dict(node.get("scopes"))}}}
