"""The components of a service's document as the names of a module, each built when it is first touched.

    __getattr__, __dir__ = components.of("zaguan")      # from ...zaguan.models import ChatRequest

Views go before models of the same name: they are what the service's own SDK calls by that name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leapocr_dyn.model import naming


def of(service: str, module: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:  # Any: a class, or an enum
    """`__getattr__` and `__dir__` of a module. module: its name, for the message about a name that is none."""

    def find(name: str) -> Any:  # Any: a class, or an enum
        from leapocr_dyn.api import load

        api = load(service)
        found = next((known for known in (api.views, api.models) if name in known), None)
        if found is None or name.startswith("_"):
            near = "" if name.startswith("_") else naming.hint(name, names())
            raise AttributeError(f"module {module!r} has no attribute {name!r}{near}", name=name)
        return found[name]

    def names() -> list[str]:
        from leapocr_dyn.api import load

        api = load(service)
        return sorted({*api.views, *api.models})

    return find, names
