"""A program of somebody's: what calls to language models cost."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import assert_type

from leapocr_dyn.services.costops import AsyncCostOpsClient, CostOpsClient, CostSummary, RateLimitConfig
from leapocr_dyn.services.costops.types import SubmitUsageResponse


def spent() -> Decimal:
    with CostOpsClient(api_key="a key", rate_limit=RateLimitConfig(50, 60.0)) as client:
        used = client.usage.submit("org", "openai", "gpt-4", 1000, 500, 1500)
        assert_type(used, SubmitUsageResponse)
        found = client.costs.get("org", start_date=datetime(2025, 1, 1), group_by="provider")
        assert_type(found, CostSummary)
        return found.total_cost


async def the_same(client: AsyncCostOpsClient) -> None:
    assert_type(await client.costs.get("org"), CostSummary)


def mistakes(client: CostOpsClient) -> None:
    client.usage.submit("org", provder="openai")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
