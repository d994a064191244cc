"""What a shell offers after TAB: services, operations and methods, their arguments, and what an argument can be.

It looks at names, types and summaries, which builds no model; it asks no network, so a document at a URL offers
nothing; and it never complains, since somebody is typing.
"""

from __future__ import annotations

import glob
import json
import os
import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from leapocr_dyn import errors
from leapocr_dyn.cli.api import api_of, way_of

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.model.type import Type
    from leapocr_dyn.operation.method import Method
    from leapocr_dyn.operation.operation import Operation

Found = Iterator[tuple[str, str]]  # what to offer, and a word about it
Offer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
FILE = re.compile(r"(\w+=@)(.*)", re.DOTALL)
LONGEST = 60  # characters of a word about it


def offering(find: Callable[[click.Context, str], Found]) -> Offer:
    """As click calls it: what begins as what has been typed."""

    @wraps(find)
    def offer(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
        try:
            found = [(text, about) for text, about in find(context, typed) if text.startswith(typed)]
        except (errors.Error, click.ClickException, KeyError, OSError):
            return []
        return [CompletionItem(text, help=" ".join(about.split())[:LONGEST] or None) for text, about in found]

    return offer


@offering
def names(context: click.Context, typed: str) -> Found:
    """Operations and methods: by their own name where that will do, by namespace.name where it will not."""
    api = api_so_far(context)
    for namespace, ways in api.namespaces.items():
        for name, way in ways.items():
            alone = name in api.methods or (name in api.operations and api.operations[name] is way)
            about = str(way.operation.node.get("summary") or "")
            yield (name, about) if alone and not typed.startswith(f"{namespace}.") else (way.full_name, about)


@offering
def arguments(context: click.Context, typed: str) -> Found:
    """The arguments that are not given yet; behind an argument's = what it can be."""
    way = way_of(api_so_far(context), context.params["name"])
    found = re.match(r"(\w+)(:?=)", typed)
    if found is None:
        given = {re.split(":?=", one)[0] for one in context.params.get("arguments") or ()}
        for name, parameter in way.signature.parameters.items():
            if name not in given:
                needed = "required, " if parameter.default is parameter.empty else ""
                yield f"{name}=", f"{needed}{getattr(parameter.annotation, '__name__', parameter.annotation)}"
    elif (file := FILE.fullmatch(typed)) is not None:
        for path in sorted(glob.glob(glob.escape(os.path.expanduser(file[2])) + "*")):
            yield file[1] + path + "/" * os.path.isdir(path), ""
    else:
        yield from ((found[0] + value, "") for value in values(way, found[1]))


def values(way: Operation | Method, name: str) -> Iterator[str]:
    """What an argument can be, where the document lists it; @ where it is a file."""
    it = way.operation
    if takes_file(it, name):
        yield "@"
    if name in it.choices:
        yield from it.choices[name]
    yield from listed(it.argument_types.get(name) or getattr(way, "sent", lambda name: None)(name))


def listed(kind: Type | None) -> Iterator[str]:
    """The values of a type, where it lists them."""
    from leapocr_dyn.model.type import Enumeration, Literal

    if kind is not None and bool in kind.kinds:
        yield from ("true", "false")
    elif isinstance(kind, Enumeration | Literal):
        yield from (value if isinstance(value, str) else json.dumps(value) for value in kind.values)


def api_so_far(context: click.Context) -> Api:
    """The API that the options so far name. Raises FileError for one that would have to be fetched."""
    from leapocr_dyn.document.source import is_url

    spec = context.params.get("spec")
    if spec is not None and is_url(spec):
        raise errors.FileError("a document at a URL is not fetched while somebody types")
    return api_of(context.params.get("service") or "", spec, context.params.get("workflow"))


def takes_file(operation: Operation, name: str) -> bool:
    """Whether an argument can be a file. Any other may begin with an @, too."""
    files = (field.name for body in operation.bodies for field in body.files)
    return name in files or (name == "body" and bool(operation.bodies))
