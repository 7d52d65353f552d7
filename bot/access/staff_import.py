"""A table of members of staff brought in: all of it, or nothing. Whoever is there keeps their password."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.access.errors import AccessError
from bot.access.members import By, NewPassword, member_line
from bot.access.passwords import Passwords, one_time_password
from bot.access.staff_table import StaffLine, lines_in
from bot.tables import TableRefused
from channels.base import Clock
from storage.audit import AuditLine
from storage.errors import AlreadyThere, Conflict
from storage.staff import MOST_STAFF, Member, Role
from storage.store import Store
from storage.units import UnitTree

MOST_AT_ONCE = 300
"""People added or changed by one table: their passwords take some ten seconds of a core, and one transaction."""


class ChangedMeanwhile(AccessError):
    """Somebody else changed the members at the same moment; nothing was imported."""

    retryable = True
    sentence = "没有导入：有人正在改人员，请再试一次"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPlan:
    """What a table would do. ``added`` have no password yet; ``same``: how many are already as the table has them."""

    added: Sequence[Member]
    changed: Sequence[Member]
    same: int

    @property
    def sentence(self) -> str:
        told = f"新增 {len(self.added)} 人，更新 {len(self.changed)} 人"
        return f"{told}，{self.same} 人没有变化" if self.same else told


class StaffImport:
    """Plans it and does it."""

    def __init__(self, *, store: Store, passwords: Passwords, clock: Clock) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock

    async def plan(self, content: bytes, *, by: By) -> StaffPlan:
        """Read the table beside who is there; nothing is changed.

        Raises:
            TableRefused: naming every row that is wrong, and how.
        """
        tree = await self._store.units.tree()
        lines = await asyncio.to_thread(lines_in, content, tree)
        there = {member.login: member for member in await self._store.staff.all()}
        wanted = [(line, self._wanted(line, there.get(line.login))) for line in lines]
        if problems := _problems(wanted, there, tree, by):
            raise TableRefused(problems)
        added = [member for line, member in wanted if line.login not in there]
        changed = [member for line, member in wanted if member != there.get(line.login, member)]
        if len(added) + len(changed) > MOST_AT_ONCE:
            many = len(added) + len(changed)
            raise TableRefused([f"一次最多新增和更新 {MOST_AT_ONCE} 人，这张表有 {many} 人，请分成几张"])
        return StaffPlan(added=added, changed=changed, same=len(wanted) - len(added) - len(changed))

    async def do(self, plan: StaffPlan, *, by: By) -> Sequence[NewPassword]:
        """Keep what was planned; give the passwords of who is new, told this once.

        Raises:
            ChangedMeanwhile: nothing was imported.
        """
        made = await asyncio.gather(*(self._with_password(each) for each in plan.added))
        staff, at, counts = self._store.staff, self._clock(), {"count": len(plan.added) + len(plan.changed)}
        lines = [
            AuditLine(at=at, actor=by.id, name=by.name, action="staff.imported", details=counts),
            *(member_line("staff.added", each.member, by=by, at=at) for each in made),
            *(member_line("staff.changed", member, by=by, at=at) for member in plan.changed),
        ]
        changes = [*(staff.put(each.member) for each in made), *map(staff.changed, plan.changed)]
        try:
            await self._store.audited(changes, *lines)
        except (AlreadyThere, Conflict):
            raise ChangedMeanwhile from None
        for member in plan.changed:
            if not member.active:
                await self._store.sessions.close_all(member.id)
        structlog.get_logger().info("staff.imported", added=len(made), changed=len(plan.changed), by=by.id)
        return made

    def _wanted(self, line: StaffLine, there: Member | None) -> Member:
        before = there or Member(
            login=line.login, name="", unit="", roles=(), password="", must_change=True, created_at=self._clock()
        )
        return replace(
            before,
            name=line.name,
            unit=line.unit,
            roles=_in_order(line.roles, before.roles),
            phone=before.phone if line.phone is None else line.phone,
            active=before.active if line.active is None else line.active,
        )

    async def _with_password(self, member: Member) -> NewPassword:
        password = one_time_password()
        return NewPassword(member=replace(member, password=await self._passwords.make(password)), password=password)


def _in_order(roles: tuple[Role, ...], before: tuple[Role, ...]) -> tuple[Role, ...]:
    """The same roles in another order are no change."""
    return before if set(roles) == set(before) else roles


def _problems(
    wanted: Sequence[tuple[StaffLine, Member]], there: Mapping[str, Member], tree: UnitTree, by: By
) -> list[str]:
    found = []
    for line, member in wanted:
        before, unit = there.get(line.login), tree.get(member.unit)
        if unit is not None and not unit.active and (before is None or before.unit != unit.id):
            found.append(f"第 {line.number} 行：{unit.name}已停用，请换一个单位")
        if member.id == by.id and (not member.active or Role.ADMINISTRATOR not in member.roles):
            found.append(f"第 {line.number} 行：不能停用自己，也不能去掉自己的管理员角色")
    after = {**there, **{line.login: member for line, member in wanted}}
    if _administered(there.values()) and not _administered(after.values()):
        found.append("导入后就没有管理员能登录了：至少留一个在岗的管理员")
    if len(after) > MOST_STAFF:
        found.append(f"人员太多：最多 {MOST_STAFF} 人")
    return found


def _administered(members: Iterable[Member]) -> bool:
    return any(member.active and Role.ADMINISTRATOR in member.roles for member in members)
