"""The embedded servers together, over one data folder."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from storage.embedded import binaries, mongodb, redis
from storage.embedded.folder import FolderLock, drop_socket_folder, make_private, socket_folder
from storage.embedded.process import Ready, ServerProcess


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where the servers are reached, and the process ids of those started, by name ("mongodb", "redis")."""

    mongodb_uri: str
    redis_url: str
    pids: Mapping[str, int]


class EmbeddedServers:
    """A real mongod and a real server that speaks Redis' protocol. For trying out, not for service.

    ``names`` says which to start, where one of them is at hand already.
    Start them from the main thread: their lives are tied to that of the thread that started them.
    """

    def __init__(self, data_dir: Path, *, names: Collection[str] = (mongodb.NAME, redis.NAME)) -> None:
        self._data_dir = data_dir.absolute()
        self._names = names
        self._lock = FolderLock(self._data_dir)
        self._sockets = self._data_dir
        self._servers: dict[str, ServerProcess] = {}

    async def start(self) -> Endpoints:
        """Start both at once and return when both serve.

        Raises:
            EmbeddedFailed: the sentence names the cure; nothing runs then.
        """
        make_private(self._data_dir)
        self._lock.take()
        try:
            self._sockets = socket_folder(self._data_dir)
            self._servers = self._found()
            async with asyncio.TaskGroup() as group:
                for name in self._servers:
                    group.create_task(self.restart(name))
        except BaseExceptionGroup as errors:
            await self.stop()
            raise errors.exceptions[0] from None
        except BaseException:
            await self.stop()
            raise
        return self.endpoints()

    def _found(self) -> dict[str, ServerProcess]:
        programs = []
        if mongodb.NAME in self._names:
            programs.append(mongodb.program(binaries.mongod(), self._data_dir, self._sockets))
        if redis.NAME in self._names:
            programs.append(redis.program(binaries.redis_server(), self._data_dir, self._sockets))
        return {program.name: ServerProcess(program) for program in programs}

    def endpoints(self) -> Endpoints:
        """Where they are now; the process ids change with every restart."""
        return Endpoints(
            mongodb_uri=mongodb.uri(self._sockets),
            redis_url=redis.url(self._sockets),
            pids={name: server.pid for name, server in self._servers.items()},
        )

    async def restart(self, name: str) -> None:
        """Start the server ``name`` ("mongodb", "redis") anew, at the same place; stop it first where it runs.

        Raises:
            EmbeddedFailed: as ``start``; only this one does not run then.
        """
        server = self._servers[name]
        await server.stop()
        await server.start(self._ready(name))

    def _ready(self, name: str) -> Ready:
        module = {mongodb.NAME: mongodb, redis.NAME: redis}[name]
        return lambda: module.serves(self._sockets)

    async def wait_any_died(self) -> str:
        """Wait until a server has ended that was not stopped by ``stop``; give its name for ``restart``."""
        tasks = {asyncio.create_task(server.wait(), name=name) for name, server in self._servers.items()}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().get_name()
        finally:
            for task in tasks:
                task.cancel()

    async def stop(self) -> None:
        """Stop both and let go of the folder. May be called again."""
        await asyncio.gather(*(server.stop() for server in self._servers.values()))
        if self._lock.held:
            drop_socket_folder(self._data_dir)
        self._lock.release()
