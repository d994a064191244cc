"""A second opinion: openapi-core looks at whole requests of a sample of operations.

openapi-core brings a dozen packages, so it lives in a throwaway environment (tools/peers.py) and is asked through
foreign.py, one process for each document. The sample is the same in every run: documents in an order drawn once, at
most SHARE operations of each, until SAMPLE are judged. Every text in it is plain, because openapi-core splits lists
after it has decoded them; what special characters become is checked in style.py.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from generate import StuckError

from judge.arguments import compose
from judge.published import Described, Json, Published, as_dict, described
from judge.verdict import Disagreed
from leapocr_dyn import errors

SAMPLE = 200
SHARE = 4  # operations of one document
LARGEST = 2_500_000  # bytes; openapi-core takes minutes for more
PATIENCE = 60  # seconds for one document
PLAIN = ("alpha", "beta", "gamma", "delta")
FOREIGN = Path(__file__).with_name("foreign.py")

# Where openapi-core is wrong, or the document: (a regex that finds it, whose move it is). All else is the engine's.
CLASSES = (
    (
        r"parameter: \S+ < InvalidSchemaValue: Value \S+ not valid for schema of type any",
        "checker: nothing is cast below anyOf",
    ),
    # It looks for a reader of what the document calls the body (`*/*`, application/json-patch+json) and has none.
    (r"^InvalidRequestBody: [^|]*: Value b'[^|]*$", "checker: the body's media type is not read"),
    (r"^\(no answer within", "checker: no answer in time"),
    (r"^\(it cannot read the document\)", "checker: it cannot read the document"),
    (r"^\(it fails\)", "checker: it fails"),
)


class Opinion(NamedTuple):
    """What openapi-core says about one operation; "" where it agrees."""

    file: str
    where: str
    said: str

    @property
    def kind(self) -> str:
        """Whose move it is, and what it has in common with others."""
        found = next((whose for pattern, whose in CLASSES if re.search(pattern, self.said)), None)
        return found or "engine: openapi-core refuses the request"


def sampled(document: Published, file: str) -> list[Described]:
    """Operations of a document, drawn once; those with a body and those with parameters are drawn more often."""
    choice = random.Random(f"openapi-core {file}")
    known = [it for it in described(document) if not isinstance(it.node.get("$ref"), str) and it.path.isascii()]
    told = [it for it in known if "requestBody" in it.node or it.parameters]
    return choice.sample(told, min(SHARE, len(told)))


def opinions(python: Path, file: str, document: Published, tree: Json, api: Any, server: str) -> list[Opinion]:
    """What openapi-core says about the sampled operations of one document."""
    requests, asked = [], []
    for it in sampled(document, file):
        try:
            operation = api.operations[it.method, it.path]
            composed = compose(document, it, operation, f"second {file} {it.where}", 0.5, PLAIN)
            plan = operation.plan(server, **composed.arguments)
        except (Disagreed, StuckError, errors.Error, TypeError):
            continue  # the other judges have said why
        body = plan.body.decode("latin-1") if plan.body is not None else None
        requests.append(
            {"method": plan.method, "url": plan.url, "template": it.path, "headers": plan.headers, "body": body}
        )
        asked.append(it)
    if not requests:
        return []
    given = json.dumps({"document": _reachable(tree, server), "requests": requests})
    command = [str(python), "-I", str(FOREIGN)]
    try:
        run = subprocess.run(command, input=given, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return [Opinion(file, it.where, f"(no answer within {PATIENCE} s)") for it in asked]
    if run.returncode != 0:
        last = (run.stderr.strip().splitlines() or ["?"])[-1]
        return [Opinion(file, it.where, f"(it cannot read the document) {last}") for it in asked]
    return [Opinion(file, it.where, " | ".join(found)) for it, found in zip(asked, json.loads(run.stdout), strict=True)]


def _reachable(tree: Json, server: str) -> Json:
    """The document with the one server that the requests go to, and without security: a plan holds no key."""

    def operation(node: Json) -> Json:
        return {key: value for key, value in node.items() if key not in ("security", "servers")}

    paths = {
        path: {key: operation(one) if isinstance(one, dict) else one for key, one in item.items() if key != "servers"}
        if isinstance(item, dict)
        else item
        for path, item in as_dict(tree.get("paths")).items()
    }
    return {
        **{key: one for key, one in tree.items() if key != "security"},
        "servers": [{"url": server}],
        "paths": paths,
    }


def order(index: list[Json]) -> list[str]:
    """The files that may be asked about, in an order drawn once."""
    files = sorted(one["file"] for one in index if one["bytes"] <= LARGEST)
    random.Random("openapi-core").shuffle(files)
    return files
