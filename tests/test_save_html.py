"""The page that save_html writes, in a real browser: what is drawn where, what lights up, and what it cannot do."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, browser
from test_markup import HOSTILE
from test_notebook import page, result

Image = pytest.importorskip("PIL.Image", reason="needs Pillow: pip install leapocr-dyn[pdf]")
WIDE, HIGH = 600, 800
BLOCK = (60, 120, 240, 80)  # x, y, width, height: where the page is navy
# Where an element is on the screen.
PLACE = "(r => [r.x, r.y, r.width, r.height])(document.querySelector({!r}).getBoundingClientRect())"


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for all tests here."""
    opened = browser(tmp_path_factory.mktemp("browser"))
    yield opened
    opened.close()


def paper(*texts: str) -> dict[str, Any]:
    """A page with the block, and further ones below it."""
    made = page(1, texts[0])
    made["dimensions"] = {"width": WIDE, "height": HIGH}
    made["bounding_boxes"] = [
        {"type": "paragraph", "text": text, "bounds": dict(zip(("x", "y", "width", "height"), place, strict=True))}
        for text, place in zip(texts, (BLOCK, *((60, 300 + 60 * row, 400, 40) for row in range(8))), strict=False)
    ]
    return made


def picture() -> bytes:
    """The page as an image: white, and navy where the block is."""
    made = Image.new("RGB", (WIDE, HIGH), "white")
    made.paste("navy", (BLOCK[0], BLOCK[1], BLOCK[0] + BLOCK[2], BLOCK[1] + BLOCK[3]))
    made.save(written := io.BytesIO(), "PNG")
    return written.getvalue()


def place(window: Browser, selector: str) -> tuple[float, ...]:
    """Where the first element that a selector finds is on the screen: x, y, width, height."""
    return tuple(window.run(PLACE.format(selector)))


def near(one: Any, other: Any) -> bool:
    """Whether two colours are the same for people."""
    return all(abs(a - b) < 40 for a, b in zip(one, other, strict=True))


def test_boxes_are_drawn_where_the_pieces_stand(window: Browser, tmp_path: Path) -> None:
    """The picture shows through, a box frames its piece to the pixel, and beside it stands the text."""
    window.open(result(paper("Tea", "Cups")).save_html(tmp_path / "a.html", file=picture()))
    left, top, width, height = place(window, ".picture")
    assert width / height == pytest.approx(WIDE / HIGH, rel=0.01)
    assert width > 400
    scale = width / WIDE
    wanted = [left + BLOCK[0] * scale, top + BLOCK[1] * scale, BLOCK[2] * scale, BLOCK[3] * scale]
    assert place(window, ".over rect") == pytest.approx(wanted, abs=2.5)  # its line is as wide
    seen = window.picture()
    middle = (int(wanted[0] + wanted[2] / 2), int(wanted[1] + wanted[3] / 2))
    assert near(seen.getpixel(middle), (3, 12, 128)), "navy, under a box that is nearly clear"
    assert near(seen.getpixel((int(left + width * 0.9), int(top + height * 0.9))), (255, 255, 255)), "paper"
    edge = int(top + 300 * scale), int(left + 260 * scale)
    greens = [seen.getpixel((edge[1], edge[0] + shift)) for shift in range(-2, 3)]
    assert any(near(one, (132, 172, 163)) for one in greens), f"the upper line of the second box: {greens}"
    text_left, text_top, *_ = place(window, ".piece p")
    assert text_left >= left + width
    assert abs(text_top - top) < 40


def test_without_the_file_boxes_stand_on_blank_paper(window: Browser, tmp_path: Path) -> None:
    """Of the page's own proportions, and white in the dark, too."""
    for dark in (False, True):
        window.open(result(paper("Tea")).save_html(tmp_path / "a.html"), dark=dark)
        left, top, width, height = place(window, ".picture")
        assert width / height == pytest.approx(WIDE / HIGH, rel=0.01)
        seen = window.picture()
        assert min(seen.getpixel((int(left + width / 2), int(top + height * 0.9)))) > 225
        assert (max(seen.getpixel((5, 5))) < 60) == dark


def test_box_and_text_light_up_together(window: Browser, tmp_path: Path) -> None:
    """Whoever points at either, or comes with the keyboard, sees which belong together; without a script."""
    window.open(result(paper("Tea", "Cups")).save_html(tmp_path / "a.html", file=picture()))
    states = (
        "[...document.querySelectorAll('.piece')].map(one => [getComputedStyle(one).backgroundColor, "
        "getComputedStyle(one.querySelector('rect')).strokeWidth, "
        "getComputedStyle(one.querySelector('text')).display])"
    )
    window.run("document.head.querySelector('style').sheet.insertRule('.ldyn * { transition: none !important }')")
    dark = window.run(states)
    assert dark[0] == dark[1] == ["rgba(0, 0, 0, 0)", "1px", "none"]
    x, y, width, height = place(window, ".over rect")
    window.point(x + width / 2, y + height / 2)
    lit = window.run(states)
    assert lit[1] == dark[1]
    assert [one != other for one, other in zip(lit[0], dark[0], strict=True)] == [True, True, True]
    x, y, *_ = place(window, ".piece + .piece p")
    window.point(x + 3, y + 3)
    assert window.run(states) == [dark[0], lit[0]]
    window.point(1, 1)
    window.press("Tab")
    assert window.run(states) == [lit[0], dark[1]]
    window.press("Tab")
    assert window.run(states) == [dark[0], lit[0]]


@pytest.mark.parametrize("width", [1400, 800, 360])
def test_the_page_fits_any_window(window: Browser, tmp_path: Path, width: int) -> None:
    """Nothing sticks out; boxes stay on the picture where its text moves below it."""
    made = result(paper("word " * 300, "W" * 400), paper("x"), file_name="n" * 300)
    window.open(made.save_html(tmp_path / "a.html"), width=width)
    assert window.run("document.documentElement.scrollWidth") <= width
    left, _, wide, _ = place(window, ".picture")
    box = place(window, ".over rect")
    assert box[0] == pytest.approx(left + wide * BLOCK[0] / WIDE, abs=2.5)
    assert box[2] == pytest.approx(wide * BLOCK[2] / WIDE, abs=2.5)


def test_a_hostile_document_does_nothing(window: Browser, tmp_path: Path) -> None:
    """Whatever its texts say: no script runs, nothing is asked for, and the browser has nothing to complain about."""
    hooks = ["<img src=http://127.0.0.1:9/x onerror=document.title='pwned'>", "<style>*{display:none}</style>"]
    pages = [paper(*(f"{text}{hook}" for text in HOSTILE)) for hook in hooks]
    data = {"page_number": 3, "result": {hooks[0]: hooks, **dict.fromkeys(HOSTILE, HOSTILE)}}
    path = result(*pages, data, file_name=f"</title>{hooks[0]}").save_html(tmp_path / "a.html", file=picture())
    window.open(path)
    assert window.asked == [path.as_uri()]
    assert window.said == []
    assert window.run("document.title").startswith("</title><img")
    assert window.run("document.querySelectorAll('script, img, iframe, object, link, form').length") == 0
    assert window.run("getComputedStyle(document.querySelector('main')).display") != "none"
    # What is on the page is in the tree that assistive technology reads.
    assert hooks[0] in window.run("document.body.innerText")


def test_the_policy_holds_against_a_mistake_of_ours(window: Browser, tmp_path: Path) -> None:
    """If markup got in after all, it could neither run, nor load, nor look different."""
    path = result(paper("Tea")).save_html(tmp_path / "a.html")
    evil = "<script>document.title='pwned'</script><img src=http://127.0.0.1:9/x><p id=p style='color:red'>x</p>"
    path.write_text(path.read_text("utf-8").replace("</main>", f"{evil}</main>"), "utf-8")
    window.open(path)
    assert window.run("document.title") == "scan.pdf"
    assert (window.asked, window.refused) == ([path.as_uri(), "http://127.0.0.1:9/x"], ["http://127.0.0.1:9/x"])
    assert window.run("getComputedStyle(document.querySelector('#p')).color") != "rgb(255, 0, 0)"
    assert "Content Security Policy" in " ".join(window.said)


def test_the_page_prints_a_page_on_a_page(window: Browser, tmp_path: Path) -> None:
    """Each page of the document begins a new one, with its picture beside its text."""
    pypdfium2 = pytest.importorskip("pypdfium2", reason="needs pypdfium2: pip install leapocr-dyn[pdf]")
    window.open(result(paper("Tea"), paper("Cups"), paper("Pots")).save_html(tmp_path / "a.html"))
    with pypdfium2.PdfDocument(window.printed()) as printed:
        texts = [one.get_textpage().get_text_bounded() for one in printed]
    assert [[word in text for word in ("Tea", "Cups", "Pots")] for text in texts] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    assert not any("The whole text" in text for text in texts)
