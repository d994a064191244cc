"""HTML that is made of elements, and of text that is never markup: whatever is no element is escaped.

There is no way to put text of others where it would be read as anything but text. Names of elements and attributes are
written by us; a link leads to a place on the same page, and an image holds its own bytes.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
from collections.abc import Iterable
from importlib import resources
from typing import TypeAlias

from leapocr_dyn.visible import visible

VOID = frozenset({"br", "hr", "image", "meta", "rect"})  # `image` and `rect` as SVG in HTML writes them: closed at once


class Markup(str):
    """Text that is HTML already; `element` and `joined` make it, and nothing else does."""

    __slots__ = ()


Inside: TypeAlias = "str | int | float | Iterable[Inside] | None"
"""What an element can hold: text (escaped), other elements, several of them, or nothing."""


def element(tag: str, *inside: Inside, **attributes: str | int | float | bool | None) -> Markup:
    """An element. attributes: `class_` is class, `aria_label` is aria-label; None and False are left out."""
    head = tag + "".join(
        f" {name.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escaped(str(value))}"')
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{head}/>" if tag in VOID else f"<{head}>{joined(inside)}</{tag}>")


def joined(inside: Inside) -> Markup:
    """All of it, one after the other."""
    if isinstance(inside, Markup):
        return inside
    if inside is None:
        return Markup()
    if isinstance(inside, (str, int, float)):
        return Markup(escaped(str(inside)))
    return Markup("".join(map(joined, inside)))


def escaped(text: str) -> str:
    """Text as it may stand in an element or between the quotes of an attribute. What hides or moves is spelled out."""
    return html.escape(visible(text.replace("\r\n", "\n")))


def image(content: bytes, media: str) -> str:
    """The address of an image that is its own content."""
    return f"data:{media};base64,{base64.b64encode(content).decode()}"


@functools.cache
def style() -> str:
    """The style sheet."""
    return resources.files(__package__).joinpath("notebook.css").read_text("utf-8")


def fragment(*inside: Inside) -> Markup:
    """What stands by itself inside somebody else's page, with its style."""
    return element("div", element("style", Markup(style())), inside, class_="ldyn")


def page(title: str, *inside: Inside) -> Markup:
    """A page of its own, which asks for nothing: its policy lets in this style and images that are there; no script."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Markup(style())),
    )
    body = element("body", element("main", inside, class_="ldyn"))
    return Markup(f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n")
