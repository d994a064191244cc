# Written from live objects: see leapocr_dyn/explore/stubs.py. Change the document or the workflow, and write it again.
# fmt: off
# ruff: noqa: A002, A003, E501, I001, N801, RUF100
# pyright: reportMissingModuleSource=false

from collections.abc import Mapping, Sequence
from leapocr_dyn.client import AsyncClient as _AsyncClient, Client as _Client
from leapocr_dyn.explore.typed import File, blocking, blocking_stream, suspending, suspending_stream
from leapocr_dyn.iteration import AsyncStream, BlockingStream
from leapocr_dyn.services.zaguan.models import AnthropicCountTokensRequest, AnthropicCountTokensResponse, AnthropicMessage, AnthropicMessagesBatchItem, AnthropicMessagesBatchRequest, AnthropicMessagesBatchResponse, AnthropicMessagesRequest, AnthropicMessagesResponse, AnthropicMessagesStreamEvent, AnthropicSystem, AnthropicThinkingConfig, AudioTranscriptionResponse, ChatChunk, ChatRequest, ChatResponse, CreditsBalance, CreditsHistory, CreditsStats, EmbeddingRequest, EmbeddingResponse, ImageGenerationRequest, ImageResponse, Message, ModelCapabilities, ModelInfo, ModerationRequest, ModerationResponse
from typing import Any

class Client(_Client):
    @blocking
    def chat(
        self,
        request: ChatRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        *,
        model: str | None = ...,
        messages: Sequence[Message | Mapping[str, Any]] | None = ...,
        temperature: float | None = ...,
        max_tokens: int | None = ...,
        top_p: float | None = ...,
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
    ) -> ChatResponse: ...
    @blocking_stream
    def chat_stream(
        self,
        request: ChatRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        *,
        model: str | None = ...,
        messages: Sequence[Message | Mapping[str, Any]] | None = ...,
        temperature: float | None = ...,
        max_tokens: int | None = ...,
        top_p: float | None = ...,
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
    ) -> BlockingStream[ChatChunk]: ...
    @blocking
    def chat_simple(
        self,
        message: str | Sequence[Mapping[str, Any]],
        model: str | None = 'openai/gpt-4o-mini',
        request_id: str | None = None,
        *,
        temperature: float | None = ...,
        max_tokens: int | None = ...,
        top_p: float | None = ...,
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
    ) -> ChatResponse: ...
    @blocking
    def chat_with_system(
        self,
        system_prompt: str | Sequence[Mapping[str, Any]],
        user_message: str | Sequence[Mapping[str, Any]],
        model: str | None = 'openai/gpt-4o-mini',
        request_id: str | None = None,
        *,
        temperature: float | None = ...,
        max_tokens: int | None = ...,
        top_p: float | None = ...,
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
    ) -> ChatResponse: ...
    @blocking
    def list_models(self, request_id: str | None = None) -> list[ModelInfo]: ...
    @blocking
    def get_capabilities(self, request_id: str | None = None) -> list[ModelCapabilities]: ...
    @blocking
    def get_credits_balance(self, request_id: str | None = None) -> CreditsBalance: ...
    @blocking
    def get_credits_history(
        self,
        limit: int | None = ...,
        cursor: str | None = ...,
        request_id: str | None = None,
    ) -> CreditsHistory: ...
    @blocking
    def get_credits_stats(self, period: str | None = ..., request_id: str | None = None) -> CreditsStats: ...
    @blocking
    def health_check(self, request_id: str | None = None) -> dict[str, Any]: ...
    @blocking
    def create_embeddings(
        self,
        request: EmbeddingRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        encoding_format: str | None = 'float',
        *,
        model: str | None = ...,
        input: str | Sequence[str | int | Sequence[Any]] | None = ...,
        dimensions: int | None = ...,
        user: str | None = ...,
    ) -> EmbeddingResponse: ...
    @blocking
    def create_transcription(
        self,
        file_path: bytes | str,
        model: str | None = 'whisper-1',
        language: str | None = ...,
        prompt: str | None = ...,
        response_format: str | None = 'json',
        temperature: float | None = ...,
        request_id: str | None = None,
        *,
        timestamp_granularities: Sequence[str] | None = ...,
        accept: str | None = None,
    ) -> AudioTranscriptionResponse: ...
    @blocking
    def create_translation(
        self,
        file_path: bytes | str,
        model: str | None = 'whisper-1',
        prompt: str | None = ...,
        response_format: str | None = 'json',
        temperature: float | None = ...,
        request_id: str | None = None,
        *,
        accept: str | None = None,
    ) -> AudioTranscriptionResponse: ...
    @blocking
    def create_image(
        self,
        request: ImageGenerationRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        model: str | None = 'dall-e-3',
        n: int | None = 1,
        size: str | None = '1024x1024',
        quality: str | None = 'standard',
        response_format: str | None = 'url',
        style: str | None = 'vivid',
        *,
        prompt: str | None = ...,
        user: str | None = ...,
    ) -> ImageResponse: ...
    @blocking
    def edit_image(
        self,
        image_path: bytes | str,
        prompt: str,
        mask_path: bytes | str | None = None,
        model: str | None = 'dall-e-2',
        n: int | None = 1,
        size: str | None = '1024x1024',
        response_format: str | None = 'url',
        request_id: str | None = None,
        *,
        user: str | None = ...,
    ) -> ImageResponse: ...
    @blocking
    def create_image_variation(
        self,
        image_path: bytes | str,
        model: str | None = 'dall-e-2',
        n: int | None = 1,
        size: str | None = '1024x1024',
        response_format: str | None = 'url',
        request_id: str | None = None,
        *,
        user: str | None = ...,
    ) -> ImageResponse: ...
    @blocking
    def create_moderation(
        self,
        request: ModerationRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        model: str | None = 'text-moderation-latest',
        *,
        input: str | Sequence[str | Mapping[str, Any]] | None = ...,
    ) -> ModerationResponse: ...
    @blocking
    def messages(
        self,
        request: AnthropicMessagesRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        *,
        model: str | None = ...,
        messages: Sequence[AnthropicMessage | Mapping[str, Any]] | None = ...,
        max_tokens: int | None = ...,
        system: AnthropicSystem | None = ...,
        temperature: float | None = ...,
        top_p: float | None = ...,
        top_k: int | None = ...,
        stop_sequences: Sequence[str] | None = ...,
        thinking: AnthropicThinkingConfig | Mapping[str, Any] | None = ...,
        metadata: Mapping[str, Any] | None = ...,
        tools: Sequence[Mapping[str, Any]] | None = ...,
        tool_choice: str | Mapping[str, Any] | None = ...,
        service_tier: str | None = ...,
        container: str | None = ...,
        mcp_servers: Sequence[Mapping[str, Any]] | None = ...,
        context_management: Mapping[str, Any] | None = ...,
    ) -> AnthropicMessagesResponse: ...
    @blocking_stream
    def messages_stream(
        self,
        request: AnthropicMessagesRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        *,
        model: str | None = ...,
        messages: Sequence[AnthropicMessage | Mapping[str, Any]] | None = ...,
        max_tokens: int | None = ...,
        system: AnthropicSystem | None = ...,
        temperature: float | None = ...,
        top_p: float | None = ...,
        top_k: int | None = ...,
        stop_sequences: Sequence[str] | None = ...,
        thinking: AnthropicThinkingConfig | Mapping[str, Any] | None = ...,
        metadata: Mapping[str, Any] | None = ...,
        tools: Sequence[Mapping[str, Any]] | None = ...,
        tool_choice: str | Mapping[str, Any] | None = ...,
        service_tier: str | None = ...,
        container: str | None = ...,
        mcp_servers: Sequence[Mapping[str, Any]] | None = ...,
        context_management: Mapping[str, Any] | None = ...,
    ) -> BlockingStream[AnthropicMessagesStreamEvent]: ...
    @blocking
    def count_tokens(
        self,
        request: AnthropicCountTokensRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        *,
        model: str | None = ...,
        messages: Sequence[AnthropicMessage | Mapping[str, Any]] | None = ...,
        system: AnthropicSystem | None = ...,
        tools: Sequence[Mapping[str, Any]] | None = ...,
        thinking: AnthropicThinkingConfig | Mapping[str, Any] | None = ...,
        tool_choice: str | Mapping[str, Any] | None = ...,
    ) -> AnthropicCountTokensResponse: ...
    @blocking
    def create_messages_batch(
        self,
        requests: Sequence[AnthropicMessagesBatchItem | Mapping[str, Any]],
        request_id: str | None = None,
        *,
        body: AnthropicMessagesBatchRequest | Mapping[str, Any] | File | None = ...,
    ) -> AnthropicMessagesBatchResponse: ...
    @blocking
    def get_messages_batch(self, batch_id: str, request_id: str | None = None) -> AnthropicMessagesBatchResponse: ...
    @blocking
    def list_messages_batches(self, request_id: str | None = None) -> list[AnthropicMessagesBatchResponse]: ...
    @blocking
    def cancel_messages_batch(self, batch_id: str, request_id: str | None = None) -> AnthropicMessagesBatchResponse: ...
    @blocking_stream
    def get_messages_batch_results(self, batch_id: str, request_id: str | None = None) -> BlockingStream[str]: ...

class AsyncClient(_AsyncClient):
    @suspending
    def chat(
        self,
        request: ChatRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        *,
        model: str | None = ...,
        messages: Sequence[Message | Mapping[str, Any]] | None = ...,
        temperature: float | None = ...,
        max_tokens: int | None = ...,
        top_p: float | None = ...,
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
    ) -> ChatResponse: ...
    @suspending_stream
    def chat_stream(
        self,
        request: ChatRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        *,
        model: str | None = ...,
        messages: Sequence[Message | Mapping[str, Any]] | None = ...,
        temperature: float | None = ...,
        max_tokens: int | None = ...,
        top_p: float | None = ...,
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
    ) -> AsyncStream[ChatChunk]: ...
    @suspending
    def chat_simple(
        self,
        message: str | Sequence[Mapping[str, Any]],
        model: str | None = 'openai/gpt-4o-mini',
        request_id: str | None = None,
        *,
        temperature: float | None = ...,
        max_tokens: int | None = ...,
        top_p: float | None = ...,
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
    ) -> ChatResponse: ...
    @suspending
    def chat_with_system(
        self,
        system_prompt: str | Sequence[Mapping[str, Any]],
        user_message: str | Sequence[Mapping[str, Any]],
        model: str | None = 'openai/gpt-4o-mini',
        request_id: str | None = None,
        *,
        temperature: float | None = ...,
        max_tokens: int | None = ...,
        top_p: float | None = ...,
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
    ) -> ChatResponse: ...
    @suspending
    def list_models(self, request_id: str | None = None) -> list[ModelInfo]: ...
    @suspending
    def get_capabilities(self, request_id: str | None = None) -> list[ModelCapabilities]: ...
    @suspending
    def get_credits_balance(self, request_id: str | None = None) -> CreditsBalance: ...
    @suspending
    def get_credits_history(
        self,
        limit: int | None = ...,
        cursor: str | None = ...,
        request_id: str | None = None,
    ) -> CreditsHistory: ...
    @suspending
    def get_credits_stats(self, period: str | None = ..., request_id: str | None = None) -> CreditsStats: ...
    @suspending
    def health_check(self, request_id: str | None = None) -> dict[str, Any]: ...
    @suspending
    def create_embeddings(
        self,
        request: EmbeddingRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        encoding_format: str | None = 'float',
        *,
        model: str | None = ...,
        input: str | Sequence[str | int | Sequence[Any]] | None = ...,
        dimensions: int | None = ...,
        user: str | None = ...,
    ) -> EmbeddingResponse: ...
    @suspending
    def create_transcription(
        self,
        file_path: bytes | str,
        model: str | None = 'whisper-1',
        language: str | None = ...,
        prompt: str | None = ...,
        response_format: str | None = 'json',
        temperature: float | None = ...,
        request_id: str | None = None,
        *,
        timestamp_granularities: Sequence[str] | None = ...,
        accept: str | None = None,
    ) -> AudioTranscriptionResponse: ...
    @suspending
    def create_translation(
        self,
        file_path: bytes | str,
        model: str | None = 'whisper-1',
        prompt: str | None = ...,
        response_format: str | None = 'json',
        temperature: float | None = ...,
        request_id: str | None = None,
        *,
        accept: str | None = None,
    ) -> AudioTranscriptionResponse: ...
    @suspending
    def create_image(
        self,
        request: ImageGenerationRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        model: str | None = 'dall-e-3',
        n: int | None = 1,
        size: str | None = '1024x1024',
        quality: str | None = 'standard',
        response_format: str | None = 'url',
        style: str | None = 'vivid',
        *,
        prompt: str | None = ...,
        user: str | None = ...,
    ) -> ImageResponse: ...
    @suspending
    def edit_image(
        self,
        image_path: bytes | str,
        prompt: str,
        mask_path: bytes | str | None = None,
        model: str | None = 'dall-e-2',
        n: int | None = 1,
        size: str | None = '1024x1024',
        response_format: str | None = 'url',
        request_id: str | None = None,
        *,
        user: str | None = ...,
    ) -> ImageResponse: ...
    @suspending
    def create_image_variation(
        self,
        image_path: bytes | str,
        model: str | None = 'dall-e-2',
        n: int | None = 1,
        size: str | None = '1024x1024',
        response_format: str | None = 'url',
        request_id: str | None = None,
        *,
        user: str | None = ...,
    ) -> ImageResponse: ...
    @suspending
    def create_moderation(
        self,
        request: ModerationRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        model: str | None = 'text-moderation-latest',
        *,
        input: str | Sequence[str | Mapping[str, Any]] | None = ...,
    ) -> ModerationResponse: ...
    @suspending
    def messages(
        self,
        request: AnthropicMessagesRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        *,
        model: str | None = ...,
        messages: Sequence[AnthropicMessage | Mapping[str, Any]] | None = ...,
        max_tokens: int | None = ...,
        system: AnthropicSystem | None = ...,
        temperature: float | None = ...,
        top_p: float | None = ...,
        top_k: int | None = ...,
        stop_sequences: Sequence[str] | None = ...,
        thinking: AnthropicThinkingConfig | Mapping[str, Any] | None = ...,
        metadata: Mapping[str, Any] | None = ...,
        tools: Sequence[Mapping[str, Any]] | None = ...,
        tool_choice: str | Mapping[str, Any] | None = ...,
        service_tier: str | None = ...,
        container: str | None = ...,
        mcp_servers: Sequence[Mapping[str, Any]] | None = ...,
        context_management: Mapping[str, Any] | None = ...,
    ) -> AnthropicMessagesResponse: ...
    @suspending_stream
    def messages_stream(
        self,
        request: AnthropicMessagesRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        *,
        model: str | None = ...,
        messages: Sequence[AnthropicMessage | Mapping[str, Any]] | None = ...,
        max_tokens: int | None = ...,
        system: AnthropicSystem | None = ...,
        temperature: float | None = ...,
        top_p: float | None = ...,
        top_k: int | None = ...,
        stop_sequences: Sequence[str] | None = ...,
        thinking: AnthropicThinkingConfig | Mapping[str, Any] | None = ...,
        metadata: Mapping[str, Any] | None = ...,
        tools: Sequence[Mapping[str, Any]] | None = ...,
        tool_choice: str | Mapping[str, Any] | None = ...,
        service_tier: str | None = ...,
        container: str | None = ...,
        mcp_servers: Sequence[Mapping[str, Any]] | None = ...,
        context_management: Mapping[str, Any] | None = ...,
    ) -> AsyncStream[AnthropicMessagesStreamEvent]: ...
    @suspending
    def count_tokens(
        self,
        request: AnthropicCountTokensRequest | Mapping[str, Any] | File | None = None,
        request_id: str | None = None,
        *,
        model: str | None = ...,
        messages: Sequence[AnthropicMessage | Mapping[str, Any]] | None = ...,
        system: AnthropicSystem | None = ...,
        tools: Sequence[Mapping[str, Any]] | None = ...,
        thinking: AnthropicThinkingConfig | Mapping[str, Any] | None = ...,
        tool_choice: str | Mapping[str, Any] | None = ...,
    ) -> AnthropicCountTokensResponse: ...
    @suspending
    def create_messages_batch(
        self,
        requests: Sequence[AnthropicMessagesBatchItem | Mapping[str, Any]],
        request_id: str | None = None,
        *,
        body: AnthropicMessagesBatchRequest | Mapping[str, Any] | File | None = ...,
    ) -> AnthropicMessagesBatchResponse: ...
    @suspending
    def get_messages_batch(self, batch_id: str, request_id: str | None = None) -> AnthropicMessagesBatchResponse: ...
    @suspending
    def list_messages_batches(self, request_id: str | None = None) -> list[AnthropicMessagesBatchResponse]: ...
    @suspending
    def cancel_messages_batch(self, batch_id: str, request_id: str | None = None) -> AnthropicMessagesBatchResponse: ...
    @suspending_stream
    def get_messages_batch_results(self, batch_id: str, request_id: str | None = None) -> AsyncStream[str]: ...
