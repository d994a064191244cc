"""JSON and YAML text -> plain values: what is read how, what is refused, and what cannot do harm."""

from __future__ import annotations

import functools
import json
import subprocess
import sys

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.document import limit, text
from leapocr_dyn.document.yaml import written
from leapocr_dyn.errors import DocumentError

# --- YAML as OpenAPI wants it ---


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[
            (word, word)
            for word in ("on", "off", "yes", "no", "y", "n", "NO", "1_000", "0b1", "12:30:45", "2024-01-02")
        ],
        *[("true", True), ("True", True), ("FALSE", False), ("null", None), ("~", None), ("", None), ("NULL", None)],
        *[("12", 12), ("-3", -3), ("+3", 3), ("010", 10), ("0o17", 15), ("0xfF", 255), ("0o9", "0o9")],
        *[("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-3", -0.0015), ("1.2.3", "1.2.3")],
        *[
            ("'12'", "12"),
            ('"true"', "true"),
            ("!!str 12", "12"),
            ("! 12", "12"),
            ("!!int '12'", 12),
            ("!!float 1", 1.0),
        ],
        *[("<<", "<<"), ("=", "="), (".", "."), ("-.", "-."), ("+x", "+x"), ("{}", {}), ("[]", [])],
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(written: str, value: object) -> None:
    """Only true and false are booleans, dates and times stay text, and 010 is ten."""
    read = text.parse(f"a: {written}\n", "test")["a"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("200:", "200"),
        ("on:", "on"),
        ("2024-01-02:", "2024-01-02"),
        ("null:", "null"),
        ("1.0:", "1.0"),
        ("? true\n:", "true"),
    ],
)
def test_a_key_is_its_own_text(written: str, key: str) -> None:
    """A response's status needs no quotes: a key is the text that was written."""
    assert text.parse(f"{written} x\n", "test") == {key: "x"}


def test_aliases_repeat_what_an_anchor_named() -> None:
    """An alias stands for the nearest node before it that has the name, as a value or as a key."""
    written = "a: &x one\nb: *x\nc: &x two\nd: *x\n*x : key\ne: &y [1, &y 2]\nf: *y\n"
    assert text.parse(written, "test") == {
        **{"a": "one", "b": "one", "c": "two", "d": "two", "two": "key"},
        **{"e": [1, 2], "f": 2},
    }


def test_merge_keys_bring_in_what_the_mapping_does_not_say() -> None:
    """What a mapping says itself wins, then the first of several merged ones; a quoted << is a key like others."""
    written = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  z: 3\n  <<: [*a, *b]\nd: {<<: *a}\ne: {'<<': 1}\n"
    read = text.parse(written, "test")
    assert read["c"] == {"x": 1, "y": 1, "z": 3}
    assert read["d"] == {"x": 1, "y": 1}
    assert read["e"] == {"<<": 1}


# --- what is refused, and where it says the mistake is ---


@pytest.mark.parametrize(
    ("written", "where", "why"),
    [
        ("a: 1\nb: [1\n", "line 3, column 1", "not YAML"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "line 4, column 3", "'c' stands twice"),
        ("a: 1\n<<: {}\n<<: {}\n", "line 3, column 1", "stands twice"),
        ("a: 1\n<<: [1]\n", "line 2, column 7", "merges objects"),
        ("a: !!python/object:os.system ls\n", "line 1, column 4", "write the plain value"),
        ("a: !thing {}\n", "line 1, column 4", "'!thing'"),
        ("a: !!set {x}\n", "line 1, column 4", "write the plain value"),
        ("a: !!int x\n", "line 1, column 4", "not what its tag says"),
        ("a: !!bool 1\n", "line 1, column 4", "not what its tag says"),
        ("a: .nan\n", "line 1, column 4", "no number"),
        ("a: -.inf\n", "line 1, column 4", "no number"),
        ("a: 1e999\n", "line 1, column 4", "too large"),
        (f"a: {'9' * 5000}\n", "line 1, column 4", "too many digits"),
        ("[1]: 2\n", "line 1", "not JSON"),
        ("a:\n  ? [1]\n  : 2\n", "line 2, column 5", "a key is text"),
        ("a: &a [1]\nb:\n  *a : 2\n", "line 3, column 3", "a key is text"),
        ("a: *b\n", "line 1, column 4", "&b"),
        ("a: &a [*a]\n", "line 1, column 8", "cannot contain itself"),
        ("a: 1\n---\nb: 1\n", "line 2, column 1", "second YAML document"),
        ("a: 1\nb: \x07\n", "test", "not YAML"),
        ("a: 1\nb: '\ud800'\n", "line 2", "surrogate"),
        ('{"a": 1,\n "b": }', "line 2, column 7", "not JSON"),
        ('{"a": {"b": 1, "b": 2}}', "test", "'b' stands twice"),
        ('{"a": NaN}', "test", "no number 'NaN'"),
        ('{"a": -Infinity}', "test", "no number '-Infinity'"),
        ('{"a": 1e999}', "test", "no number '1e999'"),
        (f'{{"a": {"9" * 5000}}}', "test", "too many digits"),
        ("{" * 3, "line 1, column 2", "not JSON"),
    ],
)
def test_a_mistake_is_shown_where_it_stands(written: str, where: str, why: str) -> None:
    """The message names the document, line and column where they are known, and what is wrong there."""
    with pytest.raises(DocumentError) as caught:
        text.parse(written, "test")
    assert str(caught.value).startswith("test")
    assert where in str(caught.value)
    assert why in str(caught.value)


def test_bytes_that_are_not_utf_8_say_on_which_line() -> None:
    """A document in another encoding is refused with the line of the first wrong byte."""
    with pytest.raises(DocumentError, match="line 2: this is not UTF-8 text"):
        text.parse(b"a: 1\nb: \xe9\n", "test")


# --- text that means harm ---

NESTS = "\n".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 10)}]" for n in range(1, 12))
MERGES = "\n".join(f"k{n}: &k{n} {{<<: [{', '.join([f'*k{n - 1}'] * 10)}]}}" for n in range(1, 12))
BOMBS = {
    "aliases": f"k0: &k0 [lol]\n{NESTS}\n",
    "merge keys": f"k0: &k0 {{a: 1}}\n{MERGES}\n",
    "one long text": f"k0: &k0 {'x' * 10_000}\nk1: [{', '.join(['*k0'] * 20_000)}]\n",
    "deep flow": "a: " + "[" * 40_000,
    "deep block": "- " * 40_000,
    "deep keys": "? " * 40_000,
    "deep JSON": '{"a":' * 40_000,
    "deep JSON, closed": "[" * 40_000 + "]" * 40_000,
    "chained heights": "k0: &k0 [1]\n" + "".join(f"k{n}: &k{n} [*k{n - 1}]\n" for n in range(1, 5_000)),
    "long number": f"a: {'9' * 500_000}\n",
}
CHILD = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from leapocr_dyn.document import text
from leapocr_dyn.errors import DocumentError
if sys.argv[1] == "python":
    import yaml
    del yaml.CSafeLoader
for name, bomb in json.load(sys.stdin).items():
    try:
        text.parse(bomb, "bomb")
    except DocumentError as error:
        print(json.dumps([name, str(error)]), flush=True)
"""


@functools.cache
def exploded(parser: str) -> tuple[dict[str, str], str]:
    """What a process of its own said about each bomb before it ended, and its stderr: a crash is no crash of ours."""
    run = subprocess.run([sys.executable, "-c", CHILD, parser], input=json.dumps(BOMBS), capture_output=True, text=True)
    return dict(json.loads(line) for line in run.stdout.splitlines()), run.stderr


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("parser", ["c", "python"])
def test_a_bomb_is_refused_before_it_goes_off(bomb: str, parser: str) -> None:
    """Documents that grow without end when they are built cost neither many seconds nor a gigabyte."""
    said, complaints = exploded(parser)
    assert said.get(bomb, complaints).startswith("bomb")


def test_a_wide_document_is_left_at_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document of many small values is refused at the first that is too many, and not read to its end."""
    monkeypatch.setattr(limit, "NODES", 1_000)
    with pytest.raises(DocumentError, match="more than 1,000 values") as caught:
        text.parse("a: [" + "1," * 2_000 + "]\n", "test")
    assert "line 1, column 1999" in str(caught.value)
    with pytest.raises(DocumentError, match="more than 1,000 values"):
        text.parse('{"a": [' + "[]," * 2_000 + "1]}", "test")


@pytest.mark.slow
def test_the_largest_documents_there_are_can_be_read() -> None:
    """The real bound lets three million values pass, and no more."""
    with pytest.raises(DocumentError, match="more than 3,000,000 values"):
        text.parse("a: [" + "1," * 6_000_000 + "]\n", "test")
    assert len(text.parse("a: [" + "1," * 2_900_000 + "]\n", "test")["a"]) == 2_900_000


def test_sharing_a_little_is_no_bomb() -> None:
    """Anchors as people use them are far from the bounds."""
    written = "k0: &k0 {type: string}\n" + "".join(f"k{n}: [*k0, *k0]\n" for n in range(1, 2_000))
    assert len(text.parse(written, "test")) == 2_000


def test_a_measure_counts_what_is_shared_as_often_as_it_is_reached() -> None:
    """Weight is what a walk costs, and height what a recursion needs; a heavy tree is not weighed to its end."""
    assert limit.measure("x") == (1, 0)
    assert limit.measure({"a": [1, "x" * 640]}).height == 2
    shared: list[object] = []
    for _ in range(60):
        shared = [shared, shared]
    assert limit.measure(shared, at_most=1_000).weight > 1_000


# --- properties ---

# A slow machine is no mistake.
PATIENT = settings(deadline=None, max_examples=50)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
WORDS = st.text("abcdefghijklmnop \n-:#'\"äß漢", max_size=20).map(lambda drawn: "x" + drawn)


@PATIENT
@given(st.lists(VALUES) | st.dictionaries(TEXT, VALUES), st.sampled_from([None, 2]))
def test_json_reads_back_as_it_was(value: object, indent: int | None) -> None:
    """The JSON text of any value reads back as that value, and means the same to the standard library."""
    assert text.parse(json.dumps(value, indent=indent), "test") == value


@PATIENT
@given(st.dictionaries(WORDS, VALUES), st.booleans())
def test_yaml_reads_back_as_it_was(tree: dict[str, object], flow: bool) -> None:
    """The YAML of any tree reads back as that tree, in block and in flow style."""
    # Everything in quotes, with tags for what is no text: plain, PyYAML would write for YAML 1.1.
    written = yaml.safe_dump(tree, default_style='"', default_flow_style=flow, allow_unicode=True)
    assert text.parse("# YAML\n" + written, "test") == tree


@PATIENT
@given(st.dictionaries(WORDS, WORDS | st.none() | st.booleans() | st.integers() | st.lists(WORDS)))
def test_plain_yaml_reads_back_as_it_was(tree: dict[str, object]) -> None:
    """YAML as people write it, with aliases and without quotes, reads back as the tree it was made from."""
    twice = {"a": tree, "b": [tree]}
    assert text.parse(yaml.safe_dump(twice, allow_unicode=True), "test") == twice


@PATIENT
@given(VALUES | st.lists(st.from_regex(r"[-+]?(0[ox])?[0-9.]*([eE][0-9]*)?\n?", fullmatch=True)))
def test_what_is_written_as_yaml_reads_back_as_it_was(value: object) -> None:
    """Also texts that are numbers to one version of YAML only, and names on several lines."""
    assert text.parse("# YAML\n" + written({"value": value, "": [value, value]}), "test") == {
        "value": value,
        "": [value, value],
    }


@PATIENT
@given(st.text() | st.binary() | st.text("{}[]&*!<:?|>-'\"\n ab1.,#%@`~").map(lambda drawn: "\n" + drawn))
def test_any_text_is_a_value_or_a_document_error(written: str | bytes) -> None:
    """Whatever the text, nothing but a DocumentError leaves the reader."""
    try:
        text.parse(written, "test")
    except DocumentError:
        pass
