"""OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0 -> one form: the words of 3.1, whose schemas are JSON Schema 2020-12.

After this step nobody asks which version was published. It changes spelling only, never meaning: what is wrong in a
document stays wrong here, and is repair.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leapocr_dyn.document.reference import follow, is_reference, pointer, reworded
from leapocr_dyn.errors import DocumentError

Node = Any  # the border where JSON enters

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


def normalise(tree: dict[str, Node], name: str) -> dict[str, Node]:
    """The tree in the words of OpenAPI 3.1; the same object where nothing had to change."""
    if not isinstance(tree.get("paths", {}), dict):
        raise DocumentError(f"{name}: `paths` must be an object")
    tree = _with_path_items(tree)
    if str(tree.get("swagger")) == "2.0":
        from leapocr_dyn.document import swagger  # not at the top: few documents are that old

        tree = swagger.converted(tree)
    version = tree.get("openapi")
    if not isinstance(version, str):
        raise DocumentError(f"{name} is not an OpenAPI document: it has no `openapi: 3.x` at its root")
    if version.startswith("3.0"):
        return {key: FROM_3_0[key](value) if key in FROM_3_0 else value for key, value in tree.items()}
    if version.startswith("3.1"):
        return tree
    if version.startswith("3.2"):
        return _with_media_types(tree)
    raise DocumentError(f"{name} says openapi: {version}; versions 3.0, 3.1 and 3.2 are understood")


def _with_path_items(tree: dict[str, Node]) -> dict[str, Node]:
    """Path items and operations that are references, replaced by what they refer to.

    An operation may not be one, but documents of many files write it. One that leads nowhere stays as it is.
    """
    changed = {}
    for path, item in (tree.get("paths") or {}).items():
        place = pointer("paths", path)
        found = _followed(tree, item, place)
        if isinstance(found, dict) and any(is_reference(node) for node in found.values()):
            found = {
                key: _followed(tree, node, place + pointer(key)) if key in METHODS else node
                for key, node in found.items()
            }
        if found is not item:
            changed[path] = found
    return {**tree, "paths": {**tree["paths"], **changed}} if changed else tree


def _followed(tree: dict[str, Node], node: Node, place: str) -> Node:
    try:
        return follow(tree, node, place).value
    except DocumentError:
        return node


def _with_media_types(tree: dict[str, Node]) -> dict[str, Node]:
    """Media types that are references, replaced by what they refer to (OpenAPI 3.2 section 4.8, `mediaTypes`)."""
    components = tree.get("components")
    if not isinstance(components, dict) or not ("mediaTypes" in components or "x-files" in tree):
        return tree

    def change(node: dict[str, Node]) -> dict[str, Node]:
        content = node.get("content")
        if isinstance(content, dict) and any(is_reference(entry) for entry in content.values()):
            return {**node, "content": {media: _followed(tree, entry, "") for media, entry in content.items()}}
        return node

    kept = ("paths", "components", "x-files")
    return {key: reworded(value, change, key == "paths") if key in kept else value for key, value in tree.items()}


# Where none of these stands, 3.0 says the same as 3.1.
WORDS_OF_3_0 = frozenset({"$ref", "nullable", "exclusiveMinimum", "exclusiveMaximum"})


def _from_3_0(node: dict[str, Node]) -> dict[str, Node]:
    """`nullable` and boolean exclusive bounds, rewritten as JSON Schema 2020-12 says them; references on their own."""
    if WORDS_OF_3_0.isdisjoint(node):
        return node
    if is_reference(node):
        # OpenAPI 3.0.3 section 4.7.23: what stands beside is ignored. Words for people change nothing.
        new = {key: value for key, value in node.items() if key in ("$ref", "summary", "description")}
        return new if len(new) < len(node) else node
    new = {**node}
    if new.get("nullable") is True:
        # Section 4.7.24.1: beside no `type` it says nothing. It stays, because whoever wrote it expects null.
        if isinstance(new.get("type"), str):
            del new["nullable"]
            new["type"] = [new["type"], "null"]
        if isinstance(new.get("enum"), list) and None not in new["enum"]:
            new["enum"] = [*new["enum"], None]
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(new.get(exclusive), bool) and new.pop(exclusive) and bound in new:
            new[exclusive] = new.pop(bound)
    return new


def _paths_from_3_0(paths: Node) -> Node:
    # What stands beside the `$ref` of a path item is not ignored (section 4.7.9).
    items = paths.items() if isinstance(paths, dict) else ()
    return {path: reworded(item, _from_3_0, named=True) for path, item in items}


FROM_3_0: dict[str, Callable[[Node], Node]] = {
    "paths": _paths_from_3_0,
    "components": lambda node: reworded(node, _from_3_0),
    "x-files": lambda files: reworded(files, _from_3_0, named=True),
}
