"""Settings of a service's own: dataclasses whose fields are checked when one is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from leapocr_dyn.errors import ConfigurationError, Error, Family
from leapocr_dyn.setting import Checked, nested, number, setting


@dataclass
class Kettle(Checked):
    """How it heats."""

    degrees: float = number(80.0, above=0)
    cups: int = number(2, at_least=1, whole=True)
    tea: str = setting(lambda name, given: given.lower(), default="Sencha")


@dataclass
class Kitchen(Checked):
    """What stands in it."""

    kettle: Kettle = field(default_factory=Kettle)
    spare: Kettle | None = field(default=None, metadata={"check": nested(Kettle, None)})
    cook: str = "anybody"


def test_what_a_check_gives_is_kept() -> None:
    """Of a default, too."""
    assert (Kettle().tea, Kettle(tea="ASSAM").tea) == ("sencha", "assam")


def test_a_dict_becomes_what_it_stands_for() -> None:
    """Or it is that already; or nothing, where that is allowed."""
    given: Any = {"degrees": 95}
    kitchen = Kitchen(kettle=given, spare=Kettle(60.0))
    assert (kitchen.kettle, kitchen.spare) == (Kettle(degrees=95), Kettle(60.0))
    assert Kitchen() == Kitchen(Kettle(), None, "anybody")


@pytest.mark.parametrize(
    ("given", "parameter", "said"),
    [
        ({"kettle": {"degrees": 0}}, "degrees", "degrees must be a number above 0, not 0"),
        ({"kettle": {"cups": 1.5}}, "cups", "cups must be a whole number from 1, not 1.5"),
        ({"kettle": {"cups": True}}, "cups", "cups must be a whole number from 1, not True"),
        ({"kettle": {"degree": 80}}, "kettle", "kettle has no setting 'degree'; did you mean 'degrees'?"),
        ({"kettle": {"x": 80}}, "kettle", "kettle has no setting 'x'; it has degrees, cups, tea"),
        ({"kettle": None}, "kettle", "kettle must be a Kettle or a dict of its fields, not None"),
        ({"spare": 80}, "spare", "spare must be a Kettle or a dict of its fields, not 80"),
    ],
)
def test_a_wrong_one_is_named(given: Any, parameter: str, said: str) -> None:
    """What is wrong, and where."""
    with pytest.raises(ConfigurationError) as raised:
        Kitchen(**given)
    assert (raised.value.parameter, raised.value.message) == (parameter, said)


class TeaError(Error):
    """Everything of the service."""


class TeaSettingError(ConfigurationError, TeaError):
    """A wrong setting."""


@dataclass
class Pot(Checked):
    """Whose mistakes are the service's."""

    _family = Family(TeaSettingError)
    litres: float = number(1.0, above=0)


def test_a_service_has_its_own_exception() -> None:
    """With the same facts."""
    with pytest.raises(TeaSettingError) as raised:
        Pot(-1)
    assert raised.value.parameter == "litres"
