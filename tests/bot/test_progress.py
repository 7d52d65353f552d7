"""How far long work has come, where nobody sees a bar."""

import io

import pytest
from waiting import until

from bot.cli.progress import progress
from bot.cli.scores import print_table


def test_where_there_is_no_terminal_a_line_is_told_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("学习", 3, every=0.01) as advance:
        advance(1)
        advance(1)
        told = ""

        def is_told() -> bool:
            nonlocal told
            told += capsys.readouterr().err
            return "2/3" in told

        until(is_told, "how far it has come")
    assert "学习：已完成 2/3\n" in told
    assert capsys.readouterr().out == ""


def test_a_long_title_is_not_broken_to_the_width_of_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    title = "交叉验证：508 条诉求，11 类（评的都是没有学过的诉求）"
    print_table(title, ("", "值"), [("一", "1")])
    assert capsys.readouterr().out.splitlines()[0] == title


def test_what_is_done_at_once_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("学习", 1) as advance:
        advance(1)
    assert capsys.readouterr().err == ""


def test_a_terminal_has_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress("学习", 2, every=0.001) as advance:
        advance(2)
    assert "学习" in terminal.getvalue()
    assert "已完成" not in terminal.getvalue()
