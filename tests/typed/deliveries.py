"""A program of somebody's: an endpoint for webhooks, and any other API by its own document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_type

import leapocr_dyn
from leapocr_dyn import Api, AsyncClient, Client, WebhookError, parse_webhook, verify_webhook_signature
from leapocr_dyn.models import JobStatusType, ProcessOptions
from leapocr_dyn.services.leapocr.results import WebhookEvent, WebhookEventType


def receive(body: bytes, headers: Mapping[str, str]) -> int:
    try:
        event = parse_webhook(body, headers, ["new secret", "old secret"])
    except WebhookError:
        return 401
    assert_type(event, WebhookEvent)
    if event.event_type is WebhookEventType.JOB_COMPLETED and event.status is JobStatusType.COMPLETED:
        print(event.job_id, event["page_count"])
    return 204


def old(body: bytes, signature: str, timestamp: str) -> bool:
    return assert_type(verify_webhook_signature(body, signature, timestamp, "secret"), bool)


def any_api(document: str) -> int:
    api = leapocr_dyn.load(document)
    assert_type(api, Api)
    with api.client(api_key="a key") as client:
        assert_type(client, Client)
        client.pets.list_pets(limit=2)
        print(client.drift(), api.report)
    return len(api.operations)


async def the_same(document: str) -> None:
    async with leapocr_dyn.load(document).async_client() as client:
        assert_type(client, AsyncClient)
        await client.pets.list_pets(limit=2)


OPTIONS = ProcessOptions(file_name="scan.pdf")
