"""The README's examples do what the README says they do."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leapocr_dyn import errors
from leapocr_dyn.document import source, text
from leapocr_dyn.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", README, re.DOTALL)
SESSIONS = re.findall(r"```pycon\n(.*?)```", README, re.DOTALL)
PACKAGE = ROOT / "leapocr_dyn"


@pytest.fixture(scope="module")
def leapocr() -> Iterator[Sandbox]:
    """LeapOCR on this machine, as the demo has it."""
    with Sandbox(part_size=128 * 1024) as sandbox:
        yield sandbox


@pytest.mark.parametrize(("program", "printed"), PROGRAMS, ids=[f"program {n + 1}" for n in range(len(PROGRAMS))])
def test_a_program_prints_what_stands_below_it(
    program: str, printed: str, leapocr: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each Python example, run as it stands with the key in the environment, prints the text that follows it."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("LEAPOCR_API_KEY", leapocr.api_key)
    monkeypatch.setenv("LEAPOCR_BASE_URL", leapocr.url)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(program, "README.md", "exec"), {})
    assert out.getvalue() == printed


@pytest.mark.parametrize("session", SESSIONS, ids=[f"session {n + 1}" for n in range(len(SESSIONS))])
def test_a_minute_at_the_prompt_goes_as_shown(session: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line that the README types at the prompt goes as shown."""
    monkeypatch.chdir(ROOT)
    test = doctest.DocTestParser().get_doctest(session, {}, "README.md", "README.md", 0)
    runner = doctest.DocTestRunner()
    with contextlib.redirect_stdout(io.StringIO()) as out:
        runner.run(test)
    assert runner.failures == 0, out.getvalue()
    assert runner.tries > 10


def test_the_first_session_goes_as_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the command to the result: what is typed at the prompt of a local LeapOCR goes as shown."""
    [shown] = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    _, command, *lines = shown.splitlines(keepends=True)
    typed = "".join(line.removeprefix(">>> ") for line in lines if line.startswith(">>> "))
    # Nobody echoes what comes through a pipe.
    wanted = re.sub(r"^>>> .*\n", ">>> ", "".join(lines), flags=re.MULTILINE) + ">>> \n"
    assert command == "$ leapocr-dyn repl --sandbox\n"
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    monkeypatch.chdir(ROOT)
    run = subprocess.run(
        [sys.executable, "-m", "leapocr_dyn.cli", "repl", "--sandbox"],
        input=typed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
    )  # fmt: skip
    port, request = r"127\.0\.0\.1:\d+", r"request id [0-9a-f-]+"
    same = [re.sub(request, "request id", re.sub(port, "here", text)) for text in (run.stdout, wanted)]
    assert same[0] == same[1]


def test_the_piece_of_workflow_yaml_is_one() -> None:
    """The YAML that the README shows stands like that in LeapOCR's own workflow."""
    shown, _ = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    poll = text.parse(shown, "README.md")["poll"]
    ours = source.bundled("leapocr", "workflow")
    assert ours is not None
    assert poll["operation"] == ours["poll"]["operation"]
    assert all(acceptor in ours["poll"]["accept"] for acceptor in poll["accept"])


def test_ten_lines_of_yaml_are_ten() -> None:
    """The workflow of the tea house stands in the README as it stands in its file."""
    _, shown = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert shown == (ROOT / "samples" / "teas.workflow.yaml").read_text("utf-8")
    assert len(shown.splitlines()) == 10


def test_every_file_that_the_readme_names_is_there() -> None:
    """Nobody is sent to a file that does not exist."""
    named = set(re.findall(r"\]\((?!http)([\w./-]+)\)", README)) | set(re.findall(r"`\./(tools/\w+)`", README))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_picture_of_the_flow_matches_the_tree() -> None:
    """Every module and folder that the README names is there, and every folder of the package is in its picture."""
    (picture,) = re.findall(r"```\n( bytes.*?)```", README, re.DOTALL)
    named = set(re.findall(r"(?<![\w./*-])((?:\w+/)*\w+(?:\.py\b|/(?!\w)))", picture))
    named |= set(re.findall(r"`((?:\w+/)+(?:\w+\.py)?|\w+\.py)`", README))
    assert [path for path in sorted(named) if not (PACKAGE / path).exists() and not (ROOT / path).exists()] == []
    folders = {f"{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}
    assert folders <= set(re.findall(r"\w+/", picture))


def test_every_name_that_the_readme_gives_is_one() -> None:
    """What stands in the table of errors, and what is imported by name, can be imported."""
    table = README[README.index("| it happened") : README.index("## Design decisions")]
    raised = set(re.findall(r"`(\w+Error)`", table))
    assert "WebhookError" in raised
    assert [name for name in sorted(raised) if not hasattr(errors, name)] == []
