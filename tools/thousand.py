"""A document of any size, made from a few words: what tools/bench gives to every package that is compared.

    document(200)                # 1,000 operations, 1,000 schemas, about 1.9 MB of JSON
    document(200, spare=1_000)   # the same operations, and as many schemas again that no operation names

Each resource has five operations (list, create, get, update, delete) and five schemas. They hold what real documents
of this size hold: references, allOf over a shared base, enums, nullable fields, arrays, maps, formats, limits, several
answers, and a sentence on everything. It is OpenAPI 3.0.3 and no schema leads back to itself, because not every
package that is compared can read anything else.
"""

from __future__ import annotations

from typing import Any

Json = Any  # the border where a document leaves

KINDS = ("Invoice", "Shipment", "Account", "Ticket", "Camera", "Recipe", "Booking", "Sensor", "Lecture", "Garden")
FIELDS = (
    "title", "owner", "region", "notes", "colour", "weight", "priority", "batch", "origin", "channel", "locale", "label"
)  # fmt: skip


def document(resources: int, spare: int = 0) -> Json:
    """A document with five operations and five schemas for each resource. spare: schemas that nothing refers to."""
    names = [f"{KINDS[number % len(KINDS)]}{number}" for number in range(resources)]
    schemas = {key: one for name in names for key, one in schemas_of(name).items()}
    unused = [
        {f"Spare{number}{key}": one for key, one in schemas_of(f"Spare{number}").items()}
        for number in range(spare // 5)
    ]
    return {
        "openapi": "3.0.3",
        "info": {"title": "A Thousand", "version": "1.0.0", "description": "Made by tools/thousand.py."},
        "servers": [{"url": "https://thousand.test/v1"}],
        "security": [{"Key": []}],
        "tags": [{"name": name, "description": f"All about one kind of {name}."} for name in names],
        "paths": {path: item for name in names for path, item in paths_of(name).items()},
        "components": {
            "securitySchemes": {"Key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
            "parameters": PARAMETERS,
            "responses": RESPONSES,
            "schemas": {**SHARED, **schemas, **{key: one for each in unused for key, one in each.items()}},
        },
    }


def ref(name: str, kind: str = "schemas") -> Json:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def answer(text: str, name: str) -> Json:
    """A response whose body is JSON."""
    return {"description": text, "content": {"application/json": {"schema": ref(name)}}}


SHARED: dict[str, Json] = {
    "Base": {
        "type": "object",
        "required": ["id", "created_at"],
        "properties": {
            "id": {"type": "string", "format": "uuid", "description": "What it is known by.", "readOnly": True},
            "created_at": {"type": "string", "format": "date-time", "description": "When it was made."},
            "updated_at": {"type": "string", "format": "date-time", "nullable": True, "description": "Last changed."},
        },
    },
    "Problem": {
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "code": {"type": "string", "enum": ["not_found", "invalid", "conflict", "too_many"]},
            "message": {"type": "string", "description": "What happened, for people."},
            "details": {"type": "array", "items": {"type": "string"}},
        },
    },
}
PARAMETERS: dict[str, Json] = {
    "Limit": {
        "name": "limit", "in": "query", "description": "How many at most.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
    },
    "Cursor": {"name": "cursor", "in": "query", "description": "Where to go on.", "schema": {"type": "string"}},
}  # fmt: skip
RESPONSES: dict[str, Json] = {
    "NotFound": answer("There is none.", "Problem"),
    "Invalid": answer("Something in the request is not as it has to be.", "Problem"),
    "TooMany": answer("Too many requests; Retry-After tells when to come back.", "Problem"),
}


def schemas_of(name: str) -> dict[str, Json]:
    """The five schemas of a resource."""
    fields = {
        field: {
            "type": ("string", "integer", "number", "boolean")[index % 4],
            "description": f"The {field} of this {name}, as its owner has set it; may be changed at any time.",
            **({"maxLength": 200} if index % 4 == 0 else {}),
            **({"nullable": True} if index % 3 == 0 else {}),
        }
        for index, field in enumerate(FIELDS)
    }
    status = {"type": "string", "description": f"Where a {name} stands.", "enum": ["draft", "open", "done", "gone"]}
    links = {
        "status": ref(f"{name}Status"),
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 20, "description": "Free words."},
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Your own data."},
        "history": {"type": "array", "items": ref(f"{name}Update"), "description": "Every change, the newest first."},
    }
    whole = {"type": "object", "required": ["title", "status"], "properties": {**fields, **links}}
    return {
        f"{name}Status": status,
        name: {"description": f"One {name}.", "allOf": [ref("Base"), whole]},
        f"{name}Create": {
            "type": "object",
            "description": f"What a new {name} needs.",
            "required": ["title"],
            "properties": {**fields, "status": ref(f"{name}Status")},
        },
        f"{name}Update": {"type": "object", "description": f"What is new about a {name}.", "properties": fields},
        f"{name}Page": {
            "type": "object",
            "required": ["items"],
            "properties": {
                "items": {"type": "array", "items": ref(name)},
                "next_cursor": {"type": "string", "nullable": True, "description": "Absent on the last page."},
            },
        },
    }


def paths_of(name: str) -> dict[str, Json]:
    """The five operations of a resource."""
    lower = name.lower()
    one = {
        "name": f"{lower}_id", "in": "path", "required": True, "description": f"Which {name}.",
        "schema": {"type": "string", "format": "uuid"},
    }  # fmt: skip
    status = {
        "name": "status", "in": "query", "style": "form", "explode": False, "description": "Only those here.",
        "schema": {"type": "array", "items": ref(f"{name}Status")},
    }  # fmt: skip
    failures = {
        "404": ref("NotFound", "responses"), "422": ref("Invalid", "responses"), "429": ref("TooMany", "responses"),
    }  # fmt: skip

    def operation(verb: str, does: str, answers: Json, **more: Json) -> Json:
        text = f"{does} a {name}. It is yours alone; what others have stays out of sight."
        return {
            "operationId": f"{verb}{name}", "tags": [name], "summary": f"{does} a {name}", "description": text,
            **more, "responses": {**answers, **failures},
        }  # fmt: skip

    def body(schema: str) -> Json:
        return {"required": True, "content": {"application/json": {"schema": ref(schema)}}}

    return {
        f"/{lower}s": {
            "get": operation(
                "list", "Look for", {"200": answer("A page.", f"{name}Page")},
                parameters=[ref("Limit", "parameters"), ref("Cursor", "parameters"), status],
            ),
            "post": operation(
                "create", "Make", {"201": answer("The new one.", name)}, requestBody=body(f"{name}Create")
            ),
        },
        f"/{lower}s/{{{lower}_id}}": {
            "parameters": [one],
            "get": operation("get", "Show", {"200": answer("This one.", name)}),
            "patch": operation(
                "update", "Change", {"200": answer("What it is now.", name)}, requestBody=body(f"{name}Update")
            ),
            "delete": operation("delete", "Take away", {"204": {"description": "It is gone."}}),
        },
    }  # fmt: skip
