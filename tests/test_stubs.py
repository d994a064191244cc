"""Stubs: what a type checker is told about a document, and that this is what the live objects are."""

from __future__ import annotations

import ast
import inspect
import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn import cli, errors, load
from leapocr_dyn.call import BlockingCall
from leapocr_dyn.explore import door, stubs
from leapocr_dyn.services.leapocr import results

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "specs" / "corpus"
PROGRAMS = ROOT / "tests" / "typed"
PYRIGHT = shutil.which("pyright", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
sys.path.insert(0, str(ROOT / "tools"))

import stubs as tool  # noqa: E402 - it stands beside the tools, which are found from here on

Json = Any  # the border where a document enters


def document(schemas: Json = None, paths: Json = None) -> Json:
    """A document of these schemas and paths."""
    tree: dict[str, Json] = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths or {}}
    return {**tree, "components": {"schemas": schemas or {}}}


def operation(**node: Json) -> Json:
    """Paths with one POST, which is called `ask`."""
    answer = {"responses": {"204": {"description": "done"}}}
    return {"/things": {"post": {"operationId": "ask", "tags": ["things"], **answer, **node}}}


def checked(folder: Path) -> str:
    """What mypy --strict says about the files in a folder."""
    pytest.importorskip("mypy", reason="mypy is not installed: pip install leapocr-dyn[dev]")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--python-version=3.11"]
    cache = f"--cache-dir={ROOT / '.mypy_cache' / 'stubs'}"
    ours = {**os.environ, "MYPYPATH": str(ROOT)}
    return subprocess.run([*command, cache, "."], capture_output=True, text=True, cwd=folder, env=ours).stdout


# --- what the package carries ---


BAKED = tool.baked()
MODELS = [tool.models(service)[0] for service in tool.doors()]


@pytest.mark.parametrize("path", BAKED, ids=lambda path: str(path.relative_to(tool.PACKAGE / "services")))
def test_the_stubs_in_the_package_are_what_the_live_objects_give(path: Path) -> None:
    """A changed document or workflow shows up here; tools/stubs.py writes them again."""
    assert path.exists(), "new: run .venv/bin/python tools/stubs.py"
    assert path.read_text("utf-8") == BAKED[path], "stale: run .venv/bin/python tools/stubs.py"


@pytest.mark.parametrize("path", MODELS, ids=tool.module)
def test_what_the_stub_shows_is_there_at_run_time(path: Path) -> None:
    """Every class of a service's models can be imported, and has the fields and members that the stub gives it."""
    live_module = import_module(tool.module(path))
    tree = ast.parse(path.with_suffix(".pyi").read_text("utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    inside = [node.name for node in classes if node.name not in dir(live_module)]
    # A component whose name a view has is only reached through what holds it, as is what has no name of its own.
    for node in (node for node in classes if node.name not in inside):
        live = getattr(live_module, node.name)
        if attrs.has(live):
            shown = [one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and hasattr(one.target, "id")]
            assert shown == [field.name for field in attrs.fields(live) if not field.name.startswith("_")]
        assert [one.name for one in node.body if isinstance(one, ast.FunctionDef) and not hasattr(live, one.name)] == []


@pytest.mark.parametrize("service", tool.doors())
def test_a_client_has_what_its_stub_shows(service: str) -> None:
    """Each namespace, method and twin that a type checker sees is there, and each that is there is seen."""
    stub = (tool.PACKAGE / "services" / service / "namespaces.pyi").read_text("utf-8")
    shown = {node.name: node for node in ast.parse(stub).body if isinstance(node, ast.ClassDef)}
    for base, kind in door.clients(service).items():
        made: Any = kind  # each has arguments of its own
        client = made(api_key="a key", base_url="https://api.example")
        fields = [one for one in shown[base].body if isinstance(one, ast.AnnAssign)]
        held = {ast.unparse(one.target): ast.unparse(one.annotation) for one in fields}
        assert held.keys() == client._namespaces.keys()
        for name, own in held.items():
            told = {getattr(one, "name", "") for one in shown[own].body} - {""}
            bound = client._namespaces[name]
            live = {key for key in dir(bound) if not key.startswith("_")}
            inherited = {key for one in type(bound).__mro__[1:] for key in vars(one)}
            assert told <= live <= told | inherited
        assert {one.name for one in shown[base].body if isinstance(one, ast.FunctionDef)} <= set(dir(client))


def test_results_has_no_other_names() -> None:
    """A name that is neither a view nor a model is an AttributeError."""
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = results.Nothing  # type: ignore[attr-defined]  # that is the point


def test_a_call_has_the_shape_that_type_checkers_are_told() -> None:
    """The hand-written part: typed.pyi gives calls the public methods that they have."""
    tree = ast.parse((ROOT / "leapocr_dyn/explore/typed.pyi").read_text("utf-8"))
    for node in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
        live = {name for name in dir(BlockingCall) if not name.startswith("_") and name != "operation"}
        assert methods - {"__init__", "__call__"} == live


# --- programs of users ---


def test_programs_of_users_pass_mypy_strict() -> None:
    """Of every service, blocking and async, and of any API: 0 errors, and the mistakes in them are seen."""
    assert checked(PROGRAMS) == f"Success: no issues found in {len(list(PROGRAMS.glob('*.py')))} source files\n"


@pytest.mark.skipif(PYRIGHT is None, reason="pyright is not installed: pip install 'pyright[nodejs]'")
def test_programs_of_users_pass_pyright_strict(tmp_path: Path) -> None:
    """The same programs: 0 errors, and the mistakes in them are seen."""
    said: Json = {
        "include": [os.path.relpath(PROGRAMS, tmp_path)],
        "extraPaths": [str(ROOT)],
        "typeCheckingMode": "strict",
    }
    said |= {"enableTypeIgnoreComments": False, "reportUnnecessaryTypeIgnoreComment": "error"}  # mypy has its own
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(said))
    command = [str(PYRIGHT), "-p", str(tmp_path), "--pythonpath", sys.executable]
    run = subprocess.run(command, capture_output=True, text=True)
    assert (run.stdout.splitlines()[-1], run.returncode) == ("0 errors, 0 warnings, 0 informations", 0), run.stdout


# --- types ---


@pytest.mark.parametrize(
    ("schema", "annotation"),
    [
        ({"type": "string"}, "str"),
        ({"type": ["integer", "null"]}, "int | None"),
        ({"type": "number"}, "float"),
        ({}, "Any"),
        ({"type": "string", "format": "date-time"}, "datetime"),
        ({"type": "string", "format": "decimal"}, "Decimal"),
        ({"type": "string", "contentEncoding": "base64"}, "bytes"),
        ({"const": "it's"}, 'Literal["it\'s"]'),
        ({"enum": [1, 2, None]}, "Literal[1, 2] | None"),
        ({"enum": [1.5, "a"]}, "Any"),
        ({"enum": list(range(1000))}, "int"),
        ({"const": None}, "None"),
        ({"const": 10**4000}, "Any"),
        ({"type": "array", "items": {"type": "integer"}}, "list[int]"),
        ({"type": "array", "prefixItems": [{"type": "integer"}], "items": False}, "tuple[int]"),
        ({"type": "array", "prefixItems": [{"type": "integer"}], "items": {}}, "tuple[int, *tuple[Any, ...]]"),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, "dict[str, bool]"),
        ({"oneOf": [{"type": "integer"}, {"$ref": "#/components/schemas/Pet"}]}, "int | Pet"),
        ({"$ref": "#/components/schemas/Pet"}, "Pet"),
        ({"oneOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "null"}]}, "Pet | None"),
        ({"type": "array", "items": {"type": ["string", "null"]}}, "list[str | None]"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, "list[Thing]"),
    ],
)
def test_every_kind_of_type_is_spelled(schema: Json, annotation: str) -> None:
    """A component that is no class is an alias; one that is inside itself ends at its name."""
    text = stubs.models(load(document({"Thing": schema, "Pet": {"type": "object", "properties": {"a": {}}}})))
    assert f"\nThing: TypeAlias = {annotation}\n" in text


def test_a_model_is_an_attrs_class_of_keywords() -> None:
    """What has to be given has no default; what the server may leave out may be None."""
    status = {"type": "string", "enum": ["done", "in-progress"]}
    properties = {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}, "status": status}
    properties["age"] = {"type": ["integer", "null"]}
    schema = {"type": "object", "required": ["id", "name", "age"], "properties": properties}
    text = stubs.models(load(document({"Pet": schema})))
    assert "\n@frozen(kw_only=True, init=False)\nclass Pet(Model):\n    id: str = ...\n    name: str\n" in text
    assert "\n    status: PetStatus | None = ...\n    age: int | None\n" in text
    assert "\n        status: PetStatus | Literal['done', 'in-progress'] | None = ...,\n" in text
    assert "\nclass PetStatus(OpenEnum):\n    DONE = 'done'\n    IN_PROGRESS = 'in-progress'\n" in text


def test_an_operation_takes_what_can_be_sent() -> None:
    """Enums as text, models as dicts, moments as text, files in every form; both worlds, and their clients."""
    pet = {"type": "object", "properties": {"a": {"type": "string"}}}
    fields = {"kind": {"enum": ["a", "b"]}, "pet": pet, "at": {"type": "string", "format": "date-time"}}
    fields["scan"] = {"type": "string", "contentMediaType": "image/png"}
    form = {"schema": {"type": "object", "required": ["scan"], "properties": fields}}
    text = stubs.namespaces(
        load(document({}, operation(requestBody={"required": True, "content": {"multipart/form-data": form}}))),
        ".models",
    )
    assert "\n    @suspending\n    def ask(\n        self,\n        *,\n        scan: File,\n" in text
    assert "kind: AskBodyKind | Literal['a', 'b'] | None = ...," in text.replace("AskRequest", "AskBody")
    assert " | Mapping[str, Any] | None = ...,\n        at: datetime | str | None = ...," in text
    assert "\nclass Client(_Client):\n    things: BlockingThings\n" in text
    assert "\nclass AsyncClient(_AsyncClient):\n    things: AsyncThings\n" in text


def test_a_method_is_told_as_it_is_called(tmp_path: Path) -> None:
    """By position, with types from where an input is sent, on the client itself, and as a walk where it streams."""
    schemas = {"Tea": {"type": "object", "properties": {"name": {"type": "string"}}}}
    tea = {"$ref": "#/components/schemas/Tea"}
    asked = {"type": "object", "required": ["tea"], "properties": {"tea": tea, "cups": {"type": "integer"}}}
    answer = {"content": {"application/json": {"schema": {"type": "object", "properties": {"teas": {
        "type": "array", "items": tea}}}}, "application/jsonl": {"itemSchema": tea}}}  # fmt: skip
    body = {"required": True, "content": {"application/json": {"schema": asked}}}
    ways = {
        "brew": {
            "calls": "ask",
            "inputs": ["name", {"cups": 1}],
            "sends": {"tea": {"name": "$inputs.name"}},
            "output": "/teas",
        },
        "things.pour": {"streams": "ask", "inputs": ["tea"]},
    }
    paths = operation(requestBody=body, responses={"200": {"description": "", **answer}})
    stubs.write(load(document(schemas, paths), workflow={"methods": ways}), tmp_path, "shop")
    text = (tmp_path / "shop" / "__init__.pyi").read_text()
    assert "    @blocking\n    def brew(self, name: str, cups: int | None = 1) -> list[Tea]: ..." in text
    assert "    @suspending\n    def brew(" in text
    assert "    @blocking_stream\n    def pour(" in text
    assert "-> BlockingStream[Tea]: ..." in text
    assert "    @suspending_stream\n    def pour(" in text
    assert "-> AsyncStream[Tea]: ..." in text
    assert checked(tmp_path) == "Success: no issues found in 2 source files\n"


def test_names_that_hide_others_do_no_harm(tmp_path: Path) -> None:
    """Models called Any, Client and Model, fields and operations called list and date: mypy understands all of it."""
    listed = {"type": "array", "items": {"type": "string"}}
    properties = {"list": listed, "date": {"type": "string", "format": "date"}, "str": {"type": "string"}, "any": {}}
    model = {"type": "object", "required": ["list"], "properties": properties}
    names = ("Any", "Client", "Model", "Literal", "Mapping", "AsyncThings", "BlockingThings", "T", "Blocking")
    answers = {"200": {"description": "", "content": {"application/json": {"schema": listed}}}}
    paths = {
        f"/{name}": {
            "post": {
                "operationId": name,
                "tags": ["things"],
                "responses": answers,
                "requestBody": {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind}"}}}},
            }
        }
        for name, kind in zip(
            ("list", "str", "property", "blocking", "type", "Any", "client", "T", "x"), names, strict=True
        )
    }
    stubs.write(load(document(dict.fromkeys(names, model), paths)), tmp_path, "strange")
    assert checked(tmp_path) == "Success: no issues found in 2 source files\n"


TEXT = st.text(st.characters(codec=None), max_size=12) | st.sampled_from(
    ['"""', "'; import os #", "a\nimport os", "\\", "\u2028", "class", "__init__", "Any", "名前", "\ud800"]
)


@settings(max_examples=40, deadline=None)
@given(TEXT, TEXT, st.lists(TEXT, min_size=1, unique=True), TEXT)
def test_no_text_of_a_document_becomes_code(name: str, field: str, values: list[str], said: str) -> None:
    """Whatever names, values and descriptions a document has: only definitions come out, and its values as literals."""
    schemas = {name or "a": {"type": "object", "description": said, "properties": {field: {"enum": values}}}}
    node = operation(
        operationId=name or "a",
        tags=[field],
        summary=said,
        parameters=[{"name": field or "a", "in": "query", "description": said, "schema": {"enum": values}}],
    )
    api = load(document(schemas, node))
    for text in (stubs.models(api), stubs.namespaces(api, ".models")):
        body = ast.parse(text.encode("utf-8")).body
        assert {type(one) for one in body} <= {ast.ImportFrom, ast.ClassDef, ast.AnnAssign}
        constants = {one.value for one in ast.walk(ast.Module(body, [])) if isinstance(one, ast.Constant)}
        assert {one for one in constants if isinstance(one, str)} <= set(values)


# --- files ---


def test_the_command_writes_a_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`leapocr-dyn stubs --spec FILE -o DIR`: two files in a folder that is called as the document's."""
    (tmp_path / "Pet store.json").write_text(json.dumps(document({"Pet": {"type": "object", "properties": {"a": {}}}})))
    with pytest.raises(SystemExit) as ended:
        cli.main(["stubs", "--spec", str(tmp_path / "Pet store.json"), "-o", str(tmp_path / "types")])
    assert ended.value.code == 0
    assert "class Pet(Model):" in (tmp_path / "types/pet_store/models.pyi").read_text()
    assert "class Client(_Client):" in (tmp_path / "types/pet_store/__init__.pyi").read_text()
    assert [line.partition(" wrote ")[2] for line in capsys.readouterr().err.splitlines()] == [
        str(tmp_path / "types/pet_store/__init__.pyi"),
        str(tmp_path / "types/pet_store/models.pyi"),
    ]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A FileError names the place."""
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(errors.FileError, match="taken cannot be written"):
        stubs.write(load(document()), tmp_path, "taken")


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of published documents is not here")
def test_stubs_of_published_documents_pass_mypy_strict(tmp_path: Path) -> None:
    """Every document of the corpus that loads: its stubs are without an error."""
    count = 0
    for path in sorted(CORPUS.iterdir()):
        try:
            api = load(path)
        except errors.DocumentError:
            continue
        stubs.write(api, tmp_path, f"document_{count}")
        count += 1
    assert checked(tmp_path) == f"Success: no issues found in {2 * count} source files\n"


def test_a_view_may_promise_a_field() -> None:
    """`required` in a view: the service always says it, so nobody has to ask whether it is None."""
    [job_id] = [field for field in attrs.fields(load("leapocr").views["JobStatus"]) if field.name == "job_id"]
    assert (job_id.metadata["required"], job_id.type) == (True, "str")
    assert inspect.signature(load("leapocr").views["JobStatus"]).parameters["job_id"].default is not inspect._empty
