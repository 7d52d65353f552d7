"""``audit``: the log of what staff looked at and did."""

import asyncio
from typing import TYPE_CHECKING

import typer

from bot.cli.app import Common, common
from bot.cli.opened import opened
from bot.local_time import at

if TYPE_CHECKING:
    from storage.audit import AuditLine, Broken

app = typer.Typer(help="操作记录：校验、查看", no_args_is_help=True)

_HOW = {"changed": "被改过", "missing": "少了", "unreadable": "读不出"}


class ChainBroken(Exception):
    """``sentence`` says where."""

    def __init__(self, broken: "Broken") -> None:
        super().__init__(str(broken.seq))
        self.sentence = f"操作记录第 {broken.seq} 条{_HOW[broken.how]}：从这里起不可信，请马上报告"


@app.command()
def verify(ctx: typer.Context) -> None:
    """从头校验操作记录有没有被改动或删除；有问题时退出码为 1。"""
    held, broken, last = asyncio.run(_verify(common(ctx)))
    if broken is not None:
        raise ChainBroken(broken)
    typer.echo(f"{held} 条操作记录完好" + (f"，最后一条在 {at(last.at)}" if last else ""))


async def _verify(options: Common) -> "tuple[int, Broken | None, AuditLine | None]":
    async with opened(options) as store:
        held, broken = await store.audit.check()
        newest = await store.audit.newest(1)
        return held, broken, newest[0] if newest else None
