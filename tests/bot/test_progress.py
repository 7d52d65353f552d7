"""How far long work has come, where nobody sees a bar."""

import io
import time

import pytest

from bot.cli.progress import progress


def test_where_there_is_no_terminal_a_line_is_told_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("学习", 3, every=0.01) as advance:
        advance(1)
        advance(1)
        deadline = time.monotonic() + 5
        told = ""
        while "2/3" not in told and time.monotonic() < deadline:
            told += capsys.readouterr().err
    assert "学习：已完成 2/3\n" in told
    assert capsys.readouterr().out == ""


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
