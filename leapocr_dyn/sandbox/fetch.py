"""Fetching a document from a URL, from this machine only.

A server that fetches what it is told to fetch can be sent anywhere (SSRF). So the host must be a loopback address or
localhost, spelled out, and every redirect is held to the same rule.
"""

from __future__ import annotations

import http.client
import ipaddress
import threading
from pathlib import Path
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

LARGEST = 256 * 2**20  # bytes
REDIRECTS = 3
TIMEOUT = 5.0  # seconds without a byte
DEADLINE = 30.0  # seconds in all
CHUNK = 64 * 2**10


class FetchError(Exception):
    """The URL gives no document; the message says why."""


def fetch(url: str, target: Path, stopping: threading.Event) -> int:
    """Write what is at a URL into a file; its size in bytes. Raises FetchError."""
    deadline = monotonic() + DEADLINE
    for _ in range(REDIRECTS + 1):
        parts = local(url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port or 80, timeout=TIMEOUT)
        try:
            connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
            with connection.getresponse() as response:
                if response.status == 200:
                    return stored(response, target, deadline, stopping)
                if response.status not in {301, 302, 303, 307, 308}:
                    raise FetchError(f"the URL answered with status {response.status}")
                url = urljoin(url, response.headers.get("location", ""))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise FetchError(f"the URL cannot be fetched: {type(error).__name__}") from error
        finally:
            connection.close()
    raise FetchError(f"the URL redirects more than {REDIRECTS} times")


def local(url: str) -> SplitResult:
    """The parts of a URL on this machine. Raises FetchError for any other."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port  # reading the port checks it
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here or parts.scheme != "http" or parts.username is not None:
        raise FetchError("this sandbox fetches http URLs of this machine only, such as http://127.0.0.1:8000/scan.pdf")
    return parts


def stored(response: http.client.HTTPResponse, target: Path, deadline: float, stopping: threading.Event) -> int:
    """Write a body into a file, within the limits; its size."""
    size = 0
    with target.open("wb") as file:
        while chunk := response.read1(CHUNK):
            size += len(chunk)
            if size > LARGEST:
                raise FetchError(f"the document is larger than {LARGEST} bytes")
            if monotonic() > deadline or stopping.is_set():
                raise FetchError("the document takes too long to arrive")
            file.write(chunk)
    if size == 0:
        raise FetchError("the URL gives an empty document")
    return size
