"""The list of places (地名表): shown by district, exported, imported as a table whose every wrong line is named."""

from collections.abc import Sequence

from aiohttp import web

from bot.console.people.tables import as_xlsx, sent_table
from bot.console.routes import Call
from bot.editing.place_table import HEADINGS, rows_of
from bot.editing.places import PlaceOffice, PlacesNow, nobodys
from bot.tables import TableRefused
from channels.base import Clock
from dialogs.nlu.gazetteer import BadGazetteer


class PlacePages:
    """What an administrator does with the list."""

    def __init__(self, *, office: PlaceOffice, clock: Clock) -> None:
        self._office = office
        self._clock = clock

    async def show(self, call: Call) -> web.StreamResponse:
        return await self._show(call)

    async def export(self, call: Call) -> web.StreamResponse:
        try:
            now = await self._office.now()
        except (BadGazetteer, TableRefused) as error:
            return await self._show(call, problems=(error.sentence,))
        return await as_xlsx(HEADINGS, rows_of(now.places), title="地名表", now=self._clock())

    async def load(self, call: Call) -> web.StreamResponse:
        """All of the table or nothing of it; it takes the place of the list before."""
        content = await sent_table(call)
        if content is None:
            return await self._show(call, problems=("请选择文件",))
        try:
            places = await self._office.read(content)
        except TableRefused as refused:
            return await self._show(call, problems=refused.problems)
        if (await call.form()).get("check"):
            return await self._show(call, told=f"没有问题，共 {len(places)} 行。还没有保存")
        await self._office.put(places, by=call.viewer.by)
        return call.back("/units/places", f"已导入 {len(places)} 行地名，机器人几秒内换上")

    async def drop(self, call: Call) -> web.StreamResponse:
        await self._office.put([], by=call.viewer.by)
        return call.back("/units/places", "已用回对话文件里的地名表")

    async def _show(self, call: Call, *, problems: Sequence[str] = (), told: str = "") -> web.StreamResponse:
        now, unread = PlacesNow(places=(), at=None), ""
        try:
            now = await self._office.now()
        except (BadGazetteer, TableRefused) as error:
            unread = error.sentence
        shown = {"told": told} if told else {}
        return call.page(
            "people/places.html",
            status=422 if problems else 200,
            now=now,
            unread=unread,
            alone=nobodys(now.places, call.viewer.tree),
            problems=problems,
            **shown,
        )
