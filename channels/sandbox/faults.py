"""Trouble on demand: what the next calls of a path meet."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeVar

from channels.sandbox.errors import SandboxRefused

PUSH = "push"
ANY = "*"
_MOST_FAULTS = 50
_MOST_SECONDS = 120.0
_MOST_TIMES = 10_000
_MOST_DUPLICATES = 5
_LONGEST_OVERTAKEN = 30.0
_Number = TypeVar("_Number", int, float)


class Drop(StrEnum):
    """Cut the connection before the call is carried out, or after (its outcome stays unknown to the caller)."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(slots=True, kw_only=True)
class Fault:
    """``path``: "/cgi-bin/message/custom/send", "*" for every REST call, or "push" for calls to the bot.

    What "push" knows: ``duplicates`` (further copies at the same moment), ``latency`` (seconds), ``overtaken`` (it
    comes behind the next one), and ``drop``: lost on the way, or only its answer; it is repeated in both cases.
    """

    path: str
    times: int = 1
    errcode: int | None = None
    errmsg: str = ""
    status: int | None = None
    latency: float = 0.0
    drop: Drop | None = None
    duplicates: int = 0
    overtaken: bool = False


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._passed = asyncio.Event()

    def add(self, fault: Fault) -> None:
        self._faults = [*self._faults, fault][-_MOST_FAULTS:]

    def take(self, path: str) -> Fault | None:
        """The oldest fault that fits ``path``, counted down."""
        wanted = (path,) if path == PUSH else (path, ANY)
        for fault in self._faults:
            if fault.path in wanted:
                fault.times -= 1
                self._faults = [f for f in self._faults if f.times > 0]
                return fault
        return None

    async def next_one(self) -> None:
        """Return when the next message has come to the bot, or after half a minute without one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_OVERTAKEN):
                await self._passed.wait()

    def passed(self) -> None:
        """Note that a message has come to the bot."""
        self._passed.set()
        self._passed = asyncio.Event()

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._faults]

    def clear(self) -> None:
        self._faults = []


def read_fault(data: Mapping[str, Any], prefixes: tuple[str, ...] = ("/cgi-bin/",)) -> Fault:
    """A fault from a control call; ``prefixes``: how the paths of the platform's calls begin.

    Raises:
        SandboxRefused: for a wrong or missing value.
    """
    path = data.get("path")
    if not isinstance(path, str) or not (path in {PUSH, ANY} or path.startswith(prefixes)):
        raise SandboxRefused(f"path 应为 push、* 或 {'、'.join(prefixes)} 开头的路径")
    try:
        return Fault(
            path=path,
            times=_within(int(data.get("times", 1)), 1, _MOST_TIMES),
            errcode=None if data.get("errcode") is None else int(data["errcode"]),
            errmsg=str(data.get("errmsg", "")),
            status=None if data.get("status") is None else _within(int(data["status"]), 400, 599),
            latency=_within(float(data.get("latency", 0)), 0, _MOST_SECONDS),
            drop=Drop(data["drop"]) if data.get("drop") else None,
            duplicates=_within(int(data.get("duplicates", 0)), 0, _MOST_DUPLICATES),
            overtaken=data.get("overtaken") is True,
        )
    except (TypeError, ValueError) as error:
        raise SandboxRefused(f"故障设置不对：{error}") from error


def _within(value: _Number, least: float, most: float) -> _Number:
    if not least <= value <= most:
        raise ValueError(f"{value} 不在 {least} 到 {most} 之间")
    return value
