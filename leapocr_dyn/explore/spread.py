"""A page of a document beside what was read of it: its picture on the left, with a box where each piece stands.

Theory of operation. A piece and its box are one element: the box lies in an SVG that covers the picture, and the SVG in
the element of the text. So whoever points at either, or reaches it with the keyboard, sees both light up, without a
script and without a rule for each. Picture and SVGs have the same view box, the page in the service's own unit, so a
box needs no arithmetic and no style of its own, which the page's policy would not let in.
"""

from __future__ import annotations

from leapocr_dyn.explore.markup import Inside, Markup, element
from leapocr_dyn.explore.paper import Box, Paper
from leapocr_dyn.explore.picture import Picture
from leapocr_dyn.explore.prose import prose
from leapocr_dyn.explore.record import Room, inside, laid_out, shown
from leapocr_dyn.model.naming import counted
from leapocr_dyn.model.value import Json

ROWS = 500  # of data on one page
BOXES = 2_000
SURE, UNSURE = 0.95, 0.8  # from here on, and below here


def spread(paper: Paper, picture: Picture | None, number: int, anchor: str) -> Markup:
    """One page. picture: where it is at hand. number: what to call it. anchor: what a link to it names."""
    size = paper.size or (picture.size if picture is not None else None) or (210.0, 297.0)  # A4
    on_page = [one for one in paper.boxes[:BOXES] if one.place is not None]
    left = drawn(size, picture, number) if picture is not None or on_page else None
    text: list[Inside] = []
    if paper.content is not None and not isinstance(paper.content, str):
        text.append(element("div", data(paper.content), class_="data"))
    if paper.boxes:
        text += [block(one, size) for one in paper.boxes[:BOXES]]
        if len(paper.boxes) > BOXES:
            text.append(element("p", f"… {len(paper.boxes) - BOXES} more pieces", class_="quiet"))
    elif isinstance(paper.content, str):
        text += prose(paper.content)
    if not text:
        text.append(element("p", "Nothing was read on this page.", class_="quiet"))
    facts = [sure(paper.confidence), counted(len(paper.boxes), "piece") if paper.boxes else None]
    whole = None
    if paper.boxes and isinstance(paper.content, str) and paper.content:
        whole = element(
            "details", element("summary", "The whole text, as it came"), element("pre", paper.content, dir="auto")
        )
    return element(
        "section",
        element("header", element("h2", f"Page {number}"), [element("span", one) for one in facts if one]),
        element("div", left, element("div", text, class_="text"), class_="spread" if left else "spread alone"),
        whole,
        class_="page",
        id=anchor,
    )


def data(content: Json) -> Markup:
    """What was read out of a page. Its links are the document's own, and shown as they are."""
    room = Room(ROWS, discreet=False)
    return laid_out(content, room) if inside(content) else shown(content, room)


def drawn(size: tuple[float, float], picture: Picture | None, number: int) -> Markup:
    """The page as it looks; a blank one where nobody knows."""
    width, height = size
    image = (
        element("image", href=picture.source, width=width, height=height, preserveAspectRatio="none")
        if picture is not None
        else element("rect", width=width, height=height, class_="blank")
    )
    label = f"Page {number}" if picture is not None else f"Page {number}, whose picture is not at hand"
    return element("svg", image, viewBox=f"0 0 {width:g} {height:g}", role="img", aria_label=label, class_="picture")


def block(box: Box, size: tuple[float, float]) -> Markup:
    """A piece of a page: its text, and the box that lies over the picture."""
    over = None
    if box.place is not None:
        x, y, width, height = box.place
        letters = size[0] / 55
        frame = element(
            "rect", x=f"{x:g}", y=f"{y:g}", width=f"{width:g}", height=f"{height:g}", rx=f"{size[0] / 300:g}"
        )
        # Above the box; where there is no room above, below its upper edge.
        at = f"{y - letters / 3 if y > 2 * letters else y + letters:g}"
        label = element("text", box.kind, x=f"{x:g}", y=at, font_size=f"{letters:g}")
        over = element("svg", frame, label, viewBox=f"0 0 {size[0]:g} {size[1]:g}", aria_hidden="true", class_="over")
    is_heading = box.kind.lower() in ("heading", "title")
    content: Inside = element("h3", box.text, dir="auto") if is_heading else prose(box.text)
    if not box.text.strip():
        content = element("p", f"({box.kind or 'nothing to read'})", class_="quiet")
    return element("div", over, content, class_="piece", tabindex=0)


def sure(confidence: float | None) -> Markup | None:
    """How sure the reader is."""
    if confidence is None:
        return None
    how = "high" if confidence >= SURE else "low" if confidence < UNSURE else "middling"
    return element("span", f"{100 * confidence:.4g} % sure", class_=f"sure {how}")
