"""Whom a matter concerns, where that is not who writes: 替我妈反映, 我是她女儿, 帮邻居张大爷."""

import re

from dialogs.nlu.names import bare_name, find_concerned

_KIN = (
    r"(?:我|俺|咱)?(?:家|的)?(?:老)?(?:妈妈?|爸爸?|母亲|父亲|爹|娘|爷爷|奶奶|姥姥|姥爷|外公|外婆|公公|婆婆|岳父|岳母|丈夫|老公|妻子|老婆|媳妇|儿子|女儿|闺女|"
    r"孩子|哥哥?|姐姐?|弟弟?|妹妹?|叔叔?|舅舅?|姑姑?|姨妈?|邻居|朋友|同事|工友|亲戚|表[哥弟姐妹]|堂[哥弟姐妹])"
)
_SURNAMED = r"[\u3400-\u9fff]{1,3}(?:大爷|大妈|大娘|奶奶|爷爷|阿姨|叔叔?|先生|女士|师傅|同志|老人)"
_NAMED = (
    r"(?:[，,（(]?(?:他|她)?(?:名?叫|姓名是?)?(?P<name>[\u3400-\u9fff]{2,3}?)"
    r"(?=[，,。）)；;\s]|反映|投诉|举报|求助|咨询|登记|问))?"
)
_FOR = re.compile(
    rf"(?:代替?|替|帮(?!忙|助|我(?![妈爸娘爹奶爷姥婆公媳妻丈儿女闺邻朋]|老[伴公婆]))|为|代表)(?P<who>(?:我们?)?(?:邻居|楼上|楼下|隔壁|朋友|同事)?{_SURNAMED}|{_KIN})(?:的?{_NAMED})?"
    r"(?=[^，。；]{0,12}(?:反映|投诉|举报|求助|咨询|登记|问|说|写|申请|上访|信访|讨|要))"
)
_MAY_BE_BLAMED = re.compile(r"(?:邻居|朋友|同事|工友|亲戚)的?(?:名?叫|是|[，,（(\x20])?$")
_LONGEST = 20
_IS_CALLED = (
    r"的?(?:本人|名字|姓名)?(?:名?叫|名字[叫是]|是|姓名[:：是]?)"
    r"(?P<name>[\u3400-\u9fff]{2,3}?)(?=$|[^\u3400-\u9fff]|电话|手机|身份证|今年|没)"
)
_WHO_IS_CALLED = re.compile(rf"(?P<who>{_KIN}|{_SURNAMED}){_IS_CALLED}")
_THEY_ARE_CALLED = re.compile(rf"(?:^|[，,。；; ])(?P<who>[她他]|老人|当事人|本人){_IS_CALLED}")


def named_since(text: str, behalf: str | None, matter: str) -> str | None:
    """The person concerned with the name that is told of them later: 我妈叫郭玉珍. None for all others."""
    found = _WHO_IS_CALLED.search(text)
    if found and bare_name(found["name"]) and (found["who"] in (behalf or "") or found["who"] in matter):
        return f"{found['who']}{found['name']}"[:_LONGEST]
    found = _THEY_ARE_CALLED.search(text) if behalf else None
    return f"{behalf}{found['name']}"[:_LONGEST] if found and bare_name(found["name"]) else None


def concerned_in(text: str) -> str | None:
    """The person that the writer acts for, in the writer's words; None where they write for themselves.

    Of relatives the name alone will do (我爸刘长河82岁); neighbours and colleagues may be those complained of.
    """
    found, named = _FOR.search(text[:400]), find_concerned(text)
    if not found:
        return None if _MAY_BE_BLAMED.search(text[: text.find(named)]) else named or None
    who, name = found["who"], bare_name(found["name"] or "") or ""
    name = name or (named if named and f"{who}{named}" in text else "")
    return (f"{who}{name}" if name not in who else who)[:_LONGEST]
