"""Turning what was sent into values, or into a problem that says where it is wrong."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.api.problems import FieldError, Problem, ProblemKind, invalid
from bot.api.shapes import Wrong

BODY_LIMIT = 1024 * 1024
"""Bytes of one request body."""
_ERRORS_TOLD = 20
_NAME_SHOWN = 60

_Model = TypeVar("_Model", bound=BaseModel)

_SENTENCES = {
    "missing": "缺少此字段",
    "extra_forbidden": "没有这个字段",
    "string_type": "应为字符串",
    "string_too_short": "不能少于 {min_length} 个字",
    "string_too_long": "不能超过 {max_length} 个字",
    "string_pattern_mismatch": "格式不对",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "enum": "只能是：{expected}",
    "literal_error": "只能是：{expected}",
    "list_type": "应为数组",
    "too_long": "不能超过 {max_length} 项",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "dict_type": "应为对象",
    "datetime_from_date_parsing": "应为带时区的时间，如 2026-11-21T08:30:00+08:00",
    "datetime_parsing": "应为带时区的时间，如 2026-11-21T08:30:00+08:00",
    "timezone_aware": "时间须带时区，如 2026-11-21T08:30:00+08:00",
    "value_error": "{error}",
}


async def read_body(request: web.Request) -> bytes:
    """The whole body, never more than ``BODY_LIMIT`` of it.

    Raises:
        Problem: TOO_LARGE.
    """
    if (request.content_length or 0) > BODY_LIMIT:
        raise _too_large()
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > BODY_LIMIT:
            raise _too_large()
    return bytes(body)


def _too_large() -> Problem:
    return Problem(ProblemKind.TOO_LARGE, f"请求正文不能超过 {BODY_LIMIT // 1024} KiB")


def parse_json(body: bytes) -> Any:
    """The JSON value of ``body``: strict UTF-8, no repeated names, no NaN, no half characters.

    Raises:
        Problem: BAD_JSON, naming line and column where it can.
    """
    try:
        value = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise _bad_json(f"第 {error.lineno} 行第 {error.colno} 列起无法解析") from None
    except UnicodeDecodeError as error:
        raise _bad_json(f"第 {error.start + 1} 字节起不是 UTF-8") from None
    except UnicodeEncodeError:
        raise _bad_json("含有不成对的 \\ud800–\\udfff 代理字符") from None
    except RecursionError:
        raise _bad_json("嵌套太深") from None
    except ValueError as error:
        raise _bad_json(str(error) if isinstance(error, _Unwelcome) else "含有过长的数字") from None
    return value


class _Unwelcome(ValueError):
    """Lawful for Python's parser, not for us."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        repeated = min(_repeated(name for name, _ in pairs))
        raise _Unwelcome(f"字段 {_shown(repeated)} 重复出现")
    return made


def _repeated(names: Iterable[str]) -> set[str]:
    return {name for name, times in Counter(iter(names)).items() if times > 1}


def _no_constant(name: str) -> Any:
    raise _Unwelcome(f"不接受 {name}")


def _bad_json(detail: str) -> Problem:
    return Problem(ProblemKind.BAD_JSON, detail)


def body_model(model: type[_Model], body: bytes) -> _Model:
    """The body as ``model``.

    Raises:
        Problem: BAD_JSON or INVALID_FIELDS.
    """
    value = parse_json(body)
    if not isinstance(value, dict):
        raise invalid(FieldError(field="", message="请求正文应为 JSON 对象"))
    return _validated(lambda: model.model_validate_json(body))


def form_model(model: type[_Model], words: Mapping[str, str]) -> _Model:
    """The fields of a form as ``model``.

    Raises:
        Problem: INVALID_FIELDS.
    """
    return _validated(lambda: model.model_validate_strings(dict(words)))


def query_model(model: type[_Model], request: web.Request) -> _Model:
    """The query string as ``model``; a name given twice is refused.

    Raises:
        Problem: INVALID_FIELDS.
    """
    repeated = sorted(_repeated(request.query))[:_ERRORS_TOLD]
    if repeated:
        raise invalid(*(FieldError(field=_shown(name), message="只能给一次") for name in repeated))
    return _validated(lambda: model.model_validate(dict(request.query)))


def _validated(validate: Callable[[], _Model]) -> _Model:
    try:
        return validate()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)[:_ERRORS_TOLD]
        raise invalid(*(_field_error(detail) for detail in details)) from None


def _field_error(detail: ErrorDetails) -> FieldError:
    facts = detail.get("ctx", {})
    where = [*detail["loc"]]
    if isinstance(rule := facts.get("error"), Wrong):
        where.append(rule.field)
    message = _SENTENCES.get(detail["type"], "格式不对").format_map(facts)
    return FieldError(field=_path(where), message=message.replace("' or '", "', '"))


def _path(parts: Iterable[int | str]) -> str:
    return ".".join(_shown(str(part)) for part in parts)


def _shown(name: str) -> str:
    """A name the caller made up, short enough and printable, to be said back."""
    return "".join(char if char.isprintable() else "?" for char in name[:_NAME_SHOWN])
