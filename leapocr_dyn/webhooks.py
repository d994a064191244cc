"""The check of a delivery, under the module name that programs of the official package import it from."""

from __future__ import annotations

from leapocr_dyn import verify_webhook_signature as verify_webhook_signature
