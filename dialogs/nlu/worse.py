"""Word of how it is today, from whoever told of it before: 今天家里更冷了，才12度 of a case about the heating."""

import re

from dialogs.text.clean import words_only

_LONGEST = 24
_OF_TODAY = (
    r"(?:对了|另外|还有|唉|哎|你好|您好|我们?|俺们?|咱们?|今[天早晚]|昨[天晚]|现在|刚才|晚上|早上|夜里|半夜|这[两几]天|一天|家里?|屋里?|屋子里?|房间里?|室内|"
    r"楼[道上下里]|小区里?|门口|那个?|这个?|都|就|又|还|是|的|里|外|温度|水|味道|声音|比)*"
)
_WORSE = r"(?:也(?:是|都)?|都|更加?|越来越|愈来愈|还是|还|又|仍然|依然|照样|比(?:昨天|前天|之前|以前|上次)还?)"
_AND_SO = r"(?:[了啊呀呢吧的]|得(?:很|不行|要命|受不了)|死了?|(?:更加?|越来越)?(?:厉害|严重|大|多))*"
_SENSES = (
    (r"(?:[冷冻凉]|不热|没热气?|冰)", re.compile(r"暖|供热|热力|冷|不热")),
    (r"(?:[吵闹响]|睡不着)", re.compile(r"噪|吵|施工|扰民|装修|广场舞|音|歌|打桩|响")),
    (r"(?:臭|难闻|呛|熏)", re.compile(r"臭|味|油烟|垃圾|污水|排|烟|养")),
    (r"(?:[黑暗]|不亮)", re.compile(r"灯|黑")),
    (r"(?:堵|淹|积水)", re.compile(r"堵|下水|淹|积水|停车|排水|管道")),
    (r"(?:[漏滴渗])", re.compile(r"漏|渗|滴")),
)
"""What is felt, and the words of a title that is about it."""
_COLD = re.compile(
    r"(?:(?:才|只有?|就|不到|还不到|也就|降到了?)(?:零下)?[\d一二三四五六七八九十几]{1,3}(?:来|多)?度|零下[\d一二三四五六七八九十]{1,3}度)"
)
_TODAY = re.compile(_OF_TODAY)


def titles_of_what_got_worse(text: str) -> re.Pattern[str] | None:
    """What the title of a case says that such words are about; None where they tell nothing of the kind."""
    bare = words_only(text)
    if len(bare) > _LONGEST:
        return None
    rest = _COLD.sub("", bare)
    for felt, titles in _SENSES:
        if re.fullmatch(rf"{_OF_TODAY}{_WORSE}{felt}{_AND_SO}{_OF_TODAY}", rest):
            return titles
    return _SENSES[0][1] if rest != bare and _TODAY.fullmatch(rest) else None
