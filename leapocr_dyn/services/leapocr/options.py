"""What to make of a document, and how to wait for it: the options, and which of them go together.

Options exclude each other in ways that the document cannot say; they are checked before anything is sent, and every
error names its field. Lengths and kinds are the document's own to check. Source: the contract's text on
POST /ocr/uploads/direct and POST /ocr/uploads/url.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, Self, TypeVar

from leapocr_dyn import config
from leapocr_dyn.api import load
from leapocr_dyn.client import changed
from leapocr_dyn.config import checked_number, environmental
from leapocr_dyn.errors import ConfigurationError, ValidationError
from leapocr_dyn.model.naming import hint, hinting
from leapocr_dyn.model.value import EnumKind
from leapocr_dyn.operation import structured
from leapocr_dyn.operation.file import base
from leapocr_dyn.origin import origin
from leapocr_dyn.services.leapocr.exceptions import FAMILY

if TYPE_CHECKING:
    from leapocr_dyn.services.leapocr.results import JobStatus


@hinting
class ClientConfig(config.ClientConfig):
    __doc__ = config.ClientConfig.__doc__

    @classmethod
    def from_env(cls) -> Self:
        """What LEAPOCR_BASE_URL, LEAPOCR_TIMEOUT and LEAPOCR_DEBUG say, and the defaults for the rest.

        Raises ConfigurationError for a value that cannot be right; it names the variable. A client without a config
        does the same by itself.
        """
        api = load("leapocr")
        with FAMILY.adopting():
            return cls(**{"base_url": api.base_url, **environmental(api.workflow.environment)})

    if not TYPE_CHECKING:  # to which any attribute would then be one

        def __setattr__(self, name: str, value: Any) -> None:  # Any: a setting's value
            # As in the official package, settings may change until a client is made of them; a client keeps its own.
            with FAMILY.adopting():
                vars(self).update(vars(changed(self, {name: value})))


class Format(StrEnum, metaclass=EnumKind):
    """What to make of a document."""

    MARKDOWN = "markdown"
    STRUCTURED = "structured"

    @classmethod
    def _missing_(cls, value: object) -> None:
        known = [one.value for one in cls]
        near = hint(str(value), known, f"; there are {', '.join(known)}")
        raise ValueError(f"{value!r} is no format{near}")


class Model(StrEnum, metaclass=EnumKind):
    """Which model reads it; any other name is sent as it is."""

    STANDARD_V2 = "standard-v2"
    PRO_V2 = "pro-v2"


@hinting
@dataclass
class ProcessOptions:
    """What to make of a document. No options at all means Markdown.

    format: Markdown or structured. model: one credit a page (standard-v2, the default) or three (pro-v2). schema: the
    JSON Schema that structured data follows. instructions: hints for structured data, at most 100 characters.
    template_slug: a saved template, instead of everything before. metadata: yours; the service has no place for it, so
    it stays with the job's handle and its token, and is sent only once the document knows it.
    extract_bounding_boxes: where each block stands; costs more. save_as_template: keep these options. file_name: what
    to call the document, instead of the file's own name. Enum members and plain strings are equally welcome; an empty
    text is nothing, as it is for the official package.
    """

    format: Format | str | None = None
    model: Model | str | None = None
    schema: Mapping[str, Any] | None = None  # Any: a JSON Schema
    instructions: str | None = None
    template_slug: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    extract_bounding_boxes: bool | None = None
    save_as_template: bool | None = None
    file_name: str | None = None

    def arguments(self, known: Collection[str] = ()) -> dict[str, Any]:  # Any: what the operations take
        """The operation's arguments. known: those that it has. Raises ValidationError, which names the field."""
        chosen = {
            one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) not in (None, "", {})
        }
        if "metadata" in chosen:
            checked_metadata(self.metadata)
        if "metadata" not in known:
            chosen.pop("metadata", None)
        if isinstance(chosen.get("file_name"), str):
            chosen["file_name"] = base(chosen["file_name"])
        if "template_slug" in chosen:
            replaced = [name for name in REPLACED if name in chosen]
            if replaced:
                raise ValidationError(
                    f"template_slug replaces {', '.join(replaced)}; give one or the other", field="template_slug"
                )
            return chosen
        if "schema" in chosen:
            structured.checked(self.schema)
        chosen.setdefault("format", Format.MARKDOWN)
        chosen.setdefault("model", Model.STANDARD_V2)
        form = plain(chosen["format"])  # any other than these two is the document's to judge
        if form == Format.STRUCTURED.value and not self.schema:
            raise ValidationError("the structured format needs a schema that is not empty", field="schema")
        for name in ("schema", "instructions"):
            if form == Format.MARKDOWN.value and name in chosen:
                raise ValidationError(f"{name} belongs to the structured format, and the format is Markdown", name)
        return chosen


REPLACED = ("format", "model", "schema", "instructions", "save_as_template")


def plain(value: Any) -> Any:  # Any: an enum's member, or what it stands for
    """A member's value; anything else as it is."""
    return value.value if isinstance(value, Enum) else value


def checked_metadata(metadata: Any) -> None:  # Any: what the caller takes for metadata
    """Raise ValidationError unless it is a dict of text: it goes into a job's token."""
    if not isinstance(metadata, Mapping) or not all(isinstance(one, str) for pair in metadata.items() for one in pair):
        raise ValidationError("metadata is a dict of text by text, such as {'invoice': '7'}", field="metadata")


def checked_address(url: Any) -> str:  # Any: what the caller takes for a URL
    """The URL of a document that the service is to fetch. Raises ValidationError for what is no http(s) URL."""
    found = origin(url) if isinstance(url, str) else None
    if found is None or found[0] not in ("http", "https"):
        raise ValidationError(
            "a document's URL begins with https:// and names a host; a file goes to process_file", "url"
        )
    # RFC 3986 section 2: and urlsplit drops line breaks in silence.
    if re.search(r"[\s\x00-\x1f\x7f]", url):
        raise ValidationError("a URL holds no spaces or line breaks; a space is written %20", "url")
    return str(url)


@hinting
@dataclass
class PollOptions:
    """How to wait for a job.

    poll_interval: about how many seconds between two questions; the first ones come sooner, late ones up to twice as
    far apart. max_wait: seconds in all. on_progress: called with a JobStatus after each question; an async function is
    awaited in the async client; what it raises ends the wait.
    """

    poll_interval: float = 2.0
    max_wait: float = 300.0
    on_progress: Callable[[JobStatus], Any] | None = field(default=None, compare=False)  # Any: None, or a coroutine

    def __post_init__(self) -> None:
        with FAMILY.adopting():
            for name in ("poll_interval", "max_wait"):
                checked_number(name, getattr(self, name), above=0)
            if self.on_progress is not None and not callable(self.on_progress):
                raise ConfigurationError(f"on_progress is a function of a JobStatus, not {self.on_progress!r}")


T = TypeVar("T")
EXAMPLES: dict[type, str] = {
    ProcessOptions: "ProcessOptions(format='markdown')",
    PollOptions: "PollOptions(max_wait=60)",
}


def given(kind: type[T], options: T | None) -> T:
    """The options, or the defaults; a dict or a word in their place is the likeliest mistake."""
    if options is None or isinstance(options, kind):
        return options or kind()
    raise TypeError(f"options are {kind.__name__}(...), not {options!r:.60}; write for example {EXAMPLES[kind]}")
