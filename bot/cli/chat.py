"""``chat``: a resident's phone in the terminal, over the sandbox."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import Common, common
from bot.cli.errors import NotDone

if TYPE_CHECKING:
    from bot.settings import Settings

_START_SECONDS = 60.0
_EXPLAIN_SECONDS = 5.0


class NotStarted(NotDone):
    """``sentence`` says what did not answer."""


def add_commands(app: typer.Typer) -> None:
    app.command()(chat)


def chat(
    ctx: typer.Context,
    *,
    channel: Annotated[str, typer.Option(help="用哪个渠道的手机")] = "wechat",
    name: Annotated[str, typer.Option(help="谁的手机；没有这个人时新建")] = "",
    explain: Annotated[
        bool, typer.Option("--explain", help="每次回答后显示认成了什么、有多大把握、在问什么、记下了什么")
    ] = False,
) -> None:
    """在终端里当一回市民，和机器人说话。有演示在运行就连它，否则临时起一个，退出时清掉。"""
    if channel != "wechat":
        raise typer.BadParameter(f"没有 {channel} 渠道的手机，目前只有 wechat", param_hint="--channel")
    asyncio.run(_chat(common(ctx), name, explains=explain))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a sandbox is, and the bot behind it; ``token`` "" where its API has none."""

    sandbox_url: str
    bot_url: str
    token: str = field(repr=False)


async def _chat(options: Common, name: str, *, explains: bool) -> None:
    import aiohttp  # noqa: PLC0415

    from bot.phone.explaining import ApiExplainer  # noqa: PLC0415
    from bot.phone.session import talk  # noqa: PLC0415
    from channels.sandbox import SandboxClient  # noqa: PLC0415

    timeout = aiohttp.ClientTimeout(total=_EXPLAIN_SECONDS)
    async with (
        _sandbox(options) as place,
        SandboxClient(place.sandbox_url) as client,
        aiohttp.ClientSession(timeout=timeout) as http,
    ):
        await client.wait_ready(_START_SECONDS)
        phone = await client.open(name)
        explainer = ApiExplainer(http=http, url=place.bot_url, token=place.token, openid=phone.openid)
        await talk(phone, explainer if place.token else None, explains=explains)


@asynccontextmanager
async def _sandbox(options: Common) -> AsyncIterator[_Place]:
    """Of what runs here, else of a demo for as long as the chat lasts."""
    settings, running = options.running()
    if running is not None and running.sandbox_url:
        yield _Place(sandbox_url=running.sandbox_url, bot_url=running.bot_url, token=_token(settings))
        return
    with tempfile.TemporaryDirectory(prefix="petition-bot-") as folder:
        async with _own_demo(options, Path(folder)) as place:
            yield place


def _token(settings: "Settings") -> str:
    return next((token.get_secret_value() for token in settings.api.tokens.values()), "")


@asynccontextmanager
async def _own_demo(options: Common, folder: Path) -> AsyncIterator[_Place]:
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
        yield _Place(sandbox_url=plan.sandbox_url, bot_url=plan.bot_url, token=_token(plan.settings))
