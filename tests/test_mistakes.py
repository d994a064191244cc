"""The mistakes of a first hour, and what is said to them: every message says what to write instead."""

from __future__ import annotations

import inspect
import pickle
import pydoc
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from conftest import URL, Script, World, answer
from documents import NOTHING, api_of, openapi, structured

import leapocr_dyn
from leapocr_dyn import (
    ClientConfig,
    ClientCredentials,
    JobStatus,
    LeapOCRError,
    LeapOCRSync,
    PollOptions,
    ProcessOptions,
    errors,
)
from leapocr_dyn.services import leapocr as door

PET = {
    "description": "A pet.",
    "required": ["petName"],
    "properties": {
        "petName": {"type": "string", "description": "What it is called.", "maxLength": 20},
        "weight": {"type": "number", "description": "Kilograms."},
        "kind": {"enum": ["cat", "dog"]},
    },
}


@attrs.frozen
class Due:
    """A class of the caller's own."""

    due: str


def pet(**fields: Any) -> Any:
    """A model that a user builds."""
    return api_of(X=PET).models["X"](**fields)


def misspelled(kind: Any, name: str) -> Any:
    """What a type checker would not let through."""
    return kind(**{name: 5})


# -- a name that there is not


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: pet(weigth=1), r"^X\(\) has no argument 'weigth'; did you mean 'weight'\?"),
        (lambda: pet(petName="Mimi"), "did you mean 'pet_name'"),
        (lambda: pet(zzz=1), "has no argument 'zzz'; there are pet_name, weight, kind$"),
        (lambda: attrs.evolve(pet(), weigth=1), "has no argument 'weigth'; did you mean 'weight'"),
        (lambda: misspelled(JobStatus, "job_di"), r"^JobStatus\(\) has no argument 'job_di'; did you mean 'job_id'\?"),
        (lambda: misspelled(ProcessOptions, "fromat"), r"^ProcessOptions\(\) has no argument 'fromat'; did .*'format'"),
        (lambda: misspelled(PollOptions, "max_wiat"), r"^PollOptions\(\) has no argument 'max_wiat'; did .*'max_wait'"),
        (lambda: misspelled(ClientConfig, "timout"), r"^ClientConfig\(\) has no argument 'timout'; did .*'timeout'"),
        (
            lambda: misspelled(ClientCredentials, "client_secert"),
            "no argument 'client_secert'; did you .*'client_secret'",
        ),
        (lambda: misspelled(LeapOCRSync, "timout"), "a client has no setting 'timout'; did you mean 'timeout'"),
        (lambda: misspelled(LeapOCRSync, "api_kye"), "a client has no setting 'api_kye'; did you mean 'api_key'"),
        (
            lambda: misspelled(LeapOCRSync("k").ocr.get_job_status, "jobid"),
            r"^get_job_status\(\) has no argument 'jobid'; did you mean 'job_id'\?$",
        ),
        (
            lambda: misspelled(LeapOCRSync("k").ocr.process_and_wait, "langauge"),
            "has no argument 'langauge'; it takes file, options, poll_options, on_sent, progress$",
        ),
        (lambda: LeapOCRSync("k").ocr.get_job_status(), r"^get_job_status\(\) missing 1 required.*'job_id'$"),  # type: ignore[call-arg]  # that is the point
    ],
)
def test_a_misspelled_argument_is_answered_with_the_right_one(make: Callable[[], Any], said: str) -> None:
    """A model, a view, options, a config, a client: the same sentence, as a TypeError."""
    with pytest.raises(TypeError, match=said):
        make()


def test_a_model_takes_names_and_says_which() -> None:
    """Values without names would depend on the order of the document's fields, which is nobody's promise."""
    with pytest.raises(TypeError, match=r"X\(\) takes keyword arguments only: pet_name=\.\.\., weight=\.\.\.$"):
        api_of(X=PET).models["X"]("Mimi", 3)


def test_a_misspelled_field_is_answered_with_the_right_one() -> None:
    """`model["wireName"]` knows the names on the wire, those that the document does not list included."""
    it = structured(PET, {"petName": "Mimi", "new_field": 1})
    with pytest.raises(KeyError, match=r"a X has no 'petname' on the wire; did you mean 'petName'\?"):
        it["petname"]
    with pytest.raises(KeyError, match=r"did you mean 'new_field'\?"):
        it["newfield"]
    with pytest.raises(KeyError, match="there are petName, weight, kind, new_field"):
        it["zzz"]


def test_a_tag_that_nothing_carries_is_answered_with_those_there_are() -> None:
    """An Api without a single operation would say so only much later; a workflow's own tag may still be missing."""
    paths = {"/pets": {"get": {"tags": ["pets", "SDK"], "responses": NOTHING}}}
    document = openapi(paths=paths, info={"title": "T", "version": "1"})
    with pytest.raises(errors.ConfigurationError, match="no operation of <dict> carries 'pet'; did you mean 'pets'"):
        leapocr_dyn.load(document, tag="pet")
    with pytest.raises(errors.ConfigurationError, match=r"carries 'zzz'; there are pets, SDK$"):
        leapocr_dyn.load(document, tag="zzz")
    with pytest.raises(errors.ConfigurationError, match="carries 'pets'; it has no tags at all"):
        leapocr_dyn.load(openapi(paths={"/pets": {"get": {"responses": NOTHING}}}), tag="pets")
    assert len(leapocr_dyn.load(document, tag="pets").operations) == 1


# -- a value that does not change


def test_a_change_in_place_is_answered_with_the_way_to_change() -> None:
    """Setting and deleting a field name attrs.evolve; a field that there is not is answered with the nearest."""
    it = pet(pet_name="Mimi")
    frozen = attrs.exceptions.FrozenInstanceError
    with pytest.raises(frozen, match=r"^a X does not change; attrs\.evolve\(it, weight=\.\.\.\) gives a changed one$"):
        it.weight = 4
    with pytest.raises(frozen, match=r"attrs\.evolve\(it, weight=\.\.\.\)"):
        del it.weight
    with pytest.raises(frozen, match=r"a X does not change, and has no field 'weigth'; did you mean 'weight'\?"):
        it.weigth = 4


# -- what help shows


def test_help_of_a_model_shows_its_fields_and_nothing_of_how_it_is_made() -> None:
    """Names, types, limits and what the document says of each; no hidden slot, no method that attrs wrote."""
    model = api_of(X=PET).models["X"]
    text = pydoc.plain(pydoc.render_doc(model))
    for line in (
        "A pet.",
        "pet_name: str, required, at most 20 characters",
        "What it is called.",
        "weight: float, optional",
        "Kilograms.",
        "kind: XKind, optional, one of 'cat', 'dog'",
        "to_dict(self)",
    ):
        assert line in text
    assert "_left" not in text
    assert "attrs" not in text
    assert "__" not in text
    assert str(inspect.signature(model)).startswith("(*, pet_name: 'str' = NOT_GIVEN, weight: 'float | None' = ")
    assert dir(model) == ["kind", "pet_name", "to_dict", "weight"]


def test_help_of_a_view_shows_its_fields_and_its_methods() -> None:
    """What calls of the flagship give: computed fields and methods, too."""
    text = pydoc.plain(pydoc.render_doc(leapocr_dyn.JobResult))
    for line in ("job_id: str", "pages: list[PageResult]", "to_markdown(self", "validate(self", "into(self"):
        assert line in text


def test_one_of_a_thing_is_one() -> None:
    """Neither "1 operations" nor "1 models"."""
    api = leapocr_dyn.load(openapi({"X": PET}, paths={"/pets": {"get": {"responses": NOTHING}}}))
    assert "1 operation, 1 model;" in repr(api)


# -- what came goes back


def test_a_value_that_a_newer_server_sent_can_be_sent_back() -> None:
    """Read, change something else, write: an enum's value that the document lacks goes along, also inside a dict.

    The same text, written by hand, is a mistake; as a member of the enum it is meant.
    """
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/X"}}}}
    put = {"operationId": "putPet", "tags": ["pets"], "requestBody": body, "responses": NOTHING}
    client = leapocr_dyn.load(openapi({"X": PET}, paths={"/pets": {"put": put}})).client(base_url=URL)
    pets = client.api.models
    came = client.api.converter.structure({"petName": "Mimi", "kind": "bird"}, pets.type("X"))
    sent = client.pets.put_pet.plan(body=attrs.evolve(came, weight=3))
    assert sent.body == b'{"petName":"Mimi","weight":3,"kind":"bird"}'
    assert client.pets.put_pet.plan(pet_name="Mimi", kind=came.kind).body == b'{"petName":"Mimi","kind":"bird"}'
    with pytest.raises(errors.ValidationError, match="kind: must be one of 'cat', 'dog', not 'bird'"):
        client.pets.put_pet.plan(pet_name="Mimi", kind="bird")
    assert client.pets.put_pet.plan(pet_name="Mimi", kind=type(came.kind)("bird"))


# -- the flagship


@pytest.mark.parametrize(
    ("status", "kind"), [(None, door.AuthenticationError), (401, door.AuthenticationError), (403, door.ForbiddenError)]
)
def test_the_list_of_models_says_whose_token_it_wants(world: World, status: int | None, kind: type[Exception]) -> None:
    """The service refuses a key: before anything is sent, and where a server does; the error says what to do."""
    own: Any = {} if status is None else {"token": "some-token"}
    client = world.client(Script(answer(status or 200)), **own)
    with pytest.raises(kind, match=r"signed in, .*token=\.\.\., beside the key.*`Model` names") as caught:
        world.run(client.ocr.list_models())
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_errors_of_results_and_options_are_the_services_own(world: World) -> None:
    """`except LeapOCRError`, and `except leapocr_dyn.ValidationError`, catch what results and options raise, too."""
    page = {"page_number": 1, "result": {"total": 1}}
    client = world.client(Script(answer(json={"job_id": "1", "pages": [page]})))
    result = world.run(client.ocr.get_results("1"))
    with pytest.raises(leapocr_dyn.ValidationError, match="is no Due: due: required"):
        result.into(Due)
    with pytest.raises(leapocr_dyn.ValidationError, match="is not what the schema says"):
        result.validate({"required": ["due"]})
    with pytest.raises(LeapOCRError, match="max_wait must be a number above 0"):
        PollOptions(max_wait=0)


# -- a name that something does not have


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (lambda: pet(weight=1).wieght, r"^'X' object has no attribute 'wieght'; did you mean 'weight'\?$"),
        (lambda: pet(pet_name="Mimi").petName, r"did you mean 'pet_name'\?$"),
        (lambda: pet().zzz, "; it has kind, pet_name, to_dict, weight$"),
        (
            lambda: structured(PET, {"petName": "Mimi", "newThing": 1}).newThing,
            r"^'X' object has no attribute 'newThing'; the document does not know it: it\['newThing'\] reads it$",
        ),
        (lambda: leapocr_dyn.Format.MARKDWON, r"'MARKDWON'; did you mean 'MARKDOWN'\?$"),  # type: ignore[attr-defined]  # that is the point
        (
            lambda: api_of(X={"enum": ["cat", "dog"]}).models["X"].CTA,
            r"^'X' has no attribute 'CTA'; did you mean 'CAT'\?$",
        ),
        (
            lambda: vars(leapocr_dyn)["load"](openapi()).serch,
            r"^'Api' object has no attribute 'serch'; did you mean 'search'\?$",
        ),
        (
            lambda: leapocr_dyn.LeapOCRSinc,
            r"'leapocr_dyn' has no attribute 'LeapOCRSinc'; did you mean 'LeapOCRSync'\?$",
        ),
        (
            lambda: api_of(Pet=PET).models.Pet,  # type: ignore[attr-defined]  # as above
            r"^'Models' object has no attribute 'Pet'; it is a key: write \['Pet'\]$",
        ),
        (
            lambda: leapocr_dyn.load("leapocr").operations.get_job_staus,  # type: ignore[attr-defined]  # as above
            r"^'Operations' object has no attribute 'get_job_staus'; did you mean \['get_job_status'\]\?$",
        ),
        (lambda: door.results.JobReslt, r"has no attribute 'JobReslt'; did you mean 'JobResult'\?$"),  # type: ignore[attr-defined]  # as above
    ],
)
def test_a_missing_name_is_answered_with_the_right_one(look: Callable[[], Any], said: str) -> None:
    """A value, an enum, an api, the package, a service's models: the same sentence, as an AttributeError."""
    with pytest.raises(AttributeError, match=said) as raised:
        look()
    assert raised.value.name, "as Python's own have it"
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (lambda: api_of(Pet=PET).models["Pat"], "there is no model 'Pat'; did you mean 'Pet'"),
        (
            lambda: leapocr_dyn.load("leapocr").views["JobStaus"],
            "there is no view 'JobStaus'; did you mean 'JobStatus'",
        ),
        (lambda: leapocr_dyn.load("leapocr").operations["getJobStaus"], "did you mean 'getJobStatus'"),
        (lambda: leapocr_dyn.load("zaguan").methods["caht"], "there is no method 'caht'; did you mean 'chat'"),
    ],
)
def test_a_missing_key_is_answered_with_the_right_one(look: Callable[[], Any], said: str) -> None:
    """Models, views, operations and methods: a KeyError."""
    with pytest.raises(KeyError, match=said):
        look()


@pytest.mark.parametrize(
    ("call", "kind", "said"),
    [
        (
            lambda: leapocr_dyn.load("leapocrr"),
            ValueError,
            r"no bundled service of that name: did you mean 'leapocr'\?",
        ),
        (
            lambda: leapocr_dyn.Format("markdwon"),
            ValueError,
            r"^'markdwon' is no format; did you mean 'markdown'\?$",
        ),
        (
            lambda: leapocr_dyn.Format("html"),
            ValueError,
            r"^'html' is no format; there are markdown, structured$",
        ),
        (
            lambda: (
                leapocr_dyn.load("leapocr")
                .operations["direct_upload"]
                .plan(file_name="a", file_size=1, content_type="a/b", format="markdwon")
            ),
            ValueError,
            r"format: must be one of 'markdown', 'structured', not 'markdwon'; did you mean 'markdown'\?",
        ),
        (
            lambda: leapocr_dyn.load("leapocr").operations["get_job_status"].plan(jobid="1"),
            TypeError,
            r"get_job_status\(\) has no argument 'jobid'; did you mean 'job_id'\?",
        ),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(call: Callable[[], Any], kind: type[Exception], said: str) -> None:
    """A service, a value of an enum and an argument: a ValueError of ours, or a TypeError."""
    with pytest.raises(kind, match=said):
        call()


def test_asking_whether_there_is_a_name_costs_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """`hasattr` and `getattr` with a default make no message: near names are looked for when somebody reads it."""
    asked: list[str] = []

    def hint(name: str, known: object, otherwise: str = "") -> str:
        asked.append(name)
        return otherwise

    monkeypatch.setattr("leapocr_dyn.model.naming.hint", hint)
    value = pet(weight=1)
    assert not hasattr(value, "read")
    assert getattr(value, "wieght", 7) == 7
    assert not hasattr(type(value).__class__, "wieght")
    assert asked == []
    with pytest.raises(AttributeError) as raised:
        _ = value.wieght
    assert str(raised.value)
    assert asked == ["wieght"]
