"""What ``up`` and ``demo`` are to run."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import Settings
from bot.supervisor.parts import Part

LOOPBACK = "127.0.0.1"
_ANY = {"0.0.0.0": LOOPBACK, "::": "[::1]", "": LOOPBACK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``config``: the files that the children read, as we did; ``sandbox_port``: None where none is played.

    ``environment`` is handed to the children, secrets included, and ``added`` over it: no secret is in there.
    """

    settings: Settings
    config: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    added: Mapping[str, str] = field(default_factory=dict)
    sandbox_port: int | None = None

    @property
    def bot_url(self) -> str:
        """The bot as reached from this machine."""
        http = self.settings.http
        host = _ANY.get(http.host, f"[{http.host}]" if ":" in http.host else http.host)
        return f"http://{host}:{http.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{LOOPBACK}:{self.sandbox_port}" if self.sandbox_port else ""

    @property
    def embedded(self) -> bool:
        """Whether servers of our own are needed."""
        return self.settings.storage.mongodb_uri is None or self.settings.redis.url is None

    @property
    def data_dir(self) -> Path:
        return self.settings.storage.data_dir

    def parts(self, addresses: Mapping[str, str]) -> list[Part]:
        """The children in the order in which they are stopped; ``addresses`` are those of embedded servers."""
        env = {**self.environment, **self.added, **addresses}
        parts = [self._part("web", env), self._part("worker", env)]
        if self.sandbox_port:
            more = ("--port", str(self.sandbox_port), "--bot-url", self.bot_url)
            parts.append(self._part("sandbox", env, *more))
        return parts

    def _part(self, command: str, env: Mapping[str, str], *more: str) -> Part:
        config = [word for file in self.config for word in ("--config", str(file))]
        return Part(name=command, argv=(sys.executable, "-m", "bot", *config, command, *more), env=env)
