"""PdfProcessor: the text and the images of a PDF, without a server. Needs pypdfium2, and Pillow for images."""

from __future__ import annotations

from typing import Any

from leapocr_dyn import pdfium
from leapocr_dyn.services.artificer.exceptions import FAMILY

ENOUGH = 100  # characters above which a PDF has text of its own


class PdfProcessor:
    """What a PDF holds. Raises FileError for one that cannot be read, or has more than 500 pages."""

    @staticmethod
    def extract_text(pdf_data: bytes) -> dict[str, Any]:  # Any: text, a number or a truth
        """{"text", "pages", "has_text_content"}: the last is whether there are more than 100 characters of text."""
        with FAMILY.adopting():
            texts = pdfium.texts(pdf_data)
        text = "".join(texts)
        return {"text": text, "pages": len(texts), "has_text_content": len(text.strip()) > ENOUGH}

    @staticmethod
    def extract_images(pdf_data: bytes) -> list[bytes]:
        """The images, in the order of the pages: JPEGs as they are in the PDF, others as PNG."""
        with FAMILY.adopting():
            return pdfium.images(pdf_data)
