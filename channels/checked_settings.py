"""What the settings of accounts have in common: their kinds of values, and what is wrong with them in Chinese."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from channels.errors import SettingsRejected


def _filled(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise PydanticCustomError("empty", "不能为空")
    return value


def _web_address(value: str) -> str:
    try:
        address = urlsplit(value)
        _ = address.port  # raises for a port that is no port
    except ValueError:
        raise PydanticCustomError("web_address", "不是有效的地址") from None
    if address.scheme not in {"http", "https"} or not address.netloc or address.query or address.fragment:
        raise PydanticCustomError("web_address", "必须是 http:// 或 https:// 开头的地址")
    return value.rstrip("/")


Secret = Annotated[SecretStr, AfterValidator(_filled)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
"""An address of http or https, without the slash at its end."""


def rejected(error: ValidationError) -> SettingsRejected:
    """Every wrong key with its sentence."""
    found = [_problem(each) for each in error.errors(include_url=False, include_input=False)]
    first, *others = dict.fromkeys(found)
    return SettingsRejected(*first, others=others)


def _problem(error: ErrorDetails) -> tuple[str, str]:
    key = ".".join(str(part) for part in error["loc"])
    sentence = _SENTENCES.get(error["type"])
    return key or error["type"], sentence.format_map(error.get("ctx", {})) if sentence else error["msg"]


_SENTENCES: Mapping[str, str] = {
    "missing": "缺少",
    "extra_forbidden": "没有这个设置",
    "string_too_short": "不能为空",
    "string_type": "应为文字（加引号）",
    "string_pattern_mismatch": "写法不对",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "finite_number": "应为数字",
    "greater_than": "应大于 {gt:g}",
    "greater_than_equal": "不能小于 {ge:g}",
    "less_than_equal": "不能大于 {le:g}",
    "tuple_type": "应为一组值（写在方括号里）",
}
