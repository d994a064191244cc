"""Whether a request is right, by the document: its secret, its parameters, its body; and what it says, typed."""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import parse_qsl

from leapocr_dyn.sandbox.contract import COMPLAINTS, Contract, Json, Operation, covers, is_json
from leapocr_dyn.sandbox.member import strangers


@dataclass(frozen=True)
class Sent:
    """A request as it arrived: text, percent-decoded. headers: names in lower case. path: the path's parameters."""

    path: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Call:
    """A request that is right, as a handler sees it: values in the document's types, defaults filled in."""

    operation: Operation
    path: Mapping[str, Json] = field(default_factory=dict)
    query: Mapping[str, Json] = field(default_factory=dict)
    body: Json = None


def admitted(contract: Contract, operation: Operation, sent: Sent, key: str, *, strict: bool = False) -> bool:
    """Whether the request carries the key in the way that one of the operation's security requirements asks for.

    strict: where the document does not speak of security, any scheme that it defines is asked for, instead of none.
    """
    wanted = operation.security
    if wanted is None:
        wanted = tuple({name: []} for name in contract.schemes) if strict else ()
    return not wanted or any(all(carries(contract, name, sent, key) for name in requirement) for requirement in wanted)


def carries(contract: Contract, name: str, sent: Sent, key: str) -> bool:
    """Whether the request carries the key as the named security scheme says.

    A scheme that is required but never defined (some published documents do that) counts as a bearer token.
    """
    scheme = contract.follow(contract.schemes.get(name, {}))
    if scheme.get("type") == "apiKey":
        called = str(scheme.get("name", ""))
        place = scheme.get("in")
        if place == "header":
            secret = sent.headers.get(called.lower(), "")
        else:
            secret = (dict(sent.query) if place == "query" else sent.cookies).get(called, "")
    else:
        word, _, secret = sent.headers.get("authorization", "").partition(" ")
        basic = str(scheme.get("scheme", "bearer")).lower() == "basic"
        if word.lower() != ("basic" if basic else "bearer"):
            return False
        secret = password(secret) if basic else secret.strip()
    return hmac.compare_digest(secret.encode("utf-8", "replace"), key.encode())


def read(contract: Contract, operation: Operation, sent: Sent, *, strict: bool = False) -> Call:
    """The request in the document's types. Raises Refusal with what is wrong, field by field, in its details.

    strict: a field of the body that the document does not name is wrong, too; in a query, servers pass it over.
    """
    wrong: list[dict[str, str]] = []
    values: dict[str, dict[str, Json]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
    for parameter in operation.parameters:
        name, place = str(parameter.get("name")), str(parameter.get("in"))
        # OpenAPI 3.1 section 4.8.12.1: these three headers are never parameters.
        if place not in values or (place == "header" and name.lower() in {"accept", "content-type", "authorization"}):
            continue
        schema = described(parameter)
        value = parameter_value(contract, parameter, sent)
        if value is not None:
            values[place][name] = value
            wrong.extend(
                {"field": name, "message": f"{name}: {said}"} for _, said in contract.complaints(schema, value)
            )
        elif parameter.get("required") and place != "path":  # a path parameter that is missing is not in the template
            wrong.append({"field": name, "message": f"the {place} parameter {name} is missing"})
        elif "default" in contract.follow(schema):
            values[place][name] = contract.follow(schema)["default"]
    body = body_value(contract, operation, sent, wrong, strict=strict)
    if wrong:
        contract.refuse(operation, wrong[0]["message"], wrong[:COMPLAINTS])
    return Call(operation, values["path"], values["query"], body)


def described(parameter: dict[str, Json]) -> Json:
    """The schema of a parameter, which may stand under its media type (`content`)."""
    media: dict[str, Json] = next(iter(parameter.get("content", {}).values()), {})
    return parameter.get("schema", media.get("schema", {}))


def parameter_value(contract: Contract, parameter: dict[str, Json], sent: Sent) -> Json:
    """The value that was sent for a parameter, or None. Styles: OpenAPI 3.1 section 4.8.12.2."""
    name, place = str(parameter["name"]), str(parameter["in"])
    schema = parameter.get("schema", {})
    kinds = contract.kinds(schema)
    style = str(parameter.get("style", "form" if place in {"query", "cookie"} else "simple"))
    texts = texts_of(name, place, sent)
    if not texts:
        sent_apart = place == "query" and "object" in kinds and "content" not in parameter
        return object_value(contract, name, schema, sent) if sent_apart else None
    if "content" in parameter:
        try:
            return json.loads(texts[0])
        except (ValueError, RecursionError):
            return texts[0]
    if style in {"label", "matrix"}:
        texts = [texts[0].removeprefix("." if style == "label" else f";{name}=")]
    if "array" in kinds and "string" not in kinds:
        if not (style == "form" and parameter.get("explode", True)):
            texts = re.split({"spaceDelimited": " ", "pipeDelimited": r"\|"}.get(style, ","), texts[0])
        return [typed(contract, text, contract.follow(schema).get("items", {})) for text in texts]
    return typed(contract, texts[0], schema)


def texts_of(name: str, place: str, sent: Sent) -> list[str]:
    """Every text that was sent under this name, in the order of sending."""
    if place == "query":
        return [text for key, text in sent.query if key == name]
    source = {"path": sent.path, "header": sent.headers, "cookie": sent.cookies}[place]
    called = name.lower() if place == "header" else name
    return [source[called]] if called in source else []


def object_value(contract: Contract, name: str, schema: Json, sent: Sent) -> dict[str, Json] | None:
    """An object that came as `name[property]=...` (style deepObject) or `property=...` (style form)."""
    properties = contract.follow(schema).get("properties", {})
    found: dict[str, Json] = {}
    for key, text in sent.query:
        inner = key[len(name) + 1 : -1] if key.startswith(f"{name}[") and key.endswith("]") else key
        if inner != key or inner in properties:
            found[inner] = typed(contract, text, properties.get(inner, {}))
    return found or None


def body_value(
    contract: Contract, operation: Operation, sent: Sent, wrong: list[dict[str, str]], *, strict: bool
) -> Json:
    """The body: JSON and forms as values that were held against their schema, anything else as the bytes it is.

    wrong: takes what the schema has against it. Raises Refusal for a body that cannot be read.
    """
    if operation.body is None:
        return None
    content = operation.body.get("content", {})
    if not sent.body:
        if operation.body.get("required"):
            wrong.append({"field": "body", "message": "the request has no body"})
        return None
    kind = sent.headers.get("content-type", "").partition(";")[0].strip().lower()
    media = next((content[name] for name in content if covers(name, kind)), None)
    if media is None:
        known = ", ".join(content) or "nothing"
        contract.refuse(operation, f"the body is {kind[:80] or 'of no stated type'}; this operation takes {known}")
    schema = media.get("schema", {})
    if is_json(kind):
        try:
            value = json.loads(sent.body, parse_constant=not_json)
        except (ValueError, RecursionError):
            contract.refuse(operation, "the body is not JSON")
    elif kind == "application/x-www-form-urlencoded":
        properties = contract.follow(schema).get("properties", {})
        pairs = parse_qsl(sent.body.decode("utf-8", "replace"), keep_blank_values=True)
        value = {key: typed(contract, text, properties.get(key, {})) for key, text in pairs}
    else:
        return sent.body
    wrong.extend({"field": place or "body", "message": said} for place, said in contract.complaints(schema, value))
    for place in strangers(contract, schema, value) if strict else ():
        where = ".".join(map(str, place))
        wrong.append({"field": where, "message": f"there is no field {where}"})
    return value


def typed(contract: Contract, text: str, schema: Json) -> Json:
    """A text as the JSON type that its schema names; the text itself where it is no such thing."""
    kinds = contract.kinds(schema)
    # Digits are bounded: Python refuses to make an int of thousands of them, and an infinite float is not JSON.
    if "integer" in kinds and re.fullmatch(r"-?[0-9]{1,300}", text):
        return int(text)
    if "number" in kinds and re.fullmatch(r"-?[0-9]{1,200}(\.[0-9]{1,200})?([eE][-+]?[0-9]{1,2})?", text):
        return float(text)
    if "boolean" in kinds and text in {"true", "false"}:
        return text == "true"
    return text


def not_json(word: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python's parser would take."""
    raise ValueError(f"{word} is not JSON")


def password(credentials: str) -> str:
    """The password of HTTP Basic credentials, or the user's name where the password is empty; empty if unreadable."""
    try:
        user, _, secret = b64decode(credentials).decode().partition(":")
    except ValueError:
        return ""
    return secret or user
