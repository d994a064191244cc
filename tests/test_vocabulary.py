"""Every keyword has a meaning or is reported."""

from __future__ import annotations

from typing import Any

import jsonschema
import jsonschema_specifications  # type: ignore[import-untyped]  # it has no types of its own
from documents import told

from leapocr_dyn.model.check import KEYWORDS
from leapocr_dyn.model.keyword import DECIDERS
from leapocr_dyn.model.vocabulary import UNCHECKED, VOCABULARY

Json = Any  # the document under test


def test_a_keyword_that_says_nothing_is_reported_when_the_schema_is_touched() -> None:
    """Once for each: what nobody knows, what has a value of a wrong kind, what is not checked; but no extension."""
    schema = {"type": "string", "minLenght": 3, "x-mine": 1, "required": True, "maxLength": None, "xml": {}}
    lines = told(A=schema, B={"minLenght": 3, "not": {}})
    assert lines == [
        "unknown-keyword: 'minLenght' is no keyword of a schema (at #/components/schemas/A)",
        "wrong-kind: required is True where a list belongs; left out (at #/components/schemas/A)",
        *(["unchecked-keyword: not is left to the server (at #/components/schemas/B)"] if "not" in UNCHECKED else []),
    ]


def test_every_keyword_of_json_schema_has_a_meaning_or_is_reported() -> None:
    """Each is known; each that restricts values decides a type, is checked before sending, or is named as unchecked."""
    metaschemas = jsonschema.validators.Draft202012Validator.META_SCHEMA["allOf"]
    registry = jsonschema_specifications.REGISTRY
    uris = [f"https://json-schema.org/draft/2020-12/{one['$ref']}" for one in metaschemas]
    known: dict[str, list[str]] = {uri: list(registry.contents(uri)["properties"]) for uri in uris}
    assert {keyword for keywords in known.values() for keyword in keywords} <= VOCABULARY.keys()
    judging = {
        keyword
        for uri, keywords in known.items()
        for keyword in keywords
        if uri.rpartition("/")[2] in ("applicator", "unevaluated", "validation")
    }
    decided = {keyword for keyword, _ in DECIDERS}
    decided |= {"then", "else", "minContains", "maxContains"}  # which `if` and `contains` read
    assert judging - decided - KEYWORDS.keys() - UNCHECKED == set()
    assert UNCHECKED.isdisjoint(KEYWORDS)
