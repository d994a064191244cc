"""Two versions of a document: what differs, in which direction, and what that means for a client."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

import pytest
from documents import openapi
from hypothesis import given, settings
from hypothesis import strategies as st
from versions import PUBLISHED, Json, again, content, documents, exchange, final, published, ref, revision, schemas

from leapocr_dyn.api import load
from leapocr_dyn.history import fingerprint, report
from leapocr_dyn.history.compare import Change, Comparison, compare
from leapocr_dyn.history.rule import RULES, SEVERITIES, kebab

VECTORS = PUBLISHED.parent / "vectors" / "leapocr-history.json"
PAIRS = json.loads(VECTORS.read_text("utf-8"))["pairs"] if VECTORS.exists() else []


def compared(old: Json, new: Json, tag: str | None = None) -> Comparison:
    """Two trees, compared."""
    return compare(final(old), final(new), tag=tag)


def told(comparison: Comparison) -> list[tuple[str, str, str]]:
    """What was found: rule, severity and direction."""
    return sorted((one.rule, one.severity, one.direction) for one in comparison.changes)


# --- a history that was published ---

# What the vectors call a change, in our rules.
CALLED = {
    "operation added": {"operation-added"},
    "operation removed": {"operation-removed"},
    "operation moved": {"operation-moved", "operation-moved-with-arguments"},
    "tag added": {"tag-added"},
    "property added": {"property-added"},
    "property removed": {"property-removed"},
    "required added": {"required-added"},
    "enum value removed": {"enum-value-removed"},
    "maximum raised": {"maximum-raised"},
}


def is_expected(change: Change, expected: Json) -> bool:
    """Whether a change is the one that a vector describes."""
    said = {"direction": change.direction, "name": change.name, "severity": change.severity, "value": change.was}
    said |= {"from": change.was, "to": change.now}
    return (
        change.rule in CALLED[expected["change"]]
        and expected.get("operation", change.operation) in (change.operation, change.operation_id)
        and all(expected[key] == value for key, value in said.items() if key in expected)
    )


@published
@pytest.mark.parametrize("pair", PAIRS, ids=lambda one: f"{one['old']}-{one['new']}-{one['surface']}")
def test_a_published_history_is_classified(pair: Json) -> None:
    """Each change that people found between two published versions is found, with its severity and direction."""
    old, new = (revision(f"leapocr/{pair[which]}.json") for which in ("old", "new"))
    found = compare(old, new, tag=None if pair["surface"] == "all" else pair["surface"])
    for expected in pair["expected"]:
        assert [one for one in found.changes if is_expected(one, expected)], expected
    if pair.get("exactly"):
        assert len(found.changes) == len(pair["expected"])
        assert (found.severity, found.to_dict()) == ("none", {"severity": "none", "changes": []})


@published
def test_an_operation_that_lost_the_tag_says_so() -> None:
    """deleteJob is still there in the newer version, but not for whoever asks for the tag; and it comes back."""
    lost = compare(revision("leapocr/4.json"), revision("leapocr/5.json"), tag="SDK")
    [found] = [one for one in lost.changes if one.rule == "tag-lost"]
    assert (found.operation_id, found.name, found.severity) == ("deleteJob", "SDK", "breaking")
    back = compare(revision("leapocr/6.json"), revision("leapocr/8.json"), tag="SDK")
    [found] = [one for one in back.changes if one.operation_id == "deleteJob"]
    assert (found.rule, found.name, found.severity) == ("tag-added", "SDK", "addition")


@published
def test_every_pointer_leads_somewhere() -> None:
    """The pointers of a change are those of the two documents in their normal form."""
    for one, other in ("45", "68"):
        old, new = revision(f"leapocr/{one}.json"), revision(f"leapocr/{other}.json")
        for change in compare(old, new).changes:
            for document, place in ((old, change.old), (new, change.new)):
                assert place is None or document.resolve(place) is not None


# The rules that each step of this history is about, and the highest severity.
STEPS: list[tuple[str, dict[str, int]]] = [
    ("addition", {"operation-added": 4, "property-added-required": 1}),
    ("breaking", {"security-required": 6, "property-removed": 3, "parameter-removed": 1}),
    ("addition", {"operation-added": 3}),
    ("addition", {"operation-added": 1}),
    ("breaking", {"property-added-required": 1}),
    ("none", {"required-removed": 1, "default-added": 1}),
    ("none", {}),
    ("addition", {"operation-added": 1}),
    ("risky", {"operation-added": 1, "property-added": 1, "schema-added": 1}),
    ("addition", {"property-added": 2}),
    ("addition", {"property-added": 1}),
    ("breaking", {"property-removed": 1, "property-added": 1}),
    ("breaking", {"schema-removed": 1}),
    ("risky", {"default-removed": 1, "null-added": 1}),
]


@published
@pytest.mark.parametrize("step", range(14), ids=lambda step: f"{step + 2:02}")
def test_a_generated_history_is_classified(step: int) -> None:
    """Fourteen steps of a document that a framework wrote: what its client meets in each."""
    paths = sorted((PUBLISHED / "claude-history").glob("*.json"))[step : step + 2]
    found = compare(*(final(Path(path)) for path in paths))
    severity, rules = STEPS[step]
    assert found.severity == severity
    numbers = Counter(one.rule for one in found.changes)
    assert {rule: numbers[rule] for rule in rules} == rules
    if step < 12:
        assert numbers == rules


@published
def test_a_response_that_lost_its_schema_is_said_once() -> None:
    """Not once for each of its fields: what was a model is anything now."""
    paths = sorted((PUBLISHED / "claude-history").glob("*.json"))[12:14]
    found = compare(*map(final, paths))
    [lost] = [one for one in found.changes if one.severity == "breaking"]
    assert (lost.rule, lost.direction, lost.operation) == ("schema-removed", "response", "POST /v1/chat/completions")


# --- nothing has changed ---


@given(documents())
def test_a_document_does_not_differ_from_itself(document: Json) -> None:
    """compare(x, x) is empty."""
    assert compared(document, document) == Comparison("none", ())


@given(documents(), st.randoms(use_true_random=False))
def test_other_words_are_no_change(document: Json, chance: random.Random) -> None:
    """Another order, other names of components, other descriptions, in other bytes."""
    assert compared(document, again(document, chance)).changes == ()


@given(documents(), documents())
def test_nothing_that_changes_goes_without_a_word(old: Json, new: Json) -> None:
    """Where two fingerprints differ something is said, and where they do not, nothing."""
    same = fingerprint.operations(final(old)) == fingerprint.operations(final(new))
    assert (compared(old, new).changes == ()) is same


@given(documents(), schemas, st.sampled_from(["Alpha", "beta.Gamma", "Delta_1"]))
def test_a_change_of_one_component_is_found(document: Json, schema: Json, name: str) -> None:
    """However deep below the operation, and whatever cycles lie on the way."""
    changed = deepcopy(document)
    changed["components"]["schemas"][name] = schema
    same = fingerprint.surface(final(document)) == fingerprint.surface(final(changed))
    assert (compared(document, changed).changes == ()) is same


# --- what a schema may change, and what it means in each direction ---

STRING: Json = {"type": "string"}
PAIR: Json = {"type": "object", "properties": {"a": STRING, "b": STRING}, "required": ["a"]}
NUMBER: Json = {"type": "number"}
LIST: Json = {"type": "array", "items": STRING}
CAT: Json = {"type": "object", "properties": {"claws": NUMBER, "kind": {"const": "cat"}}}
DOG: Json = {"type": "object", "properties": {"barks": NUMBER, "kind": {"const": "dog"}}}


class Row(NamedTuple):
    """A change of a schema. back: the rule for the same change the other way round, with its severities."""

    old: Json
    new: Json
    rule: str
    request: str
    response: str
    back: tuple[str, str, str]


def limited(keyword: str, schema: Json, tighter: int, looser: int) -> list[Row]:
    """A limit that is set, and one that moves."""
    words = kebab(keyword)
    up = tighter > looser
    rules = [f"{words}-{'raised' if up else 'lowered'}", f"{words}-{'lowered' if up else 'raised'}"]
    severities = ("breaking", "none"), ("none", "addition")
    return [
        Row(old, {**schema, keyword: tighter}, rules[0], *severities[0], (rules[1], *severities[1]))
        for old in (schema, {**schema, keyword: looser})
    ]


OBJECT: Json = {"type": "object"}
ROWS = [
    Row(PAIR, {**PAIR, "properties": {**PAIR["properties"], "c": {}}}, "property-added", "addition", "addition",
        ("property-removed", "breaking", "breaking")),
    Row(PAIR, {**PAIR, "properties": {**PAIR["properties"], "c": NUMBER}, "required": ["a", "c"]},
        "property-added-required", "breaking", "addition", ("property-removed", "breaking", "breaking")),
    Row(PAIR, {**PAIR, "required": ["a", "b"]}, "required-added", "breaking", "none",
        ("required-removed", "none", "addition")),
    Row(STRING, NUMBER, "type-changed", "breaking", "breaking", ("type-changed", "breaking", "breaking")),
    Row({"type": "integer"}, NUMBER, "type-widened", "none", "breaking", ("type-narrowed", "breaking", "none")),
    Row(STRING, {"type": ["integer", "string"]}, "type-widened", "none", "breaking",
        ("type-narrowed", "breaking", "none")),
    Row(STRING, {}, "type-widened", "none", "breaking", ("schema-added", "breaking", "risky")),
    Row(PAIR, {}, "schema-removed", "breaking", "breaking", ("schema-added", "breaking", "risky")),
    Row(STRING, {"type": ["string", "null"]}, "null-added", "none", "addition", ("null-removed", "breaking", "none")),
    Row(STRING, {"type": "string", "enum": ["a"]}, "enum-added", "breaking", "none",
        ("enum-removed", "none", "addition")),
    Row({"enum": ["a"]}, {"enum": ["a", "b"]}, "enum-value-added", "addition", "addition",
        ("enum-value-removed", "breaking", "none")),
    Row({"enum": [1], "x-enum-varnames": ["A"]}, {"enum": [1], "x-enum-varnames": ["B"]}, "enum-name-changed", "risky",
        "risky", ("enum-name-changed", "risky", "risky")),
    Row(STRING, {"type": "string", "format": "uuid"}, "format-changed", "risky", "none",
        ("format-changed", "risky", "none")),
    Row(STRING, {"type": "string", "format": "date-time"}, "python-type-changed", "risky", "breaking",
        ("python-type-changed", "risky", "breaking")),
    Row(STRING, {"type": "string", "contentEncoding": "base64"}, "python-type-changed", "risky", "breaking",
        ("python-type-changed", "risky", "breaking")),
    Row(STRING, {"type": "string", "default": ""}, "default-added", "risky", "none",
        ("default-removed", "risky", "none")),
    Row({"type": "number", "default": 0}, {"type": "number", "default": 1}, "default-changed", "risky", "none",
        ("default-changed", "risky", "none")),
    Row(STRING, {"type": "string", "pattern": "a"}, "constraint-added", "breaking", "none",
        ("constraint-removed", "none", "addition")),
    Row({"type": "string", "pattern": "b"}, {"type": "string", "pattern": "a"}, "constraint-changed", "risky",
        "addition", ("constraint-changed", "risky", "addition")),
    Row(LIST, {**LIST, "uniqueItems": True}, "constraint-added", "breaking", "none",
        ("constraint-removed", "none", "addition")),
    Row(NUMBER, {"type": "number", "multipleOf": 2}, "constraint-added", "breaking", "none",
        ("constraint-removed", "none", "addition")),
    Row(OBJECT, {**OBJECT, "propertyNames": {"maxLength": 3}}, "constraint-added", "breaking", "none",
        ("constraint-removed", "none", "addition")),
    Row({**OBJECT, "not": PAIR}, {**OBJECT, "not": CAT}, "constraint-changed", "risky", "addition",
        ("constraint-changed", "risky", "addition")),
    Row(OBJECT, {**OBJECT, "patternProperties": {"^x": STRING}}, "constraint-added", "breaking", "none",
        ("constraint-removed", "none", "addition")),
    Row(OBJECT, {**OBJECT, "dependentRequired": {"a": ["b"]}}, "constraint-added", "breaking", "none",
        ("constraint-removed", "none", "addition")),
    Row(PAIR, {**PAIR, "additionalProperties": False}, "object-closed", "breaking", "none",
        ("object-opened", "none", "addition")),
    Row(STRING, {"type": "string", "readOnly": True}, "read-only-added", "breaking", "none",
        ("read-only-removed", "addition", "none")),
    Row(STRING, {"type": "string", "writeOnly": True}, "write-only-added", "none", "breaking",
        ("write-only-removed", "none", "addition")),
    Row(STRING, {"type": "string", "deprecated": True}, "schema-deprecated", "none", "none",
        ("schema-reactivated", "none", "none")),
    Row({"oneOf": [CAT, STRING]}, {"oneOf": [CAT, STRING, DOG]}, "option-added", "addition", "risky",
        ("option-removed", "breaking", "none")),
    Row(CAT, {"anyOf": [CAT, STRING]}, "option-added", "addition", "risky", ("option-removed", "breaking", "none")),
    Row({"anyOf": [CAT, {"type": "null"}]}, {"anyOf": [CAT, STRING, {"type": "null"}]}, "option-added", "addition",
        "risky", ("option-removed", "breaking", "none")),
    Row({"oneOf": [CAT, DOG]}, {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind"}},
        "discriminator-changed", "risky", "risky", ("discriminator-changed", "risky", "risky")),
    *limited("maximum", NUMBER, 1, 2),
    *limited("exclusiveMaximum", NUMBER, 1, 2),
    *limited("minimum", NUMBER, 2, 1),
    *limited("exclusiveMinimum", NUMBER, 2, 1),
    *limited("maxLength", STRING, 1, 2),
    *limited("minLength", STRING, 2, 1),
    *limited("maxItems", LIST, 1, 2),
    *limited("minItems", LIST, 2, 1),
    *limited("maxProperties", OBJECT, 1, 2),
    *limited("minProperties", OBJECT, 2, 1),
    *limited("maxContains", {**LIST, "contains": STRING}, 1, 2),
    *limited("minContains", {**LIST, "contains": STRING}, 3, 2),
]  # fmt: skip
WRAPPINGS: list[Callable[[Json], Json]] = [
    lambda one: one,
    lambda one: {"type": "array", "items": one},
    lambda one: {"type": "object", "properties": {"thing": one, "other": STRING}},
    lambda one: {"type": "object", "additionalProperties": one},
    lambda one: {"allOf": [{"type": "object", "properties": {"x": one}}, {"type": "object", "properties": {"y": {}}}]},
    lambda one: {"type": "object", "properties": {"way": {"type": "array", "items": {"properties": {"on": one}}}}},
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule)
@settings(max_examples=4)
@given(wrap=st.sampled_from(WRAPPINGS), shared=st.booleans(), data=st.data())
def test_a_change_of_a_schema_is_found(
    row: Row, wrap: Callable[[Json], Json], shared: bool, data: st.DataObject
) -> None:
    """Wherever it stands below a body, it is the one thing that is found, with the severity of each direction."""
    chance = data.draw(st.randoms(use_true_random=False))
    back = data.draw(st.booleans())
    old, new = (row.new, row.old) if back else (row.old, row.new)
    rule, request, response = row.back if back else (row.rule, row.request, row.response)
    for direction, severity in (("request", request), ("response", response)):
        documents = []
        for one in (old, new):
            body = wrap(ref("Alpha") if shared else one)
            components = {"schemas": {"Alpha": one, "beta.Gamma": PAIR, "Delta_1": {}}}
            sides = (body, STRING) if direction == "request" else (STRING, body)
            documents.append(exchange(*sides, STRING, components=components))
        found = compared(documents[0], again(documents[1], chance))
        assert told(found) == [(rule, severity, direction)]
        assert found.severity == severity


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule)
def test_a_parameter_is_a_request(row: Row) -> None:
    """The schema of a parameter changes as that of a body does; the parameter's name is said."""
    found = compared(exchange({}, {}, row.old), exchange({}, {}, row.new))
    assert told(found) == [(row.rule, row.request, "request")]
    assert found.changes[0].where == "query parameter some"


def test_what_is_only_read_concerns_no_request() -> None:
    """A field that only a server writes is left out of what is sent, so its changes are nothing to whoever sends."""

    def document(inner: Json) -> Json:
        thing = {"type": "object", "properties": {"made": {"readOnly": True, **inner}}}
        return exchange(thing, thing, {})

    found = compared(document(STRING), document(NUMBER))
    assert told(found) == [("type-changed", "breaking", "response"), ("type-changed", "none", "request")]
    gone = compared(document(STRING), exchange({"type": "object"}, STRING, {}))
    assert ("property-removed", "none", "request") in told(gone)


def test_a_default_counts_only_where_nothing_was_given() -> None:
    """What was required was given, and goes on to be."""

    def document(required: list[str], **more: Json) -> Json:
        return exchange({"type": "object", "properties": {"a": {**STRING, **more}}, "required": required}, {}, {})

    found = compared(document(["a"]), document([], default="x"))
    assert told(found) == [("default-added", "none", "request"), ("required-removed", "none", "request")]


def test_the_body_of_a_failure_breaks_nobody() -> None:
    """It is read as plain JSON, into an exception; what is lost there is a risk and no more."""

    def document(schema: Json) -> Json:
        tree = exchange({}, {}, {})
        tree["paths"]["/things"]["put"]["responses"]["404"] = {"description": "", **content(schema)}
        return tree

    assert told(compared(document(PAIR), document(OBJECT))) == [("property-removed", "risky", "response")] * 2


# --- what an operation may change ---


Mutation = Callable[[Json, Json], object]  # what is done to a document and its operation


def has(**fields: Json) -> Mutation:
    """The operation with other fields."""
    return lambda tree, put: put.update(fields)


def lacks(field: str) -> Mutation:
    """The operation without a field."""
    return lambda tree, put: put.pop(field)


def root(**fields: Json) -> Mutation:
    """The document with other fields."""
    return lambda tree, put: tree.update(fields)


def at(path: str, *names: str, method: str = "put") -> Mutation:
    """The operation at another path, with these parameters in it."""
    placed = [{"name": name, "in": "path", "required": True, "schema": STRING} for name in names]

    def change(tree: Json, put: Json) -> None:
        tree["paths"] = {path: {method: {**put, "parameters": placed}}}

    return change


def answers(**responses: Json) -> Mutation:
    """The operation with these responses."""
    return has(responses={status.strip("_"): {"description": "", **one} for status, one in responses.items()})


def takes(**parameter: Json) -> Mutation:
    """The operation with this parameter, called some."""
    return has(parameters=[{"name": "some", "in": "query", "schema": STRING, **parameter}])


def gives(**header: Json) -> Mutation:
    """The operation with this header in its answer."""
    return answers(_200={"headers": {"X-Some": {"schema": STRING, **header}}})


def needs(*alternatives: Json) -> Mutation:
    """The operation with these alternatives of `security`."""
    keys = {"Key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "Bearer": {"type": "http", "scheme": "bearer"}}
    schemes = {"components": {"securitySchemes": {**keys, "OAuth": {"type": "oauth2", "flows": {}}}}}

    def change(tree: Json, put: Json) -> None:
        tree.update(schemes)
        put["security"] = list(alternatives)

    return change


def also(path: str) -> Mutation:
    """The document with another operation."""
    return lambda tree, put: tree["paths"].update({path: {"get": {"operationId": "getMore", "responses": {}}}})


same: Mutation = has()
KEY: Json = {"Key": []}
BEARER: Json = {"Bearer": []}
XML, HAL = "application/xml", "application/hal+json"
Told = tuple[str, str, str]
NOTHING: Json = {}
# What stood there, what stands there now, what is found, and what is found the other way round.
OPERATIONS: list[tuple[Mutation, Mutation, Told, Told]] = [
    (same, also("/more"), ("operation-added", "addition", ""), ("operation-removed", "breaking", "")),
    (at("/a/{x}", "x"), at("/b/{x}", "x"), ("operation-moved", "none", ""), ("operation-moved", "none", "")),
    (at("/a"), at("/a", method="post"), ("operation-method-changed", "risky", ""),
        ("operation-method-changed", "risky", "")),
    (same, has(operationId="other"), ("operation-renamed", "breaking", ""), ("operation-renamed", "breaking", "")),
    (same, has(operationId="put_thing"), ("operation-id-changed", "none", ""), ("operation-id-changed", "none", "")),
    (same, has(deprecated=True), ("operation-deprecated", "none", ""), ("operation-reactivated", "none", "")),
    (same, has(tags=["Things", "SDK", "More"]), ("tag-added", "addition", ""), ("tag-removed", "risky", "")),
    (same, has(tags=["SDK", "Things"]), ("tag-order-changed", "risky", ""), ("tag-order-changed", "risky", "")),
    (same, root(servers=[{"url": "https://b.test"}]), ("server-changed", "risky", ""), ("server-changed", "risky", "")),
    (same, has(servers=[{"url": "https://b.test"}]), ("server-changed", "risky", ""), ("server-changed", "risky", "")),
    (needs(), needs(KEY), ("security-required", "breaking", ""), ("security-dropped", "none", "")),
    (needs(KEY), needs(KEY, {}), ("security-dropped", "none", ""), ("security-required", "breaking", "")),
    (needs(KEY), needs(BEARER), ("security-changed", "breaking", ""), ("security-changed", "breaking", "")),
    (needs(KEY), needs(BEARER, KEY), ("security-alternative-added", "addition", ""),
        ("security-alternative-removed", "risky", "")),
    (needs({"OAuth": ["a"]}), needs({"OAuth": ["a", "b"]}), ("security-scopes-changed", "risky", ""),
        ("security-scopes-changed", "risky", "")),
    (lacks("parameters"), same, ("parameter-added", "addition", "request"),
        ("parameter-removed", "breaking", "request")),
    (lacks("parameters"), takes(required=True), ("parameter-added-required", "breaking", "request"),
        ("parameter-removed", "breaking", "request")),
    (at("/a/{x}", "x"), at("/a/{y}", "y"), ("parameter-renamed", "breaking", "request"),
        ("parameter-renamed", "breaking", "request")),
    (takes(), takes(**{"in": "header"}, style="simple"), ("parameter-relocated", "none", "request"),
        ("parameter-relocated", "none", "request")),
    (takes(), takes(required=True), ("parameter-required", "breaking", "request"),
        ("parameter-optional", "none", "request")),
    (takes(), takes(deprecated=True), ("parameter-deprecated", "none", "request"),
        ("parameter-reactivated", "none", "request")),
    (takes(), takes(explode=False), ("encoding-changed", "none", "request"), ("encoding-changed", "none", "request")),
    (lacks("requestBody"), has(requestBody=content({})), ("body-added", "addition", "request"),
        ("body-removed", "breaking", "request")),
    (lacks("requestBody"), same, ("body-added-required", "breaking", "request"),
        ("body-removed", "breaking", "request")),
    (has(requestBody=content({})), same, ("body-required", "breaking", "request"),
        ("body-optional", "none", "request")),
    (answers(_200=content({})), answers(_200={"content": {"application/json": {"schema": {}}, XML: {}}}),
        ("media-type-added", "addition", "response"), ("media-type-removed", "breaking", "response")),
    (answers(_200=content(STRING)), answers(_200=content(STRING, HAL)), ("media-type-renamed", "risky", "response"),
        ("media-type-renamed", "risky", "response")),
    (answers(_200=NOTHING), answers(_200=content(STRING)), ("media-type-added", "addition", "response"),
        ("media-type-removed", "breaking", "response")),
    (answers(_200=NOTHING), answers(_200=NOTHING, _202=content(STRING)), ("response-added", "addition", "response"),
        ("response-removed", "breaking", "response")),
    (answers(_200=content(STRING)), answers(_201=content(STRING)), ("response-status-changed", "none", "response"),
        ("response-status-changed", "none", "response")),
    (answers(_200=NOTHING), answers(_200=NOTHING, _429=content(STRING)), ("response-added", "addition", "response"),
        ("error-response-removed", "none", "response")),
    (answers(_200=NOTHING), gives(), ("header-added", "addition", "response"), ("header-removed", "risky", "response")),
    (gives(), gives(required=True), ("header-required", "none", "response"),
        ("header-optional", "addition", "response")),
    (gives(), gives(deprecated=True), ("header-deprecated", "none", "response"),
        ("header-reactivated", "none", "response")),
    (gives(), gives(schema=NUMBER), ("type-changed", "breaking", "response"), ("type-changed", "breaking", "response")),
]  # fmt: skip


def changed(*changes: Mutation) -> Json:
    """A document, after what was done to it."""
    tree = exchange({}, {}, STRING)
    for change in changes:
        change(tree, tree["paths"]["/things"]["put"])
    return tree


@pytest.mark.parametrize(
    ("before", "after", "there", "back"), OPERATIONS, ids=[there[0] for _, _, there, _ in OPERATIONS]
)
@settings(max_examples=3)
@given(chance=st.randoms(use_true_random=False))
def test_a_change_of_an_operation_is_found(
    before: Mutation, after: Mutation, there: Told, back: Told, chance: random.Random
) -> None:
    """It is the one thing that is found, with its severity and direction; and so is the way back."""
    old, new = changed(before), changed(after)
    assert told(compared(old, again(new, chance))) == [there]
    assert told(compared(new, again(old, chance))) == [back]


def test_an_operation_that_takes_other_arguments_at_its_new_place_is_said_to() -> None:
    """Whoever calls it by its name has an argument too few."""
    found = compared(changed(at("/a/{x}", "x")), changed(at("/b/{y}/{x}", "x", "y")))
    assert told(found) == [
        ("operation-moved-with-arguments", "breaking", ""), ("parameter-added-required", "breaking", "request")
    ]  # fmt: skip


def test_the_tag_that_a_client_was_made_of_is_lost() -> None:
    """The operation is still there, but not for whoever asks for the tag; what never had it is not looked at."""
    old, new = changed(same, also("/more")), changed(has(tags=["Things"]))
    assert told(compared(old, new, "SDK")) == [("tag-lost", "breaking", "")]
    assert told(compared(new, old, "SDK")) == [("tag-added", "addition", "")]
    assert ("tag-removed", "risky", "") in told(compared(old, new))


def test_an_operation_without_a_body_has_lost_its_response() -> None:
    """A success that is gone breaks whoever read it, whatever failures there are."""
    found = compared(changed(answers(_200=content(PAIR))), changed(answers(_400=content(PAIR))))
    assert told(found) == [("response-added", "addition", "response"), ("response-removed", "breaking", "response")]


MORE: Json = {**PAIR, "properties": {**PAIR["properties"], "c": STRING}}
LESS: Json = {"type": "object", "properties": {"a": STRING}, "required": ["a"]}
FEWER = [("property-removed", "breaking", "response"), ("response-added", "addition", "response")]
GREW = [("property-added", "addition", "response"), ("response-status-changed", "none", "response")]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"default": PAIR}, {"default": PAIR, "200": LESS}, FEWER),
        ({"2XX": PAIR}, {"2XX": PAIR, "201": LESS}, FEWER),
        ({"200": PAIR, "default": LESS}, {"200": PAIR, "201": MORE, "default": LESS}, FEWER[1:]),
        ({"200": PAIR}, {"201": MORE}, GREW),
        ({"200": PAIR}, {"2XX": MORE}, GREW),
        ({"200": PAIR, "2XX": MORE}, {"2XX": MORE}, GREW),
        ({"200": PAIR}, {"default": MORE}, GREW),
        ({"204": None}, {"200": PAIR},
            [("media-type-added", "addition", "response"), ("response-status-changed", "none", "response")]),
        ({"200": PAIR}, {"204": None},
            [("media-type-removed", "breaking", "response"), ("response-status-changed", "none", "response")]),
    ],
)  # fmt: skip
def test_a_status_is_compared_with_what_it_was_read_as(before: Json, after: Json, found: list[Told]) -> None:
    """Its hundred's, `default` where there is no success, or the one success that came in its place."""
    old, new = (
        {status: {"description": "", **(content(schema) if schema else {})} for status, schema in said.items()}
        for said in (before, after)
    )
    assert told(compared(changed(has(responses=old)), changed(has(responses=new)))) == found


@pytest.mark.parametrize("one", ["*/*", "application/*"])
def test_a_range_of_media_types_is_read_as_what_is_in_it(one: str) -> None:
    """Frameworks write */* where they mean JSON, and say so in a later version."""
    old, new = changed(answers(_200=content(PAIR, one))), changed(answers(_200=content(PAIR)))
    assert told(compared(old, new)) == told(compared(new, old)) == [("media-type-renamed", "risky", "response")]


@pytest.mark.parametrize("free", [OBJECT, {**OBJECT, "additionalProperties": STRING}])
def test_a_dict_that_becomes_a_model_is_told(free: Json) -> None:
    """Programs that ask it for items() or get() stumble; what is sent is a dict all the same."""
    some = {**free, "properties": {"a": STRING}}
    for direction, severity in (("request", "none"), ("response", "risky")):
        old, new = (exchange({}, *((one, {}) if direction == "response" else ({}, one))) for one in (free, some))
        found = told(compared(old, new))
        assert found == [("model-added", severity, direction), ("property-added", "addition", direction)]


def test_a_field_that_is_called_like_a_parameter_takes_all_fields_from_the_caller() -> None:
    """They are arguments only where none collides, in Python: whoever gave them by name has to give the body whole."""
    parameter = {"name": "B", "in": "query", "schema": STRING}
    old, new = changed(has(requestBody=content(LESS))), changed(has(requestBody=content(PAIR)))
    both = [changed(has(requestBody=content(one), parameters=[parameter])) for one in (LESS, PAIR)]
    assert ("arguments-collide", "breaking", "request") in told(compared(new, both[1]))
    assert ("arguments-collide", "breaking", "request") in told(compared(*both))
    assert "arguments-collide" not in {rule for rule, _, _ in told(compared(old, both[0])) + told(compared(old, new))}
    for document in (new, both[1]):
        operation = load(document).operations["putThing"]
        assert bool(operation.body_fields) == (document is new)


# --- what is said ---


def test_every_rule_is_shown_by_a_test() -> None:
    """The tables above hold all of them."""
    shown = {row.rule for row in ROWS} | {row.back[0] for row in ROWS}
    shown |= {rule for *_, there, back in OPERATIONS for rule, _, _ in (there, back)}
    apart = {"operation-moved-with-arguments", "tag-lost", "arguments-collide", "model-added"}
    assert shown | apart == set(RULES)


def test_a_change_says_what_and_where() -> None:
    """A sentence for people, the facts for programs."""
    old = exchange({"type": "object", "properties": {"size": {"type": "integer", "maximum": 10}}}, {}, {})
    new = exchange({"type": "object", "properties": {"size": {"type": "integer", "maximum": 5}}}, {}, {})
    [change] = compared(old, new).changes
    place = "/paths/~1things/put/requestBody/content/application~1json/schema/properties/size"
    assert change.to_dict() == {
        "rule": "maximum-lowered",
        "severity": "breaking",
        "direction": "request",
        "operation": "PUT /things",
        "operation_id": "putThing",
        "where": "request body size",
        "name": "size",
        "was": 10,
        "now": 5,
        "old": place,
        "new": place,
        "said": "PUT /things: request body size: maximum lowered from 10 to 5",
    }


@given(documents(), documents())
def test_a_comparison_is_json(old: Json, new: Json) -> None:
    """The most severe change is the first, and the severity of all."""
    found = compared(old, new)
    as_json = json.loads(json.dumps(found.to_dict()))
    ranks = [SEVERITIES.index(one["severity"]) for one in as_json["changes"]]
    assert ranks == sorted(ranks, reverse=True)
    assert SEVERITIES.index(as_json["severity"]) == max(ranks, default=0)
    assert all(one["said"].startswith(one["operation"]) for one in as_json["changes"])


def test_what_a_shared_schema_does_to_many_operations_is_said_once() -> None:
    """In text and in Markdown; for programs, each operation has its own change."""

    def document(schema: Json) -> Json:
        tree = exchange({}, ref("Alpha"), {}, components={"schemas": {"Alpha": schema}})
        tree["paths"] |= {
            f"/{name}": {"get": {"responses": {"200": {"description": "", **content(ref("Alpha"))}}}} for name in "ab"
        }
        return tree

    found = compared(document(PAIR), document({**PAIR, "properties": {"a": STRING}}))
    assert len(found.changes) == 3
    assert [line for _, line in report.text(found)] == [
        "breaking: 1 breaking",
        "breaking  GET /a and 2 more: response 200: b is gone [property-removed]",
    ]
    assert report.markdown(found).splitlines()[-1] == (
        "| breaking | GET /a and 2 more | response 200: b is gone | `property-removed` |"
    )


def test_text_of_a_document_is_no_markup() -> None:
    """A name with a bar ends no cell, and one with an escape moves no cursor."""
    thing = {"type": "object", "properties": {"a|b*\x1b[31m": STRING}}
    found = compared(exchange({}, {"type": "object"}, {}), exchange({}, thing, {}))
    assert "a\\|b\\*\\\\u001b\\[31m is new" in report.markdown(found)
    assert report.markdown(Comparison("none", ())) == "**Nothing that a client could notice has changed.**\n"


def test_swapped_names_and_paths_are_told_apart() -> None:
    """Two operations that change places are found by their ids, as callers do."""

    def document(first: str, second: str) -> Json:
        tree = exchange({}, {}, {})
        tree["paths"] = {
            path: {"get": {"operationId": name, "responses": {}}} for path, name in (("/a", first), ("/b", second))
        }
        return tree

    assert told(compared(document("x", "y"), document("y", "x"))) == [("operation-moved", "none", "")] * 2


def test_the_tags_of_a_union_are_wire_values() -> None:
    """A mapping names its options, so a component may be renamed; without one, its name is what the wire says."""

    def document(cat: str, mapping: Json) -> Json:
        kind = {"type": "object", "properties": {"kind": STRING}}
        union = {"oneOf": [ref(cat), ref("Dog")], "discriminator": {"propertyName": "kind", **mapping}}
        parts = {cat: {**kind, "required": ["claws"]}, "Dog": kind}
        return exchange({}, union, {}, components={"schemas": parts})

    old, new = ({"mapping": {"cat": ref(name)["$ref"], "dog": ref("Dog")["$ref"]}} for name in ("Cat", "Kitten"))
    assert compared(document("Cat", old), document("Kitten", new)).changes == ()
    renamed = compared(document("Cat", {}), document("Kitten", {}))
    assert told(renamed) == [("discriminator-changed", "risky", "response")]
    assert renamed.changes[0].said.endswith("is told apart by Kitten, no longer by Cat")


def test_a_union_of_one_is_said_in_words() -> None:
    """What told two apart tells nothing apart where one is left; no list in brackets, and nothing that is the same."""

    def document(*names: str) -> Json:
        union = {"oneOf": [ref(name) for name in names], "discriminator": {"propertyName": "kind"}}
        parts = {name: {"type": "object", "properties": {"kind": STRING, name: STRING}} for name in ("Cat", "Dog")}
        return exchange({}, union, {}, components={"schemas": parts})

    said = [one.sentence for one in compared(document("Cat", "Dog"), document("Cat")).changes]
    assert "is told apart by nothing, no longer by Cat" in said
    assert not [one for one in said if "[" in one]
    assert len(said) == 2  # and the option that is gone


def test_another_credential_of_the_same_name_says_what_it_is() -> None:
    """`needs key, no longer key` would be no news."""

    def document(**scheme: Json) -> Json:
        paths = {"/a": {"get": {"operationId": "a", "security": [{"key": []}], "responses": {"200": {}}}}}
        return openapi(paths=paths, components={"securitySchemes": {"key": scheme}})

    header = document(type="apiKey", **{"in": "header"}, name="X-Key")
    [moved] = compared(header, document(type="apiKey", **{"in": "header"}, name="X-New")).changes
    assert moved.sentence == "needs key (apiKey header X-New), no longer key (apiKey header X-Key)"
    [bearer] = compared(header, document(type="http", scheme="bearer")).changes
    assert bearer.sentence == "needs key (http bearer), no longer key (apiKey header X-Key)"
    old, new = (f"https://{host}.test/token" for host in ("old", "new"))
    flows = [{"clientCredentials": {"tokenUrl": url, "scopes": {}}} for url in (old, new)]
    [asked] = compared(*(document(type="oauth2", flows=one) for one in flows)).changes
    assert asked.sentence.startswith(f"needs key (oauth2 clientCredentials {new}), no longer key (oauth2 client")


# --- held against another tool's rules ---

MANUAL = Path(__file__).parent.parent / "docs" / "compare.md"
OTHERS = PUBLISHED.parent / "facts" / "oasdiff-rules.tsv"
TABLE = re.compile(r"^\| ([a-z0-9-]+) \| (`.+`|none \(\d+\)) \|$", re.MULTILINE)


def test_the_manual_holds_every_rule_as_it_is() -> None:
    """Its sentence and its two severities."""
    text = MANUAL.read_text("utf-8")
    for name, rule in RULES.items():
        assert f"| `{name}` | {rule.said} | {rule.request} | {rule.response} |" in text


def test_every_rule_of_oasdiff_has_an_answer() -> None:
    """A rule of ours, or none for one of the reasons that are numbered."""
    text = MANUAL.read_text("utf-8")
    counterparts = text.partition("## Beside the rules of oasdiff")[2]
    answers = dict(TABLE.findall(counterparts))
    reasons = set(re.findall(r"^(\d+)\. \S", counterparts, re.MULTILINE))
    for theirs, answer in answers.items():
        ours = re.findall(r"`([a-z-]+)`", answer)
        assert set(ours) <= set(RULES), theirs
        assert ours or re.findall(r"\d+", answer)[0] in reasons, theirs
    assert {rule for rule in RULES if f"`{rule}`" not in counterparts} == set()
    assert len(answers) == 509


@published
def test_no_rule_of_oasdiff_is_left_out() -> None:
    """The list is the one that it publishes."""
    theirs = {line.partition("\t")[0] for line in OTHERS.read_text("utf-8").splitlines()[1:]}
    assert theirs == set(dict(TABLE.findall(MANUAL.read_text("utf-8").partition("## Beside the rules of oasdiff")[2])))
