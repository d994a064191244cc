"""Where things come from: each fact about a part of an API, with the place that decides it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from documents import NOTHING, openapi

from leapocr_dyn import bundled, load
from leapocr_dyn.api import Api
from leapocr_dyn.document.reference import resolve
from leapocr_dyn.explore.screen import WIDTH

ROOT = Path(__file__).resolve().parent.parent


def facts(api: Api, what: Any) -> dict[str, tuple[str, str]]:
    """The last fact about each thing."""
    return {one.about: (one.said, one.source) for one in api.explain(what)}


def document(**node: Any) -> dict[str, Any]:
    """A document with one POST, called `go`."""
    return openapi(paths={"/things": {"post": {"operationId": "go", "tags": ["things"], "responses": NOTHING, **node}}})


def test_an_operation_is_explained_by_who_decides() -> None:
    """Name, request, server, credential, retries, polling: each with a line, a pointer, an argument or a section."""
    found = facts(load("leapocr"), "get_job_status")
    assert found["request"] == ("GET /ocr/status/{job_id}", "#/paths/~1ocr~1status~1{job_id}/get")
    assert found["server"] == ("https://api.leapocr.com/api/v1", "base_url= or $LEAPOCR_BASE_URL; else #/servers/0")
    assert found["retry"][1] == "RFC 9110 section 9.2.2; max_retries="
    assert found["polling"][1].endswith(": poll")
    assert found["view"][0] == "JobStatus"
    credentials = [one for one in load("leapocr").explain("get_job_status") if one.about == "credential"]
    assert credentials[0].said == "api_key= or $LEAPOCR_API_KEY in header X-API-KEY"


def test_no_source_is_cut_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the terminal has no room beside a fact, what decides it stands on a line of its own."""
    monkeypatch.setattr(os, "get_terminal_size", lambda number: os.terminal_size((80, 24)))
    explanation = load("costops").explain("usage.submit")
    lines = repr(explanation).splitlines()
    assert max(map(len, lines)) <= 80
    assert "gives       /data or /" in lines
    assert lines[lines.index("gives       /data or /") + 1].strip().startswith("spec/costops/workflow.yaml, line ")
    assert all(one.source in repr(explanation) for one in explanation if len(one.source) < 60)


def test_a_line_of_a_workflow_is_the_line_of_its_file() -> None:
    """Whoever opens the file there finds the word that decides."""
    name, line = facts(load("leapocr"), "get_job_status")["name"][1].split(": ")[0].split(", line ")
    assert (ROOT / name).read_text("utf-8").splitlines()[int(line) - 1].strip() == "name: ocr.get_job_status"


@pytest.mark.parametrize("service", bundled())
def test_every_part_of_a_service_can_be_explained(service: str) -> None:
    """Operations, methods, models and views; every pointer leads somewhere, every line is in the file, a screen is wide
    enough."""
    api = load(service)
    workflow = (ROOT / "spec" / service / "workflow.yaml").read_text("utf-8")
    for what in (*api.operations, *api.methods, *api.models, *api.views):
        explanation = api.explain(what)
        assert len(explanation) >= 2
        assert max(map(len, repr(explanation).splitlines())) <= WIDTH
        assert all(one.source in repr(explanation) for one in explanation if len(one.source) < 80), "cut"
        for fact in explanation:
            for word in fact.source.replace(",", " ").split():
                if word.startswith("#/"):
                    resolve(api.models.document.tree, word[1:])
            if ", line " in fact.source:
                line, keys = fact.source.partition(", line ")[2].split(": ")
                assert keys.rpartition("/")[2] in workflow.splitlines()[int(line) - 1]


def test_what_is_asked_about_can_be_named_in_any_way() -> None:
    """By name, operationId, (method, path), or as it is held: an operation, a call of a client, a model's class."""
    api = load("leapocr")
    client = api.client(api_key="key")
    same = [
        "ocr.get_job_status",
        "getJobStatus",
        ("GET", "/ocr/status/{job_id}"),
        api.operations["get_job_status"],
        client.ocr.get_job_status,
    ]
    assert {api.explain(one) for one in same} == {api.explain("get_job_status")}
    assert api.explain(api.models["Format"]) == api.explain("Format")
    client.close()
    with pytest.raises(KeyError, match="no operation, method or model 'get_job_staus'; did you mean 'get_job_status'"):
        api.explain("get_job_staus")


def test_a_method_says_what_it_calls() -> None:
    """Where it is declared, what it gives, and then all about its operation; the operation says who calls it."""
    api = load("zaguan")
    method, operation = facts(api, "get_credits_history"), facts(api, "getCreditsHistory")
    assert method["name"][0] == "client.get_credits_history"
    assert method["name"][1].endswith("methods/get_credits_history")
    assert method["pages"] == operation["pages"]
    assert operation["method"] == method["name"]


def test_a_document_without_a_workflow_decides_itself() -> None:
    """Names from tag and operationId, or where there are none, from what was repaired; no line of any workflow."""
    found = facts(load(document()), "go")
    assert found["name"][1] == "#/paths/~1things/post/tags/0 and #/paths/~1things/post/operationId"
    assert found["server"] == ("none", "base_url=; else #/servers/0")
    assert found["credential"] == ("none", "no `security` in the document")
    assert found["retry"] == ("sent again only where it cannot have been accepted", "a POST; max_retries=")
    nameless = document()
    del nameless["paths"]["/things"]["post"]["operationId"]
    api = load(nameless)
    assert {one.source for one in api.explain(("POST", "/things"))} >= {f"#{one.pointer}" for one in api.report}


def test_an_operations_own_server_and_security_go_first() -> None:
    """Each kind of credential is said as the argument that gives it."""
    schemes = {
        "Basic": {"type": "http", "scheme": "basic"},
        "Token": {"type": "oauth2", "flows": {}},
        "Card": {"type": "mutualTLS"},
    }
    tree = document(servers=[{"url": "https://upload.test/"}], security=[{"Basic": []}, {"Token": []}, {"Card": []}])
    tree["components"]["securitySchemes"] = schemes
    explanation = load(tree).explain("go")
    assert [one.said for one in explanation if one.about == "credential"] == [
        "credentials={scheme: (user, password)}",
        "token= in header Authorization",
        "cert=",
    ]
    assert facts(load(tree), "go")["server"] == (
        "https://upload.test/",
        "servers=; else #/paths/~1things/post/servers/0",
    )


def test_an_overlay_is_named_where_it_changed_something() -> None:
    """The action, with its reason, is shown for the operation and the model that it touched, and for no others."""
    reason = "It is a moment."
    overlay = {
        "overlay": "1.0.0",
        "info": {"title": "t", "version": "1"},
        "actions": [
            {"target": "$.paths", "update": {}},
            {
                "target": "$.components.schemas.Thing.properties.at",
                "update": {"format": "date-time"},
                "description": reason,
            },
        ],
    }
    thing = {"type": "object", "properties": {"at": {"type": "string"}}}
    answer = {
        "200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    }
    tree = document(responses=answer) | {"components": {"schemas": {"Thing": thing, "Other": {"type": "string"}}}}
    api = load(tree, overlay=yaml.safe_dump(overlay))
    assert facts(api, "go")["overlay"] == facts(api, "Thing")["overlay"] == (reason, "<text>, action 2")
    assert "overlay" not in facts(api, "Other")


def test_a_workflow_that_was_given_as_text_has_lines_too() -> None:
    """A dict has none, and then only the keys are named."""
    rules = {"operations": {"go": {"at": "POST /things", "name": "things.do", "repeatable": True}}}
    text = load(document(), workflow=yaml.safe_dump(rules))
    assert facts(text, "do")["name"] == ("client.things.do", "workflow, line 4: operations/go/name")
    assert facts(text, "do")["retry"][1] == "workflow, line 5: operations/go/repeatable"
    other = load(document(summary="Another document"), workflow=rules)
    assert facts(other, "do")["name"][1] == "workflow: operations/go/name"
