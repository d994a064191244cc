"""Operations that may be tried without harm: they only read. One that anybody may ask, and those that tell of a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.operation.operation import Operation


def harmless(api: Api) -> Operation | None:
    """A GET that takes nothing and needs no key; the one that is about health, where there is one."""
    found = [it for it in reading(api) if not it.security and not takes(it)]
    return next((it for it in found if "health" in it.path), next(iter(found), None))


def there(api: Api) -> Operation | None:
    """What shows whether the API is at an address: the same, or what is about health, whatever it needs."""
    return harmless(api) or next((it for it in reading(api) if "health" in it.path and not takes(it)), None)


def guarded(api: Api) -> list[Operation]:
    """Every GET that needs a key, and so tells whether one is good; what takes nothing first, and no health."""
    found = [it for it in reading(api) if it.is_guarded and "health" not in it.path]
    return sorted(found, key=takes)


def reading(api: Api) -> Iterator[Operation]:
    """Every GET at the API's own address."""
    for ways in api.operations.namespaces.values():
        yield from (it for it in ways.values() if it.method == "GET" and it.server is None)


def takes(it: Operation) -> bool:
    """Whether it has to be given something."""
    return any(one.required for one in it.parameters)
