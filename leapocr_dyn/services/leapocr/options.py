"""What to make of a document, and how to wait for it: the options, and which of them go together.

Options exclude each other in ways that the document cannot say; they are checked before anything is sent, and every
error names its field. Lengths and kinds are the document's own to check. Source: the contract's text on
POST /ocr/uploads/direct and POST /ocr/uploads/url.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, Self, TypeVar

from leapocr_dyn import config
from leapocr_dyn.api import load
from leapocr_dyn.config import checked_number, environmental
from leapocr_dyn.errors import ConfigurationError, ValidationError
from leapocr_dyn.origin import origin
from leapocr_dyn.services.leapocr.exceptions import FAMILY

if TYPE_CHECKING:
    from leapocr_dyn.services.leapocr.results import JobStatus


class ClientConfig(config.ClientConfig):
    __doc__ = config.ClientConfig.__doc__

    @classmethod
    def from_env(cls) -> Self:
        """What LEAPOCR_BASE_URL, LEAPOCR_TIMEOUT and LEAPOCR_DEBUG say, and the defaults for the rest.

        Raises ConfigurationError for a value that cannot be right; it names the variable. A client without a config
        does the same by itself.
        """
        with FAMILY.adopting():
            return cls(**environmental(load("leapocr").workflow.environment))


class Format(StrEnum):
    """What to make of a document."""

    MARKDOWN = "markdown"
    STRUCTURED = "structured"


class Model(StrEnum):
    """Which model reads it; any other name is sent as it is."""

    STANDARD_V2 = "standard-v2"
    PRO_V2 = "pro-v2"


@dataclass
class ProcessOptions:
    """What to make of a document. No options at all means Markdown.

    format: Markdown or structured. model: one credit a page (standard-v2, the default) or three (pro-v2). schema: the
    JSON Schema that structured data follows. instructions: hints for structured data, at most 100 characters.
    template_slug: a saved template, instead of everything before. metadata: yours; the service has no place for it, so
    it stays with the job's handle and its token, and is sent only once the document knows it.
    extract_bounding_boxes: where each block stands; costs more. save_as_template: keep these options. file_name: what
    to call the document, instead of the file's own name. Enum members and plain strings are equally welcome.
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
            one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) not in (None, {})
        }
        if "metadata" not in known:
            chosen.pop("metadata", None)
        if self.template_slug is not None:
            replaced = [name for name in REPLACED if name in chosen]
            if replaced:
                raise ValidationError(
                    f"template_slug replaces {', '.join(replaced)}; give one or the other", field="template_slug"
                )
            return chosen
        if self.schema is not None:
            checked_schema(self.schema)
        chosen.setdefault("format", Format.MARKDOWN)
        chosen.setdefault("model", Model.STANDARD_V2)
        structured = plain(chosen["format"]) == Format.STRUCTURED.value
        if structured and not self.schema:
            raise ValidationError("the structured format needs a schema that is not empty", field="schema")
        for name in ("schema", "instructions"):
            if not structured and name in chosen:
                raise ValidationError(f"{name} belongs to the structured format, and the format is Markdown", name)
        return chosen


REPLACED = ("format", "model", "schema", "instructions", "save_as_template")


def plain(value: Any) -> Any:  # Any: an enum's member, or what it stands for
    """A member's value; anything else as it is."""
    return value.value if isinstance(value, Enum) else value


def checked_schema(schema: Any) -> None:  # Any: what the caller takes for a JSON Schema
    """Raise ValidationError unless it is a JSON Schema, in the dialect that its `$schema` names (2020-12 without)."""
    import jsonschema

    if not isinstance(schema, Mapping):
        raise ValidationError(f"a schema is a JSON Schema as a dict, not {type(schema).__name__}", field="schema")
    validator = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        validator.check_schema(dict(schema))
    except jsonschema.SchemaError as error:
        where = "".join(f"[{step!r}]" for step in error.absolute_path)
        raise ValidationError(f"schema{where}: {error.message[:300]}; it is no JSON Schema", field="schema") from error
    except RecursionError as error:
        raise ValidationError("schema is nested too deep, or contains itself", field="schema") from error


def checked_address(url: Any) -> str:  # Any: what the caller takes for a URL
    """The URL of a document that the service is to fetch. Raises ValidationError for what is no http(s) URL."""
    found = origin(url) if isinstance(url, str) else None
    if found is None or found[0] not in ("http", "https"):
        raise ValidationError(
            "a document's URL begins with https:// and names a host; a file goes to process_file", "url"
        )
    return str(url)


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
