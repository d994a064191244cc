"""Views: other layouts of the document's models, declared in workflow.yaml.

A view is what a service's own SDK calls a result: its fields in another order, under other names, some computed. It is
read straight from the wire by a fused function of its own, and every further field of the answer follows the declared
ones, so nothing that the server says is out of reach. People can build views too, with positional arguments.

What a field or property can be, besides a field of the answer: `percent` of two fields, `text` of a field, `join` of a
list's texts, `only` one of a list's values; what a method can do: `markdown`, `validate`, `into`, `html`. Each is a
function here and a word in spec/workflow.schema.json. `summary` is how it prints, and `paper` where on it stands what
people look at: explore/paper.py reads that.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from leapocr_dyn import errors, shown
from leapocr_dyn.document.workflow import Section, Workflow
from leapocr_dyn.errors import ContractError, DocumentError, ValidationError
from leapocr_dyn.model import naming
from leapocr_dyn.model.convert import Converter, Hook, fused
from leapocr_dyn.model.type import Anything, Array, Field, Object, Type, Union, View, making
from leapocr_dyn.model.value import Json, Model, brief, to_wire
from leapocr_dyn.operation import structured
from leapocr_dyn.operation.operations import Operations
from leapocr_dyn.visible import visible

T = TypeVar("T")
NAMED = 60  # characters of a name in a summary


class Views(Mapping[str, Any]):
    """The views of a workflow by name: `views["JobStatus"]` is an attrs class."""

    def __init__(
        self, operations: Operations, converter: Converter, workflow: Workflow, revive: Callable[..., Any], recipe: Any
    ) -> None:
        self._operations = operations
        self._converter = converter
        self._service = workflow.service
        self._sections: dict[str, Section] = workflow.section("views")
        self._revive = revive
        self._recipe = recipe
        self._views: dict[str, View] = {}
        self._hooks: dict[str, Hook] = {}

    def __getitem__(self, name: str) -> Any:  # Any: a class whose fields are known at run time
        return self.view(name).python

    def __iter__(self) -> Iterator[str]:
        return iter(self._sections)

    def __len__(self) -> int:
        return len(self._sections)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def __repr__(self) -> str:
        return f"<Views {naming.some(self)}>"

    def read(self, name: str, source: str, value: Json) -> Any:  # Any: the view's class
        """The view of a wire value that an operation answered. source: the operation's id, one of the view's `of`.

        Every source is read in the same way, so that a pickled view comes back whole without saying where it was from.
        Raises ContractError for a value that is not an object: a workflow would stumble over it further on.
        """
        if not isinstance(value, dict):
            said = f"the answer is not an object but {brief.repr(value)}; a {name} cannot be read from it"
            raise ContractError(said, operation=self._operations[source].name)
        hook = self._hooks.get(name)
        if hook is None:
            view = self.view(name)
            hook = self._hooks[name] = fused(self._converter, view, view.fields, view.python)
        return hook(value)

    def view(self, name: str) -> View:
        """The type of a view. Raises DocumentError where the workflow names what the document does not have."""
        with making:  # also to look: a view that another thread is still making is not registered yet
            if name not in self._views:
                self._make(name)
            return self._views[name]

    def _make(self, name: str) -> None:
        if name not in self._sections:
            raise KeyError(f"there is no view {name!r}{naming.hint(str(name), self._sections)}")
        section = self._sections[name]
        view = View(f"view {name}", name, lambda: self._union(name), self._revive, (self._recipe, f"view {name}"))
        for words, made in ((PROPERTIES, property), (METHODS, lambda method: method)):
            for label, said in section.get("properties" if words is PROPERTIES else "methods", {}).items():
                for key, given in said.items():
                    view.members[label] = made(self._adopted(words[key](*_list(given))))
        if "summary" in section:
            view.hidden["__repr__"] = summarised(section["summary"], view.members)
        # Where people look: at the view itself, or at those that one of its fields lists.
        view.hidden |= {
            "_summary": section.get("summary", []),
            "_paper": section.get("paper"),
            "_papers": next((label for label, said in section["fields"].items() if self._on_paper(said)), None),
        }
        view.description = f"A view of what {' and '.join(section['of'])} answers."
        self._views[name] = view  # before its class, because a view may hold itself
        try:
            self._converter.register(view.python, lambda value: self.read(name, section["of"][0], value))
        except DocumentError:
            del self._views[name]
            raise

    def _on_paper(self, said: Any) -> bool:  # Any: text or a section
        return isinstance(said, dict) and "paper" in self._sections.get(said.get("view", ""), {})

    def _adopted(self, method: Callable[..., Any]) -> Callable[..., Any]:  # Any: what each property or method gives
        """The method, whose exceptions are the service's own, as those of its clients are."""

        @functools.wraps(method)
        def adopted(*given: Any, **named: Any) -> Any:
            with errors.family(self._service).adopting():
                return method(*given, **named)

        return adopted

    def _source(self, name: str, source: str) -> Object | None:
        """What the view is laid over; None where the document does not say what the operation answers."""
        section = self._sections[name]
        try:
            found: Type | None = self._operations[source].result() or Anything("", "Any")
        except KeyError as error:
            raise DocumentError(f"view {name}: {error.args[0]}") from error
        if isinstance(found, Object) and "at" in section:
            found = next((field.type for field in found.fields if field.wire == section["at"]), None)
            found = found.items if isinstance(found, Array) else found
        if isinstance(found, Anything):
            return None
        if not isinstance(found, Object):
            raise DocumentError(f"view {name}: what {source} answers is not an object; the view cannot be laid over it")
        return found

    def _union(self, name: str) -> list[Field]:
        """The declared fields, then every other field of every source."""
        section = self._sections[name]
        # What a document does not describe is read as it comes: the declared fields are Any then, and stay.
        sources = [found for source in section["of"] if (found := self._source(name, source)) is not None]
        known = {field.wire: field for source in reversed(sources) for field in source.fields}
        fields = [self._declared(label, said, known) for label, said in section["fields"].items()]
        shown = {field.wire for field in fields}
        names = {field.name for field in fields} | {*section.get("properties", {}), *section.get("methods", {})}
        for source in sources:
            for field in source.fields:
                if field.wire not in shown and field.name not in names:
                    fields.append(field)
                    names.add(field.name)
                    shown.add(field.wire)
        return fields

    def _declared(self, label: str, said: Any, known: Mapping[str | None, Field]) -> Field:  # Any: text or a section
        section: Section = {"from": said} if isinstance(said, str) else said
        if "percent" in section:
            return Field(label, None, Anything("", "float"), compute=percent(*section["percent"]))
        default = section.get("default")
        if "from" not in section:
            return Field(label, None, Anything("", "Any"), default=default)
        words = _list(section["from"])
        wire = next((word for word in words if word in known), words[0])
        field = known.get(wire)
        wanted: Type = field.type if field is not None else Anything("", "Any")
        if "view" in section:
            inner = self.view(section["view"])
            place = f"{wanted.pointer} as {inner.annotation}"
            if isinstance(wanted, Array):
                wanted = Array(place, inner)
            elif isinstance(wanted, Anything):  # nobody says whether there is one or a list of them
                wanted = Union(f"one or several: {place}", [inner, Array(place, inner)], None, {})
            else:
                wanted = inner
        said = field.said if field is not None else {}
        required = section.get("required", False)
        return Field(label, wire, wanted, required=required, default=default, said=said)


def percent(done: str, total: str) -> Callable[[Any], float]:
    """From 0 to 100: how much of `total` is `done`; 0 where either is not known."""

    def compute(it: Any) -> float:  # Any: a view
        part, whole = _held(it, done), _held(it, total)
        if not isinstance(part, (int, float)) or not isinstance(whole, (int, float)) or whole <= 0:
            return 0.0
        return min(100.0, max(0.0, 100.0 * part / whole))

    return compute


def text(name: str) -> Callable[[Any], str]:
    """A field as text: text as it is, nothing as "", anything else as indented JSON."""

    def get(it: Any) -> str:  # Any: a view
        value = _held(it, name)
        if value is None or isinstance(value, str):
            return value or ""
        return json.dumps(to_wire(value), ensure_ascii=False, indent=2)

    get.__doc__ = f"{name}, as text."
    return get


def items(it: Any, name: str) -> list[Any]:  # Any: a view, and those that it lists
    """What a field lists, without what the server sent in the place of an item: null, mostly."""
    listed = _held(it, name)
    return [item for item in listed if isinstance(item, Model)] if isinstance(listed, list) else []


def join(name: str, inner: str) -> Callable[[Any], str]:
    """The texts of a list's items, with an empty line between."""

    def get(it: Any) -> str:  # Any: a view
        return "\n\n".join(getattr(item, inner) for item in items(it, name))

    get.__doc__ = f"The {inner} of all {name}, one below the other."
    return get


def only(name: str, inner: str) -> Callable[[Any], Any]:
    """The one value that a list's items hold, where others hold none."""

    def get(it: Any) -> Json:  # Any: a view
        found = [value for item in items(it, name) if not isinstance(value := getattr(item, inner), str | None)]
        if len(found) > 1:
            raise ContractError(f"{len(found)} {name} hold data of their own: take each from its item's `{inner}`")
        return found[0] if found else None

    get.__doc__ = (
        f"The structured {inner}, where one of {name} holds it; None for text. ContractError where several do."
    )
    return get


def markdown(name: str, inner: str) -> Callable[[Any], str]:
    """A list's values below each other: text as it is, data as a block of JSON."""

    def to_markdown(self: Any) -> str:  # Any: a view
        values = (getattr(item, inner) for item in items(self, name))
        blocks = (value if isinstance(value, str) else _fenced(value) for value in values if value is not None)
        return "\n\n".join(blocks)

    to_markdown.__doc__ = f"All {name} as Markdown: text as it is, structured data as blocks of JSON."
    return to_markdown


def validates(name: str, schema_name: str) -> Callable[..., None]:
    """A value held against a schema."""

    def validate(self: Any, schema: Any = None) -> None:  # Any: a view; a JSON Schema
        schema = getattr(self, schema_name) if schema is None else schema
        if schema is None:
            raise ValidationError("there is no schema to hold the data against: pass the one you asked with", "schema")
        structured.validate(getattr(self, name), schema)

    validate.__doc__ = "Raise ValidationError unless the data is what the schema says; without one, that asked with."
    return validate


def read_into(name: str) -> Callable[[Any, type[T]], T]:
    """A value as a class of the caller's."""

    def into(self: Any, kind: type[T]) -> T:  # Any: a view
        return structured.into(getattr(self, name), kind)

    into.__doc__ = "The data as a dataclass or attrs class of yours. Raises ValidationError, which names what differs."
    return into


def html(remembered: str) -> Callable[..., Path]:
    """What people look at, as a file for a browser."""

    def save_html(self: Any, path: str | PathLike[str], file: Any = None) -> Path:  # Any: a view; a file
        """Write it as one page for a browser, which asks for nothing else. Gives the path.

        file: the document that was sent, to be shown beside its text: a path, bytes or an open file. Without one it is
        what this program sent, where it still lies where it lay; then what cannot be read is said on the page. PDFs
        need pypdfium2 and Pillow. Raises FileError for a file that cannot be read or written, and ConfigurationError
        for what is not installed.
        """
        return shown.written(self, path, file, _held(self, remembered))

    return save_html


def summarised(summary: list[Any], members: Mapping[str, Any]) -> Callable[[Any], str]:  # Any: what a section holds
    """A repr that names and counts, and says what to try next: no result is too long for it."""
    called = [f".{name}{'' if isinstance(member, property) else '()'}" for name, member in members.items()]
    more = f"; try {', '.join(called)}" if called else ""

    def shown(self: Any) -> str:  # Any: a view
        held = ", ".join(counts(self, summary))
        return visible(f"<{' '.join([type(self).__name__, *names(self, summary)])}{held and f': {held}'}{more}>")

    return shown


def names(it: Any, summary: list[Any]) -> list[str]:  # Any: a view; what a section holds
    """What names a view, as far as it is known."""
    named = (_held(it, one) for one in summary if isinstance(one, str))
    return [f"{one}" if len(str(one)) <= NAMED else f"{str(one)[:NAMED]}…" for one in named if one is not None]


def counts(it: Any, summary: list[Any]) -> list[str]:  # Any: a view; what a section holds
    """How much a view holds, as far as it is known."""
    counted = ((noun, size(_held(it, name))) for one in summary if isinstance(one, dict) for noun, name in one.items())
    return [amount(number, noun) for noun, number in counted if number is not None]


def size(value: Any) -> float | None:  # Any: whatever a view holds
    """How much a value is: a number itself, a text its words, a list its items; None for anything else."""
    if isinstance(value, str):
        return len(value.split())
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def amount(number: float, noun: str) -> str:
    """So much of something, as people say it: 1 page, 3.4 k words."""
    many = noun if number == 1 else f"{noun}{'es' if noun.endswith(('s', 'x', 'ch', 'sh')) else 's'}"
    if isinstance(number, float) or abs(number) < 1000:
        return f"{number:.6g} {many}"
    return f"{number / 1e3:.1f} k {many}" if abs(number) < 1e6 else f"{number // 10**5 / 10:.1f} M {many}"


def _held(it: Any, name: str) -> Any:  # Any: a view, and what it holds
    """A field by its name here; where that holds nothing, what the server sent under that name all the same.

    A document may describe the field under an earlier name, or no longer.
    """
    value = getattr(it, name, None)
    return it[name] if value is None and name in it else value


def _fenced(value: Json) -> str:
    return f"```json\n{json.dumps(to_wire(value), ensure_ascii=False, indent=2)}\n```"


PROPERTIES: dict[str, Callable[..., Callable[[Any], Any]]] = {"text": text, "join": join, "only": only}
METHODS: dict[str, Callable[..., Callable[..., Any]]] = {
    "markdown": markdown,
    "validate": validates,
    "into": read_into,
    "html": html,
}


def _list(given: Any) -> list[str]:  # Any: one name or several
    return [given] if isinstance(given, str) else list(given)
