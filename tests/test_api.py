"""load(): what an Api keeps of what it was given, and how it is found again."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

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


@pytest.mark.parametrize(("off", "said"), [("operation-id", "off takes several"), (["operation-ids"], "did you mean")])
def test_a_repair_that_is_none_cannot_be_switched_off(off: list[str], said: str) -> None:
    """A name that does nothing would be a rule that stays on unseen."""
    with pytest.raises(ConfigurationError, match=said):
        load(openapi(), off=off)
