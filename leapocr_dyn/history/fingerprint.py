"""Fingerprints of meaning: equal for two documents, or two operations, that say the same in other words.

An operation's fingerprint covers everything that it reaches: its name, its place, parameters, bodies, responses, the
schemas below them, security and server. `info.version` is none of it: publishers forget to change it.

Theory of operation. Schemas are a graph that may have cycles. A schema that reaches no cycle is told by its words and
by the fingerprints below it. Schemas on one cycle are told by what can be seen from each: first its words, then its
words with those around it, and so on until a round tells no two more apart; together with what all the others on the
cycle see, that is everything. A schema outside that says what one on a cycle says is that one, unrolled once, and has
its fingerprint. So it matters neither what schemas are called nor where a cycle is entered.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from leapocr_dyn.document import Document
from leapocr_dyn.document.source import digest
from leapocr_dyn.history.meaning import Key, Schemas, text
from leapocr_dyn.history.surface import Body, Content, Parameter, Response, Said, Surface

ROUNDS = 64  # schemas that are told apart only by what is further away than this would cost the square of their number
Signature = tuple[Any, ...]  # Any: nested tuples of text


def operations(document: Document, tag: str | None = None) -> dict[str, str]:
    """{"METHOD /path": fingerprint} of all operations, or of those with the tag. document: in its final form."""
    said = Surface(document)
    prints = Fingerprints(said)
    return {one.name: prints.operation(one) for one in said.operations if tag is None or tag in one.tags}


def surface(document: Document, tag: str | None = None, only: Iterable[str] | None = None) -> str:
    """The fingerprint of a set of operations: all, those with the tag, or only those that are named "METHOD /path"."""
    found = operations(document, tag)
    return of(found if only is None else {name: found[name] for name in found.keys() & set(only)})


def of(operations: Mapping[str, str]) -> str:
    """The fingerprint of the surface that these operations are. operations: {"METHOD /path": fingerprint}."""
    return digest(text(dict(operations)))


class Fingerprints:
    """The fingerprints of one document's operations and schemas, each worked out once."""

    def __init__(self, surface: Surface) -> None:
        self.schemas: Schemas = surface.schemas
        self._final: dict[Key, str] = {}
        self._known: dict[Signature, str] = {}

    def operation(self, said: Said) -> str:
        """The fingerprint of an operation and everything that it reaches."""
        parts: list[object] = [said.method, said.path, said.id, list(said.tags), said.deprecated, said.server]
        parts.append([list(one.schemes) for one in said.security])
        parts.append(sorted(self._parameter(one) for one in said.parameters.values()))
        parts.append(self._body(said.body))
        parts.append({status: self.response(one) for status, one in said.responses.items()})
        return digest(text(parts))

    def response(self, response: Response) -> str:
        """The fingerprint of a response."""
        headers = {name: self._parameter(one) for name, one in response.headers.items()}
        return digest(text([self._content(response.content), headers]))

    def _parameter(self, one: Parameter) -> str:
        name = one.name.lower() if one.where == "header" else one.name
        return text([name, one.where, one.required, one.deprecated, one.how, self.schema(one.key)])

    def _body(self, body: Body | None) -> object:
        return body and [body.required, self._content(body.content)]

    def _content(self, content: dict[str, Content]) -> object:
        return {media: [self.schema(one.key), self.schema(one.item), one.how] for media, one in content.items()}

    def schema(self, key: Key) -> str:
        """The fingerprint of a schema."""
        if key not in self._final:
            for group in cycles(key, self._below, self._final):
                self._settle(group)
        return self._final[key]

    def _below(self, key: Key) -> list[Key]:
        said = self.schemas.meaning(key)
        return [*said.inner.values(), *(option.key for union in said.unions for option in union)]

    def _settle(self, group: list[Key]) -> None:
        if len(group) == 1 and group[0] not in self._below(group[0]):
            signature = self._signature(group[0], self._final)
            self._final[group[0]] = self._known.setdefault(signature, digest(repr(signature)))
            return
        seen = {key: digest(text(self.schemas.meaning(key).words)) for key in group}
        for _ in range(ROUNDS):
            around = ChainMap(seen, self._final)
            further = {key: digest(repr(self._signature(key, around))) for key in group}
            stable = len(set(further.values())) == len(set(seen.values()))
            seen = further
            if stable:
                break
        everything = digest(repr(sorted(set(seen.values()))))
        self._final |= {key: digest(repr((seen[key], everything))) for key in group}
        for key in group:
            self._known.setdefault(self._signature(key, self._final), self._final[key])

    def _signature(self, key: Key, prints: Mapping[Key, str]) -> Signature:
        """What a schema says, with these fingerprints for what is below it."""
        said = self.schemas.meaning(key)
        inner = tuple(sorted((step, prints[below]) for step, below in said.inner.items()))
        unions = sorted(tuple(sorted({(one.tags, prints[one.key]) for one in union})) for union in said.unions)
        return text(said.words), inner, tuple(unions)


def cycles(root: Key, below: Callable[[Key], list[Key]], done: Mapping[Key, object]) -> Iterator[list[Key]]:
    """What can be reached and is not done, in groups that reach each other; a group comes after all that it reaches.

    done: grows by each group before the next one is asked for. Source: Tarjan, Depth-first search and linear graph
    algorithms (1972), without recursion: a document may be deep.
    """
    numbers: dict[Key, int] = {root: 0}
    lowest: dict[Key, int] = {root: 0}
    open_: list[Key] = [root]
    path = [(root, iter(below(root)))]
    while path:
        key, waiting = path[-1]
        for one in waiting:
            if one in done:
                continue
            if one not in numbers:
                numbers[one] = lowest[one] = len(numbers)
                open_.append(one)
                path.append((one, iter(below(one))))
                break
            lowest[key] = min(lowest[key], numbers[one])
        else:
            path.pop()
            if path:
                lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[key])
            if lowest[key] == numbers[key]:
                group = [open_.pop()]
                while group[-1] != key:
                    group.append(open_.pop())
                yield group
