"""The tests themselves keep to this machine and to their own settings."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
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
IN_VAIN = """
import pytest
from playwright.sync_api import expect, sync_playwright

@pytest.fixture(scope="module")
def page():
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=%r, args=["--no-sandbox"]).new_page()
        page.set_content("<p>受理</p>")
        yield page

def test_that_expects(page):
    expect(page.locator("p")).to_have_text("办结", timeout=10)

def test_that_clicks(page):
    page.get_by_role("button").click(timeout=10)

def test_that_compares(page):
    assert page.locator("p").inner_text() == "办结"
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


def told_of(name: str, tests: str, folder: Path) -> str:
    """What pytest says of tests of their own, under this project's settings."""
    (folder / name).write_text(tests, encoding="utf-8")
    own = ["-c", str(SETTINGS), "-o", "addopts=-raRP", "-p", "no:cacheprovider", f"--rootdir={folder}"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", *own, str(folder / name)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    ).stdout


def test_only_who_leaves_a_socket_open_is_red_for_it(tmp_path):
    told = told_of("test_littering.py", LITTERING, tmp_path)
    assert "FAILED test_littering.py::test_that_leaves_one_itself" in told
    assert "RERUN test_littering.py::test_that_sees_it_swept" in told
    assert "1 failed, 2 passed, 2 rerun" in told


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_what_a_browser_waited_for_in_vain_is_tried_once_more_and_a_wrong_value_never(tmp_path):
    told = told_of("test_in_vain.py", IN_VAIN % CHROMIUM, tmp_path)
    assert "RERUN test_in_vain.py::test_that_expects" in told
    assert "RERUN test_in_vain.py::test_that_clicks" in told
    assert "3 failed, 2 rerun" in told
