"""``up`` and ``demo``."""

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import Common, common
from bot.cli.processes import log_to_stderr

if TYPE_CHECKING:
    from bot.supervisor.plan import Plan


def add_commands(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(demo)


def up(ctx: typer.Context) -> None:
    """启动全部：网页服务、投递进程；没有设置数据库时自带一套（仅供试用）。"""
    from bot.supervisor.up import run_up  # noqa: PLC0415

    plan = plan_up(common(ctx))
    log_to_stderr(plan.settings)
    sys.exit(asyncio.run(run_up(plan)))


def demo(
    ctx: typer.Context,
    *,
    browser: Annotated[bool, typer.Option(help="有桌面时是否打开浏览器")] = True,
    sandbox_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="沙箱页面的端口，默认 8090 起第一个空闲的")
    ] = None,
) -> None:
    """演示：在本机模拟微信，带手机页面和几件诉求，不需要任何平台的账号。"""
    from bot.supervisor.demo import after_ready, plan_demo  # noqa: PLC0415
    from bot.supervisor.up import run_up  # noqa: PLC0415

    plan = plan_demo(common(ctx).files, os.environ, sandbox_port=sandbox_port)
    log_to_stderr(plan.settings)
    sys.exit(asyncio.run(run_up(plan, on_ready=after_ready(browser=browser))))


def plan_up(options: Common) -> "Plan":
    """The plan of ``up``, with the channels' settings checked before anything starts.

    Raises:
        SettingsError: with all that is wrong.
    """
    from bot.supervisor.plan import Plan  # noqa: PLC0415

    settings = options.settings(accounts=True)
    return Plan(settings=settings, config=options.config(), environment=os.environ)
