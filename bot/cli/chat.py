"""``chat``: a resident's phone in the terminal, over the sandbox."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.app import Common, common

_START_SECONDS = 60.0


class ChannelNotPlayed(Exception):
    """``sentence`` says which there are."""

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self.key = "--channel"
        self.sentence = f"没有 {channel} 渠道的手机，目前只有 wechat"


class NotStarted(Exception):
    """``sentence`` says what did not answer."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def add_commands(app: typer.Typer) -> None:
    app.command()(chat)


def chat(
    ctx: typer.Context,
    *,
    channel: Annotated[str, typer.Option(help="用哪个渠道的手机")] = "wechat",
    name: Annotated[str, typer.Option(help="谁的手机；没有这个人时新建")] = "",
) -> None:
    """在终端里当一回市民，和机器人说话。有演示在运行就连它，否则临时起一个，退出时清掉。"""
    if channel != "wechat":
        raise ChannelNotPlayed(channel)
    asyncio.run(_chat(common(ctx), name))


async def _chat(options: Common, name: str) -> None:
    from bot.phone.session import talk  # noqa: PLC0415
    from channels.sandbox import SandboxClient  # noqa: PLC0415

    async with _sandbox(options) as url, SandboxClient(url) as client:
        await client.wait_ready(_START_SECONDS)
        await talk(await client.open(name))


@asynccontextmanager
async def _sandbox(options: Common) -> AsyncIterator[str]:
    """The address of a sandbox: of what runs here, else of a demo for as long as the chat lasts."""
    _, running = options.running()
    if running is not None and running.sandbox_url:
        yield running.sandbox_url
        return
    with tempfile.TemporaryDirectory(prefix="petition-bot-") as folder:
        async with _own_demo(options, Path(folder)) as url:
            yield url


@asynccontextmanager
async def _own_demo(options: Common, folder: Path) -> AsyncIterator[str]:
    from bot.supervisor.demo import plan_demo  # noqa: PLC0415
    from bot.supervisor.running import Running  # noqa: PLC0415

    print("正在准备…（没有找到正在运行的演示，临时起一个）", file=sys.stderr)
    others = {"BOT_MONGODB_URI", "BOT_REDIS_URL", "BOT_STORAGE__DATA_DIR"}
    env = {name: value for name, value in os.environ.items() if name not in others}
    plan = plan_demo(options.files, {**env, "BOT_DATA_DIR": str(folder)})
    said: list[str] = []
    async with Running(plan, lambda part, line: said.append(f"{part}│ {line}")) as running:
        late = await running.ready(_START_SECONDS)
        if late:
            raise NotStarted("\n".join([*said[-20:], f"{late} 没有就绪"]))
        yield plan.sandbox_url
