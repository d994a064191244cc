"""The command line as tests run it: in this process, or in one of its own that can be interrupted."""

from __future__ import annotations

import http.server
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import pytest

from leapocr_dyn.transport import Clock

if TYPE_CHECKING:
    from leapocr_dyn.sandbox import Sandbox

PROGRESS = r"leapocr-dyn: (\S+: (sent \d+(\.\d)? (bytes|kB|MB)|\d+ of \d+ pages)|wrote \S+)"
# A shell that starts us in the background has Ctrl-C ignored, and that is inherited.
PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import leapocr_dyn.cli as cli; cli.main()"
)


class Said(NamedTuple):
    """What a command left behind. errors: the lines on stderr that are no progress."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """What went wrong."""
        return [line for line in self.err.splitlines() if not re.fullmatch(PROGRESS, line)]


Run = Callable[..., Said]


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    """The command line in a process and a session of its own, which ends with the block at the latest."""
    command = [sys.executable, "-X", "dev", "-c", PROGRAM, *words]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True, start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process."""
    from leapocr_dyn import cli

    def run(*words: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder we are in, with some documents."""
    pytest.importorskip("starlette", reason="the sandbox needs starlette: pip install leapocr-dyn[sandbox]")
    from test_sandbox_reader import pdf

    for name in ("tea", "coffee"):
        (tmp_path / f"{name}.pdf").write_bytes(pdf(f"Green {name}"))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4\nand no more")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def configured(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox, named in the environment."""
    monkeypatch.setenv("LEAPOCR_API_KEY", sandbox.api_key)
    monkeypatch.setenv("LEAPOCR_BASE_URL", sandbox.url)
    return sandbox


@pytest.fixture(scope="module")
def slow() -> Iterator[Sandbox]:
    """A sandbox that reads no page before a minute is over."""
    pytest.importorskip("starlette", reason="the sandbox needs starlette: pip install leapocr-dyn[sandbox]")
    from leapocr_dyn.sandbox import Sandbox

    with Sandbox(page_pause=60) as sandbox:
        yield sandbox


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two attempts."""
    monkeypatch.setattr(Clock, "sleep", lambda clock, seconds, halt: None)


class Page(http.server.BaseHTTPRequestHandler):
    """Answers everything with a web page."""

    bodies: ClassVar[list[Any]] = []

    def do_POST(self) -> None:
        """Remember what came, and say hello."""
        self.bodies.append(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null"))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "15")
        self.end_headers()
        self.wfile.write(b"<h1>Hello!</h1>")

    do_GET = do_POST  # noqa: N815 - http.server's own name

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def page(impatient: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The address in the environment is a web page's. The JSON bodies that it was sent."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        monkeypatch.setenv("LEAPOCR_API_KEY", "key")
        monkeypatch.setenv("LEAPOCR_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        Page.bodies.clear()
        yield Page.bodies
        server.shutdown()
        serving.join()
