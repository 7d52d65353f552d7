"""Making the links to a resident's page void, as where a phone was lost or a message went astray."""

from aiohttp import web

from bot.console.cases.pages import CasePages
from bot.console.cases.parts import CaseParts
from bot.console.cases.reach import case_of
from bot.console.routes import Call

_LONGEST_REASON = 200


class LinkActions:
    """One step."""

    def __init__(self, parts: CaseParts) -> None:
        self._parts = parts

    async def take_back(self, call: Call) -> web.StreamResponse:
        """All that were sent so far; the next notice carries a new one. An accusation has no page."""
        case, reason = await case_of(self._parts.store, call), (await call.form()).get("reason", "")
        if not reason:
            return await CasePages(self._parts).again(call, case, "请写明作废链接的原因")
        await self._parts.staffwork.take_links_back(case.number, reason[:_LONGEST_REASON], actor=call.viewer.actor)
        return call.back(f"/cases/{case.number}", "发出去的网页链接都已作废，下一条通知里有新的链接")
