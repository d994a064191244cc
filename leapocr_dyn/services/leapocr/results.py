"""What calls give: the views that spec/leapocr/workflow.yaml declares, and the document's own models, by name.

They are built from the document when one of them is first touched; users may construct them, too. A view's fields stand
in the official package's order, and every further field of the document follows. Unlike there they are frozen, so that
nobody changes what another thread reads: `dataclasses.replace` gives a changed one, `dataclasses.asdict` a dict. What
type checkers see of all this is in results.pyi, which tools/stubs.py writes.
"""

from __future__ import annotations

from leapocr_dyn.services import components

__getattr__, __dir__ = components.of("leapocr", __name__)
