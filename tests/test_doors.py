"""The doors of all bundled services: what is more than data stays small."""

from __future__ import annotations

from pathlib import Path

import pytest

import leapocr_dyn

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("service", [name for name in leapocr_dyn.bundled() if name != "leapocr"])
def test_a_door_and_its_workflow_are_small(service: str) -> None:
    """At most 400 lines together; the flagship, which has uploads, jobs and batches of its own, may have more."""
    files = [*(ROOT / "leapocr_dyn" / "services" / service).rglob("*.py"), ROOT / "spec" / service / "workflow.yaml"]
    assert sum(len(file.read_text("utf-8").splitlines()) for file in files) <= 400
