"""Known defects of published documents: one named rule for each, each visible in the report, each to be switched off.

A rule looks at the normal form and yields what it mended; it never guesses where two readings are possible, and never
touches what a well-formed document says. The same rule mends every document that has the defect.

To add one: write a function that changes the (already copied) tree and yields (pointer, sentence), and name it in
RULES.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Collection, Iterator
from typing import Any
from urllib.parse import urlsplit

from leapocr_dyn.document.normal import METHODS
from leapocr_dyn.document.reference import follow, is_reference, pointer
from leapocr_dyn.errors import DocumentError

Node = Any  # the border where JSON enters
Tree = dict[str, Node]
Mended = tuple[str, str]

# Patterns stay text where most documents never need them, and re keeps what it compiled.
METHOD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110 section 5.6.2
LOOPBACK = re.compile(r"https?://(localhost|127\.|0\.0\.0\.0|\[::1\])")
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(/|$)", re.IGNORECASE)
INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff]")


def repair(tree: Tree, off: Collection[str] = ()) -> tuple[Tree, list[tuple[str, str, str]]]:
    """The mended tree, and (rule, pointer, sentence) for each thing mended. The given tree stays as it was."""
    said: list[tuple[str, str, str]] = []
    tree = {"paths": {}, "components": {}, **_shaped(tree, SHAPE, None, said)}
    # RFC 3986 section 3.5: nothing to mend, but to know, because two such paths may be one address.
    said += [
        ("path-with-fragment", pointer("paths", path), f"{path}: what stands behind # is not sent")
        for path in tree["paths"]
        if "#" in path
    ]
    rules = [(name, rule) for name, rule in RULES.items() if name not in off]
    return tree, said + [(name, place, mended) for name, rule in rules for place, mended in rule(tree)]


# What everybody below relies on without asking: the kind of what stands there. A dict's "*" is every other key, a
# list's item is every item. What is not named here (schemas, above all) is asked about by its one reader.
PARAMETER = {"name": str, "in": str, "content": {"*": {}}}
OPERATION = {"tags": [str], "parameters": [PARAMETER], "requestBody": {"content": {}}, "responses": {"*": {}}}
SHAPE: Node = {
    "info": {},
    "servers": [{"url": str, "variables": {"*": {}}}],
    "paths": {
        "*": {
            "parameters": [PARAMETER],
            **dict.fromkeys(METHODS, OPERATION),
            "additionalOperations": {"*": OPERATION},
        }
    },
    "components": {
        "schemas": {"*": object},
        "parameters": {"*": PARAMETER},
        "securitySchemes": {"*": {"type": str, "in": str, "name": str, "scheme": str}},
        "*": {"*": {}},
    },
}
KINDS: dict[type, str] = {dict: "an object", list: "a list", str: "text"}


Steps = tuple[Any, Any] | None  # Any: the steps before the last one, in the same form, and a key or an index


def _shaped(node: Node, shape: Node, steps: Steps, said: list[tuple[str, str, str]]) -> Node:
    """A copy of the node as deep as the shape goes, without what is of another kind; `said` grows by each of those.

    This is no rule to be switched off: the readers would stumble. Null means nothing (`parameters:` with nothing below
    it, in YAML), and goes without a word, as extensions do.
    """
    listed = isinstance(shape, list)
    rest = shape[0] if listed else shape.get("*", object)
    kept: list[tuple[Any, Node]] = []  # Any: a key, or an index
    for key, value in enumerate(node) if listed else node.items():
        inner = rest if listed else shape.get(key, rest)
        wanted = inner if isinstance(inner, type) else type(inner)
        if isinstance(value, wanted):
            kept.append((key, value if inner is wanted else _shaped(value, inner, (steps, key), said)))
        elif value is not None and not str(key).startswith("x-"):
            why = f"{reprlib.repr(value)} stands where {KINDS[wanted]} belongs; left out"
            said.append(("wrong-kind", _place((steps, key)), why))
    return [value for _, value in kept] if listed else dict(kept)


def _place(steps: Steps) -> str:
    # Spelled out only where there is something to say: most of a large document is as it should be.
    place = ""
    while steps is not None:
        steps, key = steps
        place = pointer(str(key)) + place
    return place


def operations(tree: Tree) -> Iterator[tuple[str, str, Tree, str]]:
    """(path, method, operation, pointer) for every operation, in the order of the document."""
    for path, item in tree["paths"].items():
        if path.startswith("x-"):
            continue
        place = pointer("paths", path)
        for method in METHODS:
            if isinstance(item.get(method), dict):
                yield path, method, item[method], f"{place}/{method}"
        # OpenAPI 3.2 section 4.9: any other method, spelled as it is sent.
        for method, operation in (item.get("additionalOperations") or {}).items():
            yield path, method, operation, f"{place}/additionalOperations{pointer(method)}"


def _list(node: Node) -> list[Node]:
    return list(node) if isinstance(node, list) else []


def dangling_reference(tree: Tree) -> Iterator[Mended]:
    """A path item or an operation whose reference leads nowhere is known by its name alone.

    All other references are looked at when somebody needs them.
    """
    for path, item in tree["paths"].items():
        yield from _dangling(tree, item, pointer("paths", path), f"the operations of {path}")
    for path, method, operation, place in operations(tree):
        yield from _dangling(tree, operation, place, f"{method.upper()} {path}")


def _dangling(tree: Tree, node: Tree, place: str, what: str) -> Iterator[Mended]:
    if "$ref" in node and is_reference(node):
        try:
            follow(tree, node, place)
        except DocumentError as error:
            del node["$ref"]
            yield place, f"{what}: nothing more is known, because {error.message}"


def method_name(tree: Tree) -> Iterator[Mended]:
    """An additional operation whose method is no word of HTTP, or is one that has a field of its own, is none."""
    for path, item in tree["paths"].items():
        additional = item.get("additionalOperations", {})
        for method in [one for one in additional if not re.fullmatch(METHOD, one) or one.lower() in METHODS]:
            del additional[method]
            yield (
                pointer("paths", path, "additionalOperations", method),
                f"{method!r} is no additional method; left out",
            )


def server_without_scheme(tree: Tree) -> Iterator[Mended]:
    """`api.example.com/v1` would be a relative path by the letter; it is https."""
    for index, server in enumerate(servers := _list(tree.get("servers"))):
        url = server.get("url")
        if url is not None and HOST.match(url):
            servers[index] = {**server, "url": f"https://{url}"}
            yield pointer("servers", str(index)), f"{url} has no scheme; read as https://{url}"
    if servers:
        tree["servers"] = servers


def server_without_address(tree: Tree) -> Iterator[Mended]:
    """A server whose URL cannot be read, such as one on port 99999, is none."""
    kept = []
    for index, server in enumerate(servers := _list(tree.get("servers"))):
        try:
            # A variable may stand for the port.
            urlsplit(re.sub(r"{[^{}]*}", "1", server.get("url", ""))).port  # noqa: B018 - reading it is the check
            kept.append(server)
        except ValueError:
            yield pointer("servers", str(index)), f"{server['url']} is not a URL; left out"
    if len(kept) < len(servers):
        tree["servers"] = kept


def local_server_first(tree: Tree) -> Iterator[Mended]:
    """A developer's own machine is not where users want to go: loopback servers move to the end."""
    servers = _list(tree.get("servers"))
    local = [one for one in servers if isinstance(one, dict) and LOOPBACK.match(str(one.get("url", "")))]
    public = [one for one in servers if one not in local]
    if local and public and servers[: len(public)] != public:
        tree["servers"] = public + local
        yield "/servers", "a server on the developer's own machine stood before a public one"


def free_object_or_reference(tree: Tree) -> Iterator[Mended]:
    """`oneOf: [{type: object}, {$ref: X}]` can never hold, because an X is an object too; X is meant."""
    for _, _, operation, place in operations(tree):
        body = operation.get("requestBody")
        content = body.get("content") if isinstance(body, dict) else None
        if not isinstance(body, dict) or not isinstance(content, dict):
            continue
        meant = {media: one for media, entry in content.items() if (one := _meant(entry)) is not None}
        if meant:
            mended = {media: {**content[media], "schema": {"$ref": one}} for media, one in meant.items()}
            operation["requestBody"] = {**body, "content": {**content, **mended}}
            for one in dict.fromkeys(meant.values()):
                yield f"{place}/requestBody", f"any object or {one}: read as {one}"


def _meant(entry: Node) -> str | None:
    """The reference beside the free object, where a media type offers just these two."""
    schema = entry.get("schema") if isinstance(entry, dict) else None
    options = schema.get("oneOf") if isinstance(schema, dict) else None
    if not isinstance(options, list) or len(options) != 2 or {"type": "object"} not in options:
        return None
    return next((one["$ref"] for one in options if isinstance(one, dict) and isinstance(one.get("$ref"), str)), None)


def unnamed_security_scheme(tree: Tree) -> Iterator[Mended]:
    """A security scheme whose name is empty cannot be referred to; it gets the name of its kind."""
    schemes = tree["components"].get("securitySchemes")
    if isinstance(schemes, dict) and "" in schemes:
        kind = schemes[""].get("type") if isinstance(schemes[""], dict) else ""
        name = {"apiKey": "ApiKeyAuth", "http": "HttpAuth"}.get(str(kind), "Auth")
        if name not in schemes:
            tree["components"]["securitySchemes"] = {key or name: value for key, value in schemes.items()}
            yield "/components/securitySchemes", f"a scheme without a name is called {name}"


def unknown_security_scheme(tree: Tree) -> Iterator[Mended]:
    """`BearerAuth` where only `bearerauth` is defined: the one that differs in case or by an ending Auth is meant."""
    schemes = tree["components"].get("securitySchemes")
    if not isinstance(schemes, dict):
        return
    plain: dict[str, str | None] = {}
    for name in schemes:
        # Where two would do, none is meant.
        plain[_plain(name)] = None if _plain(name) in plain else name
    holders: list[tuple[str, Tree]] = [("", tree), *((place, operation) for _, _, operation, place in operations(tree))]
    for place, holder in holders:
        wanted = holder.get("security")
        if not isinstance(wanted, list):
            continue
        mapped = [
            {name if name in schemes else plain.get(_plain(name)) or name: scopes for name, scopes in one.items()}
            if isinstance(one, dict)
            else one
            for one in wanted
        ]
        if mapped != wanted:
            holder["security"] = mapped
            yield f"{place}/security", f"{wanted} refers to schemes that are not defined; read as {mapped}"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower()).removesuffix("auth")


def no_security_anywhere(tree: Tree) -> Iterator[Mended]:
    """Schemes are defined, but nothing says when to use them: any of them is meant.

    By the letter nothing would be sent.
    """
    schemes = tree["components"].get("securitySchemes")
    if isinstance(schemes, dict) and schemes and "security" not in tree:
        tree["security"] = [{name: []} for name in schemes]
        yield "", f"no `security` at the root; any of {', '.join(schemes)} is meant where an operation says nothing"


def path_without_slash(tree: Tree) -> Iterator[Mended]:
    """`pets` would grow onto the server's last word by the letter; it is `/pets`."""
    paths = tree["paths"]
    for path in [path for path in paths if not path.startswith(("/", "x-")) and f"/{path}" not in paths]:
        tree["paths"] = paths = {f"/{name}" if name == path else name: item for name, item in paths.items()}
        yield pointer("paths", f"/{path}"), f"{path} does not start with a slash; read as /{path}"


def path_parameters(tree: Tree) -> Iterator[Mended]:
    """A path parameter is called as its path spells it (`petId` for `{pet_id}`).

    One that the path has no place for goes; a place that no parameter fills gets one, of type string.
    """
    for path, _, operation, place in operations(tree):
        wanted = set(re.findall(r"{([^{}]+)}", path))
        shared = _parameters(tree, tree["paths"][path])
        own = _parameters(tree, operation)
        phantoms = [name for name, where, _ in own if where == "path" and name not in wanted]
        missing = wanted - {name for name, where, _ in own + shared if where == "path"}
        if phantoms or missing:
            meant = _meant_by(phantoms, missing)
            spelled = [{**_target(tree, node), "name": meant[name]} for name, _, node in own if name in meant]
            kept = [node for name, where, node in own if not (where == "path" and name in phantoms)]
            added = [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in sorted(missing - set(meant.values()))
            ]
            operation["parameters"] = kept + spelled + added
            said = [f"{name} is {{{place}}}" for name, place in meant.items()]
            said += [f"dropped {name}" for name in sorted(phantoms) if name not in meant]
            said += [f"added {one['name']}" for one in added]
            yield f"{place}/parameters", f"{path}: {', '.join(said)}"


def _meant_by(phantoms: list[str], missing: set[str]) -> dict[str, str]:
    """{parameter: the place that is spelled nearly like it}, where there is just one of each."""

    def plain(name: str) -> str:
        return re.sub(r"[^a-z0-9]", "", name.lower())

    fits = [(phantom, place) for phantom in phantoms for place in missing if plain(phantom) == plain(place) != ""]
    return {
        phantom: place
        for phantom, place in fits
        if sum(one == phantom for one, _ in fits) == sum(one == place for _, one in fits) == 1
    }


def _parameters(tree: Tree, holder: Tree) -> list[tuple[str, str, Node]]:
    found = []
    for node in _list(holder.get("parameters")):
        target = _target(tree, node) if "$ref" in node else node
        found.append((str(target.get("name")), str(target.get("in")), node))
    return found


def _target(tree: Tree, node: Tree) -> Tree:
    try:
        target = follow(tree, node, "").value
    except DocumentError:  # said by whoever needs it
        return {}
    return target if isinstance(target, dict) else {}


def operation_id(tree: Tree) -> Iterator[Mended]:
    """An operation without an operationId, or with one that is taken, gets one from method and path."""
    published = {str(operation.get("operationId")) for _, _, operation, _ in operations(tree)}
    seen: set[str] = set()
    numbers: dict[str, int] = {}  # the next one to try: a document may have thousands of paths without a word
    for path, method, operation, place in operations(tree):
        given = operation.get("operationId")
        if not isinstance(given, str) or not given or given in seen:
            made = wanted = "_".join([method, *re.findall(r"[A-Za-z0-9]+", path)])
            number = numbers.get(wanted, 2)
            # Nor is one taken that stands further below: only the name that is missing is ours to choose.
            while made in seen or made in published:
                made, number = f"{wanted}_{number}", number + 1
            numbers[wanted] = number
            why = f"the operationId {given} is taken" if given else "no operationId"
            operation["operationId"] = given = made
            yield place, f"{why}; called {made}"
        seen.add(given)


def body_of_a_read(tree: Tree) -> Iterator[Mended]:
    """A GET, HEAD or DELETE whose body is any object: generators write it, servers ignore it."""
    for _, method, operation, place in operations(tree):
        body = operation.get("requestBody")
        if method not in ("get", "head", "delete") or not isinstance(body, dict):
            continue
        schemas = [entry.get("schema") for entry in (body.get("content") or {}).values() if isinstance(entry, dict)]
        if schemas and all(schema in ({"type": "object"}, {}, None) for schema in schemas):
            del operation["requestBody"]
            yield f"{place}/requestBody", f"a body that may be anything, of a {method.upper()}: not sent"


def invisible_in_tags(tree: Tree) -> Iterator[Mended]:
    """Characters that nobody sees, in a tag's name."""
    for index, tag in enumerate(tags := _list(tree.get("tags"))):
        name = tag.get("name") if isinstance(tag, dict) else None
        if isinstance(name, str) and INVISIBLE.search(name):
            tree["tags"] = tags
            tags[index] = {**tag, "name": INVISIBLE.sub("", name)}
            yield pointer("tags", str(index)), "a tag's name holds invisible characters"
    for _, _, operation, place in operations(tree):
        named = operation.get("tags")
        if isinstance(named, list) and any(isinstance(tag, str) and INVISIBLE.search(tag) for tag in named):
            operation["tags"] = [INVISIBLE.sub("", tag) if isinstance(tag, str) else tag for tag in named]
            yield f"{place}/tags", "a tag's name holds invisible characters"


RULES: dict[str, Callable[[Tree], Iterator[Mended]]] = {
    "dangling-reference": dangling_reference,
    "method-name": method_name,
    "server-without-scheme": server_without_scheme,
    "server-without-address": server_without_address,
    "local-server-first": local_server_first,
    "free-object-or-reference": free_object_or_reference,
    "unnamed-security-scheme": unnamed_security_scheme,
    "unknown-security-scheme": unknown_security_scheme,
    "no-security-anywhere": no_security_anywhere,
    "path-without-slash": path_without_slash,
    "path-parameters": path_parameters,
    "operation-id": operation_id,
    "body-of-a-read": body_of_a_read,
    "invisible-in-tags": invisible_in_tags,
}
