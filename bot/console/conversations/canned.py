"""Canned replies (常用语): what is said so often that nobody should have to type it."""

from collections.abc import Sequence
from pathlib import Path

FILE = "canned-replies.txt"
_MOST = 100
_LONGEST = 300
SHIPPED: Sequence[str] = (
    "您好，我是工作人员，您的情况我来看一下，请稍等。",
    "请问具体在什么位置？请写明区县、街道和小区或路口。",
    "请问这个情况是从什么时候开始的？",
    "请留一个方便联系的电话，办理单位核实时会用到。",
    "您反映的情况已经登记，办理进展会在这里告诉您。",
    "这件事不在我们的职责范围内，建议您拨打 12345 咨询。",
    "遇到火情请拨 119，人身危险请拨 110，急病请拨 120。",
    "还有别的要反映吗？没有的话，我先退出，您随时可以再留言。",
)


def canned_replies(folder: Path | None) -> Sequence[str]:
    """The office's own, a line each, where its dialog folder has the file; else those that ship."""
    own = None if folder is None else folder / FILE
    if own is None or not own.is_file():
        return SHIPPED
    lines = (line.strip()[:_LONGEST] for line in own.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")][:_MOST]
