"""Both clients of LLM-CostOps, and what they check of a use beyond the document."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from leapocr_dyn import errors, metrics
from leapocr_dyn.api import Api, load
from leapocr_dyn.client import AnyClient
from leapocr_dyn.observe import Lines
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.plan import Plan
from leapocr_dyn.services.costops.config import ClientConfig, ConnectionPoolConfig
from leapocr_dyn.services.costops.exceptions import FAMILY
from leapocr_dyn.session import Session

if TYPE_CHECKING:
    from leapocr_dyn.services.costops.namespaces import AsyncClient, Client
else:
    from leapocr_dyn.client import AsyncClient, Client


class Checked(Session):
    """Knows what no schema can say of a use."""

    def plan(self, operation: Operation, arguments: Mapping[str, Any]) -> Plan:  # Any: what the operation's types say
        """The request. Raises ValidationError for a total that is no sum."""
        plan = super().plan(operation, arguments)
        it = plan.arguments.get("body", plan.arguments)
        if operation.id == "submitUsage" and it["input_tokens"] + it["output_tokens"] != it["total_tokens"]:
            said = "must be input_tokens + output_tokens, {input_tokens} + {output_tokens}, not".format_map(it)
            said = f"total_tokens {said} {it['total_tokens']}"
            raise errors.ValidationError(said, "total_tokens", operation=operation.name)
        return plan


class _CostOps(AnyClient):
    """What both clients are made of. settings: the other fields of ClientConfig, the service's and ours."""

    _family = FAMILY
    _sessions = Checked

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        config: ClientConfig | None = None,
        *,
        api: Api | None = None,
        **settings: Any,
    ) -> None:
        given = {"api_key": api_key, "base_url": base_url, **settings}
        own = {one.name: it for one in fields(ClientConfig) if (it := given.pop(one.name, None)) is not None}
        with FAMILY.adopting():
            self.config = ClientConfig(**own) if config is None else replace(config, **own)
            self._again = functools.partial(type(self), config=self.config, api=api, **given)
            counts, logs = self.config.metrics, self.config.logging
            kinds = {metrics.Prometheus: counts.prometheus_enabled, metrics.OpenTelemetry: counts.opentelemetry_enabled}
            told: list[object] = [kind(service=counts.service_name) for kind, wanted in kinds.items() if wanted]
            if logs.enabled:
                told.append(Lines(logs.get_logger()))
            chosen = self.config.settings()
            if given.get("http_client") is not None and self.config.connection_pool == ConnectionPoolConfig():
                del chosen["pool"]  # nobody asked for it
            chosen |= {**given, **metrics.hooks(*told, given)}
            super().__init__(api or load("costops"), token=self.config.api_key, **chosen)

    def __reduce__(self) -> tuple[Any, ...]:
        return (self._again, ()) if self._session.config.http_client is None else super().__reduce__()


class CostOpsClient(_CostOps, Client):
    """A blocking client of LLM-CostOps.

    api_key, base_url: go before those of config. Further settings are the fields of either ClientConfig, such as
    rate_limit=RateLimitConfig(50, 60.0) or http_client=httpx.Client(). Raises ConfigurationError.
    """


class AsyncCostOpsClient(_CostOps, AsyncClient):
    """An async client of LLM-CostOps; the same names, arguments, results and exceptions as CostOpsClient."""
