"""Drift: what real answers showed that the document does not say, and the overlay that makes the document say it.

    >>> client.drift()
    <Drift: 3 surprises, 17 times>
      12  unknown field mood: string      at #/components/schemas/Pet
       4  enum: "PAUSED"                  at #/components/schemas/Status
       1  status: 202                     at #/paths/~1jobs/post/responses
    try .save("drift.yaml"), and then load(..., overlay="drift.yaml")

Counting is tally.py's, and what a surprise may hold is surprise.py's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leapocr_dyn.surprise import Surprise
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.history.correction import LeftOut

SHOWN = 30  # lines at the prompt


class Drift(list[Surprise]):
    """What was seen beyond a document, the most frequent first: a list of Surprise that prints and can correct.

    beyond: how many more surprises there were than are kept.
    """

    def __init__(self, surprises: Iterable[Surprise], api: Api, beyond: int = 0) -> None:
        super().__init__(surprises)
        self.beyond = beyond
        self._api = api

    def overlay(self) -> dict[str, Any]:  # Any: JSON
        """An OpenAPI Overlay 1.0 that makes the published document say what was seen: `load(..., overlay=...)`.

        It comes after the overlays that the document was loaded with. What it cannot say is in `left_out`. Where
        nothing was seen, it changes nothing.
        """
        return self._correction()[0]

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What the overlay cannot say, each with its reason."""
        return self._correction()[1]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the overlay as YAML; a file that is there already is replaced. Raises OSError."""
        from leapocr_dyn.document import yaml

        overlay, left_out = self._correction()
        head = [
            f"What answers of {self._api.name} showed beyond its document, as an OpenAPI Overlay that adds it. Look it "
            "over first.",
            *(f"Left out: {one}" for one in left_out),
        ]
        comments = "".join(f"# {' '.join(visible(line).split())}\n" for line in head)
        Path(path).write_text(comments + yaml.written(overlay), "utf-8")

    def _correction(self) -> tuple[dict[str, Any], tuple[LeftOut, ...]]:  # Any: JSON
        from leapocr_dyn.history.correction import correction  # not at the top: few programs correct a document

        return correction(self._api.operations.document, self, self._api.name)

    def __repr__(self) -> str:
        if not self:
            return "<Drift: nothing beyond the document was seen>"
        times = sum(one.times for one in self) + self.beyond
        rows = [(str(one.times), one.sentence, one.pointer) for one in self[:SHOWN]]
        wide, long = (min(60, max(len(row[at]) for row in rows)) for at in (0, 1))
        lines = [f"<Drift: {len(self)} surprise{'s' * (len(self) != 1)}, {times} times>"]
        lines += [f"{row[0]:>{wide + 2}}  {row[1]:<{long}}  at #{row[2]}" for row in rows]
        if len(self) > SHOWN:
            lines.append(f"and {len(self) - SHOWN} more: it is a list")
        if self.beyond:
            lines.append(f"and {self.beyond} times what there was no room to remember")
        lines.append('try .save("drift.yaml"), and then load(..., overlay="drift.yaml")')
        return "\n".join(map(visible, lines))
