"""Filters of the list that somebody keeps under a name."""

from aiohttp import web

from bot.console.cases.filters import wanted_of
from bot.console.cases.parts import CaseParts
from bot.console.routes import Call
from storage.saved_views import MOST, SavedView

_LONGEST = 20


class ViewActions:
    """Each has their own."""

    def __init__(self, parts: CaseParts) -> None:
        self._views = parts.store.views

    async def keep(self, call: Call) -> web.StreamResponse:
        form = await call.form()
        name, fields = form.get("name", "")[:_LONGEST], wanted_of(form).fields()
        if not name or not fields:
            return call.back("/cases", "没有保存：先选好条件，再起个名字")
        if not await self._views.keep(call.viewer.member.id, SavedView(name=name, fields=fields)):
            return call.back("/cases", f"没有保存：最多 {MOST} 个，请先删掉不用的")
        return call.back("/cases", "条件已保存，以后点名字就行")

    async def drop(self, call: Call) -> web.StreamResponse:
        await self._views.drop(call.viewer.member.id, (await call.form()).get("name", ""))
        return call.back("/cases", "已删掉")
