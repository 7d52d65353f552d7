"""What keeps a file from being read, as the person who edits it is told: the parser's own words only in brackets."""

import csv
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from channels.system_errors import why

if TYPE_CHECKING:
    from ruamel.yaml.error import YAMLError  # commands import this module before they know what they read

_Meanings = Sequence[tuple[str, str]]
_YAML: _Meanings = (
    ("nested too deeply", "括号或短横一层套一层，套得太深"),
    ("an impossible value", "有写错的日期、时间，或太长的数字；文字请放进引号"),
    ("duplicate key", "同一个名字写了两次"),
    ("mapping values are not allowed", "这里的冒号有问题：文字里有英文冒号时请把整句放进引号"),
    ("did not find expected", "缩进或引号没有对齐"),
    ("could not find expected", "缩进或引号没有对齐"),
    ("expected <block end>", "缩进没有对齐"),
    ("while scanning a quoted", "引号没有成对"),
    ("found unexpected end of stream", "引号没有成对，直到文件末尾都没有结束"),
    ("found character", "有不能用的字符（比如用 Tab 缩进，请改用空格）"),
    ("found undefined alias", "引用了没有定义的名字"),
    ("but found '<stream end>'", "括号或引号没有成对，直到文件末尾都没有结束"),
    ("expected ',' or", "括号没有成对，或少了逗号"),
)
_JSON: _Meanings = (
    ("Expecting property name", "名字要放在英文双引号里"),
    ("Expecting ',' delimiter", "这里少了英文逗号，或引号、括号没有成对"),
    ("Expecting ':' delimiter", "名字后面少了英文冒号"),
    ("Expecting value", "这里缺一个值，或文字没有放在英文双引号里"),
    ("Unterminated string", "引号没有成对"),
    ("Extra data", "一行里多出了内容"),
    ("Invalid control character", "文字里有不能直接写的字符，换行请写成 \\n"),
    ("Invalid \\", "反斜杠后面的字符不对"),
    ("Illegal trailing comma", "最后多了一个逗号"),
)
_CSV: _Meanings = (
    ("larger than field limit", "有一格太长，多半是引号没有成对"),
    ("unexpected end of data", "引号没有成对，直到文件末尾都没有结束"),
    ("expected after", "引号后面多了字；格子里的引号要写两次"),
    ("new-line character", "换行不对，请在表格软件里另存为“CSV UTF-8”"),
    ("line contains NUL", "这不是文本文件，请在表格软件里另存为“CSV UTF-8”"),
)


def yaml_wrong(error: "YAMLError") -> str:
    """``不是正确的 YAML，`` and what to look for."""
    said = f"{getattr(error, 'context', None) or ''} {getattr(error, 'problem', None) or ''}".strip()
    said = said or " ".join(str(error).split())
    if "special characters are not allowed" in said:
        return "有不能用的控制字符，请用文本编辑器重新保存为 UTF-8"
    return f"不是正确的 YAML，{_meaning(said, _YAML)}"


def yaml_line(error: "YAMLError") -> int | None:
    """The line where it went wrong, from 1."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark else None


def json_wrong(error: ValueError | RecursionError) -> str:
    """``不是正确的 JSON，`` and at which character what is wrong."""
    if not isinstance(error, json.JSONDecodeError):
        return "不是正确的 JSON"
    return f"不是正确的 JSON，第 {error.colno} 个字符处：{_meaning(error.msg, _JSON)}"


def csv_wrong(error: csv.Error) -> str:
    """``不是正确的 CSV，`` and what to look for."""
    return f"不是正确的 CSV，{_meaning(str(error), _CSV)}"


def unreadable(error: OSError | UnicodeError) -> str:
    """``读不了：`` and why."""
    if isinstance(error, OSError):
        return f"读不了：{why(error)}"
    return "读不了：不是 UTF-8 编码的文本，请另存为 UTF-8"


def _meaning(said: str, meanings: _Meanings) -> str:
    found = next((chinese for english, chinese in meanings if english in said), None)
    return found if found is not None else f"格式不对（{said}）"
