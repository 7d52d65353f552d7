"""Narrowing what a control call brings."""

import json
import re
from typing import Any

from aiohttp import web

from channels.sandbox.errors import SandboxRefused

_ELEMENT = re.compile("[A-Za-z][A-Za-z0-9]{0,63}")
_MOST_JSON = 64 * 1024


async def read_body(request: web.Request) -> dict[str, Any]:
    """The call's JSON object; nothing counts as an empty one."""
    if not request.can_read_body:
        return {}
    raw = await request.read()
    try:
        data = json.loads(raw) if len(raw) <= _MOST_JSON else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise SandboxRefused("请求内容应为不超过 64 KB 的 JSON 对象")
    return data


def read_number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise SandboxRefused(f"{name} 应为数字")
    try:
        number = float(value)
    except ValueError as error:
        raise SandboxRefused(f"{name} 应为数字") from error
    if number - number != 0:  # infinite, or not a number
        raise SandboxRefused(f"{name} 应为数字")
    return number


def fits_xml(value: object) -> bool:
    """Whether ``value`` can be written as elements: texts, numbers, objects, and lists of objects."""
    if isinstance(value, dict):
        return all(_ELEMENT.fullmatch(key) and fits_xml(item) for key, item in value.items())
    if isinstance(value, list):
        return all(isinstance(item, dict) and fits_xml(item) for item in value)
    return isinstance(value, str | int | float) and not isinstance(value, bool)
