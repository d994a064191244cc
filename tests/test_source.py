"""Reading a document: from text, bytes, a dict, a path or a bundled name, to a tree of plain JSON values."""

from __future__ import annotations

import datetime
import json
import math
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.document import limit, source
from leapocr_dyn.errors import DocumentError

JSON = '{"openapi": "3.1.0", "paths": {"/pets": {"get": {"responses": {"200": {"description": "ok"}}}}}}'
YAML = """
openapi: 3.1.0
paths:
  /pets:
    get:
      responses:
        200:
          description: ok
"""
TREE: dict[str, Any] = json.loads(JSON)

# --- what can be given ---


def test_a_dict_is_a_document() -> None:
    """A dict is read as it stands, and the caller's later changes do not reach what was read."""
    mine: dict[str, Any] = json.loads(JSON)
    read = source.read(mine)
    mine["paths"].clear()
    assert read.tree == TREE
    assert (read.name, read.path, read.recipe) == ("<dict>", None, ("tree", None))


@pytest.mark.parametrize(
    "given", [JSON, YAML, JSON.encode(), YAML.encode(), b"\xef\xbb\xbf" + JSON.encode(), "  " + JSON]
)
def test_text_and_bytes_hold_a_document(given: str | bytes) -> None:
    """JSON and YAML say the same, as text or as UTF-8 bytes, with or without a byte order mark."""
    assert source.read(given).tree == TREE


def test_a_path_names_a_document(tmp_path: Path) -> None:
    """A path gives the document's name, the folder it lies in, and how to read it again."""
    path = tmp_path / "openapi.yaml"
    path.write_text(YAML)
    for either in (path, str(path)):
        read = source.read(either)
        assert read.tree == TREE
        assert (read.name, read.path, read.recipe) == ("openapi.yaml", path, ("path", str(path)))


def test_a_relative_path_is_remembered_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recipe still works after the program has changed its folder."""
    (tmp_path / "api.json").write_text(JSON)
    monkeypatch.chdir(tmp_path)
    read = source.read("api.json")
    assert (read.path, read.recipe) == (tmp_path / "api.json", ("path", str(tmp_path / "api.json")))


def test_a_bundled_service_is_known_by_its_name() -> None:
    """A bundled service's name is enough, and wins over a file that happens to be called so."""
    read = source.read("leapocr")
    assert read.tree["openapi"].startswith("3.")
    assert (read.name, read.path, read.recipe) == ("leapocr", None, ("bundled", "leapocr"))
    assert "leapocr" in source.services()


def test_an_installed_package_reads_its_own_json_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON in the package comes before YAML, and before the checkout around it."""
    package, checkout = tmp_path / "leapocr_dyn/spec/pets", tmp_path / "spec/pets"
    for folder, suffix, content in ((package, "json", JSON), (package, "yaml", "a: 1\n"), (checkout, "yaml", "b: 1\n")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"openapi.{suffix}").write_text(content)
    (checkout / "workflow.yaml").write_text("c: 1\n")
    monkeypatch.setattr(source, "__file__", str(tmp_path / "leapocr_dyn/document/source.py"))
    assert source.bundled("pets", "openapi") == TREE
    assert source.bundled("pets", "workflow") is None, "a spec/ in site-packages is somebody else's"
    (tmp_path / "pyproject.toml").touch()
    assert source.bundled("pets", "workflow") == {"c": 1}
    assert source.services() == ["pets"]


@pytest.mark.parametrize("name", ["..", "../spec/leapocr", "leapocr/..", "", "LeapOCR", "a\0"])
def test_a_service_name_is_no_path(name: str) -> None:
    """Nothing outside the bundled folders can be named as a service."""
    assert source.bundled(name, "openapi") is None
    assert source.bundled("leapocr", f"{name}/openapi") is None


def test_the_same_document_has_the_same_digest() -> None:
    """A digest is of the bytes, or of what a dict says whatever its order."""
    assert source.read(JSON).digest == source.read(JSON.encode()).digest != source.read(JSON + "\n").digest
    assert source.read({"a": 1, "b": 2}).digest == source.read({"b": 2, "a": 1}).digest


def test_a_source_is_a_value() -> None:
    """A source cannot be changed, pickles, and its repr stays short."""
    read = source.read(JSON)
    with pytest.raises(AttributeError):
        read.name = "other"  # type: ignore[misc]  # that is the point
    assert pickle.loads(pickle.dumps(read)) == read
    assert repr(read) == f"<Source <text> {read.digest[:12]}>"


# --- what is refused ---


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("# nothing\n", "not null"),
        ("[1]\n", "not an array"),
        ("just\ntext", "not text"),
        ("https://api.leapocr.com/openapi.json", "fetch it, and pass the bytes"),
        ("leapoc", "did you mean 'leapocr'"),
        ("nowhere/openapi.yaml", "no file 'nowhere/openapi.yaml', .* leapocr"),
        ("a\0b", "cannot be read"),
        ("x" * 5000, "cannot be read"),
        (Path("/"), "cannot be read"),
        (7, "not int"),
        ({"a": {1, 2}}, "JSON has no set"),
        ({"a": datetime.date(2024, 1, 2)}, r"JSON has no date \('2024-01-02'\)"),
        ({"a": math.nan}, "no number nan"),
        ({(1, 2): "a"}, "is not text"),
        ({200: "a", "200": "b"}, "two keys"),
    ],
)
def test_what_cannot_be_a_document_says_why(given: Any, why: str) -> None:
    """Everything that cannot be read is a DocumentError with a sentence about what to do."""
    with pytest.raises(DocumentError, match=why):
        source.read(given)


def test_a_dict_may_have_the_keys_that_other_readers_give() -> None:
    """Keys that a YAML reader made into numbers or booleans become text, and tuples become lists."""
    given: dict[Any, object] = {200: "a", True: "b", None: ("c",)}
    assert source.read(given).tree == {"200": "a", "true": "b", "null": ["c"]}


def test_a_dict_that_contains_itself_is_refused() -> None:
    """A cycle ends at the bound of depth, and not in a RecursionError."""
    tree: dict[str, Any] = {}
    tree["again"] = [tree]
    with pytest.raises(DocumentError, match="200 levels"):
        source.read(tree)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte above the bound is enough to refuse a file."""
    monkeypatch.setattr(limit, "SIZE", 1024 * 1024)
    (tmp_path / "big.yaml").write_bytes(b" " * 1024 * 1024 * 2)
    with pytest.raises(DocumentError, match="larger than 1 MiB"):
        source.read(tmp_path / "big.yaml")


@pytest.mark.parametrize(("levels", "fits"), [(200, True), (201, False)])
@pytest.mark.parametrize("form", ["json", "yaml", "dict", "aliases"])
def test_a_document_is_at_most_200_levels_deep(levels: int, fits: bool, form: str) -> None:
    """The same depth is the last that is read, in every form; through aliases, too."""
    nested = '{"a":' * (levels - 1) + "[]" + "}" * (levels - 1)
    if form == "aliases":
        nested = f"a: &a {'[' * (levels - 101)}{']' * (levels - 101)}\nb: {'[' * 100}*a{']' * 100}\n"
    given = json.loads(nested) if form == "dict" else nested if form == "json" else nested + "\n#"
    if fits:
        source.read(given if form != "yaml" else "# YAML\n" + nested)
    else:
        with pytest.raises(DocumentError, match="200 levels"):
            source.read(given if form != "yaml" else "# YAML\n" + nested)


# --- properties ---

# A slow machine is no mistake.
PATIENT = settings(deadline=None, max_examples=50)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@PATIENT
@given(st.dictionaries(TEXT, VALUES))
def test_reading_a_tree_twice_is_reading_it_once(tree: dict[str, object]) -> None:
    """A tree that was read reads as itself, with the same digest."""
    once = source.read(tree)
    again = source.read(once.tree)
    assert (once.tree, once.digest) == (again.tree, again.digest) == (tree, once.digest)
