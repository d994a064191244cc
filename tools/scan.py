"""Makes samples/scan.pdf: three pages that look scanned, with no text layer, in words of our own.

    python tools/scan.py [where]

The same bytes every time, for one version of pillow: the noise is seeded and the PDF carries a fixed date.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

DPI = 150
SIZE = (1240, 1754)  # A4 at DPI
PAPER, INK = (247, 244, 235), (42, 40, 46)
MARGIN = 130
DATE = time.struct_time((2026, 1, 15, 9, 0, 0, 3, 15, 0))

LETTER = [
    (46, "Harbour Tea Company"),
    (24, "12 Quay Street, Port Ellery"),
    (24, "15 January 2026"),
    (0, ""),
    (26, "Dear Ms Okafor,"),
    (0, ""),
    (26, "Thank you for the kind letter that came with your last order."),
    (26, "The tins that arrived with dented lids have been replaced, and"),
    (26, "the new ones left our store on Monday. They should be with you"),
    (26, "before the end of the week."),
    (0, ""),
    (26, "You asked how long a tin keeps once it has been opened. Black"),
    (26, "tea stays fresh for about a year if it is kept dry and dark."),
    (26, "Green tea is more delicate: six months is a fair rule."),
    (0, ""),
    (26, "The invoice for the new order is on the next page. Please pay"),
    (26, "within thirty days, and write the invoice number on the transfer."),
    (0, ""),
    (26, "With kind regards,"),
    (0, ""),
    (26, "Tomas Lind"),
    (26, "Harbour Tea Company"),
]

INVOICE_HEAD = [
    (46, "Invoice 2026-0042"),
    (26, "Date: 15 January 2026"),
    (26, "Customer: Ada Okafor, 7 Mill Lane, Port Ellery"),
    (0, ""),
]
INVOICE = [
    ("Article", "Quantity", "Price", "Amount"),
    ("Assam, 250 g tin", "4", "11.50", "46.00"),
    ("Sencha, 100 g bag", "6", "8.25", "49.50"),
    ("Earl Grey, 250 g tin", "2", "12.00", "24.00"),
    ("Teapot, blue, 1 litre", "1", "38.00", "38.00"),
    ("Postage", "1", "6.90", "6.90"),
]
INVOICE_FOOT = [
    (0, ""),
    (30, "Total: 164.40 EUR"),
    (0, ""),
    (26, "Payable within thirty days to Harbour Tea Company."),
    (26, "Reference: 2026-0042"),
]

TEA = [
    (46, "How to make a good cup of tea"),
    (0, ""),
    (26, "Fill the kettle with fresh water. Water that has boiled before"),
    (26, "has lost its air and makes the tea taste flat."),
    (0, ""),
    (26, "Warm the pot with a little hot water and pour it away. Put in"),
    (26, "one spoon of leaves for each cup, and one more for the pot."),
    (0, ""),
    (34, "Time and temperature"),
    (26, "Black tea: boiling water, four minutes."),
    (26, "Green tea: eighty degrees, two minutes."),
    (26, "Herbal tea: boiling water, eight minutes."),
    (0, ""),
    (26, "Stir once, let the leaves settle, and pour through a strainer."),
    (26, "Milk goes in last, so that you can see the colour of the tea."),
    (0, ""),
    (26, "A pot should be empty within half an hour. After that the tea"),
    (26, "turns bitter, and no amount of sugar will bring it back."),
]


def main() -> None:
    """Write the PDF and say how large it is."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "samples" / "scan.pdf"
    target.parent.mkdir(exist_ok=True)
    pages = [
        scanned(page, seed, turn) for seed, (page, turn) in enumerate(zip(sheets(), (0.4, -0.3, 0.6), strict=True))
    ]
    pages[0].save(
        target, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, quality=72,
        title="Three scanned pages", creationDate=DATE, modDate=DATE,
    )  # fmt: skip
    print(f"{target}: {len(pages)} pages, {target.stat().st_size} bytes")


def words() -> list[list[str]]:
    """What is printed on each page, word by word."""
    invoice = [
        *(text for _, text in INVOICE_HEAD),
        *(" ".join(row) for row in INVOICE),
        *(text for _, text in INVOICE_FOOT),
    ]
    return [" ".join(page).split() for page in ([text for _, text in LETTER], invoice, [text for _, text in TEA])]


def sheets() -> list[Image.Image]:
    """The pages as a printer would make them."""
    letter, invoice, tea = (Image.new("RGB", SIZE, PAPER) for _ in range(3))
    printed(letter, LETTER, MARGIN)
    printed(tea, TEA, MARGIN)
    y = printed(invoice, INVOICE_HEAD, MARGIN)
    draw, font = ImageDraw.Draw(invoice), ImageFont.load_default(size=26)
    for row in INVOICE:
        for x, text in zip((MARGIN, 640, 830, 980), row, strict=True):
            draw.text((x, y), text, INK, font)
        y += 44
        draw.line((MARGIN, y - 6, 1110, y - 6), (150, 148, 145), 1)
    printed(invoice, INVOICE_FOOT, y)
    return [letter, invoice, tea]


def printed(page: Image.Image, lines: list[tuple[int, str]], y: int) -> int:
    """Print lines (size in pixels, or 0 for a gap, and text) from y downwards; where the next one would be."""
    draw = ImageDraw.Draw(page)
    for size, text in lines:
        if size:
            draw.text((MARGIN, y), text, INK, ImageFont.load_default(size=size))
        y += round(size * 1.5) or 36
    return y


def scanned(page: Image.Image, seed: int, turn: float) -> Image.Image:
    """The page as a scanner would see it: turned by tenths of a degree, a little soft, grainy, darker at one edge."""
    turned = page.rotate(turn, Image.Resampling.BICUBIC, fillcolor=PAPER).filter(ImageFilter.GaussianBlur(0.6))
    grain = Image.frombytes("L", SIZE, random.Random(seed).randbytes(SIZE[0] * SIZE[1]))
    grain = grain.filter(ImageFilter.BoxBlur(1)).point(lambda value: 244 + (value - 128) // 6)
    shade = Image.linear_gradient("L").rotate(90).resize(SIZE).point(lambda value: 255 - value // 16)
    return ImageChops.multiply(ImageChops.multiply(turned, grain.convert("RGB")), shade.convert("RGB"))


if __name__ == "__main__":
    main()
