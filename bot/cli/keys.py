"""``keys``: the keys that personal data are sealed with."""

import asyncio

import typer

from bot.cli.app import Common, common

_TIMEOUT_MS = 10_000

app = typer.Typer(help="加密密钥：更换与查看", no_args_is_help=True)


@app.command()
def rotate(ctx: typer.Context) -> None:
    """换新的内容密钥和查找密钥；旧密钥继续用来读已有数据，主密钥不变。"""
    typer.echo("正在更换密钥：先让所有进程认识新密钥，再开始使用，请稍候…")
    asyncio.run(_rotate(common(ctx)))
    typer.echo("密钥已更换。之后写入的内容用新密钥，以前的内容照常能读。")


@app.command()
def show(ctx: typer.Context) -> None:
    """显示主密钥在哪里（不显示内容）。"""
    from bot.master_key import master_key  # noqa: PLC0415

    settings, _ = common(ctx).running()
    typer.echo(f"主密钥：{master_key(settings).where}")
    typer.echo("请把它另存一份备份，和数据库的备份分开放；丢了就再也读不出数据。")


async def _rotate(options: Common) -> None:
    from bot.master_key import master_key  # noqa: PLC0415
    from bot.settings_sources import Problem, SettingsError  # noqa: PLC0415
    from storage import keys  # noqa: PLC0415
    from storage.driver import connect  # noqa: PLC0415

    settings, _ = options.running()
    if settings.storage.mongodb_uri is None:
        raise SettingsError([Problem(key="storage.mongodb_uri", source="", text="没有设置，也没有正在运行的 up")])
    uri = settings.storage.mongodb_uri.get_secret_value()
    database = await connect(uri, driver=settings.storage.driver, timeout_ms=_TIMEOUT_MS)
    try:
        await keys.rotate(database, master_key(settings))
    finally:
        await database.close()
