"""Whoever has a connection when the server ends gets an answer, and learns that there will be no other."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import uvloop
from aiohttp import web
from waiting import awaited, soon

from bot.answered import stays_whole
from bot.web import make_runner

CALL = b"GET /ok HTTP/1.1\r\nHost: x\r\n\r\n"
LONG = 60.0


@dataclass
class Ending:
    """A server as ``web`` runs it, and one caller."""

    runner: web.AppRunner
    port: int
    asked: asyncio.Event
    answered: asyncio.Event
    whole: list[Callable[[], bool]]
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def call(
        self, said: bytes = b"", sock: socket.socket | None = None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        where = {"sock": sock} if sock else {"host": "127.0.0.1", "port": self.port}
        reader, writer = await asyncio.open_connection(**where)
        self.writers.append(writer)
        writer.write(said)
        return reader, writer

    async def hang_up(self) -> None:
        for writer in self.writers:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def begin(self) -> "asyncio.Task[None]":
        return asyncio.create_task(self.runner.cleanup())

    async def shut(self) -> None:
        async def refused() -> bool:
            try:
                _, writer = await self.call()
            except ConnectionRefusedError:
                return True
            writer.close()
            return False

        await soon(refused, "the port is closed")


@asynccontextmanager
async def served(quiet_seconds: float) -> AsyncIterator[Ending]:
    asked, answered = asyncio.Event(), asyncio.Event()

    whole: list[Callable[[], bool]] = []

    async def ok(request: web.Request) -> web.Response:
        whole.append(stays_whole(request))
        return web.Response(text="ok")

    async def slow(_request: web.Request) -> web.Response:
        asked.set()
        await answered.wait()
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_get("/ok", ok)
    app.router.add_get("/slow", slow)
    runner = make_runner(app, shutdown_seconds=LONG, quiet_seconds=quiet_seconds)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ending = Ending(runner=runner, port=runner.addresses[0][1], asked=asked, answered=answered, whole=whole)
    try:
        yield ending
    finally:
        await ending.hang_up()
        await runner.cleanup()


async def rest(reader: asyncio.StreamReader) -> bytes:
    return await awaited(reader.read(), "the last answer, and the end of the connection")


def is_last(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 200") and b"Connection: close\r\n" in answer and answer.endswith(b"ok")


async def who_has_connected_and_said_nothing() -> None:
    async with served(LONG) as server:
        reader, writer = await server.call()
        await soon(lambda: asyncio.sleep(0, bool(server.runner.server.connections)), "it is accepted")
        ending = server.begin()
        await server.shut()
        writer.write(CALL)
        assert is_last(await rest(reader))
        await awaited(ending, "the end")


async def who_waits_to_be_accepted() -> None:
    async with served(LONG) as server:
        callers = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
        for caller in callers:
            caller.sendall(CALL)
        ending = server.begin()  # the server has not been awake since they came
        for caller in callers:
            reader, _ = await server.call(sock=caller)
            assert is_last(await rest(reader))
        await awaited(ending, "the end")


async def who_uses_a_connection_again() -> None:
    async with served(LONG) as server:
        reader, writer = await server.call(CALL)
        first = await awaited(reader.readuntil(b"\r\n\r\n"), "the first answer")
        await reader.readexactly(2)
        assert b"Connection: close" not in first
        ending = server.begin()
        await server.shut()
        writer.write(CALL[:20])
        writer.write(CALL[20:])
        assert is_last(await rest(reader))
        await awaited(ending, "the end")


async def who_is_being_answered() -> None:
    async with served(0.0) as server:
        reader, _ = await server.call(CALL.replace(b"/ok", b"/slow"))
        await awaited(server.asked.wait(), "it is asked")
        ending = server.begin()
        await server.shut()
        server.answered.set()
        assert is_last(await rest(reader))
        await awaited(ending, "the end")


async def who_breaks_off_and_who_has_read_all() -> None:
    """What the server is told of the end of a connection, by which it knows whether its answer was read."""
    async with served(0.0) as server:
        for broken in (True, False):
            reader, writer = await server.call(CALL)
            await awaited(reader.readuntil(b"\r\n\r\nok"), "the answer")
            if broken:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.close()
            await soon(lambda: not server.runner.server.connections, "the server sees it")
        assert [whole() for whole in server.whole] == [False, True]


LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
SCENES = pytest.mark.parametrize(
    "scene",
    [
        who_has_connected_and_said_nothing,
        who_waits_to_be_accepted,
        who_uses_a_connection_again,
        who_is_being_answered,
        who_breaks_off_and_who_has_read_all,
    ],
)


@SCENES
@LOOPS
def test_at_the_end_everybody_is_answered(
    loop: Callable[[], asyncio.AbstractEventLoop], scene: Callable[[], Awaitable[None]]
) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scene())


async def test_a_connection_on_which_nothing_is_said_is_not_waited_for_longer():
    async with served(0.05) as server:
        reader, _ = await server.call(CALL)
        await awaited(reader.readuntil(b"\r\n\r\nok"), "the first answer")
        ending = server.begin()
        assert await rest(reader) == b""
        await awaited(ending, "the end")
