"""What a PDF holds, read on this machine by pdfium: the text and the images of its pages, and how those look.

Nothing is recognised.

pdfium is not thread safe, also not across documents: whoever calls it holds PDFIUM.
"""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from leapocr_dyn.errors import ConfigurationError, FileError

PDFIUM = threading.Lock()
PAGES = 500
IMAGES = 5_000
PIXELS = 50_000_000  # of an image
DRAWN = 4_000_000  # pixels of a page that is drawn


def texts(content: bytes) -> list[str]:
    """The text of each page, as the PDF has it. Raises FileError, and ConfigurationError without pypdfium2."""
    with opened(content) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def images(content: bytes) -> list[bytes]:
    """The images, in the order of the pages: JPEGs as they are in the PDF, others as PNG; it needs Pillow.

    Raises FileError, also for more than 5,000 images or one of more than 50 million pixels.
    """
    with opened(content) as document:
        from pypdfium2 import raw  # type: ignore[import-untyped]  # it ships no types

        found: list[bytes] = []
        for page in document:
            for image in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,)):
                about = image.get_metadata()
                if len(found) >= IMAGES or about.width * about.height > PIXELS:
                    raise FileError("the PDF holds too many images, or one that is too large", file_size=len(content))
                image.extract(written := io.BytesIO(), fb_format="png")
                found.append(written.getvalue())
        return found


def pictures(content: bytes, numbers: Collection[int], width: int) -> dict[int, Any]:  # Any: Pillow's images
    """The pages with these numbers, as far as there are any, each drawn so many pixels wide; it needs Pillow.

    A page that is very high is drawn smaller. Raises FileError, and ConfigurationError where a package is missing.
    """
    with opened(content) as document:
        try:
            import PIL as PIL
        except ImportError as error:
            raise ConfigurationError("to show PDFs here needs Pillow: pip install 'leapocr-dyn[pdf]'") from error
        found = {}
        for number in sorted({number for number in numbers if 1 <= number <= len(document)}):
            wide, high = (max(side, 1e-3) for side in document[number - 1].get_size())
            scale = min(width / wide, math.sqrt(DRAWN / (wide * high)))
            # Converted: it must outlive pdfium's buffer.
            found[number] = document[number - 1].render(scale=scale).to_pil().convert("RGB")
        return found


@contextmanager
def opened(content: bytes) -> Iterator[Any]:  # Any: pypdfium2 ships no types
    """The document, while nobody else uses pdfium."""
    try:
        import pypdfium2
    except ImportError as error:
        raise ConfigurationError("to read PDFs here needs pypdfium2: pip install 'leapocr-dyn[pdf]'") from error
    with PDFIUM:
        try:
            with pypdfium2.PdfDocument(content) as document:
                if len(document) > PAGES:
                    raise FileError(f"the PDF has {len(document)} pages; at most {PAGES} are read")
                yield document
        except pypdfium2.PdfiumError as error:
            raise FileError(f"this is no PDF that can be read: {error}", file_size=len(content)) from error
