"""Runtime expressions and criteria, in Arazzo 1.0 syntax: the one expression language of workflow.yaml.

    $url  $method  $statusCode                          the exchange itself
    $request.header.X  .query.x  .path.x  .body         what was sent; $response.header.X  .body: what came back
    $inputs.name  $outputs.name  $steps.id.outputs.name the workflow's own values

Behind a body, an input or an output, `#/a/0/b` (a JSON Pointer) or `.a[0].b` leads further in. A header is found in any
case; the name of a header, query or path parameter goes to the end and may hold dots.

Theory of operation. Text is compiled once into closures that take a Context; there is no eval. What is not there is
MISSING, never an exception: a workflow asks for what a server may not have said. Everything a criterion can do is in
Arazzo 1.0.1, "Criterion Object" of type simple; where that leaves a choice, it is made so:

- MISSING equals nothing: `==` is false and `!=` is true, even against null. Ordering what cannot be ordered is false.
- "Loose" is this much: text compares without case, and text that is a number compares with a number as one, since a
  header is always text. Nothing else is converted; `true` is not 1.
- A value on its own is true unless it is MISSING, null, false, 0, or empty.
- An expression in a criterion ends at a space or one of `()[]<>=!&|',`, so that a header name holds none of these.
"""

from __future__ import annotations

import functools
import json
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from leapocr_dyn.document.reference import is_index, tokens
from leapocr_dyn.errors import DocumentError

CHARACTERS = 10_000  # of one expression or criterion; people write a line
DEPTH = 50  # of brackets and `!` in a criterion
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
        self.inputs = inputs
        self.outputs = outputs
        self.steps = steps
        self.url = url
        self.method = method
        self.status_code = status_code
        self.request_headers = request_headers
        self.request_query = request_query
        self.request_path = request_path
        self.request_body = request_body
        self.response_headers = response_headers
        self.response_body = response_body


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


class Condition:
    """A compiled criterion: call it with a Context for true or false."""

    __slots__ = ("text", "value")

    def __init__(self, text: str, value: Value) -> None:
        self.text = text
        self.value = value

    def __call__(self, context: Context) -> bool:
        return bool(self.value(context))

    def __repr__(self) -> str:
        return f"<Condition {self.text}>"

    def __reduce__(self) -> tuple[Callable[[str], Condition], tuple[str]]:
        return condition, (self.text,)


# --- looking things up ---


def step(value: Any, token: str) -> Any:  # Any: JSON, or MISSING
    """One level further in, or MISSING."""
    if isinstance(value, Mapping):
        return value.get(token, MISSING)
    if isinstance(value, list | tuple) and is_index(token) and int(token) < len(value):
        return value[int(token)]
    return MISSING


def walk(value: Any, path: tuple[str, ...]) -> Any:  # Any: JSON, or MISSING
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
    match = re.match(HEADER_NAME, name)
    if match is None or match.end() < len(name):
        bad(whole, start + (match.end() if match else 0), "a header name is letters, digits and !#$%&'*+-.^_`|~")
    return lambda context: header(source(context), name)


def parameter_value(source: Value, name: str, whole: str, start: int) -> Value:
    if not name:
        bad(whole, start, "a parameter name is missing")
    return lambda context: step(source(context), name)


def body_value(source: Value, path: tuple[str, ...]) -> Value:
    return lambda context: walk(source(context), path)


def named_value(source: Value, text: str, whole: str, start: int) -> Value:
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


# --- criteria ---

SYNTAX = (
    r"\s*(?:"
    r"(?P<operator>&&|\|\||==|!=|<=|>=|[<>!()\[\]])"
    r"|(?P<property>\.[^\s()\[\]<>=!&|',.]+)"
    r"|(?P<expression>\$[^\s()\[\]<>=!&|',]*)"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![\w.$]))"
    r"|(?P<word>[A-Za-z_]\w*)"
    r")"
)
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def number(text: str) -> int | float | None:
    """The number that a text is, or None."""
    if not re.fullmatch(NUMBER, text):
        return None
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:  # more digits than int() takes
        return None


def comparable(left: Any, right: Any) -> tuple[Any, Any] | None:  # Any: JSON, or MISSING
    """Both sides, as Python can compare them, or None where they are of different kinds."""
    if isinstance(left, str) and isinstance(right, str):
        # Arazzo 1.0.1, Criterion Object: string comparisons are case-insensitive.
        return left.casefold(), right.casefold()
    if is_number(left) and isinstance(right, str):
        right = number(right)
    elif isinstance(left, str) and is_number(right):
        left = number(left)
    return (left, right) if is_number(left) and is_number(right) else None


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(left: Any, right: Any) -> bool:  # Any: JSON, or MISSING
    if left is MISSING or right is MISSING:
        return False
    if (sides := comparable(left, right)) is not None:
        return bool(sides[0] == sides[1])
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    try:
        return bool(left == right)
    except RecursionError:
        return False


def ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:  # Any: JSON, or MISSING
    def compared(left: Any, right: Any) -> bool:  # Any: JSON, or MISSING
        sides = comparable(left, right)
        return sides is not None and compare(*sides)

    return compared


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {  # Any: JSON, or MISSING
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": ordered(operator.lt),
    "<=": ordered(operator.le),
    ">": ordered(operator.gt),
    ">=": ordered(operator.ge),
}


@functools.lru_cache(maxsize=1024)
def condition(text: str) -> Condition:
    """The criterion that a text is. Raises DocumentError, with a caret at the mistake."""
    check_size(text)
    reader = Reader(text)
    value = reader.either(0)
    if reader.kind != "end":
        bad(text, reader.start, "an operator is expected: == != < <= > >= && ||")
    return Condition(text, value)


class Reader:
    """Reads a criterion by recursive descent: || over && over comparison over ! over a value.

    The token at hand is (kind, token), and starts at column `start`.
    """

    __slots__ = ("end", "kind", "start", "text", "token")

    def __init__(self, text: str) -> None:
        self.text = text
        self.kind = self.token = ""
        self.start = self.end = 0
        self.next()

    def next(self) -> None:
        match = re.compile(SYNTAX).match(self.text, self.end)
        if match is None:
            rest = self.text[self.end :]
            self.start = self.end + len(rest) - len(rest.lstrip())
            if self.start < len(self.text):
                quote = self.text[self.start] == "'"
                bad(self.text, self.start, "this text has no closing quote" if quote else "this cannot stand here")
            self.kind, self.token = "end", ""
            return
        self.kind = match.lastgroup or ""
        self.token = match[self.kind]
        self.start, self.end = match.start(self.kind), match.end()

    def at(self, sign: str) -> bool:
        """Whether the token at hand is this operator."""
        return self.kind == "operator" and self.token == sign

    def take(self, sign: str) -> bool:
        """The same; and if so, it is passed."""
        found = self.at(sign)
        if found:
            self.next()
        return found

    def either(self, depth: int) -> Value:
        parts = [self.both(depth)]
        while self.take("||"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else lambda context: any(part(context) for part in parts)

    def both(self, depth: int) -> Value:
        parts = [self.comparison(depth)]
        while self.take("&&"):
            parts.append(self.comparison(depth))
        return parts[0] if len(parts) == 1 else lambda context: all(part(context) for part in parts)

    def comparison(self, depth: int) -> Value:
        left = self.unary(depth)
        compare = OPERATORS.get(self.token) if self.kind == "operator" else None
        if compare is None:
            return left
        self.next()
        right = self.unary(depth)
        return lambda context: compare(left(context), right(context))

    def unary(self, depth: int) -> Value:
        if depth > DEPTH:
            bad(self.text, self.start, f"more than {DEPTH} brackets or '!' inside each other")
        if self.take("!"):
            value = self.unary(depth + 1)
            return lambda context: not value(context)
        return self.further(self.primary(depth))

    def primary(self, depth: int) -> Value:
        kind, token, start = self.kind, self.token, self.start
        if self.take("("):
            value = self.either(depth + 1)
            if not self.take(")"):
                bad(self.text, self.start, "a ')' is expected")
            return value
        if kind == "expression":
            value = compiled(token, self.text, start)
        elif kind == "text":
            value = literal(token[1:-1].replace("''", "'"))
        elif kind == "number":
            if (read := number(token)) is None:
                bad(self.text, start, "this number has too many digits")
            value = literal(read)
        elif kind == "word" and token in WORDS:
            value = literal(WORDS[token])
        else:
            bad(self.text, start, "a value is expected: $expression, 'text', number, true, false or null")
        self.next()
        return value

    def further(self, value: Value) -> Value:
        """`[0]` and `.name` behind a value."""
        path: list[str] = []
        while self.kind == "property" or self.at("["):
            if self.take("["):
                if self.kind != "number" or not is_index(self.token):
                    bad(self.text, self.start, "an index counts from 0: [0]")
                path.append(self.token)
                self.next()
                if not self.take("]"):
                    bad(self.text, self.start, "a ']' is expected")
            else:
                path.append(self.token[1:])
                self.next()
        steps = tuple(path)
        return (lambda context: walk(value(context), steps)) if steps else value


def literal(value: str | int | float | bool | None) -> Value:
    return lambda context: value


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
