"""The tests themselves keep to this machine and to their own settings."""

import asyncio
import os
import socket

import pytest


async def test_no_test_reaches_beyond_this_machine():
    with pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
        await asyncio.open_connection("192.0.2.1", 80)
    with socket.socket() as sock, pytest.raises(AssertionError):
        sock.connect_ex(("192.0.2.1", 80))


async def test_loopback_is_open():
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.close()
    await writer.wait_closed()
    server.close()


def test_no_setting_of_the_tester_is_seen():
    assert not [name for name in os.environ if name.startswith("BOT_")]
