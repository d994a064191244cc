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


def checked(schema: Any) -> Any:  # Any: what the caller takes for a JSON Schema; the class of jsonschema that knows it
    """The validator of a JSON Schema's dialect, which its `$schema` names (2020-12 without).

    Raises ValidationError for what is none, and says where.
    """
    import jsonschema

    if not isinstance(schema, Mapping):
        raise ValidationError(f"a schema is a JSON Schema as a dict, not {type(schema).__name__}", field="schema")
    try:
        validator = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
        validator.check_schema(dict(schema))
    except jsonschema.SchemaError as error:
        where = "".join(f"[{step!r}]" for step in error.absolute_path)
        raise ValidationError(f"schema{where}: {error.message[:300]}; it is no JSON Schema", field="schema") from error
    except RecursionError as error:
        raise ValidationError("schema is nested too deep, or contains itself", field="schema") from error
    except (ValueError, TypeError, AttributeError) as error:  # how jsonschema takes a `$schema` that is no URI
        said = f"schema['$schema']: {brief.repr(schema.get('$schema'))} names no dialect"
        raise ValidationError(said, field="schema") from error
    return validator


def validate(data: Json, schema: Mapping[str, Any]) -> None:
    """Raise ValidationError, whose `fields` name each difference, unless the data is what the schema says.

    In the dialect that `$schema` names; 2020-12 without.
    """
    import referencing

    validator = checked(schema)
    fields: dict[str, list[str]] = {}
    try:
        for error in validator(schema, registry=referencing.Registry()).iter_errors(to_wire(data)):
            fields.setdefault(error.json_path.removeprefix("$").removeprefix("."), []).append(error.message[:300])
    except (RecursionError, referencing.exceptions.Unresolvable) as error:
        raise ValidationError(f"the schema cannot be followed: {error}", field="schema") from error
    if fields:
        said = [f"{place or 'the data'}: {', '.join(words)}" for place, words in list(fields.items())[:SHOWN]]
        more = f"; and {len(fields) - SHOWN} more" if len(fields) > SHOWN else ""
        raise ValidationError(f"the data is not what the schema says: {'; '.join(said)}{more}", fields=fields)


def into(data: Json, kind: type[T]) -> T:
    """The data as a dataclass, an attrs class, a TypedDict or whatever else cattrs reads; names are taken as they are.

    What the class does not have is left out. Raises ValidationError, whose `fields` name what does not fit; TypeError
    for a class whose annotations name what is not there.
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
    except NameError as error:
        raise TypeError(
            f"{getattr(kind, '__name__', kind)} cannot be read into: {error}, though its annotations name it; with "
            "quotes, or `from __future__ import annotations`, the types that they name stand at the top of the module"
        ) from error
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        message = f"{brief.repr(data)} is no {getattr(kind, '__name__', kind)}: {error}"
        raise ValidationError(message) from error
