"""leapocr-dyn sandbox: a server that runs until it is told to stop."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import httpx
import pytest
from shell import Run, started

pytest.importorskip("starlette", reason="the sandbox needs starlette: pip install leapocr-dyn[sandbox]")


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_serves_until_it_is_told_to_stop(folder: Path, run: Run, end: signal.Signals) -> None:
    """`sandbox` prints where it is and which key it takes, serves `process`, and ends with 0 on Ctrl-C and SIGTERM."""
    with started("sandbox", "--api-key", "abc", "--part-size", "300", "--credits", "1") as process:
        assert process.stdout is not None
        where, key = process.stdout.readline().split()[3], process.stdout.readline()
        assert key == "API key: abc\n"
        said = run("process", "--json", "tea.pdf", "coffee.pdf", "--url", where, "--key", "abc")
        process.send_signal(end)
        rest, complaints = process.communicate(timeout=10)
    assert (said.code, len(said.out.splitlines()), len(said.errors)) == (1, 1, 1), "the account holds one page"
    assert "402" in said.errors[0]
    assert (process.returncode, rest, complaints) == (0, "", "")


def test_the_sandbox_has_the_bad_day_that_is_asked_for() -> None:
    """`--latency --fail --rate-limit --drop --expire` are what is on; PUT /sandbox/faults replaces them meanwhile."""
    bad = "--latency 0.01 --fail 503:0.5 --fail 429:0.25 --rate-limit 50 --drop 0.25 --expire 5"
    with started("sandbox", *bad.split()) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[3]
        faults = url.replace("/api/v1", "/sandbox/faults")
        said = {"latency": 0.01, "fail": {"503": 0.5, "429": 0.25}, "rate_limit": 50, "drop": 0.25, "expire": 5}
        assert httpx.get(faults).json() == {"retry_after": 1, "seed": 0, **said}
        assert httpx.put(faults, json={"fail": {"418": 1}}).status_code == 200
        assert httpx.get(f"{url}/health").status_code == 418
        assert httpx.put(faults, json={}).json()["fail"] == {}
        assert httpx.get(f"{url}/health").status_code == 200
        process.terminate()
        assert process.communicate(timeout=10)[1] == ""


def pets(name: str) -> str:
    """A document with one operation, whose example is a pet of this name."""
    answer = {"content": {"application/json": {"example": {"name": name}}}, "description": "A pet"}
    paths = {"/pet": {"get": {"operationId": "pet", "responses": {"200": answer}}}}
    return json.dumps({"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "paths": paths})


def test_the_sandbox_fakes_any_document(tmp_path: Path) -> None:
    """`sandbox --spec` answers with what a document promises."""
    (tmp_path / "pets.json").write_text(pets("Rex"))
    with started("sandbox", "--spec", str(tmp_path / "pets.json")) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[3]
        assert httpx.get(f"{url}/pet").json() == {"name": "Rex"}
        process.terminate()
        assert process.communicate(timeout=10)[1] == ""


def save(file: Path, text: str) -> None:
    """Replace a file at one stroke: what is half written would be told, too."""
    file.with_suffix(".new").write_text(text)
    file.with_suffix(".new").replace(file)


def test_the_sandbox_follows_the_file_of_its_document(tmp_path: Path) -> None:
    """Saving the file changes what is served; a file that is broken is told once, and the last good one stays."""
    file = tmp_path / "pets.json"
    file.write_text(pets("Rex"))
    with started("sandbox", "--spec", str(file)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().split()[3]
        process.stdout.readline()  # the key
        save(file, "{")
        assert process.stderr.readline().startswith(f"leapocr-dyn: {file} is served as it was: pets.json")
        assert httpx.get(f"{url}/pet").json() == {"name": "Rex"}
        save(file, pets("Ida"))
        assert process.stdout.readline() == f"{file} has changed, and is served as it is now\n"
        assert httpx.get(f"{url}/pet").json() == {"name": "Ida"}
        process.terminate()
        assert process.communicate(timeout=10)[1] == ""
