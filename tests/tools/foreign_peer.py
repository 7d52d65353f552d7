"""An SMSC that is not ours (npm ``smpp``), as a process of its own: what it heard, and what it shall do."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from waiting import PATIENCE_S, awaited, within

_HOME = Path(__file__).parent / "foreign_smsc"
needs_foreign_smsc = pytest.mark.skipif(
    shutil.which("node") is None or not (_HOME / "node_modules" / "smpp").is_dir(),
    reason="npm's smpp is not installed (npm ci --prefix tests/tools/foreign_smsc)",
)

Event = Mapping[str, Any]


@dataclass
class ForeignSmsc:
    """Its events come in the order of their happening."""

    process: asyncio.subprocess.Process
    port: int = 0
    orders: int = 0
    events: list[Event] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def do(self, what: str, **more: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write((json.dumps({"do": what, **more}) + "\n").encode())

    def deliver(self, text: str = "", *, tag: str = "", source: str = "13800138000", **more: Any) -> None:
        self.do("deliver", text=text, tag=tag or text, source=source, destination="1069001", **more)

    async def obey(self, what: str, **more: Any) -> None:
        """Have it done, and go on when it is."""
        self.orders += 1
        self.do(what, order=self.orders, **more)
        await self.wait("obeyed", order=self.orders)

    async def answers(self, *rules: Mapping[str, Any]) -> None:
        """How the next texts are answered, one after the other."""
        await self.obey("submit", rules=rules)

    def heard(self, kind: str, **having: Any) -> list[Event]:
        return [
            event
            for event in self.events
            if event["event"] == kind and all(event.get(name) == value for name, value in having.items())
        ]

    async def wait(self, kind: str, count: int = 1, *, seconds: float = PATIENCE_S, **having: Any) -> list[Event]:
        """What is heard of this, when there are ``count``."""
        await self.until(lambda: len(self.heard(kind, **having)) >= count, f"{count} {kind}", seconds=seconds)
        return self.heard(kind, **having)

    async def until(self, true: Callable[[], bool], what: str, *, seconds: float = PATIENCE_S) -> None:
        told = lambda: f"{what}; there came {[event['event'] for event in self.events]}"  # noqa: E731
        async with within(told, seconds), self.news:
            await self.news.wait_for(true)

    async def listen(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            event = json.loads(line)
            async with self.news:
                self.events.append(event)
                self.port = event["port"] if event["event"] == "listening" else self.port
                self.news.notify_all()


@asynccontextmanager
async def foreign_smsc(password: str) -> AsyncIterator[ForeignSmsc]:
    process = await asyncio.create_subprocess_exec(
        "node", str(_HOME / "smsc.js"), password, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    smsc = ForeignSmsc(process)
    listening = asyncio.create_task(smsc.listen())
    try:
        await smsc.wait("listening")
        yield smsc
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await awaited(process.wait(), "the SMSC ends")
        await listening
