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


def test_the_sandbox_fakes_any_document(tmp_path: Path) -> None:
    """`sandbox --spec` answers with what a document promises."""
    answer = {"content": {"application/json": {"example": {"name": "Rex"}}}, "description": "A pet"}
    paths = {"/pet": {"get": {"operationId": "pet", "responses": {"200": answer}}}}
    document = {"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "paths": paths}
    (tmp_path / "pets.json").write_text(json.dumps(document))
    with started("sandbox", "--spec", str(tmp_path / "pets.json")) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[3]
        assert httpx.get(f"{url}/pet").json() == {"name": "Rex"}
        process.terminate()
        assert process.communicate(timeout=10)[1] == ""
