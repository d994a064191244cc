"""Request bodies: what each media type makes of a value.

JSON (also `+json`), JSON Lines, forms of both kinds (encoding.py), text and raw bytes. Bytes, paths and open files
given as the whole body go out as they are, in any media type; a media type that this module has no bytes for takes only
those, and text as text. Source: OpenAPI 3.2 section "Media Type Object".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from leapocr_dyn.document import Document
from leapocr_dyn.document.reference import Located, pointer
from leapocr_dyn.model.composition import whole
from leapocr_dyn.model.schema import Models
from leapocr_dyn.model.type import Field, Object, Schema, Type
from leapocr_dyn.model.value import Json, Kept, to_wire
from leapocr_dyn.operation import encoding, file, media, multipart
from leapocr_dyn.operation.file import Content, File

RAW = (bytes, file.Stored)
FILES = (File, *RAW)
NO_FILES: frozenset[str] = frozenset()
Sent = tuple[str, Content]  # the Content-Type, and what it is of


class Body:
    """The request body of an operation in one of its media types.

    media: as the document offers it, which may be a range. node, place: the Media Type Object, and its pointer.
    """

    def __init__(
        self,
        models: Models,
        offer: str,
        node: Mapping[str, Any],  # Any: the Media Type Object
        place: str,
        required: bool,
        description: str,
    ) -> None:
        self.models = models
        self.document: Document = models.document
        self.media = offer
        self.node = node
        self.schema: Schema = node.get("schema", True)
        self.place: str = f"{place}/schema"
        self.required = required
        self.description = description

    # -- what it takes

    @cached_property
    def type(self) -> Type:
        """What the whole is."""
        return self.models.at(self.schema, self.place)

    @cached_property
    def has_fields(self) -> bool:
        """Whether it is sent from named values, so that its fields can be arguments."""
        return self.is_form or self.is_json or media.covers(self.media, media.JSON)

    @cached_property
    def is_json(self) -> bool:
        """Whether it is JSON in any spelling."""
        return media.is_json(self.media)

    @cached_property
    def is_form(self) -> bool:
        """Whether it is a form of either kind."""
        return media.is_form(self.media) or self.is_multipart

    @cached_property
    def is_multipart(self) -> bool:
        """Whether it is sent in parts, which may be files."""
        return media.is_multipart(self.media)

    @cached_property
    def fields(self) -> list[Field]:
        """What a caller gives: the fields without those that only a server writes."""
        known = self.type.fields if self.has_fields and isinstance(self.type, Object) else []
        return [field for field in known if not field.read_only]

    @cached_property
    def _types(self) -> dict[str, Type]:
        """The types of the fields, by their names on the wire."""
        return {str(field.wire): field.type for field in self.fields}

    @cached_property
    def _properties(self) -> Located:
        """The properties as the document wrote them, with the parts of an `allOf` put together."""
        schema, place = whole(self.document, self.schema, self.place)
        known = schema.get("properties")
        return Located(known if isinstance(known, dict) else {}, f"{place}/properties")

    @cached_property
    def members(self) -> dict[str, Located]:
        """The schema of every property, and where it stands."""
        known, place = self._properties
        return {name: self.document.follow(inner, place + pointer(name)) for name, inner in known.items()}

    def takes(self, field: Field) -> str:
        """The annotation of a field."""
        if self.is_multipart and (known := self.members.get(str(field.wire))) is not None:
            if encoding.is_file(self.document, *known):
                return file.ANNOTATION
            items = known.value.get("items") if isinstance(known.value, dict) else None
            if items is not None and encoding.is_file(self.document, items, f"{known.pointer}/items"):
                return f"list[{file.ANNOTATION}]"
        return field.type.annotation

    @cached_property
    def annotation(self) -> str:
        """The annotation of the whole."""
        if self.has_fields:
            return self.type.annotation
        return f"str | {file.ANNOTATION}" if _is_text(self.media) else file.ANNOTATION

    @cached_property
    def files(self) -> list[Field]:
        """The fields that are files, or lists of them."""
        return [field for field in self.fields if file.ANNOTATION in self.takes(field)]

    # -- from what a caller gives to JSON and files

    def given(self, value: Any) -> Json:  # Any: whatever a user may give
        """The whole body as JSON, or as a raw one. Raises TypeError for what JSON has no word for."""
        # In JSON a tuple is an array.
        is_array = isinstance(value, tuple) and self.is_json
        if not is_array and (raw := file.taken(value, "body")) is not None:
            return raw if raw.name or raw.media else raw.content
        if self.is_multipart and isinstance(value, Mapping):
            return {str(wire): self.field_given(str(wire), item) for wire, item in value.items()}
        return self.type.wire(value, sending=True)

    def field_given(self, wire: str, value: Any) -> Json:  # Any: whatever a user may give
        """One field as JSON, or as a file where this body can send one."""
        if self.is_multipart:
            if isinstance(value, list):
                return [self.field_given(wire, item) for item in value]
            encoded = isinstance(value, bytes | bytearray | memoryview) and encoding.is_encoded(self.members.get(wire))
            if not encoded and (found := file.taken(value, wire)) is not None:
                return found
        known = self._types.get(wire)
        return to_wire(value, sending=True) if known is None else known.wire(value, sending=True)

    def is_checked(self, value: Json, wanted: str | None) -> bool:
        """Whether the schema describes the value: not a body that is given raw, nor XML as text."""
        if isinstance(value, FILES):
            return False
        if wanted is None and self.has_fields:
            return True
        kind = wanted or self.media
        by_name = media.is_json(kind) or media.is_form(kind) or media.is_multipart(kind)
        return by_name or media.plain(kind) in (media.TEXT, *LINES)

    # -- from JSON and files to bytes

    def content(self, value: Json, wanted: str | None = None) -> Sent:
        """(Content-Type, content) of a value. wanted: the media type that the caller has chosen from a range.

        Raises ValidationError for what the media type cannot say.
        """
        if isinstance(value, FILES):
            return self._raw(value, wanted)
        if wanted is None and self.is_json:
            return self.media, encoding.encode_json(value)
        kind = wanted or (media.JSON if media.covers(self.media, media.JSON) else self.media)
        if media.is_multipart(kind):
            boundary, content = multipart.encoded(encoding.parts(self, value))
            return f"{media.plain(kind)}; boundary={boundary}", content
        if media.is_form(kind):
            return kind, encoding.form(self, value)
        if media.is_json(kind):
            return kind, encoding.encode_json(value)
        if media.plain(kind) in LINES and isinstance(value, list):
            return kind, b"".join(encoding.encode_json(item) + b"\n" for item in value)
        scalar = _is_text(kind) and isinstance(value, int | float)
        if media.is_range(kind) or not (isinstance(value, str) or scalar):
            wants = "text or bytes" if _is_text(kind) else "bytes"
            raise encoding.refused(f"a {kind} body is sent as {wants}, not {type(value).__name__}")
        return kind, encoding.encode_text(encoding.text(value, None), media.charset(kind))

    def _raw(self, value: File | bytes | file.Stored, wanted: str | None) -> Sent:
        name, content, said = value if isinstance(value, File) else ("", value, None)
        kind = wanted or self.media
        if said is not None and media.is_range(kind):
            _, kind = media.chosen("body", said, [kind])
        if media.is_range(kind):
            told = media.guessed(name)
            kind = told if told is not None and media.covers(kind, told) else kind
            kind = media.BYTES if media.covers(kind, media.BYTES) else kind
        if media.is_range(kind):
            raise encoding.refused(f"which {kind} is it? Say so with content_type=")
        if media.is_multipart(kind) and "boundary=" not in kind:
            boundary = multipart.boundary_of(content) if isinstance(content, bytes) else None
            if boundary is None:
                raise encoding.refused(
                    "a multipart body is given as a dict of its parts, or as bytes that begin with a boundary"
                )
            kind = f"{kind}; boundary={boundary}"
        return kind, content


LINES = frozenset({"application/jsonl", "application/x-ndjson", "application/json-lines", "application/x-jsonlines"})
TEXTUAL = ("application/xml", "application/yaml", "application/x-yaml", "application/graphql", "application/sdp")


def _is_text(kind: str) -> bool:
    name = media.plain(kind)
    return name.startswith("text/") or name in TEXTUAL or name.endswith(("+xml", "+yaml"))


def files_in(value: Json) -> frozenset[str]:
    """The properties that are files, of which a schema can say nothing."""
    named = value.items() if isinstance(value, dict) else ()
    return frozenset(wire for wire, item in named if encoding.holds_files(item))


def shown(value: Json) -> Json:
    """The value as JSON, with each file's name in its place: what may be checked, kept and printed."""
    if isinstance(value, File):
        return value.name
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        named = {name: shown(item) for name, item in value.items()}
        return Kept(named, value.kept) if isinstance(value, Kept) else named
    return None if isinstance(value, RAW) else value


def preference(bodies: list[Body]) -> list[Body]:
    """The bodies, the preferred one first: JSON, then a form (with parts where it holds files), ranges last."""
    has_json = any(media.is_json(one.media) for one in bodies)

    def rank(one: Body) -> tuple[int, bool]:
        kind = one.media
        if media.is_json(kind):
            return 0, False
        if media.is_form(kind):
            return 2, False
        if media.is_multipart(kind):
            return 1 if not has_json and one.files else 3, media.plain(kind) != "multipart/form-data"
        return 5 if media.is_range(kind) else 4, False

    return sorted(bodies, key=rank) if len(bodies) > 1 else bodies
