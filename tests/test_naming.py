"""Names: how wire names become Python names, and that any text at all becomes a safe one."""

from __future__ import annotations

import keyword
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.model import naming

any_name = st.text(st.characters() | st.characters(categories=["Lu", "Ll", "Lm", "Lo", "Mn", "Nd", "Nl", "Cs"]))
HOSTILE = [
    '"); import os; x=("',
    "__class__",
    "__init__",
    "_left",
    "self",
    "mro",
    "to_dict",
    "class",
    "None",
    "",
    " ",
    "\n",
    "a\nb",
    "'",
    '"',
    "\\",
    "1",
    "\ud800",
    "\x00",
    "\u202e",
    "ª",
    "ﬁ",
    "𝐜𝐥𝐚𝐬𝐬",
    "é",
    "{x}",
    "${x}",
    "%s",
    "a" * 5000,
]


def safe(name: str) -> bool:
    """Whether a name can stand in code: as it is, and as Python normalises it."""
    plain = name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_")
    return plain and unicodedata.normalize("NFKC", name) == name and name not in naming.RESERVED


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        ("job_id", "job id"),
        ("jobId", "job Id"),
        ("uploadFromRemoteURL", "upload From Remote URL"),
        ("HTMLPages2", "HTML Pages2"),
        ("OCRResult", "OCR Result"),
        ("allURLs", "all URLs"),
        ("allURLsToday", "all URLs Today"),
        ("URLsize", "UR Lsize"),
        ("v2Beta", "v2 Beta"),
        ("partially-done", "partially done"),
        ("X-API-KEY", "X API KEY"),
        ("a  b__c", "a b c"),
        ("größeÄnderung", "größe Änderung"),
        ("", ""),
    ],
)
def test_a_name_is_split_where_a_reader_would(wire: str, words: str) -> None:
    """Capitals start words, initialisms stay whole, and whatever is neither letter nor digit separates."""
    assert " ".join(naming.words(wire)) == words


@pytest.mark.parametrize(
    ("wire", "python"),
    [
        ("uploadFromRemoteURL", "upload_from_remote_url"),
        ("X-Request-ID", "x_request_id"),
        ("class", "class_"),
        ("self", "self_"),
        ("to_dict", "to_dict_"),
        ("__class__", "class_"),
        ("2fa", "field_2fa"),
        ("", "field"),
        ("$$$", "field"),
    ],
)
def test_an_attribute_is_lower_case_with_underscores(wire: str, python: str) -> None:
    """Parameters, properties and operations read as Python names do; what Python keeps for itself gets a `_`."""
    assert naming.attribute(wire) == python


@pytest.mark.parametrize(
    ("wire", "python"),
    [
        ("models.job_status", "JobStatus"),
        ("api/v1/Pet", "Pet"),
        ("status.StatusResponse", "StatusResponse"),
        ("credits.Response-credits_Item", "ResponseCreditsItem"),
        ("OCRResultResponse", "OCRResultResponse"),
        ("3D", "Model_3D"),
        ("none", "None_"),
        ("...", "Model"),
    ],
)
def test_a_class_name_drops_the_package_that_a_generator_put_before_it(wire: str, python: str) -> None:
    """The last part of a dotted or slashed name, in capitals."""
    assert naming.class_name(wire) == python


@pytest.mark.parametrize(
    ("value", "python"),
    [("partially-done", "PARTIALLY_DONE"), ("application/pdf", "APPLICATION_PDF"), ("", "EMPTY"), ("*", "VALUE")],
)
def test_an_enum_member_is_in_capitals(value: str, python: str) -> None:
    """The value's words, and EMPTY for the empty text."""
    assert naming.member(value) == python


@pytest.mark.parametrize(
    ("wire", "name", "obvious"),
    [
        ("petId", "pet_id", True),
        ("X-Request-ID", "x_request_id", True),
        ("models.job_status", "JobStatus", True),
        ("größe", "größe", True),
        ("class", "class_", False),
        ("pet_id", "pet_id_2", False),
        ("2fa", "field_2fa", False),
        ("", "field", False),
    ],
)
def test_a_name_is_obvious_where_it_has_the_words_of_the_wire(wire: str, name: str, obvious: bool) -> None:
    """What is numbered, made up, or has an underscore of its own is worth telling."""
    assert naming.obvious(wire, name) is obvious


def test_names_that_collide_are_numbered_in_order() -> None:
    """The first keeps the name; later ones get the lowest number that is free, whoever wanted it."""
    names = [("a.Pet", "Pet"), ("b.Pet", "Pet"), ("Pet_2", "Pet_2"), ("c.Pet", "Pet")]
    assert naming.distinct(names) == {"a.Pet": "Pet", "b.Pet": "Pet_2", "Pet_2": "Pet_2_2", "c.Pet": "Pet_3"}


def test_a_name_that_is_taken_already_is_not_given() -> None:
    """`taken` holds names that stand for something else."""
    assert naming.distinct([("body", "body")], ["body"]) == {"body": "body_2"}


def test_one_wire_name_given_twice_keeps_its_first_name() -> None:
    """An enum that lists a value twice does not lose the value's plain name."""
    assert naming.distinct([("a", "A"), ("a", "A"), ("b", "A")]) == {"a": "A", "b": "A_2"}


@pytest.mark.parametrize("wire", HOSTILE)
def test_code_hidden_in_a_name_is_only_a_name(wire: str) -> None:
    """Quotes, line breaks, dunders, half surrogate pairs and Python's own words all become plain identifiers."""
    assert safe(naming.attribute(wire))
    assert safe(naming.class_name(wire))
    assert safe(naming.member(wire))
    assert len(naming.attribute(wire)) <= naming.LONGEST + len("field_")


@settings(max_examples=500, deadline=None)
@given(any_name)
def test_any_text_becomes_a_safe_identifier(wire: str) -> None:
    """Whatever Unicode has: an identifier, no keyword, no leading underscore, unchanged by NFKC."""
    assert safe(naming.attribute(wire))
    assert safe(naming.class_name(wire))
    assert safe(naming.member(wire))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["a", "A", "a_2", "a_2_2", "class", "class_", "class_2", "", "é"]) | any_name))
def test_distinct_names_never_collide_and_never_depend_on_chance(wires: list[str]) -> None:
    """Every wire name has a safe name of its own; the same list gives the same names, and more of it changes none."""
    names = naming.distinct((wire, naming.attribute(wire)) for wire in wires)
    assert set(names) == set(wires)
    assert len(set(names.values())) == len(names)
    assert all(map(safe, names.values()))
    shorter = naming.distinct((wire, naming.attribute(wire)) for wire in wires[:-1])
    assert all(names[wire] == name for wire, name in shorter.items())


def test_many_names_fit_a_screen() -> None:
    """A repr shows the first ones, and says how many more there are."""
    assert naming.some(["a", "b"]) == "a, b"
    assert naming.some([f"n{number}" for number in range(300)]).endswith("n19 and 280 more")


@pytest.mark.parametrize(
    ("name", "meant"), [("statsu", "status"), ("use_rga", "useRAG"), ("AUTOSTART", "autoStart"), ("zzz", None)]
)
def test_a_hint_sees_past_case_and_separators(name: str, meant: str | None) -> None:
    """Somebody who writes Python gets names of the wire nearly right, too."""
    said = naming.hint(name, ["status", "useRAG", "autoStart"], "; nothing like it")
    assert said == (f"; did you mean {meant!r}?" if meant else "; nothing like it")
