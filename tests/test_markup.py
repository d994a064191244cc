"""HTML from elements and text: nothing that others wrote is ever markup."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

from hypothesis import example, given
from hypothesis import strategies as st

from leapocr_dyn.explore import markup
from leapocr_dyn.explore.markup import Markup, element, escaped, fragment, joined, page
from leapocr_dyn.visible import visible

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "</style></title></textarea></pre></svg><b>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "<!-- --!><![CDATA[ ]]>&lt;b&gt;&#60;b&#62;&amp;",
    "<a href=javascript:alert(1)>x</a>",
    "`${alert(1)}` {{7*7}} <%= 1 %>",
    "\x00<\x00b>\u202e\ufeff\x1b[31m",
    "**<b>** | <td> | # <h1>",
]
hostile = (
    st.text()
    | st.sampled_from(HOSTILE)
    | st.lists(st.sampled_from([*HOSTILE, "\n", "|", " "]), max_size=4).map("".join)
)


class Read(HTMLParser):
    """What a page is made of. tags: with the names of their attributes. text: what is to be read. held: attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.held: list[tuple[str, str]] = []
        self.pieces: list[str] = []
        self.others: list[str] = []
        self.styles = False
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """All of it, one after the other."""
        return "".join(self.pieces)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A start tag, with its attributes."""
        self.styles = tag == "style"
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.held += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        """An end tag."""
        self.styles = False
        self.tags.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        """What stands between tags."""
        if not self.styles:
            self.pieces.append(data)

    def handle_comment(self, data: str) -> None:
        """A comment, which we never write."""
        self.others.append(data)

    def handle_decl(self, decl: str) -> None:
        """<!DOCTYPE html>, which a page begins with."""
        self.others.append(decl)

    handle_pi = unknown_decl = handle_comment


def test_an_element_holds_text_and_elements() -> None:
    """Whatever is no element is escaped; nothing is nothing."""
    made = element("p", "a < b", None, [element("b", 1.5), " & "], class_="x", hidden=True, title=None)
    assert made == '<p class="x" hidden>a &lt; b<b>1.5</b> &amp; </p>'
    assert element("rect", aria_hidden="true") == '<rect aria-hidden="true"/>'
    assert joined(None) == ""


@given(hostile, hostile)
def test_text_is_never_markup(text: str, value: str) -> None:
    """In an element and in an attribute: the same elements come out, and they hold the very text."""
    read = Read(element("p", text, element("b", text), title=value, href=value))
    assert read.tags == [("p", ("title", "href")), ("b", ()), ("/b", ()), ("/p", ())]
    assert read.text == visible(text.replace("\r\n", "\n")) * 2
    assert [one for _, one in read.held] == [visible(value.replace("\r\n", "\n"))] * 2
    assert read.others == []


@given(hostile)
@example("&lt;")
def test_text_that_was_escaped_is_not_markup_for_the_next(text: str) -> None:
    """Text that looks escaped is escaped once more: only an element is trusted."""
    once = escaped(text)
    assert not isinstance(once, Markup)
    assert Read(element("p", once)).text == once


def test_a_page_lets_in_its_own_style_and_nothing_else() -> None:
    """The policy names the style by its digest; there is no script, and the title is text."""
    made = page("</title><script>x</script>", element("p", "hello"))
    [style] = re.findall("<style>(.*?)</style>", made, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = dict(zip(*[iter(one for _, one in Read(made).held)] * 2, strict=False)).get("Content-Security-Policy", "")
    assert f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'" in policy
    assert "script" not in {tag for tag, _ in Read(made).tags}
    assert "</title><script>" not in made
    assert not re.search(r"url\(|@import|https?:", markup.style())


def test_a_fragment_keeps_its_style_to_itself() -> None:
    """In somebody else's page every rule is about what stands in the fragment, or about a page of our own."""
    assert fragment("hello").startswith('<div class="ldyn"><style>')
    selectors = re.findall(r"(?:^|[{}])\s*([^{}@]+)\{", re.sub(r"/\*.*?\*/", "", markup.style(), flags=re.DOTALL))
    assert len(selectors) > 20
    assert [one for one in selectors if ".ldyn" not in one] == []
