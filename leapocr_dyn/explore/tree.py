"""The tree of an API: its namespaces, and in each what can be called, one line each.

print(api.tree())             within a screen: everything, or how much there is where
print(api.tree("orders"))     one namespace, whole
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from leapocr_dyn.explore import spelling
from leapocr_dyn.explore.screen import LINES, table
from leapocr_dyn.model import naming
from leapocr_dyn.operation.method import Method
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.api import Api

FEW = 3  # names that stand for the others of a namespace


class Leaf(NamedTuple):
    """Something that can be called. does: its method and path. said: what it is for."""

    name: str
    does: str
    said: str


class Branch(NamedTuple):
    """A namespace, as a program spells it, and what can be called there."""

    namespace: str
    leaves: tuple[Leaf, ...]


class Tree(tuple[Branch, ...]):
    """The namespaces of an API. Prints within a screen; iterating gives everything."""

    name: str
    asked: str

    @classmethod
    def of(cls, branches: Iterable[Branch], name: str, asked: str) -> Tree:
        """With the API's name, and the namespace that was asked for."""
        made = cls(branches)
        made.name, made.asked = name, asked
        return made

    def __repr__(self) -> str:
        number = sum(len(one.leaves) for one in self)
        head = f"{visible(self.name)}: {naming.counted(number, 'call')} in {naming.counted(len(self), 'namespace')}"
        if self.asked or number + len(self) < LINES:
            return "\n".join([head, *(line for one in self for line in [one.namespace, *table(one.leaves, "    ")])])
        rows = [(one.namespace, str(len(one.leaves)), _some(one)) for one in self]
        shown = table(rows[: LINES - 3])
        more = [f"... and {len(rows) - len(shown)} more: list(api.namespaces)"] if len(rows) > len(shown) else []
        return "\n".join(
            [head, *shown, *more, "api.tree(NAMESPACE) shows one of them, api.search(WORDS) what is about them"]
        )


def _some(branch: Branch) -> str:
    names = [one.name for one in branch.leaves]
    return ", ".join([*names[:FEW], *["..."] * (len(names) > FEW)])


def tree(api: Api, namespace: str = "") -> Tree:
    """What can be called, by namespace. namespace: only this one. Raises KeyError for one that is none."""
    if namespace and namespace not in api.namespaces:
        raise KeyError(f"there is no namespace {namespace!r}{naming.hint(namespace, filter(None, api.namespaces))}")
    wanted = [namespace] if namespace else api.namespaces
    return Tree.of((_branch(api.namespaces[one]) for one in wanted), api.name, namespace)


def _branch(ways: dict[str, Operation | Method]) -> Branch:
    called = spelling.called(next(iter(ways.values()))).rpartition(".")[0]
    return Branch(
        called,
        tuple(
            Leaf(name, f"{way.operation.method} {way.operation.path}", spelling.purpose(way.operation))
            for name, way in ways.items()
        ),
    )
