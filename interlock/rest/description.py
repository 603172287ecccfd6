"""Our own description: an OpenAPI 3.1 document, made from the operations and nothing else.

What an operation declares (path, query Struct, body, answer, error codes, scope) is what it says here, so the
description cannot fall behind the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from types import UnionType
from typing import Any, get_args

import msgspec

from interlock.kit import limits
from interlock.rest import errors
from interlock.rest.auth import SCOPES
from interlock.rest.operation import INTERCOM, OPEN, Operation
from interlock.versions import availability

REF = "#/components/schemas/{name}"
ERROR = "#/components/schemas/error_list"
_PARAMETER = re.compile(r"\{([^}]+)\}")

_ERROR_SCHEMAS: dict[str, Any] = {
    "error_list": {
        "type": "object",
        "required": ["type", "request_id", "errors"],
        "properties": {
            "type": {"const": "error.list"},
            "request_id": {"type": "string", "format": "uuid"},
            "errors": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/error"}},
        },
    },
    "error": {
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "code": {"type": "string", "description": "What clients switch on"},
            "message": {"type": "string"},
            "field": {"type": "string", "description": "The place in the request, as a dotted path"},
        },
    },
}

_SECURITY: dict[str, Any] = {
    "bearerAuth": {"type": "http", "scheme": "bearer", "description": "An access token"},
    "basicAuth": {"type": "http", "scheme": "basic", "description": "The access token as user name, no password"},
}


def openapi(operations: Iterable[Operation], *, title: str, version: str, server_url: str) -> dict[str, Any]:
    """The document as a JSON-able value. Two operations with one id are a mistake: ValueError."""
    every = list(operations)
    ids = [operation.id for operation in every]
    if len(set(ids)) != len(ids):
        raise ValueError(f"operation ids are not unique: {sorted({one for one in ids if ids.count(one) > 1})}")
    schemas, components = _schemas(every)
    paths: dict[str, dict[str, Any]] = {}
    for operation in every:
        described = _operation(operation, schemas, components)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    for operation in every:  # a query is listed parameter by parameter, so its Struct is no component of its own
        if operation.query is not None:
            name = _name(schemas[operation.query])
            if name and not any(operation.query in (other.body, other.answer) for other in every):
                components.pop(name, None)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": server_url}],
        "security": [{name: []} for name in _SECURITY],
        "tags": [{"name": name} for name in dict.fromkeys(operation.tag for operation in every)],
        "paths": paths,
        "components": {"schemas": {**components, **_ERROR_SCHEMAS}, "securitySchemes": _SECURITY},
    }


def _schemas(operations: Sequence[Operation]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """The JSON schema of each type that an operation names, and the components that these refer to."""
    types: list[Any] = []
    for operation in operations:
        for shape in (operation.query, operation.body, operation.answer):
            types += [one for one in _choices(shape) if not isinstance(one, dict) and one not in types]
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    return dict(zip(types, schemas, strict=True)), dict(components)


def _operation(operation: Operation, schemas: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": _parameters(operation, schemas, components),
        "responses": _responses(operation, schemas),
    }
    if text := _text(operation):
        described["description"] = text
    if operation.body is not None:
        content = {"application/json": {"schema": _schema(operation.body, schemas)}}
        if operation.multipart:
            content["multipart/form-data"] = content["application/json"]
        described["requestBody"] = {"required": operation.body_required, "content": content}
    elif operation.raw:
        file = {"type": "string", "format": "binary"}
        form = {"type": "object", "required": ["file"], "properties": {"file": file}}
        content = {"multipart/form-data": {"schema": form}, "application/octet-stream": {"schema": file}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.surface == OPEN:
        described["security"] = []
    return described


def _text(operation: Operation) -> str:
    parts = [operation.description]
    if operation.scope is not None:
        meaning = SCOPES.get(operation.scope)
        parts.append(f"Scope: `{operation.scope}`" + (f" ({meaning})." if meaning else "."))
    if operation.surface == INTERCOM and operation.id in availability.FIRST:
        parts.append(f"From version {availability.FIRST[operation.id]} on.")
    return "\n\n".join(part for part in parts if part)


def _parameters(operation: Operation, schemas: dict[Any, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    segment = {"type": "string", "minLength": 1, "maxLength": limits.PATH_SEGMENT_CHARS}
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": segment} for name in _PARAMETER.findall(operation.path)
    ]
    if operation.query is not None:
        struct = components[_name(schemas[operation.query])]
        required = struct.get("required", [])
        for name, schema in struct.get("properties", {}).items():
            inner = _without_null(schema)
            parameter = {"name": name, "in": "query", "required": name in required, "schema": inner}
            if (about := inner.pop("description", None)) is not None:
                parameter["description"] = about
            parameters.append(parameter)
    if operation.surface == INTERCOM:
        versions = {"type": "string", "enum": [*availability.VERSIONS, "Unstable"]}
        about = "The version of the API; without it, the workspace's own"
        parameters.append({"name": "Intercom-Version", "in": "header", "schema": versions, "description": about})
    return parameters


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is there or not, but never null: `T | None` in its Struct means that it may be left out."""
    inner = {name: value for name, value in schema.items() if not (name == "default" and value is None)}
    kept = [one for one in inner.get("anyOf", ()) if one != {"type": "null"}]
    if len(kept) == 1:
        del inner["anyOf"]
        inner.update(kept[0])
    elif kept:
        inner["anyOf"] = kept
    return inner


def _responses(operation: Operation, schemas: dict[Any, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Success"}
    if operation.answer is not None:
        success["content"] = {"application/json": {"schema": _schema(operation.answer, schemas)}}
    responses: dict[str, Any] = {str(operation.status): success}
    by_status: dict[int, list[str]] = {}
    for code in _codes(operation):
        by_status.setdefault(errors.status_of_code(code), []).append(code)
    for status, codes in sorted(by_status.items()):
        responses[str(status)] = {
            "description": ", ".join(f"`{code}`" for code in codes),
            "content": {"application/json": {"schema": {"$ref": ERROR}}},
        }
    return responses


def _codes(operation: Operation) -> list[str]:
    """What the operation itself declares, and what the machinery before it may answer."""
    codes = list(operation.errors)
    if operation.path.count("{") or operation.query is not None or operation.body is not None:
        codes.append("parameter_invalid")
    if operation.body is not None:
        codes += ["parameter_not_found", "type_mismatch", "request_too_large", "unsupported_media_type"]
    if operation.surface != OPEN:
        codes += ["unauthorized", "rate_limit_exceeded", "media_type_not_acceptable", "service_unavailable"]
    if operation.surface == INTERCOM:
        codes.append("intercom_version_invalid")
    if operation.scope is not None:
        codes.append("forbidden")
    return list(dict.fromkeys(codes))


def _schema(shape: Any, schemas: dict[Any, Any]) -> Any:
    described = [one if isinstance(one, dict) else schemas[one] for one in _choices(shape)]
    return described[0] if len(described) == 1 else {"anyOf": described}


def _choices(shape: Any) -> tuple[Any, ...]:
    """An operation may answer with one shape or another: msgspec itself takes no union of Structs without tags."""
    if isinstance(shape, UnionType):
        return get_args(shape)
    return () if shape is None else (shape,)


def _name(schema: dict[str, Any]) -> str:
    return schema.get("$ref", "").rpartition("/")[2]
