"""The door of a bundled service: the clients that people import, found by the service's name."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from leapocr_dyn.client import AnyClient, AsyncClient, Client
from leapocr_dyn.pair import Pair

BASES: tuple[type[AnyClient], ...] = (Pair, AsyncClient, Client)  # a Pair is a Client, too


def has_door(service: str) -> bool:
    """Whether there are clients of its own."""
    return find_spec(_home(service)) is not None


def clients(service: str) -> dict[str, type[AnyClient]]:
    """The clients of a service's door, by the name of the class that they inherit from."""
    found, module = {}, import_module(_home(service))
    for name in {*vars(module), *getattr(module, "__all__", ())}:  # some are imported when they are touched
        kind = getattr(module, name)
        is_client = (
            isinstance(kind, type) and issubclass(kind, AnyClient) and kind.__module__.startswith(_home(service))
        )
        if is_client and not name.startswith("_"):
            found[next(base.__name__ for base in BASES if issubclass(kind, base))] = kind
    return dict(sorted(found.items(), reverse=True))


def kinds(service: str) -> frozenset[str]:
    """The names of the exceptions that its clients raise; none where it has no door."""
    return (
        frozenset(name for kind in clients(service).values() for name in kind._family.names)
        if has_door(service)
        else frozenset()
    )


def _home(service: str) -> str:
    return f"leapocr_dyn.services.{service}"
