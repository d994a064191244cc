"""A server for any document: what it accepts and answers is what the document says, and nothing else."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from leapocr_dyn import errors
from leapocr_dyn.sandbox import Sandbox
from leapocr_dyn.sandbox.contract import Contract, Refusal, base_path
from leapocr_dyn.sandbox.request import Call
from leapocr_dyn.sandbox.server import Reply, Server, Service, bundled

NODE = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string", "minLength": 2}, "child": {"$ref": "#/components/schemas/Node"}},
}
PROBLEM = {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}}


def answered(schema: dict[str, Any]) -> dict[str, Any]:
    """Responses with this schema, and a problem for everything else."""
    return {
        "200": {"description": "", "content": {"application/json": {"schema": schema}}},
        "default": {
            "description": "",
            "content": {"application/problem+json": {}, "application/json": {"schema": PROBLEM}},
        },
    }


DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Trees", "version": "1"},
    "servers": [{"url": "https://trees.example/{stage}", "variables": {"stage": {"default": "v2"}}}],
    "security": [{"Token": []}],
    "components": {
        "schemas": {"Node": NODE},
        "securitySchemes": {
            "Token": {"type": "http", "scheme": "bearer"},
            "Query": {"type": "apiKey", "in": "query", "name": "k"},
        },
    },
    "paths": {
        "/nodes/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "get": {"operationId": "node", "responses": answered({"$ref": "#/components/schemas/Node"})},
            "put": {
                "operationId": "change",
                "requestBody": {"required": True, "content": {"application/json": {"schema": NODE}}},
                "responses": answered({"type": "string", "nullable": True, "enum": ["done"]}),
            },
        },
        "/nodes/largest": {
            "get": {"operationId": "largest", "security": [], "responses": answered({"type": "integer"})}
        },
        "/search": {
            "get": {
                "security": [{"Query": []}],
                "parameters": [
                    {"name": "tag", "in": "query", "required": True, "schema": {
                        "type": "array", "items": {"type": "string"}}},
                    {"name": "where", "in": "query", "style": "deepObject", "schema": {
                        "type": "object", "properties": {"depth": {"type": "integer", "maximum": 9}}}},
                    {"name": "json", "in": "query", "content": {"application/json": {"schema": NODE}}},
                ],
                "responses": {"204": {"description": "nothing"}},
            }
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def trees() -> Any:
    """The document above, served."""
    with Sandbox(document=DOCUMENT) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(trees: Sandbox) -> Any:
    """A client with the key."""
    with httpx.Client(base_url=trees.url, headers={"Authorization": f"Bearer {trees.api_key}"}) as client:
        yield client


def test_the_base_path_is_the_documents(trees: Sandbox) -> None:
    """The server answers below the path of the document's first server, its variables filled in."""
    assert trees.url.endswith("/v2")


@pytest.mark.parametrize(
    ("url", "path"),
    [("https://a.example/v1/", "/v1"), ("/api", "/api"), ("a.example/api/v1", "/api/v1"), ("https://a.example", "")],
)
def test_a_server_may_be_written_in_many_ways(url: str, path: str) -> None:
    """Absolute, relative, and without a scheme where one was meant."""
    assert base_path({"servers": [{"url": url}]}) == path


def test_an_operation_answers_with_an_example(client: httpx.Client) -> None:
    """The example follows the schema; where the schema goes on for ever, the example ends."""
    answer = client.get("/nodes/7").json()
    assert len(answer["name"]) >= 2
    assert "child" not in answer


def test_a_concrete_path_comes_before_a_templated_one(client: httpx.Client) -> None:
    """/nodes/largest is its own operation, not a node called largest."""
    assert isinstance(client.get("/nodes/largest").json(), int)


def test_a_path_parameter_is_held_against_its_schema(client: httpx.Client) -> None:
    """A wrong parameter is refused, in the shape of error that the document declares."""
    answer = client.get("/nodes/seven")
    assert answer.status_code == 400
    assert answer.json() == {"detail": "id: 'seven' is not of type 'integer'"}


def test_a_body_is_held_against_its_schema(client: httpx.Client) -> None:
    """Missing and wrong fields are named."""
    assert client.put("/nodes/7", json={"name": "oak"}).json() == "done"
    assert "'name' is a required property" in client.put("/nodes/7", json={}).json()["detail"]
    assert client.put("/nodes/7").json() == {"detail": "the request has no body"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("tag=a&tag=b", 204),
        ("", 400),
        ("tag=a&where[depth]=3", 204),
        ("tag=a&where[depth]=10", 400),
        ('tag=a&json={"name":"oak"}', 204),
        ('tag=a&json={"name":"o"}', 400),
    ],
)
def test_query_parameters_are_read_in_their_style(trees: Sandbox, query: str, status: int) -> None:
    """Repeated names are an array, brackets an object, `content` is JSON; each is held against its schema."""
    assert httpx.get(f"{trees.url}/search?k={trees.api_key}&{query}").status_code == status


def test_each_operation_asks_for_its_own_security(trees: Sandbox) -> None:
    """Bearer where the document says so, a query key elsewhere, and nothing where the list is empty."""
    assert httpx.get(f"{trees.url}/nodes/7").status_code == 401
    assert httpx.get(f"{trees.url}/nodes/7", headers={"Authorization": "Bearer other"}).status_code == 401
    assert httpx.get(f"{trees.url}/search?tag=a&k=other").status_code == 401
    assert httpx.get(f"{trees.url}/nodes/largest").status_code == 200


def test_the_document_is_served_with_an_etag(trees: Sandbox) -> None:
    """Whoever has the document already is told so with 304 and no body."""
    assert trees.document_url == f"{trees.url}/docs/openapi.json"
    first = httpx.get(trees.document_url)
    assert first.json() == DOCUMENT
    for known in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        again = httpx.get(trees.document_url, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert httpx.get(trees.document_url, headers={"If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda call: Reply(200, {"name": 7}), "does not allow"),
        (lambda call: Reply(200), "declares a body for 200"),
        (lambda call: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_the_server_never_says_what_the_document_does_not(
    answer: Callable[[Call], Reply], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A handler that answers wrongly, or breaks, becomes a 500 in the declared shape, and one line in the log."""
    service = Service(handlers={"node": answer})
    with Server(DOCUMENT, service=service) as server, caplog.at_level(logging.INFO, "leapocr_dyn.sandbox"):
        got = httpx.get(f"{server.url}/nodes/7", headers={"Authorization": "Bearer sandbox"})
    assert (got.status_code, got.json()) == (500, {"detail": "the sandbox failed; its log says why"})
    (line,) = [record.getMessage() for record in caplog.records if record.name == "leapocr_dyn.sandbox"]
    assert said in line
    assert got.headers["x-request-id"] in line


def test_a_status_that_is_not_declared_is_a_mismatch() -> None:
    """Only declared successes leave the server, and a body only where one is declared."""
    contract = Contract(bundled())
    operation = contract.operations["deleteJob"]
    assert contract.mismatch(operation, 204, None, None) is None
    assert "does not declare the status 200" in str(contract.mismatch(operation, 200, "application/json", {}))
    assert "declares no body" in str(contract.mismatch(operation, 204, "application/json", {}))


def test_a_broken_schema_is_the_documents_fault() -> None:
    """A schema that jsonschema cannot use is a 500 with a sentence, not a traceback."""
    with pytest.raises(Refusal) as caught:
        Contract({"paths": {}}).complaints({"required": True}, {})
    assert caught.value.status == 500


def test_every_operation_of_the_bundled_document_has_an_example() -> None:
    """Also without handlers, LeapOCR's own document can be faked from end to end."""
    with Server(bundled(), key="k") as server, httpx.Client(headers={"Authorization": "Bearer k"}) as client:
        for operation in server.contract.operations.values():
            url = server.url + operation.template.replace("{job_id}", "1")
            body = {
                "file_name": "a",
                "file_size": 1,
                "content_type": "a",
                "url": "a",
                "parts": [{"part_number": 1, "etag": "a"}],
            }
            answer = client.request(operation.method, url, json=body if operation.body else None)
            assert answer.is_success, answer.text


def test_a_taken_port_is_said_in_a_sentence() -> None:
    """Two servers cannot have one port; the second says which."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(errors.ConfigurationError, match=f"port {port}"):
            Sandbox(port=port).start()


def test_a_stopped_server_frees_its_port_and_can_start_again() -> None:
    """The port that was taken once is kept, so a client finds the server again."""
    sandbox = Sandbox(document=DOCUMENT).start()
    url = sandbox.url
    sandbox.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    with sandbox:
        assert sandbox.url == url
        assert httpx.get(f"{url}/nodes/largest").status_code == 200
