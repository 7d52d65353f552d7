"""The API's description (OpenAPI 3.1), made from the operations and the models that check what is sent."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from bot.api.answering import KEY_HEADER
from bot.api.operations import AnyOperation
from bot.api.problems import CONTENT_TYPE, ProblemKind
from channels.media_types import ENDINGS

PREFIX = "/api/v1"
_BYTES = "application/octet-stream"
_REF = "#/components/schemas/{model}"
_ALWAYS = (ProblemKind.UNAUTHORIZED, ProblemKind.FORBIDDEN, ProblemKind.AWAY, ProblemKind.FAILED)
_WRITES = (ProblemKind.BAD_JSON, ProblemKind.TOO_LARGE, ProblemKind.IN_FLIGHT, ProblemKind.KEY_REUSED)

Json = dict[str, Any]
_Key = tuple[type[BaseModel], JsonSchemaMode]


def document(operations: Sequence[AnyOperation]) -> str:
    """The whole description as JSON text."""
    return json.dumps(described(operations), ensure_ascii=False, indent=1)


def described(operations: Sequence[AnyOperation]) -> Json:
    references, definitions = _schemas(operations)
    paths: dict[str, Json] = {}
    for operation in operations:
        described_one = _operation(operation, references)
        paths.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = described_one
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "信访机器人接口",
            "version": "1",
            "description": "登记、查询和流转案件，查看会话与发送情况。错误一律为 RFC 9457 problem+json。",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(each.tag for each in operations)],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {**definitions, "Problem": _PROBLEM},
        },
    }


_PROBLEM: Json = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457。errors 逐个指出有误的字段；lawful 列出允许的下一状态。",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "state": {"type": "string"},
        "lawful": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["to", "label"],
                "properties": {"to": {"type": "string"}, "label": {"type": "string"}},
            },
        },
    },
}


def _schemas(operations: Sequence[AnyOperation]) -> tuple[Mapping[_Key, Json], Json]:
    wanted: dict[_Key, None] = {}
    for operation in operations:
        if operation.answer is not None:
            wanted[operation.answer, "serialization"] = None
        wanted[operation.body, "validation"] = None
        wanted[operation.query, "validation"] = None
    made, top = models_json_schema(list(wanted), ref_template=_REF)
    references = {(model, mode): schema for (model, mode), schema in made.items() if issubclass(model, BaseModel)}
    # Queries are told as parameters, an empty body not at all.
    left_out = {_name(references[each.query, "validation"]) for each in operations}
    left_out |= {
        _name(references[each.body, "validation"]) for each in operations if each.takes_no_body or each.file_limit
    }
    definitions: Json = top.get("$defs", {})
    return references, {name: _for_readers(one) for name, one in definitions.items() if name not in left_out}


def _for_readers(schema: Json) -> Json:
    """Without the class's docstring: that speaks to whoever reads the code."""
    return {name: value for name, value in schema.items() if name != "description"}


def _name(reference: Mapping[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _operation(operation: AnyOperation, references: Mapping[_Key, Json]) -> Json:
    made: Json = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": [*_path_parameters(operation), *_query_parameters(operation), *_key_parameter(operation)],
        "responses": {
            str(operation.status): {
                "description": "成功",
                "content": _content(operation, references),
            },
            **_problem_responses(operation),
        },
    }
    if operation.file_limit:
        made["requestBody"] = {"required": True, "content": _file_content(operation)}
    elif not operation.takes_no_body:
        schema = references[operation.body, "validation"]
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return made


def _content(operation: AnyOperation, references: Mapping[_Key, Json]) -> Json:
    if operation.answer is None:
        # As ``bot.api.downloads`` tells it: what is kept is one of these.
        return {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (*ENDINGS, _BYTES)}
    return {"application/json": {"schema": references[operation.answer, "serialization"]}}


def _file_content(operation: AnyOperation) -> Json:
    """A form with the file and its words, or the bare file."""
    file: Json = {"type": "string", "format": "binary"}
    form = _for_readers(operation.body.model_json_schema(ref_template=_REF))
    fields = {"file": file, **form.get("properties", {})}
    return {
        "multipart/form-data": {"schema": {**form, "properties": fields, "required": ["file"]}},
        "application/octet-stream": {"schema": file},
    }


def _path_parameters(operation: AnyOperation) -> Iterable[Json]:
    for part in operation.path.split("/"):
        if part.startswith("{"):
            yield {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(operation: AnyOperation) -> Iterable[Json]:
    schema = operation.query.model_json_schema(ref_template=_REF)
    for name, one in schema.get("properties", {}).items():
        plain = {key: value for key, value in one.items() if key not in ("title", "description")}
        described_as = {"description": one["description"]} if "description" in one else {}
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": plain,
            **described_as,
        }


def _key_parameter(operation: AnyOperation) -> Iterable[Json]:
    if operation.writes:
        yield {
            "name": KEY_HEADER,
            "in": "header",
            "required": False,
            "description": "同一个键和同样的正文在 24 小时内只生效一次，再发得到同样的回答",
            "schema": {"type": "string", "maxLength": 255},
        }


def _problem_responses(operation: AnyOperation) -> Json:
    kinds = (*_ALWAYS, ProblemKind.INVALID_FIELDS, *operation.problems, *(_WRITES if operation.writes else ()))
    by_status: dict[int, list[ProblemKind]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        str(status): {
            "description": "；".join(kind.title for kind in same),
            "content": {CONTENT_TYPE: {"schema": schema}},
        }
        for status, same in sorted(by_status.items())
    }
