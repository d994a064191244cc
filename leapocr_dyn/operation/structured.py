"""Structured data: held against a JSON Schema, and read into a class of the caller's own.

What a service reads out of a document is plain JSON; which shape it should have, the caller knows. Nothing is fetched:
a `$ref` of the caller's schema leads only into that schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from leapocr_dyn.errors import ValidationError
from leapocr_dyn.model.value import Json, brief, to_wire

T = TypeVar("T")
SHOWN = 10  # differences in one message


def validate(data: Json, schema: Mapping[str, Any] | bool) -> None:
    """Raise ValidationError, whose `fields` name each difference, unless the data is what the schema says.

    In the dialect that `$schema` names; 2020-12 without.
    """
    import jsonschema
    import referencing

    validator = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    fields: dict[str, list[str]] = {}
    try:
        for error in validator(schema, registry=referencing.Registry()).iter_errors(to_wire(data)):
            fields.setdefault(error.json_path.removeprefix("$").removeprefix("."), []).append(error.message[:300])
    except (RecursionError, referencing.exceptions.Unresolvable, jsonschema.SchemaError) as error:
        raise ValidationError(f"the schema cannot be followed: {error}", field="schema") from error
    if fields:
        said = [f"{place or 'the data'}: {', '.join(words)}" for place, words in list(fields.items())[:SHOWN]]
        more = f"; and {len(fields) - SHOWN} more" if len(fields) > SHOWN else ""
        raise ValidationError(f"the data is not what the schema says: {'; '.join(said)}{more}", fields=fields)


def into(data: Json, kind: type[T]) -> T:
    """The data as a dataclass, an attrs class, a TypedDict or whatever else cattrs reads; names are taken as they are.

    What the class does not have is left out. Raises ValidationError, whose `fields` name what does not fit.
    """
    import cattrs
    from cattrs.preconf.json import make_converter

    try:
        return make_converter().structure(to_wire(data), kind)
    except cattrs.errors.BaseValidationError as error:
        fields: dict[str, list[str]] = {}
        for line in cattrs.transform_error(error):
            said, _, place = line.rpartition(" @ ")
            fields.setdefault(place.removeprefix("$").removeprefix("."), []).append(said)
        what = "; ".join(f"{place or 'the data'}: {', '.join(words)}" for place, words in fields.items())
        message = f"{brief.repr(data)} is no {getattr(kind, '__name__', kind)}: {what}"
        raise ValidationError(message, fields=fields) from error
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        message = f"{brief.repr(data)} is no {getattr(kind, '__name__', kind)}: {error}"
        raise ValidationError(message) from error
