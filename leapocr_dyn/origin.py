"""Origins: whether a URL leads where credentials may go, and how a link may be shown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from leapocr_dyn.errors import ContractError

SHOWN = 500  # characters of a text that a server wrote

Origin = tuple[str, str, int | None]


def origin(url: str) -> Origin | None:
    """Scheme, host and port (RFC 6454 section 4); None where a URL is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname.lower(), port) if parts.hostname else None


def redacted(url: str) -> str:
    """A link without its query, which may be its right to write."""
    return f"{place(url)}?***" if "?" in url else place(url)


def place(url: str) -> str:
    """A URL for people to read: no user, no query, no fragment."""
    scheme, slashes, rest = re.split(r"[?#]", url, maxsplit=1)[0].partition("//")
    host, slash, path = rest.partition("/")
    return legible(scheme + slashes + host.rpartition("@")[2] + slash + path)


def legible(text: str) -> str:
    """A server's text for a terminal or a log of lines: printable, and not too long."""
    return text[:SHOWN] if text.isprintable() else text[:SHOWN].encode("unicode_escape").decode()


def only_web(url: str, base_url: str) -> None:
    """Refuse a link of a server's that leads down from https, or to something that is not the web."""
    found = origin(url)
    if found is None or found[0] not in ("http", "https"):
        raise ContractError(f"the server gave a link that is none: {redacted(url)}")
    if found[0] == "http" and urlsplit(base_url).scheme == "https":
        raise ContractError(f"the server gave a link without https to {found[1]}; nothing was sent there")
