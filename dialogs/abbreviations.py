"""Abbreviations for people who text with few keys: ``JD`` is 进度. In any width and case, and only by text message.

None of them is a word by which people opt out (T, TD, R, N, 0000, 退订): those never reach the dialog.
"""

import re
import unicodedata
from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "JD": "进度",
    "CX": "进度",
    "查": "进度",
    "BC": "补充",
    "CH": "撤回",
    "RG": "人工",
    "FY": "反映问题",
    "ZC": "政策问答",
    "H": "帮助",
    "?": "帮助",
    "BZ": "帮助",
    "CD": "菜单",
    "M": "菜单",
    "Y": "确认",
    "QR": "确认",
    "G": "修改",
    "改": "修改",
    "XG": "修改",
    "NM": "匿名",
    "QW": "全文",
    "TC": "退出",
}
"""``M`` asks for the rest of an answer first, of a summary for all of it; where none is left, for the menu."""
_MORE = "M"
_NAMES = frozenset({"查", "改"})
"""Surnames, or part of one: no command where a name is asked."""
_CASE = re.compile(r"(JD|CX|CH)[ :,，：]*(?=(?:[A-Z]{1,6}[ -]?\d{6}|\d{6}$|\d{6}\D))")
_ADDITION = re.compile(r"BC[ :,，：]*(?=[\u3400-\u9fff]|[A-Z]{1,6}[ -]?\d{6}|\d{6,})")
_PART = re.compile(r"(?:G|XG)[ :,，：]*(?=地址|地点|位置|电话|手机|号码|姓名|名字|内容|标题|时间|日期|类别|类型)")


def in_full(text: str, *, asked: str | None) -> str:
    """``text`` with the abbreviation that it is, or begins with, as the word; ``asked``: the open question's slot."""
    even = unicodedata.normalize("NFKC", text).strip()
    alone = even.strip(" 。.！!，,“”\"'").upper()
    if alone == _MORE and asked == "petition_confirm":
        return WORDS["QW"]
    if alone in WORDS and not (alone in _NAMES and asked == "petition_name"):
        return WORDS[alone]
    upper = even[:40].upper()
    for pattern, word in ((_CASE, ""), (_ADDITION, "补充"), (_PART, "改")):
        if found := pattern.match(upper):
            return f"{word or WORDS[found[1]]} {even[found.end() :]}".replace("改 ", "改", 1)
    return text
