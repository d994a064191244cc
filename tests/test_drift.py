"""Drift: what real answers showed beyond the document, counted, shown, and written as an overlay that repairs it."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import Script, World, answer
from documents import openapi, ref
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn import errors
from leapocr_dyn.api import Api, load
from leapocr_dyn.document import text
from leapocr_dyn.drift import SHOWN, Drift
from leapocr_dyn.sandbox import Sandbox
from leapocr_dyn.surprise import Surprise
from leapocr_dyn.tally import PLACES, Tally

Json = Any  # whatever a test feeds in
PET = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "kind": {"type": "string", "enum": ["cat", "dog"]},
        "born": {"type": "string", "format": "date"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["id"],
}
RESPONSES = {"200": {"description": "A pet.", "content": {"application/json": {"schema": ref("Pet")}}}}
WHERE = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
OPERATION = {"operationId": "getPet", "parameters": [WHERE], "responses": RESPONSES}
PETS = openapi({"Pet": PET}, {"/pets/{id}": {"get": OPERATION}})
GROWN = {"id": "7", "kind": "bird", "born": "long ago", "tags": None, "mood": {"note": "private"}}


def pets(**settings: Json) -> Api:
    """The API of pets."""
    return load(PETS, **settings)


def drift_of(tally: Tally) -> Drift:
    """What was counted, for the API of pets."""
    return Drift(tally.surprises(), pets(), tally.beyond)


def recorded(body: Json, status: int = 200) -> Json:
    """What a real server answered, for the fake one."""
    exchange = {
        "request": {"method": "GET", "path": "/pets/7"},
        "response": {"status": status, "headers": {}, "json": body},
    }
    return {"vectors": [exchange]}


# -- what a client shows -----------------------------------------------------------------------------------------------


def test_what_was_seen_prints_the_most_frequent_first_and_says_what_to_do(world: World) -> None:
    """A line for each surprise, and the two calls that make use of them."""
    client = world.client(Script(answer(json={"id": "1", "mood": 1}), answer(json=GROWN)), pets())
    for _ in range(3):
        world.run(client.default.get_pet(id="7"))
    assert repr(client.drift()).splitlines() == [
        "<Drift: 4 surprises, 9 times>",
        "  3  unknown field mood: object, integer  at #/components/schemas/Pet",
        '  2  enum: "bird"                         at #/components/schemas/Pet/properties/kind',
        "  2  format: string                       at #/components/schemas/Pet/properties/born",
        "  2  null                                 at #/components/schemas/Pet/properties/tags",
        'try .save("drift.yaml"), and then load(..., overlay="drift.yaml")',
    ]
    assert client.drift()[0] == ("/components/schemas/Pet", "unknown field mood", 3, ("object", "integer"), 0)


def test_nothing_seen_says_so(world: World) -> None:
    """And is an empty list."""
    client = world.client(Script(answer(json={"id": "1"})), pets())
    world.run(client.default.get_pet(id="1"))
    assert repr(client.drift()) == "<Drift: nothing beyond the document was seen>"
    assert client.drift() == []


def test_no_value_of_an_answer_is_kept_but_words_of_an_enum(world: World) -> None:
    """Neither shown nor written: what is in an unknown field, or in one of another kind, could be a secret."""
    secret = "s3cret-of-somebody"
    grown = {**GROWN, "born": secret, "tags": [{"deep": secret}], "mood": secret, "id": {"id": secret}}
    client = world.client(Script(answer(json=grown)), pets())
    world.run(client.default.get_pet(id="7"))
    drift = client.drift()
    assert len(drift) == 5
    assert secret not in repr(drift) + str(list(drift)) + json.dumps(drift.overlay()) + str(drift.left_out)
    assert "bird" in repr(drift)


def test_a_strict_client_raises_as_it_always_did(world: World) -> None:
    """For what differs; not for a null, which is read as nothing, nor for a failure, which is raised as what it is."""
    answers = Script(answer(json={"id": None, "tags": [None]}), answer(409, {"message": "no"}), answer(json=GROWN))
    client = world.client(answers, pets(), strict=True)
    assert world.run(client.default.get_pet(id="7")).id is None
    with pytest.raises(errors.ConflictError):
        world.run(client.default.get_pet(id="7"))
    assert [one.what for one in client.drift()] == ["null", "null", "error status"]
    with pytest.raises(errors.DriftError):
        world.run(client.default.get_pet(id="7"))


def test_what_a_server_grew_is_in_the_document_after_a_correction(world: World, tmp_path: Path) -> None:
    """Over real HTTP: count, save, load with the overlay, and the same answers show nothing new."""
    path = tmp_path / "drift.yaml"
    with Sandbox(document=PETS, answers=recorded(GROWN, 203)) as server:
        settings = {"api_key": None, "base_url": server.url}
        client = world.client(server.url, pets(), **settings)
        world.run(client.default.get_pet(id="7"))
        drift = client.drift()
        assert sorted(one.what for one in drift) == ["enum", "format", "null", "status", "unknown field mood"]
        drift.save(path)
        other = world.client(server.url, pets(overlay=path), **settings)
        pet = world.run(other.default.get_pet(id="7"))
        assert (pet.kind, pet.born, pet.mood) == ("bird", "long ago", {"note": "private"})
        assert other.drift() == []
    assert drift.left_out == ()


def test_an_overlay_corrects_a_bundled_service(world: World, tmp_path: Path) -> None:
    """Its workflows go on: the overlay is for the document that comes with this package."""
    grown = answer(json={"id": "1", "status": "archived", "queue": {"position": 3}})
    client = world.client(Script(grown))
    world.run(client.ocr.get_job_status("1"))
    drift = client.drift()
    drift.save(tmp_path / "drift.yaml")
    api = load("leapocr", overlay=tmp_path / "drift.yaml")
    other = world.client(Script(grown), api)
    status = world.run(other.ocr.get_job_status(job_id="1"))
    assert status.queue == {"position": 3}
    assert len(drift) == 2
    assert other.drift() == []


# -- the file ----------------------------------------------------------------------------------------------------------


def test_a_saved_overlay_says_what_it_is(tmp_path: Path) -> None:
    """In comments: what it is for, and what is missing. Each action says how often it was seen."""
    tally = Tally()
    for _ in range(12):
        tally.note("/components/schemas/Pet", "unknown field mood", "good")
    tally.note("/components/schemas/Gone", "type", "a\nb")
    drift_of(tally).save(tmp_path / "drift.yaml")
    lines = (tmp_path / "drift.yaml").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("#")] == [
        "# What answers of Test showed beyond its document, as an OpenAPI Overlay that adds it. Look it over first.",
        "# Left out: type: string at #/components/schemas/Gone (1 times): nothing in the published document is what "
        "the normal form has at #/components/schemas/Gone",
    ]
    overlay = text.parse("\n".join(lines), "drift.yaml")
    assert overlay["actions"] == [
        {
            "target": "$.components.schemas.Pet",
            "description": "unknown field mood: string; seen 12 times",
            "update": {"properties": {"mood": {"type": "string"}}},
        }
    ]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.text(max_size=8), st.sampled_from([1, "x", None, [], {}])), min_size=1, max_size=4))
def test_whatever_fields_are_called_the_file_can_be_loaded(tmp_path_factory: Any, fields: Json) -> None:
    """Names with quotes, newlines, marks of YAML and numbers of YAML come back as they were."""
    tally = Tally()
    for name, value in fields:
        tally.note("/components/schemas/Pet", f"unknown field {name}", value)
    drift = drift_of(tally)
    path = tmp_path_factory.mktemp("drift") / "drift.yaml"
    drift.save(path)
    assert text.parse(path.read_bytes(), "drift.yaml") == drift.overlay()
    made = pets(overlay=path).document["components"]["schemas"]["Pet"]["properties"]
    unsaid = {one.surprise.what.removeprefix("unknown field ") for one in drift.left_out}
    assert {name for name, _ in fields} <= made.keys() | unsaid


# -- the tally ---------------------------------------------------------------------------------------------------------


def test_a_server_that_never_repeats_itself_does_not_fill_the_memory() -> None:
    """Places, names and words are bounded in number and in length; what is beyond is counted."""
    tally = Tally()
    for number in range(2 * PLACES):
        tally.note("/a", f"unknown field {number}" + "x" * 10_000, 1)
        tally.note("/b", "enum", f"{number}" + "x" * (number % 300))
        tally.note(f"/c/{number}", "type", 1)
    drift = drift_of(tally)
    assert len(drift) == PLACES
    assert sum(one.times for one in drift) + drift.beyond == 6 * PLACES
    assert len(repr(list(drift))) < 300_000
    shown = repr(drift).splitlines()
    assert len(shown) == SHOWN + 4
    assert shown[-3:-1] == [
        f"and {PLACES - SHOWN} more: it is a list",
        f"and {drift.beyond} times what there was no room to remember",
    ]


def test_threads_count_together() -> None:
    """Nothing is lost, whoever notes while others do, or while somebody looks."""
    tally = Tally()
    go = threading.Barrier(4)

    def note() -> None:
        go.wait()
        for number in range(500):
            tally.note("/a", f"unknown field {number % 50}", 1)
            tally.surprises()

    threads = [threading.Thread(target=note) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.times for one in tally.surprises()] == [40] * 50


def test_what_hides_on_a_terminal_is_spelled_out() -> None:
    """A name comes from a server, and may hold what moves the cursor."""
    tally = Tally()
    tally.note("/components/schemas/Pet", "unknown field \x1b[2J", 1)
    assert "\\u001b[2J" in repr(drift_of(tally))
    assert "\x1b" not in repr(drift_of(tally)) + str(tally.surprises()[0])


def test_true_is_not_one() -> None:
    """Words are told apart as JSON tells them."""
    tally = Tally()
    for word in (1, True, 1, 1.0, "1", None):
        tally.note("/a", "enum", word)
    assert json.dumps(tally.surprises()[0].seen) == '[1, true, 1.0, "1", null]'


def test_a_surprise_is_told_in_a_line() -> None:
    """What, where and how often; lists of them print like that, too."""
    one = Surprise("/components/schemas/Pet", "enum", 2, ("bird",), 1)
    assert str(one) == 'enum: "bird", others at #/components/schemas/Pet (2 times)'
