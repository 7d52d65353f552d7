"""``places``: the office's list of places (地名表), as a table in and out."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import Common, common
from bot.cli.opened import opened
from bot.cli.table_files import content_of, write_table

if TYPE_CHECKING:
    from bot.editing.places import PlaceOffice
    from storage.places import Place
    from storage.store import Store

app = typer.Typer(help="地名表：导入、导出区县、街道、社区、村和道路", no_args_is_help=True)


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="文件", help="CSV 或 XLSX，表头：区县、街道或镇、地名")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不保存")] = False,
) -> None:
    """导入地名表，整张替换原来的；有一行不对就全部不导入。机器人几秒内换上新的。"""
    typer.echo(asyncio.run(_import(common(ctx), file, dry_run=dry_run)))


@app.command()
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="文件", help="写到哪里，.csv 或 .xlsx")],
) -> None:
    """导出现在用的地名表，改好后可以再导入。"""
    from bot.editing.place_table import HEADINGS, rows_of  # noqa: PLC0415

    rows = rows_of(asyncio.run(_now(common(ctx))))
    write_table(file, HEADINGS, rows, title="地名表")
    typer.echo(f"已导出 {len(rows)} 行到 {file}")


@app.command()
def drop(ctx: typer.Context) -> None:
    """不用导入的地名表，用回对话文件目录里的 gazetteer.yml。"""
    asyncio.run(_drop(common(ctx)))
    typer.echo("已用回对话文件里的地名表")


async def _import(options: Common, file: Path, *, dry_run: bool) -> str:
    from bot.access.members import By  # noqa: PLC0415
    from bot.editing.places import nobodys  # noqa: PLC0415

    content = content_of(file)
    async with opened(options) as store:
        office = _office(options, store)
        places = await office.read(content)
        alone = nobodys(places, await store.units.tree())
        told = f"；没有单位负责的区县：{'、'.join(alone)}" if alone else ""
        if dry_run:
            return f"没有问题，共 {len(places)} 行（没有保存）{told}"
        await office.put(places, by=By())
        return f"已导入 {len(places)} 行地名{told}"


async def _now(options: Common) -> "list[Place]":
    async with opened(options) as store:
        return list((await _office(options, store).now()).places)


async def _drop(options: Common) -> None:
    from bot.access.members import By  # noqa: PLC0415

    async with opened(options) as store:
        await _office(options, store).put([], by=By())


def _office(options: Common, store: "Store") -> "PlaceOffice":
    from bot.editing.places import PlaceOffice  # noqa: PLC0415
    from bot.wiring import utc_now  # noqa: PLC0415
    from dialogs.files import DialogFiles  # noqa: PLC0415

    base = DialogFiles(folder=options.settings().dialog.files)
    return PlaceOffice(store=store, base=base, clock=utc_now, look=lambda: None)
