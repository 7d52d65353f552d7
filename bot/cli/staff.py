"""``staff``: who may sign in to the console."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.app import Common, common
from bot.cli.errors import NotDone
from bot.cli.opened import opened
from bot.cli.staff_tables import exported, imported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.access.members import Members, NewPassword
    from storage.staff import Member, Role
    from storage.store import Store

app = typer.Typer(help="工作人员：添加、导入、导出、重设密码、停用、列出", no_args_is_help=True)

_Login = Annotated[str, typer.Argument(metavar="账号", help="登录用的账号，如 wangfang")]


@app.command()
def add(
    ctx: typer.Context,
    login: _Login,
    *,
    name: Annotated[str, typer.Option(help="姓名")],
    unit: Annotated[str, typer.Option(help="单位代码或名称，见 units list")],
    role: Annotated[
        list[str],
        typer.Option(metavar="角色", help="可以写几次：坐席 承办人 督办员 领导 通知编辑 通知审批 纪检 管理员"),
    ],
    phone: Annotated[str, typer.Option(help="手机，用来提醒快到期的诉求")] = "",
) -> None:
    """添加一个人，显示一次性密码；首次登录要换成自己的。"""
    roles = _roles(role)
    _show(asyncio.run(_add(common(ctx), login=login, name=name, unit=unit, roles=roles, phone=phone)))


@app.command()
def first(ctx: typer.Context) -> None:
    """添加第一个管理员 admin，显示一次性密码；web、worker 分开启动时用，up 会自己添加。已经有人时不添加。"""
    for line in asyncio.run(_first(common(ctx))):
        typer.echo(line)


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="文件", help="CSV 或 XLSX，表头见 staff export 的样子")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不保存")] = False,
    passwords: Annotated[
        Path | None, typer.Option(metavar="文件", help="新增人员的一次性密码写到这个新文件（CSV），不显示在屏幕上")
    ] = None,
) -> None:
    """导入人员：同一账号的会更新，没有的会新增，不会删除，也不会改动已有的密码。有一行不对就全部不导入。"""
    typer.echo(asyncio.run(imported(common(ctx), file, dry_run=dry_run, passwords=passwords)))


@app.command()
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="文件", help="写到哪里，.csv 或 .xlsx")],
) -> None:
    """导出人员（没有密码），改好后可以再导入。"""
    count = asyncio.run(exported(common(ctx), file))
    typer.echo(f"已导出 {count} 人到 {file}")


@app.command()
def passwd(ctx: typer.Context, login: _Login) -> None:
    """重设密码：显示新的一次性密码，动态码停用，解除锁定，别处的登录全部退出。"""
    _show(asyncio.run(_reset(common(ctx), login)))


@app.command()
def disable(ctx: typer.Context, login: _Login) -> None:
    """停用一个人：马上退出，不能再登录。记录都保留。"""
    asyncio.run(_activate(common(ctx), login, active=False))
    typer.echo(f"{login} 已停用")


@app.command()
def enable(ctx: typer.Context, login: _Login) -> None:
    """重新启用一个人，并解除锁定。"""
    asyncio.run(_activate(common(ctx), login, active=True))
    typer.echo(f"{login} 已启用")


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """列出工作人员。"""
    members = asyncio.run(_all(common(ctx)))
    for member in members:
        roles = "、".join(role.label for role in member.roles)
        gone = "" if member.active else "  已停用"
        typer.echo(f"{member.login:<16} {member.name}  {member.unit}  {roles}{gone}")
    if not members:
        typer.echo("还没有工作人员，先添加管理员：petition-bot staff first")


@app.command()
def token(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="名称", help="哪个系统用，如 12345平台；会写进办理过程，不能重复")],
    *,
    role: Annotated[str, typer.Option(help="坐席 承办人 督办员 领导；只有局里的坐席能登记和流转")] = "",
    unit: Annotated[str, typer.Option(help="单位代码或名称：只能看到它和下级的案件，见 units list")] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="收回这个令牌，马上失效")] = False,
) -> None:
    """给别的系统一个接口令牌，只显示这一次；或收回。"""
    from bot.cli.api_tokens import given, revoked  # noqa: PLC0415

    if revoke:
        asyncio.run(revoked(common(ctx), name))
        typer.echo(f"{name} 的令牌已收回")
        return
    secret = asyncio.run(given(common(ctx), name=name, role=role, unit=unit))
    typer.echo(f"令牌：{secret}\n只显示这一次，请马上交给对方保管。收回：petition-bot staff token {name} --revoke")


@app.command()
def tokens(ctx: typer.Context) -> None:
    """列出给出去的接口令牌。"""
    from bot.cli.api_tokens import listed  # noqa: PLC0415

    for line in asyncio.run(listed(common(ctx))):
        typer.echo(line)


def _show(made: "NewPassword") -> None:
    typer.echo(f"账号：{made.member.login}\n一次性密码：{made.password}\n请当面交给本人，首次登录时要换成自己的密码。")


def _roles(words: "Sequence[str]") -> "list[Role]":
    from bot.access.staff_table import role_of  # noqa: PLC0415
    from storage.staff import Role  # noqa: PLC0415

    unknown = [word for word in words if role_of(word) is None]
    if unknown:
        raise NotDone(f"没有角色“{unknown[0]}”，可以是：{'、'.join(role.label for role in Role)}")
    return [role for word in words if (role := role_of(word))]


async def _add(options: Common, *, login: str, name: str, unit: str, roles: "list[Role]", phone: str) -> "NewPassword":
    from bot.access.members import By  # noqa: PLC0415

    async with opened(options) as store:
        found = (await store.units.tree()).find(unit)
        if found is None:
            raise NotDone(f"没有单位“{unit}”，见 petition-bot units list")
        return await _members(store).add(login=login, name=name, unit=found.id, roles=roles, phone=phone, by=By())


async def _first(options: Common) -> "Sequence[str]":
    from bot.supervisor.first_staff import administrator  # noqa: PLC0415

    office = options.running()[0].office.name
    async with opened(options) as store:
        told = await administrator(store, _members(store), office)
    if not told:
        raise NotDone("已经有工作人员，没有添加；忘了密码用 petition-bot staff passwd 账号")
    return told


async def _reset(options: Common, login: str) -> "NewPassword":
    from bot.access.members import By  # noqa: PLC0415

    async with opened(options) as store:
        return await _members(store).reset(await _member(store, login), by=By())


async def _activate(options: Common, login: str, *, active: bool) -> None:
    from dataclasses import replace  # noqa: PLC0415

    from bot.access.members import By  # noqa: PLC0415

    async with opened(options) as store:
        member = replace(await _member(store, login), active=active, failures=0, locked_until=None)
        await _members(store).change(member, by=By())


async def _all(options: Common) -> "Sequence[Member]":
    async with opened(options) as store:
        return await store.staff.all()


async def _member(store: "Store", login: str) -> "Member":
    member = await store.staff.of_login(login)
    if member is None:
        raise NotDone(f"没有账号 {login}，见 petition-bot staff list")
    return member


def _members(store: "Store") -> "Members":
    from bot.access.members import Members  # noqa: PLC0415
    from bot.access.passwords import Passwords  # noqa: PLC0415
    from bot.wiring import utc_now  # noqa: PLC0415

    return Members(store=store, passwords=Passwords(), clock=utc_now)
