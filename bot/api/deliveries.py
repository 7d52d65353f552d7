"""What did not get through, and who asks for a person: the two things staff must look at."""

import structlog

from bot.api import views
from bot.api.operations import AnyOperation, Call, NoBody, NoQuery, Operation
from bot.api.problems import Problem, ProblemKind, invalid_field, not_found
from bot.api.schemas.deliveries import CallQuery, Delivery, DeliveryQuery, PersonCall
from bot.api.seen import hidden_from
from bot.api.shapes import Page, Paged
from bot.casework.service import Casework
from storage.errors import Conflict
from storage.store import Store

_DELIVERIES = "发送"
_CALLS = "人工"


class DeliveryRoutes:
    """The operations below ``/v1/deliveries`` and ``/v1/calls``."""

    def __init__(self, *, store: Store, casework: Casework) -> None:
        self._store = store
        self._casework = casework

    def operations(self) -> tuple[AnyOperation, ...]:
        return (
            Operation(
                id="listDeadDeliveries",
                method="GET",
                path="/deliveries",
                tag=_DELIVERIES,
                summary="没有发出去、系统已放弃的消息，新的在前",
                query=DeliveryQuery,
                body=NoBody,
                answer=Page[Delivery],
                handler=self.dead,
            ),
            Operation(
                id="replayDelivery",
                method="POST",
                path="/deliveries/{id}/replay",
                tag=_DELIVERIES,
                summary="重新发送一条已放弃的消息",
                query=NoQuery,
                body=NoBody,
                answer=Delivery,
                handler=self.replay,
                problems=(ProblemKind.NOT_FOUND, ProblemKind.CONFLICT),
            ),
            Operation(
                id="listCalls",
                method="GET",
                path="/calls",
                tag=_CALLS,
                summary="等待人工的请求和警报；danger 为 true 的最急",
                query=CallQuery,
                body=NoBody,
                answer=Page[PersonCall],
                handler=self.calls,
            ),
        )

    async def dead(self, call: Call[DeliveryQuery, NoBody]) -> Page[Delivery]:
        _one_page(call.query)
        entries = await self._store.outbox.dead(call.query.limit)
        hidden = await hidden_from(self._store, call.caller, [entry.conversation_id for entry in entries])
        return Page(items=[views.delivery(entry) for entry in entries if entry.conversation_id not in hidden])

    async def replay(self, call: Call[NoQuery, NoBody]) -> Delivery:
        key = call.path["id"]
        given_up = await self._store.outbox.get(key)
        if given_up is None or await hidden_from(self._store, call.caller, [given_up.conversation_id]):
            raise not_found("没有这条消息")
        try:
            await self._casework.resend(key)
        except Conflict:
            raise Problem(ProblemKind.CONFLICT, "只有已放弃的消息可以重新发送") from None
        structlog.get_logger().info("api.delivery_replayed", entry=key, by=call.caller.name)
        entry = await self._store.outbox.get(key)
        if entry is None:
            raise not_found("没有这条消息")
        return views.delivery(entry)

    async def calls(self, call: Call[CallQuery, NoBody]) -> Page[PersonCall]:
        _one_page(call.query)
        found = await self._store.calls.open(call.query.limit)
        hidden = await hidden_from(self._store, call.caller, [each.conversation_id for each in found])
        return Page(items=[views.call(each) for each in found if each.conversation_id not in hidden])


def _one_page(query: Paged) -> None:
    """These lists give no cursor: what is at the top is dealt with, then the next comes up."""
    if query.cursor is not None:
        raise invalid_field("cursor", "不是本接口给出的 next_cursor")
