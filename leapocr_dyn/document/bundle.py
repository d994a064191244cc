"""One tree: other files, `$id`, `$anchor` and `$dynamicRef` become plain references into the document itself.

Theory of operation. Everything below follows a `$ref` by its JSON Pointer, and knows nothing of files and URIs. A
document that says more is rewritten here, once: the files that it refers to move in below `x-files`, by their paths;
every reference that can be followed becomes the pointer of what it means. A schema of another file that is referred to
becomes a component, named after the last step of its pointer or after its file, and so a model. A document that refers
only to itself by pointers, as nearly all do, never comes here: one glance tells (`leads_out` in reference.py).

Files are read only for a document that was given as a path, only below the folder in which it lies (symbolic links
resolved), and only within the bounds of one document, all together. Nothing is ever fetched: the URI of an `$id` or of
`$self` is a name, known here or not. What is not followed stays as it is written, and whoever follows it says so.

`$dynamicRef` is decided here, too: a schema with an `$id` that is entered from one which has a `$dynamicAnchor` of its
own is copied with the outer one's in place of its own, below `x-dynamic`. That is exact for schemas that extend
recursive ones and for templates (`$defs: {item: {$dynamicAnchor: item}}`). Where no `$id` parts the schemas, or copies
would grow without measure, a `$dynamicRef` is a `$ref`.

Sources: OpenAPI 3.1 section 4.6, 3.2 sections 4.1.2 and 4.6 (`$self`); JSON Schema 2020-12 Core, sections 8.2 and 9.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from leapocr_dyn.document import limit, source, text
from leapocr_dyn.document.reference import DATA, MAPS, fragment, is_reference, pointer, resolve, rewritten, tokens
from leapocr_dyn.errors import DocumentError

Node = Any  # the border where JSON enters
Tree = dict[str, Node]

FILES = 10_000  # of one document, besides itself; the largest in public use has some 2,500
COPIED = 300_000  # nodes that `$dynamicRef` may copy

# What is of interest here.
WORDS = frozenset({"$ref", "$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "discriminator"})
# Below these words stand schemas.
SCHEMAS = frozenset(
    {"schema", "schemas", "definitions", "$defs", "properties", "patternProperties", "additionalProperties", "items"}
    | {"prefixItems", "contains", "itemSchema", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"}
    | {"dependentSchemas", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"}
)


class Bundle(NamedTuple):
    """A document in one tree. files: other than the first, by path; also those that were looked for and not there.

    digest: of the contents of the files, "" where there are none. report: (rule, pointer, sentence).
    """

    tree: Tree
    files: tuple[str, ...] = ()
    digest: str = ""
    report: tuple[tuple[str, str, str], ...] = ()


def bundled(tree: Tree, path: Path | None) -> Bundle:
    """The document in one tree. path: of the file it was read from."""
    return Bundler(tree, path).run()


class Spot(NamedTuple):
    """An object in a tree. word: the keyword below which it stands. file: whose it is, by its path.

    base: the URI that its references are relative to. home: where the schema with its `$id` stands, or the file.
    """

    node: Tree
    place: str
    word: str
    file: str
    base: str
    home: str


def spots(tree: Node, file: str, base: str, home: str, at: str) -> Iterator[Spot]:
    """The objects of a tree that refer or can be referred to by name, the outer ones first, in order."""
    # Each entry: a node, where it stands, below which word, and whether its keys are free names.
    stack: list[tuple[Node, str, str, bool, str, str]] = [(tree, at, "", False, base, home)]
    while stack:
        node, place, word, named, base, home = stack.pop()
        below: list[tuple[Node, str, str, bool, str, str]] = []
        if isinstance(node, list):
            below = [(item, f"{place}/{index}", word, False, base, home) for index, item in enumerate(node)]
        elif isinstance(node, dict):
            if not named:
                if isinstance(node.get("$id"), str) and node["$id"].partition("#")[0]:
                    base, home = joined(base, node["$id"]), place
                if not WORDS.isdisjoint(node):
                    yield Spot(node, place, word, file, base, home)
            for key, value in node.items():
                if isinstance(value, dict | list) and (named or key not in DATA):
                    inside = (word, False) if named else (key, key in MAPS)
                    below.append((value, place + pointer(key), *inside, base, home))
        stack.extend(reversed(below))


def joined(base: str, ref: str) -> str:
    """The URI, without its fragment, that a reference means. base: a URI, or the path of a file."""
    ref = ref.partition("#")[0]
    try:
        if urlsplit(base).scheme or urlsplit(ref).scheme:
            return urljoin(base, ref)
    except ValueError:  # of a host that is none
        return ref
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), ref)) if ref else base


def refers(target: str) -> bool:
    """Whether an entry of a discriminator's mapping is a reference; otherwise it is the name of a component."""
    return "/" in target or "#" in target or target.endswith((".json", ".yaml", ".yml"))


class Bundler:
    """A document on its way into one tree."""

    def __init__(self, tree: Tree, path: Path | None) -> None:
        self.path = path
        self.files: dict[str, Tree] = {}
        # What a bundle that is loaded again has in there, stays.
        self.before = {key: tree[key] for key in ("x-files", "x-dynamic") if isinstance(tree.get(key), dict)}
        self.whole: Tree = {**tree, "x-files": {**self.before.get("x-files", {})}}
        self.places: dict[str, str | None] = {path.name: ""} if path else {}
        self.looked: list[str] = []
        self.digests: list[str] = []
        self.left, self.room = limit.SIZE, limit.NODES
        self.report: list[tuple[str, str, str]] = []
        self.ids: dict[str, str] = {}
        self.homes: dict[str, tuple[str, str]] = {}
        self.anchors: dict[tuple[str, str], str] = {}
        self.dynamic: dict[str, dict[str, str]] = {}
        self.called: set[str] = set()
        self.waiting: list[tuple[str, Spot]] = []
        self.names: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        self.copies: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}
        self.copying: list[tuple[str, dict[str, str], str]] = []
        self.copied = 0

    def run(self) -> Bundle:
        """The bundle."""
        self.take(self.whole, self.path.name if self.path else "", "")
        for ref, spot in self.waiting:  # which grows while files are read
            place = self.target(ref, spot)
            if place is not None and place.startswith("/x-files/") and spot.word in SCHEMAS:
                self.name(place, spot)
        return self.rewritten()

    # -- what there is

    def take(self, tree: Tree, file: str, place: str) -> None:
        """Note what a file calls its own, and what it refers to."""
        base = joined(file, tree["$self"]) if isinstance(tree.get("$self"), str) else file
        self.ids.setdefault(base, place)
        self.homes[place] = file, base
        for spot in spots(tree, file, base, place, place):
            node = spot.node
            if spot.home == spot.place:
                self.ids.setdefault(spot.base, spot.place)
                self.homes[spot.place] = file, spot.base
            for word in ("$anchor", "$dynamicAnchor"):
                if isinstance(name := node.get(word), str):
                    self.anchors.setdefault((spot.home, name), spot.place)
                    if word == "$dynamicAnchor":
                        self.dynamic.setdefault(spot.home, {}).setdefault(name, spot.place)
            if isinstance(ref := node.get("$dynamicRef"), str):
                self.called.add(ref.rpartition("#")[2])
            self.waiting += [(ref, spot) for ref in referring(node)]

    def target(self, ref: str, spot: Spot) -> str | None:
        """The pointer to what a reference means, or None where it cannot be followed."""
        uri, _, fragment = ref.partition("#")
        home: str | None = spot.home
        if uri:
            home = self.ids.get(joined(spot.base, uri))
            # A relative reference that no `$id` explains is one to a file.
            home = self.file(uri, spot) if home is None else home
        if home is None or not fragment:
            return home
        if not fragment.startswith("/"):
            return self.anchors.get((home, unquote(fragment)))
        try:
            steps = pointer(*tokens(f"#{fragment}"))
        except DocumentError:
            return None
        # What is not in its own file or schema was meant to be in the document, and is said to be missing there.
        return home + steps if home and self.exists(home + steps) else steps if not uri else home + steps

    def exists(self, place: str) -> bool:
        """Whether something stands at a pointer."""
        try:
            resolve(self.whole, place)
        except DocumentError:
            return False
        return True

    def file(self, ref: str, spot: Spot) -> str | None:
        """Where the file that a relative reference names has moved to; it is read when it is first asked for."""
        try:
            parts = urlsplit(ref)
        except ValueError:
            return None
        if self.path is None or parts.scheme or parts.netloc or parts.query or parts.path.startswith("/"):
            return None
        name = posixpath.normpath(posixpath.join(posixpath.dirname(spot.file), unquote(parts.path)))
        if name not in self.places:
            self.places[name] = None
            if (tree := self.read(name, spot)) is not None:
                self.places[name] = place = pointer("x-files", name)
                self.files[name] = self.whole["x-files"][name] = tree
                self.take(tree, name, place)
        return self.places[name]

    def read(self, name: str, spot: Spot) -> Tree | None:
        """What a file holds, or None where it cannot be read, which is reported if it is there."""
        assert self.path is not None  # nobody asks otherwise
        try:
            path = source.below(self.path.parent, name)
            self.looked.append(str(path))
            if not path.is_file():
                self.digests.append("none")
                return None
            if len(self.files) >= FILES:
                raise DocumentError(f"{name} is not read: a document has at most {FILES:,} files")
            content = source.content(path, self.left)
            self.digests.append(source.digest(content))
            tree = source.rooted(text.parse(content, name), name)
            self.room -= limit.measure(tree, self.room).weight
            if self.room < 0:
                raise DocumentError(f"{name} is not read: all files together have more than {limit.NODES:,} values")
        except DocumentError as error:
            self.report.append(("file", spot.place, error.message))
            return None
        self.left -= len(content)
        return tree

    # -- what becomes of it

    def name(self, place: str, spot: Spot) -> None:
        """A schema of another file becomes a component: as the document calls it, where it does."""
        steps = tokens(spot.place)
        if steps[:-1] in (("components", "schemas"), ("definitions",)) and len(spot.node) == 1:
            self.names[place] = steps[-1]
        else:
            self.names.setdefault(place, "")

    def move(self, shelf: Tree, at: str) -> None:
        """Choose the places of the schemas that become components. shelf: the components. at: their pointer."""
        taken = {*shelf, *self.names.values()}
        for place in sorted(self.names, key=len):
            # What is inside of one that moves, moves with it.
            if self.final(place) != place or not self.is_movable(place):
                continue
            steps = tokens(place)
            made = wanted = steps[-1] if len(steps) > 2 else posixpath.splitext(posixpath.basename(steps[-1]))[0]
            number = 2
            while made in taken:
                made, number = f"{wanted}_{number}", number + 1
            name = self.names[place] or made
            taken.add(name)
            self.moved[place] = at + pointer(name)

    def is_movable(self, place: str) -> bool:
        """Whether an object stands there that is called by a name."""
        try:
            return isinstance(resolve(self.whole, place), dict) and isinstance(
                resolve(self.whole, place.rpartition("/")[0]), dict
            )
        except DocumentError:
            return False

    def final(self, place: str) -> str:
        """Where what stood at a pointer stands after schemas have become components."""
        outer = place
        while outer and self.moved:
            if outer in self.moved:
                return self.moved[outer] + place[len(outer) :]
            outer = outer.rpartition("/")[0]
        return place

    def rewritten(self) -> Bundle:
        """A copy in which every reference that can be followed is a pointer."""
        new: Tree = rewritten({key: value for key, value in self.whole.items() if key != "x-files"}, _leave)
        files = {name: rewritten(tree, _leave) for name, tree in self.files.items()}
        steps = ("definitions",) if "swagger" in new else ("components", "schemas")
        shelf: Node = new
        for step in steps if self.names else ():
            shelf = shelf.setdefault(step, {}) if isinstance(shelf, dict) else None
        if self.names and isinstance(shelf, dict):
            self.move(shelf, pointer(*steps))
        for tree, place in ((new, ""), *((tree, pointer("x-files", name)) for name, tree in files.items())):
            for spot in spots(tree, *self.homes[place], place, place):
                self.relink(spot, self.scope(spot.home, {}))
        copies = dict(self.copied_schemas())
        for place, moved in self.moved.items():
            around: Tree = resolve({"x-files": files}, place.rpartition("/")[0])
            shelf[tokens(moved)[-1]] = around.pop(tokens(place)[-1])
        more = {"x-files": {**self.before.get("x-files", {}), **files}, "x-dynamic": copies}
        new |= {key: value for key, value in more.items() if value}
        digest = source.digest(" ".join(self.digests)) if self.digests else ""
        return Bundle(new, tuple(self.looked), digest, tuple(self.report))

    def relink(self, spot: Spot, scope: dict[str, str]) -> None:
        """Let an object's references lead to where things stand. scope: the dynamic anchors that hold there."""
        node = spot.node
        if is_reference(node) and (place := self.target(node["$ref"], spot)) is not None:
            node["$ref"] = self.fragment(place, scope)
        dynamic = node.get("$dynamicRef")
        if isinstance(dynamic, str) and (place := self.target(dynamic, spot)) is not None:
            name = dynamic.rpartition("#")[2]
            # Bookending (Core 8.2.3.2): only what leads to a dynamic anchor is dynamic.
            if name in self.dynamic.get(self.home(place), {}):
                place = scope.get(name, place)
            del node["$dynamicRef"]
            ref = self.fragment(place, scope)
            if "$ref" in node:
                node["allOf"] = [*(node.get("allOf") or ()), {"$ref": ref}]
            else:
                node["$ref"] = ref
        for mapping in mappings(node):
            for value, target in mapping.items():
                if isinstance(target, str) and refers(target) and (place := self.target(target, spot)) is not None:
                    mapping[value] = self.fragment(place, scope)

    def fragment(self, place: str, scope: dict[str, str]) -> str:
        """The reference to a pointer, in a copy of its own where the dynamic scope asks for one."""
        return fragment(self.final(self.bound(place, scope)))

    # -- dynamic scopes

    def home(self, place: str) -> str:
        """Where the schema with an `$id` around a pointer stands, or the file."""
        while place not in self.homes:
            place = place.rpartition("/")[0]
        return place

    def scope(self, home: str, outer: dict[str, str]) -> dict[str, str]:
        """The dynamic anchors that hold in a schema: the outermost ones."""
        own = self.dynamic.get(home, {})
        return {name: place for name, place in {**own, **outer}.items() if name in self.called}

    def bound(self, place: str, outer: dict[str, str]) -> str:
        """The pointer to the same node in a copy of its schema, where other dynamic anchors hold than its own."""
        if not self.called:
            return place
        home = self.home(place)
        scope = self.scope(home, outer)
        if scope == self.scope(home, {}) or home in ("", *self.places.values()):
            return place
        key = home, tuple(sorted(scope.items()))
        if key not in self.copies:
            self.copied += limit.measure(resolve(self.whole, home), COPIED).weight
            if self.copied > COPIED:
                return place
            self.copies[key] = pointer("x-dynamic", str(len(self.before.get("x-dynamic", {})) + len(self.copies) + 1))
            self.copying.append((home, scope, self.copies[key]))
        return self.copies[key] + place[len(home) :]

    def copied_schemas(self) -> Iterator[tuple[str, Tree]]:
        """The copies, by the last step of their pointers."""
        yield from self.before.get("x-dynamic", {}).items()
        for home, scope, place in self.copying:  # which grows while copies lead to others
            schema = rewritten(resolve(self.whole, home), _leave)
            del schema["$id"]  # the copy is not what the URI names
            for spot in spots(schema, *self.homes[home], home, home):
                self.relink(spot, scope)
            yield tokens(place)[-1], schema


def referring(node: Tree) -> Iterator[str]:
    """The references of one object."""
    for word in ("$ref", "$dynamicRef"):
        if isinstance(ref := node.get(word), str):
            yield ref
    for mapping in mappings(node):
        yield from (target for target in mapping.values() if isinstance(target, str) and refers(target))


def mappings(node: Tree) -> Iterator[Tree]:
    """The mapping of an object's discriminator, if it has one."""
    discriminator = node.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    if isinstance(mapping, dict):
        yield mapping


def _leave(node: Tree) -> None:
    """No change: what is wanted is the copy."""
