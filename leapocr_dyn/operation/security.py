"""Security schemes -> where the secret goes; and secrets that never print.

`security` is a list of alternatives, each an AND of schemes. The first alternative that the caller's credentials
satisfy is used; `{}` and an empty list mean that none is needed. This module says where a secret goes, never to whom:
that is the session's rule (only to the origin that the caller configured). Source: OpenAPI 3.1 sections 4.8.27
(Security Scheme) and 4.8.30 (Security Requirement); RFC 6750, RFC 7617.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, NamedTuple

from leapocr_dyn.errors import AuthenticationError

Scheme = Any  # the border where the document enters


class Secret:
    """Text that is shown as ***; only `reveal()` gives it, and only the session calls that."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class Placement(NamedTuple):
    """Where one secret goes. where: header, query or cookie; secret: what stands there, without printing it."""

    where: str
    name: str
    secret: Secret
    scheme: str


class Credentials(NamedTuple):
    """What the caller can prove who they are with. named: by the scheme's own name, before the general ones."""

    api_key: Secret | None = None
    token: Secret | None = None
    named: Mapping[str, Secret] = {}

    @classmethod
    def of(cls, api_key: str | None, token: str | None, named: Mapping[str, str] | None) -> Credentials:
        """From plain text; raises AuthenticationError for text that is blank or that a header cannot hold."""
        return cls(
            _secret("api_key", api_key),
            _secret("token", token),
            {name: secret for name, text in (named or {}).items() if (secret := _secret(name, text)) is not None},
        )

    def placements(self, wanted: Any, schemes: Mapping[str, Scheme], operation: str) -> tuple[Placement, ...]:
        """Where the secrets for one operation go. Raises AuthenticationError where no alternative can be satisfied."""
        alternatives = [one for one in wanted if isinstance(one, dict)] if isinstance(wanted, list) else []
        for alternative in alternatives:
            found = [self._place(name, schemes.get(name)) for name in alternative]
            if all(place is not None for place in found):
                return tuple(place for place in found if place is not None)
        if not alternatives:
            return ()
        names = " or ".join(" and ".join(one) for one in alternatives)
        raise AuthenticationError(
            f"this needs {names}, and there is no credential for it; pass {self._hint(alternatives, schemes)}",
            operation=operation,
        )

    def _place(self, name: str, scheme: Scheme) -> Placement | None:
        if not isinstance(scheme, dict):
            return None
        secret = self.named.get(name)
        kind = scheme.get("type")
        if kind == "apiKey":
            secret = secret or self.api_key
            whole = "in" in scheme and "name" in scheme
            return Placement(scheme["in"], scheme["name"], secret, name) if secret and whole else None
        if kind == "http" and str(scheme.get("scheme")).lower() == "basic":
            text = secret.reveal() if secret else ""
            return (
                Placement("header", "Authorization", Secret("Basic " + base64.b64encode(text.encode()).decode()), name)
                if text
                else None
            )
        if kind in ("http", "oauth2", "openIdConnect"):
            secret = secret or self.token
            return Placement("header", "Authorization", Secret(f"Bearer {secret.reveal()}"), name) if secret else None
        return None

    @staticmethod
    def _hint(alternatives: list[dict[str, Any]], schemes: Mapping[str, Scheme]) -> str:
        kinds = {
            schemes[name].get("type") for one in alternatives for name in one if isinstance(schemes.get(name), dict)
        }
        hints = ["api_key=..."] * ("apiKey" in kinds) + ["token=..."] * bool(
            kinds & {"http", "oauth2", "openIdConnect"}
        )
        return " or ".join(hints) or "credentials={...}"


def _secret(name: str, text: str | None) -> Secret | None:
    if text is None:
        return None
    if not isinstance(text, str) or not text.strip():
        raise AuthenticationError(
            f"{name} is empty; pass the key itself, or leave it out to take it from the environment"
        )
    text = text.strip()
    # RFC 9110 section 5.5: anything else would end the header, or be refused by the other side.
    if not text.isascii() or not text.isprintable():
        raise AuthenticationError(
            f"{name} holds characters that a header cannot; was it copied with a line break or typographic quotes?"
        )
    return Secret(text)
