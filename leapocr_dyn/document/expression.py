"""Runtime expressions, in Arazzo 1.0 syntax: what workflow.yaml can say about an exchange, and templates of them.

    $url  $method  $statusCode                          the exchange itself
    $request.header.X  .query.x  .path.x  .body         what was sent; $response.header.X  .body: what came back
    $inputs.name  $outputs.name  $steps.id.outputs.name the workflow's own values

Behind a body, an input or an output, `#/a/0/b` (a JSON Pointer) or `.a[0].b` leads further in. A header is found in any
case; the name of a header, query or path parameter goes to the end and may hold dots.

Theory of operation. Text is compiled once into closures that take a Context; there is no eval. What is not there is
MISSING, never an exception: a workflow asks for what a server may not have said.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from leapocr_dyn.document.reference import is_index, tokens
from leapocr_dyn.errors import DocumentError

CHARACTERS = 10_000  # of one expression or criterion; people write a line
LEVELS = 200  # of a template; as deep as a document may be


class Missing:
    """What an expression gives where there is nothing. False, and only itself."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str:
        return "MISSING"  # a pickle gives the one MISSING back


MISSING: Final = Missing()


class Context:
    """What expressions can see. steps: {"id": {"outputs": {...}}}. Headers: in any case. Bodies: JSON values."""

    __slots__ = (
        "inputs",
        "method",
        "outputs",
        "request_body",
        "request_headers",
        "request_path",
        "request_query",
        "response_body",
        "response_headers",
        "status_code",
        "steps",
        "url",
    )

    def __init__(
        self,
        *,
        inputs: Mapping[str, Any] | None = None,  # Any, here and below: JSON, as the caller or a server wrote it
        outputs: Mapping[str, Any] | None = None,
        steps: Mapping[str, Mapping[str, Any]] | None = None,
        url: str | Missing = MISSING,
        method: str | Missing = MISSING,
        status_code: int | Missing = MISSING,
        request_headers: Mapping[str, str] | None = None,
        request_query: Mapping[str, Any] | None = None,
        request_path: Mapping[str, Any] | None = None,
        request_body: Any = MISSING,
        response_headers: Mapping[str, str] | None = None,
        response_body: Any = MISSING,
    ) -> None:
        self.inputs: Mapping[str, Any] | None = inputs
        self.outputs: Mapping[str, Any] | None = outputs
        self.steps: Mapping[str, Mapping[str, Any]] | None = steps
        self.url: str | Missing = url
        self.method: str | Missing = method
        self.status_code: int | Missing = status_code
        self.request_headers: Mapping[str, str] | None = request_headers
        self.request_query: Mapping[str, Any] | None = request_query
        self.request_path: Mapping[str, Any] | None = request_path
        self.request_body: Any = request_body
        self.response_headers: Mapping[str, str] | None = response_headers
        self.response_body: Any = response_body


Value = Callable[[Context], Any]  # Any: JSON, or MISSING


class Expression:
    """A compiled runtime expression: call it with a Context for its value, or MISSING."""

    __slots__ = ("text", "value")

    def __init__(self, text: str, value: Value) -> None:
        self.text = text
        self.value = value

    def __call__(self, context: Context) -> Any:  # Any: JSON, or MISSING
        return self.value(context)

    def __repr__(self) -> str:
        return f"<Expression {self.text}>"

    def __reduce__(self) -> tuple[Callable[[str], Expression], tuple[str]]:
        return parse, (self.text,)


# --- looking things up ---


def step(value: Any, token: str) -> Any:  # Any: JSON, or MISSING
    """One level further in, or MISSING."""
    if isinstance(value, Mapping):
        return value.get(token, MISSING)
    if isinstance(value, list | tuple) and is_index(token) and int(token) < len(value):
        return value[int(token)]
    return MISSING


def walk(value: Any, path: tuple[str, ...]) -> Any:  # Any: JSON, or MISSING
    """Several levels further in, or MISSING."""
    for token in path:
        value = step(value, token)
    return value


def header(headers: Mapping[str, str] | None, name: str) -> Any:  # Any: JSON, or MISSING
    """A header in any case (RFC 9110 section 5.1); the first, where a mapping holds several."""
    wanted = name.lower()
    return next((value for key, value in (headers or {}).items() if key.lower() == wanted), MISSING)


def named(values: Mapping[str, Any] | None, whole: str, path: tuple[str, ...]) -> Any:  # Any: JSON, or MISSING
    """`a.b` is the value called so, where there is one, and otherwise `b` in `a`."""
    if not isinstance(values, Mapping):
        return MISSING
    return values[whole] if whole in values else walk(values, path)


# --- expressions ---

# Each row: what the text starts with, and how the rest of it becomes a value.
SIMPLE: dict[str, Value] = {
    "$url": lambda context: context.url,
    "$method": lambda context: context.method,
    "$statusCode": lambda context: context.status_code,
}
HEADERS: dict[str, Value] = {
    "$request.header.": lambda context: context.request_headers,
    "$response.header.": lambda context: context.response_headers,
}
PARAMETERS: dict[str, Value] = {
    "$request.query.": lambda context: context.request_query,
    "$request.path.": lambda context: context.request_path,
}
BODIES: dict[str, Value] = {
    "$request.body": lambda context: context.request_body,
    "$response.body": lambda context: context.response_body,
}
VALUES: dict[str, Value] = {
    "$inputs.": lambda context: context.inputs,
    "$outputs.": lambda context: context.outputs,
}
KNOWN = [*SIMPLE, *HEADERS, *PARAMETERS, *BODIES, *VALUES, "$steps."]

# Patterns stay text, and re keeps what it compiled: most programs use few of them.
HEADER_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # RFC 9110 section 5.6.2: token
INNER = r"\.([^.\[\]#]+)|\[([0-9]{1,15})\]"
STEP = r"([^.#\[\]]+)\.outputs\.((?s:.+))"


@functools.lru_cache(maxsize=1024)
def parse(text: str) -> Expression:
    """The expression that a text is, from its "$" to its end. Raises DocumentError, with a caret at the mistake."""
    check_size(text)
    return Expression(text, compiled(text, text, 0))


def compiled(text: str, whole: str, start: int) -> Value:
    """The value of an expression. whole, start: the text it stands in and where, for messages."""
    if text in SIMPLE:
        return SIMPLE[text]
    for prefix, source in HEADERS.items():
        if text.startswith(prefix):
            return header_value(source, text[len(prefix) :], whole, start + len(prefix))
    for prefix, source in PARAMETERS.items():
        if text.startswith(prefix):
            return parameter_value(source, text[len(prefix) :], whole, start + len(prefix))
    for prefix, source in BODIES.items():
        if text.startswith(prefix) and text[len(prefix) : len(prefix) + 1] in ("", "#", ".", "["):
            return body_value(source, inner(text[len(prefix) :], whole, start + len(prefix)))
    for prefix, source in VALUES.items():
        if text.startswith(prefix):
            return named_value(source, text[len(prefix) :], whole, start + len(prefix))
    if text.startswith("$steps."):
        return step_value(text[len("$steps.") :], whole, start + len("$steps."))
    bad(whole, start + known_length(text), "this is no runtime expression; there are " + ", ".join(KNOWN))


def known_length(text: str) -> int:
    """How far a text could still have become an expression: where the caret goes."""
    common = 0
    for known in KNOWN:
        same = 0
        for ours, theirs in zip(text, known, strict=False):
            if ours != theirs:
                break
            same += 1
        common = max(common, same)
    return common


def header_value(source: Value, name: str, whole: str, start: int) -> Value:
    """`$response.header.` and a name."""
    match = re.match(HEADER_NAME, name)
    if match is None or match.end() < len(name):
        bad(whole, start + (match.end() if match else 0), "a header name is letters, digits and !#$%&'*+-.^_`|~")
    return lambda context: header(source(context), name)


def parameter_value(source: Value, name: str, whole: str, start: int) -> Value:
    """`$request.query.` or `$request.path.` and a name."""
    if not name:
        bad(whole, start, "a parameter name is missing")
    return lambda context: step(source(context), name)


def body_value(source: Value, path: tuple[str, ...]) -> Value:
    """`$response.body` and what leads further in."""
    return lambda context: walk(source(context), path)


def named_value(source: Value, text: str, whole: str, start: int) -> Value:
    """`$inputs.` or `$outputs.`, a name, and what leads further in."""
    name, mark, rest = text.partition("#")
    if not name:
        bad(whole, start, "a name is missing")
    if mark:
        path = inner(mark + rest, whole, start + len(name))
        return lambda context: walk(named(source(context), name, (name,)), path)
    # The name itself may hold dots: `named` decides when it sees the values.
    path = inner("." + name, whole, start - 1)
    return lambda context: named(source(context), name, path)


def step_value(text: str, whole: str, start: int) -> Value:
    """`$steps.`, a step, and the name of its output."""
    match = re.fullmatch(STEP, text)
    if match is None:
        bad(whole, start, "a step's value is $steps.<id>.outputs.<name>")
    step_id, name = match.groups()
    return named_value(lambda context: walk(context.steps, (step_id, "outputs")), name, whole, start + match.start(2))


def inner(text: str, whole: str, start: int) -> tuple[str, ...]:
    """The steps that `#/a/0/b` or `.a[0].b` takes."""
    if text.startswith("#"):
        if text.startswith("##"):
            bad(whole, start + 1, "one '#' is enough")
        try:
            # Without its '#', so not percent-decoded: Arazzo's grammar takes the pointer as it stands.
            return tokens(text[1:])
        except DocumentError as error:
            bad(whole, start + 1, error.message)
    path: list[str] = []
    end = 0
    while end < len(text):
        match = re.compile(INNER).match(text, end)
        if match is None:
            bad(whole, start + end, "a property is .name, an item [0], and a JSON Pointer #/name/0")
        path.append(match[1] or str(int(match[2])))
        end = match.end()
    return tuple(path)


def check_size(text: str) -> None:
    """Raise DocumentError for a text that is longer than anybody writes."""
    if not isinstance(text, str):
        raise DocumentError(f"an expression is text, not {type(text).__name__}")
    if len(text) > CHARACTERS:
        raise DocumentError(f"an expression has at most {CHARACTERS:,} characters; this one has {len(text):,}")


def bad(text: str, column: int, why: str) -> NoReturn:
    """Raise DocumentError that shows the text with a caret at the column, counted from 0."""
    before, after = 40, 40
    start = max(0, column - before)
    visible = text[start : column + after]
    line = "".join(character if character.isprintable() else "\ufffd" for character in visible)
    raise DocumentError(f"column {column + 1}: {why}\n    {line}\n    {' ' * (column - start)}^")


# --- templates ---

# "$5.00" is a price; "$input.x" is a mistake that had better be said.
WHOLE = r"\$[A-Za-z]"
EMBEDDED = r"\{(\$[A-Za-z][^{}]*)(\}?)"


def fill(template: Any, context: Context) -> Any:  # Any: JSON, as workflow.yaml wrote it
    """A JSON template with its expressions replaced by their values.

    A text that is an expression ("$inputs.name": "$" and a letter) becomes its value, of any type. Expressions inside a
    text ("pages {$inputs.first} to {$inputs.last}") become text: JSON, where they are not text already. What is MISSING
    is left out of the object or array it stands in; a text with one part MISSING is MISSING itself.
    Raises DocumentError for a text that starts like an expression and is none.
    """
    return filled(template, context, 0)


def filled(template: Any, context: Context, depth: int) -> Any:  # Any: JSON, as workflow.yaml wrote it
    """`fill`, this many levels in."""
    if isinstance(template, str):
        return parse(template)(context) if re.match(WHOLE, template) else interpolated(template, context)
    if not isinstance(template, dict | list):
        return template
    if depth >= LEVELS:
        raise DocumentError(f"a template has at most {LEVELS} levels")
    if isinstance(template, list):
        items = [filled(item, context, depth + 1) for item in template]
        return [item for item in items if item is not MISSING]
    members = {key: filled(value, context, depth + 1) for key, value in template.items()}
    return {key: value for key, value in members.items() if value is not MISSING}


def interpolated(template: str, context: Context) -> str | Missing:
    """A text with its embedded expressions replaced by their values, as text."""
    pieces: list[str] = []
    end = 0
    for match in re.finditer(EMBEDDED, template):
        if not match[2]:
            bad(template, match.start(), "this '{' is never closed")
        value: object = parse(match[1])(context)
        if value is MISSING:
            return MISSING
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        pieces += (template[end : match.start()], text)
        end = match.end()
    return "".join(pieces) + template[end:]
