"""What calls give, by the names of the service's own client (views of spec/claude/workflow.yaml); and components."""

from __future__ import annotations

from leapocr_dyn.services import components

__getattr__, __dir__ = components.of("claude", __name__)
