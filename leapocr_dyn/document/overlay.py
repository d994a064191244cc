"""OpenAPI Overlay 1.0 and 1.1: corrections to a document, kept apart from it.

The text of both specifications decides: actions in order, each on the result of the one before; `remove: true` wins;
objects merge, arrays grow, primitives are replaced; what does not fit is an error; no match is a success, and counted.
The two versions differ where their words do: in 1.0 an `update` of an array is one entry, even if that is a list, and
cannot select primitives (`remove` can: the specification's own 1.0 examples do); 1.1 joins arrays, wants all selected
nodes to be of one kind, and brings `copy`. `extends` names the document for whoever is given an overlay alone; beside a
document it decides nothing.

Nothing that comes in is changed: the containers on the way to a change are copied, once; all others are shared between
the trees and the overlay. So an overlay that copies the document into itself costs nothing while it runs, and without a
bound would leave a tree that nobody can walk; what is inserted is therefore paid for at its full size.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from leapocr_dyn.document import source
from leapocr_dyn.document.jsonpath import Budget, Steps, compiled, select
from leapocr_dyn.document.limit import DEPTH, measure
from leapocr_dyn.document.mistake import kind, shown
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.errors import DocumentError

NODES = 5_000_000  # inserted by one overlay, in the weight of limit.measure
PLACES = 1_000  # of one action that are remembered

VERSION = r"1\.[01](\.[0-9]+)?(-.*)?"
OVERLAY_FIELDS = {"overlay", "info", "extends", "actions"}
INFO_FIELDS = {"title", "version", "description"}
ACTION_FIELDS = {"target", "description", "update", "remove", "copy"}


class Applied(NamedTuple):
    """What one action did. index: of the action, from 0. matches: the nodes that its target selected.

    places: the JSON Pointers of the first PLACES of them, as they stood before it. removes: whether it takes them away;
    where it finds none, all is as it wants it.
    """

    # An action has an index; that tuples have a method of that name, nobody will miss.
    index: int  # type: ignore[assignment]
    target: str
    matches: int
    description: str
    places: tuple[str, ...] = ()
    removes: bool = False


# --- the shape of an overlay ---


def check(overlay: Any, name: str) -> None:  # Any: JSON enters here
    """Raise DocumentError where an overlay is not one: which action, and what is wrong with it."""
    if not isinstance(overlay, dict):
        raise DocumentError(f"{name}: an overlay is an object, not {kind(overlay)}")
    version = overlay.get("overlay")
    if not isinstance(version, str) or not re.fullmatch(VERSION, version):
        raise DocumentError(f"{name}: `overlay` is the version of the specification, as text: '1.0.0' or '1.1.0'")
    known(overlay, OVERLAY_FIELDS, name)
    info = overlay.get("info")
    if not isinstance(info, dict):
        raise DocumentError(f"{name}: `info` is missing: give it a `title` and a `version`")
    known(info, INFO_FIELDS, f"{name}: info")
    texts(info, ("title", "version"), ("description",), f"{name}: info")
    texts(overlay, (), ("extends",), name)
    actions = overlay.get("actions")
    if not isinstance(actions, list) or not actions:
        raise DocumentError(f"{name}: `actions` is a list of at least one action")
    for index, action in enumerate(actions):
        check_action(action, version, f"{name}: actions[{index}]")


def check_action(action: object, version: str, where: str) -> None:
    """Raise DocumentError where an action is not one."""
    if not isinstance(action, dict):
        raise DocumentError(f"{where}: an action is an object, not {kind(action)}")
    known(action, ACTION_FIELDS, where)
    texts(action, ("target",), ("description", "copy"), where)
    if not isinstance(action.get("remove", False), bool):
        raise DocumentError(f"{where}: `remove` is true or false")
    if "copy" in action and version.startswith("1.0"):
        raise DocumentError(f"{where}: `copy` came with version 1.1: write `overlay: 1.1.0`")
    if "copy" in action and "update" in action and not action.get("remove"):
        # Overlay 1.1 says of each that it has no impact beside the other.
        raise DocumentError(f"{where}: `update` and `copy` exclude each other: make them two actions")
    for field in ("target", "copy"):
        if field in action:
            try:
                compiled(action[field])
            except DocumentError as error:
                raise DocumentError(f"{where}: {error.message}") from error


def known(fields: dict[str, Any], names: set[str], where: str) -> None:  # Any: JSON enters here
    """Raise DocumentError for a field that the specification does not have; x- fields are anybody's."""
    for field in fields:
        if field not in names and not field.startswith("x-"):
            import difflib

            close = difflib.get_close_matches(field, names, 1)
            guess = f": did you mean `{close[0]}`?" if close else f"; there are {', '.join(sorted(names))}, and x-..."
            raise DocumentError(f"{where}: there is no field {shown(field)}{guess}")


def texts(fields: dict[str, Any], required: Iterable[str], optional: Iterable[str], where: str) -> None:  # Any: JSON
    """Raise DocumentError where a field that must be there is missing, or one is no text."""
    for field in (*required, *optional):
        if field not in fields and field in required:
            raise DocumentError(f"{where}: `{field}` is missing")
        if field in fields and not isinstance(fields[field], str):
            raise DocumentError(f"{where}: `{field}` is text, not {kind(fields[field])}: put it in quotes")


def extended(overlay: dict[str, Any], path: Path | None, name: str) -> str:  # Any: JSON enters here
    """What an overlay extends: a URL, or the path of a file in its folder or below. path: of the overlay itself.

    Raises DocumentError where it names nothing that may be read.
    """
    extends = overlay.get("extends")
    if not isinstance(extends, str):
        raise DocumentError(f"{name} is an overlay without `extends`: give the document, and this as overlay=")
    if source.is_url(extends):
        return extends
    if path is None or urlsplit(extends).scheme:
        raise DocumentError(
            f"{name}: `extends` is {shown(extends)}, but leads to a URL, or to a file in the folder of an overlay that "
            "is given as a path: give the document, and this as overlay="
        )
    return str(source.below(path.parent, unquote(extends)))


# --- changing ---


def apply(
    tree: dict[str, Any],  # Any, here and in the result: JSON
    overlay: dict[str, Any],
    name: str = "overlay",
) -> tuple[dict[str, Any], list[Applied]]:
    """The tree with the overlay applied, and what each action did. Neither argument is changed.

    The result shares with both what it did not change. Raises DocumentError, which names the action.
    """
    check(overlay, name)
    editor = Editor(tree, joins=not overlay["overlay"].startswith("1.0"))
    applied = []
    for index, action in enumerate(overlay["actions"]):
        target = action["target"]
        try:
            nodes = editor.act(action)
        except DocumentError as error:
            raise DocumentError(f"{name}: actions[{index}] at {shown(target)}: {error.message}") from error
        places = tuple(pointer(*map(str, steps)) for steps in nodes[:PLACES])
        said, removes = action.get("description", ""), action.get("remove") is True
        applied.append(Applied(index, target, len(nodes), said, places, removes))
    return editor.tree, applied


class Editor:
    """A tree that is being changed. joins: the words of 1.1 rather than 1.0.

    `own` holds, by identity, the containers that were copied for this tree and that nothing else refers to; they can be
    changed in place. They are kept alive there, so that an identity never comes back as somebody else's.
    """

    __slots__ = ("budget", "joins", "own", "room", "tree")

    def __init__(self, tree: dict[str, Any], *, joins: bool) -> None:  # Any: JSON
        self.tree = tree
        self.joins = joins
        self.budget = Budget()
        self.room = NODES
        self.own: dict[int, object] = {}

    def act(self, action: dict[str, Any]) -> list[Steps]:  # Any: JSON
        """Where the nodes stand that the action's target selects, after they were changed."""
        nodes = select(self.tree, action["target"], self.budget)
        if not nodes:
            return []
        if action.get("remove"):
            self.remove(nodes)
        elif "copy" in action:
            found = list(select(self.tree, action["copy"], self.budget).values())
            if len(found) != 1:
                raise DocumentError(f"`copy` selects one node; {shown(action['copy'])} selects {len(found)}")
            # From now on the copied part stands in two places: nothing of it may be changed in place.
            self.own.clear()
            self.update(nodes, found[0])
        elif "update" in action:
            self.update(nodes, action["update"])
        return list(nodes)

    def remove(self, nodes: Iterable[Steps]) -> None:
        """Take nodes away, the last of a list first."""
        parents: dict[Steps, set[str | int]] = {}
        for steps in nodes:
            if not steps:
                raise DocumentError("the root of a document cannot be removed")
            parents.setdefault(steps[:-1], set()).add(steps[-1])
        # From the inside out: what is removed from a list moves the indexes of all that is deeper.
        for steps in sorted(parents, key=len, reverse=True):
            parent, gone = self.owned(steps), parents[steps]
            if isinstance(parent, dict):
                for key in gone:
                    del parent[str(key)]
            else:
                parent[:] = [item for index, item in enumerate(parent) if index not in gone]

    def update(self, nodes: dict[Steps, Any], value: Any) -> None:  # Any: JSON
        """Merge a value into nodes."""
        kinds = {family(node) for node in nodes.values()}
        if self.joins and len(kinds) > 1:
            raise DocumentError(f"the target selects {' and '.join(sorted(kinds))} together: select one kind of node")
        if not self.joins and "primitives" in kinds:
            raise DocumentError("version 1.0 cannot update primitives: select their object, or write `overlay: 1.1.0`")
        size = measure(value, self.room)
        for steps, node in nodes.items():
            self.room -= size.weight
            if self.room < 0:
                raise DocumentError(f"the overlay inserts more than {NODES:,} nodes")
            # One level more than it needs, where objects merge; too little would let the tree grow without end.
            if len(steps) + 1 + size.height > DEPTH:
                raise DocumentError(f"this makes the document more than {DEPTH} levels deep")
            self.put(steps, self.changed(node, value, steps))

    def changed(self, node: Any, value: Any, steps: Steps) -> Any:  # Any: JSON
        """What a selected node becomes."""
        if isinstance(node, list) and not (self.joins and isinstance(value, list)):
            self.budget.visit(len(node))
            return [*node, value]
        return self.merged(node, value, steps)

    def merged(self, node: Any, value: Any, steps: Steps) -> Any:  # Any: JSON
        """A new value of both, by the rules of Overlay 1.1, Action Object. Recurses no deeper than `value` is."""
        if family(node) != family(value):
            where = "".join(f"[{step!r}]" for step in steps)
            raise DocumentError(f"{kind(value)} does not fit {kind(node)} at ${where}: remove that first")
        if isinstance(node, dict):
            self.budget.visit(len(node))
            result = dict(node)
            for key, member in value.items():
                result[key] = self.merged(node[key], member, (*steps, key)) if key in node else member
            return result
        if isinstance(node, list):
            self.budget.visit(len(node))
            return [*node, *value]
        return value

    def put(self, steps: Steps, value: Any) -> None:  # Any: JSON
        """Set what stands at a place; the root has no holder."""
        if steps:
            parent: Any = self.owned(steps[:-1])  # an object, stepped into by name, or an array, by index
            parent[steps[-1]] = value
        else:
            self.tree = value

    def owned(self, steps: Steps) -> dict[str, Any] | list[Any]:  # Any: JSON
        """The container at some steps, after it and those above it were made this tree's own."""
        self.tree = self.mine(self.tree)
        node: Any = self.tree
        for step in steps:
            node[step] = child = self.mine(node[step])
            node = child
        return node  # type: ignore[no-any-return]  # the steps lead to a container

    def mine(self, container: Any) -> Any:  # Any: JSON, an object or array
        """A container that may be changed: itself where it is a copy already, or its first copy."""
        if id(container) in self.own:
            return container
        self.budget.visit(len(container))
        copy = container.copy()
        self.own[id(copy)] = copy
        return copy


def family(value: object) -> str:
    """The three kinds of node that an overlay tells apart; null is a primitive."""
    return "objects" if isinstance(value, dict) else "arrays" if isinstance(value, list) else "primitives"
