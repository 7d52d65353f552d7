"""What is done: written, let pass, changed, withdrawn; and with bookings: by hand, given back, came or not."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.access.permissions import Permission
from bot.console.form_keys import made_id
from bot.console.notices.reach import doer_of
from bot.console.publications.pages import PublicationPages
from bot.console.publications.parts import PATHS, PublicationParts, booking_of, publication_of
from bot.console.routes import Call
from bot.publishing.errors import PublishError
from bot.publishing.forms import clarification_of, reception_of
from storage.publication_records import BookingState, Publication, PublicationKind

_LONGEST_REASON = 200
_MARKS = {"came": BookingState.CAME, "missed": BookingState.MISSED, "booked": BookingState.BOOKED}


class PublicationActions:
    """The steps of one kind."""

    def __init__(self, parts: PublicationParts, pages: PublicationPages, kind: PublicationKind) -> None:
        self._parts = parts
        self._office = parts.office
        self._pages = pages
        self._kind = kind
        self._path = PATHS[kind]

    async def write(self, call: Call) -> web.StreamResponse:
        form, now = await call.form(), self._parts.clock()
        reads = reception_of if self._kind is PublicationKind.RECEPTION else clarification_of
        try:
            by = doer_of(call.viewer)
            written = await self._office.write(reads(form, now), by=by, id=made_id(form, by=by.id))
        except PublishError as error:
            return self._pages.form(call, form, error.sentence)
        return call.back(f"{self._path}/{written.id}", "草稿已保存，请另一位有审批权的同事审批后公布")

    async def change(self, call: Call) -> web.StreamResponse:
        publication = await publication_of(self._parts, call, self._kind)
        form = await call.form()
        try:
            after = reception_of(form, self._parts.clock())
            await self._office.change(publication, after, reason=form.get("reason", ""), by=doer_of(call.viewer))
        except PublishError as error:
            return self._pages.form(call, form, error.sentence, changes=publication)
        return call.back(f"{self._path}/{publication.id}", "更改已保存，另一位同事审批后生效，并通知已预约的人")

    async def approve(self, call: Call) -> web.StreamResponse:
        publication = await publication_of(self._parts, call, self._kind)
        told = "更改已生效，已预约的人会收到通知" if publication.change else "已审批，现在对外公布"
        return await self._step(call, publication, lambda one: self._office.approve(one, by=doer_of(call.viewer)), told)

    async def withdraw(self, call: Call) -> web.StreamResponse:
        publication = await publication_of(self._parts, call, self._kind)
        reason, by = (await call.form()).get("reason", ""), doer_of(call.viewer)
        told = "已撤下，已预约的人会收到通知" if publication.seats else "已撤下"
        return await self._step(call, publication, lambda one: self._office.withdraw(one, reason=reason, by=by), told)

    async def book(self, call: Call) -> web.StreamResponse:
        publication = await publication_of(self._parts, call, self._kind)
        form = await call.form()
        try:
            booking, tells = await self._parts.desk.book(
                publication.id,
                name=form.get("name", ""),
                phone=form.get("phone", ""),
                matter=form.get("matter", ""),
                by=doer_of(call.viewer),
            )
        except PublishError as error:
            return await self._pages.again(call, publication, error.sentence)
        told = "，已发短信告诉对方" if tells else "；对方收不到短信，请当面或电话告诉对方"
        return call.back(f"{self._path}/{publication.id}", f"约好了，第 {booking.seat} 号{told}")

    async def give_back(self, call: Call) -> web.StreamResponse:
        publication = await publication_of(self._parts, call, self._kind)
        booking = await booking_of(self._parts, call, publication)
        try:
            await self._parts.desk.give_back(booking, by=doer_of(call.viewer))
        except PublishError as error:
            return await self._pages.again(call, publication, error.sentence)
        return call.back(f"{self._path}/{publication.id}", f"第 {booking.seat} 号的预约已取消，名额已放出")

    async def mark(self, call: Call) -> web.StreamResponse:
        publication = await publication_of(self._parts, call, self._kind)
        booking = await booking_of(self._parts, call, publication)
        state = _MARKS.get((await call.form()).get("state", ""))
        if state is None:
            raise web.HTTPBadRequest
        try:
            await self._parts.desk.mark(booking, state, by=doer_of(call.viewer))
        except PublishError as error:
            return await self._pages.again(call, publication, error.sentence)
        return call.back(f"{self._path}/{publication.id}", f"第 {booking.seat} 号：{state.label}")

    async def erase(self, call: Call) -> web.StreamResponse:
        """For whoever sees to the rights of persons as well."""
        if not call.viewer.may(Permission.PERSONS):
            raise web.HTTPForbidden
        publication = await publication_of(self._parts, call, self._kind)
        booking = await booking_of(self._parts, call, publication)
        reason = (await call.form()).get("reason", "")[:_LONGEST_REASON]
        if not reason:
            return await self._pages.again(call, publication, "请写明原因")
        try:
            await self._parts.desk.erase(booking, by=doer_of(call.viewer), reason=reason)
        except PublishError as error:
            return await self._pages.again(call, publication, error.sentence)
        return call.back(f"{self._path}/{publication.id}", f"第 {booking.seat} 号的个人信息已删除")

    async def _step(
        self, call: Call, publication: Publication, step: Callable[[Publication], Awaitable[Publication]], told: str
    ) -> web.StreamResponse:
        try:
            await step(publication)
        except PublishError as error:
            current = await self._parts.store.publications.get(publication.id)
            return await self._pages.again(call, current or publication, error.sentence)
        return call.back(f"{self._path}/{publication.id}", told)
