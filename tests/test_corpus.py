"""A slice of the corpus: real documents of every version and spelling, read by the engine and checked by others.

`tools/corpus` looks at all of them; this is what a change has to pass. The folder is not part of the project.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from generate import Maker, StuckError

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "specs" / "corpus"

# Small and varied: 3.0, 3.1 and Swagger 2.0; YAML and JSON; forms, files, unions, cycles, deep objects.
SLICE = (
    "^Adyen__adyen-openapi__json_AccountService-v3",
    "^XeroAPI__Xero-OpenAPI__xero_(assets|files)",
    "^XeroAPI__Xero-OpenAPI__xero-projects",
    "^argoproj__argo-workflows",
    "^box__box-openapi",
    "^braintrustdata",
    "^figma__",
    "^influxdata__openapi__contracts_cloud-diff",
    "^meilisearch__",
    "^ory__sdk__spec_client_v0.0.1-alpha.10",
)

# What is known to be wrong, and why; whoever mends one takes its line away.
KNOWN = {
    "engine: Accept names nothing that the document offers": "Accept is application/json, whatever is offered",
    "engine: Content-Type is a range": "a body of */* is sent under that name",
    "engine: ValidationError: body: a multipart/form...data body is sent as bytes, not dict": "no multipart yet",
    "engine: ValidationError: is not known": "what only `required`, or an option beside `properties`, names is refused",
    "engine: ValidationError: must be number, not object ...": "3.0: what stands beside a $ref is not ignored",
    "engine: another value comes back than was read": "a time outside of a model is spelled differently",
    "engine: calls a value that the schema allows a surprise (enum)": "a union takes its first option of a kind",
    "engine: calls a value that the schema allows a surprise (format)": "a union takes its first option of a kind",
    "engine: calls a value that the schema allows a surprise (type)": "a union takes its first option of a kind",
    "engine: calls a value that the schema allows a surprise (unknown)": "additionalProperties that are allowed",
    "document: a $ref that leads nowhere": "published so",
    "document: jsonschema cannot read the schema: _WrappedReferencingError": "published so: a $ref to a file",
    "generator: no value that jsonschema accepts": "parts of the schema contradict each other",
}

needs_corpus = pytest.mark.skipif(not (CORPUS / "index.json").is_file(), reason="../shared is absent")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What tools/corpus writes about the slice."""
    file = tmp_path_factory.mktemp("corpus") / "told.json"
    only = [word for pattern in SLICE for word in ("--only", pattern)]
    command = [sys.executable, "tools/corpus.py", *only, "--seconds", "60", "--json", str(file)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "No time for" not in run.stdout, run.stdout
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


@needs_corpus
def test_every_document_loads_and_every_operation_is_there(told: dict[str, Any]) -> None:
    """Nothing is lost between a published document and its Api: all load, all operations can be looked at."""
    counts = told["counts"]
    assert counts["loaded"] == counts["documents"] >= len(SLICE)
    assert counts["represented"] == counts["operations"] > 800


@needs_corpus
def test_requests_and_answers_are_what_the_documents_say(told: dict[str, Any]) -> None:
    """Others find nothing wrong with requests and answers, but for what is known by name."""
    new = [reason for reason in told["reasons"] if reason["said"] not in KNOWN]
    assert new == []


def test_a_corpus_that_is_absent_is_no_failure(tmp_path: Path) -> None:
    """Without ../shared, tools/corpus says so in a line and ends well."""
    program = (
        "import sys, pathlib, runpy; sys.path.insert(0, 'tools'); import corpus; corpus.CORPUS = pathlib.Path('/no')"
    )
    program += "; sys.argv = ['corpus']; sys.exit(corpus.main())"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "../shared is absent: there are no documents to look at\n")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"type": "integer", "minimum": 3, "maximum": 3}}, "required": ["a"]},
        {"type": "string", "pattern": "^[a-z]{2}-[0-9]{3,}$", "maxLength": 7},
        {"type": "array", "items": {"enum": ["x", "y"]}, "minItems": 2, "maxItems": 2},
        {"allOf": [{"required": ["b"]}, {"properties": {"b": {"type": ["null", "boolean"]}}}]},
        {"oneOf": [{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, {"type": "null"}]},
        {"type": "object", "additionalProperties": {"type": "string", "minLength": 4}, "minProperties": 2},
    ],
)
def test_a_generated_value_is_one_that_its_schema_allows(schema: Any) -> None:
    """jsonschema accepts what is made, and the same seed makes the same."""
    made = [Maker({}, random.Random(seed)).value(schema) for seed in range(20)]
    assert all(jsonschema.Draft202012Validator(schema).is_valid(value) for value in made)
    assert made == [Maker({}, random.Random(seed)).value(schema) for seed in range(20)]


def test_a_schema_without_a_finite_value_is_refused() -> None:
    """A tree whose every node must hold another has no value: an exception, and no endless loop."""
    tree = {"node": {"type": "object", "properties": {"next": {"$ref": "#/node"}}, "required": ["next"]}}
    with pytest.raises(StuckError, match="no finite value"):
        Maker(tree, random.Random(1)).value({"$ref": "#/node"})
