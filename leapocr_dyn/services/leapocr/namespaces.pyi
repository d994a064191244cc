# Written from live objects: see leapocr_dyn/explore/stubs.py. Change the document or the workflow, and write it again.
# fmt: off
# ruff: noqa: A002, A003, E501, I001, N801, RUF100
# pyright: reportMissingModuleSource=false

from collections.abc import Mapping, Sequence
from leapocr_dyn.client import AsyncClient as _AsyncClient, Client as _Client
from leapocr_dyn.explore.typed import File, blocking, suspending
from leapocr_dyn.services.leapocr.ocr import AsyncOCR, BlockingOCR
from leapocr_dyn.services.leapocr.results import CompletedPart, DirectUploadCompleteRequest, DirectUploadCompleteResponse, DirectUploadRequest, DirectUploadResponse, Format, HealthStatus, ModelsListResponse, OCRResultResponse, RemoteURLUploadRequest, RemoteURLUploadResponse
from typing import Any, Literal

class BlockingOcr(BlockingOCR):
    @blocking
    def direct_upload(
        self,
        *,
        file_name: str,
        file_size: int,
        content_type: str,
        format: Format | Literal['markdown', 'structured'] | None = ...,
        model: str | None = ...,
        schema: Mapping[str, Any] | None = ...,
        instructions: str | None = ...,
        template_slug: str | None = ...,
        extract_bounding_boxes: bool | None = ...,
        save_as_template: bool | None = ...,
        body: DirectUploadRequest | Mapping[str, Any] | File | None = ...,
    ) -> DirectUploadResponse: ...
    @blocking
    def complete_direct_upload(
        self,
        *,
        job_id: str,
        parts: Sequence[CompletedPart | Mapping[str, Any]],
        body: DirectUploadCompleteRequest | Mapping[str, Any] | File | None = ...,
    ) -> DirectUploadCompleteResponse: ...
    @blocking
    def upload_from_remote_url(
        self,
        *,
        url: str,
        file_name: str | None = ...,
        format: Format | Literal['markdown', 'structured'] | None = ...,
        model: str | None = ...,
        schema: Mapping[str, Any] | None = ...,
        instructions: str | None = ...,
        template_slug: str | None = ...,
        extract_bounding_boxes: bool | None = ...,
        save_as_template: bool | None = ...,
        body: RemoteURLUploadRequest | Mapping[str, Any] | File | None = ...,
    ) -> RemoteURLUploadResponse: ...
    @blocking
    def get_job_result(self, *, job_id: str, page: int | None = ..., limit: int | None = ...) -> OCRResultResponse: ...
    @blocking
    def list_ocr_models(self) -> ModelsListResponse: ...
    @blocking
    def get_health_status(self) -> HealthStatus: ...

class Client(_Client):
    ocr: BlockingOcr

class AsyncOcr(AsyncOCR):
    @suspending
    def direct_upload(
        self,
        *,
        file_name: str,
        file_size: int,
        content_type: str,
        format: Format | Literal['markdown', 'structured'] | None = ...,
        model: str | None = ...,
        schema: Mapping[str, Any] | None = ...,
        instructions: str | None = ...,
        template_slug: str | None = ...,
        extract_bounding_boxes: bool | None = ...,
        save_as_template: bool | None = ...,
        body: DirectUploadRequest | Mapping[str, Any] | File | None = ...,
    ) -> DirectUploadResponse: ...
    @suspending
    def complete_direct_upload(
        self,
        *,
        job_id: str,
        parts: Sequence[CompletedPart | Mapping[str, Any]],
        body: DirectUploadCompleteRequest | Mapping[str, Any] | File | None = ...,
    ) -> DirectUploadCompleteResponse: ...
    @suspending
    def upload_from_remote_url(
        self,
        *,
        url: str,
        file_name: str | None = ...,
        format: Format | Literal['markdown', 'structured'] | None = ...,
        model: str | None = ...,
        schema: Mapping[str, Any] | None = ...,
        instructions: str | None = ...,
        template_slug: str | None = ...,
        extract_bounding_boxes: bool | None = ...,
        save_as_template: bool | None = ...,
        body: RemoteURLUploadRequest | Mapping[str, Any] | File | None = ...,
    ) -> RemoteURLUploadResponse: ...
    @suspending
    def get_job_result(self, *, job_id: str, page: int | None = ..., limit: int | None = ...) -> OCRResultResponse: ...
    @suspending
    def list_ocr_models(self) -> ModelsListResponse: ...
    @suspending
    def get_health_status(self) -> HealthStatus: ...

class AsyncClient(_AsyncClient):
    ocr: AsyncOcr
