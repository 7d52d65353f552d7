"""``audit``: the log of what staff looked at and did."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import Common, common
from bot.cli.errors import NotDone
from bot.cli.opened import opened
from bot.local_time import at

if TYPE_CHECKING:
    from storage.audit import Audit, AuditLine, Broken

app = typer.Typer(help="操作记录：校验、查看", no_args_is_help=True)

_HOW = {"changed": "被改过", "missing": "少了", "unreadable": "读不出"}


class ChainBroken(Exception):
    """``sentence`` says where."""

    def __init__(self, broken: "Broken") -> None:
        super().__init__(str(broken.seq))
        self.sentence = f"操作记录第 {broken.seq} 条{_HOW[broken.how]}：从这里起不可信，请马上报告"


class CutOff(NotDone):
    """What a mark stands for is not there as it was; ``sentence`` says so."""


@app.command()
def verify(
    ctx: typer.Context,
    *,
    mark: Annotated[str, typer.Option(metavar="校验码", help="以前记下的校验码：查那一条以来末尾有没有被删")] = "",
) -> None:
    """从头校验操作记录有没有被改动或删除；有问题时退出码为 1。"""
    seen = asyncio.run(_verify(common(ctx), mark))
    if seen.broken is not None:
        raise ChainBroken(seen.broken)
    typer.echo(f"{seen.held} 条操作记录完好" + (f"，最后一条在 {at(seen.last.at)}" if seen.last else ""))
    if mark:
        typer.echo(f"校验码 {mark} 的那一条还在，和当时一样")
    if seen.mark:
        typer.echo(f"校验码 {seen.mark}：请记在系统以外的地方，下次加上 --mark 可查出末尾有没有被删")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    held: int
    broken: "Broken | None"
    last: "AuditLine | None"
    mark: str


async def _verify(options: Common, mark: str) -> _Seen:
    async with opened(options) as store:
        if mark:
            await _check(store.audit, mark)
        new, newest = await store.audit.mark(), await store.audit.newest(1)
        held, broken = await store.audit.check()
        return _Seen(held=held, broken=broken, last=newest[0] if newest else None, mark=new)


async def _check(audit: "Audit", mark: str) -> None:
    try:
        if not await audit.holds(mark):
            raise CutOff(f"校验码 {mark} 的那一条不在了或被改过：操作记录的末尾可能被删，请马上报告")
    except ValueError:
        raise CutOff(f"“{mark}”不是校验码：应像 60-0123456789abcdef0123") from None
