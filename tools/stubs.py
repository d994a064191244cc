"""Writes the stubs that the package carries, from the live objects: tests hold that they are not stale.

.venv/bin/python tools/stubs.py
"""

from __future__ import annotations

from pathlib import Path

from leapocr_dyn import load
from leapocr_dyn.explore import stubs
from leapocr_dyn.services.leapocr import LeapOCR, LeapOCRSync

PACKAGE = Path(__file__).parent.parent / "leapocr_dyn"


def baked() -> dict[Path, str]:
    """{path: text} of all stubs in the package that are written by us, not by hand."""
    place = "leapocr_dyn.services.leapocr"
    folder = PACKAGE / "services" / "leapocr"
    api = load("leapocr")
    return {
        folder / "results.pyi": stubs.models(api),
        folder / "namespaces.pyi": stubs.namespaces(
            api, f"{place}.results", (LeapOCRSync._doors, LeapOCR._doors), clients=False
        ),
    }


if __name__ == "__main__":
    for path, text in baked().items():
        path.write_text(text, "utf-8")
        print(path)
