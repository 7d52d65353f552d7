"""The service as a city runs it: several web and worker processes, each with its own lines to the servers."""

import asyncio
import contextlib
import json
import os
import random
import secrets
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
from deployment import free_port
from fault_platforms import Accounts, Platforms
from fault_proxy import Line, Proxy

from storage.driver import Database, connect
from storage.embedded import Endpoints
from storage.master_key import KeyFile
from storage.personal_data import open_vault
from storage.store import Store

READY_SECONDS = 240.0
STOP_SECONDS = 30.0
_LOOK_AGAIN_S = 0.05
_REST_S = 0.5
MONGODB, REDIS = "mongodb", "redis"
SPOOLED_AT_MOST = "15"
"""So few that an outage of some seconds fills it: then calls are refused, and come again."""


class Process:
    """``web`` or ``worker``; where it ends it is begun again, as a supervisor does.

    ``died``: exit codes of processes that had been ready and that nobody had killed: there must be none.
    """

    def __init__(
        self, name: str, command: str, *, folder: Path, env: Mapping[str, str], lines: Mapping[str, Proxy]
    ) -> None:
        self.name = name
        self.lines = lines
        self.died: list[int] = []
        self.url = f"http://127.0.0.1:{env['BOT_HTTP__PORT']}" if command == "web" else ""
        self.log = folder / f"{name}.log"
        self._command, self._env, self._folder = command, env, folder
        self._child: asyncio.subprocess.Process | None = None
        self._minder: asyncio.Task[None] | None = None
        self._held = asyncio.Event()
        self._ready = False
        self._ended_by_us = False

    @property
    def ready(self) -> bool:
        return self._ready

    def start(self) -> None:
        self._held.set()
        self._minder = asyncio.create_task(self._mind())

    async def _mind(self) -> None:
        while True:
            await self._held.wait()
            self._ended_by_us = False
            with self.log.open("ab") as log:
                self._child = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "bot", self._command),
                    env=self._env,
                    cwd=self._folder,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            begun, size = self._child, self.log.stat().st_size
            watching = asyncio.create_task(self._watch(begun, size))
            code = await begun.wait()
            watching.cancel()
            if self._ready and not self._ended_by_us:
                self.died.append(code)
            self._ready = False
            await asyncio.sleep(_REST_S)

    async def _watch(self, child: asyncio.subprocess.Process, size: int) -> None:
        mark = b"web.listening" if self._command == "web" else b"worker.started"
        while child.returncode is None and not self._ready:
            with self.log.open("rb") as log:
                log.seek(size)
                self._ready = mark in log.read()
            await asyncio.sleep(_LOOK_AGAIN_S)

    def signal(self, number: signal.Signals) -> None:
        """To the process and to what it began."""
        if self._child is not None and self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, number)

    def kill(self, *, stay_away: bool = False) -> None:
        """SIGKILL; ``stay_away``: until ``come_back``."""
        self._ended_by_us = True
        if stay_away:
            self._held.clear()
        self.signal(signal.SIGKILL)

    def come_back(self) -> None:
        self._held.set()

    async def terminate(self, seconds: float = STOP_SECONDS) -> tuple[int, float]:
        """SIGTERM, and stay away: the exit code, and how many seconds it took."""
        self._ended_by_us = True
        self._held.clear()
        child, begun = self._child, time.monotonic()
        assert child is not None
        child.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(child.wait(), seconds)
        self._ready = False
        return code, time.monotonic() - begun

    async def end(self) -> None:
        """Whatever it does: it is gone afterwards."""
        if self._minder is not None:
            self._minder.cancel()
            await asyncio.gather(self._minder, return_exceptions=True)
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGKILL)
        if self._child is not None:
            await self._child.wait()


class Cluster:
    """``webs`` and ``workers`` processes before the servers at ``endpoints``, and the platforms beside them."""

    def __init__(
        self,
        folder: Path,
        endpoints: Endpoints,
        *,
        webs: int,
        workers: int,
        env: Mapping[str, str] = MappingProxyType({}),
        seed: int = 1,
    ) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.platforms = Platforms(accounts=Accounts(), web=self.any_web, chance=random.Random(seed))
        self.name = f"f_{secrets.token_hex(8)}"
        self.api_token = secrets.token_urlsafe(24)
        self._endpoints = endpoints
        self._counts = {"web": webs, "worker": workers}
        self._env = env
        self.processes: dict[str, Process] = {}

    @property
    def webs(self) -> Sequence[Process]:
        return [process for name, process in self.processes.items() if name.startswith("web")]

    def addresses(self) -> Sequence[str]:
        return [web.url for web in self.webs]

    def any_web(self) -> str:
        return self.chance.choice(self.addresses())

    async def start(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        await self.platforms.start()
        for command, count in self._counts.items():
            for number in range(1, count + 1):
                await self._add(f"{command}{number}", command)
        # One makes the keys and the indexes; the others find them.
        for process in self.processes.values():
            process.start()
        await self.wait_ready()

    async def wait_ready(self) -> None:
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not all(process.ready for process in self.processes.values()):  # noqa: ASYNC110 - they tell their logs
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            late = [process for process in self.processes.values() if not process.ready]
            told = "\n".join(f"{each.name}: {each.log.read_text('utf-8', 'replace')[-1500:]}" for each in late)
            raise AssertionError(f"not ready:\n{told}") from None

    async def _add(self, name: str, command: str) -> None:
        sockets = {MONGODB: _socket(self._endpoints.mongodb_uri), REDIS: _socket(self._endpoints.redis_url)}
        lines = {server: Proxy(socket) for server, socket in sockets.items()}
        for line in lines.values():
            await line.start()
        env = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")} | {
            "BOT_DATA_DIR": str(self.folder / "data"),
            "BOT_MONGODB_URI": f"mongodb://127.0.0.1:{lines[MONGODB].port}/{self.name}?directConnection=true",
            "BOT_REDIS_URL": f"redis://127.0.0.1:{lines[REDIS].port}/11",
            "BOT_HTTP__PORT": str(free_port()),
            "BOT_API__TOKENS__FAULTS": self.api_token,
            "BOT_NOTICES__QUIET_HOURS": "",
            "BOT_UNDERSTANDING__EMBEDDINGS": "off",
            "BOT_DIALOG__GATHER_SECONDS": "0",
            "BOT_SPOOL__ARRIVALS": SPOOLED_AT_MOST,
            "BOT_LOG__FORMAT": "json",
            **self.platforms.accounts.environment(self.platforms.url),
            **self._env,
        }
        self.processes[name] = Process(name, command, folder=self.folder, env=env, lines=lines)

    async def stop(self) -> None:
        await asyncio.gather(*(process.end() for process in self.processes.values()))
        for process in self.processes.values():
            for line in process.lines.values():
                await line.stop()
        await self.platforms.stop()

    def heal(self) -> None:
        """Everything goes on as if nothing had been."""
        for process in self.processes.values():
            process.signal(signal.SIGCONT)
            process.come_back()
            for line in process.lines.values():
                line.become(Line.WHOLE)

    @contextlib.asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The store as it is, seen past all lines."""
        database = await self._database()
        try:
            vault = await open_vault(database, KeyFile(self.folder / "data" / "keys" / "master.key"))
            yield await Store.open(database, vault)
        finally:
            await database.close()

    async def _database(self) -> Database:
        return await connect(self._endpoints.mongodb_uri, driver="motor", timeout_ms=20_000, name=self.name)

    async def drop(self) -> None:
        """Remove what it kept, where the servers stay."""
        database = await self._database()
        await database.drop()
        await database.close()

    async def api(self, http: aiohttp.ClientSession, method: str, path: str, **more: Any) -> tuple[int, Any]:
        """One call to some web process; status 0 where nobody answered."""
        headers = {"Authorization": f"Bearer {self.api_token}", **more.pop("headers", {})}
        url = f"{self.any_web()}/api/v1{path}"
        try:
            async with http.request(
                method, url, headers=headers, timeout=aiohttp.ClientTimeout(total=15), **more
            ) as answer:
                return answer.status, await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError):
            return 0, None

    def spooled(self) -> Sequence[Path]:
        """What still waits on disk, or was set aside there."""
        folder = self.folder / "data" / "spool"
        return [path for name in ("waiting", "aside") for path in folder.glob(f"{name}/*")]

    def kept(self) -> Mapping[str, datetime]:
        """By the logs, when each arrival came into the store."""
        found: dict[str, datetime] = {}
        for process in self.processes.values():
            for line in process.log.read_text("utf-8", "replace").splitlines():
                if '"event": "message.kept"' in line and '"new": true' in line:
                    told = json.loads(line)
                    found[told["arrived"]] = datetime.fromisoformat(told["at"])
        return found

    def heard(self) -> Mapping[str, int]:
        """By the logs, how many messages the turns of each conversation heard."""
        found = Counter[str]()
        for process in self.processes.values():
            for line in process.log.read_text("utf-8", "replace").splitlines():
                if '"event": "turn.done"' in line:
                    told = json.loads(line)
                    found[told["conversation"]] += told["messages"]
        return found

    def told(self, event: str) -> int:
        """How often the logs tell of ``event``."""
        mark = f'"event": "{event}"'.encode()
        return sum(process.log.read_bytes().count(mark) for process in self.processes.values())

    def died(self) -> Mapping[str, Sequence[int]]:
        return {name: process.died for name, process in self.processes.items() if process.died}


def _socket(url: str) -> Path:
    """The unix socket that an embedded server's address names."""
    parts = urlsplit(url)
    return Path(unquote(parts.netloc or parts.path))
