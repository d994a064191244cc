# Written from live objects: see leapocr_dyn/explore/stubs.py. Change the document or the workflow, and write it again.
# fmt: off
# ruff: noqa: A002, A003, E501, I001, N801, RUF100
# pyright: reportMissingModuleSource=false

from attrs import frozen
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from leapocr_dyn.model.value import Model, OpenEnum
from typing import Any, Literal, TypeAlias

class Provider(OpenEnum):
    OPENAI = 'openai'
    ANTHROPIC = 'anthropic'
    GOOGLE = 'google'
    AZURE_OPENAI = 'azure_openai'
    AWS_BEDROCK = 'aws_bedrock'
    COHERE = 'cohere'
    MISTRAL = 'mistral'

class Currency(OpenEnum):
    USD = 'USD'
    EUR = 'EUR'
    GBP = 'GBP'
    JPY = 'JPY'

class CostGroupBy(OpenEnum):
    NONE = 'none'
    PROVIDER = 'provider'
    MODEL = 'model'
    DAY = 'day'
    WEEK = 'week'
    MONTH = 'month'

class AnalyticsMetric(OpenEnum):
    TOTAL_COST = 'total_cost'
    TOTAL_TOKENS = 'total_tokens'
    TOTAL_REQUESTS = 'total_requests'
    AVERAGE_COST_PER_REQUEST = 'average_cost_per_request'
    AVERAGE_TOKENS_PER_REQUEST = 'average_tokens_per_request'

class AnalyticsDimension(OpenEnum):
    PROVIDER = 'provider'
    MODEL = 'model'
    ORGANIZATION = 'organization'

class AnalyticsInterval(OpenEnum):
    HOUR = 'hour'
    DAY = 'day'
    WEEK = 'week'
    MONTH = 'month'

class HealthStatus(OpenEnum):
    HEALTHY = 'healthy'
    DEGRADED = 'degraded'
    UNHEALTHY = 'unhealthy'

@frozen(kw_only=True, init=False)
class SubmitUsageRequest(Model):
    organization_id: str
    provider: Provider
    model_id: str
    input_tokens: int
    output_tokens: int
    total_tokens: int
    timestamp: Moment | None = ...
    metadata: dict[str, Any] | None = ...
    def __init__(
        self,
        *,
        organization_id: str,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'],
        model_id: str,
        input_tokens: int,
        output_tokens: int,
        total_tokens: int,
        timestamp: Moment | None = ...,
        metadata: Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class SubmitUsageResponse(Model):
    usage_id: str
    organization_id: str
    estimated_cost: Money
    currency: Currency
    processed_at: Moment
    def __init__(
        self,
        *,
        usage_id: str,
        organization_id: str,
        estimated_cost: Money,
        currency: Currency | Literal['USD', 'EUR', 'GBP', 'JPY'],
        processed_at: Moment,
    ) -> None: ...

@frozen(kw_only=True)
class CostBreakdown(Model):
    dimension: str
    value: str
    cost: Money
    tokens: int
    requests: int

@frozen(kw_only=True, init=False)
class CostSummary(Model):
    total_cost: Money
    currency: Currency
    total_tokens: int
    total_requests: int
    period_start: Moment
    period_end: Moment
    breakdown: list[CostBreakdown] | None = ...
    def __init__(
        self,
        *,
        total_cost: Money,
        currency: Currency | Literal['USD', 'EUR', 'GBP', 'JPY'],
        total_tokens: int,
        total_requests: int,
        period_start: Moment,
        period_end: Moment,
        breakdown: Sequence[CostBreakdown | Mapping[str, Any]] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class CreatePricingRequest(Model):
    provider: Provider
    model_id: str
    input_price_per_1k: Money
    output_price_per_1k: Money
    currency: Currency
    effective_date: Moment | None = ...
    def __init__(
        self,
        *,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'],
        model_id: str,
        input_price_per_1k: Money,
        output_price_per_1k: Money,
        currency: Currency | Literal['USD', 'EUR', 'GBP', 'JPY'],
        effective_date: Moment | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class PricingResponse(Model):
    id: str
    provider: Provider
    model_id: str
    input_price_per_1k: Money
    output_price_per_1k: Money
    currency: Currency
    effective_date: Moment
    created_at: Moment
    updated_at: Moment
    def __init__(
        self,
        *,
        id: str,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'],
        model_id: str,
        input_price_per_1k: Money,
        output_price_per_1k: Money,
        currency: Currency | Literal['USD', 'EUR', 'GBP', 'JPY'],
        effective_date: Moment,
        created_at: Moment,
        updated_at: Moment,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class TimeSeriesPoint(Model):
    timestamp: Moment
    metrics: dict[str, Any]
    def __init__(
        self,
        *,
        timestamp: Moment,
        metrics: Mapping[str, Any],
    ) -> None: ...

@frozen(kw_only=True)
class AnalyticsSummary(Model):
    total_cost: Money
    total_tokens: int
    total_requests: int
    average_cost_per_request: Money
    average_tokens_per_request: float

@frozen(kw_only=True, init=False)
class AnalyticsResponse(Model):
    time_series: list[TimeSeriesPoint]
    summary: AnalyticsSummary
    def __init__(
        self,
        *,
        time_series: Sequence[TimeSeriesPoint | Mapping[str, Any]],
        summary: AnalyticsSummary | Mapping[str, Any],
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ComponentHealth(Model):
    name: str
    status: HealthStatus
    message: str | None = ...
    def __init__(
        self,
        *,
        name: str,
        status: HealthStatus | Literal['healthy', 'degraded', 'unhealthy'],
        message: str | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class HealthResponse(Model):
    status: HealthStatus
    version: str
    uptime_seconds: int
    components: list[ComponentHealth]
    def __init__(
        self,
        *,
        status: HealthStatus | Literal['healthy', 'degraded', 'unhealthy'],
        version: str,
        uptime_seconds: int,
        components: Sequence[ComponentHealth | Mapping[str, Any]],
    ) -> None: ...

@frozen(kw_only=True)
class ResponseMetadata(Model):
    request_id: str | None = ...
    timestamp: Moment | None = ...
    version: str | None = ...

@frozen(kw_only=True, init=False)
class SubmittedUsage(Model):
    data: SubmitUsageResponse
    meta: ResponseMetadata | None = ...
    def __init__(
        self,
        *,
        data: SubmitUsageResponse | Mapping[str, Any],
        meta: ResponseMetadata | Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class Costs(Model):
    data: CostSummary
    meta: ResponseMetadata | None = ...
    def __init__(
        self,
        *,
        data: CostSummary | Mapping[str, Any],
        meta: ResponseMetadata | Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class Pricing(Model):
    data: PricingResponse
    meta: ResponseMetadata | None = ...
    def __init__(
        self,
        *,
        data: PricingResponse | Mapping[str, Any],
        meta: ResponseMetadata | Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class Analytics(Model):
    data: AnalyticsResponse
    meta: ResponseMetadata | None = ...
    def __init__(
        self,
        *,
        data: AnalyticsResponse | Mapping[str, Any],
        meta: ResponseMetadata | Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True)
class PaginationMeta(Model):
    page: int
    page_size: int
    total_items: int
    total_pages: int
    has_next: bool | None = ...
    has_prev: bool | None = ...

@frozen(kw_only=True, init=False)
class UsagePage(Model):
    data: list[dict[str, Any]]
    pagination: PaginationMeta | None = ...
    def __init__(
        self,
        *,
        data: Sequence[Mapping[str, Any]],
        pagination: PaginationMeta | Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class PricingPage(Model):
    data: list[PricingResponse]
    pagination: PaginationMeta | None = ...
    def __init__(
        self,
        *,
        data: Sequence[PricingResponse | Mapping[str, Any]],
        pagination: PaginationMeta | Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True)
class FieldError(Model):
    field: str
    message: str
    code: str | None = ...

@frozen(kw_only=True, init=False)
class ErrorResponse(Model):
    error: ErrorResponseError
    request_id: str | None = ...
    def __init__(
        self,
        *,
        error: ErrorResponseError | Mapping[str, Any],
        request_id: str | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ErrorResponseError(Model):
    code: str
    message: str
    details: list[FieldError] | Any | None = ...
    def __init__(
        self,
        *,
        code: str,
        message: str,
        details: Sequence[FieldError | Mapping[str, Any]] | Any | None = ...,
    ) -> None: ...

Money: TypeAlias = Decimal

Moment: TypeAlias = datetime
