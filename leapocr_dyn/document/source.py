"""Where a document comes from: bytes, text, a dict, a path or a bundled name -> a tree of plain JSON values.

What the text means is text.py's; this file finds it, and says how to find it again. It does no network.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from leapocr_dyn.document import limit, text
from leapocr_dyn.document.limit import DEPTH, NODES
from leapocr_dyn.document.mistake import kind, shown, too_deep, too_large
from leapocr_dyn.errors import DocumentError

# Patterns stay text here, and re keeps what it compiled: to compile them all would double the time to import this.
SERVICE = r"[a-z][a-z0-9-]*"
FILE = r"[a-z][a-z0-9_-]*"

BITS = 14_000  # of a number: 4,214 digits, which Python can still write out
PIECE = 2**18  # bytes read at a time
PATH = 32_768  # characters: no system has longer paths
TEXT_HINT = " (a document passed as text holds a newline or starts with '{')"

Recipe = tuple[str, str | None]


class Text(NamedTuple):
    """A document's text, and what to call it in messages."""

    content: bytes
    name: str


class Source(NamedTuple):
    """A document that has been read.

    tree: the root object, as plain JSON values; not to be changed. name: for messages. path: of its file, absolute,
    where it was given as one. digest: sha256 in hexadecimal, of the bytes, or of the canonical JSON of a dict. recipe:
    how to read it again: ("bundled", name), ("path", absolute path), or ("tree", None) where only the tree itself can
    tell.
    """

    tree: dict[str, Any]  # Any: JSON enters here
    name: str
    path: Path | None
    digest: str
    recipe: Recipe

    def __repr__(self) -> str:
        return f"<Source {self.name} {self.digest[:12]}>"


def read(given: str | bytes | Text | os.PathLike[str] | Mapping[str, Any]) -> Source:  # Any: JSON enters here
    """The document that `given` holds or names.

    A str is, in this order: the name of a bundled service; the document itself, where it holds a newline or starts with
    "{"; a path. Raises DocumentError for everything that cannot be read, and for a URL.
    """
    if isinstance(given, Mapping):
        tree = plain(given, "<dict>")
        return Source(rooted(tree, "<dict>"), "<dict>", None, canonical_digest(tree), ("tree", None))
    if isinstance(given, Text):
        return text_source(given.content, given.name)
    if isinstance(given, bytes | bytearray | memoryview):
        return text_source(bytes(given), "<bytes>")
    if isinstance(given, str):
        if re.fullmatch(SERVICE, given) and (path := bundled_path(given, "openapi")):
            return path_source(path, ("bundled", given), given)._replace(path=None)
        if not given.strip():
            raise DocumentError("the document is empty: pass its text, its bytes, a dict, a path or a bundled name")
        if "\n" in given or given.lstrip("\ufeff \t\r").startswith("{"):
            return text_source(given, "<text>")
        if is_url(given):
            raise DocumentError(
                f"{shown(given)} is a URL, which only load() fetches: else fetch it, and pass the bytes"
            )
    elif not isinstance(given, os.PathLike):
        raise DocumentError(f"a document is text, bytes, a dict or a path, not {type(given).__name__}")
    if len(os.fsdecode(given)) > PATH:
        raise DocumentError(f"{shown(os.fsdecode(given))} is too long for a path{TEXT_HINT}")
    path = Path(os.fsdecode(given))
    return path_source(path, ("path", os.path.abspath(path)), path.name)


def is_url(given: str) -> bool:
    """Whether a text is the http or https URL of a document, rather than the document or a path."""
    return re.match(r"https?://", given, re.IGNORECASE) is not None and "\n" not in given


def text_source(given: str | bytes, name: str) -> Source:
    """The document that text holds."""
    tree = rooted(text.parse(given, name), name)
    return Source(tree, name, None, digest(given), ("tree", None))


def path_source(path: Path, recipe: Recipe, name: str) -> Source:
    """The document that a file holds."""
    read = content(path, limit.SIZE)
    tree = rooted(text.parse(read, name), name)
    return Source(tree, name, Path(os.path.abspath(path)), digest(read), recipe)


def content(path: Path, at_most: int) -> bytes:
    """The bytes of a file. at_most: how many it may have."""
    try:
        with open(path, "rb") as file:
            read = bytearray()
            # One byte more than is allowed: a device or a growing file never fills the memory. In pieces: Python makes
            # room for all that it is asked for, before it looks how much there is.
            while piece := file.read(min(PIECE, at_most + 1 - len(read))):
                read += piece
    except FileNotFoundError as error:
        raise DocumentError(missing(str(path))) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise DocumentError(f"{shown(str(path))} cannot be read: {reason}{TEXT_HINT}") from error
    if len(read) > at_most:
        raise DocumentError(too_large(path.name))
    return bytes(read)


def below(folder: Path, name: str) -> Path:
    """The file of that relative name in a folder, symbolic links resolved. Raises DocumentError where it lies outside.

    name: with "/" between its parts, on every system; a backslash is refused, because it is one on some.
    """
    try:
        top = folder.resolve()
        path = (top / name).resolve()
        if path != top and path.is_relative_to(top) and "\\" not in name:
            return path
    except (OSError, ValueError, RuntimeError) as error:  # a NUL; a loop of links
        raise DocumentError(f"{shown(name)} is not the name of a file") from error
    raise DocumentError(f"{shown(name)} is not read: a document refers to files below its own folder only")


def rooted(tree: Any, name: str) -> dict[str, Any]:  # Any: JSON enters here
    """The same tree, or DocumentError where its root is no object."""
    if not isinstance(tree, dict):
        raise DocumentError(f"{name}: a document is an object with fields such as `openapi`, not {kind(tree)}")
    return tree


def digest(content: str | bytes) -> str:
    """The sha256 of a document's text, in hexadecimal."""
    return hashlib.sha256(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content).hexdigest()


def canonical_digest(tree: object) -> str:
    """The sha256 of a tree's canonical JSON, in hexadecimal: the same whatever the order of its keys."""
    return digest(json.dumps(tree, sort_keys=True, separators=(",", ":"), allow_nan=False))


# --- bundled services ---


def folders() -> Iterator[Path]:
    """Where spec/ can be: inside an installed package, then in the checkout around it."""
    package = Path(__file__).parent.parent
    yield package / "spec"
    # Only beside a pyproject.toml: in site-packages, spec/ would be somebody else's.
    if (package.parent / "pyproject.toml").is_file():
        yield package.parent / "spec"


def bundled_path(service: str, file: str) -> Path | None:
    """The file of a bundled service: JSON first, which needs no yaml."""
    if not (re.fullmatch(SERVICE, service) and re.fullmatch(FILE, file)):
        return None
    paths = (folder / service / (file + suffix) for folder in folders() for suffix in (".json", ".yaml"))
    return next((path for path in paths if os.path.isfile(path)), None)


def bundled(service: str, file: str) -> dict[str, Any] | None:  # Any: JSON enters here
    """A bundled service's `openapi`, `overlay` or `workflow`, or None where it has none."""
    path = bundled_path(service, file)
    return None if path is None else path_source(path, ("bundled", service), f"{service}/{path.name}").tree


def bundled_schema() -> dict[str, Any]:  # Any: JSON enters here
    """The JSON Schema of workflow.yaml."""
    path = next(path for folder in folders() if (path := folder / "workflow.schema.json").is_file())
    return path_source(path, ("path", str(path)), path.name).tree


def services() -> list[str]:
    """The names of the bundled services, sorted."""
    names = {path.name for folder in folders() if folder.is_dir() for path in folder.iterdir()}
    return sorted(name for name in names if bundled_path(name, "openapi"))


def missing(path: str) -> str:
    """What to say about a path where there is no file: perhaps a service's name was meant."""
    import difflib

    known = services()
    close = difflib.get_close_matches(path.lower(), known, 1)
    guess = f": did you mean {close[0]!r}?" if close else f". Bundled: {', '.join(known) or 'none'}{TEXT_HINT}"
    return f"there is no file {shown(path)}, and no bundled service of that name{guess}"


# --- values that are already trees ---


def plain(value: object, name: str) -> Any:  # Any: JSON enters here
    """A copy of a tree in plain JSON values: a caller's later changes do not reach it. Raises DocumentError."""
    left = NODES

    def copy(value: object, depth: int) -> Any:  # Any: JSON enters here
        nonlocal left
        left -= 1
        if left < 0:
            raise DocumentError(f"{name}: more than {NODES:,} values: that is not an API description")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            if value.bit_length() > BITS:
                raise DocumentError(f"{name}: a number has too many digits")
            return int(value)
        if isinstance(value, str):
            # A subclass (an enum, a YAML library's own text) becomes the plain value.
            return str.__str__(value)
        if isinstance(value, float):
            if not math.isfinite(value):
                raise DocumentError(f"{name}: JSON has no number {value}: use a finite one, or None")
            return float(value)
        if depth > DEPTH:  # a cycle ends here, too
            raise DocumentError(too_deep(name))
        if isinstance(value, Mapping):
            members = {key_text(key, name): copy(member, depth + 1) for key, member in value.items()}
            if len(members) != len(value):
                raise DocumentError(f"{name}: two keys of one object read the same as text, such as 200 and '200'")
            return members
        if isinstance(value, list | tuple):
            return [copy(item, depth + 1) for item in value]
        raise DocumentError(f"{name}: JSON has no {type(value).__name__} ({shown(str(value))}): write it as text")

    return copy(value, 1)


def key_text(key: object, name: str) -> str:
    """A key as JSON would write it: 200 and true as text."""
    if isinstance(key, str):
        return str.__str__(key)
    if key is None or isinstance(key, bool | int | float):
        return json.dumps(key)
    raise DocumentError(f"{name}: the key {shown(str(key))} is not text")
