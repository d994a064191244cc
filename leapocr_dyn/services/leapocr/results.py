"""What calls give: the views that spec/leapocr/workflow.yaml declares, and the document's own models, by name.

They are built from the document when one of them is first touched; users may construct them, too. A view's fields stand
in the official package's order, and every further field of the document follows. Unlike there they are frozen, so that
nobody changes what another thread reads: `dataclasses.replace` gives a changed one, `dataclasses.asdict` a dict. What
type checkers see of all this is in results.pyi, which tools/stubs.py writes.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:  # Any: a class, or an enum
    from leapocr_dyn.api import load

    api = load("leapocr")
    found = next((known for known in (api.views, api.models) if name in known), None)
    if found is None or name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return found[name]


def __dir__() -> list[str]:
    from leapocr_dyn.api import load

    api = load("leapocr")
    return sorted({*api.views, *api.models})
