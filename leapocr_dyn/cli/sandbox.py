"""leapocr-dyn sandbox: a server on this machine, and what shall go wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leapocr_dyn import errors
from leapocr_dyn.cli.api import located
from leapocr_dyn.cli.terminal import say

if TYPE_CHECKING:
    from leapocr_dyn.sandbox import Sandbox


@click.command()
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--api-key", default="sandbox", show_default=True, help="The key that is accepted.")
@click.option(
    "--part-size",
    default=5 * 2**20,
    show_default=True,
    type=click.IntRange(1),
    help="Bytes of each part of an upload.",
)
@click.option(
    "--credits",
    "credit",
    default=10_000,
    show_default=True,
    type=click.IntRange(0),
    help="What the account holds; a page costs one.",
)
@click.option("--spec", help="Fake this OpenAPI document instead: a file, followed as it changes, or a URL.")
@click.option("--answers", metavar="FILE", help="Give back these recorded exchanges of a real server (JSON).")
@click.option("--latency", default=0.0, metavar="SECONDS", help="Wait so long before each answer.")
@click.option("--fail", multiple=True, metavar="STATUS:RATE", help="Answer so: 503:0.02 fails every fiftieth request.")
@click.option("--rate-limit", type=float, metavar="NUMBER", help="Answer 429 above so many requests a second.")
@click.option("--drop", default=0.0, metavar="RATE", help="Cut so many connections: 0.01 is one of a hundred.")
@click.option("--expire", type=float, metavar="SECONDS", help="How long the links of an upload are good.")
@click.option("--webhook", metavar="URL", help="Tell this address of this machine when a job is done.")
@click.option("--webhook-secret", metavar="TEXT", help="What its calls are signed with.")
def sandbox(
    port: int,
    api_key: str,
    part_size: int,
    credit: int,
    spec: str | None,
    answers: str | None,
    latency: float,
    fail: tuple[str, ...],
    rate_limit: float | None,
    drop: float,
    expire: float | None,
    webhook: str | None,
    webhook_secret: str | None,
) -> None:
    """Run a local LeapOCR: real HTTP, real OCR, no account.

    What goes wrong on purpose can be changed while it runs: PUT /sandbox/faults, with the same names in JSON.
    So can the document, which is at /docs/openapi.json below the URL that is printed: PUT /sandbox/spec, or save the
    file of --spec. Other versions of LeapOCR's own are spoken as they were published: so an update can be rehearsed.
    """
    if not api_key:
        raise click.UsageError("--api-key is empty; leave it out for the default")
    if bool(webhook) != bool(webhook_secret):
        raise click.UsageError(
            "--webhook and --webhook-secret go together: a receiver trusts only calls that are signed"
        )
    try:
        from leapocr_dyn.sandbox import Faults, Sandbox
    except ImportError as error:
        raise click.UsageError(
            f"the sandbox needs more packages ({error.name}): pip install 'leapocr-dyn[sandbox]'"
        ) from error

    document = None if spec is None else read(spec)
    shares = dict(one.partition(":")[::2] for one in fail)
    faults = Faults.of(
        {
            "latency": latency,
            "fail": {status: share(status, text) for status, text in shares.items()},
            "rate_limit": rate_limit,
            "drop": drop,
            "expire": expire,
        }
    )
    made = Sandbox(
        port=port,
        api_key=api_key,
        part_size=part_size,
        credits=credit,
        document=document,
        answers=None if answers is None else recording(answers),
        faults=faults,
        webhook=(webhook, webhook_secret) if webhook and webhook_secret else None,
    )
    made.serve(Follower(spec, made) if spec is not None and isinstance(located(spec), Path) else lambda: None)


def read(spec: str) -> dict[str, Any]:  # Any: JSON as its author wrote it
    """The document that --spec names, with the files that it refers to."""
    from leapocr_dyn.api import load

    return load(located(spec)).document


class Follower:
    """Serves a file again when it has changed; a change that cannot be served is told, and the last good one stays."""

    def __init__(self, spec: str, sandbox: Sandbox) -> None:
        self._spec, self._sandbox = spec, sandbox
        self._served = read(spec)
        self._told = ""

    def __call__(self) -> None:
        """Look once. As long as its files stay the same, the document is not read again."""
        try:
            document = read(self._spec)
            if document is not self._served:
                self._sandbox.document = self._served = document
                click.echo(f"{self._spec} has changed, and is served as it is now")
            self._told = ""
        except errors.Error as error:
            if str(error) != self._told:
                self._told = str(error)
                say(f"{self._spec} is served as it was: {error}")


def share(status: str, text: str) -> float:
    """The rate of --fail STATUS:RATE."""
    try:
        return float(text)
    except ValueError as error:
        raise click.UsageError(f"--fail takes STATUS:RATE, such as 503:0.02, not {status}:{text}") from error


def recording(path: str) -> dict[str, Any]:  # Any: JSON as it was recorded
    """The recorded exchanges of a file."""
    try:
        with open(path, encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--answers {path}: {error}") from error
    return found
