"""One wording for what people write in many: script, width, case, dialect, usual slips of thumb and ear.

Only for deciding what a message wants. What is kept and shown is always what was written.
"""

import re
import unicodedata
from functools import cache, lru_cache

from dialogs.text.clean import Script
from dialogs.text.dialect_questions import in_common_words

_LONGEST = 120
"""Characters read: what somebody wants of the bot is said in the first of them, or it is a matter being told."""
_NOT_A_WORD = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_NUMBER = re.compile(r"\d{3,}")
_REMEMBERED = 64
_FIRST, _LAST = 0x4E00, 0x9FFF

_SAME = {
    # dialects
    "咋个样": "怎么样",
    "咋个": "怎么",
    "咋样": "怎么样",
    "咋地": "怎么样",
    "咋": "怎么",
    "啷个": "怎么",
    "啥子": "什么",
    "啥": "什么",
    "为嘛": "为什么",
    "点解": "为什么",
    "几时": "什么时候",
    "多会儿": "什么时候",
    "多会": "什么时候",
    "多咱": "什么时候",
    "多早晚": "什么时候",
    "嘛时候": "什么时候",
    "啥时": "什么时候",
    "边度": "哪里",
    "哪搭": "哪里",
    "哪儿": "哪里",
    "哪块": "哪里",
    "这儿": "这里",
    "那儿": "那里",
    "这疙瘩": "这里",
    "旮旯": "地方",
    "俺们": "我们",
    "咱们": "我们",
    "俺": "我",
    "咱": "我",
    "额们": "我们",
    "侬": "你",
    "木有": "没有",
    "没得": "没有",
    "莫得": "没有",
    "冇": "没有",
    "甭": "不用",
    "莫要": "不要",
    "勿": "不",
    "唔": "不",
    "晓得": "知道",
    "瞅瞅": "看看",
    "瞅": "看",
    "瞧瞧": "看看",
    "瞧": "看",
    "唔该": "谢谢",
    "弗": "不",
    "事儿": "事",
    "信儿": "信",
    "会儿": "会",
    # slips of the thumb and of voice input
    "反应问题": "反映问题",
    "反应情况": "反映情况",
    "反应一": "反映一",
    "反应个": "反映个",
    "我反应": "我反映",
    "要反应": "要反映",
    "想反应": "想反映",
    "投拆": "投诉",
    "投述": "投诉",
    "透诉": "投诉",
    "举抱": "举报",
    "进渡": "进度",
    "进都": "进度",
    "撤消": "撤销",
    "撒回": "撤回",
    "撒销": "撤销",
    "补冲": "补充",
    "补允": "补充",
    "人公": "人工",
    "仁工": "人工",
    "转人功": "转人工",
    "评介": "评价",
    "满义": "满意",
    "信仿": "信访",
    "信方局": "信访局",
    "复察": "复查",
    "匿明": "匿名",
    "在嘛": "在吗",
    "在么": "在吗",
    "退岀": "退出",
    "登计": "登记",
    "确任": "确认",
    "木问题": "没问题",
    "没问提": "没问题",
}
_ANY = re.compile("|".join(sorted(map(re.escape, _SAME), key=len, reverse=True)))
_ASKED_WITH = ("怎么", "什么", "哪里", "知道")
_ASKS = re.compile(
    "|".join(sorted((w for w, same in _SAME.items() if same.startswith(_ASKED_WITH)), key=len, reverse=True))
)


@lru_cache(maxsize=_REMEMBERED)
def plain(text: str) -> str:
    """``text`` in Simplified characters and half width, lower case, without punctuation and emoji, dialect evened out.

    Empty where nothing was said in words.
    """
    narrow = unicodedata.normalize("NFKC", text[:_LONGEST]).lower().translate(_simplified())
    bare = _NOT_A_WORD.sub("", narrow)
    return _NUMBER.sub("0", _ANY.sub(lambda found: _SAME[found.group()], bare))


def asked_plainly(text: str) -> str:
    """``text`` with the question words of dialects evened out: 什么材料 of 啥材料, 什么时候 of 多会儿."""
    return _ASKS.sub(lambda found: _SAME[found.group()], in_common_words(text))


@cache
def _simplified() -> dict[int, str]:
    """Traditional to Simplified, character by character: a hundred times faster than a look-up of phrases."""
    script = Script()
    every = {code: script.simplified(chr(code)) for code in range(_FIRST, _LAST + 1)}
    return {code: new for code, new in every.items() if new != chr(code)}
