"""The Claude Code API: completions through a command line tool on one's own server, with a budget for each project.

    with ClaudeClient(base_url="http://localhost:8080") as client:
        print(client.complete("Write a haiku about Python").content)

`ClaudeClient` is blocking, `AsyncClaudeClient` async. What crosses the wire is built from spec/claude/ at run time.
A completion costs money, and a 500 may come after it was made: so it is repeated only where the server cannot have
begun it (no connection, 429, 503 with Retry-After); a lost answer is a SubmissionUnknownError. GETs are repeated.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from leapocr_dyn import errors
from leapocr_dyn.api import Api, load
from leapocr_dyn.bound import told
from leapocr_dyn.client import AnyClient
from leapocr_dyn.iteration import AsyncWalk, BlockingWalk, Source
from leapocr_dyn.model.value import EnumKind
from leapocr_dyn.services.claude import models
from leapocr_dyn.services.claude.exceptions import (
    FAMILY,
    AuthenticationError,
    BudgetExceededError,
    ClaudeAPIError,
    RateLimitError,
    TimeoutError,  # noqa: A004 - where Python has the word, be it
)
from leapocr_dyn.services.claude.pieces import Tokens, Whole

if TYPE_CHECKING:
    from leapocr_dyn.services.claude.models import BatchResponse, BatchResult, Response, Usage, UsageStats
    from leapocr_dyn.services.claude.namespaces import AsyncClient, Client
else:
    from leapocr_dyn.client import AsyncClient, Client

__all__ = [
    "AsyncClaudeClient",
    "AuthenticationError",
    "BatchResponse",
    "BatchResult",
    "BudgetExceededError",
    "ClaudeAPIError",
    "ClaudeClient",
    "Model",
    "RateLimitError",
    "Response",
    "TimeoutError",
    "Usage",
    "UsageStats",
]


class Model(StrEnum, metaclass=EnumKind):
    """Which model answers; AUTO leaves it to the service. Any other name is sent as it is."""

    HAIKU = "haiku"
    SONNET = "sonnet"
    OPUS = "opus"
    AUTO = "auto"


class _Claude(AnyClient):
    """What both clients are made of."""

    _family = FAMILY

    def __init__(
        self,
        base_url: str = "http://localhost:8080",
        api_key: str | None = None,
        project_id: str = "default",
        timeout: float = 30.0,
        max_retries: int = 3,
        retry_delay: float = 1.0,
        *,
        api: Api | None = None,
        **settings: Any,  # Any: the other fields of ClientConfig
    ) -> None:
        self.project_id = project_id
        settings |= {"base_url": base_url, "timeout": timeout, "retry_delay": retry_delay}
        with FAMILY.adopting():
            super().__init__(api or load("claude"), token=api_key, max_retries=max_retries, **settings)

    @told
    async def complete(
        self,
        prompt: str,
        model: Model | str = Model.AUTO,
        project_id: str | None = None,
        timeout: float | None = None,
    ) -> Response:
        """The answer to a prompt. timeout: seconds that the task may take, from 1 to 300; the service keeps it.

        Raises BudgetExceededError, RateLimitError, AuthenticationError, TimeoutError, and what any call raises.
        Source: POST /v1/chat/completions.
        """
        asked = self._asked("complete", messages(prompt), model, project_id, timeout)
        found: Response = await self.viewed("Response", "complete", asked)
        return found

    @told
    async def batch(
        self,
        prompts: Iterable[str],
        model: Model | str = Model.AUTO,
        project_id: str | None = None,
        parallel: bool = True,
        timeout: float | None = None,
    ) -> BatchResponse:
        """The answers to many prompts, in their order; one that failed stops no other.

        parallel: accepted because the service's own client has it; the service answers side by side in any case.
        Source: POST /v1/batch.
        """
        given = {"prompts": [{"prompt": prompt, "id": str(index)} for index, prompt in enumerate(prompts)]}
        asked = self._asked("batch", given, model, project_id, timeout)
        found: BatchResponse = await self.viewed("BatchResponse", "batch", asked)
        return found

    @told
    async def get_usage(self, period: str = "month", project_id: str | None = None) -> UsageStats:
        """What a project has used in a month, week or day. Source: GET /v1/usage."""
        asked = self._asked("getUsage", {"period": period}, Model.AUTO, project_id)
        found: UsageStats = await self.viewed("UsageStats", "getUsage", asked)
        return found

    @told
    async def health(self) -> dict[str, Any]:  # Any: JSON
        """How the service and its parts are. Source: GET /health."""
        found: dict[str, Any] = (await self._session.ask("health", {})).wire()
        return found

    async def viewed(self, view: str, operation: str, asked: dict[str, Any]) -> Any:  # Any: arguments; the view's class
        """The answer to an operation, as a view."""
        answer = await self._session.ask(operation, asked)
        return self.api.views.read(view, operation, answer.wire())

    def _asked(
        self, operation: str, given: dict[str, Any], model: str, project: str | None, timeout: float | None = None
    ) -> dict[str, Any]:  # Any: what the operation's types say
        """The operation's arguments. What this version of the service does not know is not sent."""
        chosen = {
            "model": None if model == Model.AUTO else str(model),
            "project_id": self.project_id if project is None else project,
            "timeout": timeout,
        }
        if operation not in self.api.operations:
            raise errors.DocumentError(f"this version of the service has no {operation}")
        known = self.api.operations[operation].signature.parameters
        return given | {name: value for name, value in chosen.items() if value is not None and name in known}

    def _pieces(self, prompt: str, model: str, project_id: str | None, live: bool) -> Source:
        with FAMILY.adopting():
            asked = self._asked("complete", messages(prompt), model, project_id)
            self._session.plan(self.api.operations["complete"], asked)  # checks them
            return Tokens(self._session, "/v1/stream", {"type": "chat", **asked}) if live else Whole(self, asked)


class ClaudeClient(_Claude, Client):
    """A blocking client of the Claude Code API.

    api_key: sent as a bearer token, where there is one. project_id: whose budget pays, unless a call says another.
    timeout: seconds without progress on a request. max_retries: how often a request that may be repeated is sent again.
    retry_delay: seconds before the first repeat. Further settings are those of ClientConfig.
    """

    def stream(
        self, prompt: str, model: Model | str = Model.AUTO, project_id: str | None = None, *, live: bool = False
    ) -> BlockingWalk[str]:
        """The answer piece by piece: all at once over HTTP, or token by token, live, over a WebSocket.

        live: needs the package websockets. Use a `with` block, or read to the end: leaving it closes the socket.
        """
        return BlockingWalk(self, self._pieces(prompt, model, project_id, live))


class AsyncClaudeClient(_Claude, AsyncClient):
    """An async client of the Claude Code API; the same names, arguments, results and exceptions as ClaudeClient."""

    def stream(
        self, prompt: str, model: Model | str = Model.AUTO, project_id: str | None = None, *, live: bool = False
    ) -> AsyncWalk[str]:
        """The answer piece by piece: iterate with `async for`. See ClaudeClient.stream."""
        return AsyncWalk(self, self._pieces(prompt, model, project_id, live))


def messages(prompt: str) -> dict[str, Any]:  # Any: JSON
    """A conversation of one prompt."""
    return {"messages": [{"role": "user", "content": prompt}]}


def __getattr__(name: str) -> Any:  # Any: a class
    if name in __all__:
        return getattr(models, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
