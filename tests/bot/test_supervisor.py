"""The supervisor with real child processes: small ones that stand in for web and worker."""

import asyncio
import os
import shutil
import signal
import socket
import stat
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from waiting import awaited, soon, within

from bot.settings import load
from bot.supervisor.parts import Part, Supervisor
from bot.supervisor.plan import Plan
from bot.supervisor.ports import PortTaken, free_port
from bot.supervisor.run_file import RunFile, find_running, forget

SH = shutil.which("sh") or "/bin/sh"
STAYS = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done"
STUBBORN = "trap '' TERM; echo up; while :; do sleep 0.02; done"


class Heard:
    """What the parts said, and waiting for it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._more = asyncio.Event()

    def __call__(self, name: str, line: str) -> None:
        self.lines.append(f"{name}: {line}")
        self._more.set()

    async def until(self, done: Callable[[list[str]], bool]) -> None:
        async with within(lambda: f"what was to be said; said was {self.lines}"):
            while not done(self.lines):
                self._more.clear()
                await self._more.wait()


def part(name: str, script: str, **more: float) -> Part:
    return Part(name=name, argv=(SH, "-c", script), env={"PATH": os.environ["PATH"]}, **more)


@asynccontextmanager
async def supervised(heard: Heard, *parts: Part) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(parts, heard, pauses=(0.01, 0.05))
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.kill()
        await supervisor.stop()


async def test_a_part_that_dies_is_started_again_later_and_later() -> None:
    heard = Heard()
    async with supervised(heard, part("web", "echo up; exit 3")):
        await heard.until(lambda lines: lines.count("web: up") >= 4)
    pauses = [line.rpartition("，")[2] for line in heard.lines if "意外退出" in line]
    assert pauses[:3] == ["0.01 秒后重新启动", "0.05 秒后重新启动", "0.05 秒后重新启动"]
    assert any("代码 3" in line for line in heard.lines)


async def test_a_killed_part_is_started_again() -> None:
    heard = Heard()
    async with supervised(heard, part("web", STAYS)) as supervisor:
        await heard.until(lambda lines: "web: up" in lines)
        first = supervisor.pids["web"]
        os.kill(first, signal.SIGKILL)
        await heard.until(lambda lines: lines.count("web: up") == 2)
        assert supervisor.pids["web"] != first
    assert any("SIGKILL" in line for line in heard.lines)


async def test_wrong_settings_are_not_tried_again() -> None:
    heard = Heard()
    async with supervised(heard, part("web", STAYS), part("worker", "echo 'http.port: wrong'; exit 2")) as supervisor:
        assert await awaited(supervisor.gave_up(), "it gives up") == 2
    assert heard.lines.count("worker: http.port: wrong") == 1


async def test_parts_stop_one_after_the_other() -> None:
    heard = Heard()
    names = ["web", "worker", "sandbox"]
    async with supervised(heard, *(part(name, STAYS) for name in names)) as supervisor:
        await heard.until(lambda lines: len(lines) == 3)
        await supervisor.stop()
        assert supervisor.pids == {}
    assert heard.lines[3:] == [f"{name}: bye" for name in names]


async def test_a_part_that_will_not_stop_is_killed_after_its_grace() -> None:
    heard = Heard()
    async with supervised(heard, part("web", STUBBORN, grace=0.1)) as supervisor:
        await heard.until(lambda lines: "web: up" in lines)
        pid = supervisor.pids["web"]
        await supervisor.stop()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_stopping_does_not_wait_for_the_pause_before_a_restart() -> None:
    heard = Heard()
    supervisor = Supervisor([part("web", "exit 1")], heard, pauses=(60.0,))
    supervisor.start()
    await heard.until(bool)
    await awaited(supervisor.stop(), "it stops without the pause of 60 s", 30)


async def test_endless_lines_are_cut_and_odd_bytes_are_borne() -> None:
    heard = Heard()
    script = r"""head -c 100000 /dev/zero | tr '\0' x; printf '\n\377\n'; echo end; exit 2"""
    async with supervised(heard, part("web", script)):
        await heard.until(lambda lines: "web: end" in lines)
    assert "".join(heard.lines).count("x") == 100_000
    assert "web: \ufffd" in heard.lines


@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv (util-linux) is not installed")
async def test_nobody_is_left_behind_when_the_supervisor_is_killed() -> None:
    program = textwrap.dedent(f"""
        import asyncio
        from bot.supervisor.parts import Part, Supervisor
        async def main():
            parts = [Part(name=n, argv=({SH!r}, "-c", {STAYS!r})) for n in "ab"]
            up = 0
            def say(name, line):
                nonlocal up
                up += line == "up"
                if up == 2:
                    print(*supervisor.pids.values(), flush=True)
            supervisor = Supervisor(parts, say)
            supervisor.start()
            await supervisor.gave_up()
        asyncio.run(main())
    """)
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert parent.stdout is not None
    pids = [int(word) for word in (await awaited(parent.stdout.readline(), "both run")).split()]
    assert len(pids) == 2
    parent.kill()
    await parent.wait()
    try:
        await soon(lambda: not any(_alive(pid) for pid in pids), "none of them lives")
    finally:
        for pid in filter(_alive, pids):
            os.kill(pid, signal.SIGKILL)


def _alive(pid: int) -> bool:
    try:
        # a zombie whose new parent is slow to look is dead all the same
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


UP = """
import asyncio, sys
from pathlib import Path
from bot.settings import load
from bot.supervisor.parts import Part
from bot.supervisor.plan import Plan
from bot.supervisor.up import run_up

class Stub(Plan):
    embedded = False
    def parts(self, addresses):
        http = (sys.executable, "-m", "http.server", str(self.settings.http.port), "-b", "127.0.0.1", "-d", sys.argv[2])
        return [Part(name="web", argv=http), Part(name="worker", argv=("/bin/sh", "-c", sys.argv[3]), grace=30)]

env = {"BOT_HTTP__PORT": sys.argv[1], "BOT_DATA_DIR": sys.argv[2], "BOT_API__TOKENS__X": "sesame-sesame-sesame"}
sys.exit(asyncio.run(run_up(Stub(settings=load([], env)))))
"""


@asynccontextmanager
async def up(folder: Path, worker: str) -> AsyncIterator[asyncio.subprocess.Process]:
    (folder / "readyz").write_text("ok")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        UP,
        str(a_free_port()),
        str(folder),
        worker,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()


async def said(stream: asyncio.StreamReader | None, what: str) -> str:
    assert stream is not None
    text = ""
    async with within(f"it says {what}"):
        while what not in text:
            line = await stream.readline()
            assert line, text
            text += line.decode()
    return text


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_up_says_where_it_is_and_stops_cleanly_on_a_signal(tmp_path: Path, number: int) -> None:
    async with up(tmp_path, STAYS) as process:
        text = await said(process.stdout, "Ctrl-C")
        running = find_running(tmp_path)
        assert running is not None
        assert running.pid == process.pid
        assert running.bot_url in text
        assert set(running.parts) == {"web", "worker"}
        assert stat.S_IMODE((tmp_path / "run.json").stat().st_mode) == 0o600
        assert "sesame" not in text + (tmp_path / "run.json").read_text()
        process.send_signal(number)
        assert await awaited(process.wait(), "it ends") == 0
        assert not any(_alive(pid) for pid in running.parts.values())
    assert find_running(tmp_path) is None
    assert not (tmp_path / "run.json").exists()


async def test_a_second_ctrl_c_ends_what_will_not_stop(tmp_path: Path) -> None:
    async with up(tmp_path, STUBBORN) as process:
        await said(process.stdout, "Ctrl-C")
        process.send_signal(signal.SIGINT)
        await said(process.stderr, "再按一次")
        process.send_signal(signal.SIGINT)
        assert await awaited(process.wait(), "it ends") == 0


async def test_up_gives_up_where_a_part_finds_the_settings_wrong(tmp_path: Path) -> None:
    async with up(tmp_path, "exit 2") as process:
        assert await awaited(process.wait(), "it ends") == 2


def test_a_taken_port_is_named_and_the_next_free_one_is_found() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            free_port("127.0.0.1", port, fixed=True)
        assert str(port) in caught.value.sentence
        assert free_port("127.0.0.1", port, fixed=False) > port


def test_secrets_reach_the_children_by_environment_alone() -> None:
    env = {"BOT_MONGODB_URI": "mongodb://u:hush@h/", "BOT_API__TOKENS__X": "hush"}
    plan = Plan(settings=load([], env), config=(Path("bot.toml"),), environment=env, sandbox_port=1)
    parts = plan.parts({"BOT_REDIS_URL": "redis://:hush@h"})
    assert [one.name for one in parts] == ["web", "worker", "sandbox"]
    for one in parts:
        assert "hush" not in " ".join(one.argv) + repr(one)
        assert one.env["BOT_REDIS_URL"] == "redis://:hush@h"
        assert one.argv[1:5] == ("-m", "bot", "--config", "bot.toml")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', '{"pid": 999999999, "bot_url": ""}'])
def test_a_broken_or_stale_run_file_means_that_nothing_runs(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    assert find_running(tmp_path) is None
    forget(tmp_path)
    assert not (tmp_path / "run.json").exists()


def test_anothers_run_file_is_left_alone(tmp_path: Path) -> None:
    RunFile(pid=os.getppid(), bot_url="http://x").write(tmp_path)
    forget(tmp_path)
    assert (tmp_path / "run.json").exists()
