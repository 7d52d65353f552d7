"""The tests themselves keep to this machine and to their own settings."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SETTINGS = Path(__file__).parent.parent / "pyproject.toml"
LITTERING = """
import gc, socket

def leave():
    listener = socket.create_server(("127.0.0.1", 0))
    left = socket.create_connection(listener.getsockname())
    listener.close()
    return left

def test_that_leaves_one_in_a_circle():
    gc.disable()
    circle = [leave()]
    circle.append(circle)

def test_that_sees_it_swept():
    gc.enable()
    gc.collect()

def test_that_leaves_one_itself():
    leave()
"""


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


def test_only_who_leaves_a_socket_open_is_red_for_it(tmp_path):
    (tmp_path / "test_littering.py").write_text(LITTERING, encoding="utf-8")
    own = ["-c", str(SETTINGS), "-o", "addopts=-raRP", "-p", "no:cacheprovider", f"--rootdir={tmp_path}"]
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", *own, str(tmp_path / "test_littering.py")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    ).stdout
    assert "FAILED test_littering.py::test_that_leaves_one_itself" in told
    assert "RERUN test_littering.py::test_that_sees_it_swept" in told
    assert "1 failed, 2 passed, 2 rerun" in told
