"""Members of staff: the list, adding one, changing one, a new password."""

from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from bot.access.errors import AccessError
from bot.access.members import Members, NewPassword
from bot.console.routes import Call
from storage.staff import Member, Role
from storage.store import Store


class StaffPages:
    """What an administrator does with people. Whoever is signed in cannot shut themselves out."""

    def __init__(self, *, store: Store, members: Members) -> None:
        self._store = store
        self._members = members

    async def list(self, call: Call) -> web.StreamResponse:
        return await self._list(call)

    async def add(self, call: Call) -> web.StreamResponse:
        form, roles = await call.form(), _roles(await call.chosen("role"))
        try:
            made = await self._members.add(
                login=form.get("login", ""),
                name=form.get("name", ""),
                unit=form.get("unit", ""),
                roles=roles,
                phone=form.get("phone", ""),
                by=call.viewer.by,
            )
        except AccessError as error:
            return await self._list(call, problem=error.sentence, form=form, chosen=roles)
        return self._password(call, made)

    async def one(self, call: Call) -> web.StreamResponse:
        return self._one(call, await self._member(call))

    async def change(self, call: Call) -> web.StreamResponse:
        member, form = await self._member(call), await call.form()
        active = form.get("active") == "on"
        roles = _roles(await call.chosen("role"))
        if member.id == call.viewer.member.id and (not active or Role.ADMINISTRATOR not in roles):
            return self._one(call, member, problem="不能停用自己，也不能去掉自己的管理员角色：请另一位管理员来做")
        changed = replace(
            member,
            name=form.get("name", ""),
            unit=form.get("unit", ""),
            phone=form.get("phone", ""),
            roles=roles,
            active=active,
        )
        try:
            await self._members.change(changed, by=call.viewer.by)
        except AccessError as error:
            return self._one(call, member, problem=error.sentence)
        return call.back("/staff", f"{member.login} 已保存")

    async def reset(self, call: Call) -> web.StreamResponse:
        member = await self._member(call)
        if member.id == call.viewer.member.id:
            return self._one(call, member, problem="自己的密码请在“我的账号”里改")
        return self._password(call, await self._members.reset(member, by=call.viewer.by))

    async def unlock(self, call: Call) -> web.StreamResponse:
        member = await self._members.unlock(await self._member(call), by=call.viewer.by)
        return call.back("/staff", f"{member.login} 已解除锁定")

    async def _member(self, call: Call) -> Member:
        member = await self._store.staff.get(call.path["id"])
        if member is None:
            raise web.HTTPNotFound
        return member

    async def _list(
        self, call: Call, *, problem: str = "", form: object = None, chosen: Sequence[Role] = ()
    ) -> web.StreamResponse:
        members = await self._store.staff.all()
        return call.page(
            "people/staff.html",
            status=422 if problem else 200,
            members=members,
            tree=call.viewer.tree,
            roles=tuple(Role),
            problem=problem,
            form=form or {},
            chosen=chosen,
        )

    def _one(self, call: Call, member: Member, problem: str = "") -> web.StreamResponse:
        status = 422 if problem else 200
        return call.page(
            "people/member.html",
            status=status,
            member=member,
            tree=call.viewer.tree,
            roles=tuple(Role),
            problem=problem,
        )

    def _password(self, call: Call, made: NewPassword) -> web.StreamResponse:
        """The only page that shows it; it is kept nowhere in the clear."""
        return call.page("people/password.html", member=made.member, password=made.password)


def _roles(words: Sequence[str]) -> tuple[Role, ...]:
    return tuple(Role(word) for word in words if word in set(Role))
