"""A first line that was too long came back in the answer and stood in the log, with the secret in its query."""

import asyncio
import io
import logging

import aiohttp
import pytest
import structlog
from aiohttp import web

from bot.observability import configure_logging
from bot.redaction import Redactor
from bot.web import make_runner

SECRET = "k3y-in-the-address"
LONG = f"/channels/sms/main?key={SECRET}&text=" + "%E8%B7%AF" * 12_000


@pytest.fixture
async def server():
    """The address of a server as ``web`` runs it, and everything that it logged."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    log = io.StringIO()
    configure_logging(level="debug", form="json", redactor=Redactor(), stream=log)
    app = web.Application()
    app.router.add_get("/breaks", _breaks)
    runner = make_runner(app, shutdown_seconds=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield str(host), int(port), log
    await runner.cleanup()
    root.handlers[:] = before
    structlog.reset_defaults()


async def _breaks(request: web.Request) -> web.Response:
    raise RuntimeError(request.query["key"])


async def answer_to(host: str, port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (f"GET {LONG} HTTP/1.1\r\nHost: office\r\n\r\n".encode(), b"400"),
        (f"GET /x HTTP/1.1\r\nHost: office\r\nX: y\r\n{SECRET}\r\n\r\n".encode(), b"400"),
        (f"{SECRET.replace('-', '@')} /x HTTP/1.1\r\n\r\n".encode(), b"400"),
        (f"GET /breaks?key={SECRET} HTTP/1.1\r\nHost: office\r\n\r\n".encode(), b"500"),
    ],
)
async def test_neither_the_answer_nor_the_log_holds_what_was_sent(server, request_bytes: bytes, status: bytes) -> None:
    host, port, log = server
    answer = await answer_to(host, port, request_bytes)
    assert answer.split(b" ", 2)[1] == status
    assert answer.partition(b"\r\n\r\n")[2] == b""
    assert b"k3y" not in answer
    assert "web.refused" in log.getvalue()
    assert "k3y" not in log.getvalue()


async def test_what_is_well_formed_is_answered_as_before(server) -> None:
    host, port, _ = server
    async with aiohttp.ClientSession() as client, client.get(f"http://{host}:{port}/nowhere") as response:
        assert response.status == 404
