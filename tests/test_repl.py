"""`leapocr-dyn repl`: a prompt with a client ready, at a real terminal: Python's own, or IPython where there is one."""

from __future__ import annotations

import json
import re
import signal
import stat
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from screen import Screen, screen

import leapocr_dyn
from leapocr_dyn import errors
from leapocr_dyn.explore import door
from leapocr_dyn.explore.complaint import sentence
from leapocr_dyn.explore.console import Completer
from leapocr_dyn.explore.repl import banner, public
from leapocr_dyn.progress import amount

pytest.importorskip("platformdirs", reason="what is typed is kept where platformdirs says")
KEY = "sk-that-nobody-may-see"
PLAIN = ("--plain",)
STATE = Path("state") / "leapocr_dyn" / "repl.jsonl"
Open = Callable[..., AbstractContextManager[Screen]]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Opens the prompt, with a home of its own."""
    program = "import leapocr_dyn.cli as cli; cli.main(['repl', *__import__('sys').argv[1:]])"
    return partial(at_terminal, tmp_path, program)


def at_terminal(home: Path, program: str, *words: str, **environment: str) -> AbstractContextManager[Screen]:
    """A screen with that program on it."""
    known = {"XDG_STATE_HOME": str(home / "state"), "IPYTHONDIR": str(home / "ipython")}
    return screen(sys.executable, "-c", program, *words, home=home, environment=known | environment)


@pytest.fixture(params=["python", "ipython"])
def kind(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options for either prompt."""
    if request.param == "ipython" and find_spec("IPython") is None:
        pytest.skip("IPython is not installed: pip install leapocr-dyn[repl]")
    return PLAIN if request.param == "python" else ()


def ready(prompt: Screen) -> str:
    """Wait for the prompt; what showed before it."""
    return prompt.wait(r"(>>> |In \[\d+\]: )")


def test_a_minute_at_the_prompt(opened: Open, kind: tuple[str, ...]) -> None:
    """A local server, a client that speaks to it, its answers, the last one as `_`, and `await`; Ctrl-D ends it all."""
    with opened("--sandbox", *kind) as prompt:
        shown = ready(prompt)
        assert re.search(r"LeapOCR at http://127\.0\.0\.1:\d+/api/v1: client \(LeapOCRSync\) and api", shown)
        prompt.type("client.health(), 6 * 7")
        prompt.wait(r"\(True, 42\)")
        prompt.type("_[1] + 1")
        prompt.wait("43")
        prompt.type("import asyncio; await asyncio.sleep(0, 'wok' + 'en')")
        prompt.wait("'woken'")
        prompt.type("exit()")
        assert prompt.end() == 0


def test_an_async_client_is_awaited(opened: Open, kind: tuple[str, ...]) -> None:
    """With --async, `client` is the async one; every `await` runs in one loop, and what it leaves open is closed."""
    with opened("--sandbox", "--async", *kind) as prompt:
        assert "client (LeapOCR)" in ready(prompt)
        prompt.type("await client.health(), 6 * 7")
        prompt.wait(r"\(True, 42\)")
        prompt.type("await client.health(), 6 * 8")  # in the same loop, over the same connection
        prompt.wait(r"\(True, 48\)")
        prompt.type("exit()")
        assert prompt.end() == 0
        assert "Warning" not in prompt.shown


def test_a_mistake_is_a_sentence(opened: Open, kind: tuple[str, ...]) -> None:
    """An error of ours has no traceback before %tb is typed; an error of the user's own has it at once."""
    with opened("--sandbox", *kind) as prompt:
        ready(prompt)
        prompt.type("client.ocr.get_job_result(pge=1)")
        prompt.wait("TypeError: get_job_result.. has no argument 'pge'; did you mean 'page'?")
        prompt.type("client.ocr.get_job_status('none')")
        shown = prompt.wait("NotFoundError: get_job_status: 404 NOT_FOUND: job not found")
        assert "Traceback" not in shown
        assert 'File "' not in shown
        prompt.type("%tb")
        assert "answer.py" in prompt.wait(r"exceptions\.NotFoundError|NotFoundError: get_job")
        prompt.type("1 / 0")
        assert "Traceback" in prompt.wait("ZeroDivisionError: division by zero")


def test_ctrl_c_ends_the_call_and_not_the_prompt(opened: Open, kind: tuple[str, ...]) -> None:
    """A call that takes long is given up; the next one works."""
    with opened("--sandbox", *kind) as prompt:
        ready(prompt)
        prompt.type("import time; print('be' + 'gun', flush=True); time.sleep(1000)")
        prompt.wait("begun")
        prompt.process.send_signal(signal.SIGINT)
        prompt.wait("KeyboardInterrupt")
        prompt.type("client.health(), 6 * 7")
        prompt.wait(r"\(True, 42\)")


def test_what_was_typed_is_there_again_without_its_secrets(opened: Open, kind: tuple[str, ...], tmp_path: Path) -> None:
    """The next prompt knows it; no file below the user's home holds a key that was used, and the file is 0600."""
    with opened(*kind, LEAPOCR_API_KEY=KEY) as prompt:
        ready(prompt)
        for line in (f"mine = '{KEY}'; 20 + 1", "other = leapocr_dyn.LeapOCRSync('positional'); 20 + 2"):
            prompt.type(line)
            prompt.wait(f"2{line[-1]}")
        prompt.type("'remember ' + 'this', 20 + 3")
        prompt.wait("23")
        prompt.type("exit()")
        assert prompt.end() == 0
    assert [json.loads(line) for line in (tmp_path / STATE).read_text().splitlines()][:3] == [
        "mine = '***'; 20 + 1",
        "other = leapocr_dyn.LeapOCRSync('***'); 20 + 2",
        "'remember ' + 'this', 20 + 3",
    ]
    assert stat.S_IMODE((tmp_path / STATE).stat().st_mode) == 0o600
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    held = [path for path in files if KEY.encode() in path.read_bytes() or b"positional" in path.read_bytes()]
    assert held == []
    with opened(*kind) as prompt:
        ready(prompt)
        prompt.type("\x1b[A", key="")
        if prompt.wait("exit|remember").endswith("exit"):
            prompt.type("\x1b[A", key="")
            prompt.wait("remember")


def test_without_a_key_it_opens_and_says_what_to_set(opened: Open) -> None:
    """No key is no reason not to look around; a call then says the same."""
    with opened("--plain") as prompt:
        assert "No key: set LEAPOCR_API_KEY and start again" in ready(prompt)
        prompt.type("client.ocr.get_job_status('x')")
        prompt.wait("AuthenticationError: .*api_key=")


def test_a_closed_terminal_stops_the_sandbox(opened: Open) -> None:
    """A hangup ends the prompt as exit() does, so that the local server's files go."""
    with opened("--sandbox", "--plain") as prompt:
        ready(prompt)
        prompt.process.send_signal(signal.SIGHUP)
        prompt.type("")  # a terminal that closes wakes who reads from it, too
        assert prompt.end() == 128 + signal.SIGHUP


def test_names_and_arguments_are_completed(opened: Open) -> None:
    """Tab, at Python's own prompt: a namespace, an operation, an argument."""
    with opened("--plain") as prompt:
        ready(prompt)
        prompt.type("client.oc\t.get_job_res\tpag\t", key="")
        prompt.wait(re.escape("client.ocr.get_job_result(page="))


# --- the same without a terminal ---


@pytest.fixture(scope="module")
def completer() -> Completer:
    """Completion at a prompt with a client."""
    client = leapocr_dyn.load("leapocr").client(api_key=KEY, base_url="https://api.test")
    return Completer({"client": client, "api": client.api})


@pytest.mark.parametrize(
    ("before", "word", "found"),
    [
        ("", "client.ocr.get_job_s", ["client.ocr.get_job_status("]),
        ("client.ocr.get_job_result(", "", ["job_id=", "page=", "limit="]),
        ("client.ocr.get_job_result(job_id=f(1, [2]), ", "", ["page=", "limit="]),
        ("client.ocr.get_job_result(job_id='a(b, ', ", "lim", ["limit="]),
        ("client.ocr.get_job_result(page=", "", []),
        ("len(client.ocr.get_job_result(", "pa", ["page="]),
        ("", "", ["    "]),
        ("nothing.here(", "", []),
        ("x = 1 + (", "", []),
        ("", "cli", ["client"]),
    ],
)
def test_what_may_come_next(completer: Completer, before: str, word: str, found: list[str]) -> None:
    """Names as they are, and in a call the arguments that are not given yet."""
    assert completer.candidates(before, word) == found


@pytest.mark.parametrize("service", leapocr_dyn.bundled())
@pytest.mark.parametrize("is_async", [False, True])
def test_every_service_opens_without_a_key(service: str, is_async: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client there is in any case; the banner has six lines at most, also where a line has 80 characters, and
    everything that it says to call is there."""
    api = leapocr_dyn.load(service)
    for variable in api.workflow.environment.values():
        monkeypatch.delenv(variable, raising=False)
    client = door.opened(service, is_async, {}) or (api.async_client() if is_async else api.client())
    said = banner(client).splitlines()
    assert len(said) <= 6
    assert max(map(len, said)) <= 80
    assert ("await" in said[-1]) is not client._blocks, "what a blocking client gives is lost to an await, and paid for"
    for call in re.findall(r"client[\w.]*\w", "\n".join(said[1:])):
        assert eval(call, {"client": client}) is not None


@pytest.mark.parametrize("service", leapocr_dyn.bundled())
def test_every_service_opens_with_a_key(service: str) -> None:
    """--key and --token mean the service's one secret, whatever its own client calls it."""
    for words in ({"api_key": KEY}, {"token": KEY}):
        client = door.opened(service, False, {**words, "base_url": "http://127.0.0.1:9"})
        assert client is not None
        assert KEY in client._session.credentials.secrets()
        assert type(client).__name__ in door.named(service)


def test_ctrl_c_at_the_prompt_says_which_job_goes_on() -> None:
    """What was begun is paid for: the note that a call leaves on the interruption is shown with it."""
    stopped = KeyboardInterrupt()
    stopped.add_note("This was about job 42.")
    assert sentence(stopped) == "KeyboardInterrupt\nThis was about job 42."


def test_a_prompt_has_a_services_own_names() -> None:
    """Options and models are at hand; exceptions, some of which are named as Python's, are not."""
    found = public(import_module("leapocr_dyn.services.leapocr"))
    assert {"ProcessOptions", "Format"} <= found.keys()
    assert not {"TimeoutError", "LeapOCRError"} & found.keys()


def test_a_script_may_be_piped_in(tmp_path: Path) -> None:
    """Without a terminal it reads lines, and its answers can be read."""
    import os
    import subprocess

    program = "import leapocr_dyn.cli as cli; cli.main(['repl', '--key', 'k' * 9])"
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-X", "dev", "-c", program], input="api.name\nawait client.health\n",
        capture_output=True, text=True, env=environment,
    )  # fmt: skip
    assert said.returncode == 0
    assert "'LeapOCR'" in said.stdout
    assert "can't be used in 'await' expression" in said.stderr


def test_a_mistake_of_ours_keeps_its_traceback() -> None:
    """What this package raises on purpose is a sentence; what breaks inside it is a bug, and has to be seen."""
    size: Any = "many"
    with pytest.raises(TypeError) as broken:
        amount(size)
    assert sentence(broken.value) is None
    api = leapocr_dyn.load("leapocr")
    with pytest.raises(KeyError) as meant:
        api.operations["get_job_statu"]
    assert "did you mean" in (sentence(meant.value) or "")
    assert sentence(KeyboardInterrupt()) == "KeyboardInterrupt"
    assert sentence(errors.FileError("no\x1bfile")) == "FileError: no\\u001bfile"
