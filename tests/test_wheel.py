"""The wheel, as somebody gets it who has never seen the checkout: it is built, unpacked and imported from there."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

from leapocr_dyn import __version__
from leapocr_dyn.document import text

pytest.importorskip("build", reason="building needs build and hatchling: pip install leapocr-dyn[dev]")
pytest.importorskip("hatchling", reason="building needs build and hatchling: pip install leapocr-dyn[dev]")

CHECKOUT = Path(__file__).parents[1]
# -I: no environment, no folder of the script. -S: no .pth file, and so no editable checkout; only what is put in front.
START = "import sys; sys.path[:0] = sys.argv[1:3]\n"
IMPORTED = "print(*[name for name in {names!r} if name in sys.modules])"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's file."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    [file] = folder.iterdir()
    return file


@pytest.fixture(scope="session")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the wheel was unpacked into."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def said(unpacked: Path, tmp_path: Path) -> Any:  # Any: a function
    """What a program prints that has the unpacked wheel, the other packages, and nothing of the checkout."""

    def said(program: str) -> str:
        words = ["-I", "-S", "-W", "error", "-c", START + program, str(unpacked), sysconfig.get_path("purelib")]
        run = subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=tmp_path)
        assert run.returncode == 0, run.stderr
        return run.stdout.strip()

    return said


def names(folder: Path) -> set[str]:
    """The files in a folder, relative to it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# --- what is in it ---


def test_it_carries_the_package_and_nothing_beside_it(unpacked: Path) -> None:
    """Every module is in the wheel; tests, tools, samples and the checkout's own files are not."""
    modules = {path.relative_to(CHECKOUT).as_posix() for path in CHECKOUT.glob("leapocr_dyn/**/*.py*")}
    modules = {name for name in modules if name.endswith((".py", ".pyi"))}
    assert modules <= names(unpacked)
    assert {path.name for path in unpacked.iterdir()} == {"leapocr_dyn", f"leapocr_dyn-{__version__}.dist-info"}
    assert {Path(name).suffix for name in names(unpacked / "leapocr_dyn")} == {
        ".css",
        ".py",
        ".pyi",
        ".typed",
        ".json",
        ".yaml",
    }


def test_it_is_typed_and_licensed(unpacked: Path) -> None:
    """Type checkers find py.typed, and people the licence."""
    about = unpacked / f"leapocr_dyn-{__version__}.dist-info"
    assert (unpacked / "leapocr_dyn/py.typed").is_file()
    assert (about / "licenses/LICENSE").read_text() == (CHECKOUT / "LICENSE").read_text() != ""
    metadata = (about / "METADATA").read_text()
    assert f"\nVersion: {__version__}\n" in metadata
    assert "\nLicense-Expression: Apache-2.0\n" in metadata


def test_it_brings_the_command(unpacked: Path, said: Any) -> None:
    """The console script is declared, and what it calls is there and works."""
    about = unpacked / f"leapocr_dyn-{__version__}.dist-info"
    assert "[console_scripts]\nleapocr-dyn = leapocr_dyn.cli:main\n" in (about / "entry_points.txt").read_text()
    assert "ocr.get_job_status" in said("from leapocr_dyn.cli import main; main(['ops'])")


def test_the_specifications_are_in_it(unpacked: Path) -> None:
    """spec/ is in the package, as it is in the checkout, with the schema of workflow files."""
    ours = names(CHECKOUT / "spec")
    assert "workflow.schema.json" in ours
    assert ours <= names(unpacked / "leapocr_dyn/spec")
    for name in ours:
        assert (unpacked / "leapocr_dyn/spec" / name).read_bytes() == (CHECKOUT / "spec" / name).read_bytes()


def test_the_json_beside_each_yaml_says_the_same(unpacked: Path) -> None:
    """What an installed package reads is what the checkout reads, as this package itself understands it."""
    found = sorted((unpacked / "leapocr_dyn/spec").rglob("*.yaml"))
    assert found
    for path in found:
        tree = json.loads(path.with_suffix(".json").read_text("utf-8"))
        assert tree == text.parse(path.read_bytes(), path.name)


# --- what it does ---


def test_it_is_really_the_wheel_that_is_tested(unpacked: Path, said: Any) -> None:
    """The package comes from the wheel, and the checkout cannot be imported."""
    where, *rest = said("import leapocr_dyn; print(leapocr_dyn.__file__, *sys.path)").split()
    assert where == str(unpacked / "leapocr_dyn/__init__.py")
    assert str(CHECKOUT) not in rest


def test_importing_it_costs_next_to_nothing(said: Any) -> None:
    """`import leapocr_dyn` imports none of what it will need later."""
    heavy = ["httpx", "yaml", "jsonschema", "asyncio", "anyio", "attrs", "attr", "cattrs", "dataclasses", "regex"]
    assert said("import leapocr_dyn\n" + IMPORTED.format(names=heavy)) == ""


def test_a_bundled_service_is_loaded_from_json(unpacked: Path, said: Any) -> None:
    """load() reads the JSON of its own services, and imports neither a YAML parser nor a schema checker."""
    program = """
import leapocr_dyn
from leapocr_dyn.document import source
api = leapocr_dyn.load("leapocr")
print(len(api.operations), source.bundled_path("leapocr", "openapi"))
"""
    expected = f"8 {unpacked / 'leapocr_dyn/spec/leapocr/openapi.json'}"
    assert said(program + IMPORTED.format(names=["yaml", "jsonschema", "httpx"])) == expected


# What a first call does without. Of ours: what few documents or calls have, or only people ask for.
UNNEEDED = """
document.bundle document.criterion document.jsonpath document.overlay document.swagger
model.fit
operation.body operation.curl operation.describe operation.encoding operation.item_schema operation.multipart
operation.oauth operation.sequential operation.signature
transport.suspending workflows job iteration fetch testing explore sandbox models cli
services.leapocr.again services.leapocr.batch services.leapocr.results services.leapocr.validation
"""
FOREIGN = ["yaml", "jsonschema", "regex", "jsonpath", "cattrs", "asyncio", "multiprocessing", "difflib", "secrets"]


def test_a_first_call_imports_only_what_it_needs(said: Any) -> None:
    """Who asks one question over a socket waits for no uploads, batches, unions, YAML or OAuth to be imported.

    Beside httpx, which imports much itself, attrs is the one package that it takes.
    """
    program = """
import httpx, socket, sys, threading
server = socket.create_server(("127.0.0.1", 0))
def serve():
    connection, _ = server.accept()
    connection.recv(65536)
    body = b'{"id": "1", "status": "processing"}'
    head = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n"
    connection.sendall(head % len(body) + body)
    connection.close()
thread = threading.Thread(target=serve)
thread.start()
httpx.HTTPTransport(verify=False).close()  # now it has imported all that it needs itself
before = set(sys.modules)
from leapocr_dyn import LeapOCRSync
with LeapOCRSync("key", base_url=f"http://127.0.0.1:{server.getsockname()[1]}") as client:
    assert client.ocr.get_job_status("1").status == "processing"
thread.join()
server.close()
print(*set(sys.modules) - before)
"""
    imported = set(said(program).split())
    assert "leapocr_dyn.session" in imported
    ours = [f"leapocr_dyn.{name}" for name in UNNEEDED.split()]
    assert imported.isdisjoint([*ours, *FOREIGN])
    others = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - {"leapocr_dyn"}
    assert others <= {"attr", "attrs"}


def test_the_workflow_is_in_force(said: Any) -> None:
    """What workflow.yaml says is in force: views with their other names and computed fields."""
    program = """
import httpx, json, sys
from leapocr_dyn import LeapOCRSync, load
status = {"id": "j", "status": "processing", "processed_pages": 1, "total_pages": 4}
answer = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json=status)))
with LeapOCRSync("key", http_client=answer) as client:
    print(client.ocr.get_job_status("j"), "yaml" in sys.modules, *load("leapocr").views)
"""
    view, known = said(program).split(" False ")
    assert view.startswith("JobStatus(job_id='j', ")
    assert "progress=25.0" in view
    assert {"JobStatus", "JobResult", "PageResult"} <= set(known.split())


def test_a_second_wire_is_in_the_wheel_too(said: Any) -> None:
    """An overlay of a bundled service and its workflow are read as JSON: no yaml."""
    program = "from leapocr_dyn.services.artificer import Artificer\n"
    program += "print(Artificer('k', wire='trpc').usage.get_model_usage.plan().url)\n"
    assert said(program + IMPORTED.format(names=["yaml"])) == "http://localhost:3001/usage.getModelUsage"
