# Written from live objects: see leapocr_dyn/explore/stubs.py. Change the document or the workflow, and write it again.
# fmt: off
# ruff: noqa: A002, A003, E501, I001, N801, RUF100
# pyright: reportMissingModuleSource=false

from attrs import frozen
from collections.abc import Mapping, Sequence
from leapocr_dyn.model.value import Model, OpenEnum
from typing import Any, Literal, TypeAlias

@frozen(kw_only=True, init=False)
class Message(Model):
    role: MessageRole
    content: str | list[dict[str, Any]] | None = ...
    name: str | None = ...
    tool_call_id: str | None = ...
    tool_calls: list[dict[str, Any]] | None = ...
    function_call: dict[str, Any] | None = ...
    reasoning_content: str | None = ...
    def __init__(
        self,
        *,
        role: MessageRole | Literal['system', 'user', 'assistant', 'tool', 'function', 'developer'],
        content: str | Sequence[Mapping[str, Any]] | None = ...,
        name: str | None = ...,
        tool_call_id: str | None = ...,
        tool_calls: Sequence[Mapping[str, Any]] | None = ...,
        function_call: Mapping[str, Any] | None = ...,
        reasoning_content: str | None = ...,
    ) -> None: ...

class MessageRole(OpenEnum):
    SYSTEM = 'system'
    USER = 'user'
    ASSISTANT = 'assistant'
    TOOL = 'tool'
    FUNCTION = 'function'
    DEVELOPER = 'developer'

@frozen(kw_only=True)
class TokenDetails(Model):
    reasoning_tokens: int | None = ...
    cached_tokens: int | None = ...
    audio_tokens: int | None = ...
    accepted_prediction_tokens: int | None = ...
    rejected_prediction_tokens: int | None = ...

@frozen(kw_only=True, init=False)
class Usage(Model):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: TokenDetails | None = ...
    completion_tokens_details: TokenDetails | None = ...
    def __init__(
        self,
        *,
        prompt_tokens: int,
        completion_tokens: int,
        total_tokens: int,
        prompt_tokens_details: TokenDetails | Mapping[str, Any] | None = ...,
        completion_tokens_details: TokenDetails | Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ChatRequest(Model):
    model: str
    messages: list[Message]
    temperature: float | None = ...
    max_tokens: int | None = ...
    top_p: float | None = ...
    stream: bool | None = ...
    tools: list[dict[str, Any]] | None = ...
    tool_choice: str | dict[str, Any] | None = ...
    response_format: dict[str, Any] | None = ...
    provider_specific_params: dict[str, Any] | None = ...
    extra_body: dict[str, Any] | None = ...
    n: int | None = ...
    presence_penalty: float | None = ...
    frequency_penalty: float | None = ...
    logit_bias: dict[str, float] | None = ...
    stop: str | list[str] | None = ...
    seed: int | None = ...
    user: str | None = ...
    metadata: dict[str, str] | None = ...
    modalities: list[str] | None = ...
    audio: dict[str, Any] | None = ...
    reasoning_effort: str | None = ...
    thinking: bool | dict[str, Any] | None = ...
    virtual_model_id: str | None = ...
    store: bool | None = ...
    verbosity: str | None = ...
    parallel_tool_calls: bool | None = ...
    max_completion_tokens: int | None = ...
    stream_options: dict[str, Any] | None = ...
    logprobs: bool | None = ...
    top_logprobs: int | None = ...
    top_k: int | None = ...
    prediction: dict[str, Any] | None = ...
    service_tier: str | None = ...
    web_search_options: dict[str, Any] | None = ...
    def __init__(
        self,
        *,
        model: str,
        messages: Sequence[Message | Mapping[str, Any]],
        temperature: float | None = ...,
        max_tokens: int | None = ...,
        top_p: float | None = ...,
        stream: bool | None = ...,
        tools: Sequence[Mapping[str, Any]] | None = ...,
        tool_choice: str | Mapping[str, Any] | None = ...,
        response_format: Mapping[str, Any] | None = ...,
        provider_specific_params: Mapping[str, Any] | None = ...,
        extra_body: Mapping[str, Any] | None = ...,
        n: int | None = ...,
        presence_penalty: float | None = ...,
        frequency_penalty: float | None = ...,
        logit_bias: Mapping[str, float] | None = ...,
        stop: str | Sequence[str] | None = ...,
        seed: int | None = ...,
        user: str | None = ...,
        metadata: Mapping[str, str] | None = ...,
        modalities: Sequence[str] | None = ...,
        audio: Mapping[str, Any] | None = ...,
        reasoning_effort: str | None = ...,
        thinking: bool | Mapping[str, Any] | None = ...,
        virtual_model_id: str | None = ...,
        store: bool | None = ...,
        verbosity: str | None = ...,
        parallel_tool_calls: bool | None = ...,
        max_completion_tokens: int | None = ...,
        stream_options: Mapping[str, Any] | None = ...,
        logprobs: bool | None = ...,
        top_logprobs: int | None = ...,
        top_k: int | None = ...,
        prediction: Mapping[str, Any] | None = ...,
        service_tier: str | None = ...,
        web_search_options: Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ChoiceDelta(Model):
    role: str | None = ...
    content: str | None = ...
    name: str | None = ...
    tool_call_id: str | None = ...
    tool_calls: list[dict[str, Any]] | None = ...
    function_call: dict[str, Any] | None = ...
    reasoning_content: str | None = ...
    def __init__(
        self,
        *,
        role: str | None = ...,
        content: str | None = ...,
        name: str | None = ...,
        tool_call_id: str | None = ...,
        tool_calls: Sequence[Mapping[str, Any]] | None = ...,
        function_call: Mapping[str, Any] | None = ...,
        reasoning_content: str | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class Choice(Model):
    index: int
    message: Message | None = ...
    delta: ChoiceDelta | None = ...
    finish_reason: str | None = ...
    tool_calls: list[dict[str, Any]] | None = ...
    logprobs: dict[str, Any] | None = ...
    def __init__(
        self,
        *,
        index: int,
        message: Message | Mapping[str, Any] | None = ...,
        delta: ChoiceDelta | Mapping[str, Any] | None = ...,
        finish_reason: str | None = ...,
        tool_calls: Sequence[Mapping[str, Any]] | None = ...,
        logprobs: Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ChatResponse(Model):
    id: str
    object: str
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    metadata: dict[str, Any] | None = ...
    service_tier: str | None = ...
    system_fingerprint: str | None = ...
    def __init__(
        self,
        *,
        id: str,
        object: str,
        created: int,
        model: str,
        choices: Sequence[Choice | Mapping[str, Any]],
        usage: Usage | Mapping[str, Any],
        metadata: Mapping[str, Any] | None = ...,
        service_tier: str | None = ...,
        system_fingerprint: str | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ChatChunk(Model):
    id: str
    object: str
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | None = ...
    service_tier: str | None = ...
    system_fingerprint: str | None = ...
    def __init__(
        self,
        *,
        id: str,
        object: str,
        created: int,
        model: str,
        choices: Sequence[Choice | Mapping[str, Any]],
        usage: Usage | Mapping[str, Any] | None = ...,
        service_tier: str | None = ...,
        system_fingerprint: str | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ModelInfo(Model):
    id: str
    object: str
    owned_by: str | None = ...
    description: str | None = ...
    metadata: dict[str, Any] | None = ...
    created: int | None = ...
    def __init__(
        self,
        *,
        id: str,
        object: str,
        owned_by: str | None = ...,
        description: str | None = ...,
        metadata: Mapping[str, Any] | None = ...,
        created: int | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ModelList(Model):
    data: list[ModelInfo]
    object: str | None = ...
    def __init__(
        self,
        *,
        data: Sequence[ModelInfo | Mapping[str, Any]],
        object: str | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ModelCapabilities(Model):
    model_id: str
    supports_vision: bool
    supports_tools: bool
    supports_reasoning: bool
    max_context_tokens: int | None = ...
    provider_specific: dict[str, Any] | None = ...
    def __init__(
        self,
        *,
        model_id: str,
        supports_vision: bool,
        supports_tools: bool,
        supports_reasoning: bool,
        max_context_tokens: int | None = ...,
        provider_specific: Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class CreditsBalance(Model):
    credits_remaining: int
    tier: str
    bands: list[str]
    reset_date: str | None = ...
    metadata: dict[str, Any] | None = ...
    def __init__(
        self,
        *,
        credits_remaining: int,
        tier: str,
        bands: Sequence[str],
        reset_date: str | None = ...,
        metadata: Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True)
class CreditsHistoryEntry(Model):
    id: str
    timestamp: str
    request_id: str
    model: str
    provider: str
    band: str
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    credits_debited: int
    cost: float
    latency_ms: int
    status: str

@frozen(kw_only=True, init=False)
class CreditsHistory(Model):
    entries: list[CreditsHistoryEntry]
    total_entries: int | None = ...
    next_cursor: str | None = ...
    total: int | None = ...
    has_more: bool | None = ...
    def __init__(
        self,
        *,
        entries: Sequence[CreditsHistoryEntry | Mapping[str, Any]],
        total_entries: int | None = ...,
        next_cursor: str | None = ...,
        total: int | None = ...,
        has_more: bool | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class CreditsStats(Model):
    period: str
    total_credits_used: int | None = ...
    total_cost: float | None = ...
    model_breakdown: list[dict[str, Any]] | None = ...
    by_model: dict[str, Any] | None = ...
    by_provider: dict[str, Any] | None = ...
    by_band: dict[str, Any] | None = ...
    by_day: list[dict[str, Any]] | None = ...
    def __init__(
        self,
        *,
        period: str,
        total_credits_used: int | None = ...,
        total_cost: float | None = ...,
        model_breakdown: Sequence[Mapping[str, Any]] | None = ...,
        by_model: Mapping[str, Any] | None = ...,
        by_provider: Mapping[str, Any] | None = ...,
        by_band: Mapping[str, Any] | None = ...,
        by_day: Sequence[Mapping[str, Any]] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class EmbeddingRequest(Model):
    model: str
    input: str | list[str | int | list[Any]]
    encoding_format: str | None = ...
    dimensions: int | None = ...
    user: str | None = ...
    def __init__(
        self,
        *,
        model: str,
        input: str | Sequence[str | int | Sequence[Any]],
        encoding_format: str | None = ...,
        dimensions: int | None = ...,
        user: str | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class Embedding(Model):
    object: str
    embedding: list[float] | str
    index: int
    def __init__(
        self,
        *,
        object: str,
        embedding: Sequence[float] | str,
        index: int,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class EmbeddingResponse(Model):
    object: str
    data: list[Embedding]
    model: str
    usage: Usage
    def __init__(
        self,
        *,
        object: str,
        data: Sequence[Embedding | Mapping[str, Any]],
        model: str,
        usage: Usage | Mapping[str, Any],
    ) -> None: ...

@frozen(kw_only=True, init=False)
class AudioTranscriptionRequest(Model):
    file: bytes | str
    model: str
    language: str | None = ...
    prompt: str | None = ...
    response_format: str | None = ...
    temperature: float | None = ...
    timestamp_granularities: list[str] | None = ...
    def __init__(
        self,
        *,
        file: bytes | str,
        model: str,
        language: str | None = ...,
        prompt: str | None = ...,
        response_format: str | None = ...,
        temperature: float | None = ...,
        timestamp_granularities: Sequence[str] | None = ...,
    ) -> None: ...

@frozen(kw_only=True)
class AudioTranslationRequest(Model):
    file: bytes | str
    model: str
    prompt: str | None = ...
    response_format: str | None = ...
    temperature: float | None = ...

@frozen(kw_only=True, init=False)
class AudioTranscriptionResponse(Model):
    text: str
    language: str | None = ...
    duration: float | None = ...
    words: list[dict[str, Any]] | None = ...
    segments: list[dict[str, Any]] | None = ...
    def __init__(
        self,
        *,
        text: str,
        language: str | None = ...,
        duration: float | None = ...,
        words: Sequence[Mapping[str, Any]] | None = ...,
        segments: Sequence[Mapping[str, Any]] | None = ...,
    ) -> None: ...

@frozen(kw_only=True)
class AudioSpeechRequest(Model):
    model: str
    input: str
    voice: str
    response_format: str | None = ...
    speed: float | None = ...

@frozen(kw_only=True)
class ImageGenerationRequest(Model):
    model: str | None = ...
    prompt: str
    n: int | None = ...
    size: str | None = ...
    quality: str | None = ...
    response_format: str | None = ...
    style: str | None = ...
    user: str | None = ...

@frozen(kw_only=True)
class ImageEditRequest(Model):
    image: bytes | str
    prompt: str
    mask: bytes | str | None = ...
    model: str | None = ...
    n: int | None = ...
    size: str | None = ...
    response_format: str | None = ...
    user: str | None = ...

@frozen(kw_only=True)
class ImageVariationRequest(Model):
    image: bytes | str
    model: str | None = ...
    n: int | None = ...
    size: str | None = ...
    response_format: str | None = ...
    user: str | None = ...

@frozen(kw_only=True)
class ImageData(Model):
    url: str | None = ...
    b64_json: str | None = ...
    revised_prompt: str | None = ...

@frozen(kw_only=True, init=False)
class ImageResponse(Model):
    created: int
    data: list[ImageData]
    def __init__(
        self,
        *,
        created: int,
        data: Sequence[ImageData | Mapping[str, Any]],
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ModerationRequest(Model):
    input: str | list[str | dict[str, Any]]
    model: str | None = ...
    def __init__(
        self,
        *,
        input: str | Sequence[str | Mapping[str, Any]],
        model: str | None = ...,
    ) -> None: ...

@frozen(kw_only=True)
class ModerationCategories(Model):
    hate: bool
    hate_threatening: bool
    harassment: bool
    harassment_threatening: bool
    self_harm: bool
    self_harm_intent: bool
    self_harm_instructions: bool
    sexual: bool
    sexual_minors: bool
    violence: bool
    violence_graphic: bool

@frozen(kw_only=True)
class ModerationCategoryScores(Model):
    hate: float
    hate_threatening: float
    harassment: float
    harassment_threatening: float
    self_harm: float
    self_harm_intent: float
    self_harm_instructions: float
    sexual: float
    sexual_minors: float
    violence: float
    violence_graphic: float

@frozen(kw_only=True, init=False)
class ModerationResult(Model):
    flagged: bool
    categories: ModerationCategories
    category_scores: ModerationCategoryScores
    def __init__(
        self,
        *,
        flagged: bool,
        categories: ModerationCategories | Mapping[str, Any],
        category_scores: ModerationCategoryScores | Mapping[str, Any],
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ModerationResponse(Model):
    id: str
    model: str
    results: list[ModerationResult]
    def __init__(
        self,
        *,
        id: str,
        model: str,
        results: Sequence[ModerationResult | Mapping[str, Any]],
    ) -> None: ...

@frozen(kw_only=True)
class AnthropicThinkingConfig(Model):
    type: str
    budget_tokens: int | None = ...

@frozen(kw_only=True, init=False)
class AnthropicContentBlock(Model):
    type: str
    text: str | None = ...
    thinking: str | None = ...
    signature: str | None = ...
    id: str | None = ...
    name: str | None = ...
    input: dict[str, Any] | None = ...
    tool_use_id: str | None = ...
    content: str | list[dict[str, Any]] | None = ...
    source: dict[str, Any] | None = ...
    def __init__(
        self,
        *,
        type: str,
        text: str | None = ...,
        thinking: str | None = ...,
        signature: str | None = ...,
        id: str | None = ...,
        name: str | None = ...,
        input: Mapping[str, Any] | None = ...,
        tool_use_id: str | None = ...,
        content: str | Sequence[Mapping[str, Any]] | None = ...,
        source: Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class AnthropicMessage(Model):
    role: AnthropicMessageRole
    content: str | list[AnthropicContentBlock]
    def __init__(
        self,
        *,
        role: AnthropicMessageRole | Literal['user', 'assistant'],
        content: str | Sequence[AnthropicContentBlock | Mapping[str, Any]],
    ) -> None: ...

class AnthropicMessageRole(OpenEnum):
    USER = 'user'
    ASSISTANT = 'assistant'

@frozen(kw_only=True)
class AnthropicUsage(Model):
    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int | None = ...
    cache_read_input_tokens: int | None = ...

@frozen(kw_only=True, init=False)
class AnthropicMessagesRequest(Model):
    model: str
    messages: list[AnthropicMessage]
    max_tokens: int
    system: AnthropicSystem | None = ...
    temperature: float | None = ...
    top_p: float | None = ...
    top_k: int | None = ...
    stop_sequences: list[str] | None = ...
    stream: bool | None = ...
    thinking: AnthropicThinkingConfig | None = ...
    metadata: dict[str, Any] | None = ...
    tools: list[dict[str, Any]] | None = ...
    tool_choice: str | dict[str, Any] | None = ...
    service_tier: str | None = ...
    container: str | None = ...
    mcp_servers: list[dict[str, Any]] | None = ...
    context_management: dict[str, Any] | None = ...
    def __init__(
        self,
        *,
        model: str,
        messages: Sequence[AnthropicMessage | Mapping[str, Any]],
        max_tokens: int,
        system: AnthropicSystem | None = ...,
        temperature: float | None = ...,
        top_p: float | None = ...,
        top_k: int | None = ...,
        stop_sequences: Sequence[str] | None = ...,
        stream: bool | None = ...,
        thinking: AnthropicThinkingConfig | Mapping[str, Any] | None = ...,
        metadata: Mapping[str, Any] | None = ...,
        tools: Sequence[Mapping[str, Any]] | None = ...,
        tool_choice: str | Mapping[str, Any] | None = ...,
        service_tier: str | None = ...,
        container: str | None = ...,
        mcp_servers: Sequence[Mapping[str, Any]] | None = ...,
        context_management: Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class AnthropicMessagesResponse(Model):
    id: str
    type: str
    role: str
    content: list[AnthropicContentBlock]
    model: str
    stop_reason: str | None = ...
    stop_sequence: str | None = ...
    usage: AnthropicUsage
    def __init__(
        self,
        *,
        id: str,
        type: str,
        role: str,
        content: Sequence[AnthropicContentBlock | Mapping[str, Any]],
        model: str,
        stop_reason: str | None = ...,
        stop_sequence: str | None = ...,
        usage: AnthropicUsage | Mapping[str, Any],
    ) -> None: ...

@frozen(kw_only=True)
class AnthropicMessagesDelta(Model):
    type: str | None = ...
    text: str | None = ...
    thinking: str | None = ...
    stop_reason: str | None = ...
    stop_sequence: str | None = ...
    signature: str | None = ...
    partial_json: str | None = ...

@frozen(kw_only=True, init=False)
class AnthropicMessagesStreamEvent(Model):
    type: str
    message: AnthropicMessagesResponse | None = ...
    index: int | None = ...
    content_block: AnthropicContentBlock | None = ...
    delta: AnthropicMessagesDelta | None = ...
    usage: AnthropicUsage | None = ...
    def __init__(
        self,
        *,
        type: str,
        message: AnthropicMessagesResponse | Mapping[str, Any] | None = ...,
        index: int | None = ...,
        content_block: AnthropicContentBlock | Mapping[str, Any] | None = ...,
        delta: AnthropicMessagesDelta | Mapping[str, Any] | None = ...,
        usage: AnthropicUsage | Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class AnthropicCountTokensRequest(Model):
    model: str
    messages: list[AnthropicMessage]
    system: AnthropicSystem | None = ...
    tools: list[dict[str, Any]] | None = ...
    thinking: AnthropicThinkingConfig | None = ...
    tool_choice: str | dict[str, Any] | None = ...
    def __init__(
        self,
        *,
        model: str,
        messages: Sequence[AnthropicMessage | Mapping[str, Any]],
        system: AnthropicSystem | None = ...,
        tools: Sequence[Mapping[str, Any]] | None = ...,
        thinking: AnthropicThinkingConfig | Mapping[str, Any] | None = ...,
        tool_choice: str | Mapping[str, Any] | None = ...,
    ) -> None: ...

@frozen(kw_only=True)
class AnthropicCountTokensResponse(Model):
    input_tokens: int

@frozen(kw_only=True, init=False)
class AnthropicMessagesBatchItem(Model):
    custom_id: str
    params: AnthropicMessagesRequest
    def __init__(
        self,
        *,
        custom_id: str,
        params: AnthropicMessagesRequest | Mapping[str, Any],
    ) -> None: ...

@frozen(kw_only=True, init=False)
class AnthropicMessagesBatchRequest(Model):
    requests: list[AnthropicMessagesBatchItem]
    def __init__(
        self,
        *,
        requests: Sequence[AnthropicMessagesBatchItem | Mapping[str, Any]],
    ) -> None: ...

@frozen(kw_only=True, init=False)
class AnthropicMessagesBatchResponse(Model):
    id: str
    type: str
    processing_status: str
    request_counts: dict[str, int]
    ended_at: str | None = ...
    created_at: str
    expires_at: str
    cancel_initiated_at: str | None = ...
    results_url: str | None = ...
    def __init__(
        self,
        *,
        id: str,
        type: str,
        processing_status: str,
        request_counts: Mapping[str, int],
        ended_at: str | None = ...,
        created_at: str,
        expires_at: str,
        cancel_initiated_at: str | None = ...,
        results_url: str | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class AnthropicMessagesBatchList(Model):
    data: list[AnthropicMessagesBatchResponse]
    has_more: bool | None = ...
    first_id: str | None = ...
    last_id: str | None = ...
    def __init__(
        self,
        *,
        data: Sequence[AnthropicMessagesBatchResponse | Mapping[str, Any]],
        has_more: bool | None = ...,
        first_id: str | None = ...,
        last_id: str | None = ...,
    ) -> None: ...

@frozen(kw_only=True, init=False)
class ErrorAnswer(Model):
    error: Problem
    def __init__(
        self,
        *,
        error: Problem | Mapping[str, Any],
    ) -> None: ...

@frozen(kw_only=True)
class Problem(Model):
    message: str
    type: str | None = ...
    code: str | int | None = ...
    param: str | None = ...
    credits_required: int | None = ...
    credits_remaining: int | None = ...
    reset_date: str | None = ...
    retry_after: float | None = ...
    band: str | None = ...
    required_tier: str | None = ...
    current_tier: str | None = ...

AnthropicSystem: TypeAlias = str | list[dict[str, Any]]
