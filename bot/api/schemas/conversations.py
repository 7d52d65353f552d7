"""Conversations and their transcripts."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from bot.api.shapes import Answer, Item, Paged, Wrong


class ConversationQuery(Paged):
    """Who talked. ``sender`` is the platform's name for the person; it needs channel and account."""

    channel: str | None = Field(default=None, max_length=40)
    account: str | None = Field(default=None, max_length=100)
    sender: str | None = Field(
        default=None, max_length=200, description="平台上的身份：openid、手机号（怎么写都行）、uid"
    )

    @model_validator(mode="after")
    def _sender_of_an_account(self) -> Self:
        if self.sender is not None and not (self.channel and self.account):
            raise Wrong("account" if self.channel else "channel", "给出 sender 时，channel 和 account 也要给出")
        return self


class Conversation(Item):
    """One person on one account of ours. The id is a pseudonym."""

    channel: str
    account: str
    reachable: bool = Field(description="false：对方已取消关注或拉黑")
    created_at: datetime
    last_inbound_at: datetime | None
    free_messages_left: int | None = Field(description="窗口内还能主动发几条；null：不限条数")
    free_until: datetime | None = Field(description="主动发消息的窗口何时关闭")
    consent_version: str | None
    consent_at: datetime | None
    contact_id: str = Field(description="属于哪位联系人；没有合并过的会话就是它自己")
    stopped: dict[str, datetime] = Field(description="对方退订了哪类消息，何时退订")


class Way(Answer):
    """One way that was weighed: taken or passed over, and why."""

    channel: str
    account: str
    via: str
    taken: bool
    reason: str = Field(description="原因的代码")
    sentence: str = Field(description="为什么采用或没有采用")


class Attempt(Answer):
    """One try to send: ``outcome`` is "sent" or the error's code."""

    at: datetime
    via: str | None
    outcome: str
    provider_code: str
    decision: tuple[Way, ...] = Field(description="这一次考虑过的发送方式，先后即优先次序")


class Message(Item):
    """One line of the transcript. The fields after ``at`` are for outgoing ones."""

    direction: Literal["in", "out"]
    message_id: str = Field(description="收到的：平台的消息号；发出的：平台给的号，没有则为我们的号")
    kind: str
    text: str
    at: datetime
    state: str
    purpose: str | None
    via: str | None
    case_number: str | None
    maybe_twice: bool = Field(description="true：先前一次可能已经送到，对方也许收到两次")
    attempts: tuple[Attempt, ...]
    decision: tuple[Way, ...] = Field(description="最近一次考虑过的发送方式；还没发过或是当场回复时为空")


class Candidate(Answer):
    """One intent that a message may have meant."""

    intent: str
    confidence: float


class Explained(Answer):
    """How the newest message was understood, and where the dialog stands after it."""

    intent: str | None = Field(description="认成的意图；null：没有听懂，或还没说过话")
    confidence: float
    by: str = Field(description='由哪一层认出："patterns"、"light"、"embeddings"；按钮等无需识别时为空')
    text: str
    ranking: tuple[Candidate, ...]
    entities: dict[str, Any]
    form: str | None = Field(description="正在填写的表单")
    asked: str | None = Field(description="表单正在问的词槽")
    slots: dict[str, Any] = Field(description="已填的词槽，含对方说过的内容")
    policy: dict[str, Any] = Field(
        description="最近一条是政策问题时：按什么找到（by）、是否有把握（sure）、找到的问答（found）"
    )
