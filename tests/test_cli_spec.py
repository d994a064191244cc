"""`leapocr-dyn spec diff`: what changed between two documents, for people, for programs, and for a build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import Run
from versions import Json, content, exchange

from leapocr_dyn.cli.spec.diff import CODES

STRING: Json = {"type": "string"}


def pets(**properties: Json) -> Json:
    """A document whose answer has these properties."""
    return exchange({}, {"type": "object", "properties": properties}, {})


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with some versions of a document."""
    versions = {
        "1": pets(name=STRING),
        "same": {**pets(name={**STRING, "description": "Its name."}), "info": {"title": "Pets", "version": "2"}},
        "more": pets(name=STRING, age={}),
        "else": {**pets(name=STRING), "servers": [{"url": "https://else.test"}]},
        "less": pets(),
    }
    for name, tree in versions.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(tree), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("new", "severity", "code"),
    [("same", "none", 0), ("more", "addition", 3), ("else", "risky", 4), ("less", "breaking", 5)],
)
def test_the_exit_code_says_the_highest_severity(run: Run, files: Path, new: str, severity: str, code: int) -> None:
    """So that a build can stop at it; --help has the table."""
    said = run("spec", "diff", "1.json", f"{new}.json")
    assert (said.code, said.err) == (code, "")
    assert CODES[severity] == code
    assert f"{code}  {severity}" in run("spec", "diff", "--help").out


def test_people_get_lines(run: Run, files: Path) -> None:
    """A heading, and a line for each change; without colours where nobody watches."""
    assert run("spec", "diff", "1.json", "less.json").out == (
        "breaking: 1 breaking\nbreaking  PUT /things: response 200: name is gone [property-removed]\n"
    )
    assert run("spec", "diff", "1.json", "same.json").out == "Nothing that a client could notice has changed.\n"


def test_a_terminal_gets_colours(run: Run, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One for each severity."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[31m\x1b[1m" in run("spec", "diff", "1.json", "less.json").out


def test_programs_get_json(run: Run, files: Path) -> None:
    """The severity and the changes, each with its pointers."""
    said = run("spec", "diff", "1.json", "less.json", "--json")
    found = json.loads(said.out)
    assert found.keys() == {"severity", "changes"}
    assert found["severity"] == "breaking"
    [change] = found["changes"]
    schema = "/paths/~1things/put/responses/200/content/application~1json/schema"
    assert (change["old"], change["new"]) == (f"{schema}/properties/name", schema)
    assert (change["rule"], change["direction"], change["name"]) == ("property-removed", "response", "name")
    assert json.loads(run("spec", "diff", "1.json", "same.json", "--json").out) == {"severity": "none", "changes": []}


def test_a_pull_request_gets_markdown(run: Run, files: Path) -> None:
    """A table."""
    lines = run("spec", "diff", "1.json", "more.json", "--markdown").out.splitlines()
    assert lines[0] == "**addition: 1 addition**"
    assert lines[-1] == "| addition | PUT /things | response 200: age is new | `property-added` |"


def test_a_tag_chooses_what_is_looked_at(run: Run, files: Path) -> None:
    """What does not carry it is not compared."""
    tree = pets(name=STRING)
    tree["paths"]["/more"] = {"get": {"tags": ["Other"], "responses": {"200": {"description": "", **content(STRING)}}}}
    (files / "two.json").write_text(json.dumps(tree), "utf-8")
    assert run("spec", "diff", "1.json", "two.json").code == 3
    assert run("spec", "diff", "1.json", "two.json", "--tag", "SDK").code == 0
    assert run("spec", "diff", "1.json", "two.json", "--tag", "Other").code == 3


def test_a_bundled_service_has_a_name(run: Run, files: Path) -> None:
    """As for every other command."""
    assert run("spec", "diff", "leapocr", "leapocr").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("1.json missing.json", "there is no file 'missing.json'"),
        ("1.json same.json --tag SKD", "no operation carries 'SKD'; did you mean 'SDK'?"),
        ("1.json same.json --json --markdown", "--json or --markdown, not both"),
        ("1.json", "missing argument 'NEW'"),
        ("1.json broken.json", "broken.json"),
        ("1.json http://127.0.0.1:9/openapi.json", "127.0.0.1:9"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence(run: Run, files: Path, words: str, said: str) -> None:
    """On stderr, with a code that no severity has."""
    (files / "broken.json").write_text('{"openapi": ', "utf-8")
    found = run("spec", "diff", *words.split())
    assert (found.out, len(found.errors)) == ("", 1)
    assert found.code in (1, 2)
    assert found.code not in CODES.values()
    assert said in found.err


def test_a_group_names_what_is_missing(run: Run) -> None:
    """One sentence, as everywhere."""
    said = run("spec")
    assert (said.code, said.out) == (2, "")
    assert said.err == "leapocr-dyn: missing command (see leapocr-dyn spec --help)\n"
