"""Since when: the first expression of time in a text, in the writer's own words."""

import re

_N = r"(?:\d+|[一二两三四五六七八九十百半几数好]+|十几|好几)"
_UNIT = r"(?:分钟|小时|天|日|个?星期|个?礼拜|周|个?多?月|年)"
_SPAN = rf"(?:将近|大概|大约|约|已经|快|近)?{_N}(?:个)?(?:多|来)?{_UNIT}(?:多|半|左右|以上|之久)?"
_PART = r"(?:早上|早晨|凌晨|上午|中午|下午|傍晚|晚上|夜里|夜间|半夜|晚|早)"
_CLOCK = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})(?:点(?:半|多|左右|钟|\d{1,2}分?)?|时|[:：]\d{2})"
_DATE = (
    r"(?:(?:\d{4}|[一二三四五六七八九〇零]{4})年)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})月(?:(?:\d{1,2}|"
    r"[一二三四五六七八九十]{1,3})[日号]|初|中旬|底|份)?"
)
_YEAR = (
    r"(?:\d{4}年(?:初|底|春|夏|秋|冬)?|(?:去|前|今|大前)年(?:年初|年底|初|底|春天|夏天|秋天|冬天|春|夏|秋|"
    r"冬)?(?:\d{1,2}月)?)"
)
_DAY = r"(?:大前天|前天|昨天|昨日|昨晚|今天|今早|今晚|今日)"
_WEEK = r"(?:上上?|这|本)(?:个)?(?:周|星期|礼拜)(?:[一二三四五六日天末])?|(?:上上?|这|本)个月(?:初|底|中旬)?"
_FEAST = (
    r"(?:春节|过年|元旦|清明|五一|端午|中秋|国庆|十一|元宵|年初|年底|开春|入冬|入夏|暑假|寒假|开学)(?:前后|"
    r"之前|以前|期间|前|后|以来|时)?"
)
_TIME = re.compile(
    rf"(?:从|自|自从)?(?:(?:{_DATE}|{_YEAR}|{_DAY}|{_WEEK}|{_FEAST})(?:{_PART})?(?:{_CLOCK})?(?:开始|起|以来|至今|到现在)?|{_SPAN})"
)
_NO_START = re.compile(r"^(?:十一|半|今年|一天|一年|每)$")


def find_since(text: str) -> str:
    """The first such words (一个多月, 上周三晚上, 春节前); empty where the text says none."""
    for match in _TIME.finditer(text[:1000]):
        found = match.group()
        before = text[max(match.start() - 1, 0) : match.start()]
        if not _NO_START.match(found) and before not in {"每", "第", "整"}:
            return found
    return ""
