"""`$ref`: JSON Pointers, what they lead to, and what a node leads to through them.

A pointer is RFC 6901 text, such as "/components/schemas/Pet"; the root is "". Where a pointer comes in, its fragment
form ("#/components/schemas/Pet", percent-encoded) is as welcome; what goes out is the plain form, always.

Only references into the same document are followed; what bundle.py could not bring into it (a file that may not be
read, a URL) is refused with a sentence. What follows references does not recurse, so that no document can be too
circular.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

from leapocr_dyn.document.limit import levels
from leapocr_dyn.errors import DocumentError

# Beside a `$ref`, these describe the reference; any other keyword makes it something new.
REMARKS = frozenset({"summary", "description", "title", "$comment", "$anchor", "$dynamicAnchor"})

# Of these, two that stand beside a `$ref` and in its target hold both (JSON Schema 2020-12 Core, section 8.2.3.1).
JOINED = frozenset(
    {"allOf", "anyOf", "oneOf", "not", "if", "properties", "patternProperties", "required", "items", "prefixItems"}
    | {"contains", "dependentRequired", "dependentSchemas", "propertyNames"}
)

# Keywords whose value is data: a `$ref` in there is somebody's text.
DATA = frozenset({"example", "examples", "default", "enum", "const"})

# Keywords whose value is a map from free names: `default` in there is a response or a property, and no keyword.
MAPS = frozenset(
    {"$defs", "callbacks", "content", "definitions", "dependentSchemas", "encoding", "headers", "links", "parameters"}
    | {"pathItems", "paths", "patternProperties", "properties", "requestBodies", "responses", "schemas"}
    | {"securityDefinitions", "securitySchemes", "variables", "webhooks"}
)

# What holds other values.
NESTED = (dict, list)

# References in a row: real documents have two or three, and each one costs all that follow it the whole way.
LONGEST = 100
NAMES = 100  # that a missing one is compared with, and letters of it; more of them take too long


class Located(NamedTuple):
    """A value and the pointer to where it stands."""

    value: Any  # Any: JSON, as the document wrote it
    pointer: str


def tokens(pointer: str) -> tuple[str, ...]:
    """The steps of a pointer, unescaped. Raises DocumentError where it is none."""
    text = pointer
    if text.startswith("#"):
        try:
            text = unquote(text[1:], errors="strict")
        except UnicodeDecodeError as error:
            raise DocumentError(f"{pointer!r} is not a JSON Pointer: its percent-encoding is not UTF-8") from error
    if not text:
        return ()
    if not text.startswith("/"):
        raise DocumentError(
            f"{pointer!r} is not a JSON Pointer: it starts with '/' or '#/'; no schema has that `$anchor`"
        )
    if "~" not in text:
        return tuple(text[1:].split("/"))
    if re.search(r"~(?![01])", text):
        raise DocumentError(f"{pointer!r} is not a JSON Pointer: write '~' as '~0' and a '/' in a name as '~1'")
    # RFC 6901 section 4: ~1 first, or ~01 would become "/".
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in text[1:].split("/"))


def pointer(*tokens: str) -> str:
    """The pointer whose steps these are: `tokens(pointer(*steps)) == steps`."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


def fragment(pointer: str) -> str:
    """The reference to what a pointer leads to: `local(fragment(pointer)) == pointer`."""
    return "#" + pointer.replace("%", "%25")


def is_index(step: str) -> bool:
    """Whether a step counts items: digits without leading zeros (RFC 6901 section 4), not more than any list needs."""
    return step.isascii() and step.isdigit() and (step[0] != "0" or step == "0") and len(step) < 16


def resolve(tree: Any, pointer: str) -> Any:  # Any: JSON, as the document wrote it
    """What a pointer leads to. Raises DocumentError, which names the step that is missing."""
    node = tree
    for number, token in enumerate(tokens(pointer)):
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list) and is_index(token) and int(token) < len(node):
            node = node[int(token)]
        else:
            raise DocumentError(missing(node, pointer, number, token))
    return node


def missing(node: object, pointer: str, number: int, token: str) -> str:
    """What to say about a step that leads nowhere: how far the pointer came, and what was perhaps meant."""
    where = pointer_of(tokens(pointer)[:number])
    if isinstance(node, list):
        why = f"the array at {where} has {len(node)} items"
    elif not isinstance(node, dict):
        why = f"there is no object at {where}"
    else:
        why = f"there is no {token!r} in {where}" + _near(token, node)
    return f"{pointer} leads nowhere: {why}"


def _near(token: str, known: dict[Any, Any]) -> str:  # Any: JSON, as the document wrote it
    """What was perhaps meant. A document may have thousands of references to nothing, and thousands of names."""
    import difflib

    if len(known) > NAMES or len(token) > NAMES:
        return ""
    close = difflib.get_close_matches(token, [key for key in known if isinstance(key, str)], 1)
    return f": did you mean {close[0]!r}?" if close else ""


def pointer_of(steps: Iterable[str]) -> str:
    """For messages: the fragment form, readable."""
    return "#" + pointer(*steps)


def is_reference(node: object) -> bool:
    """Whether a node is a Reference Object; a property called `$ref` holds a schema, and not text."""
    return isinstance(node, dict) and isinstance(node.get("$ref"), str)


def local(ref: str) -> str:
    """The pointer of a `$ref` into the same document. Raises DocumentError for any other."""
    if not ref.startswith("#"):
        raise DocumentError(
            f"$ref {ref!r} leads out of the document, and files and URLs are not followed by default: give a path, "
            "with the files in its folder or below, or bundle the document into one file"
        )
    return pointer(*tokens(ref))


def follow(tree: Any, node: Any, at: str) -> Located:  # Any: JSON, as the document wrote it
    """The node that a node stands for, through any number of references.

    at: the pointer to `node`. What stands beside a `$ref` wins over the target's own (OpenAPI 3.1 sections 4.8.23 and
    4.8.24), in a new dict; where both say what joins, as `properties` do, that is an `allOf`. The pointer is the
    target's where nothing but remarks (`summary`, `description`, `title`, `x-...`) stands beside; otherwise the target
    in its own right is not what is meant, and the pointer is that of the outermost node that adds something.
    """
    if not is_reference(node):
        return Located(node, at)
    here = pointer(*tokens(at))
    seen = {here: None}  # a dict, for its order
    beside: list[tuple[dict[str, Any], str]] = []  # Any: JSON, as the document wrote it
    changed: str | None = None
    while is_reference(node):
        siblings = {key: value for key, value in node.items() if key != "$ref"}
        if siblings:
            beside.append((siblings, local(node["$ref"])))
            if changed is None and _adds(siblings):
                changed = here
        here = local(node["$ref"])
        if len(seen) > LONGEST:
            raise DocumentError(
                f"#{pointer(*tokens(at))} leads on through more than {LONGEST} references, one to another"
            )
        if here in seen:
            loop = " -> ".join(f"#{step}" for step in (*seen, here))
            raise DocumentError(f"these references only lead to each other: {loop}")
        seen[here] = None
        node = resolve(tree, here)
    # A boolean schema has nothing to merge with; what stands beside it cannot make it say less.
    if beside and isinstance(node, dict):
        for siblings, target in reversed(beside):
            node = beside_of(node, siblings, target)
        here = changed if changed is not None else here
    return Located(node, here)


def beside_of(node: dict[str, Any], siblings: dict[str, Any], target: str) -> dict[str, Any]:  # Any: JSON
    """What a node says together with what stands beside the reference to it."""
    # The parts of a target's `allOf` stand there; found at another pointer, one that is the whole would never end.
    joins = "allOf" in node and _adds(siblings)
    if joins or any(key in node and isinstance(siblings[key], dict | list) for key in JOINED & siblings.keys()):
        parts = siblings.get("allOf")
        return {**siblings, "allOf": [{"$ref": fragment(target)}, *(parts if isinstance(parts, list) else ())]}
    return {**node, **siblings}


def _adds(siblings: dict[str, Any]) -> bool:  # Any: JSON, as the document wrote it
    """Whether what stands beside a reference is more than remarks."""
    return not all(key in REMARKS or key.startswith("x-") for key in siblings)


def references(node: Any) -> Iterator[str]:  # Any: JSON, as the document wrote it
    """Every reference below a node, as it is written and in the order of the document.

    These are the `$ref`s, and the `discriminator.mapping` entries that are written as one. Examples, defaults and
    enumerated values are data, and a `$ref` in there is none; but a Media Type's named `examples` may refer to
    components, and a response or property that is called `default` is no default.
    """
    # Each entry: a node, and whether its keys are free names rather than keywords.
    stack: list[tuple[object, bool]] = [(node, False)]
    while stack:
        node, named = stack.pop()
        below: list[tuple[object, bool]] = []
        if isinstance(node, list):
            below = [(item, False) for item in node if isinstance(item, dict | list)]
        elif isinstance(node, dict):
            for key, value in node.items():
                if isinstance(value, str):
                    if key == "$ref":
                        yield value
                elif not isinstance(value, dict | list):
                    continue
                elif named:
                    below.append((value, False))
                elif key not in DATA:
                    below.append((value, key in MAPS))
                    if key == "discriminator":
                        yield from mapped(value)
                elif key == "examples" and isinstance(value, dict):
                    yield from shared_examples(value)
        stack.extend(reversed(below))


def leads_out(tree: Any) -> bool:  # Any: JSON, as the document wrote it
    """Whether anything but JSON Pointers from the root is needed to follow its references. Cheap; errs on yes."""
    for level in levels(tree):
        for node in level:
            # A list is asked, too, which costs less than to tell it from an object.
            if "$id" in node or "$dynamicRef" in node:
                return True
            if "$ref" in node and node.__class__ is dict and str(node["$ref"])[:2] != "#/":
                return True
    return False


def mapped(discriminator: object) -> Iterator[str]:
    """The entries of a discriminator's mapping that are references."""
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    if isinstance(mapping, dict):
        yield from (target for target in mapping.values() if isinstance(target, str) and target.startswith("#/"))


def shared_examples(examples: dict[str, object]) -> Iterator[str]:
    """The named examples that refer to components."""
    for example in examples.values():
        ref = example.get("$ref") if isinstance(example, dict) else None
        if isinstance(ref, str) and ref.startswith("#/components/examples/"):
            yield ref


def closure(tree: Any, roots: Iterable[str]) -> set[str]:  # Any: JSON, as the document wrote it
    """The pointers of everything that can be reached from some pointers, these included.

    One that leads nowhere, or out of the document, is not among them: who resolves it, says so.
    """
    reached: set[str] = set()
    waiting = list(roots)
    while waiting:
        try:
            here = local(waiting[-1]) if waiting[-1].startswith("#") else pointer(*tokens(waiting[-1]))
            if here in reached:
                continue
            node = resolve(tree, here)
        except DocumentError:
            continue
        finally:
            waiting.pop()
        reached.add(here)
        waiting.extend(references(node))
    return reached


def rewritten(node: Any, change: Callable[[dict[str, Any]], None], named: bool = False) -> Any:  # Any: JSON
    """A copy of a node in which every object has been changed, the inner ones first; data stays as it is.

    change: gets the copy of an object and changes it in place. named: the keys of this node are free names, so a
    property or a response may well be called `default`, and the node itself is nothing to change.
    """
    if isinstance(node, list):
        return [rewritten(item, change) for item in node]
    if not isinstance(node, dict):
        return node
    if named:
        return {key: rewritten(value, change) for key, value in node.items()}
    new = {key: value if key in DATA else rewritten(value, change, key in MAPS) for key, value in node.items()}
    change(new)
    return new


def reworded(node: Any, change: Callable[[dict[str, Any]], dict[str, Any]], named: bool = False) -> Any:  # Any: JSON
    """A node in which every object has been changed, the inner ones first; data stays as it is.

    The same object where nothing had to change, and what had not is shared: most of a large document is as it should
    be, and a copy would cost as much as reading it. change: gives a new object for one, or the same; it changes none in
    place. named: as in rewritten().
    """
    kind = node.__class__  # not isinstance: this is the whole cost, and a tree holds JSON's own types
    if kind is list:
        items = [reworded(item, change) if item.__class__ in NESTED else item for item in node]
        return items if any(map(operator.is_not, items, node)) else node
    if kind is not dict:
        return node
    new = node
    for key, value in node.items():
        if value.__class__ in NESTED and (named or key not in DATA):
            inner = reworded(value, change, not named and key in MAPS)
            if inner is not value:
                new = {**node} if new is node else new
                new[key] = inner
    return new if named else change(new)
