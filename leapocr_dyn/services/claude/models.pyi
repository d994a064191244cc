# Written from live objects: see leapocr_dyn/explore/stubs.py. Change the document or the workflow, and write it again.
# fmt: off
# ruff: noqa: A002, A003, E501, I001, N801, RUF100
# pyright: reportMissingModuleSource=false

from attrs import frozen
from collections.abc import Mapping, Sequence
from leapocr_dyn.model.value import Model, OpenEnum
from typing import Any, TypeAlias

@frozen
class Usage(Model):
    input_tokens: int = ...
    output_tokens: int = ...
    total_tokens: int = ...

@frozen(init=False)
class Response(Model):
    id: str = ...
    model: str = ...
    content: str = ...
    usage: Usage = ...
    cost: float = ...
    project_id: str = ...
    def __init__(
        self,
        id: str = ...,
        model: str = ...,
        content: str = ...,
        usage: Usage | Mapping[str, Any] = ...,
        cost: float = ...,
        project_id: str = ...,
    ) -> None: ...

@frozen(init=False)
class BatchResult(Model):
    id: str | None = ...
    prompt: str = ...
    status: str = ...
    content: str | None = ...
    usage: Usage | None = ...
    cost: float | None = ...
    error: str | None = ...
    def __init__(
        self,
        id: str | None = ...,
        prompt: str = ...,
        status: str = ...,
        content: str | None = ...,
        usage: Usage | Mapping[str, Any] | None = ...,
        cost: float | None = ...,
        error: str | None = ...,
    ) -> None: ...

@frozen(init=False)
class BatchResponse(Model):
    total: int = ...
    completed: int = ...
    failed: int = ...
    results: list[BatchResult] = ...
    total_cost: float = ...
    total_tokens: int = ...
    def __init__(
        self,
        total: int = ...,
        completed: int = ...,
        failed: int = ...,
        results: Sequence[BatchResult | Mapping[str, Any]] = ...,
        total_cost: float = ...,
        total_tokens: int = ...,
    ) -> None: ...

@frozen(init=False)
class UsageStats(Model):
    project_id: str = ...
    period: str = ...
    total_tokens: int = ...
    total_cost: float = ...
    by_model: dict[str, ModelUsage] = ...
    limit: int | None = ...
    remaining: int | None = ...
    def __init__(
        self,
        project_id: str = ...,
        period: str = ...,
        total_tokens: int = ...,
        total_cost: float = ...,
        by_model: Mapping[str, ModelUsage | Mapping[str, Any]] = ...,
        limit: int | None = ...,
        remaining: int | None = ...,
    ) -> None: ...

@frozen(kw_only=True)
class ModelUsage(Model):
    tokens: int | None = ...
    cost: float | None = ...

@frozen(kw_only=True)
class Message(Model):
    role: str
    content: str

@frozen(kw_only=True, init=False)
class CompletionRequest(Model):
    messages: list[Message]
    model: ModelName | None = ...
    project_id: str | None = ...
    timeout: Seconds | None = ...
    def __init__(
        self,
        *,
        messages: Sequence[Message | Mapping[str, Any]],
        model: ModelName | None = ...,
        project_id: str | None = ...,
        timeout: Seconds | None = ...,
    ) -> None: ...

@frozen(kw_only=True)
class Usage_2(Model):
    input_tokens: int
    output_tokens: int
    total_tokens: int

@frozen(kw_only=True, init=False)
class Completion(Model):
    id: str
    model: str
    content: str
    usage: Usage_2
    cost: float
    project_id: str
    def __init__(
        self,
        *,
        id: str,
        model: str,
        content: str,
        usage: Usage_2 | Mapping[str, Any],
        cost: float,
        project_id: str,
    ) -> None: ...

@frozen(kw_only=True)
class BatchPrompt(Model):
    prompt: str
    id: str | None = ...

@frozen(kw_only=True, init=False)
class BatchRequest(Model):
    prompts: list[BatchPrompt]
    model: ModelName | None = ...
    project_id: str | None = ...
    timeout: Seconds | None = ...
    def __init__(
        self,
        *,
        prompts: Sequence[BatchPrompt | Mapping[str, Any]],
        model: ModelName | None = ...,
        project_id: str | None = ...,
        timeout: Seconds | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class BatchItem(Model):
    id: str | None = ...
    prompt: str
    status: str
    content: str | None = ...
    usage: Usage_2 | None = ...
    cost: float | None = ...
    error: str | None = ...
    def __init__(
        self,
        *,
        id: str | None = ...,
        prompt: str,
        status: str,
        content: str | None = ...,
        usage: Usage_2 | Mapping[str, Any] | None = ...,
        cost: float | None = ...,
        error: str | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class Batch(Model):
    total: int
    completed: int
    failed: int
    results: list[BatchItem]
    total_cost: float
    total_tokens: int
    def __init__(
        self,
        *,
        total: int,
        completed: int,
        failed: int,
        results: Sequence[BatchItem | Mapping[str, Any]],
        total_cost: float,
        total_tokens: int,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ProjectUsage(Model):
    project_id: str
    period: str
    total_tokens: int
    total_cost: float
    by_model: dict[str, ModelUsage]
    limit: int | None = ...
    remaining: int | None = ...
    def __init__(
        self,
        *,
        project_id: str,
        period: str,
        total_tokens: int,
        total_cost: float,
        by_model: Mapping[str, ModelUsage | Mapping[str, Any]],
        limit: int | None = ...,
        remaining: int | None = ...,
    ) -> None: ...

@frozen(kw_only=True)
class RouteRequest(Model):
    prompt: str
    context_size: int | None = ...

@frozen(kw_only=True, init=False)
class Route(Model):
    recommended_model: str | None = ...
    reasoning: str | None = ...
    budget_status: dict[str, Any] | None = ...
    def __init__(
        self,
        *,
        recommended_model: str | None = ...,
        reasoning: str | None = ...,
        budget_status: Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class Health(Model):
    status: str
    version: str | None = ...
    services: dict[str, Any] | None = ...
    def __init__(
        self,
        *,
        status: str,
        version: str | None = ...,
        services: Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True)
class Problem(Model):
    detail: str

@frozen(kw_only=True, init=False)
class WrongFields(Model):
    detail: list[WrongFieldsDetailItem]
    def __init__(
        self,
        *,
        detail: Sequence[WrongFieldsDetailItem | Mapping[str, Any]],
    ) -> None: ...

@frozen(kw_only=True, init=False)
class WrongFieldsDetailItem(Model):
    loc: list[str | int]
    msg: str
    type: str
    def __init__(
        self,
        *,
        loc: Sequence[str | int],
        msg: str,
        type: str,
    ) -> None: ...

class Period(OpenEnum):
    MONTH = 'month'
    WEEK = 'week'
    DAY = 'day'

ModelName: TypeAlias = str

Seconds: TypeAlias = float
