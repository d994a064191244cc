"""Which API a command speaks of, and who is calling: --service or --spec, --workflow, --url, --key and --token."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from leapocr_dyn.services import FLAGSHIP

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.operation.method import Method
    from leapocr_dyn.operation.operation import Operation

Command = TypeVar("Command", bound=Callable[..., Any])


def services(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """The bundled services, for a shell."""
    from leapocr_dyn.api import bundled

    return [CompletionItem(name) for name in bundled() if name.startswith(typed)]


def files(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Files, which a shell itself knows."""
    return [CompletionItem(typed, type="file")]


def chosen(command: Command) -> Command:
    """The options that say which API."""
    for option in (
        click.option(
            "--workflow", help="A workflow.yaml for it, as a file: names, methods, rules.", shell_complete=files
        ),
        click.option(
            "--spec",
            help="An OpenAPI document, as a file or a URL, instead of a bundled service.",
            shell_complete=files,
        ),
        click.option(
            "--service", default=FLAGSHIP, show_default=True, help="A bundled service.", shell_complete=services
        ),
    ):
        command = option(command)
    return command


def connected(command: Command) -> Command:
    """The options that say which API, and who is calling."""
    for option in (
        click.option("--token", help="A bearer token, for an API that takes one; otherwise the environment variable."),
        click.option("--key", help="The API key; otherwise the service's environment variable."),
        click.option("--url", help="Where the API is; otherwise the environment variable, then the document's server."),
    ):
        command = option(command)
    return chosen(command)


def api_of(service: str, spec: str | None, workflow: str | None = None) -> Api:
    """The API that the options name."""
    from leapocr_dyn.api import bundled, load
    from leapocr_dyn.model.naming import hint

    if spec is None and service not in bundled():
        known = f"; there are {', '.join(bundled())}, and --spec FILE for any other"
        raise click.ClickException(f"there is no service {service!r}{hint(service, bundled(), known)}")
    rules = None if workflow is None else Path(workflow)
    return load(service if spec is None else located(spec), workflow=rules)


def located(spec: str) -> str | Path:
    """What --spec names: a URL, which is fetched, or a file."""
    from leapocr_dyn.document.source import is_url

    return spec if is_url(spec) else Path(spec)


def way_of(api: Api, name: str) -> Operation | Method:
    """What is called so: a method of the workflow, or an operation."""
    if name in api.methods:
        return api.methods[name]
    try:
        return api.operations[name]
    except KeyError as error:
        raise click.ClickException(f"{error.args[0]} (see leapocr-dyn ops)") from error
