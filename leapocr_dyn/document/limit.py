"""How large a document may be, and how large one is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

# The largest documents in public use are near 40 MB.
SIZE = 64 * 1024 * 1024  # bytes
# Hand-written documents stay below 40 levels; every walk after this one may recurse without fear.
DEPTH = 200
# As many as the largest public documents have; more would cost more than ten seconds.
NODES = 3_000_000
# What aliases may repeat, in nodes. People share a few responses; a bomb shares its own shares.
ALIASED = 1_000_000
# A text weighs one node more for each of these, so that a long text cannot be repeated for nothing.
CHARACTERS = 64


class Measure(NamedTuple):
    """How much a value costs whoever walks it. weight: in nodes, long texts counting more; height: levels."""

    weight: int
    height: int


def measure(value: object, at_most: int = NODES) -> Measure:
    """The weight and height of a tree, counting what is shared as often as it is reached.

    Stops early, with a weight above at_most, where the tree weighs more than that.
    """
    weight, height = 0, 0
    level: list[object] = [value]
    while level:
        containers: list[dict[str, object] | list[object]] = []
        for node in level:
            if isinstance(node, dict | list):
                containers.append(node)
                weight += 1 + len(node)
            elif isinstance(node, str):
                weight += 1 + len(node) // CHARACTERS
            else:
                weight += 1
            if weight > at_most:
                return Measure(weight, height + 1)
        height += bool(containers)
        level = [child for node in containers for child in (node.values() if isinstance(node, dict) else node)]
    return Measure(weight, height)


def levels(tree: object) -> Iterator[list[Any]]:  # Any: objects and arrays
    """The objects and arrays of a tree of JSON's own types, level by level; the cheapest way to see all of them."""
    level: list[Any] = [tree] if isinstance(tree, dict | list) else []  # Any: JSON enters here
    while level:
        yield level
        # Not isinstance: this is the whole cost.
        level = [
            child
            for node in level
            for child in (node.values() if node.__class__ is dict else node)
            if child.__class__ is dict or child.__class__ is list
        ]
