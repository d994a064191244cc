# Written from live objects: see leapocr_dyn/explore/stubs.py. Change the document or the workflow, and write it again.
# fmt: off
# ruff: noqa: A002, A003, E501, I001, N801, RUF100
# pyright: reportMissingModuleSource=false

from collections.abc import Mapping, Sequence
from leapocr_dyn.bound import Async, Blocking
from leapocr_dyn.client import AsyncClient as _AsyncClient, Client as _Client
from leapocr_dyn.explore.typed import File, blocking, suspending
from leapocr_dyn.services.claude.models import Batch, BatchPrompt, BatchRequest, Completion, CompletionRequest, Health, Message, ModelName, Period, ProjectUsage, Route, RouteRequest, Seconds
from typing import Any, Literal

class BlockingCompletions(Blocking):
    @blocking
    def complete(
        self,
        *,
        messages: Sequence[Message | Mapping[str, Any]],
        model: ModelName | None = ...,
        project_id: str | None = ...,
        timeout: Seconds | None = ...,
        body: CompletionRequest | Mapping[str, Any] | File | None = ...,
    ) -> Completion: ...
    @blocking
    def batch(
        self,
        *,
        prompts: Sequence[BatchPrompt | Mapping[str, Any]],
        model: ModelName | None = ...,
        project_id: str | None = ...,
        timeout: Seconds | None = ...,
        body: BatchRequest | Mapping[str, Any] | File | None = ...,
    ) -> Batch: ...
    @blocking
    def route(
        self,
        *,
        prompt: str,
        context_size: int | None = ...,
        body: RouteRequest | Mapping[str, Any] | File | None = ...,
    ) -> Route: ...

class BlockingProjects(Blocking):
    @blocking
    def get_usage(
        self,
        *,
        project_id: str | None = ...,
        period: Period | Literal['month', 'week', 'day'] | None = ...,
    ) -> ProjectUsage: ...

class BlockingService(Blocking):
    @blocking
    def health(self) -> Health: ...

class Client(_Client):
    completions: BlockingCompletions
    projects: BlockingProjects
    service: BlockingService

class AsyncCompletions(Async):
    @suspending
    def complete(
        self,
        *,
        messages: Sequence[Message | Mapping[str, Any]],
        model: ModelName | None = ...,
        project_id: str | None = ...,
        timeout: Seconds | None = ...,
        body: CompletionRequest | Mapping[str, Any] | File | None = ...,
    ) -> Completion: ...
    @suspending
    def batch(
        self,
        *,
        prompts: Sequence[BatchPrompt | Mapping[str, Any]],
        model: ModelName | None = ...,
        project_id: str | None = ...,
        timeout: Seconds | None = ...,
        body: BatchRequest | Mapping[str, Any] | File | None = ...,
    ) -> Batch: ...
    @suspending
    def route(
        self,
        *,
        prompt: str,
        context_size: int | None = ...,
        body: RouteRequest | Mapping[str, Any] | File | None = ...,
    ) -> Route: ...

class AsyncProjects(Async):
    @suspending
    def get_usage(
        self,
        *,
        project_id: str | None = ...,
        period: Period | Literal['month', 'week', 'day'] | None = ...,
    ) -> ProjectUsage: ...

class AsyncService(Async):
    @suspending
    def health(self) -> Health: ...

class AsyncClient(_AsyncClient):
    completions: AsyncCompletions
    projects: AsyncProjects
    service: AsyncService
