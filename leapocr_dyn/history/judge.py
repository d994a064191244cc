"""What a newer version of an API means for a program that was written against the pinned one. Pure.

It goes by what people type: a name of an operation or of an argument that means something else now breaks them, though
a document may say both; and what a document calls things otherwise breaks nobody, because whoever follows it keeps the
names that it had.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from leapocr_dyn.errors import DocumentError
from leapocr_dyn.history.compare import Change, Comparer, Comparison, comparison
from leapocr_dyn.history.rule import BREAKING, NONE
from leapocr_dyn.operation.operation import Operation

if TYPE_CHECKING:
    from leapocr_dyn.api import Api

# Whoever follows keeps the names that it had, and finds an operation by where it is.
FORGIVEN = frozenset({"operation-renamed", "tag-lost", "tag-removed", "tag-order-changed"})
# No call by a name that somebody typed becomes another one, such as a DELETE.
UNFORGIVEN = frozenset({"operation-method-changed"})


class Judged(NamedTuple):
    """What a newer version means beside the pinned one.

    broken: what breaks, by the operation's name ("namespace.name") in the pinned one. names: the pinned operations
    that are called otherwise now, by their place ("METHOD /path") in the newer one.
    """

    comparison: Comparison
    broken: Mapping[str, tuple[Change, ...]]
    names: Mapping[str, Operation]


def judge(pinned: Api, newer: Api) -> Judged:
    """What a newer version means for a program that was written against the pinned one."""
    both = Comparer(pinned.whole, newer.whole)
    changes: list[Change] = []
    broken: dict[str, tuple[Change, ...]] = {}
    names: dict[str, Operation] = {}
    for old, new in both.pairs:
        was = pinned.operations.get(old.name) if old is not None else None
        now = newer.operations.get(new.name) if new is not None else None
        if was is None and now is None:
            continue  # not of what was selected
        told = [one._replace(severity=NONE) if one.rule in FORGIVEN else one for one in both.changes(old, new)]
        changes += told
        if was is not None:
            name = was.full_name
            if severe := tuple(one for one in told if _breaks(one, was, now)) or tuple(_moved(told, was, now)):
                broken[name] = severe
            if new is not None and (
                now is None or (now.namespace, now.name, now.id) != (was.namespace, was.name, was.id)
            ):
                names[new.name] = was
    return Judged(comparison(changes), broken, names)


def _breaks(change: Change, was: Operation, now: Operation | None) -> bool:
    """Whether a change breaks who calls an operation by its name."""
    if change.rule == "server-changed":  # the document's own is not asked: home's is
        return was.server is not None or (now is not None and now.server is not None)
    return change.rule in UNFORGIVEN or change.severity == BREAKING


def _moved(told: Collection[Change], was: Operation, now: Operation | None) -> Iterator[Change]:
    """What is meant by an argument's name is said otherwise now, because of what has come beside it."""
    if now is None or not any(one.direction == "request" for one in told):
        return
    before, after = _places(was), _places(now)
    at = f"{now.method} {now.path}", now.id
    for name, (where, wire) in before.items():
        there = after.get(name, ("", ""))
        # One that only goes elsewhere, such as into a header, is the same to who gives it.
        same = there == (where, wire) or (
            where != "body" != there[0] and there[1] == wire and (where, wire) not in after.values()
        )
        if not same:
            is_ = next((other for other, place in after.items() if place == (where, wire)), f"body={{{wire!r}: ...}}")
            pointers = was.place, now.place
            yield Change("parameter-renamed", BREAKING, "request", *at, f"argument {name}", name, name, is_, *pointers)


def _places(operation: Operation) -> dict[str, tuple[str, str]]:
    """Where each argument of an operation goes, and what it is called there."""
    found: dict[str, tuple[str, str]] = {one.name: ("body", one.wire or "") for one in operation.body_fields}
    found |= dict.fromkeys(operation.choices, ("choice", ""))
    found |= {one.name: (one.where, one.wire.lower()) for one in operation.parameters}
    return found if operation.body is None else {**found, "body": ("body", "")}


def unmatched(api: Api) -> set[str]:
    """The actions of overlays that found nothing in the document."""
    return {finding.said for finding in api.report if finding.rule == "overlay-unmatched"}


def unfit(api: Api) -> dict[str, str]:
    """The views of a workflow that cannot be laid over the document, and why."""
    found = {}
    for name in api.views:
        try:
            api.views.view(name).fields  # noqa: B018 - worked out when they are asked for
        except DocumentError as error:
            found[name] = str(error)
    return found
