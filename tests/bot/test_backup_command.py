"""``backup``, ``restore`` and the key between them, as an administrator types them; and what is killed on the way."""

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from waiting import awaited, ended

from bot.backups.places import refuse_small_disk
from bot.backups.standing_aside import begin_parts_anew, up_runs
from bot.supervisor.run_file import RunFile
from storage.backups.restoring import Target, look
from storage.backups.taking import take
from storage.driver import Database, connect
from storage.embedded import Endpoints
from storage.errors import BackupRefused
from storage.master_key import KeyFile
from storage.personal_data import Vault, open_vault
from storage.store import Store
from storage.units import Unit

if TYPE_CHECKING:
    from subprocess import CompletedProcess

PASSPHRASE = "梧桐 green 47 horses"


class Machine:
    """A data folder and a database."""

    def __init__(self, servers: Endpoints, folder: Path) -> None:
        self.name = f"b_{uuid.uuid4().hex}"
        self.folder = folder
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        self.env |= {
            "BOT_MONGODB_URI": servers.mongodb_uri.replace("/?", f"/{self.name}?"),
            "BOT_DATA_DIR": str(folder),
        }
        self.key = KeyFile(folder / "keys" / "master.key")

    def command(self, *words: str | Path, typed: str = "") -> "CompletedProcess[str]":
        return ended([sys.executable, "-m", "bot", *words], env=self.env, input=typed)

    def ran(self, *words: str | Path, typed: str = "") -> str:
        done = self.command(*words, typed=typed)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *words: str | Path, typed: str = "") -> str:
        """What it says; one clear line or a few, and no traceback."""
        done = self.command(*words, typed=typed)
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stderr
        return done.stderr

    async def database(self) -> Database:
        """Ours, which a restore does not take for the service's."""
        return await connect(self.env["BOT_MONGODB_URI"], timeout_ms=10_000, purpose="test")

    async def opened(self, database: Database) -> Vault:
        return await open_vault(database, self.key)


@pytest.fixture
async def here(servers: Endpoints, tmp_path: Path) -> AsyncIterator[tuple[Machine, Database]]:
    """A machine with a store that holds a unit."""
    machine = Machine(servers, tmp_path / "here")
    database = await machine.database()
    store = await Store.open(database, await machine.opened(database))
    await store.units.put([Unit(id="office", name="某市信访局")])
    yield machine, database
    await database.drop()
    await database.close()


@pytest.fixture
async def there(servers: Endpoints, tmp_path: Path) -> AsyncIterator[tuple[Machine, Database]]:
    """A machine with nothing on it."""
    machine = Machine(servers, tmp_path / "there")
    database = await machine.database()
    yield machine, database
    await database.drop()
    await database.close()


async def units(database: Database) -> list[str]:
    return [each["_id"] async for each in database["units"].each({}, sort=[("_id", 1)])]


async def test_a_backup_and_the_key_bring_the_store_to_another_machine(
    here: tuple[Machine, Database], there: tuple[Machine, Database], tmp_path: Path
) -> None:
    (machine, _), (other, database) = here, there
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n", "utf-8")
    kept = tmp_path / "kept"
    kept.mkdir()
    said = machine.ran("backup", kept)
    [backup] = kept.glob("petition-bot-*.zip")
    assert str(backup) in said
    assert backup.stat().st_mode & 0o777 == 0o600
    assert machine.key.fingerprint() in said
    machine.ran("keys", "export", kept / "key.json", "--passphrase-file", tmp_path / "passphrase")
    assert "keys import" in other.refused("restore", backup)
    other.ran("keys", "import", kept / "key.json", "--passphrase-file", tmp_path / "passphrase")
    assert "备份完好" in other.ran("restore", backup, "--check")
    assert await database.collection_names() == []
    assert f"已恢复到数据库 {other.name}" in other.ran("restore", backup)
    assert await units(database) == ["office"]
    await other.opened(database)


async def test_data_that_are_there_go_only_where_the_database_is_typed(
    here: tuple[Machine, Database], tmp_path: Path
) -> None:
    machine, database = here
    await take(database, machine.key, tmp_path / "b.zip", at=datetime.now(UTC))
    await database["units"].insert_one({"_id": "later"})
    assert "已经有数据" in machine.refused("restore", tmp_path / "b.zip")
    assert "没有恢复" in machine.refused("restore", tmp_path / "b.zip", "--replace", typed="yes\n")
    assert await units(database) == ["later", "office"]
    done = machine.command("restore", tmp_path / "b.zip", "--replace", typed=f"{machine.name}\n")
    assert done.returncode == 0, done.stderr
    assert await units(database) == ["office"]


async def test_where_the_service_uses_the_database_nothing_is_restored(
    here: tuple[Machine, Database], tmp_path: Path
) -> None:
    machine, database = here
    await take(database, machine.key, tmp_path / "b.zip", at=datetime.now(UTC))
    web = await connect(machine.env["BOT_MONGODB_URI"], timeout_ms=10_000)
    try:
        await web.ping()
        said = machine.refused("restore", tmp_path / "b.zip", "--replace", "--confirm", machine.name)
    finally:
        await web.close()
    assert "先停掉所有 web 和 worker" in said
    assert await units(database) == ["office"]


def test_a_damaged_file_is_named_in_a_line(servers: Endpoints, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"PK no zip")
    said = Machine(servers, tmp_path).refused("restore", tmp_path / "no.zip")
    assert str(tmp_path / "no.zip") in said
    assert "已损坏" in said


async def test_a_disk_that_is_full_is_told_and_leaves_nothing(here: tuple[Machine, Database], tmp_path: Path) -> None:
    machine, database = here
    await database["units"].insert_one({"_id": "large", "content": os.urandom(1_000_000)})
    kept = tmp_path / "kept"
    kept.mkdir()
    limited = 'ulimit -f 200; exec "$@"'
    words = ["sh", "-c", limited, "sh", sys.executable, "-m", "bot", "backup", str(kept)]
    done = ended(words, env={**machine.env, "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 1
    assert "备份写不进" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(kept.iterdir()) == []


async def test_what_a_killed_up_wrote_down_ends_nobody(tmp_path: Path) -> None:
    foreign = await asyncio.create_subprocess_exec("sleep", "600")
    try:
        RunFile(pid=os.getppid(), bot_url="http://x", parts={"web": foreign.pid}).write(tmp_path)
        assert not up_runs(tmp_path)
        await begin_parts_anew(tmp_path)
        assert foreign.returncode is None
    finally:
        foreign.kill()
        await foreign.wait()


def test_a_restore_that_would_not_fit_is_refused_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="磁盘空间不够"):
        refuse_small_disk(tmp_path / "not" / "there" / "yet", 10**18)
    refuse_small_disk(tmp_path / "not" / "there" / "yet", 1)


async def test_an_unreadable_target_is_told(here: tuple[Machine, Database], tmp_path: Path) -> None:
    machine, _ = here
    assert "请先建立它" in machine.refused("backup", tmp_path / "none" / "b.zip")
    (tmp_path / "b.zip").write_bytes(b"")
    assert "不会覆盖" in machine.refused("backup", tmp_path / "b.zip")


KILLED = """
import asyncio, os, sys
from datetime import datetime, UTC
from pathlib import Path
from bot.master_key import master_key
from bot.settings import load
from storage.backups.reading import BackupFile
from storage.backups.restoring import restore
from storage.backups.taking import take
from storage.driver import Database, connect

def stop(*_words):
    print("here", flush=True)
    sys.stdin.read()

async def rename(self, name, to):
    if to != "arrivals":
        stop()
    await renames(self, name, to)

async def main(what, path):
    settings = load([], os.environ)
    database = await connect(settings.storage.mongodb_uri.get_secret_value(), timeout_ms=20_000, purpose="test")
    if what == "backup":
        await take(database, master_key(settings), Path(path), at=datetime.now(UTC), advance=stop)
    file = BackupFile(Path(path))
    advance = stop if what == "loading" else lambda _: None
    await restore(database, file, file.check(), at=datetime.now(UTC), advance=advance)

renames, Database.rename = Database.rename, rename
asyncio.run(main(*sys.argv[1:]))
"""


async def killed(machine: Machine, what: str, path: Path) -> None:
    """A backup or a restore that is killed (SIGKILL) half way."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        KILLED,
        what,
        str(path),
        env=machine.env,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await awaited(process.stdout.readline(), "it is half way") == b"here\n"
    process.send_signal(signal.SIGKILL)
    await process.communicate()


async def test_a_killed_backup_leaves_no_file_of_that_name_and_the_next_one_tidies_up(
    here: tuple[Machine, Database], tmp_path: Path
) -> None:
    machine, _ = here
    kept = tmp_path / "kept"
    kept.mkdir()
    await killed(machine, "backup", kept / "one.zip")
    assert [path.name for path in kept.iterdir()] == [".one.zip.partial"]
    machine.ran("backup", kept / "two.zip")
    assert [path.name for path in kept.iterdir()] == ["two.zip"]
    machine.ran("restore", kept / "two.zip", "--check")


@pytest.mark.parametrize("where", ["loading", "exchanging"])
async def test_a_killed_restore_is_told_and_repeated(
    here: tuple[Machine, Database], there: tuple[Machine, Database], tmp_path: Path, where: str
) -> None:
    (machine, first), (other, database) = here, there
    await take(first, machine.key, tmp_path / "b.zip", at=datetime.now(UTC))
    other.key.put(machine.key.content())
    await killed(other, where, tmp_path / "b.zip")
    # Nobody begins in what is not whole.
    assert "再运行一次 petition-bot restore" in other.refused("staff", "list")
    assert "上次恢复没有完成" in other.ran("restore", tmp_path / "b.zip")
    assert await units(database) == ["office"]
    assert await look(database) is Target.IN_USE


def test_the_key_of_another_store_is_kept_where_it_is(servers: Endpoints, tmp_path: Path) -> None:
    one, two = Machine(servers, tmp_path / "one"), Machine(servers, tmp_path / "two")
    one.key.load_or_make()
    two.key.load_or_make()
    (tmp_path / "passphrase").write_text(PASSPHRASE, "utf-8")
    asked = ("--passphrase-file", tmp_path / "passphrase")
    one.ran("keys", "export", tmp_path / "key.json", *asked)
    before = two.key.content()
    assert two.key.fingerprint() in two.refused("keys", "import", tmp_path / "key.json", *asked)
    (tmp_path / "passphrase").write_text("another passphrase", "utf-8")
    assert "口令不对" in two.refused("keys", "import", tmp_path / "key.json", "--replace", *asked)
    assert two.key.content() == before
    (tmp_path / "passphrase").write_text(PASSPHRASE, "utf-8")
    two.ran("keys", "import", tmp_path / "key.json", "--replace", *asked)
    assert two.key.content() == one.key.content()
    assert [path.read_text() for path in two.key.path.parent.glob("master.key.*")] == [before]


def test_a_program_gives_the_passphrase_without_being_asked(servers: Endpoints, tmp_path: Path) -> None:
    machine = Machine(servers, tmp_path)
    machine.key.load_or_make()
    done = machine.command("keys", "export", tmp_path / "key.json", typed=f"{PASSPHRASE}\n")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    machine.ran("keys", "import", tmp_path / "key.json", typed=f"{PASSPHRASE}\n")
    assert "--passphrase-file" in machine.refused("keys", "export", tmp_path / "two.json", typed="")
    assert not (tmp_path / "two.json").exists()


def test_a_key_in_a_key_management_service_stays_there(servers: Endpoints, tmp_path: Path) -> None:
    machine = Machine(servers, tmp_path)
    machine.env["BOT_KEYS__KMS_URI"] = "gcp-kms://projects/p/locations/l/keyRings/r/cryptoKeys/k"
    assert "密钥服务" in machine.refused("keys", "export", tmp_path / "key.json")
