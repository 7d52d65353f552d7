"""Cases as they are sent, asked for and shown."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

import phonenumbers
from pydantic import AfterValidator, AwareDatetime, Field, model_validator
from stdnum.cn import ric
from stdnum.exceptions import ValidationError as BadNumber

from bot.api.schemas.conversations import Way
from bot.api.shapes import Answer, Body, Item, Paged, Text, Wrong
from storage.attachment_records import AttachmentState
from storage.cases import AssignmentState, CaseState
from storage.clocks import Stage

TITLE_MAX = 100
CONTENT_MAX = 20_000
NOTE_MAX = 5_000

CaseType = Literal["咨询", "求助", "投诉", "举报", "建议", "表扬"]


class Urgency(StrEnum):
    """一般、紧急、特急."""

    NORMAL = "normal"
    URGENT = "urgent"
    CRITICAL = "critical"


def _phone(written: str) -> str:
    if not written:
        return ""
    try:
        number = phonenumbers.parse(written, "CN")
    except phonenumbers.NumberParseException:
        raise ValueError("不像一个电话号码") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("不像一个电话号码")
    if number.country_code == _CHINA:
        return phonenumbers.national_significant_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_CHINA = 86


def _id_number(written: str) -> str:
    if not written:
        return ""
    try:
        return str(ric.validate(written))
    except BadNumber:
        raise ValueError("身份证号不正确") from None


Latitude = Annotated[float, Field(ge=-90, le=90, description="纬度（GCJ-02）")]
Longitude = Annotated[float, Field(ge=-180, le=180, description="经度（GCJ-02）")]


class PlaceIn(Body):
    """Where it happened."""

    text: Text = Field(default="", max_length=500, description="地点，如“奎文区东风东街某小区”")
    district: Text = Field(default="", max_length=100)
    latitude: Latitude | None = None
    longitude: Longitude | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise Wrong("latitude" if self.latitude is None else "longitude", "经纬度须成对给出")
        return self


class FilerIn(Body):
    """Who asks. ``conversation_id``: somebody who talked to us; they are told of the progress."""

    name: Text = Field(default="", max_length=50)
    phone: Annotated[Text, AfterValidator(_phone)] = Field(default="", max_length=30)
    id_number: Annotated[Text, AfterValidator(_id_number)] = Field(default="", max_length=18)
    address: Text = Field(default="", max_length=300)
    conversation_id: str | None = Field(default=None, max_length=200)


class CaseIn(Body):
    """A case written down by staff or brought by another system."""

    content: Text = Field(min_length=1, max_length=CONTENT_MAX, description="诉求内容，原话最好")
    title: Text = Field(default="", max_length=TITLE_MAX, description="不给时取内容的开头")
    type: CaseType = "求助"
    category: Text = Field(default="", max_length=100)
    place: PlaceIn = Field(default_factory=PlaceIn)
    since: Text = Field(default="", max_length=100, description="何时开始的，用诉求人的话")
    filer: FilerIn = Field(default_factory=FilerIn)
    anonymous: bool = False
    confidential: bool = Field(default=False, description="对承办单位隐去姓名和电话")
    accusation: bool = Field(default=False, description="检举控告：只有纪检角色可见")
    reply_wanted: bool = True
    urgency: Urgency = Urgency.NORMAL

    @model_validator(mode="after")
    def _anonymous_has_no_name(self) -> Self:
        if self.anonymous and (self.filer.name or self.filer.id_number):
            raise Wrong("filer", "匿名的诉求不带姓名和身份证号；需要保密请用 confidential")
        return self


class TransitionIn(Body):
    """Where the case goes, and what the filer is told with it."""

    to: CaseState = Field(description="新的状态")
    note: Text = Field(default="", max_length=NOTE_MAX, description="说明；public 为 true 时诉求人看得到")
    public: bool = Field(default=True, description="false：只记在内部，不通知任何人")
    ground: Text = Field(default="", max_length=NOTE_MAX, description="不予受理的理由和依据")
    elsewhere: Text = Field(default="", max_length=NOTE_MAX, description="不予受理时，可以向哪里提出")
    unit: Text = Field(default="", max_length=100, description="转办给哪个承办单位")
    answer: Text = Field(default="", max_length=NOTE_MAX, description="给诉求人的答复")

    @model_validator(mode="after")
    def _says_what_it_must(self) -> Self:
        if self.to is CaseState.REFUSED and not (self.note or self.ground):
            raise Wrong("ground", "不予受理须说明理由：请填 ground 或 note")
        if self.to is CaseState.NEEDS_INFO and not self.note:
            raise Wrong("note", "请写明要诉求人补充什么")
        if self.to is CaseState.ANSWERED and not (self.answer or self.note):
            raise Wrong("answer", "请在 answer（或 note）里写明答复")
        return self


class CaseQuery(Paged):
    """Which cases; several conditions narrow together."""

    state: CaseState | None = None
    channel: str | None = Field(default=None, max_length=40, description="来源渠道：wechat、sms、weibo、api")
    district: str | None = Field(default=None, max_length=100)
    type: CaseType | None = None
    category: str | None = Field(default=None, max_length=100)
    phone: str | None = Field(default=None, max_length=30, description="诉求人的电话，写法不限")
    created_after: AwareDatetime | None = Field(default=None, description="含这一刻")
    created_before: AwareDatetime | None = Field(default=None, description="不含这一刻")
    query: str | None = Field(default=None, max_length=64, description="编号或编号的开头")


class Move(Answer):
    """A lawful next state."""

    to: CaseState
    label: str


class Place(Answer):
    text: str
    district: str
    latitude: float | None
    longitude: float | None


class Filer(Answer):
    """In lists name and phone are masked: 王**, 138****8000."""

    conversation_id: str | None
    name: str
    phone: str
    id_number: str
    address: str
    on_behalf_of: str


class Source(Answer):
    channel: str
    account: str
    message_ids: tuple[str, ...]


class Attachment(Answer):
    """``id`` to ``url`` are null for what was erased, or came before attachments were kept."""

    message_id: str
    kind: str
    media_id: str
    id: str | None
    state: AttachmentState | None = Field(description="wanted 正在取回，kept 已保存，gone 已取不到，refused 未予保存")
    type: str | None = Field(description="按内容识别的类型，如 image/jpeg")
    size: int | None = Field(description="字节数")
    url: str | None = Field(description="取内容的地址；没有内容时为 null")


class Assignment(Answer):
    unit: str
    unit_id: str = Field(description="单位代码；不是登记过的单位时为空")
    lead: bool
    at: datetime
    note: str
    state: AssignmentState = Field(description="open 办理中，answered 已回复，returned 已退回，excused 免于办理")
    due_at: datetime | None = Field(description="单独给这个单位定的期限；没有另定时为 null，按案件的期限")
    done_at: datetime | None = Field(description="回复、退回或免于办理的时间；还在办理时为 null")


class Clock(Answer):
    """One limit of the case, over the official calendar."""

    stage: Stage = Field(description="accept 受理，answer 答复，close 办结")
    limit: str = Field(description="期限，如 5个工作日")
    extension: str | None = Field(description="批准的延期")
    started_at: datetime
    warns_at: datetime | None = Field(description="从这时起是黄灯；暂停计时时为 null")
    due_at: datetime | None = Field(description="从这时起是红灯；暂停计时时为 null")
    stopped_at: datetime | None = Field(description="完成的时间")
    paused: bool = Field(description="正在等诉求人补充，暂停计时")


class CaseBrief(Item):
    """A case in a list: personal data masked."""

    number: str
    state: CaseState
    state_label: str
    moves: tuple[Move, ...]
    type: str
    category: str
    title: str
    place: Place
    since: str
    happened_from: date | None = Field(description="since 所指的第一天；说不准时为 null")
    happened_to: date | None = Field(description="since 所指的最后一天")
    filer: Filer
    anonymous: bool
    confidential: bool
    accusation: bool
    reply_wanted: bool
    urgency: str
    source: Source
    followers: int = Field(description="有多少人关注进度")
    assignments: tuple[Assignment, ...]
    clocks: tuple[Clock, ...]
    due_at: datetime | None = Field(description="最先到期的期限；没有在计时的为 null")
    satisfaction: int | None = Field(description="满意程度，1（很不满意）至 5")
    received_at: datetime | None = Field(description="补登的来信收到的日期，期限从这天起算；登记当天收到的为 null")
    created_at: datetime
    updated_at: datetime


class CaseFull(CaseBrief):
    """One case with everything."""

    content: str
    attachments: tuple[Attachment, ...]


class CaseCreated(CaseFull):
    """A new case. The query code is told this once."""

    query_code: str


class Actor(Answer):
    kind: str
    name: str


class Told(Answer):
    """One message about a step: what was said, by which way, what became of it."""

    id: str
    conversation_id: str
    text: str
    via: str | None
    state: str
    arrived: bool | None = Field(description="true 已送达；false 没有送到；null 平台未回报")
    maybe_twice: bool = Field(description="true：先前一次可能已经送到，对方也许收到两次")
    at: datetime = Field(description="发出的时间；还没发出时为生成的时间")
    reason: str
    channel: str
    account: str
    decision: tuple[Way, ...] = Field(description="考虑过的发送方式，先后即优先次序，各自为什么采用或没有采用")


class Step(Item):
    """One entry of the timeline; entries are never changed or removed."""

    seq: int
    at: datetime
    actor: Actor
    kind: str
    from_state: CaseState | None = Field(serialization_alias="from")
    from_label: str | None
    to_state: CaseState | None = Field(serialization_alias="to")
    to_label: str | None
    note: str
    public: bool
    attachments: tuple[Attachment, ...]
    told: tuple[Told, ...]
