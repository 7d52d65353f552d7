"""Who opens connections and takes their time is given up; who shares the server with them notices nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from waiting import awaited, soon

from bot import slow_callers
from bot.web import make_runner

A_WHILE = 3_600.0
CALL = b"POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"


class Served:
    """A server as ``web`` runs it, and callers who speak bytes."""

    def __init__(self, runner: web.AppRunner) -> None:
        self._runner = runner
        self._host, self._port = runner.addresses[0][:2]
        self._writers: list[asyncio.StreamWriter] = []

    async def call(self, first: bytes, address: str = "127.0.0.1") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(self._host, self._port, local_addr=(address, 0))
        self._writers.append(writer)
        writer.write(first)
        return reader, writer

    async def answer(self, address: str = "127.0.0.1") -> bytes:
        reader, _ = await self.call(b"GET /ok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", address)
        return await awaited(reader.read(), "the answer")

    @property
    def connections(self):
        assert self._runner.server is not None
        return self._runner.server.connections

    def close(self) -> None:
        for writer in self._writers:
            writer.close()


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    for name in ("HEAD_SECONDS", "BODY_SECONDS"):
        monkeypatch.setattr(slow_callers, name, A_WHILE)

    async def form(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.post())))

    async def ok(_request: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_post("/form", form)
    app.router.add_get("/ok", ok)
    runner = make_runner(app, shutdown_seconds=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made = Served(runner)
    yield made
    made.close()
    await runner.cleanup()


@pytest.mark.parametrize(
    "said",
    [b"", b"GET", b"GET /ok HTTP/1.1\r\n", b"GET /ok HTTP/1.1\r\nHost: x\r\nX-A: b\r\n"],
    ids=["nothing", "a-word", "a-line", "some-headers"],
)
async def test_a_head_that_never_ends_is_given_up(served: Served, monkeypatch, said: bytes) -> None:
    monkeypatch.setattr(slow_callers, "HEAD_SECONDS", 0.05)
    reader, _ = await served.call(said)
    assert await awaited(reader.read(), "the end of the connection") == b""


async def test_so_is_the_second_one_on_a_connection(served: Served, monkeypatch) -> None:
    reader, writer = await served.call(b"GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await awaited(reader.readuntil(b"ok"), "the answer")).startswith(b"HTTP/1.1 200")
    monkeypatch.setattr(slow_callers, "HEAD_SECONDS", 0.05)
    writer.write(b"GET /ok HT")
    assert await awaited(reader.read(), "the end of the connection") == b""


async def test_a_form_that_never_ends_is_given_up(served: Served, monkeypatch, caplog) -> None:
    monkeypatch.setattr(slow_callers, "BODY_SECONDS", 0.05)
    reader, _ = await served.call(CALL + b"Content-Length: 100\r\n\r\na=")
    assert await awaited(reader.read(), "the end of the connection") == b""
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_large_form_that_goes_on_is_waited_for(served: Served) -> None:
    size = slow_callers.BODY_BYTES + 10
    reader, writer = await served.call(CALL + b"Content-Length: %d\r\n\r\n" % size + b"a=" + b"x" * (size - 12))
    [one] = await soon(lambda: [each for each in served.connections if each._unfinished.got >= size - 10], "it came")
    one._late()
    assert one.transport is not None
    assert one._unfinished.timer is not None
    writer.write(b"x" * 10)
    assert (await awaited(reader.readuntil(b"\r\n\r\n1"), "the answer")).startswith(b"HTTP/1.1 200")
    assert one._unfinished.timer is None


async def test_what_came_whole_waits_for_nobody(served: Served) -> None:
    reader, _ = await served.call(CALL + b"Content-Length: 3\r\n\r\na=b")
    await awaited(reader.readuntil(b"\r\n\r\n1"), "the answer")
    [one] = served.connections
    assert one._unfinished.timer is None
    assert one._slow.waiting == {}


async def test_an_address_with_too_many_unfinished_calls_loses_its_oldest_and_nobody_elses(
    served: Served, monkeypatch
) -> None:
    monkeypatch.setattr(slow_callers, "MOST_WAITING", 3)
    monkeypatch.setattr(slow_callers, "_FRESH_SECONDS", -1.0)
    other, _ = await served.call(b"GET /ok HTTP/1.1\r\n", "127.0.0.2")
    abusive = []
    for number in range(5):
        abusive.append((await served.call(b"GET /ok HTTP/1.1\r\n"))[0])
        await soon(lambda count=number: len(served.connections) == 2 + min(count, 2), "it is there")
    for reader in abusive[:2]:
        assert await awaited(reader.read(), "the end of the oldest") == b""
    assert (await served.answer("127.0.0.3")).endswith(b"ok")
    assert not any(reader.at_eof() for reader in (other, *abusive[2:]))
    assert (await served.answer("127.0.0.2")).endswith(b"ok")


async def test_many_that_come_at_once_are_all_heard(served: Served, monkeypatch) -> None:
    monkeypatch.setattr(slow_callers, "MOST_WAITING", 3)
    monkeypatch.setattr(slow_callers, "_FRESH_SECONDS", A_WHILE)
    answers = await asyncio.gather(*(served.answer() for _ in range(30)))
    assert all(answer.endswith(b"ok") for answer in answers)
