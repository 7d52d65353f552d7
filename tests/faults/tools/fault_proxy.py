"""A line between two programs that can be cut: TCP in front, the real server's socket behind."""

import asyncio
import contextlib
from collections.abc import Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Any

_CHUNK = 64 * 1024
SLOW_SECONDS = 0.15


class Line(StrEnum):
    """What a line does to what it is given."""

    WHOLE = "whole"
    SLOW = "slow"
    """Each piece is late."""
    SILENT = "silent"
    """Nothing comes through in either direction, and nobody is told: a cable that was pulled."""
    DEAF = "deaf"
    """What is asked is done; its answers are lost."""
    CUT = "cut"
    """Connections are reset, new ones refused at once."""


class Proxy:
    """One line, from ``port`` of this machine to the socket ``behind``. ``slow_seconds``: how late each piece is."""

    def __init__(self, behind: Path, *, slow_seconds: float = SLOW_SECONDS) -> None:
        self.slow_seconds = slow_seconds
        self._behind = behind
        self._state = Line.WHOLE
        self._mended = asyncio.Event()
        self._mended.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    def become(self, state: Line) -> None:
        self._state = state
        if state in (Line.SILENT, Line.DEAF):
            self._mended.clear()
        else:
            self._mended.set()
        if state is Line.CUT:
            for writer in list(self._open):
                writer.transport.abort()

    async def stop(self) -> None:
        self.become(Line.CUT)
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self._state is Line.CUT:
                return
            await self._mended.wait()
            their_reader, their_writer = await asyncio.open_unix_connection(str(self._behind))
            self._open.add(their_writer)
            try:
                await _first(
                    self._pass(reader, their_writer, answers=False), self._pass(their_reader, writer, answers=True)
                )
            finally:
                self._open.discard(their_writer)
                their_writer.transport.abort()
        except OSError:
            return
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_CHUNK):
                if self._state is Line.SLOW:
                    await asyncio.sleep(self.slow_seconds)
                if self._state is Line.SILENT:
                    await self._mended.wait()
                if self._state is Line.DEAF and answers:
                    continue
                writer.write(piece)
                await writer.drain()


async def joined(
    ours: tuple[asyncio.StreamReader, asyncio.StreamWriter], theirs: tuple[asyncio.StreamReader, asyncio.StreamWriter]
) -> None:
    """Pass on what comes, until either side is done."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_CHUNK):
                writer.write(piece)
                await writer.drain()

    coming, going = pass_on(theirs[0], ours[1]), pass_on(ours[0], theirs[1])
    try:
        await _first(coming, going)
    finally:
        theirs[1].close()


async def _first(*ways: Coroutine[Any, Any, None]) -> None:
    """Both directions, until either ends."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
