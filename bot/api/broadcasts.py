"""Broadcasts over HTTP: written by one token, let pass by another, begun, held, followed."""

from collections.abc import Awaitable, Callable

from bot.api.broadcast_views import broadcast_out, recipient_out, trial_out
from bot.api.operations import AnyCall, AnyOperation, Call, NoBody, NoQuery, Operation
from bot.api.problems import Problem, ProblemKind, invalid_field, not_found
from bot.api.schemas.broadcasts import Broadcast, NewBroadcast, Recipient, RecipientQuery, Trial
from bot.api.shapes import Page, Paged
from bot.broadcasts.office import BroadcastError, BroadcastOffice, BroadcastRefused, Doer, OwnBroadcast, Written
from channels.base import Clock
from storage import broadcast_records as records
from storage.errors import BadCursor
from storage.store import Store

_TAG = "通知"
_ONE = "/broadcasts/{id}"
_MOVED = (ProblemKind.NOT_FOUND, ProblemKind.CONFLICT)
Step = Callable[[records.Broadcast, Doer], Awaitable[records.Broadcast]]


class BroadcastRoutes:
    """The operations below ``/v1/broadcasts``."""

    def __init__(self, *, store: Store, office: BroadcastOffice, clock: Clock) -> None:
        self._store = store
        self._office = office
        self._clock = clock

    def operations(self) -> tuple[AnyOperation, ...]:
        return (*self._reading(), self._writing(), self._trying(), *self._steps())

    def _reading(self) -> tuple[AnyOperation, ...]:
        return (
            Operation(
                id="listBroadcasts",
                method="GET",
                path="/broadcasts",
                tag=_TAG,
                summary="列出通知，新的在前；人数为最近一次统计",
                query=Paged,
                body=NoBody,
                answer=Page[Broadcast],
                handler=self.list,
            ),
            Operation(
                id="readBroadcast",
                method="GET",
                path=_ONE,
                tag=_TAG,
                summary="查看一条通知：状态、人数、速度、预计何时发完",
                query=NoQuery,
                body=NoBody,
                answer=Broadcast,
                handler=self.read,
                problems=(ProblemKind.NOT_FOUND,),
            ),
            Operation(
                id="listBroadcastRecipients",
                method="GET",
                path=f"{_ONE}/recipients",
                tag=_TAG,
                summary="每位收件人怎样了",
                query=RecipientQuery,
                body=NoBody,
                answer=Page[Recipient],
                handler=self.recipients,
                problems=(ProblemKind.NOT_FOUND,),
            ),
        )

    def _writing(self) -> AnyOperation:
        return Operation(
            id="createBroadcast",
            method="POST",
            path="/broadcasts",
            tag=_TAG,
            summary="写一条通知（草稿）；须由另一个令牌审批后才能发",
            query=NoQuery,
            body=NewBroadcast,
            answer=Broadcast,
            handler=self.write,
            status=201,
        )

    def _trying(self) -> AnyOperation:
        return Operation(
            id="dryRunBroadcast",
            method="POST",
            path=f"{_ONE}/dry-run",
            tag=_TAG,
            summary="试算：现在会发给多少人，哪些人不发、为什么；什么也不发",
            query=NoQuery,
            body=NoBody,
            answer=Trial,
            handler=self.try_,
            problems=(ProblemKind.NOT_FOUND,),
        )

    def _steps(self) -> tuple[AnyOperation, ...]:
        office = self._office
        return (
            _step("approve", "审批通过；不能是写通知的那个令牌", self._by(lambda one, by: office.approve(one, by=by))),
            _step("start", "开始：立即发，或到 send_at 再发", self._by(lambda one, by: office.start(one, by=by))),
            _step("pause", "暂停：一秒内不再发", self._by(lambda one, by: office.pause(one, by=by))),
            _step("resume", "继续发还没发的", self._by(lambda one, by: office.resume(one, by=by))),
            _step("cancel", "取消：还没发的不再发", self._by(lambda one, by: office.cancel(one, by=by))),
        )

    async def list(self, call: Call[Paged, NoBody]) -> Page[Broadcast]:
        try:
            page = await self._store.broadcasts.list(limit=call.query.limit, cursor=call.query.cursor)
        except BadCursor:
            raise invalid_field("cursor", "不是本接口给出的 next_cursor") from None
        now = self._clock()
        items = [broadcast_out(each, each.counts, now) for each in page.items]
        return Page(items=items, next_cursor=page.next_cursor)

    async def read(self, call: Call[NoQuery, NoBody]) -> Broadcast:
        return await self._out(await self._one(call))

    async def recipients(self, call: Call[RecipientQuery, NoBody]) -> Page[Recipient]:
        broadcast, query = await self._one(call), call.query
        states = [query.state] if query.state else []
        page = await self._store.ledger.list(broadcast.id, states=states, limit=query.limit, cursor=query.cursor)
        return Page(items=[recipient_out(each) for each in page.items], next_cursor=page.next_cursor)

    async def write(self, call: Call[NoQuery, NewBroadcast]) -> Broadcast:
        body = call.body
        segment = records.Segment(
            everybody=body.segment.all,
            district=body.segment.district,
            tag=body.segment.tag,
            category=body.segment.category,
            topic=body.segment.topic,
        )
        written = Written(
            title=body.title, text=body.text, channels=body.channels, segment=segment, send_at=body.send_at
        )
        try:
            return await self._out(await self._office.write(written, by=self._doer(call)))
        except BroadcastRefused as error:
            raise invalid_field(error.field, error.sentence) from None

    async def try_(self, call: Call[NoQuery, NoBody]) -> Trial:
        return trial_out(await self._office.tried(await self._one(call)))

    def _by(self, step: Step) -> Callable[[AnyCall], Awaitable[Broadcast]]:
        async def handle(call: AnyCall) -> Broadcast:
            try:
                return await self._out(await step(await self._one(call), self._doer(call)))
            except OwnBroadcast as error:
                raise Problem(ProblemKind.FORBIDDEN, error.sentence) from None
            except BroadcastError as error:
                raise Problem(ProblemKind.CONFLICT, error.sentence) from None

        return handle

    async def _one(self, call: AnyCall) -> records.Broadcast:
        found = await self._store.broadcasts.get(call.path["id"])
        if found is None:
            raise not_found("没有这条通知")
        return found

    async def _out(self, broadcast: records.Broadcast) -> Broadcast:
        return broadcast_out(broadcast, await self._store.ledger.counts(broadcast.id), self._clock())

    def _doer(self, call: AnyCall) -> Doer:
        return Doer(id=self._store.vault.pseudonym("api caller", call.caller.name), name=call.caller.name)


def _step(name: str, summary: str, handler: Callable[[AnyCall], Awaitable[Broadcast]]) -> AnyOperation:
    return Operation(
        id=f"{name}Broadcast",
        method="POST",
        path=f"{_ONE}/{name}",
        tag=_TAG,
        summary=summary,
        query=NoQuery,
        body=NoBody,
        answer=Broadcast,
        handler=handler,
        problems=_MOVED,
    )
