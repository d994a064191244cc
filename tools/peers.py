"""Other people's packages that tools measure us against, in a throwaway environment, and never among our dependencies.

One version of each is pinned, so that two runs say the same; whoever raises one looks at what has changed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PINNED = {
    "aiopenapi3": "0.11.0",  # the only other client with models that reads 3.0, 3.1 and 3.2: the one to beat
    "openapi3": "1.8.2",  # a client with models for 3.0; the newest there is
    "openapi-core": "0.23.1",  # validates documents, requests and answers; sends nothing
}


def environment(folder: Path) -> Path:
    """The Python of a new, empty environment."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return folder / "bin" / "python"


def install(python: Path, *what: str) -> str:
    """Install packages; "" where that worked, otherwise the last line of what pip says."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    return "" if run.returncode == 0 else (run.stderr.strip().splitlines() or ["pip failed"])[-1]


def install_peer(python: Path, name: str) -> str:
    """Install the pinned version of a peer; "" or why that was not possible."""
    return install(python, f"{name}=={PINNED[name]}")
