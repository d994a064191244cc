"""Where a word of an API's workflow stands: its file, its line and the keys that lead there.

The workflow itself keeps no lines. They are looked up in its text, where it was given as text or as a file; of a
bundled service the YAML is read, and not the JSON that an installed package loads.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leapocr_dyn.document import source

if TYPE_CHECKING:
    from leapocr_dyn.api import Api


def of(api: Api, *keys: str) -> str:
    """`workflow.yaml, line 42: operations/placeOrder/name`; without a line where nobody can tell."""
    name, text = _text(api)
    found = _line(text, keys)
    where = f"{name}, line {found}" if found is not None else name
    return f"{where}: {'/'.join(keys)}"


def _text(api: Api) -> tuple[str, str]:
    """What the workflow is called, and its text; "" where it was given as a dict."""
    given = api.recipe.workflow
    if given is None and api.is_bundled:
        service = str(api.recipe.given)
        path = source.bundled_path(service, "workflow")
        return (f"spec/{service}/workflow.yaml", _content(path.with_suffix(".yaml"))) if path else ("workflow", "")
    if isinstance(given, bytes):
        return "workflow", given.decode("utf-8", "replace")
    if isinstance(given, str) and ("\n" in given or given.lstrip().startswith("{")):
        return "workflow", given
    return (os.path.basename(given), _content(Path(given))) if isinstance(given, str) else ("workflow", "")


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""  # it was there when it was loaded


@functools.lru_cache(maxsize=8)
def _line(text: str, keys: tuple[str, ...]) -> int | None:
    """The line of a key below others, from 1."""
    import yaml  # not at the top: only people ask

    try:
        node: Any = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # Any: of yaml's kinds
    except yaml.YAMLError:
        return None
    line = None
    for wanted in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        key, node = next(((key, value) for key, value in pairs if key.value == wanted), (None, None))
        if key is None:
            return None
        line = key.start_mark.line + 1
    return line
