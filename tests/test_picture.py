"""Pages of a local file as images: what can be shown is, and what cannot says why."""

from __future__ import annotations

import base64
import contextlib
import io
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.errors import ConfigurationError, FileError
from leapocr_dyn.explore import picture as module
from leapocr_dyn.explore.picture import Picture, pictures

pytest.importorskip("pypdfium2", reason="needs pypdfium2: pip install leapocr-dyn[pdf]")
Image = pytest.importorskip("PIL.Image", reason="needs Pillow: pip install leapocr-dyn[pdf]")
SCAN = Path(__file__).resolve().parent.parent / "samples" / "scan.pdf"


def image(size: tuple[int, int] = (60, 80), form: str = "PNG", mode: str = "RGB", **more: Any) -> bytes:
    """An image with a dark spot in its upper left corner."""
    made = Image.new(mode, size, None if mode == "RGBA" else "white")
    made.paste("navy", (0, 0, size[0] // 4, size[1] // 4))
    made.save(written := io.BytesIO(), form, **more)
    return written.getvalue()


def seen(picture: Picture) -> Any:
    """What a browser would see."""
    media, _, content = picture.source.partition(";base64,")
    shown = Image.open(io.BytesIO(base64.b64decode(content)))
    assert media == f"data:{shown.get_format_mimetype()}"
    return shown


def dark(shown: Any) -> bool:
    """Whether the spot is where it was drawn, and the rest is white."""
    width, height = shown.size
    corner, middle = (sum(shown.convert("RGB").getpixel(at)) for at in ((1, 1), (width // 2, height // 2)))
    return bool(corner < 200 and middle > 700)


def test_the_pages_of_a_pdf_are_drawn() -> None:
    """Those that are asked for, as far as there are any, all as wide as people look at them."""
    found = pictures(SCAN, [0, 2, 3, 99, -1])
    assert list(found) == [2, 3]
    assert {seen(one).width for one in found.values()} == {module.WIDTH}
    assert found[2].size == seen(found[2]).size


@pytest.mark.parametrize("file", [image, lambda: io.BytesIO(image()), lambda: ("a.png", image())])
def test_an_image_is_shown_as_it_is(file: Any) -> None:
    """Bytes, an open file or a name with either; its bytes are not touched."""
    [(number, found)] = pictures(file(), [1, 2]).items()
    assert (number, found.size, dark(seen(found))) == (1, (60, 80), True)
    assert base64.b64decode(found.source.partition(",")[2]) == image()


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "L"), ("JPEG", "RGB"), ("WEBP", "RGB")]
)
def test_a_large_image_is_made_smaller(form: str, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As wide as people look at it, on white where it was transparent."""
    monkeypatch.setattr(module, "SMALL", 0)
    found = pictures(image((2 * module.WIDTH, 100), form, mode), [1])[1]
    assert found.size == (module.WIDTH, 50)
    assert dark(seen(found))


def test_the_pages_of_a_tiff_are_shown() -> None:
    """No browser reads it, so its pages become images that they do."""
    first, second = (Image.open(io.BytesIO(image(size))) for size in ((60, 80), (70, 90)))
    first.save(written := io.BytesIO(), "TIFF", save_all=True, append_images=[second])
    found = pictures(written.getvalue(), [1, 2, 3])
    assert [one.size for one in found.values()] == [(60, 80), (70, 90)]
    assert seen(found[1]).format == "JPEG"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("missing.pdf", "there is no file missing.pdf"),
        (b"hello", "the document is neither a PDF nor an image that can be shown"),
        (("a.html", b"<script>"), "a.html is neither"),
        (b"%PDF-1.4\nbroken", "this is no PDF that can be read"),
        (image()[:12], "the document is neither"),
        (7, "a document to show is a path, bytes or an open binary file, not int"),
        (io.StringIO("x"), "open as text"),
    ],
)
def test_what_cannot_be_shown_says_why(file: Any, said: str) -> None:
    """A FileError, whatever is given."""
    with pytest.raises(FileError, match=said):
        pictures(file, [1])


@settings(deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "TIFF", "GIF"]), st.floats(0, 1), st.binary(max_size=8))
def test_a_broken_file_fails_in_one_way(form: str, where: float, noise: bytes) -> None:
    """Decoders break in many ways, and warn in others: it is shown as far as it goes, or is a FileError."""
    whole = image(form=form)
    at = int(where * len(whole))
    for broken in (whole[:at], whole[:at] + noise + whole[at + len(noise) :]):
        with contextlib.suppress(FileError), pytest.MonkeyPatch.context() as patched:
            patched.setattr(module, "SMALL", 0)
            assert len(pictures(broken, [1, 2])) <= 2


def test_what_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a file of too many bytes, nor an image of too many pixels."""
    monkeypatch.setattr(module, "PIXELS", 100)
    with pytest.raises(FileError, match="too many pixels"):
        pictures(image(), [1])
    monkeypatch.setattr(module, "LARGEST", 10)
    with pytest.raises(FileError, match="larger than the 10 bytes"):
        pictures(SCAN, [1])


def test_without_pillow_browsers_show_what_they_can(monkeypatch: pytest.MonkeyPatch) -> None:
    """PNG, JPEG, GIF and WebP as they are; for others it says what to install."""
    png, tiff = image(), image(form="TIFF")
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert pictures(png, [1])[1].source.startswith("data:image/png;base64,")
    for file in (tiff, SCAN):
        with pytest.raises(ConfigurationError, match=r"needs Pillow: pip install 'leapocr-dyn\[pdf\]'"):
            pictures(file, [1])
