"""The two clients of Zaguan, and what the data in spec/zaguan/ cannot say of them.

Every request carries an id (X-Request-Id), the caller's or one made for the call; a repeat has the same. `extra_body`
is another name for provider_specific_params. A file may be given by its path as text.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leapocr_dyn import errors
from leapocr_dyn.api import Api, load
from leapocr_dyn.bound import told
from leapocr_dyn.client import AnyClient
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.plan import Plan
from leapocr_dyn.services.zaguan.errors import FAMILY
from leapocr_dyn.session import Answer, Session
from leapocr_dyn.workflows.download import download

if TYPE_CHECKING:
    from leapocr_dyn.services.zaguan.models import AudioSpeechRequest
    from leapocr_dyn.services.zaguan.namespaces import AsyncClient, Client
else:
    from leapocr_dyn.client import AsyncClient, Client

FILES = ("file", "image", "mask")


@dataclass(frozen=True)
class Config:
    """What a client is made from, as one value: ZaguanClient(**vars(config)). timeout: seconds; 30 where it is None."""

    base_url: str
    api_key: str = field(repr=False)
    timeout: float | None = None


class Marked(Session):
    """A session whose requests carry an id, and whose answers have one shape where the service has several."""

    def plan(self, operation: Operation, arguments: Mapping[str, Any]) -> Plan:  # Any: what the types say
        """The request for these arguments."""
        given = dict(arguments)
        known = given.get("provider_specific_params") or {}
        if isinstance(given.get("extra_body"), Mapping) and isinstance(known, Mapping):
            given["provider_specific_params"] = {**known, **given.pop("extra_body")}
        given |= {name: Path(given[name]) for name in FILES if isinstance(given.get(name), str)}
        plan = super().plan(operation, given)
        return plan._replace(headers={"X-Request-Id": str(uuid.uuid4()), **plan.headers})

    async def ask(self, operation: str | Operation, arguments: Mapping[str, Any], **how: Any) -> Answer:
        """One call."""
        answer, known = await super().ask(operation, arguments, **how), self.api.operations
        asked = known[operation] if isinstance(operation, str) else operation
        shape = next((shape for id_, shape in SHAPES.items() if id_ in known and known[id_] is asked), None)
        return answer if shape is None else answer._replace(value=shape(self.api, answer.value))


def heard(api: Api, value: Any) -> Any:  # Any: the model, or text as the format is
    """A transcription, also where it came as text, srt or vtt."""
    return api.models["AudioTranscriptionResponse"](text=value) if isinstance(value, str) else value


def listed(api: Api, value: Any) -> Any:  # Any: a list of models, or JSON
    """Capabilities as a list, also where they come under a name, or by the models' ids."""
    if not isinstance(value, dict):
        return value
    found, one = value.get("models") or value.get("capabilities"), api.converter.models.type("ModelCapabilities")
    if isinstance(found, dict):
        found = [{"model_id": id_, **said} for id_, said in found.items() if isinstance(said, dict)]
    return [api.converter.structure(said, one) for said in found or ()]


SHAPES = {"createTranscription": heard, "createTranslation": heard, "getCapabilities": listed}


class _Zaguan(AnyClient):
    """What both clients are made of."""

    _family = FAMILY
    _sessions = Marked

    def __init__(
        self,
        base_url: str,
        api_key: str,
        timeout: float | None = None,
        http_client: Any = None,  # Any: httpx or httpx2
        *,
        api: Api | None = None,
        **settings: Any,  # Any: the other fields of ClientConfig
    ) -> None:
        own = {"base_url": base_url, "timeout": timeout, "http_client": http_client}
        settings = settings if settings.get("config") else {"max_retries": 0, **settings}
        settings |= {name: one for name, one in own.items() if one is not None}
        with FAMILY.adopting():
            for name, text in (("base_url", base_url), ("api_key", api_key)):
                if not isinstance(text, str) or not text.strip():
                    raise errors.ConfigurationError(f"{name} cannot be empty")
            super().__init__(api or load("zaguan"), token=api_key, **settings)

    base_url = property(lambda self: self._session.base_url, doc="Where the service is.")
    api_key = property(lambda self: self._session.credentials.given()["token"], doc="The key, to hand it on.")
    timeout = property(lambda self: self._session.config.timeout, doc="Seconds without progress on one request.")

    @told
    async def create_speech(
        self,
        /,
        request: AudioSpeechRequest | None,
        output_path: str | Path,
        request_id: str | None = None,
        **fields: Any,  # Any: what the request's types say
    ) -> Path:
        """Text as speech, in a file that is there when it is whole; gives its path. Source: POST /v1/audio/speech."""
        method = self.api.methods["create_speech"]
        return await download(self._session, method.operation, method.named((request, request_id), fields), output_path)

    def __reduce__(self) -> tuple[Any, ...]:
        made, (kind, settings) = super().__reduce__()
        settings["api_key"] = settings.pop("token")
        return made, (kind, {"base_url": self.base_url, **settings})


class ZaguanClient(_Zaguan, Client):
    """A blocking client of Zaguan CoreX, safe to share between threads.

    base_url: where the service is, without /v1. timeout: seconds without progress on one request; 30 where it is None.
    http_client: an httpx.Client of your own. max_retries: how often a request that may be repeated is sent again; not
    at all without it, as the service's contract for clients has it. What costs money is repeated only where the server
    cannot have begun it. Further settings are those of ClientConfig. Its pickle holds the key.
    """


class AsyncZaguanClient(_Zaguan, AsyncClient):
    """An async client of Zaguan CoreX; the same names, arguments, results and exceptions as ZaguanClient."""
