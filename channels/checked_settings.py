"""What the settings of accounts have in common: their kinds of values, and what is wrong with them in Chinese."""

from collections.abc import Iterable, Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from channels.errors import SettingsRejected


def _filled(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise PydanticCustomError("empty", "不能为空")
    return value


def web_address(value: str) -> str:
    """An address of http or https, without the slash at its end."""
    try:
        address = urlsplit(value)
        _ = address.port  # raises for a port that is no port
    except ValueError:
        raise PydanticCustomError("web_address", "不是有效的地址") from None
    if address.scheme not in {"http", "https"} or not address.netloc or address.query or address.fragment:
        raise PydanticCustomError("web_address", "必须是 http:// 或 https:// 开头的地址")
    return value.rstrip("/")


Secret = Annotated[SecretStr, AfterValidator(_filled)]
WebAddress = Annotated[str, AfterValidator(web_address)]


def problems(error: ValidationError, own: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """Every wrong key with its sentence; ``own``: an account's sentences in place of those that all share."""
    sentences = {**_SENTENCES, **(own or {})}
    return [_problem(each, sentences) for each in error.errors(include_url=False, include_input=False)]


def rejected(found: Iterable[tuple[str, str]]) -> SettingsRejected:
    """What is wrong, each thing once; ``found`` names at least one key."""
    first, *others = dict.fromkeys(found)
    return SettingsRejected(*first, others=others)


def _problem(error: ErrorDetails, sentences: Mapping[str, str]) -> tuple[str, str]:
    # A part that names a validator of ours is no key of theirs.
    key = ".".join(str(part) for part in error["loc"] if not str(part).startswith("function-"))
    sentence = sentences.get(error["type"])
    return key or error["type"], sentence.format_map(error.get("ctx", {})) if sentence else error["msg"]


_SENTENCES: Mapping[str, str] = {
    "missing": "缺少",
    "extra_forbidden": "没有这个设置",
    "string_too_short": "不能为空",
    "string_too_long": "太长，至多 {max_length} 个字",
    "string_type": "应为文字（加引号）",
    "string_pattern_mismatch": "写法不对",
    "enum": "只能是 {expected}",
    "literal_error": "只能是 {expected}",
    "bool_parsing": "只能是 true 或 false",
    "bool_type": "只能是 true 或 false",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "finite_number": "应为数字",
    "greater_than": "应大于 {gt:g}",
    "greater_than_equal": "不能小于 {ge:g}",
    "less_than": "应小于 {lt:g}",
    "less_than_equal": "不能大于 {le:g}",
    "model_type": "应为一组设置（一节），不是一个值",
    "mapping_type": "应为一组设置（一节），不是一个值",
    "dict_type": "应为一组设置（一节），不是一个值",
    "tuple_type": "应为一组值（写在方括号里）",
    "too_long": "太多，至多 {max_length} 个",
}
