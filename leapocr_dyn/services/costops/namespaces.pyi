# Written from live objects: see leapocr_dyn/explore/stubs.py. Change the document or the workflow, and write it again.
# fmt: off
# ruff: noqa: A002, A003, E501, I001, N801, RUF100
# pyright: reportMissingModuleSource=false

from builtins import list as _list
from collections.abc import Mapping, Sequence
from datetime import datetime
from leapocr_dyn.bound import Async, Blocking
from leapocr_dyn.client import AsyncClient as _AsyncClient, Client as _Client
from leapocr_dyn.explore.typed import File, blocking, suspending
from leapocr_dyn.services.costops.types import AnalyticsDimension, AnalyticsInterval, AnalyticsMetric, AnalyticsResponse, CostGroupBy, CostSummary, CreatePricingRequest, Currency, HealthResponse, Moment, Money, PricingResponse, Provider, SubmitUsageRequest, SubmitUsageResponse
from typing import Any, Literal

class BlockingUsage(Blocking):
    @blocking
    def submit(
        self,
        organization_id: str,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'],
        model_id: str,
        input_tokens: int,
        output_tokens: int,
        total_tokens: int,
        timestamp: Moment | None = ...,
        metadata: Mapping[str, Any] | None = ...,
        *,
        body: SubmitUsageRequest | Mapping[str, Any] | File | None = ...,
    ) -> SubmitUsageResponse: ...
    @blocking
    def get_history(
        self,
        organization_id: str | None = ...,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'] | None = ...,
        model_id: str | None = ...,
        start_date: datetime | str | None = ...,
        end_date: datetime | str | None = ...,
        page: int | None = 1,
        per_page: int | None = 20,
    ) -> list[dict[str, Any]]: ...

class BlockingCosts(Blocking):
    @blocking
    def get(
        self,
        organization_id: str | None = ...,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'] | None = ...,
        model_id: str | None = ...,
        start_date: datetime | str | None = ...,
        end_date: datetime | str | None = ...,
        group_by: CostGroupBy | Literal['none', 'provider', 'model', 'day', 'week', 'month'] | None = ...,
    ) -> CostSummary: ...

class BlockingPricing(Blocking):
    @blocking
    def create(
        self,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'],
        model_id: str,
        input_price_per_1k: Money,
        output_price_per_1k: Money,
        currency: Currency | Literal['USD', 'EUR', 'GBP', 'JPY'] | None = 'USD',
        effective_date: Moment | None = ...,
        *,
        body: CreatePricingRequest | Mapping[str, Any] | File | None = ...,
    ) -> PricingResponse: ...
    @blocking
    def list(
        self,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'] | None = ...,
        model_id: str | None = ...,
        page: int | None = 1,
        per_page: int | None = 20,
    ) -> _list[PricingResponse]: ...
    @blocking
    def get(self, pricing_id: str) -> PricingResponse: ...

class BlockingAnalytics(Blocking):
    @blocking
    def get(
        self,
        start_date: datetime | str,
        end_date: datetime | str,
        organization_id: str | None = ...,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'] | None = ...,
        model_id: str | None = ...,
        metrics: Sequence[AnalyticsMetric | Literal['total_cost', 'total_tokens', 'total_requests', 'average_cost_per_request', 'average_tokens_per_request']] | None = ...,
        group_by: Sequence[AnalyticsDimension | Literal['provider', 'model', 'organization']] | None = ...,
        interval: AnalyticsInterval | Literal['hour', 'day', 'week', 'month'] | None = 'day',
    ) -> AnalyticsResponse: ...

class Client(_Client):
    usage: BlockingUsage
    costs: BlockingCosts
    pricing: BlockingPricing
    analytics: BlockingAnalytics
    @blocking
    def health(self) -> HealthResponse: ...
    @blocking
    def ready(self) -> HealthResponse: ...

class AsyncUsage(Async):
    @suspending
    def submit(
        self,
        organization_id: str,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'],
        model_id: str,
        input_tokens: int,
        output_tokens: int,
        total_tokens: int,
        timestamp: Moment | None = ...,
        metadata: Mapping[str, Any] | None = ...,
        *,
        body: SubmitUsageRequest | Mapping[str, Any] | File | None = ...,
    ) -> SubmitUsageResponse: ...
    @suspending
    def get_history(
        self,
        organization_id: str | None = ...,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'] | None = ...,
        model_id: str | None = ...,
        start_date: datetime | str | None = ...,
        end_date: datetime | str | None = ...,
        page: int | None = 1,
        per_page: int | None = 20,
    ) -> list[dict[str, Any]]: ...

class AsyncCosts(Async):
    @suspending
    def get(
        self,
        organization_id: str | None = ...,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'] | None = ...,
        model_id: str | None = ...,
        start_date: datetime | str | None = ...,
        end_date: datetime | str | None = ...,
        group_by: CostGroupBy | Literal['none', 'provider', 'model', 'day', 'week', 'month'] | None = ...,
    ) -> CostSummary: ...

class AsyncPricing(Async):
    @suspending
    def create(
        self,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'],
        model_id: str,
        input_price_per_1k: Money,
        output_price_per_1k: Money,
        currency: Currency | Literal['USD', 'EUR', 'GBP', 'JPY'] | None = 'USD',
        effective_date: Moment | None = ...,
        *,
        body: CreatePricingRequest | Mapping[str, Any] | File | None = ...,
    ) -> PricingResponse: ...
    @suspending
    def list(
        self,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'] | None = ...,
        model_id: str | None = ...,
        page: int | None = 1,
        per_page: int | None = 20,
    ) -> _list[PricingResponse]: ...
    @suspending
    def get(self, pricing_id: str) -> PricingResponse: ...

class AsyncAnalytics(Async):
    @suspending
    def get(
        self,
        start_date: datetime | str,
        end_date: datetime | str,
        organization_id: str | None = ...,
        provider: Provider | Literal['openai', 'anthropic', 'google', 'azure_openai', 'aws_bedrock', 'cohere', 'mistral'] | None = ...,
        model_id: str | None = ...,
        metrics: Sequence[AnalyticsMetric | Literal['total_cost', 'total_tokens', 'total_requests', 'average_cost_per_request', 'average_tokens_per_request']] | None = ...,
        group_by: Sequence[AnalyticsDimension | Literal['provider', 'model', 'organization']] | None = ...,
        interval: AnalyticsInterval | Literal['hour', 'day', 'week', 'month'] | None = 'day',
    ) -> AnalyticsResponse: ...

class AsyncClient(_AsyncClient):
    usage: AsyncUsage
    costs: AsyncCosts
    pricing: AsyncPricing
    analytics: AsyncAnalytics
    @suspending
    def health(self) -> HealthResponse: ...
    @suspending
    def ready(self) -> HealthResponse: ...
