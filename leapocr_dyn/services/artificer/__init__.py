"""Artificer: conversations, jobs in phases, text recognition and orchestration of language models.

One class for both worlds: every method `m()` has an async twin `m_async()`, and a client is a context manager of both
kinds. Everything that crosses the wire is built from spec/artificer/ at run time: from openapi.yaml, and with
wire="trpc" also from trpc.yaml, the wire that today's servers speak (which has no orchestration.execute).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from leapocr_dyn.api import Api, load
from leapocr_dyn.bound import Bound
from leapocr_dyn.config import from_environment
from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.services.artificer import trpc
from leapocr_dyn.services.artificer.auth import ApiKeyAuth as ApiKeyAuth
from leapocr_dyn.services.artificer.batch import Batch
from leapocr_dyn.services.artificer.exceptions import FAMILY
from leapocr_dyn.services.artificer.exceptions import ArtificerError as ArtificerError
from leapocr_dyn.services.artificer.exceptions import AuthenticationError as AuthenticationError
from leapocr_dyn.services.artificer.exceptions import ConnectionError as ConnectionError  # noqa: A004 - its own name
from leapocr_dyn.services.artificer.exceptions import NotFoundError as NotFoundError
from leapocr_dyn.services.artificer.exceptions import PermissionError as PermissionError  # noqa: A004 - its own name
from leapocr_dyn.services.artificer.exceptions import RateLimitError as RateLimitError
from leapocr_dyn.services.artificer.exceptions import ServerError as ServerError
from leapocr_dyn.services.artificer.exceptions import TimeoutError as TimeoutError  # noqa: A004 - its own name
from leapocr_dyn.services.artificer.exceptions import ValidationError as ValidationError
from leapocr_dyn.services.artificer.retry import retry_with_backoff as retry_with_backoff

if TYPE_CHECKING:
    from leapocr_dyn.services.artificer.models import *  # noqa: F403 - the names of models.pyi
    from leapocr_dyn.services.artificer.namespaces import Pair
else:
    from leapocr_dyn.pair import Pair
    from leapocr_dyn.services.artificer.models import __getattr__ as __getattr__

WIRES: dict[str, Callable[[], Api]] = {"rest": lambda: load("artificer"), "trpc": trpc.api}
WORKER = "{python_worker_url}"  # the server that openapi.yaml names for images


class Artificer(Pair):
    """Artificer, with and without async.

    api_key: without it, ARTIFICER_API_KEY. base_url or typescript_api_url: where the API is; without it,
    ARTIFICER_BASE_URL, or http://localhost:3001. timeout: seconds. python_worker_url: where images and PDFs go instead;
    the key goes there, too. wire: "rest", or "trpc" for servers of today. The other settings are those of a Pair.
    Raises AuthenticationError where there is no key at all, ConfigurationError for a setting that cannot be right.
    """

    _family = FAMILY
    _needs_key = True
    _doors: ClassVar[Mapping[str, type[Bound]]] = {"batch": Batch}

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float | None = None,
        *,
        typescript_api_url: str | None = None,
        python_worker_url: str | None = None,
        wire: str = "rest",
        api: Api | None = None,
        **settings: Any,  # Any: what a Pair takes
    ) -> None:
        with FAMILY.adopting():
            if wire not in WIRES:
                raise ConfigurationError(f"wire is 'rest' or 'trpc', not {wire!r}")
            if None not in (base_url, typescript_api_url) and base_url != typescript_api_url:
                raise ConfigurationError("base_url and typescript_api_url are two names for one: give one of them")
            api, config = api or WIRES[wire](), settings.get("config")
            where = base_url or typescript_api_url or getattr(config, "base_url", None)
            where = where or from_environment(api.workflow.environment, "base_url")
            given = {"token": api_key, "base_url": where, "timeout": timeout}
            settings |= {name: value for name, value in given.items() if value is not None}
            if api.operations["images.processPdf"].server is not None:
                known = settings.get("servers") or getattr(config, "servers", {})
                worker = python_worker_url or known.get(WORKER) or where
                settings["servers"] = {**known, **({WORKER: worker} if worker else {})}
            elif python_worker_url is not None:
                raise ConfigurationError("a python_worker_url speaks 'rest': leave it out, or wire='trpc'")
            super().__init__(api, **settings)
