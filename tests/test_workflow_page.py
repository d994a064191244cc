"""docs/workflow.md: every word of workflow.yaml stands there, and every example is one."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from test_workflow_file import written

from leapocr_dyn.document import criterion, expression, text, workflow
from leapocr_dyn.errors import DocumentError

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import workflow_page as tool  # noqa: E402 - it stands beside the tools, which are found from here on

SCHEMA: dict[str, Any] = json.loads((ROOT / "spec" / "workflow.schema.json").read_text("utf-8"))
PAGE = (ROOT / "docs" / "workflow.md").read_text("utf-8")
CHAPTERS = dict(re.findall(r"^###? (.*?)\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE))
SECTIONS = {name.strip("`"): said for name, said in CHAPTERS.items() if name.startswith("`")}
EXAMPLES = [
    (name.strip("`"), found)
    for name, said in CHAPTERS.items()
    for found in re.findall(r"```yaml\n(.*?)```", said, re.DOTALL)
]


def properties(node: Any, place: str = "") -> Iterator[tuple[str, str, Any]]:
    """(where, name, schema) for every property below a schema."""
    if isinstance(node, dict):
        for name, said in node.get("properties", {}).items() if place.rpartition("/")[2] != "properties" else ():
            yield place, name, said
        for key, inside in node.items():
            if key != "examples":
                yield from properties(inside, f"{place}/{key}")
    elif isinstance(node, list):
        for inside in node:
            yield from properties(inside, place)


def test_the_page_is_what_the_schema_says() -> None:
    """It is written by tools/workflow_page.py; a word that changes in the schema has to be written again."""
    assert tool.page(SCHEMA) == PAGE, "run tools/workflow_page.py"


def test_every_section_of_the_file_has_its_own_on_the_page_and_no_other() -> None:
    """In the order of the schema, and so has every word that several sections use."""
    assert list(SECTIONS) == list(SCHEMA["properties"])
    assert [name for name in CHAPTERS if not name.startswith("`")][1:] == list(SCHEMA["$defs"])


def test_every_word_of_the_schema_is_described_in_the_place_where_it_is_used() -> None:
    """A name, what it takes, and a sentence."""
    missing = []
    found = list(properties(SCHEMA))
    for place, name, said in found:
        section = place.split("/")[2] if place else name
        chapter = CHAPTERS.get(f"`{section}`", "") if not place.startswith("/$defs") else CHAPTERS[section]
        row = re.search(rf"^\| `(?:\w+\.)*{name}` \| [^|]+ \| [^|]+\.? \|$", chapter, re.MULTILINE)
        if not said.get("description") or (place and row is None):
            missing.append(f"{place}/{name}")
    assert missing == []
    assert len(found) > 70


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_every_example_is_one(name: str, example: str) -> None:
    """It fits the schema, and its expressions and conditions can be read."""
    tree = text.parse(example, "docs/workflow.md")
    if name in SECTIONS:
        assert list(tree) == [name]
        workflow.read(example)
    else:
        kind = jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})
        assert [error.message for one in tree for error in kind.iter_errors(one)] == []
    for one in written(tree):
        assert callable(criterion.condition(one) if " " in one else expression.parse(one))


def test_a_word_that_is_misspelled_is_refused_with_its_place() -> None:
    """The page's promise about its schema."""
    with pytest.raises(DocumentError, match=r"pages/listTeas: .*'itms' was unexpected"):
        workflow.read({"pages": {"listTeas": {"input": "page", "itms": "$response.body#/data"}}})
