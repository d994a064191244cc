"""load(): a document and a workflow -> an Api, which knows every operation and model and makes clients.

An Api is shared: loading the same thing twice in one process gives the same one, so its models are the same classes.
"""

from __future__ import annotations

import functools
import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from leapocr_dyn.document import Document, Finding, repair, select, source, workflow
from leapocr_dyn.document.workflow import Workflow
from leapocr_dyn.errors import ConfigurationError, DocumentError
from leapocr_dyn.model import naming
from leapocr_dyn.model.convert import Converter
from leapocr_dyn.model.missing import Hint
from leapocr_dyn.model.schema import Models
from leapocr_dyn.operation import server
from leapocr_dyn.operation.method import Method, Methods
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.operations import Operations
from leapocr_dyn.operation.view import Views
from leapocr_dyn.shown import Shown
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.client import AsyncClient, Client, Everything
    from leapocr_dyn.explore.explain import Explanation
    from leapocr_dyn.explore.search import Found
    from leapocr_dyn.explore.tree import Tree
    from leapocr_dyn.history.update import Following, Update

HOW = "overlay", "workflow", "tag", "off"
SHOWN = 30  # lines of a report, which are long
KEPT = 32  # Apis remembered; a process that loads more forgets the oldest


class Recipe(NamedTuple):
    """How to load an Api again; what its pickled models carry. No secret is in it."""

    given: Any  # Any: a bundled name, a path, a text or a tree
    overlay: tuple[Any, ...]
    workflow: Any
    tag: str | None
    off: tuple[str, ...]
    digest: str | None = None  # of the document; None for a bundled one, which a newer package may replace

    def __repr__(self) -> str:
        named = isinstance(self.given, str) and "\n" not in self.given
        return visible(f"<Recipe {self.given if named else 'of a document'}>")


class Report(tuple[Finding, ...]):
    """What was repaired, selected or named differently on the way; prints as one line for each, within a screen."""

    __slots__ = ()

    def __repr__(self) -> str:
        more = [f"... and {len(self) - SHOWN} more: list(api.report)"] if len(self) > SHOWN else []
        return "\n".join([*map(str, self[:SHOWN]), *more]) or "<Report: nothing had to be repaired>"


class Api(Shown):
    """An API as its document describes it.

    operations: by name, operationId or (method, path). methods: other ways to call them, where a workflow declares
    some. namespaces: what a client has, by namespace; "" is the client itself. models: attrs classes by component name.
    views: other layouts of them. document: as it was published, overlays applied. report: what was repaired. whole: the
    document in its final form, before operations were selected.
    """

    following: Following | None = None

    def __init__(self, whole: Document, document: Document, workflow: Workflow, recipe: Recipe) -> None:
        self.whole = whole
        self._document = document
        self.workflow = workflow
        self.recipe = recipe
        self.models: Models = Models(document, revive, recipe)
        self.converter: Converter = Converter(self.models)
        self.operations: Operations = Operations(document, self.converter, workflow)
        self.views: Views = Views(self.operations, self.converter, workflow, revive, recipe)
        self.methods: Methods = Methods(self.operations, self.views, workflow)
        self.namespaces: dict[str, dict[str, Operation | Method]] = _namespaces(self.operations, self.methods)
        self.kinds: dict[Any, type[Any]] = {}  # classes that clients have for namespaces; Any: what they are made from

    @property
    def now(self) -> Api:
        """The version that is spoken now: this one."""
        return self

    @property
    def pinned(self) -> Api:
        """The version that programs are written against: this one."""
        return self

    @property
    def home(self) -> Api:
        """The version whose document says where the API is: this one."""
        return self

    def update(self, *, dry: bool = False, again: bool = False) -> Update:
        """Look for a newer version of the document now, and take it over where the policy allows that.

        dry: only say what would be done. again: also take a version that was rolled back. Raises DocumentError and
        TransportError where none can be had, which changes nothing; ConfigurationError where no source is followed.
        """
        return self._followed().update(dry=dry, again=again)

    def rollback(self) -> Update:
        """Go back to the version before this one, and refuse this one from now on, in all programs of this user.

        Raises ConfigurationError where the pinned version is spoken, or no source is followed.
        """
        return self._followed().rollback()

    def _followed(self) -> Following:
        if self.following is None:
            raise ConfigurationError(
                f'{self.name} follows no source: load(..., policy="compatible", updates="https://...") would'
            )
        return self.following

    @property
    def report(self) -> Report:
        """What was repaired, selected or named differently; what shows only when a part is looked at comes last."""
        return Report((*self._document.report, *(self._document.later or ()), *self.models.report))

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
        """The first server that the document names, with its variables' defaults, or ""."""
        return server.root(self.home._document.tree)

    def client(self, **settings: Unpack[Everything]) -> Client:
        """A blocking client; see `leapocr_dyn.Client` for the settings."""
        from leapocr_dyn.client import Client

        return Client(self, **settings)

    def async_client(self, **settings: Unpack[Everything]) -> AsyncClient:
        """An async client; see `leapocr_dyn.AsyncClient` for the settings."""
        from leapocr_dyn.client import AsyncClient

        return AsyncClient(self, **settings)

    def search(self, words: str, limit: int = 20) -> Found:
        """What the words are about: operations, arguments, models, fields and values. limit: how much of it."""
        from leapocr_dyn.explore import search

        return search.search(self, words, limit)

    def tree(self, namespace: str = "") -> Tree:
        """What can be called, by namespace, within a screen. namespace: only this one, whole."""
        from leapocr_dyn.explore import tree

        return tree.tree(self, namespace)

    def explain(self, what: Any) -> Explanation:  # Any: a name, (method, path), or the thing itself
        """Where an operation, a method or a model comes from: what decides its name, server, credential, retries..."""
        from leapocr_dyn.explore import explain

        return explain.explain(self, what)

    if not TYPE_CHECKING:
        __getattr__ = Hint()

    def __reduce__(self) -> tuple[Any, ...]:
        return _load, (self.recipe,)

    def __repr__(self) -> str:
        size = f"{naming.counted(len(self.operations), 'operation')}, {naming.counted(len(self.models), 'model')}"
        return visible(f"<Api {self.name}: {size}; try .operations, .models, .client()>")


class Followed(Api):
    """An API whose document is followed: everything about it is as the version says that is spoken now."""

    def __init__(self, following: Following, given: tuple[Any, dict[str, Any]]) -> None:  # Any: what load() takes
        self.following = following
        self._given = given

    @property
    def now(self) -> Api:
        """The version that is spoken now."""
        return self._followed().api

    @property
    def pinned(self) -> Api:
        """The version that the program was written against."""
        return self._followed().pinned

    @property
    def home(self) -> Api:
        """The version whose document says where the API is."""
        return self._followed().home

    def __repr__(self) -> str:
        following = self._followed()
        how = following.terms.policy + (f", follows {following.shown}" if following.shown else "")
        return super().__repr__().replace("; try ", f"; {how}; try .update(), ", 1)

    def __reduce__(self) -> tuple[Any, ...]:
        given, terms = self._given
        return functools.partial(load, **terms), (given,)

    if not TYPE_CHECKING:  # what an Api has of its own

        def __getattr__(self, name: str) -> Any:
            if name in ("following", "_given"):  # of one that is only being unpickled
                raise AttributeError(name)
            return getattr(self.now, name)


def _namespaces(operations: Operations, methods: Methods) -> dict[str, dict[str, Operation | Method]]:
    """Everything under the name that people call it by: an operation that has a method is called by that."""
    found: dict[str, dict[str, Operation | Method]] = {}
    for namespace, named in operations.namespaces.items():
        left: dict[str, Operation | Method] = {key: one for key, one in named.items() if one not in methods.covered}
        if left:
            found[namespace] = left
    for namespace, ways in methods.namespaces.items():
        found.setdefault(namespace, {}).update(ways)
    return found


_apis: OrderedDict[str, Api] = OrderedDict()
_versions: weakref.WeakValueDictionary[str, Api] = weakref.WeakValueDictionary()  # that somebody follows
_stamps: OrderedDict[tuple[Any, ...], tuple[str, dict[str, Any]]] = OrderedDict()
_lock = threading.Lock()  # only ever held for a moment: to read and parse takes long


def load(
    given: Any,  # Any: bytes, text, a dict, a path or a bundled name
    *,
    overlay: Any = (),  # Any: the same, or a list of them
    workflow: Any = None,  # Any: the same
    tag: str | None = None,
    off: Collection[str] = (),
    policy: str | None = None,
    updates: str | None = None,
    every: float | None = None,
    sha256: str | Collection[str] | os.PathLike[str] | None = None,
    lock: str | os.PathLike[str] | None = None,
) -> Api:
    """The Api that a document describes.

    given: bytes, text, a dict, a path, a URL, or the name of a bundled service (see bundled()); an overlay that says
    what it extends stands for both. overlay: OpenAPI Overlays, in order. workflow: names and rules; a bundled service
    brings its own. tag: only operations that carry it. off: names of repairs that stay switched off.

    Only a URL that is given here, or that a given overlay extends, is fetched (see fetch.py). A document that is given
    as a path may refer to files in its folder and below. Raises DocumentError; ConfigurationError for a tag that no
    operation carries, and for a name in `off` that is none; TransportError where a URL cannot be reached.

    To follow the document's versions (history/update.py tells how):

    policy: "pinned" asks no network, ever, but in api.update(), which says what is new; "compatible" takes a newer
    version over where nothing breaks that is used here; "latest" takes all. updates: the URL where they are, https or
    on this machine; without it the given URL, or what the lock file says. every: seconds between two looks, each of
    which may keep a workflow that is about to begin waiting for at most two seconds; a day, if none are given. sha256:
    digests that may be taken, or a file of them as `sha256sum` writes it. lock: a file that pins the version
    (history/lock.py); its policy and source stand where none are given.
    """
    _check_names(off)
    corrections = tuple(overlay) if isinstance(overlay, (list, tuple)) else (overlay,)
    how = tuple(_kept(one) for one in corrections), _kept(workflow), tag, tuple(sorted(off))
    if policy is None and updates is None and sha256 is None and lock is None:
        if every is not None:
            raise ConfigurationError('every: nobody looks without policy="compatible", updates="https://..."')
        return _load(Recipe(_kept(given), *how))
    asked = {"policy": policy, "updates": updates, "every": every, "sha256": sha256, "lock": lock}
    kept = given if isinstance(given, str) and source.is_url(given) else _kept(given)
    return Followed(_following(kept, how, **asked), (kept, {**dict(zip(HOW, how, strict=True)), **asked}))


def _following(
    given: Any, how: tuple[Any, ...], *, policy: Any, updates: Any, every: Any, sha256: Any, lock: Any
) -> Following:  # Any: what load() takes
    """The versions of the document that is given, followed on these terms."""
    from leapocr_dyn import fetch  # not at the top: most programs follow nothing
    from leapocr_dyn.history import terms
    from leapocr_dyn.history.store import Store
    from leapocr_dyn.history.update import Following

    store = Store()
    url = given if isinstance(given, str) and source.is_url(given) else None
    service = given if isinstance(given, str) and given in source.services() else None
    home = None if url is not None else _load(Recipe(given, *how))
    pin = None if lock is None else terms.pin(lock, service or (home.name if home is not None else str(url)))
    agreed = terms.of(policy, url if updates is None else updates, every, sha256, pin)
    overlays, rules, tag, off = how
    if service is not None:
        corrections = source.bundled_path(service, "overlay")  # for what the service publishes; ours needs none
        overlays = overlays if corrections is None else (corrections, *overlays)
        rules = service if rules is None else rules
    shown = fetch.plain(agreed.source) if agreed.source is not None else "the pinned document"

    def make(content: bytes, names: Mapping[str, Operation]) -> Api:
        recipe = Recipe(source.Text(content, shown), overlays, _named(rules, names), tag, off)
        return _load(recipe, extends=False)

    content = None
    if pin is not None:
        content = terms.pinned(lock, pin, service, store)
    elif url is not None:
        content = terms.first(url, agreed, store)
    pinned = home if content is None else make(content, {})
    if pinned is None:
        raise ConfigurationError(f"{shown}: what a lock file calls bundled is no URL: load it by its name")
    digest = None if content is None else source.digest(content)
    following = Following(service or pinned.name, home or pinned, pinned, digest, make, agreed, store)
    following.catch_up()
    return following


def _named(rules: Any, names: Mapping[str, Operation]) -> Workflow:  # Any: what load() keeps, or a service's name
    """A workflow under which operations are called, and mean, what these do. names: by "METHOD /path"."""
    if isinstance(rules, str) and rules in source.services():
        found = workflow.bundled(rules)
    else:
        found = workflow.NONE if rules is None else workflow.read(rules)
    if not names:
        return found
    said = dict(found.section("operations"))
    for at, was in names.items():
        at_first = [key for key, rule in found.operations.items() if rule.at == f"{was.method} {was.path}"]
        key = next((one for one in (was.id, *at_first) if one in said), was.id)
        said[key] = {**said.get(key, {}), "at": at, "name": was.full_name}
    return workflow.parse({**found.sections, "operations": said})


def _check_names(off: Collection[str]) -> None:
    if isinstance(off, str):
        raise ConfigurationError(f"off takes several names: off=[{off!r}]")
    for name in off:
        if name not in repair.RULES:
            hint = naming.hint(str(name), repair.RULES, f"; there are {', '.join(repair.RULES)}")
            raise ConfigurationError(f"off: there is no repair {name!r}{hint}")


def _check_tag(tag: str | None, document: Document) -> None:
    """Raise ConfigurationError for a tag that nobody carries; one that only a workflow names is reported instead."""
    known = select.tags(document.tree)
    if tag is not None and tag not in known:
        there = f"; there are {', '.join(known)}" if known else "; it has no tags at all"
        raise ConfigurationError(
            f"tag: no operation of {document.name} carries {tag!r}{naming.hint(str(tag), known, there)}"
        )


def _kept(given: Any) -> Any:  # Any: what load() takes
    """The same in a form that can be kept and pickled, and that no later change reaches: an own tree, an absolute path.

    The caller may change its dict or buffer, or its working directory, before a model is pickled.
    """
    if isinstance(given, Mapping):
        return source.plain(given, "<dict>")
    if isinstance(given, str) and source.is_url(given):
        return _fetched(given)
    if isinstance(given, (bytearray, memoryview)):
        return bytes(given)
    if isinstance(given, os.PathLike):
        return os.path.abspath(os.fsdecode(given))
    if isinstance(given, str) and "\n" not in given and source.bundled_path(given, "openapi") is None:
        return os.path.abspath(given) if os.path.exists(given) else given
    return given


def _fetched(url: str) -> source.Text:
    from leapocr_dyn import fetch  # not at the top: most documents are at hand

    return source.Text(fetch.fetch(url).content, fetch.plain(url))


def _stamp(recipe: Recipe) -> tuple[Any, ...] | None:
    """What stays the same as long as the files that a recipe names do; None where only reading can tell."""
    stamp: list[Any] = [recipe.tag, recipe.off]
    for given in (recipe.given, recipe.workflow, *recipe.overlay):
        if given is None:
            stamp.append(None)
            continue
        if not isinstance(given, str) or "\n" in given or given.lstrip().startswith("{"):
            return None
        # A bundled service does not change; what is nothing at all will be said.
        stamp.append(_file_stamp(given) or given)
    return tuple(stamp)


def _file_stamp(path: str) -> tuple[str, int, int] | None:
    """What changes when a file does; None where there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return os.path.abspath(path), found.st_mtime_ns, found.st_size


def _load(recipe: Recipe, *, extends: bool = True) -> Api:
    """extends: whether the document may be an Overlay, whose `extends` is then read, or fetched.

    A version that is followed may not, and there may be a new one every day: it is forgotten when nobody speaks it.
    """
    stamp = _stamp(recipe)
    with _lock:
        key, files = _stamps.get(stamp, ("", {})) if stamp is not None else ("", {})
        api = _apis.get(key)
        if api is not None:
            _apis.move_to_end(key)
    if api is None or any(_file_stamp(path) != one for path, one in files.items()):
        api, key, others = _read(recipe, extends)
        files = {path: _file_stamp(path) for path in others or ()}
        with _lock:
            # Two threads may both have read it; the first one's stays, so that there is one class for one model.
            if extends:
                api = _apis.setdefault(key, api)
                _apis.move_to_end(key)
                if stamp is not None and others is not None:
                    _stamps[stamp] = key, files
                _forget()
            else:
                api = _versions.setdefault(key, api)
    if recipe.digest not in (None, api._document.digest):
        name = api._document.name
        raise DocumentError(f"{name} has changed since this was pickled; load it, and read the value's to_dict() again")
    return api


def _forget() -> None:
    """The oldest, where there are too many; but no bundled service as it is, whose classes programs import by name."""
    ours = {key for key, api in _apis.items() if api.is_bundled and not api.recipe.overlay and not api.recipe.workflow}
    strangers = [key for key in _apis if key not in ours]
    for key in strangers[: max(0, len(_apis) - KEPT)]:
        del _apis[key]
    while len(_stamps) > KEPT:
        _stamps.popitem(last=False)


def _read(recipe: Recipe, extends: bool) -> tuple[Api, str, list[str] | None]:
    """The Api, the key that it is remembered by (what was read, and how), and the other files that were looked for.

    These are what the document refers to, and what it extends; None where a URL was fetched, which may change unseen.
    """
    document = Document.read(recipe.given)
    if "overlay" in document.tree and "openapi" not in document.tree:
        if not extends:
            raise DocumentError(
                f"{document.name} is an Overlay, which only says where its document is: follow that, with overlay="
            )
        recipe = recipe._replace(given=_extended(document), overlay=(recipe.given, *recipe.overlay))
        document = Document.read(recipe.given)
    if isinstance(recipe.workflow, Workflow):
        rules = recipe.workflow
    elif recipe.workflow is not None:
        rules = workflow.read(recipe.workflow)
    elif document.recipe[0] == "bundled":
        rules = workflow.bundled(str(document.recipe[1]))
    else:
        rules = workflow.NONE
    digest = source.canonical_digest([rules.sections, recipe.tag, list(recipe.off)])
    if recipe.overlay:
        document = document.overlaid(recipe.overlay)
    document = document.bundled()
    others = None if isinstance(recipe.given, source.Text) else [str(document.path or ""), *(document.files or ())]
    key = f"{document.digest} {digest}"
    api = _apis.get(key) or _versions.get(key)
    if api is None:
        tag = recipe.tag if recipe.tag is not None else rules.tag
        digest_kept = None if document.recipe[0] == "bundled" else document.digest
        whole = document.normalised().repaired(recipe.off)
        _check_tag(recipe.tag, whole)
        api = Api(whole, whole.tagged(tag, rules.needs()), rules, recipe._replace(digest=digest_kept))
    return api, key, others


def _extended(document: Document) -> Any:  # Any: what load() keeps
    """What an overlay that was given alone extends."""
    from leapocr_dyn.document import overlay

    overlay.check(document.tree, document.name)
    return _kept(overlay.extended(document.tree, document.path, document.name))


def revive(recipe: Recipe, place: str, value: Any) -> Any:  # Any: JSON in, a model or an enum member out
    """A pickled model, enum member or operation, made again. Raises DocumentError where the document is gone."""
    api = _load(recipe)
    if place.startswith("view "):
        name = place.removeprefix("view ")
        return api.views.read(name, api.workflow.section("views")[name]["of"][0], value)
    if place.startswith("operation "):
        return api.operations[place.removeprefix("operation ")]
    return api.converter.structure(value, api.models.by_pointer(place))


def bundled() -> list[str]:
    """The names of the bundled services."""
    return source.services()
