"""A mongod as a replica set of one, since only replica sets know transactions."""

import asyncio
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from storage.driver import Database, connect
from storage.embedded.process import Program, accepts
from storage.errors import StorageAway, StorageError

NAME = "mongodb"
REPLICA_SET = "petition-bot"
SOCKET = "mongodb-27017.sock"
_CACHE_GB, _OPLOG_MB = "0.25", "64"
_CHECKPOINT_SECONDS = "10"
_COMMAND_MS = 5_000
_POLL = 0.01


def program(binary: Path, data_dir: Path, sockets: Path) -> Program:
    """Say how to run it: small, journalled, without TCP."""
    data = data_dir / NAME
    options = {
        "--dbpath": data,
        "--replSet": REPLICA_SET,
        "--bind_ip": sockets / SOCKET,
        "--unixSocketPrefix": sockets,
        "--wiredTigerCacheSizeGB": _CACHE_GB,
        "--oplogSize": _OPLOG_MB,
        # Files of what was dropped go with the next checkpoint; the tests drop a hundred of them each second.
        "--syncdelay": _CHECKPOINT_SECONDS,
        # 17 MB on disk at first instead of 315; the journal itself stays on.
        "--wiredTigerEngineConfigString": "log=(prealloc=false,file_max=16MB)",
    }
    parameters = ["--quiet"]
    for parameter in (
        "diagnosticDataCollectionEnabled=false",
        # A stall may leave a transaction open; until it is ended its documents cannot be written (0004).
        "transactionLifetimeLimitSeconds=5",
        # Nobody reads the past here. By itself the server keeps five minutes of it, dropped files and all, open.
        "minSnapshotHistoryWindowInSeconds=0",
        # A collection is a file, and each of its indexes: those that nobody uses are closed.
        "wiredTigerFileHandleCloseIdleTime=30",
    ):
        parameters += ["--setParameter", parameter]
    return Program(
        name=NAME,
        command=[str(binary), *parameters, *(str(part) for option in options.items() for part in option)],
        mark=str(data),
        folder=data,
        pid_file=data_dir / f"{NAME}.pid",
        log_file=data_dir / f"{NAME}.log",
    )


def uri(sockets: Path) -> str:
    return f"mongodb://{quote(str(sockets / SOCKET), safe='')}/?directConnection=true"


async def serves(sockets: Path) -> bool:
    """Tell whether it takes writes; where it is new, make it a replica set."""
    if not await accepts(sockets / SOCKET):
        return False
    # A client of its own: one that saw the server before it was a replica set goes on to refuse sessions.
    admin = await connect(uri(sockets), driver="pymongo", timeout_ms=_COMMAND_MS, name="admin")
    try:
        return await _becomes_primary(admin, str(sockets / SOCKET))
    except StorageAway:
        return False
    finally:
        await admin.close()


async def _becomes_primary(admin: Database, host: str) -> bool:
    end = asyncio.get_running_loop().time() + _COMMAND_MS / 1_000
    while asyncio.get_running_loop().time() < end:
        hello = await admin.command("hello")
        if hello.get("isWritablePrimary"):
            return True
        await _lead(admin, host)
        await asyncio.sleep(_POLL)
    return False


async def _lead(admin: Database, host: str) -> None:
    """Bring it nearer to being the primary, whatever it lacks for that."""
    try:
        config = (await admin.command("replSetGetConfig"))["config"]
        if config["members"][0]["host"] != host:  # the folder was moved, or its sockets lie elsewhere now
            config["members"][0]["host"] = host
            config["version"] += 1
            await admin.command("replSetReconfig", config, force=True)
    except StorageAway:
        raise
    except StorageError:  # no config yet: it is new, or still reading
        with suppress(StorageError):
            await admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [{"_id": 0, "host": host}]})
