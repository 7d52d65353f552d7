"""``doctor``."""

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import Common, common

if TYPE_CHECKING:
    from bot.doctor.findings import Finding


def add_commands(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    ctx: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")] = False,
    platforms: Annotated[bool, typer.Option(help="是否调用平台接口核对凭证")] = True,
) -> None:
    """体检：设置、目录、密钥、数据库、索引、渠道凭证、时钟；有错误时退出码为 1。"""
    from bot.doctor import findings  # noqa: PLC0415

    found = asyncio.run(_examine(common(ctx), platforms=platforms))
    if as_json:
        print(json.dumps(findings.as_json(found), ensure_ascii=False, indent=2))
    else:
        print(findings.as_text(found))
    sys.exit(0 if findings.healthy(found) else 1)


async def _examine(options: Common, *, platforms: bool) -> "list[Finding]":
    from bot.doctor.examination import examine  # noqa: PLC0415
    from bot.doctor.findings import error  # noqa: PLC0415
    from bot.settings_sources import SettingsError  # noqa: PLC0415

    try:
        settings, _ = options.running(accounts=True)
    except SettingsError as problems:
        return [error("settings", str(problem), "见 docs/configuration.md") for problem in problems.problems]
    return [finding async for finding in examine(settings, ask_platforms=platforms)]
