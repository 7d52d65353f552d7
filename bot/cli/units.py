"""``units``: the tree of units, as a table in and out."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import Common, common
from bot.cli.opened import opened
from bot.cli.table_files import content_of, write_table

if TYPE_CHECKING:
    from storage.units import Unit, UnitTree

app = typer.Typer(help="承办单位：导入、导出、列出", no_args_is_help=True)


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="文件", help="CSV 或 XLSX，表头见 units export 的样子")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不保存")] = False,
) -> None:
    """导入单位：同一代码的会更新，没有的会新增，不会删除。有一行不对就全部不导入。"""
    from bot.access.unit_table import units_in, unknown_categories, unknown_levels  # noqa: PLC0415
    from bot.category_names import category_names  # noqa: PLC0415
    from dialogs.files import DialogFiles  # noqa: PLC0415

    units, options = units_in(content_of(file)), common(ctx)
    categories = category_names(DialogFiles(folder=options.settings().dialog.files).categories)
    told = asyncio.run(_import(options, units, dry_run=dry_run))
    for doubt in (*unknown_levels(units), *unknown_categories(units, categories)):
        typer.echo(f"提醒：{doubt}", err=True)
    typer.echo(told)


@app.command()
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="文件", help="写到哪里，.csv 或 .xlsx")],
) -> None:
    """导出单位，改好后可以再导入。"""
    from bot.access.unit_table import HEADINGS, rows_of  # noqa: PLC0415

    rows = rows_of(asyncio.run(_tree(common(ctx))))
    write_table(file, HEADINGS, rows, title="单位")
    typer.echo(f"已导出 {len(rows)} 个单位到 {file}")


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """列出单位，下级缩进在上级下面。"""
    units = list(asyncio.run(_tree(common(ctx))))
    for unit in units:
        gone = "" if unit.active else "（停用）"
        typer.echo(f"{'  ' * (len(unit.path) - 1)}{unit.id}  {unit.name}{gone}")
    if not units:
        typer.echo("还没有单位：petition-bot units import 文件")


async def _import(options: Common, units: "list[Unit]", *, dry_run: bool) -> str:
    from bot.access.members import By  # noqa: PLC0415
    from bot.access.unit_table import imported  # noqa: PLC0415
    from bot.wiring import utc_now  # noqa: PLC0415
    from storage.units import grown  # noqa: PLC0415

    async with opened(options) as store:
        there = {unit.id: unit for unit in await store.units.tree()}
        new = sum(unit.id not in there for unit in units)
        grown({**there, **{unit.id: unit for unit in units}}.values())
        counts = f"新增 {new} 个，更新 {len(units) - new} 个"
        if dry_run:
            return f"没有问题，将{counts}（没有保存）"
        total = await store.units.put(units, imported(units, by=By(), at=utc_now()))
        return f"已{counts}，现在共 {total} 个单位"


async def _tree(options: Common) -> "UnitTree":
    async with opened(options) as store:
        return await store.units.tree()
