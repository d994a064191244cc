"""A prompt with a client at hand: IPython where it is installed, otherwise Python's own.

It opens whether or not there is a key, asks nobody anything before somebody calls, and says in a few lines what to try.
Which client, and which server, is the caller's to say.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import leapocr_dyn
from leapocr_dyn.client import AnyClient
from leapocr_dyn.explore import ipython, spelling
from leapocr_dyn.explore.console import Console
from leapocr_dyn.explore.harmless import harmless
from leapocr_dyn.explore.machine import SECRETS
from leapocr_dyn.explore.recall import Recall
from leapocr_dyn.operation.security import Credentials
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.api import Api

SHORTEST = 4  # characters of a secret that is looked for wherever it stands


def prompt(
    client: AnyClient,
    more: Mapping[str, Any] | None = None,  # Any: classes and functions of a service
    *,
    suggestion: str = "",
    kept: Path | None = None,
    plain: bool = False,
) -> None:
    """Read and run what somebody types, until they have enough; then close the client.

    more: further names. suggestion: a call to begin with. kept: the file for what is typed. plain: Python's own prompt,
    even where IPython is installed.
    """
    names = {"leapocr_dyn": leapocr_dyn, **(more or {}), "api": client.api, "client": client}
    callers = [name for name, one in names.items() if isinstance(one, type) and issubclass(one, AnyClient)]
    recall = Recall(kept, lambda: secrets(names), callers)
    close = getattr(client, "aclose", client.close)  # of a client for both worlds, all of it
    greeting = banner(client, suggestion, recall.failure)
    if ipython.is_installed() and not plain:
        ipython.run(names, greeting, recall, close)
    else:
        Console(names, recall).run(greeting, close)


def banner(client: AnyClient, suggestion: str = "", failure: str = "") -> str:
    """What is there and what to try, in six lines at most, of a narrow terminal. failure: what does not work here."""
    api, kind = client.api, type(client).__name__
    where = client._session.config.base_url or api.base_url or "an address that nobody has said yet (--url)"
    waits = "" if client._blocks else "await "
    lines = [f"{api.name} at {where}: client ({kind}) and api"]
    if failure or is_unknown(client):
        lines.append(failure or no_key(api))
    tries: list[tuple[str, str]] = []
    ways = {spelling.called(way): way for named in api.namespaces.values() for way in named.values()}
    if ways:
        name = next(iter(ways))
        tries = [(f"{name.rpartition('.')[0]}.<TAB>", "what there is"), (f"help({name})", "what it takes and gives")]
    tested = harmless(api)
    call = suggestion or next((f"{name}()" for name, way in ways.items() if way.operation is tested), "")
    tries.append((f"{waits}{call}", "try it") if call else ("api.operations", "every one of them, by name"))
    width = max(len(said) for said, _ in tries)
    lines += [f"  {said.ljust(width)}  {does}" for said, does in tries]
    lines.append(f"_ is the last result, {waits and 'await works, '}%tb shows where an error was, exit() ends")
    return visible("\n".join(lines))


def is_unknown(client: AnyClient) -> bool:
    """Whether a client has no secret and its API wants one."""
    return client._session.credentials == Credentials() and any(it.is_guarded for it in client.api.operations.values())


def no_key(api: Api) -> str:
    """What to do without a key."""
    known = [one for name, one in api.workflow.environment.items() if name in SECRETS]
    setting = f"set {known[0]} and start again" if known else "start with --key or --token"
    return f"No key: {setting}, or make a client with a key"


def secrets(names: Mapping[str, Any]) -> Iterator[str]:  # Any: whatever people name
    """What nobody else may see of what is at the prompt: the secrets of clients, and those in their environment."""
    for client in [one for one in list(names.values()) if isinstance(one, AnyClient)]:
        known = [*client._session.credentials.secrets(), *client._session._secrets()]
        variables = client.api.workflow.environment
        known += [os.environ.get(variable, "") for name, variable in variables.items() if name in SECRETS]
        yield from (one for one in known if len(one) >= SHORTEST)


def public(module: Any) -> dict[str, Any]:  # Any: a service's own module
    """What a service offers beside its client: its classes and functions, and none of its exceptions."""
    found = {name: getattr(module, name) for name in getattr(module, "__all__", ())}
    return {name: one for name, one in found.items() if not (inspect.isclass(one) and issubclass(one, BaseException))}
