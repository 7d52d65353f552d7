"""Lines typed by a person, or piped in by a program, without holding up the event loop."""

import asyncio
import importlib
import sys
import threading
from collections.abc import AsyncIterator

PROMPT = "› "


class Keyboard:
    """Reads in a thread of its own: input() cannot be awaited, and nobody can be made to press a key at the end.

    What was typed can be called back with the arrow keys; it is kept in memory alone, for it is personal.
    """

    def __init__(self) -> None:
        self.is_person = sys.stdin.isatty()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    async def lines(self) -> AsyncIterator[str]:
        """Until the end of the input, or Ctrl-D."""
        threading.Thread(target=self._read, daemon=True, name="keyboard").start()
        while (line := await self._lines.get()) is not None:
            yield line

    def _read(self) -> None:
        if self.is_person:
            importlib.import_module("readline")  # input() then knows the arrow keys
        try:
            while True:
                self._put(input(PROMPT) if self.is_person else _piped())
        except (EOFError, ValueError):
            self._put(None)

    def _put(self, line: str | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)


def _piped() -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")
