"""leapocr-dyn call: one operation, its arguments from words and its answer on stdout."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leapocr_dyn.cli.api import api_of, connected, way_of
from leapocr_dyn.cli.terminal import amount, out, say, show

if TYPE_CHECKING:
    from leapocr_dyn.client import Client
    from leapocr_dyn.operation.operation import Operation
    from leapocr_dyn.session import Answer


@click.command()
@click.argument("name")
@click.argument("arguments", nargs=-1, metavar="[KEY=VALUE...]")
@click.option("-o", "--output", metavar="FILE", help="Save the body of the answer, of any kind and size, as this file.")
@connected
def call(
    name: str,
    arguments: tuple[str, ...],
    output: str | None,
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
        if output is not None:
            called.save(output, **given)
            say(f"wrote {output}")
        else:
            show_answer(called.answer(**given))


def show_answer(answer: Answer) -> None:
    """An answer on stdout: JSON with indents, text as it is, and bytes only where no terminal is."""
    media = answer.response.headers.get("content-type", "").partition(";")[0]
    if isinstance(answer.value, bytes):
        if sys.stdout.isatty():
            size = amount(len(answer.value))
            say(f"the answer is {size}{f' of {media}' if media else ''}, and no text; --output FILE saves it")
        else:
            out(answer.value)
    elif media.endswith("json"):
        show(json.dumps(answer.response.json(), ensure_ascii=False, indent=2))
    elif answer.response.content:
        show(answer.value if isinstance(answer.value, str) else answer.response.text)


def argument(text: str, operation: Operation) -> tuple[str, Any]:  # Any: a value of any kind
    """KEY=VALUE, KEY:=JSON or KEY=@PATH as a keyword argument; a value for a number or a boolean is read as one."""
    found = re.match(r"([^=:]+)(:?=)(.*)", text, re.DOTALL)
    if found is None:
        raise click.UsageError(f"{text!r} is neither KEY=VALUE nor KEY:=JSON")
    name, sign, value = found.groups()
    if sign == "=" and value.startswith("@") and takes_file(operation, name):
        return name, sys.stdin.buffer.read() if value == "@-" else Path(value[1:])
    kinds = {one.name: one.type.kinds for one in operation.parameters}
    kinds |= {one.name: one.type.kinds for one in operation.body_fields}
    if sign == "=" and (name not in kinds or str in kinds[name] or not kinds[name]):
        return name, value
    try:
        return name, json.loads(value)
    except ValueError as error:
        if sign == "=":
            return name, value  # the operation itself says better what it wants
        raise click.UsageError(f"{name}: {value!r} is not JSON: {error}") from error


def takes_file(operation: Operation, name: str) -> bool:
    """Whether an argument can be a file. Any other may begin with an @, too."""
    files = (field.name for body in operation.bodies for field in body.files)
    return name in files or (name == "body" and bool(operation.bodies))
