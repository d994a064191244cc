"""The class of an async client's `ocr`, under the name that programs of the official package import for annotations."""

from __future__ import annotations

from leapocr_dyn.services.leapocr.ocr import AsyncOCR as OCRService

__all__ = ["OCRService"]
