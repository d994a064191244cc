"""leapocr-dyn.lock: what a team has agreed on, as people read and edit it."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leapocr_dyn.document import text
from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.history import lock
from leapocr_dyn.history.lock import Pin

DOCUMENT = b'{"openapi": "3.1.0"}\n'
SHA = hashlib.sha256(DOCUMENT).hexdigest()
PETS = Pin("pets", "https://api.test/openapi.json", SHA, "2026-11-21", "compatible", "pets.json", ("list_pets", "buy"))
TOYS = Pin("toys", "bundled", "0" * 64, "2026-11-20", "pinned")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a lock goes."""
    return tmp_path / "leapocr-dyn.lock"


def test_a_lock_is_read_by_people(path: Path) -> None:
    """One layout, so that a change of version is a change of lines."""
    lock.write(path, PETS)
    lock.write(path, TOYS)
    assert path.read_text("utf-8") == (
        "# The version of each API that this project uses."
        " Made by `leapocr-dyn spec pin`; `uses` is yours to edit.\n"
        "pets:\n"
        "  source: https://api.test/openapi.json\n"
        f"  sha256: {SHA}\n"
        "  date: 2026-11-21\n"
        "  policy: compatible\n"
        "  document: pets.json\n"
        "  uses:\n"
        "    - list_pets\n"
        "    - buy\n"
        "toys:\n"
        "  source: bundled\n"
        f'  sha256: "{"0" * 64}"\n'
        "  date: 2026-11-20\n"
        "  policy: pinned\n"
    )
    assert lock.read(path) == {"pets": PETS, "toys": TOYS}
    assert lock.pinned(path, "toys") == TOYS


def test_a_pin_takes_the_place_of_the_one_before(path: Path) -> None:
    """The others, and their order, stay."""
    for pin in (PETS, TOYS, PETS._replace(policy="latest", uses=())):
        lock.write(path, pin)
    assert list(lock.read(path).values()) == [PETS._replace(policy="latest", uses=()), TOYS]


def test_a_new_machine_has_the_document_from_beside_the_lock(path: Path) -> None:
    """Without asking anybody; a pin that names no copy has none."""
    lock.write(path, PETS, DOCUMENT)
    lock.write(path, TOYS)
    assert lock.content(path, lock.pinned(path, "pets")) == DOCUMENT
    assert (path.parent / "pets.json").read_bytes() == DOCUMENT
    assert lock.content(path, TOYS) is None
    assert sorted(one.name for one in path.parent.iterdir()) == ["leapocr-dyn.lock", "pets.json"]


def test_a_checkout_that_changed_the_ends_of_lines_did_no_harm(path: Path) -> None:
    """Some do that with every text; the hash says that nothing else is different."""
    lock.write(path, PETS, DOCUMENT)
    for one in path.parent.iterdir():
        one.write_bytes(one.read_bytes().replace(b"\n", b"\r\n"))
    assert lock.content(path, lock.pinned(path, "pets")) == DOCUMENT


def test_a_copy_that_is_another_document_is_refused(path: Path) -> None:
    """And one that is no file; where there is none, it may still be elsewhere on this machine."""
    lock.write(path, PETS, DOCUMENT)
    (path.parent / "pets.json").write_bytes(b'{"openapi": "3.1.1"}')
    with pytest.raises(ConfigurationError, match=rf"pets\.document: pets\.json is not .* {SHA[:12]}…\): bring back"):
        lock.content(path, PETS)
    (path.parent / "pets.json").unlink()
    assert lock.content(path, PETS) is None
    (path.parent / "pets.json").mkdir()
    with pytest.raises(ConfigurationError, match=r"pets\.json cannot be read"):
        lock.content(path, PETS)


@pytest.mark.parametrize("name", ["../pets.json", "/etc/hostname", "a/../../pets.json", ".", "a\\b", "a\x00b"])
def test_the_copy_is_below_the_folder_of_the_lock(path: Path, name: str) -> None:
    """A lock may come with somebody's repository, and reads and writes nothing elsewhere."""
    pin = PETS._replace(document=name)
    with pytest.raises(ConfigurationError, match="not a file below the folder of the lock"):
        lock.content(path, pin)
    with pytest.raises(ConfigurationError, match="not a file below the folder of the lock"):
        lock.write(path, pin, DOCUMENT)
    assert list(path.parent.iterdir()) == []


def test_a_link_out_of_the_folder_is_not_followed(path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither to read nor to write; a lock that is a link itself stays one."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "pets.json").write_bytes(DOCUMENT)
    (path.parent / "pets.json").symlink_to(elsewhere / "pets.json")
    with pytest.raises(ConfigurationError, match="not a file below"):
        lock.content(path, PETS)
    path.symlink_to(elsewhere / "real.lock")
    lock.write(path, TOYS)
    assert path.is_symlink()
    assert list(lock.read(path)) == list(lock.read(elsewhere / "real.lock")) == ["toys"]


# --- any text ---

texts = st.text(min_size=1, max_size=40) | st.from_regex(r"[-0-9a-z.:# ]{1,20}", fullmatch=True)
pins = st.builds(
    Pin,
    name=st.text(max_size=lock.LONGEST) | texts,
    source=texts,
    sha256=st.binary(max_size=8).map(lambda one: hashlib.sha256(one).hexdigest())
    | st.from_regex(r"[0-9]{20,40}e?[0-9]+", fullmatch=True).map(lambda one: one.ljust(64, "1")[:64]),
    date=st.dates().map(str),
    policy=st.sampled_from(lock.POLICIES),
    document=st.none() | texts,
    uses=st.lists(st.text(max_size=40), max_size=3).map(tuple),
)


@given(st.lists(pins, min_size=1, max_size=3, unique_by=lambda one: one.name))
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_what_was_written_is_read(some: list[Pin]) -> None:
    """Whatever the texts are: YAML has words, numbers and signs of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lock"
        for pin in some:
            lock.write(path, pin)
        assert list(lock.read(path).values()) == some


@given(st.text())
def test_a_text_is_one_line_and_itself(value: str) -> None:
    """Nothing in a text ends its line, starts a comment, or becomes a number."""
    written = lock.scalar(value)
    assert len(written.splitlines()) == 1
    assert text.parse(f"- {written}\n- {written}: 1 # a comment\n" if len(value) < 99 else f"- {written}\n", "") in (
        [value, {value: 1}],
        [value],
    )


@pytest.mark.parametrize(
    "value",
    [
        "",
        "null",
        "~",
        "yes",
        "1e5",
        "1e999",
        "0x1f",
        "9" * 5000,
        "a: b",
        "a #b",
        "- a",
        "<<",
        "a:",
        ".inf",
        "2026-11-21",
    ],
)
def test_a_text_that_yaml_would_read_otherwise_stands_in_quotes(value: str) -> None:
    """What needs none has none: days, words that mean something only in older versions of YAML."""
    assert lock.scalar(value) == (value if value in ("yes", "2026-11-21") else f'"{value}"')
    assert text.parse(f"- {lock.scalar(value)}\n", "") == [value]


def test_what_no_lock_can_hold_is_refused(path: Path) -> None:
    """And then nothing is written."""
    for pin, said in (
        (PETS._replace(name="x" * 101), "too long for a name"),
        (PETS._replace(source="\ud800"), "half a surrogate pair"),
        (PETS._replace(sha256="abc"), "64 hexadecimal digits"),
        (PETS._replace(policy="newest"), "one of pinned, compatible, latest, not 'newest'; mend it"),
    ):
        with pytest.raises(ConfigurationError, match=said):
            lock.write(path, pin)
    with pytest.raises(ConfigurationError, match="does not say where its document goes"):
        lock.write(path, TOYS, DOCUMENT)
    with pytest.raises(ConfigurationError, match="is not the one that is pinned"):
        lock.write(path, PETS, DOCUMENT + b"x")
    assert list(path.parent.iterdir()) == []


# --- what people get wrong ---

RIGHT = f"pets:\n  source: bundled\n  sha256: {SHA}\n  date: 2026-11-21\n  policy: pinned\n"
HOW = "in lower case, in quotes where all are digits"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (RIGHT.replace("pinned", "compatibel"), "latest, not 'compatibel'; did you mean 'compatible'?"),
        (RIGHT.replace("pinned", "1"), "pets.policy is one of pinned, compatible, latest, not a number; mend it"),
        (RIGHT.replace("  policy: pinned\n", ""), "pets.policy is missing; mend it, or remove it, and make it again"),
        (RIGHT.replace("policy", "polcy"), "pets has no 'polcy'; did you mean 'policy'?"),
        (RIGHT + "  sha257: x\n", "pets has no 'sha257'; did you mean 'sha256'?"),
        (RIGHT + "  hash: x\n", "pets has no 'hash'; there are source, sha256, date, policy, document, uses"),
        (RIGHT.replace(SHA, SHA[:-1]), f"pets.sha256 is 64 hexadecimal digits {HOW}, not '{SHA[:-1]}'"),
        (RIGHT.replace(SHA, "1" * 64), f"pets.sha256 is 64 hexadecimal digits {HOW}, not a number"),
        (RIGHT.replace("2026-11-21", "2026-21-11"), "pets.date is a day such as 2026-11-21, not '2026-21-11'"),
        (RIGHT.replace("2026-11-21", "20261121"), "pets.date is a day such as 2026-11-21, not a number"),
        (RIGHT.replace("bundled", ""), "pets.source is a text, not null"),
        (RIGHT + "  document: [a]\n", "pets.document is a text, not an array"),
        (RIGHT + "  uses: list_pets\n", "pets.uses is a list of names of operations, not 'list_pets'"),
        (RIGHT + "  uses: [1]\n", "pets.uses is a list of names of operations, not an array"),
        ("pets: 1\n", "pets is an object with source, sha256, date, policy, document, uses, not a number"),
        ("- pets\n", "a lock is an object with an API under each name, not an array"),
        (RIGHT + RIGHT, "line 6, column 1: the key 'pets' stands twice in one object"),
        ("pets: [\n", "this is not YAML"),
        ("pets: !!python/object:os.system {}\n", "is not followed"),
        ("\x00", "this is not YAML"),
        ("x" * (lock.LOCK + 1), "cannot be read: larger than 1,048,576 bytes"),
        ("<<<<<<< HEAD\n" + RIGHT, "this is not YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_place_and_what_to_do(path: Path, wrong: str, said: str) -> None:
    """The file, the key, what stands there; one sentence."""
    path.write_text(wrong, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        lock.read(path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(ConfigurationError):
        lock.write(path, TOYS)
    assert path.read_text("utf-8") == wrong, "a lock that cannot be read is nobody's to replace"


def test_a_name_that_is_not_there_is_guessed(path: Path) -> None:
    """And a lock that is not there is one that nobody made yet."""
    with pytest.raises(ConfigurationError, match=r"there is no .*leapocr-dyn\.lock: `leapocr-dyn spec pin` makes one"):
        lock.read(path)
    lock.write(path, PETS)
    with pytest.raises(ConfigurationError, match=re.escape("has no 'pest'; did you mean 'pets'?")):
        lock.pinned(path, "pest")
    with pytest.raises(ConfigurationError, match=re.escape("has no 'My API'; there are 'pets'")):
        lock.pinned(path, "My API")


def test_what_people_edit_is_read(path: Path) -> None:
    """Comments, quotes, lists in one line; `uses` may be empty, and so may the lock."""
    path.write_text(
        f"# ours\n'pets': {{source: bundled, sha256: '{SHA}', date: '2026-11-21', policy: pinned, uses: }}\n"
    )
    assert lock.read(path) == {"pets": Pin("pets", "bundled", SHA, "2026-11-21", "pinned")}
    path.write_text("# nothing yet\n")
    assert lock.read(path) == {}


def test_a_lock_is_never_half_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, a folder that nobody may write: the sentence, and the lock that was there."""
    lock.write(path, PETS, DOCUMENT)
    before = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    new = PETS._replace(sha256=hashlib.sha256(b"{}").hexdigest())
    for name in ("open", "fsync", "replace"):
        with monkeypatch.context() as patched:
            real = getattr(os, name)

            def full(*words: Any, name: str = name, real: Any = real) -> Any:  # Any: what os takes
                if name == "open" and not words[1] & os.O_CREAT:
                    return real(*words)
                raise OSError(28, "No space left on device")

            patched.setattr(os, name, full)
            with pytest.raises(ConfigurationError, match="cannot be written: No space left on device"):
                lock.write(path, new, b"{}")
        assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == before
