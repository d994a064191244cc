"""What a command says, to a terminal and to a pipe."""

from __future__ import annotations

import sys

import pytest

from leapocr_dyn.cli.terminal import say, show, table
from leapocr_dyn.progress import amount


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (681_040, "681 kB"), (1_250_000, "1.2 MB"), (2**30, "1073.7 MB")],
)
def test_a_size_is_told_in_its_unit(size: int, said: str) -> None:
    """Progress counts in bytes, kB and MB of powers of ten, whichever reads best."""
    assert amount(size) == said


def test_a_terminal_gets_no_control_characters_of_others(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document cannot move a reader's cursor; a pipe gets its bytes as they are."""
    show("a\x1b[2Jb\n\tc")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show("a\x1b[2Jb\n\tc")
    say("a\x1b[2Jb\nc")
    said, complained = capsys.readouterr()
    assert said == "a\x1b[2Jb\n\tc\na\N{REPLACEMENT CHARACTER}[2Jb\n\tc\n"
    assert complained == "leapocr-dyn: a [2Jb c\n"


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe gets columns and no codes; so does a terminal whose user wants none (NO_COLOR)."""
    rows = [["a", "GET", "x\x1b[2J"], ["abc", "", ""]]
    table(rows, bold=[0])
    assert capsys.readouterr().out == "a    GET  x\x1b[2J\nabc\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    table(rows, bold=[0])
    assert capsys.readouterr().out == "\x1b[1ma  \x1b[0m  GET  x\N{REPLACEMENT CHARACTER}[2J\n\x1b[1mabc\x1b[0m\n"
    monkeypatch.setenv("NO_COLOR", "1")
    table(rows, bold=[0])
    assert "\x1b" not in capsys.readouterr().out
