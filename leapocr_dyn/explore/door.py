"""The door of a bundled service: the clients that people import, found by the service's name."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from leapocr_dyn import errors
from leapocr_dyn.api import load
from leapocr_dyn.client import AnyClient, AsyncClient, Client
from leapocr_dyn.config import from_environment
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
    """The names of the exceptions that a service's own clients raise."""
    return frozenset(name for kind in clients(service).values() for name in kind._family.names)


def named(service: str) -> dict[str, type[AnyClient]]:
    """The clients of a service's door by their own names."""
    return {kind.__name__: kind for kind in clients(service).values()}


def opened(service: str, is_async: bool, given: Mapping[str, str]) -> AnyClient | None:
    """A service's own client, also where it would refuse for lack of a key; None where there can be none without.

    given: base_url, api_key, token; the environment and the document say the rest. A door calls its one secret
    api_key, whatever that is on the wire; beside keys of their own a service may have tokens.
    """
    kinds, api = clients(service), load(service)
    kind = kinds.get("AsyncClient" if is_async else "Client") or kinds["Pair"]
    variables, words = api.workflow.environment, dict(given)
    if "api_key" not in variables or variables["api_key"] == variables.get("token"):
        words |= {"api_key": token} if (token := words.pop("token", None)) and "api_key" not in words else {}
    for name, taken in inspect.signature(kind).parameters.items():
        if taken.default is taken.empty and name in ("base_url", "api_key") and name not in words:
            found = from_environment(variables, name) or (api.base_url if name == "base_url" else None)
            found = found or (from_environment(variables, "token") if name == "api_key" else None)
            words |= {name: found} if found else {}
    settings: Any = words  # Any: each door has a signature of its own
    try:
        return kind(**settings)
    except (errors.AuthenticationError, errors.ConfigurationError, TypeError):
        if "api_key" in words or "token" in words:
            raise
        return type(kind.__name__, (kind,), {"_needs_key": False})(**settings) if kind._needs_key else None


def _home(service: str) -> str:
    return f"leapocr_dyn.services.{service}"
