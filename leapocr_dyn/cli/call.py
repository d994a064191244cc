"""leapocr-dyn call: one operation, its arguments from words and its answer on stdout."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leapocr_dyn.cli.api import api_of, connected, way_of
from leapocr_dyn.cli.offer import arguments as offered
from leapocr_dyn.cli.offer import names, takes_file
from leapocr_dyn.cli.terminal import out, say, show, table
from leapocr_dyn.explore.screen import cut
from leapocr_dyn.progress import amount

if TYPE_CHECKING:
    from leapocr_dyn.client import Client
    from leapocr_dyn.operation.operation import Operation
    from leapocr_dyn.operation.plan import Plan
    from leapocr_dyn.session import Answer

FORMS = ("json", "table", "raw")
WIDEST = 40  # characters of a cell


@click.command()
@click.argument("name", shell_complete=names)
@click.argument("arguments", nargs=-1, metavar="[KEY=VALUE...]", shell_complete=offered)
@click.option(
    "-o",
    "--output",
    metavar="json|table|raw|FILE",
    help="How to print the answer: JSON with indents (as without it), rows, or the body as it came; or the file to "
    "save the body as, of any kind and size.",
    shell_complete=lambda *asked: [one for one in FORMS if one.startswith(asked[2])],
)
@click.option("--curl", is_flag=True, help="Print it as a command line of curl, without your key; nothing is sent.")
@click.option("--dry-run", is_flag=True, help="Print the request, without your key; nothing is sent.")
@connected
def call(
    name: str,
    arguments: tuple[str, ...],
    output: str | None,
    curl: bool,
    dry_run: bool,
    service: str,
    spec: str | None,
    workflow: str | None,
    url: str | None,
    key: str | None,
    token: str | None,
) -> None:
    """Call an operation: KEY=VALUE for text and numbers, KEY:=JSON for anything else, KEY=@PATH for a file.

    A file is what the operation takes as one, or the whole body (body=@PATH); @- is what stands on stdin.
    """
    from leapocr_dyn.call import call as bound

    api = api_of(service, spec, workflow)
    way = way_of(api, name)
    given = dict(argument(one, way.operation) for one in arguments)
    try:
        way.operation.plan("", **way.named((), given))
    except TypeError as error:
        raise click.ClickException(f"{error} (see leapocr-dyn show {name})") from error
    client: Client
    with api.client(api_key=key, token=token, base_url=url) as client:
        called = bound(way, True, client)
        if curl:
            show(called.plan(**given).curl())
        elif dry_run:
            show_plan(called.plan(**given))
        elif output is not None and output not in FORMS:
            called.save(output, **given)
            say(f"wrote {output}")
        else:
            show_answer(called.answer(**given), output)


def show_plan(plan: Plan) -> None:
    """A request on stdout as HTTP writes one, without the key; its body where that is text."""
    show(f"{plan.method} {plan.url}", bold=True)
    for name, text in plan.headers.items():
        show(f"{name}: {text}")
    if isinstance(plan.body, bytes):
        show(f"\n{plan.body.decode('utf-8', 'backslashreplace')}")
    elif plan.body is not None:
        from leapocr_dyn.operation.file import size

        show(f"\n({amount(size(plan.body))}, read while it is sent)")
    say("nothing was sent")


def show_answer(answer: Answer, form: str | None = None) -> None:
    """An answer on stdout: JSON with indents, text as it is, and bytes only where no terminal is.

    form: one of FORMS, for what somebody wants to have; without it, whatever fits.
    """
    media = answer.response.headers.get("content-type", "").partition(";")[0]
    if form == "raw" and not (isinstance(answer.value, bytes) and sys.stdout.isatty()):
        show(answer.response.text) if sys.stdout.isatty() else out(answer.response.content)
    elif isinstance(answer.value, bytes):
        if sys.stdout.isatty():
            size = amount(len(answer.value))
            say(f"the answer is {size}{f' of {media}' if media else ''}, and no text; --output FILE saves it")
        else:
            out(answer.value)
    elif media.endswith("json") and answer.response.content:
        found = answer.response.json()
        if form == "table":
            table(rows(found), bold=(0,))
        else:
            show(json.dumps(found, ensure_ascii=False, indent=2))
    elif answer.response.content:
        show(answer.value if isinstance(answer.value, str) else answer.response.text)


def rows(found: Any) -> list[list[str]]:  # Any: JSON
    """JSON as a table: a list of objects under the names of their fields, an object by its fields, anything else alone.

    Of an object that holds one list and counts around it, the list is meant.
    """
    lists = [one for one in found.values() if isinstance(one, list)] if isinstance(found, dict) else []
    items = found if isinstance(found, list) else lists[0] if len(lists) == 1 else None
    if items and all(isinstance(one, dict) for one in items):
        heads = list(dict.fromkeys(name for one in items for name in one))
        return [heads, *([cell(one.get(name)) for name in heads] for one in items)]
    if isinstance(found, dict):
        return [[name, cell(value)] for name, value in found.items()]
    return [[cell(one)] for one in (found if isinstance(found, list) else [found])]


def cell(value: Any) -> str:  # Any: JSON
    """A value in a table: text as it is, nothing for null, anything else as JSON; cut where it is long."""
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return cut(" ".join(text.split()), WIDEST)


def argument(text: str, operation: Operation) -> tuple[str, Any]:  # Any: a value of any kind
    """KEY=VALUE, KEY:=JSON or KEY=@PATH as a keyword argument; a value for a number or a boolean is read as one."""
    found = re.match(r"([^=:]+)(:?=)(.*)", text, re.DOTALL)
    if found is None:
        raise click.UsageError(f"{text!r} is neither KEY=VALUE nor KEY:=JSON")
    name, sign, value = found.groups()
    if sign == "=" and value.startswith("@") and takes_file(operation, name):
        return name, sys.stdin.buffer.read() if value == "@-" else Path(value[1:])
    known = operation.argument_types.get(name)
    if sign == "=" and (known is None or str in known.kinds or not known.kinds):
        return name, value
    try:
        return name, json.loads(value)
    except ValueError as error:
        if sign == "=":
            return name, value  # the operation itself says better what it wants
        raise click.UsageError(f"{name}: {value!r} is not JSON: {error}") from error
