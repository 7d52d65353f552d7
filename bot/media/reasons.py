"""Why something that a resident sent is not kept, as staff read it in the case's timeline."""

from collections.abc import Mapping
from types import MappingProxyType

from channels.errors import MediaTooLarge
from channels.messages import Kind

WRONG_TYPE = "wrong_type"
TOO_MANY = "too_many"

_KINDS: Mapping[str, str] = MappingProxyType(
    {Kind.IMAGE: "图片", Kind.VOICE: "语音", Kind.VIDEO: "视频", Kind.FILE: "文件"}
)
_WHY: Mapping[str, str] = MappingProxyType(
    {
        WRONG_TYPE: "不是可以保存的类型",
        TOO_MANY: "此人一天内发来的太多",
        MediaTooLarge.code: "超过大小上限",
    }
)
_GONE = "在平台上已过期，或取不到了"


def sentence_for(kind: str, reason: str) -> str:
    """The note, by the attachment's kind ("image") and the reason's code."""
    what = _KINDS.get(kind, "附件")
    return f"来信人发来的一份{what}没有保存：{_WHY.get(reason, _GONE)}。需要的话请联系来信人重新发送。"


def erased_sentence(kind: str, *, by_staff: bool = False) -> str:
    """The note of staff who erased one."""
    whose = "工作人员给的" if by_staff else "来信人发来的"
    return f"删除了{whose}一份{_KINDS.get(kind, '附件')}，内容不再保留。"
