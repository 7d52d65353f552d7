"""A whole deployment on one machine, from first start to last stop."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.settings import Settings, load
from bot.supervisor.hold import hold
from bot.supervisor.parts import PAUSES, Say, Supervisor
from bot.supervisor.plan import Plan
from bot.supervisor.ports import PortTaken, is_free
from bot.supervisor.run_file import RunFile, forget

if TYPE_CHECKING:
    from storage.embedded import EmbeddedServers


class Running:
    """Embedded servers where needed, then the parts. Use it as an ``async with``.

    Raises:
        AlreadyRunning: another one runs on the same data folder.
        PortTaken: somebody listens on our port already.
        EmbeddedFailed: an embedded server does not start; its sentence names the cure.
    """

    def __init__(self, plan: Plan, say: Say) -> None:
        self.plan = plan
        self._say = say
        self._servers: EmbeddedServers | None = None
        self._nurse: asyncio.Task[None] | None = None
        self._supervisor = Supervisor([], say)
        self._held = ExitStack()
        self._addresses: Mapping[str, str] = {}

    async def __aenter__(self) -> Self:
        with ExitStack() as begun:
            begun.enter_context(hold(self.plan.data_dir))
            http = self.plan.settings.http
            if not is_free(http.host, http.port):
                raise PortTaken(http.host, http.port)
            if self.plan.embedded:
                self._addresses = await self._start_servers()
            self._supervisor = Supervisor(self.plan.parts(self._addresses), self._say, changed=self._note_change)
            self._supervisor.start()
            self.note()
            self._held = begun.pop_all()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._supervisor.stop()
        if self._nurse is not None:
            self._nurse.cancel()
            await asyncio.gather(self._nurse, return_exceptions=True)
        if self._servers is not None:
            await self._servers.stop()
        forget(self.plan.data_dir)
        self._held.close()

    def kill(self) -> None:
        """End the parts now; embedded servers are still asked politely, they hold the data."""
        self._supervisor.kill()

    async def gave_up(self) -> int:
        """Waits for a part that cannot be helped; its exit code."""
        return await self._supervisor.gave_up()

    async def ready(self, seconds: float) -> str:
        """Wait until everything answers: "" then; after ``seconds``, the address that does not."""
        from bot.supervisor.readiness import all_ready  # noqa: PLC0415 - slow to import; the children start meanwhile

        sandbox = [self.plan.sandbox_url + "/_ctl/phones"] if self.plan.sandbox_url else []
        return await all_ready([self.plan.bot_url + "/readyz", *sandbox], seconds)

    def settings(self) -> Settings:
        """The settings as the parts have them, with the addresses of servers of our own."""
        return load(self.plan.config, {**self.plan.environment, **self.plan.added, **self._addresses})

    def note(self) -> None:
        """Write ``run.json`` as things stand."""
        self.plan.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        RunFile(
            pid=os.getpid(),
            bot_url=self.plan.bot_url,
            sandbox_url=self.plan.sandbox_url,
            config=tuple(str(file.absolute()) for file in self.plan.config),
            variables={**self.plan.added, **self._addresses},
            parts=self._supervisor.pids,
        ).write(self.plan.data_dir)

    def _note_change(self) -> None:
        """A full disk must not end the parts that run."""
        with suppress(OSError):
            self.note()

    async def _start_servers(self) -> Mapping[str, str]:
        from storage.embedded import EmbeddedServers  # noqa: PLC0415 - only where needed

        settings = self.plan.settings
        wanted = {"mongodb": settings.storage.mongodb_uri is None, "redis": settings.redis.url is None}
        self._servers = EmbeddedServers(self.plan.data_dir, names=[name for name in wanted if wanted[name]])
        endpoints = await self._servers.start()
        self._nurse = asyncio.create_task(self._nurse_servers(self._servers))
        addresses = {"BOT_STORAGE__EMBEDDED": "true"}
        if wanted["mongodb"]:
            addresses["BOT_MONGODB_URI"] = endpoints.mongodb_uri
        if wanted["redis"]:
            addresses["BOT_REDIS_URL"] = endpoints.redis_url
        return addresses

    async def _nurse_servers(self, servers: "EmbeddedServers") -> None:
        """Start again whichever server dies; the parts wait for it by themselves."""
        from storage.errors import EmbeddedFailed  # noqa: PLC0415 - only where needed

        deaths = 0
        while True:
            name = await servers.wait_any_died()
            pause = PAUSES[min(deaths, len(PAUSES) - 1)]
            deaths += 1
            self._say(name, f"意外退出，{pause:g} 秒后重新启动")
            await asyncio.sleep(pause)
            try:
                await servers.restart(name)
            except EmbeddedFailed as error:
                self._say(name, error.sentence)
            else:
                self._say(name, "已重新启动")
