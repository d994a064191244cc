"""How a document is read: text layers, pictures, headings and paragraphs, and what hostile files come to."""

from __future__ import annotations

import runpy
from difflib import SequenceMatcher
from pathlib import Path
from struct import pack
from zlib import compress, crc32

import pytest
from PIL import Image, ImageDraw, ImageFont

from leapocr_dyn.sandbox.layout import Line, page
from leapocr_dyn.sandbox.reader import UnreadableError, opened

ROOT = Path(__file__).parents[1]
PRINTED: list[list[str]] = runpy.run_path(str(ROOT / "tools" / "scan.py"))["words"]()  # on each page of the sample


def pdf(*pages: str, trailer: str = "", rotate: int = 0) -> bytes:
    """A PDF with a text layer; a line that begins with # is printed large."""
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    kids = " ".join(f"{10 + 2 * number} 0 R" for number in range(len(pages)))
    objects = {1: "<< /Type /Catalog /Pages 2 0 R >>", 3: font}
    objects[2] = f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>"
    for number, text in enumerate(pages):
        drawn, y = "", 780
        for line in text.split("\n"):
            size = 24 if line.startswith("#") else 12
            drawn += f"BT /F1 {size} Tf 72 {y} Td ({line.removeprefix('# ')}) Tj ET\n"
            y -= round(size * 1.3)
        about = f"/MediaBox [0 0 595 842] /Rotate {rotate} /Resources << /Font << /F1 3 0 R >> >>"
        objects[10 + 2 * number] = f"<< /Type /Page /Parent 2 0 R {about} /Contents {11 + 2 * number} 0 R >>"
        objects[11 + 2 * number] = f"<< /Length {len(drawn)} >>\nstream\n{drawn}endstream"
    body, index = "%PDF-1.4\n", "xref\n"
    for number, text in objects.items():
        index += f"{number} 1\n{len(body):010} 00000 n \n"
        body += f"{number} 0 obj\n{text}\nendobj\n"
    return f"{body}{index}trailer\n<< /Root 1 0 R {trailer} >>\nstartxref\n{len(body)}\n%%EOF\n".encode()


def saved(folder: Path, content: bytes) -> Path:
    """The content as a file."""
    path = folder / "document"
    path.write_bytes(content)
    return path


def reason(path: Path) -> str:
    """Why a document cannot be read."""
    with pytest.raises(UnreadableError) as caught, opened(path) as paper:
        paper.read(1)
    return str(caught.value)


def test_a_text_layer_is_taken_as_it_is(tmp_path: Path) -> None:
    """A page with a text layer gives exactly its own words, with confidence 1, and is not recognised."""
    with opened(saved(tmp_path, pdf("Green tea\nBlack tea", "Second page"))) as paper:
        assert paper.pages == 2
        first, second = paper.read(1), paper.read(2)
    assert (first.text, second.text) == ("Green tea\nBlack tea", "Second page")
    assert (first.confidence, first.width, first.height) == (1.0, 1240, 1755)


def test_headings_and_paragraphs_become_markdown(tmp_path: Path) -> None:
    """A line that is clearly taller becomes a heading, a clearly larger gap a blank line."""
    with opened(saved(tmp_path, pdf("# Tea\nFirst line\nsecond line\n\nNew paragraph\nand its end"))) as paper:
        read = paper.read(1)
    assert read.text == "# Tea\n\nFirst line\nsecond line\n\nNew paragraph\nand its end"
    assert [block.kind for block in read.blocks] == ["heading", "paragraph", "paragraph"]


def test_blocks_lie_where_the_text_is(tmp_path: Path) -> None:
    """A block's rectangle is in pixels of the rendered page, from its top left corner."""
    with opened(saved(tmp_path, pdf("Here"))) as paper:
        (block,) = paper.read(1).blocks
    assert abs(block.x - 72 * 150 / 72) < 5
    assert block.y < (842 - 780) * 150 / 72 < block.y + block.height


def test_a_turned_page_is_read_the_way_it_is_shown(tmp_path: Path) -> None:
    """A page with /Rotate 90 is as wide as it was high, and its blocks turn with it."""
    with opened(saved(tmp_path, pdf("Here", rotate=90))) as paper:
        read = paper.read(1)
    assert (read.text, read.width, read.height) == ("Here", 1755, 1240)
    assert read.blocks[0].x > read.width / 2


def test_every_word_of_a_scan_is_recognised() -> None:
    """The sample scan has no text layer; what is recognised on its last page is what was printed, word by word."""
    with opened(ROOT / "samples" / "scan.pdf") as paper:
        assert paper.pages == 3
        read = paper.read(3)
    printed, found = PRINTED[2], read.text.replace("# ", "").split()
    assert SequenceMatcher(None, printed, found).ratio() > 0.98
    assert read.text.startswith("# How to make a good cup of tea\n\nFill the kettle")
    assert 0.9 < read.confidence <= 1.0


def test_a_picture_is_a_document_of_one_page(tmp_path: Path) -> None:
    """What is not there is white: a transparent picture is read as it looks on paper."""
    picture = Image.new("RGBA", (420, 90), (0, 0, 0, 0))
    ImageDraw.Draw(picture).text((20, 20), "Earl Grey 42", "black", ImageFont.load_default(size=40))
    picture.save(tmp_path / "picture", "WEBP")
    with opened(tmp_path / "picture") as paper:
        read = paper.read(1)
    assert (read.text, read.width, read.height) == ("Earl Grey 42", 420, 90)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_the_kind_of_a_picture_is_told_by_its_bytes(tmp_path: Path, kind: str) -> None:
    """PNG, JPEG, TIFF and WebP are opened, whatever the file is called."""
    Image.new("RGB", (8, 8)).save(tmp_path / "picture.pdf", kind)
    with opened(tmp_path / "picture.pdf") as paper:
        assert paper.pages == 1


def test_the_frames_of_a_tiff_are_pages(tmp_path: Path) -> None:
    """A fax of two frames has two pages; a blank one has no text and no confidence."""
    frames = [Image.new("L", (64, 64), "white") for _ in range(2)]
    frames[0].save(tmp_path / "fax.tiff", save_all=True, append_images=frames[1:])
    with opened(tmp_path / "fax.tiff") as paper:
        assert paper.pages == 2
        read = paper.read(2)
    assert (read.text, read.confidence) == ("", 0.0)


def test_a_file_that_is_no_document_says_so(tmp_path: Path) -> None:
    """Neither a program nor half a PDF is opened; the reason is a sentence."""
    assert "neither a PDF nor an image" in reason(saved(tmp_path, b"MZ\x90 not a picture"))
    assert "the PDF is broken" in reason(saved(tmp_path, b"%PDF-1.7 and nothing more"))


def test_a_pdf_without_pages_says_so(tmp_path: Path) -> None:
    """Zero pages are too few."""
    assert "has no pages" in reason(saved(tmp_path, pdf()))


def test_a_pdf_with_a_password_says_so(tmp_path: Path) -> None:
    """A protected PDF is not read, and the reason names the password."""
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'11' * 32}> /U <{'22' * 32}> >> /ID [<00> <00>]"
    assert "password" in reason(saved(tmp_path, pdf("secret", trailer=lock)))


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    """A document of more than 500 pages is refused before any of them is read."""
    assert "501 pages; 1 to 500" in reason(saved(tmp_path, pdf(*["x"] * 501)))


@pytest.mark.parametrize("side", [8_000, 60_000])
def test_a_decompression_bomb_is_refused(tmp_path: Path, side: int) -> None:
    """A small file that would become a huge picture is refused by its header, without being decoded."""
    header = pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", compress(b"\0" * 1000)), (b"IEND", b"")]
    png = b"".join(pack(">I", len(data)) + name + data + pack(">I", crc32(name + data)) for name, data in chunks)
    assert "too many" in reason(saved(tmp_path, b"\x89PNG\r\n\x1a\n" + png))


def test_a_bomb_inside_a_pdf_is_refused(tmp_path: Path) -> None:
    """A page that would draw a picture of billions of pixels is not rendered."""
    size = "/Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 4"
    picture = f"99 0 obj\n<< /Type /XObject /Subtype /Image {size} >>\nstream\nabcd\nendstream\nendobj\nxref"
    content = pdf("").replace(b"() Tj ET", b"ET /Im Do").replace(b"xref", picture.encode(), 1)
    content = content.replace(b"/Font << /F1 3 0 R >>", b"/Font << /F1 3 0 R >> /XObject << /Im 99 0 R >>")
    assert "60000 x 60000" in reason(saved(tmp_path, content))


def test_a_huge_sheet_is_rendered_small(tmp_path: Path) -> None:
    """A page of five metres is read at a lower resolution instead of filling the memory."""
    content = pdf("Here").replace(b"[0 0 595 842]", b"[0 0 14400 14400]")
    with opened(saved(tmp_path, content)) as paper:
        read = paper.read(1)
    assert read.width * read.height <= 16_000_000


def test_pieces_side_by_side_are_one_line() -> None:
    """Cells of a row that lie askew are read from left to right, although their tops differ."""
    cells = [Line("9.00", 800, 91, 860, 121, 30), Line("Tea", 10, 100, 60, 130, 30), Line("2", 400, 95, 420, 125, 30)]
    assert page(cells, 1000, 1000).text == "Tea 2 9.00"
