"""How a part of an API is spelled in a program: what people can copy from a screen to their prompt."""

from __future__ import annotations

import inspect

from leapocr_dyn.client import Client
from leapocr_dyn.operation.method import Method
from leapocr_dyn.operation.operation import Operation

SHOWN = 3  # arguments of a call, on a line that also says what the call is for


def called(way: Operation | Method) -> str:
    """What calls an operation or a method. An operation that a method covers can only be planned."""
    it, workflow = way.operation, way.operation.workflow
    if isinstance(way, Operation) and any(one.operation == it.id for one in workflow.methods.values()):
        return f"api.operations[{it.name!r}].plan"
    hidden = hasattr(Client, way.namespace) or way.namespace in workflow.methods
    namespace = f"{way.namespace}_" if hidden else way.namespace  # as client.py does
    return ".".join(filter(None, ["client", namespace, way.name]))


def call(way: Operation | Method) -> str:
    """A call with the names of what it must be given."""
    needed = [one.name for one in way.signature.parameters.values() if one.default is inspect.Parameter.empty]
    shown = [f"{name}=..." for name in needed[:SHOWN]] + ["..."] * (len(needed) > SHOWN)
    return f"{called(way)}({', '.join(shown)})"


def purpose(it: Operation) -> str:
    """What an operation is for, in a line."""
    return str(it.node.get("summary") or it.node.get("description") or it.id).strip().partition("\n")[0]


def model(name: str) -> str:
    """A model, by its name in Python."""
    return f"api.models[{name!r}]"
