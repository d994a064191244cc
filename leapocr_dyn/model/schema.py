"""The types of a document, by name and by place: found, kept, called.

Which type a schema has, its keywords decide (keyword.py); types themselves are type.py's, wire values convert.py's.

Theory of operation. A type is found by where its schema stands: (JSON Pointer) after all `$ref` are followed, and is
kept, so that two places that refer to one component share one class, and a cycle ends at the type that is already
there. Its name, too, comes from that pointer alone, so that it is the same in every process, whoever asks first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

from leapocr_dyn.document import Document, Finding
from leapocr_dyn.document.reference import pointer
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.model import naming
from leapocr_dyn.model.keyword import SCALARS, decide
from leapocr_dyn.model.missing import Hint, keyed
from leapocr_dyn.model.type import Anything, Cycle, Object, Schema, Type
from leapocr_dyn.model.value import brief

# The fields of an object are decided by themselves, when somebody looks.
DEEPEST = 64  # schemas that are decided one inside the other
MOST = 5_000  # schemas that are decided for one; the options of unions in unions can be exponentially many


class Models(Mapping[str, Any]):
    """The types of a document: `models["OCRResultResponse"]` is an attrs class, or the Python type that stands for it.

    Iterating gives the component names and builds nothing. document: in its normal form. revive: what rebuilds a
    pickled model, called with (recipe, pointer, wire value).
    """

    def __init__(self, document: Document, revive: Callable[..., Any], recipe: Any) -> None:
        self.document = document
        self._types: dict[str, Type] = {}
        self._deciding: ContextVar[tuple[frozenset[str], Iterator[int]] | None] = ContextVar("deciding", default=None)
        self._findings: dict[tuple[str, str], Finding] = {}
        self.revive = revive
        self.recipe = recipe

    # -- by name

    def _schemas(self) -> dict[str, Schema]:
        schemas = self.document.tree.get("components", {}).get("schemas", {})
        return schemas if isinstance(schemas, dict) else {}

    @cached_property
    def names(self) -> dict[str, str]:
        """{component name: Python class name}, distinct."""
        names = naming.distinct((wire, naming.class_name(wire)) for wire in self._schemas())
        for wire, name in names.items():
            self.renamed(wire, name, naming.class_name, pointer("components", "schemas", wire))
        return names

    @cached_property
    def _wires(self) -> dict[str, str]:
        """The same, the other way round."""
        return {name: wire for wire, name in self.names.items()}

    def __getitem__(self, name: str) -> Any:  # Any: a class or a typing form
        return self.type(name).python

    def __iter__(self) -> Iterator[str]:
        return iter(self.names.values())

    def __len__(self) -> int:
        return len(self._schemas())

    def __contains__(self, name: object) -> bool:
        return name in self._schemas() or name in self._wires

    def type(self, name: str) -> Type:
        """The type of a component, by its name in the document or in Python."""
        if name not in self._schemas():
            if name not in self._wires:
                known = [*self._schemas(), *self._wires]
                raise KeyError(f"there is no model {name!r}{naming.hint(str(name), known, '; list(models) names all')}")
            name = self._wires[name]
        return self.at(self._schemas()[name], pointer("components", "schemas", name))

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    if not TYPE_CHECKING:
        __getattr__ = Hint(keyed)

    def __repr__(self) -> str:
        return f"<Models {naming.some(self)}>"

    # -- what is noticed on the way

    @property
    def report(self) -> tuple[Finding, ...]:
        """What the schemas that were looked at so far say in vain, and which names are not as one would expect."""
        return tuple(self._findings.values())

    def notice(self, rule: str, place: str, said: str) -> None:
        """Add a line to the report, once."""
        self._findings.setdefault((rule, said), Finding(rule, place, said))

    def renamed(self, wire: str, name: str, rule: Callable[[str], str], place: str) -> None:
        """Report a Python name that is numbered, or that had to be made up."""
        if name != rule(wire) or not naming.obvious(wire, name):
            self.notice("renamed", place, f"{brief.repr(wire)} is called {name} in Python")

    # -- by place

    def at(self, schema: Schema, place: str) -> Type:
        """The type of the schema that stands at `place`."""
        located = self.document.follow(schema, place)
        found = self._types.get(located.pointer)
        if found is None:
            deciding, numbers = self._deciding.get() or (frozenset[str](), count())
            if located.pointer in deciding:
                return Cycle(located.pointer, self._component(located.pointer) or "Any")
            if len(deciding) >= DEEPEST or next(numbers) >= MOST:
                said = f"schemas in schemas, more than {DEEPEST} deep or {MOST} in all; read as anything"
                self.notice("too-deep", located.pointer, said)
                return Anything(located.pointer, "Any")
            token = self._deciding.set((deciding | {located.pointer}, numbers))
            try:
                found = decide(self, located.value, located.pointer)
            finally:
                self._deciding.reset(token)
            if isinstance(found, Cycle) and found.pointer == located.pointer:
                found = Anything(located.pointer, "Any")  # it only says that it is itself
            # Two threads may both decide; the first one stays, so that a class is never made twice.
            found = self._types.setdefault(located.pointer, found)
        return found

    def by_pointer(self, place: str) -> Type:
        """The type at a pointer, for a pickled model on its way back."""
        if place not in self._types:
            # From the outermost schema down: no node of the document stands where an `allOf` was merged.
            steps = place.split("/")
            for end in range(4, len(steps) + 1):
                outer = without_kind("/".join(steps[:end]))
                found = self._types.get(outer)
                if found is None and outer != place and self._is_schema(outer):
                    found = self.at(self.document.resolve(outer), outer)
                if isinstance(found, Object):
                    # Deciding the fields is what makes their types known.
                    found.fields, found.others  # noqa: B018
        return self._types.get(place) or self.at(self.document.resolve(place), place)

    def _is_schema(self, place: str) -> bool:
        steps = place.split("/")
        return steps[1:3] == ["components", "schemas"] if len(steps) == 4 else steps[-1] in ("schema", "itemSchema")

    # -- names

    def name(self, place: str) -> str:
        """What the type at a pointer is called, if it needs a name: a component's own, else where it stands."""
        steps = [step.replace("~1", "/").replace("~0", "~") for step in place.split("/")[1:]]
        steps = [*map(without_kind, steps)]
        if steps[:2] == ["components", "schemas"] and len(steps) > 2:
            found, inner = self.names.get(steps[2], ""), steps[3:]
        else:
            end = next((at for at, step in enumerate(steps) if at > 2 and step in ("schema", "itemSchema")), len(steps))
            found = self._owner(steps[:end]) + ("Item" if steps[end:] and steps[end] == "itemSchema" else "")
            inner = steps[end + 1 :]
        waiting = iter(inner)
        for keyword in waiting:
            if keyword in MAPS:
                found = MAPS[keyword](found, next(waiting, ""))
            else:
                found += SUFFIXES.get(keyword, "")
        return found or "Model"

    def _owner(self, steps: list[str]) -> str:
        """What is named after the thing whose schema it is: an operation's answer or body, a parameter, a header."""
        if steps[-2:-1] and steps[-2] == "content":
            steps = steps[:-2]
        if len(steps) < 3:
            return ""
        kind, own = steps[-2:]
        if kind == "headers":
            return naming.class_name(own)
        node = self._node(steps if kind == "parameters" else steps[:3])
        if kind == "parameters":
            return naming.class_name(str(node.get("name")))
        if steps[0] == "components":
            name, suffix = naming.class_name(own), OWNED.get(kind, "")
            return name if name.endswith(suffix) else name + suffix
        return naming.class_name(str(node.get("operationId"))) + next((OWNED[one] for one in steps if one in OWNED), "")

    def _node(self, steps: list[str]) -> dict[str, Schema]:
        try:
            node = self.document.resolve(pointer(*steps))
        except DocumentError:
            return {}
        return node if isinstance(node, dict) else {}

    def _component(self, place: str) -> str | None:
        parts = place.split("/")
        if len(parts) == 4 and parts[1:3] == ["components", "schemas"]:
            return self.names.get(parts[3].replace("~1", "/").replace("~0", "~"))
        return None


def without_kind(place: str) -> str:
    """A pointer without the kind that `types` has put behind it."""
    plain, _, kind = place.rpartition("#")
    return plain if kind in ("object", "array", *SCALARS) else place


# What a step of a pointer adds to the name of what stands there.
SUFFIXES = {"items": "Item", "additionalProperties": "Value", "unevaluatedProperties": "Value"}
MAPS: dict[str, Callable[[str, str], str]] = {
    "properties": lambda name, key: name + naming.class_name(key),
    "patternProperties": lambda name, key: name + "Value",
    "$defs": lambda name, key: naming.class_name(key),
    "definitions": lambda name, key: naming.class_name(key),
    "prefixItems": lambda name, key: f"{name}Item{int(key) + 1}" if key.isdecimal() else name,
    "oneOf": lambda name, key: f"{name}Option{int(key) + 1}" if key.isdecimal() else name,
    "anyOf": lambda name, key: f"{name}Option{int(key) + 1}" if key.isdecimal() else name,
    "allOf": lambda name, key: name,
}
OWNED = {"responses": "Response", "requestBody": "Body", "requestBodies": "Body"}
