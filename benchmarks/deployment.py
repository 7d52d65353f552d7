"""What is measured against: the databases, the service as people run it, and the bare bot, each on its core."""

import asyncio
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.children import Child, children_of, cores, free_port, on_core, start
from benchmarks.platform_calls import Account
from storage.driver import connect
from storage.embedded import EmbeddedServers, Endpoints
from storage.migrations import migrate

_LEARN_S = 300.0
_INDEXES_MS = 120_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Databases that run, a folder, an account of the platform."""

    folder: Path
    servers: Endpoints
    account: Account = field(default_factory=Account)

    @property
    def mongod(self) -> int:
        return self.servers.pids["mongodb"]

    def database(self, name: str) -> str:
        """The address of a database of this name."""
        return self.servers.mongodb_uri.replace("/?", f"/{name}?")

    def service_env(self, port: int, *, database: str, driver: str = "") -> Mapping[str, str]:
        """The settings of a service without a model for meanings: the light tier, nobody waited for."""
        data_dir = self.folder / f"data-{database}"
        if not data_dir.exists():
            data_dir.mkdir(mode=0o700)
            for models in list(self.folder.glob("data-*/models"))[:1]:  # learned once for all
                shutil.copytree(models, data_dir / "models")
        return {
            "BOT_DATA_DIR": str(data_dir),
            "BOT_MONGODB_URI": self.database(database),
            "BOT_REDIS_URL": self.servers.redis_url,
            "BOT_HTTP__PORT": str(port),
            "BOT_LOG__LEVEL": "warning",
            "BOT_DIALOG__GATHER_SECONDS": "0",
            "BOT_UNDERSTANDING__EMBEDDINGS": "off",
            "BOT_API__TOKENS__BENCH": secrets.token_urlsafe(24),
            "BOT_WECHAT__MAIN__APP_ID": self.account.app_id,
            "BOT_WECHAT__MAIN__APP_SECRET": secrets.token_hex(16),
            "BOT_WECHAT__MAIN__TOKEN": self.account.token,
            "BOT_WECHAT__MAIN__ENCODING_AES_KEY": self.account.aes_key,
            "BOT_WECHAT__MAIN__API_BASE": "http://127.0.0.1:9",
            **({"BOT_STORAGE__DRIVER": driver} if driver else {}),
        }


@asynccontextmanager
async def bench(folder: Path | None = None) -> AsyncIterator[Bench]:
    """Databases on the driver's core, in ``folder`` or in one that goes away."""
    near, _ = cores()
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary, on_core(near):
        place = folder or Path(temporary)
        servers = EmbeddedServers(place / "servers")
        endpoints = await servers.start()
        try:
            yield Bench(folder=place, servers=endpoints)
        finally:
            await servers.stop()


async def start_service(
    of: Bench, *, database: str, driver: str = "", name: str = "web", core: int | None = None
) -> tuple[Child, int]:
    """``petition-bot web`` on the measured core, ready, with its model learned; and its port."""
    port = free_port()
    env = of.service_env(port, database=database, driver=driver)
    there = cores()[1] if core is None else core
    await prepared(of.database(database))
    child = start(name, ("python", "-m", "bot", "web"), of.folder, core=there, env=env)
    child.wait_ready(port, "/readyz")
    _wait_learned(child)
    return child, port


async def prepared(uri: str) -> None:
    """Make the indexes, however long it takes: on a busy machine longer than a web process waits for its database."""
    database = await connect(uri, timeout_ms=_INDEXES_MS)
    await migrate(database, at=datetime.now(UTC))
    await database.close()


def _wait_learned(child: Child) -> None:
    """A first start learns what intents look like in a process of its own: not while we measure."""
    end = time.monotonic() + _LEARN_S
    quiet = 0
    while quiet < 10 and time.monotonic() < end:  # noqa: PLR2004 - a second without any child
        quiet = 0 if len(children_of(child.pid)) > 1 else quiet + 1
        time.sleep(0.1)


def start_bare(of: Bench, module: str, *more: str, name: str, path: str = "/healthz") -> tuple[Child, int]:
    """One of the small servers here, on the measured core; and its port."""
    port = free_port()
    account = of.account
    words = ("python", "-m", module, str(port), *more, account.app_id, account.token, account.aes_key)
    child = start(name, words, of.folder, core=cores()[1])
    child.wait_ready(port, path)
    return child, port


async def breathe(seconds: float = 0.3) -> None:
    """What the last stretch left to be done is done before the next is measured."""
    await asyncio.sleep(seconds)
