"""A program of its own, run where openapi-core is installed: it says what it has against requests.

    python foreign.py < JSON      {"document": {...}, "requests": [{method, url, template, headers, body}, ...]}

body: bytes as Latin-1 text, or null. Prints a JSON list: for each request the list of what is wrong with it, each
error with its causes, as text. Only openapi-core is imported, and nothing of ours.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Json = Any  # the border where documents and requests enter


def main() -> None:
    """Read one document with its requests, and judge each."""
    # These are not installed where this file is type-checked.
    from openapi_core import Config, OpenAPI  # type: ignore[import-not-found,unused-ignore]

    given = json.load(sys.stdin)
    # The requests are judged, and not the document: published ones break small rules.
    api = OpenAPI.from_dict(given["document"], config=Config(spec_validator_cls=None))
    print(json.dumps([judged(api, request) for request in given["requests"]]))


def judged(api: Any, request: Json) -> list[str]:
    """What openapi-core has against a request."""
    from openapi_core.datatypes import RequestParameters  # type: ignore[import-not-found,unused-ignore]
    from openapi_core.testing import MockRequest  # type: ignore[import-not-found,unused-ignore]
    from werkzeug.datastructures import Headers, ImmutableMultiDict  # type: ignore[import-not-found,unused-ignore]

    url = urlsplit(request["url"])
    headers = request["headers"]
    cookies = dict(one.split("=", 1) for one in headers.get("Cookie", "").split("; ") if "=" in one)
    body = request["body"].encode("latin-1") if request["body"] is not None else b""
    content_type = headers.get("Content-Type", "")
    asked = MockRequest(
        f"{url.scheme}://{url.netloc}", request["method"], url.path, data=body, content_type=content_type
    )
    # As a web framework gives them: decoded, with what the template cuts out of the path.
    names = re.findall(r"{([^{}]*)}", request["template"])
    pattern = re.sub(r"\\{[^{}]*\\}", "([^/]*)", re.escape(request["template"]))
    found = re.fullmatch(pattern, url.path)
    asked.parameters = RequestParameters(
        query=ImmutableMultiDict(parse_qsl(url.query, keep_blank_values=True)),
        header=Headers(headers),
        cookie=ImmutableMultiDict(cookies),
        path=dict(zip(names, map(unquote, found.groups()), strict=True)) if found else {},
    )
    try:
        return [said(error) for error in api.iter_request_errors(asked)]
    except Exception as error:  # noqa: BLE001 - what it stumbles over is told, too
        return [f"(it fails) {said(error)}"]


def said(error: BaseException | None) -> str:
    """An error with what it was caused by."""
    told: list[str] = []
    while error is not None and len(told) < 5:
        inner = "; ".join(str(one).partition("\n")[0] for one in getattr(error, "schema_errors", ()))
        told.append(f"{type(error).__name__}: {str(error)[:300]}{f' [{inner[:300]}]' if inner else ''}")
        error = error.__cause__
    return " < ".join(told)


if __name__ == "__main__":
    main()
