"""``up`` with real parts and real servers: a backup and a restore beside it, and its sudden end."""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deployment import Deployment, http
from ports import free_port
from waiting import ended, until

from bot.understanding.bundled import bundled_embedder

TOKEN = "sesame-sesame-sesame"

pytestmark = pytest.mark.timeout(600)


class Up(Deployment):
    """``petition-bot up`` with servers of its own."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        port = self.url.rpartition(":")[2]
        super().__init__(folder, ("up",), env={"BOT_HTTP__PORT": port, "BOT_API__TOKENS__X": TOKEN, **env})

    def api(self, method: str, path: str, **body: Any) -> Any:
        """The answer's object; None where nobody answers yet."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        status, told = http(
            method, f"{self.url}/api/v1/{path}", body=json.dumps(body).encode() if body else None, headers=headers
        )
        return json.loads(told) if status in {200, 201} else None

    def filed(self, title: str) -> str:
        place, filer = {"text": "奎文区东风东街", "district": "奎文区"}, {"name": "王女士", "phone": "13800000001"}
        made = self.api("POST", "cases", type="求助", title=title, content=f"{title}很久了", place=place, filer=filer)
        return str(made["number"])

    def numbers(self) -> set[str] | None:
        listed = self.api("GET", "cases")
        return None if listed is None else {case["number"] for case in listed["items"]}

    def command(self, *words: str | Path) -> str:
        done = ended([sys.executable, "-m", "bot", *words], env=self._env)
        assert done.returncode == 0, done.stderr + self.output()[-2000:]
        return done.stdout


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    started = Up(tmp_path)
    try:
        started.start()
        started.wait_ready(f"{started.url}/readyz")
        yield started
    finally:
        started.abandon()


def test_a_restore_beside_up_goes_back_to_the_backup_and_the_parts_go_on(up: Up, tmp_path: Path) -> None:
    first = up.filed("路灯坏了")
    up.command("backup", tmp_path / "b.zip")
    second = up.filed("井盖丢了")
    assert up.numbers() == {first, second}
    parts = up.run_file()["parts"]
    up.command("restore", tmp_path / "b.zip", "--replace", "--confirm", "petition_bot")
    assert until(up.numbers, "the API answers again", 120) == {first}
    up.wait_ready(f"{up.url}/readyz")
    assert up.run_file()["parts"]["web"] != parts["web"]
    third = up.filed("水管漏了")
    assert up.numbers() == {first, third}
    assert third != second
    up.stop()
    # And where nothing runs, it starts the folder's own server for as long as it needs it.
    up.command("backup", tmp_path / "c.zip")
    assert up.processes() == {}


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    bundled = bundled_embedder() is not None
    up = Up(tmp_path, BOT_UNDERSTANDING__EMBEDDINGS="auto")
    begun: dict[int, str] = {}
    try:
        up.start()
        up.wait_ready(f"{up.url}/readyz")
        [supervisor] = [child.pid for child in up._children]
        wanted = ["mongod", "-server ", " web", " worker", *(["understanding.host"] if bundled else [])]

        def all_there() -> bool:
            begun.update(below(supervisor))
            return all(any(word in line for line in begun.values()) for word in wanted)

        until(all_there, f"all of {wanted} run", 120)
        os.kill(supervisor, signal.SIGKILL)
        up._children[0].wait()
        until(lambda: not any(runs(pid, line) for pid, line in begun.items()), "none of them lives")
    finally:
        up.abandon()
        for pid in [pid for pid, line in begun.items() if runs(pid, line)]:
            os.kill(pid, signal.SIGKILL)


def below(pid: int) -> dict[int, str]:
    """The command lines of what ``pid`` began, and of what that began."""
    found: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                child = int(folder.name)
                found |= {child: line_of(child), **below(child)}
    return found


def line_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def runs(pid: int, line: str) -> bool:
    """Whether it is that process still, and no zombie (which has no command line)."""
    return bool(line) and line_of(pid) == line
