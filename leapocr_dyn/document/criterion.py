"""Criteria, in Arazzo 1.0 syntax: what workflow.yaml can ask about an exchange, true or false.

    $statusCode == 200 && $response.body#/status != 'failed'

Theory of operation. A criterion is compiled once, as an expression is. Everything it can do is in Arazzo 1.0.1,
"Criterion Object" of type simple; where that leaves a choice, it is made so:

- MISSING equals nothing: `==` is false and `!=` is true, even against null. Ordering what cannot be ordered is false.
- "Loose" is this much: text compares without case, and text that is a number compares with a number as one, since a
  header is always text. Nothing else is converted; `true` is not 1.
- A value on its own is true unless it is MISSING, null, false, 0, or empty.
- An expression in a criterion ends at a space or one of `()[]<>=!&|',`, so that a header name holds none of these.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable
from typing import Any

from leapocr_dyn.document.expression import MISSING, Context, Value, bad, check_size, compiled, walk
from leapocr_dyn.document.reference import is_index

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
DEPTH = 50  # of brackets and `!` in a criterion


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


@functools.lru_cache(maxsize=1024)
def condition(text: str) -> Condition:
    """The criterion that a text is. Raises DocumentError, with a caret at the mistake."""
    check_size(text)
    reader = Reader(text)
    value = reader.either(0)
    if reader.kind != "end":
        bad(text, reader.start, "an operator is expected: == != < <= > >= && ||")
    return Condition(text, value)


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
    """Whether JSON calls it a number: `true` is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(left: Any, right: Any) -> bool:  # Any: JSON, or MISSING
    """`==`."""
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
    """`<` and the like: false where two sides have no order."""

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
        """Pass the token at hand."""
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
        """`a || b`."""
        parts = [self.both(depth)]
        while self.take("||"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else lambda context: any(part(context) for part in parts)

    def both(self, depth: int) -> Value:
        """`a && b`."""
        parts = [self.comparison(depth)]
        while self.take("&&"):
            parts.append(self.comparison(depth))
        return parts[0] if len(parts) == 1 else lambda context: all(part(context) for part in parts)

    def comparison(self, depth: int) -> Value:
        """`a == b`, or a value on its own."""
        left = self.unary(depth)
        compare = OPERATORS.get(self.token) if self.kind == "operator" else None
        if compare is None:
            return left
        self.next()
        right = self.unary(depth)
        return lambda context: compare(left(context), right(context))

    def unary(self, depth: int) -> Value:
        """`!a`."""
        if depth > DEPTH:
            bad(self.text, self.start, f"more than {DEPTH} brackets or '!' inside each other")
        if self.take("!"):
            value = self.unary(depth + 1)
            return lambda context: not value(context)
        return self.further(self.primary(depth))

    def primary(self, depth: int) -> Value:
        """`(a)`, an expression, or a value that is written out."""
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
    """A value that is written out."""
    return lambda context: value
