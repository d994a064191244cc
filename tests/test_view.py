"""Views: the document's models under other names, as workflow.yaml declares them."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from documents import openapi, ref

from leapocr_dyn.api import Api, load
from leapocr_dyn.document import workflow
from leapocr_dyn.errors import ContractError, DocumentError
from leapocr_dyn.operation import view

Json = Any  # the document under test
TEXT = {"type": "string"}
JOB = {
    "properties": {
        "id": {"type": "string", "description": "The job."},
        "done": {"type": "integer"},
        "total": {"type": "integer"},
        "pages": {"items": {"properties": {"number": {"type": "integer"}, "result": {}}}},
        "at": {"type": "string", "format": "date-time"},
    }
}
STARTED = {"properties": {"id": TEXT, "url": TEXT}}
VIEWS: Json = {
    "Page": {
        "of": ["getJob"],
        "at": "pages",
        "fields": {"page_number": "number"},
        "properties": {"text": {"text": "result"}},
    },
    "Job": {
        "of": ["getJob", "startJob"],
        "fields": {
            "job_id": "id",
            "progress": {"percent": ["done", "total"]},
            "done": {"from": "done", "default": 0},
            "pages": {"from": "pages", "view": "Page", "default": []},
            "finished_at": "finishedAt",
            "note": {"default": "none"},
        },
        "properties": {"text": {"join": ["pages", "text"]}},
    },
}


def answering(name: str) -> Json:
    """An operation's node whose answer is a component."""
    return {"responses": {"200": {"description": "", "content": {"application/json": {"schema": ref(name)}}}}}


def api(**views: Json) -> Api:
    """An API with two operations about jobs, and these views."""
    paths = {
        "/job": {
            "get": {"operationId": "getJob", **answering("Job")},
            "post": {"operationId": "startJob", **answering("Started")},
        },
        "/text": {"get": {"operationId": "getText", **answering("Text")}},
    }
    return load(openapi({"Job": JOB, "Started": STARTED, "Text": TEXT}, paths), workflow={"views": views or VIEWS})


def job(wire: Json, source: str = "getJob") -> Any:
    """A received job."""
    return api().views.read("Job", source, wire)


WIRE = {
    "id": "3f2",
    "done": 1,
    "total": 4,
    "pages": [{"number": 1, "result": "One"}, {"number": 2, "result": {"a": "é"}}],
}


def test_a_view_has_names_of_its_own() -> None:
    """`job_id: id` reads the wire's id, and the wire name still works."""
    assert job(WIRE).job_id == job(WIRE)["id"] == "3f2"


def test_a_view_gives_the_wire_back() -> None:
    """With unknown fields and the server's own texts; computed fields are not sent."""
    wire = {**WIRE, "at": "2026-03-23T12:00:00Z", "new": None}
    assert job(wire).to_dict() == wire


def test_what_the_view_does_not_name_follows_what_it_names() -> None:
    """Nothing that the server says is out of reach."""
    names = [field.name for field in api().views.view("Job").fields]
    assert names == ["job_id", "progress", "done", "pages", "finished_at", "note", "total", "at", "url"]


@pytest.mark.parametrize(
    ("done", "total", "percent"),
    [
        (1, 4, 25.0),
        (4, 4, 100.0),
        (9, 4, 100.0),
        (-1, 4, 0.0),
        (1, 0, 0.0),
        (1, None, 0.0),
        (None, 4, 0.0),
        ("1", 4, 0.0),
    ],
)
def test_progress_is_a_percentage_that_never_leaves_its_range(done: Json, total: Json, percent: float) -> None:
    """`percent` of two fields, and nothing where they say nothing."""
    assert job({"done": done, "total": total}).progress == percent


def test_a_list_is_shown_through_a_view_of_its_items() -> None:
    """`view` names it; `text` of an item is its text, or indented JSON."""
    pages = job(WIRE).pages
    assert [type(page).__name__ for page in pages] == ["Page", "Page"]
    assert [page.page_number for page in pages] == [1, 2]
    assert [page.text for page in pages] == ["One", '{\n  "a": "é"\n}']
    assert job(WIRE).text == 'One\n\n{\n  "a": "é"\n}'


def test_what_the_server_leaves_out_has_its_default() -> None:
    """A field that no source has, too; and one reader's list is not another's."""
    it = job({})
    assert (it.job_id, it.done, it.pages, it.note, it.finished_at, it.text) == (None, 0, [], "none", None, "")
    it.pages.append("mine")
    assert job({}).pages == []


def test_a_field_that_the_document_does_not_have_yet_is_read_when_it_comes() -> None:
    """The view names it, so a newer server may send it."""
    assert job({"finishedAt": "now"}).finished_at == "now"


@pytest.mark.parametrize("called", ["result", "text"])
def test_a_field_is_found_under_the_name_that_the_document_has_for_it(called: str) -> None:
    """One workflow fits a document before and after a field got another name, and what people type stays the same."""
    page = {"properties": {"number": {"type": "integer"}, called: TEXT}}
    declared = {
        "of": ["go"],
        "fields": {"result": {"from": ["result", "text"]}},
        "properties": {"text": {"text": "result"}},
    }
    rules = {"views": {"Page": declared}}
    paths = {"/page": {"get": {"operationId": "go", **answering("Page")}}}
    read = load(openapi({"Page": page}, paths), workflow=rules).views.read("Page", "go", {"number": 1, called: "Tea"})
    assert (read.result, read.text, read.to_dict()) == ("Tea", "Tea", {"number": 1, called: "Tea"})


def test_text_is_there_though_the_server_calls_it_something_the_document_does_not_know() -> None:
    """Where a server is ahead of the document, what came is still the text: it was paid for."""
    declared = {
        "of": ["go"],
        "fields": {"result": {"from": ["result", "text"]}},
        "properties": {"text": {"text": "result"}},
    }
    paths = {"/page": {"get": {"operationId": "go", **answering("Page")}}}
    older = load(openapi({"Page": {"properties": {"text": TEXT}}}, paths), workflow={"views": {"Page": declared}})
    assert older.views.read("Page", "go", {"result": "Tea"}).text == "Tea"


def test_every_source_is_read_in_the_same_way() -> None:
    """So a view pickles whole, wherever it came from."""
    it = job({"id": "3f2", "url": "https://x.test"}, "startJob")
    twin = pickle.loads(pickle.dumps(it))
    assert it == twin
    assert twin.url == "https://x.test"
    assert type(twin) is type(it)


def test_people_can_build_a_view_in_the_order_of_its_fields() -> None:
    """Positional arguments work, as in a service's own SDK, and computed fields are computed."""
    made = api().views["Job"]
    assert (
        repr(made("3f2", done=1, total=2)) == "Job(job_id='3f2', progress=50.0, done=1, pages=[], note='none', total=2)"
    )


def test_cattrs_knows_the_views() -> None:
    """`api.converter.cattrs` structures them inside a user's own classes."""
    it = api()
    assert it.converter.cattrs.structure(WIRE, it.views["Job"]) == job(WIRE)


def test_the_views_of_a_workflow_are_a_mapping() -> None:
    """Names, and classes made on first touch."""
    assert list(api().views) == ["Page", "Job"]
    assert len(api().views) == 2
    assert (
        api().views["Job"].__doc__.startswith("A view of what getJob and startJob answers.\n\nFields:\n    job_id: str")
    )


@pytest.mark.parametrize(
    ("declared", "kind", "said"),
    [
        ({"of": ["getText"], "fields": {}}, DocumentError, "what getText answers is not an object"),
        ({"of": ["getJob"], "at": "id", "fields": {}}, DocumentError, "what getJob answers is not an object"),
        ({"of": ["getJob"], "at": "nothing", "fields": {}}, DocumentError, "what getJob answers is not an object"),
        ({"of": ["getJbo"], "fields": {}}, DocumentError, "did you mean 'getJob'"),
    ],
)
def test_a_view_of_nothing_is_refused(declared: Json, kind: type[Exception], said: str) -> None:
    """On first touch, with the view's and the operation's name."""
    with pytest.raises(kind, match=said):
        api(X=declared).views["X"]


def test_text_of_a_model_is_its_json() -> None:
    """The wire's own words, indented."""
    it = load("leapocr").views.read("JobResult", "getJobResult", {"pagination": {"page": 1}})
    assert view.text("pagination")(it) == '{\n  "page": 1\n}'
    assert view.text("pages")(it) == "[]"


@pytest.mark.parametrize("answer", [None, [1], "text"])
def test_an_answer_that_is_not_an_object_is_the_servers_mistake(answer: Json) -> None:
    """A ContractError that says so: no foreign exception, and no value of a wrong type."""
    with pytest.raises(ContractError, match="the answer is not an object but"):
        load("leapocr").views.read("JobStatus", "getJobStatus", answer)


def test_threads_that_ask_at_once_get_one_class() -> None:
    """A view is made under the same lock as every other class."""
    api = load("leapocr")
    views = Api(api.whole, api._document, api.workflow, api.recipe).views
    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(lambda _: views["JobStatus"], range(24)))) == 1


@pytest.mark.parametrize(
    "described", [{}, {"content": {"application/json": {"schema": {}}}}, {"content": {"application/json": {}}}]
)
def test_a_view_of_what_no_schema_describes_is_read_as_it_comes(described: Json) -> None:
    """A document that lost a schema loses types, and no field: declared ones are there, and nothing is reported."""
    paths = {
        "/job": {"get": {"operationId": "getJob", "responses": {"200": {"description": "", **described}}}},
        "/jobs": {"post": {"operationId": "startJob", **answering("Started")}},
    }
    views = load(openapi({"Started": STARTED}, paths), workflow={"views": VIEWS}).views
    it = views.read("Job", "getJob", {**WIRE, "new": 1})
    assert (it.job_id, it.progress, it.finished_at, it["new"]) == ("3f2", 25.0, None, 1)
    assert [type(page).__name__ for page in it.pages] == ["Page", "Page"]
    assert it.text.startswith("One\n\n{")
    assert it.to_dict() == {**WIRE, "new": 1}
    assert pickle.loads(pickle.dumps(it)) == it


def test_a_view_in_what_no_schema_describes_may_be_of_one_or_of_several() -> None:
    """The wire says which."""
    paths = {"/job": {"get": {"operationId": "getJob", "responses": {"200": {"description": ""}}}}}
    fields = {"page": {"from": "page", "view": "Page"}}
    page = {"of": ["getJob"], "at": "pages", "fields": {"page_number": "number"}}
    views = load(
        openapi({}, paths), workflow={"views": {"Job": {"of": ["getJob"], "fields": fields}, "Page": page}}
    ).views
    assert views.read("Job", "getJob", {"page": {"number": 1}}).page.page_number == 1
    assert [one.page_number for one in views.read("Job", "getJob", {"page": [{"number": 1}]}).page] == [1]
    assert views.read("Job", "getJob", {"page": "none"}).page == "none"


def test_a_document_without_the_operations_of_its_workflow_is_said() -> None:
    """`paths: {}` is a DocumentError where a view is touched, not a KeyError."""
    with pytest.raises(DocumentError, match="there is no operation 'getJobStatus'"):
        load(openapi(), workflow=workflow.bundled("leapocr").sections).views["JobStatus"]
