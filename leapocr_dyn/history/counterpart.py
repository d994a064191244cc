"""Where in the published document stands what has a pointer in the normal form, or in a type.

Theory of operation. Pointers of types lead into the normal form, and beyond it: `allOf` has been put together there,
unions have what stands beside them, a schema of several kinds is one for each (`...#string`). So a place is a list of
parts: nodes of the published document that together say what is said there, in the order in which they were put
together, so that the last one has the last word. Nearly always it is one.

The pointer is walked from the root. A step that stands there is taken; one that does not is looked for behind `$ref`
and in the parts of `allOf`; the rest is what Swagger 2.0 says elsewhere. Nothing is guessed: a step that leads nowhere
is a DocumentError.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from leapocr_dyn.document.jsonpath import Steps
from leapocr_dyn.document.reference import MAPS, REMARKS, is_index, is_reference, local, tokens
from leapocr_dyn.document.swagger import MOVED
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.model.schema import without_kind

Json = Any  # the border where the document enters

UNIONS = ("oneOf", "anyOf")


class Part(NamedTuple):
    """A node of the published document. bare: without its union, beside whose options it stands."""

    steps: Steps
    node: Json
    bare: bool = False

    def child(self, step: str) -> Part | None:
        """What stands one step further, if anything does."""
        if isinstance(self.node, dict) and step in self.node:
            return Part((*self.steps, step), self.node[step])
        if isinstance(self.node, list) and is_index(step) and int(step) < len(self.node):
            return Part((*self.steps, int(step)), self.node[int(step)])
        return None


class Walk:
    """A published document that is walked through by pointers of its normal form."""

    def __init__(self, published: dict[str, Json]) -> None:
        self.published = published
        self.old = "swagger" in published
        self.siblings = not self.old and not str(published.get("openapi")).startswith("3.0")

    def to(self, pointer: str) -> list[Part]:
        """The parts that together say what the normal form says at a pointer. Raises DocumentError."""
        waiting = list(reversed(tokens(self.before(pointer) if self.old else pointer)))
        here, named = [Part((), self.published)], False
        while waiting:
            step = waiting.pop()
            if named:
                here, named = self.member(here, step), False
            elif step == "allOf" and len(here) > 1 and waiting:
                here = self.nth(here, waiting.pop())  # an `allOf` that nobody wrote: of what was put together
            else:
                here = self.keyword(here, step, waiting)
                named = step in MAPS
            if not here:
                raise DocumentError(f"nothing in the published document is what the normal form has at #{pointer}")
        return here

    @staticmethod
    def before(pointer: str) -> str:
        """What stands in another part of a document of Swagger 2.0."""
        return next(
            (
                here[1:] + pointer.removeprefix(there[1:])
                for here, there in MOVED.items()
                if pointer.startswith(there[1:])
            ),
            pointer,
        )

    @staticmethod
    def member(here: list[Part], name: str) -> list[Part]:
        """What has a free name; `/pets` was read where `pets` stands, and a schema of several kinds for each."""
        names = [name, without_kind(name)]
        if here[0].steps == ("paths",):
            names.append(name.removeprefix("/"))
        found = ([child for part in here if (child := part.child(known))] for known in names)
        return next(filter(None, found), [])

    @staticmethod
    def nth(here: list[Part], index: str) -> list[Part]:
        """One of the parts; all that stands beside a union is one."""
        bare = [part for part in here if part.bare]
        together = [bare] * bool(bare) + [[part] for part in here if not part.bare]
        index = without_kind(index)
        return together[int(index)] if is_index(index) and int(index) < len(together) else []

    def keyword(self, here: list[Part], step: str, waiting: list[str]) -> list[Part]:
        """What stands at a keyword, a status or an index."""
        word = without_kind(step)
        own = here[0].child(step) or here[0].child(word)
        if own and len(here) == 1 and word not in ("properties", *UNIONS):
            return [own]
        said = self.whole(here)
        found = [child for part in said if not (part.bare and word in UNIONS) and (child := part.child(word))]
        if word in UNIONS and waiting:
            return self.option(said, found, without_kind(waiting.pop()))
        if word != "properties":
            found = found[-1:]
        if not found and self.old and word == "content":
            waiting.pop()  # the media type
            return here
        if not found and self.old and word == "schema":
            return here  # of a header, which is one itself
        return found

    def option(self, said: list[Part], found: list[Part], index: str) -> list[Part]:
        """An option of a union, with the properties that stand beside the union."""
        if len(found) != 1:
            raise DocumentError("several parts of an `allOf` are unions, and no option of one is what was seen")
        child = found[0].child(index)
        beside = [part._replace(bare=True) for part in said] if any(_has_properties(part) for part in said) else []
        return [*beside, child] if child else []

    def whole(self, here: list[Part]) -> list[Part]:
        """The parts with what they refer to and the parts of their `allOf`, each once."""
        found: dict[Steps, Part] = {}
        for part in here:
            self.expand(part, found, frozenset())
        return list(found.values())

    def expand(self, part: Part, found: dict[Steps, Part], around: frozenset[Steps]) -> None:
        """Add a part after all that it consists of."""
        if part.steps in around or not isinstance(part.node, dict):
            return
        around |= {part.steps}
        if is_reference(part.node):
            self.expand(self.target(part), found, around)
            if not (self.siblings and adds(part.node)):
                return
        parts = part.node.get("allOf")
        for index, node in enumerate(parts if isinstance(parts, list) else ()):
            self.expand(Part((*part.steps, "allOf", index), node, part.bare), found, around)
        found.pop(part.steps, None)
        found[part.steps] = part

    def target(self, part: Part) -> Part:
        """What a reference refers to."""
        node: Json = self.published
        steps: list[str | int] = []
        for token in tokens(local(part.node["$ref"])):
            child = Part((), node).child(token)
            if child is None:
                raise DocumentError(f"{part.node['$ref']} leads nowhere")
            node = child.node
            steps += child.steps
        return Part(tuple(steps), node, part.bare)

    def meant(self, part: Part) -> Part:
        """The node at the end of references that say nothing of their own."""
        for _ in range(100):
            if not is_reference(part.node) or (self.siblings and adds(part.node)):
                return part
            part = self.target(part)
        raise DocumentError("these references only lead to each other")


def adds(node: dict[str, Json]) -> bool:
    """Whether what stands beside a reference is more than remarks."""
    return not all(key in REMARKS or key == "$ref" or key.startswith("x-") for key in node)


def _has_properties(part: Part) -> bool:
    return isinstance(part.node, dict) and isinstance(part.node.get("properties"), dict)
