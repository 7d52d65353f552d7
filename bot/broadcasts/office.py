"""What staff do with broadcasts: write, try, let pass, begin, hold, cancel. Each step stands in the audit log.

BroadcastError
├── BroadcastRefused    what was written cannot be taken; ``field`` names where
├── OwnBroadcast        nobody lets pass what they wrote
└── NotNow              from where it stands the step does not lead on
"""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from bot.broadcasts.people import People, Tally
from bot.broadcasts.words import CHANNEL_NAMES, LONGEST_TEXT, LONGEST_TITLE, SMS, WEIBO, previews
from bot.channel_registry import Channels
from channels.base import Clock
from storage.audit import AuditLine
from storage.broadcast_records import Broadcast, BroadcastState, Segment
from storage.commit import Change
from storage.errors import AlreadyThere, Conflict
from storage.store import Store

_FURTHEST = timedelta(days=366)


class BroadcastError(Exception):
    """``sentence`` is for whoever asked."""

    retryable: ClassVar[bool] = False
    sentence: str = "没有办成"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(type(self).__name__)
        self.sentence = sentence or type(self).sentence


class BroadcastRefused(BroadcastError):
    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class OwnBroadcast(BroadcastError):
    sentence = "不能审批自己写的通知，请另一位有审批权的同事来批"


class NotNow(BroadcastError):
    def __init__(self, broadcast: Broadcast, doing: str) -> None:
        super().__init__(f"这条通知现在是“{broadcast.state.label}”，不能{doing}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doer:
    """Who does something. ``id``: the member's or token's, ``unit``: theirs, "" for a token."""

    id: str
    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A notice as it was written. ``numbers``: of an uploaded list, in their one form, each once."""

    title: str
    text: str
    channels: Sequence[str]
    segment: Segment
    send_at: datetime | None = None
    numbers: Sequence[str] = ()


class BroadcastOffice:
    """The steps of a broadcast. ``topics``: those that residents may follow."""

    def __init__(self, *, store: Store, channels: Channels, clock: Clock, topics: Sequence[str] = ()) -> None:
        self._store = store
        self.topics = topics
        self.channels = channels
        self._clock = clock
        self.people = People(store=store, channels=channels, clock=clock)

    async def write(self, written: Written, *, by: Doer, id: str | None = None) -> Broadcast:  # noqa: A002
        """Keep a draft; under the same ``id`` once: what is there already is given as it stands.

        Raises:
            BroadcastRefused: naming the field.
        """
        broadcast = self.draft(written, by=by)
        if id is not None:
            there = await self._store.broadcasts.get(id)
            if there is not None:
                return there
            broadcast = replace(broadcast, id=id)
        await self._store.ledger.keep_list(broadcast.id, written.numbers)
        line = self._line("broadcast.written", broadcast, by, channels=list(broadcast.channels))
        with suppress(AlreadyThere):  # its twin was a moment quicker
            await self._store.audited([self._store.broadcasts.put(broadcast)], line)
        return broadcast

    def draft(self, written: Written, *, by: Doer) -> Broadcast:
        """The draft that ``write`` would keep.

        Raises:
            BroadcastRefused: naming the field.
        """
        now = self._clock()
        self._check(written, now)
        return Broadcast(
            id=uuid.uuid4().hex,
            state=BroadcastState.DRAFT,
            title=written.title,
            text=written.text,
            channels=tuple(dict.fromkeys(written.channels)),
            segment=written.segment,
            authors=(by.id,),
            author_name=by.name,
            unit=by.unit,
            created_at=now,
            send_at=written.send_at,
        )

    async def tried(self, broadcast: Broadcast, numbers: Sequence[str] | None = None) -> Tally:
        """Count whom it would reach now, and whom not and why; nothing is sent or kept."""
        return await self.people.tally(broadcast, numbers)

    async def approve(self, broadcast: Broadcast, *, by: Doer) -> Broadcast:
        """Let it pass.

        Raises:
            OwnBroadcast, NotNow
        """
        if by.id in broadcast.authors:
            raise OwnBroadcast
        if broadcast.state is not BroadcastState.DRAFT:
            raise NotNow(broadcast, "审批")
        change = self._store.broadcasts.approval(broadcast, by=by.id, name=by.name, at=self._clock())
        return await self._done(change, self._line("broadcast.approved", broadcast, by), broadcast, doing="审批")

    async def start(self, broadcast: Broadcast, *, by: Doer) -> Broadcast:
        """Begin, now or at its time.

        Raises:
            NotNow
        """
        later = broadcast.send_at is not None and broadcast.send_at > self._clock()
        to = BroadcastState.SCHEDULED if later else BroadcastState.RUNNING
        if broadcast.state is not BroadcastState.APPROVED:
            doing = "开始发送：还没有审批" if broadcast.state is BroadcastState.DRAFT else "再开始"
            raise NotNow(broadcast, doing)
        return await self._moved(broadcast, to, by, "broadcast.started", doing="开始发送")

    async def pause(self, broadcast: Broadcast, *, by: Doer) -> Broadcast:
        reason = f"{by.name} 暂停了发送"
        return await self._moved(broadcast, BroadcastState.PAUSED, by, "broadcast.paused", doing="暂停", reason=reason)

    async def resume(self, broadcast: Broadcast, *, by: Doer) -> Broadcast:
        if broadcast.state is not BroadcastState.PAUSED:
            raise NotNow(broadcast, "继续")
        later = broadcast.send_at is not None and broadcast.send_at > self._clock()
        to = BroadcastState.SCHEDULED if later else BroadcastState.RUNNING
        return await self._moved(broadcast, to, by, "broadcast.resumed", doing="继续")

    async def cancel(self, broadcast: Broadcast, *, by: Doer, reason: str = "") -> Broadcast:
        """End it; who was told stays told."""
        told = f"{by.name} 取消了" + (f"：{reason}" if reason else "")
        return await self._moved(
            broadcast, BroadcastState.CANCELLED, by, "broadcast.cancelled", doing="取消", reason=told
        )

    async def _moved(
        self, broadcast: Broadcast, to: BroadcastState, by: Doer, action: str, *, doing: str, reason: str = ""
    ) -> Broadcast:
        change = self._store.broadcasts.moved(broadcast.id, to, at=self._clock(), reason=reason)
        return await self._done(change, self._line(action, broadcast, by), broadcast, doing=doing)

    async def _done(self, change: Change, line: AuditLine, broadcast: Broadcast, *, doing: str) -> Broadcast:
        try:
            await self._store.audited([change], line)
        except Conflict:
            raise NotNow(await self._store.broadcasts.get(broadcast.id) or broadcast, doing) from None
        return await self._store.broadcasts.get(broadcast.id) or broadcast

    def _line(self, action: str, broadcast: Broadcast, by: Doer, **details: object) -> AuditLine:
        now = self._clock()
        return AuditLine(at=now, actor=by.id, name=by.name, action=action, target=broadcast.id, details=details)

    def _check(self, written: Written, now: datetime) -> None:
        if not written.title or len(written.title) > LONGEST_TITLE:
            raise BroadcastRefused("title", f"标题要填，最多 {LONGEST_TITLE} 字")
        if not written.text or len(written.text) > LONGEST_TEXT:
            raise BroadcastRefused("text", f"正文要填，最多 {LONGEST_TEXT} 字")
        if not written.channels:
            raise BroadcastRefused("channels", "至少选一个渠道")
        there = {channel for channel, _ in self.channels}
        for name in written.channels:
            if name not in there:
                raise BroadcastRefused("channels", f"设置里没有{CHANNEL_NAMES.get(name, name)}账号")
        for words in previews(written.title, written.text, written.channels, self.channels):
            # What a post lacks is told by the dry run: the other channels may go without it.
            if words.problems and words.channel != WEIBO:
                raise BroadcastRefused("text", words.problems[0])
        self._check_whom(written)
        if written.send_at is not None and not now - timedelta(days=1) < written.send_at < now + _FURTHEST:
            raise BroadcastRefused("send_at", "发送时间应在今后一年之内")

    def _check_whom(self, written: Written) -> None:
        segment = written.segment
        narrowed = bool(segment.district or segment.tag or segment.category or segment.topic)
        if segment.topic and segment.topic not in self.topics:
            raise BroadcastRefused("segment", f"没有“{segment.topic}”这个主题，{self._topics_named()}")
        if segment.listed:
            if not written.numbers or SMS not in written.channels:
                raise BroadcastRefused("segment", "上传的号码名单只能用于短信，并且不能是空的")
            if narrowed or segment.everybody:
                raise BroadcastRefused("segment", "用了上传的名单，就不能再选区县、标签、类别、主题或全部")
        elif segment.everybody and narrowed:
            raise BroadcastRefused("segment", "选了全部，就不能再选区县、标签、类别或主题")
        elif not segment.everybody and not narrowed:
            raise BroadcastRefused("segment", "请说明发给谁：全部，或区县、标签、类别、主题")

    def _topics_named(self) -> str:
        return f"可以选：{'、'.join(self.topics)}" if self.topics else "设置里还没有可以订阅的主题"
