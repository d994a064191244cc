"""Chunks of a streamed chat -> the message that they are pieces of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from leapocr_dyn.services.zaguan import models

if TYPE_CHECKING:
    from leapocr_dyn.services.zaguan.models import ChatChunk, Message

Call = dict[str, Any]  # the border where the service's answer enters: a call of a tool, or a piece of one


class StreamAccumulator:
    """What a stream has said so far: `add_chunk` each chunk, then ask for the message.

    The first chunk says id, object, created and model; the last one that does says role, finish_reason and usage. The
    pieces of a tool's call are put together by their `index`.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything, for another stream."""
        unsaid: Any = None
        self.id = self.object = self.created = self.model = self.role = self.finish_reason = self.usage = unsaid
        self.content_parts: list[str] = []
        self.tool_calls: list[Call] = []

    def add_chunk(self, chunk: ChatChunk) -> None:
        """Add the next chunk."""
        if self.id is None:
            self.id, self.object, self.created, self.model = chunk.id, chunk.object, chunk.created, chunk.model
        self.usage = chunk.usage or self.usage
        for choice in chunk.choices or ():
            self.finish_reason = choice.finish_reason or self.finish_reason
            if choice.delta is not None:
                self.role = choice.delta.role or self.role
                self.content_parts += [choice.delta.content] if choice.delta.content else []
                for piece in choice.delta.tool_calls or ():
                    self._add(piece)

    def _add(self, piece: Call) -> None:
        said = piece.get("function") or {}
        call = next((one for one in self.tool_calls if one.get("index", self) == piece.get("index")), None)
        if call is None:
            self.tool_calls.append({**piece, "function": dict(said)})
            return
        call |= {name: one for name, one in piece.items() if one and name != "function"}
        call["function"] |= {name: (call["function"].get(name) or "") + (one or "") for name, one in said.items()}

    def get_message(self) -> Message:
        """The message so far."""
        calls = [{name: said for name, said in one.items() if name != "index"} for one in self.tool_calls]
        said = {"role": self.role, "content": self.get_content(), "tool_calls": calls}
        return models.Message(**{name: one for name, one in said.items() if one})

    def get_content(self) -> str:
        """The text so far."""
        return "".join(self.content_parts)


def reconstruct_message_from_stream(chunks: Iterable[ChatChunk]) -> Message:
    """The message that chunks are pieces of."""
    accumulator = StreamAccumulator()
    for chunk in chunks:
        accumulator.add_chunk(chunk)
    return accumulator.get_message()
