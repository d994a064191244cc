"""LeapOCR on this machine: uploads in parts, jobs, pages, credits, and what is said to wrong requests."""

from __future__ import annotations

import http.server
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from test_sandbox_reader import pdf

from leapocr_dyn import errors
from leapocr_dyn.sandbox import Sandbox

PART = 400  # bytes: a PDF of a page needs three or four
TEA = pdf("Green tea")
MARKDOWN = {"format": "markdown"}


class World:
    """A sandbox, and a plain client that has its key."""

    def __init__(self, **settings: Any) -> None:
        self.sandbox = Sandbox(part_size=PART, **settings)

    def __enter__(self) -> World:
        self.sandbox.start()
        self.client = httpx.Client(base_url=self.sandbox.url, headers={"X-API-KEY": self.sandbox.api_key})
        return self

    def __exit__(self, *exception: object) -> None:
        self.client.close()
        self.sandbox.stop()

    def begin(self, content: bytes, **options: Any) -> dict[str, Any]:
        """Announce a file; the answer."""
        about = {"file_name": "tea.pdf", "file_size": len(content), "content_type": "application/pdf"}
        answer = self.client.post("/ocr/uploads/direct", json=about | (options or MARKDOWN))
        assert answer.status_code == 200, answer.text
        begun: dict[str, Any] = answer.json()
        return begun

    def send(self, begun: dict[str, Any], content: bytes) -> list[dict[str, Any]]:
        """Send every part; what to complete the upload with."""
        sent = []
        for part in begun["parts"]:
            stored = httpx.put(part["upload_url"], content=content[part["start_byte"] : part["end_byte"] + 1])
            assert stored.status_code == 200, stored.text
            sent.append({"part_number": part["part_number"], "etag": stored.headers["etag"]})
        return sent

    def complete(self, job_id: str, parts: Any) -> httpx.Response:
        """Say that the parts are there."""
        return self.client.post(f"/ocr/uploads/{job_id}/complete", json={"parts": parts})

    def upload(self, content: bytes, **options: Any) -> str:
        """All of that; the job's id."""
        begun = self.begin(content, **options)
        assert self.complete(begun["job_id"], self.send(begun, content)).status_code == 200
        return str(begun["job_id"])

    def status(self, job_id: str) -> dict[str, Any]:
        """The job's status."""
        said: dict[str, Any] = self.client.get(f"/ocr/status/{job_id}").json()
        return said


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One sandbox for the tests that leave no trace in it."""
    with World() as world:
        yield world


@pytest.fixture
def web() -> Iterator[str]:
    """A web server on this machine: /tea.pdf, and /away and /back, which redirect."""

    class Pages(http.server.BaseHTTPRequestHandler):
        """What the server has."""

        def do_GET(self) -> None:
            """The PDF, a redirect or nothing."""
            targets = {"/away": "http://192.0.2.1/tea.pdf", "/back": "/tea.pdf"}
            self.send_response(302 if self.path in targets else 200 if self.path == "/tea.pdf" else 404)
            if self.path in targets:
                self.send_header("Location", targets[self.path])
            self.end_headers()
            self.wfile.write(TEA)

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def refused(answer: httpx.Response, status: int, code: str) -> str:
    """The message of an error; the answer must have this status, and LeapOCR's error body with this code."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"code", "error", "details"}
    assert body["code"] == code
    return str(body["error"]["message"])


def test_its_repr_says_where_it_is() -> None:
    """In a notebook, what a client takes as its base URL."""
    sandbox = Sandbox()
    assert repr(sandbox) == "<LeapOCR Sandbox (not running)>"
    with sandbox:
        assert repr(sandbox) == f"<LeapOCR Sandbox {sandbox.url}>"


def test_a_document_becomes_markdown(world: World) -> None:
    """Announce, send the parts, complete, wait, read: the way from a PDF to its text."""
    job_id = world.upload(pdf("# Tea\nGreen or black"))
    assert world.sandbox.settled(job_id) == "completed"
    result = world.client.get(f"/ocr/result/{job_id}").json()
    (page,) = result["pages"]
    assert page["result"] == "# Tea\n\nGreen or black"
    assert (page["page_number"], page["confidence"], page["has_bounding_boxes"]) == (1, 1.0, False)
    assert (result["status"], result["credits_used"], result["file_name"]) == ("completed", 1, "tea.pdf")


def test_boxes_come_when_they_are_asked_for(world: World) -> None:
    """Bounding boxes say what a block is and where it lies."""
    job_id = world.upload(TEA, format="markdown", extract_bounding_boxes=True)
    world.sandbox.settled(job_id)
    (page,) = world.client.get(f"/ocr/result/{job_id}").json()["pages"]
    (box,) = page["bounding_boxes"]
    assert (page["has_bounding_boxes"], box["type"], box["text"]) == (True, "paragraph", "Green tea")
    assert set(box["bounds"]) == {"x", "y", "width", "height"}


def test_results_come_in_slices(world: World) -> None:
    """page and limit choose a slice; a slice behind the end is empty."""
    job_id = world.upload(pdf("one", "two", "three"))
    world.sandbox.settled(job_id)
    second = world.client.get(f"/ocr/result/{job_id}", params={"page": 2, "limit": 2}).json()
    assert [page["result"] for page in second["pages"]] == ["three"]
    assert second["pagination"] == {"page": 2, "limit": 2, "total": 3, "total_pages": 2}
    assert world.client.get(f"/ocr/result/{job_id}?page=9").json()["pages"] == []


def test_progress_rises_page_by_page() -> None:
    """The status counts the pages that were read; it never goes back."""
    with World(page_pause=0.02) as world:
        job_id = world.upload(pdf(*["page"] * 5))
        seen = [world.status(job_id)]
        while seen[-1]["status"] not in {"completed", "failed"} and len(seen) < 5_000:
            seen.append(world.status(job_id))
    counts = [status["processed_pages"] for status in seen]
    assert counts == sorted(counts)
    assert (counts[-1], seen[-1]["total_pages"], seen[-1]["id"]) == (5, 5, job_id)
    assert len(set(counts)) > 2


def test_a_result_that_is_not_ready_is_202() -> None:
    """Before the end there is only a status; and to stop or delete does not wait for the pages."""
    with World(page_pause=600) as world:
        job_id, other = world.upload(TEA), world.upload(TEA)
        early = world.client.get(f"/ocr/result/{job_id}")
        assert (early.status_code, early.json()["total_pages"], "pages" in early.json()) == (202, 1, False)
        with pytest.raises(errors.TimeoutError):
            world.sandbox.settled(job_id, timeout=0.01)
        assert world.client.delete(f"/ocr/delete/{job_id}").status_code == 204
        assert world.status(other)["status"] in {"pending", "processing"}


def test_a_deleted_job_is_unknown(world: World) -> None:
    """After 204 every question about the job is answered with 404."""
    job_id = world.upload(TEA)
    answer = world.client.delete(f"/ocr/delete/{job_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    for method, path in (("GET", "status"), ("GET", "result"), ("DELETE", "delete")):
        assert refused(world.client.request(method, f"/ocr/{path}/{job_id}"), 404, "NOT_FOUND") == "job not found"
    with pytest.raises(errors.NotFoundError):
        world.sandbox.settled(job_id)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"no document at all", "neither a PDF nor an image"), (b"%PDF-1.7", "broken"), (pdf(), "no pages")],
)
def test_a_document_that_cannot_be_read_fails_as_a_job(world: World, content: bytes, why: str) -> None:
    """The upload is fine, the job fails with a reason, its result is a 400, and it costs nothing."""
    credits_before = world.sandbox.credits
    job_id = world.upload(content)
    assert world.sandbox.settled(job_id) == "failed"
    assert why in world.status(job_id)["error_message"]
    assert "job failed: " in refused(world.client.get(f"/ocr/result/{job_id}"), 400, "BAD_REQUEST")
    assert world.sandbox.credits == credits_before


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({}, "format"),
        ({"format": "markdown", "template_slug": "invoice"}, "format"),
        ({"template_slug": "invoice"}, "template_slug"),
        ({"format": "markdown", "instructions": "please"}, "instructions"),
        ({"format": "markdown", "schema": {"type": "object"}}, "schema"),
        ({"format": "structured"}, "schema"),
        ({"format": "structured", "schema": {}}, "schema"),
        ({"format": "markdown", "file_size": 0}, "file_size"),
        ({"format": "html"}, "format"),
    ],
)
def test_options_that_exclude_each_other_are_refused(world: World, options: dict[str, Any], field: str) -> None:
    """Both ways to start a job hold the options to the same rules, and name the field."""
    about: dict[str, dict[str, Any]] = {
        "direct": {"file_name": "a", "file_size": 1, "content_type": "application/pdf"},
        "url": {"url": "http://127.0.0.1:9/a"},
    }
    for path in ("direct", "url") if "file_size" not in options else ("direct",):
        answer = world.client.post(f"/ocr/uploads/{path}", json=about[path] | options)
        refused(answer, 400, "VALIDATION_ERROR")
        assert answer.json()["details"][0]["field"] == field


def test_pages_cost_credits() -> None:
    """A document that costs more than is left is refused when its pages are counted; without any, nothing begins."""
    with World(credits=3) as world:
        world.sandbox.settled(world.upload(pdf("one", "two")))
        assert world.sandbox.credits == 1
        begun = world.begin(pdf("one", "two"))
        answer = world.complete(begun["job_id"], world.send(begun, pdf("one", "two")))
        assert "2 pages; 1 credits" in refused(answer, 402, "LESS_CREDITS")
        world.sandbox.settled(world.upload(TEA))
        about = {"file_name": "a", "file_size": 1, "content_type": "application/pdf", **MARKDOWN}
        refused(world.client.post("/ocr/uploads/direct", json=about), 402, "LESS_CREDITS")


def test_a_url_on_this_machine_is_fetched(world: World, web: str) -> None:
    """Also through a redirect, as long as it stays on this machine."""
    for path in ("/tea.pdf", "/back"):
        begun = world.client.post("/ocr/uploads/url", json={"url": web + path} | MARKDOWN).json()
        assert begun["source_url"] == web + path
        assert world.sandbox.settled(begun["job_id"]) == "completed"


def test_no_other_url_is_fetched(world: World, web: str) -> None:
    """Other hosts, other schemes, ways around through names or redirects, and what is not there: 400."""
    hosts = [
        "http://192.0.2.1/a",
        "http://localhost.example/a",
        "http://2130706433/a",
        "http://a@127.0.0.1/a",
        "http://[",
    ]
    for url in [*hosts, "https://127.0.0.1/a", "file:///etc/passwd", web + "/away", web + "/none", "x\ud800"]:
        body = b'{"url": "x\\ud800", "format": "markdown"}' if url.startswith("x") else None
        options = (
            {"content": body, "headers": {"content-type": "application/json"}}
            if body
            else {"json": {"url": url} | MARKDOWN}
        )
        refused(world.client.post("/ocr/uploads/url", **options), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("POST", "/ocr/uploads/direct", b'{"file_name": ', 400),
        ("POST", "/ocr/uploads/direct", b"\xff\xfe", 400),
        ("POST", "/ocr/uploads/direct", b"[" * 100_000, 400),
        ("POST", "/ocr/uploads/direct", b'{"file_size": NaN}', 400),
        ("POST", "/ocr/uploads/direct", b'{"file_size": ' + b"9" * 5_000 + b"}", 400),
        ("POST", "/ocr/uploads/direct", b" " * 3_000_000, 413),
        ("POST", "/ocr/uploads/direct", b"", 400),
        ("POST", "/ocr/uploads/none/complete", b'{"parts": []}', 400),
        ("GET", "/ocr/result/none?limit=0", b"", 400),
        ("GET", "/ocr/result/none?page=x", b"", 400),
        ("GET", "/ocr/result/%2e%2e%2fmodels", b"", 404),
        ("GET", "/ocr/status/a/b", b"", 404),
        ("GET", "/<script>", b"", 404),
        ("PUT", "/health", b"", 405),
        ("BREW", "/health", b"", 405),
    ],
)
def test_a_wrong_request_gets_an_error_body(world: World, method: str, path: str, content: bytes, status: int) -> None:
    """Never a traceback, never HTML: LeapOCR's error body and a request id, whatever comes in."""
    headers = {"content-type": "application/json"}
    answer = world.client.request(method, path, content=content, headers=headers)
    code = {404: "NOT_FOUND", 405: "BAD_REQUEST", 413: "BAD_REQUEST"}.get(status, answer.json()["code"])
    refused(answer, status, code)
    assert code in {"VALIDATION_ERROR", "BAD_REQUEST", "NOT_FOUND"}
    assert answer.headers["x-request-id"]


def test_a_body_of_another_type_is_refused(world: World) -> None:
    """The operation says which media types it takes."""
    answer = world.client.post("/ocr/uploads/direct", content=b"<a/>", headers={"content-type": "text/xml"})
    assert "takes application/json" in refused(answer, 400, "BAD_REQUEST")


def test_a_key_is_needed(world: World) -> None:
    """In X-API-KEY or as a bearer token; only the health check is open, and the models ask for the token."""
    url, key = world.sandbox.url, world.sandbox.api_key
    for headers in ({}, {"X-API-KEY": "other"}, {"Authorization": f"Basic {key}"}, {"Authorization": key}):
        refused(httpx.get(f"{url}/ocr/status/none", headers=headers), 401, "AUTHENTICATION_ERROR")
    for headers in ({"X-API-KEY": key}, {"Authorization": f"Bearer {key}"}):
        refused(httpx.get(f"{url}/ocr/status/none", headers=headers), 404, "NOT_FOUND")
    assert httpx.get(f"{url}/health").json()["status"] == "healthy"
    refused(httpx.get(f"{url}/ocr/models", headers={"X-API-KEY": key}), 401, "AUTHENTICATION_ERROR")
    assert httpx.get(f"{url}/ocr/models", headers={"Authorization": f"Bearer {key}"}).json()["count"] == 2


def test_requests_are_remembered(world: World) -> None:
    """Method, path as it was sent and status, without the query, where the secrets are."""
    world.client.get("/ocr/result/a%2Fb?limit=3")
    httpx.put(world.begin(TEA)["parts"][0]["upload_url"], content=b"")
    assert world.sandbox.requests[-3] == ("GET", "/api/v1/ocr/result/a%2Fb", 404)
    assert world.sandbox.requests[-1][1].startswith("/storage/")
    assert "signature" not in repr(world.sandbox.requests)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After stop there is no thread, no open port and no file; to stop again does nothing."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    threads = set(threading.enumerate())
    with World() as world:
        world.begin(TEA)
        assert list(tmp_path.iterdir())
    world.sandbox.stop()
    for thread in set(threading.enumerate()) - threads:
        thread.join(10)  # anyio's are told to end, and nobody waits for them
    assert (list(tmp_path.iterdir()), set(threading.enumerate()) - threads) == ([], set())
    with pytest.raises(errors.ConfigurationError, match="not running"):
        _ = world.sandbox.url


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_served_in_the_foreground_it_ends_on_a_signal(tmp_path: Path, end: signal.Signals) -> None:
    """`serve` says where it listens and with which key, and cleans up after Ctrl-C and SIGTERM alike."""
    program = "from leapocr_dyn.sandbox import Sandbox; Sandbox().serve()"
    command = [sys.executable, "-W", "error", "-c", program]
    with subprocess.Popen(
        command, stdout=-1, stderr=-1, text=True, env=os.environ | {"TMPDIR": str(tmp_path)}
    ) as process:
        assert process.stdout is not None
        where, key = process.stdout.readline(), process.stdout.readline()
        url = where.split()[3]
        assert httpx.get(f"{url}/health").status_code == 200
        assert "openapi" in httpx.get(where.partition("document at ")[2].split()[0]).json()
        process.send_signal(end)
        said, complaints = process.communicate(timeout=20)
    assert (process.returncode, key + said, complaints) == (0, "API key: sandbox\n", "")
    assert list(tmp_path.iterdir()) == []


def test_it_shares_no_code_with_the_client() -> None:
    """The two can only check each other if they are written apart; but for pdfium's lock, which there is one of."""
    program = (
        "import sys, leapocr_dyn.sandbox\n"
        "print([name for name in sys.modules if name.startswith('leapocr_dyn.') and name.split('.')[1] not in"
        " ('sandbox', 'errors', 'visible', 'pdfium')], 'rapidocr' in sys.modules, 'pypdfium2' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said == "[] False False\n"
