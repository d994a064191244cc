"""ApiKeyAuth: the key as httpx takes it, for programs that speak to the server without this client."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


class ApiKeyAuth:
    """What httpx takes as `auth`: it puts the key into each request."""

    def __init__(self, api_key: str) -> None:
        self.api_key = api_key

    def __call__(self, request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {self.api_key}"
        return request
