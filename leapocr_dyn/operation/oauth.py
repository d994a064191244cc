"""OAuth 2.0 client credentials: who asks for a token, what is asked, and what the answer says; without I/O or clock.

Where tokens come from is for the session to decide, because a document must not say where a client's secret goes.
Source: RFC 6749 sections 2.3.1, 4.4, 5.1 and 5.2; RFC 6750.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode

from leapocr_dyn import errors
from leapocr_dyn.config import checked_url
from leapocr_dyn.model.naming import hinting
from leapocr_dyn.operation.secret import Secret, secret


@hinting
@dataclass(frozen=True)
class ClientCredentials:
    """What a program proves to an OAuth 2.0 server, which gives it tokens; they are asked for, kept and renewed.

    scopes: asked for instead of those that an operation names. token_url: where tokens come from; without it the
    document's, where that is on the API's own origin. in_body: send the secret as form fields, where a server does not
    take HTTP Basic. extra: more form fields, such as `audience`. The repr hides the secret, the pickle holds it. Raises
    AuthenticationError for an empty id or secret, ConfigurationError for a URL that is none.
    """

    client_id: str
    client_secret: str = field(repr=False)
    scopes: Iterable[str] | None = None
    token_url: str | None = None
    in_body: bool = False
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def pair(self) -> str:
        """What HTTP Basic says of it."""
        # RFC 6749 section 2.3.1: both are encoded as in a form first, so that a colon stays where it is.
        return f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"

    def __post_init__(self) -> None:
        for name in ("client_id", "client_secret"):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.strip():
                raise errors.AuthenticationError(f"{name} is empty; pass the text that the service gave you")
            object.__setattr__(self, name, text.strip())
        if self.scopes is not None:
            given = self.scopes.split() if isinstance(self.scopes, str) else self.scopes
            object.__setattr__(self, "scopes", tuple(given))
        if self.token_url is not None:
            checked_url("token_url", str(self.token_url).partition("?")[0])  # RFC 6749 section 3.2 allows a query


class Grant(NamedTuple):
    """What a token is asked for with: one is kept for each."""

    client: ClientCredentials
    url: str
    scopes: tuple[str, ...]

    def request(self) -> tuple[dict[str, str], bytes]:
        """Headers and body of the request for a token."""
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        form = {"grant_type": "client_credentials", **({"scope": " ".join(self.scopes)} if self.scopes else {})}
        if self.client.in_body:
            form |= {"client_id": self.client.client_id, "client_secret": self.client.client_secret}
        else:
            headers["Authorization"] = "Basic " + base64.b64encode(self.client.pair.encode()).decode()
        return headers, urlencode({**form, **self.client.extra}).encode()


class Token(NamedTuple):
    """What the server gave. seconds: how long it holds, or None where the server does not say."""

    secret: Secret
    seconds: float | None


def read(url: str, status: int, content: bytes) -> Token:
    """The token of an answer. url: as it may be shown.

    Raises AuthenticationError with the server's words where it refuses the client, another APIError for any other
    status, ContractError for an answer that holds no bearer token.
    """
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    facts: dict[str, Any] = body if isinstance(body, dict) else {}  # Any: JSON as the server wrote it
    if not 200 <= status < 300:
        code = facts.get("error")
        words = [text for text in (facts.get("error_description"), code) if isinstance(text, str) and text]
        reason = words[0] if words else "the server gave no reason"
        # Section 5.2: a refusal is 400, or 401; both mean that this client does not get this token.
        kind = errors.AuthenticationError if status in (400, 401, 403) else errors.of_status(status)
        raise kind(
            f"no token from {url}: {reason}",
            status_code=status,  # by name: the second argument of ValidationError (422) is another
            response=facts or None,
            code=code if isinstance(code, str) else None,
        )
    text = facts.get("access_token")
    # Section 7.1: a token of a kind that is not understood must not be used.
    if not isinstance(text, str) or str(facts.get("token_type") or "Bearer").lower() != "bearer":
        raise errors.ContractError(f"{url} answered without a bearer token", status_code=status)
    try:
        return Token(secret("access_token", text), _seconds(facts.get("expires_in")))
    except errors.AuthenticationError as error:
        said = f"{url} answered with a token that no header can hold"
        raise errors.ContractError(said, status_code=status) from error


def _seconds(text: object) -> float | None:
    """`expires_in`, which some servers write as text."""
    try:
        seconds = float(text) if isinstance(text, (int, float, str)) else None
    except (ValueError, OverflowError):
        return None
    return seconds if seconds is not None and seconds >= 0 else None
