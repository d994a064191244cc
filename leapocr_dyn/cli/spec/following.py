"""Which document the commands of `spec` follow: --service or --spec, --updates, --policy and --lock.

A lock file in the folder where the command runs counts without being named; what is named goes before it.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click
from click.core import ParameterSource

from leapocr_dyn.cli.api import api_of, chosen, located
from leapocr_dyn.cli.terminal import say
from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.history.lock import NAME, POLICIES

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.history.lock import Pin
    from leapocr_dyn.history.store import Version
    from leapocr_dyn.history.update import Following

Command = TypeVar("Command", bound=Callable[..., Any])


SHOWN = 12  # digits of a version's digest, for people


class Followed(NamedTuple):
    """An API whose versions are followed, and what that rests on.

    lock: the file, which need not be there. pin: what it says of this API. given: what load() takes: a service's name,
    a path, a URL.
    """

    api: Api
    following: Following
    lock: Path
    pin: Pin | None
    given: str | Path

    @property
    def source(self) -> str | None:
        """Where newer documents are, as people may see it."""
        from leapocr_dyn import fetch

        return None if self.following.terms.source is None else fetch.plain(self.following.terms.source)

    @property
    def digest(self) -> str:
        """The sha256 of the version that is spoken: of its bytes, or of the canonical JSON of a bundled one."""
        from leapocr_dyn.document import source

        if self.following.digest is not None:
            return self.following.digest
        ours = source.bundled(self.given, "openapi") if isinstance(self.given, str) else None
        return source.canonical_digest(ours) if ours is not None else source.read(self.given).digest

    @property
    def versions(self) -> list[Version]:
        """What this machine has seen of the source, newest first."""
        address = self.following.terms.source
        return [] if address is None else self.following.store.versions(address)

    def say(self) -> None:
        """What went wrong in the store without stopping anybody."""
        for sentence in self.following.store.said:
            say(sentence)


def followed(command: Command) -> Command:
    """The options that say which document, and on what terms."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--lock", help=f"The lock file; otherwise {NAME}, where there is one."),
        click.option(
            "--policy", type=click.Choice(POLICIES), help="What may be taken over; otherwise the lock's word."
        ),
        click.option(
            "--updates", metavar="URL", help="Where newer documents are; otherwise the lock's word, or --spec."
        ),
    ):
        command = option(command)
    return chosen(command)


def following(
    service: str,
    spec: str | None,
    workflow: str | None,
    updates: str | None,
    policy: str | None,
    lock: str | None,
    *,
    choosing: bool = False,
) -> Followed:
    """What the options name. choosing: as if the policy were `compatible`, and the lock need not know it yet."""
    from leapocr_dyn.api import load
    from leapocr_dyn.document.source import is_url
    from leapocr_dyn.history.lock import pinned, read

    path = Path(lock or NAME)
    pins = read(path) if path.exists() or (lock is not None and not choosing) else {}
    given, name = document(service, spec, workflow, path, pins)
    pin = pins.get(name)
    if pin is None and lock is not None and not choosing:
        pinned(path, name)  # raises, with the name that may be meant
    follows = is_url(updates or str(given)) or (pin is not None and is_url(pin.source))
    if policy is None and pin is not None and not choosing:
        policy = pin.policy
    policy = policy or ("compatible" if follows else "pinned")
    rules = None if workflow is None else Path(workflow)
    try:
        api = load(given, workflow=rules, policy=policy, updates=updates, lock=path if pin is not None else None)
    except ConfigurationError:
        if pin is None or not choosing:
            raise
        # A pin that is no longer good, such as one whose copy is gone, is what is to be replaced.
        updates = updates or (pin.source if is_url(pin.source) else None)
        api = load(given, workflow=rules, policy=policy, updates=updates)
    assert api.following is not None  # a policy was given
    return Followed(api, api.following, path, pin, given)


def document(
    service: str, spec: str | None, workflow: str | None, path: Path, pins: dict[str, Pin]
) -> tuple[str | Path, str]:
    """What load() takes, and the name that a lock has for it. path: of the lock."""
    from leapocr_dyn import fetch
    from leapocr_dyn.api import bundled
    from leapocr_dyn.document.source import is_url

    if spec is not None:
        given = located(spec)
        if isinstance(given, str):
            return given, next((name for name, pin in pins.items() if pin.source == fetch.plain(given)), given)
        return given, api_of(service, spec, workflow).name
    source = click.get_current_context().get_parameter_source("service")
    if source is not ParameterSource.COMMANDLINE and pins and service not in pins:
        if len(pins) > 1:
            raise click.UsageError(f"{path} has {', '.join(pins)}: say which with --service")
        [service] = pins
    if service in pins and service not in bundled():
        where = pins[service].source
        return (where if is_url(where) else path.parent / where), service
    api_of(service, None)  # raises for a name that nobody has, with the one that may be meant
    return service, service


def words() -> str:
    """The options that say which document, as they were given, for a command to run next: " --spec FILE"."""
    from leapocr_dyn import fetch
    from leapocr_dyn.document.source import is_url

    context = click.get_current_context()
    given = {name: str(context.params.get(name)) for name in ("service", "spec", "workflow", "updates", "lock")}
    return "".join(
        f" --{name} {shlex.quote(fetch.plain(value) if is_url(value) else value)}"
        for name, value in given.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    )
