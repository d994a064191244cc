"""The machine that a client runs on: its secrets' shape, its proxies, its clock, and what is installed.

It looks, and changes nothing. No secret, nor a proxy's password, is in what it says.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping
from importlib import metadata
from importlib.util import find_spec

from leapocr_dyn import __version__
from leapocr_dyn.config import from_environment
from leapocr_dyn.errors import AuthenticationError
from leapocr_dyn.operation.secret import secret
from leapocr_dyn.origin import place

SECRETS = ("api_key", "token")
EXTRAS = {"repl": "IPython", "sandbox": "rapidocr", "pdf": "pypdfium2", "http2": "h2", "websocket": "websockets"}


def unusable(environment: Mapping[str, str]) -> list[str]:
    """Secrets in the environment that no request could carry, and why; without what they are."""
    found = []
    for setting, variable in environment.items():
        if setting in SECRETS and (text := from_environment(environment, setting)) is not None:
            try:
                secret(variable, text)
            except AuthenticationError as error:
                found.append(error.message)
    return list(dict.fromkeys(found))


def proxies(where: str) -> list[str]:
    """Through whom requests go, as the environment has it; without the password of a proxy."""
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(where)
    known = getproxies()
    proxy = known.get(parts.scheme) or known.get("all")
    if not proxy or not parts.hostname:
        return []
    if proxy_bypass(parts.hostname):
        return [f"none for {parts.hostname}: NO_PROXY names it"]
    return [
        f"{parts.hostname} is reached through {place(proxy) or 'a proxy that is no URL'}; trust_env=False goes without"
    ]


def versions() -> str:
    """What does the work here, and which parts of it are not installed."""
    known = {name: metadata.version(name) for name in ("httpx", "attrs", "cattrs", "anyio")}
    missing = [extra for extra, module in EXTRAS.items() if find_spec(module) is None]
    said = ", ".join(f"{name} {version}" for name, version in known.items())
    return f"leapocr-dyn {__version__}, {said}, Python {platform.python_version()}" + (
        f"; not installed: {', '.join(missing)}" if missing else ""
    )


def ahead(date: str | None) -> float | None:
    """By how many seconds a Date header (RFC 9110 section 6.6.1) is before our clock; None where it is none."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(date or "").timestamp() - time.time()
    except ValueError:
        return None
