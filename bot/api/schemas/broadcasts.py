"""Broadcasts: notices to many, what became of them and of each recipient."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from bot.api.shapes import Answer, Body, Item, Paged, Text
from bot.broadcasts.words import LONGEST_TEXT, LONGEST_TITLE
from storage.broadcast_records import RecipientState

ChannelName = Literal["wechat", "sms", "weibo"]


class NewSegment(Body):
    """Whom it is for; several given: who fits all of them."""

    district: str | None = Field(
        default=None, min_length=1, max_length=40, description="反映过或关注着这个区县事项的人"
    )
    tag: str | None = Field(default=None, min_length=1, max_length=40, description="有这个标签的人")
    category: str | None = Field(
        default=None, min_length=1, max_length=80, description="反映过或关注着这类事项的人；可只写第一级"
    )
    topic: str | None = Field(
        default=None, min_length=2, max_length=12, description="订阅了这个主题的人；主题由设置 [broadcasts] topics 给出"
    )
    all: bool = Field(default=False, description="所选渠道上的所有人；不能和其他条件一起用")


class NewBroadcast(Body):
    """A new broadcast."""

    title: Text = Field(min_length=1, max_length=LONGEST_TITLE)
    text: Text = Field(min_length=1, max_length=LONGEST_TEXT)
    channels: tuple[ChannelName, ...] = Field(
        min_length=1,
        max_length=3,
        description="先后为序：一个人有几个账号时，只发到排在前面、能发到的那个。weibo：公开发布一条微博，所有人可见",
    )
    segment: NewSegment
    send_at: AwareDatetime | None = Field(default=None, description="何时发；不给，或已经过去：start 之后立即发")


class RecipientQuery(Paged):
    """Which recipients."""

    state: RecipientState | None = Field(default=None, description="只看这一种")


class SegmentOut(Answer):
    """Whom it is for. ``list``: an uploaded list."""

    district: str | None
    tag: str | None
    category: str | None
    topic: str | None
    all: bool
    list: bool


class Counts(Answer):
    """Recipients by what became of them. Each is counted once: total is the sum of the others."""

    total: int = Field(description="名单里的人数，为其余各项之和")
    excluded: int = Field(description="不发的：已退订、发不到等")
    queued: int = Field(description="还没发的，正在发的也算在内")
    sent: int = Field(description="已发出，还没有送达回执的")
    delivered: int = Field(description="有送达回执的")
    failed: int = Field(description="没有发到的")


class Broadcast(Item):
    """One broadcast."""

    state: str = Field(description="draft、approved、scheduled、running、paused、done、cancelled、failed")
    title: str
    text: str
    channels: tuple[str, ...]
    segment: SegmentOut
    author: str
    approver: str = Field(description="谁审批的；空：还没有审批")
    created_at: datetime
    send_at: datetime | None
    approved_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    held_until: datetime | None = Field(description="在此之前不发（如免打扰时段）；原因见 reason")
    reason: str = Field(description="为什么等待、暂停、取消或没有发成")
    counts: Counts
    rate: float = Field(description="最近每秒发出多少人")
    eta: datetime | None = Field(description="照最近的速度何时发完；不在发送则为 null")


class Left(Answer):
    """How many of a channel are left out for one reason."""

    channel: str
    reason: str
    sentence: str
    count: int


class Trial(Answer):
    """What a dry run found: nothing is sent."""

    to_send: dict[str, int] = Field(description="会发给多少人，按渠道")
    by_mass: dict[str, int] = Field(default={}, description="其中用平台群发送达的，按渠道")
    excluded: tuple[Left, ...]


class Recipient(Item):
    """One recipient. The id is also that of the message to them."""

    channel: str
    account: str
    conversation_id: str = Field(description="空：公开发布的微博，不是发给某个人的")
    phone: str = Field(description="短信的号码，已遮盖；其他渠道为空")
    state: str = Field(description="excluded、queued、sending、sent、delivered、failed")
    reason: str = Field(description="原因的代码")
    sentence: str = Field(description="为什么没有发，或没有发到")
    via: str | None
    sent_at: datetime | None
    reported_at: datetime | None = Field(description="何时收到回执")
    doubtful: bool = Field(description="true：发送中断过，曾经不知道是否发出")
