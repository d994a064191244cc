"""document/swagger.py: an API that is described in Swagger 2.0 is the same API."""

from __future__ import annotations

from typing import Any

import pytest

import leapocr_dyn
from leapocr_dyn.api import Api

PETS: dict[str, Any] = {  # Any: JSON
    "swagger": "2.0",
    "info": {"title": "Pets", "version": "1"},
    "host": "pets.example.com",
    "basePath": "/v2",
    "schemes": ["http", "https"],
    "consumes": ["application/json"],
    "produces": ["application/json"],
    "securityDefinitions": {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "login": {"type": "basic"},
        "oauth": {"type": "oauth2", "flow": "application", "tokenUrl": "https://x.example.com/t", "scopes": {"a": "A"}},
    },
    "security": [{"key": []}],
    "parameters": {
        "Limit": {"name": "limit", "in": "query", "type": "integer", "maximum": 10, "default": 5},
        "Pet": {"name": "pet", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Pet"}},
    },
    "responses": {"Missing": {"description": "no such pet", "schema": {"$ref": "#/definitions/Problem"}}},
    "definitions": {
        "Pet": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}, "default": {"type": "string", "x-nullable": True}},
        },
        "Problem": {"type": "object", "properties": {"message": {"type": "string"}}},
    },
    "paths": {
        "/pets": {
            "parameters": [{"$ref": "#/parameters/Limit"}],
            "get": {
                "operationId": "listPets",
                "parameters": [
                    {"name": "tag", "in": "query", "type": "array", "items": {"type": "string"}},
                    {
                        "name": "id",
                        "in": "query",
                        "type": "array",
                        "items": {"type": "integer"},
                        "collectionFormat": "multi",
                    },
                    {
                        "name": "x",
                        "in": "query",
                        "type": "array",
                        "items": {"type": "string"},
                        "collectionFormat": "pipes",
                    },
                ],
                "responses": {
                    "200": {"description": "", "schema": {"type": "array", "items": {"$ref": "#/definitions/Pet"}}}
                },
            },
            "post": {
                "operationId": "addPet",
                "parameters": [{"$ref": "#/parameters/Pet"}],
                "responses": {
                    "201": {"description": "", "schema": {"$ref": "#/definitions/Pet"}},
                    "404": {"$ref": "#/responses/Missing"},
                },
            },
        },
        "/pets/{id}/form": {
            "post": {
                "operationId": "sendForm",
                "consumes": ["application/x-www-form-urlencoded"],
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "type": "string"},
                    {"name": "status", "in": "formData", "required": True, "type": "string", "enum": ["in", "out"]},
                ],
                "responses": {"204": {"description": ""}},
            }
        },
    },
}


@pytest.fixture(scope="module")
def api() -> Api:
    """The pets."""
    return leapocr_dyn.load(PETS)


def test_host_base_path_and_schemes_become_servers_https_first(api: Api) -> None:
    """A key does not travel in the open where the document leaves the choice."""
    assert api.base_url == "https://pets.example.com/v2"


def test_shared_and_own_parameters_keep_their_limits(api: Api) -> None:
    """A referenced parameter is one like any other, with default and bound."""
    assert str(api.operations["list_pets"].signature).startswith("(*, limit: int = 5, tag: list[str]")
    with pytest.raises(leapocr_dyn.errors.ValidationError, match="limit: must be at most 10"):
        api.operations["list_pets"].plan(limit=11)


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ({"tag": ["a", "b"]}, "tag=a,b"),
        ({"id": [1, 2]}, "id=1&id=2"),
        ({"x": ["a", "b"]}, "x=a%7Cb"),
    ],
)
def test_collection_format_is_style_and_explode(api: Api, arguments: dict[str, Any], query: str) -> None:
    """csv is the default, multi repeats the name, pipes are pipes."""
    assert api.operations["list_pets"].plan(**arguments).url == f"https://pets.example.com/v2/pets?{query}"


def test_a_body_parameter_is_a_request_body(api: Api) -> None:
    """Also one that is only referred to; its fields are arguments, a nullable one may be null."""
    plan = api.operations["add_pet"].plan(name="Rex", default=None)
    assert (plan.headers["Content-Type"], plan.body) == ("application/json", b'{"name":"Rex","default":null}')


def test_form_parameters_are_a_form(api: Api) -> None:
    """The fields travel url-encoded, and their enum counts."""
    plan = api.operations["send_form"].plan(id="7", status="in")
    assert (plan.headers["Content-Type"], plan.body) == ("application/x-www-form-urlencoded", b"status=in")


def test_responses_have_the_documents_media_type(api: Api) -> None:
    """A pet comes back as a model, and a missing one is an error with the server's words."""
    json = {"content-type": "application/json"}
    assert api.operations["add_pet"].read(201, json, b'{"name": "Rex"}').name == "Rex"
    with pytest.raises(leapocr_dyn.errors.NotFoundError, match="no such pet"):
        api.operations["add_pet"].read(404, json, b'{"message": "no such pet"}')


def test_security_definitions_are_security_schemes(api: Api) -> None:
    """basic is http basic, and an OAuth flow has its new name."""
    schemes = api.operations["add_pet"].schemes
    assert schemes["key"]["name"] == "X-Key"
    assert (schemes["login"]["type"], schemes["login"]["scheme"]) == ("http", "basic")
    assert schemes["oauth"]["flows"]["clientCredentials"]["tokenUrl"] == "https://x.example.com/t"


def test_the_published_form_stays_as_it_was(api: Api) -> None:
    """api.document is what was published; loading it again gives the same api."""
    assert api.document["swagger"] == "2.0"
    assert leapocr_dyn.load(api.document) is api
