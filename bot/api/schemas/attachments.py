"""Attachments as the API shows them."""

from datetime import datetime

from pydantic import Field

from bot.api.schemas.cases import NOTE_MAX
from bot.api.shapes import Body, Item, Text
from storage.attachment_records import AttachmentState


class AttachmentIn(Body):
    """What goes with a file of staff."""

    note: Text = Field(default="", max_length=NOTE_MAX, description="随文件告诉诉求人的话；public 为 false 时只在内部")
    public: bool = Field(default=True, description="true：发给诉求人；false：只存入案件")


class CaseAttachment(Item):
    """One picture, voice, video or file of a case."""

    message_id: str = Field(description="带来它的消息")
    kind: str = Field(description="image 图片，voice 语音，video 视频，file 文件")
    state: AttachmentState = Field(description="wanted 正在取回，kept 已保存，gone 已取不到，refused 未予保存")
    type: str = Field(description="按内容识别的类型，如 image/jpeg；没有内容时为空")
    size: int = Field(description="字节数")
    url: str | None = Field(description="取内容的地址；没有内容时为 null")
    reason: str = Field(description="没有保存的原因：media_gone、media_too_large、wrong_type、too_many 等")
    received_at: datetime
    by_staff: bool = Field(description="true：工作人员给的")
    public: bool = Field(description="true：工作人员发给了诉求人")
