"""Contacts: one person, and the conversations that are theirs."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from bot.api.schemas.conversations import Conversation
from bot.api.shapes import Body, Item, Paged, Text

REASON_MAX = 500
Reason = Annotated[Text, StringConstraints(min_length=1, max_length=REASON_MAX)]


class ContactQuery(Paged):
    """Which contacts; ``phone`` finds the one that the phone is bound to."""

    phone: str | None = Field(default=None, max_length=40, description="绑定的手机号")


class MergeIn(Body):
    """``other`` becomes part of the contact that the path names."""

    other: str = Field(min_length=1, max_length=200, description="另一位联系人的 id，或其任一会话的 id")
    reason: Reason = Field(description="凭什么认定是同一个人；只凭姓名相同不能合并")


class UnmergeIn(Body):
    """Takes back the last joining."""

    reason: Reason


class ContactEvent(Item):
    """One thing that happened to a contact; never changed or removed."""

    at: datetime
    kind: str = Field(description="bound、merged、merged_into、unmerged、opted_out、stopped_notices、opted_in、left")
    by: str = Field(description="哪位工作人员；空：对方本人")
    reason: str
    conversation_id: str | None
    message_id: str
    details: dict[str, Any]
    undone: bool = Field(description="true：后来被撤销")


class ContactBrief(Item):
    """A contact. A conversation that nobody joined is a contact of its own, with the same id."""

    phone: str = Field(description="绑定的手机，已遮盖；没有绑定则为空")
    phone_proved_at: datetime | None
    created_at: datetime
    conversations: tuple[Conversation, ...]


class ContactFull(ContactBrief):
    """One contact with what happened to it, the newest first."""

    events: tuple[ContactEvent, ...]
