"""Bearer tokens that are asked for: from the caller's function, or with a client's credentials; kept while they hold.

Whoever needs a token that somebody else is asking for waits for that one. A token is asked for anew shortly before its
time is over (a tenth of it, at most a minute), and when the server has refused it. A client's secret goes to the URL
that the caller gave, or to the document's where that is on the API's own origin.
"""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin

import httpx

from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.operation.secret import Secret, secret
from leapocr_dyn.operation.security import Placement, Wanted, bearing
from leapocr_dyn.origin import origin, redacted
from leapocr_dyn.transport import Request, Transport

if TYPE_CHECKING:
    from leapocr_dyn.operation.oauth import ClientCredentials, Grant

Ask = Callable[[Request], Awaitable[httpx.Response]]
"""How a token is asked for; the answer may be any status, and shows no secret of the client's."""


class Held(NamedTuple):
    """A token, and the moment up to which it is good; None where the server did not say."""

    secret: Secret
    until: float | None


class Tokens:
    """The tokens of a client and its twins. seen: those that went out last, which no error may show."""

    def __init__(self, io: Transport) -> None:
        self._io = io
        self._held: dict[Grant, Held] = {}
        self.seen: deque[Secret] = deque(maxlen=16)

    async def placed(self, placements: tuple[Placement, ...], base_url: str, ask: Ask) -> tuple[Placement, ...]:
        """The same with the tokens that are wanted.

        Raises what `ask` and the caller's own function raise, AuthenticationError for a token that is none or that the
        server refuses to give, ConfigurationError where it is not said where tokens come from.
        """
        if all(place.wanted is None for place in placements):
            return placements
        found = []
        for place in placements:
            if place.wanted is not None:
                token = await self._token(place.wanted, place.scheme, base_url, ask)
                place = place._replace(secret=bearing(token), wanted=None)
            found.append(place)
        return tuple(found)

    def forget(self, placements: tuple[Placement, ...]) -> None:
        """The server has refused what these sent; a token that was renewed meanwhile stays."""
        refused = {place.secret for place in placements}
        for grant, held in list(self._held.items()):
            if bearing(held.secret) in refused:
                self._held.pop(grant, None)

    async def _token(self, wanted: Wanted, scheme: str, base_url: str, ask: Ask) -> Secret:
        from leapocr_dyn.operation.oauth import ClientCredentials  # not at the top: most programs have a key

        source = wanted.source
        if isinstance(source, ClientCredentials):
            asked = grant(source, wanted, scheme, base_url)
            ours = origin(asked.url) == origin(base_url)
            held = self._good(asked)
            if held is not None:
                return held
            return await self._io.once(("token", asked), lambda: self._new(asked, ours, ask))
        given = source() if inspect.iscoroutinefunction(source) else await self._io.call(source)
        token = secret(f"the token for {scheme}", await given if inspect.isawaitable(given) else given)
        if token not in self.seen:
            self.seen.append(token)
        return token

    async def _new(self, grant: Grant, ours: bool, ask: Ask) -> Secret:
        held = self._good(grant)  # somebody else may have got one since we looked
        if held is not None:
            return held
        from leapocr_dyn.operation import oauth

        response = await ask(Request("POST", grant.url, *grant.request(), ours=ours))
        token, seconds = oauth.read(redacted(grant.url), response.status_code, response.content)
        until = None if seconds is None else self._io.now() + seconds - min(60.0, seconds / 10)
        self._held[grant] = Held(token, until)
        self.seen.append(token)
        return token

    def _good(self, grant: Grant) -> Secret | None:
        held = self._held.get(grant)
        return held.secret if held is not None and (held.until is None or self._io.now() < held.until) else None


def grant(client: ClientCredentials, wanted: Wanted, scheme: str, base_url: str) -> Grant:
    """What to ask a token with, and where. Raises ConfigurationError where only the document says so."""
    from leapocr_dyn.operation.oauth import Grant

    url = client.token_url
    if url is None:
        if not wanted.token_url:
            raise ConfigurationError(
                f"the document does not say where tokens for {scheme} come from; pass "
                "ClientCredentials(..., token_url=...)"
            )
        try:
            url = urljoin(base_url + "/", wanted.token_url)
        except ValueError:
            url = wanted.token_url
        if origin(url) != origin(base_url):
            raise ConfigurationError(
                f"the document names {redacted(url)} as the place where tokens come from, and a document does not "
                "decide where a client's secret goes; pass ClientCredentials(..., token_url=...) if that is right"
            )
    return Grant(client, url, wanted.scopes if client.scopes is None else tuple(client.scopes))
