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

import httpx
import jsonschema
import pytest
from generate import Maker, StuckError

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import judge.style  # noqa: E402 - it stands beside the tools, which are found from here on
from judge import body  # noqa: E402 - it stands beside the tools, which are found from here on
from judge.verdict import Disagreed  # noqa: E402 - as above

CORPUS = ROOT.parent / "shared" / "specs" / "corpus"

# Varied, and the larger ones because nothing smaller has it: 3.0, 3.1 and Swagger 2.0; YAML and JSON; forms, files,
# unions, cycles, deep objects in queries and forms, ranges as media types, several media types for a body, binary and
# text answers, headers and cookies, references to files that are absent.
SLICE = (
    "^Adyen__adyen-openapi__json_AccountService-v3",
    "^XeroAPI__Xero-OpenAPI__xero_(assets|files)",
    "^XeroAPI__Xero-OpenAPI__xero-projects",
    "^argoproj__argo-workflows",
    "^box__box-openapi",
    "^braintrustdata",
    "^digitalocean",
    "^figma__",
    "^influxdata__openapi__contracts_cloud-diff",
    "^kubernetes__client-go__openapi_openapitest_testdata_apis__discovery.k8s.io",
    "^lob__",
    "^meilisearch__",
    "^moby__moby__api_docs_v1.41",
    "^ory__sdk__spec_client_v0.0.1-alpha.10",
    "^stripe__openapi__openapi_spec3.json_2022-04-12",
)

# What is known to be wrong, and why; whoever mends one takes its line away.
KNOWN = {
    "document: jsonschema cannot read the schema: _WrappedReferencingError": "published so: a $ref to a file",
}

needs_corpus = pytest.mark.skipif(not (CORPUS / "index.json").is_file(), reason="../shared is absent")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What tools/corpus writes about the slice."""
    file = tmp_path_factory.mktemp("corpus") / "told.json"
    only = [word for pattern in SLICE for word in ("--only", pattern)]
    # 12 s on two idle cores; the limit leaves room for others on them. openapi-core would have to be installed first.
    command = [sys.executable, "tools/corpus.py", *only, "--seconds", "240", "--second", "0", "--json", str(file)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "No time for" not in run.stdout, run.stdout
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


@needs_corpus
def test_every_document_loads_and_every_operation_is_there(told: dict[str, Any]) -> None:
    """Nothing is lost between a published document and its Api: all load, all operations can be looked at.

    What stands in files that the corpus does not have is told one by one.
    """
    counts = told["counts"]
    assert counts["loaded"] == counts["documents"] >= len(SLICE)
    assert counts["represented"] == counts["operations"] - counts["elsewhere"] > 1_500
    assert len(told["elsewhere"]) == counts["elsewhere"]
    assert counts["models received"] == counts["models sent"] > 1_000


@needs_corpus
def test_requests_and_answers_are_what_the_documents_say(told: dict[str, Any]) -> None:
    """Others find nothing wrong with requests and answers, but for what is known by name and still happens."""
    assert [reason for reason in told["reasons"] if reason["said"] not in KNOWN] == []
    assert KNOWN.keys() <= {reason["said"] for reason in told["reasons"]}


def test_a_corpus_that_is_absent_is_no_failure(tmp_path: Path) -> None:
    """Without ../shared, tools/corpus says so in a line and ends well."""
    program = (
        "import sys, pathlib, runpy; sys.path.insert(0, 'tools'); import corpus; corpus.CORPUS = pathlib.Path('/no')"
    )
    program += "; sys.argv = ['corpus']; sys.exit(corpus.main())"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "../shared is absent: there are no documents to look at\n")


PARTS: dict[str, Any] = {
    "name": "Grüße",
    "note": '{"a": [1]}',
    "tags": ["x", "y"],
    "scan": b"%PDF\x00\r\n--",
    "page": 7,
    "raw": [b"1", b""],
}
FILES: list[Any] = [("scan", ("a.pdf", PARTS["scan"])), ("raw", ("1", b"1")), ("raw", ("2", b""))]


@pytest.mark.parametrize("without", [None, "name", "note", "tags", "scan", "raw"])
def test_a_multipart_body_is_judged_part_by_part(without: str | None) -> None:
    """What httpx encodes is agreed with, files included; a part that is missing or changed is not."""
    data = {name: item for name, item in PARTS.items() if name not in ("scan", "raw", without)}
    files = [one for one in FILES if one[0] != without]
    sent = httpx.Request("POST", "https://a.test", data=data, files=files)
    if without is None:
        body.check_multipart(PARTS, sent.headers["Content-Type"], sent.read(), {})
        changed = {**PARTS, "scan": b"%PDF"}
    else:
        changed = PARTS
    with pytest.raises(Disagreed, match="part"):
        body.check_multipart(changed, sent.headers["Content-Type"], sent.read(), {})


def test_a_list_in_a_multipart_body_is_judged_in_its_order() -> None:
    """Parts without names are the items of a list, and no other list is agreed with."""
    parts = ["--b", "Content-Type: application/json", "", '{"k":1}', "--b", "", "x", "--b--", ""]
    content = "\r\n".join(parts).encode()
    body.check_multipart([{"k": 1}, "x"], "multipart/mixed; boundary=b", content, {})
    for other in ([{"k": 1}], ["x", {"k": 1}]):
        with pytest.raises(Disagreed, match="part"):
            body.check_multipart(other, "multipart/mixed; boundary=b", content, {})


@pytest.mark.parametrize(
    ("value", "style", "query"),
    [
        (["x y", 1], "deepObject", ["a[0]=x%20y", "a[1]=1"]),
        ({"k": {"l": [1]}, "m": None}, "deepObject", ["a[k][l][0]=1"]),
        (["x y", 1], "pipeDelimited", ["a=x%20y%7C1"]),
        (["x y", 1], "form", ["a=x%20y,1"]),
    ],
)
def test_a_query_is_judged_by_its_style(value: Any, style: str, query: list[str]) -> None:
    """deepObject counts the items of lists and leaves null out, as servers read it; RFC 6570 says the rest."""
    assert judge.style.query_parts("a", value, style, False) == query


@pytest.mark.parametrize(
    ("value", "encoding", "content"),
    [
        ({"a": "x y", "b": [1, 2]}, {}, "a=x+y&b=1&b=2"),
        ({"a": {"k": 1}}, {}, "a=%7B%22k%22%3A1%7D"),
        ({"a": {"k": {"l": [1, 2]}}}, {"a": {"style": "deepObject"}}, "a[k][l][0]=1&a[k][l][1]=2"),
        ({"a": [1, 2]}, {"a": {"style": "pipeDelimited", "explode": False}}, "a=1%7C2"),
        ({"a": {"k": 1, "l": 2}}, {"a": {"style": "form", "explode": False}}, "a=k,1,l,2"),
        ({"a": {"k": 1, "l": 2}}, {"a": {"style": "form"}}, "k=1&l=2"),
    ],
)
def test_a_form_is_judged_by_its_encoding(value: Any, encoding: Any, content: str) -> None:
    """Each style of the Encoding Object is read as the specification writes it; another value is not agreed with."""
    body.check_form(value, content, encoding)
    with pytest.raises(Disagreed, match="another form"):
        body.check_form(value, content.replace("1", "3").replace("x", "z"), encoding)


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
