"""Settings of a service's own: dataclasses whose fields are checked when one is made.

    @dataclass
    class Pauses(Checked):
        longest: float = number(60.0, above=0)
        times: int = number(3, at_least=0, whole=True)

    @dataclass
    class Config(Checked):
        pauses: Pauses = field(default_factory=Pauses)      # or a dict of its fields

What is wrong is a ConfigurationError whose `parameter` is the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, field, fields, is_dataclass
from typing import Any, ClassVar

from leapocr_dyn.config import checked_number
from leapocr_dyn.errors import ConfigurationError, Family
from leapocr_dyn.model import naming

Check = Callable[[str, Any], Any]  # Any: whatever the caller gives, and what is kept of it


def setting(check: Check, **made: Any) -> Any:  # Any: as the field's annotation says
    """A field with a check(name, given). made: what dataclasses.field takes."""
    return field(metadata={"check": check}, **made)


def number(default: float, **bounds: Any) -> Any:  # Any: an int or a float, as the field's annotation says
    """A field for a number. bounds: see checked_number."""
    return setting(lambda name, given: checked_number(name, given, **bounds), default=default)


def nested(kind: type, *also: object) -> Check:
    """A check for a field that is such a dataclass itself, or may be one of those others."""

    def check(name: str, given: Any) -> Any:
        if isinstance(given, kind) or given in also:
            return given
        if not isinstance(given, Mapping):
            raise ConfigurationError(f"{name} must be a {kind.__name__} or a dict of its fields, not {given!r}", name)
        known = [one.name for one in fields(kind)]
        for one in given:
            if one not in known:
                hint = naming.hint(str(one), known, f"; it has {', '.join(known)}")
                raise ConfigurationError(f"{name} has no setting {one!r}{hint}", name)
        return kind(**given)

    return check


class Checked:
    """A dataclass whose fields are checked when it is made."""

    _family: ClassVar[Family] = Family()  # whose exceptions it raises

    def __post_init__(self) -> None:
        with self._family.adopting():
            for one in fields(self):  # type: ignore[arg-type]  # whoever inherits is a dataclass
                check = _check(one)
                if check is not None:
                    setattr(self, one.name, check(one.name, getattr(self, one.name)))


def _check(one: Field[Any]) -> Check | None:
    kind = one.default_factory
    return nested(kind) if isinstance(kind, type) and is_dataclass(kind) else one.metadata.get("check")
