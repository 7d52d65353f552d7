"""The service as people start it: child processes with a folder and a log, seen from outside only."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ports import free_port
from waiting import WaitedTooLong, until

READY_SECONDS = 120.0
"""Generous: the machine that runs the tests may be busy. The goal is 5 s (benchmarks/)."""
STOP_SECONDS = 60.0


def http(
    method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] = {}, seconds: float = 10.0
) -> tuple[int, bytes]:
    """One exchange; status 0 where nobody answered."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request(method, f"{parts.path}?{parts.query}".rstrip("?"), body=body, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()


class Deployment:
    """Commands of ``petition-bot`` run side by side over one data folder; their output goes to ``log``."""

    def __init__(self, folder: Path, *commands: Sequence[str], env: Mapping[str, str]) -> None:
        self.data_dir = folder / "data"
        self.log = folder / "output.log"
        self._commands = commands
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        # Several services start beside each other here: to embed the examples for each takes a core for minutes.
        quick = {"BOT_UNDERSTANDING__EMBEDDINGS": "off"}
        self._env = {**clean, **quick, "BOT_DATA_DIR": str(self.data_dir), **env}
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._children = [self._spawn(command, log) for command in self._commands]

    def _spawn(self, command: Sequence[str], log: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *command],
            env=self._env,
            cwd=self.data_dir.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def wait_ready(self, url: str) -> None:
        """Until ``url`` answers 200."""
        until(lambda: self._lives() and http("GET", url)[0] == 200, f"{url} answers 200", READY_SECONDS)

    def _lives(self) -> bool:
        ended = [child.returncode for child in self._children if child.poll() is not None]
        assert not ended, f"a command ended with {ended}:\n{self.output()[-2000:]}"
        return True

    def stop(self) -> None:
        """SIGTERM, as systemd does it: each command ends with 0, and nothing it began is left."""
        for child in self._children:
            child.send_signal(signal.SIGTERM)
        codes = [self._end_of(child) for child in self._children]
        self._children = []
        assert codes == [0] * len(codes), self.output()[-2000:]
        assert self.processes() == {}

    def _end_of(self, child: "subprocess.Popen[bytes]") -> int:
        try:
            return child.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise WaitedTooLong(f"it did not end:\n{self.output()[-2000:]}") from None

    def abandon(self) -> None:
        """After a failure: end whatever still runs."""
        for child in self._children:
            child.kill()
            child.wait()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def processes(self) -> dict[int, str]:
        """All that runs for this folder: it stands in their command line or in their environment."""
        return dict(_processes_with(str(self.data_dir)))

    def run_file(self) -> dict[str, Any]:
        """What ``up`` and ``demo`` say of themselves."""
        return dict(json.loads((self.data_dir / "run.json").read_text("utf-8")))

    def output(self) -> str:
        return self.log.read_text("utf-8", errors="replace")


def _processes_with(mark: str) -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line, around = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
            if line and int(folder.name) != os.getpid() and mark.encode() in line + around:
                yield int(folder.name), line.replace(b"\0", b" ").decode(errors="replace")


class Demo(Deployment):
    """``petition-bot demo``: the platform is played as well. What it needs to be used it tells in ``run.json``."""

    def __init__(self, folder: Path) -> None:
        # the demo logs warnings alone; the more is logged, the more could be told that must not be
        env = {"BOT_HTTP__PORT": str(free_port()), "BOT_LOG__LEVEL": "debug"}
        super().__init__(folder, ("demo", "--no-browser", "--sandbox-port", str(free_port())), env=env)

    def start(self) -> None:
        super().start()
        until(lambda: self._lives() and (self.data_dir / "run.json").exists(), "run.json is there", READY_SECONDS)
        self.wait_ready(f"{self.bot_url}/readyz")
        until(self._platform_knows_us, "the sandbox has found the bot", READY_SECONDS)

    def _platform_knows_us(self) -> bool:
        status, body = http("GET", f"{self.sandbox_url}/_ctl/status")
        return status == 200 and json.loads(body)["bot"] == "ready"

    @property
    def bot_url(self) -> str:
        return str(self.run_file()["bot_url"])

    @property
    def sandbox_url(self) -> str:
        return str(self.run_file()["sandbox_url"])

    def settings(self) -> dict[str, Any]:
        """What the files hold that ``run.json`` names."""
        [config] = self.run_file()["config"]
        return tomllib.loads(Path(config).read_text("utf-8"))

    def kill_part(self, name: str) -> int:
        """``kill -9`` of one part; its process id."""
        pid = int(self.run_file()["parts"][name])
        os.kill(pid, signal.SIGKILL)
        return pid
