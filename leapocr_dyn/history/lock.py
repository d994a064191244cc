"""leapocr-dyn.lock: the versions of documents that a team has agreed on, in a file that is committed with its program.

    # The version of each API that this project uses. Made by `leapocr-dyn spec pin`; `uses` is yours to edit.
    pets:
      source: https://api.example.com/openapi.json
      sha256: 3f2a...
      date: 2026-11-21
      policy: compatible
      document: leapocr-dyn.pets.json
      uses:
        - list_pets

It is written in this one layout, so that a change of version is a change of lines, and read with the bounds of any
document. `document` is a copy beside it, below its own folder: a new machine has that version without asking anybody.
To write it again loses comments but the first line. Two who write at once do not wait for each other: the last one's
lock is there, and it is whole.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

from leapocr_dyn.document import source, text, yaml
from leapocr_dyn.document.limit import SIZE
from leapocr_dyn.document.mistake import kind, shown
from leapocr_dyn.errors import ConfigurationError, DocumentError
from leapocr_dyn.history import file
from leapocr_dyn.model.naming import hint, some

NAME = "leapocr-dyn.lock"
LOCK = 1024 * 1024  # bytes
POLICIES = ("pinned", "compatible", "latest")
BUNDLED = "bundled"  # the source of a document that comes with this package
HEAD = "# The version of each API that this project uses. Made by `leapocr-dyn spec pin`; `uses` is yours to edit.\n"
LONGEST = 100  # characters of a name: YAML gives up on long keys
# What is written without quotes, if it is then read as the same text.
PLAIN = r"[A-Za-z0-9]([A-Za-z0-9_./:?=&%@+~() -]*[A-Za-z0-9_/)])?"
AGAIN = "remove it, and make it again with `leapocr-dyn spec pin`"


class Pin(NamedTuple):
    """One API in a lock.

    name: of the service, or the title of a document that is no service's. source: a URL, "bundled", or a path. sha256:
    of the document's bytes, in hexadecimal. date: when it was pinned: "2026-11-21". policy: one of POLICIES. document:
    the copy beside the lock, relative to it, with "/" between the parts; None where there is none. uses: the names of
    operations that the program depends on.
    """

    name: str
    source: str
    sha256: str
    date: str
    policy: str
    document: str | None = None
    uses: tuple[str, ...] = ()


KEYS = Pin._fields[1:]

# --- reading ---


def read(path: Path) -> dict[str, Pin]:
    """The pins of a lock, by name. Raises ConfigurationError: what is wrong where, and what to do."""
    try:
        found = text.parse(_bytes(path, LOCK), str(path))
    except DocumentError as error:
        raise ConfigurationError(f"{error}; mend it, or {AGAIN}", "lock") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise _wrong(f"{path}: a lock is an object with an API under each name, not {kind(found)}")
    return {name: _pin(f"{path}: {_called(name)}", name, one) for name, one in found.items()}


def pinned(path: Path, name: str) -> Pin:
    """The pin of that name. Raises ConfigurationError, also where there is none."""
    pins = read(path)
    if name not in pins:
        there = f"; there are {', '.join(map(shown, pins))}" if pins else ""
        raise ConfigurationError(
            f"{path} has no {shown(name)}{hint(name, pins, there)} (`leapocr-dyn spec pin` adds one)", "lock"
        )
    return pins[name]


def content(path: Path, pin: Pin) -> bytes | None:
    """The copy of the document beside the lock; None where there is none.

    Raises ConfigurationError where it is not what was pinned.
    """
    if pin.document is None:
        return None
    where = f"{path}: {_called(pin.name)}.document"
    copy = _below(path, pin.document, where)
    if not os.path.lexists(copy):
        return None
    read = _bytes(copy, SIZE)
    # A checkout may have changed the ends of lines; the hash says whether that is all.
    for one in (read, read.replace(b"\r\n", b"\n")):
        if hashlib.sha256(one).hexdigest() == pin.sha256:
            return one
    is_, was = hashlib.sha256(read).hexdigest()[:12], pin.sha256[:12]
    raise ConfigurationError(
        f"{where}: {copy.name} is not the document that was pinned (its sha256 is {is_}…, not {was}…): bring back the "
        "one that was, or pin this one",
        "lock",
    )


def _bytes(path: Path, at_most: int) -> bytes:
    """The bytes of a file that somebody named; links are theirs, and followed."""
    try:
        return file.bounded(Path(os.path.realpath(path)), at_most)
    except FileNotFoundError as error:
        raise ConfigurationError(f"there is no {path}: `leapocr-dyn spec pin` makes one", "lock") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise ConfigurationError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or error}", "lock"
        ) from error


def _below(path: Path, name: str, where: str) -> Path:
    try:
        return source.below(path.parent, name)
    except DocumentError as error:
        raise ConfigurationError(
            f"{where}: {shown(name)} is not a file below the folder of the lock", "lock"
        ) from error


def _pin(where: str, name: str, found: Any) -> Pin:  # Any: YAML enters here
    """The pin that a lock's object is."""
    if not isinstance(found, dict):
        raise _wrong(f"{where} is an object with {some(KEYS)}, not {kind(found)}")
    for key in found:
        if key not in KEYS:
            raise _wrong(f"{where} has no {shown(key)}{hint(key, KEYS, f'; there are {some(KEYS)}')}")
    for key in ("source", "sha256", "date", "policy"):
        if key not in found:
            raise _wrong(f"{where}.{key} is missing")
    uses = found.get("uses")
    if uses is not None and not (isinstance(uses, list) and all(isinstance(one, str) for one in uses)):
        raise _wrong(f"{where}.uses is a list of names of operations, not {_what(uses)}")
    pin = Pin(**{**found, "name": name, "uses": tuple(uses or ())})
    _check(pin, where)
    return pin


def _check(pin: Pin, where: str) -> None:
    """Raise ConfigurationError where a value of a pin cannot be right."""
    for key, value in (("source", pin.source), ("document", pin.document)):
        if not (isinstance(value, str) and value) and (key, value) != ("document", None):
            raise _wrong(f"{where}.{key} is a text, not {_what(value)}")
    if not isinstance(pin.sha256, str) or not re.fullmatch("[0-9a-f]{64}", pin.sha256):
        raise _wrong(
            f"{where}.sha256 is 64 hexadecimal digits in lower case, in quotes where all are digits, "
            f"not {_what(pin.sha256)}"
        )
    if not isinstance(pin.date, str) or not _dated(pin.date):
        raise _wrong(f"{where}.date is a day such as 2026-11-21, not {_what(pin.date)}")
    if pin.policy not in POLICIES:
        near = hint(str(pin.policy), POLICIES)
        raise _wrong(f"{where}.policy is one of {', '.join(POLICIES)}, not {_what(pin.policy)}{near}")


def _dated(value: str) -> bool:
    try:
        return datetime.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _what(value: object) -> str:
    return shown(value) if isinstance(value, str) else kind(value)


def _wrong(sentence: str) -> ConfigurationError:
    return ConfigurationError(f"{sentence}{'' if sentence.endswith('?') else ';'} mend it, or {AGAIN}", "lock")


def _called(name: str) -> str:
    """A name in a message: as it is where it is one word, otherwise in quotes."""
    return name if re.fullmatch(r"[\w-]+", name) else shown(name)


# --- writing ---


def write(path: Path, pin: Pin, content: bytes | None = None) -> None:
    """Put a pin into a lock: in its place, or after the others, which stay as they are.

    content: the document, which is written beside the lock first, as pin.document. Raises ConfigurationError, and then
    the lock is what it was.
    """
    path = Path(os.path.realpath(path))  # a link stays one
    pins = read(path) if path.exists() else {}
    _check(pin, _called(pin.name))
    new = rendered([*({**pins, pin.name: pin}).values()])
    try:
        if content is not None:
            _write_copy(path, pin, content)
        file.replace(path, new.encode(), mode=0o666)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}", "lock") from error


def _write_copy(path: Path, pin: Pin, content: bytes) -> None:
    if pin.document is None:
        raise ConfigurationError(f"the pin of {_called(pin.name)} does not say where its document goes", "lock")
    if hashlib.sha256(content).hexdigest() != pin.sha256:
        raise ConfigurationError(f"the document of {_called(pin.name)} is not the one that is pinned", "lock")
    file.replace(_below(path, pin.document, f"{_called(pin.name)}.document"), content, mode=0o666)


def rendered(pins: Collection[Pin]) -> str:
    """The text of a lock. Raises ConfigurationError for a name or a text that it cannot hold."""
    lines = []
    for pin in pins:
        if len(pin.name) > LONGEST:
            raise ConfigurationError(
                f"{shown(pin.name)} is too long for a name in a lock: give it a shorter one", "lock"
            )
        lines.append(f"{scalar(pin.name)}:")
        lines += [
            f"  {key}: {scalar(value)}"
            for key, value in pin._asdict().items()
            if key not in ("name", "uses") and value is not None
        ]
        lines += ["  uses:", *(f"    - {scalar(name)}" for name in pin.uses)] if pin.uses else []
    return HEAD + "".join(line + "\n" for line in lines)


def scalar(value: str) -> str:
    """A text in YAML: as it is where that is read as the same text, otherwise in quotes (YAML 1.2.2 section 5.7)."""
    if re.fullmatch(PLAIN, value) and ": " not in value and _read_again(value) == value:
        return value
    return '"' + "".join(map(_escaped, value)) + '"'


def _read_again(value: str) -> Any:  # Any: YAML enters here
    try:
        return yaml.yaml_value(value, "")
    except DocumentError:  # a number that is too large
        return None


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    if "\ud800" <= character <= "\udfff":
        raise ConfigurationError("a lock cannot hold half a surrogate pair, which is no character", "lock")
    return f"\\U{ord(character):08x}"
