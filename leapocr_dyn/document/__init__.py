"""What the API says: from bytes to one normal form, in steps that each give back a new document.

    document = Document.read("openapi.yaml").overlaid([corrections]).bundled().normalised().repaired().tagged("SDK")

No network, no clock. Everything below this package reads `document.tree`, the normal form (normal.py says what that
is), and asks `document.follow` where a `$ref` leads; nobody below asks which version was published.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from leapocr_dyn.document import normal, reference, repair, select, source
from leapocr_dyn.document.reference import Located
from leapocr_dyn.document.source import Recipe
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.document.overlay import Applied

Tree = dict[str, Any]  # the border where JSON enters


class Finding(NamedTuple):
    """One thing that was noticed or changed on the way. rule: its name, by which a repair is switched off."""

    rule: str
    pointer: str
    said: str

    def __str__(self) -> str:
        return visible(f"{self.rule}: {self.said} (at #{self.pointer})")


class Document(NamedTuple):
    """An OpenAPI document on its way to a client; each step returns a new one.

    tree: what the steps so far have made of it. published: as it was published, with the overlays applied, in one tree.
    digest: of all files that were read and of every overlay, so that equal digests mean equal documents. path: of its
    first file. files: the paths of the others, and of those that were not there; None before they were looked for.
    later: what is found when somebody looks at a part, each once; the one thing here that grows. alone: what overlays
    are applied to, where that is not all of `published`: before other files came into it. corrections: which overlay
    did what, and where.
    """

    tree: Tree
    published: Tree
    name: str
    digest: str
    recipe: Recipe
    report: tuple[Finding, ...] = ()
    later: dict[Finding, None] | None = None
    path: Path | None = None
    files: tuple[str, ...] | None = None
    alone: Tree | None = None
    corrections: tuple[tuple[str, Applied], ...] = ()

    @classmethod
    def read(cls, given: Any) -> Document:  # Any: text, bytes, a dict, a path or a bundled name
        """The document that is given or named. Raises DocumentError."""
        read = source.read(given)
        return cls(read.tree, read.tree, read.name, read.digest, read.recipe, path=read.path)

    def overlaid(self, corrections: Iterable[Any]) -> Document:
        """With OpenAPI Overlays applied, in order, to the document as it was published."""
        from leapocr_dyn.document import overlay  # not at the top: most documents have none

        tree, report, digest, done = self.published, list(self.report), self.digest, list(self.corrections)
        for correction in corrections:
            read = source.read(correction)
            report += self._extended(read)
            tree, applied = overlay.apply(tree, read.tree, read.name)
            digest = source.digest(f"{digest} {read.digest}")
            report += [
                Finding(
                    "overlay" if one.matches or one.removes else "overlay-unmatched",
                    "",
                    f"{read.name}, action {one.index + 1} at {one.target}: {one.matches} matches",
                )
                for one in applied
            ]
            done += [(read.name, one) for one in applied]
        return self._replace(tree=tree, published=tree, digest=digest, report=tuple(report), corrections=tuple(done))

    def _extended(self, read: source.Source) -> list[Finding]:
        """That an overlay was made for another document than this one, where both are known by where they stand."""
        from leapocr_dyn.document import overlay

        here = str(self.path.resolve()) if self.path else self.name
        if "extends" not in read.tree or (self.path is None and not source.is_url(here)):
            return []
        try:
            meant = overlay.extended(read.tree, read.path, read.name)
        except DocumentError:
            meant = str(read.tree["extends"])
        return (
            [] if meant == here else [Finding("extends", "", f"{read.name} extends {meant}, and is applied to {here}")]
        )

    def bundled(self) -> Document:
        """In one tree, with the files that it refers to; only for a document that was given as a path."""
        if self.files is not None:
            return self
        if not reference.leads_out(self.published):
            return self._replace(tree=self.published, files=())
        from leapocr_dyn.document import bundle  # not at the top: nearly all documents refer only to themselves

        tree, files, digest, report = bundle.bundled(self.published, self.path)
        digest = source.digest(f"{self.digest} {digest}") if digest else self.digest
        said = self.report + tuple(Finding(*one) for one in report)
        return self._replace(tree=tree, published=tree, files=files, digest=digest, report=said, alone=self.published)

    def normalised(self) -> Document:
        """In the one form that everything below reads. Raises DocumentError where it is no OpenAPI document."""
        document = self.bundled()
        return document._replace(tree=normal.normalise(document.tree, self.name))

    def repaired(self, off: Collection[str] = ()) -> Document:
        """With the known defects of published documents mended. off: names of rules that stay switched off."""
        tree, mended = repair.repair(self.tree, off)
        later: dict[Finding, None] | None = None if "dangling-reference" in off else {}
        return self._replace(tree=tree, later=later, report=self.report + tuple(Finding(*one) for one in mended))

    def tagged(self, tag: str | None, also: Collection[str] = ()) -> Document:
        """Only the operations with the tag, and those that `also` names by operationId or as "METHOD /path"."""
        if tag is None:
            return self
        tree, said = select.tagged(self.tree, tag, also)
        return self._replace(tree=tree, report=self.report + tuple(Finding(*one) for one in said))

    def follow(self, node: Any, at: str) -> Located:  # Any: any node of the tree
        """The node that stands at the end of its `$ref`s, and its pointer.

        One that leads nowhere is read as a node that says nothing, and is found then, not before: to look for it in
        advance would cost as much as reading the document. Switched off as a repair, `dangling-reference` raises.
        """
        try:
            return reference.follow(self.tree, node, at)
        except DocumentError as error:
            if self.later is None:
                raise
            self.later.setdefault(Finding("dangling-reference", at, f"{error}; read as anything"))
            return Located({}, at)

    def resolve(self, pointer: str) -> Any:  # Any: any node of the tree
        """The node at a JSON Pointer."""
        return reference.resolve(self.tree, pointer)
