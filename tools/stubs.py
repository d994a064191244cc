"""Writes the stubs that the package carries, from the live objects: tests hold that they are not stale.

.venv/bin/python tools/stubs.py

For each bundled service that has a door: what calls give (beside the module that `components.of` makes), and
namespaces.pyi, from which the door's clients inherit where a type checker looks.
"""

from __future__ import annotations

from pathlib import Path

from leapocr_dyn import bundled, load
from leapocr_dyn.explore import door, stubs

PACKAGE = Path(__file__).parent.parent / "leapocr_dyn"


def doors() -> list[str]:
    """The bundled services that have a door."""
    return [name for name in bundled() if door.has_door(name)]


def module(path: Path) -> str:
    """The name of the module that a file is."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def models(service: str) -> list[Path]:
    """The modules whose names are the components of a service's document; the outermost one comes first."""
    files = (PACKAGE / "services" / service).rglob("*.py")
    return sorted((one for one in files if "= components.of(" in one.read_text("utf-8")), key=module)


def baked() -> dict[Path, str]:
    """{path: text} of all stubs in the package that are written by us, not by hand."""
    texts = {}
    for service in doors():
        api = load(service)
        first, *others = models(service)
        texts[first.with_suffix(".pyi")] = stubs.models(api)
        texts |= {one.with_suffix(".pyi"): f"from {module(first)} import *  # noqa: F403\n" for one in others}
        names = PACKAGE / "services" / service / "namespaces.pyi"
        texts[names] = stubs.namespaces(api, module(first), door.clients(service))
    return texts


if __name__ == "__main__":
    for path, text in baked().items():
        path.write_text(text, "utf-8")
        print(path)
