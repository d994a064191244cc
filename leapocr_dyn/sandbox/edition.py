"""One edition of a document, as it is served: what it says of requests, the text that is published, and its validators.

An edition never changes: a request that began with one ends with it, whatever is published meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate

from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.sandbox.contract import Contract, Json

LARGEST = 64 * 2**20  # bytes of a document
DEPTH = 200  # of a YAML document; PyYAML's composer recurses in C, and dies of very deep ones


@dataclass(frozen=True)
class Edition:
    """document: as its author wrote it. text: as it is published; JSON that was given as text, byte for byte.

    modified: seconds since 1970.
    """

    document: Mapping[str, Json] = field(repr=False)
    contract: Contract = field(repr=False)
    text: bytes = field(repr=False)
    etag: str
    modified: int

    @property
    def headers(self) -> dict[str, str]:
        """What goes with the text, and with the news that it is still the same."""
        return {
            "ETag": self.etag,
            "Last-Modified": formatdate(self.modified, usegmt=True),
            "Cache-Control": "no-cache",
        }

    def is_known(self, headers: Mapping[str, str]) -> bool:
        """Whether a client has it already, by the conditions of its request; names in lower case.

        RFC 9110 section 13.2.2: a date counts only where there is no tag. The comparison of tags is the weak one.
        """
        if "if-none-match" in headers:
            tags = {tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")}
            return not tags.isdisjoint({self.etag, "*"})
        # To the letter, and not "since": what is published next may well be older than what it replaces.
        return headers.get("if-modified-since") == self.headers["Last-Modified"]


def edition(
    given: Mapping[str, Json] | str | bytes | os.PathLike[str],
    before: Edition | None = None,
) -> Edition:
    """The edition that a document makes. given: the document, its text (JSON or YAML), or the path of its file.

    before: what it follows; where both say the same, it stays. Raises ConfigurationError for what cannot be served.
    """
    content = b"" if isinstance(given, Mapping) else contained(given)
    document = given if isinstance(given, Mapping) else parsed(content)
    version = document.get("openapi")
    if not (isinstance(version, str) and version.startswith("3.")):
        said = "Swagger 2.0" if "swagger" in document else f"openapi: {version!r:.20}"
        raise ConfigurationError(f"the sandbox serves documents of OpenAPI 3.0 and newer, and this one is {said}")
    try:
        text = content
        if not is_json(content):
            text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str).encode()
        contract = Contract(document)
    except Exception as error:  # a broken document ends in whatever Python says to it
        raise ConfigurationError(
            f"the document cannot be served: {type(error).__name__}: {str(error)[:200]}"
        ) from error
    if before is not None and before.text == text:
        return before
    # HTTP's dates are whole seconds; each edition has its own, also where two came within one.
    modified = max(int(time.time()), before.modified + 1 if before else 0)
    return Edition(document, contract, text, f'"{hashlib.sha256(text).hexdigest()[:32]}"', modified)


def contained(given: str | bytes | os.PathLike[str]) -> bytes:
    """The text that was given, or that of the file: a str with no line break and no brace is a path."""
    if isinstance(given, bytes):
        content = given
    elif isinstance(given, os.PathLike) or not {"\n", "{"} & set(given):
        try:
            if (size := os.stat(given).st_size) > LARGEST:
                raise ConfigurationError(f"{os.fspath(given)} is larger than {LARGEST} bytes")
            with open(given, "rb") as file:
                content = file.read(size)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            reason = getattr(error, "strerror", None) or error
            raise ConfigurationError(f"{os.fspath(given)} cannot be read: {reason}") from error
    else:
        content = given.encode("utf-8", "surrogatepass")
    return content


def parsed(content: bytes) -> dict[str, Json]:
    """The document that a text holds."""
    try:
        tree = json.loads(content) if is_json(content) else yaml_tree(content)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"the document is neither JSON nor YAML: {str(error)[:200]}") from error
    if not isinstance(tree, dict):
        raise ConfigurationError("this is no OpenAPI document: its root is no object")
    return tree


def is_json(content: bytes) -> bool:
    """Whether a text is meant to be JSON, rather than YAML."""
    return content.lstrip()[:1] == b"{"


def yaml_tree(content: bytes) -> Json:
    """The value of YAML text, in JSON's kinds: a date becomes text, and a number as a key too. Raises ValueError."""
    import yaml  # most documents are JSON

    try:
        depth = 0
        for event in yaml.parse(content, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH:
                raise ValueError(f"more than {DEPTH} levels")
            if isinstance(event, yaml.AliasEvent):  # a few lines of them can stand for gigabytes
                raise ValueError("the sandbox follows no YAML aliases: write the document out, or give it as JSON")
        tree = yaml.load(content, Loader=yaml.CSafeLoader)  # a safe loader, in C
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error
    return json.loads(json.dumps(tree, default=str))
