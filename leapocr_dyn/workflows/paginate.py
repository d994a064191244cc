"""Pages: one answer leads to the next, until the server says that there is no more.

The rule for an operation stands under `pages` in workflow.yaml, in six words: input (the parameter that says where to
go on), output (what to give it next; without it, it counts up by one), items, limit, more, extra. A server that points
back to a page that was read already ends the walk with an error, never with an endless loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leapocr_dyn.document import criterion, expression
from leapocr_dyn.document.workflow import Section
from leapocr_dyn.errors import ConfigurationError, ContractError
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.session import Answer, Session


class Pages:
    """The answers of a paged operation, one by one: `await pages.next()` is an Answer, or None after the last."""

    def __init__(
        self, session: Session, operation: Operation, arguments: Mapping[str, Any], deadline: float | None = None
    ) -> None:
        self.rule: Section = rule(session, operation)
        self._session = session
        self.operation = operation
        self._arguments = dict(arguments)
        self._deadline = deadline
        self._token: Any = self._arguments.get(self.rule["input"])
        self._seen: set[str] = set()
        self._last = expression.Context(response_body=None)
        self.ended: bool = False

    async def next(self) -> Answer | None:
        """The next answer, or None."""
        if self.ended:
            return None
        arguments = {**self._arguments, self.rule["input"]: self._token} if self._token is not None else self._arguments
        answer = await self._session.ask(self.operation, arguments, deadline=self._deadline)
        context = answer.context()
        self._seen.add(repr(self._token))
        self._token = self._following(context)
        self.ended = not self._more(context)
        if not self.ended and repr(self._token) in self._seen:
            raise ContractError(
                f"the server points back to {self._token!r}, which was read already", operation=self.operation.name
            )
        if not self.ended and "output" not in self.rule and context.response_body == self._last.response_body:
            raise ContractError(
                f"the server gives the same page again, whatever {self.rule['input']} asks for",
                operation=self.operation.name,
            )
        self._last = context
        return answer

    async def close(self) -> None:
        """Stop early; nothing is held open between two answers."""
        self.ended = True

    def items(self) -> list[Any]:  # Any: JSON
        """The items of the last answer, as the wire has them."""
        found = expression.parse(self.rule["items"])(self._last)
        return found if isinstance(found, list) else []

    def _following(self, context: expression.Context) -> Any:  # Any: a token, as the server gives it
        if "output" in self.rule:
            return expression.parse(self.rule["output"])(context)
        first = next((one.default for one in self.operation.parameters if one.name == self.rule["input"]), None)
        now = self._token if self._token is not None else first
        return (now if isinstance(now, int) else 1) + 1

    def _more(self, context: expression.Context) -> bool:
        if "more" in self.rule:
            return criterion.condition(self.rule["more"])(context)
        if "output" in self.rule:
            return self._token not in (expression.MISSING, None, "")
        return bool(expression.parse(self.rule["items"])(context))


def rule(session: Session, operation: Operation) -> Section:
    """The paging rule of an operation. Raises ConfigurationError where the workflow has none."""
    found = session.api.workflow.section("pages").get(operation.id)
    if not isinstance(found, dict):
        raise ConfigurationError(f"{operation.name} is not paged: no rule under `pages` in the workflow names it")
    return found
