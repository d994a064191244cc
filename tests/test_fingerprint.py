"""A fingerprint of what a document says: the same for other words, another for another meaning."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from versions import Json, again, content, documents, exchange, final, published, ref, revision

from leapocr_dyn.document.reference import Located
from leapocr_dyn.errors import DocumentError
from leapocr_dyn.history import fingerprint, meaning
from leapocr_dyn.history.meaning import Meaning, Schemas


def of(schema: Json, **components: Json) -> str:
    """The fingerprint of a document whose only operation answers with this schema."""
    return fingerprint.surface(final(exchange({}, schema, {}, components={"schemas": components})))


@published
@pytest.mark.parametrize(("one", "other"), [("3", "3b"), ("4", "4b")])
def test_published_documents_that_differ_in_bytes_only_are_equal(one: str, other: str) -> None:
    """An order of keys, or a line's end: the bytes differ, and what is said does not."""
    left, right = revision(f"leapocr/{one}.json"), revision(f"leapocr/{other}.json")
    assert left.digest != right.digest
    assert fingerprint.operations(left) == fingerprint.operations(right)
    assert fingerprint.surface(left) == fingerprint.surface(right)


@published
def test_a_surface_is_the_operations_that_a_client_uses() -> None:
    """Between these two versions 65 lines changed, and none of what carries the tag SDK."""
    left, right = revision("leapocr/5.json"), revision("leapocr/6.json")
    assert fingerprint.surface(left) != fingerprint.surface(right)
    assert fingerprint.surface(left, "SDK") == fingerprint.surface(right, "SDK")
    used = ["GET /ocr/status/{job_id}"]
    assert fingerprint.surface(left, only=used) == fingerprint.surface(right, only=used)


@published
def test_published_versions_that_differ_are_told_apart() -> None:
    """`info.version` is v1 in all of them."""
    found = [fingerprint.surface(revision(f"leapocr/{name}.json")) for name in ("1", "2", "3", "4", "5", "6", "8")]
    assert len(set(found)) == 7


@given(documents(), st.randoms(use_true_random=False))
def test_other_words_are_the_same_fingerprint(document: Json, chance: random.Random) -> None:
    """Order, descriptions, names of components, `allOf` of one, `const` for an `enum` of one: none of it counts."""
    other = json.dumps(again(document, chance), indent=chance.choice([None, 2, 4]))
    assert fingerprint.operations(final(document)) == fingerprint.operations(final(other))


def test_versions_of_openapi_are_spellings() -> None:
    """`nullable` and a boolean `exclusiveMinimum` of 3.0 say what 3.1 says in its own words."""
    old = (
        {"type": "string", "nullable": True, "enum": ["a"]},
        {"type": "number", "minimum": 1, "exclusiveMinimum": True},
    )
    new = {"type": ["string", "null"], "enum": ["a", None]}, {"type": "number", "exclusiveMinimum": 1}
    left = {**exchange(old[0], old[1], {}), "openapi": "3.0.3"}
    assert fingerprint.surface(final(left)) == fingerprint.surface(final(exchange(new[0], new[1], {})))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": "string", "minLength": 0, "uniqueItems": False}, {"type": "string"}),
        ({"properties": {"a": {"type": "string"}}}, {"type": "object", "properties": {"a": {"type": "string"}}}),
        ({"type": "object", "additionalProperties": True, "required": []}, {"type": "object"}),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": ["null", "string"]}),
        ({"type": "integer", "maximum": 10.0}, {"type": "integer", "maximum": 10}),
        ({"allOf": [{"maximum": 3}, {"maximum": 5}], "type": "number"}, {"type": "number", "maximum": 3}),
        ({"allOf": [ref("A"), ref("B")]}, {"properties": {"a": {"type": "string"}, "b": {}}, "required": ["b"]}),
        ({"oneOf": [{"type": "object"}, {"type": "string"}]}, {"anyOf": [{"type": "string"}, {"type": "object"}]}),
        ({"type": "string", "title": "A", "example": "x", "nothing": 1}, {"type": "string"}),
    ],
)  # fmt: skip
def test_two_spellings_of_one_schema_are_equal(one: Json, other: Json) -> None:
    """Whatever JSON Schema lets one say in two ways is one thing."""
    parts = {"A": {"properties": {"a": {"type": "string"}}}, "B": {"properties": {"b": {}}, "required": ["b"]}}
    assert of(one, **parts) == of(other, **parts)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "number"}, {"type": ["string", "null"]}, {"enum": ["a"]}, {"default": None}, {"default": 1},
        {"default": True}, {"format": "date"}, {"minLength": 1}, {"pattern": "a"}, {"deprecated": True},
        {"readOnly": True}, {"not": {}}, {"description": "a", "writeOnly": True},
    ],
)  # fmt: skip
def test_another_meaning_is_another_fingerprint(change: Json) -> None:
    """A property that has nothing but a description counts, too."""
    thing: Json = {"type": "object", "properties": {"a": {"type": "string"}}}
    changed = deepcopy(thing)
    changed["properties"]["a"] |= change
    assert (
        len({of(thing), of(changed), of({**thing, "properties": {**thing["properties"], "b": {"description": "b"}}})})
        == 3
    )


def test_an_operation_has_a_fingerprint_with_all_it_reaches() -> None:
    """A change below a shared component is one of all operations that reach it, and of no other."""

    def document(inner: Json) -> Json:
        shared = {"Outer": {"properties": {"inner": ref("Inner")}}, "Inner": inner}
        tree = exchange({}, ref("Outer"), {}, components={"schemas": shared})
        tree["paths"]["/others"] = {"get": {"responses": {"200": {"description": "", **content({"type": "string"})}}}}
        return tree

    before, after = (fingerprint.operations(final(document({"type": kind}))) for kind in ("string", "integer"))
    assert [name for name in before if before[name] != after[name]] == ["PUT /things"]


# --- schemas that lead back to themselves ---

NODE: Json = {"type": "object", "properties": {"next": ref("Node"), "value": {"type": "string"}}}


def test_a_cycle_may_be_called_anything() -> None:
    """A list of nodes is one, whatever its component is called."""
    renamed = {"type": "object", "properties": {"next": ref("Liste"), "value": {"type": "string"}}}
    assert of(ref("Node"), Node=NODE) == of(ref("Liste"), Liste=renamed)


def test_a_cycle_may_be_entered_anywhere() -> None:
    """Unrolled by hand, or told with two components that say the same: what a reader finds is the same."""
    twice = {name: {**NODE, "properties": {**NODE["properties"], "next": ref(other)}} for name, other in ("AB", "BA")}
    assert of(ref("Node"), Node=NODE) == of(NODE, Node=NODE)
    assert of(ref("Node"), Node=NODE) == of({**NODE, "properties": {**NODE["properties"], "next": NODE}}, Node=NODE)
    assert of(ref("Node"), Node=NODE) == of(ref("A"), **twice) == of(ref("B"), **twice)


def test_cycles_that_differ_far_away_are_told_apart() -> None:
    """In a ring of thirty nodes one is of another kind, and it matters how far away it is."""

    def ring(odd: int) -> Iterator[tuple[str, Json]]:
        for number in range(30):
            kind = "integer" if number == odd else "string"
            yield f"N{number}", {"properties": {"next": ref(f"N{(number + 1) % 30}"), "value": {"type": kind}}}

    assert len({of(ref("N0"), **dict(ring(odd))) for odd in range(30)}) == 30
    assert of(ref("N0"), **dict(ring(20))) == of(ref("N5"), **dict(ring(25)))


def test_what_only_leads_to_itself_ends() -> None:
    """References in a circle, and parts of an `allOf` inside themselves, say nothing, and are read once."""
    assert of(ref("A"), A=ref("B"), B=ref("A")) == of({})
    assert of(ref("A"), A={"allOf": [ref("B")]}, B={"allOf": [ref("A")], "type": "string"}) == of({"type": "string"})


def test_a_deep_chain_and_a_long_ring_are_read_without_recursion() -> None:
    """Five thousand components, each inside the one before."""
    chain = {
        f"N{number}": {"items": ref(f"N{(number + 1) % 5_000}"), "maxItems": number + 1} for number in range(5_000)
    }
    assert of(ref("N0"), **chain) != of(ref("N1"), **chain)


def test_each_schema_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many operations share it: a thousand of them cost what their schemas cost."""
    read: list[str] = []
    whole = Schemas._read

    def counted(self: Schemas, nodes: list[Located]) -> Meaning:
        read.append(nodes[0].pointer)
        return whole(self, nodes)

    monkeypatch.setattr(Schemas, "_read", counted)
    tree = exchange({}, {}, {}, components={"schemas": {"Node": NODE}})
    tree["paths"] = {
        f"/things/{number}": {"get": {"responses": {"200": {"description": "", **content(ref("Node"))}}}}
        for number in range(1_000)
    }
    assert len(fingerprint.operations(final(tree))) == 1_000
    assert len(read) == len(set(read)) == 2


def test_schemas_that_join_in_too_many_ways_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty components that share a property make a million schemas; whoever writes that means harm."""
    monkeypatch.setattr(meaning, "MOST", 1_000)
    parts: Json = {
        f"N{number}": {"properties": {way: ref(f"N{number + 1}") for way in "ab"}} for number in range(1, 20)
    }
    parts["N0"] = {"properties": {"a": {"allOf": [ref("N0"), ref("N1")]}, "b": ref("N0")}}
    with pytest.raises(DocumentError, match="joins its schemas in more than 1000 ways"):
        of(ref("N0"), N20={}, **parts)
