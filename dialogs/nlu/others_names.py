"""A name that is to go out of what was taken down, and is not the writer's: 把我妈的名字去掉, 别写李秀英."""

import re
from dataclasses import dataclass, field

from dialogs.nlu.names import bare_name, find_concerned
from dialogs.text.clean import words_only

_LONGEST = 24
_KIN = (
    r"(?:老)?(?:妈妈?|爸爸?|母亲|父亲|爹|娘|爷爷|奶奶|姥姥|姥爷|外公|外婆|公公|婆婆|岳父|岳母|丈夫|老公|妻子|老婆|媳妇|爱人|老伴儿?|儿子|女儿|闺女|"
    r"孩子|娃儿?|哥哥?|姐姐?|弟弟?|妹妹?|叔叔?|舅舅?|姑姑?|姨妈?|孙子|孙女|邻居|朋友|同事|工友|老人|阿妈|阿爸)"
)
_WHO = rf"((?:(?:我|俺|咱)(?:们)?(?:家)?的?)?{_KIN}|[他她佢](?:们)?)"
_NAMES = r"的?(?:真实)?(?:姓名|名字|名儿|名)"
_ASKS = r"(?:请|麻烦|帮我|你们?|能不能|可不可以|可以|那|还是|还有|就|哦|对了|先)*"
_TAKES = (
    r"(?:给|都|也|从里面|从内容里|从上面)*(?:去掉|去了|去除|删掉|删了|"
    r"删除|删|拿掉|划掉|抹掉|隐去|隐掉|不要写?|别写|不写|不提|别提|莫写)"
)
_NOT = (
    r"(?:不要|别|莫|不用|不能|不想|不可以|不|甭|唔好)(?:再)?(?:把)?(?:写|"
    r"提|说|出现|登|留|露|透露|带|公开|写进去?|放|用)(?:上|出|到)?"
)
_ENDS = r"(?:写|提|登|放)?(?:进去|上去|出来|在里面|上)?(?:了|吧|啊|呀|嘛|行吗|行不行|可以吗|好吗|谢谢|一下|掉)*"
_OF_KIN = re.compile(rf"{_ASKS}(?:(?:把|将)?{_WHO}{_NAMES}{_TAKES}{_ENDS}|{_NOT}{_WHO}{_NAMES}{_ENDS})")
_NAME = r"([\u3400-\u9fff]{2,4}?)"
_BY_NAME = re.compile(
    rf"{_ASKS}(?:(?:把|将)?{_NAME}(?:这个|这几个|的)?(?:名字|姓名|名|字)?{_TAKES}{_ENDS}|{_NOT}{_NAME}(?:这个|的)?(?:名字|姓名|名)?{_ENDS})"
)
_AFTER_KIN = re.compile(rf"{_KIN}(?:名?叫|是)?(?P<name>[\u3400-\u9fff]{{2,3}})")
_NO_NAME = re.compile(r"[血压病糖瘫痛保房钱地的了着被没不在家退养]")
_LEADS = r"(?:名字?叫|叫|是|[，,（(：: ]){0,2}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameToGo:
    """``who``: the relation that was said, "" for a name; ``name``: as it was said."""

    who: str = ""
    name: str = field(default="", repr=False)


def name_to_go(text: str) -> NameToGo | None:
    """Whose name a text wants out, where it says that and nothing else."""
    bare = words_only(text)
    if len(bare) > _LONGEST:
        return None
    if found := _OF_KIN.fullmatch(bare):
        return NameToGo(who=found[1] or found[2])
    named = _BY_NAME.fullmatch(bare)
    name = (named[1] or named[2]) if named else ""
    return NameToGo(name=name) if bare_name(name) else None


def name_in(text: str) -> str:
    """The name of a relative that a text holds, where it runs on behind it as well: 我妈李秀英低保被停了."""
    if found := find_concerned(text):
        return found
    for kin in _AFTER_KIN.finditer(text):
        for length in (3, 2):
            name = kin["name"][:length]
            if len(name) == length and bare_name(name) and not _NO_NAME.search(name):
                return name
    return ""


def without_name(text: str, wish: NameToGo) -> str:
    """``text`` with that name taken out; who it is stays (我妈李秀英 is 我妈). As it was where it has no such name."""
    name = wish.name or name_in(text)
    if not name or name not in text:
        return text
    stays = re.sub(rf"((?:(?:我|俺|咱)(?:们)?(?:家)?的?)?{_KIN}){_LEADS}{name}[）)]?", r"\1", text)
    return stays.replace(name, wish.who or "当事人")
