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
NO_PLACE = re.compile(
    r"[，。；！](?=.)|\d+(?:\.\d+)?(?:万|元|块|千|百|多|个月|天)|^(?:就是|因为|所以|但是?|而且|不是|他|她|它|我们?(?![家村们小单厂店公校住这那])|你|这(?!里|边|儿|条|个)|那个)|"
    r"[了过着吗呢]|没|不(?:[知清确记明想能是给管让]|太)|什么|怎么|很|太(?![阳平古和行湖])|收了?钱|骗|欠|打人|天天|每天|整天|一直|老是|总是|经常|味道?[大重]|难闻|[太好很真]的?[黑吵臭脏乱]|臭味|好?几[天周年个]|星期|投诉|举报|反映|坏|停水|停电|"
    r"一共|总共|合计|加起来|说[要让不没等叫]|让我|没钱|改好|改了没|[次趟遍]$|一天|[\d一二两三四五六七八九十]+[千万百]多?[块元]?$|"
    r"^(?:还是|就是|在)?(?:那个|这个)?(?:老地方|老样子|原来的?(?:那个)?地方|上次(?:说的)?(?:那个)?(?:地方|地址)|你们?知道的)"
)
"""What is told, counted or asked rather than a place."""
_LINK = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,15}://[!-~]+")
_TURNED_TO = re.compile(
    r"(?:[跟找向和问给到去打]|联系|通知|告诉|反映给)(?:了|过)?(?:我们?|咱们?|俺们?)?(?:小区|村里?)?的?"
    r"(?:物业(?:公司)?|居委会?|村委会?|社区|派出所|街道办?|城管|村里|镇上|镇政府|学校)(?:的人|那边|里)?"
    r"(?=[说讲反投举谈打问要管闹报提找沟联，,。]|也|都|没|好几|多次|几次|不)"
)
"""Whom somebody turned to: not where it happened."""


def without_times(text: str) -> str:
    """The text with commas for every character of such a word, so that what is found stands where it stood."""
    return _TIMES.sub(lambda found: "，" * len(found.group()), text)


def without_turned_to(text: str) -> str:
    """The text without links and without whom somebody turned to; everything else stays where it is."""
    return _LINK.sub(_blank, _TURNED_TO.sub(_blank, text))


def _blank(found: re.Match[str]) -> str:
    return "，" * len(found.group())
