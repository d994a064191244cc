"""The programs of the plan that LeapOCR's Python package came from, run against a real server with another import line.

What a user of the package would write is run as it stands: examples, tests, the README's first program. What the plan
declares (classes, signatures) is compared name by name. What is left out says why. Some short programs in our own words
stand here, too, so that they are tested where the plan is absent.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

import leapocr_dyn as leapocr

ROOT = Path(__file__).resolve().parent.parent
PLAN = ROOT.parent / "shared" / "seeds" / "000-leapocr.md"
TEXT = PLAN.read_text("utf-8") if PLAN.is_file() else ""
BLOCKS: list[str] = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
needs_plan = pytest.mark.skipif(not BLOCKS, reason="../shared is absent")

# Each block by how it begins. First, what is run.
USES = {
    "the ways to make a client": "from leapocr import LeapOCR, ClientConfig\n",
    "the README's first program": "import asyncio\nfrom leapocr import LeapOCR\n",
    "a context manager": 'async with LeapOCR("api-key") as client:',
    "no global state": "# Good - client holds state",
}
TESTS = {
    name: f"# {name}\n"
    for name in (
        "tests/conftest.py",
        "tests/test_client.py",
        "tests/integration/test_e2e.py",
        "tests/test_ocr.py",
    )
}
# What it declares, and does not carry out.
DECLARED = {
    "the service": "from leapocr.models import Format, Model, ProcessOptions, PollOptions\n",
    "options and results": "from enum import Enum\nfrom dataclasses",
    "errors": 'class LeapOCRError(Exception):\n    """Base exception for all LeapOCR errors"""',
    "functions": "# Validation\ndef validate_file(",
    "type hints": "# Good\nasync def process_file(",
    "a dataclass": "from dataclasses import dataclass, field\n",
    "an enum": "from enum import Enum\n\nclass Format",
    "an async generator": "async def stream_results(",
    "a hierarchy": 'class LeapOCRError(Exception):\n    """Base exception"""',
}
# How the plan would build the package inside, and what no Python can read: nothing that its user writes.
INSIDE = {
    "it filters the document before code is generated from it; nothing is generated here": "#!/usr/bin/env python3\n",
    "it sends the key in a header that the service does not know": "# leapocr/client.py\n",
    "it builds its uploader with one argument too many": "# leapocr/ocr.py\n",
    "nothing there calls it": "# leapocr/_internal/retry.py\n",
    "parts one after the other, each in memory": "# leapocr/_internal/upload.py\n",
    "by the clock on the wall": "# leapocr/_internal/polling.py\n",
    "asyncio.run for each call, which fails at the second one": "# leapocr/sync.py\n",
    "the standard library's pathlib": "from pathlib import Path\n\nfile_path = ",
    "the standard library's datetime and json": "# Date parsing - NO external library needed",
    "two signatures without bodies; the good one stands elsewhere with one": "# Good - clear what's required",
}
# What the service has taken away since: 2.0 of the official package does not have these, either.
GONE = {
    "Format.PER_PAGE_STRUCTURED": "structured results hold one object",
    "Model.STANDARD_V1": "standard-v2 is its name now; any text is taken",
    "ProcessOptions.template_id": "template_slug",
    "PageResult.metadata": "what the server sends beyond its document is page['metadata']",
    "PageResult.processed_at": "JobResult.completed_at",
    "JobResult.processing_time_seconds": "JobStatus.processing_time",
}
# The plan's own text differs: a default that 2.0 took away, and a URL without its path.
OTHER_DEFAULTS = {"ProcessOptions.format": None, "ClientConfig.base_url": None, "validate_file.max_size": None}


def block(beginning: str) -> str:
    """The one block that begins like this."""
    [found] = [one for one in BLOCKS if one.startswith(beginning)]
    return found


def renamed(program: str) -> str:
    """The program with the other import lines, and nothing else."""
    program = re.sub(r"^(\s*)from leapocr\b", r"\1from leapocr_dyn", program, flags=re.MULTILINE)
    return re.sub(r"^(\s*)import leapocr$", r"\1import leapocr_dyn as leapocr", program, flags=re.MULTILINE)


def ran(program: str, **known: Any) -> tuple[str, dict[str, Any]]:
    """What a program printed, and its names. It may await at its top, as programs in manuals do."""
    names: dict[str, Any] = {"__name__": "__main__", **known}
    code: CodeType = compile(program, "program", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(eval(code, names))
        else:
            exec(code, names)
    return printed.getvalue(), names


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of somebody who has a PDF of two pages, under the names that the programs give it."""
    pytest.importorskip("pypdfium2", reason="the sandbox reads PDFs with pypdfium2: pip install leapocr-dyn[sandbox]")
    from test_sandbox_reader import pdf

    content = pdf("# Tea\nGreen or black", "Total: 12.50")
    for name in ("document.pdf", "doc.pdf", "tests/fixtures/sample.pdf"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def services() -> Iterator[dict[str, str]]:
    """LeapOCR on this machine, once for each key that a program holds: {key: base URL}."""
    pytest.importorskip("starlette", reason="the sandbox needs starlette: pip install leapocr-dyn[sandbox]")
    from leapocr_dyn.sandbox import Sandbox

    with contextlib.ExitStack() as running:
        yield {
            key: running.enter_context(Sandbox(api_key=key, part_size=400)).url for key in ("your-api-key", "api-key")
        }


# -- the plan's own programs


@needs_plan
def test_every_block_of_the_plan_is_run_compared_or_left_out_for_a_reason() -> None:
    """None is forgotten, and none is counted twice."""
    told = [block(beginning) for table in (USES, TESTS, DECLARED, INSIDE) for beginning in table.values()]
    assert sorted(told) == sorted(BLOCKS)


@needs_plan
@pytest.mark.parametrize(
    ("use", "key", "said"),
    [
        ("the ways to make a client", "your-api-key", ""),
        ("the README's first program", "your-api-key", "Page 1: # Tea\n\nGreen or black\nPage 2: Total: 12.50\n"),
        ("a context manager", "api-key", ""),
        ("no global state", "api-key", ""),
    ],
)
def test_an_example_of_the_plan_runs(
    use: str, key: str, said: str, desk: Path, services: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the import line changed and the server's address in the environment, over real sockets."""
    monkeypatch.setenv("LEAPOCR_BASE_URL", services[key])
    printed, names = ran(renamed(block(USES[use])), LeapOCR=leapocr.LeapOCR)
    assert printed == said
    if "result" in names:
        assert (str(names["result"].status), len(names["result"].job_id)) == ("pending", 36)
    if isinstance(client := names.get("client"), leapocr.LeapOCRSync):
        assert client.ocr.wait_until_done(names["result"].job_id).total_pages == 2
        client.close()


PLUGIN = '''
"""What the plan's tests expect of their surroundings: async tests, and answers by URL, here from a real server."""
import asyncio, http.server, inspect, json, threading
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if inspect.iscoroutinefunction(pyfuncitem.obj):
        names = inspect.signature(pyfuncitem.obj).parameters
        asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
        return True

@pytest.fixture
def httpx_mock(monkeypatch):
    answers = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            content = json.dumps(answers[self.path]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *said): pass

    class Mock:
        def add_response(self, url, json):
            answers["/" + url.split("/", 3)[3]] = json

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        monkeypatch.setenv("LEAPOCR_BASE_URL", f"http://127.0.0.1:{server.server_port}/api/v1")
        yield Mock()
        server.shutdown()

def test_the_plans_fixtures_are_a_client(mock_client, sample_pdf_path):
    assert mock_client.api_key == "test-api-key"
    assert mock_client.config.base_url == "http://localhost:8080/api/v1"
    assert len(asyncio.run(closing(mock_client)))

async def closing(client):
    await client.close()
    await client.config.http_client.aclose()
    return repr(client)
'''


@needs_plan
def test_the_plans_tests_pass(desk: Path, services: dict[str, str]) -> None:
    """All of them, under pytest, with the import line changed; one forgot to import a name that it uses."""
    for name, beginning in TESTS.items():
        (desk / name).parent.mkdir(parents=True, exist_ok=True)
        forgotten = "from leapocr import JobStatusType\n" if name.endswith("test_e2e.py") else ""
        (desk / name).write_text(renamed(forgotten + block(beginning)), "utf-8")
    (desk / "tests" / "test_surroundings.py").write_text(PLUGIN, "utf-8")
    (desk / "pytest.ini").write_text("[pytest]\nmarkers =\n    asyncio\n    integration\nfilterwarnings = error\n")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(desk / "tests")]),
        "LEAPOCR_API_KEY": "your-api-key",
        "LEAPOCR_BASE_URL": services["your-api-key"],
    }
    command = [sys.executable, "-X", "dev", "-m", "pytest", "-q", "-p", "test_surroundings", "-p", "no:cacheprovider"]
    run = subprocess.run(command, cwd=desk, env=environment, capture_output=True, text=True)
    assert run.stdout.splitlines()[-1].startswith("6 passed"), run.stdout + run.stderr


# -- what the plan declares


def declared(kind: type[ast.AST]) -> list[Any]:
    """The classes or the functions at the top of the declaring blocks."""
    return [
        node for beginning in DECLARED.values() for node in ast.parse(block(beginning)).body if isinstance(node, kind)
    ]


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """What a function takes, without the object."""
    return [one.arg for one in function.args.args if one.arg != "self"]


@needs_plan
def test_methods_and_functions_take_what_the_plan_says() -> None:
    """By the same names, in the same order, with the same defaults; ours may go on after them."""
    functions = [node for kind in (ast.FunctionDef, ast.AsyncFunctionDef) for node in declared(kind)]
    methods = [node for one in declared(ast.ClassDef) if one.name == "OCRService" for node in one.body[1:]]
    assert len(methods) == 9
    for client in (leapocr.LeapOCR("k"), leapocr.LeapOCRSync("k")):
        for node in functions + methods:
            ours = getattr(client.ocr, node.name, None) or getattr(leapocr, node.name)
            taken = inspect.signature(ours).parameters
            assert list(taken)[: len(parameters(node))] == parameters(node)
            for name, default in zip(parameters(node)[::-1], node.args.defaults[::-1], strict=False):
                if f"{node.name}.{name}" not in OTHER_DEFAULTS:
                    assert taken[name].default == ast.literal_eval(default)


@needs_plan
def test_classes_have_what_the_plan_says() -> None:
    """Members of enums, fields of options and results: all that the service still has, with the plan's defaults."""
    checked = set()
    for node in declared(ast.ClassDef):
        ours = getattr(leapocr, node.name, None)
        for line in node.body:
            if ours is None or not isinstance(line, ast.Assign | ast.AnnAssign):
                continue
            [target] = line.targets if isinstance(line, ast.Assign) else [line.target]
            name = f"{node.name}.{ast.unparse(target)}"
            checked.add(name)
            if name in GONE:
                continue
            if isinstance(line, ast.Assign):
                assert ours[ast.unparse(target)] == ast.literal_eval(line.value)
            else:
                fact = ast.unparse(target)
                taken = inspect.signature(ours).parameters
                assert fact in taken or hasattr(ours, fact), name
                if isinstance(line.value, ast.Constant) and fact in taken and name not in OTHER_DEFAULTS:
                    assert taken[fact].default in (line.value.value, leapocr.NOT_GIVEN)
    assert GONE.keys() <= checked
    assert len(checked) > 50


@needs_plan
def test_exceptions_are_built_and_related_as_the_plan_says() -> None:
    """Every argument of a constructor is an attribute; what one class is there, it is here."""
    facts = {"job_id": "j-1", "fields": {"a": ["b"]}, "cause": OSError("cable"), "status_code": 500}
    found = 0
    for node in declared(ast.ClassDef):
        ours: Any = getattr(leapocr, node.name, None)
        if ours is None or not issubclass(ours, Exception):
            continue
        assert issubclass(ours, *(getattr(leapocr, ast.unparse(base), Exception) for base in node.bases))
        for init in (line for line in node.body if isinstance(line, ast.FunctionDef)):
            given = {name: facts.get(name, name) for name in parameters(init)}
            error = ours(**given)
            assert {name: error.__cause__ if name == "cause" else getattr(error, name) for name in given} == given
            found += 1
    assert found == 6


# -- short programs in our own words, for where the plan is absent

PROGRAMS = {
    "a document becomes text": (
        """
        import asyncio
        from leapocr import LeapOCR, ProcessOptions, Format, Model

        async def main():
            async with LeapOCR("your-api-key") as client:
                options = ProcessOptions(format=Format.MARKDOWN, model=Model.STANDARD_V2)
                job = await client.ocr.process_file("document.pdf", options=options)
                result = await client.ocr.wait_until_done(job.job_id)
                print(result.status.value, result.credits_used, len(result.pages), result.pages[0].result[:5])
                await client.ocr.delete_job(job.job_id)

        asyncio.run(main())
        """,
        "completed 2 2 # Tea\n",
    ),
    "the same without async": (
        """
        from leapocr import LeapOCRSync

        with LeapOCRSync("your-api-key") as client:
            for page in client.ocr.process_and_wait("document.pdf").pages:
                print(f"Page {page.page_number}: {page.text.splitlines()[0]}")
        """,
        "Page 1: # Tea\nPage 2: Total: 12.50\n",
    ),
    "two loops, one client": (
        """
        import asyncio
        from leapocr import LeapOCR

        client = LeapOCR("your-api-key")
        job = asyncio.run(client.ocr.process_file("document.pdf"))
        print(len(asyncio.run(client.ocr.wait_until_done(job)).pages), asyncio.run(client.health()))
        """,
        "2 True\n",
    ),
    "structured data": (
        """
        import asyncio
        from leapocr import LeapOCR, ProcessOptions, Format

        schema = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}

        async def main():
            async with LeapOCR("your-api-key") as client:
                options = ProcessOptions(format=Format.STRUCTURED, schema=schema, instructions="totals")
                with open("document.pdf", "rb") as file:
                    job = await client.ocr.process_file(file, options)
                data = (await client.ocr.wait_until_done(job.job_id)).pages[0].result
                print(isinstance(data, dict), data["total"])

        asyncio.run(main())
        """,
        "True 12.5\n",
    ),
    "progress, and pages one by one": (
        """
        import asyncio
        from leapocr import LeapOCR, PollOptions

        async def main():
            heard = []
            async with LeapOCR("your-api-key") as client:
                options = PollOptions(poll_interval=0.05, max_wait=60.0, on_progress=heard.append)
                result = await client.ocr.process_and_wait("document.pdf", poll_options=options)
                print(heard[-1].progress, heard[-1].processed_pages, heard[-1].job_id == result.job_id)
                print([page.page_number async for page in client.ocr.stream_results(result.job_id)])

        asyncio.run(main())
        """,
        "100.0 2 True\n[1, 2]\n",
    ),
    "many documents": (
        """
        import asyncio
        from leapocr import LeapOCR

        async def main():
            async with LeapOCR("your-api-key") as client:
                batch = await client.ocr.process_batch(["document.pdf", "doc.pdf", "missing.pdf"])
                jobs = await asyncio.gather(*[client.ocr.process_file(name) for name in ("document.pdf", "doc.pdf")])
                results = await asyncio.gather(*[client.ocr.wait_until_done(job.job_id) for job in jobs])
                print(batch.total_files, len(batch.jobs), [item.ok for item in batch.items])
                print(sum(result.credits_used for result in results))

        asyncio.run(main())
        """,
        "3 2 [True, True, False]\n4\n",
    ),
    "mistakes": (
        """
        import asyncio
        from leapocr import LeapOCR, ProcessOptions
        from leapocr.errors import APIError, AuthenticationError, FileError, JobError, LeapOCRError, ValidationError

        async def main():
            async with LeapOCR("your-api-key") as client:
                for asked in (
                    client.ocr.process_file("missing.pdf"),
                    client.ocr.process_file("document.pdf", ProcessOptions(instructions="totals")),
                    client.ocr.get_job_status("00000000-0000-0000-0000-000000000000"),
                    client.ocr.cancel_job("1"),
                ):
                    try:
                        await asked
                    except FileError as e:
                        print(e.code, e.file_path)
                    except ValidationError as e:
                        print(e.code, e.field)
                    except JobError as e:
                        print(e.code, e.job_id)
                    except APIError as e:
                        print(e.status_code, e.code, e.message)
            try:
                async with LeapOCR("another-key") as client:
                    await client.ocr.get_job_status("1")
            except LeapOCRError as e:
                print(isinstance(e, AuthenticationError), e.status_code)

        asyncio.run(main())
        """,
        "file_error missing.pdf\nvalidation_error instructions\n404 NOT_FOUND job not found\njob_error 1\nTrue 401\n",
    ),
    "a client with its settings": (
        """
        from leapocr import ClientConfig, LeapOCRSync

        config = ClientConfig.from_env()
        config.timeout, config.max_retries = 120.0, 5
        with LeapOCRSync("your-api-key", config) as client:
            print(client.config.timeout, client.config.max_retries, client.config.base_url == config.base_url)
            print(client.health())
        """,
        "120.0 5 True\nTrue\n",
    ),
}


@pytest.mark.parametrize("title", PROGRAMS)
def test_a_program_for_the_official_package_runs(
    title: str, desk: Path, services: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the import line changes; the key stands in the program, the server's address in the environment."""
    program, said = PROGRAMS[title]
    monkeypatch.setenv("LEAPOCR_BASE_URL", services["your-api-key"])
    assert ran(renamed(inspect.cleandoc(program)))[0] == said
