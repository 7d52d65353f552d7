"""A file that cannot be read: the person who edits it is told what to look for, not what a parser calls it."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from channels.system_errors import why
from dialogs.wrong_files import csv_wrong, json_wrong, unreadable, yaml_line, yaml_wrong

_ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a: [", 1, "没有成对"),
        ("- id: a\n   question: b", 2, "冒号"),
        ("a: b: c", 1, "冒号"),
        ("a: 'x", 1, "引号没有成对"),
        ("a:\n\t- x", 2, "Tab"),
        ("a: 1\na: 2", 2, "写了两次"),
        ("a: *b", 1, "没有定义"),
        ("a: {b: c", 1, "没有成对"),
        ("a: \x01", None, "控制字符"),
    ],
)
def test_wrong_yaml_is_told_in_chinese_with_its_line(text: str, line: int | None, told: str) -> None:
    with pytest.raises(YAMLError) as caught:
        YAML(typ="safe", pure=True).load(text)
    assert told in yaml_wrong(caught.value)
    assert not _ENGLISH.search(yaml_wrong(caught.value))
    assert yaml_line(caught.value) in {line, line and line + 1}


@pytest.mark.parametrize("text", ["{a}", '{"a" 1}', '{"a": 1 "b": 2}', '{"a": }', '"x', "1 2", '"\n"', '"\\x"', "[1"])
def test_wrong_json_is_told_in_chinese_with_its_place(text: str) -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(text)
    told = json_wrong(caught.value)
    assert f"第 {caught.value.colno} 个字符处" in told
    assert not _ENGLISH.search(told.replace("UTF", ""))


@given(st.text(alphabet='{}[]":,1a\\\n\t ', max_size=20))
def test_no_wrong_json_is_told_in_english(text: str) -> None:
    told = ""
    try:
        json.loads(text)
    except ValueError as error:
        told = json_wrong(error)
    assert not _ENGLISH.search(told)


@pytest.mark.parametrize("text", ['"x', 'a,"b"c', '"' + "a" * 140_000 + '"'])
def test_wrong_csv_is_told_in_chinese(text: str) -> None:
    csv.field_size_limit(131_072)
    with pytest.raises(csv.Error) as caught:
        list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert not _ENGLISH.search(csv_wrong(caught.value)), caught.value


def test_why_the_system_refuses_is_told_in_chinese(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, told in ((tmp_path / "none", "没有这个文件"), (tmp_path, "目录"), (tmp_path / "file" / "x", "不是目录")):
        with pytest.raises(OSError, match="Errno") as caught:
            path.read_bytes()
        assert told in why(caught.value)
        assert unreadable(caught.value).startswith("读不了：")
    assert why(OSError(999, "Odd trouble")) == "系统不允许（Odd trouble）"
    assert "UTF-8" in unreadable(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"))
