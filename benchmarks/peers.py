"""Other people's bots beside ours, where they are installed; a line says so where they are not."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.children import Child, cores, free_port, start
from benchmarks.deployment import Bench, prepared
from benchmarks.figures import Figure
from benchmarks.speed import FORM, Gauge, Town, note

WEROBOT_PYTHON = os.environ.get("WEROBOT_PYTHON", "")
"""The Python of an environment with ``werobot``, ``waitress`` and ``cryptography``."""
RASA_PROJECT, RASA_PYTHON = os.environ.get("RASA_PROJECT", ""), os.environ.get("RASA_PYTHON", "")
"""What ``petition-bot rasa export`` wrote, trained, and the Python that has ``rasa``."""
_HERE = Path(__file__).parent
_ACTIONS_PORT = 5055


async def werobot(of: Bench, kind: str, requests: int, *, rounds: int, at_once: int) -> list[Figure]:
    """``kind``: "echo" keeps nothing, "sessions" keeps its own in SQLite."""
    name = f"WeRoBot 1.13, {kind}"
    if not _has(WEROBOT_PYTHON, "werobot, waitress"):
        note(f"{name}: skipped, WEROBOT_PYTHON names no Python with werobot and waitress")
        return []
    port, account = free_port(), of.account
    words = (WEROBOT_PYTHON, str(_HERE / "werobot_server.py"), str(port), kind, str(of.folder))
    child = start(
        f"werobot-{kind}", (*words, account.app_id, account.token, account.aes_key), of.folder, core=cores()[1]
    )
    try:
        child.wait_ready(port, "/", status=403)
        gauge, town = Gauge(of, child, port, "/"), Town(account, _next=9_000_000)
        for number in range(rounds + 1):
            calls = town.calls("/", town.newcomers(requests), FORM[1])
            await gauge.stretch("", calls, at_once=at_once, counts=number > 0)
        return gauge.figures(name)
    finally:
        child.stop()


async def rasa(of: Bench, people: int, *, at_once: int) -> list[Figure]:
    """The exported project of the same bot over Rasa's REST channel: the form, nothing of WeChat around it."""
    name = "Rasa 3.6 REST: form turn"
    if not (RASA_PROJECT and _has(RASA_PYTHON, "rasa")):
        note(f"{name}: skipped, RASA_PROJECT and RASA_PYTHON name no trained project and no Python with rasa")
        return []
    await prepared(of.database("bench_rasa"))
    with _rasa_runs(of) as (child, port):
        gauge = Gauge(of, child, port, "/webhooks/rest/webhook", check=bool)
        for text in FORM:
            calls = [_rest_call(f"bench{n}", text.format(n=n)) for n in range(people)]
            await gauge.raw("", calls, at_once=at_once)
        return gauge.figures(name)


def _rest_call(sender: str, text: str) -> bytes:
    body = json.dumps({"sender": sender, "message": text}).encode()
    head = "POST /webhooks/rest/webhook HTTP/1.1\r\nHost: rasa\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def _rasa_runs(of: Bench) -> Iterator[tuple[Child, int]]:
    """Rasa on the measured core; its actions, which are ours, on the other one."""
    port = free_port()
    env = of.service_env(free_port(), database="bench_rasa")
    actions = start("actions", ("python", "-m", "bot", "actions"), of.folder, core=cores()[0], env=env)
    words = (RASA_PYTHON, "-m", "rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port))
    project = Path(RASA_PROJECT)
    child = start("rasa", words, of.folder, core=cores()[1], env={"SANIC_WORKERS": "1"}, cwd=project)
    try:
        actions.wait_ready(_ACTIONS_PORT, "/health")
        child.wait_ready(port, "/")
        yield child, port
    finally:
        child.stop()
        actions.stop()


def _has(python: str, modules: str) -> bool:
    if not python or shutil.which(python) is None:
        return False
    return subprocess.run((python, "-c", f"import {modules}"), capture_output=True, check=False).returncode == 0  # noqa: S603
