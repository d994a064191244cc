"""A real browser for tests: headless Chromium, spoken to through a pair of pipes.

Source: Chrome DevTools Protocol; `--remote-debugging-pipe` reads from descriptor 3 and writes to 4, and every message
ends with a zero byte. It asks no network for anything: tests hold that.
"""

from __future__ import annotations

import base64
import io
import json
import os
import select
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 120.0  # seconds that any answer may take: only a browser that hangs takes as long
SWITCHES = [
    "--headless",
    "--no-sandbox",  # tests run as root, too, and look at nothing but their own pages
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--no-first-run",
    "--force-device-scale-factor=1",
    "--remote-debugging-pipe",
]


class Browser:
    """A browser with one page."""

    def __init__(self, program: str, folder: Path) -> None:
        ours, theirs = os.pipe(), os.pipe()
        self._write, self._read = ours[1], theirs[0]
        # Exactly descriptors 3 and 4, whatever ours are called.
        line = f'exec "$0" "$@" 3<&{ours[0]} 4>&{theirs[1]}'
        arguments = ["bash", "-c", line, program, *SWITCHES, f"--user-data-dir={folder}", "about:blank"]
        self._process = subprocess.Popen(
            arguments,
            pass_fds=(ours[0], theirs[1]),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(ours[0])
        os.close(theirs[1])
        self._number = 0
        self._rest = b""
        self._session: str | None = None
        self._events: list[dict[str, Any]] = []
        pages = self.ask("Target.getTargets")["targetInfos"]
        target = next(one["targetId"] for one in pages if one["type"] == "page")
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime", "DOM", "CSS"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> Any:
        """What a command answers."""
        self._number += 1
        session = {"sessionId": self._session} if self._session else {}
        os.write(
            self._write,
            json.dumps({"id": self._number, "method": method, "params": params, **session}).encode() + b"\0",
        )
        while (told := self._next()).get("id") != self._number:
            self._events.append(told)
        assert "error" not in told, told
        return told["result"]

    def open(self, path: Path, width: int = 1200, height: int = 900, dark: bool = False) -> None:
        """Show a file, in a window of this size, until all of it is there."""
        self._events.clear()
        theme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.ask("Emulation.setEmulatedMedia", features=theme)
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=0, y=0)
        self.ask("Page.navigate", url=path.as_uri())
        while not any(one.get("method") == "Page.loadEventFired" for one in self._events):
            self._events.append(self._next())

    def run(self, script: str) -> Any:
        """What an expression gives on the page; the policy of the page does not bind who looks from outside."""
        said = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    def picture(self) -> Any:  # Any: Pillow's image
        """What is on the screen, from top to bottom of the page."""
        from PIL import Image

        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        return Image.open(io.BytesIO(base64.b64decode(shot))).convert("RGB")

    def printed(self) -> bytes:
        """The page as a PDF, as it would be printed."""
        return base64.b64decode(self.ask("Page.printToPDF", printBackground=True)["data"])

    def point(self, x: float, y: float) -> None:
        """Move the mouse there."""
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def press(self, key: str) -> None:
        """Press and release a key."""
        for what in ("rawKeyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=what, key=key, code=key, windowsVirtualKeyCode={"Tab": 9}[key])

    @property
    def asked(self) -> list[str]:
        """The address of everything that the page wanted from anywhere, data: excepted."""
        return [url for url in self._wanted.values() if not url.startswith("data:")]

    @property
    def refused(self) -> list[str]:
        """Those of them that the page's own policy did not let it have."""
        failed = [one["params"] for one in self._events if one.get("method") == "Network.loadingFailed"]
        return [self._wanted[one["requestId"]] for one in failed if one.get("blockedReason") == "csp"]

    @property
    def _wanted(self) -> dict[str, str]:
        sent = [one["params"] for one in self._events if one.get("method") == "Network.requestWillBeSent"]
        return {one["requestId"]: one["request"]["url"] for one in sent}

    @property
    def said(self) -> list[str]:
        """What the browser complains of: refusals by the page's policy, too."""
        logged = [one["params"]["entry"]["text"] for one in self._events if one.get("method") == "Log.entryAdded"]
        return logged + [json.dumps(one) for one in self._events if one.get("method") == "Runtime.exceptionThrown"]

    def close(self) -> None:
        """End it."""
        os.killpg(self._process.pid, signal.SIGKILL)  # a browser is many processes
        self._process.wait(PATIENCE)
        os.close(self._write)
        os.close(self._read)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], PATIENCE)
            piece = os.read(self._read, 2**20) if ready else b""
            assert piece, "the browser does not answer"
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(line)
        return told


def browser(folder: Path) -> Browser:
    """A browser, or a skip that says what is missing."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    return Browser(program, folder)
