"""What a notebook shows of an Api, an operation, a call, a value, a job and a result; and the same as a file.

Nothing is asked of a server here: what is shown is what is known. Nothing fails here either where a person only looked:
a file that has gone, or a package that is not installed, is said on the page.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from functools import singledispatch
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from leapocr_dyn.api import Api
from leapocr_dyn.call import Call
from leapocr_dyn.errors import Error, FileError
from leapocr_dyn.explore.markup import Inside, Markup, element, fragment, page
from leapocr_dyn.explore.paper import Paper, papers
from leapocr_dyn.explore.picture import WIDTH, Picture, pictures
from leapocr_dyn.explore.record import Room, record
from leapocr_dyn.explore.spread import spread
from leapocr_dyn.handle import Handle
from leapocr_dyn.model.naming import counted
from leapocr_dyn.model.value import Model
from leapocr_dyn.operation.method import Method
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.view import counts, names
from leapocr_dyn.workflows.spool import FileInput

GLANCE = 5  # pages of a result in a notebook
SMALLER = 800  # pixels that their pictures are wide: a notebook keeps all that it has shown
PICTURED = 200  # pages of a file that are drawn
NAMED = 60  # operations of an Api
UNFOLDED = 3  # of its namespaces
ROWS = 300  # of a value


def html(it: Any) -> str:  # Any: whatever is Shown
    """What a notebook shows of it."""
    return fragment(card(it))


def bundle(it: Any, include: Collection[str] | None, exclude: Collection[str] | None) -> dict[str, str]:
    """The same for those who choose by media type; a terminal shows no HTML, so none is made."""
    wanted = {"text/plain", "text/html"} if shows_html() else {"text/plain"}
    wanted = wanted & set(include or wanted) - set(exclude or ())
    made = {"text/plain": repr, "text/html": html}
    return {media: make(it) for media, make in made.items() if media in wanted}


def shows_html() -> bool:
    """Whether whoever looks can see HTML; a notebook without IPython can."""
    if "IPython" not in sys.modules:
        return True
    from IPython import get_ipython  # type: ignore[import-not-found,unused-ignore]  # IPython need not be installed

    shell = get_ipython()
    return shell is None or "text/html" in shell.display_formatter.active_types


def live(job: Handle, anew: bool) -> None:
    """Show a job where it is shown, or anew; from then on it is shown as it goes on. See Handle.hear."""
    if anew and not shows_html():
        raise NotImplementedError  # IPython: "fall back to the other ways to show it"
    shown = {"text/plain": repr(job), "text/html": html(job)}
    if job._display is None:
        from IPython.display import DisplayHandle  # type: ignore[import-not-found,unused-ignore]  # see above

        job._display = DisplayHandle()  # type: ignore[no-untyped-call,unused-ignore]  # IPython's is not typed
    (job._display.display if anew else job._display.update)(shown, raw=True)


def written(it: Any, path: Any, given: FileInput | None, remembered: str | None) -> Path:  # Any: a view; a path
    """A view as a page for a browser, in a file. given: the document that was sent. remembered: where it lay.

    Raises FileError where it cannot be written, and what pictures() raises of a file that was given.
    """
    found = papers(it)
    if given is not None:
        look = Look(pictures(given, numbers(found[:PICTURED])), None)
    else:
        look = look_at(remembered, found[:PICTURED], WIDTH)
    text = page(title(it), whole(it, found, look) if found else card(it))
    try:
        (there := Path(path)).write_text(text, "utf-8")
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror or error}", str(path)) from error
    return there


@singledispatch
def card(it: Any) -> Markup:  # Any: whatever is Shown
    """What people are shown of a thing."""
    return element("pre", repr(it))


@card.register
def _(it: Api) -> Markup:
    about = it.document.get("info")
    version = about.get("version") if isinstance(about, Mapping) else None
    counts_ = [counted(len(it.operations), "operation"), counted(len(it.models), "model")]
    repairs = counted(len(it.report), "repair") if it.report else None
    facts: list[Inside] = [f"version {version}" if version else None, *counts_, repairs, it.base_url]
    groups: list[Inside] = []
    room = NAMED
    for namespace, ways in it.namespaces.items():
        rows = [in_a_row(way) for way in islice(ways.values(), room)]
        room -= len(rows)
        more = hint(f"… {len(ways) - len(rows)} more") if len(rows) < len(ways) else None
        head = element("summary", namespace or "on the client itself", " ", element("span", len(ways), class_="quiet"))
        table = element("table", element("tbody", rows), class_="record") if rows else None
        groups.append(element("details", head, table, more, open=len(groups) < UNFOLDED and bool(rows)))
    return framed(it.name, facts, groups, hint("try .operations, .models, .client()"))


def in_a_row(way: Operation | Method) -> Markup:
    """An operation among others."""
    name = element("th", element("code", way.full_name), scope="row")
    about = way.operation.node.get("summary")
    return element("tr", name, element("td", request(way.operation)), element("td", str(about) if about else None))


@card.register
def _(it: Operation) -> Markup:
    return described(it)


@card.register
def _(it: Method) -> Markup:
    return described(it)


@card.register
def _(it: Call) -> Markup:
    return described(it.way)


def described(way: Operation | Method) -> Markup:
    """An operation, as it is called here: what help() says of it."""
    about, _, rest = str(way.__doc__).partition("\n\n")
    signature = element("pre", element("code", f"{way.name}{way.signature}"))
    inside = element("p", about, dir="auto"), signature, element("pre", rest, dir="auto", class_="text")
    return framed(way.name, [request(way.operation)], *inside)


def request(it: Operation) -> Markup:
    """Method and path."""
    return element("code", element("span", it.method, class_="verb"), f" {it.path}")


@card.register
def _(it: Model) -> Markup:
    found = papers(it)
    if found:
        return whole(it, found, look_at(getattr(it, "file", None), found[:GLANCE], SMALLER), GLANCE)
    return framed(type(it).__name__, [], record(it._fields(), Room(ROWS)), hint(".to_dict() has all of it"))


@card.register
def _(it: Handle) -> Markup:
    heard, named = it.heard, f"Job {it.job_id}"
    if heard is None:
        return framed(named, [], hint("nothing heard of it yet; .status() asks, and .wait() waits and shows it here"))
    done, count, bar = heard.done or 0, None, None
    if heard.total:
        count = f"{done} of {heard.total}"
        bar = element("progress", value=done, max=heard.total, aria_label="How far it is")
    return framed(
        named, [heard.status, count], bar, element("p", heard.message, class_="note") if heard.message else None
    )


class Look(NamedTuple):
    """What a document looks like. pictures: of its pages, by number. note: why there are none, where that is odd."""

    pictures: Mapping[int, Picture]
    note: str | None


def look_at(file: str | None, shown: list[Paper], width: int) -> Look:
    """The pictures of a file that was sent from here, if it still lies where it lay and can be read."""
    if not isinstance(file, str):
        return Look({}, None)
    try:
        return Look(pictures(file, numbers(shown), width), None)
    except Error as error:
        return Look({}, f"Without pictures: {error}")


def numbers(shown: list[Paper]) -> list[int]:
    """The numbers of pages; one that has none is counted."""
    return [place if one.number is None else one.number for place, one in enumerate(shown, 1)]


def whole(it: Model, found: list[Paper], look: Look, most: int | None = None) -> Markup:
    """A result: what it is, and its pages. most: how many of them; and a notebook, which holds other results, too."""
    shown = found[:most]
    numbered = numbers(shown)
    prefix = "" if most is None else f"ldyn-{id(it):x}-"
    sure = [one.confidence for one in found if one.confidence is not None]
    mean = f"{100 * sum(sure) / len(sure):.4g} % sure" if len(sure) > 1 else None
    links = [element("a", number, href=f"#{prefix}page-{place}") for place, number in enumerate(numbered, 1)]
    more = counted(len(found) - len(shown), "more page")
    return element(
        "article",
        heading(title(it), [*names(it, summary(it))[1:], *counts(it, summary(it)), mean]),
        element("p", look.note, class_="note") if look.note else None,
        element("nav", element("span", "Pages"), links, aria_label="Pages") if len(shown) > 1 else None,
        [
            spread(one, look.pictures.get(number), number, f"{prefix}page-{place}")
            for place, (number, one) in enumerate(zip(numbered, shown, strict=True), 1)
        ],
        hint(f"… {more}; .save_html(path) shows all of them") if len(shown) < len(found) else None,
    )


def title(it: Any) -> str:  # Any: whatever is Shown
    """What it is called: by its own name, or after its kind."""
    named = names(it, summary(it))[:1]
    return named[0] if named and not named[0].isdigit() else " ".join([type(it).__name__, *named])


def summary(it: Any) -> list[Any]:  # Any: whatever is Shown; what a workflow says
    """What names and counts it; see `summary` of a view."""
    return getattr(type(it), "_summary", [])


def framed(name: str, facts: list[Inside], *inside: Inside) -> Markup:
    """Something with a name, a few facts beside it, and what is in it."""
    return element("article", heading(name, facts), inside)


def heading(name: str, facts: list[Inside]) -> Markup:
    """A name, and a few facts."""
    return element("header", element("h1", name, dir="auto"), [element("span", one) for one in facts if one])


def hint(text: str) -> Markup:
    """What to try next."""
    return element("p", text, class_="quiet")
