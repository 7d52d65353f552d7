"""The tree of units: shown, exported, and imported as a table whose every wrong line is named."""

import asyncio

from aiohttp import web

from bot.access.unit_table import HEADINGS, imported, rows_of, units_in, unknown_levels
from bot.console.people.tables import as_xlsx, sent_table
from bot.console.routes import Call
from bot.tables import TableRefused
from channels.base import Clock
from storage.store import Store
from storage.units import WrongTree

_TOLD = 3


class UnitPages:
    """What an administrator does with units."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def list(self, call: Call) -> web.StreamResponse:
        return self._list(call)

    async def export(self, call: Call) -> web.StreamResponse:
        return await as_xlsx(HEADINGS, rows_of(call.viewer.tree), title="单位", now=self._clock())

    async def load(self, call: Call) -> web.StreamResponse:
        """All of the table or nothing of it."""
        content = await sent_table(call)
        if content is None:
            return self._list(call, problems=("请选择文件",))
        try:
            units = await asyncio.to_thread(units_in, content, [unit.id for unit in call.viewer.tree])
            total = await self._store.units.put(units, imported(units, by=call.viewer.by, at=self._clock()))
        except TableRefused as refused:
            return self._list(call, problems=refused.problems)
        except WrongTree as wrong:
            return self._list(call, problems=(wrong.sentence,))
        doubts = unknown_levels(units)
        more = f"。请核对：{'；'.join(doubts[:_TOLD])}{'等' if len(doubts) > _TOLD else ''}" if doubts else ""
        return call.back("/units", f"已导入 {len(units)} 个单位，现在共 {total} 个{more}")

    def _list(self, call: Call, problems: tuple[str, ...] = ()) -> web.StreamResponse:
        status = 422 if problems else 200
        return call.page("people/units.html", status=status, units=list(call.viewer.tree), problems=problems)
