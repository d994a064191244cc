"""The signature of an operation, for help() and completion: made when somebody looks, never to call."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from leapocr_dyn.model.value import NOT_GIVEN
from leapocr_dyn.operation import media

if TYPE_CHECKING:
    from leapocr_dyn.operation.operation import Operation


class Named(str):
    """An annotation that is shown without quotes: a type that need not be built to be named."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def signature(it: Operation) -> inspect.Signature:
    """Keyword arguments, required ones first."""
    whole, fields = it.body, it.body_fields
    required_body = whole is not None and whole.required
    given: list[tuple[bool, str, str, Any]] = [
        (parameter.required, parameter.name, parameter.type.annotation, parameter.default)
        for parameter in it.parameters
    ]
    if whole is not None:
        given += [(field.required and required_body, field.name, whole.takes(field), NOT_GIVEN) for field in fields]
        if not fields:
            given.append((required_body, "body", whole.annotation, NOT_GIVEN))
    kind = inspect.Parameter.KEYWORD_ONLY
    arguments = [
        inspect.Parameter(name, kind, annotation=annotation(text), **({} if required else {"default": default}))
        for required, name, text, default in sorted(given, key=lambda one: not one[0])
    ]
    if whole is not None and fields:
        arguments.append(inspect.Parameter("body", kind, default=NOT_GIVEN, annotation=Named(whole.annotation)))
    for name in it.choices:
        chosen = whole.media if whole is not None and name == it.arguments.content_type else "*"
        default = None if media.is_range(chosen) else chosen
        arguments.append(inspect.Parameter(name, kind, default=default, annotation=Named("str | None")))
    result = it.result()
    return inspect.Signature(arguments, return_annotation=annotation(result.annotation if result else "None"))


def annotation(text: str) -> Any:  # Any: a builtin class, or a name
    """What a signature shows for an annotation."""
    return {"str": str, "bytes": bytes, "int": int, "float": float, "bool": bool, "None": None}.get(text, Named(text))
