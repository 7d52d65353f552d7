"""What is said of time beside a place, taken out before the place is looked for: 上周六中午, 从国庆节开始."""

import re

_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_DAY_PART = r"(?:一?大?清?早上?|早晨|凌晨|上午|中午|正午|下午|傍晚|晚上|夜里|半夜|晚)"
_WEEKDAY = r"(?:周|星期|礼拜)[一二三四五六日天末]"
_TIME = (
    r"(?:年[底初]?|月份?|[上中下]旬|月[底初末]|[日天号](?!楼|院|线|门)|周|星期|礼拜|节|国庆|五一|十一|元旦|中秋|端午|春节|过年|暑假|寒假|开学|"
    rf"[入立开]?[春夏秋冬]天?|早上|上午|中午|下午|晚上|点钟?|{_WEEKDAY})"
)
_SINCE = (
    rf"(?:从|自从?|打从?)(?:[^，,。；;！!？?\s路街道巷村镇区桥门站口园]{{0,8}}?)"
    rf"{_TIME}(?:那天|前|过?后|以后|之后)?(?:开始|起|以来)"
)
_TIMES = re.compile(
    rf"{_SINCE}|[上这下本每]+个?{_WEEKDAY}(?:的?{_DAY_PART})?|{_WEEKDAY}的?{_DAY_PART}|{_NUMBER}月份?(?:[上中下]旬|[初底末])|"
    r"中午(?!休)|中秋节"
)


def without_times(text: str) -> str:
    """The text with commas for every character of such a word, so that what is found stands where it stood."""
    return _TIMES.sub(lambda found: "，" * len(found.group()), text)
