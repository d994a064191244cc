"""At the prompt, with the real engines: what completes, what `help` and `?` say, and what that costs.

IPython's completer (with jedi and without), jedi itself and rlcompleter, which is the standard prompt's, are asked as
they ask for a person who presses Tab. pyright, which completes in editors, is asked in test_editor.py.
"""

from __future__ import annotations

import inspect
import pydoc
import rlcompleter
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from documents import taking

from leapocr_dyn import LeapOCR, LeapOCRSync, bundled, load
from leapocr_dyn.model import type as types
from leapocr_dyn.model.value import OpenEnum
from leapocr_dyn.operation import describe

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import thousand

Complete = Callable[[str], list[str]]
IPYTHON, JEDI = (
    "IPython is not installed: pip install leapocr-dyn[dev]",
    "jedi is not installed: pip install leapocr-dyn[dev]",
)
STATUS = {"id": "1", "status": "completed", "processed_pages": 3}


def standard(names: dict[str, Any]) -> Complete:
    """The standard prompt's completer; it completes no arguments."""
    completer = rlcompleter.Completer(names)

    def complete(text: str) -> list[str]:
        found: list[str] = []
        while (one := completer.complete(text, len(found))) is not None:
            found.append(one.rstrip("()").rpartition(".")[2])
        return found

    return complete


def shell_of(names: dict[str, Any]) -> Any:  # Any: IPython may be missing, and with it the class
    """IPython, as a notebook's kernel has it, with these names at hand."""
    interactive = pytest.importorskip("IPython.core.interactiveshell", reason=IPYTHON)
    traitlets = pytest.importorskip("traitlets.config", reason=IPYTHON)
    quiet = traitlets.Config({"HistoryManager": {"enabled": False}})
    return interactive.InteractiveShell(config=quiet, user_ns=dict(names))


def ipython(names: dict[str, Any], jedi: bool) -> Complete:
    """IPython's completer. jedi: whether it asks jedi, too."""
    shell = shell_of(names)
    if jedi:
        pytest.importorskip("jedi", reason=JEDI)
    completer = pytest.importorskip("IPython.core.completer", reason=IPYTHON)
    shell.Completer.use_jedi = jedi
    shell.Completer.jedi_compute_type_timeout = 0  # names alone: types are shown where they come in time

    def complete(text: str) -> list[str]:
        with completer.provisionalcompleter(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own
            return [one.text.lstrip(".").rstrip("=") for one in shell.Completer.completions(text, len(text))]

    return complete


def jedi_alone(names: dict[str, Any]) -> Complete:
    """jedi, as ptpython, bpython and Jupyter's kernels of old ask it."""
    jedi = pytest.importorskip("jedi", reason=JEDI)
    return lambda text: [one.name.rstrip("=") for one in jedi.Interpreter(text, [names]).complete()]


ENGINES: dict[str, Callable[[dict[str, Any]], Complete]] = {
    "standard": standard,
    "ipython": lambda names: ipython(names, jedi=False),
    "ipython with jedi": lambda names: ipython(names, jedi=True),
    "jedi": jedi_alone,
}
OF_ARGUMENTS = [name for name in ENGINES if name != "standard"]


@pytest.fixture(scope="module")
def complete(request: pytest.FixtureRequest, names: dict[str, Any]) -> Complete:
    """An engine with these names at hand."""
    return ENGINES[request.param](names)


@pytest.fixture(scope="module")
def names() -> Iterator[dict[str, Any]]:
    """What a person has at hand: an API, its clients, a service's own client, a model, a value, an enum."""
    import leapocr_dyn

    api = load("leapocr")
    found = {
        "leapocr_dyn": leapocr_dyn,
        "api": api,
        "client": api.client(api_key="key"),
        "later": api.async_client(api_key="key"),
        "door": LeapOCRSync("key"),
        "Status": api.models["StatusResponse"],
        "status": api.converter.structure(STATUS, api.models.type("StatusResponse")),
        "Format": api.models["Format"],
    }
    yield found
    found["client"].close()
    found["door"].close()


# -- Tab


@pytest.mark.parametrize("complete", ENGINES, indirect=True)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("leapocr_dyn.LeapOCRS", {"LeapOCRSync"}),
        ("api.ex", {"explain"}),
        ("client.oc", {"ocr"}),
        ("client.ocr.get_job", {"get_job_result", "get_job_status"}),
        ("later.ocr.get_job", {"get_job_result", "get_job_status"}),
        ("door.ocr.process", {"process_and_wait", "process_batch", "process_file", "process_url"}),
        ("client.ocr.get_job_status.pl", {"plan"}),
        ("status.processed", {"processed_pages"}),
        ("Format.MA", {"MARKDOWN"}),
    ],
)
def test_names_are_completed(complete: Complete, text: str, expected: set[str]) -> None:
    """Clients, namespaces, operations, what a call can be asked, fields of a value, members of an enum."""
    assert set(complete(text)) == expected


@pytest.mark.parametrize("complete", OF_ARGUMENTS, indirect=True)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("client.ocr.get_job_status(job", "job_id"),
        ("later.ocr.get_job_status(job", "job_id"),
        ("door.ocr.get_job_status(job", "job_id"),
        ("client.ocr.direct_upload(file_name='a.pdf', file_s", "file_size"),
        ("Status(processed", "processed_pages"),
    ],
)
def test_arguments_are_completed(complete: Complete, text: str, expected: str) -> None:
    """Of an operation and of a model's constructor, blocking and async, in every engine that completes arguments."""
    assert expected in complete(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("api.operations['get_job_st", "get_job_status"),
        ("api.models['StatusR", "StatusResponse"),
        ("api.views['JobSta", "JobStatus"),
    ],
)
@pytest.mark.parametrize("complete", ["ipython"], indirect=True)
def test_keys_are_completed(text: str, expected: str, complete: Complete) -> None:
    """IPython completes what stands in brackets."""
    assert expected in [one.rstrip("']") for one in complete(text)]


@pytest.mark.parametrize("complete", ["ipython"], indirect=True)
def test_services_are_completed(complete: Complete) -> None:
    """`from leapocr_dyn.services.` shows the five doors."""
    assert {name.rpartition(".")[2] for name in complete("from leapocr_dyn.services.")} >= set(bundled())


# -- what it costs


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many classes of models, enums and docstrings were made."""
    made = {"models": 0, "enums": 0, "docstrings": 0}

    def counting(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            made[what] += 1
            return function(*args, **kwargs)

        return counted

    monkeypatch.setattr(types.Object, "_class", counting("models", types.Object._class))
    monkeypatch.setattr(OpenEnum, "__init_subclass__", classmethod(counting("enums", lambda kind: None)))
    monkeypatch.setattr(describe, "operation", counting("docstrings", describe.operation))
    return made


@pytest.mark.parametrize("engine", ENGINES)
def test_completion_builds_no_model_and_no_docstring(engine: str, counter: dict[str, int]) -> None:
    """On 1,000 operations and as many models: of the client, a namespace, an operation and its arguments.

    jedi reads the docstring of the one call whose arguments it completes, in case it says what the call gives.
    """
    api = load(thousand.document(200) | {"info": {"title": engine, "version": "1"}})  # one of its own: nothing is built
    with api.client(api_key="key") as client:
        complete = ENGINES[engine]({"client": client, "api": api})
        assert len(complete("client.")) > 200
        assert "create_invoice90" in complete("client.invoice90.")
        assert "plan" in complete("client.invoice90.create_invoice90.")
        assert counter == {"models": 0, "enums": 0, "docstrings": 0}
        if engine in OF_ARGUMENTS:
            assert "title" in complete("client.invoice90.create_invoice90(ti")
        read = int("jedi" in engine)
        assert counter == {"models": 0, "enums": 0, "docstrings": read}
        assert client.invoice90.create_invoice90.__doc__
        assert api.models["Invoice90Status"]
        assert api.models["Invoice90"]
        assert counter == {"models": 1, "enums": 1, "docstrings": read + 1}, "the counter counts"


def test_dir_is_complete_and_builds_nothing(counter: dict[str, int]) -> None:
    """It names every namespace of a client and every operation of a namespace, and nothing is built for it."""
    api = load(thousand.document(200) | {"info": {"title": "dir", "version": "1"}})
    with api.client(api_key="key") as client:
        assert set(api.namespaces) <= set(dir(client))
        for name, ways in api.namespaces.items():
            assert set(ways) <= set(dir(getattr(client, name)))
    assert counter == {"models": 0, "enums": 0, "docstrings": 0}


# -- help(op) and op?


@pytest.mark.parametrize("name", ["client", "later"])
def test_help_shows_the_signature_and_what_the_document_says(name: str, names: dict[str, Any]) -> None:
    """Summary, arguments with types, limits and values, the result, errors, an example and the source."""
    call = names[name].ocr.direct_upload
    text = " ".join(pydoc.plain(pydoc.render_doc(call)).split())  # Python 3.13 breaks a long signature into lines
    for said in (
        "direct_upload(",
        "*, file_name: str, file_size: int, content_type: str, format: Format = NOT_GIVEN",
        "-> DirectUploadResponse",
        "Start a job by announcing a file",
        "file_size: int, required, at least 1, at most 1073741824",
        "format: Format, optional, one of 'markdown', 'structured'",
        "Bytes, at most 1 GiB.",
        "Gives: DirectUploadResponse",
        "402: The account has too few credits left.",
        "client.ocr.direct_upload(file_name='text', file_size=1, content_type='text')",
        "Source: POST /ocr/uploads/direct",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "integer", "exclusiveMinimum": 0, "multipleOf": 5}, "int, optional, more than 0, a multiple of 5"),
        ({"type": "number", "maximum": 1, "default": 0.5}, "float, optional, at most 1, default 0.5"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "str, optional, like ^[a-z]+$"),
        ({"type": "string", "format": "email"}, "str, optional, as email"),
        ({"type": "string", "format": "date"}, "date, optional"),
    ],
)
def test_limits_are_said_in_words(schema: dict[str, Any], said: str) -> None:
    """Each limit of a schema stands beside the type of the argument; a format only where the type is not it."""
    assert f"    x: {said}\n" in str(taking({"schema": schema}).__doc__)


def test_a_question_mark_shows_the_same(names: dict[str, Any]) -> None:
    """`client.ocr.get_job_status?` in IPython and Jupyter: the signature and the docstring."""
    found = shell_of(names).object_inspect("client.ocr.get_job_status")
    assert found["definition"] == "client.ocr.get_job_status(*, job_id: str) -> StatusResponse"
    assert found["docstring"] == names["api"].operations["get_job_status"].__doc__


def test_help_of_a_method_speaks_of_its_own_arguments() -> None:
    """What a workflow calls otherwise is explained as people call it, with its own defaults."""
    method = load("zaguan").methods["chat_simple"]
    text = str(method.__doc__)
    assert "    message: str | list[dict[str, Any]], required\n" in text
    assert "    model: str, optional, at least 1 character, default 'openai/gpt-4o-mini'\n" in text
    assert "x_request_id" not in text
    assert "messages:" not in text
    assert "client.chat_simple(message='text', model='openai/gpt-4o-mini')" in text
    listed = [line.split(":")[0].strip() for line in text.splitlines() if line.startswith("    ") and line[4] != " "]
    assert [name for name in listed if name in method.signature.parameters] == list(method.signature.parameters)


# -- reprs


@pytest.mark.parametrize("service", bundled())
def test_a_repr_fits_a_screen_and_hides_the_key(service: str) -> None:
    """An api, a client, its namespaces and operations, and the report: no key, no secret, not a page of text."""
    api = load(service)
    client = api.client(api_key="key-that-nobody-may-see", base_url="https://api.test")
    things = [api, client, api.operations, api.models, api.methods, api.views, api.report, *client._namespaces.values()]
    things += [way for named in api.namespaces.values() for way in named.values()]
    for thing in things:
        assert "nobody" not in repr(thing)
        assert len(repr(thing).splitlines()) < 40
        assert len(repr(thing)) < 3_000
    client.close()


def test_a_large_api_fits_a_screen_too() -> None:
    """1,000 operations in 200 namespaces are named to the twentieth, and counted; so is a long report."""
    api = load(thousand.document(200))
    with api.client(api_key="key") as client:
        for thing in (api, client, api.operations, api.models):
            assert len(repr(thing)) < 1_000
        assert repr(client).endswith(" and 180 more; try .api.tree(), .api.search(WORDS)>")
    paths: dict[str, Any] = {f"/{number}": {"get": {"responses": {}}} for number in range(100)}
    report = load({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}).report
    assert len(report) >= 100
    assert repr(report).splitlines()[-1] == f"... and {len(report) - 30} more: list(api.report)"


# -- a door's own methods


@pytest.mark.parametrize("kind", [LeapOCRSync, LeapOCR])
def test_a_doors_method_with_the_name_of_an_operation_is_both(kind: type[Any]) -> None:
    """Called, it is the door's; its plan, its example and the shell's words are the operation's."""
    call = kind(api_key="key").ocr.get_job_status
    assert repr(call).endswith("Call get_job_status GET /ocr/status/{job_id} (job_id: str) -> JobStatus>")
    assert call.plan(job_id="42").url.endswith("/ocr/status/42")
    assert str(call.example()) == "client.ocr.get_job_status(job_id='text')"
    assert call.curl(job_id="42").startswith("curl -X GET https://api.leapocr.com/api/v1/ocr/status/42 ")
    assert inspect.iscoroutinefunction(call) is (kind is LeapOCR)
    text = pydoc.plain(pydoc.render_doc(call))
    assert "get_job_status(job_id: str) -> JobStatus\n    How far a job has come." in text
