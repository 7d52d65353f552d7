"""What is wrong with the settings, said in one line a key. Values are never repeated: they may be secrets."""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.settings_sources import Layers, Path_, Problem

ACCOUNT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")

_SENTENCES = {
    "missing": "必须填写",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "finite_number": "应为数字",
    "bool_parsing": "只能是 true 或 false",
    "bool_type": "只能是 true 或 false",
    "string_type": "应为文字（加引号）",
    "path_type": "应为文件路径（加引号）",
    "model_type": "应为一组设置（一节），不是一个值",
    "dict_type": "应为一组设置（一节），不是一个值",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "string_too_short": "不能为空",
    "string_too_long": "太长，至多 {max_length} 个字",
    "string_pattern_mismatch": "样式不对，应符合 {pattern}",
    "literal_error": "只能是 {expected}",
    "value_error": "{error}",
}


def explain(error: ValidationError, layers: Layers, known: Collection[Path_]) -> Iterator[Problem]:
    """Every complaint of the model as a problem, with the file or variable that set the key."""
    for detail in error.errors(include_url=False, include_input=False):
        path = tuple(str(step) for step in detail["loc"])
        yield Problem(key=".".join(path), source=layers.origin(path), text=_sentence(detail, path, known))


def _sentence(detail: ErrorDetails, path: Path_, known: Collection[Path_]) -> str:
    if detail["type"] == "extra_forbidden":
        return "没有这项设置" + _nearest(path[-1], [other[-1] for other in known if other[:-1] == path[:-1]])
    pattern = _SENTENCES.get(detail["type"], "填写有误")
    context = {name: _plain(value) for name, value in detail.get("ctx", {}).items()}
    return pattern.format_map(context)


def _plain(value: Any) -> str:
    """Pydantic lists choices as ``'a' or 'b'``."""
    return str(value).replace("'", "").replace(" or ", " 或 ")


def _nearest(name: str, names: Collection[str]) -> str:
    found = get_close_matches(name, names, n=1)
    return f"，是不是 {found[0]}？" if found else ""


def split_accounts(
    layers: Layers, sections: Collection[str], channels: Collection[str]
) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The channels' tables out of the merged tree; tables that belong to nobody are refused."""
    accounts: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name, table in layers.tree.items():
        if name in sections:
            continue
        if name in channels:
            accounts[name] = dict(_accounts(layers, name, table))
        else:
            _refuse_table(layers, name, table, sections, channels)
    return accounts


def _accounts(layers: Layers, channel: str, table: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for account, below in table.items() if isinstance(table, Mapping) else [("", table)]:
        key = f"{channel}.{account}".rstrip(".")
        source = layers.origin((channel, account) if account else (channel,))
        if not isinstance(below, Mapping):
            layers.refuse(key, source, f"渠道的设置要写在账号之下，如 [{channel}.main]")
        elif not ACCOUNT_NAME.fullmatch(account):
            layers.refuse(key, source, "账号名只能用小写字母、数字、- 和 _，至多 32 个")
        else:
            yield account, below


def _refuse_table(layers: Layers, name: str, table: Any, sections: Collection[str], channels: Collection[str]) -> None:
    accounts = [key for key, below in table.items() if isinstance(below, Mapping)] if _is_table(table) else []
    installed = "、".join(sorted(channels)) or "无"
    for account in accounts:
        source = layers.origin((name, account))
        layers.refuse(f"{name}.{account}", source, f"没有安装名为 {name} 的渠道（已安装：{installed}）")
    if not accounts:
        hint = _nearest(name, [*sections, *channels])
        layers.refuse(name, layers.origin((name,)), f"没有这一节设置{hint}")


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)
