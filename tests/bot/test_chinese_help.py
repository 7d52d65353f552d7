"""The command line to somebody who reads no English: help, and every wrong argument."""

import asyncio
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.failures import explain
from bot.cli.main import app

_ENGLISH = re.compile(
    r"Usage|Options|Commands|Arguments|Error|Required|required|default|Show this|Input|<str>|<path>|int range"
)


def _commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, (*words, name))


ALL = list(_commands(typer.main.get_command(app)))


def said(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words), prog_name="petition-bot")
    return done.exit_code, done.output


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_help_is_chinese(words: tuple[str, ...]) -> None:
    code, told = said(*words, "--help")
    assert code == 0
    assert told.startswith(f"用法：petition-bot {' '.join(words)}".rstrip())
    assert not _ENGLISH.search(told), told


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_a_wrong_option_is_told_in_one_chinese_sentence_and_where_help_is(words: tuple[str, ...]) -> None:
    code, told = said(*words, "--xyzzyx")
    assert code == 2
    command = " ".join(("petition-bot", *words))
    assert told == f"没有 --xyzzyx 这个选项\n用法见：{command} --help\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nonsense",), "没有“nonsense”这个命令"),
        (("up", "x"), "多写了“x”"),
        (("demo", "--sandbox-port", "abc"), "--sandbox-port 的值不对：应是整数"),
        (("demo", "--sandbox-port", "99999999"), "--sandbox-port 的值不对：最大是 65535"),
        (("cases", "list", "--limit", "0"), "--limit 的值不对：最小是 1"),
        (("cases", "move"), "缺少 编号"),
        (("faq", "ask"), "缺少 问题"),
        (("faq", "import"), "缺少 FILE"),
        (("--config",), "--config 后面要写一个值"),
        (("doctor", "--jsn"), "没有 --jsn 这个选项，是不是 --json"),
        (("chat", "--channel", "sms"), "--channel 的值不对：没有 sms 渠道的手机，目前只有 wechat"),
        (("evaluate", "faq", "q.jsonl", "--match", "x"), "--match 的值不对：只能是 question、answer"),
        (("train", "category"), "请给出往年诉求的 CSV 文件，或用 --undo 换回上一次的模型"),
    ],
)
def test_a_wrong_argument_is_told_in_chinese(words: tuple[str, ...], told: str) -> None:
    code, output = said(*words)
    assert code == 2
    assert output.splitlines()[0] == told
    assert "用法见：petition-bot" in output


def test_a_group_alone_shows_its_help() -> None:
    code, told = said("cases")
    assert code == 2
    assert told.startswith("用法：petition-bot cases")
    assert told.rstrip().endswith("诉求人会收到通知。")


@pytest.mark.parametrize("command", ["sandbox", "actions"])
def test_a_port_that_is_taken_is_told_before_anything_is_made(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = CliRunner().invoke(app, [command, "--port", str(port)])
    told = explain(done.exception or Exception())
    assert told is not None
    assert told.lines[0].startswith(f"127.0.0.1:{port} 用不了：端口被别的程序占用")
    assert "--port" in told.lines[0]
    assert done.stdout == ""


async def test_an_address_that_is_taken_has_a_sentence_wherever_it_is_met() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="address") as caught:
            await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", port)
    told = explain(caught.value)
    assert told is not None
    assert told.lines == (f"127.0.0.1:{port} 用不了：端口被别的程序占用，或地址不是这台机器的",)
    assert explain(OSError(5, "x")) is None


def test_a_key_file_that_is_not_made_yet_is_not_told_to_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path))
    assert "还没有，首次启动时生成" in said("keys", "show")[1]
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "master.key").touch()
    assert "请把它另存一份备份" in said("keys", "show")[1]
