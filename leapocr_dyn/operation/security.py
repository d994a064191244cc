"""Security schemes -> where the secret goes.

`security` is a list of alternatives, each an AND of schemes. The first one is used that the caller's credentials
satisfy, and those that send a secret go before those that need none (`{}`, or mutual TLS alone). This module says where
a secret goes, never to whom: that is the session's rule (only to origins that the caller names). What no header
can say is done by an http_client of the caller's own: a client certificate (mutualTLS, which therefore never fails for
lack of a secret), and HTTP schemes such as digest, by its `auth`. Source: OpenAPI 3.1 sections 4.8.27 (Security Scheme)
and 4.8.30 (Security Requirement); RFC 6750, RFC 7617.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from urllib.parse import quote

from leapocr_dyn.errors import AuthenticationError
from leapocr_dyn.operation.parameter import FRAMING, TOKEN
from leapocr_dyn.operation.secret import Login, Secret, login, secret

if TYPE_CHECKING:
    from leapocr_dyn.operation.oauth import ClientCredentials

Scheme = Any  # the border where the document enters
Asked: TypeAlias = "Callable[[], str | Awaitable[str]] | ClientCredentials"
"""What gives a token when one is needed."""

COOKIE = re.compile(r"[!#-+\--:<-\[\]-~]+")  # RFC 6265 section 4.1.1: what a cookie holds without ending it


class Wanted(NamedTuple):
    """A bearer token that is still to be asked for. token_url: the document's word, and so not to be trusted."""

    source: Asked
    scopes: tuple[str, ...]
    token_url: str


class Placement(NamedTuple):
    """Where one secret goes. secret: what stands there, without printing it.

    where: header, query or cookie; or client, where the caller's own http_client is to place it. wanted: what is to be
    asked for first, and then is the secret.
    """

    where: str
    name: str
    secret: Secret
    scheme: str
    wanted: Wanted | None = None


class Credentials(NamedTuple):
    """What the caller can prove who they are with. named: by the scheme's own name, before the general ones.

    delegated: whether the caller's http_client has an `auth` of its own.
    """

    api_key: Secret | None = None
    token: Secret | Asked | None = None
    named: Mapping[str, Secret | Asked] = {}
    delegated: bool = False

    @classmethod
    def of(
        cls,
        api_key: str | None,
        token: str | Asked | None,
        named: Mapping[str, str | tuple[str, str] | Asked] | None,
        delegated: bool = False,
    ) -> Credentials:
        """From what the caller gave; raises AuthenticationError for text that cannot be a secret."""
        return cls(
            None if api_key is None else secret("api_key", api_key),
            None if token is None else _kept("token", token),
            {name: _kept(name, one) for name, one in (named or {}).items() if one is not None},
            delegated,
        )

    def given(self) -> dict[str, Any]:  # Any: what a client takes
        """The client's arguments again, in plain text."""
        return {
            "api_key": _plain(self.api_key),
            "token": _plain(self.token),
            "credentials": {name: _plain(one) for name, one in self.named.items()},
        }

    def secrets(self) -> list[str]:
        """Every text that nobody else may see."""
        known = (self.api_key, self.token, *self.named.values())
        texts = [one.reveal() for one in known if isinstance(one, Secret)]
        if others := [one for one in known if one is not None and not isinstance(one, Secret)]:
            from leapocr_dyn.operation.oauth import ClientCredentials  # not at the top: most programs have a key

            clients = [one for one in others if isinstance(one, ClientCredentials)]
            texts += [text for one in clients for text in (one.pair, one.client_secret)]
        return texts + [text.partition(":")[2] for text in texts]  # a password by itself

    def placements(self, wanted: Any, schemes: Mapping[str, Scheme], operation: str) -> tuple[Placement, ...]:
        """Where the secrets for one operation go. Raises AuthenticationError where no alternative can be satisfied."""
        alternatives = [one for one in wanted if isinstance(one, dict)] if isinstance(wanted, list) else []
        satisfied = not alternatives
        for alternative in alternatives:
            found = self._together(alternative, schemes)
            if found:
                return found
            satisfied = satisfied or found is not None
        if satisfied:
            return ()
        names = " or ".join(" and ".join(one) for one in alternatives)
        hints = dict.fromkeys(_hint(name, schemes.get(name)) for one in alternatives for name in one)
        raise AuthenticationError(
            f"this needs {names}, and there is no credential for it; pass {' or '.join(filter(None, hints))}",
            operation=operation,
        )

    def _together(self, alternative: dict[str, Any], schemes: Mapping[str, Scheme]) -> tuple[Placement, ...] | None:
        """Where the secrets for all schemes of an alternative go, or None where there is none for one of them."""
        found: list[Placement] = []
        for name, scopes in alternative.items():
            scheme = schemes.get(name)
            place = PLACES.get(str(scheme.get("type"))) if isinstance(scheme, dict) else None
            placed = place(self, name, scheme, scopes) if place is not None else None
            if placed is None:
                return None
            found += placed
        return tuple(found)


# -- one function for each type of scheme: what it places; nothing, where there is nothing to; None without a credential

Placed = tuple[Placement, ...] | None


def api_key(known: Credentials, name: str, scheme: Scheme, scopes: object) -> Placed:
    """`apiKey`: in a header, the query or a cookie."""
    key = known.named.get(name) or known.api_key
    if not isinstance(key, Secret) or not _has_place(scheme):
        return None
    where, called = scheme["in"], scheme["name"]
    if where == "cookie" and not COOKIE.fullmatch(key.reveal()):
        raise AuthenticationError(f'the key for {name} cannot stand in a cookie: it holds a blank or one of ; , " \\')
    return (Placement(where, called, key, name),)


def _has_place(scheme: Scheme) -> bool:
    """Whether a key may stand where an `apiKey` says.

    The name is the document's text: it must not end the line or the cookie that it begins, nor frame the request.
    """
    where, called = scheme.get("in"), scheme.get("name")
    if not isinstance(called, str) or where not in ("header", "query", "cookie"):
        return False
    if where == "query":
        return bool(called) and called.isprintable()
    return TOKEN.fullmatch(called) is not None and (where == "cookie" or called.lower() not in FRAMING)


def http(known: Credentials, name: str, scheme: Scheme, scopes: object) -> Placed:
    """`http`: basic and bearer here, any other scheme by the caller's own http_client."""
    kind = str(scheme.get("scheme")).lower()  # RFC 9110 section 11.1
    if kind == "bearer":
        return bearer(known, name, scheme, ())
    given = known.named.get(name) if kind == "basic" else None
    if not isinstance(given, Secret):
        return _delegated(known, name)
    if ":" not in given.reveal():
        raise AuthenticationError(f'the credential for {name} is "user:password", or (user, password); it has no colon')
    text = base64.b64encode(given.reveal().encode()).decode()
    return (Placement("header", "Authorization", Secret("Basic " + text), name),)


def bearer(known: Credentials, name: str, scheme: Scheme, scopes: object) -> Placed:
    """`oauth2`, `openIdConnect` and HTTP bearer: a token, or what gives one."""
    given = known.named.get(name) or known.token
    if given is None or isinstance(given, Login):
        return _delegated(known, name)
    if isinstance(given, Secret):
        return (Placement("header", "Authorization", bearing(given), name),)
    flows = scheme.get("flows")
    flow = flows.get("clientCredentials") if isinstance(flows, dict) else None
    url = flow.get("tokenUrl") if isinstance(flow, dict) else None
    names = tuple(one for one in scopes if isinstance(one, str)) if isinstance(scopes, list) else ()
    wanted = Wanted(given, names, url if isinstance(url, str) else "")
    return (Placement("header", "Authorization", Secret(""), name, wanted),)


def bearing(token: Secret) -> Secret:
    """What stands in the Authorization header for a token (RFC 6750 section 2.1)."""
    return Secret(f"Bearer {token.reveal()}")


def _delegated(known: Credentials, name: str) -> Placed:
    return (Placement("client", "auth", Secret(""), name),) if known.delegated else None


def mutual_tls(known: Credentials, name: str, scheme: Scheme, scopes: object) -> Placed:
    """`mutualTLS`: the certificate is the http_client's, and nothing is placed."""
    return ()


PLACES: dict[str, Callable[[Credentials, str, Scheme, object], Placed]] = {
    "apiKey": api_key,
    "http": http,
    "oauth2": bearer,
    "openIdConnect": bearer,
    "mutualTLS": mutual_tls,
}


def written(url: str, headers: Mapping[str, str], placements: tuple[Placement, ...]) -> tuple[str, dict[str, str]]:
    """URL and headers with the secrets in them. A header that the caller gave by the same name gives way."""
    found = dict(headers)
    for place in placements:
        text = place.secret.reveal()
        if place.where == "header":
            found = {name: one for name, one in found.items() if name.lower() != place.name.lower()}
            found[place.name] = text
        elif place.where == "query":
            url += ("&" if "?" in url else "?") + f"{quote(place.name, safe='')}={quote(text, safe='')}"
        elif place.where == "cookie":
            mine = f"{place.name}={text}"
            found["Cookie"] = f"{found['Cookie']}; {mine}" if "Cookie" in found else mine
    return url, found


def _hint(name: str, scheme: Scheme) -> str:
    """What to pass for a scheme."""
    kind = scheme.get("type") if isinstance(scheme, dict) else None
    word = str(scheme.get("scheme")).lower() if kind == "http" else ""
    if kind == "apiKey" and _has_place(scheme):
        return "api_key=..."
    if word == "basic":
        return f"credentials={{{name!r}: (user, password)}}"
    if word not in ("", "bearer"):
        return f"an http_client of your own whose auth does the HTTP scheme {word!r}"
    if kind in ("http", "oauth2", "openIdConnect"):
        return "token=..."
    return "" if kind == "mutualTLS" else f"another document: this one does not say where {name} goes"


def _kept(name: str, given: object) -> Secret | Asked:
    if isinstance(given, str):
        return secret(name, given)
    from leapocr_dyn.operation.oauth import ClientCredentials

    if isinstance(given, ClientCredentials) or callable(given):
        return given
    if isinstance(given, tuple) and len(given) == 2:
        return login(name, *given)
    return secret(name, given)


def _plain(kept: Secret | Asked | None) -> Any:  # Any: what a client takes
    if isinstance(kept, Login):
        user, _, password = kept.reveal().partition(":")
        return user, password
    return kept.reveal() if isinstance(kept, Secret) else kept
