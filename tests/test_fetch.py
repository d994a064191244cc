"""A document from the web, over real sockets: what is fetched, and what an answer may not cost."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import json
import pickle
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from documents import openapi

from leapocr_dyn import errors, fetch
from leapocr_dyn.api import load
from leapocr_dyn.document.limit import SIZE

DOCUMENT = openapi({"Job": {"type": "object", "properties": {"id": {"type": "string"}}}})
Answer = tuple[int, dict[str, str], bytes]


@contextlib.contextmanager
def serving(answer: Callable[[str], Answer]) -> Iterator[tuple[str, list[Any]]]:
    """A server: path -> status, headers, body. Gives its origin, and the headers of all requests so far."""
    asked: list[Any] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, text in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, text)
            self.end_headers()
            with contextlib.suppress(OSError):  # who has read enough hangs up
                self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def document(tree: Any = DOCUMENT, **headers: str) -> Answer:
    """An answer with a document."""
    return 200, headers, json.dumps(tree).encode()


# --- what is fetched ---


def test_a_url_that_is_given_is_loaded() -> None:
    """JSON or YAML; nothing goes along but what asks for it, and nothing that the document names is asked for."""
    tree = openapi({"A": {"$ref": "more.json"}, "B": {"$ref": "http://127.0.0.1:9/b.json"}})
    with serving(lambda path: document(tree) if "json" in path else (200, {}, b"openapi: 3.1.0\n")) as (origin, asked):
        api = load(f"{origin}/openapi.json?key=secret")
        assert all(api.models[name] is not None for name in api.models)
        assert load(f"{origin}/openapi.yaml").document == {"openapi": "3.1.0"}
    assert [path for path, _ in asked] == ["/openapi.json?key=secret", "/openapi.yaml"]
    assert asked[0][1].keys() <= {"Host", "Accept", "Accept-Encoding", "User-Agent", "Connection"}


def test_what_was_fetched_says_how_to_ask_again() -> None:
    """The text, where it was in the end, and the headers that tell whether it has changed."""
    sent = {
        "ETag": '"1"',
        "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT",
        "Content-Type": "application/json",
        "X": "y",
    }

    def answer(path: str) -> Answer:
        return document(**sent) if path == "/v2/openapi.json" else (302, {"Location": "/v2/openapi.json"}, b"")

    with serving(answer) as (origin, _):
        got = fetch.fetch(f"{origin}/openapi.json")
    assert json.loads(got.content) == DOCUMENT
    assert got.url == f"{origin}/v2/openapi.json"
    assert got.headers == {name.lower(): text for name, text in sent.items() if name != "X"}


def test_a_compressed_document_is_read() -> None:
    """As gzip, which is what was asked for."""
    content = gzip.compress(json.dumps(DOCUMENT).encode())
    with serving(lambda _: (200, {"Content-Encoding": "gzip"}, content)) as (origin, _):
        assert list(load(origin + "/openapi.json").models) == ["Job"]


def test_models_of_a_url_are_pickled_without_it() -> None:
    """They carry the document, so that to unpickle one needs no network; loading fetches again."""
    with serving(lambda _: document()) as (origin, asked):
        job = load(origin + "/openapi.json").models["Job"](id="1")
        assert load(origin + "/openapi.json").models["Job"] is type(job)
        assert len(asked) == 2
    assert pickle.loads(pickle.dumps(job)) == job


def test_an_overlay_may_be_a_url_and_may_extend_one() -> None:
    """Each is fetched once for each load."""
    with serving(lambda path: document(fixes if path == "/fixes.json" else {**DOCUMENT, "x-path": path})) as (
        origin,
        asked,
    ):
        fixes = {
            "overlay": "1.0.0",
            "info": {"title": "Fixes", "version": "1"},
            "extends": f"{origin}/openapi.json",
            "actions": [{"target": "$.info", "update": {"title": "Corrected"}}],
        }
        assert load(f"{origin}/openapi.json", overlay=f"{origin}/fixes.json").name == "Corrected"
        assert [one.rule for one in load(f"{origin}/other.json", overlay=f"{origin}/fixes.json").report] == [
            *("extends", "overlay")
        ]
        asked.clear()
        assert load(f"{origin}/fixes.json").name == "Corrected"
        assert [path for path, _ in asked] == ["/fixes.json", "/openapi.json"]


# --- what is refused ---


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/openapi.json", "use https://"),
        ("http://10.0.0.1/openapi.json?key=SECRET", "use https://"),
        ("http://127.0.0.1.example.com/openapi.json", "use https://"),
        ("https://user:SECRET@example.com/openapi.json", "with a password is not fetched"),
        ("https://:99999/", "is not a URL"),
        ("https://", "is not a URL"),
        ("https://[::1/openapi.json", "is not a URL"),
    ],
)
def test_a_url_that_may_not_be_fetched_is_refused(url: str, why: str) -> None:
    """Before anything is sent; the message keeps what may be a secret."""
    with pytest.raises(errors.DocumentError, match=why) as caught:
        load(url)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((404, {}, b"{}"), "answers with status 404"),
        ((200, {"Content-Type": "text/html; charset=utf-8"}, b"<!doctype html>"), "is a page for people"),
        ((200, {}, b"\n <html>"), "is a page for people"),
        ((200, {}, b"{"), "this is not JSON"),
        ((200, {}, b" \n"), "openapi.json is empty"),
        ((503, {}, b""), "answers with status 503: try again later"),
        ((403, {}, b""), "answers with status 403: nothing that is secret is sent there"),
        ((302, {"Location": "/again"}, b""), "redirects more than 5 times"),
        ((302, {"Location": "http://example.com/openapi.json"}, b""), "use https://"),
        ((307, {"Location": "file:///etc/hostname"}, b""), "is not a URL that starts with https://"),
        ((301, {"Location": "https://me:SECRET@example.com/"}, b""), "with a password"),
        ((301, {}, b""), "answers with status 301"),
    ],
)
def test_an_answer_that_is_no_document_says_what_to_do(answer: Answer, why: str) -> None:
    """With the URL, and without its query."""
    with serving(lambda _: answer) as (origin, _), pytest.raises(errors.DocumentError, match=why) as caught:
        load(f"{origin}/openapi.json?key=SECRET")
    assert "SECRET" not in str(caught.value)


def test_a_redirect_from_elsewhere_does_not_lead_to_this_machine() -> None:
    """A public URL cannot have something fetched from inside."""
    assert fetch.allowed("http://localhost:1/", here=True)
    assert not fetch.allowed("https://example.com/", here=True)
    for url in ("http://localhost:1/", "https://127.0.0.1/", "http://[::1]/"):
        with pytest.raises(errors.DocumentError, match="leads to this machine"):
            fetch.allowed(url, here=False)


@pytest.mark.parametrize("packed", [False, True])
def test_a_document_without_end_is_left(packed: bool) -> None:
    """At the bound of any document, also where it is small until it is decompressed."""
    body = b" " * (SIZE + 2**20)
    headers = {"Content-Encoding": "gzip"} if packed else {}
    body = gzip.compress(body, 1) if packed else body
    with serving(lambda _: (200, headers, body)) as (origin, _):
        url = f"{origin}/openapi.json"
        with pytest.raises(errors.DocumentError, match="larger than 64 MiB"):
            load(url)


def test_nobody_there_is_a_connection_error() -> None:
    """As it is for a call of an API."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(errors.ConnectionError):
        load(f"http://127.0.0.1:{port}/openapi.json")


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nX-Drip: "])
def test_a_server_that_drips_is_left_in_time(said: bytes) -> None:
    """Whether in its headers or before them: the deadline is for everything."""
    over = threading.Event()

    def drip() -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            while not over.is_set():
                connection.sendall(said or b"H")
                over.wait(0.02)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip)
        thread.start()
        start = time.monotonic()
        try:
            with pytest.raises((errors.TimeoutError, errors.ConnectionError)):
                fetch.fetch(f"http://127.0.0.1:{server.getsockname()[1]}/", seconds=0.3)
            assert time.monotonic() - start < 5
        finally:
            over.set()
            thread.join()
