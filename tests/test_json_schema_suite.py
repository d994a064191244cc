"""The official JSON Schema test suite (draft 2020-12), read from jsonschema's source distribution on the package index.

What must hold: no invalid value passes the check before sending, no valid one is refused, and what a type makes of a
valid value gives the same JSON back. What does not hold yet, or never will, is named in KNOWN, with the reason; a name
there that is no longer true fails, too. The archive is fetched once, into pytest's cache, and checked by its SHA-256.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import ssl
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from documents import openapi

from leapocr_dyn.api import load
from leapocr_dyn.model.check import problems
from leapocr_dyn.model.value import to_wire

Json = Any  # schemas, and the values that they judge
ARCHIVE = "jsonschema-4.26.0.tar.gz"
SHA256 = "0c26707e2efad8aa1bfc5b7ce170f3fccc2e4918ff85989ba9ffa9facb2be326"
CASES = "/json/tests/draft2020-12/"

# {reason: names of tests}; "pass" is what problems() says, "trip" is what a type gives back.
KNOWN: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "vectors" / "json_schema_suite.json").read_text("utf-8")
)


def indexes() -> Iterator[str]:
    """The package indexes that pip is told to use."""
    run = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True)
    told = dict(re.findall(r"^(?:global|install|download|:env:)\.([\w-]+)='(.*)'$", run.stdout, re.MULTILINE))
    yield os.environ.get("PIP_INDEX_URL") or told.get("index-url", "https://pypi.org/simple")
    yield from (os.environ.get("PIP_EXTRA_INDEX_URL") or told.get("extra-index-url", "")).split()


def fetched(url: str) -> bytes:
    """What stands at a URL. Raises OSError."""
    trusted = ssl.create_default_context(cafile=os.environ.get("PIP_CERT"))
    request = urllib.request.Request(url, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=10, context=trusted) as answer:
        found: bytes = answer.read()
    return found


def downloaded() -> bytes:
    """The archive, from the first index that has it. Raises OSError."""
    why: Exception = FileNotFoundError(f"no index has {ARCHIVE}")
    for index in indexes():
        page = index.rstrip("/") + "/jsonschema/"
        try:
            if page.startswith("file:"):
                page += "index.html"
            for link in re.findall(r'href="([^"]+)"', fetched(page).decode("utf-8", "replace")):
                url = urldefrag(urljoin(page, link.replace("&amp;", "&"))).url
                if url.endswith("/" + ARCHIVE):
                    return fetched(url)
        except (OSError, ValueError) as error:  # OSError: URLError and timeouts are some
            why = error
    raise OSError(f"{ARCHIVE} cannot be had: {why}") from why


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> dict[str, Json]:
    """{file name: its groups of tests}."""
    cache = pytestconfig.cache
    if cache is None:
        pytest.skip("pytest's cache is switched off, and the suite would have nowhere to stay")
    file = Path(cache.mkdir("json-schema-suite")) / ARCHIVE
    if not file.is_file():
        try:
            archive = downloaded()
        except OSError as error:
            pytest.skip(f"the package index cannot be reached: {error}")
        assert hashlib.sha256(archive).hexdigest() == SHA256, "the index gave another archive than is known"
        part = file.with_suffix(f".{os.getpid()}")
        part.write_bytes(archive)
        part.replace(file)
    content = file.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256, f"{file} is damaged: delete it"
    found = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archived:
        for member in archived:
            _, inside, name = member.name.partition(CASES)
            if inside and name.endswith(".json") and (text := archived.extractfile(member)):
                found[name.removesuffix(".json")] = json.load(text)
    return found


def placed(node: Json) -> Json:
    """A schema as the component X: its references to its own root lead there; with an `$id` it is a root of its own."""
    if isinstance(node, list):
        return [placed(one) for one in node]
    if not isinstance(node, dict):
        return node
    own = {key: one if key in ("enum", "const") else placed(one) for key, one in node.items()}
    if isinstance(own.get("$ref"), str) and (own["$ref"] == "#" or own["$ref"].startswith("#/")):
        own["$ref"] = f"#/components/schemas/X{own['$ref'][1:]}"
    return own


def failures(suite: dict[str, Json]) -> Iterator[tuple[str, str]]:
    """(name, what is wrong) of every test that does not hold."""
    for file, groups in suite.items():
        if file.startswith("optional/"):
            continue
        for group in groups:
            own = group["schema"]
            api = load(openapi({"X": own if '"$id"' in json.dumps(own) else placed(own)}))
            schema, place = {"$ref": "#/components/schemas/X"}, "/components/schemas/Y"
            for test in group["tests"]:
                name = f"{file}: {group['description']}: {test['description']}"
                try:
                    found = list(problems(api.models.document, schema, place, test["data"]))
                except Exception as error:  # noqa: BLE001 - whatever escapes is a finding
                    yield f"pass: {name}", repr(error)
                    continue
                if bool(found) is test["valid"]:
                    yield f"pass: {name}", str(found)
                if test["valid"]:
                    try:
                        back = to_wire(api.converter.structure(test["data"], api.models.type("X")))
                    except Exception as error:  # noqa: BLE001 - whatever escapes is a finding
                        yield f"trip: {name}", repr(error)
                    else:
                        if json.dumps(back, sort_keys=True) != json.dumps(test["data"], sort_keys=True):
                            yield f"trip: {name}", repr(back)


def test_what_does_not_hold_is_known_by_name(suite: dict[str, Json]) -> None:
    """Every test of the suite holds, or is listed with a reason; and nothing is listed that holds."""
    listed = {name for names in KNOWN.values() for name in names}
    found = dict(failures(suite))
    assert {name: said for name, said in found.items() if name not in listed} == {}
    assert sorted(listed - found.keys()) == []


def test_the_suite_is_read_whole(suite: dict[str, Json]) -> None:
    """More than a thousand tests, so that an archive of another layout does not pass for success."""
    required = [groups for file, groups in suite.items() if not file.startswith("optional/")]
    assert sum(len(group["tests"]) for groups in required for group in groups) > 1_000
