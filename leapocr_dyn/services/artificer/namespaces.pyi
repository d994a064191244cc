# Written from live objects: see leapocr_dyn/explore/stubs.py. Change the document or the workflow, and write it again.
# fmt: off
# ruff: noqa: A002, A003, E501, I001, N801, RUF100
# pyright: reportMissingModuleSource=false

from builtins import list as _list
from collections.abc import Mapping, Sequence
from leapocr_dyn.bound import Blocking
from leapocr_dyn.explore.typed import File, blocking, blocking_stream, suspending, suspending_stream
from leapocr_dyn.iteration import AsyncStream, BlockingStream
from leapocr_dyn.pair import Pair as _Pair
from leapocr_dyn.services.artificer.models import AnalyzeImageRequest, AssociateConversationBody, BatchAnalytics, BatchItem, BatchJob, BatchJobResult, BatchOptions, BatchStatus, CacheStatus, Capabilities, ChainConfig, ChainExecutionRequest, ChainExecutionResult, ChatChunk, ChatMessage, ChatRequest, CheckModelHealthBody, CleanupRequest, CleanupRequestStatus, CleanupResult, Conversation, CreateBatchJobRequest, CreateConversationRequest, CreateMessageRequest, CreateMessageRequestRole, CreateProjectRequest, Document, DocumentMatch, DocumentProposal, DocumentStats, EmbeddingStats, Export, ExportFormat, ExportFormats, ExtractTextRequest, Greeting, Health, Id, Identity, ImageAnalysis, ImageData, ImageType, Message, MessageContent, ModelHealth, ModelList, ModelMonitoring, ModelRefresh, ModelRequirements, OCRResult, OrchestrationProgress, PdfCheck, PdfData, PdfOptions, PdfProcessingResult, PhaseConfig, ProcessPdfRequest, ProcessTextRequest, Project, ProposeDocumentUpdateRequest, RoutingAnalytics, SearchHealth, SearchRequest, Selection, SelectionRequest, SendMessageBody, SmallPdfData, StreamBody, Success, Temperature, UpdateBody, UpdateConversationRequest, UpdateDocumentRequest, UpdateProjectRequest, UpdateTitleBody, UploadDocumentRequest, Usage, ValidationConfig
from typing import Any, Literal

class PairMonitoring(Blocking):
    @blocking
    def health(self) -> Health: ...
    @suspending
    def health_async(self) -> Health: ...
    @blocking
    def get_model_monitoring(self) -> ModelMonitoring: ...
    @suspending
    def get_model_monitoring_async(self) -> ModelMonitoring: ...
    @blocking
    def get_usage_stats(self) -> Usage: ...
    @suspending
    def get_usage_stats_async(self) -> Usage: ...
    @blocking
    def get_health_status(self) -> ModelHealth: ...
    @suspending
    def get_health_status_async(self) -> ModelHealth: ...
    @blocking
    def get_capabilities(self) -> Capabilities: ...
    @suspending
    def get_capabilities_async(self) -> Capabilities: ...
    @blocking
    def check_model_health(
        self,
        *,
        model_id: str,
        body: CheckModelHealthBody | Mapping[str, Any] | File | None = ...,
    ) -> ModelHealth: ...
    @suspending
    def check_model_health_async(
        self,
        *,
        model_id: str,
        body: CheckModelHealthBody | Mapping[str, Any] | File | None = ...,
    ) -> ModelHealth: ...

class PairConversations(Blocking):
    @blocking
    def list(self) -> _list[Conversation]: ...
    @suspending
    def list_async(self) -> _list[Conversation]: ...
    @blocking
    def update(
        self,
        *,
        conversation_id: Id,
        title: str | None = ...,
        model: str | None = ...,
        system_prompt: str | None = ...,
        temperature: Temperature | None = ...,
        max_tokens: int | None = ...,
        body: UpdateConversationRequest | Mapping[str, Any] | File | None = ...,
    ) -> Conversation: ...
    @suspending
    def update_async(
        self,
        *,
        conversation_id: Id,
        title: str | None = ...,
        model: str | None = ...,
        system_prompt: str | None = ...,
        temperature: Temperature | None = ...,
        max_tokens: int | None = ...,
        body: UpdateConversationRequest | Mapping[str, Any] | File | None = ...,
    ) -> Conversation: ...
    @blocking
    def update_title(
        self,
        *,
        conversation_id: Id,
        first_message: Id,
        body: UpdateTitleBody | Mapping[str, Any] | File | None = ...,
    ) -> Conversation: ...
    @suspending
    def update_title_async(
        self,
        *,
        conversation_id: Id,
        first_message: Id,
        body: UpdateTitleBody | Mapping[str, Any] | File | None = ...,
    ) -> Conversation: ...
    @blocking
    def create(
        self,
        title: str | None = ...,
        model: str | None = ...,
        system_prompt: str | None = ...,
        temperature: Temperature | None = ...,
        max_tokens: int | None = ...,
        project_id: str | None = ...,
        *,
        body: CreateConversationRequest | Mapping[str, Any] | File | None = ...,
    ) -> Conversation: ...
    @suspending
    def create_async(
        self,
        title: str | None = ...,
        model: str | None = ...,
        system_prompt: str | None = ...,
        temperature: Temperature | None = ...,
        max_tokens: int | None = ...,
        project_id: str | None = ...,
        *,
        body: CreateConversationRequest | Mapping[str, Any] | File | None = ...,
    ) -> Conversation: ...
    @blocking
    def get(self, conversation_id: Id) -> Conversation: ...
    @suspending
    def get_async(self, conversation_id: Id) -> Conversation: ...
    @blocking
    def get_by_id(self, conversation_id: Id) -> Conversation: ...
    @suspending
    def get_by_id_async(self, conversation_id: Id) -> Conversation: ...
    @blocking
    def delete(self, conversation_id: Id) -> Success: ...
    @suspending
    def delete_async(self, conversation_id: Id) -> Success: ...
    @blocking
    def send_message(
        self,
        conversation_id: Id,
        content: MessageContent,
        *,
        body: SendMessageBody | Mapping[str, Any] | File | None = ...,
    ) -> ChatMessage: ...
    @suspending
    def send_message_async(
        self,
        conversation_id: Id,
        content: MessageContent,
        *,
        body: SendMessageBody | Mapping[str, Any] | File | None = ...,
    ) -> ChatMessage: ...

class PairChat(Blocking):
    @blocking
    def get_messages(self, *, conversation_id: Id) -> list[Message]: ...
    @suspending
    def get_messages_async(self, *, conversation_id: Id) -> list[Message]: ...
    @blocking
    def send_message(
        self,
        content: MessageContent,
        conversation_id: Id,
        *,
        body: SendMessageBody | Mapping[str, Any] | File | None = ...,
    ) -> ChatMessage: ...
    @suspending
    def send_message_async(
        self,
        content: MessageContent,
        conversation_id: Id,
        *,
        body: SendMessageBody | Mapping[str, Any] | File | None = ...,
    ) -> ChatMessage: ...
    @blocking_stream
    def stream(
        self,
        conversation_id: Id,
        message: MessageContent,
        *,
        body: StreamBody | Mapping[str, Any] | File | None = ...,
    ) -> BlockingStream[ChatChunk]: ...
    @suspending_stream
    def stream_async(
        self,
        conversation_id: Id,
        message: MessageContent,
        *,
        body: StreamBody | Mapping[str, Any] | File | None = ...,
    ) -> AsyncStream[ChatChunk]: ...

class PairMessages(Blocking):
    @blocking
    def get_by_conversation(self, *, conversation_id: Id) -> list[Message]: ...
    @suspending
    def get_by_conversation_async(self, *, conversation_id: Id) -> list[Message]: ...
    @blocking
    def create(
        self,
        *,
        conversation_id: Id,
        role: CreateMessageRequestRole | Literal['user', 'assistant'],
        content: MessageContent,
        tokens: int,
        body: CreateMessageRequest | Mapping[str, Any] | File | None = ...,
    ) -> Message: ...
    @suspending
    def create_async(
        self,
        *,
        conversation_id: Id,
        role: CreateMessageRequestRole | Literal['user', 'assistant'],
        content: MessageContent,
        tokens: int,
        body: CreateMessageRequest | Mapping[str, Any] | File | None = ...,
    ) -> Message: ...
    @blocking
    def delete(self, *, id: Id) -> Success: ...
    @suspending
    def delete_async(self, *, id: Id) -> Success: ...
    @blocking
    def update(
        self,
        *,
        id: Id,
        content: MessageContent,
        body: UpdateBody | Mapping[str, Any] | File | None = ...,
    ) -> Message: ...
    @suspending
    def update_async(
        self,
        *,
        id: Id,
        content: MessageContent,
        body: UpdateBody | Mapping[str, Any] | File | None = ...,
    ) -> Message: ...

class PairBatch(Blocking):
    def cancel(self, job_id: str) -> BatchJob: ...
    async def cancel_async(self, job_id: str) -> BatchJob: ...
    def get(self, job_id: str) -> BatchJob: ...
    async def get_async(self, job_id: str) -> BatchJob: ...
    def get_status(self, job_id: str) -> BatchJob: ...
    async def get_status_async(self, job_id: str) -> BatchJob: ...
    def pause(self, job_id: str) -> BatchJob: ...
    async def pause_async(self, job_id: str) -> BatchJob: ...
    def resume(self, job_id: str) -> BatchJob: ...
    async def resume_async(self, job_id: str) -> BatchJob: ...
    def start(self, job_id: str) -> BatchJob: ...
    async def start_async(self, job_id: str) -> BatchJob: ...
    @blocking
    def get_analytics(self, *, job_id: Id) -> BatchAnalytics: ...
    @suspending
    def get_analytics_async(self, *, job_id: Id) -> BatchAnalytics: ...
    @blocking
    def cleanup_checkpoints(
        self,
        *,
        older_than_days: int | None = ...,
        status: CleanupRequestStatus | Literal['COMPLETED', 'FAILED', 'CANCELLED'] | None = ...,
        body: CleanupRequest | Mapping[str, Any] | File | None = ...,
    ) -> CleanupResult: ...
    @suspending
    def cleanup_checkpoints_async(
        self,
        *,
        older_than_days: int | None = ...,
        status: CleanupRequestStatus | Literal['COMPLETED', 'FAILED', 'CANCELLED'] | None = ...,
        body: CleanupRequest | Mapping[str, Any] | File | None = ...,
    ) -> CleanupResult: ...
    @blocking
    def create(
        self,
        name: str,
        items: Sequence[BatchItem | Mapping[str, Any]],
        phases: Sequence[PhaseConfig | Mapping[str, Any]],
        project_id: str | None = ...,
        options: BatchOptions | Mapping[str, Any] | None = ...,
        *,
        body: CreateBatchJobRequest | Mapping[str, Any] | File | None = ...,
    ) -> BatchJob: ...
    @suspending
    def create_async(
        self,
        name: str,
        items: Sequence[BatchItem | Mapping[str, Any]],
        phases: Sequence[PhaseConfig | Mapping[str, Any]],
        project_id: str | None = ...,
        options: BatchOptions | Mapping[str, Any] | None = ...,
        *,
        body: CreateBatchJobRequest | Mapping[str, Any] | File | None = ...,
    ) -> BatchJob: ...
    @blocking
    def delete(self, job_id: Id) -> Success: ...
    @suspending
    def delete_async(self, job_id: Id) -> Success: ...
    @blocking
    def get_results(self, job_id: Id) -> _list[BatchJobResult]: ...
    @suspending
    def get_results_async(self, job_id: Id) -> _list[BatchJobResult]: ...
    @blocking
    def list(
        self,
        project_id: str | None = ...,
        status: BatchStatus | Literal['PENDING', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED', 'CANCELLED'] | None = ...,
        limit: int | None = 20,
        offset: int | None = 0,
    ) -> _list[BatchJob]: ...
    @suspending
    def list_async(
        self,
        project_id: str | None = ...,
        status: BatchStatus | Literal['PENDING', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED', 'CANCELLED'] | None = ...,
        limit: int | None = 20,
        offset: int | None = 0,
    ) -> _list[BatchJob]: ...

class PairOrchestration(Blocking):
    @blocking
    def chain_chat(
        self,
        *,
        content: MessageContent,
        conversation_id: Id,
        body: ChatRequest | Mapping[str, Any] | File | None = ...,
    ) -> ChatMessage: ...
    @suspending
    def chain_chat_async(
        self,
        *,
        content: MessageContent,
        conversation_id: Id,
        body: ChatRequest | Mapping[str, Any] | File | None = ...,
    ) -> ChatMessage: ...
    @blocking
    def process_text(
        self,
        *,
        text: str,
        chain_config: ChainConfig | Mapping[str, Any],
        body: ProcessTextRequest | Mapping[str, Any] | File | None = ...,
    ) -> Any: ...
    @suspending
    def process_text_async(
        self,
        *,
        text: str,
        chain_config: ChainConfig | Mapping[str, Any],
        body: ProcessTextRequest | Mapping[str, Any] | File | None = ...,
    ) -> Any: ...
    @blocking
    def get_routing_analytics(
        self,
        *,
        limit: int | None = ...,
        conversation_id: str | None = ...,
    ) -> RoutingAnalytics: ...
    @suspending
    def get_routing_analytics_async(
        self,
        *,
        limit: int | None = ...,
        conversation_id: str | None = ...,
    ) -> RoutingAnalytics: ...
    @blocking
    def execute(
        self,
        query: str,
        task_type: str | None = ...,
        model: str | None = ...,
        use_rag: bool | None = ...,
        validation_config: ValidationConfig | Mapping[str, Any] | None = ...,
        *,
        body: ChainExecutionRequest | Mapping[str, Any] | File | None = ...,
    ) -> ChainExecutionResult: ...
    @suspending
    def execute_async(
        self,
        query: str,
        task_type: str | None = ...,
        model: str | None = ...,
        use_rag: bool | None = ...,
        validation_config: ValidationConfig | Mapping[str, Any] | None = ...,
        *,
        body: ChainExecutionRequest | Mapping[str, Any] | File | None = ...,
    ) -> ChainExecutionResult: ...
    @blocking_stream
    def stream(
        self,
        conversation_id: Id,
        content: MessageContent,
        *,
        body: ChatRequest | Mapping[str, Any] | File | None = ...,
    ) -> BlockingStream[OrchestrationProgress]: ...
    @suspending_stream
    def stream_async(
        self,
        conversation_id: Id,
        content: MessageContent,
        *,
        body: ChatRequest | Mapping[str, Any] | File | None = ...,
    ) -> AsyncStream[OrchestrationProgress]: ...

class PairProjects(Blocking):
    @blocking
    def list(self) -> _list[Project]: ...
    @suspending
    def list_async(self) -> _list[Project]: ...
    @blocking
    def create(
        self,
        *,
        name: str,
        description: str | None = ...,
        settings: Mapping[str, Any] | None = ...,
        body: CreateProjectRequest | Mapping[str, Any] | File | None = ...,
    ) -> Project: ...
    @suspending
    def create_async(
        self,
        *,
        name: str,
        description: str | None = ...,
        settings: Mapping[str, Any] | None = ...,
        body: CreateProjectRequest | Mapping[str, Any] | File | None = ...,
    ) -> Project: ...
    @blocking
    def get_by_id(self, *, id: Id) -> Project: ...
    @suspending
    def get_by_id_async(self, *, id: Id) -> Project: ...
    @blocking
    def delete(self, *, id: Id) -> Success: ...
    @suspending
    def delete_async(self, *, id: Id) -> Success: ...
    @blocking
    def update(
        self,
        *,
        id: Id,
        name: str | None = ...,
        description: str | None = ...,
        settings: Mapping[str, Any] | None = ...,
        body: UpdateProjectRequest | Mapping[str, Any] | File | None = ...,
    ) -> Project: ...
    @suspending
    def update_async(
        self,
        *,
        id: Id,
        name: str | None = ...,
        description: str | None = ...,
        settings: Mapping[str, Any] | None = ...,
        body: UpdateProjectRequest | Mapping[str, Any] | File | None = ...,
    ) -> Project: ...
    @blocking
    def get_conversations(self, *, project_id: Id) -> _list[Conversation]: ...
    @suspending
    def get_conversations_async(self, *, project_id: Id) -> _list[Conversation]: ...
    @blocking
    def associate_conversation(
        self,
        *,
        project_id: Id,
        conversation_id: Id,
        body: AssociateConversationBody | Mapping[str, Any] | File | None = ...,
    ) -> Conversation: ...
    @suspending
    def associate_conversation_async(
        self,
        *,
        project_id: Id,
        conversation_id: Id,
        body: AssociateConversationBody | Mapping[str, Any] | File | None = ...,
    ) -> Conversation: ...
    @blocking
    def get_documents(self, *, project_id: Id) -> _list[Document]: ...
    @suspending
    def get_documents_async(self, *, project_id: Id) -> _list[Document]: ...
    @blocking
    def upload_document(
        self,
        *,
        project_id: Id,
        filename: str,
        content: bytes | str,
        content_type: str,
        body: UploadDocumentRequest | Mapping[str, Any] | File | None = ...,
    ) -> Document: ...
    @suspending
    def upload_document_async(
        self,
        *,
        project_id: Id,
        filename: str,
        content: bytes | str,
        content_type: str,
        body: UploadDocumentRequest | Mapping[str, Any] | File | None = ...,
    ) -> Document: ...
    @blocking
    def search_documents(self, *, project_id: Id, query: Id, limit: int | None = ...) -> _list[DocumentMatch]: ...
    @suspending
    def search_documents_async(self, *, project_id: Id, query: Id, limit: int | None = ...) -> _list[DocumentMatch]: ...
    @blocking
    def get_document_stats(self, *, project_id: Id) -> DocumentStats: ...
    @suspending
    def get_document_stats_async(self, *, project_id: Id) -> DocumentStats: ...
    @blocking
    def get_document(self, *, document_id: Id) -> Document: ...
    @suspending
    def get_document_async(self, *, document_id: Id) -> Document: ...
    @blocking
    def delete_document(self, *, document_id: Id) -> Success: ...
    @suspending
    def delete_document_async(self, *, document_id: Id) -> Success: ...
    @blocking
    def update_document(
        self,
        *,
        document_id: Id,
        content: str,
        reason: str | None = ...,
        body: UpdateDocumentRequest | Mapping[str, Any] | File | None = ...,
    ) -> Document: ...
    @suspending
    def update_document_async(
        self,
        *,
        document_id: Id,
        content: str,
        reason: str | None = ...,
        body: UpdateDocumentRequest | Mapping[str, Any] | File | None = ...,
    ) -> Document: ...
    @blocking
    def propose_document_update(
        self,
        *,
        document_id: Id,
        conversation_context: str,
        user_request: str,
        body: ProposeDocumentUpdateRequest | Mapping[str, Any] | File | None = ...,
    ) -> DocumentProposal: ...
    @suspending
    def propose_document_update_async(
        self,
        *,
        document_id: Id,
        conversation_context: str,
        user_request: str,
        body: ProposeDocumentUpdateRequest | Mapping[str, Any] | File | None = ...,
    ) -> DocumentProposal: ...

class PairExport(Blocking):
    @blocking
    def export_all(
        self,
        *,
        format: ExportFormat | Literal['markdown', 'notion', 'obsidian', 'google-docs', 'json', 'html'],
        include_metadata: bool | None = ...,
        include_timestamps: bool | None = ...,
        include_costs: bool | None = ...,
        group_by_conversation: bool | None = ...,
    ) -> Export: ...
    @suspending
    def export_all_async(
        self,
        *,
        format: ExportFormat | Literal['markdown', 'notion', 'obsidian', 'google-docs', 'json', 'html'],
        include_metadata: bool | None = ...,
        include_timestamps: bool | None = ...,
        include_costs: bool | None = ...,
        group_by_conversation: bool | None = ...,
    ) -> Export: ...
    @blocking
    def export_conversation(
        self,
        *,
        conversation_id: Id,
        format: ExportFormat | Literal['markdown', 'notion', 'obsidian', 'google-docs', 'json', 'html'],
        include_metadata: bool | None = ...,
        include_timestamps: bool | None = ...,
        include_costs: bool | None = ...,
    ) -> Export: ...
    @suspending
    def export_conversation_async(
        self,
        *,
        conversation_id: Id,
        format: ExportFormat | Literal['markdown', 'notion', 'obsidian', 'google-docs', 'json', 'html'],
        include_metadata: bool | None = ...,
        include_timestamps: bool | None = ...,
        include_costs: bool | None = ...,
    ) -> Export: ...
    @blocking
    def get_formats(self) -> ExportFormats: ...
    @suspending
    def get_formats_async(self) -> ExportFormats: ...

class PairSearch(Blocking):
    @blocking
    def search_documents(
        self,
        *,
        project_id: str,
        query: str,
        limit: int | None = ...,
        min_score: float | None = ...,
        document_ids: Sequence[str] | None = ...,
        body: SearchRequest | Mapping[str, Any] | File | None = ...,
    ) -> Any: ...
    @suspending
    def search_documents_async(
        self,
        *,
        project_id: str,
        query: str,
        limit: int | None = ...,
        min_score: float | None = ...,
        document_ids: Sequence[str] | None = ...,
        body: SearchRequest | Mapping[str, Any] | File | None = ...,
    ) -> Any: ...
    @blocking
    def get_embedding_stats(self, *, project_id: Id) -> EmbeddingStats: ...
    @suspending
    def get_embedding_stats_async(self, *, project_id: Id) -> EmbeddingStats: ...
    @blocking
    def reindex_document(self, *, document_id: Id) -> Any: ...
    @suspending
    def reindex_document_async(self, *, document_id: Id) -> Any: ...
    @blocking
    def health_check(self) -> SearchHealth: ...
    @suspending
    def health_check_async(self) -> SearchHealth: ...

class PairUsage(Blocking):
    @blocking
    def get_session_stats(self) -> Any: ...
    @suspending
    def get_session_stats_async(self) -> Any: ...
    @blocking
    def get_model_usage(self) -> Any: ...
    @suspending
    def get_model_usage_async(self) -> Any: ...

class PairModelAdmin(Blocking):
    @blocking
    def refresh_models(self) -> ModelRefresh: ...
    @suspending
    def refresh_models_async(self) -> ModelRefresh: ...
    @blocking
    def get_cache_status(self) -> CacheStatus: ...
    @suspending
    def get_cache_status_async(self) -> CacheStatus: ...
    @blocking
    def list_models(self, *, provider: str | None = ..., limit: int | None = ...) -> ModelList: ...
    @suspending
    def list_models_async(self, *, provider: str | None = ..., limit: int | None = ...) -> ModelList: ...
    @blocking
    def test_selection(
        self,
        *,
        requirements: ModelRequirements | Mapping[str, Any],
        show_all: bool | None = ...,
        body: SelectionRequest | Mapping[str, Any] | File | None = ...,
    ) -> Selection: ...
    @suspending
    def test_selection_async(
        self,
        *,
        requirements: ModelRequirements | Mapping[str, Any],
        show_all: bool | None = ...,
        body: SelectionRequest | Mapping[str, Any] | File | None = ...,
    ) -> Selection: ...
    @blocking
    def get_fallback_models(self) -> ModelList: ...
    @suspending
    def get_fallback_models_async(self) -> ModelList: ...

class PairAuth(Blocking):
    @blocking
    def public(self) -> Greeting: ...
    @suspending
    def public_async(self) -> Greeting: ...
    @blocking
    def protected(self) -> Greeting: ...
    @suspending
    def protected_async(self) -> Greeting: ...
    @blocking
    def whoami(self) -> Identity: ...
    @suspending
    def whoami_async(self) -> Identity: ...

class PairImages(Blocking):
    @blocking
    def extract_text_from_image(
        self,
        image_data: ImageData,
        content_type: ImageType | None = 'image/png',
        *,
        body: ExtractTextRequest | Mapping[str, Any] | File | None = ...,
    ) -> OCRResult: ...
    @suspending
    def extract_text_from_image_async(
        self,
        image_data: ImageData,
        content_type: ImageType | None = 'image/png',
        *,
        body: ExtractTextRequest | Mapping[str, Any] | File | None = ...,
    ) -> OCRResult: ...
    @blocking
    def process_pdf(
        self,
        pdf_data: PdfData,
        options: PdfOptions | Mapping[str, Any] | None = ...,
        *,
        body: ProcessPdfRequest | Mapping[str, Any] | File | None = ...,
    ) -> PdfProcessingResult: ...
    @suspending
    def process_pdf_async(
        self,
        pdf_data: PdfData,
        options: PdfOptions | Mapping[str, Any] | None = ...,
        *,
        body: ProcessPdfRequest | Mapping[str, Any] | File | None = ...,
    ) -> PdfProcessingResult: ...
    @blocking
    def check_pdf_needs_ocr(self, pdf_data: SmallPdfData, min_text_threshold: int | None = 100) -> PdfCheck: ...
    @suspending
    def check_pdf_needs_ocr_async(self, pdf_data: SmallPdfData, min_text_threshold: int | None = 100) -> PdfCheck: ...
    @blocking
    def analyze_image(
        self,
        image_data: ImageData,
        content_type: ImageType | None = 'image/png',
        prompt: str | None = 'Describe this image in detail.',
        *,
        body: AnalyzeImageRequest | Mapping[str, Any] | File | None = ...,
    ) -> ImageAnalysis: ...
    @suspending
    def analyze_image_async(
        self,
        image_data: ImageData,
        content_type: ImageType | None = 'image/png',
        prompt: str | None = 'Describe this image in detail.',
        *,
        body: AnalyzeImageRequest | Mapping[str, Any] | File | None = ...,
    ) -> ImageAnalysis: ...

class Pair(_Pair):
    monitoring: PairMonitoring
    conversations: PairConversations
    chat: PairChat
    messages: PairMessages
    batch: PairBatch
    orchestration: PairOrchestration
    projects: PairProjects
    export: PairExport
    search: PairSearch
    usage: PairUsage
    model_admin: PairModelAdmin
    auth: PairAuth
    images: PairImages
