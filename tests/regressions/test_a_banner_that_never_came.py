"""Whoever was not ready within a minute was never greeted, though all of it was ready soon after."""

import pytest

from bot.supervisor import up


class _Slow:
    """Ready at the third look."""

    plan = None

    def __init__(self) -> None:
        self.looks, self.noted = 0, 0

    async def ready(self, _seconds: float) -> str:
        self.looks += 1
        return "http://127.0.0.1:1/readyz" if self.looks <= 2 else ""

    def note(self) -> None:
        self.noted += 1


async def test_the_banner_comes_when_all_is_ready_however_late(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def nobody(_running: object) -> list[str]:
        return []

    monkeypatch.setattr(up, "_staff", nobody)
    monkeypatch.setattr(up, "banner", lambda *_given: "都好了\n")
    running = _Slow()
    await up._greet(running, 0.0, None)
    told = capsys.readouterr()
    assert told.out == "都好了\n"
    assert ["60 秒" in told.err, "120 秒" in told.err] == [True, True]
    assert running.noted == 3
