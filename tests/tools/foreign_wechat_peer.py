"""WeChat's server side, REST client and crypto by others, as processes of their own."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from waiting import awaited, within

_HERE = Path(__file__).parent
_NPM = _HERE / "foreign_wechat"
_PYTHON = Path(os.environ.get("WEROBOT_VENV", _HERE.parents[1] / ".venv-werobot")) / "bin" / "python"
needs_npm_wechat = pytest.mark.skipif(
    shutil.which("node") is None or not (_NPM / "node_modules" / "wechat-api").is_dir(),
    reason="npm's wechat, wechat-api and wechat-crypto are not installed (npm ci --prefix tests/tools/foreign_wechat)",
)
needs_werobot = pytest.mark.skipif(
    not _PYTHON.is_file(),
    reason="WeRoBot is not installed (python3 -m venv .venv-werobot; "
    ".venv-werobot/bin/pip install 'WeRoBot[crypto]==1.13.1')",
)


class ForeignError(Exception):
    """The others' client reports an error of the platform; ``code`` is the platform's."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told.get("message", ""))
        self.code = told.get("code")


@dataclass
class NpmPeer:
    """``heard``: what its server was sent, in its own reading."""

    process: asyncio.subprocess.Process
    url: str = ""
    heard: "asyncio.Queue[dict[str, Any]]" = field(default_factory=asyncio.Queue)
    _results: dict[int, "asyncio.Future[Any]"] = field(default_factory=dict)
    _listening: asyncio.Event = field(default_factory=asyncio.Event)

    async def do(self, what: str, **more: Any) -> Any:
        """The result of one task (see peer.js)."""
        number = len(self._results)
        self._results[number] = asyncio.get_running_loop().create_future()
        assert self.process.stdin is not None
        self.process.stdin.write((json.dumps({"do": what, "id": number, **more}) + "\n").encode())
        return await awaited(self._results[number], f"the result of {what}")

    async def call(self, base: str, method: str, *args: Any) -> Any:
        """Call the REST API at ``base`` by their client."""
        return await self.do("api", base=base, method=method, args=args)

    async def ready(self) -> None:
        await awaited(self._listening.wait(), "npm's server listens")

    async def listen(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self._take(json.loads(line))

    def _take(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "listening":
                self.url = f"http://127.0.0.1:{event['port']}"
                self._listening.set()
            case "done" if event.get("error"):
                self._results[event["id"]].set_exception(ForeignError(event["error"]))
            case "done":
                self._results[event["id"]].set_result(event.get("result"))
            case _:
                self.heard.put_nowait(event)


@asynccontextmanager
async def npm_peer(*, token: str, app_id: str, aes_key: str, app_secret: str) -> AsyncIterator[NpmPeer]:
    given = json.dumps({"token": token, "appId": app_id, "aesKey": aes_key, "appSecret": app_secret})
    process = await asyncio.create_subprocess_exec(
        "node", str(_NPM / "peer.js"), given, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    peer = NpmPeer(process)
    listening = asyncio.create_task(peer.listen())
    try:
        await peer.ready()
        yield peer
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await awaited(process.wait(), "npm's server ends")
        await listening


@asynccontextmanager
async def werobot(*, token: str, app_id: str, aes_key: str) -> AsyncIterator[str]:
    """The address of a bot of WeRoBot's."""
    given = json.dumps({"token": token, "app_id": app_id, "aes_key": aes_key})
    process = await asyncio.create_subprocess_exec(
        str(_PYTHON), str(_HERE / "werobot_peer.py"), given, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with within("WeRoBot listens"):
            port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await awaited(process.wait(), "WeRoBot ends")
