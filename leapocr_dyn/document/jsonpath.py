"""JSONPath (RFC 9535): which nodes of a document a path selects, within a budget.

python-jsonpath does the work, made strict, and made to pay for every node that it visits, also inside filters: a path
comes with an overlay, which is no more trusted than a document. No path can fetch or run anything.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from leapocr_dyn.document.mistake import shown
from leapocr_dyn.errors import DocumentError

if TYPE_CHECKING:
    from jsonpath import JSONPath
    from jsonpath.function_extensions import FilterFunction
    from jsonpath.segments import JSONPathRecursiveDescentSegment

MATCHES = 100_000  # selected by one overlay; every node of a large document is selected by a mistake
VISITS = 5_000_000  # by the JSONPaths of one overlay: some ten seconds; a dozen walks through a large document
TARGET = 4_096  # characters of a JSONPath: its parser is not made for more
NAME = r"[A-Za-z_][A-Za-z0-9_]*"
SECONDS = 0.1  # for one regular expression in a filter, on one text

Steps = tuple[str | int, ...]


class Budget:
    """What the paths of one overlay may still spend."""

    __slots__ = ("matches", "visits")

    def __init__(self) -> None:
        self.matches, self.visits = MATCHES, VISITS

    def visit(self, nodes: int) -> None:
        """Pay for nodes that a JSONPath comes by."""
        self.visits -= nodes
        if self.visits < 0:
            raise DocumentError(f"the overlay visits more than {VISITS:,} nodes: make its targets more direct")

    def match(self) -> None:
        """Pay for a node that is selected."""
        self.matches -= 1
        if self.matches < 0:
            raise DocumentError(f"the overlay selects more than {MATCHES:,} nodes: make its targets more direct")


@functools.lru_cache(maxsize=256)
def compiled(target: str) -> JSONPath:
    """A JSONPath by RFC 9535. Raises DocumentError."""
    if len(target) > TARGET:
        raise DocumentError(f"a JSONPath has at most {TARGET:,} characters")
    from jsonpath import JSONPathError

    try:
        return engine()(target)
    except (JSONPathError, ValueError, RecursionError) as error:
        # Not str(error): where a path ends too early, the library fails while it words that.
        reason = error.args[0] if error.args else type(error).__name__
        raise DocumentError(f"{shown(target)} is not a JSONPath (RFC 9535): {reason}") from error


@functools.cache
def engine() -> Callable[[str], JSONPath]:
    """python-jsonpath, strict, and made to pay for every node that it visits, also inside filters."""
    import jsonpath
    from jsonpath.filter import BaseExpression, RelativeFilterQuery, RootFilterQuery
    from jsonpath.segments import JSONPathRecursiveDescentSegment, JSONPathSegment
    from jsonpath.stream import TokenStream

    path_class, descent_class = paying()

    class Parser(jsonpath.Parser):
        def parse_query(self, stream: TokenStream) -> Iterable[JSONPathSegment]:
            for segment in super().parse_query(stream):
                if isinstance(segment, JSONPathRecursiveDescentSegment):
                    yield descent_class(env=self.env, token=segment.token, selectors=segment.selectors)
                else:
                    yield segment

        def parse_absolute_query(self, stream: TokenStream) -> BaseExpression:
            stream.next()
            return RootFilterQuery(path_class(env=self.env, segments=self.parse_query(stream)))

        def parse_relative_query(self, stream: TokenStream) -> BaseExpression:
            stream.next()
            return RelativeFilterQuery(path_class(env=self.env, segments=self.parse_query(stream)))

    class Environment(jsonpath.JSONPathEnvironment):
        parser_class = Parser

    environment = Environment(strict=True)
    environment.function_extensions |= in_time()

    def compile_path(target: str) -> JSONPath:
        path = environment.compile(target)
        if not isinstance(path, jsonpath.JSONPath):
            raise ValueError("a union of paths is no part of it")
        return path_class(env=environment, segments=path.segments)

    return compile_path


def paying() -> tuple[type[JSONPath], type[JSONPathRecursiveDescentSegment]]:
    """The two classes that visit nodes, with the nodes at a Budget's expense.

    The one trick here: `filter_context`, which the library hands down to every query inside a filter, carries the
    Budget. It carries the root, too: for `$` in a filter inside a filter, the library on its own takes another node.
    """
    import jsonpath
    from jsonpath.segments import JSONPathRecursiveDescentSegment

    class Node(jsonpath.JSONPathMatch):
        __slots__ = ("budget", "key")
        budget: Budget
        key: int | str

        def new_child(self, obj: object, key: int | str) -> Node:
            self.budget.visit(1)
            # Not __init__: to write out the path of every node takes longer than all the rest.
            child = Node.__new__(Node)
            child.obj, child.parent, child.key = obj, self, key
            child.root, child.budget, child._filter_context = self.root, self.budget, self._filter_context
            return child

        def add_child(self, *children: jsonpath.JSONPathMatch) -> None:
            """Keeps nothing: nobody asks, and it would hold every node that was visited."""

    class Path(jsonpath.JSONPath):
        def finditer(self, data: Any, *, filter_context: Any = None) -> Iterable[jsonpath.JSONPathMatch]:  # Any: JSON
            filter_context["budget"].visit(1)
            top = Node.__new__(Node)
            top.obj, top.parent, top.key = data, None, ""
            top.root, top.budget, top._filter_context = filter_context["root"], filter_context["budget"], filter_context
            nodes: Iterable[jsonpath.JSONPathMatch] = [top]
            for segment in self.segments:
                # Only these have children (RFC 9535 section 2.3); the library would take slices of texts, too.
                nodes = segment.resolve(node for node in nodes if isinstance(node.obj, dict | list))
            return nodes

    class Descent(JSONPathRecursiveDescentSegment):
        def resolve(self, nodes: Iterable[jsonpath.JSONPathMatch]) -> Iterable[jsonpath.JSONPathMatch]:
            # Without recursion: the library's own hands each node up through one generator for each level.
            for node in nodes:
                waiting = [node]
                while waiting:
                    here = waiting.pop()
                    for selector in self.selectors:
                        yield from selector.resolve(here)
                    below = [here.new_child(value, key) for key, value in inside(here.obj)]
                    waiting.extend(reversed(below))

    return Path, Descent


def inside(value: object) -> list[tuple[str | int, object]]:
    """The objects and arrays in an object or array, with their names or indexes."""
    members: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    return [(key, member) for key, member in members if isinstance(member, dict | list)]


def in_time() -> dict[str, FilterFunction]:
    """match() and search() of RFC 9535 sections 2.4.6 and 2.4.7, with a bound of time."""
    from jsonpath import function_extensions

    def matches(function: Match | Search, how: str, value: object, pattern: object) -> bool:
        compiled: Any = function.check_cache(pattern) if isinstance(pattern, str) else None  # Any: regex.Pattern
        if compiled is None or not isinstance(value, str):
            return False
        try:
            return getattr(compiled, how)(value, timeout=SECONDS) is not None
        except TimeoutError as error:
            raise DocumentError(f"a regular expression takes more than {SECONDS} seconds: make it simpler") from error

    class Match(function_extensions.Match):
        def __call__(self, value: object, pattern: object) -> bool:
            return matches(self, "fullmatch", value, pattern)

    class Search(function_extensions.Search):
        def __call__(self, value: object, pattern: object) -> bool:
            return matches(self, "search", value, pattern)

    return {"match": Match(thread_safe=True), "search": Search(thread_safe=True)}


def select(tree: dict[str, Any], target: str, budget: Budget) -> dict[Steps, Any]:  # Any: JSON
    """The nodes that a JSONPath selects, each once, in order."""
    nodes: dict[Steps, Any] = {}  # Any: JSON
    try:
        for match in compiled(target).finditer(tree, filter_context={"budget": budget, "root": tree}):
            budget.match()
            nodes[steps_of(match)] = match.obj
    except DocumentError:
        raise
    except Exception as error:
        # Whatever the library could not do with this path, it is the path's fault and not the caller's.
        raise DocumentError(f"this JSONPath cannot be followed: {type(error).__name__}: {error}") from error
    return nodes


def path(steps: Steps) -> str:
    """The JSONPath that selects just the node that these steps lead to.

    RFC 9535 sections 2.3.1.1 and 2.5.1.1: a name stands behind a dot where it may, else in quotes.
    """
    return "$" + "".join(map(_segment, steps))


def _segment(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if re.fullmatch(NAME, step) else f"[{quoted(step)}]"


def quoted(name: str) -> str:
    """A name as a path has it between brackets."""
    # As JSON escapes it, but in single quotes: the paths of people, and of the specification, have those.
    return "'" + json.dumps(name, ensure_ascii=False)[1:-1].replace("'", "\\'").replace('\\"', '"') + "'"


def steps_of(match: Any) -> Steps:  # Any: the Node of our engine
    """The names and indexes that lead from the root to a match."""
    steps: list[str | int] = []
    while match.parent is not None:
        steps.append(match.key)
        match = match.parent
    return tuple(reversed(steps))
