"""Keep the operations that carry a tag, and the components that they reach.

What a workflow names stays too, found by operationId or by (method, path), so that an operation which lost its tag or
its id in a newer document still works. A tag that nothing carries selects nothing; that is reported, not guessed
around.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from leapocr_dyn.document.normal import METHODS
from leapocr_dyn.document.reference import closure, pointer
from leapocr_dyn.document.repair import operations

Tree = dict[str, Any]  # the border where JSON enters


def tags(tree: Tree) -> list[str]:
    """The tags that operations carry, each once, in the order of the document."""
    carried = (operation.get("tags") or () for _, _, operation, _ in operations(tree))
    return list(dict.fromkeys(str(tag) for some in carried for tag in some))


def tagged(tree: Tree, tag: str, also: Collection[str] = ()) -> tuple[Tree, list[tuple[str, str, str]]]:
    """The tree with only those operations and what they reference, and (rule, pointer, sentence) for what to know."""
    kept: dict[str, set[str]] = {}
    said = []
    carried = 0
    for path, method, operation, place in operations(tree):
        has = tag in (operation.get("tags") or ())
        carried += has
        if has or operation.get("operationId") in also or f"{method.upper()} {path}" in also:
            kept.setdefault(path, set()).add(method)
            if not has:
                said.append(("tag", place, f"kept without the tag {tag}, because a workflow names it"))
    if not carried:
        said.append(("tag", "/tags", f"no operation carries the tag {tag}"))
    everything = {(path, method) for path, method, _, _ in operations(tree)}
    dropped = {(path, method) for path, method in everything if method not in kept.get(path, ())}
    paths = {path: _with(item, kept[path]) for path, item in tree["paths"].items() if path in kept}
    roots = [*(pointer("paths", path) for path in kept), *(["/webhooks"] if "webhooks" in tree else [])]
    reached = closure(tree, roots) if dropped else None
    return {**tree, "paths": paths, "components": _reached(tree.get("components", {}), reached)}, said


def _with(item: Tree, methods: set[str]) -> Tree:
    """A path item with these operations only."""
    kept = {key: value for key, value in item.items() if key not in METHODS or key in methods}
    if "additionalOperations" in kept:
        additional = kept["additionalOperations"].items()
        kept["additionalOperations"] = {method: value for method, value in additional if method in methods}
    return kept


def _reached(components: Tree, pointers: set[str] | None) -> Tree:
    """The components at these pointers (None: all); security schemes are referred to by name, and all stay."""
    if pointers is None:
        return components
    return {
        kind: {
            name: node
            for name, node in named.items()
            if kind == "securitySchemes" or pointer("components", kind, name) in pointers
        }
        for kind, named in components.items()
        if isinstance(named, dict)
    }
