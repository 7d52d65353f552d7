"""Who may sign in at the start: an administrator, with a password that is told once; in a demo one of each role."""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from bot.access.members import By, Members, WrongMember
from bot.access.passwords import Passwords
from bot.broadcasts.office import Doer
from bot.opening import connected, opened_store
from bot.settings import Settings
from bot.supervisor.demo_publications import publish_demo
from bot.supervisor.run_file import write_private
from bot.wiring import utc_now
from storage.staff import Role
from storage.store import Store
from storage.units import Unit

ROOT = "office"
DEMO_FILE = "demo-staff"
_TIMEOUT_MS = 10_000
_DEMO_UNITS = (
    Unit(id=ROOT, name="某市信访局", level="市", phone="0536-8000000"),
    Unit(id="cgj", name="市城市管理局", parent=ROOT, level="部门", categories=("城乡建设",), phone="0536-8000001"),
    Unit(id="hbj", name="市生态环境局", parent=ROOT, level="部门", categories=("环境保护",), phone="0536-8000002"),
    Unit(id="rsj", name="市人力资源和社会保障局", parent=ROOT, level="部门", categories=("劳动和社会保障",)),
    Unit(id="kw", name="奎文区信访局", parent=ROOT, level="县区", districts=("奎文区",)),
    Unit(id="kw-ly", name="柳荫街道办事处", parent="kw", level="镇街", districts=("奎文区",)),
    Unit(id="wc", name="潍城区信访局", parent=ROOT, level="县区", districts=("潍城区",)),
    Unit(id="ht", name="寒亭区信访局", parent=ROOT, level="县区", districts=("寒亭区",)),
)
_DEMO_STAFF = (
    ("zuoxi", "王芳", ROOT, Role.OPERATOR),
    ("chengban", "李强", "cgj", Role.HANDLER),
    ("jiedao", "赵敏", "kw-ly", Role.HANDLER),
    ("duban", "陈静", ROOT, Role.SUPERVISOR),
    ("lingdao", "刘局长", ROOT, Role.LEADER),
    ("bianji", "孙丽", ROOT, Role.NOTICE_EDITOR),
    ("shenpi", "周涛", ROOT, Role.NOTICE_APPROVER),
    ("jijian", "吴刚", ROOT, Role.DISCIPLINE),
    ("admin", "管理员", ROOT, Role.ADMINISTRATOR),
)


async def first_staff(settings: Settings, *, demo: bool) -> Sequence[str]:
    """Give the lines that tell who may sign in; none where somebody is there already and it is no demo."""
    async with AsyncExitStack() as stack:
        store, _vault = await opened_store(settings, await connected(settings, stack, _TIMEOUT_MS))
        members = Members(store=store, passwords=Passwords(), clock=utc_now)
        if demo:
            return await _demo_staff(store, members, settings.storage.data_dir / DEMO_FILE)
        return await administrator(store, members, settings.office.name)


async def administrator(store: Store, members: Members, office: str) -> Sequence[str]:
    """Add the first administrator, and the office where there is no unit; no line where somebody is there already."""
    if await store.staff.exist():
        return ()
    tree = await store.units.tree()
    root = next(iter(tree), None)
    if root is None:
        root = Unit(id=ROOT, name=office)
        await store.units.put([root])
    made = await members.first(root.id)
    if made is None:
        return ()
    return (f"账号 {made.member.login}，一次性密码 {made.password}（只显示这一次，首次登录要换成自己的）",)


async def _demo_staff(store: Store, members: Members, file: Path) -> Sequence[str]:
    if not await store.staff.exist():
        password = secrets.token_urlsafe(9)
        await asyncio.to_thread(write_private, file, password)
        await store.units.put(_DEMO_UNITS)
        for login, name, unit, role in _DEMO_STAFF:
            await _add(members, store, password, login=login, name=name, unit=unit, role=role)
        await publish_demo(store, utc_now, writer=await _doer(store, "bianji"), approver=await _doer(store, "shenpi"))
    password = await asyncio.to_thread(_kept, file)
    if not password:
        return ()
    shown = "　".join(f"{login} {role.label}" for login, _, _, role in _DEMO_STAFF)
    return (f"密码都是 {password}，账号：", shown)


async def _doer(store: Store, login: str) -> Doer:
    found = await store.staff.of_login(login)
    return Doer(id=found.id if found else login, name=found.name if found else "", unit=ROOT)


def _kept(file: Path) -> str:
    return file.read_text("utf-8") if file.exists() else ""


async def _add(members: Members, store: Store, password: str, *, login: str, name: str, unit: str, role: Role) -> None:
    """Somebody of the demo, who need not change the password first."""
    try:
        added = await members.add(login=login, name=name, unit=unit, roles=[role], by=By(name="演示"))
    except WrongMember:  # begun before, and broken off
        return
    kept = await Passwords().make(password)
    await store.staff.change(replace(added.member, password=kept, must_change=False))
