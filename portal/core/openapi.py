"""One declaration of an API: its answers as dataclasses, its description from them.

What a field means stands in its metadata, what a type means in its docstring. The
description is OpenAPI 3.1; nothing in it is written twice.
"""

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

VERSION = "3.1.0"
Schema = dict[str, Any]
_PLAIN: dict[type, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457; it says nothing about what exists.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
    },
}
_REFUSALS = {
    401: "No key that opens anything: none, unknown, ended, from elsewhere.",
    404: "Unknown, or not to be had by this key: both look the same.",
    405: "Not GET or HEAD: the API only reads.",
    422: "A parameter that cannot be read.",
    429: "Too many requests in a minute; Retry-After says how long to wait.",
    503: "Not now; Retry-After says how long to wait.",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query or, with ``place``, of the path."""

    name: str
    schema: Schema
    description: str
    place: str = "query"


@dataclass(frozen=True, slots=True)
class Operation:
    """One address that is read. Without ``answer`` it gives bytes of a file."""

    name: str
    path: str
    summary: str
    answer: type | None = None
    parameters: Sequence[Parameter] = ()


@dataclass(frozen=True, slots=True)
class Api:
    """What is described as one."""

    title: str
    version: str
    description: str
    operations: Sequence[Operation]


def described(api: Api, server: str) -> Schema:
    """The description of the API as OpenAPI."""
    parts: dict[str, Schema] = {"Problem": _PROBLEM}
    for operation in api.operations:
        if operation.answer:
            _add(parts, operation.answer)
    return {
        "openapi": VERSION,
        "info": {
            "title": api.title,
            "version": api.version,
            "description": api.description,
        },
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": {each.path: _path(each) for each in api.operations},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": parts,
        },
    }


def _path(operation: Operation) -> Schema:
    found = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [
            {
                "name": each.name,
                "in": each.place,
                "required": each.place == "path",
                "description": each.description,
                "schema": each.schema,
            }
            for each in operation.parameters
        ],
    }
    head = {**found, "operationId": f"{operation.name}_head"}
    return {
        "get": {**found, "responses": {"200": _success(operation), **_refusals()}},
        "head": {**head, "responses": {"200": _success(None), **_refusals(bare=True)}},
    }


def _success(operation: Operation | None) -> Schema:
    if operation is None:
        return {"description": "As GET, without the body."}
    if operation.answer is None:
        content: Schema = {"*/*": {"schema": {}}}
    else:
        content = {"application/json": {"schema": _ref(operation.answer)}}
    return {"description": operation.summary, "content": content}


def _refusals(*, bare: bool = False) -> Schema:
    form = {"schema": {"$ref": "#/components/schemas/Problem"}}
    content = {} if bare else {"content": {"application/problem+json": form}}
    return {
        str(status): {"description": words, **content}
        for status, words in _REFUSALS.items()
    }


def _ref(kind: type) -> Schema:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _add(parts: dict[str, Schema], kind: type) -> None:
    hints = get_type_hints(kind)
    properties = {}
    for each in fields(kind):
        schema = _schema(hints[each.name])
        if words := each.metadata.get("description"):
            schema = {**schema, "description": words}
        properties[each.name] = schema
    parts[kind.__name__] = {
        "type": "object",
        "description": (kind.__doc__ or "").strip(),
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }
    for inner in _dataclasses(hints.values()):
        if inner.__name__ not in parts:
            _add(parts, inner)


def _schema(hint: Any) -> Schema:
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    if is_dataclass(hint):
        return _ref(hint)  # type: ignore[arg-type] # a hint is a type
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _schema(get_args(hint)[0])}
    if get_origin(hint) in {Union, types.UnionType}:
        (inner,) = (each for each in get_args(hint) if each is not types.NoneType)
        return {"anyOf": [_schema(inner), {"type": "null"}]}
    return {"type": "string", "enum": [each.value for each in hint]}


def _dataclasses(hints: Any) -> Iterator[type]:
    for hint in hints:
        if is_dataclass(hint):
            yield hint  # type: ignore[misc] # a hint is a type
        yield from _dataclasses(get_args(hint))


def encoded(value: Any) -> Any:
    """An answer as JSON has it."""
    if is_dataclass(value):
        return {each.name: encoded(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [encoded(each) for each in value]
    return str(value) if isinstance(value, UUID) else value


def meaning(words: str) -> Mapping[str, str]:
    """The metadata of a field that says what it means."""
    return {"description": words}
