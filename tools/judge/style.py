"""Parameters in a request, held against RFC 6570 (uritemplate) and the specification's table of styles."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from judge.arguments import undefined
from judge.published import Described, Json, Published, as_dict, as_list
from judge.verdict import Disagreed

expand: Any = None  # RFC 6570; what needs it is left out where uritemplate is not installed
with contextlib.suppress(ImportError):
    from uritemplate import expand


def text(value: Json) -> str:
    """A plain value as RFC 6570 takes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def compact(value: Json) -> str:
    """A value of a parameter with `content`: JSON without spaces, which would have to be encoded."""
    return json.dumps(value, separators=(",", ":"))


def expanded(template: str, value: Json) -> str:
    """What uritemplate makes of {...v...}, for a JSON value."""
    if isinstance(value, list):
        value = [text(one) for one in value]
    elif isinstance(value, dict):
        value = {key: text(one) for key, one in value.items()}
    else:
        value = text(value)
    made: str = expand(template, v=value)
    return made


def style_of(node: Json, value: Json, default: str, allowed: tuple[str, ...]) -> tuple[str, bool]:
    """The style and explode of a parameter, `collectionFormat` and styles of another place included."""
    if "collectionFormat" in node or ("schema" not in node and "style" not in node and "type" in node):
        form = {"ssv": "spaceDelimited", "pipes": "pipeDelimited", "tsv": ""}.get(str(node.get("collectionFormat")))
        return default if form is None else form, node.get("collectionFormat") == "multi"
    style = node.get("style") if node.get("style") in allowed else default
    return str(style), bool(node.get("explode", style == "form"))


def check_url(it: Described, values: Mapping[tuple[str, str], Json], url: str, server: str) -> None:
    """Path and query, part by part, against RFC 6570."""
    if any(ord(letter) < 33 or ord(letter) > 126 for letter in url.removeprefix(server).replace(it.path, "")):
        raise Disagreed("engine: a URL with characters that no URL has", url)
    if expand is None:
        return
    path, expected = it.path.partition("#")[0], []  # RFC 3986 section 3.5: a fragment is never sent
    exact = True
    for (name, where), value in values.items():
        node = it.parameters.get((name, where), ({}, ""))[0]
        if "content" in node:
            made = quote(compact(value), safe="")
            if where == "path":
                path = path.replace(f"{{{name}}}", made)
            elif where == "query":
                expected.append(f"{quote(name, safe='')}={made}")
            continue
        if where == "path":
            style, explode = style_of(node, value, "simple", ("simple", "label", "matrix"))
            mark = {"label": ".", "matrix": ";"}.get(style, "")
            made = expanded(f"{{{mark}v{'*' if explode else ''}}}", value)
            path = path.replace(f"{{{name}}}", _named(made, name, value, explode, ";"))
        elif where == "query":
            style, explode = style_of(node, value, "form", ("form", "spaceDelimited", "pipeDelimited", "deepObject"))
            if undefined(node, value):
                exact = False
            else:
                expected += query_parts(name, value, style, explode)
    query = url.removeprefix(server).removeprefix(path)
    if not url.startswith(server + path) or (query and query[0] not in "?&"):
        raise Disagreed("engine: another path than RFC 6570 expands", f"{url} where {path} is meant")
    # A bracket in a query is sent as it is or percent-encoded: servers read both.
    got = [one.replace("%5B", "[").replace("%5D", "]") for one in query[1:].split("&") if one]
    expected = [one.replace("%5B", "[").replace("%5D", "]") for one in expected]
    if any(node.get("allowReserved") is True for node, _ in it.parameters.values()):
        # Where it is data, a reserved character is the same to a server with and without percent-encoding.
        got, expected = [unquote(one) for one in got], [unquote(one) for one in expected]
    if exact and sorted(got) != sorted(expected):
        raise Disagreed("engine: another query than RFC 6570 expands", f"{got} where {expected} is meant")


def query_parts(name: str, value: Json, style: str, explode: bool) -> list[str]:
    """The name=value parts that a query parameter becomes."""
    if style == "deepObject" and isinstance(value, dict | list):
        return [f"{quote(inner, safe='[]')}={quote(said, safe='')}" for inner, said in deep(name, value)]
    if style in ("spaceDelimited", "pipeDelimited") and isinstance(value, list | dict) and not explode:
        flat = value if isinstance(value, list) else [part for pair in value.items() for part in pair]
        between = "%20" if style == "spaceDelimited" else "%7C"
        return [f"{quote(name, safe='')}={between.join(quote(text(one), safe='') for one in flat)}"] if flat else []
    made = expanded(f"{{?v{'*' if explode else ''}}}", value)
    return [one for one in _named(made, name, value, explode, "&")[1:].split("&") if one]


def deep(name: str, item: Json) -> Iterator[tuple[str, str]]:
    """What servers that take deepObject read: brackets for each level, numbers for lists, nothing for null."""
    if isinstance(item, dict | list):
        for key, one in item.items() if isinstance(item, dict) else enumerate(item):
            yield from deep(f"{name}[{key}]", one)
    elif item is not None:
        yield name, text(item)


def _named(made: str, name: str, value: Json, explode: bool, between: str) -> str:
    """An expansion of `v` with the parameter's own name, which RFC 6570 may have no way to write."""
    if explode and isinstance(value, dict):
        return made
    return re.sub(rf"(^\?|{between})v(?==|{between}|$)", lambda found: found[1] + quote(name, safe=""), made)


def check_headers(it: Described, values: Mapping[tuple[str, str], Json], headers: Mapping[str, str]) -> None:
    """Header parameters, and the characters of all headers (RFC 9110 section 5.5)."""
    for name, line in headers.items():
        if re.search(r"[^\t\x20-\x7e]", line) or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise Disagreed("engine: a header that HTTP forbids", f"{name}: {line!r}")
    for (name, where), value in values.items():
        node = it.parameters.get((name, where), ({}, ""))[0]
        if where == "cookie" and isinstance(value, str | int | float):
            expected = f"{quote(name, safe='')}={quote(text(value), safe='')}"
            if expected not in headers.get("Cookie", "").split("; "):
                raise Disagreed("engine: another cookie", f"{headers.get('Cookie')!r} where {expected} is meant")
        if where != "header" or undefined(node, value):
            continue
        if "content" in node:
            expected = compact(value)
        elif isinstance(value, dict):
            inside = "=" if style_of(node, value, "simple", ("simple",))[1] else ","
            expected = ",".join(f"{key}{inside}{text(one)}" for key, one in value.items())
        else:
            expected = ",".join(map(text, value)) if isinstance(value, list) else text(value)
        if headers.get(name) != expected:
            raise Disagreed("engine: another header", f"{name}: {headers.get(name)!r} where {expected!r} is meant")


def check_accept(document: Published, it: Described, headers: Mapping[str, str]) -> None:
    """`Accept` has to name something that the document offers, or a server may answer 406 (RFC 9110 section 12.5.1)."""
    offered: set[str] = set()
    for status, node in as_dict(it.node.get("responses")).items():
        node, _ = document.follow(node, "")
        if str(status).startswith("2") and isinstance(node, dict):
            produced = it.node.get("produces", document.tree.get("produces")) if "schema" in node else None
            offered |= set(as_dict(node.get("content")) if not document.old else as_list(produced))
    plain = {one.partition(";")[0].strip().lower() for one in offered}
    wanted = [one.partition(";")[0].strip().lower() for one in headers.get("Accept", "*/*").split(",")]
    fits = any(
        want in ("*/*", have) or have in ("*/*", f"{want.partition('/')[0]}/*") or want == f"{have.partition('/')[0]}/*"
        for want in wanted
        for have in plain
    )
    if plain and not fits:
        raise Disagreed("engine: Accept names nothing that the document offers", f"{wanted} where {sorted(plain)}")
