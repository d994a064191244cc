"""An operation that anybody may try: it reads, takes nothing and needs no key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.operation.operation import Operation


def harmless(api: Api) -> Operation | None:
    """A GET that takes nothing and needs no key; the one that is about health, where there is one."""
    found = [
        it
        for ways in api.operations.namespaces.values()
        for it in ways.values()
        if it.method == "GET" and it.server is None and not it.security
        if not any(one.required for one in it.parameters)
    ]
    return next((it for it in found if "health" in it.path), next(iter(found), None))
