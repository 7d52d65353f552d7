"""Where settings come from: TOML files and ``BOT_…`` variables over them, each value with its origin.

Nothing is judged here but the sources themselves; ``bot.settings`` judges the values.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from channels.system_errors import why

PREFIX = "BOT_"
SHORT_FORMS = {
    "MONGODB_URI": ("storage", "mongodb_uri"),
    "REDIS_URL": ("redis", "url"),
    "DATA_DIR": ("storage", "data_dir"),
}
SECRET_FILE_LIMIT = 65_536
"""Bytes: a file named by ``…_FILE`` holds one secret, not a disk."""

_DEEPEST, _MOST_POINTS = 12, 200
_IMPOSSIBLE = "一节套一节套得太深，或者有写错的日期、太长的数字"

Path_ = tuple[str, ...]
"""The way to a value: ("http", "port")."""

_TOML_PLACE = re.compile(r"at line (\d+), column (\d+)")
_TOML = (
    ("Expected '=' after a key", "名字后面要有等号"),
    ("Cannot overwrite a value", "这一项写了两次"),
    ("Cannot declare", "这一节写了两次"),
    ("Cannot mutate immutable", "这一项写了两次"),
    ("Expected ']'", "少了右方括号"),
    ("Unclosed array", "少了右方括号"),
    ("Unclosed inline table", "少了右花括号"),
    ("Unterminated string", "引号没有成对"),
    ("Illegal character", "这里不能换行或有不能用的字符，多半是引号没有成对"),
    ("Invalid value", "这个值要放在英文引号里，或写得不对"),
    ("Expected newline or end of document", "值后面多出了内容"),
    ("Invalid statement", "这一行认不得，应写成 名字 = 值"),
    ("Invalid initial character", "名字只能用字母、数字、下划线和连字符，等号不能少"),
    ("Unescaped '\\'", "反斜杠要写两个，或改用单引号"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One wrong setting: its key, where it came from ("": nowhere), and what is wrong, without the value."""

    key: str
    source: str
    text: str

    def __str__(self) -> str:
        where = f"（来自 {self.source}）" if self.source else ""
        return f"{self.key}{where}：{self.text}"


class SettingsError(Exception):
    """The settings cannot be used; all problems are told together, one line each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(slots=True)
class Layers:
    """The merged tree, who said what, and what could not be read."""

    tree: dict[str, Any] = field(default_factory=dict, repr=False)
    origins: dict[Path_, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def put(self, path: Path_, value: Any, source: str) -> None:
        """Lay one value over what is there; a later source wins."""
        table = self.tree
        for step in path[:-1]:
            below = table.get(step)
            if not isinstance(below, dict):
                below = table[step] = {}
            table = below
        table[path[-1]] = value
        self.origins[path] = source

    def refuse(self, key: str, source: str, text: str) -> None:
        self.problems.append(Problem(key=key, source=source, text=text))

    def origin(self, path: Path_) -> str:
        """Who set ``path``, or what lies below it, or the table it would stand in; "" where nobody."""
        for length in range(len(path), 0, -1):
            start = path[:length]
            for known, source in self.origins.items():
                if known[:length] == start:
                    return source
        return ""


def read_file(layers: Layers, file: Path) -> None:
    """Lay a TOML file over ``layers``."""
    source = str(file)
    try:
        tree = tomllib.loads(_not_deep(file.read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        layers.refuse(source, "", f"不是合格的 TOML 文件：{_wrong_toml(str(error))}")
    except (RecursionError, ValueError) as error:
        told = "不是 UTF-8 编码的文本，请另存为 UTF-8" if isinstance(error, UnicodeDecodeError) else _IMPOSSIBLE
        layers.refuse(source, "", told)
    except OSError as error:
        layers.refuse(source, "", f"读不了这个设置文件（{_why(error)}）")
    else:
        if _is_deep(tree):
            layers.refuse(source, "", _IMPOSSIBLE)
            return
        for path, value in _leaves(tree):
            layers.put(path, value, source)


def _not_deep(text: str) -> str:
    """``text``; the parser's memory grows with the square of the points in one key."""
    if any(line.partition("=")[0].count(".") > _MOST_POINTS for line in text.splitlines()):
        raise RecursionError
    return text


def _is_deep(tree: Mapping[str, Any]) -> bool:
    """Tables within tables, beyond all that there are settings for; also in a key with many points."""
    level: list[object] = [tree]
    for _ in range(_DEEPEST):
        level = [inner for each in level if isinstance(each, Mapping) for inner in each.values()]
    return bool(level)


def _why(error: OSError) -> str:
    return "没有这个文件" if isinstance(error, FileNotFoundError) else why(error)


def _wrong_toml(said: str) -> str:
    """``said``: as the parser words it, with its place at the end."""
    place = _TOML_PLACE.search(said)
    where = "文件末尾" if place is None else f"第 {place[1]} 行第 {place[2]} 个字符处"
    return f"{where}，{next((chinese for english, chinese in _TOML if english in said), f'格式不对（{said}）')}"


def _leaves(tree: Mapping[str, Any], above: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    for key, value in tree.items():
        path = (*above, key)
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, path)
        else:
            yield path, value


def read_environment(layers: Layers, environment: Mapping[str, str], *, is_key: Callable[[Path_], bool]) -> None:
    """Lay the ``BOT_…`` variables over ``layers``; ``is_key`` knows keys whose own name ends in ``_file``."""
    named: dict[Path_, str] = {}
    for name in sorted(environment):
        if not name.startswith(PREFIX):
            continue
        source = f"环境变量 {name}"
        path, from_file = _path_of(name.removeprefix(PREFIX), is_key)
        key = ".".join(path)
        if not all(path):
            layers.refuse(name, "", "变量名里有空的一段，应为 BOT_<节>__<键>")
        elif path in named:
            layers.refuse(key, source, f"和{named[path]} 说的是同一项，只能留一个")
        else:
            named[path] = source
            value = environment[name]
            text = _secret(layers, key, source, Path(value)) if from_file else value
            if text is not None:
                layers.put(path, text, source)


def _path_of(name: str, is_key: Callable[[Path_], bool]) -> tuple[Path_, bool]:
    bare = name.removesuffix("_FILE")
    if bare != name and not is_key(_spelled(name)):
        return _spelled(bare), True
    return _spelled(name), False


def _spelled(name: str) -> Path_:
    return SHORT_FORMS.get(name) or tuple(name.lower().split("__"))


def _secret(layers: Layers, key: str, source: str, file: Path) -> str | None:
    try:
        with file.open("rb") as opened:
            content = opened.read(SECRET_FILE_LIMIT + 1)
        if len(content) <= SECRET_FILE_LIMIT:
            return content.decode().rstrip("\r\n")
        layers.refuse(key, source, f"文件 {file} 太大，不像是一个密钥")
    except OSError as error:
        layers.refuse(key, source, f"读不了文件 {file}（{_why(error)}）")
    except UnicodeDecodeError:
        layers.refuse(key, source, f"文件 {file} 不是 UTF-8 文字")
    return None
