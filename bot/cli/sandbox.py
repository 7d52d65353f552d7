"""``sandbox``: only the platform, played locally."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import common

if TYPE_CHECKING:
    from channels.sandbox import SandboxSettings

_ACCOUNT = "main"


def add_commands(app: typer.Typer) -> None:
    app.command()(sandbox)


def sandbox(
    ctx: typer.Context,
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="沙箱监听的端口（只在本机）")] = 8090,
    bot_url: Annotated[str, typer.Option(metavar="URL", help="机器人的网址")] = "http://127.0.0.1:8080",
    seed: Annotated[int, typer.Option(help="随机数种子：同样的种子，同样的 openid")] = 1,
) -> None:
    """只启动本地的沙箱和手机页面，用来试别处的机器人。凭证取自 [wechat.main]。

    设置里有 [sms.main]（provider 为 kannel）或 [weibo.main]，也就有短信和微博的手机。
    """
    from bot.cli.processes import log_to_stderr, run_logged  # noqa: PLC0415
    from bot.sandbox_process import run_sandbox, sandbox_settings  # noqa: PLC0415
    from bot.supervisor.ports import check_free  # noqa: PLC0415

    settings = common(ctx).settings()
    check_free("127.0.0.1", port, where="--port")
    log_to_stderr(settings)
    played, made_up = sandbox_settings(settings, _ACCOUNT, bot_url=bot_url, seed=seed)
    if made_up:
        typer.echo(_snippet(played, port))
    run_logged(lambda: asyncio.run(run_sandbox(played, port)))


def _snippet(played: "SandboxSettings", port: int) -> str:
    """What the bot's settings need to talk to this sandbox."""
    return "\n".join([
        "设置里没有 [wechat.main]，已生成一套。把下面几行写进机器人的设置文件：",
        "",
        f"[wechat.{_ACCOUNT}]",
        f'app_id = "{played.app_id}"',
        f'app_secret = "{played.app_secret}"',
        f'token = "{played.token}"',
        f'encoding_aes_key = "{played.encoding_aes_key}"',
        f'mode = "{played.mode}"',
        f'api_base = "http://127.0.0.1:{port}/wechat"',
        f'qr_base = "http://127.0.0.1:{port}/wechat"',
        "",
    ])  # fmt: skip
