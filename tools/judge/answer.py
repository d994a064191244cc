"""Values of answers and models: made from the published schema, read by the engine, given back the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from generate import FORMATS, Maker

from judge.arguments import BINARY
from judge.body import difference, same
from judge.published import Json, Published
from judge.verdict import Disagreed
from leapocr_dyn.model.convert import noting
from leapocr_dyn.model.value import to_wire

Read = Callable[[Json], Any]  # Any: the engine's value


def round_trip(document: Published, schema: Json, place: str, seed: str, read: Read, skipped: str = "writeOnly") -> int:
    """Make a value, read it, give it back, and read that again.

    skipped: `writeOnly` for what a server sends, where nothing that the schema allows may be called a surprise;
    `readOnly` for what a caller makes. Gives how many values fit more than one option of a oneOf. Raises Disagreed and
    StuckError.
    """

    def maker(number: int, often: float) -> Maker:
        return Maker(document.tree, random.Random(f"{seed} {number}"), skipped, often)

    value, loose = document.value(maker, schema, place, 0.6)
    surprises: list[tuple[str, str, Json]] = []
    with noting(lambda where, what, one: surprises.append((what, where, one))):
        first = read(value)
        back = to_wire(first)
    if not same(back, value):
        raise Disagreed("engine: another value comes back than was read", difference(value, back))
    if read(back) != first:
        raise Disagreed("engine: a value that was given back is read as another", f"{first!r:.300}")
    if surprises and skipped == "writeOnly":
        what, where, one = surprises[0]
        said = f"engine: calls a value that the schema allows a surprise ({what.partition(' field ')[0]})"
        # What the generator makes of a format alone is one of these.
        if what == "format" and not any(one in known for known in FORMATS.values()):
            said = "document: a pattern or an enum that its format does not allow"
        raise Disagreed(said, f"{what} at {where}: {one!r:.60}"[:300])
    return int(loose)


def octets_trip(read: Callable[[bytes], Any]) -> None:  # Any: the engine's value
    """What is called binary is what the body holds, whatever its media type says. Raises Disagreed."""
    if (got := read(BINARY)) != BINARY:
        raise Disagreed("engine: other bytes come back than were sent", repr(got)[:80])
