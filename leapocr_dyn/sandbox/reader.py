"""A PDF or an image, read page by page.

A page of a PDF that has a text layer gives its own text; any other page is rendered and recognised, with rapidocr on
onnxruntime, whose models lie in its wheel. Nothing is fetched.

What comes in may be hostile. Bounds are checked before memory is spent: pages, pixels of a page, pixels of an image
inside a page, characters of a text layer. What cannot be read raises UnreadableError with a reason for people.

Threads. pdfium is not thread safe, also not across documents: PDFIUM serialises every call into it. One recogniser
serves the process, made on first use and used under RECOGNISER.
"""

from __future__ import annotations

import logging
import threading
from ctypes import byref, c_int
from functools import cache
from itertools import islice
from math import ceil, dist, sqrt
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from leapocr_dyn.pdfium import PDFIUM
from leapocr_dyn.sandbox.layout import Line, Page, page

if TYPE_CHECKING:
    from PIL.Image import Image

PAGES = 500
PIXELS = 50_000_000  # of an image; a rendered page is made smaller instead
RENDERED_PIXELS = 16_000_000
DPI = 150  # A4 becomes 1240 x 1754, just below the 2000 above which the recogniser would shrink it
CHARACTERS = 200_000
RECTANGLES = 5_000
OBJECTS = 10_000
FORMATS = ("PNG", "JPEG", "TIFF", "WEBP")
THREADS = 2

RECOGNISER = threading.Lock()


class UnreadableError(Exception):
    """The document, or one of its pages, cannot be read; the message says why."""


class Paper(Protocol):
    """An open document. Close it."""

    @property
    def pages(self) -> int:
        """How many pages it has."""

    def read(self, number: int) -> Page:
        """Read the page with this number, counted from 1. Raises UnreadableError."""

    def close(self) -> None:
        """Let go of the file."""

    def __enter__(self) -> Paper: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def opened(path: Path) -> Paper:
    """The document in a file, judged by its first bytes and not by its name. Raises UnreadableError."""
    with path.open("rb") as file:
        start = file.read(1024)
    # ISO 32000-1 Annex H, note 13: readers accept the header within the first 1024 bytes.
    paper: Paper = PDF(path) if b"%PDF-" in start else Picture(path)
    if 1 <= paper.pages <= PAGES:
        return paper
    paper.close()
    raise UnreadableError(f"the document has {paper.pages} pages; 1 to {PAGES} can be read")


class PDF:
    """A PDF, through pdfium."""

    def __init__(self, path: Path) -> None:
        import pypdfium2  # type: ignore[import-untyped]  # it ships no types

        try:
            with PDFIUM:
                self._document: Any = pypdfium2.PdfDocument(path)  # Any: pypdfium2 ships no types
        except pypdfium2.PdfiumError as error:
            protected = "password" in str(error).lower()
            reason = "the PDF is protected by a password" if protected else "the PDF is broken, or has no pages"
            raise UnreadableError(reason) from error
        with PDFIUM:
            self.pages = len(self._document)

    def __enter__(self) -> PDF:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        with PDFIUM:
            self._document.close()

    def read(self, number: int) -> Page:
        """Read a page: its text layer where it has one, else what is seen on it."""
        import pypdfium2

        try:
            with PDFIUM:
                sheet = self._document[number - 1]
                try:
                    width, height = sheet.get_size()  # points, 72 to the inch
                    # pdfium rounds up, and A4 in single precision is a hair too wide: it would be 1241 pixels
                    scale = min(DPI / 72, sqrt(RENDERED_PIXELS / max(width * height, 1))) * (1 - 1e-6)
                    size = max(ceil(width * scale), 1), max(ceil(height * scale), 1)
                    lines = text_layer(sheet, size)
                    picture = None if lines else rendered(sheet, scale)
                finally:
                    sheet.close()
        except pypdfium2.PdfiumError as error:
            raise UnreadableError(f"page {number} cannot be opened") from error
        return page(lines, *size) if picture is None else seen(picture)


def text_layer(sheet: Any, size: tuple[int, int]) -> list[Line]:  # Any: pypdfium2 ships no types
    """The lines of a page's text layer, in pixels of a page of this size. Call it under PDFIUM.

    pdfium gives one rectangle for each run of one font on one line, drawn tightly around the ink. How high the line is
    comes from the font instead: by their ink, lines without descenders would seem low and far apart.
    """
    layer = sheet.get_textpage()
    try:
        if layer.count_chars() > CHARACTERS:
            raise UnreadableError(f"a page holds more than {CHARACTERS} characters")
        lines = []
        for index in range(min(layer.count_rects(), RECTANGLES)):
            box = layer.get_rect(index)
            text = " ".join(layer.get_text_bounded(*box).split())
            character = layer.get_index(box[0], (box[1] + box[3]) / 2, 2, 2)
            if character is not None:
                _, low, _, high = layer.get_charbox(character, loose=True)
                box = box[0], min(low, box[1]), box[2], max(high, box[3])
            left, top, right, bottom = on_page(sheet, box, size)
            lines.append(Line(text, left, top, right, bottom, bottom - top))
        return [line for line in lines if line.text]
    finally:
        layer.close()


def on_page(sheet: Any, box: tuple[float, ...], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """A rectangle of PDF's coordinates in pixels of the rendered page; pdfium knows about rotation and crop boxes."""
    from pypdfium2 import raw

    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        pixel_x, pixel_y = c_int(), c_int()
        raw.FPDF_PageToDevice(sheet.raw, 0, 0, *size, 0, x, y, byref(pixel_x), byref(pixel_y))
        corners.append((pixel_x.value, pixel_y.value))
    (left, top), (right, bottom) = map(min, zip(*corners, strict=True)), map(max, zip(*corners, strict=True))
    return left, top, right, bottom


def rendered(sheet: Any, scale: float) -> Image:  # Any: pypdfium2 ships no types
    """A page as an image. Call it under PDFIUM. Raises UnreadableError for an image inside that is too large."""
    from pypdfium2 import raw

    for inner in islice(sheet.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]), OBJECTS):
        width, height = inner.get_px_size()
        if width * height > PIXELS:
            raise UnreadableError(f"the page holds an image of {width} x {height} pixels, which is too large")
    picture: Image = sheet.render(scale=scale).to_pil().convert("RGB")  # converted: it must outlive pdfium's buffer
    return picture


class Picture:
    """An image; the frames of a TIFF are pages."""

    def __init__(self, path: Path) -> None:
        from PIL import Image

        # pillow's decoders end in whatever Python says to a broken file. Its warnings are left alone: to silence them
        # would change the filters of the whole process, from a thread.
        try:
            self._image = Image.open(path, formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise UnreadableError("the image has too many pixels") from error
        except Exception as error:
            raise UnreadableError("the file is neither a PDF nor an image that can be read") from error
        try:
            self.pages = min(getattr(self._image, "n_frames", 1), PAGES + 1) if self._image.format == "TIFF" else 1
        except Exception as error:
            self._image.close()
            raise UnreadableError("the frames of the image cannot be counted") from error

    def __enter__(self) -> Picture:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._image.close()

    def read(self, number: int) -> Page:
        """Read a frame."""
        from PIL import Image, ImageOps

        try:
            self._image.seek(number - 1)
            width, height = self._image.size
            if width * height > PIXELS:
                raise UnreadableError(f"the image has {width} x {height} pixels, which is too many")
            upright = ImageOps.exif_transpose(self._image)
            if "A" in upright.getbands() or "transparency" in upright.info:
                upright = upright.convert("RGBA")
                upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
            picture = upright.convert("RGB")
        except UnreadableError:
            raise
        except Exception as error:  # as above
            raise UnreadableError(f"image {number} cannot be decoded") from error
        return seen(picture)


def seen(picture: Image) -> Page:
    """What is recognised on an image."""
    import numpy

    with RECOGNISER:
        found = recogniser()(numpy.asarray(picture))
    lines = []
    for box, text, sure in zip(
        found.boxes if found.boxes is not None else (), found.txts or (), found.scores or (), strict=True
    ):
        corners = [(float(x), float(y)) for x, y in box]  # clockwise from the top left, in the direction of the text
        across, down = zip(*corners, strict=True)
        height = (dist(corners[0], corners[3]) + dist(corners[1], corners[2])) / 2
        lines.append(Line(text, min(across), min(down), max(across), max(down), height, float(sure)))
    return page(lines, *picture.size)


@cache
def recogniser() -> Any:  # Any: rapidocr's result depends on its parameters
    """The process's only recogniser. Call it, and what it returns, under RECOGNISER.

    The step that turns text the right way up is off: documents come upright, and it would double the time.
    """
    from rapidocr import RapidOCR

    made = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return made
