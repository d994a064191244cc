"""What a file is that a caller gives: its name, its size, and any range of it. What cannot be sent: test_multipart.py
and test_upload.py, which send them."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn.errors import FileError
from leapocr_dyn.operation import file
from leapocr_dyn.operation.file import Stored


def stored(given: Any) -> Stored:
    """The content of a file that is read later."""
    found = file.taken(given, "file")
    assert found is not None
    assert isinstance(found.content, Stored)
    return found.content


@pytest.mark.parametrize("given", ["a.pdf", 7, None, [b"x"], ("a",), ("a", "b"), (1, b"x"), {"a": b"x"}])
def test_what_is_no_file_is_left_to_others(given: Any) -> None:
    """Text is text, also where a file of that name is there."""
    assert file.taken(given, "file") is None


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("/home/me/a.pdf", "a.pdf"),
        (r"C:\me\a.pdf", "a.pdf"),
        (b"in/a.pdf", "a.pdf"),
        (Path("in/a.pdf"), "a.pdf"),
        ("a\udcff.pdf", "a\N{REPLACEMENT CHARACTER}.pdf"),
        ("../..", ""),
        (".", ""),
        ("folder/", ""),
        ("<stdin>", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_a_name_is_the_last_part_of_a_path(name: Any, known: str) -> None:
    """Of any system's path, and only what UTF-8 can say; a descriptor's number and <stdin> are nobody's name."""
    assert file.name_of(SimpleNamespace(name=name)) == known
    if isinstance(name, str) and known:
        assert file.taken((name, b"x"), "file") == file.File(known, b"x")


@given(st.binary(max_size=50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_any_range_can_be_read_at_any_time(content: bytes, start: int, first: int, size: int) -> None:
    """In memory or from an open file, which counts from where it stands; more than there is is an error."""
    opened = io.BytesIO(content)
    opened.seek(min(start, len(content)))
    rest = content[start:]
    with file.reading(stored(opened)) as read, file.reading(rest) as whole:
        assert whole(first, size) == rest[first : first + size]
        if first + size <= len(rest):
            assert read(first, size) == rest[first : first + size]
        elif size:
            with pytest.raises(FileError, match="became shorter"):
                read(first, size)


@pytest.mark.parametrize("by_position", [True, False])
def test_several_threads_read_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_position: bool) -> None:
    """Each gets its own bytes, also where the system cannot read by position."""
    if not by_position:
        monkeypatch.delattr(os, "pread", raising=False)
    (tmp_path / "a").write_bytes(bytes(range(256)))
    found: dict[int, bytes] = {}
    with file.reading(stored(tmp_path / "a")) as read:

        def work(first: int) -> None:
            for _ in range(50):
                found[first] = read(first, 2)

        threads = [threading.Thread(target=work, args=(first,)) for first in range(0, 256, 32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {first: bytes([first, first + 1]) for first in range(0, 256, 32)}


def test_a_file_that_breaks_while_it_is_read_is_a_file_error(tmp_path: Path) -> None:
    """One that is closed, and one that is gone when it is read again."""
    opened = io.BytesIO(b"x")
    broken = stored(opened)
    opened.close()
    with pytest.raises(FileError, match="the BytesIO cannot be read"), broken.reading() as read:
        read(0, 1)
    (tmp_path / "gone").write_bytes(b"x")
    gone = stored(tmp_path / "gone")
    (tmp_path / "gone").unlink()
    with pytest.raises(FileError, match=r"there is no file .*gone"), gone.reading():
        pass
