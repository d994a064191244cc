"""LLM-CostOps: what calls to language models cost. `CostOpsClient` is blocking, `AsyncCostOpsClient` async.

    with CostOpsClient(api_key="...") as client:
        client.usage.submit("org-123", "openai", "gpt-4", input_tokens=1000, output_tokens=500, total_tokens=1500)
        print(client.costs.get("org-123", start_date=datetime(2025, 1, 1), group_by="provider").total_cost)

Amounts are Decimals; a datetime without a time zone is UTC. What records a use or a price is sent again only where the
server cannot have begun it (no connection, 429, 503 with Retry-After): to repeat it after any other failure could count
twice. Answers are not cached, and equal requests not merged: each call is a request.
"""

from typing import Any

from leapocr_dyn.services.costops import client, config, exceptions, types

__all__ = [
    "APIError", "AnalyticsDimension", "AnalyticsInterval", "AnalyticsMetric", "AnalyticsResponse", "AnalyticsSummary",
    "AsyncCostOpsClient", "AuthenticationError", "AuthorizationError", "ClientConfig", "ConfigurationError",
    "ConnectionPoolConfig", "CostBreakdown", "CostGroupBy", "CostOpsClient", "CostOpsError", "CostSummary",
    "CreatePricingRequest", "Currency", "LoggingConfig", "MetricsConfig", "NetworkError", "NotFoundError",
    "PricingResponse", "Provider", "RateLimitConfig", "RateLimitError", "RetryConfig", "ServerError",
    "SubmitUsageRequest", "SubmitUsageResponse", "TimeSeriesPoint", "TimeoutError", "ValidationError",
]  # fmt: skip


def __getattr__(name: str) -> Any:  # Any: a class
    homes = (one for one in (client, config, exceptions) if name in __all__ and name in vars(one))
    return getattr(next(homes, types), name)
