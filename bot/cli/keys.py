"""``keys``: the keys that personal data are sealed with (``export`` and ``import``: ``bot.cli.key_travel``)."""

import asyncio
import sys

import typer

from bot.cli import key_travel
from bot.cli.app import Common, common

_TIMEOUT_MS = 10_000
_LINE_SECONDS = 10.0
_REDRAW_SECONDS = 0.2
_WHAT_IT_DOES = (
    "更换密钥：先存入新密钥，等所有进程都读到，再开始使用；中途可以按 Ctrl-C，不会损坏数据，再运行一次就接着换。"
)
_WAITS_FOR = "等待各进程读到新密钥"

app = typer.Typer(help="加密密钥：更换、查看、导出与导入", no_args_is_help=True)
key_travel.add_commands(app)


@app.command()
def rotate(ctx: typer.Context) -> None:
    """换新的内容密钥和查找密钥；旧密钥继续用来读已有数据，主密钥不变。"""
    asyncio.run(_rotate(common(ctx)))
    typer.echo("密钥已更换。之后写入的内容用新密钥，以前的内容照常能读。")


@app.command()
def show(ctx: typer.Context) -> None:
    """显示主密钥在哪里（不显示内容）。"""
    from bot.master_key import master_key  # noqa: PLC0415
    from storage.master_key import KeyFile  # noqa: PLC0415

    settings, _ = common(ctx).running()
    key = master_key(settings)
    typer.echo(f"主密钥：{key.where}")
    if isinstance(key, KeyFile) and not key.path.exists():
        typer.echo("这个文件还没有，首次启动时生成；生成以后请另存一份备份。")
        return
    typer.echo("请把它另存一份备份（petition-bot keys export），和数据库的备份分开放；丢了就再也读不出数据。")
    typer.echo(f"指纹：{key.fingerprint()}")


async def _rotate(options: Common) -> None:
    from bot.master_key import master_key  # noqa: PLC0415
    from bot.settings_sources import Problem, SettingsError  # noqa: PLC0415
    from storage import keys  # noqa: PLC0415
    from storage.driver import connect  # noqa: PLC0415

    settings, _ = options.running()
    if settings.storage.mongodb_uri is None:
        raise SettingsError([Problem(key="storage.mongodb_uri", source="", text="没有设置，也没有正在运行的 up")])
    typer.echo(_WHAT_IT_DOES)
    uri = settings.storage.mongodb_uri.get_secret_value()
    database = await connect(uri, driver=settings.storage.driver, timeout_ms=_TIMEOUT_MS)
    try:
        await keys.rotate(database, master_key(settings), wait=wait_visibly)
    finally:
        await database.close()


async def wait_visibly(seconds: float) -> None:
    """Wait, with a bar in a terminal, else with a line every ten seconds."""
    await (_with_bar(seconds) if sys.stdout.isatty() else _with_lines(seconds))


async def _with_bar(seconds: float) -> None:
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

    loop = asyncio.get_running_loop()
    begun = loop.time()
    with Progress(TextColumn(_WAITS_FOR), BarColumn(), TextColumn("还要 {task.fields[left]:.0f} 秒")) as progress:
        task = progress.add_task("", total=seconds, left=seconds)
        while (left := begun + seconds - loop.time()) > 0:
            progress.update(task, completed=seconds - left, left=left)
            await asyncio.sleep(min(_REDRAW_SECONDS, left))
        progress.update(task, completed=seconds, left=0)


async def _with_lines(seconds: float) -> None:
    left = seconds
    while left > 0:
        typer.echo(f"{_WAITS_FOR}，还要 {left:.0f} 秒")
        step = min(_LINE_SECONDS, left)
        await asyncio.sleep(step)
        left -= step
