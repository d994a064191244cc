"""A request in curl's words, for people: to read, to paste into a shell, to send to somebody else.

Where a secret goes stands a variable ($API_KEY, $TOKEN, $LOGIN:$PASSWORD), and never a secret. Everything else is
quoted: no text of the document and no value of the caller's is ever the shell's to run.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from leapocr_dyn.model import naming
from leapocr_dyn.operation import media
from leapocr_dyn.operation.file import Content, Stored
from leapocr_dyn.operation.multipart import Form, Part

if TYPE_CHECKING:
    from leapocr_dyn.operation.operation import Operation
    from leapocr_dyn.operation.plan import Plan

Scheme = Mapping[str, Any]  # the border where the document enters
HARMLESS = re.compile(r"[A-Za-z0-9 _.,:;/?&=%@+-]*")  # in double quotes, where a variable stands beside it
GLOB = re.compile(r"[\[\]{}]")  # of these curl would make several URLs


class Place(NamedTuple):
    """Where a variable stands. where: header, query, cookie or option. name: of the header and so on.

    before: what stands in front of the variable, as text. variable: as a shell reads it in double quotes.
    """

    where: str
    name: str
    before: str
    variable: str


def command(plan: Plan) -> str:
    """The command line. A body that is neither text nor a file is read from a file called `body`.

    A variable in the URL is sent as it is: what it holds has to be percent-encoded already.
    """
    places = _places(plan.operation)
    query, cookies = ([one for one in places if one.where == where] for where in ("query", "cookie"))
    given = {one.name.lower(): one for one in places if one.where == "header"}
    words = ["curl", "-X", plan.method, _url(plan.url, query)]
    words += [f"{one.name} {_quoted('', one.variable)}" for one in places if one.where == "option"]
    words += [f"-H {_quoted(f'{one.name}: {one.before}', one.variable)}" for one in given.values()]
    if cookies:
        known = plan.headers.get("Cookie")
        words.append("-H " + _joined(f"Cookie: {known}; " if known else "Cookie: ", "; ", cookies))
    for name, text in plan.headers.items():
        if name.lower() in given or (cookies and name == "Cookie"):
            continue  # the secret takes its place, as it does when it is sent
        if isinstance(plan.body, Form) and name == "Content-Type":
            text = media.plain(text)  # curl writes the parts, and their boundary is its own
            if text == "multipart/form-data":
                continue
        words.append("-H " + shlex.quote(f"{name}: {text}" if text else f"{name};"))
    words += _body(plan.body)
    words += ["--globoff"] * bool(GLOB.search(plan.url)) + ["--head"] * (plan.method == "HEAD")
    return " ".join(words)


def _url(url: str, keys: list[Place]) -> str:
    return _joined(url + ("&" if "?" in url else "?"), "&", keys) if keys else shlex.quote(url)


def _joined(text: str, between: str, places: list[Place]) -> str:
    """Text, then name=variable of every place."""
    starts = [text, *[between] * (len(places) - 1)]
    pairs = zip(starts, places, strict=True)
    return "".join(_quoted(f"{start}{quote(one.name, safe='')}=", one.variable) for start, one in pairs)


def _quoted(text: str, variable: str) -> str:
    """A word that ends in a variable. In double quotes a shell would run what other text says."""
    return f'"{text}{variable}"' if HARMLESS.fullmatch(text) else f'{shlex.quote(text)}"{variable}"'


# -- secrets: one function for each type of scheme


def _places(it: Operation) -> list[Place]:
    """Where the secrets of the first alternative go that asks for any."""
    schemes = it.schemes
    wanted = next(filter(None, it.security), {})
    known = {name: schemes[name] for name in wanted if isinstance(schemes.get(name), dict)}
    keys = [name for name, scheme in known.items() if scheme.get("type") == "apiKey"]
    found = []
    for name, scheme in known.items():
        # Two keys are two secrets, and the schemes' names tell them apart.
        key = it.key_variable if len(keys) < 2 else re.sub(r"[^A-Z0-9]", "_", naming.attribute(name).upper())
        if (place := SCHEMES.get(str(scheme.get("type")))) is not None:
            found.append(place(scheme, key, it.token_variable))
    return found


def api_key(scheme: Scheme, key: str, token: str) -> Place:
    """`apiKey`: in a header, the query or a cookie."""
    return Place(str(scheme.get("in")), str(scheme.get("name")), "", f"${key}")


def http(scheme: Scheme, key: str, token: str) -> Place:
    """`http`: those that curl knows by a user name and a password, bearer, or whatever the scheme's name is."""
    word = str(scheme.get("scheme"))
    if (option := LOGINS.get(word.lower())) is not None:
        return Place("option", option, "", "$LOGIN:$PASSWORD")
    if word.lower() == "bearer":
        return bearer(scheme, key, token)
    return Place("header", "Authorization", f"{word} ", "$CREDENTIALS")


def bearer(scheme: Scheme, key: str, token: str) -> Place:
    """`oauth2`, `openIdConnect` and HTTP bearer (RFC 6750 section 2.1)."""
    return Place("header", "Authorization", "Bearer ", f"${token}")


def mutual_tls(scheme: Scheme, key: str, token: str) -> Place:
    """`mutualTLS`: a file with the certificate and its key."""
    return Place("option", "--cert", "", "$CERTIFICATE")


LOGINS = {"basic": "-u", "digest": "--digest -u", "ntlm": "--ntlm -u", "negotiate": "--negotiate -u"}
SCHEMES: dict[str, Callable[[Scheme, str, str], Place]] = {
    "apiKey": api_key,
    "http": http,
    "oauth2": bearer,
    "openIdConnect": bearer,
    "mutualTLS": mutual_tls,
}

# -- the body


def _body(body: Content | None) -> list[str]:
    if body is None:
        return []
    if isinstance(body, Form):
        return [word for part in body.parts for word in ("-F", shlex.quote(_part(part)))]
    text = _text(body) if isinstance(body, bytes) else None
    if text is None:
        return ["--data-binary", shlex.quote(f"@{body.shown if isinstance(body, Stored) else 'body'}")]
    return ["--data-raw" if text.startswith("@") else "--data-binary", shlex.quote(text)]


def _text(content: bytes) -> str | None:
    """The bytes as a word for a shell, None where no word can hold them."""
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None


def _part(part: Part) -> str:
    """A part in curl's words (`--form`); in its quotes a backslash stands before a quote and before itself."""

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    kind = f";type={part.media}" if part.media is not None else ""
    if part.filename is None and isinstance(part.content, bytes):
        return f"{part.name or ''}={quoted(part.content.decode('utf-8', 'replace'))}{kind}"
    name = part.filename or "file"
    shown = part.content.shown if isinstance(part.content, Stored) else name
    return f"{part.name or ''}=@{quoted(shown)};filename={quoted(name)}{kind}"
