"""``web`` and ``worker``: one process each, for running many."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.app import common
from bot.cli.failures import FAILED, explain
from bot.lean import load_less

if TYPE_CHECKING:
    from bot.settings import Settings


def add_commands(app: typer.Typer) -> None:
    app.command()(web)
    app.command()(worker)


def web(ctx: typer.Context) -> None:
    """只启动一个网页服务进程（webhook、接口）。"""
    load_less()
    settings = common(ctx).settings(accounts=True)
    log_to_stderr(settings)
    from bot.processes import run_web  # noqa: PLC0415

    run_on_fast_loop(run_web(settings))


def worker(ctx: typer.Context) -> None:
    """只启动一个投递进程（发送通知、捡起遗漏的消息）。"""
    load_less()
    settings = common(ctx).settings(accounts=True)
    log_to_stderr(settings)
    from bot.processes import run_worker  # noqa: PLC0415

    run_on_fast_loop(run_worker(settings))


def log_to_stderr(settings: "Settings", *, level: str = "") -> None:
    """Logs as the settings say, without any of the settings' secrets. ``level``: another than they say."""
    from bot.observability import configure_logging  # noqa: PLC0415
    from bot.redaction import Redactor  # noqa: PLC0415

    configure_logging(
        level=level or settings.log.level, form=settings.log.format, redactor=Redactor(settings.secrets())
    )


def run_on_fast_loop(work: Coroutine[Any, Any, None]) -> None:
    """On uvloop where the platform has it: a quarter more turns a second."""
    if sys.platform == "win32":
        run_logged(lambda: asyncio.run(work))
        return
    import uvloop  # noqa: PLC0415 - not on every platform

    run_logged(lambda: uvloop.run(work))


def run_logged(run: Callable[[], None]) -> None:
    """What nobody foresaw goes to the log, which leaves out what must not be read, and not to a bare traceback."""
    import structlog  # noqa: PLC0415

    try:
        run()
    except Exception as error:
        if explain(error) is not None:
            raise
        structlog.get_logger().exception("process.crashed")
        sys.exit(FAILED)
