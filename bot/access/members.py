"""Adding and changing members of staff; each step stands in the audit log."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from bot.access.errors import AccessError
from bot.access.passwords import Passwords, one_time_password
from channels.base import Clock
from storage.audit import AuditLine
from storage.commit import Change
from storage.errors import AlreadyThere
from storage.staff import Member, Role
from storage.store import Store

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
WRONG_LOGIN = "账号应为 2 到 32 个小写字母、数字、点、横线或下划线，以字母或数字开头"
LONGEST_NAME = 20
FIRST_LOGIN = "admin"
CONSOLE = "console"
"""Who acts at the command line, in the audit log."""


class WrongMember(AccessError):
    """``sentence`` says which field is wrong, and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassword:
    """A password that is shown once and changed at the first sign-in."""

    member: Member
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who acts: a member's id and name, or the command line."""

    id: str = CONSOLE
    name: str = field(default="命令行", repr=False)


class Members:
    """The members of staff, as an administrator changes them."""

    def __init__(self, *, store: Store, passwords: Passwords, clock: Clock) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock

    async def add(
        self, *, login: str, name: str, unit: str, roles: Sequence[Role], phone: str = "", by: By
    ) -> NewPassword:
        """Add somebody, with a password that is told once.

        Raises:
            WrongMember: naming what is wrong.
        """
        member = await self._checked(
            Member(
                login=login.strip().lower(),
                name=name.strip(),
                unit=unit.strip(),
                roles=tuple(dict.fromkeys(roles)),
                phone=phone.strip(),
                password="",
                must_change=True,
                created_at=self._clock(),
            )
        )
        password = one_time_password()
        member = replace(member, password=await self._passwords.make(password))
        try:
            await self._kept(self._store.staff.put(member), "staff.added", member, by)
        except AlreadyThere:
            raise WrongMember(f"账号 {member.login} 已经有人用了") from None
        return NewPassword(member=member, password=password)

    async def first(self, unit: str) -> NewPassword | None:
        """Add the first administrator; None where somebody is there already."""
        if await self._store.staff.exist():
            return None
        try:
            return await self.add(login=FIRST_LOGIN, name="管理员", unit=unit, roles=[Role.ADMINISTRATOR], by=By())
        except WrongMember:  # another process was quicker
            return None

    async def change(self, member: Member, *, by: By) -> Member:
        """Keep name, unit, roles, phone and whether ``member`` may sign in; who no longer may is signed out.

        Raises:
            WrongMember: naming what is wrong.
            Conflict: somebody changed it meanwhile.
        """
        changed = await self._changed(await self._checked(member), "staff.changed", by)
        if not changed.active:
            await self._store.sessions.close_all(changed.id)
        return changed

    async def reset(self, member: Member, *, by: By) -> NewPassword:
        """Give a new password, told once; one-time codes are off, the account is open, all sessions end."""
        password = one_time_password()
        fresh = replace(
            member,
            password=await self._passwords.make(password),
            must_change=True,
            totp="",
            totp_step=0,
            failures=0,
            locked_until=None,
        )
        changed = await self._changed(fresh, "staff.password_reset", by)
        await self._store.sessions.close_all(changed.id)
        return NewPassword(member=changed, password=password)

    async def unlock(self, member: Member, *, by: By) -> Member:
        return await self._changed(replace(member, failures=0, locked_until=None), "staff.unlocked", by)

    async def _checked(self, member: Member) -> Member:
        if not LOGIN.fullmatch(member.login):
            raise WrongMember(WRONG_LOGIN)
        if not member.name or len(member.name) > LONGEST_NAME:
            raise WrongMember(f"姓名要填，最多 {LONGEST_NAME} 个字")
        if not member.roles:
            raise WrongMember("至少选一个角色")
        tree = await self._store.units.tree()
        unit = tree.get(member.unit)
        if unit is None or not unit.active:
            raise WrongMember(f"没有单位 {member.unit or '（空）'}，请先导入单位")
        return member

    async def _changed(self, member: Member, action: str, by: By) -> Member:
        await self._kept(self._store.staff.changed(member), action, member, by)
        return member.newer

    async def _kept(self, change: Change, action: str, member: Member, by: By) -> None:
        await self._store.audited([change], member_line(action, member, by=by, at=self._clock()))
        structlog.get_logger().info(action, member=member.id, by=by.id)


def member_line(action: str, member: Member, *, by: By, at: datetime) -> AuditLine:
    """What the audit log says of a member who was added or changed."""
    roles = [role.value for role in member.roles]
    details = {"login": member.login, "unit": member.unit, "roles": roles, "active": member.active}
    return AuditLine(at=at, actor=by.id, name=by.name, action=action, target=member.id, details=details)
