"""load(): a document and a workflow -> an Api, which knows every operation and model and makes clients.

An Api is shared: loading the same thing twice in one process gives the same one, so its models are the same classes.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from leapocr_dyn.document import Document, Finding, source, workflow
from leapocr_dyn.document.workflow import Workflow
from leapocr_dyn.model.convert import Converter
from leapocr_dyn.model.schema import Models
from leapocr_dyn.operation.operation import Operations
from leapocr_dyn.operation.view import Views

if TYPE_CHECKING:
    from leapocr_dyn.client import AsyncClient, Client

KEPT = 32  # Apis remembered; a process that loads more forgets the oldest


class Recipe(NamedTuple):
    """How to load an Api again; what its pickled models carry. No secret is in it."""

    given: Any  # Any: a bundled name, a path, or a tree
    overlay: tuple[Any, ...]
    workflow: Any
    tag: str | None
    off: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Recipe {self.given if isinstance(self.given, str) else 'tree'}>"


class Report(tuple[Finding, ...]):
    """What was repaired, selected or named differently on the way; prints as one line for each."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(str, self)) or "<Report: nothing had to be repaired>"


class Api:
    """An API as its document describes it.

    operations: by name, operationId or (method, path). models: attrs classes by component name. views: other layouts of
    them, where a workflow declares some. document: as it was published, overlays applied. report: what was repaired.
    """

    def __init__(self, document: Document, workflow: Workflow, recipe: Recipe) -> None:
        self._document = document
        self.workflow = workflow
        self.recipe = recipe
        self.models = Models(document, revive, recipe)
        self.converter = Converter(self.models)
        self.operations = Operations(document, self.converter, workflow)
        self.views = Views(self.operations, self.converter, workflow, revive, recipe)

    @property
    def report(self) -> Report:
        """What was repaired, selected or named differently; what shows only when a part is looked at comes last."""
        return Report((*self._document.report, *(self._document.later or ())))

    @property
    def document(self) -> dict[str, Any]:  # Any: JSON
        """The document as a plain dict, in its published version; not to be changed."""
        return self._document.published

    @property
    def name(self) -> str:
        """What the service calls itself."""
        title = self._document.tree.get("info", {}).get("title")
        return self.workflow.service or str(title or self._document.name)

    @property
    def is_bundled(self) -> bool:
        """Whether the document comes with this package, and so is as good as configured."""
        return self._document.recipe[0] == "bundled"

    @property
    def base_url(self) -> str:
        """The first server that the document names, or ""."""
        first = next(iter(self.operations.namespaces.values()), {})
        return next((operation.server for operation in first.values()), "").rstrip("/")

    def client(self, **settings: Any) -> Client:  # Any: see Client
        """A blocking client; see `leapocr_dyn.Client` for the settings."""
        from leapocr_dyn.client import Client

        return Client(self, **settings)

    def async_client(self, **settings: Any) -> AsyncClient:  # Any: see AsyncClient
        """An async client; see `leapocr_dyn.AsyncClient` for the settings."""
        from leapocr_dyn.client import AsyncClient

        return AsyncClient(self, **settings)

    def __reduce__(self) -> tuple[Any, ...]:
        return _load, (self.recipe,)

    def __repr__(self) -> str:
        size = f"{len(self.operations)} operations, {len(self.models)} models"
        return f"<Api {self.name}: {size}; try .operations, .models, .client()>"


_apis: OrderedDict[str | None, Api] = OrderedDict()
_stamps: dict[tuple[Any, ...], str] = {}
_lock = threading.RLock()


def load(
    given: Any,  # Any: bytes, text, a dict, a path or a bundled name
    *,
    overlay: Any = (),  # Any: the same, or a list of them
    workflow: Any = None,  # Any: the same
    tag: str | None = None,
    off: Collection[str] = (),
) -> Api:
    """The Api that a document describes.

    given: bytes, text, a dict, a path, or the name of a bundled service (see bundled()). overlay: OpenAPI Overlays,
    in order. workflow: names and rules; a bundled service brings its own. tag: only operations that carry it. off:
    names of repairs that stay switched off. No network. Raises DocumentError.
    """
    corrections = tuple(overlay) if isinstance(overlay, (list, tuple)) else (overlay,)
    return _load(
        Recipe(_kept(given), tuple(_kept(one) for one in corrections), _kept(workflow), tag, tuple(sorted(off)))
    )


def _kept(given: Any) -> Any:  # Any: what load() takes
    """The same in a form that can be kept and pickled: a tree for dicts, text for bytes, text for paths."""
    if isinstance(given, Mapping) or given is None or isinstance(given, (str, bytes)):
        return given
    return os.path.abspath(os.fsdecode(given)) if isinstance(given, os.PathLike) else given


def _stamp(recipe: Recipe) -> tuple[Any, ...] | None:
    """What stays the same as long as the files that a recipe names do; None where only reading can tell."""
    stamp: list[Any] = [recipe.tag, recipe.off]
    for given in (recipe.given, recipe.workflow, *recipe.overlay):
        if given is None:
            stamp.append(None)
            continue
        if not isinstance(given, str) or "\n" in given or given.lstrip().startswith("{"):
            return None
        try:
            found = os.stat(given)
            stamp.append((os.path.abspath(given), found.st_mtime_ns, found.st_size))
        except (OSError, ValueError):
            stamp.append(given)  # a bundled service, which does not change; or nothing, which will be said
    return tuple(stamp)


def _load(recipe: Recipe) -> Api:
    stamp = _stamp(recipe)
    with _lock:
        known = _stamps.get(stamp) if stamp is not None else None
        if known in _apis:
            return _apis[known]
        api, key = _read(recipe)
        if stamp is not None:
            _stamps[stamp] = key
        return api


def _read(recipe: Recipe) -> tuple[Api, str]:
    """The Api and the key that it is remembered by: what was read, and how."""
    document = Document.read(recipe.given)
    if recipe.workflow is not None:
        rules = workflow.read(recipe.workflow)
    elif document.recipe[0] == "bundled":
        rules = workflow.bundled(str(document.recipe[1]))
    else:
        rules = workflow.NONE
    digest = source.canonical_digest([rules.sections, recipe.tag, list(recipe.off)])
    if recipe.overlay:
        document = document.overlaid(recipe.overlay)
    key = f"{document.digest} {digest}"
    api = _apis.get(key)
    if api is None:
        tag = recipe.tag if recipe.tag is not None else rules.tag
        document = document.normalised().repaired(recipe.off).tagged(tag, rules.needs())
        api = _apis[key] = Api(document, rules, recipe)
        while len(_apis) > KEPT:
            _apis.popitem(last=False)
            _stamps.clear()
    _apis.move_to_end(key)
    return api, key


def revive(recipe: Recipe, place: str, value: Any) -> Any:  # Any: JSON in, a model or an enum member out
    """A pickled model or enum member, from its wire value. Raises DocumentError where the document is gone."""
    api = _load(recipe)
    if place.startswith("view "):
        name = place.removeprefix("view ")
        return api.views.read(name, api.workflow.section("views")[name]["of"][0], value)
    return api.converter.structure(value, api.models.by_pointer(place))


def bundled() -> list[str]:
    """The names of the bundled services."""
    return source.services()
