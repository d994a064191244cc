"""Servers -> the address that an operation is sent to.

The document's root server is where the API is, and the caller's `base_url` stands for it. A path or an operation may
name servers of its own: one of the same origin as the root server moves with `base_url`; one of another origin is used
as it is named, unless the caller maps it elsewhere. Whether credentials go there is not decided here: they go to the
origins that the caller names, and to no other (session.py). Of several servers the first one counts.
Source: OpenAPI 3.1 sections 4.8.5 (Server Object) and 4.8.6 (Server Variable Object); RFC 6454 section 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from leapocr_dyn.config import ClientConfig
from leapocr_dyn.document.repair import operations
from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.model import naming
from leapocr_dyn.origin import Origin, origin

Tree = Mapping[str, Any]  # the border where the document enters
VARIABLE = re.compile(r"{([^{}]*)}")


class Server(NamedTuple):
    """A server as the document names it. variables: {name: Server Variable Object}."""

    url: str
    variables: Mapping[str, Any]

    def address(self, given: Mapping[str, str] | None = None) -> str:
        """Its URL with the variables filled in; "" where one has neither a value nor a default."""
        values: dict[str, str] = {}
        for name in VARIABLE.findall(self.url):
            variable = self.variables.get(name)
            default = variable.get("default") if isinstance(variable, dict) else None
            value = (given or {}).get(name, default)
            if not isinstance(value, str | int | float):
                return ""
            values[name] = str(value)
        return VARIABLE.sub(lambda found: values[found[1]], self.url)


def named(holder: Any) -> list[Server]:  # Any: the root, a Path Item or an Operation Object
    """The servers that an object names."""
    servers = holder.get("servers") if isinstance(holder, dict) else None
    return [
        Server(one["url"], one["variables"] if isinstance(one.get("variables"), dict) else {})
        for one in (servers if isinstance(servers, list) else ())
        if isinstance(one, dict) and isinstance(one.get("url"), str)
    ]


def root(tree: Tree, given: Mapping[str, str] | None = None) -> str:
    """The address of the root server, or "" where the document does not say one."""
    return next((absolute(tree, one.address(given)) for one in named(tree)), "").rstrip("/")


def absolute(tree: Tree, address: str) -> str:
    """A relative address as the document's own (`$self` of OpenAPI 3.2) completes it, if that is known."""
    where = tree.get("$self")
    known = isinstance(where, str) and where.lower().startswith(("https://", "http://"))
    try:
        return urljoin(str(where), address) if known and address else address
    except ValueError as error:
        raise ConfigurationError(f"the document names a server whose address cannot be read: {error}") from error


def address(tree: Tree, own: Server, config: ClientConfig) -> str:
    """Where an operation is sent that names a server of its own. Raises ConfigurationError where nobody can tell."""
    said = own.address(config.server_variables)
    if not said and own.url:
        missing = ", ".join(VARIABLE.findall(own.url))
        raise ConfigurationError(f"the server {own.url} needs a value for {missing}; pass server_variables={{...}}")
    url = absolute(tree, said)
    for name in (own.url, url, url.rstrip("/")):
        if name in config.servers:
            return config.servers[name]
    path = _path(url)
    for name, there in config.servers.items():
        if is_absolute(url) and is_absolute(name) and origin(name) == origin(url) and not _path(name):
            return there + path
    first = root(tree, config.server_variables)
    base = config.base_url or first
    if not is_absolute(url):
        return _origin_text(base) + ("/" + path.lstrip("/") if path else "")
    moves = origin(url) == origin(first) if is_absolute(first) else origin(url) == origin(base)
    return _origin_text(base) + path if moves and base else url.rstrip("/")


def origins(tree: Tree, config: ClientConfig) -> set[Origin | None]:
    """The origins that a document names."""
    return {origin(absolute(tree, one.address(config.server_variables))) for one in _all(tree)}


def check(trees: Iterable[Tree], config: ClientConfig) -> None:
    """Raise ConfigurationError for a server or a variable that none of the document's versions names."""
    places = [(tree, one) for tree in trees for one in _all(tree)] if config.servers or config.server_variables else []
    known = [one for _, one in places]
    for name in config.servers:
        addresses = {
            text for tree, one in places for text in (one.url, absolute(tree, one.address(config.server_variables)))
        }
        origins = [_origin_text(text) for text in addresses if is_absolute(text)]
        options = sorted({text.rstrip("/") for text in (*addresses, *origins) if text})
        if name.rstrip("/") not in options:
            hint = naming.hint(name, options, f"; it names {', '.join(options[:5]) or 'none'}")
            raise ConfigurationError(f"servers: the document names no server {name!r}{hint}")
    for name, value in config.server_variables.items():
        owners = [one for one in known if name in VARIABLE.findall(one.url)]
        if not owners:
            names = sorted({text for one in known for text in VARIABLE.findall(one.url)})
            hint = naming.hint(name, names, f"; there are {', '.join(names) or 'none'}")
            raise ConfigurationError(f"server_variables: no server has a variable {name!r}{hint}")
        for one in owners:
            _check_value(one, name, value)


def _check_value(server: Server, name: str, value: str) -> None:
    variable = server.variables.get(name)
    allowed = variable.get("enum") if isinstance(variable, dict) else None
    if isinstance(allowed, list) and allowed and value not in map(str, allowed):
        hint = naming.hint(value, map(str, allowed))
        raise ConfigurationError(
            f"server_variables: {name} must be one of {', '.join(map(repr, allowed))}, not {value!r}{hint}"
        )
    # In front of the first slash stands the host, which a variable may complete and not replace.
    authority = server.url.partition("//")[2].partition("/")[0]
    inside = f"{{{name}}}" in authority
    if re.search(r"[\s?#@\\{}]" + ("|/" if inside else ""), value) or ".." in value:
        raise ConfigurationError(f"server_variables: {name}={value!r} would lead somewhere else than {server.url}")


def _all(tree: Tree) -> Iterator[Server]:
    yield from named(tree)
    for item in tree["paths"].values():
        yield from named(item)
    for _, _, operation, _ in operations(dict(tree)):
        yield from named(operation)


def is_absolute(url: str) -> bool:
    """Whether it says where it is, and not only how to get there."""
    return url.lower().startswith(("https://", "http://"))


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is the check
    except ValueError as error:
        raise ConfigurationError(f"the document names a server whose address cannot be read: {error}") from error
    return parts


def _origin_text(url: str) -> str:
    parts = _split(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _path(url: str) -> str:
    return _split(url).path.rstrip("/")


def allowed(config: ClientConfig) -> set[Origin | None]:
    """The origins that the caller allows credentials to go to, beside that of the API."""
    return {origin(there) for there in config.servers.values()}


def foreign(url: str) -> ConfigurationError:
    """What to raise where an operation would carry credentials to an origin that only the document names."""
    there = _origin_text(url)
    return ConfigurationError(
        f"the document sends this operation to {there}, and a document does not decide where credentials go; "
        f"pass servers={{{there!r}: {there!r}}} if that is right"
    )
