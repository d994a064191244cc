"""How a client of LLM-CostOps behaves: what its own client calls the settings, and which of ours each of them is.

An explicit argument comes first, then the environment, then the default. Nothing is accepted that would do nothing.
"""

import logging
import ssl
from dataclasses import astuple, dataclass, field
from typing import Any, Self

from leapocr_dyn import __version__, config
from leapocr_dyn.api import load
from leapocr_dyn.client import configured
from leapocr_dyn.services.costops.exceptions import FAMILY, ConfigurationError
from leapocr_dyn.setting import Checked, nested, number, setting


class Own(Checked):
    """Whose failures are the service's own."""

    _family = FAMILY


@dataclass
class RetryConfig(Own):
    """What is sent again: max_retries times after the first, when the answer is one of retry_on_status.

    Pauses grow by backoff_factor from a second to max_backoff seconds, each drawn at random up to that. What records a
    use or a price is repeated after 429, and after 503 with Retry-After, only.
    """

    max_retries: int = number(3, at_least=0, whole=True)
    backoff_factor: float = number(2.0, at_least=1)
    max_backoff: float = number(60.0, above=0)
    retry_on_status: tuple[int, ...] = setting(config.checked_statuses, default=(408, 429, 500, 502, 503, 504))


@dataclass
class RateLimitConfig(Own):
    """At most max_requests in time_window seconds, repeats included; what comes earlier waits, asleep."""

    max_requests: int = number(100, at_least=1, whole=True)
    time_window: float = number(60.0, above=0)


@dataclass
class ConnectionPoolConfig(Own):
    """Connections at most, how many of them stay open while idle, and for how many seconds.

    They are shared out among pools of eight, because one large pool is slow. Not for an http_client of your own.
    """

    max_connections: int = number(100, at_least=1, whole=True)
    max_keepalive_connections: int = number(20, at_least=0, whole=True)
    keepalive_expiry: float = number(5.0, at_least=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if (kept := self.max_keepalive_connections) > self.max_connections:
            raise ConfigurationError(f"{kept} of {self.max_connections} cannot be kept", "max_keepalive_connections")


@dataclass
class LoggingConfig(Own):
    """A line for each answer (DEBUG), refusal and failure (WARNING), without keys; on stderr where no handler is."""

    enabled: bool = True
    level: str = setting(
        lambda name, given: config.checked_word(name, str(given).upper(), logging.getLevelNamesMapping()),
        default="INFO",
    )
    logger_name: str = "llm_cost_ops"
    format: str = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"

    def get_logger(self) -> logging.Logger:
        """The logger, at the level, and with a handler where the program has none."""
        logger = logging.getLogger(self.logger_name)
        if self.enabled:
            logger.setLevel(self.level)
            if not logger.hasHandlers():
                logger.addHandler(logging.StreamHandler())
                logger.handlers[0].setFormatter(logging.Formatter(self.format))
        return logger


@dataclass
class MetricsConfig:
    """Where the numbers of leapocr_dyn.metrics go: prometheus_client's default registry, OpenTelemetry's global meter.

    enabled: the switch for both. service_name: the label, and peer.service.
    """

    enabled: bool = False
    prometheus_enabled: bool = False
    opentelemetry_enabled: bool = False
    service_name: str = "llm-cost-ops-sdk"

    def __post_init__(self) -> None:
        if self.enabled != (self.prometheus_enabled or self.opentelemetry_enabled):
            raise ConfigurationError("enabled goes with prometheus_enabled, opentelemetry_enabled or both", "enabled")


def _key(name: str, given: str | None) -> str:
    variables = load("costops").workflow.environment
    found = config.from_environment(variables, "token") if given is None else given
    if found and found.strip():
        return found
    raise ConfigurationError(f"there is no API key: pass api_key=..., or set {variables['token']}", name)


def _said(name: str, given: Any) -> Any:  # Any: the base URL, or seconds
    api = load("costops")
    return getattr(configured(api, None, {} if given is None else {name: given}), name) or api.base_url


@dataclass
class ClientConfig(Own):
    """Settings of a client; the nested ones may be dicts. verify_ssl: False trusts any server, and gives it the key.

    api_key, base_url, timeout (seconds without progress): without them LLM_COST_OPS_API_KEY, LLM_COST_OPS_BASE_URL and
    LLM_COST_OPS_TIMEOUT.
    """

    api_key: str = setting(_key, default=None, repr=False)
    base_url: str = setting(_said, default=None)
    timeout: float = setting(_said, default=None)
    retry: RetryConfig = field(default_factory=RetryConfig)
    connection_pool: ConnectionPoolConfig = field(default_factory=ConnectionPoolConfig)
    rate_limit: RateLimitConfig | None = field(default=None, metadata={"check": nested(RateLimitConfig, None)})
    logging: LoggingConfig = field(default_factory=LoggingConfig)
    metrics: MetricsConfig = field(default_factory=MetricsConfig)
    user_agent: str = f"leapocr-dyn/{__version__}"
    verify_ssl: bool = True

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries, the key included."""
        key = f"Bearer {self.api_key}"
        return {"User-Agent": self.user_agent, "Authorization": key, "Content-Type": "application/json"}

    @classmethod
    def from_env(cls) -> Self:
        """What the environment says."""
        return cls()

    def settings(self) -> dict[str, Any]:  # Any: the fields of leapocr_dyn.ClientConfig
        """The same in the words of leapocr_dyn.ClientConfig, but for the key and who watches."""
        found: dict[str, Any] = {"base_url": self.base_url, "timeout": self.timeout, "user_agent": self.user_agent}
        names = ("max_retries", "retry_multiplier", "max_retry_delay", "retry_statuses")
        found |= zip(names, astuple(self.retry), strict=True)
        found |= {"pool": astuple(self.connection_pool), "rate_limit": self.rate_limit and astuple(self.rate_limit)}
        if not self.verify_ssl:
            found["verify"] = context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return found
