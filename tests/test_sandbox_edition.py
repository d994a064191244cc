"""The document that a sandbox serves, replaced while it runs: what is published, what is spoken, what is refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn import errors
from leapocr_dyn.sandbox import Sandbox
from leapocr_dyn.sandbox.contract import Contract
from leapocr_dyn.sandbox.edition import edition
from leapocr_dyn.sandbox.member import fitted, strangers
from leapocr_dyn.sandbox.server import bundled

Json = Any  # the document under test


def pets(name: str, base: str = "/v1") -> dict[str, Json]:
    """A document with one operation, whose example is a pet of this name."""
    answer = {"description": "A pet", "content": {"application/json": {"example": {"name": name}}}}
    paths = {"/pet": {"get": {"operationId": "pet", "responses": {"200": answer}}}}
    info = {"title": "Pets", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "servers": [{"url": f"https://pets.test{base}"}], "paths": paths}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that serves the pet Rex."""
    with Sandbox(document=pets("Rex")) as sandbox:
        yield sandbox


def spec(sandbox: Sandbox) -> str:
    """Where a sandbox's document is changed."""
    return str(httpx.URL(sandbox.url).copy_with(path="/sandbox/spec"))


def pet(sandbox: Sandbox) -> str:
    """The pet's name."""
    return str(httpx.get(f"{sandbox.url}/pet").json()["name"])


# --- publishing ---


def test_another_document_is_spoken_from_the_next_request_on(sandbox: Sandbox) -> None:
    """`sandbox.document = {...}` changes what is published and what is answered, and a restart keeps it."""
    assert pet(sandbox) == "Rex"
    sandbox.document = pets("Ida")
    assert (pet(sandbox), httpx.get(sandbox.document_url).json()) == ("Ida", pets("Ida"))
    sandbox.stop()
    assert sandbox.document == pets("Ida")
    sandbox.document = pets("Tom")
    assert pet(sandbox.start()) == "Tom"


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump])
def test_a_document_may_be_text_or_a_file(sandbox: Sandbox, tmp_path: Path, write: Any) -> None:
    """JSON or YAML, as text, as bytes, or as the path of a file; numbers and dates as keys and values are text."""
    text = write(pets("Ida"))
    (tmp_path / "pets").write_text(text)
    for given_as in (text, text.encode(), tmp_path / "pets", str(tmp_path / "pets")):
        sandbox.document = pets("Rex")
        sandbox.document = given_as
        assert sandbox.document == pets("Ida")
    assert edition("openapi: 3.1.0\npaths: {}\ninfo: {title: 2026-01-31, 200: yes}\n").document["info"] == {
        "title": "2026-01-31",
        "200": True,
    }


def test_json_is_published_as_it_was_given(sandbox: Sandbox) -> None:
    """Byte for byte, as a service's own file would be; so two texts of one meaning are two versions."""
    text = json.dumps(pets("Rex"), indent=4).encode()
    before = httpx.get(sandbox.document_url)
    sandbox.document = text
    after = httpx.get(sandbox.document_url)
    assert (after.content, after.json()) == (text, before.json())
    assert after.headers["etag"] != before.headers["etag"]


def test_any_program_can_replace_the_document(sandbox: Sandbox) -> None:
    """GET /sandbox/spec gives the document, PUT replaces it, and anything else is told so."""
    assert httpx.get(spec(sandbox)).json() == pets("Rex")
    put = httpx.put(spec(sandbox), content=yaml.safe_dump(pets("Ida")))
    assert (put.status_code, put.headers["etag"]) == (204, httpx.get(sandbox.document_url).headers["etag"])
    assert pet(sandbox) == "Ida"
    assert httpx.post(spec(sandbox)).status_code == 405


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ('{"openapi": "3.1.0", "paths": {"/pet"', "neither JSON nor YAML"),
        ("<html><body>Not found</body></html>", "its root is no object"),
        ("[1, 2]\n", "its root is no object"),
        ("a: [\n", "neither JSON nor YAML"),
        ("", "its root is no object"),
        ('{"swagger": "2.0", "paths": {}}', "this one is Swagger 2.0"),
        ('{"openapi": 3.1, "paths": {}}', "this one is openapi: 3.1"),
        ('{"openapi": "3.1.0", "paths": {"/pet": {"get": {"responses": []}}}}', "cannot be served"),
        ('{"openapi": "3.1.0", "paths": []}', "cannot be served"),
        ("a: &a [1]\nb: *a\n", "follows no YAML aliases"),
        ("[" * 100_000 + "\n", "more than 200 levels"),
        ('{"a":' * 100_000, "neither JSON nor YAML"),
    ],
)
def test_a_broken_version_is_refused_and_the_old_one_stays(sandbox: Sandbox, broken: str, said: str) -> None:
    """A sentence says what is wrong; what is published, and its ETag, are what they were."""
    before = httpx.get(sandbox.document_url)
    put = httpx.put(spec(sandbox), content=broken)
    assert put.status_code == 400
    assert said in put.json()["error"]
    with pytest.raises(errors.ConfigurationError, match=said):
        sandbox.document = broken.encode()
    after = httpx.get(sandbox.document_url)
    assert (after.json(), after.headers["etag"], pet(sandbox)) == (pets("Rex"), before.headers["etag"], "Rex")


def test_a_file_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    """Also before the sandbox starts, and with the file's name."""
    with pytest.raises(errors.ConfigurationError, match=r"pets\.json cannot be read"):
        Sandbox(document=tmp_path / "pets.json")


def test_each_version_has_an_etag_and_a_date_of_its_own(sandbox: Sandbox) -> None:
    """Whoever has a version hears 304, by either; and 200 when it has changed, be it within a second or back again."""
    seen: list[dict[str, str]] = []
    for name in ("Rex", "Ida", "Rex"):
        sandbox.document = pets(name)
        new = httpx.get(sandbox.document_url)
        known = [
            {"If-None-Match": new.headers["etag"]},
            {"If-Modified-Since": new.headers["last-modified"]},
            # RFC 9110 section 13.1.3: the date is not looked at where there is a tag.
            {"If-None-Match": new.headers["etag"], "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        ]
        for conditions in known:
            again = httpx.get(sandbox.document_url, headers=conditions)
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", new.headers["etag"])
        for conditions in seen:
            assert httpx.get(sandbox.document_url, headers=conditions).json() == pets(name)
        seen = known[:2]
    sandbox.document = pets("Rex")  # the same again is no change
    assert httpx.get(sandbox.document_url, headers=seen[1]).status_code == 304


def test_the_documents_address_stays_when_its_servers_move(sandbox: Sandbox) -> None:
    """A client that looks there for updates finds the next one, wherever that says the operations are."""
    address = sandbox.document_url
    sandbox.document = pets("Ida", base="/v2")
    assert sandbox.url.endswith("/v2")
    assert (pet(sandbox), sandbox.document_url) == ("Ida", address)
    assert httpx.get(address).json() == pets("Ida", base="/v2")


# --- speaking ---


def changed(**schemas: Json) -> dict[str, Json]:
    """LeapOCR's document, with some components' properties changed: {schema: {property: schema, or None for none}}."""
    document = copy.deepcopy(bundled())
    for name, properties in schemas.items():
        said = document["components"]["schemas"][name]["properties"]
        said.update(properties)
        for gone in [label for label, inner in properties.items() if inner is None]:
            del said[gone]
    return document


def call(sandbox: Sandbox, method: str, path: str, **more: Any) -> httpx.Response:
    """A request with the key."""
    return httpx.request(method, sandbox.url + path, headers={"X-API-KEY": sandbox.api_key}, **more)


def announced(sandbox: Sandbox, **more: Json) -> httpx.Response:
    """A small file, announced."""
    about = {"file_name": "a.pdf", "file_size": 3, "content_type": "application/pdf", "format": "markdown"}
    return call(sandbox, "POST", "/ocr/uploads/direct", json=about | more)


def test_a_version_of_leapocr_is_spoken_with_its_own_fields() -> None:
    """Fields that it does not know are refused in requests and left out of answers; those that it wants are there."""
    document = changed(
        DirectUploadRequest={"model": None, "purpose": {"type": "string"}},
        StatusResponse={"file_name": None, "queue": {"type": "string", "enum": ["fast"]}},
    )
    document["components"]["schemas"]["StatusResponse"]["required"] = ["queue"]
    with Sandbox() as sandbox:
        assert announced(sandbox, model="pro-v2").status_code == 200
        assert announced(sandbox, purpose="tax").json()["details"][0]["message"] == "there is no field purpose"
        sandbox.document = document
        assert announced(sandbox, model="pro-v2").json()["details"][0]["field"] == "model"
        job_id = announced(sandbox, purpose="tax").json()["job_id"]
        status = call(sandbox, "GET", f"/ocr/status/{job_id}").json()
        assert (status["id"], status["queue"], "file_name" in status) == (job_id, "fast", False)


def test_an_operation_that_moved_is_found_by_its_id_and_one_that_was_renamed_by_its_place() -> None:
    """Jobs outlive the change: one that began before is found at the new path."""
    document = copy.deepcopy(bundled())
    paths = document["paths"]
    paths["/jobs/{job_id}/status"] = paths.pop("/ocr/status/{job_id}")
    paths["/ocr/delete/{job_id}"]["delete"]["operationId"] = "forgetJob"
    paths["/ocr/delete/{job_id}"]["delete"]["responses"] |= {"200": paths["/health"]["get"]["responses"]["200"]}
    with Sandbox() as sandbox:
        job_id = announced(sandbox).json()["job_id"]
        sandbox.document = document
        assert call(sandbox, "GET", f"/ocr/status/{job_id}").status_code == 404
        assert call(sandbox, "GET", f"/jobs/{job_id}/status").json()["status"] == "pending"
        assert call(sandbox, "DELETE", f"/ocr/delete/{job_id}").status_code == 200
        assert call(sandbox, "GET", f"/jobs/{job_id}/status").status_code == 404


def test_leapocr_wants_a_key_though_a_version_forgets_to_say_so() -> None:
    """Without `security`, any scheme that the document defines will do; and the health check is open as ever."""
    document = copy.deepcopy(bundled())
    del document["security"]
    with Sandbox(document=document) as sandbox:
        assert httpx.get(f"{sandbox.url}/ocr/status/1").status_code == 401
        assert call(sandbox, "GET", "/ocr/status/1").status_code == 404
        assert httpx.get(f"{sandbox.url}/health").status_code == 200


def test_any_object_or_a_reference_is_the_reference() -> None:
    """Some published documents write bodies so; to the letter, no body that is right would fit exactly one of both."""
    document = copy.deepcopy(bundled())
    media = document["paths"]["/ocr/uploads/direct"]["post"]["requestBody"]["content"]["application/json"]
    media["schema"] = {"oneOf": [{"type": "object"}, {**media["schema"], "description": "What the file is."}]}
    with Sandbox(document=document) as sandbox:
        assert announced(sandbox).status_code == 200
        assert announced(sandbox, file_size=0).json()["details"][0]["field"] == "file_size"


# --- members ---

NAMES = st.sampled_from("abc")
SCHEMAS: st.SearchStrategy[Json] = st.recursive(
    st.sampled_from([{}, {"type": "string"}, {"type": "object"}, {"type": "object", "additionalProperties": {}}]),
    lambda inner: st.one_of(
        st.dictionaries(NAMES, inner, max_size=3).map(lambda fields: {"properties": fields}),
        st.builds(
            lambda fields, wanted: {"properties": fields, "required": sorted(wanted & fields.keys())},
            st.dictionaries(NAMES, inner, max_size=3),
            st.sets(NAMES),
        ),
        inner.map(lambda items: {"type": "array", "items": items}),
        st.lists(inner, min_size=1, max_size=2).map(lambda all_of: {"allOf": all_of}),
        st.lists(inner, min_size=1, max_size=2).map(lambda one_of: {"oneOf": one_of}),
    ),
    max_leaves=6,
)
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
NONE = Contract({"openapi": "3.1.0", "paths": {}})


@given(SCHEMAS, VALUES)
def test_what_is_fitted_holds_no_strangers(schema: Json, value: Json) -> None:
    """An answer that was cut down to a document has nothing that the document does not name, and fits as it is."""
    once = fitted(NONE, schema, value)
    assert list(strangers(NONE, schema, once)) == []
    assert fitted(NONE, schema, once) == once


@given(SCHEMAS, VALUES)
def test_only_strangers_are_left_out(schema: Json, value: Json) -> None:
    """A value without strangers keeps all that it has."""
    places = list(strangers(NONE, schema, value))
    cut = fitted(NONE, schema, value)
    for *above, name in places:
        inner: Json = cut
        for step in above:
            inner = inner[step]
        assert name not in inner
    if not places:
        assert covers(cut, value)


def covers(cut: Json, value: Json) -> bool:
    """Whether everything of a value is in another, too."""
    if isinstance(value, dict):
        return all(name in cut and covers(cut[name], inner) for name, inner in value.items())
    if isinstance(value, list):
        return len(cut) == len(value) and all(map(covers, cut, value))
    return bool(cut == value)
