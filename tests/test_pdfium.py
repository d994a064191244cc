"""What a PDF holds, read on this machine: the text of its pages, and its images."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapocr_dyn import pdfium
from leapocr_dyn.errors import ConfigurationError, FileError

pytest.importorskip("pypdfium2", reason="needs pypdfium2: pip install leapocr-dyn[pdf]")
SCAN = (Path(__file__).resolve().parent.parent / "samples" / "scan.pdf").read_bytes()


def typed(*pages: str) -> bytes:
    """A PDF with these texts, one on each page."""
    kids = " ".join(f"{number} 0 R" for number in range(4, 4 + 2 * len(pages), 2))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        place = f"/MediaBox[0 0 612 792]/Contents {5 + 2 * number} 0 R/Resources<</Font<</F1 3 0 R>>>>"
        objects += [f"<</Type/Page/Parent 2 0 R{place}>>", f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream"]
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Root 1 0 R/Size {size}>>\n"
    return body + f"{tail}startxref\n{len(body)}\n%%EOF".encode()


def test_each_page_gives_its_text() -> None:
    """In order; a page without any gives an empty one."""
    assert [text.strip() for text in pdfium.texts(typed("first", "", "third"))] == ["first", "", "third"]


def test_images_come_as_files() -> None:
    """As PNG, or as the JPEG that they are in the PDF; a PDF of text has none."""
    found = pdfium.images(SCAN)
    assert found
    assert all(one.startswith((b"\x89PNG", b"\xff\xd8")) for one in found)
    assert pdfium.images(typed("words")) == []


@pytest.mark.parametrize("content", [b"", b"no PDF", b"%PDF-1.4 and then nothing"])
def test_what_is_no_pdf_is_a_file_error(content: bytes) -> None:
    """With how large it was, and pdfium's own words."""
    with pytest.raises(FileError, match="no PDF that can be read") as caught:
        pdfium.texts(content)
    assert caught.value.file_size == len(content)


def test_there_are_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF may be hostile: pages, images and pixels are counted before they are read."""
    monkeypatch.setattr(pdfium, "PAGES", 3)
    with pytest.raises(FileError, match="at most 3 are read"):
        pdfium.texts(typed("one", "two", "three", "four"))
    monkeypatch.setattr(pdfium, "PIXELS", 10)
    with pytest.raises(FileError, match="too many images, or one that is too large"):
        pdfium.images(SCAN)


def test_without_pypdfium2_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else happens."""
    monkeypatch.setitem(__import__("sys").modules, "pypdfium2", None)
    with pytest.raises(ConfigurationError, match=r"leapocr-dyn\[pdf\]"):
        pdfium.texts(SCAN)
