"""The doctor's findings: what a workflow names and the document does not have."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_method import DOCUMENT, WORKFLOW

import leapocr_dyn
from leapocr_dyn.api import Api
from leapocr_dyn.explore import doctor, door
from leapocr_dyn.model.type import Type

Json = Any  # the border where a document enters


def found(rules: Json, *kinds: str) -> list[str]:
    """What is found in a workflow for the tea shop."""
    return list(map(str, doctor.problems(leapocr_dyn.load(DOCUMENT, workflow=rules), kinds)))


@pytest.mark.parametrize("service", leapocr_dyn.bundled())
def test_all_that_a_bundled_workflow_names_is_there(service: str) -> None:
    """Operations, arguments, fields, views, parts of answers, and exceptions, which its own client has."""
    assert doctor.problems(leapocr_dyn.load(service), door.kinds(service)) == []


@pytest.mark.parametrize("service", leapocr_dyn.bundled())
def test_an_operation_that_a_service_gives_up_is_missed_by_its_workflow(service: str) -> None:
    """For each that a workflow names: without it, every place that names it is found."""
    api = leapocr_dyn.load(service)
    rules = api.workflow.sections
    named = list(doctor.mentioned(rules))
    assert named
    for at in {(api.operations[name].path, api.operations[name].method.lower()) for _, name in named}:
        document = copy.deepcopy(api.document)
        del document["paths"][at[0]][at[1]]
        less = leapocr_dyn.load(document, workflow=rules)
        places = {
            place for place, name in named if (api.operations[name].path, api.operations[name].method.lower()) == at
        }
        assert places <= {one.place for one in doctor.problems(less, door.kinds(service))}


def test_a_workflow_that_fits_has_nothing_to_mend() -> None:
    """But for an operation that this version of the API no longer has."""
    assert found(WORKFLOW) == ["methods/gone: there is no operation 'removedOperation'"]
    assert found({}) == []


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"operations": {"getTee": {}}}, "operations/getTee: there is no operation 'getTee'; did you mean 'getTea'?"),
        (
            {"operations": {"getTea": {"at": "GET /tea/{id}"}}},
            "operations/getTea: there is no operation 'GET /tea/{id}'",
        ),
        (
            {"operations": {"orderTea": {"probe": {"operation": "peek", "accepted": "$statusCode == 200"}}}},
            "operations/orderTea/probe: there is no operation 'peek'",
        ),
        (
            {"methods": {"a": {"calls": "listTeas", "inputs": ["kynd"]}}},
            "methods/a/inputs: 'kynd' is no argument of listTeas, and nothing sends it; did you mean 'kind'?",
        ),
        (
            {"methods": {"a": {"calls": "listTeas", "inputs": ["sort"], "sends": {"knd": "$inputs.sort"}}}},
            "methods/a/sends: 'knd' is not an argument of listTeas; did you mean 'kind'?",
        ),
        (
            {
                "methods": {
                    "a": {
                        "calls": "listTeas",
                        "inputs": ["sort"],
                        "sends": {"kind": "$inputs.sort", "limit": "$inputs.srt"},
                    }
                }
            },
            "methods/a/sends: 'srt' is not an input; did you mean 'sort'?",
        ),
        (
            {"methods": {"a": {"calls": "getTea", "inputs": [{"name": 1}, "id"], "sends": {"id": "{$inputs.name}"}}}},
            "methods/a/inputs: methods: a: ",
        ),
        (
            {"methods": {"a": {"calls": "listTeas", "output": "/teas"}}},
            "methods/a/output: what listTeas answers has nothing at /teas; it has data",
        ),
        ({"methods": {"a": {"calls": "listTeas", "output": "/data/first"}}}, "methods/a/output: what listTeas answers"),
        ({"methods": {"a": {"calls": "listTeas", "view": "Tee"}}}, "methods/a/view: 'Tee' is not a view"),
        (
            {"methods": {"tea.get_tea": {"calls": "listTeas"}}},
            "methods/tea.get_tea: it hides the operation getTea, which no client has then",
        ),
        (
            {"pages": {"listTeas": {"input": "page", "items": "$response.body#/data"}}},
            "pages/listTeas/input: 'page' is not an argument",
        ),
        (
            {"pages": {"listTeas": {"input": "since", "items": "$response.body#/items"}}},
            "pages/listTeas/items: what listTeas answers has nothing at $response.body#/items",
        ),
        (
            {"poll": {"operation": "getTea", "input": "name", "accept": [{"when": "true", "state": "success"}]}},
            "poll/input: 'name' is not an argument",
        ),
        ({"streams": {"pour": {"text": "/a"}}}, "streams/pour: there is no operation 'pour'"),
        (
            {"views": {"Cup": {"of": ["getTea"], "fields": {"size": "volume"}}}},
            "views/Cup/fields/size: what getTea answers has no field 'volume'",
        ),
        (
            {"views": {"Cup": {"of": ["listTeas"], "at": "cups", "fields": {}}}},
            "views/Cup: view Cup: what listTeas answers is not an object; the view cannot be laid over it",
        ),
        (
            {"views": {"Cup": {"of": ["getTea"], "fields": {"full": {"percent": ["done", "name"]}}}}},
            "views/Cup/fields/full: 'done' is not a field of the view",
        ),
        (
            {"views": {"Cup": {"of": ["getTea"], "fields": {}, "properties": {"words": {"text": "nam"}}}}},
            "views/Cup/properties/words: 'nam' is not a field; did you mean 'name'?",
        ),
        ({"errors": {"message": ["$response.bdy#/x"]}}, "errors/message/0: $response.bdy#/x: column 12: "),
        ({"errors": {"failed": "$statusCode = 200"}}, "errors/failed: $statusCode = 200: "),
        (
            {"errors": {"codes": {"SLOW": "RateLimtError"}}},
            "errors/codes/SLOW: 'RateLimtError' is not a class of errors.py, nor of the service's own client; "
            "did you mean 'RateLimitError'?",
        ),
        (
            {"errors": {"kinds": [{"when": "$statusCode == 429", "raise": "KettleError", "as": "HotError"}]}},
            "errors/kinds/0/as: 'HotError' is not a class of errors.py",
        ),
    ],
)
def test_what_is_named_in_vain_is_found_where_it_stands(rules: Json, said: str) -> None:
    """One sentence: the place in the file, what is not there, and what was probably meant."""
    problems = found(rules, "KettleError")
    assert len(problems) == 1
    assert problems[0].startswith(said)


def test_where_the_document_leaves_it_open_nothing_is_missing() -> None:
    """A part of an answer that may be anything, and the stream of what no document knows, such as a socket."""
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/teas/{id}"]["get"]["responses"] = {
        "200": {"description": "", "content": {"application/json": {}}}
    }
    rules = {
        "methods": {"a": {"calls": "getTea", "inputs": ["id"], "output": "/any/thing"}},
        "streams": {"GET /v1/socket": {"text": "/content"}},
    }
    assert doctor.problems(leapocr_dyn.load(document, workflow=rules)) == []


def test_a_file_that_does_not_fit_the_schema_is_one_problem() -> None:
    """A bundled file is not held against the schema when a client starts; here it is."""
    shared = leapocr_dyn.load(DOCUMENT)
    api = object.__new__(Api)
    sections = {"methods": {"a": {"cals": "getTea"}}}
    vars(api).update(vars(shared), workflow=shared.workflow._replace(sections=sections))
    [problem] = doctor.problems(api)
    assert problem.place == "workflow"
    assert "methods/a" in problem.said


@given(st.lists(st.sampled_from(["data", "0", "name", "brewedAt", "nothing"]), max_size=4))
def test_a_pointer_leads_where_a_value_of_the_type_has_something(path: list[str]) -> None:
    """Into the fields of objects, by numbers into lists, and no further into what has no parts that are known."""
    answer = {"data": [{"name": "Sencha", "brewedAt": "2026-01-01T00:00:00Z"}]}
    kind: Type | None = leapocr_dyn.load(DOCUMENT).operations["listTeas"].result()
    value: Json = answer
    for token in path:
        if isinstance(value, str):
            return  # what text holds, no type says
        value = (
            value[0]
            if token == "0" and isinstance(value, list)
            else (value.get(token) if isinstance(value, dict) else None)
        )
        if value is None:
            break
    assert doctor.leads(kind, path) == (value is not None)
