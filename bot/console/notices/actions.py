"""What is done with notices: written, let pass, begun, held, cancelled."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.broadcasts.number_table import numbers_in
from bot.broadcasts.office import BroadcastError, BroadcastRefused, Doer, Written
from bot.console.form_keys import made_id
from bot.console.notices.pages import NoticePages
from bot.console.notices.parts import NoticeParts
from bot.console.notices.reach import broadcast_of, check_reach, doer_of
from bot.console.routes import Call
from bot.forms import read_form
from bot.tables import TableRefused
from storage.broadcast_records import Broadcast, Segment

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_LONGEST_REASON = 100
ALL, LISTED = "all", "list"


class NoticeActions:
    """The steps."""

    def __init__(self, parts: NoticeParts, pages: NoticePages) -> None:
        self._parts = parts
        self._office = parts.office
        self._pages = pages

    async def write(self, call: Call) -> web.StreamResponse:
        form, channels = await call.form(), await call.chosen("channel")
        try:
            numbers = await _uploaded(call) if form.get("whom") == LISTED else ()
            written = _written(form, channels, numbers)
            check_reach(call.viewer, written)
            key = made_id(form, channels, numbers, by=call.viewer.member.id)
            broadcast = await self._office.write(written, by=doer_of(call.viewer), id=key)
        except (BroadcastError, TableRefused) as error:
            return await self._pages.form(call, form, channels, error.sentence)
        return call.back(f"/notices/{broadcast.id}?try=1", "草稿已保存。请核对下面的试算，再请另一位同事审批。")

    async def approve(self, call: Call) -> web.StreamResponse:
        return await self._step(call, lambda one, by: self._office.approve(one, by=by), "已审批通过，可以开始发送")

    async def start(self, call: Call) -> web.StreamResponse:
        return await self._step(call, lambda one, by: self._office.start(one, by=by), "已开始；到时间自动发送")

    async def pause(self, call: Call) -> web.StreamResponse:
        return await self._step(call, lambda one, by: self._office.pause(one, by=by), "已暂停，没有发的先不发")

    async def resume(self, call: Call) -> web.StreamResponse:
        return await self._step(call, lambda one, by: self._office.resume(one, by=by), "继续发送")

    async def cancel(self, call: Call) -> web.StreamResponse:
        reason = (await call.form()).get("reason", "")[:_LONGEST_REASON]
        return await self._step(
            call, lambda one, by: self._office.cancel(one, by=by, reason=reason), "已取消，没有发的不再发"
        )

    async def _step(
        self, call: Call, step: Callable[[Broadcast, Doer], Awaitable[Broadcast]], told: str
    ) -> web.StreamResponse:
        broadcast = await broadcast_of(self._parts.store, call)
        try:
            await step(broadcast, doer_of(call.viewer))
        except BroadcastError as error:
            return await self._pages.again(call, broadcast, error.sentence)
        return call.back(f"/notices/{broadcast.id}", told)


async def _uploaded(call: Call) -> list[str]:
    sent = (await read_form(call.request)).get("file")
    if not isinstance(sent, web.FileField):
        raise BroadcastRefused("file", "请选择号码名单的文件")
    return numbers_in(sent.file.read())


def _written(form: Mapping[str, str], channels: list[str], numbers: "tuple[()] | list[str]") -> Written:
    listed, everybody = form.get("whom") == LISTED, form.get("whom") == ALL
    narrowed = not listed and not everybody
    segment = Segment(
        everybody=everybody,
        listed=listed,
        district=(narrowed and form.get("district")) or None,
        category=(narrowed and form.get("category")) or None,
        tag=(narrowed and form.get("tag")) or None,
        topic=(narrowed and form.get("topic")) or None,
    )
    return Written(
        title=form.get("title", ""),
        text=form.get("text", "").replace("\r\n", "\n"),
        channels=channels,
        segment=segment,
        send_at=_moment(form.get("at", "")),
        numbers=numbers,
    )


def _moment(written: str) -> datetime | None:
    """What the field of a date and a time gives: the office's own time."""
    if not written:
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=_SHANGHAI)
    except ValueError:
        raise BroadcastRefused("at", "发送时间写得不对") from None
