"""`$ref`: JSON Pointers, what they lead to, and what a node leads to through them.

A pointer is RFC 6901 text, such as "/components/schemas/Pet"; the root is "". Where a pointer comes in, its fragment
form ("#/components/schemas/Pet", percent-encoded) is as welcome; what goes out is the plain form, always.

Only references into the same document are followed. One to a file or a URL is refused with a sentence: a document must
not decide what is read or fetched. What follows references does not recurse, so that no document can be too circular.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

from leapocr_dyn.errors import DocumentError

# Beside a `$ref`, these describe the reference; any other keyword makes it something new.
REMARKS = frozenset({"summary", "description", "title"})

# Keywords whose value is data: a `$ref` in there is somebody's text.
DATA = frozenset({"example", "examples", "default", "enum", "const"})

# Keywords whose value is a map from free names: `default` in there is a response or a property, and no keyword.
MAPS = frozenset(
    {"$defs", "callbacks", "content", "definitions", "dependentSchemas", "encoding", "headers", "links", "parameters"}
    | {"pathItems", "paths", "patternProperties", "properties", "requestBodies", "responses", "schemas"}
    | {"securityDefinitions", "securitySchemes", "variables", "webhooks"}
)


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
        raise DocumentError(f"{pointer!r} is not a JSON Pointer: it starts with '/' or '#/'; anchors are not followed")
    if "~" not in text:
        return tuple(text[1:].split("/"))
    if re.search(r"~(?![01])", text):
        raise DocumentError(f"{pointer!r} is not a JSON Pointer: write '~' as '~0' and a '/' in a name as '~1'")
    # RFC 6901 section 4: ~1 first, or ~01 would become "/".
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in text[1:].split("/"))


def pointer(*tokens: str) -> str:
    """The pointer whose steps these are: `tokens(pointer(*steps)) == steps`."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


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
        import difflib

        close = difflib.get_close_matches(token, [key for key in node if isinstance(key, str)], 1)
        why = f"there is no {token!r} in {where}" + (f": did you mean {close[0]!r}?" if close else "")
    return f"{pointer} leads nowhere: {why}"


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
            f"$ref {ref!r} leads out of the document, and files and URLs are not followed by default: "
            "bundle the document into one file first"
        )
    return pointer(*tokens(ref))


def follow(tree: Any, node: Any, at: str) -> Located:  # Any: JSON, as the document wrote it
    """The node that a node stands for, through any number of references.

    at: the pointer to `node`. What stands beside a `$ref` wins over the target's own (OpenAPI 3.1 sections 4.8.23 and
    4.8.24), in a new dict. The pointer is the target's where nothing but remarks (`summary`, `description`, `title`,
    `x-...`) stands beside; otherwise the target in its own right is not what is meant, and the pointer is that of the
    outermost node that adds something.
    """
    if not is_reference(node):
        return Located(node, at)
    here = pointer(*tokens(at))
    seen = {here: None}  # a dict, for its order
    beside: list[dict[str, Any]] = []  # Any: JSON, as the document wrote it
    changed: str | None = None
    while is_reference(node):
        siblings = {key: value for key, value in node.items() if key != "$ref"}
        if siblings:
            beside.append(siblings)
            if changed is None and not all(key in REMARKS or key.startswith("x-") for key in siblings):
                changed = here
        here = local(node["$ref"])
        if here in seen:
            loop = " -> ".join(f"#{step}" for step in (*seen, here))
            raise DocumentError(f"these references only lead to each other: {loop}")
        seen[here] = None
        node = resolve(tree, here)
    # A boolean schema has nothing to merge with; what stands beside it cannot make it say less.
    if beside and isinstance(node, dict):
        for siblings in reversed(beside):
            node = {**node, **siblings}
        here = changed if changed is not None else here
    return Located(node, here)


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
