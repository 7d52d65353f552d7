"""Why a way was taken or passed over: codes that are kept with each delivery, and what staff read for them."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from channels.errors import SendFailed


class Reason(StrEnum):
    """The first ones take a way, the others pass it over."""

    PASSIVE = "passive"
    WINDOW_OPEN = "window_open"
    TEMPLATE = "template"
    SUBSCRIBED = "subscribed"
    PHONE = "phone"
    PUBLIC = "public"
    DIRECT = "direct"
    OTHER_CHANNEL = "other_channel"
    BOUND_PHONE = "bound_phone"
    CASE_PHONE = "case_phone"
    NO_MEDIA = "no_media"

    WINDOW_SHUT = "window_shut"
    GRANT_USED = "grant_used"
    LEFT = "left"
    NO_TEMPLATE = "no_template"
    REFUSED = "refused"
    OPTED_OUT = "opted_out"
    TEMPLATES_ONLY = "templates_only"
    LIMIT_REACHED = "limit_reached"
    QUIET = "quiet"
    EARLIER_PART = "earlier_part"


SENTENCES: Mapping[str, str] = {
    Reason.PASSIVE: "在对方这次来信的应答里直接回复",
    Reason.WINDOW_OPEN: "对方近期来过消息，可以直接发送",
    Reason.TEMPLATE: "用这类通知的模板发送",
    Reason.SUBSCRIBED: "用订阅通知发送，对方没有拒收",
    Reason.PHONE: "短信可以直接发送",
    Reason.PUBLIC: "公开回复只发固定的私信邀请",
    Reason.DIRECT: "可以直接发送",
    Reason.OTHER_CHANNEL: "改发到同一联系人的另一个渠道",
    Reason.BOUND_PHONE: "改发短信到对方绑定的手机，只告知编号和状态",
    Reason.CASE_PHONE: "改发短信到诉求里留的手机，只告知编号和状态",
    Reason.NO_MEDIA: "这条途径发不了这样的文件，改发文字告知",
    Reason.WINDOW_SHUT: "已过可以主动发消息的时限",
    Reason.GRANT_USED: "可以主动发的条数已经用完",
    Reason.LEFT: "对方已取消关注",
    Reason.NO_TEMPLATE: "没有设置这类通知的模板",
    Reason.REFUSED: "对方拒收这类订阅通知",
    Reason.OPTED_OUT: "对方已退订",
    Reason.TEMPLATES_ONLY: "这个短信通道只能发已报备的模板",
    Reason.LIMIT_REACHED: "给这个号码的发送次数已到上限，到时间再发",
    Reason.QUIET: "现在是免打扰时段，结束后再发",
    Reason.EARLIER_PART: "等前一段先发出",
}


def sentence(code: str) -> str:
    """The Chinese sentence of a reason, or of the failure that a try of the way ended in."""
    return SENTENCES.get(code) or next((found.sentence for found in _failures(SendFailed) if found.code == code), code)


def _failures(kind: type[SendFailed]) -> Iterator[type[SendFailed]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _failures(narrower)
