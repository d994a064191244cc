"""A program of somebody's: prompts to a command line tool on a server of one's own, in both worlds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_type

from leapocr_dyn import errors
from leapocr_dyn.services.claude import (
    AsyncClaudeClient,
    BatchResponse,
    BatchResult,
    BudgetExceededError,
    ClaudeAPIError,
    ClaudeClient,
    Model,
    Response,
    Usage,
    UsageStats,
)
from leapocr_dyn.services.claude.models import Completion, CompletionRequest, ProjectUsage


def haiku(prompt: str) -> str:
    with ClaudeClient(base_url="http://localhost:8080", api_key="a key", max_retries=1) as client:
        try:
            answer = client.complete(prompt, model=Model.HAIKU, timeout=60)
        except BudgetExceededError as error:
            raise SystemExit(error.message) from error
        except errors.RateLimitError as error:
            raise SystemExit(f"again in {error.retry_after} s") from error
        except ClaudeAPIError:
            raise
        assert_type(answer, Response)
        assert_type(answer.usage, Usage)
        assert_type(answer.usage.input_tokens, int)
        for piece in client.stream(prompt):
            assert_type(piece, str)
        assert_type(client.health(), dict[str, Any])
        return assert_type(answer.content, str)


async def many(prompts: Iterable[str]) -> list[str]:
    async with AsyncClaudeClient(project_id="tea") as client:
        found = await client.batch(prompts, "opus", parallel=True)
        assert_type(found, BatchResponse)
        assert_type(found.results, list[BatchResult])
        stats = await client.get_usage(period="week")
        assert_type(stats, UsageStats)
        async for piece in client.stream("a haiku"):
            assert_type(piece, str)
        return [one.content or str(one.error) for one in found.results]


def as_the_document_has_it(client: ClaudeClient) -> ProjectUsage:
    asked = [{"role": "user", "content": "a haiku"}]
    assert_type(client.completions.complete(messages=asked, timeout=60), Completion)
    request = CompletionRequest(messages=asked, model="haiku")
    print(client.completions.complete.plan(messages=asked).curl(), request.to_dict())
    return client.projects.get_usage(period="month")


async def the_same(client: AsyncClaudeClient) -> None:
    assert_type(await client.completions.complete(messages=[{"role": "user", "content": "a haiku"}]), Completion)


def mistakes(client: ClaudeClient) -> None:
    client.complete(promt="a haiku")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.projects.get_usage("month")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    print(client.get_usage().totl_cost)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
