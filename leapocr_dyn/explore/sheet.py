"""A stub file on its way: its names, and where those come from that it does not define.

A name that would hide another where it is read (a model called `Any`, a field called `list`) makes the other go by an
underscore, which no name of a document begins with.
"""

from __future__ import annotations

import builtins
import re
from typing import NamedTuple

from leapocr_dyn.explore.catalogue import Catalogue
from leapocr_dyn.model.type import Type

HEAD = """\
# Written from live objects: see leapocr_dyn/explore/stubs.py. Change the document or the workflow, and write it again.
# fmt: off
# ruff: noqa: A002, A003, E501, I001, N801, RUF100
# pyright: reportMissingModuleSource=false
"""

# Where the words of annotations come from; whatever else they hold is a builtin.
HOMES = {
    "Any": "typing",
    "Async": "leapocr_dyn.bound",
    "AsyncClient": "leapocr_dyn.client",
    "AsyncStream": "leapocr_dyn.iteration",
    "Blocking": "leapocr_dyn.bound",
    "BlockingStream": "leapocr_dyn.iteration",
    "Client": "leapocr_dyn.client",
    "Decimal": "decimal",
    "File": "leapocr_dyn.explore.typed",
    "Json": "leapocr_dyn.model.value",
    "Literal": "typing",
    "Mapping": "collections.abc",
    "Model": "leapocr_dyn.model.value",
    "OpenEnum": "leapocr_dyn.model.value",
    "Pair": "leapocr_dyn.pair",
    "Path": "pathlib",
    "PathLike": "os",
    "Sequence": "collections.abc",
    "T": "leapocr_dyn.operation.view",
    "TypeAlias": "typing",
    "blocking": "leapocr_dyn.explore.typed",
    "blocking_stream": "leapocr_dyn.explore.typed",
    "date": "datetime",
    "datetime": "datetime",
    "frozen": "attrs",
    "suspending": "leapocr_dyn.explore.typed",
    "suspending_stream": "leapocr_dyn.explore.typed",
    "time": "datetime",
    "timedelta": "datetime",
}
WORD = re.compile(r"[^\W\d]\w*")


class Sheet:
    """A file on its way. models: the module that the document's types come from; None where they are written here.

    own: the names that it defines itself.
    """

    def __init__(self, catalogue: Catalogue, models: str | None = None, own: frozenset[str] = frozenset()) -> None:
        self.catalogue = catalogue
        self.models = models
        self.own = own
        self.taken: frozenset[str] = own | frozenset(catalogue.names.values())
        self.hidden: dict[str, str] = {}
        self.blocks: list[str] = []
        self._imports: dict[str, set[str]] = {}

    def imported(self, home: str, name: str, shown: str) -> str:
        """A name from elsewhere, as it is called here."""
        if shown != name or home != "builtins":
            self._imports.setdefault(home, set()).add(name if shown == name else f"{name} as {shown}")
        return shown

    def text(self) -> str:
        """The whole file."""
        scope = Scope(self)
        aliases = [f"{shown}: {scope.word('TypeAlias')} = {name}" for shown, name in sorted(self.hidden.items())]
        imports = [f"from {home} import {', '.join(sorted(self._imports[home]))}" for home in sorted(self._imports)]
        return "\n".join([HEAD, *imports, *self.blocks, *aliases]) + "\n"


class Scope(NamedTuple):
    """Where an annotation is read. hidden: the names of the class around it. sent: whether it is an argument's."""

    sheet: Sheet
    hidden: frozenset[str] = frozenset()
    sent: bool = False

    def word(self, name: str) -> str:
        """A name of Python or of this package."""
        hidden = name in self.hidden or name in self.sheet.taken
        return self.sheet.imported(HOMES.get(name, "builtins"), name, f"_{name}" if hidden else name)

    def words(self, text: str) -> str:
        """An annotation of this package's own, word by word."""
        return WORD.sub(lambda word: "None" if word[0] == "None" else self.word(word[0]), text)

    def door_words(self, text: str) -> str:
        """An annotation of a door's, which knows the document's names, too; where it knows others, anything."""
        models = frozenset(self.sheet.catalogue.names.values())
        found = WORD.findall(text)
        if any(one not in models and one not in HOMES and not hasattr(builtins, one) for one in found):
            return self.word("Any")
        return WORD.sub(lambda word: self.called(word[0]) if word[0] in models else self.words(word[0]), text)

    def named(self, it: Type) -> str:
        """A class or an alias of the document's."""
        return self.called(self.sheet.catalogue.names[it.pointer])

    def called(self, name: str) -> str:
        """A name of the document's, as it is called here."""
        # Ends with an underscore, too: the same name of Python's or of this package's may be hidden as well.
        shown = f"_{name}_" if name in self.hidden or name in self.sheet.own else name
        if self.sheet.models is not None:
            return self.sheet.imported(self.sheet.models, name, shown)
        if shown != name:
            self.sheet.hidden[shown] = name
        return shown
