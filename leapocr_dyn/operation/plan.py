"""A request that has not been sent: what people look at before they send it.

    client.jobs.find.plan(id="3f2...").curl()

Secrets are not in it; the session adds them when it sends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leapocr_dyn.model.value import Json
from leapocr_dyn.operation.file import Content, size
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.operation.operation import Operation


class Plan(NamedTuple):
    """A request that has not been sent. url: relative to nothing; secrets are not in it, the session adds them.

    body: bytes, or what is read while it is sent. operation: whose request it is, which also knows what `security` asks
    for. arguments: as JSON, by Python name; a file is its name.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: Content | None
    operation: Operation
    arguments: dict[str, Json]

    @property
    def request_id(self) -> str | None:
        """The X-Request-Id that it carries, where it has one."""
        return next((text for name, text in self.headers.items() if name.lower() == "x-request-id"), None)

    def curl(self) -> str:
        """The same request for a shell, with variables where the secrets go, and files by name."""
        from leapocr_dyn.operation import curl  # not at the top: only people ask for a command line

        return visible(curl.command(self))

    def __repr__(self) -> str:
        held = f", {size(self.body)} bytes" if self.body is not None else ""
        return visible(f"<Plan {self.method} {self.url}{held}>")
