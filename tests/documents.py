"""The smallest documents that tests need, and what an API makes of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from leapocr_dyn.api import Api, load
from leapocr_dyn.document import Document
from leapocr_dyn.model.check import problems
from leapocr_dyn.model.type import Object, Type
from leapocr_dyn.operation.operation import Operation

Json = Any  # whatever a test feeds in
NOTHING = {"204": {"description": "Nothing."}}

json_leaves: st.SearchStrategy[Json] = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12)
)
json_values: st.SearchStrategy[Json] = st.recursive(
    json_leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def ref(name: str) -> Json:
    """A reference to a component's schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def openapi(schemas: Json = None, paths: Json = None, version: str = "3.1.0", **rest: Json) -> dict[str, Json]:
    """A document with these component schemas and paths, and nothing else that counts."""
    components = {"schemas": schemas or {}, **rest.pop("components", {})}
    info = {"title": "Test", "version": "1"}
    return {"openapi": version, "info": info, "paths": paths or {}, "components": components, **rest}


def document(schemas: Json = None, **rest: Json) -> Document:
    """The same in its final form."""
    return Document.read(openapi(schemas, **rest)).normalised().repaired()


def api_of(**schemas: Json) -> Api:
    """An API with these component schemas."""
    return load(openapi(schemas))


def type_of(schema: Json, **others: Json) -> Type:
    """The type that a schema becomes; it stands in the document as the component X."""
    return api_of(X=schema, **others).models.type("X")


def structured(schema: Json, value: Json, **others: Json) -> Any:
    """What the API makes of a wire value that a schema describes."""
    api = api_of(X=schema, **others)
    return api.converter.structure(value, api.models.type("X"))


def operation(node: Json = None, path: str = "/things", method: str = "get", **rest: Json) -> Operation:
    """The only operation of a document, called `go`. rest: of the document, such as schemas, components or security."""
    described = {"operationId": "go", "responses": NOTHING, **(node or {})}
    return load(openapi(paths={path: {method: described}}, **rest)).operations["go"]


def taking(parameter: Json, **rest: Json) -> Operation:
    """An operation whose only parameter this is, called `x` and in the query where it says nothing else."""
    node = {"name": "x", "in": "query", "schema": {}, **parameter}
    path = f"/things/{{{node['name']}}}" if node["in"] == "path" else "/things"
    return operation({"parameters": [node]}, path, **rest)


def body(schema: Json, **more: Json) -> Json:
    """The JSON body of an operation."""
    return {"requestBody": {"content": {"application/json": {"schema": schema}}, **more}}


def sending(schema: Json, media: str = "application/json", required: bool = True, **rest: Json) -> Operation:
    """A POST whose body this schema describes."""
    return operation(
        {"requestBody": {"required": required, "content": {media: {"schema": schema}}}}, method="post", **rest
    )


def answering(schema: Json, status: str = "200", media: str = "application/json", **rest: Json) -> Operation:
    """A GET whose answer this schema describes."""
    return operation({"responses": {status: {"description": "", "content": {media: {"schema": schema}}}}}, **rest)


def said(schema: Json, value: Json, **others: Json) -> list[str]:
    """Everything that a schema forbids in a value, as a person would read it."""
    return [str(one) for one in problems(document(others), schema, "", value)]


def told(**schemas: Json) -> list[str]:
    """The report, after every model was touched."""
    api = api_of(**schemas)
    assert len(api.report) == 0
    for name in schemas:
        if isinstance(it := api.models.type(name), Object):
            it.fields  # noqa: B018 - touched
    return [str(finding) for finding in api.report]
