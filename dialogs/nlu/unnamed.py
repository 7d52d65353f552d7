"""Not wanting to be known as the one who reports: the wish, the question who will know, and giving up for fear."""

import re

from dialogs.nlu.clean import words_only
from dialogs.nlu.phrases import made_of

_OTHERS = r"(?:别人|旁人|人家|任何人|人|他们|她们|他|对方|谁|物业|单位|村里|领导|邻居|老板)"
_KNOW = r"(?:知道|晓得|看到|看见|认出|发现|查到|猜到)"
_NO_NAME = re.compile(
    r"(?:不要|不想|不愿意?|不用|不能|不敢|不|别|莫)再?(?:写|留|说|登|填|署|露|提|透露|暴露|显示|用|出现|公开)"
    r"(?:上|出)?(?:我|俺)?的?(?:真实|真)?(?:姓名|名字|名|身份)"
)
_UNKNOWN = re.compile(
    rf"(?:不要|不想|不愿意?|不能|不|别|莫)(?:再)?(?:让|给|叫|被|使|告诉){_OTHERS}{{0,2}}{_KNOW}了?"
    r"(?:(?:是)?(?:我|俺|谁)(?:说|反映|投诉|举报|告|讲)?的?)?"
)
_AROUND = made_of(
    r"还是|反映|登记|提交|吧|能不能|可不可以|可以|能|行不行|行吗|行|好吗|好|吗|我|俺|请|麻烦|你们|你|那|就|先|了|啊|呀|嘛|哈|但是|但|也|的|要|就行|希望|求|千万|是|说|这|嗯|对了|等等|等下"
)
_WHO_KNOWS = re.compile(
    rf"(?:不会|会不会|会|能保证不|保证不)(?:真的?)?(?:让|给|被|告诉){_OTHERS}{{0,2}}(?:{_KNOW}|我)|"
    rf"{_OTHERS}(?:会不会|不会|会|能不能|能){_KNOW}|(?:姓名|名字|身份|信息).{{0,6}}(?:公开|泄露|泄漏|透露|{_KNOW})"
)
_ASKS = re.compile(r"[吗吧么不没]$|会不会|能不能|是不是")
_GIVES_UP = re.compile(r"算了|(?:不|别)(?:敢)?(?:说|反映|登记|投诉|举报|弄|告|提|写)了|不敢(?:说|反映|投诉|举报|告)")
_FEARS = re.compile(r"怕.{0,12}(?:报复|打击|穿小鞋|找(?:我|上门|麻烦)|知道|整我|惹|得罪|收拾)|报复|穿小鞋")
_DARES_NOT = re.compile(
    r"不敢再?(?:说|反映|投诉|举报|告|登记|弄|提)了|算了.{0,4}不敢|(?:^|[我俺也就还是])不敢再?(?:说|反映|投诉|举报|告|登记)[啊呀吧]?$"
)
_OF_BEING_KNOWN = re.compile(rf"名字|姓名|名儿|身份|报复|认出|暴露|保密|{_OTHERS}.{{0,4}}(?:知道|晓得)|知道.{{0,2}}我")
_LONGEST = 30


def wants_no_name(text: str) -> bool:
    """Whether a text says this and nothing else: 不要写我的名字, 别让他们知道是我说的, 能不能不写名字."""
    bare = words_only(text)
    if len(bare) > _LONGEST:
        return False
    found = _NO_NAME.search(bare) or _UNKNOWN.search(bare)
    rest = bare[: found.start()] + bare[found.end() :] if found else "x"
    return not rest or bool(_AROUND.fullmatch(rest))


def asks_who_knows(text: str) -> bool:
    """真不会让人知道吧."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_WHO_KNOWS.search(bare) and _ASKS.search(bare))


def gives_up_for_fear(text: str) -> bool:
    """算了不说了，怕他们报复; 算了不敢说了."""
    bare = words_only(text)
    afraid = _DARES_NOT.search(bare) or (_GIVES_UP.search(bare) and _FEARS.search(bare))
    return len(bare) <= _LONGEST and bool(afraid)


def speaks_of_being_known(text: str) -> bool:
    return len(words_only(text)) <= _LONGEST and bool(_OF_BEING_KNOWN.search(text))


def only_of_ones_name(text: str) -> bool:
    """Whether a text says who shall not know, or asks who will, and tells of no fear beside it."""
    return (wants_no_name(text) or asks_who_knows(text)) and not _FEARS.search(text)


def is_of_being_known(text: str) -> bool:
    """Any of the three that are answered the same at every question."""
    return wants_no_name(text) or asks_who_knows(text) or gives_up_for_fear(text)
