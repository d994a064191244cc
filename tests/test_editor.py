"""In an editor: what pyright, which is Pylance's engine, completes and reveals, asked over its language server.

jedi, which other editors have, is asked here as they ask it: about a program's text, and not about live objects. How
the live ones complete is test_prompt.py's.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
WHERE = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
SERVER = shutil.which("pyright-langserver", path=WHERE)
PYRIGHT = shutil.which("pyright", path=WHERE)
ENVIRONMENT = {**os.environ, "PATH": WHERE, "PYTHONPATH": str(ROOT)}
LEAST = 0.95  # of the symbols that a user can import have a known type

HEAD = "from leapocr_dyn import LeapOCR, LeapOCRSync\nclient = LeapOCRSync('key')\nlater = LeapOCR('key')\n"
CASES = [
    ("client.oc", {"ocr"}),
    ("later.oc", {"ocr"}),
    ("client.ocr.", {"process_and_wait", "get_job_result", "list_ocr_models"}),
    ("later.ocr.", {"process_and_wait", "get_job_result", "list_ocr_models"}),
    ("client.ocr.get_job_result(", {"job_id=", "page=", "limit="}),
    ("later.ocr.get_job_result(", {"job_id=", "page=", "limit="}),
    ("client.ocr.get_job_result(job_id='1').", {"pages", "credits_used", "to_dict"}),
    ("client.ocr.get_job_result.", {"plan", "pages", "curl", "example"}),
    ("client.ocr.process_and_wait('a.pdf').pages[0].", {"text", "page_number", "into"}),
]


class Editor:
    """An editor that has one file open (Language Server Protocol 3.17)."""

    def __init__(self, folder: Path) -> None:
        self.uri = (folder / "program.py").as_uri()
        self.version = 0
        self.process = subprocess.Popen(
            [str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, env=ENVIRONMENT
        )
        self.number = 0
        self.ask(
            "initialize",
            processId=os.getpid(),
            rootUri=folder.as_uri(),
            workspaceFolders=[{"uri": folder.as_uri(), "name": "program"}],
            capabilities={"workspace": {"configuration": True}},
        )
        self.tell("initialized")

    def completed(self, text: str) -> set[str]:
        """What is offered at the end of a program."""
        self.version += 1
        document = {"uri": self.uri, "languageId": "python", "version": self.version, "text": text}
        if self.version == 1:
            self.tell("textDocument/didOpen", textDocument=document)
        else:
            self.tell("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])
        lines = text.split("\n")
        position = {"line": len(lines) - 1, "character": len(lines[-1])}
        found = self.ask("textDocument/completion", textDocument={"uri": self.uri}, position=position)
        return {one["label"] for one in (found or {}).get("items", ())}

    def ask(self, method: str, **params: Any) -> Any:  # Any: JSON
        """The answer to a request; what the server asks meanwhile is answered with what it can do without."""
        self.number += 1
        number = self.number
        self.send({"id": number, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message.get("result")
            if "id" in message:
                asked = message.get("params", {}).get("items", ())
                self.send({"id": message["id"], "result": [{"pythonPath": sys.executable} for _ in asked] or None})

    def tell(self, method: str, **params: Any) -> None:  # Any: JSON
        """A message that nobody answers."""
        self.send({"method": method, "params": params})

    def send(self, message: dict[str, Any]) -> None:  # Any: JSON
        """One message."""
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:  # Any: JSON
        """The next message."""
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the language server hung up"
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        return message

    def close(self) -> None:
        """Close the file, and the editor."""
        self.ask("shutdown")
        self.tell("exit")
        self.process.communicate()


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor with pyright."""
    if SERVER is None:
        pytest.skip("pyright is not installed: pip install 'pyright[nodejs]'")
    folder = tmp_path_factory.mktemp("editor")
    (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT)]}))
    editor = Editor(folder)
    yield editor
    editor.close()


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_pyright_completes_namespaces_operations_arguments_and_fields(
    text: str, expected: set[str], editor: Editor
) -> None:
    """Of both clients, from the stubs that the package carries."""
    assert expected <= editor.completed(HEAD + text)


@pytest.mark.parametrize(("text", "expected"), CASES[:4])
def test_jedi_completes_a_programs_text(text: str, expected: set[str]) -> None:
    """Namespaces and operations, by another engine, which reads the same stubs.

    It does not see through the decorators that stand before an operation there: its arguments it completes at a prompt.
    """
    jedi = pytest.importorskip("jedi", reason="jedi is not installed: pip install leapocr-dyn[dev]")
    project = jedi.Project(ROOT, added_sys_path=[str(ROOT)])
    assert expected <= {one.name for one in jedi.Script(HEAD + text, project=project).complete()}


@pytest.mark.skipif(PYRIGHT is None, reason="pyright is not installed: pip install 'pyright[nodejs]'")
def test_what_a_user_can_import_has_a_type() -> None:
    """`pyright --verifytypes leapocr_dyn`: at least 95 % of the public symbols have a type that all checkers agree on.

    What httpx, yaml and others leave open of their own classes is theirs, and is not counted.
    """
    command = [str(PYRIGHT), "--verifytypes", "leapocr_dyn", "--ignoreexternal", "--outputjson"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=ENVIRONMENT)
    said = json.loads(run.stdout)["typeCompleteness"]
    assert Path(said["packageRootDirectory"]) == ROOT / "leapocr_dyn"
    assert said["exportedSymbolCounts"]["withKnownType"] > 5_000
    unsaid = [
        one["name"]
        for one in said["symbols"]
        if one["isExported"] and any("missing type annotation" in two["message"] for two in one["diagnostics"])
    ]
    assert said["completenessScore"] >= LEAST, unsaid
