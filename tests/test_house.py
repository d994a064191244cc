"""The house rules, held by tests: what may import what, what is documented, and which words stand where."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

import leapocr_dyn
from leapocr_dyn import errors

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "leapocr_dyn"

# From the ground up, in reading order: a module imports only what stands before it. A folder's own name is its
# __init__; those behind a star are of one floor, and may lean on each other.
HOUSE = """
visible
errors
config
shown
origin
document.limit document.mistake document.yaml document.text document.source document.reference document.bundle
document.jsonpath document.overlay document.swagger document.normal document.repair document.select
document.expression document.criterion document.workflow document
model model.naming model.missing model.describe model.pattern model.format model.value model.instance model.type
model.composition model.vocabulary model.keyword model.schema model.evaluation model.assertion model.applicator
model.check model.fit model.convert
operation operation.media operation.parameter operation.file operation.multipart operation.encoding operation.body
operation.server operation.secret operation.oauth operation.security operation.answer operation.header
operation.sequential operation.describe operation.curl operation.plan operation.arguments operation.request
operation.signature operation.operation operation.operations operation.item_schema operation.structured operation.view
operation.method
setting
retry
backoff
surprise tally
history history.meaning history.surface history.fingerprint history.rule history.difference history.compare
history.report history.counterpart history.correction
history.file history.store history.lock
drift
observe
metrics
progress
transport transport.wire transport.blocking transport.suspending
fetch
history.judge history.terms history.update
attempt
limit
token
session
workflows workflows.*
job
handle
bound
iteration
call
client
pair
pdfium
api
testing
webhook
cli.terminal cli.failure cli.file
services services.*
explore explore.*
sandbox.*
sandbox
models
ocr
webhooks
cli.group
cli.api cli.offer cli.call cli.completion cli.doctor cli.ops cli.repl cli.sandbox cli.show cli.stubs
cli.spec.diff cli.spec.following cli.spec.log cli.spec.pin cli.spec.rollback cli.spec.show cli.spec.update cli.spec
cli
cli.__main__
"""
FLOORS = [pattern for line in HOUSE.split("\n") for pattern in line.split()]

# The one exception. What people ask of the things they hold, at a prompt or in a notebook, is answered by explore/,
# which stands above them: these methods import it when they are called, and so does what shows and saves pages.
ASKED = {"search", "tree", "explain", "example"}
UPHILL = {("shown", "explore.notebook")}

# Folders whose docstring has a map, because they hold more files than a reader can guess at.
MAPPED = ("explore", "history")

SERVICES = r"leapocr|artificer|costops|claude|zaguan"
OURS = r"leapocr[-_]dyn"  # the package's own name is no service's
# The doors, the fake of a service, and the files that greet people may name services.
GREETERS = ("services", "services.*", "sandbox", "sandbox.*", "ocr", "cli", "cli.sandbox", "")
DRAWERS = {"utils", "util", "core", "base", "common", "helpers", "helper", "manager", "misc"}


@functools.cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package: its name without the package's, and its syntax tree."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = ast.parse(path.read_text("utf-8"))
    return found


NAMES = sorted(modules())


def running(node: ast.AST) -> Iterator[ast.AST]:
    """What is inside a node and can run: all but the blocks under `if TYPE_CHECKING`, and what asks explore/."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        if asks(child):
            continue
        yield child
        yield from running(child)


def imports(name: str) -> Iterator[str]:
    """The modules of this package that a module imports when it runs, at its top or inside functions."""
    for node in running(modules()[name]):
        if isinstance(node, ast.Import):
            given = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: import by the full name"
            given = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for one in given:
            package, _, inside = one.partition(".")
            if package == PACKAGE.name:
                # A name that is no module is defined in the one that holds it.
                found = inside if inside in modules() else inside.rpartition(".")[0]
                if (name, found) not in UPHILL:
                    yield found


def floor(name: str) -> int | None:
    """Where a module stands, from the ground up; an exact entry goes before a pattern."""
    fits = [index for index, pattern in enumerate(FLOORS) if fnmatch(name, pattern)]
    return FLOORS.index(name) if name in FLOORS else min(fits, default=None)


def asks(node: ast.AST) -> bool:
    """Whether it is a method that hands a person's question up to explore/: it imports from there and asks, no more."""
    if not isinstance(node, ast.FunctionDef) or node.name not in ASKED:
        return False
    _, *body = node.body
    return len(body) == 2 and ast.unparse(body[0]).startswith("from leapocr_dyn.explore import ")


# --- what may import what ---


@pytest.mark.parametrize("name", [name for name in NAMES if name])
def test_imports_point_downhill(name: str) -> None:
    """A module imports only from the modules before it, so that a reader needs to know only those."""
    here = floor(name)
    assert here is not None, f"{name} has no place in the house: give it one, here and in DESIGN.md"
    # The root (one is "") holds nothing but lazy names and the version.
    assert [one for one in imports(name) if one and (floor(one) or 0) > here] == []


def test_the_house_has_no_empty_rooms() -> None:
    """Every place in the order is a module's that there is."""
    assert [pattern for pattern in FLOORS if not any(fnmatch(name, pattern) for name in NAMES)] == []


def test_no_import_goes_round() -> None:
    """No module can be reached from itself, also among those that share a line."""
    graph = {name: {one for one in imports(name) if one} - {name} for name in NAMES if name}
    while graph:
        free = {name for name, wanted in graph.items() if not wanted & graph.keys()}
        assert free, f"a cycle among {sorted(graph)}"
        graph = {name: wanted for name, wanted in graph.items() if name not in free}


def test_any_module_can_be_imported_first() -> None:
    """No module counts on another to have been imported before it."""
    program = """
import importlib, sys
for name in sys.argv[1:]:
    for known in [known for known in sys.modules if known.startswith("leapocr_dyn")]:
        del sys.modules[known]
    importlib.import_module(f"leapocr_dyn.{name}".rstrip("."))
"""
    run = subprocess.run([sys.executable, "-W", "error", "-c", program, *NAMES], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def test_importing_the_package_is_cheap() -> None:
    """`import leapocr_dyn` imports no module of its own, and none of what they need."""
    heavy = ["httpx", "yaml", "jsonschema", "asyncio", "anyio", "attr", "cattrs", "dataclasses", "regex", "jsonpath"]
    program = f"import sys, leapocr_dyn\nprint([name for name in sys.modules if name in {heavy} or '_dyn.' in name])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "[]\n"


# --- what is documented ---


def undocumented(node: ast.AST, inside: str = "") -> Iterator[str]:
    """The public classes, functions and methods below a node that have no docstring."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If):
            yield from undocumented(child, inside)
        if not isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or child.name.startswith("_"):
            continue
        overload = any("overload" in ast.unparse(decorator) for decorator in child.decorator_list)
        if ast.get_docstring(child) is None and not overload and not documented_by_assignment(child):
            yield inside + child.name
        if isinstance(child, ast.ClassDef):
            yield from undocumented(child, f"{inside}{child.name}.")


def documented_by_assignment(node: ast.AST) -> bool:
    """Whether a class takes its docstring from another: `__doc__ = errors.Error.__doc__`."""
    return isinstance(node, ast.ClassDef) and any(ast.unparse(line).startswith("__doc__ = ") for line in node.body)


@pytest.mark.parametrize("name", NAMES)
def test_everything_public_says_what_it_is(name: str) -> None:
    """A module, and every public class, function and method in it, has a docstring."""
    assert ast.get_docstring(modules()[name])
    assert list(undocumented(modules()[name])) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_first_line_of_a_docstring_says_it_all(name: str) -> None:
    """Tools show that line alone, so it ends before units, limits and errors begin."""
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    said = [
        (ast.get_docstring(node) or "").split("\n") for node in ast.walk(modules()[name]) if isinstance(node, kinds)
    ]
    assert [lines[0] for lines in said if "".join(lines[1:2])] == []


@pytest.mark.parametrize("name", MAPPED)
def test_a_map_has_every_file_of_its_folder(name: str) -> None:
    """Whoever opens a crowded folder finds each of its files on the map, and no file that is gone."""
    shown = re.findall(r"\w+\.(?:pyi?|css)\b", str(ast.get_docstring(modules()[name])))
    files = {path.name for path in (PACKAGE / name).iterdir() if path.is_file()}
    assert set(shown) == files - {"__init__.py"}


@pytest.mark.parametrize("path", sorted(TESTS.glob("test_*.py")), ids=lambda path: path.stem)
def test_every_test_says_its_promise(path: Path) -> None:
    """A test file and each test in it has a docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    tests = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    assert ast.get_docstring(tree)
    assert [test.name for test in tests if not ast.get_docstring(test)] == []


def test_the_public_names_are_sorted_and_complete() -> None:
    """`__all__` is what type checkers see, in order; every name is there, and dir() shows it."""
    [checked] = [node for node in modules()[""].body if isinstance(node, ast.If)]
    seen = [alias.asname for node in checked.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert leapocr_dyn.__all__ == sorted(leapocr_dyn.__all__) == sorted(name for name in seen if name)
    assert set(leapocr_dyn.__all__) <= set(dir(leapocr_dyn))
    for name in leapocr_dyn.__all__:
        assert getattr(leapocr_dyn, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = leapocr_dyn.nothing


def test_dir_shows_public_names_and_nothing_else() -> None:
    """No helper, no import of the package's own, no name twice; a subpackage never hides a public name."""
    shown = dir(leapocr_dyn)
    assert len(shown) == len(set(shown))
    assert [name for name in shown if not name.startswith("__")] == leapocr_dyn.__all__
    assert not {name for name in leapocr_dyn.__all__ if name != "errors" and (PACKAGE / name).exists()}
    assert leapocr_dyn.LeapOCRSync.__module__ == "leapocr_dyn.services.leapocr"
    assert "leapocr" in leapocr_dyn.bundled()


# --- which words stand where ---


def test_there_is_no_drawer() -> None:
    """Every file is named by the noun that it explains."""
    assert [name for name in NAMES if set(name.split(".")) & DRAWERS] == []


@pytest.mark.parametrize("name", [name for name in NAMES if not any(fnmatch(name, one) for one in GREETERS)])
def test_the_engine_knows_no_service(name: str) -> None:
    """A sentence about one service belongs in its folder of spec/, and not in the engine's code or comments."""
    path = PACKAGE.joinpath(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    lines = enumerate(path.read_text("utf-8").splitlines(), 1)
    found = [f"{path.name}:{number}: {line.strip()}" for number, line in lines if names_a_service(line)]
    assert found == []


def names_a_service(line: str) -> bool:
    """Whether a line holds a service's name."""
    return re.search(SERVICES, re.sub(OURS, "", line, flags=re.IGNORECASE), re.IGNORECASE) is not None


# --- what is promised is kept ---


def test_every_exception_is_raised_somewhere() -> None:
    """An exception that nothing raises is a promise that nobody keeps; the branches of the tree are for `except`."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Error)]
    leaves = {one.__name__ for one in kinds if not any(two is not one and issubclass(two, one) for two in kinds)}
    calls = [node for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = {ast.unparse(call.func).removeprefix("errors.") for call in calls}
    made |= {errors.of_status(status).__name__ for status in range(400, 600)}
    assert leaves - made == set()


def public(kind: type) -> dict[str, str]:
    """The public names of a class, each with its signature where it has one."""
    return {
        name: str(inspect.signature(value)) if callable(value) else type(value).__name__
        for name in dir(kind)
        if not name.startswith("_")
        for value in [getattr(kind, name)]
    }


def test_both_clients_have_the_same_names() -> None:
    """LeapOCR and LeapOCRSync differ in `await` alone: the same names, the same signatures."""
    suspending, blocking = public(leapocr_dyn.LeapOCR), public(leapocr_dyn.LeapOCRSync)
    assert suspending.pop("aclose") == suspending["close"], "httpx's name for closing, beside ours"
    own = {"blocking", "doors", "kind"}  # what tells the two apart
    assert {name: said for name, said in suspending.items() if name not in own} == {
        name: said for name, said in blocking.items() if name not in own
    }
    assert str(inspect.signature(leapocr_dyn.LeapOCR)) == str(inspect.signature(leapocr_dyn.LeapOCRSync))


def test_both_clients_offer_the_same_calls() -> None:
    """The namespaces of both have the same methods and operations, with the same signatures."""
    suspending: Any = leapocr_dyn.LeapOCR("key")
    blocking: Any = leapocr_dyn.LeapOCRSync("key")
    assert suspending._namespaces.keys() == blocking._namespaces.keys() >= {"ocr"}
    for name in blocking._namespaces:
        ours, theirs = public(type(getattr(blocking, name))), public(type(getattr(suspending, name)))
        assert ours.keys() == theirs.keys()
        same = {key: said.replace("AsyncWalk", "BlockingWalk") for key, said in theirs.items()}
        assert {key: ours[key] for key in ours if ours[key] != same[key]}.keys() <= {"blocking"}
        assert "get_job_status" in ours or name != "ocr"
    blocking.close()
