"""TAB on the command line, as the shells themselves do it: commands, operations, arguments, what an argument can be."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from screen import Screen, screen
from shell import PROGRAM, Run

import leapocr_dyn
from leapocr_dyn.cli.completion import Bash, Zsh

SHOP = Path(__file__).parent.parent / "samples" / "shop.yaml"
# What is typed, and what it becomes; a space at the end where the word is whole.
COMPLETED = [
    ("leapocr-dyn comp", "letion "),
    ("leapocr-dyn call get_job_st", "atus "),
    ("leapocr-dyn call get_job_status jo", "b_id="),
    ("leapocr-dyn call direct_upload format=ma", "rkdown "),
    ("leapocr-dyn call direct_upload format=markdown mod", "el="),
    ("leapocr-dyn show ocr.del", "ete_job "),
    ("leapocr-dyn call --service zag", "uan "),
    ("leapocr-dyn call --service zaguan list_mod", "els "),
    ("leapocr-dyn call --spec shop.yaml put_ord", "er "),
    ("leapocr-dyn call --spec shop.yaml post_orders_id_papers file=@sam", "ple.pdf "),
    ("leapocr-dyn call get_job_status job_id=1 -o ta", "ble "),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose bin has the command, as a script of bash like pyenv's, with a document and a file in it."""
    home = tmp_path_factory.mktemp("home")
    (home / "bin").mkdir()
    command = home / "bin" / "leapocr-dyn"
    command.write_text(f'#!{shutil.which("bash") or "/bin/sh"}\nexec "{sys.executable}" -c "{PROGRAM}" "$@"\n')
    command.chmod(0o755)
    shutil.copy(SHOP, home / "shop.yaml")
    (home / "sample.pdf").write_bytes(b"%PDF-")
    return home


def installed(name: str) -> str:
    """The shell of that name; without it, the test is left out."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name} on this machine: apt-get install {name}")
    return found


def completed(shell: Screen, typed: str, rest: str) -> None:
    """Type, press TAB and then a mark, which has to stand right behind what the shell made of it."""
    shell.type(typed, key="\t")
    shell.wait(rest.rstrip())
    shell.type("@@", key="\x15")  # Ctrl-U takes the line back
    behind = re.sub(r".\x08", "", shell.wait("@@"))  # zsh writes a space, goes back and writes another
    assert behind == (" @@" if rest.endswith(" ") else "@@")


@pytest.fixture(scope="module")
def bash(home: Path) -> Iterator[Screen]:
    """A bash with the script read."""
    path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    words = (installed("bash"), "--norc", "--noprofile", "-i")
    with screen(*words, home=home, environment={"PATH": path, "PS1": "$ "}, cwd=home) as shell:
        shell.wait(r"\$ ")
        shell.type("bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; "
                   'eval "$(leapocr-dyn completion bash)"; echo re""ady')  # fmt: skip
        shell.wait("ready\r\n.*\\$ ")
        yield shell


@pytest.fixture(scope="module")
def zsh(home: Path) -> Iterator[Screen]:
    """A zsh with the script read."""
    path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    (home / ".zshrc").write_text("PS1='$ '\nunsetopt beep prompt_sp\nautoload -Uz compinit\ncompinit -u -D\n")
    known = {"PATH": path, "ZDOTDIR": str(home), "TERM": "dumb"}
    with screen(installed("zsh"), "-i", home=home, environment=known, cwd=home) as shell:
        shell.wait(r"\$ ")
        shell.type('eval "$(leapocr-dyn completion zsh)"; echo re""ady')
        shell.wait("ready\r\n.*\\$ ")
        yield shell


@pytest.mark.parametrize(("typed", "rest"), COMPLETED, ids=[typed for typed, _ in COMPLETED])
def test_bash_completes(bash: Screen, typed: str, rest: str) -> None:
    """The one word that fits is written out, with a space behind it unless more of it is to be typed."""
    completed(bash, typed, rest)


@pytest.mark.parametrize(("typed", "rest"), COMPLETED, ids=[typed for typed, _ in COMPLETED])
def test_zsh_completes(zsh: Screen, typed: str, rest: str) -> None:
    """As bash does."""
    completed(zsh, typed, rest)


def test_fish_completes(home: Path) -> None:
    """As bash does, by fish's own `complete -C`."""
    lines = [f'complete -C "{typed}"; echo --' for typed, _ in COMPLETED]
    script = "\n".join(["leapocr-dyn completion fish | source", *lines])
    path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run(
        [installed("fish"), "--no-config", "-c", script], capture_output=True, text=True, cwd=home,
        env={**os.environ, "PATH": path, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)},
    )  # fmt: skip
    found = [block.split() for block in said.stdout.split("--\n")]
    for (typed, rest), words in zip(COMPLETED, found, strict=False):
        assert words[:1] == [typed.split()[-1] + rest.strip()], (typed, said.stderr)


def test_bash_lists_what_there_is(bash: Screen) -> None:
    """Several that fit are listed: operations, arguments, values."""
    for typed, listed in (
        ("leapocr-dyn call get_job_", ("get_job_status", "get_job_result")),
        ("leapocr-dyn call get_job_result ", ("job_id=", "page=", "limit=")),
        ("leapocr-dyn call direct_upload format=", ("markdown", "structured")),
    ):
        bash.type(typed, key="\t\t")
        for word in listed:
            bash.wait(word)
        bash.type("", key="\x15")


# --- what is offered, without a shell ---


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], list[str]]:
    """What a line is completed by."""
    from leapocr_dyn import cli

    def offered(line: str, kind: type[Bash] | type[Zsh] = Bash) -> list[str]:
        words = {"COMP_LINE": line, "COMP_BREAKS": "", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
        for name, text in words.items():
            monkeypatch.setenv(name, text)
        found = kind(cli.commands, {}, "leapocr-dyn", "X").complete()
        assert capsys.readouterr() == ("", "")
        return found.splitlines()

    return offered


def test_each_argument_is_offered_once(offered: Callable[[str], list[str]]) -> None:
    """What is given already is not offered again; of a method, its own arguments."""
    assert offered("leapocr-dyn call get_job_result page=2 ") == ["open,job_id=", "open,limit="]
    assert offered("leapocr-dyn call --service zaguan chat_simple message=hi ")[:2] == [
        "open,model=",
        "open,request_id=",
    ]


def test_nothing_is_said_to_somebody_who_types(offered: Callable[[str], list[str]], tmp_path: Path) -> None:
    """An unknown operation or document, and one that would have to be fetched, offer nothing; no network is asked."""
    (tmp_path / "bad.yaml").write_text("a: [")
    for words in (
        "nothing ",
        "--service nope get",
        f"--spec {tmp_path}/bad.yaml get",
        f"--spec {tmp_path}/no.yaml get",
    ):
        assert offered(f"leapocr-dyn call {words}") == []
    assert offered("leapocr-dyn call --spec https://127.0.0.1:9/openapi.json get") == []
    assert offered("leapocr-dyn call get_job_status job_id=") == []


def test_what_a_shell_would_read_is_quoted(offered: Callable[..., list[str]], tmp_path: Path) -> None:
    """A value, and a file's name, reaches the program as it is."""
    schema = {"type": "string", "enum": ["green tea", "$(reboot)", "it's"]}
    parameter = {"name": "kind", "in": "query", "schema": schema}
    operation = {"operationId": "brew", "parameters": [parameter], "responses": {}}
    (tmp_path / "tea.json").write_text(json.dumps({"openapi": "3.1.0", "paths": {"/brew": {"post": operation}}}))
    line = f"leapocr-dyn call --spec {tmp_path}/tea.json brew kind="
    assert offered(line) == [r"plain,kind=green\ tea", r"plain,kind=\$\(reboot\)", r"plain,kind=it\'s"]
    assert r"kind=\$\(reboot\)" in offered(line, Zsh)


def test_completion_builds_no_model_and_opens_no_http(home: Path) -> None:
    """On a document of a thousand operations it looks at names; nothing is made that only a call needs."""
    parameter = {"name": "kind", "in": "query", "schema": {"$ref": "#/components/schemas/Kind"}}
    schemas = {"Kind": {"type": "string", "enum": ["green", "black"]}, "Tea": {"type": "object", "properties": {}}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Tea"}}}
    paths = {
        f"/{number}": {
            "get": {
                "operationId": f"getTea{number}",
                "parameters": [parameter],
                "responses": {"200": {"description": "", "content": content}},
            }
        }
        for number in range(1000)
    }
    (home / "many.json").write_text(
        json.dumps({"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}})
    )
    program = (
        "import attrs, enum, sys\n"
        "def never(*words, **more): raise SystemExit('a model was built')\n"
        "attrs.make_class = attrs.define = never\n"
        "import leapocr_dyn.cli as cli\n"
        "try: cli.main([])\n"
        "except SystemExit as end: print(end, {'httpx', 'yaml', 'jsonschema'} & {*sys.modules})"
    )
    for line, found in (
        ("get_tea99", [f"plain,get_tea{number}" for number in (99, *range(990, 1000))]),
        ("get_tea7 ", ["open,kind="]),
        ("get_tea7 kind=", ["plain,green", "plain,black"]),
    ):
        known = {"COMP_LINE": f"leapocr-dyn call --spec many.json {line}", "COMP_BREAKS": "=:"}
        said = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, cwd=home,
            env={**os.environ, **known, "_LEAPOCR_DYN_COMPLETE": "bash_complete"},
        )  # fmt: skip
        assert said.stdout.splitlines() == [*found, "0 set()"], said.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_printed(run: Run, shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the shell that is named, or the one that the environment names."""
    said = run("completion", shell)
    assert (said.code, said.err) == (0, "")
    assert "leapocr-dyn" in said.out
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    assert run("completion") == said


def test_another_shell_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What there is a script for is said."""
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert run("completion").err == "leapocr-dyn: which shell? bash, zsh, fish (see leapocr-dyn completion --help)\n"


def test_every_service_is_completed_by(offered: Callable[[str], list[str]]) -> None:
    """The bundled ones, by name."""
    assert offered("leapocr-dyn ops --service ") == [f"plain,{name}" for name in leapocr_dyn.bundled()]
