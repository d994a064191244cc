"""Pages of a local file as images for a browser: PDFs through pypdfium2, images as they are or made smaller by Pillow.

What an image shows it shows unchanged; only its size is for people to look at. Nothing is kept or written.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from leapocr_dyn import pdfium
from leapocr_dyn.errors import ConfigurationError, FileError
from leapocr_dyn.explore import markup
from leapocr_dyn.operation import file as files
from leapocr_dyn.workflows.spool import FileInput, named

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH = 1100  # pixels of a page: sharp beside its text on a screen of today
LARGEST = 200 * 2**20  # bytes of a file
PIXELS = 50_000_000  # of an image
SMALL = 400_000  # bytes of an image that is shown as it is
# What browsers show, by its first bytes: image/webp has its name behind its size.
SHOWABLE = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


class Picture(NamedTuple):
    """An image. source: its address, which is its content. size: width and height in pixels, where they are known."""

    source: str
    size: tuple[int, int] | None


def pictures(file: FileInput, numbers: Collection[int], width: int = WIDTH) -> dict[int, Picture]:
    """The pages of a file with these numbers, as far as it has them; an image is page 1.

    file: a path, bytes, an open file, or (name, one of these). width: pixels that a picture has at most.
    Raises FileError for what cannot be read or is neither a PDF nor an image, and ConfigurationError where a package is
    missing.
    """
    content, shown = read(file)
    if b"%PDF-" in content[:1024]:
        drawn = pdfium.pictures(content, numbers, width)
        return {number: encoded(image, width) for number, image in drawn.items()}
    media = next((media for start, media in SHOWABLE.items() if content.startswith(start)), None)
    if media == "image/webp" and content[8:12] != b"WEBP":
        media = None
    try:
        from PIL import Image
    except ImportError as error:
        if media is None:
            raise ConfigurationError(f"to show {shown} needs Pillow: pip install 'leapocr-dyn[pdf]'") from error
        return {1: Picture(markup.image(content, media), None)}
    try:
        # Ignored: of tags that are broken, for example; people see what there is.
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > PIXELS:
                raise FileError(f"{shown} has too many pixels to be shown", shown, len(content))
            if media is not None and len(content) <= SMALL:
                return {1: Picture(markup.image(content, media), opened.size)}
            return frames(opened, numbers, width)
    except FileError:
        raise
    except Exception as error:  # a broken image breaks decoders in many ways
        raise FileError(f"{shown} is neither a PDF nor an image that can be shown", shown, len(content)) from error


def frames(opened: Any, numbers: Collection[int], width: int) -> dict[int, Picture]:  # Any: Pillow's, which may be any
    """The pages of an image with these numbers: a TIFF has several."""
    from PIL import ImageOps

    found = {}
    for number in numbers:
        if 1 <= number <= getattr(opened, "n_frames", 1):
            opened.seek(number - 1)
            found[number] = encoded(ImageOps.exif_transpose(opened), width)
    return found


def read(file: FileInput) -> tuple[bytes, str]:
    """The content of a file, and what to call it."""
    name, content = named(file)
    taken = files.taken(Path(content) if isinstance(content, str) else content, "file")
    if taken is None:
        raise FileError(f"a document to show is a path, bytes or an open binary file, not {type(content).__name__}")
    shown = name or taken.name or "the document"
    size = files.size(taken.content)
    if size > LARGEST:
        raise FileError(f"{shown} is larger than the {LARGEST} bytes that are shown", shown, size)
    with files.reading(taken.content) as piece:
        return piece(0, size), shown


def encoded(image: Image, width: int) -> Picture:
    """An image of a page: no wider than people look at, on white."""
    image = image.convert("RGBA" if has_holes(image) else "RGB")
    if image.width > width:
        image = image.resize((width, max(round(image.height * width / image.width), 1)))
    if image.mode == "RGBA":
        from PIL import Image

        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    image.save(written := io.BytesIO(), "JPEG", quality=82, optimize=True)
    return Picture(markup.image(written.getvalue(), "image/jpeg"), image.size)


def has_holes(image: Any) -> bool:  # Any: Pillow's, whose `info` is
    """Whether parts of an image are transparent."""
    return "A" in image.mode or "transparency" in image.info
