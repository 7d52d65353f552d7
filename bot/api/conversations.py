"""Conversations over HTTP: who talked, and what was said."""

from collections.abc import Sequence

import structlog

from bot.api import views
from bot.api.operations import AnyOperation, Call, NoBody, NoQuery, Operation
from bot.api.problems import ProblemKind, invalid_field, not_found
from bot.api.schemas.conversations import Conversation, ConversationQuery, Explained, Message
from bot.api.seen import Seen, hidden_from
from bot.api.shapes import Page, Paged
from bot.api.tokens import Caller, Scope
from bot.api.transcript import Line, transcript
from bot.delivery.elsewhere import SMS
from channels.sms.numbers import NotANumber, canonical
from dialogs.explaining import explain
from storage.errors import BadCursor
from storage.records import ArrivedMessage
from storage.records import Conversation as Stored
from storage.store import Store

_TAG = "会话"


class ConversationRoutes:
    """The operations below ``/v1/conversations``."""

    def __init__(self, *, store: Store, seen: Seen) -> None:
        self._store = store
        self._seen = seen

    def operations(self) -> tuple[AnyOperation, ...]:
        return (
            Operation(
                id="listConversations",
                method="GET",
                path="/conversations",
                tag=_TAG,
                summary="谁和我们说过话；给出 sender 时只查那一个人",
                query=ConversationQuery,
                body=NoBody,
                answer=Page[Conversation],
                handler=self.list,
            ),
            Operation(
                id="readMessages",
                method="GET",
                path="/conversations/{id}/messages",
                tag=_TAG,
                summary="往来消息，按先后排列",
                query=Paged,
                body=NoBody,
                answer=Page[Message],
                handler=self.messages,
                problems=(ProblemKind.NOT_FOUND,),
            ),
            Operation(
                id="explainConversation",
                method="GET",
                path="/conversations/{id}/explanation",
                tag=_TAG,
                summary="最近一条消息是怎么理解的，对话进行到哪里：供修改对话文件的人查看，要有查看个人信息的权限",
                query=NoQuery,
                body=NoBody,
                answer=Explained,
                handler=self.explanation,
                problems=(ProblemKind.NOT_FOUND,),
            ),
        )

    async def list(self, call: Call[ConversationQuery, NoBody]) -> Page[Conversation]:
        query = call.query
        if query.sender is not None:
            sender = _one_form(query.sender) if query.channel == SMS else query.sender
            found = await self._store.conversations.find(query.channel or "", query.account or "", sender)
            return Page(items=await self._known(call.caller, [] if found is None else [found]))
        try:
            page = await self._store.conversations.list(
                channel=query.channel, account=query.account, limit=query.limit, cursor=query.cursor
            )
        except BadCursor:
            raise invalid_field("cursor", "不是本接口给出的 next_cursor") from None
        return Page(items=await self._known(call.caller, page.items), next_cursor=page.next_cursor)

    async def messages(self, call: Call[Paged, NoBody]) -> Page[Message]:
        key = call.path["id"]
        if await self._store.conversations.get(key) is None or not await self._sees(call.caller, key):
            raise not_found("没有这个会话")
        try:
            lines, cursor = await transcript(self._store, key, limit=call.query.limit, cursor=call.query.cursor)
        except BadCursor:
            raise invalid_field("cursor", "不是本接口给出的 next_cursor") from None
        personal = call.caller.may(Scope.PERSONAL)
        structlog.get_logger().info("api.transcript_read", conversation=key, by=call.caller.name)
        if personal:
            await self._seen.conversation(call.caller, key, "往来消息")
        return Page(items=[_shown(line, personal=personal) for line in lines], next_cursor=cursor)

    async def explanation(self, call: Call[NoQuery, NoBody]) -> Explained:
        call.require(Scope.PERSONAL)
        key = call.path["id"]
        found = await self._store.conversations.get(key)
        if found is None or not await self._sees(call.caller, key):
            raise not_found("没有这个会话")
        structlog.get_logger().info("api.explanation_read", conversation=key, by=call.caller.name)
        await self._seen.conversation(call.caller, key, "对话进行到哪里")
        return views.explained(explain(found.state))

    async def _sees(self, caller: Caller, conversation_id: str) -> bool:
        """A conversation in which somebody was accused is seen by the discipline role alone."""
        return not await hidden_from(self._store, caller, [conversation_id])

    async def _known(self, caller: Caller, found: Sequence[Stored]) -> Sequence[Conversation]:
        hidden = await hidden_from(self._store, caller, [each.id for each in found])
        return [views.conversation(each) for each in found if each.id not in hidden]


def _one_form(number: str) -> str:
    """A number as conversations have it, however it is written; what is none has no conversation."""
    try:
        return canonical(number)
    except NotANumber:
        return number


def _shown(line: Line, *, personal: bool) -> Message:
    if isinstance(line, ArrivedMessage):
        return views.incoming(line, personal=personal)
    return views.outgoing(line, personal=personal)
