"""A document from the web, for a caller who asked for it by its URL; nothing that a document says is ever fetched.

What an answer may cost is bounded: its size as it arrives and after decompression, the redirects, and the time for all
of it, which is why the work is done on a thread of its own that can be left behind. https only, or http on this machine
itself; a redirect keeps to the same rule, and does not lead from elsewhere to this machine. No credentials are sent.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar
from urllib.parse import urljoin, urlsplit

from leapocr_dyn import errors
from leapocr_dyn.document.limit import SIZE
from leapocr_dyn.document.mistake import shown, too_large
from leapocr_dyn.transport import Request, Transport, drive
from leapocr_dyn.transport.blocking import BlockingTransport

T = TypeVar("T")

SECONDS = 60.0  # for everything
PATIENCE = 20.0  # seconds without a byte
REDIRECTS = 5
HEADERS = {"Accept": "application/json, application/yaml, text/yaml;q=0.9, */*;q=0.1", "User-Agent": "leapocr-dyn"}
KEPT = ("content-type", "etag", "last-modified")


class Fetched(NamedTuple):
    """What a URL gave. url: where it was in the end. headers: those of KEPT that were sent, in lower case."""

    content: bytes
    url: str
    headers: dict[str, str]


def fetch(url: str, seconds: float = SECONDS) -> Fetched:
    """What stands at a URL. seconds: for all of it.

    Raises DocumentError where the URL may not be fetched, or gives no document; TimeoutError and ConnectionError as a
    call of an API does.
    """
    io = BlockingTransport()
    try:
        found = drive(within(io, url, seconds))
    finally:
        drive(io.close())
    assert found is not None  # nothing was known
    return found


async def within(io: Transport, url: str, seconds: float, known: Mapping[str, str] = {}) -> Fetched | None:
    """The document at a URL, or None where it is the one that is known; see `answered`. seconds: for all of it."""
    if io.suspends:
        import anyio  # not at the top: blocking, nothing needs it

        with anyio.move_on_after(seconds):
            return await answered(io, url, seconds, known)
        raise late(url, seconds)
    # A server that drips its headers, byte by byte, would hold a reader for ever: it is left to the thread.
    return in_time(lambda: drive(answered(io, url, seconds, known)), url, seconds)


def in_time(work: Callable[[], T], url: str, seconds: float) -> T:
    """What work on a document gives, on a thread of its own that is left behind when the time is over."""
    came: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            came.append(work())
        except BaseException as error:  # noqa: BLE001 - carried to the caller's thread, where it is raised
            failed.append(error)

    thread = threading.Thread(target=run, name="leapocr_dyn", daemon=True)
    thread.start()
    thread.join(max(0.0, seconds))
    if failed:
        raise failed[0]
    if not came:
        raise late(url, seconds)
    return came[0]


async def answered(io: Transport, url: str, seconds: float, known: Mapping[str, str] = {}) -> Fetched | None:
    """The document at the end of all redirects; None where it is the one that is known.

    seconds: for all of it, looked at between the pieces of the answer. known: what makes the request conditional
    (RFC 9110 section 13.1). Raises as `fetch` does.
    """
    deadline = io.now() + seconds
    here = allowed(url, here=True)
    for _ in range(REDIRECTS + 1):
        left = max(0.001, round(deadline - io.now(), 3))
        request = Request("GET", url, {**HEADERS, **known}, ours=False)
        response = await io.stream(request, timeout=min(PATIENCE, left))
        body = io.chunks(response)
        try:
            if response.status_code in (301, 302, 303, 307, 308) and "location" in response.headers:
                url = urljoin(url, response.headers["location"])
                allowed(url, here=here)
                continue
            if response.status_code == 304 and known:
                return None
            if response.status_code != 200:
                raise errors.DocumentError(refused(plain(url), response.status_code))
            content = bytearray()
            while (piece := await body.next()) is not None:
                content += piece
                if len(content) > SIZE:
                    raise errors.DocumentError(too_large(plain(url)))
                if io.now() > deadline:
                    raise late(url, seconds)
        finally:
            await body.close()
        headers = {name: response.headers[name] for name in KEPT if name in response.headers}
        if headers.get("content-type", "").lower().startswith("text/html") or content.lstrip()[:1] == b"<":
            raise errors.DocumentError(
                f"{plain(url)} is a page for people: look there for the address of its JSON or YAML document"
            )
        if not content.strip():
            raise errors.DocumentError(f"{plain(url)} is empty: try again later, or look whether the URL is right")
        return Fetched(bytes(content), url, headers)
    raise errors.DocumentError(f"{plain(url)} redirects more than {REDIRECTS} times")


def refused(shown: str, status: int) -> str:
    """What to say of an answer that is no document."""
    if status >= 500:
        hint = "try again later"
    elif status in (401, 403):
        hint = "nothing that is secret is sent there; fetch it yourself, and pass the bytes"
    else:
        hint = "is the URL right?"
    return f"{shown} answers with status {status}: {hint}"


def allowed(url: str, here: bool) -> bool:
    """Whether a URL is on this machine. Raises DocumentError where it may not be fetched. here: whether it may be."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port  # reading the port checks it
    except ValueError as error:
        raise errors.DocumentError(f"{shown(plain(url))} is not a URL: {error}") from error
    local = is_local(host)
    # urlsplit passes over a tab and the end of a line, and a header or a message would not.
    strange = " " in host or not url.isprintable()
    if not host or strange or parts.scheme not in ("https", "http"):
        raise errors.DocumentError(f"{shown(plain(url))} is not a URL that starts with https://")
    if parts.username is not None or parts.password is not None:
        raise errors.DocumentError("a URL with a password is not fetched: fetch it yourself, and pass the bytes")
    if local and not here:
        raise errors.DocumentError(f"a redirect to {plain(url)} is not followed: it leads to this machine")
    if parts.scheme == "http" and not local:
        raise errors.DocumentError(
            f"{plain(url)} is not fetched: anybody on the way could change it; use https://, or pass the bytes"
        )
    return local


def is_local(host: str) -> bool:
    """Whether a host is this machine, spelled out."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def plain(url: str) -> str:
    """A URL as it may be shown: its query and its password may be secrets."""
    scheme, mark, rest = url.partition("?")[0].partition("#")[0].partition("://")
    if not mark:
        return scheme  # no URL
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def late(url: str, seconds: float) -> errors.TimeoutError:
    """What to raise when the time is over."""
    return errors.TimeoutError(f"{plain(url)} was not complete within {seconds:.3g} s", sent=True)
