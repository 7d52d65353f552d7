"""Staff who speak with a resident themselves: taking over from the bot, replying, handing back."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.delivery.planner import weigh
from bot.delivery.reasons import Reason, sentence
from bot.kick import Kick
from bot.local_time import at
from bot.text import measure
from channels.base import Capabilities, Channel, Clock
from channels.messages import Purpose, Via
from dialogs.explaining import explain
from storage.attending import Attendance
from storage.audit import AuditLine
from storage.commit import Change
from storage.errors import AlreadyThere, Conflict
from storage.records import Conversation, OutboxEntry
from storage.staff import Member
from storage.store import Store

HELD_FOR = timedelta(minutes=30)
"""After the member's last word the bot answers again."""
_TAKEN = "工作人员已接入，请讲。"
_BACK = "工作人员已退出，由机器人继续为您服务。"
_BYTES_OF_A_SIGN = 3
_TRIES = 5


class NotDone(Exception):
    """``sentence`` says why, and what can be done."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Whether a reply can go out now, and what staff must know of it."""

    open: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How long a text is in what the channel counts. ``segments``: what it costs in texts, 0 where nobody counts."""

    now: int
    limit: int
    unit: str
    segments: int

    @property
    def fits(self) -> bool:
        return self.now <= self.limit

    @property
    def most(self) -> int:
        """Chinese characters that fit."""
        return self.limit // _BYTES_OF_A_SIGN if self.unit == "bytes" else self.limit


class Attending:
    """What staff do in a conversation."""

    def __init__(self, *, store: Store, channels: Mapping[tuple[str, str], Channel], clock: Clock, kick: Kick) -> None:
        self.attendance = Attendance(store.database, store.conversations)
        self._store = store
        self._channels = channels
        self._clock = clock
        self._kick = kick

    async def take(self, conversation: Conversation, member: Member) -> None:
        """Take over from the bot; the resident is told once.

        Raises:
            NotDone: a colleague has it.
        """
        now = self._clock()
        again = conversation.held_by(now) == member.id
        taken = self.attendance.take(conversation.id, member.id, now=now, until=now + HELD_FOR)
        try:
            told = None if again else self._note(conversation, _TAKEN, now)
            await self._commit(taken, told, _line("taken", conversation, member, now))
        except Conflict:
            raise NotDone("同事已经接入这个会话") from None
        structlog.get_logger().info("conversation.taken", conversation=conversation.id, by=member.id)

    async def hand_back(self, conversation: Conversation, member: Member) -> None:
        """Let the bot answer again; the resident is told.

        Raises:
            NotDone: the member does not have it.
        """
        now = self._clock()
        back = self.attendance.hand_back(conversation.id, member.id, now=now)
        try:
            told = self._note(conversation, _BACK, now)
            await self._commit(back, told, _line("handed_back", conversation, member, now))
        except Conflict:
            raise NotDone("接入已经结束，机器人在回复") from None
        structlog.get_logger().info("conversation.handed_back", conversation=conversation.id, by=member.id)

    async def drop_draft(self, conversation_id: str) -> None:
        """Have the bot forget the petition it was taking down: staff wrote it down. Where turns go on, it is left."""
        for _ in range(_TRIES):
            found = await self._store.conversations.get(conversation_id)
            if found is None or explain(found.state).form is None:
                return
            state = {name: value for name, value in found.state.items() if name != "engine"}
            change = self._store.conversations.advance(found, state=state, release=False, now=self._clock())
            with suppress(Conflict):
                await self._store.committer.commit([change])
                return
        structlog.get_logger().info("conversation.draft_left", conversation=conversation_id)

    async def reply(self, conversation: Conversation, member: Member, text: str, *, author: str, key: str) -> None:
        """Send ``text``; the member's time begins anew. ``key``: of the form, so that it is sent once.

        Raises:
            NotDone: the member does not have the conversation, or the text cannot be sent.
        """
        window, length = self.window(conversation), self.length(conversation, text)
        if not text:
            raise NotDone("请写要回复的话")
        if not window.open:
            raise NotDone(window.sentence)
        if not length.fits:
            raise NotDone(f"太长了，没有发送：这个渠道一条最多约 {length.most} 字，请分几次发")
        now = self._clock()
        entry = _entry(conversation, text, now, author=author, key=key)
        prolonged = self.attendance.prolong(conversation.id, member.id, now=now, until=now + HELD_FOR)
        try:
            await self._commit(prolonged, entry, _line("replied", conversation, member, now, entry=entry.id))
        except AlreadyThere:  # the same form, sent again
            return
        except Conflict:
            raise NotDone("没有发送：您没有接入这个会话，或接入已满 30 分钟。请先接入") from None
        structlog.get_logger().info("conversation.replied", conversation=conversation.id, by=member.id, entry=entry.id)

    def window(self, conversation: Conversation) -> Window:
        """How a reply would go out now, in the planner's words."""
        capabilities = self._capabilities(conversation)
        if capabilities is None:
            return Window(open=False, sentence="这个账号已不在设置里，不能回复")
        now = self._clock()
        weighed = weigh(_entry(conversation, "", now), conversation, capabilities, now=now)
        chosen = next((way for way in weighed if way.open), None)
        if chosen is None:
            # A template carries notices, never what somebody writes: that it is missing says nothing here.
            reasons = (sentence(way.reason) for way in weighed if way.reason is not Reason.NO_TEMPLATE)
            why = "；".join(dict.fromkeys(reasons)) or "这个渠道不能主动发消息"
            return Window(open=False, sentence=f"现在发不出去：{why}。对方再来消息后才能回复。")
        if chosen.via is not Via.CUSTOMER_SERVICE or conversation.grant_until is None:
            return Window(open=True, sentence=f"{sentence(chosen.reason)}。")
        left = conversation.grant_left
        count = "" if left is None else f"，还能发 {left} 条"
        return Window(open=True, sentence=f"{at(conversation.grant_until)}前可以发送{count}；对方再来消息后重新计算。")

    def length(self, conversation: Conversation, text: str) -> Length:
        """How much of the channel's one message ``text`` takes."""
        found = self._capabilities(conversation)
        if found is None:
            return Length(now=len(text), limit=0, unit="characters", segments=0)
        return Length(
            now=measure(text, found.text_unit),
            limit=found.text_limit,
            unit=found.text_unit,
            segments=found.segments(text) if found.segments and text else 0,
        )

    async def _commit(self, change: Change, entry: OutboxEntry | None, line: AuditLine) -> None:
        await self._store.audited([change, *([self._store.outbox.put(entry)] if entry else [])], line)
        if entry is not None:
            await self._kick([entry.id])

    def _note(self, conversation: Conversation, text: str, now: datetime) -> OutboxEntry | None:
        """What the resident is told of the change; nothing where it could not be sent."""
        return _entry(conversation, text, now) if self.window(conversation).open else None

    def _capabilities(self, conversation: Conversation) -> Capabilities | None:
        found = self._channels.get((conversation.address.channel, conversation.address.account))
        return None if found is None else found.capabilities


def _line(step: str, conversation: Conversation, member: Member, now: datetime, **details: str) -> AuditLine:
    action = f"conversation.{step}"
    return AuditLine(at=now, actor=member.id, name=member.name, action=action, target=conversation.id, details=details)


def _entry(conversation: Conversation, text: str, now: datetime, *, author: str = "", key: str = "") -> OutboxEntry:
    return OutboxEntry(
        id=key or uuid.uuid4().hex,
        conversation_id=conversation.id,
        address=conversation.address,
        purpose=Purpose.REPLY,
        text=text,
        created_at=now,
        due_at=now,
        # What staff say goes out in the order in which it was said.
        reply_to=f"staff:{conversation.id}",
        author=author,
    )
