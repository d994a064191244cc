"""The text of a completion, piece by piece: as one over HTTP; token by token over a WebSocket, an optional plug-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leapocr_dyn.workflows.websocket import Socket

if TYPE_CHECKING:
    from leapocr_dyn.services.claude import _Claude


class Whole:
    """One piece: the whole text."""

    def __init__(self, client: _Claude, asked: dict[str, Any]) -> None:  # Any: the operation's arguments
        self.operation = client.api.operations["complete"]
        self.ended: bool = False
        self._client = client
        self._asked = asked

    async def next(self) -> str | None:
        """The text, and then None."""
        if self.ended:
            return None
        self.ended = True
        text: str | None = (await self._client.viewed("Response", "complete", self._asked)).content
        return text

    async def close(self) -> None:
        """Nothing is open."""
        self.ended = True


class Tokens(Socket):
    """A piece for each token; what the messages mean stands in `streams` of spec/claude/workflow.yaml."""

    async def next(self) -> str | None:
        """The next piece of the text, or None at the end."""
        item = await super().next()
        return None if self.ended else str(item.get("content", "") if isinstance(item, dict) else item)
