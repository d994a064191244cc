"""`progress=True`: a bar at a terminal with rich, lines at one without, nothing anywhere else; in every world."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from conftest import World
from screen import screen

from leapocr_dyn import progress
from leapocr_dyn.progress import Lines, Meter, listening, meter
from leapocr_dyn.sandbox import Sandbox

PROGRAM = """
import asyncio, sys, leapocr_dyn
from leapocr_dyn.sandbox import Sandbox
files = [("tea.pdf", open("tea.pdf", "rb").read()), ("[b].pdf", open("coffee.pdf", "rb").read())]
def one(client):
    job = client.ocr.process_file("tea.pdf", progress=True)
    client.ocr.wait_until_done(job, progress=True)
    print(client.ocr.process_batch(files, progress=True))
async def several(client):
    await asyncio.gather(*(client.ocr.process_and_wait(file, progress=True) for file in files))
    print("both", "read")
with Sandbox() as server:
    settings = dict(api_key=server.api_key, base_url=server.url)
    one(leapocr_dyn.LeapOCRSync(**settings))
    asyncio.run(several(leapocr_dyn.LeapOCR(**settings)))
"""


def test_a_terminal_with_rich_gets_bars(folder: Path) -> None:
    """What is sent, what is read, and how many of a batch; two at once stand below each other."""
    with screen(sys.executable, "-X", "dev", "-c", PROGRAM, home=folder, cwd=folder) as shown:
        shown.wait(r"tea\.pdf: sending .*100%.* bytes")
        shown.wait(r"1 of 1 pages")
        shown.wait(r"batch .*2 of 2 files")
        shown.wait("<BatchResult: 2 files, 2 done, 0 failed>")
        last = shown.wait("both read")
        assert "[b].pdf" in last
        assert "tea.pdf" in last
        assert shown.end() == 0


def test_a_terminal_without_rich_gets_lines(folder: Path) -> None:
    """A line when all is sent, and one whenever more is done."""
    program = f"import sys; sys.modules['rich.console'] = None\n{PROGRAM}"
    with screen(sys.executable, "-X", "dev", "-c", program, home=folder, cwd=folder) as shown:
        for line in (
            r"^tea\.pdf: sent \d+ bytes\r$",
            r"^\S+: 1 of 1 pages\r$",
            r"^batch: 2 of 2 files\r$",
            "both read",
        ):
            shown.wait(line)
        assert shown.end() == 0


def test_nothing_shows_where_nobody_looks(
    world: World, folder: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """stderr is no terminal: not a character. A listener of the caller's own is told all the same."""
    client, told = world.client(sandbox.url, api_key=sandbox.api_key), []
    result = world.run(client.ocr.process_and_wait("tea.pdf", on_sent=lambda *bytes: told.append(bytes), progress=True))
    assert result.text == "Green tea"
    assert told[0][0] == 0 < told[-1][0] == told[-1][1]
    assert world.run(client.ocr.job(result).wait(progress=True)).text == "Green tea"
    assert len(world.all(client.ocr.batch(["tea.pdf", "coffee.pdf"], progress=True))) == 2
    assert capsys.readouterr() == ("", "")


class Terminal(io.StringIO):
    """A terminal that only remembers."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_a_listener_hears_what_a_meter_shows(
    world: World, folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """progress=True and on_sent= go together, in every world."""
    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    client, told = world.client(sandbox.url, api_key=sandbox.api_key), []
    world.run(client.ocr.process_and_wait("tea.pdf", on_sent=lambda *bytes: told.append(bytes), progress=True))
    assert told[-1][0] == told[-1][1] > 0
    assert terminal.getvalue().splitlines()[-1] == "tea.pdf: 1 of 1 pages"


def test_lines_are_few() -> None:
    """One for what is sent, and one for each change; nothing before anything is known."""
    said: list[str] = []
    lines = Lines("a", "pages", said.append)
    for sent in (0, 5, 10):
        lines.sent(sent, 10)
    for done, total in ((None, None), (0, 0), (0, 3), (0, 3), (2, 3), (3, None)):
        lines.done(done, total)
    lines.done(4, 5, failed=1)
    assert said == [
        "a: sent 10 bytes", "a: 0 of 3 pages", "a: 2 of 3 pages", "a: 3 pages", "a: 4 of 5 pages, 1 failed"
    ]  # fmt: skip


def test_without_a_terminal_a_meter_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor where there is no stderr at all, or nobody asked; and a listener stays itself."""
    heard = print
    assert type(meter(True, "a", "pages")) is Meter
    assert type(meter(False, "a", "pages")) is Meter
    assert listening(meter(False, "a", "pages"), heard) is heard
    monkeypatch.setattr(sys, "stderr", None)
    assert type(meter(True, "a", "pages")) is Meter


def test_bars_end_with_their_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    """The board goes when the last bar does, also one that nobody closed; names are no markup."""
    pytest.importorskip("rich", reason="bars are rich's: pip install leapocr-dyn[cli]")
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with meter(True, "[red]\x1b", "pages") as one:
        other = meter(True, "other", "pages")
        one.done(1, 3)
        one.close()
        assert progress._board is not None
        del other
    assert progress._board is None
    assert "[red]" in terminal.getvalue()
