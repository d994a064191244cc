"""Writes docs/workflow.md, the words of workflow.yaml, from spec/workflow.schema.json: tests hold that it is not stale.

.venv/bin/python tools/workflow_page.py
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "spec" / "workflow.schema.json"
PAGE = ROOT / "docs" / "workflow.md"
LINE = 90  # characters of an example that may stand in one line
KINDS = {"string": "text", "boolean": "yes or no", "integer": "number", "object": "map", None: "anything"}

Schema = dict[str, Any]  # Any: the border where JSON enters

OPENING = """\
# workflow.yaml

{description}

`leapocr_dyn.load(document, workflow="workflow.yaml")` reads the file beside a document; `spec/` holds those of the
bundled services. It is data: names, JSON Pointers, numbers, and the expressions and conditions of
[Arazzo 1.0.1](https://spec.openapis.org/arazzo/v1.0.1.html#runtime-expressions). What does not fit
[its JSON Schema](../spec/workflow.schema.json) is refused with the place. This page is written from that schema by
`tools/workflow_page.py`.

"""


def page(schema: Schema) -> str:
    """The whole page."""
    sections, words = schema["properties"], schema["$defs"]
    lines = ["| section | |", "|---|---|"]
    lines += [f"| [`{name}`](#{name}) | {_first(said['description'])} |" for name, said in sections.items()]
    parts = [OPENING.format(description=schema["description"]) + "\n".join(lines) + "\n"]
    for name, said in sections.items():
        parts.append(_chapter(f"## `{name}`", said, [{name: one} for one in said["examples"]]))
    parts.append("## Words that several sections use\n")
    for name, said in words.items():
        parts.append(_chapter(f"### {name}", said, [said["examples"]]))
    return "\n".join(parts)


def rows(schema: Schema, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Every word below a schema: how it is reached, what it takes, what it says. Shared words are not opened."""
    for name, said in schema.get("properties", {}).items():
        yield prefix + name, takes(said), said.get("description", "")
        yield from rows(said, f"{prefix}{name}.")
    inside = (schema.get("items"), schema.get("additionalProperties"), *schema.get("oneOf", ()))
    for one in inside:
        yield from rows(one, prefix) if isinstance(one, dict) else ()


def takes(schema: Schema) -> str:
    """What a word takes, in a few words of Markdown."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if "oneOf" in schema:
        return " or ".join(dict.fromkeys(takes(one) for one in schema["oneOf"]))
    words = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    if words:
        return ", ".join(f"`{word}`" for word in words)
    if schema.get("type") == "array":
        return "two names" if schema.get("maxItems") == 2 else f"list of {takes(schema['items'])}"
    inside = schema.get("additionalProperties")
    return f"map of {takes(inside)}" if isinstance(inside, dict) else KINDS[schema.get("type")]


def _chapter(heading: str, said: Schema, examples: list[Any]) -> str:  # Any: JSON
    shown = "".join(f"```yaml\n{yaml_of(one)}\n```\n" for one in examples)
    words = "".join(f"| `{name}` | {kind} | {text} |\n" for name, kind, text in rows(said))
    table = f"\n| word | takes | |\n|---|---|---|\n{words}" if words else f"\nIt takes: {takes(said)}.\n"
    return f"{heading}\n\n{said['description']}\n\n{shown}{table}"


def yaml_of(value: Any, indent: str = "") -> str:  # Any: JSON
    """YAML for people to read: what is short stands in one line, the rest below each other."""
    if isinstance(value, dict):
        return "\n".join(f"{indent}{_flow(key)}:{_inside(one, indent + '  ')}" for key, one in value.items())
    return "\n".join(f"{indent}-{_inside(one, indent + '  ')}" for one in value)


def _inside(value: Any, indent: str) -> str:  # Any: JSON
    line = _flow(value)
    if not isinstance(value, dict | list) or (len(indent + line) < LINE and (indent != "  " or line[0] == "[")):
        return f" {line}"
    return "\n" + yaml_of(value, indent)


def _flow(value: Any) -> str:  # Any: JSON
    text: str = yaml.safe_dump(value, sort_keys=False, default_flow_style=True, width=10_000, allow_unicode=True)
    return text.removesuffix("...\n").rstrip("\n")


def _first(text: str) -> str:
    return text.partition("; ")[0].partition(". ")[0].rstrip(".") + "."


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(SCHEMA.read_text("utf-8"))), "utf-8")
    print(PAGE)
