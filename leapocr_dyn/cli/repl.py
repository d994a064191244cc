"""leapocr-dyn repl: a prompt with a client ready."""

from __future__ import annotations

import contextlib
import signal
import sys
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from leapocr_dyn.cli.api import api_of, connected

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.sandbox import Sandbox


@click.command()
@connected
@click.option("--sandbox", is_flag=True, help="Speak to a local server, which is started for it and stopped after it.")
@click.option("--async", "is_async", is_flag=True, help="An async client, whose calls are awaited.")
@click.option("--plain", is_flag=True, help="Python's own prompt, although IPython is installed.")
def repl(
    service: str,
    spec: str | None,
    workflow: str | None,
    url: str | None,
    key: str | None,
    token: str | None,
    sandbox: bool,
    is_async: bool,
    plain: bool,
) -> None:
    """Open a prompt with a client ready: IPython where it is installed, otherwise Python's own with completion.

    What is typed is kept for the next time, without keys and tokens.
    """
    from leapocr_dyn import services
    from leapocr_dyn.explore import door
    from leapocr_dyn.explore.repl import prompt, public

    if sandbox and (url or key or token):
        raise click.UsageError("--sandbox has an address and a key of its own: leave out --url, --key and --token")
    api = api_of(service, spec, workflow)
    own = spec is None and workflow is None and door.has_door(service)
    with contextlib.ExitStack() as ending:
        ended_by_signals(ending)
        if sandbox:
            server = ending.enter_context(sandbox_of(api))
            url, key, token = server.url, server.api_key, server.api_key
        words = {"base_url": url, "api_key": key, "token": token}
        given = {name: one for name, one in words.items() if one is not None}
        client = door.opened(service, is_async, given) if own else None
        more = {**public(import_module(f"leapocr_dyn.services.{service}")), **door.named(service)} if own else {}
        suggestion = services.SUGGESTIONS.get(service, "") if client is not None else ""
        if client is None:
            client = api.async_client(**given) if is_async else api.client(**given)  # type: ignore[arg-type]  # all text
        prompt(client, more, suggestion=suggestion, kept=kept(), plain=plain or not sys.stdin.isatty())


def sandbox_of(api: Api) -> Sandbox:
    """A local server for an API; not started yet."""
    try:
        from leapocr_dyn.sandbox import Sandbox
    except ImportError as error:
        raise click.UsageError(
            f"the sandbox needs more packages ({error.name}): pip install 'leapocr-dyn[sandbox]'"
        ) from error
    return Sandbox(document=api.document)


def kept() -> Path:
    """The file for what is typed, in the folder that this system has for such."""
    import platformdirs

    return platformdirs.user_state_path("leapocr_dyn", appauthor=False) / "repl.jsonl"


def ended_by_signals(ending: contextlib.ExitStack) -> None:
    """Have a terminal that is closed, or a kill, end the prompt as exit() does, so that nothing is left behind."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)  # as a shell has it

    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        if (number := getattr(signal, name, None)) is not None:
            ending.callback(signal.signal, number, signal.signal(number, end))
