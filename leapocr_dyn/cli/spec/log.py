"""leapocr-dyn spec log: the versions that this machine has seen, and what became of them."""

from __future__ import annotations

import json

import click

from leapocr_dyn.cli.spec.following import SHOWN
from leapocr_dyn.cli.terminal import say, show


@click.command()
@click.argument("url", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def log(url: str | None, as_json: bool) -> None:
    """List the versions that this machine has seen, the newest first: of all documents, or of the one at URL."""
    from leapocr_dyn.history.store import Store

    store = Store()
    events = store.log(url)
    if as_json:
        show(json.dumps([event._asdict() for event in events], indent=2, ensure_ascii=False))
    for event in () if as_json else events:
        show(f"{event.when}  {event.what:<11}  {event.digest[:SHOWN]}  {event.source}")
    if not events:
        say(f"nothing was fetched yet{' from there' if url else ''}; versions are kept in {store.folder}")
    for sentence in store.said:
        say(sentence)
