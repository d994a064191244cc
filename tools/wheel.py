"""What hatchling asks when it builds the wheel: the wheel carries spec/, with JSON beside each YAML.

An installed package reads the JSON, so that it never imports yaml for its own services. An editable install reads the
YAML in the checkout instead, and needs nothing from here.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SpecHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling names its parameter only for its own plug-ins
    """Adds `leapocr_dyn/spec/` to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        spec = Path(self.root) / "spec"
        self._folder = tempfile.TemporaryDirectory()
        for source in sorted(spec.rglob("*")):
            if not source.is_file():
                continue
            inside = Path("leapocr_dyn/spec") / source.relative_to(spec)
            build_data["force_include"][str(source)] = str(inside)
            if source.suffix == ".yaml":
                text = json.dumps(yaml.load(source.read_text("utf-8"), StringDates), separators=(",", ":"))
                written = Path(self._folder.name) / inside.with_suffix(".json")
                written.parent.mkdir(parents=True, exist_ok=True)
                written.write_text(text, "utf-8")
                build_data["force_include"][str(written)] = str(inside.with_suffix(".json"))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._folder.cleanup()


class StringDates(yaml.SafeLoader):
    """YAML as OpenAPI wants it: a date stays text."""


StringDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
