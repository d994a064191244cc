"""One operation of the API, without I/O: its name, its signature, its request and how to read its response.

    operation.plan(job_id="3f2...")   -> Plan: .method .url .headers .body .curl()
    operation.read(response)          -> a value, or raises

Arguments are keywords. The fields of a JSON or form body are arguments of their own where their names do not collide
with parameters; `body=` takes the whole body instead, as a model, a dict, bytes, a path or an open file. Where the
document offers several media types, `content_type=` and `accept=` choose. Everything is checked before it leaves.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import Located, pointer
from leapocr_dyn.document.workflow import Rule, Workflow
from leapocr_dyn.errors import Error
from leapocr_dyn.model.convert import Converter
from leapocr_dyn.model.schema import Models
from leapocr_dyn.model.type import Field, Type
from leapocr_dyn.operation import answer, media, server
from leapocr_dyn.operation.arguments import Arguments, arguments_of
from leapocr_dyn.operation.parameter import Parameter
from leapocr_dyn.operation.plan import Plan
from leapocr_dyn.shown import Shown
from leapocr_dyn.visible import visible

if TYPE_CHECKING:
    from leapocr_dyn.explore.example import Example
    from leapocr_dyn.operation.body import Body
    from leapocr_dyn.operation.operations import Operations

# RFC 9110 section 9.2.2
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY"})


class Operation(Shown):
    """What can be done with one (method, path) of the document. Cheap to make: the rest is worked out when touched."""

    def __init__(
        self,
        document: Document,
        converter: Converter,
        path: str,
        method: str,
        node: Any,  # Any: the Operation Object, as the document wrote it
        names: tuple[str, str],
        rule: Rule,
        workflow: Workflow,
    ) -> None:
        self.document = document
        self.converter = converter
        self.path = path
        self.method: str = method.upper()
        self.node = node
        self.namespace: str
        self.name: str
        self.namespace, self.name = names
        self.rule = rule
        self.workflow = workflow
        self.place: str = pointer("paths", path, method)
        self.id: str = str(node.get("operationId"))
        self.followed: dict[str, Located] = {}  # the schemas of its answers, by the pointers of their media types
        self.planned: bool = False  # whether this process ever did; who follows the document's versions asks
        self._responses: list[tuple[str, Any, str]] | None = None

    @classmethod
    def unknown(cls, operations: Operations, method: str, path: str) -> Operation:
        """Stands for a call that the document does not describe: any JSON, and the document's own security."""
        node = {"operationId": f"{method} {path}", "responses": {"default": {"content": {"*/*": {"schema": True}}}}}
        names = "", f"{method} {path}"
        document, converter, workflow = operations.document, operations.converter, operations.workflow
        return cls(document, converter, path, method.lower(), node, names, Rule(), workflow)

    # -- what the document says

    @property
    def models(self) -> Models:
        """The types of the document."""
        return self.converter.models

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters, those of the path item first."""
        return self.arguments.parameters

    @property
    def bodies(self) -> list[Body]:
        """The request body in each media type that is offered, the preferred one first."""
        return self.arguments.bodies

    @property
    def body(self) -> Body | None:
        """The request body in its preferred media type."""
        return next(iter(self.bodies), None)

    @property
    def body_fields(self) -> list[Field]:
        """The fields of the preferred body that are arguments of their own."""
        return self.fields_of(self.body)

    @property
    def argument_types(self) -> dict[str, Type]:
        """{argument: its type}, of those that are a parameter or a field of the preferred body."""
        found = {one.name: one.type for one in self.parameters}
        return found | {one.name: one.type for one in self.body_fields}

    def fields_of(self, wanted: Body | None) -> list[Field]:
        """The fields of one of the bodies that are arguments of their own: all, or none where a name is taken."""
        if wanted is None:
            return []
        known = self.arguments.fields
        if wanted.media not in known:
            taken = {parameter.name for parameter in self.parameters} | {"body"}
            collide = any(field.name in taken for field in wanted.fields)
            known[wanted.media] = [] if collide else wanted.fields
        return known[wanted.media]

    @property
    def choices(self) -> dict[str, list[str]]:
        """{argument: media types}: what the caller may choose, where the document offers several."""
        takes = self.arguments
        found = {takes.content_type: [one.media for one in takes.bodies], takes.accept: self.answers}
        return {name: offered for name, offered in found.items() if name}

    @cached_property
    def security(self) -> list[dict[str, Any]]:
        """The alternatives of `security`, the operation's own or the document's."""
        wanted = self.node.get("security", self.document.tree.get("security"))
        return [one for one in wanted if isinstance(one, dict)] if isinstance(wanted, list) else []

    @property
    def is_guarded(self) -> bool:
        """Whether nobody may ask without a credential: there are alternatives, and none of them is empty."""
        return bool(self.security) and {} not in self.security

    @cached_property
    def schemes(self) -> Mapping[str, Any]:
        """The security schemes of the document."""
        found = self.document.tree.get("components", {}).get("securitySchemes")
        place = pointer("components", "securitySchemes")
        return {
            name: self.document.follow(node, place + pointer(name)).value
            for name, node in (found.items() if isinstance(found, dict) else ())
        }

    @cached_property
    def server(self) -> server.Server | None:
        """The server that the operation or its path names instead of the document's own."""
        return next(iter(server.named(self.node) or server.named(self.document.tree["paths"].get(self.path))), None)

    @property
    def key_variable(self) -> str:
        """The environment variable that holds the key, for people to read."""
        return self.workflow.environment.get("api_key", "API_KEY")

    @property
    def token_variable(self) -> str:
        """The environment variable that holds the bearer token, for people to read."""
        return self.workflow.environment.get("token", "TOKEN")

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent twice without doing twice what it does."""
        return self.method in IDEMPOTENT or self.rule.repeatable

    def responses(self) -> list[tuple[str, Any, str]]:
        """(status, Response Object, pointer) for everything the document promises."""
        if self._responses is None:
            found = self.node.get("responses")
            located = [
                (str(status), self.document.follow(node, f"{self.place}/responses/{status}"))
                for status, node in (found.items() if isinstance(found, dict) else ())
            ]
            self._responses = [
                (status, one.value, one.pointer) for status, one in located if isinstance(one.value, dict)
            ]
        return self._responses

    def result(self, wanted: str | None = None) -> Type | None:
        """The type of the first success that has a body. wanted: its media type, instead of the preferred one."""
        if self.method == "HEAD":
            return None  # RFC 9110 section 9.3.2
        for _, node, place in self._successes():
            content = node.get("content")
            content = content if isinstance(content, dict) else {}
            kind = media.preferred(list(content)) if wanted is None else wanted
            if kind is not None and kind in content:
                return answer.type_of(self, kind, content[kind], f"{place}/content{pointer(kind)}")
        return None

    def _successes(self) -> list[tuple[str, Any, str]]:
        """The responses that are successes; where none is described, `default` is one, too."""
        found = self.responses()
        return [one for one in found if one[0].startswith("2")] or [one for one in found if one[0] == "default"]

    @cached_property
    def _promised(self) -> tuple[list[str], list[str]]:
        """The media types of its successes and of its failures."""
        good = {status for status, _, _ in self._successes()}
        successes: dict[str, None] = {}
        failures: dict[str, None] = {}
        for status, node, _ in self.responses():
            if isinstance(content := node.get("content"), dict):
                (successes if status in good else failures).update(dict.fromkeys(content))
        return media.sendable(successes), media.sendable(failures)

    @property
    def answers(self) -> list[str]:
        """The media types that a caller may ask for; a stream is asked for otherwise."""
        return [kind for kind in self._promised[0] if media.plain(kind) not in media.ENDLESS]

    @cached_property
    def arguments(self) -> Arguments:
        """What it is called with, worked out on first touch."""
        return arguments_of(self)

    # -- the call

    @property
    def signature(self) -> inspect.Signature:
        """Keyword arguments, required ones first."""
        from leapocr_dyn.operation import signature  # not at the top: only people ask, and their tools

        return signature.signature(self)

    @property
    def __signature__(self) -> inspect.Signature:
        return self.signature

    @property
    def __doc__(self) -> str:  # type: ignore[override]  # a property, so that no text is made before somebody reads it
        from leapocr_dyn.operation import describe

        return describe.operation(self)

    @property
    def full_name(self) -> str:
        """As "namespace.name", which no other operation has."""
        return f"{self.namespace}.{self.name}".lstrip(".")

    @property
    def operation(self) -> Operation:
        """Itself: what a way to call an operation has, too."""
        return self

    def named(self, positional: tuple[Any, ...], named: Mapping[str, Any]) -> Mapping[str, Any]:  # Any: the caller's
        """The arguments by name, which is how it takes them. Raises TypeError for one without."""
        if positional:
            names = list(self.signature.parameters)[: len(positional)]
            how = f"keyword arguments only: {', '.join(f'{name}=...' for name in names)}" if names else "no arguments"
            raise TypeError(f"{self.name}() takes {how}")
        return named

    def plan(self, base_url: str = "", /, **arguments: Any) -> Plan:  # Any: what the document's types say
        """The request for these arguments. base_url: where it is sent; without it, the first server that is named.

        Raises TypeError for a wrong name, ValidationError for a wrong value, FileError for a file that cannot be read.
        """
        from leapocr_dyn.operation import request  # not at the top: to look at an API plans nothing

        self.planned = True
        try:
            return request.planned(self, base_url, arguments)
        except Error as error:
            error.operation = error.operation or self.name
            raise

    def example(self) -> Example:
        """Arguments that it would take, made up from the document; prints as the call."""
        from leapocr_dyn.explore import example

        return example.of(self)

    def curl(self, base_url: str = "", /, **arguments: Any) -> str:  # Any: what the document's types say
        """The request for these arguments, or for an example, in a shell's words; variables where secrets go."""
        return self.plan(base_url, **(arguments or self.example())).curl()

    def read(self, status: int, headers: Mapping[str, str], content: bytes) -> Any:  # Any: the result's type
        """The value of an answer, or the exception that it stands for; see answer.py. headers: lower-case names."""
        return answer.read(self, status, headers, content).value

    @cached_property
    def accept(self) -> str:
        """The Accept header: what the document promises, JSON first."""
        return media.accept(*self._promised)

    def __reduce__(self) -> tuple[Any, ...]:
        # Found again where the document is loaded again, as a model is; the types know how.
        return self.models.revive, (self.models.recipe, f"operation {self.method} {self.path}", None)

    def __repr__(self) -> str:
        needed = [one.name for one in self.parameters if one.required]
        needed += [one.name for one in self.body_fields if one.required]
        result = self.result()
        gives = result.annotation if result else "None"
        return visible(f"<Operation {self.name} {self.method} {self.path} ({', '.join(needed)}) -> {gives}>")
