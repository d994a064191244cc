"""OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0 -> one form: the words of 3.1, whose schemas are JSON Schema 2020-12.

After this step nobody asks which version was published. It changes spelling only, never meaning: what is wrong in a
document stays wrong here, and is repair.py's.
"""

from __future__ import annotations

from typing import Any

from leapocr_dyn.document import swagger
from leapocr_dyn.document.reference import follow, is_reference, pointer, rewritten
from leapocr_dyn.errors import DocumentError

Node = Any  # the border where JSON enters


def normalise(tree: dict[str, Node], name: str) -> dict[str, Node]:
    """The tree in the words of OpenAPI 3.1; the same object where nothing had to change."""
    if not isinstance(tree.get("paths", {}), dict):
        raise DocumentError(f"{name}: `paths` must be an object")
    if str(tree.get("swagger")) == "2.0":
        tree = swagger.converted(tree)
    version = tree.get("openapi")
    if not isinstance(version, str):
        raise DocumentError(f"{name} is not an OpenAPI document: it has no `openapi: 3.x` at its root")
    tree = _with_path_items(tree)
    if version.startswith("3.0"):
        return {
            key: rewritten(value, _from_3_0, key == "paths") if key in ("paths", "components") else value
            for key, value in tree.items()
        }
    if version.startswith(("3.1", "3.2")):
        return tree
    raise DocumentError(f"{name} says openapi: {version}; versions 3.0, 3.1 and 3.2 are understood")


def _with_path_items(tree: dict[str, Node]) -> dict[str, Node]:
    """Path items that are references, replaced by what they refer to; one that leads nowhere stays as it is."""
    paths = tree.get("paths") or {}
    referring = {path for path, item in paths.items() if is_reference(item)}
    if not referring:
        return tree
    found = {}
    for path, item in paths.items():
        try:
            found[path] = follow(tree, item, pointer("paths", path)).value if path in referring else item
        except DocumentError:
            found[path] = item
    return {**tree, "paths": found}


def _from_3_0(new: dict[str, Node]) -> None:
    """`nullable` and boolean exclusive bounds, rewritten as JSON Schema 2020-12 says them."""
    if new.get("nullable") is True:
        del new["nullable"]
        if isinstance(new.get("type"), str):
            new["type"] = [new["type"], "null"]
        if isinstance(new.get("enum"), list) and None not in new["enum"]:
            new["enum"] = [*new["enum"], None]
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(new.get(exclusive), bool) and new.pop(exclusive) and bound in new:
            new[exclusive] = new.pop(bound)
