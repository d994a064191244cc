"""load(): what an Api keeps of what it was given, and how it is found again."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from documents import openapi

from leapocr_dyn.api import load
from leapocr_dyn.errors import ConfigurationError, DocumentError

JOB = {"Job": {"type": "object", "properties": {"id": {"type": "string"}}}}


def test_a_dict_that_changes_later_does_not_reach_a_pickle() -> None:
    """The Api keeps a tree of its own."""
    given = openapi(json.loads(json.dumps(JOB)))
    job = load(given).models["Job"](id="1")
    given["components"]["schemas"].clear()
    assert pickle.loads(pickle.dumps(job)) == job


def test_a_relative_path_is_found_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is pickled names the file wherever the process goes."""
    (tmp_path / "a.json").write_text(json.dumps(openapi(JOB, info={"title": "relative", "version": "1"})))
    monkeypatch.chdir(tmp_path)
    pickled = pickle.dumps(load("a.json").models["Job"](id="1"))
    monkeypatch.chdir("/")
    assert pickle.loads(pickled).id == "1"


def test_a_file_that_changed_since_is_said_on_revival(tmp_path: Path) -> None:
    """The digest of the document travels with the model."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps(openapi(JOB, info={"title": "before", "version": "1"})))
    pickled = pickle.dumps(load(path).models["Job"](id="1"))
    path.write_text(json.dumps(openapi(JOB, info={"title": "afterwards", "version": "2"})))
    with pytest.raises(DocumentError, match="has changed since this was pickled"):
        pickle.loads(pickled)


# --- overlays that say what they extend ---


def overlay(extends: str | None = None, title: str = "Corrected") -> dict[str, Any]:
    """An overlay that gives the document a title."""
    given = {
        "overlay": "1.0.0",
        "info": {"title": "Fixes", "version": "1"},
        "actions": [{"target": "$.info", "update": {"title": title}}],
    }
    return given if extends is None else {**given, "extends": extends}


def test_an_overlay_stands_for_what_it_extends(tmp_path: Path) -> None:
    """Its document is loaded from its folder, and it comes before the overlays that are given beside it."""
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1/a b.json").write_text(json.dumps(openapi(JOB)))
    path = tmp_path / "fixes.json"
    path.write_text(json.dumps(overlay("v1/a%20b.json")))
    api = load(path)
    assert api.name == "Corrected"
    assert load(path) is api
    assert load(path, overlay=[overlay(title="Second")]).name == "Second"
    assert pickle.loads(pickle.dumps(api.models["Job"](id="1"))).id == "1"
    (tmp_path / "v1/a b.json").write_text(json.dumps(openapi({**JOB, "New": {}})))
    assert list(load(path).models) == ["Job", "New"], "a change of the document is noticed, too"


@pytest.mark.parametrize(
    ("extends", "why"),
    [
        (None, "without `extends`"),
        ("../a.json", "its own folder only"),
        ("/etc/hostname", "its own folder only"),
        ("file:///etc/hostname", "`extends` is 'file:///etc/hostname'"),
        ("gone.json", "there is no file"),
        ("http://example.com/a.json", "is not fetched"),
        ("fixes.json", "is not an OpenAPI document"),
    ],
)
def test_an_overlay_that_extends_nothing_that_may_be_read_is_refused(
    tmp_path: Path, extends: str | None, why: str
) -> None:
    """The message says what to do."""
    path = tmp_path / "fixes.json"
    path.write_text(json.dumps(overlay(extends)))
    with pytest.raises(DocumentError, match=why):
        load(path)


def test_an_overlay_without_a_folder_extends_no_file() -> None:
    """As text or as a dict, it is given beside its document."""
    with pytest.raises(DocumentError, match="give the document, and this as overlay="):
        load(overlay("a.json"))


def test_an_overlay_for_another_document_is_reported(tmp_path: Path) -> None:
    """Beside a document, `extends` decides nothing; where both are known and differ, the report says so."""
    for name in "ab":
        (tmp_path / f"{name}.json").write_text(json.dumps(openapi(JOB)))
    for name, said in (("a", []), ("b", ["extends"])):
        path = tmp_path / f"fixes-{name}.json"
        path.write_text(json.dumps(overlay(f"{name}.json")))
        api = load(tmp_path / "a.json", overlay=path)
        assert api.name == "Corrected"
        assert [one.rule for one in api.report if one.rule != "overlay"] == said
    assert [one.rule for one in load(openapi(JOB), overlay=path).report] == ["overlay"]


@pytest.mark.parametrize("form", ["path", "text", "bytes", "dict"])
def test_overlays_are_given_like_documents(tmp_path: Path, form: str) -> None:
    """One or a list, in order; that an action matches nothing is a success, and reported."""
    first, second = overlay(title="First"), overlay(title="Second")
    second["actions"].append({"target": "$.nothing", "remove": True})
    forms: dict[str, Callable[[dict[str, Any]], Any]] = {
        "path": lambda one: _written(tmp_path / f"{one['actions'][0]['update']['title']}.json", one),
        "text": json.dumps,
        "bytes": lambda one: json.dumps(one).encode(),
        "dict": lambda one: one,
    }
    assert load(openapi(JOB), overlay=forms[form](first)).name == "First"
    api = load(openapi(JOB), overlay=[forms[form](first), forms[form](second)])
    assert api.name == "Second"
    assert [one.said.partition("action ")[2] for one in api.report] == [
        "1 at $.info: 1 matches",
        "1 at $.info: 1 matches",
        "2 at $.nothing: 0 matches",
    ]


def _written(path: Path, tree: dict[str, Any]) -> Path:
    path.write_text(json.dumps(tree))
    return path


@pytest.mark.parametrize(("off", "said"), [("operation-id", "off takes several"), (["operation-ids"], "did you mean")])
def test_a_repair_that_is_none_cannot_be_switched_off(off: list[str], said: str) -> None:
    """A name that does nothing would be a rule that stays on unseen."""
    with pytest.raises(ConfigurationError, match=said):
        load(openapi(), off=off)


def test_a_bundled_service_is_never_forgotten() -> None:
    """Programs import its classes by name: they stay the same, however many other documents come and go."""
    ours = load("leapocr")
    for number in range(40):
        load({"openapi": "3.1.0", "info": {"title": f"Number {number}", "version": "1"}, "paths": {}})
    assert load("leapocr") is ours
