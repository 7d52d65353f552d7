"""``backup`` and ``restore``: the whole store into one file, while the service goes on, and back."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import Common, common
from bot.cli.processes import log_to_stderr
from bot.cli.progress import progress

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.backups.manifest import Manifest
    from storage.backups.reading import BackupFile
    from storage.driver import Database

_MB = 1_000_000
_MANY = 100_000


def add_commands(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def backup(
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(metavar="DIR|FILE", help="写到哪里：已有的目录（按时间起名），或一个新文件")],
) -> None:
    """备份整个数据库（含附件和加密后的密钥集）到一个文件；服务不用停。主密钥另用 keys export 导出。"""
    with _told_if_away("备份没有完成，没有留下不完整的文件"):
        asyncio.run(_backup(common(ctx), target))


def restore(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="petition-bot backup 写出的文件")] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="只检查文件和主密钥，不碰数据库")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="数据库里已有数据时，用备份整个换掉")] = False,
    confirm: Annotated[str, typer.Option(metavar="NAME", help="和 --replace 一起用：数据库的名字，写了就不再问")] = "",
    abandon: Annotated[bool, typer.Option("--abandon", help="放弃上次中断的恢复，清掉它写了一半的数据")] = False,
) -> None:
    """从备份恢复；先用 keys import 放回主密钥。中断了可以再运行一次。"""
    if abandon:
        asyncio.run(_abandon(common(ctx)))
        return
    if file is None:
        raise typer.BadParameter("请给出备份文件", param_hint="FILE")
    settings, _ = common(ctx).running()
    log_to_stderr(settings, level="warning")
    backup, manifest = _checked(settings, file)
    if check:
        typer.echo(f"备份完好，主密钥相符：{_told(manifest)}")
        return
    wish = _Wish(replace=replace, confirmed=confirm)
    with _told_if_away("恢复没有完成"):
        asyncio.run(_restore(settings, backup, manifest, wish))


@contextmanager
def _told_if_away(outcome: str) -> Iterator[None]:
    """What a database that goes away in the middle means here.

    Raises:
        BackupRefused: it went away.
    """
    from storage.errors import BackupRefused, StorageAway  # noqa: PLC0415

    try:
        yield
    except StorageAway as error:
        raise BackupRefused(
            f"{outcome}：数据库不再回答，常见的原因是它的磁盘满了，或它停掉了。处理好以后再运行一次同样的命令"
        ) from error


async def _backup(options: Common, target: str) -> None:
    from bot.backups.places import file_for, size_text  # noqa: PLC0415
    from bot.backups.reached import database_of  # noqa: PLC0415
    from bot.master_key import master_key  # noqa: PLC0415
    from storage.backups.taking import size_of, take  # noqa: PLC0415

    settings, _ = options.running()
    log_to_stderr(settings, level="warning")
    began, now = time.monotonic(), datetime.now(UTC)
    path = file_for(target, at=now)
    async with database_of(settings, make=False) as database:
        with progress("备份（MB）", await size_of(database) // _MB) as advance:
            taken = await take(database, master_key(settings), path, at=now, advance=_in_megabytes(advance))
    manifest, seconds = taken.manifest, time.monotonic() - began
    typer.echo(f"已备份到 {taken.path}：{manifest.documents} 条记录，{size_text(taken.size)}，用时 {seconds:.1f} 秒")
    typer.echo(f"恢复时要用的主密钥不在里面（指纹 {manifest.master_key}）：用 petition-bot keys export 另存，分开放")


def _checked(settings: "Settings", file: Path) -> "tuple[BackupFile, Manifest]":
    """The file, whole and ours.

    Raises:
        BackupRefused, KeysMissing: it is not, or there is no key to tell.
    """
    from bot.master_key import master_key  # noqa: PLC0415
    from storage.backups.reading import BackupFile  # noqa: PLC0415

    backup = BackupFile(file)
    with progress("检查备份（MB）", backup.work() // _MB) as advance:
        manifest = backup.check(_in_megabytes(advance))
    key = master_key(settings)
    backup.check_key(manifest, key.load(), key.fingerprint())
    return backup, manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What was said about data that is there."""

    replace: bool
    confirmed: str


async def _restore(settings: "Settings", backup: "BackupFile", manifest: "Manifest", wish: _Wish) -> None:
    from bot.backups.places import refuse_small_disk  # noqa: PLC0415
    from bot.backups.reached import database_of  # noqa: PLC0415
    from bot.backups.standing_aside import begin_parts_anew, refuse_others, up_runs  # noqa: PLC0415
    from storage.backups.restoring import nobody  # noqa: PLC0415
    from storage.backups.restoring import restore as put_back  # noqa: PLC0415

    data_dir = settings.storage.data_dir
    beside_up = await asyncio.to_thread(up_runs, data_dir)
    if settings.storage.mongodb_uri is None or settings.storage.embedded:
        refuse_small_disk(data_dir, manifest.size)
    async with database_of(settings, make=True) as database:
        await _look(database, wish)
        if not beside_up and not await refuse_others(database):
            typer.echo("没有权限查看谁连着数据库：请自己确认所有 web 和 worker 都已停掉", err=True)
        with progress("恢复（MB）", manifest.size // _MB) as advance:
            await put_back(
                database,
                backup,
                manifest,
                at=datetime.now(UTC),
                advance=_in_megabytes(advance),
                before_exchange=(lambda: begin_parts_anew(data_dir)) if beside_up else nobody,
            )
        waiting = await database["outbox"].count({"wake_at": {"$exists": True}}, limit=_MANY)
    typer.echo(f"已恢复到数据库 {database.name}：{_told(manifest)}")
    if waiting:
        typer.echo(f"其中 {waiting} 条消息当时还没有发完，服务启动后会接着发；有的可能在备份之后已经发过一次")


async def _look(database: "Database", wish: _Wish) -> None:
    """Whether what is there may go.

    Raises:
        BackupRefused: nobody said so.
    """
    from storage.backups.restoring import Target, look  # noqa: PLC0415
    from storage.errors import BackupRefused  # noqa: PLC0415

    target = await look(database)
    if target is Target.HALF_RESTORED:
        typer.echo("上次恢复没有完成，现在从头再做一次")
        return
    if target is Target.BEGUN:
        typer.echo("上次恢复在换数据之前就中断了，现有数据没有动过")
    if target is Target.EMPTY:
        return
    if not wish.replace:
        raise BackupRefused(f"数据库 {database.name} 里已经有数据，没有恢复。确定要整个换掉时加上 --replace")
    said = wish.confirmed or typer.prompt(
        f"数据库 {database.name} 里现有的数据会全部丢失，换成备份里的。确定的话请输入数据库的名字", default=""
    )
    if said.strip() != database.name:
        raise BackupRefused(f"输入的不是 {database.name}，没有恢复")


async def _abandon(options: Common) -> None:
    from bot.backups.reached import database_of  # noqa: PLC0415
    from storage.backups.restoring import abandon  # noqa: PLC0415

    settings, _ = options.running()
    log_to_stderr(settings, level="warning")
    async with database_of(settings, make=False) as database:
        await abandon(database)
    typer.echo("已清掉上次没有完成的恢复，现有数据没有动过")


def _told(manifest: "Manifest") -> str:
    from bot.local_time import at  # noqa: PLC0415

    return f"{at(manifest.made_at)} 的备份，{manifest.documents} 条记录"


def _in_megabytes(advance: Callable[[int], None]) -> Callable[[int], None]:
    left = 0

    def told(size: int) -> None:
        nonlocal left
        more, left = divmod(left + size, _MB)
        if more:
            advance(more)

    return told
