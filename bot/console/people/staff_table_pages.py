"""The members of staff as a table: exported, and imported with every wrong line named."""

from collections.abc import Sequence

from aiohttp import web

from bot.access.errors import AccessError
from bot.access.staff_import import StaffImport
from bot.access.staff_table import HEADINGS, rows_of
from bot.console.people.tables import as_xlsx, sent_table
from bot.console.routes import Call
from bot.tables import TableRefused
from channels.base import Clock
from storage.audit import AuditLine
from storage.store import Store


class StaffTablePages:
    """What an administrator does with many people at once."""

    def __init__(self, *, store: Store, importing: StaffImport, clock: Clock) -> None:
        self._store = store
        self._importing = importing
        self._clock = clock

    async def form(self, call: Call) -> web.StreamResponse:
        return self._form(call)

    async def export(self, call: Call) -> web.StreamResponse:
        """With phones: so it stands in the audit log."""
        members, by, now = await self._store.staff.all(), call.viewer.by, self._clock()
        details = {"count": len(members)}
        await self._store.audit.add(
            AuditLine(at=now, actor=by.id, name=by.name, action="staff.exported", details=details)
        )
        return await as_xlsx(HEADINGS, rows_of(members), title="人员", now=now)

    async def load(self, call: Call) -> web.StreamResponse:
        """All of the table or nothing of it; passwords of who is new are shown by this answer alone."""
        content, by = await sent_table(call), call.viewer.by
        if content is None:
            return self._form(call, problems=("请选择文件",))
        try:
            plan = await self._importing.plan(content, by=by)
            if (await call.form()).get("check"):
                return self._form(call, told=f"没有问题，将{plan.sentence}。还没有保存")
            made = await self._importing.do(plan, by=by)
        except TableRefused as refused:
            return self._form(call, problems=refused.problems)
        except AccessError as error:
            return self._form(call, problems=(error.sentence,))
        if not made:
            return call.back("/staff", f"已{plan.sentence}")
        return call.page("people/passwords.html", made=made, told=f"已{plan.sentence}", tree=call.viewer.tree)

    def _form(self, call: Call, *, problems: Sequence[str] = (), told: str = "") -> web.StreamResponse:
        status = 422 if problems else 200
        return call.page("people/staff_import.html", status=status, problems=problems, told=told)
